-- What the jobs ask and do; one tenant at a time.

-- job_release_holds(tenant uuid, most int4) one
-- released int
SELECT inventory.release_expired(:tenant, :most)::bigint

-- job_tend_stock(tenant uuid, lots int4, lines int4) one
-- done int
SELECT inventory.tend(:tenant, :lots, :lines)::bigint

-- job_forget(tenant uuid, most int4) one
-- forgotten int
SELECT customer.forget(:tenant, :most)::bigint

-- job_remind(tenant uuid, step int4, after_s int4, before_s int4, gap_s int4, most int4) one
-- queued int
SELECT marketing.remind(:tenant, :step, :after_s, :before_s, :gap_s, :most)::bigint

-- job_reconcile(tenant uuid) one
-- found int, checked int
SELECT inventory.reconcile(:tenant)::bigint, (SELECT count(*) FROM inventory.stock)

-- Those found in this transaction.
-- job_differences() many
-- variant uuid, warehouse uuid, what text, counted int, proven int
SELECT d.variant_id, d.warehouse_id, d.what, d.counted, d.proven
FROM inventory.difference d WHERE d.found_at = sutler.now() ORDER BY d.difference_id

-- Partitions of the coming months; the rows are those that cannot be made.
-- job_make_months(months int4) many
-- partition text
SELECT m FROM sutler.make_months(:months) m

-- job_forget_media(tenant uuid, most int4) one
-- forgotten int
SELECT catalog.forget_media(:tenant, :most)::bigint

-- job_download_names(tenant uuid) many
-- name text
SELECT n FROM catalog.download_names(:tenant) n

-- job_media_names(tenant uuid) many
-- name text
SELECT n FROM catalog.media_names(:tenant) n

-- job_tenants() many
-- tenant uuid
SELECT t.tenant_id FROM tenancy.tenant t ORDER BY t.tenant_id

-- job_study_begin(tenant uuid) one
-- after uuid, monday date
SELECT b.after, b.monday FROM inventory.study_begin(:tenant) b

-- job_study_demand(tenant uuid, after uuid, monday date, most int4) many
-- variant uuid, born int, week int?, pieces int?
SELECT d.variant_id, d.born::bigint, d.week::bigint, d.pieces FROM inventory.study_demand(:tenant, :after, :monday, :most) d

-- job_study_keep(tenant uuid, last uuid?, variants uuid[], methods text[], begins int[], weeks int[], ahead int[], sigma int[], missed int[], asked int[], mase int[]) one
-- kept int
SELECT inventory.study_keep(:tenant, :last, :variants, :methods, :begins, :weeks, :ahead, :sigma, :missed, :asked, :mase)

-- job_recommend(tenant uuid, most int4) one
-- done int
SELECT catalog.recommend(:tenant, :most)
