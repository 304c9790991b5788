-- Staff: the doors through which they prove who they are.  Only here hashes of passwords,
-- sealed seeds and recovery codes are read and sessions written; admin-login alone may.
--
-- A right password opens a challenge, which lives ten minutes in a cookie of its own; only
-- a code of the second factor (or a recovery code) makes a session of it.

-- Whose counters: other people than customers with the same address.
CREATE OR REPLACE FUNCTION staff.guess_key(p_email text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT sha256(convert_to('staff ' || customer.email_key(p_email), 'UTF8')) $$;
COMMENT ON FUNCTION staff.guess_key(text) IS 'Under what tries at an address of staff are counted.';

CREATE OR REPLACE FUNCTION staff.device_known(p_tenant uuid, p_staff uuid, p_device bytea) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM staff.device d WHERE d.tenant_id = p_tenant AND d.token_sha256 = p_device AND d.staff_id = p_staff
		AND d.seen_at > sutler.now() - interval '1 year')
$$;
COMMENT ON FUNCTION staff.device_known(uuid, uuid, bytea) IS 'Whether a person signed in with this browser before.';

-- Counts a try; as customer.login_admit, and by the same counters.  second: a second factor
-- is set up.
CREATE OR REPLACE FUNCTION staff.login_admit(p_tenant uuid, p_address text, p_email text, p_device bytea)
RETURNS TABLE (outcome text, wait_s integer, staff_id uuid, hash text, second boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
	a record;
BEGIN
	SELECT x.staff_id, c.hash INTO p
	FROM staff.person x JOIN staff.credential c ON c.tenant_id = x.tenant_id AND c.staff_id = x.staff_id
	WHERE x.tenant_id = p_tenant AND x.email_key = customer.email_key(p_email) AND x.state = 'active'
	  AND staff.password_allowed(p_tenant, x.staff_id);
	SELECT g.outcome, g.wait_s INTO a FROM customer.guess_admit(p_tenant, customer.visitor(p_address), staff.guess_key(p_email), p_device,
		staff.device_known(p_tenant, p.staff_id, p_device)) g;
	IF a.outcome <> 'ok' THEN
		RETURN QUERY SELECT a.outcome, a.wait_s, NULL::uuid, NULL::text, false;
		RETURN;
	END IF;
	RETURN QUERY SELECT 'ok', 0, p.staff_id, p.hash, EXISTS (SELECT FROM staff.totp t WHERE t.staff_id = p.staff_id);
END
$$;
COMMENT ON FUNCTION staff.login_admit(uuid, text, text, bytea) IS 'Counts a try of staff to sign in and gives the hash to compare with. ok, wait or proof.';

-- The password was right: its try is taken back, and a challenge begins.  p_seed, sealed, is
-- what the second factor will be when there is none.  p_hash replaces the stored one unless empty.
CREATE OR REPLACE FUNCTION staff.login_right(p_tenant uuid, p_address text, p_email text, p_device bytea, p_staff uuid, p_hash text,
	p_challenge bytea, p_seed bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM customer.guess_forgive(p_tenant, customer.visitor(p_address), staff.guess_key(p_email), p_device);
	IF p_hash <> '' THEN
		UPDATE staff.credential c SET hash = p_hash WHERE c.staff_id = p_staff;
	END IF;
	DELETE FROM staff.challenge c WHERE c.expires_at <= sutler.now();
	INSERT INTO staff.challenge (tenant_id, token_sha256, staff_id, purpose, seed, expires_at)
	SELECT p_tenant, p_challenge, p_staff, CASE WHEN t.staff_id IS NULL THEN 'setup' ELSE 'code' END,
		CASE WHEN t.staff_id IS NULL THEN p_seed END, sutler.now() + interval '10 minutes'
	FROM (SELECT) AS one LEFT JOIN staff.totp t ON t.staff_id = p_staff;
END
$$;
COMMENT ON FUNCTION staff.login_right(uuid, text, text, bytea, uuid, text, bytea, bytea) IS 'After a right password: a challenge for the second factor.';

-- What a challenge asks for; seed is that of the second factor, or the one being set up.
CREATE OR REPLACE FUNCTION staff.challenge_look(p_tenant uuid, p_challenge bytea)
RETURNS TABLE (staff_id uuid, email text, purpose text, seed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.staff_id, p.email, c.purpose, coalesce(c.seed, t.seed)
	FROM staff.challenge c
	JOIN staff.person p ON p.tenant_id = c.tenant_id AND p.staff_id = c.staff_id AND p.state = 'active'
	LEFT JOIN staff.totp t ON t.tenant_id = c.tenant_id AND t.staff_id = c.staff_id
	WHERE c.tenant_id = p_tenant AND c.token_sha256 = p_challenge AND c.expires_at > sutler.now()
$$;
COMMENT ON FUNCTION staff.challenge_look(uuid, bytea) IS 'Whose second factor a challenge waits for; no row when it is over.';

-- Counts a code: 5 in 5 minutes.  Who has the password and tries codes in another browser
-- does not use up those of a browser that the owner signed in with.
CREATE OR REPLACE FUNCTION staff.code_admit(p_tenant uuid, p_staff uuid, p_device bytea) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known boolean := staff.device_known(p_tenant, p_staff, p_device);
BEGIN
	IF event.try(p_tenant, 'staff-code', sha256(uuid_send(p_staff) || CASE WHEN known THEN p_device ELSE '' END), 300, 5) THEN
		RETURN 0;
	END IF;
	RETURN 300 - floor(extract(epoch FROM sutler.now()))::bigint % 300;
END
$$;
COMMENT ON FUNCTION staff.code_admit(uuid, uuid, bytea) IS 'Counts a try of a code, or says how many seconds the next one must wait.';

-- Uses a code up: a step counts once, and none counts after a later one.
CREATE OR REPLACE FUNCTION staff.use_step(p_tenant uuid, p_staff uuid, p_step bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO staff.totp_step (tenant_id, staff_id, step)
	SELECT p_tenant, p_staff, p_step
	WHERE NOT EXISTS (SELECT FROM staff.totp_step s WHERE s.staff_id = p_staff AND s.step >= p_step)
	ON CONFLICT (tenant_id, staff_id, step) DO NOTHING;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	-- So old a step fits no code any more; a younger one stays, for whoever is under way with it.
	DELETE FROM staff.totp_step s WHERE s.staff_id = p_staff AND s.used_at < sutler.now() - interval '10 minutes';
	RETURN true;
END
$$;
COMMENT ON FUNCTION staff.use_step(uuid, uuid, bigint) IS 'Uses a code of the second factor up; false when it, or a later one, was used.';

-- The end of every way in: the session in place of p_old, and the browser is known from now on.  Whether it was.
CREATE OR REPLACE FUNCTION staff.open_session(p_tenant uuid, p_staff uuid, p_session bytea, p_label text, p_old uuid, p_device bytea, p_new_device bytea,
	p_detail text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	seen boolean;
BEGIN
	DELETE FROM staff.session s WHERE s.session_id = p_old OR (s.staff_id = p_staff
		AND (s.expires_at <= sutler.now() OR s.seen_at <= sutler.now() - interval '2 hours'));
	INSERT INTO staff.session (tenant_id, session_id, token_sha256, staff_id, expires_at, label)
	VALUES (p_tenant, sutler.uuid7(), p_session, p_staff, sutler.now() + interval '12 hours', p_label);
	UPDATE staff.device d SET seen_at = sutler.now() WHERE d.token_sha256 = p_device AND d.staff_id = p_staff;
	seen := FOUND;
	IF NOT seen THEN
		INSERT INTO staff.device (tenant_id, token_sha256, staff_id) VALUES (p_tenant, p_new_device, p_staff);
	END IF;
	PERFORM audit.add(p_tenant, p_staff::text, 'staff.signed_in', 'staff ' || p_staff, '', p_detail);
	RETURN seen;
END
$$;
COMMENT ON FUNCTION staff.open_session(uuid, uuid, bytea, text, uuid, bytea, bytea, text) IS 'Signs a person in; whether the browser was known.';

-- Makes a session of a challenge.  p_step is the step of a code that fits, or p_recovery the hash
-- of a recovery code; p_codes, in hexadecimal, are the hashes of new recovery codes: they come with
-- setting up, and the seed of the challenge becomes the second factor.
--	ok	signed in; known: the browser was, else p_new_device goes to it
--	used	the code was used before, or there is no such recovery code
--	gone	the challenge is over
CREATE OR REPLACE FUNCTION staff.enter(p_tenant uuid, p_challenge bytea, p_step bigint, p_recovery bytea, p_codes text[],
	p_session bytea, p_label text, p_old uuid, p_device bytea, p_new_device bytea)
RETURNS TABLE (outcome text, known boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
BEGIN
	SELECT x.* INTO c FROM staff.challenge x WHERE x.token_sha256 = p_challenge AND x.expires_at > sutler.now() FOR UPDATE;
	IF NOT FOUND OR NOT EXISTS (SELECT FROM staff.person p WHERE p.staff_id = c.staff_id AND p.state = 'active') THEN
		RETURN QUERY SELECT 'gone', false;
		RETURN;
	END IF;
	IF p_recovery IS NOT NULL THEN
		UPDATE staff.recovery r SET used_at = sutler.now()
		WHERE r.staff_id = c.staff_id AND r.code_sha256 = p_recovery AND r.used_at IS NULL AND c.purpose = 'code';
	ELSE
		PERFORM WHERE staff.use_step(p_tenant, c.staff_id, p_step);
	END IF;
	IF NOT FOUND THEN
		RETURN QUERY SELECT 'used', false;
		RETURN;
	END IF;
	IF c.purpose = 'setup' THEN
		INSERT INTO staff.totp AS t (tenant_id, staff_id, seed) VALUES (p_tenant, c.staff_id, c.seed)
		ON CONFLICT (tenant_id, staff_id) DO NOTHING;
		IF NOT FOUND THEN
			RETURN QUERY SELECT 'gone', false;
			RETURN;
		END IF;
		DELETE FROM staff.recovery r WHERE r.staff_id = c.staff_id;
		INSERT INTO staff.recovery (tenant_id, staff_id, code_sha256) SELECT p_tenant, c.staff_id, decode(k, 'hex') FROM unnest(p_codes) AS k;
		PERFORM audit.add(p_tenant, c.staff_id::text, 'staff.second_factor', 'staff ' || c.staff_id, '', '');
	END IF;
	IF p_recovery IS NOT NULL THEN
		PERFORM audit.add(p_tenant, c.staff_id::text, 'staff.recovery_code', 'staff ' || c.staff_id, '', '');
	END IF;
	DELETE FROM staff.challenge x WHERE x.token_sha256 = p_challenge;
	RETURN QUERY SELECT 'ok', staff.open_session(p_tenant, c.staff_id, p_session, p_label, p_old, p_device, p_new_device, '');
END
$$;
COMMENT ON FUNCTION staff.enter(uuid, bytea, bigint, bytea, text[], bytea, text, uuid, bytea, bytea) IS
	'Signs staff in after the second factor. ok, used or gone.';

-- The sealed seed of who is signed in, for a code asked again.
CREATE OR REPLACE FUNCTION staff.own_seed(p_tenant uuid, p_staff uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT t.seed FROM staff.totp t WHERE t.tenant_id = p_tenant AND t.staff_id = p_staff $$;
COMMENT ON FUNCTION staff.own_seed(uuid, uuid) IS 'The sealed seed of a person''s second factor.';

-- The second factor was shown again: the session counts as proven, under a new cookie.
CREATE OR REPLACE FUNCTION staff.prove_again(p_tenant uuid, p_session uuid, p_step bigint, p_token bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who uuid := (SELECT s.staff_id FROM staff.session s WHERE s.session_id = p_session);
BEGIN
	IF who IS NULL OR NOT staff.use_step(p_tenant, who, p_step) THEN
		RETURN false;
	END IF;
	UPDATE staff.session s SET proven_at = sutler.now(), token_sha256 = p_token WHERE s.session_id = p_session;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION staff.prove_again(uuid, uuid, bigint, bytea) IS 'Marks a session as proven just now; false when the code was used.';

-- Ends the session, or with p_all every session of its person.
CREATE OR REPLACE FUNCTION staff.logout(p_tenant uuid, p_session uuid, p_all boolean) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who uuid := (SELECT s.staff_id FROM staff.session s WHERE s.session_id = p_session);
	n integer;
BEGIN
	DELETE FROM staff.session s WHERE s.session_id = p_session OR (p_all AND s.staff_id = who);
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END
$$;
COMMENT ON FUNCTION staff.logout(uuid, uuid, boolean) IS 'Signs staff out, here or everywhere; how many sessions ended.';

-- What an invitation opens, without using it.
CREATE OR REPLACE FUNCTION staff.invitation_look(p_tenant uuid, p_token bytea) RETURNS TABLE (staff_id uuid, email text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT i.staff_id, p.email, p.name
	FROM staff.invitation i
	JOIN staff.person p ON p.tenant_id = i.tenant_id AND p.staff_id = i.staff_id AND p.state <> 'suspended'
	WHERE i.tenant_id = p_tenant AND i.token_sha256 = p_token AND i.used_at IS NULL AND i.expires_at > sutler.now()
$$;
COMMENT ON FUNCTION staff.invitation_look(uuid, bytea) IS 'Who is invited by a link; no row when it opens nothing any more.';

-- Uses an invitation, with all its links: the password counts, whatever proved the person before
-- ends, and the second factor is set up next (the challenge).  NULL when the link opens nothing any
-- more.  Links of one person go one after the other, so that of two at once one counts.
CREATE OR REPLACE FUNCTION staff.accept(p_tenant uuid, p_token bytea, p_name text, p_locale text, p_hash text, p_challenge bytea, p_seed bytea)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who uuid;
BEGIN
	PERFORM FROM staff.person p WHERE p.staff_id = (SELECT i.staff_id FROM staff.invitation i WHERE i.token_sha256 = p_token) FOR UPDATE;
	UPDATE staff.invitation i SET used_at = sutler.now()
	FROM staff.person p
	WHERE i.token_sha256 = p_token AND i.used_at IS NULL AND i.expires_at > sutler.now()
	  AND p.staff_id = i.staff_id AND p.state <> 'suspended' AND staff.password_allowed(p_tenant, p.staff_id)
	RETURNING i.staff_id INTO who;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;
	PERFORM staff.end_invitations(p_tenant, who);
	PERFORM staff.forget_proofs(p_tenant, who);
	UPDATE staff.person p SET state = 'active', name = p_name, locale = p_locale WHERE p.staff_id = who;
	INSERT INTO staff.credential AS c (tenant_id, staff_id, hash) VALUES (p_tenant, who, p_hash)
	ON CONFLICT (tenant_id, staff_id) DO UPDATE SET hash = excluded.hash, changed_at = sutler.now();
	INSERT INTO staff.challenge (tenant_id, token_sha256, staff_id, purpose, seed, expires_at)
	VALUES (p_tenant, p_challenge, who, 'setup', p_seed, sutler.now() + interval '10 minutes');
	PERFORM audit.add(p_tenant, who::text, 'staff.joined', 'staff ' || who, '', '');
	RETURN who;
END
$$;
COMMENT ON FUNCTION staff.accept(uuid, bytea, text, text, text, bytea, bytea) IS 'Uses an invitation: a new password, and the second factor to be set up.';

-- Whatever opened the console to a person ends.
CREATE OR REPLACE FUNCTION staff.forget_proofs(p_tenant uuid, p_staff uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM staff.person p WHERE p.staff_id = p_staff FOR UPDATE;
	DELETE FROM staff.session s WHERE s.staff_id = p_staff;
	DELETE FROM staff.device d WHERE d.staff_id = p_staff;
	DELETE FROM staff.challenge c WHERE c.staff_id = p_staff;
	DELETE FROM staff.totp t WHERE t.staff_id = p_staff;
	DELETE FROM staff.recovery r WHERE r.staff_id = p_staff;
	DELETE FROM staff.credential c WHERE c.staff_id = p_staff;
	DELETE FROM staff.identity i WHERE i.staff_id = p_staff;
	DELETE FROM customer.guess g WHERE g.scope = 'account'
		AND g.key_sha256 = (SELECT staff.guess_key(p.email) FROM staff.person p WHERE p.staff_id = p_staff);
END
$$;
COMMENT ON FUNCTION staff.forget_proofs(uuid, uuid) IS 'Ends password, second factor, sessions and known browsers of a person.';

-- Forgets what is over: sessions, challenges, links, browsers unused for a year.  At most
-- p_limit of each; how many in all.
CREATE OR REPLACE FUNCTION staff.forget(p_tenant uuid, p_limit integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer;
	sum integer := 0;
BEGIN
	DELETE FROM staff.session s WHERE s.session_id IN (SELECT x.session_id FROM staff.session x
		WHERE x.expires_at < sutler.now() OR x.seen_at < sutler.now() - interval '2 hours' LIMIT p_limit);
	GET DIAGNOSTICS n = ROW_COUNT;
	sum := sum + n;
	DELETE FROM staff.challenge c WHERE c.token_sha256 IN (SELECT x.token_sha256 FROM staff.challenge x WHERE x.expires_at < sutler.now() LIMIT p_limit);
	GET DIAGNOSTICS n = ROW_COUNT;
	sum := sum + n;
	DELETE FROM staff.invitation i WHERE i.token_sha256 IN (SELECT x.token_sha256 FROM staff.invitation x
		WHERE x.expires_at < sutler.now() - interval '1 day' LIMIT p_limit);
	GET DIAGNOSTICS n = ROW_COUNT;
	sum := sum + n;
	DELETE FROM staff.sso_attempt a WHERE a.attempt_id IN (SELECT x.attempt_id FROM staff.sso_attempt x WHERE x.expires_at < sutler.now() LIMIT p_limit);
	GET DIAGNOSTICS n = ROW_COUNT;
	sum := sum + n;
	DELETE FROM staff.device d WHERE d.token_sha256 IN (SELECT x.token_sha256 FROM staff.device x WHERE x.seen_at < sutler.now() - interval '1 year' LIMIT p_limit);
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN sum + n;
END
$$;
COMMENT ON FUNCTION staff.forget(uuid, integer) IS 'Forgets sessions, challenges, links and browsers of staff whose time is over; how many rows.';
