-- What goes with the products of an import; see import_products.sql.

-- Related products.  One that stands in a later part of the file is not there yet: its product counts as changed, and
-- is related in the second round.
CREATE OR REPLACE FUNCTION catalog.import_related(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CREATE TEMP TABLE import_related ON COMMIT DROP AS
	SELECT DISTINCT ON (m.product_id, p.product_id) m.product_id, p.product_id AS related_id, i.position, i.kind
	FROM pg_temp.import_item i JOIN pg_temp.import_map m ON m.reference = i.reference
	JOIN catalog.product p ON p.reference = i.value WHERE i.kind IN ('related', 'accessory', 'alternative') ORDER BY m.product_id, p.product_id, i.position;
	-- Those that stand in the file as they stood before keep their places.
	WITH place AS (
		SELECT r.product_id, r.kind FROM pg_temp.import_related r JOIN catalog.product o ON o.product_id = r.related_id
		GROUP BY r.product_id, r.kind
		HAVING array_agg(r.related_id ORDER BY r.position, o.reference) = ARRAY(SELECT x.related_id FROM catalog.related x
			JOIN catalog.product y ON y.product_id = x.related_id WHERE x.product_id = r.product_id AND x.kind = r.kind ORDER BY x.position, y.reference)
	) UPDATE pg_temp.import_related r SET position = x.position FROM place p, catalog.related x
	WHERE p.product_id = r.product_id AND p.kind = r.kind AND x.product_id = r.product_id AND x.related_id = r.related_id;
	WITH w AS (
		-- A kind without a column stays.
		DELETE FROM catalog.related x USING pg_temp.import_map m WHERE x.product_id = m.product_id AND catalog.import_has(x.kind)
		  AND NOT EXISTS (SELECT FROM pg_temp.import_related r WHERE r.product_id = x.product_id AND r.related_id = x.related_id)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		INSERT INTO catalog.related AS x (tenant_id, product_id, related_id, position, kind)
		SELECT p_tenant, r.product_id, r.related_id, r.position, r.kind FROM pg_temp.import_related r
		-- A file that knows no other kinds leaves what stands as one of them.
		ON CONFLICT (tenant_id, product_id, related_id) DO UPDATE SET position = excluded.position, kind = excluded.kind
		WHERE (x.position, x.kind) IS DISTINCT FROM (excluded.position, excluded.kind) AND catalog.import_has(x.kind)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	INSERT INTO pg_temp.import_touched SELECT DISTINCT m.product_id FROM pg_temp.import_item i JOIN pg_temp.import_map m ON m.reference = i.reference
	WHERE i.kind IN ('related', 'accessory', 'alternative') AND NOT EXISTS (SELECT FROM catalog.product p WHERE p.reference = i.value);
END
$$;
COMMENT ON FUNCTION catalog.import_related(uuid) IS 'Part of an import of products: related products, accessories and alternatives.';
