-- Products at the desk of staff: how they are found, and the doors by which they change.
--
-- Each door takes the tenant, who does it and why, locks the product, refuses what does not
-- fit by an outcome, and writes the audit log; the read model of the shop follows by the
-- triggers of catalog.sql in the same transaction.

-- ---- finding ----

CREATE OR REPLACE FUNCTION catalog.desk_words(p_text text) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT left(w, 64) FROM (
		SELECT btrim(x, '.,;:!?()[]"''') AS w FROM regexp_split_to_table(catalog.fold(p_text), '\s+') AS x
		UNION
		SELECT x FROM regexp_split_to_table(catalog.fold(p_text), '[^[:alnum:]]+') AS x) y
	WHERE w <> ''
$$;
COMMENT ON FUNCTION catalog.desk_words(text) IS 'The folded words of a text, as they stand between blanks and as letters and digits alone.';

-- The products are locked first, as by catalog.relist(): who changes a text sees what was changed of its product meanwhile.
CREATE OR REPLACE FUNCTION catalog.redesk_rows(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT FROM catalog.product p WHERE p.product_id = ANY (p_products) ORDER BY p.product_id FOR NO KEY UPDATE;
	WITH home AS (
		SELECT l.locale FROM tenancy.store_locale l JOIN tenancy.store s ON s.store_id = l.store_id
		WHERE l.position = 0 ORDER BY s.code LIMIT 1
	), fresh AS (
		SELECT p.product_id, coalesce((SELECT t.name FROM catalog.product_text t WHERE t.product_id = p.product_id
				ORDER BY t.locale = (SELECT h.locale FROM home h) DESC NULLS LAST, t.locale LIMIT 1), p.reference) AS name,
		       p.status, p.brand, p.created_at, p.updated_at
		FROM unnest(p_products) AS u (id) JOIN catalog.product p ON p.product_id = u.id
	)
	INSERT INTO catalog.desk AS d (tenant_id, product_id, name, status, brand, created_at, updated_at)
	SELECT p_tenant, f.* FROM fresh f
	ON CONFLICT (tenant_id, product_id) DO UPDATE SET name = excluded.name, status = excluded.status, brand = excluded.brand,
		created_at = excluded.created_at, updated_at = excluded.updated_at
	WHERE (d.name, d.status, d.brand, d.created_at, d.updated_at)
		IS DISTINCT FROM (excluded.name, excluded.status, excluded.brand, excluded.created_at, excluded.updated_at);
$$;
COMMENT ON FUNCTION catalog.redesk_rows(uuid, uuid[]) IS 'Part of catalog.redesk: names and times of these products at the desk; writes only what differs.';

CREATE OR REPLACE FUNCTION catalog.redesk(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT catalog.redesk_rows(p_tenant, p_products);
	WITH fresh AS MATERIALIZED (
		SELECT DISTINCT x.product_id, w.word
		FROM (SELECT t.product_id, t.name AS words FROM catalog.product_text t WHERE t.product_id = ANY (p_products)
			UNION ALL SELECT p.product_id, p.reference FROM catalog.product p WHERE p.product_id = ANY (p_products)
			UNION ALL SELECT v.product_id, concat_ws(' ', v.sku, v.gtin) FROM catalog.variant v WHERE v.product_id = ANY (p_products)) x,
		LATERAL catalog.desk_words(x.words) AS w (word)
	), gone AS (
		DELETE FROM catalog.desk_word o WHERE o.product_id = ANY (p_products)
		  AND (o.product_id, o.word) NOT IN (SELECT f.product_id, f.word FROM fresh f)
	)
	INSERT INTO catalog.desk_word (tenant_id, product_id, word)
	SELECT p_tenant, f.product_id, f.word FROM fresh f ON CONFLICT DO NOTHING;
	SELECT catalog.redesk_lacks(p_tenant, p_products)
$$;
COMMENT ON FUNCTION catalog.redesk(uuid, uuid[]) IS 'Makes names, words and lacks of these products at the desk again; writes only what differs.';

CREATE OR REPLACE FUNCTION catalog.desk_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text := coalesce(current_setting('sutler.tenant', true), '');
	r record;
BEGIN
	-- Who changes very many does it at the end, once for each: catalog.import_relist_some().
	IF current_setting('sutler.redesk', true) = 'later' THEN
		RETURN NULL;
	END IF;
	FOR r IN SELECT t.tenant_id, array_agg(DISTINCT t.product_id) AS ids FROM touched t GROUP BY t.tenant_id LOOP
		PERFORM set_config('sutler.tenant', r.tenant_id::text, true);
		PERFORM catalog.redesk(r.tenant_id, r.ids);
	END LOOP;
	PERFORM set_config('sutler.tenant', before, true);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION catalog.desk_changed() IS 'Statement trigger of products, their texts and variants: how staff find them follows.';

DO $triggers$
DECLARE
	tab text;
BEGIN
	FOREACH tab IN ARRAY ARRAY['catalog.product', 'catalog.product_text', 'catalog.variant'] LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER desk_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS touched
			FOR EACH STATEMENT EXECUTE FUNCTION catalog.desk_changed()', tab);
		EXECUTE format('CREATE OR REPLACE TRIGGER desk_update AFTER UPDATE ON %s REFERENCING NEW TABLE AS touched
			FOR EACH STATEMENT EXECUTE FUNCTION catalog.desk_changed()', tab);
		EXECUTE format('CREATE OR REPLACE TRIGGER desk_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS touched
			FOR EACH STATEMENT EXECUTE FUNCTION catalog.desk_changed()', tab);
	END LOOP;
END
$triggers$;

CREATE OR REPLACE FUNCTION catalog.count_revision() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	NEW.revision := OLD.revision + 1;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION catalog.count_revision() IS 'Row trigger of products: whoever changes the row, a form filled in before is old.';
CREATE OR REPLACE TRIGGER count_revision BEFORE UPDATE ON catalog.product
	FOR EACH ROW EXECUTE FUNCTION catalog.count_revision();

-- What staff typed, as words of catalog.desk_word begin: folded, the longest first, six at most.
CREATE OR REPLACE FUNCTION catalog.desk_terms(p_query text) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(array_agg(w.word ORDER BY length(w.word) DESC, w.word), '{}') FROM (
		SELECT DISTINCT left(x, 64) COLLATE "C" AS word FROM regexp_split_to_table(catalog.fold(p_query), '\s+') AS x WHERE x <> '' LIMIT 6) w
$$;
COMMENT ON FUNCTION catalog.desk_terms(text) IS 'The words of a search at the desk, as catalog.desk_word has their beginnings.';

-- The rarest word is looked up by the index, and the others must stand beside it: each by itself, as rows of unnest()
-- they took four times as long.  Where too many products fit, putting them in order costs more than the walk below;
-- twenty times as many are looked at where another word may leave few of them.
CREATE OR REPLACE FUNCTION catalog.desk_find(p_tenant uuid, p_query text, p_most integer) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	term text[] := catalog.desk_terms(p_query);
	rare integer;
	fewest bigint := CASE cardinality(term) WHEN 1 THEN p_most ELSE 20 * p_most END + 1;
	n bigint;
	found_ids uuid[];
BEGIN
	FOR i IN 1 .. cardinality(term) LOOP
		SELECT count(*) INTO n FROM (SELECT FROM catalog.desk_word w WHERE w.word >= term[i] AND w.word < term[i] || chr(1114111) LIMIT fewest) c;
		IF n < fewest THEN
			rare := i;
			fewest := n;
		END IF;
	END LOOP;
	IF rare IS NULL AND term <> '{}' THEN
		RETURN NULL;
	END IF;
	SELECT coalesce(array_agg(DISTINCT w.product_id), '{}') INTO found_ids FROM catalog.desk_word w
		WHERE w.word >= term[rare] AND w.word < term[rare] || chr(1114111)
		  AND (term[1] IS NULL OR rare = 1 OR EXISTS (SELECT FROM catalog.desk_word o
			WHERE o.product_id = w.product_id AND o.word >= term[1] AND o.word < term[1] || chr(1114111)))
		  AND (term[2] IS NULL OR rare = 2 OR EXISTS (SELECT FROM catalog.desk_word o
			WHERE o.product_id = w.product_id AND o.word >= term[2] AND o.word < term[2] || chr(1114111)))
		  AND (term[3] IS NULL OR rare = 3 OR EXISTS (SELECT FROM catalog.desk_word o
			WHERE o.product_id = w.product_id AND o.word >= term[3] AND o.word < term[3] || chr(1114111)))
		  AND (term[4] IS NULL OR rare = 4 OR EXISTS (SELECT FROM catalog.desk_word o
			WHERE o.product_id = w.product_id AND o.word >= term[4] AND o.word < term[4] || chr(1114111)))
		  AND (term[5] IS NULL OR rare = 5 OR EXISTS (SELECT FROM catalog.desk_word o
			WHERE o.product_id = w.product_id AND o.word >= term[5] AND o.word < term[5] || chr(1114111)))
		  AND (term[6] IS NULL OR rare = 6 OR EXISTS (SELECT FROM catalog.desk_word o
			WHERE o.product_id = w.product_id AND o.word >= term[6] AND o.word < term[6] || chr(1114111)));
	RETURN CASE WHEN cardinality(found_ids) <= p_most THEN found_ids END;
END
$$;
COMMENT ON FUNCTION catalog.desk_find(uuid, text, integer) IS
	'Products of the tenant that have a word beginning with each word of the query; null where these are more than so many.';

-- The filters are those of the query admin_products: this is its page, read along the list's order and each product asked for the words.
-- Left alone the planner reads all products of a word that 5 of 100 have, and sorts them: four times as long.
CREATE OR REPLACE FUNCTION catalog.desk_walk(p_tenant uuid, p_query text, p_lack text, p_store uuid, p_currency text, p_status text, p_category uuid,
	p_brand text, p_after uuid, p_order text, p_most bigint) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_sort = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
	key text := CASE p_order WHEN 'name' THEN 'name' WHEN 'changed' THEN 'updated_at' ELSE 'created_at' END;
	way text := CASE p_order WHEN 'name' THEN 'ASC' ELSE 'DESC' END;
	asked text := '';
	term text;
	found_ids uuid[];
BEGIN
	FOREACH term IN ARRAY catalog.desk_terms(p_query) LOOP
		asked := asked || format(' AND EXISTS (SELECT FROM catalog.desk_word o WHERE o.product_id = p.product_id AND o.word >= %L AND o.word < %L)',
			term, term || chr(1114111));
	END LOOP;
	IF p_lack <> '' THEN
		asked := asked || ' AND p.lack = $1 AND p.store_id = $2 AND p.currency = $3';
	END IF;
	IF p_status <> '' THEN
		asked := asked || ' AND p.status = $4';
	END IF;
	IF p_category IS NOT NULL THEN
		asked := asked || ' AND EXISTS (SELECT FROM catalog.category_product cp WHERE cp.category_id = $5 AND cp.product_id = p.product_id)';
	END IF;
	IF p_brand <> '' THEN
		asked := asked || ' AND p.brand = $6';
	END IF;
	IF p_after IS NOT NULL THEN
		asked := asked || format(' AND (p.%1$I, p.product_id) %2$s (SELECT a.%1$I, a.product_id FROM catalog.desk a WHERE a.product_id = $7)',
			key, CASE way WHEN 'ASC' THEN '>' ELSE '<' END);
	END IF;
	EXECUTE format('SELECT coalesce(array_agg(f.product_id), ''{}'') FROM (
		SELECT p.product_id FROM catalog.%I p WHERE true%s ORDER BY p.%I %s, p.product_id %s LIMIT $8) f',
		CASE p_lack WHEN '' THEN 'desk' ELSE 'desk_lack' END, asked, key, way, way)
	INTO found_ids USING p_lack, p_store, p_currency, p_status, p_category, p_brand, p_after, p_most;
	RETURN found_ids;
END
$$;
COMMENT ON FUNCTION catalog.desk_walk(uuid, text, text, uuid, text, text, uuid, text, uuid, text, bigint) IS
	'The first products in the order of the list, below its filters, that have a word beginning with each word of the query: for common words.';

-- ---- changing ----

-- What the audit log says of a product: texts for search engines and shoppers by their length.
CREATE OR REPLACE FUNCTION catalog.desk_facts(p_tenant uuid, p_product uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_build_object('reference', p.reference, 'status', p.status, 'brand', p.brand, 'tax_class', p.tax_class,
		'lead_time_days', p.lead_time_days, 'made_to_order', p.made_to_order)
	    || coalesce((SELECT jsonb_object_agg('name.' || t.locale, t.name) || jsonb_object_agg('slug.' || t.locale, t.slug)
		|| jsonb_object_agg('summary.' || t.locale, md5(t.summary)) || jsonb_object_agg('description.' || t.locale, md5(t.description))
		|| jsonb_object_agg('meta_title.' || t.locale, t.meta_title) || jsonb_object_agg('meta_description.' || t.locale, md5(t.meta_description))
		FROM catalog.product_text t WHERE t.product_id = p.product_id), '{}')
	    || coalesce((SELECT jsonb_object_agg('tags' || CASE g.locale WHEN '' THEN '' ELSE '.' || g.locale END, g.tags)
		FROM (SELECT x.locale, jsonb_agg(x.tag ORDER BY x.tag) AS tags FROM catalog.product_tag x WHERE x.product_id = p.product_id GROUP BY x.locale) g), '{}')
	    || coalesce((SELECT jsonb_object_agg('variant.' || v.variant_id, jsonb_build_array(v.sku, v.gtin, v.weight_g, v.status))
		FROM catalog.variant v WHERE v.product_id = p.product_id), '{}')
	    || coalesce((SELECT jsonb_object_agg('download.' || v.variant_id, jsonb_build_array(v.download_days, v.download_times, v.track_stock,
			(SELECT jsonb_agg(f.file_name ORDER BY f.file_name, f.file_id) FROM catalog.download_file f WHERE f.variant_id = v.variant_id), v.digital))
		FROM catalog.variant v WHERE v.product_id = p.product_id
		  AND (v.digital OR EXISTS (SELECT FROM catalog.download_file f WHERE f.variant_id = v.variant_id))), '{}')
	    || coalesce((SELECT jsonb_object_agg('bundle.' || b.bundle_id, b.parts) FROM (SELECT x.bundle_id, jsonb_object_agg(x.part_id, x.quantity) AS parts
		FROM catalog.variant v JOIN catalog.bundle_part x ON x.bundle_id = v.variant_id WHERE v.product_id = p.product_id GROUP BY x.bundle_id) b), '{}')
	    || coalesce((SELECT jsonb_object_agg('media.' || m.media_id, jsonb_build_array(m.kind, m.position, m.value_id,
			(SELECT jsonb_object_agg(t.locale, t.label) FROM catalog.product_media_text t WHERE t.product_id = m.product_id AND t.media_id = m.media_id)))
		FROM catalog.product_media m WHERE m.product_id = p.product_id), '{}')
	    || coalesce((SELECT jsonb_object_agg('visible.' || s.store_id, s.visible) FROM catalog.store_product s WHERE s.product_id = p.product_id), '{}')
	    || coalesce((SELECT jsonb_object_agg('listing.' || s.store_id, jsonb_build_array(s.featured, s.position)) FROM catalog.store_product s
		WHERE s.product_id = p.product_id AND (s.featured OR s.position <> 0)), '{}')
	    || coalesce((SELECT jsonb_object_agg('own_media.' || o.store_id, o.media) FROM (SELECT x.store_id, jsonb_agg(x.media_id ORDER BY x.position, x.media_id) AS media
		FROM catalog.store_product_media x WHERE x.product_id = p.product_id GROUP BY x.store_id) o), '{}')
	    || coalesce((SELECT jsonb_object_agg('own.' || t.store_id || '.' || t.locale, jsonb_build_array(t.name, md5(t.summary), md5(t.description)))
		FROM catalog.store_product_text t WHERE t.product_id = p.product_id), '{}')
	    || coalesce((SELECT jsonb_object_agg('related.' || r.related_id, jsonb_build_array(r.kind, r.position)) FROM catalog.related r WHERE r.product_id = p.product_id), '{}')
	    || coalesce((SELECT jsonb_object_agg('category.' || c.category_id, true) FROM catalog.category_product c WHERE c.product_id = p.product_id), '{}')
	    || coalesce((SELECT jsonb_object_agg('price.' || concat_ws('.', r.store_id, r.currency, v.variant_id), jsonb_build_array(r.amount, r.was))
		FROM catalog.variant v JOIN catalog.price r ON r.variant_id = v.variant_id AND r.customer_group = '' AND r.min_quantity = 1 AND r.starts_at = '-infinity'
		WHERE v.product_id = p.product_id), '{}')
	FROM catalog.product p WHERE p.product_id = p_product
$$;
COMMENT ON FUNCTION catalog.desk_facts(uuid, uuid) IS 'A product as the audit log compares it; long texts by their MD5.';

CREATE OR REPLACE FUNCTION catalog.desk_difference(p_before jsonb, p_after jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(jsonb_object_agg(k, jsonb_build_array(p_before -> k, p_after -> k)), '{}')
	FROM (SELECT jsonb_object_keys(p_before) UNION SELECT jsonb_object_keys(p_after)) x (k)
	WHERE p_before -> k IS DISTINCT FROM p_after -> k
$$;
COMMENT ON FUNCTION catalog.desk_difference(jsonb, jsonb) IS 'What differs, each with the old and the new value.';

-- Ends each change: the log, the date, and the shop's read model, once.
CREATE OR REPLACE FUNCTION catalog.desk_done(p_tenant uuid, p_actor uuid, p_product uuid, p_action text, p_reason text, p_before jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	difference jsonb := catalog.desk_difference(p_before, catalog.desk_facts(p_tenant, p_product));
BEGIN
	IF difference <> '{}' AND p_action = 'product.priced' THEN
		PERFORM catalog.desk_priced(p_tenant, p_actor, p_product, p_reason, difference);
		RETURN 'ok';
	END IF;
	PERFORM set_config('sutler.relist', '', true);
	IF difference = '{}' THEN
		RETURN 'ok';
	END IF;
	-- Its trigger lists the product again, with all that was written before.
	UPDATE catalog.product p SET updated_at = sutler.now() WHERE p.product_id = p_product;
	PERFORM audit.add(p_tenant, p_actor::text, p_action, 'product ' || p_product, p_reason, difference::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_done(uuid, uuid, uuid, text, text, jsonb) IS 'Part of the doors of this file: nothing changed, nothing is written.';

-- The slug typed, or one made of the name that no other product has in this language.
CREATE OR REPLACE FUNCTION catalog.desk_slug(p_tenant uuid, p_product uuid, p_locale text, p_slug text, p_name text, p_reference text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made text := trim('-' FROM left(regexp_replace(catalog.fold(p_name), '[^a-z0-9]+', '-', 'g'), 80));
	tail text := trim('-' FROM left(regexp_replace(catalog.fold(p_reference), '[^a-z0-9]+', '-', 'g'), 30));
BEGIN
	IF p_slug <> '' THEN
		RETURN p_slug;
	END IF;
	made := CASE WHEN made <> '' THEN made WHEN tail <> '' THEN tail ELSE p_product::text END;
	IF EXISTS (SELECT FROM catalog.product_text t WHERE t.locale = p_locale AND t.slug = made AND t.product_id <> p_product) THEN
		made := made || '-' || CASE WHEN tail = '' THEN p_product::text ELSE tail END;
	END IF;
	RETURN made;
END
$$;
COMMENT ON FUNCTION catalog.desk_slug(uuid, uuid, text, text, text, text) IS 'The name of a product in URLs.';

-- Texts by language, side by side in arrays: a language without a name has no text.  Tags: each
-- with its language, '' for all.
CREATE OR REPLACE FUNCTION catalog.desk_texts(p_tenant uuid, p_product uuid, p_reference text, p_locales text[], p_names text[], p_slugs text[],
	p_summaries text[], p_descriptions text[], p_meta_titles text[], p_meta_descriptions text[], p_tag_locales text[], p_tags text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
BEGIN
	FOR r IN
		SELECT u.*, catalog.desk_slug(p_tenant, p_product, u.locale, u.typed, u.name, p_reference) AS slug
		FROM unnest(p_locales, p_names, p_slugs, p_summaries, p_descriptions, p_meta_titles, p_meta_descriptions)
			AS u (locale, name, typed, summary, description, meta_title, meta_description)
	LOOP
		IF NOT EXISTS (SELECT FROM tenancy.store_locale l WHERE l.locale = r.locale) THEN
			RETURN 'gone';
		ELSIF r.name = '' THEN
			DELETE FROM catalog.product_text t WHERE t.product_id = p_product AND t.locale = r.locale;
			CONTINUE;
		END IF;
		IF EXISTS (SELECT FROM catalog.product_text t WHERE t.locale = r.locale AND t.slug = r.slug AND t.product_id <> p_product) THEN
			RETURN 'slug ' || r.locale;
		END IF;
		INSERT INTO catalog.product_text AS t (tenant_id, product_id, locale, slug, name, summary, description, meta_title, meta_description)
		VALUES (p_tenant, p_product, r.locale, r.slug, r.name, r.summary, r.description, r.meta_title, r.meta_description)
		ON CONFLICT (tenant_id, product_id, locale) DO UPDATE SET slug = excluded.slug, name = excluded.name, summary = excluded.summary,
			description = excluded.description, meta_title = excluded.meta_title, meta_description = excluded.meta_description
		WHERE (t.slug, t.name, t.summary, t.description, t.meta_title, t.meta_description)
			IS DISTINCT FROM (excluded.slug, excluded.name, excluded.summary, excluded.description, excluded.meta_title, excluded.meta_description);
	END LOOP;
	IF NOT EXISTS (SELECT FROM catalog.product_text t WHERE t.product_id = p_product) THEN
		RETURN 'name';
	END IF;
	DELETE FROM catalog.product_tag g WHERE g.product_id = p_product
	  AND NOT EXISTS (SELECT FROM unnest(p_tag_locales, p_tags) AS u (locale, tag) WHERE u.locale = g.locale AND u.tag = g.tag)
	  AND (g.locale = '' OR g.locale = ANY (p_locales));
	INSERT INTO catalog.product_tag (tenant_id, product_id, locale, tag)
	SELECT DISTINCT p_tenant, p_product, u.locale, u.tag FROM unnest(p_tag_locales, p_tags) AS u (locale, tag) ON CONFLICT DO NOTHING;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_texts(uuid, uuid, text, text[], text[], text[], text[], text[], text[], text[], text[], text[]) IS
	'Part of catalog.desk_save: ok, name (no language has one), or "slug LOCALE" where another product has the slug.';

-- Begins a change of a product that was looked at in p_revision: nobody else changes it until this is over, and what
-- lists show of it is made anew once, by catalog.desk_done().  NULL; gone; changed (meanwhile).
CREATE OR REPLACE FUNCTION catalog.desk_begin(p_tenant uuid, p_product uuid, p_revision bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	now_is bigint;
BEGIN
	PERFORM set_config('sutler.relist', 'later', true);
	SELECT p.revision INTO now_is FROM catalog.product p WHERE p.tenant_id = p_tenant AND p.product_id = p_product FOR NO KEY UPDATE;
	RETURN CASE WHEN now_is IS NULL THEN 'gone' WHEN now_is <> p_revision THEN 'changed' END;
END
$$;
COMMENT ON FUNCTION catalog.desk_begin(uuid, uuid, bigint) IS 'Begins a change of a product by hand: NULL, gone or changed.';

-- Makes (p_make: with one variant, in the store p_store) or changes a product.  p_revision is that
-- of the row the form was filled in over.  Whoever declines has written nothing.
CREATE OR REPLACE FUNCTION catalog.desk_save(p_tenant uuid, p_actor uuid, p_product uuid, p_make boolean, p_store uuid, p_sku text, p_revision bigint,
	p_reference text, p_status text, p_brand text, p_tax_class text, p_lead_time_days integer, p_made_to_order boolean,
	p_locales text[], p_names text[], p_slugs text[], p_summaries text[], p_descriptions text[], p_meta_titles text[], p_meta_descriptions text[],
	p_tag_locales text[], p_tags text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	facts jsonb := '{}';
	said text;
BEGIN
	PERFORM set_config('sutler.relist', 'later', true);
	IF NOT p_make THEN
		said := catalog.desk_begin(p_tenant, p_product, p_revision);
		IF said IS NOT NULL THEN
			RETURN said;
		END IF;
		facts := catalog.desk_facts(p_tenant, p_product);
	END IF;
	IF NOT EXISTS (SELECT FROM accounting.tax_class c WHERE c.tax_class = p_tax_class) THEN
		RETURN 'tax_class';
	ELSIF EXISTS (SELECT FROM catalog.product p WHERE p.reference = p_reference AND p.product_id <> p_product) THEN
		RETURN 'reference';
	ELSIF p_make AND EXISTS (SELECT FROM catalog.variant v WHERE v.sku_key = lower(p_sku)) THEN
		RETURN 'sku';
	END IF;
	BEGIN
		IF p_make THEN
			INSERT INTO catalog.product (tenant_id, product_id, reference, status, brand, tax_class, lead_time_days, made_to_order, created_at, updated_at)
			VALUES (p_tenant, p_product, p_reference, p_status, p_brand, p_tax_class, p_lead_time_days, p_made_to_order, sutler.now(), sutler.now());
			INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku) VALUES (p_tenant, sutler.uuid7(), p_product, p_sku);
			INSERT INTO catalog.store_product (tenant_id, store_id, product_id) VALUES (p_tenant, p_store, p_product);
		ELSE
			UPDATE catalog.product p SET reference = p_reference, status = p_status, brand = p_brand, tax_class = p_tax_class,
				lead_time_days = p_lead_time_days, made_to_order = p_made_to_order
			WHERE p.product_id = p_product AND (p.reference, p.status, p.brand, p.tax_class, p.lead_time_days, p.made_to_order)
				IS DISTINCT FROM (p_reference, p_status, p_brand, p_tax_class, p_lead_time_days, p_made_to_order);
		END IF;
		said := catalog.desk_texts(p_tenant, p_product, p_reference, p_locales, p_names, p_slugs, p_summaries, p_descriptions,
			p_meta_titles, p_meta_descriptions, p_tag_locales, p_tags);
		IF said <> 'ok' THEN
			RAISE EXCEPTION USING ERRCODE = 'SU001', MESSAGE = said;
		END IF;
	EXCEPTION
		WHEN SQLSTATE 'SU001' THEN
			RETURN said;
		-- Two at the same moment: the later one is told what the earlier one took.
		WHEN unique_violation THEN
			RETURN 'taken';
	END;
	RETURN catalog.desk_done(p_tenant, p_actor, p_product, CASE WHEN p_make THEN 'product.made' ELSE 'product.changed' END, '', facts);
END
$$;
COMMENT ON FUNCTION catalog.desk_save(uuid, uuid, uuid, boolean, uuid, text, bigint, text, text, text, text, integer, boolean, text[], text[], text[],
	text[], text[], text[], text[], text[], text[]) IS
	'Makes or changes a product: ok, gone, changed (by another meanwhile), tax_class, reference, sku, name, "slug LOCALE", taken.';

-- ---- variants ----

-- Changes variants of a product, side by side in arrays.  Those of other products are not there.
CREATE OR REPLACE FUNCTION catalog.desk_variants(p_tenant uuid, p_actor uuid, p_product uuid, p_revision bigint, p_variants uuid[], p_skus text[],
	p_gtins text[], p_weights integer[], p_states text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	facts jsonb;
	said text := catalog.desk_begin(p_tenant, p_product, p_revision);
	taken uuid;
BEGIN
	IF said IS NOT NULL THEN
		RETURN said;
	ELSIF EXISTS (SELECT FROM unnest(p_variants) AS u (id) WHERE NOT EXISTS (SELECT FROM catalog.variant v
			WHERE v.variant_id = u.id AND v.product_id = p_product)) THEN
		RETURN 'gone';
	END IF;
	SELECT u.id INTO taken FROM unnest(p_variants, p_skus) AS u (id, sku)
	WHERE EXISTS (SELECT FROM catalog.variant v WHERE v.sku_key = lower(u.sku) AND NOT v.variant_id = ANY (p_variants))
	   OR EXISTS (SELECT FROM unnest(p_variants, p_skus) AS o (id, sku) WHERE lower(o.sku) = lower(u.sku) AND o.id > u.id) LIMIT 1;
	IF FOUND THEN
		RETURN 'sku ' || taken;
	END IF;
	facts := catalog.desk_facts(p_tenant, p_product);
	BEGIN
		-- SKUs may change places: what changes steps aside first.
		UPDATE catalog.variant v SET sku = 'moving-' || v.variant_id
		FROM unnest(p_variants, p_skus) AS u (id, sku) WHERE v.variant_id = u.id AND v.sku <> u.sku;
		UPDATE catalog.variant v SET sku = u.sku, gtin = nullif(u.gtin, ''), weight_g = u.weight, status = u.state
		FROM unnest(p_variants, p_skus, p_gtins, p_weights, p_states) AS u (id, sku, gtin, weight, state)
		WHERE v.variant_id = u.id AND (v.sku, coalesce(v.gtin, ''), v.weight_g, v.status) IS DISTINCT FROM (u.sku, u.gtin, u.weight, u.state);
	EXCEPTION WHEN unique_violation THEN
		-- A cell of the matrix that was archived is made again, or somebody else took a SKU right now.
		RETURN 'taken';
	END;
	RETURN catalog.desk_done(p_tenant, p_actor, p_product, 'product.variants', '', facts);
END
$$;
COMMENT ON FUNCTION catalog.desk_variants(uuid, uuid, uuid, bigint, uuid[], text[], text[], integer[], text[]) IS
	'SKU, GTIN, weight and state of variants: ok, gone, changed, "sku VARIANT", taken.';

-- Makes the combinations of these values that a product does not have yet: one attribute for each
-- option, at most three.  A product's first variant without options takes the first combination;
-- else the options must be those the product has.
CREATE OR REPLACE FUNCTION catalog.desk_combine(p_tenant uuid, p_actor uuid, p_product uuid, p_revision bigint, p_values uuid[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- A matrix people can still look at, and what one page saves.
	most constant integer := 200;
	facts jsonb;
	said text := catalog.desk_begin(p_tenant, p_product, p_revision);
	wanted uuid[];
	has uuid[];
	first_variant uuid;
	base text;
	cell record;
	id uuid;
	wished text;
BEGIN
	IF said IS NOT NULL THEN
		RETURN said;
	ELSIF EXISTS (SELECT FROM unnest(p_values) AS u (id) WHERE NOT EXISTS (SELECT FROM catalog.attribute_value v WHERE v.value_id = u.id)) THEN
		RETURN 'gone';
	END IF;
	SELECT p.reference INTO base FROM catalog.product p WHERE p.product_id = p_product;
	SELECT array_agg(o.attribute_id ORDER BY o.position) INTO has FROM catalog.product_option o WHERE o.product_id = p_product;
	SELECT array_agg(x.attribute_id ORDER BY array_position(has, x.attribute_id), x.position, x.code) INTO wanted
	FROM (SELECT DISTINCT a.attribute_id, a.position, a.code FROM catalog.attribute_value v JOIN catalog.attribute a ON a.attribute_id = v.attribute_id
		WHERE v.value_id = ANY (p_values)) x;
	IF wanted IS NULL THEN
		RETURN 'nothing';
	ELSIF cardinality(wanted) > 3 THEN
		RETURN 'options';
	ELSIF has IS NOT NULL AND has <> wanted THEN
		RETURN 'other_options';
	END IF;
	facts := catalog.desk_facts(p_tenant, p_product);
	IF has IS NULL THEN
		SELECT CASE WHEN count(*) = 1 THEN (array_agg(v.variant_id))[1] END INTO first_variant
		FROM catalog.variant v WHERE v.product_id = p_product AND v.status = 'active';
		IF first_variant IS NULL THEN
			RETURN 'other_options';
		END IF;
		INSERT INTO catalog.product_option (tenant_id, product_id, attribute_id, position)
		SELECT p_tenant, p_product, u.id, u.n - 1 FROM unnest(wanted) WITH ORDINALITY AS u (id, n);
	END IF;
	IF (SELECT count(*) FROM catalog.variant v WHERE v.product_id = p_product) +
	   (SELECT coalesce(round(exp(sum(ln(c.n)))), 0) FROM (SELECT count(*) AS n FROM catalog.attribute_value v
		WHERE v.value_id = ANY (p_values) GROUP BY v.attribute_id) c) > most THEN
		RAISE EXCEPTION USING ERRCODE = 'SU001', MESSAGE = 'many';
	END IF;
	FOR cell IN
		WITH RECURSIVE grown AS (
			SELECT 0 AS n, ARRAY[]::uuid[] AS ids, ARRAY[]::text[] AS codes, ARRAY[]::integer[] AS places
			UNION ALL
			SELECT g.n + 1, g.ids || v.value_id, g.codes || v.code, g.places || v.position
			FROM grown g JOIN catalog.attribute_value v ON v.attribute_id = wanted[g.n + 1] AND v.value_id = ANY (p_values)
			WHERE g.n < cardinality(wanted)
		)
		SELECT g.ids, array_to_string(g.codes, '/') AS key, array_to_string(g.codes, '-') AS tail FROM grown g
		WHERE g.n = cardinality(wanted) ORDER BY g.places, g.codes
	LOOP
		CONTINUE WHEN EXISTS (SELECT FROM catalog.variant v WHERE v.product_id = p_product AND v.status = 'active' AND v.options_key = cell.key);
		IF first_variant IS NOT NULL THEN
			id := first_variant;
			first_variant := NULL;
			UPDATE catalog.variant v SET options_key = cell.key WHERE v.variant_id = id;
		ELSE
			id := sutler.uuid7();
			wished := left(base || '-' || upper(cell.tail), 64);
			IF EXISTS (SELECT FROM catalog.variant v WHERE v.sku_key = lower(wished)) THEN
				wished := left(base, 27) || '-' || id;
			END IF;
			-- Prices and weight as the product's first variant has them, so that nothing is sold for nothing.
			INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku, weight_g, position, options_key)
			SELECT p_tenant, id, p_product, wished, coalesce((SELECT v.weight_g FROM catalog.variant v WHERE v.product_id = p_product
				ORDER BY v.status, v.position, v.variant_id LIMIT 1), 0),
				coalesce((SELECT max(v.position) + 1 FROM catalog.variant v WHERE v.product_id = p_product), 0), cell.key;
			INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, customer_group, min_quantity, starts_at, ends_at, amount, was)
			SELECT r.tenant_id, r.store_id, id, r.currency, r.customer_group, r.min_quantity, r.starts_at, r.ends_at, r.amount, r.was
			-- A rule has reckoned those that follow it when the variant was made.
			FROM catalog.price r WHERE NOT r.reckoned AND r.variant_id = (SELECT v.variant_id FROM catalog.variant v
				WHERE v.product_id = p_product AND v.variant_id <> id ORDER BY v.status, v.position, v.variant_id LIMIT 1)
			ON CONFLICT DO NOTHING;
		END IF;
		INSERT INTO catalog.variant_value (tenant_id, variant_id, attribute_id, value_id)
		SELECT p_tenant, id, u.attribute, u.value FROM unnest(wanted, cell.ids) AS u (attribute, value);
	END LOOP;
	RETURN catalog.desk_done(p_tenant, p_actor, p_product, 'product.combined', '', facts);
EXCEPTION
	WHEN SQLSTATE 'SU001' THEN
		RETURN 'many';
	WHEN unique_violation THEN
		RETURN 'taken';
END
$$;
COMMENT ON FUNCTION catalog.desk_combine(uuid, uuid, uuid, bigint, uuid[]) IS
	'Missing combinations of option values: ok, gone, changed, nothing (no value given), options (more than three), other_options (than the product has), many, taken.';

-- ---- prices ----

-- Ends each change of prices that catalog.desk_begin() began: the date, amounts wherever the product stands, and the log.
CREATE OR REPLACE FUNCTION catalog.desk_priced(p_tenant uuid, p_actor uuid, p_product uuid, p_reason text, p_detail jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- No list tells this date: nothing but amounts is made again.
	UPDATE catalog.product p SET updated_at = sutler.now() WHERE p.product_id = p_product;
	PERFORM set_config('sutler.relist', '', true);
	PERFORM catalog.relist_prices(p_tenant, ARRAY[p_product]);
	PERFORM audit.add(p_tenant, p_actor::text, 'product.priced', 'product ' || p_product, p_reason, p_detail::text);
END
$$;
COMMENT ON FUNCTION catalog.desk_priced(uuid, uuid, uuid, text, jsonb) IS 'Part of the doors that change prices: the shop shows them once this transaction ends.';

-- The price list of a product in one store and currency, the plain prices: of one piece, without
-- dates; for everybody ('') or for a group of customers.  An amount below 0 takes the price away; was below 0: none.
CREATE OR REPLACE FUNCTION catalog.desk_prices(p_tenant uuid, p_actor uuid, p_product uuid, p_revision bigint, p_store uuid, p_currency text, p_group text,
	p_variants uuid[], p_amounts bigint[], p_was bigint[], p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said text := catalog.desk_begin(p_tenant, p_product, p_revision);
	smallest bigint;
	detail jsonb;
BEGIN
	IF said IS NOT NULL THEN
		RETURN said;
	ELSIF EXISTS (SELECT FROM unnest(p_variants) AS u (id) WHERE NOT EXISTS (SELECT FROM catalog.variant v
			WHERE v.variant_id = u.id AND v.product_id = p_product)) THEN
		RETURN 'gone';
	END IF;
	PERFORM FROM customer.price_group g WHERE g.tenant_id = p_tenant AND g.code = p_group FOR KEY SHARE;
	IF p_group <> '' AND NOT FOUND THEN
		RETURN 'gone';
	END IF;
	SELECT c.step INTO smallest FROM tenancy.store_currency c WHERE c.store_id = p_store AND c.currency = p_currency;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF EXISTS (SELECT FROM unnest(p_amounts, p_was) AS u (amount, was) WHERE u.amount > 0 AND u.amount % smallest <> 0 OR u.was > 0 AND u.was % smallest <> 0) THEN
		RETURN 'step';
	END IF;
	SELECT jsonb_object_agg(u.id, jsonb_build_array(o.amount, nullif(greatest(u.amount, -1), -1), o.was, nullif(greatest(u.was, -1), -1))) INTO detail
	FROM unnest(p_variants, p_amounts, p_was) AS u (id, amount, was)
	LEFT JOIN catalog.price o ON o.store_id = p_store AND o.variant_id = u.id AND o.currency = p_currency AND o.customer_group = p_group
		AND o.min_quantity = 1 AND o.starts_at = '-infinity'
	WHERE (coalesce(o.amount, -1), coalesce(o.was, -1)) IS DISTINCT FROM (greatest(u.amount, -1), CASE WHEN u.amount < 0 THEN -1 ELSE greatest(u.was, -1) END);
	IF detail IS NULL THEN
		RETURN 'ok';
	END IF;
	DELETE FROM catalog.price o USING unnest(p_variants, p_amounts) AS u (id, amount)
	WHERE u.amount < 0 AND o.store_id = p_store AND o.variant_id = u.id AND o.currency = p_currency AND o.customer_group = p_group
	  AND o.min_quantity = 1 AND o.starts_at = '-infinity';
	INSERT INTO catalog.price AS o (tenant_id, store_id, variant_id, currency, customer_group, amount, was)
	SELECT p_tenant, p_store, u.id, p_currency, p_group, u.amount, nullif(greatest(u.was, -1), -1)
	FROM unnest(p_variants, p_amounts, p_was) AS u (id, amount, was) WHERE u.amount >= 0
	ON CONFLICT (tenant_id, store_id, variant_id, currency, customer_group, min_quantity, starts_at)
	DO UPDATE SET amount = excluded.amount, was = excluded.was WHERE (o.amount, o.was) IS DISTINCT FROM (excluded.amount, excluded.was);
	PERFORM catalog.desk_priced(p_tenant, p_actor, p_product, p_reason,
		jsonb_build_object('store', p_store, 'currency', p_currency, 'group', p_group, 'prices', detail));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_prices(uuid, uuid, uuid, bigint, uuid, text, text, uuid[], bigint[], bigint[], text) IS
	'Plain prices of a product''s variants: ok, gone, changed, step (not a multiple of the store''s smallest amount). The log keeps old and new amount, old and new was.';

-- ---- many at once ----

-- One change to many products: p_do is active, draft, archived; show, hide (in the store); tag, untag, tax
-- (with p_value); into, out (of p_category); price (as catalog.desk_reprice reckons).
CREATE OR REPLACE FUNCTION catalog.desk_bulk(p_tenant uuid, p_actor uuid, p_store uuid, p_products uuid[], p_do text, p_value text, p_category uuid,
	p_currency text, p_percent bigint, p_add bigint, p_markup bigint, p_unit bigint, p_ending bigint, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	one uuid;
	facts jsonb;
	n integer;
BEGIN
	PERFORM FROM catalog.product p WHERE p.product_id = ANY (p_products) ORDER BY p.product_id FOR NO KEY UPDATE;
	GET DIAGNOSTICS n = ROW_COUNT;
	IF n <> cardinality(p_products) OR p_do IN ('into', 'out') AND NOT EXISTS (SELECT FROM catalog.category c
			WHERE c.category_id = p_category AND c.store_id = p_store) THEN
		RETURN 'gone';
	ELSIF p_do IN ('into', 'out') AND EXISTS (SELECT FROM catalog.rule r WHERE r.category_id = p_category) THEN
		RETURN 'rule';
	ELSIF p_do = 'tax' AND NOT EXISTS (SELECT FROM accounting.tax_class c WHERE c.tax_class = p_value) THEN
		RETURN 'tax_class';
	ELSIF p_do = 'price' AND EXISTS (SELECT FROM catalog.desk_reprice(p_tenant, p_store, p_currency, p_products, p_percent, p_add, p_markup, p_unit, p_ending) r
			WHERE r.fresh > 1000000000000) THEN
		RETURN 'price';
	END IF;
	FOREACH one IN ARRAY p_products LOOP
		PERFORM set_config('sutler.relist', 'later', true);
		facts := catalog.desk_facts(p_tenant, one);
		IF p_do IN ('active', 'draft', 'archived') THEN
			UPDATE catalog.product p SET status = p_do WHERE p.product_id = one AND p.status <> p_do;
		ELSIF p_do IN ('show', 'hide') THEN
			INSERT INTO catalog.store_product AS s (tenant_id, store_id, product_id, visible) VALUES (p_tenant, p_store, one, p_do = 'show')
			ON CONFLICT (tenant_id, store_id, product_id) DO UPDATE SET visible = excluded.visible WHERE s.visible <> excluded.visible;
		ELSIF p_do = 'tag' THEN
			INSERT INTO catalog.product_tag (tenant_id, product_id, locale, tag) VALUES (p_tenant, one, '', p_value) ON CONFLICT DO NOTHING;
		ELSIF p_do = 'untag' THEN
			DELETE FROM catalog.product_tag g WHERE g.product_id = one AND g.tag = p_value;
		ELSIF p_do = 'tax' THEN
			UPDATE catalog.product p SET tax_class = p_value WHERE p.product_id = one AND p.tax_class <> p_value;
		ELSIF p_do = 'into' THEN
			INSERT INTO catalog.category_product (tenant_id, store_id, category_id, product_id) VALUES (p_tenant, p_store, p_category, one) ON CONFLICT DO NOTHING;
		ELSIF p_do = 'out' THEN
			DELETE FROM catalog.category_product c WHERE c.category_id = p_category AND c.product_id = one;
		ELSIF p_do = 'price' THEN
			-- What is reduced below this price stays so; else there is nothing to strike through any more.
			INSERT INTO catalog.price AS o (tenant_id, store_id, variant_id, currency, amount)
			SELECT p_tenant, p_store, r.variant_id, p_currency, r.fresh
			FROM catalog.desk_reprice(p_tenant, p_store, p_currency, ARRAY[one], p_percent, p_add, p_markup, p_unit, p_ending) r
			ON CONFLICT (tenant_id, store_id, variant_id, currency, customer_group, min_quantity, starts_at)
			DO UPDATE SET amount = excluded.amount, was = CASE WHEN o.was > excluded.amount THEN o.was END WHERE o.amount <> excluded.amount;
		END IF;
		PERFORM catalog.desk_done(p_tenant, p_actor, one, CASE p_do WHEN 'price' THEN 'product.priced' ELSE 'product.changed' END, p_reason, facts);
	END LOOP;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_bulk(uuid, uuid, uuid, uuid[], text, text, uuid, text, bigint, bigint, bigint, bigint, bigint, text) IS
	'One change to many products, each with its entry in the log: ok, gone, tax_class, price (too high), rule (the collection chooses by itself).';
