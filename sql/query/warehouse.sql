-- Warehouses as staff keep them (sql/functions/warehouse.sql).

-- All of them, those that are switched off last.
-- warehouses_all(most int4) many
-- warehouse uuid, code text, name text, country text, active bool, stores text
SELECT w.warehouse_id, w.code, w.name, w.country, w.active,
       coalesce((SELECT string_agg(s.name, ', ' ORDER BY x.priority, s.name) FROM inventory.store_warehouse x
           JOIN tenancy.store s ON s.store_id = x.store_id WHERE x.warehouse_id = w.warehouse_id), '')
FROM inventory.warehouse w ORDER BY w.active DESC, w.code LIMIT :most

-- warehouse_one(warehouse uuid) one
-- code text, name text, country text, active bool, anything bool
SELECT w.code, w.name, w.country, w.active,
       EXISTS (SELECT FROM inventory.stock s WHERE s.warehouse_id = w.warehouse_id AND (s.on_hand > 0 OR s.held > 0))
FROM inventory.warehouse w WHERE w.warehouse_id = :warehouse

-- Every store of the merchant, with its place in the row of this warehouse's stores.
-- warehouse_stores(warehouse uuid) many
-- store uuid, name text, rank int?
SELECT s.store_id, s.name, x.priority::bigint
FROM tenancy.store s LEFT JOIN inventory.store_warehouse x ON x.store_id = s.store_id AND x.warehouse_id = :warehouse
ORDER BY s.name, s.store_id

-- warehouse_save(tenant uuid, actor uuid, warehouse uuid, fresh bool, code text, name text, country text, stores uuid[], ranks int[]) one
-- outcome text
SELECT inventory.warehouse_save(:tenant, :actor, :warehouse, :fresh, :code, :name, :country, :stores, :ranks::integer[])

-- warehouse_switch(tenant uuid, actor uuid, warehouse uuid, upward bool, reason text) one
-- outcome text
SELECT inventory.warehouse_switch(:tenant, :actor, :warehouse, :upward, :reason)
