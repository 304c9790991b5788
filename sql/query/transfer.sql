-- What the job transfer asks.

-- transfer_take(tenant uuid, tries int4) many
-- transfer uuid, direction text, store uuid, actor uuid, trial bool, layout text, format text, known bool, stock bool, bytes int,
-- place int, created int, updated int, skipped int, file_name text
SELECT t.transfer, t.direction, t.store, t.actor, t.trial, t.layout, t.format, t.known, t.stock, t.bytes, t.place, t.created, t.updated, t.skipped,
       (SELECT x.file_name FROM catalog.transfer x WHERE x.transfer_id = t.transfer)
FROM catalog.transfer_take(:tenant, :tries) t

-- transfer_progress(tenant uuid, transfer uuid, thousandths int4, rows_done int) one
-- go_on bool
SELECT catalog.transfer_progress(:tenant, :transfer, :thousandths, :rows_done)

-- transfer_over(tenant uuid, transfer uuid, state text, why text) exec
SELECT catalog.transfer_over(:tenant, :transfer, :state, :why)

-- transfer_checked(tenant uuid, transfer uuid, layout text, rows_done int, made int, changed int, same int, skipped int, errors int, warnings int,
-- kinds text[], lines int[], cols text[], messages text[], refs text[], befores text[], afters text[]) exec
SELECT catalog.transfer_checked(:tenant, :transfer, :layout, :rows_done, :made, :changed, :same, :skipped, :errors, :warnings,
       :kinds, :lines, :cols, :messages, :refs, :befores, :afters)

-- transfer_put(tenant uuid, transfer uuid, part int4, data bytea) exec
SELECT catalog.transfer_put(:tenant, :transfer, :part, :data)

-- transfer_exported(tenant uuid, transfer uuid, rows_done int, bytes int) exec
SELECT catalog.transfer_sized(:tenant, :transfer, :bytes), catalog.transfer_done(:tenant, :transfer, :rows_done, 0, 0, 0, 0)

-- transfer_sweep(tenant uuid, days int4, keep_days int4) one
-- gone int
SELECT catalog.transfer_sweep(:tenant, :days, :keep_days)

-- What admin-catalog asks.

-- Imports or exports of the chosen store, newest first.
-- transfers(store uuid, direction text, before uuid, most int) many
-- transfer uuid, file_name text, state text, errors int, rows_done int, bytes int, made int, changed int, at time, who text
SELECT t.transfer_id, t.file_name, t.state, t.errors, t.rows_done, t.bytes, t.created, t.updated, t.created_at,
       coalesce((SELECT coalesce(nullif(p.name, ''), p.email) FROM staff.person p WHERE p.staff_id = t.staff_id), '')
FROM catalog.transfer t WHERE t.store_id = :store AND t.direction = :direction
--? later: AND t.transfer_id < :before
ORDER BY t.transfer_id DESC LIMIT :most

-- transfer(transfer uuid, store uuid, direction text) one
-- transfer uuid, file_name text, state text, layout text, known bool, stock bool, why text, thousandths int, rows_done int, bytes int,
-- made int, changed int, same int, skipped int, errors int, warnings int, stop bool, at time, changed_at time, who text, has_file bool, place int
SELECT t.transfer_id, t.file_name, t.state, t.layout, t.known, t.stock, t.why, t.thousandths, t.rows_done, t.bytes, t.created, t.updated, t.unchanged, t.skipped,
       t.errors, t.warnings, t.stop, t.created_at, t.changed_at,
       coalesce((SELECT coalesce(nullif(p.name, ''), p.email) FROM staff.person p WHERE p.staff_id = t.staff_id), ''),
       EXISTS (SELECT FROM catalog.transfer_part p WHERE p.transfer_id = t.transfer_id), t.place
FROM catalog.transfer t WHERE t.transfer_id = :transfer AND t.store_id = :store AND t.direction = :direction

-- transfer_notes(transfer uuid, most int) many
-- kind text, line int, col text, message text, reference text, before text?, after text?
SELECT n.kind, n.line, n.col, n.message, n.reference, n.before, n.after
FROM catalog.transfer_note n WHERE n.transfer_id = :transfer
--? faults: AND n.kind <> 'change'
--? changes: AND n.kind = 'change'
ORDER BY n.note LIMIT :most

-- transfer_part(transfer uuid, part int4) one
-- data text
SELECT encode(p.data, 'hex') FROM catalog.transfer_part p WHERE p.transfer_id = :transfer AND p.part = :part

-- transfer_open(tenant uuid, actor uuid, store uuid, transfer uuid, name text, bytes int, layout text, known bool) one
-- outcome text
SELECT catalog.transfer_open(:tenant, :actor, :store, :transfer, :name, :bytes, :layout, :known)

-- transfer_apply(tenant uuid, actor uuid, store uuid, transfer uuid, reason text) one
-- outcome text
SELECT catalog.transfer_apply(:tenant, :actor, :store, :transfer, :reason)

-- transfer_cancel(tenant uuid, actor uuid, store uuid, transfer uuid) one
-- outcome text
SELECT catalog.transfer_cancel(:tenant, :actor, :store, :transfer)

-- transfer_export(tenant uuid, actor uuid, store uuid, transfer uuid, name text, layout text, format text, stock bool, reason text) one
-- outcome text
SELECT catalog.transfer_export(:tenant, :actor, :store, :transfer, :name, :layout, :format, :stock, :reason)
