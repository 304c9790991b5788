-- The steps of checkout: each keeps what its page asked.  All find the cart by the hash of
-- its token and answer 'gone' when that opens no cart that can still be changed.

-- Start: the pieces are held.  ok, gone, empty, hoarding, or short with the variant and
-- what can be had of it.
CREATE OR REPLACE FUNCTION sales.checkout_start(p_tenant uuid, p_store uuid, p_token bytea, p_locale text, p_currency text,
	p_address text, p_cap integer)
RETURNS TABLE (outcome text, variant_id uuid, available bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_token);
BEGIN
	IF cart IS NULL THEN
		RETURN QUERY SELECT 'gone', NULL::uuid, NULL::bigint;
	ELSIF NOT EXISTS (SELECT FROM sales.cart_line l WHERE l.cart_id = cart) THEN
		RETURN QUERY SELECT 'empty', NULL::uuid, NULL::bigint;
	ELSE
		UPDATE sales.cart c SET locale = p_locale, currency = p_currency, touched_at = sutler.now() WHERE c.cart_id = cart;
		RETURN QUERY SELECT h.outcome, h.variant_id, h.available FROM inventory.hold_cart(p_tenant, cart, p_address, p_cap) h;
	END IF;
END
$$;
COMMENT ON FUNCTION sales.checkout_start(uuid, uuid, bytea, text, text, text, integer) IS
	'Begins checkout: keeps language and currency, holds the pieces. ok, gone, empty, short or hoarding.';

-- Queues the mail with a code for the cart's mail address; deliver makes the code when it
-- sends.  At most 5 in an hour for a cart, and for an address whatever the cart.
CREATE OR REPLACE FUNCTION sales.verify_send(p_tenant uuid, p_store uuid, p_token bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_token);
	mail record;
BEGIN
	SELECT sha256(convert_to(k.email_key, 'UTF8')) AS key INTO mail FROM sales.cart c JOIN sales.contact k ON k.contact_id = c.contact_id
	WHERE c.cart_id = cart AND k.email <> '';
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	IF NOT event.try(p_tenant, 'code', sha256(convert_to(cart::text, 'UTF8')), 3600, 5)
	   OR NOT event.try(p_tenant, 'code', mail.key, 3600, 5) THEN
		RETURN 'too_many';
	END IF;
	INSERT INTO sales.verification AS v (tenant_id, cart_id, email_sha256, expires_at)
	VALUES (p_tenant, cart, mail.key, sutler.now() + interval '10 minutes')
	ON CONFLICT (tenant_id, cart_id) DO UPDATE
	SET email_sha256 = excluded.email_sha256, code_sha256 = NULL, tries = 0, expires_at = excluded.expires_at;
	PERFORM event.queue_mail(p_tenant, p_store, 'verify-code', NULL, cart, NULL);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.verify_send(uuid, uuid, bytea) IS 'Asks for a code by mail. ok, gone or too_many.';

-- Keeps who orders.  The first time, the cart's tokens end and p_new_token opens it: who
-- gave someone a link to his own cart cannot look on.  Sent again with the same tokens (the
-- answer got lost, a double click) it finds the cart by the new one and says the same.  ok
-- (nothing more to prove), verify (a code is on its way), too_many (no further code), gone;
-- rotated: p_new_token must go to the browser.
CREATE OR REPLACE FUNCTION sales.checkout_contact(p_tenant uuid, p_store uuid, p_token bytea, p_new_token bytea,
	p_email text, p_phone text, p_reminders boolean, p_verify boolean)
RETURNS TABLE (outcome text, rotated boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_token);
	person uuid;
	token bytea := p_token;
	key bytea := sha256(convert_to(lower(p_email), 'UTF8'));
	proven text;
	answer text := 'ok';
