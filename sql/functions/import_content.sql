-- Coupons and texts of a store file; see import_store.sql.

-- Coupons.  One that names a category or product that is not there would hold for more
-- than it should, so it stays out of use until the catalogue is in.
CREATE OR REPLACE FUNCTION tenancy.import_coupons(p_tenant uuid, p_store uuid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n bigint := 0;
	k bigint;
	zone text := coalesce(tenancy.import_value('store', '', 'timezone'), 'UTC');
BEGIN
	CREATE TEMP TABLE import_scope ON COMMIT DROP AS
	SELECT c.line, c.name, c.key, c.value, split_part(c.key, '_', 1) AS kind,
	       CASE split_part(c.key, '_', 2) WHEN 'categories' THEN 'category' ELSE 'product' END AS target,
	       CASE split_part(c.key, '_', 2)
	       WHEN 'categories' THEN (SELECT t.category_id FROM catalog.category_text t WHERE t.store_id = p_store AND t.slug = c.value LIMIT 1)
	       ELSE (SELECT p.product_id FROM catalog.product p WHERE p.reference = c.value) END AS target_id
	FROM pg_temp.import_conf c
	WHERE c.section = 'coupon' AND c.key IN ('include_categories', 'exclude_categories', 'include_products', 'exclude_products');
	INSERT INTO pg_temp.import_fault (line, col, message, warning)
	SELECT s.line, s.key, format('%s "%s" is not there yet; coupon %s stays out of use until this file comes in again after it',
		s.target, s.value, s.name), true
	FROM pg_temp.import_scope s WHERE s.target_id IS NULL;

	DELETE FROM sales.coupon x WHERE x.store_id = p_store AND x.used = 0 AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'coupon' AND c.key = '' AND c.name = x.code)
	  AND NOT EXISTS (SELECT FROM sales.coupon_use u WHERE u.store_id = p_store AND u.coupon_id = x.coupon_id);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	UPDATE sales.coupon x SET active = false WHERE x.store_id = p_store AND x.active AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'coupon' AND c.key = '' AND c.name = x.code);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT c.line, 'max_uses', format('coupon %s was used %s times already', c.name, x.used)
	FROM pg_temp.import_conf c JOIN sales.coupon x ON x.store_id = p_store AND x.code = c.name
	WHERE c.section = 'coupon' AND c.key = 'max_uses' AND c.value::integer < x.used;
	IF FOUND THEN
		RETURN n;
	END IF;
	INSERT INTO sales.coupon AS x (tenant_id, store_id, coupon_id, code, active, kind, percent_ppm, starts_at, ends_at, max_uses, per_customer)
	SELECT p_tenant, p_store, sutler.uuid7(), c.name,
	       coalesce(tenancy.import_value('coupon', c.name, 'active'), 'true')::boolean
	       AND NOT EXISTS (SELECT FROM pg_temp.import_scope s WHERE s.name = c.name AND s.target_id IS NULL),
	       tenancy.import_value('coupon', c.name, 'kind'), coalesce(tenancy.import_value('coupon', c.name, 'percent'), '0')::integer,
	       coalesce(tenancy.import_value('coupon', c.name, 'starts')::timestamp AT TIME ZONE zone, '-infinity'),
	       -- the last day counts whole
	       coalesce((tenancy.import_value('coupon', c.name, 'ends')::date + 1)::timestamp AT TIME ZONE zone, 'infinity'),
	       tenancy.import_value('coupon', c.name, 'max_uses')::integer, tenancy.import_value('coupon', c.name, 'per_customer')::integer
	FROM pg_temp.import_conf c WHERE c.section = 'coupon' AND c.key = '' ORDER BY c.line
	ON CONFLICT (tenant_id, store_id, code) DO UPDATE SET active = excluded.active, kind = excluded.kind, percent_ppm = excluded.percent_ppm,
		starts_at = excluded.starts_at, ends_at = excluded.ends_at, max_uses = excluded.max_uses, per_customer = excluded.per_customer
	WHERE (x.active, x.kind, x.percent_ppm, x.starts_at, x.ends_at, x.max_uses, x.per_customer)
	IS DISTINCT FROM (excluded.active, excluded.kind, excluded.percent_ppm, excluded.starts_at, excluded.ends_at, excluded.max_uses, excluded.per_customer);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	CREATE TEMP TABLE import_amount ON COMMIT DROP AS
	SELECT x.coupon_id, cur.value AS currency, coalesce(tenancy.import_value('coupon', x.code, 'value', cur.value), '0')::bigint AS fixed,
	       coalesce(tenancy.import_value('coupon', x.code, 'minimum', cur.value), '0')::bigint AS minimum
	FROM sales.coupon x
	CROSS JOIN (SELECT c.value FROM pg_temp.import_conf c WHERE c.section = 'store' AND c.key = 'currencies') cur
	WHERE x.store_id = p_store AND EXISTS (SELECT FROM pg_temp.import_conf c WHERE c.section = 'coupon' AND c.key = '' AND c.name = x.code);
	INSERT INTO sales.coupon_amount AS x (tenant_id, store_id, coupon_id, currency, fixed, minimum)
	SELECT p_tenant, p_store, a.coupon_id, a.currency, a.fixed, a.minimum FROM pg_temp.import_amount a
	ON CONFLICT (tenant_id, store_id, coupon_id, currency) DO UPDATE SET fixed = excluded.fixed, minimum = excluded.minimum
	WHERE (x.fixed, x.minimum) IS DISTINCT FROM (excluded.fixed, excluded.minimum);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	DELETE FROM sales.coupon_amount x WHERE x.store_id = p_store AND x.coupon_id IN (SELECT a.coupon_id FROM pg_temp.import_amount a)
	  AND NOT EXISTS (SELECT FROM pg_temp.import_amount a WHERE a.coupon_id = x.coupon_id AND a.currency = x.currency);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	DELETE FROM sales.coupon_scope x USING sales.coupon o WHERE x.store_id = p_store AND o.store_id = p_store AND o.coupon_id = x.coupon_id
	  AND EXISTS (SELECT FROM pg_temp.import_conf c WHERE c.section = 'coupon' AND c.key = '' AND c.name = o.code)
	  AND NOT EXISTS (SELECT FROM pg_temp.import_scope s
		WHERE s.name = o.code AND s.kind = x.kind AND s.target = x.target AND s.target_id = x.target_id);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO sales.coupon_scope (tenant_id, store_id, coupon_id, kind, target, target_id)
	SELECT p_tenant, p_store, o.coupon_id, s.kind, s.target, s.target_id
	FROM pg_temp.import_scope s JOIN sales.coupon o ON o.store_id = p_store AND o.code = s.name
	WHERE s.target_id IS NOT NULL ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	RETURN n;
