-- Suppliers and purchase orders as staff make them: behind these doors stand the functions of
-- purchasing.sql.  Words as there, and: letters (no such code), code (another has it), currency
-- (there are prices in another), sku, price, pieces, least, twice (of one line: behind the word
-- stands its number, from 0), mail (no address to write to), store.

-- A new supplier (p_new) or what is known of one.
CREATE OR REPLACE FUNCTION inventory.supplier_save(p_tenant uuid, p_actor uuid, p_supplier uuid, p_new boolean, p_code text, p_name text,
	p_email text, p_phone text, p_currency text, p_lead_days integer, p_over_ppm integer, p_active boolean, p_note text,
	p_inspect boolean)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text;
BEGIN
	IF p_code !~ '^[A-Z0-9][A-Z0-9_-]{0,15}$' THEN
		RETURN 'letters';
	ELSIF p_currency !~ '^[A-Z]{3}$' THEN
		RETURN 'currency';
	END IF;
	IF NOT p_new THEN
		SELECT s.currency INTO before FROM inventory.supplier s WHERE s.supplier_id = p_supplier FOR UPDATE;
		IF NOT FOUND THEN
			RETURN 'unknown';
		ELSIF before <> p_currency AND EXISTS (SELECT FROM inventory.supplier_item i WHERE i.supplier_id = p_supplier) THEN
			RETURN 'currency';
		END IF;
	END IF;
	BEGIN
		IF p_new THEN
			INSERT INTO inventory.supplier (tenant_id, supplier_id, code, name, email, phone, currency, lead_days, over_ppm, active, note, inspect)
			VALUES (p_tenant, p_supplier, p_code, p_name, p_email, p_phone, p_currency, p_lead_days, p_over_ppm, p_active, p_note, p_inspect);
		ELSE
			UPDATE inventory.supplier s SET code = p_code, name = p_name, email = p_email, phone = p_phone, currency = p_currency,
				lead_days = p_lead_days, over_ppm = p_over_ppm, active = p_active, note = p_note, inspect = p_inspect WHERE s.supplier_id = p_supplier;
		END IF;
	EXCEPTION WHEN unique_violation THEN
		RETURN 'code';
	END;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', CASE WHEN p_new THEN 'supplier.made' ELSE 'supplier.changed' END,
		'supplier ' || p_supplier, '', jsonb_build_object('code', p_code, 'currency', p_currency, 'active', p_active, 'inspect', p_inspect));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.supplier_save(uuid, uuid, uuid, boolean, text, text, text, text, text, integer, integer, boolean, text, boolean) IS
	'Makes or changes a supplier. ok, unknown, letters, code or currency.';

-- What a supplier sells: by our SKU or bar code, with his name and price for it.  Once more: changed.
CREATE OR REPLACE FUNCTION inventory.supplier_item_save(p_tenant uuid, p_actor uuid, p_supplier uuid, p_code text, p_sku text,
	p_price bigint, p_least integer, p_lead_days integer)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid := shipping.scanned(p_tenant, p_code);
BEGIN
	-- Locked, so that the currency of the price stays what it is.
	PERFORM FROM inventory.supplier s WHERE s.supplier_id = p_supplier FOR SHARE;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF v IS NULL THEN
		RETURN 'sku';
	END IF;
	INSERT INTO inventory.supplier_item (tenant_id, supplier_id, variant_id, sku, price, least, lead_days)
	VALUES (p_tenant, p_supplier, v, p_sku, p_price, p_least, p_lead_days)
	ON CONFLICT (tenant_id, supplier_id, variant_id) DO UPDATE
	SET sku = excluded.sku, price = excluded.price, least = excluded.least, lead_days = excluded.lead_days;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'supplier.item', 'supplier ' || p_supplier, '',
		jsonb_build_object('variant', v, 'price', p_price, 'least', p_least));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.supplier_item_save(uuid, uuid, uuid, text, text, bigint, integer, integer) IS
	'Says how a supplier names and prices a variant. ok, unknown or sku.';

CREATE OR REPLACE FUNCTION inventory.supplier_item_drop(p_tenant uuid, p_actor uuid, p_supplier uuid, p_variant uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM inventory.supplier_item i WHERE i.supplier_id = p_supplier AND i.variant_id = p_variant;
	IF NOT FOUND THEN
		RETURN 'unknown';
	END IF;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'supplier.item_dropped', 'supplier ' || p_supplier, '', jsonb_build_object('variant', p_variant));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.supplier_item_drop(uuid, uuid, uuid, uuid) IS 'The supplier does not sell it any more. ok or unknown.';

