-- Invoices: numbered without gaps, each in its own short transaction after payment.

-- The next number of a series, which begins with 1.  Its row is locked until the transaction ends, and
-- given back with it: no number is lost.  Last of all that a transaction locks.
CREATE OR REPLACE FUNCTION accounting.next_number(p_tenant uuid, p_store uuid, p_series text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken bigint;
BEGIN
	INSERT INTO accounting.series (tenant_id, store_id, series) VALUES (p_tenant, p_store, p_series) ON CONFLICT DO NOTHING;
	UPDATE accounting.series s SET next_number = s.next_number + 1
	WHERE s.store_id = p_store AND s.series = p_series RETURNING s.next_number - 1 INTO taken;
	RETURN taken;
END
$$;
COMMENT ON FUNCTION accounting.next_number(uuid, uuid, text) IS 'Takes the next number of a series, without gaps.';

-- Issues the invoice of a paid order, or of one on invoice that left, which is due then; the same invoice again when it has one.  NULL
-- when the order is not to be billed.
CREATE OR REPLACE FUNCTION accounting.issue_invoice(p_tenant uuid, p_order uuid, p_seller text, p_buyer text)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	invoice uuid;
	today date;
	in_series text;
	taken bigint;
BEGIN
	SELECT x.*, s.timezone, s.invoice_prefix INTO o
	FROM sales."order" x JOIN tenancy.store s USING (tenant_id, store_id)
	WHERE x.order_id = p_order FOR UPDATE OF x;
	IF NOT FOUND OR (o.payment NOT IN ('paid', 'partly_refunded', 'refunded')
	   AND NOT (o.payment_method = 'invoice' AND o.payment = 'pending' AND o.fulfilment IN ('partly_shipped', 'shipped', 'delivered'))) THEN
		RETURN NULL;
	END IF;
	SELECT i.invoice_id INTO invoice FROM accounting.invoice i WHERE i.order_id = p_order;
	IF FOUND THEN
		RETURN invoice;
	END IF;
	today := (sutler.now() AT TIME ZONE o.timezone)::date;
	in_series := o.invoice_prefix || to_char(today, 'YYYY') || '-';
	invoice := sutler.uuid7();
	taken := accounting.next_number(p_tenant, o.store_id, in_series);
	INSERT INTO accounting.invoice (tenant_id, store_id, invoice_id, order_id, series, number, issued_on, locale, currency,
		seller, buyer, prices_include_tax, goods, discount, shipping, tax, total, due_on)
	VALUES (p_tenant, o.store_id, invoice, p_order, in_series, taken, today, o.locale, o.currency,
		p_seller, p_buyer, o.prices_include_tax, o.goods, o.discount, o.shipping, o.tax, o.total,
		CASE WHEN o.payment = 'pending' THEN today + o.pay_days END);
	UPDATE sales."order" x SET due_on = today + x.pay_days WHERE x.order_id = p_order AND x.payment = 'pending' AND x.pay_days IS NOT NULL;
	RETURN invoice;
END
$$;
COMMENT ON FUNCTION accounting.issue_invoice(uuid, uuid, text, text) IS
	'Gives a paid order, or one on invoice that left, its invoice with the next number of its store''s yearly series; the existing one when there is one.';

-- The file of an order's invoice, for the mail that brings it; no row while there is none.
CREATE OR REPLACE FUNCTION accounting.invoice_for_mail(p_tenant uuid, p_order uuid)
RETURNS TABLE (name text, pdf_hex text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT i.series || i.number, encode(d.pdf, 'hex')
	FROM accounting.invoice i JOIN accounting.document d ON d.invoice_id = i.invoice_id
	WHERE i.order_id = p_order
$$;
COMMENT ON FUNCTION accounting.invoice_for_mail(uuid, uuid) IS 'The invoice''s file, for deliver.';

-- Keeps the file of an invoice, once; with it goes the mail that brings it, and the order
-- is billed.  False when the invoice had its file already.
CREATE OR REPLACE FUNCTION accounting.store_document(p_tenant uuid, p_invoice uuid, p_pdf bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i record;
	is_new boolean;
BEGIN
	SELECT x.order_id, x.store_id INTO STRICT i FROM accounting.invoice x WHERE x.invoice_id = p_invoice;
	INSERT INTO accounting.document (tenant_id, invoice_id, pdf, sha256) VALUES (p_tenant, p_invoice, p_pdf, sha256(p_pdf))
	ON CONFLICT DO NOTHING;
	is_new := FOUND;
	IF is_new THEN
		PERFORM event.queue_mail(p_tenant, i.store_id, 'invoice', i.order_id, NULL, NULL);
	END IF;
	DELETE FROM accounting.unbilled u WHERE u.order_id = i.order_id;
	RETURN is_new;
END
$$;
COMMENT ON FUNCTION accounting.store_document(uuid, uuid, bytea) IS 'Stores an invoice''s PDF once and queues its mail.';
