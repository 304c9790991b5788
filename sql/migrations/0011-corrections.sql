-- transactional
-- Larger prices; credit notes.

-- PRICING_MAX_PRICE of lib/shop/pricing.h, which says why: rupiah have two decimals.
ALTER TABLE catalog.price DROP CONSTRAINT price_amount_check,
	ADD CONSTRAINT price_amount_check CHECK (amount BETWEEN 0 AND 1000000000000);
ALTER TABLE shipping.method_price DROP CONSTRAINT method_price_first_check, DROP CONSTRAINT method_price_further_check,
	ADD CONSTRAINT method_price_first_check CHECK (first BETWEEN 0 AND 1000000000000),
	ADD CONSTRAINT method_price_further_check CHECK (further BETWEEN 0 AND 1000000000000);
ALTER TABLE sales.coupon_amount DROP CONSTRAINT coupon_amount_fixed_check,
	ADD CONSTRAINT coupon_amount_fixed_check CHECK (fixed BETWEEN 0 AND 1000000000000);

-- ---- credit notes: what was billed and given back (sql/functions/credit_note.sql) ----

CREATE TABLE accounting.credit_note (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	credit_note_id uuid NOT NULL,
	invoice_id uuid NOT NULL,
	refund_id uuid NOT NULL,
	takes_back uuid,
	series text NOT NULL,
	number bigint NOT NULL,
	issued_on date NOT NULL,
	net bigint NOT NULL,
	tax bigint NOT NULL,
	total bigint NOT NULL CHECK (total = net + tax),
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, credit_note_id),
	UNIQUE (tenant_id, store_id, series, number),
	FOREIGN KEY (tenant_id, store_id, series) REFERENCES accounting.series,
	FOREIGN KEY (tenant_id, invoice_id) REFERENCES accounting.invoice,
	FOREIGN KEY (tenant_id, refund_id) REFERENCES payment.refund,
	FOREIGN KEY (tenant_id, takes_back) REFERENCES accounting.credit_note,
	CHECK (CASE WHEN takes_back IS NULL THEN total > 0 ELSE total < 0 END)
);
COMMENT ON TABLE accounting.credit_note IS 'A credit note as issued for a refund of a billed order, kept as its invoice is.';
COMMENT ON COLUMN accounting.credit_note.tenant_id IS 'The merchant.';
COMMENT ON COLUMN accounting.credit_note.store_id IS 'The storefront.';
COMMENT ON COLUMN accounting.credit_note.credit_note_id IS 'The credit note.';
COMMENT ON COLUMN accounting.credit_note.invoice_id IS 'The invoice that it corrects; language, currency and parties are the invoice''s.';
COMMENT ON COLUMN accounting.credit_note.refund_id IS 'The refund it is for.';
COMMENT ON COLUMN accounting.credit_note.takes_back IS 'The credit note that it takes back, because the money did not arrive; else NULL.';
COMMENT ON COLUMN accounting.credit_note.series IS 'Its series, of credit notes alone.';
COMMENT ON COLUMN accounting.credit_note.number IS 'Its number in the series, without gaps.';
COMMENT ON COLUMN accounting.credit_note.issued_on IS 'Local day of issue.';
COMMENT ON COLUMN accounting.credit_note.net IS 'Credited without tax, minor units; below zero when it takes one back.';
COMMENT ON COLUMN accounting.credit_note.tax IS 'Credited tax.';
COMMENT ON COLUMN accounting.credit_note.total IS 'Credited in all: the amount of the refund.';
COMMENT ON COLUMN accounting.credit_note.created_at IS 'When the row was made.';
CREATE INDEX credit_note_invoice ON accounting.credit_note (tenant_id, invoice_id);
-- A refund has one credit note, and one that takes it back.
CREATE UNIQUE INDEX credit_note_refund ON accounting.credit_note (tenant_id, refund_id) WHERE takes_back IS NULL;
CREATE UNIQUE INDEX credit_note_takes_back ON accounting.credit_note (tenant_id, takes_back);
CREATE INDEX credit_note_of_refund ON accounting.credit_note (tenant_id, refund_id);

CREATE TABLE accounting.credit_note_tax (
	tenant_id uuid NOT NULL,
	credit_note_id uuid NOT NULL,
	row_no integer NOT NULL,
	name text NOT NULL,
	rate_ppm integer NOT NULL,
	base bigint NOT NULL,
	amount bigint NOT NULL,
	PRIMARY KEY (tenant_id, credit_note_id, row_no),
	FOREIGN KEY (tenant_id, credit_note_id) REFERENCES accounting.credit_note
);
COMMENT ON TABLE accounting.credit_note_tax IS 'The taxes of a credit note, by the rows of its order''s taxes.';
COMMENT ON COLUMN accounting.credit_note_tax.tenant_id IS 'The merchant.';
COMMENT ON COLUMN accounting.credit_note_tax.credit_note_id IS 'The credit note.';
COMMENT ON COLUMN accounting.credit_note_tax.row_no IS 'Row of sales.order_tax.';
COMMENT ON COLUMN accounting.credit_note_tax.name IS 'Name of the tax.';
COMMENT ON COLUMN accounting.credit_note_tax.rate_ppm IS 'Rate, millionths.';
COMMENT ON COLUMN accounting.credit_note_tax.base IS 'Taxable amount that is credited.';
COMMENT ON COLUMN accounting.credit_note_tax.amount IS 'Tax that is credited.';

CREATE TABLE accounting.credit_document (
	tenant_id uuid NOT NULL,
	credit_note_id uuid NOT NULL,
	pdf bytea NOT NULL,
	sha256 bytea NOT NULL CHECK (length(sha256) = 32),
	made_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, credit_note_id),
	FOREIGN KEY (tenant_id, credit_note_id) REFERENCES accounting.credit_note
);
COMMENT ON TABLE accounting.credit_document IS 'The PDF of a credit note, made once.';
COMMENT ON COLUMN accounting.credit_document.tenant_id IS 'The merchant.';
COMMENT ON COLUMN accounting.credit_document.credit_note_id IS 'The credit note.';
COMMENT ON COLUMN accounting.credit_document.pdf IS 'The file.';
COMMENT ON COLUMN accounting.credit_document.sha256 IS 'Its hash.';
COMMENT ON COLUMN accounting.credit_document.made_at IS 'When it was made.';

CREATE TABLE accounting.uncredited (
	tenant_id uuid NOT NULL,
	refund_id uuid NOT NULL,
	taken_back boolean NOT NULL,
	since timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, refund_id, taken_back),
	FOREIGN KEY (tenant_id, refund_id) REFERENCES payment.refund
);
COMMENT ON TABLE accounting.uncredited IS 'Refunds whose credit note is not finished: written by the refund''s step, gone when the PDF is stored.';
COMMENT ON COLUMN accounting.uncredited.tenant_id IS 'The merchant.';
COMMENT ON COLUMN accounting.uncredited.refund_id IS 'The refund.';
COMMENT ON COLUMN accounting.uncredited.taken_back IS 'The money came back: its credit note is to be taken back.';
COMMENT ON COLUMN accounting.uncredited.since IS 'Since when, or when it was last tried.';

SELECT sutler.protect('accounting.credit_note');
SELECT sutler.protect('accounting.credit_note_tax');
SELECT sutler.protect('accounting.credit_document');
SELECT sutler.protect('accounting.uncredited');

COMMENT ON COLUMN event.outbox.change_id IS 'What it is about beside: the change of mail address, or the credit note.';
