-- What staff do to a customer at their desk.
--
-- p_store is the store in which the member of the staff may, NULL for who may in all: a customer is
-- of the store where the account was made.  Each function locks the person first, so that no two
-- of them meet, and writes the audit log in its own transaction: what fields changed, never what
-- stood in them.

-- The state of the person, who is locked: ok; unknown (of another store or merchant); erased.
CREATE OR REPLACE FUNCTION customer.desk_lock(p_tenant uuid, p_store uuid, p_customer uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	erased timestamptz;
BEGIN
	SELECT p.erased_at INTO erased FROM customer.person p
	WHERE p.tenant_id = p_tenant AND p.customer_id = p_customer AND (p_store IS NULL OR p.store_id = p_store) FOR UPDATE;
	RETURN CASE WHEN NOT FOUND THEN 'unknown' WHEN erased IS NOT NULL THEN 'erased' ELSE 'ok' END;
END
$$;
COMMENT ON FUNCTION customer.desk_lock(uuid, uuid, uuid) IS 'Locks a customer for the desk. ok, unknown or erased.';

-- In how many browsers a customer is signed in; which ones is nobody's business.
CREATE OR REPLACE FUNCTION customer.sessions_living(p_tenant uuid, p_customer uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT count(*) FROM customer.session s WHERE s.tenant_id = p_tenant AND s.customer_id = p_customer AND s.expires_at > sutler.now() $$;
COMMENT ON FUNCTION customer.sessions_living(uuid, uuid) IS 'In how many browsers a customer is signed in.';

-- Contact data.  The mail address is not among them: who can read its mails proves it, nobody else.
CREATE OR REPLACE FUNCTION customer.desk_edit(p_tenant uuid, p_actor uuid, p_store uuid, p_customer uuid, p_name text, p_phone text,
	p_type text, p_company text, p_tax_id text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text := customer.desk_lock(p_tenant, p_store, p_customer);
	changed text[];
BEGIN
	IF answer <> 'ok' THEN
		RETURN answer;
	END IF;
	SELECT array_remove(ARRAY[CASE WHEN p.name <> p_name THEN 'name' END, CASE WHEN p.phone <> p_phone THEN 'phone' END,
		CASE WHEN p.customer_type <> p_type THEN 'type' END, CASE WHEN p.company <> p_company THEN 'company' END,
		CASE WHEN p.tax_id <> p_tax_id THEN 'tax_id' END], NULL)
	INTO changed FROM customer.person p WHERE p.tenant_id = p_tenant AND p.customer_id = p_customer;
	IF cardinality(changed) > 0 THEN
		UPDATE customer.person p SET name = p_name, phone = p_phone, customer_type = p_type, company = p_company, tax_id = p_tax_id
		WHERE p.tenant_id = p_tenant AND p.customer_id = p_customer;
		PERFORM audit.add(p_tenant, p_actor::text, 'customer.changed', 'customer ' || p_customer, '', json_build_object('fields', changed)::text);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.desk_edit(uuid, uuid, uuid, uuid, text, text, text, text, text) IS 'Changes contact data of a customer. ok, unknown or erased.';

CREATE OR REPLACE FUNCTION customer.desk_note(p_tenant uuid, p_actor uuid, p_store uuid, p_customer uuid, p_words text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text := customer.desk_lock(p_tenant, p_store, p_customer);
	note uuid;
BEGIN
	IF answer = 'ok' THEN
		INSERT INTO customer.person_note (tenant_id, customer_id, staff_id, words) VALUES (p_tenant, p_customer, p_actor, p_words) RETURNING note_id INTO note;
		PERFORM audit.add(p_tenant, p_actor::text, 'customer.noted', 'customer ' || p_customer, '', json_build_object('note', note)::text);
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION customer.desk_note(uuid, uuid, uuid, uuid, text) IS 'Writes a note about a customer. ok, unknown or erased.';

-- Puts a tag on (p_on) or takes it off; once more changes nothing.  full: p_most are on already.
CREATE OR REPLACE FUNCTION customer.desk_tag(p_tenant uuid, p_actor uuid, p_store uuid, p_customer uuid, p_tag text, p_on boolean, p_most integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text := customer.desk_lock(p_tenant, p_store, p_customer);
	word text := lower(p_tag);
BEGIN
	IF answer <> 'ok' THEN
		RETURN answer;
	ELSIF NOT p_on THEN
		DELETE FROM customer.person_tag t WHERE t.tenant_id = p_tenant AND t.customer_id = p_customer AND t.tag = word;
	ELSIF EXISTS (SELECT FROM customer.person_tag t WHERE t.tenant_id = p_tenant AND t.customer_id = p_customer AND t.tag = word) THEN
		RETURN 'ok';
	ELSIF p_most <= (SELECT count(*) FROM customer.person_tag t WHERE t.tenant_id = p_tenant AND t.customer_id = p_customer) THEN
		RETURN 'full';
	ELSE
		INSERT INTO customer.person_tag (tenant_id, customer_id, store_id, tag)
		SELECT p_tenant, p_customer, p.store_id, word FROM customer.person p WHERE p.tenant_id = p_tenant AND p.customer_id = p_customer;
	END IF;
	IF FOUND THEN
		PERFORM audit.add(p_tenant, p_actor::text, CASE WHEN p_on THEN 'customer.tagged' ELSE 'customer.untagged' END, 'customer ' || p_customer, '', '');
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.desk_tag(uuid, uuid, uuid, uuid, text, boolean, integer) IS 'Puts a tag on a customer or takes it off. ok, full, unknown or erased.';

-- A copy of all that is known of a customer, who asked for it by another way than his page.  NULL: there is no such person.
CREATE OR REPLACE FUNCTION customer.desk_export(p_tenant uuid, p_actor uuid, p_customer uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF customer.desk_lock(p_tenant, NULL, p_customer) <> 'ok' THEN
		RETURN NULL;
	END IF;
	PERFORM audit.add(p_tenant, p_actor::text, 'customer.exported', 'customer ' || p_customer, p_reason, '');
	RETURN customer.export_data(p_tenant, p_customer);
END
$$;
COMMENT ON FUNCTION customer.desk_export(uuid, uuid, uuid, text) IS 'All that is known of a customer, for staff; written to the audit log.';

-- Forgets a customer at once; customer.erase() says what stays, and writes the audit log.
CREATE OR REPLACE FUNCTION customer.desk_erase(p_tenant uuid, p_actor uuid, p_customer uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text := customer.desk_lock(p_tenant, NULL, p_customer);
BEGIN
	IF answer = 'ok' THEN
		PERFORM customer.erase(p_tenant, p_customer, p_actor::text, p_reason);
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION customer.desk_erase(uuid, uuid, uuid, text) IS 'Staff forget a customer. ok, unknown or erased.';
