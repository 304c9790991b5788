-- Lists of products, their filters and counts; the product page.

-- A visible category by its slug.
-- category_head(store uuid, locale text, slug text) one
-- category uuid, name text, description text, meta_title text, meta_description text, image text?, alt text, total int
SELECT c.category_id, t.name, t.description, t.meta_title, t.meta_description, '/media/' || c.image_key, t.alt,
       coalesce(n.products, 0)::bigint
FROM catalog.category_text t
JOIN catalog.category c ON c.category_id = t.category_id AND c.visible
LEFT JOIN catalog.category_count n ON n.store_id = c.store_id AND n.category_id = c.category_id
WHERE t.store_id = :store AND t.locale = :locale AND t.slug = :slug

-- What a category lies under, the top first; itself is the last row.
-- category_trail(store uuid, locale text, slug text) many
-- name text?, slug text?, visible bool
WITH RECURSIVE up AS (
	SELECT c.category_id, c.parent_id, c.visible, 0 AS height
	FROM catalog.category_text t JOIN catalog.category c ON c.category_id = t.category_id
	WHERE t.store_id = :store AND t.locale = :locale AND t.slug = :slug
	UNION ALL
	SELECT c.category_id, c.parent_id, c.visible, up.height + 1
	FROM up JOIN catalog.category c ON c.category_id = up.parent_id
	WHERE up.height < 10
)
SELECT t.name, t.slug, up.visible
FROM up LEFT JOIN catalog.category_text t ON t.category_id = up.category_id AND t.locale = :locale
ORDER BY up.height DESC

-- category_children(store uuid, locale text, slug text) many
-- name text, slug text
SELECT t.name, t.slug
FROM catalog.category c
JOIN catalog.category_text t ON t.category_id = c.category_id AND t.locale = :locale
WHERE c.store_id = :store AND c.visible AND c.parent_id = (SELECT x.category_id FROM catalog.category_text x
	WHERE x.store_id = :store AND x.locale = :locale AND x.slug = :slug)
ORDER BY c.position, t.name LIMIT 60

-- category_paths(store uuid, locale text, slug text) many
-- language text, slug text
SELECT o.locale, o.slug
FROM catalog.category_text t JOIN catalog.category_text o ON o.category_id = t.category_id
WHERE t.store_id = :store AND t.locale = :locale AND t.slug = :slug

-- Where a slug of before, or of another language, leads: the category's slug in this one.
-- category_moved(store uuid, locale text, slug text) one
-- slug text
(SELECT t.slug
FROM catalog.slug_history h
JOIN catalog.category_text t ON t.category_id = h.target_id AND t.locale = :locale
WHERE h.kind = 'category' AND h.store_id = :store AND h.locale = :locale AND h.slug = :slug)
UNION ALL
(SELECT t.slug
FROM tenancy.store_locale l
JOIN catalog.category_text o ON o.store_id = l.store_id AND o.locale = l.locale AND o.slug = :slug
JOIN catalog.category_text t ON t.category_id = o.category_id AND t.locale = :locale
WHERE l.store_id = :store AND l.locale <> :locale)
LIMIT 1

-- The filters of a category and how many products have each value; slug "" is the whole store.
-- The attribute of all zeros is availability, its values are 1 to 4 (see catalog.recount).
-- list_facets(store uuid, locale text, slug text) many
-- code text, title text, value code, label text, swatch text?, products int, stock int
SELECT coalesce(a.code, ''), coalesce(at.label, ah.label, a.code, ''), coalesce(v.code, ''), coalesce(vt.label, vh.label, v.code, ''),
       v.swatch, n.products::bigint,
       CASE WHEN a.attribute_id IS NULL THEN pg_catalog.right(n.value_id::text, 1)::bigint ELSE 0 END
FROM tenancy.store_locale d
JOIN catalog.facet_count n ON n.store_id = d.store_id
LEFT JOIN catalog.attribute a ON a.attribute_id = n.attribute_id
LEFT JOIN catalog.attribute_value v ON v.value_id = n.value_id
LEFT JOIN catalog.attribute_text at ON at.attribute_id = n.attribute_id AND at.locale = :locale
LEFT JOIN catalog.attribute_text ah ON ah.attribute_id = n.attribute_id AND ah.locale = d.locale
LEFT JOIN catalog.attribute_value_text vt ON vt.value_id = n.value_id AND vt.locale = :locale
LEFT JOIN catalog.attribute_value_text vh ON vh.value_id = n.value_id AND vh.locale = d.locale
WHERE d.store_id = :store AND d.position = 0
  AND n.category_id = CASE WHEN :slug = '' THEN '00000000-0000-0000-0000-000000000000' ELSE (SELECT x.category_id
	FROM catalog.category_text x WHERE x.store_id = :store AND x.locale = :locale AND x.slug = :slug) END
  AND (a.attribute_id IS NOT NULL OR n.attribute_id = '00000000-0000-0000-0000-000000000000')
