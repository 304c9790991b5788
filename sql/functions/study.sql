-- What the nightly job study-stock finds out about each SKU: how fast it sells, how long its pieces
-- have lain, and what the coming weeks will ask for.
--
-- It goes through the SKUs of a merchant in the order of their ids, some hundred in a transaction, and
-- reads of each by index: the orders of a year (order_line_sold) and the arrivals that still lie
-- (movement_stock).  So a merchant's size is the number of its transactions, not the length of one.
--
-- Demand is what was ordered, by the moment of the order, cancelled orders left out: what was shipped
-- tells of the packers' week.  Weeks begin on Monday in UTC; the running one is not counted.
--
-- Age: first in, first out.  What is on hand is the last that came in; arrivals are taken from the newest
-- back until they cover it.  All warehouses together and without transfers, which make nothing younger.
-- What no arrival covers is counted as the oldest.  A return and a found piece came when they came back.

-- Days after which a merchant is studied anew: less than a day, so that a night a little early counts.
CREATE OR REPLACE FUNCTION inventory.study_hours() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 20 $$;
COMMENT ON FUNCTION inventory.study_hours() IS 'Hours for which a study of the stock is new.';

-- Where the study of a merchant stands: which SKU it is behind, and the Monday it looks back from.
-- No row: it is done for this night.
CREATE OR REPLACE FUNCTION inventory.study_begin(p_tenant uuid) RETURNS TABLE (after uuid, monday date)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	INSERT INTO inventory.study (tenant_id, started_at, monday) VALUES (p_tenant, sutler.now(), date_trunc('week', sutler.now() AT TIME ZONE 'UTC')::date)
	ON CONFLICT (tenant_id) DO UPDATE SET started_at = excluded.started_at, monday = excluded.monday, after_id = NULL, ended_at = NULL,
		variants = 0, tested = 0, missed = 0, asked = 0, scaled = 0, mase = 0
	WHERE study.ended_at IS NOT NULL AND study.started_at < sutler.now() - make_interval(hours => inventory.study_hours());
	RETURN QUERY SELECT coalesce(s.after_id, '00000000-0000-0000-0000-000000000000'), s.monday
	FROM inventory.study s WHERE s.tenant_id = p_tenant AND s.ended_at IS NULL FOR UPDATE;
END
$$;
COMMENT ON FUNCTION inventory.study_begin(uuid) IS 'The place behind which the study goes on, or none when it is new enough.';

