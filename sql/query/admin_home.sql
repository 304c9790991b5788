-- The console's first page.

-- admin_home_day(tenant uuid, store uuid) one
-- orders int, cancelled int, revenue money, currency text, elsewhere int, to_ship int, oldest time?, few int, gone int, failed int, waiting int, day date
SELECT d.orders, d.cancelled, d.revenue, d.currency, d.elsewhere, d.to_ship, d.oldest, d.few, d.gone, d.failed, d.waiting, d.day
FROM analytics.day_at_a_glance(:tenant, :store) d

-- admin_home_days(tenant uuid, store uuid, days int4) many
-- day date, orders int, revenue money
SELECT d.day, d.orders, d.revenue FROM analytics.days(:tenant, :store, :days) d

-- admin_home_returns(tenant uuid, store uuid) one
-- asked int, arrived int
SELECT w.asked, w.arrived FROM analytics.waiting_returns(:tenant, :store) w

-- admin_home_best(tenant uuid, store uuid, days int4, most int4) many
-- product uuid, name text, pieces int, revenue money
SELECT b.product_id, b.name, b.pieces, b.revenue FROM analytics.best_sellers(:tenant, :store, :days, :most) b

-- admin_home_widgets(tenant uuid, staff uuid) many
-- widget text
SELECT w.widget FROM unnest(staff.home(:tenant, :staff)) WITH ORDINALITY AS w (widget, n) ORDER BY w.n

-- admin_home_arrange(tenant uuid, staff uuid, widgets text[]) one
-- done bool
SELECT staff.arrange_home(:tenant, :staff, :widgets)

-- admin_home_choose(tenant uuid, session uuid, store uuid) one
-- done bool
SELECT staff.choose_store(:tenant, :session, :store)

-- admin_home_keep_search(tenant uuid, staff uuid, place text, name text, query text) one
-- outcome text
SELECT staff.keep_search(:tenant, :staff, :place, :name, :query)

-- admin_home_drop_search(tenant uuid, staff uuid, search uuid) one
-- done bool
SELECT staff.drop_search(:tenant, :staff, :search)
