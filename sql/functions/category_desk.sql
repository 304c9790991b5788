-- Categories of a store at the desk of staff: a tree that is made, moved and switched off, and
-- which products stand in it.
--
-- Each door locks the store's tree, refuses what does not fit by an outcome, and writes the audit
-- log.  The shop's read model follows in the same transaction, as far as it can show the change:
-- products are listed again when a category moved, was switched or is called otherwise, and not
-- when it only changed places with its neighbours, which menus alone show.

-- ---- the tree stays one ----

-- Whoever writes a parent: two moves that would close a circle together wait for each other here,
-- and the later one sees the earlier one.
CREATE OR REPLACE FUNCTION catalog.keep_tree() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text := coalesce(current_setting('sutler.tenant', true), '');
	above uuid := NEW.parent_id;
BEGIN
	PERFORM set_config('sutler.tenant', NEW.tenant_id::text, true);
	PERFORM FROM tenancy.store s WHERE s.store_id = NEW.store_id FOR NO KEY UPDATE;
	WHILE above IS NOT NULL LOOP
		IF above = NEW.category_id THEN
			RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'category_tree', MESSAGE = 'a category lies below itself';
		END IF;
		SELECT c.parent_id INTO above FROM catalog.category c WHERE c.category_id = above;
	END LOOP;
	PERFORM set_config('sutler.tenant', before, true);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION catalog.keep_tree() IS 'Row trigger of categories: none lies below itself.';
CREATE OR REPLACE TRIGGER keep_tree AFTER INSERT OR UPDATE OF parent_id ON catalog.category
	FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION catalog.keep_tree();

CREATE OR REPLACE TRIGGER count_revision BEFORE UPDATE ON catalog.category
	FOR EACH ROW EXECUTE FUNCTION catalog.count_revision();

