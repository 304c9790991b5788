-- A cart with everything its price depends on: all of them travel together, each finds the
-- cart by the hash of its token.  One that was ordered is no cart any more.

-- surcharge, ppm: what the chosen way of payment costs, where it is cash on delivery.
-- cart_head(token bytea, store uuid, currency text) one
-- cart uuid, customer_type text, coupon_code text, note text, reminders bool, verified_email text,
-- method uuid?, payment text?, has_contact bool, country text, region text, postal_code text, hand_discount money,
-- surcharge money, ppm int
SELECT c.cart_id, c.customer_type, c.coupon_code, c.note, c.reminders, c.verified_email, c.method_id, c.payment_method,
       c.contact_id IS NOT NULL, coalesce(k.country, ''), coalesce(k.region, ''), coalesce(k.postal_code, ''),
       c.hand_discount, coalesce(a.surcharge, 0), coalesce(m.surcharge_ppm, 0)::bigint
FROM sales.cart_token t
JOIN sales.cart c ON c.cart_id = t.cart_id
LEFT JOIN sales.contact k ON k.contact_id = c.contact_id
LEFT JOIN payment.method m ON m.store_id = c.store_id AND m.method = c.payment_method
LEFT JOIN payment.method_amount a ON a.store_id = c.store_id AND a.method = c.payment_method AND a.currency = :currency
WHERE t.token_sha256 = :token AND c.store_id = :store AND c.state = 'open'

-- The rules of the store, with the local day and minute of this moment.
-- cart_settings(store uuid, currency text) one
-- prices_include_tax bool, keep_gross bool, tax_rounding text, step int, shipping_tax_class text, shipping_tax text,
-- country text, region text, postal_code text, low_stock int, cutoff_minute int, closed_weekdays int, today text, minute int
SELECT s.prices_include_tax, s.keep_gross, s.tax_rounding,
       coalesce((SELECT c.step FROM tenancy.store_currency c WHERE c.store_id = s.store_id AND c.currency = :currency), 1),
       s.shipping_tax_class, s.shipping_tax,
       s.country, s.region, s.postal_code, s.low_stock::bigint, s.cutoff_minute::bigint, s.closed_weekdays::bigint,
       to_char(sutler.now() AT TIME ZONE s.timezone, 'YYYY-MM-DD'),
       (extract(hour FROM sutler.now() AT TIME ZONE s.timezone) * 60 + extract(minute FROM sutler.now() AT TIME ZONE s.timezone))::bigint
FROM tenancy.store s WHERE s.store_id = :store

