-- transactional
-- Work on stock that no order asks for: transfers between warehouses, stock counts; and buying.
-- Where goods lie is inventory.place of 0013-fulfilment.sql, for pickers and counters alike.

-- The ledger of one variant, newest first, however long it is.
CREATE INDEX movement_ledger ON inventory.movement (tenant_id, variant_id, movement_id);

CREATE TABLE inventory.transfer (
	tenant_id uuid NOT NULL,
	transfer_id uuid NOT NULL,
	from_id uuid NOT NULL,
	to_id uuid NOT NULL,
	state text NOT NULL DEFAULT 'sent' CHECK (state IN ('sent', 'received')),
	reason text NOT NULL DEFAULT '',
	sent_by uuid,
	sent_at timestamptz NOT NULL DEFAULT sutler.now(),
	received_by uuid,
	received_at timestamptz,
	difference_reason text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, transfer_id),
	CHECK (from_id <> to_id),
	CHECK ((state = 'received') = (received_at IS NOT NULL)),
	FOREIGN KEY (tenant_id, from_id) REFERENCES inventory.warehouse,
	FOREIGN KEY (tenant_id, to_id) REFERENCES inventory.warehouse
);
COMMENT ON TABLE inventory.transfer IS 'Pieces on their way between two warehouses: out of the first when sent, into the second when received.';
COMMENT ON COLUMN inventory.transfer.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.transfer.transfer_id IS 'The transfer.';
COMMENT ON COLUMN inventory.transfer.from_id IS 'The warehouse they left.';
COMMENT ON COLUMN inventory.transfer.to_id IS 'The warehouse they go to.';
COMMENT ON COLUMN inventory.transfer.state IS 'sent: in transit; received: over.';
COMMENT ON COLUMN inventory.transfer.reason IS 'Why, in words.';
COMMENT ON COLUMN inventory.transfer.sent_by IS 'Who sent it; NULL: the house.';
COMMENT ON COLUMN inventory.transfer.sent_at IS 'When it left.';
COMMENT ON COLUMN inventory.transfer.received_by IS 'Who received it; NULL: the house, or nobody yet.';
COMMENT ON COLUMN inventory.transfer.received_at IS 'When it came.';
COMMENT ON COLUMN inventory.transfer.difference_reason IS 'Why other numbers came than were sent.';
CREATE INDEX transfer_from ON inventory.transfer (tenant_id, from_id);
CREATE INDEX transfer_to ON inventory.transfer (tenant_id, to_id, state);

CREATE TABLE inventory.transfer_line (
	tenant_id uuid NOT NULL,
	transfer_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	sent integer NOT NULL CHECK (sent > 0),
	received integer CHECK (received >= 0),
	PRIMARY KEY (tenant_id, transfer_id, variant_id),
	FOREIGN KEY (tenant_id, transfer_id) REFERENCES inventory.transfer,
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant
);
COMMENT ON TABLE inventory.transfer_line IS 'One variant of a transfer. In transit is what was sent and has no number received.';
COMMENT ON COLUMN inventory.transfer_line.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.transfer_line.transfer_id IS 'The transfer.';
COMMENT ON COLUMN inventory.transfer_line.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.transfer_line.sent IS 'Pieces that left.';
COMMENT ON COLUMN inventory.transfer_line.received IS 'Pieces that came; NULL: in transit.';
CREATE INDEX transfer_line_variant ON inventory.transfer_line (tenant_id, variant_id) WHERE received IS NULL;
CREATE INDEX transfer_line_of ON inventory.transfer_line (tenant_id, variant_id, transfer_id);

