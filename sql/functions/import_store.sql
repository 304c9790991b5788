-- Bringing a store file in: sutlerctl import store.  The program checks each value and
-- stages it in temporary tables; what belongs together is checked and merged here, in
-- the same transaction.  Rows that would not differ are not written, so the same file
-- twice changes nothing.

-- Makes the staging tables of this transaction.
CREATE OR REPLACE FUNCTION tenancy.import_begin() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
	CREATE TEMP TABLE import_fault (line bigint, col text, message text, warning boolean DEFAULT false) ON COMMIT DROP;
	CREATE TEMP TABLE import_conf (line bigint, section text, name text, key text, suffix text, position integer,
		value text, more text) ON COMMIT DROP;
	CREATE TEMP TABLE import_media (file text, name text, mime text, bytes bigint, width integer, height integer) ON COMMIT DROP;
END
$$;
COMMENT ON FUNCTION tenancy.import_begin() IS 'Makes the temporary tables that sutlerctl import store fills.';

CREATE OR REPLACE FUNCTION tenancy.import_value(p_section text, p_name text, p_key text, p_suffix text DEFAULT '') RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT c.value FROM pg_temp.import_conf c
		WHERE c.section = p_section AND c.name = p_name AND c.key = p_key AND c.suffix = p_suffix LIMIT 1);
END
$$;
COMMENT ON FUNCTION tenancy.import_value(text, text, text, text) IS 'A staged setting of a store file, or NULL.';

