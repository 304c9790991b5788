-- transactional
-- Staff: the people of a merchant, what proves them, what they may do and where.

CREATE SCHEMA staff;
COMMENT ON SCHEMA staff IS 'People who work for a merchant: log-in, second factor, roles, sessions of the admin console.';

CREATE TABLE staff.permission (
	permission text PRIMARY KEY CHECK (permission ~ '^[a-z]+\.[a-z]+$')
);
COMMENT ON TABLE staff.permission IS 'What can be allowed, the same for all. Reference table without row policy; routes of the console name these.';
COMMENT ON COLUMN staff.permission.permission IS 'Area and verb: orders.refund.';
INSERT INTO staff.permission (permission) VALUES
	('home.view'),
	('catalog.view'), ('catalog.edit'), ('catalog.price'), ('catalog.import'), ('catalog.export'),
	('inventory.view'), ('inventory.adjust'), ('inventory.purchase'),
	('orders.view'), ('orders.edit'), ('orders.fulfil'), ('orders.cancel'), ('orders.returns'), ('orders.refund'), ('orders.export'),
	('customers.view'), ('customers.edit'), ('customers.export'), ('customers.erase'),
	('settings.view'), ('settings.edit'),
	('staff.view'), ('staff.manage'),
	('audit.view');

CREATE TABLE staff.person (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	staff_id uuid NOT NULL,
	email text NOT NULL CHECK (email <> ''),
	email_key text NOT NULL GENERATED ALWAYS AS (lower(email COLLATE "C")) STORED,
	name text NOT NULL DEFAULT '',
	locale text NOT NULL DEFAULT '',
	state text NOT NULL DEFAULT 'invited' CHECK (state IN ('invited', 'active', 'suspended')),
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, staff_id),
	UNIQUE (tenant_id, email_key)
);
COMMENT ON TABLE staff.person IS 'Somebody who works for the merchant. Never deleted: the audit log names the id.';
COMMENT ON COLUMN staff.person.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.person.staff_id IS 'The person; the actor of audit entries, movements and order events.';
COMMENT ON COLUMN staff.person.email IS 'Address as typed; mail goes to these bytes and no others.';
COMMENT ON COLUMN staff.person.email_key IS 'The address with A-Z folded.';
COMMENT ON COLUMN staff.person.name IS 'Name.';
COMMENT ON COLUMN staff.person.locale IS 'Language of mails to this person.';
COMMENT ON COLUMN staff.person.state IS 'invited: has a link, no password yet; active; suspended: signs in nowhere.';
COMMENT ON COLUMN staff.person.created_at IS 'When the row was made.';

CREATE TABLE staff.credential (
	tenant_id uuid NOT NULL,
	staff_id uuid NOT NULL,
	hash text NOT NULL,
	changed_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, staff_id),
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person
);
COMMENT ON TABLE staff.credential IS 'What proves a person; only admin-login gets to see it, by one function.';
COMMENT ON COLUMN staff.credential.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.credential.staff_id IS 'Who.';
COMMENT ON COLUMN staff.credential.hash IS 'scrypt in libscrypt''s own notation.';
COMMENT ON COLUMN staff.credential.changed_at IS 'When it was last changed.';

CREATE TABLE staff.totp (
	tenant_id uuid NOT NULL,
	staff_id uuid NOT NULL,
	seed bytea NOT NULL CHECK (length(seed) > 29),
	made_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, staff_id),
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person
);
COMMENT ON TABLE staff.totp IS 'The second factor of a person (RFC 6238).';
COMMENT ON COLUMN staff.totp.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.totp.staff_id IS 'Whose.';
COMMENT ON COLUMN staff.totp.seed IS 'Seed, AES-256-GCM; the key lies outside the database.';
COMMENT ON COLUMN staff.totp.made_at IS 'When it was set up.';

CREATE TABLE staff.totp_step (
	tenant_id uuid NOT NULL,
	staff_id uuid NOT NULL,
	step bigint NOT NULL,
	used_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, staff_id, step),
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person
);
COMMENT ON TABLE staff.totp_step IS 'Codes that were used: one code is one log-in, whatever comes at the same moment.';
COMMENT ON COLUMN staff.totp_step.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.totp_step.staff_id IS 'Whose.';
COMMENT ON COLUMN staff.totp_step.step IS 'Number of the 30 seconds since 1970.';
COMMENT ON COLUMN staff.totp_step.used_at IS 'When it was used.';

