-- Products as admin-catalog lists and changes them.

-- One page of products by one order; the rest of what a row shows is admin_products_shown.
-- AFTER is the last product of the page before.  Without an order: newest first.
-- ORDER says for common words what the fragments say: name, changed or newest.
-- admin_products(tenant uuid, query text, status text, category uuid?, brand text, after uuid?, most int, order text) many
-- product uuid
SELECT p.product_id
FROM catalog.desk p
WHERE true
--? found: AND p.product_id = ANY ((SELECT coalesce(catalog.desk_find(:tenant, :query, 1000), catalog.desk_walk(:tenant, :query, '', NULL, '', :status, :category, :brand, :after, :order, :most)))::uuid[])
--? in_state: AND p.status = :status
--? in_category: AND p.product_id = ANY (ARRAY(SELECT cp.product_id FROM catalog.category_product cp WHERE cp.category_id = :category))
--? of_brand: AND p.brand = :brand
--? after_name: AND (p.name, p.product_id) > (SELECT a.name, a.product_id FROM catalog.desk a WHERE a.product_id = :after)
--? after_new: AND (p.created_at, p.product_id) < (SELECT a.created_at, a.product_id FROM catalog.desk a WHERE a.product_id = :after)
--? after_changed: AND (p.updated_at, p.product_id) < (SELECT a.updated_at, a.product_id FROM catalog.desk a WHERE a.product_id = :after)
ORDER BY
--? by_name: p.name, p.product_id,
--? by_changed: p.updated_at DESC, p.product_id DESC,
         p.created_at DESC, p.product_id DESC
LIMIT :most

-- The same of those that lack something: LACK, in STORE and CURRENCY as catalog.desk_lack has them.  The fragments are
-- those of admin_products, in their order.
-- admin_lacking(tenant uuid, query text, status text, category uuid?, brand text, after uuid?, most int, order text, lack text, store uuid, currency text) many
-- product uuid
SELECT p.product_id
FROM catalog.desk_lack p
WHERE p.lack = :lack AND p.store_id = :store AND p.currency = :currency
--? found: AND p.product_id = ANY ((SELECT coalesce(catalog.desk_find(:tenant, :query, 1000), catalog.desk_walk(:tenant, :query, :lack, :store, :currency, :status, :category, :brand, :after, :order, :most)))::uuid[])
--? in_state: AND p.status = :status
--? in_category: AND p.product_id = ANY (ARRAY(SELECT cp.product_id FROM catalog.category_product cp WHERE cp.category_id = :category))
--? of_brand: AND p.brand = :brand
--? after_name: AND (p.name, p.product_id) > (SELECT a.name, a.product_id FROM catalog.desk a WHERE a.product_id = :after)
--? after_new: AND (p.created_at, p.product_id) < (SELECT a.created_at, a.product_id FROM catalog.desk a WHERE a.product_id = :after)
--? after_changed: AND (p.updated_at, p.product_id) < (SELECT a.updated_at, a.product_id FROM catalog.desk a WHERE a.product_id = :after)
ORDER BY
--? by_name: p.name, p.product_id,
--? by_changed: p.updated_at DESC, p.product_id DESC,
         p.created_at DESC, p.product_id DESC
LIMIT :most