CREATE OR REPLACE FUNCTION tenancy.import_step(p_currency text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT coalesce(tenancy.import_value('store', '', 'smallest_amount', p_currency), '1')::bigint $$;
COMMENT ON FUNCTION tenancy.import_step(text) IS 'Minor units in the smallest step of a currency''s amounts, as a staged store file says.';

-- What a file cannot mean, beyond the value of one setting.
CREATE OR REPLACE FUNCTION tenancy.import_check(p_tenant uuid, p_store uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT c.line, 'timezone', format('there is no time zone "%s" (IANA name, like Europe/Madrid)', c.value)
	FROM pg_temp.import_conf c WHERE c.section = 'store' AND c.key = 'timezone'
	  AND NOT tenancy.is_timezone(c.value);

	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT c.line, '', format('the host %s leads to another store already', c.name)
	FROM pg_temp.import_conf c JOIN tenancy.host h ON h.host = c.name
	WHERE c.section = 'host' AND c.key = '' AND (h.tenant_id, h.store_id) IS DISTINCT FROM (p_tenant, p_store);

	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT c.line, 'primary', 'another host is the primary one already'
	FROM (SELECT x.line, row_number() OVER (PARTITION BY coalesce(tenancy.import_value('host', x.name, 'kind'), 'store') ORDER BY x.line) AS nth
		FROM pg_temp.import_conf x WHERE x.section = 'host' AND x.key = 'primary' AND x.value = 'true') c WHERE c.nth > 1;

	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT c.line, c.key, format('there is no section [tax-class %s]', c.value)
	FROM pg_temp.import_conf c
	WHERE ((c.section = 'tax' AND c.key = 'class') OR (c.section = 'store' AND c.key = 'shipping_tax_class'))
	  AND NOT EXISTS (SELECT FROM pg_temp.import_conf t WHERE t.section = 'tax-class' AND t.key = '' AND t.name = c.value);

	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT c.line, 'smallest_amount.' || c.suffix, 'the smallest amount is more than nothing and at most 100000 minor units'
	FROM pg_temp.import_conf c
	WHERE c.section = 'store' AND c.key = 'smallest_amount' AND c.value::bigint NOT BETWEEN 1 AND 100000
	UNION ALL
	SELECT c.line, c.key || '.' || c.suffix, format('amounts in %s are multiples of smallest_amount.%s', c.suffix, c.suffix)
	FROM pg_temp.import_conf c
	WHERE c.section IN ('delivery', 'coupon') AND c.key IN ('price', 'bands', 'first', 'each', 'free_above', 'value', 'minimum')
	  AND c.suffix <> '' AND c.value::bigint % greatest(tenancy.import_step(c.suffix), 1) <> 0;

	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT d.line, format('%s.%s', CASE d.value WHEN 'flat' THEN 'price' WHEN 'weight' THEN 'bands' ELSE 'first' END, cur.value),
	       format('a %s delivery needs this setting in each currency of the store', d.value)
	FROM pg_temp.import_conf d
	CROSS JOIN (SELECT x.value FROM pg_temp.import_conf x WHERE x.section = 'store' AND x.key = 'currencies') cur
	WHERE d.section = 'delivery' AND d.key = 'kind'
	  AND tenancy.import_value('delivery', d.name, CASE d.value WHEN 'flat' THEN 'price' WHEN 'weight' THEN 'bands' ELSE 'first' END,
		cur.value) IS NULL;

	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT d.line, d.key || '.' || d.suffix, format('a %s delivery has no %s', k.value, d.key)
	FROM pg_temp.import_conf d
	JOIN pg_temp.import_conf k ON k.section = 'delivery' AND k.name = d.name AND k.key = 'kind'
	WHERE d.section = 'delivery' AND d.key IN ('price', 'bands', 'first', 'each') AND d.position <= 0
	  AND d.key <> ALL (CASE k.value WHEN 'flat' THEN ARRAY['price'] WHEN 'weight' THEN ARRAY['bands'] ELSE ARRAY['first', 'each'] END);

	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT k.line, 'value', 'a percent coupon needs value = PERCENT' FROM pg_temp.import_conf k
	WHERE k.section = 'coupon' AND k.key = 'kind' AND k.value = 'percent' AND tenancy.import_value('coupon', k.name, 'percent') IS NULL
	UNION ALL
	SELECT k.line, 'value.' || cur.value, 'a fixed coupon needs this setting in each currency of the store'
	FROM pg_temp.import_conf k
	CROSS JOIN (SELECT x.value FROM pg_temp.import_conf x WHERE x.section = 'store' AND x.key = 'currencies') cur
	WHERE k.section = 'coupon' AND k.key = 'kind' AND k.value = 'fixed'
	  AND tenancy.import_value('coupon', k.name, 'value', cur.value) IS NULL
	UNION ALL
	SELECT e.line, 'ends', 'the coupon ends before it starts' FROM pg_temp.import_conf e
	WHERE e.section = 'coupon' AND e.key = 'ends' AND e.value < tenancy.import_value('coupon', e.name, 'starts');

	INSERT INTO pg_temp.import_fault (line, col, message)
	SELECT c.line, 'slug.' || c.suffix, format('another page has the slug "%s" too', c.value)
	FROM (SELECT x.*, row_number() OVER (PARTITION BY x.suffix, x.value ORDER BY x.line) AS nth
		FROM pg_temp.import_conf x WHERE x.section = 'page' AND x.key = 'slug') c WHERE c.nth > 1;
END
$$;
COMMENT ON FUNCTION tenancy.import_check(uuid, uuid) IS 'Faults of a staged store file that show only when settings are seen together.';

-- The store's own row, languages, currencies, holidays, hosts, social links.
CREATE OR REPLACE FUNCTION tenancy.import_frame(p_tenant uuid, p_store uuid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n bigint := 0;
	k bigint;
	s tenancy.store;
	was tenancy.store;
BEGIN
	SELECT x.* INTO was FROM tenancy.store x WHERE x.store_id = p_store;
	s.tenant_id := p_tenant;
	s.store_id := p_store;
	s.created_at := coalesce(was.created_at, now());
	s.revision := coalesce(was.revision, 1);
	s.return_prefix := coalesce(was.return_prefix, 'RMA-');
	s.show_bought := coalesce(was.show_bought, true);
	s.show_viewed := coalesce(was.show_viewed, true);
	s.show_similar := coalesce(was.show_similar, true);
	s.code := tenancy.import_value('store', '', 'code');
	s.status := coalesce(tenancy.import_value('store', '', 'status'), 'pending');
	s.name := tenancy.import_value('store', '', 'name');
	s.legal_name := coalesce(tenancy.import_value('store', '', 'legal_name'), '');
	s.tax_id := coalesce(tenancy.import_value('store', '', 'tax_id'), '');
	s.timezone := coalesce(tenancy.import_value('store', '', 'timezone'), 'UTC');
	s.prices_include_tax := coalesce(tenancy.import_value('store', '', 'prices_include_tax'), 'true')::boolean;
	s.keep_gross := coalesce(tenancy.import_value('store', '', 'keep_gross'), 'true')::boolean;
	s.tax_rounding := coalesce(tenancy.import_value('store', '', 'tax_rounding'), 'document');
	s.shipping_tax_class := coalesce(tenancy.import_value('store', '', 'shipping_tax_class'), 'standard');
	s.shipping_tax := coalesce(tenancy.import_value('store', '', 'shipping_tax'), 'class');
	s.guest_checkout := coalesce(tenancy.import_value('store', '', 'guest_checkout'), 'plain');
	s.low_stock := coalesce(tenancy.import_value('store', '', 'low_stock'), '5')::integer;
	s.hold_minutes := coalesce(tenancy.import_value('store', '', 'hold_minutes'), '15')::integer;
	s.unpaid_minutes := coalesce(tenancy.import_value('store', '', 'unpaid_minutes'), '60')::integer;
	s.split_shipments := coalesce(tenancy.import_value('store', '', 'split_shipments'), 'true')::boolean;
	s.cutoff_minute := coalesce(tenancy.import_value('store', '', 'cutoff'), '840')::integer;
	s.closed_weekdays := coalesce(tenancy.import_value('store', '', 'closed_weekdays'), '96')::integer;
	s.contact_email := coalesce(tenancy.import_value('store', '', 'contact_email'), '');
	s.contact_phone := coalesce(tenancy.import_value('store', '', 'contact_phone'), '');
	s.street := coalesce(tenancy.import_value('store', '', 'street'), '');
	s.postal_code := coalesce(tenancy.import_value('store', '', 'postal_code'), '');
	s.city := coalesce(tenancy.import_value('store', '', 'city'), '');
	s.region := coalesce(tenancy.import_value('store', '', 'region'), '');
	s.country := tenancy.import_value('store', '', 'country');
	s.color_primary := coalesce(tenancy.import_value('store', '', 'color_primary'), '#1f4e79');
	s.color_accent := coalesce(tenancy.import_value('store', '', 'color_accent'), '#c75b12');
	s.logo := tenancy.import_picture('store', '', 'logo', was.logo);
	s.favicon := tenancy.import_picture('store', '', 'favicon', was.favicon);
	s.mail_from_name := coalesce(tenancy.import_value('mail', '', 'from_name'), '');
	s.order_prefix := coalesce(tenancy.import_value('store', '', 'order_prefix'), '');
	s.invoice_prefix := coalesce(tenancy.import_value('store', '', 'invoice_prefix'), '');
	IF was.store_id IS NULL THEN
		INSERT INTO tenancy.store SELECT s.*;
		n := n + 1;
	ELSIF s IS DISTINCT FROM was THEN
		UPDATE tenancy.store x SET (status, name, legal_name, tax_id, timezone, prices_include_tax, keep_gross, tax_rounding,
			shipping_tax_class, shipping_tax, guest_checkout, low_stock, hold_minutes, unpaid_minutes, split_shipments, cutoff_minute,
			closed_weekdays, contact_email, contact_phone, street, postal_code, city, region, country, color_primary,
			color_accent, logo, favicon, mail_from_name, order_prefix, invoice_prefix)
		= (s.status, s.name, s.legal_name, s.tax_id, s.timezone, s.prices_include_tax, s.keep_gross, s.tax_rounding,
			s.shipping_tax_class, s.shipping_tax, s.guest_checkout, s.low_stock, s.hold_minutes, s.unpaid_minutes, s.split_shipments, s.cutoff_minute,
			s.closed_weekdays, s.contact_email, s.contact_phone, s.street, s.postal_code, s.city, s.region, s.country, s.color_primary,
			s.color_accent, s.logo, s.favicon, s.mail_from_name, s.order_prefix, s.invoice_prefix)
		WHERE x.store_id = p_store;
		n := n + 1;
	END IF;

	-- Positions are unique, so a list that differs is written anew.
	IF (SELECT array_agg(c.value || ' ' || c.more ORDER BY c.position) FROM pg_temp.import_conf c WHERE c.section = 'store' AND c.key = 'locales')
	   IS DISTINCT FROM (SELECT array_agg(l.locale || ' ' || l.tag ORDER BY l.position) FROM tenancy.store_locale l WHERE l.store_id = p_store) THEN
		DELETE FROM tenancy.store_locale l WHERE l.store_id = p_store;
		INSERT INTO tenancy.store_locale (tenant_id, store_id, locale, tag, position)
		SELECT p_tenant, p_store, c.value, c.more, c.position FROM pg_temp.import_conf c WHERE c.section = 'store' AND c.key = 'locales';
		n := n + 1;
	END IF;
	IF (SELECT array_agg(c.value || ' ' || tenancy.import_step(c.value) ORDER BY c.position)
		FROM pg_temp.import_conf c WHERE c.section = 'store' AND c.key = 'currencies')
	   IS DISTINCT FROM (SELECT array_agg(l.currency || ' ' || l.step ORDER BY l.position) FROM tenancy.store_currency l WHERE l.store_id = p_store) THEN
		DELETE FROM tenancy.store_currency l WHERE l.store_id = p_store;
		INSERT INTO tenancy.store_currency (tenant_id, store_id, currency, position, step)
		SELECT p_tenant, p_store, c.value, c.position, tenancy.import_step(c.value) FROM pg_temp.import_conf c WHERE c.section = 'store' AND c.key = 'currencies';
		n := n + 1;
	END IF;

	DELETE FROM tenancy.holiday h WHERE h.store_id = p_store AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'store' AND c.key = 'holidays' AND c.value::date = h.day);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO tenancy.holiday (tenant_id, store_id, day)
	SELECT p_tenant, p_store, c.value::date FROM pg_temp.import_conf c WHERE c.section = 'store' AND c.key = 'holidays'
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	-- A host keeps the origin that sutlerctl store origin gave it unless the file names one.
	DELETE FROM tenancy.host h WHERE h.tenant_id = p_tenant AND h.store_id = p_store AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'host' AND c.key = '' AND c.name = h.host);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	CREATE TEMP TABLE import_host ON COMMIT DROP AS
	SELECT c.name AS host, coalesce(tenancy.import_value('host', c.name, 'kind'), 'store') AS kind,
	       tenancy.import_value('host', c.name, 'origin') AS origin,
	       row_number() OVER (PARTITION BY coalesce(tenancy.import_value('host', c.name, 'kind'), 'store')
			ORDER BY coalesce(tenancy.import_value('host', c.name, 'primary'), 'false') DESC, c.line) = 1 AS is_primary
	FROM pg_temp.import_conf c WHERE c.section = 'host' AND c.key = '';
	UPDATE tenancy.host h SET is_primary = false FROM pg_temp.import_host i
	WHERE h.tenant_id = p_tenant AND h.store_id = p_store AND h.host = i.host AND h.is_primary AND NOT i.is_primary;
	INSERT INTO tenancy.host AS h (host, tenant_id, store_id, kind, origin, is_primary)
	SELECT i.host, p_tenant, p_store, i.kind, coalesce(i.origin, 'https://' || i.host), i.is_primary
	FROM pg_temp.import_host i ORDER BY i.host
	ON CONFLICT (host) DO UPDATE SET kind = excluded.kind, is_primary = excluded.is_primary,
		origin = coalesce((SELECT i.origin FROM pg_temp.import_host i WHERE i.host = excluded.host), h.origin)
	WHERE (h.kind, h.is_primary, h.origin) IS DISTINCT FROM (excluded.kind, excluded.is_primary,
		coalesce((SELECT i.origin FROM pg_temp.import_host i WHERE i.host = excluded.host), h.origin));
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	DELETE FROM tenancy.social x WHERE x.store_id = p_store AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'social' AND c.key = x.network);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO tenancy.social AS x (tenant_id, store_id, network, url, position)
	SELECT p_tenant, p_store, c.key, c.value, row_number() OVER (ORDER BY c.line)
	FROM pg_temp.import_conf c WHERE c.section = 'social' AND c.key <> ''
	ON CONFLICT (tenant_id, store_id, network) DO UPDATE SET url = excluded.url, position = excluded.position
	WHERE (x.url, x.position) IS DISTINCT FROM (excluded.url, excluded.position);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	DELETE FROM tenancy.store_text x WHERE x.store_id = p_store AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'mail' AND c.key = 'signature' AND c.suffix = x.locale);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO tenancy.store_text AS x (tenant_id, store_id, locale, mail_signature)
	SELECT p_tenant, p_store, c.suffix, c.value FROM pg_temp.import_conf c WHERE c.section = 'mail' AND c.key = 'signature'
	ON CONFLICT (tenant_id, store_id, locale) DO UPDATE SET mail_signature = excluded.mail_signature
	WHERE x.mail_signature IS DISTINCT FROM excluded.mail_signature;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	RETURN n;