CREATE TABLE staff.recovery (
	tenant_id uuid NOT NULL,
	staff_id uuid NOT NULL,
	code_sha256 bytea NOT NULL CHECK (length(code_sha256) = 32),
	used_at timestamptz,
	PRIMARY KEY (tenant_id, staff_id, code_sha256),
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person
);
COMMENT ON TABLE staff.recovery IS 'Recovery codes in place of the second factor, each used once.';
COMMENT ON COLUMN staff.recovery.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.recovery.staff_id IS 'Whose.';
COMMENT ON COLUMN staff.recovery.code_sha256 IS 'Hash of a code of 80 random bits.';
COMMENT ON COLUMN staff.recovery.used_at IS 'When it was used.';

CREATE TABLE staff.role (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	role_id uuid NOT NULL,
	name text NOT NULL CHECK (name <> '' AND length(name) <= 60),
	is_owner boolean NOT NULL DEFAULT false,
	PRIMARY KEY (tenant_id, role_id),
	UNIQUE (tenant_id, name)
);
COMMENT ON TABLE staff.role IS 'A bundle of permissions under a name.';
COMMENT ON COLUMN staff.role.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.role.role_id IS 'The role.';
COMMENT ON COLUMN staff.role.name IS 'As people call it.';
COMMENT ON COLUMN staff.role.is_owner IS 'The one role that may everything, also what comes later; it cannot be changed.';
CREATE UNIQUE INDEX role_one_owner ON staff.role (tenant_id) WHERE is_owner;

CREATE TABLE staff.role_permission (
	tenant_id uuid NOT NULL,
	role_id uuid NOT NULL,
	permission text NOT NULL REFERENCES staff.permission,
	PRIMARY KEY (tenant_id, role_id, permission),
	FOREIGN KEY (tenant_id, role_id) REFERENCES staff.role ON DELETE CASCADE
);
COMMENT ON TABLE staff.role_permission IS 'What a role may do.';
COMMENT ON COLUMN staff.role_permission.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.role_permission.role_id IS 'The role.';
COMMENT ON COLUMN staff.role_permission.permission IS 'What it may.';
CREATE INDEX role_permission_permission ON staff.role_permission (tenant_id, permission);

CREATE TABLE staff.assignment (
	tenant_id uuid NOT NULL,
	assignment_id uuid NOT NULL DEFAULT sutler.uuid7(),
	staff_id uuid NOT NULL,
	role_id uuid NOT NULL,
	store_id uuid,
	PRIMARY KEY (tenant_id, assignment_id),
	UNIQUE NULLS NOT DISTINCT (tenant_id, staff_id, role_id, store_id),
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person,
	FOREIGN KEY (tenant_id, role_id) REFERENCES staff.role,
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE staff.assignment IS 'Who has which role in which store.';
COMMENT ON COLUMN staff.assignment.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.assignment.assignment_id IS 'The row.';
COMMENT ON COLUMN staff.assignment.staff_id IS 'Who.';
COMMENT ON COLUMN staff.assignment.role_id IS 'The role.';
COMMENT ON COLUMN staff.assignment.store_id IS 'In this store; NULL: in all, also those that come later.';
CREATE INDEX assignment_role ON staff.assignment (tenant_id, role_id);
CREATE INDEX assignment_store ON staff.assignment (tenant_id, store_id);

CREATE TABLE staff.session (
	tenant_id uuid NOT NULL,
	session_id uuid NOT NULL,
	token_sha256 bytea NOT NULL CHECK (length(token_sha256) = 32),
	staff_id uuid NOT NULL,
	store_id uuid,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	seen_at timestamptz NOT NULL DEFAULT sutler.now(),
	proven_at timestamptz NOT NULL DEFAULT sutler.now(),
	expires_at timestamptz NOT NULL,
	label text NOT NULL DEFAULT '' CHECK (length(label) <= 60),
	PRIMARY KEY (tenant_id, session_id),
	UNIQUE (tenant_id, token_sha256),
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person,
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE SET NULL (store_id)
);
COMMENT ON TABLE staff.session IS 'Who is signed in at the console.';
COMMENT ON COLUMN staff.session.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.session.session_id IS 'The session.';
COMMENT ON COLUMN staff.session.token_sha256 IS 'Hash of the cookie.';
COMMENT ON COLUMN staff.session.staff_id IS 'Who.';
COMMENT ON COLUMN staff.session.store_id IS 'The store that was chosen to work in; NULL: the first that may be.';
COMMENT ON COLUMN staff.session.created_at IS 'When the row was made.';
COMMENT ON COLUMN staff.session.seen_at IS 'Last request, kept to 5 minutes.';
COMMENT ON COLUMN staff.session.proven_at IS 'Last time the second factor was shown: sensitive routes want it recent.';
COMMENT ON COLUMN staff.session.expires_at IS 'When it ends at the latest.';
COMMENT ON COLUMN staff.session.label IS 'Browser and system in two words.';
CREATE INDEX session_staff ON staff.session (tenant_id, staff_id);
CREATE INDEX session_store ON staff.session (tenant_id, store_id);

CREATE TABLE staff.device (
	tenant_id uuid NOT NULL,
	token_sha256 bytea NOT NULL CHECK (length(token_sha256) = 32),
	staff_id uuid NOT NULL,
	seen_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, token_sha256),
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person
);
COMMENT ON TABLE staff.device IS 'Browsers that a person signed in with: strangers who guess do not slow them down.';
COMMENT ON COLUMN staff.device.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.device.token_sha256 IS 'Hash of the cookie.';
COMMENT ON COLUMN staff.device.staff_id IS 'Whose.';
COMMENT ON COLUMN staff.device.seen_at IS 'Last log-in with it.';
CREATE INDEX device_staff ON staff.device (tenant_id, staff_id);

