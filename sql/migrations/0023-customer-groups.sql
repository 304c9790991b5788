-- transactional
-- Price groups: customers who have prices of their own.

INSERT INTO staff.permission (permission) VALUES ('customers.groups');

CREATE TABLE customer.price_group (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	code text NOT NULL CHECK (code ~ '^[A-Z0-9_-]{1,40}$'),
	name text NOT NULL CHECK (name <> '' AND length(name) <= 60),
	name_key text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
	made_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, code),
	UNIQUE (tenant_id, name_key)
);
COMMENT ON TABLE customer.price_group IS 'A group of customers with prices of its own; staff see its name, customers only the prices.';
COMMENT ON COLUMN customer.price_group.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.price_group.code IS 'What prices call it; stays for ever.';
COMMENT ON COLUMN customer.price_group.name IS 'What staff call it.';
COMMENT ON COLUMN customer.price_group.name_key IS 'The name folded: no two groups look the same.';
COMMENT ON COLUMN customer.price_group.made_at IS 'When it was made.';
SELECT sutler.protect('customer.price_group');

-- A group that somebody is in, or that has a price, cannot go: the keys below see to that.
ALTER TABLE customer.person ADD COLUMN price_group text,
	ADD CONSTRAINT person_of_group FOREIGN KEY (tenant_id, price_group) REFERENCES customer.price_group;
COMMENT ON COLUMN customer.person.price_group IS 'Whose prices this customer has besides those of everybody; NULL: none.';
CREATE INDEX person_price_group ON customer.person (tenant_id, price_group, customer_id) WHERE price_group IS NOT NULL;
CREATE INDEX person_store_price_group ON customer.person (tenant_id, store_id, price_group, customer_id) WHERE price_group IS NOT NULL;

-- All tenants at once; row-level security would show none of them here.
ALTER TABLE catalog.price NO FORCE ROW LEVEL SECURITY;
ALTER TABLE customer.price_group NO FORCE ROW LEVEL SECURITY;
INSERT INTO customer.price_group (tenant_id, code, name) SELECT DISTINCT r.tenant_id, r.customer_group, r.customer_group FROM catalog.price r WHERE r.customer_group <> '';
ALTER TABLE customer.price_group FORCE ROW LEVEL SECURITY;
ALTER TABLE catalog.price FORCE ROW LEVEL SECURITY;
ALTER TABLE catalog.price ADD COLUMN group_code text GENERATED ALWAYS AS (nullif(customer_group, '')) STORED,
	ADD CONSTRAINT price_of_group FOREIGN KEY (tenant_id, group_code) REFERENCES customer.price_group;
COMMENT ON COLUMN catalog.price.group_code IS 'The group that the price is for, to refer to; NULL: everybody.';
COMMENT ON TABLE catalog.price IS 'The price list, by store, currency, customer group, quantity and dates. Of the same group and quantity the one with the latest start counts; a member of a group pays the lowest of its prices and everybody''s.';
CREATE INDEX price_group ON catalog.price (tenant_id, group_code) WHERE group_code IS NOT NULL;
