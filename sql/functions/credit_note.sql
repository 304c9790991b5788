-- Credit notes: a refund of a billed order takes back a part of its invoice.
--
-- The law.  When a price is reduced or a sale undone after the supply, the taxable amount is
-- reduced accordingly (Directive 2006/112/EC, article 90), by a document that refers to the
-- invoice specifically and is an invoice itself (article 219), with what article 226 asks for.
-- Spain wants a series of its own for these (Real Decreto 1619/2012, articles 6.1.a and 15);
-- EN 16931 calls them credit notes, type 381.
--
-- The split.  A refund is an amount of money; what of it is net and what is tax of which rate,
-- nobody says.  It is shared out in proportion to what the invoice still holds: every taxable
-- amount, every tax, and the part without tax, each less what earlier credit notes took.  Each
-- share is rounded down, and the units left over go to the largest remainders, the first of
-- equal ones.  So the parts sum to the refund, none takes more than is left, and when all the
-- money has gone back all credit notes together are the invoice, to the last unit.  Where taxes
-- lie on the same amount (GST and QST), the net amount is shared instead of the taxable
-- amounts, which are then rounded half up for themselves.
--
-- Money that pays no order (payment.intent.excess) was not billed and has no credit note.  A
-- refund that the gateway reports done and then failed has another that takes the first back.

