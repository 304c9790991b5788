-- Goods leave the house: pick lists, scans, parcels, quality, shipment.
--
-- A wave is a pick list of one warehouse; its picks claim pieces of order lines (allotted), so
-- that no piece stands on two lists.  What was fetched is scanned, put into parcels by scan, and
-- leaves as a shipment that books it out of that warehouse.  Counters on the line have the last
-- word: CHECK (allotted + shipped <= quantity).  Locks, always in this order: order, wave, its
-- picks, holds, stock, lots.  Every function answers a word: ok, or why not.  p_actor is the member of
-- the staff; NULL is the command line.

CREATE OR REPLACE FUNCTION audit.actor(p_actor uuid) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(p_actor::text, 'sutlerctl') $$;
COMMENT ON FUNCTION audit.actor(uuid) IS 'How a member of the staff is called in logs; without one it is the command line.';

-- One entry of the audit log, in the transaction of what it tells.
CREATE OR REPLACE FUNCTION audit.write(p_tenant uuid, p_actor uuid, p_action text, p_target text, p_reason text, p_detail text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO audit.entry (tenant_id, actor, action, target, reason, detail)
	VALUES (p_tenant, audit.actor(p_actor), p_action, p_target, coalesce(p_reason, ''), coalesce(p_detail, ''))
$$;
COMMENT ON FUNCTION audit.write(uuid, uuid, text, text, text, text) IS 'Writes who did what to what, and why.';

-- What happened to an order beside its states: history, with the audit entry.
CREATE OR REPLACE FUNCTION sales.tell(p_tenant uuid, p_order uuid, p_actor uuid, p_event text, p_reason text, p_detail text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
	VALUES (p_tenant, p_order, 'note', p_event, '', '', audit.actor(p_actor), coalesce(p_detail, ''));
	SELECT audit.write(p_tenant, p_actor, 'order ' || p_event, p_order::text, p_reason, p_detail)
$$;
COMMENT ON FUNCTION sales.tell(uuid, uuid, uuid, text, text, text) IS 'Writes an event of an order that is no state, with its audit entry.';

-- Whether the house may send it: open, and paid or authorised, or to be paid at the door or on invoice.
CREATE OR REPLACE FUNCTION shipping.may_leave(o sales."order") RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT o.state = 'open' AND o.fulfilment IN ('unfulfilled', 'ready', 'partly_shipped')
		AND (o.payment IN ('paid', 'partly_refunded', 'authorised') OR (o.payment_method IN ('cod', 'invoice') AND o.payment = 'pending'))
$$;
COMMENT ON FUNCTION shipping.may_leave(sales."order") IS 'Whether an order may be picked and sent.';

-- ---- pick lists ----

-- Makes a pick list of what these orders hold in a warehouse (and in a zone of it), and of their
-- lines made to order.  An order that may not leave, or has nothing there, adds nothing.
-- ok with the list and its pieces; warehouse (none); empty (nothing to fetch).
CREATE OR REPLACE FUNCTION shipping.make_wave(p_tenant uuid, p_actor uuid, p_warehouse uuid, p_zone text, p_orders uuid[])
RETURNS TABLE (outcome text, wave_id uuid, number bigint, pieces bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wave uuid := sutler.uuid7();
	n bigint;
	got bigint;
	l record;
	rest integer;
	part integer;
	last_order uuid;
	last_variant uuid;
BEGIN
	PERFORM FROM sales."order" o WHERE o.order_id = ANY(p_orders) ORDER BY o.order_id FOR UPDATE;
	PERFORM FROM inventory.warehouse w WHERE w.warehouse_id = p_warehouse FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN QUERY SELECT 'warehouse', NULL::uuid, NULL::bigint, 0::bigint;
		RETURN;
	END IF;
	SELECT coalesce(max(x.number), 0) + 1 INTO n FROM shipping.wave x WHERE x.warehouse_id = p_warehouse;
	BEGIN
		INSERT INTO shipping.wave (tenant_id, wave_id, number, warehouse_id, zone, actor)
		VALUES (p_tenant, wave, n, p_warehouse, p_zone, audit.actor(p_actor));
		-- What an order holds here, less what other lists claim of it, goes to its lines in turn.
		FOR l IN
			SELECT ol.order_id, ol.line_no, ol.variant_id, ol.quantity - ol.shipped - ol.allotted AS unclaimed, ol.made_to_order OR NOT v.track_stock AS free,
				coalesce((SELECT sum(h.quantity) FROM inventory.hold h
					WHERE h.order_id = ol.order_id AND h.variant_id = ol.variant_id AND h.warehouse_id = p_warehouse), 0)
				- coalesce((SELECT sum(p.quantity - p.packed) FROM shipping.pick p JOIN shipping.wave w ON w.wave_id = p.wave_id
					WHERE p.order_id = ol.order_id AND p.variant_id = ol.variant_id AND w.state = 'open' AND w.warehouse_id = p_warehouse), 0)
				- coalesce((SELECT sum(y.quantity) FROM shipping.parcel_line y JOIN shipping.parcel k ON k.parcel_id = y.parcel_id
					JOIN sales.order_line x ON x.order_id = y.order_id AND x.line_no = y.line_no
					WHERE y.order_id = ol.order_id AND x.variant_id = ol.variant_id AND k.warehouse_id = p_warehouse
					  AND k.state IN ('packing', 'packed')), 0) AS here
			FROM sales."order" o
			JOIN sales.order_line ol ON ol.order_id = o.order_id
			JOIN catalog.variant v ON v.variant_id = ol.variant_id
			LEFT JOIN inventory.place pl ON pl.warehouse_id = p_warehouse AND pl.variant_id = ol.variant_id
			WHERE o.order_id = ANY(p_orders) AND shipping.may_leave(o) AND ol.ships AND ol.quantity > ol.shipped + ol.allotted
			  AND (p_zone = '' OR pl.zone = p_zone)
			  AND NOT (ol.made_to_order AND inventory.being_made(p_tenant, ol.order_id, ol.line_no))
			ORDER BY ol.order_id, ol.variant_id, ol.line_no
		LOOP
			IF (l.order_id, l.variant_id) IS DISTINCT FROM (last_order, last_variant) THEN
				rest := l.here;
				last_order := l.order_id;
				last_variant := l.variant_id;
			END IF;
			part := CASE WHEN l.free THEN l.unclaimed ELSE least(l.unclaimed, rest) END;
			CONTINUE WHEN part <= 0;
			rest := rest - part;
			INSERT INTO shipping.pick (tenant_id, wave_id, order_id, line_no, variant_id, quantity)
			VALUES (p_tenant, wave, l.order_id, l.line_no, l.variant_id, part);
			UPDATE sales.order_line x SET allotted = x.allotted + part WHERE x.order_id = l.order_id AND x.line_no = l.line_no;
		END LOOP;
		SELECT sum(p.quantity) INTO got FROM shipping.pick p WHERE p.wave_id = wave;
		IF got IS NULL THEN
			RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
		END IF;
		PERFORM inventory.plan_lots(p_tenant, wave, p_warehouse);
	EXCEPTION WHEN SQLSTATE 'SU002' THEN
		RETURN QUERY SELECT 'empty', NULL::uuid, NULL::bigint, 0::bigint;
		RETURN;
	END;
	PERFORM sales.tell(p_tenant, x.order_id, p_actor, 'pick', '', 'list ' || n) FROM (SELECT DISTINCT p.order_id FROM shipping.pick p WHERE p.wave_id = wave) x;
	RETURN QUERY SELECT 'ok', wave, n, got;
END
$$;
COMMENT ON FUNCTION shipping.make_wave(uuid, uuid, uuid, text, uuid[]) IS
	'Makes a pick list of a warehouse for several orders. ok, warehouse or empty.';

-- Locks a list with the orders on it; its state, or NULL.
CREATE OR REPLACE FUNCTION shipping.lock_wave(p_tenant uuid, p_wave uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM sales."order" o WHERE o.order_id IN (SELECT p.order_id FROM shipping.pick p WHERE p.wave_id = p_wave) ORDER BY o.order_id FOR UPDATE;
	RETURN (SELECT w.state FROM shipping.wave w WHERE w.wave_id = p_wave FOR UPDATE);
END
$$;
COMMENT ON FUNCTION shipping.lock_wave(uuid, uuid) IS 'Locks the orders of a pick list, then the list; its state.';

-- The variant that a scanned code names: SKU as printed, or the digits of its bar code.
CREATE OR REPLACE FUNCTION shipping.scanned(p_tenant uuid, p_code text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((SELECT v.variant_id FROM catalog.variant v WHERE v.sku_key = lower(btrim(p_code))),
		(SELECT v.variant_id FROM catalog.variant v WHERE v.gtin = btrim(p_code) ORDER BY v.variant_id LIMIT 1))
$$;
COMMENT ON FUNCTION shipping.scanned(uuid, text) IS 'The variant of a SKU or bar code, or NULL.';

-- Pieces fetched, as scanned.  ok; unknown; code (nobody knows it); wrong (not on this list);
-- surplus (all of it is fetched already); over (the list is closed).
CREATE OR REPLACE FUNCTION shipping.pick(p_tenant uuid, p_actor uuid, p_wave uuid, p_code text, p_pieces integer)
RETURNS TABLE (outcome text, sku text, picked bigint, wanted bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	here text := shipping.lock_wave(p_tenant, p_wave);
	v uuid := shipping.scanned(p_tenant, p_code);
	rest integer := p_pieces;
	answer text := 'ok';
	p record;
	part integer;
BEGIN
	IF here IS NULL OR here <> 'open' OR v IS NULL OR p_pieces NOT BETWEEN 1 AND 10000 THEN
		RETURN QUERY SELECT CASE WHEN here IS NULL THEN 'unknown' WHEN here <> 'open' THEN 'over' WHEN v IS NULL THEN 'code' ELSE 'surplus' END,
			''::text, 0::bigint, 0::bigint;
		RETURN;
	END IF;
	PERFORM FROM shipping.pick x WHERE x.wave_id = p_wave AND x.variant_id = v ORDER BY x.order_id, x.line_no FOR UPDATE;
	IF NOT FOUND THEN
		answer := 'wrong';
	ELSIF (SELECT sum(x.quantity - x.picked) FROM shipping.pick x WHERE x.wave_id = p_wave AND x.variant_id = v) < p_pieces THEN
		answer := 'surplus';
	ELSE
		FOR p IN SELECT x.order_id, x.line_no, x.quantity - x.picked AS open_pieces FROM shipping.pick x
			WHERE x.wave_id = p_wave AND x.variant_id = v AND x.picked < x.quantity ORDER BY x.order_id, x.line_no
		LOOP
			EXIT WHEN rest = 0;
			part := least(rest, p.open_pieces);
			UPDATE shipping.pick x SET picked = x.picked + part WHERE x.wave_id = p_wave AND x.order_id = p.order_id AND x.line_no = p.line_no;
			rest := rest - part;
		END LOOP;
	END IF;
	RETURN QUERY SELECT answer, (SELECT c.sku FROM catalog.variant c WHERE c.variant_id = v),
		coalesce(sum(x.picked), 0)::bigint, coalesce(sum(x.quantity), 0)::bigint
	FROM shipping.pick x WHERE x.wave_id = p_wave AND x.variant_id = v;
END
$$;
COMMENT ON FUNCTION shipping.pick(uuid, uuid, uuid, text, integer) IS
	'Counts scanned pieces as fetched. ok, unknown, code, wrong, surplus or over.';

-- Gives a list up: what lies in no parcel is free again.  ok; unknown; over.
CREATE OR REPLACE FUNCTION shipping.drop_wave(p_tenant uuid, p_actor uuid, p_wave uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	here text := shipping.lock_wave(p_tenant, p_wave);
BEGIN
	IF here IS NULL OR here <> 'open' THEN
		RETURN CASE WHEN here IS NULL THEN 'unknown' ELSE 'over' END;
	END IF;
	UPDATE sales.order_line l SET allotted = l.allotted - (p.quantity - p.packed)
	FROM shipping.pick p WHERE p.wave_id = p_wave AND l.order_id = p.order_id AND l.line_no = p.line_no;
	UPDATE shipping.wave w SET state = 'dropped', closed_at = sutler.now() WHERE w.wave_id = p_wave;
	PERFORM audit.write(p_tenant, p_actor, 'pick drop', p_wave::text, p_reason, '');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION shipping.drop_wave(uuid, uuid, uuid, text) IS 'Gives a pick list up; unpacked pieces are free again. ok, unknown or over.';

-- ---- parcels ----

-- Puts a scanned piece that was fetched for an order into its open parcel of this list; the first
-- piece begins one.  ok; unknown; code; wrong (not fetched for this order); surplus; over.
CREATE OR REPLACE FUNCTION shipping.pack(p_tenant uuid, p_actor uuid, p_wave uuid, p_order uuid, p_code text, p_pieces integer)
RETURNS TABLE (outcome text, parcel_id uuid, sku text, packed bigint, wanted bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	here text;
	v uuid := shipping.scanned(p_tenant, p_code);
	k uuid;
	rest integer := p_pieces;
	answer text;
	p record;
	part integer;
BEGIN
	here := shipping.lock_wave(p_tenant, p_wave);
	answer := CASE WHEN here IS NULL OR NOT EXISTS (SELECT FROM shipping.pick x WHERE x.wave_id = p_wave AND x.order_id = p_order) THEN 'unknown'
		WHEN here <> 'open' OR NOT (SELECT shipping.may_leave(o) FROM sales."order" o WHERE o.order_id = p_order) THEN 'over'
		WHEN v IS NULL THEN 'code'
		WHEN NOT EXISTS (SELECT FROM shipping.pick x WHERE x.wave_id = p_wave AND x.order_id = p_order AND x.variant_id = v) THEN 'wrong'
		WHEN p_pieces NOT BETWEEN 1 AND 10000 OR p_pieces > (SELECT sum(x.picked - x.packed) FROM shipping.pick x
			WHERE x.wave_id = p_wave AND x.order_id = p_order AND x.variant_id = v) THEN 'surplus'
		ELSE 'ok' END;
	IF answer = 'ok' THEN
		SELECT x.parcel_id INTO k FROM shipping.parcel x WHERE x.wave_id = p_wave AND x.order_id = p_order AND x.state = 'packing'
		ORDER BY x.parcel_no DESC LIMIT 1;
		IF NOT FOUND THEN
			k := sutler.uuid7();
			INSERT INTO shipping.parcel (tenant_id, parcel_id, order_id, parcel_no, wave_id, warehouse_id, quality)
			SELECT p_tenant, k, p_order, coalesce((SELECT max(x.parcel_no) FROM shipping.parcel x WHERE x.order_id = p_order), 0) + 1, p_wave, w.warehouse_id,
				CASE WHEN (SELECT y.check_quality FROM sales."order" o JOIN shipping.policy y ON y.store_id = o.store_id WHERE o.order_id = p_order)
					THEN 'wanted' ELSE 'none' END
			FROM shipping.wave w WHERE w.wave_id = p_wave;
		END IF;
		FOR p IN SELECT x.line_no, x.picked - x.packed AS open_pieces FROM shipping.pick x
			WHERE x.wave_id = p_wave AND x.order_id = p_order AND x.variant_id = v AND x.packed < x.picked ORDER BY x.line_no
		LOOP
			EXIT WHEN rest = 0;
			part := least(rest, p.open_pieces);
			UPDATE shipping.pick x SET packed = x.packed + part WHERE x.wave_id = p_wave AND x.order_id = p_order AND x.line_no = p.line_no;
			INSERT INTO shipping.parcel_line AS y (tenant_id, parcel_id, order_id, line_no, quantity) VALUES (p_tenant, k, p_order, p.line_no, part)
			ON CONFLICT ON CONSTRAINT parcel_line_pkey DO UPDATE SET quantity = y.quantity + excluded.quantity;
			PERFORM inventory.pack_lots(p_tenant, p_wave, p_order, p.line_no, k, part);
			rest := rest - part;
		END LOOP;
		UPDATE shipping.wave w SET state = 'done', closed_at = sutler.now() WHERE w.wave_id = p_wave
			AND NOT EXISTS (SELECT FROM shipping.pick x WHERE x.wave_id = p_wave AND x.packed < x.quantity);
	END IF;
	RETURN QUERY SELECT answer, k, coalesce((SELECT c.sku FROM catalog.variant c WHERE c.variant_id = v), ''),
		coalesce(sum(x.packed), 0)::bigint, coalesce(sum(x.quantity), 0)::bigint
	FROM shipping.pick x WHERE x.wave_id = p_wave AND x.order_id = p_order AND x.variant_id = v;
END
$$;
COMMENT ON FUNCTION shipping.pack(uuid, uuid, uuid, uuid, text, integer) IS
	'Puts scanned pieces into the order''s parcel. ok, unknown, code, wrong, surplus or over.';

-- Locks a parcel behind its order.
CREATE OR REPLACE FUNCTION shipping.lock_parcel(p_tenant uuid, p_parcel uuid) RETURNS shipping.parcel
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	k shipping.parcel;
BEGIN
	PERFORM FROM sales."order" o WHERE o.order_id = (SELECT x.order_id FROM shipping.parcel x WHERE x.parcel_id = p_parcel) FOR UPDATE;
	SELECT x.* INTO k FROM shipping.parcel x WHERE x.parcel_id = p_parcel FOR UPDATE;
	RETURN k;
END
$$;
COMMENT ON FUNCTION shipping.lock_parcel(uuid, uuid) IS 'The row of a parcel, locked behind its order.';

-- Closes a parcel; the next piece of its order begins another.  When nothing of the order is left
-- to be packed it is ready, and the buyer is told.  ok; unknown; over.
CREATE OR REPLACE FUNCTION shipping.close_parcel(p_tenant uuid, p_actor uuid, p_parcel uuid, p_weight_g integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	k shipping.parcel := shipping.lock_parcel(p_tenant, p_parcel);
BEGIN
	IF k.parcel_id IS NULL OR k.state <> 'packing' THEN
		RETURN CASE WHEN k.parcel_id IS NULL THEN 'unknown' ELSE 'over' END;
	END IF;
	UPDATE shipping.parcel x SET state = 'packed', weight_g = p_weight_g WHERE x.parcel_id = p_parcel;
	PERFORM sales.tell(p_tenant, k.order_id, p_actor, 'pack', '', 'parcel ' || k.parcel_no);
	IF NOT EXISTS (SELECT FROM sales.order_line l WHERE l.order_id = k.order_id AND l.ships AND l.quantity > l.shipped + coalesce((
		SELECT sum(pl.quantity) FROM shipping.parcel_line pl JOIN shipping.parcel x ON x.parcel_id = pl.parcel_id
		WHERE pl.order_id = l.order_id AND pl.line_no = l.line_no AND x.state = 'packed'), 0)) THEN
		-- 'not_allowed' when it is ready already, or partly on its way
		PERFORM sales.fire(p_tenant, k.order_id, 'fulfilment', 'make_ready', audit.actor(p_actor), 'packed');
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION shipping.close_parcel(uuid, uuid, uuid, integer) IS 'Closes a parcel with its weight; the order is ready when all of it is packed. ok, unknown or over.';

-- What somebody who looked at a packed parcel says.  ok; unknown; over; reason (a failure needs one).
CREATE OR REPLACE FUNCTION shipping.check_parcel(p_tenant uuid, p_actor uuid, p_parcel uuid, p_good boolean, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	k shipping.parcel := shipping.lock_parcel(p_tenant, p_parcel);
BEGIN
	IF k.parcel_id IS NULL OR k.state <> 'packed' THEN
		RETURN CASE WHEN k.parcel_id IS NULL THEN 'unknown' ELSE 'over' END;
	ELSIF NOT p_good AND p_reason = '' THEN
		RETURN 'reason';
	END IF;
	UPDATE shipping.parcel x SET quality = CASE WHEN p_good THEN 'passed' ELSE 'failed' END WHERE x.parcel_id = p_parcel;
	PERFORM sales.tell(p_tenant, k.order_id, p_actor, CASE WHEN p_good THEN 'quality_passed' ELSE 'quality_failed' END, p_reason, 'parcel ' || k.parcel_no);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION shipping.check_parcel(uuid, uuid, uuid, boolean, text) IS 'The word of quality on a parcel: a failed one stays. ok, unknown, over or reason.';

-- Unpacks a parcel that has not left: its pieces are free for another list.  ok; unknown; over.
CREATE OR REPLACE FUNCTION shipping.unpack(p_tenant uuid, p_actor uuid, p_parcel uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	k shipping.parcel := shipping.lock_parcel(p_tenant, p_parcel);
BEGIN
	IF k.parcel_id IS NULL OR k.state NOT IN ('packing', 'packed') THEN
		RETURN CASE WHEN k.parcel_id IS NULL THEN 'unknown' ELSE 'over' END;
	END IF;
	UPDATE sales.order_line l SET allotted = l.allotted - pl.quantity
	FROM shipping.parcel_line pl WHERE pl.parcel_id = p_parcel AND l.order_id = pl.order_id AND l.line_no = pl.line_no;
	-- The list is done with them: they were fetched, packed and taken out again.
	UPDATE shipping.parcel x SET state = 'dropped' WHERE x.parcel_id = p_parcel;
	PERFORM sales.tell(p_tenant, k.order_id, p_actor, 'unpack', p_reason, 'parcel ' || k.parcel_no);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION shipping.unpack(uuid, uuid, uuid, text) IS 'Takes a parcel apart that has not left. ok, unknown or over.';

-- Books held pieces of an order out of one warehouse, with the lots of its parcel.  False: it does not
-- hold that many there, or they are not there; then the caller undoes all.
CREATE OR REPLACE FUNCTION inventory.book_out_of(p_tenant uuid, p_order uuid, p_variant uuid, p_warehouse uuid, p_quantity integer,
	p_source text, p_staff uuid, p_parcel uuid)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rest integer := p_quantity;
	part integer;
	h record;
BEGIN
	FOR h IN SELECT x.hold_id, x.quantity FROM inventory.hold x
		WHERE x.order_id = p_order AND x.variant_id = p_variant AND x.warehouse_id = p_warehouse ORDER BY x.hold_id FOR UPDATE
	LOOP
		EXIT WHEN rest = 0;
		part := least(rest, h.quantity);
		IF part = h.quantity THEN
			DELETE FROM inventory.hold x WHERE x.hold_id = h.hold_id;
		ELSE
			UPDATE inventory.hold x SET quantity = x.quantity - part WHERE x.hold_id = h.hold_id;
		END IF;
		rest := rest - part;
	END LOOP;
	IF rest > 0 THEN
		RETURN false;
	END IF;
	UPDATE inventory.stock s SET on_hand = s.on_hand - p_quantity, held = s.held - p_quantity
	WHERE s.variant_id = p_variant AND s.warehouse_id = p_warehouse AND s.on_hand >= p_quantity;
	IF NOT FOUND OR NOT (SELECT b.done FROM inventory.book(p_tenant, p_variant, p_warehouse, -p_quantity, 'sale', '', p_source, p_order, p_staff, NULL, p_parcel) b) THEN
		RETURN false;
	END IF;
	PERFORM inventory.touched(p_tenant, ARRAY[p_variant]);
	RETURN true;
END
$$;
COMMENT ON FUNCTION inventory.book_out_of(uuid, uuid, uuid, uuid, integer, text, uuid, uuid) IS
	'Books held pieces of an order out of one warehouse; whether they were held there.';

-- A packed parcel leaves.  ok; unknown; over (not packed, or gone); quality (it must be looked at,
-- or failed); not_allowed (the order may not leave); short (its pieces are not on the shelf's books); lot (one
-- of its lots expired or is blocked); url.
CREATE OR REPLACE FUNCTION shipping.send(p_tenant uuid, p_actor uuid, p_parcel uuid, p_carrier text, p_tracking text, p_url text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	k shipping.parcel := shipping.lock_parcel(p_tenant, p_parcel);
	o sales."order";
	l record;
	left_over bigint;
	answer text := 'ok';
BEGIN
	SELECT x.* INTO o FROM sales."order" x WHERE x.order_id = k.order_id;
	IF k.parcel_id IS NULL THEN
		RETURN 'unknown';
	ELSIF k.state <> 'packed' THEN
		RETURN 'over';
	ELSIF k.quality NOT IN ('none', 'passed') THEN
		RETURN 'quality';
	ELSIF NOT shipping.may_leave(o) THEN
		RETURN 'not_allowed';
	ELSIF p_url !~ '^(https?://[^[:space:]]+)?$' THEN
		RETURN 'url';
	ELSIF EXISTS (SELECT FROM shipping.parcel_lot y JOIN inventory.lot x ON x.lot_id = y.lot_id WHERE y.parcel_id = p_parcel AND NOT inventory.lot_good(x)) THEN
		RETURN 'lot';
	END IF;
	BEGIN
		UPDATE sales.order_line x SET allotted = x.allotted - pl.quantity
		FROM shipping.parcel_line pl WHERE pl.parcel_id = p_parcel AND x.order_id = pl.order_id AND x.line_no = pl.line_no;
		INSERT INTO shipping.shipment (tenant_id, shipment_id, order_id, carrier, tracking_number, tracking_url)
		VALUES (p_tenant, p_parcel, k.order_id, p_carrier, p_tracking, p_url);
		INSERT INTO shipping.shipment_line (tenant_id, shipment_id, order_id, line_no, quantity)
		SELECT p_tenant, p_parcel, pl.order_id, pl.line_no, pl.quantity FROM shipping.parcel_line pl WHERE pl.parcel_id = p_parcel;
		UPDATE shipping.parcel x SET state = 'shipped', shipment_id = p_parcel WHERE x.parcel_id = p_parcel;
		SELECT sum(x.quantity - x.shipped) INTO left_over FROM sales.order_line x WHERE x.order_id = k.order_id AND x.ships;
		answer := sales.fire(p_tenant, k.order_id, 'fulfilment', CASE left_over WHEN 0 THEN 'ship' ELSE 'ship_part' END, audit.actor(p_actor), p_tracking);
		IF answer <> 'ok' THEN
			RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
		END IF;
		FOR l IN
			SELECT ol.variant_id, sum(pl.quantity)::integer AS quantity
			FROM shipping.parcel_line pl
			JOIN sales.order_line ol ON ol.order_id = pl.order_id AND ol.line_no = pl.line_no
			JOIN catalog.variant v ON v.variant_id = ol.variant_id
			WHERE pl.parcel_id = p_parcel AND v.track_stock AND NOT ol.made_to_order GROUP BY 1 ORDER BY 1
		LOOP
			IF NOT inventory.book_out_of(p_tenant, k.order_id, l.variant_id, k.warehouse_id, l.quantity, 'ship', p_actor, p_parcel) THEN
				answer := 'short';
				RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
			END IF;
		END LOOP;
		PERFORM audit.write(p_tenant, p_actor, 'parcel send', k.order_id::text, '', 'parcel ' || k.parcel_no || ' ' || p_carrier || ' ' || p_tracking);
	EXCEPTION WHEN SQLSTATE 'SU002' THEN
		RETURN answer;
	END;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION shipping.send(uuid, uuid, uuid, text, text, text) IS
	'A packed parcel leaves: shipment, stock out, state and mail. ok, unknown, over, quality, not_allowed, short, lot or url.';

-- A parcel arrived; the order is delivered when all have.  ok; unknown; over (it had); not_allowed.
CREATE OR REPLACE FUNCTION shipping.arrived(p_tenant uuid, p_actor uuid, p_shipment uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	the_order uuid;
	state text;
BEGIN
	SELECT s.order_id INTO the_order FROM shipping.shipment s WHERE s.shipment_id = p_shipment;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	SELECT o.fulfilment INTO state FROM sales."order" o WHERE o.order_id = the_order FOR UPDATE;
	UPDATE shipping.shipment s SET delivered_at = sutler.now() WHERE s.shipment_id = p_shipment AND s.delivered_at IS NULL;
	IF NOT FOUND THEN
		RETURN 'over';
	END IF;
	PERFORM sales.tell(p_tenant, the_order, p_actor, 'arrive', '', '');
	IF state = 'shipped' AND NOT EXISTS (SELECT FROM shipping.shipment s WHERE s.order_id = the_order AND s.delivered_at IS NULL) THEN
		RETURN sales.fire(p_tenant, the_order, 'fulfilment', 'deliver', audit.actor(p_actor), '');
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION shipping.arrived(uuid, uuid, uuid) IS 'One parcel of an order arrived; the last makes it delivered. ok, unknown, over or not_allowed.';

-- Nothing is left to be done.  ok; unknown; not_allowed; open (not delivered, not paid, or a return under way).
CREATE OR REPLACE FUNCTION sales.close(p_tenant uuid, p_actor uuid, p_order uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	answer text;
BEGIN
	SELECT x.fulfilment, x.payment, x.return_state INTO o FROM sales."order" x WHERE x.order_id = p_order FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF o.fulfilment <> 'delivered' OR o.payment NOT IN ('paid', 'partly_refunded', 'refunded')
	   OR o.return_state IN ('requested', 'approved', 'received') THEN
		RETURN 'open';
	END IF;
	answer := sales.fire(p_tenant, p_order, 'order', 'close', audit.actor(p_actor), p_reason);
	IF answer = 'ok' THEN
		PERFORM audit.write(p_tenant, p_actor, 'order close', p_order::text, p_reason, '');
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION sales.close(uuid, uuid, uuid, text) IS 'Closes an order of which nothing is left to be done. ok, unknown, not_allowed or open.';

-- An order was cancelled: its pieces leave pick lists and parcels, and nothing is made for it.  The holds go back by sales.cancel().
CREATE OR REPLACE FUNCTION shipping.order_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE shipping.parcel k SET state = 'dropped' WHERE k.order_id = NEW.order_id AND k.state IN ('packing', 'packed');
	DELETE FROM shipping.pick p USING shipping.wave w WHERE p.order_id = NEW.order_id AND w.wave_id = p.wave_id AND w.state = 'open';
	UPDATE shipping.wave w SET state = 'dropped', closed_at = sutler.now()
	WHERE w.state = 'open' AND NOT EXISTS (SELECT FROM shipping.pick p WHERE p.wave_id = w.wave_id);
	UPDATE sales.order_line l SET allotted = 0 WHERE l.order_id = NEW.order_id AND l.allotted > 0;
	DELETE FROM inventory.production_line w WHERE w.order_id = NEW.order_id AND NOT w.done;
	RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER order_ended AFTER UPDATE OF state ON sales."order" FOR EACH ROW
	WHEN (NEW.state = 'cancelled' AND OLD.state <> 'cancelled') EXECUTE FUNCTION shipping.order_ended();

-- ---- what a store and a warehouse say ----

CREATE OR REPLACE FUNCTION shipping.set_policy(p_tenant uuid, p_actor uuid, p_store uuid, p_days integer, p_quality boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF p_days NOT BETWEEN 0 AND 365 THEN
		RETURN 'days';
	END IF;
	INSERT INTO shipping.policy (tenant_id, store_id, return_days, check_quality) VALUES (p_tenant, p_store, p_days, p_quality)
	ON CONFLICT ON CONSTRAINT policy_pkey DO UPDATE SET return_days = excluded.return_days, check_quality = excluded.check_quality;
	PERFORM audit.write(p_tenant, p_actor, 'store policy', p_store::text, '', format('return within %s days, quality check %s', p_days, p_quality));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION shipping.set_policy(uuid, uuid, uuid, integer, boolean) IS 'Days to return, and whether parcels are looked at. ok or days.';

CREATE OR REPLACE FUNCTION inventory.set_place(p_tenant uuid, p_actor uuid, p_warehouse uuid, p_variant uuid, p_zone text, p_bin text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF length(p_zone) > 16 OR length(p_bin) > 32 THEN
		RETURN 'long';
	END IF;
	INSERT INTO inventory.place (tenant_id, warehouse_id, variant_id, zone, bin) VALUES (p_tenant, p_warehouse, p_variant, p_zone, p_bin)
	ON CONFLICT ON CONSTRAINT place_pkey DO UPDATE SET zone = excluded.zone, bin = excluded.bin;
	PERFORM audit.write(p_tenant, p_actor, 'stock place', p_variant::text, '', p_zone || ' ' || p_bin);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.set_place(uuid, uuid, uuid, uuid, text, text) IS 'Says where in a warehouse a variant lies. ok or long.';
