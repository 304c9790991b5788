-- Invoices: numbered without gaps, each in its own short transaction after payment.

-- Issues the invoice of a paid order; the same invoice again when it has one.  NULL
-- when the order is not to be billed.  The series row is locked here and nowhere else.
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
	IF NOT FOUND OR o.payment NOT IN ('paid', 'partly_refunded', 'refunded') THEN
		RETURN NULL;
	END IF;
	SELECT i.invoice_id INTO invoice FROM accounting.invoice i WHERE i.order_id = p_order;
	IF FOUND THEN
		RETURN invoice;
	END IF;
	today := (sutler.now() AT TIME ZONE o.timezone)::date;
	in_series := o.invoice_prefix || to_char(today, 'YYYY') || '-';
	invoice := sutler.uuid7();
	INSERT INTO accounting.series (tenant_id, store_id, series) VALUES (p_tenant, o.store_id, in_series) ON CONFLICT DO NOTHING;
	UPDATE accounting.series s SET next_number = s.next_number + 1
	WHERE s.store_id = o.store_id AND s.series = in_series RETURNING s.next_number - 1 INTO taken;
	INSERT INTO accounting.invoice (tenant_id, store_id, invoice_id, order_id, series, number, issued_on, locale, currency,
		seller, buyer, prices_include_tax, goods, discount, shipping, tax, total)
	VALUES (p_tenant, o.store_id, invoice, p_order, in_series, taken, today, o.locale, o.currency,
		p_seller, p_buyer, o.prices_include_tax, o.goods, o.discount, o.shipping, o.tax, o.total);
	RETURN invoice;
END
$$;
COMMENT ON FUNCTION accounting.issue_invoice(uuid, uuid, text, text) IS
	'Gives a paid order its invoice with the next number of its store''s yearly series; the existing one when there is one.';

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
