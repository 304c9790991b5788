-- Staff: who may what and where, as every program of the console asks for it; and the doors
-- by which people, roles and invitations change.  How they prove who they are: staff_login.sql.

-- Adds an entry to the audit log.  p_actor is a staff id, a program or a job; p_target kind
-- and id ('order 0190...'); p_reason why, as the person said; p_detail old and new values as
-- JSON: ids, no personal data.
CREATE OR REPLACE FUNCTION audit.add(p_tenant uuid, p_actor text, p_action text, p_target text, p_reason text, p_detail text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ INSERT INTO audit.entry (tenant_id, actor, action, target, reason, detail) VALUES (p_tenant, p_actor, p_action, p_target, p_reason, p_detail) $$;
COMMENT ON FUNCTION audit.add(uuid, text, text, text, text, text) IS 'Writes down who changed what and why.';

-- All that a person's roles hold, each with where it counts (NULL: in all stores).
CREATE OR REPLACE FUNCTION staff.held(p_tenant uuid, p_staff uuid) RETURNS TABLE (store_id uuid, permission text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT a.store_id, p.permission
	FROM staff.assignment a
	JOIN staff.role r ON r.tenant_id = a.tenant_id AND r.role_id = a.role_id
	JOIN staff.permission p ON r.is_owner OR EXISTS (SELECT FROM staff.role_permission x
		WHERE x.tenant_id = r.tenant_id AND x.role_id = r.role_id AND x.permission = p.permission)
	WHERE a.tenant_id = p_tenant AND a.staff_id = p_staff
$$;
COMMENT ON FUNCTION staff.held(uuid, uuid) IS 'What the roles of a person hold, and where.';

-- What a person may do in a store; p_store NULL: in at least one.
CREATE OR REPLACE FUNCTION staff.permissions(p_tenant uuid, p_staff uuid, p_store uuid) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT h.permission FROM staff.held(p_tenant, p_staff) h WHERE h.store_id IS NULL OR p_store IS NULL OR h.store_id = p_store
$$;
COMMENT ON FUNCTION staff.permissions(uuid, uuid, uuid) IS 'What a person may do in a store.';

-- What a person may do in all stores: what concerns no store alone asks for these.
CREATE OR REPLACE FUNCTION staff.permissions_everywhere(p_tenant uuid, p_staff uuid) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT h.permission FROM staff.held(p_tenant, p_staff) h WHERE h.store_id IS NULL
$$;
COMMENT ON FUNCTION staff.permissions_everywhere(uuid, uuid) IS 'What a person may do in all stores at once.';

-- The stores a person has a role in.
CREATE OR REPLACE FUNCTION staff.stores_of(p_tenant uuid, p_staff uuid) RETURNS TABLE (store_id uuid, code text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.store_id, s.code, s.name FROM tenancy.store s
	WHERE s.tenant_id = p_tenant AND EXISTS (SELECT FROM staff.assignment a
		WHERE a.tenant_id = s.tenant_id AND a.staff_id = p_staff AND (a.store_id IS NULL OR a.store_id = s.store_id))
	ORDER BY s.name, s.store_id
$$;
COMMENT ON FUNCTION staff.stores_of(uuid, uuid) IS 'Stores that a person has a role in, by name.';

-- The live session of a cookie's hash: 2 hours after its last use and 12 after its start it
-- ends, and at once with the person's suspension.  The store is the chosen one, while the
-- person has a role there, else the first of his by code: a name can change under his hands.  may, may_all: permissions in that store
-- and in all stores, each with a blank before and behind.
CREATE OR REPLACE FUNCTION staff.session_find(p_tenant uuid, p_token bytea)
RETURNS TABLE (session_id uuid, staff_id uuid, name text, email text, store_id uuid, store_name text, currency text, timezone text,
	created_at timestamptz, seen_at timestamptz, proven_at timestamptz, may text, may_all text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.session_id, s.staff_id, p.name, p.email, here.store_id, coalesce(here.name, ''),
		coalesce((SELECT c.currency FROM tenancy.store_currency c WHERE c.tenant_id = p_tenant AND c.store_id = here.store_id ORDER BY c.position LIMIT 1), ''),
		coalesce((SELECT t.timezone FROM tenancy.store t WHERE t.tenant_id = p_tenant AND t.store_id = here.store_id), 'UTC'),
		s.created_at, s.seen_at, s.proven_at,
		coalesce((SELECT ' ' || string_agg(m, ' ') || ' ' FROM staff.permissions(p_tenant, s.staff_id, here.store_id) m WHERE here.store_id IS NOT NULL), ''),
		coalesce((SELECT ' ' || string_agg(m, ' ') || ' ' FROM staff.permissions_everywhere(p_tenant, s.staff_id) m), '')
	FROM staff.session s
	JOIN staff.person p ON p.tenant_id = s.tenant_id AND p.staff_id = s.staff_id AND p.state = 'active'
	LEFT JOIN LATERAL (SELECT x.store_id, x.name FROM staff.stores_of(p_tenant, s.staff_id) x
		ORDER BY x.store_id IS NOT DISTINCT FROM s.store_id DESC, x.code LIMIT 1) here ON true
	WHERE s.tenant_id = p_tenant AND s.token_sha256 = p_token AND s.expires_at > sutler.now()
	  AND s.seen_at > sutler.now() - interval '2 hours'
$$;
COMMENT ON FUNCTION staff.session_find(uuid, bytea) IS 'Who is signed in at the console by a cookie, where, and what he may.';

-- The stores of whoever has the cookie: asked together with the session.
CREATE OR REPLACE FUNCTION staff.session_stores(p_tenant uuid, p_token bytea) RETURNS TABLE (store_id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT x.store_id, x.name
	FROM staff.session s CROSS JOIN LATERAL staff.stores_of(p_tenant, s.staff_id) x
	WHERE s.tenant_id = p_tenant AND s.token_sha256 = p_token
	ORDER BY x.name, x.store_id
$$;
COMMENT ON FUNCTION staff.session_stores(uuid, bytea) IS 'Stores that the person of a session has a role in.';

-- Writes the last use.
CREATE OR REPLACE FUNCTION staff.session_touch(p_tenant uuid, p_session uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ UPDATE staff.session s SET seen_at = sutler.now() WHERE s.tenant_id = p_tenant AND s.session_id = p_session $$;
COMMENT ON FUNCTION staff.session_touch(uuid, uuid) IS 'Writes the last use of a session.';

-- Chooses the store to work in; false when the person has no role there.
CREATE OR REPLACE FUNCTION staff.choose_store(p_tenant uuid, p_session uuid, p_store uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE staff.session s SET store_id = p_store
	WHERE s.session_id = p_session AND EXISTS (SELECT FROM staff.stores_of(p_tenant, s.staff_id) x WHERE x.store_id = p_store);
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION staff.choose_store(uuid, uuid, uuid) IS 'Chooses the store that a session works in.';

-- ---- people -----------------------------------------------------------------------------

-- The role that may everything; made with the first owner.
CREATE OR REPLACE FUNCTION staff.owner_role(p_tenant uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO staff.role (tenant_id, role_id, name, is_owner) VALUES (p_tenant, sutler.uuid7(), 'Owner', true)
	ON CONFLICT DO NOTHING;
	RETURN (SELECT r.role_id FROM staff.role r WHERE r.is_owner);
END
$$;
COMMENT ON FUNCTION staff.owner_role(uuid) IS 'The role of owners.';

-- How long an invitation counts, by whatever way its link came.
CREATE OR REPLACE FUNCTION staff.invitation_lasts() RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT interval '24 hours' $$;
COMMENT ON FUNCTION staff.invitation_lasts() IS 'How long an invitation counts.';

-- No link of a person opens anything any more, nor does a mail that still waits make one.
CREATE OR REPLACE FUNCTION staff.end_invitations(p_tenant uuid, p_staff uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM staff.person p WHERE p.tenant_id = p_tenant AND p.staff_id = p_staff FOR UPDATE;
	UPDATE staff.invitation i SET used_at = sutler.now() WHERE i.staff_id = p_staff AND i.used_at IS NULL;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION staff.end_invitations(uuid, uuid) IS 'Ends all links of a person; whether there was one.';

-- A new link for a person, which is shown; older ones end.  With a store a mail of that store brings another one.
CREATE OR REPLACE FUNCTION staff.make_invitation(p_tenant uuid, p_staff uuid, p_token bytea, p_store uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	mail uuid;
BEGIN
	PERFORM staff.end_invitations(p_tenant, p_staff);
	IF p_store IS NOT NULL THEN
		mail := event.queue_mail(p_tenant, p_store, 'staff-invitation', NULL, NULL, NULL);
		UPDATE event.outbox o SET staff_id = p_staff, change_id = mail WHERE o.outbox_id = mail;
	END IF;
	INSERT INTO staff.invitation (tenant_id, token_sha256, staff_id, expires_at, mail_id)
	VALUES (p_tenant, p_token, p_staff, sutler.now() + staff.invitation_lasts(), mail);
END
$$;
COMMENT ON FUNCTION staff.make_invitation(uuid, uuid, bytea, uuid) IS 'Keeps the hash of a link by which a person joins, and queues the mail that brings another; older ones end.';

-- By the job deliver: keeps the hash of the link that a try of the mail carries.  It ends with the invitation, and all
-- of its links are used up by one.  No row: it was used, withdrawn or replaced meanwhile, or its time is over.
-- known: the person had signed in before, and lost something.
CREATE OR REPLACE FUNCTION staff.invitation_for_mail(p_tenant uuid, p_mail uuid, p_token bytea)
RETURNS TABLE (email text, name text, known boolean, origin text, ends_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	item record;
	until timestamptz;
BEGIN
	SELECT o.staff_id, o.store_id INTO item FROM event.outbox o WHERE o.outbox_id = p_mail AND o.template = 'staff-invitation';
	PERFORM FROM staff.person p WHERE p.staff_id = item.staff_id FOR UPDATE;
	SELECT min(i.expires_at) INTO until FROM staff.invitation i
	WHERE i.staff_id = item.staff_id AND i.mail_id = p_mail AND i.used_at IS NULL AND i.expires_at > sutler.now();
	IF until IS NULL THEN
		RETURN;
	END IF;
	INSERT INTO staff.invitation (tenant_id, token_sha256, staff_id, expires_at, mail_id) VALUES (p_tenant, p_token, item.staff_id, until, p_mail);
	RETURN QUERY SELECT p.email, p.name, p.state = 'active', h.origin, until
	FROM staff.person p
	JOIN LATERAL (SELECT x.origin FROM tenancy.host x WHERE x.tenant_id = p.tenant_id AND x.kind = 'admin'
		ORDER BY x.store_id IS NOT DISTINCT FROM item.store_id DESC, x.is_primary DESC, x.host LIMIT 1) h ON true
	WHERE p.staff_id = item.staff_id;
END
$$;
COMMENT ON FUNCTION staff.invitation_for_mail(uuid, uuid, bytea) IS 'Keeps the hash of the link that a try of an invitation''s mail carries, and says to whom it goes; no row when nobody wants it any more.';

-- Invitations that are open, and what became of their mails.
-- mail: none; waiting; again (a try failed, the next stands); sent; failed.
CREATE OR REPLACE FUNCTION staff.open_invitations(p_tenant uuid) RETURNS TABLE (staff_id uuid, ends_at timestamptz, mail text, mail_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT i.staff_id, max(i.expires_at),
		coalesce(max(CASE o.state WHEN 'waiting' THEN CASE o.last_error WHEN '' THEN 'waiting' ELSE 'again' END WHEN 'done' THEN 'sent' WHEN 'failed' THEN 'failed' END), 'none'),
		max(o.done_at)
	FROM staff.invitation i LEFT JOIN event.outbox o ON o.tenant_id = i.tenant_id AND o.outbox_id = i.mail_id
	WHERE i.tenant_id = p_tenant AND i.used_at IS NULL AND i.expires_at > sutler.now()
	GROUP BY i.staff_id
$$;
COMMENT ON FUNCTION staff.open_invitations(uuid) IS 'Who is invited, until when, and what became of the mail.';

-- By the sysadmin: a first owner, or one who lost everything.  He signs in by the link.
CREATE OR REPLACE FUNCTION staff.make_owner(p_tenant uuid, p_email text, p_name text, p_token bytea) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who uuid;
BEGIN
	INSERT INTO staff.person AS p (tenant_id, staff_id, email, name) VALUES (p_tenant, sutler.uuid7(), p_email, p_name)
	ON CONFLICT (tenant_id, email_key) DO UPDATE SET state = CASE p.state WHEN 'suspended' THEN 'invited' ELSE p.state END
	RETURNING p.staff_id INTO who;
	INSERT INTO staff.assignment (tenant_id, staff_id, role_id) VALUES (p_tenant, who, staff.owner_role(p_tenant))
	ON CONFLICT DO NOTHING;
	PERFORM staff.make_invitation(p_tenant, who, p_token, NULL);
	PERFORM audit.add(p_tenant, 'sutlerctl', 'staff.owner', 'staff ' || who, '', '');
	RETURN who;
END
$$;
COMMENT ON FUNCTION staff.make_owner(uuid, text, text, bytea) IS 'Invites an owner.';

-- ---- changed at the console ----------------------------------------------------------------
--
-- Nobody gives away more than he has: who gives a role, or changes somebody, must be allowed
-- all that it holds, in every store where it counts.  What only owners may is theirs to give.

-- Whether p_actor may do all that p_role may, in p_store (NULL: in all stores).
CREATE OR REPLACE FUNCTION staff.may_give(p_tenant uuid, p_actor uuid, p_role uuid, p_store uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN r.is_owner THEN staff.is_owner(p_tenant, p_actor)
		ELSE NOT EXISTS (SELECT x.permission FROM staff.role_permission x WHERE x.tenant_id = r.tenant_id AND x.role_id = r.role_id
			EXCEPT SELECT m FROM staff.permissions_everywhere(p_tenant, p_actor) m
			EXCEPT SELECT m FROM staff.permissions(p_tenant, p_actor, p_store) m WHERE p_store IS NOT NULL) END
	FROM staff.role r WHERE r.tenant_id = p_tenant AND r.role_id = p_role
$$;
COMMENT ON FUNCTION staff.may_give(uuid, uuid, uuid, uuid) IS 'Whether a person may give a role in a store: he has all that it holds.';

CREATE OR REPLACE FUNCTION staff.is_owner(p_tenant uuid, p_staff uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM staff.assignment a JOIN staff.role r ON r.tenant_id = a.tenant_id AND r.role_id = a.role_id AND r.is_owner
		WHERE a.tenant_id = p_tenant AND a.staff_id = p_staff AND a.store_id IS NULL)
$$;
COMMENT ON FUNCTION staff.is_owner(uuid, uuid) IS 'Whether a person is an owner.';

-- Whether p_actor may change p_staff: he could have given all that he has.
CREATE OR REPLACE FUNCTION staff.may_change(p_tenant uuid, p_actor uuid, p_staff uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(bool_and(staff.may_give(p_tenant, p_actor, a.role_id, a.store_id)), true)
	FROM staff.assignment a WHERE a.tenant_id = p_tenant AND a.staff_id = p_staff
$$;
COMMENT ON FUNCTION staff.may_change(uuid, uuid, uuid) IS 'Whether a person may change another.';

-- Changes of people go one after the other, so that "the last owner" is true when it is said.
CREATE OR REPLACE FUNCTION staff.lock_people(p_tenant uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT pg_advisory_xact_lock(hashtextextended('staff ' || p_tenant, 0)) $$;
COMMENT ON FUNCTION staff.lock_people(uuid) IS 'Lets changes of a merchant''s staff go one after the other.';

-- Invites somebody with one role; p_mail: the store whose mail brings a link, NULL: none does.
-- ok; taken (the address works here already); not_allowed; gone (role or store).
CREATE OR REPLACE FUNCTION staff.invite(p_tenant uuid, p_actor uuid, p_email text, p_name text, p_locale text, p_role uuid, p_store uuid, p_token bytea, p_mail uuid,
	p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who uuid := sutler.uuid7();
BEGIN
	PERFORM staff.lock_people(p_tenant);
	IF NOT EXISTS (SELECT FROM staff.role r WHERE r.role_id = p_role)
		OR (p_store IS NOT NULL AND NOT EXISTS (SELECT FROM tenancy.store s WHERE s.store_id = p_store)) THEN
		RETURN 'gone';
	END IF;
	IF NOT staff.may_give(p_tenant, p_actor, p_role, p_store) THEN
		RETURN 'not_allowed';
	END IF;
	INSERT INTO staff.person (tenant_id, staff_id, email, name, locale) VALUES (p_tenant, who, p_email, p_name, p_locale) ON CONFLICT (tenant_id, email_key) DO NOTHING;
	IF NOT FOUND THEN
		RETURN 'taken';
	END IF;
	INSERT INTO staff.assignment (tenant_id, staff_id, role_id, store_id) VALUES (p_tenant, who, p_role, p_store);
	PERFORM staff.make_invitation(p_tenant, who, p_token, p_mail);
	PERFORM audit.add(p_tenant, p_actor::text, 'staff.invited', 'staff ' || who, p_reason,
		json_build_object('role', p_role, 'store', p_store, 'mail', p_mail IS NOT NULL)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION staff.invite(uuid, uuid, text, text, text, uuid, uuid, bytea, uuid, text) IS 'Invites somebody to the console. ok, taken, not_allowed or gone.';

-- A new link for somebody who lost password or second factor, or never came.  ok, gone (nobody, or suspended), not_allowed.
CREATE OR REPLACE FUNCTION staff.renew(p_tenant uuid, p_actor uuid, p_staff uuid, p_token bytea, p_mail uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM staff.lock_people(p_tenant);
	IF NOT EXISTS (SELECT FROM staff.person p WHERE p.staff_id = p_staff AND p.state <> 'suspended') THEN
		RETURN 'gone';
	END IF;
	IF NOT staff.may_change(p_tenant, p_actor, p_staff) THEN
		RETURN 'not_allowed';
	END IF;
	PERFORM staff.make_invitation(p_tenant, p_staff, p_token, p_mail);
	PERFORM audit.add(p_tenant, p_actor::text, 'staff.link', 'staff ' || p_staff, p_reason, json_build_object('mail', p_mail IS NOT NULL)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION staff.renew(uuid, uuid, uuid, bytea, uuid, text) IS 'A new link for a person. ok, gone or not_allowed.';

-- Takes back what opens the console to a person who has not used it.  Who never came is suspended as well: an identity
-- provider could still let him in.  ok (also when there was nothing), gone, not_allowed.
CREATE OR REPLACE FUNCTION staff.withdraw(p_tenant uuid, p_actor uuid, p_staff uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	had boolean;
BEGIN
	PERFORM staff.lock_people(p_tenant);
	IF NOT EXISTS (SELECT FROM staff.person p WHERE p.staff_id = p_staff) THEN
		RETURN 'gone';
	END IF;
	IF NOT staff.may_change(p_tenant, p_actor, p_staff) THEN
		RETURN 'not_allowed';
	END IF;
	had := staff.end_invitations(p_tenant, p_staff);
	UPDATE staff.person p SET state = 'suspended' WHERE p.staff_id = p_staff AND p.state = 'invited';
	IF had OR FOUND THEN
		PERFORM audit.add(p_tenant, p_actor::text, 'staff.withdrawn', 'staff ' || p_staff, p_reason, '');
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION staff.withdraw(uuid, uuid, uuid, text) IS 'Takes an unused link of a person back. ok, gone or not_allowed.';

-- How many owners could sign in without p_staff.
CREATE OR REPLACE FUNCTION staff.other_owners(p_tenant uuid, p_staff uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT count(*) FROM staff.person p
	WHERE p.tenant_id = p_tenant AND p.staff_id <> p_staff AND p.state = 'active' AND staff.is_owner(p_tenant, p.staff_id)
$$;
COMMENT ON FUNCTION staff.other_owners(uuid, uuid) IS 'Owners beside a person who can sign in.';

-- Suspends a person, who is signed out at once, or lets him in again.
-- ok, gone, not_allowed, last_owner.
CREATE OR REPLACE FUNCTION staff.set_suspended(p_tenant uuid, p_actor uuid, p_staff uuid, p_suspended boolean, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM staff.lock_people(p_tenant);
	IF NOT EXISTS (SELECT FROM staff.person p WHERE p.staff_id = p_staff) THEN
		RETURN 'gone';
	END IF;
	IF NOT staff.may_change(p_tenant, p_actor, p_staff) THEN
		RETURN 'not_allowed';
	END IF;
	IF p_suspended AND staff.is_owner(p_tenant, p_staff) AND staff.other_owners(p_tenant, p_staff) = 0 THEN
		RETURN 'last_owner';
	END IF;
	UPDATE staff.person p SET state = CASE WHEN p_suspended THEN 'suspended'
		WHEN EXISTS (SELECT FROM staff.credential c WHERE c.staff_id = p_staff)
			OR EXISTS (SELECT FROM staff.identity i WHERE i.staff_id = p_staff) THEN 'active' ELSE 'invited' END
	WHERE p.staff_id = p_staff AND (p.state = 'suspended') <> p_suspended;
	IF FOUND THEN
		DELETE FROM staff.session s WHERE s.staff_id = p_staff AND p_suspended;
		DELETE FROM staff.challenge c WHERE c.staff_id = p_staff AND p_suspended;
		PERFORM staff.end_invitations(p_tenant, p_staff) WHERE p_suspended;
		PERFORM audit.add(p_tenant, p_actor::text, CASE WHEN p_suspended THEN 'staff.suspended' ELSE 'staff.restored' END, 'staff ' || p_staff, p_reason, '');
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION staff.set_suspended(uuid, uuid, uuid, boolean, text) IS 'Suspends a person or lets him in again. ok, gone, not_allowed or last_owner.';

-- Gives a person one role in one place, in place of all that he had.  ok, gone, not_allowed, last_owner.
CREATE OR REPLACE FUNCTION staff.set_role(p_tenant uuid, p_actor uuid, p_staff uuid, p_role uuid, p_store uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text;
BEGIN
	PERFORM staff.lock_people(p_tenant);
	IF NOT EXISTS (SELECT FROM staff.person p WHERE p.staff_id = p_staff) OR NOT EXISTS (SELECT FROM staff.role r WHERE r.role_id = p_role)
		OR (p_store IS NOT NULL AND NOT EXISTS (SELECT FROM tenancy.store s WHERE s.store_id = p_store)) THEN
		RETURN 'gone';
	END IF;
	IF NOT staff.may_change(p_tenant, p_actor, p_staff) OR NOT staff.may_give(p_tenant, p_actor, p_role, p_store) THEN
		RETURN 'not_allowed';
	END IF;
	IF staff.is_owner(p_tenant, p_staff) AND staff.other_owners(p_tenant, p_staff) = 0
		AND NOT (p_store IS NULL AND EXISTS (SELECT FROM staff.role r WHERE r.role_id = p_role AND r.is_owner)) THEN
		RETURN 'last_owner';
	END IF;
	SELECT json_agg(json_build_object('role', a.role_id, 'store', a.store_id))::text INTO before FROM staff.assignment a WHERE a.staff_id = p_staff;
	DELETE FROM staff.assignment a WHERE a.staff_id = p_staff;
	INSERT INTO staff.assignment (tenant_id, staff_id, role_id, store_id) VALUES (p_tenant, p_staff, p_role, p_store);
	PERFORM audit.add(p_tenant, p_actor::text, 'staff.role', 'staff ' || p_staff, p_reason,
		json_build_object('from', before::json, 'to', json_build_object('role', p_role, 'store', p_store))::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION staff.set_role(uuid, uuid, uuid, uuid, uuid, text) IS 'Gives a person a role in place of what he had. ok, gone, not_allowed or last_owner.';

-- Makes a role (p_make) or changes it.  ok, gone (or the owners' own), taken (the name), not_allowed (more than p_actor has, before or after).
CREATE OR REPLACE FUNCTION staff.save_role(p_tenant uuid, p_actor uuid, p_role uuid, p_make boolean, p_name text, p_permissions text[], p_reason text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text;
BEGIN
	PERFORM staff.lock_people(p_tenant);
	IF EXISTS (SELECT unnest(p_permissions) EXCEPT SELECT m FROM staff.permissions_everywhere(p_tenant, p_actor) m) THEN
		RETURN 'not_allowed';
	END IF;
	IF EXISTS (SELECT FROM staff.role r WHERE r.name = p_name AND r.role_id <> p_role) THEN
		RETURN 'taken';
	END IF;
	IF p_make THEN
		INSERT INTO staff.role (tenant_id, role_id, name) VALUES (p_tenant, p_role, p_name);
	ELSE
		IF NOT EXISTS (SELECT FROM staff.role r WHERE r.role_id = p_role AND NOT r.is_owner) THEN
			RETURN 'gone';
		END IF;
		IF NOT staff.may_give(p_tenant, p_actor, p_role, NULL) THEN
			RETURN 'not_allowed';
		END IF;
		SELECT json_agg(x.permission ORDER BY x.permission)::text INTO before FROM staff.role_permission x WHERE x.role_id = p_role;
		UPDATE staff.role r SET name = p_name WHERE r.role_id = p_role;
		DELETE FROM staff.role_permission x WHERE x.role_id = p_role;
	END IF;
	INSERT INTO staff.role_permission (tenant_id, role_id, permission) SELECT DISTINCT p_tenant, p_role, m FROM unnest(p_permissions) AS m;
	PERFORM audit.add(p_tenant, p_actor::text, CASE WHEN p_make THEN 'role.made' ELSE 'role.changed' END, 'role ' || p_role, p_reason,
		json_build_object('from', before::json, 'to', p_permissions)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION staff.save_role(uuid, uuid, uuid, boolean, text, text[], text) IS 'Makes or changes a role. ok, gone, taken or not_allowed.';
