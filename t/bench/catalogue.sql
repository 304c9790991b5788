-- The catalogue that dev/bench measures: one merchant, one store, two languages, 110
-- categories, :products products with 4 variants each.
--
-- Run as superuser with psql -v products=10000 on a migrated database.  The rows a
-- merchant writes are made here; cards, filters, search and counts are then made by the
-- house's own functions (t/bench/listings.sql and the job freshen), as in production.
-- Nothing is random: every run has the same catalogue.

SET client_min_messages = warning;
SET sutler.relist = 'later';
SET sutler.redesk = 'later';
SET synchronous_commit = off;

CREATE SCHEMA bench;
COMMENT ON SCHEMA bench IS 'Helpers of dev/bench; no program of the house can see it.';

-- A UUID version 7 whose time is N ms behind a fixed moment: ids sort as they were made.
CREATE FUNCTION bench.id(kind integer, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
AS $$ SELECT (lpad(to_hex(1764000000000 + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8'
	|| substr(md5(kind || '/' || n), 1, 15))::uuid $$;
CREATE FUNCTION bench.tenant() RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT bench.id(1, 1) $$;
CREATE FUNCTION bench.store() RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT bench.id(2, 1) $$;
-- A number from 0 to below OF that hangs on N alone and looks random.
CREATE FUNCTION bench.pick(salt text, n bigint, of integer) RETURNS integer LANGUAGE sql IMMUTABLE
AS $$ SELECT (('x' || substr(md5(salt || n), 1, 7))::bit(28)::integer % of) $$;

BEGIN;

-- ---- the merchant and the store ----

INSERT INTO tenancy.tenant (tenant_id, slug, name) VALUES (bench.tenant(), 'bench', 'Fieldhouse');
INSERT INTO tenancy.store (tenant_id, store_id, code, status, name, legal_name, tax_id, timezone, contact_email, contact_phone,
	street, postal_code, city, country, order_prefix)
VALUES (bench.tenant(), bench.store(), 'bench', 'active', 'Fieldhouse', 'Fieldhouse, S.L.', 'ESB00000000', 'Europe/Madrid',
	'hello@fieldhouse.example', '+34 900 000 000', 'Calle Mayor, 1', '28013', 'Madrid', 'ES', 'F-');
INSERT INTO tenancy.host (host, tenant_id, store_id, origin, is_primary)
VALUES ('bench.localhost', bench.tenant(), bench.store(), 'http://bench.localhost', true);
INSERT INTO tenancy.store_locale (tenant_id, store_id, locale, tag, position)
VALUES (bench.tenant(), bench.store(), 'en', 'en-GB', 0), (bench.tenant(), bench.store(), 'es', 'es-ES', 1);
INSERT INTO tenancy.store_currency (tenant_id, store_id, currency, position) VALUES (bench.tenant(), bench.store(), 'EUR', 0);
INSERT INTO tenancy.social (tenant_id, store_id, network, url, position)
VALUES (bench.tenant(), bench.store(), 'instagram', 'https://www.instagram.com/fieldhouse', 1),
	(bench.tenant(), bench.store(), 'youtube', 'https://www.youtube.com/fieldhouse', 2);
INSERT INTO accounting.tax_class (tenant_id, tax_class) VALUES (bench.tenant(), 'standard');
INSERT INTO accounting.tax_rate (tenant_id, store_id, tax_rate_id, code, tax_class, country, rate_ppm, name)
VALUES (bench.tenant(), bench.store(), bench.id(3, 1), 'es-standard', 'standard', 'ES', 210000, 'IVA 21 %');
INSERT INTO inventory.warehouse (tenant_id, warehouse_id, code, name, country)
SELECT bench.tenant(), bench.id(4, n), 'W' || n, 'Warehouse ' || n, 'ES' FROM generate_series(1, 2) n;
INSERT INTO inventory.store_warehouse (tenant_id, store_id, warehouse_id, priority)
SELECT bench.tenant(), bench.store(), bench.id(4, n), n FROM generate_series(1, 2) n;
INSERT INTO shipping.method (tenant_id, store_id, method_id, code, kind) VALUES (bench.tenant(), bench.store(), bench.id(5, 1), 'parcel', 'flat');
INSERT INTO shipping.method_text (tenant_id, store_id, method_id, locale, name)
VALUES (bench.tenant(), bench.store(), bench.id(5, 1), 'en', 'Parcel'), (bench.tenant(), bench.store(), bench.id(5, 1), 'es', 'Paquete');
INSERT INTO shipping.method_country (tenant_id, store_id, method_id, country) VALUES (bench.tenant(), bench.store(), bench.id(5, 1), '*');
INSERT INTO shipping.method_price (tenant_id, store_id, method_id, currency, first, free_above)
VALUES (bench.tenant(), bench.store(), bench.id(5, 1), 'EUR', 495, 6000);
INSERT INTO payment.method (tenant_id, store_id, method) VALUES (bench.tenant(), bench.store(), 'bank_transfer');
INSERT INTO payment.method_text (tenant_id, store_id, method, locale, name)
VALUES (bench.tenant(), bench.store(), 'bank_transfer', 'en', 'Bank transfer'),
	(bench.tenant(), bench.store(), 'bank_transfer', 'es', 'Transferencia bancaria');

-- ---- words: what things are called in both languages ----

CREATE TABLE bench.word (kind text, n integer, en text, es text, hex text, PRIMARY KEY (kind, n));
INSERT INTO bench.word (kind, n, en, es)
SELECT w.kind, u.n - 1, u.en, u.es
FROM (VALUES
	('department', 'Footwear,Jackets,Trousers,Shirts,Bags,Camping,Climbing,Cycling,Running,Home',
		'Calzado,Chaquetas,Pantalones,Camisas,Bolsas,Acampada,Escalada,Ciclismo,Carrera,Hogar'),
	('noun', 'Boots,Sandals,Parka,Raincoat,Chinos,Shorts,Shirt,Jumper,Backpack,Duffel,Tent,Lantern,Harness,Helmet,Jersey,Gloves,Trainers,Vest,Blanket,Cushion',
		'Botas,Sandalias,Parka,Impermeable,Chinos,Bermudas,Camisa,Jersey,Mochila,Macuto,Tienda,Linterna,Arnés,Casco,Maillot,Guantes,Zapatillas,Chaleco,Manta,Cojín'),
	('line', 'Classic,Alpine,City,Coast,Studio', 'Clásico,Alpino,Urbano,Costa,Estudio'),
	('style', 'Nordic,Amber,Quiet,Bold,Cedar,Harbour,Meadow,Granite,Summit,Orchard,Velvet,Cobalt,Prairie,Lunar,Solar,Rustic,Noble,Swift,Gentle,Sturdy,Breezy,Mellow,Vivid,Humble,Northern,Southern,Eastern,Western,Silent,Golden,Silver,Copper,Iron,Cotton,Pine,Maple,Willow,Heather,Juniper,Clover',
		'Nórdico,Ámbar,Sereno,Audaz,Cedro,Puerto,Pradera,Granito,Cumbre,Huerto,Terciopelo,Cobalto,Llanura,Lunar,Solar,Rústico,Noble,Veloz,Suave,Robusto,Fresco,Apacible,Vivo,Humilde,Norteño,Sureño,Oriental,Occidental,Silencioso,Dorado,Plateado,Cobrizo,Férreo,Algodonero,Pino,Arce,Sauce,Brezo,Enebro,Trébol'),
	('color', 'Black,White,Navy,Olive,Sand,Rust,Burgundy,Grey,Teal,Mustard,Plum,Sky', 'Negro,Blanco,Marino,Oliva,Arena,Óxido,Burdeos,Gris,Turquesa,Mostaza,Ciruela,Celeste'),
	('size', 'XS,S,M,L,XL,XXL', 'XS,S,M,L,XL,XXL'),
	('material', 'leather,canvas,wool,linen,nylon,denim,fleece,cork', 'cuero,lona,lana,lino,nailon,vaquero,polar,corcho'),
	('use', 'hiking,travel,office,weekend,training,fishing', 'senderismo,viaje,oficina,fin-de-semana,entrenamiento,pesca'),
	('season', 'winter,spring,summer,autumn', 'invierno,primavera,verano,otoño'),
	('fit', 'regular,slim,relaxed', 'normal,ajustado,holgado'),
	('brand', 'Alder,Brook,Cairn,Dunmore,Elm,Fjord,Glen,Hollis,Inver,Jarrow', 'Alder,Brook,Cairn,Dunmore,Elm,Fjord,Glen,Hollis,Inver,Jarrow')
) AS w (kind, en, es)
CROSS JOIN LATERAL unnest(string_to_array(w.en, ','), string_to_array(w.es, ',')) WITH ORDINALITY AS u (en, es, n);
UPDATE bench.word SET hex = '#' || substr(md5(en), 1, 6) WHERE kind = 'color';

-- ---- attributes: the filters beside a list ----

INSERT INTO catalog.attribute (tenant_id, attribute_id, code, position)
SELECT bench.tenant(), bench.id(10, a.n), a.code, a.n::integer
FROM unnest(ARRAY['color', 'size', 'material', 'use', 'season', 'fit']) WITH ORDINALITY AS a (code, n);
INSERT INTO catalog.attribute_text (tenant_id, attribute_id, locale, label)
SELECT bench.tenant(), a.attribute_id, l.locale, initcap(CASE l.locale WHEN 'en' THEN l.en ELSE l.es END)
FROM (VALUES ('color', 'colour', 'color'), ('size', 'size', 'talla'), ('material', 'material', 'material'), ('use', 'use', 'uso'),
	('season', 'season', 'temporada'), ('fit', 'fit', 'corte')) AS t (code, en, es)
JOIN catalog.attribute a ON a.code = t.code
CROSS JOIN LATERAL (VALUES ('en', t.en, t.es), ('es', t.en, t.es)) AS l (locale, en, es);
INSERT INTO catalog.attribute_value (tenant_id, value_id, attribute_id, code, swatch, position)
SELECT bench.tenant(), bench.id(11, a.position * 100 + w.n), a.attribute_id, lower(w.en), w.hex, w.n
FROM catalog.attribute a JOIN bench.word w ON w.kind = a.code WHERE a.tenant_id = bench.tenant();
INSERT INTO catalog.attribute_value_text (tenant_id, value_id, locale, label)
SELECT bench.tenant(), bench.id(11, a.position * 100 + w.n), l.locale, CASE l.locale WHEN 'en' THEN initcap(w.en) ELSE initcap(w.es) END
FROM catalog.attribute a JOIN bench.word w ON w.kind = a.code CROSS JOIN (VALUES ('en'), ('es')) AS l (locale)
WHERE a.tenant_id = bench.tenant() AND a.code <> 'size'
UNION ALL
SELECT bench.tenant(), bench.id(11, a.position * 100 + w.n), l.locale, w.en
FROM catalog.attribute a JOIN bench.word w ON w.kind = a.code CROSS JOIN (VALUES ('en'), ('es')) AS l (locale)
WHERE a.tenant_id = bench.tenant() AND a.code = 'size';

-- ---- categories: 10 departments of 10; noun n and line m make category 5 n + m ----

INSERT INTO catalog.category (tenant_id, store_id, category_id, parent_id, position)
SELECT bench.tenant(), bench.store(), bench.id(20, d), NULL, d FROM generate_series(0, 9) d;
INSERT INTO catalog.category (tenant_id, store_id, category_id, parent_id, position)
SELECT bench.tenant(), bench.store(), bench.id(21, c), bench.id(20, c / 10), c FROM generate_series(0, 99) c;
INSERT INTO catalog.category_text (tenant_id, store_id, category_id, locale, slug, name, description)
SELECT bench.tenant(), bench.store(), bench.id(20, w.n), l.locale, lower(public.unaccent('public.unaccent', l.name)), l.name,
       CASE l.locale WHEN 'en' THEN 'Everything for ' || lower(l.name) || ', chosen by people who use it.'
       ELSE 'Todo en ' || lower(l.name) || ', elegido por quienes lo usan.' END
FROM bench.word w CROSS JOIN LATERAL (VALUES ('en', w.en), ('es', w.es)) AS l (locale, name) WHERE w.kind = 'department';
INSERT INTO catalog.category_text (tenant_id, store_id, category_id, locale, slug, name, description)
SELECT bench.tenant(), bench.store(), bench.id(21, n.n * 5 + m.n), l.locale,
       lower(public.unaccent('public.unaccent', replace(l.name, ' ', '-'))) || '-' || n.n * 5 + m.n, l.name,
       CASE l.locale WHEN 'en' THEN 'Compare colours, sizes and prices, and have it in two days.'
       ELSE 'Compare colores, tallas y precios, y recíbalo en dos días.' END
FROM bench.word n JOIN bench.word m ON m.kind = 'line'
CROSS JOIN LATERAL (VALUES ('en', m.en || ' ' || n.en), ('es', n.es || ' ' || m.es)) AS l (locale, name)
WHERE n.kind = 'noun';

-- ---- products ----

CREATE TABLE bench.product AS
SELECT g AS n, bench.id(30, g) AS product_id, g % 100 AS category, (g % 100) / 5 AS noun, g / 100 % 40 AS style,
       bench.pick('material', g, 8) AS material, bench.pick('use', g, 6) AS use, bench.pick('season', g, 4) AS season,
       bench.pick('fit', g, 3) AS fit, bench.pick('brand', g, 10) AS brand, bench.pick('color', g, 12) AS color,
       bench.pick('size', g, 5) AS size, 900 + 50 * bench.pick('price', g, 300) AS price
FROM generate_series(0, :products - 1) g;
ALTER TABLE bench.product ADD PRIMARY KEY (n);

INSERT INTO catalog.product (tenant_id, product_id, reference, brand, lead_time_days, created_at)
SELECT bench.tenant(), p.product_id, 'FH' || lpad(p.n::text, 6, '0'), b.en, p.n % 3, timestamptz '2026-01-01' + p.n * interval '1 hour'
FROM bench.product p JOIN bench.word b ON b.kind = 'brand' AND b.n = p.brand;
-- What follows is right by the way it is made: foreign keys and triggers of each row would take most of the time.
SET LOCAL session_replication_role = replica;
INSERT INTO catalog.product_text (tenant_id, product_id, locale, slug, name, summary, description)
SELECT bench.tenant(), p.product_id, l.locale, lower(public.unaccent('public.unaccent', replace(l.name, ' ', '-'))) || '-' || p.n, l.name, l.summary, l.body
FROM bench.product p
JOIN bench.word noun ON noun.kind = 'noun' AND noun.n = p.noun
JOIN bench.word style ON style.kind = 'style' AND style.n = p.style
JOIN bench.word mat ON mat.kind = 'material' AND mat.n = p.material
JOIN bench.word use ON use.kind = 'use' AND use.n = p.use
JOIN bench.word sea ON sea.kind = 'season' AND sea.n = p.season
CROSS JOIN LATERAL (VALUES
	('en', style.en || ' ' || initcap(mat.en) || ' ' || noun.en,
	 noun.en || ' made of ' || mat.en || ' for ' || use.en || ', at their best in ' || sea.en || '.',
	 format(E'These **%s** were drawn for *%s* and made to last: the %s is cut by hand, every seam is sewn twice, and what wears out can be replaced.\n\n- %s from a mill we know by name\n- tested through a whole %s before it came into the shop\n- repaired by us for as long as you wear it\n\nChoose your usual size; between two sizes take the larger one. Wash cold, dry in the shade, and mend early.',
		lower(noun.en), use.en, mat.en, initcap(mat.en), sea.en)),
	('es', noun.es || ' ' || style.es || ' de ' || mat.es,
	 noun.es || ' de ' || mat.es || ' para ' || use.es || ', lo mejor en ' || sea.es || '.',
	 format(E'Pensado para *%s* y hecho para durar: el material (%s) se corta a mano, cada costura se cose dos veces y lo que se gasta se puede cambiar.\n\n- %s de un taller que conocemos por su nombre\n- probado durante todo un %s antes de llegar a la tienda\n- lo reparamos mientras lo use\n\nElija su talla de siempre; entre dos tallas, la mayor. Lavar en frío, secar a la sombra y arreglar a tiempo.',
		use.es, mat.es, initcap(mat.es), sea.es))) AS l (locale, name, summary, body);
INSERT INTO catalog.product_tag (tenant_id, product_id, tag)
SELECT bench.tenant(), p.product_id, w.en FROM bench.product p JOIN bench.word w ON w.kind = 'use' AND w.n = p.use;
INSERT INTO catalog.product_value (tenant_id, product_id, attribute_id, value_id)
SELECT bench.tenant(), p.product_id, bench.id(10, v.a), bench.id(11, v.a * 100 + v.n)
FROM bench.product p CROSS JOIN LATERAL (VALUES (3, p.material), (4, p.use), (5, p.season), (6, p.fit)) AS v (a, n);
INSERT INTO catalog.product_option (tenant_id, product_id, attribute_id, position)
SELECT bench.tenant(), p.product_id, bench.id(10, o.a), o.a - 1 FROM bench.product p CROSS JOIN (VALUES (1), (2)) AS o (a);
INSERT INTO catalog.store_product (tenant_id, store_id, product_id, featured, position)
SELECT bench.tenant(), bench.store(), p.product_id, p.n % (:products / 8) = 7, p.n FROM bench.product p;
INSERT INTO catalog.category_product (tenant_id, store_id, category_id, product_id, position)
SELECT bench.tenant(), bench.store(), bench.id(21, p.category), p.product_id, p.n FROM bench.product p;
INSERT INTO catalog.related (tenant_id, product_id, related_id, position)
SELECT bench.tenant(), p.product_id, q.product_id, k.k
FROM bench.product p CROSS JOIN generate_series(1, 4) AS k (k)
JOIN bench.product q ON q.n = (p.n + 100 * k.k + k.k) % :products
WHERE p.n <> q.n ON CONFLICT DO NOTHING;

-- Three pictures and a technical sheet each; the files themselves are not asked for.
INSERT INTO catalog.media (tenant_id, media_id, name, mime, bytes, width, height, file_name)
SELECT bench.tenant(), bench.id(31, p.n * 4 + k.k), regexp_replace(substr(md5('m' || p.n * 4 + k.k), 1, 32), '^(..)', '\1/') || CASE k.k WHEN 3 THEN '.pdf' ELSE '' END,
       CASE k.k WHEN 3 THEN 'application/pdf' ELSE 'image/jpeg' END, 120000 + p.n, CASE WHEN k.k < 3 THEN 1600 END, CASE WHEN k.k < 3 THEN 1600 END, 'sheet.pdf'
FROM bench.product p CROSS JOIN generate_series(0, 3) AS k (k);
INSERT INTO catalog.product_media (tenant_id, product_id, media_id, kind, position)
SELECT bench.tenant(), p.product_id, bench.id(31, p.n * 4 + k.k), CASE k.k WHEN 3 THEN 'document' ELSE 'image' END, k.k
FROM bench.product p CROSS JOIN generate_series(0, 3) AS k (k);
INSERT INTO catalog.product_media_text (tenant_id, product_id, media_id, locale, label)
SELECT bench.tenant(), p.product_id, bench.id(31, p.n * 4 + k.k), t.locale, CASE k.k WHEN 3 THEN 'Technical sheet' ELSE t.name || ', ' || k.k + 1 END
FROM bench.product p JOIN catalog.product_text t ON t.product_id = p.product_id CROSS JOIN generate_series(0, 3) AS k (k);

-- ---- variants: two colours by two sizes, their prices and stock ----

INSERT INTO catalog.variant (tenant_id, variant_id, product_id, sku, weight_g, position, options_key)
SELECT bench.tenant(), bench.id(32, p.n * 4 + k.k), p.product_id, 'FH' || lpad(p.n::text, 6, '0') || '-' || k.k, 300 + p.n % 900, k.k,
       lower(c.en) || '/' || lower(s.en)
FROM bench.product p CROSS JOIN generate_series(0, 3) AS k (k)
JOIN bench.word c ON c.kind = 'color' AND c.n = (p.color + k.k / 2) % 12
JOIN bench.word s ON s.kind = 'size' AND s.n = p.size + k.k % 2;
INSERT INTO catalog.variant_value (tenant_id, variant_id, attribute_id, value_id)
SELECT bench.tenant(), bench.id(32, p.n * 4 + k.k), bench.id(10, v.a), bench.id(11, v.a * 100 + v.n)
FROM bench.product p CROSS JOIN generate_series(0, 3) AS k (k)
CROSS JOIN LATERAL (VALUES (1, (p.color + k.k / 2) % 12), (2, p.size + k.k % 2)) AS v (a, n);
INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, amount, was)
SELECT bench.tenant(), bench.store(), bench.id(32, p.n * 4 + k.k), 'EUR', p.price + CASE WHEN p.n % 5 = 0 THEN 200 * (k.k % 2) ELSE 0 END,
       CASE WHEN p.n % 7 = 0 THEN p.price + 1000 END
FROM bench.product p CROSS JOIN generate_series(0, 3) AS k (k);
INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, min_quantity, amount)
SELECT bench.tenant(), bench.store(), bench.id(32, p.n * 4 + k.k), 'EUR', t.q, p.price * t.percent / 100
FROM bench.product p CROSS JOIN generate_series(0, 3) AS k (k) CROSS JOIN (VALUES (10, 95), (50, 88)) AS t (q, percent)
WHERE p.n % 10 = 3;
-- Sold without end in a measurement; one variant in twenty is sold out, one in twenty is short.
INSERT INTO inventory.stock (tenant_id, variant_id, warehouse_id, on_hand)
SELECT bench.tenant(), bench.id(32, v), bench.id(4, w.w),
       CASE WHEN v % 20 = 19 THEN 0 WHEN v % 20 = 18 THEN 2 ELSE 1000000 END
FROM generate_series(0, :products * 4 - 1) v CROSS JOIN (VALUES (1), (2)) AS w (w)
WHERE w.w = 1 OR v % 2 = 0;
-- As the trigger sold_out_made writes it.
INSERT INTO inventory.sold_out (tenant_id, variant_id, warehouse_id, sku_key)
SELECT s.tenant_id, s.variant_id, s.warehouse_id, v.sku_key FROM inventory.stock s JOIN catalog.variant v ON v.variant_id = s.variant_id WHERE s.on_hand = 0;
SET LOCAL session_replication_role = origin;

-- ---- the home page and 400 pages of text ----

INSERT INTO content.block (tenant_id, store_id, block_id, code, kind, position, link)
SELECT bench.tenant(), bench.store(), bench.id(40, b.n), b.kind, b.kind, b.n::integer, CASE b.kind WHEN 'hero' THEN '/c/footwear' ELSE '' END
FROM unnest(ARRAY['hero', 'featured', 'mission', 'vision', 'categories', 'values', 'testimonials', 'cta']) WITH ORDINALITY AS b (kind, n);
INSERT INTO content.block_text (tenant_id, store_id, block_id, locale, title, body, link_text)
SELECT bench.tenant(), bench.store(), b.block_id, l.locale, l.title, l.body, l.link
FROM content.block b CROSS JOIN (VALUES
	('en', 'Things that stay', 'We make and choose things for outdoors and for home that are worth repairing.', 'Look around'),
	('es', 'Cosas que se quedan', 'Hacemos y elegimos cosas para el campo y para casa que merece la pena reparar.', 'Ver más')) AS l (locale, title, body, link)
WHERE b.tenant_id = bench.tenant();
INSERT INTO content.block_item (tenant_id, store_id, block_id, locale, position, title, body)
SELECT bench.tenant(), bench.store(), b.block_id, l.locale, n, 'Point ' || n, 'Made by people we know, sold at a price that lasts.'
FROM content.block b CROSS JOIN (VALUES ('en'), ('es')) AS l (locale) CROSS JOIN generate_series(1, 4) n
WHERE b.tenant_id = bench.tenant() AND b.kind IN ('values', 'testimonials');
INSERT INTO content.page (tenant_id, store_id, page_id, code, position)
SELECT bench.tenant(), bench.store(), bench.id(41, n), 'page-' || n, n FROM generate_series(1, 400) n;
INSERT INTO content.page_text (tenant_id, store_id, page_id, locale, slug, title, body)
SELECT bench.tenant(), bench.store(), bench.id(41, n), l.locale, l.word || '-' || n, initcap(l.word) || ' ' || n,
       E'## How we do it\n\nEvery order leaves the house within two days. Ask us anything before you order.\n\n- by mail\n- by telephone\n'
FROM generate_series(1, 400) n CROSS JOIN (VALUES ('en', 'page'), ('es', 'pagina')) AS l (locale, word);

COMMIT;
SELECT sales.prepare_store(bench.tenant(), bench.store());
ANALYZE;