CREATE TABLE staff.invitation (
	tenant_id uuid NOT NULL,
	token_sha256 bytea NOT NULL CHECK (length(token_sha256) = 32),
	staff_id uuid NOT NULL,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	expires_at timestamptz NOT NULL,
	used_at timestamptz,
	PRIMARY KEY (tenant_id, token_sha256),
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person
);
COMMENT ON TABLE staff.invitation IS 'Links by which a person chooses a password and sets up the second factor: at first, and again after a loss. Only their hashes, each used once.';
COMMENT ON COLUMN staff.invitation.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.invitation.token_sha256 IS 'Hash of what the link holds.';
COMMENT ON COLUMN staff.invitation.staff_id IS 'Who is invited.';
COMMENT ON COLUMN staff.invitation.created_at IS 'When the row was made.';
COMMENT ON COLUMN staff.invitation.expires_at IS 'When it ends.';
COMMENT ON COLUMN staff.invitation.used_at IS 'When it was used, or when a newer one took its place.';
CREATE INDEX invitation_staff ON staff.invitation (tenant_id, staff_id);

CREATE TABLE staff.challenge (
	tenant_id uuid NOT NULL,
	token_sha256 bytea NOT NULL CHECK (length(token_sha256) = 32),
	staff_id uuid NOT NULL,
	purpose text NOT NULL CHECK (purpose IN ('code', 'setup')),
	seed bytea,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	expires_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, token_sha256),
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person,
	CHECK ((seed IS NOT NULL) = (purpose = 'setup'))
);
COMMENT ON TABLE staff.challenge IS 'Somebody whose password was right and whose second factor is still to come.';
COMMENT ON COLUMN staff.challenge.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.challenge.token_sha256 IS 'Hash of the cookie of this step.';
COMMENT ON COLUMN staff.challenge.staff_id IS 'Who.';
COMMENT ON COLUMN staff.challenge.purpose IS 'code: a code is asked for; setup: the second factor is set up first.';
COMMENT ON COLUMN staff.challenge.seed IS 'The seed being set up, sealed.';
COMMENT ON COLUMN staff.challenge.created_at IS 'When the row was made.';
COMMENT ON COLUMN staff.challenge.expires_at IS 'When it ends.';
CREATE INDEX challenge_staff ON staff.challenge (tenant_id, staff_id);
CREATE INDEX challenge_expiry ON staff.challenge (tenant_id, expires_at);

-- Mails to staff.
ALTER TABLE event.outbox ADD COLUMN staff_id uuid;
COMMENT ON COLUMN event.outbox.staff_id IS 'The member of staff it goes to.';

-- The screen that searches the audit log.
CREATE INDEX entry_actor ON audit.entry (tenant_id, actor, entry_id);
CREATE INDEX entry_target ON audit.entry (tenant_id, target, entry_id);
-- The day at a glance: what is still to be shipped.
CREATE INDEX order_to_ship ON sales."order" (tenant_id, store_id, placed_at)
	WHERE state = 'open' AND fulfilment IN ('unfulfilled', 'in_production', 'ready', 'partly_shipped');
CREATE INDEX outbox_failed ON event.outbox (tenant_id, store_id, created_at) WHERE state = 'failed';

SELECT sutler.protect('staff.person', 'staff.credential', 'staff.totp', 'staff.totp_step', 'staff.recovery', 'staff.role',
	'staff.role_permission', 'staff.assignment', 'staff.session', 'staff.device', 'staff.invitation', 'staff.challenge');
