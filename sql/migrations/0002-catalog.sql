-- transactional
-- Products, variants, attributes, categories, prices, media; the read model of the storefront.

CREATE SCHEMA catalog;
COMMENT ON SCHEMA catalog IS 'What is sold: products of the tenant, categories, prices and listings of each store.';
CREATE SCHEMA accounting;
COMMENT ON SCHEMA accounting IS 'Taxes and invoices.';

CREATE TABLE accounting.tax_class (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	tax_class text NOT NULL CHECK (tax_class ~ '^[a-z0-9_-]{1,32}$'),
	PRIMARY KEY (tenant_id, tax_class)
);
COMMENT ON TABLE accounting.tax_class IS 'Kinds of goods the tax law tells apart: standard, reduced ...';
COMMENT ON COLUMN accounting.tax_class.tenant_id IS 'The merchant.';
COMMENT ON COLUMN accounting.tax_class.tax_class IS 'The class.';

CREATE TABLE catalog.media (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	media_id uuid NOT NULL,
	name text NOT NULL CHECK (name ~ '^[0-9a-f]{2}/[0-9a-f]{30}(\.[a-z0-9]{2,5})?$'),
	mime text NOT NULL,
	bytes bigint NOT NULL CHECK (bytes > 0),
	width integer CHECK (width > 0),
	height integer CHECK (height > 0),
	file_name text NOT NULL DEFAULT '',
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (tenant_id, media_id),
	UNIQUE (tenant_id, name)
);
COMMENT ON TABLE catalog.media IS 'Pictures and documents under content-hash names, served by the web server from the media directory.';
COMMENT ON COLUMN catalog.media.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.media.media_id IS 'The file.';
COMMENT ON COLUMN catalog.media.name IS 'Path below /media/: 128 bits of the content''s SHA-256; pictures have no ending, sizes are added as -WIDTH.webp and -WIDTH.jpg.';
COMMENT ON COLUMN catalog.media.mime IS 'Media type of the original.';
COMMENT ON COLUMN catalog.media.bytes IS 'Size of the original.';
COMMENT ON COLUMN catalog.media.width IS 'Pixels; NULL for documents.';
COMMENT ON COLUMN catalog.media.height IS 'Pixels; NULL for documents.';
COMMENT ON COLUMN catalog.media.file_name IS 'Name the merchant gave the file, for downloads.';
COMMENT ON COLUMN catalog.media.created_at IS 'When the row was made.';

CREATE TABLE catalog.attribute (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	attribute_id uuid NOT NULL,
	code text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
	filterable boolean NOT NULL DEFAULT true,
	position integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, attribute_id),
	UNIQUE (tenant_id, code)
);
COMMENT ON TABLE catalog.attribute IS 'A property of products (material, application) or an option that variants differ in (colour, size).';
COMMENT ON COLUMN catalog.attribute.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.attribute.attribute_id IS 'The attribute.';
COMMENT ON COLUMN catalog.attribute.code IS 'Name in files and query strings: "color".';
COMMENT ON COLUMN catalog.attribute.filterable IS 'Shown among the filters of categories and search.';
COMMENT ON COLUMN catalog.attribute.position IS 'Order among the filters.';

CREATE TABLE catalog.attribute_text (
	tenant_id uuid NOT NULL,
	attribute_id uuid NOT NULL,
	locale text NOT NULL,
	label text NOT NULL CHECK (label <> ''),
	PRIMARY KEY (tenant_id, attribute_id, locale),
	FOREIGN KEY (tenant_id, attribute_id) REFERENCES catalog.attribute ON DELETE CASCADE
);
COMMENT ON TABLE catalog.attribute_text IS 'Label of an attribute in a language.';
COMMENT ON COLUMN catalog.attribute_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.attribute_text.attribute_id IS 'The attribute.';
COMMENT ON COLUMN catalog.attribute_text.locale IS 'Language.';
COMMENT ON COLUMN catalog.attribute_text.label IS 'The label.';

CREATE TABLE catalog.attribute_value (
	tenant_id uuid NOT NULL,
	value_id uuid NOT NULL,
	attribute_id uuid NOT NULL,
	code text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9_.-]{0,47}$'),
	swatch text CHECK (swatch ~ '^#[0-9a-f]{6}$'),
	position integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, value_id),
	UNIQUE (tenant_id, attribute_id, code),
	UNIQUE (tenant_id, attribute_id, value_id),
	FOREIGN KEY (tenant_id, attribute_id) REFERENCES catalog.attribute ON DELETE CASCADE
);
COMMENT ON TABLE catalog.attribute_value IS 'One value of an attribute: black, 42, rubber.';
COMMENT ON COLUMN catalog.attribute_value.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.attribute_value.value_id IS 'The value.';
COMMENT ON COLUMN catalog.attribute_value.attribute_id IS 'Its attribute.';
COMMENT ON COLUMN catalog.attribute_value.code IS 'Name in files and query strings: "black".';
COMMENT ON COLUMN catalog.attribute_value.swatch IS 'Colour to show, #rrggbb.';
COMMENT ON COLUMN catalog.attribute_value.position IS 'Order among the values: sizes rise.';

