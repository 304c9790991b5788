-- Money at gateways: attempts to pay, what gateways report of them, refunds, disputes.
--
-- The chart of accounts.  Each row of payment.entry takes an amount from one account
-- (credit) and gives it to another (debit): the sum over all accounts is zero by
-- construction.  Rows are never changed.
--	receivable	what buyers owe for their orders; a capture pays it, a refund of it opens it again
--	gateway		money of ours that lies at the gateway; negative: we owe the gateway
--	bank, cash	money that came by transfer or at the door
--	refunds_due	refunds that were asked of the gateway and are not done
--	excess		money that pays no order (a second capture, a late one, one that does not fit): it is the buyer's
--	disputed	money that a buyer's bank holds until the dispute is over
--	losses		disputes lost
--	exchange	what goods that came back pay for another order; over both orders it is even (exchange.sql)
-- A row names its source (capture:INTENT, refund:REFUND:asked ...): the same is booked once.
--
-- The life of an attempt (payment.intent) is told by facts that are written in any order and
-- any number of times: captured, refunds, disputes.  payment.settle() derives the order's
-- payment state from all facts, so the order in which a gateway reports them does not matter.
-- Every function here that writes locks the order's row first, then payment, attempt, refund;
-- stock comes last (inventory.sql).

-- The id in a gateway's metadata, or NULL when it is none: it may hold anything.
CREATE OR REPLACE FUNCTION payment.id(p_text text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE WHEN p_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN p_text::uuid END
$$;
COMMENT ON FUNCTION payment.id(text) IS 'A text as id, NULL when it is none.';

CREATE OR REPLACE FUNCTION payment.book(p_tenant uuid, p_payment uuid, p_source text, p_debit text, p_credit text,
	p_amount bigint, p_currency text, p_reason text)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO payment.entry (tenant_id, payment_id, source, debit, credit, amount, currency, reason)
	VALUES (p_tenant, p_payment, p_source, p_debit, p_credit, p_amount, p_currency, p_reason)
	ON CONFLICT (tenant_id, payment_id, source) WHERE source <> '' DO NOTHING
$$;
COMMENT ON FUNCTION payment.book(uuid, uuid, text, text, text, bigint, text, text) IS 'Writes a money move once for its source.';

-- Puts a matter before a person, once for KIND and REF; true the first time.
CREATE OR REPLACE FUNCTION payment.review(p_tenant uuid, p_kind text, p_ref text, p_account uuid, p_order uuid, p_intent uuid, p_detail text)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO payment.work (tenant_id, kind, ref, account_id, order_id, intent_id, detail)
	VALUES (p_tenant, p_kind, p_ref, p_account, p_order, p_intent, p_detail)
	ON CONFLICT (tenant_id, kind, ref) WHERE ref <> '' DO NOTHING;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	INSERT INTO audit.entry (tenant_id, actor, action, target, reason)
	VALUES (p_tenant, 'house', 'payment review', coalesce(p_intent::text, p_ref), p_kind || ': ' || p_detail);
	IF p_order IS NOT NULL THEN
		INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
		SELECT p_tenant, p_order, 'payment', 'review', o.payment, o.payment, 'house', p_kind || ': ' || p_detail
		FROM sales."order" o WHERE o.order_id = p_order;
	END IF;
	RETURN true;
END
$$;
COMMENT ON FUNCTION payment.review(uuid, text, text, uuid, uuid, uuid, text) IS
	'Opens a work item with its audit entry and order event; false when it was opened before.';

-- ---- the order's state, from all facts ----

-- The caller holds the order's row.
CREATE OR REPLACE FUNCTION payment.settle(p_tenant uuid, p_order uuid, p_detail text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	here text;
	p record;
	came bigint;
	went bigint;
	want text;
BEGIN
	SELECT x.payment_id, x.amount, x.captured INTO p FROM payment.payment x WHERE x.order_id = p_order ORDER BY x.payment_id LIMIT 1;
	SELECT o.payment INTO here FROM sales."order" o WHERE o.order_id = p_order;
	-- All money but that which pays nothing; by hand is what no attempt brought.
	SELECT p.captured - coalesce(sum(i.captured) FILTER (WHERE i.excess), 0) INTO came
	FROM payment.intent i WHERE i.payment_id = p.payment_id;
	SELECT coalesce(sum(r.amount), 0) INTO went
	FROM payment.refund r LEFT JOIN payment.intent i ON i.intent_id = r.intent_id
	WHERE r.payment_id = p.payment_id AND r.state = 'done' AND NOT coalesce(i.excess, false);
	IF came < p.amount OR p.amount = 0 THEN
		-- Of an authorisation a part was captured and the rest let go: that is due again.
		IF here = 'authorised' AND came > 0 AND NOT EXISTS (SELECT FROM payment.intent x WHERE x.order_id = p_order AND x.state = 'authorised') THEN
			PERFORM sales.fire(p_tenant, p_order, 'payment', 'capture_part', 'gateway', p_detail);
		END IF;
		RETURN;
	END IF;
	IF here IN ('pending', 'authorised', 'failed') THEN
		PERFORM sales.fire(p_tenant, p_order, 'payment', 'pay', 'gateway', p_detail);
		here := 'paid';
	END IF;
	want := CASE WHEN went >= came THEN 'refunded' WHEN went > 0 THEN 'partly_refunded' ELSE 'paid' END;
	IF want <> here THEN
		PERFORM sales.fire(p_tenant, p_order, 'payment',
			CASE want WHEN 'refunded' THEN 'refund' WHEN 'paid' THEN 'refund_undone'
				ELSE CASE here WHEN 'refunded' THEN 'refund_back' ELSE 'refund_part' END END, 'gateway', p_detail);
	END IF;
END
$$;
COMMENT ON FUNCTION payment.settle(uuid, uuid, text) IS 'Derives an order''s payment state from captures and refunds.';

-- More went out than came in: the gateway will take it from what comes later.
CREATE OR REPLACE FUNCTION payment.watch_balance(p_tenant uuid, p_intent uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT payment.review(p_tenant, 'negative', 'intent:' || i.intent_id, i.account_id, i.order_id, i.intent_id,
		format('%s %s more went out than came in', i.refunded + i.taken - i.captured, i.currency))
	FROM payment.intent i WHERE i.intent_id = p_intent AND i.captured > 0 AND i.captured < i.refunded + i.taken
$$;
COMMENT ON FUNCTION payment.watch_balance(uuid, uuid) IS 'Opens a work item for an attempt whose balance is negative.';

-- What is still to be paid of an order.
CREATE OR REPLACE FUNCTION payment.due(p_tenant uuid, p_order uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT greatest(p.amount - p.captured, 0) FROM payment.payment p WHERE p.order_id = p_order ORDER BY p.payment_id LIMIT 1), 0);
END
$$;
COMMENT ON FUNCTION payment.due(uuid, uuid) IS 'What is still to be paid of an order, minor units.';

-- ---- refunds ----

-- Asks a gateway for money back, or books what staff gave back by hand (p_intent NULL).
-- The caller holds the order's row.  ok, or too_much.
CREATE OR REPLACE FUNCTION payment.make_refund(p_tenant uuid, p_payment uuid, p_intent uuid, p_refund uuid, p_amount bigint,
	p_reason text, p_actor text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
	i record;
	back text := 'receivable';
BEGIN
	SELECT x.* INTO STRICT p FROM payment.payment x WHERE x.payment_id = p_payment FOR UPDATE;
	IF p_intent IS NOT NULL THEN
		UPDATE payment.intent x SET refunded = x.refunded + p_amount
		WHERE x.intent_id = p_intent AND x.captured - x.refunded - x.taken >= p_amount
		RETURNING x.* INTO i;
		IF NOT FOUND THEN
			RETURN 'too_much';
		END IF;
		back := CASE WHEN i.excess THEN 'excess' ELSE 'receivable' END;
	END IF;
	IF p.captured - p.refunded < p_amount THEN
		RAISE EXCEPTION 'payment % cannot give back %', p_payment, p_amount USING ERRCODE = 'check_violation';
	END IF;
	UPDATE payment.payment x SET refunded = x.refunded + p_amount WHERE x.payment_id = p_payment;
	INSERT INTO payment.refund (tenant_id, refund_id, payment_id, intent_id, amount, currency, state, reason, actor)
	VALUES (p_tenant, p_refund, p_payment, p_intent, p_amount, p.currency, CASE WHEN p_intent IS NULL THEN 'done' ELSE 'asked' END, p_reason, p_actor);
	PERFORM payment.book(p_tenant, p_payment, 'refund:' || p_refund || ':asked', back, 'refunds_due', p_amount, p.currency, 'refund asked');
	IF p_intent IS NULL THEN
		PERFORM payment.book(p_tenant, p_payment, 'refund:' || p_refund || ':done', 'refunds_due',
			CASE p.method WHEN 'cod' THEN 'cash' ELSE 'bank' END, p_amount, p.currency, 'refund by hand');
		PERFORM accounting.to_credit(p_tenant, p_refund, false);
	END IF;
	INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
	SELECT p_tenant, o.order_id, 'payment', 'ask_refund', o.payment, o.payment, p_actor, p_amount || ' ' || p.currency || ': ' || p_reason
	FROM sales."order" o WHERE o.order_id = p.order_id;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.make_refund(uuid, uuid, uuid, uuid, bigint, text, text) IS
	'Reserves and writes a refund of one attempt: ok, or too_much.';

-- Takes an amount off what is due of an order that nobody has paid: goods came back before the money came.  It counts as captured
-- and given back at once, so that it is due no more, is in the credit note and can be neither asked for nor given again.  The caller
-- holds the order's row and has seen that so much is due.
CREATE OR REPLACE FUNCTION payment.set_off(p_tenant uuid, p_order uuid, p_refund uuid, p_amount bigint, p_reason text, p_actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
	source text := 'refund:' || p_refund;
BEGIN
	UPDATE payment.payment x SET captured = x.captured + p_amount, refunded = x.refunded + p_amount
	WHERE x.payment_id = (SELECT f.payment_id FROM payment.payment f WHERE f.order_id = p_order ORDER BY f.payment_id LIMIT 1)
	AND x.captured + p_amount <= x.amount RETURNING x.* INTO STRICT p;
	INSERT INTO payment.refund (tenant_id, refund_id, payment_id, intent_id, amount, currency, state, reason, actor, set_off)
	VALUES (p_tenant, p_refund, p.payment_id, NULL, p_amount, p.currency, 'done', p_reason, p_actor, true);
	PERFORM payment.book(p_tenant, p.payment_id, source || ':asked', 'receivable', 'refunds_due', p_amount, p.currency, 'set off');
	PERFORM payment.book(p_tenant, p.payment_id, source || ':done', 'refunds_due', 'receivable', p_amount, p.currency, 'set off');
	PERFORM accounting.to_credit(p_tenant, p_refund, false);
	IF p.captured = p.amount THEN
		PERFORM sales.fire(p_tenant, p_order, 'payment', 'set_off', p_actor, p_amount || ' ' || p.currency || ': ' || p_reason);
	ELSE
		INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
		SELECT p_tenant, o.order_id, 'payment', 'set_off', o.payment, o.payment, p_actor, p_amount || ' ' || p.currency || ': ' || p_reason
		FROM sales."order" o WHERE o.order_id = p_order;
	END IF;
END
$$;
COMMENT ON FUNCTION payment.set_off(uuid, uuid, uuid, bigint, text, text) IS 'Takes what came back off what is due of an unpaid order.';

-- Gives money back for an order.  NULL amount: all that is left of the first way it came by.  ok; amount (not above
-- nothing); currency (not the payment's); none (nothing came in); too_much; parts (it came in several payments, of which
-- none can give so much alone); unknown.
CREATE OR REPLACE FUNCTION payment.ask_refund(p_tenant uuid, p_order uuid, p_amount bigint, p_currency text, p_reason text, p_actor text, p_refund uuid)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
	i record;
	store uuid;
	by_hand bigint;
	wanted bigint := p_amount;
	answer text;
BEGIN
	SELECT o.store_id INTO store FROM sales."order" o WHERE o.order_id = p_order FOR UPDATE;
	SELECT x.* INTO p FROM payment.payment x WHERE x.order_id = p_order ORDER BY x.payment_id LIMIT 1 FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF p_amount <= 0 THEN
		RETURN 'amount';
	ELSIF p_currency <> p.currency THEN
		RETURN 'currency';
	END IF;
	IF p.captured = 0 THEN
		RETURN 'none';
	END IF;
	-- Back the way it came: to the first attempt that can give all of it, else by hand what came by hand.
	SELECT x.* INTO i FROM payment.intent x
	WHERE x.payment_id = p.payment_id AND x.captured > 0 AND NOT x.excess AND x.captured - x.refunded - x.taken >= greatest(coalesce(p_amount, 1), 1)
	ORDER BY x.intent_id LIMIT 1;
	IF FOUND THEN
		-- What paid for an exchange is not there any more.
		IF p.captured <= p.refunded OR p.captured - p.refunded < wanted THEN
			RETURN 'too_much';
		END IF;
		wanted := coalesce(wanted, least(i.captured - i.refunded - i.taken, p.captured - p.refunded));
		RETURN payment.make_refund(p_tenant, p.payment_id, i.intent_id, p_refund, wanted, p_reason, p_actor);
	END IF;
	SELECT p.captured - coalesce(sum(x.captured), 0) - coalesce((SELECT sum(r.amount) FROM payment.refund r
		WHERE r.payment_id = p.payment_id AND r.intent_id IS NULL AND r.state <> 'failed'), 0) INTO by_hand
	FROM payment.intent x WHERE x.payment_id = p.payment_id;
	wanted := coalesce(wanted, by_hand);
	IF wanted <= 0 OR wanted > by_hand THEN
		-- It may be there, but in parts: no one way gives it all.
		RETURN CASE WHEN wanted > 0 AND wanted <= by_hand + (SELECT coalesce(sum(x.captured - x.refunded - x.taken), 0) FROM payment.intent x
			WHERE x.payment_id = p.payment_id AND x.captured > 0 AND NOT x.excess) THEN 'parts' ELSE 'too_much' END;
	END IF;
	answer := payment.make_refund(p_tenant, p.payment_id, NULL, p_refund, wanted, p_reason, p_actor);
	IF answer = 'ok' THEN
		PERFORM event.queue_mail(p_tenant, store, 'refund-made', p_order, NULL, NULL);
		PERFORM payment.settle(p_tenant, p_order, p_reason);
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION payment.ask_refund(uuid, uuid, bigint, text, text, text, uuid) IS
	'Gives money back for an order, under its lock: ok, amount, currency, none, too_much, parts or unknown.';

-- An order was cancelled: card money goes back, open pages are closed by the next run of
-- reconcile-payments.  The caller holds the order's row.
CREATE OR REPLACE FUNCTION payment.order_cancelled(p_tenant uuid, p_order uuid, p_actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i record;
BEGIN
	FOR i IN SELECT x.* FROM payment.intent x
		WHERE x.order_id = p_order AND x.captured > x.refunded + x.taken ORDER BY x.intent_id
	LOOP
		PERFORM payment.make_refund(p_tenant, i.payment_id, i.intent_id, sutler.uuid7(), i.captured - i.refunded - i.taken,
			'order cancelled', p_actor);
	END LOOP;
	UPDATE payment.intent x SET ask_at = sutler.now() WHERE x.order_id = p_order AND x.state = 'open';
	-- What is being captured already comes in, and goes back by itself.
	UPDATE payment.intent x SET to_release = true, asked = 0, ask_at = sutler.now()
	WHERE x.order_id = p_order AND x.state = 'authorised' AND x.to_capture IS NULL;
END
$$;
COMMENT ON FUNCTION payment.order_cancelled(uuid, uuid, text) IS 'Asks for all card money of a cancelled order back and ends its pages.';

-- Moves a refund on.  asked, unknown, pending, done, failed: each only forward; failed is the
-- end, for a gateway may take "done" back.  The caller holds the order's row.
CREATE OR REPLACE FUNCTION payment.refund_state(p_tenant uuid, p_refund uuid, p_state text, p_ref text, p_code text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rank constant text[] := ARRAY['asked', 'unknown', 'pending', 'done', 'failed'];
	r record;
	back text;
	store uuid;
	house boolean;          -- a refund of ours; else the gateway's own
	source text := 'refund:' || p_refund || ':';
BEGIN
	SELECT x.*, i.order_id, i.account_id, i.excess INTO STRICT r
	FROM payment.refund x JOIN payment.intent i ON i.intent_id = x.intent_id
	WHERE x.refund_id = p_refund FOR UPDATE OF x;
	IF p_ref <> '' AND r.refund_ref = '' THEN
		UPDATE payment.refund x SET refund_ref = p_ref WHERE x.refund_id = p_refund;
	END IF;
	IF array_position(rank, p_state) <= array_position(rank, r.state) THEN
		RETURN 'again';
	END IF;
	UPDATE payment.refund x SET state = p_state, code = p_code, changed_at = sutler.now(), ask_at = sutler.now() + interval '2 minutes'
	WHERE x.refund_id = p_refund;
	house := r.actor <> 'gateway';
	back := CASE WHEN r.excess THEN 'excess' ELSE 'receivable' END;
	IF p_state = 'done' THEN
		PERFORM payment.book(p_tenant, r.payment_id, source || 'done', CASE WHEN house THEN 'refunds_due' ELSE back END, 'gateway',
			r.amount, r.currency, 'refund');
		SELECT o.store_id INTO store FROM sales."order" o WHERE o.order_id = r.order_id;
		PERFORM event.queue_mail(p_tenant, store, 'refund-made', r.order_id, NULL, NULL);
		IF NOT r.excess THEN
			PERFORM accounting.to_credit(p_tenant, p_refund, false);
		END IF;
	ELSIF p_state = 'failed' THEN
		IF r.state = 'done' AND NOT r.excess THEN
			PERFORM accounting.to_credit(p_tenant, p_refund, true);
		END IF;
		IF r.state = 'done' THEN
			PERFORM payment.book(p_tenant, r.payment_id, source || 'undone', 'gateway', CASE WHEN house THEN 'refunds_due' ELSE back END,
				r.amount, r.currency, 'refund came back');
		END IF;
		IF house THEN
			PERFORM payment.book(p_tenant, r.payment_id, source || 'failed', 'refunds_due', back, r.amount, r.currency, 'refund failed');
			UPDATE payment.intent i SET refunded = i.refunded - r.amount WHERE i.intent_id = r.intent_id;
			UPDATE payment.payment p SET refunded = p.refunded - r.amount WHERE p.payment_id = r.payment_id;
			PERFORM payment.review(p_tenant, 'refund_failed', 'refund:' || p_refund, r.account_id, r.order_id, r.intent_id,
				format('%s %s could not be given back: %s', r.amount, r.currency, p_code));
		ELSE
			UPDATE payment.intent i SET taken = i.taken - r.amount WHERE i.intent_id = r.intent_id;
		END IF;
	END IF;
	PERFORM payment.settle(p_tenant, r.order_id, p_ref);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.refund_state(uuid, uuid, text, text, text) IS 'Moves a refund forward with its entries; ok or again.';

-- What a gateway answered to a refund we sent or asked for.
CREATE OR REPLACE FUNCTION payment.refund_answer(p_tenant uuid, p_refund uuid, p_state text, p_ref text, p_code text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	the_order uuid;
BEGIN
	SELECT i.order_id INTO the_order FROM payment.refund r JOIN payment.intent i ON i.intent_id = r.intent_id WHERE r.refund_id = p_refund;
	IF NOT FOUND OR p_state NOT IN ('unknown', 'pending', 'done', 'failed') THEN
		RETURN 'unknown';
	END IF;
	PERFORM FROM sales."order" o WHERE o.order_id = the_order FOR UPDATE;
	RETURN payment.refund_state(p_tenant, p_refund, p_state, p_ref, p_code);
END
$$;
COMMENT ON FUNCTION payment.refund_answer(uuid, uuid, text, text, text) IS 'Records a gateway''s answer to a refund: ok, again or unknown.';

-- A refund that the gateway reports: ours by its id or the gateway's name of it, else one made there.
CREATE OR REPLACE FUNCTION payment.hear_refund(p_tenant uuid, p_intent uuid, p_refund uuid, p_ref text, p_state text,
	p_amount bigint, p_total bigint, p_code text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i record;
	r uuid;
	more bigint := p_amount;
BEGIN
	SELECT x.* INTO STRICT i FROM payment.intent x WHERE x.intent_id = p_intent;
	SELECT x.refund_id INTO r FROM payment.refund x
	WHERE x.intent_id = p_intent AND (x.refund_id = p_refund OR (p_ref <> '' AND x.refund_ref = p_ref))
	ORDER BY x.refund_id = p_refund DESC NULLS LAST LIMIT 1;
	IF r IS NULL AND p_ref <> '' THEN
		-- A total told of it before its name was known.
		SELECT x.refund_id INTO r FROM payment.refund x
		WHERE x.intent_id = p_intent AND x.actor = 'gateway' AND x.refund_ref = '' AND x.amount = p_amount LIMIT 1;
	ELSIF r IS NULL THEN
		SELECT p_total - coalesce(sum(x.amount), 0) INTO more FROM payment.refund x WHERE x.intent_id = p_intent AND x.state <> 'failed';
		IF more <= 0 THEN
			RETURN 'again';
		END IF;
	END IF;
	IF r IS NULL THEN
		IF more <= 0 THEN
			RETURN 'ignored';
		END IF;
		r := sutler.uuid7();
		INSERT INTO payment.refund (tenant_id, refund_id, payment_id, intent_id, amount, currency, state, refund_ref, reason, actor)
		VALUES (p_tenant, r, i.payment_id, p_intent, more, i.currency, 'asked', p_ref, 'made at the gateway', 'gateway');
		UPDATE payment.intent x SET taken = x.taken + more WHERE x.intent_id = p_intent;
	END IF;
	RETURN payment.refund_state(p_tenant, r, p_state, p_ref, p_code);
END
$$;
COMMENT ON FUNCTION payment.hear_refund(uuid, uuid, uuid, text, text, bigint, bigint, text) IS
	'Records a refund that a gateway reports, ours or its own.';

-- ---- disputes: always recorded, whatever the balance ----

CREATE OR REPLACE FUNCTION payment.hear_dispute(p_tenant uuid, p_intent uuid, p_ref text, p_state text, p_amount bigint, p_currency text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i record;
	d record;
	is_new boolean;
	source text := 'dispute:' || p_ref || ':';
BEGIN
	SELECT x.* INTO STRICT i FROM payment.intent x WHERE x.intent_id = p_intent;
	IF p_amount <= 0 OR p_ref = '' THEN
		RETURN 'ignored';
	END IF;
	INSERT INTO payment.dispute (tenant_id, intent_id, dispute_ref, amount, currency, state)
	VALUES (p_tenant, p_intent, p_ref, p_amount, p_currency, 'open') ON CONFLICT DO NOTHING;
	is_new := FOUND;
	SELECT x.* INTO d FROM payment.dispute x WHERE x.intent_id = p_intent AND x.dispute_ref = p_ref FOR UPDATE;
	IF is_new THEN
		UPDATE payment.intent x SET taken = x.taken + d.amount WHERE x.intent_id = p_intent;
		PERFORM payment.book(p_tenant, i.payment_id, source || 'opened', 'disputed', 'gateway', d.amount, d.currency, 'dispute opened');
		PERFORM payment.review(p_tenant, 'dispute', 'dispute:' || p_ref, i.account_id, i.order_id, p_intent,
			format('the buyer''s bank takes %s %s back; answer it at the gateway', d.amount, d.currency));
	END IF;
	IF p_state = 'open' OR d.state <> 'open' THEN
		RETURN CASE WHEN is_new THEN 'ok' ELSE 'again' END;
	END IF;
	UPDATE payment.dispute x SET state = p_state, closed_at = sutler.now() WHERE x.intent_id = p_intent AND x.dispute_ref = p_ref;
	IF p_state = 'won' THEN
		UPDATE payment.intent x SET taken = x.taken - d.amount WHERE x.intent_id = p_intent;
		PERFORM payment.book(p_tenant, i.payment_id, source || 'closed', 'gateway', 'disputed', d.amount, d.currency, 'dispute won');
	ELSE
		PERFORM payment.book(p_tenant, i.payment_id, source || 'closed', 'losses', 'disputed', d.amount, d.currency, 'dispute lost');
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.hear_dispute(uuid, uuid, text, text, bigint, text) IS 'Records a dispute opened, won or lost, in any order.';

-- ---- captures ----

-- Money came for an order that was cancelled because it was not paid in time: it opens again
-- when its coupon and its pieces can still be had.  False: it stays cancelled.
CREATE OR REPLACE FUNCTION payment.reopen(p_tenant uuid, p_order uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	last record;
	coupon record;
	mail_key text;
	v uuid[];
	q integer[];
BEGIN
	SELECT x.* INTO STRICT o FROM sales."order" x WHERE x.order_id = p_order;
	SELECT e.actor, e.detail INTO last FROM sales.order_event e
	WHERE e.order_id = p_order AND e.axis = 'order' AND e.event = 'cancel' ORDER BY e.event_id DESC LIMIT 1;
	-- What a person cancelled stays cancelled.
	IF last.actor IS DISTINCT FROM 'house' OR last.detail IS DISTINCT FROM 'not paid' THEN
		RETURN false;
	END IF;
	BEGIN
		IF o.coupon_code <> '' THEN
			SELECT encode(sha256(convert_to(k.email_key, 'UTF8')), 'hex') INTO mail_key FROM sales.contact k WHERE k.contact_id = o.contact_id;
			UPDATE sales.coupon k SET used = k.used + 1
			WHERE k.store_id = o.store_id AND k.code = o.coupon_code AND (k.max_uses IS NULL OR k.used < k.max_uses)
			RETURNING k.coupon_id, k.per_customer INTO coupon;
			IF NOT FOUND OR coupon.per_customer <= (SELECT count(*) FROM sales.coupon_use u
				WHERE u.store_id = o.store_id AND u.coupon_id = coupon.coupon_id AND u.email_key = mail_key) THEN
				RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
			END IF;
			INSERT INTO sales.coupon_use (tenant_id, store_id, coupon_id, order_id, email_key)
			VALUES (p_tenant, o.store_id, coupon.coupon_id, p_order, mail_key);
		END IF;
		PERFORM sales.fire(p_tenant, p_order, 'order', 'reopen', 'gateway', 'paid late');
		SELECT array_agg(n.variant_id), array_agg(n.quantity) INTO v, q
		FROM (
			SELECT l.variant_id, sum(l.quantity)::integer AS quantity FROM sales.order_line l
			JOIN catalog.variant x ON x.variant_id = l.variant_id
			WHERE l.order_id = p_order AND x.track_stock AND NOT l.made_to_order GROUP BY l.variant_id
		) n;
		IF v IS NOT NULL AND inventory.take(p_tenant, o.store_id, NULL, p_order, NULL, '', v, q) IS NOT NULL THEN
			RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
		END IF;
	EXCEPTION WHEN SQLSTATE 'SU002' THEN
		RETURN false;
	END;
	RETURN true;
END
$$;
COMMENT ON FUNCTION payment.reopen(uuid, uuid) IS 'Opens an order again that was cancelled for want of money, if coupon and stock allow; else false.';

-- Money of an attempt, once.  What the order does not need goes back by itself.
CREATE OR REPLACE FUNCTION payment.hear_capture(p_tenant uuid, p_intent uuid, p_payment_ref text, p_amount bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i record;
	o record;
	came bigint;
	wanted bigint;
	why text;
	got bigint;
BEGIN
	SELECT x.* INTO STRICT i FROM payment.intent x WHERE x.intent_id = p_intent;
	IF i.captured > 0 THEN
		RETURN 'again';
	END IF;
	-- Of an authorisation it may be a part.
	got := CASE WHEN i.later THEN p_amount ELSE i.amount END;
	SELECT x.state, x.store_id INTO STRICT o FROM sales."order" x WHERE x.order_id = i.order_id;
	SELECT p.captured - coalesce((SELECT sum(x.captured) FROM payment.intent x WHERE x.payment_id = p.payment_id AND x.excess), 0), p.amount INTO came, wanted
	FROM payment.payment p WHERE p.payment_id = i.payment_id;
	-- An order that was changed after it was paid waits for the rest.
	IF came > 0 AND came + got > wanted THEN
		why := 'second';
	ELSIF o.state = 'cancelled' AND NOT payment.reopen(p_tenant, i.order_id) THEN
		why := 'late';
	END IF;
	UPDATE payment.intent x SET captured = got, excess = why IS NOT NULL, state = 'succeeded', code = '', changed_at = sutler.now()
	WHERE x.intent_id = p_intent;
	UPDATE payment.payment p SET captured = p.captured + got,
		reference = CASE WHEN why IS NULL THEN p_payment_ref ELSE p.reference END
	WHERE p.payment_id = i.payment_id;
	PERFORM payment.book(p_tenant, i.payment_id, 'capture:' || p_intent, 'gateway', CASE WHEN why IS NULL THEN 'receivable' ELSE 'excess' END,
		got, i.currency, 'capture');
	IF why IS NULL THEN
		RETURN 'paid';
	END IF;
	PERFORM payment.review(p_tenant, why, 'intent:' || p_intent, i.account_id, i.order_id, p_intent, format('%s %s goes back by itself: %s',
		got, i.currency, CASE why WHEN 'second' THEN 'the order was paid already' ELSE 'the order is cancelled' END));
	-- What the gateway gave back or took meanwhile need not go back once more.
	IF got > i.taken THEN
		PERFORM payment.make_refund(p_tenant, i.payment_id, p_intent, sutler.uuid7(), got - i.taken,
			CASE why WHEN 'second' THEN 'paid twice' ELSE 'paid after cancellation' END, 'house');
		PERFORM event.queue_mail(p_tenant, o.store_id, 'payment-returned', i.order_id, NULL, NULL);
	END IF;
	RETURN why;
END
$$;
COMMENT ON FUNCTION payment.hear_capture(uuid, uuid, text, bigint) IS
	'Books the money of an attempt: paid; again; second or late (it goes back by itself).';

-- How long a gateway keeps an authorisation: a week is what card schemes allow for goods that are sent.
CREATE OR REPLACE FUNCTION payment.authorised_for() RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT interval '7 days' $$;
COMMENT ON FUNCTION payment.authorised_for() IS 'How long an authorisation is kept when it is not captured.';

-- The buyer's bank keeps the money for us.  What came in or ended stays so, whatever is told late; of an order that needs it no
-- more it is let go.
CREATE OR REPLACE FUNCTION payment.hear_authorised(p_tenant uuid, p_intent uuid, p_payment_ref text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i record;
	o record;
BEGIN
	SELECT x.* INTO STRICT i FROM payment.intent x WHERE x.intent_id = p_intent;
	IF i.captured > 0 OR i.state IN ('authorised', 'succeeded', 'failed', 'review') THEN
		RETURN 'again';
	END IF;
	SELECT x.state, x.payment INTO STRICT o FROM sales."order" x WHERE x.order_id = i.order_id;
	UPDATE payment.intent x SET state = 'authorised', code = '', changed_at = sutler.now(), authorised_until = sutler.now() + payment.authorised_for(),
		to_release = o.state <> 'open' OR o.payment NOT IN ('pending', 'failed'), asked = 0,
		ask_at = sutler.now() + CASE WHEN o.state <> 'open' OR o.payment NOT IN ('pending', 'failed') THEN interval '0' ELSE interval '12 hours' END
	WHERE x.intent_id = p_intent;
	IF o.state = 'open' AND sales.fire(p_tenant, i.order_id, 'payment', 'authorise', 'gateway', p_payment_ref) = 'ok' THEN
		RETURN 'ok';
	END IF;
	RETURN 'late';
END
$$;
COMMENT ON FUNCTION payment.hear_authorised(uuid, uuid, text) IS 'Notes an authorisation: ok; again; late (the order needs it no more, it is let go).';

-- An attempt ended without money.  The order is not paid; the buyer may try again.
CREATE OR REPLACE FUNCTION payment.hear_end(p_tenant uuid, p_intent uuid, p_state text, p_code text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i record;
	o record;
BEGIN
	SELECT x.* INTO STRICT i FROM payment.intent x WHERE x.intent_id = p_intent;
	IF i.state IN ('succeeded', 'review', 'failed', p_state) THEN
		RETURN 'again';
	END IF;
	UPDATE payment.intent x SET state = p_state, code = CASE WHEN p_code <> '' THEN p_code ELSE x.code END, changed_at = sutler.now()
	WHERE x.intent_id = p_intent;
	SELECT x.state, x.payment, x.store_id INTO o FROM sales."order" x WHERE x.order_id = i.order_id;
	IF o.payment NOT IN ('pending', 'authorised') OR EXISTS (SELECT FROM payment.intent x
		WHERE x.order_id = i.order_id AND x.state IN ('new', 'open', 'unknown', 'authorised', 'review')) THEN
		RETURN 'ok';
	END IF;
	PERFORM sales.fire(p_tenant, i.order_id, 'payment', 'fail', 'gateway', p_state || ' ' || p_code);
	-- Who saw the gateway's page is told; who did not is told by our own page.
	IF (i.state = 'open' OR (i.state = 'authorised' AND NOT i.to_release)) AND o.state = 'open' THEN
		PERFORM event.queue_mail(p_tenant, o.store_id, 'payment-failed', i.order_id, NULL, NULL);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.hear_end(uuid, uuid, text, text) IS 'An attempt failed or expired: the order''s payment may fail with it.';

-- ---- the one door of what gateways say ----

-- Finds the attempt that a report is about: by our id, else by the gateway's names of session
-- or payment, in this account alone.
CREATE OR REPLACE FUNCTION payment.find_intent(p_tenant uuid, p_account uuid, p_intent text, p_refund text, p_session_ref text, p_payment_ref text)
RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(
		(SELECT i.intent_id FROM payment.intent i WHERE i.intent_id = payment.id(p_intent) AND i.account_id = p_account),
		(SELECT i.intent_id FROM payment.refund r JOIN payment.intent i ON i.intent_id = r.intent_id
			WHERE r.refund_id = payment.id(p_refund) AND i.account_id = p_account),
		(SELECT i.intent_id FROM payment.intent i WHERE i.account_id = p_account AND p_intent = '' AND p_session_ref <> '' AND i.session_ref = p_session_ref),
		(SELECT i.intent_id FROM payment.intent i WHERE i.account_id = p_account AND p_intent = '' AND p_payment_ref <> '' AND i.payment_ref = p_payment_ref
			ORDER BY i.intent_id LIMIT 1))
$$;
COMMENT ON FUNCTION payment.find_intent(uuid, uuid, text, text, text, text) IS 'The attempt of an account that a report is about, or NULL.';

-- Why a report does not fit the attempt it names; NULL when it does.
CREATE OR REPLACE FUNCTION payment.misfit(p_tenant uuid, i payment.intent, p_live boolean, p_said_tenant text, p_order text, p_session_ref text, p_payment_ref text,
	p_kind text, p_currency text, p_amount bigint)
RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN p_live IS DISTINCT FROM (SELECT a.live FROM payment.account a WHERE a.account_id = i.account_id) THEN 'mode'
		WHEN p_said_tenant <> '' AND p_said_tenant <> p_tenant::text THEN 'tenant'
		WHEN p_order <> '' AND p_order <> i.order_id::text THEN 'order'
		WHEN p_session_ref <> '' AND i.session_ref <> '' AND p_session_ref <> i.session_ref THEN 'session'
		WHEN p_payment_ref <> '' AND i.payment_ref <> '' AND p_payment_ref <> i.payment_ref THEN 'payment'
		WHEN p_currency <> i.currency AND (p_currency <> '' OR p_kind IN ('captured', 'authorised')) THEN 'currency'
		WHEN p_kind IN ('captured', 'authorised') AND ((p_amount <> i.amount
			AND NOT (i.later AND p_kind = 'captured' AND p_amount BETWEEN 1 AND i.amount)) OR (i.captured = 0
			AND coalesce(i.of_amount, i.amount) <> (SELECT p.amount FROM payment.payment p WHERE p.payment_id = i.payment_id))) THEN 'amount'
	END
$$;
COMMENT ON FUNCTION payment.misfit(uuid, payment.intent, boolean, text, text, text, text, text, text, bigint) IS
	'What differs between a gateway''s report and the attempt it names: a word, or NULL.';

-- Money was reported that does not fit: it is booked as the buyer's, held for review, and
-- pays nothing.
CREATE OR REPLACE FUNCTION payment.hold(p_tenant uuid, p_intent uuid, p_ref text, p_why text, p_kind text, p_currency text, p_amount bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i record;
BEGIN
	SELECT x.* INTO STRICT i FROM payment.intent x WHERE x.intent_id = p_intent;
	IF NOT payment.review(p_tenant, 'mismatch', p_kind || ':' || p_ref, i.account_id, i.order_id, p_intent,
		format('%s of %s %s: the %s is not that of the attempt (%s %s)', p_kind, p_amount, p_currency, p_why, i.amount, i.currency)) THEN
		RETURN 'review';
	END IF;
	UPDATE payment.intent x SET state = 'review', code = p_why, changed_at = sutler.now()
	WHERE x.intent_id = p_intent AND x.state <> 'succeeded';
	IF p_kind = 'captured' AND p_amount > 0 AND p_currency ~ '^[A-Z]{3}$' AND p_why <> 'mode' THEN
		PERFORM payment.book(p_tenant, i.payment_id, 'held:' || p_ref, 'gateway', 'excess', p_amount, p_currency, 'capture held for review');
	END IF;
	RETURN 'review';
END
$$;
COMMENT ON FUNCTION payment.hold(uuid, uuid, text, text, text, text, bigint) IS 'Holds a report that does not fit for a person.';

-- What a gateway says, as event or as answer: applied once, in any order, under the order's
-- lock.  p_event is its name, empty for answers; ids are as the gateway gave them back, so
-- they prove nothing.  Answers what it did: paid, ok, again, second, late, review (it does
-- not fit), nothing, kept (a word we do not know), ignored, not_ours.
CREATE OR REPLACE FUNCTION payment.apply(p_tenant uuid, p_account uuid, p_event text, p_kind text, p_live boolean, p_said_tenant text,
	p_intent text, p_order text, p_session_ref text, p_payment_ref text, p_refund text, p_refund_ref text,
	p_currency text, p_amount bigint, p_refunded bigint, p_code text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	of_money constant boolean := p_kind IN ('authorised', 'captured', 'refund_pending', 'refunded', 'refund_failed',
		'disputed', 'dispute_won', 'dispute_lost');
	which uuid;
	the_order uuid;
	i payment.intent;
	why text;
	answer text;
BEGIN
	which := payment.find_intent(p_tenant, p_account, p_intent, p_refund, p_session_ref, p_payment_ref);
	IF p_kind IN ('nothing', 'unknown_type') THEN
		answer := CASE p_kind WHEN 'nothing' THEN 'nothing' ELSE 'kept' END;
	ELSIF which IS NULL THEN
		answer := 'not_ours';
		IF of_money AND p_intent || p_order || p_refund <> '' THEN
			answer := 'review';
			PERFORM payment.review(p_tenant, 'unknown', p_kind || ':' || coalesce(nullif(p_refund_ref, ''), nullif(p_payment_ref, ''),
				nullif(p_session_ref, ''), p_event), p_account, NULL, NULL,
				format('%s of %s %s names what this account has not: attempt "%s", order "%s"', p_kind, p_amount, p_currency,
					left(p_intent, 40), left(p_order, 40)));
		END IF;
	ELSE
		SELECT x.order_id INTO STRICT the_order FROM payment.intent x WHERE x.intent_id = which;
		PERFORM FROM sales."order" o WHERE o.order_id = the_order FOR UPDATE;
		PERFORM FROM payment.payment p WHERE p.order_id = the_order ORDER BY p.payment_id FOR UPDATE;
		SELECT x.* INTO STRICT i FROM payment.intent x WHERE x.intent_id = which FOR UPDATE;
		why := payment.misfit(p_tenant, i, p_live, p_said_tenant, p_order, p_session_ref, p_payment_ref, p_kind, p_currency, p_amount);
		IF why IS NOT NULL THEN
			answer := CASE WHEN of_money THEN payment.hold(p_tenant, which,
				coalesce(nullif(p_refund_ref, ''), nullif(p_payment_ref, ''), nullif(p_session_ref, ''), p_event, ''), why, p_kind, p_currency, p_amount)
				ELSE 'ignored' END;
		ELSE
			UPDATE payment.intent x SET payment_ref = CASE WHEN x.payment_ref = '' THEN p_payment_ref ELSE x.payment_ref END,
				session_ref = CASE WHEN x.session_ref = '' THEN p_session_ref ELSE x.session_ref END
			WHERE x.intent_id = which AND ((x.payment_ref = '' AND p_payment_ref <> '') OR (x.session_ref = '' AND p_session_ref <> ''));
			CASE p_kind
			WHEN 'open' THEN
				answer := 'ok';
			WHEN 'authorised' THEN
				answer := payment.hear_authorised(p_tenant, which, p_payment_ref);
			WHEN 'captured' THEN
				answer := payment.hear_capture(p_tenant, which, p_payment_ref, p_amount);
			WHEN 'declined' THEN
				UPDATE payment.intent x SET code = p_code WHERE x.intent_id = which AND x.captured = 0;
				answer := 'ok';
			WHEN 'failed', 'expired' THEN
				answer := payment.hear_end(p_tenant, which, p_kind, p_code);
			WHEN 'refund_pending', 'refunded', 'refund_failed' THEN
				answer := payment.hear_refund(p_tenant, which, payment.id(p_refund), p_refund_ref,
					CASE p_kind WHEN 'refund_pending' THEN 'pending' WHEN 'refunded' THEN 'done' ELSE 'failed' END,
					p_amount, p_refunded, p_code);
			WHEN 'disputed', 'dispute_won', 'dispute_lost' THEN
				answer := payment.hear_dispute(p_tenant, which, coalesce(nullif(p_refund_ref, ''), p_payment_ref),
					CASE p_kind WHEN 'disputed' THEN 'open' WHEN 'dispute_won' THEN 'won' ELSE 'lost' END, p_amount, p_currency);
			ELSE
				answer := 'kept';
			END CASE;
			IF of_money THEN
				PERFORM payment.settle(p_tenant, the_order, coalesce(nullif(p_payment_ref, ''), p_event));
				PERFORM payment.watch_balance(p_tenant, which);
			END IF;
		END IF;
	END IF;
	UPDATE payment.event e SET applied_at = sutler.now(), outcome = answer
	WHERE e.account_id = p_account AND e.event_ref = p_event AND e.applied_at IS NULL;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION payment.apply(uuid, uuid, text, text, boolean, text, text, text, text, text, text, text, text, bigint, bigint, text) IS
	'Applies what a gateway says to the order it fits: monotonic, idempotent, under the order''s lock.';

-- Keeps an event as it came; false when it is here already.
CREATE OR REPLACE FUNCTION payment.keep_event(p_tenant uuid, p_account uuid, p_event text, p_type text, p_body bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO payment.event (tenant_id, account_id, event_ref, type, body)
	VALUES (p_tenant, p_account, p_event, p_type, p_body) ON CONFLICT DO NOTHING;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION payment.keep_event(uuid, uuid, text, text, bytea) IS 'Stores a gateway''s event once; whether it is new.';