-- What the list shows of these products, in their order: pieces are those of the store's
-- warehouses that nobody holds, prices those that everybody pays now.
-- admin_products_shown(products uuid[], store uuid, currency text, locale text) many
-- product uuid, name text, reference text, status text, brand text, image text?, skus int, pieces int,
-- low money?, high money?, category text?, visible bool, changed time
SELECT p.product_id, p.name, (SELECT o.reference FROM catalog.product o WHERE o.product_id = p.product_id), p.status, p.brand,
       (SELECT m.name FROM catalog.product_media pm JOIN catalog.media m ON m.media_id = pm.media_id
           WHERE pm.product_id = p.product_id AND pm.kind = 'image' ORDER BY pm.position, pm.media_id LIMIT 1),
       (SELECT count(*) FROM catalog.variant v WHERE v.product_id = p.product_id AND v.status = 'active'),
       (SELECT coalesce(sum(greatest(s.on_hand - s.held, 0)), 0)::bigint FROM catalog.variant v JOIN inventory.stock s ON s.variant_id = v.variant_id
           JOIN inventory.store_warehouse w ON w.warehouse_id = s.warehouse_id AND w.store_id = :store
           WHERE v.product_id = p.product_id AND v.status = 'active'),
       r.low, r.high,
       (SELECT t.name FROM catalog.category_product cp JOIN catalog.category_text t ON t.category_id = cp.category_id AND t.store_id = cp.store_id
           WHERE cp.product_id = p.product_id AND cp.store_id = :store ORDER BY t.locale <> :locale, cp.position, t.category_id LIMIT 1),
       coalesce((SELECT sp.visible FROM catalog.store_product sp WHERE sp.product_id = p.product_id AND sp.store_id = :store), false), p.updated_at
FROM unnest(:products::uuid[]) WITH ORDINALITY AS u (id, n)
CROSS JOIN LATERAL (SELECT x.* FROM catalog.desk x WHERE x.product_id = u.id LIMIT 1) p
LEFT JOIN LATERAL (SELECT min(x.amount) AS low, max(x.amount) AS high FROM (
	SELECT DISTINCT ON (pr.variant_id) pr.amount FROM catalog.variant v JOIN catalog.price pr ON pr.variant_id = v.variant_id
	WHERE v.product_id = p.product_id AND v.status = 'active' AND pr.store_id = :store AND pr.currency = :currency AND pr.customer_group = ''
	  AND pr.min_quantity = 1 AND pr.starts_at <= sutler.now() AND pr.ends_at > sutler.now()
	ORDER BY pr.variant_id, pr.starts_at DESC) x) r ON true
ORDER BY u.n

-- Categories of the store for a choice, by name in LOCALE.
-- admin_categories(store uuid, locale text) many
-- category uuid, name text
SELECT c.category_id, coalesce((SELECT t.name FROM catalog.category_text t WHERE t.category_id = c.category_id ORDER BY t.locale <> :locale, t.locale LIMIT 1), '')
FROM catalog.category c WHERE c.store_id = :store ORDER BY 2, 1 LIMIT 500

-- A product; its page in the store, where it has one.
-- admin_product(product uuid, store uuid, locale text) one
-- product uuid, name text, revision int, reference text, status text, brand text, tax_class text, lead_time_days int, made_to_order bool, tags text, shop_url text?
SELECT p.product_id, d.name, p.revision, p.reference, p.status, p.brand, p.tax_class, p.lead_time_days, p.made_to_order,
       coalesce((SELECT string_agg(g.tag, ', ' ORDER BY g.tag) FROM catalog.product_tag g WHERE g.product_id = p.product_id AND g.locale = ''), ''),
       (SELECT h.origin || CASE WHEN l.locale = f.locale THEN '' ELSE '/' || l.locale END || '/p/' || l.slug
           FROM catalog.listing l
           JOIN tenancy.host h ON h.store_id = l.store_id AND h.kind = 'store' AND h.is_primary
           JOIN tenancy.store_locale f ON f.store_id = l.store_id AND f.position = 0
           WHERE l.product_id = p.product_id AND l.store_id = :store
           ORDER BY l.locale <> :locale, l.locale <> f.locale, l.locale LIMIT 1)
FROM catalog.product p JOIN catalog.desk d ON d.product_id = p.product_id WHERE p.product_id = :product

-- The product in every language that a store of the merchant speaks or a text is in; that of the
-- first store first.
-- admin_product_texts(product uuid) many
-- locale text, name text?, slug text?, summary text?, description text?, meta_title text?, meta_description text?, tags text
SELECT l.locale, t.name, t.slug, t.summary, t.description, t.meta_title, t.meta_description,
       coalesce((SELECT string_agg(g.tag, ', ' ORDER BY g.tag) FROM catalog.product_tag g WHERE g.product_id = :product AND g.locale = l.locale), '')
