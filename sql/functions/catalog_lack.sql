-- What products lack, as the desk lists it: pictures, prices, stock.  Part of catalog.redesk() (catalog_desk.sql).

-- What products lack, by their own tables.  Asked product by product and variant by variant: what nothing is known of
-- the number of would be joined by reading all pictures, prices and stock, for each product anew.
CREATE OR REPLACE FUNCTION catalog.lacks_of(p_tenant uuid, p_products uuid[])
RETURNS TABLE (product_id uuid, lack text, store_id uuid, currency text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH asked AS (SELECT DISTINCT u AS product_id FROM unnest(p_products) AS u)
	SELECT w.product_id, 'picture', '00000000-0000-0000-0000-000000000000'::uuid, '' FROM asked w
	WHERE (SELECT true FROM catalog.product_media pm WHERE pm.product_id = w.product_id AND pm.kind = 'image' LIMIT 1) IS NULL
	UNION ALL
	SELECT w.product_id, 'stock', '00000000-0000-0000-0000-000000000000', '' FROM asked w
	-- What a bundle lacks, its parts lack.
	WHERE (SELECT true FROM catalog.variant v WHERE v.product_id = w.product_id AND v.status = 'active'
		AND (v.bundle OR (SELECT true FROM inventory.stock s WHERE s.variant_id = v.variant_id AND s.on_hand > s.held LIMIT 1)) LIMIT 1) IS NULL
	UNION ALL
	SELECT w.product_id, 'price', sp.store_id, c.currency FROM asked w
	JOIN catalog.store_product sp ON sp.product_id = w.product_id JOIN tenancy.store_currency c ON c.store_id = sp.store_id
	WHERE (SELECT true FROM catalog.variant v WHERE v.product_id = w.product_id AND v.status = 'active'
		AND (SELECT true FROM catalog.price pr WHERE pr.store_id = sp.store_id AND pr.variant_id = v.variant_id
			AND pr.currency = c.currency LIMIT 1) LIMIT 1) IS NULL
$$;
COMMENT ON FUNCTION catalog.lacks_of(uuid, uuid[]) IS 'No picture, no price in a currency of a store it stands in, nothing to sell in any warehouse.';

-- The rows at the desk are locked before anything is looked at, so that of two who change the same product at the
-- same moment, or of one and freshen, the later one sees what the earlier one wrote.
CREATE OR REPLACE FUNCTION catalog.redesk_lacks(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM catalog.desk d WHERE d.product_id = ANY (p_products) ORDER BY d.product_id FOR NO KEY UPDATE;
	WITH fresh AS MATERIALIZED (
		SELECT w.product_id, w.lack, w.store_id, w.currency, d.name, d.status, d.brand, d.created_at, d.updated_at
		FROM catalog.lacks_of(p_tenant, p_products) w
		CROSS JOIN LATERAL (SELECT x.* FROM catalog.desk x WHERE x.product_id = w.product_id LIMIT 1) d
	), gone AS (
		DELETE FROM catalog.desk_lack l WHERE l.product_id = ANY (p_products) AND (l.product_id, l.lack, l.store_id, l.currency)
			NOT IN (SELECT f.product_id, f.lack, f.store_id, f.currency FROM fresh f)
	)
	INSERT INTO catalog.desk_lack AS l (tenant_id, product_id, lack, store_id, currency, name, status, brand, created_at, updated_at)
	SELECT p_tenant, f.* FROM fresh f
	ON CONFLICT (tenant_id, product_id, lack, store_id, currency) DO UPDATE SET name = excluded.name, status = excluded.status,
		brand = excluded.brand, created_at = excluded.created_at, updated_at = excluded.updated_at
	WHERE (l.name, l.status, l.brand, l.created_at, l.updated_at)
		IS DISTINCT FROM (excluded.name, excluded.status, excluded.brand, excluded.created_at, excluded.updated_at);
END
$$;
COMMENT ON FUNCTION catalog.redesk_lacks(uuid, uuid[]) IS 'What these products lack, as the desk lists it; writes only what differs.';

-- A part of freshen.  Only what differs is locked and looked at again: whoever changes a product leaves a
-- stale item for it in the same transaction, so what he saw too early is looked at after him.
CREATE OR REPLACE FUNCTION catalog.redesk_stock(p_tenant uuid, p_variants uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ids uuid[] := ARRAY(SELECT DISTINCT v.product_id FROM catalog.variant v WHERE v.variant_id = ANY (p_variants));
BEGIN
	ids := ARRAY(SELECT w.id FROM unnest(ids) AS w (id)
		WHERE ((SELECT true FROM catalog.variant v WHERE v.product_id = w.id AND v.status = 'active'
				AND (v.bundle OR (SELECT true FROM inventory.stock s WHERE s.variant_id = v.variant_id AND s.on_hand > s.held LIMIT 1)) LIMIT 1) IS NULL)
			<> ((SELECT true FROM catalog.desk_lack l WHERE l.product_id = w.id AND l.lack = 'stock' LIMIT 1) IS NOT NULL));
	IF cardinality(ids) > 0 THEN
		PERFORM catalog.redesk_lacks(p_tenant, ids);
	END IF;
END
$$;
COMMENT ON FUNCTION catalog.redesk_stock(uuid, uuid[]) IS 'Which products of these variants have nothing to sell, or have again.';

-- TG_ARGV: what leads from rows "t" to products, and its joins.
CREATE OR REPLACE FUNCTION catalog.desk_lacks_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text := coalesce(current_setting('sutler.tenant', true), '');
	tenant uuid;
	ids uuid[];
BEGIN
	-- As in catalog.desk_changed().
	IF current_setting('sutler.redesk', true) = 'later' THEN
		RETURN NULL;
	END IF;
	FOR tenant IN SELECT DISTINCT t.tenant_id FROM touched t LOOP
		PERFORM set_config('sutler.tenant', tenant::text, true);
		EXECUTE format('SELECT array_agg(DISTINCT %s) FROM touched t %s WHERE t.tenant_id = $1', TG_ARGV[0], TG_ARGV[1]) INTO ids USING tenant;
		-- In the order of all who change products: the product, the desk, the shop's lists.
		PERFORM FROM catalog.product p WHERE p.product_id = ANY (ids) ORDER BY p.product_id FOR NO KEY UPDATE;
		PERFORM catalog.redesk_lacks(tenant, ids);
	END LOOP;
	PERFORM set_config('sutler.tenant', before, true);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION catalog.desk_lacks_changed() IS 'Statement trigger of pictures, prices, and of what stands in a store: what products lack follows.';

-- A price that changes its amount is there before and after; where it stands never changes (its row trigger says so).
DO $triggers$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT * FROM (VALUES
		('catalog.product_media', 't.product_id', '', true),
		('catalog.store_product', 't.product_id', '', false),
		('catalog.price', 'v.product_id', 'JOIN catalog.variant v ON v.variant_id = t.variant_id', false),
		('tenancy.store_currency', 'sp.product_id', 'JOIN catalog.store_product sp ON sp.store_id = t.store_id', false)
	) AS x (tab, expression, joins, changes) LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER desk_lacks_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS touched
			FOR EACH STATEMENT EXECUTE FUNCTION catalog.desk_lacks_changed(%L, %L)', r.tab, r.expression, r.joins);
		EXECUTE format('CREATE OR REPLACE TRIGGER desk_lacks_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS touched
			FOR EACH STATEMENT EXECUTE FUNCTION catalog.desk_lacks_changed(%L, %L)', r.tab, r.expression, r.joins);
		IF r.changes THEN
			EXECUTE format('CREATE OR REPLACE TRIGGER desk_lacks_update AFTER UPDATE ON %s REFERENCING NEW TABLE AS touched
				FOR EACH STATEMENT EXECUTE FUNCTION catalog.desk_lacks_changed(%L, %L)', r.tab, r.expression, r.joins);
		END IF;
	END LOOP;
END
$triggers$;

CREATE OR REPLACE FUNCTION catalog.price_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'a price stays with its store, variant and currency: delete it and write another';
END
$$;
COMMENT ON FUNCTION catalog.price_stays() IS 'Row trigger of prices: what is kept of where prices stand would be wrong else.';
CREATE OR REPLACE TRIGGER price_stays BEFORE UPDATE OF store_id, variant_id, currency ON catalog.price FOR EACH ROW
	WHEN ((OLD.store_id, OLD.variant_id, OLD.currency) IS DISTINCT FROM (NEW.store_id, NEW.variant_id, NEW.currency))
	EXECUTE FUNCTION catalog.price_stays();
