-- Collections whose products are chosen by a rule.
--
-- What fits stands in catalog.category_product.  Whoever changes a product or a rule only leaves a row in
-- catalog.stale, and freshen holds the two against each other later: it looks after that change was
-- committed, so of two changes at one moment the one it takes last is looked at with both in sight.
-- Conditions are read off what the shop shows (catalog.listing), so a product that is not shown fits none.

-- The products of a store that fit conditions, which come side by side in arrays; p_products NULL: of all.
-- One statement is made of them, so that its plan is that of these conditions.
CREATE OR REPLACE FUNCTION catalog.fitting(p_tenant uuid, p_store uuid, p_match text, p_kinds text[], p_words text[], p_unders uuid[], p_values uuid[],
	p_lows bigint[], p_highs bigint[], p_currencies text[], p_days bigint[], p_products uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	shown constant text := format('EXISTS (SELECT FROM catalog.listing l WHERE l.store_id = %L AND l.product_id = p.product_id', p_store);
	tests text[] := '{}';
	zone text;
	c record;
BEGIN
	SELECT s.timezone INTO zone FROM tenancy.store s WHERE s.store_id = p_store;
	FOR c IN SELECT u.* FROM unnest(p_kinds, p_words, p_unders, p_values, p_lows, p_highs, p_currencies, p_days)
		AS u (kind, word, under_id, value_id, low, high, currency, days)
	LOOP
		tests := tests || CASE c.kind
			-- Spellings that share a page are one tag.
			WHEN 'tag' THEN format('EXISTS (SELECT FROM catalog.product_tag t WHERE t.product_id = p.product_id AND t.slug = %L)',
				coalesce(nullif(btrim(regexp_replace(lower(c.word COLLATE "und-x-icu"), '[^[:alnum:]]+', '-', 'g'), '-'), ''), '-'))
			WHEN 'brand' THEN format('p.brand = %L', c.word)
			WHEN 'category' THEN format('EXISTS (SELECT FROM catalog.category_product x WHERE x.product_id = p.product_id AND x.category_id = ANY (%L::uuid[]))',
				ARRAY(SELECT b.category_id FROM catalog.below(p_tenant, c.under_id) b))
			WHEN 'value' THEN format('(EXISTS (SELECT FROM catalog.product_value x WHERE x.product_id = p.product_id AND x.value_id = %1$L)
				OR EXISTS (SELECT FROM catalog.variant v JOIN catalog.variant_value x ON x.variant_id = v.variant_id
					WHERE v.product_id = p.product_id AND v.status = ''active'' AND x.value_id = %1$L))', c.value_id)
			WHEN 'price' THEN shown || format(' AND l.currency = %L AND l.price BETWEEN %s AND %s)', c.currency, coalesce(c.low, 0),
				coalesce(c.high, 9223372036854775807))
			WHEN 'reduced' THEN shown || ' AND l.was IS NOT NULL)'
			WHEN 'stock' THEN shown || ' AND l.stock IN (''in'', ''few''))'
			WHEN 'new' THEN format('p.created_at >= %L', ((sutler.now() AT TIME ZONE zone)::date - c.days::integer)::timestamp AT TIME ZONE zone)
			ELSE 'false' END;
	END LOOP;
	IF cardinality(tests) = 0 THEN
		RETURN;
	END IF;
	RETURN QUERY EXECUTE format('SELECT p.product_id FROM catalog.store_product s JOIN catalog.product p ON p.product_id = s.product_id
		WHERE s.store_id = %L AND s.visible AND p.status = ''active'' AND %s) AND (%s)%s', p_store, shown,
		array_to_string(tests, CASE p_match WHEN 'any' THEN ' OR ' ELSE ' AND ' END),
		CASE WHEN p_products IS NULL THEN '' ELSE ' AND s.product_id = ANY ($1)' END) USING p_products;
END
$$;
COMMENT ON FUNCTION catalog.fitting(uuid, uuid, text, text[], text[], uuid[], uuid[], bigint[], bigint[], text[], bigint[], uuid[]) IS
	'Shown products of a store that fit all or any of some conditions.';

