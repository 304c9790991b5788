-- Transfers and counts as staff see them (sql/functions/stock_desk.sql).

-- Warehouses one can work in.
-- desk_places(most int4) many
-- warehouse uuid, name text
SELECT w.warehouse_id, w.name FROM inventory.warehouse w WHERE w.active ORDER BY w.name, w.warehouse_id LIMIT :most

-- transfer_drafts(most int4) many
-- transfer uuid, source text, target text, reason text, made time, pieces int
SELECT d.transfer_id, a.name, b.name, d.reason, d.created_at, (SELECT coalesce(sum(t.pieces), 0)::bigint FROM inventory.tally t WHERE t.work_id = d.transfer_id)
FROM inventory.transfer_draft d
JOIN inventory.warehouse a ON a.warehouse_id = d.from_id JOIN inventory.warehouse b ON b.warehouse_id = d.to_id
ORDER BY d.transfer_id DESC LIMIT :most

-- Newest first; a page later begins behind one.
-- transfer_list(state text, before uuid, most int4) many
-- transfer uuid, source text, target text, state text, sent_at time, pieces int, came int?
SELECT t.transfer_id, a.name, b.name, t.state, t.sent_at, l.pieces, l.came
FROM inventory.transfer t
JOIN inventory.warehouse a ON a.warehouse_id = t.from_id JOIN inventory.warehouse b ON b.warehouse_id = t.to_id
CROSS JOIN LATERAL (SELECT coalesce(sum(x.sent), 0)::bigint AS pieces, sum(x.received)::bigint AS came FROM inventory.transfer_line x WHERE x.transfer_id = t.transfer_id) l
WHERE true
--? in_state: AND t.state = :state
--? later: AND t.transfer_id < :before
ORDER BY t.transfer_id DESC LIMIT :most

-- A draft, or what left: state draft, sent or received.
-- transfer_one(transfer uuid) one
-- state text, source text, target text, reason text, difference text, made time, who text?, came time?, receiver text?
SELECT 'draft', a.name, b.name, d.reason, '', d.created_at, (SELECT coalesce(nullif(k.name, ''), k.email) FROM staff.person k WHERE k.staff_id = d.created_by),
       NULL::timestamptz, NULL::text
FROM inventory.transfer_draft d
JOIN inventory.warehouse a ON a.warehouse_id = d.from_id JOIN inventory.warehouse b ON b.warehouse_id = d.to_id
WHERE d.transfer_id = :transfer
UNION ALL
SELECT t.state, a.name, b.name, t.reason, t.difference_reason, t.sent_at, (SELECT coalesce(nullif(k.name, ''), k.email) FROM staff.person k WHERE k.staff_id = t.sent_by),
       t.received_at, (SELECT coalesce(nullif(k.name, ''), k.email) FROM staff.person k WHERE k.staff_id = t.received_by)
FROM inventory.transfer t
JOIN inventory.warehouse a ON a.warehouse_id = t.from_id JOIN inventory.warehouse b ON b.warehouse_id = t.to_id
WHERE t.transfer_id = :transfer

-- counted: by scanners, not booked yet; there: what can leave the first warehouse.
-- transfer_lines(transfer uuid, locale text) many
-- variant uuid, sku text, name text?, sent int, received int?, counted int, there int
SELECT x.variant_id, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       x.sent, x.received, x.counted, coalesce((SELECT greatest(s.on_hand - s.held, 0) FROM inventory.stock s WHERE s.variant_id = x.variant_id AND s.warehouse_id = x.from_id), 0)
FROM (SELECT l.variant_id, l.sent, l.received, coalesce(c.pieces, 0) AS counted, t.from_id
	FROM inventory.transfer_line l JOIN inventory.transfer t ON t.transfer_id = l.transfer_id
	LEFT JOIN inventory.tally c ON c.work_id = l.transfer_id AND c.variant_id = l.variant_id WHERE l.transfer_id = :transfer
	UNION ALL
	SELECT c.variant_id, 0, NULL, c.pieces, d.from_id FROM inventory.transfer_draft d JOIN inventory.tally c ON c.work_id = d.transfer_id
	WHERE d.transfer_id = :transfer) x
JOIN catalog.variant v ON v.variant_id = x.variant_id
ORDER BY v.sku_key

-- transfer_begin(tenant uuid, actor uuid, transfer uuid, source uuid, target uuid, reason text) one
-- outcome text
SELECT inventory.transfer_begin(:tenant, :actor, :transfer, :source, :target, :reason)

