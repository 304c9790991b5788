-- Stock: the only doors through which inventory.stock and inventory.hold change.
--
-- What an order or a cart calls is PL/pgSQL: its plans are kept with the connection, while a
-- SQL function that cannot be inlined is planned again in each transaction (measured: a third
-- of the time of an order).
--
-- Order of locks, the same everywhere: hold rows by id, then stock rows by (variant, warehouse), each behind its turn where
-- pieces are taken, stock always last in its transaction, with its lots behind it (lot.sql).  Stock rows are locked FOR NO KEY
-- UPDATE, as an UPDATE does.  A hold's foreign key is proven when its transaction ends, of rows it has updated itself by then.

-- Which warehouses give how much, read without locks: by the store's priority, split
-- over several where the store allows it, else the first that has it all.
CREATE OR REPLACE FUNCTION inventory.plan(p_tenant uuid, p_store uuid, p_variants uuid[], p_quantities integer[])
RETURNS TABLE (variant_id uuid, warehouse_id uuid, quantity integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH need AS (
		SELECT n.variant_id, sum(n.quantity)::integer AS wanted
		FROM unnest(p_variants, p_quantities) AS n (variant_id, quantity)
		GROUP BY n.variant_id
	), free AS (
		SELECT s.variant_id, s.warehouse_id, n.wanted, s.on_hand - s.held AS available,
		       st.split_shipments, sw.priority,
		       sum(s.on_hand - s.held) OVER before AS earlier,
		       count(*) FILTER (WHERE s.on_hand - s.held >= n.wanted) OVER before AS whole_earlier
		FROM need n
		JOIN inventory.stock s USING (variant_id)
		JOIN inventory.store_warehouse sw ON sw.store_id = p_store AND sw.warehouse_id = s.warehouse_id
		JOIN tenancy.store st ON st.store_id = p_store
		WHERE s.on_hand > s.held
		WINDOW before AS (PARTITION BY s.variant_id ORDER BY sw.priority, s.warehouse_id
			ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
	)
	SELECT f.variant_id, f.warehouse_id,
	       CASE WHEN f.split_shipments THEN least(f.available, f.wanted - coalesce(f.earlier, 0)) ELSE f.wanted END::integer
	FROM free f
	WHERE CASE WHEN f.split_shipments THEN f.wanted > coalesce(f.earlier, 0)
	           ELSE f.available >= f.wanted AND coalesce(f.whole_earlier, 0) = 0 END
	ORDER BY f.variant_id, f.warehouse_id;
END
$$;
COMMENT ON FUNCTION inventory.plan(uuid, uuid, uuid[], integer[]) IS
	'Chooses warehouses for wanted pieces; rows may add up to less than wanted when there is not enough.';

-- Takes holds for a cart (p_order NULL) or an order (p_cart NULL): all or nothing.
-- NULL: taken.  Else the first variant of which there is not enough.
CREATE OR REPLACE FUNCTION inventory.take(p_tenant uuid, p_store uuid, p_cart uuid, p_order uuid,
	p_expires timestamptz, p_address text, p_variants uuid[], p_quantities integer[])
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	missing uuid;
	v uuid[];
	w uuid[];
	q integer[];
	planned bigint;
	wanted bigint := (SELECT sum(u) FROM unnest(p_quantities) AS u);
	holds uuid[];
	taken integer;
	in_turn boolean;
BEGIN
	IF cardinality(p_variants) = 0 THEN
		RETURN NULL;
	END IF;
	-- Others may take pieces between the plan and the updates; then plan again.
	FOR attempt IN 1..5 LOOP
		SELECT array_agg(p.variant_id), array_agg(p.warehouse_id), array_agg(p.quantity), sum(p.quantity) INTO v, w, q, planned
		FROM inventory.plan(p_tenant, p_store, p_variants, p_quantities) p;
		-- A plan never gives more than is wanted, so only a smaller sum asks for the variant that is short.
		IF planned IS DISTINCT FROM wanted THEN
			SELECT n.variant_id INTO missing
			FROM (SELECT u.variant_id, sum(u.quantity) AS wanted
			      FROM unnest(p_variants, p_quantities) AS u (variant_id, quantity) GROUP BY 1) n
			LEFT JOIN (SELECT u.variant_id, sum(u.quantity) AS found
			           FROM unnest(v, q) AS u (variant_id, quantity) GROUP BY 1) f USING (variant_id)
			WHERE coalesce(f.found, 0) < n.wanted
			ORDER BY n.variant_id LIMIT 1;
			RETURN missing;
		END IF;
		WITH held AS (
			INSERT INTO inventory.hold (tenant_id, hold_id, variant_id, warehouse_id, quantity, cart_id, order_id, address_key, expires_at)
			SELECT p_tenant, sutler.uuid7(), u.variant_id, u.warehouse_id, u.quantity, p_cart, p_order, coalesce(p_address, ''), p_expires
			FROM unnest(v, w, q) AS u (variant_id, warehouse_id, quantity)
			RETURNING hold_id
		)
		SELECT array_agg(h.hold_id) INTO holds FROM held h;
		PERFORM inventory.touched(p_tenant, v);
		-- The plan is in (variant, warehouse) order: so are the locks.  Nothing comes after them.
		missing := NULL;
		taken := 0;
		FOR i IN 1..cardinality(v) LOOP
			-- Who waits for a row that many want waits here in one line and is woken once.  Behind the row's own lock each of them
			-- was woken for each version that others wrote, and some waited twice as long as others (measured: p99 98 -> 40 ms).
			-- 16 rows: all connections share one table of locks, some 6 400 of them, and a hundred large orders must fit in.
			in_turn := i <= 16 AND pg_advisory_xact_lock(uuid_hash(v[i]), uuid_hash(w[i])) IS NOT NULL;
			UPDATE inventory.stock s SET held = s.held + q[i]
			WHERE s.variant_id = v[i] AND s.warehouse_id = w[i] AND s.held + q[i] <= s.on_hand;
			IF NOT FOUND THEN
				missing := v[i];
				EXIT;
			END IF;
			taken := i;
		END LOOP;
		IF missing IS NULL THEN
			RETURN NULL;
		END IF;
		-- Given back by hand: a savepoint would cost every order, and this is rare.
		FOR i IN 1..taken LOOP
			UPDATE inventory.stock s SET held = s.held - q[i] WHERE s.variant_id = v[i] AND s.warehouse_id = w[i];
		END LOOP;
		DELETE FROM inventory.hold h WHERE h.hold_id = ANY (holds);
	END LOOP;
	RETURN missing;
END
$$;
COMMENT ON FUNCTION inventory.take(uuid, uuid, uuid, uuid, timestamptz, text, uuid[], integer[]) IS
	'Holds stock for a cart or an order, all or nothing; NULL, or the variant that is short.';

-- Tells freshen to look at the badges of these variants again.
CREATE OR REPLACE FUNCTION inventory.touched(p_tenant uuid, p_variants uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO catalog.stale (tenant_id, stale_id, kind, target_id)
	SELECT p_tenant, catalog.turn(cardinality(p_variants)), 'stock', v FROM unnest(p_variants) AS v;
END
$$;
COMMENT ON FUNCTION inventory.touched(uuid, uuid[]) IS 'Queues variants whose stock moved for freshen.';

-- Gives holds back: theirs are deleted, stock is freed.  Holds must be locked by the caller's delete.
CREATE OR REPLACE FUNCTION inventory.free(p_tenant uuid, p_variants uuid[], p_warehouses uuid[], p_quantities integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
BEGIN
	FOR r IN
		SELECT u.variant_id, u.warehouse_id, sum(u.quantity)::integer AS quantity
		FROM unnest(p_variants, p_warehouses, p_quantities) AS u (variant_id, warehouse_id, quantity)
		GROUP BY 1, 2 ORDER BY 1, 2
	LOOP
		UPDATE inventory.stock s
		SET held = s.held - r.quantity, short = greatest(least(s.short, s.held - r.quantity - s.on_hand), 0)
		WHERE s.variant_id = r.variant_id AND s.warehouse_id = r.warehouse_id;
	END LOOP;
	PERFORM inventory.touched(p_tenant, p_variants);
END
$$;
COMMENT ON FUNCTION inventory.free(uuid, uuid[], uuid[], integer[]) IS 'Takes pieces off the held count, stock rows in id order.';

-- What a cart wants of stock: its lines, and the parts of those that are bundles.
-- ROWS: with the planner's own guess of 1 000 a checkout read all variants of a shop of some 40 000.
CREATE OR REPLACE FUNCTION inventory.wanted(p_tenant uuid, p_cart uuid) RETURNS TABLE (variant_id uuid, quantity integer)
LANGUAGE plpgsql STABLE ROWS 10 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY SELECT coalesce(b.part_id, l.variant_id), l.quantity * coalesce(b.quantity, 1)
	FROM sales.cart_line l LEFT JOIN catalog.bundle_part b ON b.bundle_id = l.variant_id
	WHERE l.cart_id = p_cart;
END
$$;
COMMENT ON FUNCTION inventory.wanted(uuid, uuid) IS 'Variants and pieces that a cart wants of stock: parts in place of bundles.';

-- Holds what the cart in checkout needs, for p_minutes.  Outcome: ok; short (with the
-- variant and what is left of it); hoarding (p_cap pieces held from this address already).
CREATE OR REPLACE FUNCTION inventory.hold_cart(p_tenant uuid, p_cart uuid, p_address text, p_cap integer)
RETURNS TABLE (outcome text, variant_id uuid, available bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart record;
	need uuid[];
	wanted integer[];
	spare_v uuid[];
	spare_w uuid[];
	spare_q integer[];
	missing uuid;
	culprit uuid;
	until timestamptz;
	had_some boolean;
BEGIN
	SELECT c.store_id, s.hold_minutes INTO cart
	FROM sales.cart c JOIN tenancy.store s USING (tenant_id, store_id)
	WHERE c.cart_id = p_cart AND c.state = 'open'
	FOR UPDATE OF c;
	IF NOT FOUND THEN
		RETURN QUERY SELECT 'gone', NULL::uuid, NULL::bigint;
		RETURN;
	END IF;
	until := sutler.now() + make_interval(mins => cart.hold_minutes);
	PERFORM FROM inventory.hold h WHERE h.cart_id = p_cart ORDER BY h.hold_id FOR UPDATE;
	had_some := FOUND;
	IF had_some THEN
		-- What is held for variants that are wanted no more, or wanted less, goes back whole.
		WITH wanted AS (
			SELECT x.variant_id, sum(x.quantity) AS quantity FROM inventory.wanted(p_tenant, p_cart) x GROUP BY 1
		), had AS (
			SELECT h.variant_id, sum(h.quantity) AS quantity FROM inventory.hold h WHERE h.cart_id = p_cart GROUP BY 1
		), gone AS (
			DELETE FROM inventory.hold h USING had
			WHERE h.cart_id = p_cart AND had.variant_id = h.variant_id
			  AND had.quantity > coalesce((SELECT w.quantity FROM wanted w WHERE w.variant_id = h.variant_id), 0)
			RETURNING h.variant_id, h.warehouse_id, h.quantity
		)
		SELECT array_agg(g.variant_id), array_agg(g.warehouse_id), array_agg(g.quantity) INTO spare_v, spare_w, spare_q FROM gone g;
		IF spare_v IS NOT NULL THEN
			PERFORM inventory.free(p_tenant, spare_v, spare_w, spare_q);
		END IF;
	END IF;
	SELECT array_agg(n.variant_id), array_agg(n.quantity) INTO need, wanted
	FROM (
		SELECT l.variant_id, (sum(l.quantity) - coalesce((SELECT sum(h.quantity) FROM inventory.hold h
			WHERE h.cart_id = p_cart AND h.variant_id = l.variant_id), 0))::integer AS quantity
		FROM inventory.wanted(p_tenant, p_cart) l
		JOIN catalog.variant v ON v.variant_id = l.variant_id
		JOIN catalog.product p ON p.product_id = v.product_id
		WHERE v.track_stock AND NOT v.made_to_order AND NOT p.made_to_order
		GROUP BY l.variant_id
	) n WHERE n.quantity > 0;
	IF need IS NOT NULL THEN
		IF p_address <> '' AND p_cap < (SELECT coalesce(sum(h.quantity), 0) FROM inventory.hold h
			WHERE h.address_key = p_address AND h.cart_id IS NOT NULL AND h.expires_at > sutler.now())
			+ (SELECT sum(u.q) FROM unnest(wanted) AS u (q)) THEN
			RETURN QUERY SELECT 'hoarding', NULL::uuid, NULL::bigint;
			RETURN;
		END IF;
		missing := inventory.take(p_tenant, cart.store_id, p_cart, NULL, until, p_address, need, wanted);
		IF missing IS NOT NULL THEN
			culprit := inventory.line_of(p_tenant, p_cart, missing);
			RETURN QUERY SELECT 'short', culprit, CASE WHEN culprit <> missing THEN inventory.bundle_free(p_tenant, cart.store_id, p_cart, culprit)
				ELSE inventory.available(p_tenant, cart.store_id, missing)
				+ coalesce((SELECT sum(h.quantity) FROM inventory.hold h WHERE h.cart_id = p_cart AND h.variant_id = missing), 0)::bigint END;
			RETURN;
		END IF;
	END IF;
	IF had_some THEN
		UPDATE inventory.hold h SET expires_at = until WHERE h.cart_id = p_cart;
	END IF;
	RETURN QUERY SELECT 'ok', NULL::uuid, NULL::bigint;
END
$$;
COMMENT ON FUNCTION inventory.hold_cart(uuid, uuid, text, integer) IS
	'Start of checkout: holds the cart''s pieces for the store''s minutes. ok, short, hoarding or gone.';

CREATE OR REPLACE FUNCTION inventory.available(p_tenant uuid, p_store uuid, p_variant uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(sum(greatest(s.on_hand - s.held, 0)), 0)::bigint
	FROM inventory.stock s
	JOIN inventory.store_warehouse w ON w.store_id = p_store AND w.warehouse_id = s.warehouse_id
	WHERE s.variant_id = p_variant);
END
$$;
COMMENT ON FUNCTION inventory.available(uuid, uuid, uuid) IS 'Pieces of a variant a store can still promise.';

-- Ends expired holds of carts, at most p_limit in one call; returns how many.
CREATE OR REPLACE FUNCTION inventory.release_expired(p_tenant uuid, p_limit integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid[];
	w uuid[];
	q integer[];
BEGIN
	WITH due AS (
		SELECT h.hold_id FROM inventory.hold h WHERE h.expires_at <= sutler.now()
		ORDER BY h.hold_id LIMIT p_limit FOR UPDATE SKIP LOCKED
	), gone AS (
		DELETE FROM inventory.hold h USING due WHERE h.hold_id = due.hold_id
		RETURNING h.variant_id, h.warehouse_id, h.quantity
	)
	SELECT array_agg(g.variant_id), array_agg(g.warehouse_id), array_agg(g.quantity) INTO v, w, q FROM gone g;
	IF v IS NULL THEN
		RETURN 0;
	END IF;
	PERFORM inventory.free(p_tenant, v, w, q);
	RETURN cardinality(v);
END
$$;
COMMENT ON FUNCTION inventory.release_expired(uuid, integer) IS 'Gives back what carts held too long; how many holds ended.';

-- Gives back what a cart holds.
CREATE OR REPLACE FUNCTION inventory.release_cart(p_tenant uuid, p_cart uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid[];
	w uuid[];
	q integer[];
BEGIN
	WITH due AS (
		SELECT h.hold_id FROM inventory.hold h WHERE h.cart_id = p_cart ORDER BY h.hold_id FOR UPDATE
	), gone AS (
		DELETE FROM inventory.hold h USING due WHERE h.hold_id = due.hold_id RETURNING h.variant_id, h.warehouse_id, h.quantity
	)
	SELECT array_agg(g.variant_id), array_agg(g.warehouse_id), array_agg(g.quantity) INTO v, w, q FROM gone g;
	IF v IS NOT NULL THEN
		PERFORM inventory.free(p_tenant, v, w, q);
	END IF;
END
$$;
COMMENT ON FUNCTION inventory.release_cart(uuid, uuid) IS 'Gives back what a cart held.';

-- A cart's holds become those of its order, and what the order needs beyond them is taken; NULL,
-- or the variant that is short.  Of a variant of which the cart holds more than is needed all
-- goes back first and is taken anew, behind the lock of its stock rows: the last pieces can be
-- ordered although the cart held one more.
CREATE OR REPLACE FUNCTION inventory.adopt(p_tenant uuid, p_store uuid, p_cart uuid, p_order uuid, p_variants uuid[], p_quantities integer[])
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	had_v uuid[];
	had_q integer[];
	spare_v uuid[];
	spare_w uuid[];
	spare_q integer[];
	need uuid[];
	wanted integer[];
BEGIN
	SELECT array_agg(h.variant_id), array_agg(h.quantity) INTO had_v, had_q
	FROM (SELECT x.variant_id, x.quantity FROM inventory.hold x WHERE x.cart_id = p_cart ORDER BY x.hold_id FOR UPDATE) h;
	IF had_v IS NOT NULL THEN
		SELECT array_agg(variant_id) FILTER (WHERE had.quantity > coalesce(asked.quantity, 0)), array_agg(variant_id) FILTER (WHERE asked.quantity > coalesce(had.quantity, 0))
		INTO spare_v, need
		FROM (SELECT l.variant_id, sum(l.quantity) AS quantity FROM unnest(had_v, had_q) AS l (variant_id, quantity) GROUP BY 1) had
		FULL JOIN (SELECT l.variant_id, sum(l.quantity) AS quantity FROM unnest(p_variants, p_quantities) AS l (variant_id, quantity) GROUP BY 1) asked
			USING (variant_id);
		IF spare_v IS NOT NULL THEN
			WITH gone AS (
				DELETE FROM inventory.hold h WHERE h.cart_id = p_cart AND h.variant_id = ANY (spare_v)
				RETURNING h.variant_id, h.warehouse_id, h.quantity
			)
			SELECT array_agg(g.variant_id), array_agg(g.warehouse_id), array_agg(g.quantity) INTO spare_v, spare_w, spare_q FROM gone g;
		END IF;
		UPDATE inventory.hold h SET order_id = p_order, cart_id = NULL, expires_at = NULL, address_key = '' WHERE h.cart_id = p_cart;
		-- As the checkout left it: what was held is what is ordered.
		IF spare_v IS NULL AND need IS NULL THEN
			RETURN NULL;
		END IF;
		IF spare_v IS NOT NULL THEN
			PERFORM inventory.free(p_tenant, spare_v, spare_w, spare_q);
		END IF;
	END IF;
	SELECT array_agg(n.variant_id), array_agg(n.quantity) INTO need, wanted
	FROM (
		SELECT l.variant_id, (sum(l.quantity) - coalesce((SELECT sum(h.quantity) FROM inventory.hold h
			WHERE h.order_id = p_order AND h.variant_id = l.variant_id), 0))::integer AS quantity
		FROM unnest(p_variants, p_quantities) AS l (variant_id, quantity)
		JOIN catalog.variant v ON v.variant_id = l.variant_id
		JOIN catalog.product p ON p.product_id = v.product_id
		-- A variant that became a bundle this moment has no stock: it is short, and the buyer comes again.
		WHERE (v.track_stock AND NOT v.made_to_order AND NOT p.made_to_order) OR v.bundle
		GROUP BY l.variant_id
	) n WHERE n.quantity > 0;
	RETURN CASE WHEN need IS NOT NULL THEN inventory.take(p_tenant, p_store, NULL, p_order, NULL, '', need, wanted) END;
END
$$;
COMMENT ON FUNCTION inventory.adopt(uuid, uuid, uuid, uuid, uuid[], integer[]) IS
	'Hands a cart''s holds to its order and takes what is missing; NULL, or the variant that is short.';

-- Gives back all holds of a cancelled order.
CREATE OR REPLACE FUNCTION inventory.release_order(p_tenant uuid, p_order uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid[];
	w uuid[];
	q integer[];
BEGIN
	WITH due AS (
		SELECT h.hold_id FROM inventory.hold h WHERE h.order_id = p_order ORDER BY h.hold_id FOR UPDATE
	), gone AS (
		DELETE FROM inventory.hold h USING due WHERE h.hold_id = due.hold_id RETURNING h.variant_id, h.warehouse_id, h.quantity
	)
	SELECT array_agg(g.variant_id), array_agg(g.warehouse_id), array_agg(g.quantity) INTO v, w, q FROM gone g;
	IF v IS NOT NULL THEN
		PERFORM inventory.free(p_tenant, v, w, q);
	END IF;
END
$$;
COMMENT ON FUNCTION inventory.release_order(uuid, uuid) IS 'Gives back what a cancelled order held.';

-- Books pieces out for a shipped line: the hold ends, on hand falls, the movement is written.
-- False when the order does not hold that many, or they are not there: then the caller undoes all.
CREATE OR REPLACE FUNCTION inventory.book_out(p_tenant uuid, p_order uuid, p_variant uuid, p_quantity integer, p_source text, p_shipment uuid DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rest integer := p_quantity;
	part integer;
	h record;
BEGIN
	FOR h IN SELECT x.hold_id, x.warehouse_id, x.quantity FROM inventory.hold x
		WHERE x.order_id = p_order AND x.variant_id = p_variant ORDER BY x.hold_id FOR UPDATE
	LOOP
		EXIT WHEN rest = 0;
		part := least(rest, h.quantity);
		IF part = h.quantity THEN
			DELETE FROM inventory.hold x WHERE x.hold_id = h.hold_id;
		ELSE
			UPDATE inventory.hold x SET quantity = x.quantity - part WHERE x.hold_id = h.hold_id;
		END IF;
		UPDATE inventory.stock s
		SET on_hand = s.on_hand - part, held = s.held - part
		WHERE s.variant_id = p_variant AND s.warehouse_id = h.warehouse_id AND s.on_hand >= part;
		IF NOT FOUND OR NOT (SELECT b.done FROM inventory.book(p_tenant, p_variant, h.warehouse_id, -part, 'sale', '', p_source, p_order, NULL, NULL, p_shipment) b) THEN
			RETURN false;
		END IF;
		rest := rest - part;
	END LOOP;
	PERFORM inventory.touched(p_tenant, ARRAY[p_variant]);
	RETURN rest = 0;
END
$$;
COMMENT ON FUNCTION inventory.book_out(uuid, uuid, uuid, integer, text, uuid) IS 'Shipping books held pieces out of stock.';

-- Changes what is on hand by p_quantity with a reason.  Promised pieces that are no
-- longer there become short; on hand cannot fall below zero ('negative').
CREATE OR REPLACE FUNCTION inventory.adjust_lot(p_tenant uuid, p_variant uuid, p_warehouse uuid, p_quantity integer,
	p_kind text, p_reason text, p_source text, p_staff uuid, p_lot uuid)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF p_quantity = 0 THEN
		RETURN 'ok';
	END IF;
	INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id) VALUES (p_tenant, p_variant, p_warehouse) ON CONFLICT DO NOTHING;
	BEGIN
		UPDATE inventory.stock s
		SET on_hand = s.on_hand + p_quantity, short = greatest(s.held - (s.on_hand + p_quantity), 0)
		WHERE s.variant_id = p_variant AND s.warehouse_id = p_warehouse AND s.on_hand + p_quantity >= 0;
		IF NOT FOUND OR NOT (SELECT b.done FROM inventory.book(p_tenant, p_variant, p_warehouse, p_quantity, p_kind, p_reason, p_source, NULL, p_staff, p_lot, NULL) b) THEN
			RAISE EXCEPTION 'declined' USING ERRCODE = 'SU003';
		END IF;
	EXCEPTION WHEN SQLSTATE 'SU003' THEN
		RETURN 'negative';
	END;
	PERFORM inventory.touched(p_tenant, ARRAY[p_variant]);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.adjust_lot(uuid, uuid, uuid, integer, text, text, text, uuid, uuid) IS
	'Changes what is on hand, of one lot when it is given, with a movement row. ok or negative.';

CREATE OR REPLACE FUNCTION inventory.adjust(p_tenant uuid, p_variant uuid, p_warehouse uuid, p_quantity integer,
	p_kind text, p_reason text, p_source text, p_staff uuid)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN inventory.adjust_lot(p_tenant, p_variant, p_warehouse, p_quantity, p_kind, p_reason, p_source, p_staff, NULL);
END
$$;
COMMENT ON FUNCTION inventory.adjust(uuid, uuid, uuid, integer, text, text, text, uuid) IS
	'Changes what is on hand, with a movement row. ok or negative.';

-- Sets what is on hand to counted numbers (imports, counts), many at once.  Only real
-- differences write movements, so the same file twice changes nothing; how many changed.
CREATE OR REPLACE FUNCTION inventory.count(p_tenant uuid, p_variants uuid[], p_warehouses uuid[], p_counted integer[],
	p_reason text, p_source text)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
	changed integer := 0;
BEGIN
	INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id)
	SELECT p_tenant, u.v, u.w FROM unnest(p_variants, p_warehouses) AS u (v, w) ORDER BY u.v, u.w ON CONFLICT DO NOTHING;
	FOR r IN
		SELECT s.variant_id, s.warehouse_id, u.counted, u.counted - s.on_hand AS change
		FROM unnest(p_variants, p_warehouses, p_counted) AS u (v, w, counted)
		JOIN inventory.stock s ON s.variant_id = u.v AND s.warehouse_id = u.w
		ORDER BY 1, 2 FOR NO KEY UPDATE OF s
	LOOP
		CONTINUE WHEN r.change = 0;
		UPDATE inventory.stock s SET on_hand = r.counted, short = greatest(s.held - r.counted, 0)
		WHERE s.variant_id = r.variant_id AND s.warehouse_id = r.warehouse_id;
		PERFORM inventory.book(p_tenant, r.variant_id, r.warehouse_id, r.change, 'count', p_reason, p_source, NULL, NULL, NULL, NULL);
		changed := changed + 1;
	END LOOP;
	IF changed > 0 THEN
		PERFORM inventory.touched(p_tenant, p_variants);
	END IF;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION inventory.count(uuid, uuid[], uuid[], integer[], text, text) IS 'Sets on hand to counted numbers; how many differed.';

-- Nightly proof: on hand is the sum of the movements, held the sum of the holds.
-- Reports differences, corrects nothing; how many it found.
CREATE OR REPLACE FUNCTION inventory.reconcile(p_tenant uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_n integer;
BEGIN
	WITH proof AS (
		SELECT s.variant_id, s.warehouse_id, s.on_hand, s.held,
		       (SELECT coalesce(sum(m.quantity), 0) FROM inventory.movement m
		        WHERE m.variant_id = s.variant_id AND m.warehouse_id = s.warehouse_id) AS moved,
		       (SELECT coalesce(sum(h.quantity), 0) FROM inventory.hold h
		        WHERE h.variant_id = s.variant_id AND h.warehouse_id = s.warehouse_id) AS promised
		FROM inventory.stock s
	), wrong AS (
		SELECT p.variant_id, p.warehouse_id, 'on_hand' AS what, p.on_hand::bigint AS counted, p.moved AS proven FROM proof p WHERE p.on_hand <> p.moved
		UNION ALL
		SELECT p.variant_id, p.warehouse_id, 'held', p.held, p.promised FROM proof p WHERE p.held <> p.promised
	)
	INSERT INTO inventory.difference (tenant_id, variant_id, warehouse_id, what, counted, proven)
	SELECT p_tenant, w.variant_id, w.warehouse_id, w.what, w.counted, w.proven FROM wrong w
	WHERE NOT EXISTS (SELECT FROM inventory.difference d
		WHERE d.variant_id = w.variant_id AND d.warehouse_id = w.warehouse_id AND d.what = w.what
		  AND d.counted = w.counted AND d.proven = w.proven);
	GET DIAGNOSTICS found_n = ROW_COUNT;
	RETURN found_n;
END
$$;
COMMENT ON FUNCTION inventory.reconcile(uuid) IS
	'Compares counts with what movements and holds prove; new differences become rows. One statement, so one snapshot.';
