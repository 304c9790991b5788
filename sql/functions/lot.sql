-- Lots: the pieces of a variant in a warehouse that came or were made together.
--
-- Who reads or writes the lots of a variant in a warehouse has its stock row locked, so nothing is
-- locked but that.  What expires first leaves first.  A lot that expired or is blocked gives
-- nothing to what leaves the house; what is left of it is set apart, which takes it off what is on
-- hand: nobody can buy it.
--
-- Words: ok; unknown; reason (none was given); quantity (no such number); negative (there is
-- less); expired; blocked; lots (the variant has none); state.

CREATE OR REPLACE FUNCTION inventory.today() RETURNS date LANGUAGE sql STABLE
AS $$ SELECT (sutler.now() AT TIME ZONE 'UTC')::date $$;
COMMENT ON FUNCTION inventory.today() IS 'The day by which lots expire, UTC.';

-- Whether it may leave the house.
CREATE OR REPLACE FUNCTION inventory.lot_good(l inventory.lot) RETURNS boolean LANGUAGE sql STABLE
AS $$ SELECT NOT l.blocked AND coalesce(l.expires_on >= inventory.today(), true) $$;
COMMENT ON FUNCTION inventory.lot_good(inventory.lot) IS 'Whether pieces of a lot may be sold: it is not blocked and its last day is not over.';

-- Pieces that open pick lists and parcels have of it.
CREATE OR REPLACE FUNCTION inventory.lot_claimed(p_tenant uuid, p_lot uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT sum(y.quantity - y.packed) FROM shipping.pick_lot y JOIN shipping.wave w ON w.wave_id = y.wave_id
			WHERE y.lot_id = p_lot AND w.state = 'open'), 0)
	     + coalesce((SELECT sum(y.quantity) FROM shipping.parcel_lot y JOIN shipping.parcel k ON k.parcel_id = y.parcel_id
			WHERE y.lot_id = p_lot AND k.state IN ('packing', 'packed')), 0);
END
$$;
COMMENT ON FUNCTION inventory.lot_claimed(uuid, uuid) IS 'Pieces of a lot that pick lists and parcels have.';

-- The lot of a number in a warehouse, made when there is none.  What it says of itself stays.
CREATE OR REPLACE FUNCTION inventory.lot_open(p_tenant uuid, p_variant uuid, p_warehouse uuid, p_number text, p_expires date, p_made date,
	p_supplier uuid, p_purchase uuid, p_production uuid)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	lot uuid;
BEGIN
	INSERT INTO inventory.lot (tenant_id, lot_id, variant_id, warehouse_id, number, expires_on, made_on, supplier_id, purchase_id, production_id)
	VALUES (p_tenant, sutler.uuid7(), p_variant, p_warehouse, p_number, p_expires, p_made, p_supplier, p_purchase, p_production)
	ON CONFLICT (tenant_id, variant_id, warehouse_id, number_key) DO NOTHING RETURNING lot_id INTO lot;
	IF lot IS NULL THEN
		SELECT l.lot_id INTO lot FROM inventory.lot l
		WHERE l.variant_id = p_variant AND l.warehouse_id = p_warehouse AND l.number_key = lower(p_number COLLATE "C");
	END IF;
	RETURN lot;
END
$$;
COMMENT ON FUNCTION inventory.lot_open(uuid, uuid, uuid, text, date, date, uuid, uuid, uuid) IS 'The lot of a number in a warehouse, made when there is none.';

