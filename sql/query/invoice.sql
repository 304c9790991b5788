-- Invoices: which are to be made, and what stands on them.

-- invoice_unbilled(most int4) many
-- order_id uuid
SELECT u.order_id FROM accounting.unbilled u ORDER BY u.since, u.order_id LIMIT :most

-- Whatever becomes of this try, the others come first then.
-- invoice_try(order_id uuid) exec
UPDATE accounting.unbilled u SET since = sutler.now() WHERE u.order_id = :order_id

-- Seller and buyer as they are when the invoice is issued.
-- invoice_parties(order_id uuid) one
-- locale text, tag text, seller_name text, seller_tax_id text, seller_street text, seller_postal_code text, seller_city text,
-- seller_region text, seller_country text,
-- name text, company text, tax_id text, street text, street2 text, postal_code text, city text, region text, country text
SELECT o.locale, coalesce(l.tag, ''), coalesce(nullif(s.legal_name, ''), s.name), s.tax_id, s.street, s.postal_code, s.city, s.region, s.country,
       k.name, k.company, k.tax_id, k.street, k.street2, k.postal_code, k.city, k.region, k.country
FROM sales."order" o
JOIN tenancy.store s ON s.store_id = o.store_id
LEFT JOIN tenancy.store_locale l ON l.store_id = o.store_id AND l.locale = o.locale
JOIN sales.contact k ON k.contact_id = (SELECT coalesce(x.billing_id, x.contact_id) FROM sales."order" x WHERE x.order_id = :order_id)
WHERE o.order_id = :order_id

-- invoice_issue(tenant uuid, order_id uuid, seller text, buyer text) one
-- invoice uuid?
SELECT accounting.issue_invoice(:tenant, :order_id, :seller, :buyer)

-- invoice_head(invoice uuid) one
-- number text, issued_on date, currency text, seller text, buyer text, includes_tax bool, goods money, discount money,
-- shipping money, surcharge money, tax money, total money, order_number text, ordered_on date, coupon_code text, method_name text,
-- payment_name text, store_name text, color_primary text, color_accent text, contact_email text, due_on date?
SELECT i.series || i.number, i.issued_on, i.currency, i.seller, i.buyer, i.prices_include_tax, i.goods, i.discount,
       i.shipping, i.surcharge, i.tax, i.total, o.number, (o.placed_at AT TIME ZONE s.timezone)::date, o.coupon_code, o.method_name,
       coalesce(p.name, ''), s.name, s.color_primary, s.color_accent, s.contact_email, i.due_on
FROM accounting.invoice i
JOIN sales."order" o ON o.order_id = i.order_id
JOIN tenancy.store s ON s.store_id = i.store_id
LEFT JOIN payment.method_text p ON p.store_id = o.store_id AND p.method = o.payment_method AND p.locale = i.locale
WHERE i.invoice_id = :invoice

-- invoice_lines(invoice uuid) many
-- sku text, name text, options text, quantity int, unit_price money, amount money, part bool
SELECT l.sku, l.name, l.options, l.quantity::bigint, l.unit_price, l.unit_price * l.quantity, l.part_of IS NOT NULL
FROM accounting.invoice i JOIN sales.order_line l ON l.order_id = i.order_id
WHERE i.invoice_id = :invoice ORDER BY coalesce(l.part_of, l.line_no), l.line_no

-- invoice_taxes(invoice uuid) many
-- name text, rate_ppm int, base money, amount money
SELECT t.name, t.rate_ppm::bigint, t.base, t.amount
FROM accounting.invoice i JOIN sales.order_tax t ON t.order_id = i.order_id
WHERE i.invoice_id = :invoice ORDER BY t.row_no

-- invoice_store(tenant uuid, invoice uuid, pdf bytea) one
-- fresh bool
SELECT accounting.store_document(:tenant, :invoice, :pdf)
