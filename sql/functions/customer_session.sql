-- Sessions of customers, as every page program may ask for them: one by its own cookie,
-- never a list.  They are made and ended by log-in alone (customer_login.sql).

-- The live session of a cookie's hash.  It ends 30 days after its last use and at
-- expires_at in any case, by the database's clock; and with the person.
CREATE OR REPLACE FUNCTION customer.session_find(p_tenant uuid, p_token bytea)
RETURNS TABLE (session_id uuid, customer_id uuid, name text, created_at timestamptz, seen_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT s.session_id, s.customer_id, p.name, s.created_at, s.seen_at
	FROM customer.session s
	JOIN customer.person p ON p.tenant_id = s.tenant_id AND p.customer_id = s.customer_id
	WHERE s.tenant_id = p_tenant AND s.token_sha256 = p_token AND s.expires_at > sutler.now()
	  AND s.seen_at > sutler.now() - interval '30 days' AND p.erased_at IS NULL;
END
$$;
COMMENT ON FUNCTION customer.session_find(uuid, bytea) IS 'Who is signed in by a cookie, if its session lives.';

-- Writes the last use.
CREATE OR REPLACE FUNCTION customer.session_touch(p_tenant uuid, p_session uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ UPDATE customer.session s SET seen_at = sutler.now() WHERE s.tenant_id = p_tenant AND s.session_id = p_session $$;
COMMENT ON FUNCTION customer.session_touch(uuid, uuid) IS 'Writes the last use of a session.';
