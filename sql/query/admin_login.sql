-- Signing in at the console: each a door of sql/functions/staff_login.sql.

-- admin_login_admit(tenant uuid, address text, email text, device bytea?) one
-- outcome text, wait_s int, staff uuid?, hash text?, second bool
SELECT a.outcome, a.wait_s::bigint, a.staff_id, a.hash, a.second FROM staff.login_admit(:tenant, :address, :email, :device) a

-- admin_login_right(tenant uuid, address text, email text, device bytea?, staff uuid, hash text, challenge bytea, seed bytea?) one
-- done bool
SELECT true FROM staff.login_right(:tenant, :address, :email, :device, :staff, :hash, :challenge, :seed)

-- admin_login_challenge(tenant uuid, challenge bytea) one
-- staff uuid, email text, purpose text, seed_hex text
SELECT c.staff_id, c.email, c.purpose, encode(c.seed, 'hex') FROM staff.challenge_look(:tenant, :challenge) c

-- Seconds to wait before a code may be tried; 0: counted, go on.
-- admin_login_code(tenant uuid, staff uuid, device bytea?) one
-- wait_s int
SELECT staff.code_admit(:tenant, :staff, :device)::bigint

-- admin_login_enter(tenant uuid, challenge bytea, step int, recovery bytea?, codes text[], session bytea, label text, old uuid?,
-- device bytea?, new_device bytea) one
-- outcome text, known bool
SELECT e.outcome, e.known
FROM staff.enter(:tenant, :challenge, :step, :recovery, :codes, :session, :label, :old, :device, :new_device) e

-- admin_login_seed(tenant uuid, staff uuid) one
-- seed_hex text?
SELECT encode(staff.own_seed(:tenant, :staff), 'hex')

-- admin_login_again(tenant uuid, session uuid, step int, token bytea) one
-- done bool
SELECT staff.prove_again(:tenant, :session, :step, :token)

-- admin_login_out(tenant uuid, session uuid, everywhere bool) one
-- ended int
SELECT staff.logout(:tenant, :session, :everywhere)::bigint

-- admin_login_invitation(tenant uuid, token bytea) one
-- staff uuid, email text, name text
SELECT i.staff_id, i.email, i.name FROM staff.invitation_look(:tenant, :token) i

-- admin_login_join(tenant uuid, token bytea, name text, locale text, hash text, challenge bytea, seed bytea) one
-- staff uuid?
SELECT staff.accept(:tenant, :token, :name, :locale, :hash, :challenge, :seed)

-- The identity provider that is offered, if any.
-- admin_login_offer(tenant uuid) one
-- name text, origin text, passwords bool
SELECT o.name, o.origin, o.passwords FROM staff.sso_offer(:tenant) o

-- Where one signs out of the provider; staff NULL: whoever it is.
-- admin_login_sso_end(tenant uuid, staff uuid?) one
-- name text, client text, url text
SELECT e.name, e.client_id, e.end_url FROM staff.sso_end(:tenant, :staff) e

-- admin_login_password_allowed(tenant uuid, staff uuid) one
-- allowed bool
SELECT staff.password_allowed(:tenant, :staff)

-- admin_login_sso_begin(tenant uuid, attempt uuid, address text, state bytea, browser bytea, back text, prefix text, next text, again uuid?) one
-- outcome text
SELECT staff.sso_begin(:tenant, :attempt, :address, :state, :browser, :back, :prefix, :next, :again)

-- admin_login_sso_prefix(tenant uuid, state bytea?) one
-- prefix text
SELECT staff.sso_prefix(:tenant, :state)

-- admin_login_sso_return(tenant uuid, state bytea, browser bytea, code bytea, issuer text) one
-- attempt uuid?
SELECT staff.sso_return(:tenant, :state, :browser, :code, :issuer)

-- admin_login_sso_enter(tenant uuid, state bytea, browser bytea, locale text, challenge bytea, seed bytea?, session bytea, label text, old uuid?,
-- device bytea?, new_device bytea) one
-- outcome text, known bool, prefix text, next text
SELECT e.outcome, e.known, e.prefix, e.next
FROM staff.sso_enter(:tenant, :state, :browser, :locale, :challenge, :seed, :session, :label, :old, :device, :new_device) e
