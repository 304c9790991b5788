-- What the order's page reads through a door of its own: the invoice.

-- The PDF of the invoice of an order that somebody may look at; no row while there is none.
CREATE OR REPLACE FUNCTION accounting.invoice_open(p_tenant uuid, p_store uuid, p_link bytea, p_order uuid, p_customer uuid)
RETURNS TABLE (name text, pdf_hex text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY SELECT i.series || i.number, encode(d.pdf, 'hex')
	FROM accounting.invoice i
	JOIN accounting.document d ON d.invoice_id = i.invoice_id
	WHERE i.order_id = (SELECT sales.order_open(p_tenant, p_store, p_link, p_order, p_customer));
END
$$;
COMMENT ON FUNCTION accounting.invoice_open(uuid, uuid, bytea, uuid, uuid) IS
	'The invoice''s file for who has the order''s link or is its customer.';

-- Whether that file is there, without reading it.
CREATE OR REPLACE FUNCTION accounting.has_invoice(p_tenant uuid, p_order uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN EXISTS (SELECT FROM accounting.invoice i JOIN accounting.document d ON d.invoice_id = i.invoice_id
		WHERE i.order_id = p_order);
END
$$;
COMMENT ON FUNCTION accounting.has_invoice(uuid, uuid) IS 'Whether an order''s invoice can be fetched.';
