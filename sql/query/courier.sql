-- What courier reads and notes before it calls a gateway (cgi-bin/courier-payment.c); what came of
-- a call it records by the functions of sql/query/payment.sql.

-- An attempt with all that its hosted page needs: order, buyer, store, account.  Of the store's
-- language that of the order, else the first.
-- courier_intent(intent uuid) one
-- order_id uuid, number text, email text, amount money, currency text, state text, code text, session_ref text, url text,
-- expires time?, created time, later bool, payment_ref text, to_capture money?, to_release bool, account uuid, provider text, live bool, key_hex text,
-- store text, locale text, tag text, position int, store_currency text, origin text
SELECT i.order_id, o.number, k.email, i.amount, i.currency, i.state, i.code, i.session_ref, i.url, i.expires_at, i.created_at,
       i.later, i.payment_ref, i.to_capture, i.to_release, a.account_id, a.provider, a.live, pg_catalog.encode(a.key_sealed, 'hex'),
       s.name, l.locale, l.tag, l.position::bigint, l.currency, l.origin
FROM payment.intent i
JOIN payment.account a ON a.tenant_id = i.tenant_id AND a.account_id = i.account_id
JOIN sales."order" o ON o.tenant_id = i.tenant_id AND o.order_id = i.order_id
JOIN sales.contact k ON k.tenant_id = o.tenant_id AND k.contact_id = o.contact_id
JOIN tenancy.store s ON s.tenant_id = o.tenant_id AND s.store_id = o.store_id
CROSS JOIN LATERAL (
	SELECT l.locale, l.tag, l.position, h.origin,
	       coalesce((SELECT c.currency FROM tenancy.store_currency c WHERE c.store_id = s.store_id ORDER BY c.position LIMIT 1), '') AS currency
	FROM tenancy.store_locale l
	JOIN tenancy.host h ON h.tenant_id = l.tenant_id AND h.store_id = l.store_id AND h.kind = 'store'
	WHERE l.store_id = s.store_id
	ORDER BY l.locale = o.locale DESC, l.position, h.is_primary DESC, h.host LIMIT 1
) l
WHERE i.intent_id = :intent

-- The link that the gateway sends the buyer back by: made again at each call, so it is the same.
-- courier_link(tenant uuid, token bytea, order_id uuid, days int4) exec
INSERT INTO sales.order_token (tenant_id, token_sha256, order_id, expires_at)
VALUES (:tenant, :token, :order_id, sutler.now() + pg_catalog.make_interval(days => :days))
ON CONFLICT DO NOTHING

-- How an attempt stands now.
-- courier_state(intent uuid) one
-- state text, code text
SELECT i.state, i.code FROM payment.intent i WHERE i.intent_id = :intent

-- Counts a call before it is made, so that a lost one is known to have been made.
-- courier_refund_count(refund uuid) exec
UPDATE payment.refund SET attempts = attempts + 1 WHERE refund_id = :refund AND state IN ('asked', 'unknown', 'pending')

-- A refund that goes by a gateway, with the account it goes to.
-- courier_refund(refund uuid) one
-- order_id uuid, intent uuid, amount money, currency text, state text, refund_ref text, code text, attempts int,
-- payment_ref text, account uuid, provider text, live bool, key_hex text
SELECT i.order_id, i.intent_id, r.amount, r.currency, r.state, r.refund_ref, r.code, r.attempts::bigint, i.payment_ref,
       a.account_id, a.provider, a.live, pg_catalog.encode(a.key_sealed, 'hex')
FROM payment.refund r
JOIN payment.intent i ON i.tenant_id = r.tenant_id AND i.intent_id = r.intent_id
JOIN payment.account a ON a.tenant_id = i.tenant_id AND a.account_id = i.account_id
WHERE r.refund_id = :refund AND r.actor <> 'gateway'

-- An account as it is tried.
-- courier_account(account uuid) one
-- provider text, live bool, key_hex text, revision int
SELECT a.provider, a.live, pg_catalog.encode(a.key_sealed, 'hex'), a.revision FROM payment.account a WHERE a.account_id = :account

-- courier_tried(tenant uuid, account uuid, revision int, answer text) one
-- noted bool
SELECT payment.account_tried(:tenant, :account, :revision, :answer)

-- A way to an identity provider of staff; no row: there is none, or it is over.
-- courier_sso(tenant uuid, attempt uuid) one
-- issuer text, client text, secret_hex text, back text, state text, code_hex text, said_issuer text, again bool, begun time
SELECT e.issuer, e.client_id, pg_catalog.encode(e.secret, 'hex'), e.back, e.state, coalesce(pg_catalog.encode(e.code, 'hex'), ''), e.said_issuer, e.again, e.begun
FROM staff.sso_errand(:tenant, :attempt) e

-- courier_sso_provider(tenant uuid) one
-- issuer text?
SELECT staff.sso_provider(:tenant)

-- courier_sso_found(tenant uuid, issuer text, origin text, ends text) one
-- done bool
SELECT true FROM staff.sso_found(:tenant, :issuer, :origin, :ends)

-- courier_sso_spend(tenant uuid, attempt uuid) one
-- done bool
SELECT staff.sso_spend(:tenant, :attempt)

-- courier_sso_prove(tenant uuid, attempt uuid, subject text, email text, verified bool, name text, several bool) one
-- done bool
SELECT staff.sso_prove(:tenant, :attempt, :subject, :email, :verified, :name, :several)
