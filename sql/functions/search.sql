-- Search: what row-level security would keep from its indexes, behind a door of its own.
--
-- Full text and trigram operators are not leakproof, so under a policy they never reach
-- an index.  These functions belong to sutler_search, a role without log-in that may
-- read three tables of all tenants and nothing else; each takes the tenant from the
-- setting, never from its caller.

GRANT CREATE ON SCHEMA catalog TO sutler_search;

-- Candidates are cut before they are ranked: a common word costs no more than a rare one.
CREATE OR REPLACE FUNCTION catalog.find_text(p_store uuid, p_locale text, p_query tsquery) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT array_agg(r.product_id ORDER BY r.rank DESC, r.product_id)
	FROM (SELECT c.product_id, ts_rank(c.tsv, p_query) AS rank
	      FROM (SELECT s.product_id, s.tsv FROM catalog.search s
	            WHERE s.tenant_id = nullif(current_setting('sutler.tenant', true), '')::uuid
	              AND s.store_id = p_store AND s.locale = p_locale AND s.tsv @@ p_query
	            LIMIT 1000) c) r
$$;
COMMENT ON FUNCTION catalog.find_text(uuid, text, tsquery) IS 'Products that match, best first; NULL when none does. Of more than 1 000 the rest is not looked at.';
ALTER FUNCTION catalog.find_text(uuid, text, tsquery) OWNER TO sutler_search;

CREATE OR REPLACE FUNCTION catalog.similar_words(p_store uuid, p_locale text, p_word text, p_limit integer)
RETURNS TABLE (word text, shown text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT w.word, w.shown FROM catalog.word w
	WHERE w.tenant_id = nullif(current_setting('sutler.tenant', true), '')::uuid
	  AND w.store_id = p_store AND w.locale = p_locale AND w.word OPERATOR(public.%) p_word
	ORDER BY public.similarity(w.word, p_word) DESC, w.products DESC, w.word LIMIT p_limit
$$;
COMMENT ON FUNCTION catalog.similar_words(uuid, text, text, integer) IS 'Words of the store''s products written much like this one, nearest first.';
ALTER FUNCTION catalog.similar_words(uuid, text, text, integer) OWNER TO sutler_search;

-- Each word that no product has becomes the nearest one that some has.
CREATE OR REPLACE FUNCTION catalog.correct(p_store uuid, p_locale text, p_query text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tenant uuid := nullif(current_setting('sutler.tenant', true), '')::uuid;
	typed text;
	better text;
	all_words text[] := '{}';
	changed boolean := false;
	n integer := 0;
BEGIN
	FOR typed IN SELECT t FROM regexp_split_to_table(catalog.fold(p_query), '[^[:alnum:]]+') AS t WHERE t <> '' LOOP
		n := n + 1;
		better := NULL;
		IF n <= 8 AND length(typed) BETWEEN 3 AND 40 AND typed !~ '^[0-9]+$'
			AND NOT EXISTS (SELECT FROM catalog.word w WHERE w.tenant_id = tenant AND w.store_id = p_store
				AND w.locale = p_locale AND w.word = typed) THEN
			SELECT s.shown INTO better FROM catalog.similar_words(p_store, p_locale, typed, 1) s;
		END IF;
		changed := changed OR better IS NOT NULL;
		all_words := all_words || coalesce(better, typed);
	END LOOP;
	RETURN CASE WHEN changed THEN array_to_string(all_words, ' ') END;
END
$$;
COMMENT ON FUNCTION catalog.correct(uuid, text, text) IS 'The query with its misspelt words corrected, at most 8; NULL when nothing is to be corrected.';
ALTER FUNCTION catalog.correct(uuid, text, text) OWNER TO sutler_search;

-- An exact code first; then all words; then all words corrected; then any of them.
CREATE OR REPLACE FUNCTION catalog.find(p_store uuid, p_locale text, p_query text, p_exact boolean)
RETURNS TABLE (product_id uuid, corrected text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tenant uuid := nullif(current_setting('sutler.tenant', true), '')::uuid;
	config regconfig := catalog.text_config(p_locale);
	typed text := catalog.fold(left(p_query, 200));
	asked tsquery;
	better text;
	codes uuid[];
	ids uuid[];
BEGIN
	BEGIN
		asked := websearch_to_tsquery(config, typed);
	EXCEPTION WHEN internal_error THEN
		-- More nested "-" than its parser has room for: then they are no operators.
		asked := plainto_tsquery(config, typed);
	END;
	SELECT array_agg(c.product_id ORDER BY c.product_id) INTO codes
	FROM (SELECT s.product_id FROM catalog.search_code s
	      WHERE s.tenant_id = tenant AND s.store_id = p_store AND s.code = typed LIMIT 100) c;
	IF numnode(asked) > 0 THEN
		ids := catalog.find_text(p_store, p_locale, asked);
		IF ids IS NULL AND codes IS NULL AND NOT p_exact THEN
			better := catalog.correct(p_store, p_locale, typed);
			IF better IS NOT NULL THEN
				asked := websearch_to_tsquery(config, catalog.fold(better));
				ids := catalog.find_text(p_store, p_locale, asked);
			END IF;
		END IF;
		-- Words that must not stand in it ("-boots") make "any of them" meaningless.
		IF ids IS NULL AND codes IS NULL AND asked::text !~ '!' THEN
			ids := catalog.find_text(p_store, p_locale, replace(asked::text, ' & ', ' | ')::tsquery);
		END IF;
	END IF;
	RETURN QUERY
		SELECT u.id, CASE WHEN codes IS NULL THEN better END
		FROM unnest(coalesce(codes, '{}') || coalesce(ids, '{}')) WITH ORDINALITY AS u (id, n)
		GROUP BY u.id ORDER BY min(u.n) LIMIT 1000;
END
$$;
COMMENT ON FUNCTION catalog.find(uuid, text, text, boolean) IS
	'What a search finds, best first, and the words it was corrected to. Exact: nothing is corrected.';
ALTER FUNCTION catalog.find(uuid, text, text, boolean) OWNER TO sutler_search;

-- While somebody types: the last word is only begun.
CREATE OR REPLACE FUNCTION catalog.find_begun(p_store uuid, p_locale text, p_query text) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	words text[] := ARRAY(SELECT w FROM regexp_split_to_table(catalog.fold(left(p_query, 100)), '[^[:alnum:]]+') AS w WHERE w <> '' LIMIT 8);
BEGIN
	IF cardinality(words) = 0 OR coalesce(current_setting('sutler.tenant', true), '') = '' THEN
		RETURN NULL;
	END IF;
	RETURN (catalog.find_text(p_store, p_locale, to_tsquery('pg_catalog.simple', words[cardinality(words)] || ':*')
		&& coalesce(nullif(plainto_tsquery(catalog.text_config(p_locale), array_to_string(words[1:cardinality(words) - 1], ' ')), ''::tsquery),
			to_tsquery('pg_catalog.simple', words[cardinality(words)] || ':*'))))[1:5];
END
$$;
COMMENT ON FUNCTION catalog.find_begun(uuid, text, text) IS 'Up to 5 products for a query whose last word is not finished.';
ALTER FUNCTION catalog.find_begun(uuid, text, text) OWNER TO sutler_search;

REVOKE CREATE ON SCHEMA catalog FROM sutler_search;
