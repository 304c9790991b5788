-- Carts for cart_add: :carts shoppers with a cookie each, and what they add.
--
-- Prints load.lua's lines, :lines of them.  The first time a line is made, afterwards it is
-- raised; a cart gets :lines / :carts different variants, so none comes near its bounds.

SET client_min_messages = warning;
INSERT INTO sales.cart (tenant_id, store_id, cart_id, locale, currency)
SELECT bench.tenant(), bench.store(), bench.id(60, g), 'en', 'EUR' FROM generate_series(1, :carts) g;
INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id)
SELECT bench.tenant(), sha256(rpad('cart' || g || '-', 43, 'A')::bytea), bench.id(60, g) FROM generate_series(1, :carts) g;
-- What each had before.  Autovacuum is off here: without numbers the planner would take the table for
-- an empty one and read all of it.
INSERT INTO sales.cart_line (tenant_id, cart_id, variant_id, quantity)
SELECT bench.tenant(), bench.id(60, g), bench.id(32, (g * 37 % (:products / 5)) * 20 + k), 1
FROM generate_series(1, :carts) g CROSS JOIN generate_series(0, 2) k;
ANALYZE sales.cart, sales.cart_token, sales.cart_line;
-- The floor beside cart_add: as many rows of a number, one of which each request of /floor/ changes.
CREATE TABLE bench.floor (row_no integer PRIMARY KEY, n bigint NOT NULL DEFAULT 0);
INSERT INTO bench.floor (row_no) SELECT g FROM generate_series(1, :carts) g;
ANALYZE bench.floor;
GRANT USAGE ON SCHEMA bench TO "_sutler-cart";
GRANT SELECT, UPDATE ON bench.floor TO "_sutler-cart";
SELECT 'POST' || E'\t/cart/items\tcart=' || rpad('cart' || 1 + (g * 7) % :carts || '-', 43, 'A')
	-- Variants 0 to 17 of each 20 have stock.
	|| E'\tvariant=' || bench.id(32, ((g * 131) % (:products * 4 / 20)) * 20 + bench.pick('add', g, 18)) || '&quantity=1'
FROM generate_series(1, :lines) g;
