-- The read model of one half (:part of :parts) of the products, by the functions of which catalog.relist() is made: cards,
-- places, filters and search.  Their pages come last (listings-end.sql), when the cards of all are there that they show
-- beside, so nothing is left for freshen to make a second time.  Foreign keys hold by the way it is made: they are not asked for each row.
--
-- After the first ones and some more the tables are analyzed, as autovacuum would: plans of when they were empty read all
-- of them for each product.
SET client_min_messages = warning;
SET synchronous_commit = off;
SET plan_cache_mode = force_custom_plan;
SET session_replication_role = replica;
SET work_mem = '64MB';
SELECT set_config('sutler.tenant', bench.tenant()::text, false) \g /dev/null
\o /dev/null
SELECT s.said FROM (
	SELECT p.n / 2000 AS step, 0 AS then_, format('SELECT catalog.relist_cards(bench.tenant(), x), catalog.relist_places(bench.tenant(), x), catalog.relist_facets(bench.tenant(), x), catalog.relist_search(bench.tenant(), x) FROM (SELECT %L::uuid[] AS x OFFSET 0) b',
		array_agg(p.product_id)) AS said
	FROM bench.product p WHERE p.n % :parts = :part GROUP BY p.n / 2000
	UNION ALL
	SELECT x.step, 1, 'ANALYZE catalog.listing, catalog.placement, catalog.placement_price, catalog.placement_name, catalog.facet, catalog.search, catalog.search_code'
	FROM (VALUES (1), (10), (100)) AS x (step)) s
ORDER BY s.step, s.then_ \gexec