-- The lines in the order they were added.  available: NULL when stock is not counted; with
-- what the cart holds itself.  parts: what is in a bundle, as people read it.
-- cart_lines(token bytea, store uuid, locale text, currency text) many
-- variant uuid, product uuid, sku text, slug text, name text, options text, image text, alt text, quantity int,
-- tax_class text, weight_g int, lead_days int, made bool, by_product bool, sold bool, digital bool, price money?, available int?, parts text?
SELECT l.variant_id, v.product_id, v.sku,
       coalesce(pt.slug, ph.slug, (SELECT x.slug FROM catalog.product_text x WHERE x.product_id = p.product_id ORDER BY x.locale LIMIT 1), ''),
       coalesce(st.name, pt.name, sh.name, ph.name, v.sku),
       coalesce((SELECT string_agg(coalesce(vt.label, av.code), ', ' ORDER BY o.position)
                 FROM catalog.variant_value vv
                 JOIN catalog.attribute_value av ON av.value_id = vv.value_id
                 LEFT JOIN catalog.attribute_value_text vt ON vt.value_id = vv.value_id AND vt.locale = :locale
                 LEFT JOIN catalog.product_option o ON o.product_id = v.product_id AND o.attribute_id = vv.attribute_id
                 WHERE vv.variant_id = v.variant_id), ''),
       coalesce(own.name, pic.name, ''), CASE WHEN own.name IS NULL THEN coalesce(pic.label, '') ELSE '' END, l.quantity::bigint,
       p.tax_class, v.weight_g::bigint, p.lead_time_days::bigint, v.made_to_order OR p.made_to_order, p.tiers_by = 'product',
       v.status = 'active' AND p.status = 'active' AND coalesce(sp.visible, false),
       CASE WHEN v.bundle THEN catalog.nothing_to_send(c.tenant_id, ARRAY[v.variant_id]) ELSE v.digital END,
       (SELECT x.amount FROM catalog.price x
        WHERE x.store_id = c.store_id AND x.variant_id = v.variant_id AND x.currency = :currency AND x.customer_group = ''
          AND x.min_quantity = 1 AND x.starts_at <= sutler.now() AND x.ends_at > sutler.now()
        ORDER BY x.starts_at DESC LIMIT 1),
       CASE WHEN v.bundle THEN inventory.bundle_free(c.tenant_id, c.store_id, c.cart_id, v.variant_id)
            WHEN v.track_stock AND NOT v.made_to_order AND NOT p.made_to_order THEN
           coalesce((SELECT sum(greatest(s.on_hand - s.held, 0)) FROM inventory.stock s
                     JOIN inventory.store_warehouse w ON w.store_id = c.store_id AND w.warehouse_id = s.warehouse_id
                     WHERE s.variant_id = v.variant_id), 0)::bigint
           + coalesce((SELECT sum(h.quantity) FROM inventory.hold h
                       WHERE h.cart_id = c.cart_id AND h.variant_id = v.variant_id), 0)::bigint
       END,
       CASE WHEN v.bundle THEN catalog.bundle_words(c.tenant_id, c.store_id, :locale, v.variant_id) END
FROM sales.cart_token t
JOIN sales.cart c ON c.cart_id = t.cart_id AND c.store_id = :store AND c.state = 'open'
JOIN sales.cart_line l ON l.cart_id = c.cart_id
JOIN catalog.variant v ON v.variant_id = l.variant_id
JOIN catalog.product p ON p.product_id = v.product_id
JOIN tenancy.store_locale d ON d.store_id = c.store_id AND d.position = 0
LEFT JOIN catalog.product_text pt ON pt.product_id = p.product_id AND pt.locale = :locale
LEFT JOIN catalog.product_text ph ON ph.product_id = p.product_id AND ph.locale = d.locale
LEFT JOIN catalog.store_product sp ON sp.store_id = c.store_id AND sp.product_id = p.product_id
LEFT JOIN catalog.store_product_text st ON st.store_id = c.store_id AND st.product_id = p.product_id AND st.locale = :locale
LEFT JOIN catalog.store_product_text sh ON sh.store_id = c.store_id AND sh.product_id = p.product_id AND sh.locale = d.locale
LEFT JOIN LATERAL (
    SELECT m.name
    FROM catalog.store_product_media sm JOIN catalog.media m ON m.media_id = sm.media_id
    WHERE sm.store_id = c.store_id AND sm.product_id = p.product_id ORDER BY sm.position, sm.media_id LIMIT 1) own ON true
LEFT JOIN LATERAL (
    SELECT m.name, mt.label
    FROM catalog.product_media pm
    JOIN catalog.media m ON m.media_id = pm.media_id
    LEFT JOIN catalog.product_media_text mt ON mt.product_id = pm.product_id AND mt.media_id = pm.media_id AND mt.locale = :locale
    WHERE pm.product_id = p.product_id AND pm.kind = 'image'
    ORDER BY pm.value_id IS NULL OR pm.value_id NOT IN (SELECT vv.value_id FROM catalog.variant_value vv WHERE vv.variant_id = v.variant_id),
             pm.value_id IS NOT NULL, pm.position
    LIMIT 1) pic ON true
WHERE t.token_sha256 = :token
ORDER BY l.added_at, l.variant_id

