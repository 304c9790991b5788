-- Credit notes: which are to be made, and what stands on them.

-- Refunds of billed orders; one that came back after its credit note.
-- credit_wanted(most int4) many
-- refund uuid, taken_back bool
SELECT u.refund_id, u.taken_back
FROM accounting.uncredited u
JOIN payment.refund r ON r.refund_id = u.refund_id
JOIN payment.payment p ON p.payment_id = r.payment_id
JOIN accounting.invoice i ON i.order_id = p.order_id
ORDER BY u.since, u.refund_id, u.taken_back LIMIT :most

-- Whatever becomes of this try, the others come first then.
-- credit_try(refund uuid, taken_back bool) exec
UPDATE accounting.uncredited u SET since = sutler.now() WHERE u.refund_id = :refund AND u.taken_back = :taken_back

-- credit_issue(tenant uuid, refund uuid, taken_back bool) one
-- note uuid?
SELECT accounting.issue_credit_note(:tenant, :refund, :taken_back)

-- credit_head(note uuid) one
-- number text, issued_on date, invoice_number text, invoiced_on date, takes_back text?, currency text, seller text, buyer text, includes_tax bool,
-- net money, total money, tag text, locale text, order_number text, ordered_on date, store_name text, color_primary text, color_accent text,
-- contact_email text
SELECT c.series || c.number, c.issued_on, i.series || i.number, i.issued_on, b.series || b.number, i.currency, i.seller, i.buyer, i.prices_include_tax,
       c.net, c.total, coalesce(l.tag, ''), i.locale, o.number, (o.placed_at AT TIME ZONE s.timezone)::date, s.name, s.color_primary, s.color_accent,
       s.contact_email
FROM accounting.credit_note c
JOIN accounting.invoice i ON i.invoice_id = c.invoice_id
JOIN sales."order" o ON o.order_id = i.order_id
JOIN tenancy.store s ON s.store_id = c.store_id
LEFT JOIN tenancy.store_locale l ON l.store_id = i.store_id AND l.locale = i.locale
LEFT JOIN accounting.credit_note b ON b.credit_note_id = c.takes_back
WHERE c.credit_note_id = :note

-- credit_taxes(note uuid) many
-- name text, rate_ppm int, base money, amount money
SELECT t.name, t.rate_ppm::bigint, t.base, t.amount FROM accounting.credit_note_tax t WHERE t.credit_note_id = :note ORDER BY t.row_no

-- credit_store(tenant uuid, note uuid, pdf bytea) one
-- fresh bool
SELECT accounting.store_credit_document(:tenant, :note, :pdf)
