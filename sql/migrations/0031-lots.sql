-- transactional
-- Lots: where pieces of a variant come from and how long they keep; goods that wait to be looked
-- at; and what is made to order.
--
-- The pieces of the lots of a variant in a warehouse are always what is on hand there.  Every
-- change goes through inventory.book(), behind the lock of the stock row; a deferred constraint
-- proves it at the end of each transaction that touched one of the two.  Ordering touches neither.

-- ---- how a variant is looked after ----

CREATE TABLE inventory.care (
	tenant_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	lots text NOT NULL DEFAULT 'none' CHECK (lots IN ('none', 'number', 'expiry')),
	inspect boolean NOT NULL DEFAULT false,
	PRIMARY KEY (tenant_id, variant_id),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant ON DELETE CASCADE
);
COMMENT ON TABLE inventory.care IS 'How a variant is looked after in the warehouse; no row: no lots, no inspection.';
COMMENT ON COLUMN inventory.care.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.care.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.care.lots IS 'number: each piece belongs to a lot with a number; expiry: and the lot has a last day.';
COMMENT ON COLUMN inventory.care.inspect IS 'What comes in waits until somebody has looked at it.';

ALTER TABLE inventory.supplier ADD COLUMN inspect boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN inventory.supplier.inspect IS 'What comes from there waits until somebody has looked at it.';

ALTER TABLE inventory.stock ADD COLUMN by_lot boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN inventory.stock.by_lot IS 'The pieces belong to lots: inventory.care of the variant, kept here so that it is read and locked with the row.';

-- A new row asks behind the lock of its variant, which who changes inventory.care holds.  One that is
-- there already makes no new row, and has its answer.
CREATE FUNCTION inventory.note_care() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- The fence (OFFSET 0): in an empty table the index by warehouse looks as good as the key, and a plan made then
	-- would walk through the whole warehouse for each row of a large import.
	IF EXISTS (SELECT FROM (SELECT s.warehouse_id FROM inventory.stock s
			WHERE s.tenant_id = NEW.tenant_id AND s.variant_id = NEW.variant_id OFFSET 0) x WHERE x.warehouse_id = NEW.warehouse_id) THEN
		RETURN NEW;
	END IF;
	PERFORM FROM catalog.variant v WHERE v.tenant_id = NEW.tenant_id AND v.variant_id = NEW.variant_id FOR SHARE;
	NEW.by_lot := EXISTS (SELECT FROM inventory.care c WHERE c.tenant_id = NEW.tenant_id AND c.variant_id = NEW.variant_id AND c.lots <> 'none');
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION inventory.note_care() IS 'Says of a new row of stock whether its pieces belong to lots.';
CREATE TRIGGER stock_care BEFORE INSERT ON inventory.stock FOR EACH ROW EXECUTE FUNCTION inventory.note_care();

-- ---- lots ----

