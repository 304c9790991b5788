-- The read model: what lists, filters and search read is made here, from the tables
-- that merchants write.
--
-- catalog.relist() makes the rows of some products again; the triggers at the end of
-- this file call it in the transaction that changed them.  The stock badge alone is
-- kept by the job freshen, which also counts and bumps the version.

CREATE OR REPLACE FUNCTION catalog.fold(p_text text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT pg_catalog.lower(public.unaccent('public.unaccent'::pg_catalog.regdictionary, p_text) COLLATE pg_catalog."und-x-icu") $$;
COMMENT ON FUNCTION catalog.fold(text) IS
	'Lower case without accents: words are compared so. The collation is named, as the database''s own may know ASCII only.';

CREATE OR REPLACE FUNCTION catalog.text_config(p_locale text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE pg_catalog.split_part(p_locale, '-', 1)
		WHEN 'ca' THEN 'pg_catalog.catalan' WHEN 'da' THEN 'pg_catalog.danish' WHEN 'de' THEN 'pg_catalog.german'
		WHEN 'en' THEN 'pg_catalog.english' WHEN 'es' THEN 'pg_catalog.spanish' WHEN 'fr' THEN 'pg_catalog.french'
		WHEN 'id' THEN 'pg_catalog.indonesian' WHEN 'it' THEN 'pg_catalog.italian' WHEN 'nl' THEN 'pg_catalog.dutch'
		WHEN 'pt' THEN 'pg_catalog.portuguese' WHEN 'sv' THEN 'pg_catalog.swedish'
		ELSE 'pg_catalog.simple' END::pg_catalog.regconfig
$$;
COMMENT ON FUNCTION catalog.text_config(text) IS 'The stemmer of a language; simple (none) where there is none.';

-- Shorter than 3 letters nothing can be corrected; longer than 40 is no word.
CREATE OR REPLACE FUNCTION catalog.words(p_text text) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(array_agg(DISTINCT w COLLATE "C"), '{}')
	FROM regexp_split_to_table(lower(p_text COLLATE "und-x-icu"), '[^[:alnum:]]+') AS w
	WHERE length(w) BETWEEN 3 AND 40 AND w !~ '^[0-9]+$'
$$;
COMMENT ON FUNCTION catalog.words(text) IS 'The distinct words of a text in lower case, accents kept, numbers left out.';

-- The badge of products in the stores that offer them: the best any variant has.
CREATE OR REPLACE FUNCTION catalog.stock_of(p_tenant uuid, p_products uuid[])
RETURNS TABLE (store_id uuid, product_id uuid, stock text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH each AS (
		SELECT sp.store_id, sp.product_id,
		       CASE WHEN (p.made_to_order AND NOT v.bundle) OR v.made_to_order THEN 'made'
		            WHEN v.bundle AND a.pieces IS NULL THEN 'in'
		            WHEN NOT v.track_stock AND NOT v.bundle THEN 'in'
		            WHEN coalesce(a.pieces, 0) > st.low_stock THEN 'in'
		            WHEN coalesce(a.pieces, 0) > 0 THEN 'few'
		            ELSE 'out' END AS stock
		FROM (SELECT DISTINCT u AS product_id FROM unnest(p_products) AS u) w
		JOIN catalog.product p ON p.product_id = w.product_id
		JOIN catalog.store_product sp ON sp.product_id = w.product_id
		JOIN tenancy.store st ON st.store_id = sp.store_id
		JOIN catalog.variant v ON v.product_id = w.product_id AND v.status = 'active'
		LEFT JOIN LATERAL (
			SELECT CASE WHEN v.bundle THEN inventory.bundle_free(p_tenant, sp.store_id, NULL, v.variant_id) ELSE (
				SELECT sum(greatest(s.on_hand - s.held, 0))
				FROM inventory.stock s
				JOIN inventory.store_warehouse sw ON sw.store_id = sp.store_id AND sw.warehouse_id = s.warehouse_id
				WHERE s.variant_id = v.variant_id) END AS pieces
		) a ON true
	)
	SELECT e.store_id, e.product_id,
	       CASE WHEN bool_or(e.stock = 'in') THEN 'in' WHEN bool_or(e.stock = 'few') THEN 'few'
	            WHEN bool_or(e.stock = 'made') THEN 'made' ELSE 'out' END
	FROM each e GROUP BY e.store_id, e.product_id;
END
$$;
COMMENT ON FUNCTION catalog.stock_of(uuid, uuid[]) IS 'in, few, made or out for each store that offers the products.';

-- The prices of products that everybody sees now, by store and currency.
CREATE OR REPLACE FUNCTION catalog.price_of(p_tenant uuid, p_products uuid[])
RETURNS TABLE (store_id uuid, product_id uuid, currency text, price bigint, was bigint, price_varies boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH valid AS (
		SELECT pr.store_id, v.product_id, pr.variant_id, pr.currency, pr.min_quantity, pr.starts_at, pr.amount, pr.was
		FROM (SELECT DISTINCT u AS product_id FROM unnest(p_products) AS u) w
		JOIN catalog.variant v ON v.product_id = w.product_id AND v.status = 'active'
		JOIN catalog.price pr ON pr.variant_id = v.variant_id
		JOIN tenancy.store_currency c ON c.store_id = pr.store_id AND c.currency = pr.currency
		WHERE pr.customer_group = '' AND pr.starts_at <= sutler.now() AND pr.ends_at > sutler.now()
	), plain AS (
		SELECT DISTINCT ON (v.store_id, v.variant_id, v.currency) v.*
		FROM valid v WHERE v.min_quantity = 1
		ORDER BY v.store_id, v.variant_id, v.currency, v.starts_at DESC
	)
	SELECT p.store_id, p.product_id, p.currency, min(p.amount),
	       (array_agg(p.was ORDER BY p.amount, p.was DESC NULLS LAST))[1],
	       min(p.amount) <> max(p.amount) OR EXISTS (SELECT FROM valid t
			WHERE t.store_id = p.store_id AND t.product_id = p.product_id AND t.currency = p.currency AND t.min_quantity > 1)
	FROM plain p GROUP BY p.store_id, p.product_id, p.currency;
END
$$;
COMMENT ON FUNCTION catalog.price_of(uuid, uuid[]) IS
	'The lowest plain price valid now, what it was reduced from, and whether variants or tiers cost otherwise.';

-- In which categories products stand: those they were put into, what these lie under, and
-- all zeros.  A hidden category hides all below it.
CREATE OR REPLACE FUNCTION catalog.categories_of(p_tenant uuid, p_products uuid[])
RETURNS TABLE (store_id uuid, product_id uuid, category_id uuid, by_hand integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH RECURSIVE put AS (
		SELECT cp.store_id, cp.product_id, cp.category_id, cp.position
		FROM (SELECT DISTINCT u AS product_id FROM unnest(p_products) AS u) w
		JOIN catalog.category_product cp ON cp.product_id = w.product_id
	), up AS (
		SELECT c.category_id AS leaf, c.category_id, c.parent_id, c.visible
		FROM (SELECT DISTINCT put.category_id FROM put) l JOIN catalog.category c ON c.category_id = l.category_id
		UNION
		SELECT up.leaf, c.category_id, c.parent_id, c.visible
		FROM up JOIN catalog.category c ON c.category_id = up.parent_id
	), shown AS (
		SELECT up.leaf, up.category_id FROM up
		WHERE NOT EXISTS (SELECT FROM up h WHERE h.leaf = up.leaf AND NOT h.visible)
	)
	SELECT put.store_id, put.product_id, s.category_id, min(put.position) FILTER (WHERE s.category_id = put.category_id AND r.category_id IS NULL)
	FROM put JOIN shown s ON s.leaf = put.category_id
	LEFT JOIN catalog.rule r ON r.category_id = put.category_id
	GROUP BY put.store_id, put.product_id, s.category_id
	UNION ALL
	SELECT sp.store_id, sp.product_id, '00000000-0000-0000-0000-000000000000', NULL
	FROM (SELECT DISTINCT u AS product_id FROM unnest(p_products) AS u) w
	JOIN catalog.store_product sp ON sp.product_id = w.product_id;
END
$$;
COMMENT ON FUNCTION catalog.categories_of(uuid, uuid[]) IS 'The visible categories of products with all above them, and all zeros.';

-- The texts of products in every language of the stores that show them; what is not
-- translated stands in the store's own language.
CREATE OR REPLACE FUNCTION catalog.texts_of(p_tenant uuid, p_products uuid[])
RETURNS TABLE (store_id uuid, product_id uuid, locale text, home text, slug text, name text, summary text, description text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT sp.store_id, sp.product_id, l.locale, d.locale, coalesce(t.slug, h.slug, a.slug),
	       coalesce(own.name, t.name, ownh.name, h.name),
	       coalesce(own.summary, t.summary, ownh.summary, h.summary),
	       coalesce(own.description, t.description, ownh.description, h.description)
	FROM (SELECT DISTINCT u AS product_id FROM unnest(p_products) AS u) w
	JOIN catalog.product p ON p.product_id = w.product_id AND p.status = 'active'
	JOIN catalog.store_product sp ON sp.product_id = w.product_id AND sp.visible
	JOIN tenancy.store_locale l ON l.store_id = sp.store_id
	JOIN tenancy.store_locale d ON d.store_id = sp.store_id AND d.position = 0
	LEFT JOIN catalog.product_text t ON t.product_id = sp.product_id AND t.locale = l.locale
	LEFT JOIN catalog.product_text h ON h.product_id = sp.product_id AND h.locale = d.locale
	LEFT JOIN catalog.store_product_text own
		ON own.store_id = sp.store_id AND own.product_id = sp.product_id AND own.locale = l.locale
	LEFT JOIN catalog.store_product_text ownh
		ON ownh.store_id = sp.store_id AND ownh.product_id = sp.product_id AND ownh.locale = d.locale
	LEFT JOIN LATERAL (SELECT x.slug FROM catalog.product_text x WHERE x.product_id = sp.product_id AND h.slug IS NULL
		ORDER BY x.locale LIMIT 1) a ON true
	WHERE coalesce(t.slug, h.slug, a.slug) IS NOT NULL AND coalesce(own.name, t.name, ownh.name, h.name) IS NOT NULL;
END
$$;
COMMENT ON FUNCTION catalog.texts_of(uuid, uuid[]) IS
	'Slug, name and texts of shown products by store and language; a product without text in the store''s own shows by the store''s name for it.';

CREATE OR REPLACE FUNCTION catalog.relist_cards(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH picture AS (
		SELECT DISTINCT ON (pm.product_id) pm.product_id, pm.media_id, m.name
		FROM (SELECT DISTINCT u AS product_id FROM unnest(p_products) AS u) w
		JOIN catalog.product_media pm ON pm.product_id = w.product_id AND pm.kind = 'image'
		JOIN catalog.media m ON m.media_id = pm.media_id
		ORDER BY pm.product_id, pm.position, pm.media_id
	), own_picture AS (
		SELECT DISTINCT ON (sm.store_id, sm.product_id) sm.store_id, sm.product_id, sm.media_id, m.name
		FROM (SELECT DISTINCT u AS product_id FROM unnest(p_products) AS u) w
		JOIN catalog.store_product_media sm ON sm.product_id = w.product_id
		JOIN catalog.media m ON m.media_id = sm.media_id
		ORDER BY sm.store_id, sm.product_id, sm.position, sm.media_id
	), fresh AS (
		SELECT t.store_id, t.locale, pr.currency, t.product_id, t.slug, t.name, p.brand,
		       coalesce(oi.name, i.name, '') AS image,
		       coalesce(mt.label, mh.label, t.name) AS alt,
		       pr.price, pr.was, pr.price_varies, k.stock,
		       -- Looked up for each row: a join with all products' would be planned badly, as nothing is known of their number.
		       coalesce((SELECT string_agg(s.swatch, ' ' ORDER BY s.position, s.swatch)
				FROM (SELECT av.swatch, min(av.position) AS position
				      FROM catalog.variant v
				      JOIN catalog.variant_value vv ON vv.variant_id = v.variant_id
				      JOIN catalog.attribute_value av ON av.value_id = vv.value_id AND av.swatch IS NOT NULL
				      WHERE v.product_id = t.product_id AND v.status = 'active'
				      GROUP BY av.swatch ORDER BY 2, 1 LIMIT 6) s), '') AS swatches,
		       sp.featured, sp.position,
		       date_trunc('milliseconds', p.created_at) AS created_at
		FROM catalog.texts_of(p_tenant, p_products) t
		JOIN catalog.product p ON p.product_id = t.product_id
		JOIN catalog.store_product sp ON sp.store_id = t.store_id AND sp.product_id = t.product_id
		JOIN catalog.price_of(p_tenant, p_products) pr ON pr.store_id = t.store_id AND pr.product_id = t.product_id
		JOIN catalog.stock_of(p_tenant, p_products) k ON k.store_id = t.store_id AND k.product_id = t.product_id
		LEFT JOIN picture i ON i.product_id = t.product_id
		LEFT JOIN own_picture oi ON oi.store_id = t.store_id AND oi.product_id = t.product_id
		LEFT JOIN catalog.product_media_text mt
			ON mt.product_id = t.product_id AND mt.media_id = coalesce(oi.media_id, i.media_id) AND mt.locale = t.locale
		LEFT JOIN catalog.product_media_text mh
			ON mh.product_id = t.product_id AND mh.media_id = coalesce(oi.media_id, i.media_id) AND mh.locale = t.home
	), gone AS (
		DELETE FROM catalog.listing l
		-- Not NOT EXISTS: nothing is known of how many are fresh, and that compares each with each.
		WHERE l.product_id = ANY (p_products) AND (l.store_id, l.locale, l.currency, l.product_id)
			NOT IN (SELECT f.store_id, f.locale, f.currency, f.product_id FROM fresh f)
	)
	INSERT INTO catalog.listing AS l (tenant_id, store_id, locale, currency, product_id, slug, name, brand, image,
		alt, price, was, price_varies, stock, swatches, featured, position, created_at)
	SELECT p_tenant, f.* FROM fresh f
	ON CONFLICT (tenant_id, product_id, store_id, locale, currency) DO UPDATE
	SET slug = excluded.slug, name = excluded.name, brand = excluded.brand, image = excluded.image, alt = excluded.alt,
	    price = excluded.price, was = excluded.was, price_varies = excluded.price_varies, swatches = excluded.swatches,
	    featured = excluded.featured, position = excluded.position, created_at = excluded.created_at
	WHERE (l.slug, l.name, l.brand, l.image, l.alt, l.price, l.was, l.price_varies, l.swatches, l.featured, l.position, l.created_at)
		IS DISTINCT FROM (excluded.slug, excluded.name, excluded.brand, excluded.image, excluded.alt, excluded.price, excluded.was,
		excluded.price_varies, excluded.swatches, excluded.featured, excluded.position, excluded.created_at);
END
$$;
COMMENT ON FUNCTION catalog.relist_cards(uuid, uuid[]) IS
	'Part of catalog.relist: the cards. The badge of a row that stands is left to freshen, whose look at the stock is never older.';

CREATE OR REPLACE FUNCTION catalog.relist_places(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH fresh AS MATERIALIZED (
		SELECT l.product_id, l.store_id, c.category_id, l.currency, l.locale, coalesce(c.by_hand, l.position) AS position, l.created_at, l.card
		FROM catalog.listing l JOIN catalog.categories_of(p_tenant, p_products) c ON c.store_id = l.store_id AND c.product_id = l.product_id
		WHERE l.product_id = ANY (p_products)
	), gone AS (
		DELETE FROM catalog.placement s WHERE s.product_id = ANY (p_products) AND (s.product_id, s.store_id, s.category_id, s.currency, s.locale)
			NOT IN (SELECT f.product_id, f.store_id, f.category_id, f.currency, f.locale FROM fresh f)
	)
	INSERT INTO catalog.placement AS s (tenant_id, product_id, store_id, category_id, currency, locale, position, created_at, card)
	SELECT p_tenant, f.* FROM fresh f
	ON CONFLICT (tenant_id, product_id, store_id, category_id, currency, locale) DO UPDATE
	SET position = excluded.position, created_at = excluded.created_at, card = excluded.card
	WHERE (s.position, s.created_at, s.card) <> (excluded.position, excluded.created_at, excluded.card);
	WITH fresh AS MATERIALIZED (
		SELECT DISTINCT s.product_id, s.store_id, s.category_id, s.currency, l.price
		FROM catalog.placement s
		JOIN catalog.listing l ON l.product_id = s.product_id AND l.store_id = s.store_id AND l.currency = s.currency AND l.locale = s.locale
		WHERE s.product_id = ANY (p_products)
	), gone AS (
		DELETE FROM catalog.placement_price s WHERE s.product_id = ANY (p_products) AND (s.product_id, s.store_id, s.category_id, s.currency)
			NOT IN (SELECT f.product_id, f.store_id, f.category_id, f.currency FROM fresh f)
	)
	INSERT INTO catalog.placement_price AS s (tenant_id, product_id, store_id, category_id, currency, price)
	SELECT p_tenant, f.* FROM fresh f
	ON CONFLICT (tenant_id, product_id, store_id, category_id, currency) DO UPDATE SET price = excluded.price WHERE s.price <> excluded.price;
	WITH fresh AS MATERIALIZED (
		SELECT s.product_id, s.store_id, s.category_id, s.currency, l.locale, l.name
		FROM catalog.placement s
		JOIN catalog.listing l ON l.product_id = s.product_id AND l.store_id = s.store_id AND l.currency = s.currency AND l.locale = s.locale
		WHERE s.product_id = ANY (p_products)
	), gone AS (
		DELETE FROM catalog.placement_name s WHERE s.product_id = ANY (p_products) AND (s.product_id, s.store_id, s.category_id, s.currency, s.locale)
			NOT IN (SELECT f.product_id, f.store_id, f.category_id, f.currency, f.locale FROM fresh f)
	)
	INSERT INTO catalog.placement_name AS s (tenant_id, product_id, store_id, category_id, currency, locale, name)
	SELECT p_tenant, f.* FROM fresh f
	ON CONFLICT (tenant_id, product_id, store_id, category_id, currency, locale) DO UPDATE SET name = excluded.name WHERE s.name <> excluded.name;
END
$$;
COMMENT ON FUNCTION catalog.relist_places(uuid, uuid[]) IS 'Part of catalog.relist: where products stand that have a card, in each order.';

CREATE OR REPLACE FUNCTION catalog.relist_facets(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH has AS (
		SELECT pv.product_id, pv.attribute_id, pv.value_id
		FROM catalog.product_value pv WHERE pv.product_id = ANY (p_products)
		UNION
		SELECT v.product_id, vv.attribute_id, vv.value_id
		FROM catalog.variant v JOIN catalog.variant_value vv ON vv.variant_id = v.variant_id
		WHERE v.product_id = ANY (p_products) AND v.status = 'active'
	), fresh AS (
		SELECT l.store_id, l.category_id, h.attribute_id, h.value_id, l.product_id
		FROM (SELECT DISTINCT x.store_id, x.category_id, x.product_id FROM catalog.placement x WHERE x.product_id = ANY (p_products)) l
		JOIN has h ON h.product_id = l.product_id
		JOIN catalog.attribute a ON a.attribute_id = h.attribute_id AND a.filterable
	), gone AS (
		DELETE FROM catalog.facet x
		WHERE x.product_id = ANY (p_products) AND (x.store_id, x.category_id, x.attribute_id, x.value_id, x.product_id)
			NOT IN (SELECT f.store_id, f.category_id, f.attribute_id, f.value_id, f.product_id FROM fresh f)
	)
	INSERT INTO catalog.facet (tenant_id, store_id, category_id, attribute_id, value_id, product_id)
	SELECT p_tenant, f.* FROM fresh f ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION catalog.relist_facets(uuid, uuid[]) IS 'Part of catalog.relist: the values to filter by, of products that have a card.';

CREATE OR REPLACE FUNCTION catalog.relist_search(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH code AS (
		SELECT p.product_id, p.reference AS code FROM catalog.product p WHERE p.product_id = ANY (p_products)
		UNION
		SELECT v.product_id, c.code FROM catalog.variant v, unnest(ARRAY[v.sku, v.gtin]) AS c (code)
		WHERE v.product_id = ANY (p_products) AND v.status = 'active' AND c.code IS NOT NULL
	), listed AS (
		SELECT DISTINCT l.store_id, l.product_id FROM catalog.listing l WHERE l.product_id = ANY (p_products)
	), codes AS (
		SELECT DISTINCT l.store_id, catalog.fold(c.code) AS code, l.product_id FROM listed l JOIN code c ON c.product_id = l.product_id
	), codes_gone AS (
		DELETE FROM catalog.search_code s WHERE s.product_id = ANY (p_products) AND (s.store_id, s.code, s.product_id)
			NOT IN (SELECT c.store_id, c.code, c.product_id FROM codes c)
	), codes_new AS (
		INSERT INTO catalog.search_code (tenant_id, store_id, code, product_id)
		SELECT p_tenant, c.* FROM codes c ON CONFLICT DO NOTHING
	), text AS MATERIALIZED (
		-- Looked up for each row, as the swatches of cards are: whatever the planner thinks of their number, a thousand rows
		-- take a thousand look-ups.  Once, though more than one text is made of them.
		SELECT t.store_id, t.locale, t.product_id, t.name, coalesce(t.summary, '') AS summary, coalesce(t.description, '') AS description,
		       concat_ws(' ', p.brand, (SELECT string_agg(g.tag, ' ' ORDER BY g.tag, g.locale) FROM catalog.product_tag g
				WHERE g.product_id = t.product_id AND g.locale IN ('', t.locale))) AS tags,
		       (SELECT string_agg(c.code, ' ' ORDER BY c.code) FROM (SELECT p.reference AS code
				UNION SELECT u.code FROM catalog.variant v, unnest(ARRAY[v.sku, v.gtin]) AS u (code)
				WHERE v.product_id = t.product_id AND v.status = 'active' AND u.code IS NOT NULL) c) AS codes,
		       coalesce((SELECT string_agg((SELECT x.label FROM catalog.attribute_value_text x
					WHERE x.value_id = h.value_id AND x.locale IN (t.locale, t.home) ORDER BY x.locale <> t.locale LIMIT 1),
					' ' ORDER BY h.value_id)
				FROM (SELECT pv.value_id FROM catalog.product_value pv WHERE pv.product_id = t.product_id
				      UNION
				      SELECT vv.value_id FROM catalog.variant v JOIN catalog.variant_value vv ON vv.variant_id = v.variant_id
				      WHERE v.product_id = t.product_id AND v.status = 'active') h), '') AS labels
		FROM catalog.texts_of(p_tenant, p_products) t
		JOIN listed l ON l.store_id = t.store_id AND l.product_id = t.product_id
		JOIN catalog.product p ON p.product_id = t.product_id
	), fresh AS (
		SELECT t.store_id, t.locale, t.product_id,
		       setweight(to_tsvector(catalog.text_config(t.locale), catalog.fold(t.name)), 'A')
		       || setweight(to_tsvector(catalog.text_config(t.locale), catalog.fold(t.tags)), 'B')
		       || setweight(to_tsvector('pg_catalog.simple', catalog.fold(t.codes)), 'B')
		       || setweight(to_tsvector(catalog.text_config(t.locale), catalog.fold(t.summary || ' ' || t.labels)), 'C')
		       || setweight(to_tsvector(catalog.text_config(t.locale), catalog.fold(t.description)), 'D') AS tsv,
		       catalog.words(concat_ws(' ', t.name, t.tags, t.summary, t.labels)) AS words,
		       c.stock, c.currencies,
		       coalesce((SELECT string_agg(catalog.field(a.code) || catalog.field(v.code), '' ORDER BY a.position, a.code, v.position, v.code)
				FROM (SELECT pv.value_id FROM catalog.product_value pv WHERE pv.product_id = t.product_id
				      UNION
				      SELECT vv.value_id FROM catalog.variant x JOIN catalog.variant_value vv ON vv.variant_id = x.variant_id
				      WHERE x.product_id = t.product_id AND x.status = 'active') h
				JOIN catalog.attribute_value v ON v.value_id = h.value_id
				JOIN catalog.attribute a ON a.attribute_id = v.attribute_id AND a.filterable), '') AS filters
		FROM text t
		CROSS JOIN LATERAL (SELECT string_agg(DISTINCT l.currency, ' ') AS currencies, min(l.stock) AS stock
			FROM catalog.listing l WHERE l.store_id = t.store_id AND l.locale = t.locale AND l.product_id = t.product_id) c
		WHERE c.currencies IS NOT NULL
	), gone AS (
		DELETE FROM catalog.search s WHERE s.product_id = ANY (p_products) AND (s.store_id, s.locale, s.product_id)
			NOT IN (SELECT f.store_id, f.locale, f.product_id FROM fresh f)
	)
	INSERT INTO catalog.search AS s (tenant_id, store_id, locale, product_id, tsv, words, stock, currencies, filters)
	SELECT p_tenant, f.* FROM fresh f
	ON CONFLICT (tenant_id, store_id, locale, product_id) DO UPDATE
	SET tsv = excluded.tsv, words = excluded.words, currencies = excluded.currencies, filters = excluded.filters
	WHERE (s.tsv, s.words, s.currencies, s.filters) IS DISTINCT FROM (excluded.tsv, excluded.words, excluded.currencies, excluded.filters);
END
$$;
COMMENT ON FUNCTION catalog.relist_search(uuid, uuid[]) IS 'Part of catalog.relist: full text, words and codes of products that have a card.';

-- freshen goes by these ids.  A change of many products stands behind the changes of few that come within the next ten
-- minutes, and after those before them: a price or the last piece of one is seen within a second while an import runs.
CREATE OR REPLACE FUNCTION catalog.turn(p_items integer) RETURNS uuid LANGUAGE sql VOLATILE
AS $$ SELECT CASE WHEN p_items > 20 THEN sutler.uuid7_in(600) ELSE sutler.uuid7() END $$;
COMMENT ON FUNCTION catalog.turn(integer) IS 'The id of an item of catalog.stale, of so many that one change leaves.';

-- The products' rows are locked first, so that of two transactions that change the same
-- product the later one sees what the earlier one wrote.
CREATE OR REPLACE FUNCTION catalog.relist(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	items integer := cardinality(p_products);
	plans text := current_setting('plan_cache_mode');
BEGIN
	IF coalesce(items, 0) = 0 THEN
		RETURN;
	END IF;
	PERFORM FROM catalog.product p WHERE p.product_id = ANY (p_products) ORDER BY p.product_id FOR NO KEY UPDATE;
	-- Before and after: of a store that the product leaves nothing must be kept either.
	INSERT INTO catalog.stale (tenant_id, kind, target_id)
	SELECT p_tenant, 'store', x.store_id FROM (
		SELECT l.store_id FROM catalog.listing l WHERE l.product_id = ANY (p_products)
		UNION
		SELECT s.store_id FROM catalog.store_product s WHERE s.product_id = ANY (p_products)) x;
	INSERT INTO catalog.stale (tenant_id, stale_id, kind, target_id)
	SELECT DISTINCT ON (v.product_id) p_tenant, catalog.turn(items), 'stock', v.variant_id
	FROM catalog.variant v WHERE v.product_id = ANY (p_products) ORDER BY v.product_id, v.variant_id;
	INSERT INTO catalog.stale (tenant_id, stale_id, kind, target_id)
	SELECT p_tenant, catalog.turn(items), 'product', u FROM unnest(p_products) AS u WHERE NOT EXISTS (SELECT FROM catalog.variant v WHERE v.product_id = u);
	-- Their cards on other pages; and their own, which this transaction may see older than freshen did.
	INSERT INTO catalog.stale (tenant_id, stale_id, kind, target_id)
	SELECT p_tenant, catalog.turn(items), 'related', x.product_id FROM (
		SELECT r.product_id FROM catalog.related r WHERE r.related_id = ANY (p_products) OR r.product_id = ANY (p_products)
		UNION SELECT c.product_id FROM catalog.recommendation c WHERE c.other_id = ANY (p_products) OR c.product_id = ANY (p_products)) x;
	-- Collections that choose by what may have changed.
	IF coalesce(current_setting('sutler.rules', true), '') <> 'held' THEN
		INSERT INTO catalog.stale (tenant_id, stale_id, kind, target_id)
		SELECT p_tenant, catalog.turn(items), 'member', u FROM unnest(p_products) u WHERE EXISTS (SELECT FROM catalog.rule);
	END IF;
	-- One product is listed by plans that the session keeps: to plan takes seven times as long.  A batch is planned for itself, as
	-- the tables of a shop that is being filled are no longer what they were when its first product came.
	PERFORM set_config('plan_cache_mode', CASE WHEN items > 20 THEN 'force_custom_plan' ELSE 'force_generic_plan' END, true);
	PERFORM catalog.relist_cards(p_tenant, p_products);
	PERFORM catalog.relist_places(p_tenant, p_products);
	PERFORM catalog.relist_facets(p_tenant, p_products);
	PERFORM catalog.relist_search(p_tenant, p_products);
	PERFORM catalog.relist_pages(p_tenant, p_products);
	PERFORM set_config('plan_cache_mode', plans, true);
END
$$;
COMMENT ON FUNCTION catalog.relist(uuid, uuid[]) IS
	'Makes the read model of these products again: cards, facets, search, codes, pages, in all stores, languages and currencies. Writes only what differs.';

-- ---- what changes the read model --------------------------------------------

-- TG_ARGV: 'products', 'prices' (of products) or 'stores', and the expression over rows "t" that gives their ids.
-- A change without tenant setting comes from the superuser alone; the rows say whose it is.
CREATE OR REPLACE FUNCTION catalog.source_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text := coalesce(current_setting('sutler.tenant', true), '');
	tables text[] := CASE TG_OP WHEN 'UPDATE' THEN ARRAY['touched', 'fresh'] ELSE ARRAY['touched'] END;
	source text;
	tenant uuid;
	ids uuid[];
	more uuid[];
BEGIN
	IF TG_ARGV[0] <> 'stores' AND current_setting('sutler.relist', true) = 'later' THEN
		RETURN NULL;
	END IF;
	FOR tenant IN EXECUTE 'SELECT DISTINCT tenant_id FROM touched' LOOP
		PERFORM set_config('sutler.tenant', tenant::text, true);
		ids := '{}';
		FOREACH source IN ARRAY tables LOOP
			EXECUTE format('SELECT array_agg(DISTINCT x) FROM (SELECT %s FROM %I t %s AND t.tenant_id = $1) y (x) WHERE x IS NOT NULL',
				TG_ARGV[1], source, CASE WHEN TG_ARGV[2] = '' THEN 'WHERE true' ELSE TG_ARGV[2] || ' WHERE true' END)
				INTO more USING tenant;
			ids := ids || more;
		END LOOP;
		IF TG_ARGV[0] = 'products' THEN
			PERFORM catalog.relist(tenant, ARRAY(SELECT DISTINCT u FROM unnest(ids) AS u ORDER BY 1));
		ELSIF TG_ARGV[0] = 'prices' THEN
			PERFORM catalog.relist_prices(tenant, ARRAY(SELECT DISTINCT u FROM unnest(ids) AS u ORDER BY 1));
		ELSE
			INSERT INTO catalog.stale (tenant_id, kind, target_id)
			SELECT DISTINCT tenant, 'store', s.store_id FROM unnest(ids) AS u JOIN tenancy.store s ON s.store_id = u;
		END IF;
	END LOOP;
	PERFORM set_config('sutler.tenant', before, true);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION catalog.source_changed() IS
	'Statement trigger of the tables the read model is made from: products are listed again (unless sutler.relist is "later"), stores counted again.';

CREATE OR REPLACE FUNCTION catalog.stock_rule_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text := coalesce(current_setting('sutler.tenant', true), '');
	tenant uuid := coalesce(NEW.tenant_id, OLD.tenant_id);
BEGIN
	PERFORM set_config('sutler.tenant', tenant::text, true);
	INSERT INTO catalog.stale (tenant_id, kind, target_id)
	SELECT DISTINCT ON (v.product_id) tenant, 'stock', v.variant_id
	FROM catalog.store_product sp JOIN catalog.variant v ON v.product_id = sp.product_id
	WHERE sp.store_id = coalesce(NEW.store_id, OLD.store_id) ORDER BY v.product_id, v.variant_id;
	PERFORM set_config('sutler.tenant', before, true);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION catalog.stock_rule_changed() IS 'Row trigger: the store counts stock by other rules now, so all its badges are looked at again.';

CREATE OR REPLACE FUNCTION catalog.keep_slug() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text := coalesce(current_setting('sutler.tenant', true), '');
	gone record;
BEGIN
	PERFORM set_config('sutler.tenant', OLD.tenant_id::text, true);
	IF TG_TABLE_NAME = 'product_text' THEN
		SELECT 'product' AS kind, '00000000-0000-0000-0000-000000000000'::uuid AS store_id, OLD.product_id AS target_id INTO gone;
	ELSE
		SELECT 'category' AS kind, OLD.store_id, OLD.category_id AS target_id INTO gone;
	END IF;
	INSERT INTO catalog.slug_history AS h (tenant_id, kind, store_id, locale, slug, target_id, changed_at)
	VALUES (OLD.tenant_id, gone.kind, gone.store_id, OLD.locale, OLD.slug, gone.target_id, sutler.now())
	ON CONFLICT (tenant_id, kind, store_id, locale, slug) DO UPDATE SET target_id = excluded.target_id, changed_at = excluded.changed_at;
	PERFORM set_config('sutler.tenant', before, true);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION catalog.keep_slug() IS 'Row trigger: a slug that is given up leads to where it led.';

-- Which table leads to which products or stores: the columns are table, kind, expression, joins.
DO $triggers$
DECLARE
	r record;
	name text;
BEGIN
	FOR r IN SELECT * FROM (VALUES
		('catalog.product', 'products', 't.product_id', ''),
		('catalog.product_text', 'products', 't.product_id', ''),
		('catalog.store_product', 'products', 't.product_id', ''),
		('catalog.store_product_text', 'products', 't.product_id', ''),
		('catalog.product_value', 'products', 't.product_id', ''),
		('catalog.product_media', 'products', 't.product_id', ''),
		('catalog.store_product_media', 'products', 't.product_id', ''),
		('catalog.product_media_text', 'products', 't.product_id', ''),
		('catalog.product_tag', 'products', 't.product_id', ''),
		-- A bundle follows its parts.
		('catalog.variant', 'products', 'f.product_id', 'JOIN LATERAL (SELECT t.product_id UNION ALL SELECT w.product_id
			FROM catalog.bundle_part b JOIN catalog.variant w ON w.variant_id = b.bundle_id WHERE b.part_id = t.variant_id) f ON true'),
		('catalog.bundle_part', 'products', 'v.product_id', 'JOIN catalog.variant v ON v.variant_id = t.bundle_id'),
		('catalog.category_product', 'products', 't.product_id', ''),
		('catalog.product_option', 'products', 't.product_id', ''),
		('catalog.related', 'products', 't.product_id', ''),
		('catalog.variant_value', 'products', 'v.product_id', 'JOIN catalog.variant v ON v.variant_id = t.variant_id'),
		('catalog.price', 'prices', 'v.product_id', 'JOIN catalog.variant v ON v.variant_id = t.variant_id'),
		('catalog.media', 'products', 'm.product_id', 'JOIN (SELECT p.media_id, p.product_id FROM catalog.product_media p
			UNION ALL SELECT s.media_id, s.product_id FROM catalog.store_product_media s) m ON m.media_id = t.media_id'),
		('catalog.attribute', 'products', 'f.product_id', 'JOIN (SELECT p.attribute_id, p.product_id FROM catalog.product_value p
			UNION ALL SELECT w.attribute_id, v.product_id FROM catalog.variant_value w JOIN catalog.variant v ON v.variant_id = w.variant_id) f
			ON f.attribute_id = t.attribute_id'),
		('catalog.attribute_text', 'products', 'f.product_id', 'JOIN (SELECT p.attribute_id, p.product_id FROM catalog.product_value p
			UNION ALL SELECT w.attribute_id, v.product_id FROM catalog.variant_value w JOIN catalog.variant v ON v.variant_id = w.variant_id) f
			ON f.attribute_id = t.attribute_id'),
		('catalog.attribute_value', 'products', 'f.product_id', 'JOIN (SELECT p.value_id, p.product_id FROM catalog.product_value p
			UNION ALL SELECT w.value_id, v.product_id FROM catalog.variant_value w JOIN catalog.variant v ON v.variant_id = w.variant_id) f
			ON f.value_id = t.value_id'),
		('catalog.attribute_value_text', 'products', 'f.product_id', 'JOIN (SELECT p.value_id, p.product_id FROM catalog.product_value p
			UNION ALL SELECT w.value_id, v.product_id FROM catalog.variant_value w JOIN catalog.variant v ON v.variant_id = w.variant_id) f
			ON f.value_id = t.value_id'),
		-- What hangs below a category moves with it.
		('catalog.category', 'products', 'cp.product_id', 'JOIN LATERAL (WITH RECURSIVE down AS (
			SELECT t.category_id UNION SELECT c.category_id FROM down JOIN catalog.category c ON c.parent_id = down.category_id)
			SELECT p.product_id FROM down JOIN catalog.category_product p ON p.category_id = down.category_id) cp ON true'),
		('catalog.category_text', 'products', 'cp.product_id', 'JOIN LATERAL (WITH RECURSIVE down AS (
			SELECT t.category_id UNION SELECT c.category_id FROM down JOIN catalog.category c ON c.parent_id = down.category_id)
			SELECT p.product_id FROM down JOIN catalog.category_product p ON p.category_id = down.category_id) cp ON true'),
		('tenancy.store_locale', 'products', 'sp.product_id', 'JOIN catalog.store_product sp ON sp.store_id = t.store_id'),
		('tenancy.store_currency', 'products', 'sp.product_id', 'JOIN catalog.store_product sp ON sp.store_id = t.store_id'),
		-- What workers keep of a store beside its products.
		('catalog.category', 'stores', 't.store_id', ''),
		('catalog.category_text', 'stores', 't.store_id', ''),
		('catalog.attribute', 'stores', 's.store_id', 'JOIN tenancy.store s ON s.tenant_id = t.tenant_id'),
		('catalog.attribute_text', 'stores', 's.store_id', 'JOIN tenancy.store s ON s.tenant_id = t.tenant_id'),
		('catalog.attribute_value', 'stores', 's.store_id', 'JOIN tenancy.store s ON s.tenant_id = t.tenant_id'),
		('catalog.attribute_value_text', 'stores', 's.store_id', 'JOIN tenancy.store s ON s.tenant_id = t.tenant_id'),
		('content.page', 'stores', 't.store_id', ''),
		('content.page_text', 'stores', 't.store_id', ''),
		('tenancy.social', 'stores', 't.store_id', ''),
		('payment.method', 'stores', 't.store_id', ''),
		('payment.method_text', 'stores', 't.store_id', '')
	) AS x (tab, kind, expression, joins) LOOP
		name := 'relist_' || CASE r.kind WHEN 'prices' THEN 'products' ELSE r.kind END;
		EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER INSERT ON %s REFERENCING NEW TABLE AS touched
			FOR EACH STATEMENT EXECUTE FUNCTION catalog.source_changed(%L, %L, %L)', name || '_insert', r.tab, r.kind, r.expression, r.joins);
		EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER UPDATE ON %s REFERENCING OLD TABLE AS touched NEW TABLE AS fresh
			FOR EACH STATEMENT EXECUTE FUNCTION catalog.source_changed(%L, %L, %L)', name || '_update', r.tab, r.kind, r.expression, r.joins);
		EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER DELETE ON %s REFERENCING OLD TABLE AS touched
			FOR EACH STATEMENT EXECUTE FUNCTION catalog.source_changed(%L, %L, %L)', name || '_delete', r.tab, r.kind, r.expression, r.joins);
	END LOOP;
END
$triggers$;

-- Not those that an import gives for a moment to products that trade their addresses (catalog.import_bodies).
CREATE OR REPLACE TRIGGER keep_slug AFTER UPDATE OF slug ON catalog.product_text
	FOR EACH ROW WHEN (OLD.slug <> NEW.slug AND OLD.slug <> 'moving-' || OLD.product_id::text) EXECUTE FUNCTION catalog.keep_slug();
CREATE OR REPLACE TRIGGER keep_slug AFTER UPDATE OF slug ON catalog.category_text
	FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION catalog.keep_slug();
CREATE OR REPLACE TRIGGER stock_rule AFTER UPDATE OF low_stock ON tenancy.store
	FOR EACH ROW WHEN (OLD.low_stock <> NEW.low_stock) EXECUTE FUNCTION catalog.stock_rule_changed();
CREATE OR REPLACE TRIGGER stock_rule AFTER INSERT OR UPDATE OR DELETE ON inventory.store_warehouse
	FOR EACH ROW EXECUTE FUNCTION catalog.stock_rule_changed();
