-- What is asked for in each measurement, as load.lua's lines without method, cookie and body.
--
-- psql -v page=home|category|first|deep|filtered|priced|tagged|product|search.  At least 400 different addresses each (first and deep: one of
-- each category); every second one of home is the home page itself, the others are its program's pages of text.
SET client_min_messages = warning;
SET search_path = bench;

SELECT x.path
FROM (
	SELECT 'home' AS page, n, CASE n % 4 WHEN 0 THEN '/' WHEN 1 THEN '/page/page-' || 1 + n / 2 WHEN 2 THEN '/es/'
		ELSE '/es/page/pagina-' || 1 + n / 2 END AS path
	FROM generate_series(0, 799) n
	UNION ALL
	-- The first four pages of each of 100 categories, and the departments.
	SELECT 'category', t.rank * 4 + p.p, '/c/' || t.slug || CASE WHEN p.p = 0 THEN '' ELSE '?after=f.' || l.position || '.' || l.product_id END
	FROM (SELECT s.*, row_number() OVER (ORDER BY bench.pick('order', row_number, 1000), s.slug) AS rank
	      FROM (SELECT c.slug, c.category_id, row_number() OVER (ORDER BY c.slug) FROM catalog.category_text c
	            WHERE c.tenant_id = tenant() AND c.locale = 'en') s) t
	CROSS JOIN generate_series(0, 3) AS p (p)
	JOIN LATERAL (SELECT x.position, x.product_id FROM catalog.placement x
		WHERE x.tenant_id = tenant() AND x.store_id = store() AND x.locale = 'en' AND x.currency = 'EUR' AND x.category_id = t.category_id
		ORDER BY x.position, x.product_id OFFSET greatest(p.p * 24 - 1, 0) LIMIT 1) l ON true
	UNION ALL
	-- The first page of each category, and one nine tenths of the way down that is as long.
	SELECT d.page, row_number() OVER (PARTITION BY d.page ORDER BY t.slug), '/c/' || t.slug || CASE WHEN d.page = 'first' THEN '' ELSE '?after=f.' || l.position || '.' || l.product_id END
	FROM catalog.category_text t JOIN catalog.category_count c ON c.tenant_id = t.tenant_id AND c.store_id = t.store_id AND c.category_id = t.category_id
	CROSS JOIN (VALUES ('first'), ('deep')) AS d (page)
	JOIN LATERAL (SELECT x.position, x.product_id FROM catalog.placement x
		WHERE x.tenant_id = tenant() AND x.store_id = store() AND x.locale = 'en' AND x.currency = 'EUR' AND x.category_id = t.category_id
		ORDER BY x.position, x.product_id OFFSET CASE d.page WHEN 'deep' THEN greatest(least(c.products * 9 / 10, c.products - 25), 0) ELSE 0 END LIMIT 1) l ON true
	WHERE t.tenant_id = tenant() AND t.locale = 'en'
	UNION ALL
	-- The departments, which hold a tenth of all products each, by two values.
	SELECT 'filtered', row_number() OVER (ORDER BY md5(d.en || c.en || m.en)), '/c/' || t.slug || '?color=' || lower(c.en) || '&material=' || lower(m.en)
	FROM bench.word d
	JOIN catalog.category_text t ON t.tenant_id = tenant() AND t.locale = 'en' AND t.category_id = bench.id(20, d.n)
	JOIN bench.word c ON c.kind = 'color' JOIN bench.word m ON m.kind = 'material'
	WHERE d.kind = 'department'
	UNION ALL
	-- The departments again between two prices, and beside a colour; and the tags, a sixth of all products each.
	SELECT 'priced', row_number() OVER (ORDER BY md5(d.n || ' ' || f.n || c.en)), '/c/' || t.slug || '?price_from=' || 10 * f.n || '&price_to=' || 10 * f.n + 49 || CASE WHEN c.n < 6 THEN '' ELSE '&color=' || lower(c.en) END
	FROM bench.word d
	JOIN catalog.category_text t ON t.tenant_id = tenant() AND t.locale = 'en' AND t.category_id = bench.id(20, d.n)
	JOIN bench.word c ON c.kind = 'color' CROSS JOIN generate_series(1, 9) AS f (n)
	WHERE d.kind = 'department'
	UNION ALL
	SELECT 'tagged', w.n * 12 + c.n, '/t/' || w.en || CASE WHEN c.n < 6 THEN '?after=f.' || l.position || '.' || l.product_id ELSE '?color=' || lower(c.en) END
	FROM bench.word w JOIN bench.word c ON c.kind = 'color'
	JOIN LATERAL (SELECT x.position, x.product_id FROM catalog.placement x
		WHERE x.tenant_id = tenant() AND x.store_id = store() AND x.locale = 'en' AND x.currency = 'EUR' AND x.category_id = '00000000-0000-0000-0000-000000000000'
		  AND x.position >= 10 * c.n ORDER BY x.position, x.product_id LIMIT 1) l ON true
	WHERE w.kind = 'use'
	UNION ALL
	SELECT 'product', row_number() OVER (ORDER BY bench.pick('order', p.n, 100000), p.n), '/p/' || t.slug
	FROM bench.product p JOIN catalog.product_text t ON t.product_id = p.product_id AND t.locale = 'en'
	-- Of more than a hundred thousand one in so many: wrk would be reading its list while it measures.
	WHERE p.n % (SELECT count(*) / 100000 + 1 FROM bench.product) = 0
	UNION ALL
	-- Two words: a thing, and what it is made of, used for, worn in or how it fits.
	SELECT 'search', row_number() OVER (ORDER BY md5(n.en || w.en)), '/search?q=' || lower(n.en) || '+' || w.en
	FROM bench.word n JOIN bench.word w ON w.kind IN ('material', 'use', 'season', 'fit')
	WHERE n.kind = 'noun'
) x
WHERE x.page = :'page' ORDER BY x.n;
