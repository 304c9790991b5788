-- transactional
-- Reorder points: below them staff are told once, until there is enough again.
CREATE TABLE inventory.reorder (
	tenant_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	reorder_id uuid NOT NULL DEFAULT sutler.uuid7(),
	point integer NOT NULL CHECK (point BETWEEN 1 AND 10000000),
	up_to integer NOT NULL CHECK (up_to BETWEEN 1 AND 10000000),
	below boolean NOT NULL DEFAULT false,
	mail_id uuid,
	PRIMARY KEY (tenant_id, variant_id, warehouse_id),
	CHECK (up_to >= point),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant,
	FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouse
);
COMMENT ON TABLE inventory.reorder IS 'From which number of pieces on a variant is ordered again for a warehouse.';
COMMENT ON COLUMN inventory.reorder.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.reorder.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.reorder.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN inventory.reorder.reorder_id IS 'The place in the list.';
COMMENT ON COLUMN inventory.reorder.point IS 'So few pieces, sellable and on their way, or fewer: order.';
COMMENT ON COLUMN inventory.reorder.up_to IS 'How many there shall be then.';
COMMENT ON COLUMN inventory.reorder.below IS 'It was so when freshen looked last.';
COMMENT ON COLUMN inventory.reorder.mail_id IS 'The mail that told of it; NULL: not told since there was enough.';
CREATE INDEX reorder_warehouse ON inventory.reorder (tenant_id, warehouse_id);
CREATE INDEX reorder_below ON inventory.reorder (tenant_id, reorder_id) WHERE below;
CREATE INDEX reorder_mail ON inventory.reorder (tenant_id, mail_id) WHERE mail_id IS NOT NULL;
CREATE INDEX supplier_item_price ON inventory.supplier_item (tenant_id, variant_id, price, supplier_id);

SELECT sutler.protect('inventory.reorder');
