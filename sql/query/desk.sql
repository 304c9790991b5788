-- An order at the desk of staff: all that is known of it, and what they do to it (sql/functions/desk.sql).
-- Whose order it is says sales.of_store(): nothing of another store is found.

-- desk_capture(tenant uuid, actor uuid, store uuid, order_id uuid, amount money) one
-- outcome text, intent uuid?
SELECT c.outcome, c.intent_id FROM payment.ask_capture(:tenant, :actor, sales.of_store(:tenant, :store, :order_id), :amount) c

-- desk_release(tenant uuid, actor uuid, store uuid, order_id uuid, reason text) one
-- outcome text, intent uuid?
SELECT c.outcome, c.intent_id FROM payment.ask_release(:tenant, :actor, sales.of_store(:tenant, :store, :order_id), :reason) c

-- desk_head(store uuid, order_id uuid) one
-- order_id uuid, number text, word text, state text, payment text, fulfilment text, return_state text, locale text, currency text,
-- prices_include_tax bool, goods money, discount money, shipping money, tax money, total money, surcharge money, coupon_code text, method_name text,
-- payment_method text, note text, promise_from date?, promise_to date?, placed time, customer uuid?, quality bool, leaves bool, due_on date?, overdue bool,
-- email text, phone text, name text, company text, tax_id text, street text, street2 text, postal_code text, city text, region text, country text,
-- has_billing bool, billing_name text, billing_company text, billing_street text, billing_street2 text, billing_postal_code text,
-- billing_city text, billing_region text, billing_country text
SELECT o.order_id, o.number, o.word, o.state, o.payment, o.fulfilment, o.return_state, o.locale, o.currency,
       o.prices_include_tax, o.goods, o.discount, o.shipping, o.tax, o.total, o.surcharge, o.coupon_code, o.method_name,
       o.payment_method, o.note, o.promise_from, o.promise_to, o.placed_at, o.customer_id,
       coalesce((SELECT y.check_quality FROM shipping.policy y WHERE y.store_id = o.store_id), false), shipping.may_leave(o), o.due_on,
       coalesce(o.payment = 'pending' AND o.due_on < (sutler.now() AT TIME ZONE (SELECT s.timezone FROM tenancy.store s WHERE s.store_id = o.store_id))::date, false),
       k.email, k.phone, k.name, k.company, k.tax_id, k.street, k.street2, k.postal_code, k.city, k.region, k.country,
       b.contact_id IS NOT NULL, coalesce(b.name, ''), coalesce(b.company, ''), coalesce(b.street, ''), coalesce(b.street2, ''),
       coalesce(b.postal_code, ''), coalesce(b.city, ''), coalesce(b.region, ''), coalesce(b.country, '')
FROM sales."order" o
JOIN sales.contact k ON k.contact_id = o.contact_id
LEFT JOIN sales.contact b ON b.contact_id = o.billing_id
WHERE o.store_id = :store AND o.order_id = :order_id

-- held: pieces of the variant that the order holds; with the line's own counters that is its stock state.
-- desk_lines(order_id uuid) many
-- line_no int, variant uuid, sku text, name text, options text?, quantity int, unit_price money, total money, allotted int, shipped int,
-- returned int, made bool, tracked bool, held int, weight_g int, gtin text, part bool, ships bool, digital bool
SELECT l.line_no, l.variant_id, l.sku, l.name, nullif(l.options, ''), l.quantity, l.unit_price, l.total, l.allotted, l.shipped,
       l.returned, l.made_to_order, coalesce(v.track_stock, false),
       coalesce((SELECT sum(h.quantity) FROM inventory.hold h WHERE h.order_id = l.order_id AND h.variant_id = l.variant_id), 0)::bigint, l.weight_g,
       coalesce(v.gtin, ''), l.part_of IS NOT NULL, l.ships, l.digital
FROM sales.order_line l
LEFT JOIN catalog.variant v ON v.variant_id = l.variant_id
WHERE l.order_id = :order_id
ORDER BY coalesce(l.part_of, l.line_no), l.line_no

-- desk_taxes(order_id uuid) many
-- name text, rate_ppm int, amount money
SELECT t.name, t.rate_ppm::bigint, t.amount FROM sales.order_tax t WHERE t.order_id = :order_id ORDER BY t.row_no

-- desk_money(order_id uuid) one
-- amount money, captured money, refunded money, set_off money, reference text
SELECT p.amount, p.captured, p.refunded, coalesce((SELECT sum(r.amount) FROM payment.refund r WHERE r.payment_id = p.payment_id AND r.set_off), 0)::bigint,
       p.reference