-- Prices from a number of pieces on that everybody has; or those of a group, from one piece on: of who is
-- signed in, or of whose order it is that the cart stands for.
-- cart_tiers(token bytea, tenant uuid, store uuid, currency text, session bytea?, order_id uuid?) many
-- variant uuid, min_quantity int, price money
SELECT DISTINCT ON (x.variant_id, x.min_quantity) x.variant_id, x.min_quantity::bigint, x.amount
FROM sales.cart_token t
JOIN sales.cart c ON c.cart_id = t.cart_id AND c.store_id = :store AND c.state = 'open'
JOIN sales.cart_line l ON l.cart_id = c.cart_id
JOIN catalog.price x ON x.store_id = c.store_id AND x.variant_id = l.variant_id
WHERE t.token_sha256 = :token AND x.currency = :currency
--? everybody: AND x.customer_group = '' AND x.min_quantity > 1
--? of_session: AND x.customer_group = (SELECT customer.session_group(:tenant, :session))
--? of_order: AND x.customer_group = (SELECT sales.order_group(:tenant, :order_id))
  AND x.starts_at <= sutler.now() AND x.ends_at > sutler.now()
ORDER BY x.variant_id, x.min_quantity, x.starts_at DESC

-- Categories of the products with all that stand above them, when the coupon asks for them.
-- cart_categories(token bytea, store uuid) many
-- product uuid, category uuid
WITH RECURSIVE of_cart AS (
    SELECT DISTINCT v.product_id, cp.category_id
    FROM sales.cart_token t
    JOIN sales.cart c ON c.cart_id = t.cart_id AND c.store_id = :store AND c.state = 'open' AND c.coupon_code <> ''
    JOIN sales.cart_line l ON l.cart_id = c.cart_id
    JOIN catalog.variant v ON v.variant_id = l.variant_id
    JOIN catalog.category_product cp ON cp.store_id = c.store_id AND cp.product_id = v.product_id
    WHERE t.token_sha256 = :token
), above AS (
    SELECT o.product_id, o.category_id FROM of_cart o
    UNION
    SELECT a.product_id, g.parent_id FROM above a JOIN catalog.category g ON g.category_id = a.category_id
    WHERE g.parent_id IS NOT NULL
)
SELECT a.product_id, a.category_id FROM above a

-- The coupon on the cart; state says what the dates and counts think of it.
-- cart_coupon(token bytea, store uuid, currency text) one
-- coupon uuid, code text, kind text, percent_ppm int, state text, fixed money, minimum money
SELECT k.coupon_id, k.code, k.kind, k.percent_ppm::bigint,
       CASE WHEN NOT k.active THEN 'unknown' WHEN k.starts_at > sutler.now() THEN 'early' WHEN k.ends_at <= sutler.now() THEN 'over'
            WHEN k.used >= k.max_uses THEN 'used_up' WHEN k.kind = 'fixed' AND coalesce(a.fixed, 0) = 0 THEN 'currency' ELSE 'ok' END,
       coalesce(a.fixed, 0), coalesce(a.minimum, 0)
FROM sales.cart_token t
JOIN sales.cart c ON c.cart_id = t.cart_id AND c.store_id = :store AND c.state = 'open'
JOIN sales.coupon k ON k.store_id = c.store_id AND k.code = c.coupon_code
LEFT JOIN sales.coupon_amount a ON a.store_id = k.store_id AND a.coupon_id = k.coupon_id AND a.currency = :currency
WHERE t.token_sha256 = :token

-- What that coupon is for and not for.
-- cart_coupon_scope(token bytea, store uuid) many
-- kind text, target text, target_id uuid
SELECT s.kind, s.target, s.target_id
FROM sales.cart_token t
JOIN sales.cart c ON c.cart_id = t.cart_id AND c.store_id = :store AND c.state = 'open'
JOIN sales.coupon k ON k.store_id = c.store_id AND k.code = c.coupon_code
JOIN sales.coupon_scope s ON s.store_id = k.store_id AND s.coupon_id = k.coupon_id
WHERE t.token_sha256 = :token

-- Those of today, as the store's days go.
-- cart_tax_rules(store uuid) many
-- name text, tax_class text, country text, region text, postal text, rate_ppm int, priority int,
-- customer_type text, treatment text, compound bool, shipping bool
SELECT r.name, r.tax_class, CASE r.country WHEN '*' THEN '' ELSE r.country END, r.region, r.postal_prefix, r.rate_ppm::bigint,
       r.priority::bigint, r.customer_type, r.treatment, r.compound, r.shipping
