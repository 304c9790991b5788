-- transactional
-- Staff sign in by the identity provider of their merchant (OpenID Connect).

CREATE TABLE staff.sso (
	tenant_id uuid PRIMARY KEY REFERENCES tenancy.tenant,
	name text NOT NULL CHECK (name <> '' AND length(name) <= 60),
	issuer text NOT NULL CHECK (length(issuer) <= 300),
	client_id text NOT NULL CHECK (client_id <> '' AND length(client_id) <= 300),
	secret_sealed bytea NOT NULL CHECK (length(secret_sealed) > 29),
	domains text[] NOT NULL DEFAULT '{}',
	passwords boolean NOT NULL DEFAULT true,
	role_id uuid,
	second text NOT NULL DEFAULT 'unless_said' CHECK (second IN ('always', 'unless_said', 'never')),
	active boolean NOT NULL DEFAULT false,
	leave_origin text NOT NULL DEFAULT '',
	revision bigint NOT NULL DEFAULT 1,
	FOREIGN KEY (tenant_id, role_id) REFERENCES staff.role,
	CONSTRAINT sso_some_way_in CHECK (active OR passwords),
	CONSTRAINT sso_strangers_by_domain CHECK (role_id IS NULL OR cardinality(domains) > 0)
);
COMMENT ON TABLE staff.sso IS 'The identity provider by which a merchant''s staff may sign in.';
COMMENT ON COLUMN staff.sso.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.sso.name IS 'As the button of the log-in page calls it.';
COMMENT ON COLUMN staff.sso.issuer IS 'Its address, byte for byte as its tokens name it.';
COMMENT ON COLUMN staff.sso.client_id IS 'What the provider calls us.';
COMMENT ON COLUMN staff.sso.secret_sealed IS 'What proves us to it, AES-256-GCM; the key lies outside the database.';
COMMENT ON COLUMN staff.sso.domains IS 'Domains of mail addresses that may come in, in small letters; empty: of everybody known.';
COMMENT ON COLUMN staff.sso.passwords IS 'Whether passwords still count for others than owners, who always keep them.';
COMMENT ON COLUMN staff.sso.role_id IS 'What people get whom nobody has invited; NULL: they do not come in.';
COMMENT ON COLUMN staff.sso.second IS 'Whether our own second factor is asked for after it: always, unless_said (the provider says that it asked for several), never.';
COMMENT ON COLUMN staff.sso.active IS 'Whether the log-in page offers it.';
COMMENT ON COLUMN staff.sso.leave_origin IS 'Where its log-in page is, as it told courier; empty: it has not answered yet.';
COMMENT ON COLUMN staff.sso.revision IS 'Counts changes.';
CREATE INDEX sso_role ON staff.sso (tenant_id, role_id);

CREATE TABLE staff.identity (
	tenant_id uuid NOT NULL,
	issuer text NOT NULL,
	subject text NOT NULL CHECK (subject <> '' AND length(subject) <= 255),
	staff_id uuid NOT NULL,
	bound_at timestamptz NOT NULL DEFAULT sutler.now(),
	seen_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, issuer, subject),
	UNIQUE (tenant_id, staff_id),
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person
);
COMMENT ON TABLE staff.identity IS 'Which account of a provider is which member of staff: by its number, not by its mail address.';
COMMENT ON COLUMN staff.identity.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.identity.issuer IS 'The provider.';
COMMENT ON COLUMN staff.identity.subject IS 'The account''s number there.';
COMMENT ON COLUMN staff.identity.staff_id IS 'Who it is.';
COMMENT ON COLUMN staff.identity.bound_at IS 'When it was first used.';
COMMENT ON COLUMN staff.identity.seen_at IS 'When it was last used.';

CREATE TABLE staff.sso_attempt (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	attempt_id uuid NOT NULL,
	state_sha256 bytea NOT NULL CHECK (length(state_sha256) = 32),
	browser_sha256 bytea NOT NULL CHECK (length(browser_sha256) = 32),
	issuer text NOT NULL,
	back text NOT NULL,
	prefix text NOT NULL,
	next text NOT NULL,
	again_for uuid,
	state text NOT NULL DEFAULT 'begun' CHECK (state IN ('begun', 'returned', 'proven', 'over')),
	code_sealed bytea,
	said_issuer text NOT NULL DEFAULT '',
	subject text NOT NULL DEFAULT '',
	email text NOT NULL DEFAULT '',
	verified boolean NOT NULL DEFAULT false,
	name text NOT NULL DEFAULT '',
	several boolean NOT NULL DEFAULT false,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	expires_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, attempt_id),
	UNIQUE (tenant_id, state_sha256),
	FOREIGN KEY (tenant_id, again_for) REFERENCES staff.person (tenant_id, staff_id)
);
COMMENT ON TABLE staff.sso_attempt IS 'A way to the provider and back: once, in one browser, within ten minutes.';
COMMENT ON COLUMN staff.sso_attempt.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.sso_attempt.attempt_id IS 'The attempt; nonce, state and verifier follow from it and the key of the host.';
COMMENT ON COLUMN staff.sso_attempt.state_sha256 IS 'Hash of what the provider hands back.';
COMMENT ON COLUMN staff.sso_attempt.browser_sha256 IS 'Hash of the cookie of the browser that left.';
COMMENT ON COLUMN staff.sso_attempt.issuer IS 'The provider it went to.';
COMMENT ON COLUMN staff.sso_attempt.back IS 'The address that the provider sends back to.';
COMMENT ON COLUMN staff.sso_attempt.prefix IS 'Language segment of the page it began at.';
COMMENT ON COLUMN staff.sso_attempt.next IS 'Path to go to afterwards.';
COMMENT ON COLUMN staff.sso_attempt.again_for IS 'Who is signed in already and only shows it once more; NULL: a log-in.';
COMMENT ON COLUMN staff.sso_attempt.state IS 'begun; returned (with a code); proven (the provider said who it is); over.';
COMMENT ON COLUMN staff.sso_attempt.code_sealed IS 'The provider''s code until courier has used it, sealed.';
COMMENT ON COLUMN staff.sso_attempt.said_issuer IS 'Whom the answer names as its sender (RFC 9207), or empty.';
COMMENT ON COLUMN staff.sso_attempt.subject IS 'The account''s number there.';
COMMENT ON COLUMN staff.sso_attempt.email IS 'Its mail address.';
COMMENT ON COLUMN staff.sso_attempt.verified IS 'Whether the provider vouches for the address.';
COMMENT ON COLUMN staff.sso_attempt.name IS 'Its name.';
COMMENT ON COLUMN staff.sso_attempt.several IS 'Whether the provider says that it asked for several factors.';
COMMENT ON COLUMN staff.sso_attempt.created_at IS 'When the row was made.';
COMMENT ON COLUMN staff.sso_attempt.expires_at IS 'When it ends.';
CREATE INDEX sso_attempt_expiry ON staff.sso_attempt (tenant_id, expires_at);
CREATE INDEX sso_attempt_again ON staff.sso_attempt (tenant_id, again_for);

SELECT sutler.protect('staff.sso', 'staff.identity', 'staff.sso_attempt');
