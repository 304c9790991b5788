-- The audit chain, written by seal-audit and read by sutlerctl audit verify.

-- audit_seal_some(tenant uuid, most int4) one
-- sealed int, seal_no int, hash text
SELECT s.sealed::bigint, s.seal_no, encode(s.hash, 'hex') FROM audit.seal_some(:tenant, :most) s

-- audit_tenants() many
-- tenant uuid, slug text
SELECT t.tenant_id, t.slug FROM tenancy.tenant t ORDER BY t.slug

-- audit_seals(after int, most int4) many
-- seal_no int, first_id uuid, last_id uuid, entries int, previous text, hash text, at_us int
SELECT s.seal_no, s.first_id, s.last_id, s.entries::bigint, encode(s.previous, 'hex'), encode(s.hash, 'hex'),
       (extract(epoch FROM s.sealed_at) * 1000000)::bigint
FROM audit.seal s WHERE s.seal_no > :after ORDER BY s.seal_no LIMIT :most

-- audit_entries(seal_no int) many
-- entry uuid, at_us int, actor text, action text, target text, reason text, detail text
SELECT e.entry_id, (extract(epoch FROM e.at) * 1000000)::bigint, e.actor, e.action, e.target, e.reason, e.detail
FROM audit.sealed z JOIN audit.entry e ON e.entry_id = z.entry_id
WHERE z.seal_no = :seal_no ORDER BY e.entry_id

-- Entries that no seal has; stale: older than the job still looks for, so they came afterwards
-- or were unsealed by hand.  lost: marks of entries or seals that are gone.
-- audit_unsealed() one
-- waiting int, stale int, lost int
SELECT count(*), count(*) FILTER (WHERE e.entry_id < (SELECT sutler.uuid7_at(max(s.sealed_at) - interval '1 day') FROM audit.seal s)),
       (SELECT count(*) FROM audit.sealed z WHERE NOT EXISTS (SELECT FROM audit.entry x WHERE x.entry_id = z.entry_id)
           OR NOT EXISTS (SELECT FROM audit.seal y WHERE y.seal_no = z.seal_no))
FROM audit.entry e
WHERE NOT EXISTS (SELECT FROM audit.sealed z WHERE z.entry_id = e.entry_id)
