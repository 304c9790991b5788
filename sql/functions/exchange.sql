-- Exchanges (ORD-08): goods that came back pay for an order of others.
--
-- From a return that was received, staff begin a draft (order_draft.sql) for the same person.  When it is placed, what the
-- goods cost is given back on the first order without leaving the house: a refund that is done, booked against "exchange",
-- with its credit note where there is an invoice; and the same amount pays for the new order, as far as it costs so much.
-- What the new order costs more is due as ever; what it costs less is left of the return, to be given back as ever.
-- Locks: draft, first order, return, its payment, new order, stock.

-- What a return can still pay: what the goods cost less what was given for them, and no more than came in and is there.
CREATE OR REPLACE FUNCTION sales.exchange_credit(p_tenant uuid, p_return uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT greatest(least(sales.return_worth(p_tenant, r.return_id) - r.refunded,
		coalesce((SELECT p.captured - p.refunded FROM payment.payment p WHERE p.order_id = r.order_id ORDER BY p.payment_id LIMIT 1), 0)), 0)
	FROM sales.return r WHERE r.return_id = p_return
$$;
COMMENT ON FUNCTION sales.exchange_credit(uuid, uuid) IS 'What a return can still pay for its exchange, minor units.';

-- Begins the draft of the exchange, for the same person, address, language and currency.
-- ok; unknown; not_allowed (the goods are not here); exchanged (it has one already).
CREATE OR REPLACE FUNCTION sales.exchange_begin(p_tenant uuid, p_actor uuid, p_return uuid, p_draft uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r sales.return := sales.lock_return(p_tenant, p_return);
	o record;
	said text;
	contact uuid;
BEGIN
	IF r.return_id IS NULL THEN
		RETURN 'unknown';
	ELSIF r.state NOT IN ('received', 'returned') THEN
		RETURN 'not_allowed';
	ELSIF EXISTS (SELECT FROM sales.draft d WHERE d.return_id = p_return) THEN
		RETURN 'exchanged';
	END IF;
	SELECT x.* INTO o FROM sales."order" x WHERE x.order_id = r.order_id;
	said := sales.draft_new(p_tenant, p_actor, o.store_id, p_draft, o.locale, o.currency);
	IF said <> 'ok' THEN
		RETURN said;
	END IF;
	SELECT c.contact_id INTO contact FROM sales.cart c WHERE c.cart_id = p_draft;
	UPDATE sales.contact k SET email = n.email, phone = n.phone, name = n.name, company = n.company, tax_id = n.tax_id, street = n.street, street2 = n.street2,
		postal_code = n.postal_code, city = n.city, region = n.region, country = n.country
	FROM sales.contact n WHERE k.contact_id = contact AND n.contact_id = o.contact_id;
	UPDATE sales.cart c SET customer_type = o.customer_type, method_id = o.method_id, payment_method = o.payment_method WHERE c.cart_id = p_draft;
	UPDATE sales.draft d SET return_id = p_return, customer_id = o.customer_id WHERE d.draft_id = p_draft;
	PERFORM sales.tell(p_tenant, o.order_id, p_actor, 'exchange', '', 'return ' || r.return_no);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.exchange_begin(uuid, uuid, uuid, uuid) IS 'Begins the exchange of a return as a draft. ok, unknown, not_allowed or exchanged.';

-- What came back pays for the new order, once; how much.  The caller holds the first order, the return and the new order.
CREATE OR REPLACE FUNCTION sales.exchange_pay(p_tenant uuid, p_actor uuid, p_return uuid, p_order uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r sales.return;
	first record;
	new record;
	called text;
	part bigint;
	refund uuid := sutler.uuid7();
BEGIN
	SELECT x.* INTO STRICT r FROM sales.return x WHERE x.return_id = p_return;
	SELECT p.* INTO STRICT first FROM payment.payment p WHERE p.order_id = r.order_id ORDER BY p.payment_id LIMIT 1 FOR UPDATE;
	SELECT p.* INTO STRICT new FROM payment.payment p WHERE p.order_id = p_order ORDER BY p.payment_id LIMIT 1 FOR UPDATE;
	SELECT o.number INTO called FROM sales."order" o WHERE o.order_id = p_order;
	UPDATE sales."order" o SET exchange_of = p_return WHERE o.order_id = p_order;
	part := least(sales.exchange_credit(p_tenant, p_return), new.amount - new.captured);
	IF part <= 0 THEN
		RETURN 0;
	END IF;
	UPDATE payment.payment p SET refunded = p.refunded + part WHERE p.payment_id = first.payment_id;
	INSERT INTO payment.refund (tenant_id, refund_id, payment_id, intent_id, amount, currency, state, reason, actor)
	VALUES (p_tenant, refund, first.payment_id, NULL, part, first.currency, 'done', 'exchange: order ' || called, audit.actor(p_actor));
	PERFORM payment.book(p_tenant, first.payment_id, 'refund:' || refund || ':asked', 'receivable', 'refunds_due', part, first.currency, 'exchange');
	PERFORM payment.book(p_tenant, first.payment_id, 'refund:' || refund || ':done', 'refunds_due', 'exchange', part, first.currency, 'exchange');
	PERFORM accounting.to_credit(p_tenant, refund, false);
	INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
	SELECT p_tenant, o.order_id, 'payment', 'ask_refund', o.payment, o.payment, audit.actor(p_actor), part || ' ' || first.currency || ': exchange, order ' || called
	FROM sales."order" o WHERE o.order_id = r.order_id;
	PERFORM payment.settle(p_tenant, r.order_id, 'exchange: order ' || called);
	UPDATE sales.return x SET refunded = x.refunded + part WHERE x.return_id = p_return;

	UPDATE payment.payment p SET captured = p.captured + part, reference = 'return ' || r.return_no WHERE p.payment_id = new.payment_id;
	PERFORM payment.book(p_tenant, new.payment_id, 'exchange:' || refund, 'exchange', 'receivable', part, new.currency, 'exchange');
	IF new.captured + part = new.amount THEN
		PERFORM sales.fire(p_tenant, p_order, 'payment', 'pay', audit.actor(p_actor), 'return ' || r.return_no);
	END IF;
	PERFORM audit.add(p_tenant, audit.actor(p_actor), 'return.exchanged', 'order ' || r.order_id, '', json_build_object('return', r.return_no, 'order', p_order,
		'amount', part)::text);
	RETURN part;
END
$$;
COMMENT ON FUNCTION sales.exchange_pay(uuid, uuid, uuid, uuid) IS 'Lets a return pay for its exchange; how much it paid.';
