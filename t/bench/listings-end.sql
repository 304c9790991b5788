-- The pages of one half (:part of :parts) of the products, as listings.sql made their cards.
SET client_min_messages = warning;
SET synchronous_commit = off;
SET plan_cache_mode = force_custom_plan;
SET session_replication_role = replica;
SET work_mem = '64MB';
SELECT set_config('sutler.tenant', bench.tenant()::text, false) \g /dev/null
\o /dev/null
SELECT s.said FROM (
	SELECT p.n / 2000 AS step, 0 AS then_, format('SELECT catalog.relist_pages(bench.tenant(), %L)', array_agg(p.product_id)) AS said
	FROM bench.product p WHERE p.n % :parts = :part GROUP BY p.n / 2000
	UNION ALL
	SELECT x.step, 1, 'ANALYZE catalog.product_page' FROM (VALUES (1), (10), (100)) AS x (step)) s
ORDER BY s.step, s.then_ \gexec