FROM (SELECT x.locale, min(s.code || x.position) AS place FROM tenancy.store_locale x JOIN tenancy.store s ON s.store_id = x.store_id GROUP BY x.locale) l
LEFT JOIN catalog.product_text t ON t.product_id = :product AND t.locale = l.locale
ORDER BY l.place, l.locale

-- admin_tax_classes() many
-- tax_class text
SELECT c.tax_class FROM accounting.tax_class c ORDER BY c.tax_class <> 'standard', c.tax_class

-- admin_save(tenant uuid, actor uuid, product uuid, make bool, store uuid, sku text, revision int, reference text, status text, brand text,
-- tax_class text, lead_time_days int4, made_to_order bool, locales text[], names text[], slugs text[], summaries text[], descriptions text[],
-- meta_titles text[], meta_descriptions text[], tag_locales text[], tags text[]) one
-- outcome text
SELECT catalog.desk_save(:tenant, :actor, :product, :make, :store, :sku, :revision, :reference, :status, :brand, :tax_class, :lead_time_days,
       :made_to_order, :locales, :names, :slugs, :summaries, :descriptions, :meta_titles, :meta_descriptions, :tag_locales, :tags)

-- The variants of a product, those for sale first; their options in LOCALE.
-- admin_variants(product uuid, locale text) many
-- variant uuid, sku text, gtin text, weight_g int, status text, parts int, options text
SELECT v.variant_id, v.sku, coalesce(v.gtin, ''), v.weight_g, v.status,
       (SELECT coalesce(sum(b.quantity), 0)::bigint FROM catalog.bundle_part b WHERE b.bundle_id = v.variant_id),
       coalesce((SELECT string_agg(coalesce((SELECT t.label FROM catalog.attribute_value_text t WHERE t.value_id = av.value_id
               ORDER BY t.locale <> :locale, t.locale LIMIT 1), av.code), ' / ' ORDER BY o.position)
           FROM catalog.variant_value vv JOIN catalog.attribute_value av ON av.value_id = vv.value_id
           JOIN catalog.product_option o ON o.product_id = v.product_id AND o.attribute_id = vv.attribute_id
           WHERE vv.variant_id = v.variant_id), '')
FROM catalog.variant v WHERE v.product_id = :product ORDER BY v.status, v.position, v.variant_id LIMIT 200

-- What a bundle contains, in the order it was put together.
-- admin_parts(product uuid, variant uuid) many
-- sku text, name text, quantity int
SELECT v.sku, d.name, b.quantity
FROM catalog.bundle_part b
JOIN catalog.variant w ON w.variant_id = b.bundle_id AND w.product_id = :product
JOIN catalog.variant v ON v.variant_id = b.part_id
JOIN catalog.desk d ON d.product_id = v.product_id
WHERE b.bundle_id = :variant ORDER BY b.position, b.part_id LIMIT 100

-- admin_save_parts(tenant uuid, actor uuid, product uuid, revision int, variant uuid, skus text[], quantities int[]) one
-- outcome text
SELECT catalog.desk_bundle(:tenant, :actor, :product, :revision, :variant, :skus, :quantities::integer[])

-- Values that variants of a product can differ in: of its options, or of every attribute while it has none.
-- admin_option_values(product uuid, locale text) many
-- attribute uuid, label text, value uuid, value_label text
SELECT a.attribute_id, coalesce((SELECT t.label FROM catalog.attribute_text t WHERE t.attribute_id = a.attribute_id ORDER BY t.locale <> :locale, t.locale LIMIT 1), a.code),
       v.value_id, coalesce((SELECT t.label FROM catalog.attribute_value_text t WHERE t.value_id = v.value_id ORDER BY t.locale <> :locale, t.locale LIMIT 1), v.code)
FROM catalog.attribute a JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id
WHERE EXISTS (SELECT FROM catalog.product_option o WHERE o.product_id = :product AND o.attribute_id = a.attribute_id)
   OR NOT EXISTS (SELECT FROM catalog.product_option o WHERE o.product_id = :product)
ORDER BY a.position, a.code, v.position, v.code LIMIT 600