FROM payment.payment p WHERE p.order_id = :order_id ORDER BY p.payment_id LIMIT 1

-- desk_attempts(order_id uuid) many
-- state text, amount money, currency text, captured money, refunded money, code text, at time, until time?, to_capture money?, to_release bool
SELECT i.state, i.amount, i.currency, i.captured, i.refunded, i.code, i.created_at, i.authorised_until, i.to_capture, i.to_release
FROM payment.intent i WHERE i.order_id = :order_id ORDER BY i.intent_id

-- desk_refunds(order_id uuid) many
-- state text, amount money, currency text, reason text, code text, at time, by_hand bool, set_off bool
SELECT r.state, r.amount, r.currency, r.reason, r.code, r.changed_at, r.intent_id IS NULL AND NOT r.set_off, r.set_off
FROM payment.payment p JOIN payment.refund r ON r.payment_id = p.payment_id
WHERE p.order_id = :order_id ORDER BY r.refund_id

-- All parcels of an order: those of pick lists, and shipments sent without one.
-- desk_parcels(order_id uuid) many
-- parcel uuid?, parcel_no int, shipment uuid?, state text, quality text, weight_g int, carrier text, tracking text, url text?, sent time?, arrived time?, items text
SELECT k.parcel_id, coalesce(k.parcel_no, 0)::bigint, s.shipment_id, coalesce(k.state, 'shipped'), coalesce(k.quality, 'none'), coalesce(k.weight_g, 0)::bigint,
       coalesce(s.carrier, ''), coalesce(s.tracking_number, ''), nullif(s.tracking_url, ''), s.shipped_at, s.delivered_at,
       coalesce((SELECT string_agg(x.quantity || ' × ' || l.sku, ', ' ORDER BY x.line_no) FROM shipping.parcel_line x
                 JOIN sales.order_line l ON l.order_id = x.order_id AND l.line_no = x.line_no WHERE x.parcel_id = k.parcel_id),
                (SELECT string_agg(x.quantity || ' × ' || l.sku, ', ' ORDER BY x.line_no) FROM shipping.shipment_line x
                 JOIN sales.order_line l ON l.order_id = x.order_id AND l.line_no = x.line_no WHERE x.shipment_id = s.shipment_id), '')
FROM (SELECT * FROM shipping.parcel x WHERE x.order_id = :order_id) k
FULL JOIN (SELECT * FROM shipping.shipment x WHERE x.order_id = :order_id) s ON s.shipment_id = k.shipment_id
ORDER BY coalesce(k.created_at, s.shipped_at), 2

-- desk_waves(order_id uuid) many
-- wave uuid, name text
SELECT DISTINCT w.wave_id, h.code || '-' || w.number
FROM shipping.pick p JOIN shipping.wave w ON w.wave_id = p.wave_id JOIN inventory.warehouse h ON h.warehouse_id = w.warehouse_id
WHERE p.order_id = :order_id AND w.state = 'open' ORDER BY 2

-- desk_returns(order_id uuid) many
-- return_id uuid, return_no int, number text, state text, wish text, reason text, words text?, answer text?, refunded money, at time, line_no int, sku text,
-- name text, quantity int, received int, restocked int, scrapped int, quarantined int, worth money, exchange_draft uuid?, exchange_order uuid?, exchange_number text?
SELECT r.return_id, r.return_no, r.number, r.state, r.wish, r.reason, nullif(r.words, ''), nullif(r.answer, ''), r.refunded, r.changed_at, x.line_no, l.sku,
       l.name, x.quantity, x.received, x.restocked, x.scrapped, x.quarantined, sales.return_worth(r.tenant_id, r.return_id),
       d.draft_id, e.order_id, e.number
FROM sales.return r
JOIN sales.return_line x ON x.return_id = r.return_id
JOIN sales.order_line l ON l.order_id = x.order_id AND l.line_no = x.line_no
LEFT JOIN sales.draft d ON d.return_id = r.return_id AND NOT d.placed
LEFT JOIN sales."order" e ON e.exchange_of = r.return_id
WHERE r.order_id = :order_id
ORDER BY r.return_no DESC, x.line_no

-- desk_documents(tenant uuid, store uuid, order_id uuid) many
-- document uuid, kind text, name text
SELECT d.document, d.kind, d.name FROM accounting.desk_documents(:tenant, :store, :order_id) d

