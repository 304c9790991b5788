-- Suppliers and purchase orders as staff see them (sql/functions/buying.sql).

-- suppliers_all(after text, most int4) many
-- supplier uuid, code text, name text, email text, currency text, lead_days int, active bool, items int
SELECT s.supplier_id, s.code, s.name, s.email, s.currency, s.lead_days::bigint, s.active,
       (SELECT count(*) FROM inventory.supplier_item i WHERE i.supplier_id = s.supplier_id)
FROM inventory.supplier s WHERE s.code > :after ORDER BY s.code LIMIT :most

-- Those one can order from.
-- suppliers_active(most int4) many
-- supplier uuid, name text
SELECT s.supplier_id, s.name FROM inventory.supplier s WHERE s.active ORDER BY s.name, s.supplier_id LIMIT :most

-- supplier_one(supplier uuid) one
-- code text, name text, email text, phone text, currency text, lead_days int, over_ppm int, active bool, note text, looked bool
SELECT s.code, s.name, s.email, s.phone, s.currency, s.lead_days::bigint, s.over_ppm::bigint, s.active, s.note, s.inspect
FROM inventory.supplier s WHERE s.supplier_id = :supplier

-- By the id of the variant: a page later begins behind one.
-- supplier_items(supplier uuid, after uuid, most int4) many
-- variant uuid, sku text, article text, price money, least int, lead_days int?
SELECT i.variant_id, v.sku, i.sku, i.price, i.least::bigint, i.lead_days::bigint
FROM inventory.supplier_item i JOIN catalog.variant v ON v.variant_id = i.variant_id
WHERE i.supplier_id = :supplier
--? later: AND i.variant_id > :after
ORDER BY i.variant_id LIMIT :most

-- supplier_save(tenant uuid, actor uuid, supplier uuid, fresh bool, code text, name text, email text, phone text, currency text, lead_days int4,
-- over_ppm int4, active bool, note text, looked bool) one
-- outcome text
SELECT inventory.supplier_save(:tenant, :actor, :supplier, :fresh, :code, :name, :email, :phone, :currency, :lead_days, :over_ppm, :active, :note, :looked)

-- supplier_item_save(tenant uuid, actor uuid, supplier uuid, code text, sku text, price money, least int4, lead_days int4) one
-- outcome text
SELECT inventory.supplier_item_save(:tenant, :actor, :supplier, :code, :sku, :price, :least, nullif(:lead_days, -1))

-- supplier_item_drop(tenant uuid, actor uuid, supplier uuid, variant uuid) one
-- outcome text
SELECT inventory.supplier_item_drop(:tenant, :actor, :supplier, :variant)

-- Warehouses that goods can go to.
-- purchase_places(most int4) many
-- warehouse uuid, name text
SELECT w.warehouse_id, w.name FROM inventory.warehouse w WHERE w.active ORDER BY w.name, w.warehouse_id LIMIT :most

-- The list, newest first; a page later begins behind an order.
-- purchase_list(supplier uuid, state text, number int, before uuid, most int4) many
-- purchase uuid, number int, supplier text, warehouse text, state text, currency text, made time, sent time?, ordered int, received int, total money
SELECT p.purchase_id, p.number, s.name, w.name, p.state, p.currency, p.created_at, p.sent_at, l.ordered, l.received, l.total
FROM inventory.purchase p
JOIN inventory.supplier s ON s.supplier_id = p.supplier_id
JOIN inventory.warehouse w ON w.warehouse_id = p.warehouse_id
CROSS JOIN LATERAL (SELECT coalesce(sum(x.ordered), 0)::bigint AS ordered, coalesce(sum(x.received), 0)::bigint AS received,
	coalesce(sum(x.ordered * x.price), 0)::bigint AS total FROM inventory.purchase_line x WHERE x.purchase_id = p.purchase_id) l
WHERE true
--? of_supplier: AND p.supplier_id = :supplier
--? in_state: AND p.state = :state
--? numbered: AND p.number = :number
--? later: AND p.purchase_id < :before
ORDER BY p.purchase_id DESC LIMIT :most

-- purchase_head(purchase uuid) one
-- number int, supplier uuid, supplier_name text, email text, warehouse uuid, warehouse_name text, country text, state text, currency text, made time, sent time?, closed time?,
-- who text?, filed bool, over_ppm int
SELECT p.number, p.supplier_id, s.name, s.email, p.warehouse_id, w.name, w.country, p.state, p.currency, p.created_at, p.sent_at, p.closed_at,
       (SELECT coalesce(nullif(k.name, ''), k.email) FROM staff.person k WHERE k.staff_id = p.created_by),
       EXISTS (SELECT FROM inventory.purchase_file f WHERE f.purchase_id = p.purchase_id), s.over_ppm::bigint
