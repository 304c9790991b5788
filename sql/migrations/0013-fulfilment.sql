-- transactional
-- Picking, packing, parcels; returns; notes, tags and the queue of orders.

-- What has left and what came back of a line is counted on the line, where a CHECK sees it: by the
-- trigger below and by shipping.* and sales.return_* alone.
ALTER TABLE sales.order_line
	ADD COLUMN allotted integer NOT NULL DEFAULT 0,
	ADD COLUMN shipped integer NOT NULL DEFAULT 0,
	ADD COLUMN returned integer NOT NULL DEFAULT 0,
	ADD CONSTRAINT order_line_never_more CHECK (allotted >= 0 AND shipped >= 0 AND allotted + shipped <= quantity),
	ADD CONSTRAINT order_line_back CHECK (returned BETWEEN 0 AND shipped);
COMMENT ON COLUMN sales.order_line.allotted IS 'Pieces on open pick lists or in parcels that have not left.';
COMMENT ON COLUMN sales.order_line.shipped IS 'Pieces that left: the sum of its shipment lines.';
COMMENT ON COLUMN sales.order_line.returned IS 'Pieces that are asked to come back or came back: the sum of its returns that were not refused.';

CREATE FUNCTION shipping.count_shipped() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE sales.order_line l SET shipped = l.shipped + NEW.quantity WHERE l.order_id = NEW.order_id AND l.line_no = NEW.line_no;
	RETURN NULL;
END
$$;
CREATE TRIGGER count_shipped AFTER INSERT ON shipping.shipment_line FOR EACH ROW EXECUTE FUNCTION shipping.count_shipped();

DO $backfill$
DECLARE
	t uuid;
BEGIN
	FOR t IN SELECT tenant_id FROM tenancy.tenant LOOP
		PERFORM set_config('sutler.tenant', t::text, true);
		UPDATE sales.order_line l SET shipped = s.n FROM (SELECT order_id, line_no, sum(quantity) AS n FROM shipping.shipment_line GROUP BY 1, 2) s
		WHERE l.order_id = s.order_id AND l.line_no = s.line_no;
	END LOOP;
	PERFORM set_config('sutler.tenant', '', true);
END
$backfill$;

