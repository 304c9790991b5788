-- Prices that follow a base by a rule: what another store asks, or what a piece costs, with some percent on it.
--
-- A rule is of a store and a currency; it may be of a single product.  It reckons rows of catalog.price (reckoned) and
-- writes them like anybody else, so the pricing engine, the cart and the read model know nothing of rules.  A plain price
-- that somebody sets by hand is not reckoned any more; one that is taken away is reckoned again; one whose base is gone
-- stays as it was.  Prices of groups, of many pieces and of some days follow nothing.
--
-- What a store asks is followed in the transaction that changes it, by the triggers below.  What a piece costs is changed
-- by arrivals, which must not wait for a listing: freshen follows it, within a second.  A rule of a whole store is
-- carried out in the transaction that makes it for the first products, and then by freshen.
--
-- Whoever reckons locks the products' rows first, as catalog.relist does, and reads rules and bases after that: of two
-- transactions that change a base and a rule, the later one sees what the earlier one wrote.

CREATE OR REPLACE FUNCTION catalog.markup_part() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT 100 $$;
COMMENT ON FUNCTION catalog.markup_part() IS 'How many products are reckoned in one go: listing so many again takes a fifth of a second, on a busy host ten times that.';

-- To six places of the smallest amount, so that 19.899999 is not taken for more than it is.
CREATE OR REPLACE FUNCTION catalog.markup_price(p_base numeric, p_tax numeric, m catalog.markup, p_step bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN x.price > 1000000000000 THEN NULL WHEN x.price = 0 AND p_base > 0 THEN p_step ELSE x.price END
	FROM (SELECT catalog.price_round(least(round(p_base * (10000 + m.percent) / 10000.0 * m.rate * (10::numeric ^ (m.exponent - m.base_exponent)) * p_tax, 6),
		2000000000000), p_step, CASE m.exponent WHEN 2 THEN 100 ELSE 1 END, CASE m.exponent WHEN 2 THEN m.ending ELSE -1 END, m.base = 'cost') AS price) x
$$;
COMMENT ON FUNCTION catalog.markup_price(numeric, numeric, catalog.markup, bigint) IS
	'A base as a price by a rule: never nothing for something; NULL: more than a price may be.';

-- Costs are without tax.  Of stores of which one prints prices with tax and the other without, that of their own countries.
CREATE OR REPLACE FUNCTION catalog.markup_rows(p_tenant uuid, m catalog.markup, p_products uuid[])
RETURNS TABLE (product_id uuid, variant_id uuid, sku text, fresh bigint, was bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	-- Once for each class: as a lateral of each variant it took as long as listing it.
	WITH tax AS MATERIALIZED (
		SELECT k.tax_class, CASE WHEN m.base = 'store' AND s.prices_include_tax = b.prices_include_tax THEN 1
			ELSE catalog.home_tax(p_tenant, m.store_id, k.tax_class) / CASE m.base WHEN 'store' THEN catalog.home_tax(p_tenant, m.base_store_id, k.tax_class) ELSE 1 END
			END AS tax
		FROM (SELECT DISTINCT p.tax_class FROM unnest(p_products) AS u (id) JOIN catalog.product p ON p.product_id = u.id) k
		JOIN tenancy.store s ON s.store_id = m.store_id
		LEFT JOIN tenancy.store b ON b.store_id = m.base_store_id
	)
	SELECT y.product_id, y.variant_id, y.sku, y.fresh, CASE WHEN y.was > y.fresh THEN y.was END
	FROM (
		SELECT v.product_id, v.variant_id, v.sku, v.position, catalog.markup_price(coalesce(b.amount, k.average), x.tax, m, c.step) AS fresh,
		       catalog.markup_price(b.was, x.tax, m, c.step) AS was
		FROM unnest(p_products) AS u (id)
		JOIN catalog.product p ON p.product_id = u.id
		JOIN catalog.store_product o ON o.store_id = m.store_id AND o.product_id = u.id
		JOIN tenancy.store_currency c ON c.store_id = m.store_id AND c.currency = m.currency
		JOIN tax x ON x.tax_class = p.tax_class
		JOIN catalog.variant v ON v.product_id = u.id
		LEFT JOIN catalog.price b ON m.base = 'store' AND b.store_id = m.base_store_id AND b.variant_id = v.variant_id AND b.currency = m.base_currency
			AND b.customer_group = '' AND b.min_quantity = 1 AND b.starts_at = '-infinity'
		LEFT JOIN inventory.cost k ON m.base = 'cost' AND k.variant_id = v.variant_id AND k.currency = m.base_currency AND k.average > 0
		WHERE coalesce(b.amount, k.average) IS NOT NULL) y
	WHERE y.fresh IS NOT NULL ORDER BY y.product_id, y.position, y.variant_id
$$;
COMMENT ON FUNCTION catalog.markup_rows(uuid, catalog.markup, uuid[]) IS 'What a rule makes of the bases of these products that the store offers.';

CREATE OR REPLACE FUNCTION catalog.reckon(p_tenant uuid, p_products uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text := coalesce(current_setting('sutler.reckons', true), '');
	m catalog.markup;
	ids uuid[];
BEGIN
	IF coalesce(cardinality(p_products), 0) = 0 THEN
		RETURN;
	END IF;
	PERFORM FROM catalog.product p WHERE p.product_id = ANY (p_products) ORDER BY p.product_id FOR NO KEY UPDATE;
	PERFORM set_config('sutler.reckons', 'on', true);
	FOR m IN
		SELECT r.* FROM catalog.markup r WHERE r.product_id = '00000000-0000-0000-0000-000000000000' OR r.product_id = ANY (p_products)
		ORDER BY r.store_id, r.currency, r.product_id
	LOOP
		CONTINUE WHEN m.base = 'hand';
		ids := CASE WHEN m.only_product_id IS NOT NULL THEN ARRAY[m.product_id] ELSE ARRAY(SELECT u FROM unnest(p_products) AS u
			WHERE NOT EXISTS (SELECT FROM catalog.markup o WHERE o.store_id = m.store_id AND o.currency = m.currency AND o.product_id = u)) END;
		-- Those who follow this store are reckoned by the trigger of what is written here.
		INSERT INTO catalog.price AS o (tenant_id, store_id, variant_id, currency, amount, was, reckoned)
		SELECT p_tenant, m.store_id, x.variant_id, m.currency, x.fresh, x.was, true FROM catalog.markup_rows(p_tenant, m, ids) x
		ON CONFLICT (tenant_id, store_id, variant_id, currency, customer_group, min_quantity, starts_at)
		DO UPDATE SET amount = excluded.amount, was = excluded.was WHERE o.reckoned AND (o.amount, o.was) IS DISTINCT FROM (excluded.amount, excluded.was);
	END LOOP;
	-- What no rule reckons any more is as if set by hand.
	UPDATE catalog.price o SET reckoned = false
	FROM unnest(p_products) AS u (id) JOIN catalog.variant v ON v.product_id = u.id
	WHERE o.variant_id = v.variant_id AND o.reckoned
	  AND coalesce((SELECT r.base FROM catalog.markup r WHERE r.store_id = o.store_id AND r.currency = o.currency
		AND r.product_id IN (u.id, '00000000-0000-0000-0000-000000000000')
		ORDER BY r.product_id = '00000000-0000-0000-0000-000000000000' LIMIT 1), 'hand') = 'hand';
	PERFORM set_config('sutler.reckons', before, true);
END
$$;
COMMENT ON FUNCTION catalog.reckon(uuid, uuid[]) IS 'Makes the prices of these products that follow a rule, in all stores; writes only what differs.';

-- Some products of a store; the next ones are left in catalog.stale, behind what waits there.  What is left to do.
CREATE OR REPLACE FUNCTION catalog.markup_step(p_tenant uuid, p_store uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	done_to uuid;
	ids uuid[];
BEGIN
	SELECT w.walked_to INTO done_to FROM catalog.markup_walk w WHERE w.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	ids := ARRAY(SELECT s.product_id FROM catalog.store_product s WHERE s.store_id = p_store AND s.product_id > done_to
		ORDER BY s.product_id LIMIT catalog.markup_part());
	PERFORM catalog.reckon(p_tenant, ids);
	IF cardinality(ids) < catalog.markup_part() THEN
		DELETE FROM catalog.markup_walk w WHERE w.store_id = p_store;
		RETURN false;
	END IF;
	UPDATE catalog.markup_walk w SET walked_to = ids[cardinality(ids)] WHERE w.store_id = p_store;
	INSERT INTO catalog.stale (tenant_id, kind, target_id) VALUES (p_tenant, 'markup', p_store);
	RETURN true;
END
$$;
COMMENT ON FUNCTION catalog.markup_step(uuid, uuid) IS 'Reckons the next products of a store whose rule changed; whether there are more.';

-- ---- what is followed changes ----

-- TG_ARGV: the expression over rows "t" that gives products, and joins, as catalog.source_changed() has them.
CREATE OR REPLACE FUNCTION catalog.base_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text := coalesce(current_setting('sutler.tenant', true), '');
	tenant uuid;
	ids uuid[];
BEGIN
	IF current_setting('sutler.reckons', true) = 'later' THEN
		RETURN NULL;
	END IF;
	FOR tenant IN EXECUTE 'SELECT DISTINCT tenant_id FROM touched' LOOP
		PERFORM set_config('sutler.tenant', tenant::text, true);
		EXECUTE format('SELECT array_agg(DISTINCT x ORDER BY x) FROM (SELECT %s FROM touched t %s WHERE t.tenant_id = $1) y (x)', TG_ARGV[0], TG_ARGV[1])
			INTO ids USING tenant;
		-- Locked before rules are looked for: whoever makes the first one right now waits, and sees this base.
		PERFORM FROM catalog.product p WHERE p.product_id = ANY (ids) ORDER BY p.product_id FOR NO KEY UPDATE;
		-- Few merchants have a rule.
		CONTINUE WHEN NOT EXISTS (SELECT FROM catalog.markup);
		PERFORM catalog.reckon(tenant, ids);
	END LOOP;
	PERFORM set_config('sutler.tenant', before, true);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION catalog.base_changed() IS 'Statement trigger of prices, variants and what stores offer: the prices that follow are reckoned in the same transaction.';

DO $triggers$
DECLARE
	v constant text := 'JOIN catalog.variant v ON v.variant_id = t.variant_id';
BEGIN
	-- Before the triggers "relist_...": they go in the order of their names, and a product is listed once with all its prices.
	EXECUTE format('CREATE OR REPLACE TRIGGER base_insert AFTER INSERT ON catalog.price REFERENCING NEW TABLE AS touched
		FOR EACH STATEMENT EXECUTE FUNCTION catalog.base_changed(%L, %L)', 'v.product_id', v);
	EXECUTE format('CREATE OR REPLACE TRIGGER base_update AFTER UPDATE ON catalog.price REFERENCING NEW TABLE AS touched
		FOR EACH STATEMENT EXECUTE FUNCTION catalog.base_changed(%L, %L)', 'v.product_id', v);
	EXECUTE format('CREATE OR REPLACE TRIGGER base_delete AFTER DELETE ON catalog.price REFERENCING OLD TABLE AS touched
		FOR EACH STATEMENT EXECUTE FUNCTION catalog.base_changed(%L, %L)', 'v.product_id', v);
	CREATE OR REPLACE TRIGGER base_insert AFTER INSERT ON catalog.variant REFERENCING NEW TABLE AS touched
		FOR EACH STATEMENT EXECUTE FUNCTION catalog.base_changed('t.product_id', '');
	CREATE OR REPLACE TRIGGER base_insert AFTER INSERT ON catalog.store_product REFERENCING NEW TABLE AS touched
		FOR EACH STATEMENT EXECUTE FUNCTION catalog.base_changed('t.product_id', '');
END
$triggers$;

CREATE OR REPLACE FUNCTION catalog.base_later() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text := coalesce(current_setting('sutler.tenant', true), '');
	tenant uuid := coalesce(NEW.tenant_id, OLD.tenant_id);
BEGIN
	PERFORM set_config('sutler.tenant', tenant::text, true);
	IF TG_TABLE_NAME = 'cost' THEN
		INSERT INTO catalog.stale (tenant_id, kind, target_id)
		SELECT tenant, 'reckon', v.product_id FROM catalog.variant v
		WHERE v.variant_id = coalesce(NEW.variant_id, OLD.variant_id) AND EXISTS (SELECT FROM catalog.markup m WHERE m.base = 'cost');
	ELSE
		INSERT INTO catalog.stale (tenant_id, kind, target_id) SELECT tenant, 'reckon', NEW.product_id WHERE EXISTS (SELECT FROM catalog.markup m);
	END IF;
	PERFORM set_config('sutler.tenant', before, true);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION catalog.base_later() IS 'Row trigger of costs, and of tax classes of products: freshen reckons the prices that follow.';
CREATE OR REPLACE TRIGGER base_later AFTER INSERT OR UPDATE OF average ON inventory.cost FOR EACH ROW EXECUTE FUNCTION catalog.base_later();
CREATE OR REPLACE TRIGGER base_later AFTER UPDATE OF tax_class ON catalog.product
	FOR EACH ROW WHEN (OLD.tax_class <> NEW.tax_class) EXECUTE FUNCTION catalog.base_later();

CREATE OR REPLACE FUNCTION catalog.price_by_hand() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF coalesce(current_setting('sutler.reckons', true), '') <> 'on' THEN
		NEW.reckoned := false;
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION catalog.price_by_hand() IS 'Row trigger: a reckoned price that anybody else changes is one set by hand.';
CREATE OR REPLACE TRIGGER price_by_hand BEFORE UPDATE OF amount, was ON catalog.price
	FOR EACH ROW WHEN (OLD.reckoned AND (OLD.amount, OLD.was) IS DISTINCT FROM (NEW.amount, NEW.was)) EXECUTE FUNCTION catalog.price_by_hand();

-- ---- the desk ----

CREATE OR REPLACE FUNCTION catalog.markup_facts(p_tenant uuid, p_store uuid, p_currency text, p_product uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((SELECT jsonb_strip_nulls(jsonb_build_object('base', m.base, 'store', m.base_store_id, 'base_currency', m.base_currency, 'rate', m.rate,
		'percent', m.percent, 'ending', m.ending)) FROM catalog.markup m
		WHERE m.store_id = p_store AND m.currency = p_currency AND m.product_id = p_product), '{"base": ""}')
$$;
COMMENT ON FUNCTION catalog.markup_facts(uuid, uuid, text, uuid) IS 'A rule of prices as the audit log compares it.';

-- Whether a rule of this store would follow itself in the end, through whatever rules there are.
CREATE OR REPLACE FUNCTION catalog.markup_circle(p_tenant uuid, p_store uuid, p_currency text, p_base_store uuid, p_base_currency text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE up AS (
		SELECT p_base_store AS store_id, p_base_currency AS currency
		UNION
		SELECT m.base_store_id, m.base_currency FROM up JOIN catalog.markup m ON m.store_id = up.store_id AND m.currency = up.currency AND m.base = 'store'
	) SELECT EXISTS (SELECT FROM up WHERE up.store_id = p_store AND up.currency = p_currency)
$$;
COMMENT ON FUNCTION catalog.markup_circle(uuid, uuid, text, uuid, text) IS 'Whether prices of a store would follow themselves.';

-- The rule as a row, from what a form or a file says of it; the door and the preview make the same of it.
CREATE OR REPLACE FUNCTION catalog.markup_made(p_tenant uuid, p_store uuid, p_currency text, p_product uuid, p_base text, p_base_store uuid, p_base_currency text,
	p_rate text, p_percent bigint, p_ending bigint, p_exponent bigint, p_base_exponent bigint) RETURNS catalog.markup
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT ROW(p_tenant, p_store, p_currency, p_product, p_base, CASE WHEN p_base = 'store' THEN p_base_store END, p_base_currency,
		CASE WHEN p_base_currency = p_currency THEN 1 ELSE p_rate::numeric(20,10) END, p_exponent::smallint, p_base_exponent::smallint, p_percent, p_ending::integer, 1,
		nullif(p_product, '00000000-0000-0000-0000-000000000000'))::catalog.markup
$$;
COMMENT ON FUNCTION catalog.markup_made(uuid, uuid, text, uuid, text, uuid, text, text, bigint, bigint, bigint, bigint) IS 'A rule of prices as a row that is not written.';

-- Prices set by hand that a rule would take over: those that have a base.
CREATE OR REPLACE FUNCTION catalog.markup_take(p_tenant uuid, m catalog.markup, p_products uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE catalog.price o SET reckoned = true
	FROM catalog.markup_rows(p_tenant, m, p_products) x
	WHERE o.store_id = m.store_id AND o.currency = m.currency AND o.variant_id = x.variant_id AND o.customer_group = '' AND o.min_quantity = 1
	  AND o.starts_at = '-infinity' AND NOT o.reckoned
$$;
COMMENT ON FUNCTION catalog.markup_take(uuid, catalog.markup, uuid[]) IS 'Lets a rule reckon prices that were set by hand.';

-- Of a store (p_product all zeros) or of one product of it.  p_base: store, cost; hand (of one product: none); empty: the
-- rule goes, of one product that of the store is in force again.  p_over: the revision that the form showed, 0: none.
CREATE OR REPLACE FUNCTION catalog.desk_markup(p_tenant uuid, p_actor uuid, p_store uuid, p_currency text, p_product uuid, p_over bigint, p_base text,
	p_base_store uuid, p_base_currency text, p_rate text, p_percent bigint, p_ending bigint, p_exponent bigint, p_base_exponent bigint, p_take boolean,
	p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	whole constant boolean := p_product = '00000000-0000-0000-0000-000000000000';
	facts jsonb;
	fresh jsonb;
	m catalog.markup;
	part uuid[];
	last uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
	-- One rule at a time: two of them could follow each other.  No order or payment waits for this lock.
	PERFORM FROM tenancy.tenant t WHERE t.tenant_id = p_tenant FOR NO KEY UPDATE;
	IF NOT EXISTS (SELECT FROM tenancy.store_currency c WHERE c.store_id = p_store AND c.currency = p_currency)
	   OR NOT whole AND NOT EXISTS (SELECT FROM catalog.store_product s WHERE s.store_id = p_store AND s.product_id = p_product)
	   OR p_base = 'store' AND NOT EXISTS (SELECT FROM tenancy.store_currency c WHERE c.store_id = p_base_store AND c.currency = p_base_currency) THEN
		RETURN 'gone';
	ELSIF coalesce((SELECT r.revision FROM catalog.markup r WHERE r.store_id = p_store AND r.currency = p_currency AND r.product_id = p_product), 0) <> p_over THEN
		RETURN 'changed';
	ELSIF p_base = 'store' AND catalog.markup_circle(p_tenant, p_store, p_currency, p_base_store, p_base_currency) THEN
		RETURN 'circle';
	END IF;
	facts := catalog.markup_facts(p_tenant, p_store, p_currency, p_product);
	IF p_base = '' THEN
		DELETE FROM catalog.markup r WHERE r.store_id = p_store AND r.currency = p_currency AND r.product_id = p_product;
	ELSE
		m := catalog.markup_made(p_tenant, p_store, p_currency, p_product, p_base, p_base_store, p_base_currency, p_rate, p_percent, p_ending, p_exponent, p_base_exponent);
		INSERT INTO catalog.markup AS r (tenant_id, store_id, currency, product_id, base, base_store_id, base_currency, rate, exponent, base_exponent, percent, ending)
		VALUES (m.tenant_id, m.store_id, m.currency, m.product_id, m.base, m.base_store_id, m.base_currency, m.rate, m.exponent, m.base_exponent, m.percent, m.ending)
		ON CONFLICT (tenant_id, store_id, currency, product_id) DO UPDATE SET base = excluded.base, base_store_id = excluded.base_store_id,
			base_currency = excluded.base_currency, rate = excluded.rate, exponent = excluded.exponent, base_exponent = excluded.base_exponent,
			percent = excluded.percent, ending = excluded.ending, revision = r.revision + 1
		WHERE (r.base, r.base_store_id, r.base_currency, r.rate, r.percent, r.ending)
		IS DISTINCT FROM (excluded.base, excluded.base_store_id, excluded.base_currency, excluded.rate, excluded.percent, excluded.ending);
	END IF;
	fresh := catalog.desk_difference(facts, catalog.markup_facts(p_tenant, p_store, p_currency, p_product));
	IF fresh = '{}' AND NOT p_take THEN
		RETURN 'ok';
	END IF;
	IF whole AND p_take AND p_base <> '' THEN
		-- Nobody sees this: products are listed again when their prices are reckoned.  In the order of all who lock products.
		PERFORM set_config('sutler.relist', 'later', true), set_config('sutler.reckons', 'later', true);
		LOOP
			part := ARRAY(SELECT s.product_id FROM catalog.store_product s WHERE s.store_id = p_store AND s.product_id > last
				ORDER BY s.product_id LIMIT 5000);
			EXIT WHEN cardinality(part) = 0;
			last := part[cardinality(part)];
			PERFORM catalog.markup_take(p_tenant, m, ARRAY(SELECT u FROM unnest(part) u WHERE NOT EXISTS (SELECT FROM catalog.markup o
				WHERE o.store_id = p_store AND o.currency = p_currency AND o.product_id = u)));
		END LOOP;
		PERFORM set_config('sutler.relist', '', true), set_config('sutler.reckons', '', true);
	ELSIF p_take AND p_base IN ('store', 'cost') THEN
		PERFORM catalog.markup_take(p_tenant, m, ARRAY[p_product]);
	END IF;
	IF whole THEN
		INSERT INTO catalog.markup_walk AS w (tenant_id, store_id) VALUES (p_tenant, p_store)
		ON CONFLICT (tenant_id, store_id) DO UPDATE SET walked_to = excluded.walked_to;
		PERFORM catalog.markup_step(p_tenant, p_store);
	ELSE
		PERFORM catalog.reckon(p_tenant, ARRAY[p_product]);
	END IF;
	PERFORM audit.add(p_tenant, p_actor::text, CASE WHEN whole THEN 'store.markup' ELSE 'product.markup' END,
		CASE WHEN whole THEN 'store ' || p_store ELSE 'product ' || p_product END, p_reason,
		jsonb_build_object('store', p_store, 'currency', p_currency, 'rule', fresh, 'taken', p_take)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.desk_markup(uuid, uuid, uuid, text, uuid, bigint, text, uuid, text, text, bigint, bigint, bigint, bigint, boolean, text) IS
	'What prices of a store, or of one product of it, follow: ok, gone, changed (by another meanwhile), circle (they would follow themselves).';

-- What a rule that is not written yet would do, the first p_most variants; all there are of those that have a base.
CREATE OR REPLACE FUNCTION catalog.markup_preview(p_tenant uuid, p_store uuid, p_currency text, p_product uuid, p_base text, p_base_store uuid, p_base_currency text,
	p_rate text, p_percent bigint, p_ending bigint, p_exponent bigint, p_base_exponent bigint, p_take boolean, p_most integer)
RETURNS TABLE (product_id uuid, sku text, name text, amount bigint, fresh bigint, stays boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	-- Products looked at for the lines that are shown: some have no base.
	most constant integer := 200;
	m catalog.markup := catalog.markup_made(p_tenant, p_store, p_currency, p_product, p_base, p_base_store, p_base_currency, p_rate, p_percent, p_ending, p_exponent,
		p_base_exponent);
BEGIN
	RETURN QUERY
	SELECT x.product_id, x.sku, coalesce((SELECT d.name::text FROM catalog.desk d WHERE d.product_id = x.product_id), ''), o.amount,
	       CASE WHEN o.amount IS NULL OR o.reckoned OR p_take THEN x.fresh ELSE o.amount END, o.amount IS NOT NULL AND NOT o.reckoned AND NOT p_take
	FROM (SELECT y.* FROM catalog.markup_rows(p_tenant, m, CASE WHEN m.only_product_id IS NOT NULL THEN ARRAY[p_product] ELSE ARRAY(
		SELECT s.product_id FROM catalog.store_product s WHERE s.store_id = p_store
		  AND NOT EXISTS (SELECT FROM catalog.markup r WHERE r.store_id = p_store AND r.currency = p_currency AND r.product_id = s.product_id)
		ORDER BY s.product_id LIMIT most) END) y
	      JOIN catalog.variant v ON v.variant_id = y.variant_id AND v.status = 'active' ORDER BY y.product_id, v.position, y.variant_id LIMIT p_most) x
	LEFT JOIN catalog.price o ON o.store_id = p_store AND o.variant_id = x.variant_id AND o.currency = p_currency AND o.customer_group = ''
		AND o.min_quantity = 1 AND o.starts_at = '-infinity'
	ORDER BY x.product_id, x.sku;
END
$$;
COMMENT ON FUNCTION catalog.markup_preview(uuid, uuid, text, uuid, text, uuid, text, text, bigint, bigint, bigint, bigint, boolean, integer) IS
	'Prices now and by a rule: shown before, written by catalog.desk_markup after. stays: set by hand, and not taken over.';

-- ---- files ----

CREATE OR REPLACE FUNCTION catalog.import_check_markups(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT k.line, k.col, CASE WHEN s.store_id IS NULL THEN format('there is no store "%s"', k.base_store)
		ELSE format('the store has no currency "%s"', k.base_currency) END
	FROM pg_temp.import_markup k LEFT JOIN tenancy.store s ON s.code = k.base_store
	WHERE k.base = 'store' AND NOT EXISTS (SELECT FROM tenancy.store_currency c WHERE c.store_id = s.store_id AND c.currency = k.base_currency);
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT k.line, k.col, 'these prices would follow themselves'
	FROM pg_temp.import_markup k JOIN tenancy.store s ON s.code = k.base_store
	WHERE k.base = 'store' AND catalog.markup_circle(p_tenant, p_store, k.currency, s.store_id, k.base_currency);
END
$$;
COMMENT ON FUNCTION catalog.import_check_markups(uuid, uuid) IS 'Part of the checks of staged products and listings: rules of prices.';

-- Behind the prices of the file: what follows a rule is reckoned at last.
CREATE OR REPLACE FUNCTION catalog.import_markups(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_temp.import_flag f WHERE f.kind = 'markup') OR NOT EXISTS (SELECT FROM pg_temp.import_markup)
	   AND NOT EXISTS (SELECT FROM catalog.markup r WHERE r.store_id = p_store AND r.product_id <> '00000000-0000-0000-0000-000000000000') THEN
		RETURN;
	END IF;
	-- As catalog.desk_markup: one rule at a time, so that none follows itself.
	PERFORM FROM tenancy.tenant t WHERE t.tenant_id = p_tenant FOR NO KEY UPDATE;
	PERFORM catalog.import_check_markups(p_tenant, p_store);
	CREATE TEMP TABLE import_ruled (product_id uuid) ON COMMIT DROP;
	WITH w AS (
		DELETE FROM catalog.markup r USING pg_temp.import_map m WHERE r.store_id = p_store AND r.product_id = m.product_id
		  AND catalog.import_has('markup', r.currency)
		  AND NOT EXISTS (SELECT FROM pg_temp.import_markup k WHERE k.reference = m.reference AND k.currency = r.currency AND k.base <> '')
		RETURNING r.product_id
	) INSERT INTO pg_temp.import_ruled SELECT w.product_id FROM w;
	WITH w AS (
		INSERT INTO catalog.markup AS r (tenant_id, store_id, currency, product_id, base, base_store_id, base_currency, rate, exponent, base_exponent, percent, ending)
		SELECT x.tenant_id, x.store_id, x.currency, x.product_id, x.base, x.base_store_id, x.base_currency, x.rate, x.exponent, x.base_exponent, x.percent, x.ending
		FROM pg_temp.import_markup k JOIN pg_temp.import_map m ON m.reference = k.reference
		LEFT JOIN tenancy.store s ON s.code = k.base_store
		CROSS JOIN LATERAL catalog.markup_made(p_tenant, p_store, k.currency, m.product_id, k.base, s.store_id, k.base_currency, k.rate, k.percent, k.ending,
			k.exponent, k.base_exponent) x
		WHERE k.base <> '' AND EXISTS (SELECT FROM catalog.store_product o WHERE o.store_id = p_store AND o.product_id = m.product_id)
		ON CONFLICT (tenant_id, store_id, currency, product_id) DO UPDATE SET base = excluded.base, base_store_id = excluded.base_store_id,
			base_currency = excluded.base_currency, rate = excluded.rate, exponent = excluded.exponent, base_exponent = excluded.base_exponent,
			percent = excluded.percent, ending = excluded.ending, revision = r.revision + 1
		WHERE (r.base, r.base_store_id, r.base_currency, r.rate, r.percent, r.ending)
		IS DISTINCT FROM (excluded.base, excluded.base_store_id, excluded.base_currency, excluded.rate, excluded.percent, excluded.ending)
		RETURNING r.product_id
	) INSERT INTO pg_temp.import_ruled SELECT w.product_id FROM w;
	INSERT INTO pg_temp.import_touched SELECT DISTINCT r.product_id FROM pg_temp.import_ruled r;
	PERFORM catalog.reckon(p_tenant, ARRAY(SELECT DISTINCT r.product_id FROM pg_temp.import_ruled r
		UNION SELECT DISTINCT m.product_id FROM pg_temp.import_markup k JOIN pg_temp.import_map m ON m.reference = k.reference WHERE m.is_new ORDER BY 1));
	DROP TABLE pg_temp.import_ruled;
END
$$;
COMMENT ON FUNCTION catalog.import_markups(uuid, uuid) IS 'Part of an import of products or listings: rules of prices that single products have in the store.';