END
$$;
COMMENT ON FUNCTION tenancy.import_coupons(uuid, uuid) IS 'Merges coupons of a store file; how many rows changed.';

-- Blocks of the home page, and pages.
CREATE OR REPLACE FUNCTION tenancy.import_content(p_tenant uuid, p_store uuid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n bigint := 0;
	k bigint;
BEGIN
	DELETE FROM content.block b WHERE b.store_id = p_store AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'block' AND c.key = '' AND c.name = b.code);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO content.block AS x (tenant_id, store_id, block_id, code, kind, position, image, link)
	SELECT p_tenant, p_store, sutler.uuid7(), c.name, tenancy.import_value('block', c.name, 'kind'), row_number() OVER (ORDER BY c.line),
	       tenancy.import_picture('block', c.name, 'image', (SELECT b.image FROM content.block b WHERE b.store_id = p_store AND b.code = c.name)),
	       coalesce(tenancy.import_value('block', c.name, 'link'), '')
	FROM pg_temp.import_conf c WHERE c.section = 'block' AND c.key = '' ORDER BY c.line
	ON CONFLICT (tenant_id, store_id, code) DO UPDATE SET kind = excluded.kind, position = excluded.position, image = excluded.image, link = excluded.link
	WHERE (x.kind, x.position, x.image, x.link) IS DISTINCT FROM (excluded.kind, excluded.position, excluded.image, excluded.link);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	DELETE FROM content.block_text x USING content.block b WHERE x.store_id = p_store AND b.store_id = p_store AND b.block_id = x.block_id
	  AND tenancy.import_value('block', b.code, 'title', x.locale) IS NULL;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO content.block_text AS x (tenant_id, store_id, block_id, locale, title, body, link_text, alt)
	SELECT p_tenant, p_store, b.block_id, c.suffix, c.value, coalesce(tenancy.import_value('block', b.code, 'body', c.suffix), ''),
	       coalesce(tenancy.import_value('block', b.code, 'link_text', c.suffix), ''), coalesce(tenancy.import_value('block', b.code, 'alt', c.suffix), '')
	FROM content.block b JOIN pg_temp.import_conf c ON c.section = 'block' AND c.name = b.code AND c.key = 'title'
	WHERE b.store_id = p_store
	ON CONFLICT (tenant_id, store_id, block_id, locale) DO UPDATE
	SET title = excluded.title, body = excluded.body, link_text = excluded.link_text, alt = excluded.alt
	WHERE (x.title, x.body, x.link_text, x.alt) IS DISTINCT FROM (excluded.title, excluded.body, excluded.link_text, excluded.alt);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	DELETE FROM content.block_item x USING content.block b WHERE x.store_id = p_store AND b.store_id = p_store AND b.block_id = x.block_id
	  AND NOT EXISTS (SELECT FROM pg_temp.import_conf c WHERE c.section = 'block' AND c.name = b.code AND c.key = 'items'
		AND c.suffix = x.locale AND c.position = x.position);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO content.block_item AS x (tenant_id, store_id, block_id, locale, position, title, body)
	SELECT p_tenant, p_store, b.block_id, c.suffix, c.position, c.value, c.more
	FROM content.block b JOIN pg_temp.import_conf c ON c.section = 'block' AND c.name = b.code AND c.key = 'items'
	WHERE b.store_id = p_store
	ON CONFLICT (tenant_id, store_id, block_id, locale, position) DO UPDATE SET title = excluded.title, body = excluded.body
	WHERE (x.title, x.body) IS DISTINCT FROM (excluded.title, excluded.body);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	DELETE FROM content.page p WHERE p.store_id = p_store AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'page' AND c.key = '' AND c.name = p.code);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO content.page AS x (tenant_id, store_id, page_id, code, position)
	SELECT p_tenant, p_store, sutler.uuid7(), c.name, row_number() OVER (ORDER BY c.line)
	FROM pg_temp.import_conf c WHERE c.section = 'page' AND c.key = '' ORDER BY c.line
	ON CONFLICT (tenant_id, store_id, code) DO UPDATE SET position = excluded.position WHERE x.position <> excluded.position;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	CREATE TEMP TABLE import_page ON COMMIT DROP AS
	SELECT p.page_id, c.suffix AS locale, c.value AS slug, tenancy.import_value('page', p.code, 'title', c.suffix) AS title,
	       tenancy.import_value('page', p.code, 'body', c.suffix) AS body
	FROM content.page p JOIN pg_temp.import_conf c ON c.section = 'page' AND c.name = p.code AND c.key = 'slug'
	WHERE p.store_id = p_store;
	UPDATE content.page x SET updated_at = sutler.now() WHERE x.store_id = p_store AND EXISTS (
		SELECT FROM pg_temp.import_page p LEFT JOIN content.page_text t ON t.store_id = p_store AND t.page_id = p.page_id AND t.locale = p.locale
		WHERE p.page_id = x.page_id AND (t.slug, t.title, t.body) IS DISTINCT FROM (p.slug, p.title, p.body));
	-- Slugs may change places among pages: what differs goes first.
	DELETE FROM content.page_text t WHERE t.store_id = p_store AND NOT EXISTS (
		SELECT FROM pg_temp.import_page p WHERE p.page_id = t.page_id AND p.locale = t.locale AND (p.slug, p.title, p.body) = (t.slug, t.title, t.body));
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO content.page_text (tenant_id, store_id, page_id, locale, slug, title, body)
	SELECT p_tenant, p_store, p.page_id, p.locale, p.slug, p.title, p.body FROM pg_temp.import_page p ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	RETURN n;
END
$$;
COMMENT ON FUNCTION tenancy.import_content(uuid, uuid) IS 'Merges home page blocks and pages of a store file; how many rows changed.';
