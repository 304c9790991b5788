-- transactional
-- A store's prices may follow what goods cost, or what another store asks: sql/functions/catalog_markup.sql.

-- The rule reckons rows of catalog.price, so whoever reads prices reads them as before.
ALTER TABLE catalog.price ADD COLUMN reckoned boolean NOT NULL DEFAULT false,
	ADD CONSTRAINT price_reckoned CHECK (NOT reckoned OR customer_group = '' AND min_quantity = 1 AND starts_at = '-infinity');
COMMENT ON COLUMN catalog.price.reckoned IS 'A rule of catalog.markup reckons this price. Whoever sets another one by hand ends that for the variant.';

CREATE TABLE catalog.markup (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	product_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
	base text NOT NULL CHECK (base IN ('store', 'cost', 'hand')),
	base_store_id uuid,
	base_currency text NOT NULL CHECK (base_currency ~ '^[A-Z]{3}$'),
	rate numeric(20,10) NOT NULL DEFAULT 1 CHECK (rate > 0),
	exponent smallint NOT NULL CHECK (exponent BETWEEN 0 AND 4),
	base_exponent smallint NOT NULL CHECK (base_exponent BETWEEN 0 AND 4),
	-- A tenth of a thousandth of the base, to a hundred times more than it.
	percent bigint NOT NULL DEFAULT 0 CHECK (percent BETWEEN -9999 AND 990000),
	ending integer NOT NULL DEFAULT -1 CHECK (ending BETWEEN -1 AND 99),
	revision bigint NOT NULL DEFAULT 1,
	only_product_id uuid GENERATED ALWAYS AS (nullif(product_id, '00000000-0000-0000-0000-000000000000')) STORED,
	PRIMARY KEY (tenant_id, store_id, currency, product_id),
	CHECK ((base = 'store') = (base_store_id IS NOT NULL)),
	CHECK (base <> 'hand' OR product_id <> '00000000-0000-0000-0000-000000000000'),
	CHECK (base_currency <> currency OR rate = 1),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, base_store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, only_product_id) REFERENCES catalog.product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.markup IS 'What the plain prices of a store in a currency follow: one rule for all its products, and others for single ones.';
COMMENT ON COLUMN catalog.markup.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.markup.store_id IS 'The store whose prices follow.';
COMMENT ON COLUMN catalog.markup.currency IS 'In which of its currencies.';
COMMENT ON COLUMN catalog.markup.product_id IS 'Whose prices; all zeros: those of every product without a rule of its own.';
COMMENT ON COLUMN catalog.markup.base IS 'store: the plain prices of a store; cost: what pieces cost (inventory.cost); hand: none, though the store has a rule.';
COMMENT ON COLUMN catalog.markup.base_store_id IS 'The store whose prices are followed; the same one for its other currencies.';
COMMENT ON COLUMN catalog.markup.base_currency IS 'The currency of what is followed.';
COMMENT ON COLUMN catalog.markup.rate IS 'How much of the currency one of base_currency is, as the merchant says.';
COMMENT ON COLUMN catalog.markup.exponent IS 'Decimals of the currency.';
COMMENT ON COLUMN catalog.markup.base_exponent IS 'Decimals of base_currency.';
COMMENT ON COLUMN catalog.markup.percent IS 'What is put on it, in hundredths of a percent; below 0: taken off.';
COMMENT ON COLUMN catalog.markup.ending IS 'What prices end in, minor units of a currency with two decimals: 95; -1: as it comes.';
COMMENT ON COLUMN catalog.markup.revision IS 'Rises with each change: a form filled in before is old.';
COMMENT ON COLUMN catalog.markup.only_product_id IS 'The single product, or NULL: for the foreign key.';
CREATE INDEX markup_base ON catalog.markup (tenant_id, base_store_id);
CREATE INDEX markup_product ON catalog.markup (tenant_id, only_product_id);

CREATE TABLE catalog.markup_walk (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	walked_to uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
	PRIMARY KEY (tenant_id, store_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.markup_walk IS 'Stores all whose prices freshen is reckoning, some products at a time.';
COMMENT ON COLUMN catalog.markup_walk.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.markup_walk.store_id IS 'The store.';
COMMENT ON COLUMN catalog.markup_walk.walked_to IS 'The last product that is done.';
SELECT sutler.protect('catalog.markup', 'catalog.markup_walk');

ALTER TABLE catalog.stale DROP CONSTRAINT stale_kind_check,
	ADD CONSTRAINT stale_kind_check CHECK (kind IN ('stock', 'store', 'related', 'member', 'rule', 'reckon', 'markup'));
COMMENT ON COLUMN catalog.stale.kind IS 'stock: a variant whose stock moved; store: a store whose catalogue changed; related: a product whose related cards changed; member: a product to hold against the rules of collections; rule: a collection to hold all products against; reckon: a product whose prices follow what changed; markup: a store all whose prices are to be reckoned.';
