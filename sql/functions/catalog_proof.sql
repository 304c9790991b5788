-- Is what lists, searches and product pages read still what the truth makes of it?  (sutlerctl catalog verify)
--
-- The read model follows the truth by triggers and by the job freshen.  These functions make it again, for some products or
-- for a store, and tell what that changed: nothing, where no trigger is missing and nobody wrote past them.  Who called them
-- commits to mend, or rolls back.  What waits for freshen is no difference and left out.

CREATE OR REPLACE FUNCTION catalog.model_of(p_tenant uuid, p_products uuid[]) RETURNS TABLE (part text, product_id uuid, sum text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'card', x.product_id, md5(x::text) FROM catalog.listing x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products)
	UNION ALL
	SELECT 'place', x.product_id, md5(x::text) FROM catalog.placement x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products)
	UNION ALL
	SELECT 'place', x.product_id, md5(x::text) FROM catalog.placement_price x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products)
	UNION ALL
	SELECT 'place', x.product_id, md5(x::text) FROM catalog.placement_name x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products)
	UNION ALL
	SELECT 'filter', x.product_id, md5(x::text) FROM catalog.facet x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products)
	UNION ALL
	SELECT 'search', x.product_id, md5(x::text) FROM catalog.search x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products)
	UNION ALL
	SELECT 'code', x.product_id, md5(x::text) FROM catalog.search_code x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products)
	UNION ALL
	SELECT 'page', x.product_id, md5(x::text) FROM catalog.product_page x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products)
	UNION ALL
	SELECT 'desk', x.product_id, md5(x::text) FROM catalog.desk x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products)
	UNION ALL
	SELECT 'word', x.product_id, md5(x::text) FROM catalog.desk_word x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products)
	UNION ALL
	SELECT 'lack', x.product_id, md5(x::text) FROM catalog.desk_lack x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products)
$$;
COMMENT ON FUNCTION catalog.model_of(uuid, uuid[]) IS 'All rows of the read model about these products, as sums.';

