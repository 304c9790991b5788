-- Pictures and documents of products, at the desk of staff; and files that nobody names any more.
--
-- The doors are built as those of catalog_desk.sql: the product is locked, what does not fit is
-- refused by an outcome, the audit log and the shop's read model follow in the same transaction.
-- Files are there before a row names them, and longer than any row does (jobs/sweep-media.c).

-- How many of a kind a product may have: what one form can hold.
CREATE OR REPLACE FUNCTION catalog.media_most() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT 18 $$;
COMMENT ON FUNCTION catalog.media_most() IS 'Pictures, and documents, that staff may give a product.';

-- Files that were stored, side by side in arrays; the product may have some of them already.
CREATE OR REPLACE FUNCTION catalog.desk_media_add(p_tenant uuid, p_actor uuid, p_product uuid, p_names text[], p_mimes text[], p_bytes bigint[],
	p_widths bigint[], p_heights bigint[], p_files text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	facts jsonb;
BEGIN
	PERFORM set_config('sutler.relist', 'later', true);
	PERFORM FROM catalog.product p WHERE p.product_id = p_product FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF EXISTS (SELECT FROM (
			SELECT x.kind, m.name FROM catalog.product_media x JOIN catalog.media m ON m.media_id = x.media_id WHERE x.product_id = p_product
			UNION
			SELECT CASE u.mime WHEN 'application/pdf' THEN 'document' ELSE 'image' END, u.name FROM unnest(p_names, p_mimes) AS u (name, mime)) k
			GROUP BY k.kind HAVING count(*) > catalog.media_most()) THEN
		RETURN 'many';
	END IF;
	facts := catalog.desk_facts(p_tenant, p_product);
	-- In one order, so that two who bring the same files do not wait for each other; a row that is there is
	-- locked, so that no sweep takes it away before it is used.
	INSERT INTO catalog.media AS m (tenant_id, media_id, name, mime, bytes, width, height, file_name)
	SELECT p_tenant, sutler.uuid7(), f.name, f.mime, f.bytes, nullif(f.width, 0), nullif(f.height, 0), f.file
	FROM (SELECT DISTINCT ON (u.name) u.* FROM unnest(p_names, p_mimes, p_bytes, p_widths, p_heights, p_files)
		AS u (name, mime, bytes, width, height, file) ORDER BY u.name) f
	ON CONFLICT (tenant_id, name) DO UPDATE SET name = excluded.name;
	INSERT INTO catalog.product_media (tenant_id, product_id, media_id, kind, position)
	SELECT p_tenant, p_product, m.media_id, k.kind, coalesce((SELECT max(x.position) FROM catalog.product_media x
		WHERE x.product_id = p_product AND x.kind = k.kind), -1) + row_number() OVER (PARTITION BY k.kind ORDER BY k.n)
	FROM (SELECT u.name, CASE u.mime WHEN 'application/pdf' THEN 'document' ELSE 'image' END AS kind, min(u.n) AS n
	      FROM unnest(p_names, p_mimes) WITH ORDINALITY AS u (name, mime, n) GROUP BY 1, 2) k
	JOIN catalog.media m ON m.name = k.name
	WHERE NOT EXISTS (SELECT FROM catalog.product_media x WHERE x.product_id = p_product AND x.media_id = m.media_id);
	RETURN catalog.desk_done(p_tenant, p_actor, p_product, 'product.pictured', '', facts);
END
$$;
COMMENT ON FUNCTION catalog.desk_media_add(uuid, uuid, uuid, text[], text[], bigint[], bigint[], bigint[], text[]) IS
	'Puts stored files behind those that a product has: ok, gone, many (more of a kind than catalog.media_most).';

-- Order, option value, texts; what is gone leaves the product.  Places are those that were typed: who moves up
-- comes before who stood there, who moves down behind him.
CREATE OR REPLACE FUNCTION catalog.desk_media_save(p_tenant uuid, p_actor uuid, p_product uuid, p_revision bigint, p_media uuid[], p_places bigint[],
	p_values text[], p_gone uuid[], p_label_media uuid[], p_label_locales text[], p_labels text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	facts jsonb;
	said text := catalog.desk_begin(p_tenant, p_product, p_revision);
BEGIN
	IF said IS NOT NULL THEN
		RETURN said;
	ELSIF EXISTS (SELECT FROM unnest(p_media || p_gone || p_label_media) AS u (id) WHERE NOT EXISTS (SELECT FROM catalog.product_media x
			WHERE x.product_id = p_product AND x.media_id = u.id))
	   OR EXISTS (SELECT FROM unnest(p_label_locales) AS u (locale) WHERE NOT EXISTS (SELECT FROM tenancy.store_locale l WHERE l.locale = u.locale)) THEN
		RETURN 'gone';
	ELSIF EXISTS (SELECT FROM unnest(p_values) AS u (id) WHERE u.id <> '' AND NOT EXISTS (SELECT FROM catalog.variant v
			JOIN catalog.variant_value vv ON vv.variant_id = v.variant_id WHERE v.product_id = p_product AND vv.value_id::text = u.id)) THEN
		RETURN 'value';
	END IF;
	facts := catalog.desk_facts(p_tenant, p_product);
	DELETE FROM catalog.product_media x WHERE x.product_id = p_product AND x.media_id = ANY (p_gone);
	-- No store that chose it shows it any longer.
	DELETE FROM catalog.store_product_media x WHERE x.product_id = p_product AND x.media_id = ANY (p_gone);
	UPDATE catalog.product_media x SET position = o.n, value_id = o.value_id
	FROM (SELECT y.media_id, CASE WHEN u.media_id IS NULL THEN y.value_id ELSE nullif(u.value, '')::uuid END AS value_id,
	             row_number() OVER (PARTITION BY y.kind ORDER BY u.place NULLS LAST, sign(u.place - y.stood), y.stood) - 1 AS n
	      FROM (SELECT z.*, row_number() OVER (PARTITION BY z.kind ORDER BY z.position, z.media_id) AS stood
	            FROM catalog.product_media z WHERE z.product_id = p_product) y
	      LEFT JOIN unnest(p_media, p_places, p_values) AS u (media_id, place, value) ON u.media_id = y.media_id) o
	WHERE x.product_id = p_product AND x.media_id = o.media_id AND (x.position, x.value_id) IS DISTINCT FROM (o.n, o.value_id);
	DELETE FROM catalog.product_media_text t USING unnest(p_label_media, p_label_locales, p_labels) AS u (media_id, locale, label)
	WHERE u.label = '' AND t.product_id = p_product AND t.media_id = u.media_id AND t.locale = u.locale;
	INSERT INTO catalog.product_media_text AS t (tenant_id, product_id, media_id, locale, label)
	SELECT p_tenant, p_product, u.media_id, u.locale, u.label FROM unnest(p_label_media, p_label_locales, p_labels) AS u (media_id, locale, label)
	WHERE u.label <> '' AND NOT u.media_id = ANY (p_gone)
	ON CONFLICT (tenant_id, product_id, media_id, locale) DO UPDATE SET label = excluded.label WHERE t.label <> excluded.label;
	RETURN catalog.desk_done(p_tenant, p_actor, p_product, 'product.pictured', '', facts);
END
$$;
COMMENT ON FUNCTION catalog.desk_media_save(uuid, uuid, uuid, bigint, uuid[], bigint[], text[], uuid[], uuid[], text[], text[]) IS
	'Order, option values and texts of a product''s pictures and documents: ok, gone, changed (by another meanwhile), value (no variant has it).';

-- ---- what nobody names ----

-- Rows that no product, category, store, page or order uses.  Younger than a day they may be about to.
CREATE OR REPLACE FUNCTION catalog.forget_media(p_tenant uuid, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ids uuid[];
	taken integer;
BEGIN
	-- Who just puts one to use holds its row: it is left for the next time.
	SELECT array_agg(c.media_id) INTO ids FROM (SELECT m.media_id FROM catalog.media m
		WHERE m.created_at < sutler.now() - interval '1 day'
		  AND NOT EXISTS (SELECT FROM catalog.product_media x WHERE x.media_id = m.media_id)
		  AND NOT EXISTS (SELECT FROM catalog.store_product_media x WHERE x.media_id = m.media_id)
		  AND NOT EXISTS (SELECT FROM catalog.category x WHERE x.image = m.name)
		  AND NOT EXISTS (SELECT FROM tenancy.store x WHERE x.logo = m.name OR x.favicon = m.name)
		  AND NOT EXISTS (SELECT FROM content.block x WHERE x.image = m.name)
		  -- It shows what was bought.
		  AND NOT EXISTS (SELECT FROM sales.order_line x WHERE x.image = m.name)
		ORDER BY m.media_id LIMIT p_most FOR UPDATE SKIP LOCKED) c;
	-- A new look: whoever held a row before may have used it.
	DELETE FROM catalog.media m WHERE m.media_id = ANY (ids)
	  AND NOT EXISTS (SELECT FROM catalog.product_media x WHERE x.media_id = m.media_id)
	  AND NOT EXISTS (SELECT FROM catalog.store_product_media x WHERE x.media_id = m.media_id)
	  AND NOT EXISTS (SELECT FROM catalog.category x WHERE x.image = m.name)
	  AND NOT EXISTS (SELECT FROM tenancy.store x WHERE x.logo = m.name OR x.favicon = m.name)
	  AND NOT EXISTS (SELECT FROM content.block x WHERE x.image = m.name);
	GET DIAGNOSTICS taken = ROW_COUNT;
	RETURN taken;
END
$$;
COMMENT ON FUNCTION catalog.forget_media(uuid, integer) IS 'Deletes rows of files that are used nowhere, at most so many; how many. Their files go when no merchant names them (sweep-media).';

CREATE OR REPLACE FUNCTION catalog.media_names(p_tenant uuid) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT m.name FROM catalog.media m $$;
COMMENT ON FUNCTION catalog.media_names(uuid) IS 'Names of all files that the merchant has.';
