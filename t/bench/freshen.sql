-- Counts, bitmaps and version, by the functions that the job freshen calls; then the job's own steps, for whatever is left; then
-- what the job recommend says of searches.
SET client_min_messages = warning;
SET synchronous_commit = off;
SET plan_cache_mode = force_custom_plan;
SET work_mem = '64MB';
SELECT set_config('sutler.tenant', bench.tenant()::text, false) \g /dev/null
DO $steps$
DECLARE
	p uuid[];
	n integer := 0;
BEGIN
	FOR p IN SELECT array_agg(x.product_id) FROM bench.product x GROUP BY x.n / 5000 ORDER BY x.n / 5000 LOOP
		PERFORM catalog.bump(bench.tenant(), u) FROM (SELECT DISTINCT u FROM unnest(catalog.count_products(bench.tenant(), p)) u) x;
		COMMIT;
		n := n + 1;
		-- As autovacuum would: plans of when these were empty read all of them for each step.
		IF n IN (1, 10, 50) THEN
			ANALYZE catalog.counted, catalog.bitmap, catalog.facet_count, catalog.word_form;
		END IF;
	END LOOP;
	WHILE catalog.freshen(bench.tenant(), 500) > 0 LOOP
		COMMIT;
	END LOOP;
	-- Nobody bought or looked yet: the popular fifth of a search is what the store recommends first, as after a first night.
	PERFORM catalog.popular_begin(bench.tenant());
	FOR p IN SELECT array_agg(x.product_id) FROM bench.product x GROUP BY x.n / 5000 ORDER BY x.n / 5000 LOOP
		PERFORM catalog.popular_step(bench.tenant(), p);
		COMMIT;
	END LOOP;
END
$steps$;
VACUUM (ANALYZE);