END
$$;
COMMENT ON FUNCTION tenancy.import_frame(uuid, uuid) IS 'Merges a store''s own row, languages, currencies, holidays, hosts and links; how many rows changed.';

-- The media name of a picture named in the file; without pictures what stood there before.
CREATE OR REPLACE FUNCTION tenancy.import_picture(p_section text, p_name text, p_key text, p_was text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wanted text := tenancy.import_value(p_section, p_name, p_key);
BEGIN
	IF wanted IS NULL THEN
		RETURN '';
	END IF;
	RETURN coalesce((SELECT m.name FROM pg_temp.import_media m WHERE m.file = wanted LIMIT 1), p_was, '');
END
$$;
COMMENT ON FUNCTION tenancy.import_picture(text, text, text, text) IS 'The media name of a picture that a store file names.';

-- Warehouses, tax classes and rates.
CREATE OR REPLACE FUNCTION tenancy.import_taxes(p_tenant uuid, p_store uuid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n bigint := 0;
	k bigint;
BEGIN
	-- Warehouses are the tenant's: another store may sell from them, so only the link goes.  One that
	-- is named is in use.
	INSERT INTO inventory.warehouse AS w (tenant_id, warehouse_id, code, name, country)
	SELECT p_tenant, sutler.uuid7(), c.name, tenancy.import_value('warehouse', c.name, 'name'), tenancy.import_value('warehouse', c.name, 'country')
	FROM pg_temp.import_conf c WHERE c.section = 'warehouse' AND c.key = '' ORDER BY c.line
	ON CONFLICT (tenant_id, code) DO UPDATE SET name = excluded.name, country = excluded.country, active = true
	WHERE (w.name, w.country, w.active) IS DISTINCT FROM (excluded.name, excluded.country, true);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	DELETE FROM inventory.store_warehouse x USING inventory.warehouse w
	WHERE x.store_id = p_store AND w.warehouse_id = x.warehouse_id AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'warehouse' AND c.key = '' AND c.name = w.code);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO inventory.store_warehouse AS x (tenant_id, store_id, warehouse_id, priority)
	SELECT p_tenant, p_store, w.warehouse_id, coalesce(tenancy.import_value('warehouse', c.name, 'priority')::integer, c.position)
	FROM pg_temp.import_conf c JOIN inventory.warehouse w ON w.code = c.name
	WHERE c.section = 'warehouse' AND c.key = ''
	ON CONFLICT (tenant_id, store_id, warehouse_id) DO UPDATE SET priority = excluded.priority WHERE x.priority <> excluded.priority;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	INSERT INTO accounting.tax_class (tenant_id, tax_class)
	SELECT p_tenant, c.name FROM pg_temp.import_conf c WHERE c.section = 'tax-class' AND c.key = '' ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO accounting.tax_class_text AS x (tenant_id, tax_class, locale, label)
	SELECT p_tenant, c.name, c.suffix, c.value FROM pg_temp.import_conf c WHERE c.section = 'tax-class' AND c.key = 'name'
	ON CONFLICT (tenant_id, tax_class, locale) DO UPDATE SET label = excluded.label WHERE x.label <> excluded.label;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	DELETE FROM accounting.tax_rate x WHERE x.store_id = p_store AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'tax' AND c.key = '' AND c.name = x.code);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO accounting.tax_rate AS x (tenant_id, store_id, tax_rate_id, code, tax_class, country, region, postal_prefix,
		customer_type, rate_ppm, name, priority, compound, shipping, treatment)
	SELECT p_tenant, p_store, sutler.uuid7(), c.name, tenancy.import_value('tax', c.name, 'class'), tenancy.import_value('tax', c.name, 'country'),
	       coalesce(tenancy.import_value('tax', c.name, 'region'), ''), coalesce(tenancy.import_value('tax', c.name, 'postal'), ''),
	       coalesce(tenancy.import_value('tax', c.name, 'customer'), 'any'), tenancy.import_value('tax', c.name, 'rate')::integer,
	       tenancy.import_value('tax', c.name, 'name'), coalesce(tenancy.import_value('tax', c.name, 'priority'), '1')::integer,
	       coalesce(tenancy.import_value('tax', c.name, 'compound'), 'false')::boolean,
	       coalesce(tenancy.import_value('tax', c.name, 'shipping'), 'true')::boolean,
	       coalesce(tenancy.import_value('tax', c.name, 'treatment'), 'taxed')
	FROM pg_temp.import_conf c WHERE c.section = 'tax' AND c.key = '' ORDER BY c.line
	ON CONFLICT (tenant_id, store_id, code) DO UPDATE SET tax_class = excluded.tax_class, country = excluded.country,
		region = excluded.region, postal_prefix = excluded.postal_prefix, customer_type = excluded.customer_type,
		rate_ppm = excluded.rate_ppm, name = excluded.name, priority = excluded.priority, compound = excluded.compound,
		shipping = excluded.shipping, treatment = excluded.treatment, valid_from = excluded.valid_from, valid_to = excluded.valid_to
	WHERE (x.tax_class, x.country, x.region, x.postal_prefix, x.customer_type, x.rate_ppm, x.name, x.priority, x.compound, x.shipping, x.treatment,
		x.valid_from, x.valid_to)
	IS DISTINCT FROM (excluded.tax_class, excluded.country, excluded.region, excluded.postal_prefix, excluded.customer_type,
		excluded.rate_ppm, excluded.name, excluded.priority, excluded.compound, excluded.shipping, excluded.treatment,
		excluded.valid_from, excluded.valid_to);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	RETURN n;