-- Takes pieces out of lots: those that were packed into p_parcel first, then what expires first and no
-- pick list claims; for what does not leave the house (not p_strict) also what expired or is claimed.
-- The caller has the stock row.  Fewer than asked for: nothing more is there.
CREATE OR REPLACE FUNCTION inventory.lots_out(p_tenant uuid, p_variant uuid, p_warehouse uuid, p_pieces integer, p_strict boolean, p_parcel uuid,
	OUT lots uuid[], OUT pieces integer[], OUT rest integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l record;
	part integer;
	packed integer := coalesce((SELECT sum(y.quantity) FROM shipping.parcel_lot y JOIN inventory.lot x ON x.lot_id = y.lot_id
		WHERE y.parcel_id = p_parcel AND x.variant_id = p_variant AND x.warehouse_id = p_warehouse), 0);
BEGIN
	lots := '{}';
	pieces := '{}';
	rest := p_pieces;
	FOR turn IN 1 .. 3 LOOP
		FOR l IN
			SELECT x.lot_id, CASE turn WHEN 1 THEN least(y.quantity, x.on_hand) WHEN 2 THEN x.on_hand - inventory.lot_claimed(p_tenant, x.lot_id) ELSE x.on_hand END AS free
			FROM inventory.lot x
			LEFT JOIN shipping.parcel_lot y ON turn = 1 AND y.parcel_id = p_parcel AND y.lot_id = x.lot_id
			WHERE x.variant_id = p_variant AND x.warehouse_id = p_warehouse AND x.on_hand > 0
			  AND (turn <> 1 OR y.lot_id IS NOT NULL) AND (NOT p_strict OR inventory.lot_good(x))
			ORDER BY x.expires_on, x.lot_id
		LOOP
			EXIT WHEN rest = 0;
			part := least(rest, l.free);
			CONTINUE WHEN part <= 0;
			UPDATE inventory.lot x SET on_hand = x.on_hand - part WHERE x.lot_id = l.lot_id;
			lots := lots || l.lot_id;
			pieces := pieces || part;
			rest := rest - part;
		END LOOP;
		-- What is in the parcel is not changed for something else in the books alone.
		EXIT WHEN rest = 0 OR (turn = 1 AND p_pieces - rest < packed) OR (turn = 2 AND p_strict);
	END LOOP;
END
$$;
COMMENT ON FUNCTION inventory.lots_out(uuid, uuid, uuid, integer, boolean, uuid) IS 'Takes pieces out of the lots of a variant in a warehouse, the first to expire first.';

-- Writes a change of what is on hand into the ledger, and into the lots when the variant has them.
-- The caller has changed the stock row in this transaction.  p_lot: the lot it is about; else what
-- comes in belongs to the lot without number, and what goes out is chosen by lots_out().  p_parcel:
-- the shipment it leaves with.  done is false when the lots cannot give that much: the caller undoes all.
CREATE OR REPLACE FUNCTION inventory.book(p_tenant uuid, p_variant uuid, p_warehouse uuid, p_quantity integer, p_kind text, p_reason text,
	p_source text, p_order uuid, p_staff uuid, p_lot uuid, p_parcel uuid, OUT done boolean, OUT lots uuid[], OUT pieces integer[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rest integer;
	lot uuid := p_lot;
BEGIN
	done := true;
	IF NOT (SELECT s.by_lot FROM inventory.stock s WHERE s.variant_id = p_variant AND s.warehouse_id = p_warehouse) THEN
		INSERT INTO inventory.movement (tenant_id, movement_id, variant_id, warehouse_id, quantity, kind, reason, source, order_id, staff_id)
		VALUES (p_tenant, sutler.uuid7(), p_variant, p_warehouse, p_quantity, p_kind, p_reason, p_source, p_order, p_staff);
		RETURN;
	END IF;
	IF p_quantity > 0 OR lot IS NOT NULL THEN
		IF lot IS NULL THEN
			lot := inventory.lot_open(p_tenant, p_variant, p_warehouse, '', NULL, NULL, NULL, NULL, NULL);
		END IF;
		UPDATE inventory.lot l SET on_hand = l.on_hand + p_quantity
		WHERE l.lot_id = lot AND l.variant_id = p_variant AND l.warehouse_id = p_warehouse AND l.on_hand + p_quantity >= 0;
		done := FOUND;
		lots := ARRAY[lot];
		pieces := ARRAY[abs(p_quantity)];
	ELSE
		SELECT o.lots, o.pieces, o.rest INTO lots, pieces, rest
		FROM inventory.lots_out(p_tenant, p_variant, p_warehouse, -p_quantity, p_kind IN ('sale', 'transfer'), p_parcel) o;
		done := rest = 0;
	END IF;
	INSERT INTO inventory.movement (tenant_id, movement_id, variant_id, warehouse_id, quantity, kind, reason, source, order_id, staff_id, lot_id)
	SELECT p_tenant, sutler.uuid7(), p_variant, p_warehouse, sign(p_quantity)::integer * sum(u.n)::integer, p_kind, p_reason, p_source, p_order, p_staff, u.l
	FROM unnest(lots, pieces) AS u (l, n) GROUP BY u.l;
	IF p_parcel IS NOT NULL THEN
		INSERT INTO shipping.shipment_lot AS x (tenant_id, shipment_id, lot_id, variant_id, number_key, order_id, quantity)
		SELECT p_tenant, p_parcel, l.lot_id, l.variant_id, l.number_key, p_order, sum(u.n)
		FROM unnest(lots, pieces) AS u (l, n) JOIN inventory.lot l ON l.lot_id = u.l GROUP BY l.tenant_id, l.lot_id
		ON CONFLICT (tenant_id, shipment_id, lot_id) DO UPDATE SET quantity = x.quantity + excluded.quantity;
	END IF;
END
$$;
COMMENT ON FUNCTION inventory.book(uuid, uuid, uuid, integer, text, text, text, uuid, uuid, uuid, uuid) IS
	'Writes a change of on hand into the ledger and the lots. done: the lots could give it.';

-- What comes back from an order goes into the lots it left with, as long as pieces of them are out; the
-- rest belongs to the lot without number.  p_scrap: it is thrown away at once.
CREATE OR REPLACE FUNCTION inventory.take_back(p_tenant uuid, p_order uuid, p_variant uuid, p_warehouse uuid, p_pieces integer, p_scrap boolean,
	p_reason text, p_staff uuid)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l record;
	rest integer := p_pieces;
	part integer;
	lot uuid;
BEGIN
	INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id) VALUES (p_tenant, p_variant, p_warehouse) ON CONFLICT DO NOTHING;
	PERFORM FROM inventory.stock s WHERE s.variant_id = p_variant AND s.warehouse_id = p_warehouse FOR NO KEY UPDATE;
	FOR l IN
		SELECT x.shipment_id, x.lot_id, x.quantity - x.returned AS out, k.number, k.expires_on, k.made_on, k.supplier_id, k.purchase_id, k.production_id
		FROM shipping.shipment_lot x JOIN inventory.lot k ON k.lot_id = x.lot_id
		JOIN inventory.stock s ON s.variant_id = p_variant AND s.warehouse_id = p_warehouse AND s.by_lot
		WHERE x.order_id = p_order AND x.variant_id = p_variant AND x.returned < x.quantity
		ORDER BY x.shipment_id, k.expires_on, x.lot_id
	LOOP
		EXIT WHEN rest = 0;
		part := least(rest, l.out);
		lot := inventory.lot_open(p_tenant, p_variant, p_warehouse, l.number, l.expires_on, l.made_on, l.supplier_id, l.purchase_id, l.production_id);
		UPDATE shipping.shipment_lot x SET returned = x.returned + part WHERE x.shipment_id = l.shipment_id AND x.lot_id = l.lot_id;
		PERFORM inventory.adjust_lot(p_tenant, p_variant, p_warehouse, part, 'return', p_reason, 'return', p_staff, lot);
		IF p_scrap THEN
			PERFORM inventory.adjust_lot(p_tenant, p_variant, p_warehouse, -part, 'scrap', p_reason, 'return', p_staff, lot);
		END IF;
		rest := rest - part;
	END LOOP;
	IF rest > 0 THEN
		SELECT CASE WHEN s.by_lot THEN inventory.lot_open(p_tenant, p_variant, p_warehouse, '', NULL, NULL, NULL, NULL, NULL) END INTO lot
		FROM inventory.stock s WHERE s.variant_id = p_variant AND s.warehouse_id = p_warehouse;
		PERFORM inventory.adjust_lot(p_tenant, p_variant, p_warehouse, rest, 'return', p_reason, 'return', p_staff, lot);
		IF p_scrap THEN
			PERFORM inventory.adjust_lot(p_tenant, p_variant, p_warehouse, -rest, 'scrap', p_reason, 'return', p_staff, lot);
		END IF;
	END IF;
END
$$;
COMMENT ON FUNCTION inventory.take_back(uuid, uuid, uuid, uuid, integer, boolean, text, uuid) IS 'Puts pieces of an order back on hand, or throws them away, in the lots they left with.';

-- ---- pick lists ----

-- Says for each line of a new list which lots to take.  What is there of good lots and no other list
-- has; a line of which the lots have less stays without for the rest.
CREATE OR REPLACE FUNCTION inventory.plan_lots(p_tenant uuid, p_wave uuid, p_warehouse uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
	l record;
	last uuid;
	rest integer;
	part integer;
BEGIN
	FOR p IN
		SELECT x.order_id, x.line_no, x.variant_id, x.quantity
		FROM shipping.pick x
		JOIN sales.order_line ol ON ol.order_id = x.order_id AND ol.line_no = x.line_no AND NOT ol.made_to_order
		JOIN inventory.stock s ON s.variant_id = x.variant_id AND s.warehouse_id = p_warehouse AND s.by_lot
		WHERE x.wave_id = p_wave ORDER BY x.variant_id, x.order_id, x.line_no
	LOOP
		IF p.variant_id IS DISTINCT FROM last THEN
			PERFORM FROM inventory.stock x WHERE x.variant_id = p.variant_id AND x.warehouse_id = p_warehouse FOR NO KEY UPDATE;
			last := p.variant_id;
		END IF;
		rest := p.quantity;
		FOR l IN
			SELECT x.lot_id, x.on_hand - inventory.lot_claimed(p_tenant, x.lot_id) AS free FROM inventory.lot x
			WHERE x.variant_id = p.variant_id AND x.warehouse_id = p_warehouse AND x.on_hand > 0 AND inventory.lot_good(x)
			ORDER BY x.expires_on, x.lot_id
		LOOP
			EXIT WHEN rest = 0;
			part := least(rest, l.free);
			CONTINUE WHEN part <= 0;
			INSERT INTO shipping.pick_lot (tenant_id, wave_id, order_id, line_no, lot_id, quantity)
			VALUES (p_tenant, p_wave, p.order_id, p.line_no, l.lot_id, part);
			rest := rest - part;
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION inventory.plan_lots(uuid, uuid, uuid) IS 'Says which lots a pick list takes.';

-- Pieces of a line go into a parcel: with them the lots the list says.
CREATE OR REPLACE FUNCTION inventory.pack_lots(p_tenant uuid, p_wave uuid, p_order uuid, p_line integer, p_parcel uuid, p_pieces integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l record;
	rest integer := p_pieces;
	part integer;
BEGIN
	FOR l IN
		SELECT y.lot_id, y.quantity - y.packed AS open_pieces FROM shipping.pick_lot y JOIN inventory.lot x ON x.lot_id = y.lot_id
		WHERE y.wave_id = p_wave AND y.order_id = p_order AND y.line_no = p_line AND y.packed < y.quantity ORDER BY x.expires_on, y.lot_id
	LOOP
		EXIT WHEN rest = 0;
		part := least(rest, l.open_pieces);
		UPDATE shipping.pick_lot y SET packed = y.packed + part WHERE y.wave_id = p_wave AND y.order_id = p_order AND y.line_no = p_line AND y.lot_id = l.lot_id;
		INSERT INTO shipping.parcel_lot AS k (tenant_id, parcel_id, lot_id, quantity) VALUES (p_tenant, p_parcel, l.lot_id, part)
		ON CONFLICT (tenant_id, parcel_id, lot_id) DO UPDATE SET quantity = k.quantity + excluded.quantity;
		rest := rest - part;
	END LOOP;
END
$$;
COMMENT ON FUNCTION inventory.pack_lots(uuid, uuid, uuid, integer, uuid, integer) IS 'Puts the lots of a picked line into its parcel.';

-- ---- work on one lot ----

-- Locks a lot behind its stock row.
CREATE OR REPLACE FUNCTION inventory.lock_lot(p_tenant uuid, p_lot uuid) RETURNS inventory.lot
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l inventory.lot;
BEGIN
	PERFORM FROM inventory.stock s WHERE (s.variant_id, s.warehouse_id) = (SELECT x.variant_id, x.warehouse_id FROM inventory.lot x WHERE x.lot_id = p_lot)
		FOR NO KEY UPDATE;
	SELECT x.* INTO l FROM inventory.lot x WHERE x.lot_id = p_lot FOR NO KEY UPDATE;
	RETURN l;
END
$$;
COMMENT ON FUNCTION inventory.lock_lot(uuid, uuid) IS 'The row of a lot, locked behind its stock row.';

-- Moves pieces between on hand and set apart: more than 0 are set apart, less come back.  Held pieces
-- that are gone become short.  The lot is locked.
CREATE OR REPLACE FUNCTION inventory.lot_move(p_tenant uuid, p_lot uuid, p_pieces integer, p_reason text, p_source text, p_staff uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l inventory.lot;
BEGIN
	UPDATE inventory.lot x SET on_hand = x.on_hand - p_pieces, apart = x.apart + p_pieces, why = p_reason WHERE x.lot_id = p_lot RETURNING x.* INTO l;
	UPDATE inventory.stock s SET on_hand = s.on_hand - p_pieces, short = greatest(s.held - (s.on_hand - p_pieces), 0)
	WHERE s.variant_id = l.variant_id AND s.warehouse_id = l.warehouse_id;
	INSERT INTO inventory.movement (tenant_id, movement_id, variant_id, warehouse_id, quantity, kind, reason, source, staff_id, lot_id)
	VALUES (p_tenant, sutler.uuid7(), l.variant_id, l.warehouse_id, -p_pieces, 'quarantine', p_reason, p_source, p_staff, p_lot);
	PERFORM inventory.touched(p_tenant, ARRAY[l.variant_id]);
END
$$;
COMMENT ON FUNCTION inventory.lot_move(uuid, uuid, integer, text, text, uuid) IS 'Sets pieces of a lot apart, or puts them back on hand.';

-- Sets apart what expired and what came into blocked lots, p_limit lots in one call; how many.
CREATE OR REPLACE FUNCTION inventory.expire_lots(p_tenant uuid, p_limit integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
	l inventory.lot;
	n integer := 0;
BEGIN
	FOR c IN
		SELECT x.variant_id, x.warehouse_id, x.lot_id FROM (
			(SELECT y.variant_id, y.warehouse_id, y.lot_id FROM inventory.lot y WHERE y.on_hand > 0 AND y.expires_on < inventory.today() ORDER BY y.expires_on LIMIT p_limit)
			UNION
			(SELECT y.variant_id, y.warehouse_id, y.lot_id FROM inventory.lot y WHERE y.on_hand > 0 AND y.blocked ORDER BY y.lot_id LIMIT p_limit)) x
		ORDER BY 1, 2, 3
	LOOP
		l := inventory.lock_lot(p_tenant, c.lot_id);
		CONTINUE WHEN l.on_hand = 0 OR inventory.lot_good(l);
		PERFORM inventory.lot_move(p_tenant, l.lot_id, l.on_hand, CASE WHEN l.blocked THEN l.why ELSE 'expired' END, 'tend-stock', NULL);
		PERFORM inventory.answered(p_tenant, NULL, 'tend-stock', 'lot.apart', 'lot ' || l.lot_id, CASE WHEN l.blocked THEN l.why ELSE 'expired' END,
			jsonb_build_object('pieces', l.on_hand));
		n := n + 1;
	END LOOP;
	RETURN n;
END
$$;
COMMENT ON FUNCTION inventory.expire_lots(uuid, integer) IS 'Sets apart what expired or came into a blocked lot; how many lots.';

-- Blocks a number in all warehouses, whatever has it on a pick list: a recall.  Or ends that.
CREATE OR REPLACE FUNCTION inventory.lot_block(p_tenant uuid, p_actor uuid, p_lot uuid, p_block boolean, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	head record;
	c record;
	l inventory.lot;
	changed boolean := false;
	pieces integer := 0;
BEGIN
	SELECT x.variant_id, x.number_key INTO head FROM inventory.lot x WHERE x.lot_id = p_lot;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF coalesce(btrim(p_reason), '') = '' THEN
		RETURN 'reason';
	END IF;
	-- As inspect() does: productions with their orders and what waits to be looked at, and only then stock.
	FOR c IN SELECT i.inspection_id, i.production_id FROM inventory.inspection i JOIN inventory.lot x ON x.lot_id = i.lot_id
		WHERE i.variant_id = head.variant_id AND i.closed_at IS NULL AND x.number_key = head.number_key ORDER BY i.production_id, i.inspection_id LOOP
		IF c.production_id IS NOT NULL THEN
			PERFORM inventory.lock_production(p_tenant, c.production_id);
		END IF;
		PERFORM FROM inventory.inspection i WHERE i.inspection_id = c.inspection_id FOR UPDATE;
	END LOOP;
	FOR c IN SELECT x.lot_id FROM inventory.lot x WHERE x.variant_id = head.variant_id AND x.number_key = head.number_key ORDER BY x.warehouse_id LOOP
		l := inventory.lock_lot(p_tenant, c.lot_id);
		CONTINUE WHEN l.blocked = p_block;
		UPDATE inventory.lot x SET blocked = p_block, why = p_reason WHERE x.lot_id = c.lot_id;
		IF p_block AND l.on_hand > 0 THEN
			PERFORM inventory.lot_move(p_tenant, c.lot_id, l.on_hand, p_reason, 'admin-inventory', p_actor);
			pieces := pieces + l.on_hand;
		ELSIF NOT p_block AND l.apart > 0 AND coalesce(l.expires_on >= inventory.today(), true) THEN
			PERFORM inventory.lot_move(p_tenant, c.lot_id, -l.apart, p_reason, 'admin-inventory', p_actor);
			pieces := pieces + l.apart;
		END IF;
		changed := true;
	END LOOP;
	IF NOT changed THEN
		RETURN 'state';
	END IF;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', CASE WHEN p_block THEN 'lot.blocked' ELSE 'lot.released' END, 'lot ' || p_lot, p_reason,
		jsonb_build_object('pieces', pieces));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.lot_block(uuid, uuid, uuid, boolean, text) IS
	'Blocks a lot in all warehouses and sets it apart, or puts it back. ok, unknown, reason or state.';

-- Throws away pieces that are set apart: they come and go in the ledger.
CREATE OR REPLACE FUNCTION inventory.lot_scrap(p_tenant uuid, p_actor uuid, p_lot uuid, p_pieces integer, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l inventory.lot := inventory.lock_lot(p_tenant, p_lot);
BEGIN
	IF l.lot_id IS NULL THEN
		RETURN 'unknown';
	ELSIF coalesce(btrim(p_reason), '') = '' THEN
		RETURN 'reason';
	ELSIF p_pieces IS NULL OR p_pieces < 1 THEN
		RETURN 'quantity';
	ELSIF p_pieces > l.apart THEN
		RETURN 'negative';
	END IF;
	UPDATE inventory.lot x SET apart = x.apart - p_pieces WHERE x.lot_id = p_lot;
	INSERT INTO inventory.movement (tenant_id, movement_id, variant_id, warehouse_id, quantity, kind, reason, source, staff_id, lot_id)
	SELECT p_tenant, sutler.uuid7(), l.variant_id, l.warehouse_id, u.n, u.k, p_reason, 'admin-inventory', p_actor, p_lot
	FROM (VALUES (p_pieces, 'quarantine'), (-p_pieces, 'scrap')) AS u (n, k);
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'lot.scrapped', 'lot ' || p_lot, p_reason, jsonb_build_object('pieces', p_pieces));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.lot_scrap(uuid, uuid, uuid, integer, text) IS 'Throws away pieces of a lot that are set apart. ok, unknown, reason, quantity or negative.';

-- A correction of one lot, as inventory.adjust_by_hand().
CREATE OR REPLACE FUNCTION inventory.lot_adjust(p_tenant uuid, p_actor uuid, p_lot uuid, p_quantity integer, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l record;
BEGIN
	SELECT x.variant_id, x.warehouse_id INTO l FROM inventory.lot x WHERE x.lot_id = p_lot;
	RETURN CASE WHEN FOUND THEN inventory.adjust_by_hand(p_tenant, p_actor, 'admin-inventory', l.variant_id, l.warehouse_id, p_quantity, p_reason, p_lot) ELSE 'unknown' END;
END
$$;
COMMENT ON FUNCTION inventory.lot_adjust(uuid, uuid, uuid, integer, text) IS 'Corrects one lot with a reason code. Words of inventory.adjust_by_hand, and lots.';

-- Orders that a lot went into, whatever the warehouse: by shipment, the newest first, behind p_before.  Whoever
-- takes the list with the buyers' addresses (p_reason) is in the log.
CREATE OR REPLACE FUNCTION inventory.recall(p_tenant uuid, p_actor uuid, p_lot uuid, p_reason text, p_most integer)
RETURNS TABLE (number text, store text, sent_at timestamptz, pieces bigint, returned bigint, name text, email text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	head record;
BEGIN
	SELECT x.variant_id, x.number_key INTO head FROM inventory.lot x WHERE x.lot_id = p_lot;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'lot.recall', 'lot ' || p_lot, p_reason, '{}');
	RETURN QUERY
	SELECT o.number, t.code, s.shipped_at, x.quantity::bigint, x.returned::bigint, k.name, k.email
	FROM shipping.shipment_lot x
	JOIN shipping.shipment s ON s.shipment_id = x.shipment_id
	JOIN sales."order" o ON o.order_id = x.order_id
	JOIN tenancy.store t ON t.store_id = o.store_id
	JOIN sales.contact k ON k.contact_id = o.contact_id
	WHERE x.variant_id = head.variant_id AND x.number_key = head.number_key
	ORDER BY x.shipment_id DESC LIMIT p_most;
END
$$;
COMMENT ON FUNCTION inventory.recall(uuid, uuid, uuid, text, integer) IS 'Buyers of a lot, for a recall; in the audit log.';

-- How a variant (p_all: each of its product's) is looked after.  Pieces that are there when lots begin
-- belong to a lot without number.  apart: pieces of lots are set apart, which would be forgotten.
CREATE OR REPLACE FUNCTION inventory.care_save(p_tenant uuid, p_actor uuid, p_variant uuid, p_all boolean, p_lots text, p_inspect boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid[];
	one uuid;
	lot uuid;
	s record;
BEGIN
	SELECT array_agg(x.variant_id ORDER BY x.variant_id) INTO v FROM catalog.variant x
	WHERE x.variant_id = p_variant OR (p_all AND x.product_id = (SELECT y.product_id FROM catalog.variant y WHERE y.variant_id = p_variant));
	IF v IS NULL THEN
		RETURN 'unknown';
	ELSIF p_lots NOT IN ('none', 'number', 'expiry') THEN
		RETURN 'state';
	END IF;
	-- Variant by variant, its row before its stock rows: a stock row that is made now waits for the first, and asks again.
	FOREACH one IN ARRAY v LOOP
		PERFORM FROM catalog.variant x WHERE x.variant_id = one FOR NO KEY UPDATE;
		PERFORM FROM inventory.stock x WHERE x.variant_id = one ORDER BY x.warehouse_id FOR NO KEY UPDATE;
	END LOOP;
	IF p_lots = 'none' AND EXISTS (SELECT FROM inventory.lot l WHERE l.variant_id = ANY (v) AND l.apart > 0) THEN
		RETURN 'apart';
	END IF;
	FOREACH one IN ARRAY v LOOP
		INSERT INTO inventory.care (tenant_id, variant_id, lots, inspect) VALUES (p_tenant, one, p_lots, p_inspect)
		ON CONFLICT (tenant_id, variant_id) DO UPDATE SET lots = excluded.lots, inspect = excluded.inspect;
		FOR s IN
			UPDATE inventory.stock x SET by_lot = p_lots <> 'none' WHERE x.variant_id = one AND x.by_lot <> (p_lots <> 'none')
			RETURNING x.warehouse_id, x.on_hand
		LOOP
			IF p_lots = 'none' THEN
				UPDATE inventory.lot l SET on_hand = 0 WHERE l.variant_id = one AND l.warehouse_id = s.warehouse_id;
			ELSIF s.on_hand > 0 THEN
				lot := inventory.lot_open(p_tenant, one, s.warehouse_id, '', NULL, NULL, NULL, NULL, NULL);
				UPDATE inventory.lot l SET on_hand = s.on_hand WHERE l.lot_id = lot;
			END IF;
		END LOOP;
	END LOOP;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'stock.care', 'variant ' || p_variant, '',
		jsonb_build_object('variants', cardinality(v), 'lots', p_lots, 'inspect', p_inspect));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.care_save(uuid, uuid, uuid, boolean, text, boolean) IS 'Says whether a variant has lots and is inspected. ok, unknown, state or apart.';

-- ---- what comes in ----

-- What is wrong with the lot that a form names for goods of a variant: NULL, or lot (a number is wanted),
-- expiry (its last day is wanted), expired, dates (made after its last day), differs (the number has
-- another last day already), blocked.
CREATE OR REPLACE FUNCTION inventory.lot_wrong(p_tenant uuid, p_variant uuid, p_warehouse uuid, p_number text, p_expires date, p_made date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	care text := (SELECT c.lots FROM inventory.care c WHERE c.variant_id = p_variant);
	l inventory.lot;
BEGIN
	IF coalesce(care, 'none') = 'none' THEN
		RETURN NULL;
	END IF;
	SELECT x.* INTO l FROM inventory.lot x WHERE x.variant_id = p_variant AND x.warehouse_id = p_warehouse AND x.number_key = lower(p_number COLLATE "C");
	RETURN CASE WHEN coalesce(btrim(p_number), '') = '' THEN 'lot'
		WHEN care = 'expiry' AND p_expires IS NULL AND l.expires_on IS NULL THEN 'expiry'
		WHEN p_expires < inventory.today() OR l.expires_on < inventory.today() THEN 'expired'
		WHEN p_made > p_expires THEN 'dates'
		WHEN l.lot_id IS NOT NULL AND p_expires IS DISTINCT FROM l.expires_on AND p_expires IS NOT NULL THEN 'differs'
		WHEN l.blocked THEN 'blocked' END;
END
$$;
COMMENT ON FUNCTION inventory.lot_wrong(uuid, uuid, uuid, text, date, date) IS
	'What is wrong with a lot named for goods that come: NULL, lot, expiry, expired, dates, differs or blocked.';

-- Pieces that just came on hand wait to be looked at.  The caller has the stock row.
CREATE OR REPLACE FUNCTION inventory.inspect_open(p_tenant uuid, p_variant uuid, p_warehouse uuid, p_lot uuid, p_purchase uuid, p_production uuid,
	p_pieces integer, p_source text, p_staff uuid)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO inventory.inspection (tenant_id, inspection_id, variant_id, warehouse_id, lot_id, purchase_id, production_id, pieces)
	VALUES (p_tenant, sutler.uuid7(), p_variant, p_warehouse, p_lot, p_purchase, p_production, p_pieces);
	PERFORM inventory.adjust_lot(p_tenant, p_variant, p_warehouse, -p_pieces, 'quarantine', 'inspection', p_source, p_staff, p_lot);
END
$$;
COMMENT ON FUNCTION inventory.inspect_open(uuid, uuid, uuid, uuid, uuid, uuid, integer, text, uuid) IS 'Sets goods that came apart until somebody has looked at them.';

-- What becomes of pieces that wait: pass, scrap or back (to the supplier).  What is not good needs a reason.
-- ok; unknown; reason; quantity; expired and blocked (they cannot pass).
CREATE OR REPLACE FUNCTION inventory.inspect(p_tenant uuid, p_actor uuid, p_inspection uuid, p_verdict text, p_pieces integer, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i inventory.inspection;
	l inventory.lot;
	why text := CASE WHEN p_reason = '' THEN 'inspection' ELSE p_reason END;
	by_lot boolean;
	made uuid := (SELECT x.production_id FROM inventory.inspection x WHERE x.inspection_id = p_inspection);
BEGIN
	IF made IS NOT NULL THEN
		PERFORM inventory.lock_production(p_tenant, made);
	END IF;
	SELECT x.* INTO i FROM inventory.inspection x WHERE x.inspection_id = p_inspection FOR UPDATE;
	IF NOT FOUND OR p_verdict NOT IN ('pass', 'scrap', 'back') THEN
		RETURN 'unknown';
	ELSIF p_verdict <> 'pass' AND coalesce(btrim(p_reason), '') = '' THEN
		RETURN 'reason';
	ELSIF p_pieces IS NULL OR p_pieces NOT BETWEEN 1 AND i.pieces - i.passed - i.scrapped - i.sent_back THEN
		RETURN 'quantity';
	ELSIF p_verdict = 'back' AND i.purchase_id IS NULL THEN
		RETURN 'supplier';
	END IF;
	SELECT s.by_lot INTO by_lot FROM inventory.stock s WHERE s.variant_id = i.variant_id AND s.warehouse_id = i.warehouse_id FOR NO KEY UPDATE;
	IF p_verdict = 'pass' AND by_lot AND i.lot_id IS NOT NULL THEN
		SELECT x.* INTO l FROM inventory.lot x WHERE x.lot_id = i.lot_id FOR NO KEY UPDATE;
		IF NOT inventory.lot_good(l) THEN
			RETURN CASE WHEN l.blocked THEN 'blocked' ELSE 'expired' END;
		END IF;
	END IF;
	UPDATE inventory.inspection x SET passed = x.passed + CASE p_verdict WHEN 'pass' THEN p_pieces ELSE 0 END,
		scrapped = x.scrapped + CASE p_verdict WHEN 'scrap' THEN p_pieces ELSE 0 END,
		sent_back = x.sent_back + CASE p_verdict WHEN 'back' THEN p_pieces ELSE 0 END,
		closed_at = CASE WHEN i.passed + i.scrapped + i.sent_back + p_pieces = i.pieces THEN sutler.now() END
	WHERE x.inspection_id = p_inspection;
	IF p_verdict = 'pass' THEN
		PERFORM inventory.adjust_lot(p_tenant, i.variant_id, i.warehouse_id, p_pieces, 'quarantine', why, 'admin-inventory', p_actor, CASE WHEN by_lot THEN i.lot_id END);
	ELSE
		-- They come and go in the ledger.
		INSERT INTO inventory.movement (tenant_id, movement_id, variant_id, warehouse_id, quantity, kind, reason, source, staff_id, lot_id)
		SELECT p_tenant, sutler.uuid7(), i.variant_id, i.warehouse_id, u.n, u.k, why, 'admin-inventory', p_actor, i.lot_id
		FROM (VALUES (p_pieces, 'quarantine'), (-p_pieces, CASE p_verdict WHEN 'back' THEN 'receipt' ELSE 'scrap' END)) AS u (n, k);
	END IF;
	IF made IS NOT NULL THEN
		PERFORM inventory.production_serve(p_tenant, p_actor, made, i.passed + CASE p_verdict WHEN 'pass' THEN p_pieces ELSE 0 END
			- coalesce((SELECT sum(x.quantity) FROM inventory.production_line x WHERE x.production_id = made AND x.done), 0)::integer,
			i.passed + i.scrapped + i.sent_back + p_pieces = i.pieces);
	END IF;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'inspection.' || p_verdict, 'inspection ' || p_inspection, coalesce(p_reason, ''),
		jsonb_build_object('variant', i.variant_id, 'pieces', p_pieces));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.inspect(uuid, uuid, uuid, text, integer, text) IS
	'Says what becomes of goods that wait. ok, unknown, reason, quantity, supplier (they came from none), expired or blocked.';

CREATE OR REPLACE FUNCTION inventory.inspecting(p_tenant uuid, p_variant uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(sum(i.pieces - i.passed - i.scrapped - i.sent_back), 0) FROM inventory.inspection i WHERE i.variant_id = p_variant AND i.closed_at IS NULL);
END
$$;
COMMENT ON FUNCTION inventory.inspecting(uuid, uuid) IS 'Pieces of a variant that wait to be looked at.';
