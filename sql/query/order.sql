-- An order as its buyer sees it: by the hash of a link's token, or by id and the customer whose
-- it is.  sales.order_open() answers for all of them whether he may.

-- order_head(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) one
-- order_id uuid, number text, word text, state text, payment text, fulfilment text, currency text,
-- prices_include_tax bool, goods money, discount money, shipping money, tax money, total money, surcharge money, coupon_code text,
-- method_name text, payment_method text, note text, promise_from date?, promise_to date?, placed time, fresh bool, has_invoice bool, can_cancel bool, can_change bool, due money, due_on date?,
-- email text, phone text, name text, company text, tax_id text, street text, street2 text, postal_code text, city text, region text, country text,
-- has_billing bool, billing_name text, billing_company text, billing_street text, billing_street2 text, billing_postal_code text,
-- billing_city text, billing_region text, billing_country text
SELECT o.order_id, o.number, sales.word(o.state, o.payment, o.fulfilment, o.return_state), o.state, o.payment, o.fulfilment, o.currency,
       o.prices_include_tax, o.goods, o.discount, o.shipping, o.tax, o.total, o.surcharge, o.coupon_code,
       o.method_name, o.payment_method, o.note, o.promise_from, o.promise_to, o.placed_at,
       o.placed_at > sutler.now() - interval '30 minutes', accounting.has_invoice(o.tenant_id, o.order_id), sales.can_cancel(o.tenant_id, o.order_id), sales.can_change(o.tenant_id, o.order_id),
       payment.due(o.tenant_id, o.order_id), o.due_on,
       k.email, k.phone, k.name, k.company, k.tax_id, k.street, k.street2, k.postal_code, k.city, k.region, k.country,
       b.contact_id IS NOT NULL, coalesce(b.name, ''), coalesce(b.company, ''), coalesce(b.street, ''), coalesce(b.street2, ''),
       coalesce(b.postal_code, ''), coalesce(b.city, ''), coalesce(b.region, ''), coalesce(b.country, '')
FROM sales."order" o
JOIN sales.contact k ON k.contact_id = o.contact_id
LEFT JOIN sales.contact b ON b.contact_id = o.billing_id
WHERE o.order_id = (SELECT sales.order_open(:tenant, :store, :link, :order_id, :customer))

-- order_lines(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) many
-- variant uuid, sku text, name text, options text?, image text?, alt text, quantity int, unit_price money, line_total money, currency text, part bool
SELECT l.variant_id, l.sku, l.name, nullif(l.options, ''), '/media/' || nullif(l.image, ''), '', l.quantity::bigint, l.unit_price,
       l.unit_price * l.quantity, o.currency, l.part_of IS NOT NULL
FROM sales."order" o
JOIN sales.order_line l ON l.order_id = o.order_id
WHERE o.order_id = (SELECT sales.order_open(:tenant, :store, :link, :order_id, :customer))
ORDER BY coalesce(l.part_of, l.line_no), l.line_no

-- order_taxes(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) many
-- name text, rate_ppm int, base money, amount money
SELECT x.name, x.rate_ppm::bigint, x.base, x.amount
FROM sales."order" o
JOIN sales.order_tax x ON x.order_id = o.order_id
WHERE o.order_id = (SELECT sales.order_open(:tenant, :store, :link, :order_id, :customer))
ORDER BY x.row_no

-- order_events(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) many
-- axis text, event text, to_state text, at time
SELECT e.axis, e.event, e.to_state, e.at
FROM sales."order" o
JOIN sales.order_event e ON e.order_id = o.order_id
WHERE o.order_id = (SELECT sales.order_open(:tenant, :store, :link, :order_id, :customer))
ORDER BY e.event_id

-- order_parcels(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) many
-- carrier text, tracking text, url text?
SELECT s.carrier, s.tracking_number, nullif(s.tracking_url, '')
FROM sales."order" o
JOIN shipping.shipment s ON s.order_id = o.order_id
WHERE o.order_id = (SELECT sales.order_open(:tenant, :store, :link, :order_id, :customer))
ORDER BY s.shipment_id