CREATE TABLE shipping.policy (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	return_days integer NOT NULL DEFAULT 30 CHECK (return_days BETWEEN 0 AND 365),
	check_quality boolean NOT NULL DEFAULT false,
	PRIMARY KEY (tenant_id, store_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE shipping.policy IS 'How a store ships and takes back. No row: the defaults.';
COMMENT ON COLUMN shipping.policy.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.policy.store_id IS 'The storefront.';
COMMENT ON COLUMN shipping.policy.return_days IS 'How long after the last parcel a buyer may ask to return, days; 0: only staff open returns.';
COMMENT ON COLUMN shipping.policy.check_quality IS 'A parcel leaves only after somebody has looked at it.';

CREATE TABLE inventory.place (
	tenant_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	zone text NOT NULL DEFAULT '' CHECK (length(zone) <= 16),
	bin text NOT NULL DEFAULT '' CHECK (length(bin) <= 32),
	PRIMARY KEY (tenant_id, warehouse_id, variant_id),
	FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouse ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant ON DELETE CASCADE
);
COMMENT ON TABLE inventory.place IS 'Where in a warehouse a variant lies: the way of a pick list. No row: nobody said.';
COMMENT ON COLUMN inventory.place.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.place.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN inventory.place.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.place.zone IS 'Zone: pick lists can be of one.';
COMMENT ON COLUMN inventory.place.bin IS 'Shelf and bin.';
-- What a scanner reads.
CREATE INDEX variant_gtin ON catalog.variant (tenant_id, gtin) WHERE gtin IS NOT NULL;
CREATE INDEX place_variant ON inventory.place (tenant_id, variant_id);

CREATE TABLE shipping.wave (
	tenant_id uuid NOT NULL,
	wave_id uuid NOT NULL DEFAULT sutler.uuid7(),
	number bigint NOT NULL,
	warehouse_id uuid NOT NULL,
	zone text NOT NULL DEFAULT '',
	state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dropped')),
	actor text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	closed_at timestamptz,
	PRIMARY KEY (tenant_id, wave_id),
	UNIQUE (tenant_id, warehouse_id, number),
	FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouse
);
COMMENT ON TABLE shipping.wave IS 'A pick list: pieces of one or several orders to be fetched in one walk through a warehouse.';
COMMENT ON COLUMN shipping.wave.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.wave.wave_id IS 'The list.';
COMMENT ON COLUMN shipping.wave.number IS 'Number people see, with the warehouse: ELX-12.';
COMMENT ON COLUMN shipping.wave.warehouse_id IS 'Where it is picked.';
COMMENT ON COLUMN shipping.wave.zone IS 'Its zone; empty: all.';
COMMENT ON COLUMN shipping.wave.state IS 'done: all of it was packed; dropped: given up, what was not packed is free again.';
COMMENT ON COLUMN shipping.wave.actor IS 'Who made it.';
COMMENT ON COLUMN shipping.wave.created_at IS 'When.';
COMMENT ON COLUMN shipping.wave.closed_at IS 'When it was done or dropped.';
CREATE INDEX wave_open ON shipping.wave (tenant_id, created_at) WHERE state = 'open';

CREATE TABLE shipping.pick (
	tenant_id uuid NOT NULL,
	wave_id uuid NOT NULL,
	order_id uuid NOT NULL,
	line_no integer NOT NULL,
	variant_id uuid NOT NULL,
	quantity integer NOT NULL CHECK (quantity > 0),
	picked integer NOT NULL DEFAULT 0,
	packed integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, wave_id, order_id, line_no),
	CONSTRAINT pick_in_turn CHECK (packed >= 0 AND packed <= picked AND picked <= quantity),
	FOREIGN KEY (tenant_id, wave_id) REFERENCES shipping.wave,
	FOREIGN KEY (tenant_id, order_id, line_no) REFERENCES sales.order_line
);
COMMENT ON TABLE shipping.pick IS 'What a pick list fetches for a line of an order.';
COMMENT ON COLUMN shipping.pick.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.pick.wave_id IS 'The list.';
COMMENT ON COLUMN shipping.pick.order_id IS 'The order.';
COMMENT ON COLUMN shipping.pick.line_no IS 'Its line.';
COMMENT ON COLUMN shipping.pick.variant_id IS 'The variant.';
COMMENT ON COLUMN shipping.pick.quantity IS 'Pieces to fetch.';
COMMENT ON COLUMN shipping.pick.picked IS 'Pieces fetched.';
COMMENT ON COLUMN shipping.pick.packed IS 'Pieces put into parcels.';
CREATE INDEX pick_line ON shipping.pick (tenant_id, order_id, line_no);
CREATE INDEX pick_variant ON shipping.pick (tenant_id, wave_id, variant_id);

CREATE TABLE shipping.parcel (
	tenant_id uuid NOT NULL,
	parcel_id uuid NOT NULL DEFAULT sutler.uuid7(),
	order_id uuid NOT NULL,
	parcel_no integer NOT NULL CHECK (parcel_no > 0),
	wave_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	state text NOT NULL DEFAULT 'packing' CHECK (state IN ('packing', 'packed', 'shipped', 'dropped')),
	quality text NOT NULL DEFAULT 'none' CHECK (quality IN ('none', 'wanted', 'passed', 'failed')),
	weight_g integer NOT NULL DEFAULT 0 CHECK (weight_g BETWEEN 0 AND 1000000),
	shipment_id uuid,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, parcel_id),
	UNIQUE (tenant_id, order_id, parcel_no),
	CONSTRAINT parcel_shipped CHECK ((state = 'shipped') = (shipment_id IS NOT NULL)),
	CONSTRAINT parcel_good CHECK (state <> 'shipped' OR quality IN ('none', 'passed')),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order",
	FOREIGN KEY (tenant_id, wave_id) REFERENCES shipping.wave,
	FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouse,
	FOREIGN KEY (tenant_id, shipment_id) REFERENCES shipping.shipment
);
COMMENT ON TABLE shipping.parcel IS 'A parcel that is being packed; when it leaves it becomes a shipment.';
COMMENT ON COLUMN shipping.parcel.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.parcel.parcel_id IS 'The parcel.';
COMMENT ON COLUMN shipping.parcel.order_id IS 'The order: one parcel, one order.';
COMMENT ON COLUMN shipping.parcel.parcel_no IS '1, 2, 3 ... of the order.';
COMMENT ON COLUMN shipping.parcel.wave_id IS 'The pick list that filled it.';
COMMENT ON COLUMN shipping.parcel.warehouse_id IS 'Where it stands.';
COMMENT ON COLUMN shipping.parcel.state IS 'packed: closed, waits for quality or the carrier.';
COMMENT ON COLUMN shipping.parcel.quality IS 'wanted and failed keep it in the house.';
COMMENT ON COLUMN shipping.parcel.weight_g IS 'As weighed, grams; 0: not weighed.';
COMMENT ON COLUMN shipping.parcel.shipment_id IS 'The shipment it became.';
COMMENT ON COLUMN shipping.parcel.created_at IS 'When packing began.';
CREATE INDEX parcel_wave ON shipping.parcel (tenant_id, wave_id);
CREATE INDEX parcel_warehouse ON shipping.parcel (tenant_id, warehouse_id);
CREATE INDEX parcel_shipment ON shipping.parcel (tenant_id, shipment_id);

