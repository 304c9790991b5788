-- Settings of a store, as admin-settings shows and changes them.

-- All stores of the merchant.
-- settings_stores() many
-- store uuid, code text, name text, status text, host text?, languages text, currencies text
SELECT s.store_id, s.code, s.name, s.status,
       (SELECT h.host FROM tenancy.host h WHERE h.tenant_id = s.tenant_id AND h.store_id = s.store_id AND h.kind = 'store' AND h.is_primary),
       coalesce((SELECT string_agg(l.tag, ', ' ORDER BY l.position) FROM tenancy.store_locale l WHERE l.store_id = s.store_id), ''),
       coalesce((SELECT string_agg(c.currency, ', ' ORDER BY c.position) FROM tenancy.store_currency c WHERE c.store_id = s.store_id), '')
FROM tenancy.store s ORDER BY s.name, s.store_id

-- settings_store(store uuid) one
-- revision int, code text, status text, name text, legal_name text, tax_id text, timezone text, prices_include_tax bool, keep_gross bool,
-- tax_rounding text, shipping_tax_class text, shipping_tax text, guest_checkout text, low_stock int, hold_minutes int, unpaid_minutes int,
-- split_shipments bool, cutoff_minute int, closed_weekdays int, contact_email text, contact_phone text, street text, postal_code text,
-- city text, region text, country text, color_primary text, color_accent text, logo text, favicon text, mail_from_name text,
-- order_prefix text, invoice_prefix text, return_prefix text, show_bought bool, show_viewed bool, show_similar bool
SELECT s.revision, s.code, s.status, s.name, s.legal_name, s.tax_id, s.timezone, s.prices_include_tax, s.keep_gross,
       s.tax_rounding, s.shipping_tax_class, s.shipping_tax, s.guest_checkout, s.low_stock, s.hold_minutes, s.unpaid_minutes,
       s.split_shipments, s.cutoff_minute, s.closed_weekdays, s.contact_email, s.contact_phone, s.street, s.postal_code,
       s.city, s.region, s.country, s.color_primary, s.color_accent, s.logo, s.favicon, s.mail_from_name,
       s.order_prefix, s.invoice_prefix, s.return_prefix, s.show_bought, s.show_viewed, s.show_similar
FROM tenancy.store s WHERE s.store_id = :store

-- settings_languages(store uuid) many
-- locale text, tag text
SELECT l.locale, l.tag FROM tenancy.store_locale l WHERE l.store_id = :store ORDER BY l.position

-- settings_currencies(store uuid) many
-- currency text, step int
SELECT c.currency, c.step FROM tenancy.store_currency c WHERE c.store_id = :store ORDER BY c.position

-- settings_hosts(tenant uuid, store uuid) many
-- host text, kind text, origin text, main bool
SELECT h.host, h.kind, h.origin, h.is_primary FROM tenancy.host h WHERE h.tenant_id = :tenant AND h.store_id = :store
ORDER BY h.kind DESC, h.is_primary DESC, h.host

-- settings_save_store(tenant uuid, actor uuid, store uuid, revision int, keys text[], vals text[], reason text) one
-- outcome text
SELECT tenancy.desk_store(:tenant, :actor, :store, :revision, :keys, :vals, :reason)

-- settings_save_languages(tenant uuid, actor uuid, store uuid, revision int, tags text[], currencies text[], steps int[], reason text) one
-- outcome text
SELECT tenancy.desk_languages(:tenant, :actor, :store, :revision, :tags, :currencies, :steps, :reason)

-- settings_add_host(tenant uuid, actor uuid, store uuid, host text, kind text, reason text) one
-- outcome text
SELECT tenancy.desk_host_add(:tenant, :actor, :store, :host, :kind, :reason)

-- settings_main_host(tenant uuid, actor uuid, store uuid, host text, reason text) one
-- outcome text
SELECT tenancy.desk_host_main(:tenant, :actor, :store, :host, :reason)

-- settings_remove_host(tenant uuid, actor uuid, store uuid, host text, reason text) one
-- outcome text
SELECT tenancy.desk_host_remove(:tenant, :actor, :store, :host, :reason)

