-- What the jobs ask and do; one tenant at a time.

-- job_release_holds(tenant uuid, most int4) one
-- released int
SELECT inventory.release_expired(:tenant, :most)::bigint