ORDER BY a.position, a.code, v.position, v.code, n.value_id
LIMIT 400

-- Which of these codes name attributes at all.
-- list_known(names text[]) many
-- code text
SELECT a.code FROM catalog.attribute a WHERE a.code = ANY (:names) AND a.filterable

-- Cards of a category, of a tag, or of the products that a search found (slug "": the whole store): one page
-- in one direction by key; the last row only tells that there is more.  The category is known by its
-- id, or named by its slug.  Filtered, or of a tag: few are found by their bits; many are met by and by on a walk along
-- the list, as are those that a search found.
-- list_cards(tenant uuid, store uuid, locale text, currency text, slug text, category uuid, tag text, found uuid[], attributes text[],
--	values_in text[], wanted int, stocks text[],
--	price_from money, price_to money, key int, name_key text, time_key time, id_key uuid, newest bool, rows int) many
-- card text, place int, created_at time?
-- Written out only where it is the key of the page: that took a quarter of the query's time.
--? sieve(found): WITH want AS MATERIALIZED (
--? sieve(found):	SELECT a.attribute_id, v.value_id FROM unnest(:attributes, :values_in) AS s (attribute, value)
--? sieve(found):	JOIN catalog.attribute a ON a.code = s.attribute
--? sieve(found):	JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id AND v.code = s.value)
--? !by_price,by_name,few,few_cards,found: SELECT s.card, s.position::bigint, CASE WHEN :newest THEN s.created_at END FROM catalog.placement s
--? by_price: SELECT l.card, 0::bigint, NULL::timestamptz FROM catalog.placement_price s
--? by_name: SELECT l.card, 0::bigint, NULL::timestamptz FROM catalog.placement_name s
-- The planner leaves out what nobody asks for.
--? !few,few_cards,found: LEFT JOIN catalog.listing l ON l.tenant_id = s.tenant_id AND l.product_id = s.product_id AND l.store_id = s.store_id
--? !few,few_cards,found:	AND l.locale = :locale AND l.currency = s.currency
--? few: SELECT s.card, s.position::bigint, CASE WHEN :newest THEN s.created_at END
--? few_cards,found: SELECT s.card, 0::bigint, CASE WHEN :newest THEN s.created_at END
--? few,few_cards: FROM pg_catalog.unnest(catalog.filter_found(:tenant, :store, (CASE WHEN :slug = ''
--? few,few_cards:	THEN '00000000-0000-0000-0000-000000000000' ELSE (SELECT x.category_id FROM catalog.category_text x
--? few,few_cards:		WHERE x.store_id = :store AND x.locale = :locale AND x.slug = :slug) END)::uuid, :currency, :attributes, :values_in, :stocks,
--? few,few_cards:	:price_from, :price_to, :locale, :tag)) AS f (product_id)
--? found: FROM pg_catalog.unnest(:found) AS f (product_id)
-- Looked up one by one (OFFSET 0): how many they are the planner does not know, and reads all of the category else.
--? few: CROSS JOIN LATERAL (SELECT p.product_id, p.position, p.created_at, p.card FROM catalog.placement p
--? few:	WHERE p.product_id = f.product_id AND p.store_id = :store AND p.currency = :currency AND p.locale = :locale AND p.category_id = CASE WHEN :slug = ''
--? few:		THEN '00000000-0000-0000-0000-000000000000' ELSE (SELECT x.category_id FROM catalog.category_text x
--? few:			WHERE x.store_id = :store AND x.locale = :locale AND x.slug = :slug) END OFFSET 0) s
--? few_cards,found: CROSS JOIN LATERAL (SELECT c.product_id, c.created_at, c.price, c.name, c.card, c.stock,
--? few_cards,found:	'00000000-0000-0000-0000-000000000000'::uuid AS category_id FROM catalog.listing c
--? few_cards,found:	WHERE c.product_id = f.product_id AND c.store_id = :store AND c.locale = :locale AND c.currency = :currency OFFSET 0) s
WHERE true
--? !few,few_cards,found: AND s.store_id = :store AND s.currency = :currency
--? !by_price,few,few_cards,found: AND s.locale = :locale
--? !known,few,few_cards,found: AND s.category_id = CASE WHEN :slug = '' THEN '00000000-0000-0000-0000-000000000000' ELSE (SELECT x.category_id
--? !known,few,few_cards,found:	FROM catalog.category_text x WHERE x.store_id = :store AND x.locale = :locale AND x.slug = :slug) END
--? known: AND s.category_id = :category
-- Along the list each product that is passed is asked for its bit.
--? bits: AND pg_catalog.get_bit((SELECT catalog.filter_bits(:tenant, :store, (CASE WHEN :slug = ''
--? bits:	THEN '00000000-0000-0000-0000-000000000000' ELSE (SELECT x.category_id FROM catalog.category_text x
--? bits:		WHERE x.store_id = :store AND x.locale = :locale AND x.slug = :slug) END)::uuid, :currency, :attributes, :values_in, :stocks,
--? bits:	:price_from, :price_to, :locale, :tag))[s.ordinal / 16384 + 1], s.ordinal % 16384) = 1
-- What a search found is asked one by one.
--? sieve(found): AND :wanted = (SELECT count(DISTINCT w.attribute_id) FROM want w WHERE EXISTS (SELECT FROM catalog.facet f
--? sieve(found):	WHERE f.store_id = :store AND f.category_id = s.category_id AND f.attribute_id = w.attribute_id AND f.value_id = w.value_id
--? sieve(found):		AND f.product_id = s.product_id))
--? sieve(found): AND (pg_catalog.cardinality(:stocks) = 0 OR s.stock = ANY (:stocks)) AND s.price BETWEEN :price_from AND :price_to
--? priced_order(by_price): AND s.price BETWEEN :price_from AND :price_to
-- Asked of each card that is passed, as a walk needs few of them.
--? tagged: AND EXISTS (SELECT FROM catalog.product_tag g WHERE g.product_id = s.product_id AND g.slug = :tag AND g.locale IN ('', :locale) OFFSET 0)
--? after_rank(found): AND pg_catalog.array_position(:found, s.product_id) > :key
--? before_rank(found): AND pg_catalog.array_position(:found, s.product_id) < :key
--? after_place: AND (s.position, s.product_id) > (:key::integer, :id_key)
--? before_place: AND (s.position, s.product_id) < (:key::integer, :id_key)
--? after_time: AND (s.created_at, s.product_id) > (:time_key, :id_key)
--? before_time: AND (s.created_at, s.product_id) < (:time_key, :id_key)
--? after_price(by_price): AND (s.price, s.product_id) > (:key, :id_key)
--? before_price(by_price): AND (s.price, s.product_id) < (:key, :id_key)
--? after_name(by_name): AND (s.name, s.product_id) > (:name_key, :id_key)
--? before_name(by_name): AND (s.name, s.product_id) < (:name_key, :id_key)
--? rank_up(found): ORDER BY pg_catalog.array_position(:found, s.product_id)
--? rank_down(found): ORDER BY pg_catalog.array_position(:found, s.product_id) DESC
--? place_up: ORDER BY s.position, s.product_id
--? place_down: ORDER BY s.position DESC, s.product_id DESC
--? time_up: ORDER BY s.created_at, s.product_id
--? time_down: ORDER BY s.created_at DESC, s.product_id DESC
--? price_up(by_price): ORDER BY s.price, s.product_id
--? price_down(by_price): ORDER BY s.price DESC, s.product_id DESC
--? name_up(by_name): ORDER BY s.name, s.product_id
--? name_down(by_name): ORDER BY s.name DESC, s.product_id DESC
LIMIT :rows

