-- transactional
-- Settings that staff change in the console: who saves last is told what changed meanwhile.

ALTER TABLE tenancy.store ADD COLUMN revision bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN tenancy.store.revision IS 'Counts changes of this row, its languages and currencies; a form that was filled in over an older one is not saved.';
ALTER TABLE shipping.method ADD COLUMN revision bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN shipping.method.revision IS 'Counts changes of this row, its texts, countries and prices, likewise.';
ALTER TABLE payment.method ADD COLUMN revision bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN payment.method.revision IS 'Counts changes of this row, its texts and countries, likewise.';

-- Zones finer than a country: "ES", but not "ES-GC"; or "ES-GC" alone.
ALTER TABLE shipping.method_country
	ADD COLUMN region text NOT NULL DEFAULT '' CHECK (region ~ '^[A-Z0-9]{0,3}$'),
	ADD COLUMN excluded boolean NOT NULL DEFAULT false,
	ADD CONSTRAINT method_country_region_place CHECK (region = '' OR country <> '*'),
	DROP CONSTRAINT method_country_pkey,
	ADD PRIMARY KEY (tenant_id, store_id, method_id, country, region);
COMMENT ON COLUMN shipping.method_country.region IS 'The part behind the hyphen of ISO 3166-2; empty: the whole country.';
COMMENT ON COLUMN shipping.method_country.excluded IS 'Taken out of what the other rows say.';

-- Rates that begin and end: what was taxed so yesterday stays written.
ALTER TABLE accounting.tax_rate
	ADD COLUMN valid_from date NOT NULL DEFAULT '-infinity',
	ADD COLUMN valid_to date NOT NULL DEFAULT 'infinity',
	ADD CONSTRAINT tax_rate_valid CHECK (valid_from < valid_to);
COMMENT ON COLUMN accounting.tax_rate.valid_from IS 'First local day it counts.';
COMMENT ON COLUMN accounting.tax_rate.valid_to IS 'First local day it counts no more.';

ALTER TABLE content.page ADD COLUMN revision bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN content.page.revision IS 'Counts changes of this row and its texts, likewise.';
