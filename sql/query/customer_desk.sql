-- Customers at the desk of staff (sql/functions/customer_desk.sql).  A NULL store: of all stores.

-- The list: newest first, by name, or one kind, newest first; "before" is the last one of the page before.
-- people_newest(store uuid?, before uuid, most int) many
-- customer uuid, name text, email text, phone text, company text, type text, made time
SELECT p.customer_id, p.name, p.email, p.phone, p.company, p.customer_type, p.created_at
FROM customer.person p
WHERE p.erased_at IS NULL
--? in_store: AND p.store_id = :store
--? later: AND p.customer_id < :before
ORDER BY p.customer_id DESC LIMIT :most

-- people_by_name(store uuid?, before uuid, most int) many
-- customer uuid, name text, email text, phone text, company text, type text, made time
SELECT p.customer_id, p.name, p.email, p.phone, p.company, p.customer_type, p.created_at
FROM customer.person p
WHERE p.erased_at IS NULL
--? in_store: AND p.store_id = :store
--? later: AND (p.name_key COLLATE "C", p.customer_id) > ((SELECT a.name_key COLLATE "C" FROM customer.person a WHERE a.customer_id = :before), :before)
ORDER BY p.name_key COLLATE "C", p.customer_id LIMIT :most

-- people_of_type(type text, store uuid?, before uuid, most int) many
-- customer uuid, name text, email text, phone text, company text, type text, made time
SELECT p.customer_id, p.name, p.email, p.phone, p.company, p.customer_type, p.created_at
FROM customer.person p
WHERE p.erased_at IS NULL AND p.customer_type = :type
--? in_store: AND p.store_id = :store
--? later: AND p.customer_id < :before
ORDER BY p.customer_id DESC LIMIT :most

-- people_tagged(tag text, store uuid?, before uuid, most int) many
-- customer uuid, name text, email text, phone text, company text, type text, made time
SELECT o.customer_id, o.name, o.email, o.phone, o.company, o.customer_type, o.created_at
FROM (SELECT t.customer_id FROM customer.person_tag t WHERE t.tag = lower(:tag)
	--? in_store: AND t.store_id = :store
	--? later: AND t.customer_id < :before
	ORDER BY t.customer_id DESC) f
CROSS JOIN LATERAL (SELECT p.customer_id, p.name, p.email, p.phone, p.company, p.customer_type, p.created_at
	FROM customer.person p WHERE p.customer_id = f.customer_id
	LIMIT 1) o
ORDER BY f.customer_id DESC LIMIT :most

-- people_grouped(price_group text, store uuid?, before uuid, most int) many
-- customer uuid, name text, email text, phone text, company text, type text, made time
SELECT p.customer_id, p.name, p.email, p.phone, p.company, p.customer_type, p.created_at
FROM customer.person p
WHERE p.price_group = :price_group
--? in_store: AND p.store_id = :store
--? later: AND p.customer_id < :before
ORDER BY p.customer_id DESC LIMIT :most

-- By mail address, telephone, tax number, number of an order, or the beginning of a name or company (at most 200 of each), newest first.
-- people_search(words text, store uuid?, before uuid, most int) many
-- customer uuid, name text, email text, phone text, company text, type text, made time
WITH found AS (
	-- The key is folded as ASCII but compared as all text is: in "C" it would not find its index.
	(SELECT coalesce(p.merged_into, p.customer_id) AS customer_id FROM customer.person p WHERE p.email_key = lower(:words COLLATE "C") COLLATE "default" LIMIT 1)
	UNION
	(SELECT p.customer_id FROM customer.person p
		WHERE p.erased_at IS NULL AND p.name_key COLLATE "C" >= lower(:words) AND p.name_key COLLATE "C" < lower(:words) || chr(1114111)
		--? in_store: AND p.store_id = :store
		ORDER BY p.name_key COLLATE "C" LIMIT 200)
	UNION
	(SELECT p.customer_id FROM customer.person p
		WHERE p.erased_at IS NULL AND p.company_key COLLATE "C" >= lower(:words) AND p.company_key COLLATE "C" < lower(:words) || chr(1114111)
		--? in_store: AND p.store_id = :store
		ORDER BY p.company_key COLLATE "C" LIMIT 200)
	UNION
	(SELECT p.customer_id FROM customer.person p
		WHERE p.erased_at IS NULL AND p.phone_key = nullif(regexp_replace(:words, '[^0-9]', '', 'g'), '') LIMIT 200)
	UNION
	(SELECT p.customer_id FROM customer.person p
		-- The condition of its index: most have none.
		WHERE p.erased_at IS NULL AND p.tax_id <> '' AND p.tax_id = upper(regexp_replace(:words, '[ .-]', '', 'g')) LIMIT 200)
	UNION
	(SELECT o.customer_id FROM sales."order" o WHERE o.number = :words LIMIT 200)
)
SELECT o.customer_id, o.name, o.email, o.phone, o.company, o.customer_type, o.created_at
FROM (SELECT f.customer_id FROM found f WHERE f.customer_id IS NOT NULL
	--? later: AND f.customer_id < :before
	) f