-- desk_document(tenant uuid, store uuid, order_id uuid, document uuid) one
-- name text, pdf_hex text
SELECT d.name, d.pdf_hex FROM accounting.desk_document(:tenant, :store, :order_id, :document) d

-- desk_events(order_id uuid) many
-- axis text, event text, to_state text, at time, actor text, who text?, detail text?
SELECT e.axis, e.event, e.to_state, e.at, e.actor, nullif(coalesce(nullif(p.name, ''), p.email), ''), nullif(e.detail, '')
FROM sales.order_event e
LEFT JOIN staff.person p ON p.staff_id::text = e.actor
WHERE e.order_id = :order_id
ORDER BY e.event_id DESC

-- desk_notes(order_id uuid) many
-- shown bool, words text, at time, actor text, who text?
SELECT n.shown, n.words, n.at, n.actor, nullif(coalesce(nullif(p.name, ''), p.email), '')
FROM sales.order_note n
LEFT JOIN staff.person p ON p.staff_id::text = n.actor
WHERE n.order_id = :order_id
ORDER BY n.note_id DESC

-- desk_tags(order_id uuid) many
-- tag text
SELECT t.tag FROM sales.order_tag t WHERE t.order_id = :order_id ORDER BY t.tag

-- Matters of its money that wait for a person.
-- desk_work(order_id uuid) many
-- kind text, detail text, at time
SELECT w.kind, w.detail, w.opened_at FROM payment.work w WHERE w.order_id = :order_id AND w.closed_at IS NULL ORDER BY w.work_id

-- desk_warehouses() many
-- warehouse uuid, code text, name text
SELECT w.warehouse_id, w.code, w.name FROM inventory.warehouse w WHERE w.active ORDER BY w.code

-- desk_zones() many
-- zone text
SELECT DISTINCT p.zone FROM inventory.place p WHERE p.zone <> '' ORDER BY 1 LIMIT 200

-- desk_methods(store uuid, locale text) many
-- method uuid, name text
SELECT m.method_id, coalesce(t.name, m.code) FROM shipping.method m
LEFT JOIN shipping.method_text t ON t.store_id = m.store_id AND t.method_id = m.method_id AND t.locale = :locale
WHERE m.store_id = :store ORDER BY m.position, m.method_id

-- Whether staff may change it now, and what the form begins with.
-- exchange_*: the order whose return it is the exchange for.
-- desk_edit(store uuid, order_id uuid) one
-- may text, revision int, hand_discount money, method uuid?, exchange_order uuid?, exchange_number text?
SELECT sales.can_edit(o.tenant_id, o.order_id), o.revision::bigint, o.hand_discount, o.method_id, f.order_id, f.number
FROM sales."order" o
LEFT JOIN sales.return r ON r.return_id = o.exchange_of
LEFT JOIN sales."order" f ON f.order_id = r.order_id
WHERE o.store_id = :store AND o.order_id = :order_id

-- The variant of a SKU or bar code.
-- desk_code(tenant uuid, code text) one
-- variant uuid?
SELECT shipping.scanned(:tenant, :code)

-- What variants are called, in the language of an order.
-- desk_variants(ids uuid[], locale text) many
-- variant uuid, sku text, name text
SELECT v.variant_id, v.sku, coalesce((SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1), v.sku)
FROM catalog.variant v WHERE v.variant_id = ANY(:ids)

-- ---- what is done ----

-- An order is changed: laid out as a cart, priced, then made or dropped, in one transaction.
-- desk_edit_begin(tenant uuid, store uuid, order_id uuid, revision int, token bytea, variants uuid[], quantities int[], method uuid, hand money, note text,
-- name text, company text, street text, street2 text, postal_code text, city text, region text, country text) one
-- outcome text, locale text, currency text, total money
SELECT e.outcome, e.locale, e.currency, e.total
FROM sales.edit_begin(:tenant, sales.of_store(:tenant, :store, :order_id), :revision::integer, :token, :variants, :quantities::integer[], :method, :hand, :note,
    :name, :company, :street, :street2, :postal_code, :city, :region, :country) e

-- desk_edit_drop(tenant uuid, store uuid, order_id uuid, token bytea) one
-- dropped bool
SELECT sales.edit_drop(:tenant, :store, sales.of_store(:tenant, :store, :order_id), :token)

