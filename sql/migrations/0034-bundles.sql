-- transactional
-- Bundles: a variant that is sold as a set of others and has no stock of its own.
--
-- That no bundle is in a bundle, and so no set can contain itself, is a pair of foreign keys: what
-- contains must be a bundle, what is contained must be none.

ALTER TABLE catalog.variant
	ADD COLUMN bundle boolean NOT NULL DEFAULT false,
	ADD CONSTRAINT variant_bundle_kind UNIQUE (tenant_id, variant_id, bundle),
	-- The parts are counted and made, not the set.
	ADD CONSTRAINT variant_bundle_stock CHECK (NOT (bundle AND (track_stock OR made_to_order)));
COMMENT ON COLUMN catalog.variant.bundle IS 'A set of other variants (catalog.bundle_part), without stock of its own.';

CREATE TABLE catalog.bundle_part (
	tenant_id uuid NOT NULL,
	bundle_id uuid NOT NULL,
	part_id uuid NOT NULL,
	-- A set of more pieces of one thing is a case; 10 000 of them still fit an order's line.
	quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 100),
	position integer NOT NULL DEFAULT 0,
	bundle_is boolean NOT NULL GENERATED ALWAYS AS (true) STORED,
	part_is boolean NOT NULL GENERATED ALWAYS AS (false) STORED,
	PRIMARY KEY (tenant_id, bundle_id, part_id),
	FOREIGN KEY (tenant_id, bundle_id, bundle_is) REFERENCES catalog.variant (tenant_id, variant_id, bundle) ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, part_id, part_is) REFERENCES catalog.variant (tenant_id, variant_id, bundle)
);
COMMENT ON TABLE catalog.bundle_part IS 'What a bundle contains.';
COMMENT ON COLUMN catalog.bundle_part.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.bundle_part.bundle_id IS 'The variant that is the set.';
COMMENT ON COLUMN catalog.bundle_part.part_id IS 'A variant in it: never a bundle.';
COMMENT ON COLUMN catalog.bundle_part.quantity IS 'Pieces of it in one set.';
COMMENT ON COLUMN catalog.bundle_part.position IS 'Order.';
COMMENT ON COLUMN catalog.bundle_part.bundle_is IS 'Always true: part of the key that says that only bundles contain.';
COMMENT ON COLUMN catalog.bundle_part.part_is IS 'Always false: part of the key that says that no bundle is contained.';
CREATE INDEX bundle_part_bundle ON catalog.bundle_part (tenant_id, bundle_id, bundle_is);
CREATE INDEX bundle_part_part ON catalog.bundle_part (tenant_id, part_id, part_is);
SELECT sutler.protect('catalog.bundle_part');

ALTER TABLE catalog.product_page ADD COLUMN bundle boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN catalog.product_page.bundle IS 'A variant is a bundle: the page also asks for what it contains.';

-- An order keeps what its bundles contained as lines below theirs.  They carry no money: that stands on
-- the bundle's line.  They are what is held, fetched, packed, sent and sent back; the bundle's line is not.
ALTER TABLE sales.order_line
	ADD COLUMN part_of integer,
	ADD COLUMN ships boolean NOT NULL DEFAULT true,
	ADD COLUMN share bigint NOT NULL DEFAULT 0,
	DROP CONSTRAINT order_line_quantity_check,
	ADD CONSTRAINT order_line_quantity CHECK (quantity >= 1 AND quantity <= CASE WHEN part_of IS NULL THEN 10000 ELSE 1000000 END),
	ADD CONSTRAINT order_line_part CHECK (part_of IS NULL OR (part_of <> line_no AND ships AND unit_price = 0 AND discount = 0 AND tax = 0 AND total = 0)),
	ADD CONSTRAINT order_line_share CHECK (share >= 0 AND (share = 0 OR part_of IS NOT NULL)),
	ADD CONSTRAINT order_line_stays CHECK (ships OR (allotted = 0 AND shipped = 0));
COMMENT ON COLUMN sales.order_line.part_of IS 'The line of the bundle this is a part of, or NULL. Its money stands there.';
COMMENT ON COLUMN sales.order_line.ships IS 'false: a bundle''s own line, of which the parts are sent.';
COMMENT ON COLUMN sales.order_line.share IS 'Of a part: what of the bundle''s money it stands for when it comes back, minor units with tax. The parts sum to the bundle.';