CROSS JOIN LATERAL (SELECT p.customer_id, p.name, p.email, p.phone, p.company, p.customer_type, p.created_at
	FROM customer.person p WHERE p.customer_id = f.customer_id AND p.erased_at IS NULL
	--? in_store: AND p.store_id = :store
	LIMIT 1) o
ORDER BY o.customer_id DESC LIMIT :most

-- One of them; country is where the business is: that of the address for invoices, else of the store.
-- people_head(store uuid?, customer uuid) one
-- customer uuid, name text, email text, phone text, company text, tax_id text, type text, locale text, country text, store text, made time,
-- verified time?, erased time?, sessions int, price_group text?, merged uuid?, no_reminders time?
SELECT p.customer_id, p.name, p.email, p.phone, p.company, p.tax_id, p.customer_type, p.locale,
       coalesce((SELECT a.country FROM customer.address a WHERE a.customer_id = p.customer_id AND a.is_billing LIMIT 1), s.country), s.code, p.created_at,
       p.verified_at, p.erased_at,
       customer.sessions_living(p.tenant_id, p.customer_id), p.price_group, p.merged_into,
       marketing.opted_out_at(p.tenant_id, p.email_key)
FROM customer.person p
JOIN tenancy.store s ON s.store_id = p.store_id
WHERE p.customer_id = :customer AND (:store IS NULL OR p.store_id = :store)

-- people_addresses(customer uuid) many
-- lines text, phone text?, shipping bool, billing bool
SELECT concat_ws(', ', nullif(a.name, ''), nullif(a.company, ''), nullif(a.street, ''), nullif(a.street2, ''),
	nullif(concat_ws(' ', nullif(a.postal_code, ''), nullif(a.city, '')), ''), nullif(a.region, ''), a.country), nullif(a.phone, ''), a.is_shipping, a.is_billing
FROM customer.address a WHERE a.customer_id = :customer ORDER BY a.address_id

-- here: of the chosen store, whose desk shows it.
-- people_orders(chosen uuid, store uuid?, customer uuid, most int) many
-- order_id uuid, number text, store text, word text, placed time, currency text, total money, here bool
SELECT o.order_id, o.number, s.code, o.word, o.placed_at, o.currency, o.total, o.store_id = :chosen
FROM sales."order" o JOIN tenancy.store s ON s.store_id = o.store_id
WHERE o.customer_id = :customer AND (:store IS NULL OR o.store_id = :store)
ORDER BY o.placed_at DESC, o.order_id DESC LIMIT :most

-- How many orders stand, and what they come to, by currency.
-- people_spent(store uuid?, customer uuid) many
-- currency text, orders int, total money
SELECT o.currency, count(*), sum(o.total)::bigint
FROM sales."order" o
WHERE o.customer_id = :customer AND (:store IS NULL OR o.store_id = :store) AND o.state IN ('open', 'closed')
GROUP BY o.currency ORDER BY o.currency

-- people_carts(store uuid?, customer uuid) many
-- store text, currency text, pieces int, changed time, reminders bool
SELECT s.code, c.currency, coalesce((SELECT sum(l.quantity) FROM sales.cart_line l WHERE l.cart_id = c.cart_id), 0)::bigint, c.touched_at, c.reminders
FROM sales.cart c JOIN tenancy.store s ON s.store_id = c.store_id
WHERE c.customer_id = :customer AND c.state = 'open' AND (:store IS NULL OR c.store_id = :store)
ORDER BY s.code

-- Mails about the account and about its orders.
-- people_mails(store uuid?, customer uuid, most int) many
-- template text, state text, made time, done time?
SELECT m.template, m.state, m.created_at, m.done_at FROM (
	SELECT x.outbox_id, x.template, x.state, x.created_at, x.done_at FROM event.outbox x
	WHERE x.customer_id = :customer AND (:store IS NULL OR x.store_id = :store)
	UNION
	SELECT x.outbox_id, x.template, x.state, x.created_at, x.done_at FROM sales."order" o JOIN event.outbox x ON x.order_id = o.order_id
	WHERE o.customer_id = :customer AND (:store IS NULL OR o.store_id = :store)
) m ORDER BY m.outbox_id DESC LIMIT :most