CREATE TABLE inventory.lot (
	tenant_id uuid NOT NULL,
	lot_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	number text NOT NULL CHECK (length(number) <= 40),
	number_key text NOT NULL GENERATED ALWAYS AS (lower(number COLLATE "C")) STORED,
	expires_on date,
	made_on date,
	supplier_id uuid,
	purchase_id uuid,
	production_id uuid,
	on_hand integer NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
	apart integer NOT NULL DEFAULT 0 CHECK (apart >= 0),
	blocked boolean NOT NULL DEFAULT false,
	why text NOT NULL DEFAULT '',
	there boolean NOT NULL GENERATED ALWAYS AS (on_hand > 0 OR apart > 0) STORED,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, lot_id),
	UNIQUE (tenant_id, variant_id, warehouse_id, number_key),
	CHECK (made_on <= expires_on),
	FOREIGN KEY (tenant_id, variant_id, warehouse_id) REFERENCES inventory.stock,
	FOREIGN KEY (tenant_id, supplier_id) REFERENCES inventory.supplier,
	FOREIGN KEY (tenant_id, purchase_id) REFERENCES inventory.purchase
);
COMMENT ON TABLE inventory.lot IS 'Pieces of a variant in a warehouse that came or were made together. Written only by the functions of this schema.';
COMMENT ON COLUMN inventory.lot.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.lot.lot_id IS 'The lot in this warehouse; in another it has a row of its own with the same number.';
COMMENT ON COLUMN inventory.lot.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.lot.warehouse_id IS 'Where it lies.';
COMMENT ON COLUMN inventory.lot.number IS 'What stands on the goods; empty: pieces whose lot nobody knows.';
COMMENT ON COLUMN inventory.lot.number_key IS 'The number, case folded.';
COMMENT ON COLUMN inventory.lot.expires_on IS 'The last day on which it may leave; NULL: it keeps.';
COMMENT ON COLUMN inventory.lot.made_on IS 'When it was made; NULL: not known.';
COMMENT ON COLUMN inventory.lot.supplier_id IS 'Who sold it to us first; NULL: nobody, or not known.';
COMMENT ON COLUMN inventory.lot.purchase_id IS 'The purchase order it came with first.';
COMMENT ON COLUMN inventory.lot.production_id IS 'The production order that made it.';
COMMENT ON COLUMN inventory.lot.on_hand IS 'Pieces that may leave: over all lots what the stock row has.';
COMMENT ON COLUMN inventory.lot.apart IS 'Pieces set apart because it expired or was blocked; they are not on hand.';
COMMENT ON COLUMN inventory.lot.blocked IS 'Nothing of it leaves, and what comes in is set apart.';
COMMENT ON COLUMN inventory.lot.why IS 'Why pieces are set apart, in words or a code.';
COMMENT ON COLUMN inventory.lot.there IS 'Something of it is here.';
COMMENT ON COLUMN inventory.lot.created_at IS 'When the first of it came.';
CREATE INDEX lot_number ON inventory.lot (tenant_id, number_key, lot_id);
CREATE INDEX lot_expiry ON inventory.lot (tenant_id, expires_on, lot_id) WHERE there;
CREATE INDEX lot_due ON inventory.lot (tenant_id, expires_on) WHERE on_hand > 0;
CREATE INDEX lot_stopped ON inventory.lot (tenant_id, lot_id) WHERE on_hand > 0 AND blocked;
CREATE INDEX lot_apart ON inventory.lot (tenant_id, lot_id) WHERE apart > 0;
CREATE INDEX lot_of ON inventory.lot (tenant_id, variant_id, lot_id);
CREATE INDEX lot_supplier ON inventory.lot (tenant_id, supplier_id);
CREATE INDEX lot_purchase ON inventory.lot (tenant_id, purchase_id);

-- Both sides, at the end of the transaction, whoever's it is.  Without lots nothing may lie in one.
CREATE FUNCTION inventory.prove_lots() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.variant_id ELSE NEW.variant_id END;
	w uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.warehouse_id ELSE NEW.warehouse_id END;
	t uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END;
BEGIN
	IF EXISTS (SELECT FROM inventory.stock s WHERE s.tenant_id = t AND s.variant_id = v AND s.warehouse_id = w
		AND (CASE WHEN s.by_lot THEN s.on_hand ELSE 0 END) <> (SELECT coalesce(sum(l.on_hand), 0) FROM inventory.lot l
			WHERE l.tenant_id = t AND l.variant_id = v AND l.warehouse_id = w)) THEN
		RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'the lots of a variant do not add up to what is on hand',
			DETAIL = format('variant %s, warehouse %s', v, w);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION inventory.prove_lots() IS 'Refuses a transaction after which lots are not what is on hand.';
CREATE CONSTRAINT TRIGGER lots_made AFTER INSERT ON inventory.stock DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
	WHEN (NEW.by_lot AND NEW.on_hand > 0) EXECUTE FUNCTION inventory.prove_lots();
CREATE CONSTRAINT TRIGGER lots_moved AFTER UPDATE OF on_hand, by_lot ON inventory.stock DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
	WHEN (NEW.by_lot AND NEW.on_hand <> OLD.on_hand OR NEW.by_lot <> OLD.by_lot) EXECUTE FUNCTION inventory.prove_lots();
CREATE CONSTRAINT TRIGGER lots_proven AFTER INSERT OR UPDATE OF on_hand OR DELETE ON inventory.lot DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
	EXECUTE FUNCTION inventory.prove_lots();

-- The ledger names the lot.  What is set apart leaves what is on hand, and comes back to it.
ALTER TABLE inventory.movement ADD COLUMN lot_id uuid;
COMMENT ON COLUMN inventory.movement.lot_id IS 'The lot of the pieces; NULL: the variant has none.';
CREATE INDEX movement_lot ON inventory.movement (tenant_id, lot_id, movement_id) WHERE lot_id IS NOT NULL;
ALTER TABLE inventory.movement DROP CONSTRAINT movement_kind_check;
ALTER TABLE inventory.movement ADD CONSTRAINT movement_kind_check
	CHECK (kind IN ('receipt', 'sale', 'return', 'adjustment', 'count', 'transfer', 'production', 'scrap', 'quarantine'));

