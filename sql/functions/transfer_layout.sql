-- Files of products in the layouts of other shop systems: what export_columns() and export_cells() of transfer.sql are
-- for sutler's own.  One language and one currency, the store's first; sutler-import(5) says what maps to what.

-- Where the store's pages are: links and pictures of such a file lead there.
CREATE OR REPLACE FUNCTION catalog.export_origin(p_tenant uuid, p_store uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((SELECT h.origin FROM tenancy.host h WHERE h.tenant_id = p_tenant AND h.store_id = p_store AND h.kind = 'store'
		ORDER BY h.is_primary DESC, h.host LIMIT 1), '')
$$;
COMMENT ON FUNCTION catalog.export_origin(uuid, uuid) IS 'Scheme, host and port of a store''s pages; empty: it has none.';

-- Labels in the store's first language, else in any, else the code.  Two of one name are told apart by their codes.
CREATE OR REPLACE FUNCTION catalog.export_labels(p_tenant uuid, p_store uuid)
RETURNS TABLE (attribute_id uuid, attribute text, attribute_position integer, value_id uuid, value text, value_position integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH main AS (
		SELECT l.locale FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.position = 0
	), a AS (
		SELECT x.attribute_id, x.code, x.position, coalesce(t.label, x.code) AS label FROM catalog.attribute x
		LEFT JOIN LATERAL (SELECT y.label FROM catalog.attribute_text y WHERE y.attribute_id = x.attribute_id
			ORDER BY y.locale <> (SELECT main.locale FROM main), y.locale LIMIT 1) t ON true
	), v AS (
		SELECT x.attribute_id, x.value_id, x.code, x.position, coalesce(t.label, x.code) AS label FROM catalog.attribute_value x
		LEFT JOIN LATERAL (SELECT y.label FROM catalog.attribute_value_text y WHERE y.value_id = x.value_id
			ORDER BY y.locale <> (SELECT main.locale FROM main), y.locale LIMIT 1) t ON true
	), an AS (
		SELECT a.attribute_id, a.position,
		       CASE WHEN count(*) OVER (PARTITION BY lower(a.label)) > 1 THEN a.label || ' (' || a.code || ')' ELSE a.label END AS label FROM a
	)
	SELECT v.attribute_id, an.label, an.position, v.value_id,
	       CASE WHEN count(*) OVER (PARTITION BY v.attribute_id, lower(v.label)) > 1 THEN v.label || ' (' || v.code || ')' ELSE v.label END, v.position
	FROM v JOIN an ON an.attribute_id = v.attribute_id
$$;
COMMENT ON FUNCTION catalog.export_labels(uuid, uuid) IS 'What people call attributes and values in the store''s first language.';

-- The next p_limit products after p_after as one language of the store shows them.
CREATE OR REPLACE FUNCTION catalog.export_products(p_tenant uuid, p_store uuid, p_after uuid, p_limit integer)
RETURNS TABLE (product_id uuid, reference text, status text, brand text, tax_class text, visible boolean, featured boolean, place integer, slug text,
	name text, summary text, description text, meta_title text, meta_description text, tags text[], variants bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH main AS (
		SELECT l.locale FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.position = 0
	)
	SELECT p.product_id, p.reference, p.status, p.brand, p.tax_class, s.visible, s.featured, s.position, coalesce(t.slug, ''),
	       coalesce(o.name, t.name, p.reference), coalesce(o.summary, t.summary, ''), coalesce(o.description, t.description, ''),
	       CASE WHEN o.name IS NULL THEN coalesce(t.meta_title, '') ELSE '' END, CASE WHEN o.summary IS NULL THEN coalesce(t.meta_description, '') ELSE '' END,
	       ARRAY(SELECT DISTINCT g.tag FROM catalog.product_tag g WHERE g.product_id = p.product_id AND g.locale IN ('', (SELECT main.locale FROM main)) ORDER BY 1),
	       (SELECT count(*) FROM catalog.variant v WHERE v.product_id = p.product_id AND v.status = 'active')
	FROM (SELECT x.product_id, x.visible, x.featured, x.position FROM catalog.store_product x
	      WHERE x.store_id = p_store AND x.product_id > p_after
	        AND EXISTS (SELECT FROM catalog.variant v WHERE v.product_id = x.product_id AND v.status = 'active')
	      ORDER BY x.product_id LIMIT p_limit) s
	JOIN catalog.product p ON p.product_id = s.product_id
	LEFT JOIN LATERAL (SELECT x.* FROM catalog.product_text x LEFT JOIN tenancy.store_locale l ON l.store_id = p_store AND l.locale = x.locale
		WHERE x.product_id = p.product_id ORDER BY l.position, x.locale LIMIT 1) t ON true
	LEFT JOIN catalog.store_product_text o ON o.store_id = p_store AND o.product_id = p.product_id AND o.locale = (SELECT main.locale FROM main)
$$;
COMMENT ON FUNCTION catalog.export_products(uuid, uuid, uuid, integer) IS 'Some products of a file for another shop system, with the texts that the store shows.';

-- Their variants that are sold, in order.  A dated price is the one that holds now or next; its last day is of the store's calendar.
-- What a bundle contains is not in the file, so it must not sell without end.
CREATE OR REPLACE FUNCTION catalog.export_variants(p_tenant uuid, p_store uuid, p_products uuid[], p_exponent integer)
RETURNS TABLE (product_id uuid, variant_id uuid, n bigint, sku text, gtin text, goes_on boolean, tracked boolean, weight_g integer, on_hand bigint,
	amount text, was text, special text, starts text, ends text, options text[], choices text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH label AS MATERIALIZED (
		SELECT l.* FROM catalog.export_labels(p_tenant, p_store) l
	), money AS (
		SELECT c.currency, s.timezone FROM tenancy.store_currency c JOIN tenancy.store s ON s.store_id = c.store_id WHERE c.store_id = p_store AND c.position = 0
	)
	SELECT v.product_id, v.variant_id, row_number() OVER (PARTITION BY v.product_id ORDER BY v.position, v.variant_id), v.sku, coalesce(v.gtin, ''),
	       v.made_to_order OR p.made_to_order, v.track_stock OR v.bundle, v.weight_g,
	       (SELECT coalesce(sum(k.on_hand), 0)::bigint FROM inventory.stock k JOIN inventory.store_warehouse w ON w.warehouse_id = k.warehouse_id
		WHERE w.store_id = p_store AND k.variant_id = v.variant_id),
	       coalesce(catalog.export_amount(r.amount, p_exponent), ''), coalesce(catalog.export_amount(r.was, p_exponent), ''),
	       coalesce(catalog.export_amount(d.amount, p_exponent), ''),
	       coalesce(CASE WHEN d.starts_at >= '1970-01-03' THEN to_char(d.starts_at AT TIME ZONE money.timezone, 'YYYY-MM-DD') END, ''),
	       coalesce(CASE WHEN d.ends_at < 'infinity' THEN to_char((d.ends_at - interval '1 second') AT TIME ZONE money.timezone, 'YYYY-MM-DD') END, ''),
	       coalesce(o.names, '{}'), coalesce(o.choices, '{}')
	FROM catalog.variant v
	JOIN catalog.product p ON p.product_id = v.product_id
	CROSS JOIN money
	LEFT JOIN catalog.price r ON r.store_id = p_store AND r.variant_id = v.variant_id AND r.currency = money.currency AND r.customer_group = ''
		AND r.min_quantity = 1 AND r.starts_at = '-infinity'
	LEFT JOIN LATERAL (SELECT x.amount, x.starts_at, x.ends_at FROM catalog.price x
		WHERE x.store_id = p_store AND x.variant_id = v.variant_id AND x.currency = money.currency AND x.customer_group = '' AND x.min_quantity = 1
		  AND x.starts_at > '-infinity' AND x.ends_at > sutler.now() AND x.amount < r.amount AND r.was IS NULL ORDER BY x.starts_at LIMIT 1) d ON true
	LEFT JOIN LATERAL (SELECT array_agg(l.attribute ORDER BY coalesce(k.position, 0), l.attribute) AS names,
			array_agg(l.value ORDER BY coalesce(k.position, 0), l.attribute) AS choices
		FROM catalog.variant_value x JOIN label l ON l.value_id = x.value_id
		LEFT JOIN catalog.product_option k ON k.product_id = v.product_id AND k.attribute_id = x.attribute_id
		WHERE x.variant_id = v.variant_id) o ON true
	WHERE v.product_id = ANY (p_products) AND v.status = 'active'
$$;
COMMENT ON FUNCTION catalog.export_variants(uuid, uuid, uuid[], integer) IS 'Variants of some products of a file for another shop system.';

-- The header of a file of p_layout; kind: text, number, html (Markdown that becomes it), plain (a text that becomes it).
CREATE OR REPLACE FUNCTION catalog.export_header(p_tenant uuid, p_store uuid, p_layout text, p_stock boolean) RETURNS TABLE (name text, kind text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	IF p_layout = 'shopify' THEN
		RETURN QUERY
		SELECT u.name, CASE u.name WHEN 'Body (HTML)' THEN 'html' ELSE 'text' END
		FROM unnest(ARRAY['Handle', 'Title', 'Body (HTML)', 'Vendor', 'Product Category', 'Type', 'Tags', 'Published', 'Option1 Name', 'Option1 Value',
			'Option2 Name', 'Option2 Value', 'Option3 Name', 'Option3 Value', 'Variant SKU', 'Variant Grams', 'Variant Inventory Tracker',
			'Variant Inventory Qty', 'Variant Inventory Policy', 'Variant Fulfillment Service', 'Variant Price', 'Variant Compare At Price',
			'Variant Requires Shipping', 'Variant Taxable', 'Variant Barcode', 'Image Src', 'Image Position', 'Image Alt Text', 'Gift Card', 'SEO Title',
			'SEO Description', 'Variant Weight Unit', 'Status']) WITH ORDINALITY AS u (name, n)
		WHERE p_stock OR u.name <> 'Variant Inventory Qty' ORDER BY u.n;
	ELSIF p_layout = 'woocommerce' THEN
		RETURN QUERY
		SELECT u.name, CASE u.name WHEN 'Description' THEN 'html' WHEN 'Short description' THEN 'plain' ELSE 'text' END
		FROM unnest(ARRAY['Type', 'SKU', 'GTIN, UPC, EAN, or ISBN', 'Name', 'Published', 'Is featured?', 'Visibility in catalog', 'Short description',
			'Description', 'Date sale price starts', 'Date sale price ends', 'Tax status', 'Tax class', 'In stock?', 'Stock', 'Backorders allowed?',
			'Weight (kg)', 'Sale price', 'Regular price', 'Categories', 'Tags', 'Images', 'Parent', 'Upsells', 'Position', 'Brands']) WITH ORDINALITY AS u (name, n)
		WHERE p_stock OR u.name NOT IN ('In stock?', 'Stock') ORDER BY u.n;
		-- As many as the product with the most has; the import reads 40.
		RETURN QUERY
		SELECT 'Attribute ' || i || ' ' || k.name, 'text'
		FROM generate_series(1, (SELECT least(coalesce(max(x.n), 0), 40) FROM (
			SELECT count(*)::integer AS n FROM (
				SELECT v.product_id, o.attribute_id FROM catalog.store_product s JOIN catalog.variant v ON v.product_id = s.product_id AND v.status = 'active'
				JOIN catalog.variant_value o ON o.variant_id = v.variant_id WHERE s.store_id = p_store
				UNION
				SELECT v.product_id, v.attribute_id FROM catalog.store_product s JOIN catalog.product_value v ON v.product_id = s.product_id
				WHERE s.store_id = p_store) y GROUP BY y.product_id) x)) AS i
		CROSS JOIN unnest(ARRAY['name', 'value(s)', 'visible', 'global']) WITH ORDINALITY AS k (name, n) ORDER BY i, k.n;
	ELSE
		RETURN QUERY SELECT c.name, CASE WHEN c.number THEN 'number' ELSE 'text' END FROM catalog.export_columns(p_tenant, p_store, p_stock) c;
	END IF;
END
$$;
COMMENT ON FUNCTION catalog.export_header(uuid, uuid, text, boolean) IS 'The header of an export in one of the layouts, and what its columns hold.';

-- Shopify: a row for each variant and for each picture; the k-th variant and the k-th picture share one.
CREATE OR REPLACE FUNCTION catalog.export_shopify(p_tenant uuid, p_store uuid, p_exponent integer, p_after uuid, p_limit integer)
RETURNS TABLE (product uuid, n bigint, name text, value text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH main AS (
		SELECT l.locale, catalog.export_origin(p_tenant, p_store) AS origin FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.position = 0
	), p AS MATERIALIZED (
		SELECT x.*, coalesce(nullif(x.slug, ''), x.product_id::text) AS handle FROM catalog.export_products(p_tenant, p_store, p_after, p_limit) x
	), v AS MATERIALIZED (
		SELECT x.* FROM catalog.export_variants(p_tenant, p_store, ARRAY(SELECT p.product_id FROM p), p_exponent) x
	), picture AS MATERIALIZED (
		SELECT m.product_id, row_number() OVER (PARTITION BY m.product_id ORDER BY m.position, m.media_id) AS n, e.name,
		       coalesce((SELECT t.label FROM catalog.product_media_text t WHERE t.product_id = m.product_id AND t.media_id = m.media_id
				AND t.locale = (SELECT main.locale FROM main)), '') AS alt
		FROM p JOIN catalog.product_media m ON m.product_id = p.product_id AND m.kind = 'image' JOIN catalog.media e ON e.media_id = m.media_id
	), category AS (
		SELECT DISTINCT ON (p.product_id) p.product_id, t.name
		FROM p JOIN catalog.category_product x ON x.store_id = p_store AND x.product_id = p.product_id
		JOIN catalog.category c ON c.category_id = x.category_id
		CROSS JOIN LATERAL (SELECT y.name FROM catalog.category_text y WHERE y.category_id = x.category_id
			ORDER BY y.locale <> (SELECT main.locale FROM main), y.locale LIMIT 1) t
		-- The narrowest of those that stand in the tree.
		ORDER BY p.product_id, c.kind = 'collection', c.parent_id IS NULL, x.position, t.name
	)
	SELECT p.product_id, r.n, 'Handle', p.handle
	FROM p CROSS JOIN LATERAL generate_series(1, greatest(p.variants, (SELECT count(*) FROM picture i WHERE i.product_id = p.product_id))) AS r (n)
	UNION ALL
	SELECT p.product_id, 1, k.name, k.value
	FROM p LEFT JOIN category c ON c.product_id = p.product_id
	CROSS JOIN LATERAL (VALUES ('Title', p.name), ('Body (HTML)', p.description), ('Vendor', p.brand), ('Type', c.name),
		('Tags', (SELECT string_agg(replace(g, ',', ' '), ', ') FROM unnest(p.tags) AS g)), ('Published', upper(p.visible::text)), ('Gift Card', 'FALSE'),
		('SEO Title', p.meta_title), ('SEO Description', p.meta_description), ('Status', p.status)) AS k (name, value)
	UNION ALL
	SELECT v.product_id, v.n, k.name, k.value
	FROM v CROSS JOIN LATERAL (VALUES
		('Option1 Name', CASE WHEN v.n = 1 THEN coalesce(v.options[1], 'Title') END), ('Option1 Value', coalesce(v.choices[1], 'Default Title')),
		('Option2 Name', CASE WHEN v.n = 1 THEN v.options[2] END), ('Option2 Value', v.choices[2]),
		('Option3 Name', CASE WHEN v.n = 1 THEN v.options[3] END), ('Option3 Value', v.choices[3]),
		('Variant SKU', v.sku), ('Variant Barcode', v.gtin), ('Variant Grams', v.weight_g::text), ('Variant Weight Unit', 'g'),
		('Variant Inventory Tracker', CASE WHEN v.tracked THEN 'shopify' END), ('Variant Inventory Qty', CASE WHEN v.tracked THEN v.on_hand::text END),
		('Variant Inventory Policy', CASE WHEN v.goes_on THEN 'continue' ELSE 'deny' END), ('Variant Fulfillment Service', 'manual'),
		('Variant Price', v.amount), ('Variant Compare At Price', v.was), ('Variant Requires Shipping', 'TRUE'), ('Variant Taxable', 'TRUE')) AS k (name, value)
	UNION ALL
	SELECT i.product_id, i.n, k.name, k.value
	FROM picture i CROSS JOIN main CROSS JOIN LATERAL (VALUES ('Image Src', main.origin || '/media/' || i.name || '-960.webp'), ('Image Position', i.n::text),
		('Image Alt Text', i.alt)) AS k (name, value)
$$;
COMMENT ON FUNCTION catalog.export_shopify(uuid, uuid, integer, uuid, integer) IS 'Cells of some products in Shopify''s layout.';

-- WooCommerce: a product of one variant without options is a row; any other is a row and one for each variant.
CREATE OR REPLACE FUNCTION catalog.export_woo(p_tenant uuid, p_store uuid, p_stock boolean, p_exponent integer, p_after uuid, p_limit integer)
RETURNS TABLE (product uuid, n bigint, name text, value text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE main AS (
		SELECT l.locale, catalog.export_origin(p_tenant, p_store) AS origin FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.position = 0
	), p AS MATERIALIZED (
		SELECT x.* FROM catalog.export_products(p_tenant, p_store, p_after, p_limit) x
	), v AS MATERIALIZED (
		SELECT x.* FROM catalog.export_variants(p_tenant, p_store, ARRAY(SELECT p.product_id FROM p), p_exponent) x
	), kind AS MATERIALIZED (
		SELECT v.product_id, p.variants = 1 AND cardinality(v.options) = 0 AS simple,
		       -- No two rows have one SKU.
		       CASE WHEN p.variants = 1 AND cardinality(v.options) = 0 THEN v.sku
			    WHEN EXISTS (SELECT FROM catalog.variant o WHERE o.sku_key = lower(p.reference)) THEN p.reference || '-parent' ELSE p.reference END AS sku
		FROM p JOIN v ON v.product_id = p.product_id AND v.n = 1
	), crumb AS (
		SELECT c.category_id AS leaf, c.parent_id, 1 AS up, replace(replace(t.name, '>', '›'), ',', '\,') AS path
		FROM catalog.category c
		CROSS JOIN LATERAL (SELECT y.name FROM catalog.category_text y WHERE y.category_id = c.category_id
			ORDER BY y.locale <> (SELECT main.locale FROM main), y.locale LIMIT 1) t
		WHERE c.store_id = p_store AND c.category_id IN (SELECT x.category_id FROM catalog.category_product x JOIN p ON p.product_id = x.product_id WHERE x.store_id = p_store)
		UNION ALL
		SELECT b.leaf, c.parent_id, b.up + 1, replace(replace(t.name, '>', '›'), ',', '\,') || ' > ' || b.path
		FROM crumb b JOIN catalog.category c ON c.category_id = b.parent_id
		CROSS JOIN LATERAL (SELECT y.name FROM catalog.category_text y WHERE y.category_id = c.category_id
			ORDER BY y.locale <> (SELECT main.locale FROM main), y.locale LIMIT 1) t
		WHERE b.up < 8
	), label AS MATERIALIZED (
		SELECT l.* FROM catalog.export_labels(p_tenant, p_store) l
	), attribute AS (
		-- What variants differ in comes first, then what the whole product is.
		SELECT o.product_id, o.name, 0 AS rank, min(o.place) AS place, string_agg(o.value, ', ' ORDER BY o.first) AS list
		FROM (SELECT v.product_id, u.name, u.place, replace(replace(v.choices[u.place], ',', '\,'), '|', '/') AS value, min(v.n) AS first
		      FROM v CROSS JOIN LATERAL unnest(v.options) WITH ORDINALITY AS u (name, place)
		      WHERE NOT (SELECT k.simple FROM kind k WHERE k.product_id = v.product_id) GROUP BY 1, 2, 3, 4) o
		GROUP BY o.product_id, o.name
		UNION ALL
		SELECT x.product_id, l.attribute, 1, min(l.attribute_position),
		       string_agg(replace(replace(l.value, ',', '\,'), '|', '/'), ', ' ORDER BY l.value_position, l.value)
		FROM p JOIN catalog.product_value x ON x.product_id = p.product_id JOIN label l ON l.value_id = x.value_id
		WHERE NOT EXISTS (SELECT FROM v WHERE v.product_id = x.product_id AND l.attribute = ANY (v.options))
		GROUP BY x.product_id, l.attribute
	), numbered AS MATERIALIZED (
		SELECT a.*, row_number() OVER (PARTITION BY a.product_id ORDER BY a.rank, a.place, a.name) AS i FROM attribute a
	)
	SELECT p.product_id, 0::bigint, k.name, k.value
	FROM p JOIN kind d ON d.product_id = p.product_id CROSS JOIN main
	CROSS JOIN LATERAL (VALUES ('Type', CASE WHEN d.simple THEN 'simple' ELSE 'variable' END), ('SKU', d.sku), ('Name', p.name),
		('Published', CASE WHEN p.status <> 'active' THEN '-1' WHEN p.visible THEN '1' ELSE '0' END), ('Is featured?', p.featured::integer::text),
		('Visibility in catalog', CASE WHEN p.visible THEN 'visible' ELSE 'hidden' END), ('Short description', p.summary), ('Description', p.description),
		('Tax status', 'taxable'), ('Tax class', nullif(p.tax_class, 'standard')), ('Position', p.place::text), ('Brands', replace(p.brand, ',', '\,')),
		('Categories', (SELECT string_agg(c.path, ', ' ORDER BY c.path) FROM catalog.category_product x JOIN crumb c ON c.leaf = x.category_id AND c.parent_id IS NULL
			WHERE x.store_id = p_store AND x.product_id = p.product_id)),
		('Tags', (SELECT string_agg(replace(g, ',', '\,'), ', ') FROM unnest(p.tags) AS g)),
		('Images', (SELECT string_agg(main.origin || '/media/' || e.name || '-960.webp', ', ' ORDER BY m.position, m.media_id) FROM catalog.product_media m
			JOIN catalog.media e ON e.media_id = m.media_id WHERE m.product_id = p.product_id AND m.kind = 'image')),
		-- Of the file alone: a reference to nothing is no use to anybody.
		('Upsells', (SELECT string_agg(replace(CASE WHEN w.variants = 1 AND w.options_key = '' THEN w.sku
				WHEN EXISTS (SELECT FROM catalog.variant o WHERE o.sku_key = lower(w.reference)) THEN w.reference || '-parent' ELSE w.reference END, ',', '\,'), ', '
				ORDER BY w.position, w.reference)
			FROM (SELECT x.position, o.reference, (SELECT count(*) FROM catalog.variant y WHERE y.product_id = o.product_id AND y.status = 'active') AS variants, f.sku, f.options_key
			      FROM catalog.related x JOIN catalog.product o ON o.product_id = x.related_id
			      JOIN catalog.store_product s ON s.store_id = p_store AND s.product_id = o.product_id
			      CROSS JOIN LATERAL (SELECT y.sku, y.options_key FROM catalog.variant y WHERE y.product_id = o.product_id AND y.status = 'active'
				ORDER BY y.position, y.variant_id LIMIT 1) f
			      WHERE x.product_id = p.product_id) w))) AS k (name, value)
	UNION ALL
	SELECT v.product_id, CASE WHEN d.simple THEN 0 ELSE v.n END, k.name, k.value
	FROM v JOIN kind d ON d.product_id = v.product_id
	CROSS JOIN LATERAL (VALUES ('GTIN, UPC, EAN, or ISBN', v.gtin),
		('In stock?', CASE WHEN NOT v.tracked OR v.goes_on OR v.on_hand > 0 THEN '1' ELSE '0' END), ('Stock', CASE WHEN v.tracked THEN v.on_hand::text END),
		('Backorders allowed?', v.goes_on::integer::text),
		('Weight (kg)', CASE WHEN v.weight_g > 0 THEN trim(TRAILING '.' FROM trim(TRAILING '0' FROM (v.weight_g / 1000.0)::numeric(10, 3)::text)) END),
		('Regular price', coalesce(nullif(v.was, ''), v.amount)), ('Sale price', CASE WHEN v.was <> '' THEN v.amount ELSE v.special END),
		('Date sale price starts', v.starts), ('Date sale price ends', v.ends)) AS k (name, value)
	UNION ALL
	SELECT v.product_id, v.n, k.name, k.value
	FROM v JOIN kind d ON d.product_id = v.product_id AND NOT d.simple JOIN p ON p.product_id = v.product_id
	CROSS JOIN LATERAL (VALUES ('Type', 'variation'), ('SKU', v.sku), ('Name', p.name || ' - ' || array_to_string(v.choices, ', ')), ('Published', '1'),
		('Parent', d.sku), ('Tax status', 'taxable'), ('Tax class', 'parent'), ('Position', v.n::text)) AS k (name, value)
	UNION ALL
	SELECT a.product_id, 0, 'Attribute ' || a.i || ' ' || k.name, k.value
	FROM numbered a CROSS JOIN LATERAL (VALUES ('name', a.name), ('value(s)', a.list), ('visible', '1'), ('global', '1')) AS k (name, value)
	UNION ALL
	SELECT v.product_id, v.n, 'Attribute ' || a.i || ' ' || k.name, k.value
	FROM v JOIN numbered a ON a.product_id = v.product_id AND a.rank = 0
	CROSS JOIN LATERAL (VALUES ('name', a.name), ('value(s)', replace(v.choices[array_position(v.options, a.name)], '|', '/')), ('global', '1')) AS k (name, value)
$$;
COMMENT ON FUNCTION catalog.export_woo(uuid, uuid, boolean, integer, uuid, integer) IS 'Cells of some products in WooCommerce''s layout.';

-- Cells of the next p_limit products after p_after, row by row, empty ones left out; a row is called by p_columns' layout.
CREATE OR REPLACE FUNCTION catalog.export_page(p_tenant uuid, p_store uuid, p_layout text, p_columns text[], p_currencies text[], p_exponents integer[],
	p_stock boolean, p_after uuid, p_limit integer)
RETURNS TABLE (product uuid, line text, place integer, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	IF p_layout = 'own' THEN
		RETURN QUERY SELECT c.product, c.variant::text, c.place, c.value
		FROM catalog.export_cells(p_tenant, p_store, p_columns, p_currencies, p_exponents, p_stock, p_after, p_limit) c;
	ELSIF p_layout = 'shopify' THEN
		RETURN QUERY SELECT c.product, c.product || ' ' || c.n, k.n::integer, c.value
		FROM catalog.export_shopify(p_tenant, p_store, p_exponents[1], p_after, p_limit) c
		JOIN unnest(p_columns) WITH ORDINALITY AS k (name, n) ON k.name = c.name WHERE c.value <> '' ORDER BY c.product, c.n, k.n;
	ELSE
		RETURN QUERY SELECT c.product, c.product || ' ' || c.n, k.n::integer, c.value
		FROM catalog.export_woo(p_tenant, p_store, p_stock, p_exponents[1], p_after, p_limit) c
		JOIN unnest(p_columns) WITH ORDINALITY AS k (name, n) ON k.name = c.name WHERE c.value <> '' ORDER BY c.product, c.n, k.n;
	END IF;
END
$$;
COMMENT ON FUNCTION catalog.export_page(uuid, uuid, text, text[], text[], integer[], boolean, uuid, integer) IS 'Cells of some products of an export in one of the layouts; place is the column''s, from 1.';
