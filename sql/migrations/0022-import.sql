-- transactional
-- Catalogues that staff bring in and take out in the browser: a file, what became of it, what was wrong
-- with it.  sql/functions/transfer.sql keeps it, the job transfer does the work.

CREATE TABLE catalog.transfer (
	tenant_id uuid NOT NULL,
	transfer_id uuid NOT NULL,
	direction text NOT NULL CHECK (direction IN ('import', 'export')),
	store_id uuid NOT NULL,
	staff_id uuid NOT NULL,
	state text NOT NULL CHECK (state IN ('waiting', 'checking', 'checked', 'queued', 'applying', 'done', 'failed', 'cancelled')),
	file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 255),
	bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
	layout text NOT NULL CHECK (layout IN ('auto', 'own', 'shopify', 'woocommerce')),
	format text NOT NULL DEFAULT 'csv' CHECK (format IN ('csv', 'xlsx')),
	known boolean NOT NULL DEFAULT true,
	stock boolean NOT NULL DEFAULT false,
	reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
	thousandths integer NOT NULL DEFAULT 0 CHECK (thousandths BETWEEN 0 AND 1000),
	rows_done bigint NOT NULL DEFAULT 0,
	created bigint NOT NULL DEFAULT 0,
	updated bigint NOT NULL DEFAULT 0,
	unchanged bigint NOT NULL DEFAULT 0,
	skipped bigint NOT NULL DEFAULT 0,
	errors bigint NOT NULL DEFAULT 0,
	warnings bigint NOT NULL DEFAULT 0,
	why text NOT NULL DEFAULT '' CHECK (length(why) <= 500),
	tries integer NOT NULL DEFAULT 0,
	stop boolean NOT NULL DEFAULT false,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	changed_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, transfer_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store,
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person
);
COMMENT ON TABLE catalog.transfer IS 'A file of products that comes in or goes out. An import is tried first and done when somebody has seen what it would change.';
COMMENT ON COLUMN catalog.transfer.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.transfer.transfer_id IS 'The import or export.';
COMMENT ON COLUMN catalog.transfer.direction IS 'import or export.';
COMMENT ON COLUMN catalog.transfer.store_id IS 'The store whose languages, prices and listings the file speaks of.';
COMMENT ON COLUMN catalog.transfer.staff_id IS 'Who asked for it; of an import that was done, who did that.';
COMMENT ON COLUMN catalog.transfer.state IS 'waiting, checking: the trial of an import. checked: somebody may do it. queued, applying: it is done. done, failed, cancelled: over.';
COMMENT ON COLUMN catalog.transfer.file_name IS 'As the sender called it, or as it is offered.';
COMMENT ON COLUMN catalog.transfer.bytes IS 'Size of the file.';
COMMENT ON COLUMN catalog.transfer.layout IS 'Which columns: auto until the trial has found out.';
COMMENT ON COLUMN catalog.transfer.format IS 'csv or xlsx, of an export.';
COMMENT ON COLUMN catalog.transfer.known IS 'Whether an import changes products that are there already.';
COMMENT ON COLUMN catalog.transfer.stock IS 'Whether an export has the stock.';
COMMENT ON COLUMN catalog.transfer.reason IS 'Why, for the audit log.';
COMMENT ON COLUMN catalog.transfer.thousandths IS 'How far the trial, the import or the export is.';
COMMENT ON COLUMN catalog.transfer.rows_done IS 'Rows read or written.';
COMMENT ON COLUMN catalog.transfer.created IS 'Products that the import makes.';
COMMENT ON COLUMN catalog.transfer.updated IS 'Products that it changes.';
COMMENT ON COLUMN catalog.transfer.unchanged IS 'Products that are as the file says.';
COMMENT ON COLUMN catalog.transfer.skipped IS 'Products that are left alone, as asked.';
COMMENT ON COLUMN catalog.transfer.errors IS 'Faults of the file; with one nothing comes in.';
COMMENT ON COLUMN catalog.transfer.warnings IS 'What was told and did not keep the file out.';
COMMENT ON COLUMN catalog.transfer.why IS 'Why it failed.';
COMMENT ON COLUMN catalog.transfer.tries IS 'How often the job began; one that was killed begins again.';
COMMENT ON COLUMN catalog.transfer.stop IS 'Somebody wants it to end while the job is at it.';
COMMENT ON COLUMN catalog.transfer.created_at IS 'When it was asked for.';
COMMENT ON COLUMN catalog.transfer.changed_at IS 'When its state last changed.';
-- One at a time: what a second import finds half done it would take for changed.
CREATE UNIQUE INDEX transfer_one ON catalog.transfer (tenant_id, direction) WHERE state IN ('waiting', 'checking', 'queued', 'applying');
CREATE INDEX transfer_newest ON catalog.transfer (tenant_id, store_id, direction, transfer_id);
CREATE INDEX transfer_staff ON catalog.transfer (tenant_id, staff_id);
CREATE INDEX transfer_changed ON catalog.transfer (tenant_id, changed_at);

CREATE TABLE catalog.transfer_part (
	tenant_id uuid NOT NULL,
	transfer_id uuid NOT NULL,
	part integer NOT NULL CHECK (part >= 0),
	data bytea NOT NULL,
	PRIMARY KEY (tenant_id, transfer_id, part),
	FOREIGN KEY (tenant_id, transfer_id) REFERENCES catalog.transfer ON DELETE CASCADE
);
COMMENT ON TABLE catalog.transfer_part IS 'The bytes of a file in pieces; gone when it is not needed any more.';
COMMENT ON COLUMN catalog.transfer_part.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.transfer_part.transfer_id IS 'Whose file.';
COMMENT ON COLUMN catalog.transfer_part.part IS 'Which piece, from 0.';
COMMENT ON COLUMN catalog.transfer_part.data IS 'Its bytes.';

CREATE TABLE catalog.transfer_note (
	tenant_id uuid NOT NULL,
	transfer_id uuid NOT NULL,
	note integer NOT NULL CHECK (note >= 0),
	kind text NOT NULL CHECK (kind IN ('error', 'warning', 'change')),
	line bigint NOT NULL,
	col text NOT NULL,
	message text NOT NULL,
	reference text NOT NULL DEFAULT '',
	before text,
	after text,
	PRIMARY KEY (tenant_id, transfer_id, note),
	FOREIGN KEY (tenant_id, transfer_id) REFERENCES catalog.transfer ON DELETE CASCADE
);
COMMENT ON TABLE catalog.transfer_note IS 'What the trial of an import found: faults by line and column, and a sample of what would change.';
COMMENT ON COLUMN catalog.transfer_note.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.transfer_note.transfer_id IS 'Whose file.';
COMMENT ON COLUMN catalog.transfer_note.note IS 'Its place in the list.';
COMMENT ON COLUMN catalog.transfer_note.kind IS 'error, warning or change.';
COMMENT ON COLUMN catalog.transfer_note.line IS 'Line or row of the file, from 1; 0: the file as a whole.';
COMMENT ON COLUMN catalog.transfer_note.col IS 'The column; empty: the whole line.';
COMMENT ON COLUMN catalog.transfer_note.message IS 'What is wrong; of a change the product''s name.';
COMMENT ON COLUMN catalog.transfer_note.reference IS 'Of a change: the product.';
COMMENT ON COLUMN catalog.transfer_note.before IS 'Of a change: what stands; amounts are minor units. NULL: nothing.';
COMMENT ON COLUMN catalog.transfer_note.after IS 'Of a change: what the file says. NULL: nothing.';

SELECT sutler.protect('catalog.transfer', 'catalog.transfer_part', 'catalog.transfer_note');
