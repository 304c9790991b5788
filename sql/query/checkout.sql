-- The steps of checkout, and placing.

-- Starts checkout.  Its transaction does nothing else and need not wait for the disk: a
-- hold lost in a crash costs nothing.
-- checkout_lazy_commit() one
-- setting text
SELECT pg_catalog.set_config('synchronous_commit', 'off', true)

-- checkout_start(tenant uuid, store uuid, token bytea, locale text, currency text, address text, cap int) one
-- outcome text, variant uuid?, available int?
SELECT s.outcome, s.variant_id, s.available
FROM sales.checkout_start(:tenant, :store, :token, :locale, :currency, :address, :cap::integer) s

-- Who orders and where it goes; billing_* are empty where the invoice goes along.
-- checkout_person(token bytea, store uuid) one
-- email text, email_key text, phone text, name text, company text, tax_id text, street text, street2 text, postal_code text,
-- city text, region text, country text, has_billing bool, billing_name text, billing_company text, billing_street text,
-- billing_street2 text, billing_postal_code text, billing_city text, billing_region text, billing_country text,
-- email_sha256 text
SELECT k.email, k.email_key, k.phone, k.name, k.company, k.tax_id, k.street, k.street2, k.postal_code, k.city, k.region, k.country,
       b.contact_id IS NOT NULL, coalesce(b.name, ''), coalesce(b.company, ''), coalesce(b.street, ''), coalesce(b.street2, ''),
       coalesce(b.postal_code, ''), coalesce(b.city, ''), coalesce(b.region, ''), coalesce(b.country, ''),
       encode(sha256(convert_to(k.email_key, 'UTF8')), 'hex')
FROM sales.cart_token t
JOIN sales.cart c ON c.cart_id = t.cart_id AND c.store_id = :store AND c.state = 'open'
JOIN sales.contact k ON k.contact_id = c.contact_id
LEFT JOIN sales.contact b ON b.contact_id = c.billing_id
WHERE t.token_sha256 = :token

-- Countries that a way of delivery reaches; '*' is everywhere.
-- checkout_countries(store uuid) many
-- country text
SELECT DISTINCT k.country
FROM shipping.method m
JOIN shipping.method_country k ON k.store_id = m.store_id AND k.method_id = m.method_id
WHERE m.store_id = :store AND m.active AND NOT k.excluded
ORDER BY k.country

-- Ways of payment where the cart goes and for whom it is; least, most: amounts that they are for; credit: what its customer may
-- still order on invoice, who is signed in here: a cart may be his in a browser that he has left.
-- checkout_payments(token bytea, store uuid, locale text, currency text, customer uuid?) many
-- method text, name text, instructions text, least money, most money?, surcharge money, ppm int, credit money?
SELECT m.method, coalesce(x.name, ''), coalesce(x.instructions, ''), coalesce(a.least, 0), a.most, coalesce(a.surcharge, 0), m.surcharge_ppm::bigint,
       CASE WHEN m.method = 'invoice' THEN payment.credit_left(m.tenant_id, (SELECT c.customer_id FROM sales.cart_token t
           JOIN sales.cart c ON c.cart_id = t.cart_id AND c.state = 'open' WHERE t.token_sha256 = :token AND c.customer_id = :customer), :currency) END
FROM payment.method m
LEFT JOIN payment.method_text x ON x.store_id = m.store_id AND x.method = m.method AND x.locale = :locale
LEFT JOIN payment.method_amount a ON a.store_id = m.store_id AND a.method = m.method AND a.currency = :currency
WHERE m.store_id = :store AND m.active AND (m.method <> 'card' OR payment.has_gateway(m.tenant_id, m.store_id))
  -- Nobody rings at the door with a file.
  AND (m.method <> 'cod' OR NOT catalog.nothing_to_send(m.tenant_id, ARRAY(SELECT l.variant_id FROM sales.cart_token t
      JOIN sales.cart_line l ON l.cart_id = t.cart_id WHERE t.token_sha256 = :token)))
  AND (NOT EXISTS (SELECT FROM payment.method_country k WHERE k.store_id = m.store_id AND k.method = m.method)
       OR EXISTS (SELECT FROM payment.method_country k WHERE k.store_id = m.store_id AND k.method = m.method
          AND k.country = (SELECT d.country FROM sales.cart_token t
              JOIN sales.cart c ON c.cart_id = t.cart_id AND c.state = 'open'
              JOIN sales.contact d ON d.contact_id = c.contact_id
              WHERE t.token_sha256 = :token)))
  AND (NOT EXISTS (SELECT FROM payment.method_group g WHERE g.store_id = m.store_id AND g.method = m.method)
       OR EXISTS (SELECT FROM payment.method_group g WHERE g.store_id = m.store_id AND g.method = m.method
          AND g.group_code = (SELECT p.price_group FROM sales.cart_token t
              JOIN sales.cart c ON c.cart_id = t.cart_id AND c.state = 'open'
              JOIN customer.person p ON p.customer_id = c.customer_id
              WHERE t.token_sha256 = :token)))