END
$$;
COMMENT ON FUNCTION tenancy.import_taxes(uuid, uuid) IS 'Merges warehouses, tax classes and tax rates of a store file; how many rows changed.';

-- Ways of delivery and payment.
CREATE OR REPLACE FUNCTION tenancy.import_methods(p_tenant uuid, p_store uuid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n bigint := 0;
	k bigint;
BEGIN
	-- What an order was placed with stays, out of use.
	DELETE FROM shipping.method m WHERE m.store_id = p_store AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'delivery' AND c.key = '' AND c.name = m.code)
	  AND NOT EXISTS (SELECT FROM sales."order" o WHERE o.store_id = p_store AND o.method_id = m.method_id);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	UPDATE shipping.method m SET active = false WHERE m.store_id = p_store AND m.active AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'delivery' AND c.key = '' AND c.name = m.code);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO shipping.method AS x (tenant_id, store_id, method_id, code, kind, active, position, days_min, days_max)
	SELECT p_tenant, p_store, sutler.uuid7(), c.name, tenancy.import_value('delivery', c.name, 'kind'),
	       coalesce(tenancy.import_value('delivery', c.name, 'active'), 'true')::boolean, row_number() OVER (ORDER BY c.line),
	       coalesce(d.value, '1')::integer, coalesce(d.more, '5')::integer
	FROM pg_temp.import_conf c
	LEFT JOIN pg_temp.import_conf d ON d.section = 'delivery' AND d.name = c.name AND d.key = 'days'
	WHERE c.section = 'delivery' AND c.key = '' ORDER BY c.line
	ON CONFLICT (tenant_id, store_id, code) DO UPDATE SET kind = excluded.kind, active = excluded.active, position = excluded.position,
		days_min = excluded.days_min, days_max = excluded.days_max
	WHERE (x.kind, x.active, x.position, x.days_min, x.days_max)
	IS DISTINCT FROM (excluded.kind, excluded.active, excluded.position, excluded.days_min, excluded.days_max);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	CREATE TEMP TABLE import_method ON COMMIT DROP AS
	SELECT c.name, m.method_id FROM pg_temp.import_conf c JOIN shipping.method m ON m.store_id = p_store AND m.code = c.name
	WHERE c.section = 'delivery' AND c.key = '';

	DELETE FROM shipping.method_text x USING pg_temp.import_method m WHERE x.store_id = p_store AND x.method_id = m.method_id
	  AND tenancy.import_value('delivery', m.name, 'name', x.locale) IS NULL;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO shipping.method_text AS x (tenant_id, store_id, method_id, locale, name, description)
	SELECT p_tenant, p_store, m.method_id, c.suffix, c.value, coalesce(tenancy.import_value('delivery', m.name, 'description', c.suffix), '')
	FROM pg_temp.import_method m JOIN pg_temp.import_conf c ON c.section = 'delivery' AND c.name = m.name AND c.key = 'name'
	ON CONFLICT (tenant_id, store_id, method_id, locale) DO UPDATE SET name = excluded.name, description = excluded.description
	WHERE (x.name, x.description) IS DISTINCT FROM (excluded.name, excluded.description);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	-- A file knows no zones within a country: it wins over those made in the console.
	DELETE FROM shipping.method_country x USING pg_temp.import_method m WHERE x.store_id = p_store AND x.method_id = m.method_id
	  AND (x.region <> '' OR x.excluded OR NOT EXISTS (SELECT FROM pg_temp.import_conf c
		WHERE c.section = 'delivery' AND c.name = m.name AND c.key = 'countries' AND c.value = x.country));
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO shipping.method_country (tenant_id, store_id, method_id, country)
	SELECT p_tenant, p_store, m.method_id, c.value
	FROM pg_temp.import_method m JOIN pg_temp.import_conf c ON c.section = 'delivery' AND c.name = m.name AND c.key = 'countries'
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	CREATE TEMP TABLE import_method_price ON COMMIT DROP AS
	SELECT m.method_id, c.suffix AS currency, CASE c.key WHEN 'bands' THEN c.position ELSE 0 END AS up_to_g, c.value::bigint AS first,
	       coalesce(tenancy.import_value('delivery', m.name, 'each', c.suffix), '0')::bigint AS further,
	       tenancy.import_value('delivery', m.name, 'free_above', c.suffix)::bigint AS free_above
	FROM pg_temp.import_method m
	JOIN pg_temp.import_conf c ON c.section = 'delivery' AND c.name = m.name AND c.key IN ('price', 'bands', 'first');
	DELETE FROM shipping.method_price x USING pg_temp.import_method m WHERE x.store_id = p_store AND x.method_id = m.method_id
	  AND NOT EXISTS (SELECT FROM pg_temp.import_method_price p
		WHERE p.method_id = x.method_id AND p.currency = x.currency AND p.up_to_g = x.up_to_g);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO shipping.method_price AS x (tenant_id, store_id, method_id, currency, up_to_g, first, further, free_above)
	SELECT p_tenant, p_store, p.method_id, p.currency, p.up_to_g, p.first, p.further, p.free_above FROM pg_temp.import_method_price p
	ON CONFLICT (tenant_id, store_id, method_id, currency, up_to_g) DO UPDATE
	SET first = excluded.first, further = excluded.further, free_above = excluded.free_above
	WHERE (x.first, x.further, x.free_above) IS DISTINCT FROM (excluded.first, excluded.further, excluded.free_above);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;

	DELETE FROM payment.method m WHERE m.store_id = p_store AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'payment' AND c.key = '' AND c.name = m.method)
	  AND NOT EXISTS (SELECT FROM sales."order" o WHERE o.store_id = p_store AND o.payment_method = m.method);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	UPDATE payment.method m SET active = false WHERE m.store_id = p_store AND m.active AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'payment' AND c.key = '' AND c.name = m.method);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO payment.method AS x (tenant_id, store_id, method, active, position)
	SELECT p_tenant, p_store, c.name, coalesce(tenancy.import_value('payment', c.name, 'active'), 'true')::boolean, row_number() OVER (ORDER BY c.line)
	FROM pg_temp.import_conf c WHERE c.section = 'payment' AND c.key = ''
	ON CONFLICT (tenant_id, store_id, method) DO UPDATE SET active = excluded.active, position = excluded.position
	WHERE (x.active, x.position) IS DISTINCT FROM (excluded.active, excluded.position);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	DELETE FROM payment.method_text x WHERE x.store_id = p_store AND tenancy.import_value('payment', x.method, 'name', x.locale) IS NULL
	  AND EXISTS (SELECT FROM pg_temp.import_conf c WHERE c.section = 'payment' AND c.key = '' AND c.name = x.method);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO payment.method_text AS x (tenant_id, store_id, method, locale, name, instructions)
	SELECT p_tenant, p_store, c.name, c.suffix, c.value, coalesce(tenancy.import_value('payment', c.name, 'instructions', c.suffix), '')
	FROM pg_temp.import_conf c WHERE c.section = 'payment' AND c.key = 'name'
	ON CONFLICT (tenant_id, store_id, method, locale) DO UPDATE SET name = excluded.name, instructions = excluded.instructions
	WHERE (x.name, x.instructions) IS DISTINCT FROM (excluded.name, excluded.instructions);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	DELETE FROM payment.method_country x WHERE x.store_id = p_store AND NOT EXISTS (
		SELECT FROM pg_temp.import_conf c WHERE c.section = 'payment' AND c.name = x.method AND c.key = 'countries' AND c.value = x.country);
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	INSERT INTO payment.method_country (tenant_id, store_id, method, country)
	SELECT p_tenant, p_store, c.name, c.value FROM pg_temp.import_conf c
	WHERE c.section = 'payment' AND c.key = 'countries' AND c.value <> '*' ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	RETURN n;