-- transfer_scan(tenant uuid, transfer uuid, code text, pieces int4) one
-- outcome text, sku text, done int, wanted int
SELECT s.outcome, s.sku, s.done, s.wanted FROM inventory.transfer_scan(:tenant, :transfer, :code, :pieces) s

-- transfer_write(tenant uuid, transfer uuid, variants uuid[], pieces int[]) one
-- outcome text
SELECT inventory.transfer_write(:tenant, :transfer, :variants, :pieces::integer[])

-- transfer_leave(tenant uuid, actor uuid, transfer uuid) one
-- outcome text
SELECT inventory.transfer_leave(:tenant, :actor, :transfer)

-- transfer_drop(tenant uuid, actor uuid, transfer uuid) one
-- outcome text
SELECT inventory.transfer_drop(:tenant, :actor, :transfer)

-- transfer_book(tenant uuid, actor uuid, transfer uuid, variants uuid[], pieces int[], reason text) one
-- outcome text
SELECT inventory.transfer_book(:tenant, :actor, :transfer, :variants, :pieces::integer[], :reason)

-- ---- counts ----

-- count_list(state text, before uuid, most int4) many
-- stocktake uuid, warehouse text, state text, reason text, opened time
SELECT k.stocktake_id, w.name, k.state, k.reason, k.opened_at
FROM inventory.stocktake k JOIN inventory.warehouse w ON w.warehouse_id = k.warehouse_id
WHERE true
--? in_state: AND k.state = :state
--? later: AND k.stocktake_id < :before
ORDER BY k.stocktake_id DESC LIMIT :most

-- differences: lines whose numbers do not agree; net: pieces more or less in all.
-- count_one(stocktake uuid) one
-- warehouse text, state text, reason text, opened time, who text?, closed time?, lines int, counted int, again int, differences int, net int
SELECT w.name, k.state, k.reason, k.opened_at, (SELECT coalesce(nullif(p.name, ''), p.email) FROM staff.person p WHERE p.staff_id = k.opened_by), k.closed_at,
       l.n, l.counted, l.again, l.differ, l.net
FROM inventory.stocktake k JOIN inventory.warehouse w ON w.warehouse_id = k.warehouse_id
CROSS JOIN LATERAL (SELECT count(*) AS n, count(x.counted) AS counted, count(*) FILTER (WHERE x.again) AS again, count(*) FILTER (WHERE x.counted <> x.expected) AS differ,
	coalesce(sum(x.counted - x.expected), 0)::bigint AS net FROM inventory.stocktake_line x WHERE x.stocktake_id = k.stocktake_id) l
WHERE k.stocktake_id = :stocktake

-- By variant, a page later behind one; todo: not counted, or to be counted again; differs: numbers that do not agree.
-- count_lines(stocktake uuid, locale text, after uuid, most int4) many
-- variant uuid, sku text, name text?, zone text, bin text, counted int?, expected int?, again bool
SELECT l.variant_id, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       coalesce(p.zone, ''), coalesce(p.bin, ''), l.counted, l.expected, l.again
FROM inventory.stocktake_line l
JOIN catalog.variant v ON v.variant_id = l.variant_id
LEFT JOIN inventory.place p ON p.warehouse_id = l.warehouse_id AND p.variant_id = l.variant_id
WHERE l.stocktake_id = :stocktake
--? todo: AND (l.counted IS NULL OR l.again)
--? differs: AND l.counted <> l.expected
--? later: AND l.variant_id > :after
ORDER BY l.variant_id LIMIT :most

-- count_open(tenant uuid, actor uuid, stocktake uuid, warehouse uuid, zone text, codes text[], reason text) one
-- outcome text
SELECT inventory.count_open(:tenant, :actor, :stocktake, :warehouse, :zone, :codes, :reason)

-- count_scan(tenant uuid, actor uuid, stocktake uuid, code text, pieces int4, whole bool) one
-- outcome text, sku text, done int
SELECT s.outcome, s.sku, s.done FROM inventory.stocktake_scan(:tenant, :actor, :stocktake, :code, :pieces, :whole) s

-- count_review(tenant uuid, stocktake uuid, leave bool) one
-- outcome text
SELECT inventory.stocktake_review(:tenant, :stocktake, :leave)

-- count_book(tenant uuid, actor uuid, stocktake uuid, reason text) one
-- outcome text
SELECT inventory.stocktake_book(:tenant, :actor, 'admin-inventory', :stocktake, :reason)

-- count_cancel(tenant uuid, actor uuid, stocktake uuid, reason text) one
-- outcome text
SELECT inventory.stocktake_cancel(:tenant, :actor, 'admin-inventory', :stocktake, :reason)
