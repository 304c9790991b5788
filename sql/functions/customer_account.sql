-- What customers do with their own account, and what they may see of their orders.
-- A page passes the customer of its session; each function touches that one's rows alone.

-- Keeps who somebody is.  False when there is no such person (any more).
CREATE OR REPLACE FUNCTION customer.set_profile(p_tenant uuid, p_customer uuid, p_name text, p_phone text,
	p_customer_type text, p_company text, p_tax_id text, p_locale text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE customer.person p SET name = p_name, phone = p_phone, customer_type = p_customer_type,
		company = p_company, tax_id = p_tax_id, locale = p_locale
	WHERE p.customer_id = p_customer AND p.erased_at IS NULL;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION customer.set_profile(uuid, uuid, text, text, text, text, text, text) IS
	'Keeps name, telephone, company, tax number and language of a customer.';

-- Makes an entry of the address book (p_make) or changes one.  The first is the default for
-- both.  ok; full (p_most entries); unknown (not his, or no such customer).  The person's row
-- is locked: two tabs cannot pass the limit or make two defaults.
CREATE OR REPLACE FUNCTION customer.keep_address(p_tenant uuid, p_customer uuid, p_address uuid, p_make boolean, p_most integer,
	p_name text, p_company text, p_street text, p_street2 text, p_postal_code text, p_city text, p_region text, p_country text,
	p_phone text, p_shipping boolean, p_billing boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	had bigint;
	ship boolean;
	bill boolean;
BEGIN
	PERFORM FROM customer.person p WHERE p.customer_id = p_customer AND p.erased_at IS NULL FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	-- The same once more is no other entry: the form was sent twice.
	IF p_make AND EXISTS (SELECT FROM customer.address a WHERE a.customer_id = p_customer
		AND (a.name, a.company, a.street, a.street2, a.postal_code, a.city, a.region, a.country)
			= (p_name, p_company, p_street, p_street2, p_postal_code, p_city, p_region, p_country)) THEN
		RETURN 'ok';
	END IF;
	SELECT count(*) INTO had FROM customer.address a WHERE a.customer_id = p_customer;
	IF p_make AND had >= p_most THEN
		RETURN 'full';
	END IF;
	IF NOT p_make AND NOT EXISTS (SELECT FROM customer.address a WHERE a.customer_id = p_customer AND a.address_id = p_address) THEN
		RETURN 'unknown';
	END IF;
	ship := p_shipping OR NOT EXISTS (SELECT FROM customer.address a
		WHERE a.customer_id = p_customer AND a.is_shipping AND a.address_id <> p_address);
	bill := p_billing OR NOT EXISTS (SELECT FROM customer.address a
		WHERE a.customer_id = p_customer AND a.is_billing AND a.address_id <> p_address);
	UPDATE customer.address a SET is_shipping = a.is_shipping AND NOT ship, is_billing = a.is_billing AND NOT bill
	WHERE a.customer_id = p_customer AND a.address_id <> p_address AND (a.is_shipping AND ship OR a.is_billing AND bill);
	IF p_make THEN
		INSERT INTO customer.address (tenant_id, address_id, customer_id, name, company, street, street2, postal_code, city, region,
			country, phone, is_shipping, is_billing)
		VALUES (p_tenant, p_address, p_customer, p_name, p_company, p_street, p_street2, p_postal_code, p_city, p_region,
			p_country, p_phone, ship, bill);
	ELSE
		UPDATE customer.address a SET name = p_name, company = p_company, street = p_street, street2 = p_street2,
			postal_code = p_postal_code, city = p_city, region = p_region, country = p_country, phone = p_phone,
			is_shipping = ship, is_billing = bill
		WHERE a.customer_id = p_customer AND a.address_id = p_address;
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.keep_address(uuid, uuid, uuid, boolean, integer, text, text, text, text, text, text, text, text, text,
	boolean, boolean) IS 'Makes or changes an entry of a customer''s address book. ok, full or unknown.';

-- Takes an entry out; another one becomes what it was the default for.
CREATE OR REPLACE FUNCTION customer.drop_address(p_tenant uuid, p_customer uuid, p_address uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	gone record;
	heir uuid;
BEGIN
	PERFORM FROM customer.person p WHERE p.customer_id = p_customer FOR UPDATE;
	DELETE FROM customer.address a WHERE a.customer_id = p_customer AND a.address_id = p_address
	RETURNING a.is_shipping, a.is_billing INTO gone;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	SELECT a.address_id INTO heir FROM customer.address a WHERE a.customer_id = p_customer ORDER BY a.address_id DESC LIMIT 1;
	UPDATE customer.address a SET is_shipping = a.is_shipping OR gone.is_shipping, is_billing = a.is_billing OR gone.is_billing
	WHERE a.address_id = heir;
	RETURN true;
END
$$;
COMMENT ON FUNCTION customer.drop_address(uuid, uuid, uuid) IS 'Removes an entry of a customer''s address book; false when it is not his.';

-- The order that somebody may look at in a store: by the hash of a link that has not ended, or
-- because it is his.  NULL: none.  Every query of an order's page asks this one question.
CREATE OR REPLACE FUNCTION sales.order_open(p_tenant uuid, p_store uuid, p_link bytea, p_order uuid, p_customer uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF p_customer IS NULL THEN
		RETURN (SELECT o.order_id FROM sales.order_token t JOIN sales."order" o ON o.order_id = t.order_id
			WHERE t.token_sha256 = p_link AND t.expires_at > sutler.now() AND o.store_id = p_store);
	END IF;
	RETURN (SELECT o.order_id FROM sales."order" o WHERE o.order_id = p_order AND o.customer_id = p_customer AND o.store_id = p_store);
END
$$;
COMMENT ON FUNCTION sales.order_open(uuid, uuid, bytea, uuid, uuid) IS
	'The order that a link opens, or that is a customer''s own; NULL when he may not see it.';

-- Whether the buyer can still call an order off himself: nothing came in, nothing is on its way.
CREATE OR REPLACE FUNCTION sales.can_cancel(p_tenant uuid, p_order uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN EXISTS (SELECT FROM sales."order" o
		WHERE o.order_id = p_order AND o.state = 'open' AND o.fulfilment = 'unfulfilled' AND o.payment IN ('pending', 'failed')
		  AND NOT EXISTS (SELECT FROM payment.payment p WHERE p.order_id = o.order_id AND p.captured > 0)
		  -- A payment page that may still be paid comes first: it closes by itself within the hour.
		  AND NOT EXISTS (SELECT FROM payment.intent i WHERE i.order_id = o.order_id AND i.state IN ('new', 'open', 'unknown', 'review', 'succeeded')));
END
$$;
COMMENT ON FUNCTION sales.can_cancel(uuid, uuid) IS 'Whether the buyer may cancel: open, unpaid, nothing made or shipped.';

-- The buyer cancels.  ok; not_allowed; unknown.  Locked first: money that comes in meanwhile wins or waits.
CREATE OR REPLACE FUNCTION sales.cancel_own(p_tenant uuid, p_store uuid, p_link bytea, p_order uuid, p_customer uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own uuid := sales.order_open(p_tenant, p_store, p_link, p_order, p_customer);
BEGIN
	IF own IS NULL THEN
		RETURN 'unknown';
	END IF;
	PERFORM FROM sales."order" o WHERE o.order_id = own FOR UPDATE;
	IF NOT sales.can_cancel(p_tenant, own) THEN
		RETURN 'not_allowed';
	END IF;
	RETURN sales.cancel(p_tenant, own, 'buyer', '');
END
$$;
COMMENT ON FUNCTION sales.cancel_own(uuid, uuid, bytea, uuid, uuid) IS 'The buyer cancels his order while nothing was paid. ok, not_allowed or unknown.';

-- The order just placed belongs to who was signed in.
CREATE OR REPLACE FUNCTION sales.own_order(p_tenant uuid, p_link bytea, p_customer uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE sales."order" o SET customer_id = p_customer FROM sales.order_token t
	WHERE t.token_sha256 = p_link AND o.order_id = t.order_id AND o.customer_id IS NULL;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION sales.own_order(uuid, bytea, uuid) IS 'Writes the customer onto an order that has none.';

-- The cart of a token becomes the saved cart of a customer who has none open in that store.
CREATE OR REPLACE FUNCTION sales.save_cart(p_tenant uuid, p_store uuid, p_token bytea, p_customer uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid := sales.cart_lock(p_tenant, p_store, p_token);
BEGIN
	PERFORM FROM customer.person p WHERE p.customer_id = p_customer FOR UPDATE;
	UPDATE sales.cart c SET customer_id = p_customer
	WHERE c.cart_id = cart AND c.customer_id IS NULL
	  AND NOT EXISTS (SELECT FROM sales.cart s WHERE s.store_id = p_store AND s.customer_id = p_customer AND s.state = 'open');
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION sales.save_cart(uuid, uuid, bytea, uuid) IS 'Saves a cart for its owner, unless another one is.';

-- Opens a customer's saved cart on a device that has none: p_new_token opens it from now on.
CREATE OR REPLACE FUNCTION sales.open_saved(p_tenant uuid, p_store uuid, p_customer uuid, p_session uuid, p_new_token bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id, session_id)
	SELECT p_tenant, p_new_token, c.cart_id, p_session FROM sales.cart c
	WHERE c.store_id = p_store AND c.customer_id = p_customer AND c.state = 'open';
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION sales.open_saved(uuid, uuid, uuid, uuid, bytea) IS 'A further token for a customer''s saved cart, as long as the session lives.';

-- Puts what an order held into the cart of p_token (made and opened by p_new_token when there
-- is none), as far as it is still sold: added counts pieces, wanted those of the order;
-- left_out names the lines of which nothing, fewer those of which not all could be had.
CREATE OR REPLACE FUNCTION sales.reorder(p_tenant uuid, p_store uuid, p_order uuid, p_customer uuid, p_session uuid, p_token bytea, p_new_token bytea,
	p_locale text, p_currency text, p_most_lines integer)
RETURNS TABLE (wanted bigint, added bigint, left_out text, fewer text, made boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own uuid := sales.order_open(p_tenant, p_store, NULL, p_order, p_customer);
	token bytea := p_token;
	missed text[] := '{}';
	short text[] := '{}';
	l record;
	a record;
BEGIN
	wanted := 0;
	added := 0;
	made := false;
	IF sales.cart_lock(p_tenant, p_store, p_token) IS NULL AND sales.open_saved(p_tenant, p_store, p_customer, p_session, p_new_token) THEN
		token := p_new_token;
		made := true;
	END IF;
	FOR l IN SELECT x.variant_id, x.name, sum(x.quantity)::integer AS quantity, min(x.line_no) AS line_no FROM sales.order_line x
		WHERE x.order_id = own AND x.part_of IS NULL GROUP BY x.variant_id, x.name ORDER BY 4
	LOOP
		wanted := wanted + l.quantity;
		SELECT x.* INTO a FROM sales.cart_add(p_tenant, p_store, token, p_new_token, p_locale, p_currency, l.variant_id, l.quantity, p_most_lines) x;
		IF a.outcome = 'short' AND a.available > a.quantity THEN
			-- what can be had beside what is in the cart already
			l.quantity := (a.available - a.quantity)::integer;
			short := short || l.name;
			SELECT x.* INTO a FROM sales.cart_add(p_tenant, p_store, token, p_new_token, p_locale, p_currency, l.variant_id, l.quantity, p_most_lines) x;
		END IF;
		IF a.outcome = 'ok' THEN
			added := added + l.quantity;
			IF a.made THEN
				made := true;
				token := p_new_token;
			END IF;
		ELSE
			missed := missed || l.name;
		END IF;
	END LOOP;
	IF added > 0 THEN
		PERFORM sales.save_cart(p_tenant, p_store, token, p_customer);
	END IF;
	left_out := array_to_string(missed, ', ');
	fewer := array_to_string(short, ', ');
	RETURN NEXT;
END
$$;
COMMENT ON FUNCTION sales.reorder(uuid, uuid, uuid, uuid, uuid, bytea, bytea, text, text, integer) IS
	'Puts the lines of a customer''s order into a cart again, as far as they can be had.';
