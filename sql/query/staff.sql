-- Staff, roles and the audit log, as admin-settings shows and changes them.

-- staff_people(tenant uuid, owner text) many
-- staff uuid, email text, name text, state text, roles text, seen time?, ends time?, mail text?, mail_at time?
SELECT p.staff_id, p.email, p.name, p.state,
       coalesce((SELECT string_agg(CASE WHEN r.is_owner THEN :owner::text ELSE r.name END || coalesce(' (' || s.name || ')', ''), ', ' ORDER BY r.name, s.name)
           FROM staff.assignment a JOIN staff.role r ON r.role_id = a.role_id LEFT JOIN tenancy.store s ON s.store_id = a.store_id
           WHERE a.staff_id = p.staff_id), ''),
       (SELECT max(x.seen_at) FROM staff.session x WHERE x.staff_id = p.staff_id), i.ends_at, i.mail, i.mail_at
FROM staff.person p LEFT JOIN staff.open_invitations(:tenant) i ON i.staff_id = p.staff_id ORDER BY p.state = 'suspended', p.name, p.email

-- staff_person(tenant uuid, staff uuid) one
-- staff uuid, email text, name text, state text, role uuid?, store uuid?, created time, ends time?, mail text?, mail_at time?
SELECT p.staff_id, p.email, p.name, p.state, a.role_id, a.store_id, p.created_at, i.ends_at, i.mail, i.mail_at
FROM staff.person p LEFT JOIN staff.assignment a ON a.staff_id = p.staff_id LEFT JOIN staff.open_invitations(:tenant) i ON i.staff_id = p.staff_id
WHERE p.staff_id = :staff ORDER BY a.assignment_id LIMIT 1

-- staff_roles() many
-- role uuid, name text, is_owner bool, permissions text, people int
SELECT r.role_id, r.name, r.is_owner,
       coalesce((SELECT ' ' || string_agg(x.permission, ' ' ORDER BY x.permission) || ' ' FROM staff.role_permission x WHERE x.role_id = r.role_id), ''),
       (SELECT count(DISTINCT a.staff_id) FROM staff.assignment a WHERE a.role_id = r.role_id)
FROM staff.role r ORDER BY r.is_owner DESC, r.name

-- staff_stores() many
-- store uuid, name text
SELECT s.store_id, s.name FROM tenancy.store s ORDER BY s.name, s.store_id

-- staff_invite(tenant uuid, actor uuid, email text, name text, locale text, role uuid, store uuid?, token bytea, mail uuid?, reason text) one
-- outcome text
SELECT staff.invite(:tenant, :actor, :email, :name, :locale, :role, :store, :token, :mail, :reason)

-- staff_renew(tenant uuid, actor uuid, staff uuid, token bytea, mail uuid?, reason text) one
-- outcome text
SELECT staff.renew(:tenant, :actor, :staff, :token, :mail, :reason)

-- staff_withdraw(tenant uuid, actor uuid, staff uuid, reason text) one
-- outcome text
SELECT staff.withdraw(:tenant, :actor, :staff, :reason)

-- staff_suspend(tenant uuid, actor uuid, staff uuid, suspended bool, reason text) one
-- outcome text
SELECT staff.set_suspended(:tenant, :actor, :staff, :suspended, :reason)

-- staff_set_role(tenant uuid, actor uuid, staff uuid, role uuid, store uuid?, reason text) one
-- outcome text
SELECT staff.set_role(:tenant, :actor, :staff, :role, :store, :reason)

-- staff_save_role(tenant uuid, actor uuid, role uuid, make bool, name text, permissions text[], reason text) one
-- outcome text
SELECT staff.save_role(:tenant, :actor, :role, :make, :name, :permissions, :reason)

-- The identity provider; no row: there is none yet.
-- staff_provider(tenant uuid) one
-- name text, issuer text, client text, domains text, passwords bool, role uuid?, second text, active bool, answers bool, revision int
SELECT s.name, s.issuer, s.client_id, s.domains, s.passwords, s.role_id, s.second, s.active, s.answers, s.revision FROM staff.sso_settings(:tenant) s

-- staff_is_owner(tenant uuid, staff uuid) one
-- owner bool
SELECT staff.is_owner(:tenant, :staff)

-- staff_save_provider(tenant uuid, actor uuid, revision int, name text, issuer text, client text, secret bytea?, domains text[], passwords bool,
-- role uuid?, second text, active bool, reason text) one
-- outcome text
SELECT staff.sso_save(:tenant, :actor, :revision, :name, :issuer, :client, :secret, :domains, :passwords, :role, :second, :active, :reason)

-- staff_bound(tenant uuid, staff uuid) one
-- since time?
SELECT staff.bound_since(:tenant, :staff)

-- staff_unbind(tenant uuid, actor uuid, staff uuid, reason text) one
-- outcome text
SELECT staff.unbind(:tenant, :actor, :staff, :reason)

-- Entries of the audit log, newest first; a page later than an entry begins behind it.
-- staff_audit(actor text, target text, day date, before uuid, most int) many
-- entry uuid, at time, actor text, who text?, action text, target text, reason text, detail text, sealed bool
SELECT e.entry_id, e.at, e.actor, (SELECT coalesce(nullif(p.name, ''), p.email) FROM staff.person p WHERE p.staff_id::text = e.actor),
       e.action, e.target, e.reason, e.detail, EXISTS (SELECT FROM audit.sealed z WHERE z.entry_id = e.entry_id)
FROM audit.entry e
WHERE true
--? by: AND e.actor = :actor
--? about: AND e.target = :target
--? until: AND e.entry_id < sutler.uuid7_at((:day::date + 1)::timestamp AT TIME ZONE 'UTC')
--? later: AND e.entry_id < :before
ORDER BY e.entry_id DESC LIMIT :most
