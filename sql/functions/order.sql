-- What the order's page reads through a door of its own: the invoice.

-- The PDF of an order's invoice, for who has the link to the order; no row while there is none.
CREATE OR REPLACE FUNCTION accounting.invoice_by_link(p_tenant uuid, p_token bytea)
RETURNS TABLE (name text, pdf_hex text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT i.series || i.number, encode(d.pdf, 'hex')
	FROM sales.order_token t
	JOIN accounting.invoice i ON i.order_id = t.order_id
	JOIN accounting.document d ON d.invoice_id = i.invoice_id
	WHERE t.token_sha256 = p_token AND t.expires_at > sutler.now()
$$;
COMMENT ON FUNCTION accounting.invoice_by_link(uuid, bytea) IS 'The invoice''s file for a visitor with the order''s link.';

-- Whether that file is there, without reading it.
CREATE OR REPLACE FUNCTION accounting.has_invoice(p_tenant uuid, p_order uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM accounting.invoice i JOIN accounting.document d ON d.invoice_id = i.invoice_id
		WHERE i.order_id = p_order)
$$;
COMMENT ON FUNCTION accounting.has_invoice(uuid, uuid) IS 'Whether an order''s invoice can be fetched.';
