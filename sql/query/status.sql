-- The console's page about how the shop runs: its merchant's own counts, and the tasks of the host.

-- status_figures(tenant uuid) one
-- waiting int, troubled int, oldest time?, failed int, unsealed int, unsealed_since time?, low int, lacking int, holds int, stale_holds int, unknown int,
-- unknown_since time?, open_work int
SELECT f.waiting, f.troubled, f.oldest_at, f.failed, f.unsealed, f.unsealed_at, f.low, f.short, f.holds, f.stale_holds, f.unknown,
       f.unknown_at, f.open_work
FROM watch.figures(:tenant) f

-- status_jobs() many
-- job text, succeeded time?, ms int, failing int
SELECT j.job, j.succeeded_at, j.ms, j.failing FROM watch.job j ORDER BY j.job

-- status_certificates(tenant uuid, most int4) many
-- host text, state code, ends time?, issuer text, looked time?, fault text
SELECT c.host, c.state, c.ends_at, c.issuer, c.looked_at, c.fault FROM watch.certificates(:tenant) c LIMIT :most

-- status_failed_mails(tenant uuid, most int4) many
-- mail uuid, template text, order_number text, store text, failed time, why text
SELECT m.outbox_id, m.template, m.order_number, m.store, m.failed_at, m.why FROM watch.failed_mails(:tenant, :most) m

-- status_send_again(tenant uuid, actor uuid, mail uuid) one
-- done bool?
SELECT watch.send_again(:tenant, :actor, :mail)

-- status_versions() one
-- database text, schema text
SELECT 'PostgreSQL ' || pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1), watch.schema_version()::text
