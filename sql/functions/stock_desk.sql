-- Transfers and counts as staff make them at the console: drafts, scanners and forms in front of
-- the functions of stock_work.sql.  Words as there, and: code (nobody knows it), wrong (it does not
-- belong here).

-- ---- transfers ----

CREATE OR REPLACE FUNCTION inventory.transfer_begin(p_tenant uuid, p_actor uuid, p_transfer uuid, p_from uuid, p_to uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF p_from = p_to THEN
		RETURN 'same';
	ELSIF NOT inventory.in_use(p_tenant, p_from) OR NOT inventory.in_use(p_tenant, p_to) THEN
		RETURN 'unknown';
	END IF;
	INSERT INTO inventory.transfer_draft (tenant_id, transfer_id, from_id, to_id, reason, created_by) VALUES (p_tenant, p_transfer, p_from, p_to, p_reason, p_actor);
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'transfer.begun', 'transfer ' || p_transfer, p_reason, jsonb_build_object('from', p_from, 'to', p_to));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.transfer_begin(uuid, uuid, uuid, uuid, uuid, text) IS 'Begins a draft of a transfer. ok, same or unknown.';

-- Pieces that a scanner read: onto a draft, or off what came.  done: counted so far; wanted: what
-- was sent, 0 for a draft.
CREATE OR REPLACE FUNCTION inventory.transfer_scan(p_tenant uuid, p_transfer uuid, p_code text, p_pieces integer)
RETURNS TABLE (outcome text, sku text, done bigint, wanted bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid := shipping.scanned(p_tenant, p_code);
	answer text := 'ok';
	asked integer := 0;
	n integer;
BEGIN
	PERFORM FROM inventory.transfer_draft d WHERE d.transfer_id = p_transfer FOR SHARE;
	IF NOT FOUND THEN
		PERFORM FROM inventory.transfer t WHERE t.transfer_id = p_transfer AND t.state = 'sent' FOR SHARE;
		IF NOT FOUND THEN
			answer := CASE WHEN EXISTS (SELECT FROM inventory.transfer t WHERE t.transfer_id = p_transfer) THEN 'state' ELSE 'unknown' END;
		ELSE
			SELECT l.sent INTO asked FROM inventory.transfer_line l WHERE l.transfer_id = p_transfer AND l.variant_id = v;
			answer := CASE WHEN FOUND THEN 'ok' ELSE 'wrong' END;
		END IF;
	END IF;
	IF answer IN ('ok', 'wrong') AND v IS NULL THEN
		answer := 'code';
	ELSIF answer = 'ok' AND p_pieces NOT BETWEEN 1 AND 10000 THEN
		answer := 'wrong';
	END IF;
	IF answer <> 'ok' THEN
		RETURN QUERY SELECT answer, ''::text, 0::bigint, 0::bigint;
		RETURN;
	END IF;
	INSERT INTO inventory.tally AS t (tenant_id, work_id, variant_id, pieces) VALUES (p_tenant, p_transfer, v, p_pieces)
	ON CONFLICT (tenant_id, work_id, variant_id) DO UPDATE SET pieces = least(t.pieces + excluded.pieces, 10000000) RETURNING t.pieces INTO n;
	RETURN QUERY SELECT 'ok', k.sku, n::bigint, asked::bigint FROM catalog.variant k WHERE k.variant_id = v;
END
$$;
COMMENT ON FUNCTION inventory.transfer_scan(uuid, uuid, text, integer) IS
	'Counts pieces onto a draft of a transfer, or off what came of one. ok, unknown, state, code or wrong.';

-- The numbers of a draft as a form has them; 0 takes a line away.
CREATE OR REPLACE FUNCTION inventory.transfer_write(p_tenant uuid, p_transfer uuid, p_variants uuid[], p_pieces integer[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM inventory.transfer_draft d WHERE d.transfer_id = p_transfer FOR UPDATE;
	IF NOT FOUND THEN
		RETURN CASE WHEN EXISTS (SELECT FROM inventory.transfer t WHERE t.transfer_id = p_transfer) THEN 'state' ELSE 'unknown' END;
	END IF;
	UPDATE inventory.tally t SET pieces = u.q FROM unnest(p_variants, p_pieces) AS u (v, q) WHERE t.work_id = p_transfer AND t.variant_id = u.v;
	DELETE FROM inventory.tally t WHERE t.work_id = p_transfer AND t.pieces = 0;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.transfer_write(uuid, uuid, uuid[], integer[]) IS 'Corrects the numbers of a draft. ok, unknown or state.';

-- The draft leaves.  Behind negative and promised stands the SKU of which there is not enough.
CREATE OR REPLACE FUNCTION inventory.transfer_leave(p_tenant uuid, p_actor uuid, p_transfer uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	d record;
	v uuid[];
	q integer[];
	answer text;
BEGIN
	SELECT x.from_id, x.to_id, x.reason INTO d FROM inventory.transfer_draft x WHERE x.transfer_id = p_transfer FOR UPDATE;
	IF NOT FOUND THEN
		RETURN CASE WHEN EXISTS (SELECT FROM inventory.transfer t WHERE t.transfer_id = p_transfer) THEN 'state' ELSE 'unknown' END;
	END IF;
	SELECT array_agg(t.variant_id), array_agg(t.pieces) INTO v, q FROM inventory.tally t WHERE t.work_id = p_transfer AND t.pieces > 0;
	answer := inventory.transfer_send(p_tenant, p_actor, 'admin-inventory', p_transfer, d.from_id, d.to_id, v, q, d.reason);
	IF answer = 'ok' THEN
		DELETE FROM inventory.tally t WHERE t.work_id = p_transfer;
		DELETE FROM inventory.transfer_draft x WHERE x.transfer_id = p_transfer;
	ELSIF answer IN ('negative', 'promised') THEN
		answer := answer || coalesce((SELECT ' ' || k.sku FROM unnest(v, q) AS u (v, q) JOIN catalog.variant k ON k.variant_id = u.v
			LEFT JOIN inventory.stock s ON s.variant_id = u.v AND s.warehouse_id = d.from_id
			WHERE coalesce(s.on_hand - s.held, 0) < u.q ORDER BY u.v LIMIT 1), '');
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION inventory.transfer_leave(uuid, uuid, uuid) IS 'Sends a draft. ok, unknown, state, quantity, and negative or promised with a SKU.';

CREATE OR REPLACE FUNCTION inventory.transfer_drop(p_tenant uuid, p_actor uuid, p_transfer uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM inventory.transfer_draft d WHERE d.transfer_id = p_transfer;
	IF NOT FOUND THEN
		RETURN CASE WHEN EXISTS (SELECT FROM inventory.transfer t WHERE t.transfer_id = p_transfer) THEN 'state' ELSE 'unknown' END;
	END IF;
	DELETE FROM inventory.tally t WHERE t.work_id = p_transfer;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'transfer.dropped', 'transfer ' || p_transfer, '', '{}');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.transfer_drop(uuid, uuid, uuid) IS 'Throws a draft away. ok, unknown or state.';

-- What came, as the form says it; the scans are done with.
CREATE OR REPLACE FUNCTION inventory.transfer_book(p_tenant uuid, p_actor uuid, p_transfer uuid, p_variants uuid[], p_pieces integer[], p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text := inventory.transfer_receive(p_tenant, p_actor, 'admin-inventory', p_transfer, p_variants, p_pieces, p_reason);
BEGIN
	IF answer = 'ok' THEN
		DELETE FROM inventory.tally t WHERE t.work_id = p_transfer;
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION inventory.transfer_book(uuid, uuid, uuid, uuid[], integer[], text) IS 'Books what came of a transfer. Words of inventory.transfer_receive.';

-- ---- counts ----

-- Of the SKUs given, else of a zone, else of all that the warehouse knows.  Behind sku stands
-- which nobody knows.
CREATE OR REPLACE FUNCTION inventory.count_open(p_tenant uuid, p_actor uuid, p_stocktake uuid, p_warehouse uuid, p_zone text, p_codes text[], p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid[];
	unknown text := (SELECT c FROM unnest(p_codes) c WHERE shipping.scanned(p_tenant, c) IS NULL LIMIT 1);
	answer text;
BEGIN
	IF NOT inventory.in_use(p_tenant, p_warehouse) THEN
		RETURN 'unknown';
	ELSIF unknown IS NOT NULL THEN
		RETURN 'sku ' || unknown;
	END IF;
	SELECT array_agg(DISTINCT shipping.scanned(p_tenant, c)) INTO v FROM unnest(p_codes) c;
	answer := inventory.stocktake_open(p_tenant, p_actor, 'admin-inventory', p_stocktake, p_warehouse, nullif(p_zone, ''), v, p_reason);
	RETURN CASE answer WHEN 'unknown' THEN 'empty' ELSE answer END;
END
$$;
COMMENT ON FUNCTION inventory.count_open(uuid, uuid, uuid, uuid, text, text[], text) IS 'Opens a count. ok, twice, unknown, empty (nothing to count), or sku and what is none.';

-- p_whole: p_pieces is all there is; else the scan adds to what this round has of it.  What is on
-- hand is noted with each scan, so what is sold before or after changes no difference.
CREATE OR REPLACE FUNCTION inventory.stocktake_scan(p_tenant uuid, p_actor uuid, p_stocktake uuid, p_code text, p_pieces integer, p_whole boolean)
RETURNS TABLE (outcome text, sku text, done bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid := shipping.scanned(p_tenant, p_code);
	head record;
	l record;
	there integer;
	answer text;
BEGIN
	SELECT t.state, t.warehouse_id INTO head FROM inventory.stocktake t WHERE t.stocktake_id = p_stocktake FOR SHARE;
	SELECT x.counted, x.again, x.rounds, k.sku INTO l FROM inventory.stocktake_line x JOIN catalog.variant k ON k.variant_id = x.variant_id
	WHERE x.stocktake_id = p_stocktake AND x.variant_id = v FOR UPDATE OF x;
	answer := CASE WHEN head.state IS NULL THEN 'unknown' WHEN v IS NULL THEN 'code' WHEN l.sku IS NULL THEN 'wrong' WHEN head.state NOT IN ('counting', 'recount') THEN 'state'
		WHEN p_pieces IS NULL OR p_pieces NOT BETWEEN 0 AND inventory.pieces_most() THEN 'quantity' END;
	IF answer IS NULL AND (p_whole OR l.counted IS NULL OR l.again) THEN
		-- The first of a round.
		answer := inventory.stocktake_count(p_tenant, p_actor, p_stocktake, v, p_pieces);
	ELSIF answer IS NULL AND head.state = 'recount' AND l.rounds < 2 THEN
		answer := 'agreed';
	ELSIF answer IS NULL THEN
		SELECT s.on_hand INTO there FROM inventory.stock s WHERE s.variant_id = v AND s.warehouse_id = head.warehouse_id FOR UPDATE;
		UPDATE inventory.stocktake_line x SET counted = least(x.counted + p_pieces, inventory.pieces_most()), expected = there, counted_by = p_actor,
			corrections = inventory.corrections(p_tenant, v, head.warehouse_id), counted_at = sutler.now()
		WHERE x.stocktake_id = p_stocktake AND x.variant_id = v;
		answer := 'ok';
	END IF;
	RETURN QUERY SELECT answer, coalesce(l.sku, ''), coalesce((SELECT x.counted FROM inventory.stocktake_line x WHERE x.stocktake_id = p_stocktake AND x.variant_id = v), 0)::bigint;
END
$$;
COMMENT ON FUNCTION inventory.stocktake_scan(uuid, uuid, uuid, text, integer, boolean) IS
	'Counts pieces of a stock count. ok, unknown, code, wrong (not of this count), state, agreed (needs no second look) or quantity.';
