-- Orders that staff put together (sql/functions/order_draft.sql).  A draft's cart is read by sql/query/cart.sql, by its token.

-- Drafts of a store that are not placed, newest first; `later` pages on.
-- draft_list(store uuid, before uuid, most int) many
-- draft uuid, name text, email text, pieces int, changed time, who text?
SELECT d.draft_id, k.name, k.email, coalesce((SELECT sum(l.quantity) FROM sales.cart_line l WHERE l.cart_id = d.draft_id), 0)::bigint, d.changed_at,
       nullif(coalesce(nullif(p.name, ''), p.email), '')
FROM sales.draft d
JOIN sales.cart c ON c.cart_id = d.draft_id
JOIN sales.contact k ON k.contact_id = c.contact_id
LEFT JOIN staff.person p ON p.staff_id::text = d.made_by
WHERE d.store_id = :store AND NOT d.placed
--? later: AND d.draft_id < :before
ORDER BY d.draft_id DESC LIMIT :most

-- order_id: the order that was placed of it.
-- draft_head(store uuid, draft uuid) one
-- revision int, placed bool, order_id uuid?, token_hex text, locale text, currency text, method uuid?, payment text?, hand_discount money, note text, customer uuid?,
-- customer_type text, email text, phone text, tax_id text, name text, company text, street text, street2 text, postal_code text, city text, region text, country text,
-- return_order uuid?, return_number text?, credit money
SELECT d.revision::bigint, d.placed, (SELECT o.order_id FROM sales."order" o WHERE o.cart_id = d.draft_id),
       (SELECT encode(t.token_sha256, 'hex') FROM sales.cart_token t WHERE t.cart_id = d.draft_id LIMIT 1),
       c.locale, c.currency, c.method_id, c.payment_method, c.hand_discount, c.note, d.customer_id, c.customer_type, k.email, k.phone, k.tax_id,
       k.name, k.company, k.street, k.street2, k.postal_code, k.city, k.region, k.country,
       f.order_id, f.number, coalesce(sales.exchange_credit(d.tenant_id, d.return_id), 0)
FROM sales.draft d
JOIN sales.cart c ON c.cart_id = d.draft_id
JOIN sales.contact k ON k.contact_id = c.contact_id
LEFT JOIN sales.return r ON r.return_id = d.return_id
LEFT JOIN sales."order" f ON f.order_id = r.order_id
WHERE d.store_id = :store AND d.draft_id = :draft

-- The languages and currencies of a store.
-- draft_locales(store uuid) many
-- locale text, tag text
SELECT l.locale, l.tag FROM tenancy.store_locale l WHERE l.store_id = :store ORDER BY l.position

-- draft_currencies(store uuid) many
-- currency text
SELECT c.currency FROM tenancy.store_currency c WHERE c.store_id = :store ORDER BY c.position

-- Ways of payment of a store.
-- draft_payments(tenant uuid, store uuid, locale text) many
-- method text, name text
SELECT m.method, coalesce(x.name, '')
FROM payment.method m
LEFT JOIN payment.method_text x ON x.store_id = m.store_id AND x.method = m.method AND x.locale = :locale
WHERE m.store_id = :store AND m.active AND (m.method <> 'card' OR payment.has_gateway(:tenant, m.store_id))
ORDER BY m.position, m.method

-- draft_find(tenant uuid, words text) many
-- customer uuid, name text, email text, place text
SELECT f.customer, f.name, f.email, f.place FROM sales.draft_find(:tenant, :words) f

-- draft_new(tenant uuid, actor uuid, store uuid, draft uuid, locale text, currency text) one
-- outcome text
SELECT sales.draft_new(:tenant, :actor, :store, :draft, :locale, :currency)

-- draft_put(tenant uuid, actor uuid, store uuid, draft uuid, revision int, variants uuid[], quantities int[], method uuid?, payment text?, hand money, reason text,
-- note text, email text, phone text, customer_type text, tax_id text,
-- name text, company text, street text, street2 text, postal_code text, city text, region text, country text) one
-- outcome text
SELECT sales.draft_put(:tenant, :actor, :store, :draft, :revision::integer, :variants, :quantities::integer[], :method, :payment, :hand, :reason,
    :note, :email, :phone, :customer_type, :tax_id, :name, :company, :street, :street2, :postal_code, :city, :region, :country)

-- draft_customer(tenant uuid, actor uuid, store uuid, draft uuid, revision int, customer uuid) one
-- outcome text
SELECT sales.draft_customer(:tenant, :actor, :store, :draft, :revision::integer, :customer)

-- draft_drop(tenant uuid, actor uuid, store uuid, draft uuid, revision int) one
-- outcome text
SELECT sales.draft_drop(:tenant, :actor, :store, :draft, :revision::integer)

-- draft_place(tenant uuid, actor uuid, store uuid, draft uuid, revision int, order_id uuid, token bytea, token_days int, days int, paid bool, reference text,
-- goods money, discount money, shipping money, tax money, total money, method_name text, promise_from date?, promise_to date?,
-- variants uuid[], quantities int[], units money[], discounts money[], taxes money[], totals money[],
-- skus text[], names text[], options text[], images text[], labels text[], made bool[], weights int[],
-- tax_names text[], tax_rates int[], tax_bases money[], tax_amounts money[]) one
-- outcome text
SELECT sales.draft_place(:tenant, :actor, :store, :draft, :revision::integer, :order_id, :token, :token_days::integer, :days::integer, :paid, :reference,
    :goods, :discount, :shipping, :tax, :total, :method_name, :promise_from, :promise_to,
    :variants, :quantities::integer[], :units, :discounts, :taxes, :totals,
    :skus, :names, :options, :images, :labels, :made, :weights::integer[],
    :tax_names, :tax_rates::integer[], :tax_bases, :tax_amounts)
