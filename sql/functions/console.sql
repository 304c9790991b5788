-- What the first page of the console shows: figures of one store.

-- The store's day so far (by its own clock) and what waits.  Revenue is what orders of today
-- that were not cancelled come to, in the store's first currency; orders in other currencies
-- are counted beside it.  few and gone: products that the shop shows as such;
-- where a reorder point is set, few says instead that they are at it or below.
CREATE OR REPLACE FUNCTION analytics.day_at_a_glance(p_tenant uuid, p_store uuid)
RETURNS TABLE (orders bigint, cancelled bigint, revenue bigint, currency text, elsewhere bigint, to_ship bigint, oldest timestamptz, few bigint, gone bigint,
	failed bigint, waiting bigint, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH s AS (
		SELECT x.store_id, (sutler.now() AT TIME ZONE x.timezone)::date AS day,
			(sutler.now() AT TIME ZONE x.timezone)::date::timestamp AT TIME ZONE x.timezone AS since,
			(SELECT c.currency FROM tenancy.store_currency c WHERE c.tenant_id = p_tenant AND c.store_id = x.store_id ORDER BY c.position LIMIT 1) AS currency,
			(SELECT c.locale FROM tenancy.store_locale c WHERE c.tenant_id = p_tenant AND c.store_id = x.store_id ORDER BY c.position LIMIT 1) AS locale
		FROM tenancy.store x WHERE x.tenant_id = p_tenant AND x.store_id = p_store
	), today AS (
		SELECT count(*) FILTER (WHERE o.state <> 'cancelled') AS orders, count(*) FILTER (WHERE o.state = 'cancelled') AS cancelled,
			coalesce(sum(o.total) FILTER (WHERE o.state <> 'cancelled' AND o.currency = s.currency), 0)::bigint AS revenue,
			count(*) FILTER (WHERE o.state <> 'cancelled' AND o.currency <> s.currency) AS elsewhere
		FROM s JOIN sales."order" o ON o.tenant_id = p_tenant AND o.store_id = s.store_id AND o.placed_at >= s.since AND o.state <> 'draft'
	), ship AS (
		SELECT count(*) AS n, min(o.placed_at) AS oldest FROM sales."order" o
		WHERE o.tenant_id = p_tenant AND o.store_id = p_store AND o.state = 'open'
			AND o.fulfilment IN ('unfulfilled', 'in_production', 'ready', 'partly_shipped')
	), low AS (
		SELECT count(*) FILTER (WHERE l.stock = 'few' AND NOT EXISTS (SELECT FROM catalog.variant v
			JOIN inventory.reorder p ON p.tenant_id = v.tenant_id AND p.variant_id = v.variant_id
			WHERE v.tenant_id = p_tenant AND v.product_id = l.product_id)) AS few, count(*) FILTER (WHERE l.stock = 'out') AS gone
		FROM s JOIN catalog.listing l ON l.tenant_id = p_tenant AND l.store_id = s.store_id AND l.locale = s.locale AND l.currency = s.currency
	), below AS (
		SELECT count(DISTINCT v.product_id) AS n FROM inventory.reorder p
		JOIN inventory.store_warehouse w ON w.tenant_id = p.tenant_id AND w.store_id = p_store AND w.warehouse_id = p.warehouse_id
		JOIN catalog.variant v ON v.tenant_id = p.tenant_id AND v.variant_id = p.variant_id AND v.status <> 'archived'
		WHERE p.tenant_id = p_tenant AND p.below
	)
	SELECT t.orders, t.cancelled, t.revenue, s.currency, t.elsewhere, ship.n, ship.oldest, low.few + below.n, low.gone,
		(SELECT count(*) FROM event.outbox b WHERE b.tenant_id = p_tenant AND b.store_id = p_store AND b.state = 'failed'
			AND b.created_at > sutler.now() - interval '7 days'),
		(SELECT count(*) FROM event.outbox b JOIN event.ready r ON r.tenant_id = p_tenant AND r.outbox_id = b.outbox_id
			WHERE b.tenant_id = p_tenant AND b.store_id = p_store AND b.attempts > 0),
		s.day
	FROM s CROSS JOIN today t CROSS JOIN ship CROSS JOIN low CROSS JOIN below
$$;
COMMENT ON FUNCTION analytics.day_at_a_glance(uuid, uuid) IS 'Orders, revenue and what waits in a store today.';

-- The last p_days days, each with its orders and revenue in the store's first currency; days
-- without orders too.
CREATE OR REPLACE FUNCTION analytics.days(p_tenant uuid, p_store uuid, p_days integer) RETURNS TABLE (day date, orders bigint, revenue bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH s AS (
		SELECT x.timezone, (sutler.now() AT TIME ZONE x.timezone)::date AS today,
			(SELECT c.currency FROM tenancy.store_currency c WHERE c.tenant_id = p_tenant AND c.store_id = x.store_id ORDER BY c.position LIMIT 1) AS currency
		FROM tenancy.store x WHERE x.tenant_id = p_tenant AND x.store_id = p_store
	), sold AS (
		SELECT (o.placed_at AT TIME ZONE s.timezone)::date AS day, count(*) AS orders,
			sum(o.total) FILTER (WHERE o.currency = s.currency)::bigint AS revenue
		FROM s JOIN sales."order" o ON o.tenant_id = p_tenant AND o.store_id = p_store AND o.state NOT IN ('draft', 'cancelled')
			AND o.placed_at >= (s.today - (p_days - 1))::timestamp AT TIME ZONE s.timezone
		GROUP BY 1
	)
	SELECT d.day, coalesce(sold.orders, 0), coalesce(sold.revenue, 0)
	FROM s CROSS JOIN LATERAL (SELECT s.today - n AS day FROM generate_series(p_days - 1, 0, -1) AS n) d LEFT JOIN sold ON sold.day = d.day
	ORDER BY d.day
$$;
COMMENT ON FUNCTION analytics.days(uuid, uuid, integer) IS 'Orders and revenue of a store by day.';

-- Returns of a store that wait for staff: asked for, and arrived but not looked at.
CREATE OR REPLACE FUNCTION analytics.waiting_returns(p_tenant uuid, p_store uuid) RETURNS TABLE (asked bigint, arrived bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT (SELECT count(*) FROM sales."order" o WHERE o.tenant_id = p_tenant AND o.store_id = p_store AND o.return_state = 'requested'),
	       (SELECT count(*) FROM sales."order" o WHERE o.tenant_id = p_tenant AND o.store_id = p_store AND o.return_state = 'received')
$$;
COMMENT ON FUNCTION analytics.waiting_returns(uuid, uuid) IS 'Orders of a store whose return waits for an answer or an inspection.';

-- What sold best in the last p_days days, by pieces; of very many orders the newest 2 000 tell enough.
-- Revenue is what the lines came to, in the store's first currency.
CREATE OR REPLACE FUNCTION analytics.best_sellers(p_tenant uuid, p_store uuid, p_days integer, p_most integer)
RETURNS TABLE (product_id uuid, name text, pieces bigint, revenue bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH newest AS MATERIALIZED (
		SELECT o.order_id, o.currency, o.state FROM sales."order" o
		WHERE o.tenant_id = p_tenant AND o.store_id = p_store AND o.placed_at >= sutler.now() - make_interval(days => p_days)
		ORDER BY o.placed_at DESC LIMIT 2000
	)
	SELECT v.product_id, max(l.name), sum(l.quantity)::bigint, coalesce(sum(l.total) FILTER (WHERE n.currency = (SELECT c.currency
		FROM tenancy.store_currency c WHERE c.tenant_id = p_tenant AND c.store_id = p_store ORDER BY c.position LIMIT 1)), 0)::bigint
	FROM newest n
	JOIN sales.order_line l ON l.tenant_id = p_tenant AND l.order_id = n.order_id
	JOIN catalog.variant v ON v.tenant_id = p_tenant AND v.variant_id = l.variant_id
	WHERE n.state NOT IN ('draft', 'cancelled')
	GROUP BY v.product_id ORDER BY 3 DESC, 4 DESC, 1 LIMIT p_most
$$;
COMMENT ON FUNCTION analytics.best_sellers(uuid, uuid, integer, integer) IS 'Products of a store that sold best lately, by pieces.';

-- ---- the first page as somebody arranges it ----

CREATE OR REPLACE FUNCTION staff.home(p_tenant uuid, p_staff uuid) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT p.home FROM staff.person p WHERE p.staff_id = p_staff);
END
$$;
COMMENT ON FUNCTION staff.home(uuid, uuid) IS 'What a person''s first page shows, in order; a minus hides.';

CREATE OR REPLACE FUNCTION staff.arrange_home(p_tenant uuid, p_staff uuid, p_home text[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE staff.person p SET home = p_home WHERE p.staff_id = p_staff;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION staff.arrange_home(uuid, uuid, text[]) IS 'Arranges a person''s own first page; false when there is no such person.';

-- ---- searches that somebody keeps ----

CREATE OR REPLACE FUNCTION staff.searches(p_tenant uuid, p_staff uuid, p_place text) RETURNS TABLE (search_id uuid, name text, query text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY SELECT s.search_id, s.name, s.query FROM staff.search s WHERE s.staff_id = p_staff AND s.place = p_place ORDER BY s.name;
END
$$;
COMMENT ON FUNCTION staff.searches(uuid, uuid, text) IS 'The searches of a list that a person keeps, by name.';

-- Keeps a search; one of the same name takes the new query.  At most 20 of a list: more stand in nobody's way but his own.
CREATE OR REPLACE FUNCTION staff.keep_search(p_tenant uuid, p_staff uuid, p_place text, p_name text, p_query text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM staff.person p WHERE p.staff_id = p_staff FOR NO KEY UPDATE;
	IF (SELECT count(*) FROM staff.search s WHERE s.staff_id = p_staff AND s.place = p_place AND s.name <> p_name) >= 20 THEN
		RETURN 'full';
	END IF;
	INSERT INTO staff.search (tenant_id, staff_id, search_id, place, name, query) VALUES (p_tenant, p_staff, sutler.uuid7(), p_place, p_name, p_query)
	ON CONFLICT (tenant_id, staff_id, place, name) DO UPDATE SET query = excluded.query;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION staff.keep_search(uuid, uuid, text, text, text) IS 'Keeps a search under a name. ok or full.';

CREATE OR REPLACE FUNCTION staff.drop_search(p_tenant uuid, p_staff uuid, p_search uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM staff.search s WHERE s.staff_id = p_staff AND s.search_id = p_search;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION staff.drop_search(uuid, uuid, uuid) IS 'Forgets a search of one''s own; false when there is none.';
