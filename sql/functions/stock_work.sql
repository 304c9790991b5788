-- Work on stock that no order asks for.  Every function is one transaction's work, writes
-- movements and one audit entry, and says in one word what the shop declines:
--
-- ok; unknown (no such warehouse or one that is switched off, no such variant, transfer or count); reason (none was given);
-- quantity (no such number of pieces); negative (less than nothing would lie there);
-- promised (orders and carts hold what is asked for); state (too late or too early);
-- twice (a variant is in another open count, or named twice); uncounted; recount.
--
-- p_actor is the staff member, NULL the house; p_source the program.  Locks: the head of
-- the transfer or count first, then stock rows by (variant, warehouse), which stay last.

-- Pieces in one call: more is a mistake of typing.
CREATE OR REPLACE FUNCTION inventory.pieces_most() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 10000000 $$;
COMMENT ON FUNCTION inventory.pieces_most() IS 'The most pieces of one line of work: more is a mistake of typing.';

-- Codes of reasons; behind the code may stand ": " and words.
CREATE OR REPLACE FUNCTION inventory.reason_known(p_reason text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT coalesce(pg_catalog.split_part(p_reason, ':', 1) IN ('damaged', 'lost', 'stolen', 'found', 'expired', 'sample', 'gift',
		'own_use', 'mistake', 'other') AND pg_catalog.length(p_reason) <= 500
		AND (pg_catalog.split_part(p_reason, ':', 1) <> 'other' OR p_reason ~ '^other: *[^ ]'), false)
$$;
COMMENT ON FUNCTION inventory.reason_known(text) IS 'Whether a reason for an adjustment begins with one of the codes; "other" needs words.';

CREATE OR REPLACE FUNCTION inventory.answered(p_tenant uuid, p_actor uuid, p_source text, p_action text, p_target text, p_reason text, p_detail jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM audit.add(p_tenant, coalesce(p_actor::text, p_source), p_action, p_target, p_reason, p_detail::text);
END
$$;
COMMENT ON FUNCTION inventory.answered(uuid, uuid, text, text, text, text, jsonb) IS 'The audit entry of work on stock.';

-- INV-14.  Detail of the audit entry: what was on hand before and after.
CREATE OR REPLACE FUNCTION inventory.adjust_by_hand(p_tenant uuid, p_actor uuid, p_source text, p_variant uuid, p_warehouse uuid,
	p_quantity integer, p_reason text, p_lot uuid DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	word text;
	now_there integer;
BEGIN
	IF NOT inventory.reason_known(p_reason) THEN
		RETURN 'reason';
	END IF;
	IF p_quantity IS NULL OR p_quantity = 0 OR abs(p_quantity::bigint) > inventory.pieces_most() THEN
		RETURN 'quantity';
	END IF;
	IF NOT EXISTS (SELECT FROM catalog.variant v WHERE v.variant_id = p_variant)
	   OR NOT inventory.in_use(p_tenant, p_warehouse) THEN
		RETURN 'unknown';
	END IF;
	BEGIN
		word := inventory.adjust_lot(p_tenant, p_variant, p_warehouse, p_quantity, 'adjustment', p_reason, p_source, p_actor, p_lot);
	EXCEPTION WHEN numeric_value_out_of_range THEN
		RETURN 'quantity';
	END;
	IF word = 'ok' THEN
		SELECT s.on_hand INTO now_there FROM inventory.stock s WHERE s.variant_id = p_variant AND s.warehouse_id = p_warehouse;
		PERFORM inventory.answered(p_tenant, p_actor, p_source, 'stock.adjusted', 'variant ' || p_variant, p_reason,
			jsonb_strip_nulls(jsonb_build_object('warehouse', p_warehouse, 'before', now_there - p_quantity, 'after', now_there, 'lot', p_lot)));
	END IF;
	RETURN word;
END
$$;
COMMENT ON FUNCTION inventory.adjust_by_hand(uuid, uuid, text, uuid, uuid, integer, text, uuid) IS
	'Corrects what is on hand, of one lot when it is given, with a reason code. ok, reason, quantity, unknown or negative.';

-- Where goods lie, for pick lists and counts.  Of no other merchant's warehouse or variant.
CREATE OR REPLACE FUNCTION inventory.place_by_hand(p_tenant uuid, p_actor uuid, p_variant uuid, p_warehouse uuid, p_zone text, p_bin text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM catalog.variant v WHERE v.variant_id = p_variant)
	   OR NOT EXISTS (SELECT FROM inventory.warehouse w WHERE w.warehouse_id = p_warehouse) THEN
		RETURN 'unknown';
	END IF;
	RETURN inventory.set_place(p_tenant, p_actor, p_warehouse, p_variant, p_zone, p_bin);
END
$$;
COMMENT ON FUNCTION inventory.place_by_hand(uuid, uuid, uuid, uuid, text, text) IS 'Says where in a warehouse a variant lies. ok, unknown or long.';

-- Orders that cannot all be served while pieces are short: those that took their hold last.
CREATE OR REPLACE FUNCTION inventory.at_risk(p_tenant uuid, p_variant uuid, p_warehouse uuid)
RETURNS TABLE (order_id uuid, quantity bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT x.order_id, sum(x.quantity) FROM (
		SELECT h.order_id, h.quantity, sum(h.quantity) OVER (ORDER BY h.hold_id DESC) - h.quantity AS newer, s.short
		FROM inventory.stock s
		JOIN inventory.hold h ON h.variant_id = s.variant_id AND h.warehouse_id = s.warehouse_id
		WHERE s.variant_id = p_variant AND s.warehouse_id = p_warehouse
	) x WHERE x.newer < x.short AND x.order_id IS NOT NULL
	GROUP BY x.order_id ORDER BY x.order_id DESC;
END
$$;
COMMENT ON FUNCTION inventory.at_risk(uuid, uuid, uuid) IS 'The newest orders whose promised pieces are short.';

-- ---- transfers ----

-- Lines are given once each; pieces that carts and orders hold cannot be sent away.
CREATE OR REPLACE FUNCTION inventory.transfer_send(p_tenant uuid, p_actor uuid, p_source text, p_transfer uuid, p_from uuid, p_to uuid,
	p_variants uuid[], p_quantities integer[], p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
	b record;
BEGIN
	IF p_from = p_to OR NOT inventory.in_use(p_tenant, p_from) OR NOT inventory.in_use(p_tenant, p_to) THEN
		RETURN 'unknown';
	END IF;
	IF coalesce(cardinality(p_variants), 0) = 0 OR cardinality(p_variants) <> coalesce(cardinality(p_quantities), 0)
	   OR EXISTS (SELECT FROM unnest(p_quantities) q WHERE q IS NULL OR q NOT BETWEEN 1 AND inventory.pieces_most()) THEN
		RETURN 'quantity';
	END IF;
	IF (SELECT count(DISTINCT v) FROM unnest(p_variants) v) <> cardinality(p_variants) THEN
		RETURN 'twice';
	END IF;
	IF (SELECT count(*) FROM catalog.variant v WHERE v.variant_id = ANY (p_variants)) <> cardinality(p_variants) THEN
		RETURN 'unknown';
	END IF;
	BEGIN
		-- The same transfer sent twice is one transfer.
		INSERT INTO inventory.transfer (tenant_id, transfer_id, from_id, to_id, reason, sent_by)
		VALUES (p_tenant, p_transfer, p_from, p_to, coalesce(p_reason, ''), p_actor) ON CONFLICT DO NOTHING;
		IF NOT FOUND THEN
			RETURN 'state';
		END IF;
		INSERT INTO inventory.transfer_line (tenant_id, transfer_id, variant_id, sent)
		SELECT p_tenant, p_transfer, u.v, u.q FROM unnest(p_variants, p_quantities) AS u (v, q);
		PERFORM inventory.answered(p_tenant, p_actor, p_source, 'transfer.sent', 'transfer ' || p_transfer, coalesce(p_reason, ''),
			jsonb_build_object('from', p_from, 'to', p_to, 'lines', cardinality(p_variants)));
		PERFORM inventory.touched(p_tenant, p_variants);
		FOR r IN SELECT u.v, u.q FROM unnest(p_variants, p_quantities) AS u (v, q) ORDER BY u.v LOOP
			UPDATE inventory.stock s SET on_hand = s.on_hand - r.q
			WHERE s.variant_id = r.v AND s.warehouse_id = p_from AND s.on_hand - s.held >= r.q;
			IF NOT FOUND THEN
				RAISE EXCEPTION USING ERRCODE = 'SU001', MESSAGE = (SELECT CASE WHEN coalesce(max(s.on_hand), 0) >= r.q
					THEN 'promised' ELSE 'negative' END FROM inventory.stock s WHERE s.variant_id = r.v AND s.warehouse_id = p_from);
			END IF;
			SELECT * INTO b FROM inventory.book(p_tenant, r.v, p_from, -r.q, 'transfer', p_transfer::text, p_source, NULL, p_actor, NULL, NULL);
			IF NOT b.done THEN
				-- What is left is on pick lists, or expired a moment ago.
				RAISE EXCEPTION USING ERRCODE = 'SU001', MESSAGE = 'promised';
			END IF;
			INSERT INTO inventory.transfer_lot (tenant_id, transfer_id, variant_id, lot_id, sent)
			SELECT p_tenant, p_transfer, r.v, u.l, sum(u.n) FROM unnest(b.lots, b.pieces) AS u (l, n) GROUP BY u.l;
		END LOOP;
	EXCEPTION WHEN SQLSTATE 'SU001' THEN
		RETURN SQLERRM;
	END;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.transfer_send(uuid, uuid, text, uuid, uuid, uuid, uuid[], integer[], text) IS
	'Takes pieces out of a warehouse and on their way to another. ok, unknown, quantity, twice, state, negative or promised.';

-- Every variant of the transfer is named with what came of it, 0 too.  Other numbers than
-- were sent need a reason, which stands in the transfer and in the audit entry.
CREATE OR REPLACE FUNCTION inventory.transfer_receive(p_tenant uuid, p_actor uuid, p_source text, p_transfer uuid,
	p_variants uuid[], p_received integer[], p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	head record;
	r record;
	gone record;
	rest integer;
	part integer;
	differences jsonb;
BEGIN
	SELECT t.state, t.to_id INTO head FROM inventory.transfer t WHERE t.transfer_id = p_transfer FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	IF head.state <> 'sent' THEN
		RETURN 'state';
	END IF;
	IF coalesce(cardinality(p_variants), 0) <> coalesce(cardinality(p_received), 0)
	   OR EXISTS (SELECT FROM unnest(p_received) q WHERE q IS NULL OR q NOT BETWEEN 0 AND inventory.pieces_most()) THEN
		RETURN 'quantity';
	END IF;
	IF (SELECT count(DISTINCT v) FROM unnest(p_variants) v) <> cardinality(p_variants) THEN
		RETURN 'twice';
	END IF;
	IF (SELECT array_agg(l.variant_id ORDER BY l.variant_id) FROM inventory.transfer_line l WHERE l.transfer_id = p_transfer)
	   IS DISTINCT FROM (SELECT array_agg(v ORDER BY v) FROM unnest(p_variants) v) THEN
		RETURN 'uncounted';
	END IF;
	SELECT jsonb_object_agg(l.variant_id, u.q - l.sent) INTO differences
	FROM unnest(p_variants, p_received) AS u (v, q)
	JOIN inventory.transfer_line l ON l.transfer_id = p_transfer AND l.variant_id = u.v WHERE u.q <> l.sent;
	IF differences IS NOT NULL AND coalesce(btrim(p_reason), '') = '' THEN
		RETURN 'reason';
	END IF;
	BEGIN
		UPDATE inventory.transfer_line l SET received = u.q FROM unnest(p_variants, p_received) AS u (v, q)
		WHERE l.transfer_id = p_transfer AND l.variant_id = u.v;
		UPDATE inventory.transfer t SET state = 'received', received_by = p_actor, received_at = sutler.now(),
			difference_reason = CASE WHEN differences IS NULL THEN '' ELSE p_reason END
		WHERE t.transfer_id = p_transfer;
		PERFORM inventory.answered(p_tenant, p_actor, p_source, 'transfer.received', 'transfer ' || p_transfer, coalesce(p_reason, ''),
			jsonb_build_object('differences', coalesce(differences, '{}')));
		PERFORM inventory.touched(p_tenant, p_variants);
		FOR r IN SELECT u.v, u.q FROM unnest(p_variants, p_received) AS u (v, q) WHERE u.q > 0 ORDER BY u.v LOOP
			INSERT INTO inventory.stock AS s (tenant_id, variant_id, warehouse_id, on_hand) VALUES (p_tenant, r.v, head.to_id, r.q)
			ON CONFLICT (tenant_id, variant_id, warehouse_id) DO UPDATE
			SET on_hand = s.on_hand + excluded.on_hand, short = greatest(s.held - (s.on_hand + excluded.on_hand), 0);
			-- Under the numbers they left with, the first to expire first; what came beyond them has none.
			rest := r.q;
			FOR gone IN
				SELECT y.sent, x.number, x.expires_on, x.made_on, x.supplier_id, x.purchase_id, x.production_id
				FROM inventory.transfer_lot y JOIN inventory.lot x ON x.lot_id = y.lot_id
				JOIN inventory.stock s ON s.variant_id = r.v AND s.warehouse_id = head.to_id AND s.by_lot
				WHERE y.transfer_id = p_transfer AND y.variant_id = r.v ORDER BY x.expires_on, x.lot_id
			LOOP
				EXIT WHEN rest = 0;
				part := least(rest, gone.sent);
				PERFORM inventory.book(p_tenant, r.v, head.to_id, part, 'transfer', p_transfer::text, p_source, NULL, p_actor,
					inventory.lot_open(p_tenant, r.v, head.to_id, gone.number, gone.expires_on, gone.made_on, gone.supplier_id, gone.purchase_id, gone.production_id), NULL);
				rest := rest - part;
			END LOOP;
			IF rest > 0 THEN
				PERFORM inventory.book(p_tenant, r.v, head.to_id, rest, 'transfer', p_transfer::text, p_source, NULL, p_actor, NULL, NULL);
			END IF;
		END LOOP;
	EXCEPTION WHEN numeric_value_out_of_range THEN
		RETURN 'quantity';
	END;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.transfer_receive(uuid, uuid, text, uuid, uuid[], integer[], text) IS
	'Books what came of a transfer. ok, unknown, state, quantity, twice, uncounted or reason.';

CREATE OR REPLACE FUNCTION inventory.in_transit(p_tenant uuid, p_variant uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(sum(l.sent), 0) FROM inventory.transfer_line l WHERE l.variant_id = p_variant AND l.received IS NULL);
END
$$;
COMMENT ON FUNCTION inventory.in_transit(uuid, uuid) IS 'Pieces of a variant that left a warehouse and came to none yet.';

-- What is awaited: in transit from another warehouse, or ordered and not come yet.
CREATE OR REPLACE FUNCTION inventory.incoming(p_tenant uuid, p_variant uuid, p_warehouse uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(sum(l.sent), 0) FROM inventory.transfer_line l
		JOIN inventory.transfer t ON t.tenant_id = l.tenant_id AND t.transfer_id = l.transfer_id
		WHERE l.tenant_id = p_tenant AND l.variant_id = p_variant AND l.received IS NULL AND t.to_id = p_warehouse)
	     + (SELECT coalesce(sum(greatest(l.ordered - l.received, 0)), 0) FROM inventory.purchase_line l
		JOIN inventory.purchase p ON p.tenant_id = l.tenant_id AND p.purchase_id = l.purchase_id
		WHERE l.tenant_id = p_tenant AND l.variant_id = p_variant AND p.state IN ('sent', 'partly_received') AND p.warehouse_id = p_warehouse);
END
$$;
COMMENT ON FUNCTION inventory.incoming(uuid, uuid, uuid) IS 'Pieces of a variant that are on their way to a warehouse.';

-- ---- stock counts ----

-- The variants: those given, else all of the zone, else all the warehouse knows.
CREATE OR REPLACE FUNCTION inventory.stocktake_open(p_tenant uuid, p_actor uuid, p_source text, p_stocktake uuid, p_warehouse uuid,
	p_zone text, p_variants uuid[], p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	chosen uuid[] := p_variants;
BEGIN
	IF NOT inventory.in_use(p_tenant, p_warehouse) THEN
		RETURN 'unknown';
	END IF;
	IF chosen IS NULL AND p_zone IS NOT NULL THEN
		SELECT array_agg(p.variant_id) INTO chosen FROM inventory.place p
		WHERE p.warehouse_id = p_warehouse AND p.zone = p_zone;
	ELSIF chosen IS NULL THEN
		SELECT array_agg(s.variant_id) INTO chosen FROM inventory.stock s WHERE s.warehouse_id = p_warehouse;
	END IF;
	IF coalesce(cardinality(chosen), 0) = 0
	   OR (SELECT count(*) FROM catalog.variant v WHERE v.variant_id = ANY (chosen)) <> cardinality(chosen) THEN
		RETURN 'unknown';
	END IF;
	BEGIN
		INSERT INTO inventory.stocktake (tenant_id, stocktake_id, warehouse_id, reason, opened_by)
		VALUES (p_tenant, p_stocktake, p_warehouse, coalesce(p_reason, ''), p_actor);
		INSERT INTO inventory.stocktake_line (tenant_id, stocktake_id, variant_id, warehouse_id)
		SELECT p_tenant, p_stocktake, v, p_warehouse FROM unnest(chosen) v ORDER BY v;
	EXCEPTION WHEN unique_violation THEN
		RETURN 'twice';
	END;
	PERFORM inventory.answered(p_tenant, p_actor, p_source, 'count.opened', 'count ' || p_stocktake, coalesce(p_reason, ''),
		jsonb_build_object('warehouse', p_warehouse, 'lines', cardinality(chosen)));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.stocktake_open(uuid, uuid, text, uuid, uuid, text, uuid[], text) IS
	'Opens a count. ok, unknown, or twice: one of the variants is in an open count of the warehouse.';

-- Adjustments and counts a variant had in a warehouse.  To be called behind the lock of its stock row.
CREATE OR REPLACE FUNCTION inventory.corrections(p_tenant uuid, p_variant uuid, p_warehouse uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT count(*) FROM inventory.movement m
	WHERE m.variant_id = p_variant AND m.warehouse_id = p_warehouse AND m.kind IN ('adjustment', 'count'));
END
$$;
COMMENT ON FUNCTION inventory.corrections(uuid, uuid, uuid) IS 'How many adjustments and counts a variant had in a warehouse.';

-- A number replaces the one before it.  What is on hand is noted at the same moment.
CREATE OR REPLACE FUNCTION inventory.stocktake_count(p_tenant uuid, p_actor uuid, p_stocktake uuid, p_variant uuid, p_counted integer)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	head record;
	line record;
	there integer;
BEGIN
	IF p_counted IS NULL OR p_counted NOT BETWEEN 0 AND inventory.pieces_most() THEN
		RETURN 'quantity';
	END IF;
	SELECT t.state, t.warehouse_id INTO head FROM inventory.stocktake t WHERE t.stocktake_id = p_stocktake FOR SHARE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	SELECT l.again INTO line FROM inventory.stocktake_line l WHERE l.stocktake_id = p_stocktake AND l.variant_id = p_variant FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	IF head.state <> 'counting' AND NOT (head.state = 'recount' AND line.again) THEN
		RETURN 'state';
	END IF;
	INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id) VALUES (p_tenant, p_variant, head.warehouse_id) ON CONFLICT DO NOTHING;
	SELECT s.on_hand INTO there FROM inventory.stock s
	WHERE s.variant_id = p_variant AND s.warehouse_id = head.warehouse_id FOR NO KEY UPDATE;
	UPDATE inventory.stocktake_line l SET counted = p_counted, expected = there, rounds = l.rounds + 1, counted_by = p_actor,
		corrections = inventory.corrections(p_tenant, p_variant, head.warehouse_id), counted_at = sutler.now(), again = false
	WHERE l.stocktake_id = p_stocktake AND l.variant_id = p_variant;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.stocktake_count(uuid, uuid, uuid, uuid, integer) IS
	'Takes the number of one variant without telling what is expected. ok, quantity, unknown or state.';

-- Ends a round.  After the first, every difference is counted once more; a second number is
-- believed.  p_leave: variants without a number stay as they are.
CREATE OR REPLACE FUNCTION inventory.stocktake_review(p_tenant uuid, p_stocktake uuid, p_leave boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	word text;
BEGIN
	SELECT t.state INTO word FROM inventory.stocktake t WHERE t.stocktake_id = p_stocktake FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	IF word NOT IN ('counting', 'recount') THEN
		RETURN 'state';
	END IF;
	IF EXISTS (SELECT FROM inventory.stocktake_line l WHERE l.stocktake_id = p_stocktake AND (l.again OR l.counted IS NULL AND NOT p_leave)) THEN
		RETURN 'uncounted';
	END IF;
	UPDATE inventory.stocktake_line l SET again = true
	WHERE l.stocktake_id = p_stocktake AND l.counted <> l.expected AND l.rounds < 2;
	word := CASE WHEN FOUND THEN 'recount' ELSE 'agreed' END;
	UPDATE inventory.stocktake t SET state = word WHERE t.stocktake_id = p_stocktake;
	RETURN CASE word WHEN 'agreed' THEN 'ok' ELSE word END;
END
$$;
COMMENT ON FUNCTION inventory.stocktake_review(uuid, uuid, boolean) IS
	'Ends a round of counting. ok: may be booked; recount: differences wait to be counted again; uncounted, unknown or state.';

-- Books the differences.  What was corrected by hand after its number was given, or went out
-- although the number says it was not there, goes back to be counted and nothing is booked.
CREATE OR REPLACE FUNCTION inventory.stocktake_book(p_tenant uuid, p_actor uuid, p_source text, p_stocktake uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	head record;
	r record;
	stale uuid[] := '{}';
	changed integer := 0;
	pieces bigint := 0;
BEGIN
	SELECT t.state, t.warehouse_id INTO head FROM inventory.stocktake t WHERE t.stocktake_id = p_stocktake FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	IF head.state <> 'agreed' THEN
		RETURN 'state';
	END IF;
	IF coalesce(btrim(p_reason), '') = '' THEN
		RETURN 'reason';
	END IF;
	FOR r IN
		SELECT l.variant_id, l.counted - l.expected AS change, l.corrections, s.on_hand
		FROM inventory.stocktake_line l
		JOIN inventory.stock s ON s.variant_id = l.variant_id AND s.warehouse_id = l.warehouse_id
		WHERE l.stocktake_id = p_stocktake AND l.counted <> l.expected
		ORDER BY s.variant_id FOR NO KEY UPDATE OF s
	LOOP
		IF r.on_hand + r.change < 0 OR inventory.corrections(p_tenant, r.variant_id, head.warehouse_id) <> r.corrections THEN
			stale := stale || r.variant_id;
		END IF;
	END LOOP;
	IF cardinality(stale) > 0 THEN
		UPDATE inventory.stocktake_line l SET again = true WHERE l.stocktake_id = p_stocktake AND l.variant_id = ANY (stale);
		UPDATE inventory.stocktake t SET state = 'recount' WHERE t.stocktake_id = p_stocktake;
		RETURN 'recount';
	END IF;
	FOR r IN SELECT l.variant_id, l.counted - l.expected AS change FROM inventory.stocktake_line l
		WHERE l.stocktake_id = p_stocktake AND l.counted <> l.expected ORDER BY l.variant_id
	LOOP
		UPDATE inventory.stock s SET on_hand = s.on_hand + r.change, short = greatest(s.held - (s.on_hand + r.change), 0)
		WHERE s.variant_id = r.variant_id AND s.warehouse_id = head.warehouse_id;
		PERFORM inventory.book(p_tenant, r.variant_id, head.warehouse_id, r.change, 'count', p_stocktake::text, p_source, NULL, p_actor, NULL, NULL);
		PERFORM inventory.touched(p_tenant, ARRAY[r.variant_id]);
		changed := changed + 1;
		pieces := pieces + r.change;
	END LOOP;
	UPDATE inventory.stocktake_line l SET open = false WHERE l.stocktake_id = p_stocktake;
	UPDATE inventory.stocktake t SET state = 'booked', closed_by = p_actor, closed_at = sutler.now() WHERE t.stocktake_id = p_stocktake;
	PERFORM inventory.answered(p_tenant, p_actor, p_source, 'count.booked', 'count ' || p_stocktake, p_reason,
		jsonb_build_object('warehouse', head.warehouse_id, 'changed', changed, 'pieces', pieces));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.stocktake_book(uuid, uuid, text, uuid, text) IS
	'Books a count''s differences onto what is there now. ok, recount, reason, unknown or state.';

CREATE OR REPLACE FUNCTION inventory.stocktake_cancel(p_tenant uuid, p_actor uuid, p_source text, p_stocktake uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE inventory.stocktake t SET state = 'cancelled', closed_by = p_actor, closed_at = sutler.now()
	WHERE t.stocktake_id = p_stocktake AND t.state NOT IN ('booked', 'cancelled');
	IF NOT FOUND THEN
		RETURN CASE WHEN EXISTS (SELECT FROM inventory.stocktake t WHERE t.stocktake_id = p_stocktake) THEN 'state' ELSE 'unknown' END;
	END IF;
	UPDATE inventory.stocktake_line l SET open = false, again = false WHERE l.stocktake_id = p_stocktake;
	PERFORM inventory.answered(p_tenant, p_actor, p_source, 'count.cancelled', 'count ' || p_stocktake, coalesce(p_reason, ''), '{}');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.stocktake_cancel(uuid, uuid, text, uuid, text) IS 'Ends a count without booking it. ok, unknown or state.';
