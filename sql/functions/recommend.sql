-- What else buyers may want, found every night by the job recommend and shown below a product: what is in the same
-- orders, what the same visitors looked at, what is alike.
--
-- It goes through the products of a merchant in the order of their ids, some hundred in a transaction.  Of each only
-- the newest orders and looks are read, by index, and its neighbours by price in its category: so the work of a product
-- has a bound, whatever was sold.  A pair is scored by the cosine of the sets of orders (or visitors) that had the one
-- and the other: n(a and b) / sqrt(n(a) n(b)) (Linden, Smith and York, "Amazon.com Recommendations: Item-to-Item
-- Collaborative Filtering", IEEE Internet Computing 7, 2003), which keeps what everybody buys from being shown everywhere.

CREATE OR REPLACE FUNCTION catalog.recommend_limit(p_name text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE p_name
		WHEN 'hours' THEN 20		-- a run is new for so long: less than a day, so that a night a little early counts
		WHEN 'days' THEN 180		-- of orders and looks: two seasons
		WHEN 'orders' THEN 500		-- the newest of a product: more change no order of eight any more
		WHEN 'lines' THEN 30		-- of an order, looks of a visitor: beyond, nothing goes with anything
		WHEN 'pairs' THEN 40		-- most frequent ones that are scored
		WHEN 'neighbours' THEN 15	-- by price, cheaper and dearer each
		WHEN 'least_bought' THEN 2	-- orders with both: one may be chance
		WHEN 'least_viewed' THEN 3	-- visitors with both: looks are cheap
		WHEN 'kept' THEN 8 END		-- of a kind; the page shows 4 of those that are there
$$;
COMMENT ON FUNCTION catalog.recommend_limit(text) IS 'Numbers that bound the job recommend.';

-- Orders of a product and what else is in them.
CREATE OR REPLACE FUNCTION catalog.bought_with(p_tenant uuid, p_product uuid)
RETURNS TABLE (store_id uuid, other_id uuid, together integer, of_all integer, score double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	since uuid := sutler.uuid7_at(sutler.now() - make_interval(days => catalog.recommend_limit('days')));
BEGIN
	RETURN QUERY
	WITH mine AS MATERIALIZED (
		SELECT o.order_id, o.store_id
		FROM (SELECT DISTINCT l.order_id FROM catalog.variant v
		      CROSS JOIN LATERAL (SELECT x.order_id FROM sales.order_line x WHERE x.tenant_id = p_tenant AND x.variant_id = v.variant_id
				AND x.order_id >= since ORDER BY x.order_id DESC LIMIT catalog.recommend_limit('orders')) l
		      WHERE v.tenant_id = p_tenant AND v.product_id = p_product
		      ORDER BY l.order_id DESC LIMIT catalog.recommend_limit('orders')) n
		JOIN sales."order" o ON o.tenant_id = p_tenant AND o.order_id = n.order_id AND o.state NOT IN ('draft', 'cancelled')
	), pair AS (
		SELECT m.store_id, v.product_id AS other_id, count(DISTINCT m.order_id)::integer AS together
		FROM mine m
		CROSS JOIN LATERAL (SELECT x.variant_id FROM sales.order_line x WHERE x.tenant_id = p_tenant AND x.order_id = m.order_id
			LIMIT catalog.recommend_limit('lines')) l
		JOIN catalog.variant v ON v.tenant_id = p_tenant AND v.variant_id = l.variant_id AND v.product_id <> p_product
		GROUP BY 1, 2 HAVING count(DISTINCT m.order_id) >= catalog.recommend_limit('least_bought')
	)
	SELECT c.store_id, c.other_id, c.together, a.n, c.together / sqrt(a.n::double precision * greatest(o.n, c.together))
	FROM (SELECT p.*, row_number() OVER (PARTITION BY p.store_id ORDER BY p.together DESC, p.other_id) AS place FROM pair p) c
	JOIN (SELECT m.store_id, count(*)::integer AS n FROM mine m GROUP BY 1) a ON a.store_id = c.store_id
	-- How often the other one is bought at all; beyond the bound it is one of those that everybody buys.
	CROSS JOIN LATERAL (SELECT count(DISTINCT l.order_id)::integer AS n FROM catalog.variant v
		CROSS JOIN LATERAL (SELECT x.order_id FROM sales.order_line x WHERE x.tenant_id = p_tenant AND x.variant_id = v.variant_id
			AND x.order_id >= since ORDER BY x.order_id DESC LIMIT catalog.recommend_limit('orders')) l
		WHERE v.tenant_id = p_tenant AND v.product_id = c.other_id) o
	WHERE c.place <= catalog.recommend_limit('pairs');
END
$$;
COMMENT ON FUNCTION catalog.bought_with(uuid, uuid) IS 'Products in the same orders, by store, with the cosine of both sets of orders.';

-- Visitors with a cart who looked at a product, and at what else.
CREATE OR REPLACE FUNCTION catalog.viewed_with(p_tenant uuid, p_product uuid)
RETURNS TABLE (store_id uuid, other_id uuid, together integer, of_all integer, score double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	since uuid := sutler.uuid7_at(sutler.now() - make_interval(days => catalog.recommend_limit('days')));
BEGIN
	RETURN QUERY
	WITH mine AS MATERIALIZED (
		SELECT DISTINCT n.store_id, n.cart_id
		FROM (SELECT w.store_id, w.cart_id FROM analytics.view w WHERE w.tenant_id = p_tenant AND w.product_id = p_product AND w.view_id >= since
		      ORDER BY w.view_id DESC LIMIT catalog.recommend_limit('orders')) n
	), pair AS (
		SELECT m.store_id, w.product_id AS other_id, count(DISTINCT m.cart_id)::integer AS together
		FROM mine m
		CROSS JOIN LATERAL (SELECT x.product_id FROM analytics.view x WHERE x.tenant_id = p_tenant AND x.cart_id = m.cart_id AND x.view_id >= since
			ORDER BY x.view_id DESC LIMIT catalog.recommend_limit('lines')) w
		WHERE w.product_id <> p_product
		GROUP BY 1, 2 HAVING count(DISTINCT m.cart_id) >= catalog.recommend_limit('least_viewed')
	)
	SELECT c.store_id, c.other_id, c.together, a.n, c.together / sqrt(a.n::double precision * greatest(o.n, c.together))
	FROM (SELECT p.*, row_number() OVER (PARTITION BY p.store_id ORDER BY p.together DESC, p.other_id) AS place FROM pair p) c
	JOIN (SELECT m.store_id, count(*)::integer AS n FROM mine m GROUP BY 1) a ON a.store_id = c.store_id
	CROSS JOIN LATERAL (SELECT count(DISTINCT x.cart_id)::integer AS n
		FROM (SELECT w.cart_id FROM analytics.view w WHERE w.tenant_id = p_tenant AND w.product_id = c.other_id AND w.view_id >= since
		      ORDER BY w.view_id DESC LIMIT catalog.recommend_limit('orders')) x) o
	WHERE c.place <= catalog.recommend_limit('pairs');
END
$$;
COMMENT ON FUNCTION catalog.viewed_with(uuid, uuid) IS 'Products that the same visitors looked at, by store, with the cosine of both sets of visitors.';

-- Its neighbours by price in the deepest category it was put into, by the values they share (colour, material, ...).
CREATE OR REPLACE FUNCTION catalog.similar_to(p_tenant uuid, p_product uuid)
RETURNS TABLE (store_id uuid, other_id uuid, together integer, of_all integer, score double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH place AS MATERIALIZED (
		SELECT DISTINCT ON (cp.store_id) cp.store_id, cp.category_id, m.currency, l.price
		FROM catalog.category_product cp
		JOIN catalog.category c ON c.category_id = cp.category_id AND c.kind = 'category' AND c.visible
		JOIN tenancy.store_currency m ON m.store_id = cp.store_id AND m.position = 0
		JOIN catalog.placement_price l ON l.tenant_id = p_tenant AND l.store_id = cp.store_id AND l.product_id = p_product
			AND l.currency = m.currency AND l.category_id = cp.category_id
		WHERE cp.tenant_id = p_tenant AND cp.product_id = p_product
		ORDER BY cp.store_id, c.parent_id IS NULL, c.position, c.category_id
	), value AS MATERIALIZED (
		SELECT p.store_id, x.attribute_id, x.value_id FROM place p
		JOIN catalog.facet x ON x.tenant_id = p_tenant AND x.product_id = p_product AND x.store_id = p.store_id AND x.category_id = p.category_id
	)
	SELECT n.store_id, n.product_id, k.shared, v.n, k.shared - abs(n.price - n.mine)::double precision / (1 + greatest(n.price, n.mine))
	FROM (SELECT p.store_id, p.category_id, p.price AS mine, x.product_id, x.price FROM place p CROSS JOIN LATERAL (
		(SELECT l.product_id, l.price FROM catalog.placement_price l WHERE l.tenant_id = p_tenant AND l.store_id = p.store_id
			AND l.currency = p.currency AND l.category_id = p.category_id AND (l.price, l.product_id) > (p.price, p_product)
		 ORDER BY l.price, l.product_id LIMIT catalog.recommend_limit('neighbours'))
		UNION ALL
		(SELECT l.product_id, l.price FROM catalog.placement_price l WHERE l.tenant_id = p_tenant AND l.store_id = p.store_id
			AND l.currency = p.currency AND l.category_id = p.category_id AND (l.price, l.product_id) < (p.price, p_product)
		 ORDER BY l.price DESC, l.product_id DESC LIMIT catalog.recommend_limit('neighbours'))) x) n
	JOIN (SELECT w.store_id, count(*)::integer AS n FROM value w GROUP BY 1) v ON v.store_id = n.store_id
	CROSS JOIN LATERAL (SELECT count(*)::integer AS shared FROM catalog.facet x
		JOIN value w ON w.store_id = n.store_id AND w.attribute_id = x.attribute_id AND w.value_id = x.value_id
		WHERE x.tenant_id = p_tenant AND x.product_id = n.product_id AND x.store_id = n.store_id AND x.category_id = n.category_id) k
	WHERE k.shared > 0;
END
$$;
COMMENT ON FUNCTION catalog.similar_to(uuid, uuid) IS 'Products of the same category that cost much the same, by the values they share.';

-- One step: the next products; how many things were done, 0 when the merchant's night is over.
CREATE OR REPLACE FUNCTION catalog.recommend(p_tenant uuid, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	zeros constant uuid := '00000000-0000-0000-0000-000000000000';
	behind uuid;
	ids uuid[];
BEGIN
	INSERT INTO catalog.recommend_run (tenant_id, started_at) VALUES (p_tenant, sutler.now())
	ON CONFLICT (tenant_id) DO UPDATE SET started_at = excluded.started_at, after_id = NULL, ended_at = NULL, products = 0
	WHERE recommend_run.ended_at IS NOT NULL AND recommend_run.started_at < sutler.now() - make_interval(hours => catalog.recommend_limit('hours'));
	SELECT coalesce(r.after_id, zeros) INTO behind
	FROM catalog.recommend_run r WHERE r.tenant_id = p_tenant AND r.ended_at IS NULL FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 0;
	END IF;
	IF behind = zeros THEN
		PERFORM catalog.popular_begin(p_tenant);
	END IF;
	SELECT array_agg(p.product_id ORDER BY p.product_id) INTO ids
	FROM (SELECT x.product_id FROM catalog.product x WHERE x.tenant_id = p_tenant AND x.product_id > behind ORDER BY x.product_id LIMIT p_most) p;
	IF ids IS NULL THEN
		UPDATE catalog.recommend_run r SET ended_at = sutler.now() WHERE r.tenant_id = p_tenant;
		RETURN 1;
	END IF;
	WITH fresh AS MATERIALIZED (
		SELECT s.*
		FROM (SELECT u.id AS product_id, f.kind, f.store_id, f.other_id, f.together, f.of_all,
		             row_number() OVER (PARTITION BY u.id, f.kind, f.store_id ORDER BY f.score DESC, f.together DESC, f.other_id) AS position
		      FROM unnest(ids) AS u (id)
		      CROSS JOIN LATERAL (
			SELECT 'bought' AS kind, b.* FROM catalog.bought_with(p_tenant, u.id) b
			UNION ALL SELECT 'viewed', w.* FROM catalog.viewed_with(p_tenant, u.id) w
			UNION ALL SELECT 'similar', s.* FROM catalog.similar_to(p_tenant, u.id) s) f
		      -- What the store does not show any more, or never did.
		      WHERE EXISTS (SELECT FROM catalog.listing l WHERE l.tenant_id = p_tenant AND l.product_id = f.other_id AND l.store_id = f.store_id)) s
		WHERE s.position <= catalog.recommend_limit('kept')
	), gone AS (
		DELETE FROM catalog.recommendation r WHERE r.tenant_id = p_tenant AND r.product_id = ANY (ids)
		  AND NOT EXISTS (SELECT FROM fresh f WHERE f.product_id = r.product_id AND f.store_id = r.store_id AND f.kind = r.kind AND f.other_id = r.other_id)
		RETURNING r.product_id
	), put AS (
		INSERT INTO catalog.recommendation AS r (tenant_id, store_id, product_id, kind, other_id, position, together, of_all)
		SELECT p_tenant, f.store_id, f.product_id, f.kind, f.other_id, f.position, f.together, f.of_all FROM fresh f
		ON CONFLICT (tenant_id, product_id, store_id, kind, other_id) DO UPDATE
		SET position = excluded.position, together = excluded.together, of_all = excluded.of_all
		WHERE (r.position, r.together, r.of_all) IS DISTINCT FROM (excluded.position, excluded.together, excluded.of_all)
		RETURNING r.product_id
	)
	INSERT INTO catalog.stale (tenant_id, kind, target_id)
	SELECT p_tenant, 'related', x.product_id FROM (SELECT g.product_id FROM gone g UNION SELECT p.product_id FROM put p) x;
	PERFORM catalog.popular_step(p_tenant, ids);
	UPDATE catalog.recommend_run r SET after_id = ids[cardinality(ids)], products = r.products + cardinality(ids) WHERE r.tenant_id = p_tenant;
	RETURN cardinality(ids);
END
$$;
COMMENT ON FUNCTION catalog.recommend(uuid, integer) IS 'Looks for recommendations of the next products; 0 when all of the merchant''s are new enough.';