CREATE TABLE catalog.attribute_value_text (
	tenant_id uuid NOT NULL,
	value_id uuid NOT NULL,
	locale text NOT NULL,
	label text NOT NULL CHECK (label <> ''),
	PRIMARY KEY (tenant_id, value_id, locale),
	FOREIGN KEY (tenant_id, value_id) REFERENCES catalog.attribute_value ON DELETE CASCADE
);
COMMENT ON TABLE catalog.attribute_value_text IS 'Label of a value in a language.';
COMMENT ON COLUMN catalog.attribute_value_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.attribute_value_text.value_id IS 'The value.';
COMMENT ON COLUMN catalog.attribute_value_text.locale IS 'Language.';
COMMENT ON COLUMN catalog.attribute_value_text.label IS 'The label.';

CREATE TABLE catalog.product (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	product_id uuid NOT NULL,
	reference text NOT NULL CHECK (reference <> '' AND length(reference) <= 64),
	status text NOT NULL DEFAULT 'active' CHECK (status IN ('draft', 'active', 'archived')),
	brand text NOT NULL DEFAULT '',
	tax_class text NOT NULL DEFAULT 'standard',
	lead_time_days integer NOT NULL DEFAULT 0 CHECK (lead_time_days BETWEEN 0 AND 365),
	made_to_order boolean NOT NULL DEFAULT false,
	tiers_by text NOT NULL DEFAULT 'product' CHECK (tiers_by IN ('variant', 'product')),
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (tenant_id, product_id),
	UNIQUE (tenant_id, reference),
	FOREIGN KEY (tenant_id, tax_class) REFERENCES accounting.tax_class
);
COMMENT ON TABLE catalog.product IS 'A product of the tenant; what differs by store stands in catalog.store_product.';
COMMENT ON COLUMN catalog.product.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.product.product_id IS 'The product.';
COMMENT ON COLUMN catalog.product.reference IS 'The merchant''s reference code: key of imports.';
COMMENT ON COLUMN catalog.product.status IS 'draft: being prepared; archived: sold no more.';
COMMENT ON COLUMN catalog.product.brand IS 'Brand shown and searched.';
COMMENT ON COLUMN catalog.product.tax_class IS 'What the tax law sees in it.';
COMMENT ON COLUMN catalog.product.lead_time_days IS 'Business days until it can leave the house.';
COMMENT ON COLUMN catalog.product.made_to_order IS 'Made after the order: sold beyond stock, never "out of stock".';
COMMENT ON COLUMN catalog.product.tiers_by IS 'The quantity for price tiers is counted per variant, or over all variants of the product.';
COMMENT ON COLUMN catalog.product.created_at IS 'When it came in; "newest" sorts by it.';
COMMENT ON COLUMN catalog.product.updated_at IS 'Last change of content, for the sitemap.';
CREATE INDEX product_tax_class ON catalog.product (tenant_id, tax_class);

CREATE TABLE catalog.product_text (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	locale text NOT NULL,
	slug text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,120}$'),
	name text NOT NULL CHECK (name <> '' AND length(name) <= 200),
	summary text NOT NULL DEFAULT '',
	description text NOT NULL DEFAULT '',
	meta_title text NOT NULL DEFAULT '',
	meta_description text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, product_id, locale),
	UNIQUE (tenant_id, locale, slug),
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.product_text IS 'A product in a language.';
COMMENT ON COLUMN catalog.product_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.product_text.product_id IS 'The product.';
COMMENT ON COLUMN catalog.product_text.locale IS 'Language.';
COMMENT ON COLUMN catalog.product_text.slug IS 'Name in the URL: /p/SLUG.';
COMMENT ON COLUMN catalog.product_text.name IS 'Name.';
COMMENT ON COLUMN catalog.product_text.summary IS 'One plain sentence for lists.';
COMMENT ON COLUMN catalog.product_text.description IS 'Markdown.';
COMMENT ON COLUMN catalog.product_text.meta_title IS 'Title for search engines, or empty: the name.';
COMMENT ON COLUMN catalog.product_text.meta_description IS 'Description for search engines, or empty: the summary.';