-- ---- lots on their way out ----

CREATE TABLE shipping.pick_lot (
	tenant_id uuid NOT NULL,
	wave_id uuid NOT NULL,
	order_id uuid NOT NULL,
	line_no integer NOT NULL,
	lot_id uuid NOT NULL,
	quantity integer NOT NULL CHECK (quantity > 0),
	packed integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, wave_id, order_id, line_no, lot_id),
	CHECK (packed BETWEEN 0 AND quantity),
	FOREIGN KEY (tenant_id, wave_id, order_id, line_no) REFERENCES shipping.pick ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, lot_id) REFERENCES inventory.lot
);
COMMENT ON TABLE shipping.pick_lot IS 'Which lot a picker takes for a line: the one that expires first.';
COMMENT ON COLUMN shipping.pick_lot.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.pick_lot.wave_id IS 'The pick list.';
COMMENT ON COLUMN shipping.pick_lot.order_id IS 'The order.';
COMMENT ON COLUMN shipping.pick_lot.line_no IS 'Its line.';
COMMENT ON COLUMN shipping.pick_lot.lot_id IS 'The lot.';
COMMENT ON COLUMN shipping.pick_lot.quantity IS 'Pieces of it: claimed while the list is open.';
COMMENT ON COLUMN shipping.pick_lot.packed IS 'Of these, in a parcel.';
CREATE INDEX pick_lot_back ON shipping.pick_lot (tenant_id, lot_id);

CREATE TABLE shipping.parcel_lot (
	tenant_id uuid NOT NULL,
	parcel_id uuid NOT NULL,
	lot_id uuid NOT NULL,
	quantity integer NOT NULL CHECK (quantity > 0),
	PRIMARY KEY (tenant_id, parcel_id, lot_id),
	FOREIGN KEY (tenant_id, parcel_id) REFERENCES shipping.parcel,
	FOREIGN KEY (tenant_id, lot_id) REFERENCES inventory.lot
);
COMMENT ON TABLE shipping.parcel_lot IS 'Lots in a parcel: claimed until it leaves or is taken apart.';
COMMENT ON COLUMN shipping.parcel_lot.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.parcel_lot.parcel_id IS 'The parcel.';
COMMENT ON COLUMN shipping.parcel_lot.lot_id IS 'The lot.';
COMMENT ON COLUMN shipping.parcel_lot.quantity IS 'Pieces of it.';
CREATE INDEX parcel_lot_back ON shipping.parcel_lot (tenant_id, lot_id);

CREATE TABLE shipping.shipment_lot (
	tenant_id uuid NOT NULL,
	shipment_id uuid NOT NULL,
	lot_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	number_key text NOT NULL,
	order_id uuid NOT NULL,
	quantity integer NOT NULL CHECK (quantity > 0),
	returned integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, shipment_id, lot_id),
	CHECK (returned BETWEEN 0 AND quantity),
	FOREIGN KEY (tenant_id, shipment_id) REFERENCES shipping.shipment,
	FOREIGN KEY (tenant_id, lot_id) REFERENCES inventory.lot
);
COMMENT ON TABLE shipping.shipment_lot IS 'Lots that left with a shipment: a recall finds the orders they went into.';
COMMENT ON COLUMN shipping.shipment_lot.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.shipment_lot.shipment_id IS 'The shipment.';
COMMENT ON COLUMN shipping.shipment_lot.lot_id IS 'The lot.';
COMMENT ON COLUMN shipping.shipment_lot.variant_id IS 'The lot''s variant: with its number the key of a recall, whatever the warehouse.';
COMMENT ON COLUMN shipping.shipment_lot.number_key IS 'The lot''s number, case folded.';
COMMENT ON COLUMN shipping.shipment_lot.order_id IS 'The shipment''s order.';
COMMENT ON COLUMN shipping.shipment_lot.quantity IS 'Pieces that left.';
COMMENT ON COLUMN shipping.shipment_lot.returned IS 'Of these, taken back.';
CREATE INDEX shipment_lot_recall ON shipping.shipment_lot (tenant_id, variant_id, number_key, shipment_id, lot_id);
CREATE INDEX shipment_lot_back ON shipping.shipment_lot (tenant_id, lot_id);
CREATE INDEX shipment_lot_order ON shipping.shipment_lot (tenant_id, order_id);

