-- Goods come back: asked for, decided, received, looked at piece by piece, paid back.
--
-- One return of an order is under way at a time, and the order's axis "return" follows it through
-- sales.fire().  Pieces announced are counted on the order's line, where a CHECK keeps them at what
-- was shipped; what is given back is kept below the capture by payment.ask_refund() and its CHECK.
-- Locks: order, return, payment, stock.

-- Whether the buyer may ask for a return now: something of it arrived or left that is not on its
-- way back, within the days of the store's policy.
CREATE OR REPLACE FUNCTION sales.can_return(p_tenant uuid, p_order uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM sales."order" o LEFT JOIN shipping.policy p ON p.store_id = o.store_id
		WHERE o.order_id = p_order AND o.state IN ('open', 'closed') AND o.return_state IN ('none', 'refused', 'returned')
		  AND EXISTS (SELECT FROM sales.order_line l WHERE l.order_id = o.order_id AND l.shipped > l.returned)
		  AND (SELECT max(coalesce(s.delivered_at, s.shipped_at)) FROM shipping.shipment s WHERE s.order_id = o.order_id)
			> sutler.now() - make_interval(days => coalesce(p.return_days, 30)))
$$;
COMMENT ON FUNCTION sales.can_return(uuid, uuid) IS 'Whether the buyer may ask to return something of his order now.';