CREATE TABLE catalog.slug_history (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	kind text NOT NULL CHECK (kind IN ('product', 'category')),
	store_id uuid NOT NULL,
	locale text NOT NULL,
	slug text NOT NULL,
	target_id uuid NOT NULL,
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (tenant_id, kind, store_id, locale, slug)
);
COMMENT ON TABLE catalog.slug_history IS 'Slugs that were, for redirects.';
COMMENT ON COLUMN catalog.slug_history.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.slug_history.kind IS 'What the slug named.';
COMMENT ON COLUMN catalog.slug_history.store_id IS 'The store; all zeros for products, which are the tenant''s.';
COMMENT ON COLUMN catalog.slug_history.locale IS 'Language.';
COMMENT ON COLUMN catalog.slug_history.slug IS 'The old slug.';
COMMENT ON COLUMN catalog.slug_history.target_id IS 'The product or category it named last.';
COMMENT ON COLUMN catalog.slug_history.changed_at IS 'When it was given up.';

CREATE TABLE catalog.product_value (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	attribute_id uuid NOT NULL,
	value_id uuid NOT NULL,
	PRIMARY KEY (tenant_id, product_id, attribute_id, value_id),
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, attribute_id, value_id) REFERENCES catalog.attribute_value (tenant_id, attribute_id, value_id) ON DELETE CASCADE
);
COMMENT ON TABLE catalog.product_value IS 'Free attributes of a product: material rubber, application boots.';
COMMENT ON COLUMN catalog.product_value.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.product_value.product_id IS 'The product.';
COMMENT ON COLUMN catalog.product_value.attribute_id IS 'The attribute.';
COMMENT ON COLUMN catalog.product_value.value_id IS 'The value.';
CREATE INDEX product_value_value ON catalog.product_value (tenant_id, attribute_id, value_id);

CREATE TABLE catalog.product_option (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	attribute_id uuid NOT NULL,
	position integer NOT NULL CHECK (position BETWEEN 0 AND 2),
	PRIMARY KEY (tenant_id, product_id, attribute_id),
	UNIQUE (tenant_id, product_id, position) DEFERRABLE INITIALLY DEFERRED,
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, attribute_id) REFERENCES catalog.attribute
);
COMMENT ON TABLE catalog.product_option IS 'In which attributes the variants of a product differ: colour first, then size.';
COMMENT ON COLUMN catalog.product_option.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.product_option.product_id IS 'The product.';
COMMENT ON COLUMN catalog.product_option.attribute_id IS 'The option.';
COMMENT ON COLUMN catalog.product_option.position IS '0 makes the rows of the matrix, 1 its columns.';
CREATE INDEX product_option_attribute ON catalog.product_option (tenant_id, attribute_id);

CREATE TABLE catalog.variant (
	tenant_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	sku text NOT NULL CHECK (sku <> '' AND length(sku) <= 64),
	sku_key text NOT NULL GENERATED ALWAYS AS (lower(sku)) STORED,
	gtin text CHECK (gtin ~ '^[0-9]{8,14}$'),
	status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
	made_to_order boolean NOT NULL DEFAULT false,
	track_stock boolean NOT NULL DEFAULT true,
	weight_g integer NOT NULL DEFAULT 0 CHECK (weight_g BETWEEN 0 AND 1000000),
	position integer NOT NULL DEFAULT 0,
	options_key text NOT NULL DEFAULT '',
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (tenant_id, variant_id),
	UNIQUE (tenant_id, sku_key),
	UNIQUE (tenant_id, product_id, variant_id),
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.variant IS 'What is put on the scales and sold: one colour and size of a product.';
COMMENT ON COLUMN catalog.variant.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.variant.variant_id IS 'The variant.';
COMMENT ON COLUMN catalog.variant.product_id IS 'Its product.';
COMMENT ON COLUMN catalog.variant.sku IS 'Stock keeping unit as printed.';
COMMENT ON COLUMN catalog.variant.sku_key IS 'SKU folded, for look-up and uniqueness.';
COMMENT ON COLUMN catalog.variant.gtin IS 'EAN, UPC or GTIN digits.';
COMMENT ON COLUMN catalog.variant.status IS 'archived: kept for old orders, sold no more.';
COMMENT ON COLUMN catalog.variant.made_to_order IS 'Made after the order; also true when the product is.';
COMMENT ON COLUMN catalog.variant.track_stock IS 'false: unlimited, stock is not counted.';
COMMENT ON COLUMN catalog.variant.weight_g IS 'Weight, grams.';
COMMENT ON COLUMN catalog.variant.position IS 'Order within the product.';
COMMENT ON COLUMN catalog.variant.options_key IS 'Value codes of the options joined by "/": a cell of the matrix exists once.';
COMMENT ON COLUMN catalog.variant.created_at IS 'When the row was made.';
CREATE INDEX variant_product ON catalog.variant (tenant_id, product_id, position);
CREATE UNIQUE INDEX variant_cell ON catalog.variant (tenant_id, product_id, options_key) WHERE status = 'active';

CREATE TABLE catalog.variant_value (
	tenant_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	attribute_id uuid NOT NULL,
	value_id uuid NOT NULL,
	PRIMARY KEY (tenant_id, variant_id, attribute_id),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, attribute_id, value_id) REFERENCES catalog.attribute_value (tenant_id, attribute_id, value_id)
);
COMMENT ON TABLE catalog.variant_value IS 'The options of a variant: black, 42.';
COMMENT ON COLUMN catalog.variant_value.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.variant_value.variant_id IS 'The variant.';
COMMENT ON COLUMN catalog.variant_value.attribute_id IS 'The option.';
COMMENT ON COLUMN catalog.variant_value.value_id IS 'Its value.';
CREATE INDEX variant_value_value ON catalog.variant_value (tenant_id, attribute_id, value_id);

