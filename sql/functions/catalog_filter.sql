-- Filtered lists of a category or of the whole store: how many products have each value, and which are left when they are few.
--
-- Both come out of catalog.bitmap.  A product fits when it has, of each attribute that is filtered by, any of the values asked
-- for; availability is one more, the attribute of all zeros.  It has a price between p_from and p_to (minor units) and the tag,
-- where those are asked for (a tag: p_tag, its name in the address, in the language or in all).  Counted for a value is what fits all filters but those of its own
-- attribute.  PL/pgSQL, for a SQL function that cannot be inlined is planned again in each transaction; and each row of
-- catalog.bitmap is looked up by its key (OFFSET 0), for nothing is known of how many there are while a store is new.

-- Of P_ALL the products whose price is below P_PRICE: from the highest digit on, those that are as high so far and have no 1
-- where it has one.  p_digits: the bits of each digit, the lowest first; NULL where no price has it.
CREATE OR REPLACE FUNCTION catalog.bits_below(p_all bit, p_digits bit[], p_price bigint) RETURNS bit
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
	below bit varying := p_all # p_all;
	same bit varying := p_all;
	ones bit varying;
	top integer := coalesce(cardinality(p_digits), 0);
BEGIN
	IF p_price >> top > 0 THEN
		RETURN p_all;
	END IF;
	FOR n IN REVERSE top - 1 .. 0 LOOP
		-- Nothing below those that are the same but for digits that are all 0.
		EXIT WHEN p_price & ((1::bigint << (n + 1)) - 1) = 0;
		ones := same & p_digits[n + 1];
		IF (p_price >> n) & 1 = 1 THEN
			below := below | coalesce(same # ones, same);
			EXIT WHEN ones IS NULL;
			same := ones;
		ELSIF ones IS NOT NULL THEN
			same := same # ones;
		END IF;
	END LOOP;
	RETURN below;
END
$$;
COMMENT ON FUNCTION catalog.bits_below(bit, bit[], bigint) IS 'The products of a chunk whose price is below one, out of the bits of its digits.';

CREATE OR REPLACE FUNCTION catalog.filter_priced(p_tenant uuid, p_store uuid, p_category uuid, p_currency text, p_from bigint, p_to bigint)
RETURNS TABLE (chunk integer, bits bit(16384))
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	keys uuid[] := ARRAY(SELECT x.key_id FROM (SELECT catalog.price_key(p_currency, n) AS key_id, n FROM generate_series(0, 40) AS n) x ORDER BY x.n);
	digits bit(16384)[];
	every record;
	top integer := (SELECT max(k.n) FROM unnest(keys) WITH ORDINALITY AS k (key_id, n) WHERE EXISTS (SELECT FROM catalog.bitmap m
		WHERE m.tenant_id = p_tenant AND m.store_id = p_store AND m.key_id = k.key_id));
BEGIN
	FOR every IN SELECT c.chunk, c.bits & m.bits AS bits
		FROM catalog.bitmap c
		CROSS JOIN LATERAL (SELECT x.bits FROM catalog.bitmap x
			WHERE x.tenant_id = p_tenant AND x.store_id = p_store AND x.key_id = catalog.currency_key(p_currency) AND x.chunk = c.chunk OFFSET 0) m
		WHERE c.tenant_id = p_tenant AND c.store_id = p_store AND c.key_id = p_category
	LOOP
		digits := ARRAY(SELECT (SELECT m.bits FROM catalog.bitmap m
				WHERE m.tenant_id = p_tenant AND m.store_id = p_store AND m.key_id = k.key_id AND m.chunk = every.chunk)
			FROM unnest(keys[:top]) WITH ORDINALITY AS k (key_id, n) ORDER BY k.n);
		chunk := every.chunk;
		bits := catalog.bits_below(every.bits, digits, p_to + 1);
		IF p_from > 0 THEN
			bits := bits # (bits & catalog.bits_below(every.bits, digits, p_from));
		END IF;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION catalog.filter_priced(uuid, uuid, uuid, text, bigint, bigint) IS 'The bits of the products of a category whose price lies between two, both included, minor units.';

-- "but" is the attribute whose own filters are left out; all ones: none is.  Of a value only the chunks are read that the category has.
CREATE OR REPLACE FUNCTION catalog.filter_base(p_tenant uuid, p_store uuid, p_category uuid, p_currency text, p_names text[], p_values text[], p_stocks text[], p_from bigint, p_to bigint,
	p_locale text, p_tag text)
RETURNS TABLE (but uuid, chunk integer, bits bit(16384))
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	none constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
	availability constant uuid := '00000000-0000-0000-0000-000000000000';
	-- The highest price that there is (PRICING_MAX_PRICE) is no bound.
	between_prices constant boolean := p_from > 0 OR p_to < 1000000000000;
	asked integer := (SELECT count(DISTINCT u) FROM unnest(p_names) AS u) + (cardinality(p_stocks) > 0)::integer;
	chunks integer[] := ARRAY(SELECT m.chunk FROM catalog.bitmap m WHERE m.tenant_id = p_tenant AND m.store_id = p_store AND m.key_id = p_category);
BEGIN
	RETURN QUERY
	WITH want AS MATERIALIZED (
		SELECT a.attribute_id, v.value_id
		FROM unnest(p_names, p_values) AS s (attribute, value)
		JOIN catalog.attribute a ON a.code = s.attribute
		JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id AND v.code = s.value
		UNION ALL
		SELECT availability, ('00000000-0000-0000-0000-00000000000' || array_position(ARRAY['in', 'few', 'made', 'out'], u))::uuid FROM unnest(p_stocks) AS u
	), part AS MATERIALIZED (
		SELECT w.attribute_id, b.chunk, bit_or(b.bits) AS bits
		FROM want w CROSS JOIN LATERAL (SELECT m.chunk, m.bits FROM catalog.bitmap m
			WHERE m.tenant_id = p_tenant AND m.store_id = p_store AND m.key_id = w.value_id AND m.chunk = ANY (chunks) OFFSET 0) b
		GROUP BY w.attribute_id, b.chunk
	), tagged AS MATERIALIZED (
		SELECT m.chunk, bit_or(m.bits) AS bits FROM catalog.bitmap m
		WHERE p_tag <> '' AND m.tenant_id = p_tenant AND m.store_id = p_store
		  AND m.key_id IN (catalog.tag_key('', p_tag), catalog.tag_key(p_locale, p_tag)) AND m.chunk = ANY (chunks) GROUP BY m.chunk
	), priced AS MATERIALIZED (
		SELECT x.chunk, x.bits FROM catalog.filter_priced(p_tenant, p_store, p_category, p_currency, p_from, p_to) x WHERE between_prices
	), sold AS MATERIALIZED (
		SELECT m.chunk, m.bits FROM catalog.bitmap m
		WHERE m.tenant_id = p_tenant AND m.store_id = p_store AND m.key_id = catalog.currency_key(p_currency) AND m.chunk = ANY (chunks)
	), there AS MATERIALIZED (
		SELECT c.chunk, c.bits & m.bits & coalesce(t.bits, m.bits) & coalesce(p.bits, m.bits) AS bits
		FROM catalog.bitmap c
		JOIN sold m ON m.chunk = c.chunk
		LEFT JOIN tagged t ON t.chunk = c.chunk
		LEFT JOIN priced p ON p.chunk = c.chunk
		WHERE c.tenant_id = p_tenant AND c.store_id = p_store AND c.key_id = p_category
		  AND (p_tag = '' OR t.chunk IS NOT NULL) AND (NOT between_prices OR p.chunk IS NOT NULL)
	), own AS (
		SELECT a.attribute_id FROM catalog.attribute a WHERE a.code = ANY (p_names)
		UNION SELECT availability WHERE cardinality(p_stocks) > 0
		UNION SELECT none
	)
	SELECT o.attribute_id, t.chunk, (t.bits & coalesce(f.bits, t.bits))::bit(16384)
	FROM own o CROSS JOIN there t
	CROSS JOIN LATERAL (SELECT bit_and(p.bits) AS bits, count(*) AS n FROM part p WHERE p.chunk = t.chunk AND p.attribute_id <> o.attribute_id) f
	WHERE f.n = asked - (o.attribute_id <> none)::integer;
END
$$;
COMMENT ON FUNCTION catalog.filter_base(uuid, uuid, uuid, text, text[], text[], text[], bigint, bigint, text, text) IS
	'The bits of what is left of a category (all zeros: the store) by all filters (prices in minor units), and by all but those of each attribute.';

CREATE OR REPLACE FUNCTION catalog.filter_counts(p_tenant uuid, p_store uuid, p_category uuid, p_currency text, p_names text[], p_values text[], p_stocks text[], p_from bigint, p_to bigint,
	p_locale text, p_tag text)
RETURNS TABLE (code text, value text, stock text, products bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	none constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
	availability constant uuid := '00000000-0000-0000-0000-000000000000';
	own uuid[] := ARRAY(SELECT a.attribute_id FROM catalog.attribute a WHERE a.code = ANY (p_names)
		UNION ALL SELECT availability WHERE cardinality(p_stocks) > 0);
	base record;
BEGIN
	FOR base IN SELECT b.but, array_agg(b.chunk) AS chunks, array_agg(b.bits) AS bits
		FROM catalog.filter_base(p_tenant, p_store, p_category, p_currency, p_names, p_values, p_stocks, p_from, p_to, p_locale, p_tag) b
		WHERE bit_count(b.bits) > 0 GROUP BY b.but
	LOOP
		RETURN QUERY
		SELECT coalesce(a.code, ''), coalesce(v.code, ''),
		       CASE WHEN a.attribute_id IS NULL THEN (ARRAY['in', 'few', 'made', 'out'])[right(n.value_id::text, 1)::integer] ELSE '' END, m.products::bigint
		FROM catalog.facet_count n
		CROSS JOIN LATERAL (SELECT sum(bit_count(x.bits & base.bits[array_position(base.chunks, x.chunk)])) AS products FROM catalog.bitmap x
			WHERE x.tenant_id = p_tenant AND x.store_id = p_store AND x.key_id = n.value_id AND x.chunk = ANY (base.chunks)) m
		LEFT JOIN catalog.attribute a ON a.attribute_id = n.attribute_id
		LEFT JOIN catalog.attribute_value v ON v.value_id = n.value_id
		WHERE n.tenant_id = p_tenant AND n.store_id = p_store AND n.category_id = p_category
		  AND CASE base.but WHEN none THEN n.attribute_id <> ALL (own) ELSE n.attribute_id = base.but END
		  AND m.products > 0 AND (a.attribute_id IS NOT NULL OR n.attribute_id = availability);
	END LOOP;
END
$$;
COMMENT ON FUNCTION catalog.filter_counts(uuid, uuid, uuid, text, text[], text[], text[], bigint, bigint, text, text) IS
	'How many products of a category have each value beside the filters asked for, and each availability (code and value are empty).';

-- For a walk along a list, which asks it for each product that it passes.
CREATE OR REPLACE FUNCTION catalog.filter_bits(p_tenant uuid, p_store uuid, p_category uuid, p_currency text, p_names text[], p_values text[], p_stocks text[], p_from bigint, p_to bigint,
	p_locale text, p_tag text)
RETURNS bit(16384)[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(SELECT b.bits
		FROM generate_series(0, (SELECT max(m.chunk) FROM catalog.bitmap m WHERE m.tenant_id = p_tenant AND m.store_id = p_store AND m.key_id = p_category)) AS n
		LEFT JOIN catalog.filter_base(p_tenant, p_store, p_category, p_currency, p_names, p_values, p_stocks, p_from, p_to, p_locale, p_tag) b
			ON b.chunk = n AND b.but = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
		ORDER BY n);
END
$$;
COMMENT ON FUNCTION catalog.filter_bits(uuid, uuid, uuid, text, text[], text[], text[], bigint, bigint, text, text) IS
	'The products of a category that all filters leave: element 1 has the bits of chunk 0 (catalog.placement.ordinal); NULL: none of a chunk.';

-- Bits are looked for in words of 128, then in those of 16 that have some.
CREATE OR REPLACE FUNCTION catalog.filter_found(p_tenant uuid, p_store uuid, p_category uuid, p_currency text, p_names text[], p_values text[], p_stocks text[], p_from bigint, p_to bigint,
	p_locale text, p_tag text)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ordinals integer[];
BEGIN
	-- A tag alone is as its products say, not as freshen saw them: who writes one sees it at once.
	IF p_tag <> '' AND cardinality(p_names) = 0 AND cardinality(p_stocks) = 0 AND p_from = 0 AND p_to >= 1000000000000 THEN
		RETURN ARRAY(SELECT DISTINCT g.product_id FROM catalog.product_tag g WHERE g.tenant_id = p_tenant AND g.slug = p_tag AND g.locale IN ('', p_locale)
			AND EXISTS (SELECT FROM catalog.placement_price x WHERE x.tenant_id = p_tenant AND x.product_id = g.product_id AND x.store_id = p_store
				AND x.category_id = p_category AND x.currency = p_currency));
	END IF;
	ordinals := ARRAY(
		SELECT b.chunk * 16384 + i * 128 + j * 16 + k
		FROM catalog.filter_base(p_tenant, p_store, p_category, p_currency, p_names, p_values, p_stocks, p_from, p_to, p_locale, p_tag) b
		CROSS JOIN generate_series(0, 127) AS i
		CROSS JOIN LATERAL (SELECT substring(b.bits FROM i * 128 + 1 FOR 128) AS bits OFFSET 0) x
		CROSS JOIN generate_series(0, 7) AS j
		CROSS JOIN LATERAL (SELECT substring(x.bits FROM j * 16 + 1 FOR 16) AS bits OFFSET 0) y
		CROSS JOIN generate_series(0, 15) AS k
		WHERE b.but = 'ffffffff-ffff-ffff-ffff-ffffffffffff' AND bit_count(b.bits) > 0 AND bit_count(x.bits) > 0 AND bit_count(y.bits) > 0
		  AND get_bit(y.bits, k) = 1);
	RETURN ARRAY(SELECT c.product_id FROM catalog.counted c WHERE c.tenant_id = p_tenant AND c.store_id = p_store AND c.ordinal = ANY (ordinals));
END
$$;
COMMENT ON FUNCTION catalog.filter_found(uuid, uuid, uuid, text, text[], text[], text[], bigint, bigint, text, text) IS
	'The products of a category that all filters leave; for few of them, as each costs some microseconds.';
