-- Search: what it finds, how it helps.

-- From here on no statement of this page may take longer.
-- search_within(ms text) one
-- set text
SELECT pg_catalog.set_config('statement_timeout', :ms, true)

-- Best first, as catalog.matches says it.
-- search_find(store uuid, locale text, query text, exact bool) one
-- hits text?, corrected text?
SELECT f.hits, f.corrected FROM catalog.search_for(:store, :locale, :query, :exact) f

-- Words of the catalogue near what was typed.
-- search_near(store uuid, locale text, word text) many
-- shown text
SELECT s.shown FROM catalog.similar_words(:store, :locale, catalog.fold(:word), 6) s

-- Words that begin so, most frequent first.
-- suggest_words(store uuid, locale text, begun text) many
-- shown text
SELECT x.shown
FROM (SELECT w.shown, w.products FROM catalog.word w
      WHERE w.store_id = :store AND w.locale = :locale
        AND w.word >= catalog.fold(:begun) AND w.word < catalog.fold(:begun) || U&'\FFFF'
      ORDER BY w.word LIMIT 200) x
ORDER BY x.products DESC, x.shown LIMIT 4

-- Products for a query that is being typed.
-- suggest_products(store uuid, locale text, currency text, prefix text, query text) many
-- name text, url text
SELECT l.name, :prefix || '/p/' || l.slug
FROM unnest(catalog.find_begun(:store, :locale, :query)) WITH ORDINALITY AS r (product_id, n)
JOIN catalog.listing l ON l.product_id = r.product_id AND l.store_id = :store AND l.locale = :locale AND l.currency = :currency
ORDER BY r.n

-- Searches, kept by workers and inserted together.
-- searches_insert(search uuid[], store uuid[], locale text[], query text[], corrected text[], hits int[]) exec
INSERT INTO analytics.search (tenant_id, search_id, store_id, locale, query, corrected, hits)
SELECT nullif(pg_catalog.current_setting('sutler.tenant', true), '')::uuid, u.search_id, u.store_id, u.locale,
       catalog.fold(u.query), u.corrected, u.hits::integer
FROM unnest(:search, :store, :locale, :query, :corrected, :hits) AS u (search_id, store_id, locale, query, corrected, hits)
ON CONFLICT DO NOTHING
