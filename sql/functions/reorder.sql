-- Reorder points.  Freshen looks at each variant whose stock has moved; what orders, carts and
-- arrivals do costs nothing for it.

-- Order of locks: the merchant's lock of looks (inventory.reorder_lock), then rows of inventory.reorder.

-- Minutes in which what falls below its point comes in one mail.
CREATE OR REPLACE FUNCTION inventory.alert_minutes() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 10 $$;
COMMENT ON FUNCTION inventory.alert_minutes() IS 'Minutes that the mail about low stock waits for more.';

-- What can be sold of a variant in a warehouse, and what is on its way there.
CREATE OR REPLACE FUNCTION inventory.level(p_tenant uuid, p_variant uuid, p_warehouse uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT s.on_hand - s.held FROM inventory.stock s WHERE s.variant_id = p_variant AND s.warehouse_id = p_warehouse), 0)
		+ inventory.incoming(p_tenant, p_variant, p_warehouse);
END
$$;
COMMENT ON FUNCTION inventory.level(uuid, uuid, uuid) IS 'Pieces that can be sold, and those that are on their way.';

-- Behind this lock two looks at once agree on one mail, and lock rows in one order.
CREATE OR REPLACE FUNCTION inventory.reorder_lock(p_tenant uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT pg_advisory_xact_lock(hashtextextended('inventory.reorder ' || p_tenant::text, 0)) $$;
COMMENT ON FUNCTION inventory.reorder_lock(uuid) IS 'Lets one look at reorder points of a merchant wait for another.';

-- The mail that tells of a warehouse: one that still waits, or a new one of a store that sells from it.
CREATE OR REPLACE FUNCTION inventory.alert_mail(p_tenant uuid, p_warehouse uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	store uuid := coalesce((SELECT x.store_id FROM inventory.store_warehouse x WHERE x.warehouse_id = p_warehouse ORDER BY x.priority, x.store_id LIMIT 1),
		(SELECT s.store_id FROM tenancy.store s WHERE s.tenant_id = p_tenant ORDER BY s.code LIMIT 1));
	mail uuid;
BEGIN
	SELECT o.outbox_id INTO mail FROM event.outbox o JOIN event.ready r ON r.tenant_id = o.tenant_id AND r.outbox_id = o.outbox_id
	WHERE o.outbox_id >= sutler.uuid7_at(sutler.now() - make_interval(mins => inventory.alert_minutes())) AND o.template = 'stock-alert'
	  AND o.store_id = store AND o.state = 'waiting' AND o.attempts = 0
	  -- One that leaves in a moment may be written already when this is committed.
	  AND r.due_at > sutler.now() + interval '1 minute' ORDER BY o.outbox_id LIMIT 1;
	IF mail IS NULL AND store IS NOT NULL THEN
		mail := event.queue_mail(p_tenant, store, 'stock-alert', NULL, NULL, sutler.now() + make_interval(mins => inventory.alert_minutes()));
		UPDATE event.outbox o SET change_id = mail WHERE o.outbox_id = mail;
	END IF;
	RETURN mail;
END
$$;
COMMENT ON FUNCTION inventory.alert_mail(uuid, uuid) IS 'The mail about low stock that something new goes into.';

-- Looks at variants whose stock moved.  Below its point: told once; above it again: told anew next time.
CREATE OR REPLACE FUNCTION inventory.reorder_look(p_tenant uuid, p_variants uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
	low boolean;
	changed integer := 0;
BEGIN
	PERFORM inventory.reorder_lock(p_tenant);
	FOR r IN SELECT o.variant_id, o.warehouse_id, o.point, o.below, v.status <> 'archived' AND v.track_stock AND w.active AS wanted
		FROM inventory.reorder o
		JOIN catalog.variant v ON v.tenant_id = o.tenant_id AND v.variant_id = o.variant_id
		JOIN inventory.warehouse w ON w.tenant_id = o.tenant_id AND w.warehouse_id = o.warehouse_id
		WHERE o.tenant_id = p_tenant AND o.variant_id = ANY (p_variants) ORDER BY o.variant_id, o.warehouse_id FOR UPDATE OF o
	LOOP
		low := r.wanted AND inventory.level(p_tenant, r.variant_id, r.warehouse_id) <= r.point;
		CONTINUE WHEN low = r.below;
		UPDATE inventory.reorder o SET below = low, mail_id = CASE WHEN low THEN inventory.alert_mail(p_tenant, r.warehouse_id) END
		WHERE o.variant_id = r.variant_id AND o.warehouse_id = r.warehouse_id;
		changed := changed + 1;
	END LOOP;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION inventory.reorder_look(uuid, uuid[]) IS 'Marks what fell below its reorder point or rose above it, and tells of the first; how many.';

-- 0: no point any more.
CREATE OR REPLACE FUNCTION inventory.reorder_set(p_tenant uuid, p_actor uuid, p_variant uuid, p_warehouse uuid, p_point integer, p_up_to integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM inventory.reorder_lock(p_tenant);
	IF NOT EXISTS (SELECT FROM catalog.variant v WHERE v.variant_id = p_variant AND v.track_stock) OR NOT inventory.in_use(p_tenant, p_warehouse) THEN
		RETURN 'unknown';
	ELSIF p_point > 0 AND p_up_to < p_point THEN
		RETURN 'up_to';
	ELSIF p_point = 0 THEN
		DELETE FROM inventory.reorder o WHERE o.variant_id = p_variant AND o.warehouse_id = p_warehouse;
	ELSE
		INSERT INTO inventory.reorder (tenant_id, variant_id, warehouse_id, point, up_to) VALUES (p_tenant, p_variant, p_warehouse, p_point, p_up_to)
		ON CONFLICT (tenant_id, variant_id, warehouse_id) DO UPDATE SET point = excluded.point, up_to = excluded.up_to;
	END IF;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'reorder.set', 'variant ' || p_variant, '',
		jsonb_build_object('warehouse', p_warehouse, 'point', p_point, 'up_to', p_up_to));
	PERFORM inventory.reorder_look(p_tenant, ARRAY[p_variant]);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.reorder_set(uuid, uuid, uuid, uuid, integer, integer) IS 'Sets a reorder point, or takes it away. ok, unknown or up_to.';

-- At whom a variant costs least, of those we order from; no row: nobody has it.  A part of the statements that ask it, so that
-- they are planned as one: it has the rights and sees the rows of who asks.
CREATE OR REPLACE FUNCTION inventory.cheapest(p_tenant uuid, p_variant uuid)
RETURNS TABLE (supplier_id uuid, name text, price bigint, fewest integer, lead_days integer)
LANGUAGE sql STABLE
AS $$
	SELECT s.supplier_id, s.name, x.price, x.least, coalesce(x.lead_days, s.lead_days)
	FROM inventory.supplier_item x JOIN inventory.supplier s ON s.tenant_id = x.tenant_id AND s.supplier_id = x.supplier_id
	WHERE x.tenant_id = p_tenant AND x.variant_id = p_variant AND s.active ORDER BY x.price, x.supplier_id LIMIT 1
$$;
COMMENT ON FUNCTION inventory.cheapest(uuid, uuid) IS 'The supplier at whom a variant costs least.';

-- What is low, at whom it costs least, and how many fill it up; not what a draft orders already.
CREATE OR REPLACE FUNCTION inventory.reorder_lines(p_tenant uuid, p_supplier uuid, p_warehouse uuid)
RETURNS TABLE (variant_id uuid, pieces integer, price bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT o.variant_id, greatest(o.up_to - inventory.level(p_tenant, o.variant_id, o.warehouse_id), i.fewest)::integer, i.price
	FROM inventory.reorder o
	JOIN catalog.variant v ON v.tenant_id = o.tenant_id AND v.variant_id = o.variant_id AND v.status <> 'archived'
	CROSS JOIN LATERAL inventory.cheapest(o.tenant_id, o.variant_id) i
	WHERE o.tenant_id = p_tenant AND o.below AND o.warehouse_id = p_warehouse AND i.supplier_id = p_supplier
	  AND NOT EXISTS (SELECT FROM inventory.purchase_line l JOIN inventory.purchase p ON p.tenant_id = l.tenant_id AND p.purchase_id = l.purchase_id
		WHERE l.tenant_id = p_tenant AND l.variant_id = o.variant_id AND p.state = 'draft' AND p.warehouse_id = p_warehouse)
	ORDER BY o.reorder_id LIMIT 100
$$;
COMMENT ON FUNCTION inventory.reorder_lines(uuid, uuid, uuid) IS 'The lines of an order that fills up what is low in a warehouse, of one supplier; at most 100, as an order has.';

-- A draft of all of it.
CREATE OR REPLACE FUNCTION inventory.reorder_order(p_tenant uuid, p_actor uuid, p_purchase uuid, p_supplier uuid, p_warehouse uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid[];
	q integer[];
	p bigint[];
BEGIN
	-- A second click finds the first one's draft.
	PERFORM FROM inventory.supplier s WHERE s.supplier_id = p_supplier FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	SELECT array_agg(l.variant_id), array_agg(l.pieces), array_agg(l.price) INTO v, q, p FROM inventory.reorder_lines(p_tenant, p_supplier, p_warehouse) l;
	IF v IS NULL THEN
		RETURN 'none';
	END IF;
	RETURN inventory.purchase_draft(p_tenant, p_actor, 'admin-inventory', p_purchase, p_supplier, p_warehouse, v, q, p);
END
$$;
COMMENT ON FUNCTION inventory.reorder_order(uuid, uuid, uuid, uuid, uuid) IS 'Makes a draft that fills up what is low. ok, unknown or none.';

CREATE OR REPLACE FUNCTION inventory.reorder_for_mail(p_tenant uuid, p_mail uuid)
RETURNS TABLE (sku text, warehouse text, level bigint, point integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT v.sku, w.name, inventory.level(p_tenant, o.variant_id, o.warehouse_id), o.point
	FROM inventory.reorder o
	JOIN catalog.variant v ON v.tenant_id = o.tenant_id AND v.variant_id = o.variant_id
	JOIN inventory.warehouse w ON w.tenant_id = o.tenant_id AND w.warehouse_id = o.warehouse_id
	WHERE o.tenant_id = p_tenant AND o.mail_id = p_mail AND o.below ORDER BY v.sku_key, w.name LIMIT 200
$$;
COMMENT ON FUNCTION inventory.reorder_for_mail(uuid, uuid) IS 'What a mail about low stock tells of, while it is so.';
