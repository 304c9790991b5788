-- Counts of a store: how many products each category and each value to filter by has, the words of their texts, whether
-- brands differ.
--
-- catalog.counted says as what each product stands in them.  What a change costs is what changed: the products are looked
-- at again, and what is new or gone is added or taken off, here and in catalog.bitmap.  Availability stands under the
-- attribute of all zeros, values 1 to 4.  Only one transaction of a tenant counts at a time; freshen is the one that does.

CREATE OR REPLACE FUNCTION catalog.count_lock(p_tenant uuid) RETURNS void LANGUAGE sql
AS $$ SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('catalog.count ' || p_tenant::text, 0)) $$;
COMMENT ON FUNCTION catalog.count_lock(uuid) IS 'One at a time; what is read after it is what the one before wrote.';

-- As the read model has them now: no row for a product that no list shows.
CREATE OR REPLACE FUNCTION catalog.countable(p_tenant uuid, p_products uuid[])
RETURNS TABLE (store_id uuid, product_id uuid, stock smallint, brand text, categories uuid[], attributes uuid[], value_ids uuid[], words text[],
	currencies text[], prices bigint[], tags text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT l.store_id, l.product_id, l.stock::smallint, l.brand, p.categories,
	       coalesce(f.attributes, '{}'), coalesce(f.value_ids, '{}'), coalesce(w.words, '{}'), m.currencies, m.prices, coalesce(g.tags, '{}')
	FROM (SELECT x.store_id, x.product_id, min(CASE x.stock WHEN 'in' THEN 1 WHEN 'few' THEN 2 WHEN 'made' THEN 3 ELSE 4 END) AS stock,
	             min(x.brand) AS brand
	      FROM catalog.listing x WHERE x.tenant_id = p_tenant AND x.product_id = ANY (p_products) GROUP BY x.store_id, x.product_id) l
	JOIN LATERAL (SELECT array_agg(DISTINCT x.category_id ORDER BY x.category_id) AS categories FROM catalog.placement x
		WHERE x.product_id = l.product_id AND x.store_id = l.store_id) p ON true
	JOIN LATERAL (SELECT array_agg(x.currency ORDER BY x.currency) AS currencies, array_agg(x.price ORDER BY x.currency) AS prices
		FROM catalog.placement_price x WHERE x.product_id = l.product_id AND x.store_id = l.store_id
		  AND x.category_id = '00000000-0000-0000-0000-000000000000') m ON true
	LEFT JOIN LATERAL (SELECT array_agg(DISTINCT x.locale || ' ' || x.slug) AS tags FROM catalog.product_tag x
		WHERE x.product_id = l.product_id AND x.slug <> '') g ON true
	LEFT JOIN LATERAL (SELECT array_agg(x.attribute_id ORDER BY x.value_id) AS attributes, array_agg(x.value_id ORDER BY x.value_id) AS value_ids
		FROM catalog.facet x WHERE x.product_id = l.product_id AND x.store_id = l.store_id
		  AND x.category_id = '00000000-0000-0000-0000-000000000000') f ON true
	LEFT JOIN LATERAL (SELECT array_agg(s.locale || ' ' || u ORDER BY s.locale COLLATE "C", u COLLATE "C") AS words
		FROM catalog.search s, unnest(s.words) AS u WHERE s.product_id = l.product_id AND s.store_id = l.store_id) w ON true
$$;
COMMENT ON FUNCTION catalog.countable(uuid, uuid[]) IS 'As what the products stand in the counts of each store that shows them.';

CREATE OR REPLACE FUNCTION catalog.filters_of(p_stock smallint, p_attributes uuid[], p_values uuid[]) RETURNS TABLE (attribute_id uuid, value_id uuid)
LANGUAGE sql IMMUTABLE ROWS 10
AS $$
	SELECT x.attribute_id, x.value_id FROM ROWS FROM (pg_catalog.unnest('00000000-0000-0000-0000-000000000000'::uuid || p_attributes),
		pg_catalog.unnest(('00000000-0000-0000-0000-00000000000' || p_stock)::uuid || p_values)) AS x (attribute_id, value_id)
$$;
COMMENT ON FUNCTION catalog.filters_of(smallint, uuid[], uuid[]) IS 'What a product can be filtered by: its values, and its availability under the attribute of all zeros.';

CREATE OR REPLACE FUNCTION catalog.currency_key(p_currency text) RETURNS uuid LANGUAGE sql IMMUTABLE
AS $$ SELECT pg_catalog.md5('currency ' || p_currency)::uuid $$;
COMMENT ON FUNCTION catalog.currency_key(text) IS 'Under which key of catalog.bitmap the products stand that have a price in the currency.';

CREATE OR REPLACE FUNCTION catalog.price_key(p_currency text, p_digit integer) RETURNS uuid LANGUAGE sql IMMUTABLE
AS $$ SELECT pg_catalog.md5('price ' || p_currency || ' ' || p_digit)::uuid $$;
COMMENT ON FUNCTION catalog.price_key(text, integer) IS
	'Under which key of catalog.bitmap the products stand whose price has this binary digit (0 is the lowest) set: a bit-sliced index (O''Neil and Quass 1997).';

CREATE OR REPLACE FUNCTION catalog.tag_key(p_locale text, p_slug text) RETURNS uuid LANGUAGE sql IMMUTABLE
AS $$ SELECT pg_catalog.md5('tag ' || p_locale || ' ' || p_slug)::uuid $$;
COMMENT ON FUNCTION catalog.tag_key(text, text) IS 'Under which key of catalog.bitmap the products stand that have the tag in the language (empty: in all).';

-- Of a price each digit that is set; all are below 2^40 (PRICING_MAX_PRICE).
CREATE OR REPLACE FUNCTION catalog.bits_of(p_categories uuid[], p_stock smallint, p_values uuid[], p_currencies text[], p_prices bigint[], p_tags text[])
RETURNS uuid[] LANGUAGE sql IMMUTABLE
AS $$
	SELECT p_categories || p_values || ('00000000-0000-0000-0000-00000000000' || p_stock)::uuid
		|| ARRAY(SELECT catalog.currency_key(u) FROM pg_catalog.unnest(p_currencies) AS u)
		|| ARRAY(SELECT catalog.price_key(u.currency, n) FROM ROWS FROM (pg_catalog.unnest(p_currencies), pg_catalog.unnest(p_prices)) AS u (currency, price)
			CROSS JOIN pg_catalog.generate_series(0, 40) AS n WHERE (u.price >> n) & 1 = 1)
		|| ARRAY(SELECT pg_catalog.md5('tag ' || u)::uuid FROM pg_catalog.unnest(p_tags) AS u)
$$;
COMMENT ON FUNCTION catalog.bits_of(uuid[], smallint, uuid[], text[], bigint[], text[]) IS 'The keys of catalog.bitmap under which a product has a bit.';

-- Words of a store and language again out of their forms: the most common form is shown.
CREATE OR REPLACE FUNCTION catalog.count_words(p_tenant uuid, p_store uuid, p_locale text, p_words text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH fresh AS (
		SELECT x.word, (array_agg(x.form ORDER BY x.products DESC, x.form))[1] AS shown, sum(x.products)::integer AS products
		FROM catalog.word_form x WHERE x.store_id = p_store AND x.locale = p_locale AND (p_words IS NULL OR x.word = ANY (p_words)) GROUP BY x.word
	), gone AS (
		DELETE FROM catalog.word w WHERE w.store_id = p_store AND w.locale = p_locale AND (p_words IS NULL OR w.word = ANY (p_words))
		  AND w.word NOT IN (SELECT f.word FROM fresh f)
	)
	INSERT INTO catalog.word AS w (tenant_id, store_id, locale, word, shown, products)
	SELECT p_tenant, p_store, p_locale, f.word, f.shown, f.products FROM fresh f
	ON CONFLICT (tenant_id, store_id, locale, word) DO UPDATE SET shown = excluded.shown, products = excluded.products
	WHERE (w.shown, w.products) IS DISTINCT FROM (excluded.shown, excluded.products)
$$;
COMMENT ON FUNCTION catalog.count_words(uuid, uuid, text, text[]) IS 'Part of counting: catalog.word out of catalog.word_form, for these words or (NULL) all.';

CREATE OR REPLACE FUNCTION catalog.count_brands(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO catalog.version AS v (tenant_id, store_id, many_brands)
	SELECT p_tenant, p_store, coalesce(min(c.brand) <> max(c.brand), false) FROM catalog.counted c WHERE c.store_id = p_store AND c.brand <> ''
	ON CONFLICT (tenant_id, store_id) DO UPDATE SET many_brands = excluded.many_brands WHERE v.many_brands <> excluded.many_brands
$$;
COMMENT ON FUNCTION catalog.count_brands(uuid, uuid) IS 'Part of counting: whether the brands of a store''s products differ.';

-- What follows adds rows of catalog.counted to the counts (p_more) and takes others off (p_less).  Only what differs is written.

CREATE OR REPLACE FUNCTION catalog.count_bits(p_tenant uuid, p_more catalog.counted[], p_less catalog.counted[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH change AS (
		SELECT d.store_id, k.key_id, d.ordinal, sum(d.n) AS n, set_bit(0::bit(16384), d.ordinal % 16384, 1) AS one
		FROM (SELECT 1 AS n, m.* FROM unnest(p_more) m UNION ALL SELECT -1, l.* FROM unnest(p_less) l) d
		CROSS JOIN unnest(catalog.bits_of(d.categories, d.stock, d.value_ids, d.currencies, d.prices, d.tags)) AS k (key_id)
		GROUP BY d.store_id, k.key_id, d.ordinal HAVING sum(d.n) <> 0
	), fresh AS MATERIALIZED (
		SELECT c.store_id, c.key_id, c.chunk, (coalesce(b.bits, 0::bit(16384)) | c.more) & ~ c.less AS bits
		FROM (SELECT x.store_id, x.key_id, x.ordinal / 16384 AS chunk,
		             coalesce(bit_or(x.one) FILTER (WHERE x.n > 0), 0::bit(16384)) AS more,
		             coalesce(bit_or(x.one) FILTER (WHERE x.n < 0), 0::bit(16384)) AS less
		      FROM change x GROUP BY 1, 2, 3) c
		LEFT JOIN catalog.bitmap b ON b.store_id = c.store_id AND b.key_id = c.key_id AND b.chunk = c.chunk
	), gone AS (
		DELETE FROM catalog.bitmap b USING fresh f
		WHERE bit_count(f.bits) = 0 AND b.store_id = f.store_id AND b.key_id = f.key_id AND b.chunk = f.chunk
	)
	INSERT INTO catalog.bitmap (tenant_id, store_id, key_id, chunk, products, bits)
	SELECT p_tenant, f.store_id, f.key_id, f.chunk, bit_count(f.bits), f.bits FROM fresh f WHERE bit_count(f.bits) > 0
	ON CONFLICT (tenant_id, store_id, key_id, chunk) DO UPDATE SET products = excluded.products, bits = excluded.bits
$$;
COMMENT ON FUNCTION catalog.count_bits(uuid, catalog.counted[], catalog.counted[]) IS 'Part of counting: the bits of products in catalog.bitmap.';

CREATE OR REPLACE FUNCTION catalog.count_categories(p_tenant uuid, p_more catalog.counted[], p_less catalog.counted[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH fresh AS MATERIALIZED (
		SELECT x.store_id, x.category_id, x.n + coalesce(c.products, 0) AS products
		FROM (SELECT d.store_id, k.category_id, sum(d.n) AS n
		      FROM (SELECT 1 AS n, m.* FROM unnest(p_more) m UNION ALL SELECT -1, l.* FROM unnest(p_less) l) d
		      CROSS JOIN unnest(d.categories) AS k (category_id)
		      GROUP BY 1, 2 HAVING sum(d.n) <> 0) x
		LEFT JOIN catalog.category_count c ON c.store_id = x.store_id AND c.category_id = x.category_id
	), gone AS (
		DELETE FROM catalog.category_count c USING fresh f WHERE f.products <= 0 AND c.store_id = f.store_id AND c.category_id = f.category_id
	)
	INSERT INTO catalog.category_count (tenant_id, store_id, category_id, products)
	SELECT p_tenant, f.store_id, f.category_id, f.products FROM fresh f WHERE f.products > 0
	ON CONFLICT (tenant_id, store_id, category_id) DO UPDATE SET products = excluded.products
$$;
COMMENT ON FUNCTION catalog.count_categories(uuid, catalog.counted[], catalog.counted[]) IS 'Part of counting: the products of categories.';

CREATE OR REPLACE FUNCTION catalog.count_filters(p_tenant uuid, p_more catalog.counted[], p_less catalog.counted[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH fresh AS MATERIALIZED (
		SELECT x.store_id, x.category_id, x.attribute_id, x.value_id, x.n + coalesce(c.products, 0) AS products
		FROM (SELECT d.store_id, k.category_id, v.attribute_id, v.value_id, sum(d.n) AS n
		      FROM (SELECT 1 AS n, m.* FROM unnest(p_more) m UNION ALL SELECT -1, l.* FROM unnest(p_less) l) d
		      CROSS JOIN unnest(d.categories) AS k (category_id)
		      CROSS JOIN LATERAL catalog.filters_of(d.stock, d.attributes, d.value_ids) v
		      GROUP BY 1, 2, 3, 4 HAVING sum(d.n) <> 0) x
		LEFT JOIN catalog.facet_count c ON c.store_id = x.store_id AND c.category_id = x.category_id
			AND c.attribute_id = x.attribute_id AND c.value_id = x.value_id
	), gone AS (
		DELETE FROM catalog.facet_count c USING fresh f
		WHERE f.products <= 0 AND c.store_id = f.store_id AND c.category_id = f.category_id
		  AND c.attribute_id = f.attribute_id AND c.value_id = f.value_id
	)
	INSERT INTO catalog.facet_count (tenant_id, store_id, category_id, attribute_id, value_id, products)
	SELECT p_tenant, f.store_id, f.category_id, f.attribute_id, f.value_id, f.products FROM fresh f WHERE f.products > 0
	ON CONFLICT (tenant_id, store_id, category_id, attribute_id, value_id) DO UPDATE SET products = excluded.products
$$;
COMMENT ON FUNCTION catalog.count_filters(uuid, catalog.counted[], catalog.counted[]) IS 'Part of counting: the products that have a value, by category.';

CREATE OR REPLACE FUNCTION catalog.count_forms(p_tenant uuid, p_more catalog.counted[], p_less catalog.counted[])
RETURNS TABLE (store_id uuid, locale text, words text[])
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH fresh AS MATERIALIZED (
		SELECT y.store_id, y.locale, y.word, y.form, y.n + coalesce(c.products, 0) AS products
		FROM (SELECT x.store_id, split_part(x.said, ' ', 1) AS locale, split_part(x.said, ' ', 2) AS form,
		             catalog.fold(split_part(x.said, ' ', 2)) AS word, x.n
		      FROM (SELECT d.store_id, u AS said, sum(d.n) AS n
		            FROM (SELECT 1 AS n, m.* FROM unnest(p_more) m UNION ALL SELECT -1, l.* FROM unnest(p_less) l) d
		            CROSS JOIN unnest(d.words) AS u GROUP BY 1, 2 HAVING sum(d.n) <> 0) x) y
		LEFT JOIN catalog.word_form c ON c.store_id = y.store_id AND c.locale = y.locale AND c.word = y.word AND c.form = y.form
	), gone AS (
		DELETE FROM catalog.word_form c USING fresh f
		WHERE f.products <= 0 AND c.store_id = f.store_id AND c.locale = f.locale AND c.word = f.word AND c.form = f.form
	), written AS (
		INSERT INTO catalog.word_form (tenant_id, store_id, locale, word, form, products)
		SELECT p_tenant, f.store_id, f.locale, f.word, f.form, f.products FROM fresh f WHERE f.products > 0
		ON CONFLICT (tenant_id, store_id, locale, word, form) DO UPDATE SET products = excluded.products
	)
	SELECT f.store_id, f.locale, array_agg(DISTINCT f.word) FROM fresh f GROUP BY 1, 2
$$;
COMMENT ON FUNCTION catalog.count_forms(uuid, catalog.counted[], catalog.counted[]) IS
	'Part of counting: the forms of words; which words of which stores and languages that touched.';

-- Numbers for those of p_rows that have none.  In a store of four chunks (65 536 products) and more, products of a category at
-- the top get the rest of a chunk of their own, so that a list of a department joins the bits of its chunks and not of the store's.
-- A smaller one fills chunk by chunk: every further one costs each of its lists.
CREATE OR REPLACE FUNCTION catalog.give_ordinals(p_tenant uuid, p_rows catalog.counted[]) RETURNS catalog.counted[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	zeros constant uuid := '00000000-0000-0000-0000-000000000000';
	chunk constant integer := 16384;
	large constant integer := 4 * chunk;
	given catalog.counted[] := '{}';
	part catalog.counted[];
	g record;
	r catalog.bit_range;
	n integer;
	here uuid;
BEGIN
	FOR g IN
		SELECT f.store_id, coalesce(h.category_id, zeros) AS home, array_agg(f ORDER BY f.product_id) AS items
		FROM unnest(p_rows) f
		LEFT JOIN LATERAL (SELECT c.category_id FROM catalog.category c
			WHERE c.store_id = f.store_id AND c.parent_id IS NULL AND c.category_id = ANY (f.categories) ORDER BY c.position, c.category_id LIMIT 1) h ON true
		WHERE f.ordinal IS NULL GROUP BY 1, 2 ORDER BY 1, 2
	LOOP
		part := g.items;
		WHILE cardinality(part) > 0 LOOP
			here := CASE WHEN (SELECT max(b.last_ordinal) FROM catalog.bit_range b WHERE b.store_id = g.store_id) >= large - 1 THEN g.home ELSE zeros END;
			SELECT * INTO r FROM catalog.bit_range b WHERE b.store_id = g.store_id AND b.category_id = here;
			IF r.next_ordinal IS NULL OR r.next_ordinal > r.last_ordinal THEN
				r.next_ordinal := coalesce((SELECT max(b.last_ordinal) FROM catalog.bit_range b WHERE b.store_id = g.store_id), -1) + 1;
			END IF;
			r.last_ordinal := r.next_ordinal / chunk * chunk + chunk - 1;
			n := least(cardinality(part), r.last_ordinal - r.next_ordinal + 1);
			given := given || ARRAY(SELECT (u.tenant_id, u.store_id, u.product_id, u.stock, u.brand, u.categories, u.attributes, u.value_ids, u.words,
				r.next_ordinal + u.i::integer - 1, u.currencies, u.prices, u.tags)::catalog.counted FROM unnest(part[:n]) WITH ORDINALITY AS u
				(tenant_id, store_id, product_id, stock, brand, categories, attributes, value_ids, words, ordinal, currencies, prices, tags, i) ORDER BY u.i);
			part := part[n + 1:];
			INSERT INTO catalog.bit_range AS b (tenant_id, store_id, category_id, next_ordinal, last_ordinal)
			VALUES (p_tenant, g.store_id, here, r.next_ordinal + n, r.last_ordinal)
			ON CONFLICT (tenant_id, store_id, category_id) DO UPDATE SET next_ordinal = excluded.next_ordinal, last_ordinal = excluded.last_ordinal;
		END LOOP;
	END LOOP;
	RETURN given || ARRAY(SELECT f FROM unnest(p_rows) f WHERE f.ordinal IS NOT NULL);
END
$$;
COMMENT ON FUNCTION catalog.give_ordinals(uuid, catalog.counted[]) IS 'The same rows, each with the number of its bits; only who holds catalog.count_lock() calls it.';

-- Numbers beside the places of products in lists (catalog.placement and those by price and name), for a walk that asks bits.
-- Whoever lists a product leaves the numbers of new places to be given here.  He holds the product meanwhile, so one that
-- somebody holds is passed over: freshen() comes back to it.  Without a number the product is in no filtered list, as it is not among its counts.
CREATE OR REPLACE FUNCTION catalog.number_places(p_tenant uuid, p_products uuid[], p_all boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ids uuid[] := CASE WHEN p_all THEN p_products ELSE ARRAY(SELECT DISTINCT s.product_id FROM catalog.placement s
		WHERE s.tenant_id = p_tenant AND s.product_id = ANY (p_products) AND s.ordinal IS NULL) END;
BEGIN
	IF cardinality(ids) = 0 THEN
		RETURN;
	END IF;
	PERFORM catalog.count_lock(p_tenant);
	ids := ARRAY(SELECT p.product_id FROM catalog.product p WHERE p.product_id = ANY (ids) ORDER BY p.product_id FOR NO KEY UPDATE SKIP LOCKED);
	UPDATE catalog.placement s SET ordinal = c.ordinal FROM catalog.counted c
	WHERE s.product_id = ANY (ids) AND c.store_id = s.store_id AND c.product_id = s.product_id AND s.ordinal IS DISTINCT FROM c.ordinal;
	UPDATE catalog.placement_price s SET ordinal = c.ordinal FROM catalog.counted c
	WHERE s.product_id = ANY (ids) AND c.store_id = s.store_id AND c.product_id = s.product_id AND s.ordinal IS DISTINCT FROM c.ordinal;
	UPDATE catalog.placement_name s SET ordinal = c.ordinal FROM catalog.counted c
	WHERE s.product_id = ANY (ids) AND c.store_id = s.store_id AND c.product_id = s.product_id AND s.ordinal IS DISTINCT FROM c.ordinal;
END
$$;
COMMENT ON FUNCTION catalog.number_places(uuid, uuid[], boolean) IS 'Numbers the places of these products that were counted and have none; p_all: or a wrong one.';

CREATE OR REPLACE FUNCTION catalog.count_products(p_tenant uuid, p_products uuid[]) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	fresh catalog.counted[];
	old catalog.counted[];
	more catalog.counted[];
	less catalog.counted[];
	stores uuid[];
	r record;
BEGIN
	PERFORM catalog.count_lock(p_tenant);
	SELECT array_agg(c) INTO old
	FROM tenancy.store s CROSS JOIN (SELECT DISTINCT u AS product_id FROM unnest(p_products) AS u) p
	JOIN catalog.counted c ON c.store_id = s.store_id AND c.product_id = p.product_id;
	fresh := catalog.give_ordinals(p_tenant, ARRAY(
		SELECT (p_tenant, n.store_id, n.product_id, n.stock, n.brand, n.categories, n.attributes, n.value_ids, n.words, o.ordinal,
			n.currencies, n.prices, n.tags)::catalog.counted
		FROM catalog.countable(p_tenant, p_products) n
		LEFT JOIN unnest(old) o ON o.store_id = n.store_id AND o.product_id = n.product_id));
	SELECT array_agg(f) INTO more FROM unnest(fresh) f WHERE f NOT IN (SELECT o FROM unnest(old) o);
	SELECT array_agg(o) INTO less FROM unnest(old) o WHERE o NOT IN (SELECT f FROM unnest(fresh) f);

	DELETE FROM catalog.counted c USING unnest(less) l WHERE c.store_id = l.store_id AND c.product_id = l.product_id;
	INSERT INTO catalog.counted SELECT m.* FROM unnest(more) m;
	PERFORM catalog.number_places(p_tenant, p_products);
	PERFORM catalog.count_bits(p_tenant, more, less);
	PERFORM catalog.count_categories(p_tenant, more, less);
	PERFORM catalog.count_filters(p_tenant, more, less);
	FOR r IN SELECT f.store_id, f.locale, f.words FROM catalog.count_forms(p_tenant, more, less) f LOOP
		PERFORM catalog.count_words(p_tenant, r.store_id, r.locale, r.words);
	END LOOP;
	stores := ARRAY(SELECT DISTINCT d.store_id FROM unnest(more || less) d);
	PERFORM catalog.count_brands(p_tenant, u) FROM unnest(stores) AS u;
	RETURN stores;
END
$$;
COMMENT ON FUNCTION catalog.count_products(uuid, uuid[]) IS
	'Counts what changed of these products since they were counted last: categories, filters, words and brands of the stores that show or showed them; those stores.';

-- All of a store from nothing: what catalog.count_products() keeps must be what this gives (sutlerctl catalog verify).
CREATE OR REPLACE FUNCTION catalog.recount(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- Whatever a statement takes in memory is of so many products.
	part constant integer := 2000;
	after uuid := '00000000-0000-0000-0000-000000000000';
	ids uuid[];
	items catalog.counted[];
	r record;
BEGIN
	PERFORM catalog.count_lock(p_tenant);
	LOOP
		ids := ARRAY(SELECT x.product_id FROM (
			SELECT s.product_id FROM catalog.store_product s WHERE s.store_id = p_store AND s.product_id > after
			UNION SELECT c.product_id FROM catalog.counted c WHERE c.store_id = p_store AND c.product_id > after) x ORDER BY 1 LIMIT part);
		EXIT WHEN cardinality(ids) = 0;
		after := ids[cardinality(ids)];
		items := catalog.give_ordinals(p_tenant, ARRAY(
			SELECT (p_tenant, n.store_id, n.product_id, n.stock, n.brand, n.categories, n.attributes, n.value_ids, n.words, c.ordinal,
				n.currencies, n.prices, n.tags)::catalog.counted
			FROM catalog.countable(p_tenant, ids) n
			LEFT JOIN catalog.counted c ON c.store_id = n.store_id AND c.product_id = n.product_id
			WHERE n.store_id = p_store));
		DELETE FROM catalog.counted c WHERE c.store_id = p_store AND c.product_id = ANY (ids)
		  AND c.product_id NOT IN (SELECT f.product_id FROM unnest(items) f);
		INSERT INTO catalog.counted AS c SELECT f.* FROM unnest(items) f
		ON CONFLICT (tenant_id, store_id, product_id) DO UPDATE SET stock = excluded.stock, brand = excluded.brand, categories = excluded.categories,
			attributes = excluded.attributes, value_ids = excluded.value_ids, words = excluded.words, currencies = excluded.currencies,
			prices = excluded.prices, tags = excluded.tags
		WHERE (c.stock, c.brand, c.categories, c.attributes, c.value_ids, c.words, c.currencies, c.prices, c.tags)
			<> (excluded.stock, excluded.brand, excluded.categories, excluded.attributes, excluded.value_ids, excluded.words, excluded.currencies, excluded.prices, excluded.tags);
		PERFORM catalog.number_places(p_tenant, ids, true);
	END LOOP;

	WITH fresh AS MATERIALIZED (
		SELECT k.key_id, c.ordinal / 16384 AS chunk, count(*) AS products, bit_or(set_bit(0::bit(16384), c.ordinal % 16384, 1)) AS bits
		FROM catalog.counted c CROSS JOIN unnest(catalog.bits_of(c.categories, c.stock, c.value_ids, c.currencies, c.prices, c.tags)) AS k (key_id)
		WHERE c.store_id = p_store GROUP BY 1, 2
	), gone AS (
		DELETE FROM catalog.bitmap b WHERE b.store_id = p_store AND (b.key_id, b.chunk) NOT IN (SELECT f.key_id, f.chunk FROM fresh f)
	)
	INSERT INTO catalog.bitmap AS b (tenant_id, store_id, key_id, chunk, products, bits)
	SELECT p_tenant, p_store, f.key_id, f.chunk, f.products, f.bits FROM fresh f
	ON CONFLICT (tenant_id, store_id, key_id, chunk) DO UPDATE SET products = excluded.products, bits = excluded.bits WHERE b.bits <> excluded.bits;

	WITH fresh AS (
		SELECT k.category_id, count(*)::integer AS products
		FROM catalog.counted c CROSS JOIN unnest(c.categories) AS k (category_id) WHERE c.store_id = p_store GROUP BY 1
	), gone AS (
		DELETE FROM catalog.category_count c WHERE c.store_id = p_store
		  AND c.category_id NOT IN (SELECT f.category_id FROM fresh f)
	)
	INSERT INTO catalog.category_count AS c (tenant_id, store_id, category_id, products)
	SELECT p_tenant, p_store, f.category_id, f.products FROM fresh f
	ON CONFLICT (tenant_id, store_id, category_id) DO UPDATE SET products = excluded.products WHERE c.products <> excluded.products;

	WITH fresh AS (
		SELECT k.category_id, v.attribute_id, v.value_id, count(*)::integer AS products
		FROM catalog.counted c CROSS JOIN unnest(c.categories) AS k (category_id)
		CROSS JOIN LATERAL catalog.filters_of(c.stock, c.attributes, c.value_ids) v WHERE c.store_id = p_store GROUP BY 1, 2, 3
	), gone AS (
		DELETE FROM catalog.facet_count c WHERE c.store_id = p_store AND (c.category_id, c.attribute_id, c.value_id)
			NOT IN (SELECT f.category_id, f.attribute_id, f.value_id FROM fresh f)
	)
	INSERT INTO catalog.facet_count AS c (tenant_id, store_id, category_id, attribute_id, value_id, products)
	SELECT p_tenant, p_store, f.category_id, f.attribute_id, f.value_id, f.products FROM fresh f
	ON CONFLICT (tenant_id, store_id, category_id, attribute_id, value_id)
	DO UPDATE SET products = excluded.products WHERE c.products <> excluded.products;

	WITH fresh AS (
		SELECT split_part(x.said, ' ', 1) AS locale, catalog.fold(split_part(x.said, ' ', 2)) AS word, split_part(x.said, ' ', 2) AS form, x.products
		FROM (SELECT u AS said, count(*)::integer AS products FROM catalog.counted c CROSS JOIN unnest(c.words) AS u
		      WHERE c.store_id = p_store GROUP BY 1) x
	), gone AS (
		DELETE FROM catalog.word_form c WHERE c.store_id = p_store
		  AND (c.locale, c.word, c.form) NOT IN (SELECT f.locale, f.word, f.form FROM fresh f)
	)
	INSERT INTO catalog.word_form AS c (tenant_id, store_id, locale, word, form, products)
	SELECT p_tenant, p_store, f.locale, f.word, f.form, f.products FROM fresh f
	ON CONFLICT (tenant_id, store_id, locale, word, form) DO UPDATE SET products = excluded.products WHERE c.products <> excluded.products;
	FOR r IN SELECT x.locale FROM catalog.word_form x WHERE x.store_id = p_store UNION SELECT w.locale FROM catalog.word w WHERE w.store_id = p_store LOOP
		PERFORM catalog.count_words(p_tenant, p_store, r.locale, NULL);
	END LOOP;
	PERFORM catalog.count_brands(p_tenant, p_store);
END
$$;
COMMENT ON FUNCTION catalog.recount(uuid, uuid) IS 'Counts all products of a store: categories, filters, words, and whether brands differ; writes only what differs.';
