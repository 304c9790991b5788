-- Who is signed in, and what they and others on their way to an order ask for: the pages of dev/bench growth.
--
-- psql -v page=account|sign_in|checkout|order, as lines of load.lua: method, path, cookie, body.  Needs the carts
-- of carts.sql and the orders that t/bench/orders placed.
SET client_min_messages = warning;
SET search_path = bench;

INSERT INTO customer.person (tenant_id, customer_id, email, name, store_id, verified_at, locale)
SELECT tenant(), id(70, g), 'person' || g || '@example.org', 'Person ' || g, store(), '2026-01-01', 'en' FROM generate_series(1, 200) g
ON CONFLICT DO NOTHING;
INSERT INTO customer.address (tenant_id, address_id, customer_id, name, street, postal_code, city, country)
SELECT tenant(), id(71, g), id(70, 1 + g % 200), 'Person ' || g % 200, 'Calle Mayor, ' || g, '28013', 'Madrid', 'ES' FROM generate_series(1, 600) g
ON CONFLICT DO NOTHING;
INSERT INTO customer.session (tenant_id, session_id, token_sha256, customer_id, expires_at)
SELECT tenant(), id(72, g), sha256(rpad('session' || g || '-', 43, 'A')::bytea), id(70, g), now() + interval '1 day' FROM generate_series(1, 200) g
ON CONFLICT DO NOTHING;
UPDATE sales."order" SET customer_id = id(70, 1 + ('x' || substr(md5(number), 1, 4))::bit(16)::integer % 200) WHERE tenant_id = tenant() AND customer_id IS NULL;

SELECT concat_ws(E'\t', 'GET', x.path, x.cookie, '')
FROM (
	SELECT 'account' AS page, g AS n, p.path, 'sid=' || rpad('session' || g || '-', 43, 'A') AS cookie
	FROM generate_series(1, 200) g
	CROSS JOIN (VALUES ('/account'), ('/account/profile'), ('/account/addresses'), ('/account/orders'), ('/account/privacy')) AS p (path)
	UNION ALL
	SELECT 'account', 1000 + row_number() OVER (ORDER BY o.order_id), '/account/orders/' || o.order_id,
	       'sid=' || rpad('session' || s.g || '-', 43, 'A')
	FROM sales."order" o JOIN generate_series(1, 200) AS s (g) ON o.customer_id = id(70, s.g) WHERE o.tenant_id = tenant()
	UNION ALL
	SELECT 'sign_in', g, (ARRAY['/login', '/login/register', '/login/reset', '/es/login'])[1 + g % 4], '' FROM generate_series(1, 400) g
	UNION ALL
	SELECT 'checkout', g, '/checkout/contact', 'cart=' || rpad('cart' || g || '-', 43, 'A') FROM generate_series(1, 2000) g
	UNION ALL
	SELECT 'order', c.n, '/order/' || rpad(c.cart_id::text, 43, '-'), ''
	FROM bench.cart c WHERE EXISTS (SELECT FROM sales."order" o WHERE o.cart_id = c.cart_id)
) x
WHERE x.page = :'page' ORDER BY x.n;
