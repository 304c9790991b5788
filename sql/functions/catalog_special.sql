-- Special prices at the desk of staff: of many pieces, of a group of customers, of some days.

-- They replace those that a product has in a store and currency, side by side in arrays.  No SKU: all variants for sale.
-- Times are the store's, without: always.  was below 0: none.
CREATE OR REPLACE FUNCTION catalog.desk_special(p_tenant uuid, p_actor uuid, p_product uuid, p_revision bigint, p_store uuid, p_currency text,
	p_skus text[], p_groups text[], p_least bigint[], p_starts text[], p_ends text[], p_amounts bigint[], p_was bigint[], p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said text := catalog.desk_begin(p_tenant, p_product, p_revision);
	smallest bigint;
	zone text;
	bad bigint;
	detail jsonb;
BEGIN
	IF said IS NOT NULL THEN
		RETURN said;
	END IF;
	SELECT c.step, s.timezone INTO smallest, zone FROM tenancy.store_currency c JOIN tenancy.store s ON s.store_id = c.store_id
	WHERE c.store_id = p_store AND c.currency = p_currency;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	PERFORM FROM customer.price_group g WHERE g.code = ANY (p_groups) ORDER BY g.code FOR KEY SHARE;
	CREATE TEMP TABLE special ON COMMIT DROP AS
	SELECT u.n - 1 AS n, v.variant_id, u.customer_group, u.least::integer AS least, coalesce(nullif(u.starts, '')::timestamp AT TIME ZONE zone, '-infinity') AS starts,
	       coalesce(nullif(u.ends, '')::timestamp AT TIME ZONE zone, 'infinity') AS ends, u.amount, nullif(greatest(u.was, -1), -1) AS was
	FROM unnest(p_skus, p_groups, p_least, p_starts, p_ends, p_amounts, p_was) WITH ORDINALITY
		AS u (sku, customer_group, least, starts, ends, amount, was, n)
	LEFT JOIN catalog.variant v ON v.product_id = p_product AND CASE WHEN u.sku = '' THEN v.status = 'active' ELSE v.sku_key = lower(u.sku) END;
	SELECT min(t.n) INTO bad FROM pg_temp.special t WHERE t.variant_id IS NULL;
	IF bad IS NOT NULL THEN
		RETURN 'sku ' || bad;
	END IF;
	SELECT min(t.n) INTO bad FROM pg_temp.special t WHERE t.customer_group <> '' AND NOT EXISTS (SELECT FROM customer.price_group g WHERE g.code = t.customer_group);
	IF bad IS NOT NULL THEN
		RETURN 'group ' || bad;
	END IF;
	SELECT min(t.n) INTO bad FROM pg_temp.special t WHERE t.amount % smallest <> 0 OR t.was % smallest <> 0;
	IF bad IS NOT NULL THEN
		RETURN 'step ' || bad;
	END IF;
	-- The hour that a clock in autumn shows twice is one moment here.
	SELECT min(t.n) INTO bad FROM pg_temp.special t WHERE t.starts >= t.ends;
	IF bad IS NOT NULL THEN
		RETURN 'ends ' || bad;
	END IF;
	SELECT min(t.n) INTO bad FROM pg_temp.special t WHERE EXISTS (SELECT FROM pg_temp.special o WHERE o.n < t.n AND o.variant_id = t.variant_id
		AND o.customer_group = t.customer_group AND o.least = t.least AND o.starts = t.starts);
	IF bad IS NOT NULL THEN
		RETURN 'twice ' || bad;
	END IF;
	IF EXISTS (SELECT FROM pg_temp.special t WHERE t.customer_group = '' AND t.least = 1 AND t.starts = '-infinity') THEN
		RETURN 'gone';
	END IF;
	WITH old AS (
		SELECT o.variant_id, o.customer_group, o.min_quantity, o.starts_at, o.ends_at, o.amount, o.was
		FROM catalog.variant v JOIN catalog.price o ON o.variant_id = v.variant_id
		WHERE v.product_id = p_product AND o.store_id = p_store AND o.currency = p_currency
		  AND (o.customer_group <> '' OR o.min_quantity > 1 OR o.starts_at > '-infinity')
	), fresh AS (
		SELECT t.variant_id, t.customer_group, t.least, t.starts, t.ends, t.amount, t.was FROM pg_temp.special t
	), difference AS (
		SELECT 'gone' AS what, g.* FROM (TABLE old EXCEPT TABLE fresh) g UNION ALL SELECT 'come', c.* FROM (TABLE fresh EXCEPT TABLE old) c
	)
	SELECT jsonb_agg(jsonb_build_array(d.what, d.variant_id, d.customer_group, d.min_quantity, d.starts_at, d.ends_at, d.amount, d.was)) INTO detail
	FROM difference d;
	IF detail IS NULL THEN
		RETURN 'ok';
	END IF;
	DELETE FROM catalog.price o USING catalog.variant v
	WHERE v.product_id = p_product AND o.variant_id = v.variant_id AND o.store_id = p_store AND o.currency = p_currency
	  AND (o.customer_group <> '' OR o.min_quantity > 1 OR o.starts_at > '-infinity')
	  AND NOT EXISTS (SELECT FROM pg_temp.special t WHERE t.variant_id = o.variant_id AND t.customer_group = o.customer_group
		AND t.least = o.min_quantity AND t.starts = o.starts_at);
	INSERT INTO catalog.price AS o (tenant_id, store_id, variant_id, currency, customer_group, min_quantity, starts_at, ends_at, amount, was)
	SELECT p_tenant, p_store, t.variant_id, p_currency, t.customer_group, t.least, t.starts, t.ends, t.amount, t.was FROM pg_temp.special t
	ON CONFLICT (tenant_id, store_id, variant_id, currency, customer_group, min_quantity, starts_at)
	DO UPDATE SET ends_at = excluded.ends_at, amount = excluded.amount, was = excluded.was
	WHERE (o.ends_at, o.amount, o.was) IS DISTINCT FROM (excluded.ends_at, excluded.amount, excluded.was);
	PERFORM catalog.desk_priced(p_tenant, p_actor, p_product, p_reason, jsonb_build_object('store', p_store, 'currency', p_currency, 'special', detail));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_special(uuid, uuid, uuid, bigint, uuid, text, text[], text[], bigint[], text[], text[], bigint[], bigint[], text) IS
	'Replaces a product''s special prices in a store and currency: ok, gone, changed, or what is wrong and in which of them: "sku N", "group N", "step N", "ends N", "twice N". The log keeps what came and went.';
