-- transactional
-- Warehouses, counted stock, movements and holds; outbox, idempotency and notes; audit.

-- Monthly partitions by the time inside a UUID version 7.
CREATE FUNCTION sutler.uuid7_at(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT (pg_catalog.lpad(pg_catalog.to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;
COMMENT ON FUNCTION sutler.uuid7_at(timestamptz) IS 'The least UUID version 7 of a moment: bounds of partitions and of time ranges.';

CREATE FUNCTION sutler.add_partition(parent regclass, month date) RETURNS void LANGUAGE plpgsql
AS $$
DECLARE
	name text := parent::text || to_char(month, '_YYYY_MM');
BEGIN
	IF to_regclass(name) IS NULL THEN
		EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', name, parent,
			sutler.uuid7_at(date_trunc('month', month::timestamp) AT TIME ZONE 'UTC'),
			sutler.uuid7_at((date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC'));
		EXECUTE format('COMMENT ON TABLE %s IS %L', name, 'One month of ' || parent::text || '.');
		EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
		EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
		EXECUTE format('CREATE POLICY tenant ON %s USING (tenant_id = nullif(current_setting(''sutler.tenant'', true), '''')::uuid)', name);
	END IF;
END
$$;
COMMENT ON FUNCTION sutler.add_partition(regclass, date) IS 'Makes the partition of a month unless it is there.';

CREATE SCHEMA inventory;
COMMENT ON SCHEMA inventory IS 'What lies where: counted stock, its movements, and holds on it.';

CREATE TABLE inventory.warehouse (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	warehouse_id uuid NOT NULL,
	code text NOT NULL CHECK (code ~ '^[A-Z0-9][A-Z0-9_-]{0,15}$'),
	name text NOT NULL,
	country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
	PRIMARY KEY (tenant_id, warehouse_id),
	UNIQUE (tenant_id, code)
);
COMMENT ON TABLE inventory.warehouse IS 'A place where stock lies.';
COMMENT ON COLUMN inventory.warehouse.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.warehouse.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN inventory.warehouse.code IS 'Short name in files.';
COMMENT ON COLUMN inventory.warehouse.name IS 'Name.';
COMMENT ON COLUMN inventory.warehouse.country IS 'Where it stands, ISO 3166-1.';

CREATE TABLE inventory.store_warehouse (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	priority integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, store_id, warehouse_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouse
);
COMMENT ON TABLE inventory.store_warehouse IS 'From which warehouses a store sells, the lowest priority number first: several stores may share one.';
COMMENT ON COLUMN inventory.store_warehouse.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.store_warehouse.store_id IS 'The storefront.';
COMMENT ON COLUMN inventory.store_warehouse.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN inventory.store_warehouse.priority IS 'Lowest is taken first.';
CREATE INDEX store_warehouse_back ON inventory.store_warehouse (tenant_id, warehouse_id);

CREATE TABLE inventory.stock (
	tenant_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	on_hand integer NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
	held integer NOT NULL DEFAULT 0,
	short integer NOT NULL DEFAULT 0 CHECK (short >= 0),
	PRIMARY KEY (tenant_id, variant_id, warehouse_id),
	CHECK (held BETWEEN 0 AND on_hand + short),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant,
	FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouse
)
-- Room on each page for the next version of a row: a change then touches no index.
WITH (fillfactor = 60);
COMMENT ON TABLE inventory.stock IS 'Counted stock. Written only by the functions of this schema; what may never happen is its CHECK.';
COMMENT ON COLUMN inventory.stock.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.stock.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.stock.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN inventory.stock.on_hand IS 'Pieces that lie there: the sum of the movements.';
COMMENT ON COLUMN inventory.stock.held IS 'Pieces promised: the sum of the holds.';
COMMENT ON COLUMN inventory.stock.short IS 'Pieces promised that a count, the till or an adjustment took away.';
CREATE INDEX stock_warehouse ON inventory.stock (tenant_id, warehouse_id);

CREATE TABLE inventory.movement (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	movement_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	quantity integer NOT NULL CHECK (quantity <> 0),
	kind text NOT NULL CHECK (kind IN ('receipt', 'sale', 'return', 'adjustment', 'count', 'transfer', 'production', 'scrap')),
	reason text NOT NULL DEFAULT '',
	source text NOT NULL,
	order_id uuid,
	staff_id uuid,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, movement_id)
) PARTITION BY RANGE (movement_id);
COMMENT ON TABLE inventory.movement IS 'The stock ledger: every change of what is on hand, with reason, source and user. Append-only.';
COMMENT ON COLUMN inventory.movement.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.movement.movement_id IS 'The movement.';
COMMENT ON COLUMN inventory.movement.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.movement.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN inventory.movement.quantity IS 'Pieces: positive came in, negative went out.';
COMMENT ON COLUMN inventory.movement.kind IS 'Why on hand changed.';
COMMENT ON COLUMN inventory.movement.reason IS 'Reason in words or code, for adjustments.';
COMMENT ON COLUMN inventory.movement.source IS 'Program that wrote it.';
COMMENT ON COLUMN inventory.movement.order_id IS 'The order it served.';
COMMENT ON COLUMN inventory.movement.staff_id IS 'Who did it; NULL: the house.';
COMMENT ON COLUMN inventory.movement.created_at IS 'When it was booked.';
CREATE INDEX movement_stock ON inventory.movement (tenant_id, variant_id, warehouse_id);
CREATE TABLE inventory.movement_other PARTITION OF inventory.movement DEFAULT;
COMMENT ON TABLE inventory.movement_other IS 'Movements outside the monthly partitions.';

CREATE TABLE inventory.hold (
	tenant_id uuid NOT NULL,
	hold_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	quantity integer NOT NULL CHECK (quantity > 0),
	cart_id uuid,
	order_id uuid,
	address_key text NOT NULL DEFAULT '',
	expires_at timestamptz,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, hold_id),
	CHECK ((cart_id IS NULL) <> (order_id IS NULL)),
	CHECK ((cart_id IS NULL) = (expires_at IS NULL)),
	FOREIGN KEY (tenant_id, variant_id, warehouse_id) REFERENCES inventory.stock
);
COMMENT ON TABLE inventory.hold IS 'Stock promised: to a cart in checkout until it expires, to an order until it ships or is cancelled.';
COMMENT ON COLUMN inventory.hold.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.hold.hold_id IS 'The hold.';
COMMENT ON COLUMN inventory.hold.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.hold.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN inventory.hold.quantity IS 'Pieces.';
COMMENT ON COLUMN inventory.hold.cart_id IS 'The cart in checkout; NULL once an order has it.';
COMMENT ON COLUMN inventory.hold.order_id IS 'The order; NULL while a cart has it.';
COMMENT ON COLUMN inventory.hold.address_key IS 'Hash of the network address that asked, for the cap on hoarding.';
COMMENT ON COLUMN inventory.hold.expires_at IS 'When a cart''s hold ends; NULL for orders.';
COMMENT ON COLUMN inventory.hold.created_at IS 'When the row was made.';
CREATE INDEX hold_cart ON inventory.hold (tenant_id, cart_id) WHERE cart_id IS NOT NULL;
CREATE INDEX hold_order ON inventory.hold (tenant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX hold_stock ON inventory.hold (tenant_id, variant_id, warehouse_id);
CREATE INDEX hold_expiry ON inventory.hold (tenant_id, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX hold_address ON inventory.hold (tenant_id, address_key) WHERE cart_id IS NOT NULL;

CREATE TABLE inventory.difference (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	difference_id uuid NOT NULL DEFAULT sutler.uuid7(),
	variant_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	what text NOT NULL CHECK (what IN ('on_hand', 'held')),
	counted bigint NOT NULL,
	proven bigint NOT NULL,
	found_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, difference_id)
);
COMMENT ON TABLE inventory.difference IS 'What nightly reconciliation found: counted and proven numbers that do not agree.';
COMMENT ON COLUMN inventory.difference.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.difference.difference_id IS 'The finding.';
COMMENT ON COLUMN inventory.difference.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.difference.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN inventory.difference.what IS 'Which number.';
COMMENT ON COLUMN inventory.difference.counted IS 'What inventory.stock says.';
COMMENT ON COLUMN inventory.difference.proven IS 'What the movements or holds add up to.';
COMMENT ON COLUMN inventory.difference.found_at IS 'When it was found.';

CREATE SCHEMA event;
COMMENT ON SCHEMA event IS 'The outbox of work for the outside, idempotency keys, and notes that survive a rollback.';

CREATE TABLE event.outbox (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	outbox_id uuid NOT NULL DEFAULT sutler.uuid7(),
	store_id uuid NOT NULL,
	kind text NOT NULL CHECK (kind IN ('mail')),
	template text NOT NULL,
	order_id uuid,
	cart_id uuid,
	attempts integer NOT NULL DEFAULT 0,
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed', 'dropped')),
	last_error text NOT NULL DEFAULT '',
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	done_at timestamptz,
	PRIMARY KEY (tenant_id, outbox_id)
) PARTITION BY RANGE (outbox_id);
COMMENT ON TABLE event.outbox IS 'What must leave the house, written in the transaction that decided it. Carries ids, no personal data: a mail is rendered when it is sent.';
COMMENT ON COLUMN event.outbox.tenant_id IS 'The merchant.';
COMMENT ON COLUMN event.outbox.outbox_id IS 'The item; also the Message-ID of a mail.';
COMMENT ON COLUMN event.outbox.store_id IS 'The storefront it concerns.';
COMMENT ON COLUMN event.outbox.kind IS 'How it leaves.';
COMMENT ON COLUMN event.outbox.template IS 'Which mail.';
COMMENT ON COLUMN event.outbox.order_id IS 'The order it is about.';
COMMENT ON COLUMN event.outbox.cart_id IS 'The cart it is about.';
COMMENT ON COLUMN event.outbox.attempts IS 'Tries so far.';
COMMENT ON COLUMN event.outbox.state IS 'failed: given up, for people to see; dropped: no longer wanted.';
COMMENT ON COLUMN event.outbox.last_error IS 'What the other side said last.';
COMMENT ON COLUMN event.outbox.created_at IS 'When the row was made.';
COMMENT ON COLUMN event.outbox.done_at IS 'When it left.';
CREATE INDEX outbox_order ON event.outbox (tenant_id, order_id);
CREATE TABLE event.outbox_other PARTITION OF event.outbox DEFAULT;
COMMENT ON TABLE event.outbox_other IS 'Outbox items outside the monthly partitions.';

CREATE TABLE event.ready (
	tenant_id uuid NOT NULL,
	outbox_id uuid NOT NULL,
	due_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, outbox_id)
);
COMMENT ON TABLE event.ready IS 'Head of the outbox queue over all tenants, without row policy: tenant, id and due time, nothing else.';
COMMENT ON COLUMN event.ready.tenant_id IS 'The merchant.';
COMMENT ON COLUMN event.ready.outbox_id IS 'The item.';
COMMENT ON COLUMN event.ready.due_at IS 'Not before this moment.';
CREATE INDEX ready_due ON event.ready (due_at);

CREATE TABLE event.idempotency (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	key_sha256 bytea NOT NULL CHECK (length(key_sha256) = 32),
	request_sha256 bytea NOT NULL CHECK (length(request_sha256) = 32),
	status integer NOT NULL,
	location text NOT NULL DEFAULT '',
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	expires_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, key_sha256)
);
COMMENT ON TABLE event.idempotency IS 'Keys of what must not happen twice, kept with the answer; consumed by success only.';
COMMENT ON COLUMN event.idempotency.tenant_id IS 'The merchant.';
COMMENT ON COLUMN event.idempotency.key_sha256 IS 'Hash of principal, route and key.';
COMMENT ON COLUMN event.idempotency.request_sha256 IS 'Hash of the request''s parameters: another body with the same key is refused.';
COMMENT ON COLUMN event.idempotency.status IS 'The HTTP status that was answered.';
COMMENT ON COLUMN event.idempotency.location IS 'Where it led.';
COMMENT ON COLUMN event.idempotency.created_at IS 'When the row was made.';
COMMENT ON COLUMN event.idempotency.expires_at IS 'When the key may be forgotten.';
CREATE INDEX idempotency_expiry ON event.idempotency (tenant_id, expires_at);

CREATE TABLE event.note (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	note_id uuid NOT NULL DEFAULT sutler.uuid7(),
	at timestamptz NOT NULL DEFAULT sutler.now(),
	kind text NOT NULL,
	program text NOT NULL,
	detail text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, note_id)
);
COMMENT ON TABLE event.note IS 'What must be kept although its request was rolled back: refusals, failed tries.';
COMMENT ON COLUMN event.note.tenant_id IS 'The merchant.';
COMMENT ON COLUMN event.note.note_id IS 'The note.';
COMMENT ON COLUMN event.note.at IS 'When.';
COMMENT ON COLUMN event.note.kind IS 'What kind: refused, throttled ...';
COMMENT ON COLUMN event.note.program IS 'Which program.';
COMMENT ON COLUMN event.note.detail IS 'Ids and reason; no personal data.';

CREATE TABLE event.attempt (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	scope text NOT NULL,
	key_sha256 bytea NOT NULL,
	window_start timestamptz NOT NULL,
	tries integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, scope, key_sha256, window_start)
);
COMMENT ON TABLE event.attempt IS 'Counters of tries inside a time window, for limits that the database keeps exactly.';
COMMENT ON COLUMN event.attempt.tenant_id IS 'The merchant.';
COMMENT ON COLUMN event.attempt.scope IS 'What is counted: coupon, code, hold ...';
COMMENT ON COLUMN event.attempt.key_sha256 IS 'Hash of who tries.';
COMMENT ON COLUMN event.attempt.window_start IS 'Start of the window.';
COMMENT ON COLUMN event.attempt.tries IS 'Tries in it.';

CREATE SCHEMA customer;
COMMENT ON SCHEMA customer IS 'People who buy: sessions, and later their accounts.';

CREATE TABLE customer.session (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	session_id uuid NOT NULL,
	token_sha256 bytea NOT NULL CHECK (length(token_sha256) = 32),
	customer_id uuid NOT NULL,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	seen_at timestamptz NOT NULL DEFAULT sutler.now(),
	expires_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, session_id),
	UNIQUE (tenant_id, token_sha256)
);
COMMENT ON TABLE customer.session IS 'A signed-in shopper; readable by page programs, written by login alone.';
COMMENT ON COLUMN customer.session.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.session.session_id IS 'The session.';
COMMENT ON COLUMN customer.session.token_sha256 IS 'Hash of the cookie.';
COMMENT ON COLUMN customer.session.customer_id IS 'Who.';
COMMENT ON COLUMN customer.session.created_at IS 'When the row was made.';
COMMENT ON COLUMN customer.session.seen_at IS 'Last request, kept to 5 minutes.';
COMMENT ON COLUMN customer.session.expires_at IS 'When it ends at the latest.';

CREATE SCHEMA audit;
COMMENT ON SCHEMA audit IS 'What was changed by whom, chained so that later changes show.';

CREATE TABLE audit.entry (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	entry_id uuid NOT NULL DEFAULT sutler.uuid7(),
	at timestamptz NOT NULL DEFAULT sutler.now(),
	actor text NOT NULL,
	action text NOT NULL,
	target text NOT NULL,
	reason text NOT NULL DEFAULT '',
	detail text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, entry_id)
);
COMMENT ON TABLE audit.entry IS 'One change that must be answered for. Programs only insert.';
COMMENT ON COLUMN audit.entry.tenant_id IS 'The merchant.';
COMMENT ON COLUMN audit.entry.entry_id IS 'The entry.';
COMMENT ON COLUMN audit.entry.at IS 'When.';
COMMENT ON COLUMN audit.entry.actor IS 'Staff id, program or job.';
COMMENT ON COLUMN audit.entry.action IS 'What: order.placed, stock.adjusted ...';
COMMENT ON COLUMN audit.entry.target IS 'Kind and id of what was changed.';
COMMENT ON COLUMN audit.entry.reason IS 'Reason code or words.';
COMMENT ON COLUMN audit.entry.detail IS 'Old and new values as JSON; ids, no personal data.';

CREATE TABLE audit.seal (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	seal_no bigint NOT NULL CHECK (seal_no > 0),
	first_id uuid NOT NULL,
	last_id uuid NOT NULL,
	entries integer NOT NULL CHECK (entries > 0),
	previous bytea NOT NULL CHECK (length(previous) = 32),
	hash bytea NOT NULL CHECK (length(hash) = 32),
	sealed_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, seal_no)
);
COMMENT ON TABLE audit.seal IS 'A link of the chain: a run of entries and the hash over them and the link before.';
COMMENT ON COLUMN audit.seal.tenant_id IS 'The merchant.';
COMMENT ON COLUMN audit.seal.seal_no IS '1, 2, 3 ... per tenant.';
COMMENT ON COLUMN audit.seal.first_id IS 'First entry of the run.';
COMMENT ON COLUMN audit.seal.last_id IS 'Last entry of the run.';
COMMENT ON COLUMN audit.seal.entries IS 'How many.';
COMMENT ON COLUMN audit.seal.previous IS 'Hash of the link before; zeros for the first.';
COMMENT ON COLUMN audit.seal.hash IS 'SHA-256 over previous and the entries.';
COMMENT ON COLUMN audit.seal.sealed_at IS 'When.';

CREATE TABLE audit.sealed (
	tenant_id uuid NOT NULL,
	entry_id uuid NOT NULL,
	seal_no bigint NOT NULL,
	PRIMARY KEY (tenant_id, entry_id),
	FOREIGN KEY (tenant_id, entry_id) REFERENCES audit.entry,
	FOREIGN KEY (tenant_id, seal_no) REFERENCES audit.seal
);
COMMENT ON TABLE audit.sealed IS 'Which link an entry is in: an entry without a row here waits to be sealed.';
COMMENT ON COLUMN audit.sealed.tenant_id IS 'The merchant.';
COMMENT ON COLUMN audit.sealed.entry_id IS 'The entry.';
COMMENT ON COLUMN audit.sealed.seal_no IS 'Its link.';
CREATE INDEX sealed_seal ON audit.sealed (tenant_id, seal_no);

CREATE SCHEMA analytics;
COMMENT ON SCHEMA analytics IS 'Traces that reading leaves: searches and views, inserted after the answer.';

CREATE TABLE analytics.search (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	search_id uuid NOT NULL,
	store_id uuid NOT NULL,
	locale text NOT NULL,
	query text NOT NULL,
	corrected text NOT NULL DEFAULT '',
	hits integer NOT NULL,
	PRIMARY KEY (tenant_id, search_id)
) PARTITION BY RANGE (search_id);
COMMENT ON TABLE analytics.search IS 'One search; zero results show what is missing.';
COMMENT ON COLUMN analytics.search.tenant_id IS 'The merchant.';
COMMENT ON COLUMN analytics.search.search_id IS 'The search.';
COMMENT ON COLUMN analytics.search.store_id IS 'The storefront.';
COMMENT ON COLUMN analytics.search.locale IS 'Language.';
COMMENT ON COLUMN analytics.search.query IS 'Words as typed, folded.';
COMMENT ON COLUMN analytics.search.corrected IS 'What was searched instead, or empty.';
COMMENT ON COLUMN analytics.search.hits IS 'How many were found.';
CREATE INDEX search_query ON analytics.search (tenant_id, store_id, query);
CREATE TABLE analytics.search_other PARTITION OF analytics.search DEFAULT;
COMMENT ON TABLE analytics.search_other IS 'Searches outside the monthly partitions.';

CREATE TABLE analytics.view (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	view_id uuid NOT NULL,
	store_id uuid NOT NULL,
	product_id uuid NOT NULL,
	cart_id uuid NOT NULL,
	PRIMARY KEY (tenant_id, view_id)
) PARTITION BY RANGE (view_id);
COMMENT ON TABLE analytics.view IS 'One look at a product page by somebody with a cart: "recently viewed".';
COMMENT ON COLUMN analytics.view.tenant_id IS 'The merchant.';
COMMENT ON COLUMN analytics.view.view_id IS 'The look.';
COMMENT ON COLUMN analytics.view.store_id IS 'The storefront.';
COMMENT ON COLUMN analytics.view.product_id IS 'The product.';
COMMENT ON COLUMN analytics.view.cart_id IS 'Whose.';
CREATE INDEX view_cart ON analytics.view (tenant_id, cart_id, view_id);
CREATE TABLE analytics.view_other PARTITION OF analytics.view DEFAULT;
COMMENT ON TABLE analytics.view_other IS 'Looks outside the monthly partitions.';

SELECT sutler.protect('inventory.warehouse',
	'inventory.store_warehouse',
	'inventory.stock',
	'inventory.movement',
	'inventory.hold',
	'inventory.difference',
	'event.outbox',
	'event.idempotency',
	'event.note',
	'event.attempt',
	'customer.session',
	'audit.entry',
	'audit.seal',
	'audit.sealed',
	'analytics.search',
	'analytics.view');
SELECT sutler.protect('inventory.movement_other', 'event.outbox_other', 'analytics.search_other', 'analytics.view_other');

DO $$
DECLARE
	t regclass;
BEGIN
	FOREACH t IN ARRAY ARRAY['inventory.movement', 'event.outbox', 'analytics.search', 'analytics.view']::regclass[] LOOP
		FOR i IN 0..2 LOOP
			PERFORM sutler.add_partition(t, (pg_catalog.now() + make_interval(months => i))::date);
		END LOOP;
	END LOOP;
END
$$;
