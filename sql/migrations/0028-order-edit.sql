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
