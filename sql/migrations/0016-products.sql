-- transactional
-- What the desk of products lists and searches: sql/functions/catalog_desk.sql keeps it.

CREATE TABLE catalog.desk (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	name text COLLATE "und-x-icu" NOT NULL,
	status text NOT NULL,
	brand text NOT NULL,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, product_id),
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.desk IS 'What staff list, order and narrow products by, one row for each.';
COMMENT ON COLUMN catalog.desk.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.desk.product_id IS 'The product.';
COMMENT ON COLUMN catalog.desk.name IS 'By which staff know it: in the first language of the merchant''s first store, else in another, else the reference.';
COMMENT ON COLUMN catalog.desk.status IS 'As the product''s.';
COMMENT ON COLUMN catalog.desk.brand IS 'As the product''s.';
COMMENT ON COLUMN catalog.desk.created_at IS 'As the product''s.';
COMMENT ON COLUMN catalog.desk.updated_at IS 'As the product''s.';
CREATE INDEX desk_name ON catalog.desk (tenant_id, name, product_id);
CREATE INDEX desk_status ON catalog.desk (tenant_id, status, created_at, product_id);
CREATE INDEX desk_brand ON catalog.desk (tenant_id, brand, created_at, product_id);
CREATE INDEX desk_newest ON catalog.desk (tenant_id, created_at, product_id);
CREATE INDEX desk_changed ON catalog.desk (tenant_id, updated_at, product_id);

CREATE TABLE catalog.desk_word (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	word text COLLATE "C" NOT NULL,
	PRIMARY KEY (tenant_id, product_id, word),
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.desk_word IS 'Words that lead staff to a product, folded: of its names in all languages, its reference, SKUs and GTINs. Visible or not: catalog.search knows what is shown.';
COMMENT ON COLUMN catalog.desk_word.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.desk_word.product_id IS 'The product.';
COMMENT ON COLUMN catalog.desk_word.word IS 'The word.';
CREATE INDEX desk_word_begun ON catalog.desk_word (tenant_id, word, product_id);

SELECT sutler.protect('catalog.desk', 'catalog.desk_word');

-- Two people at one product: who saves last is told that it changed meanwhile.
ALTER TABLE catalog.product ADD COLUMN revision bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN catalog.product.revision IS 'Counts changes of this row; a form that was filled in over an older one is not saved.';
