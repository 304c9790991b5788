-- transactional
-- Orders that staff change: a discount by hand, the order's version, money that falls due again.

INSERT INTO staff.permission (permission) VALUES ('orders.discount');

-- More is to be paid than came in: the order was changed after it was paid.
INSERT INTO sales.step (axis, from_state, event, to_state, mail) VALUES ('payment', 'paid', 'owe', 'pending', '');

ALTER TABLE sales.cart
	ADD COLUMN hand_discount bigint NOT NULL DEFAULT 0 CHECK (hand_discount BETWEEN 0 AND 9007199254740991),
	-- one discount at a time: that of staff stands in for the coupon's
	ADD CONSTRAINT cart_one_discount CHECK (hand_discount = 0 OR coupon_code = '');
COMMENT ON COLUMN sales.cart.hand_discount IS 'What staff take off the goods, minor units; 0: nothing. Instead of a coupon.';

ALTER TABLE sales."order"
	ADD COLUMN hand_discount bigint NOT NULL DEFAULT 0 CHECK (hand_discount >= 0),
	ADD COLUMN revision integer NOT NULL DEFAULT 0,
	ADD CONSTRAINT order_hand_discount CHECK (hand_discount = 0 OR (coupon_code = '' AND discount <= hand_discount)),
	ADD CONSTRAINT order_discount_of_goods CHECK (discount <= goods);
COMMENT ON COLUMN sales."order".hand_discount IS 'What staff meant to take off the goods; discount says what it came to.';
COMMENT ON COLUMN sales."order".revision IS 'Counts changes of its lines: who changes it says which one he saw.';

-- A gateway's report fits an attempt while the payment asks for as much as when it began.
ALTER TABLE payment.intent ADD COLUMN of_amount bigint CHECK (of_amount >= amount);
COMMENT ON COLUMN payment.intent.of_amount IS 'The payment''s amount when the attempt began, of which it pays what was due; NULL: all of it.';

-- ---- orders that staff put together ----

ALTER TABLE sales.cart ADD COLUMN actor text NOT NULL DEFAULT 'buyer';
COMMENT ON COLUMN sales.cart.actor IS 'Who places its order: buyer, or a staff id.';
ALTER TABLE sales."order" ADD COLUMN pay_until timestamptz;
COMMENT ON COLUMN sales."order".pay_until IS 'Until when an order by card that staff placed may stay unpaid; NULL: the store''s minutes.';

CREATE TABLE sales.draft (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	draft_id uuid NOT NULL,
	customer_id uuid,
	revision integer NOT NULL DEFAULT 0,
	placed boolean NOT NULL DEFAULT false,
	made_by text NOT NULL,
	made_at timestamptz NOT NULL DEFAULT sutler.now(),
	changed_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, draft_id),
	FOREIGN KEY (tenant_id, store_id, draft_id) REFERENCES sales.cart (tenant_id, store_id, cart_id) ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, customer_id) REFERENCES customer.person
);
COMMENT ON TABLE sales.draft IS 'An order that staff put together, by telephone for instance: a cart that no browser opens and that holds no stock until it is placed.';
COMMENT ON COLUMN sales.draft.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.draft.store_id IS 'The storefront.';
COMMENT ON COLUMN sales.draft.draft_id IS 'The draft: id of its cart.';
COMMENT ON COLUMN sales.draft.customer_id IS 'Whose order it will be; NULL: a guest''s.';
COMMENT ON COLUMN sales.draft.revision IS 'Counts changes: who changes or places it says which one he saw.';
COMMENT ON COLUMN sales.draft.placed IS 'Its order is placed.';
COMMENT ON COLUMN sales.draft.made_by IS 'Staff id.';
COMMENT ON COLUMN sales.draft.made_at IS 'When it was begun.';
COMMENT ON COLUMN sales.draft.changed_at IS 'Last change.';
CREATE INDEX draft_open ON sales.draft (tenant_id, store_id, draft_id) WHERE NOT placed;
CREATE INDEX draft_cart ON sales.draft (tenant_id, store_id, draft_id);
CREATE INDEX draft_customer ON sales.draft (tenant_id, customer_id);
SELECT sutler.protect('sales.draft');

-- ---- exchanges: what came back pays for another order ----

ALTER TABLE sales.draft ADD COLUMN return_id uuid,
	ADD FOREIGN KEY (tenant_id, return_id) REFERENCES sales.return;
COMMENT ON COLUMN sales.draft.return_id IS 'The return for whose goods it is the exchange; NULL: none.';
-- A return is exchanged once.
CREATE UNIQUE INDEX draft_exchange ON sales.draft (tenant_id, return_id);
ALTER TABLE sales."order" ADD COLUMN exchange_of uuid,
	ADD FOREIGN KEY (tenant_id, exchange_of) REFERENCES sales.return;
COMMENT ON COLUMN sales."order".exchange_of IS 'The return for whose goods it is the exchange; NULL: none.';
CREATE UNIQUE INDEX order_exchange ON sales."order" (tenant_id, exchange_of);

-- Money of a return that pays for its exchange goes over this account.
ALTER TABLE payment.entry DROP CONSTRAINT entry_accounts, ADD CONSTRAINT entry_accounts CHECK (
	debit IN ('receivable', 'gateway', 'bank', 'cash', 'refunds_due', 'excess', 'disputed', 'losses', 'exchange')
	AND credit IN ('receivable', 'gateway', 'bank', 'cash', 'refunds_due', 'excess', 'disputed', 'losses', 'exchange'));
