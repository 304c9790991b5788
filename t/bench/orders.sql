-- Carts that are ready to be ordered, and the ceiling beside sales.place_order().
--
-- psql -v carts=N: N carts of three lines in each of four piles: "spread" over all variants,
-- "insert" the same for the ceiling, "hot" with one variant that all of them want; its id is
-- in the middle of all, so that the order of locks favours nobody; "held" the same with tokens, for the checkout's first step.  bench.pile(name) is what t/bench/orders
-- reads: the values that the checkout hands to the database, one cart a line.

SET client_min_messages = warning;
SET synchronous_commit = off;
SET search_path = pg_catalog;

CREATE TABLE bench.cart AS
SELECT c.n, c.pile, bench.id(CASE c.pile WHEN 'spread' THEN 50 WHEN 'insert' THEN 51 WHEN 'hot' THEN 52 ELSE 55 END, c.n) AS cart_id
FROM (SELECT p.pile, g AS n FROM unnest(ARRAY['spread', 'insert', 'hot', 'held']) AS p (pile) CROSS JOIN generate_series(1, :carts) g) c;
CREATE TABLE bench.line AS
SELECT c.cart_id, k.k, CASE WHEN c.pile IN ('hot', 'held') AND k.k = 2 THEN bench.id(32, (SELECT count(*) FROM bench.product) * 2)
	-- Sold out are those that are 18 or 19 behind a multiple of 20.
	ELSE bench.id(32, v.v - v.v % 20 + v.v % 18) END AS variant_id, v.v
FROM bench.cart c CROSS JOIN generate_series(0, 2) AS k (k)
CROSS JOIN LATERAL (SELECT 20 + (c.n * 7919 + k.k * (SELECT count(*) FROM bench.product) * 4 / 3) % ((SELECT count(*) FROM bench.product) * 4 - 20) AS v) v;

INSERT INTO sales.contact (tenant_id, contact_id, email, name, street, postal_code, city, country)
SELECT bench.tenant(), bench.id(53, g), 'buyer' || g || '@example.org', 'Buyer ' || g, 'Calle Mayor, ' || g, '28013', 'Madrid', 'ES'
FROM generate_series(1, 1000) g ON CONFLICT DO NOTHING;
INSERT INTO sales.cart (tenant_id, store_id, cart_id, locale, currency, contact_id, method_id, payment_method)
SELECT bench.tenant(), bench.store(), c.cart_id, 'en', 'EUR', bench.id(53, 1 + c.n % 1000), bench.id(5, 1), 'bank_transfer' FROM bench.cart c;
INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id)
SELECT bench.tenant(), sha256(c.cart_id::text::bytea), c.cart_id FROM bench.cart c WHERE c.pile = 'held';
INSERT INTO sales.cart_line (tenant_id, cart_id, variant_id, quantity)
SELECT bench.tenant(), l.cart_id, l.variant_id, 1 FROM bench.line l ON CONFLICT DO NOTHING;

-- One line for each cart of a pile, in the order they are taken.
CREATE FUNCTION bench.pile(p_pile text) RETURNS TABLE (tenant uuid, cart uuid, order_id uuid, token bytea, expires timestamptz,
	goods bigint, discount bigint, shipping bigint, tax bigint, total bigint, method_name text, promise_from date, promise_to date,
	email_key text, variants uuid[], quantities integer[], units bigint[], discounts bigint[], taxes bigint[], totals bigint[],
	skus text[], names text[], options text[], images text[], labels text[], made boolean[], weights integer[],
	tax_names text[], tax_rates integer[], tax_bases bigint[], tax_amounts bigint[])
