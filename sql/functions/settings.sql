-- Settings of a store as staff change them in the console.  Each door takes the row's lock, compares
-- the revision that the form was filled in over, writes, and leaves an entry in the audit log with
-- old and new of what differs.  Outcomes are words; what is declined has changed nothing.

-- ---- revisions ----

CREATE OR REPLACE FUNCTION tenancy.count_revision() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	NEW.revision := OLD.revision + 1;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION tenancy.count_revision() IS 'Counts the changes of a row of settings.';

-- The row of settings that a changed row hangs below: TG_ARGV names the table and its key beside tenant and store.
CREATE OR REPLACE FUNCTION tenancy.count_below() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	changed jsonb := to_jsonb(coalesce(NEW, OLD));
	key text := TG_ARGV[1];
BEGIN
	EXECUTE format('UPDATE %s SET revision = revision WHERE tenant_id = $1 AND store_id = $2 AND %I::text = $3', TG_ARGV[0], key)
	USING (changed ->> 'tenant_id')::uuid, (changed ->> 'store_id')::uuid, changed ->> key;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION tenancy.count_below() IS 'Counts a change of what hangs below a row of settings.';

DO $triggers$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT * FROM (VALUES ('tenancy.store'), ('shipping.method'), ('payment.method'), ('content.page')) AS x (tab) LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER count_revision BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION tenancy.count_revision()', r.tab);
	END LOOP;
	FOR r IN SELECT * FROM (VALUES
		('tenancy.store_locale', 'tenancy.store', 'store_id'), ('tenancy.store_currency', 'tenancy.store', 'store_id'),
		('shipping.method_text', 'shipping.method', 'method_id'), ('shipping.method_country', 'shipping.method', 'method_id'),
		('shipping.method_price', 'shipping.method', 'method_id'),
		('payment.method_text', 'payment.method', 'method'), ('payment.method_country', 'payment.method', 'method'),
		('payment.method_amount', 'payment.method', 'method'), ('payment.method_group', 'payment.method', 'method'),
		('content.page_text', 'content.page', 'page_id')) AS x (tab, parent, key)
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER count_below AFTER INSERT OR UPDATE OR DELETE ON %s
			FOR EACH ROW EXECUTE FUNCTION tenancy.count_below(%L, %L)', r.tab, r.parent, r.key);
	END LOOP;
END
$triggers$;

-- ---- rules that sutlerctl import store and the console share ----

CREATE OR REPLACE FUNCTION tenancy.is_timezone(p_name text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = p_name) $$;
COMMENT ON FUNCTION tenancy.is_timezone(text) IS 'Whether there is an IANA time zone of that name.';

-- Language tags in the order of a list as the rows of a store: a language's second country has it in its path.
CREATE OR REPLACE FUNCTION tenancy.locales_of(p_tags text[]) RETURNS TABLE (locale text, tag text, place integer)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN row_number() OVER (PARTITION BY split_part(u.tag, '-', 1) ORDER BY u.n) = 1 THEN split_part(u.tag, '-', 1) ELSE lower(u.tag) END,
	       u.tag, u.n::integer - 1
	FROM unnest(p_tags) WITH ORDINALITY AS u (tag, n)
$$;
COMMENT ON FUNCTION tenancy.locales_of(text[]) IS 'What the languages of a store are called in paths.';

