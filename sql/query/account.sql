-- What a signed-in customer sees and changes of his own; the customer comes from the session.

-- account_person(customer uuid) one
-- email text, name text, phone text, company text, tax_id text, customer_type text, locale text, verified bool, created time
SELECT p.email, p.name, p.phone, p.company, p.tax_id, p.customer_type, p.locale, p.verified_at IS NOT NULL, p.created_at
FROM customer.person p WHERE p.customer_id = :customer AND p.erased_at IS NULL

-- The address book, defaults first, then the newest.
-- account_addresses(customer uuid) many
-- address uuid, name text, company text, street text, street2 text, postal_code text, city text, region text, country text, phone text, is_shipping bool, is_billing bool
SELECT a.address_id, a.name, a.company, a.street, a.street2, a.postal_code, a.city, a.region, a.country, a.phone, a.is_shipping, a.is_billing
FROM customer.address a WHERE a.customer_id = :customer
ORDER BY a.is_shipping DESC, a.is_billing DESC, a.address_id DESC

-- account_set_profile(tenant uuid, customer uuid, name text, phone text, customer_type text, company text, tax_id text, locale text) one
-- kept bool
SELECT customer.set_profile(:tenant, :customer, :name, :phone, :customer_type, :company, :tax_id, :locale)

-- account_keep_address(tenant uuid, customer uuid, address uuid, make bool, most int, name text, company text, street text, street2 text,
-- postal_code text, city text, region text, country text, phone text, shipping bool, billing bool) one
-- outcome text
SELECT customer.keep_address(:tenant, :customer, :address, :make, :most::integer, :name, :company, :street, :street2,
    :postal_code, :city, :region, :country, :phone, :shipping, :billing)

-- account_drop_address(tenant uuid, customer uuid, address uuid) one
-- dropped bool
SELECT customer.drop_address(:tenant, :customer, :address)

-- Orders of a store, newest first; a page later than an order of the list begins behind it.
-- account_orders(customer uuid, store uuid, before uuid?, most int) many
-- order_id uuid, number text, word text, placed time, currency text, total money, pieces int, first text
SELECT o.order_id, o.number, sales.word(o.state, o.payment, o.fulfilment, o.return_state), o.placed_at, o.currency, o.total,
       coalesce((SELECT sum(l.quantity) FROM sales.order_line l WHERE l.order_id = o.order_id AND l.part_of IS NULL), 0)::bigint,
       coalesce((SELECT l.name FROM sales.order_line l WHERE l.order_id = o.order_id ORDER BY l.line_no LIMIT 1), '')
FROM sales."order" o
WHERE o.customer_id = :customer AND o.store_id = :store
--? later: AND (o.placed_at, o.order_id) < (SELECT b.placed_at, b.order_id FROM sales."order" b WHERE b.order_id = :before AND b.customer_id = :customer)
ORDER BY o.placed_at DESC, o.order_id DESC LIMIT :most

-- The cart that a browser's token opens, or else the one that was saved.
-- account_cart(customer uuid, store uuid, token bytea?) many
-- mine bool, sku text, name text, quantity int
SELECT t.token_sha256 IS NOT NULL, v.sku,
       coalesce((SELECT pt.name FROM catalog.product_text pt JOIN tenancy.store_locale sl ON sl.locale = pt.locale
                 WHERE pt.product_id = v.product_id AND sl.store_id = c.store_id ORDER BY sl.position LIMIT 1), v.sku),
       l.quantity::bigint
FROM sales.cart c
LEFT JOIN sales.cart_token t ON t.cart_id = c.cart_id AND t.token_sha256 = :token
JOIN sales.cart_line l ON l.cart_id = c.cart_id
JOIN catalog.variant v ON v.variant_id = l.variant_id
WHERE c.store_id = :store AND c.state = 'open'
  AND c.cart_id = coalesce((SELECT x.cart_id FROM sales.cart_token k JOIN sales.cart x ON x.cart_id = k.cart_id AND x.state = 'open' AND x.store_id = :store
                            WHERE k.token_sha256 = :token),
                           (SELECT s.cart_id FROM sales.cart s WHERE s.customer_id = :customer AND s.store_id = :store AND s.state = 'open'))
ORDER BY l.added_at, l.variant_id

-- account_open_saved(tenant uuid, store uuid, customer uuid, session_id uuid, new_token bytea) one
-- opened bool
SELECT sales.open_saved(:tenant, :store, :customer, :session_id, :new_token)

-- account_reorder(tenant uuid, store uuid, order_id uuid, customer uuid, session_id uuid, token bytea?, new_token bytea, locale text, currency text, most_lines int) one
-- wanted int, added int, left_out text, fewer text, made bool
SELECT r.wanted, r.added, r.left_out, r.fewer, r.made
FROM sales.reorder(:tenant, :store, :order_id, :customer, :session_id, :token, :new_token, :locale, :currency, :most_lines::integer) r
