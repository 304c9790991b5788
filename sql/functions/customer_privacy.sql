-- A customer's own data: a copy of it, and forgetting it (GDPR articles 15, 17 and 20).

-- Asks for the file.  ok; again (one is being made); many (three in a day).
CREATE OR REPLACE FUNCTION customer.ask_export(p_tenant uuid, p_store uuid, p_customer uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM customer.person p WHERE p.customer_id = p_customer AND p.erased_at IS NULL FOR UPDATE;
	IF NOT FOUND OR EXISTS (SELECT FROM customer.request r WHERE r.customer_id = p_customer AND r.kind = 'export' AND r.state IN ('waiting', 'running')) THEN
		RETURN 'again';
	ELSIF 3 <= (SELECT count(*) FROM customer.request r
		WHERE r.customer_id = p_customer AND r.kind = 'export' AND r.asked_at > sutler.now() - interval '1 day') THEN
		RETURN 'many';
	END IF;
	INSERT INTO customer.request (tenant_id, customer_id, store_id, kind, due_at) VALUES (p_tenant, p_customer, p_store, 'export', sutler.now());
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.ask_export(uuid, uuid, uuid) IS 'A customer asks for a copy of his data. ok, again or many.';

-- Asks to be forgotten: a link is mailed that confirms it.  ok; again (confirmed before); many.
CREATE OR REPLACE FUNCTION customer.ask_erase(p_tenant uuid, p_store uuid, p_customer uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM customer.person p WHERE p.customer_id = p_customer AND p.erased_at IS NULL FOR UPDATE;
	IF NOT FOUND OR EXISTS (SELECT FROM customer.request r WHERE r.customer_id = p_customer AND r.kind = 'erase' AND r.state IN ('waiting', 'running')) THEN
		RETURN 'again';
	ELSIF NOT event.try(p_tenant, 'erase', sha256(convert_to(p_customer::text, 'UTF8')), 3600, 5) THEN
		RETURN 'many';
	END IF;
	PERFORM customer.queue_mail(p_tenant, p_store, p_customer, 'erase-confirm', NULL);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.ask_erase(uuid, uuid, uuid) IS 'A customer asks to be forgotten; a mailed link confirms it. ok, again or many.';

-- The mailed link of who is signed in: in half a day it will be done.
CREATE OR REPLACE FUNCTION customer.confirm_erase(p_tenant uuid, p_store uuid, p_customer uuid, p_token bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM customer.person p WHERE p.customer_id = p_customer AND p.erased_at IS NULL FOR UPDATE;
	IF NOT EXISTS (SELECT FROM customer.token t WHERE t.token_sha256 = p_token AND t.customer_id = p_customer)
	   OR NOT EXISTS (SELECT FROM customer.token_use(p_tenant, p_token, 'erase') u WHERE u.customer_id = p_customer) THEN
		RETURN 'gone';
	END IF;
	INSERT INTO customer.request (tenant_id, customer_id, store_id, kind, due_at)
	VALUES (p_tenant, p_customer, p_store, 'erase', sutler.now() + interval '12 hours') ON CONFLICT DO NOTHING;
	PERFORM customer.queue_mail(p_tenant, p_store, p_customer, 'erase-planned', NULL);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.confirm_erase(uuid, uuid, uuid, bytea) IS 'Confirms the wish to be forgotten by a mailed link. ok or gone.';

-- Takes the wish back; false when there is none, or it is being done.
CREATE OR REPLACE FUNCTION customer.keep_account(p_tenant uuid, p_customer uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE customer.request r SET state = 'cancelled', done_at = sutler.now()
	WHERE r.customer_id = p_customer AND r.kind = 'erase' AND r.state = 'waiting';
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION customer.keep_account(uuid, uuid) IS 'A customer takes back his wish to be forgotten.';

-- The next request that is due, for the job; one that was running when the job died, or that
-- failed, comes again after five minutes and keeps no other waiting.  From here on an erasure
-- cannot be taken back, and the file of a copy has its name: what is written is known.
CREATE OR REPLACE FUNCTION customer.take_request(p_tenant uuid) RETURNS TABLE (request_id uuid, customer_id uuid, kind text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY UPDATE customer.request r SET state = 'running', due_at = sutler.now() + interval '5 minutes',
		file = CASE r.kind WHEN 'export' THEN r.request_id || '.json' ELSE '' END
	WHERE r.tenant_id = p_tenant AND r.request_id = (SELECT x.request_id FROM customer.request x
		WHERE x.state IN ('waiting', 'running') AND x.due_at <= sutler.now() ORDER BY x.due_at, x.request_id LIMIT 1 FOR UPDATE)
	RETURNING r.request_id, r.customer_id, r.kind;
END
$$;
COMMENT ON FUNCTION customer.take_request(uuid) IS 'The next copy or erasure that is due, now running.';

-- The copy lies ready, for a week; a mail says so.
CREATE OR REPLACE FUNCTION customer.export_done(p_tenant uuid, p_request uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
BEGIN
	UPDATE customer.request x SET state = 'done', done_at = sutler.now(), expires_at = sutler.now() + interval '7 days'
	WHERE x.request_id = p_request AND x.kind = 'export' AND x.state = 'running' RETURNING x.store_id, x.customer_id INTO r;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM customer.queue_mail(p_tenant, r.store_id, r.customer_id, 'export-ready', NULL);
	RETURN true;
END
$$;
COMMENT ON FUNCTION customer.export_done(uuid, uuid) IS 'The file of a copy is written; mails that it is ready.';

-- Files to be removed: their week is over, or their person is forgotten, whatever came of them.
CREATE OR REPLACE FUNCTION customer.old_exports(p_tenant uuid) RETURNS TABLE (request_id uuid, file text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.request_id, r.file FROM customer.request r
	JOIN customer.person p ON p.tenant_id = r.tenant_id AND p.customer_id = r.customer_id
	WHERE r.tenant_id = p_tenant AND r.file <> ''
	  AND (r.state = 'cancelled' OR (r.state = 'done' AND (r.expires_at <= sutler.now() OR p.erased_at IS NOT NULL)))
	ORDER BY r.request_id LIMIT 100
$$;
COMMENT ON FUNCTION customer.old_exports(uuid) IS 'Copies whose files must go.';

CREATE OR REPLACE FUNCTION customer.export_gone(p_tenant uuid, p_request uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE customer.request r SET state = 'gone', file = '' WHERE r.request_id = p_request AND r.state IN ('done', 'cancelled');
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION customer.export_gone(uuid, uuid) IS 'The file of a copy was removed.';

-- Orders of a person: his own, and those he placed as a guest with the address he has proven.
CREATE OR REPLACE FUNCTION customer.orders_of(p_tenant uuid, p_customer uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT o.order_id FROM sales."order" o WHERE o.tenant_id = p_tenant AND o.customer_id = p_customer
	UNION
	SELECT o.order_id FROM customer.person p
	JOIN sales.contact k ON k.tenant_id = p.tenant_id AND k.email_key = p.email_key
	JOIN sales."order" o ON o.tenant_id = k.tenant_id AND o.contact_id = k.contact_id
	WHERE p.tenant_id = p_tenant AND p.customer_id = p_customer AND p.verified_at IS NOT NULL AND o.customer_id IS NULL
	UNION
	SELECT o.order_id FROM customer.person p
	JOIN sales.contact k ON k.tenant_id = p.tenant_id AND k.email_key = p.email_key
	JOIN sales."order" o ON o.tenant_id = k.tenant_id AND o.contact_id = k.contact_id
	WHERE p.tenant_id = p_tenant AND p.merged_into = p_customer AND p.verified_at IS NOT NULL AND o.customer_id IS NULL
$$;
COMMENT ON FUNCTION customer.orders_of(uuid, uuid) IS 'Orders of a customer, those as a guest with a proven address of his included.';

-- All that is known of a customer, as JSON; NULL when there is no such person.
CREATE OR REPLACE FUNCTION customer.export_data(p_tenant uuid, p_customer uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_pretty(jsonb_build_object(
		'format', 'sutler-customer-1',
		'made_at', to_jsonb(sutler.now()),
		'merchant', (SELECT t.name FROM tenancy.tenant t WHERE t.tenant_id = p_tenant),
		'account', jsonb_build_object('id', p.customer_id, 'email', p.email, 'email_verified_at', p.verified_at, 'name', p.name, 'phone', p.phone,
			'company', p.company, 'tax_number', p.tax_id, 'type', p.customer_type, 'price_group', p.price_group, 'language', p.locale, 'created_at', p.created_at,
			'password_changed_at', (SELECT c.changed_at FROM customer.credential c WHERE c.customer_id = p.customer_id)),
		'former_emails', coalesce((SELECT jsonb_agg(m.email ORDER BY m.email) FROM customer.person m
			WHERE m.merged_into = p_customer AND m.verified_at IS NOT NULL), '[]'),
		'addresses', coalesce((SELECT jsonb_agg(to_jsonb(a) - 'tenant_id' - 'customer_id' ORDER BY a.address_id)
			FROM customer.address a WHERE a.customer_id = p_customer), '[]'),
		'notes', coalesce((SELECT jsonb_agg(jsonb_build_object('at', n.at, 'words', n.words) ORDER BY n.note_id)
			FROM customer.person_note n WHERE n.customer_id = p_customer), '[]'),
		'own_fields', coalesce((SELECT jsonb_object_agg(f.label, v.value) FROM customer.field_value v
			JOIN customer.field f ON f.tenant_id = v.tenant_id AND f.code = v.code WHERE v.customer_id = p_customer), '{}'),
		'tags', coalesce((SELECT jsonb_agg(t.tag ORDER BY t.tag) FROM customer.person_tag t WHERE t.customer_id = p_customer), '[]'),
		'email_changes', coalesce((SELECT jsonb_agg(to_jsonb(e) - 'tenant_id' - 'customer_id' - 'old_key' ORDER BY e.asked_at)
			FROM customer.email_change e WHERE e.customer_id = p_customer), '[]'),
		'sessions', coalesce((SELECT jsonb_agg(jsonb_build_object('browser', s.label, 'created_at', s.created_at, 'seen_at', s.seen_at) ORDER BY s.created_at)
			FROM customer.session s WHERE s.customer_id = p_customer), '[]'),
		'consents', jsonb_build_object(
			'no_reminders', marketing.opted_out(p_tenant, p.email_key),
			'reminders_of_carts', coalesce((SELECT jsonb_agg(c.cart_id ORDER BY c.cart_id) FROM sales.cart c WHERE c.customer_id = p_customer AND c.reminders), '[]')),
		'carts', coalesce((SELECT jsonb_agg(jsonb_build_object('id', c.cart_id, 'created_at', c.created_at, 'touched_at', c.touched_at,
				'coupon', c.coupon_code, 'note', c.note, 'contact', (SELECT to_jsonb(k) - 'tenant_id' - 'contact_id' - 'email_key' FROM sales.contact k WHERE k.contact_id = c.contact_id),
				'lines', coalesce((SELECT jsonb_agg(jsonb_build_object('sku', v.sku, 'quantity', l.quantity, 'added_at', l.added_at) ORDER BY l.added_at)
					FROM sales.cart_line l JOIN catalog.variant v ON v.variant_id = l.variant_id WHERE l.cart_id = c.cart_id), '[]')) ORDER BY c.cart_id)
			FROM sales.cart c WHERE c.customer_id = p_customer AND c.state = 'open'), '[]'),
		'orders', coalesce((SELECT jsonb_agg(jsonb_build_object('id', o.order_id, 'number', o.number, 'placed_at', o.placed_at, 'store', s.name,
				'state', o.state, 'payment', o.payment, 'fulfilment', o.fulfilment, 'return', o.return_state, 'language', o.locale, 'currency', o.currency,
				'goods_minor', o.goods, 'discount_minor', o.discount, 'shipping_minor', o.shipping, 'surcharge_minor', o.surcharge, 'tax_minor', o.tax, 'total_minor', o.total,
				'coupon', o.coupon_code, 'note', o.note, 'delivery', o.method_name, 'payment_method', o.payment_method,
				'deliver_to', (SELECT to_jsonb(k) - 'tenant_id' - 'contact_id' - 'email_key' FROM sales.contact k WHERE k.contact_id = o.contact_id),
				'invoice_to', (SELECT to_jsonb(k) - 'tenant_id' - 'contact_id' - 'email_key' FROM sales.contact k WHERE k.contact_id = o.billing_id),
				'lines', (SELECT jsonb_agg(to_jsonb(l) - 'tenant_id' - 'order_id' ORDER BY l.line_no) FROM sales.order_line l WHERE l.order_id = o.order_id),
				'taxes', coalesce((SELECT jsonb_agg(to_jsonb(x) - 'tenant_id' - 'order_id' ORDER BY x.row_no) FROM sales.order_tax x WHERE x.order_id = o.order_id), '[]'),
				'history', coalesce((SELECT jsonb_agg(jsonb_build_object('at', e.at, 'axis', e.axis, 'event', e.event, 'to', e.to_state, 'by', CASE e.actor WHEN 'buyer' THEN 'buyer' ELSE 'shop' END)
					ORDER BY e.event_id) FROM sales.order_event e WHERE e.order_id = o.order_id), '[]'),
				'payments', coalesce((SELECT jsonb_agg(jsonb_build_object('method', y.method, 'amount_minor', y.amount, 'captured_minor', y.captured, 'refunded_minor', y.refunded, 'reference', y.reference, 'created_at', y.created_at)
					ORDER BY y.payment_id) FROM payment.payment y WHERE y.order_id = o.order_id), '[]'),
				'parcels', coalesce((SELECT jsonb_agg(jsonb_build_object('carrier', h.carrier, 'tracking_number', h.tracking_number, 'shipped_at', h.shipped_at, 'delivered_at', h.delivered_at)
					ORDER BY h.shipment_id) FROM shipping.shipment h WHERE h.order_id = o.order_id), '[]'),
				'returns', coalesce((SELECT jsonb_agg(jsonb_build_object('number', r.number, 'state', r.state, 'reason', r.reason, 'words', r.words, 'answer', r.answer, 'asked_at', r.created_at,
					'lines', (SELECT jsonb_agg(jsonb_build_object('line_no', x.line_no, 'quantity', x.quantity) ORDER BY x.line_no) FROM sales.return_line x WHERE x.return_id = r.return_id))
					ORDER BY r.return_no) FROM sales.return r WHERE r.order_id = o.order_id), '[]'),
				'notes', coalesce((SELECT jsonb_agg(jsonb_build_object('at', n.at, 'words', n.words) ORDER BY n.note_id) FROM sales.order_note n WHERE n.order_id = o.order_id), '[]'),
				'invoice', (SELECT jsonb_build_object('number', i.series || i.number, 'issued_on', i.issued_on, 'buyer', i.buyer, 'total_minor', i.total)
					FROM accounting.invoice i WHERE i.order_id = o.order_id),
				'credit_notes', (SELECT jsonb_agg(jsonb_build_object('number', c.series || c.number, 'issued_on', c.issued_on, 'total_minor', c.total) ORDER BY c.credit_note_id)
					FROM accounting.invoice i JOIN accounting.credit_note c ON c.invoice_id = i.invoice_id WHERE i.order_id = o.order_id)) ORDER BY o.placed_at)
			FROM sales."order" o JOIN tenancy.store s ON s.store_id = o.store_id
			WHERE o.order_id IN (SELECT customer.orders_of(p_tenant, p_customer))), '[]'),
		'mails', coalesce((SELECT jsonb_agg(jsonb_build_object('kind', m.template, 'queued_at', m.created_at, 'done_at', m.done_at, 'state', m.state) ORDER BY m.created_at)
			FROM event.outbox m WHERE m.customer_id = p_customer OR m.order_id IN (SELECT customer.orders_of(p_tenant, p_customer))), '[]'),
		'requests', coalesce((SELECT jsonb_agg(jsonb_build_object('kind', r.kind, 'state', r.state, 'asked_at', r.asked_at, 'done_at', r.done_at) ORDER BY r.asked_at)
			FROM customer.request r WHERE r.customer_id = p_customer), '[]')))
	FROM customer.person p WHERE p.tenant_id = p_tenant AND p.customer_id = p_customer AND p.erased_at IS NULL
$$;
COMMENT ON FUNCTION customer.export_data(uuid, uuid) IS 'Everything that is known of a customer, as JSON.';

-- Overwrites who ordered, in orders of forgotten persons that need it no more: over, or sent so
-- long ago that nothing can come back, and billed if they were paid.  What an invoice must hold
-- stands in the invoice itself, which accounting alone reads.  How many orders.
CREATE OR REPLACE FUNCTION customer.erase_orders(p_tenant uuid, p_customer uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	done uuid[];
BEGIN
	SELECT array_agg(o.order_id) INTO done FROM sales."order" o
	JOIN customer.person p ON p.tenant_id = o.tenant_id AND p.customer_id = o.customer_id AND p.erased_at IS NOT NULL
	JOIN sales.contact k ON k.tenant_id = o.tenant_id AND k.contact_id = o.contact_id AND k.erased_at IS NULL
	WHERE o.tenant_id = p_tenant AND (p_customer IS NULL OR o.customer_id = p_customer)
	  AND (o.state IN ('closed', 'cancelled') OR o.fulfilment = 'delivered'
	       OR (o.fulfilment = 'shipped' AND o.placed_at < sutler.now() - interval '60 days'))
	  AND NOT EXISTS (SELECT FROM accounting.unbilled u WHERE u.order_id = o.order_id);
	IF done IS NULL THEN
		RETURN 0;
	END IF;
	UPDATE sales.contact k SET email = '', phone = '', name = '', company = '', tax_id = '', street = '', street2 = '', postal_code = '',
		city = '', region = '', erased_at = sutler.now()
	FROM sales."order" o WHERE o.order_id = ANY (done) AND k.contact_id IN (o.contact_id, o.billing_id);
	UPDATE sales."order" o SET note = '' WHERE o.order_id = ANY (done);
	UPDATE sales.return r SET words = '', answer = '' WHERE r.order_id = ANY (done);
	DELETE FROM sales.order_note n WHERE n.order_id = ANY (done);
	UPDATE sales.cart c SET note = '' FROM sales."order" o WHERE o.order_id = ANY (done) AND c.cart_id = o.cart_id;
	DELETE FROM sales.order_token t WHERE t.order_id = ANY (done);
	UPDATE event.outbox m SET last_error = '' WHERE m.order_id = ANY (done) AND m.last_error <> '';
	RETURN cardinality(done);
END
$$;
COMMENT ON FUNCTION customer.erase_orders(uuid, uuid) IS
	'Overwrites who ordered in finished orders of forgotten customers (NULL: of all of them).';

-- Forgets a customer: what names him is overwritten or gone; ids, hashes and figures stay.
-- Unpaid orders are cancelled; an order that is on its way keeps its address until it is over
-- (customer.erase_orders()).  Doing it again changes nothing.  False when there is no such person.
CREATE OR REPLACE FUNCTION customer.erase(p_tenant uuid, p_customer uuid, p_actor text, p_reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
	one uuid;
	contacts uuid[];
BEGIN
	SELECT x.* INTO p FROM customer.person x WHERE x.customer_id = p_customer FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	UPDATE sales."order" o SET customer_id = p_customer
	WHERE o.customer_id IS NULL AND o.order_id IN (SELECT customer.orders_of(p_tenant, p_customer));
	FOR one IN SELECT o.order_id FROM sales."order" o WHERE o.customer_id = p_customer ORDER BY o.order_id LOOP
		PERFORM FROM sales."order" o WHERE o.order_id = one FOR UPDATE;
		IF sales.can_cancel(p_tenant, one) THEN
			PERFORM sales.cancel(p_tenant, one, p_actor, 'account erased');
		END IF;
	END LOOP;
	-- Carts: his saved ones, and those in checkout with his proven address.
	FOR one IN SELECT c.cart_id FROM sales.cart c LEFT JOIN sales.contact k ON k.contact_id = c.contact_id
		WHERE c.state = 'open' AND (c.customer_id = p_customer OR EXISTS (SELECT FROM sales.draft d WHERE d.draft_id = c.cart_id AND d.customer_id = p_customer) OR (c.customer_id IS NULL AND p.verified_at IS NOT NULL AND k.email_key = p.email_key))
		ORDER BY c.cart_id
	LOOP
		PERFORM inventory.release_cart(p_tenant, one);
		DELETE FROM sales.cart c WHERE c.cart_id = one RETURNING array_remove(ARRAY[c.contact_id, c.billing_id], NULL) INTO contacts;
		DELETE FROM sales.contact k WHERE k.contact_id = ANY (contacts);
	END LOOP;
	-- Accounts that were joined to it: what is left of them is an address that opened it.
	FOR one IN SELECT m.customer_id FROM customer.person m WHERE m.merged_into = p_customer ORDER BY m.customer_id LOOP
		PERFORM customer.erase(p_tenant, one, p_actor, p_reason);
	END LOOP;
	DELETE FROM customer.session s WHERE s.customer_id = p_customer;
	DELETE FROM customer.credential c WHERE c.customer_id = p_customer;
	DELETE FROM customer.device d WHERE d.customer_id = p_customer;
	DELETE FROM customer.token t WHERE t.customer_id = p_customer;
	DELETE FROM customer.email_change e WHERE e.customer_id = p_customer;
	DELETE FROM customer.address a WHERE a.customer_id = p_customer;
	DELETE FROM customer.person_note n WHERE n.customer_id = p_customer;
	DELETE FROM customer.person_tag t WHERE t.customer_id = p_customer;
	DELETE FROM customer.field_value v WHERE v.customer_id = p_customer;
	UPDATE event.outbox m SET last_error = '' WHERE m.customer_id = p_customer AND m.last_error <> '';
	UPDATE customer.person x SET email = 'erased-' || p_customer || '@invalid', verified_at = NULL, name = '', phone = '', company = '',
		tax_id = '', customer_type = 'consumer', locale = '', price_group = NULL, erased_at = coalesce(x.erased_at, sutler.now())
	WHERE x.customer_id = p_customer;
	UPDATE customer.request r SET state = 'done', done_at = sutler.now()
	WHERE r.customer_id = p_customer AND r.kind = 'erase' AND r.state IN ('waiting', 'running');
	UPDATE customer.request r SET state = 'cancelled', done_at = sutler.now()
	WHERE r.customer_id = p_customer AND r.kind = 'export' AND r.state IN ('waiting', 'running');
	PERFORM customer.erase_orders(p_tenant, p_customer);
	IF p.erased_at IS NULL THEN
		INSERT INTO audit.entry (tenant_id, actor, action, target, reason) VALUES (p_tenant, p_actor, 'customer erase', p_customer::text, p_reason);
	END IF;
	RETURN true;
END
$$;
COMMENT ON FUNCTION customer.erase(uuid, uuid, text, text) IS 'Forgets a customer; false when there is no such person.';