-- What the store wrote to the buyer, newest first.
-- order_notes(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) many
-- words text, at time
SELECT n.words, n.at FROM sales.notes_open(:tenant, :store, :link, :order_id, :customer) n

-- What the store wrote for the order's way of payment.
-- order_payment(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?, locale text) one
-- name text, instructions text
SELECT coalesce(x.name, ''), coalesce(x.instructions, '')
FROM sales."order" o
LEFT JOIN payment.method_text x ON x.store_id = o.store_id AND x.method = o.payment_method AND x.locale = :locale
WHERE o.order_id = (SELECT sales.order_open(:tenant, :store, :link, :order_id, :customer))

-- What goes back to the buyer, and how far it is.
-- order_refunds(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) many
-- state text, amount money, currency text, at time
SELECT r.state, r.amount, r.currency, r.changed_at
FROM payment.payment p
JOIN payment.refund r ON r.payment_id = p.payment_id
WHERE p.order_id = (SELECT sales.order_open(:tenant, :store, :link, :order_id, :customer)) AND NOT r.set_off
ORDER BY r.refund_id

-- order_downloads(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) many
-- name text, options text?, file uuid, file_name text, bytes int, rest int, expires time, state text
SELECT d.name, nullif(d.options, ''), d.file_id, d.file_name, d.bytes, d.rest::bigint, d.expires_at, d.state
FROM sales.downloads_open(:tenant, :store, :link, :order_id, :customer) d

-- order_download(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?, file uuid) one
-- outcome text, name text, file_name text, mime text
SELECT d.outcome, d.name, d.file_name, d.mime FROM sales.download_take(:tenant, :store, :link, :order_id, :customer, :file) d

-- order_invoice(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) one
-- name text, pdf_hex text
SELECT i.name, i.pdf_hex FROM accounting.invoice_open(:tenant, :store, :link, :order_id, :customer) i

-- order_credits(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) many
-- note uuid, name text
SELECT c.credit_note_id, c.name FROM accounting.credit_notes_open(:tenant, :store, :link, :order_id, :customer) c

-- order_credit(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?, note uuid) one
-- name text, pdf_hex text
SELECT c.name, c.pdf_hex FROM accounting.credit_note_open(:tenant, :store, :link, :order_id, :customer, :note) c

-- order_cancel(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) one
-- outcome text
SELECT sales.cancel_own(:tenant, :store, :link, :order_id, :customer)

-- A change of an order: laid out as a cart, priced, then made or dropped, in one transaction.
-- order_change_begin(tenant uuid, store uuid, order_id uuid, customer uuid, token bytea, variants uuid[], quantities int[], note text,
-- name text, company text, street text, street2 text, postal_code text, city text, region text) one
-- outcome text, locale text, currency text, total money, country text
SELECT c.outcome, c.locale, c.currency, c.total, c.country
FROM sales.change_begin(:tenant, :store, :order_id, :customer, :token, :variants, :quantities::integer[], :note,
    :name, :company, :street, :street2, :postal_code, :city, :region) c

-- order_change_drop(tenant uuid, store uuid, order_id uuid, customer uuid, token bytea) one
-- dropped bool
SELECT sales.change_drop(:tenant, :store, :order_id, :customer, :token)

-- order_change(tenant uuid, store uuid, order_id uuid, customer uuid, token bytea,
-- goods money, discount money, shipping money, tax money, total money, promise_from date?, promise_to date?, coupon bool,
-- variants uuid[], quantities int[], units money[], discounts money[], taxes money[], totals money[],
-- skus text[], names text[], options text[], images text[], labels text[], made bool[], weights int[],
-- tax_names text[], tax_rates int[], tax_bases money[], tax_amounts money[]) one
-- outcome text
SELECT sales.change_order(:tenant, :store, :order_id, :customer, :token, :goods, :discount, :shipping, :tax, :total,
    :promise_from, :promise_to, :coupon,
    :variants, :quantities::integer[], :units, :discounts, :taxes, :totals,
    :skus, :names, :options, :images, :labels, :made, :weights::integer[],
    :tax_names, :tax_rates::integer[], :tax_bases, :tax_amounts)
