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
	INSERT INTO payment.intent (tenant_id, intent_id, payment_id, order_id, account_id, amount, of_amount, currency)
	VALUES (p_tenant, p_intent, p.payment_id, o.order_id, account, p.amount - p.captured, p.amount, p.currency);
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
	o record;
	place text;
BEGIN
	SELECT x.* INTO o FROM sales."order" x WHERE x.order_id = own FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF o.state <> 'open' THEN
		RETURN 'none';
	ELSIF o.payment NOT IN ('pending', 'failed') THEN
		RETURN 'paid';
	END IF;
	SELECT k.country INTO place FROM sales.contact k WHERE k.contact_id = o.contact_id;
	IF NOT payment.offered(p_tenant, p_store, p_method, place) THEN
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
	VALUES (p_tenant, o.order_id, 'payment', 'switch', 'pending', 'pending', 'buyer', o.payment_method || ' to ' || p_method);
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
		WHERE i.state IN ('new', 'open', 'unknown') AND i.ask_at <= sutler.now()
		ORDER BY i.ask_at LIMIT p_most FOR UPDATE SKIP LOCKED
	), taken AS (
		-- After 2, 4, 8 ... minutes, an hour at most; and right after the page's end.
		UPDATE payment.intent i SET asked = i.asked + 1, ask_at = CASE
			WHEN i.expires_at > sutler.now() THEN least(sutler.now() + make_interval(mins => (2 ^ least(i.asked + 1, 5))::integer), i.expires_at + interval '1 minute')
			ELSE sutler.now() + make_interval(mins => least((2 ^ least(i.asked, 6))::integer, 60)) END
		FROM due WHERE i.intent_id = due.intent_id
		RETURNING i.intent_id, i.order_id, i.state
	)
	SELECT CASE WHEN t.state = 'open' AND (o.state <> 'open' OR o.payment NOT IN ('pending', 'failed', 'authorised'))
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