LANGUAGE sql AS $$
	SELECT bench.tenant(), c.cart_id, bench.id(156 + array_position(ARRAY['spread', 'insert', 'hot', 'held'], c.pile), c.n), sha256(rpad(c.cart_id::text, 43, '-')::bytea), now() + interval '90 days',
	       k.goods, 0::bigint, 495::bigint, (k.goods + 495) * 21 / 121, k.goods + 495, 'Parcel', current_date + 2, current_date + 4,
	       NULL::text, k.variants, k.ones, k.units, k.zeros, k.taxes, k.units,
	       k.skus, k.names, k.options, k.images, k.labels, k.made, k.weights,
	       ARRAY['IVA 21 %'], ARRAY[210000], ARRAY[k.goods + 495 - (k.goods + 495) * 21 / 121], ARRAY[(k.goods + 495) * 21 / 121]
	FROM bench.cart c
	CROSS JOIN LATERAL (
		SELECT sum(x.amount)::bigint AS goods, array_agg(l.variant_id ORDER BY l.variant_id) AS variants, array_agg(1) AS ones,
		       array_agg(x.amount ORDER BY l.variant_id) AS units, array_agg(0::bigint) AS zeros,
		       array_agg(x.amount * 21 / 121 ORDER BY l.variant_id) AS taxes, array_agg(v.sku ORDER BY l.variant_id) AS skus,
		       array_agg(t.name ORDER BY l.variant_id) AS names, array_agg(v.options_key ORDER BY l.variant_id) AS options,
		       array_agg('ab/cdef0123456789abcdef0123456789'::text) AS images, array_agg('IVA 21 %'::text) AS labels,
		       array_agg(false) AS made, array_agg(v.weight_g ORDER BY l.variant_id) AS weights
		FROM sales.cart_line l
		JOIN catalog.variant v ON v.tenant_id = l.tenant_id AND v.variant_id = l.variant_id
		JOIN catalog.price x ON x.tenant_id = l.tenant_id AND x.store_id = bench.store() AND x.variant_id = l.variant_id AND x.min_quantity = 1
		JOIN catalog.product_text t ON t.tenant_id = l.tenant_id AND t.product_id = v.product_id AND t.locale = 'en'
		WHERE l.tenant_id = bench.tenant() AND l.cart_id = c.cart_id
	) k
	WHERE c.pile = p_pile ORDER BY c.n
$$;
ANALYZE sales.cart, sales.cart_line, sales.contact;

-- The ceiling: every row that an order leaves, and no question asked.  What is missing is
-- the stock, and all that makes sure of anything: no lock, no look at the cart or its lines,
-- no coupon, no savepoint, no states.
CREATE SEQUENCE bench.number START 1000000;
CREATE FUNCTION bench.insert_order(
	p_tenant uuid, p_cart uuid, p_order uuid, p_token bytea, p_token_expires timestamptz,
	p_goods bigint, p_discount bigint, p_shipping bigint, p_tax bigint, p_total bigint,
	p_method_name text, p_promise_from date, p_promise_to date, p_email_key text,
	p_variants uuid[], p_quantities integer[], p_units bigint[], p_discounts bigint[], p_taxes bigint[], p_totals bigint[],
	p_skus text[], p_names text[], p_options text[], p_images text[], p_labels text[], p_made boolean[], p_weights integer[],
	p_tax_names text[], p_tax_rates integer[], p_tax_bases bigint[], p_tax_amounts bigint[])
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	item uuid := sutler.uuid7();
BEGIN
	INSERT INTO sales."order" (tenant_id, store_id, order_id, number, cart_id, state, locale, currency, customer_type,
		prices_include_tax, tax_rounding, goods, discount, shipping, tax, total, contact_id, method_id, method_name,
		payment_method, promise_from, promise_to)
	VALUES (p_tenant, bench.store(), p_order, 'F-' || nextval('bench.number'), p_cart, 'open', 'en', 'EUR', 'consumer',
		true, 'document', p_goods, p_discount, p_shipping, p_tax, p_total, bench.id(53, 1), bench.id(5, 1), p_method_name,
		'bank_transfer', p_promise_from, p_promise_to);
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
	VALUES (p_tenant, sutler.uuid7(), p_order, 'bank_transfer', 'EUR', p_total);
	INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor)
	VALUES (p_tenant, p_order, 'order', 'place', 'draft', 'open', 'buyer');
	INSERT INTO event.outbox (tenant_id, outbox_id, store_id, kind, template, order_id)
	VALUES (p_tenant, item, bench.store(), 'mail', 'order', p_order);
	INSERT INTO event.ready (tenant_id, outbox_id, due_at) VALUES (p_tenant, item, sutler.now());
	INSERT INTO inventory.hold (tenant_id, hold_id, variant_id, warehouse_id, quantity, order_id)
	SELECT p_tenant, sutler.uuid7(), l.variant_id, bench.id(4, 1), l.quantity, p_order FROM unnest(p_variants, p_quantities) AS l (variant_id, quantity);
	INSERT INTO catalog.stale (tenant_id, kind, target_id) SELECT p_tenant, 'stock', v FROM unnest(p_variants) AS v;
	UPDATE sales.cart x SET state = 'ordered' WHERE x.cart_id = p_cart;
	RETURN 'ok';
END
$$;
DO $$
DECLARE
	f regprocedure := (SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'bench'::regnamespace AND p.proname = 'insert_order');
BEGIN
	EXECUTE format('ALTER FUNCTION %s OWNER TO "_sutler-owner"', f);
	EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO "_sutler-checkout"', f);
END
$$;
GRANT USAGE ON SCHEMA bench TO "_sutler-checkout", "_sutler-owner";
GRANT USAGE ON SEQUENCE bench.number TO "_sutler-owner";
