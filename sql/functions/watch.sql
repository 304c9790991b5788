-- What watches the house: figures of a merchant, runs of jobs.

-- How a merchant's shop does: what waits, what failed, what people must look at.  Counts alone.
CREATE OR REPLACE FUNCTION watch.figures(p_tenant uuid)
RETURNS TABLE (waiting bigint, troubled bigint, oldest_at timestamptz, failed bigint, unsealed bigint, unsealed_at timestamptz,
	low bigint, short bigint, holds bigint, stale_holds bigint, unknown bigint, unknown_at timestamptz, open_work bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	-- A mail whose try went wrong waits since it was written, another one since it was due.
	WITH mail AS (
		SELECT count(*) AS waiting, count(*) FILTER (WHERE o.last_error <> '') AS troubled,
			min(CASE WHEN o.last_error <> '' THEN o.created_at WHEN r.due_at <= sutler.now() THEN r.due_at END) AS oldest_at
		FROM event.ready r JOIN event.outbox o ON o.tenant_id = p_tenant AND o.outbox_id = r.outbox_id AND o.state = 'waiting'
		WHERE r.tenant_id = p_tenant
	), failed AS (
		SELECT count(*) AS n FROM event.outbox o
		WHERE o.tenant_id = p_tenant AND o.state = 'failed' AND o.done_at > sutler.now() - interval '7 days'
	), seal AS (
		-- As audit.seal_some() looks for them.
		SELECT coalesce((SELECT sutler.uuid7_at(s.sealed_at - interval '1 day') FROM audit.seal s WHERE s.tenant_id = p_tenant
			ORDER BY s.seal_no DESC LIMIT 1), '00000000-0000-0000-0000-000000000000'::uuid) AS since
	), open AS (
		SELECT count(*) AS n, min(e.at) AS at FROM seal JOIN audit.entry e ON e.tenant_id = p_tenant AND e.entry_id >= seal.since
		WHERE NOT EXISTS (SELECT FROM audit.sealed z WHERE z.tenant_id = p_tenant AND z.entry_id = e.entry_id)
	), held AS (
		SELECT count(*) FILTER (WHERE h.expires_at > sutler.now()) AS live,
			count(*) FILTER (WHERE h.expires_at < sutler.now() - interval '5 minutes') AS stale
		FROM inventory.hold h WHERE h.tenant_id = p_tenant AND h.expires_at IS NOT NULL
	), money AS (
		SELECT count(*) AS n, min(x.changed_at) AS at FROM (
			SELECT i.changed_at FROM payment.intent i WHERE i.tenant_id = p_tenant AND i.state = 'unknown'
			UNION ALL
			SELECT f.changed_at FROM payment.refund f WHERE f.tenant_id = p_tenant AND f.state = 'unknown') x
	)
	SELECT mail.waiting, mail.troubled, mail.oldest_at, failed.n, open.n, open.at,
		(SELECT count(*) FROM inventory.reorder p WHERE p.tenant_id = p_tenant AND p.below),
		(SELECT count(*) FROM inventory.stock k WHERE k.tenant_id = p_tenant AND k.short > 0),
		held.live, held.stale, money.n, money.at,
		(SELECT count(*) FROM payment.work w WHERE w.tenant_id = p_tenant AND w.closed_at IS NULL)
	FROM mail, failed, open, held, money
$$;
COMMENT ON FUNCTION watch.figures(uuid) IS 'What waits, failed or is to be looked at in a merchant''s shop: counts and moments.';

-- Mails of a merchant that were given up lately, newest first: which, about which order, why.
CREATE OR REPLACE FUNCTION watch.failed_mails(p_tenant uuid, p_most integer)
RETURNS TABLE (outbox_id uuid, template text, order_number text, store text, failed_at timestamptz, why text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT o.outbox_id, o.template, coalesce(n.number, ''), s.name, o.done_at, o.last_error
	FROM event.outbox o JOIN tenancy.store s ON s.tenant_id = p_tenant AND s.store_id = o.store_id
	LEFT JOIN sales."order" n ON n.tenant_id = p_tenant AND n.order_id = o.order_id
	WHERE o.tenant_id = p_tenant AND o.state = 'failed' AND o.done_at > sutler.now() - interval '7 days'
	ORDER BY o.done_at DESC, o.outbox_id LIMIT p_most
$$;
COMMENT ON FUNCTION watch.failed_mails(uuid, integer) IS 'Mails of a merchant that were given up in the last seven days.';

-- One of them goes out once more, with all its tries; false: it is not one of those.
CREATE OR REPLACE FUNCTION watch.send_again(p_tenant uuid, p_actor uuid, p_outbox uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE event.outbox o SET state = 'waiting', attempts = 0, done_at = NULL
	WHERE o.tenant_id = p_tenant AND o.outbox_id = p_outbox AND o.state = 'failed' AND o.done_at > sutler.now() - interval '7 days';
	IF NOT FOUND THEN
		RETURN (SELECT false FROM event.outbox o WHERE o.tenant_id = p_tenant AND o.outbox_id = p_outbox);
	END IF;
	INSERT INTO event.ready (tenant_id, outbox_id, due_at) VALUES (p_tenant, p_outbox, sutler.now());
	INSERT INTO audit.entry (tenant_id, actor, action, target) VALUES (p_tenant, p_actor::text, 'mail.again', 'mail ' || p_outbox);
	RETURN true;
END
$$;
COMMENT ON FUNCTION watch.send_again(uuid, uuid, uuid) IS 'A mail that was given up is tried again; false: it is none of those that failed; NULL: the merchant has no such mail.';

-- How the certificate of each host of a merchant is that is reached by https, worst first.
-- unseen: nobody asked yet; unreached: none was shown; misnamed: one of another name; untrusted: browsers warn of who
-- signed it; ends: within 14 days, when it should have been renewed for long.
CREATE OR REPLACE FUNCTION watch.certificates(p_tenant uuid)
RETURNS TABLE (host text, state text, ends_at timestamptz, issuer text, looked_at timestamptz, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT x.host, x.state, x.ends_at, x.issuer, x.looked_at, x.fault
	FROM (SELECT h.host, CASE WHEN c.host IS NULL THEN 'unseen' WHEN c.fault <> '' THEN 'unreached' WHEN NOT c.fits THEN 'misnamed'
			WHEN c.ends_at <= sutler.now() THEN 'ended' WHEN NOT c.trusted THEN 'untrusted'
			WHEN c.ends_at < sutler.now() + interval '14 days' THEN 'ends' ELSE 'good' END AS state,
			c.ends_at, coalesce(c.issuer, '') AS issuer, c.looked_at, coalesce(c.fault, '') AS fault
		FROM tenancy.host h LEFT JOIN tenancy.certificate c ON c.tenant_id = p_tenant AND c.host = h.host
		WHERE h.tenant_id = p_tenant AND h.origin LIKE 'https:%') x
	ORDER BY array_position(ARRAY['unreached', 'misnamed', 'ended', 'untrusted', 'ends', 'unseen', 'good'], x.state), x.host
$$;
COMMENT ON FUNCTION watch.certificates(uuid) IS 'How the certificate of each https host of a merchant is, worst first.';

-- A job says how its run went.  Which job, its role tells: none speaks for another.
CREATE OR REPLACE FUNCTION watch.job_ran(p_ms bigint, p_done bigint, p_wrong boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	name text := substr(session_user, length('_sutler-') + 1);
BEGIN
	INSERT INTO watch.job AS j (job, started_at, ended_at, succeeded_at, ms, done, runs, failures, failing)
	VALUES (name, sutler.now() - make_interval(secs => p_ms / 1000.0), sutler.now(), CASE WHEN NOT p_wrong THEN sutler.now() END,
		p_ms, p_done, 1, p_wrong::integer, p_wrong::integer)
	ON CONFLICT (job) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at,
		succeeded_at = coalesce(excluded.succeeded_at, j.succeeded_at), ms = excluded.ms, done = excluded.done,
		runs = j.runs + 1, failures = j.failures + excluded.failures,
		failing = CASE WHEN p_wrong THEN j.failing + 1 ELSE 0 END;
END
$$;
COMMENT ON FUNCTION watch.job_ran(bigint, bigint, boolean) IS 'Books the run of the job whose role calls.';

-- The number of the newest migration that the database had.
CREATE OR REPLACE FUNCTION watch.schema_version() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT coalesce(max(a.version::integer), 0) FROM migration.applied a $$;
COMMENT ON FUNCTION watch.schema_version() IS 'The number of the newest migration that the database had.';
