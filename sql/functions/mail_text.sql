-- Words of a merchant in his mails, as staff write them in the console.

-- Saves the words of a mail in a language; all empty: the house's own again.  p_revision 0: there were none.
CREATE OR REPLACE FUNCTION tenancy.desk_mail(p_tenant uuid, p_actor uuid, p_store uuid, p_template text, p_locale text, p_revision bigint,
	p_subject text, p_opening text, p_closing text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was tenancy.mail_text;
	now_is jsonb := jsonb_build_object('subject', p_subject, 'opening', p_opening, 'closing', p_closing);
	detail jsonb;
BEGIN
	PERFORM FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND OR NOT EXISTS (SELECT FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.locale = p_locale) THEN
		RETURN 'gone';
	END IF;
	SELECT m.* INTO was FROM tenancy.mail_text m WHERE m.store_id = p_store AND m.template = p_template AND m.locale = p_locale FOR UPDATE;
	IF coalesce(was.revision, 0) <> p_revision THEN
		RETURN 'changed';
	END IF;
	detail := tenancy.differences(jsonb_build_object('subject', coalesce(was.subject, ''), 'opening', coalesce(was.opening, ''),
		'closing', coalesce(was.closing, '')), now_is);
	IF detail IS NULL THEN
		RETURN 'ok';
	END IF;
	IF p_subject = '' AND p_opening = '' AND p_closing = '' THEN
		DELETE FROM tenancy.mail_text m WHERE m.store_id = p_store AND m.template = p_template AND m.locale = p_locale;
	ELSE
		INSERT INTO tenancy.mail_text AS m (tenant_id, store_id, template, locale, subject, opening, closing)
		VALUES (p_tenant, p_store, p_template, p_locale, p_subject, p_opening, p_closing)
		ON CONFLICT (tenant_id, store_id, template, locale) DO UPDATE
		SET subject = excluded.subject, opening = excluded.opening, closing = excluded.closing, revision = m.revision + 1;
	END IF;
	PERFORM audit.add(p_tenant, p_actor::text, 'mail.changed', 'mail ' || p_template || ' in ' || p_locale || ' of store ' || p_store, '', detail::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION tenancy.desk_mail(uuid, uuid, uuid, text, text, bigint, text, text, text) IS
	'Saves a store''s words for a mail in a language; all empty: the house''s. ok, gone, changed.';

-- The last lines of every mail, in each language.
CREATE OR REPLACE FUNCTION tenancy.desk_signature(p_tenant uuid, p_actor uuid, p_store uuid, p_locales text[], p_signatures text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was jsonb;
	now_is jsonb;
BEGIN
	PERFORM FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND OR EXISTS (SELECT FROM unnest(p_locales) u WHERE NOT EXISTS
		(SELECT FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.locale = u)) THEN
		RETURN 'gone';
	END IF;
	SELECT jsonb_object_agg(t.locale, t.mail_signature) INTO was FROM tenancy.store_text t WHERE t.store_id = p_store;
	INSERT INTO tenancy.store_text AS t (tenant_id, store_id, locale, mail_signature)
	SELECT p_tenant, p_store, u.locale, u.signature FROM unnest(p_locales, p_signatures) AS u (locale, signature)
	ON CONFLICT (tenant_id, store_id, locale) DO UPDATE SET mail_signature = excluded.mail_signature
	WHERE t.mail_signature IS DISTINCT FROM excluded.mail_signature;
	SELECT jsonb_object_agg(t.locale, t.mail_signature) INTO now_is FROM tenancy.store_text t WHERE t.store_id = p_store;
	IF now_is IS DISTINCT FROM was THEN
		PERFORM audit.add(p_tenant, p_actor::text, 'mail.signature', 'store ' || p_store, '', coalesce(tenancy.differences(coalesce(was, '{}'), now_is), '{}')::text);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION tenancy.desk_signature(uuid, uuid, uuid, text[], text[]) IS 'Saves the last lines of a store''s mails by language: ok, gone.';

-- A mail to oneself.  The address is the one that one signs in with: nobody else can be written to by it.
CREATE OR REPLACE FUNCTION tenancy.desk_mail_trial(p_tenant uuid, p_actor uuid, p_store uuid, p_template text, p_locale text,
	p_subject text, p_opening text, p_closing text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- In an hour, of one person: more than somebody who is writing needs.
	most constant integer := 30;
	trial uuid := sutler.uuid7();
	mail uuid;
BEGIN
	PERFORM FROM staff.person s WHERE s.tenant_id = p_tenant AND s.staff_id = p_actor FOR NO KEY UPDATE;
	IF NOT FOUND OR NOT EXISTS (SELECT FROM tenancy.store_locale l WHERE l.store_id = p_store AND l.locale = p_locale) THEN
		RETURN 'gone';
	END IF;
	DELETE FROM tenancy.mail_trial t WHERE t.staff_id = p_actor AND t.created_at < sutler.now() - interval '1 day';
	IF (SELECT count(*) FROM tenancy.mail_trial t WHERE t.staff_id = p_actor AND t.created_at > sutler.now() - interval '1 hour') >= most THEN
		RETURN 'many';
	END IF;
	INSERT INTO tenancy.mail_trial (tenant_id, trial_id, store_id, staff_id, template, locale, subject, opening, closing)
	VALUES (p_tenant, trial, p_store, p_actor, p_template, p_locale, p_subject, p_opening, p_closing);
	mail := event.queue_mail(p_tenant, p_store, 'trial', NULL, NULL, NULL);
	UPDATE event.outbox o SET change_id = trial, staff_id = p_actor WHERE o.outbox_id = mail;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION tenancy.desk_mail_trial(uuid, uuid, uuid, text, text, text, text, text) IS 'Sends staff a trial of a mail in words that need not be saved: ok, gone, many.';

CREATE OR REPLACE FUNCTION tenancy.trial_for_mail(p_tenant uuid, p_trial uuid)
RETURNS TABLE (template text, locale text, subject text, opening text, closing text, email text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT t.template, t.locale, t.subject, t.opening, t.closing, s.email, s.name
	FROM tenancy.mail_trial t JOIN staff.person s USING (tenant_id, staff_id)
	WHERE t.tenant_id = p_tenant AND t.trial_id = p_trial AND s.email <> '' AND s.state = 'active'
$$;
COMMENT ON FUNCTION tenancy.trial_for_mail(uuid, uuid) IS 'A trial of a mail and who gets it.';