-- desk_edit_make(tenant uuid, actor uuid, store uuid, order_id uuid, token bytea, reason text,
-- goods money, discount money, shipping money, tax money, total money, method_name text, promise_from date?, promise_to date?, coupon bool,
-- variants uuid[], quantities int[], units money[], discounts money[], taxes money[], totals money[],
-- skus text[], names text[], options text[], images text[], labels text[], made bool[], weights int[],
-- tax_names text[], tax_rates int[], tax_bases money[], tax_amounts money[]) one
-- outcome text
SELECT sales.edit_order(:tenant, :actor, :store, sales.of_store(:tenant, :store, :order_id), :token, :reason, :goods, :discount, :shipping, :tax, :total,
    :method_name, :promise_from, :promise_to, :coupon,
    :variants, :quantities::integer[], :units, :discounts, :taxes, :totals,
    :skus, :names, :options, :images, :labels, :made, :weights::integer[],
    :tax_names, :tax_rates::integer[], :tax_bases, :tax_amounts)

-- desk_note(tenant uuid, actor uuid, store uuid, order_id uuid, shown bool, words text) one
-- outcome text
SELECT sales.note(:tenant, :actor, sales.of_store(:tenant, :store, :order_id), :shown, :words)

-- desk_tag(tenant uuid, actor uuid, store uuid, order_id uuid, tag text, hang bool) one
-- outcome text
SELECT sales.tag(:tenant, :actor, sales.of_store(:tenant, :store, :order_id), :tag, :hang)

-- desk_pay(tenant uuid, actor uuid, store uuid, order_id uuid, reference text, due int?) one
-- outcome text
SELECT sales.desk_pay(:tenant, :actor, sales.of_store(:tenant, :store, :order_id), :reference, :due)

-- desk_cancel(tenant uuid, actor uuid, store uuid, order_id uuid, reason text) one
-- outcome text
SELECT sales.staff_cancel(:tenant, :actor, sales.of_store(:tenant, :store, :order_id), :reason)

-- desk_step(tenant uuid, actor uuid, store uuid, order_id uuid, event text) one
-- outcome text
SELECT sales.desk_step(:tenant, :actor, sales.of_store(:tenant, :store, :order_id), :event)

-- desk_close(tenant uuid, actor uuid, store uuid, order_id uuid) one
-- outcome text
SELECT sales.close(:tenant, :actor, sales.of_store(:tenant, :store, :order_id), '')

-- desk_ship(tenant uuid, actor uuid, store uuid, order_id uuid, lines int[], pieces int[], carrier text, tracking text, url text) one
-- outcome text
SELECT sales.desk_ship(:tenant, :actor, sales.of_store(:tenant, :store, :order_id), :lines::integer[], :pieces::integer[], :carrier, :tracking, :url)

-- desk_refund(tenant uuid, actor uuid, store uuid, order_id uuid, amount money?, lines int[], pieces int[], reason text, refund uuid) one
-- outcome text, gateway bool
SELECT f.outcome, f.gateway FROM sales.desk_refund(:tenant, :actor, sales.of_store(:tenant, :store, :order_id), :amount, :lines::integer[], :pieces::integer[],
    :reason, :refund) f

-- How a refund stands, after courier was asked.
-- desk_refund_state(refund uuid) one
-- state text
SELECT r.state FROM payment.refund r WHERE r.refund_id = :refund

-- desk_return(tenant uuid, actor uuid, store uuid, order_id uuid, return_id uuid, wish text, reason text, words text, lines int[], pieces int[]) one
-- outcome text
SELECT sales.staff_return(:tenant, :actor, sales.of_store(:tenant, :store, :order_id), :return_id, :wish, :reason, :words, :lines::integer[], :pieces::integer[])

-- desk_return_decide(tenant uuid, actor uuid, store uuid, order_id uuid, return_id uuid, event text, answer text) one
-- outcome text
SELECT sales.decide_return(:tenant, :actor, sales.return_of(:tenant, :store, :order_id, :return_id), :event, :answer)

-- desk_return_receive(tenant uuid, actor uuid, store uuid, order_id uuid, return_id uuid, warehouse uuid, lines int[], pieces int[]) one
-- outcome text
SELECT sales.receive_return(:tenant, :actor, sales.return_of(:tenant, :store, :order_id, :return_id), :warehouse, :lines::integer[], :pieces::integer[])

-- desk_return_inspect(tenant uuid, actor uuid, store uuid, order_id uuid, return_id uuid, line_no int, verdict text, pieces int, reason text) one
-- outcome text
SELECT sales.inspect_return(:tenant, :actor, sales.return_of(:tenant, :store, :order_id, :return_id), :line_no::integer, :verdict, :pieces::integer, :reason)

