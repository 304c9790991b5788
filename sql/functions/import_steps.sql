-- The steps of an import of products, for whoever drives one: sutlerctl, and the job transfer, which brings a large file
-- in by parts; see import_catalog.sql and import_products.sql.

-- A list of prices is the file that comes most often and is longest: what it does not speak of need not be looked at.
CREATE OR REPLACE FUNCTION catalog.import_prices_alone(p_tenant uuid) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN NOT EXISTS (SELECT FROM pg_temp.import_flag f WHERE f.kind NOT IN ('price', 'was', 'tiers'))
	  AND NOT EXISTS (SELECT FROM pg_temp.import_text) AND NOT EXISTS (SELECT FROM pg_temp.import_own_text)
	  AND NOT EXISTS (SELECT FROM pg_temp.import_item) AND NOT EXISTS (SELECT FROM pg_temp.import_option)
	  AND NOT EXISTS (SELECT FROM pg_temp.import_special) AND NOT EXISTS (SELECT FROM pg_temp.import_markup)
	  AND NOT EXISTS (SELECT FROM pg_temp.import_part) AND NOT EXISTS (SELECT FROM pg_temp.import_stock)
	  AND NOT EXISTS (SELECT FROM pg_temp.import_variant v WHERE num_nonnulls(v.gtin, v.made_to_order, v.track_stock, v.weight_g) > 0)
	  -- Counted, for mostly there is none: EXISTS would be planned as if the first one came soon.
	  AND 0 = (SELECT count(*) FROM pg_temp.import_product p
		LEFT JOIN catalog.product o ON o.reference = p.reference
		LEFT JOIN (SELECT v.reference, array_agg(v.sku ORDER BY v.line) AS skus FROM pg_temp.import_variant v GROUP BY v.reference) f
			ON f.reference = p.reference
		WHERE num_nonnulls(p.status, p.brand, p.tax_class, p.lead_time_days, p.made_to_order, p.tiers_by, p.visible, p.featured, p.position) > 0
		   OR f.skus IS DISTINCT FROM ARRAY(SELECT x.sku FROM catalog.variant x
			WHERE x.product_id = o.product_id AND x.status = 'active' ORDER BY x.position, x.variant_id));
END
$$;
COMMENT ON FUNCTION catalog.import_prices_alone(uuid) IS
	'Whether the staged file says nothing but prices, of products that are there with just these variants in this order.';

