-- What the web library itself asks: sessions, idempotency keys, notes.

-- A live session by the hash of its cookie.
-- web_session(token bytea) one
-- session_id uuid, customer_id uuid, name text, created_at time, seen_at time
SELECT s.session_id, s.customer_id, s.name, s.created_at, s.seen_at
FROM customer.session_find(nullif(pg_catalog.current_setting('sutler.tenant', true), '')::uuid, :token) s

-- Writes the last use of a session.
-- web_session_touch(session uuid) one
-- done bool
SELECT true FROM customer.session_touch(nullif(pg_catalog.current_setting('sutler.tenant', true), '')::uuid, :session)

-- Claims an idempotency key: one row is affected when it is ours.  A key claimed by a running
-- transaction makes us wait for its end; one that has expired is taken over.
-- web_idempotency_claim(key code, request code, ttl int) exec
INSERT INTO event.idempotency AS i (tenant_id, key_sha256, request_sha256, status, expires_at)
VALUES (nullif(pg_catalog.current_setting('sutler.tenant', true), '')::uuid, pg_catalog.decode(:key, 'hex'),
	pg_catalog.decode(:request, 'hex'), 0, sutler.now() + pg_catalog.make_interval(secs => :ttl))
ON CONFLICT (tenant_id, key_sha256) DO UPDATE
SET request_sha256 = excluded.request_sha256, status = 0, location = '', created_at = sutler.now(),
	expires_at = excluded.expires_at
WHERE i.expires_at <= sutler.now()

-- What the key stands for.
-- web_idempotency(key code) one
-- request code, status int, location text
SELECT pg_catalog.encode(i.request_sha256, 'hex'), i.status::bigint, i.location
FROM event.idempotency i
WHERE i.key_sha256 = pg_catalog.decode(:key, 'hex')

-- Keeps the answer with the key.
-- web_idempotency_keep(key code, status int, location text) exec
UPDATE event.idempotency SET status = :status, location = :location
WHERE key_sha256 = pg_catalog.decode(:key, 'hex')

-- Notes what must be known although its request was rolled back.
-- web_note(kind code, program code, detail text) exec
INSERT INTO event.note (tenant_id, kind, program, detail)
VALUES (nullif(pg_catalog.current_setting('sutler.tenant', true), '')::uuid, :kind, :program, :detail)