-- Ways of delivery of a store; lacks: currencies of the store that it has no price in.
-- settings_methods(store uuid, locale text) many
-- method uuid, code text, kind text, active bool, position int, days_min int, days_max int, name text, zones text, lacks text
SELECT m.method_id, m.code, m.kind, m.active, m.position, m.days_min, m.days_max,
       coalesce((SELECT x.name FROM shipping.method_text x JOIN tenancy.store_locale l ON l.store_id = x.store_id AND l.locale = x.locale
           WHERE x.store_id = m.store_id AND x.method_id = m.method_id ORDER BY x.locale <> :locale, l.position LIMIT 1), m.code),
       coalesce((SELECT string_agg(CASE WHEN k.excluded THEN '-' ELSE '' END || k.country || CASE k.region WHEN '' THEN '' ELSE '-' || k.region END, ', '
           ORDER BY k.excluded, k.country, k.region) FROM shipping.method_country k WHERE k.store_id = m.store_id AND k.method_id = m.method_id), ''),
       coalesce((SELECT string_agg(c.currency, ', ' ORDER BY c.position) FROM tenancy.store_currency c WHERE c.store_id = m.store_id
           AND NOT EXISTS (SELECT FROM shipping.method_price p WHERE p.store_id = m.store_id AND p.method_id = m.method_id AND p.currency = c.currency)), '')
FROM shipping.method m WHERE m.store_id = :store ORDER BY m.position, m.code

-- settings_method(store uuid, method uuid) one
-- revision int, code text, kind text, active bool, position int, days_min int, days_max int
SELECT m.revision, m.code, m.kind, m.active, m.position, m.days_min, m.days_max
FROM shipping.method m WHERE m.store_id = :store AND m.method_id = :method

-- In each language of the store.
-- settings_method_texts(store uuid, method uuid) many
-- locale text, tag text, name text, about text
SELECT l.locale, l.tag, coalesce(x.name, ''), coalesce(x.description, '')
FROM tenancy.store_locale l
LEFT JOIN shipping.method_text x ON x.store_id = l.store_id AND x.method_id = :method AND x.locale = l.locale
WHERE l.store_id = :store ORDER BY l.position

-- settings_method_zones(store uuid, method uuid) many
-- zone text
SELECT CASE WHEN k.excluded THEN '-' ELSE '' END || k.country || CASE k.region WHEN '' THEN '' ELSE '-' || k.region END
FROM shipping.method_country k WHERE k.store_id = :store AND k.method_id = :method ORDER BY k.excluded, k.country, k.region

-- settings_method_prices(store uuid, method uuid) many
-- currency text, up_to_g int, first money, further money, free_above money?
SELECT p.currency, p.up_to_g, p.first, p.further, p.free_above
FROM shipping.method_price p WHERE p.store_id = :store AND p.method_id = :method ORDER BY p.currency, p.up_to_g

-- What a cart that goes there is offered: the rule of cart_methods.
-- settings_try(tenant uuid, store uuid, locale text, currency text, country text, region text) many
-- method uuid, kind text, name text, days_min int, days_max int
SELECT m.method_id, m.kind, coalesce(x.name, m.code), m.days_min, m.days_max
FROM shipping.ways_to(:tenant, :store, :country, :region) w
JOIN shipping.method m ON m.store_id = :store AND m.method_id = w.method_id AND m.active
LEFT JOIN shipping.method_text x ON x.store_id = m.store_id AND x.method_id = m.method_id AND x.locale = :locale
WHERE EXISTS (SELECT FROM shipping.method_price p WHERE p.store_id = m.store_id AND p.method_id = m.method_id AND p.currency = :currency)
ORDER BY m.position, m.code

-- settings_save_method(tenant uuid, actor uuid, store uuid, method uuid, make bool, revision int, code text, kind text, active bool, position int4,
-- days_min int4, days_max int4, locales text[], names text[], abouts text[], countries text[], regions text[], outs text[],
-- currencies text[], grams int[], firsts int[], furthers int[], frees int[]) one
-- outcome text
SELECT shipping.desk_method(:tenant, :actor, :store, :method, :make, :revision, :code, :kind, :active, :position, :days_min, :days_max,
       :locales, :names, :abouts, :countries, :regions, :outs, :currencies, :grams, :firsts, :furthers, :frees)

