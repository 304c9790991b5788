-- transactional
-- What a product page says of delivery: nothing is sent of what is a download.

ALTER TABLE catalog.product_page ADD COLUMN digital text NOT NULL DEFAULT 'none' CHECK (digital IN ('none', 'some', 'all'));
COMMENT ON COLUMN catalog.product_page.digital IS 'Of how many of the variants nothing is sent: downloads, and bundles of nothing else.';
DO $backfill$
DECLARE
	t uuid;
BEGIN
	FOR t IN SELECT tenant_id FROM tenancy.tenant LOOP
		PERFORM set_config('sutler.tenant', t::text, true);
		UPDATE catalog.product_page g SET digital = CASE WHEN d.whole THEN 'all' ELSE 'some' END
		FROM (SELECT v.product_id, bool_and(v.digital) AS whole FROM catalog.variant v WHERE v.status = 'active' GROUP BY 1 HAVING bool_or(v.digital)) d
		WHERE g.product_id = d.product_id;
	END LOOP;
	PERFORM set_config('sutler.tenant', '', true);
END
$backfill$;
