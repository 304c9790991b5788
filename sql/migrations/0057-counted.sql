-- transactional
-- What each product adds to the counts of a store: a change costs what changed and not the store (sql/functions/catalog_count.sql).

CREATE TABLE catalog.counted (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	product_id uuid NOT NULL,
	stock smallint NOT NULL CHECK (stock BETWEEN 1 AND 4),
	brand text NOT NULL,
	categories uuid[] NOT NULL,
	attributes uuid[] NOT NULL,
	value_ids uuid[] NOT NULL,
	words text[] NOT NULL,
	PRIMARY KEY (tenant_id, store_id, product_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.counted IS 'As what each visible product stands in the counts of its store; only what counts writes it.';
COMMENT ON COLUMN catalog.counted.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.counted.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.counted.product_id IS 'The product.';
COMMENT ON COLUMN catalog.counted.stock IS 'Availability: 1 in, 2 few, 3 made, 4 out.';
COMMENT ON COLUMN catalog.counted.brand IS 'Its brand; empty: none.';
COMMENT ON COLUMN catalog.counted.categories IS 'Those it shows in, sorted; all zeros among them.';
COMMENT ON COLUMN catalog.counted.attributes IS 'The attributes of value_ids, at the same places.';
COMMENT ON COLUMN catalog.counted.value_ids IS 'Values to filter by, sorted.';
COMMENT ON COLUMN catalog.counted.words IS 'Language, a blank and a word as it is written, sorted.';
CREATE INDEX counted_brand ON catalog.counted (tenant_id, store_id, brand) WHERE brand <> '';

CREATE TABLE catalog.word_form (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	locale text NOT NULL,
	word text COLLATE "C" NOT NULL,
	form text COLLATE "C" NOT NULL,
	products integer NOT NULL CHECK (products > 0),
	PRIMARY KEY (tenant_id, store_id, locale, word, form),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.word_form IS 'How the words of catalog.word are written, and how often each.';
COMMENT ON COLUMN catalog.word_form.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.word_form.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.word_form.locale IS 'Language.';
COMMENT ON COLUMN catalog.word_form.word IS 'The word folded, as in catalog.word.';
COMMENT ON COLUMN catalog.word_form.form IS 'Lower case, accents kept.';
COMMENT ON COLUMN catalog.word_form.products IS 'In how many products it stands so.';
SELECT sutler.protect('catalog.counted', 'catalog.word_form');

ALTER TABLE catalog.stale DROP CONSTRAINT stale_kind_check,
	ADD CONSTRAINT stale_kind_check CHECK (kind IN ('stock', 'store', 'product', 'related', 'member', 'rule', 'reckon', 'markup'));
COMMENT ON COLUMN catalog.stale.kind IS 'stock: a variant whose stock moved, or whose product was listed again; store: a store whose catalogue changed; product: one without variants, to be counted; related: a product whose related cards changed; member: a product to hold against the rules of collections; rule: a collection to hold all products against; reckon: a product whose prices follow what changed; markup: a store all whose prices are to be reckoned.';

-- It tells of products now, too.
DROP FUNCTION IF EXISTS catalog.refresh_stock(uuid, uuid[]);

-- The counts of today are right: only who adds what to them is new.
DO $backfill$
DECLARE
	t uuid;
BEGIN
	FOR t IN SELECT tenant_id FROM tenancy.tenant LOOP
		PERFORM set_config('sutler.tenant', t::text, true);
		INSERT INTO catalog.counted (tenant_id, store_id, product_id, stock, brand, categories, attributes, value_ids, words)
		SELECT t, l.store_id, l.product_id, l.stock, l.brand, l.categories, coalesce(f.attributes, '{}'), coalesce(f.value_ids, '{}'), coalesce(w.words, '{}')
		FROM (SELECT x.store_id, x.product_id, min(CASE x.stock WHEN 'in' THEN 1 WHEN 'few' THEN 2 WHEN 'made' THEN 3 ELSE 4 END) AS stock,
		             min(x.brand) AS brand, array_agg(DISTINCT x.category_id ORDER BY x.category_id) AS categories
		      FROM catalog.listing x GROUP BY x.store_id, x.product_id) l
		LEFT JOIN (SELECT x.store_id, x.product_id, array_agg(x.attribute_id ORDER BY x.value_id) AS attributes,
		                  array_agg(x.value_id ORDER BY x.value_id) AS value_ids
		           FROM catalog.facet x WHERE x.category_id = '00000000-0000-0000-0000-000000000000' GROUP BY x.store_id, x.product_id) f
			ON f.store_id = l.store_id AND f.product_id = l.product_id
		LEFT JOIN (SELECT s.store_id, s.product_id, array_agg(s.locale || ' ' || u ORDER BY s.locale COLLATE "C", u COLLATE "C") AS words
		           FROM catalog.search s, unnest(s.words) AS u GROUP BY s.store_id, s.product_id) w
			ON w.store_id = l.store_id AND w.product_id = l.product_id;
		INSERT INTO catalog.word_form (tenant_id, store_id, locale, word, form, products)
		SELECT t, s.store_id, s.locale, catalog.fold(u), u, count(*)
		FROM catalog.search s, unnest(s.words) AS u GROUP BY s.store_id, s.locale, u;
	END LOOP;
	PERFORM set_config('sutler.tenant', '', true);
END
$backfill$;
