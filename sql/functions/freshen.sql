-- The job freshen: what follows a change of the catalogue or of the stock within a second, in steps of bounded size:
-- badges, stock and related cards of product pages, collections by rule, prices that follow others, counts (catalog_count.sql), the version
-- under which workers keep things, prices that begin or end.  Changes leave what is to be looked at in catalog.stale.

CREATE OR REPLACE FUNCTION catalog.refresh_stock(p_tenant uuid, p_variants uuid[]) RETURNS TABLE (store_id uuid, product_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH product AS (
		SELECT array_agg(DISTINCT v.product_id) AS ids FROM catalog.variant v WHERE v.variant_id = ANY (p_variants || ARRAY(
			SELECT b.bundle_id FROM catalog.bundle_part b WHERE b.part_id = ANY (p_variants)))
	), changed AS (
		UPDATE catalog.listing l SET stock = k.stock
		FROM product, catalog.stock_of(p_tenant, product.ids) k
		WHERE l.store_id = k.store_id AND l.product_id = k.product_id AND l.stock <> k.stock
		RETURNING l.store_id, l.product_id, l.locale, l.currency, l.stock, l.card
	), placed AS (
		UPDATE catalog.placement s SET card = c.card FROM changed c
		WHERE s.product_id = c.product_id AND s.store_id = c.store_id AND s.currency = c.currency AND s.locale = c.locale AND s.card <> c.card
	), found AS (
		UPDATE catalog.search s SET stock = c.stock
		FROM (SELECT DISTINCT c.store_id, c.product_id, c.stock FROM changed c) c
		WHERE s.store_id = c.store_id AND s.product_id = c.product_id AND s.stock <> c.stock
	), page AS (
		UPDATE catalog.product_page g SET stock = k.stock
		FROM product, (SELECT d.store_id, d.variant_ids, catalog.page_stock(d.store_id, d.variant_ids) AS stock
			FROM (SELECT DISTINCT x.store_id, x.variant_ids FROM product, catalog.product_page x WHERE x.product_id = ANY (product.ids)) d) k
		WHERE g.product_id = ANY (product.ids) AND g.store_id = k.store_id AND g.variant_ids = k.variant_ids AND g.stock <> k.stock
	), near AS (
		INSERT INTO catalog.stale (tenant_id, kind, target_id)
		SELECT DISTINCT p_tenant, 'related', r.product_id FROM catalog.related r
		WHERE r.related_id IN (SELECT c.product_id FROM changed c)
		UNION SELECT p_tenant, 'related', r.product_id FROM catalog.recommendation r
		WHERE r.other_id IN (SELECT c.product_id FROM changed c)
	), member AS (
		INSERT INTO catalog.stale (tenant_id, kind, target_id)
		SELECT DISTINCT p_tenant, 'member', c.product_id FROM changed c
		WHERE EXISTS (SELECT FROM catalog.condition k WHERE k.store_id = c.store_id AND k.kind = 'stock')
	)
	SELECT DISTINCT c.store_id, c.product_id FROM changed c
$$;
COMMENT ON FUNCTION catalog.refresh_stock(uuid, uuid[]) IS
	'Sets the badge of the products of these variants where it changed; in which lists of which products it did.';

CREATE OR REPLACE FUNCTION catalog.bump(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO catalog.version AS v (tenant_id, store_id, version) VALUES (p_tenant, p_store, 1)
	ON CONFLICT (tenant_id, store_id) DO UPDATE SET version = v.version + 1
$$;
COMMENT ON FUNCTION catalog.bump(uuid, uuid) IS 'What workers keep of the store''s catalogue is old now.';

-- Prices that began or ended since the last look.  The mark moves only when there were
-- some: a look without effect writes nothing.
CREATE OR REPLACE FUNCTION catalog.reprice(p_tenant uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	st record;
	ids uuid[];
	found_n integer := 0;
BEGIN
	FOR st IN
		SELECT s.store_id, coalesce(v.priced_at, '-infinity') AS priced_at
		FROM tenancy.store s LEFT JOIN catalog.version v ON v.store_id = s.store_id ORDER BY s.store_id
	LOOP
		SELECT array_agg(DISTINCT va.product_id) INTO ids
		FROM (SELECT p.variant_id FROM catalog.price p
		      WHERE p.store_id = st.store_id AND p.starts_at > '-infinity' AND p.starts_at > st.priced_at AND p.starts_at <= sutler.now()
		      UNION
		      SELECT p.variant_id FROM catalog.price p
		      WHERE p.store_id = st.store_id AND p.ends_at < 'infinity' AND p.ends_at > st.priced_at AND p.ends_at <= sutler.now()) c
		JOIN catalog.variant va ON va.variant_id = c.variant_id;
		CONTINUE WHEN ids IS NULL;
		PERFORM catalog.relist_prices(p_tenant, ids);
		INSERT INTO catalog.version (tenant_id, store_id, priced_at) VALUES (p_tenant, st.store_id, sutler.now())
		ON CONFLICT (tenant_id, store_id) DO UPDATE SET priced_at = excluded.priced_at;
		found_n := found_n + cardinality(ids);
	END LOOP;
	RETURN found_n;
END
$$;
COMMENT ON FUNCTION catalog.reprice(uuid) IS 'Makes the cards of products again whose prices began or ended since the last look; how many.';

-- One step of freshen: what is stale of one tenant, at most p_limit items.  Counts and the
-- version follow in the same transaction, so they are seen together; how many items were taken.
CREATE OR REPLACE FUNCTION catalog.freshen(p_tenant uuid, p_limit integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	variants uuid[];
	stores uuid[];
	products uuid[];
	pages uuid[];
	members uuid[];
	rules uuid[];
	reckoned uuid[];
	marked uuid[];
	moved record;
	taken integer;
	s uuid;
BEGIN
	PERFORM catalog.reprice(p_tenant);
	PERFORM catalog.rules_due(p_tenant);
	WITH due AS (
		SELECT x.stale_id FROM catalog.stale x ORDER BY x.stale_id LIMIT p_limit FOR UPDATE SKIP LOCKED
	), gone AS (
		DELETE FROM catalog.stale x USING due WHERE x.stale_id = due.stale_id RETURNING x.kind, x.target_id
	)
	SELECT count(*), array_agg(DISTINCT g.target_id) FILTER (WHERE g.kind = 'stock'),
	       coalesce(array_agg(DISTINCT g.target_id) FILTER (WHERE g.kind = 'store'), '{}'),
	       coalesce(array_agg(DISTINCT g.target_id) FILTER (WHERE g.kind = 'product'), '{}'),
	       array_agg(DISTINCT g.target_id) FILTER (WHERE g.kind = 'related'),
	       array_agg(DISTINCT g.target_id) FILTER (WHERE g.kind = 'member'),
	       coalesce(array_agg(DISTINCT g.target_id) FILTER (WHERE g.kind = 'rule'), '{}'),
	       array_agg(DISTINCT g.target_id ORDER BY g.target_id) FILTER (WHERE g.kind = 'reckon'),
	       coalesce(array_agg(DISTINCT g.target_id) FILTER (WHERE g.kind = 'markup'), '{}')
	INTO taken, variants, stores, products, pages, members, rules, reckoned, marked FROM gone g;
	IF taken = 0 THEN
		-- Those whose product somebody held when they were to be numbered.
		PERFORM catalog.number_places(p_tenant, ARRAY(SELECT DISTINCT s.product_id FROM catalog.placement s
			WHERE s.tenant_id = p_tenant AND s.ordinal IS NULL ORDER BY s.product_id LIMIT p_limit));
		RETURN 0;
	END IF;
	-- The listings of these are made right here; counts follow by what that leaves in catalog.stale.
	PERFORM catalog.reckon(p_tenant, reckoned);
	FOREACH s IN ARRAY marked LOOP
		PERFORM catalog.markup_step(p_tenant, s);
	END LOOP;
	IF variants IS NOT NULL THEN
		PERFORM catalog.redesk_stock(p_tenant, variants);
		products := products || ARRAY(SELECT v.product_id FROM catalog.variant v WHERE v.variant_id = ANY (variants));
		FOR moved IN SELECT r.store_id, r.product_id FROM catalog.refresh_stock(p_tenant, variants) r LOOP
			stores := stores || moved.store_id;
			products := products || moved.product_id;
		END LOOP;
		PERFORM inventory.reorder_look(p_tenant, variants);
	END IF;
	IF cardinality(products) > 0 THEN
		stores := stores || catalog.count_products(p_tenant, ARRAY(SELECT DISTINCT u FROM unnest(products) AS u));
	END IF;
	IF pages IS NOT NULL THEN
		UPDATE catalog.product_page g SET related = k.cards
		FROM (SELECT x.store_id, x.locale, x.currency, x.product_id, catalog.page_related(x.store_id, x.locale, x.currency, x.product_id) AS cards
			FROM catalog.product_page x WHERE x.product_id = ANY (pages)) k
		WHERE g.store_id = k.store_id AND g.locale = k.locale AND g.currency = k.currency AND g.product_id = k.product_id
		  AND g.related <> k.cards;
	END IF;
	IF members IS NOT NULL THEN
		PERFORM catalog.rules_apply(p_tenant, ARRAY(SELECT r.category_id FROM catalog.rule r), members);
	END IF;
	FOREACH s IN ARRAY rules LOOP
		PERFORM catalog.rule_walk(p_tenant, s);
	END LOOP;
	FOR s IN SELECT DISTINCT u FROM unnest(stores) AS u JOIN tenancy.store t ON t.store_id = u ORDER BY 1 LOOP
		PERFORM catalog.bump(p_tenant, s);
	END LOOP;
	RETURN taken;
END
$$;
COMMENT ON FUNCTION catalog.freshen(uuid, integer) IS
	'Takes stale items of a tenant: badges, then counts and version of the stores that changed. How many items it took.';