CREATE TABLE catalog.product_media (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	media_id uuid NOT NULL,
	kind text NOT NULL DEFAULT 'image' CHECK (kind IN ('image', 'document')),
	position integer NOT NULL,
	value_id uuid,
	PRIMARY KEY (tenant_id, product_id, media_id),
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, media_id) REFERENCES catalog.media,
	FOREIGN KEY (tenant_id, value_id) REFERENCES catalog.attribute_value
);
COMMENT ON TABLE catalog.product_media IS 'Pictures and technical sheets of a product.';
COMMENT ON COLUMN catalog.product_media.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.product_media.product_id IS 'The product.';
COMMENT ON COLUMN catalog.product_media.media_id IS 'The file.';
COMMENT ON COLUMN catalog.product_media.kind IS 'image: in the gallery; document: to download.';
COMMENT ON COLUMN catalog.product_media.position IS 'Order; the first image stands on cards.';
COMMENT ON COLUMN catalog.product_media.value_id IS 'The option value the picture shows (a colour), or NULL.';
CREATE INDEX product_media_order ON catalog.product_media (tenant_id, product_id, kind, position);
CREATE INDEX product_media_media ON catalog.product_media (tenant_id, media_id);
CREATE INDEX product_media_value ON catalog.product_media (tenant_id, value_id);

CREATE TABLE catalog.product_media_text (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	media_id uuid NOT NULL,
	locale text NOT NULL,
	label text NOT NULL,
	PRIMARY KEY (tenant_id, product_id, media_id, locale),
	FOREIGN KEY (tenant_id, product_id, media_id) REFERENCES catalog.product_media ON DELETE CASCADE
);
COMMENT ON TABLE catalog.product_media_text IS 'Alternative text of a picture, or title of a document, in a language.';
COMMENT ON COLUMN catalog.product_media_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.product_media_text.product_id IS 'The product.';
COMMENT ON COLUMN catalog.product_media_text.media_id IS 'The file.';
COMMENT ON COLUMN catalog.product_media_text.locale IS 'Language.';
COMMENT ON COLUMN catalog.product_media_text.label IS 'The text.';

CREATE TABLE catalog.product_tag (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	tag text NOT NULL CHECK (tag <> '' AND length(tag) <= 60),
	PRIMARY KEY (tenant_id, product_id, tag),
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.product_tag IS 'Free tags of a product; they are searched.';
COMMENT ON COLUMN catalog.product_tag.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.product_tag.product_id IS 'The product.';
COMMENT ON COLUMN catalog.product_tag.tag IS 'The tag, lower case.';
CREATE INDEX product_tag_tag ON catalog.product_tag (tenant_id, tag);

CREATE TABLE catalog.related (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	related_id uuid NOT NULL,
	position integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, product_id, related_id),
	CHECK (product_id <> related_id),
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, related_id) REFERENCES catalog.product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.related IS 'Products that go with a product.';
COMMENT ON COLUMN catalog.related.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.related.product_id IS 'The product.';
COMMENT ON COLUMN catalog.related.related_id IS 'What goes with it.';
COMMENT ON COLUMN catalog.related.position IS 'Order.';
CREATE INDEX related_back ON catalog.related (tenant_id, related_id);

