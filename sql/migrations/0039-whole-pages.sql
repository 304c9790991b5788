-- A product page is one row: what changes by itself, stock and related cards, stands in it too.
-- Of a product that nobody has looked at lately each further place costs more than the work at it.

-- Rows of up to a whole page stay as they are: a text that is taken apart for each visitor costs more than the room.
ALTER TABLE catalog.product_page
	ADD COLUMN stock text NOT NULL DEFAULT '',
	ADD COLUMN related text NOT NULL DEFAULT '',
	SET (toast_tuple_target = 8160);
COMMENT ON TABLE catalog.product_page IS 'One row per product page: store, language, currency and product with everything the page shows, so that it costs one look-up. Lists are records that end with U+001E, of fields that end with U+001F.';
COMMENT ON COLUMN catalog.product_page.stock IS 'A letter for each of variant_ids: i in stock, f few, m made to order, o out. Kept by freshen.';
COMMENT ON COLUMN catalog.product_page.related IS 'The cards of related products (catalog.listing.card), each ended by U+001E. Kept by freshen.';
COMMENT ON COLUMN catalog.product_page.variant_ids IS 'The variants, in the order of their records.';

ALTER TABLE catalog.stale DROP CONSTRAINT stale_kind_check, ADD CONSTRAINT stale_kind_check CHECK (kind IN ('stock', 'store', 'related'));
COMMENT ON COLUMN catalog.stale.kind IS 'stock: a variant whose stock moved; store: a store whose catalogue changed; related: a product whose related cards changed.';
COMMENT ON COLUMN catalog.stale.target_id IS 'The variant, store or product.';
