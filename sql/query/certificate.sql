-- What the job check-certificates asks and keeps.

-- certificate_hosts(tenant uuid) many
-- host text, port int
SELECT h.host, coalesce(pg_catalog.left(pg_catalog.substring(h.origin, ':([0-9]+)$'), 5), '443')::bigint
FROM tenancy.host h WHERE h.tenant_id = :tenant AND h.origin LIKE 'https:%' ORDER BY h.host

-- certificate_keep(tenant uuid, host text, ends time?, issuer text, fits bool, trusted bool, fault text) exec
INSERT INTO tenancy.certificate AS c (tenant_id, host, looked_at, ends_at, issuer, fits, trusted, fault)
SELECT h.tenant_id, h.host, sutler.now(), :ends, :issuer, :fits, :trusted, :fault
FROM tenancy.host h WHERE h.tenant_id = :tenant AND h.host = :host
ON CONFLICT (tenant_id, host) DO UPDATE SET looked_at = excluded.looked_at, ends_at = excluded.ends_at, issuer = excluded.issuer,
	fits = excluded.fits, trusted = excluded.trusted, fault = excluded.fault

-- Those that were not kept in this transaction: nobody asks for them any more.
-- certificate_forget() exec
DELETE FROM tenancy.certificate WHERE looked_at < sutler.now()

-- certificate_states(tenant uuid) many
-- host text, state code, ends time?, day date?, fault text
SELECT c.host, c.state, c.ends_at, (c.ends_at AT TIME ZONE 'UTC')::date, c.fault FROM watch.certificates(:tenant) c

-- certificate_sum(good int, ends int, ended int, misnamed int, untrusted int, unreached int, earliest time?) exec
INSERT INTO watch.certificate AS c (taken_at, good, ends, ended, misnamed, untrusted, unreached, earliest_at)
VALUES (sutler.now(), :good, :ends, :ended, :misnamed, :untrusted, :unreached, :earliest)
ON CONFLICT (house) DO UPDATE SET taken_at = excluded.taken_at, good = excluded.good, ends = excluded.ends, ended = excluded.ended,
	misnamed = excluded.misnamed, untrusted = excluded.untrusted, unreached = excluded.unreached, earliest_at = excluded.earliest_at
