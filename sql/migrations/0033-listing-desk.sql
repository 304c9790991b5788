-- transactional
-- What a product lacks, as the desk lists it: sql/functions/catalog_lack.sql keeps it.

-- A row for each thing that is missing, with the columns of catalog.desk that lists narrow and order by: in a shop
-- that is in order there are few, and "none" is known without looking at the products that have it all.
CREATE TABLE catalog.desk_lack (
	tenant_id uuid NOT NULL,
	product_id uuid NOT NULL,
	lack text NOT NULL CHECK (lack IN ('picture', 'price', 'stock')),
	store_id uuid NOT NULL,
	currency text NOT NULL,
	name text COLLATE "und-x-icu" NOT NULL,
	status text NOT NULL,
	brand text NOT NULL,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, product_id, lack, store_id, currency),
	CHECK ((lack = 'price') = (currency <> '')),
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.desk ON DELETE CASCADE
);
COMMENT ON TABLE catalog.desk_lack IS 'What products lack: no picture; no price in a currency of a store they stand in; nothing to sell in any warehouse.';
COMMENT ON COLUMN catalog.desk_lack.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.desk_lack.product_id IS 'The product.';
COMMENT ON COLUMN catalog.desk_lack.lack IS 'What is missing. stock is kept by freshen, as the badges of the shop are, so that an order never waits for this table.';
COMMENT ON COLUMN catalog.desk_lack.store_id IS 'The store that has no price; all zeros for pictures and stock, which are the merchant''s.';
COMMENT ON COLUMN catalog.desk_lack.currency IS 'The currency without a price, else empty.';
COMMENT ON COLUMN catalog.desk_lack.name IS 'As in catalog.desk.';
COMMENT ON COLUMN catalog.desk_lack.status IS 'As in catalog.desk.';
COMMENT ON COLUMN catalog.desk_lack.brand IS 'As in catalog.desk.';
COMMENT ON COLUMN catalog.desk_lack.created_at IS 'As in catalog.desk.';
COMMENT ON COLUMN catalog.desk_lack.updated_at IS 'As in catalog.desk.';
-- One for each order of the list. State and brand stand in them, so that what they leave out is not fetched.
CREATE INDEX desk_lack_newest ON catalog.desk_lack (tenant_id, lack, store_id, currency, created_at, product_id) INCLUDE (status, brand);
CREATE INDEX desk_lack_changed ON catalog.desk_lack (tenant_id, lack, store_id, currency, updated_at, product_id) INCLUDE (status, brand);
CREATE INDEX desk_lack_name ON catalog.desk_lack (tenant_id, lack, store_id, currency, name, product_id) INCLUDE (status, brand);

SELECT sutler.protect('catalog.desk_lack');
