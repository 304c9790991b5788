-- What is made to order.  Lines of orders that may leave and were not made flow into production
-- orders, one for each variant as long as it is planned; when it is finished the pieces come on hand
-- through the ledger, as a lot where the variant has lots, and are held for the orders that waited.
-- From then on their lines are picked and shipped like any other.
--
-- Locks: orders by id, the production order, stock.  Words: ok; unknown; state (too late or too
-- early); reason (none was given); quantity (no such number of pieces); those of lot.sql.

-- Lines that wait for nobody yet join the planned order of their variant; p_limit in one call, how many.
CREATE OR REPLACE FUNCTION inventory.gather_made(p_tenant uuid, p_limit integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l record;
	p uuid;
	n integer := 0;
BEGIN
	-- Two that gather would both number and plan; everybody else may go on.
	PERFORM pg_advisory_xact_lock(hashtextextended('inventory.production ' || p_tenant::text, 0));
	FOR l IN
		SELECT o.order_id, x.line_no, x.variant_id, x.quantity - x.shipped AS pieces,
			(o.placed_at AT TIME ZONE 'UTC')::date + k.lead_time_days AS due
		FROM sales."order" o
		JOIN sales.order_line x ON x.order_id = o.order_id
		JOIN catalog.variant v ON v.variant_id = x.variant_id
		JOIN catalog.product k ON k.product_id = v.product_id
		WHERE o.state = 'open' AND o.fulfilment IN ('unfulfilled', 'in_production', 'ready', 'partly_shipped')
		  AND (o.payment IN ('paid', 'partly_refunded', 'authorised') OR (o.payment_method IN ('cod', 'invoice') AND o.payment = 'pending'))
		  AND x.made_to_order AND x.ships AND x.quantity > x.shipped + x.allotted
		  AND NOT EXISTS (SELECT FROM inventory.production_line w WHERE w.order_id = x.order_id AND w.line_no = x.line_no)
		ORDER BY o.order_id, x.line_no LIMIT p_limit FOR UPDATE OF o SKIP LOCKED
	LOOP
		SELECT y.production_id INTO p FROM inventory.production y WHERE y.variant_id = l.variant_id AND y.state = 'planned' FOR UPDATE;
		IF NOT FOUND THEN
			p := sutler.uuid7();
			INSERT INTO inventory.production (tenant_id, production_id, number, variant_id, due_on)
			SELECT p_tenant, p, coalesce(max(y.number), 0) + 1, l.variant_id, l.due FROM inventory.production y;
		END IF;
		INSERT INTO inventory.production_line (tenant_id, production_id, order_id, line_no, quantity, due_on)
		VALUES (p_tenant, p, l.order_id, l.line_no, l.pieces, l.due) ON CONFLICT DO NOTHING;
		UPDATE inventory.production y SET due_on = l.due WHERE y.production_id = p AND y.due_on > l.due;
		n := n + 1;
	END LOOP;
	RETURN n;
END
$$;
COMMENT ON FUNCTION inventory.gather_made(uuid, integer) IS 'Puts lines made to order on the production order that is planned for their variant; how many.';

-- Whether a line waits to be made: it cannot be picked or shipped.
CREATE OR REPLACE FUNCTION inventory.being_made(p_tenant uuid, p_order uuid, p_line integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN EXISTS (SELECT FROM inventory.production_line w WHERE w.order_id = p_order AND w.line_no = p_line AND NOT w.done);
END
$$;
COMMENT ON FUNCTION inventory.being_made(uuid, uuid, integer) IS 'Whether a line of an order waits for a production order.';

-- Locks the orders that wait for it, then the production order.
CREATE OR REPLACE FUNCTION inventory.lock_production(p_tenant uuid, p_production uuid) RETURNS inventory.production
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p inventory.production;
BEGIN
	PERFORM FROM sales."order" o WHERE o.order_id IN (SELECT w.order_id FROM inventory.production_line w WHERE w.production_id = p_production) ORDER BY o.order_id FOR UPDATE;
	SELECT y.* INTO p FROM inventory.production y WHERE y.production_id = p_production FOR UPDATE;
	RETURN p;
END
$$;
COMMENT ON FUNCTION inventory.lock_production(uuid, uuid) IS 'The row of a production order, locked behind the orders that wait for it.';

-- Work begins: nobody joins it any more, and the buyers are told.
CREATE OR REPLACE FUNCTION inventory.production_start(p_tenant uuid, p_actor uuid, p_production uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p inventory.production := inventory.lock_production(p_tenant, p_production);
	o uuid;
BEGIN
	IF p.production_id IS NULL THEN
		RETURN 'unknown';
	ELSIF p.state <> 'planned' THEN
		RETURN 'state';
	END IF;
	UPDATE inventory.production y SET state = 'started', started_at = sutler.now() WHERE y.production_id = p_production;
	FOR o IN SELECT DISTINCT w.order_id FROM inventory.production_line w JOIN sales."order" x ON x.order_id = w.order_id
		WHERE w.production_id = p_production AND x.state = 'open' AND x.fulfilment = 'unfulfilled' ORDER BY 1
	LOOP
		PERFORM sales.fire(p_tenant, o, 'fulfilment', 'produce', audit.actor(p_actor), 'production ' || p.number);
	END LOOP;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'production.started', 'production ' || p_production, '', '{}');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.production_start(uuid, uuid, uuid) IS 'Begins a production order. ok, unknown or state.';

-- It will not be made: its lines wait for the next one.
CREATE OR REPLACE FUNCTION inventory.production_cancel(p_tenant uuid, p_actor uuid, p_production uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p inventory.production := inventory.lock_production(p_tenant, p_production);
BEGIN
	IF p.production_id IS NULL THEN
		RETURN 'unknown';
	ELSIF p.state NOT IN ('planned', 'started') THEN
		RETURN 'state';
	ELSIF coalesce(btrim(p_reason), '') = '' THEN
		RETURN 'reason';
	END IF;
	DELETE FROM inventory.production_line w WHERE w.production_id = p_production;
	UPDATE inventory.production y SET state = 'cancelled', reason = p_reason, closed_at = sutler.now() WHERE y.production_id = p_production;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'production.cancelled', 'production ' || p_production, p_reason, '{}');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.production_cancel(uuid, uuid, uuid, text) IS 'Cancels a production order; its lines wait for the next. ok, unknown, state or reason.';

-- Gives pieces to the lines that wait, those that were ordered first first and each whole: from then on
-- they are lines like any other, and the pieces are held for their orders.  An order of which
-- nothing waits to be made any more is ready.  p_last: no more pieces come; who is left waits for the
-- next production order.  The caller has the orders and the production order.
CREATE OR REPLACE FUNCTION inventory.production_serve(p_tenant uuid, p_actor uuid, p_production uuid, p_pieces integer, p_last boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
	w record;
	rest integer := p_pieces;
BEGIN
	SELECT y.number, y.variant_id, y.warehouse_id, v.track_stock INTO p
	FROM inventory.production y JOIN catalog.variant v ON v.variant_id = y.variant_id WHERE y.production_id = p_production;
	FOR w IN SELECT x.order_id, x.line_no, x.quantity FROM inventory.production_line x
		WHERE x.production_id = p_production AND NOT x.done ORDER BY x.order_id, x.line_no
	LOOP
		CONTINUE WHEN w.quantity > rest;
		IF p.track_stock THEN
			UPDATE inventory.stock s SET held = s.held + w.quantity
			WHERE s.variant_id = p.variant_id AND s.warehouse_id = p.warehouse_id AND s.on_hand - s.held >= w.quantity;
			CONTINUE WHEN NOT FOUND;
			INSERT INTO inventory.hold (tenant_id, hold_id, variant_id, warehouse_id, quantity, order_id)
			VALUES (p_tenant, sutler.uuid7(), p.variant_id, p.warehouse_id, w.quantity, w.order_id);
		END IF;
		rest := rest - w.quantity;
		UPDATE inventory.production_line x SET done = true WHERE x.production_id = p_production AND x.order_id = w.order_id AND x.line_no = w.line_no;
		UPDATE sales.order_line x SET made_to_order = false WHERE x.order_id = w.order_id AND x.line_no = w.line_no;
		IF NOT EXISTS (SELECT FROM sales.order_line y WHERE y.order_id = w.order_id AND y.made_to_order AND y.ships AND y.quantity > y.shipped) THEN
			-- 'not_allowed' when it is not in production
			PERFORM sales.fire(p_tenant, w.order_id, 'fulfilment', 'make_ready', audit.actor(p_actor), 'production ' || p.number)
			FROM sales."order" o WHERE o.order_id = w.order_id AND o.fulfilment = 'in_production';
		END IF;
	END LOOP;
	IF p_last THEN
		DELETE FROM inventory.production_line x WHERE x.production_id = p_production AND NOT x.done;
	END IF;
	PERFORM inventory.touched(p_tenant, ARRAY[p.variant_id]);
END
$$;
COMMENT ON FUNCTION inventory.production_serve(uuid, uuid, uuid, integer, boolean) IS 'Holds made pieces for the orders that waited for them.';

-- p_made pieces were made and lie in p_warehouse.  Another number than waits wants a reason.  What is
-- inspected serves nobody until it has passed: inventory.inspect().
CREATE OR REPLACE FUNCTION inventory.production_finish(p_tenant uuid, p_actor uuid, p_production uuid, p_warehouse uuid, p_made integer,
	p_number text, p_expires date, p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p inventory.production := inventory.lock_production(p_tenant, p_production);
	wanted integer;
	tracked boolean;
	looked boolean;
	lot uuid;
	word text;
	named text := coalesce(btrim(p_number), '');
BEGIN
	SELECT v.track_stock, v.track_stock AND coalesce(c.inspect, false) INTO tracked, looked
	FROM catalog.variant v LEFT JOIN inventory.care c ON c.variant_id = v.variant_id WHERE v.variant_id = p.variant_id;
	SELECT coalesce(sum(x.quantity), 0) INTO wanted FROM inventory.production_line x WHERE x.production_id = p_production;
	word := CASE WHEN p.production_id IS NULL THEN 'unknown'
		WHEN p.state <> 'started' THEN 'state'
		WHEN p_made IS NULL OR p_made NOT BETWEEN 1 AND inventory.pieces_most() THEN 'quantity'
		WHEN NOT inventory.in_use(p_tenant, p_warehouse) THEN 'warehouse'
		WHEN p_made <> wanted AND coalesce(btrim(p_reason), '') = '' THEN 'reason'
		WHEN tracked THEN inventory.lot_wrong(p_tenant, p.variant_id, p_warehouse, named, p_expires, inventory.today()) END;
	IF word IS NOT NULL THEN
		RETURN word;
	END IF;
	UPDATE inventory.production y SET state = 'finished', made = p_made, warehouse_id = p_warehouse, lot_number = named, reason = coalesce(p_reason, ''),
		closed_at = sutler.now() WHERE y.production_id = p_production;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'production.finished', 'production ' || p_production, coalesce(p_reason, ''),
		jsonb_build_object('made', p_made, 'wanted', wanted, 'lot', named, 'warehouse', p_warehouse));
	IF tracked THEN
		INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id) VALUES (p_tenant, p.variant_id, p_warehouse) ON CONFLICT DO NOTHING;
		UPDATE inventory.stock s SET on_hand = s.on_hand + p_made, short = greatest(s.held - (s.on_hand + p_made), 0)
		WHERE s.variant_id = p.variant_id AND s.warehouse_id = p_warehouse;
		IF (SELECT s.by_lot FROM inventory.stock s WHERE s.variant_id = p.variant_id AND s.warehouse_id = p_warehouse) THEN
			lot := inventory.lot_open(p_tenant, p.variant_id, p_warehouse, named, p_expires, inventory.today(), NULL, NULL, p_production);
		END IF;
		PERFORM inventory.book(p_tenant, p.variant_id, p_warehouse, p_made, 'production', 'production ' || p.number, 'admin-inventory', NULL, p_actor, lot, NULL);
	END IF;
	IF looked THEN
		PERFORM inventory.inspect_open(p_tenant, p.variant_id, p_warehouse, lot, NULL, p_production, p_made, 'admin-inventory', p_actor);
	ELSE
		PERFORM inventory.production_serve(p_tenant, p_actor, p_production, p_made, true);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.production_finish(uuid, uuid, uuid, uuid, integer, text, date, text) IS
	'Books what was made and serves the orders that waited. ok, unknown, state, quantity, warehouse, reason, or a word of inventory.lot_wrong.';

-- What the job tend-stock does: how many things.
CREATE OR REPLACE FUNCTION inventory.tend(p_tenant uuid, p_lots integer, p_lines integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN inventory.gather_made(p_tenant, p_lines) + inventory.expire_lots(p_tenant, p_lots);
END
$$;
COMMENT ON FUNCTION inventory.tend(uuid, integer, integer) IS 'Gathers what is to be made and sets apart what expired; how many lines and lots.';
