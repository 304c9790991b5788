-- The addresses of one list of the console, :list; some 60 each: its beginning, filters, pages
-- in the middle, and what people search for.
SET search_path = pg_catalog;
SELECT a FROM (
	SELECT 'order_list' AS list, '/admin/orders' || u AS a FROM unnest(ARRAY['', '?payment=pending', '?payment=partly_refunded', '?fulfilment=ready',
		'?state=cancelled', '?return=requested', '?return=returned', '?state=open&payment=paid', '?word=shipped', '?word=delivered']) u
	UNION ALL
	SELECT 'order_list', format('/admin/orders?%sbefore=%s', f.f, bench.id(75, g * (SELECT count(*) FROM sales."order") / 11 * 60000))
	FROM generate_series(1, 10) g CROSS JOIN unnest(ARRAY['', 'state=closed&', 'return=requested&', 'payment=paid&fulfilment=delivered&', 'state=cancelled&payment=failed&']) AS f (f)
	UNION ALL
	SELECT 'order_search', '/admin/orders?q=' || u FROM generate_series(1, 12) g
	CROSS JOIN LATERAL unnest(ARRAY['F-' || g * 7919, 'user' || g * 331 || '%40example.org', 'FH' || lpad((g * 77)::text, 6, '0') || '-1',
		(ARRAY['Ana', 'Ben', 'Carla', 'Dewi+Name12', 'Eko+Name4', 'nobody', 'Gita+Name1', 'Hugo', 'Ines+N', 'Joko+Name77', 'a', 'e'])[g], 'F-99999999' || g]) AS u
	UNION ALL
	SELECT 'product_list', '/admin/catalog' || u FROM unnest(ARRAY['', '?order=name', '?order=changed', '?state=draft', '?without=picture', '?without=price', '?without=stock',
		'?brand=Fjord', '?q=boots', '?q=FH000077', '?q=linen', '?q=nordic+wool', '?q=wool+jersey', '?q=cork+denim', '?q=zzz', '?q=b', '?brand=Elm&order=name']) u
	UNION ALL
	SELECT 'product_list', format('/admin/catalog?%safter=%s', f.f, bench.id(30, g * (SELECT count(*) FROM bench.product) / 11))
	FROM generate_series(1, 10) g CROSS JOIN unnest(ARRAY['', 'order=name&', 'q=boots&', 'category=' || bench.id(21, 7) || '&', 'without=picture&']) AS f (f)
	UNION ALL
	SELECT 'stock_list', '/admin/inventory' || u FROM unnest(ARRAY['', '?state=short', '?state=none', '?q=FH000077', '?q=FH0012', '?q=zzz',
		'?warehouse=' || bench.id(4, 1), '?warehouse=' || bench.id(4, 2) || '&state=none']) u
	UNION ALL
	SELECT 'stock_list', format('/admin/inventory?%safter_sku=%s&after=%s', f.f, v.sku_key, bench.id(4, 1))
	FROM generate_series(1, 10) g JOIN catalog.variant v ON v.tenant_id = bench.tenant() AND v.variant_id = bench.id(32, g * (SELECT count(*) FROM bench.product) * 4 / 11)
	CROSS JOIN unnest(ARRAY['', 'warehouse=' || bench.id(4, 2) || '&', 'state=short&', 'state=none&']) AS f (f)
	UNION ALL
	SELECT 'customer_list', '/admin/customers' || u FROM unnest(ARRAY['', '?show=business', '?q=Ana', '?q=Ana+Name12', '?q=user777%40example.org', '?q=Company+1', '?q=nobody', '?q=F-77777']) u
) l WHERE l.list = :'list';
