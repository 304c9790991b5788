-- transactional
-- The holds of one order or cart, of one variant, in one warehouse: found by all that may be asked of them.  With the order alone in
-- the key the planner took the index of the stock instead, and each order of a variant read the holds of all orders that wait for it.

DROP INDEX inventory.hold_cart, inventory.hold_order;
CREATE INDEX hold_cart ON inventory.hold (tenant_id, cart_id, variant_id, warehouse_id) WHERE cart_id IS NOT NULL;
CREATE INDEX hold_order ON inventory.hold (tenant_id, order_id, variant_id, warehouse_id) WHERE order_id IS NOT NULL;

-- A hold's stock row is proven to be there when the transaction ends.  Proven at once, each hold shares the row's key before the row
-- is updated: of orders at the same moment that leaves a set of transactions (a multixact) in each version of the row, and whoever
-- reads a variant that everybody orders walks through all of them.
-- Dropped and added, which Citus allows; altered it would not be.
ALTER TABLE inventory.hold DROP CONSTRAINT hold_tenant_id_variant_id_warehouse_id_fkey;
ALTER TABLE inventory.hold ADD CONSTRAINT hold_tenant_id_variant_id_warehouse_id_fkey
	FOREIGN KEY (tenant_id, variant_id, warehouse_id) REFERENCES inventory.stock (tenant_id, variant_id, warehouse_id)
	DEFERRABLE INITIALLY DEFERRED;
