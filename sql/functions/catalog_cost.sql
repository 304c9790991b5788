-- What goods cost us, and prices made of it.
--
-- The cost of a piece is inventory.cost, the moving average that arrivals reckon (sql/functions/purchasing.sql), without
-- tax.  Staff may set it where nothing was bought yet, or where it is wrong; it also values the stock.

-- As plain prices meet their buyer at home: what a private person in the store's country pays in tax on top.
CREATE OR REPLACE FUNCTION catalog.home_tax(p_tenant uuid, p_store uuid, p_class text) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN s.prices_include_tax THEN (1 + coalesce(sum(x.rate) FILTER (WHERE NOT x.compound), 0)) * coalesce(exp(sum(ln(1 + x.rate)) FILTER (WHERE x.compound)), 1)
	       ELSE 1 END
	FROM tenancy.store s
	LEFT JOIN LATERAL (SELECT DISTINCT ON (r.priority) r.rate_ppm / 1000000.0 AS rate, r.compound FROM accounting.tax_rate r
		WHERE r.store_id = s.store_id AND r.tax_class = p_class AND r.country IN (s.country, '*') AND r.region = '' AND r.postal_prefix = ''
		  AND r.customer_type IN ('any', 'consumer') AND r.treatment = 'taxed'
		ORDER BY r.priority, r.country = '*', r.customer_type = 'any') x ON true
	WHERE s.store_id = p_store GROUP BY s.prices_include_tax
$$;
COMMENT ON FUNCTION catalog.home_tax(uuid, uuid, text) IS 'By what the store''s own prices exceed those without tax: 1.21; 1 where they are without.';

-- p_ending: what the price shall end in, minor units below p_unit (90 of 100: 9.90); below 0, or no multiple of the smallest
-- amount: none.  p_up: never below the exact amount; else the nearest.
CREATE OR REPLACE FUNCTION catalog.price_round(p_exact numeric, p_step bigint, p_unit bigint, p_ending bigint, p_up boolean) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT (greatest(0, CASE WHEN p_up THEN ceil((round(p_exact, 6) - x.ending) / x.unit) ELSE round((p_exact - x.ending) / x.unit) END) * x.unit + x.ending)::bigint
	FROM (SELECT CASE WHEN e.fits THEN p_unit ELSE p_step END AS unit, CASE WHEN e.fits THEN p_ending ELSE 0 END AS ending
	      FROM (SELECT p_ending >= 0 AND p_unit % p_step = 0 AND p_ending % p_step = 0 AS fits) e) x
$$;
COMMENT ON FUNCTION catalog.price_round(numeric, bigint, bigint, bigint, boolean) IS 'An exact amount as a price of the store: its ending, or a multiple of its smallest amount.';

-- What plain prices of products in a store and currency would become: by PERCENT in hundredths and ADD minor units, or, with
-- p_markup from 0 on, by so many hundredths of a percent on what a piece costs in that currency; then with tax, as prices are.
CREATE OR REPLACE FUNCTION catalog.desk_reprice(p_tenant uuid, p_store uuid, p_currency text, p_products uuid[], p_percent bigint, p_add bigint,
	p_markup bigint, p_unit bigint, p_ending bigint)
RETURNS TABLE (product_id uuid, variant_id uuid, sku text, amount bigint, fresh bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT v.product_id, v.variant_id, v.sku, r.amount,
	       catalog.price_round(CASE WHEN p_markup < 0 THEN r.amount * (10000 + p_percent) / 10000.0 + p_add
			ELSE k.average * (10000 + p_markup) / 10000.0 * catalog.home_tax(p_tenant, p_store, p.tax_class) END, c.step, p_unit, p_ending, p_markup >= 0)
	FROM unnest(p_products) AS u (id)
	JOIN catalog.product p ON p.product_id = u.id
	JOIN catalog.variant v ON v.product_id = u.id AND v.status = 'active'
	LEFT JOIN catalog.price r ON r.variant_id = v.variant_id AND r.store_id = p_store AND r.currency = p_currency AND r.customer_group = ''
		AND r.min_quantity = 1 AND r.starts_at = '-infinity'
	LEFT JOIN inventory.cost k ON k.variant_id = v.variant_id AND k.currency = p_currency
	JOIN tenancy.store_currency c ON c.store_id = p_store AND c.currency = p_currency
	WHERE CASE WHEN p_markup < 0 THEN r.amount IS NOT NULL ELSE k.average > 0 END
	ORDER BY v.product_id, v.position, v.variant_id
$$;
COMMENT ON FUNCTION catalog.desk_reprice(uuid, uuid, text, uuid[], bigint, bigint, bigint, bigint, bigint) IS
	'The prices that catalog.desk_bulk would write: shown before, written after. By markup, variants without cost are left out.';

-- Sets what pieces of a product cost: amounts side by side with those that the form showed, -1 for none.  One that an arrival
-- changed since is not overwritten.  What was not changed keeps its places behind the point.
CREATE OR REPLACE FUNCTION catalog.desk_cost(p_tenant uuid, p_actor uuid, p_product uuid, p_currency text, p_variants uuid[], p_costs bigint[], p_shown bigint[],
	p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	detail jsonb;
BEGIN
	IF EXISTS (SELECT FROM unnest(p_variants) u WHERE NOT EXISTS (SELECT FROM catalog.variant v WHERE v.variant_id = u AND v.product_id = p_product)) THEN
		RETURN 'gone';
	END IF;
	-- As an arrival does before it reckons.
	PERFORM FROM inventory.stock s WHERE s.variant_id = ANY (p_variants) ORDER BY s.variant_id, s.warehouse_id FOR NO KEY UPDATE;
	IF EXISTS (SELECT FROM unnest(p_variants, p_costs, p_shown) AS u (id, cost, shown)
			LEFT JOIN inventory.cost k ON k.variant_id = u.id AND k.currency = p_currency
			WHERE u.cost <> u.shown AND coalesce(round(k.average), -1) <> u.shown) THEN
		RETURN 'cost';
	END IF;
	SELECT jsonb_object_agg(u.id, jsonb_build_array(k.average, nullif(u.cost, -1))) INTO detail
	FROM unnest(p_variants, p_costs, p_shown) AS u (id, cost, shown)
	LEFT JOIN inventory.cost k ON k.variant_id = u.id AND k.currency = p_currency WHERE u.cost <> u.shown;
	IF detail IS NULL THEN
		RETURN 'ok';
	END IF;
	DELETE FROM inventory.cost k USING unnest(p_variants, p_costs, p_shown) AS u (id, cost, shown)
	WHERE k.variant_id = u.id AND k.currency = p_currency AND u.cost < 0 AND u.cost <> u.shown;
	INSERT INTO inventory.cost AS k (tenant_id, variant_id, currency, average)
	SELECT p_tenant, u.id, p_currency, u.cost FROM unnest(p_variants, p_costs, p_shown) AS u (id, cost, shown) WHERE u.cost >= 0 AND u.cost <> u.shown
	ON CONFLICT (tenant_id, variant_id, currency) DO UPDATE SET average = excluded.average, changed_at = sutler.now();
	PERFORM audit.add(p_tenant, p_actor::text, 'product.cost', 'product ' || p_product, p_reason, jsonb_build_object('currency', p_currency, 'costs', detail)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_cost(uuid, uuid, uuid, text, uuid[], bigint[], bigint[], text) IS
	'What pieces of a product cost: ok, gone, cost (an arrival changed one meanwhile). The log keeps old and new.';
