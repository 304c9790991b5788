-- Reorder points as staff see them (sql/functions/reorder.sql).

-- What is low, in the order in which points were set; a page later begins behind one.  The supplier is
-- the one who asks least; drafted: a draft orders it already.
-- reorder_low(tenant uuid, locale text, after uuid, most int4) many
-- reorder uuid, variant uuid, sku text, name text?, warehouse text, available int, incoming int, point int, up_to int, wanted int, supplier text?, drafted bool
SELECT o.reorder_id, o.variant_id, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       w.name, k.level - k.incoming, k.incoming, o.point::bigint, o.up_to::bigint, greatest(o.up_to - k.level, coalesce(s.fewest, 0)),
       s.name,
       EXISTS (SELECT FROM inventory.purchase_line l JOIN inventory.purchase p ON p.purchase_id = l.purchase_id
           WHERE l.variant_id = o.variant_id AND p.state = 'draft' AND p.warehouse_id = o.warehouse_id)
FROM inventory.reorder o
JOIN catalog.variant v ON v.variant_id = o.variant_id
JOIN inventory.warehouse w ON w.warehouse_id = o.warehouse_id AND w.active
CROSS JOIN LATERAL (SELECT inventory.level(:tenant, o.variant_id, o.warehouse_id), inventory.incoming(:tenant, o.variant_id, o.warehouse_id)) AS k (level, incoming)
LEFT JOIN LATERAL inventory.cheapest(o.tenant_id, o.variant_id) s ON true
WHERE o.below AND v.status <> 'archived'
--? later: AND o.reorder_id > :after
ORDER BY o.reorder_id LIMIT :most

-- Whom one could order from, for which warehouse, and how many lines; of the first thousand that are low.
-- reorder_suppliers() many
-- supplier uuid, supplier_name text, warehouse uuid, warehouse_name text, lines int
SELECT s.supplier_id, s.name, w.warehouse_id, w.name, count(*)
FROM (SELECT b.tenant_id, b.variant_id, b.warehouse_id FROM inventory.reorder b JOIN catalog.variant v ON v.variant_id = b.variant_id AND v.status <> 'archived'
	WHERE b.below ORDER BY b.reorder_id LIMIT 1000) o
CROSS JOIN LATERAL inventory.cheapest(o.tenant_id, o.variant_id) s
JOIN inventory.warehouse w ON w.warehouse_id = o.warehouse_id AND w.active
WHERE NOT EXISTS (SELECT FROM inventory.purchase_line l JOIN inventory.purchase p ON p.purchase_id = l.purchase_id
	WHERE l.variant_id = o.variant_id AND p.state = 'draft' AND p.warehouse_id = o.warehouse_id)
GROUP BY s.supplier_id, s.name, w.warehouse_id, w.name ORDER BY s.name, s.supplier_id, w.name LIMIT 50

-- reorder_set(tenant uuid, actor uuid, variant uuid, warehouse uuid, point int4, up_to int4) one
-- outcome text
SELECT inventory.reorder_set(:tenant, :actor, :variant, :warehouse, :point, :up_to)

-- reorder_order(tenant uuid, actor uuid, purchase uuid, supplier uuid, warehouse uuid) one
-- outcome text
SELECT inventory.reorder_order(:tenant, :actor, :purchase, :supplier, :warehouse)