CREATE TABLE catalog.category (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	parent_id uuid,
	kind text NOT NULL DEFAULT 'category' CHECK (kind IN ('category', 'collection')),
	visible boolean NOT NULL DEFAULT true,
	position integer NOT NULL DEFAULT 0,
	image text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, category_id),
	UNIQUE (tenant_id, store_id, category_id),
	CHECK (parent_id <> category_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, store_id, parent_id) REFERENCES catalog.category (tenant_id, store_id, category_id)
);
COMMENT ON TABLE catalog.category IS 'The tree that shoppers walk; a collection stands beside the tree (new, sale, gifts).';
COMMENT ON COLUMN catalog.category.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.category.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.category.category_id IS 'The category.';
COMMENT ON COLUMN catalog.category.parent_id IS 'What it lies under; NULL at the top.';
COMMENT ON COLUMN catalog.category.kind IS 'category: part of the tree; collection: beside it.';
COMMENT ON COLUMN catalog.category.visible IS 'Shown in menus and by its URL.';
COMMENT ON COLUMN catalog.category.position IS 'Order among its siblings.';
COMMENT ON COLUMN catalog.category.image IS 'Media name, or empty.';
CREATE INDEX category_parent ON catalog.category (tenant_id, store_id, parent_id, position);

CREATE TABLE catalog.category_text (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	locale text NOT NULL,
	slug text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,120}$'),
	name text NOT NULL CHECK (name <> ''),
	description text NOT NULL DEFAULT '',
	meta_title text NOT NULL DEFAULT '',
	meta_description text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, category_id, locale),
	UNIQUE (tenant_id, store_id, locale, slug),
	FOREIGN KEY (tenant_id, store_id, category_id) REFERENCES catalog.category (tenant_id, store_id, category_id) ON DELETE CASCADE
);
COMMENT ON TABLE catalog.category_text IS 'A category in a language.';
COMMENT ON COLUMN catalog.category_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.category_text.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.category_text.category_id IS 'The category.';
COMMENT ON COLUMN catalog.category_text.locale IS 'Language.';
COMMENT ON COLUMN catalog.category_text.slug IS 'Name in the URL: /c/SLUG.';
COMMENT ON COLUMN catalog.category_text.name IS 'Name.';
COMMENT ON COLUMN catalog.category_text.description IS 'Plain sentences above the products.';
COMMENT ON COLUMN catalog.category_text.meta_title IS 'Title for search engines, or empty.';
COMMENT ON COLUMN catalog.category_text.meta_description IS 'Description for search engines, or empty.';
CREATE INDEX category_text_store ON catalog.category_text (tenant_id, store_id, category_id);

CREATE TABLE catalog.category_product (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	product_id uuid NOT NULL,
	position integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, category_id, product_id),
	FOREIGN KEY (tenant_id, store_id, category_id) REFERENCES catalog.category (tenant_id, store_id, category_id) ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.category_product IS 'Products put into a category; a parent category also shows what its children hold.';
COMMENT ON COLUMN catalog.category_product.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.category_product.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.category_product.category_id IS 'The category.';
COMMENT ON COLUMN catalog.category_product.product_id IS 'The product.';
COMMENT ON COLUMN catalog.category_product.position IS 'Order by hand: "recommended".';
CREATE INDEX category_product_product ON catalog.category_product (tenant_id, product_id);
CREATE INDEX category_product_store ON catalog.category_product (tenant_id, store_id, category_id);

