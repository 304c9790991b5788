-- transactional
-- What product pages show, put together once; what a search needs to know of a product to count filters.

CREATE TABLE catalog.product_page (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	locale text NOT NULL,
	currency text NOT NULL,
	product_id uuid NOT NULL,
	slug text NOT NULL,
	name text NOT NULL,
	reference text NOT NULL,
	brand text NOT NULL,
	summary text NOT NULL,
	description text NOT NULL,
	meta_title text NOT NULL,
	meta_description text NOT NULL,
	price bigint NOT NULL,
	was bigint,
	price_varies boolean NOT NULL,
	lead_time_days integer NOT NULL,
	variant_ids uuid[] NOT NULL,
	variants text NOT NULL,
	tiers text NOT NULL,
	media text NOT NULL,
	specs text NOT NULL,
	tags text NOT NULL,
	paths text NOT NULL,
	trail text NOT NULL,
	PRIMARY KEY (tenant_id, store_id, locale, currency, product_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.product_page IS 'One row per product page: store, language, currency and product with everything the page shows but stock, so that it costs one look-up. Lists are records that end with U+001E, of fields that end with U+001F.';
COMMENT ON COLUMN catalog.product_page.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.product_page.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.product_page.locale IS 'Language of the texts.';
COMMENT ON COLUMN catalog.product_page.currency IS 'Currency of the prices.';
COMMENT ON COLUMN catalog.product_page.product_id IS 'The product.';
COMMENT ON COLUMN catalog.product_page.slug IS 'Product slug.';
COMMENT ON COLUMN catalog.product_page.name IS 'Product name.';
COMMENT ON COLUMN catalog.product_page.reference IS 'The merchant''s reference code.';
COMMENT ON COLUMN catalog.product_page.brand IS 'Brand.';
COMMENT ON COLUMN catalog.product_page.summary IS 'One plain sentence.';
COMMENT ON COLUMN catalog.product_page.description IS 'Markdown.';
COMMENT ON COLUMN catalog.product_page.meta_title IS 'Title for search engines, or empty.';
COMMENT ON COLUMN catalog.product_page.meta_description IS 'Description for search engines, or empty.';
COMMENT ON COLUMN catalog.product_page.price IS 'Lowest plain price over the variants, minor units.';
COMMENT ON COLUMN catalog.product_page.was IS 'What that price was reduced from.';
COMMENT ON COLUMN catalog.product_page.price_varies IS 'Variants or tiers have other prices.';
COMMENT ON COLUMN catalog.product_page.lead_time_days IS 'Business days until it can leave the house.';
COMMENT ON COLUMN catalog.product_page.variant_ids IS 'The variants, whose stock is asked for with the page.';
COMMENT ON COLUMN catalog.product_page.variants IS 'Records, see catalog.page_variants.';
COMMENT ON COLUMN catalog.product_page.tiers IS 'Records, see catalog.page_tiers.';
COMMENT ON COLUMN catalog.product_page.media IS 'Records, see catalog.page_media.';
COMMENT ON COLUMN catalog.product_page.specs IS 'Records, see catalog.page_specs.';
COMMENT ON COLUMN catalog.product_page.tags IS 'Records, see catalog.page_tags.';
COMMENT ON COLUMN catalog.product_page.paths IS 'Records of language and slug: the page in the store''s languages.';
COMMENT ON COLUMN catalog.product_page.trail IS 'Records, see catalog.page_trail.';
CREATE INDEX product_page_slug ON catalog.product_page (tenant_id, store_id, locale, currency, slug);
CREATE INDEX product_page_product ON catalog.product_page (tenant_id, product_id);

SELECT sutler.protect('catalog.product_page');

-- A card in one text, in the index that lists are read from: 25 of them are two pages of the index,
-- and one column instead of thirteen.  Texts are cut where a card would not fit into an index.  Its
-- fields end with U+001F (lib/shop/card.c reads them).
ALTER TABLE catalog.listing ADD COLUMN card text NOT NULL GENERATED ALWAYS AS (
	slug || U&'\001F' || translate(name, U&'\001E\001F', '') || U&'\001F'
	|| CASE image WHEN '' THEN '' ELSE '/media/' || image END || U&'\001F'
	|| translate(left(alt, 250), U&'\001E\001F', '') || U&'\001F' || 'badge/' || stock || U&'\001F'
	|| translate(left(brand, 100), U&'\001E\001F', '') || U&'\001F'
	|| price::text || U&'\001F' || coalesce(was::text, '') || U&'\001F' || price_varies::text || U&'\001F'
	|| position::text || U&'\001F' || product_id::text || U&'\001F') STORED;
COMMENT ON COLUMN catalog.listing.card IS 'All that a card shows, fields that end with U+001F: slug, name, picture, its text, badge, brand, price, price before, whether prices vary, position, product.';
DROP INDEX catalog.listing_position;
CREATE INDEX listing_position ON catalog.listing (tenant_id, store_id, locale, currency, category_id, position, product_id) INCLUDE (card, created_at);

-- A search counts filters over what it found, up to 1 000 products: out of the row it reads anyway.
ALTER TABLE catalog.search
	ADD COLUMN stock text NOT NULL DEFAULT 'out' CHECK (stock IN ('in', 'few', 'made', 'out')),
	ADD COLUMN currencies text NOT NULL DEFAULT '',
	ADD COLUMN filters text NOT NULL DEFAULT '';
COMMENT ON COLUMN catalog.search.stock IS 'Availability badge, as in catalog.listing; kept by freshen alone.';
COMMENT ON COLUMN catalog.search.currencies IS 'Currencies it has a price in, spaces between.';
COMMENT ON COLUMN catalog.search.filters IS 'Codes of attribute and value of all its filters, each ended by U+001F.';
-- With store and category, so that the filters of some products of one list are read and no others.
DROP INDEX catalog.facet_product;
CREATE INDEX facet_product ON catalog.facet (tenant_id, product_id, store_id, category_id);
