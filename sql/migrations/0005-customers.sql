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
CREATE INDEX person_unproven ON customer.person (tenant_id, created_at) WHERE verified_at IS NULL;

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

-- What a browser is called in the list of its owner's sessions.
ALTER TABLE customer.session ADD COLUMN label text NOT NULL DEFAULT '' CHECK (length(label) <= 60);
COMMENT ON COLUMN customer.session.label IS 'Browser and system in two words, for the list of own sessions.';

CREATE TABLE customer.device (
	tenant_id uuid NOT NULL,
	token_sha256 bytea NOT NULL CHECK (length(token_sha256) = 32),
	customer_id uuid NOT NULL,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	seen_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, token_sha256),
	FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person ON DELETE CASCADE
);
COMMENT ON TABLE customer.device IS 'Browsers that a customer signed in with: strangers who guess do not slow them down.';
COMMENT ON COLUMN customer.device.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.device.token_sha256 IS 'Hash of the cookie.';
COMMENT ON COLUMN customer.device.customer_id IS 'Whose.';
COMMENT ON COLUMN customer.device.created_at IS 'When the row was made.';
COMMENT ON COLUMN customer.device.seen_at IS 'Last log-in with it.';
CREATE INDEX device_customer ON customer.device (tenant_id, customer_id);

CREATE TABLE customer.guess (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	scope text NOT NULL CHECK (scope IN ('pair', 'account', 'device')),
	key_sha256 bytea NOT NULL CHECK (length(key_sha256) = 32),
	tries integer NOT NULL,
	since timestamptz NOT NULL DEFAULT sutler.now(),
	last_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, scope, key_sha256)
);
COMMENT ON TABLE customer.guess IS 'Passwords tried and not found right, for slowing guesses down. Of addresses without account too: both answer alike.';
COMMENT ON COLUMN customer.guess.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.guess.scope IS 'pair: network and account; account: from anywhere; device: a known browser.';
COMMENT ON COLUMN customer.guess.key_sha256 IS 'Hash of who or what.';
COMMENT ON COLUMN customer.guess.tries IS 'Tries in the window; a right password takes its own back.';
COMMENT ON COLUMN customer.guess.since IS 'Start of the window.';
COMMENT ON COLUMN customer.guess.last_at IS 'The last one.';
CREATE INDEX guess_last ON customer.guess (tenant_id, last_at);

CREATE TABLE customer.email_change (
	tenant_id uuid NOT NULL,
	change_id uuid NOT NULL,
	customer_id uuid NOT NULL,
	old_email text NOT NULL,
	old_key text NOT NULL GENERATED ALWAYS AS (lower(old_email COLLATE "C")) STORED,
	new_email text NOT NULL,
	asked_at timestamptz NOT NULL DEFAULT sutler.now(),
	done_at timestamptz,
	undone_at timestamptz,
	PRIMARY KEY (tenant_id, change_id),
	FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person ON DELETE CASCADE
);
COMMENT ON TABLE customer.email_change IS 'A wish for another mail address: it counts once the new one is proven, and can be undone from the old one for a day.';
COMMENT ON COLUMN customer.email_change.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.email_change.change_id IS 'The change.';
COMMENT ON COLUMN customer.email_change.customer_id IS 'Whose.';
COMMENT ON COLUMN customer.email_change.old_email IS 'The address before.';
COMMENT ON COLUMN customer.email_change.old_key IS 'Folded, so that nobody takes it while it can come back.';
COMMENT ON COLUMN customer.email_change.new_email IS 'The address wanted.';
COMMENT ON COLUMN customer.email_change.asked_at IS 'When it was asked for.';
COMMENT ON COLUMN customer.email_change.done_at IS 'When the new address was proven.';
COMMENT ON COLUMN customer.email_change.undone_at IS 'When it was taken back.';
CREATE INDEX email_change_customer ON customer.email_change (tenant_id, customer_id);
CREATE INDEX email_change_old ON customer.email_change (tenant_id, old_key) WHERE done_at IS NOT NULL AND undone_at IS NULL;

CREATE TABLE customer.token (
	tenant_id uuid NOT NULL,
	token_sha256 bytea NOT NULL CHECK (length(token_sha256) = 32),
	customer_id uuid NOT NULL,
	purpose text NOT NULL CHECK (purpose IN ('verify', 'reset', 'email', 'undo')),
	change_id uuid,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	expires_at timestamptz NOT NULL,
	used_at timestamptz,
	PRIMARY KEY (tenant_id, token_sha256),
	FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, change_id) REFERENCES customer.email_change ON DELETE CASCADE,
	CHECK ((change_id IS NOT NULL) = (purpose IN ('email', 'undo')))
);
COMMENT ON TABLE customer.token IS 'Links mailed to customers: made when the mail is sent, only their hashes, each used once.';
COMMENT ON COLUMN customer.token.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.token.token_sha256 IS 'Hash of what the link holds.';
COMMENT ON COLUMN customer.token.customer_id IS 'Whose account it opens.';
COMMENT ON COLUMN customer.token.purpose IS 'verify and email prove an address, reset chooses a password, undo takes a change of address back.';
COMMENT ON COLUMN customer.token.change_id IS 'The change of address it is about.';
COMMENT ON COLUMN customer.token.created_at IS 'When the row was made.';
COMMENT ON COLUMN customer.token.expires_at IS 'When it ends.';
COMMENT ON COLUMN customer.token.used_at IS 'When it was used, or when a newer one took its place.';
CREATE INDEX token_customer ON customer.token (tenant_id, customer_id);
CREATE INDEX token_change ON customer.token (tenant_id, change_id);
CREATE INDEX token_expiry ON customer.token (tenant_id, expires_at);

CREATE INDEX attempt_window ON event.attempt (tenant_id, window_start);

-- Mails to customers.
ALTER TABLE event.outbox ADD COLUMN customer_id uuid, ADD COLUMN change_id uuid;
COMMENT ON COLUMN event.outbox.customer_id IS 'The customer it goes to.';
COMMENT ON COLUMN event.outbox.change_id IS 'The change of mail address it is about.';

-- Cookies of a signed-in browser open the saved cart as long as the session lives.
ALTER TABLE sales.cart_token ADD COLUMN session_id uuid;
COMMENT ON COLUMN sales.cart_token.session_id IS 'The session whose browser has it: the token ends with it. NULL: a guest''s cookie or a mailed link.';
ALTER TABLE sales.cart_token ADD FOREIGN KEY (tenant_id, session_id) REFERENCES customer.session ON DELETE CASCADE;
CREATE INDEX cart_token_session ON sales.cart_token (tenant_id, session_id);

SELECT sutler.protect('customer.person', 'customer.credential', 'customer.address', 'customer.device', 'customer.guess',
	'customer.email_change', 'customer.token');