-- A draft out of what was typed: SKUs or bar codes, pieces, and prices (-1: the supplier's).  With
-- p_again the lines of a draft that is there are replaced.
CREATE OR REPLACE FUNCTION inventory.purchase_write(p_tenant uuid, p_actor uuid, p_purchase uuid, p_again boolean, p_supplier uuid,
	p_warehouse uuid, p_codes text[], p_pieces integer[], p_prices bigint[])
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid[] := '{}';
	found_v uuid;
	head record;
	item record;
	answer text;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(p_codes), 0) LOOP
		found_v := shipping.scanned(p_tenant, p_codes[i]);
		SELECT x.price, x.least INTO item FROM inventory.supplier_item x WHERE x.supplier_id = p_supplier AND x.variant_id = found_v;
		IF found_v IS NULL THEN
			RETURN 'sku ' || i - 1;
		ELSIF found_v = ANY (v) THEN
			RETURN 'twice ' || i - 1;
		ELSIF p_prices[i] < 0 AND item.price IS NULL THEN
			RETURN 'price ' || i - 1;
		ELSIF p_pieces[i] NOT BETWEEN 1 AND inventory.pieces_most() THEN
			RETURN 'pieces ' || i - 1;
		ELSIF p_pieces[i] < item.least THEN
			RETURN 'least ' || i - 1;
		END IF;
		v := v || found_v;
	END LOOP;
	IF NOT p_again THEN
		IF NOT EXISTS (SELECT FROM inventory.supplier s WHERE s.supplier_id = p_supplier AND s.active) THEN
			RETURN 'unknown';
		END IF;
		RETURN inventory.purchase_draft(p_tenant, p_actor, 'admin-inventory', p_purchase, p_supplier, p_warehouse, v, p_pieces,
			ARRAY(SELECT nullif(greatest(u.p, -1), -1) FROM unnest(p_prices) WITH ORDINALITY AS u (p, n) ORDER BY u.n));
	END IF;
	SELECT p.state INTO head FROM inventory.purchase p WHERE p.purchase_id = p_purchase AND p.supplier_id = p_supplier FOR NO KEY UPDATE;
	IF NOT FOUND OR NOT inventory.in_use(p_tenant, p_warehouse) THEN
		RETURN 'unknown';
	ELSIF head.state <> 'draft' THEN
		RETURN 'state';
	ELSIF cardinality(v) = 0 THEN
		RETURN 'quantity';
	END IF;
	UPDATE inventory.purchase p SET warehouse_id = p_warehouse WHERE p.purchase_id = p_purchase;
	DELETE FROM inventory.purchase_line l WHERE l.purchase_id = p_purchase;
	INSERT INTO inventory.purchase_line (tenant_id, purchase_id, variant_id, ordered, price)
	SELECT p_tenant, p_purchase, u.v, u.q, CASE WHEN u.p < 0 THEN i.price ELSE u.p END
	FROM unnest(v, p_pieces, p_prices) AS u (v, q, p)
	LEFT JOIN inventory.supplier_item i ON i.supplier_id = p_supplier AND i.variant_id = u.v;
	PERFORM inventory.answered(p_tenant, p_actor, 'admin-inventory', 'purchase.changed', 'purchase ' || p_purchase, '', jsonb_build_object('lines', cardinality(v)));
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.purchase_write(uuid, uuid, uuid, boolean, uuid, uuid, text[], integer[], bigint[]) IS
	'Makes a draft of a purchase order, or writes its lines anew. ok, unknown, state, quantity, or a word and the number of a line.';

