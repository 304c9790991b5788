-- transactional
-- Goods that are files (CAT-08): a variant is sold as a download, its files lie outside the web root, and an
-- order that was paid for has the right to fetch them, so often and until then.

ALTER TABLE catalog.variant
	ADD COLUMN digital boolean NOT NULL DEFAULT false,
	-- A right of more than ten years outlives the file; so many times is a public mirror.
	ADD COLUMN download_days integer CHECK (download_days BETWEEN 1 AND 3650),
	ADD COLUMN download_times integer CHECK (download_times BETWEEN 1 AND 1000),
	-- A file is neither made after the order nor a set.
	ADD CONSTRAINT variant_digital_kind CHECK (NOT (digital AND (bundle OR made_to_order)));
COMMENT ON COLUMN catalog.variant.digital IS 'Sold as a download: its files (catalog.download_file) are handed over when it is paid, nothing is sent.';
COMMENT ON COLUMN catalog.variant.download_days IS 'Days that a buyer may fetch the files; NULL: catalog.download_days().';
COMMENT ON COLUMN catalog.variant.download_times IS 'How often each piece bought lets its buyer fetch each file; NULL: catalog.download_times().';

CREATE TABLE catalog.download_file (
	tenant_id uuid NOT NULL,
	file_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	name text NOT NULL CHECK (name ~ '^[0-9a-f]{2}/[0-9a-f]{30}$'),
	file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 255),
	mime text NOT NULL CHECK (mime ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'),
	bytes bigint NOT NULL CHECK (bytes > 0),
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, file_id),
	UNIQUE (tenant_id, variant_id, name),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant ON DELETE CASCADE
);
COMMENT ON TABLE catalog.download_file IS 'The files that a variant is sold as. An order always gives them as they are now.';
COMMENT ON COLUMN catalog.download_file.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.download_file.file_id IS 'The file.';
COMMENT ON COLUMN catalog.download_file.variant_id IS 'Of which variant.';
COMMENT ON COLUMN catalog.download_file.name IS 'Path below paths.downloads: 128 bits of a SHA-256 of merchant and content.';
COMMENT ON COLUMN catalog.download_file.file_name IS 'Name it is offered under.';
COMMENT ON COLUMN catalog.download_file.mime IS 'Media type it is sent as.';
COMMENT ON COLUMN catalog.download_file.bytes IS 'Its size.';
COMMENT ON COLUMN catalog.download_file.created_at IS 'When it was uploaded.';
SELECT sutler.protect('catalog.download_file');

-- A line knows that it was sold as a download, whatever becomes of the variant; a part of a bundle may be one.
ALTER TABLE sales.order_line
	ADD COLUMN digital boolean NOT NULL DEFAULT false,
	DROP CONSTRAINT order_line_part,
	ADD CONSTRAINT order_line_part CHECK (part_of IS NULL
		OR (part_of <> line_no AND (ships OR digital) AND unit_price = 0 AND discount = 0 AND tax = 0 AND total = 0)),
	ADD CONSTRAINT order_line_digital CHECK (NOT (digital AND (ships OR made_to_order)));
COMMENT ON COLUMN sales.order_line.digital IS 'Sold as a download: the right to it is a row of sales.download.';
COMMENT ON COLUMN sales.order_line.ships IS 'false: a bundle''s own line, of which the parts are sent, or a download.';

-- Nothing of it is sent: there is no way of delivery.
ALTER TABLE sales."order" ALTER COLUMN method_id DROP NOT NULL;
COMMENT ON COLUMN sales."order".method_id IS 'Way of delivery; NULL: all of it are downloads.';

