-- Goods that are files: what a merchant gives with a variant, and what a paid order may fetch (CAT-08).
--
-- The right is given in the transaction that makes the order paid (sales.fire) and counts by what is true when
-- somebody comes: not cancelled, not given back, a line of it still there, in time, and not used up.  Each
-- fetch is counted by one conditional write, so that of two at the same moment only one is the last.

-- ---- how long and how often, where the merchant says nothing ----

-- A month is a holiday and a half; the order's page is open longer, and staff renew what came too late.
CREATE OR REPLACE FUNCTION catalog.download_days() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT 30 $$;
COMMENT ON FUNCTION catalog.download_days() IS 'Days that a buyer may fetch what he bought.';

-- A telephone, a computer, a reader, and two that broke off on the way.
CREATE OR REPLACE FUNCTION catalog.download_times() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT 5 $$;
COMMENT ON FUNCTION catalog.download_times() IS 'How often a piece bought lets its buyer fetch each file.';

-- What fits on the buyer's page and into one mail; more belong into an archive.
CREATE OR REPLACE FUNCTION catalog.download_most() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT 10 $$;
COMMENT ON FUNCTION catalog.download_most() IS 'Files that a variant may have.';

-- Whether all of these are downloads, or bundles of nothing else.  Each order asks: PL/pgSQL keeps its plan.
CREATE OR REPLACE FUNCTION catalog.nothing_to_send(p_tenant uuid, p_variants uuid[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN NOT EXISTS (SELECT FROM catalog.variant v WHERE v.variant_id = ANY (p_variants) AND NOT v.digital
		AND (NOT v.bundle OR EXISTS (SELECT FROM catalog.bundle_part b JOIN catalog.variant x ON x.variant_id = b.part_id
			WHERE b.bundle_id = v.variant_id AND NOT x.digital)));
END
$$;
COMMENT ON FUNCTION catalog.nothing_to_send(uuid, uuid[]) IS 'Whether variants are downloads, all of them: an order of them has no way of delivery.';

-- ---- at the desk of staff: built as the doors of media_desk.sql ----

-- Files that were stored, side by side in arrays, behind those that the variant has.
-- ok; gone; many (more than catalog.download_most).
CREATE OR REPLACE FUNCTION catalog.desk_download_add(p_tenant uuid, p_actor uuid, p_product uuid, p_variant uuid, p_names text[], p_mimes text[],
	p_bytes bigint[], p_files text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	facts jsonb;
BEGIN
	PERFORM FROM catalog.product p WHERE p.product_id = p_product FOR NO KEY UPDATE;
	IF NOT FOUND OR NOT EXISTS (SELECT FROM catalog.variant v WHERE v.variant_id = p_variant AND v.product_id = p_product) THEN
		RETURN 'gone';
	ELSIF (SELECT count(*) FROM (SELECT f.name FROM catalog.download_file f WHERE f.variant_id = p_variant UNION SELECT unnest(p_names)) x) > catalog.download_most() THEN
		RETURN 'many';
	END IF;
	PERFORM set_config('sutler.relist', 'later', true);
	facts := catalog.desk_facts(p_tenant, p_product);
	INSERT INTO catalog.download_file AS f (tenant_id, file_id, variant_id, name, file_name, mime, bytes)
	SELECT DISTINCT ON (u.name) p_tenant, sutler.uuid7(), p_variant, u.name, u.file, u.mime, u.bytes
	FROM unnest(p_names, p_mimes, p_bytes, p_files) AS u (name, mime, bytes, file) ORDER BY u.name
	-- The same content again is the same file, under its new name.
	ON CONFLICT (tenant_id, variant_id, name) DO UPDATE SET file_name = excluded.file_name, mime = excluded.mime;
	RETURN catalog.desk_done(p_tenant, p_actor, p_product, 'product.downloads', '', facts);
END
$$;
COMMENT ON FUNCTION catalog.desk_download_add(uuid, uuid, uuid, uuid, text[], text[], bigint[], text[]) IS 'Gives a variant files that were stored: ok, gone or many.';

-- Whether a variant is sold as a download, on which terms (0: those of the house), and which of its files go.
-- What is marked is not counted, unless p_counted; what is unmarked is counted again.
-- ok; gone; changed (by another meanwhile); files (it has none); bundle; made (to order); held (pieces are promised to orders).
CREATE OR REPLACE FUNCTION catalog.desk_download_save(p_tenant uuid, p_actor uuid, p_product uuid, p_revision bigint, p_variant uuid,
	p_digital boolean, p_counted boolean, p_days integer, p_times integer, p_gone uuid[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	facts jsonb;
	p record;
	v record;
BEGIN
	SELECT x.revision, x.made_to_order INTO p FROM catalog.product x WHERE x.product_id = p_product FOR NO KEY UPDATE;
	SELECT x.bundle, x.digital, x.made_to_order INTO v FROM catalog.variant x WHERE x.variant_id = p_variant AND x.product_id = p_product FOR UPDATE;
	IF p.revision IS NULL OR v.digital IS NULL OR EXISTS (SELECT FROM unnest(p_gone) AS u (id)
		WHERE NOT EXISTS (SELECT FROM catalog.download_file f WHERE f.file_id = u.id AND f.variant_id = p_variant)) THEN
		RETURN 'gone';
	ELSIF p.revision <> p_revision THEN
		RETURN 'changed';
	ELSIF p_digital THEN
		IF NOT EXISTS (SELECT FROM catalog.download_file f WHERE f.variant_id = p_variant AND NOT f.file_id = ANY (p_gone)) THEN
			RETURN 'files';
		ELSIF v.bundle THEN
			RETURN 'bundle';
		ELSIF v.made_to_order OR p.made_to_order THEN
			RETURN 'made';
		ELSIF NOT v.digital AND EXISTS (SELECT FROM inventory.stock s WHERE s.variant_id = p_variant AND s.held > 0) THEN
			RETURN 'held';
		END IF;
	END IF;
	PERFORM set_config('sutler.relist', 'later', true);
	facts := catalog.desk_facts(p_tenant, p_product);
	DELETE FROM catalog.download_file f WHERE f.file_id = ANY (p_gone);
	UPDATE catalog.variant x SET digital = p_digital, download_days = nullif(p_days, 0), download_times = nullif(p_times, 0),
		track_stock = CASE WHEN p_digital THEN p_counted WHEN x.digital THEN true ELSE x.track_stock END
	WHERE x.variant_id = p_variant AND (x.digital, coalesce(x.download_days, 0), coalesce(x.download_times, 0), x.digital AND x.track_stock)
		IS DISTINCT FROM (p_digital, p_days, p_times, p_digital AND p_counted);
	RETURN catalog.desk_done(p_tenant, p_actor, p_product, 'product.downloads', '', facts);
END
$$;
COMMENT ON FUNCTION catalog.desk_download_save(uuid, uuid, uuid, bigint, uuid, boolean, boolean, integer, integer, uuid[]) IS
	'Whether a variant is sold as a download, and on which terms: ok, gone, changed, files, bundle, made or held.';

CREATE OR REPLACE FUNCTION catalog.download_names(p_tenant uuid) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT DISTINCT f.name FROM catalog.download_file f $$;
COMMENT ON FUNCTION catalog.download_names(uuid) IS 'Names of all files that the merchant sells.';

-- ---- the right of an order ----

-- Gives a paid order what it bought as downloads, with a mail, and books out what of it is counted; an order of
-- nothing else is delivered by that.  Again it does nothing.  The caller holds the order's row.
CREATE OR REPLACE FUNCTION sales.hand_over(p_tenant uuid, p_order uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	l record;
	given boolean := false;
BEGIN
	IF NOT EXISTS (SELECT FROM sales.order_line x WHERE x.order_id = p_order AND x.digital) THEN
		RETURN;
	END IF;
	SELECT x.store_id, x.state, x.payment INTO o FROM sales."order" x WHERE x.order_id = p_order;
	IF o.state <> 'open' OR o.payment NOT IN ('paid', 'partly_refunded') THEN
		RETURN;
	END IF;
	FOR l IN SELECT x.variant_id, sum(x.quantity)::integer AS quantity, v.track_stock, coalesce(v.download_days, catalog.download_days()) AS days,
			coalesce(v.download_times, catalog.download_times()) AS times
		FROM sales.order_line x JOIN catalog.variant v ON v.variant_id = x.variant_id
		WHERE x.order_id = p_order AND x.digital GROUP BY x.variant_id, v.track_stock, v.download_days, v.download_times ORDER BY x.variant_id
	LOOP
		INSERT INTO sales.download (tenant_id, order_id, variant_id, expires_at, times)
		VALUES (p_tenant, p_order, l.variant_id, sutler.now() + make_interval(days => l.days), least(l.times::bigint * l.quantity, 100000)::integer)
		ON CONFLICT DO NOTHING;
		IF FOUND THEN
			given := true;
			IF l.track_stock THEN
				-- What is held is what was bought; fewer only where counting began between order and payment.
				PERFORM inventory.book_out(p_tenant, p_order, l.variant_id, l.quantity, 'hand over');
			END IF;
		END IF;
	END LOOP;
	IF given THEN
		PERFORM event.queue_mail(p_tenant, o.store_id, 'downloads', p_order, NULL, NULL);
	END IF;
	IF NOT EXISTS (SELECT FROM sales.order_line x WHERE x.order_id = p_order AND x.ships) THEN
		-- 'not_allowed' when it is delivered already
		PERFORM sales.fire(p_tenant, p_order, 'fulfilment', 'hand_over', 'house', '');
	END IF;
END
$$;
COMMENT ON FUNCTION sales.hand_over(uuid, uuid) IS 'Gives a paid order its downloads, once.';

-- All files that an order bought, with what may be done: ok; expired; used_up; ended (money given back, cancelled).
CREATE OR REPLACE FUNCTION sales.downloads(p_tenant uuid, p_order uuid)
RETURNS TABLE (variant_id uuid, sku text, name text, options text, file_id uuid, file_name text, bytes bigint, rest integer, expires_at timestamptz, state text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT d.variant_id, l.sku, l.name, l.options, f.file_id, f.file_name, f.bytes, greatest(d.times - coalesce(u.used, 0), 0), d.expires_at,
	       CASE WHEN o.state = 'cancelled' OR o.payment = 'refunded' OR d.ended_at IS NOT NULL THEN 'ended'
		    WHEN d.expires_at <= sutler.now() THEN 'expired' WHEN coalesce(u.used, 0) >= d.times THEN 'used_up' ELSE 'ok' END
	FROM sales.download d
	JOIN sales."order" o ON o.order_id = d.order_id
	JOIN LATERAL (SELECT x.line_no, x.sku, x.name, x.options FROM sales.order_line x
		WHERE x.order_id = d.order_id AND x.variant_id = d.variant_id AND x.digital ORDER BY x.line_no LIMIT 1) l ON true
	JOIN catalog.download_file f ON f.variant_id = d.variant_id
	LEFT JOIN sales.download_use u ON u.order_id = d.order_id AND u.variant_id = d.variant_id AND u.file_id = f.file_id
	WHERE d.order_id = p_order
	ORDER BY l.line_no, f.file_name, f.file_id;
END
$$;
COMMENT ON FUNCTION sales.downloads(uuid, uuid) IS 'The files that an order bought and what is left of the right to each: ok, expired, used_up or ended.';

-- The same for who may open the order.
CREATE OR REPLACE FUNCTION sales.downloads_open(p_tenant uuid, p_store uuid, p_link bytea, p_order uuid, p_customer uuid)
RETURNS TABLE (name text, options text, file_id uuid, file_name text, bytes bigint, rest integer, expires_at timestamptz, state text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT d.name, d.options, d.file_id, d.file_name, d.bytes, d.rest, d.expires_at, d.state
	FROM sales.downloads(p_tenant, sales.order_open(p_tenant, p_store, p_link, p_order, p_customer)) d;
END
$$;
COMMENT ON FUNCTION sales.downloads_open(uuid, uuid, bytea, uuid, uuid) IS 'The downloads of an order for its buyer.';

-- The buyer fetches a file, which is counted.  ok, with the place of the file; unknown; what sales.downloads() says else.
CREATE OR REPLACE FUNCTION sales.download_take(p_tenant uuid, p_store uuid, p_link bytea, p_order uuid, p_customer uuid, p_file uuid)
RETURNS TABLE (outcome text, name text, file_name text, mime text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own uuid := sales.order_open(p_tenant, p_store, p_link, p_order, p_customer);
	d record;
BEGIN
	SELECT x.variant_id, x.state INTO d FROM sales.downloads(p_tenant, own) x WHERE x.file_id = p_file;
	IF NOT FOUND OR d.state <> 'ok' THEN
		RETURN QUERY SELECT coalesce(d.state, 'unknown'), '', '', '';
		RETURN;
	END IF;
	-- The row decides: who comes at the same moment waits for it and sees the count.
	INSERT INTO sales.download_use AS u (tenant_id, order_id, variant_id, file_id, used) VALUES (p_tenant, own, d.variant_id, p_file, 1)
	ON CONFLICT (tenant_id, order_id, variant_id, file_id) DO UPDATE SET used = u.used + 1, last_at = sutler.now()
	WHERE u.used < (SELECT x.times FROM sales.download x WHERE x.order_id = own AND x.variant_id = d.variant_id);
	IF NOT FOUND THEN
		RETURN QUERY SELECT 'used_up', '', '', '';
		RETURN;
	END IF;
	RETURN QUERY SELECT 'ok', f.name, f.file_name, f.mime FROM catalog.download_file f WHERE f.file_id = p_file;
END
$$;
COMMENT ON FUNCTION sales.download_take(uuid, uuid, bytea, uuid, uuid, uuid) IS 'Counts that a buyer fetches a file. ok, unknown, expired, used_up or ended.';

-- Staff give the time and the number anew, with a mail to the buyer.  ok; unknown; reason; none (nothing that has not ended).
CREATE OR REPLACE FUNCTION sales.downloads_renew(p_tenant uuid, p_actor uuid, p_store uuid, p_order uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	renewed uuid[];
BEGIN
	PERFORM FROM sales."order" o WHERE o.order_id = p_order AND o.store_id = p_store FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF p_reason = '' THEN
		RETURN 'reason';
	END IF;
	SELECT array_agg(DISTINCT x.variant_id) INTO renewed FROM sales.downloads(p_tenant, p_order) x WHERE x.state <> 'ended';
	IF renewed IS NULL THEN
		RETURN 'none';
	END IF;
	UPDATE sales.download d SET granted_at = sutler.now(), expires_at = sutler.now() + make_interval(days => coalesce(v.download_days, catalog.download_days())),
		times = greatest(d.times, coalesce(v.download_times, catalog.download_times()))
	FROM catalog.variant v WHERE d.order_id = p_order AND d.variant_id = ANY (renewed) AND v.variant_id = d.variant_id;
	DELETE FROM sales.download_use u WHERE u.order_id = p_order AND u.variant_id = ANY (renewed);
	PERFORM event.queue_mail(p_tenant, p_store, 'downloads', p_order, NULL, NULL);
	INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
	VALUES (p_tenant, p_order, 'note', 'downloads', '', '', audit.actor(p_actor), '');
	PERFORM audit.add(p_tenant, audit.actor(p_actor), 'order.downloads_renewed', 'order ' || p_order, p_reason, json_build_object('variants', renewed)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.downloads_renew(uuid, uuid, uuid, uuid, text) IS 'Staff renew the downloads of an order: ok, unknown, reason or none.';

-- The money of whole lines goes back: what they gave ends.
CREATE OR REPLACE FUNCTION sales.downloads_end(p_tenant uuid, p_order uuid, p_lines integer[], p_pieces integer[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE sales.download d SET ended_at = sutler.now()
	FROM unnest(p_lines, p_pieces) AS u (line_no, pieces)
	JOIN sales.order_line w ON w.order_id = p_order AND w.line_no = u.line_no AND w.quantity = u.pieces
	JOIN sales.order_line l ON l.order_id = p_order AND l.digital AND (l.line_no = w.line_no OR l.part_of = w.line_no)
	WHERE d.order_id = p_order AND d.variant_id = l.variant_id AND d.ended_at IS NULL
$$;
COMMENT ON FUNCTION sales.downloads_end(uuid, uuid, integer[], integer[]) IS 'Ends the right to what whole lines of an order gave.';
