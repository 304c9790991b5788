-- Staff put an order together, by telephone for instance (ORD-16).
--
-- A draft is a cart like any other, priced by the same code and placed by the same sales.place_order(); its token is the
-- hash of nothing, so that no browser opens it.  It holds no stock: what it wants is taken when it is placed, or not.
-- Each function locks the draft's row, then the cart; p_revision is the draft that staff saw.

-- Begins one.  ok; unknown (no such language or currency of the store).
CREATE OR REPLACE FUNCTION sales.draft_new(p_tenant uuid, p_actor uuid, p_store uuid, p_draft uuid, p_locale text, p_currency text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	contact uuid := sutler.uuid7();
	home text;
BEGIN
	SELECT s.country INTO home FROM tenancy.store s WHERE s.store_id = p_store;
	IF NOT EXISTS (SELECT FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.locale = p_locale)
	   OR NOT EXISTS (SELECT FROM tenancy.store_currency c WHERE c.store_id = p_store AND c.currency = p_currency) THEN
		RETURN 'unknown';
	END IF;
	INSERT INTO sales.contact (tenant_id, contact_id, country) VALUES (p_tenant, contact, home);
	INSERT INTO sales.cart (tenant_id, store_id, cart_id, locale, currency, contact_id, actor)
	VALUES (p_tenant, p_store, p_draft, p_locale, p_currency, contact, audit.actor(p_actor));
	INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id)
	VALUES (p_tenant, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), p_draft);
	INSERT INTO sales.draft (tenant_id, store_id, draft_id, made_by) VALUES (p_tenant, p_store, p_draft, audit.actor(p_actor));
	PERFORM audit.add(p_tenant, audit.actor(p_actor), 'draft.made', 'draft ' || p_draft, '', '');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.draft_new(uuid, uuid, uuid, uuid, text, text) IS 'Begins an order that staff put together. ok or unknown.';

