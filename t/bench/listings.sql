-- The read model of one half (:part of :parts) of the products, by the function that the
-- triggers call for a merchant: cards, filters, search and codes.
--
-- After the first ones and some more the tables are analyzed, as autovacuum would: plans of when they were empty read all
-- of them for each product.
SET client_min_messages = warning;
SET synchronous_commit = off;
SELECT set_config('sutler.tenant', bench.tenant()::text, false) \g /dev/null
\o /dev/null
SELECT s.said FROM (
	SELECT p.n / 500 AS step, 0 AS then_, format('SELECT catalog.relist(bench.tenant(), %L)', array_agg(p.product_id)) AS said
	FROM bench.product p WHERE p.n % :parts = :part GROUP BY p.n / 500
	UNION ALL
	SELECT x.step, 1, 'ANALYZE catalog.listing, catalog.placement, catalog.placement_price, catalog.placement_name, catalog.facet, catalog.search, catalog.search_code, catalog.product_page, catalog.stale'
	FROM (VALUES (1), (20), (200)) AS x (step)) s
ORDER BY s.step, s.then_ \gexec
