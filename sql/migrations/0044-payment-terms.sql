-- transactional
-- Ways of payment: limits, groups, what cash on delivery costs, payment on invoice.

ALTER TABLE payment.method DROP CONSTRAINT method_method_check,
	ADD CONSTRAINT method_method_check CHECK (method IN ('bank_transfer', 'cod', 'card', 'invoice')),
	ADD COLUMN surcharge_ppm integer NOT NULL DEFAULT 0 CHECK (surcharge_ppm BETWEEN 0 AND 1000000),
	-- Directive (EU) 2015/2366, article 62 (4): no surcharge on cards; the others cost the house nothing.
	ADD CONSTRAINT method_surcharge CHECK (surcharge_ppm = 0 OR method = 'cod');
COMMENT ON COLUMN payment.method.surcharge_ppm IS 'What paying so costs, millionths of goods and delivery; beside method_amount.surcharge.';
ALTER TABLE sales.cart DROP CONSTRAINT cart_payment_method_check,
	ADD CONSTRAINT cart_payment_method_check CHECK (payment_method IN ('bank_transfer', 'cod', 'card', 'invoice'));

CREATE TABLE payment.method_amount (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	method text NOT NULL,
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	least bigint NOT NULL DEFAULT 0 CHECK (least BETWEEN 0 AND 9007199254740991),
	most bigint CHECK (most BETWEEN 1 AND 9007199254740991),
	surcharge bigint NOT NULL DEFAULT 0 CHECK (surcharge BETWEEN 0 AND 1000000000000),
	PRIMARY KEY (tenant_id, store_id, method, currency),
	FOREIGN KEY (tenant_id, store_id, method) REFERENCES payment.method ON DELETE CASCADE,
	CONSTRAINT amount_range CHECK (least <= most),
	CONSTRAINT amount_surcharge CHECK (surcharge = 0 OR method = 'cod')
);
COMMENT ON TABLE payment.method_amount IS 'Limits and cost of a way of payment in a currency; no row: no limits, no cost.';
COMMENT ON COLUMN payment.method_amount.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.method_amount.store_id IS 'The storefront.';
COMMENT ON COLUMN payment.method_amount.method IS 'Which one.';
COMMENT ON COLUMN payment.method_amount.currency IS 'ISO 4217.';
COMMENT ON COLUMN payment.method_amount.least IS 'Offered when goods and delivery come to at least so much, as prices are shown; minor units.';
COMMENT ON COLUMN payment.method_amount.most IS 'Offered when they come to at most so much; NULL: no limit.';
COMMENT ON COLUMN payment.method_amount.surcharge IS 'What paying so costs, as prices are shown; minor units.';

CREATE TABLE payment.method_group (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	method text NOT NULL,
	group_code text NOT NULL,
	PRIMARY KEY (tenant_id, store_id, method, group_code),
	FOREIGN KEY (tenant_id, store_id, method) REFERENCES payment.method ON DELETE CASCADE,
	-- A group cannot go while a way is offered to it alone: it would then be offered to everybody.
	FOREIGN KEY (tenant_id, group_code) REFERENCES customer.price_group
);
COMMENT ON TABLE payment.method_group IS 'To which customer groups a way of payment is offered; no row: to everybody.';
COMMENT ON COLUMN payment.method_group.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.method_group.store_id IS 'The storefront.';
COMMENT ON COLUMN payment.method_group.method IS 'Which one.';
COMMENT ON COLUMN payment.method_group.group_code IS 'The group.';
CREATE INDEX method_group_of ON payment.method_group (tenant_id, group_code);
SELECT sutler.protect('payment.method_amount', 'payment.method_group');

-- What is left of the total when goods, delivery and a tax on top are taken off is what paying costs: figures of an order that
-- do not add up cannot be written.
ALTER TABLE sales."order" ADD COLUMN surcharge bigint NOT NULL GENERATED ALWAYS AS (
	total - goods + discount - shipping - CASE WHEN prices_include_tax THEN 0 ELSE tax END) STORED,
	ADD CONSTRAINT order_surcharge CHECK (surcharge >= 0);
COMMENT ON COLUMN sales."order".surcharge IS 'What the way of payment costs, as priced: the total without goods, delivery and a tax on top.';
ALTER TABLE accounting.invoice ADD COLUMN surcharge bigint NOT NULL GENERATED ALWAYS AS (
	total - goods + discount - shipping - CASE WHEN prices_include_tax THEN 0 ELSE tax END) STORED;
COMMENT ON COLUMN accounting.invoice.surcharge IS 'As on the order.';

-- ---- payment on invoice ----

INSERT INTO staff.permission (permission) VALUES ('customers.credit');