CREATE TABLE shipping.parcel_line (
	tenant_id uuid NOT NULL,
	parcel_id uuid NOT NULL,
	order_id uuid NOT NULL,
	line_no integer NOT NULL,
	quantity integer NOT NULL CHECK (quantity > 0),
	PRIMARY KEY (tenant_id, parcel_id, line_no),
	FOREIGN KEY (tenant_id, parcel_id) REFERENCES shipping.parcel,
	FOREIGN KEY (tenant_id, order_id, line_no) REFERENCES sales.order_line
);
COMMENT ON TABLE shipping.parcel_line IS 'What lies in a parcel.';
COMMENT ON COLUMN shipping.parcel_line.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.parcel_line.parcel_id IS 'The parcel.';
COMMENT ON COLUMN shipping.parcel_line.order_id IS 'The order.';
COMMENT ON COLUMN shipping.parcel_line.line_no IS 'Its line.';
COMMENT ON COLUMN shipping.parcel_line.quantity IS 'Pieces.';
CREATE INDEX parcel_line_line ON shipping.parcel_line (tenant_id, order_id, line_no);

CREATE TABLE sales.return (
	tenant_id uuid NOT NULL,
	return_id uuid NOT NULL,
	order_id uuid NOT NULL,
	return_no integer NOT NULL CHECK (return_no > 0),
	state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'approved', 'received', 'returned', 'refused', 'withdrawn')),
	wish text NOT NULL CHECK (wish IN ('refund', 'exchange')),
	reason text NOT NULL CHECK (reason IN ('size', 'unlike', 'faulty', 'wrong', 'late', 'mind', 'other')),
	words text NOT NULL DEFAULT '' CHECK (length(words) <= 2000),
	answer text NOT NULL DEFAULT '' CHECK (length(answer) <= 2000),
	refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
	actor text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	changed_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, return_id),
	UNIQUE (tenant_id, order_id, return_no),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE sales.return IS 'Goods that shall come back: asked for, decided, received, looked at.';