CREATE TABLE inventory.stocktake (
	tenant_id uuid NOT NULL,
	stocktake_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	state text NOT NULL DEFAULT 'counting' CHECK (state IN ('counting', 'recount', 'agreed', 'booked', 'cancelled')),
	reason text NOT NULL DEFAULT '',
	opened_by uuid,
	opened_at timestamptz NOT NULL DEFAULT sutler.now(),
	closed_by uuid,
	closed_at timestamptz,
	PRIMARY KEY (tenant_id, stocktake_id),
	UNIQUE (tenant_id, warehouse_id, stocktake_id),
	CHECK ((state IN ('booked', 'cancelled')) = (closed_at IS NOT NULL)),
	FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouse
);
COMMENT ON TABLE inventory.stocktake IS 'A stock count: chosen variants of one warehouse, counted blind while orders go on.';
COMMENT ON COLUMN inventory.stocktake.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.stocktake.stocktake_id IS 'The count.';
COMMENT ON COLUMN inventory.stocktake.warehouse_id IS 'Where.';
COMMENT ON COLUMN inventory.stocktake.state IS 'counting; recount: differences are counted again; agreed: may be booked; booked and cancelled are the end.';
COMMENT ON COLUMN inventory.stocktake.reason IS 'Why it was counted.';
COMMENT ON COLUMN inventory.stocktake.opened_by IS 'Who opened it; NULL: the house.';
COMMENT ON COLUMN inventory.stocktake.opened_at IS 'When it was opened.';
COMMENT ON COLUMN inventory.stocktake.closed_by IS 'Who booked or cancelled it; NULL: the house, or nobody yet.';
COMMENT ON COLUMN inventory.stocktake.closed_at IS 'When it was booked or cancelled.';

CREATE TABLE inventory.stocktake_line (
	tenant_id uuid NOT NULL,
	stocktake_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	open boolean NOT NULL DEFAULT true,
	counted integer CHECK (counted >= 0),
	expected integer CHECK (expected >= 0),
	corrections bigint,
	rounds integer NOT NULL DEFAULT 0,
	again boolean NOT NULL DEFAULT false,
	counted_by uuid,
	counted_at timestamptz,
	PRIMARY KEY (tenant_id, stocktake_id, variant_id),
	CHECK ((counted IS NULL) = (expected IS NULL) AND (counted IS NULL) = (corrections IS NULL)),
	FOREIGN KEY (tenant_id, warehouse_id, stocktake_id) REFERENCES inventory.stocktake (tenant_id, warehouse_id, stocktake_id),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant
);
COMMENT ON TABLE inventory.stocktake_line IS 'One variant of a count. What is expected is what was on hand at the moment the number was given, so sales before and after change no difference.';
COMMENT ON COLUMN inventory.stocktake_line.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.stocktake_line.stocktake_id IS 'The count.';
COMMENT ON COLUMN inventory.stocktake_line.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.stocktake_line.warehouse_id IS 'The warehouse, the same as the count''s.';
COMMENT ON COLUMN inventory.stocktake_line.open IS 'The count is neither booked nor cancelled: a variant is in one open count of a warehouse at most.';
COMMENT ON COLUMN inventory.stocktake_line.counted IS 'Pieces counted last; NULL: not yet.';
COMMENT ON COLUMN inventory.stocktake_line.expected IS 'Pieces on hand at that moment. Not shown to who counts.';
COMMENT ON COLUMN inventory.stocktake_line.corrections IS 'How many adjustments and counts the variant had at that moment: one more, and the number is stale.';
COMMENT ON COLUMN inventory.stocktake_line.rounds IS 'How often it was counted.';
COMMENT ON COLUMN inventory.stocktake_line.again IS 'It waits to be counted again.';
COMMENT ON COLUMN inventory.stocktake_line.counted_by IS 'Who counted last; NULL: the house.';
COMMENT ON COLUMN inventory.stocktake_line.counted_at IS 'When.';
CREATE UNIQUE INDEX stocktake_line_open ON inventory.stocktake_line (tenant_id, warehouse_id, variant_id) WHERE open;
CREATE INDEX stocktake_line_of ON inventory.stocktake_line (tenant_id, warehouse_id, stocktake_id);
CREATE INDEX stocktake_line_variant ON inventory.stocktake_line (tenant_id, variant_id);

