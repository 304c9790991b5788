-- transactional
-- Collections by rule: sql/functions/collection.sql.  Who may see what goods cost: sql/functions/catalog_cost.sql.
--
-- What fits a rule stands in catalog.category_product like what was chosen by hand, so the shop
-- reads a collection as it reads a category.  The job freshen alone writes those rows.

CREATE TABLE catalog.rule (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	kind text NOT NULL GENERATED ALWAYS AS ('collection'::text) STORED,
	match text NOT NULL CHECK (match IN ('all', 'any')),
	walked_to uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
	walked_on date NOT NULL,
	PRIMARY KEY (tenant_id, category_id),
	FOREIGN KEY (tenant_id, store_id, category_id, kind) REFERENCES catalog.category (tenant_id, store_id, category_id, kind) ON DELETE CASCADE
);
COMMENT ON TABLE catalog.rule IS 'Collections whose products are chosen by conditions; one without a row here is filled by hand.';
COMMENT ON COLUMN catalog.rule.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.rule.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.rule.category_id IS 'The collection.';
COMMENT ON COLUMN catalog.rule.kind IS 'What alone may have a rule: for the foreign key.';
COMMENT ON COLUMN catalog.rule.match IS 'all: a product fits every condition; any: one of them at least.';
COMMENT ON COLUMN catalog.rule.walked_to IS 'Up to which product freshen has looked since the rule or the day changed.';
COMMENT ON COLUMN catalog.rule.walked_on IS 'The day, as the store has it, that conditions of days were last held against.';
CREATE INDEX rule_store ON catalog.rule (tenant_id, store_id, category_id, kind);

CREATE TABLE catalog.condition (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	category_id uuid NOT NULL,
	-- More conditions than a person can keep in mind are another collection.
	n integer NOT NULL CHECK (n BETWEEN 1 AND 10),
	kind text NOT NULL CHECK (kind IN ('tag', 'brand', 'category', 'value', 'price', 'reduced', 'stock', 'new')),
	word text NOT NULL DEFAULT '' CHECK (length(word) <= 100),
	under_id uuid,
	value_id uuid,
	low bigint CHECK (low >= 0),
	high bigint CHECK (high >= low),
	currency text NOT NULL DEFAULT '' CHECK (currency ~ '^([A-Z]{3})?$'),
	days integer NOT NULL DEFAULT 0 CHECK (days BETWEEN 0 AND 3650),
	PRIMARY KEY (tenant_id, category_id, n),
	CHECK (kind NOT IN ('tag', 'brand') OR word <> ''),
	CHECK (kind <> 'price' OR currency <> '' AND coalesce(low, high) IS NOT NULL),
	CHECK (kind <> 'new' OR days > 0),
	FOREIGN KEY (tenant_id, category_id) REFERENCES catalog.rule ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, store_id, under_id) REFERENCES catalog.category (tenant_id, store_id, category_id) ON DELETE SET NULL (under_id),
	FOREIGN KEY (tenant_id, value_id) REFERENCES catalog.attribute_value ON DELETE SET NULL (value_id)
);
COMMENT ON TABLE catalog.condition IS 'What a rule asks of a product. What was deleted meanwhile (under_id or value_id is NULL then) fits no product.';
COMMENT ON COLUMN catalog.condition.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.condition.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.condition.category_id IS 'The collection.';
COMMENT ON COLUMN catalog.condition.n IS 'Order in which staff see them.';
COMMENT ON COLUMN catalog.condition.kind IS 'tag: has the tag word; brand: is of the brand word; category: stands in under_id or below it; value: it or a variant has value_id; price: costs low to high of currency; reduced: has a price before the reduction; stock: lies in stock; new: came in within days.';
COMMENT ON COLUMN catalog.condition.word IS 'The tag or brand.';
COMMENT ON COLUMN catalog.condition.under_id IS 'The category of the tree.';
COMMENT ON COLUMN catalog.condition.value_id IS 'The value of an attribute.';
COMMENT ON COLUMN catalog.condition.low IS 'Lowest price, minor units; NULL: none.';
COMMENT ON COLUMN catalog.condition.high IS 'Highest price, minor units; NULL: none.';
COMMENT ON COLUMN catalog.condition.currency IS 'ISO 4217, of a price.';
COMMENT ON COLUMN catalog.condition.days IS 'Days of the store before today; 1 is today and yesterday.';
CREATE INDEX condition_under ON catalog.condition (tenant_id, store_id, under_id);
CREATE INDEX condition_value ON catalog.condition (tenant_id, value_id);
CREATE INDEX condition_kind ON catalog.condition (tenant_id, store_id, kind);
SELECT sutler.protect('catalog.rule', 'catalog.condition');

ALTER TABLE catalog.stale DROP CONSTRAINT stale_kind_check,
	ADD CONSTRAINT stale_kind_check CHECK (kind IN ('stock', 'store', 'related', 'member', 'rule'));
COMMENT ON COLUMN catalog.stale.kind IS 'stock: a variant whose stock moved; store: a store whose catalogue changed; related: a product whose related cards changed; member: a product to hold against the rules of collections; rule: a collection to hold all products against.';
COMMENT ON COLUMN catalog.stale.target_id IS 'The variant, store, product or collection.';

-- What goods cost stands in inventory.cost, where arrivals reckon it.
INSERT INTO staff.permission (permission) VALUES ('catalog.cost');
COMMENT ON COLUMN inventory.cost.average IS 'Minor units, to six places, a half rounded away from zero; without tax. Arrivals reckon it, staff may set it.';
COMMENT ON COLUMN inventory.cost.changed_at IS 'When the last arrival, or a person, changed it.';

-- A picture at the head of a category is a file that is there: no sweep takes it.
ALTER TABLE catalog.category
	ADD COLUMN image_key text GENERATED ALWAYS AS (nullif(image, '')) STORED,
	ADD CONSTRAINT category_image_fkey FOREIGN KEY (tenant_id, image_key) REFERENCES catalog.media (tenant_id, name);
COMMENT ON COLUMN catalog.category.image_key IS 'The media name, or NULL: for the foreign key.';
CREATE INDEX category_image ON catalog.category (tenant_id, image_key);
ALTER TABLE catalog.category_text ADD COLUMN alt text NOT NULL DEFAULT '' CHECK (length(alt) <= 200);
COMMENT ON COLUMN catalog.category_text.alt IS 'What the category''s picture shows; empty: it only decorates.';

-- What goes with a product goes with it as something.
ALTER TABLE catalog.related ADD COLUMN kind text NOT NULL DEFAULT 'related' CHECK (kind IN ('related', 'accessory', 'alternative'));
COMMENT ON COLUMN catalog.related.kind IS 'related: goes well with it; accessory: is used with it; alternative: may be bought in its place.';
COMMENT ON COLUMN catalog.product_page.related IS 'The cards of related products (catalog.listing.card), each ended by U+001E; behind a U+001D those of accessories, behind another those of alternatives. Kept by freshen.';