-- What differs between two documents: {"key": [old, new]}, or NULL.
CREATE OR REPLACE FUNCTION tenancy.differences(p_old jsonb, p_new jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_object_agg(k.key, jsonb_build_array(p_old -> k.key, p_new -> k.key))
	FROM (SELECT jsonb_object_keys(p_old) UNION SELECT jsonb_object_keys(p_new)) AS k (key)
	WHERE k.key <> 'revision' AND (p_old -> k.key) IS DISTINCT FROM (p_new -> k.key)
$$;
COMMENT ON FUNCTION tenancy.differences(jsonb, jsonb) IS 'Old and new of what differs, for the audit log.';

-- ---- the store itself ----

-- Settings of the store's own row by their names; other names are refused by the list.
CREATE OR REPLACE FUNCTION tenancy.desk_store(p_tenant uuid, p_actor uuid, p_store uuid, p_revision bigint, p_keys text[], p_values text[], p_reason text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	offered constant text[] := ARRAY['status', 'name', 'legal_name', 'tax_id', 'timezone', 'prices_include_tax', 'keep_gross', 'tax_rounding',
		'shipping_tax_class', 'shipping_tax', 'guest_checkout', 'low_stock', 'hold_minutes', 'unpaid_minutes', 'split_shipments',
		'cutoff_minute', 'closed_weekdays', 'contact_email', 'contact_phone', 'street', 'postal_code', 'city', 'region', 'country',
		'color_primary', 'color_accent', 'logo', 'favicon', 'mail_from_name', 'order_prefix', 'invoice_prefix',
		'show_bought', 'show_viewed', 'show_similar'];
	was tenancy.store;
	s tenancy.store;
	detail jsonb;
BEGIN
	SELECT x.* INTO was FROM tenancy.store x WHERE x.tenant_id = p_tenant AND x.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND OR NOT p_keys <@ offered THEN
		RETURN 'gone';
	ELSIF was.revision <> p_revision THEN
		RETURN 'changed';
	END IF;
	s := jsonb_populate_record(was, jsonb_object(p_keys, p_values));
	IF s.timezone <> was.timezone AND NOT tenancy.is_timezone(s.timezone) THEN
		RETURN 'timezone';
	ELSIF s.logo <> '' AND s.logo <> was.logo AND NOT EXISTS (SELECT FROM catalog.media m WHERE m.name = s.logo) THEN
		RETURN 'logo';
	ELSIF s.favicon <> '' AND s.favicon <> was.favicon AND NOT EXISTS (SELECT FROM catalog.media m WHERE m.name = s.favicon) THEN
		RETURN 'favicon';
	ELSIF NOT EXISTS (SELECT FROM accounting.tax_class c WHERE c.tax_class = s.shipping_tax_class) AND s.shipping_tax_class <> was.shipping_tax_class THEN
		RETURN 'shipping_tax_class';
	END IF;
	detail := tenancy.differences(to_jsonb(was), to_jsonb(s));
	IF detail IS NULL THEN
		RETURN 'ok';
	END IF;
	UPDATE tenancy.store x SET (status, name, legal_name, tax_id, timezone, prices_include_tax, keep_gross, tax_rounding,
		shipping_tax_class, shipping_tax, guest_checkout, low_stock, hold_minutes, unpaid_minutes, split_shipments, cutoff_minute,
		closed_weekdays, contact_email, contact_phone, street, postal_code, city, region, country, color_primary,
		color_accent, logo, favicon, mail_from_name, order_prefix, invoice_prefix, show_bought, show_viewed, show_similar)
	= (s.status, s.name, s.legal_name, s.tax_id, s.timezone, s.prices_include_tax, s.keep_gross, s.tax_rounding,
		s.shipping_tax_class, s.shipping_tax, s.guest_checkout, s.low_stock, s.hold_minutes, s.unpaid_minutes, s.split_shipments, s.cutoff_minute,
		s.closed_weekdays, s.contact_email, s.contact_phone, s.street, s.postal_code, s.city, s.region, s.country, s.color_primary,
		s.color_accent, s.logo, s.favicon, s.mail_from_name, s.order_prefix, s.invoice_prefix, s.show_bought, s.show_viewed, s.show_similar)
	WHERE x.store_id = p_store;
	INSERT INTO catalog.stale (tenant_id, kind, target_id) VALUES (p_tenant, 'store', p_store);
	IF (was.show_bought, was.show_viewed, was.show_similar) <> (s.show_bought, s.show_viewed, s.show_similar) THEN
		INSERT INTO catalog.stale (tenant_id, kind, target_id)
		SELECT DISTINCT p_tenant, 'related', r.product_id FROM catalog.recommendation r WHERE r.store_id = p_store;
	END IF;
	PERFORM audit.add(p_tenant, p_actor::text, 'store.changed', 'store ' || p_store, p_reason, detail::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION tenancy.desk_store(uuid, uuid, uuid, bigint, text[], text[], text) IS
	'Changes settings of a store: ok, gone, changed, or the setting that does not fit: timezone, logo, favicon, shipping_tax_class.';

-- Its languages and currencies in their order; steps are the smallest amounts, minor units.
CREATE OR REPLACE FUNCTION tenancy.desk_languages(p_tenant uuid, p_actor uuid, p_store uuid, p_revision bigint, p_tags text[], p_currencies text[],
	p_steps bigint[], p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	revision bigint;
	was jsonb;
	bad text;
BEGIN
	SELECT x.revision INTO revision FROM tenancy.store x WHERE x.tenant_id = p_tenant AND x.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF revision <> p_revision THEN
		RETURN 'changed';
	ELSIF cardinality(p_tags) = 0 OR (SELECT count(DISTINCT u) FROM unnest(p_tags) u) <> cardinality(p_tags) THEN
		RETURN 'language';
	ELSIF cardinality(p_currencies) = 0 OR (SELECT count(DISTINCT u) FROM unnest(p_currencies) u) <> cardinality(p_currencies) THEN
		RETURN 'currency';
	END IF;
	-- What deliveries cost is a multiple of the smallest amount, as sutlerctl import store wants it.
	SELECT u.currency INTO bad FROM unnest(p_currencies, p_steps) AS u (currency, step)
	WHERE EXISTS (SELECT FROM shipping.method_price p WHERE p.store_id = p_store AND p.currency = u.currency
		AND (p.first % u.step <> 0 OR p.further % u.step <> 0 OR p.free_above % u.step <> 0)) LIMIT 1;
	IF FOUND THEN
		RETURN 'step ' || bad;
	END IF;
	was := tenancy.languages_now(p_store);
	-- Positions are unique, so the lists are written anew.
	IF (was -> 'languages') IS DISTINCT FROM to_jsonb(p_tags) THEN
		DELETE FROM tenancy.store_locale l WHERE l.store_id = p_store;
		INSERT INTO tenancy.store_locale (tenant_id, store_id, locale, tag, position)
		SELECT p_tenant, p_store, l.locale, l.tag, l.place FROM tenancy.locales_of(p_tags) l;
	END IF;
	DELETE FROM tenancy.store_currency c WHERE c.store_id = p_store;
	INSERT INTO tenancy.store_currency (tenant_id, store_id, currency, position, step)
	SELECT p_tenant, p_store, u.currency, u.n - 1, u.step FROM unnest(p_currencies, p_steps) WITH ORDINALITY AS u (currency, step, n);
	INSERT INTO catalog.stale (tenant_id, kind, target_id) VALUES (p_tenant, 'store', p_store);
	PERFORM audit.add(p_tenant, p_actor::text, 'store.languages', 'store ' || p_store, p_reason,
		coalesce(tenancy.differences(was, tenancy.languages_now(p_store)), '{}')::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION tenancy.desk_languages(uuid, uuid, uuid, bigint, text[], text[], bigint[], text) IS
	'Languages and currencies of a store: ok, gone, changed, language or currency (none, or one twice), "step CURRENCY" (a delivery costs no multiple of it).';

CREATE OR REPLACE FUNCTION tenancy.languages_now(p_store uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_build_object(
		'languages', (SELECT jsonb_agg(l.tag ORDER BY l.position) FROM tenancy.store_locale l WHERE l.store_id = p_store),
		'currencies', (SELECT jsonb_agg(jsonb_build_array(c.currency, c.step) ORDER BY c.position) FROM tenancy.store_currency c WHERE c.store_id = p_store))
$$;
COMMENT ON FUNCTION tenancy.languages_now(uuid) IS 'Languages and currencies of a store, for the audit log.';

-- ---- hosts ----

-- A host leads to one store of all merchants: its primary key says so.  Whose it is already is told to nobody.
CREATE OR REPLACE FUNCTION tenancy.desk_host_add(p_tenant uuid, p_actor uuid, p_store uuid, p_host text, p_kind text, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- More names than a shop is known by.
	most constant integer := 20;
	model text;
BEGIN
	PERFORM FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF (SELECT count(*) FROM tenancy.host h WHERE h.tenant_id = p_tenant AND h.store_id = p_store) >= most THEN
		RETURN 'many';
	END IF;
	-- Scheme and port as the store's other hosts have them.
	SELECT h.origin INTO model FROM tenancy.host h WHERE h.tenant_id = p_tenant AND h.store_id = p_store
	ORDER BY h.kind = p_kind DESC, h.is_primary DESC, h.host LIMIT 1;
	INSERT INTO tenancy.host (host, tenant_id, store_id, kind, origin, is_primary)
	VALUES (p_host, p_tenant, p_store, p_kind,
		regexp_replace(coalesce(model, 'https://x'), '^(https?)://[a-z0-9.-]+(:[0-9]+)?$', '\1://' || p_host || '\2'),
		NOT EXISTS (SELECT FROM tenancy.host h WHERE h.tenant_id = p_tenant AND h.store_id = p_store AND h.kind = p_kind AND h.is_primary))
	ON CONFLICT (host) DO NOTHING;
	IF NOT FOUND THEN
		RETURN CASE WHEN EXISTS (SELECT FROM tenancy.host h WHERE h.host = p_host AND h.tenant_id = p_tenant AND h.store_id = p_store)
			THEN 'here' ELSE 'taken' END;
	END IF;
	PERFORM audit.add(p_tenant, p_actor::text, 'host.added', 'store ' || p_store, p_reason, jsonb_build_object('host', p_host, 'kind', p_kind)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION tenancy.desk_host_add(uuid, uuid, uuid, text, text, text) IS 'Gives a store a host: ok, gone, many, here (it has it), taken (it leads elsewhere).';

CREATE OR REPLACE FUNCTION tenancy.desk_host_main(p_tenant uuid, p_actor uuid, p_store uuid, p_host text, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	of_kind text;
	before text;
BEGIN
	PERFORM FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	SELECT h.kind INTO of_kind FROM tenancy.host h WHERE h.host = p_host AND h.tenant_id = p_tenant AND h.store_id = p_store;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	SELECT h.host INTO before FROM tenancy.host h WHERE h.tenant_id = p_tenant AND h.store_id = p_store AND h.kind = of_kind AND h.is_primary;
	IF before = p_host THEN
		RETURN 'ok';
	END IF;
	UPDATE tenancy.host h SET is_primary = false WHERE h.host = before;
	UPDATE tenancy.host h SET is_primary = true WHERE h.host = p_host;
	INSERT INTO catalog.stale (tenant_id, kind, target_id) VALUES (p_tenant, 'store', p_store);
	PERFORM audit.add(p_tenant, p_actor::text, 'host.main', 'store ' || p_store, p_reason, jsonb_build_object('host', jsonb_build_array(before, p_host))::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION tenancy.desk_host_main(uuid, uuid, uuid, text, text) IS 'Makes a host the one that links and mails name: ok, gone.';

CREATE OR REPLACE FUNCTION tenancy.desk_host_remove(p_tenant uuid, p_actor uuid, p_store uuid, p_host text, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	main boolean;
BEGIN
	PERFORM FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	SELECT h.is_primary INTO main FROM tenancy.host h WHERE h.host = p_host AND h.tenant_id = p_tenant AND h.store_id = p_store;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF main THEN
		RETURN 'main';
	END IF;
	DELETE FROM tenancy.host h WHERE h.host = p_host;
	PERFORM audit.add(p_tenant, p_actor::text, 'host.removed', 'store ' || p_store, p_reason, jsonb_build_object('host', p_host)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION tenancy.desk_host_remove(uuid, uuid, uuid, text, text) IS 'Takes a host from a store: ok, gone, main (links and mails name it).';

-- ---- ways of delivery ----

-- One rule for carts and for the desk; programs need not see the zones themselves.
CREATE OR REPLACE FUNCTION shipping.ways_to(p_tenant uuid, p_store uuid, p_country text, p_region text) RETURNS TABLE (method_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT k.method_id FROM shipping.method_country k
	WHERE k.tenant_id = p_tenant AND k.store_id = p_store AND (k.country = '*' OR k.country = p_country AND (k.region = '' OR k.region = p_region))
	GROUP BY k.method_id HAVING NOT bool_or(k.excluded)
$$;
COMMENT ON FUNCTION shipping.ways_to(uuid, uuid, text, text) IS 'The ways of delivery of a store that go to a region of a country, offered or not.';

CREATE OR REPLACE FUNCTION shipping.method_now(p_store uuid, p_method uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT to_jsonb(m) || jsonb_build_object(
		'texts', (SELECT jsonb_object_agg(t.locale, jsonb_build_array(t.name, t.description)) FROM shipping.method_text t
			WHERE t.store_id = p_store AND t.method_id = p_method),
		'zones', (SELECT jsonb_agg(CASE WHEN k.excluded THEN '-' ELSE '' END || k.country || CASE k.region WHEN '' THEN '' ELSE '-' || k.region END
			ORDER BY k.excluded, k.country, k.region) FROM shipping.method_country k WHERE k.store_id = p_store AND k.method_id = p_method),
		'prices', (SELECT jsonb_agg(jsonb_build_array(p.currency, p.up_to_g, p.first, p.further, p.free_above) ORDER BY p.currency, p.up_to_g)
			FROM shipping.method_price p WHERE p.store_id = p_store AND p.method_id = p_method))
	FROM shipping.method m WHERE m.store_id = p_store AND m.method_id = p_method
$$;
COMMENT ON FUNCTION shipping.method_now(uuid, uuid) IS 'A way of delivery with all that hangs below it, for the audit log.';

-- Makes or changes a way of delivery.  Prices are rows of currency, weight (grams, 0 where it is not by
-- weight), first, further, free from (below 0: never); zones rows of country, region and whether it is taken out.
CREATE OR REPLACE FUNCTION shipping.desk_method(p_tenant uuid, p_actor uuid, p_store uuid, p_method uuid, p_make boolean, p_revision bigint,
	p_code text, p_kind text, p_active boolean, p_position integer, p_days_min integer, p_days_max integer,
	p_locales text[], p_names text[], p_abouts text[], p_countries text[], p_regions text[], p_excluded text[],
	p_currencies text[], p_grams bigint[], p_firsts bigint[], p_furthers bigint[], p_frees bigint[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- More than a checkout page shows.
	most constant integer := 40;
	revision bigint;
	was jsonb := '{}';
	bad text;
BEGIN
	PERFORM FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	IF p_make THEN
		IF EXISTS (SELECT FROM shipping.method m WHERE m.store_id = p_store AND m.code = p_code) THEN
			RETURN 'code';
		ELSIF (SELECT count(*) FROM shipping.method m WHERE m.store_id = p_store) >= most THEN
			RETURN 'many';
		END IF;
	ELSE
		SELECT m.revision INTO revision FROM shipping.method m WHERE m.store_id = p_store AND m.method_id = p_method FOR NO KEY UPDATE;
		IF NOT FOUND THEN
			RETURN 'gone';
		ELSIF revision <> p_revision THEN
			RETURN 'changed';
		END IF;
		was := shipping.method_now(p_store, p_method);
	END IF;
	-- As sutlerctl import store wants it: a name in each language, a price in each currency, whole steps.
	IF EXISTS (SELECT FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.locale <> ALL (p_locales)) THEN
		RETURN 'name';
	ELSIF EXISTS (SELECT FROM tenancy.store_currency c WHERE c.store_id = p_store AND c.currency <> ALL (p_currencies)) THEN
		RETURN 'price';
	END IF;
	SELECT c.currency INTO bad FROM unnest(p_currencies, p_firsts, p_furthers, p_frees) AS u (currency, first, further, free)
	JOIN tenancy.store_currency c ON c.store_id = p_store AND c.currency = u.currency
	WHERE u.first % c.step <> 0 OR u.further % c.step <> 0 OR greatest(u.free, 0) % c.step <> 0 LIMIT 1;
	IF FOUND THEN
		RETURN 'step ' || bad;
	END IF;
	IF p_make THEN
		INSERT INTO shipping.method (tenant_id, store_id, method_id, code, kind, active, position, days_min, days_max)
		VALUES (p_tenant, p_store, p_method, p_code, p_kind, p_active, p_position, p_days_min, p_days_max);
	ELSE
		UPDATE shipping.method m SET (kind, active, position, days_min, days_max) = (p_kind, p_active, p_position, p_days_min, p_days_max)
		WHERE m.store_id = p_store AND m.method_id = p_method;
	END IF;
	-- Texts in languages that the store has no more stay: it may speak them again.
	INSERT INTO shipping.method_text AS t (tenant_id, store_id, method_id, locale, name, description)
	SELECT p_tenant, p_store, p_method, u.locale, u.name, u.about FROM unnest(p_locales, p_names, p_abouts) AS u (locale, name, about)
	ON CONFLICT (tenant_id, store_id, method_id, locale) DO UPDATE SET name = excluded.name, description = excluded.description
	WHERE (t.name, t.description) IS DISTINCT FROM (excluded.name, excluded.description);
	DELETE FROM shipping.method_country k WHERE k.store_id = p_store AND k.method_id = p_method;
	INSERT INTO shipping.method_country (tenant_id, store_id, method_id, country, region, excluded)
	SELECT p_tenant, p_store, p_method, u.country, u.region, u.sign = '-' FROM unnest(p_countries, p_regions, p_excluded) AS u (country, region, sign)
	ON CONFLICT DO NOTHING;
	DELETE FROM shipping.method_price p WHERE p.store_id = p_store AND p.method_id = p_method;
	INSERT INTO shipping.method_price (tenant_id, store_id, method_id, currency, up_to_g, first, further, free_above)
	SELECT p_tenant, p_store, p_method, u.currency, u.grams, u.first, u.further, nullif(greatest(u.free, -1), -1)
	FROM unnest(p_currencies, p_grams, p_firsts, p_furthers, p_frees) AS u (currency, grams, first, further, free);
	PERFORM audit.add(p_tenant, p_actor::text, CASE WHEN p_make THEN 'delivery.made' ELSE 'delivery.changed' END, 'delivery ' || p_method, '',
		coalesce(tenancy.differences(was, shipping.method_now(p_store, p_method)), '{}')::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION shipping.desk_method(uuid, uuid, uuid, uuid, boolean, bigint, text, text, boolean, integer, integer, integer,
	text[], text[], text[], text[], text[], text[], text[], bigint[], bigint[], bigint[], bigint[]) IS
	'Makes or changes a way of delivery: ok, gone, changed, code (another has it), many, name (a language lacks), price (a currency lacks), "step CURRENCY" (no multiple of its smallest amount).';

-- ---- taxes ----

-- A rate is never written over: another follows it from a day on, or it ends.  Days are the store's own
-- and not before today.
CREATE OR REPLACE FUNCTION accounting.desk_rate(p_tenant uuid, p_actor uuid, p_store uuid, p_rate uuid, p_code text, p_class text, p_country text,
	p_region text, p_postal text, p_customer text, p_ppm integer, p_name text, p_priority integer, p_compound boolean, p_shipping boolean,
	p_treatment text, p_from date, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- More than the rows a cart is reckoned with in a moment.
	most constant integer := 500;
	today date;
BEGIN
	SELECT (sutler.now() AT TIME ZONE s.timezone)::date INTO today FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF NOT EXISTS (SELECT FROM accounting.tax_class c WHERE c.tax_class = p_class) THEN
		RETURN 'class';
	ELSIF p_from < today THEN
		RETURN 'past';
	ELSIF (SELECT count(*) FROM accounting.tax_rate r WHERE r.store_id = p_store) >= most THEN
		RETURN 'many';
	ELSIF EXISTS (SELECT FROM accounting.tax_rate r WHERE r.store_id = p_store AND r.code = p_code) THEN
		RETURN 'code';
	ELSIF EXISTS (SELECT FROM accounting.tax_rate r WHERE r.store_id = p_store AND r.valid_to > p_from
		AND (r.tax_class, r.country, r.region, r.postal_prefix, r.customer_type, r.priority) = (p_class, p_country, p_region, p_postal, p_customer, p_priority)) THEN
		RETURN 'overlap';
	END IF;
	INSERT INTO accounting.tax_rate (tenant_id, store_id, tax_rate_id, code, tax_class, country, region, postal_prefix, customer_type, rate_ppm,
		name, priority, compound, shipping, treatment, valid_from)
	VALUES (p_tenant, p_store, p_rate, p_code, p_class, p_country, p_region, p_postal, p_customer, p_ppm,
		p_name, p_priority, p_compound, p_shipping, p_treatment, p_from);
	PERFORM audit.add(p_tenant, p_actor::text, 'tax.made', 'tax ' || p_rate, p_reason,
		(SELECT to_jsonb(r) - 'tenant_id' FROM accounting.tax_rate r WHERE r.store_id = p_store AND r.tax_rate_id = p_rate)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION accounting.desk_rate(uuid, uuid, uuid, uuid, text, text, text, text, text, text, integer, text, integer, boolean, boolean, text, date, text) IS
	'A new tax rate: ok, gone, class, past, many, code (another has it), overlap (another is for the same at that time).';

CREATE OR REPLACE FUNCTION accounting.desk_follow_rate(p_tenant uuid, p_actor uuid, p_store uuid, p_rate uuid, p_next uuid, p_ppm integer, p_name text,
	p_from date, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	today date;
	o accounting.tax_rate;
BEGIN
	SELECT (sutler.now() AT TIME ZONE s.timezone)::date INTO today FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	SELECT r.* INTO o FROM accounting.tax_rate r WHERE r.store_id = p_store AND r.tax_rate_id = p_rate;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF o.valid_to <> 'infinity' THEN
		RETURN 'ended';
	ELSIF p_from < today OR p_from <= o.valid_from THEN
		RETURN 'past';
	ELSIF p_ppm > 0 AND o.treatment <> 'taxed' THEN
		RETURN 'treatment';
	END IF;
	UPDATE accounting.tax_rate r SET valid_to = p_from WHERE r.store_id = p_store AND r.tax_rate_id = p_rate;
	o.tax_rate_id := p_next;
	o.code := regexp_replace(o.code, '-[0-9]{8}$', '') || to_char(p_from, '-YYYYMMDD');
	o.rate_ppm := p_ppm;
	o.name := p_name;
	o.valid_from := p_from;
	INSERT INTO accounting.tax_rate SELECT o.*;
	PERFORM audit.add(p_tenant, p_actor::text, 'tax.followed', 'tax ' || p_rate, p_reason,
		jsonb_build_object('next', p_next, 'rate_ppm', p_ppm, 'name', p_name, 'from', p_from)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION accounting.desk_follow_rate(uuid, uuid, uuid, uuid, uuid, integer, text, date, text) IS
	'Lets another rate follow one from a day on: ok, gone, ended (it ends already), past, treatment (what is not taxed has no rate).';

CREATE OR REPLACE FUNCTION accounting.desk_end_rate(p_tenant uuid, p_actor uuid, p_store uuid, p_rate uuid, p_until date, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	today date;
	o accounting.tax_rate;
BEGIN
	SELECT (sutler.now() AT TIME ZONE s.timezone)::date INTO today FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	SELECT r.* INTO o FROM accounting.tax_rate r WHERE r.store_id = p_store AND r.tax_rate_id = p_rate;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF o.valid_to <> 'infinity' THEN
		RETURN 'ended';
	ELSIF p_until < today OR p_until <= o.valid_from THEN
		RETURN 'past';
	END IF;
	UPDATE accounting.tax_rate r SET valid_to = p_until WHERE r.store_id = p_store AND r.tax_rate_id = p_rate;
	PERFORM audit.add(p_tenant, p_actor::text, 'tax.ended', 'tax ' || p_rate, p_reason, jsonb_build_object('until', p_until)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION accounting.desk_end_rate(uuid, uuid, uuid, uuid, date, text) IS 'Ends a tax rate at the beginning of a day: ok, gone, ended, past.';

-- ---- ways of payment ----

CREATE OR REPLACE FUNCTION payment.method_now(p_store uuid, p_method text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT to_jsonb(m) || jsonb_build_object(
		'texts', (SELECT jsonb_object_agg(t.locale, jsonb_build_array(t.name, t.instructions)) FROM payment.method_text t
			WHERE t.store_id = p_store AND t.method = p_method),
		'countries', (SELECT jsonb_agg(k.country ORDER BY k.country) FROM payment.method_country k WHERE k.store_id = p_store AND k.method = p_method),
		'groups', (SELECT jsonb_agg(g.group_code ORDER BY g.group_code) FROM payment.method_group g WHERE g.store_id = p_store AND g.method = p_method),
		'amounts', (SELECT jsonb_object_agg(a.currency, jsonb_build_array(a.least, a.most, a.surcharge)) FROM payment.method_amount a
			WHERE a.store_id = p_store AND a.method = p_method))
	FROM payment.method m WHERE m.store_id = p_store AND m.method = p_method
$$;
COMMENT ON FUNCTION payment.method_now(uuid, text) IS 'A way of payment with all that hangs below it, for the audit log.';

-- Sets a way of payment up or changes it; revision 0: it was not set up yet.  No country: everywhere; no group: everybody;
-- most -1: no limit.  ok, gone, changed, name (a language lacks), group (there is none of this code), amount (a currency that the store has not).
CREATE OR REPLACE FUNCTION payment.desk_way(p_tenant uuid, p_actor uuid, p_store uuid, p_method text, p_revision bigint, p_active boolean, p_position integer,
	p_ppm integer, p_later boolean, p_locales text[], p_names text[], p_instructions text[], p_countries text[], p_groups text[],
	p_currencies text[], p_least bigint[], p_most bigint[], p_surcharges bigint[], p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	revision bigint := 0;
	was jsonb;
BEGIN
	PERFORM FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	SELECT m.revision INTO revision FROM payment.method m WHERE m.store_id = p_store AND m.method = p_method FOR NO KEY UPDATE;
	IF coalesce(revision, 0) <> p_revision THEN
		RETURN 'changed';
	ELSIF EXISTS (SELECT FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.locale <> ALL (p_locales)) THEN
		RETURN 'name';
	ELSIF EXISTS (SELECT FROM unnest(p_groups) AS u WHERE NOT EXISTS (SELECT FROM customer.price_group g WHERE g.tenant_id = p_tenant AND g.code = u)) THEN
		RETURN 'group';
	ELSIF EXISTS (SELECT FROM unnest(p_currencies) AS u WHERE NOT EXISTS (SELECT FROM tenancy.store_currency c WHERE c.store_id = p_store AND c.currency = u)) THEN
		RETURN 'amount';
	END IF;
	was := coalesce(payment.method_now(p_store, p_method), '{}');
	INSERT INTO payment.method AS m (tenant_id, store_id, method, active, position, surcharge_ppm, later)
	VALUES (p_tenant, p_store, p_method, p_active, p_position, p_ppm, p_later)
	ON CONFLICT (tenant_id, store_id, method) DO UPDATE SET active = excluded.active, position = excluded.position, surcharge_ppm = excluded.surcharge_ppm,
		later = excluded.later;
	INSERT INTO payment.method_text AS t (tenant_id, store_id, method, locale, name, instructions)
	SELECT p_tenant, p_store, p_method, u.locale, u.name, u.words FROM unnest(p_locales, p_names, p_instructions) AS u (locale, name, words)
	ON CONFLICT (tenant_id, store_id, method, locale) DO UPDATE SET name = excluded.name, instructions = excluded.instructions
	WHERE (t.name, t.instructions) IS DISTINCT FROM (excluded.name, excluded.instructions);
	DELETE FROM payment.method_country k WHERE k.store_id = p_store AND k.method = p_method AND k.country <> ALL (p_countries);
	INSERT INTO payment.method_country (tenant_id, store_id, method, country)
	SELECT p_tenant, p_store, p_method, u FROM unnest(p_countries) AS u ON CONFLICT DO NOTHING;
	DELETE FROM payment.method_group g WHERE g.store_id = p_store AND g.method = p_method AND g.group_code <> ALL (p_groups);
	INSERT INTO payment.method_group (tenant_id, store_id, method, group_code)
	SELECT p_tenant, p_store, p_method, u FROM unnest(p_groups) AS u ON CONFLICT DO NOTHING;
	-- A currency that the store has no more keeps what it had, for when it comes back.
	INSERT INTO payment.method_amount AS a (tenant_id, store_id, method, currency, least, most, surcharge)
	SELECT p_tenant, p_store, p_method, u.currency, u.least, nullif(u.most, -1), u.surcharge
	FROM unnest(p_currencies, p_least, p_most, p_surcharges) AS u (currency, least, most, surcharge)
	ON CONFLICT (tenant_id, store_id, method, currency) DO UPDATE SET least = excluded.least, most = excluded.most, surcharge = excluded.surcharge
	WHERE (a.least, a.most, a.surcharge) IS DISTINCT FROM (excluded.least, excluded.most, excluded.surcharge);
	PERFORM audit.add(p_tenant, p_actor::text, 'payment.changed', 'payment ' || p_method || ' of store ' || p_store, p_reason,
		coalesce(tenancy.differences(was, payment.method_now(p_store, p_method)), '{}')::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.desk_way(uuid, uuid, uuid, text, bigint, boolean, integer, integer, boolean, text[], text[], text[], text[], text[],
	text[], bigint[], bigint[], bigint[], text) IS 'Sets up or changes a way of payment: ok, gone, changed, name, group or amount.';

-- ---- pages of policies ----

CREATE OR REPLACE FUNCTION content.page_now(p_store uuid, p_page uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT to_jsonb(p) - 'updated_at' || jsonb_build_object('texts', (SELECT jsonb_object_agg(t.locale, jsonb_build_array(t.slug, t.title,
			encode(sha256(convert_to(t.body, 'UTF8')), 'hex'))) FROM content.page_text t WHERE t.store_id = p_store AND t.page_id = p_page))
	FROM content.page p WHERE p.store_id = p_store AND p.page_id = p_page
$$;
COMMENT ON FUNCTION content.page_now(uuid, uuid) IS 'A page with the hash of its texts, for the audit log.';

-- Makes or changes a page; a language with an empty title has it no more.
CREATE OR REPLACE FUNCTION content.desk_page(p_tenant uuid, p_actor uuid, p_store uuid, p_page uuid, p_make boolean, p_revision bigint, p_code text,
	p_position integer, p_locales text[], p_slugs text[], p_titles text[], p_bodies text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- The footer shows 24 of them; others are reached by links.
	most constant integer := 200;
	revision bigint;
	was jsonb := '{}';
	bad text;
BEGIN
	PERFORM FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	IF p_make THEN
		IF EXISTS (SELECT FROM content.page p WHERE p.store_id = p_store AND p.code = p_code) THEN
			RETURN 'code';
		ELSIF (SELECT count(*) FROM content.page p WHERE p.store_id = p_store) >= most THEN
			RETURN 'many';
		END IF;
	ELSE
		SELECT p.revision INTO revision FROM content.page p WHERE p.store_id = p_store AND p.page_id = p_page FOR NO KEY UPDATE;
		IF NOT FOUND THEN
			RETURN 'gone';
		ELSIF revision <> p_revision THEN
			RETURN 'changed';
		END IF;
		was := content.page_now(p_store, p_page);
	END IF;
	SELECT u.locale INTO bad FROM unnest(p_locales, p_slugs, p_titles) AS u (locale, slug, title)
	JOIN content.page_text t ON t.store_id = p_store AND t.locale = u.locale AND t.slug = u.slug AND t.page_id <> p_page
	WHERE u.title <> '' LIMIT 1;
	IF FOUND THEN
		RETURN 'slug ' || bad;
	END IF;
	IF p_make THEN
		INSERT INTO content.page (tenant_id, store_id, page_id, code, position) VALUES (p_tenant, p_store, p_page, p_code, p_position);
	ELSE
		UPDATE content.page p SET position = p_position, updated_at = sutler.now() WHERE p.store_id = p_store AND p.page_id = p_page;
	END IF;
	DELETE FROM content.page_text t USING unnest(p_locales, p_titles) AS u (locale, title)
	WHERE t.store_id = p_store AND t.page_id = p_page AND t.locale = u.locale AND u.title = '';
	INSERT INTO content.page_text AS t (tenant_id, store_id, page_id, locale, slug, title, body)
	SELECT p_tenant, p_store, p_page, u.locale, u.slug, u.title, u.body FROM unnest(p_locales, p_slugs, p_titles, p_bodies) AS u (locale, slug, title, body)
	WHERE u.title <> ''
	ON CONFLICT (tenant_id, store_id, page_id, locale) DO UPDATE SET slug = excluded.slug, title = excluded.title, body = excluded.body
	WHERE (t.slug, t.title, t.body) IS DISTINCT FROM (excluded.slug, excluded.title, excluded.body);
	PERFORM audit.add(p_tenant, p_actor::text, CASE WHEN p_make THEN 'page.made' ELSE 'page.changed' END, 'page ' || p_page, '',
		coalesce(tenancy.differences(was, content.page_now(p_store, p_page)), '{}')::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION content.desk_page(uuid, uuid, uuid, uuid, boolean, bigint, text, integer, text[], text[], text[], text[]) IS
	'Makes or changes a page of a store: ok, gone, changed, code (another has it), many, "slug LOCALE" (another page has it).';
