-- Copies of a customer's data, and forgetting him: what his page asks and the job does.

-- What he asked for, the latest first.
-- privacy_requests(customer uuid) many
-- request uuid, kind text, state text, asked time, due time, expires time?
SELECT r.request_id, r.kind, r.state, r.asked_at, r.due_at, r.expires_at
FROM customer.request r
WHERE r.customer_id = :customer AND (r.state IN ('waiting', 'running') OR (r.state = 'done' AND r.expires_at > sutler.now()))
ORDER BY r.request_id DESC

-- A copy that lies ready.
-- privacy_file(customer uuid, request uuid) one
-- file text
SELECT r.file FROM customer.request r
WHERE r.request_id = :request AND r.customer_id = :customer AND r.state = 'done' AND r.file <> '' AND r.expires_at > sutler.now()

-- privacy_ask_export(tenant uuid, store uuid, customer uuid) one
-- outcome text
SELECT customer.ask_export(:tenant, :store, :customer)

-- privacy_ask_erase(tenant uuid, store uuid, customer uuid) one
-- outcome text
SELECT customer.ask_erase(:tenant, :store, :customer)

-- privacy_confirm_erase(tenant uuid, store uuid, customer uuid, token bytea) one
-- outcome text
SELECT customer.confirm_erase(:tenant, :store, :customer, :token)

-- privacy_keep(tenant uuid, customer uuid) one
-- kept bool
SELECT customer.keep_account(:tenant, :customer)

-- privacy_take(tenant uuid) one
-- request uuid, customer uuid, kind text
SELECT t.request_id, t.customer_id, t.kind FROM customer.take_request(:tenant) t

-- privacy_export(tenant uuid, customer uuid) one
-- data text?
SELECT customer.export_data(:tenant, :customer)

-- privacy_export_done(tenant uuid, request uuid) one
-- done bool
SELECT customer.export_done(:tenant, :request)

-- privacy_erase(tenant uuid, customer uuid, actor text, reason text) one
-- done bool
SELECT customer.erase(:tenant, :customer, :actor, :reason)

-- Orders of forgotten customers that have become finished meanwhile.
-- privacy_erase_orders(tenant uuid) one
-- done int
SELECT customer.erase_orders(:tenant, NULL)::bigint

-- privacy_old_exports(tenant uuid) many
-- request uuid, file text
SELECT o.request_id, o.file FROM customer.old_exports(:tenant) o

-- privacy_export_gone(tenant uuid, request uuid) one
-- done bool
SELECT customer.export_gone(:tenant, :request)
