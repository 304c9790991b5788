-- What mails say, read when they are sent; and the links that are made for them.

-- Mails whose time has come, of all tenants: ids alone.
-- mail_due(most int4) many
-- tenant uuid, outbox uuid
SELECT r.tenant_id, r.outbox_id FROM event.ready r WHERE r.due_at <= sutler.now() ORDER BY r.due_at LIMIT :most

-- mail_take(tenant uuid, outbox uuid, first_s int4, most_s int4) one
-- store uuid, template text, order uuid?, cart uuid?, customer uuid?, change uuid?, locale text, currency text, attempt int
SELECT t.store_id, t.template, t.order_id, t.cart_id, t.customer_id, t.change_id, t.locale, t.currency, t.attempt::bigint
FROM event.take_mail(:tenant, :outbox, :first_s, :most_s) t

-- mail_finish(tenant uuid, outbox uuid, state text, error text, again_s int4) one
-- done bool
SELECT true FROM event.finish_mail(:tenant, :outbox, :state, :error, :again_s)

-- The store as the mail of a language shows it, with the merchant's own words for it; another language of the
-- store where it has that one no more.
-- letter_store(store uuid, locale text, template text) one
-- name text, from_name text, email text, phone text, street text, postal_code text, city text, timezone text, legal_name text, tax_id text,
-- locale text, tag text, position int, currency text, origin text, host text, signature text, subject text, opening text, closing text
SELECT s.name, coalesce(nullif(s.mail_from_name, ''), s.name), s.contact_email, s.contact_phone, s.street, s.postal_code, s.city, s.timezone,
       s.legal_name, s.tax_id, l.locale, l.tag, l.position::bigint,
       coalesce((SELECT c.currency FROM tenancy.store_currency c WHERE c.store_id = s.store_id ORDER BY c.position LIMIT 1), ''),
       h.origin, h.host, coalesce(x.mail_signature, ''), coalesce(m.subject, ''), coalesce(m.opening, ''), coalesce(m.closing, '')
FROM tenancy.store s
JOIN tenancy.store_locale l ON l.store_id = s.store_id
LEFT JOIN tenancy.store_text x ON x.store_id = s.store_id AND x.locale = l.locale
LEFT JOIN tenancy.mail_text m ON m.store_id = s.store_id AND m.template = :template AND m.locale = l.locale
JOIN tenancy.host h ON h.tenant_id = s.tenant_id AND h.store_id = s.store_id AND h.kind = 'store'
WHERE s.store_id = :store
ORDER BY l.locale = :locale DESC, l.position, h.is_primary DESC, h.host LIMIT 1

-- Pages that the law wants to be found from anywhere.
-- letter_pages(store uuid, locale text) many
-- title text, slug text
SELECT t.title, t.slug
FROM content.page p JOIN content.page_text t ON t.store_id = p.store_id AND t.page_id = p.page_id
WHERE p.store_id = :store AND t.locale = :locale AND p.code IN ('terms', 'privacy', 'returns', 'imprint', 'legal')
ORDER BY p.position, p.page_id LIMIT 5

-- What staff send themselves to see it: which mail, in whose words, to whom.
-- letter_trial(tenant uuid, trial uuid?) one
-- template text, locale text, subject text, opening text, closing text, email text, name text
SELECT t.template, t.locale, t.subject, t.opening, t.closing, t.email, t.name FROM tenancy.trial_for_mail(:tenant, :trial) t

-- refund is what a cancelled order gives back; unpaid: that is why it was cancelled.
-- letter_order(order_id uuid) one
-- number text, state text, payment text, currency text, includes_tax bool, goods money, discount money,
-- shipping money, surcharge money, total money, due money, refund money, unpaid bool, coupon_code text, method_name text, payment_method text, promise_from date?, promise_to date?,
-- email text, name text, company text, street text, street2 text, postal_code text, city text, region text, country text, return_number text?
SELECT o.number, o.state, o.payment, o.currency, o.prices_include_tax, o.goods, o.discount,
       o.shipping, o.surcharge, o.total, payment.due(o.tenant_id, o.order_id), coalesce((SELECT sum(p.captured - p.refunded + coalesce((SELECT sum(r.amount) FROM payment.refund r
           WHERE r.payment_id = p.payment_id AND r.reason = 'order cancelled' AND r.state <> 'failed'), 0))
           FROM payment.payment p WHERE p.order_id = o.order_id), 0)::bigint,
       EXISTS (SELECT FROM sales.order_event e WHERE e.order_id = o.order_id AND e.axis = 'order' AND e.event = 'cancel'
           AND e.actor = 'house' AND e.detail = 'not paid'),
       o.coupon_code, o.method_name, o.payment_method, o.promise_from, o.promise_to,
       k.email, k.name, k.company, k.street, k.street2, k.postal_code, k.city, k.region, k.country,
       (SELECT r.number FROM sales.return r WHERE r.order_id = o.order_id ORDER BY r.return_no DESC LIMIT 1)