-- The merging of products goes in steps, each a statement of its own, so that whoever runs them can say how far
-- it is and stop between two.  First what is staged is checked as a whole; false: faults were found.  Without p_update
-- products that are there already are left alone.
CREATE OR REPLACE FUNCTION catalog.import_ready(p_tenant uuid, p_store uuid, p_update boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	ANALYZE pg_temp.import_product; ANALYZE pg_temp.import_variant;
	IF catalog.import_prices_alone(p_tenant) THEN
		INSERT INTO pg_temp.import_flag VALUES ('prices alone', '');
	-- A file that does not speak of options leaves them.
	ELSIF NOT catalog.import_has('options') THEN
		INSERT INTO pg_temp.import_option (line, col, sku, attribute, value, position)
		SELECT v.line, 'sku', v.sku, a.code, w.code, coalesce(k.position, 0)
		FROM pg_temp.import_variant v JOIN catalog.variant o ON o.sku_key = lower(v.sku)
		JOIN catalog.variant_value x ON x.variant_id = o.variant_id
		JOIN catalog.attribute a ON a.attribute_id = x.attribute_id JOIN catalog.attribute_value w ON w.value_id = x.value_id
		LEFT JOIN catalog.product_option k ON k.product_id = o.product_id AND k.attribute_id = x.attribute_id;
	END IF;
	CREATE INDEX ON pg_temp.import_product (reference);
	CREATE INDEX ON pg_temp.import_product (line);
	CREATE INDEX ON pg_temp.import_text (reference);
	CREATE INDEX ON pg_temp.import_text (locale, slug);
	CREATE INDEX ON pg_temp.import_item (reference);
	CREATE INDEX ON pg_temp.import_variant (reference);
	CREATE INDEX ON pg_temp.import_variant (sku);
	CREATE INDEX ON pg_temp.import_option (sku);
	CREATE INDEX ON pg_temp.import_price (sku);
	CREATE INDEX ON pg_temp.import_stock (sku);
	CREATE INDEX ON pg_temp.import_label (reference);
	CREATE INDEX ON pg_temp.import_special (sku);
	CREATE INDEX ON pg_temp.import_own_text (reference);
	CREATE INDEX ON pg_temp.import_part (sku);
	CREATE INDEX ON pg_temp.import_markup (reference);
	ANALYZE pg_temp.import_markup; ANALYZE pg_temp.import_special; ANALYZE pg_temp.import_part; ANALYZE pg_temp.import_own_text;
	ANALYZE pg_temp.import_text; ANALYZE pg_temp.import_item; ANALYZE pg_temp.import_option; ANALYZE pg_temp.import_price; ANALYZE pg_temp.import_stock; ANALYZE pg_temp.import_label;
	IF catalog.import_has('prices alone') THEN
		PERFORM catalog.import_check_rows(p_tenant, p_store), catalog.import_check_prices(p_tenant, p_store);
	ELSE
		PERFORM catalog.import_check(p_tenant, p_store);
	END IF;
	IF EXISTS (SELECT FROM pg_temp.import_fault f WHERE NOT f.warning) THEN
		RETURN false;
	END IF;
	-- A slug made of a name gives way to others of the file, whether they are there yet or not, so that an import that
	-- was broken off ends as any other; and stays as it is on a product that has one.
	CREATE TEMP TABLE import_twice ON COMMIT DROP AS
	SELECT t.locale, t.slug FROM pg_temp.import_text t GROUP BY t.locale, t.slug HAVING count(*) > 1;
	ANALYZE pg_temp.import_twice;
	UPDATE pg_temp.import_text t SET slug = o.slug, slug_made = false
	FROM catalog.product p JOIN catalog.product_text o ON o.product_id = p.product_id
	WHERE p.reference = t.reference AND o.locale = t.locale AND t.slug_made;
	UPDATE pg_temp.import_text t SET slug = left(t.slug, 80) || '-' || trim('-' FROM regexp_replace(lower(t.reference), '[^a-z0-9]+', '-', 'g'))
	WHERE t.slug_made AND (EXISTS (SELECT FROM pg_temp.import_twice w WHERE w.locale = t.locale AND w.slug = t.slug)
		OR EXISTS (SELECT FROM catalog.product_text o WHERE o.locale = t.locale AND o.slug = t.slug));
	RETURN true;
END
$$;
COMMENT ON FUNCTION catalog.import_ready(uuid, uuid, boolean) IS 'First step of an import of products: checks what is staged; false after faults.';

-- What is merged by the parts below: all, or the next p_limit products of the file after the line p_after, from -1 on.  The
-- line of the last of them; NULL: there are none.  Products that take slugs from others come first and together, as line 0.
-- In the second round (p_round 2) only those come that are related to products further down.
CREATE OR REPLACE FUNCTION catalog.import_slice(p_tenant uuid, p_update boolean, p_round integer, p_after bigint, p_limit integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
-- A slice is some hundred of very many rows: each is looked up.
SET enable_hashjoin = off SET enable_mergejoin = off SET random_page_cost = 1.1
AS $$
DECLARE
	last bigint;
BEGIN
	PERFORM set_config('sutler.relist', 'later', true), set_config('sutler.redesk', 'later', true),
		set_config('sutler.slice', (coalesce(nullif(current_setting('sutler.slice', true), ''), '0')::integer + 1)::text, false);
	CREATE TEMP TABLE import_map (reference text, product_id uuid, is_new boolean) ON COMMIT DROP;
	CREATE TEMP TABLE import_touched (product_id uuid, price_alone boolean NOT NULL DEFAULT false) ON COMMIT DROP;
	CREATE TEMP TABLE import_left (products bigint) ON COMMIT DROP;
	CREATE TEMP TABLE IF NOT EXISTS import_tangled (reference text PRIMARY KEY);
	IF p_limit IS NOT NULL AND to_regclass('pg_temp.import_all_product') IS NULL THEN
		ALTER TABLE pg_temp.import_product RENAME TO import_all_product; ALTER TABLE pg_temp.import_text RENAME TO import_all_text;
		ALTER TABLE pg_temp.import_item RENAME TO import_all_item; ALTER TABLE pg_temp.import_label RENAME TO import_all_label;
		ALTER TABLE pg_temp.import_variant RENAME TO import_all_variant; ALTER TABLE pg_temp.import_option RENAME TO import_all_option;
		ALTER TABLE pg_temp.import_price RENAME TO import_all_price; ALTER TABLE pg_temp.import_stock RENAME TO import_all_stock;
		ALTER TABLE pg_temp.import_own_text RENAME TO import_all_own_text;
		ALTER TABLE pg_temp.import_special RENAME TO import_all_special; ALTER TABLE pg_temp.import_part RENAME TO import_all_part;
		ALTER TABLE pg_temp.import_markup RENAME TO import_all_markup;
	END IF;
	IF p_limit IS NULL THEN
		INSERT INTO pg_temp.import_map
		SELECT p.reference, coalesce(o.product_id, sutler.uuid7()), o.product_id IS NULL
		FROM pg_temp.import_product p LEFT JOIN catalog.product o ON o.reference = p.reference ORDER BY p.line;
	ELSE
		IF p_round = 2 THEN
			CREATE TEMP TABLE import_product ON COMMIT DROP AS
			SELECT p.* FROM pg_temp.import_all_product p WHERE p.line > p_after AND EXISTS (
				SELECT FROM pg_temp.import_all_item i JOIN pg_temp.import_all_product q ON q.reference = i.value
				WHERE i.reference = p.reference AND i.kind IN ('related', 'accessory', 'alternative') AND (q.line > p.line OR EXISTS (
					SELECT FROM pg_temp.import_tangled x WHERE x.reference = p.reference))
				UNION ALL
				SELECT FROM pg_temp.import_all_variant v JOIN pg_temp.import_all_part b ON b.sku = v.sku WHERE v.reference = p.reference)
			ORDER BY p.line LIMIT p_limit;
		ELSIF p_after < 0 THEN
			last := 0;
			WITH taken AS MATERIALIZED (
				SELECT t.reference, p.reference AS holder FROM pg_temp.import_all_text t
				JOIN catalog.product_text o ON o.locale = t.locale AND o.slug = t.slug JOIN catalog.product p ON p.product_id = o.product_id
				WHERE NOT t.slug_made AND p.reference <> t.reference)
			INSERT INTO pg_temp.import_tangled SELECT x.reference FROM taken x UNION SELECT x.holder FROM taken x;
			CREATE TEMP TABLE import_product ON COMMIT DROP AS
			SELECT p.* FROM pg_temp.import_tangled x JOIN pg_temp.import_all_product p ON p.reference = x.reference ORDER BY p.line;
		ELSE
			CREATE TEMP TABLE import_product ON COMMIT DROP AS
			SELECT p.* FROM pg_temp.import_all_product p WHERE p.line > p_after
			  AND NOT EXISTS (SELECT FROM pg_temp.import_tangled x WHERE x.reference = p.reference) ORDER BY p.line LIMIT p_limit;
		END IF;
		last := coalesce(last, (SELECT max(p.line) FROM pg_temp.import_product p));
		INSERT INTO pg_temp.import_map
		SELECT p.reference, coalesce(o.product_id, sutler.uuid7()), o.product_id IS NULL
		FROM pg_temp.import_product p LEFT JOIN catalog.product o ON o.reference = p.reference ORDER BY p.line;
		CREATE TEMP TABLE import_text ON COMMIT DROP AS SELECT x.* FROM pg_temp.import_map m JOIN pg_temp.import_all_text x ON x.reference = m.reference;
		CREATE TEMP TABLE import_own_text ON COMMIT DROP AS SELECT x.* FROM pg_temp.import_map m JOIN pg_temp.import_all_own_text x ON x.reference = m.reference;
		CREATE TEMP TABLE import_markup ON COMMIT DROP AS SELECT x.* FROM pg_temp.import_map m JOIN pg_temp.import_all_markup x ON x.reference = m.reference;
		CREATE TEMP TABLE import_item ON COMMIT DROP AS SELECT x.* FROM pg_temp.import_map m JOIN pg_temp.import_all_item x ON x.reference = m.reference;
		CREATE TEMP TABLE import_label ON COMMIT DROP AS SELECT x.* FROM pg_temp.import_map m JOIN pg_temp.import_all_label x ON x.reference = m.reference;
		CREATE TEMP TABLE import_variant ON COMMIT DROP AS SELECT x.* FROM pg_temp.import_map m JOIN pg_temp.import_all_variant x ON x.reference = m.reference;
		CREATE TEMP TABLE import_option ON COMMIT DROP AS SELECT x.* FROM pg_temp.import_variant v JOIN pg_temp.import_all_option x ON x.sku = v.sku;
		CREATE TEMP TABLE import_price ON COMMIT DROP AS SELECT x.* FROM pg_temp.import_variant v JOIN pg_temp.import_all_price x ON x.sku = v.sku;
		CREATE TEMP TABLE import_stock ON COMMIT DROP AS SELECT x.* FROM pg_temp.import_variant v JOIN pg_temp.import_all_stock x ON x.sku = v.sku;
		CREATE TEMP TABLE import_special ON COMMIT DROP AS SELECT x.* FROM pg_temp.import_variant v JOIN pg_temp.import_all_special x ON x.sku = v.sku;
		CREATE TEMP TABLE import_part ON COMMIT DROP AS SELECT x.* FROM pg_temp.import_variant v JOIN pg_temp.import_all_part x ON x.sku = v.sku;
		CREATE INDEX ON pg_temp.import_text (reference);
		CREATE INDEX ON pg_temp.import_item (reference);
		CREATE INDEX ON pg_temp.import_variant (reference);
		CREATE INDEX ON pg_temp.import_variant (sku);
		CREATE INDEX ON pg_temp.import_option (sku);
		CREATE INDEX ON pg_temp.import_price (sku);
		ANALYZE pg_temp.import_product; ANALYZE pg_temp.import_text; ANALYZE pg_temp.import_item; ANALYZE pg_temp.import_variant;
		ANALYZE pg_temp.import_option; ANALYZE pg_temp.import_price; ANALYZE pg_temp.import_stock;
	END IF;
	WITH alone AS (DELETE FROM pg_temp.import_map m WHERE NOT m.is_new AND NOT p_update RETURNING 1)
	INSERT INTO pg_temp.import_left SELECT count(*) FROM alone;
	CREATE UNIQUE INDEX ON pg_temp.import_map (reference);
	CREATE UNIQUE INDEX ON pg_temp.import_map (product_id);
	ANALYZE pg_temp.import_map;
	RETURN last;
END
$$;
COMMENT ON FUNCTION catalog.import_slice(uuid, boolean, integer, bigint, integer) IS 'Chooses the products of the file that are merged next, and matches them with what is there; the line of the last, or NULL.';

-- What would change, a sample of each kind by the lines of the file, before anything does.  Amounts are minor units.
CREATE OR REPLACE FUNCTION catalog.import_preview(p_tenant uuid, p_store uuid, p_most integer)
RETURNS TABLE (line bigint, reference text, name text, col text, before text, after text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH seen AS (
		(SELECT p.line, p.reference, 'product' AS col, NULL AS before, NULL AS after
		FROM pg_temp.import_map m JOIN pg_temp.import_product p ON p.reference = m.reference WHERE m.is_new ORDER BY p.line LIMIT p_most)
		UNION ALL
		(SELECT t.line, t.reference, x.col || ':' || t.locale, x.before, x.after
		FROM pg_temp.import_text t JOIN pg_temp.import_map m ON m.reference = t.reference AND NOT m.is_new
		JOIN catalog.product_text o ON o.product_id = m.product_id AND o.locale = t.locale
		CROSS JOIN LATERAL (VALUES ('name', o.name, t.name), ('summary', o.summary, t.summary), ('description', o.description, t.description),
			('slug', o.slug, CASE WHEN t.slug_made THEN o.slug ELSE t.slug END)) x (col, before, after)
		WHERE x.after <> x.before ORDER BY t.line LIMIT p_most)
		UNION ALL
		(SELECT p.line, p.reference, x.col, x.before, x.after
		FROM pg_temp.import_product p JOIN pg_temp.import_map m ON m.reference = p.reference AND NOT m.is_new
		JOIN catalog.product o ON o.product_id = m.product_id
		CROSS JOIN LATERAL (VALUES ('status', o.status, p.status), ('brand', o.brand, p.brand), ('tax_class', o.tax_class, p.tax_class)) x (col, before, after)
		WHERE x.after <> x.before ORDER BY p.line LIMIT p_most)
		UNION ALL
		(SELECT v.line, v.reference, 'sku', NULL, v.sku
		FROM pg_temp.import_variant v JOIN pg_temp.import_map m ON m.reference = v.reference AND NOT m.is_new
		WHERE NOT EXISTS (SELECT FROM catalog.variant o WHERE o.sku_key = lower(v.sku)) ORDER BY v.line LIMIT p_most)
		UNION ALL
		(SELECT min(v.line), v.reference, 'sku', o.sku, NULL
		FROM pg_temp.import_variant v JOIN pg_temp.import_map m ON m.reference = v.reference AND NOT m.is_new
		JOIN catalog.variant o ON o.product_id = m.product_id AND o.status = 'active'
		WHERE NOT EXISTS (SELECT FROM pg_temp.import_variant x WHERE lower(x.sku) = o.sku_key)
		GROUP BY v.reference, o.sku ORDER BY 1 LIMIT p_most)
		UNION ALL
		(SELECT p.line, v.reference, CASE WHEN p.min_quantity = 1 THEN 'price:' ELSE 'tiers:' END || p.currency, o.amount::text, p.amount::text
		FROM pg_temp.import_price p JOIN pg_temp.import_variant v ON v.sku = p.sku JOIN pg_temp.import_map m ON m.reference = v.reference AND NOT m.is_new
		JOIN catalog.variant w ON w.sku_key = lower(v.sku)
		LEFT JOIN catalog.price o ON o.store_id = p_store AND o.variant_id = w.variant_id AND o.currency = p.currency AND o.customer_group = ''
			AND o.min_quantity = p.min_quantity AND o.starts_at = '-infinity'
		WHERE o.amount IS DISTINCT FROM p.amount ORDER BY p.line LIMIT p_most)
		UNION ALL
		(SELECT s.line, v.reference, 'stock:' || s.warehouse, coalesce(o.on_hand, 0)::text, s.quantity::text
		FROM pg_temp.import_stock s JOIN pg_temp.import_variant v ON v.sku = s.sku JOIN pg_temp.import_map m ON m.reference = v.reference AND NOT m.is_new
		JOIN catalog.variant w ON w.sku_key = lower(v.sku) JOIN inventory.warehouse h ON h.code = s.warehouse
		LEFT JOIN inventory.stock o ON o.variant_id = w.variant_id AND o.warehouse_id = h.warehouse_id
		WHERE coalesce(o.on_hand, 0) <> s.quantity ORDER BY s.line LIMIT p_most)
	)
	SELECT s.line, s.reference, coalesce((SELECT t.name FROM pg_temp.import_text t JOIN tenancy.store_locale l ON l.store_id = p_store AND l.locale = t.locale
			WHERE t.reference = s.reference AND t.name <> '' ORDER BY l.position LIMIT 1), ''),
	       s.col, left(s.before, 200), left(s.after, 200)
	FROM seen s ORDER BY s.line, s.col;
END
$$;
COMMENT ON FUNCTION catalog.import_preview(uuid, uuid, integer) IS 'A sample of what the staged products would change; amounts are minor units.';

-- An import into an empty shop is planned by what the statistics say of empty tables, and autovacuum sees none of a
-- part before it is committed, and little of it in the seconds till the next: so who brings in much tells the planner,
-- of each table in which it made most of what there is.  Pages tell nothing of that: a trial leaves them full of dead rows.
CREATE OR REPLACE FUNCTION catalog.import_analyze(p_tables text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	nth integer := current_setting('sutler.slice')::integer;
	made bigint := nth * (SELECT count(*) FROM pg_temp.import_map m WHERE m.is_new);
	grown text;
BEGIN
	-- What is there doubles from one power of two to the next.  Some products are read quickly however they are planned.
	IF nth & (nth - 1) <> 0 OR made < 20 THEN
		RETURN;
	END IF;
	SELECT string_agg(t.name, ', ') INTO grown
	FROM unnest(p_tables) AS t (name) JOIN pg_class c ON c.oid = t.name::regclass WHERE c.reltuples < 2 * made;
	IF grown IS NOT NULL THEN
		EXECUTE 'ANALYZE ' || grown;
	END IF;
END
$$;
COMMENT ON FUNCTION catalog.import_analyze(text[]) IS 'Part of an import of products: statistics of tables that it filled.';

-- One part of the merging, in this order: bodies, items, files, variants, prices, stock; of the second round: related.
CREATE OR REPLACE FUNCTION catalog.import_part(p_tenant uuid, p_store uuid, p_part text, p_trial boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF catalog.import_has('prices alone') AND p_part NOT IN ('prices', 'stock') THEN
		RETURN;
	END IF;
	CASE p_part
	WHEN 'bodies' THEN
		PERFORM catalog.import_media(p_tenant);
		PERFORM catalog.import_bodies(p_tenant, p_store);
		PERFORM catalog.import_own_texts(p_tenant, p_store);
		PERFORM catalog.import_analyze(ARRAY['catalog.product', 'catalog.product_text', 'catalog.store_product']);
	WHEN 'items' THEN
		PERFORM catalog.import_items(p_tenant, p_store);
	WHEN 'related' THEN
		PERFORM catalog.import_related(p_tenant);
		PERFORM catalog.import_bundles(p_tenant);
	WHEN 'files' THEN
		PERFORM catalog.import_files(p_tenant);
	WHEN 'variants' THEN
		PERFORM catalog.import_variants(p_tenant);
		PERFORM catalog.import_bundles(p_tenant);
		PERFORM catalog.import_analyze(ARRAY['catalog.variant', 'catalog.variant_value', 'catalog.product_option',
			'catalog.category_product', 'catalog.product_value', 'catalog.product_tag', 'catalog.product_media']);
	WHEN 'prices' THEN
		IF catalog.import_has('prices alone') THEN
			CREATE TEMP TABLE import_cell ON COMMIT DROP AS
			SELECT v.sku, o.variant_id, m.product_id, false AS is_new
			FROM pg_temp.import_map m JOIN pg_temp.import_variant v ON v.reference = m.reference JOIN catalog.variant o ON o.sku_key = lower(v.sku);
			CREATE INDEX ON pg_temp.import_cell (sku);
			ANALYZE pg_temp.import_cell;
		END IF;
		PERFORM catalog.import_prices(p_tenant, p_store);
		PERFORM catalog.import_specials(p_tenant, p_store);
		PERFORM catalog.import_markups(p_tenant, p_store);
	WHEN 'stock' THEN
		PERFORM catalog.import_stock(p_tenant, p_trial);
		PERFORM catalog.import_analyze(ARRAY['catalog.price', 'inventory.stock']);
		UPDATE catalog.product x SET updated_at = sutler.now()
		FROM pg_temp.import_map m WHERE x.product_id = m.product_id AND NOT m.is_new
		  AND m.product_id IN (SELECT t.product_id FROM pg_temp.import_touched t);
	END CASE;
END
$$;
COMMENT ON FUNCTION catalog.import_part(uuid, uuid, text, boolean) IS 'A step of an import of products; a trial counts no stock.';

-- The read model of what was touched, p_limit products from p_after on; the last of them, NULL: that was all.
CREATE OR REPLACE FUNCTION catalog.import_relist_some(p_tenant uuid, p_after uuid, p_limit integer, p_analyze boolean) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ids uuid[];
	priced uuid[];
	last uuid;
BEGIN
	SELECT array_agg(t.product_id) FILTER (WHERE NOT t.price_alone), array_agg(t.product_id) FILTER (WHERE t.price_alone),
	       (array_agg(t.product_id ORDER BY t.product_id DESC))[1] INTO ids, priced, last
	FROM (SELECT i.product_id, bool_and(i.price_alone) AS price_alone FROM pg_temp.import_touched i WHERE i.product_id > p_after
		GROUP BY i.product_id ORDER BY 1 LIMIT p_limit) t;
	IF last IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM catalog.relist(p_tenant, ids);
	PERFORM catalog.redesk(p_tenant, ids);
	PERFORM catalog.relist_prices(p_tenant, priced);
	PERFORM catalog.redesk_rows(p_tenant, priced), catalog.redesk_lacks(p_tenant, priced);
	-- What is listed grows with each call: the first ones matter most.
	IF p_analyze THEN
		PERFORM catalog.import_analyze(ARRAY['catalog.listing', 'catalog.placement', 'catalog.placement_price', 'catalog.placement_name', 'catalog.facet', 'catalog.search', 'catalog.search_code', 'catalog.word',
			'catalog.product_page', 'catalog.stale', 'catalog.desk', 'catalog.desk_lack', 'catalog.desk_word']);
	END IF;
	RETURN last;
END
$$;
COMMENT ON FUNCTION catalog.import_relist_some(uuid, uuid, integer, boolean) IS 'Makes the read model of some products that an import touched; the last of them, or NULL.';

CREATE OR REPLACE FUNCTION catalog.import_counted(p_tenant uuid) RETURNS TABLE (created bigint, updated bigint, unchanged bigint, skipped bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT count(*) FILTER (WHERE m.is_new),
	       count(*) FILTER (WHERE NOT m.is_new AND t.product_id IS NOT NULL),
	       count(*) FILTER (WHERE NOT m.is_new AND t.product_id IS NULL), (SELECT sum(l.products)::bigint FROM pg_temp.import_left l)
	FROM pg_temp.import_map m LEFT JOIN (SELECT DISTINCT i.product_id FROM pg_temp.import_touched i) t ON t.product_id = m.product_id;
END
$$;
COMMENT ON FUNCTION catalog.import_counted(uuid) IS 'How many products an import made, changed, found the same, left alone.';
