-- Words that mean the same: how staff write them down, and how a search is widened by them.
--
-- A line of them is a text, "trainers, sneakers, running shoes"; what is typed there is all that staff see, and a page of
-- lines is saved as a whole.  What the search needs of it is made then: parsing is dear, and stems belong to the language.

-- The lines of a store and language as one text, and the mark by which a page knows whether they changed.
CREATE OR REPLACE FUNCTION catalog.synonym_text(p_tenant uuid, p_store uuid, p_locale text, OUT words text, OUT mark text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT t.words, encode(sha256(convert_to(t.words, 'UTF8')), 'hex')
	FROM (SELECT coalesce(string_agg(g.words, E'\n' ORDER BY g.line), '') AS words
	      FROM (SELECT s.line, string_agg(s.word, ', ' ORDER BY s.n) AS words FROM catalog.synonym s
		    WHERE s.tenant_id = p_tenant AND s.store_id = p_store AND s.locale = p_locale GROUP BY s.line) g) t
$$;
COMMENT ON FUNCTION catalog.synonym_text(uuid, uuid, text) IS 'The lines of words that mean the same, and a mark that changes with them.';

-- At most 200 lines of 2 to 20 words of 60 characters: a search looks at each word.
CREATE OR REPLACE FUNCTION catalog.desk_synonyms(p_tenant uuid, p_actor uuid, p_store uuid, p_locale text, p_mark text, p_body text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	config regconfig := catalog.text_config(p_locale);
	was record;
	fresh record;
	wrong text;
BEGIN
	PERFORM FROM tenancy.store s JOIN tenancy.store_locale l ON l.store_id = s.store_id AND l.locale = p_locale
	WHERE s.store_id = p_store FOR NO KEY UPDATE OF s;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	was := catalog.synonym_text(p_tenant, p_store, p_locale);
	IF was.mark <> p_mark THEN
		RETURN 'changed';
	END IF;
	CREATE TEMP TABLE synonym_typed ON COMMIT DROP AS
	SELECT l.line, w.n, w.word, plainto_tsquery(config, catalog.fold(w.word)) AS term, phraseto_tsquery(config, catalog.fold(w.word)) AS phrase
	FROM (SELECT t.line::integer AS line, t.body FROM regexp_split_to_table(p_body, '\r?\n') WITH ORDINALITY AS t (body, line)
	      WHERE t.body ~ '[^[:space:],]') l
	CROSS JOIN LATERAL (SELECT (row_number() OVER (ORDER BY c.n))::integer AS n, c.word FROM (SELECT x.n, regexp_replace(btrim(x.part), '\s+', ' ', 'g') AS word
		FROM regexp_split_to_table(l.body, ',') WITH ORDINALITY AS x (part, n)) c WHERE c.word <> '') w;
	SELECT x.what INTO wrong FROM (
		SELECT 0 AS line, 'lines' AS what FROM pg_temp.synonym_typed t HAVING count(DISTINCT t.line) > 200
		UNION ALL
		SELECT t.line, CASE WHEN max(length(t.word)) > 60 THEN 'long ' WHEN count(*) > 20 THEN 'many '
			WHEN bool_or(numnode(t.term) = 0) THEN 'empty ' ELSE 'alone ' END || t.line
		FROM pg_temp.synonym_typed t GROUP BY t.line
		HAVING max(length(t.word)) > 60 OR count(*) > 20 OR bool_or(numnode(t.term) = 0) OR count(DISTINCT t.term::text) < 2) x
	ORDER BY x.line LIMIT 1;
	IF wrong IS NOT NULL THEN
		DROP TABLE pg_temp.synonym_typed;
		RETURN wrong;
	END IF;
	DELETE FROM catalog.synonym s WHERE s.store_id = p_store AND s.locale = p_locale;
	INSERT INTO catalog.synonym (tenant_id, store_id, locale, line, n, word, term, meant)
	SELECT p_tenant, p_store, p_locale, t.line, t.n, t.word, t.term, m.meant
	FROM pg_temp.synonym_typed t JOIN (SELECT x.line, string_agg('(' || x.phrase::text || ')', ' | ' ORDER BY x.n)::tsquery AS meant
		FROM pg_temp.synonym_typed x GROUP BY x.line) m ON m.line = t.line;
	DROP TABLE pg_temp.synonym_typed;
	fresh := catalog.synonym_text(p_tenant, p_store, p_locale);
	IF fresh.mark <> was.mark THEN
		PERFORM catalog.bump(p_tenant, p_store);
		PERFORM audit.add(p_tenant, p_actor::text, 'synonyms.changed', 'store ' || p_store, '',
			jsonb_build_object(p_locale, jsonb_build_array(was.words, fresh.words))::text);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_synonyms(uuid, uuid, uuid, text, text, text) IS
	'Saves the lines of a store and language: ok, gone, changed (by another meanwhile), lines (too many), or what is wrong with which line: long N, many N, empty N (nothing to search for), alone N (one word).';

-- The longest phrase of a line that is asked for, the longest of all lines first; eight lines at most, for each makes the
-- query larger.
GRANT CREATE ON SCHEMA catalog TO sutler_search;
CREATE OR REPLACE FUNCTION catalog.widen(p_store uuid, p_locale text, p_query tsquery) RETURNS tsquery
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wide tsquery := p_query;
	s record;
BEGIN
	FOR s IN
		SELECT l.term, l.meant FROM (
			SELECT DISTINCT ON (x.line) x.line, x.term, x.meant FROM catalog.synonym x
			WHERE x.tenant_id = nullif(current_setting('sutler.tenant', true), '')::uuid AND x.store_id = p_store AND x.locale = p_locale
			  AND p_query @> x.term
			ORDER BY x.line, numnode(x.term) DESC, x.n) l
		ORDER BY numnode(l.term) DESC, l.line LIMIT 8
	LOOP
		wide := ts_rewrite(wide, s.term, s.meant);
	END LOOP;
	RETURN wide;
END
$$;
COMMENT ON FUNCTION catalog.widen(uuid, text, tsquery) IS 'A query that finds what means the same as its words, too.';
ALTER FUNCTION catalog.widen(uuid, text, tsquery) OWNER TO sutler_search;
REVOKE CREATE ON SCHEMA catalog FROM sutler_search;
