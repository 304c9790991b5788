-- Lots, goods that wait to be looked at, and production orders as staff see them (sql/functions/lot.sql, production.sql).

-- Lots, the newest first, behind one; the first page begins behind the greatest id.  named: by number; of_variant: of one variant.
-- lot_list(locale text, number text, upto text, variant uuid, before uuid, most int4) many
-- lot uuid, number text, sku text, product text?, warehouse text, expires date?, on_hand int, apart int, blocked bool, late bool
SELECT l.lot_id, l.number, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       w.name, l.expires_on, l.on_hand, l.apart, l.blocked, coalesce(l.expires_on < inventory.today(), false)
FROM inventory.lot l
JOIN catalog.variant v ON v.variant_id = l.variant_id
JOIN inventory.warehouse w ON w.warehouse_id = l.warehouse_id
WHERE l.lot_id < :before
--? named: AND l.number_key >= :number AND l.number_key < :upto
--? of_variant: AND l.variant_id = :variant
--? apart: AND l.apart > 0
ORDER BY l.lot_id DESC LIMIT :most

-- The same by last day, the first first: what expires until a day, or what is over.
-- lot_expiring(locale text, since date, until date, day date, after uuid, most int4) many
-- lot uuid, number text, sku text, product text?, warehouse text, expires date?, on_hand int, apart int, blocked bool, late bool
SELECT l.lot_id, l.number, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       w.name, l.expires_on, l.on_hand, l.apart, l.blocked, coalesce(l.expires_on < inventory.today(), false)
FROM inventory.lot l
JOIN catalog.variant v ON v.variant_id = l.variant_id
JOIN inventory.warehouse w ON w.warehouse_id = l.warehouse_id
WHERE l.there AND l.expires_on >= :since AND l.expires_on <= :until
--? later: AND l.expires_on >= :day AND (l.expires_on > :day OR l.lot_id > :after)
ORDER BY l.expires_on, l.lot_id LIMIT :most

-- Days of the list: today, yesterday and today with some more.
-- lot_days(days int4) one
-- today date, yesterday date, until date
SELECT inventory.today(), inventory.today() - 1, inventory.today() + :days

-- waits: pieces that are being inspected.
-- lot_one(lot uuid, locale text) one
-- number text, variant uuid, sku text, product text?, warehouse text, expires date?, made date?, supplier text?, purchase uuid?, purchase_number int?,
-- production uuid?, production_number int?, on_hand int, apart int, blocked bool, why text, late bool, waits int, shipped int
SELECT l.number, l.variant_id, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       w.name, l.expires_on, l.made_on, (SELECT s.name FROM inventory.supplier s WHERE s.supplier_id = l.supplier_id),
       l.purchase_id, (SELECT p.number FROM inventory.purchase p WHERE p.purchase_id = l.purchase_id),
       l.production_id, (SELECT p.number FROM inventory.production p WHERE p.production_id = l.production_id),
       l.on_hand, l.apart, l.blocked, l.why, coalesce(l.expires_on < inventory.today(), false),
       (SELECT coalesce(sum(i.pieces - i.passed - i.scrapped - i.sent_back), 0)::bigint FROM inventory.inspection i WHERE i.lot_id = l.lot_id AND i.closed_at IS NULL),
       (SELECT coalesce(sum(x.quantity - x.returned), 0)::bigint FROM shipping.shipment_lot x WHERE x.variant_id = l.variant_id AND x.number_key = l.number_key)
FROM inventory.lot l
JOIN catalog.variant v ON v.variant_id = l.variant_id
JOIN inventory.warehouse w ON w.warehouse_id = l.warehouse_id
WHERE l.lot_id = :lot

-- The same number in other warehouses.
-- lot_others(lot uuid) many
-- lot uuid, warehouse text, on_hand int, apart int
SELECT o.lot_id, w.name, o.on_hand, o.apart
FROM inventory.lot l
JOIN inventory.lot o ON o.variant_id = l.variant_id AND o.number_key = l.number_key AND o.lot_id <> l.lot_id
JOIN inventory.warehouse w ON w.warehouse_id = o.warehouse_id
WHERE l.lot_id = :lot ORDER BY w.name, o.lot_id

