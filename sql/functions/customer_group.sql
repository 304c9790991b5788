-- Price groups: who is in one, and the groups themselves.
--
-- A member pays the lowest of the group's prices and everybody's (lib/shop/pricing.h), so that
-- to be in a group never costs more.  Whose prices count is asked in the statement that reads
-- them: a page never mixes those of two groups.

-- The group of who is signed in by a cookie; NULL: nobody is, or is in none.
CREATE OR REPLACE FUNCTION customer.session_group(p_tenant uuid, p_token bytea) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.price_group FROM customer.session_find(p_tenant, p_token) s
	JOIN customer.person p ON p.tenant_id = p_tenant AND p.customer_id = s.customer_id
$$;
COMMENT ON FUNCTION customer.session_group(uuid, bytea) IS 'The price group of who is signed in by a cookie.';

-- Products of a page of which the group of who is signed in pays less than everybody: the lowest price of one piece, and
-- whether variants or tiers cost otherwise.  No row: nobody is signed in, is in no group, or it pays the same.
CREATE OR REPLACE FUNCTION catalog.own_card_prices(p_tenant uuid, p_store uuid, p_currency text, p_products uuid[], p_token bytea)
RETURNS TABLE (product_id uuid, price bigint, price_varies boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH own AS MATERIALIZED (
		SELECT g.code FROM customer.session_group(p_tenant, p_token) AS g (code) WHERE g.code IS NOT NULL
	), valid AS (
		SELECT v.product_id, v.variant_id, x.customer_group, x.min_quantity, x.amount, x.starts_at
		FROM own
		CROSS JOIN (SELECT DISTINCT u AS product_id FROM unnest(p_products) AS u) w
		JOIN catalog.variant v ON v.product_id = w.product_id AND v.status = 'active'
		JOIN catalog.price x ON x.store_id = p_store AND x.variant_id = v.variant_id AND x.currency = p_currency AND x.customer_group IN ('', own.code)
		WHERE x.starts_at <= sutler.now() AND x.ends_at > sutler.now()
	), one AS (
		SELECT DISTINCT ON (y.variant_id, y.customer_group) y.*
		FROM valid y WHERE y.min_quantity = 1
		ORDER BY y.variant_id, y.customer_group, y.starts_at DESC
	), paid AS (
		SELECT o.product_id, min(o.amount) AS amount, min(o.amount) FILTER (WHERE o.customer_group = '') AS plain
		FROM one o GROUP BY o.product_id, o.variant_id
	)
	SELECT p.product_id, min(p.amount), min(p.amount) <> max(p.amount) OR EXISTS (SELECT FROM valid t WHERE t.product_id = p.product_id AND t.min_quantity > 1)
	FROM paid p WHERE p.plain IS NOT NULL GROUP BY p.product_id HAVING bool_or(p.amount < p.plain)
$$;
COMMENT ON FUNCTION catalog.own_card_prices(uuid, uuid, text, uuid[], bytea) IS 'The lowest prices of products for who is signed in by a cookie, where his price group pays less than everybody.';

-- The group of whose order it is: when the order changes, its prices are still his.  Of a draft that staff put together likewise.
CREATE OR REPLACE FUNCTION sales.order_group(p_tenant uuid, p_order uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.price_group FROM sales."order" o
	JOIN customer.person p ON p.tenant_id = o.tenant_id AND p.customer_id = o.customer_id
	WHERE o.tenant_id = p_tenant AND o.order_id = p_order
	UNION ALL
	SELECT p.price_group FROM sales.draft d
	JOIN customer.person p ON p.tenant_id = d.tenant_id AND p.customer_id = d.customer_id
	WHERE d.tenant_id = p_tenant AND d.draft_id = p_order
	LIMIT 1
$$;
COMMENT ON FUNCTION sales.order_group(uuid, uuid) IS 'The price group of the customer whose order or draft it is.';

-- Makes a group (p_new) or gives it another name.  ok; code or name (another has it); gone.
CREATE OR REPLACE FUNCTION customer.save_group(p_tenant uuid, p_actor uuid, p_new boolean, p_code text, p_name text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF p_new THEN
		INSERT INTO customer.price_group (tenant_id, code, name) VALUES (p_tenant, p_code, p_name) ON CONFLICT DO NOTHING;
		IF NOT FOUND THEN
			RETURN CASE WHEN EXISTS (SELECT FROM customer.price_group g WHERE g.tenant_id = p_tenant AND g.code = p_code) THEN 'code' ELSE 'name' END;
		END IF;
	ELSE
		BEGIN
			UPDATE customer.price_group g SET name = p_name WHERE g.tenant_id = p_tenant AND g.code = p_code;
		EXCEPTION WHEN unique_violation THEN
			RETURN 'name';
		END;
		IF NOT FOUND THEN
			RETURN 'gone';
		END IF;
	END IF;
	PERFORM audit.add(p_tenant, p_actor::text, CASE WHEN p_new THEN 'group.made' ELSE 'group.renamed' END, 'group ' || p_code, '', '');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.save_group(uuid, uuid, boolean, text, text) IS 'Makes a price group or renames it. ok, code, name or gone.';

-- Takes a group away that nobody is in, that has no price and to which no way of payment is offered.  ok; members; prices; ways; gone.
CREATE OR REPLACE FUNCTION customer.drop_group(p_tenant uuid, p_actor uuid, p_code text, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Whoever writes a member or a price waits for this lock, or is seen below.
	PERFORM FROM customer.price_group g WHERE g.tenant_id = p_tenant AND g.code = p_code FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF EXISTS (SELECT FROM customer.person p WHERE p.tenant_id = p_tenant AND p.price_group = p_code) THEN
		RETURN 'members';
	ELSIF EXISTS (SELECT FROM catalog.price r WHERE r.tenant_id = p_tenant AND r.group_code = p_code) THEN
		RETURN 'prices';
	ELSIF EXISTS (SELECT FROM payment.method_group m WHERE m.tenant_id = p_tenant AND m.group_code = p_code) THEN
		RETURN 'ways';
	END IF;
	DELETE FROM customer.price_group g WHERE g.tenant_id = p_tenant AND g.code = p_code;
	PERFORM audit.add(p_tenant, p_actor::text, 'group.dropped', 'group ' || p_code, p_reason, '');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.drop_group(uuid, uuid, text, text) IS 'Takes an unused price group away. ok, members, prices, ways or gone.';

-- Puts a customer into a group; '' into none.  ok, no_group, unknown or erased.
CREATE OR REPLACE FUNCTION customer.desk_group(p_tenant uuid, p_actor uuid, p_store uuid, p_customer uuid, p_code text, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text := customer.desk_lock(p_tenant, p_store, p_customer);
	old text;
BEGIN
	IF answer <> 'ok' THEN
		RETURN answer;
	END IF;
	IF p_code <> '' THEN
		PERFORM FROM customer.price_group g WHERE g.tenant_id = p_tenant AND g.code = p_code FOR KEY SHARE;
		IF NOT FOUND THEN
			RETURN 'no_group';
		END IF;
	END IF;
	SELECT p.price_group INTO old FROM customer.person p WHERE p.tenant_id = p_tenant AND p.customer_id = p_customer;
	IF coalesce(old, '') <> p_code THEN
		UPDATE customer.person p SET price_group = nullif(p_code, '') WHERE p.tenant_id = p_tenant AND p.customer_id = p_customer;
		PERFORM audit.add(p_tenant, p_actor::text, 'customer.grouped', 'customer ' || p_customer, p_reason,
			json_build_object('from', coalesce(old, ''), 'to', p_code)::text);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.desk_group(uuid, uuid, uuid, uuid, text, text) IS 'Puts a customer into a price group or out of it. ok, no_group, unknown or erased.';
