-- How fast goods sell, how old they are, and what the coming weeks will ask for (sql/functions/study.sql).

-- How new the figures are, and over all how well demand was foretold.
-- insight_study() one
-- started time, ended time?, monday date, variants int, tested int, missed int, asked int, scaled int, mase int
SELECT s.started_at, s.ended_at, s.monday, s.variants, s.tested, s.missed, s.asked, s.scaled, s.mase FROM inventory.study s

-- One row per SKU, by SKU or in one of four orders, each with an index; a page later begins behind one.
-- worth: pieces on hand at what they cost, rounded; old_worth: those of more than 180 days.
-- insight_list(locale text, find text, upto text, after uuid, most int4) many
-- variant uuid, sku text, name text?, archived bool, sold_7 int, sold_30 int, sold_90 int, on_hand int, cover int?,
-- age_30 int, age_90 int, age_180 int, age_365 int, age_more int, worth money?, old_worth money?, currency text?
SELECT i.variant_id, v.sku, (SELECT t.name FROM catalog.product_text t WHERE t.product_id = v.product_id ORDER BY t.locale = :locale DESC, t.locale LIMIT 1),
       i.archived, i.sold_7, i.sold_30, i.sold_90, i.on_hand, i.cover_days, i.age_30, i.age_90, i.age_180, i.age_365, i.age_more,
       round(i.average * i.on_hand)::bigint, round(i.average * i.old)::bigint, i.currency
FROM inventory.insight i
JOIN catalog.variant v ON v.variant_id = i.variant_id
WHERE true
--? begins: AND i.sku_key >= :find AND i.sku_key < :upto
--? best: AND i.sold_30 > 0
--? soon: AND i.cover_days IS NOT NULL AND NOT i.archived
--? slow: AND i.sold_90 = 0 AND i.on_hand > 0
--? aged: AND i.old > 0
--? after_sku: AND (i.sku_key, i.variant_id) > (SELECT a.sku_key, a.variant_id FROM inventory.insight a WHERE a.variant_id = :after)
--? after_best: AND (i.sold_30, i.variant_id) < (SELECT a.sold_30, a.variant_id FROM inventory.insight a WHERE a.variant_id = :after)
--? after_soon: AND (i.cover_days, i.variant_id) > (SELECT a.cover_days, a.variant_id FROM inventory.insight a WHERE a.variant_id = :after)
--? after_slow: AND (i.on_hand, i.variant_id) < (SELECT a.on_hand, a.variant_id FROM inventory.insight a WHERE a.variant_id = :after)
--? after_aged: AND (i.old, i.variant_id) < (SELECT a.old, a.variant_id FROM inventory.insight a WHERE a.variant_id = :after)
ORDER BY
--? best: i.sold_30 DESC, i.variant_id DESC,
--? soon: i.cover_days, i.variant_id,
--? slow: i.on_hand DESC, i.variant_id DESC,
--? aged: i.old DESC, i.variant_id DESC,
i.sku_key, i.variant_id LIMIT :most

-- insight_exported(tenant uuid, actor uuid, skus int, list text) one
-- done bool
SELECT inventory.insight_exported(:tenant, :actor, :skus, :list)

-- The forecast of a SKU, and the reorder point it suggests.
-- insight_forecast(tenant uuid, variant uuid) one
-- method text, monday date, begins int, sigma int, missed int?, asked int?, mase int?, point int?, up_to int?, days int?, supplier text?, demand int?, reserve int?
SELECT f.method, f.monday, f.begins, f.sigma, f.missed, f.asked, f.mase, s.point, s.up_to, s.days::bigint, s.supplier, s.demand, s.reserve
FROM inventory.forecast f LEFT JOIN inventory.reorder_suggest(:tenant, :variant) s ON true
WHERE f.variant_id = :variant

-- Its weeks, those to come behind those that were; thousandths of pieces.
-- insight_weeks(variant uuid) many
-- day date, ahead bool, pieces int
SELECT (f.monday + (w.n - 53)::integer * 7)::date, w.n > 52, w.pieces
FROM inventory.forecast f
CROSS JOIN LATERAL (SELECT u.q * CASE WHEN u.n > 52 THEN 1 ELSE 1000 END, u.n FROM unnest(f.weeks || f.ahead) WITH ORDINALITY AS u (q, n)) AS w (pieces, n)
WHERE f.variant_id = :variant AND w.n > f.begins ORDER BY w.n

-- insight_take(tenant uuid, actor uuid, variant uuid, warehouse uuid, point int, up_to int) one
-- outcome text
SELECT inventory.reorder_take(:tenant, :actor, :variant, :warehouse, :point, :up_to)