-- admin_save_variants(tenant uuid, actor uuid, product uuid, revision int, variants uuid[], skus text[], gtins text[], weights int[], states text[]) one
-- outcome text
SELECT catalog.desk_variants(:tenant, :actor, :product, :revision, :variants, :skus, :gtins, :weights::integer[], :states)

-- admin_combine(tenant uuid, actor uuid, product uuid, revision int, picked uuid[]) one
-- outcome text
SELECT catalog.desk_combine(:tenant, :actor, :product, :revision, :picked)

-- admin_currencies(store uuid) many
-- currency text
SELECT c.currency FROM tenancy.store_currency c WHERE c.store_id = :store ORDER BY c.position

-- What each variant for sale costs everybody ('') or a group, one piece, without dates.
-- admin_prices(product uuid, store uuid, currency text, group text) many
-- variant uuid, amount money?, was money?, reckoned bool
SELECT v.variant_id, r.amount, r.was, coalesce(r.reckoned, false)
FROM catalog.variant v
LEFT JOIN catalog.price r ON r.store_id = :store AND r.variant_id = v.variant_id AND r.currency = :currency AND r.customer_group = :group
	AND r.min_quantity = 1 AND r.starts_at = '-infinity'
WHERE v.product_id = :product ORDER BY v.status, v.position, v.variant_id LIMIT 200

-- All other prices: of groups, of many pieces, of some days.  What all variants for sale have alike stands there once,
-- without SKU.  Times as TIMEZONE has them; STATE is now, later or over.
-- admin_special(product uuid, store uuid, currency text, timezone text, most int) many
-- sku text, customer_group text, min_quantity int, starts text, ends text, amount money, was money?, state text
SELECT x.sku, x.customer_group, x.min_quantity,
       coalesce(to_char(nullif(x.starts_at, '-infinity') AT TIME ZONE :timezone, CASE WHEN extract(second FROM x.starts_at) = 0 THEN 'YYYY-MM-DD"T"HH24:MI'
           ELSE 'YYYY-MM-DD"T"HH24:MI:SS' END), ''),
       coalesce(to_char(nullif(x.ends_at, 'infinity') AT TIME ZONE :timezone, CASE WHEN extract(second FROM x.ends_at) = 0 THEN 'YYYY-MM-DD"T"HH24:MI'
           ELSE 'YYYY-MM-DD"T"HH24:MI:SS' END), ''),
       x.amount, x.was, CASE WHEN x.starts_at > sutler.now() THEN 'later' WHEN x.ends_at <= sutler.now() THEN 'over' ELSE 'now' END
FROM (
	SELECT CASE WHEN v.status = 'active' AND n.active = count(*) FILTER (WHERE v.status = 'active') OVER same THEN '' ELSE v.sku END AS sku,
	       CASE WHEN v.status = 'active' AND n.active = count(*) FILTER (WHERE v.status = 'active') OVER same THEN 0 ELSE v.position END AS place,
	       r.customer_group, r.min_quantity, r.starts_at, r.ends_at, r.amount, r.was
	FROM catalog.variant v JOIN catalog.price r ON r.variant_id = v.variant_id
	CROSS JOIN (SELECT count(*) AS active FROM catalog.variant a WHERE a.product_id = :product AND a.status = 'active') n
	WHERE v.product_id = :product AND r.store_id = :store AND r.currency = CASE WHEN :currency = '' THEN (SELECT c.currency FROM tenancy.store_currency c
		WHERE c.store_id = :store ORDER BY c.position LIMIT 1) ELSE :currency END
	  AND (r.customer_group <> '' OR r.min_quantity > 1 OR r.starts_at > '-infinity')
	WINDOW same AS (PARTITION BY r.customer_group, r.min_quantity, r.starts_at, r.ends_at, r.amount, r.was)) x
GROUP BY x.sku, x.place, x.customer_group, x.min_quantity, x.starts_at, x.ends_at, x.amount, x.was
ORDER BY x.starts_at, x.customer_group, x.place, x.sku, x.min_quantity LIMIT :most

