-- Bundles: sets of variants that are sold as one and have no stock of their own.
--
-- A cart has the bundle; what it holds and what an order holds are its parts.  An order keeps the
-- parts as lines below the bundle's own (sales.unfold), so lists, parcels, returns and counts deal
-- with plain variants and know nothing of bundles.  Stock is locked as ever: the parts of all lines
-- are added up first and taken by inventory.take(), in the one order of locks.

-- What a store's buyers read of variants: in the language, else the store's own, else any.
CREATE OR REPLACE FUNCTION catalog.named(p_tenant uuid, p_store uuid, p_locale text, p_variants uuid[])
RETURNS TABLE (variant_id uuid, product_id uuid, sku text, name text, options text, image text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT v.variant_id, v.product_id, v.sku,
	       coalesce((SELECT t.name FROM catalog.store_product_text t WHERE t.store_id = p_store AND t.product_id = v.product_id AND t.locale = p_locale),
			(SELECT t.name FROM catalog.product_text t LEFT JOIN tenancy.store_locale l ON l.store_id = p_store AND l.locale = t.locale
				WHERE t.product_id = v.product_id ORDER BY t.locale <> p_locale, l.position, t.locale LIMIT 1), v.sku),
	       coalesce((SELECT string_agg(coalesce(vt.label, av.code), ', ' ORDER BY o.position)
			FROM catalog.variant_value vv
			JOIN catalog.attribute_value av ON av.value_id = vv.value_id
			LEFT JOIN catalog.attribute_value_text vt ON vt.value_id = vv.value_id AND vt.locale = p_locale
			LEFT JOIN catalog.product_option o ON o.product_id = v.product_id AND o.attribute_id = vv.attribute_id
			WHERE vv.variant_id = v.variant_id), ''),
	       coalesce((SELECT m.name FROM catalog.product_media pm JOIN catalog.media m ON m.media_id = pm.media_id
			WHERE pm.product_id = v.product_id AND pm.kind = 'image' ORDER BY pm.position, pm.media_id LIMIT 1), '')
	FROM catalog.variant v WHERE v.variant_id = ANY (p_variants)
$$;
COMMENT ON FUNCTION catalog.named(uuid, uuid, text, uuid[]) IS 'Name, options and picture of variants as a store''s buyers read them.';

-- How many of a bundle a store can give to a cart (NULL: to anybody): what is free of each part and
-- what the cart holds of it, less what its other lines want of it.  NULL: as many as wanted, for no
-- part is counted.  None while a part is sold no more.
CREATE OR REPLACE FUNCTION inventory.bundle_free(p_tenant uuid, p_store uuid, p_cart uuid, p_bundle uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT min(CASE WHEN x.sold THEN greatest(x.free, 0) / x.quantity ELSE 0 END)
	FROM (SELECT b.quantity, v.status = 'active' AS sold, v.track_stock AND NOT v.made_to_order AND NOT p.made_to_order AS counted,
	             inventory.available(p_tenant, p_store, b.part_id)
	             + CASE WHEN p_cart IS NULL THEN 0 ELSE
			coalesce((SELECT sum(h.quantity) FROM inventory.hold h WHERE h.cart_id = p_cart AND h.variant_id = b.part_id), 0)
			- coalesce((SELECT sum(l.quantity * coalesce(o.quantity, 1)) FROM sales.cart_line l
				LEFT JOIN catalog.bundle_part o ON o.bundle_id = l.variant_id AND o.part_id = b.part_id
				WHERE l.cart_id = p_cart AND l.variant_id <> p_bundle AND (l.variant_id = b.part_id OR o.part_id IS NOT NULL)), 0) END AS free
	      FROM catalog.bundle_part b
	      JOIN catalog.variant v ON v.variant_id = b.part_id
	      JOIN catalog.product p ON p.product_id = v.product_id
	      WHERE b.bundle_id = p_bundle) x
	WHERE x.counted OR NOT x.sold)::bigint;
END
$$;
COMMENT ON FUNCTION inventory.bundle_free(uuid, uuid, uuid, uuid) IS 'How many of a bundle a store can give; NULL: none of its parts is counted.';

-- The line of a cart that is to be told of when a variant is short: a bundle with it, which the
-- buyer knows, or its own.
CREATE OR REPLACE FUNCTION inventory.line_of(p_tenant uuid, p_cart uuid, p_variant uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT b.bundle_id FROM sales.cart_line l
		JOIN catalog.bundle_part b ON b.bundle_id = l.variant_id AND b.part_id = p_variant
		WHERE l.cart_id = p_cart ORDER BY l.added_at DESC, l.variant_id LIMIT 1), p_variant);
END
$$;
COMMENT ON FUNCTION inventory.line_of(uuid, uuid, uuid) IS 'The cart line that wants a variant: the bundle that contains it, or itself.';