-- desk_return_release(tenant uuid, actor uuid, store uuid, order_id uuid, return_id uuid, line_no int, verdict text, pieces int, reason text) one
-- outcome text
SELECT sales.release_quarantine(:tenant, :actor, sales.return_of(:tenant, :store, :order_id, :return_id), :line_no::integer, :verdict, :pieces::integer, :reason)

-- desk_exchange(tenant uuid, actor uuid, store uuid, order_id uuid, return_id uuid, draft uuid) one
-- outcome text
SELECT sales.exchange_begin(:tenant, :actor, sales.return_of(:tenant, :store, :order_id, :return_id), :draft)

-- desk_return_refund(tenant uuid, actor uuid, store uuid, order_id uuid, return_id uuid, amount money?, reason text, refund uuid) one
-- outcome text
SELECT sales.refund_return(:tenant, :actor, sales.return_of(:tenant, :store, :order_id, :return_id), :amount, :reason, :refund)

-- desk_order_currency(store uuid, order_id uuid) one
-- currency text
SELECT o.currency FROM sales."order" o WHERE o.store_id = :store AND o.order_id = :order_id

-- desk_refund_goes(refund uuid) one
-- gateway bool, set_off bool
SELECT r.intent_id IS NOT NULL, r.set_off FROM payment.refund r WHERE r.refund_id = :refund

-- desk_exported(tenant uuid, actor uuid, store uuid, orders int, reason text) one
-- done bool
SELECT sales.desk_exported(:tenant, :actor, :store, :orders, :reason)

-- ---- the warehouse ----

-- Open pick lists of the store's orders, the oldest first.
-- desk_waves_open(tenant uuid, store uuid, most int) many
-- wave uuid, name text, zone text, made time, pieces int, picked int, packed int, orders int
SELECT w.wave_id, h.code || '-' || w.number, w.zone, w.created_at, p.quantity::bigint, p.picked::bigint, p.packed::bigint, p.orders::bigint
FROM shipping.wave w
JOIN inventory.warehouse h ON h.warehouse_id = w.warehouse_id
CROSS JOIN LATERAL (SELECT sum(x.quantity) AS quantity, sum(x.picked) AS picked, sum(x.packed) AS packed, count(DISTINCT x.order_id) AS orders
	FROM shipping.pick x WHERE x.wave_id = w.wave_id) p
WHERE w.state = 'open' AND shipping.wave_of(:tenant, :store, w.wave_id) IS NOT NULL
ORDER BY w.created_at, w.wave_id LIMIT :most

-- desk_wave(tenant uuid, store uuid, wave uuid) one
-- wave uuid, name text, warehouse text, zone text, state text, made time
SELECT w.wave_id, h.code || '-' || w.number, h.name, w.zone, w.state, w.created_at
FROM shipping.wave w JOIN inventory.warehouse h ON h.warehouse_id = w.warehouse_id
WHERE w.wave_id = (SELECT shipping.wave_of(:tenant, :store, :wave))

-- desk_wave_make(tenant uuid, actor uuid, store uuid, warehouse uuid, zone text, orders uuid[]) one
-- outcome text, wave uuid?, number int, pieces int
SELECT m.outcome, m.wave_id, coalesce(m.number, 0), m.pieces
FROM shipping.make_wave(:tenant, :actor, :warehouse, :zone, ARRAY(SELECT o.order_id FROM sales."order" o WHERE o.store_id = :store AND o.order_id = ANY(:orders))) m

-- desk_wave_pick(tenant uuid, actor uuid, store uuid, wave uuid, code text, pieces int) one
-- outcome text, sku text?, picked int, wanted int
SELECT p.outcome, p.sku, p.picked, p.wanted FROM shipping.pick(:tenant, :actor, shipping.wave_of(:tenant, :store, :wave), :code, :pieces::integer) p

-- desk_wave_pack(tenant uuid, actor uuid, store uuid, wave uuid, order_id uuid, code text, pieces int) one
-- outcome text, sku text?, packed int, wanted int
SELECT p.outcome, p.sku, p.packed, p.wanted FROM shipping.pack(:tenant, :actor, shipping.wave_of(:tenant, :store, :wave), :order_id, :code, :pieces::integer) p

-- desk_wave_drop(tenant uuid, actor uuid, store uuid, wave uuid, reason text) one
-- outcome text
SELECT shipping.drop_wave(:tenant, :actor, shipping.wave_of(:tenant, :store, :wave), :reason)