-- The next number of a return to that store.  Without gaps while nothing is rolled back; returns of all stores with that
-- prefix go one after the other from here on.
CREATE OR REPLACE FUNCTION sales.take_return_number(p_tenant uuid, p_store uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	prefix text := (SELECT s.return_prefix FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store);
	n bigint;
BEGIN
	INSERT INTO sales.return_series AS x (tenant_id, prefix_key, next_number) VALUES (p_tenant, lower(prefix COLLATE "C"), 1002)
	ON CONFLICT (tenant_id, prefix_key) DO UPDATE SET next_number = x.next_number + 1
	RETURNING x.next_number - 1 INTO n;
	RETURN prefix || n;
END
$$;
COMMENT ON FUNCTION sales.take_return_number(uuid, uuid) IS 'Takes the next number of a return to a store.';

-- Opens a return.  The caller knows that he may; the order is locked here.
-- ok; unknown; open (another is under way); lines (none, or more than left); late.
CREATE OR REPLACE FUNCTION sales.open_return(p_tenant uuid, p_order uuid, p_actor text, p_return uuid, p_wish text, p_reason text, p_words text,
	p_lines integer[], p_quantities integer[], p_late boolean)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	here text;
	store uuid;
BEGIN
	SELECT o.return_state, o.store_id INTO here, store FROM sales."order" o WHERE o.order_id = p_order FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF here IN ('requested', 'approved', 'received') THEN
		RETURN 'open';
	ELSIF coalesce(cardinality(p_lines), 0) = 0 OR cardinality(p_lines) <> cardinality(p_quantities)
	   OR (SELECT count(*) <> count(DISTINCT u.n) FROM unnest(p_lines) AS u (n)) OR EXISTS (
		SELECT FROM unnest(p_lines, p_quantities) AS u (line_no, quantity)
		LEFT JOIN sales.order_line l ON l.order_id = p_order AND l.line_no = u.line_no
		WHERE l.line_no IS NULL OR u.quantity < 1 OR u.quantity > l.shipped - l.returned) THEN
		RETURN 'lines';
	ELSIF NOT p_late AND NOT sales.can_return(p_tenant, p_order) THEN
		RETURN 'late';
	END IF;
	INSERT INTO sales.return (tenant_id, return_id, order_id, return_no, number, wish, reason, words, actor)
	SELECT p_tenant, p_return, p_order, coalesce(max(r.return_no), 0) + 1, sales.take_return_number(p_tenant, store), p_wish, p_reason, p_words, p_actor FROM sales.return r WHERE r.order_id = p_order;
	INSERT INTO sales.return_line (tenant_id, return_id, order_id, line_no, quantity)
	SELECT p_tenant, p_return, p_order, u.line_no, u.quantity FROM unnest(p_lines, p_quantities) AS u (line_no, quantity);
	UPDATE sales.order_line l SET returned = l.returned + u.quantity FROM unnest(p_lines, p_quantities) AS u (line_no, quantity)
	WHERE l.order_id = p_order AND l.line_no = u.line_no;
	RETURN CASE sales.fire(p_tenant, p_order, 'return', 'request', p_actor, p_reason) WHEN 'ok' THEN 'ok' ELSE 'late' END;
END
$$;
COMMENT ON FUNCTION sales.open_return(uuid, uuid, text, uuid, text, text, text, integer[], integer[], boolean) IS
	'Opens a return of shipped pieces. ok, unknown, open, lines or late.';

-- The buyer asks; whose order it is, sales.order_open() says.
CREATE OR REPLACE FUNCTION sales.ask_return(p_tenant uuid, p_store uuid, p_order uuid, p_customer uuid, p_return uuid, p_wish text, p_reason text,
	p_words text, p_lines integer[], p_quantities integer[])
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN sales.open_return(p_tenant, sales.order_open(p_tenant, p_store, NULL, p_order, p_customer), 'buyer', p_return, p_wish, p_reason, p_words,
		p_lines, p_quantities, false);
END
$$;
COMMENT ON FUNCTION sales.ask_return(uuid, uuid, uuid, uuid, uuid, text, text, text, integer[], integer[]) IS
	'The signed-in buyer asks to return pieces of his own order. ok, unknown, open, lines or late.';

-- Staff open one, by phone for instance, whatever the days.
CREATE OR REPLACE FUNCTION sales.staff_return(p_tenant uuid, p_actor uuid, p_order uuid, p_return uuid, p_wish text, p_reason text, p_words text,
	p_lines integer[], p_quantities integer[])
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text := sales.open_return(p_tenant, p_order, audit.actor(p_actor), p_return, p_wish, p_reason, p_words, p_lines, p_quantities, true);
BEGIN
	IF answer = 'ok' THEN
		PERFORM audit.write(p_tenant, p_actor, 'return open', p_order::text, p_reason, '');
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION sales.staff_return(uuid, uuid, uuid, uuid, text, text, text, integer[], integer[]) IS
	'Staff open a return for a buyer. ok, unknown, open, lines or late (cancelled).';

-- The row of a return, locked behind its order.
CREATE OR REPLACE FUNCTION sales.lock_return(p_tenant uuid, p_return uuid) RETURNS sales.return
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r sales.return;
BEGIN
	PERFORM FROM sales."order" o WHERE o.order_id = (SELECT x.order_id FROM sales.return x WHERE x.return_id = p_return) FOR UPDATE;
	SELECT x.* INTO r FROM sales.return x WHERE x.return_id = p_return FOR UPDATE;
	RETURN r;
END
$$;
COMMENT ON FUNCTION sales.lock_return(uuid, uuid) IS 'The row of a return, locked behind its order.';

-- Approves, refuses or withdraws it; p_answer is what the buyer reads.
-- ok; unknown; not_allowed; reason (a refusal needs words).
CREATE OR REPLACE FUNCTION sales.decide_return(p_tenant uuid, p_actor uuid, p_return uuid, p_event text, p_answer text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r sales.return := sales.lock_return(p_tenant, p_return);
BEGIN
	IF r.return_id IS NULL OR p_event NOT IN ('approve', 'refuse', 'withdraw') THEN
		RETURN 'unknown';
	ELSIF r.state NOT IN ('requested', 'approved', 'received') OR r.refunded > 0 OR (r.state = 'received' AND EXISTS (
		SELECT FROM sales.return_line l WHERE l.return_id = p_return AND l.restocked + l.scrapped + l.quarantined > 0)) THEN
		-- What was paid back, or paid for an exchange, stays here.
		RETURN 'not_allowed';
	ELSIF p_event = 'refuse' AND p_answer = '' THEN
		RETURN 'reason';
	ELSIF sales.fire(p_tenant, r.order_id, 'return', p_event, audit.actor(p_actor), '') <> 'ok' THEN
		RETURN 'not_allowed';
	END IF;
	UPDATE sales.return x SET state = CASE p_event WHEN 'approve' THEN 'approved' WHEN 'refuse' THEN 'refused' ELSE 'withdrawn' END,
		answer = p_answer, changed_at = sutler.now() WHERE x.return_id = p_return;
	IF p_event <> 'approve' THEN
		UPDATE sales.order_line l SET returned = l.returned - x.quantity FROM sales.return_line x
		WHERE x.return_id = p_return AND l.order_id = x.order_id AND l.line_no = x.line_no;
	END IF;
	PERFORM audit.write(p_tenant, p_actor, 'return ' || p_event, r.order_id::text, p_answer, 'return ' || r.number);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.decide_return(uuid, uuid, uuid, text, text) IS 'approve, refuse or withdraw. ok, unknown, not_allowed or reason.';

-- It came.  Lines not named came whole; what did not come can be announced again.
-- ok; unknown; not_allowed; lines (more than announced); warehouse.
CREATE OR REPLACE FUNCTION sales.receive_return(p_tenant uuid, p_actor uuid, p_return uuid, p_warehouse uuid, p_lines integer[], p_quantities integer[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r sales.return := sales.lock_return(p_tenant, p_return);
BEGIN
	IF r.return_id IS NULL THEN
		RETURN 'unknown';
	ELSIF r.state <> 'approved' THEN
		RETURN 'not_allowed';
	ELSIF NOT inventory.in_use(p_tenant, p_warehouse) THEN
		RETURN 'warehouse';
	ELSIF EXISTS (SELECT FROM unnest(p_lines, p_quantities) AS u (line_no, quantity)
		LEFT JOIN sales.return_line l ON l.return_id = p_return AND l.line_no = u.line_no
		WHERE l.line_no IS NULL OR u.quantity IS NULL OR u.quantity NOT BETWEEN 0 AND l.quantity) THEN
		RETURN 'lines';
	END IF;
	UPDATE sales.return_line l SET warehouse_id = p_warehouse,
		received = coalesce((SELECT min(u.quantity) FROM unnest(p_lines, p_quantities) AS u (line_no, quantity) WHERE u.line_no = l.line_no), l.quantity)
	WHERE l.return_id = p_return;
	UPDATE sales.order_line o SET returned = o.returned - (l.quantity - l.received) FROM sales.return_line l
	WHERE l.return_id = p_return AND o.order_id = l.order_id AND o.line_no = l.line_no AND l.received < l.quantity;
	IF sales.fire(p_tenant, r.order_id, 'return', 'receive', audit.actor(p_actor), '') <> 'ok' THEN
		RAISE EXCEPTION 'the order of return % does not follow it', p_return;
	END IF;
	UPDATE sales.return x SET state = 'received', changed_at = sutler.now() WHERE x.return_id = p_return;
	PERFORM audit.write(p_tenant, p_actor, 'return receive', r.order_id::text, '', 'return ' || r.return_no);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.receive_return(uuid, uuid, uuid, uuid, integer[], integer[]) IS
	'The goods of a return came into a warehouse. ok, unknown, not_allowed, lines or warehouse.';

-- What becomes of received pieces of a line: restock, scrap or quarantine.  Restocked pieces are on
-- hand again; scrapped ones come and go in the ledger; what is set apart is not on hand.
-- When all received pieces are looked at the return is done.  ok; unknown; not_allowed; lines; reason.
CREATE OR REPLACE FUNCTION sales.inspect_return(p_tenant uuid, p_actor uuid, p_return uuid, p_line integer, p_verdict text, p_pieces integer, p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r sales.return := sales.lock_return(p_tenant, p_return);
	l record;
	why text;
BEGIN
	SELECT x.received - x.restocked - x.scrapped - x.quarantined AS left_over, x.warehouse_id, o.variant_id, v.track_stock
	INTO l FROM sales.return_line x JOIN sales.order_line o ON o.order_id = x.order_id AND o.line_no = x.line_no
	JOIN catalog.variant v ON v.variant_id = o.variant_id
	WHERE x.return_id = p_return AND x.line_no = p_line;
	IF r.return_id IS NULL OR p_verdict NOT IN ('restock', 'scrap', 'quarantine') THEN
		RETURN 'unknown';
	ELSIF r.state <> 'received' THEN
		RETURN 'not_allowed';
	ELSIF p_pieces < 1 OR l.left_over IS NULL OR p_pieces > l.left_over THEN
		RETURN 'lines';
	ELSIF p_verdict <> 'restock' AND p_reason = '' THEN
		RETURN 'reason';
	END IF;
	UPDATE sales.return_line x SET
		restocked = x.restocked + CASE p_verdict WHEN 'restock' THEN p_pieces ELSE 0 END,
		scrapped = x.scrapped + CASE p_verdict WHEN 'scrap' THEN p_pieces ELSE 0 END,
		quarantined = x.quarantined + CASE p_verdict WHEN 'quarantine' THEN p_pieces ELSE 0 END
	WHERE x.return_id = p_return AND x.line_no = p_line;
	PERFORM sales.tell(p_tenant, r.order_id, p_actor, 'inspect', p_reason, format('return %s line %s: %s %s', r.return_no, p_line, p_pieces, p_verdict));
	IF NOT EXISTS (SELECT FROM sales.return_line x WHERE x.return_id = p_return AND x.received > x.restocked + x.scrapped + x.quarantined) THEN
		IF sales.fire(p_tenant, r.order_id, 'return', 'accept', audit.actor(p_actor), '') <> 'ok' THEN
			RAISE EXCEPTION 'the order of return % does not follow it', p_return;
		END IF;
		UPDATE sales.return x SET state = 'returned', changed_at = sutler.now() WHERE x.return_id = p_return;
	END IF;
	why := 'return ' || r.return_no || CASE WHEN p_reason = '' THEN '' ELSE ': ' || p_reason END;
	IF l.track_stock AND p_verdict <> 'quarantine' THEN
		PERFORM inventory.take_back(p_tenant, r.order_id, l.variant_id, l.warehouse_id, p_pieces, p_verdict = 'scrap', why, p_actor);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.inspect_return(uuid, uuid, uuid, integer, text, integer, text) IS
	'Restocks, scraps or sets apart received pieces. ok, unknown, not_allowed, lines or reason.';

-- Pieces that were set apart go on the shelf or away.  ok; unknown; lines; reason.
CREATE OR REPLACE FUNCTION sales.release_quarantine(p_tenant uuid, p_actor uuid, p_return uuid, p_line integer, p_verdict text, p_pieces integer, p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r sales.return := sales.lock_return(p_tenant, p_return);
	l record;
BEGIN
	IF r.return_id IS NULL OR p_verdict NOT IN ('restock', 'scrap') THEN
		RETURN 'unknown';
	ELSIF p_reason = '' THEN
		RETURN 'reason';
	END IF;
	UPDATE sales.return_line x SET quarantined = x.quarantined - p_pieces,
		restocked = x.restocked + CASE p_verdict WHEN 'restock' THEN p_pieces ELSE 0 END,
		scrapped = x.scrapped + CASE p_verdict WHEN 'scrap' THEN p_pieces ELSE 0 END
	FROM sales.order_line o, catalog.variant v
	WHERE x.return_id = p_return AND x.line_no = p_line AND p_pieces BETWEEN 1 AND x.quarantined
	  AND o.order_id = x.order_id AND o.line_no = x.line_no AND v.variant_id = o.variant_id
	RETURNING o.variant_id, x.warehouse_id, v.track_stock INTO l;
	IF NOT FOUND THEN
		RETURN 'lines';
	END IF;
	PERFORM sales.tell(p_tenant, r.order_id, p_actor, 'release', p_reason, format('return %s line %s: %s %s', r.return_no, p_line, p_pieces, p_verdict));
	IF l.track_stock THEN
		PERFORM inventory.take_back(p_tenant, r.order_id, l.variant_id, l.warehouse_id, p_pieces, p_verdict = 'scrap', p_reason, p_actor);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.release_quarantine(uuid, uuid, uuid, integer, text, integer, text) IS
	'Ends the quarantine of pieces: restock or scrap. ok, unknown, lines or reason.';

-- What the received goods of a return were worth: the line's money by pieces, rounded down; with its
-- tax where prices are without.  Parts of a bundle: their share of its money.
CREATE OR REPLACE FUNCTION sales.return_worth(p_tenant uuid, p_return uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(sum((l.total + l.share + CASE WHEN o.prices_include_tax THEN 0 ELSE l.tax END) * x.received / l.quantity), 0)::bigint
	FROM sales.return_line x
	JOIN sales.order_line l ON l.order_id = x.order_id AND l.line_no = x.line_no
	JOIN sales."order" o ON o.order_id = x.order_id
	WHERE x.return_id = p_return
$$;
COMMENT ON FUNCTION sales.return_worth(uuid, uuid) IS 'What the received goods of a return cost, minor units.';

-- Gives money back for received goods: NULL amount gives their worth, less what was given for it
-- already.  What is due of an order on invoice is set off first; card money is asked of the gateway, the rest is booked as given by hand.
-- ok; unknown; not_allowed; reason; amount; too_much (than came in); none; currency.
CREATE OR REPLACE FUNCTION sales.refund_return(p_tenant uuid, p_actor uuid, p_return uuid, p_amount bigint, p_reason text, p_refund uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r sales.return := sales.lock_return(p_tenant, p_return);
	wanted bigint;
	off bigint;             -- of it, what the buyer owes
	answer text := 'ok';
BEGIN
	IF r.return_id IS NULL THEN
		RETURN 'unknown';
	ELSIF r.state NOT IN ('received', 'returned') THEN
		RETURN 'not_allowed';
	ELSIF p_reason = '' THEN
		RETURN 'reason';
	END IF;
	wanted := coalesce(p_amount, sales.return_worth(p_tenant, p_return) - r.refunded);
	IF wanted <= 0 THEN
		RETURN 'amount';
	END IF;
	SELECT least(wanted, payment.due(p_tenant, r.order_id)) INTO off
	FROM sales."order" o WHERE o.order_id = r.order_id AND o.payment_method = 'invoice' AND o.payment = 'pending';
	off := coalesce(off, 0);
	-- The buyer owes what was shipped, and no more of it than came back.
	IF off > 0 AND wanted > sales.return_worth(p_tenant, p_return) - r.refunded THEN
		RETURN 'too_much';
	END IF;
	IF wanted > off THEN
		SELECT payment.ask_refund(p_tenant, r.order_id, wanted - off, o.currency, p_reason, audit.actor(p_actor), p_refund) INTO answer
		FROM sales."order" o WHERE o.order_id = r.order_id;
	END IF;
	IF answer = 'ok' AND off > 0 THEN
		PERFORM payment.set_off(p_tenant, r.order_id, CASE WHEN wanted > off THEN sutler.uuid7() ELSE p_refund END, off, p_reason, audit.actor(p_actor));
	END IF;
	IF answer = 'ok' THEN
		UPDATE sales.return x SET refunded = x.refunded + wanted WHERE x.return_id = p_return;
		PERFORM audit.write(p_tenant, p_actor, 'return refund', r.order_id::text, p_reason, 'return ' || r.return_no || ' ' || wanted);
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION sales.refund_return(uuid, uuid, uuid, bigint, text, uuid) IS
	'Gives money back for a return. ok, unknown, not_allowed, reason, amount, too_much, none or currency.';