END
$$;
COMMENT ON FUNCTION tenancy.import_methods(uuid, uuid) IS 'Merges delivery and payment methods of a store file; how many rows changed.';

-- The whole file.  The tenant and store are found by their codes or made; 0: nothing changed.
CREATE OR REPLACE FUNCTION tenancy.import_store() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n bigint := 0;
	k bigint;
	tenant uuid;
	store uuid;
	fresh boolean;
BEGIN
	SELECT t.tenant_id INTO tenant FROM tenancy.tenant t WHERE t.slug = tenancy.import_value('tenant', '', 'slug');
	IF tenant IS NULL THEN
		tenant := sutler.uuid7();
		INSERT INTO tenancy.tenant (tenant_id, slug, name)
		VALUES (tenant, tenancy.import_value('tenant', '', 'slug'), tenancy.import_value('tenant', '', 'name'));
		n := n + 1;
	ELSE
		UPDATE tenancy.tenant t SET name = tenancy.import_value('tenant', '', 'name')
		WHERE t.tenant_id = tenant AND t.name <> tenancy.import_value('tenant', '', 'name');
		GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	END IF;
	PERFORM set_config('sutler.tenant', tenant::text, true);
	SELECT s.store_id INTO store FROM tenancy.store s WHERE s.code = tenancy.import_value('store', '', 'code');
	fresh := store IS NULL;
	store := coalesce(store, sutler.uuid7());
	PERFORM tenancy.import_check(tenant, store);
	IF EXISTS (SELECT FROM pg_temp.import_fault f WHERE NOT f.warning) THEN
		RETURN n;
	END IF;
	INSERT INTO catalog.media (tenant_id, media_id, name, mime, bytes, width, height, file_name)
	SELECT tenant, sutler.uuid7(), m.name, m.mime, m.bytes, m.width, m.height, m.file FROM pg_temp.import_media m
	ON CONFLICT (tenant_id, name) DO NOTHING;
	GET DIAGNOSTICS k = ROW_COUNT; n := n + k;
	n := n + tenancy.import_frame(tenant, store) + tenancy.import_taxes(tenant, store) + tenancy.import_methods(tenant, store)
		+ tenancy.import_coupons(tenant, store) + tenancy.import_content(tenant, store);
	IF n > 0 THEN
		PERFORM sales.prepare_store(tenant, store);
		INSERT INTO catalog.stale (tenant_id, kind, target_id) VALUES (tenant, 'store', store);
		INSERT INTO audit.entry (tenant_id, actor, action, target, detail)
		VALUES (tenant, 'sutlerctl', 'import store', store::text, format('%s rows changed%s', n, CASE WHEN fresh THEN '; new store' ELSE '' END));
	END IF;
	RETURN n;
END
$$;
COMMENT ON FUNCTION tenancy.import_store() IS 'Merges a staged store file; how many rows changed. Faults stand in pg_temp.import_fault.';