COMMENT ON COLUMN sales.return.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.return.return_id IS 'The return.';
COMMENT ON COLUMN sales.return.order_id IS 'The order.';
COMMENT ON COLUMN sales.return.return_no IS '1, 2, 3 ... of the order.';
COMMENT ON COLUMN sales.return.state IS 'As the order''s axis return.';
COMMENT ON COLUMN sales.return.wish IS 'What the buyer wants.';
COMMENT ON COLUMN sales.return.reason IS 'Why, as a code.';
COMMENT ON COLUMN sales.return.words IS 'The buyer''s words.';
COMMENT ON COLUMN sales.return.answer IS 'Ours: where to send it, or why not. The buyer reads it.';
COMMENT ON COLUMN sales.return.refunded IS 'What was given back for it, minor units.';
COMMENT ON COLUMN sales.return.actor IS 'Who opened it: buyer or a staff id.';
COMMENT ON COLUMN sales.return.created_at IS 'When.';
COMMENT ON COLUMN sales.return.changed_at IS 'When its state last changed.';
-- One at a time for an order: its axis can follow it.
CREATE UNIQUE INDEX return_one_open ON sales.return (tenant_id, order_id) WHERE state IN ('requested', 'approved', 'received');
CREATE INDEX return_work ON sales.return (tenant_id, created_at) WHERE state IN ('requested', 'approved', 'received');

CREATE TABLE sales.return_line (
	tenant_id uuid NOT NULL,
	return_id uuid NOT NULL,
	order_id uuid NOT NULL,
	line_no integer NOT NULL,
	quantity integer NOT NULL CHECK (quantity > 0),
	received integer NOT NULL DEFAULT 0,
	restocked integer NOT NULL DEFAULT 0 CHECK (restocked >= 0),
	scrapped integer NOT NULL DEFAULT 0 CHECK (scrapped >= 0),
	quarantined integer NOT NULL DEFAULT 0 CHECK (quarantined >= 0),
	warehouse_id uuid,
	PRIMARY KEY (tenant_id, return_id, line_no),
	CONSTRAINT return_line_counts CHECK (received BETWEEN 0 AND quantity AND restocked + scrapped + quarantined <= received),
	FOREIGN KEY (tenant_id, return_id) REFERENCES sales.return,
	FOREIGN KEY (tenant_id, order_id, line_no) REFERENCES sales.order_line,
	FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouse
);
COMMENT ON TABLE sales.return_line IS 'Pieces of a line that come back, and what became of them.';
COMMENT ON COLUMN sales.return_line.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.return_line.return_id IS 'The return.';
COMMENT ON COLUMN sales.return_line.order_id IS 'The order.';
COMMENT ON COLUMN sales.return_line.line_no IS 'Its line.';
COMMENT ON COLUMN sales.return_line.quantity IS 'Pieces announced.';
COMMENT ON COLUMN sales.return_line.received IS 'Pieces that came.';
COMMENT ON COLUMN sales.return_line.restocked IS 'On the shelf again.';
COMMENT ON COLUMN sales.return_line.scrapped IS 'Thrown away.';
COMMENT ON COLUMN sales.return_line.quarantined IS 'Set apart; not on hand.';
COMMENT ON COLUMN sales.return_line.warehouse_id IS 'Where they lie.';
CREATE INDEX return_line_line ON sales.return_line (tenant_id, order_id, line_no);
CREATE INDEX return_line_warehouse ON sales.return_line (tenant_id, warehouse_id);

CREATE TABLE sales.order_note (
	tenant_id uuid NOT NULL,
	note_id uuid NOT NULL DEFAULT sutler.uuid7(),
	order_id uuid NOT NULL,
	shown boolean NOT NULL,
	words text NOT NULL CHECK (words <> '' AND length(words) <= 2000),
	actor text NOT NULL,
	at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, note_id),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE sales.order_note IS 'What people of the house write on an order. Gone when the buyer is forgotten.';
COMMENT ON COLUMN sales.order_note.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.order_note.note_id IS 'The note.';
COMMENT ON COLUMN sales.order_note.order_id IS 'The order.';
COMMENT ON COLUMN sales.order_note.shown IS 'The buyer reads it; else it is for the house alone.';
COMMENT ON COLUMN sales.order_note.words IS 'The note.';
COMMENT ON COLUMN sales.order_note.actor IS 'Who wrote it.';
COMMENT ON COLUMN sales.order_note.at IS 'When.';
CREATE INDEX order_note_order ON sales.order_note (tenant_id, order_id, note_id);

