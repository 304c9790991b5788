-- What every page of the admin console asks: who is signed in, where he works, what he may.

-- console_session(token bytea) one
-- session_id uuid, staff_id uuid, name text, email text, store uuid?, store_name text, currency text, timezone text, created time, seen time, proven time,
-- may text, may_all text
SELECT s.session_id, s.staff_id, s.name, s.email, s.store_id, s.store_name, s.currency, s.timezone, s.created_at, s.seen_at, s.proven_at, s.may, s.may_all
FROM staff.session_find(nullif(pg_catalog.current_setting('sutler.tenant', true), '')::uuid, :token) s

-- The stores that the session's person has a role in.
-- console_stores(token bytea) many
-- store uuid, name text
SELECT s.store_id, s.name
FROM staff.session_stores(nullif(pg_catalog.current_setting('sutler.tenant', true), '')::uuid, :token) s

-- console_touch(session uuid) one
-- done bool
SELECT true FROM staff.session_touch(nullif(pg_catalog.current_setting('sutler.tenant', true), '')::uuid, :session)

-- console_searches(tenant uuid, staff uuid, place text) many
-- search uuid, name text, query text
SELECT s.search_id, s.name, s.query FROM staff.searches(:tenant, :staff, :place) s