-- Rates of a store: state is now, later or over.
-- settings_rates(store uuid) many
-- rate uuid, code text, tax_class text, country text, region text, postal text, customer text, rate_ppm int, name text, treatment text,
-- valid_from date?, valid_to date?, state text
SELECT r.tax_rate_id, r.code, r.tax_class, r.country, r.region, r.postal_prefix, r.customer_type, r.rate_ppm, r.name, r.treatment,
       nullif(r.valid_from, '-infinity'), nullif(r.valid_to, 'infinity'),
       CASE WHEN r.valid_from > d.today THEN 'later' WHEN r.valid_to <= d.today THEN 'over' ELSE 'now' END
FROM tenancy.store s
CROSS JOIN LATERAL (SELECT (sutler.now() AT TIME ZONE s.timezone)::date AS today) d
JOIN accounting.tax_rate r ON r.store_id = s.store_id
WHERE s.store_id = :store ORDER BY r.valid_to <= d.today, r.country = '*', r.country, r.region, r.tax_class, r.valid_from, r.code

-- settings_today(store uuid) one
-- today date
SELECT (sutler.now() AT TIME ZONE s.timezone)::date FROM tenancy.store s WHERE s.store_id = :store

-- settings_tax_classes() many
-- tax_class text
SELECT c.tax_class FROM accounting.tax_class c ORDER BY c.tax_class <> 'standard', c.tax_class

-- settings_add_rate(tenant uuid, actor uuid, store uuid, rate uuid, code text, tax_class text, country text, region text, postal text, customer text,
-- ppm int4, name text, priority int4, compound bool, shipping bool, treatment text, day date, reason text) one
-- outcome text
SELECT accounting.desk_rate(:tenant, :actor, :store, :rate, :code, :tax_class, :country, :region, :postal, :customer, :ppm, :name, :priority,
       :compound, :shipping, :treatment, :day, :reason)

-- settings_follow_rate(tenant uuid, actor uuid, store uuid, rate uuid, next uuid, ppm int4, name text, day date, reason text) one
-- outcome text
SELECT accounting.desk_follow_rate(:tenant, :actor, :store, :rate, :next, :ppm, :name, :day, :reason)

-- settings_end_rate(tenant uuid, actor uuid, store uuid, rate uuid, day date, reason text) one
-- outcome text
SELECT accounting.desk_end_rate(:tenant, :actor, :store, :rate, :day, :reason)

-- Every way of payment there is; what is not set up yet has revision 0.
-- settings_payments(store uuid, locale text) many
-- method text, revision int, active bool, position int, name text, countries text, groups text, ppm int, later bool
SELECT k.method, coalesce(m.revision, 0), coalesce(m.active, false), coalesce(m.position, k.place),
       coalesce((SELECT x.name FROM payment.method_text x JOIN tenancy.store_locale l ON l.store_id = x.store_id AND l.locale = x.locale
           WHERE x.store_id = m.store_id AND x.method = m.method ORDER BY x.locale <> :locale, l.position LIMIT 1), ''),
       coalesce((SELECT string_agg(c.country, ', ' ORDER BY c.country) FROM payment.method_country c WHERE c.store_id = m.store_id AND c.method = m.method), ''),
       coalesce((SELECT string_agg(g.group_code, ', ' ORDER BY g.group_code) FROM payment.method_group g WHERE g.store_id = m.store_id AND g.method = m.method), ''),
       coalesce(m.surcharge_ppm, 0)::bigint, coalesce(m.later, false)
FROM (VALUES ('card', 0), ('bank_transfer', 1), ('cod', 2), ('invoice', 3)) AS k (method, place)
LEFT JOIN payment.method m ON m.store_id = :store AND m.method = k.method
ORDER BY m.method IS NULL, coalesce(m.position, k.place), k.method

-- settings_payment_texts(store uuid, method text) many
-- locale text, tag text, name text, instructions text
SELECT l.locale, l.tag, coalesce(x.name, ''), coalesce(x.instructions, '')
FROM tenancy.store_locale l
LEFT JOIN payment.method_text x ON x.store_id = l.store_id AND x.method = :method AND x.locale = l.locale
WHERE l.store_id = :store ORDER BY l.position

-- Accounts at gateways, without their keys.
-- settings_gateways(store uuid) many
-- account uuid, provider text, name text, active bool, live bool, key_last text, changed time?, changed_by text, tried time?, answer text
SELECT a.account_id, a.provider, a.name, a.active, a.live, a.key_last, a.changed_at, coalesce(nullif(p.name, ''), p.email, ''), a.tried_at, a.tried
FROM payment.account a
LEFT JOIN staff.person p ON p.tenant_id = a.tenant_id AND p.staff_id = a.changed_by
WHERE a.store_id = :store ORDER BY a.active DESC, a.account_id DESC

