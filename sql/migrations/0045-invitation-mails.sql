-- transactional
-- Invitations go out by mail too.  A link is made when its mail is sent, so nothing that opens anything waits anywhere.

ALTER TABLE staff.invitation ADD COLUMN mail_id uuid;
COMMENT ON COLUMN staff.invitation.mail_id IS 'The mail that brings the invitation (event.outbox): the link that was shown and those that its tries carried have the same. NULL: it was only shown.';

-- They ask for the language, and whether a mail goes out.
DROP FUNCTION IF EXISTS staff.invite(uuid, uuid, text, text, uuid, uuid, bytea, text);
DROP FUNCTION IF EXISTS staff.renew(uuid, uuid, uuid, bytea, text);
DROP FUNCTION IF EXISTS staff.make_invitation(uuid, uuid, bytea, integer);
COMMENT ON COLUMN event.outbox.change_id IS 'What it is about beside: the change of mail address, the credit note, the note, the purchase order, the trial, or the mail itself.';

-- Returns have numbers of their own.  What comes back lies in a warehouse of the merchant, whatever store it was sold in:
-- so a number is given once for all his stores, and those with one prefix share a series.
ALTER TABLE tenancy.store ADD COLUMN return_prefix text NOT NULL DEFAULT 'RMA-' CHECK (return_prefix ~ '^[A-Za-z0-9-]{0,7}[A-Za-z-]$');
COMMENT ON COLUMN tenancy.store.return_prefix IS 'What numbers of returns to this store begin with. No digit at its end, which would read as part of the number.';

CREATE TABLE sales.return_series (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	prefix_key text NOT NULL,
	next_number bigint NOT NULL DEFAULT 1001 CHECK (next_number > 0),
	PRIMARY KEY (tenant_id, prefix_key)
);
COMMENT ON TABLE sales.return_series IS 'The next number of a merchant''s returns, by what they begin with. Its row is locked while a return is opened.';
COMMENT ON COLUMN sales.return_series.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.return_series.prefix_key IS 'The prefix with A-Z folded.';
COMMENT ON COLUMN sales.return_series.next_number IS 'The number that the next return gets.';
SELECT sutler.protect('sales.return_series');

ALTER TABLE sales.return ADD COLUMN number text;
ALTER TABLE sales.return ADD COLUMN number_key text GENERATED ALWAYS AS (lower(number COLLATE "C")) STORED;
COMMENT ON COLUMN sales.return.number IS 'Its number: prefix of the store and a number of the series.';
COMMENT ON COLUMN sales.return.number_key IS 'The number with A-Z folded.';
DO $backfill$
DECLARE
	t uuid;
BEGIN
	FOR t IN SELECT tenant_id FROM tenancy.tenant LOOP
		PERFORM set_config('sutler.tenant', t::text, true);
		UPDATE sales.return r SET number = 'RMA-' || 1000 + x.n
		FROM (SELECT y.return_id, row_number() OVER (ORDER BY y.return_id) AS n FROM sales.return y) x WHERE x.return_id = r.return_id;
		INSERT INTO sales.return_series (tenant_id, prefix_key, next_number) SELECT t, 'rma-', 1001 + count(*) FROM sales.return r HAVING count(*) > 0;
	END LOOP;
	PERFORM set_config('sutler.tenant', '', true);
END
$backfill$;
ALTER TABLE sales.return ALTER COLUMN number SET NOT NULL;
CREATE UNIQUE INDEX return_number ON sales.return (tenant_id, number_key);

DROP FUNCTION IF EXISTS accounting.numbers_now(uuid, uuid);
DROP FUNCTION IF EXISTS accounting.desk_numbers(uuid, uuid, uuid, bigint, text, bigint, text, bigint, bigint, text);

-- Who signs out here may do so at the identity provider as well.
ALTER TABLE staff.sso ADD COLUMN end_url text NOT NULL DEFAULT '' CHECK (length(end_url) <= 500);
COMMENT ON COLUMN staff.sso.end_url IS 'Where people sign out of it (end_session_endpoint), as it told courier; empty: it has no such page.';
DROP FUNCTION IF EXISTS staff.sso_found(uuid, text, text);
