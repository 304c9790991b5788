-- What the product page shows of a product, put together once: catalog.product_page.
--
-- A part of catalog.relist (sql/functions/catalog.sql), so it changes in the transaction that
-- changed the product.  Lists stand in one text each: records that end with U+001E, their
-- fields that end with U+001F (lib/base/record.h reads them).  Stock and the cards of related
-- products change without the product: the job freshen follows them within a second.

-- A text that cannot end a field.
CREATE OR REPLACE FUNCTION catalog.field(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT pg_catalog.translate(coalesce(p_text, ''), U&'\001E\001F', '') || U&'\001F' $$;
COMMENT ON FUNCTION catalog.field(text) IS 'A field of a record in catalog.product_page; NULL is an empty text.';

-- The variants in the order of the matrix: id, sku, gtin, price, was, title, label and swatch of the
-- first option, titles and labels of the others.
CREATE OR REPLACE FUNCTION catalog.page_variants(p_tenant uuid, p_products uuid[])
RETURNS TABLE (store_id uuid, locale text, currency text, product_id uuid, ids uuid[], records text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH one AS (
		SELECT l.store_id, l.locale, pr.currency, v.product_id, v.variant_id, o.first, o.second, v.position,
		       catalog.field(v.variant_id::text) || catalog.field(v.sku) || catalog.field(v.gtin)
		       || catalog.field(pr.amount::text) || catalog.field(pr.was::text)
		       || catalog.field(o.title) || catalog.field(o.label) || catalog.field(o.swatch)
		       || catalog.field(o.title2) || catalog.field(o.label2) || U&'\001E' AS record
		FROM catalog.variant v
		JOIN catalog.store_product sp ON sp.product_id = v.product_id
		JOIN tenancy.store_locale l ON l.store_id = sp.store_id
		JOIN tenancy.store_locale d ON d.store_id = sp.store_id AND d.position = 0
		JOIN LATERAL (SELECT DISTINCT ON (x.currency) x.currency, x.amount, x.was FROM catalog.price x
			WHERE x.store_id = sp.store_id AND x.variant_id = v.variant_id AND x.customer_group = '' AND x.min_quantity = 1
			  AND x.starts_at <= sutler.now() AND x.ends_at > sutler.now()
			ORDER BY x.currency, x.starts_at DESC) pr ON true
		-- Looked up for each variant: a join of all with all would be planned badly, as nothing is known of a function's rows.
		CROSS JOIN LATERAL (SELECT min(x.title) FILTER (WHERE x.n = 1) AS title, min(x.label) FILTER (WHERE x.n = 1) AS label,
			min(x.swatch) FILTER (WHERE x.n = 1) AS swatch, min(x.position) FILTER (WHERE x.n = 1) AS first,
			string_agg(x.title, ', ' ORDER BY x.n) FILTER (WHERE x.n > 1) AS title2,
			string_agg(x.label, ' / ' ORDER BY x.n) FILTER (WHERE x.n > 1) AS label2,
			min(x.position) FILTER (WHERE x.n > 1) AS second
			FROM (SELECT av.position, av.swatch, coalesce(tt.label, th.label, a.code) AS title, coalesce(vt.label, vh.label, av.code) AS label,
			             row_number() OVER (ORDER BY po.position) AS n
			      FROM catalog.product_option po
			      JOIN catalog.attribute a ON a.attribute_id = po.attribute_id
			      JOIN catalog.variant_value vv ON vv.variant_id = v.variant_id AND vv.attribute_id = po.attribute_id
			      JOIN catalog.attribute_value av ON av.value_id = vv.value_id
			      LEFT JOIN catalog.attribute_text tt ON tt.attribute_id = a.attribute_id AND tt.locale = l.locale
			      LEFT JOIN catalog.attribute_text th ON th.attribute_id = a.attribute_id AND th.locale = d.locale
			      LEFT JOIN catalog.attribute_value_text vt ON vt.value_id = av.value_id AND vt.locale = l.locale
			      LEFT JOIN catalog.attribute_value_text vh ON vh.value_id = av.value_id AND vh.locale = d.locale
			      WHERE po.product_id = v.product_id) x) o
		WHERE v.product_id = ANY (p_products) AND v.status = 'active'
	)
	SELECT o.store_id, o.locale, o.currency, o.product_id, array_agg(o.variant_id ORDER BY o.n), string_agg(o.record, '' ORDER BY o.n)
	FROM (SELECT x.*, row_number() OVER (PARTITION BY x.store_id, x.locale, x.currency, x.product_id
			ORDER BY x.first NULLS FIRST, x.second NULLS FIRST, x.position, x.variant_id) AS n FROM one x) o
	WHERE o.n <= 400
	GROUP BY o.store_id, o.locale, o.currency, o.product_id;
END
$$;
COMMENT ON FUNCTION catalog.page_variants(uuid, uuid[]) IS 'Part of catalog.relist: the variants of product pages, at most 400 each.';

-- Three fields stand before amount and former price, the others behind them.
CREATE OR REPLACE FUNCTION catalog.page_repriced(p_store uuid, p_currency text, p_records text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT string_agg(regexp_replace(r.record, U&'^((?:[^\001F]*\001F){3})[^\001F]*\001F[^\001F]*\001F', '\1' || catalog.field(x.amount::text) || catalog.field(x.was::text))
		|| U&'\001E', '' ORDER BY r.n)
	FROM string_to_table(rtrim(p_records, U&'\001E'), U&'\001E') WITH ORDINALITY AS r (record, n)
	CROSS JOIN LATERAL (SELECT p.amount, p.was FROM catalog.price p
		WHERE p.store_id = p_store AND p.variant_id = split_part(r.record, U&'\001F', 1)::uuid AND p.currency = p_currency AND p.customer_group = ''
		  AND p.min_quantity = 1 AND p.starts_at <= sutler.now() AND p.ends_at > sutler.now()
		ORDER BY p.starts_at DESC LIMIT 1) x
$$;
COMMENT ON FUNCTION catalog.page_repriced(uuid, text, text) IS 'Records of catalog.page_variants with the prices of now.';

-- Prices by quantity: from how many on, the lowest price of the variants.
CREATE OR REPLACE FUNCTION catalog.page_tiers(p_tenant uuid, p_products uuid[])
RETURNS TABLE (store_id uuid, currency text, product_id uuid, records text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT t.store_id, t.currency, t.product_id,
	       string_agg(catalog.field(t.min_quantity::text) || catalog.field(t.amount::text) || U&'\001E', '' ORDER BY t.min_quantity)
	FROM (SELECT x.store_id, x.currency, v.product_id, x.min_quantity, min(x.amount) AS amount,
	             row_number() OVER (PARTITION BY x.store_id, x.currency, v.product_id ORDER BY x.min_quantity) AS n
	      FROM catalog.variant v
	      JOIN catalog.price x ON x.variant_id = v.variant_id AND x.customer_group = '' AND x.min_quantity > 1
	        AND x.starts_at <= sutler.now() AND x.ends_at > sutler.now()
	      WHERE v.product_id = ANY (p_products) AND v.status = 'active'
	      GROUP BY x.store_id, x.currency, v.product_id, x.min_quantity) t
	WHERE t.n <= 20 GROUP BY t.store_id, t.currency, t.product_id;
END
$$;
COMMENT ON FUNCTION catalog.page_tiers(uuid, uuid[]) IS 'Part of catalog.relist: the prices by quantity of product pages, at most 20 each.';

-- Pictures, those of the store's own in place of the product's, then documents: kind, name, label, bytes,
-- label of the option's value that a picture shows.
CREATE OR REPLACE FUNCTION catalog.page_media(p_tenant uuid, p_products uuid[])
RETURNS TABLE (store_id uuid, locale text, product_id uuid, records text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT m.store_id, m.locale, m.product_id, string_agg(m.record, '' ORDER BY m.n)
	FROM (SELECT l.store_id, l.locale, pm.product_id,
	             catalog.field(pm.kind) || catalog.field(f.name)
	             || catalog.field(coalesce(t.label, h.label, CASE pm.kind WHEN 'document' THEN f.file_name END))
	             || catalog.field(f.bytes::text) || catalog.field(coalesce(ct.label, ch.label, c.code)) || U&'\001E' AS record,
	             row_number() OVER (PARTITION BY l.store_id, l.locale, pm.product_id ORDER BY pm.kind DESC, pm.position, pm.media_id) AS n
	      FROM (SELECT sp.store_id, x.product_id, x.media_id, x.kind, x.position, x.value_id
	            FROM catalog.product_media x
	            JOIN catalog.store_product sp ON sp.product_id = x.product_id
	            WHERE x.product_id = ANY (p_products) AND (x.kind = 'document' OR NOT EXISTS (SELECT FROM catalog.store_product_media o
			WHERE o.store_id = sp.store_id AND o.product_id = x.product_id))
	            UNION ALL
	            SELECT o.store_id, o.product_id, o.media_id, 'image', o.position, x.value_id
	            FROM catalog.store_product_media o
	            LEFT JOIN catalog.product_media x ON x.product_id = o.product_id AND x.media_id = o.media_id AND x.kind = 'image'
	            WHERE o.product_id = ANY (p_products)) pm
	      JOIN catalog.media f ON f.media_id = pm.media_id
	      JOIN tenancy.store_locale l ON l.store_id = pm.store_id
	      JOIN tenancy.store_locale d ON d.store_id = pm.store_id AND d.position = 0
	      LEFT JOIN catalog.product_media_text t ON t.product_id = pm.product_id AND t.media_id = pm.media_id AND t.locale = l.locale
	      LEFT JOIN catalog.product_media_text h ON h.product_id = pm.product_id AND h.media_id = pm.media_id AND h.locale = d.locale
	      LEFT JOIN catalog.attribute_value c ON c.value_id = pm.value_id
	      LEFT JOIN catalog.attribute_value_text ct ON ct.value_id = pm.value_id AND ct.locale = l.locale
	      LEFT JOIN catalog.attribute_value_text ch ON ch.value_id = pm.value_id AND ch.locale = d.locale) m
	WHERE m.n <= 60 GROUP BY m.store_id, m.locale, m.product_id;
END
$$;
COMMENT ON FUNCTION catalog.page_media(uuid, uuid[]) IS 'Part of catalog.relist: pictures and documents of product pages, at most 60 each.';

-- Free attributes, the values of one together: label, values.
CREATE OR REPLACE FUNCTION catalog.page_specs(p_tenant uuid, p_products uuid[])
RETURNS TABLE (store_id uuid, locale text, product_id uuid, records text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT s.store_id, s.locale, s.product_id,
	       string_agg(catalog.field(s.title) || catalog.field(s.labels) || U&'\001E', '' ORDER BY s.position, s.code)
	FROM (SELECT l.store_id, l.locale, pv.product_id, a.position, a.code, coalesce(tt.label, th.label, a.code) AS title,
	             string_agg(coalesce(vt.label, vh.label, v.code), ', ' ORDER BY v.position, v.code) AS labels
	      FROM catalog.product_value pv
	      JOIN catalog.attribute a ON a.attribute_id = pv.attribute_id
	      JOIN catalog.attribute_value v ON v.value_id = pv.value_id
	      JOIN catalog.store_product sp ON sp.product_id = pv.product_id
	      JOIN tenancy.store_locale l ON l.store_id = sp.store_id
	      JOIN tenancy.store_locale d ON d.store_id = sp.store_id AND d.position = 0
	      LEFT JOIN catalog.attribute_text tt ON tt.attribute_id = a.attribute_id AND tt.locale = l.locale
	      LEFT JOIN catalog.attribute_text th ON th.attribute_id = a.attribute_id AND th.locale = d.locale
	      LEFT JOIN catalog.attribute_value_text vt ON vt.value_id = v.value_id AND vt.locale = l.locale
	      LEFT JOIN catalog.attribute_value_text vh ON vh.value_id = v.value_id AND vh.locale = d.locale
	      WHERE pv.product_id = ANY (p_products)
	      GROUP BY l.store_id, l.locale, pv.product_id, a.position, a.code, tt.label, th.label) s
	GROUP BY s.store_id, s.locale, s.product_id;
END
$$;
COMMENT ON FUNCTION catalog.page_specs(uuid, uuid[]) IS 'Part of catalog.relist: the free attributes of product pages.';

-- Tags that have a page, those of the language and those of all; spellings with one page once: tag, slug.
CREATE OR REPLACE FUNCTION catalog.page_tags(p_tenant uuid, p_products uuid[])
RETURNS TABLE (store_id uuid, locale text, product_id uuid, records text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT t.store_id, t.locale, t.product_id,
	       string_agg(catalog.field(t.tag) || catalog.field(t.slug) || U&'\001E', '' ORDER BY t.n)
	FROM (SELECT l.store_id, l.locale, g.product_id, g.slug, min(g.tag) AS tag,
	             row_number() OVER (PARTITION BY l.store_id, l.locale, g.product_id ORDER BY min(g.tag), g.slug) AS n
	      FROM catalog.product_tag g
	      JOIN catalog.store_product sp ON sp.product_id = g.product_id
	      JOIN tenancy.store_locale l ON l.store_id = sp.store_id AND g.locale IN ('', l.locale)
	      WHERE g.product_id = ANY (p_products) AND g.slug <> ''
	      GROUP BY l.store_id, l.locale, g.product_id, g.slug) t
	WHERE t.n <= 30 GROUP BY t.store_id, t.locale, t.product_id;
END
$$;
COMMENT ON FUNCTION catalog.page_tags(uuid, uuid[]) IS 'Part of catalog.relist: the tags of product pages, at most 30 each.';

-- The way to a product: the deepest category it was put into, with all above, the top first: name, slug.
CREATE OR REPLACE FUNCTION catalog.page_trail(p_tenant uuid, p_products uuid[])
RETURNS TABLE (store_id uuid, locale text, product_id uuid, records text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH RECURSIVE put AS (
		SELECT DISTINCT ON (cp.store_id, cp.product_id) cp.store_id, cp.product_id, c.category_id
		FROM catalog.category_product cp
		JOIN catalog.category c ON c.category_id = cp.category_id AND c.kind = 'category' AND c.visible
		WHERE cp.product_id = ANY (p_products)
		ORDER BY cp.store_id, cp.product_id, c.parent_id IS NULL, c.position, c.category_id
	), up AS (
		SELECT c.category_id AS leaf, c.category_id, c.parent_id, 0 AS height
		FROM (SELECT DISTINCT p.category_id FROM put p) p JOIN catalog.category c ON c.category_id = p.category_id
		UNION ALL
		SELECT up.leaf, c.category_id, c.parent_id, up.height + 1
		FROM up JOIN catalog.category c ON c.category_id = up.parent_id WHERE up.height < 10
	), way AS (
		SELECT up.leaf, t.locale, string_agg(catalog.field(t.name) || catalog.field(t.slug) || U&'\001E', '' ORDER BY up.height DESC) AS records
		FROM up JOIN catalog.category_text t ON t.category_id = up.category_id GROUP BY up.leaf, t.locale
	)
	SELECT p.store_id, w.locale, p.product_id, w.records FROM put p JOIN way w ON w.leaf = p.category_id;
END
$$;
COMMENT ON FUNCTION catalog.page_trail(uuid, uuid[]) IS 'Part of catalog.relist: the breadcrumbs of product pages.';

-- What the store has of variants, a letter for each in the order given: i in stock, f few, m made to order, o out.
CREATE OR REPLACE FUNCTION catalog.page_stock(p_store uuid, p_variants uuid[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(string_agg(CASE WHEN (p.made_to_order AND NOT v.bundle) OR v.made_to_order THEN 'm'
			WHEN NOT (v.track_stock OR v.bundle) OR a.pieces IS NULL OR a.pieces > st.low_stock THEN 'i'
			WHEN a.pieces > 0 THEN 'f'
			ELSE 'o' END, '' ORDER BY u.n), '')
	FROM unnest(p_variants) WITH ORDINALITY u (variant_id, n)
	LEFT JOIN catalog.variant v ON v.variant_id = u.variant_id
	LEFT JOIN catalog.product p ON p.product_id = v.product_id
	JOIN tenancy.store st ON st.store_id = p_store
	-- A bundle of what nobody counts has no number.
	CROSS JOIN LATERAL (SELECT CASE WHEN v.bundle THEN inventory.bundle_free(v.tenant_id, p_store, NULL, v.variant_id) ELSE
		(SELECT coalesce(sum(greatest(s.on_hand - s.held, 0)), 0)
		FROM inventory.stock s
		JOIN inventory.store_warehouse sw ON sw.store_id = p_store AND sw.warehouse_id = s.warehouse_id
		WHERE s.variant_id = u.variant_id) END AS pieces) a
$$;
COMMENT ON FUNCTION catalog.page_stock(uuid, uuid[]) IS 'in, few, made or out for each of the variants, by its first letter.';

-- The cards below a product: what the merchant chose as related, accessory or alternative, at most 8 of each; then what buyers chose
-- by buying or looking, and what is similar, at most 4 of each, there and shown once.  What is empty at the end has no mark.
CREATE OR REPLACE FUNCTION catalog.page_related(p_store uuid, p_locale text, p_currency text, p_product uuid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT rtrim(concat(string_agg(x.card, '' ORDER BY x.n) FILTER (WHERE x.kind = 'related'), U&'\001D',
		string_agg(x.card, '' ORDER BY x.n) FILTER (WHERE x.kind = 'accessory'), U&'\001D',
		string_agg(x.card, '' ORDER BY x.n) FILTER (WHERE x.kind = 'alternative'), U&'\001D',
		string_agg(x.card, '' ORDER BY x.n) FILTER (WHERE x.kind = 'bought'), U&'\001D',
		string_agg(x.card, '' ORDER BY x.n) FILTER (WHERE x.kind = 'viewed'), U&'\001D',
		string_agg(x.card, '' ORDER BY x.n) FILTER (WHERE x.kind = 'similar')), U&'\001D')
	FROM (SELECT translate(l.card, U&'\001D', '') || U&'\001E' AS card, k.kind, k.most,
	             row_number() OVER (PARTITION BY k.kind ORDER BY k.position, k.other_id) AS n
	      FROM (SELECT r.kind, r.related_id AS other_id, r.position, 8 AS most FROM catalog.related r WHERE r.product_id = p_product
		    UNION ALL
		    (SELECT DISTINCT ON (c.other_id) c.kind, c.other_id, c.position, 4 FROM catalog.recommendation c
		    JOIN tenancy.store st ON st.store_id = c.store_id
			AND CASE c.kind WHEN 'bought' THEN st.show_bought WHEN 'viewed' THEN st.show_viewed ELSE st.show_similar END
		    WHERE c.product_id = p_product AND c.store_id = p_store
		      AND NOT EXISTS (SELECT FROM catalog.related r WHERE r.product_id = p_product AND r.related_id = c.other_id)
		    ORDER BY c.other_id, array_position(ARRAY['bought', 'viewed', 'similar'], c.kind))) k
	      JOIN catalog.listing l ON l.store_id = p_store AND l.locale = p_locale AND l.currency = p_currency
		AND l.product_id = k.other_id
	      WHERE k.most = 8 OR l.stock <> 'out') x
	WHERE x.n <= x.most
$$;
COMMENT ON FUNCTION catalog.page_related(uuid, text, text, uuid) IS 'The cards that a product page shows below, each ended by U+001E, kinds parted by U+001D.';

-- One row for each card of the whole store, which were made right before.
CREATE OR REPLACE FUNCTION catalog.relist_pages(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH card AS (
		-- With the addresses of all languages beside each.
		SELECT l.*, string_agg(catalog.field(l.locale) || catalog.field(l.slug) || U&'\001E', '') OVER (PARTITION BY l.store_id, l.currency, l.product_id
				ORDER BY l.locale ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS paths
		FROM catalog.listing l WHERE l.product_id = ANY (p_products)
	), fresh AS (
		SELECT c.store_id, c.locale, c.currency, c.product_id, c.slug, c.name::text AS name, p.reference, p.brand,
		       coalesce(t.summary, '') AS summary, coalesce(t.description, '') AS description,
		       -- What search engines are told of the product does not fit a name or summary of the store's own.
		       CASE WHEN coalesce(o.name, oh.name) IS NULL THEN coalesce(pt.meta_title, ph.meta_title, '') ELSE '' END AS meta_title,
		       CASE WHEN coalesce(o.summary, oh.summary) IS NULL THEN coalesce(pt.meta_description, ph.meta_description, '') ELSE '' END
				AS meta_description,
		       c.price, c.was, c.price_varies, p.lead_time_days, coalesce(v.ids, '{}') AS variant_ids, coalesce(v.records, '') AS variants,
		       coalesce(q.records, '') AS tiers, coalesce(m.records, '') AS media, coalesce(s.records, '') AS specs,
		       coalesce(k.records, '') AS tags, c.paths, coalesce(w.records, '') AS trail,
		       catalog.page_stock(c.store_id, v.ids) AS stock, catalog.page_related(c.store_id, c.locale, c.currency, c.product_id) AS related,
		       EXISTS (SELECT FROM catalog.variant b WHERE b.product_id = c.product_id AND b.bundle) AS bundle,
		       (SELECT CASE WHEN bool_and(s.nothing) THEN 'all' WHEN bool_or(s.nothing) THEN 'some' ELSE 'none' END
		        FROM (SELECT b.digital OR (b.bundle AND catalog.nothing_to_send(p_tenant, ARRAY[b.variant_id])) AS nothing
		              FROM catalog.variant b WHERE b.product_id = c.product_id AND b.status = 'active') s) AS digital
		FROM card c
		JOIN catalog.product p ON p.product_id = c.product_id
		JOIN catalog.texts_of(p_tenant, p_products) t ON t.store_id = c.store_id AND t.product_id = c.product_id AND t.locale = c.locale
		LEFT JOIN catalog.product_text pt ON pt.product_id = c.product_id AND pt.locale = c.locale
		LEFT JOIN catalog.product_text ph ON ph.product_id = c.product_id AND ph.locale = t.home
		LEFT JOIN catalog.store_product_text o ON o.store_id = c.store_id AND o.product_id = c.product_id AND o.locale = c.locale
		LEFT JOIN catalog.store_product_text oh ON oh.store_id = c.store_id AND oh.product_id = c.product_id AND oh.locale = t.home
		LEFT JOIN catalog.page_variants(p_tenant, p_products) v ON v.store_id = c.store_id AND v.locale = c.locale
			AND v.currency = c.currency AND v.product_id = c.product_id
		LEFT JOIN catalog.page_tiers(p_tenant, p_products) q ON q.store_id = c.store_id AND q.currency = c.currency AND q.product_id = c.product_id
		LEFT JOIN catalog.page_media(p_tenant, p_products) m ON m.store_id = c.store_id AND m.locale = c.locale AND m.product_id = c.product_id
		LEFT JOIN catalog.page_specs(p_tenant, p_products) s ON s.store_id = c.store_id AND s.locale = c.locale AND s.product_id = c.product_id
		LEFT JOIN catalog.page_tags(p_tenant, p_products) k ON k.store_id = c.store_id AND k.locale = c.locale AND k.product_id = c.product_id
		LEFT JOIN catalog.page_trail(p_tenant, p_products) w ON w.store_id = c.store_id AND w.locale = c.locale AND w.product_id = c.product_id
	), gone AS (
		DELETE FROM catalog.product_page g
		WHERE g.product_id = ANY (p_products) AND (g.store_id, g.locale, g.currency, g.product_id)
			NOT IN (SELECT c.store_id, c.locale, c.currency, c.product_id FROM card c)
	)
	INSERT INTO catalog.product_page AS g (tenant_id, store_id, locale, currency, product_id, slug, name, reference, brand, summary,
		description, meta_title, meta_description, price, was, price_varies, lead_time_days, variant_ids, variants, tiers, media, specs,
		tags, paths, trail, stock, related, bundle, digital)
	SELECT p_tenant, f.* FROM fresh f
	ON CONFLICT (tenant_id, store_id, locale, currency, product_id) DO UPDATE
	SET slug = excluded.slug, name = excluded.name, reference = excluded.reference, brand = excluded.brand, summary = excluded.summary,
	    description = excluded.description, meta_title = excluded.meta_title, meta_description = excluded.meta_description,
	    price = excluded.price, was = excluded.was, price_varies = excluded.price_varies, lead_time_days = excluded.lead_time_days,
	    variant_ids = excluded.variant_ids, variants = excluded.variants, tiers = excluded.tiers, media = excluded.media,
	    specs = excluded.specs, tags = excluded.tags, paths = excluded.paths, trail = excluded.trail,
	    -- Of the same variants what stands comes from freshen, whose look at the stock is never older.
	    stock = CASE WHEN g.variant_ids = excluded.variant_ids THEN g.stock ELSE excluded.stock END, related = excluded.related,
	    bundle = excluded.bundle, digital = excluded.digital
	WHERE g IS DISTINCT FROM excluded;
END
$$;
COMMENT ON FUNCTION catalog.relist_pages(uuid, uuid[]) IS 'Part of catalog.relist: what product pages show, one row per store, language and currency.';
