-- What cards cost for who is signed in (lib/front/own_prices.h).

-- member_group(tenant uuid, session bytea) one
-- member bool
SELECT customer.session_group(:tenant, :session) IS NOT NULL

-- Products of which his group pays less than everybody.
-- member_prices(tenant uuid, store uuid, currency text, products uuid[], session bytea) many
-- product uuid, price money, varies bool
SELECT p.product_id, p.price, p.price_varies FROM catalog.own_card_prices(:tenant, :store, :currency, :products, :session) p
