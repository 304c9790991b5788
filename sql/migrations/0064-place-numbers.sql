-- transactional
-- The number of a product's bits (catalog.counted) beside each of its places in a list: a walk along a filtered list asks the bits
-- of each product that it passes, without looking anything up (sql/functions/catalog_filter.sql).

ALTER TABLE catalog.placement ADD COLUMN ordinal integer CHECK (ordinal >= 0);
ALTER TABLE catalog.placement_price ADD COLUMN ordinal integer CHECK (ordinal >= 0);
ALTER TABLE catalog.placement_name ADD COLUMN ordinal integer CHECK (ordinal >= 0);
COMMENT ON COLUMN catalog.placement.ordinal IS 'As in catalog.counted; NULL until the product''s place is counted, within a second.';
COMMENT ON COLUMN catalog.placement_price.ordinal IS 'As in catalog.placement.';
COMMENT ON COLUMN catalog.placement_name.ordinal IS 'As in catalog.placement.';
DROP INDEX catalog.placement_position, catalog.placement_newest, catalog.placement_price_order, catalog.placement_name_order;

DO $backfill$
DECLARE
	t uuid;
BEGIN
	FOR t IN SELECT tenant_id FROM tenancy.tenant LOOP
		PERFORM set_config('sutler.tenant', t::text, true);
		UPDATE catalog.placement s SET ordinal = c.ordinal FROM catalog.counted c WHERE c.store_id = s.store_id AND c.product_id = s.product_id;
		UPDATE catalog.placement_price s SET ordinal = c.ordinal FROM catalog.counted c WHERE c.store_id = s.store_id AND c.product_id = s.product_id;
		UPDATE catalog.placement_name s SET ordinal = c.ordinal FROM catalog.counted c WHERE c.store_id = s.store_id AND c.product_id = s.product_id;
	END LOOP;
	PERFORM set_config('sutler.tenant', '', true);
END
$backfill$;
CREATE INDEX placement_position ON catalog.placement (tenant_id, store_id, category_id, currency, locale, position, product_id) INCLUDE (card, ordinal);
CREATE INDEX placement_newest ON catalog.placement (tenant_id, store_id, category_id, currency, locale, created_at, product_id);
CREATE INDEX placement_price_order ON catalog.placement_price (tenant_id, store_id, category_id, currency, price, product_id) INCLUDE (ordinal);
CREATE INDEX placement_name_order ON catalog.placement_name (tenant_id, store_id, category_id, currency, locale, name, product_id) INCLUDE (ordinal);
-- Almost always empty: what freshen is still to number.
CREATE INDEX placement_unnumbered ON catalog.placement (tenant_id, product_id) WHERE ordinal IS NULL;