-- people_notes(customer uuid, most int) many
-- words text, who text, at time
SELECT n.words, coalesce(nullif(s.name, ''), s.email), n.at
FROM customer.person_note n JOIN staff.person s ON s.staff_id = n.staff_id
WHERE n.customer_id = :customer ORDER BY n.note_id DESC LIMIT :most

-- people_tags(customer uuid) many
-- tag text
SELECT t.tag FROM customer.person_tag t WHERE t.customer_id = :customer ORDER BY t.tag

-- people_edit(tenant uuid, actor uuid, store uuid?, customer uuid, name text, phone text, type text, company text, tax_id text) one
-- outcome text
SELECT customer.desk_edit(:tenant, :actor, :store, :customer, :name, :phone, :type, :company, :tax_id)

-- people_note(tenant uuid, actor uuid, store uuid?, customer uuid, words text) one
-- outcome text
SELECT customer.desk_note(:tenant, :actor, :store, :customer, :words)

-- people_tag(tenant uuid, actor uuid, store uuid?, customer uuid, tag text, on bool, most int) one
-- outcome text
SELECT customer.desk_tag(:tenant, :actor, :store, :customer, :tag, :on, :most::integer)

-- people_export(tenant uuid, actor uuid, customer uuid, reason text) one
-- data text?
SELECT customer.desk_export(:tenant, :actor, :customer, :reason)

-- people_erase(tenant uuid, actor uuid, customer uuid, reason text) one
-- outcome text
SELECT customer.desk_erase(:tenant, :actor, :customer, :reason)

-- people_group_set(tenant uuid, actor uuid, store uuid?, customer uuid, code text, reason text) one
-- outcome text
SELECT customer.desk_group(:tenant, :actor, :store, :customer, :code, :reason)

-- Price groups; how many are in one and have a price is counted as far as :most.
-- people_groups(most int) many
-- code text, name text, members int, prices int
SELECT g.code, g.name,
       (SELECT count(*) FROM (SELECT FROM customer.person p WHERE p.price_group = g.code LIMIT :most) m),
       (SELECT count(*) FROM (SELECT FROM catalog.price r WHERE r.group_code = g.code LIMIT :most) m)
FROM customer.price_group g ORDER BY g.name_key LIMIT 200

-- people_group(code text) one
-- code text, name text
SELECT g.code, g.name FROM customer.price_group g WHERE g.code = :code

-- people_group_save(tenant uuid, actor uuid, fresh bool, code text, name text) one
-- outcome text
SELECT customer.save_group(:tenant, :actor, :fresh, :code, :name)

-- people_group_drop(tenant uuid, actor uuid, code text, reason text) one
-- outcome text
SELECT customer.drop_group(:tenant, :actor, :code, :reason)

-- Accounts that may be the same person's: with the same telephone or tax number, or the same name at the same
-- postal code (of at most 200 with that name).  A mail address has one account at a merchant.
-- people_twins(customer uuid) many
-- why text, customer uuid, name text, email text, store text, made time
WITH me AS (
	SELECT p.customer_id, p.phone_key, p.tax_id, p.name_key FROM customer.person p WHERE p.customer_id = :customer AND p.erased_at IS NULL
), twin AS (
	(SELECT p.customer_id, 'phone' AS why FROM me JOIN customer.person p ON p.phone_key = me.phone_key
		WHERE length(me.phone_key) >= 6 AND p.erased_at IS NULL AND p.customer_id <> me.customer_id LIMIT 10)
	UNION ALL
	(SELECT p.customer_id, 'tax' FROM me JOIN customer.person p ON p.tax_id = me.tax_id
		WHERE me.tax_id <> '' AND p.erased_at IS NULL AND p.customer_id <> me.customer_id LIMIT 10)
	UNION ALL
	(SELECT n.customer_id, 'name' FROM me
		CROSS JOIN LATERAL (SELECT p.customer_id FROM customer.person p
			WHERE p.name_key COLLATE "C" = me.name_key AND me.name_key <> '' AND p.erased_at IS NULL AND p.customer_id <> me.customer_id LIMIT 200) n
		WHERE EXISTS (SELECT FROM customer.address a JOIN customer.address b ON b.customer_id = me.customer_id AND b.country = a.country AND b.postal_code = a.postal_code
			WHERE a.customer_id = n.customer_id AND a.postal_code <> '')
		LIMIT 10)
)
SELECT string_agg(t.why, ' ' ORDER BY t.why), p.customer_id, p.name, p.email, s.code, p.created_at
FROM twin t
CROSS JOIN LATERAL (SELECT x.* FROM customer.person x WHERE x.customer_id = t.customer_id LIMIT 1) p
JOIN tenancy.store s ON s.store_id = p.store_id
GROUP BY p.customer_id, p.name, p.email, s.code, p.created_at
ORDER BY count(*) DESC, p.customer_id

