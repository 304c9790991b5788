-- transactional
-- The stock work of the console: warehouses that are switched off, what is counted by scan before
-- it is booked, drafts of transfers, what suppliers ask for.

ALTER TABLE inventory.warehouse ADD COLUMN active boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN inventory.warehouse.active IS 'False: switched off. Nothing lies there, nothing comes in, no store sells from it.';

-- Whoever books goods in has locked the warehouse by its foreign keys; who switches it off locks
-- it wholly, so one of the two sees the other.  Only rows that grow are looked at: selling never is.
CREATE FUNCTION inventory.keep_closed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM inventory.warehouse w WHERE w.tenant_id = NEW.tenant_id AND w.warehouse_id = NEW.warehouse_id AND w.active FOR KEY SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'a warehouse that is switched off takes nothing in';
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION inventory.keep_closed() IS 'Refuses pieces in a warehouse that is switched off.';
CREATE TRIGGER closed_made AFTER INSERT ON inventory.stock FOR EACH ROW WHEN (NEW.on_hand > 0) EXECUTE FUNCTION inventory.keep_closed();
CREATE TRIGGER closed_grown AFTER UPDATE OF on_hand ON inventory.stock FOR EACH ROW WHEN (NEW.on_hand > OLD.on_hand) EXECUTE FUNCTION inventory.keep_closed();

-- What suppliers ask for, and what was sent to them.
COMMENT ON COLUMN event.outbox.change_id IS 'What it is about beside: the change of mail address, the credit note, the note or the purchase order.';
ALTER TABLE inventory.supplier ADD COLUMN active boolean NOT NULL DEFAULT true, ADD COLUMN phone text NOT NULL DEFAULT '',
	ADD COLUMN note text NOT NULL DEFAULT '';
COMMENT ON COLUMN inventory.supplier.active IS 'False: nothing new is ordered there.';
COMMENT ON COLUMN inventory.supplier.phone IS 'Telephone.';
COMMENT ON COLUMN inventory.supplier.note IS 'What the house should know: who to ask for, the customer number there.';
ALTER TABLE inventory.supplier_item ADD COLUMN least integer NOT NULL DEFAULT 1 CHECK (least BETWEEN 1 AND 10000000),
	ADD COLUMN lead_days integer CHECK (lead_days BETWEEN 0 AND 1000);
COMMENT ON COLUMN inventory.supplier_item.least IS 'The fewest pieces the supplier sells at once.';
COMMENT ON COLUMN inventory.supplier_item.lead_days IS 'Days from order to arrival; NULL: the supplier''s.';

CREATE TABLE inventory.purchase_file (
	tenant_id uuid NOT NULL,
	purchase_id uuid NOT NULL,
	pdf bytea NOT NULL,
	PRIMARY KEY (tenant_id, purchase_id),
	FOREIGN KEY (tenant_id, purchase_id) REFERENCES inventory.purchase
);
COMMENT ON TABLE inventory.purchase_file IS 'A purchase order as it was sent.';
COMMENT ON COLUMN inventory.purchase_file.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.purchase_file.purchase_id IS 'The purchase order.';
COMMENT ON COLUMN inventory.purchase_file.pdf IS 'The file.';

CREATE TABLE inventory.tally (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	work_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	pieces integer NOT NULL CHECK (pieces BETWEEN 0 AND 10000000),
	PRIMARY KEY (tenant_id, work_id, variant_id),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant
);
COMMENT ON TABLE inventory.tally IS 'Pieces counted by scan before they are booked: several scanners add to one number.';
COMMENT ON COLUMN inventory.tally.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.tally.work_id IS 'The purchase order or transfer whose goods are unpacked, or the draft of a transfer.';
COMMENT ON COLUMN inventory.tally.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.tally.pieces IS 'Pieces counted so far.';
CREATE INDEX tally_variant ON inventory.tally (tenant_id, variant_id);

-- The list of purchase orders by supplier, newest first.
DROP INDEX inventory.purchase_supplier;
CREATE INDEX purchase_supplier ON inventory.purchase (tenant_id, supplier_id, purchase_id);

SELECT sutler.protect('inventory.purchase_file', 'inventory.tally');
