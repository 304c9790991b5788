-- The read model of one half (:part of :parts) of the products, by the function that the
-- triggers call for a merchant: cards, filters, search and codes.
SET client_min_messages = warning;
SET synchronous_commit = off;
SELECT set_config('sutler.tenant', bench.tenant()::text, false) \g /dev/null
SELECT catalog.relist(bench.tenant(), array_agg(p.product_id))
FROM bench.product p WHERE p.n % :parts = :part GROUP BY p.n / 500 \g /dev/null