FROM sales."order" o
JOIN sales.contact k ON k.contact_id = o.contact_id
WHERE o.order_id = :order_id

-- letter_lines(order_id uuid) many
-- sku text, name text, options text?, quantity int, line_total money, part bool
SELECT l.sku, l.name, nullif(l.options, ''), l.quantity::bigint, l.unit_price * l.quantity, l.part_of IS NOT NULL
FROM sales.order_line l WHERE l.order_id = :order_id ORDER BY coalesce(l.part_of, l.line_no), l.line_no

-- letter_taxes(order_id uuid) many
-- name text, rate_ppm int, base money, amount money
SELECT t.name, t.rate_ppm::bigint, t.base, t.amount FROM sales.order_tax t WHERE t.order_id = :order_id ORDER BY t.row_no

-- The parcel that this mail is about is the last; the others are named with it.
-- letter_parcels(order_id uuid) many
-- carrier text, tracking text, url text?
SELECT s.carrier, s.tracking_number, nullif(s.tracking_url, '')
FROM shipping.shipment s WHERE s.order_id = :order_id ORDER BY s.shipment_id

-- letter_payment(order_id uuid, locale text) one
-- name text, instructions text
SELECT t.name, t.instructions
FROM sales."order" o
JOIN payment.method_text t ON t.store_id = o.store_id AND t.method = o.payment_method AND t.locale = :locale
WHERE o.order_id = :order_id

-- What was bought as downloads and can be fetched.
-- letter_downloads(tenant uuid, order_id uuid) many
-- name text, options text?, file_name text, rest int, until date
SELECT d.name, nullif(d.options, ''), d.file_name, d.rest::bigint, (d.expires_at AT TIME ZONE s.timezone)::date
FROM sales."order" o
JOIN tenancy.store s ON s.store_id = o.store_id
CROSS JOIN LATERAL sales.downloads(:tenant, o.order_id) d
WHERE o.order_id = :order_id AND d.state = 'ok'

-- Money given back; extra: it came although nothing was to be paid.
-- letter_refunds(order_id uuid) many
-- amount money, on_day date, done bool, extra bool
SELECT r.amount, (r.changed_at AT TIME ZONE s.timezone)::date, r.state = 'done', r.actor = 'house' AND r.reason <> 'order cancelled'
FROM sales."order" o
JOIN tenancy.store s ON s.store_id = o.store_id
JOIN payment.payment p ON p.order_id = o.order_id
JOIN payment.refund r ON r.payment_id = p.payment_id
WHERE o.order_id = :order_id AND r.state <> 'failed' AND NOT r.set_off
ORDER BY r.refund_id

-- The file of an invoice mail.
-- letter_invoice(tenant uuid, order_id uuid) one
-- name text, pdf_hex text
SELECT i.name, i.pdf_hex FROM accounting.invoice_for_mail(:tenant, :order_id) i

-- The file of a credit note's mail.
-- letter_credit(tenant uuid, note uuid?) one
-- name text, invoice text, amount money, taken_back bool, pdf_hex text
SELECT c.name, c.invoice, c.amount, c.taken_back, c.pdf_hex FROM accounting.credit_for_mail(:tenant, :note) c

-- A purchase order, its file and the supplier it goes to.
-- letter_purchase(tenant uuid, purchase uuid?) one
-- name text, supplier text, email text, pdf_hex text
SELECT p.name, p.supplier, p.email, p.pdf_hex FROM inventory.purchase_for_mail(:tenant, :purchase) p

-- What fell below its reorder point.
-- letter_low(tenant uuid, mail uuid?) many
-- sku text, warehouse text, level int, point int
SELECT r.sku, r.warehouse, r.level, r.point::bigint FROM inventory.reorder_for_mail(:tenant, :mail) r

-- What staff write to the buyer, while it is there.
-- letter_note(note uuid?) one
-- words text
SELECT n.words FROM sales.order_note n WHERE n.note_id = :note AND n.shown