-- admin_save_special(tenant uuid, actor uuid, product uuid, revision int, store uuid, currency text, skus text[], groups text[], least int[],
-- starts text[], ends text[], amounts money[], was money[], reason text) one
-- outcome text
SELECT catalog.desk_special(:tenant, :actor, :product, :revision, :store, :currency, :skus, :groups, :least, :starts, :ends, :amounts, :was, :reason)

-- admin_price_groups() many
-- code text, name text
SELECT g.code, g.name FROM customer.price_group g ORDER BY g.name_key LIMIT 200

-- admin_save_prices(tenant uuid, actor uuid, product uuid, revision int, store uuid, currency text, group text, variants uuid[], amounts money[], was money[], reason text) one
-- outcome text
SELECT catalog.desk_prices(:tenant, :actor, :product, :revision, :store, :currency, :group, :variants, :amounts, :was, :reason)

-- admin_names(products uuid[]) many
-- product uuid, name text, status text
SELECT d.product_id, d.name, d.status FROM unnest(:products::uuid[]) WITH ORDINALITY AS u (id, n)
CROSS JOIN LATERAL (SELECT x.* FROM catalog.desk x WHERE x.product_id = u.id LIMIT 1) d ORDER BY u.n

-- MARKUP from 0 on: of what pieces cost; below: by percent and amount.
-- admin_reprice(tenant uuid, store uuid, currency text, products uuid[], percent int, more money, markup int, unit money, ending money) many
-- product uuid, sku text, amount money?, fresh money
SELECT r.product_id, r.sku, r.amount, r.fresh
FROM catalog.desk_reprice(:tenant, :store, :currency, :products, :percent, :more, :markup, :unit, :ending) r

-- admin_bulk(tenant uuid, actor uuid, store uuid, products uuid[], what text, value text, category uuid?, currency text, percent int, more money,
-- markup int, unit money, ending money, reason text) one
-- outcome text
SELECT catalog.desk_bulk(:tenant, :actor, :store, :products, :what, :value, :category, :currency, :percent, :more, :markup, :unit, :ending, :reason)

-- What a piece of each variant costs us in a currency, and its plain price without tax; in the order of admin_prices.
-- admin_costs(tenant uuid, product uuid, store uuid, currency text) many
-- variant uuid, cost money?, net money?
SELECT v.variant_id, round(k.average)::bigint, round(r.amount / catalog.home_tax(:tenant, :store, p.tax_class))::bigint
FROM catalog.product p
JOIN catalog.variant v ON v.product_id = p.product_id
LEFT JOIN inventory.cost k ON k.variant_id = v.variant_id AND k.currency = :currency
LEFT JOIN catalog.price r ON r.store_id = :store AND r.variant_id = v.variant_id AND r.currency = :currency AND r.customer_group = ''
	AND r.min_quantity = 1 AND r.starts_at = '-infinity'
WHERE p.product_id = :product ORDER BY v.status, v.position, v.variant_id LIMIT 200

-- Prices by a markup in hundredths of a percent on these costs, in their order.
-- admin_marked_up(tenant uuid, product uuid, store uuid, currency text, costs money[], markup int, unit money, ending money) many
-- fresh money?
SELECT CASE WHEN u.cost > 0 THEN catalog.price_round(u.cost * (10000 + :markup::bigint) / 10000.0 * catalog.home_tax(:tenant, :store, p.tax_class), c.step, :unit, :ending, true) END
FROM unnest(:costs::bigint[]) WITH ORDINALITY AS u (cost, n), catalog.product p, tenancy.store_currency c
WHERE p.product_id = :product AND c.store_id = :store AND c.currency = :currency ORDER BY u.n

-- admin_save_cost(tenant uuid, actor uuid, product uuid, currency text, variants uuid[], costs money[], shown money[], reason text) one
-- outcome text
SELECT catalog.desk_cost(:tenant, :actor, :product, :currency, :variants, :costs, :shown, :reason)

-- What every store of the merchant shows of a product; OFFERED: it has a row there.
-- admin_listings(product uuid) many
-- store uuid, name text, offered bool, visible bool, featured bool, place int
SELECT s.store_id, s.name, o.product_id IS NOT NULL, coalesce(o.visible, false), coalesce(o.featured, false), coalesce(o.position, 0)::bigint
FROM tenancy.store s LEFT JOIN catalog.store_product o ON o.store_id = s.store_id AND o.product_id = :product ORDER BY s.code

