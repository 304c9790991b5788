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
-- order_prefix text, invoice_prefix text
SELECT s.revision, s.code, s.status, s.name, s.legal_name, s.tax_id, s.timezone, s.prices_include_tax, s.keep_gross,
       s.tax_rounding, s.shipping_tax_class, s.shipping_tax, s.guest_checkout, s.low_stock, s.hold_minutes, s.unpaid_minutes,
       s.split_shipments, s.cutoff_minute, s.closed_weekdays, s.contact_email, s.contact_phone, s.street, s.postal_code,
       s.city, s.region, s.country, s.color_primary, s.color_accent, s.logo, s.favicon, s.mail_from_name,
       s.order_prefix, s.invoice_prefix
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
