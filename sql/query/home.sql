-- The brand's own pages.

-- home_blocks(store uuid, locale text) many
-- block uuid, kind text, image text, link text, title text, body text, link_text text, alt text
SELECT b.block_id, b.kind, b.image, b.link, t.title, t.body, t.link_text, t.alt
FROM content.block b
JOIN content.block_text t ON t.store_id = b.store_id AND t.block_id = b.block_id AND t.locale = :locale
WHERE b.store_id = :store ORDER BY b.position

-- home_items(store uuid, locale text) many
-- block uuid, title text, body text
SELECT i.block_id, i.title, i.body FROM content.block_item i
WHERE i.store_id = :store AND i.locale = :locale ORDER BY i.block_id, i.position

-- Featured product cards of the whole store.
-- home_featured(store uuid, locale text, currency text) one
-- cards text?
SELECT string_agg(x.card || U&'\001E', '' ORDER BY x.position, x.product_id)
FROM (SELECT l.card, l.position, l.product_id FROM catalog.listing l
	WHERE l.store_id = :store AND l.locale = :locale AND l.currency = :currency
	  AND l.featured
	ORDER BY l.position, l.product_id LIMIT 8) x

-- The first cards of the whole store, for a page on which nothing was put yet.
-- home_first(store uuid, locale text, currency text) one
-- cards text?
SELECT string_agg(x.card || U&'\001E', '' ORDER BY x.position, x.product_id)
FROM (SELECT s.card, s.position, s.product_id FROM catalog.placement s
	WHERE s.store_id = :store AND s.category_id = '00000000-0000-0000-0000-000000000000' AND s.currency = :currency AND s.locale = :locale
	ORDER BY s.position, s.product_id LIMIT 8) x

-- The top of the tree, or the collections beside it.
-- home_categories(store uuid, locale text, prefix text, kind text) many
-- url text, name text, image text?, alt text, count int
SELECT :prefix || '/c/' || t.slug, t.name, '/media/' || nullif(c.image, ''), '', coalesce(n.products, 0)::bigint
FROM catalog.category c
JOIN catalog.category_text t ON t.category_id = c.category_id AND t.locale = :locale
LEFT JOIN catalog.category_count n ON n.store_id = c.store_id AND n.category_id = c.category_id
WHERE c.store_id = :store AND c.visible AND c.parent_id IS NULL AND c.kind = :kind
ORDER BY c.position, t.name LIMIT 12

-- page_content(store uuid, locale text, slug text) one
-- page uuid, title text, body text, updated date
SELECT p.page_id, t.title, t.body, p.updated_at::date
FROM content.page_text t
JOIN content.page p ON p.store_id = t.store_id AND p.page_id = t.page_id
WHERE t.store_id = :store AND t.locale = :locale AND t.slug = :slug

-- A slug of another language leads to the page in this one.
-- page_moved(store uuid, locale text, slug text) one
-- slug text
SELECT t.slug
FROM tenancy.store_locale l
JOIN content.page_text o ON o.store_id = l.store_id AND o.locale = l.locale AND o.slug = :slug
JOIN content.page_text t ON t.store_id = o.store_id AND t.page_id = o.page_id AND t.locale = :locale
WHERE l.store_id = :store AND l.locale <> :locale
LIMIT 1

-- The same page in all languages.
-- page_paths(store uuid, locale text, slug text) many
-- language text, path text
SELECT o.locale, '/page/' || o.slug
FROM content.page_text t
JOIN content.page_text o ON o.store_id = t.store_id AND o.page_id = t.page_id
WHERE t.store_id = :store AND t.locale = :locale AND t.slug = :slug
