-- transactional
-- Which products of a store have what lists are filtered by, a bit each: filters are counted by joining and counting bits, in a
-- time that hangs on the store's size by a 16 384th (sql/functions/catalog_filter.sql).

ALTER TABLE catalog.counted ADD COLUMN ordinal integer, ADD COLUMN currencies text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN catalog.counted.currencies IS 'Those it has a price in, sorted.';
COMMENT ON COLUMN catalog.counted.ordinal IS 'Its number in the store, from 0: the place of its bits in catalog.bitmap. Given once and to nobody else.';

CREATE TABLE catalog.bitmap (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	key_id uuid NOT NULL,
	chunk integer NOT NULL CHECK (chunk >= 0),
	products integer NOT NULL CHECK (products > 0),
	bits bit(16384) NOT NULL,
	PRIMARY KEY (tenant_id, store_id, key_id, chunk),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.bitmap IS 'Which products of a store stand in a category, have a value, or an availability; no row of zeros alone.';
COMMENT ON COLUMN catalog.bitmap.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.bitmap.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.bitmap.key_id IS 'The category (all zeros: the whole store); the value; 1 to 4: an availability as in catalog.facet_count; what catalog.currency_key() makes of a currency.';
COMMENT ON COLUMN catalog.bitmap.chunk IS 'Products with these ordinals: 16 384 from 16 384 times this on.';
COMMENT ON COLUMN catalog.bitmap.products IS 'How many bits are set. With it the bits begin at a multiple of 8 bytes, where they are counted four times as fast.';
COMMENT ON COLUMN catalog.bitmap.bits IS 'A bit each. They stand in the row itself, three rows in a page.';
-- Beside the row and compressed they would cost more to read than to count.
ALTER TABLE catalog.bitmap ALTER COLUMN bits SET STORAGE PLAIN;
SELECT sutler.protect('catalog.bitmap');

DO $backfill$
DECLARE
	t uuid;
BEGIN
	FOR t IN SELECT tenant_id FROM tenancy.tenant LOOP
		PERFORM set_config('sutler.tenant', t::text, true);
		UPDATE catalog.counted c SET ordinal = n.ordinal, currencies = l.currencies
		FROM (SELECT x.store_id, x.product_id, row_number() OVER (PARTITION BY x.store_id ORDER BY x.product_id) - 1 AS ordinal FROM catalog.counted x) n
		JOIN (SELECT x.store_id, x.product_id, array_agg(DISTINCT x.currency ORDER BY x.currency) AS currencies
		      FROM catalog.listing x GROUP BY x.store_id, x.product_id) l ON l.store_id = n.store_id AND l.product_id = n.product_id
		WHERE c.store_id = n.store_id AND c.product_id = n.product_id;
		INSERT INTO catalog.bitmap (tenant_id, store_id, key_id, chunk, products, bits)
		SELECT t, c.store_id, k.key_id, c.ordinal / 16384, count(*), bit_or(set_bit(0::bit(16384), c.ordinal % 16384, 1))
		FROM catalog.counted c
		CROSS JOIN LATERAL unnest(c.categories || c.value_ids || ('00000000-0000-0000-0000-00000000000' || c.stock)::uuid
			|| ARRAY(SELECT md5('currency ' || u)::uuid FROM unnest(c.currencies) AS u)) AS k (key_id)
		GROUP BY c.store_id, k.key_id, c.ordinal / 16384;
	END LOOP;
	PERFORM set_config('sutler.tenant', '', true);
END
$backfill$;
ALTER TABLE catalog.counted ALTER COLUMN ordinal SET NOT NULL;
CREATE UNIQUE INDEX counted_ordinal ON catalog.counted (tenant_id, store_id, ordinal) INCLUDE (product_id);
