-- Fields of a merchant's own about customers.

-- Makes a field (p_new) or changes its label and choices; its kind stays, for values stand in it.
-- ok; code or label (another has it); full (20 there are); choices (a choice needs some); gone.
CREATE OR REPLACE FUNCTION customer.save_field(p_tenant uuid, p_actor uuid, p_new boolean, p_code text, p_label text, p_kind text, p_choices text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	its_kind text := p_kind;
	free integer;
BEGIN
	-- One after the other: the place of a new one is the first that is free.
	PERFORM pg_advisory_xact_lock(hashtextextended('customer.field ' || p_tenant, 0));
	IF NOT p_new THEN
		SELECT f.kind INTO its_kind FROM customer.field f WHERE f.tenant_id = p_tenant AND f.code = p_code;
		IF NOT FOUND THEN
			RETURN 'gone';
		END IF;
	ELSIF EXISTS (SELECT FROM customer.field f WHERE f.tenant_id = p_tenant AND f.code = p_code) THEN
		RETURN 'code';
	END IF;
	IF EXISTS (SELECT FROM customer.field f WHERE f.tenant_id = p_tenant AND f.label_key = lower(p_label) AND f.code <> p_code) THEN
		RETURN 'label';
	ELSIF its_kind = 'choice' AND cardinality(p_choices) = 0 THEN
		RETURN 'choices';
	END IF;
	IF p_new THEN
		SELECT min(n) INTO free FROM generate_series(1, 20) AS n
		WHERE NOT EXISTS (SELECT FROM customer.field f WHERE f.tenant_id = p_tenant AND f.position = n);
		IF free IS NULL THEN
			RETURN 'full';
		END IF;
		INSERT INTO customer.field (tenant_id, code, label, kind, choices, position)
		VALUES (p_tenant, p_code, p_label, its_kind, CASE its_kind WHEN 'choice' THEN p_choices ELSE '{}' END, free);
	ELSE
		UPDATE customer.field f SET label = p_label, choices = CASE its_kind WHEN 'choice' THEN p_choices ELSE '{}' END
		WHERE f.tenant_id = p_tenant AND f.code = p_code;
	END IF;
	PERFORM audit.add(p_tenant, p_actor::text, CASE WHEN p_new THEN 'field.made' ELSE 'field.changed' END, 'field ' || p_code, '', '');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.save_field(uuid, uuid, boolean, text, text, text, text[]) IS 'Makes or changes a field about customers. ok, code, label, full, choices or gone.';

-- Takes a field away, with all that stands in it.  ok or gone.
CREATE OR REPLACE FUNCTION customer.drop_field(p_tenant uuid, p_actor uuid, p_code text, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM customer.field f WHERE f.tenant_id = p_tenant AND f.code = p_code;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	PERFORM audit.add(p_tenant, p_actor::text, 'field.dropped', 'field ' || p_code, p_reason, '');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.drop_field(uuid, uuid, text, text) IS 'Takes a field about customers away, and what stands in it. ok or gone.';

-- A value as its kind writes it, or NULL where it cannot be: a number with at most 15 digits before
-- the point and 6 behind, a day of the calendar, one of the choices.
CREATE OR REPLACE FUNCTION customer.field_fit(p_kind text, p_choices text[], p_value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF p_kind = 'number' THEN
		RETURN CASE WHEN p_value ~ '^-?[0-9]{1,15}([.,][0-9]{1,6})?$' THEN translate(p_value, ',', '.') END;
	ELSIF p_kind = 'date' THEN
		RETURN CASE WHEN p_value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN make_date(substr(p_value, 1, 4)::integer, substr(p_value, 6, 2)::integer,
			substr(p_value, 9, 2)::integer)::text END;
	ELSIF p_kind = 'choice' THEN
		RETURN CASE WHEN p_value = ANY (p_choices) THEN p_value END;
	END IF;
	RETURN p_value;
EXCEPTION WHEN datetime_field_overflow THEN
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION customer.field_fit(text, text[], text) IS 'A value as its kind writes it; NULL where it cannot be.';

-- Fills fields of a customer in; an empty value empties one.  What is left as it was may stay, even
-- if it is no choice any more.  ok, unknown, erased; gone (a field was taken away meanwhile); wrong,
-- with the codes of those that cannot be, and nothing is kept.
CREATE OR REPLACE FUNCTION customer.desk_fields(p_tenant uuid, p_actor uuid, p_store uuid, p_customer uuid, p_codes text[], p_values text[])
RETURNS TABLE (outcome text, wrong text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	changed text[];
BEGIN
	outcome := customer.desk_lock(p_tenant, p_store, p_customer);
	wrong := '';
	IF outcome <> 'ok' THEN
		RETURN NEXT;
		RETURN;
	END IF;
	PERFORM FROM customer.field f WHERE f.tenant_id = p_tenant AND f.code = ANY (p_codes) ORDER BY f.code FOR KEY SHARE;
	IF EXISTS (SELECT FROM unnest(p_codes) AS u (code) WHERE NOT EXISTS (SELECT FROM customer.field f WHERE f.tenant_id = p_tenant AND f.code = u.code)) THEN
		outcome := 'gone';
		RETURN NEXT;
		RETURN;
	END IF;
	SELECT coalesce(string_agg(u.code, ' '), '') INTO wrong
	FROM unnest(p_codes, p_values) AS u (code, value)
	JOIN customer.field f ON f.tenant_id = p_tenant AND f.code = u.code
	LEFT JOIN customer.field_value v ON v.tenant_id = p_tenant AND v.customer_id = p_customer AND v.code = u.code
	WHERE u.value <> '' AND u.value IS DISTINCT FROM v.value AND customer.field_fit(f.kind, f.choices, u.value) IS NULL;
	IF wrong <> '' THEN
		outcome := 'wrong';
		RETURN NEXT;
		RETURN;
	END IF;
	SELECT array_agg(u.code ORDER BY u.code) INTO changed
	FROM unnest(p_codes, p_values) AS u (code, value)
	JOIN customer.field f ON f.tenant_id = p_tenant AND f.code = u.code
	LEFT JOIN customer.field_value v ON v.tenant_id = p_tenant AND v.customer_id = p_customer AND v.code = u.code
	WHERE coalesce(v.value, '') NOT IN (u.value, coalesce(customer.field_fit(f.kind, f.choices, u.value), u.value));
	IF changed IS NOT NULL THEN
		DELETE FROM customer.field_value v USING unnest(p_codes, p_values) AS u (code, value)
		WHERE v.tenant_id = p_tenant AND v.customer_id = p_customer AND v.code = u.code AND u.value = '';
		INSERT INTO customer.field_value AS v (tenant_id, customer_id, code, value)
		SELECT p_tenant, p_customer, u.code, coalesce(customer.field_fit(f.kind, f.choices, u.value), u.value)
		FROM unnest(p_codes, p_values) AS u (code, value) JOIN customer.field f ON f.tenant_id = p_tenant AND f.code = u.code
		WHERE u.value <> '' AND u.code = ANY (changed)
		ON CONFLICT (tenant_id, customer_id, code) DO UPDATE SET value = excluded.value;
		PERFORM audit.add(p_tenant, p_actor::text, 'customer.changed', 'customer ' || p_customer, '', json_build_object('fields', changed)::text);
	END IF;
	RETURN NEXT;
END
$$;
COMMENT ON FUNCTION customer.desk_fields(uuid, uuid, uuid, uuid, text[], text[]) IS 'Fills own fields of a customer in. ok, unknown, erased, gone or wrong.';
