-- What a store says of a product, and what goes with a product: doors at the desk of staff.

-- How the store shows it, side by side in arrays: empty texts are the merchant's own.
CREATE OR REPLACE FUNCTION catalog.desk_listing(p_tenant uuid, p_actor uuid, p_store uuid, p_product uuid, p_revision bigint, p_visible boolean, p_featured boolean,
	p_place bigint, p_locales text[], p_names text[], p_summaries text[], p_descriptions text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said text := catalog.desk_begin(p_tenant, p_product, p_revision);
	facts jsonb;
BEGIN
	IF said IS NOT NULL THEN
		RETURN said;
	ELSIF EXISTS (SELECT FROM unnest(p_locales) AS u (locale) WHERE NOT EXISTS (SELECT FROM tenancy.store_locale l
			WHERE l.store_id = p_store AND l.locale = u.locale)) THEN
		RETURN 'gone';
	END IF;
	facts := catalog.desk_facts(p_tenant, p_product);
	INSERT INTO catalog.store_product AS s (tenant_id, store_id, product_id, visible, featured, position)
	SELECT p_tenant, p_store, p_product, p_visible, p_featured, p_place
	WHERE p_visible OR p_featured OR p_place <> 0 OR concat(array_to_string(p_names, ''), array_to_string(p_summaries, ''), array_to_string(p_descriptions, '')) <> ''
	   OR EXISTS (SELECT FROM catalog.store_product o WHERE o.store_id = p_store AND o.product_id = p_product)
	ON CONFLICT (tenant_id, store_id, product_id) DO UPDATE SET visible = excluded.visible, featured = excluded.featured, position = excluded.position
	WHERE (s.visible, s.featured, s.position) IS DISTINCT FROM (excluded.visible, excluded.featured, excluded.position);
	DELETE FROM catalog.store_product_text t USING unnest(p_locales, p_names, p_summaries, p_descriptions) AS u (locale, name, summary, description)
	WHERE t.store_id = p_store AND t.product_id = p_product AND t.locale = u.locale AND concat(u.name, u.summary, u.description) = '';
	INSERT INTO catalog.store_product_text AS t (tenant_id, store_id, product_id, locale, name, summary, description)
	SELECT p_tenant, p_store, p_product, u.locale, nullif(u.name, ''), nullif(u.summary, ''), nullif(u.description, '')
	FROM unnest(p_locales, p_names, p_summaries, p_descriptions) AS u (locale, name, summary, description) WHERE concat(u.name, u.summary, u.description) <> ''
	ON CONFLICT (tenant_id, store_id, product_id, locale) DO UPDATE SET name = excluded.name, summary = excluded.summary, description = excluded.description
	WHERE (t.name, t.summary, t.description) IS DISTINCT FROM (excluded.name, excluded.summary, excluded.description);
	RETURN catalog.desk_done(p_tenant, p_actor, p_product, 'product.listed', '', facts);
END
$$;
COMMENT ON FUNCTION catalog.desk_listing(uuid, uuid, uuid, uuid, bigint, boolean, boolean, bigint, text[], text[], text[], text[]) IS
	'How a store shows a product: ok, gone, changed (by another meanwhile).';

-- Which pictures the store shows of it, in this order; none: all the product has, as they stand there.  They are
-- pictures of the product, or such as an import brought for this store.
CREATE OR REPLACE FUNCTION catalog.desk_listing_pictures(p_tenant uuid, p_actor uuid, p_store uuid, p_product uuid, p_revision bigint, p_pictures uuid[],
	p_places bigint[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said text := catalog.desk_begin(p_tenant, p_product, p_revision);
	facts jsonb;
BEGIN
	IF said IS NOT NULL THEN
		RETURN said;
	ELSIF NOT EXISTS (SELECT FROM catalog.store_product s WHERE s.store_id = p_store AND s.product_id = p_product) THEN
		RETURN 'offered';
	ELSIF EXISTS (SELECT FROM unnest(p_pictures) AS u (id)
			WHERE NOT EXISTS (SELECT FROM catalog.product_media m WHERE m.product_id = p_product AND m.media_id = u.id AND m.kind = 'image')
			  AND NOT EXISTS (SELECT FROM catalog.store_product_media o WHERE o.store_id = p_store AND o.product_id = p_product AND o.media_id = u.id)) THEN
		RETURN 'gone';
	END IF;
	facts := catalog.desk_facts(p_tenant, p_product);
	DELETE FROM catalog.store_product_media o WHERE o.store_id = p_store AND o.product_id = p_product AND NOT o.media_id = ANY (p_pictures);
	INSERT INTO catalog.store_product_media AS o (tenant_id, store_id, product_id, media_id, position)
	SELECT p_tenant, p_store, p_product, x.id, row_number() OVER (ORDER BY x.place, x.n)
	FROM (SELECT u.id, min(u.place) AS place, min(u.n) AS n FROM unnest(p_pictures, p_places) WITH ORDINALITY AS u (id, place, n) GROUP BY u.id) x
	ON CONFLICT (tenant_id, store_id, product_id, media_id) DO UPDATE SET position = excluded.position WHERE o.position <> excluded.position;
	RETURN catalog.desk_done(p_tenant, p_actor, p_product, 'product.listed', '', facts);
END
$$;
COMMENT ON FUNCTION catalog.desk_listing_pictures(uuid, uuid, uuid, uuid, bigint, uuid[], bigint[]) IS
	'Which pictures a store shows of a product: ok, gone, changed, offered (the store does not offer it).';

-- What goes with a product: order and kind of those that stay, those that leave, and codes of those that come, as p_kind.
CREATE OR REPLACE FUNCTION catalog.desk_related(p_tenant uuid, p_actor uuid, p_product uuid, p_revision bigint, p_products uuid[], p_places bigint[],
	p_kinds text[], p_gone uuid[], p_codes text[], p_kind text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- A form of them fits into one request; the shop shows the first eight of each kind.
	most constant integer := 50;
	said text := catalog.desk_begin(p_tenant, p_product, p_revision);
	facts jsonb;
	code text;
	meant uuid;
BEGIN
	IF said IS NOT NULL THEN
		RETURN said;
	END IF;
	facts := catalog.desk_facts(p_tenant, p_product);
	BEGIN
		DELETE FROM catalog.related r WHERE r.product_id = p_product AND r.related_id = ANY (p_gone);
		UPDATE catalog.related r SET position = u.place, kind = u.kind FROM unnest(p_products, p_places, p_kinds) AS u (id, place, kind)
		WHERE r.product_id = p_product AND r.related_id = u.id AND (r.position, r.kind) IS DISTINCT FROM (u.place, u.kind);
		FOREACH code IN ARRAY p_codes LOOP
			meant := coalesce((SELECT p.product_id FROM catalog.product p WHERE p.reference = code),
				(SELECT v.product_id FROM catalog.variant v WHERE v.sku_key = lower(code)),
				(SELECT t.product_id FROM catalog.product_text t WHERE t.slug = lower(code) ORDER BY t.product_id LIMIT 1));
			IF meant IS NULL THEN
				RAISE EXCEPTION USING ERRCODE = 'SU001', MESSAGE = 'unknown ' || code;
			ELSIF meant = p_product THEN
				RAISE EXCEPTION USING ERRCODE = 'SU001', MESSAGE = 'itself';
			END IF;
			INSERT INTO catalog.related AS r (tenant_id, product_id, related_id, position, kind)
			SELECT p_tenant, p_product, meant, coalesce((SELECT max(x.position) FROM catalog.related x WHERE x.product_id = p_product), 0) + 1, p_kind
			ON CONFLICT (tenant_id, product_id, related_id) DO UPDATE SET kind = excluded.kind WHERE r.kind <> excluded.kind;
		END LOOP;
		IF (SELECT count(*) FROM catalog.related r WHERE r.product_id = p_product) > most THEN
			RAISE EXCEPTION USING ERRCODE = 'SU001', MESSAGE = 'full';
		END IF;
	EXCEPTION WHEN SQLSTATE 'SU001' THEN
		RETURN SQLERRM;
	END;
	RETURN catalog.desk_done(p_tenant, p_actor, p_product, 'product.related', '', facts);
END
$$;
COMMENT ON FUNCTION catalog.desk_related(uuid, uuid, uuid, bigint, uuid[], bigint[], text[], uuid[], text[], text) IS
	'Products that go with a product: ok, gone, changed, "unknown CODE" (no product has it), itself, full (more than 50). Who declines has written nothing.';