-- Its ledger, newest first.
-- lot_ledger(lot uuid, before uuid, most int4) many
-- movement uuid, at time, quantity int, kind text, reason text, source text, who text?, number text?
SELECT m.movement_id, m.created_at, m.quantity, m.kind,
       CASE WHEN m.reason ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN '' ELSE m.reason END,
       m.source, (SELECT coalesce(nullif(p.name, ''), p.email) FROM staff.person p WHERE p.staff_id = m.staff_id),
       (SELECT o.number FROM sales."order" o WHERE o.order_id = m.order_id)
FROM inventory.movement m
WHERE m.lot_id = :lot
--? later: AND m.movement_id < :before
ORDER BY m.movement_id DESC LIMIT :most

-- Orders it went into, whatever the warehouse, newest first; a page later begins behind a shipment.
-- lot_orders(lot uuid, before uuid, most int4) many
-- shipment uuid, number text, sent time, pieces int, returned int
SELECT x.shipment_id, (SELECT o.number FROM sales."order" o WHERE o.order_id = x.order_id),
       (SELECT s.shipped_at FROM shipping.shipment s WHERE s.shipment_id = x.shipment_id), x.quantity, x.returned
FROM inventory.lot l
JOIN shipping.shipment_lot x ON x.variant_id = l.variant_id AND x.number_key = l.number_key
WHERE l.lot_id = :lot
--? later: AND x.shipment_id < :before
ORDER BY x.shipment_id DESC LIMIT :most

-- lot_recall(tenant uuid, actor uuid, lot uuid, reason text, most int4) many
-- number text, store text, sent text, pieces int, returned int, name text, email text
SELECT r.number, r.store, to_char(r.sent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), r.pieces, r.returned, r.name, r.email FROM inventory.recall(:tenant, :actor, :lot, :reason, :most) r

-- lot_adjust(tenant uuid, actor uuid, lot uuid, quantity int4, reason text) one
-- outcome text
SELECT inventory.lot_adjust(:tenant, :actor, :lot, :quantity, :reason)

-- lot_block(tenant uuid, actor uuid, lot uuid, stop bool, reason text) one
-- outcome text
SELECT inventory.lot_block(:tenant, :actor, :lot, :stop, :reason)

-- lot_scrap(tenant uuid, actor uuid, lot uuid, pieces int4, reason text) one
-- outcome text
SELECT inventory.lot_scrap(:tenant, :actor, :lot, :pieces, :reason)

-- No row: no lots, no inspection.
-- care_of(variant uuid) one
-- lots text, looked bool
SELECT c.lots, c.inspect FROM inventory.care c WHERE c.variant_id = :variant

-- care_save(tenant uuid, actor uuid, variant uuid, whole bool, lots text, looked bool) one
-- outcome text
SELECT inventory.care_save(:tenant, :actor, :variant, :whole, :lots, :looked)

-- ---- inspection ----

-- What waits, the oldest first, behind one; the first page begins behind the least id.
-- inspect_list(locale text, after uuid, most int4) many
-- inspection uuid, at time, sku text, product text?, warehouse text, lot text?, purchase uuid?, purchase_number int?, supplier text?, production uuid?, production_number int?, pieces int, waits int
SELECT i.inspection_id, i.created_at, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       w.name, (SELECT l.number FROM inventory.lot l WHERE l.lot_id = i.lot_id),
       i.purchase_id, (SELECT p.number FROM inventory.purchase p WHERE p.purchase_id = i.purchase_id),
       (SELECT s.name FROM inventory.purchase p JOIN inventory.supplier s ON s.supplier_id = p.supplier_id WHERE p.purchase_id = i.purchase_id),
       i.production_id, (SELECT p.number FROM inventory.production p WHERE p.production_id = i.production_id),
       i.pieces, i.pieces - i.passed - i.scrapped - i.sent_back
FROM inventory.inspection i
JOIN catalog.variant v ON v.variant_id = i.variant_id
JOIN inventory.warehouse w ON w.warehouse_id = i.warehouse_id
WHERE i.closed_at IS NULL AND i.inspection_id > :after
ORDER BY i.inspection_id LIMIT :most

-- inspect_one(inspection uuid, locale text) one
-- at time, variant uuid, sku text, product text?, warehouse text, lot uuid?, number text?, purchase uuid?, purchase_number int?, production uuid?, production_number int?,
-- pieces int, passed int, scrapped int, sent_back int
SELECT i.created_at, i.variant_id, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       w.name, i.lot_id, (SELECT l.number FROM inventory.lot l WHERE l.lot_id = i.lot_id),
       i.purchase_id, (SELECT p.number FROM inventory.purchase p WHERE p.purchase_id = i.purchase_id),
       i.production_id, (SELECT p.number FROM inventory.production p WHERE p.production_id = i.production_id),
       i.pieces, i.passed, i.scrapped, i.sent_back
