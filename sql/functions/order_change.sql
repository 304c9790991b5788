-- An order is changed before it is processed: by its buyer (ORD-04), or by staff at their desk (ORD-05).
--
-- The order is laid out as a cart again, inside of one transaction: sales.lay_out() makes
-- a cart of the wanted lines and lends it the order's holds and coupon, so that the page prices
-- it by the very code that priced it first.  Then either sales.remake() replaces lines,
-- taxes and totals by what was priced, or sales.change_end() puts everything back.  Nobody
-- else ever sees that cart: it is gone before the transaction ends.
--
-- Two doors lead there: change_begin(), change_order() and change_drop() for the customer, who may change his
-- own order while it is unpaid; edit_begin(), edit_order() and edit_drop() for staff (order_edit.sql), who may add products, change
-- the way of delivery and take something off, and may change what is paid while it has no invoice.

-- Whether the buyer may still change an order: open, unpaid, not begun (on no pick list), to be paid by hand, no
-- invoice.  An order of a payment page is bound to its amount there; what staff took off was meant for the order as it is.
CREATE OR REPLACE FUNCTION sales.can_change(p_tenant uuid, p_order uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN EXISTS (SELECT FROM sales."order" o
		WHERE o.order_id = p_order AND o.state = 'open' AND o.fulfilment = 'unfulfilled' AND o.payment = 'pending'
		  AND o.payment_method IN ('bank_transfer', 'cod') AND o.hand_discount = 0
		  AND NOT EXISTS (SELECT FROM payment.payment p WHERE p.order_id = o.order_id AND p.captured > 0)
		  AND NOT EXISTS (SELECT FROM shipping.pick k WHERE k.order_id = o.order_id)
		  AND NOT EXISTS (SELECT FROM accounting.invoice i WHERE i.order_id = o.order_id));
END
$$;
COMMENT ON FUNCTION sales.can_change(uuid, uuid) IS 'Whether the buyer may change his order: open, unpaid, nothing begun, no invoice.';

-- Lays an order out as a cart that p_cart_token opens: the lines, the address, the way of delivery and the
-- discount by hand that are wanted.  The caller holds the order's row and knows that it may be changed.
CREATE OR REPLACE FUNCTION sales.lay_out(p_tenant uuid, p_order uuid, p_cart_token bytea, p_variants uuid[], p_quantities integer[],
	p_method uuid, p_hand bigint, p_note text,
	p_name text, p_company text, p_street text, p_street2 text, p_postal_code text, p_city text, p_region text, p_country text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	cart uuid := sutler.uuid7();
	contact uuid := sutler.uuid7();
BEGIN
	SELECT x.* INTO STRICT o FROM sales."order" x WHERE x.order_id = p_order;
	INSERT INTO sales.contact (tenant_id, contact_id, email, phone, name, company, tax_id, street, street2, postal_code, city, region, country)
	SELECT p_tenant, contact, k.email, k.phone, p_name, p_company, k.tax_id, p_street, p_street2, p_postal_code, p_city, p_region, p_country
	FROM sales.contact k WHERE k.contact_id = o.contact_id;
	INSERT INTO sales.cart (tenant_id, store_id, cart_id, locale, currency, customer_type, coupon_code, hand_discount, note, contact_id, method_id, payment_method)
	VALUES (p_tenant, o.store_id, cart, o.locale, o.currency, o.customer_type, CASE WHEN p_hand > 0 THEN '' ELSE o.coupon_code END, p_hand, p_note,
		contact, p_method, o.payment_method);
	INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id) VALUES (p_tenant, p_cart_token, cart);
	-- in the order of the order's lines, what is new behind them
	INSERT INTO sales.cart_line (tenant_id, cart_id, variant_id, quantity, added_at)
	SELECT p_tenant, cart, w.variant_id, w.quantity, sutler.now() + make_interval(secs => coalesce(min(l.line_no), 1000 + min(w.place)))
	FROM unnest(p_variants, p_quantities) WITH ORDINALITY AS w (variant_id, quantity, place)
	LEFT JOIN sales.order_line l ON l.order_id = p_order AND l.variant_id = w.variant_id AND l.part_of IS NULL GROUP BY w.variant_id, w.quantity;
	UPDATE sales.coupon k SET used = k.used - 1 FROM sales.coupon_use u
	WHERE u.order_id = p_order AND k.store_id = u.store_id AND k.coupon_id = u.coupon_id;
	PERFORM FROM inventory.hold h WHERE h.order_id = p_order ORDER BY h.hold_id FOR UPDATE;
	UPDATE inventory.hold h SET cart_id = cart, order_id = NULL, expires_at = sutler.now() + interval '1 hour' WHERE h.order_id = p_order;
END
$$;
COMMENT ON FUNCTION sales.lay_out(uuid, uuid, bytea, uuid[], integer[], uuid, bigint, text, text, text, text, text, text, text, text, text) IS
	'Lays an order out as a cart, with its holds and its coupon, to be priced in this transaction.';

-- Whether lines can be those of an order: each variant once, 1 to 10 000 pieces, at least one line.
CREATE OR REPLACE FUNCTION sales.lines_good(p_variants uuid[], p_quantities integer[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(cardinality(p_variants), 0) > 0 AND cardinality(p_variants) = coalesce(cardinality(p_quantities), 0)
		AND (SELECT count(*) = count(DISTINCT w.id) FROM unnest(p_variants) AS w (id))
		AND NOT EXISTS (SELECT FROM unnest(p_quantities) AS w (n) WHERE w.n IS NULL OR w.n NOT BETWEEN 1 AND 10000)
$$;
COMMENT ON FUNCTION sales.lines_good(uuid[], integer[]) IS 'Whether variants and pieces can be the lines of an order.';

-- The customer's door: his own order, its own products, its country and way of delivery.
-- ok; unknown (not his); not_allowed (too late); lines (none, or one that the order has not).
CREATE OR REPLACE FUNCTION sales.change_begin(p_tenant uuid, p_store uuid, p_order uuid, p_customer uuid, p_cart_token bytea,
	p_variants uuid[], p_quantities integer[], p_note text,
	p_name text, p_company text, p_street text, p_street2 text, p_postal_code text, p_city text, p_region text)
RETURNS TABLE (outcome text, locale text, currency text, total bigint, country text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own uuid := sales.order_open(p_tenant, p_store, NULL, p_order, p_customer);
	o record;
	place text;
BEGIN
	SELECT x.* INTO o FROM sales."order" x WHERE x.order_id = own FOR UPDATE;
	IF NOT FOUND THEN
		RETURN QUERY SELECT 'unknown', '', '', 0::bigint, '';
		RETURN;
	ELSIF NOT sales.can_change(p_tenant, own) THEN
		RETURN QUERY SELECT 'not_allowed', o.locale, o.currency, o.total, '';
		RETURN;
	ELSIF NOT sales.lines_good(p_variants, p_quantities) OR EXISTS (SELECT FROM unnest(p_variants) AS w (variant_id)
		WHERE NOT EXISTS (SELECT FROM sales.order_line l WHERE l.order_id = own AND l.variant_id = w.variant_id AND l.part_of IS NULL)) THEN
		RETURN QUERY SELECT 'lines', o.locale, o.currency, o.total, '';
		RETURN;
	END IF;
	SELECT k.country INTO place FROM sales.contact k WHERE k.contact_id = o.contact_id;
	PERFORM sales.lay_out(p_tenant, own, p_cart_token, p_variants, p_quantities, o.method_id, 0, p_note,
		p_name, p_company, p_street, p_street2, p_postal_code, p_city, p_region, place);
	RETURN QUERY SELECT 'ok', o.locale, o.currency, o.total, place;
END
$$;
COMMENT ON FUNCTION sales.change_begin(uuid, uuid, uuid, uuid, bytea, uuid[], integer[], text, text, text, text, text, text, text, text) IS
	'Lays a customer''s own order out as a cart, to be priced in this transaction. ok, unknown, not_allowed or lines.';

-- Takes that cart away again; what it had of the order goes back unless p_applied.
CREATE OR REPLACE FUNCTION sales.change_end(p_tenant uuid, p_order uuid, p_cart uuid, p_applied boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	contact uuid;
BEGIN
	IF NOT p_applied THEN
		UPDATE inventory.hold h SET order_id = p_order, cart_id = NULL, expires_at = NULL WHERE h.cart_id = p_cart;
		UPDATE sales.coupon k SET used = k.used + 1 FROM sales.coupon_use u
		WHERE u.order_id = p_order AND k.store_id = u.store_id AND k.coupon_id = u.coupon_id;
	END IF;
	DELETE FROM sales.cart c WHERE c.cart_id = p_cart RETURNING c.contact_id INTO contact;
	DELETE FROM sales.contact k WHERE k.contact_id = contact;
END
$$;
COMMENT ON FUNCTION sales.change_end(uuid, uuid, uuid, boolean) IS 'Removes the cart of a change of an order.';

-- The change was only looked at.  The cart is the one that p_cart_token opens, made by change_begin().
CREATE OR REPLACE FUNCTION sales.change_drop(p_tenant uuid, p_store uuid, p_order uuid, p_customer uuid, p_cart_token bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own uuid := sales.order_open(p_tenant, p_store, NULL, p_order, p_customer);
	cart uuid := sales.cart_lock(p_tenant, p_store, p_cart_token);
BEGIN
	IF own IS NULL OR cart IS NULL THEN
		RETURN false;
	END IF;
	PERFORM sales.change_end(p_tenant, own, cart, false);
	RETURN true;
END
$$;
COMMENT ON FUNCTION sales.change_drop(uuid, uuid, uuid, uuid, bytea) IS 'Ends a change of an order without making it.';

-- Replaces lines, taxes, totals, note, delivery address and way of delivery of the order by what was priced, and
-- reckons anew what is due: more than came in makes a paid order owe, no more makes one that waited paid.
-- ok; changed (the cart is not what was priced); sold_out; credit (more than the customer may owe).  The caller holds the order's row.
-- Inserts first, stock rows last, as in sales.place_order().
CREATE OR REPLACE FUNCTION sales.remake(p_tenant uuid, p_store uuid, p_order uuid, p_cart uuid, p_actor text,
	p_goods bigint, p_discount bigint, p_shipping bigint, p_tax bigint, p_total bigint, p_method_name text, p_promise_from date, p_promise_to date, p_coupon boolean,
	p_variants uuid[], p_quantities integer[], p_units bigint[], p_discounts bigint[], p_taxes bigint[], p_totals bigint[],
	p_skus text[], p_names text[], p_options text[], p_images text[], p_labels text[], p_made boolean[], p_weights integer[],
	p_tax_names text[], p_tax_rates integer[], p_tax_bases bigint[], p_tax_amounts bigint[])
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	c record;
	came bigint;
	refused text := 'changed';
	short uuid;
	pieces record;
BEGIN
	SELECT x.* INTO o FROM sales."order" x WHERE x.order_id = p_order;
	SELECT x.* INTO c FROM sales.cart x WHERE x.cart_id = p_cart;
	IF o.order_id IS NULL OR c.cart_id IS NULL OR cardinality(p_variants) = 0
	   OR EXISTS (SELECT FROM (SELECT l.variant_id, l.quantity FROM sales.cart_line l WHERE l.cart_id = p_cart) l
		FULL JOIN unnest(p_variants, p_quantities) AS p (variant_id, quantity) ON p.variant_id = l.variant_id AND p.quantity = l.quantity
		WHERE l.variant_id IS NULL OR p.variant_id IS NULL) THEN
		RETURN 'changed';
	END IF;
	BEGIN
		UPDATE sales.contact k SET name = n.name, company = n.company, street = n.street, street2 = n.street2,
			postal_code = n.postal_code, city = n.city, region = n.region, country = n.country
		FROM sales.contact n WHERE k.contact_id = o.contact_id AND n.contact_id = c.contact_id;
		UPDATE sales."order" x SET goods = p_goods, discount = p_discount, shipping = p_shipping, tax = p_tax, total = p_total, note = c.note,
			method_id = w.method_id, method_name = CASE WHEN x.method_id = w.method_id THEN x.method_name ELSE p_method_name END,
			promise_from = p_promise_from, promise_to = p_promise_to, coupon_code = CASE WHEN p_coupon THEN x.coupon_code ELSE '' END,
			hand_discount = c.hand_discount, revision = x.revision + 1
		FROM (SELECT CASE WHEN NOT catalog.nothing_to_send(p_tenant, p_variants) THEN c.method_id END AS method_id) w
		WHERE x.order_id = p_order;
		DELETE FROM sales.order_tax t WHERE t.order_id = p_order;
		DELETE FROM sales.order_line l WHERE l.order_id = p_order;
		INSERT INTO sales.order_line (tenant_id, order_id, line_no, variant_id, sku, name, options, image, quantity,
			unit_price, discount, tax, total, tax_label, made_to_order, weight_g)
		SELECT p_tenant, p_order, l.no, l.variant_id, l.sku, l.name, l.options, l.image, l.quantity,
		       l.unit, l.discount, l.tax, l.total, l.label, l.made, l.weight
		FROM unnest(p_variants, p_skus, p_names, p_options, p_images, p_quantities, p_units, p_discounts, p_taxes, p_totals, p_labels, p_made, p_weights)
			WITH ORDINALITY AS l (variant_id, sku, name, options, image, quantity, unit, discount, tax, total, label, made, weight, no);
		INSERT INTO sales.order_tax (tenant_id, order_id, row_no, name, rate_ppm, base, amount)
		SELECT p_tenant, p_order, t.no, t.name, t.rate, t.base, t.amount
		FROM unnest(p_tax_names, p_tax_rates, p_tax_bases, p_tax_amounts) WITH ORDINALITY AS t (name, rate, base, amount, no);
		INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
		VALUES (p_tenant, p_order, 'note', 'change', '', '', p_actor, format('%s %s → %s %s', o.total, o.currency, p_total, o.currency));
		PERFORM event.queue_mail(p_tenant, p_store, 'order-changed', p_order, NULL, NULL);
		UPDATE payment.payment p SET amount = p_total WHERE p.order_id = p_order RETURNING p.captured INTO came;
		IF o.payment_method = 'invoice' AND p_total > o.total AND payment.take_credit(p_tenant, o.customer_id, o.currency, 0) IS NULL THEN
			refused := 'credit';
			RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
		END IF;
		IF p_coupon THEN
			-- lent by lay_out(): taken again if it still counts
			UPDATE sales.coupon k SET used = k.used + 1 FROM sales.coupon_use u
			WHERE u.order_id = p_order AND k.store_id = u.store_id AND k.coupon_id = u.coupon_id AND k.active
			  AND k.starts_at <= sutler.now() AND k.ends_at > sutler.now();
			IF NOT FOUND THEN
				RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
			END IF;
		ELSE
			DELETE FROM sales.coupon_use u WHERE u.order_id = p_order;
		END IF;
		IF EXISTS (SELECT FROM catalog.bundle_part b WHERE b.bundle_id = ANY (p_variants)) THEN
			pieces := sales.unfold(p_tenant, p_order);
			short := inventory.adopt(p_tenant, p_store, p_cart, p_order, pieces.variants, pieces.quantities);
		ELSE
			short := inventory.adopt(p_tenant, p_store, p_cart, p_order, p_variants, p_quantities);
		END IF;
		IF short IS NOT NULL THEN
			refused := 'sold_out';
			RAISE EXCEPTION 'declined' USING ERRCODE = 'SU002';
		END IF;
		-- Behind the stock, for what is paid is handed over.
		IF o.payment = 'paid' AND p_total > came THEN
			PERFORM sales.fire(p_tenant, p_order, 'payment', 'owe', p_actor, format('%s of %s came in', came, p_total));
			DELETE FROM accounting.unbilled u WHERE u.order_id = p_order;
		ELSIF o.payment IN ('pending', 'failed') AND p_total <= came THEN
			PERFORM sales.fire(p_tenant, p_order, 'payment', 'pay', CASE WHEN p_total = 0 THEN 'house' ELSE p_actor END, 'nothing to pay');
		ELSE
			PERFORM sales.hand_over(p_tenant, p_order);
		END IF;
		PERFORM sales.change_end(p_tenant, p_order, p_cart, true);
	EXCEPTION WHEN SQLSTATE 'SU002' THEN
		RETURN refused;
	END;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.remake(uuid, uuid, uuid, uuid, text, bigint, bigint, bigint, bigint, bigint, text, date, date, boolean,
	uuid[], integer[], bigint[], bigint[], bigint[], bigint[], text[], text[], text[], text[], text[], boolean[], integer[],
	text[], integer[], bigint[], bigint[]) IS
	'Replaces an order''s lines, totals, note and address by what was priced, and reckons what is due. ok, changed or sold_out.';

-- The customer's door to it.
CREATE OR REPLACE FUNCTION sales.change_order(p_tenant uuid, p_store uuid, p_order uuid, p_customer uuid, p_cart_token bytea,
	p_goods bigint, p_discount bigint, p_shipping bigint, p_tax bigint, p_total bigint, p_promise_from date, p_promise_to date, p_coupon boolean,
	p_variants uuid[], p_quantities integer[], p_units bigint[], p_discounts bigint[], p_taxes bigint[], p_totals bigint[],
	p_skus text[], p_names text[], p_options text[], p_images text[], p_labels text[], p_made boolean[], p_weights integer[],
	p_tax_names text[], p_tax_rates integer[], p_tax_bases bigint[], p_tax_amounts bigint[])
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own uuid := sales.order_open(p_tenant, p_store, NULL, p_order, p_customer);
	cart uuid := sales.cart_lock(p_tenant, p_store, p_cart_token);
BEGIN
	PERFORM FROM sales."order" x WHERE x.order_id = own FOR UPDATE;
	RETURN sales.remake(p_tenant, p_store, own, cart, 'buyer', p_goods, p_discount, p_shipping, p_tax, p_total, '', p_promise_from, p_promise_to, p_coupon,
		p_variants, p_quantities, p_units, p_discounts, p_taxes, p_totals, p_skus, p_names, p_options, p_images, p_labels, p_made, p_weights,
		p_tax_names, p_tax_rates, p_tax_bases, p_tax_amounts);
END
$$;
COMMENT ON FUNCTION sales.change_order(uuid, uuid, uuid, uuid, bytea, bigint, bigint, bigint, bigint, bigint, date, date, boolean,
	uuid[], integer[], bigint[], bigint[], bigint[], bigint[], text[], text[], text[], text[], text[], boolean[], integer[],
	text[], integer[], bigint[], bigint[]) IS
	'Makes the change that was priced of a customer''s own order. ok, changed or sold_out.';
