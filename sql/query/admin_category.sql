-- Categories of a store as admin-catalog shows and changes them.

-- The tree from the top, neighbours in their order; collections stand beside it.  How many products a category
-- holds itself, and shows with all below it.
-- category_tree(store uuid, locale text) many
-- category uuid, parent uuid?, kind text, visible bool, depth int, name text, slug text, put int, shown int, ruled bool
WITH RECURSIVE tree AS (
	SELECT c.category_id, c.parent_id, c.kind, c.visible, 0 AS depth, ARRAY[row_number() OVER (ORDER BY c.kind, c.position, c.category_id)] AS way
	FROM catalog.category c WHERE c.store_id = :store AND c.parent_id IS NULL
	UNION ALL
	SELECT c.category_id, c.parent_id, c.kind, c.visible, t.depth + 1, t.way || row_number() OVER (ORDER BY c.position, c.category_id)
	FROM tree t JOIN catalog.category c ON c.store_id = :store AND c.parent_id = t.category_id
)
SELECT t.category_id, t.parent_id, t.kind, t.visible, t.depth::bigint, coalesce(x.name, ''), coalesce(x.slug, ''),
       (SELECT count(*) FROM catalog.category_product cp WHERE cp.category_id = t.category_id),
       coalesce((SELECT n.products FROM catalog.category_count n WHERE n.store_id = :store AND n.category_id = t.category_id), 0)::bigint,
       EXISTS (SELECT FROM catalog.rule r WHERE r.category_id = t.category_id)
FROM tree t
LEFT JOIN LATERAL (SELECT y.name, y.slug FROM catalog.category_text y WHERE y.category_id = t.category_id ORDER BY y.locale <> :locale, y.locale LIMIT 1) x ON true
ORDER BY t.way LIMIT 1000

-- category_one(store uuid, category uuid, locale text) one
-- category uuid, parent uuid?, kind text, visible bool, revision int, place int, name text, shop_url text?, match text?, image text?, media uuid?
SELECT c.category_id, c.parent_id, c.kind, c.visible, c.revision,
       (SELECT count(*) FROM catalog.category n WHERE n.store_id = c.store_id AND n.kind = c.kind AND n.parent_id IS NOT DISTINCT FROM c.parent_id
           AND (n.position, n.category_id) <= (c.position, c.category_id)),
       coalesce((SELECT t.name FROM catalog.category_text t WHERE t.category_id = c.category_id ORDER BY t.locale <> :locale, t.locale LIMIT 1), ''),
       (SELECT h.origin || CASE WHEN t.locale = f.locale THEN '' ELSE '/' || t.locale END || '/c/' || t.slug
           FROM catalog.category_text t
           JOIN tenancy.host h ON h.store_id = t.store_id AND h.kind = 'store' AND h.is_primary
           JOIN tenancy.store_locale f ON f.store_id = t.store_id AND f.position = 0
           WHERE t.category_id = c.category_id ORDER BY t.locale <> :locale, t.locale <> f.locale, t.locale LIMIT 1),
       (SELECT r.match FROM catalog.rule r WHERE r.category_id = c.category_id), c.image_key,
       (SELECT m.media_id FROM catalog.media m WHERE m.name = c.image_key)
FROM catalog.category c WHERE c.store_id = :store AND c.category_id = :category

-- The category in every language of the store; NULL texts where it has none.
-- category_texts(store uuid, category uuid) many
-- locale text, name text?, slug text?, description text?, meta_title text?, meta_description text?, alt text?
SELECT l.locale, t.name, t.slug, t.description, t.meta_title, t.meta_description, t.alt
FROM tenancy.store_locale l LEFT JOIN catalog.category_text t ON t.store_id = l.store_id AND t.category_id = :category AND t.locale = l.locale
WHERE l.store_id = :store ORDER BY l.position

-- Products that stand in the category itself, in its order; AFTER is the last one of the page before.
-- category_products(category uuid, after uuid, most int) many
-- product uuid, name text, reference text, status text, image text?, place int
SELECT d.product_id, d.name, (SELECT p.reference FROM catalog.product p WHERE p.product_id = cp.product_id), d.status,
       (SELECT m.name FROM catalog.product_media pm JOIN catalog.media m ON m.media_id = pm.media_id
           WHERE pm.product_id = cp.product_id AND pm.kind = 'image' ORDER BY pm.position, pm.media_id LIMIT 1), cp.position::bigint
FROM catalog.category_product cp CROSS JOIN LATERAL (SELECT x.* FROM catalog.desk x WHERE x.product_id = cp.product_id LIMIT 1) d
WHERE cp.category_id = :category
--? behind: AND (cp.position, cp.product_id) > (SELECT a.position, a.product_id FROM catalog.category_product a WHERE a.category_id = :category AND a.product_id = :after)
ORDER BY cp.position, cp.product_id LIMIT :most

-- category_save(tenant uuid, actor uuid, store uuid, category uuid, make bool, revision int, kind text, parent uuid?, place int, visible bool,
-- locales text[], names text[], slugs text[], descriptions text[], meta_titles text[], meta_descriptions text[]) one
-- outcome text
SELECT catalog.desk_category(:tenant, :actor, :store, :category, :make, :revision, :kind, :parent, :place, :visible, :locales, :names, :slugs,
       :descriptions, :meta_titles, :meta_descriptions)

