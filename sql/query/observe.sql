-- What the job observe asks each merchant, and the sums it keeps.

-- observe_figures(tenant uuid) one
-- waiting int, troubled int, oldest time?, failed int, unsealed int, unsealed_since time?, low int, lacking int, holds int, stale_holds int, unknown int,
-- unknown_since time?, open_work int
SELECT f.waiting, f.troubled, f.oldest_at, f.failed, f.unsealed, f.unsealed_at, f.low, f.short, f.holds, f.stale_holds, f.unknown,
       f.unknown_at, f.open_work
FROM watch.figures(:tenant) f

-- observe_keep(tenants int, waiting int, troubled int, oldest time?, failed int, unsealed int, unsealed_since time?, low int, lacking int, holds int, stale_holds int, unknown int, unknown_since time?, open_work int) exec
INSERT INTO watch.house AS h (taken_at, tenants, waiting, troubled, oldest_at, failed, unsealed, unsealed_at, low, short, holds, stale_holds,
	unknown, unknown_at, open_work)
VALUES (sutler.now(), :tenants, :waiting, :troubled, :oldest, :failed, :unsealed, :unsealed_since, :low, :lacking, :holds, :stale_holds,
	:unknown, :unknown_since, :open_work)
ON CONFLICT (house) DO UPDATE SET taken_at = excluded.taken_at, tenants = excluded.tenants, waiting = excluded.waiting, troubled = excluded.troubled,
	oldest_at = excluded.oldest_at, failed = excluded.failed, unsealed = excluded.unsealed, unsealed_at = excluded.unsealed_at, low = excluded.low,
	short = excluded.short, holds = excluded.holds, stale_holds = excluded.stale_holds, unknown = excluded.unknown, unknown_at = excluded.unknown_at,
	open_work = excluded.open_work