-- One of them.  Reports come to a host of the store: its main one.
-- settings_gateway(store uuid, account uuid) one
-- provider text, name text, revision int, active bool, live bool, key_last text, changed time?, changed_by text, old_until time?, tried time?, answer text, origin text
SELECT a.provider, a.name, a.revision, a.active, a.live, a.key_last, a.changed_at, coalesce(nullif(p.name, ''), p.email, ''),
       CASE WHEN a.webhook_old_until > sutler.now() THEN a.webhook_old_until END, a.tried_at, a.tried,
       coalesce((SELECT h.origin FROM tenancy.host h WHERE h.tenant_id = a.tenant_id AND h.store_id = a.store_id AND h.kind = 'store'
           ORDER BY h.is_primary DESC, h.host LIMIT 1), '')
FROM payment.account a
LEFT JOIN staff.person p ON p.tenant_id = a.tenant_id AND p.staff_id = a.changed_by
WHERE a.store_id = :store AND a.account_id = :account

-- Where the store's pages are: its main host.
-- settings_store_origin(store uuid) one
-- origin text
SELECT h.origin FROM tenancy.host h WHERE h.store_id = :store AND h.kind = 'store' ORDER BY h.is_primary DESC, h.host LIMIT 1

-- What secrets are sealed with by who cannot open them; no row: the host has no key.
-- settings_seal_key() one
-- public_hex text
SELECT pg_catalog.encode(k.public, 'hex') FROM tenancy.seal_key k

-- settings_add_gateway(tenant uuid, actor uuid, store uuid, account uuid, provider text, name text, live bool, active bool, key bytea, key_last text, webhook bytea,
-- reason text) one
-- outcome text
SELECT payment.desk_account_add(:tenant, :actor, :store, :account, :provider, :name, :live, :active, :key, :key_last, :webhook, :reason)

-- settings_change_gateway(tenant uuid, actor uuid, store uuid, account uuid, revision int, name text, key bytea?, key_last text, webhook bytea?, at_once bool,
-- reason text) one
-- outcome text
SELECT payment.desk_account_change(:tenant, :actor, :store, :account, :revision, :name, :key, :key_last, :webhook, :at_once, :reason)

-- settings_use_gateway(tenant uuid, actor uuid, store uuid, account uuid, active bool, reason text) one
-- outcome text
SELECT payment.desk_account_use(:tenant, :actor, :store, :account, :active, :reason)

-- settings_remove_gateway(tenant uuid, actor uuid, store uuid, account uuid, reason text) one
-- outcome text
SELECT payment.desk_account_remove(:tenant, :actor, :store, :account, :reason)

-- Limits and cost of a way of payment in each currency of the store.
-- settings_payment_amounts(store uuid, method text) many
-- currency text, least money, most money?, surcharge money
SELECT c.currency, coalesce(a.least, 0), a.most, coalesce(a.surcharge, 0)
FROM tenancy.store_currency c
LEFT JOIN payment.method_amount a ON a.store_id = c.store_id AND a.method = :method AND a.currency = c.currency
WHERE c.store_id = :store ORDER BY c.position

-- settings_groups(tenant uuid) many
-- code text, name text
SELECT g.code, g.name FROM customer.price_group g WHERE g.tenant_id = :tenant ORDER BY g.name_key LIMIT 200

-- settings_save_payment(tenant uuid, actor uuid, store uuid, method text, revision int, active bool, position int4, ppm int4, later bool, locales text[], names text[],
-- instructions text[], countries text[], groups text[], currencies text[], least int[], most int[], surcharges int[], reason text) one
-- outcome text
SELECT payment.desk_way(:tenant, :actor, :store, :method, :revision, :active, :position, :ppm, :later, :locales, :names, :instructions, :countries, :groups,
    :currencies, :least, :most, :surcharges, :reason)

-- settings_pages(store uuid, locale text) many
-- page uuid, code text, title text, languages text, updated time
SELECT p.page_id, p.code,
       coalesce((SELECT t.title FROM content.page_text t JOIN tenancy.store_locale l ON l.store_id = t.store_id AND l.locale = t.locale
           WHERE t.store_id = p.store_id AND t.page_id = p.page_id ORDER BY t.locale <> :locale, l.position LIMIT 1), p.code),
       coalesce((SELECT string_agg(t.locale, ', ' ORDER BY t.locale) FROM content.page_text t WHERE t.store_id = p.store_id AND t.page_id = p.page_id), ''),
       p.updated_at