-- The store's own texts of a product in its languages, beside the merchant's.
-- admin_listing_texts(product uuid, store uuid) many
-- locale text, name text?, summary text?, description text?, usual text?
SELECT l.locale, o.name, o.summary, o.description, t.name
FROM tenancy.store_locale l
LEFT JOIN catalog.store_product_text o ON o.store_id = l.store_id AND o.product_id = :product AND o.locale = l.locale
LEFT JOIN catalog.product_text t ON t.product_id = :product AND t.locale = l.locale
WHERE l.store_id = :store ORDER BY l.position

-- admin_save_listing(tenant uuid, actor uuid, store uuid, product uuid, revision int, visible bool, featured bool, place int, locales text[], names text[],
-- summaries text[], descriptions text[]) one
-- outcome text
SELECT catalog.desk_listing(:tenant, :actor, :store, :product, :revision, :visible, :featured, :place, :locales, :names, :summaries, :descriptions)

-- Pictures that the store may show of a product: CHOSEN, in the store's order, then the others of the product.  OWN: it has
-- a choice of its own.
-- admin_listing_pictures(product uuid, store uuid, locale text) many
-- media uuid, name text, label text?, chosen bool, place int, own bool
SELECT x.media_id, m.name, (SELECT t.label FROM catalog.product_media_text t WHERE t.product_id = :product AND t.media_id = x.media_id
           ORDER BY t.locale <> :locale, t.locale LIMIT 1),
       CASE WHEN x.own THEN x.place IS NOT NULL ELSE true END, coalesce(x.place, x.position)::bigint, x.own
FROM (SELECT coalesce(p.media_id, o.media_id) AS media_id, o.position AS place, p.position,
             EXISTS (SELECT FROM catalog.store_product_media z WHERE z.store_id = :store AND z.product_id = :product) AS own
      FROM (SELECT y.* FROM catalog.product_media y WHERE y.product_id = :product AND y.kind = 'image') p
      FULL JOIN (SELECT y.* FROM catalog.store_product_media y WHERE y.store_id = :store AND y.product_id = :product) o ON o.media_id = p.media_id) x
JOIN LATERAL (SELECT y.name FROM catalog.media y WHERE y.media_id = x.media_id LIMIT 1) m ON true
ORDER BY x.place IS NULL, x.place, x.position, x.media_id LIMIT 60

-- admin_save_listing_pictures(tenant uuid, actor uuid, store uuid, product uuid, revision int, pictures uuid[], places int[]) one
-- outcome text
SELECT catalog.desk_listing_pictures(:tenant, :actor, :store, :product, :revision, :pictures, :places)

-- The rule that prices follow; PRODUCT all zeros: that of the store.  An empty CURRENCY: the store's first.
-- admin_markup(store uuid, currency text, product uuid) one
-- revision int, base text, base_store uuid?, base_currency text, rate text, percent int, ending int
SELECT m.revision, m.base, m.base_store_id, m.base_currency, trim_scale(m.rate)::text, m.percent, m.ending::bigint
FROM catalog.markup m WHERE m.store_id = :store AND m.product_id = :product AND m.currency = coalesce(nullif(:currency::text, ''),
	(SELECT c.currency FROM tenancy.store_currency c WHERE c.store_id = :store ORDER BY c.position LIMIT 1))

-- What prices of a store can follow.
-- admin_markup_bases() many
-- store uuid, name text, currency text
SELECT s.store_id, s.name, c.currency FROM tenancy.store s JOIN tenancy.store_currency c ON c.store_id = s.store_id ORDER BY s.code, c.position

-- Whether freshen is still reckoning the store's prices; whether it offers a product.
-- admin_markup_state(store uuid, product uuid) one
-- walking bool, offered bool
SELECT EXISTS (SELECT FROM catalog.markup_walk w WHERE w.store_id = :store),
       EXISTS (SELECT FROM catalog.store_product s WHERE s.store_id = :store AND s.product_id = :product)

