-- The console's first page.

-- admin_home_day(tenant uuid, store uuid) one
-- orders int, cancelled int, revenue money, currency text, elsewhere int, to_ship int, oldest time?, few int, gone int, failed int, waiting int, day date
SELECT d.orders, d.cancelled, d.revenue, d.currency, d.elsewhere, d.to_ship, d.oldest, d.few, d.gone, d.failed, d.waiting, d.day
FROM analytics.day_at_a_glance(:tenant, :store) d

-- admin_home_days(tenant uuid, store uuid, days int4) many
-- day date, orders int, revenue money
SELECT d.day, d.orders, d.revenue FROM analytics.days(:tenant, :store, :days) d

-- admin_home_choose(tenant uuid, session uuid, store uuid) one
-- done bool
SELECT staff.choose_store(:tenant, :session, :store)

-- admin_home_keep_search(tenant uuid, staff uuid, place text, name text, query text) one
-- outcome text
SELECT staff.keep_search(:tenant, :staff, :place, :name, :query)

-- admin_home_drop_search(tenant uuid, staff uuid, search uuid) one
-- done bool
SELECT staff.drop_search(:tenant, :staff, :search)
