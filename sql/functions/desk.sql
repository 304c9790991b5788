-- What staff do to an order at their desk, beside what fulfilment.sql, returns.sql and order_edit.sql hold.
--
-- Each function locks by what it calls, answers a word (ok, or why not), and writes the audit entry
-- in the same transaction.  Whose order it is was asked by the caller with sales.of_store(): NULL is
-- an order of another store, and answers 'unknown' everywhere.

CREATE OR REPLACE FUNCTION sales.of_store(p_tenant uuid, p_store uuid, p_order uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT o.order_id FROM sales."order" o WHERE o.store_id = p_store AND o.order_id = p_order $$;
COMMENT ON FUNCTION sales.of_store(uuid, uuid, uuid) IS 'The order when it is of the store, else NULL.';

CREATE OR REPLACE FUNCTION sales.return_of(p_tenant uuid, p_store uuid, p_order uuid, p_return uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT r.return_id FROM sales.return r WHERE r.order_id = (SELECT sales.of_store(p_tenant, p_store, p_order)) AND r.return_id = p_return $$;
COMMENT ON FUNCTION sales.return_of(uuid, uuid, uuid, uuid) IS 'The return when it is of that order of the store, else NULL.';

CREATE OR REPLACE FUNCTION shipping.parcel_of(p_tenant uuid, p_store uuid, p_order uuid, p_parcel uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT k.parcel_id FROM shipping.parcel k WHERE k.order_id = (SELECT sales.of_store(p_tenant, p_store, p_order)) AND k.parcel_id = p_parcel $$;
COMMENT ON FUNCTION shipping.parcel_of(uuid, uuid, uuid, uuid) IS 'The parcel when it is of that order of the store, else NULL.';

-- A pick list is of the store whose orders it fetches.
CREATE OR REPLACE FUNCTION shipping.wave_of(p_tenant uuid, p_store uuid, p_wave uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT w.wave_id FROM shipping.wave w WHERE w.wave_id = p_wave
	AND EXISTS (SELECT FROM shipping.pick p JOIN sales."order" o ON o.order_id = p.order_id WHERE p.wave_id = w.wave_id AND o.store_id = p_store)
	AND NOT EXISTS (SELECT FROM shipping.pick p JOIN sales."order" o ON o.order_id = p.order_id WHERE p.wave_id = w.wave_id AND o.store_id <> p_store)
$$;
COMMENT ON FUNCTION shipping.wave_of(uuid, uuid, uuid) IS 'The pick list when all its orders are of the store, else NULL.';

-- The whole amount due came by hand; p_due is what staff saw, NULL: whatever it is.
-- ok; unknown; not_allowed (not open, or paid, or a bank keeps the money for us); amount (nothing is due); again (it is not what staff saw).
CREATE OR REPLACE FUNCTION sales.desk_pay(p_tenant uuid, p_actor uuid, p_order uuid, p_reference text, p_due bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	here record;
	due bigint;
	answer text;
BEGIN
	SELECT o.state, o.payment INTO here FROM sales."order" o WHERE o.order_id = p_order FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF here.state <> 'open' OR here.payment = 'authorised' THEN
		RETURN 'not_allowed';
	END IF;
	SELECT p.amount - p.captured INTO due FROM payment.payment p WHERE p.order_id = p_order ORDER BY p.payment_id LIMIT 1;
	IF due <= 0 THEN
		RETURN 'amount';
	ELSIF due <> p_due THEN
		RETURN 'again';
	END IF;
	answer := sales.receive_payment(p_tenant, p_order, due, p_reference, audit.actor(p_actor));
	IF answer = 'ok' THEN
		PERFORM audit.add(p_tenant, p_actor::text, 'order.paid', 'order ' || p_order, p_reference, json_build_object('amount', due)::text);
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION sales.desk_pay(uuid, uuid, uuid, text, bigint) IS 'Books the amount due as received by hand. ok, unknown, not_allowed, amount or again.';

-- A step of fulfilment that staff take by word alone: produce, make_ready, deliver.
CREATE OR REPLACE FUNCTION sales.desk_step(p_tenant uuid, p_actor uuid, p_order uuid, p_event text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text;
BEGIN
	IF p_order IS NULL OR p_event NOT IN ('produce', 'make_ready', 'deliver') THEN
		RETURN 'unknown';
	END IF;
	answer := CASE p_event WHEN 'deliver' THEN sales.deliver(p_tenant, p_order, audit.actor(p_actor))
		ELSE sales.fire(p_tenant, p_order, 'fulfilment', p_event, audit.actor(p_actor), '') END;
	IF answer = 'ok' THEN
		PERFORM audit.add(p_tenant, p_actor::text, 'order.' || p_event, 'order ' || p_order, '', '');
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION sales.desk_step(uuid, uuid, uuid, text) IS 'produce, make_ready or deliver. ok, unknown or not_allowed.';

-- A parcel leaves without list and scan.  Not of an order that may not leave, nor where parcels are looked at first.
-- ok; unknown; not_allowed; quality; lines; url.
CREATE OR REPLACE FUNCTION sales.desk_ship(p_tenant uuid, p_actor uuid, p_order uuid, p_lines integer[], p_pieces integer[],
	p_carrier text, p_tracking text, p_url text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o sales."order";
	answer text;
BEGIN
	SELECT x.* INTO o FROM sales."order" x WHERE x.order_id = p_order FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF NOT shipping.may_leave(o) THEN
		RETURN 'not_allowed';
	ELSIF EXISTS (SELECT FROM shipping.policy y WHERE y.store_id = o.store_id AND y.check_quality) THEN
		RETURN 'quality';
	ELSIF p_url !~ '^(https?://[^[:space:]]+)?$' THEN
		RETURN 'url';
	END IF;
	answer := sales.ship(p_tenant, p_order, p_lines, p_pieces, p_carrier, p_tracking, p_url, audit.actor(p_actor));
	IF answer = 'ok' THEN
		PERFORM audit.add(p_tenant, p_actor::text, 'order.shipped', 'order ' || p_order, '', json_build_object('lines', p_lines, 'pieces', p_pieces)::text);
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION sales.desk_ship(uuid, uuid, uuid, integer[], integer[], text, text, text) IS
	'Sends pieces without list and scan. ok, unknown, not_allowed, quality, lines or url.';

-- What pieces of lines cost, rounded down; with their tax where prices are without.  NULL: no such pieces.
CREATE OR REPLACE FUNCTION sales.worth(p_tenant uuid, p_order uuid, p_lines integer[], p_pieces integer[]) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	-- The money of a bundle is that of its parts: whoever names both would count it twice.
	SELECT CASE WHEN bool_and(l.line_no IS NOT NULL AND u.pieces BETWEEN 1 AND l.quantity AND coalesce(l.part_of <> ALL (p_lines), true))
		AND count(DISTINCT u.line_no) = count(*)
		THEN sum((l.total + l.share + CASE WHEN o.prices_include_tax THEN 0 ELSE l.tax END) * u.pieces / l.quantity)::bigint END
	FROM unnest(p_lines, p_pieces) AS u (line_no, pieces)
	LEFT JOIN sales.order_line l ON l.order_id = p_order AND l.line_no = u.line_no
	LEFT JOIN sales."order" o ON o.order_id = p_order
$$;
COMMENT ON FUNCTION sales.worth(uuid, uuid, integer[], integer[]) IS 'What pieces of an order cost, minor units; NULL when it has not got them.';

-- Money goes back: p_amount, or what the pieces of the lines cost, or (neither) all that is left.
-- ok; unknown; lines; amount; none (nothing came in); too_much.  gateway: courier is to be asked.
CREATE OR REPLACE FUNCTION sales.desk_refund(p_tenant uuid, p_actor uuid, p_order uuid, p_amount bigint, p_lines integer[], p_pieces integer[],
	p_reason text, p_refund uuid)
RETURNS TABLE (outcome text, gateway boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	money text;
	wanted bigint := p_amount;
	answer text;
BEGIN
	SELECT o.currency INTO money FROM sales."order" o WHERE o.order_id = p_order FOR UPDATE;
	IF NOT FOUND THEN
		RETURN QUERY SELECT 'unknown', false;
		RETURN;
	END IF;
	IF wanted IS NULL AND cardinality(p_lines) > 0 THEN
		wanted := sales.worth(p_tenant, p_order, p_lines, p_pieces);
		IF wanted IS NULL THEN
			RETURN QUERY SELECT 'lines', false;
			RETURN;
		END IF;
	END IF;
	answer := payment.ask_refund(p_tenant, p_order, wanted, money, p_reason, audit.actor(p_actor), p_refund);
	IF answer = 'ok' THEN
		PERFORM sales.downloads_end(p_tenant, p_order, p_lines, p_pieces);
		PERFORM audit.add(p_tenant, p_actor::text, 'order.refunded', 'order ' || p_order, p_reason, json_build_object('refund', p_refund,
			'amount', (SELECT r.amount FROM payment.refund r WHERE r.refund_id = p_refund))::text);
	END IF;
	RETURN QUERY SELECT answer, EXISTS (SELECT FROM payment.refund r WHERE r.refund_id = p_refund AND r.intent_id IS NOT NULL);
END
$$;
COMMENT ON FUNCTION sales.desk_refund(uuid, uuid, uuid, bigint, integer[], integer[], text, uuid) IS
	'Gives money of an order back, to the gateway it came by or by hand. ok, unknown, lines, amount, none or too_much.';

-- The files of an order, for staff: its invoice, and the credit notes to it.
CREATE OR REPLACE FUNCTION accounting.desk_documents(p_tenant uuid, p_store uuid, p_order uuid) RETURNS TABLE (document uuid, kind text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT i.invoice_id, 'invoice', i.series || i.number FROM accounting.invoice i JOIN accounting.document d ON d.invoice_id = i.invoice_id
	WHERE i.order_id = (SELECT sales.of_store(p_tenant, p_store, p_order))
	UNION ALL
	SELECT c.credit_note_id, 'credit', c.series || c.number FROM accounting.credit_note c JOIN accounting.credit_document d ON d.credit_note_id = c.credit_note_id
	JOIN accounting.invoice i ON i.invoice_id = c.invoice_id WHERE i.order_id = (SELECT sales.of_store(p_tenant, p_store, p_order))
$$;
COMMENT ON FUNCTION accounting.desk_documents(uuid, uuid, uuid) IS 'Invoice and credit notes of an order of the store.';

CREATE OR REPLACE FUNCTION accounting.desk_document(p_tenant uuid, p_store uuid, p_order uuid, p_document uuid) RETURNS TABLE (name text, pdf_hex text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT i.series || i.number, encode(d.pdf, 'hex') FROM accounting.invoice i JOIN accounting.document d ON d.invoice_id = i.invoice_id
	WHERE i.order_id = (SELECT sales.of_store(p_tenant, p_store, p_order)) AND i.invoice_id = p_document
	UNION ALL
	SELECT c.series || c.number, encode(d.pdf, 'hex') FROM accounting.credit_note c JOIN accounting.credit_document d ON d.credit_note_id = c.credit_note_id
	JOIN accounting.invoice i ON i.invoice_id = c.invoice_id WHERE i.order_id = (SELECT sales.of_store(p_tenant, p_store, p_order)) AND c.credit_note_id = p_document
$$;
COMMENT ON FUNCTION accounting.desk_document(uuid, uuid, uuid, uuid) IS 'The file of one of them.';

-- Orders that leave the house as a list: who took it, and how many.
CREATE OR REPLACE FUNCTION sales.desk_exported(p_tenant uuid, p_actor uuid, p_store uuid, p_rows bigint, p_reason text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT audit.add(p_tenant, p_actor::text, 'order.exported', 'store ' || p_store, p_reason, json_build_object('orders', p_rows)::text);
	SELECT true
$$;
COMMENT ON FUNCTION sales.desk_exported(uuid, uuid, uuid, bigint, text) IS 'Writes down that orders were exported.';

-- Notes that the buyer reads, for who may open the order.
CREATE OR REPLACE FUNCTION sales.notes_open(p_tenant uuid, p_store uuid, p_link bytea, p_order uuid, p_customer uuid) RETURNS TABLE (words text, at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT n.words, n.at FROM sales.order_note n
	WHERE n.order_id = (SELECT sales.order_open(p_tenant, p_store, p_link, p_order, p_customer)) AND n.shown ORDER BY n.note_id DESC;
END
$$;
COMMENT ON FUNCTION sales.notes_open(uuid, uuid, bytea, uuid, uuid) IS 'The notes of an order that its buyer reads, newest first.';
