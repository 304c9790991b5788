-- sutlerctl import listings: what a store says of the tenant's products in its own way; see
-- import_catalog.sql.

-- The store's own texts: an empty one gives way to the product's.
CREATE OR REPLACE FUNCTION catalog.import_own_texts(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CREATE TEMP TABLE import_own ON COMMIT DROP AS
	SELECT m.product_id, t.locale, CASE WHEN t.name IS NULL THEN o.name ELSE nullif(t.name, '') END AS name,
	       CASE WHEN t.summary IS NULL OR t.summary = o.summary THEN o.summary ELSE nullif(t.summary, '') END AS summary,
	       CASE WHEN t.description IS NULL OR t.description = o.description THEN o.description ELSE nullif(t.description, '') END AS description
	FROM pg_temp.import_own_text t JOIN pg_temp.import_map m ON m.reference = t.reference
	LEFT JOIN catalog.store_product_text o ON o.store_id = p_store AND o.product_id = m.product_id AND o.locale = t.locale;
	WITH w AS (
		DELETE FROM catalog.store_product_text x USING pg_temp.import_own o
		WHERE x.store_id = p_store AND x.product_id = o.product_id AND x.locale = o.locale
		  AND o.name IS NULL AND o.summary IS NULL AND o.description IS NULL
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		INSERT INTO catalog.store_product_text AS x (tenant_id, store_id, product_id, locale, name, summary, description)
		SELECT p_tenant, p_store, o.product_id, o.locale, o.name, o.summary, o.description FROM pg_temp.import_own o
		WHERE o.name IS NOT NULL OR o.summary IS NOT NULL OR o.description IS NOT NULL
		ON CONFLICT (tenant_id, store_id, product_id, locale) DO UPDATE
		SET name = excluded.name, summary = excluded.summary, description = excluded.description
		WHERE (x.name, x.summary, x.description) IS DISTINCT FROM (excluded.name, excluded.summary, excluded.description)
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
END
$$;
COMMENT ON FUNCTION catalog.import_own_texts(uuid, uuid) IS 'Part of an import of products or listings: names and texts of the store''s own.';

-- Pictures that stand in place of the product's.
CREATE OR REPLACE FUNCTION catalog.import_own_images(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CREATE TEMP TABLE import_own_image ON COMMIT DROP AS
	SELECT DISTINCT ON (m.product_id, e.media_id) m.product_id, e.media_id, i.position
	FROM pg_temp.import_item i JOIN pg_temp.import_map m ON m.reference = i.reference
	JOIN pg_temp.import_media f ON f.file = i.value JOIN catalog.media e ON e.name = f.name
	WHERE i.kind = 'image' ORDER BY m.product_id, e.media_id, i.position;
	IF catalog.import_has('image') THEN
		WITH w AS (
			DELETE FROM catalog.store_product_media x USING pg_temp.import_map m WHERE x.store_id = p_store AND x.product_id = m.product_id
			  AND NOT EXISTS (SELECT FROM pg_temp.import_own_image i WHERE i.product_id = x.product_id AND i.media_id = x.media_id)
			RETURNING x.product_id
		) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	END IF;
	WITH w AS (
		INSERT INTO catalog.store_product_media AS x (tenant_id, store_id, product_id, media_id, position)
		SELECT p_tenant, p_store, i.product_id, i.media_id, i.position FROM pg_temp.import_own_image i
		ON CONFLICT (tenant_id, store_id, product_id, media_id) DO UPDATE SET position = excluded.position WHERE x.position <> excluded.position
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
END
$$;
COMMENT ON FUNCTION catalog.import_own_images(uuid, uuid) IS 'Part of catalog.import_listings: pictures of the store''s own.';

-- Which products a store shows, and where.
CREATE OR REPLACE FUNCTION catalog.import_shelves(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WITH w AS (
		INSERT INTO catalog.store_product AS x (tenant_id, store_id, product_id, visible, featured, position)
		SELECT p_tenant, p_store, m.product_id, coalesce(p.visible, true), coalesce(p.featured, false), coalesce(p.position,
			(SELECT coalesce(max(s.position), 0) FROM catalog.store_product s WHERE s.store_id = p_store) + row_number() OVER (ORDER BY p.line))
		FROM pg_temp.import_map m JOIN pg_temp.import_product p ON p.reference = m.reference WHERE m.is_new
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
	WITH w AS (
		UPDATE catalog.store_product x SET visible = coalesce(p.visible, x.visible), featured = coalesce(p.featured, x.featured),
			position = coalesce(p.position, x.position)
		FROM pg_temp.import_map m JOIN pg_temp.import_product p ON p.reference = m.reference
		WHERE x.store_id = p_store AND x.product_id = m.product_id AND NOT m.is_new
		  AND (x.visible, x.featured, x.position)
		  IS DISTINCT FROM (coalesce(p.visible, x.visible), coalesce(p.featured, x.featured), coalesce(p.position, x.position))
		RETURNING x.product_id
	) INSERT INTO pg_temp.import_touched SELECT w.product_id FROM w;
END
$$;
COMMENT ON FUNCTION catalog.import_shelves(uuid, uuid) IS 'Part of catalog.import_listings: which products the store shows, in which order.';

CREATE OR REPLACE FUNCTION catalog.import_listings(p_tenant uuid, p_store uuid) RETURNS TABLE (created bigint, updated bigint, unchanged bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	main text;
	coin text;
BEGIN
	SELECT l.locale INTO main FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.position = 0;
	SELECT c.currency INTO coin FROM tenancy.store_currency c WHERE c.store_id = p_store AND c.position = 0;
	PERFORM set_config('sutler.relist', 'later', true);
	CREATE TEMP TABLE import_touched (product_id uuid, price_alone boolean NOT NULL DEFAULT false) ON COMMIT DROP;
	PERFORM catalog.import_check_rows(p_tenant, p_store);
	PERFORM catalog.import_check_specials(p_tenant, p_store);
	PERFORM catalog.import_check_markups(p_tenant, p_store);
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT p.line, 'product', format('there is no product "%s"', p.reference) FROM pg_temp.import_product p
	WHERE NOT EXISTS (SELECT FROM catalog.product o WHERE o.reference = p.reference);
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT v.line, 'sku', format('there is no SKU "%s"', v.sku) FROM pg_temp.import_variant v
	WHERE NOT EXISTS (SELECT FROM catalog.variant o WHERE o.sku_key = lower(v.sku));
	IF EXISTS (SELECT FROM pg_temp.import_fault) THEN
		RETURN QUERY SELECT 0::bigint, 0::bigint, 0::bigint;
		RETURN;
	END IF;
	CREATE TEMP TABLE import_map ON COMMIT DROP AS
	SELECT p.reference, o.product_id, s.product_id IS NULL AS is_new
	FROM pg_temp.import_product p JOIN catalog.product o ON o.reference = p.reference
	LEFT JOIN catalog.store_product s ON s.store_id = p_store AND s.product_id = o.product_id ORDER BY p.line;
	CREATE TEMP TABLE import_cell ON COMMIT DROP AS
	SELECT v.sku, o.variant_id, o.product_id, false AS is_new
	FROM pg_temp.import_variant v JOIN catalog.variant o ON o.sku_key = lower(v.sku);
	PERFORM catalog.import_shelves(p_tenant, p_store);
	PERFORM catalog.import_own_texts(p_tenant, p_store);
	PERFORM catalog.import_media(p_tenant);
	PERFORM catalog.import_own_images(p_tenant, p_store);
	PERFORM catalog.import_items(p_tenant, p_store);
	PERFORM catalog.import_prices(p_tenant, p_store);
	PERFORM catalog.import_specials(p_tenant, p_store);
	PERFORM catalog.import_markups(p_tenant, p_store);
	-- What could be shown by no name or sold at no price is said, not left out in silence.
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT p.line, 'name:' || main, 'the product has no text in the store''s first language: the listing needs a name'
	FROM pg_temp.import_product p JOIN pg_temp.import_map m ON m.reference = p.reference
	WHERE NOT EXISTS (SELECT FROM catalog.product_text t WHERE t.product_id = m.product_id AND t.locale = main)
	  AND NOT EXISTS (SELECT FROM catalog.store_product_text t
		WHERE t.store_id = p_store AND t.product_id = m.product_id AND t.locale = main AND t.name IS NOT NULL);
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT p.line, 'price:' || coin, 'no variant of the product has a price in the store''s first currency'
	FROM pg_temp.import_product p JOIN pg_temp.import_map m ON m.reference = p.reference
	WHERE NOT EXISTS (SELECT FROM catalog.variant v JOIN catalog.price x ON x.variant_id = v.variant_id
		WHERE v.product_id = m.product_id AND x.store_id = p_store AND x.currency = coin AND x.min_quantity = 1);
	PERFORM catalog.import_relist(p_tenant);
	RETURN QUERY
	SELECT count(*) FILTER (WHERE m.is_new),
	       count(*) FILTER (WHERE NOT m.is_new AND t.product_id IS NOT NULL),
	       count(*) FILTER (WHERE NOT m.is_new AND t.product_id IS NULL)
	FROM pg_temp.import_map m LEFT JOIN (SELECT DISTINCT i.product_id FROM pg_temp.import_touched i) t ON t.product_id = m.product_id;
END
$$;
COMMENT ON FUNCTION catalog.import_listings(uuid, uuid) IS
	'Merges staged listings: a store''s own title, texts, prices and place of products of the tenant; how many were made, changed, left.';