CREATE TABLE sales.order_tag (
	tenant_id uuid NOT NULL,
	tag text NOT NULL CHECK (tag ~ '^[^[:space:][:upper:]]([^[:upper:]]{0,30}[^[:space:][:upper:]])?$'),
	order_id uuid NOT NULL,
	PRIMARY KEY (tenant_id, tag, order_id),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE sales.order_tag IS 'Words that people of the house hang on orders, to find them again.';
COMMENT ON COLUMN sales.order_tag.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.order_tag.tag IS 'The word, folded.';
COMMENT ON COLUMN sales.order_tag.order_id IS 'The order.';
CREATE INDEX order_tag_order ON sales.order_tag (tenant_id, order_id);

SELECT sutler.protect('shipping.policy', 'inventory.place', 'shipping.wave', 'shipping.pick', 'shipping.parcel', 'shipping.parcel_line',
	'sales.return', 'sales.return_line', 'sales.order_note', 'sales.order_tag');

-- The queue of orders: one word to filter by, kept by PostgreSQL, and ways in by key.  An id is a time,
-- so pages go by order_id: newest first.
ALTER TABLE sales."order" ADD COLUMN word text NOT NULL GENERATED ALWAYS AS (CASE
	WHEN state = 'draft' THEN 'draft'
	WHEN state = 'cancelled' THEN 'cancelled'
	WHEN return_state = 'returned' THEN 'returned'
	WHEN state = 'closed' THEN 'closed'
	WHEN fulfilment = 'delivered' THEN 'delivered'
	WHEN fulfilment IN ('shipped', 'partly_shipped') THEN 'shipped'
	WHEN fulfilment = 'ready' THEN 'ready'
	WHEN fulfilment = 'in_production' THEN 'in_production'
	WHEN payment IN ('paid', 'partly_refunded') THEN 'paid'
	ELSE 'pending' END) STORED;
COMMENT ON COLUMN sales."order".word IS 'The one word of the four states, as sales.word() says it; t/sql/states.t compares.';
CREATE INDEX order_word ON sales."order" (tenant_id, word, order_id);
CREATE INDEX order_by_payment ON sales."order" (tenant_id, payment, order_id);
CREATE INDEX order_by_fulfilment ON sales."order" (tenant_id, fulfilment, order_id);
CREATE INDEX order_by_store ON sales."order" (tenant_id, store_id, order_id);
CREATE INDEX order_number ON sales."order" (tenant_id, number);
-- Newest first for one variant: what a SKU is sold in.
DROP INDEX sales.order_line_variant;
CREATE INDEX order_line_sold ON sales.order_line (tenant_id, variant_id, order_id);
ALTER TABLE sales.contact ADD COLUMN name_key text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED;
COMMENT ON COLUMN sales.contact.name_key IS 'Name folded, for look-up from its beginning.';
CREATE INDEX contact_name ON sales.contact (tenant_id, name_key COLLATE "C");

INSERT INTO sales.step (axis, from_state, event, to_state, mail) VALUES
	-- a first parcel while the rest is still being packed
	('fulfilment', 'unfulfilled', 'ship_part', 'partly_shipped', 'shipped'),
	('return', 'requested', 'withdraw', 'none',      ''),
	('return', 'approved',  'withdraw', 'none',      ''),
	('return', 'refused',   'request',  'requested', ''),
	('return', 'returned',  'request',  'requested', '');
UPDATE sales.step SET mail = 'return-approved' WHERE axis = 'return' AND event = 'approve';
UPDATE sales.step SET mail = 'return-refused' WHERE axis = 'return' AND event = 'refuse';
UPDATE sales.step SET mail = 'return-accepted' WHERE axis = 'return' AND event = 'accept';
