-- Staff: signing in by the merchant's identity provider.  admin-login begins and ends an
-- attempt, courier alone speaks with the provider and says who it is; nobody else reads these rows.

-- Owners always keep their passwords: a provider that is gone shuts nobody out for good.
CREATE OR REPLACE FUNCTION staff.password_allowed(p_tenant uuid, p_staff uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT staff.is_owner(p_tenant, p_staff)
		OR NOT EXISTS (SELECT FROM staff.sso s WHERE s.tenant_id = p_tenant AND s.active AND NOT s.passwords)
$$;
COMMENT ON FUNCTION staff.password_allowed(uuid, uuid) IS 'Whether a password counts for a person.';

-- What the log-in page offers; no row when there is no provider that has answered.
CREATE OR REPLACE FUNCTION staff.sso_offer(p_tenant uuid) RETURNS TABLE (name text, origin text, passwords boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT s.name, s.leave_origin, s.passwords FROM staff.sso s WHERE s.tenant_id = p_tenant AND s.active AND s.leave_origin <> '' $$;
COMMENT ON FUNCTION staff.sso_offer(uuid) IS 'The identity provider that the log-in page offers.';

-- Begins an attempt: ok; wait (20 in five minutes from one address: each asks the provider); gone.
CREATE OR REPLACE FUNCTION staff.sso_begin(p_tenant uuid, p_attempt uuid, p_address text, p_state bytea, p_browser bytea, p_back text,
	p_prefix text, p_next text, p_again uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT event.try(p_tenant, 'staff-sso', customer.visitor(p_address), 300, 20) THEN
		RETURN 'wait';
	END IF;
	DELETE FROM staff.sso_attempt a WHERE a.expires_at <= sutler.now();
	INSERT INTO staff.sso_attempt (tenant_id, attempt_id, state_sha256, browser_sha256, issuer, back, prefix, next, again_for, expires_at)
	SELECT p_tenant, p_attempt, p_state, p_browser, s.issuer, p_back, p_prefix, p_next, p_again, sutler.now() + interval '10 minutes'
	FROM staff.sso s WHERE s.active;
	RETURN CASE WHEN FOUND THEN 'ok' ELSE 'gone' END;
END
$$;
COMMENT ON FUNCTION staff.sso_begin(uuid, uuid, text, bytea, bytea, text, text, text, uuid) IS 'Begins a way to the provider. ok, wait or gone.';

-- The language of the page where an attempt began; empty: nobody waits for it.
CREATE OR REPLACE FUNCTION staff.sso_prefix(p_tenant uuid, p_state bytea) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT coalesce((SELECT a.prefix FROM staff.sso_attempt a WHERE a.tenant_id = p_tenant AND a.state_sha256 = p_state), '') $$;
COMMENT ON FUNCTION staff.sso_prefix(uuid, bytea) IS 'Language segment of the page where a way to the provider began.';

-- Back from the provider, in the browser that left, once: the attempt, or NULL.
CREATE OR REPLACE FUNCTION staff.sso_return(p_tenant uuid, p_state bytea, p_browser bytea, p_code bytea, p_issuer text) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE staff.sso_attempt a SET state = 'returned', code_sealed = p_code, said_issuer = p_issuer
	WHERE a.tenant_id = p_tenant AND a.state_sha256 = p_state AND a.browser_sha256 = p_browser AND a.state = 'begun' AND a.expires_at > sutler.now()
	RETURNING a.attempt_id
$$;
COMMENT ON FUNCTION staff.sso_return(uuid, bytea, bytea, bytea, text) IS 'Takes what the provider handed back; NULL when nobody waits for it.';

-- What courier must know of an attempt; only while the provider is the one it began with.
CREATE OR REPLACE FUNCTION staff.sso_errand(p_tenant uuid, p_attempt uuid)
RETURNS TABLE (issuer text, client_id text, secret bytea, back text, state text, code bytea, said_issuer text, again boolean, begun timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.issuer, s.client_id, s.secret_sealed, a.back, a.state, a.code_sealed, a.said_issuer, a.again_for IS NOT NULL, a.created_at
	FROM staff.sso_attempt a JOIN staff.sso s ON s.tenant_id = a.tenant_id AND s.issuer = a.issuer AND s.active
	WHERE a.tenant_id = p_tenant AND a.attempt_id = p_attempt AND a.expires_at > sutler.now()
$$;
COMMENT ON FUNCTION staff.sso_errand(uuid, uuid) IS 'An attempt as courier needs it.';

CREATE OR REPLACE FUNCTION staff.sso_provider(p_tenant uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT s.issuer FROM staff.sso s WHERE s.tenant_id = p_tenant $$;
COMMENT ON FUNCTION staff.sso_provider(uuid) IS 'Whom courier tries out.';

-- The provider answered: its log-in page is at p_origin, and people sign out of it at p_end (empty: nowhere).
CREATE OR REPLACE FUNCTION staff.sso_found(p_tenant uuid, p_issuer text, p_origin text, p_end text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE staff.sso s SET leave_origin = p_origin, end_url = p_end
	WHERE s.tenant_id = p_tenant AND s.issuer = p_issuer AND (s.leave_origin, s.end_url) <> (p_origin, p_end)
$$;
COMMENT ON FUNCTION staff.sso_found(uuid, text, text, text) IS 'Keeps where the provider''s pages are.';

-- Where somebody who signed out here signs out of the provider too.  No row: it has no such page, or the person (NULL:
-- whoever asks) has no account there.
CREATE OR REPLACE FUNCTION staff.sso_end(p_tenant uuid, p_staff uuid) RETURNS TABLE (name text, client_id text, end_url text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.name, s.client_id, s.end_url FROM staff.sso s
	WHERE s.tenant_id = p_tenant AND s.active AND s.end_url <> '' AND (p_staff IS NULL OR EXISTS (SELECT FROM staff.identity i
		WHERE i.tenant_id = s.tenant_id AND i.issuer = s.issuer AND i.staff_id = p_staff))
$$;
COMMENT ON FUNCTION staff.sso_end(uuid, uuid) IS 'Where people sign out of the identity provider.';

-- Begins to use the code: a code is sent once, whoever asks again.
CREATE OR REPLACE FUNCTION staff.sso_spend(p_tenant uuid, p_attempt uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE staff.sso_attempt a SET code_sealed = NULL WHERE a.attempt_id = p_attempt AND a.state = 'returned' AND a.code_sealed IS NOT NULL;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION staff.sso_spend(uuid, uuid) IS 'Uses the provider''s code up; false when it was used.';

CREATE OR REPLACE FUNCTION staff.sso_prove(p_tenant uuid, p_attempt uuid, p_subject text, p_email text, p_verified boolean, p_name text, p_several boolean)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE staff.sso_attempt a SET state = 'proven', subject = p_subject, email = p_email, verified = p_verified, name = left(p_name, 100), several = p_several
	WHERE a.attempt_id = p_attempt AND a.state = 'returned' AND a.code_sealed IS NULL;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION staff.sso_prove(uuid, uuid, text, text, boolean, text, boolean) IS 'Writes down whom the provider''s token names; its signature was checked.';

-- Who the account is.  ok and the person; else unknown (nobody is known by it), domain, unverified,
-- bound (the person has another account there), suspended.
CREATE OR REPLACE FUNCTION staff.sso_person(p_tenant uuid, p_issuer text, p_subject text, p_email text, p_verified boolean, p_name text, p_locale text)
RETURNS TABLE (outcome text, staff_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s staff.sso;
	who staff.person;
	other staff.identity;
BEGIN
	PERFORM staff.lock_people(p_tenant);
	SELECT x.* INTO s FROM staff.sso x WHERE x.active AND x.issuer = p_issuer;
	IF NOT FOUND THEN
		RETURN QUERY SELECT 'gone', NULL::uuid;
		RETURN;
	END IF;
	IF cardinality(s.domains) > 0 AND NOT (p_verified AND customer.email_key(split_part(p_email, '@', -1)) = ANY (s.domains)) THEN
		RETURN QUERY SELECT CASE WHEN p_verified THEN 'domain' ELSE 'unverified' END, NULL::uuid;
		RETURN;
	END IF;
	SELECT p.* INTO who FROM staff.identity i JOIN staff.person p ON p.staff_id = i.staff_id WHERE i.issuer = p_issuer AND i.subject = p_subject;
	IF NOT FOUND THEN
		IF NOT p_verified OR p_email = '' THEN
			RETURN QUERY SELECT 'unverified', NULL::uuid;
			RETURN;
		END IF;
		SELECT p.* INTO who FROM staff.person p WHERE p.email_key = customer.email_key(p_email);
		IF NOT FOUND AND s.role_id IS NULL THEN
			RETURN QUERY SELECT 'unknown', NULL::uuid;
			RETURN;
		END IF;
		IF who.staff_id IS NULL THEN
			INSERT INTO staff.person (tenant_id, staff_id, email, name, locale) VALUES (p_tenant, sutler.uuid7(), p_email, p_name, p_locale) RETURNING * INTO who;
			INSERT INTO staff.assignment (tenant_id, staff_id, role_id) VALUES (p_tenant, who.staff_id, s.role_id);
		END IF;
		IF who.state <> 'suspended' THEN
			SELECT i.* INTO other FROM staff.identity i WHERE i.staff_id = who.staff_id;
			IF other.issuer = p_issuer THEN
				RETURN QUERY SELECT 'bound', NULL::uuid;
				RETURN;
			END IF;
			INSERT INTO staff.identity AS i (tenant_id, issuer, subject, staff_id) VALUES (p_tenant, p_issuer, p_subject, who.staff_id)
			ON CONFLICT ON CONSTRAINT identity_tenant_id_staff_id_key
			DO UPDATE SET issuer = excluded.issuer, subject = excluded.subject, bound_at = sutler.now();
			PERFORM audit.add(p_tenant, who.staff_id::text, 'staff.bound', 'staff ' || who.staff_id, '', json_build_object('issuer', p_issuer)::text);
		END IF;
	END IF;
	IF who.state = 'suspended' THEN
		RETURN QUERY SELECT 'suspended', NULL::uuid;
		RETURN;
	END IF;
	IF who.state = 'invited' THEN
		UPDATE staff.person p SET state = 'active', name = CASE WHEN p.name = '' THEN p_name ELSE p.name END WHERE p.staff_id = who.staff_id;
		PERFORM staff.end_invitations(p_tenant, who.staff_id);
		PERFORM audit.add(p_tenant, who.staff_id::text, 'staff.joined', 'staff ' || who.staff_id, '', '');
	END IF;
	UPDATE staff.identity i SET seen_at = sutler.now() WHERE i.staff_id = who.staff_id;
	RETURN QUERY SELECT 'ok', who.staff_id;
END
$$;
COMMENT ON FUNCTION staff.sso_person(uuid, text, text, text, boolean, text, text) IS 'Which member of staff an account of the provider is; binds it the first time.';

-- Ends a proven attempt, once.  ok: signed in (known: as staff.enter); code, setup: a challenge for our own
-- second factor; other: it must be shown again, and this is somebody else; gone; else why not (staff.sso_person).
CREATE OR REPLACE FUNCTION staff.sso_enter(p_tenant uuid, p_state bytea, p_browser bytea, p_locale text, p_challenge bytea, p_seed bytea,
	p_session bytea, p_label text, p_old uuid, p_device bytea, p_new_device bytea)
RETURNS TABLE (outcome text, known boolean, prefix text, next text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	a staff.sso_attempt;
	how text;
	who uuid;
	second text;
	has boolean;
BEGIN
	UPDATE staff.sso_attempt x SET state = 'over'
	WHERE x.state_sha256 = p_state AND x.browser_sha256 = p_browser AND x.state = 'proven' AND x.expires_at > sutler.now()
	RETURNING x.* INTO a;
	IF NOT FOUND THEN
		RETURN QUERY SELECT 'gone', false, '', '';
		RETURN;
	END IF;
	SELECT p.outcome, p.staff_id INTO how, who FROM staff.sso_person(p_tenant, a.issuer, a.subject, a.email, a.verified, a.name, p_locale) p;
	IF how = 'ok' AND a.again_for <> who THEN
		how := 'other';
	END IF;
	IF how <> 'ok' THEN
		RETURN QUERY SELECT how, false, a.prefix, a.next;
		RETURN;
	END IF;
	SELECT s.second INTO second FROM staff.sso s;
	IF second = 'always' OR (second = 'unless_said' AND NOT a.several) THEN
		has := EXISTS (SELECT FROM staff.totp t WHERE t.staff_id = who);
		DELETE FROM staff.challenge c WHERE c.expires_at <= sutler.now();
		INSERT INTO staff.challenge (tenant_id, token_sha256, staff_id, purpose, seed, expires_at)
		VALUES (p_tenant, p_challenge, who, CASE WHEN has THEN 'code' ELSE 'setup' END, CASE WHEN NOT has THEN p_seed END, sutler.now() + interval '10 minutes');
		RETURN QUERY SELECT CASE WHEN has THEN 'code' ELSE 'setup' END, false, a.prefix, a.next;
		RETURN;
	END IF;
	RETURN QUERY SELECT 'ok', staff.open_session(p_tenant, who, p_session, p_label, p_old, p_device, p_new_device, json_build_object('by', a.issuer)::text), a.prefix, a.next;
END
$$;
COMMENT ON FUNCTION staff.sso_enter(uuid, bytea, bytea, text, bytea, bytea, bytea, text, uuid, bytea, bytea) IS
	'Signs staff in whom the provider named. ok, code, setup, or why not.';

-- Saves the provider.  Only owners may: who chooses it could come in as anybody.  p_secret NULL keeps the one there is.
-- ok; not_allowed; changed (meanwhile); secret (there is none yet, or none of this provider); gone (the role); no_way_in: no owner could sign in by password.
CREATE OR REPLACE FUNCTION staff.sso_save(p_tenant uuid, p_actor uuid, p_revision bigint, p_name text, p_issuer text, p_client text, p_secret bytea,
	p_domains text[], p_passwords boolean, p_role uuid, p_second text, p_active boolean, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	old staff.sso;
BEGIN
	PERFORM staff.lock_people(p_tenant);
	IF NOT staff.is_owner(p_tenant, p_actor) THEN
		RETURN 'not_allowed';
	END IF;
	SELECT s.* INTO old FROM staff.sso s FOR UPDATE;
	IF coalesce(old.revision, 0) <> p_revision THEN
		RETURN 'changed';
	END IF;
	-- The secret of one provider is not sent to another.
	IF (old.tenant_id IS NULL OR old.issuer <> p_issuer) AND p_secret IS NULL THEN
		RETURN 'secret';
	END IF;
	IF p_role IS NOT NULL AND NOT EXISTS (SELECT FROM staff.role r WHERE r.role_id = p_role AND NOT r.is_owner) THEN
		RETURN 'gone';
	END IF;
	IF NOT p_passwords AND NOT EXISTS (SELECT FROM staff.person p JOIN staff.credential c ON c.staff_id = p.staff_id JOIN staff.totp t ON t.staff_id = p.staff_id
		WHERE p.state = 'active' AND staff.is_owner(p_tenant, p.staff_id)) THEN
		RETURN 'no_way_in';
	END IF;
	INSERT INTO staff.sso AS s (tenant_id, name, issuer, client_id, secret_sealed, domains, passwords, role_id, second, active)
	VALUES (p_tenant, p_name, p_issuer, p_client, coalesce(p_secret, old.secret_sealed), p_domains, p_passwords, p_role, p_second, p_active)
	ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, issuer = excluded.issuer, client_id = excluded.client_id,
		secret_sealed = excluded.secret_sealed, domains = excluded.domains, passwords = excluded.passwords, role_id = excluded.role_id,
		second = excluded.second, active = excluded.active, revision = s.revision + 1,
		leave_origin = CASE WHEN s.issuer = excluded.issuer THEN s.leave_origin ELSE '' END,
		end_url = CASE WHEN s.issuer = excluded.issuer THEN s.end_url ELSE '' END;
	PERFORM audit.add(p_tenant, p_actor::text, 'staff.provider', 'sign-in', p_reason, json_build_object(
		'from', CASE WHEN old.tenant_id IS NOT NULL THEN to_jsonb(old) - 'secret_sealed' - 'tenant_id' END,
		'to', (SELECT to_jsonb(s) - 'secret_sealed' - 'tenant_id' FROM staff.sso s), 'new_secret', p_secret IS NOT NULL)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION staff.sso_save(uuid, uuid, bigint, text, text, text, bytea, text[], boolean, uuid, text, boolean, text) IS
	'Saves the identity provider. ok, not_allowed, changed, secret, gone or no_way_in.';

-- The settings as their page shows them; no row: there is none yet.
CREATE OR REPLACE FUNCTION staff.sso_settings(p_tenant uuid) RETURNS TABLE (name text, issuer text, client_id text, domains text, passwords boolean,
	role_id uuid, second text, active boolean, answers boolean, revision bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.name, s.issuer, s.client_id, array_to_string(s.domains, ', '), s.passwords, s.role_id, s.second, s.active, s.leave_origin <> '', s.revision
	FROM staff.sso s WHERE s.tenant_id = p_tenant
$$;
COMMENT ON FUNCTION staff.sso_settings(uuid) IS 'The identity provider without its secret.';

-- Since when an account of the provider is bound to a person; NULL: none is.
CREATE OR REPLACE FUNCTION staff.bound_since(p_tenant uuid, p_staff uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT i.bound_at FROM staff.identity i WHERE i.tenant_id = p_tenant AND i.staff_id = p_staff $$;
COMMENT ON FUNCTION staff.bound_since(uuid, uuid) IS 'When a person''s account at the provider was bound.';

-- Unbinds a person's account at the provider: the next one with his address takes its place.  ok, gone, not_allowed.
CREATE OR REPLACE FUNCTION staff.unbind(p_tenant uuid, p_actor uuid, p_staff uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM staff.lock_people(p_tenant);
	IF NOT staff.may_change(p_tenant, p_actor, p_staff) THEN
		RETURN 'not_allowed';
	END IF;
	DELETE FROM staff.identity i WHERE i.staff_id = p_staff;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	DELETE FROM staff.session s WHERE s.staff_id = p_staff;
	DELETE FROM staff.challenge c WHERE c.staff_id = p_staff;
	PERFORM audit.add(p_tenant, p_actor::text, 'staff.unbound', 'staff ' || p_staff, p_reason, '');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION staff.unbind(uuid, uuid, uuid, text) IS 'Forgets a person''s account at the provider and signs him out. ok, gone or not_allowed.';
