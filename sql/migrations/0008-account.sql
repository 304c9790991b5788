-- transactional
-- What customers ask about their own data: to have it, and to be forgotten.

CREATE TABLE customer.request (
	tenant_id uuid NOT NULL,
	request_id uuid NOT NULL DEFAULT sutler.uuid7(),
	customer_id uuid NOT NULL,
	store_id uuid NOT NULL,
	kind text NOT NULL CHECK (kind IN ('export', 'erase')),
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'cancelled', 'gone')),
	asked_at timestamptz NOT NULL DEFAULT sutler.now(),
	due_at timestamptz NOT NULL,
	done_at timestamptz,
	file text NOT NULL DEFAULT '' CHECK (file ~ '^([0-9a-f-]{36}\.json)?$'),
	expires_at timestamptz,
	PRIMARY KEY (tenant_id, request_id),
	FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE customer.request IS 'A copy of his data that a customer asked for, or his wish to be forgotten; the job privacy does it.';
COMMENT ON COLUMN customer.request.tenant_id IS 'The merchant.';
COMMENT ON COLUMN customer.request.request_id IS 'The request.';
COMMENT ON COLUMN customer.request.customer_id IS 'Whose.';
COMMENT ON COLUMN customer.request.store_id IS 'Where it was asked; its mails look like that store.';
COMMENT ON COLUMN customer.request.kind IS 'export: a file with all that is known; erase: everything that names him is overwritten.';
COMMENT ON COLUMN customer.request.state IS 'waiting: can be taken back; running: cannot; gone: the file is removed.';
COMMENT ON COLUMN customer.request.asked_at IS 'When it was asked.';
COMMENT ON COLUMN customer.request.due_at IS 'Not before then: an erasure can be taken back until it is due. Of one that is running: when it is tried again.';
COMMENT ON COLUMN customer.request.done_at IS 'When it was done.';
COMMENT ON COLUMN customer.request.file IS 'Name of the file in the private directory, or empty.';
COMMENT ON COLUMN customer.request.expires_at IS 'When the file is removed.';
CREATE INDEX request_customer ON customer.request (tenant_id, customer_id);
CREATE INDEX request_store ON customer.request (tenant_id, store_id);
CREATE INDEX request_due ON customer.request (tenant_id, due_at) WHERE state IN ('waiting', 'running');
CREATE INDEX request_file ON customer.request (tenant_id, request_id) WHERE file <> '';
CREATE UNIQUE INDEX request_one ON customer.request (tenant_id, customer_id, kind) WHERE state IN ('waiting', 'running');

SELECT sutler.protect('customer.request');

-- A mailed link confirms an erasure: whoever sits at a device that is signed in cannot do it alone.
ALTER TABLE customer.token DROP CONSTRAINT token_purpose_check;
ALTER TABLE customer.token ADD CONSTRAINT token_purpose_check CHECK (purpose IN ('verify', 'reset', 'email', 'undo', 'erase'));
