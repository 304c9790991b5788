-- transactional
-- Categories at the desk of staff: sql/functions/category_desk.sql.

-- Two people at one category: who saves last is told that it changed meanwhile.
ALTER TABLE catalog.category ADD COLUMN revision bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN catalog.category.revision IS 'Counts changes of this row; a form that was filled in over an older one is not saved.';

-- A category's products page by page in their order.
CREATE INDEX category_product_order ON catalog.category_product (tenant_id, category_id, position, product_id);