-- Whose account a mail address opens.
-- people_by_mail(mail text) one
-- customer uuid
SELECT coalesce(p.merged_into, p.customer_id) FROM customer.person p WHERE p.email_key = lower(:mail COLLATE "C") COLLATE "default"
LIMIT 1

-- Two accounts side by side, ONE first.
-- people_pair(one uuid, other uuid) many
-- customer uuid, name text, email text, verified bool, phone text, company text, tax_id text, type text, store text, made time,
-- price_group text?, orders int, addresses int, notes int, tags text, pieces int, no_reminders bool
SELECT p.customer_id, p.name, p.email, p.verified_at IS NOT NULL, p.phone, p.company, p.tax_id, p.customer_type, s.code, p.created_at,
       (SELECT g.name FROM customer.price_group g WHERE g.code = p.price_group),
       (SELECT count(*) FROM sales."order" o WHERE o.customer_id = p.customer_id),
       (SELECT count(*) FROM customer.address a WHERE a.customer_id = p.customer_id),
       (SELECT count(*) FROM customer.person_note n WHERE n.customer_id = p.customer_id),
       coalesce((SELECT string_agg(t.tag, ', ' ORDER BY t.tag) FROM customer.person_tag t WHERE t.customer_id = p.customer_id), ''),
       coalesce((SELECT sum(l.quantity) FROM sales.cart c JOIN sales.cart_line l ON l.cart_id = c.cart_id
		WHERE c.customer_id = p.customer_id AND c.state = 'open'), 0)::bigint,
       marketing.opted_out(p.tenant_id, p.email_key)
FROM customer.person p JOIN tenancy.store s ON s.store_id = p.store_id
WHERE p.customer_id IN (:one, :other) AND p.erased_at IS NULL
ORDER BY p.customer_id <> :one

-- people_merge(tenant uuid, actor uuid, keep uuid, gone uuid, most_lines int, reason text) one
-- outcome text
SELECT customer.merge(:tenant, :actor, :keep, :gone, :most_lines::integer, :reason)

-- The merchant's own fields, the choices of each one below the other.
-- people_fields() many
-- code text, label text, kind text, choices text
SELECT f.code, f.label, f.kind, array_to_string(f.choices, E'\n') FROM customer.field f ORDER BY f.position

-- What stands in them for a customer.
-- people_field_values(customer uuid) many
-- code text, label text, kind text, choices text, value text
SELECT f.code, f.label, f.kind, array_to_string(f.choices, E'\n'), coalesce(v.value, '')
FROM customer.field f LEFT JOIN customer.field_value v ON v.code = f.code AND v.customer_id = :customer
ORDER BY f.position

-- people_field_save(tenant uuid, actor uuid, fresh bool, code text, label text, kind text, choices text[]) one
-- outcome text
SELECT customer.save_field(:tenant, :actor, :fresh, :code, :label, :kind, :choices)

-- people_field_drop(tenant uuid, actor uuid, code text, reason text) one
-- outcome text
SELECT customer.drop_field(:tenant, :actor, :code, :reason)

-- people_fields_set(tenant uuid, actor uuid, store uuid?, customer uuid, codes text[], given text[]) one
-- outcome text, wrong text
SELECT d.outcome, d.wrong FROM customer.desk_fields(:tenant, :actor, :store, :customer, :codes, :given) d

-- Payment on invoice: a customer's own terms, else those of his group, and what he owes.
-- people_credit(tenant uuid, customer uuid) many
-- currency text, credit_limit money, days int, own bool, owed money
SELECT DISTINCT ON (t.currency) t.currency, t.credit_limit, t.days::bigint, t.customer_id IS NOT NULL, payment.owed(:tenant, p.customer_id, t.currency)
FROM customer.person p
JOIN payment.terms t ON t.customer_id = p.customer_id OR t.group_code = p.price_group
WHERE p.customer_id = :customer
ORDER BY t.currency, t.customer_id IS NULL

-- people_group_credit(code text) many
-- currency text, credit_limit money, days int
SELECT t.currency, t.credit_limit, t.days::bigint FROM payment.terms t WHERE t.group_code = :code ORDER BY t.currency

-- credit -1: no terms any more.
-- people_credit_save(tenant uuid, actor uuid, store uuid?, customer uuid?, price_group text?, currency text, credit money, days int4, reason text) one
-- outcome text
SELECT payment.desk_terms(:tenant, :actor, :store, :customer, :price_group, :currency, nullif(:credit, -1), :days, :reason)