-- The next SKUs and what was ordered of them: a row for each week in which something was, and at least one
-- for each SKU (week NULL).  Week 51 is the last whole one; born is the week the SKU was made in, at least 0.
CREATE OR REPLACE FUNCTION inventory.study_demand(p_tenant uuid, p_after uuid, p_monday date, p_most integer)
RETURNS TABLE (variant_id uuid, born integer, week integer, pieces bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	since timestamptz := (p_monday - 52 * 7)::timestamp AT TIME ZONE 'UTC';
	until timestamptz := p_monday::timestamp AT TIME ZONE 'UTC';
BEGIN
	RETURN QUERY
	SELECT v.variant_id, greatest(0, least(52, 52 + floor((to_timestamp(('x' || left(replace(v.variant_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)::date - p_monday) / 7.0)))::integer,
	       d.week, d.pieces
	FROM (SELECT x.variant_id FROM catalog.variant x WHERE x.tenant_id = p_tenant AND x.variant_id > p_after AND x.track_stock
	      ORDER BY x.variant_id LIMIT p_most) v
	LEFT JOIN LATERAL (
		-- An order has its id when it is begun: a draft some weeks before it is placed.
		SELECT floor(extract(epoch FROM o.placed_at - since) / 604800)::integer AS week, sum(l.quantity)::bigint AS pieces
		FROM sales.order_line l JOIN sales."order" o ON o.tenant_id = l.tenant_id AND o.order_id = l.order_id
		WHERE l.tenant_id = p_tenant AND l.variant_id = v.variant_id AND l.order_id >= sutler.uuid7_at(since - interval '90 days')
		  AND o.placed_at >= since AND o.placed_at < until AND o.state NOT IN ('draft', 'cancelled')
		GROUP BY 1) d ON true
	ORDER BY v.variant_id, d.week;
END
$$;
COMMENT ON FUNCTION inventory.study_demand(uuid, uuid, date, integer) IS 'The next SKUs of a study and the pieces ordered of them in each week.';

-- Pieces on hand of a SKU by how long they have lain, in days: up to 30, 90, 180, 365, and longer.
CREATE OR REPLACE FUNCTION inventory.ages(p_tenant uuid, p_variant uuid, p_on_hand bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	left_n bigint := p_on_hand;
	age bigint[] := '{0,0,0,0,0}';
	m record;
	i integer;
	n bigint;
BEGIN
	IF left_n <= 0 THEN
		RETURN age;
	END IF;
	FOR m IN SELECT x.quantity, extract(epoch FROM sutler.now() - x.created_at) / 86400 AS days FROM inventory.movement x
		WHERE x.tenant_id = p_tenant AND x.variant_id = p_variant AND x.quantity > 0 AND x.kind <> 'transfer'
		ORDER BY x.created_at DESC, x.movement_id DESC
	LOOP
		n := least(left_n, m.quantity);
		i := CASE WHEN m.days < 31 THEN 1 WHEN m.days < 91 THEN 2 WHEN m.days < 181 THEN 3 WHEN m.days < 366 THEN 4 ELSE 5 END;
		age[i] := age[i] + n;
		left_n := left_n - n;
		EXIT WHEN left_n = 0;
	END LOOP;
	age[5] := age[5] + left_n;
	RETURN age;
END
$$;
COMMENT ON FUNCTION inventory.ages(uuid, uuid, bigint) IS 'Pieces by how long they have lain, first in, first out: up to 30, 90, 180, 365 days, and longer.';

-- Keeps what was found of the SKUs up to p_last (NULL: there are no more, the study is over).  weeks: 52 numbers
-- for each of p_variants, thousandths 8 of what is foretold and one of its deviation; missed and asked are
-- -1 where nothing was held back, mase where there is nothing to compare with.  Rows that would say the same are not written.
CREATE OR REPLACE FUNCTION inventory.study_keep(p_tenant uuid, p_last uuid, p_variants uuid[], p_methods text[], p_begins bigint[], p_weeks bigint[],
	p_ahead bigint[], p_sigma bigint[], p_missed bigint[], p_asked bigint[], p_mase bigint[])
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	run inventory.study;
	-- Both ends are known: that makes a range of an index of them.  With "or there is no end" all rows were read in each step.
	behind uuid;
	upto uuid := coalesce(p_last, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
BEGIN
	SELECT s.* INTO run FROM inventory.study s WHERE s.tenant_id = p_tenant AND s.ended_at IS NULL FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 0;
	END IF;
	behind := coalesce(run.after_id, '00000000-0000-0000-0000-000000000000');
	-- What is not studied any more.
	DELETE FROM inventory.insight i WHERE i.tenant_id = p_tenant AND i.variant_id > behind AND i.variant_id <= upto AND i.variant_id <> ALL (p_variants);
	DELETE FROM inventory.forecast f WHERE f.tenant_id = p_tenant AND f.variant_id > behind AND f.variant_id <= upto AND f.variant_id <> ALL (p_variants);
	INSERT INTO inventory.forecast AS f (tenant_id, variant_id, method, monday, begins, weeks, ahead, sigma, missed, asked, mase)
	SELECT p_tenant, u.v, u.method, run.monday, u.begins, p_weeks[(u.n - 1) * 52 + 1 : u.n * 52], p_ahead[(u.n - 1) * 8 + 1 : u.n * 8],
	       u.sigma, nullif(u.missed, -1), nullif(u.asked, -1), nullif(u.mase, -1)
	FROM unnest(p_variants, p_methods, p_begins, p_sigma, p_missed, p_asked, p_mase) WITH ORDINALITY AS u (v, method, begins, sigma, missed, asked, mase, n)
	ON CONFLICT (tenant_id, variant_id) DO UPDATE SET method = excluded.method, monday = excluded.monday, begins = excluded.begins, weeks = excluded.weeks,
		ahead = excluded.ahead, sigma = excluded.sigma, missed = excluded.missed, asked = excluded.asked, mase = excluded.mase
	WHERE (f.method, f.monday, f.begins, f.weeks, f.ahead, f.sigma, f.missed, f.asked, f.mase)
		IS DISTINCT FROM (excluded.method, excluded.monday, excluded.begins, excluded.weeks, excluded.ahead, excluded.sigma, excluded.missed, excluded.asked, excluded.mase);
	INSERT INTO inventory.insight AS i (tenant_id, variant_id, sku_key, archived, sold_7, sold_30, sold_90, on_hand, cover_days,
		age_30, age_90, age_180, age_365, age_more, average, currency)
	SELECT p_tenant, v.variant_id, v.sku_key, v.status = 'archived', d.sold_7, d.sold_30, d.sold_90, k.on_hand,
	       CASE WHEN d.sold_90 > 0 THEN least(k.on_hand * 90 / d.sold_90, 9999) END,
	       a.age[1], a.age[2], a.age[3], a.age[4], a.age[5], c.average, c.currency
	FROM catalog.variant v
	CROSS JOIN LATERAL (SELECT coalesce(sum(s.on_hand), 0)::bigint AS on_hand FROM inventory.stock s WHERE s.tenant_id = p_tenant AND s.variant_id = v.variant_id) k
	CROSS JOIN LATERAL (SELECT inventory.ages(p_tenant, v.variant_id, k.on_hand) AS age) a
	CROSS JOIN LATERAL (
		SELECT coalesce(sum(l.quantity) FILTER (WHERE o.placed_at >= run.started_at - interval '7 days'), 0)::bigint AS sold_7,
		       coalesce(sum(l.quantity) FILTER (WHERE o.placed_at >= run.started_at - interval '30 days'), 0)::bigint AS sold_30,
		       coalesce(sum(l.quantity), 0)::bigint AS sold_90
		FROM sales.order_line l JOIN sales."order" o ON o.tenant_id = l.tenant_id AND o.order_id = l.order_id
		WHERE l.tenant_id = p_tenant AND l.variant_id = v.variant_id AND l.order_id >= sutler.uuid7_at(run.started_at - interval '180 days')
		  AND o.placed_at >= run.started_at - interval '90 days' AND o.placed_at < run.started_at AND o.state NOT IN ('draft', 'cancelled')) d
	LEFT JOIN LATERAL (SELECT x.average, x.currency FROM inventory.cost x WHERE x.tenant_id = p_tenant AND x.variant_id = v.variant_id
		ORDER BY x.changed_at DESC, x.currency LIMIT 1) c ON true
	WHERE v.tenant_id = p_tenant AND v.variant_id = ANY (p_variants)
	ON CONFLICT (tenant_id, variant_id) DO UPDATE SET sku_key = excluded.sku_key, archived = excluded.archived, sold_7 = excluded.sold_7,
		sold_30 = excluded.sold_30, sold_90 = excluded.sold_90, on_hand = excluded.on_hand, cover_days = excluded.cover_days, age_30 = excluded.age_30,
		age_90 = excluded.age_90, age_180 = excluded.age_180, age_365 = excluded.age_365, age_more = excluded.age_more, average = excluded.average, currency = excluded.currency
	WHERE (i.sku_key, i.archived, i.sold_7, i.sold_30, i.sold_90, i.on_hand, i.cover_days, i.age_30, i.age_90, i.age_180, i.age_365, i.age_more, i.average, i.currency)
		IS DISTINCT FROM (excluded.sku_key, excluded.archived, excluded.sold_7, excluded.sold_30, excluded.sold_90, excluded.on_hand, excluded.cover_days,
			excluded.age_30, excluded.age_90, excluded.age_180, excluded.age_365, excluded.age_more, excluded.average, excluded.currency);
	UPDATE inventory.study s SET after_id = coalesce(p_last, s.after_id), ended_at = CASE WHEN p_last IS NULL THEN sutler.now() END,
		variants = s.variants + cardinality(p_variants), tested = s.tested + u.tested, missed = s.missed + u.missed, asked = s.asked + u.asked,
		scaled = s.scaled + u.scaled, mase = s.mase + u.mase
	FROM (SELECT count(*) FILTER (WHERE x.missed >= 0) AS tested, coalesce(sum(x.missed) FILTER (WHERE x.missed >= 0), 0)::bigint AS missed,
		coalesce(sum(x.asked) FILTER (WHERE x.missed >= 0), 0)::bigint AS asked, count(*) FILTER (WHERE x.mase >= 0) AS scaled,
		coalesce(sum(x.mase) FILTER (WHERE x.mase >= 0), 0)::bigint AS mase FROM unnest(p_missed, p_asked, p_mase) AS x (missed, asked, mase)) u
	WHERE s.tenant_id = p_tenant;
	RETURN cardinality(p_variants);
END
$$;
COMMENT ON FUNCTION inventory.study_keep(uuid, uuid, uuid[], text[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[]) IS
	'Keeps what a study found of some SKUs, with how fast they sell and how old they are; how many.';

-- A reorder point out of the forecast: what is asked for until the supplier has sent, and a reserve of
-- 1.645 deviations, with which the goods last until then in 95 of 100 times when the errors are normal
-- (Silver, Pyke and Thomas, "Inventory and Production Management in Supply Chains", 4th edition, 2017,
-- chapter 6).  Ordered are four weeks on top.  Without a supplier 14 days are taken, and at least one day always.
-- Beyond the eighth week demand is that of the eighth.  No row: there is no forecast.
CREATE OR REPLACE FUNCTION inventory.reorder_suggest(p_tenant uuid, p_variant uuid)
RETURNS TABLE (point bigint, up_to bigint, days integer, supplier text, demand bigint, reserve bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT least(greatest(ceil((x.demand + x.reserve) / 1000), 1), 9000000)::bigint,
	       least(greatest(ceil((x.demand + x.reserve) / 1000), 1) + greatest(ceil(x.four / 1000), x.least, 1), 10000000)::bigint,
	       x.days, x.name, ceil(x.demand / 1000)::bigint, ceil((x.demand + x.reserve) / 1000)::bigint - ceil(x.demand / 1000)::bigint
	FROM (
		SELECT k.days, k.name, k.least,
		       (SELECT sum(a.q * least(greatest(k.days / 7.0 - (a.week - 1), 0), 1)) FROM unnest(f.ahead) WITH ORDINALITY AS a (q, week))
		           + f.ahead[8] * greatest(k.days / 7.0 - 8, 0) AS demand,
		       1.645 * f.sigma * sqrt(k.days / 7.0)::numeric AS reserve,
		       (SELECT sum(a.q) FROM unnest(f.ahead[1:4]) AS a (q)) AS four
		FROM inventory.forecast f
		LEFT JOIN LATERAL inventory.cheapest(p_tenant, p_variant) o ON true
		CROSS JOIN LATERAL (SELECT greatest(coalesce(o.lead_days, 14), 1) AS days, o.name, coalesce(o.fewest, 1) AS least) k
		WHERE f.tenant_id = p_tenant AND f.variant_id = p_variant AND f.method <> 'none') x
$$;
COMMENT ON FUNCTION inventory.reorder_suggest(uuid, uuid) IS 'The reorder point that the forecast of a SKU suggests, with a service level of 95 %.';

-- Takes it for a warehouse; what was shown may have changed over night.
CREATE OR REPLACE FUNCTION inventory.reorder_take(p_tenant uuid, p_actor uuid, p_variant uuid, p_warehouse uuid, p_point bigint, p_up_to bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM catalog.variant v WHERE v.variant_id = p_variant) THEN
		RETURN 'unknown';
	ELSIF NOT EXISTS (SELECT FROM inventory.reorder_suggest(p_tenant, p_variant) s WHERE s.point = p_point AND s.up_to = p_up_to) THEN
		RETURN 'again';
	END IF;
	RETURN inventory.reorder_set(p_tenant, p_actor, p_variant, p_warehouse, p_point::integer, p_up_to::integer);
END
$$;
COMMENT ON FUNCTION inventory.reorder_take(uuid, uuid, uuid, uuid, bigint, bigint) IS 'Sets the reorder point that is suggested. ok, unknown or again (it is another now).';

-- Stock figures that leave the house as a list: who took it, and how many.
CREATE OR REPLACE FUNCTION inventory.insight_exported(p_tenant uuid, p_actor uuid, p_rows bigint, p_list text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT audit.add(p_tenant, p_actor::text, 'stock.exported', 'stock', '', json_build_object('skus', p_rows, 'list', p_list)::text);
	SELECT true
$$;
COMMENT ON FUNCTION inventory.insight_exported(uuid, uuid, bigint, text) IS 'Writes down that stock figures were exported.';
