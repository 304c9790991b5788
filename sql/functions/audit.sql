-- The audit chain: entries are sealed in runs, each run's hash covers the run before.
--
-- What is hashed is made of netstrings (length ':' bytes ','), so no two different logs
-- give the same bytes: the previous hash raw; then tenant, number of the seal, first and
-- last entry, how many, moment of sealing; then of each entry in the order of ids its id,
-- moment, actor, action, target, reason and detail.  Moments are microseconds since 1970.
-- sutlerctl audit verify reckons the same in C, without these functions.

CREATE OR REPLACE FUNCTION audit.netstring(p_text text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT pg_catalog.convert_to(pg_catalog.octet_length(p_text) || ':' || p_text || ',', 'UTF8') $$;
COMMENT ON FUNCTION audit.netstring(text) IS 'A text with its length in front.';

CREATE OR REPLACE FUNCTION audit.moment(p_at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (extract(epoch FROM p_at) * 1000000)::bigint::text $$;
COMMENT ON FUNCTION audit.moment(timestamptz) IS 'Microseconds since 1970, as the chain counts.';

-- Seals at most p_limit entries that no seal has, in the order of their ids.  A writer
-- that commits late has an older id than what was sealed before him: so entries are
-- looked for from a day before the last seal on, and each is marked.  No row: nothing to seal.
CREATE OR REPLACE FUNCTION audit.seal_some(p_tenant uuid, p_limit integer)
RETURNS TABLE (sealed integer, seal_no bigint, hash bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	head record;
	ids uuid[];
	since uuid := '00000000-0000-0000-0000-000000000000';
	n bigint := 1;
	before bytea := decode(repeat('00', 32), 'hex');
	moment timestamptz := sutler.now();
	body bytea;
	sum bytea;
BEGIN
	SELECT s.seal_no, s.hash, s.sealed_at INTO head FROM audit.seal s ORDER BY s.seal_no DESC LIMIT 1 FOR UPDATE;
	IF FOUND THEN
		n := head.seal_no + 1;
		before := head.hash;
		since := sutler.uuid7_at(head.sealed_at - interval '1 day');
	END IF;
	SELECT array_agg(x.entry_id ORDER BY x.entry_id) INTO ids FROM (
		SELECT e.entry_id FROM audit.entry e
		WHERE e.entry_id >= since AND NOT EXISTS (SELECT FROM audit.sealed z WHERE z.entry_id = e.entry_id)
		ORDER BY e.entry_id LIMIT p_limit) x;
	IF ids IS NULL THEN
		RETURN;
	END IF;
	SELECT string_agg(audit.netstring(e.entry_id::text) || audit.netstring(audit.moment(e.at)) || audit.netstring(e.actor)
		|| audit.netstring(e.action) || audit.netstring(e.target) || audit.netstring(e.reason) || audit.netstring(e.detail),
		''::bytea ORDER BY e.entry_id)
	INTO body FROM audit.entry e WHERE e.entry_id = ANY(ids);
	sum := sha256(before || audit.netstring(p_tenant::text) || audit.netstring(n::text)
		|| audit.netstring(ids[1]::text) || audit.netstring(ids[cardinality(ids)]::text)
		|| audit.netstring(cardinality(ids)::text) || audit.netstring(audit.moment(moment)) || body);
	INSERT INTO audit.seal (tenant_id, seal_no, first_id, last_id, entries, previous, hash, sealed_at)
	VALUES (p_tenant, n, ids[1], ids[cardinality(ids)], cardinality(ids), before, sum, moment);
	INSERT INTO audit.sealed (tenant_id, entry_id, seal_no) SELECT p_tenant, i, n FROM unnest(ids) AS i;
	RETURN QUERY SELECT cardinality(ids), n, sum;
END
$$;
COMMENT ON FUNCTION audit.seal_some(uuid, integer) IS 'Adds one link to a tenant''s audit chain; no row when nothing waits.';
