-- transactional
-- Accounts at gateways that staff set up in the console, sealed by a program that cannot open them.

CREATE TABLE tenancy.seal_key (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	public bytea NOT NULL CHECK (length(public) = 32),
	made_at timestamptz NOT NULL DEFAULT sutler.now()
);
COMMENT ON TABLE tenancy.seal_key IS 'The public half of the host''s key: who has it can seal a secret and never open one. Written by sutlerctl migrate alone. Table of the host, one row at most.';
COMMENT ON COLUMN tenancy.seal_key.one IS 'There is one.';
COMMENT ON COLUMN tenancy.seal_key.public IS 'X25519, made of the key file (lib/base/seal.h).';
COMMENT ON COLUMN tenancy.seal_key.made_at IS 'Since when it is this one.';

ALTER TABLE payment.account
	ADD COLUMN name text NOT NULL DEFAULT '' CHECK (length(name) <= 60),
	ADD COLUMN revision bigint NOT NULL DEFAULT 1,
	ADD COLUMN key_last text NOT NULL DEFAULT '' CHECK (length(key_last) <= 4),
	ADD COLUMN changed_at timestamptz,
	ADD COLUMN changed_by uuid,
	ADD COLUMN webhook_old_until timestamptz,
	ADD COLUMN tried_at timestamptz,
	ADD COLUMN tried text NOT NULL DEFAULT '',
	ADD FOREIGN KEY (tenant_id, changed_by) REFERENCES staff.person;
CREATE INDEX account_changed_by ON payment.account (tenant_id, changed_by) WHERE changed_by IS NOT NULL;
COMMENT ON COLUMN payment.account.name IS 'What the merchant calls it; empty: its gateway''s name.';
COMMENT ON COLUMN payment.account.revision IS 'Counts its changes.';
COMMENT ON COLUMN payment.account.key_last IS 'The last four letters of the API key, to tell one from another; empty: not known.';
COMMENT ON COLUMN payment.account.changed_at IS 'When its keys were entered; NULL: before that was written down.';
COMMENT ON COLUMN payment.account.changed_by IS 'The member of staff who did; NULL: sutlerctl.';
COMMENT ON COLUMN payment.account.webhook_old_until IS 'Until when reports that the old webhook secret proves are taken.';
COMMENT ON COLUMN payment.account.tried_at IS 'When the gateway was last asked whether it takes the key; NULL: not since it was entered.';
COMMENT ON COLUMN payment.account.tried IS 'What it said: ok, or why not.';
COMMENT ON COLUMN payment.account.key_sealed IS 'API key, sealed under the key outside the database (lib/base/seal.h).';
-- Secrets that are being rolled now have a day from now.
DO $backfill$
DECLARE
	t uuid;
BEGIN
	FOR t IN SELECT tenant_id FROM tenancy.tenant LOOP
		PERFORM set_config('sutler.tenant', t::text, true);
		UPDATE payment.account SET webhook_old_until = sutler.now() + interval '24 hours' WHERE webhook_old_sealed IS NOT NULL;
	END LOOP;
	PERFORM set_config('sutler.tenant', '', true);
END
$backfill$;