-- Locks a draft that can still be changed.  ok; unknown (not of the store); placed; again (changed since).
CREATE OR REPLACE FUNCTION sales.draft_lock(p_tenant uuid, p_store uuid, p_draft uuid, p_revision integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	d record;
BEGIN
	SELECT x.* INTO d FROM sales.draft x WHERE x.store_id = p_store AND x.draft_id = p_draft FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF d.placed THEN
		RETURN 'placed';
	ELSIF d.revision <> p_revision THEN
		RETURN 'again';
	END IF;
	PERFORM FROM sales.cart c WHERE c.cart_id = p_draft FOR UPDATE;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.draft_lock(uuid, uuid, uuid, integer) IS 'Locks a draft and its cart. ok, unknown, placed or again.';

-- Keeps all of it: lines, person, address, ways of delivery and payment, discount.
-- What draft_lock() says; lines; product (gone); way (of payment that the store has not); reason (a discount needs one).
CREATE OR REPLACE FUNCTION sales.draft_put(p_tenant uuid, p_actor uuid, p_store uuid, p_draft uuid, p_revision integer, p_variants uuid[], p_quantities integer[],
	p_method uuid, p_payment text, p_hand bigint, p_reason text, p_note text, p_email text, p_phone text, p_customer_type text, p_tax_id text,
	p_name text, p_company text, p_street text, p_street2 text, p_postal_code text, p_city text, p_region text, p_country text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said text := sales.draft_lock(p_tenant, p_store, p_draft, p_revision);
	c record;
BEGIN
	IF said <> 'ok' THEN
		RETURN said;
	END IF;
	SELECT x.* INTO c FROM sales.cart x WHERE x.cart_id = p_draft;
	IF cardinality(p_variants) > 0 AND NOT sales.lines_good(p_variants, p_quantities) THEN
		RETURN 'lines';
	ELSIF EXISTS (SELECT FROM unnest(p_variants) AS w (id) WHERE NOT EXISTS (SELECT FROM catalog.variant v WHERE v.variant_id = w.id)) THEN
		RETURN 'product';
	ELSIF p_payment IS NOT NULL AND NOT payment.offered(p_tenant, p_store, p_payment, p_country) THEN
		RETURN 'way';
	ELSIF p_hand > 0 AND p_hand <> c.hand_discount AND p_reason = '' THEN
		RETURN 'reason';
	END IF;
	UPDATE sales.contact k SET email = p_email, phone = p_phone WHERE k.contact_id = c.contact_id;
	PERFORM sales.put_address(p_tenant, c.contact_id, p_tax_id, p_name, p_company, p_street, p_street2, p_postal_code, p_city, p_region, p_country);
	UPDATE sales.cart x SET method_id = p_method, payment_method = p_payment, hand_discount = p_hand, note = p_note, customer_type = p_customer_type,
		touched_at = sutler.now() WHERE x.cart_id = p_draft;
	DELETE FROM sales.cart_line l WHERE l.cart_id = p_draft;
	INSERT INTO sales.cart_line (tenant_id, cart_id, variant_id, quantity, added_at)
	SELECT p_tenant, p_draft, w.variant_id, w.quantity, sutler.now() + make_interval(secs => w.place)
	FROM unnest(p_variants, p_quantities) WITH ORDINALITY AS w (variant_id, quantity, place);
	UPDATE sales.draft d SET revision = d.revision + 1, changed_at = sutler.now() WHERE d.draft_id = p_draft;
	IF p_hand <> c.hand_discount THEN
		PERFORM audit.add(p_tenant, audit.actor(p_actor), 'draft.discounted', 'draft ' || p_draft, p_reason, json_build_object('hand_discount',
			json_build_array(c.hand_discount, p_hand))::text);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.draft_put(uuid, uuid, uuid, uuid, integer, uuid[], integer[], uuid, text, bigint, text, text, text, text, text, text, text, text, text, text, text, text, text, text) IS
	'Keeps what a draft shall be. ok, unknown, placed, again, lines, product, way or reason.';

-- People of the merchant by the whole mail address, or the beginning of a name: at most 10.
CREATE OR REPLACE FUNCTION sales.draft_find(p_tenant uuid, p_words text) RETURNS TABLE (customer uuid, name text, email text, place text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT f.customer_id, f.name, f.email, coalesce((SELECT concat_ws(', ', a.city, a.country) FROM customer.address a
		WHERE a.customer_id = f.customer_id ORDER BY a.is_shipping DESC, a.address_id LIMIT 1), '')
	FROM ((SELECT p.customer_id, p.name, p.email, p.name_key FROM customer.person p WHERE p.email_key = lower(p_words COLLATE "C") AND p.erased_at IS NULL)
		UNION
		(SELECT p.customer_id, p.name, p.email, p.name_key FROM customer.person p
		WHERE p.erased_at IS NULL AND p.name_key COLLATE "C" >= lower(p_words) AND p.name_key COLLATE "C" < lower(p_words) || chr(1114111)
		ORDER BY p.name_key COLLATE "C", p.customer_id LIMIT 10)) f
	ORDER BY f.name_key COLLATE "C", f.customer_id LIMIT 10
$$;
COMMENT ON FUNCTION sales.draft_find(uuid, text) IS 'Customers by mail address or the beginning of the name, for a draft.';

-- The order will be this customer's: name, mail and his address for parcels are copied.
-- What draft_lock() says; customer (there is none).
CREATE OR REPLACE FUNCTION sales.draft_customer(p_tenant uuid, p_actor uuid, p_store uuid, p_draft uuid, p_revision integer, p_customer uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said text := sales.draft_lock(p_tenant, p_store, p_draft, p_revision);
	contact uuid;
	p record;
	a record;
BEGIN
	IF said <> 'ok' THEN
		RETURN said;
	END IF;
	SELECT x.* INTO p FROM customer.person x WHERE x.customer_id = p_customer AND x.erased_at IS NULL;
	IF NOT FOUND THEN
		RETURN 'customer';
	END IF;
	SELECT c.contact_id INTO contact FROM sales.cart c WHERE c.cart_id = p_draft;
	UPDATE sales.contact k SET email = p.email, phone = p.phone, name = p.name, company = p.company, tax_id = p.tax_id WHERE k.contact_id = contact;
	SELECT x.* INTO a FROM customer.address x WHERE x.customer_id = p_customer ORDER BY x.is_shipping DESC, x.address_id LIMIT 1;
	IF FOUND THEN
		PERFORM sales.put_address(p_tenant, contact, p.tax_id, a.name, a.company, a.street, a.street2, a.postal_code, a.city, a.region, a.country);
	END IF;
	UPDATE sales.cart c SET customer_type = p.customer_type WHERE c.cart_id = p_draft;
	UPDATE sales.draft d SET customer_id = p_customer, revision = d.revision + 1, changed_at = sutler.now() WHERE d.draft_id = p_draft;
	PERFORM audit.add(p_tenant, audit.actor(p_actor), 'draft.customer', 'draft ' || p_draft, '', json_build_object('customer', p_customer)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.draft_customer(uuid, uuid, uuid, uuid, integer, uuid) IS 'Gives a draft its customer. ok, unknown, placed, again or customer.';

-- Throws a draft away.
CREATE OR REPLACE FUNCTION sales.draft_drop(p_tenant uuid, p_actor uuid, p_store uuid, p_draft uuid, p_revision integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said text := sales.draft_lock(p_tenant, p_store, p_draft, p_revision);
BEGIN
	IF said = 'ok' THEN
		PERFORM sales.cart_drop(p_tenant, p_draft);
		PERFORM audit.add(p_tenant, audit.actor(p_actor), 'draft.dropped', 'draft ' || p_draft, '', '');
	END IF;
	RETURN said;
END
$$;
COMMENT ON FUNCTION sales.draft_drop(uuid, uuid, uuid, uuid, integer) IS 'Throws a draft away. ok, unknown, placed or again.';

-- Places its order, which was priced in this transaction: once, by sales.place_order().  p_days: how long an order by card may
-- wait for its money.  p_paid: the money came by hand, with p_reference.
-- What draft_lock() says; mail (who shall pay by card needs a mail address); not_allowed (the return that it is the exchange
-- for was refused meanwhile); what place_order() says; what desk_pay() says.
CREATE OR REPLACE FUNCTION sales.draft_place(p_tenant uuid, p_actor uuid, p_store uuid, p_draft uuid, p_revision integer, p_order uuid, p_token bytea,
	p_token_days integer, p_days integer, p_paid boolean, p_reference text,
	p_goods bigint, p_discount bigint, p_shipping bigint, p_tax bigint, p_total bigint, p_method_name text, p_promise_from date, p_promise_to date,
	p_variants uuid[], p_quantities integer[], p_units bigint[], p_discounts bigint[], p_taxes bigint[], p_totals bigint[],
	p_skus text[], p_names text[], p_options text[], p_images text[], p_labels text[], p_made boolean[], p_weights integer[],
	p_tax_names text[], p_tax_rates integer[], p_tax_bases bigint[], p_tax_amounts bigint[])
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said text := sales.draft_lock(p_tenant, p_store, p_draft, p_revision);
	way text;
	mail text;
	back uuid;
	part bigint := 0;
BEGIN
	IF said <> 'ok' THEN
		RETURN said;
	END IF;
	SELECT d.return_id INTO back FROM sales.draft d WHERE d.draft_id = p_draft;
	IF back IS NOT NULL THEN
		-- Its order and its return are locked before the stock of the new one.
		IF (sales.lock_return(p_tenant, back)).state NOT IN ('received', 'returned') THEN
			RETURN 'not_allowed';
		END IF;
	END IF;
	SELECT c.payment_method, k.email INTO way, mail FROM sales.cart c JOIN sales.contact k ON k.contact_id = c.contact_id WHERE c.cart_id = p_draft;
	IF way = 'card' AND NOT p_paid AND mail = '' THEN
		RETURN 'mail';
	END IF;
	UPDATE sales.cart c SET actor = audit.actor(p_actor) WHERE c.cart_id = p_draft;
	SELECT x.outcome INTO said FROM sales.place_order(p_tenant, p_draft, p_order, p_token, sutler.now() + make_interval(days => p_token_days),
		p_goods, p_discount, p_shipping, p_tax, p_total, p_method_name, p_promise_from, p_promise_to, NULL,
		p_variants, p_quantities, p_units, p_discounts, p_taxes, p_totals, p_skus, p_names, p_options, p_images, p_labels, p_made, p_weights,
		p_tax_names, p_tax_rates, p_tax_bases, p_tax_amounts) x;
	IF said <> 'ok' THEN
		RETURN said;
	END IF;
	UPDATE sales."order" o SET customer_id = d.customer_id, pay_until = sutler.now() + make_interval(days => p_days)
	FROM sales.draft d WHERE o.order_id = p_order AND d.draft_id = p_draft;
	UPDATE sales.draft d SET placed = true, changed_at = sutler.now() WHERE d.draft_id = p_draft;
	PERFORM audit.add(p_tenant, audit.actor(p_actor), 'order.placed', 'order ' || p_order, '', json_build_object('draft', p_draft, 'total', p_total)::text);
	IF back IS NOT NULL THEN
		part := sales.exchange_pay(p_tenant, p_actor, back, p_order);
	END IF;
	IF p_paid AND p_total > part THEN
		said := sales.desk_pay(p_tenant, p_actor, p_order, p_reference, p_total - part);
	END IF;
	RETURN said;
END
$$;
COMMENT ON FUNCTION sales.draft_place(uuid, uuid, uuid, uuid, integer, uuid, bytea, integer, integer, boolean, text, bigint, bigint, bigint, bigint, bigint, text, date, date,
	uuid[], integer[], bigint[], bigint[], bigint[], bigint[], text[], text[], text[], text[], text[], boolean[], integer[],
	text[], integer[], bigint[], bigint[]) IS
	'Places the order of a draft, once. ok, unknown, placed, again, mail, not_allowed, or why place_order() or desk_pay() decline.';