CREATE OR REPLACE FUNCTION catalog.prove_products(p_tenant uuid, p_products uuid[])
RETURNS TABLE (reference text, part text, differs bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ids uuid[];
BEGIN
	PERFORM FROM catalog.product p WHERE p.product_id = ANY (p_products) ORDER BY p.product_id FOR NO KEY UPDATE;
	-- What freshen will change right away it may: a badge, a card on another page, a collection.
	ids := ARRAY(SELECT p.product_id FROM catalog.product p WHERE p.product_id = ANY (p_products) AND NOT EXISTS (
		SELECT FROM catalog.stale s WHERE s.target_id = p.product_id OR s.target_id IN (SELECT v.variant_id FROM catalog.variant v WHERE v.product_id = p.product_id)));
	CREATE TEMP TABLE proof ON COMMIT DROP AS SELECT m.part, m.product_id, m.sum FROM catalog.model_of(p_tenant, ids) m;
	PERFORM catalog.relist(p_tenant, ids);
	PERFORM catalog.refresh_stock(p_tenant, ARRAY(SELECT v.variant_id FROM catalog.variant v WHERE v.product_id = ANY (ids)));
	PERFORM catalog.redesk(p_tenant, ids);
	RETURN QUERY
		WITH fresh AS MATERIALIZED (SELECT m.part, m.product_id, m.sum FROM catalog.model_of(p_tenant, ids) m), differ AS (
			(SELECT * FROM pg_temp.proof EXCEPT ALL SELECT * FROM fresh) UNION ALL (SELECT * FROM fresh EXCEPT ALL SELECT * FROM pg_temp.proof))
		SELECT p.reference, d.part, count(*) FROM differ d JOIN catalog.product p ON p.product_id = d.product_id
		GROUP BY p.reference, d.part ORDER BY p.reference, d.part;
	DROP TABLE pg_temp.proof;
END
$$;
COMMENT ON FUNCTION catalog.prove_products(uuid, uuid[]) IS
	'Makes the read model of these products again and tells how many rows of which part that changed: cards, places, filters, search, codes, pages, and of the desk rows, words, lacks.';

CREATE OR REPLACE FUNCTION catalog.counts_of(p_tenant uuid, p_store uuid) RETURNS TABLE (part text, sum text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'categories', md5(x::text) FROM catalog.category_count x WHERE x.tenant_id = p_tenant AND x.store_id = p_store
	UNION ALL
	SELECT 'filters', md5(x::text) FROM catalog.facet_count x WHERE x.tenant_id = p_tenant AND x.store_id = p_store
	UNION ALL
	SELECT 'words', md5(x::text) FROM catalog.word x WHERE x.tenant_id = p_tenant AND x.store_id = p_store
	UNION ALL
	SELECT 'words', md5(x::text) FROM catalog.word_form x WHERE x.tenant_id = p_tenant AND x.store_id = p_store
	UNION ALL
	SELECT 'counted', md5(x::text) FROM catalog.counted x WHERE x.tenant_id = p_tenant AND x.store_id = p_store
	UNION ALL
	SELECT 'bits', md5(x::text) FROM catalog.bitmap x WHERE x.tenant_id = p_tenant AND x.store_id = p_store
	UNION ALL
	SELECT 'numbers', md5(x::text) FROM (SELECT s.product_id, s.category_id, s.currency, s.locale, s.ordinal FROM catalog.placement s
		WHERE s.tenant_id = p_tenant AND s.store_id = p_store UNION ALL
		SELECT s.product_id, s.category_id, s.currency, '', s.ordinal FROM catalog.placement_price s WHERE s.tenant_id = p_tenant AND s.store_id = p_store UNION ALL
		SELECT s.product_id, s.category_id, s.currency, s.locale, s.ordinal FROM catalog.placement_name s WHERE s.tenant_id = p_tenant AND s.store_id = p_store) x
	WHERE NOT EXISTS (SELECT FROM catalog.counted c WHERE c.tenant_id = p_tenant AND c.store_id = p_store AND c.product_id = x.product_id AND c.ordinal = x.ordinal)
	UNION ALL
	SELECT 'brands', x.many_brands::text FROM catalog.version x WHERE x.tenant_id = p_tenant AND x.store_id = p_store
$$;
COMMENT ON FUNCTION catalog.counts_of(uuid, uuid) IS 'All counts of a store, as sums; of the numbers beside places only what is wrong.';

CREATE OR REPLACE FUNCTION catalog.prove_store(p_tenant uuid, p_store uuid) RETURNS TABLE (part text, differs bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- What waits for freshen is counted first: that is no difference.
	PERFORM catalog.count_products(p_tenant, ARRAY(
		SELECT v.product_id FROM catalog.stale s JOIN catalog.variant v ON v.variant_id = s.target_id WHERE s.kind = 'stock'
		UNION SELECT s.target_id FROM catalog.stale s WHERE s.kind = 'product'));
	CREATE TEMP TABLE proof ON COMMIT DROP AS SELECT c.part, c.sum FROM catalog.counts_of(p_tenant, p_store) c;
	PERFORM catalog.recount(p_tenant, p_store);
	RETURN QUERY
		WITH fresh AS MATERIALIZED (SELECT c.part, c.sum FROM catalog.counts_of(p_tenant, p_store) c), differ AS (
			(SELECT * FROM pg_temp.proof EXCEPT ALL SELECT * FROM fresh) UNION ALL (SELECT * FROM fresh EXCEPT ALL SELECT * FROM pg_temp.proof))
		SELECT d.part, count(*) FROM differ d GROUP BY d.part ORDER BY d.part;
	DROP TABLE pg_temp.proof;
END
$$;
COMMENT ON FUNCTION catalog.prove_store(uuid, uuid) IS 'Counts a store again and tells how many rows of which count that changed.';
