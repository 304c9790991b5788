-- The cart: every change of it is one of these functions, one statement of a page.
-- They find the cart by the hash of its token; a program can reach no other.

-- The open cart of a token in a store, locked; NULL when there is none.
CREATE OR REPLACE FUNCTION sales.cart_lock(p_tenant uuid, p_store uuid, p_token bytea) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid;
BEGIN
	SELECT c.cart_id INTO cart
	FROM sales.cart_token t JOIN sales.cart c ON c.cart_id = t.cart_id
	WHERE t.token_sha256 = p_token AND c.store_id = p_store AND c.state = 'open'
	FOR UPDATE OF c;
	RETURN cart;
END
$$;
COMMENT ON FUNCTION sales.cart_lock(uuid, uuid, bytea) IS 'Locks the open cart that a token opens in a store; NULL when there is none.';

-- The open cart that is saved with an account, locked; NULL when there is none.
CREATE OR REPLACE FUNCTION sales.cart_saved(p_tenant uuid, p_store uuid, p_customer uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid;
BEGIN
	SELECT c.cart_id INTO cart FROM sales.cart c
	WHERE c.store_id = p_store AND c.customer_id = p_customer AND c.state = 'open' FOR UPDATE;
	RETURN cart;
END
$$;
COMMENT ON FUNCTION sales.cart_saved(uuid, uuid, uuid) IS 'Locks the open cart of an account in a store; NULL when there is none.';

-- Counts a try inside a window of p_window_s seconds; false when p_most were made before.
CREATE OR REPLACE FUNCTION event.try(p_tenant uuid, p_scope text, p_key bytea, p_window_s integer, p_most integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	since timestamptz := to_timestamp(floor(extract(epoch FROM sutler.now()) / p_window_s) * p_window_s);
	made integer;
BEGIN
	INSERT INTO event.attempt AS a (tenant_id, scope, key_sha256, window_start, tries)
	VALUES (p_tenant, p_scope, p_key, since, 1)
	ON CONFLICT (tenant_id, scope, key_sha256, window_start) DO UPDATE SET tries = a.tries + 1
	RETURNING a.tries INTO made;
	RETURN made <= p_most;
END
$$;
COMMENT ON FUNCTION event.try(uuid, text, bytea, integer, integer) IS 'Counts a try in a time window; whether it is still within the limit.';

-- What a store can give of a variant to this cart: NULL when that is not counted (made to
-- order, not tracked), else what is free and what the cart holds itself.
CREATE OR REPLACE FUNCTION sales.cart_available(p_tenant uuid, p_store uuid, p_cart uuid, p_variant uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT CASE WHEN v.bundle THEN inventory.bundle_free(p_tenant, p_store, p_cart, p_variant)
		WHEN v.track_stock AND NOT v.made_to_order AND NOT p.made_to_order THEN
		inventory.available(p_tenant, p_store, p_variant)
		+ coalesce((SELECT sum(h.quantity) FROM inventory.hold h WHERE h.cart_id = p_cart AND h.variant_id = p_variant), 0)::bigint
	END
	FROM catalog.variant v JOIN catalog.product p ON p.product_id = v.product_id
	WHERE v.variant_id = p_variant);
END
$$;
COMMENT ON FUNCTION sales.cart_available(uuid, uuid, uuid, uuid) IS 'Pieces of a variant that a cart can have; NULL: as many as wanted.';

-- Adds pieces to the cart of p_token; when that token opens none (p_token may be NULL) a
-- cart is made and opened by p_new_token: a token that came from outside is never adopted.
-- A cart that was ordered is left alone: its token opens a new one.
-- Outcome: ok; unavailable; short (with what can be had in all); full (p_most_lines);
-- too_many (more than 10 000 of one variant).  made: p_new_token must go to the browser.
CREATE OR REPLACE FUNCTION sales.cart_add(p_tenant uuid, p_store uuid, p_token bytea, p_new_token bytea,
	p_locale text, p_currency text, p_variant uuid, p_quantity integer, p_most_lines integer)
RETURNS TABLE (outcome text, made boolean, quantity bigint, available bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid;
	token bytea := p_new_token;
	stale boolean;
	had integer;
	lines integer;
	counted boolean;
	free bigint;
	ordered uuid;
	owner uuid;
BEGIN
	-- Reminders count in hours: who adds one thing after the other does not write the cart each time.
	IF p_token IS NOT NULL THEN
		SELECT c.cart_id, c.touched_at < sutler.now() - interval '1 minute' OR c.locale <> p_locale OR c.currency <> p_currency
		INTO cart, stale
		FROM sales.cart_token t JOIN sales.cart c ON c.cart_id = t.cart_id
		WHERE t.token_sha256 = p_token AND c.store_id = p_store AND c.state = 'open'
		FOR UPDATE OF c;
		IF NOT FOUND THEN
			-- The token of an ordered cart of this store goes on; any other is not ours to use.  One that
			-- opens a cart by now was led to the next one, begun in another browser this moment.
			SELECT CASE WHEN old.state = 'ordered' THEN old.cart_id END, CASE WHEN old.state = 'ordered' THEN old.customer_id END,
			       CASE WHEN old.state = 'open' THEN sales.cart_lock(p_tenant, p_store, p_token) END
			INTO ordered, owner, cart
			FROM sales.cart_token t JOIN sales.cart old ON old.cart_id = t.cart_id
			WHERE t.token_sha256 = p_token AND old.store_id = p_store AND old.state IN ('ordered', 'open');
			IF owner IS NOT NULL THEN
				-- A customer's next cart may have been begun in another of his browsers.
				cart := sales.cart_saved(p_tenant, p_store, owner);
				stale := true;
			END IF;
		END IF;
	END IF;
	-- Active, visible in the store and priced in the currency; what is free of it; what the cart has.
	SELECT v.bundle OR (v.track_stock AND NOT v.made_to_order AND NOT p.made_to_order),
	       (SELECT coalesce(sum(greatest(s.on_hand - s.held, 0)), 0) FROM inventory.stock s
	        JOIN inventory.store_warehouse w ON w.store_id = p_store AND w.warehouse_id = s.warehouse_id
	        WHERE s.variant_id = p_variant),
	       l.lines, l.had
	INTO counted, free, lines, had
	FROM catalog.variant v
	JOIN catalog.product p ON p.product_id = v.product_id
	JOIN catalog.store_product sp ON sp.store_id = p_store AND sp.product_id = v.product_id
	CROSS JOIN (SELECT count(*) AS lines, coalesce(sum(x.quantity) FILTER (WHERE x.variant_id = p_variant), 0) AS had
		FROM sales.cart_line x WHERE x.cart_id = cart) l
	WHERE v.variant_id = p_variant AND v.status = 'active' AND p.status = 'active' AND sp.visible
	  AND EXISTS (SELECT FROM catalog.price x
		WHERE x.store_id = p_store AND x.variant_id = p_variant AND x.currency = p_currency AND x.customer_group = ''
		  AND x.min_quantity = 1 AND x.starts_at <= sutler.now() AND x.ends_at > sutler.now());
	IF NOT FOUND THEN
		RETURN QUERY SELECT 'unavailable', false, 0::bigint, 0::bigint;
		RETURN;
	END IF;
	IF p_quantity < 1 OR had + p_quantity > 10000 THEN
		RETURN QUERY SELECT 'too_many', false, had::bigint, 10000::bigint;
		RETURN;
	END IF;
	IF counted AND free < had + p_quantity THEN
		-- What the cart holds itself is its own; and a bundle has no stock but its parts'.
		free := sales.cart_available(p_tenant, p_store, cart, p_variant);
		IF free < had + p_quantity THEN
			RETURN QUERY SELECT 'short', false, had::bigint, free;
			RETURN;
		END IF;
	END IF;
	IF had = 0 AND p_most_lines <= lines THEN
		RETURN QUERY SELECT 'full', false, 0::bigint, 0::bigint;
		RETURN;
	END IF;
	IF cart IS NULL THEN
		cart := sutler.uuid7();
		INSERT INTO sales.cart (tenant_id, store_id, cart_id, locale, currency, customer_id)
		VALUES (p_tenant, p_store, cart, p_locale, p_currency, owner) ON CONFLICT DO NOTHING;
		IF NOT FOUND THEN
			-- Another of his browsers was quicker by a moment.
			cart := sales.cart_saved(p_tenant, p_store, owner);
		END IF;
		UPDATE sales.cart_token t SET cart_id = cart
		WHERE t.cart_id = ordered AND (t.token_sha256 = p_token OR t.session_id IS NOT NULL);
		IF FOUND THEN
			token := NULL;
		ELSE
			INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id) VALUES (p_tenant, p_new_token, cart);
		END IF;
	ELSE
		token := NULL;
		IF ordered IS NOT NULL THEN
			UPDATE sales.cart_token t SET cart_id = cart WHERE t.token_sha256 = p_token;
		END IF;
		IF stale THEN
			UPDATE sales.cart c SET touched_at = sutler.now(), locale = p_locale, currency = p_currency
			WHERE c.cart_id = cart AND (c.touched_at < sutler.now() - interval '1 minute' OR c.locale <> p_locale OR c.currency <> p_currency);
		END IF;
	END IF;
	INSERT INTO sales.cart_line AS l (tenant_id, cart_id, variant_id, quantity) VALUES (p_tenant, cart, p_variant, p_quantity)
	ON CONFLICT (tenant_id, cart_id, variant_id) DO UPDATE SET quantity = l.quantity + excluded.quantity;
	RETURN QUERY SELECT 'ok', token IS NOT NULL, (had + p_quantity)::bigint, CASE WHEN counted THEN coalesce(free, 0) ELSE 0 END;
END
$$;
COMMENT ON FUNCTION sales.cart_add(uuid, uuid, bytea, bytea, text, text, uuid, integer, integer) IS
	'Adds a variant to a cart, which is made when there is none. ok, unavailable, short, full or too_many.';

-- Sets the pieces of a line, 0 takes it out.  ok; gone (no such cart or line); short (more
-- than before and more than can be had; with what can be had).  Fewer is always allowed.
CREATE OR REPLACE FUNCTION sales.cart_set(p_tenant uuid, p_store uuid, p_token bytea, p_variant uuid, p_quantity integer)
RETURNS TABLE (outcome text, available bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_token);
	had integer;
	free bigint;
BEGIN
	SELECT l.quantity INTO had FROM sales.cart_line l WHERE l.cart_id = cart AND l.variant_id = p_variant;
	IF NOT FOUND THEN
		RETURN QUERY SELECT 'gone', 0::bigint;
		RETURN;
	END IF;
	IF p_quantity > had THEN
		free := sales.cart_available(p_tenant, p_store, cart, p_variant);
		IF free < p_quantity THEN
			RETURN QUERY SELECT 'short', free;
			RETURN;
		END IF;
	END IF;
	IF p_quantity = 0 THEN
		DELETE FROM sales.cart_line l WHERE l.cart_id = cart AND l.variant_id = p_variant;
	ELSE
		UPDATE sales.cart_line l SET quantity = p_quantity WHERE l.cart_id = cart AND l.variant_id = p_variant;
	END IF;
	UPDATE sales.cart c SET touched_at = sutler.now() WHERE c.cart_id = cart;
	RETURN QUERY SELECT 'ok', coalesce(free, 0);
END
$$;
COMMENT ON FUNCTION sales.cart_set(uuid, uuid, bytea, uuid, integer) IS 'Sets the pieces of a cart line; 0 takes it out. ok, gone or short.';

-- Puts a coupon on the cart; an empty code takes it off.  ok; gone (no cart); unknown;
-- early; over; used_up; currency (no amount in this one); tries (too many wrong codes).
CREATE OR REPLACE FUNCTION sales.cart_coupon(p_tenant uuid, p_store uuid, p_token bytea, p_code text, p_currency text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_token);
	k record;
BEGIN
	IF cart IS NULL THEN
		RETURN 'gone';
	END IF;
	IF p_code <> '' THEN
		IF 20 <= (SELECT coalesce(sum(a.tries), 0) FROM event.attempt a
			WHERE a.scope = 'coupon' AND a.key_sha256 = p_token AND a.window_start > sutler.now() - interval '1 hour') THEN
			RETURN 'tries';
		END IF;
		SELECT x.* INTO k FROM sales.coupon x WHERE x.store_id = p_store AND x.code = p_code AND x.active;
		IF NOT FOUND THEN
			RETURN 'unknown';
		ELSIF k.starts_at > sutler.now() THEN
			RETURN 'early';
		ELSIF k.ends_at <= sutler.now() THEN
			RETURN 'over';
		ELSIF k.used >= k.max_uses THEN
			RETURN 'used_up';
		ELSIF k.kind = 'fixed' AND NOT EXISTS (SELECT FROM sales.coupon_amount a
			WHERE a.store_id = p_store AND a.coupon_id = k.coupon_id AND a.currency = p_currency AND a.fixed > 0) THEN
			RETURN 'currency';
		END IF;
	END IF;
	UPDATE sales.cart c SET coupon_code = p_code, touched_at = sutler.now() WHERE c.cart_id = cart;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.cart_coupon(uuid, uuid, bytea, text, text) IS
	'Puts a coupon on a cart, or takes it off. ok, gone, unknown, early, over, used_up, currency or tries.';

-- A wrong code was typed: counted per cart and hour, beside the declined transaction.
CREATE OR REPLACE FUNCTION sales.coupon_missed(p_tenant uuid, p_token bytea) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT event.try(p_tenant, 'coupon', p_token, 600, 20) $$;
COMMENT ON FUNCTION sales.coupon_missed(uuid, bytea) IS 'Counts a wrong coupon code of a cart.';

-- Keeps the buyer's words; false when there is no cart.
CREATE OR REPLACE FUNCTION sales.cart_note(p_tenant uuid, p_store uuid, p_token bytea, p_note text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_token);
BEGIN
	UPDATE sales.cart c SET note = p_note, touched_at = sutler.now() WHERE c.cart_id = cart;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION sales.cart_note(uuid, uuid, bytea, text) IS 'Keeps the note of a cart.';

-- Goods of one open cart also in another, at most p_most_lines: of the same variant the pieces are added up, as
-- far as stock reaches.
CREATE OR REPLACE FUNCTION sales.cart_pour(p_tenant uuid, p_from uuid, p_into uuid, p_most_lines integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	store uuid := (SELECT c.store_id FROM sales.cart c WHERE c.cart_id = p_into);
	room integer;
BEGIN
	PERFORM inventory.release_cart(p_tenant, p_from);
	UPDATE sales.cart_line l
	SET quantity = least(greatest(least(l.quantity + s.quantity,
		coalesce(sales.cart_available(p_tenant, store, p_into, l.variant_id), 10000)), l.quantity), 10000)
	FROM sales.cart_line s
	WHERE l.cart_id = p_into AND s.cart_id = p_from AND s.variant_id = l.variant_id;
	room := p_most_lines - (SELECT count(*) FROM sales.cart_line l WHERE l.cart_id = p_into);
	INSERT INTO sales.cart_line (tenant_id, cart_id, variant_id, quantity, added_at)
	SELECT p_tenant, p_into, s.variant_id, s.quantity, s.added_at FROM sales.cart_line s
	WHERE s.cart_id = p_from AND NOT EXISTS (SELECT FROM sales.cart_line l WHERE l.cart_id = p_into AND l.variant_id = s.variant_id)
	ORDER BY s.added_at DESC, s.variant_id LIMIT greatest(room, 0);
END
$$;
COMMENT ON FUNCTION sales.cart_pour(uuid, uuid, uuid, integer) IS 'Puts the goods of an open cart into another one.';

-- At log-in: the cart in the browser and the one saved with the account become one, and
-- p_new_token opens it for the new session; every other cookie or link to the browser's cart
-- ends, for who gave somebody a link to his own cart must not look on.
--
-- The browser's cart is the one that goes on, with the checkout it may be in; goods of the
-- saved one are added.  Of the same variant the pieces are added up, as far as stock reaches:
-- too many are seen and lowered at a glance, while pieces that vanish are missed after the
-- order, and who buys soles by the hundred means both numbers.  A cart of another account
-- stays that account's.  joined: both had goods; else kept.
CREATE OR REPLACE FUNCTION sales.cart_join(p_tenant uuid, p_store uuid, p_customer uuid, p_session uuid, p_token bytea,
	p_new_token bytea, p_locale text, p_currency text, p_most_lines integer)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	hand uuid := sales.cart_lock(p_tenant, p_store, p_token);
	saved uuid;
	cart uuid;
	goods boolean;
	answer text := 'kept';
BEGIN
	IF EXISTS (SELECT FROM sales.cart c WHERE c.cart_id = hand AND c.customer_id <> p_customer) THEN
		hand := NULL;
	END IF;
	saved := sales.cart_saved(p_tenant, p_store, p_customer);
	IF hand IS NOT NULL AND hand = saved THEN
		hand := NULL;
	END IF;
	goods := EXISTS (SELECT FROM sales.cart_line l WHERE l.cart_id = hand);
	cart := CASE WHEN goods OR saved IS NULL THEN hand ELSE saved END;
	IF cart IS NULL THEN
		cart := sutler.uuid7();
		INSERT INTO sales.cart (tenant_id, store_id, cart_id, locale, currency, customer_id)
		VALUES (p_tenant, p_store, cart, p_locale, p_currency, p_customer);
	ELSIF goods AND saved IS NOT NULL THEN
		answer := CASE WHEN EXISTS (SELECT FROM sales.cart_line l WHERE l.cart_id = saved) THEN 'joined' ELSE 'kept' END;
		PERFORM sales.cart_pour(p_tenant, saved, hand, p_most_lines);
		-- What was said in the saved cart counts where the other says nothing.
		UPDATE sales.cart c
		SET coupon_code = CASE WHEN c.coupon_code = '' THEN s.coupon_code ELSE c.coupon_code END,
		    note = CASE WHEN c.note = '' THEN s.note ELSE c.note END,
		    customer_type = CASE WHEN c.contact_id IS NULL THEN s.customer_type ELSE c.customer_type END,
		    contact_id = coalesce(c.contact_id, s.contact_id),
		    billing_id = CASE WHEN c.contact_id IS NULL THEN s.billing_id ELSE c.billing_id END,
		    verified_email = CASE WHEN c.contact_id IS NULL THEN s.verified_email ELSE c.verified_email END,
		    reminders = CASE WHEN c.contact_id IS NULL THEN s.reminders ELSE c.reminders END,
		    method_id = coalesce(c.method_id, s.method_id), payment_method = coalesce(c.payment_method, s.payment_method)
		FROM sales.cart s WHERE c.cart_id = hand AND s.cart_id = saved;
		DELETE FROM sales.cart_token t WHERE t.cart_id = hand;
		UPDATE sales.cart_token t SET cart_id = hand WHERE t.cart_id = saved AND t.session_id IS NOT NULL;
		PERFORM sales.cart_drop(p_tenant, saved);
		UPDATE sales.cart c SET customer_id = p_customer, touched_at = sutler.now() WHERE c.cart_id = hand;
	ELSIF cart = hand THEN
		DELETE FROM sales.cart_token t WHERE t.cart_id = hand;
		UPDATE sales.cart c SET customer_id = p_customer, touched_at = sutler.now() WHERE c.cart_id = hand;
	ELSIF hand IS NOT NULL THEN
		PERFORM sales.cart_drop(p_tenant, hand);
	END IF;
	INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id, session_id) VALUES (p_tenant, p_new_token, cart, p_session);
	RETURN answer;
END
$$;
COMMENT ON FUNCTION sales.cart_join(uuid, uuid, uuid, uuid, bytea, bytea, text, text, integer) IS
	'Makes one cart of the browser''s and the saved one at log-in. joined or kept.';

-- Takes an open cart away, with holds and with the addresses that no other cart or order uses.
CREATE OR REPLACE FUNCTION sales.cart_drop(p_tenant uuid, p_cart uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
BEGIN
	PERFORM inventory.release_cart(p_tenant, p_cart);
	DELETE FROM sales.cart x WHERE x.cart_id = p_cart AND x.state = 'open' RETURNING x.contact_id, x.billing_id INTO c;
	DELETE FROM sales.contact k WHERE k.contact_id IN (c.contact_id, c.billing_id)
		AND NOT EXISTS (SELECT FROM sales.cart x WHERE x.contact_id = k.contact_id OR x.billing_id = k.contact_id)
		AND NOT EXISTS (SELECT FROM sales."order" o WHERE o.contact_id = k.contact_id OR o.billing_id = k.contact_id);
END
$$;
COMMENT ON FUNCTION sales.cart_drop(uuid, uuid) IS 'Takes an open cart away.';
