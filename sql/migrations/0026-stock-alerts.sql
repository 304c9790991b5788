-- transactional
-- The stock work of the console: warehouses that are switched off, what is counted by scan before
-- it is booked, drafts of transfers, what suppliers ask for.

ALTER TABLE inventory.warehouse ADD COLUMN active boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN inventory.warehouse.active IS 'False: switched off. Nothing lies there, nothing comes in, no store sells from it.';

-- Whoever books goods in has locked the warehouse by its foreign keys; who switches it off locks
-- it wholly, so one of the two sees the other.  Only rows that grow are looked at: selling never is.
CREATE FUNCTION inventory.keep_closed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
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

-- A transfer that is being put together; its pieces stand in inventory.tally until it leaves.
CREATE TABLE inventory.transfer_draft (
	tenant_id uuid NOT NULL,
	transfer_id uuid NOT NULL,
	from_id uuid NOT NULL,
	to_id uuid NOT NULL,
	reason text NOT NULL DEFAULT '',
	created_by uuid,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, transfer_id),
	CHECK (from_id <> to_id),
	FOREIGN KEY (tenant_id, from_id) REFERENCES inventory.warehouse,
	FOREIGN KEY (tenant_id, to_id) REFERENCES inventory.warehouse
);
COMMENT ON TABLE inventory.transfer_draft IS 'A transfer that is being put together. Nothing has moved.';
COMMENT ON COLUMN inventory.transfer_draft.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.transfer_draft.transfer_id IS 'The transfer it will be.';
COMMENT ON COLUMN inventory.transfer_draft.from_id IS 'The warehouse its pieces will leave.';
COMMENT ON COLUMN inventory.transfer_draft.to_id IS 'The warehouse they will go to.';
COMMENT ON COLUMN inventory.transfer_draft.reason IS 'Why, in words.';
COMMENT ON COLUMN inventory.transfer_draft.created_by IS 'Who began it; NULL: the house.';
COMMENT ON COLUMN inventory.transfer_draft.created_at IS 'When.';
CREATE INDEX transfer_draft_from ON inventory.transfer_draft (tenant_id, from_id);
CREATE INDEX transfer_draft_to ON inventory.transfer_draft (tenant_id, to_id);

-- The lists, newest first.
CREATE INDEX transfer_state ON inventory.transfer (tenant_id, state, transfer_id);
CREATE INDEX stocktake_state ON inventory.stocktake (tenant_id, state, stocktake_id);

SELECT sutler.protect('inventory.transfer_draft');

-- What is sold out, in the order of its list.  A partial index on inventory.stock would do as well
-- and cost each order an update of all its indexes; this is written when a row crosses zero alone.
CREATE TABLE inventory.sold_out (
	tenant_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	sku_key text NOT NULL,
	PRIMARY KEY (tenant_id, variant_id, warehouse_id),
	FOREIGN KEY (tenant_id, variant_id, warehouse_id) REFERENCES inventory.stock ON DELETE CASCADE
);
COMMENT ON TABLE inventory.sold_out IS 'Rows of inventory.stock with nothing left to sell. Written by triggers there.';
COMMENT ON COLUMN inventory.sold_out.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.sold_out.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.sold_out.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN inventory.sold_out.sku_key IS 'The variant''s folded SKU, by which the list is ordered.';
CREATE INDEX sold_out_sku ON inventory.sold_out (tenant_id, sku_key, warehouse_id);
CREATE INDEX sold_out_warehouse ON inventory.sold_out (tenant_id, warehouse_id, sku_key);
-- What is promised and missing is rare and its column seldom changes: an index that costs nothing.
CREATE INDEX stock_short ON inventory.stock (tenant_id, variant_id, warehouse_id) WHERE short > 0;

CREATE FUNCTION inventory.mark_sold_out() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NEW.on_hand > NEW.held THEN
		DELETE FROM inventory.sold_out o WHERE o.tenant_id = NEW.tenant_id AND o.variant_id = NEW.variant_id AND o.warehouse_id = NEW.warehouse_id;
	ELSE
		-- Locked, so that its SKU is not changed between.
		INSERT INTO inventory.sold_out (tenant_id, variant_id, warehouse_id, sku_key)
		SELECT NEW.tenant_id, NEW.variant_id, NEW.warehouse_id, v.sku_key FROM catalog.variant v
		WHERE v.tenant_id = NEW.tenant_id AND v.variant_id = NEW.variant_id FOR KEY SHARE ON CONFLICT DO NOTHING;
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION inventory.mark_sold_out() IS 'Keeps inventory.sold_out when a row of stock crosses zero.';
CREATE TRIGGER sold_out_made AFTER INSERT ON inventory.stock FOR EACH ROW WHEN (NEW.on_hand <= NEW.held) EXECUTE FUNCTION inventory.mark_sold_out();
CREATE TRIGGER sold_out_crossed AFTER UPDATE OF on_hand, held ON inventory.stock FOR EACH ROW
	WHEN ((OLD.on_hand <= OLD.held) <> (NEW.on_hand <= NEW.held)) EXECUTE FUNCTION inventory.mark_sold_out();

CREATE FUNCTION inventory.rename_sold_out() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE inventory.sold_out o SET sku_key = NEW.sku_key WHERE o.tenant_id = NEW.tenant_id AND o.variant_id = NEW.variant_id;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION inventory.rename_sold_out() IS 'Keeps the SKUs of inventory.sold_out.';
CREATE TRIGGER sold_out_renamed AFTER UPDATE OF sku ON catalog.variant FOR EACH ROW WHEN (OLD.sku_key <> NEW.sku_key) EXECUTE FUNCTION inventory.rename_sold_out();

SELECT sutler.protect('inventory.sold_out');