-- A refund was done, or came back: its credit note is to be made.
CREATE OR REPLACE FUNCTION accounting.to_credit(p_tenant uuid, p_refund uuid, p_taken_back boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO accounting.uncredited (tenant_id, refund_id, taken_back) VALUES (p_tenant, p_refund, p_taken_back) ON CONFLICT DO NOTHING
$$;
COMMENT ON FUNCTION accounting.to_credit(uuid, uuid, boolean) IS 'Notes that a refund wants its credit note.';

-- Shares an amount out in proportion to the weights, which sum to at least as much: rounded
-- down, and what is left to the largest remainders, the first of equal ones.
CREATE OR REPLACE FUNCTION accounting.share(p_amount bigint, p_weights bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	WITH part AS (
		SELECT w.i, div(w.weight::numeric * p_amount, s.whole)::bigint AS low, mod(w.weight::numeric * p_amount, s.whole) AS rest
		FROM unnest(p_weights) WITH ORDINALITY AS w (weight, i), (SELECT sum(u) AS whole FROM unnest(p_weights) AS u) AS s
		WHERE s.whole > 0
	), placed AS (
		SELECT p.i, p.low, row_number() OVER (ORDER BY p.rest DESC, p.i) AS place, p_amount - sum(p.low) OVER () AS left_over FROM part p
	)
	SELECT array_agg(p.low + (p.place <= p.left_over)::integer ORDER BY p.i) FROM placed p
$$;
COMMENT ON FUNCTION accounting.share(bigint, bigint[]) IS 'An amount in proportion to weights, by the largest remainder.';

-- Issues the credit note of a refund; the same again when it has one.  NULL when there is
-- nothing to credit, which ends the matter, or no invoice yet, which leaves it.  The order is
-- locked, so that parallel refunds of one invoice share it out one after the other; the series'
-- row last, as in accounting.issue_invoice().
CREATE OR REPLACE FUNCTION accounting.issue_credit_note(p_tenant uuid, p_refund uuid, p_taken_back boolean) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
	v record;
	first record;
	note uuid;
	in_series text;
	taken bigint;
	today date;
	credited bigint;
	rows integer[];
	names text[];
	rates integer[];
	bases bigint[];
	taxes bigint[];
	net bigint;             -- of the invoice, what is left of it
	whole boolean;          -- the taxable amounts are parts of the net amount
	parts bigint[];
	n integer;
	base_parts bigint[];
	tax_parts bigint[];
	net_part bigint;
	amount bigint;
BEGIN
	SELECT x.amount, p.order_id INTO r FROM payment.refund x JOIN payment.payment p ON p.payment_id = x.payment_id WHERE x.refund_id = p_refund;
	PERFORM FROM sales."order" o WHERE o.order_id = r.order_id FOR UPDATE;
	SELECT i.*, s.timezone, s.invoice_prefix INTO v
	FROM accounting.invoice i JOIN tenancy.store s ON s.store_id = i.store_id WHERE i.order_id = r.order_id;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;
	SELECT c.* INTO first FROM accounting.credit_note c WHERE c.refund_id = p_refund AND c.takes_back IS NULL;
	IF p_taken_back THEN
		SELECT c.credit_note_id INTO note FROM accounting.credit_note c WHERE c.takes_back = first.credit_note_id;
	ELSE
		note := first.credit_note_id;
	END IF;
	IF note IS NOT NULL THEN
		RETURN note;
	END IF;
	SELECT coalesce(sum(c.total), 0) INTO credited FROM accounting.credit_note c WHERE c.invoice_id = v.invoice_id;
	amount := CASE WHEN p_taken_back THEN -coalesce(first.total, 0) ELSE least(r.amount, v.total - credited) END;
	IF amount = 0 OR (amount < 0 AND NOT p_taken_back) THEN
		DELETE FROM accounting.uncredited u WHERE u.refund_id = p_refund AND u.taken_back = p_taken_back;
		RETURN NULL;
	END IF;

	IF p_taken_back THEN
		SELECT array_agg(t.row_no ORDER BY t.row_no), array_agg(t.name ORDER BY t.row_no), array_agg(t.rate_ppm ORDER BY t.row_no),
			array_agg(-t.base ORDER BY t.row_no), array_agg(-t.amount ORDER BY t.row_no)
		INTO rows, names, rates, base_parts, tax_parts
		FROM accounting.credit_note_tax t WHERE t.credit_note_id = first.credit_note_id;
		net_part := -first.net;
	ELSE
		SELECT v.total - v.tax - coalesce(sum(c.net), 0) INTO net FROM accounting.credit_note c WHERE c.invoice_id = v.invoice_id;
		SELECT coalesce(array_agg(x.row_no ORDER BY x.row_no), '{}'), array_agg(x.name ORDER BY x.row_no), array_agg(x.rate_ppm ORDER BY x.row_no),
			coalesce(array_agg(x.base - x.base_gone ORDER BY x.row_no), '{}'), coalesce(array_agg(x.amount - x.amount_gone ORDER BY x.row_no), '{}'),
			coalesce(sum(x.base), 0) <= v.total - v.tax
		INTO rows, names, rates, bases, taxes, whole
		FROM (SELECT t.*, coalesce(sum(g.base), 0)::bigint AS base_gone, coalesce(sum(g.amount), 0)::bigint AS amount_gone
			FROM sales.order_tax t
			LEFT JOIN (accounting.credit_note_tax g JOIN accounting.credit_note c ON c.credit_note_id = g.credit_note_id AND c.invoice_id = v.invoice_id)
				ON g.row_no = t.row_no
			WHERE t.order_id = r.order_id GROUP BY t.tenant_id, t.order_id, t.row_no) AS x;
		n := cardinality(rows);
		IF whole THEN
			parts := accounting.share(amount, bases || (net - coalesce((SELECT sum(b) FROM unnest(bases) AS b), 0)::bigint) || taxes);
			base_parts := parts[1:n];
			net_part := (SELECT sum(p) FROM unnest(parts[1:n + 1]) AS p);
			tax_parts := parts[n + 2:2 * n + 1];
		ELSE
			parts := accounting.share(amount, net || taxes);
			net_part := parts[1];
			tax_parts := parts[2:n + 1];
			base_parts := (SELECT array_agg(round(b::numeric * amount / (v.total - credited))::bigint ORDER BY i) FROM unnest(bases) WITH ORDINALITY AS u (b, i));
		END IF;
	END IF;

	today := (sutler.now() AT TIME ZONE v.timezone)::date;
	-- An invoice's series ends with the dash: no two names are alike.
	in_series := v.invoice_prefix || to_char(today, 'YYYY') || '-R';
	note := sutler.uuid7();
	taken := accounting.next_number(p_tenant, v.store_id, in_series);
	INSERT INTO accounting.credit_note (tenant_id, store_id, credit_note_id, invoice_id, refund_id, takes_back, series, number, issued_on, net, tax, total)
	VALUES (p_tenant, v.store_id, note, v.invoice_id, p_refund, CASE WHEN p_taken_back THEN first.credit_note_id END, in_series, taken, today,
		net_part, amount - net_part, amount);
	INSERT INTO accounting.credit_note_tax (tenant_id, credit_note_id, row_no, name, rate_ppm, base, amount)
	SELECT p_tenant, note, u.row_no, u.name, u.rate, u.base, u.tax FROM unnest(rows, names, rates, base_parts, tax_parts) AS u (row_no, name, rate, base, tax);
	INSERT INTO sales.order_event (tenant_id, order_id, axis, event, from_state, to_state, actor, detail)
	SELECT p_tenant, o.order_id, 'payment', 'credit_note', o.payment, o.payment, 'house', in_series || taken FROM sales."order" o WHERE o.order_id = r.order_id;
	RETURN note;
END
$$;
COMMENT ON FUNCTION accounting.issue_credit_note(uuid, uuid, boolean) IS
	'Gives a refund of a billed order its credit note, or the one that takes it back, with the next number of its series.';

-- Keeps the file of a credit note, once; with it goes the mail that brings it.  False when it
-- had its file already.
CREATE OR REPLACE FUNCTION accounting.store_credit_document(p_tenant uuid, p_note uuid, p_pdf bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
	is_new boolean;
	mail uuid;
BEGIN
	SELECT x.refund_id, x.takes_back, x.store_id, i.order_id INTO STRICT c
	FROM accounting.credit_note x JOIN accounting.invoice i ON i.invoice_id = x.invoice_id WHERE x.credit_note_id = p_note;
	INSERT INTO accounting.credit_document (tenant_id, credit_note_id, pdf, sha256) VALUES (p_tenant, p_note, p_pdf, sha256(p_pdf))
	ON CONFLICT DO NOTHING;
	is_new := FOUND;
	IF is_new THEN
		mail := event.queue_mail(p_tenant, c.store_id, 'credit-note', c.order_id, NULL, NULL);
		UPDATE event.outbox o SET change_id = p_note WHERE o.outbox_id = mail;
	END IF;
	DELETE FROM accounting.uncredited u WHERE u.refund_id = c.refund_id AND u.taken_back = (c.takes_back IS NOT NULL);
	RETURN is_new;
END
$$;
COMMENT ON FUNCTION accounting.store_credit_document(uuid, uuid, bytea) IS 'Stores a credit note''s PDF once and queues its mail.';

-- The credit notes of an order that somebody may look at, and the file of one.
CREATE OR REPLACE FUNCTION accounting.credit_notes_open(p_tenant uuid, p_store uuid, p_link bytea, p_order uuid, p_customer uuid)
RETURNS TABLE (credit_note_id uuid, name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY SELECT c.credit_note_id, c.series || c.number
	FROM accounting.invoice i
	JOIN accounting.credit_note c ON c.invoice_id = i.invoice_id
	JOIN accounting.credit_document d ON d.credit_note_id = c.credit_note_id
	WHERE i.order_id = (SELECT sales.order_open(p_tenant, p_store, p_link, p_order, p_customer))
	ORDER BY c.credit_note_id;
END
$$;
COMMENT ON FUNCTION accounting.credit_notes_open(uuid, uuid, bytea, uuid, uuid) IS
	'Credit notes that can be fetched, for who has the order''s link or is its customer.';

CREATE OR REPLACE FUNCTION accounting.credit_note_open(p_tenant uuid, p_store uuid, p_link bytea, p_order uuid, p_customer uuid, p_note uuid)
RETURNS TABLE (name text, pdf_hex text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY SELECT o.name, encode(d.pdf, 'hex')
	FROM accounting.credit_notes_open(p_tenant, p_store, p_link, p_order, p_customer) o
	JOIN accounting.credit_document d ON d.credit_note_id = o.credit_note_id
	WHERE o.credit_note_id = p_note;
END
$$;
COMMENT ON FUNCTION accounting.credit_note_open(uuid, uuid, bytea, uuid, uuid, uuid) IS
	'A credit note''s file for who has the order''s link or is its customer.';

CREATE OR REPLACE FUNCTION accounting.credit_for_mail(p_tenant uuid, p_note uuid)
RETURNS TABLE (name text, invoice text, amount bigint, taken_back boolean, pdf_hex text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.series || c.number, i.series || i.number, c.total, c.takes_back IS NOT NULL, encode(d.pdf, 'hex')
	FROM accounting.credit_note c
	JOIN accounting.invoice i ON i.invoice_id = c.invoice_id
	JOIN accounting.credit_document d ON d.credit_note_id = c.credit_note_id
	WHERE c.credit_note_id = p_note
$$;
COMMENT ON FUNCTION accounting.credit_for_mail(uuid, uuid) IS 'A credit note''s file, for deliver.';
