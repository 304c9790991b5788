-- Orders: placed by one function, their states changed by one other.

-- The number of the next order of a store: a sequence per store, gaps allowed.
CREATE OR REPLACE FUNCTION sales.next_number(p_tenant uuid, p_store uuid) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT s.order_prefix FROM tenancy.store s WHERE s.store_id = p_store)
		|| nextval(format('sales.%I', 'number_' || replace(p_store::text, '-', ''))::regclass)::text;
END
$$;
COMMENT ON FUNCTION sales.next_number(uuid, uuid) IS 'Takes the next order number of a store; numbers may be left out.';

-- Makes what a new store needs beside its rows: the sequence of its order numbers.
CREATE OR REPLACE FUNCTION sales.prepare_store(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('CREATE SEQUENCE IF NOT EXISTS sales.%I START 1001', 'number_' || replace(p_store::text, '-', ''));
END
$$;
COMMENT ON FUNCTION sales.prepare_store(uuid, uuid) IS 'Makes the order number sequence of a store.';

-- Queues a mail in the outbox; deliver renders and sends it after the commit.
CREATE OR REPLACE FUNCTION event.queue_mail(p_tenant uuid, p_store uuid, p_template text, p_order uuid, p_cart uuid, p_due timestamptz)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	item uuid := sutler.uuid7();
BEGIN
	INSERT INTO event.outbox (tenant_id, outbox_id, store_id, kind, template, order_id, cart_id)
	VALUES (p_tenant, item, p_store, 'mail', p_template, p_order, p_cart);
	INSERT INTO event.ready (tenant_id, outbox_id, due_at) VALUES (p_tenant, item, coalesce(p_due, sutler.now()));
	RETURN item;
END
$$;
COMMENT ON FUNCTION event.queue_mail(uuid, uuid, text, uuid, uuid, timestamptz) IS 'Puts a mail into the outbox, due at p_due or now.';

-- The one word people see, from the four states.
CREATE OR REPLACE FUNCTION sales.word(p_state text, p_payment text, p_fulfilment text, p_return text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE
		WHEN p_state = 'draft' THEN 'draft'
		WHEN p_state = 'cancelled' THEN 'cancelled'
		WHEN p_return = 'returned' THEN 'returned'
		WHEN p_state = 'closed' THEN 'closed'
		WHEN p_fulfilment = 'delivered' THEN 'delivered'
		WHEN p_fulfilment IN ('shipped', 'partly_shipped') THEN 'shipped'
		WHEN p_fulfilment = 'ready' THEN 'ready'
		WHEN p_fulfilment = 'in_production' THEN 'in_production'
		WHEN p_payment IN ('paid', 'partly_refunded') THEN 'paid'
		ELSE 'pending'
	END
$$;
COMMENT ON FUNCTION sales.word(text, text, text, text) IS
	'draft, pending, paid, in_production, ready, shipped, delivered, closed, returned or cancelled: the seeds'' one status.';

-- Writes down a step that an order has taken, and queues the mail that goes with it.
CREATE OR REPLACE FUNCTION sales.record_step(p_tenant uuid, p_store uuid, p_order uuid, p_axis text, p_event text, p_from text, p_to text,
	p_mail text, p_actor text, p_detail text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
	VALUES (p_tenant, p_order, p_axis, p_event, p_from, p_to, p_actor, coalesce(p_detail, ''));
	IF p_mail <> '' THEN
		PERFORM event.queue_mail(p_tenant, p_store, p_mail, p_order, NULL, NULL);
	END IF;
END
$$;
COMMENT ON FUNCTION sales.record_step(uuid, uuid, uuid, text, text, text, text, text, text, text) IS
	'Writes the event row of a step of sales.step and queues its mail.';

-- The one door of an order's states once it is placed.  ok; not_allowed (no such step from here); unknown.
CREATE OR REPLACE FUNCTION sales.fire(p_tenant uuid, p_order uuid, p_axis text, p_event text, p_actor text, p_detail text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	here text;
	step record;
BEGIN
	SELECT x.store_id, x.state, x.payment, x.fulfilment, x.return_state, x.payment_method INTO o
	FROM sales."order" x WHERE x.order_id = p_order FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	here := CASE p_axis WHEN 'order' THEN o.state WHEN 'payment' THEN o.payment
		WHEN 'fulfilment' THEN o.fulfilment WHEN 'return' THEN o.return_state END;
	SELECT s.to_state, s.mail INTO step FROM sales.step s
	WHERE s.axis = p_axis AND s.from_state = here AND s.event = p_event;
	IF NOT FOUND OR (p_axis = 'fulfilment' AND o.state <> 'open') OR (p_axis = 'return' AND o.state NOT IN ('open', 'closed')) THEN
		RETURN 'not_allowed';
	END IF;
	UPDATE sales."order" x SET
		state = CASE p_axis WHEN 'order' THEN step.to_state ELSE x.state END,
		payment = CASE p_axis WHEN 'payment' THEN step.to_state ELSE x.payment END,
		fulfilment = CASE p_axis WHEN 'fulfilment' THEN step.to_state ELSE x.fulfilment END,
		return_state = CASE p_axis WHEN 'return' THEN step.to_state ELSE x.return_state END
	WHERE x.order_id = p_order;
	PERFORM sales.record_step(p_tenant, o.store_id, p_order, p_axis, p_event, here, step.to_state, step.mail, p_actor, p_detail);
	-- What is paid later is billed when it leaves.
	IF (p_axis = 'payment' AND p_event = 'pay')
	   OR (p_axis = 'fulfilment' AND p_event IN ('ship_part', 'ship', 'deliver') AND o.payment_method = 'invoice') THEN
		INSERT INTO accounting.unbilled (tenant_id, order_id) VALUES (p_tenant, p_order) ON CONFLICT DO NOTHING;
	END IF;
	-- What leaves is captured, if a bank still keeps the money for us.
	IF p_axis = 'fulfilment' AND p_event IN ('ship_part', 'ship', 'deliver') AND o.payment = 'authorised' THEN
		UPDATE payment.intent i SET to_capture = i.amount, asked = 0, ask_at = sutler.now()
		WHERE i.order_id = p_order AND i.state = 'authorised' AND i.to_capture IS NULL AND NOT i.to_release;
	END IF;
	IF (p_axis = 'payment' AND p_event = 'pay') OR (p_axis = 'order' AND p_event = 'reopen') THEN
		PERFORM sales.hand_over(p_tenant, p_order);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.fire(uuid, uuid, text, text, text, text) IS
	'Moves one state of an order by an event of sales.step, writes the event row and queues the mail; what was paid is handed over.';

-- Places the order of a cart: once, whatever the number of tabs.  The caller priced
-- the cart in this transaction; here nothing is reckoned, all is checked.
-- Outcome: ok; again (placed before: its id; p_token opens it too); changed (the cart is not what was
-- priced); gone (no such cart); sold_out (with the variant); coupon_gone,
-- coupon_used_up, coupon_customer; payment (it cannot be paid so); credit (it is
-- more than the customer may owe).  p_email_key (hash of the mail address) is NULL when
-- no coupon was applied.  Inserts first, stock rows last.  The order is inserted in the state that placing leads to: by fire() it
-- would be written twice, with some twenty entries in indexes each time.
CREATE OR REPLACE FUNCTION sales.place_order(
	p_tenant uuid, p_cart uuid, p_order uuid, p_token bytea, p_token_expires timestamptz,
	p_goods bigint, p_discount bigint, p_shipping bigint, p_tax bigint, p_total bigint,
	p_method_name text, p_promise_from date, p_promise_to date, p_email_key text,
	p_variants uuid[], p_quantities integer[], p_units bigint[], p_discounts bigint[], p_taxes bigint[], p_totals bigint[],
	p_skus text[], p_names text[], p_options text[], p_images text[], p_labels text[], p_made boolean[], p_weights integer[],
	p_tax_names text[], p_tax_rates integer[], p_tax_bases bigint[], p_tax_amounts bigint[])
RETURNS TABLE (outcome text, order_id uuid, number text, variant_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
	coupon record;
	step record;
	new_number text;
	refused text;
	short uuid;
	pieces record;
	files boolean;
	owner uuid;
	pay_days integer;
BEGIN
	SELECT x.*, s.prices_include_tax, s.tax_rounding, coalesce(k.step, 1) AS step INTO c
	FROM sales.cart x JOIN tenancy.store s USING (tenant_id, store_id)
	LEFT JOIN tenancy.store_currency k ON k.store_id = x.store_id AND k.currency = x.currency
	WHERE x.cart_id = p_cart FOR UPDATE OF x;
	IF NOT FOUND THEN
		RETURN QUERY SELECT 'gone', NULL::uuid, NULL::text, NULL::uuid;
		RETURN;
	END IF;
	IF c.state = 'ordered' THEN
		-- Whoever holds the cart's token placed it: another tab gets a link of its own.
		INSERT INTO sales.order_token (tenant_id, token_sha256, order_id, expires_at)
		SELECT p_tenant, p_token, o.order_id, p_token_expires FROM sales."order" o WHERE o.cart_id = p_cart;
		RETURN QUERY SELECT 'again', o.order_id, o.number, NULL::uuid FROM sales."order" o WHERE o.cart_id = p_cart;
		RETURN;
	END IF;
	files := catalog.nothing_to_send(p_tenant, p_variants);
	IF c.contact_id IS NULL OR (c.method_id IS NULL AND NOT files) OR c.payment_method IS NULL OR cardinality(p_variants) = 0
	   OR EXISTS (SELECT FROM (SELECT l.variant_id, l.quantity FROM sales.cart_line l WHERE l.cart_id = p_cart) l
		FULL JOIN unnest(p_variants, p_quantities) AS p (variant_id, quantity) ON p.variant_id = l.variant_id AND p.quantity = l.quantity
		WHERE l.variant_id IS NULL OR p.variant_id IS NULL) THEN
		RETURN QUERY SELECT 'changed', NULL::uuid, NULL::text, NULL::uuid;
		RETURN;
	END IF;
	-- Limits are the shop's word to buyers; staff may go past them.
	IF c.actor = 'buyer' AND NOT payment.fits(p_tenant, c.store_id, c.payment_method, c.currency, p_goods - p_discount + p_shipping, c.customer_id) THEN
		RETURN QUERY SELECT 'payment', NULL::uuid, NULL::text, NULL::uuid;
		RETURN;
	END IF;
	owner := coalesce(c.customer_id, (SELECT d.customer_id FROM sales.draft d WHERE d.draft_id = p_cart));
	IF c.payment_method = 'invoice' THEN
		pay_days := payment.take_credit(p_tenant, owner, c.currency, p_total);
		IF pay_days IS NULL THEN
			RETURN QUERY SELECT 'credit', NULL::uuid, NULL::text, NULL::uuid;
			RETURN;
		END IF;
	END IF;

	SELECT s.from_state, s.to_state, s.mail INTO STRICT step FROM sales.step s
	WHERE s.axis = 'order' AND s.from_state = 'draft' AND s.event = 'place';
	BEGIN
		new_number := sales.next_number(p_tenant, c.store_id);
		INSERT INTO sales."order" (tenant_id, store_id, order_id, number, cart_id, state, locale, currency, customer_type,
			prices_include_tax, tax_rounding, amount_step, goods, discount, shipping, tax, total, hand_discount, coupon_code, contact_id, billing_id,
			method_id, method_name, payment_method, note, promise_from, promise_to, customer_id, pay_days)
		VALUES (p_tenant, c.store_id, p_order, new_number, p_cart, step.to_state, c.locale, c.currency, c.customer_type,
			c.prices_include_tax, c.tax_rounding, c.step, p_goods, p_discount, p_shipping, p_tax, p_total, c.hand_discount,
			CASE WHEN p_email_key IS NULL THEN '' ELSE c.coupon_code END, c.contact_id, c.billing_id, CASE WHEN NOT files THEN c.method_id END, p_method_name, c.payment_method, c.note, p_promise_from, p_promise_to, owner, pay_days);
		INSERT INTO sales.order_line (tenant_id, order_id, line_no, variant_id, sku, name, options, image, quantity,
			unit_price, discount, tax, total, tax_label, made_to_order, weight_g)
		SELECT p_tenant, p_order, l.no, l.variant_id, l.sku, l.name, l.options, l.image, l.quantity,
		       l.unit, l.discount, l.tax, l.total, l.label, l.made, l.weight
		FROM unnest(p_variants, p_skus, p_names, p_options, p_images, p_quantities, p_units, p_discounts, p_taxes, p_totals, p_labels, p_made, p_weights)
			WITH ORDINALITY AS l (variant_id, sku, name, options, image, quantity, unit, discount, tax, total, label, made, weight, no);
		INSERT INTO sales.order_tax (tenant_id, order_id, row_no, name, rate_ppm, base, amount)
		SELECT p_tenant, p_order, t.no, t.name, t.rate, t.base, t.amount
		FROM unnest(p_tax_names, p_tax_rates, p_tax_bases, p_tax_amounts) WITH ORDINALITY AS t (name, rate, base, amount, no);
		INSERT INTO sales.order_token (tenant_id, token_sha256, order_id, expires_at) VALUES (p_tenant, p_token, p_order, p_token_expires);
		INSERT INTO payment.payment (tenant_id, payment_id, order_id, method, currency, amount)
		VALUES (p_tenant, sutler.uuid7(), p_order, c.payment_method, c.currency, p_total);
		UPDATE sales.cart x SET state = 'ordered' WHERE x.cart_id = p_cart;
		PERFORM sales.record_step(p_tenant, c.store_id, p_order, 'order', 'place', step.from_state, step.to_state, step.mail, c.actor, '');

		IF p_email_key IS NOT NULL THEN
			-- The coupon's row is locked by its own count: uses by one customer are counted behind it.
			UPDATE sales.coupon k SET used = k.used + 1
			WHERE k.store_id = c.store_id AND k.code = c.coupon_code AND k.active
			  AND k.starts_at <= sutler.now() AND k.ends_at > sutler.now()
			  AND (k.max_uses IS NULL OR k.used < k.max_uses)
			RETURNING k.coupon_id, k.per_customer INTO coupon;
			IF NOT FOUND THEN
				refused := CASE WHEN EXISTS (SELECT FROM sales.coupon k WHERE k.store_id = c.store_id AND k.code = c.coupon_code AND k.active
					AND k.starts_at <= sutler.now() AND k.ends_at > sutler.now()) THEN 'coupon_used_up' ELSE 'coupon_gone' END;
				RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
			END IF;
			IF coupon.per_customer <= (SELECT count(*) FROM sales.coupon_use u
				WHERE u.store_id = c.store_id AND u.coupon_id = coupon.coupon_id AND u.email_key = p_email_key) THEN
				refused := 'coupon_customer';
				RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
			END IF;
			INSERT INTO sales.coupon_use (tenant_id, store_id, coupon_id, order_id, email_key)
			VALUES (p_tenant, c.store_id, coupon.coupon_id, p_order, p_email_key);
		END IF;

		-- Stock last: live holds of the cart go over, what is too much goes back, what is missing is taken.
		IF EXISTS (SELECT FROM catalog.bundle_part b WHERE b.bundle_id = ANY (p_variants)) THEN
			pieces := sales.unfold(p_tenant, p_order);
			short := inventory.line_of(p_tenant, p_cart,
				inventory.adopt(p_tenant, c.store_id, p_cart, p_order, pieces.variants, pieces.quantities));
		ELSE
			short := inventory.adopt(p_tenant, c.store_id, p_cart, p_order, p_variants, p_quantities);
		END IF;
		IF short IS NOT NULL THEN
			refused := 'sold_out';
			RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
		END IF;
		IF p_total = 0 THEN
			PERFORM sales.fire(p_tenant, p_order, 'payment', 'pay', 'house', 'nothing to pay');
		END IF;
	EXCEPTION WHEN SQLSTATE 'SU002' THEN
		RETURN QUERY SELECT refused, NULL::uuid, NULL::text, short;
		RETURN;
	END;
	RETURN QUERY SELECT 'ok', p_order, new_number, NULL::uuid;
END
$$;
COMMENT ON FUNCTION sales.place_order(uuid, uuid, uuid, bytea, timestamptz, bigint, bigint, bigint, bigint, bigint, text, date, date, text,
	uuid[], integer[], bigint[], bigint[], bigint[], bigint[], text[], text[], text[], text[], text[], boolean[], integer[],
	text[], integer[], bigint[], bigint[]) IS
	'Turns a cart into its one order, in one round trip: rows, coupon use, mail, and last the stock.';

-- Money came in for an order.  ok; not_allowed; unknown; amount (not what is due).
CREATE OR REPLACE FUNCTION sales.receive_payment(p_tenant uuid, p_order uuid, p_amount bigint, p_reference text, p_actor text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
	answer text;
BEGIN
	PERFORM FROM sales."order" o WHERE o.order_id = p_order FOR UPDATE;
	SELECT x.* INTO p FROM payment.payment x WHERE x.order_id = p_order ORDER BY x.payment_id LIMIT 1 FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	IF p_amount <> p.amount - p.captured THEN
		RETURN 'amount';
	END IF;
	answer := sales.fire(p_tenant, p_order, 'payment', 'pay', p_actor, p_reference);
	IF answer <> 'ok' THEN
		RETURN answer;
	END IF;
	UPDATE payment.payment x SET captured = x.captured + p_amount, reference = p_reference WHERE x.payment_id = p.payment_id;
	IF p_amount > 0 THEN
		INSERT INTO payment.entry (tenant_id, payment_id, debit, credit, amount, currency, reason)
		VALUES (p_tenant, p.payment_id, CASE p.method WHEN 'cod' THEN 'cash' ELSE 'bank' END, 'receivable', p_amount, p.currency, 'capture');
	END IF;
	-- A part may have been set off before.
	PERFORM payment.settle(p_tenant, p_order, p_reference);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.receive_payment(uuid, uuid, bigint, text, text) IS
	'Books the whole amount due as captured, as a double entry, and fires payment/pay.';

-- Cancels an order that has not left: its holds, its coupon use and card money go back once.
CREATE OR REPLACE FUNCTION sales.cancel(p_tenant uuid, p_order uuid, p_actor text, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	answer text;
	used_coupon uuid;
	used_store uuid;
BEGIN
	SELECT x.state, x.fulfilment, x.payment INTO o FROM sales."order" x WHERE x.order_id = p_order FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	IF o.fulfilment NOT IN ('unfulfilled', 'in_production', 'ready') THEN
		RETURN 'not_allowed';
	END IF;
	answer := sales.fire(p_tenant, p_order, 'order', 'cancel', p_actor, p_reason);
	IF answer <> 'ok' THEN
		RETURN answer;
	END IF;
	IF o.payment IN ('pending', 'authorised') THEN
		PERFORM sales.fire(p_tenant, p_order, 'payment', 'fail', p_actor, 'order cancelled');
	END IF;
	DELETE FROM sales.coupon_use u WHERE u.order_id = p_order RETURNING u.coupon_id, u.store_id INTO used_coupon, used_store;
	IF FOUND THEN
		UPDATE sales.coupon k SET used = k.used - 1 WHERE k.store_id = used_store AND k.coupon_id = used_coupon;
	END IF;
	PERFORM payment.order_cancelled(p_tenant, p_order, p_actor);
	PERFORM inventory.release_order(p_tenant, p_order);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.cancel(uuid, uuid, text, text) IS 'Cancels an order before shipping; ok, not_allowed or unknown.';

-- A parcel leaves with these lines.  ok; not_allowed; unknown; lines (more than is open, not made yet, or not held).
CREATE OR REPLACE FUNCTION sales.ship(p_tenant uuid, p_order uuid, p_lines integer[], p_quantities integer[],
	p_carrier text, p_tracking text, p_url text, p_actor text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parcel uuid := sutler.uuid7();
	l record;
	open_pieces bigint;
	answer text;
BEGIN
	PERFORM FROM sales."order" o WHERE o.order_id = p_order FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	IF cardinality(p_lines) = 0 OR EXISTS (
		SELECT FROM unnest(p_lines, p_quantities) AS u (line_no, quantity)
		LEFT JOIN sales.order_line ol ON ol.order_id = p_order AND ol.line_no = u.line_no
		WHERE ol.line_no IS NULL OR NOT ol.ships OR u.quantity < 1 OR u.quantity > ol.quantity - ol.shipped - ol.allotted
		   OR (ol.made_to_order AND inventory.being_made(p_tenant, p_order, ol.line_no))) THEN
		RETURN 'lines';
	END IF;
	BEGIN
		INSERT INTO shipping.shipment (tenant_id, shipment_id, order_id, carrier, tracking_number, tracking_url)
		VALUES (p_tenant, parcel, p_order, p_carrier, p_tracking, p_url);
		INSERT INTO shipping.shipment_line (tenant_id, shipment_id, order_id, line_no, quantity)
		SELECT p_tenant, parcel, p_order, u.line_no, u.quantity FROM unnest(p_lines, p_quantities) AS u (line_no, quantity);
		SELECT sum(ol.quantity) - coalesce((SELECT sum(sl.quantity) FROM shipping.shipment_line sl WHERE sl.order_id = p_order), 0)
		INTO open_pieces FROM sales.order_line ol WHERE ol.order_id = p_order AND ol.ships;
		answer := sales.fire(p_tenant, p_order, 'fulfilment', CASE WHEN open_pieces = 0 THEN 'ship' ELSE 'ship_part' END, p_actor, p_tracking);
		IF answer <> 'ok' THEN
			RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
		END IF;
		FOR l IN
			SELECT ol.variant_id, sum(u.quantity)::integer AS quantity
			FROM unnest(p_lines, p_quantities) AS u (line_no, quantity)
			JOIN sales.order_line ol ON ol.order_id = p_order AND ol.line_no = u.line_no
			JOIN catalog.variant v ON v.variant_id = ol.variant_id
			WHERE v.track_stock AND NOT ol.made_to_order
			GROUP BY 1 ORDER BY 1
		LOOP
			IF NOT inventory.book_out(p_tenant, p_order, l.variant_id, l.quantity, 'ship', parcel) THEN
				answer := 'lines';
				RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
			END IF;
		END LOOP;
	EXCEPTION WHEN SQLSTATE 'SU002' THEN
		RETURN answer;
	END;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.ship(uuid, uuid, integer[], integer[], text, text, text, text) IS
	'Books a parcel: shipment rows, stock out, and the fulfilment step.';

CREATE OR REPLACE FUNCTION sales.deliver(p_tenant uuid, p_order uuid, p_actor text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text := sales.fire(p_tenant, p_order, 'fulfilment', 'deliver', p_actor, '');
BEGIN
	IF answer = 'ok' THEN
		UPDATE shipping.shipment s SET delivered_at = sutler.now() WHERE s.order_id = p_order AND s.delivered_at IS NULL;
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION sales.deliver(uuid, uuid, text) IS 'All parcels of an order arrived.';
