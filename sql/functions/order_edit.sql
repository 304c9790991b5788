-- What staff write on orders and change of them: notes for the house or for the buyer, tags; cancellation by staff;
-- lines, address, way of delivery and discount of an order that is not begun.

-- A note that is shown stands on the buyer's page and goes to him by mail.
-- ok; unknown; words (none, or too many).
CREATE OR REPLACE FUNCTION sales.note(p_tenant uuid, p_actor uuid, p_order uuid, p_shown boolean, p_words text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	store uuid;
	note uuid := sutler.uuid7();
	mail uuid;
BEGIN
	SELECT o.store_id INTO store FROM sales."order" o WHERE o.order_id = p_order;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF btrim(p_words) = '' OR length(btrim(p_words)) > 2000 THEN
		RETURN 'words';
	END IF;
	INSERT INTO sales.order_note (tenant_id, note_id, order_id, shown, words, actor)
	VALUES (p_tenant, note, p_order, p_shown, btrim(p_words), audit.actor(p_actor));
	IF p_shown THEN
		mail := event.queue_mail(p_tenant, store, 'order-note', p_order, NULL, NULL);
		UPDATE event.outbox x SET change_id = note WHERE x.outbox_id = mail;
	END IF;
	-- The words may be about a person: the logs carry that there is a note, not what it says.
	PERFORM sales.tell(p_tenant, p_order, p_actor, CASE WHEN p_shown THEN 'note_shown' ELSE 'note' END, '', '');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.note(uuid, uuid, uuid, boolean, text) IS 'Writes a note on an order, shown to the buyer or not. ok, unknown or words.';

-- Hangs a tag on an order or takes it off.  ok; unknown; tag (1 to 32 characters).
CREATE OR REPLACE FUNCTION sales.tag(p_tenant uuid, p_actor uuid, p_order uuid, p_tag text, p_on boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	word constant text := lower(regexp_replace(btrim(p_tag), '[[:space:]]+', ' ', 'g'));
BEGIN
	IF NOT EXISTS (SELECT FROM sales."order" o WHERE o.order_id = p_order) THEN
		RETURN 'unknown';
	ELSIF length(word) NOT BETWEEN 1 AND 32 THEN
		RETURN 'tag';
	END IF;
	IF p_on THEN
		INSERT INTO sales.order_tag (tenant_id, tag, order_id) VALUES (p_tenant, word, p_order) ON CONFLICT DO NOTHING;
	ELSE
		DELETE FROM sales.order_tag t WHERE t.tag = word AND t.order_id = p_order;
	END IF;
	IF FOUND THEN
		PERFORM sales.tell(p_tenant, p_order, p_actor, CASE WHEN p_on THEN 'tag' ELSE 'untag' END, '', word);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.tag(uuid, uuid, uuid, text, boolean) IS 'Hangs a tag on an order or takes it off. ok, unknown or tag.';

-- Staff call an order off: what sales.cancel() does, with a reason and its audit entry.
CREATE OR REPLACE FUNCTION sales.staff_cancel(p_tenant uuid, p_actor uuid, p_order uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text;
BEGIN
	IF p_reason = '' THEN
		RETURN 'reason';
	END IF;
	answer := sales.cancel(p_tenant, p_order, audit.actor(p_actor), p_reason);
	IF answer = 'ok' THEN
		PERFORM audit.write(p_tenant, p_actor, 'order cancel', p_order::text, p_reason, '');
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION sales.staff_cancel(uuid, uuid, uuid, text) IS 'Staff cancel an order: stock, coupon and card money go back. ok, unknown, not_allowed or reason.';

-- ---- staff change a placed order (ORD-05); how, order_change.sql tells ----

-- Whether staff may change an order now: ok; unknown; not_allowed (not open); begun (in production, on a list, sent, handed over);
-- invoiced (an invoice is never changed: it is corrected by what is given back, or by a further order); given_back (what
-- was agreed is not what is paid any more); paying (a payment page is open at its amount, or its money is being looked at).
CREATE OR REPLACE FUNCTION sales.can_edit(p_tenant uuid, p_order uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((SELECT CASE
		WHEN o.state <> 'open' THEN 'not_allowed'
		WHEN o.fulfilment <> 'unfulfilled' OR o.return_state <> 'none' OR EXISTS (SELECT FROM shipping.pick k WHERE k.order_id = o.order_id)
			OR EXISTS (SELECT FROM sales.download d WHERE d.order_id = o.order_id) THEN 'begun'
		WHEN EXISTS (SELECT FROM accounting.invoice i WHERE i.order_id = o.order_id) THEN 'invoiced'
		WHEN o.payment IN ('partly_refunded', 'refunded') OR EXISTS (SELECT FROM payment.payment p WHERE p.order_id = o.order_id AND p.refunded > 0) THEN 'given_back'
		WHEN o.payment = 'authorised' OR EXISTS (SELECT FROM payment.intent i WHERE i.order_id = o.order_id AND i.state IN ('new', 'open', 'unknown', 'review')) THEN 'paying'
		ELSE 'ok' END
	FROM sales."order" o WHERE o.order_id = p_order), 'unknown')
$$;
COMMENT ON FUNCTION sales.can_edit(uuid, uuid) IS 'Whether staff may change an order: ok, unknown, not_allowed, begun, invoiced, given_back or paying.';

-- Lays the order out as a cart that p_cart_token opens, to be priced.  p_revision is the order that staff saw.
-- What can_edit() says; again (changed since); lines (none, too many); product (one that the store has not).
CREATE OR REPLACE FUNCTION sales.edit_begin(p_tenant uuid, p_order uuid, p_revision integer, p_cart_token bytea, p_variants uuid[], p_quantities integer[],
	p_method uuid, p_hand bigint, p_note text,
	p_name text, p_company text, p_street text, p_street2 text, p_postal_code text, p_city text, p_region text, p_country text)
RETURNS TABLE (outcome text, locale text, currency text, total bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	may text;
BEGIN
	SELECT x.* INTO o FROM sales."order" x WHERE x.order_id = p_order FOR UPDATE;
	may := sales.can_edit(p_tenant, p_order);
	IF may = 'ok' THEN
		may := CASE WHEN o.revision <> p_revision THEN 'again'
			WHEN NOT sales.lines_good(p_variants, p_quantities) THEN 'lines'
			WHEN EXISTS (SELECT FROM unnest(p_variants) AS w (id) WHERE NOT EXISTS (SELECT FROM catalog.variant v WHERE v.variant_id = w.id)) THEN 'product'
			ELSE 'ok' END;
	END IF;
	IF may = 'ok' THEN
		PERFORM sales.lay_out(p_tenant, p_order, p_cart_token, p_variants, p_quantities, p_method, p_hand, p_note,
			p_name, p_company, p_street, p_street2, p_postal_code, p_city, p_region, p_country);
	END IF;
	RETURN QUERY SELECT may, coalesce(o.locale, ''), coalesce(o.currency, ''), coalesce(o.total, 0);
END
$$;
COMMENT ON FUNCTION sales.edit_begin(uuid, uuid, integer, bytea, uuid[], integer[], uuid, bigint, text, text, text, text, text, text, text, text, text) IS
	'Lays an order out as a cart for staff, to be priced in this transaction. ok, again, lines, product, or what hinders it.';

-- The change was only looked at.
CREATE OR REPLACE FUNCTION sales.edit_drop(p_tenant uuid, p_store uuid, p_order uuid, p_cart_token bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_cart_token);
BEGIN
	IF p_order IS NULL OR cart IS NULL THEN
		RETURN false;
	END IF;
	PERFORM sales.change_end(p_tenant, p_order, cart, false);
	RETURN true;
END
$$;
COMMENT ON FUNCTION sales.edit_drop(uuid, uuid, uuid, bytea) IS 'Ends a change of an order by staff without making it.';

-- Makes it, with reason and audit.  ok; reason; changed; sold_out.
CREATE OR REPLACE FUNCTION sales.edit_order(p_tenant uuid, p_actor uuid, p_store uuid, p_order uuid, p_cart_token bytea, p_reason text,
	p_goods bigint, p_discount bigint, p_shipping bigint, p_tax bigint, p_total bigint, p_method_name text, p_promise_from date, p_promise_to date, p_coupon boolean,
	p_variants uuid[], p_quantities integer[], p_units bigint[], p_discounts bigint[], p_taxes bigint[], p_totals bigint[],
	p_skus text[], p_names text[], p_options text[], p_images text[], p_labels text[], p_made boolean[], p_weights integer[],
	p_tax_names text[], p_tax_rates integer[], p_tax_bases bigint[], p_tax_amounts bigint[])
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	cart uuid := sales.cart_lock(p_tenant, p_store, p_cart_token);
	hand bigint;
	before text;
	answer text;
BEGIN
	SELECT x.total, x.hand_discount INTO o FROM sales."order" x WHERE x.order_id = p_order FOR UPDATE;
	IF NOT FOUND OR cart IS NULL THEN
		RETURN 'unknown';
	ELSIF p_reason = '' THEN
		RETURN 'reason';
	END IF;
	SELECT c.hand_discount INTO hand FROM sales.cart c WHERE c.cart_id = cart;
	SELECT string_agg(l.quantity || ' x ' || l.sku, ', ' ORDER BY l.line_no) INTO before FROM sales.order_line l WHERE l.order_id = p_order AND l.part_of IS NULL;
	answer := sales.remake(p_tenant, p_store, p_order, cart, audit.actor(p_actor), p_goods, p_discount, p_shipping, p_tax, p_total, p_method_name,
		p_promise_from, p_promise_to, p_coupon, p_variants, p_quantities, p_units, p_discounts, p_taxes, p_totals, p_skus, p_names, p_options, p_images,
		p_labels, p_made, p_weights, p_tax_names, p_tax_rates, p_tax_bases, p_tax_amounts);
	IF answer = 'ok' THEN
		PERFORM audit.add(p_tenant, audit.actor(p_actor), 'order.edited', 'order ' || p_order, p_reason, json_build_object(
			'total', json_build_array(o.total, p_total), 'hand_discount', json_build_array(o.hand_discount, hand), 'lines', json_build_array(before,
			(SELECT string_agg(l.quantity || ' x ' || l.sku, ', ' ORDER BY l.line_no) FROM sales.order_line l WHERE l.order_id = p_order AND l.part_of IS NULL)))::text);
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION sales.edit_order(uuid, uuid, uuid, uuid, bytea, text, bigint, bigint, bigint, bigint, bigint, text, date, date, boolean,
	uuid[], integer[], bigint[], bigint[], bigint[], bigint[], text[], text[], text[], text[], text[], boolean[], integer[],
	text[], integer[], bigint[], bigint[]) IS
	'Makes the change of an order that staff priced, with its audit entry. ok, unknown, reason, changed or sold_out.';
