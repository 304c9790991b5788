-- Signing in and out, registering, passwords and addresses: each a door of sql/functions/customer_login.sql.

-- login_admit(tenant uuid, address text, email text, device bytea?) one
-- outcome text, wait_s int, customer uuid?, hash text?, verified bool
SELECT a.outcome, a.wait_s::bigint, a.customer_id, a.hash, a.verified
FROM customer.login_admit(:tenant, :address, :email, :device) a

-- login_right(tenant uuid, address text, email text, device bytea?) one
-- done bool
SELECT true FROM customer.guess_right(:tenant, :address, :email, :device)

-- login_enter(tenant uuid, store uuid, customer uuid, session bytea, label text, old uuid?, others bool, device bytea?, new_device bytea,
-- hash text, cart bytea?, new_cart bytea, locale text, currency text, most_lines int4) one
-- known bool, cart text, name text
SELECT e.known, e.cart, e.name
FROM customer.login_enter(:tenant, :store, :customer, :session, :label, :old, :others, :device, :new_device,
    :hash, :cart, :new_cart, :locale, :currency, :most_lines) e

-- login_out(tenant uuid, session uuid) one
-- done bool
SELECT true FROM customer.logout(:tenant, :session)

-- login_register(tenant uuid, store uuid, address text, email text, name text, hash text, locale text) one
-- outcome text
SELECT customer.register(:tenant, :store, :address, :email, :name, :hash, :locale)

-- login_verify_again(tenant uuid, store uuid, customer uuid) one
-- done bool
SELECT true FROM customer.verify_again(:tenant, :store, :customer)

-- What a mailed link opens, without using it.
-- login_token(tenant uuid, token bytea, purpose text) one
-- customer uuid, email text, new_email text
SELECT t.customer_id, t.email, t.new_email FROM customer.token_look(:tenant, :token, :purpose) t

-- login_verify(tenant uuid, token bytea) one
-- done bool
SELECT customer.verify(:tenant, :token)

-- login_ask_reset(tenant uuid, store uuid, address text, email text) one
-- done bool
SELECT true FROM customer.ask_reset(:tenant, :store, :address, :email)

-- login_reset(tenant uuid, store uuid, token bytea, hash text) one
-- customer uuid
SELECT r.customer_id FROM customer.reset(:tenant, :store, :token, :hash) r

-- login_self(tenant uuid, customer uuid) one
-- email text, name text
SELECT s.email, s.name FROM customer.self(:tenant, :customer) s

-- login_set_password(tenant uuid, store uuid, customer uuid, hash text) one
-- done bool
SELECT true FROM customer.set_password(:tenant, :store, :customer, :hash)

-- login_ask_email(tenant uuid, store uuid, customer uuid, email text) one
-- done bool
SELECT true FROM customer.ask_email(:tenant, :store, :customer, :email)

-- login_confirm_email(tenant uuid, store uuid, token bytea) one
-- outcome text
SELECT customer.confirm_email(:tenant, :store, :token)

-- login_undo_email(tenant uuid, store uuid, token bytea) one
-- outcome text
SELECT customer.undo_email(:tenant, :store, :token)

-- login_sessions(tenant uuid, customer uuid) many
-- session uuid, label text, created time, seen time
SELECT s.session_id, s.label, s.created_at, s.seen_at FROM customer.sessions_of(:tenant, :customer) s

-- Ends one session, or all but KEEP.
-- login_sessions_end(tenant uuid, customer uuid, session uuid?, keep uuid, keep_device bytea?) one
-- ended int
SELECT customer.sessions_end(:tenant, :customer, :session, :keep, :keep_device)::bigint
