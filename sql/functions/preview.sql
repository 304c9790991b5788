-- A product that a store does not show yet, for who has the link that staff made: the token is kept as its hash,
-- one for a product in a store, so that a new link ends the last.

-- Long enough for a photographer or a translator to look tomorrow, too short to be passed on as a shop window.
CREATE OR REPLACE FUNCTION catalog.preview_hours() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT 48 $$;
COMMENT ON FUNCTION catalog.preview_hours() IS 'Hours that the link of a preview counts.';

-- Makes the link of which p_token is the hash; the last one ends.  ok; gone (no such product in the store).
CREATE OR REPLACE FUNCTION catalog.preview_make(p_tenant uuid, p_actor uuid, p_store uuid, p_product uuid, p_token bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM catalog.store_product s JOIN catalog.product p ON p.product_id = s.product_id
		WHERE s.store_id = p_store AND s.product_id = p_product AND p.status <> 'archived') THEN
		RETURN 'gone';
	END IF;
	INSERT INTO catalog.preview AS x (tenant_id, store_id, product_id, token_sha256, made_by, expires_at)
	VALUES (p_tenant, p_store, p_product, p_token, audit.actor(p_actor), sutler.now() + make_interval(hours => catalog.preview_hours()))
	ON CONFLICT (tenant_id, store_id, product_id) DO UPDATE
	SET token_sha256 = excluded.token_sha256, made_by = excluded.made_by, made_at = sutler.now(), expires_at = excluded.expires_at;
	PERFORM audit.add(p_tenant, audit.actor(p_actor), 'product.preview', 'product ' || p_product, '', json_build_object('store', p_store)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.preview_make(uuid, uuid, uuid, uuid, bytea) IS 'Makes the link of a product''s preview in a store; the last one ends. ok or gone.';

-- Ends it, if there is one.  Whether there is such a product.
CREATE OR REPLACE FUNCTION catalog.preview_end(p_tenant uuid, p_actor uuid, p_store uuid, p_product uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM catalog.product p WHERE p.product_id = p_product) THEN
		RETURN false;
	END IF;
	DELETE FROM catalog.preview x WHERE x.store_id = p_store AND x.product_id = p_product;
	IF FOUND THEN
		PERFORM audit.add(p_tenant, audit.actor(p_actor), 'product.preview_ended', 'product ' || p_product, '', json_build_object('store', p_store)::text);
	END IF;
	RETURN true;
END
$$;
COMMENT ON FUNCTION catalog.preview_end(uuid, uuid, uuid, uuid) IS 'Ends the link of a product''s preview, if there is one; false: there is no such product.';

-- What the product page will show, as catalog.relist_pages() puts it together; slug: the store shows it by now.
CREATE OR REPLACE FUNCTION catalog.preview_page(p_tenant uuid, p_store uuid, p_locale text, p_currency text, p_token bytea)
RETURNS TABLE (product_id uuid, name text, reference text, brand text, summary text, description text, price bigint, was bigint, price_varies boolean,
	lead_time_days integer, variants text, tiers text, media text, specs text, tags text, trail text, stock text, related text, slug text, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.product_id, coalesce(own.name, t.name, ownh.name, h.name, p.reference), p.reference, p.brand,
	       coalesce(own.summary, t.summary, ownh.summary, h.summary, ''), coalesce(own.description, t.description, ownh.description, h.description, ''),
	       coalesce(c.price, 0), c.was, coalesce(c.varies, false), p.lead_time_days, coalesce(v.records, ''), coalesce(q.records, ''),
	       coalesce(m.records, ''), coalesce(s.records, ''), coalesce(k.records, ''), coalesce(w.records, ''),
	       catalog.page_stock(p_store, coalesce(v.ids, '{}')), catalog.page_related(p_store, p_locale, p_currency, p.product_id),
	       (SELECT g.slug FROM catalog.product_page g WHERE g.store_id = p_store AND g.locale = p_locale AND g.currency = p_currency
			AND g.product_id = p.product_id), x.expires_at
	FROM catalog.preview x
	JOIN catalog.product p ON p.product_id = x.product_id AND p.status <> 'archived'
	JOIN tenancy.store_locale d ON d.store_id = x.store_id AND d.position = 0
	LEFT JOIN catalog.product_text t ON t.product_id = p.product_id AND t.locale = p_locale
	LEFT JOIN catalog.product_text h ON h.product_id = p.product_id AND h.locale = d.locale
	LEFT JOIN catalog.store_product_text own ON own.store_id = x.store_id AND own.product_id = p.product_id AND own.locale = p_locale
	LEFT JOIN catalog.store_product_text ownh ON ownh.store_id = x.store_id AND ownh.product_id = p.product_id AND ownh.locale = d.locale
	LEFT JOIN LATERAL (SELECT min(y.amount) AS price, (array_agg(y.was ORDER BY y.amount, y.variant_id))[1] AS was, min(y.amount) < max(y.amount) AS varies
		FROM (SELECT DISTINCT ON (r.variant_id) r.variant_id, r.amount, r.was
			FROM catalog.variant a JOIN catalog.price r ON r.store_id = x.store_id AND r.variant_id = a.variant_id AND r.currency = p_currency
				AND r.customer_group = '' AND r.min_quantity = 1 AND r.starts_at <= sutler.now() AND r.ends_at > sutler.now()
			WHERE a.product_id = p.product_id AND a.status = 'active' ORDER BY r.variant_id, r.starts_at DESC) y) c ON true
	LEFT JOIN LATERAL catalog.page_variants(p_tenant, ARRAY[p.product_id]) v ON v.store_id = x.store_id AND v.locale = p_locale AND v.currency = p_currency
	LEFT JOIN LATERAL catalog.page_tiers(p_tenant, ARRAY[p.product_id]) q ON q.store_id = x.store_id AND q.currency = p_currency
	LEFT JOIN LATERAL catalog.page_media(p_tenant, ARRAY[p.product_id]) m ON m.store_id = x.store_id AND m.locale = p_locale
	LEFT JOIN LATERAL catalog.page_specs(p_tenant, ARRAY[p.product_id]) s ON s.store_id = x.store_id AND s.locale = p_locale
	LEFT JOIN LATERAL catalog.page_tags(p_tenant, ARRAY[p.product_id]) k ON k.store_id = x.store_id AND k.locale = p_locale
	LEFT JOIN LATERAL catalog.page_trail(p_tenant, ARRAY[p.product_id]) w ON w.store_id = x.store_id AND w.locale = p_locale
	WHERE x.store_id = p_store AND x.token_sha256 = p_token AND x.expires_at > sutler.now()
$$;
COMMENT ON FUNCTION catalog.preview_page(uuid, uuid, text, text, bytea) IS 'The product page of a product that a store does not show yet, for who has the link.';
