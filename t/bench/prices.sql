-- A list of new prices for sutlerctl import products, :prices of them: all variants of every so-manieth product, each a cent
-- above or below what it costs.
SET client_min_messages = warning;
SET search_path = bench;
SELECT l.line FROM (
	SELECT 0 AS place, '' AS reference, 0 AS n, 'product,sku,price:EUR' AS line
	UNION ALL
	SELECT 1, p.reference, row_number() OVER (PARTITION BY p.product_id ORDER BY v.position, v.variant_id),
		p.reference || ',' || v.sku || ',' || ((r.amount + CASE WHEN r.amount % 2 = 0 THEN 1 ELSE -1 END) / 100.0)::numeric(12, 2)
	FROM (SELECT x.product_id, x.reference FROM catalog.product x WHERE x.tenant_id = tenant() ORDER BY md5(x.reference) LIMIT :prices / 4) p
	JOIN catalog.variant v ON v.tenant_id = tenant() AND v.product_id = p.product_id AND v.status = 'active'
	JOIN catalog.price r ON r.tenant_id = tenant() AND r.variant_id = v.variant_id AND r.store_id = store() AND r.currency = 'EUR'
		AND r.customer_group = '' AND r.min_quantity = 1 AND r.starts_at = '-infinity') l
ORDER BY l.place, l.reference, l.n;
