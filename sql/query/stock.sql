-- Stock as staff see and correct it.  What a store's staff may see is what lies in the warehouses
-- that the store sells from (fragment mine); who sees stock in all stores sees all.

-- Where goods lie.
-- stock_warehouses(store uuid) many
-- warehouse uuid, name text
SELECT w.warehouse_id, w.name FROM inventory.warehouse w
WHERE w.active
--? mine: AND w.warehouse_id IN (SELECT x.warehouse_id FROM inventory.store_warehouse x WHERE x.store_id = :store)
ORDER BY w.name, w.warehouse_id

-- One row per variant and warehouse, by SKU; a page later than a row begins behind it.  incoming:
-- on its way from other warehouses and ordered from suppliers.
-- stock_list(store uuid, locale text, find text, upto text, warehouse uuid, sku text, after uuid, most int4) many
-- variant uuid, sku text, sku_key text, product text?, archived bool, warehouse uuid, warehouse_name text, on_hand int, held int, available int, missing int, incoming int
SELECT v.variant_id, v.sku, v.sku_key,
       (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       v.status = 'archived', w.warehouse_id, w.name, s.on_hand, s.held, greatest(s.on_hand - s.held, 0), s.short,
       inventory.incoming(s.tenant_id, s.variant_id, s.warehouse_id)
FROM catalog.variant v
JOIN inventory.stock s ON s.variant_id = v.variant_id
JOIN inventory.warehouse w ON w.warehouse_id = s.warehouse_id AND w.active
WHERE v.track_stock
--? mine: AND s.warehouse_id IN (SELECT x.warehouse_id FROM inventory.store_warehouse x WHERE x.store_id = :store)
--? begins: AND v.sku_key >= :find AND v.sku_key < :upto
--? scanned: AND v.variant_id IN (SELECT x.variant_id FROM catalog.variant x WHERE x.gtin = :find UNION SELECT x.variant_id FROM catalog.variant x WHERE x.sku_key = :find)
--? lies: AND s.warehouse_id = :warehouse
--? owed: AND s.short > 0
--? later: AND v.sku_key >= :sku AND (v.sku_key > :sku OR s.warehouse_id > :after)
ORDER BY v.sku_key, s.warehouse_id LIMIT :most

-- The same of what has nothing left to sell: these have an order of their own.
-- stock_none(store uuid, locale text, find text, upto text, warehouse uuid, sku text, after uuid, most int4) many
-- variant uuid, sku text, sku_key text, product text?, archived bool, warehouse uuid, warehouse_name text, on_hand int, held int, available int, missing int, incoming int
SELECT v.variant_id, v.sku, e.sku_key,
       (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       v.status = 'archived', w.warehouse_id, w.name, s.on_hand, s.held, greatest(s.on_hand - s.held, 0), s.short,
       inventory.incoming(s.tenant_id, s.variant_id, s.warehouse_id)
FROM inventory.sold_out e
JOIN inventory.stock s ON s.variant_id = e.variant_id AND s.warehouse_id = e.warehouse_id
JOIN catalog.variant v ON v.variant_id = e.variant_id
JOIN inventory.warehouse w ON w.warehouse_id = e.warehouse_id AND w.active
WHERE v.track_stock
--? mine: AND e.warehouse_id IN (SELECT x.warehouse_id FROM inventory.store_warehouse x WHERE x.store_id = :store)
--? begins: AND e.sku_key >= :find AND e.sku_key < :upto
--? scanned: AND e.variant_id IN (SELECT x.variant_id FROM catalog.variant x WHERE x.gtin = :find UNION SELECT x.variant_id FROM catalog.variant x WHERE x.sku_key = :find)
--? lies: AND e.warehouse_id = :warehouse
--? later: AND e.sku_key >= :sku AND (e.sku_key > :sku OR e.warehouse_id > :after)
ORDER BY e.sku_key, e.warehouse_id LIMIT :most

-- stock_variant(variant uuid, locale text) one
-- sku text, gtin text?, product text?, archived bool, tracked bool
SELECT v.sku, v.gtin,
       (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       v.status = 'archived', v.track_stock
FROM catalog.variant v WHERE v.variant_id = :variant

-- A row for each warehouse in use, also where none ever lay.
-- stock_of(tenant uuid, store uuid, variant uuid) many
-- warehouse uuid, name text, on_hand int, held int, available int, missing int, incoming int, zone text, bin text, point int?, up_to int?
SELECT w.warehouse_id, w.name, coalesce(s.on_hand, 0), coalesce(s.held, 0), greatest(coalesce(s.on_hand - s.held, 0), 0), coalesce(s.short, 0),
       inventory.incoming(:tenant, :variant, w.warehouse_id), coalesce(p.zone, ''), coalesce(p.bin, ''), o.point::bigint, o.up_to::bigint
FROM inventory.warehouse w
LEFT JOIN inventory.stock s ON s.warehouse_id = w.warehouse_id AND s.variant_id = :variant
LEFT JOIN inventory.place p ON p.warehouse_id = w.warehouse_id AND p.variant_id = :variant
LEFT JOIN inventory.reorder o ON o.warehouse_id = w.warehouse_id AND o.variant_id = :variant
WHERE w.active
--? mine: AND w.warehouse_id IN (SELECT x.warehouse_id FROM inventory.store_warehouse x WHERE x.store_id = :store)
ORDER BY w.name, w.warehouse_id

-- The ledger of a variant, newest first; what a count or transfer says why stands in its head.
-- stock_ledger(store uuid, variant uuid, before uuid, most int4) many
-- movement uuid, at time, warehouse text, quantity int, kind text, reason text, source text, who text?, number text?
SELECT m.movement_id, m.created_at, w.name, m.quantity, m.kind,
       CASE WHEN m.reason !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN m.reason
            WHEN m.kind = 'transfer' THEN coalesce((SELECT t.reason FROM inventory.transfer t WHERE t.transfer_id = m.reason::uuid), '')
            WHEN m.kind = 'count' THEN coalesce((SELECT k.reason FROM inventory.stocktake k WHERE k.stocktake_id = m.reason::uuid), '')
            ELSE '' END,
       m.source, (SELECT coalesce(nullif(p.name, ''), p.email) FROM staff.person p WHERE p.staff_id = m.staff_id),
       (SELECT o.number FROM sales."order" o WHERE o.order_id = m.order_id)
FROM inventory.movement m JOIN inventory.warehouse w ON w.warehouse_id = m.warehouse_id
WHERE m.variant_id = :variant
--? mine: AND m.warehouse_id IN (SELECT x.warehouse_id FROM inventory.store_warehouse x WHERE x.store_id = :store)
--? later: AND m.movement_id < :before
ORDER BY m.movement_id DESC LIMIT :most

-- Who holds pieces, the oldest promise first; no number: a cart in checkout.
-- stock_holds(store uuid, variant uuid, most int4) many
-- number text?, warehouse text, quantity int, since time
SELECT (SELECT o.number FROM sales."order" o WHERE o.order_id = h.order_id), w.name, h.quantity, h.created_at
FROM inventory.hold h JOIN inventory.warehouse w ON w.warehouse_id = h.warehouse_id
WHERE h.variant_id = :variant
--? mine: AND h.warehouse_id IN (SELECT x.warehouse_id FROM inventory.store_warehouse x WHERE x.store_id = :store)
ORDER BY h.hold_id LIMIT :most

-- stock_adjust(tenant uuid, actor uuid, variant uuid, warehouse uuid, quantity int4, reason text) one
-- outcome text
SELECT inventory.adjust_by_hand(:tenant, :actor, 'admin-inventory', :variant, :warehouse, :quantity, :reason)

-- stock_place(tenant uuid, actor uuid, variant uuid, warehouse uuid, zone text, bin text) one
-- outcome text
SELECT inventory.place_by_hand(:tenant, :actor, :variant, :warehouse, :zone, :bin)
