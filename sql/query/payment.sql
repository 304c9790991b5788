-- Money at gateways: attempts, what gateways say, refunds (sql/functions/payment.sql).

-- What a gateway says, as event or as answer.
-- payment_apply(tenant uuid, account uuid, event text, kind text, live bool, said_tenant text, intent text, order_id text,
-- session_ref text, payment_ref text, refund text, refund_ref text, currency text, amount money, refunded money, code text) one
-- outcome text
SELECT payment.apply(:tenant, :account, :event, :kind, :live, :said_tenant, :intent, :order_id, :session_ref, :payment_ref,
    :refund, :refund_ref, :currency, :amount, :refunded, :code)

-- payment_keep_event(tenant uuid, account uuid, event text, type text, body bytea) one
-- first bool
SELECT payment.keep_event(:tenant, :account, :event, :type, :body)

-- payment_opened(tenant uuid, intent uuid, session_ref text, url text, expires time) one
-- outcome text
SELECT payment.opened(:tenant, :intent, :session_ref, :url, :expires)

-- payment_unanswered(tenant uuid, intent uuid, code text) one
-- outcome text
SELECT payment.unanswered(:tenant, :intent, :code)

-- payment_refund_answer(tenant uuid, refund uuid, state text, refund_ref text, code text) one
-- outcome text
SELECT payment.refund_answer(:tenant, :refund, :state, :refund_ref, :code)

-- payment_capture_refused(tenant uuid, intent uuid, code text) one
-- outcome text
SELECT payment.capture_refused(:tenant, :intent, :code)

-- The secrets that prove what an account's gateway sends.
-- payment_webhook_account(account uuid, provider text) one
-- live bool, webhook_hex text, webhook_old_hex text
SELECT a.live, encode(a.webhook_sealed, 'hex'), CASE WHEN a.webhook_old_until > sutler.now() THEN coalesce(encode(a.webhook_old_sealed, 'hex'), '') ELSE '' END
FROM payment.account a WHERE a.account_id = :account AND a.provider = :provider

-- payment_begin(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?, intent uuid, address text) one
-- outcome text, intent uuid?
SELECT b.outcome, b.intent_id FROM payment.begin_intent(:tenant, :store, :link, :order_id, :customer, :intent, :address) b

-- payment_switch(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?, method text) one
-- outcome text
SELECT payment.switch(:tenant, :store, :link, :order_id, :customer, :method)

-- The attempts to pay an order, the newest first.
-- payment_attempts(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) many
-- intent uuid, state text, code text, amount money, captured money, currency text, at time
SELECT i.intent_id, i.state, i.code, i.amount, i.captured, i.currency, i.created_at
FROM payment.intent i
WHERE i.order_id = (SELECT sales.order_open(:tenant, :store, :link, :order_id, :customer))
ORDER BY i.intent_id DESC

-- Other ways of the store to pay an order that waits for a card.
-- payment_others(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?, locale text) many
-- method text, name text
SELECT m.method, coalesce(x.name, '')
FROM sales."order" o
JOIN payment.method m ON m.store_id = o.store_id AND m.method <> o.payment_method
LEFT JOIN payment.method_text x ON x.store_id = m.store_id AND x.method = m.method AND x.locale = :locale
WHERE o.order_id = (SELECT sales.order_open(:tenant, :store, :link, :order_id, :customer))
  AND payment.instead(o.tenant_id, o, m.method)
ORDER BY m.position, m.method

-- What reconcile-payments asks courier for.
-- payment_take_due(tenant uuid, most int4) many
-- call text, id uuid
SELECT d.call, d.id FROM payment.take_due(:tenant, :most) d

-- payment_expire(tenant uuid, most int4) one
-- ended int
SELECT payment.expire(:tenant, :most)::bigint

-- payment_forget(tenant uuid, most int4) one
-- emptied int
SELECT payment.forget(:tenant, :most)::bigint
