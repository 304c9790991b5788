-- What a changed price leaves to be made again: amounts alone (catalog.relist makes all of a product again).

-- A price that was there has another amount: nothing else of cards and pages changes, a sixth of the work.  Whose cards, or
-- whose variants on a page, come or go by their prices are listed as a whole.
CREATE OR REPLACE FUNCTION catalog.relist_prices(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	items integer := cardinality(p_products);
	plans text := current_setting('plan_cache_mode');
	ids uuid[];
BEGIN
	IF coalesce(items, 0) = 0 THEN
		RETURN;
	END IF;
	PERFORM FROM catalog.product p WHERE p.product_id = ANY (p_products) ORDER BY p.product_id FOR NO KEY UPDATE;
	WITH fresh AS (
		SELECT v.product_id, sp.store_id, x.currency, array_agg(DISTINCT v.variant_id ORDER BY v.variant_id) AS ids
		FROM catalog.variant v
		JOIN catalog.product p ON p.product_id = v.product_id AND p.status = 'active'
		JOIN catalog.store_product sp ON sp.product_id = v.product_id AND sp.visible
		JOIN catalog.price x ON x.store_id = sp.store_id AND x.variant_id = v.variant_id
		JOIN tenancy.store_currency c ON c.store_id = sp.store_id AND c.currency = x.currency
		WHERE v.product_id = ANY (p_products) AND v.status = 'active' AND x.customer_group = '' AND x.min_quantity = 1
		  AND x.starts_at <= sutler.now() AND x.ends_at > sutler.now()
		GROUP BY v.product_id, sp.store_id, x.currency
	), page AS (
		SELECT g.product_id, g.store_id, g.currency, (SELECT array_agg(u ORDER BY u) FROM unnest(g.variant_ids) AS u) AS ids
		FROM catalog.product_page g WHERE g.product_id = ANY (p_products)
	)
	SELECT coalesce(array_agg(DISTINCT d.product_id), '{}') INTO ids
	FROM ((SELECT * FROM fresh EXCEPT SELECT * FROM page) UNION ALL (SELECT * FROM page EXCEPT SELECT * FROM fresh)) d;
	PERFORM catalog.relist(p_tenant, ids);
	ids := ARRAY(SELECT DISTINCT u FROM unnest(p_products) AS u WHERE u <> ALL (ids));

	INSERT INTO catalog.stale (tenant_id, kind, target_id)
	SELECT DISTINCT p_tenant, 'store', l.store_id FROM catalog.listing l WHERE l.product_id = ANY (ids);
	INSERT INTO catalog.stale (tenant_id, stale_id, kind, target_id)
	SELECT p_tenant, catalog.turn(items), 'related', x.product_id FROM (
		SELECT r.product_id FROM catalog.related r WHERE r.related_id = ANY (ids)
		UNION SELECT c.product_id FROM catalog.recommendation c WHERE c.other_id = ANY (ids)) x;
	IF coalesce(current_setting('sutler.rules', true), '') <> 'held' THEN
		INSERT INTO catalog.stale (tenant_id, stale_id, kind, target_id)
		SELECT p_tenant, catalog.turn(items), 'member', u FROM unnest(ids) u WHERE EXISTS (SELECT FROM catalog.rule);
	END IF;
	-- As in catalog.relist().
	PERFORM set_config('plan_cache_mode', CASE WHEN items > 20 THEN 'force_custom_plan' ELSE 'force_generic_plan' END, true);
	UPDATE catalog.listing l SET price = f.price, was = f.was, price_varies = f.price_varies FROM catalog.price_of(p_tenant, ids) f
	WHERE l.product_id = ANY (ids) AND l.product_id = f.product_id AND l.store_id = f.store_id AND l.currency = f.currency
	  AND (l.price, l.was, l.price_varies) IS DISTINCT FROM (f.price, f.was, f.price_varies);
	UPDATE catalog.placement s SET card = l.card FROM catalog.listing l
	WHERE s.product_id = ANY (ids) AND l.product_id = s.product_id AND l.store_id = s.store_id AND l.currency = s.currency AND l.locale = s.locale
	  AND s.card <> l.card;
	-- What a list between two prices is counted by follows.
	WITH changed AS (
		UPDATE catalog.placement_price s SET price = f.price FROM catalog.price_of(p_tenant, ids) f
		WHERE s.product_id = ANY (ids) AND s.product_id = f.product_id AND s.store_id = f.store_id AND s.currency = f.currency AND s.price <> f.price
		RETURNING s.product_id
	)
	INSERT INTO catalog.stale (tenant_id, stale_id, kind, target_id)
	SELECT p_tenant, catalog.turn(items), 'product', c.product_id FROM (SELECT DISTINCT x.product_id FROM changed x) c;
	UPDATE catalog.product_page g SET price = f.price, was = f.was, price_varies = f.price_varies, variants = n.records, tiers = coalesce(t.records, '')
	FROM catalog.price_of(p_tenant, ids) f
	JOIN catalog.product_page o ON o.product_id = f.product_id AND o.store_id = f.store_id AND o.currency = f.currency
	LEFT JOIN catalog.page_tiers(p_tenant, ids) t ON t.product_id = f.product_id AND t.store_id = f.store_id AND t.currency = f.currency
	CROSS JOIN LATERAL catalog.page_repriced(o.store_id, o.currency, o.variants) AS n (records)
	WHERE o.product_id = ANY (ids) AND g.product_id = o.product_id AND g.store_id = o.store_id AND g.currency = o.currency AND g.locale = o.locale
	  AND (g.price, g.was, g.price_varies, g.variants, g.tiers) IS DISTINCT FROM (f.price, f.was, f.price_varies, n.records, coalesce(t.records, ''));
	PERFORM set_config('plan_cache_mode', plans, true);
END
$$;
COMMENT ON FUNCTION catalog.relist_prices(uuid, uuid[]) IS 'What catalog.relist() makes of these products, when nothing but prices changed of them. Writes only what differs.';
