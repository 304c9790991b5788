-- transactional
-- How much a product is asked for, found every night: a search shows it further up, and in a large store looks among the popular
-- fifth first (sql/functions/popularity.sql).

ALTER TABLE catalog.search ADD COLUMN popularity smallint NOT NULL DEFAULT 0 CHECK (popularity BETWEEN 0 AND 100),
	ADD COLUMN popular boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN catalog.search.popularity IS 'Orders and looks of half a year on a scale of logarithms; 0: none.';
COMMENT ON COLUMN catalog.search.popular IS 'Of the popular fifth of a large store.';
CREATE INDEX search_popularity ON catalog.search (tenant_id, store_id, locale, popularity) WHERE popularity > 0;
CREATE INDEX search_popular ON catalog.search USING gin (catalog.keyed_words(store_id, locale, tsv)) WHERE popular;

CREATE TABLE catalog.popular_from (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	popularity smallint NOT NULL,
	position integer NOT NULL,
	product_id uuid NOT NULL,
	PRIMARY KEY (tenant_id, store_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.popular_from IS 'Where the popular fifth of a large store ends, as the last night began; no row: the store is not large.';
COMMENT ON COLUMN catalog.popular_from.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.popular_from.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.popular_from.popularity IS 'Products that are more popular are of it; of those that are as popular,';
COMMENT ON COLUMN catalog.popular_from.position IS 'those that are recommended before this place,';
COMMENT ON COLUMN catalog.popular_from.product_id IS 'or stand there, up to this product.';
SELECT sutler.protect('catalog.popular_from');

DROP FUNCTION IF EXISTS catalog.find_text(uuid, text, tsquery);
DROP FUNCTION IF EXISTS catalog.matches(uuid, text, tsquery);
DROP FUNCTION IF EXISTS catalog.search_for(uuid, text, text, boolean);
