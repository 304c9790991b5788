-- What every page of a shop asks: whose host it is, and what stands around the page.

-- site_host(host text) one
-- tenant uuid, store uuid, kind text, origin text
SELECT h.tenant_id, h.store_id, h.kind, h.origin FROM tenancy.host h WHERE h.host = :host

-- The store with the version of its catalogue, which keys all that workers keep.
-- site_store(store uuid) one
-- status text, name text, timezone text, logo text, favicon text, color_primary text, color_accent text, contact_email text, contact_phone text, street text, postal_code text, city text, country text, prices_include_tax bool, guest_checkout text, low_stock int, version int, many_brands bool, mark int
SELECT s.status, s.name, s.timezone, s.logo, s.favicon, s.color_primary, s.color_accent, s.contact_email, s.contact_phone,
       s.street, s.postal_code, s.city, s.country, s.prices_include_tax, s.guest_checkout, s.low_stock::bigint,
       coalesce(v.version, 0), coalesce(v.many_brands, false),
       hashtextextended(concat_ws(E'\x1f', s.name, s.timezone, s.logo, s.favicon, s.color_primary, s.color_accent, s.contact_email, s.contact_phone,
           s.street, s.postal_code, s.city, s.country, s.prices_include_tax, s.guest_checkout, s.low_stock, v.many_brands,
           (SELECT string_agg(concat_ws('/', l.locale, l.tag), ' ' ORDER BY l.position) FROM tenancy.store_locale l WHERE l.store_id = s.store_id),
           (SELECT string_agg(c.currency, ' ' ORDER BY c.position) FROM tenancy.store_currency c WHERE c.store_id = s.store_id)), 0)
FROM tenancy.store s LEFT JOIN catalog.version v ON v.store_id = s.store_id WHERE s.store_id = :store

-- The version as it is now: what a worker keeps of another one is old.
-- front_version(store uuid) one
-- version int
SELECT v.version FROM catalog.version v WHERE v.store_id = :store

-- site_locales(store uuid) many
-- locale text, tag text
SELECT l.locale, l.tag FROM tenancy.store_locale l WHERE l.store_id = :store ORDER BY l.position

-- site_currencies(store uuid) many
-- currency text
SELECT c.currency FROM tenancy.store_currency c WHERE c.store_id = :store ORDER BY c.position

-- Two levels of visible categories, parents first.
-- nav_categories(store uuid, locale text) many
-- category uuid, parent uuid?, slug text, name text
SELECT c.category_id, c.parent_id, t.slug, t.name
FROM catalog.category c
JOIN catalog.category_text t ON t.category_id = c.category_id AND t.locale = :locale
LEFT JOIN catalog.category p ON p.category_id = c.parent_id
WHERE c.store_id = :store AND c.visible AND c.kind = 'category'
  AND (c.parent_id IS NULL OR (p.parent_id IS NULL AND p.visible))
ORDER BY c.parent_id IS NOT NULL, c.position, t.name

-- Those that the footer has room for; all others are reached by links of the merchant's own.
-- nav_pages(store uuid, locale text) many
-- slug text, title text
SELECT t.slug, t.title
FROM content.page p
JOIN content.page_text t ON t.store_id = p.store_id AND t.page_id = p.page_id AND t.locale = :locale
WHERE p.store_id = :store ORDER BY p.position, t.title LIMIT 24

-- nav_social(store uuid) many
-- network text, url text
SELECT s.network, s.url FROM tenancy.social s WHERE s.store_id = :store ORDER BY s.position, s.network

-- nav_payments(store uuid, locale text) many
-- name text
SELECT t.name
FROM payment.method m
JOIN payment.method_text t ON t.store_id = m.store_id AND t.method = m.method AND t.locale = :locale
WHERE m.store_id = :store AND m.active AND (m.method <> 'card' OR payment.has_gateway(m.tenant_id, m.store_id)) ORDER BY m.position

-- Pieces in the cart that the token opens.
-- cart_pieces(token bytea) one
-- pieces int
SELECT coalesce(sum(l.quantity), 0)::bigint
FROM sales.cart_token t
JOIN sales.cart c ON c.cart_id = t.cart_id AND c.state = 'open'
JOIN sales.cart_line l ON l.cart_id = c.cart_id
WHERE t.token_sha256 = :token