BEGIN
	IF cart IS NULL THEN
		cart := sales.cart_lock(p_tenant, p_store, p_new_token);
		token := p_new_token;
	END IF;
	IF cart IS NULL THEN
		RETURN QUERY SELECT 'gone', false;
		RETURN;
	END IF;
	SELECT c.contact_id, c.verified_email INTO person, proven FROM sales.cart c WHERE c.cart_id = cart;
	IF person IS NULL THEN
		person := sutler.uuid7();
		INSERT INTO sales.contact (tenant_id, contact_id, email, phone) VALUES (p_tenant, person, p_email, p_phone);
		-- The owner's own browsers keep theirs.
		INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id, session_id)
		SELECT p_tenant, p_new_token, cart, t.session_id FROM sales.cart_token t WHERE t.token_sha256 = p_token;
		DELETE FROM sales.cart_token t WHERE t.cart_id = cart AND t.token_sha256 <> p_new_token
			AND (t.session_id IS NULL OR t.token_sha256 = p_token);
		token := p_new_token;
	ELSE
		UPDATE sales.contact k SET email = p_email, phone = p_phone WHERE k.contact_id = person;
	END IF;
	UPDATE sales.cart c SET contact_id = person, reminders = p_reminders, touched_at = sutler.now() WHERE c.cart_id = cart;
	IF p_verify AND proven <> encode(key, 'hex') THEN
		-- A code that is on its way to the same address still counts.
		IF EXISTS (SELECT FROM sales.verification v WHERE v.cart_id = cart AND v.email_sha256 = key
			AND v.tries < 5 AND v.expires_at > sutler.now() + interval '1 minute') THEN
			answer := 'verify';
		ELSE
			answer := sales.verify_send(p_tenant, p_store, token);
			answer := CASE answer WHEN 'ok' THEN 'verify' ELSE answer END;
		END IF;
	END IF;
	RETURN QUERY SELECT answer, token <> p_token;
END
$$;
COMMENT ON FUNCTION sales.checkout_contact(uuid, uuid, bytea, bytea, text, text, boolean, boolean) IS
	'Keeps mail address and telephone of who orders. ok, verify, too_many or gone.';

-- Compares a typed code; at most 5 are looked at.  ok, wrong, over, too_many or gone.
CREATE OR REPLACE FUNCTION sales.verify_check(p_tenant uuid, p_store uuid, p_token bytea, p_code text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_token);
	v record;
	mail_key bytea;
BEGIN
	SELECT x.* INTO v FROM sales.verification x WHERE x.cart_id = cart FOR UPDATE;
	SELECT sha256(convert_to(k.email_key, 'UTF8')) INTO mail_key FROM sales.cart c JOIN sales.contact k ON k.contact_id = c.contact_id WHERE c.cart_id = cart;
	IF cart IS NULL OR v.cart_id IS NULL OR mail_key IS NULL THEN
		RETURN 'gone';
	ELSIF v.expires_at <= sutler.now() OR v.email_sha256 <> mail_key THEN
		RETURN 'over';
	ELSIF v.tries >= 5 THEN
		RETURN 'too_many';
	ELSIF v.code_sha256 IS DISTINCT FROM sha256(convert_to(cart::text || p_code, 'UTF8')) THEN
		UPDATE sales.verification x SET tries = x.tries + 1 WHERE x.cart_id = cart;
		RETURN 'wrong';
	END IF;
	UPDATE sales.cart c SET verified_email = encode(mail_key, 'hex'), touched_at = sutler.now()
	WHERE c.cart_id = cart;
	DELETE FROM sales.verification x WHERE x.cart_id = cart;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.verify_check(uuid, uuid, bytea, text) IS 'Proves the mail address by the code. ok, wrong, over, too_many or gone.';

-- Writes an address into a contact, which is made when it is not there.
CREATE OR REPLACE FUNCTION sales.put_address(p_tenant uuid, p_contact uuid, p_tax_id text, p_name text, p_company text, p_street text,
	p_street2 text, p_postal_code text, p_city text, p_region text, p_country text)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO sales.contact (tenant_id, contact_id, name, company, tax_id, street, street2, postal_code, city, region, country)
	VALUES (p_tenant, p_contact, p_name, p_company, p_tax_id, p_street, p_street2, p_postal_code, p_city, p_region, p_country)
	ON CONFLICT (tenant_id, contact_id) DO UPDATE
	SET name = excluded.name, company = excluded.company, tax_id = excluded.tax_id, street = excluded.street, street2 = excluded.street2,
	    postal_code = excluded.postal_code, city = excluded.city, region = excluded.region, country = excluded.country
$$;
COMMENT ON FUNCTION sales.put_address(uuid, uuid, text, text, text, text, text, text, text, text, text) IS 'Writes an address into a contact, made when it is not there.';