CREATE TABLE catalog.store_product (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	product_id uuid NOT NULL,
	visible boolean NOT NULL DEFAULT true,
	featured boolean NOT NULL DEFAULT false,
	position integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, store_id, product_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.store_product IS 'A product offered in a store: what is the store''s own about it.';
COMMENT ON COLUMN catalog.store_product.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.store_product.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.store_product.product_id IS 'The product.';
COMMENT ON COLUMN catalog.store_product.visible IS 'Shown in this store.';
COMMENT ON COLUMN catalog.store_product.featured IS 'Stands on the store''s home page.';
COMMENT ON COLUMN catalog.store_product.position IS 'Order by hand in the whole store: "recommended".';
CREATE INDEX store_product_product ON catalog.store_product (tenant_id, product_id);

CREATE TABLE catalog.store_product_text (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	product_id uuid NOT NULL,
	locale text NOT NULL,
	name text CHECK (name <> ''),
	summary text,
	description text,
	PRIMARY KEY (tenant_id, store_id, product_id, locale),
	FOREIGN KEY (tenant_id, store_id, product_id) REFERENCES catalog.store_product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.store_product_text IS 'Texts of a product that a store replaces by its own.';
COMMENT ON COLUMN catalog.store_product_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.store_product_text.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.store_product_text.product_id IS 'The product.';
COMMENT ON COLUMN catalog.store_product_text.locale IS 'Language.';
COMMENT ON COLUMN catalog.store_product_text.name IS 'Own name, or NULL.';
COMMENT ON COLUMN catalog.store_product_text.summary IS 'Own summary, or NULL.';
COMMENT ON COLUMN catalog.store_product_text.description IS 'Own description (Markdown), or NULL.';

CREATE TABLE catalog.price (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	customer_group text NOT NULL DEFAULT '',
	min_quantity integer NOT NULL DEFAULT 1 CHECK (min_quantity BETWEEN 1 AND 10000),
	starts_at timestamptz NOT NULL DEFAULT '-infinity',
	ends_at timestamptz NOT NULL DEFAULT 'infinity',
	amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 1000000000),
	was bigint CHECK (was > amount),
	PRIMARY KEY (tenant_id, store_id, variant_id, currency, customer_group, min_quantity, starts_at),
	CHECK (starts_at < ends_at),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant ON DELETE CASCADE
);
COMMENT ON TABLE catalog.price IS 'The price list, by store, currency, customer group, quantity and dates; of rows that fit, the one of the customer''s group and with the latest start wins.';
COMMENT ON COLUMN catalog.price.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.price.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.price.variant_id IS 'The variant.';
COMMENT ON COLUMN catalog.price.currency IS 'ISO 4217.';
COMMENT ON COLUMN catalog.price.customer_group IS 'The group the price is for; empty: everybody.';
COMMENT ON COLUMN catalog.price.min_quantity IS 'From this many on; 1 is the plain price, higher ones are tiers.';
COMMENT ON COLUMN catalog.price.starts_at IS 'Valid from.';
COMMENT ON COLUMN catalog.price.ends_at IS 'Valid until, exclusive.';
COMMENT ON COLUMN catalog.price.amount IS 'Unit price, minor units; gross or net as the store says. The upper bound keeps the largest order below 2^53.';
COMMENT ON COLUMN catalog.price.was IS 'The higher price it was reduced from, shown struck through.';
CREATE INDEX price_variant ON catalog.price (tenant_id, variant_id);
CREATE INDEX price_starts ON catalog.price (tenant_id, store_id, starts_at) WHERE starts_at > '-infinity';
CREATE INDEX price_ends ON catalog.price (tenant_id, store_id, ends_at) WHERE ends_at < 'infinity';

-- The read model.

CREATE TABLE catalog.version (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	version bigint NOT NULL DEFAULT 1,
	priced_at timestamptz NOT NULL DEFAULT '-infinity',
	PRIMARY KEY (tenant_id, store_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.version IS 'Counts changes of a store''s catalogue; fragments kept in workers are keyed by it. Bumped by freshen alone.';
COMMENT ON COLUMN catalog.version.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.version.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.version.version IS 'Rises with each change that pages can show.';
COMMENT ON COLUMN catalog.version.priced_at IS 'Until when freshen has seen prices begin and end.';

CREATE TABLE catalog.listing (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	locale text NOT NULL,
	currency text NOT NULL,
	category_id uuid NOT NULL,
	product_id uuid NOT NULL,
	slug text NOT NULL,
	name text COLLATE "und-x-icu" NOT NULL,
	brand text NOT NULL,
	image text NOT NULL,
	alt text NOT NULL,
	price bigint NOT NULL,
	was bigint,
	price_varies boolean NOT NULL,
	stock text NOT NULL CHECK (stock IN ('in', 'few', 'made', 'out')),
	swatches text NOT NULL DEFAULT '',
	featured boolean NOT NULL DEFAULT false,
	position integer NOT NULL,
	created_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, store_id, locale, currency, category_id, product_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.listing IS 'One row per product card: store, language, currency, category and product with everything the card shows. The category of all zeros holds every visible product of the store once.';
COMMENT ON COLUMN catalog.listing.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.listing.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.listing.locale IS 'Language of the texts.';
COMMENT ON COLUMN catalog.listing.currency IS 'Currency of the prices.';
COMMENT ON COLUMN catalog.listing.category_id IS 'The category (with what its children hold), or all zeros for the whole store.';
COMMENT ON COLUMN catalog.listing.product_id IS 'The product.';
COMMENT ON COLUMN catalog.listing.slug IS 'Product slug.';
COMMENT ON COLUMN catalog.listing.name IS 'Product name; it sorts as people expect.';
COMMENT ON COLUMN catalog.listing.brand IS 'Brand.';
COMMENT ON COLUMN catalog.listing.image IS 'Media name of the first picture, or empty.';
COMMENT ON COLUMN catalog.listing.alt IS 'Its alternative text.';
COMMENT ON COLUMN catalog.listing.price IS 'Lowest plain price over the variants, minor units.';
COMMENT ON COLUMN catalog.listing.was IS 'What that price was reduced from.';
COMMENT ON COLUMN catalog.listing.price_varies IS 'Variants or tiers have other prices: "from".';
COMMENT ON COLUMN catalog.listing.stock IS 'Availability badge; kept by freshen alone.';
COMMENT ON COLUMN catalog.listing.swatches IS 'Colours of the variants, #rrggbb between spaces, at most 6.';
COMMENT ON COLUMN catalog.listing.featured IS 'Stands on the home page.';
COMMENT ON COLUMN catalog.listing.position IS 'Recommended order.';
COMMENT ON COLUMN catalog.listing.created_at IS 'For "newest".';
CREATE INDEX listing_position ON catalog.listing (tenant_id, store_id, locale, currency, category_id, position, product_id);
CREATE INDEX listing_price ON catalog.listing (tenant_id, store_id, locale, currency, category_id, price, product_id);
CREATE INDEX listing_newest ON catalog.listing (tenant_id, store_id, locale, currency, category_id, created_at, product_id);
CREATE INDEX listing_name ON catalog.listing (tenant_id, store_id, locale, currency, category_id, name, product_id);
CREATE INDEX listing_featured ON catalog.listing (tenant_id, store_id, locale, currency, category_id, position, product_id) WHERE featured;
CREATE INDEX listing_slug ON catalog.listing (tenant_id, store_id, locale, currency, slug)
	WHERE category_id = '00000000-0000-0000-0000-000000000000';
CREATE INDEX listing_product ON catalog.listing (tenant_id, product_id);

CREATE TABLE catalog.category_count (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	products integer NOT NULL CHECK (products > 0),
	PRIMARY KEY (tenant_id, store_id, category_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.category_count IS 'How many visible products a category shows, with what its children hold; all zeros is the whole store.';
COMMENT ON COLUMN catalog.category_count.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.category_count.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.category_count.category_id IS 'The category, as in catalog.listing.';
COMMENT ON COLUMN catalog.category_count.products IS 'How many.';

CREATE TABLE catalog.facet (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	attribute_id uuid NOT NULL,
	value_id uuid NOT NULL,
	product_id uuid NOT NULL,
	PRIMARY KEY (tenant_id, store_id, category_id, attribute_id, value_id, product_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.facet IS 'Which visible product of a category has which filterable value: narrow rows for filters and their counts.';
COMMENT ON COLUMN catalog.facet.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.facet.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.facet.category_id IS 'The category, as in catalog.listing.';
COMMENT ON COLUMN catalog.facet.attribute_id IS 'The attribute.';
COMMENT ON COLUMN catalog.facet.value_id IS 'The value.';
COMMENT ON COLUMN catalog.facet.product_id IS 'The product.';
CREATE INDEX facet_product ON catalog.facet (tenant_id, product_id);

CREATE TABLE catalog.facet_count (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	attribute_id uuid NOT NULL,
	value_id uuid NOT NULL,
	products integer NOT NULL CHECK (products > 0),
	PRIMARY KEY (tenant_id, store_id, category_id, attribute_id, value_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.facet_count IS 'Counts beside the filters of an unfiltered category: made once by freshen, not per request.';
COMMENT ON COLUMN catalog.facet_count.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.facet_count.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.facet_count.category_id IS 'The category, as in catalog.listing.';
COMMENT ON COLUMN catalog.facet_count.attribute_id IS 'The attribute.';
COMMENT ON COLUMN catalog.facet_count.value_id IS 'The value.';
COMMENT ON COLUMN catalog.facet_count.products IS 'How many visible products have it.';

CREATE TABLE catalog.search (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	locale text NOT NULL,
	product_id uuid NOT NULL,
	tsv tsvector NOT NULL,
	words text[] NOT NULL DEFAULT '{}',
	PRIMARY KEY (tenant_id, store_id, locale, product_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.search IS 'The full text of each visible product, per store and language.';
COMMENT ON COLUMN catalog.search.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.search.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.search.locale IS 'Language.';
COMMENT ON COLUMN catalog.search.product_id IS 'The product.';
COMMENT ON COLUMN catalog.search.tsv IS 'Name (A), brand, tags and codes (B), summary and attribute labels (C), description (D).';
COMMENT ON COLUMN catalog.search.words IS 'Distinct words as written, lower case: catalog.word is counted from them.';
CREATE INDEX search_tsv ON catalog.search USING gin (tenant_id, tsv);
CREATE INDEX search_product ON catalog.search (tenant_id, product_id);

CREATE TABLE catalog.search_code (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	code text NOT NULL,
	product_id uuid NOT NULL,
	PRIMARY KEY (tenant_id, store_id, code, product_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.search_code IS 'References, SKUs and GTINs, folded: an exact code comes first.';
COMMENT ON COLUMN catalog.search_code.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.search_code.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.search_code.code IS 'The code, lower case.';
COMMENT ON COLUMN catalog.search_code.product_id IS 'The product.';
CREATE INDEX search_code_product ON catalog.search_code (tenant_id, product_id);

CREATE TABLE catalog.word (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	locale text NOT NULL,
	word text COLLATE "C" NOT NULL,
	shown text NOT NULL,
	products integer NOT NULL,
	PRIMARY KEY (tenant_id, store_id, locale, word),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE catalog.word IS 'Distinct words of the product texts: misspelt words are corrected and suggestions completed against it.';
COMMENT ON COLUMN catalog.word.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.word.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.word.locale IS 'Language.';
COMMENT ON COLUMN catalog.word.word IS 'The word folded: lower case, no accents.';
COMMENT ON COLUMN catalog.word.shown IS 'How it is mostly written.';
COMMENT ON COLUMN catalog.word.products IS 'In how many products it stands.';
CREATE INDEX word_similar ON catalog.word USING gin (tenant_id, word public.gin_trgm_ops);

CREATE TABLE catalog.stale (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	stale_id uuid NOT NULL DEFAULT sutler.uuid7(),
	kind text NOT NULL CHECK (kind IN ('stock', 'store')),
	target_id uuid NOT NULL,
	PRIMARY KEY (tenant_id, stale_id)
);
COMMENT ON TABLE catalog.stale IS 'What freshen must look at again. Plain inserts, so that nothing waits for it.';
COMMENT ON COLUMN catalog.stale.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.stale.stale_id IS 'The work item.';
COMMENT ON COLUMN catalog.stale.kind IS 'stock: a variant whose stock moved; store: a store whose catalogue changed.';
COMMENT ON COLUMN catalog.stale.target_id IS 'The variant or store.';

SELECT sutler.protect('accounting.tax_class',
	'catalog.media',
	'catalog.attribute',
	'catalog.attribute_text',
	'catalog.attribute_value',
	'catalog.attribute_value_text',
	'catalog.product',
	'catalog.product_text',
	'catalog.slug_history',
	'catalog.product_value',
	'catalog.product_option',
	'catalog.variant',
	'catalog.variant_value',
	'catalog.product_media',
	'catalog.product_media_text',
	'catalog.product_tag',
	'catalog.related',
	'catalog.category',
	'catalog.category_text',
	'catalog.category_product',
	'catalog.store_product',
	'catalog.store_product_text',
	'catalog.price',
	'catalog.version',
	'catalog.listing',
	'catalog.category_count',
	'catalog.facet',
	'catalog.facet_count',
	'catalog.search',
	'catalog.search_code',
	'catalog.word',
	'catalog.stale');

-- The search functions belong to a role that reads these tables alone, of all tenants, and
-- each function takes the tenant from the setting (sql/functions/search.sql).
CREATE POLICY search ON catalog.search FOR SELECT TO sutler_search USING (true);
CREATE POLICY search ON catalog.search_code FOR SELECT TO sutler_search USING (true);
CREATE POLICY search ON catalog.word FOR SELECT TO sutler_search USING (true);
-- The owner is a member of that role, but its functions see one tenant here as anywhere.
CREATE POLICY owner ON catalog.search AS RESTRICTIVE FOR SELECT TO CURRENT_USER
	USING (tenant_id = nullif(current_setting('sutler.tenant', true), '')::uuid);
CREATE POLICY owner ON catalog.search_code AS RESTRICTIVE FOR SELECT TO CURRENT_USER
	USING (tenant_id = nullif(current_setting('sutler.tenant', true), '')::uuid);
CREATE POLICY owner ON catalog.word AS RESTRICTIVE FOR SELECT TO CURRENT_USER
	USING (tenant_id = nullif(current_setting('sutler.tenant', true), '')::uuid);