FROM content.page p WHERE p.store_id = :store ORDER BY p.position, p.code

-- settings_policy(store uuid) one
-- return_days int, check_quality bool
SELECT coalesce(p.return_days, 30), coalesce(p.check_quality, false)
FROM tenancy.store s LEFT JOIN shipping.policy p ON p.store_id = s.store_id WHERE s.store_id = :store

-- settings_page(store uuid, page uuid) one
-- revision int, code text, position int
SELECT p.revision, p.code, p.position FROM content.page p WHERE p.store_id = :store AND p.page_id = :page

-- settings_page_texts(store uuid, page uuid) many
-- locale text, tag text, slug text, title text, body text
SELECT l.locale, l.tag, coalesce(t.slug, ''), coalesce(t.title, ''), coalesce(t.body, '')
FROM tenancy.store_locale l
LEFT JOIN content.page_text t ON t.store_id = l.store_id AND t.page_id = :page AND t.locale = l.locale
WHERE l.store_id = :store ORDER BY l.position

-- settings_save_policy(tenant uuid, actor uuid, store uuid, days int4, quality bool) one
-- outcome text
SELECT shipping.set_policy(:tenant, :actor, :store, :days, :quality)

-- settings_save_page(tenant uuid, actor uuid, store uuid, page uuid, make bool, revision int, code text, position int4, locales text[], slugs text[],
-- titles text[], bodies text[]) one
-- outcome text
SELECT content.desk_page(:tenant, :actor, :store, :page, :make, :revision, :code, :position, :locales, :slugs, :titles, :bodies)

-- Which mails a store has words of its own for.
-- settings_mails(store uuid) many
-- template text, locale text
SELECT m.template, m.locale FROM tenancy.mail_text m WHERE m.store_id = :store ORDER BY m.template, m.locale

-- settings_mail_revision(store uuid, template text, locale text) one
-- revision int
SELECT m.revision FROM tenancy.mail_text m WHERE m.store_id = :store AND m.template = :template AND m.locale = :locale

-- settings_signatures(store uuid) many
-- locale text, tag text, signature text
SELECT l.locale, l.tag, coalesce(t.mail_signature, '')
FROM tenancy.store_locale l LEFT JOIN tenancy.store_text t ON t.store_id = l.store_id AND t.locale = l.locale
WHERE l.store_id = :store ORDER BY l.position

-- settings_save_mail(tenant uuid, actor uuid, store uuid, template text, locale text, revision int, subject text, opening text, closing text) one
-- outcome text
SELECT tenancy.desk_mail(:tenant, :actor, :store, :template, :locale, :revision, :subject, :opening, :closing)

-- settings_try_mail(tenant uuid, actor uuid, store uuid, template text, locale text, subject text, opening text, closing text) one
-- outcome text
SELECT tenancy.desk_mail_trial(:tenant, :actor, :store, :template, :locale, :subject, :opening, :closing)

-- settings_save_signature(tenant uuid, actor uuid, store uuid, locales text[], signatures text[]) one
-- outcome text
SELECT tenancy.desk_signature(:tenant, :actor, :store, :locales, :signatures)

-- settings_numbers(tenant uuid, store uuid) one
-- order_next int, invoice_series text, invoice_next int, invoice_begun bool, credit_series text, credit_next int, credit_begun bool, other text,
-- return_next int, return_other text
SELECT n.order_next, n.invoice_series, n.invoice_next, n.invoice_begun, n.credit_series, n.credit_next, n.credit_begun, n.other,
       n.return_next, n.return_other
FROM accounting.numbers_now(:tenant, :store) n

-- settings_save_numbers(tenant uuid, actor uuid, store uuid, revision int, order_prefix text, order_next int, invoice_prefix text, invoice_next int,
-- credit_next int, return_prefix text, return_next int, reason text) one
-- outcome text
SELECT accounting.desk_numbers(:tenant, :actor, :store, :revision, :order_prefix, :order_next, :invoice_prefix, :invoice_next, :credit_next, :return_prefix,
       :return_next, :reason)