SELECT sutler.protect('inventory.transfer', 'inventory.transfer_line',
	'inventory.stocktake', 'inventory.stocktake_line');

-- Suppliers, what they sell us, purchase orders and what the goods cost us.
CREATE TABLE inventory.supplier (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	supplier_id uuid NOT NULL,
	code text NOT NULL CHECK (code ~ '^[A-Z0-9][A-Z0-9_-]{0,15}$'),
	name text NOT NULL CHECK (name <> ''),
	email text NOT NULL DEFAULT '',
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	lead_days integer NOT NULL DEFAULT 0 CHECK (lead_days BETWEEN 0 AND 1000),
	over_ppm integer NOT NULL DEFAULT 0 CHECK (over_ppm BETWEEN 0 AND 1000000),
	PRIMARY KEY (tenant_id, supplier_id),
	UNIQUE (tenant_id, code)
);
COMMENT ON TABLE inventory.supplier IS 'Who sells to the merchant.';
COMMENT ON COLUMN inventory.supplier.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.supplier.supplier_id IS 'The supplier.';
COMMENT ON COLUMN inventory.supplier.code IS 'Short name.';
COMMENT ON COLUMN inventory.supplier.name IS 'Name.';
COMMENT ON COLUMN inventory.supplier.email IS 'Where purchase orders go; empty: nowhere.';
COMMENT ON COLUMN inventory.supplier.currency IS 'Currency of the supplier''s prices, ISO 4217.';
COMMENT ON COLUMN inventory.supplier.lead_days IS 'Days from order to arrival.';
COMMENT ON COLUMN inventory.supplier.over_ppm IS 'How much more than ordered is taken in without a reason, millionths of the line.';

CREATE TABLE inventory.supplier_item (
	tenant_id uuid NOT NULL,
	supplier_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	sku text NOT NULL DEFAULT '',
	price bigint NOT NULL CHECK (price >= 0),
	PRIMARY KEY (tenant_id, supplier_id, variant_id),
	FOREIGN KEY (tenant_id, supplier_id) REFERENCES inventory.supplier,
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant
);
COMMENT ON TABLE inventory.supplier_item IS 'A variant as a supplier names and prices it.';
COMMENT ON COLUMN inventory.supplier_item.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.supplier_item.supplier_id IS 'The supplier.';
COMMENT ON COLUMN inventory.supplier_item.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.supplier_item.sku IS 'The supplier''s article number.';
COMMENT ON COLUMN inventory.supplier_item.price IS 'Price of a piece without tax, minor units of the supplier''s currency.';
CREATE INDEX supplier_item_variant ON inventory.supplier_item (tenant_id, variant_id);

CREATE TABLE inventory.purchase (
	tenant_id uuid NOT NULL,
	purchase_id uuid NOT NULL,
	number bigint NOT NULL CHECK (number > 0),
	supplier_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'sent', 'partly_received', 'received', 'cancelled')),
	created_by uuid,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	sent_at timestamptz,
	closed_at timestamptz,
	PRIMARY KEY (tenant_id, purchase_id),
	UNIQUE (tenant_id, number),
	CHECK ((state IN ('received', 'cancelled')) = (closed_at IS NOT NULL)),
	FOREIGN KEY (tenant_id, supplier_id) REFERENCES inventory.supplier,
	FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouse
);
COMMENT ON TABLE inventory.purchase IS 'A purchase order.';
COMMENT ON COLUMN inventory.purchase.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.purchase.purchase_id IS 'The purchase order.';
COMMENT ON COLUMN inventory.purchase.number IS 'What people call it: 1, 2, 3 ... per merchant.';
COMMENT ON COLUMN inventory.purchase.supplier_id IS 'The supplier.';
COMMENT ON COLUMN inventory.purchase.warehouse_id IS 'Where the goods go.';
COMMENT ON COLUMN inventory.purchase.currency IS 'The supplier''s currency when it was made.';
COMMENT ON COLUMN inventory.purchase.state IS 'draft: lines may change; sent: the supplier has it; partly_received; received and cancelled are the end.';
COMMENT ON COLUMN inventory.purchase.created_by IS 'Who made it; NULL: the house.';
COMMENT ON COLUMN inventory.purchase.created_at IS 'When the row was made.';
COMMENT ON COLUMN inventory.purchase.sent_at IS 'When it was sent.';
COMMENT ON COLUMN inventory.purchase.closed_at IS 'When it was received whole, closed short, or cancelled.';
CREATE INDEX purchase_supplier ON inventory.purchase (tenant_id, supplier_id);
CREATE INDEX purchase_warehouse ON inventory.purchase (tenant_id, warehouse_id);
CREATE INDEX purchase_state ON inventory.purchase (tenant_id, state, purchase_id);