ORDER BY m.position, m.method

-- The page of terms that the buyer accepts, if the store has one.
-- checkout_terms(store uuid, locale text) one
-- slug text
SELECT t.slug FROM content.page p
JOIN content.page_text t ON t.store_id = p.store_id AND t.page_id = p.page_id AND t.locale = :locale
WHERE p.store_id = :store AND p.code = 'terms'

-- checkout_contact(tenant uuid, store uuid, token bytea, new_token bytea, email text, phone text, reminders bool, verify bool) one
-- outcome text, rotated bool
SELECT s.outcome, s.rotated
FROM sales.checkout_contact(:tenant, :store, :token, :new_token, :email, :phone, :reminders, :verify) s

-- The cart becomes the saved one of who is signed in, and the order placed in this transaction his.
-- checkout_save_cart(tenant uuid, store uuid, token bytea, customer uuid) one
-- saved bool
SELECT sales.save_cart(:tenant, :store, :token, :customer)

-- checkout_own(tenant uuid, link bytea, customer uuid) one
-- owned bool
SELECT sales.own_order(:tenant, :link, :customer)

-- checkout_verify_send(tenant uuid, store uuid, token bytea) one
-- outcome text
SELECT sales.verify_send(:tenant, :store, :token)

-- checkout_verify(tenant uuid, store uuid, token bytea, code text) one
-- outcome text
SELECT sales.verify_check(:tenant, :store, :token, :code)

-- Address fields come in the order of the columns of sales.contact, delivery first, then invoice.
-- checkout_address(tenant uuid, store uuid, token bytea, customer_type text, tax_id text,
-- name text, company text, street text, street2 text, postal_code text, city text, region text, country text,
-- billing bool, b_name text, b_company text, b_street text, b_street2 text, b_postal_code text, b_city text, b_region text, b_country text) one
-- outcome text
SELECT sales.checkout_address(:tenant, :store, :token, :customer_type, :tax_id,
    :name, :company, :street, :street2, :postal_code, :city, :region, :country,
    :billing, :b_name, :b_company, :b_street, :b_street2, :b_postal_code, :b_city, :b_region, :b_country)

-- checkout_delivery(tenant uuid, store uuid, token bytea, method uuid) one
-- outcome text
SELECT sales.checkout_delivery(:tenant, :store, :token, :method)

-- checkout_payment(tenant uuid, store uuid, token bytea, method text) one
-- outcome text
SELECT sales.checkout_payment(:tenant, :store, :token, :method)

-- checkout_lock(tenant uuid, store uuid, token bytea, locale text, currency text, note text) one
-- cart uuid, ordered bool
SELECT s.cart_id, s.ordered FROM sales.checkout_lock(:tenant, :store, :token, :locale, :currency, :note) s

-- checkout_place(tenant uuid, cart uuid, order_id uuid, token bytea, keep_days int,
-- goods money, discount money, shipping money, tax money, total money, method_name text, promise_from date?, promise_to date?, email_key text?,
-- variants uuid[], quantities int[], units money[], discounts money[], taxes money[], totals money[],
-- skus text[], names text[], options text[], images text[], labels text[], made bool[], weights int[],
-- tax_names text[], tax_rates int[], tax_bases money[], tax_amounts money[]) one
-- outcome text, order_id uuid?, number text?, variant uuid?
SELECT s.outcome, s.order_id, s.number, s.variant_id
FROM sales.place_order(:tenant, :cart, :order_id, :token, sutler.now() + pg_catalog.make_interval(days => :keep_days::integer),
    :goods, :discount, :shipping, :tax, :total, :method_name, :promise_from, :promise_to, :email_key,
    :variants, :quantities::integer[], :units, :discounts, :taxes, :totals,
    :skus, :names, :options, :images, :labels, :made, :weights::integer[],
    :tax_names, :tax_rates::integer[], :tax_bases, :tax_amounts) s