-- The parts of an order's bundles become lines of it, behind all others.  What the order wants of
-- stock comes out: the parts in place of the bundles.
CREATE OR REPLACE FUNCTION sales.unfold(p_tenant uuid, p_order uuid, OUT variants uuid[], OUT quantities integer[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	o record;
	l record;
	parts uuid[];
	weights bigint[];
	shares bigint[];
	next_no integer;
	heavy boolean;
BEGIN
	SELECT x.store_id, x.locale, x.currency, x.prices_include_tax INTO STRICT o FROM sales."order" x WHERE x.order_id = p_order;
	SELECT max(x.line_no) INTO next_no FROM sales.order_line x WHERE x.order_id = p_order;
	-- What a bundle contains stays until the order has it: catalog.desk_bundle() locks in the same order, the variant first.
	-- To lock the parts alone is not enough: a change that is under way puts others in their place, which nobody has locked.
	PERFORM FROM catalog.variant v WHERE v.bundle AND v.variant_id IN (SELECT x.variant_id FROM sales.order_line x WHERE x.order_id = p_order)
	ORDER BY v.variant_id FOR SHARE;
	PERFORM FROM catalog.bundle_part b WHERE b.bundle_id IN (SELECT x.variant_id FROM sales.order_line x WHERE x.order_id = p_order)
	ORDER BY b.bundle_id, b.part_id FOR SHARE;
	FOR l IN SELECT x.line_no, x.variant_id, x.quantity, x.total + CASE WHEN o.prices_include_tax THEN 0 ELSE x.tax END AS worth FROM sales.order_line x
		WHERE x.order_id = p_order AND EXISTS (SELECT FROM catalog.bundle_part b WHERE b.bundle_id = x.variant_id) ORDER BY x.line_no
	LOOP
		-- The bundle's money in proportion to what the parts cost alone; by pieces where one has no price.
		SELECT array_agg(b.part_id ORDER BY b.position, b.part_id),
		       CASE WHEN bool_and(pr.amount > 0) THEN array_agg(pr.amount * b.quantity ORDER BY b.position, b.part_id)
			    ELSE array_agg(b.quantity::bigint ORDER BY b.position, b.part_id) END, bool_or(v.weight_g > 0)
		INTO parts, weights, heavy
		FROM catalog.bundle_part b
		JOIN catalog.variant v ON v.variant_id = b.part_id
		LEFT JOIN LATERAL (SELECT x.amount FROM catalog.price x
			WHERE x.store_id = o.store_id AND x.variant_id = b.part_id AND x.currency = o.currency AND x.customer_group = ''
			  AND x.min_quantity = 1 AND x.starts_at <= sutler.now() AND x.ends_at > sutler.now()
			ORDER BY x.starts_at DESC LIMIT 1) pr ON true
		WHERE b.bundle_id = l.variant_id;
		shares := accounting.share(l.worth, weights);
		INSERT INTO sales.order_line (tenant_id, order_id, line_no, variant_id, sku, name, options, image, quantity,
			unit_price, discount, tax, total, made_to_order, weight_g, part_of, share)
		SELECT p_tenant, p_order, next_no + u.n, u.part_id, k.sku, k.name, k.options, k.image, l.quantity * b.quantity,
		       0, 0, 0, 0, v.made_to_order OR p.made_to_order, v.weight_g, l.line_no, shares[u.n]
		FROM unnest(parts) WITH ORDINALITY AS u (part_id, n)
		JOIN catalog.bundle_part b ON b.bundle_id = l.variant_id AND b.part_id = u.part_id
		JOIN catalog.named(p_tenant, o.store_id, o.locale, parts) k ON k.variant_id = u.part_id
		JOIN catalog.variant v ON v.variant_id = u.part_id
		JOIN catalog.product p ON p.product_id = v.product_id;
		-- What is weighed are the parts, where they have a weight.
		UPDATE sales.order_line x SET ships = false, weight_g = CASE WHEN heavy THEN 0 ELSE x.weight_g END
		WHERE x.order_id = p_order AND x.line_no = l.line_no;
		next_no := next_no + cardinality(parts);
	END LOOP;
	SELECT array_agg(x.variant_id), array_agg(x.quantity) INTO variants, quantities
	FROM sales.order_line x WHERE x.order_id = p_order AND (x.ships OR x.digital);
END
$$;
COMMENT ON FUNCTION sales.unfold(uuid, uuid) IS 'Makes lines of what an order''s bundles contain; what the order wants of stock.';

-- What the product page says of its bundles, for each part: the bundle, pieces, name, options and slug
-- (empty: no page in this store).
CREATE OR REPLACE FUNCTION catalog.bundle_page(p_tenant uuid, p_store uuid, p_locale text, p_currency text, p_variants uuid[]) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT string_agg(catalog.field(b.bundle_id::text) || catalog.field(b.quantity::text) || catalog.field(k.name) || catalog.field(k.options)
		|| catalog.field((SELECT g.slug FROM catalog.listing g WHERE g.store_id = p_store AND g.locale = p_locale AND g.currency = p_currency
			AND g.product_id = k.product_id)) || U&'\001E', ''
		ORDER BY array_position(p_variants, b.bundle_id), b.position, b.part_id)
	FROM catalog.bundle_part b
	CROSS JOIN LATERAL catalog.named(p_tenant, p_store, p_locale, ARRAY[b.part_id]) k
	WHERE b.bundle_id = ANY (p_variants)
$$;
COMMENT ON FUNCTION catalog.bundle_page(uuid, uuid, text, text, uuid[]) IS 'What a product page tells of bundles: what is in them.';

-- What a bundle contains in one line, for a cart.
CREATE OR REPLACE FUNCTION catalog.bundle_words(p_tenant uuid, p_store uuid, p_locale text, p_bundle uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT string_agg(b.quantity || ' × ' || k.name || CASE WHEN k.options = '' THEN '' ELSE ' (' || k.options || ')' END, '; ' ORDER BY b.position, b.part_id)
	FROM catalog.bundle_part b
	CROSS JOIN LATERAL catalog.named(p_tenant, p_store, p_locale, ARRAY[b.part_id]) k
	WHERE b.bundle_id = p_bundle
$$;
COMMENT ON FUNCTION catalog.bundle_words(uuid, uuid, text, uuid) IS 'What a bundle contains, as people read it: pieces, names, options.';

-- ---- at the desk ----

-- Says what a variant contains, by SKU; nothing: it is no bundle any more, and its stock is counted.
-- ok; gone; changed (since the page was shown); stock (pieces of it lie somewhere or are promised);
-- inside (another bundle contains it); of a row, counted from 0: "sku N" (nobody knows it),
-- "self N", "bundle N" (it is a bundle), "twice N".
CREATE OR REPLACE FUNCTION catalog.desk_bundle(p_tenant uuid, p_actor uuid, p_product uuid, p_revision bigint, p_variant uuid,
	p_skus text[], p_quantities integer[])
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	facts jsonb;
	said text := catalog.desk_begin(p_tenant, p_product, p_revision);
	part record;
	ids uuid[] := '{}';
	was boolean;
BEGIN
	SELECT v.bundle INTO was FROM catalog.variant v WHERE v.variant_id = p_variant AND v.product_id = p_product FOR UPDATE;
	IF was IS NULL THEN
		RETURN 'gone';
	ELSIF said IS NOT NULL THEN
		RETURN said;
	END IF;
	FOR i IN 1 .. coalesce(cardinality(p_skus), 0) LOOP
		SELECT v.variant_id, v.bundle INTO part FROM catalog.variant v WHERE v.sku_key = lower(p_skus[i]);
		IF NOT FOUND THEN
			RETURN 'sku ' || i - 1;
		ELSIF part.variant_id = p_variant THEN
			RETURN 'self ' || i - 1;
		ELSIF part.bundle THEN
			RETURN 'bundle ' || i - 1;
		ELSIF part.variant_id = ANY (ids) THEN
			RETURN 'twice ' || i - 1;
		END IF;
		ids := ids || part.variant_id;
	END LOOP;
	IF cardinality(ids) > 0 AND NOT was THEN
		IF EXISTS (SELECT FROM catalog.bundle_part b WHERE b.part_id = p_variant) THEN
			RETURN 'inside';
		ELSIF EXISTS (SELECT FROM inventory.stock s WHERE s.variant_id = p_variant AND (s.on_hand > 0 OR s.held > 0)) THEN
			RETURN 'stock';
		END IF;
	END IF;
	facts := catalog.desk_facts(p_tenant, p_product);
	PERFORM FROM catalog.bundle_part b WHERE b.bundle_id = p_variant ORDER BY b.part_id FOR UPDATE;
	DELETE FROM catalog.bundle_part b WHERE b.bundle_id = p_variant AND NOT b.part_id = ANY (ids);
	UPDATE catalog.variant v SET bundle = cardinality(ids) > 0, track_stock = cardinality(ids) = 0, made_to_order = v.made_to_order AND cardinality(ids) = 0
	WHERE v.variant_id = p_variant AND v.bundle <> (cardinality(ids) > 0);
	INSERT INTO catalog.bundle_part (tenant_id, bundle_id, part_id, quantity, position)
	SELECT p_tenant, p_variant, u.id, u.quantity, u.n FROM unnest(ids, p_quantities) WITH ORDINALITY AS u (id, quantity, n)
	ON CONFLICT (tenant_id, bundle_id, part_id) DO UPDATE SET quantity = excluded.quantity, position = excluded.position;
	-- What it weighs is reckoned for delivery before the order has its parts.
	UPDATE catalog.variant v SET weight_g = least((SELECT sum(x.weight_g * b.quantity) FROM catalog.bundle_part b
		JOIN catalog.variant x ON x.variant_id = b.part_id WHERE b.bundle_id = p_variant), 1000000)
	WHERE v.variant_id = p_variant AND v.bundle AND v.weight_g = 0;
	RETURN catalog.desk_done(p_tenant, p_actor, p_product, 'product.bundle', '', facts);
END
$$;
COMMENT ON FUNCTION catalog.desk_bundle(uuid, uuid, uuid, bigint, uuid, text[], integer[]) IS
	'Says what a bundle contains. ok, gone, changed, stock, inside, or a word and the number of a row: sku, self, bundle, twice.';
