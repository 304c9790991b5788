-- Warehouses as staff keep them.  Words as in stock_work.sql, and: letters (no such code), code
-- (another has it), rank (no such place in the row).

-- Whether goods may come in.  Locked, so that nobody switches it off meanwhile.
CREATE OR REPLACE FUNCTION inventory.in_use(p_tenant uuid, p_warehouse uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM inventory.warehouse w WHERE w.tenant_id = p_tenant AND w.warehouse_id = p_warehouse AND w.active FOR KEY SHARE;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION inventory.in_use(uuid, uuid) IS 'Whether there is such a warehouse and it is not switched off.';

-- A new one (p_new) or what it is called and where it stands; and from which stores it sells: of
-- p_stores those with a rank from 0 on, the lowest first, those with -1 not at all.
CREATE OR REPLACE FUNCTION inventory.warehouse_save(p_tenant uuid, p_actor uuid, p_warehouse uuid, p_new boolean, p_code text, p_name text,
	p_country text, p_stores uuid[], p_ranks integer[])
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	open boolean := true;
BEGIN
	IF p_code !~ '^[A-Z0-9][A-Z0-9_-]{0,15}$' THEN
		RETURN 'letters';
	ELSIF cardinality(p_stores) <> cardinality(p_ranks) OR EXISTS (SELECT FROM unnest(p_ranks) r WHERE r IS NULL OR r NOT BETWEEN -1 AND 1000) THEN
		RETURN 'rank';
	ELSIF (SELECT count(*) FROM tenancy.store s WHERE s.store_id = ANY (p_stores)) <> cardinality(p_stores) THEN
		RETURN 'unknown';
	END IF;
	IF NOT p_new THEN
		SELECT w.active INTO open FROM inventory.warehouse w WHERE w.warehouse_id = p_warehouse FOR UPDATE;
		IF NOT FOUND THEN
			RETURN 'unknown';
		END IF;
	END IF;
	IF NOT open AND EXISTS (SELECT FROM unnest(p_ranks) r WHERE r >= 0) THEN
		RETURN 'closed';
	END IF;
	BEGIN
		IF p_new THEN
			INSERT INTO inventory.warehouse (tenant_id, warehouse_id, code, name, country) VALUES (p_tenant, p_warehouse, p_code, p_name, p_country);
		ELSE
			UPDATE inventory.warehouse w SET code = p_code, name = p_name, country = p_country WHERE w.warehouse_id = p_warehouse;
		END IF;
	EXCEPTION WHEN unique_violation THEN
		RETURN 'code';
	END;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', CASE WHEN p_new THEN 'warehouse.made' ELSE 'warehouse.changed' END,
		'warehouse ' || p_warehouse, '', jsonb_build_object('code', p_code, 'country', p_country,
		'stores', (SELECT jsonb_object_agg(u.s, u.r) FROM unnest(p_stores, p_ranks) AS u (s, r) WHERE u.r >= 0)));
	-- Triggers of catalog.sql tell the badges of what lies there.
	DELETE FROM inventory.store_warehouse x USING unnest(p_stores, p_ranks) AS u (s, r)
	WHERE x.warehouse_id = p_warehouse AND x.store_id = u.s AND u.r < 0;
	INSERT INTO inventory.store_warehouse AS x (tenant_id, store_id, warehouse_id, priority)
	SELECT p_tenant, u.s, p_warehouse, u.r FROM unnest(p_stores, p_ranks) AS u (s, r) WHERE u.r >= 0 ORDER BY u.s
	ON CONFLICT (tenant_id, store_id, warehouse_id) DO UPDATE SET priority = excluded.priority WHERE x.priority <> excluded.priority;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.warehouse_save(uuid, uuid, uuid, boolean, text, text, text, uuid[], integer[]) IS
	'Makes or changes a warehouse and says which stores sell from it. ok, unknown, letters, code, rank or closed.';

-- Off: only when nothing lies there, is promised from there, is on its way, is ordered, came back
-- or is being counted.  What a form of an hour ago still books in afterwards is refused by
-- inventory.keep_closed.  Words: stock, transfer, purchase, returns, count: what is in the way.
CREATE OR REPLACE FUNCTION inventory.warehouse_switch(p_tenant uuid, p_actor uuid, p_warehouse uuid, p_on boolean, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	open boolean;
BEGIN
	SELECT w.active INTO open FROM inventory.warehouse w WHERE w.warehouse_id = p_warehouse FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF open = p_on THEN
		RETURN 'state';
	ELSIF coalesce(btrim(p_reason), '') = '' THEN
		RETURN 'reason';
	END IF;
	IF NOT p_on THEN
		IF EXISTS (SELECT FROM inventory.stock s WHERE s.warehouse_id = p_warehouse AND (s.on_hand > 0 OR s.held > 0))
		   OR EXISTS (SELECT FROM inventory.lot l JOIN inventory.stock s ON s.variant_id = l.variant_id AND s.warehouse_id = l.warehouse_id
			WHERE s.warehouse_id = p_warehouse AND l.apart > 0)
		   OR EXISTS (SELECT FROM inventory.inspection i WHERE i.warehouse_id = p_warehouse AND i.closed_at IS NULL) THEN
			RETURN 'stock';
		ELSIF EXISTS (SELECT FROM inventory.transfer t WHERE t.to_id = p_warehouse AND t.state = 'sent')
		   OR EXISTS (SELECT FROM inventory.transfer_draft d WHERE p_warehouse IN (d.from_id, d.to_id)) THEN
			RETURN 'transfer';
		ELSIF EXISTS (SELECT FROM inventory.purchase p WHERE p.warehouse_id = p_warehouse AND p.state IN ('draft', 'sent', 'partly_received')) THEN
			RETURN 'purchase';
		ELSIF EXISTS (SELECT FROM sales.return_line l WHERE l.warehouse_id = p_warehouse AND l.received > l.restocked + l.scrapped) THEN
			RETURN 'returns';
		ELSIF EXISTS (SELECT FROM inventory.stocktake k WHERE k.warehouse_id = p_warehouse AND k.state NOT IN ('booked', 'cancelled')) THEN
			RETURN 'count';
		END IF;
		DELETE FROM inventory.store_warehouse x WHERE x.warehouse_id = p_warehouse;
	END IF;
	UPDATE inventory.warehouse w SET active = p_on WHERE w.warehouse_id = p_warehouse;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', CASE WHEN p_on THEN 'warehouse.on' ELSE 'warehouse.off' END,
		'warehouse ' || p_warehouse, p_reason, '{}');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.warehouse_switch(uuid, uuid, uuid, boolean, text) IS
	'Switches a warehouse off or on again. ok, unknown, state, reason, stock, transfer, purchase, returns or count.';