FROM tenancy.store s JOIN accounting.tax_rate r ON r.store_id = s.store_id
WHERE s.store_id = :store AND r.valid_from <= (sutler.now() AT TIME ZONE s.timezone)::date AND r.valid_to > (sutler.now() AT TIME ZONE s.timezone)::date
ORDER BY r.tax_rate_id

-- Ways of delivery to where the cart goes, or to the store's own country while that is not known.
-- cart_methods(token bytea, store uuid, locale text, currency text) many
-- method uuid, kind text, name text, about text, days_min int, days_max int
SELECT m.method_id, m.kind, coalesce(x.name, m.code), coalesce(x.description, ''), m.days_min::bigint, m.days_max::bigint
FROM tenancy.store s
LEFT JOIN LATERAL (SELECT d.country, d.region FROM sales.cart_token t
    JOIN sales.cart c ON c.cart_id = t.cart_id AND c.state = 'open'
    JOIN sales.contact d ON d.contact_id = c.contact_id
    WHERE t.token_sha256 = :token AND d.country <> '') d ON true
CROSS JOIN LATERAL shipping.ways_to(s.tenant_id, s.store_id, coalesce(d.country, s.country), CASE WHEN d.country IS NULL THEN s.region ELSE d.region END) w
JOIN shipping.method m ON m.store_id = s.store_id AND m.method_id = w.method_id AND m.active
LEFT JOIN shipping.method_text x ON x.store_id = m.store_id AND x.method_id = m.method_id AND x.locale = :locale
WHERE s.store_id = :store
  AND EXISTS (SELECT FROM shipping.method_price p WHERE p.store_id = m.store_id AND p.method_id = m.method_id AND p.currency = :currency)
ORDER BY m.position, m.code

-- cart_method_prices(store uuid, currency text) many
-- method uuid, up_to_g int, first money, further money, free_above money?
SELECT p.method_id, p.up_to_g::bigint, p.first, p.further, p.free_above
FROM shipping.method_price p WHERE p.store_id = :store AND p.currency = :currency
ORDER BY p.method_id, p.up_to_g

-- cart_holidays(store uuid) many
-- day text
SELECT h.day::text FROM tenancy.holiday h
WHERE h.store_id = :store AND h.day >= sutler.now()::date - 2 AND h.day < sutler.now()::date + 400
ORDER BY h.day

-- The variants of a product that a store sells, to be ordered several at once: the first
-- option parts them into rows, the others into cells.  available: NULL when not counted.
-- cart_run(store uuid, locale text, currency text, product uuid) many
-- name text, slug text, variant uuid, sku text, price money, available int?, label text?, label2 text?
SELECT l.name, l.slug, v.variant_id, v.sku, pr.amount,
       CASE WHEN v.bundle THEN inventory.bundle_free(l.tenant_id, l.store_id, NULL, v.variant_id)
            WHEN v.track_stock AND NOT v.made_to_order AND NOT p.made_to_order THEN
           coalesce((SELECT sum(greatest(s.on_hand - s.held, 0)) FROM inventory.stock s
                     JOIN inventory.store_warehouse w ON w.store_id = l.store_id AND w.warehouse_id = s.warehouse_id
                     WHERE s.variant_id = v.variant_id), 0)::bigint
       END,
       o.labels[1], nullif(array_to_string(o.labels[2:], ' / '), '')
FROM catalog.listing l
JOIN catalog.product p ON p.product_id = l.product_id
JOIN catalog.variant v ON v.product_id = l.product_id AND v.status = 'active'
JOIN LATERAL (SELECT x.amount FROM catalog.price x
	WHERE x.store_id = l.store_id AND x.variant_id = v.variant_id AND x.currency = l.currency AND x.customer_group = ''
	  AND x.min_quantity = 1 AND x.starts_at <= sutler.now() AND x.ends_at > sutler.now()
	ORDER BY x.starts_at DESC LIMIT 1) pr ON true
