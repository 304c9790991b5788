-- transactional
-- Prices and tags of the products of a store as bits, too: a list between two prices, or of a tag, is counted and filtered as any
-- other, whatever number of products it has (sql/functions/catalog_filter.sql).

DROP FUNCTION IF EXISTS catalog.countable(uuid, uuid[]);
DROP FUNCTION IF EXISTS catalog.bits_of(uuid[], smallint, uuid[], text[]);
DROP FUNCTION IF EXISTS catalog.filter_base(uuid, uuid, uuid, text, text[], text[], text[]);
DROP FUNCTION IF EXISTS catalog.filter_counts(uuid, uuid, uuid, text, text[], text[], text[]);
DROP FUNCTION IF EXISTS catalog.filter_found(uuid, uuid, uuid, text, text[], text[], text[]);
ALTER TABLE catalog.counted ADD COLUMN prices bigint[] NOT NULL DEFAULT '{}', ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN catalog.counted.prices IS 'What its card says it costs from in each of currencies, minor units.';
COMMENT ON COLUMN catalog.counted.tags IS 'Language (empty: all), a blank and the name in the address of each of its tags, sorted.';
COMMENT ON COLUMN catalog.bitmap.key_id IS 'The category (all zeros: the whole store); the value; 1 to 4: an availability as in catalog.facet_count; what catalog.currency_key(), price_key() and tag_key() make of a currency, a binary digit of a price, a tag.';

DO $backfill$
DECLARE
	t uuid;
BEGIN
	FOR t IN SELECT tenant_id FROM tenancy.tenant LOOP
		PERFORM set_config('sutler.tenant', t::text, true);
		UPDATE catalog.counted c SET prices = p.prices
		FROM (SELECT x.store_id, x.product_id, array_agg(x.price ORDER BY x.currency) AS prices FROM catalog.placement_price x
		      WHERE x.category_id = '00000000-0000-0000-0000-000000000000' GROUP BY x.store_id, x.product_id) p
		WHERE c.store_id = p.store_id AND c.product_id = p.product_id;
		UPDATE catalog.counted c SET tags = g.tags
		FROM (SELECT x.product_id, array_agg(DISTINCT x.locale || ' ' || x.slug) AS tags FROM catalog.product_tag x WHERE x.slug <> '' GROUP BY x.product_id) g
		WHERE c.product_id = g.product_id;
		INSERT INTO catalog.bitmap (tenant_id, store_id, key_id, chunk, products, bits)
		SELECT t, c.store_id, k.key_id, c.ordinal / 16384, count(*), bit_or(set_bit(0::bit(16384), c.ordinal % 16384, 1))
		FROM catalog.counted c
		CROSS JOIN LATERAL (SELECT md5('price ' || u.currency || ' ' || n)::uuid AS key_id
			FROM unnest(c.currencies, c.prices) AS u (currency, price) CROSS JOIN generate_series(0, 40) AS n WHERE (u.price >> n) & 1 = 1
			UNION ALL SELECT md5('tag ' || u)::uuid FROM unnest(c.tags) AS u) AS k
		GROUP BY c.store_id, k.key_id, c.ordinal / 16384;
	END LOOP;
	PERFORM set_config('sutler.tenant', '', true);
END
$backfill$;
