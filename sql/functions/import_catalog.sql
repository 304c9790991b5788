-- Bringing a catalogue in: sutlerctl import attributes, categories, products.  Rows are
-- staged in temporary tables, one per kind of thing; NULL in a field says that the file
-- has no such column, so what stands is left.  Here references are resolved, and what
-- differs is written; the same file twice writes nothing.

CREATE OR REPLACE FUNCTION catalog.import_begin(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
	-- An import by parts commits after each, so its tables live as long as its connection.
	kept text := CASE WHEN current_setting('sutler.import', true) = 'parts' THEN 'PRESERVE ROWS' ELSE 'DROP' END;
	part text;
BEGIN
	FOREACH part IN ARRAY ARRAY[
		'import_fault (line bigint, col text, message text, warning boolean DEFAULT false)',
		'import_media (file text, name text, mime text, bytes bigint, width integer, height integer)',
		-- what the file speaks about: ('price', 'EUR'), ('categories', '') ...
		'import_flag (kind text, name text)',
		-- attributes.csv and categories.csv; also what other systems' files bring along (make)
		'import_attribute (line bigint, attribute text, value text, locale text, label text, swatch text,
			position integer, filterable boolean)',
		'import_category (line bigint, reference text, parent text, locale text, slug text, name text, description text,
			meta_title text, meta_description text, image text, position integer, visible boolean, kind text)',
		-- rules of collections: the word of a category is its slug, of a value ATTRIBUTE:VALUE
		'import_condition (line bigint, col text, reference text, match text, n integer, kind text, word text, low bigint, high bigint, currency text,
			days integer)',
		-- products
		'import_product (line bigint, reference text, status text, brand text, tax_class text, lead_time_days integer,
			made_to_order boolean, featured boolean, visible boolean, tiers_by text, position integer)',
		'import_text (line bigint, reference text, locale text, slug text, slug_made boolean, name text, summary text,
			description text, meta_title text, meta_description text)',
		-- what a store says in place of these
		'import_own_text (line bigint, reference text, locale text, name text, summary text, description text)',
		'import_item (line bigint, col text, reference text, kind text, name text, value text, position integer, option_value text)',
		'import_label (reference text, kind text, position integer, locale text, label text)',
		'import_variant (line bigint, reference text, sku text, gtin text, made_to_order boolean, track_stock boolean,
			weight_g integer, position integer)',
		'import_option (line bigint, col text, sku text, attribute text, value text, position integer)',
		'import_price (line bigint, col text, sku text, currency text, min_quantity integer, amount bigint, was bigint)',
		'import_special (line bigint, col text, sku text, currency text, amount bigint, was bigint, starts timestamp, ends timestamp)',
		-- rules of prices; an empty base: none of the listing's own
		'import_markup (line bigint, col text, reference text, currency text, base text, base_store text, base_currency text, rate text, percent bigint,
			ending bigint, exponent bigint, base_exponent bigint)',
		'import_part (line bigint, col text, sku text, part text, quantity integer, position integer)',
		-- files of other shop systems: what to make when it is missing, other names of products
		'import_made_value (attribute text, attribute_label text, value text, value_label text)',
		'import_made_category (slug text, name text, parent text, depth integer)',
		'import_alias (alias text, reference text, weight_g integer)',
		'import_stock (line bigint, col text, sku text, warehouse text, quantity integer)'
	] LOOP
		EXECUTE format('CREATE TEMP TABLE %s ON COMMIT %s', part, kept);
	END LOOP;
	-- Whoever imports fills them and reads the faults, and may make no table of its own.
	EXECUTE format('GRANT SELECT, INSERT, TRUNCATE ON pg_temp.import_fault, pg_temp.import_media, pg_temp.import_flag, pg_temp.import_attribute,
		pg_temp.import_category, pg_temp.import_product, pg_temp.import_text, pg_temp.import_item, pg_temp.import_label, pg_temp.import_variant,
		pg_temp.import_option, pg_temp.import_price, pg_temp.import_made_value, pg_temp.import_made_category, pg_temp.import_alias,
		pg_temp.import_stock, pg_temp.import_special, pg_temp.import_part, pg_temp.import_own_text, pg_temp.import_markup, pg_temp.import_condition TO %I', session_user);
END
$$;
COMMENT ON FUNCTION catalog.import_begin(uuid) IS 'Makes the temporary tables that sutlerctl import and the job transfer fill.';

CREATE OR REPLACE FUNCTION catalog.import_has(p_kind text, p_name text DEFAULT '') RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN EXISTS (SELECT FROM pg_temp.import_flag f WHERE f.kind = p_kind AND f.name = p_name);
END
$$;
COMMENT ON FUNCTION catalog.import_has(text, text) IS 'Whether a staged file speaks about this.';

-- The rows of media that staged files became.
CREATE OR REPLACE FUNCTION catalog.import_media(p_tenant uuid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n bigint;
BEGIN
	INSERT INTO catalog.media (tenant_id, media_id, name, mime, bytes, width, height, file_name)
	SELECT p_tenant, sutler.uuid7(), m.name, m.mime, m.bytes, m.width, m.height, m.file FROM pg_temp.import_media m
	ON CONFLICT (tenant_id, name) DO NOTHING;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END
$$;
COMMENT ON FUNCTION catalog.import_media(uuid) IS 'Makes the rows of files that came with an import; how many are new.';

-- Attributes and values with their labels.  What is not in the file stays: other stores
-- of the tenant may use it.
CREATE OR REPLACE FUNCTION catalog.import_attributes(p_tenant uuid) RETURNS TABLE (created bigint, updated bigint, unchanged bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CREATE TEMP TABLE import_done (code text, is_new boolean) ON COMMIT DROP;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT x.line, CASE WHEN x.value = '' THEN 'attribute' ELSE 'value' END, format('%s stands in line %s already', concat_ws('/', x.attribute, nullif(x.value, '')), x.first)
	FROM (SELECT a.*, min(a.line) OVER (PARTITION BY a.attribute, a.value) AS first FROM pg_temp.import_attribute a) x
	WHERE x.line > x.first GROUP BY x.line, x.attribute, x.value, x.first;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT DISTINCT a.line, 'attribute', format('attribute "%s" needs a row of its own with an empty value', a.attribute)
	FROM pg_temp.import_attribute a
	WHERE NOT EXISTS (SELECT FROM pg_temp.import_attribute b WHERE b.attribute = a.attribute AND b.value = '')
	  AND NOT EXISTS (SELECT FROM catalog.attribute c WHERE c.code = a.attribute);
	IF EXISTS (SELECT FROM pg_temp.import_fault) THEN
		RETURN QUERY SELECT 0::bigint, 0::bigint, 0::bigint;
		RETURN;
	END IF;
	WITH w AS (
		INSERT INTO catalog.attribute AS x (tenant_id, attribute_id, code, filterable, position)
		SELECT p_tenant, sutler.uuid7(), a.attribute, coalesce(a.filterable, true), coalesce(a.position, 0)
		FROM (SELECT DISTINCT ON (i.attribute) i.* FROM pg_temp.import_attribute i WHERE i.value = '' ORDER BY i.attribute, i.line) a
		ORDER BY a.line
		ON CONFLICT (tenant_id, code) DO UPDATE SET filterable = excluded.filterable, position = excluded.position
		WHERE (x.filterable, x.position) IS DISTINCT FROM (excluded.filterable, excluded.position)
		RETURNING x.code, x.xmax = 0 AS is_new
	) INSERT INTO pg_temp.import_done SELECT w.code, w.is_new FROM w;
	WITH w AS (
		INSERT INTO catalog.attribute_text AS x (tenant_id, attribute_id, locale, label)
		SELECT p_tenant, c.attribute_id, a.locale, a.label
		FROM pg_temp.import_attribute a JOIN catalog.attribute c ON c.code = a.attribute WHERE a.value = '' AND a.label <> ''
		ON CONFLICT (tenant_id, attribute_id, locale) DO UPDATE SET label = excluded.label WHERE x.label <> excluded.label
		RETURNING x.attribute_id
	) INSERT INTO pg_temp.import_done SELECT c.code, false FROM w JOIN catalog.attribute c ON c.attribute_id = w.attribute_id;
	WITH w AS (
		INSERT INTO catalog.attribute_value AS x (tenant_id, value_id, attribute_id, code, swatch, position)
		SELECT p_tenant, sutler.uuid7(), c.attribute_id, a.value, a.swatch, coalesce(a.position, 0)
		FROM (SELECT DISTINCT ON (i.attribute, i.value) i.* FROM pg_temp.import_attribute i WHERE i.value <> '' ORDER BY i.attribute, i.value, i.line) a
		JOIN catalog.attribute c ON c.code = a.attribute ORDER BY a.line
		ON CONFLICT (tenant_id, attribute_id, code) DO UPDATE SET swatch = excluded.swatch, position = excluded.position
		WHERE (x.swatch, x.position) IS DISTINCT FROM (excluded.swatch, excluded.position)
		RETURNING x.attribute_id, x.code, x.xmax = 0 AS is_new
	) INSERT INTO pg_temp.import_done SELECT c.code || '/' || w.code, w.is_new FROM w JOIN catalog.attribute c ON c.attribute_id = w.attribute_id;
	WITH w AS (
		INSERT INTO catalog.attribute_value_text AS x (tenant_id, value_id, locale, label)
		SELECT p_tenant, v.value_id, a.locale, a.label
		FROM pg_temp.import_attribute a JOIN catalog.attribute c ON c.code = a.attribute
		JOIN catalog.attribute_value v ON v.attribute_id = c.attribute_id AND v.code = a.value WHERE a.value <> '' AND a.label <> ''
		ON CONFLICT (tenant_id, value_id, locale) DO UPDATE SET label = excluded.label WHERE x.label <> excluded.label
		RETURNING x.value_id
	) INSERT INTO pg_temp.import_done SELECT c.code || '/' || v.code, false FROM w
		JOIN catalog.attribute_value v ON v.value_id = w.value_id JOIN catalog.attribute c ON c.attribute_id = v.attribute_id;
	RETURN QUERY
	WITH d AS (SELECT i.code, bool_or(i.is_new) AS is_new FROM pg_temp.import_done i GROUP BY i.code),
	     a AS (SELECT count(DISTINCT (i.attribute, i.value)) AS n FROM pg_temp.import_attribute i)
	SELECT count(*) FILTER (WHERE d.is_new), count(*) FILTER (WHERE NOT d.is_new), (SELECT a.n FROM a) - count(*) FROM d;
	IF EXISTS (SELECT FROM pg_temp.import_done) THEN
		INSERT INTO catalog.stale (tenant_id, kind, target_id) SELECT p_tenant, 'store', s.store_id FROM tenancy.store s;
	END IF;
END
$$;
COMMENT ON FUNCTION catalog.import_attributes(uuid) IS 'Merges staged attributes and values; how many were made, changed, left.';

-- What collections choose by: faults that the database alone sees.
CREATE OR REPLACE FUNCTION catalog.import_check_rules(p_tenant uuid, p_store uuid, p_main text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT DISTINCT k.line, k.col, 'a rule chooses the products of a collection, not of a category'
	FROM pg_temp.import_condition k JOIN pg_temp.import_category c ON c.reference = k.reference
	WHERE coalesce(c.kind, 'category') <> 'collection'
	  AND (c.kind IS NOT NULL OR NOT EXISTS (SELECT FROM catalog.category_text t JOIN catalog.category x ON x.category_id = t.category_id
		WHERE t.store_id = p_store AND t.locale = p_main AND t.slug = k.reference AND x.kind = 'collection'));
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT k.line, k.col, format('there is no category "%s"', k.word)
	FROM pg_temp.import_condition k WHERE k.kind = 'category' AND coalesce(
		(SELECT coalesce(c.kind, 'category') FROM pg_temp.import_category c WHERE c.locale = p_main AND c.slug = k.word LIMIT 1),
		(SELECT x.kind FROM catalog.category_text t JOIN catalog.category x ON x.category_id = t.category_id
		 WHERE t.store_id = p_store AND t.locale = p_main AND t.slug = k.word), '') <> 'category';
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT k.line, k.col, format('attribute "%s" has no value "%s"', split_part(k.word, ':', 1), substr(k.word, strpos(k.word, ':') + 1))
	FROM pg_temp.import_condition k WHERE k.kind = 'value' AND NOT EXISTS (
		SELECT FROM catalog.attribute a JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id WHERE a.code || ':' || v.code = k.word);
END
$$;
COMMENT ON FUNCTION catalog.import_check_rules(uuid, uuid, text) IS 'Part of catalog.import_categories: faults of rules of collections.';

-- Rules that differ are written anew; freshen carries them out.
CREATE OR REPLACE FUNCTION catalog.import_rules(p_tenant uuid, p_store uuid, p_main text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	changed uuid[];
BEGIN
	CREATE TEMP TABLE import_ruled ON COMMIT DROP AS
	SELECT m.category_id, k.match, k.n, k.kind, CASE WHEN k.kind IN ('tag', 'brand') THEN k.word ELSE '' END AS word,
	       CASE WHEN k.kind = 'category' THEN (SELECT t.category_id FROM catalog.category_text t WHERE t.store_id = p_store AND t.locale = p_main AND t.slug = k.word) END AS under_id,
	       CASE WHEN k.kind = 'value' THEN (SELECT v.value_id FROM catalog.attribute a JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id
		WHERE a.code || ':' || v.code = k.word) END AS value_id, k.low, k.high, k.currency, k.days
	FROM pg_temp.import_condition k JOIN pg_temp.import_map m ON m.reference = k.reference;
	changed := ARRAY(SELECT x.category_id FROM (SELECT DISTINCT i.category_id, i.match FROM pg_temp.import_ruled i) x
		LEFT JOIN catalog.rule r ON r.category_id = x.category_id
		WHERE r.match IS DISTINCT FROM x.match OR EXISTS (
			(SELECT c.n, c.kind, c.word, c.under_id, c.value_id, c.low, c.high, c.currency, c.days FROM catalog.condition c WHERE c.category_id = x.category_id
			 EXCEPT SELECT i.n, i.kind, i.word, i.under_id, i.value_id, i.low, i.high, i.currency, i.days FROM pg_temp.import_ruled i WHERE i.category_id = x.category_id)
			UNION ALL
			(SELECT i.n, i.kind, i.word, i.under_id, i.value_id, i.low, i.high, i.currency, i.days FROM pg_temp.import_ruled i WHERE i.category_id = x.category_id
			 EXCEPT SELECT c.n, c.kind, c.word, c.under_id, c.value_id, c.low, c.high, c.currency, c.days FROM catalog.condition c WHERE c.category_id = x.category_id))
		ORDER BY 1);
	-- Whoever holds products against these rules is done with the old ones, or begins with the new ones.
	PERFORM FROM catalog.rule r WHERE r.category_id = ANY (changed) ORDER BY r.category_id FOR UPDATE;
	DELETE FROM catalog.condition c WHERE c.category_id = ANY (changed);
	INSERT INTO catalog.rule AS r (tenant_id, store_id, category_id, match, walked_on)
	SELECT DISTINCT p_tenant, p_store, i.category_id, i.match, (sutler.now() AT TIME ZONE s.timezone)::date
	FROM pg_temp.import_ruled i JOIN tenancy.store s ON s.store_id = p_store WHERE i.category_id = ANY (changed)
	ON CONFLICT (tenant_id, category_id) DO UPDATE SET match = excluded.match, walked_on = excluded.walked_on, walked_to = '00000000-0000-0000-0000-000000000000';
	INSERT INTO catalog.condition (tenant_id, store_id, category_id, n, kind, word, under_id, value_id, low, high, currency, days)
	SELECT p_tenant, p_store, i.category_id, i.n, i.kind, i.word, i.under_id, i.value_id, i.low, i.high, i.currency, i.days
	FROM pg_temp.import_ruled i WHERE i.category_id = ANY (changed);
	INSERT INTO catalog.stale (tenant_id, kind, target_id) SELECT p_tenant, 'rule', u FROM unnest(changed) u;
	-- The row counts changes of its rule too.
	UPDATE catalog.category x SET visible = x.visible WHERE x.category_id = ANY (changed);
	INSERT INTO pg_temp.import_done SELECT u, false FROM unnest(changed) u;
END
$$;
COMMENT ON FUNCTION catalog.import_rules(uuid, uuid, text) IS 'Part of catalog.import_categories: what collections choose by.';

-- Categories of a store.  The slug in the store's first language is a category's key;
-- a category that left the file stays, as products stand in it.
CREATE OR REPLACE FUNCTION catalog.import_categories(p_tenant uuid, p_store uuid) RETURNS TABLE (created bigint, updated bigint, unchanged bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	main text;
BEGIN
	SELECT l.locale INTO main FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.position = 0;
	CREATE TEMP TABLE import_done (category_id uuid, is_new boolean) ON COMMIT DROP;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT x.line, 'slug:' || x.locale, format('slug "%s" stands in line %s already', x.slug, x.first)
	FROM (SELECT c.*, min(c.line) OVER (PARTITION BY c.locale, c.slug) AS first FROM pg_temp.import_category c) x WHERE x.line > x.first;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT DISTINCT c.line, 'parent', CASE WHEN c.parent = c.reference THEN 'a category cannot stand under itself' ELSE format('there is no category "%s"', c.parent) END
	FROM pg_temp.import_category c
	WHERE c.parent <> '' AND (c.parent = c.reference OR (
		NOT EXISTS (SELECT FROM pg_temp.import_category p WHERE p.locale = main AND p.slug = c.parent)
		AND NOT EXISTS (SELECT FROM catalog.category_text t WHERE t.store_id = p_store AND t.locale = main AND t.slug = c.parent)));
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT DISTINCT c.line, 'parent', CASE WHEN c.kind = 'collection' THEN 'a collection stands beside the tree: it has no parent'
		ELSE format('"%s" is a collection: nothing stands under it', c.parent) END
	FROM pg_temp.import_category c
	WHERE c.parent <> '' AND (c.kind = 'collection' OR coalesce(
		(SELECT coalesce(p.kind, 'category') FROM pg_temp.import_category p WHERE p.locale = main AND p.slug = c.parent LIMIT 1),
		(SELECT x.kind FROM catalog.category_text t JOIN catalog.category x ON x.category_id = t.category_id
		 WHERE t.store_id = p_store AND t.locale = main AND t.slug = c.parent)) = 'collection');
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT c.line, 'kind', format('the category "%s" stands under it: a collection has nothing below it', min(o.slug))
	FROM pg_temp.import_category c
	JOIN catalog.category_text t ON t.store_id = p_store AND t.locale = main AND t.slug = c.reference
	JOIN catalog.category x ON x.parent_id = t.category_id
	JOIN catalog.category_text o ON o.category_id = x.category_id AND o.locale = main
	WHERE c.kind = 'collection' AND NOT EXISTS (SELECT FROM pg_temp.import_category n WHERE n.reference = o.slug)
	GROUP BY c.line;
	CREATE TEMP TABLE import_map ON COMMIT DROP AS
	SELECT c.reference, min(c.line) AS line, max(t.category_id::text)::uuid AS category_id, max(t.category_id::text) IS NULL AS is_new
	FROM pg_temp.import_category c
	LEFT JOIN catalog.category_text t ON t.store_id = p_store AND t.locale = main AND t.slug = c.reference
	GROUP BY c.reference;
	UPDATE pg_temp.import_map m SET category_id = sutler.uuid7() WHERE m.is_new;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT c.line, 'slug:' || c.locale, format('another category of the store has the slug "%s"', c.slug)
	FROM pg_temp.import_category c JOIN pg_temp.import_map m ON m.reference = c.reference
	JOIN catalog.category_text t ON t.store_id = p_store AND t.locale = c.locale AND t.slug = c.slug
	WHERE t.category_id <> m.category_id AND NOT EXISTS (SELECT FROM pg_temp.import_map o WHERE o.category_id = t.category_id);
	-- A chain of parents that comes back to itself.
	INSERT INTO pg_temp.import_fault (line, col, message)
	WITH RECURSIVE up AS (
		SELECT c.reference AS start, c.parent, c.line, 1 AS depth FROM pg_temp.import_category c WHERE c.locale = main AND c.parent <> ''
		UNION ALL
		SELECT u.start, c.parent, u.line, u.depth + 1 FROM up u JOIN pg_temp.import_category c ON c.locale = main AND c.reference = u.parent
		WHERE c.parent <> '' AND u.depth < 20 AND u.parent <> u.start
	) SELECT DISTINCT u.line, 'parent', 'the category stands below itself' FROM up u WHERE u.parent = u.start AND u.depth > 1;
	PERFORM catalog.import_check_rules(p_tenant, p_store, main);
	IF EXISTS (SELECT FROM pg_temp.import_fault) THEN
		RETURN QUERY SELECT 0::bigint, 0::bigint, 0::bigint;
		RETURN;
	END IF;
	-- One that is filled by hand from now on may become a category.
	IF catalog.import_has('rule') THEN
		WITH w AS (
			DELETE FROM catalog.rule r USING pg_temp.import_map m WHERE r.category_id = m.category_id
			  AND NOT EXISTS (SELECT FROM pg_temp.import_condition c WHERE c.reference = m.reference)
			RETURNING r.category_id
		) INSERT INTO pg_temp.import_done SELECT w.category_id, false FROM w;
	END IF;
	PERFORM catalog.import_media(p_tenant);
	INSERT INTO catalog.category (tenant_id, store_id, category_id)
	SELECT p_tenant, p_store, m.category_id FROM pg_temp.import_map m WHERE m.is_new ORDER BY m.line;
	INSERT INTO pg_temp.import_done SELECT m.category_id, true FROM pg_temp.import_map m WHERE m.is_new;
	WITH want AS (
		SELECT DISTINCT ON (m.category_id) m.category_id, CASE WHEN r.category_id IS NULL THEN p.category_id END AS parent_id,
		       -- A collection that chooses by rule stays one.
		       CASE WHEN r.category_id IS NULL THEN coalesce(c.kind, 'category') ELSE 'collection' END AS kind,
		       coalesce(c.visible, true) AS visible, coalesce(c.position, 0) AS position,
		       CASE WHEN c.image IS NULL THEN NULL ELSE coalesce((SELECT x.name FROM pg_temp.import_media x WHERE x.file = c.image LIMIT 1), '') END AS image
		FROM pg_temp.import_category c JOIN pg_temp.import_map m ON m.reference = c.reference
		LEFT JOIN LATERAL (SELECT t.category_id FROM pg_temp.import_map t WHERE t.reference = c.parent
			UNION ALL SELECT t.category_id FROM catalog.category_text t WHERE t.store_id = p_store AND t.locale = main AND t.slug = c.parent LIMIT 1) p ON true
		LEFT JOIN catalog.rule r ON r.category_id = m.category_id
		ORDER BY m.category_id, c.line
	), w AS (
		UPDATE catalog.category x SET parent_id = want.parent_id, kind = want.kind, visible = want.visible, position = want.position,
			image = coalesce(want.image, x.image)
		FROM want WHERE x.category_id = want.category_id
		  AND (x.parent_id, x.kind, x.visible, x.position, x.image)
		  IS DISTINCT FROM (want.parent_id, want.kind, want.visible, want.position, coalesce(want.image, x.image))
		RETURNING x.category_id
	) INSERT INTO pg_temp.import_done SELECT w.category_id, false FROM w;

	INSERT INTO catalog.slug_history (tenant_id, kind, store_id, locale, slug, target_id)
	SELECT p_tenant, 'category', p_store, t.locale, t.slug, t.category_id
	FROM catalog.category_text t JOIN pg_temp.import_map m ON m.category_id = t.category_id
	JOIN pg_temp.import_category c ON c.reference = m.reference AND c.locale = t.locale WHERE c.slug <> t.slug
	ON CONFLICT (tenant_id, kind, store_id, locale, slug) DO UPDATE SET target_id = excluded.target_id;
	-- Slugs may change places: what changes steps aside first.
	UPDATE catalog.category_text t SET slug = 'moving-' || t.category_id::text
	FROM pg_temp.import_map m JOIN pg_temp.import_category c ON c.reference = m.reference
	WHERE t.category_id = m.category_id AND t.locale = c.locale AND t.slug <> c.slug;
	WITH w AS (
		INSERT INTO catalog.category_text AS x (tenant_id, store_id, category_id, locale, slug, name, description, meta_title, meta_description)
		SELECT p_tenant, p_store, m.category_id, c.locale, c.slug, c.name, coalesce(c.description, ''), coalesce(c.meta_title, ''), coalesce(c.meta_description, '')
		FROM pg_temp.import_category c JOIN pg_temp.import_map m ON m.reference = c.reference
		ON CONFLICT (tenant_id, category_id, locale) DO UPDATE SET slug = excluded.slug, name = excluded.name, description = excluded.description,
			meta_title = excluded.meta_title, meta_description = excluded.meta_description
		WHERE (x.slug, x.name, x.description, x.meta_title, x.meta_description)
		IS DISTINCT FROM (excluded.slug, excluded.name, excluded.description, excluded.meta_title, excluded.meta_description)
		RETURNING x.category_id
	) INSERT INTO pg_temp.import_done SELECT w.category_id, false FROM w;
	PERFORM catalog.import_rules(p_tenant, p_store, main);
	IF EXISTS (SELECT FROM pg_temp.import_done) THEN
		INSERT INTO catalog.stale (tenant_id, kind, target_id) VALUES (p_tenant, 'store', p_store);
	END IF;
	RETURN QUERY
	WITH d AS (SELECT i.category_id, bool_or(i.is_new) AS is_new FROM pg_temp.import_done i GROUP BY i.category_id),
	     a AS (SELECT count(*) AS n FROM pg_temp.import_map)
	SELECT count(*) FILTER (WHERE d.is_new), count(*) FILTER (WHERE NOT d.is_new), (SELECT a.n FROM a) - count(*) FROM d;
END
$$;
COMMENT ON FUNCTION catalog.import_categories(uuid, uuid) IS 'Merges staged categories of a store; how many were made, changed, left.';

-- What such a file speaks of in its own words and is here already: a product by its SKUs when its handle or SKU is no
-- reference, attributes and values by what people call them.
CREATE OR REPLACE FUNCTION catalog.import_recognise(p_tenant uuid, p_store uuid, p_main text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CREATE TEMP TABLE import_known_by ON COMMIT DROP AS
	SELECT v.reference AS old, min(p.reference) AS reference
	FROM pg_temp.import_variant v JOIN catalog.variant o ON o.sku_key = lower(v.sku) JOIN catalog.product p ON p.product_id = o.product_id
	WHERE NOT EXISTS (SELECT FROM catalog.product x WHERE x.reference = v.reference)
	GROUP BY v.reference HAVING count(DISTINCT p.product_id) = 1;
	CREATE UNIQUE INDEX ON pg_temp.import_known_by (old);
	UPDATE pg_temp.import_product x SET reference = k.reference FROM pg_temp.import_known_by k WHERE x.reference = k.old;
	UPDATE pg_temp.import_text x SET reference = k.reference FROM pg_temp.import_known_by k WHERE x.reference = k.old;
	UPDATE pg_temp.import_item x SET value = k.reference FROM pg_temp.import_known_by k WHERE x.kind = 'related' AND x.value = k.old;
	UPDATE pg_temp.import_item x SET reference = k.reference FROM pg_temp.import_known_by k WHERE x.reference = k.old;
	UPDATE pg_temp.import_label x SET reference = k.reference FROM pg_temp.import_known_by k WHERE x.reference = k.old;
	UPDATE pg_temp.import_variant x SET reference = k.reference FROM pg_temp.import_known_by k WHERE x.reference = k.old;
	-- A tag that stands in the store's first language is that one.
	UPDATE pg_temp.import_item x SET name = p_main FROM catalog.product p JOIN catalog.product_tag g ON g.product_id = p.product_id AND g.locale = p_main
	WHERE x.kind = 'tag' AND x.name IS NULL AND p.reference = x.reference AND g.tag = x.value;
	-- A draft of a system without an archive is no word against ours.
	IF catalog.import_has('no archive') THEN
		UPDATE pg_temp.import_product x SET status = NULL FROM catalog.product p WHERE p.reference = x.reference AND p.status = 'archived' AND x.status = 'draft';
	END IF;

	CREATE TEMP TABLE import_same ON COMMIT DROP AS
	SELECT DISTINCT ON (m.attribute) m.attribute AS old, a.code
	FROM (SELECT DISTINCT i.attribute, i.attribute_label FROM pg_temp.import_made_value i) m
	JOIN catalog.attribute_text t ON t.locale = p_main JOIN catalog.attribute a ON a.attribute_id = t.attribute_id
	WHERE lower(m.attribute_label) IN (lower(t.label), lower(t.label || ' (' || a.code || ')'))
	ORDER BY m.attribute, a.code <> m.attribute, a.position, a.code;
	UPDATE pg_temp.import_item i SET name = x.code FROM pg_temp.import_same x WHERE i.kind = 'spec' AND i.name = x.old;
	UPDATE pg_temp.import_flag f SET name = x.code FROM pg_temp.import_same x WHERE f.kind = 'spec' AND f.name = x.old;
	UPDATE pg_temp.import_option i SET attribute = x.code FROM pg_temp.import_same x WHERE i.attribute = x.old;
	UPDATE pg_temp.import_made_value i SET attribute = x.code FROM pg_temp.import_same x WHERE i.attribute = x.old;
	DROP TABLE pg_temp.import_same;
	CREATE TEMP TABLE import_same ON COMMIT DROP AS
	SELECT DISTINCT ON (m.attribute, m.value) m.attribute, m.value AS old, v.code
	FROM (SELECT DISTINCT i.attribute, i.value, i.value_label FROM pg_temp.import_made_value i) m
	JOIN catalog.attribute a ON a.code = m.attribute JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id
	JOIN catalog.attribute_value_text t ON t.value_id = v.value_id AND t.locale = p_main
	WHERE lower(m.value_label) IN (lower(t.label), lower(t.label || ' (' || v.code || ')'))
	ORDER BY m.attribute, m.value, v.code <> m.value, v.position, v.code;
	UPDATE pg_temp.import_item i SET value = x.code FROM pg_temp.import_same x WHERE i.kind = 'spec' AND i.name = x.attribute AND i.value = x.old;
	UPDATE pg_temp.import_option i SET value = x.code FROM pg_temp.import_same x WHERE i.attribute = x.attribute AND i.value = x.old;
	UPDATE pg_temp.import_made_value i SET value = x.code FROM pg_temp.import_same x WHERE i.attribute = x.attribute AND i.value = x.old;
	DROP TABLE pg_temp.import_same;
END
$$;
COMMENT ON FUNCTION catalog.import_recognise(uuid, uuid, text) IS 'Part of catalog.import_make: products, attributes and values of the file that are here under another key.';

-- The second pass over files of other shop systems: variations find their parents,
-- references their products, and what the store lacks is made.
CREATE OR REPLACE FUNCTION catalog.import_make(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	main text;
	d integer;
BEGIN
	SELECT l.locale INTO main FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.position = 0;

	-- Names of products are found without regard to case.
	CREATE TEMP TABLE import_known ON COMMIT DROP AS
	SELECT DISTINCT ON (lower(a.alias)) lower(a.alias) AS alias, a.reference, a.weight_g FROM pg_temp.import_alias a ORDER BY lower(a.alias);
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT v.line, 'Parent', format('there is no product "%s" in the file', v.reference) FROM pg_temp.import_variant v
	WHERE NOT EXISTS (SELECT FROM pg_temp.import_known k WHERE k.alias = lower(v.reference))
	  AND NOT EXISTS (SELECT FROM pg_temp.import_product p WHERE p.reference = v.reference);
	IF EXISTS (SELECT FROM pg_temp.import_known) THEN
		UPDATE pg_temp.import_variant v SET reference = k.reference, weight_g = coalesce(v.weight_g, k.weight_g)
		FROM pg_temp.import_known k WHERE k.alias = lower(v.reference);
		UPDATE pg_temp.import_item i SET value = k.reference FROM pg_temp.import_known k WHERE i.kind = 'related' AND k.alias = lower(i.value);
		INSERT INTO pg_temp.import_fault (line, col, message, warning)
		SELECT i.line, i.col, format('there is no product "%s"; the reference is left out', i.value), true FROM pg_temp.import_item i
		WHERE i.kind = 'related' AND NOT EXISTS (SELECT FROM pg_temp.import_product p WHERE p.reference = i.value);
		DELETE FROM pg_temp.import_item i
		WHERE i.kind = 'related' AND (i.value = i.reference OR NOT EXISTS (SELECT FROM pg_temp.import_product p WHERE p.reference = i.value));
		-- What variations choose among is no property of the whole product.
		DELETE FROM pg_temp.import_item i USING pg_temp.import_variant v, pg_temp.import_option o
		WHERE i.kind = 'spec' AND v.reference = i.reference AND o.sku = v.sku AND o.attribute = i.name;
		INSERT INTO pg_temp.import_flag SELECT DISTINCT 'spec', i.name FROM pg_temp.import_item i WHERE i.kind = 'spec';
	END IF;

	PERFORM catalog.import_recognise(p_tenant, p_store, main);
	INSERT INTO catalog.attribute (tenant_id, attribute_id, code)
	SELECT p_tenant, sutler.uuid7(), m.attribute FROM (SELECT DISTINCT i.attribute FROM pg_temp.import_made_value i) m ORDER BY m.attribute
	ON CONFLICT (tenant_id, code) DO NOTHING;
	INSERT INTO catalog.attribute_text (tenant_id, attribute_id, locale, label)
	SELECT DISTINCT ON (a.attribute_id) p_tenant, a.attribute_id, main, m.attribute_label
	FROM pg_temp.import_made_value m JOIN catalog.attribute a ON a.code = m.attribute ORDER BY a.attribute_id, m.attribute_label
	ON CONFLICT DO NOTHING;
	INSERT INTO catalog.attribute_value (tenant_id, value_id, attribute_id, code)
	SELECT p_tenant, sutler.uuid7(), a.attribute_id, m.value
	FROM (SELECT DISTINCT i.attribute, i.value FROM pg_temp.import_made_value i) m JOIN catalog.attribute a ON a.code = m.attribute
	ORDER BY m.attribute, m.value ON CONFLICT (tenant_id, attribute_id, code) DO NOTHING;
	INSERT INTO catalog.attribute_value_text (tenant_id, value_id, locale, label)
	SELECT DISTINCT ON (v.value_id) p_tenant, v.value_id, main, m.value_label
	FROM pg_temp.import_made_value m JOIN catalog.attribute a ON a.code = m.attribute
	JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id AND v.code = m.value ORDER BY v.value_id, m.value_label
	ON CONFLICT DO NOTHING;

	-- From the top down, so that parents are there.
	FOR d IN SELECT DISTINCT m.depth FROM pg_temp.import_made_category m ORDER BY 1 LOOP
		-- What people know by this name at this place is it, whatever its slug.
		CREATE TEMP TABLE import_same ON COMMIT DROP AS
		SELECT DISTINCT ON (m.slug) m.slug AS old, t.slug
		FROM pg_temp.import_made_category m
		JOIN catalog.category_text t ON t.store_id = p_store AND t.locale = main AND lower(t.name) = lower(m.name)
		JOIN catalog.category c ON c.category_id = t.category_id
		WHERE m.depth = d AND (m.parent IS NULL OR c.parent_id IS NOT DISTINCT FROM
			(SELECT u.category_id FROM catalog.category_text u WHERE u.store_id = p_store AND u.slug = m.parent LIMIT 1))
		ORDER BY m.slug, c.kind = 'collection', t.slug <> m.slug, t.slug;
		UPDATE pg_temp.import_item i SET value = x.slug FROM pg_temp.import_same x WHERE i.kind = 'category' AND i.value = x.old AND x.slug <> x.old;
		UPDATE pg_temp.import_made_category m SET parent = x.slug FROM pg_temp.import_same x WHERE m.depth = d + 1 AND m.parent = x.old;
		UPDATE pg_temp.import_made_category m SET slug = x.slug FROM pg_temp.import_same x WHERE m.depth = d AND m.slug = x.old;
		DROP TABLE pg_temp.import_same;
		WITH fresh AS (
			SELECT DISTINCT ON (m.slug) sutler.uuid7() AS category_id, m.slug, m.name, m.parent FROM pg_temp.import_made_category m
			WHERE m.depth = d AND NOT EXISTS (SELECT FROM catalog.category_text t WHERE t.store_id = p_store AND t.slug = m.slug)
			ORDER BY m.slug, m.name
		), w AS (
			INSERT INTO catalog.category (tenant_id, store_id, category_id, parent_id)
			SELECT p_tenant, p_store, f.category_id,
			       (SELECT t.category_id FROM catalog.category_text t WHERE t.store_id = p_store AND t.slug = f.parent LIMIT 1)
			FROM fresh f RETURNING category_id
		)
		INSERT INTO catalog.category_text (tenant_id, store_id, category_id, locale, slug, name)
		SELECT p_tenant, p_store, w.category_id, main, f.slug, f.name FROM w JOIN fresh f ON f.category_id = w.category_id;
	END LOOP;
END
$$;
COMMENT ON FUNCTION catalog.import_make(uuid, uuid) IS 'Ends the staging of files of other shop systems: finds parents, makes missing attributes, values and categories.';
