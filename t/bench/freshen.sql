-- Badges, counts, bitmaps and version, by the function that the job freshen calls, in steps as it does.
SET client_min_messages = warning;
SET synchronous_commit = off;
SELECT set_config('sutler.tenant', bench.tenant()::text, false) \g /dev/null
DO $steps$
DECLARE
	n integer := 0;
BEGIN
	WHILE catalog.freshen(bench.tenant(), 500) > 0 LOOP
		COMMIT;
		n := n + 1;
		-- As autovacuum would: plans of when these were empty read all of them for each step.
		IF n IN (2, 20, 200) THEN
			ANALYZE catalog.counted, catalog.bitmap, catalog.facet_count, catalog.word_form, catalog.stale;
		END IF;
	END LOOP;
END
$steps$;
VACUUM (ANALYZE);