-- A cart that is to be mailed about: still open, its owner known.
-- letter_cart(cart uuid) one
-- email text, name text, reminders bool
SELECT k.email, k.name, c.reminders AND NOT marketing.opted_out(c.tenant_id, k.email_key)
FROM sales.cart c
JOIN sales.contact k ON k.contact_id = c.contact_id
WHERE c.cart_id = :cart AND c.state = 'open'

-- letter_cart_lines(cart uuid, locale text) many
-- name text, options text?, quantity int
SELECT coalesce(st.name, pt.name, sh.name, ph.name, v.sku),
       (SELECT string_agg(coalesce(vt.label, av.code), ', ' ORDER BY o.position)
        FROM catalog.variant_value vv
        JOIN catalog.attribute_value av ON av.value_id = vv.value_id
        LEFT JOIN catalog.attribute_value_text vt ON vt.value_id = vv.value_id AND vt.locale = :locale
        LEFT JOIN catalog.product_option o ON o.product_id = v.product_id AND o.attribute_id = vv.attribute_id
        WHERE vv.variant_id = v.variant_id),
       l.quantity::bigint
FROM sales.cart_line l
JOIN sales.cart c ON c.cart_id = l.cart_id
JOIN catalog.variant v ON v.variant_id = l.variant_id AND v.status = 'active'
JOIN catalog.product p ON p.product_id = v.product_id AND p.status = 'active'
JOIN tenancy.store_locale d ON d.store_id = c.store_id AND d.position = 0
LEFT JOIN catalog.product_text pt ON pt.product_id = p.product_id AND pt.locale = :locale
LEFT JOIN catalog.product_text ph ON ph.product_id = p.product_id AND ph.locale = d.locale
LEFT JOIN catalog.store_product_text st ON st.store_id = c.store_id AND st.product_id = p.product_id AND st.locale = :locale
LEFT JOIN catalog.store_product_text sh ON sh.store_id = c.store_id AND sh.product_id = p.product_id AND sh.locale = d.locale
WHERE l.cart_id = :cart
ORDER BY l.added_at, l.variant_id

-- Who is invited to the console; a try of the mail makes its own link.
-- letter_invitation(tenant uuid, mail uuid?, token bytea) one
-- email text, name text, known bool, origin text, ends time
SELECT i.email, i.name, i.known, i.origin, i.ends_at FROM staff.invitation_for_mail(:tenant, :mail, :token) i

-- Who has an account, and a change of its mail address.  One that was joined to another still has its
-- address; kept is that of the account that goes on, as much of it as its owner needs to know it.
-- letter_customer(customer uuid, change uuid?) one
-- email text, name text, verified bool, old_email text, new_email text, done bool, kept text
SELECT p.email, p.name, p.verified_at IS NOT NULL, coalesce(c.old_email, ''), coalesce(c.new_email, ''), c.done_at IS NOT NULL,
       left(coalesce(k.email, p.email), 1) || '…' || substr(coalesce(k.email, p.email), strpos(coalesce(k.email, p.email), '@'))
FROM customer.person p
LEFT JOIN customer.person k ON k.customer_id = p.merged_into
LEFT JOIN customer.email_change c ON c.customer_id = p.customer_id AND c.change_id = :change
WHERE p.customer_id = :customer AND (p.erased_at IS NULL OR p.merged_into IS NOT NULL)

-- Links that a mail carries; a try makes its own, for nobody keeps the old ones.
-- letter_order_link(tenant uuid, token bytea, order_id uuid, days int4) exec
INSERT INTO sales.order_token (tenant_id, token_sha256, order_id, expires_at)
SELECT :tenant, :token, :order_id, sutler.now() + make_interval(days => :days)

-- letter_cart_link(tenant uuid, token bytea, cart uuid) exec
INSERT INTO sales.cart_token (tenant_id, token_sha256, cart_id) VALUES (:tenant, :token, :cart)

-- letter_customer_link(tenant uuid, token bytea, customer uuid, purpose text, change uuid?, minutes int4) one
-- done bool
SELECT true FROM customer.make_token(:tenant, :token, :customer, :purpose, :change, :minutes)

-- Puts the hash of a fresh code where one was asked for; the address it goes to.
-- letter_code(cart uuid, code bytea) one
-- email text
UPDATE sales.verification v SET code_sha256 = :code
FROM sales.cart c JOIN sales.contact k ON k.contact_id = c.contact_id
WHERE v.cart_id = :cart AND c.cart_id = v.cart_id AND v.expires_at > sutler.now() AND v.tries < 5
  AND v.email_sha256 = sha256(convert_to(k.email_key, 'UTF8'))
RETURNING k.email