CREATE TABLE inventory.transfer_lot (
	tenant_id uuid NOT NULL,
	transfer_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	lot_id uuid NOT NULL,
	sent integer NOT NULL CHECK (sent > 0),
	PRIMARY KEY (tenant_id, transfer_id, variant_id, lot_id),
	FOREIGN KEY (tenant_id, transfer_id, variant_id) REFERENCES inventory.transfer_line,
	FOREIGN KEY (tenant_id, lot_id) REFERENCES inventory.lot
);
COMMENT ON TABLE inventory.transfer_lot IS 'Lots of a line of a transfer, as they left; they come to the other warehouse under the same number.';
COMMENT ON COLUMN inventory.transfer_lot.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.transfer_lot.transfer_id IS 'The transfer.';
COMMENT ON COLUMN inventory.transfer_lot.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.transfer_lot.lot_id IS 'The lot they left.';
COMMENT ON COLUMN inventory.transfer_lot.sent IS 'Pieces.';
CREATE INDEX transfer_lot_back ON inventory.transfer_lot (tenant_id, lot_id);

SELECT sutler.protect('inventory.care', 'inventory.lot', 'shipping.pick_lot', 'shipping.parcel_lot', 'shipping.shipment_lot', 'inventory.transfer_lot');

-- ---- inspection of what comes in ----

INSERT INTO staff.permission (permission) VALUES ('inventory.inspect'), ('inventory.produce');

CREATE TABLE inventory.inspection (
	tenant_id uuid NOT NULL,
	inspection_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	lot_id uuid,
	purchase_id uuid,
	production_id uuid,
	pieces integer NOT NULL CHECK (pieces > 0),
	passed integer NOT NULL DEFAULT 0 CHECK (passed >= 0),
	scrapped integer NOT NULL DEFAULT 0 CHECK (scrapped >= 0),
	sent_back integer NOT NULL DEFAULT 0 CHECK (sent_back >= 0),
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	closed_at timestamptz,
	PRIMARY KEY (tenant_id, inspection_id),
	CHECK (passed + scrapped + sent_back <= pieces),
	CHECK ((passed + scrapped + sent_back = pieces) = (closed_at IS NOT NULL)),
	FOREIGN KEY (tenant_id, variant_id, warehouse_id) REFERENCES inventory.stock,
	FOREIGN KEY (tenant_id, lot_id) REFERENCES inventory.lot,
	FOREIGN KEY (tenant_id, purchase_id) REFERENCES inventory.purchase
);
COMMENT ON TABLE inventory.inspection IS 'Goods that came in and wait to be looked at: set apart, not on hand.';
COMMENT ON COLUMN inventory.inspection.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.inspection.inspection_id IS 'The inspection.';
COMMENT ON COLUMN inventory.inspection.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.inspection.warehouse_id IS 'Where the goods wait.';
COMMENT ON COLUMN inventory.inspection.lot_id IS 'Their lot; NULL: the variant has none.';
COMMENT ON COLUMN inventory.inspection.purchase_id IS 'The purchase order they came with.';
COMMENT ON COLUMN inventory.inspection.production_id IS 'The production order that made them.';
COMMENT ON COLUMN inventory.inspection.pieces IS 'Pieces that came.';
COMMENT ON COLUMN inventory.inspection.passed IS 'Of these, found good: on hand.';
COMMENT ON COLUMN inventory.inspection.scrapped IS 'Of these, thrown away.';
COMMENT ON COLUMN inventory.inspection.sent_back IS 'Of these, sent back to the supplier.';
COMMENT ON COLUMN inventory.inspection.created_at IS 'When they came.';
COMMENT ON COLUMN inventory.inspection.closed_at IS 'When the last piece was decided.';
CREATE INDEX inspection_open ON inventory.inspection (tenant_id, inspection_id) WHERE closed_at IS NULL;
CREATE INDEX inspection_stock ON inventory.inspection (tenant_id, variant_id, warehouse_id);
CREATE INDEX inspection_lot ON inventory.inspection (tenant_id, lot_id);
CREATE INDEX inspection_purchase ON inventory.inspection (tenant_id, purchase_id);

-- ---- made to order ----

