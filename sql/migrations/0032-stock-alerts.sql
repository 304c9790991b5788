-- transactional
-- Reorder points: below them staff are told once, until there is enough again.
CREATE TABLE inventory.reorder (
	tenant_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	warehouse_id uuid NOT NULL,
	reorder_id uuid NOT NULL DEFAULT sutler.uuid7(),
	point integer NOT NULL CHECK (point BETWEEN 1 AND 10000000),
	up_to integer NOT NULL CHECK (up_to BETWEEN 1 AND 10000000),
	below boolean NOT NULL DEFAULT false,
	mail_id uuid,
	PRIMARY KEY (tenant_id, variant_id, warehouse_id),
	CHECK (up_to >= point),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant,
	FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouse
);
COMMENT ON TABLE inventory.reorder IS 'From which number of pieces on a variant is ordered again for a warehouse.';
COMMENT ON COLUMN inventory.reorder.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.reorder.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.reorder.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN inventory.reorder.reorder_id IS 'The place in the list.';
COMMENT ON COLUMN inventory.reorder.point IS 'So few pieces, sellable and on their way, or fewer: order.';
COMMENT ON COLUMN inventory.reorder.up_to IS 'How many there shall be then.';
COMMENT ON COLUMN inventory.reorder.below IS 'It was so when freshen looked last.';
COMMENT ON COLUMN inventory.reorder.mail_id IS 'The mail that told of it; NULL: not told since there was enough.';
CREATE INDEX reorder_warehouse ON inventory.reorder (tenant_id, warehouse_id);
CREATE INDEX reorder_below ON inventory.reorder (tenant_id, reorder_id) WHERE below;
CREATE INDEX reorder_mail ON inventory.reorder (tenant_id, mail_id) WHERE mail_id IS NOT NULL;
CREATE INDEX supplier_item_price ON inventory.supplier_item (tenant_id, variant_id, price, supplier_id);

SELECT sutler.protect('inventory.reorder');

