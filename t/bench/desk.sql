-- What the console's lists are measured on: :orders orders of :people customers, behind the
-- products of catalogue.sql, and somebody who is signed in.
--
-- psql -v orders=1000000 -v people=100000.  Rows alone: triggers and foreign keys are off, the
-- states are those that a shop of some years has, nearly all done and the newest to do.  An order
-- has one to three lines; every 50th customer is a business.

SET client_min_messages = warning;
SET synchronous_commit = off;
SET session_replication_role = replica;
SET maintenance_work_mem = '256MB';

INSERT INTO tenancy.host (host, tenant_id, store_id, kind, origin, is_primary)
VALUES ('desk.localhost', bench.tenant(), bench.store(), 'admin', 'http://desk.localhost', true);
INSERT INTO staff.person (tenant_id, staff_id, email, name, state)
VALUES (bench.tenant(), bench.id(70, 1), 'desk@fieldhouse.example', 'Desk', 'active');
INSERT INTO staff.role (tenant_id, role_id, name, is_owner) VALUES (bench.tenant(), bench.id(71, 1), 'Owner', true);
INSERT INTO staff.assignment (tenant_id, staff_id, role_id) VALUES (bench.tenant(), bench.id(70, 1), bench.id(71, 1));
INSERT INTO staff.session (tenant_id, session_id, token_sha256, staff_id, expires_at)
VALUES (bench.tenant(), bench.id(72, 1), sha256(convert_to(:'token', 'UTF8')), bench.id(70, 1), now() + interval '1 year');

CREATE FUNCTION bench.person(n bigint) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT (ARRAY['Ana', 'Ben', 'Carla', 'Dewi', 'Eko', 'Farah', 'Gita', 'Hugo', 'Ines', 'Joko'])[1 + n % 10] || ' Name' || n * 7919 % 5000 $$;

INSERT INTO customer.person (tenant_id, customer_id, email, verified_at, name, phone, company, customer_type, store_id)
SELECT bench.tenant(), bench.id(73, n), 'user' || n || '@example.org', now(), bench.person(n), '+34 6' || lpad(n::text, 8, '0'),
       CASE WHEN n % 50 = 3 THEN 'Company ' || n ELSE '' END, CASE WHEN n % 50 = 3 THEN 'business' ELSE 'consumer' END, bench.store()
FROM generate_series(1, :people) n;
INSERT INTO sales.contact (tenant_id, contact_id, email, name, street, postal_code, city, country)
SELECT bench.tenant(), bench.id(74, n), 'user' || n || '@example.org', bench.person(n), 'Calle Mayor, ' || n, '28013', 'Madrid', 'ES'
FROM generate_series(1, :people) n;

INSERT INTO sales."order" (tenant_id, store_id, order_id, number, cart_id, customer_id, state, payment, fulfilment, return_state, locale, currency,
	customer_type, prices_include_tax, tax_rounding, goods, discount, shipping, tax, total, contact_id, method_id, method_name,
	payment_method, placed_at)
SELECT bench.tenant(), bench.store(), bench.id(75, n * 60000), 'F-' || n, bench.id(76, n * 60000), bench.id(73, 1 + n * 7 % :people), s.state, s.payment,
       s.fulfilment, CASE WHEN n % 40 = 0 THEN 'returned' WHEN n % 1000 = 7 THEN 'requested' ELSE 'none' END, 'en', 'EUR', 'consumer', true, 'document',
       4000 + n % 9000, 0, 495, (4495 + n % 9000) * 21 / 121, 4495 + n % 9000, bench.id(74, 1 + n * 7 % :people), bench.id(5, 1), 'Parcel', 'bank_transfer',
       to_timestamp(1764000000 + n * 60)
FROM generate_series(1::bigint, :orders) n
CROSS JOIN LATERAL (SELECT CASE WHEN n > :orders - 3000 THEN 0 WHEN n % 25 = 0 THEN 1 ELSE 2 END AS age) a
JOIN (VALUES (0, 0, 'open', 'pending', 'unfulfilled'), (0, 1, 'open', 'paid', 'unfulfilled'), (0, 2, 'open', 'paid', 'ready'),
	(1, 0, 'cancelled', 'failed', 'unfulfilled'), (1, 1, 'cancelled', 'refunded', 'unfulfilled'), (1, 2, 'closed', 'partly_refunded', 'delivered'),
	(2, 0, 'closed', 'paid', 'delivered'), (2, 1, 'closed', 'paid', 'delivered'), (2, 2, 'closed', 'paid', 'delivered'))
	AS s (age, k, state, payment, fulfilment) ON s.age = a.age AND s.k = n % 3;
INSERT INTO sales.order_line (tenant_id, order_id, line_no, variant_id, sku, name, quantity, unit_price, discount, tax, total)
SELECT bench.tenant(), bench.id(75, n * 60000), k, bench.id(32, v.v), 'FH' || lpad((v.v / 4)::text, 6, '0') || '-' || v.v % 4, 'Product ' || v.v / 4, 1, 4000, 0, 694, 4000
FROM generate_series(1::bigint, :orders) n CROSS JOIN LATERAL generate_series(1, 1 + (n % 3)::integer) AS k
CROSS JOIN LATERAL (SELECT (n * 31 + k * 7919) % (SELECT count(*) * 4 FROM bench.product) AS v) v;

-- Stock came in after the products, and freshen has not seen it.
SELECT set_config('sutler.tenant', bench.tenant()::text, false);
SELECT catalog.redesk_lacks(bench.tenant(), array_agg(p.product_id)) FROM (SELECT x.product_id, x.n / 500 AS batch FROM bench.product x) p GROUP BY p.batch;
RESET session_replication_role;
VACUUM (ANALYZE);