LEFT JOIN LATERAL (SELECT array_agg(coalesce(vt.label, av.code) ORDER BY po.position) AS labels,
	array_agg(av.position ORDER BY po.position) AS places
	FROM catalog.product_option po
	JOIN catalog.variant_value vv ON vv.variant_id = v.variant_id AND vv.attribute_id = po.attribute_id
	JOIN catalog.attribute_value av ON av.value_id = vv.value_id
	LEFT JOIN catalog.attribute_value_text vt ON vt.value_id = av.value_id AND vt.locale = :locale
	WHERE po.product_id = v.product_id) o ON true
WHERE l.store_id = :store AND l.locale = :locale AND l.currency = :currency
  AND l.product_id = :product
ORDER BY o.places, v.position, v.variant_id
LIMIT 99

-- What one piece of them costs who is signed in, where a group has a price.
-- cart_run_member(tenant uuid, store uuid, currency text, product uuid, session bytea) many
-- variant uuid, price money
SELECT DISTINCT ON (x.variant_id) x.variant_id, x.amount
FROM catalog.variant v
JOIN catalog.price x ON x.store_id = :store AND x.variant_id = v.variant_id
WHERE v.product_id = :product AND x.currency = :currency AND x.customer_group = (SELECT customer.session_group(:tenant, :session))
  AND x.min_quantity = 1 AND x.starts_at <= sutler.now() AND x.ends_at > sutler.now()
ORDER BY x.variant_id, x.starts_at DESC

-- cart_add(tenant uuid, store uuid, token bytea, new_token bytea, locale text, currency text, variant uuid, quantity int, most_lines int) one
-- outcome text, made bool, quantity int, available int
SELECT a.outcome, a.made, a.quantity, a.available
FROM sales.cart_add(:tenant, :store, :token, :new_token, :locale, :currency, :variant, :quantity::integer, :most_lines::integer) a

-- cart_set(tenant uuid, store uuid, token bytea, variant uuid, quantity int) one
-- outcome text, available int
SELECT a.outcome, a.available FROM sales.cart_set(:tenant, :store, :token, :variant, :quantity::integer) a

-- cart_set_coupon(tenant uuid, store uuid, token bytea, code text, currency text) one
-- outcome text
SELECT sales.cart_coupon(:tenant, :store, :token, :code, :currency)

-- cart_coupon_missed(tenant uuid, token bytea) one
-- within bool
SELECT sales.coupon_missed(:tenant, :token)

-- cart_set_note(tenant uuid, store uuid, token bytea, note text) one
-- kept bool
SELECT sales.cart_note(:tenant, :store, :token, :note)

-- cart_opt_out(tenant uuid, token bytea) one
-- known bool
SELECT marketing.opt_out(:tenant, :token)

-- Cards of accessories that the merchant chose for what is in the cart: those that can be had and are not in it, first what most
-- of its products name, four at most.
-- cart_goes_with(token bytea, store uuid, locale text, currency text) one
-- cards text?
SELECT string_agg(x.card || U&'\001E', '' ORDER BY x.names DESC, x.position, x.product_id)
FROM (SELECT l.card, l.product_id, count(DISTINCT r.product_id) AS names, min(r.position) AS position
      FROM sales.cart_token t
      JOIN sales.cart c ON c.cart_id = t.cart_id AND c.store_id = :store AND c.state = 'open'
      JOIN sales.cart_line i ON i.cart_id = c.cart_id
      JOIN catalog.variant v ON v.variant_id = i.variant_id
      JOIN catalog.related r ON r.product_id = v.product_id AND r.kind = 'accessory'
      JOIN catalog.listing l ON l.store_id = c.store_id AND l.locale = :locale AND l.currency = :currency
	AND l.product_id = r.related_id AND l.stock <> 'out'
      WHERE t.token_sha256 = :token AND NOT EXISTS (SELECT FROM sales.cart_line o JOIN catalog.variant w ON w.variant_id = o.variant_id
		WHERE o.cart_id = c.cart_id AND w.product_id = r.related_id)
      GROUP BY l.product_id, l.card ORDER BY names DESC, min(r.position), l.product_id LIMIT 4) x