-- A tag that some product of the store has, as it is written; everywhere: in all languages.
-- tag_head(store uuid, locale text, currency text, tag text) one
-- name text, everywhere bool
SELECT g.tag, g.locale = ''
FROM catalog.product_tag g
JOIN catalog.listing l ON l.store_id = :store AND l.locale = :locale AND l.currency = :currency
	AND l.product_id = g.product_id
WHERE g.slug = :tag AND g.locale IN ('', :locale)
ORDER BY g.locale, g.product_id LIMIT 1

-- Counts beside the filters of a category, the store or a tag (else empty), out of bits: a product counts for a value when it passes all filters
-- but those of the value's own attribute.  By stock without attribute: the total.
-- filter_counts(tenant uuid, store uuid, locale text, currency text, slug text, attributes text[], values_in text[], stocks text[],
--	price_from money, price_to money, tag text) many
-- code text, value code, stock text, products int
SELECT n.code, n.value, n.stock, n.products
FROM catalog.filter_counts(:tenant, :store, (CASE WHEN :slug = '' THEN '00000000-0000-0000-0000-000000000000' ELSE (SELECT x.category_id
	FROM catalog.category_text x WHERE x.store_id = :store AND x.locale = :locale AND x.slug = :slug) END)::uuid,
	:currency, :attributes, :values_in, :stocks, :price_from, :price_to, :locale, :tag) n