CREATE OR REPLACE FUNCTION catalog.below(p_tenant uuid, p_category uuid) RETURNS TABLE (category_id uuid, depth integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE down AS (
		SELECT c.category_id, 0 AS depth FROM catalog.category c WHERE c.category_id = p_category
		UNION ALL
		SELECT c.category_id, d.depth + 1 FROM down d JOIN catalog.category c ON c.parent_id = d.category_id
	)
	SELECT d.category_id, d.depth FROM down d
$$;
COMMENT ON FUNCTION catalog.below(uuid, uuid) IS 'A category and all below it, with how many steps.';

-- ---- doors ----

-- What the audit log says of a category.
CREATE OR REPLACE FUNCTION catalog.category_facts(p_tenant uuid, p_category uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_build_object('parent', c.parent_id, 'visible', c.visible, 'position', c.position, 'image', c.image)
	    || coalesce((SELECT jsonb_object_agg('name.' || t.locale, t.name) || jsonb_object_agg('slug.' || t.locale, t.slug)
		|| jsonb_object_agg('description.' || t.locale, md5(t.description)) || jsonb_object_agg('meta_title.' || t.locale, t.meta_title)
		|| jsonb_object_agg('meta_description.' || t.locale, md5(t.meta_description)) || jsonb_object_agg('alt.' || t.locale, t.alt)
		FROM catalog.category_text t WHERE t.category_id = c.category_id), '{}')
	FROM catalog.category c WHERE c.category_id = p_category
$$;
COMMENT ON FUNCTION catalog.category_facts(uuid, uuid) IS 'A category as the audit log compares it; long texts by their MD5.';

-- Texts side by side in arrays: a language without a name has none.  An empty slug is made of the name.
CREATE OR REPLACE FUNCTION catalog.category_texts(p_tenant uuid, p_store uuid, p_category uuid, p_locales text[], p_names text[], p_slugs text[],
	p_descriptions text[], p_meta_titles text[], p_meta_descriptions text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
	made text;
BEGIN
	FOR r IN SELECT u.* FROM unnest(p_locales, p_names, p_slugs, p_descriptions, p_meta_titles, p_meta_descriptions)
		AS u (locale, name, slug, description, meta_title, meta_description)
	LOOP
		IF NOT EXISTS (SELECT FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.locale = r.locale) THEN
			RETURN 'gone';
		ELSIF r.name = '' THEN
			DELETE FROM catalog.category_text t WHERE t.category_id = p_category AND t.locale = r.locale;
			CONTINUE;
		END IF;
		made := CASE WHEN r.slug <> '' THEN r.slug ELSE trim('-' FROM left(regexp_replace(catalog.fold(r.name), '[^a-z0-9]+', '-', 'g'), 80)) END;
		IF made = '' THEN
			made := p_category::text;
		ELSIF EXISTS (SELECT FROM catalog.category_text t WHERE t.store_id = p_store AND t.locale = r.locale AND t.slug = made AND t.category_id <> p_category) THEN
			IF r.slug <> '' THEN
				RETURN 'slug ' || r.locale;
			END IF;
			made := made || '-' || right(p_category::text, 6);
		END IF;
		INSERT INTO catalog.category_text AS t (tenant_id, store_id, category_id, locale, slug, name, description, meta_title, meta_description)
		VALUES (p_tenant, p_store, p_category, r.locale, made, r.name, r.description, r.meta_title, r.meta_description)
		ON CONFLICT (tenant_id, category_id, locale) DO UPDATE SET slug = excluded.slug, name = excluded.name, description = excluded.description,
			meta_title = excluded.meta_title, meta_description = excluded.meta_description
		WHERE (t.slug, t.name, t.description, t.meta_title, t.meta_description)
			IS DISTINCT FROM (excluded.slug, excluded.name, excluded.description, excluded.meta_title, excluded.meta_description);
	END LOOP;
	IF NOT EXISTS (SELECT FROM catalog.category_text t WHERE t.category_id = p_category) THEN
		RETURN 'name';
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.category_texts(uuid, uuid, uuid, text[], text[], text[], text[], text[], text[]) IS
	'Part of catalog.desk_category: ok, gone, name (no language has one), or "slug LOCALE" where another category has the slug.';

-- Makes or changes a category of a store.  p_parent NULL: at the top.  p_place is where it shall stand among its
-- neighbours, from 1 on; 0: where it is, or last when it is new or moves to another parent.
CREATE OR REPLACE FUNCTION catalog.desk_category(p_tenant uuid, p_actor uuid, p_store uuid, p_category uuid, p_make boolean, p_revision bigint,
	p_kind text, p_parent uuid, p_place bigint, p_visible boolean, p_locales text[], p_names text[], p_slugs text[], p_descriptions text[],
	p_meta_titles text[], p_meta_descriptions text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- The way to a product is a line that people can still read; catalog.page_trail goes ten steps up.
	deepest constant integer := 8;
	facts jsonb := '{}';
	fresh jsonb;
	was record;
	place bigint := p_place;
	above integer;
	said text;
BEGIN
	PERFORM FROM tenancy.store s WHERE s.store_id = p_store FOR NO KEY UPDATE;
	PERFORM set_config('sutler.relist', 'later', true);
	IF NOT p_make THEN
		SELECT c.* INTO was FROM catalog.category c WHERE c.category_id = p_category AND c.store_id = p_store FOR NO KEY UPDATE;
		IF NOT FOUND THEN
			RETURN 'gone';
		ELSIF was.revision <> p_revision THEN
			RETURN 'changed';
		END IF;
		facts := catalog.category_facts(p_tenant, p_category);
		-- A form says where it stands now: among other neighbours that means nothing, and it becomes the last.
		IF was.parent_id IS DISTINCT FROM p_parent AND place = (SELECT count(*) FROM catalog.category n WHERE n.store_id = p_store AND n.kind = was.kind
				AND n.parent_id IS NOT DISTINCT FROM was.parent_id AND (n.position, n.category_id) <= (was.position, was.category_id)) THEN
			place := 0;
		END IF;
	END IF;
	IF p_parent IS NOT NULL THEN
		IF NOT EXISTS (SELECT FROM catalog.category c WHERE c.category_id = p_parent AND c.store_id = p_store AND c.kind = 'category') THEN
			RETURN 'gone';
		ELSIF NOT p_make AND EXISTS (SELECT FROM catalog.below(p_tenant, p_category) b WHERE b.category_id = p_parent) THEN
			RETURN 'parent';
		END IF;
		WITH RECURSIVE up AS (
			SELECT c.parent_id FROM catalog.category c WHERE c.category_id = p_parent
			UNION ALL SELECT c.parent_id FROM up JOIN catalog.category c ON c.category_id = up.parent_id
		) SELECT count(*) INTO above FROM up;
		IF above + 1 + coalesce((SELECT max(b.depth) FROM catalog.below(p_tenant, p_category) b), 0) > deepest THEN
			RETURN 'deep';
		END IF;
	END IF;
	BEGIN
		IF p_make THEN
			INSERT INTO catalog.category (tenant_id, store_id, category_id, parent_id, kind, visible, position)
			VALUES (p_tenant, p_store, p_category, CASE p_kind WHEN 'category' THEN p_parent END, p_kind, p_visible, 2000000000);
		ELSIF (was.parent_id, was.visible) IS DISTINCT FROM (p_parent, p_visible) THEN
			UPDATE catalog.category c SET parent_id = CASE c.kind WHEN 'category' THEN p_parent END, visible = p_visible,
				position = CASE WHEN c.parent_id IS DISTINCT FROM p_parent AND c.kind = 'category' THEN 2000000000 ELSE c.position END
			WHERE c.category_id = p_category;
		END IF;
		said := catalog.category_texts(p_tenant, p_store, p_category, p_locales, p_names, p_slugs, p_descriptions, p_meta_titles, p_meta_descriptions);
		IF said <> 'ok' THEN
			RAISE EXCEPTION USING ERRCODE = 'SU001', MESSAGE = said;
		END IF;
	EXCEPTION
		WHEN SQLSTATE 'SU001' THEN
			RETURN said;
		-- An import at the same moment: the later one is told what the earlier one took.
		WHEN unique_violation THEN
			RETURN 'taken';
	END;
	UPDATE catalog.category c SET position = o.n
	FROM (SELECT y.category_id, row_number() OVER (ORDER BY CASE WHEN y.category_id = p_category AND place > 0 THEN place ELSE y.stood END,
			CASE WHEN y.category_id <> p_category OR place = 0 THEN 0 ELSE sign(place - y.stood) END, y.stood) - 1 AS n
	      FROM (SELECT z.category_id, row_number() OVER (ORDER BY z.position, z.category_id) AS stood
	            FROM catalog.category x JOIN catalog.category z ON z.store_id = x.store_id AND z.kind = x.kind AND z.parent_id IS NOT DISTINCT FROM x.parent_id
	            WHERE x.category_id = p_category) y) o
	WHERE c.category_id = o.category_id AND c.position <> o.n;
	fresh := catalog.desk_difference(facts, catalog.category_facts(p_tenant, p_category));
	IF fresh = '{}' THEN
		RETURN 'ok';
	END IF;
	-- Texts have no revision of their own: the row counts theirs too.
	UPDATE catalog.category c SET visible = c.visible WHERE c.category_id = p_category;
	PERFORM set_config('sutler.relist', '', true);
	IF fresh - 'position' <> '{}' THEN
		PERFORM catalog.relist(p_tenant, ARRAY(SELECT DISTINCT cp.product_id FROM catalog.below(p_tenant, p_category) b
			JOIN catalog.category_product cp ON cp.category_id = b.category_id ORDER BY 1));
	END IF;
	PERFORM audit.add(p_tenant, p_actor::text, CASE WHEN p_make THEN 'category.made' ELSE 'category.changed' END, 'category ' || p_category, '', fresh::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_category(uuid, uuid, uuid, uuid, boolean, bigint, text, uuid, bigint, boolean, text[], text[], text[], text[], text[], text[]) IS
	'Makes or changes a category or collection: ok, gone, changed (by another meanwhile), parent (below itself), deep, name, "slug LOCALE", taken.';

-- Which products stand in a category: their order, those that leave, and codes of those that come (reference, SKU or
-- name in an address).
CREATE OR REPLACE FUNCTION catalog.desk_category_products(p_tenant uuid, p_actor uuid, p_store uuid, p_category uuid, p_products uuid[], p_places bigint[],
	p_gone uuid[], p_codes text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	code text;
	meant uuid;
	come uuid[] := '{}';
	detail jsonb;
BEGIN
	PERFORM FROM catalog.category c WHERE c.category_id = p_category AND c.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND OR EXISTS (SELECT FROM unnest(p_products || p_gone) AS u (id) WHERE NOT EXISTS (SELECT FROM catalog.product p WHERE p.product_id = u.id)) THEN
		RETURN 'gone';
	ELSIF EXISTS (SELECT FROM catalog.rule r WHERE r.category_id = p_category) THEN
		RETURN 'rule';
	END IF;
	FOREACH code IN ARRAY p_codes LOOP
		meant := coalesce((SELECT p.product_id FROM catalog.product p WHERE p.reference = code),
			(SELECT v.product_id FROM catalog.variant v WHERE v.sku_key = lower(code)),
			(SELECT t.product_id FROM catalog.product_text t WHERE t.slug = lower(code) ORDER BY t.product_id LIMIT 1));
		IF meant IS NULL THEN
			RETURN 'unknown ' || code;
		END IF;
		come := come || meant;
	END LOOP;
	come := ARRAY(SELECT DISTINCT u FROM unnest(come) u WHERE NOT EXISTS (SELECT FROM catalog.category_product cp
		WHERE cp.category_id = p_category AND cp.product_id = u) ORDER BY 1);
	detail := jsonb_build_object('added', to_jsonb(come), 'removed', (SELECT coalesce(jsonb_agg(cp.product_id), '[]') FROM catalog.category_product cp
			WHERE cp.category_id = p_category AND cp.product_id = ANY (p_gone)),
		'moved', (SELECT coalesce(jsonb_object_agg(cp.product_id, jsonb_build_array(cp.position, u.place)), '{}')
			FROM unnest(p_products, p_places) AS u (id, place) JOIN catalog.category_product cp ON cp.category_id = p_category AND cp.product_id = u.id
			WHERE cp.position <> u.place AND NOT u.id = ANY (p_gone)));
	IF detail = '{"added": [], "removed": [], "moved": {}}' THEN
		RETURN 'ok';
	END IF;
	-- Their rows first and in one order, as whoever lists them again does.
	PERFORM FROM catalog.product p WHERE p.product_id = ANY (p_products || p_gone || come) ORDER BY p.product_id FOR NO KEY UPDATE;
	PERFORM set_config('sutler.relist', 'later', true);
	DELETE FROM catalog.category_product cp WHERE cp.category_id = p_category AND cp.product_id = ANY (p_gone);
	UPDATE catalog.category_product cp SET position = u.place FROM unnest(p_products, p_places) AS u (id, place)
	WHERE cp.category_id = p_category AND cp.product_id = u.id AND cp.position <> u.place;
	INSERT INTO catalog.category_product (tenant_id, store_id, category_id, product_id, position)
	SELECT p_tenant, p_store, p_category, u.id, coalesce((SELECT max(x.position) FROM catalog.category_product x WHERE x.category_id = p_category), 0) + u.n
	FROM unnest(come) WITH ORDINALITY AS u (id, n);
	PERFORM set_config('sutler.relist', '', true);
	PERFORM catalog.relist(p_tenant, ARRAY(SELECT DISTINCT u FROM unnest(p_products || p_gone || come) u ORDER BY 1));
	PERFORM audit.add(p_tenant, p_actor::text, 'category.products', 'category ' || p_category, '', detail::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_category_products(uuid, uuid, uuid, uuid, uuid[], bigint[], uuid[], text[]) IS
	'Products of a category: ok, gone, rule (a rule chooses them), "unknown CODE" (no product has it). Who declines has written nothing.';

-- The picture at the head of a category, one of the merchant's (NULL: none), and what it shows in each language that has a name.
CREATE OR REPLACE FUNCTION catalog.desk_category_picture(p_tenant uuid, p_actor uuid, p_store uuid, p_category uuid, p_revision bigint, p_media uuid,
	p_locales text[], p_alts text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was bigint;
	picture text := '';
	facts jsonb;
	fresh jsonb;
BEGIN
	SELECT c.revision INTO was FROM catalog.category c WHERE c.category_id = p_category AND c.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF was <> p_revision THEN
		RETURN 'changed';
	END IF;
	IF p_media IS NOT NULL THEN
		SELECT m.name INTO picture FROM catalog.media m WHERE m.media_id = p_media AND m.width IS NOT NULL FOR KEY SHARE;
		IF NOT FOUND THEN
			RETURN 'picture';
		END IF;
	END IF;
	-- No card of a product shows it.
	PERFORM set_config('sutler.relist', 'later', true);
	facts := catalog.category_facts(p_tenant, p_category);
	UPDATE catalog.category_text t SET alt = u.alt FROM unnest(p_locales, p_alts) AS u (locale, alt)
	WHERE t.category_id = p_category AND t.locale = u.locale AND t.alt <> u.alt;
	UPDATE catalog.category c SET image = picture WHERE c.category_id = p_category;
	fresh := catalog.desk_difference(facts, catalog.category_facts(p_tenant, p_category));
	PERFORM set_config('sutler.relist', '', true);
	IF fresh <> '{}' THEN
		PERFORM audit.add(p_tenant, p_actor::text, 'category.pictured', 'category ' || p_category, '', fresh::text);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_category_picture(uuid, uuid, uuid, uuid, bigint, uuid, text[], text[]) IS
	'The picture of a category: ok, gone, changed (by another meanwhile), picture (there is none such).';

-- Takes a category or collection away: what lies under it moves up to its parent, behind the neighbours there; its
-- products leave it and stay in the shop; its addresses lead to the parent from then on, or nowhere.
CREATE OR REPLACE FUNCTION catalog.desk_category_drop(p_tenant uuid, p_actor uuid, p_store uuid, p_category uuid, p_revision bigint, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was record;
	facts jsonb;
	ids uuid[];
BEGIN
	PERFORM FROM tenancy.store s WHERE s.store_id = p_store FOR NO KEY UPDATE;
	SELECT c.* INTO was FROM catalog.category c WHERE c.category_id = p_category AND c.store_id = p_store FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF was.revision <> p_revision THEN
		RETURN 'changed';
	END IF;
	facts := catalog.category_facts(p_tenant, p_category);
	ids := ARRAY(SELECT DISTINCT cp.product_id FROM catalog.below(p_tenant, p_category) b
		JOIN catalog.category_product cp ON cp.category_id = b.category_id ORDER BY 1);
	-- Their rows first and in one order, as whoever lists them again does.
	PERFORM FROM catalog.product p WHERE p.product_id = ANY (ids) ORDER BY p.product_id FOR NO KEY UPDATE;
	PERFORM set_config('sutler.relist', 'later', true);
	UPDATE catalog.category c SET parent_id = was.parent_id, position = m.last + o.n
	FROM (SELECT x.category_id, row_number() OVER (ORDER BY x.position, x.category_id) AS n FROM catalog.category x WHERE x.parent_id = p_category) o,
	     (SELECT coalesce(max(y.position), 0) AS last FROM catalog.category y WHERE y.store_id = p_store AND y.kind = was.kind
		AND y.parent_id IS NOT DISTINCT FROM was.parent_id) m
	WHERE c.category_id = o.category_id;
	IF was.parent_id IS NULL THEN
		DELETE FROM catalog.slug_history h WHERE h.kind = 'category' AND h.store_id = p_store AND h.target_id = p_category;
	ELSE
		UPDATE catalog.slug_history h SET target_id = was.parent_id WHERE h.kind = 'category' AND h.store_id = p_store AND h.target_id = p_category;
		INSERT INTO catalog.slug_history AS h (tenant_id, kind, store_id, locale, slug, target_id, changed_at)
		SELECT p_tenant, 'category', p_store, t.locale, t.slug, was.parent_id, sutler.now() FROM catalog.category_text t WHERE t.category_id = p_category
		ON CONFLICT (tenant_id, kind, store_id, locale, slug) DO UPDATE SET target_id = excluded.target_id, changed_at = excluded.changed_at;
	END IF;
	DELETE FROM catalog.category c WHERE c.category_id = p_category;
	PERFORM set_config('sutler.relist', '', true);
	PERFORM catalog.relist(p_tenant, ids);
	PERFORM audit.add(p_tenant, p_actor::text, 'category.deleted', 'category ' || p_category, p_reason, facts::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_category_drop(uuid, uuid, uuid, uuid, bigint, text) IS 'Takes a category away: ok, gone, changed (by another meanwhile).';