CREATE OR REPLACE FUNCTION catalog.rule_fits(p_tenant uuid, p_category uuid, p_products uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT f.id FROM (
		SELECT r.store_id, r.match, array_agg(c.kind ORDER BY c.n) AS kinds, array_agg(c.word ORDER BY c.n) AS words, array_agg(c.under_id ORDER BY c.n) AS unders,
		       array_agg(c.value_id ORDER BY c.n) AS vals, array_agg(c.low ORDER BY c.n) AS lows, array_agg(c.high ORDER BY c.n) AS highs,
		       array_agg(c.currency ORDER BY c.n) AS currencies, array_agg(c.days::bigint ORDER BY c.n) AS days
		FROM catalog.rule r JOIN catalog.condition c ON c.category_id = r.category_id
		WHERE r.category_id = p_category GROUP BY r.store_id, r.match) x
	CROSS JOIN LATERAL catalog.fitting(p_tenant, x.store_id, x.match, x.kinds, x.words, x.unders, x.vals, x.lows, x.highs, x.currencies, x.days, p_products) f (id)
$$;
COMMENT ON FUNCTION catalog.rule_fits(uuid, uuid, uuid[]) IS 'Which of these products fit the rule of a collection.';

-- Holds products against rules.  The rules stay locked until the end: of two that do this one waits, and sees
-- what the other wrote.  Products' rows are locked in one order before anything is written, as everywhere.
CREATE OR REPLACE FUNCTION catalog.rules_apply(p_tenant uuid, p_categories uuid[], p_products uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
	fit uuid[];
	come_to uuid[] := '{}';
	come uuid[] := '{}';
	gone_from uuid[] := '{}';
	gone uuid[] := '{}';
	more uuid[];
	touched uuid[];
BEGIN
	-- Before the rules: whoever deletes one of them begins here too.
	PERFORM FROM catalog.category c WHERE c.category_id = ANY (p_categories) ORDER BY c.category_id FOR KEY SHARE;
	FOR r IN SELECT x.category_id, x.store_id FROM catalog.rule x WHERE x.category_id = ANY (p_categories) ORDER BY x.category_id FOR NO KEY UPDATE LOOP
		fit := ARRAY(SELECT f FROM catalog.rule_fits(p_tenant, r.category_id, p_products) f);
		more := ARRAY(SELECT u FROM unnest(fit) u WHERE NOT EXISTS (SELECT FROM catalog.category_product cp
			WHERE cp.category_id = r.category_id AND cp.product_id = u));
		come := come || more;
		come_to := come_to || array_fill(r.category_id, ARRAY[cardinality(more)]);
		more := ARRAY(SELECT cp.product_id FROM catalog.category_product cp
			WHERE cp.category_id = r.category_id AND cp.product_id = ANY (p_products) AND NOT cp.product_id = ANY (fit));
		gone := gone || more;
		gone_from := gone_from || array_fill(r.category_id, ARRAY[cardinality(more)]);
	END LOOP;
	touched := ARRAY(SELECT DISTINCT u FROM unnest(come || gone) u ORDER BY 1);
	IF cardinality(touched) = 0 THEN
		RETURN 0;
	END IF;
	PERFORM FROM catalog.product p WHERE p.product_id = ANY (touched) ORDER BY p.product_id FOR NO KEY UPDATE;
	PERFORM set_config('sutler.relist', 'later', true);
	DELETE FROM catalog.category_product cp USING unnest(gone_from, gone) AS u (category_id, product_id)
	WHERE cp.category_id = u.category_id AND cp.product_id = u.product_id;
	-- A product that was deleted meanwhile is in none.
	INSERT INTO catalog.category_product (tenant_id, store_id, category_id, product_id)
	SELECT p_tenant, x.store_id, u.category_id, u.product_id
	FROM unnest(come_to, come) AS u (category_id, product_id) JOIN catalog.rule x ON x.category_id = u.category_id
	JOIN catalog.product p ON p.product_id = u.product_id
	ON CONFLICT DO NOTHING;
	PERFORM set_config('sutler.relist', '', true);
	-- Being in a collection is no condition: nobody need look at these again.
	PERFORM set_config('sutler.rules', 'held', true);
	PERFORM catalog.relist(p_tenant, touched);
	PERFORM set_config('sutler.rules', '', true);
	RETURN cardinality(touched);
END
$$;
COMMENT ON FUNCTION catalog.rules_apply(uuid, uuid[], uuid[]) IS 'Puts products into collections by rule, and out of them, and lists them again; how many changed.';

-- One part of holding all products against one rule; the next part is left in catalog.stale, behind what waits there.
CREATE OR REPLACE FUNCTION catalog.rule_walk(p_tenant uuid, p_category uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- Listing so many again takes about a second: a desk that wants one of them waits no longer.
	part constant integer := 500;
	r record;
	ids uuid[];
BEGIN
	PERFORM FROM catalog.category c WHERE c.category_id = p_category FOR KEY SHARE;
	SELECT x.store_id, x.walked_to INTO r FROM catalog.rule x WHERE x.category_id = p_category FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	ids := ARRAY(SELECT u.product_id FROM (
		(SELECT s.product_id FROM catalog.store_product s WHERE s.store_id = r.store_id AND s.product_id > r.walked_to ORDER BY s.product_id LIMIT part)
		UNION
		(SELECT cp.product_id FROM catalog.category_product cp WHERE cp.category_id = p_category AND cp.product_id > r.walked_to
		 ORDER BY cp.product_id LIMIT part)) u ORDER BY u.product_id LIMIT part);
	IF cardinality(ids) = part THEN
		UPDATE catalog.rule x SET walked_to = ids[part] WHERE x.category_id = p_category;
		INSERT INTO catalog.stale (tenant_id, kind, target_id) VALUES (p_tenant, 'rule', p_category);
	END IF;
	PERFORM catalog.rules_apply(p_tenant, ARRAY[p_category], ids);
END
$$;
COMMENT ON FUNCTION catalog.rule_walk(uuid, uuid) IS 'Holds the next 500 products against the rule of a collection.';

-- Conditions of days change at midnight of the store.
CREATE OR REPLACE FUNCTION catalog.rules_due(p_tenant uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH due AS (
		UPDATE catalog.rule r SET walked_on = (sutler.now() AT TIME ZONE s.timezone)::date, walked_to = '00000000-0000-0000-0000-000000000000'
		FROM tenancy.store s
		WHERE s.store_id = r.store_id AND r.walked_on <> (sutler.now() AT TIME ZONE s.timezone)::date
		  AND EXISTS (SELECT FROM catalog.condition c WHERE c.category_id = r.category_id AND c.kind = 'new')
		RETURNING r.category_id
	)
	INSERT INTO catalog.stale (tenant_id, kind, target_id) SELECT p_tenant, 'rule', d.category_id FROM due d
$$;
COMMENT ON FUNCTION catalog.rules_due(uuid) IS 'Lets rules with a condition of days be held against all products once on each day of their store.';

-- ---- the desk ----

CREATE OR REPLACE FUNCTION catalog.rule_facts(p_tenant uuid, p_category uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((SELECT jsonb_build_object('match', r.match, 'conditions', (
		SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', c.kind, 'word', nullif(c.word, ''), 'category', c.under_id, 'value', c.value_id, 'low', c.low,
			'high', c.high, 'currency', nullif(c.currency, ''), 'days', nullif(c.days, 0))) ORDER BY c.n)
		FROM catalog.condition c WHERE c.category_id = r.category_id))
		FROM catalog.rule r WHERE r.category_id = p_category), '{"match": ""}')
$$;
COMMENT ON FUNCTION catalog.rule_facts(uuid, uuid) IS 'The rule of a collection as the audit log compares it.';

-- p_match: all, any, or empty: filled by hand from now on, beginning with what stands in it, in the order the shop shows.
-- Conditions side by side in arrays; amounts below 0 are none.
CREATE OR REPLACE FUNCTION catalog.desk_rule(p_tenant uuid, p_actor uuid, p_store uuid, p_category uuid, p_revision bigint, p_match text,
	p_kinds text[], p_words text[], p_unders uuid[], p_values uuid[], p_lows bigint[], p_highs bigint[], p_currencies text[], p_days bigint[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was bigint;
	facts jsonb;
	fresh jsonb;
	by_hand boolean;
	c record;
BEGIN
	SELECT x.revision INTO was FROM catalog.category x WHERE x.category_id = p_category AND x.store_id = p_store AND x.kind = 'collection' FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF was <> p_revision THEN
		RETURN 'changed';
	ELSIF p_match <> '' AND cardinality(p_kinds) = 0 THEN
		RETURN 'none';
	END IF;
	FOR c IN SELECT u.* FROM unnest(p_kinds, p_unders, p_values, p_currencies) WITH ORDINALITY AS u (kind, under_id, value_id, currency, n) LOOP
		IF c.kind = 'category' AND NOT EXISTS (SELECT FROM catalog.category x WHERE x.category_id = c.under_id AND x.store_id = p_store AND x.kind = 'category')
			OR c.kind = 'value' AND NOT EXISTS (SELECT FROM catalog.attribute_value x WHERE x.value_id = c.value_id)
			OR c.kind = 'price' AND NOT EXISTS (SELECT FROM tenancy.store_currency x WHERE x.store_id = p_store AND x.currency = c.currency) THEN
			RETURN c.kind || ' ' || c.n - 1;
		END IF;
	END LOOP;
	facts := catalog.rule_facts(p_tenant, p_category);
	by_hand := facts ->> 'match' = '';
	-- Whoever holds products against this rule is done with the old one, or begins with the new one.
	PERFORM FROM catalog.rule r WHERE r.category_id = p_category FOR UPDATE;
	DELETE FROM catalog.condition x WHERE x.category_id = p_category;
	IF p_match = '' THEN
		DELETE FROM catalog.rule r WHERE r.category_id = p_category;
	ELSE
		INSERT INTO catalog.rule AS r (tenant_id, store_id, category_id, match, walked_on)
		SELECT p_tenant, p_store, p_category, p_match, (sutler.now() AT TIME ZONE s.timezone)::date FROM tenancy.store s WHERE s.store_id = p_store
		ON CONFLICT (tenant_id, category_id) DO UPDATE SET match = excluded.match, walked_on = excluded.walked_on, walked_to = '00000000-0000-0000-0000-000000000000';
		INSERT INTO catalog.condition (tenant_id, store_id, category_id, n, kind, word, under_id, value_id, low, high, currency, days)
		SELECT p_tenant, p_store, p_category, u.n, u.kind, u.word, u.under_id, u.value_id, CASE WHEN u.low >= 0 THEN u.low END, CASE WHEN u.high >= 0 THEN u.high END,
		       u.currency, u.days
		FROM unnest(p_kinds, p_words, p_unders, p_values, p_lows, p_highs, p_currencies, p_days)
			WITH ORDINALITY AS u (kind, word, under_id, value_id, low, high, currency, days, n);
		INSERT INTO catalog.stale (tenant_id, kind, target_id) VALUES (p_tenant, 'rule', p_category);
	END IF;
	fresh := catalog.desk_difference(facts, catalog.rule_facts(p_tenant, p_category));
	IF fresh = '{}' THEN
		RETURN 'ok';
	END IF;
	PERFORM set_config('sutler.relist', 'later', true);
	IF p_match = '' THEN
		UPDATE catalog.category_product cp SET position = o.n
		FROM (SELECT x.product_id, row_number() OVER (ORDER BY s.position, x.product_id) AS n FROM catalog.category_product x
			LEFT JOIN catalog.store_product s ON s.store_id = x.store_id AND s.product_id = x.product_id WHERE x.category_id = p_category) o
		WHERE cp.category_id = p_category AND cp.product_id = o.product_id;
	END IF;
	-- The row counts changes of its rule too.
	UPDATE catalog.category x SET visible = x.visible WHERE x.category_id = p_category;
	PERFORM set_config('sutler.relist', '', true);
	-- What is in it has another place now: the store's in place of the hand's, or the other way round.
	IF by_hand <> (p_match = '') THEN
		PERFORM catalog.relist(p_tenant, ARRAY(SELECT cp.product_id FROM catalog.category_product cp WHERE cp.category_id = p_category ORDER BY 1));
	END IF;
	PERFORM audit.add(p_tenant, p_actor::text, 'category.rule', 'category ' || p_category, '', fresh::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_rule(uuid, uuid, uuid, uuid, bigint, text, text[], text[], uuid[], uuid[], bigint[], bigint[], text[], bigint[]) IS
	'How the products of a collection are chosen: ok, gone, changed (by another meanwhile), none (no condition), "KIND N" (the category, value or currency of condition N, from 0, is not there).';
