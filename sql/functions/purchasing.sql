-- Buying: purchase orders, their arrivals, and what the goods cost.
--
-- Words beside those of stock_work.sql: over (more came than was ordered and the supplier's
-- tolerance allows, and no reason was given); a word of inventory.lot_wrong() and the variant.
--
-- Purchase orders are locked FOR NO KEY UPDATE: a lot points to the one it came with.
--
-- Cost.  An arrival's landed cost is shared over its lines by their value (pieces * price; by
-- pieces when all prices are 0): the first k lines, by variant id, have together
-- floor(landed * value of the k / value of all), so the shares add up to the landed cost.  Then
--
--	average = (N * average before + pieces * price + share) / (N + pieces)
--
-- to six places, a half away from zero, where N is what was on hand in all warehouses, in
-- transit and waiting for inspection before the arrival.  Pieces that have no average yet are taken to have cost what
-- these cost.  Sales and corrections do not change an average.

CREATE OR REPLACE FUNCTION inventory.purchase_draft(p_tenant uuid, p_actor uuid, p_source text, p_purchase uuid, p_supplier uuid,
	p_warehouse uuid, p_variants uuid[], p_quantities integer[], p_prices bigint[])
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	money text := (SELECT s.currency FROM inventory.supplier s WHERE s.supplier_id = p_supplier);
	n integer := coalesce(cardinality(p_variants), 0);
BEGIN
	IF money IS NULL OR NOT inventory.in_use(p_tenant, p_warehouse) THEN
		RETURN 'unknown';
	END IF;
	IF n = 0 OR n <> coalesce(cardinality(p_quantities), 0) OR n <> coalesce(cardinality(p_prices), 0)
	   OR EXISTS (SELECT FROM unnest(p_quantities) q WHERE q IS NULL OR q NOT BETWEEN 1 AND inventory.pieces_most())
	   OR EXISTS (SELECT FROM unnest(p_prices) q WHERE q NOT BETWEEN 0 AND 100000000000) THEN
		RETURN 'quantity';
	END IF;
	IF (SELECT count(DISTINCT v) FROM unnest(p_variants) v) <> n THEN
		RETURN 'twice';
	END IF;
	-- A price that is not given is the supplier's.
	IF (SELECT count(*) FROM catalog.variant v WHERE v.variant_id = ANY (p_variants)) <> n
	   OR EXISTS (SELECT FROM unnest(p_variants, p_prices) AS u (v, p) WHERE u.p IS NULL AND NOT EXISTS (
			SELECT FROM inventory.supplier_item i WHERE i.supplier_id = p_supplier AND i.variant_id = u.v)) THEN
		RETURN 'unknown';
	END IF;
	-- Numbers have no gaps and no doubles: purchase orders are few, so they may wait for each other.
	PERFORM pg_advisory_xact_lock(hashtextextended('inventory.purchase ' || p_tenant::text, 0));
	INSERT INTO inventory.purchase (tenant_id, purchase_id, number, supplier_id, warehouse_id, currency, created_by)
	SELECT p_tenant, p_purchase, coalesce(max(p.number), 0) + 1, p_supplier, p_warehouse, money, p_actor FROM inventory.purchase p
	ON CONFLICT DO NOTHING;
	IF NOT FOUND THEN
		RETURN 'state';
	END IF;
	INSERT INTO inventory.purchase_line (tenant_id, purchase_id, variant_id, ordered, price)
	SELECT p_tenant, p_purchase, u.v, u.q, coalesce(u.p, i.price)
	FROM unnest(p_variants, p_quantities, p_prices) AS u (v, q, p)
	LEFT JOIN inventory.supplier_item i ON i.supplier_id = p_supplier AND i.variant_id = u.v;
	PERFORM inventory.answered(p_tenant, p_actor, p_source, 'purchase.draft', 'purchase ' || p_purchase, '', jsonb_build_object('lines', n));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.purchase_draft(uuid, uuid, text, uuid, uuid, uuid, uuid[], integer[], bigint[]) IS
	'Makes a draft of a purchase order. ok, unknown, quantity, twice or state.';

