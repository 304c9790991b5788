-- transactional
-- A card stands once for each language and currency; where it stands, in rows for each order of a list.
--
-- A card was written in each category of its product with eight index entries, three of them as wide as the card: all of them
-- to change a price.  Now catalog.listing holds cards.  catalog.placement has the orders that are asked for most, the text of
-- the card in the index of the first: looked up in catalog.listing, 25 cards cost a page of the shop a third of its speed, and
-- in the rows of catalog.placement a tenth.  By price and by name (placement_price, placement_name) they are looked up.

CREATE TABLE catalog.placement (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	currency text NOT NULL,
	locale text NOT NULL,
	position integer NOT NULL,
	created_at timestamptz NOT NULL,
	card text NOT NULL,
	PRIMARY KEY (tenant_id, product_id, store_id, category_id, currency, locale),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.placement IS 'Where products stand: a row for each category of a store that shows the product, in each language and each currency it has a price in. The category of all zeros holds every visible product of the store once.';
COMMENT ON COLUMN catalog.placement.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.placement.product_id IS 'The product.';
COMMENT ON COLUMN catalog.placement.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.placement.category_id IS 'The category (with what its children hold), or all zeros for the whole store.';
COMMENT ON COLUMN catalog.placement.currency IS 'A currency that catalog.listing has a card in.';
COMMENT ON COLUMN catalog.placement.locale IS 'Language of the card.';
COMMENT ON COLUMN catalog.placement.card IS 'As in catalog.listing.';
COMMENT ON COLUMN catalog.placement.position IS 'Recommended order.';
COMMENT ON COLUMN catalog.placement.created_at IS 'For "newest".';

CREATE TABLE catalog.placement_price (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	currency text NOT NULL,
	price bigint NOT NULL,
	PRIMARY KEY (tenant_id, product_id, store_id, category_id, currency),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.placement_price IS 'The products of a category by price. Apart, so that a new price changes no other order.';
COMMENT ON COLUMN catalog.placement_price.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.placement_price.product_id IS 'The product.';
COMMENT ON COLUMN catalog.placement_price.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.placement_price.category_id IS 'The category, as in catalog.placement.';
COMMENT ON COLUMN catalog.placement_price.currency IS 'Currency of the price.';
COMMENT ON COLUMN catalog.placement_price.price IS 'As on the card, minor units.';

CREATE TABLE catalog.placement_name (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	currency text NOT NULL,
	locale text NOT NULL,
	name text COLLATE "und-x-icu" NOT NULL,
	PRIMARY KEY (tenant_id, product_id, store_id, category_id, currency, locale),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.placement_name IS 'The products of a category by name, in each language.';
COMMENT ON COLUMN catalog.placement_name.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.placement_name.product_id IS 'The product.';
COMMENT ON COLUMN catalog.placement_name.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.placement_name.category_id IS 'The category, as in catalog.placement.';
COMMENT ON COLUMN catalog.placement_name.currency IS 'As in catalog.placement.';
COMMENT ON COLUMN catalog.placement_name.locale IS 'The language.';
COMMENT ON COLUMN catalog.placement_name.name IS 'As on the card; it sorts as people expect.';

SELECT sutler.protect('catalog.placement', 'catalog.placement_price', 'catalog.placement_name');

DO $backfill$
DECLARE
	t uuid;
BEGIN
	FOR t IN SELECT tenant_id FROM tenancy.tenant LOOP
		PERFORM set_config('sutler.tenant', t::text, true);
		INSERT INTO catalog.placement (tenant_id, product_id, store_id, category_id, currency, locale, position, created_at, card)
		SELECT t, x.product_id, x.store_id, x.category_id, x.currency, x.locale, x.position, x.created_at, c.card
		FROM catalog.listing x
		JOIN catalog.listing c ON c.product_id = x.product_id AND c.store_id = x.store_id AND c.currency = x.currency AND c.locale = x.locale
			AND c.category_id = '00000000-0000-0000-0000-000000000000'
		ORDER BY x.product_id, x.store_id, x.category_id, x.currency, x.locale;
		INSERT INTO catalog.placement_price (tenant_id, product_id, store_id, category_id, currency, price)
		SELECT DISTINCT ON (x.product_id, x.store_id, x.category_id, x.currency) t, x.product_id, x.store_id, x.category_id, x.currency, x.price
		FROM catalog.listing x ORDER BY x.product_id, x.store_id, x.category_id, x.currency;
		INSERT INTO catalog.placement_name (tenant_id, product_id, store_id, category_id, currency, locale, name)
		SELECT t, x.product_id, x.store_id, x.category_id, x.currency, x.locale, x.name
		FROM catalog.listing x ORDER BY x.product_id, x.store_id, x.category_id, x.currency, x.locale;
		DELETE FROM catalog.listing x WHERE x.category_id <> '00000000-0000-0000-0000-000000000000';
	END LOOP;
	PERFORM set_config('sutler.tenant', '', true);
END
$backfill$;
CREATE INDEX placement_position ON catalog.placement (tenant_id, store_id, category_id, currency, locale, position, product_id) INCLUDE (card);
CREATE INDEX placement_newest ON catalog.placement (tenant_id, store_id, category_id, currency, locale, created_at, product_id);
CREATE INDEX placement_price_order ON catalog.placement_price (tenant_id, store_id, category_id, currency, price, product_id);
CREATE INDEX placement_name_order ON catalog.placement_name (tenant_id, store_id, category_id, currency, locale, name, product_id);
DROP INDEX catalog.listing_position, catalog.listing_price, catalog.listing_newest, catalog.listing_name, catalog.listing_featured, catalog.listing_slug;
ALTER TABLE catalog.listing DROP CONSTRAINT listing_pkey;
ALTER TABLE catalog.listing DROP COLUMN category_id;
ALTER TABLE catalog.listing ADD PRIMARY KEY (tenant_id, product_id, store_id, locale, currency) INCLUDE (card);
CREATE INDEX listing_slug ON catalog.listing (tenant_id, store_id, locale, currency, slug);
CREATE INDEX listing_featured ON catalog.listing (tenant_id, store_id, locale, currency, position, product_id) WHERE featured;
COMMENT ON TABLE catalog.listing IS 'One row per product card: store, language, currency and product with everything the card shows. Where it stands says catalog.placement.';
COMMENT ON COLUMN catalog.listing.position IS 'Recommended order in the whole store.';
COMMENT ON COLUMN catalog.listing.created_at IS 'When the product was made; "newest" goes by it.';