-- The same of what a search found, which are few: in one pass.
-- found_counts(store uuid, locale text, currency text, found uuid[], attributes text[], values_in text[], stocks text[],
--	price_from money, price_to money) many
-- code text, value code, stock text, products int
WITH want AS MATERIALIZED (
	SELECT a.attribute_id, v.value_id, 1::bigint << (pg_catalog.dense_rank() OVER (ORDER BY a.attribute_id) - 1)::integer AS bit
	FROM unnest(:attributes, :values_in) AS s (attribute, value)
	JOIN catalog.attribute a ON a.code = s.attribute
	JOIN catalog.attribute_value v ON v.attribute_id = a.attribute_id AND v.code = s.value
), goal AS MATERIALIZED (
	SELECT coalesce(pg_catalog.bit_or(w.bit), 0) AS mask FROM want w
), hit AS MATERIALIZED (
	SELECT f.product_id, pg_catalog.bit_or(w.bit) AS mask
	FROM want w
	JOIN catalog.facet f ON f.store_id = :store AND f.attribute_id = w.attribute_id AND f.value_id = w.value_id
		AND f.category_id = '00000000-0000-0000-0000-000000000000' AND f.product_id = ANY (:found)
	GROUP BY f.product_id
), one AS MATERIALIZED (
	SELECT l.product_id, l.stock, coalesce(h.mask, 0) AS mask,
	       pg_catalog.cardinality(:stocks) = 0 OR l.stock = ANY (:stocks) AS fits
	FROM unnest(:found) AS u (product_id)
	JOIN catalog.listing l ON l.product_id = u.product_id AND l.store_id = :store AND l.locale = :locale AND l.currency = :currency
	LEFT JOIN hit h ON h.product_id = u.product_id
	WHERE l.price BETWEEN :price_from AND :price_to
), own AS MATERIALIZED (
	SELECT DISTINCT w.attribute_id, w.bit FROM want w
)
SELECT '', '', o.stock, count(*) FROM one o, goal g WHERE o.mask = g.mask GROUP BY o.stock
UNION ALL
SELECT a.code, v.code, '', t.products
FROM (SELECT f.attribute_id, f.value_id, count(*) AS products
      FROM goal g
      CROSS JOIN one o
      JOIN catalog.facet f ON f.store_id = :store AND f.product_id = o.product_id
		AND f.category_id = '00000000-0000-0000-0000-000000000000'
      LEFT JOIN own w ON w.attribute_id = f.attribute_id
      WHERE o.fits AND (o.mask | coalesce(w.bit, 0)) = g.mask
      GROUP BY f.attribute_id, f.value_id) t
JOIN catalog.attribute a ON a.attribute_id = t.attribute_id
JOIN catalog.attribute_value v ON v.value_id = t.value_id

-- The product page, put together when the product changed (sql/functions/product_page.sql).  Variants, tiers,
-- media, specs, tags, paths and trail are records; stock is a letter for each variant, related are cards;
-- parts, of what bundles contain, are looked up.
-- product_page(store uuid, locale text, currency text, slug text) one
-- product uuid, name text, reference text, brand text, summary text, description text, meta_title text, meta_description text,
--	price money, was money?, price_varies bool, lead_time_days int, variants text, tiers text, media text, specs text, tags text, paths text, trail text, stock text, related text, digital text, parts text?
SELECT g.product_id, g.name, g.reference, g.brand, g.summary, g.description, g.meta_title, g.meta_description,
       g.price, g.was, g.price_varies, g.lead_time_days::bigint, g.variants, g.tiers, g.media, g.specs, g.tags, g.paths, g.trail, g.stock, g.related, g.digital,
       CASE WHEN g.bundle THEN catalog.bundle_page(g.tenant_id, :store, :locale, :currency, g.variant_ids) END
FROM catalog.product_page g
WHERE g.store_id = :store AND g.locale = :locale AND g.currency = :currency AND g.slug = :slug

