-- transactional
-- Tenants, stores and hosts; the clock and the ids.

CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;

CREATE SCHEMA sutler;
COMMENT ON SCHEMA sutler IS 'What every domain uses: clock, ids, row protection.';

-- The one clock of the SQL side.  Tests replace this function; nothing else does.
CREATE FUNCTION sutler.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT pg_catalog.now() $$;
COMMENT ON FUNCTION sutler.now() IS 'The moment of the transaction: the only clock that queries and functions read.';

-- UUID version 7 (RFC 9562) for rows made in SQL: 48 bits of ms, then random.
CREATE FUNCTION sutler.uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$
	SELECT pg_catalog.encode(
		pg_catalog.set_bit(pg_catalog.set_bit(
			overlay(pg_catalog.uuid_send(pg_catalog.gen_random_uuid())
				PLACING substring(pg_catalog.int8send((extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::bigint) FROM 3)
				FROM 1 FOR 6),
			52, 1), 53, 1), 'hex')::uuid
$$;
COMMENT ON FUNCTION sutler.uuid7() IS 'A new UUID version 7 (RFC 9562): sorts by the millisecond it was made in.';

-- Forces row-level security with the one policy on tables; migrations only.
CREATE FUNCTION sutler.protect(VARIADIC tables regclass[]) RETURNS void LANGUAGE plpgsql
AS $$
DECLARE
	t regclass;
BEGIN
	FOREACH t IN ARRAY tables LOOP
		EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t);
		EXECUTE format('CREATE POLICY tenant ON %s USING (tenant_id = nullif(current_setting(''sutler.tenant'', true), '''')::uuid)', t);
	END LOOP;
END
$$;
COMMENT ON FUNCTION sutler.protect(regclass[]) IS 'Forces row-level security by tenant on the tables; used by migrations only.';

CREATE SCHEMA tenancy;
COMMENT ON SCHEMA tenancy IS 'Merchants (tenants), their storefronts (stores) and the hosts that lead to them.';

CREATE TABLE tenancy.tenant (
	tenant_id uuid PRIMARY KEY,
	slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
	name text NOT NULL CHECK (name <> ''),
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE tenancy.tenant IS 'A merchant. Reference table, readable without tenant, so that jobs can go tenant by tenant.';
COMMENT ON COLUMN tenancy.tenant.tenant_id IS 'Leads every key of every tenant table.';
COMMENT ON COLUMN tenancy.tenant.slug IS 'Short name for sutlerctl.';
COMMENT ON COLUMN tenancy.tenant.name IS 'The merchant''s name as people know it.';
COMMENT ON COLUMN tenancy.tenant.created_at IS 'When the row was made.';

CREATE TABLE tenancy.store (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	store_id uuid NOT NULL,
	code text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
	status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'active', 'inactive')),
	name text NOT NULL CHECK (name <> ''),
	legal_name text NOT NULL DEFAULT '',
	tax_id text NOT NULL DEFAULT '',
	timezone text NOT NULL DEFAULT 'UTC',
	prices_include_tax boolean NOT NULL DEFAULT true,
	keep_gross boolean NOT NULL DEFAULT true,
	tax_rounding text NOT NULL DEFAULT 'document' CHECK (tax_rounding IN ('line', 'document')),
	shipping_tax_class text NOT NULL DEFAULT 'standard',
	shipping_tax text NOT NULL DEFAULT 'class' CHECK (shipping_tax IN ('class', 'proportional')),
	guest_checkout text NOT NULL DEFAULT 'plain' CHECK (guest_checkout IN ('plain', 'verified')),
	low_stock integer NOT NULL DEFAULT 5 CHECK (low_stock BETWEEN 0 AND 10000),
	hold_minutes integer NOT NULL DEFAULT 15 CHECK (hold_minutes BETWEEN 1 AND 60),
	split_shipments boolean NOT NULL DEFAULT true,
	cutoff_minute integer NOT NULL DEFAULT 840 CHECK (cutoff_minute BETWEEN 0 AND 1440),
	closed_weekdays integer NOT NULL DEFAULT 96 CHECK (closed_weekdays BETWEEN 0 AND 126),
	contact_email text NOT NULL DEFAULT '',
	contact_phone text NOT NULL DEFAULT '',
	street text NOT NULL DEFAULT '',
	postal_code text NOT NULL DEFAULT '',
	city text NOT NULL DEFAULT '',
	region text NOT NULL DEFAULT '',
	country text NOT NULL DEFAULT 'ES' CHECK (country ~ '^[A-Z]{2}$'),
	color_primary text NOT NULL DEFAULT '#1f4e79' CHECK (color_primary ~ '^#[0-9a-f]{6}$'),
	color_accent text NOT NULL DEFAULT '#c75b12' CHECK (color_accent ~ '^#[0-9a-f]{6}$'),
	logo text NOT NULL DEFAULT '',
	favicon text NOT NULL DEFAULT '',
	mail_from_name text NOT NULL DEFAULT '',
	order_prefix text NOT NULL DEFAULT '' CHECK (order_prefix ~ '^[A-Za-z0-9-]{0,8}$'),
	invoice_prefix text NOT NULL DEFAULT '',
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (tenant_id, store_id),
	UNIQUE (tenant_id, code)
);
COMMENT ON TABLE tenancy.store IS 'A storefront of a tenant with its own hosts, locales, currencies and look.';
COMMENT ON COLUMN tenancy.store.tenant_id IS 'The merchant.';
COMMENT ON COLUMN tenancy.store.store_id IS 'The storefront.';
COMMENT ON COLUMN tenancy.store.code IS 'Short name for sutlerctl and files.';
COMMENT ON COLUMN tenancy.store.status IS 'pending: not open yet, answers 503 kindly; inactive: closed, answers 410.';
COMMENT ON COLUMN tenancy.store.name IS 'Name shown to shoppers.';
COMMENT ON COLUMN tenancy.store.legal_name IS 'Seller named on invoices.';
COMMENT ON COLUMN tenancy.store.tax_id IS 'Seller''s VAT or tax number on invoices.';
COMMENT ON COLUMN tenancy.store.timezone IS 'IANA zone in which days of this store begin and end.';
COMMENT ON COLUMN tenancy.store.prices_include_tax IS 'Stored prices are gross, or net.';
COMMENT ON COLUMN tenancy.store.keep_gross IS 'With gross prices: keep the shown price where the destination''s rate differs (true), or keep the net price.';
COMMENT ON COLUMN tenancy.store.tax_rounding IS 'Where tax is rounded: per line, or per document and rate; stored again on each order.';
COMMENT ON COLUMN tenancy.store.shipping_tax_class IS 'Tax class of delivery charges.';
COMMENT ON COLUMN tenancy.store.shipping_tax IS 'Delivery is taxed by that class, or in proportion to the goods delivered.';
COMMENT ON COLUMN tenancy.store.guest_checkout IS 'plain: guests just order; verified: a code mailed to the guest is entered first.';
COMMENT ON COLUMN tenancy.store.low_stock IS 'At most this many available is shown as "few".';
COMMENT ON COLUMN tenancy.store.hold_minutes IS 'How long checkout holds stock, minutes.';
COMMENT ON COLUMN tenancy.store.split_shipments IS 'Whether one line may be taken from several warehouses.';
COMMENT ON COLUMN tenancy.store.cutoff_minute IS 'Minute of the local day until which an order counts for that business day.';
COMMENT ON COLUMN tenancy.store.closed_weekdays IS 'Bit n set: closed on ISO weekday n+1 (Monday is bit 0); 96 is Saturday and Sunday.';
COMMENT ON COLUMN tenancy.store.contact_email IS 'Public address, and sender of mail.';
COMMENT ON COLUMN tenancy.store.contact_phone IS 'Public telephone number.';
COMMENT ON COLUMN tenancy.store.street IS 'Seller''s street.';
COMMENT ON COLUMN tenancy.store.postal_code IS 'Seller''s postal code.';
COMMENT ON COLUMN tenancy.store.city IS 'Seller''s city.';
COMMENT ON COLUMN tenancy.store.region IS 'Seller''s region or state.';
COMMENT ON COLUMN tenancy.store.country IS 'Seller''s country, ISO 3166-1 alpha-2; the home of the home tax rate.';
COMMENT ON COLUMN tenancy.store.color_primary IS 'Theme colour, #rrggbb.';
COMMENT ON COLUMN tenancy.store.color_accent IS 'Theme colour of calls to action, #rrggbb.';
COMMENT ON COLUMN tenancy.store.logo IS 'Media name of the logo, or empty.';
COMMENT ON COLUMN tenancy.store.favicon IS 'Media name of the icon, or empty.';
COMMENT ON COLUMN tenancy.store.mail_from_name IS 'Display name of mail from this store.';
COMMENT ON COLUMN tenancy.store.order_prefix IS 'What order numbers of this store begin with.';
COMMENT ON COLUMN tenancy.store.invoice_prefix IS 'What invoice numbers of this store begin with.';
COMMENT ON COLUMN tenancy.store.created_at IS 'When the row was made.';

CREATE TABLE tenancy.store_locale (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	locale text NOT NULL CHECK (locale ~ '^[a-z]{2,3}(-[a-z]{2})?$'),
	tag text NOT NULL CHECK (tag ~ '^[a-z]{2,3}-[A-Z]{2}$'),
	position integer NOT NULL CHECK (position >= 0),
	PRIMARY KEY (tenant_id, store_id, locale),
	UNIQUE (tenant_id, store_id, position),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE tenancy.store_locale IS 'Languages of a store; position 0 is the default and has no prefix in the path.';
COMMENT ON COLUMN tenancy.store_locale.tenant_id IS 'The merchant.';
COMMENT ON COLUMN tenancy.store_locale.store_id IS 'The storefront.';
COMMENT ON COLUMN tenancy.store_locale.locale IS 'Path segment and key of translated content: "es".';
COMMENT ON COLUMN tenancy.store_locale.tag IS 'BCP 47 tag for ICU and hreflang: "es-ES".';
COMMENT ON COLUMN tenancy.store_locale.position IS 'Order in menus; 0 is the default.';

CREATE TABLE tenancy.store_currency (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	position integer NOT NULL CHECK (position >= 0),
	PRIMARY KEY (tenant_id, store_id, currency),
	UNIQUE (tenant_id, store_id, position),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE tenancy.store_currency IS 'Currencies a store sells in; position 0 is the default.';
COMMENT ON COLUMN tenancy.store_currency.tenant_id IS 'The merchant.';
COMMENT ON COLUMN tenancy.store_currency.store_id IS 'The storefront.';
COMMENT ON COLUMN tenancy.store_currency.currency IS 'ISO 4217.';
COMMENT ON COLUMN tenancy.store_currency.position IS 'Order in menus; 0 is the default.';

CREATE TABLE tenancy.store_text (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	locale text NOT NULL,
	mail_signature text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, store_id, locale),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE tenancy.store_text IS 'A store''s own words in a language.';
COMMENT ON COLUMN tenancy.store_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN tenancy.store_text.store_id IS 'The storefront.';
COMMENT ON COLUMN tenancy.store_text.locale IS 'Language.';
COMMENT ON COLUMN tenancy.store_text.mail_signature IS 'Last lines of each mail; lines are kept.';

CREATE TABLE tenancy.host (
	host text PRIMARY KEY CHECK (host ~ '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$'),
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	kind text NOT NULL DEFAULT 'store' CHECK (kind IN ('store', 'admin')),
	origin text NOT NULL CHECK (origin ~ '^https?://[a-z0-9.-]+(:[0-9]+)?$'),
	is_primary boolean NOT NULL DEFAULT false,
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE tenancy.host IS 'Which host leads to which store. Reference table without row policy: it is how the tenant is found.';
COMMENT ON COLUMN tenancy.host.host IS 'Exact host name, lower case, without port.';
COMMENT ON COLUMN tenancy.host.tenant_id IS 'The merchant.';
COMMENT ON COLUMN tenancy.host.store_id IS 'The storefront.';
COMMENT ON COLUMN tenancy.host.kind IS 'store: shop pages; admin: the console.';
COMMENT ON COLUMN tenancy.host.origin IS 'Scheme, host and port of links in mail and canonical URLs; never taken from a request.';
COMMENT ON COLUMN tenancy.host.is_primary IS 'The host whose origin is canonical.';
CREATE UNIQUE INDEX host_one_primary ON tenancy.host (tenant_id, store_id, kind) WHERE is_primary;
CREATE INDEX host_store ON tenancy.host (tenant_id, store_id);

CREATE TABLE tenancy.holiday (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	day date NOT NULL,
	PRIMARY KEY (tenant_id, store_id, day),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE tenancy.holiday IS 'Days without dispatch, for delivery estimates.';
COMMENT ON COLUMN tenancy.holiday.tenant_id IS 'The merchant.';
COMMENT ON COLUMN tenancy.holiday.store_id IS 'The storefront.';
COMMENT ON COLUMN tenancy.holiday.day IS 'The local day.';

CREATE TABLE tenancy.social (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	network text NOT NULL CHECK (network ~ '^[a-z]{2,20}$'),
	url text NOT NULL CHECK (url ~ '^https://'),
	position integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, store_id, network),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE tenancy.social IS 'Links to the store''s pages on social networks.';
COMMENT ON COLUMN tenancy.social.tenant_id IS 'The merchant.';
COMMENT ON COLUMN tenancy.social.store_id IS 'The storefront.';
COMMENT ON COLUMN tenancy.social.network IS 'instagram, facebook, linkedin ...';
COMMENT ON COLUMN tenancy.social.url IS 'The page.';
COMMENT ON COLUMN tenancy.social.position IS 'Order.';

SELECT sutler.protect('tenancy.store',
	'tenancy.store_locale',
	'tenancy.store_currency',
	'tenancy.store_text',
	'tenancy.holiday',
	'tenancy.social');
