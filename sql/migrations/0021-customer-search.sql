-- transactional
-- Customers of one store among very many: by a tag, and by the beginning of a company's name.

-- A key to refer to, in place of the plain index of the same columns.
ALTER TABLE customer.person ADD CONSTRAINT person_of_store UNIQUE (tenant_id, store_id, customer_id);
DROP INDEX customer.person_store;

ALTER TABLE customer.person_tag ADD COLUMN store_id uuid;
COMMENT ON COLUMN customer.person_tag.store_id IS 'Where the account was made: a list of one store reads no others.';
-- All tenants at once; row-level security would show none of them here.
ALTER TABLE customer.person NO FORCE ROW LEVEL SECURITY;
ALTER TABLE customer.person_tag NO FORCE ROW LEVEL SECURITY;
UPDATE customer.person_tag t SET store_id = p.store_id
FROM customer.person p WHERE p.tenant_id = t.tenant_id AND p.customer_id = t.customer_id;
ALTER TABLE customer.person FORCE ROW LEVEL SECURITY;
ALTER TABLE customer.person_tag FORCE ROW LEVEL SECURITY;
ALTER TABLE customer.person_tag ALTER COLUMN store_id SET NOT NULL,
	DROP CONSTRAINT person_tag_tenant_id_customer_id_fkey,
	ADD CONSTRAINT person_tag_of_person FOREIGN KEY (tenant_id, store_id, customer_id)
		REFERENCES customer.person (tenant_id, store_id, customer_id) ON UPDATE CASCADE ON DELETE CASCADE;
CREATE INDEX person_tag_store ON customer.person_tag (tenant_id, store_id, tag, customer_id);

CREATE INDEX person_store_company ON customer.person (tenant_id, store_id, company_key COLLATE "C") WHERE erased_at IS NULL;