-- The prices of the group of who is signed in, for the variants of that page.
-- product_own_prices(tenant uuid, store uuid, locale text, currency text, slug text, session bytea) many
-- variant uuid, min_quantity int, price money
SELECT DISTINCT ON (x.variant_id, x.min_quantity) x.variant_id, x.min_quantity::bigint, x.amount
FROM catalog.product_page g
JOIN catalog.price x ON x.store_id = g.store_id AND x.variant_id = ANY (g.variant_ids) AND x.currency = g.currency
WHERE g.store_id = :store AND g.locale = :locale AND g.currency = :currency AND g.slug = :slug
  AND x.customer_group = (SELECT customer.session_group(:tenant, :session))
  AND x.starts_at <= sutler.now() AND x.ends_at > sutler.now()
ORDER BY x.variant_id, x.min_quantity, x.starts_at DESC

-- Where a slug of before, or of another language, leads: the product's slug in this one.
-- product_moved(store uuid, locale text, currency text, slug text) one
-- slug text
(SELECT l.slug
FROM catalog.slug_history h
JOIN catalog.listing l ON l.store_id = :store AND l.locale = :locale AND l.currency = :currency
	AND l.product_id = h.target_id
WHERE h.kind = 'product' AND h.store_id = '00000000-0000-0000-0000-000000000000' AND h.locale = :locale AND h.slug = :slug)
UNION ALL
(SELECT l.slug
FROM tenancy.store_locale d
JOIN catalog.listing o ON o.store_id = d.store_id AND o.locale = d.locale AND o.currency = :currency
	AND o.slug = :slug
JOIN catalog.listing l ON l.store_id = o.store_id AND l.locale = :locale AND l.currency = :currency
	AND l.product_id = o.product_id
WHERE d.store_id = :store AND d.locale <> :locale AND l.slug <> :slug)
LIMIT 1

-- Cards of some products, in the order asked.
-- recent_cards(store uuid, locale text, currency text, products uuid[]) one
-- cards text?
SELECT string_agg(l.card || U&'\001E', '' ORDER BY r.n)
FROM unnest(:products) WITH ORDINALITY AS r (product_id, n)
JOIN catalog.listing l ON l.product_id = r.product_id AND l.store_id = :store AND l.locale = :locale AND l.currency = :currency

-- What somebody with a cart looked at last, newest first.
-- viewed_cards(store uuid, locale text, currency text, token bytea) one
-- cards text?
SELECT string_agg(l.card || U&'\001E', '' ORDER BY r.last DESC)
FROM (SELECT x.product_id, max(x.view_id::text) AS last
      FROM (SELECT w.product_id, w.view_id FROM analytics.view w
            WHERE w.cart_id = (SELECT t.cart_id FROM sales.cart_token t WHERE t.token_sha256 = :token)
            ORDER BY w.view_id DESC LIMIT 60) x
      GROUP BY x.product_id ORDER BY 2 DESC LIMIT 8) r
JOIN catalog.listing l ON l.product_id = r.product_id AND l.store_id = :store AND l.locale = :locale AND l.currency = :currency

-- Views of products, kept by workers and inserted together.
-- views_insert(view uuid[], store uuid[], product uuid[], token text[]) exec
INSERT INTO analytics.view (tenant_id, view_id, store_id, product_id, cart_id)
SELECT t.tenant_id, u.view_id, u.store_id, u.product_id, t.cart_id
FROM unnest(:view, :store, :product, :token) AS u (view_id, store_id, product_id, token)
CROSS JOIN LATERAL (SELECT c.tenant_id, c.cart_id FROM sales.cart_token c
	WHERE c.token_sha256 = pg_catalog.decode(u.token, 'hex') LIMIT 1) t
ON CONFLICT DO NOTHING

-- One step of the job freshen: how many stale things were looked at.
-- freshen_step(tenant uuid, most int4) one
-- taken int
SELECT catalog.freshen(:tenant, :most)::bigint

-- The page of a product that is not shown yet, by the hash of its link (sql/functions/preview.sql); slug: it is shown by now.
-- product_preview(tenant uuid, store uuid, locale text, currency text, token bytea) one
-- product uuid, name text, reference text, brand text, summary text, description text, price money, was money?, price_varies bool, lead_time_days int,
-- variants text, tiers text, media text, specs text, tags text, trail text, stock text, related text, slug text?, expires time
SELECT g.product_id, g.name, g.reference, g.brand, g.summary, g.description, g.price, g.was, g.price_varies, g.lead_time_days::bigint,
       g.variants, g.tiers, g.media, g.specs, g.tags, g.trail, g.stock, g.related, g.slug, g.expires_at
FROM catalog.preview_page(:tenant, :store, :locale, :currency, :token) g