-- What the nightly job study-stock found out; nobody writes it but that job, so lists need no join with orders.
CREATE TABLE inventory.study (
	tenant_id uuid PRIMARY KEY REFERENCES tenancy.tenant,
	started_at timestamptz NOT NULL,
	monday date NOT NULL,
	after_id uuid,
	ended_at timestamptz,
	variants bigint NOT NULL DEFAULT 0,
	tested bigint NOT NULL DEFAULT 0,
	missed bigint NOT NULL DEFAULT 0,
	asked bigint NOT NULL DEFAULT 0,
	scaled bigint NOT NULL DEFAULT 0,
	mase bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE inventory.study IS 'The last study of a merchant''s stock: when, how far, and how well demand was foretold.';
COMMENT ON COLUMN inventory.study.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.study.started_at IS 'The moment its figures are of.';
COMMENT ON COLUMN inventory.study.monday IS 'First day of the week that ran then: the first that is foretold.';
COMMENT ON COLUMN inventory.study.after_id IS 'The last variant that was studied; NULL: none yet.';
COMMENT ON COLUMN inventory.study.ended_at IS 'When all were; NULL: it goes on.';
COMMENT ON COLUMN inventory.study.variants IS 'SKUs studied.';
COMMENT ON COLUMN inventory.study.tested IS 'Those with weeks held back.';
COMMENT ON COLUMN inventory.study.missed IS 'Sum of their absolute errors in the weeks held back, thousandths of pieces.';
COMMENT ON COLUMN inventory.study.asked IS 'What was asked for in these weeks, likewise.';
COMMENT ON COLUMN inventory.study.scaled IS 'SKUs that have a mean absolute scaled error.';
COMMENT ON COLUMN inventory.study.mase IS 'Sum of these errors, thousandths.';

CREATE TABLE inventory.insight (
	tenant_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	sku_key text NOT NULL,
	archived boolean NOT NULL,
	sold_7 bigint NOT NULL,
	sold_30 bigint NOT NULL,
	sold_90 bigint NOT NULL,
	on_hand bigint NOT NULL,
	cover_days bigint,
	age_30 bigint NOT NULL,
	age_90 bigint NOT NULL,
	age_180 bigint NOT NULL,
	age_365 bigint NOT NULL,
	age_more bigint NOT NULL,
	old bigint NOT NULL GENERATED ALWAYS AS (age_365 + age_more) STORED,
	average numeric(20, 6),
	currency text,
	PRIMARY KEY (tenant_id, variant_id),
	CHECK (age_30 + age_90 + age_180 + age_365 + age_more = on_hand),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant ON DELETE CASCADE
);
COMMENT ON TABLE inventory.insight IS 'How fast a variant sells and how long its pieces have lain, as of the last study.';
COMMENT ON COLUMN inventory.insight.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.insight.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.insight.sku_key IS 'Its folded SKU.';
COMMENT ON COLUMN inventory.insight.archived IS 'Sold no more.';
COMMENT ON COLUMN inventory.insight.sold_7 IS 'Pieces ordered in 7 days, cancelled orders left out.';
COMMENT ON COLUMN inventory.insight.sold_30 IS 'In 30 days.';
COMMENT ON COLUMN inventory.insight.sold_90 IS 'In 90 days.';
COMMENT ON COLUMN inventory.insight.on_hand IS 'Pieces in all warehouses.';
COMMENT ON COLUMN inventory.insight.cover_days IS 'Days for which they last at the pace of 90 days, at most 9999; NULL: nothing was sold.';
COMMENT ON COLUMN inventory.insight.age_30 IS 'Of the pieces on hand, those that came in the last 30 days.';
COMMENT ON COLUMN inventory.insight.age_90 IS 'Those that came 31 to 90 days ago.';
COMMENT ON COLUMN inventory.insight.age_180 IS 'Those that came 91 to 180 days ago.';
COMMENT ON COLUMN inventory.insight.age_365 IS 'Those that came 181 to 365 days ago.';
COMMENT ON COLUMN inventory.insight.age_more IS 'Those that came before.';
COMMENT ON COLUMN inventory.insight.old IS 'Those of more than 180 days.';
COMMENT ON COLUMN inventory.insight.average IS 'What a piece cost us, minor units; NULL: not known.';
COMMENT ON COLUMN inventory.insight.currency IS 'Its currency, the one last bought in.';
CREATE INDEX insight_sku ON inventory.insight (tenant_id, sku_key, variant_id);
CREATE INDEX insight_sold ON inventory.insight (tenant_id, sold_30, variant_id) WHERE sold_30 > 0;
CREATE INDEX insight_cover ON inventory.insight (tenant_id, cover_days, variant_id) WHERE cover_days IS NOT NULL AND NOT archived;
CREATE INDEX insight_slow ON inventory.insight (tenant_id, on_hand, variant_id) WHERE sold_90 = 0 AND on_hand > 0;
CREATE INDEX insight_old ON inventory.insight (tenant_id, old, variant_id) WHERE old > 0;

CREATE TABLE inventory.forecast (
	tenant_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	method text NOT NULL CHECK (method IN ('none', 'ses', 'sba', 'damped')),
	monday date NOT NULL,
	begins bigint NOT NULL CHECK (begins BETWEEN 0 AND 52),
	weeks bigint[] NOT NULL CHECK (cardinality(weeks) = 52),
	ahead bigint[] NOT NULL CHECK (cardinality(ahead) = 8),
	sigma bigint NOT NULL CHECK (sigma >= 0),
	missed bigint CHECK (missed >= 0),
	asked bigint CHECK (asked >= 0),
	mase bigint CHECK (mase >= 0),
	PRIMARY KEY (tenant_id, variant_id),
	CHECK ((missed IS NULL) = (asked IS NULL)),
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant ON DELETE CASCADE
);
COMMENT ON TABLE inventory.forecast IS 'What was asked for of a variant in each week, and what the coming weeks will ask for, as of the last study.';
COMMENT ON COLUMN inventory.forecast.tenant_id IS 'The merchant.';
COMMENT ON COLUMN inventory.forecast.variant_id IS 'The variant.';
COMMENT ON COLUMN inventory.forecast.method IS 'How it was foretold (lib/shop/forecast.h): none, ses, sba or damped.';
COMMENT ON COLUMN inventory.forecast.monday IS 'First day of the first week that is foretold.';
COMMENT ON COLUMN inventory.forecast.begins IS 'Its first week in weeks, counted from 0; 52: it has none.';
COMMENT ON COLUMN inventory.forecast.weeks IS 'Pieces ordered in each of the 52 weeks before, the oldest first.';
COMMENT ON COLUMN inventory.forecast.ahead IS 'What each of 8 weeks will ask for, thousandths of pieces.';
COMMENT ON COLUMN inventory.forecast.sigma IS 'Standard deviation of the error of one week ahead, thousandths of pieces.';
COMMENT ON COLUMN inventory.forecast.missed IS 'Sum of the absolute errors in the weeks held back, thousandths of pieces; NULL: too few weeks to hold any back.';
COMMENT ON COLUMN inventory.forecast.asked IS 'What was asked for in these weeks, likewise.';
COMMENT ON COLUMN inventory.forecast.mase IS 'Mean absolute scaled error there, thousandths; NULL: there is nothing to scale it by.';

SELECT sutler.protect('inventory.study', 'inventory.insight', 'inventory.forecast');
