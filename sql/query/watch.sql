-- What watches the house asks: no merchant's data, counts alone.

-- watch_ready() one
-- schema int, receives bool
SELECT watch.schema_version()::bigint, NOT pg_catalog.pg_is_in_recovery() AND pg_catalog.current_setting('default_transaction_read_only') = 'off'

-- watch_server() one
-- version text, connections int, most int, bytes int, deadlocks int, rollbacks int
SELECT pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1), d.numbackends::bigint,
       pg_catalog.current_setting('max_connections')::bigint, pg_catalog.pg_database_size(d.datid), coalesce(d.deadlocks, 0), coalesce(d.xact_rollback, 0)
FROM pg_catalog.pg_stat_database d WHERE d.datname = pg_catalog.current_database()

-- watch_jobs() many
-- job text, started time, succeeded time?, ms int, runs int, failures int, failing int
SELECT j.job, j.started_at, j.succeeded_at, j.ms, j.runs, j.failures, j.failing FROM watch.job j ORDER BY j.job

-- watch_house() one
-- taken time, tenants int, waiting int, troubled int, oldest time?, failed int, unsealed int, unsealed_since time?, low int, lacking int, holds int,
-- stale_holds int, unknown int, unknown_since time?, open_work int
SELECT h.taken_at, h.tenants, h.waiting, h.troubled, h.oldest_at, h.failed, h.unsealed, h.unsealed_at, h.low, h.short, h.holds,
       h.stale_holds, h.unknown, h.unknown_at, h.open_work
FROM watch.house h

-- watch_certificates() one
-- good int, ends int, ended int, misnamed int, untrusted int, unreached int, earliest time?
SELECT c.good, c.ends, c.ended, c.misnamed, c.untrusted, c.unreached, c.earliest_at FROM watch.certificate c