-- Keeps where it goes, and where the invoice goes when p_billing.
CREATE OR REPLACE FUNCTION sales.checkout_address(p_tenant uuid, p_store uuid, p_token bytea, p_customer_type text, p_tax_id text,
	p_name text, p_company text, p_street text, p_street2 text, p_postal_code text, p_city text, p_region text, p_country text,
	p_billing boolean, b_name text, b_company text, b_street text, b_street2 text, b_postal_code text, b_city text,
	b_region text, b_country text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_token);
	person uuid;
	payer uuid;
BEGIN
	SELECT c.contact_id, c.billing_id INTO person, payer FROM sales.cart c WHERE c.cart_id = cart;
	IF person IS NULL THEN
		RETURN 'gone';
	END IF;
	PERFORM sales.put_address(p_tenant, person, p_tax_id, p_name, p_company, p_street, p_street2, p_postal_code, p_city, p_region, p_country);
	IF p_billing THEN
		payer := coalesce(payer, sutler.uuid7());
		PERFORM sales.put_address(p_tenant, payer, p_tax_id, b_name, b_company, b_street, b_street2, b_postal_code, b_city, b_region, b_country);
	END IF;
	UPDATE sales.cart c SET customer_type = p_customer_type, billing_id = CASE WHEN p_billing THEN payer END, touched_at = sutler.now()
	WHERE c.cart_id = cart;
	IF NOT p_billing AND payer IS NOT NULL THEN
		DELETE FROM sales.contact k WHERE k.contact_id = payer;
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.checkout_address(uuid, uuid, bytea, text, text, text, text, text, text, text, text, text, text,
	boolean, text, text, text, text, text, text, text, text) IS 'Keeps delivery and invoice address of a cart. ok or gone.';

-- Keeps a way of delivery of the store.  ok, unknown or gone.
CREATE OR REPLACE FUNCTION sales.checkout_delivery(p_tenant uuid, p_store uuid, p_token bytea, p_method uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_token);
BEGIN
	IF cart IS NULL THEN
		RETURN 'gone';
	ELSIF NOT EXISTS (SELECT FROM shipping.method m WHERE m.store_id = p_store AND m.method_id = p_method AND m.active) THEN
		RETURN 'unknown';
	END IF;
	UPDATE sales.cart c SET method_id = p_method, touched_at = sutler.now() WHERE c.cart_id = cart;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.checkout_delivery(uuid, uuid, bytea, uuid) IS 'Keeps the way of delivery of a cart. ok, unknown or gone.';

-- Keeps a way of payment of the store.  ok, unknown or gone.
CREATE OR REPLACE FUNCTION sales.checkout_payment(p_tenant uuid, p_store uuid, p_token bytea, p_method text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_token);
BEGIN
	IF cart IS NULL THEN
		RETURN 'gone';
	ELSIF NOT EXISTS (SELECT FROM payment.method m WHERE m.store_id = p_store AND m.method = p_method AND m.active)
		OR (p_method = 'card' AND NOT payment.has_gateway(p_tenant, p_store)) THEN
		RETURN 'unknown';
	END IF;
	UPDATE sales.cart c SET payment_method = p_method, touched_at = sutler.now() WHERE c.cart_id = cart;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.checkout_payment(uuid, uuid, bytea, text) IS 'Keeps the way of payment of a cart. ok, unknown or gone.';

-- First statement of placing: locks the cart against other tabs, keeps the page's language
-- and currency and the last note.  Its id, NULL when the token opens none; ordered says it was placed.
CREATE OR REPLACE FUNCTION sales.checkout_lock(p_tenant uuid, p_store uuid, p_token bytea, p_locale text, p_currency text, p_note text)
RETURNS TABLE (cart_id uuid, ordered boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
BEGIN
	SELECT x.cart_id, x.state INTO c
	FROM sales.cart_token t JOIN sales.cart x ON x.cart_id = t.cart_id
	WHERE t.token_sha256 = p_token AND x.store_id = p_store
	FOR UPDATE OF x;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	UPDATE sales.cart x SET locale = p_locale, currency = p_currency, note = p_note
	WHERE x.cart_id = c.cart_id AND x.state = 'open';
	RETURN QUERY SELECT c.cart_id, c.state = 'ordered';
END
$$;
COMMENT ON FUNCTION sales.checkout_lock(uuid, uuid, bytea, text, text, text) IS
	'Locks the cart of a token for placing its order; whether that was done before.';
