-- Numbers of orders, invoices, credit notes and returns, as staff set them in the console.  A number is given once: what was
-- begun goes on, and only what was not yet begun may begin elsewhere.

-- What the next numbers are, as they stand.
CREATE OR REPLACE FUNCTION accounting.numbers_now(p_tenant uuid, p_store uuid)
RETURNS TABLE (order_next bigint, invoice_series text, invoice_next bigint, invoice_begun boolean, credit_series text, credit_next bigint,
	credit_begun boolean, other text, return_next bigint, return_other text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s tenancy.store;
	year text;
	sequence regclass := to_regclass(format('sales.%I', 'number_' || replace(p_store::text, '-', '')));
BEGIN
	SELECT x.* INTO s FROM tenancy.store x WHERE x.tenant_id = p_tenant AND x.store_id = p_store;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	year := to_char((sutler.now() AT TIME ZONE s.timezone)::date, 'YYYY');
	invoice_series := s.invoice_prefix || year || '-';
	credit_series := s.invoice_prefix || year || '-R';
	order_next := 1001;
	IF sequence IS NOT NULL THEN
		EXECUTE format('SELECT CASE WHEN q.is_called THEN q.last_value + 1 ELSE q.last_value END FROM %s q', sequence) INTO order_next;
	END IF;
	invoice_next := coalesce((SELECT x.next_number FROM accounting.series x WHERE x.store_id = p_store AND x.series = invoice_series), 1);
	credit_next := coalesce((SELECT x.next_number FROM accounting.series x WHERE x.store_id = p_store AND x.series = credit_series), 1);
	invoice_begun := EXISTS (SELECT FROM accounting.invoice i WHERE i.store_id = p_store AND i.series = invoice_series);
	credit_begun := EXISTS (SELECT FROM accounting.credit_note c WHERE c.store_id = p_store AND c.series = credit_series);
	other := coalesce((SELECT min(x.name) FROM tenancy.store x WHERE x.store_id <> p_store AND x.invoice_prefix = s.invoice_prefix), '');
	return_next := coalesce((SELECT x.next_number FROM sales.return_series x WHERE x.prefix_key = lower(s.return_prefix COLLATE "C")), 1001);
	return_other := coalesce((SELECT min(x.name) FROM tenancy.store x WHERE x.store_id <> p_store
		AND lower(x.return_prefix COLLATE "C") = lower(s.return_prefix COLLATE "C")), '');
	RETURN NEXT;
END
$$;
COMMENT ON FUNCTION accounting.numbers_now(uuid, uuid) IS 'The next numbers of a store; other, return_other: a store of the merchant whose invoices, whose returns have the same prefix, or empty.';

-- Sets prefixes and where numbers go on.
CREATE OR REPLACE FUNCTION accounting.desk_numbers(p_tenant uuid, p_actor uuid, p_store uuid, p_revision bigint, p_order_prefix text, p_order_next bigint,
	p_invoice_prefix text, p_invoice_next bigint, p_credit_next bigint, p_return_prefix text, p_return_next bigint, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was tenancy.store;
	first record;
	last record;
	sequence text := format('sales.%I', 'number_' || replace(p_store::text, '-', ''));
	wanted record;
	return_now bigint;
	return_wanted bigint;
BEGIN
	-- All stores of a merchant one after the other: two of them must not take one prefix.
	PERFORM FROM tenancy.tenant t WHERE t.tenant_id = p_tenant FOR NO KEY UPDATE;
	SELECT x.* INTO was FROM tenancy.store x WHERE x.tenant_id = p_tenant AND x.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF was.revision <> p_revision THEN
		RETURN 'changed';
	END IF;
	PERFORM sales.prepare_store(p_tenant, p_store);
	-- Nobody takes a number of orders until this is over.
	EXECUTE format('ALTER SEQUENCE %s NO CYCLE', sequence);
	SELECT n.* INTO first FROM accounting.numbers_now(p_tenant, p_store) n;
	IF p_order_next < first.order_next THEN
		RETURN 'order_next';
	ELSIF p_order_prefix <> was.order_prefix AND p_order_prefix ~ '[0-9]$' THEN
		RETURN 'order_prefix';
	ELSIF p_invoice_prefix <> was.invoice_prefix AND p_invoice_prefix ~ '[0-9]$' THEN
		RETURN 'invoice_digit';
	-- A prefix that ended in a digit reads like a shorter one with a longer number.
	ELSIF p_order_prefix <> was.order_prefix AND was.order_prefix ~ '[0-9]$' AND EXISTS (SELECT FROM sales."order" o
		WHERE o.store_id = p_store AND o.number ~ ('^' || p_order_prefix || '[0-9]+$') AND substr(o.number, length(p_order_prefix) + 1)::numeric >= p_order_next) THEN
		RETURN 'order_taken';
	ELSIF p_invoice_prefix <> was.invoice_prefix AND (EXISTS (SELECT FROM tenancy.store x WHERE x.store_id <> p_store AND x.invoice_prefix = p_invoice_prefix)
		OR EXISTS (SELECT FROM accounting.series x WHERE x.store_id <> p_store AND regexp_replace(x.series, '[0-9]{4}-R?$', '') = p_invoice_prefix)) THEN
		RETURN 'invoice_prefix';
	END IF;
	IF p_return_prefix !~ '^[A-Za-z0-9-]*[A-Za-z-]$' THEN
		RETURN 'return_prefix';
	END IF;
	-- Nobody takes a number of returns until this is over.
	INSERT INTO sales.return_series (tenant_id, prefix_key) VALUES (p_tenant, lower(p_return_prefix COLLATE "C")) ON CONFLICT DO NOTHING;
	SELECT x.next_number INTO return_now FROM sales.return_series x WHERE x.prefix_key = lower(p_return_prefix COLLATE "C") FOR UPDATE;
	-- Under a new prefix the number of the old one, left as it was, is not meant.
	return_wanted := CASE WHEN p_return_prefix <> was.return_prefix AND p_return_next = first.return_next THEN return_now ELSE p_return_next END;
	IF return_wanted < return_now THEN
		RETURN 'return_next';
	END IF;
	IF (p_order_prefix, p_invoice_prefix, p_return_prefix) <> (was.order_prefix, was.invoice_prefix, was.return_prefix) THEN
		UPDATE tenancy.store x SET order_prefix = p_order_prefix, invoice_prefix = p_invoice_prefix, return_prefix = p_return_prefix WHERE x.store_id = p_store;
	END IF;
	UPDATE sales.return_series x SET next_number = return_wanted WHERE x.prefix_key = lower(p_return_prefix COLLATE "C") AND x.next_number <> return_wanted;
	SELECT n.* INTO last FROM accounting.numbers_now(p_tenant, p_store) n;
	FOR wanted IN SELECT u.* FROM (VALUES
		('invoice_next', last.invoice_series, p_invoice_next, first.invoice_next), ('credit_next', last.credit_series, p_credit_next, first.credit_next))
		AS u (field, series, number, before)
	LOOP
		INSERT INTO accounting.series (tenant_id, store_id, series) VALUES (p_tenant, p_store, wanted.series) ON CONFLICT DO NOTHING;
		PERFORM FROM accounting.series x WHERE x.store_id = p_store AND x.series = wanted.series FOR UPDATE;
		-- Under a new prefix the number of the old one, left as it was, is not meant.
		IF p_invoice_prefix <> was.invoice_prefix AND wanted.number = wanted.before THEN
			CONTINUE;
		END IF;
		BEGIN
			UPDATE accounting.series x SET next_number = wanted.number
			WHERE x.store_id = p_store AND x.series = wanted.series AND x.next_number <> wanted.number;
			-- One further would pass as a number given: not by this door.
			IF FOUND AND (EXISTS (SELECT FROM accounting.invoice i WHERE i.store_id = p_store AND i.series = wanted.series)
				OR EXISTS (SELECT FROM accounting.credit_note c WHERE c.store_id = p_store AND c.series = wanted.series)) THEN
				RAISE check_violation;
			END IF;
		EXCEPTION WHEN check_violation THEN
			RAISE EXCEPTION USING ERRCODE = 'ZZ036', MESSAGE = wanted.field;
		END;
	END LOOP;
	IF p_order_next > first.order_next THEN
		EXECUTE format('ALTER SEQUENCE %s RESTART WITH %s', sequence, p_order_next);
	END IF;
	SELECT n.* INTO last FROM accounting.numbers_now(p_tenant, p_store) n;
	PERFORM audit.add(p_tenant, p_actor::text, 'store.numbers', 'store ' || p_store, p_reason, coalesce(tenancy.differences(
		to_jsonb(first) || jsonb_build_object('order_prefix', was.order_prefix, 'invoice_prefix', was.invoice_prefix, 'return_prefix', was.return_prefix),
		to_jsonb(last) || jsonb_build_object('order_prefix', p_order_prefix, 'invoice_prefix', p_invoice_prefix, 'return_prefix', p_return_prefix)), '{}')::text);
	RETURN 'ok';
EXCEPTION WHEN SQLSTATE 'ZZ036' THEN
	RETURN SQLERRM;
END
$$;
COMMENT ON FUNCTION accounting.desk_numbers(uuid, uuid, uuid, bigint, text, bigint, text, bigint, bigint, text, bigint, text) IS
	'Sets a store''s prefixes and next numbers: ok, gone, changed, order_next (given already), order_prefix or invoice_digit (ends in a digit), order_taken, invoice_prefix (another store''s), invoice_next or credit_next (the series has begun), return_prefix (ends in a digit), return_next (given already).';