-- send: draft -> sent.  cancel: draft or sent -> cancelled, with a reason.  close: partly
-- received -> received, with a reason: the rest will not come.
CREATE OR REPLACE FUNCTION inventory.purchase_step(p_tenant uuid, p_actor uuid, p_source text, p_purchase uuid, p_step text, p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	old text;
	new text;
BEGIN
	SELECT p.state INTO old FROM inventory.purchase p WHERE p.purchase_id = p_purchase FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	new := CASE WHEN p_step = 'send' AND old = 'draft' THEN 'sent'
		WHEN p_step = 'cancel' AND old IN ('draft', 'sent') THEN 'cancelled'
		WHEN p_step = 'close' AND old = 'partly_received' THEN 'received' END;
	IF new IS NULL THEN
		RETURN 'state';
	END IF;
	IF p_step <> 'send' AND coalesce(btrim(p_reason), '') = '' THEN
		RETURN 'reason';
	END IF;
	UPDATE inventory.purchase p SET state = new, sent_at = CASE WHEN new = 'sent' THEN sutler.now() ELSE p.sent_at END,
		closed_at = CASE WHEN new <> 'sent' THEN sutler.now() END
	WHERE p.purchase_id = p_purchase;
	-- What is on its way has changed.
	PERFORM inventory.touched(p_tenant, ARRAY(SELECT l.variant_id FROM inventory.purchase_line l WHERE l.purchase_id = p_purchase));
	PERFORM inventory.answered(p_tenant, p_actor, p_source, 'purchase.' || p_step, 'purchase ' || p_purchase, coalesce(p_reason, ''),
		jsonb_build_object('before', old, 'after', new));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.purchase_step(uuid, uuid, text, uuid, text, text) IS
	'Moves a purchase order on: send, cancel, close. ok, unknown, state or reason.';

-- Books one arrival.  More than ordered: within the supplier's tolerance freely, beyond it with a reason.
-- Numbers, last days and days of making are those of the variants' lots, for variants that have them.
-- What is to be inspected comes on hand and is set apart in the same transaction.
CREATE OR REPLACE FUNCTION inventory.purchase_receive(p_tenant uuid, p_actor uuid, p_source text, p_receipt uuid, p_purchase uuid,
	p_variants uuid[], p_quantities integer[], p_landed bigint, p_reason text,
	p_numbers text[] DEFAULT NULL, p_expires date[] DEFAULT NULL, p_made date[] DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	head record;
	r record;
	before bigint;
	lot uuid;
	lot_word text;
	n integer := coalesce(cardinality(p_variants), 0);
BEGIN
	SELECT p.state, p.warehouse_id, p.currency, p.supplier_id, s.over_ppm, s.inspect INTO head
	FROM inventory.purchase p JOIN inventory.supplier s USING (tenant_id, supplier_id)
	WHERE p.purchase_id = p_purchase FOR NO KEY UPDATE OF p;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	IF head.state NOT IN ('sent', 'partly_received') OR EXISTS (SELECT FROM inventory.receipt x WHERE x.receipt_id = p_receipt) THEN
		RETURN 'state';
	END IF;
	IF n = 0 OR n <> coalesce(cardinality(p_quantities), 0) OR p_landed IS NULL OR p_landed NOT BETWEEN 0 AND 100000000000
	   OR EXISTS (SELECT FROM unnest(p_quantities) q WHERE q IS NULL OR q NOT BETWEEN 1 AND inventory.pieces_most()) THEN
		RETURN 'quantity';
	END IF;
	IF (SELECT count(DISTINCT v) FROM unnest(p_variants) v) <> n THEN
		RETURN 'twice';
	END IF;
	IF (SELECT count(*) FROM inventory.purchase_line l WHERE l.purchase_id = p_purchase AND l.variant_id = ANY (p_variants)) <> n THEN
		RETURN 'unknown';
	END IF;
	IF coalesce(btrim(p_reason), '') = '' AND EXISTS (
		SELECT FROM unnest(p_variants, p_quantities) AS u (v, q)
		JOIN inventory.purchase_line l ON l.purchase_id = p_purchase AND l.variant_id = u.v
		WHERE l.received::bigint + u.q > l.ordered + l.ordered::bigint * head.over_ppm / 1000000) THEN
		RETURN 'over';
	END IF;
	SELECT x.w || ' ' || x.v INTO lot_word FROM (
		SELECT u.n, u.v, inventory.lot_wrong(p_tenant, u.v, head.warehouse_id, u.number, u.expires, u.made) AS w
		FROM unnest(p_variants, p_numbers, p_expires, p_made) WITH ORDINALITY AS u (v, number, expires, made, n)) x
	WHERE x.w IS NOT NULL ORDER BY x.n LIMIT 1;
	IF FOUND THEN
		RETURN lot_word;
	END IF;
	BEGIN
		INSERT INTO inventory.receipt (tenant_id, receipt_id, purchase_id, landed, reason, received_by)
		VALUES (p_tenant, p_receipt, p_purchase, p_landed, coalesce(p_reason, ''), p_actor);
		UPDATE inventory.purchase_line l SET received = l.received + u.q FROM unnest(p_variants, p_quantities) AS u (v, q)
		WHERE l.purchase_id = p_purchase AND l.variant_id = u.v;
		UPDATE inventory.purchase p SET state = x.state, closed_at = CASE x.state WHEN 'received' THEN sutler.now() END
		FROM (SELECT CASE WHEN bool_and(l.received >= l.ordered) THEN 'received' ELSE 'partly_received' END AS state
			FROM inventory.purchase_line l WHERE l.purchase_id = p_purchase) x
		WHERE p.purchase_id = p_purchase;
		PERFORM inventory.answered(p_tenant, p_actor, p_source, 'purchase.receive', 'purchase ' || p_purchase, coalesce(p_reason, ''),
			jsonb_build_object('receipt', p_receipt, 'lines', n, 'landed', p_landed));
		PERFORM inventory.touched(p_tenant, p_variants);
		INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id)
		SELECT p_tenant, v, head.warehouse_id FROM unnest(p_variants) v ORDER BY v ON CONFLICT DO NOTHING;
		FOR r IN
			SELECT l.variant_id, x.q, x.number, x.expires, x.made, l.price * x.q::numeric
				+ div(p_landed * sum(x.weight) OVER up_to, sum(x.weight) OVER ())
				- div(p_landed * (sum(x.weight) OVER up_to - x.weight), sum(x.weight) OVER ()) AS value
			FROM inventory.purchase_line l
			JOIN (SELECT u.v, u.q, u.number, u.expires, u.made, CASE WHEN sum(k.price * u.q::numeric) OVER () = 0 THEN u.q ELSE k.price * u.q::numeric END AS weight
				FROM unnest(p_variants, p_quantities, p_numbers, p_expires, p_made) AS u (v, q, number, expires, made)
				JOIN inventory.purchase_line k ON k.purchase_id = p_purchase AND k.variant_id = u.v) x ON x.v = l.variant_id
			WHERE l.purchase_id = p_purchase
			WINDOW up_to AS (ORDER BY l.variant_id)
			ORDER BY l.variant_id
		LOOP
			-- All warehouses of the variant, in order: two arrivals do not reckon from the same average.
			PERFORM FROM inventory.stock s WHERE s.variant_id = r.variant_id ORDER BY s.warehouse_id FOR NO KEY UPDATE;
			before := (SELECT sum(s.on_hand) FROM inventory.stock s WHERE s.variant_id = r.variant_id)
				+ inventory.in_transit(p_tenant, r.variant_id) + inventory.inspecting(p_tenant, r.variant_id);
			INSERT INTO inventory.cost AS c (tenant_id, variant_id, currency, average)
			VALUES (p_tenant, r.variant_id, head.currency, round(r.value / r.q, 6))
			ON CONFLICT (tenant_id, variant_id, currency) DO UPDATE
			SET average = round((before * c.average + r.value) / (before + r.q), 6), changed_at = sutler.now();
			UPDATE inventory.stock s SET on_hand = s.on_hand + r.q, short = greatest(s.held - (s.on_hand + r.q), 0)
			WHERE s.variant_id = r.variant_id AND s.warehouse_id = head.warehouse_id;
			lot := NULL;
			IF (SELECT s.by_lot FROM inventory.stock s WHERE s.variant_id = r.variant_id AND s.warehouse_id = head.warehouse_id) THEN
				lot := inventory.lot_open(p_tenant, r.variant_id, head.warehouse_id, btrim(coalesce(r.number, '')), r.expires, r.made, head.supplier_id, p_purchase, NULL);
			END IF;
			PERFORM inventory.book(p_tenant, r.variant_id, head.warehouse_id, r.q, 'receipt', p_receipt::text, p_source, NULL, p_actor, lot, NULL);
			IF head.inspect OR EXISTS (SELECT FROM inventory.care c WHERE c.variant_id = r.variant_id AND c.inspect) THEN
				PERFORM inventory.inspect_open(p_tenant, r.variant_id, head.warehouse_id, lot, p_purchase, NULL, r.q, p_source, p_actor);
			END IF;
		END LOOP;
	EXCEPTION WHEN numeric_value_out_of_range THEN
		RETURN 'quantity';
	END;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.purchase_receive(uuid, uuid, text, uuid, uuid, uuid[], integer[], bigint, text, text[], date[], date[]) IS
	'Books goods that came, and what they cost. ok, unknown, state, quantity, twice or over.';
