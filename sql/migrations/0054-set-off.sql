-- What comes back of an order on invoice that nobody has paid is set off against what is due.

ALTER TABLE payment.refund ADD COLUMN set_off boolean NOT NULL DEFAULT false,
	ADD CHECK (NOT set_off OR (intent_id IS NULL AND state = 'done'));
COMMENT ON COLUMN payment.refund.set_off IS 'No money went: it was taken off what the buyer owes.';
INSERT INTO sales.step (axis, from_state, event, to_state, mail) VALUES ('payment', 'pending', 'set_off', 'refunded', '');
