-- Queries of t/sql/db_check.c, over the schema that t/sql/db.t makes.

-- all kinds of values go out and come back
-- echo_values(u uuid, t text, c code?, n int, m money?, s smallint, i int4?, b bool, bn bool?,
--   d date?, at time, atn time?, raw bytea, raw_null bytea?, us uuid[], ts text[], ns int[],
--   ms money[]?, bs bool[]) one
-- u uuid, t text, c text?, n int, m money?, s int, i int?, b bool, bn bool?, d date?, at time,
-- atn time?, raw text, raw_null text?, us text, ts text, ns text, ms text?, bs text
SELECT :u, :t, :c, :n, :m, :s, :i, :b, :bn, :d, :at, :atn, encode(:raw, 'hex'), -- a :comment
	encode(:raw_null, 'hex'), :us::text, :ts::text, :ns::text, :ms::text, :bs::text /* :more */;

-- list_items(above int, below int) many
-- id int, name text
SELECT id, name || ':no' || $$:no$$ FROM scratch.item
WHERE true
--? above: AND id > :above
--? below: AND id < :below
--? up: ORDER BY id
--? down: ORDER BY id
--? down: DESC

-- add_item(id int, name text) exec
INSERT INTO scratch.item (tenant_id, id, name)
VALUES (current_setting('sutler.tenant')::uuid, :id, :name);

-- count_items() one
-- n int
SELECT count(*) FROM scratch.item;

-- any_item() one
-- name text
SELECT name FROM scratch.item ORDER BY id;

-- state() one
-- xact text, tenant text, sync text, timeout text, pid int
SELECT pg_current_xact_id()::text, coalesce(current_setting('sutler.tenant', true), 'unset'),
	current_setting('synchronous_commit'), current_setting('statement_timeout'), pg_backend_pid();

-- fail_with(code text) exec
SELECT scratch.fail(:code);

-- die() exec
SELECT pg_terminate_backend(pg_backend_pid());

-- forget() exec
DEALLOCATE ALL;

-- nap(s int) exec
SELECT pg_sleep(:s);

-- changing() many
-- v int
SELECT * FROM scratch.changing;

-- null_number() one
-- n int
SELECT NULL::bigint;

-- text_number() one
-- n int
SELECT '12x'::text;

-- fresh_after_failure() one
-- n int
SELECT 41 + 1;

-- big(n int) one
-- t text
SELECT repeat('x', :n::int);

-- tell() exec
SELECT pg_notify('scratch', '');

-- die_at_commit() exec
INSERT INTO scratch.doom VALUES (1);

-- fail_at_commit() exec
INSERT INTO scratch.late VALUES (1);