CREATE TABLE inventory.purchase_line (
	tenant_id uuid NOT NULL,
	purchase_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	ordered integer NOT NULL CHECK (ordered > 0),
	received integer NOT NULL DEFAULT 0 CHECK (received >= 0),
	price bigint NOT NULL CHECK (price >= 0),
	PRIMARY KEY (tenant_id, purchase_id, variant_id),
	FOREIGN KEY (tenant_id, purchase_id) REFERENCES inventory.purchase,
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant
);
COMMENT ON TABLE inventory.purchase_line IS 'One variant of a purchase order.';
COMMENT ON COLUMN inventory.purchase_line.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.purchase_line.purchase_id IS 'The purchase order.';
COMMENT ON COLUMN inventory.purchase_line.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.purchase_line.ordered IS 'Pieces ordered.';
COMMENT ON COLUMN inventory.purchase_line.received IS 'Pieces that came so far.';
COMMENT ON COLUMN inventory.purchase_line.price IS 'Price of a piece without tax, minor units of the order''s currency.';
CREATE INDEX purchase_line_variant ON inventory.purchase_line (tenant_id, variant_id);

CREATE TABLE inventory.receipt (
	tenant_id uuid NOT NULL,
	receipt_id uuid NOT NULL,
	purchase_id uuid NOT NULL,
	landed bigint NOT NULL DEFAULT 0 CHECK (landed >= 0),
	reason text NOT NULL DEFAULT '',
	received_by uuid,
	received_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, receipt_id),
	FOREIGN KEY (tenant_id, purchase_id) REFERENCES inventory.purchase
);
COMMENT ON TABLE inventory.receipt IS 'One arrival of goods of a purchase order.';
COMMENT ON COLUMN inventory.receipt.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.receipt.receipt_id IS 'The arrival; booked once whatever the number of tries.';
COMMENT ON COLUMN inventory.receipt.purchase_id IS 'The purchase order.';
COMMENT ON COLUMN inventory.receipt.landed IS 'Freight, duty and the like of this arrival, minor units of the order''s currency; shared by the lines'' value.';
COMMENT ON COLUMN inventory.receipt.reason IS 'Why more came than was ordered.';
COMMENT ON COLUMN inventory.receipt.received_by IS 'Who booked it; NULL: the house.';
COMMENT ON COLUMN inventory.receipt.received_at IS 'When.';
CREATE INDEX receipt_purchase ON inventory.receipt (tenant_id, purchase_id);

CREATE TABLE inventory.cost (
	tenant_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	average numeric(20, 6) NOT NULL CHECK (average >= 0),
	changed_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, variant_id, currency),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant
);
COMMENT ON TABLE inventory.cost IS 'Moving average of what a piece cost us, one for each currency we buy in.';
COMMENT ON COLUMN inventory.cost.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.cost.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.cost.currency IS 'The currency.';
COMMENT ON COLUMN inventory.cost.average IS 'Minor units, to six places, a half rounded away from zero.';
COMMENT ON COLUMN inventory.cost.changed_at IS 'When the last arrival changed it.';

SELECT sutler.protect('inventory.supplier', 'inventory.supplier_item', 'inventory.purchase', 'inventory.purchase_line',
	'inventory.receipt', 'inventory.cost');