CREATE TABLE sales.download (
	tenant_id uuid NOT NULL,
	order_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	granted_at timestamptz NOT NULL DEFAULT sutler.now(),
	expires_at timestamptz NOT NULL,
	times integer NOT NULL CHECK (times > 0),
	ended_at timestamptz,
	PRIMARY KEY (tenant_id, order_id, variant_id),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order" ON DELETE CASCADE,
	CHECK (expires_at > granted_at)
);
COMMENT ON TABLE sales.download IS 'The right of a paid order to fetch the files of a variant. It counts while the order has a line of it (sales.downloads).';
COMMENT ON COLUMN sales.download.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.download.order_id IS 'The order.';
COMMENT ON COLUMN sales.download.variant_id IS 'What was bought.';
COMMENT ON COLUMN sales.download.granted_at IS 'When it was paid, or when staff renewed it.';
COMMENT ON COLUMN sales.download.expires_at IS 'Until when.';
COMMENT ON COLUMN sales.download.times IS 'How often each file.';
COMMENT ON COLUMN sales.download.ended_at IS 'When the line''s money was given back, or NULL.';
SELECT sutler.protect('sales.download');

CREATE TABLE sales.download_use (
	tenant_id uuid NOT NULL,
	order_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	file_id uuid NOT NULL,
	used integer NOT NULL CHECK (used > 0),
	last_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, order_id, variant_id, file_id),
	FOREIGN KEY (tenant_id, order_id, variant_id) REFERENCES sales.download ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, file_id) REFERENCES catalog.download_file ON DELETE CASCADE
);
COMMENT ON TABLE sales.download_use IS 'How often an order fetched a file.';
COMMENT ON COLUMN sales.download_use.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.download_use.order_id IS 'The order.';
COMMENT ON COLUMN sales.download_use.variant_id IS 'What was bought.';
COMMENT ON COLUMN sales.download_use.file_id IS 'The file.';
COMMENT ON COLUMN sales.download_use.used IS 'How often since it was paid or renewed.';
COMMENT ON COLUMN sales.download_use.last_at IS 'When last.';
CREATE INDEX download_use_file ON sales.download_use (tenant_id, file_id);
SELECT sutler.protect('sales.download_use');

-- Whoever writes a line of an order: what is a download, is not sent.
CREATE FUNCTION sales.order_line_kind() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM catalog.variant v WHERE v.tenant_id = NEW.tenant_id AND v.variant_id = NEW.variant_id AND v.digital) THEN
		NEW.digital := true;
		NEW.ships := false;
		NEW.made_to_order := false;
		NEW.weight_g := 0;
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION sales.order_line_kind() IS 'Marks the lines of an order that are downloads.';
CREATE TRIGGER order_line_kind BEFORE INSERT ON sales.order_line FOR EACH ROW EXECUTE FUNCTION sales.order_line_kind();

-- An order of downloads alone is done when it is paid.
INSERT INTO sales.step (axis, from_state, event, to_state, mail) VALUES ('fulfilment', 'unfulfilled', 'hand_over', 'delivered', '');

-- Who has the link of a preview sees a product as a store will show it, before it does.
CREATE TABLE catalog.preview (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	product_id uuid NOT NULL,
	token_sha256 bytea NOT NULL CHECK (octet_length(token_sha256) = 32),
	made_by text NOT NULL,
	made_at timestamptz NOT NULL DEFAULT sutler.now(),
	expires_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, store_id, product_id),
	UNIQUE (tenant_id, token_sha256),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.preview IS 'The link that shows a product of a store that is not shown yet; a new one takes the place of the last.';
COMMENT ON COLUMN catalog.preview.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.preview.store_id IS 'The store that shows it.';
COMMENT ON COLUMN catalog.preview.product_id IS 'The product.';
COMMENT ON COLUMN catalog.preview.token_sha256 IS 'Hash of the link''s token.';
COMMENT ON COLUMN catalog.preview.made_by IS 'Who made it: audit.actor().';
COMMENT ON COLUMN catalog.preview.made_at IS 'When it was made.';
COMMENT ON COLUMN catalog.preview.expires_at IS 'When it ends.';
CREATE INDEX preview_product ON catalog.preview (tenant_id, product_id);
SELECT sutler.protect('catalog.preview');
