-- transactional
-- Collections beside the tree, tags that have pages, pictures of a store's own, whether it has more
-- brands than one.

-- A collection lies under nothing and nothing lies under it.
ALTER TABLE catalog.category
	ADD CONSTRAINT category_collection_alone CHECK (kind = 'category' OR parent_id IS NULL),
	ADD CONSTRAINT category_kind_key UNIQUE (tenant_id, store_id, category_id, kind),
	ADD COLUMN parent_kind text NOT NULL GENERATED ALWAYS AS ('category'::text) STORED,
	DROP CONSTRAINT category_tenant_id_store_id_parent_id_fkey,
	ADD CONSTRAINT category_parent_fkey FOREIGN KEY (tenant_id, store_id, parent_id, parent_kind)
		REFERENCES catalog.category (tenant_id, store_id, category_id, kind);
COMMENT ON COLUMN catalog.category.parent_kind IS 'What alone may be a parent: for the foreign key.';
DROP INDEX catalog.category_parent;
CREATE INDEX category_parent ON catalog.category (tenant_id, store_id, parent_id, parent_kind, position);

ALTER TABLE content.block DROP CONSTRAINT block_kind_check,
	ADD CONSTRAINT block_kind_check CHECK (kind IN ('hero', 'mission', 'vision', 'objectives', 'values', 'featured', 'categories',
		'collections', 'testimonials', 'sustainability', 'cta'));

-- Letters of all scripts stay: a browser shows /t/ni%C3%B1o as /t/niño.
ALTER TABLE catalog.product_tag
	ADD COLUMN locale text NOT NULL DEFAULT '',
	ADD COLUMN slug text NOT NULL GENERATED ALWAYS AS (pg_catalog.btrim(pg_catalog.regexp_replace(
		pg_catalog.lower(tag COLLATE pg_catalog."und-x-icu"), '[^[:alnum:]]+', '-', 'g'), '-')) STORED,
	DROP CONSTRAINT product_tag_pkey,
	ADD PRIMARY KEY (tenant_id, product_id, locale, tag);
COMMENT ON TABLE catalog.product_tag IS 'Free tags of a product; they are searched, and each has a page.';
COMMENT ON COLUMN catalog.product_tag.tag IS 'The tag as it is shown.';
COMMENT ON COLUMN catalog.product_tag.locale IS 'The language it is in; empty: shown in all.';
COMMENT ON COLUMN catalog.product_tag.slug IS 'Name in the URL: /t/SLUG; spellings that differ in case or marks alone share it. Empty: no page.';
DROP INDEX catalog.product_tag_tag;
CREATE INDEX product_tag_slug ON catalog.product_tag (tenant_id, slug, locale, product_id);

ALTER TABLE catalog.version ADD COLUMN many_brands boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN catalog.version.many_brands IS 'Goods of more than one brand are shown, so cards name it; kept by freshen.';

CREATE TABLE catalog.store_product_media (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	product_id uuid NOT NULL,
	media_id uuid NOT NULL,
	position integer NOT NULL,
	PRIMARY KEY (tenant_id, store_id, product_id, media_id),
	FOREIGN KEY (tenant_id, store_id, product_id) REFERENCES catalog.store_product ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, media_id) REFERENCES catalog.media
);
COMMENT ON TABLE catalog.store_product_media IS 'Pictures that a store shows of a product in place of the product''s own.';
COMMENT ON COLUMN catalog.store_product_media.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.store_product_media.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.store_product_media.product_id IS 'The product.';
COMMENT ON COLUMN catalog.store_product_media.media_id IS 'The picture.';
COMMENT ON COLUMN catalog.store_product_media.position IS 'Order; the first stands on cards.';
CREATE INDEX store_product_media_media ON catalog.store_product_media (tenant_id, media_id);
SELECT sutler.protect('catalog.store_product_media');
