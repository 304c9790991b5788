-- Ids of rows made in SQL.

-- UUID version 7 (RFC 9562): 48 bits of ms; then, by its method 3, 12 bits of the ms' fraction instead of
-- a counter, for which a function of SQL has no memory; then random.  A call takes longer than the
-- microsecond that the clock tells apart, so each id of a session sorts behind the one before.
--
-- An expression, so that the planner puts it where it is called: ms * 65536 with the fraction in its low 16
-- bits are 16 digits, "7" goes in behind the ms, and the last of the fraction's four goes out.  The
-- second half of a random UUID begins with the variant already.
CREATE OR REPLACE FUNCTION sutler.uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$
	SELECT (pg_catalog."left"(overlay(
			pg_catalog.encode(pg_catalog.int8send((pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) * 65536000)::bigint), 'hex')
			PLACING '7' FROM 13 FOR 0), 16)
		|| pg_catalog."right"(pg_catalog.gen_random_uuid()::text, 17))::uuid
$$;
COMMENT ON FUNCTION sutler.uuid7() IS 'A new UUID version 7 (RFC 9562): sorts by the moment it was made, also inside a millisecond.';

-- As if it were made some seconds from now: what is sorted by such ids stands behind all that comes until then.
CREATE OR REPLACE FUNCTION sutler.uuid7_in(p_seconds integer) RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$
	SELECT (pg_catalog."left"(overlay(
			pg_catalog.encode(pg_catalog.int8send(((pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) + p_seconds) * 65536000)::bigint), 'hex')
			PLACING '7' FROM 13 FOR 0), 16)
		|| pg_catalog."right"(pg_catalog.gen_random_uuid()::text, 17))::uuid
$$;
COMMENT ON FUNCTION sutler.uuid7_in(integer) IS 'A new UUID version 7 that sorts by a moment so many seconds from now.';