CREATE TABLE payment.terms (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	terms_id uuid NOT NULL DEFAULT sutler.uuid7(),
	customer_id uuid,
	group_code text,
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	credit_limit bigint NOT NULL CHECK (credit_limit BETWEEN 0 AND 9007199254740991),
	days integer NOT NULL CHECK (days BETWEEN 1 AND 365),
	PRIMARY KEY (tenant_id, terms_id),
	FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person,
	FOREIGN KEY (tenant_id, group_code) REFERENCES customer.price_group ON DELETE CASCADE,
	CONSTRAINT terms_of_one CHECK (num_nonnulls(customer_id, group_code) = 1),
	CONSTRAINT terms_customer UNIQUE (tenant_id, customer_id, currency),
	CONSTRAINT terms_group UNIQUE (tenant_id, group_code, currency)
);
COMMENT ON TABLE payment.terms IS 'Who may pay on invoice, up to how much and until when: a customer, or each member of a group that has none of his own. A limit of 0: not this customer.';
COMMENT ON COLUMN payment.terms.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.terms.terms_id IS 'The row.';
COMMENT ON COLUMN payment.terms.customer_id IS 'The customer; NULL: the members of a group.';
COMMENT ON COLUMN payment.terms.group_code IS 'The group; NULL: one customer.';
COMMENT ON COLUMN payment.terms.currency IS 'ISO 4217.';
COMMENT ON COLUMN payment.terms.credit_limit IS 'All that a customer may owe at a time, minor units.';
COMMENT ON COLUMN payment.terms.days IS 'Days from the invoice until it is due.';
SELECT sutler.protect('payment.terms');

ALTER TABLE sales."order"
	ADD COLUMN pay_days integer CHECK (pay_days BETWEEN 1 AND 365),
	ADD COLUMN due_on date,
	-- sales.place_order() alone sets it, by payment.take_credit(): an order on invoice has a limit that it counted against.
	ADD CONSTRAINT order_on_invoice CHECK (payment_method <> 'invoice' OR state = 'draft' OR (pay_days IS NOT NULL AND customer_id IS NOT NULL));
COMMENT ON COLUMN sales."order".pay_days IS 'On invoice: days from the invoice until it is due, as agreed when it was placed.';
COMMENT ON COLUMN sales."order".due_on IS 'On invoice: when it is due; NULL until it is billed.';
CREATE INDEX order_owed ON sales."order" (tenant_id, customer_id, currency) WHERE payment_method = 'invoice' AND payment = 'pending';
CREATE INDEX order_due ON sales."order" (tenant_id, store_id, order_id) WHERE due_on IS NOT NULL AND payment = 'pending';
ALTER TABLE accounting.invoice ADD COLUMN due_on date;
COMMENT ON COLUMN accounting.invoice.due_on IS 'When it is to be paid; NULL: it was paid before.';

-- ---- cards that are authorised first and captured later ----

ALTER TABLE payment.method ADD COLUMN later boolean NOT NULL DEFAULT false,
	ADD CONSTRAINT method_later CHECK (NOT later OR method = 'card');
COMMENT ON COLUMN payment.method.later IS 'Cards are only authorised when the order is placed; the money is captured when it leaves, or by hand.';

INSERT INTO sales.step (axis, from_state, event, to_state, mail) VALUES ('payment', 'authorised', 'capture_part', 'pending', '');

ALTER TABLE payment.intent DROP CONSTRAINT intent_state_check,
	ADD CONSTRAINT intent_state_check CHECK (state IN ('new', 'open', 'unknown', 'authorised', 'succeeded', 'failed', 'expired', 'review')),
	ADD COLUMN later boolean NOT NULL DEFAULT false,
	ADD COLUMN authorised_until timestamptz,
	ADD COLUMN to_capture bigint CHECK (to_capture > 0),
	ADD COLUMN to_release boolean NOT NULL DEFAULT false,
	-- never above the authorisation
	ADD CONSTRAINT intent_within CHECK (captured <= amount AND to_capture <= amount),
	ADD CONSTRAINT intent_one_way CHECK (to_capture IS NULL OR NOT to_release);
COMMENT ON COLUMN payment.intent.state IS 'new: not called yet; unknown: called, no answer; open: the buyer may pay; authorised: the money is kept for us and not captured; review: money that does not fit the order.';
COMMENT ON COLUMN payment.intent.later IS 'Authorised first and captured later: said to the gateway when the page is made.';
COMMENT ON COLUMN payment.intent.authorised_until IS 'When the gateway lets an authorisation go that was not captured.';
COMMENT ON COLUMN payment.intent.to_capture IS 'What is to be captured of the authorisation, minor units; the rest is let go. NULL: not asked yet.';
COMMENT ON COLUMN payment.intent.to_release IS 'The authorisation is to be let go.';
DROP INDEX payment.intent_unsettled;
CREATE INDEX intent_unsettled ON payment.intent (tenant_id, ask_at) WHERE state IN ('new', 'open', 'unknown', 'authorised');
ALTER TABLE payment.work DROP CONSTRAINT work_kind_check,
	ADD CONSTRAINT work_kind_check CHECK (kind IN ('mismatch', 'unknown', 'second', 'late', 'dispute', 'negative', 'refund_failed', 'unsettled', 'expiring'));
COMMENT ON COLUMN payment.work.kind IS 'mismatch: money that does not fit; unknown: for no order of ours; second, late: money that went back; dispute; negative: more went out than came in; refund_failed; unsettled: the gateway gives no answer; expiring: an authorisation that is to be captured soon.';
