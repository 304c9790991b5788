-- The desk's page about what shoppers search for (cgi-bin/admin-catalog-search.c).

-- Languages of the store, the first one first.
-- search_locales(store uuid) many
-- locale text
SELECT l.locale FROM tenancy.store_locale l WHERE l.store_id = :store ORDER BY l.position

-- Words that mean the same, a line each; MARK changes with them.
-- search_synonyms(tenant uuid, store uuid, locale text) one
-- words text, mark text
SELECT t.words, t.mark FROM catalog.synonym_text(:tenant, :store, :locale) t

-- Of the last LATEST searches of the merchant those in this store and language, what was typed most; found: products of the last time.
-- search_typed(store uuid, locale text, latest int, most int) many
-- query text, times int, found int, corrected text
SELECT x.query, count(*), (array_agg(x.hits ORDER BY x.search_id DESC))[1]::bigint, (array_agg(x.corrected ORDER BY x.search_id DESC))[1]
FROM (SELECT s.search_id, s.store_id, s.locale, s.query, s.corrected, s.hits FROM analytics.search s ORDER BY s.search_id DESC LIMIT :latest) x
WHERE x.store_id = :store AND x.locale = :locale
GROUP BY x.query
--? in_vain: HAVING (array_agg(x.hits ORDER BY x.search_id DESC))[1] = 0
ORDER BY count(*) DESC, x.query LIMIT :most

-- search_save(tenant uuid, actor uuid, store uuid, locale text, mark text, body text) one
-- outcome text
SELECT catalog.desk_synonyms(:tenant, :actor, :store, :locale, :mark, :body)