CREATE TABLE inventory.production (
	tenant_id uuid NOT NULL,
	production_id uuid NOT NULL,
	number bigint NOT NULL CHECK (number > 0),
	variant_id uuid NOT NULL,
	state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'started', 'finished', 'cancelled')),
	due_on date NOT NULL,
	made integer CHECK (made >= 0),
	warehouse_id uuid,
	lot_number text NOT NULL DEFAULT '',
	reason text NOT NULL DEFAULT '',
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	started_at timestamptz,
	closed_at timestamptz,
	PRIMARY KEY (tenant_id, production_id),
	UNIQUE (tenant_id, number),
	CHECK ((state IN ('finished', 'cancelled')) = (closed_at IS NOT NULL)),
	CHECK ((state = 'finished') = (made IS NOT NULL)),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant,
	FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouse
);
COMMENT ON TABLE inventory.production IS 'A production order: pieces of a variant that are made for orders that wait.';
COMMENT ON COLUMN inventory.production.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.production.production_id IS 'The production order.';
COMMENT ON COLUMN inventory.production.number IS 'What people call it: 1, 2, 3 ... per merchant.';
COMMENT ON COLUMN inventory.production.variant_id IS 'What is made.';
COMMENT ON COLUMN inventory.production.state IS 'planned: lines of orders still join it; started; finished and cancelled are the end.';
COMMENT ON COLUMN inventory.production.due_on IS 'When the first of its orders is due: the day of the order and the product''s lead time.';
COMMENT ON COLUMN inventory.production.made IS 'Pieces that were made.';
COMMENT ON COLUMN inventory.production.warehouse_id IS 'Where they were put.';
COMMENT ON COLUMN inventory.production.lot_number IS 'The number of their lot; empty: none was given.';
COMMENT ON COLUMN inventory.production.reason IS 'Why it was cancelled, or why another number was made.';
COMMENT ON COLUMN inventory.production.created_at IS 'When the row was made.';
COMMENT ON COLUMN inventory.production.started_at IS 'When work began.';
COMMENT ON COLUMN inventory.production.closed_at IS 'When it was finished or cancelled.';
-- Lines of orders join the one that is planned.
CREATE UNIQUE INDEX production_planned ON inventory.production (tenant_id, variant_id) WHERE state = 'planned';
CREATE INDEX production_variant ON inventory.production (tenant_id, variant_id);
CREATE INDEX production_warehouse ON inventory.production (tenant_id, warehouse_id);
CREATE INDEX production_state ON inventory.production (tenant_id, state, production_id);
CREATE INDEX production_due ON inventory.production (tenant_id, due_on, production_id) WHERE state IN ('planned', 'started');

CREATE TABLE inventory.production_line (
	tenant_id uuid NOT NULL,
	production_id uuid NOT NULL,
	order_id uuid NOT NULL,
	line_no integer NOT NULL,
	quantity integer NOT NULL CHECK (quantity > 0),
	due_on date NOT NULL,
	done boolean NOT NULL DEFAULT false,
	PRIMARY KEY (tenant_id, production_id, order_id, line_no),
	FOREIGN KEY (tenant_id, production_id) REFERENCES inventory.production,
	FOREIGN KEY (tenant_id, order_id, line_no) REFERENCES sales.order_line ON DELETE CASCADE
);
COMMENT ON TABLE inventory.production_line IS 'A line of an order that waits for a production order; a line waits for one alone.';
COMMENT ON COLUMN inventory.production_line.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.production_line.production_id IS 'The production order.';
COMMENT ON COLUMN inventory.production_line.order_id IS 'The order.';
COMMENT ON COLUMN inventory.production_line.line_no IS 'Its line.';
COMMENT ON COLUMN inventory.production_line.quantity IS 'Pieces it waits for.';
COMMENT ON COLUMN inventory.production_line.due_on IS 'When they are due.';
COMMENT ON COLUMN inventory.production_line.done IS 'They were made, and are held for the order.';
CREATE UNIQUE INDEX production_line_of ON inventory.production_line (tenant_id, order_id, line_no);

-- The lots and inspections of what was made.
ALTER TABLE inventory.lot ADD FOREIGN KEY (tenant_id, production_id) REFERENCES inventory.production;
CREATE INDEX lot_production ON inventory.lot (tenant_id, production_id);
ALTER TABLE inventory.inspection ADD FOREIGN KEY (tenant_id, production_id) REFERENCES inventory.production;
CREATE INDEX inspection_production ON inventory.inspection (tenant_id, production_id);

SELECT sutler.protect('inventory.inspection', 'inventory.production', 'inventory.production_line');
