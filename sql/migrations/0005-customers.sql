-- transactional
-- Customers: people with an account, what proves them, their addresses.

CREATE TABLE customer.person (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	customer_id uuid NOT NULL,
	email text NOT NULL CHECK (email <> ''),
	email_key text NOT NULL GENERATED ALWAYS AS (lower(email COLLATE "C")) STORED,
	verified_at timestamptz,
	name text NOT NULL DEFAULT '',
	phone text NOT NULL DEFAULT '',
	company text NOT NULL DEFAULT '',
	tax_id text NOT NULL DEFAULT '',
	customer_type text NOT NULL DEFAULT 'consumer' CHECK (customer_type IN ('consumer', 'business')),
	locale text NOT NULL DEFAULT '',
	store_id uuid NOT NULL,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	erased_at timestamptz,
	PRIMARY KEY (tenant_id, customer_id),
	UNIQUE (tenant_id, email_key),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store
);
COMMENT ON TABLE customer.person IS 'A person with an account, one for all stores of the tenant.';
COMMENT ON COLUMN customer.person.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.person.customer_id IS 'The customer.';
COMMENT ON COLUMN customer.person.email IS 'Address as typed; mail goes to these bytes and no others.';
COMMENT ON COLUMN customer.person.email_key IS 'The address with A-Z folded: ASCII alone, so that look-alikes stay strangers.';
COMMENT ON COLUMN customer.person.verified_at IS 'When the address was proven by a mailed link.';
COMMENT ON COLUMN customer.person.name IS 'Name.';
COMMENT ON COLUMN customer.person.phone IS 'Telephone.';
COMMENT ON COLUMN customer.person.company IS 'Company.';
COMMENT ON COLUMN customer.person.tax_id IS 'VAT or tax number.';
COMMENT ON COLUMN customer.person.customer_type IS 'consumer or business.';
COMMENT ON COLUMN customer.person.locale IS 'Language of mails to this person.';
COMMENT ON COLUMN customer.person.store_id IS 'Where the account was made; its mails look like that store.';
COMMENT ON COLUMN customer.person.created_at IS 'When the row was made.';
COMMENT ON COLUMN customer.person.erased_at IS 'When the person asked to be forgotten; what stood here is overwritten.';

CREATE TABLE customer.credential (
	tenant_id uuid NOT NULL,
	customer_id uuid NOT NULL,
	hash text NOT NULL,
	changed_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, customer_id),
	FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person ON DELETE CASCADE
);
COMMENT ON TABLE customer.credential IS 'What proves a customer; only login reads it.';
COMMENT ON COLUMN customer.credential.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.credential.customer_id IS 'Who.';
COMMENT ON COLUMN customer.credential.hash IS 'scrypt in libscrypt''s own notation, with its parameters and salt.';
COMMENT ON COLUMN customer.credential.changed_at IS 'When it was last changed.';

CREATE TABLE customer.address (
	tenant_id uuid NOT NULL,
	address_id uuid NOT NULL,
	customer_id uuid NOT NULL,
	name text NOT NULL DEFAULT '',
	company text NOT NULL DEFAULT '',
	street text NOT NULL DEFAULT '',
	street2 text NOT NULL DEFAULT '',
	postal_code text NOT NULL DEFAULT '',
	city text NOT NULL DEFAULT '',
	region text NOT NULL DEFAULT '',
	country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
	phone text NOT NULL DEFAULT '',
	is_shipping boolean NOT NULL DEFAULT false,
	is_billing boolean NOT NULL DEFAULT false,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, address_id),
	FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person ON DELETE CASCADE
);
COMMENT ON TABLE customer.address IS 'A customer''s address book.';
COMMENT ON COLUMN customer.address.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.address.address_id IS 'The entry.';
COMMENT ON COLUMN customer.address.customer_id IS 'Whose.';
COMMENT ON COLUMN customer.address.name IS 'Who receives.';
COMMENT ON COLUMN customer.address.company IS 'Company.';
COMMENT ON COLUMN customer.address.street IS 'Street and number.';
COMMENT ON COLUMN customer.address.street2 IS 'Flat, floor, more.';
COMMENT ON COLUMN customer.address.postal_code IS 'Postal code.';
COMMENT ON COLUMN customer.address.city IS 'Town.';
COMMENT ON COLUMN customer.address.region IS 'Region as its country names it.';
COMMENT ON COLUMN customer.address.country IS 'ISO 3166-1 alpha-2.';
COMMENT ON COLUMN customer.address.phone IS 'Telephone for the carrier.';
COMMENT ON COLUMN customer.address.is_shipping IS 'The one deliveries go to unless another is chosen.';
COMMENT ON COLUMN customer.address.is_billing IS 'The one invoices go to unless another is chosen.';
COMMENT ON COLUMN customer.address.created_at IS 'When the row was made.';
CREATE INDEX address_customer ON customer.address (tenant_id, customer_id);
CREATE UNIQUE INDEX address_one_shipping ON customer.address (tenant_id, customer_id) WHERE is_shipping;
CREATE UNIQUE INDEX address_one_billing ON customer.address (tenant_id, customer_id) WHERE is_billing;

-- Sessions, carts and orders know whose they are.
ALTER TABLE customer.session ADD FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person ON DELETE CASCADE;
CREATE INDEX session_customer ON customer.session (tenant_id, customer_id);
ALTER TABLE sales.cart ADD COLUMN customer_id uuid;
COMMENT ON COLUMN sales.cart.customer_id IS 'The customer whose saved cart this is; NULL: nobody has signed in.';
ALTER TABLE sales.cart ADD FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person;
CREATE UNIQUE INDEX cart_one_saved ON sales.cart (tenant_id, store_id, customer_id) WHERE state = 'open';
CREATE INDEX cart_customer ON sales.cart (tenant_id, customer_id);
ALTER TABLE sales."order" ADD COLUMN customer_id uuid;
COMMENT ON COLUMN sales."order".customer_id IS 'The customer who was signed in when it was placed, or claimed it later; NULL: a guest.';
ALTER TABLE sales."order" ADD FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person;
CREATE INDEX order_customer ON sales."order" (tenant_id, customer_id, placed_at);

SELECT sutler.protect('customer.person', 'customer.credential', 'customer.address');