FROM inventory.inspection i
JOIN catalog.variant v ON v.variant_id = i.variant_id
JOIN inventory.warehouse w ON w.warehouse_id = i.warehouse_id
WHERE i.inspection_id = :inspection

-- inspect_say(tenant uuid, actor uuid, inspection uuid, verdict text, pieces int4, reason text) one
-- outcome text
SELECT inventory.inspect(:tenant, :actor, :inspection, :verdict, :pieces, :reason)

-- ---- production ----

-- What is planned and under way, the first due first; a page later begins behind one.
-- production_due(locale text, day date, after uuid, most int4) many
-- production uuid, number int, sku text, product text?, state text, due date?, pieces int, orders int, late bool
SELECT p.production_id, p.number, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       p.state, p.due_on, l.pieces, l.orders, p.due_on < inventory.today()
FROM inventory.production p
JOIN catalog.variant v ON v.variant_id = p.variant_id
CROSS JOIN LATERAL (SELECT coalesce(sum(x.quantity), 0)::bigint AS pieces, count(DISTINCT x.order_id) AS orders FROM inventory.production_line x WHERE x.production_id = p.production_id) l
WHERE p.state IN ('planned', 'started')
--? later: AND p.due_on >= :day AND (p.due_on > :day OR p.production_id > :after)
ORDER BY p.due_on, p.production_id LIMIT :most

-- What is over, the newest first.
-- production_over(locale text, state text, before uuid, most int4) many
-- production uuid, number int, sku text, product text?, state text, due date?, pieces int, orders int, late bool
SELECT p.production_id, p.number, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       p.state, p.due_on, coalesce(p.made, 0)::bigint, l.orders, false
FROM inventory.production p
JOIN catalog.variant v ON v.variant_id = p.variant_id
CROSS JOIN LATERAL (SELECT count(DISTINCT x.order_id) AS orders FROM inventory.production_line x WHERE x.production_id = p.production_id) l
WHERE p.state = :state
--? later: AND p.production_id < :before
ORDER BY p.production_id DESC LIMIT :most

-- lots: how the variant has them.
-- production_one(production uuid, locale text) one
-- number int, variant uuid, sku text, product text?, state text, due date?, late bool, made int?, warehouse text?, lot_number text, reason text, begun time, started time?, closed time?, lots text, looked bool, wanted int
SELECT p.number, p.variant_id, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       p.state, p.due_on, p.due_on < inventory.today() AND p.closed_at IS NULL, p.made, (SELECT w.name FROM inventory.warehouse w WHERE w.warehouse_id = p.warehouse_id),
       p.lot_number, p.reason, p.created_at, p.started_at, p.closed_at, CASE WHEN v.track_stock THEN coalesce(c.lots, 'none') ELSE 'none' END, coalesce(c.inspect, false),
       (SELECT coalesce(sum(x.quantity), 0)::bigint FROM inventory.production_line x WHERE x.production_id = p.production_id)
FROM inventory.production p
JOIN catalog.variant v ON v.variant_id = p.variant_id
LEFT JOIN inventory.care c ON c.variant_id = p.variant_id
WHERE p.production_id = :production

-- Orders that wait, the first first.
-- production_lines(production uuid, most int4) many
-- order_id uuid, number text, pieces int, due date?, done bool
SELECT x.order_id, (SELECT o.number FROM sales."order" o WHERE o.order_id = x.order_id), x.quantity, x.due_on, x.done
FROM inventory.production_line x WHERE x.production_id = :production ORDER BY x.order_id, x.line_no LIMIT :most

-- production_start(tenant uuid, actor uuid, production uuid) one
-- outcome text
SELECT inventory.production_start(:tenant, :actor, :production)

-- production_cancel(tenant uuid, actor uuid, production uuid, reason text) one
-- outcome text
SELECT inventory.production_cancel(:tenant, :actor, :production, :reason)

-- production_finish(tenant uuid, actor uuid, production uuid, warehouse uuid, made int4, number text, expires date?, reason text) one
-- outcome text
SELECT inventory.production_finish(:tenant, :actor, :production, :warehouse, :made, :number, :expires, :reason)
