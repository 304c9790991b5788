-- Promise: ids made in SQL are UUIDs of version 7 that sort in the order they were made in, also inside
-- a millisecond: lists ordered by id show what came first first.
SELECT plan(5);

CREATE TEMP TABLE made AS
SELECT n, sutler.uuid7() AS id, clock_timestamp() AS after FROM generate_series(1, 50000) n;

SELECT is((SELECT count(*) FROM (SELECT id, lag(id) OVER (ORDER BY n) AS before FROM made) x WHERE id <= before), 0::bigint,
	'each is behind the one before');
SELECT is((SELECT count(*) FROM made WHERE id::text !~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'), 0::bigint, 'all are of version 7');
SELECT cmp_ok((SELECT max(n) FROM (SELECT count(*) AS n FROM made GROUP BY left(id::text, 13)) x), '>', 10::bigint, 'many are of one millisecond');
-- Their ms are the clock's: never later than the moment after.
SELECT is((SELECT count(*) FROM made WHERE ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint
	NOT BETWEEN extract(epoch FROM after) * 1000 - 1000 AND extract(epoch FROM after) * 1000), 0::bigint, 'each tells the millisecond it was made in');
SELECT is((SELECT count(*) FROM made WHERE id < sutler.uuid7_at(after - interval '1 second') OR id > sutler.uuid7_at(after + interval '1 ms')), 0::bigint,
	'and lies between the bounds of partitions');
SELECT * FROM finish();