-- admin_markup_preview(tenant uuid, store uuid, currency text, product uuid, base text, base_store uuid?, base_currency text, rate text, percent int, ending int,
-- exponent int, base_exponent int, take bool, most int) many
-- product uuid, sku text, name text, amount money?, fresh money, stays bool
SELECT p.product_id, p.sku, p.name, p.amount, p.fresh, p.stays
FROM catalog.markup_preview(:tenant, :store, :currency, :product, :base, :base_store, :base_currency, :rate, :percent, :ending, :exponent, :base_exponent, :take,
	:most::integer) p

-- admin_save_markup(tenant uuid, actor uuid, store uuid, currency text, product uuid, over int, base text, base_store uuid?, base_currency text, rate text,
-- percent int, ending int, exponent int, base_exponent int, take bool, reason text) one
-- outcome text
SELECT catalog.desk_markup(:tenant, :actor, :store, :currency, :product, :over, :base, :base_store, :base_currency, :rate, :percent, :ending, :exponent,
	:base_exponent, :take, :reason)

-- What goes with a product, in its order.
-- admin_related(product uuid) many
-- product uuid, name text, reference text, status text, image text?, place int, kind text
SELECT d.product_id, d.name, (SELECT p.reference FROM catalog.product p WHERE p.product_id = r.related_id), d.status,
       (SELECT m.name FROM catalog.product_media pm JOIN catalog.media m ON m.media_id = pm.media_id
           WHERE pm.product_id = r.related_id AND pm.kind = 'image' ORDER BY pm.position, pm.media_id LIMIT 1), r.position::bigint, r.kind
FROM catalog.related r CROSS JOIN LATERAL (SELECT x.* FROM catalog.desk x WHERE x.product_id = r.related_id LIMIT 1) d
WHERE r.product_id = :product ORDER BY r.kind = 'alternative', r.kind = 'accessory', r.position, r.related_id LIMIT 50

-- What the job recommend found for the store, each with why.
-- admin_recommended(product uuid, store uuid) many
-- product uuid, name text, kind text, together int, of_all int, shown bool
SELECT c.other_id, d.name, c.kind, c.together::bigint, c.of_all::bigint,
       CASE c.kind WHEN 'bought' THEN st.show_bought WHEN 'viewed' THEN st.show_viewed ELSE st.show_similar END
FROM catalog.recommendation c
JOIN tenancy.store st ON st.store_id = c.store_id
CROSS JOIN LATERAL (SELECT x.* FROM catalog.desk x WHERE x.product_id = c.other_id LIMIT 1) d
WHERE c.product_id = :product AND c.store_id = :store ORDER BY c.kind = 'similar', c.kind = 'viewed', c.position LIMIT 24

-- admin_save_related(tenant uuid, actor uuid, product uuid, revision int, products uuid[], places int[], kinds text[], gone uuid[], codes text[], kind text) one
-- outcome text
SELECT catalog.desk_related(:tenant, :actor, :product, :revision, :products, :places, :kinds, :gone, :codes, :kind)

-- The link of a product's preview in a store: until when it counts; and what stands before its token.
-- admin_preview(store uuid, product uuid) one
-- origin text, has bool, expires time?, hours int
SELECT coalesce((SELECT h.origin FROM tenancy.host h WHERE h.store_id = :store AND h.kind = 'store' ORDER BY h.is_primary DESC, h.host LIMIT 1), ''),
       x.product_id IS NOT NULL, x.expires_at, catalog.preview_hours()::bigint
FROM catalog.product p
LEFT JOIN catalog.preview x ON x.product_id = p.product_id AND x.store_id = :store AND x.expires_at > sutler.now()
WHERE p.product_id = :product

-- admin_preview_make(tenant uuid, actor uuid, store uuid, product uuid, token bytea) one
-- outcome text
SELECT catalog.preview_make(:tenant, :actor, :store, :product, :token)

-- admin_preview_end(tenant uuid, actor uuid, store uuid, product uuid) one
-- known bool
SELECT catalog.preview_end(:tenant, :actor, :store, :product)
