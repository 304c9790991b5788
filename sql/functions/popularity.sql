-- How much a product is asked for, as the job recommend finds it every night while it looks at the product's orders and looks.
--
-- In a search it adds to the rank.  A search ranks 1 000 products at most (catalog.candidates), and those that were met first are
-- not the best; so a large store has its popular fifth in an index of its own, which is asked first: a tiered index (Manning,
-- Raghavan and Schuetze, Introduction to Information Retrieval, 7.2.1).  It costs a fifth as well.

CREATE OR REPLACE FUNCTION catalog.popularity_limit(p_name text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE p_name
		WHEN 'large' THEN 16384		-- products of a store, from which on a common word has too many of them
		WHEN 'share' THEN 5 END		-- one in so many is popular: two words that are not rare still find 1 000 among them
$$;
COMMENT ON FUNCTION catalog.popularity_limit(text) IS 'Numbers of popularity.';

-- An order says as much as three visitors with a cart who looked; ten times as many of them are 30 points more.  Both are those of
-- half a year, the newest 500 of each (catalog.recommend_limit), so 99 is the most.
CREATE OR REPLACE FUNCTION catalog.popularity_of(p_tenant uuid, p_product uuid) RETURNS TABLE (store_id uuid, popularity smallint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	since uuid := sutler.uuid7_at(sutler.now() - make_interval(days => catalog.recommend_limit('days')));
BEGIN
	RETURN QUERY
	SELECT x.store_id, least(round(30 * log(1 + sum(x.points))), 99)::smallint
	FROM (SELECT o.store_id, 3 * count(*) AS points
	      FROM (SELECT DISTINCT l.order_id FROM catalog.variant v
		    CROSS JOIN LATERAL (SELECT y.order_id FROM sales.order_line y WHERE y.tenant_id = p_tenant AND y.variant_id = v.variant_id
			AND y.order_id >= since ORDER BY y.order_id DESC LIMIT catalog.recommend_limit('orders')) l
		    WHERE v.tenant_id = p_tenant AND v.product_id = p_product
		    ORDER BY l.order_id DESC LIMIT catalog.recommend_limit('orders')) n
	      JOIN sales."order" o ON o.tenant_id = p_tenant AND o.order_id = n.order_id AND o.state NOT IN ('draft', 'cancelled')
	      GROUP BY o.store_id
	      UNION ALL
	      SELECT n.store_id, count(DISTINCT n.cart_id)
	      FROM (SELECT w.store_id, w.cart_id FROM analytics.view w WHERE w.tenant_id = p_tenant AND w.product_id = p_product AND w.view_id >= since
		    AND w.cart_id IS NOT NULL ORDER BY w.view_id DESC LIMIT catalog.recommend_limit('orders')) n
	      GROUP BY n.store_id) x
	GROUP BY x.store_id;
END
$$;
COMMENT ON FUNCTION catalog.popularity_of(uuid, uuid) IS 'How popular a product is in each store that had orders or looks of it: 1 to 99.';

-- Those that were asked for, most first, then as the store recommends them.
CREATE OR REPLACE FUNCTION catalog.popular_begin(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	zeros constant uuid := '00000000-0000-0000-0000-000000000000';
	st record;
	room bigint;
	asked bigint;
	last record;
BEGIN
	DELETE FROM catalog.popular_from f WHERE f.tenant_id = p_tenant;
	FOR st IN
		SELECT n.store_id, n.products, l.locale, c.currency
		FROM catalog.category_count n
		JOIN tenancy.store_locale l ON l.store_id = n.store_id AND l.position = 0
		JOIN tenancy.store_currency c ON c.store_id = n.store_id AND c.position = 0
		WHERE n.tenant_id = p_tenant AND n.category_id = zeros AND n.products >= catalog.popularity_limit('large')
	LOOP
		room := st.products / catalog.popularity_limit('share');
		asked := (SELECT count(*) FROM catalog.search s WHERE s.tenant_id = p_tenant AND s.store_id = st.store_id AND s.locale = st.locale AND s.popularity > 0);
		IF asked >= room THEN
			SELECT s.popularity, 2147483647 AS position, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid AS product_id INTO last FROM catalog.search s
			WHERE s.tenant_id = p_tenant AND s.store_id = st.store_id AND s.locale = st.locale AND s.popularity > 0
			ORDER BY s.popularity DESC OFFSET room - 1 LIMIT 1;
		ELSE
			SELECT 0::smallint AS popularity, s.position, s.product_id INTO last FROM catalog.placement s
			WHERE s.tenant_id = p_tenant AND s.store_id = st.store_id AND s.category_id = zeros AND s.currency = st.currency AND s.locale = st.locale
			ORDER BY s.position, s.product_id OFFSET room - asked - 1 LIMIT 1;
		END IF;
		CONTINUE WHEN last.product_id IS NULL;
		INSERT INTO catalog.popular_from (tenant_id, store_id, popularity, position, product_id)
		VALUES (p_tenant, st.store_id, last.popularity, last.position, last.product_id);
	END LOOP;
END
$$;
COMMENT ON FUNCTION catalog.popular_begin(uuid) IS 'Finds where the popular fifth of each large store ends: what a night begins with.';

-- A product that somebody holds is left to the next night.
CREATE OR REPLACE FUNCTION catalog.popular_step(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ids uuid[];
	known record;
BEGIN
	SELECT array_agg(u.id) AS ids, array_agg(k.store_id) AS stores, array_agg(k.popularity) AS points INTO known
	FROM unnest(p_products) AS u (id) CROSS JOIN LATERAL catalog.popularity_of(p_tenant, u.id) k;
	ids := ARRAY(SELECT p.product_id FROM catalog.product p WHERE p.product_id = ANY (p_products) ORDER BY p.product_id FOR NO KEY UPDATE SKIP LOCKED);
	UPDATE catalog.search s SET popularity = n.popularity, popular = n.popular
	FROM (SELECT x.store_id, x.locale, x.product_id, coalesce(k.points, 0) AS popularity,
	             coalesce((-coalesce(k.points, 0), l.position, x.product_id) <= (-f.popularity, f.position, f.product_id), false) AS popular
	      FROM catalog.search x
	      LEFT JOIN unnest(known.ids, known.stores, known.points) AS k (product_id, store_id, points) ON k.product_id = x.product_id AND k.store_id = x.store_id
	      LEFT JOIN catalog.popular_from f ON f.store_id = x.store_id
	      LEFT JOIN LATERAL (SELECT min(c.position) AS position FROM catalog.listing c
			WHERE c.store_id = x.store_id AND c.product_id = x.product_id AND c.locale = x.locale) l ON true
	      WHERE x.product_id = ANY (ids)) n
	WHERE s.store_id = n.store_id AND s.locale = n.locale AND s.product_id = n.product_id AND (s.popularity, s.popular) <> (n.popularity, n.popular);
END
$$;
COMMENT ON FUNCTION catalog.popular_step(uuid, uuid[]) IS 'Finds how popular these products are, and whether they are of the popular fifth.';