-- What leaves with a category that is deleted: products that stand in it, categories below it, and where it lies.
-- category_leaves(category uuid, locale text) one
-- products int, below int, parent text?
SELECT (SELECT count(*) FROM catalog.category_product cp WHERE cp.category_id = c.category_id),
       (SELECT count(*) FROM catalog.category b WHERE b.store_id = c.store_id AND b.parent_id = c.category_id),
       (SELECT t.name FROM catalog.category_text t WHERE t.category_id = c.parent_id ORDER BY t.locale <> :locale, t.locale LIMIT 1)
FROM catalog.category c WHERE c.category_id = :category

-- category_drop(tenant uuid, actor uuid, store uuid, category uuid, revision int, reason text) one
-- outcome text
SELECT catalog.desk_category_drop(:tenant, :actor, :store, :category, :revision, :reason)

-- category_put(tenant uuid, actor uuid, store uuid, category uuid, products uuid[], places int[], gone uuid[], codes text[]) one
-- outcome text
SELECT catalog.desk_category_products(:tenant, :actor, :store, :category, :products, :places, :gone, :codes)

-- Products below a moved category are listed again: a large one takes longer than pages usually may.
-- category_patience(ms text) one
-- set text
SELECT pg_catalog.set_config('statement_timeout', :ms, true)

-- What the rule of a collection asks; what was deleted meanwhile is NULL.
-- rule_conditions(category uuid) many
-- kind text, word text, under uuid?, value uuid?, low money?, high money?, currency text, days int
SELECT c.kind, c.word, c.under_id, c.value_id, c.low, c.high, c.currency, c.days::bigint
FROM catalog.condition c WHERE c.category_id = :category ORDER BY c.n

-- Values for a choice, and those a rule has anyway.
-- rule_values(locale text, category uuid) many
-- value uuid, title text, label text
SELECT x.value_id, coalesce((SELECT t.label FROM catalog.attribute_text t WHERE t.attribute_id = x.attribute_id ORDER BY t.locale <> :locale, t.locale LIMIT 1), x.title),
       coalesce((SELECT t.label FROM catalog.attribute_value_text t WHERE t.value_id = x.value_id ORDER BY t.locale <> :locale, t.locale LIMIT 1), x.code)
FROM (SELECT v.value_id, v.attribute_id, v.code, v.position, a.code AS title, a.position AS place
      FROM catalog.attribute a JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id
      ORDER BY NOT EXISTS (SELECT FROM catalog.condition c WHERE c.category_id = :category AND c.value_id = v.value_id),
               a.position, a.code, v.position, v.code LIMIT 600) x
ORDER BY x.place, x.title, x.position, x.code

-- Brands of the merchant's products for a choice, each looked up behind the one before.
-- rule_brands() many
-- brand text
WITH RECURSIVE b AS (
	(SELECT d.brand FROM catalog.desk d WHERE d.brand > '' ORDER BY d.brand LIMIT 1)
	UNION ALL
	SELECT (SELECT d.brand FROM catalog.desk d WHERE d.brand > b.brand ORDER BY d.brand LIMIT 1) FROM b WHERE b.brand IS NOT NULL
)
SELECT b.brand FROM b WHERE b.brand IS NOT NULL LIMIT 200

-- How many products conditions choose, on each row, and the newest of them.
-- rule_preview(tenant uuid, store uuid, match text, kinds text[], words text[], unders uuid[], picked uuid[], lows money[], highs money[], currencies text[],
-- days int[], most int) many
-- product uuid, name text, reference text, image text?, total int
SELECT f.id, (SELECT d.name FROM catalog.desk d WHERE d.product_id = f.id), (SELECT p.reference FROM catalog.product p WHERE p.product_id = f.id),
       (SELECT m.name FROM catalog.product_media pm JOIN catalog.media m ON m.media_id = pm.media_id
           WHERE pm.product_id = f.id AND pm.kind = 'image' ORDER BY pm.position, pm.media_id LIMIT 1), f.total
FROM (SELECT x AS id, count(*) OVER () AS total FROM catalog.fitting(:tenant, :store, :match, :kinds, :words, :unders, :picked,
          ARRAY(SELECT nullif(u, -1) FROM unnest(:lows) u), ARRAY(SELECT nullif(u, -1) FROM unnest(:highs) u), :currencies, :days, NULL) x
      ORDER BY x DESC LIMIT :most) f ORDER BY f.id DESC

-- rule_save(tenant uuid, actor uuid, store uuid, category uuid, revision int, match text, kinds text[], words text[], unders uuid[], picked uuid[],
-- lows money[], highs money[], currencies text[], days int[]) one
-- outcome text
SELECT catalog.desk_rule(:tenant, :actor, :store, :category, :revision, :match, :kinds, :words, :unders, :picked, :lows, :highs, :currencies, :days)

-- The merchant's pictures, the newest first; BEFORE is the last one of the page before.
-- category_library(before uuid, most int) many
-- media uuid, name text, file_name text
SELECT m.media_id, m.name, m.file_name
FROM catalog.media m WHERE m.width IS NOT NULL
--? older: AND m.media_id < :before
ORDER BY m.media_id DESC LIMIT :most

-- category_picture_save(tenant uuid, actor uuid, store uuid, category uuid, revision int, media uuid?, locales text[], alts text[]) one
-- outcome text
SELECT catalog.desk_category_picture(:tenant, :actor, :store, :category, :revision, :media, :locales, :alts)
