-- transactional
-- Products of a large store get their bits beside those of their department, so that its lists read few rows of catalog.bitmap
-- (sql/functions/catalog_count.sql).

CREATE TABLE catalog.bit_range (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	next_ordinal integer NOT NULL CHECK (next_ordinal >= 0),
	last_ordinal integer NOT NULL CHECK (last_ordinal % 16384 = 16383 AND next_ordinal <= last_ordinal + 1),
	PRIMARY KEY (tenant_id, store_id, category_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.bit_range IS 'Which numbers the next products of a store get in catalog.counted: the rest of a chunk of catalog.bitmap.';
COMMENT ON COLUMN catalog.bit_range.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.bit_range.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.bit_range.category_id IS 'Whose products: of a category at the top; all zeros: of a store that is not large, and those that stand in none.';
COMMENT ON COLUMN catalog.bit_range.next_ordinal IS 'The next number.';
COMMENT ON COLUMN catalog.bit_range.last_ordinal IS 'The last one of the chunk; behind it comes a chunk that nobody has.';
SELECT sutler.protect('catalog.bit_range');

DO $backfill$
DECLARE
	t uuid;
BEGIN
	FOR t IN SELECT tenant_id FROM tenancy.tenant LOOP
		PERFORM set_config('sutler.tenant', t::text, true);
		INSERT INTO catalog.bit_range (tenant_id, store_id, category_id, next_ordinal, last_ordinal)
		SELECT t, c.store_id, '00000000-0000-0000-0000-000000000000', max(c.ordinal) + 1, max(c.ordinal) / 16384 * 16384 + 16383
		FROM catalog.counted c GROUP BY c.store_id;
	END LOOP;
	PERFORM set_config('sutler.tenant', '', true);
END
$backfill$;
