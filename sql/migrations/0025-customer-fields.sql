-- transactional
-- What a merchant wants to know of his customers beside what every shop knows.

CREATE TABLE customer.field (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	code text NOT NULL CHECK (code ~ '^[A-Z0-9_-]{1,40}$'),
	label text NOT NULL CHECK (label <> '' AND length(label) <= 60),
	label_key text NOT NULL GENERATED ALWAYS AS (lower(label)) STORED,
	kind text NOT NULL CHECK (kind IN ('text', 'number', 'date', 'choice')),
	choices text[] NOT NULL DEFAULT '{}' CHECK (cardinality(choices) <= 50),
	-- A page of one customer shows them all: with more nobody fills them in.
	position integer NOT NULL CHECK (position BETWEEN 1 AND 20),
	PRIMARY KEY (tenant_id, code),
	UNIQUE (tenant_id, label_key),
	UNIQUE (tenant_id, position),
	CHECK ((kind = 'choice') = (cardinality(choices) > 0))
);
COMMENT ON TABLE customer.field IS 'A field of a merchant''s own that staff fill in for customers.';
COMMENT ON COLUMN customer.field.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.field.code IS 'What files call it; stays for ever.';
COMMENT ON COLUMN customer.field.label IS 'What staff call it.';
COMMENT ON COLUMN customer.field.label_key IS 'The label folded: no two fields look the same.';
COMMENT ON COLUMN customer.field.kind IS 'text, number, date or choice.';
COMMENT ON COLUMN customer.field.choices IS 'What a choice offers.';
COMMENT ON COLUMN customer.field.position IS 'Order on the page; its bound is that of their number.';

CREATE TABLE customer.field_value (
	tenant_id uuid NOT NULL,
	customer_id uuid NOT NULL,
	code text NOT NULL,
	value text NOT NULL CHECK (value <> '' AND length(value) <= 200),
	PRIMARY KEY (tenant_id, customer_id, code),
	FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, code) REFERENCES customer.field ON DELETE CASCADE
);
COMMENT ON TABLE customer.field_value IS 'What stands in a field of a merchant''s own; nothing where it is empty.';
COMMENT ON COLUMN customer.field_value.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.field_value.customer_id IS 'Of whom.';
COMMENT ON COLUMN customer.field_value.code IS 'The field.';
COMMENT ON COLUMN customer.field_value.value IS 'As its kind writes it: a number with a point, a date as 2026-11-25.';
CREATE INDEX field_value_field ON customer.field_value (tenant_id, code, customer_id);

SELECT sutler.protect('customer.field', 'customer.field_value');
