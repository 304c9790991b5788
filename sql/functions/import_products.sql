-- The products of sutlerctl import products; see import_catalog.sql.

-- Faults of rows that products and listings share.
CREATE OR REPLACE FUNCTION catalog.import_check_rows(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT x.line, 'product', format('product "%s" stands in line %s already; its rows must follow each other', x.reference, x.first)
	FROM (SELECT p.line, p.reference, min(p.line) OVER (PARTITION BY p.reference) AS first FROM pg_temp.import_product p) x WHERE x.line > x.first;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT x.line, 'sku', format('SKU "%s" stands in line %s already', x.sku, x.first)
	FROM (SELECT v.line, v.sku, min(v.line) OVER (PARTITION BY lower(v.sku)) AS first FROM pg_temp.import_variant v) x WHERE x.line > x.first;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT v.line, 'sku', format('SKU "%s" belongs to product "%s"', v.sku, p.reference)
	FROM pg_temp.import_variant v JOIN catalog.variant o ON o.sku_key = lower(v.sku)
	JOIN catalog.product p ON p.product_id = o.product_id WHERE p.reference <> v.reference;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT i.line, i.col, format('there is no category "%s" in the store', i.value)
	FROM pg_temp.import_item i WHERE i.kind = 'category'
	  AND NOT EXISTS (SELECT FROM catalog.category_text t WHERE t.store_id = p_store AND t.slug = i.value);
END
$$;
COMMENT ON FUNCTION catalog.import_check_rows(uuid, uuid) IS 'Part of the checks of staged products and listings: rows twice, SKUs of other products, unknown categories.';

-- Faults of plain prices and those by quantity, whatever else the file says.
CREATE OR REPLACE FUNCTION catalog.import_check_prices(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT v.line, 'price:' || c.currency, 'a new variant needs a price in the store''s first currency'
	FROM pg_temp.import_variant v JOIN tenancy.store_currency c ON c.store_id = p_store AND c.position = 0
	LEFT JOIN catalog.variant o ON o.sku_key = lower(v.sku)
	WHERE NOT EXISTS (SELECT FROM pg_temp.import_price x WHERE x.sku = v.sku AND x.currency = c.currency AND x.min_quantity = 1)
	  AND NOT EXISTS (SELECT FROM pg_temp.import_markup k WHERE k.reference = v.reference AND k.currency = c.currency AND k.base IN ('store', 'cost'))
	  -- one that has none and gets none stays as it is; one that has a price does not lose it
	  AND (o.variant_id IS NULL OR (catalog.import_has('price', c.currency)
		AND EXISTS (SELECT FROM catalog.price r WHERE r.variant_id = o.variant_id AND r.store_id = p_store AND r.currency = c.currency
			AND r.customer_group = '' AND r.starts_at = '-infinity' AND r.min_quantity = 1 AND NOT r.reckoned)));
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT x.line, x.col, format('prices in %s are multiples of the store''s smallest_amount.%s', x.currency, x.currency)
	FROM pg_temp.import_price x JOIN tenancy.store_currency c ON c.store_id = p_store AND c.currency = x.currency
	WHERE x.amount % c.step <> 0 OR x.was % c.step <> 0;
END
$$;
COMMENT ON FUNCTION catalog.import_check_prices(uuid, uuid) IS 'Part of the checks of staged products: prices that are missing, or no multiple of the store''s smallest amount.';

-- Faults of prices of some days.
CREATE OR REPLACE FUNCTION catalog.import_check_specials(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT x.line, x.col, format('prices in %s are multiples of the store''s smallest_amount.%s', x.currency, x.currency)
	FROM pg_temp.import_special x JOIN tenancy.store_currency c ON c.store_id = p_store AND c.currency = x.currency
	WHERE x.amount % c.step <> 0 OR x.was % c.step <> 0;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT x.line, x.col, 'a price of some days ends before it begins'
	FROM pg_temp.import_special x WHERE x.starts >= x.ends;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT x.line, x.col, 'two prices of some days begin at the same moment'
	FROM pg_temp.import_special x GROUP BY x.line, x.col, x.sku, x.currency, x.starts HAVING count(*) > 1;
END
$$;
COMMENT ON FUNCTION catalog.import_check_specials(uuid, uuid) IS 'Part of the checks of staged products and listings: prices of some days.';

-- Faults of bundles: what catalog.desk_bundle() declines.
CREATE OR REPLACE FUNCTION catalog.import_check_parts(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_temp.import_part) THEN
		RETURN;
	END IF;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT b.line, b.col, format('there is no SKU "%s"', b.part)
	FROM pg_temp.import_part b WHERE NOT EXISTS (SELECT FROM pg_temp.import_variant v WHERE lower(v.sku) = lower(b.part))
	  AND NOT EXISTS (SELECT FROM catalog.variant v WHERE v.sku_key = lower(b.part));
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT b.line, b.col, CASE WHEN lower(b.part) = lower(b.sku) THEN 'a bundle does not contain itself' ELSE format('"%s" is a bundle: no bundle contains another', b.part) END
	FROM pg_temp.import_part b
	WHERE lower(b.part) = lower(b.sku) OR EXISTS (SELECT FROM pg_temp.import_part o WHERE lower(o.sku) = lower(b.part))
	   OR EXISTS (SELECT FROM catalog.variant v WHERE v.sku_key = lower(b.part) AND v.bundle
		AND NOT EXISTS (SELECT FROM pg_temp.import_variant i WHERE lower(i.sku) = v.sku_key));
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT b.line, b.col, format('"%s" stands twice in the bundle', min(b.part))
	FROM pg_temp.import_part b GROUP BY b.line, b.col, b.sku, lower(b.part) HAVING count(*) > 1;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT DISTINCT b.line, b.col, CASE WHEN EXISTS (SELECT FROM catalog.bundle_part p WHERE p.part_id = v.variant_id)
		THEN format('"%s" is in a bundle and cannot be one', b.sku) ELSE format('"%s" has stock and cannot be a bundle', b.sku) END
	FROM pg_temp.import_part b JOIN catalog.variant v ON v.sku_key = lower(b.sku) AND NOT v.bundle
	WHERE EXISTS (SELECT FROM catalog.bundle_part p WHERE p.part_id = v.variant_id)
	   OR EXISTS (SELECT FROM inventory.stock s WHERE s.variant_id = v.variant_id AND (s.on_hand > 0 OR s.held > 0));
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT DISTINCT s.line, s.col, 'a bundle has no stock of its own'
	FROM pg_temp.import_stock s WHERE s.quantity > 0 AND EXISTS (SELECT FROM pg_temp.import_part b WHERE b.sku = s.sku);
END
$$;
COMMENT ON FUNCTION catalog.import_check_parts(uuid) IS 'Part of the checks of staged products: what bundles contain.';

-- Faults that show only when rows are seen together.  Each names the line of its row.
CREATE OR REPLACE FUNCTION catalog.import_check(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM catalog.import_check_rows(p_tenant, p_store);
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT x.line, 'slug:' || x.locale, format('slug "%s" stands in line %s already', x.slug, x.first)
	FROM (SELECT t.*, min(t.line) OVER (PARTITION BY t.locale, t.slug) AS first FROM pg_temp.import_text t WHERE NOT t.slug_made) x
	WHERE x.line > x.first;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT t.line, 'slug:' || t.locale, format('product "%s" has the slug "%s"', p.reference, t.slug)
	FROM pg_temp.import_text t JOIN catalog.product_text o ON o.locale = t.locale AND o.slug = t.slug
	JOIN catalog.product p ON p.product_id = o.product_id
	WHERE NOT t.slug_made AND p.reference <> t.reference
	  AND NOT EXISTS (SELECT FROM pg_temp.import_text y WHERE y.reference = p.reference AND y.locale = t.locale AND y.slug <> t.slug AND NOT y.slug_made);
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT p.line, 'tax_class', format('there is no tax class "%s"', p.tax_class)
	FROM pg_temp.import_product p WHERE NOT EXISTS (SELECT FROM accounting.tax_class c WHERE c.tax_class = coalesce(p.tax_class, 'standard'))
	  AND (p.tax_class IS NOT NULL OR NOT EXISTS (SELECT FROM catalog.product o WHERE o.reference = p.reference));
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT i.line, i.col, CASE WHEN i.value = i.reference THEN 'a product is not related to itself' ELSE format('there is no product "%s"', i.value) END
	FROM pg_temp.import_item i WHERE i.kind IN ('related', 'accessory', 'alternative') AND (i.value = i.reference OR (
		NOT EXISTS (SELECT FROM pg_temp.import_product p WHERE p.reference = i.value)
		AND NOT EXISTS (SELECT FROM catalog.product p WHERE p.reference = i.value)));
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT i.line, max(i.col), format('"%s" stands in more than one of related, accessories and alternatives', i.value)
	FROM pg_temp.import_item i WHERE i.kind IN ('related', 'accessory', 'alternative')
	GROUP BY i.line, i.reference, i.value HAVING count(DISTINCT i.kind) > 1;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT i.line, i.col, format('attribute "%s" has no value "%s"', i.name, i.value)
	FROM pg_temp.import_item i WHERE i.kind = 'spec' AND NOT EXISTS (
		SELECT FROM catalog.attribute a JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id WHERE a.code = i.name AND v.code = i.value);
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT o.line, o.col, format('attribute "%s" has no value "%s"', o.attribute, o.value)
	FROM pg_temp.import_option o WHERE NOT EXISTS (
		SELECT FROM catalog.attribute a JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id WHERE a.code = o.attribute AND v.code = o.value);
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT i.line, 'image_option', format('no variant of the product has the option value "%s"', i.option_value)
	FROM pg_temp.import_item i WHERE i.option_value IS NOT NULL AND NOT EXISTS (
		SELECT FROM pg_temp.import_variant v JOIN pg_temp.import_option o ON o.sku = v.sku WHERE v.reference = i.reference AND o.value = i.option_value);
	-- Variants of one product differ in the same options, each combination once.
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT x.line, 'option', CASE WHEN x.names <> x.first_names THEN format('this variant has the options "%s", the first one "%s"', x.names, x.first_names)
		ELSE format('a variant with the options "%s" stands in line %s already', x.key, x.first) END
	FROM (SELECT v.line, o.names, o.key, first_value(o.names) OVER (PARTITION BY v.reference ORDER BY v.line) AS first_names,
			min(v.line) OVER (PARTITION BY v.reference, o.key) AS first
		FROM pg_temp.import_variant v
		JOIN LATERAL (SELECT coalesce(string_agg(i.attribute, '/' ORDER BY i.position), '') AS names, coalesce(string_agg(i.value, '/' ORDER BY i.position), '') AS key
			FROM pg_temp.import_option i WHERE i.sku = v.sku) o ON true) x
	WHERE x.names <> x.first_names OR x.line > x.first;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT p.line, 'name:' || l.locale, 'a new product needs a name in the store''s first language'
	FROM pg_temp.import_product p JOIN tenancy.store_locale l ON l.store_id = p_store AND l.position = 0
	WHERE NOT EXISTS (SELECT FROM pg_temp.import_text t WHERE t.reference = p.reference AND t.locale = l.locale AND t.name <> '')
	  AND NOT EXISTS (SELECT FROM catalog.product o WHERE o.reference = p.reference);
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT p.line, 'sku', 'a new product needs a variant' FROM pg_temp.import_product p
	WHERE NOT EXISTS (SELECT FROM pg_temp.import_variant v WHERE v.reference = p.reference)
	  AND NOT EXISTS (SELECT FROM catalog.product o WHERE o.reference = p.reference);
	PERFORM catalog.import_check_prices(p_tenant, p_store);
	PERFORM catalog.import_check_specials(p_tenant, p_store);
	PERFORM catalog.import_check_parts(p_tenant);
	PERFORM catalog.import_check_markups(p_tenant, p_store);
END
$$;
COMMENT ON FUNCTION catalog.import_check(uuid, uuid) IS 'Faults of staged products that show only when rows are seen together.';

-- The product's own row and texts.
CREATE OR REPLACE FUNCTION catalog.import_bodies(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO catalog.product (tenant_id, product_id, reference, status, brand, tax_class, lead_time_days, made_to_order, tiers_by)
	SELECT p_tenant, m.product_id, m.reference, coalesce(p.status, 'active'), coalesce(p.brand, ''), coalesce(p.tax_class, 'standard'),
	       coalesce(p.lead_time_days, 0), coalesce(p.made_to_order, false), coalesce(p.tiers_by, 'product')
	FROM pg_temp.import_map m JOIN pg_temp.import_product p ON p.reference = m.reference WHERE m.is_new ORDER BY p.line;
	WITH w AS (
		UPDATE catalog.product x SET status = coalesce(p.status, x.status), brand = coalesce(p.brand, x.brand),
			tax_class = coalesce(p.tax_class, x.tax_class), lead_time_days = coalesce(p.lead_time_days, x.lead_time_days),
			made_to_order = coalesce(p.made_to_order, x.made_to_order), tiers_by = coalesce(p.tiers_by, x.tiers_by)
		FROM pg_temp.import_map m JOIN pg_temp.import_product p ON p.reference = m.reference
		WHERE x.product_id = m.product_id AND NOT m.is_new
		  AND (x.status, x.brand, x.tax_class, x.lead_time_days, x.made_to_order, x.tiers_by)
		  IS DISTINCT FROM (coalesce(p.status, x.status), coalesce(p.brand, x.brand), coalesce(p.tax_class, x.tax_class),
			coalesce(p.lead_time_days, x.lead_time_days), coalesce(p.made_to_order, x.made_to_order), coalesce(p.tiers_by, x.tiers_by))
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;

	INSERT INTO catalog.slug_history (tenant_id, kind, store_id, locale, slug, target_id)
	SELECT p_tenant, 'product', '00000000-0000-0000-0000-000000000000', o.locale, o.slug, o.product_id
	FROM catalog.product_text o JOIN pg_temp.import_map m ON m.product_id = o.product_id
	JOIN pg_temp.import_text t ON t.reference = m.reference AND t.locale = o.locale WHERE t.slug <> o.slug
	ON CONFLICT (tenant_id, kind, store_id, locale, slug) DO UPDATE SET target_id = excluded.target_id, changed_at = now();
	-- Slugs may change places: what changes steps aside first.
	UPDATE catalog.product_text o SET slug = 'moving-' || o.product_id::text
	FROM pg_temp.import_map m JOIN pg_temp.import_text t ON t.reference = m.reference
	WHERE o.product_id = m.product_id AND o.locale = t.locale AND o.slug <> t.slug;
	WITH w AS (
		INSERT INTO catalog.product_text AS x (tenant_id, product_id, locale, slug, name, summary, description, meta_title, meta_description)
		SELECT p_tenant, m.product_id, t.locale, t.slug, t.name, coalesce(t.summary, o.summary, ''), coalesce(t.description, o.description, ''),
		       coalesce(t.meta_title, o.meta_title, ''), coalesce(t.meta_description, o.meta_description, '')
		FROM pg_temp.import_text t JOIN pg_temp.import_map m ON m.reference = t.reference
		LEFT JOIN catalog.product_text o ON o.product_id = m.product_id AND o.locale = t.locale
		ON CONFLICT (tenant_id, product_id, locale) DO UPDATE SET slug = excluded.slug, name = excluded.name, summary = excluded.summary,
			description = excluded.description, meta_title = excluded.meta_title, meta_description = excluded.meta_description
		WHERE (x.slug, x.name, x.summary, x.description, x.meta_title, x.meta_description)
		IS DISTINCT FROM (excluded.slug, excluded.name, excluded.summary, excluded.description, excluded.meta_title, excluded.meta_description)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;

	WITH w AS (
		INSERT INTO catalog.store_product AS x (tenant_id, store_id, product_id, visible, featured, position)
		SELECT p_tenant, p_store, m.product_id, coalesce(p.visible, true), coalesce(p.featured, false),
		       coalesce((SELECT max(s.position) FROM catalog.store_product s WHERE s.store_id = p_store), 0) + row_number() OVER (ORDER BY p.line)
		FROM pg_temp.import_map m JOIN pg_temp.import_product p ON p.reference = m.reference
		WHERE NOT EXISTS (SELECT FROM catalog.store_product s WHERE s.store_id = p_store AND s.product_id = m.product_id)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		UPDATE catalog.store_product x SET visible = coalesce(p.visible, x.visible), featured = coalesce(p.featured, x.featured)
		FROM pg_temp.import_map m JOIN pg_temp.import_product p ON p.reference = m.reference
		WHERE x.store_id = p_store AND x.product_id = m.product_id
		  AND (x.visible, x.featured) IS DISTINCT FROM (coalesce(p.visible, x.visible), coalesce(p.featured, x.featured))
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
END
$$;
COMMENT ON FUNCTION catalog.import_bodies(uuid, uuid) IS 'Part of an import of products: products, their texts, their place in the store.';

-- Categories, tags, related products, properties.
CREATE OR REPLACE FUNCTION catalog.import_items(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CREATE TEMP TABLE import_place ON COMMIT DROP AS
	SELECT DISTINCT m.product_id, t.category_id FROM pg_temp.import_item i JOIN pg_temp.import_map m ON m.reference = i.reference
	JOIN catalog.category_text t ON t.store_id = p_store AND t.slug = i.value WHERE i.kind = 'category'
	-- What a rule chooses no file does.
	  AND NOT EXISTS (SELECT FROM catalog.rule r WHERE r.category_id = t.category_id);
	IF catalog.import_has('categories') THEN
		WITH w AS (
			DELETE FROM catalog.category_product x USING pg_temp.import_map m WHERE x.store_id = p_store AND x.product_id = m.product_id
			  AND NOT EXISTS (SELECT FROM pg_temp.import_place p WHERE p.product_id = x.product_id AND p.category_id = x.category_id)
			  AND NOT EXISTS (SELECT FROM catalog.rule r WHERE r.category_id = x.category_id)
			RETURNING x.product_id
		) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	END IF;
	WITH w AS (
		INSERT INTO catalog.category_product AS x (tenant_id, store_id, category_id, product_id, position)
		SELECT p_tenant, p_store, p.category_id, p.product_id, coalesce(s.position, 0)
		FROM pg_temp.import_place p LEFT JOIN catalog.store_product s ON s.store_id = p_store AND s.product_id = p.product_id
		ON CONFLICT DO NOTHING RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;

	WITH w AS (
		DELETE FROM catalog.product_tag x USING pg_temp.import_map m WHERE x.product_id = m.product_id AND catalog.import_has('tags', x.locale)
		  AND NOT EXISTS (SELECT FROM pg_temp.import_item i
			WHERE i.kind = 'tag' AND i.reference = m.reference AND i.value = x.tag AND coalesce(i.name, '') = x.locale)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		INSERT INTO catalog.product_tag AS x (tenant_id, product_id, locale, tag)
		SELECT DISTINCT p_tenant, m.product_id, coalesce(i.name, ''), i.value FROM pg_temp.import_item i JOIN pg_temp.import_map m ON m.reference = i.reference
		WHERE i.kind = 'tag' ON CONFLICT DO NOTHING RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;

	PERFORM catalog.import_related(p_tenant);
	CREATE TEMP TABLE import_spec ON COMMIT DROP AS
	SELECT DISTINCT m.product_id, a.attribute_id, v.value_id FROM pg_temp.import_item i JOIN pg_temp.import_map m ON m.reference = i.reference
	JOIN catalog.attribute a ON a.code = i.name JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id AND v.code = i.value
	WHERE i.kind = 'spec';
	WITH w AS (
		DELETE FROM catalog.product_value x USING pg_temp.import_map m, catalog.attribute a
		WHERE x.product_id = m.product_id AND a.attribute_id = x.attribute_id
		  AND a.code IN (SELECT f.name FROM pg_temp.import_flag f WHERE f.kind = 'spec')
		  AND NOT EXISTS (SELECT FROM pg_temp.import_spec s WHERE s.product_id = x.product_id AND s.value_id = x.value_id)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		INSERT INTO catalog.product_value AS x (tenant_id, product_id, attribute_id, value_id)
		SELECT p_tenant, s.product_id, s.attribute_id, s.value_id FROM pg_temp.import_spec s ON CONFLICT DO NOTHING RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
END
$$;
COMMENT ON FUNCTION catalog.import_items(uuid, uuid) IS 'Part of an import of products: categories, tags, related products, properties.';

CREATE OR REPLACE FUNCTION catalog.import_files(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- One content stands once in a product, at its first place.
	CREATE TEMP TABLE import_file ON COMMIT DROP AS
	SELECT DISTINCT ON (m.product_id, e.media_id) m.product_id, m.reference, e.media_id, i.kind, i.position,
	       (SELECT v.value_id FROM pg_temp.import_variant iv JOIN pg_temp.import_option o ON o.sku = iv.sku
		JOIN catalog.attribute a ON a.code = o.attribute JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id AND v.code = o.value
		WHERE iv.reference = i.reference AND o.value = i.option_value LIMIT 1) AS value_id
	FROM pg_temp.import_item i JOIN pg_temp.import_map m ON m.reference = i.reference
	JOIN pg_temp.import_media f ON f.file = i.value JOIN catalog.media e ON e.name = f.name
	WHERE i.kind IN ('image', 'document') ORDER BY m.product_id, e.media_id, i.position;
	WITH w AS (
		DELETE FROM catalog.product_media x USING pg_temp.import_map m WHERE x.product_id = m.product_id
		  AND x.kind IN (SELECT f.kind FROM pg_temp.import_flag f WHERE f.kind IN ('image', 'document'))
		  AND NOT EXISTS (SELECT FROM pg_temp.import_file f WHERE f.product_id = x.product_id AND f.media_id = x.media_id)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		INSERT INTO catalog.product_media AS x (tenant_id, product_id, media_id, kind, position, value_id)
		SELECT p_tenant, f.product_id, f.media_id, f.kind, f.position, f.value_id FROM pg_temp.import_file f
		ON CONFLICT (tenant_id, product_id, media_id) DO UPDATE SET kind = excluded.kind, position = excluded.position, value_id = excluded.value_id
		WHERE (x.kind, x.position, x.value_id) IS DISTINCT FROM (excluded.kind, excluded.position, excluded.value_id)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		INSERT INTO catalog.product_media_text AS x (tenant_id, product_id, media_id, locale, label)
		SELECT DISTINCT ON (f.product_id, f.media_id, l.locale) p_tenant, f.product_id, f.media_id, l.locale, l.label
		FROM pg_temp.import_file f JOIN pg_temp.import_label l ON l.reference = f.reference AND l.kind = f.kind AND l.position = f.position
		ON CONFLICT (tenant_id, product_id, media_id, locale) DO UPDATE SET label = excluded.label WHERE x.label <> excluded.label
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
END
$$;
COMMENT ON FUNCTION catalog.import_files(uuid) IS 'Part of an import of products: pictures and documents.';

-- Variants with their options.
CREATE OR REPLACE FUNCTION catalog.import_variants(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Columns stand in one order for all products: a product that has just these options keeps its own order of them.
	UPDATE pg_temp.import_option i SET position = k.position
	FROM pg_temp.import_variant v JOIN pg_temp.import_map m ON m.reference = v.reference AND NOT m.is_new
	JOIN catalog.product_option k ON k.product_id = m.product_id JOIN catalog.attribute a ON a.attribute_id = k.attribute_id
	WHERE v.sku = i.sku AND a.code = i.attribute
	  AND NOT EXISTS (SELECT FROM pg_temp.import_option n WHERE n.sku = i.sku AND NOT EXISTS (
		SELECT FROM catalog.product_option o JOIN catalog.attribute b ON b.attribute_id = o.attribute_id WHERE o.product_id = m.product_id AND b.code = n.attribute));
	CREATE TEMP TABLE import_cell ON COMMIT DROP AS
	SELECT v.*, m.product_id, o.variant_id, o.variant_id IS NULL AS is_new,
	       coalesce((SELECT string_agg(i.value, '/' ORDER BY i.position) FROM pg_temp.import_option i WHERE i.sku = v.sku), '') AS options_key
	FROM pg_temp.import_variant v JOIN pg_temp.import_map m ON m.reference = v.reference
	LEFT JOIN catalog.variant o ON o.sku_key = lower(v.sku);
	UPDATE pg_temp.import_cell c SET variant_id = sutler.uuid7() WHERE c.is_new;
	-- So do variants that stand in the file as they stood before.
	WITH place AS (
		SELECT c.product_id, bool_and(NOT c.is_new) AS known,
		       array_agg(c.variant_id ORDER BY c.line) = array_agg(c.variant_id ORDER BY o.position, c.variant_id) AS same
		FROM pg_temp.import_cell c LEFT JOIN catalog.variant o ON o.variant_id = c.variant_id GROUP BY c.product_id
	) UPDATE pg_temp.import_cell c SET position = o.position FROM place p, catalog.variant o
	WHERE p.product_id = c.product_id AND p.known AND p.same AND o.variant_id = c.variant_id;
	CREATE INDEX ON pg_temp.import_cell (product_id);
	CREATE INDEX ON pg_temp.import_cell (variant_id);
	CREATE INDEX ON pg_temp.import_cell (sku);
	ANALYZE pg_temp.import_cell;

	-- In which attributes the variants differ, from the first variant of each product.
	CREATE TEMP TABLE import_axis ON COMMIT DROP AS
	SELECT DISTINCT c.product_id, a.attribute_id, o.position
	FROM (SELECT DISTINCT ON (x.product_id) x.product_id, x.sku FROM pg_temp.import_cell x ORDER BY x.product_id, x.line) c
	JOIN pg_temp.import_option o ON o.sku = c.sku JOIN catalog.attribute a ON a.code = o.attribute;

	-- Variants that left the file are kept for old orders, sold no more; so their cell is free.
	WITH w AS (
		UPDATE catalog.variant x SET status = 'archived' FROM pg_temp.import_map m
		WHERE x.product_id = m.product_id AND NOT m.is_new AND x.status = 'active'
		  AND EXISTS (SELECT FROM pg_temp.import_cell c WHERE c.product_id = x.product_id)
		  AND NOT EXISTS (SELECT FROM pg_temp.import_cell c WHERE c.variant_id = x.variant_id)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		DELETE FROM catalog.product_option x WHERE EXISTS (SELECT FROM pg_temp.import_cell c WHERE c.product_id = x.product_id)
		  AND NOT EXISTS (SELECT FROM pg_temp.import_axis a WHERE a.product_id = x.product_id AND a.attribute_id = x.attribute_id)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		INSERT INTO catalog.product_option AS x (tenant_id, product_id, attribute_id, position)
		SELECT p_tenant, a.product_id, a.attribute_id, a.position FROM pg_temp.import_axis a
		ON CONFLICT (tenant_id, product_id, attribute_id) DO UPDATE SET position = excluded.position WHERE x.position <> excluded.position
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;

	-- Cells may change places: what changes steps aside first.
	UPDATE catalog.variant x SET options_key = 'moving ' || x.variant_id::text FROM pg_temp.import_cell c
	WHERE x.variant_id = c.variant_id AND NOT c.is_new AND x.options_key <> c.options_key;
	WITH w AS (
		UPDATE catalog.variant x SET sku = c.sku, gtin = coalesce(nullif(c.gtin, ''), CASE WHEN c.gtin IS NULL THEN x.gtin END),
			status = 'active', made_to_order = coalesce(c.made_to_order, x.made_to_order) AND NOT x.bundle,
			track_stock = coalesce(c.track_stock, x.track_stock) AND NOT x.bundle,
			weight_g = coalesce(c.weight_g, x.weight_g), position = c.position, options_key = c.options_key
		FROM pg_temp.import_cell c WHERE x.variant_id = c.variant_id AND NOT c.is_new
		  AND (x.sku, x.gtin, x.status, x.made_to_order, x.track_stock, x.weight_g, x.position, x.options_key)
		  IS DISTINCT FROM (c.sku, coalesce(nullif(c.gtin, ''), CASE WHEN c.gtin IS NULL THEN x.gtin END), 'active', coalesce(c.made_to_order, x.made_to_order) AND NOT x.bundle,
			coalesce(c.track_stock, x.track_stock) AND NOT x.bundle, coalesce(c.weight_g, x.weight_g), c.position, c.options_key)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		INSERT INTO catalog.variant AS x (tenant_id, variant_id, product_id, sku, gtin, made_to_order, track_stock, weight_g, position, options_key)
		SELECT p_tenant, c.variant_id, c.product_id, c.sku, nullif(c.gtin, ''), coalesce(c.made_to_order, false), coalesce(c.track_stock, true),
		       coalesce(c.weight_g, 0), c.position, c.options_key
		FROM pg_temp.import_cell c WHERE c.is_new ORDER BY c.line RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT DISTINCT w.product_id FROM w;

	CREATE TEMP TABLE import_choice ON COMMIT DROP AS
	SELECT c.product_id, c.variant_id, a.attribute_id, v.value_id
	FROM pg_temp.import_cell c JOIN pg_temp.import_option o ON o.sku = c.sku JOIN catalog.attribute a ON a.code = o.attribute
	JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id AND v.code = o.value;
	CREATE INDEX ON pg_temp.import_choice (variant_id);
	ANALYZE pg_temp.import_choice;
	DELETE FROM catalog.variant_value x USING pg_temp.import_cell c WHERE x.variant_id = c.variant_id AND NOT c.is_new
	  AND NOT EXISTS (SELECT FROM pg_temp.import_choice h WHERE h.variant_id = x.variant_id AND h.attribute_id = x.attribute_id);
	INSERT INTO catalog.variant_value AS x (tenant_id, variant_id, attribute_id, value_id)
	SELECT p_tenant, h.variant_id, h.attribute_id, h.value_id FROM pg_temp.import_choice h
	ON CONFLICT (tenant_id, variant_id, attribute_id) DO UPDATE SET value_id = excluded.value_id WHERE x.value_id <> excluded.value_id;
END
$$;
COMMENT ON FUNCTION catalog.import_variants(uuid) IS 'Part of an import of products: variants and their options.';

-- Prices for everybody without dates: those of groups and of dates are not the file's.
CREATE OR REPLACE FUNCTION catalog.import_prices(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH w AS (
		DELETE FROM catalog.price x USING pg_temp.import_cell c
		WHERE x.store_id = p_store AND x.variant_id = c.variant_id AND NOT c.is_new AND x.customer_group = '' AND x.starts_at = '-infinity'
		  -- An empty cell leaves a price to the rule that reckons it.
		  AND NOT x.reckoned
		  AND x.currency IN (SELECT f.name FROM pg_temp.import_flag f WHERE f.kind = CASE WHEN x.min_quantity = 1 THEN 'price' ELSE 'tiers' END)
		  AND NOT EXISTS (SELECT FROM pg_temp.import_price p WHERE p.sku = c.sku AND p.currency = x.currency AND p.min_quantity = x.min_quantity)
		RETURNING c.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id, true FROM w;
	WITH w AS (
		INSERT INTO catalog.price AS x (tenant_id, store_id, variant_id, currency, min_quantity, amount, was, reckoned)
		-- What follows a rule that stands in the file begins as the file says, and follows.
		SELECT p_tenant, p_store, c.variant_id, p.currency, p.min_quantity, p.amount, p.was, p.min_quantity = 1 AND EXISTS (SELECT FROM pg_temp.import_markup k
			JOIN pg_temp.import_map m ON m.reference = k.reference WHERE m.product_id = c.product_id AND k.currency = p.currency AND k.base IN ('store', 'cost'))
		FROM pg_temp.import_price p JOIN pg_temp.import_cell c ON c.sku = p.sku
		ON CONFLICT (tenant_id, store_id, variant_id, currency, customer_group, min_quantity, starts_at)
		-- A file that does not speak of former prices leaves them, as long as they are higher.
		DO UPDATE SET amount = excluded.amount, was = CASE WHEN catalog.import_has('was', x.currency) THEN excluded.was WHEN x.was > excluded.amount THEN x.was END
		WHERE (x.amount, x.was) IS DISTINCT FROM
			(excluded.amount, CASE WHEN catalog.import_has('was', x.currency) THEN excluded.was WHEN x.was > excluded.amount THEN x.was END)
		  AND NOT (x.reckoned AND excluded.reckoned)
		RETURNING x.variant_id
	) INSERT INTO pg_temp.import_touched SELECT DISTINCT c.product_id, true FROM w JOIN pg_temp.import_cell c ON c.variant_id = w.variant_id;
END
$$;
COMMENT ON FUNCTION catalog.import_prices(uuid, uuid) IS 'Part of an import of products: the price list of the store.';

-- Prices of some days for everybody; those of groups and quantities are not the file's.  Times are the store's.
CREATE OR REPLACE FUNCTION catalog.import_specials(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	zone text;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_temp.import_flag f WHERE f.kind = 'special') THEN
		RETURN;
	END IF;
	SELECT s.timezone INTO STRICT zone FROM tenancy.store s WHERE s.store_id = p_store;
	WITH w AS (
		DELETE FROM catalog.price x USING pg_temp.import_cell c
		WHERE x.store_id = p_store AND x.variant_id = c.variant_id AND NOT c.is_new AND x.customer_group = '' AND x.min_quantity = 1 AND x.starts_at > '-infinity'
		  AND catalog.import_has('special', x.currency)
		  AND NOT EXISTS (SELECT FROM pg_temp.import_special p WHERE p.sku = c.sku AND p.currency = x.currency AND p.starts AT TIME ZONE zone = x.starts_at)
		RETURNING c.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id, true FROM w;
	WITH w AS (
		INSERT INTO catalog.price AS x (tenant_id, store_id, variant_id, currency, min_quantity, starts_at, ends_at, amount, was)
		SELECT p_tenant, p_store, c.variant_id, p.currency, 1, p.starts AT TIME ZONE zone, p.ends AT TIME ZONE zone, p.amount, p.was
		FROM pg_temp.import_special p JOIN pg_temp.import_cell c ON c.sku = p.sku
		ON CONFLICT (tenant_id, store_id, variant_id, currency, customer_group, min_quantity, starts_at)
		DO UPDATE SET ends_at = excluded.ends_at, amount = excluded.amount, was = excluded.was
		WHERE (x.ends_at, x.amount, x.was) IS DISTINCT FROM (excluded.ends_at, excluded.amount, excluded.was)
		RETURNING x.variant_id
	) INSERT INTO pg_temp.import_touched SELECT DISTINCT c.product_id, true FROM w JOIN pg_temp.import_cell c ON c.variant_id = w.variant_id;
END
$$;
COMMENT ON FUNCTION catalog.import_specials(uuid, uuid) IS 'Part of an import of products or listings: prices of some days.';

-- What bundles contain.  A bundle with a part that stands in a later part of the file waits for the second round: till then
-- it is a variant without stock, and counts as changed.  Bundles whose parts left the file are variants again.
CREATE OR REPLACE FUNCTION catalog.import_bundles(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT catalog.import_has('parts') THEN
		RETURN;
	END IF;
	-- In the order in which an order locks them.
	PERFORM FROM catalog.bundle_part b JOIN catalog.variant v ON v.variant_id = b.bundle_id JOIN pg_temp.import_variant i ON lower(i.sku) = v.sku_key
	ORDER BY b.bundle_id, b.part_id FOR UPDATE OF b;
	WITH gone AS (
		DELETE FROM catalog.bundle_part b USING catalog.variant v, pg_temp.import_variant i
		WHERE v.variant_id = b.bundle_id AND lower(i.sku) = v.sku_key AND NOT EXISTS (SELECT FROM pg_temp.import_part x WHERE x.sku = i.sku)
	), w AS (
		UPDATE catalog.variant v SET bundle = false, track_stock = true FROM pg_temp.import_variant i
		WHERE lower(i.sku) = v.sku_key AND v.bundle AND NOT EXISTS (SELECT FROM pg_temp.import_part x WHERE x.sku = i.sku)
		RETURNING v.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	CREATE TEMP TABLE import_bundle ON COMMIT DROP AS
	SELECT v.variant_id, v.product_id, o.variant_id AS part_id, b.quantity, b.position
	FROM pg_temp.import_part b JOIN catalog.variant v ON v.sku_key = lower(b.sku)
	LEFT JOIN catalog.variant o ON o.sku_key = lower(b.part) AND NOT o.bundle;
	INSERT INTO pg_temp.import_touched SELECT DISTINCT b.product_id FROM pg_temp.import_bundle b WHERE b.part_id IS NULL;
	DELETE FROM pg_temp.import_bundle b WHERE EXISTS (SELECT FROM pg_temp.import_bundle x WHERE x.variant_id = b.variant_id AND x.part_id IS NULL);
	WITH w AS (
		DELETE FROM catalog.bundle_part b USING catalog.variant v
		WHERE v.variant_id = b.bundle_id AND EXISTS (SELECT FROM pg_temp.import_bundle x WHERE x.variant_id = b.bundle_id)
		  AND NOT EXISTS (SELECT FROM pg_temp.import_bundle x WHERE x.variant_id = b.bundle_id AND x.part_id = b.part_id)
		RETURNING v.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		UPDATE catalog.variant v SET bundle = true, track_stock = false, made_to_order = false
		WHERE NOT v.bundle AND v.variant_id IN (SELECT x.variant_id FROM pg_temp.import_bundle x)
		RETURNING v.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		INSERT INTO catalog.bundle_part AS b (tenant_id, bundle_id, part_id, quantity, position)
		SELECT p_tenant, x.variant_id, x.part_id, x.quantity, x.position FROM pg_temp.import_bundle x
		ON CONFLICT (tenant_id, bundle_id, part_id) DO UPDATE SET quantity = excluded.quantity, position = excluded.position
		WHERE (b.quantity, b.position) IS DISTINCT FROM (excluded.quantity, excluded.position)
		RETURNING b.bundle_id
	) INSERT INTO pg_temp.import_touched SELECT DISTINCT v.product_id FROM w JOIN catalog.variant v ON v.variant_id = w.bundle_id;
	-- What it weighs is reckoned for delivery before an order has its parts.
	UPDATE catalog.variant v SET weight_g = least((SELECT sum(o.weight_g * b.quantity) FROM catalog.bundle_part b
		JOIN catalog.variant o ON o.variant_id = b.part_id WHERE b.bundle_id = v.variant_id), 1000000)
	FROM pg_temp.import_variant i
	WHERE lower(i.sku) = v.sku_key AND i.weight_g IS NULL AND v.bundle AND v.weight_g = 0;
END
$$;
COMMENT ON FUNCTION catalog.import_bundles(uuid) IS 'Part of an import of products: what bundles contain.';

-- A trial counts nothing: rows of stock are wanted by every order.
CREATE OR REPLACE FUNCTION catalog.import_stock(p_tenant uuid, p_trial boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
BEGIN
	CREATE TEMP TABLE import_count ON COMMIT DROP AS
	SELECT c.product_id, c.variant_id, w.warehouse_id, s.quantity
	FROM pg_temp.import_stock s JOIN pg_temp.import_cell c ON c.sku = s.sku JOIN inventory.warehouse w ON w.code = s.warehouse
	LEFT JOIN inventory.stock x ON x.variant_id = c.variant_id AND x.warehouse_id = w.warehouse_id
	-- Of what stood here before, none is nothing.
	WHERE x.on_hand IS DISTINCT FROM s.quantity AND (c.is_new OR coalesce(x.on_hand, 0) <> s.quantity);
	FOR r IN
		SELECT array_agg(n.variant_id) AS v, array_agg(n.warehouse_id) AS w, array_agg(n.quantity) AS q
		FROM (SELECT i.*, (row_number() OVER (ORDER BY i.variant_id, i.warehouse_id) - 1) / 500 AS batch FROM pg_temp.import_count i) n
		WHERE NOT p_trial GROUP BY n.batch ORDER BY n.batch
	LOOP
		PERFORM inventory.count(p_tenant, r.v, r.w, r.q, 'import', coalesce(nullif(current_setting('sutler.actor', true), ''), 'sutlerctl'));
	END LOOP;
	INSERT INTO pg_temp.import_touched SELECT DISTINCT i.product_id FROM pg_temp.import_count i;
END
$$;
COMMENT ON FUNCTION catalog.import_stock(uuid, boolean) IS 'Part of an import of products: counted stock.';

CREATE OR REPLACE FUNCTION catalog.import_relist(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
BEGIN
	FOR r IN
		SELECT array_agg(n.product_id) FILTER (WHERE NOT n.price_alone) AS ids, array_agg(n.product_id) FILTER (WHERE n.price_alone) AS priced FROM (
			SELECT t.product_id, t.price_alone, (row_number() OVER (ORDER BY t.product_id) - 1) / 500 AS batch
			FROM (SELECT i.product_id, bool_and(i.price_alone) AS price_alone FROM pg_temp.import_touched i GROUP BY i.product_id) t) n
		GROUP BY n.batch ORDER BY n.batch
	LOOP
		PERFORM catalog.relist(p_tenant, r.ids), catalog.relist_prices(p_tenant, r.priced);
	END LOOP;
END
$$;
COMMENT ON FUNCTION catalog.import_relist(uuid) IS 'Part of the imports of products and listings: the read model of what they touched, in batches.';