-- Sent by mail (p_store: whose letter it is), or by other means (NULL).  The file follows in the
-- same transaction, when nobody can change the lines any more.
CREATE OR REPLACE FUNCTION inventory.purchase_send(p_tenant uuid, p_actor uuid, p_purchase uuid, p_store uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text := inventory.purchase_step(p_tenant, p_actor, 'admin-inventory', p_purchase, 'send', '');
	mail uuid;
BEGIN
	IF answer <> 'ok' OR p_store IS NULL THEN
		RETURN answer;
	ELSIF NOT EXISTS (SELECT FROM inventory.purchase p JOIN inventory.supplier s USING (tenant_id, supplier_id)
		WHERE p.purchase_id = p_purchase AND s.email <> '') THEN
		RETURN 'mail';
	END IF;
	mail := event.queue_mail(p_tenant, p_store, 'purchase-order', NULL, NULL, NULL);
	UPDATE event.outbox x SET change_id = p_purchase WHERE x.outbox_id = mail;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION inventory.purchase_send(uuid, uuid, uuid, uuid) IS 'Sends a draft, with a mail when a store is given. ok, unknown, state or mail: then nothing may be kept.';

-- The file of an order that was sent, once.
CREATE OR REPLACE FUNCTION inventory.purchase_keep(p_tenant uuid, p_purchase uuid, p_pdf bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO inventory.purchase_file (tenant_id, purchase_id, pdf)
	SELECT p_tenant, p_purchase, p_pdf FROM inventory.purchase p WHERE p.purchase_id = p_purchase AND p.state = 'sent' ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION inventory.purchase_keep(uuid, uuid, bytea) IS 'Keeps the file of a purchase order that was sent.';

CREATE OR REPLACE FUNCTION inventory.purchase_for_mail(p_tenant uuid, p_purchase uuid)
RETURNS TABLE (name text, supplier text, email text, pdf_hex text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'PO-' || p.number, s.name, s.email, encode(f.pdf, 'hex')
	FROM inventory.purchase p JOIN inventory.supplier s USING (tenant_id, supplier_id)
	JOIN inventory.purchase_file f USING (tenant_id, purchase_id)
	WHERE p.purchase_id = p_purchase AND p.state <> 'cancelled'
$$;
COMMENT ON FUNCTION inventory.purchase_for_mail(uuid, uuid) IS 'A purchase order''s file and whom it goes to, for deliver.';

-- Pieces that a scanner read off the goods of a purchase order; only what was ordered.  done and
-- wanted: pieces counted and received so far, and ordered.
CREATE OR REPLACE FUNCTION inventory.purchase_scan(p_tenant uuid, p_purchase uuid, p_code text, p_pieces integer)
RETURNS TABLE (outcome text, sku text, done bigint, wanted bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v uuid := shipping.scanned(p_tenant, p_code);
	l record;
	n integer;
BEGIN
	-- Behind who books: a scan counts for what is booked next.
	PERFORM FROM inventory.purchase p WHERE p.purchase_id = p_purchase AND p.state IN ('sent', 'partly_received') FOR SHARE;
	IF NOT FOUND THEN
		RETURN QUERY SELECT CASE WHEN EXISTS (SELECT FROM inventory.purchase p WHERE p.purchase_id = p_purchase) THEN 'state' ELSE 'unknown' END,
			''::text, 0::bigint, 0::bigint;
		RETURN;
	END IF;
	SELECT x.ordered, x.received, k.sku INTO l FROM inventory.purchase_line x JOIN catalog.variant k ON k.variant_id = x.variant_id
	WHERE x.purchase_id = p_purchase AND x.variant_id = v;
	IF NOT FOUND OR p_pieces NOT BETWEEN 1 AND 10000 THEN
		RETURN QUERY SELECT CASE WHEN v IS NULL THEN 'code' ELSE 'wrong' END, ''::text, 0::bigint, 0::bigint;
		RETURN;
	END IF;
	INSERT INTO inventory.tally AS t (tenant_id, work_id, variant_id, pieces) VALUES (p_tenant, p_purchase, v, p_pieces)
	ON CONFLICT (tenant_id, work_id, variant_id) DO UPDATE SET pieces = least(t.pieces + excluded.pieces, 10000000) RETURNING t.pieces INTO n;
	RETURN QUERY SELECT 'ok', l.sku, (l.received + n)::bigint, l.ordered::bigint;
END
$$;
COMMENT ON FUNCTION inventory.purchase_scan(uuid, uuid, text, integer) IS
	'Counts pieces that came of a purchase order. ok, unknown, state, code (nobody knows it) or wrong (not ordered).';

-- Books what the form says came.  p_seen: what its page showed as scanned; scans made since then
-- stay for the next arrival.  The same arrival twice is one.
CREATE OR REPLACE FUNCTION inventory.purchase_book(p_tenant uuid, p_actor uuid, p_receipt uuid, p_purchase uuid, p_variants uuid[],
	p_pieces integer[], p_seen integer[], p_landed bigint, p_reason text,
	p_numbers text[] DEFAULT NULL, p_expires date[] DEFAULT NULL, p_made date[] DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text;
	came record;
BEGIN
	PERFORM FROM inventory.purchase p WHERE p.purchase_id = p_purchase FOR NO KEY UPDATE;
	IF EXISTS (SELECT FROM inventory.receipt x WHERE x.receipt_id = p_receipt AND x.purchase_id = p_purchase) THEN
		RETURN 'ok';
	END IF;
	SELECT array_agg(u.v) AS v, array_agg(u.q) AS q, array_agg(u.n) AS n, array_agg(u.e) AS e, array_agg(u.m) AS m INTO came
	FROM unnest(p_variants, p_pieces, p_numbers, p_expires, p_made) AS u (v, q, n, e, m) WHERE u.q <> 0;
	answer := inventory.purchase_receive(p_tenant, p_actor, 'admin-inventory', p_receipt, p_purchase, came.v, came.q, p_landed, p_reason, came.n, came.e, came.m);
	IF answer = 'ok' THEN
		UPDATE inventory.tally t SET pieces = greatest(t.pieces - u.s, 0) FROM unnest(p_variants, p_seen) AS u (v, s)
		WHERE t.work_id = p_purchase AND t.variant_id = u.v;
		DELETE FROM inventory.tally t WHERE t.work_id = p_purchase AND t.pieces = 0;
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION inventory.purchase_book(uuid, uuid, uuid, uuid, uuid[], integer[], integer[], bigint, text, text[], date[], date[]) IS
	'Books one arrival as a form says it. Words of inventory.purchase_receive.';