FROM inventory.purchase p
JOIN inventory.supplier s ON s.supplier_id = p.supplier_id
JOIN inventory.warehouse w ON w.warehouse_id = p.warehouse_id
WHERE p.purchase_id = :purchase

-- counted: by scanners, not booked yet.
-- purchase_lines(purchase uuid, locale text) many
-- variant uuid, sku text, article text, name text?, ordered int, received int, price money, counted int, least int, lots text
SELECT l.variant_id, v.sku, coalesce(i.sku, ''),
       (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       l.ordered, l.received, l.price, coalesce(c.pieces, 0), coalesce(i.least, 1),
       coalesce((SELECT k.lots FROM inventory.care k WHERE k.variant_id = l.variant_id), 'none')
FROM inventory.purchase_line l
JOIN inventory.purchase p ON p.purchase_id = l.purchase_id
JOIN catalog.variant v ON v.variant_id = l.variant_id
LEFT JOIN inventory.supplier_item i ON i.supplier_id = p.supplier_id AND i.variant_id = l.variant_id
LEFT JOIN inventory.tally c ON c.work_id = l.purchase_id AND c.variant_id = l.variant_id
WHERE l.purchase_id = :purchase
ORDER BY v.sku_key

-- purchase_receipts(purchase uuid) many
-- at time, who text?, landed money, reason text, pieces int
SELECT r.received_at, (SELECT coalesce(nullif(k.name, ''), k.email) FROM staff.person k WHERE k.staff_id = r.received_by), r.landed, r.reason,
       (SELECT coalesce(sum(m.quantity), 0) FROM inventory.purchase_line l JOIN inventory.movement m ON m.variant_id = l.variant_id
           AND m.kind = 'receipt' AND m.reason = r.receipt_id::text WHERE l.purchase_id = r.purchase_id)
FROM inventory.receipt r WHERE r.purchase_id = :purchase ORDER BY r.receipt_id DESC

-- purchase_write(tenant uuid, actor uuid, purchase uuid, again bool, supplier uuid, warehouse uuid, codes text[], pieces int[], prices money[]) one
-- outcome text
SELECT inventory.purchase_write(:tenant, :actor, :purchase, :again, :supplier, :warehouse, :codes, :pieces::integer[], :prices)

-- purchase_send(tenant uuid, actor uuid, purchase uuid, store uuid?) one
-- outcome text
SELECT inventory.purchase_send(:tenant, :actor, :purchase, :store)

-- purchase_keep(tenant uuid, purchase uuid, pdf bytea) one
-- done bool
SELECT true FROM inventory.purchase_keep(:tenant, :purchase, :pdf)

-- cancel, close
-- purchase_step(tenant uuid, actor uuid, purchase uuid, step text, reason text) one
-- outcome text
SELECT inventory.purchase_step(:tenant, :actor, 'admin-inventory', :purchase, :step, :reason)

-- purchase_scan(tenant uuid, purchase uuid, code text, pieces int4) one
-- outcome text, sku text, done int, wanted int
SELECT s.outcome, s.sku, s.done, s.wanted FROM inventory.purchase_scan(:tenant, :purchase, :code, :pieces) s

-- purchase_book(tenant uuid, actor uuid, receipt uuid, purchase uuid, variants uuid[], pieces int[], seen int[], landed money, reason text, numbers text[], expires text[], made text[]) one
-- outcome text
SELECT inventory.purchase_book(:tenant, :actor, :receipt, :purchase, :variants, :pieces::integer[], :seen::integer[], :landed, :reason, :numbers,
       ARRAY(SELECT nullif(u.d, '')::date FROM unnest(:expires) WITH ORDINALITY AS u (d, n) ORDER BY u.n),
       ARRAY(SELECT nullif(u.d, '')::date FROM unnest(:made) WITH ORDINALITY AS u (d, n) ORDER BY u.n))

-- The store whose letter a purchase order is.
-- purchase_house(store uuid) one
-- name text, street text, postal_code text, city text, country text, color text
SELECT s.name, s.street, s.postal_code, s.city, s.country, s.color_primary FROM tenancy.store s WHERE s.store_id = :store

-- The file as it was sent.
-- purchase_file(purchase uuid) one
-- number int, pdf_hex text
SELECT p.number, encode(f.pdf, 'hex') FROM inventory.purchase p JOIN inventory.purchase_file f ON f.purchase_id = p.purchase_id
WHERE p.purchase_id = :purchase
