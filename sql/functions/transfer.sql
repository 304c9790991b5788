-- Files of products that come in and go out in the browser: the doors of admin-catalog and of the job transfer.

-- ---- the console ----
CREATE OR REPLACE FUNCTION catalog.transfer_open(p_tenant uuid, p_actor uuid, p_store uuid, p_transfer uuid, p_name text, p_bytes bigint, p_layout text, p_known boolean)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	BEGIN
		INSERT INTO catalog.transfer (tenant_id, transfer_id, direction, store_id, staff_id, state, file_name, bytes, layout, known)
		VALUES (p_tenant, p_transfer, 'import', p_store, p_actor, 'waiting', p_name, p_bytes, p_layout, p_known);
	EXCEPTION WHEN unique_violation THEN
		RETURN 'busy';
	END;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.transfer_open(uuid, uuid, uuid, uuid, text, bigint, text, boolean) IS 'Takes a file to be tried; busy while another of the merchant''s is under way.';

-- A piece of a file: of an import before the job saw it, of an export while it is made.
CREATE OR REPLACE FUNCTION catalog.transfer_put(p_tenant uuid, p_transfer uuid, p_part integer, p_data bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO catalog.transfer_part (tenant_id, transfer_id, part, data)
	SELECT p_tenant, t.transfer_id, p_part, p_data FROM catalog.transfer t
	WHERE t.transfer_id = p_transfer AND t.state = CASE t.direction WHEN 'import' THEN 'waiting' ELSE 'applying' END
$$;
COMMENT ON FUNCTION catalog.transfer_put(uuid, uuid, integer, bytea) IS 'Keeps a piece of a file.';

CREATE OR REPLACE FUNCTION catalog.transfer_apply(p_tenant uuid, p_actor uuid, p_store uuid, p_transfer uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t catalog.transfer;
BEGIN
	SELECT * INTO t FROM catalog.transfer x WHERE x.transfer_id = p_transfer AND x.direction = 'import' AND x.store_id = p_store FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF t.state <> 'checked' OR t.errors > 0 THEN
		RETURN 'state';
	END IF;
	BEGIN
		UPDATE catalog.transfer x SET state = 'queued', staff_id = p_actor, reason = p_reason, thousandths = 0, rows_done = 0, tries = 0, changed_at = sutler.now()
		WHERE x.transfer_id = p_transfer;
	EXCEPTION WHEN unique_violation THEN
		RETURN 'busy';
	END;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.transfer_apply(uuid, uuid, uuid, uuid, text) IS 'Somebody has seen what a file would change and wants it.';

CREATE OR REPLACE FUNCTION catalog.transfer_cancel(p_tenant uuid, p_actor uuid, p_store uuid, p_transfer uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t catalog.transfer;
BEGIN
	SELECT * INTO t FROM catalog.transfer x WHERE x.transfer_id = p_transfer AND x.store_id = p_store FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF t.state IN ('done', 'failed', 'cancelled') THEN
		RETURN 'over';
	END IF;
	-- The job looks at the wish at each step; what it does not have yet ends at once.
	IF t.state IN ('checking', 'applying') THEN
		UPDATE catalog.transfer x SET stop = true WHERE x.transfer_id = p_transfer;
		RETURN 'asked';
	END IF;
	UPDATE catalog.transfer x SET state = 'cancelled', changed_at = sutler.now() WHERE x.transfer_id = p_transfer;
	DELETE FROM catalog.transfer_part p WHERE p.transfer_id = p_transfer;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.transfer_cancel(uuid, uuid, uuid, uuid) IS 'Ends an import or export, or asks the job to.';

CREATE OR REPLACE FUNCTION catalog.transfer_export(p_tenant uuid, p_actor uuid, p_store uuid, p_transfer uuid, p_name text, p_layout text, p_format text,
	p_stock boolean, p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	BEGIN
		INSERT INTO catalog.transfer (tenant_id, transfer_id, direction, store_id, staff_id, state, file_name, layout, format, stock, reason)
		VALUES (p_tenant, p_transfer, 'export', p_store, p_actor, 'queued', p_name, p_layout, p_format, p_stock, p_reason);
	EXCEPTION WHEN unique_violation THEN
		RETURN 'busy';
	END;
	PERFORM audit.add(p_tenant, p_actor::text, 'catalog.exported', 'store ' || p_store, p_reason,
		jsonb_build_object('layout', p_layout, 'format', p_format, 'stock', p_stock, 'export', p_transfer)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION catalog.transfer_export(uuid, uuid, uuid, uuid, text, text, text, boolean, text) IS 'Asks for a file of the store''s products.';

-- ---- the job ----

-- What is to be done next.  Only one copy of the job runs, so what stands as begun was begun by one that was killed:
-- it is begun anew, some times.
CREATE OR REPLACE FUNCTION catalog.transfer_take(p_tenant uuid, p_tries integer)
RETURNS TABLE (transfer uuid, direction text, store uuid, actor uuid, trial boolean, layout text, format text, known boolean, stock boolean, bytes bigint,
	place bigint, created bigint, updated bigint, skipped bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t catalog.transfer;
BEGIN
	LOOP
		SELECT * INTO t FROM catalog.transfer x WHERE x.state IN ('waiting', 'checking', 'queued', 'applying')
		ORDER BY x.transfer_id LIMIT 1 FOR UPDATE;
		IF NOT FOUND THEN
			RETURN;
		END IF;
		EXIT WHEN t.tries < p_tries AND NOT t.stop;
		PERFORM catalog.transfer_over(p_tenant, t.transfer_id, CASE WHEN t.stop THEN 'cancelled' ELSE 'failed' END,
			CASE WHEN t.stop THEN '' ELSE 'interrupted' END);
	END LOOP;
	UPDATE catalog.transfer x SET state = CASE WHEN x.state IN ('waiting', 'checking') THEN 'checking' ELSE 'applying' END,
		tries = x.tries + 1, thousandths = 0, rows_done = 0, changed_at = sutler.now()
	WHERE x.transfer_id = t.transfer_id;
	IF t.direction = 'export' THEN
		DELETE FROM catalog.transfer_part p WHERE p.transfer_id = t.transfer_id;
	END IF;
	RETURN QUERY SELECT t.transfer_id, t.direction, t.store_id, t.staff_id, t.state IN ('waiting', 'checking'), t.layout, t.format, t.known, t.stock, t.bytes,
		t.place, t.in_created, t.in_updated, t.in_skipped;
END
$$;
COMMENT ON FUNCTION catalog.transfer_take(uuid, integer) IS 'Takes what the job is to do next; no row: nothing.';

CREATE OR REPLACE FUNCTION catalog.transfer_progress(p_tenant uuid, p_transfer uuid, p_thousandths integer, p_rows bigint) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE catalog.transfer x SET thousandths = p_thousandths, rows_done = p_rows WHERE x.transfer_id = p_transfer RETURNING NOT x.stop
$$;
COMMENT ON FUNCTION catalog.transfer_progress(uuid, uuid, integer, bigint) IS 'Notes how far a transfer is; false: somebody wants it to end.';

-- Part of the transaction that brings some of the products in.  It goes on, so it may be killed anew.
CREATE OR REPLACE FUNCTION catalog.transfer_parted(p_tenant uuid, p_transfer uuid, p_place bigint, p_created bigint, p_updated bigint, p_skipped bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE catalog.transfer x SET place = p_place, in_created = x.in_created + p_created, in_updated = x.in_updated + p_updated,
		in_skipped = x.in_skipped + p_skipped, tries = 1, changed_at = sutler.now()
	WHERE x.transfer_id = p_transfer AND x.state = 'applying'
$$;
COMMENT ON FUNCTION catalog.transfer_parted(uuid, uuid, bigint, bigint, bigint, bigint) IS 'Notes in the transaction of a part of an import that it is in.';

-- It did not come to its end.  What is in by then is answered for.
CREATE OR REPLACE FUNCTION catalog.transfer_over(p_tenant uuid, p_transfer uuid, p_state text, p_why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t catalog.transfer;
BEGIN
	UPDATE catalog.transfer x SET state = p_state, why = left(p_why, 500), created = x.in_created, updated = x.in_updated, skipped = x.in_skipped,
		unchanged = 0, changed_at = sutler.now()
	WHERE x.transfer_id = p_transfer AND x.state NOT IN ('done', 'failed', 'cancelled') RETURNING * INTO t;
	IF t.in_created + t.in_updated > 0 THEN
		PERFORM audit.add(p_tenant, t.staff_id::text, 'catalog.imported', 'import ' || p_transfer, t.reason,
			jsonb_build_object('file', t.file_name, 'store', t.store_id, 'created', t.in_created, 'updated', t.in_updated, 'partly', true)::text);
	END IF;
	DELETE FROM catalog.transfer_part p USING catalog.transfer x
	WHERE p.transfer_id = p_transfer AND x.transfer_id = p_transfer AND x.state IN ('failed', 'cancelled');
END
$$;
COMMENT ON FUNCTION catalog.transfer_over(uuid, uuid, text, text) IS 'A transfer failed or was ended by hand; its file goes.';

-- The trial's outcome.  A file with faults is over.
CREATE OR REPLACE FUNCTION catalog.transfer_checked(p_tenant uuid, p_transfer uuid, p_layout text, p_rows bigint, p_created bigint, p_updated bigint,
	p_unchanged bigint, p_skipped bigint, p_errors bigint, p_warnings bigint, p_kinds text[], p_lines bigint[], p_cols text[], p_messages text[],
	p_references text[], p_before text[], p_after text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE catalog.transfer x SET state = CASE WHEN p_errors > 0 THEN 'failed' ELSE 'checked' END, why = CASE WHEN p_errors > 0 THEN 'faults' ELSE '' END,
		layout = coalesce(nullif(p_layout, ''), x.layout), thousandths = 1000, rows_done = p_rows, created = p_created, updated = p_updated,
		unchanged = p_unchanged, skipped = p_skipped, errors = p_errors, warnings = p_warnings, changed_at = sutler.now()
	WHERE x.transfer_id = p_transfer AND (x.state = 'checking' OR (x.state = 'applying' AND p_errors > 0));
	IF NOT FOUND THEN
		RETURN;
	END IF;
	DELETE FROM catalog.transfer_note n WHERE n.transfer_id = p_transfer;
	INSERT INTO catalog.transfer_note (tenant_id, transfer_id, note, kind, line, col, message, reference, before, after)
	SELECT p_tenant, p_transfer, u.n - 1, u.kind, u.line, u.col, u.message, coalesce(u.reference, ''), u.before, u.after
	FROM unnest(p_kinds, p_lines, p_cols, p_messages, p_references, p_before, p_after) WITH ORDINALITY
		AS u (kind, line, col, message, reference, before, after, n);
	IF p_errors > 0 THEN
		DELETE FROM catalog.transfer_part p WHERE p.transfer_id = p_transfer;
	END IF;
END
$$;
COMMENT ON FUNCTION catalog.transfer_checked(uuid, uuid, text, bigint, bigint, bigint, bigint, bigint, bigint, bigint, text[], bigint[], text[], text[], text[], text[], text[])
	IS 'What the trial of an import found.';

-- Part of the transaction that brings the products in: both stand or neither does.  Nothing changed, nothing to audit.
CREATE OR REPLACE FUNCTION catalog.transfer_done(p_tenant uuid, p_transfer uuid, p_rows bigint, p_created bigint, p_updated bigint, p_unchanged bigint, p_skipped bigint)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t catalog.transfer;
BEGIN
	UPDATE catalog.transfer x SET state = 'done', thousandths = 1000, rows_done = p_rows, created = p_created, updated = p_updated, unchanged = p_unchanged,
		skipped = p_skipped, changed_at = sutler.now()
	WHERE x.transfer_id = p_transfer AND x.state = 'applying' RETURNING * INTO STRICT t;
	DELETE FROM catalog.transfer_part p WHERE p.transfer_id = p_transfer AND t.direction = 'import';
	IF t.direction = 'import' AND p_created + p_updated > 0 THEN
		PERFORM audit.add(p_tenant, t.staff_id::text, 'catalog.imported', 'import ' || p_transfer, t.reason,
			jsonb_build_object('file', t.file_name, 'store', t.store_id, 'created', p_created, 'updated', p_updated)::text);
	END IF;
END
$$;
COMMENT ON FUNCTION catalog.transfer_done(uuid, uuid, bigint, bigint, bigint, bigint, bigint) IS 'A transfer came to its end; an import in the same transaction.';

CREATE OR REPLACE FUNCTION catalog.transfer_sized(p_tenant uuid, p_transfer uuid, p_bytes bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ UPDATE catalog.transfer x SET bytes = p_bytes WHERE x.transfer_id = p_transfer $$;
COMMENT ON FUNCTION catalog.transfer_sized(uuid, uuid, bigint) IS 'How large an export became.';

-- What nobody came back for.
CREATE OR REPLACE FUNCTION catalog.transfer_sweep(p_tenant uuid, p_days integer, p_keep_days integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n bigint;
BEGIN
	WITH old AS (
		SELECT x.transfer_id FROM catalog.transfer x
		WHERE x.changed_at < sutler.now() - make_interval(days => p_days) AND x.state IN ('checked', 'done')
		  AND (x.state = 'checked' OR EXISTS (SELECT FROM catalog.transfer_part p WHERE p.transfer_id = x.transfer_id)) LIMIT 20
	), gone AS (
		DELETE FROM catalog.transfer_part p USING old o WHERE p.transfer_id = o.transfer_id
	)
	UPDATE catalog.transfer x SET state = 'cancelled', why = 'expired', changed_at = sutler.now() FROM old o WHERE x.transfer_id = o.transfer_id AND x.state = 'checked';
	GET DIAGNOSTICS n = ROW_COUNT;
	WITH old AS (
		SELECT x.transfer_id FROM catalog.transfer x
		WHERE x.changed_at < sutler.now() - make_interval(days => p_keep_days) AND x.state IN ('done', 'failed', 'cancelled') LIMIT 20
	)
	DELETE FROM catalog.transfer x USING old o WHERE x.transfer_id = o.transfer_id;
	RETURN n;
END
$$;
COMMENT ON FUNCTION catalog.transfer_sweep(uuid, integer, integer) IS 'Files go after p_days, the whole row after p_keep_days.';

-- ---- the file that goes out ----

-- The columns of a store's own layout: sutler-import(5).
CREATE OR REPLACE FUNCTION catalog.export_columns(p_tenant uuid, p_store uuid, p_stock boolean) RETURNS TABLE (name text, number boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH l AS (SELECT x.locale, x.position AS p FROM tenancy.store_locale x WHERE x.store_id = p_store),
	     c AS (SELECT x.currency, x.position AS p FROM tenancy.store_currency x WHERE x.store_id = p_store),
	     k (n, name, each, number) AS (VALUES (1, 'product', '', false), (2, 'status', '', false), (3, 'name', 'l', false),
		(4, 'slug', 'l', false), (5, 'brand', '', false), (6, 'summary', 'l', false), (7, 'description', 'l', false),
		(8, 'meta_title', 'l', false), (9, 'meta_description', 'l', false), (10, 'own_name', 'l', false),
		(11, 'own_summary', 'l', false), (12, 'own_description', 'l', false), (13, 'categories', '', false),
		(14, 'tags', '', false), (15, 'tags', 'l', false), (16, 'related', '', false),
		(16.1, 'accessories', '', false), (16.2, 'alternatives', '', false), (17, 'tax_class', '', false),
		(18, 'lead_time_days', '', true), (19, 'made_to_order', '', false), (20, 'featured', '', false),
		(21, 'visible', '', false), (22, 'tiers_by', '', false), (23, 'spec', 's', false), (24, 'sku', '', false),
		(25, 'gtin', '', false), (26, 'option', 'o', false), (27, 'price', 'c', true), (28, 'was', 'c', true),
		(28.5, 'markup', 'c', false), (29, 'tiers', 'c', false), (30, 'special', 'c', false), (31, 'parts', '', false), (32, 'weight_g', '', true),
		(33, 'variant_made_to_order', '', false), (34, 'track_stock', '', false), (35, 'stock', 'w', true)),
	     e AS (
		SELECT '' AS each, NULL::text AS suffix, 0 AS p
		UNION ALL SELECT 'l', l.locale, l.p FROM l
		UNION ALL SELECT 'c', c.currency, c.p FROM c
		UNION ALL SELECT 's', a.code, a.position FROM catalog.attribute a WHERE EXISTS (SELECT FROM catalog.product_value v WHERE v.attribute_id = a.attribute_id)
		UNION ALL SELECT 'o', a.code, a.position FROM catalog.attribute a WHERE EXISTS (SELECT FROM catalog.product_option o WHERE o.attribute_id = a.attribute_id)
		UNION ALL SELECT 'w', w.code, s.priority FROM inventory.store_warehouse s JOIN inventory.warehouse w ON w.warehouse_id = s.warehouse_id
			WHERE s.store_id = p_store AND p_stock)
	SELECT k.name || coalesce(':' || e.suffix, ''), k.number FROM k JOIN e ON e.each = k.each ORDER BY k.n, e.p, e.suffix
$$;
COMMENT ON FUNCTION catalog.export_columns(uuid, uuid, boolean) IS 'The header of an export of the store''s products, and which columns hold numbers.';

-- An amount as the layouts write it: 1990 in EUR is 19.90.
CREATE OR REPLACE FUNCTION catalog.export_amount(p_minor bigint, p_exponent integer) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN p_exponent = 0 THEN p_minor::text
		ELSE (p_minor / (10 ^ p_exponent)::bigint)::text || '.' || lpad((p_minor % (10 ^ p_exponent)::bigint)::text, p_exponent, '0') END
$$;
COMMENT ON FUNCTION catalog.export_amount(bigint, integer) IS 'Minor units as a decimal.';

-- Cells of the next p_limit products after p_after, row by row, empty ones left out.  Variants that are not sold any
-- more and products without any are not in the file.  Currencies come with their exponents.
CREATE OR REPLACE FUNCTION catalog.export_cells(p_tenant uuid, p_store uuid, p_columns text[], p_currencies text[], p_exponents integer[], p_stock boolean, p_after uuid, p_limit integer)
RETURNS TABLE (product uuid, variant uuid, place integer, value text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH chosen AS MATERIALIZED (
		SELECT s.product_id, s.visible, s.featured FROM catalog.store_product s
		WHERE s.store_id = p_store AND s.product_id > p_after
		  AND EXISTS (SELECT FROM catalog.variant v WHERE v.product_id = s.product_id AND v.status = 'active')
		ORDER BY s.product_id LIMIT p_limit
	), v AS MATERIALIZED (
		SELECT v.*, row_number() OVER (PARTITION BY v.product_id ORDER BY v.position, v.variant_id) AS n
		FROM chosen s JOIN catalog.variant v ON v.product_id = s.product_id AND v.status = 'active'
	), main AS (
		SELECT l.locale FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.position = 0
	), r AS MATERIALIZED (
		SELECT v.product_id, v.variant_id, v.n, x.currency, x.min_quantity, x.was, catalog.export_amount(x.amount, c.e) AS amount, catalog.export_amount(x.was, c.e) AS was_amount
		FROM v JOIN catalog.price x ON x.store_id = p_store AND x.variant_id = v.variant_id AND x.customer_group = '' AND x.starts_at = '-infinity'
		JOIN unnest(p_currencies, p_exponents) AS c (currency, e) ON c.currency = x.currency
	), cell (product_id, variant_id, n, name, value) AS (
		-- Each with the place of its row: a join with them all would be planned as if they were few.
		-- of the variant
		SELECT v.product_id, v.variant_id, v.n, k.name, k.value
		FROM v JOIN catalog.product p ON p.product_id = v.product_id CROSS JOIN LATERAL (VALUES ('product', p.reference), ('sku', v.sku), ('gtin', v.gtin), ('weight_g', v.weight_g::text),
			('variant_made_to_order', CASE WHEN v.made_to_order THEN 'yes' ELSE 'no' END),
			-- A bundle without its parts must not sell without end.
			('track_stock', CASE WHEN v.track_stock OR v.bundle THEN 'yes' ELSE 'no' END)) AS k (name, value)
		UNION ALL
		SELECT v.product_id, v.variant_id, v.n, 'option:' || a.code, w.code
		FROM v JOIN catalog.variant_value x ON x.variant_id = v.variant_id JOIN catalog.attribute a ON a.attribute_id = x.attribute_id
		JOIN catalog.attribute_value w ON w.value_id = x.value_id
		UNION ALL
		SELECT r.product_id, r.variant_id, r.n, k.name || r.currency, k.value FROM r
		CROSS JOIN LATERAL (VALUES ('price:', r.amount), ('was:', r.was_amount)) AS k (name, value) WHERE r.min_quantity = 1
		UNION ALL
		SELECT r.product_id, r.variant_id, r.n, 'tiers:' || r.currency, string_agg(r.min_quantity || ':' || r.amount, '|' ORDER BY r.min_quantity)
		FROM r WHERE r.min_quantity > 1 GROUP BY r.product_id, r.variant_id, r.n, r.currency
		UNION ALL
		-- A day for a midnight: the last one counts whole.
		SELECT v.product_id, v.variant_id, v.n, 'special:' || x.currency, string_agg(catalog.export_amount(x.amount, c.e) || coalesce('<' || catalog.export_amount(x.was, c.e), '')
			|| '@' || regexp_replace(to_char(x.starts_at AT TIME ZONE z.timezone, 'YYYY-MM-DD HH24:MI'), ' 00:00$', '') || '..'
			|| CASE WHEN x.ends_at = 'infinity' THEN '' WHEN (x.ends_at AT TIME ZONE z.timezone)::time = '00:00' THEN ((x.ends_at AT TIME ZONE z.timezone)::date - 1)::text
				ELSE to_char(x.ends_at AT TIME ZONE z.timezone, 'YYYY-MM-DD HH24:MI') END, '|' ORDER BY x.starts_at)
		FROM v JOIN catalog.price x ON x.store_id = p_store AND x.variant_id = v.variant_id AND x.customer_group = '' AND x.min_quantity = 1 AND x.starts_at > '-infinity'
		JOIN unnest(p_currencies, p_exponents) AS c (currency, e) ON c.currency = x.currency
		JOIN tenancy.store z ON z.store_id = p_store
		GROUP BY v.product_id, v.variant_id, v.n, x.currency
		UNION ALL
		SELECT v.product_id, v.variant_id, v.n, 'parts', string_agg(o.sku || ':' || b.quantity, '|' ORDER BY b.position, o.sku)
		FROM v JOIN catalog.bundle_part b ON b.bundle_id = v.variant_id JOIN catalog.variant o ON o.variant_id = b.part_id
		GROUP BY v.product_id, v.variant_id, v.n
		UNION ALL
		SELECT v.product_id, v.variant_id, v.n, 'stock:' || w.code, s.on_hand::text
		FROM v JOIN inventory.stock s ON s.variant_id = v.variant_id JOIN inventory.warehouse w ON w.warehouse_id = s.warehouse_id WHERE p_stock
		UNION ALL
		-- of the product, in its first row
		SELECT v.product_id, v.variant_id, v.n, k.name, k.value
		FROM v JOIN chosen s ON s.product_id = v.product_id JOIN catalog.product p ON p.product_id = v.product_id
		CROSS JOIN LATERAL (VALUES ('status', p.status), ('brand', p.brand), ('tax_class', p.tax_class), ('lead_time_days', p.lead_time_days::text),
			('made_to_order', CASE WHEN p.made_to_order THEN 'yes' ELSE 'no' END), ('featured', CASE WHEN s.featured THEN 'yes' ELSE 'no' END),
			('visible', CASE WHEN s.visible THEN 'yes' ELSE 'no' END), ('tiers_by', p.tiers_by)) AS k (name, value) WHERE v.n = 1
		UNION ALL
		SELECT v.product_id, v.variant_id, v.n, k.name || t.locale, k.value
		FROM v JOIN catalog.product_text t ON t.product_id = v.product_id
		CROSS JOIN LATERAL (VALUES ('name:', t.name), ('slug:', t.slug), ('summary:', t.summary), ('description:', t.description),
			('meta_title:', t.meta_title), ('meta_description:', t.meta_description)) AS k (name, value) WHERE v.n = 1
		UNION ALL
		SELECT v.product_id, v.variant_id, v.n, k.name || t.locale, k.value
		FROM v JOIN catalog.store_product_text t ON t.store_id = p_store AND t.product_id = v.product_id
		CROSS JOIN LATERAL (VALUES ('own_name:', t.name), ('own_summary:', t.summary), ('own_description:', t.description)) AS k (name, value) WHERE v.n = 1
		UNION ALL
		SELECT v.product_id, v.variant_id, v.n, 'categories', string_agg(t.slug, '|' ORDER BY t.slug)
		FROM v JOIN catalog.category_product x ON x.store_id = p_store AND x.product_id = v.product_id
		CROSS JOIN LATERAL (SELECT y.slug FROM catalog.category_text y WHERE y.store_id = p_store AND y.category_id = x.category_id
			ORDER BY y.locale <> (SELECT main.locale FROM main), y.locale LIMIT 1) t
		WHERE v.n = 1 GROUP BY v.product_id, v.variant_id, v.n
		UNION ALL
		SELECT v.product_id, v.variant_id, v.n, 'tags' || CASE WHEN x.locale = '' THEN '' ELSE ':' || x.locale END, string_agg(x.tag, '|' ORDER BY x.tag)
		FROM v JOIN catalog.product_tag x ON x.product_id = v.product_id WHERE v.n = 1 GROUP BY v.product_id, v.variant_id, v.n, x.locale
		UNION ALL
		SELECT v.product_id, v.variant_id, v.n, CASE x.kind WHEN 'accessory' THEN 'accessories' WHEN 'alternative' THEN 'alternatives' ELSE 'related' END,
		       string_agg(o.reference, '|' ORDER BY x.position, o.reference)
		FROM v JOIN catalog.related x ON x.product_id = v.product_id JOIN catalog.product o ON o.product_id = x.related_id
		WHERE v.n = 1 GROUP BY v.product_id, v.variant_id, v.n, x.kind
		UNION ALL
		SELECT v.product_id, v.variant_id, v.n, 'markup:' || r.currency, concat_ws(' ', r.base,
			CASE WHEN r.base <> 'hand' AND (r.base = 'store' OR r.base_currency <> r.currency) THEN concat(CASE r.base WHEN 'store' THEN (SELECT s.code FROM tenancy.store s WHERE s.store_id = r.base_store_id) END,
				CASE WHEN r.base_currency <> r.currency OR r.base = 'cost' THEN ':' || r.base_currency || '*' || trim_scale(r.rate) END) END,
			CASE WHEN r.base <> 'hand' THEN CASE WHEN r.percent < 0 THEN '-' ELSE '+' END || trim_scale(abs(r.percent) / 100.0) || '%' END,
			CASE WHEN r.base <> 'hand' AND r.ending >= 0 THEN '.' || lpad(r.ending::text, 2, '0') END)
		FROM v JOIN catalog.markup r ON r.store_id = p_store AND r.product_id = v.product_id WHERE v.n = 1
		UNION ALL
		SELECT v.product_id, v.variant_id, v.n, 'spec:' || a.code, string_agg(w.code, '|' ORDER BY w.position, w.code)
		FROM v JOIN catalog.product_value x ON x.product_id = v.product_id JOIN catalog.attribute a ON a.attribute_id = x.attribute_id
		JOIN catalog.attribute_value w ON w.value_id = x.value_id WHERE v.n = 1 GROUP BY v.product_id, v.variant_id, v.n, a.code
	)
	SELECT c.product_id, c.variant_id, k.n::integer, c.value
	FROM cell c JOIN unnest(p_columns) WITH ORDINALITY AS k (name, n) ON k.name = c.name
	WHERE c.value <> '' ORDER BY c.product_id, c.n, k.n
$$;
COMMENT ON FUNCTION catalog.export_cells(uuid, uuid, text[], text[], integer[], boolean, uuid, integer) IS 'Cells of some products of an export, row by row; place is the column''s, from 1.';