-- desk_parcel_close(tenant uuid, actor uuid, store uuid, order_id uuid, parcel uuid, weight_g int) one
-- outcome text
SELECT shipping.close_parcel(:tenant, :actor, shipping.parcel_of(:tenant, :store, :order_id, :parcel), :weight_g::integer)

-- desk_parcel_check(tenant uuid, actor uuid, store uuid, order_id uuid, parcel uuid, good bool, reason text) one
-- outcome text
SELECT shipping.check_parcel(:tenant, :actor, shipping.parcel_of(:tenant, :store, :order_id, :parcel), :good, :reason)

-- desk_parcel_unpack(tenant uuid, actor uuid, store uuid, order_id uuid, parcel uuid, reason text) one
-- outcome text
SELECT shipping.unpack(:tenant, :actor, shipping.parcel_of(:tenant, :store, :order_id, :parcel), :reason)

-- desk_parcel_send(tenant uuid, actor uuid, store uuid, order_id uuid, parcel uuid, carrier text, tracking text, url text) one
-- outcome text
SELECT shipping.send(:tenant, :actor, shipping.parcel_of(:tenant, :store, :order_id, :parcel), :carrier, :tracking, :url)

-- desk_arrived(tenant uuid, actor uuid, store uuid, order_id uuid, shipment uuid) one
-- outcome text
SELECT shipping.arrived(:tenant, :actor, (SELECT s.shipment_id FROM shipping.shipment s
    WHERE s.order_id = (SELECT sales.of_store(:tenant, :store, :order_id)) AND s.shipment_id = :shipment))

-- What a parcel holds, with its order's way and address: its slip.
-- desk_parcel(tenant uuid, store uuid, order_id uuid, parcel uuid) many
-- parcel_no int, weight_g int, sku text, name text, options text, quantity int
SELECT k.parcel_no, k.weight_g, l.sku, l.name, l.options, x.quantity
FROM shipping.parcel k
JOIN shipping.parcel_line x ON x.parcel_id = k.parcel_id
JOIN sales.order_line l ON l.order_id = x.order_id AND l.line_no = x.line_no
WHERE k.parcel_id = (SELECT shipping.parcel_of(:tenant, :store, :order_id, :parcel))
ORDER BY x.line_no

-- The parcels of a pick list's orders.
-- desk_wave_parcels(tenant uuid, store uuid, wave uuid) many
-- parcel uuid
SELECT k.parcel_id FROM shipping.parcel k
WHERE k.state <> 'dropped' AND k.order_id IN (SELECT p.order_id FROM shipping.pick p WHERE p.wave_id = (SELECT shipping.wave_of(:tenant, :store, :wave)))
ORDER BY k.parcel_id

-- What stands on their labels.
-- desk_labels(store uuid, parcels uuid[]) many
-- order_id uuid, order_number text, parcel_no int, weight_g int, way text, tracking text,
-- name text, company text, street text, street2 text, postal_code text, city text, region text, country text
SELECT o.order_id, o.number, k.parcel_no, coalesce(k.weight_g, 0)::bigint, coalesce(nullif(s.carrier, ''), o.method_name), coalesce(s.tracking_number, ''),
       c.name, c.company, c.street, c.street2, c.postal_code, c.city, c.region, c.country
FROM shipping.parcel k
JOIN sales."order" o ON o.order_id = k.order_id
JOIN sales.contact c ON c.contact_id = o.contact_id
LEFT JOIN shipping.shipment s ON s.shipment_id = k.shipment_id
WHERE o.store_id = :store AND k.parcel_id = ANY(:parcels)
ORDER BY o.number, k.parcel_no

-- desk_house(store uuid) one
-- name text, email text, phone text, street text, postal_code text, city text, country text, color text
SELECT s.name, s.contact_email, s.contact_phone, s.street, s.postal_code, s.city, s.country, s.color_primary
FROM tenancy.store s WHERE s.store_id = :store

-- What was bought as downloads, with what is left of it.
-- desk_downloads(tenant uuid, order_id uuid) many
-- sku text, name text, options text?, file_name text, rest int, expires time, state text
SELECT d.sku, d.name, nullif(d.options, ''), d.file_name, d.rest::bigint, d.expires_at, d.state FROM sales.downloads(:tenant, :order_id) d

-- desk_downloads_renew(tenant uuid, actor uuid, store uuid, order_id uuid, reason text) one
-- outcome text
SELECT sales.downloads_renew(:tenant, :actor, :store, :order_id, :reason)
