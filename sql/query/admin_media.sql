-- Pictures and documents of products as admin-media shows and changes them.

-- media_product(product uuid, store uuid, locale text) one
-- product uuid, name text, revision int, shop_url text?
SELECT p.product_id, d.name, p.revision,
       (SELECT h.origin || CASE WHEN l.locale = f.locale THEN '' ELSE '/' || l.locale END || '/p/' || l.slug
           FROM catalog.listing l
           JOIN tenancy.host h ON h.store_id = l.store_id AND h.kind = 'store' AND h.is_primary
           JOIN tenancy.store_locale f ON f.store_id = l.store_id AND f.position = 0
           WHERE l.product_id = p.product_id AND l.store_id = :store
           ORDER BY l.locale <> :locale, l.locale <> f.locale, l.locale LIMIT 1)
FROM catalog.product p JOIN catalog.desk d ON d.product_id = p.product_id WHERE p.product_id = :product

-- Pictures first, in their order.
-- media_files(product uuid) many
-- media uuid, kind text, name text, file_name text, width int, height int, bytes int, value uuid?
SELECT m.media_id, x.kind, m.name, m.file_name, coalesce(m.width, 0)::bigint, coalesce(m.height, 0)::bigint, m.bytes, x.value_id
FROM catalog.product_media x JOIN catalog.media m ON m.media_id = x.media_id
WHERE x.product_id = :product ORDER BY x.kind DESC, x.position, x.media_id LIMIT 200

-- media_labels(product uuid) many
-- media uuid, locale text, label text
SELECT t.media_id, t.locale, t.label FROM catalog.product_media_text t WHERE t.product_id = :product

-- The languages of the merchant's stores, that of the first store first.
-- media_locales() many
-- locale text
SELECT l.locale FROM tenancy.store_locale l JOIN tenancy.store s ON s.store_id = l.store_id GROUP BY l.locale ORDER BY min(s.code || l.position), l.locale

-- Values that variants for sale have: a picture can show one of them.
-- media_values(product uuid, locale text) many
-- value uuid, label text
SELECT v.value_id, coalesce((SELECT t.label FROM catalog.attribute_value_text t WHERE t.value_id = v.value_id ORDER BY t.locale <> :locale, t.locale LIMIT 1), v.code)
FROM catalog.product_option o JOIN catalog.attribute_value v ON v.attribute_id = o.attribute_id
WHERE o.product_id = :product AND EXISTS (SELECT FROM catalog.variant x JOIN catalog.variant_value vv ON vv.variant_id = x.variant_id
	WHERE x.product_id = :product AND x.status = 'active' AND vv.value_id = v.value_id)
ORDER BY o.position, v.position, v.code LIMIT 200

-- media_add(tenant uuid, actor uuid, product uuid, names text[], mimes text[], bytes int[], widths int[], heights int[], files text[]) one
-- outcome text
SELECT catalog.desk_media_add(:tenant, :actor, :product, :names, :mimes, :bytes, :widths, :heights, :files)

-- media_save(tenant uuid, actor uuid, product uuid, revision int, media uuid[], places int[], shown text[], gone uuid[],
-- label_media uuid[], label_locales text[], labels text[]) one
-- outcome text
SELECT catalog.desk_media_save(:tenant, :actor, :product, :revision, :media, :places, :shown, :gone, :label_media, :label_locales, :labels)

-- The variants of a product with how they are sold.  fetched: how often their files were, all orders together.
-- download_variants(product uuid, locale text) many
-- variant uuid, sku text, options text, digital bool, counted bool, days int, times int, fetched int
SELECT v.variant_id, v.sku,
       coalesce((SELECT string_agg(coalesce((SELECT t.label FROM catalog.attribute_value_text t WHERE t.value_id = av.value_id
                    ORDER BY t.locale <> :locale, t.locale LIMIT 1), av.code), ', ' ORDER BY o.position)
                 FROM catalog.variant_value vv
                 JOIN catalog.attribute_value av ON av.value_id = vv.value_id
                 LEFT JOIN catalog.product_option o ON o.product_id = v.product_id AND o.attribute_id = vv.attribute_id
                 WHERE vv.variant_id = v.variant_id), ''),
       v.digital, v.digital AND v.track_stock,
       coalesce(v.download_days, 0)::bigint, coalesce(v.download_times, 0)::bigint,
       coalesce((SELECT sum(u.used) FROM catalog.download_file f JOIN sales.download_use u ON u.file_id = f.file_id WHERE f.variant_id = v.variant_id), 0)::bigint
FROM catalog.variant v
WHERE v.product_id = :product AND (v.status = 'active' OR v.digital)
ORDER BY v.position, v.variant_id LIMIT 300

-- download_files(product uuid) many
-- file uuid, variant uuid, file_name text, mime text, bytes int, at time
SELECT f.file_id, f.variant_id, f.file_name, f.mime, f.bytes, f.created_at
FROM catalog.variant v JOIN catalog.download_file f ON f.variant_id = v.variant_id
WHERE v.product_id = :product ORDER BY f.file_name, f.file_id LIMIT 1000

-- What holds where the merchant says nothing.
-- download_terms() one
-- days int, times int, most int
SELECT catalog.download_days()::bigint, catalog.download_times()::bigint, catalog.download_most()::bigint

-- download_add(tenant uuid, actor uuid, product uuid, variant uuid, names text[], mimes text[], bytes int[], files text[]) one
-- outcome text
SELECT catalog.desk_download_add(:tenant, :actor, :product, :variant, :names, :mimes, :bytes, :files)

-- download_save(tenant uuid, actor uuid, product uuid, revision int, variant uuid, digital bool, counted bool, days int, times int, gone uuid[]) one
-- outcome text
SELECT catalog.desk_download_save(:tenant, :actor, :product, :revision, :variant, :digital, :counted, :days::integer, :times::integer, :gone)
