-- Attempts to pay at a gateway: begun by pages, answered by courier, settled or ended by
-- reconcile-payments.  What gateways report of them is applied in payment.sql.

-- Begins or takes up an attempt to pay an order that a link or a customer opens
-- (sales.order_open); p_address is the visitor's, hashed.  An attempt under way is taken up again, so one order has one hosted
-- page at a time; one that was not opened within a minute was seen by nobody, and its page
-- would end too soon for the gateway: another is begun.  Outcome: ok (ask courier to start intent_id), paid, review (money is being
-- looked at), none (it is not paid by card), unknown (no such order), too_many.
CREATE OR REPLACE FUNCTION payment.begin_intent(p_tenant uuid, p_store uuid, p_link bytea, p_order uuid, p_customer uuid,
	p_intent uuid, p_address text)
RETURNS TABLE (outcome text, intent_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own uuid := sales.order_open(p_tenant, p_store, p_link, p_order, p_customer);
	o record;
	p record;
	i record;
	account uuid;
BEGIN
	SELECT x.* INTO o FROM sales."order" x WHERE x.order_id = own FOR UPDATE;
	SELECT a.account_id INTO account FROM payment.account a WHERE a.store_id = p_store AND a.active ORDER BY a.account_id LIMIT 1;
	IF o.order_id IS NULL THEN
		RETURN QUERY SELECT 'unknown', NULL::uuid;
		RETURN;
	ELSIF account IS NULL OR o.payment_method <> 'card' THEN
		RETURN QUERY SELECT 'none', NULL::uuid;
		RETURN;
	ELSIF o.payment NOT IN ('pending', 'failed') THEN
		RETURN QUERY SELECT 'paid', NULL::uuid;
		RETURN;
	ELSIF o.state <> 'open' THEN
		RETURN QUERY SELECT 'none', NULL::uuid;
		RETURN;
	ELSIF EXISTS (SELECT FROM payment.intent x WHERE x.order_id = o.order_id AND x.state = 'review') THEN
		RETURN QUERY SELECT 'review', NULL::uuid;
		RETURN;
	END IF;
	SELECT x.* INTO i FROM payment.intent x
	WHERE x.order_id = o.order_id AND ((x.state = 'open' AND x.expires_at > sutler.now())
		OR (x.state IN ('new', 'unknown') AND x.created_at > sutler.now() - interval '1 minute'))
	ORDER BY x.intent_id DESC LIMIT 1;
	IF FOUND THEN
		RETURN QUERY SELECT 'ok', i.intent_id;
		RETURN;
	END IF;
	-- Card testing: 5 pages in an hour for an order, 20 for an address (T25).
	IF NOT event.try(p_tenant, 'pay-order', sha256(convert_to(o.order_id::text, 'UTF8')), 3600, 5)
	   OR NOT event.try(p_tenant, 'pay-address', sha256(convert_to(p_address, 'UTF8')), 3600, 20) THEN
		RETURN QUERY SELECT 'too_many', NULL::uuid;
		RETURN;
	END IF;
	SELECT x.* INTO STRICT p FROM payment.payment x WHERE x.order_id = o.order_id ORDER BY x.payment_id LIMIT 1;
	INSERT INTO payment.intent (tenant_id, intent_id, payment_id, order_id, account_id, amount, of_amount, currency, later)
	VALUES (p_tenant, p_intent, p.payment_id, o.order_id, account, p.amount - p.captured, p.amount, p.currency,
		coalesce((SELECT m.later FROM payment.method m WHERE m.store_id = p_store AND m.method = 'card'), false));
	IF o.payment = 'failed' THEN
		PERFORM sales.fire(p_tenant, o.order_id, 'payment', 'retry', 'buyer', '');
	END IF;
	RETURN QUERY SELECT 'ok', p_intent;
END
$$;
COMMENT ON FUNCTION payment.begin_intent(uuid, uuid, bytea, uuid, uuid, uuid, text) IS
	'Begins or takes up an attempt to pay an order by card: ok, paid, review, none, unknown or too_many.';

-- The hosted page is there.  ok; over (the attempt ended meanwhile: nobody is sent there); unknown.
CREATE OR REPLACE FUNCTION payment.opened(p_tenant uuid, p_intent uuid, p_session_ref text, p_url text, p_expires timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	the_order uuid;
	here text;
BEGIN
	SELECT i.order_id INTO the_order FROM payment.intent i WHERE i.intent_id = p_intent;
	PERFORM FROM sales."order" o WHERE o.order_id = the_order FOR UPDATE;
	SELECT i.state INTO here FROM payment.intent i WHERE i.intent_id = p_intent FOR UPDATE;
	IF here IS NULL THEN
		RETURN 'unknown';
	ELSIF here NOT IN ('new', 'unknown', 'open') THEN
		RETURN 'over';
	END IF;
	UPDATE payment.intent i SET state = 'open', session_ref = p_session_ref, url = p_url, expires_at = p_expires, changed_at = sutler.now(),
		ask_at = sutler.now() + interval '2 minutes'
	WHERE i.intent_id = p_intent AND (i.state <> 'open' OR i.url <> p_url OR i.expires_at IS DISTINCT FROM p_expires);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.opened(uuid, uuid, text, text, timestamptz) IS 'Records the hosted page of an attempt: ok, over or unknown.';

-- The gateway was called and gave no answer: it may have happened (T21).
CREATE OR REPLACE FUNCTION payment.unanswered(p_tenant uuid, p_intent uuid, p_code text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE payment.intent i SET state = 'unknown', code = p_code, changed_at = sutler.now(), ask_at = sutler.now() + interval '1 minute'
	WHERE i.intent_id = p_intent AND i.state = 'new';
	RETURN CASE WHEN FOUND THEN 'ok' ELSE 'again' END;
END
$$;
COMMENT ON FUNCTION payment.unanswered(uuid, uuid, text) IS 'An attempt''s first call has no answer: ok or again.';

-- The order is to be paid in another way of the store.  ok; open (its hosted page must be
-- closed first); paid; none; unknown (no such order).
CREATE OR REPLACE FUNCTION payment.switch(p_tenant uuid, p_store uuid, p_link bytea, p_order uuid, p_customer uuid, p_method text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own uuid := sales.order_open(p_tenant, p_store, p_link, p_order, p_customer);
	o sales."order";
BEGIN
	SELECT x.* INTO o FROM sales."order" x WHERE x.order_id = own FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF o.state <> 'open' THEN
		RETURN 'none';
	ELSIF o.payment NOT IN ('pending', 'failed') THEN
		RETURN 'paid';
	END IF;
	IF NOT payment.instead(p_tenant, o, p_method) THEN
		RETURN 'none';
	ELSIF EXISTS (SELECT FROM payment.intent i WHERE i.order_id = o.order_id AND i.state IN ('open', 'review')) THEN
		RETURN 'open';
	END IF;
	-- What was never opened was seen by nobody.
	UPDATE payment.intent i SET state = 'expired', code = 'paid otherwise', changed_at = sutler.now()
	WHERE i.order_id = o.order_id AND i.state IN ('new', 'unknown');
	IF o.payment = 'failed' THEN
		PERFORM sales.fire(p_tenant, o.order_id, 'payment', 'retry', 'buyer', p_method);
	END IF;
	INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
	VALUES (p_tenant, o.order_id, 'payment', 'switch', 'pending', 'pending', 'buyer', o.payment_method || ' → ' || p_method);
	UPDATE sales."order" x SET payment_method = p_method WHERE x.order_id = o.order_id;
	UPDATE payment.payment p SET method = p_method WHERE p.order_id = o.order_id AND p.captured = 0;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.switch(uuid, uuid, bytea, uuid, uuid, text) IS 'Changes how an unpaid order is to be paid: ok, open, paid, none or unknown.';

-- Whether card can be offered: the store has an account at a gateway.
CREATE OR REPLACE FUNCTION payment.has_gateway(p_tenant uuid, p_store uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM payment.account a WHERE a.store_id = p_store AND a.active)
$$;
COMMENT ON FUNCTION payment.has_gateway(uuid, uuid) IS 'Whether a store has an account at a gateway for new payments.';

-- Whether a store offers a way of payment where a parcel goes: card only with a gateway.
CREATE OR REPLACE FUNCTION payment.offered(p_tenant uuid, p_store uuid, p_method text, p_country text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM payment.method m WHERE m.store_id = p_store AND m.method = p_method AND m.active
		AND (NOT EXISTS (SELECT FROM payment.method_country k WHERE k.store_id = p_store AND k.method = m.method)
			OR EXISTS (SELECT FROM payment.method_country k WHERE k.store_id = p_store AND k.method = m.method AND k.country = p_country))
		AND (m.method <> 'card' OR payment.has_gateway(p_tenant, p_store)))
$$;
COMMENT ON FUNCTION payment.offered(uuid, uuid, text, text) IS 'Whether a store offers a way of payment in a country.';

-- What a customer may owe by invoices at a time and for how many days: by his own terms, else by his group's.
CREATE OR REPLACE FUNCTION payment.terms_of(p_tenant uuid, p_customer uuid, p_currency text) RETURNS TABLE (credit_limit bigint, days integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT t.credit_limit, t.days FROM customer.person p
	JOIN payment.terms t ON t.currency = p_currency AND (t.customer_id = p.customer_id OR t.group_code = p.price_group)
	WHERE p.customer_id = p_customer AND p.erased_at IS NULL
	ORDER BY t.customer_id IS NULL LIMIT 1
$$;
COMMENT ON FUNCTION payment.terms_of(uuid, uuid, text) IS 'Credit limit and days to pay of a customer in a currency; no row: not on invoice.';

-- What a customer owes by orders on invoice, billed or not.
CREATE OR REPLACE FUNCTION payment.owed(p_tenant uuid, p_customer uuid, p_currency text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(sum(greatest(p.amount - p.captured - coalesce(b.worth, 0), 0)), 0)::bigint FROM sales."order" o
	JOIN payment.payment p ON p.order_id = o.order_id
	-- What came back, but for what money was given for already.
	LEFT JOIN LATERAL (SELECT sum(greatest(sales.return_worth(p_tenant, r.return_id) - r.refunded, 0)) AS worth FROM sales.return r
		WHERE r.order_id = o.order_id AND r.state IN ('received', 'returned')) b ON true
	WHERE o.customer_id = p_customer AND o.currency = p_currency AND o.payment_method = 'invoice' AND o.payment = 'pending'
$$;
COMMENT ON FUNCTION payment.owed(uuid, uuid, text) IS 'Open amount of a customer''s orders on invoice, minor units.';

-- What is left of it; NULL: not on invoice.
CREATE OR REPLACE FUNCTION payment.credit_left(p_tenant uuid, p_customer uuid, p_currency text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT greatest(t.credit_limit - payment.owed(p_tenant, p_customer, p_currency), 0) FROM payment.terms_of(p_tenant, p_customer, p_currency) t
	WHERE t.credit_limit > 0
$$;
COMMENT ON FUNCTION payment.credit_left(uuid, uuid, text) IS 'How much more a customer may order on invoice; NULL: nothing at all.';

-- The customer is about to owe so much more: the days he has to pay, NULL when it is past his limit.  His row is locked until the
-- transaction ends, so that two orders at once are looked at one after the other.
CREATE OR REPLACE FUNCTION payment.take_credit(p_tenant uuid, p_customer uuid, p_currency text, p_amount bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given integer;
BEGIN
	PERFORM FROM customer.person p WHERE p.customer_id = p_customer FOR NO KEY UPDATE;
	SELECT t.days INTO given FROM payment.terms_of(p_tenant, p_customer, p_currency) t
	WHERE t.credit_limit >= p_amount + payment.owed(p_tenant, p_customer, p_currency);
	RETURN given;
END
$$;
COMMENT ON FUNCTION payment.take_credit(uuid, uuid, text, bigint) IS 'Days to pay when a customer may owe so much more on invoice, else NULL; under his lock.';

-- Gives a customer or a group terms in a currency, or takes them away (p_limit NULL).  p_store: of whose customers, NULL: of all.
-- ok; unknown (no such customer); no_group; currency (no store sells in it).
CREATE OR REPLACE FUNCTION payment.desk_terms(p_tenant uuid, p_actor uuid, p_store uuid, p_customer uuid, p_group text, p_currency text, p_limit bigint, p_days integer,
	p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text := 'ok';
	was jsonb;
	now jsonb;
BEGIN
	IF p_customer IS NOT NULL THEN
		answer := customer.desk_lock(p_tenant, p_store, p_customer);
	ELSE
		PERFORM FROM customer.price_group g WHERE g.tenant_id = p_tenant AND g.code = p_group FOR NO KEY UPDATE;
		answer := CASE WHEN FOUND THEN 'ok' ELSE 'no_group' END;
	END IF;
	IF answer <> 'ok' THEN
		RETURN answer;
	ELSIF NOT EXISTS (SELECT FROM tenancy.store_currency c WHERE c.tenant_id = p_tenant AND c.currency = p_currency) THEN
		RETURN 'currency';
	END IF;
	DELETE FROM payment.terms t WHERE t.currency = p_currency AND (t.customer_id = p_customer OR t.group_code = p_group)
	RETURNING jsonb_build_array(t.credit_limit, t.days) INTO was;
	IF p_limit IS NOT NULL THEN
		INSERT INTO payment.terms (tenant_id, customer_id, group_code, currency, credit_limit, days)
		VALUES (p_tenant, p_customer, p_group, p_currency, p_limit, p_days);
		now := jsonb_build_array(p_limit, p_days);
	END IF;
	IF was IS DISTINCT FROM now THEN
		PERFORM audit.add(p_tenant, p_actor::text, 'credit.changed', CASE WHEN p_customer IS NULL THEN 'group ' || p_group ELSE 'customer ' || p_customer END, p_reason,
			json_build_object('currency', p_currency, 'from', was, 'to', now)::text);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.desk_terms(uuid, uuid, uuid, uuid, text, text, bigint, integer, text) IS
	'Sets or takes away the terms of payment on invoice of a customer or a group. ok, unknown, erased, no_group or currency.';

-- Whether a way of payment is for goods and delivery of this amount, as prices are shown, and this customer; NULL: a guest.
-- Each order asks: PL/pgSQL keeps its plan.
CREATE OR REPLACE FUNCTION payment.fits(p_tenant uuid, p_store uuid, p_method text, p_currency text, p_amount bigint, p_customer uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN NOT EXISTS (SELECT FROM payment.method_amount a WHERE a.store_id = p_store AND a.method = p_method AND a.currency = p_currency
			AND (p_amount < a.least OR p_amount > a.most))
		AND (NOT EXISTS (SELECT FROM payment.method_group g WHERE g.store_id = p_store AND g.method = p_method)
			OR EXISTS (SELECT FROM payment.method_group g JOIN customer.person p ON p.price_group = g.group_code
				WHERE g.store_id = p_store AND g.method = p_method AND p.customer_id = p_customer))
		AND (p_method <> 'invoice' OR p_customer IS NOT NULL);
END
$$;
COMMENT ON FUNCTION payment.fits(uuid, uuid, text, text, bigint, uuid) IS 'Whether the limits of a way of payment allow an order of this amount and customer.';

-- Whether an order may be paid in this way although it was placed with another: it is offered where it goes, and costs nothing more.
CREATE OR REPLACE FUNCTION payment.instead(p_tenant uuid, o sales."order", p_method text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT o.surcharge = 0 AND 'invoice' NOT IN (p_method, o.payment_method)
		AND payment.offered(p_tenant, o.store_id, p_method, (SELECT k.country FROM sales.contact k WHERE k.contact_id = o.contact_id))
		AND payment.fits(p_tenant, o.store_id, p_method, o.currency, o.goods - o.discount + o.shipping, o.customer_id)
		AND NOT EXISTS (SELECT FROM payment.method m WHERE m.store_id = o.store_id AND m.method = p_method AND m.surcharge_ppm > 0)
		AND NOT EXISTS (SELECT FROM payment.method_amount a WHERE a.store_id = o.store_id AND a.method = p_method AND a.currency = o.currency AND a.surcharge > 0)
$$;
COMMENT ON FUNCTION payment.instead(uuid, sales."order", text) IS 'Whether a placed order may be paid in another way instead, at the same total.';

-- ---- what is authorised, and captured later ----

-- The authorisation of an order, under its lock; no row: there is none.
CREATE OR REPLACE FUNCTION payment.lock_authorised(p_tenant uuid, p_order uuid) RETURNS SETOF payment.intent
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM sales."order" o WHERE o.order_id = p_order FOR UPDATE;
	RETURN QUERY SELECT i.* FROM payment.intent i WHERE i.order_id = p_order AND i.state = 'authorised' ORDER BY i.intent_id LIMIT 1 FOR UPDATE;
END
$$;
COMMENT ON FUNCTION payment.lock_authorised(uuid, uuid) IS 'The attempt by which money is authorised for an order, under the order''s lock.';

-- Staff want so much of it; the rest is let go.  ok (courier is to be asked); unknown; none; again (it is being captured, or let go);
-- too_much.
CREATE OR REPLACE FUNCTION payment.ask_capture(p_tenant uuid, p_actor uuid, p_order uuid, p_amount bigint) RETURNS TABLE (outcome text, intent_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i payment.intent := payment.lock_authorised(p_tenant, p_order);
BEGIN
	IF i.intent_id IS NULL THEN
		RETURN QUERY SELECT CASE WHEN EXISTS (SELECT FROM sales."order" o WHERE o.order_id = p_order) THEN 'none' ELSE 'unknown' END, NULL::uuid;
	ELSIF i.to_release OR i.to_capture <> p_amount THEN
		RETURN QUERY SELECT 'again', NULL::uuid;
	ELSIF p_amount NOT BETWEEN 1 AND i.amount THEN
		RETURN QUERY SELECT 'too_much', NULL::uuid;
	ELSE
		IF i.to_capture IS NULL THEN
			UPDATE payment.intent x SET to_capture = p_amount, asked = 0, ask_at = sutler.now() + interval '1 minute' WHERE x.intent_id = i.intent_id;
			INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
			SELECT p_tenant, p_order, 'payment', 'ask_capture', o.payment, o.payment, audit.actor(p_actor), p_amount || ' ' || i.currency
			FROM sales."order" o WHERE o.order_id = p_order;
			PERFORM audit.add(p_tenant, p_actor::text, 'order.captured', 'order ' || p_order, '', json_build_object('amount', p_amount, 'of', i.amount)::text);
		END IF;
		RETURN QUERY SELECT 'ok', i.intent_id;
	END IF;
END
$$;
COMMENT ON FUNCTION payment.ask_capture(uuid, uuid, uuid, bigint) IS 'Wants a part or all of what is authorised for an order. ok, unknown, none, again or too_much.';

-- Staff let it go.  ok (courier is to be asked); unknown; none; again (it is being captured).
CREATE OR REPLACE FUNCTION payment.ask_release(p_tenant uuid, p_actor uuid, p_order uuid, p_reason text) RETURNS TABLE (outcome text, intent_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i payment.intent := payment.lock_authorised(p_tenant, p_order);
BEGIN
	IF i.intent_id IS NULL THEN
		RETURN QUERY SELECT CASE WHEN EXISTS (SELECT FROM sales."order" o WHERE o.order_id = p_order) THEN 'none' ELSE 'unknown' END, NULL::uuid;
	ELSIF i.to_capture IS NOT NULL THEN
		RETURN QUERY SELECT 'again', NULL::uuid;
	ELSE
		IF NOT i.to_release THEN
			UPDATE payment.intent x SET to_release = true, asked = 0, ask_at = sutler.now() + interval '1 minute' WHERE x.intent_id = i.intent_id;
			INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
			SELECT p_tenant, p_order, 'payment', 'ask_release', o.payment, o.payment, audit.actor(p_actor), p_reason FROM sales."order" o WHERE o.order_id = p_order;
			PERFORM audit.add(p_tenant, p_actor::text, 'order.released', 'order ' || p_order, p_reason, json_build_object('amount', i.amount)::text);
		END IF;
		RETURN QUERY SELECT 'ok', i.intent_id;
	END IF;
END
$$;
COMMENT ON FUNCTION payment.ask_release(uuid, uuid, uuid, text) IS 'Wants what is authorised for an order to be let go. ok, unknown, none or again.';

-- The gateway said no to a capture and still keeps the money: another may be asked for.
CREATE OR REPLACE FUNCTION payment.capture_refused(p_tenant uuid, p_intent uuid, p_code text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE payment.intent i SET to_capture = NULL, code = p_code, ask_at = sutler.now() + interval '12 hours'
	WHERE i.intent_id = p_intent AND i.state = 'authorised' AND i.to_capture IS NOT NULL;
	RETURN CASE WHEN FOUND THEN 'ok' ELSE 'again' END;
END
$$;
COMMENT ON FUNCTION payment.capture_refused(uuid, uuid, text) IS 'Takes a capture back that the gateway refused: ok or again.';

-- ---- what reconcile-payments does ----

-- Takes attempts and refunds whose answer is due, and pages of orders that are over: what to
-- ask courier for, at most p_most.  The next time is set at once, so a call that kills the
-- job does not keep the others waiting.
CREATE OR REPLACE FUNCTION payment.take_due(p_tenant uuid, p_most integer)
RETURNS TABLE (call text, id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	WITH due AS (
		SELECT i.intent_id FROM payment.intent i
		WHERE i.state IN ('new', 'open', 'unknown', 'authorised') AND i.ask_at <= sutler.now()
		ORDER BY i.ask_at LIMIT p_most FOR UPDATE SKIP LOCKED
	), taken AS (
		-- After 2, 4, 8 ... minutes, an hour at most; and right after the page's end.
		UPDATE payment.intent i SET asked = i.asked + 1, ask_at = CASE
			-- Kept for us: nothing is to be done until somebody wants it, or its time is over.
			WHEN i.state = 'authorised' AND i.to_capture IS NULL AND NOT i.to_release THEN sutler.now() + interval '12 hours'
			WHEN i.expires_at > sutler.now() THEN least(sutler.now() + make_interval(mins => (2 ^ least(i.asked + 1, 5))::integer), i.expires_at + interval '1 minute')
			ELSE sutler.now() + make_interval(mins => least((2 ^ least(i.asked, 6))::integer, 60)) END
		FROM due WHERE i.intent_id = due.intent_id
		RETURNING i.intent_id, i.order_id, i.state, i.to_capture, i.to_release
	)
	SELECT CASE WHEN t.state = 'authorised' AND t.to_release THEN 'payment.release'
		WHEN t.state = 'authorised' AND t.to_capture IS NOT NULL THEN 'payment.capture'
		WHEN t.state = 'open' AND (o.state <> 'open' OR o.payment NOT IN ('pending', 'failed', 'authorised'))
		THEN 'payment.expire' ELSE 'payment.status' END, t.intent_id
	FROM taken t JOIN sales."order" o ON o.order_id = t.order_id;
	RETURN QUERY
	WITH due AS (
		SELECT r.refund_id FROM payment.refund r
		WHERE r.state IN ('asked', 'unknown', 'pending') AND r.actor <> 'gateway' AND r.ask_at <= sutler.now()
		ORDER BY r.ask_at LIMIT p_most FOR UPDATE SKIP LOCKED
	)
	UPDATE payment.refund r SET ask_at = sutler.now() + make_interval(mins => least((2 ^ least(r.attempts, 8))::integer, 240))
	FROM due WHERE r.refund_id = due.refund_id
	RETURNING 'payment.refund', r.refund_id;
END
$$;
COMMENT ON FUNCTION payment.take_due(uuid, integer) IS 'What reconcile-payments is to ask courier now: call and id.';

-- Ends what nobody will pay any more: attempts that were never opened, then orders by card
-- whose time is over and that have no page left where money could come from.  A paid order is
-- never cancelled, for the row is locked and looked at again (T15).  How many orders ended.
CREATE OR REPLACE FUNCTION payment.expire(p_tenant uuid, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	n integer := 0;
BEGIN
	FOR o IN
		SELECT x.order_id, x.store_id FROM sales."order" x
		JOIN tenancy.store s ON s.store_id = x.store_id
		WHERE x.state = 'open' AND x.payment IN ('pending', 'failed') AND x.payment_method = 'card' AND x.total > 0
		  AND x.placed_at <= sutler.now() - make_interval(mins => s.unpaid_minutes) AND (x.pay_until IS NULL OR x.pay_until <= sutler.now())
		  AND NOT EXISTS (SELECT FROM payment.payment p WHERE p.order_id = x.order_id AND p.captured > 0)
		  AND NOT EXISTS (SELECT FROM payment.intent i WHERE i.order_id = x.order_id AND (i.state IN ('open', 'review')
			OR (i.state IN ('new', 'unknown') AND i.changed_at > sutler.now() - make_interval(mins => s.unpaid_minutes))))
		ORDER BY x.order_id LIMIT p_most FOR UPDATE OF x SKIP LOCKED
	LOOP
		-- Looked at again under the lock: what came in while we waited counts.
		CONTINUE WHEN EXISTS (SELECT FROM payment.payment p WHERE p.order_id = o.order_id AND p.captured > 0)
			OR EXISTS (SELECT FROM payment.intent i WHERE i.order_id = o.order_id AND (i.captured > 0 OR i.state IN ('open', 'review')));
		UPDATE payment.intent i SET state = 'expired', code = 'never opened', changed_at = sutler.now()
		WHERE i.order_id = o.order_id AND i.state IN ('new', 'unknown');
		IF sales.cancel(p_tenant, o.order_id, 'house', 'not paid') = 'ok' THEN
			n := n + 1;
		END IF;
	END LOOP;
	-- Two days are left to capture what a bank keeps for us.
	PERFORM payment.review(p_tenant, 'expiring', 'intent:' || i.intent_id, i.account_id, i.order_id, i.intent_id,
		format('%s %s are authorised and not captured: until %s UTC', i.amount, i.currency, to_char(i.authorised_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')))
	FROM payment.intent i WHERE i.state = 'authorised' AND i.to_capture IS NULL AND NOT i.to_release
	  AND i.authorised_until < sutler.now() + interval '2 days'
	  AND NOT EXISTS (SELECT FROM payment.work w WHERE w.kind = 'expiring' AND w.ref = 'intent:' || i.intent_id);
	UPDATE payment.work w SET closed_at = sutler.now(), closed_by = 'house', answer = 'it is ' || i.state
	FROM payment.intent i WHERE i.intent_id = w.intent_id AND w.kind = 'expiring' AND w.closed_at IS NULL AND i.state <> 'authorised';
	-- A gateway that gives no answer for a day is a matter for a person.
	PERFORM payment.review(p_tenant, 'unsettled', 'intent:' || i.intent_id, i.account_id, i.order_id, i.intent_id,
		'the gateway has not said for a day how this attempt stands')
	FROM payment.intent i WHERE i.state IN ('open', 'unknown') AND i.ask_at > sutler.now() - interval '1 day'
	  AND coalesce(i.expires_at, i.created_at) < sutler.now() - interval '1 day'
	  AND NOT EXISTS (SELECT FROM payment.work w WHERE w.kind = 'unsettled' AND w.ref = 'intent:' || i.intent_id);
	RETURN n;
END
$$;
COMMENT ON FUNCTION payment.expire(uuid, integer) IS 'Cancels orders by card that nobody paid in time; how many.';

-- What gateways told carries names and addresses of buyers: its words are kept no longer than
-- backups are (35 days), only that it came and what it did.  How many were emptied.
CREATE OR REPLACE FUNCTION payment.forget(p_tenant uuid, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer;
BEGIN
	WITH old AS (
		SELECT e.account_id, e.event_ref FROM payment.event e
		WHERE e.received_at < sutler.now() - interval '35 days' AND e.body <> '' ORDER BY e.received_at LIMIT p_most
	)
	UPDATE payment.event e SET body = '' FROM old WHERE e.account_id = old.account_id AND e.event_ref = old.event_ref;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END
$$;
COMMENT ON FUNCTION payment.forget(uuid, integer) IS 'Empties old reports of gateways; how many.';
