-- transactional
-- The desk of customers: what staff write about a person, and ways to find one among very many.

CREATE TABLE customer.person_note (
	tenant_id uuid NOT NULL,
	note_id uuid NOT NULL DEFAULT sutler.uuid7(),
	customer_id uuid NOT NULL,
	staff_id uuid NOT NULL,
	words text NOT NULL CHECK (words <> '' AND length(words) <= 2000),
	at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, note_id),
	FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person
);
COMMENT ON TABLE customer.person_note IS 'What staff wrote down about a customer; only the house reads it, and the customer in a copy of his data.';
COMMENT ON COLUMN customer.person_note.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.person_note.note_id IS 'The note.';
COMMENT ON COLUMN customer.person_note.customer_id IS 'About whom.';
COMMENT ON COLUMN customer.person_note.staff_id IS 'Who wrote it.';
COMMENT ON COLUMN customer.person_note.words IS 'The note.';
COMMENT ON COLUMN customer.person_note.at IS 'When it was written.';
CREATE INDEX person_note_customer ON customer.person_note (tenant_id, customer_id, note_id);
CREATE INDEX person_note_staff ON customer.person_note (tenant_id, staff_id);

CREATE TABLE customer.person_tag (
	tenant_id uuid NOT NULL,
	customer_id uuid NOT NULL,
	tag text NOT NULL CHECK (length(tag) BETWEEN 1 AND 32),
	PRIMARY KEY (tenant_id, customer_id, tag),
	FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person ON DELETE CASCADE
);
COMMENT ON TABLE customer.person_tag IS 'Words by which staff sort customers.';
COMMENT ON COLUMN customer.person_tag.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.person_tag.customer_id IS 'Who has it.';
COMMENT ON COLUMN customer.person_tag.tag IS 'The word, in small letters.';
CREATE INDEX person_tag_word ON customer.person_tag (tenant_id, tag, customer_id);

ALTER TABLE customer.person
	ADD COLUMN name_key text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
	ADD COLUMN company_key text NOT NULL GENERATED ALWAYS AS (lower(company)) STORED,
	ADD COLUMN phone_key text NOT NULL GENERATED ALWAYS AS (regexp_replace(phone, '[^0-9]', '', 'g')) STORED;
COMMENT ON COLUMN customer.person.name_key IS 'The name folded: a search finds it by its beginning.';
COMMENT ON COLUMN customer.person.company_key IS 'The company folded, likewise.';
COMMENT ON COLUMN customer.person.phone_key IS 'The digits of the telephone number.';

-- Each order of the list has its key, for all stores and for one; those who are forgotten stand in none.
CREATE INDEX person_name ON customer.person (tenant_id, name_key COLLATE "C", customer_id) WHERE erased_at IS NULL;
CREATE INDEX person_type ON customer.person (tenant_id, customer_type, customer_id) WHERE erased_at IS NULL;
CREATE INDEX person_store ON customer.person (tenant_id, store_id, customer_id);
CREATE INDEX person_store_name ON customer.person (tenant_id, store_id, name_key COLLATE "C", customer_id) WHERE erased_at IS NULL;
CREATE INDEX person_store_type ON customer.person (tenant_id, store_id, customer_type, customer_id) WHERE erased_at IS NULL;
CREATE INDEX person_company ON customer.person (tenant_id, company_key COLLATE "C") WHERE erased_at IS NULL;
CREATE INDEX person_phone ON customer.person (tenant_id, phone_key) WHERE erased_at IS NULL;
CREATE INDEX person_tax ON customer.person (tenant_id, tax_id) WHERE erased_at IS NULL;
CREATE INDEX outbox_customer ON event.outbox (tenant_id, customer_id, outbox_id);

SELECT sutler.protect('customer.person_note', 'customer.person_tag');
