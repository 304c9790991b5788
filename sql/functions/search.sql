-- Search: what row-level security would keep from its indexes, behind a door of its own.
--
-- Full text and trigram operators are not leakproof, so under a policy they never reach
-- an index.  These functions belong to sutler_search, a role without log-in that may
-- read four tables of all tenants and nothing else; each takes the tenant from the
-- setting, never from its caller.

GRANT CREATE ON SCHEMA catalog TO sutler_search;

-- The index has words behind the key of their store and language and knows no order of them: a phrase is asked of it as words that
-- stand together anywhere, and of the rows it finds as what it is.  What must not stand there is asked of the rows alone: both words
-- of a phrase may, where the phrase does not.  Where nothing is left to look for (querytree: "T") all texts are looked at.
CREATE OR REPLACE FUNCTION catalog.keyed_query(p_store uuid, p_locale text, p_query tsquery) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE WHEN pg_catalog.querytree(p_query) IN ('T', '') THEN ('''' || catalog.word_key(p_store, p_locale) || '''')::pg_catalog.tsquery
		ELSE pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.querytree(p_query), '<(?:-|[0-9]+)>', '&', 'g'),
			$r$'((?:[^']|'')+)'$r$, '''' || catalog.word_key(p_store, p_locale) || $r$\1'$r$, 'g')::pg_catalog.tsquery END
$$;
COMMENT ON FUNCTION catalog.keyed_query(uuid, text, tsquery) IS 'A query as the index search_words answers it (catalog.keyed_words).';

-- Candidates are cut before they are ranked: a common word costs no more than a rare one.  In a large store the popular fifth comes
-- first (sql/functions/popularity.sql); where that alone is enough, the rest is not looked at.  The rank grows with popularity, up to twice.
-- PL/pgSQL, for a SQL function that cannot be inlined is planned again in each transaction.  The rows that have a common word (125 000
-- at a million products) are a map of 10 MB: in less it is one of pages, each of whose rows is made into words again (900 ms for 80).
CREATE OR REPLACE FUNCTION catalog.candidates(p_store uuid, p_locale text, p_query tsquery) RETURNS TABLE (product_id uuid, rank double precision, facts text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '32MB'
AS $$
#variable_conflict use_column
DECLARE
	most constant integer := 1000;
	tenant uuid := nullif(current_setting('sutler.tenant', true), '')::uuid;
	keyed tsquery := catalog.keyed_query(p_store, p_locale, p_query);
	-- No phrase, no word that must not be there, no weight: the index has said all.
	plain boolean := p_query::text !~ '[!<:]';
	met integer;
BEGIN
	-- Two statements: an index of some rows is used where its condition is written out.
	RETURN QUERY
	SELECT s.product_id, ts_rank(s.tsv, p_query) * (1 + s.popularity / 100::double precision), s.stock || U&'\001F' || s.currencies || U&'\001F' || s.filters
	FROM catalog.search s
	WHERE s.popular AND s.tenant_id = tenant AND s.store_id = p_store AND s.locale = p_locale AND (plain OR s.tsv @@ p_query)
	  AND catalog.keyed_words(s.store_id, s.locale, s.tsv) @@ keyed
	LIMIT most;
	GET DIAGNOSTICS met = ROW_COUNT;
	IF met = most THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT s.product_id, ts_rank(s.tsv, p_query) * (1 + s.popularity / 100::double precision), s.stock || U&'\001F' || s.currencies || U&'\001F' || s.filters
	FROM catalog.search s
	WHERE NOT s.popular AND s.tenant_id = tenant AND s.store_id = p_store AND s.locale = p_locale AND (plain OR s.tsv @@ p_query)
	  AND catalog.keyed_words(s.store_id, s.locale, s.tsv) @@ keyed
	LIMIT most - met;
END
$$;
COMMENT ON FUNCTION catalog.candidates(uuid, text, tsquery) IS
	'At most 1 000 products that match, with what they are ranked by and their facts: fields that end with U+001F, the badge, the currencies it is sold in, then attribute and value of all its filters (lib/shop/catalog.c counts them).';
ALTER FUNCTION catalog.candidates(uuid, text, tsquery) OWNER TO sutler_search;

CREATE OR REPLACE FUNCTION catalog.matches(p_store uuid, p_locale text, p_query tsquery, OUT ids uuid[], OUT hits text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	SELECT array_agg(r.product_id), string_agg(r.product_id || U&'\001F' || r.facts || U&'\001E', '') INTO ids, hits
	FROM (SELECT c.product_id, c.facts FROM catalog.candidates(p_store, p_locale, p_query) c ORDER BY c.rank DESC, c.product_id) r;
END
$$;
COMMENT ON FUNCTION catalog.matches(uuid, text, tsquery) IS 'Products that match, best first, and the same as one text: of each its id, U+001F, the facts that filters count, U+001E. NULL when none does. Of more than 1 000 the rest is not looked at.';
ALTER FUNCTION catalog.matches(uuid, text, tsquery) OWNER TO sutler_search;

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

-- An exact code first; then all words; then all words corrected; then any of them.  A word stands for what means the same.
CREATE OR REPLACE FUNCTION catalog.search_for(p_store uuid, p_locale text, p_query text, p_exact boolean)
RETURNS TABLE (hits text, corrected text)
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
	asked := catalog.widen(p_store, p_locale, asked);
	SELECT array_agg(c.product_id ORDER BY c.product_id) INTO codes
	FROM (SELECT s.product_id FROM catalog.search_code s
	      WHERE s.tenant_id = tenant AND s.store_id = p_store AND s.code = typed LIMIT 100) c;
	IF numnode(asked) > 0 THEN
		SELECT m.ids, m.hits INTO ids, hits FROM catalog.matches(p_store, p_locale, asked) m;
		IF ids IS NULL AND codes IS NULL AND NOT p_exact THEN
			better := catalog.correct(p_store, p_locale, typed);
			IF better IS NOT NULL THEN
				asked := catalog.widen(p_store, p_locale, websearch_to_tsquery(config, catalog.fold(better)));
				SELECT m.ids, m.hits INTO ids, hits FROM catalog.matches(p_store, p_locale, asked) m;
			END IF;
		END IF;
		-- Words that must not stand in it ("-boots") make "any of them" meaningless.
		IF ids IS NULL AND codes IS NULL AND asked::text !~ '!' THEN
			SELECT m.ids, m.hits INTO ids, hits
			FROM catalog.matches(p_store, p_locale, replace(asked::text, ' & ', ' | ')::tsquery) m;
		END IF;
	END IF;
	IF codes IS NULL THEN
		corrected := better;
		RETURN NEXT;
		RETURN;
	END IF;
	RETURN QUERY
		SELECT string_agg(w.product_id || U&'\001F' || w.stock || U&'\001F' || w.currencies || U&'\001F' || w.filters || U&'\001E', '' ORDER BY w.n), NULL::text
		FROM (SELECT u.n, s.* FROM (SELECT c.id, min(c.n) AS n FROM unnest(codes || ids) WITH ORDINALITY AS c (id, n) GROUP BY c.id) u
		JOIN catalog.search s ON s.tenant_id = tenant AND s.store_id = p_store AND s.locale = p_locale AND s.product_id = u.id
		ORDER BY u.n LIMIT 1000) w;
END
$$;
COMMENT ON FUNCTION catalog.search_for(uuid, text, text, boolean) IS
	'What a search finds, best first, the words it was corrected to, and facts to filter by. Exact: nothing is corrected.';
ALTER FUNCTION catalog.search_for(uuid, text, text, boolean) OWNER TO sutler_search;

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
	RETURN (SELECT m.ids[1:5] FROM catalog.matches(p_store, p_locale, to_tsquery('pg_catalog.simple', words[cardinality(words)] || ':*')
		&& coalesce(nullif(plainto_tsquery(catalog.text_config(p_locale), array_to_string(words[1:cardinality(words) - 1], ' ')), ''::tsquery),
			to_tsquery('pg_catalog.simple', words[cardinality(words)] || ':*'))) m);
END
$$;
COMMENT ON FUNCTION catalog.find_begun(uuid, text, text) IS 'Up to 5 products for a query whose last word is not finished.';
ALTER FUNCTION catalog.find_begun(uuid, text, text) OWNER TO sutler_search;

REVOKE CREATE ON SCHEMA catalog FROM sutler_search;
