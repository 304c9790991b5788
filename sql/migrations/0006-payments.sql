-- transactional
-- Gateways: accounts with their keys, payment intents, refunds, and what gateways told us.

ALTER TABLE payment.method DROP CONSTRAINT method_method_check,
	ADD CONSTRAINT method_method_check CHECK (method IN ('bank_transfer', 'cod', 'card'));
ALTER TABLE sales.cart DROP CONSTRAINT cart_payment_method_check,
	ADD CONSTRAINT cart_payment_method_check CHECK (payment_method IN ('bank_transfer', 'cod', 'card'));
ALTER TABLE tenancy.store ADD COLUMN unpaid_minutes integer NOT NULL DEFAULT 60 CHECK (unpaid_minutes BETWEEN 30 AND 10080);
COMMENT ON COLUMN tenancy.store.unpaid_minutes IS 'How long an order by card may stay unpaid after it was placed, minutes.';

INSERT INTO sales.step (axis, from_state, event, to_state, mail) VALUES
	('order',   'cancelled',       'reopen',         'open',            ''),
	('payment', 'failed',          'authorise',      'authorised',      ''),
	('payment', 'refunded',        'refund_undone',  'paid',            ''),
	('payment', 'partly_refunded', 'refund_undone',  'paid',            ''),
	('payment', 'refunded',        'refund_back',    'partly_refunded', '');

-- Named accounts of the double entries (sql/functions/payment.sql), and what a row was written for.
ALTER TABLE payment.entry ADD COLUMN source text NOT NULL DEFAULT '',
	ADD CONSTRAINT entry_accounts CHECK (
		debit IN ('receivable', 'gateway', 'bank', 'cash', 'refunds_due', 'excess', 'disputed', 'losses')
		AND credit IN ('receivable', 'gateway', 'bank', 'cash', 'refunds_due', 'excess', 'disputed', 'losses'));
COMMENT ON COLUMN payment.entry.source IS 'What it books, so that it is booked once: capture:INTENT, refund:REFUND:done ...; empty: by hand.';
CREATE UNIQUE INDEX entry_source ON payment.entry (tenant_id, payment_id, source) WHERE source <> '';

CREATE FUNCTION payment.entry_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION 'money moves are written once: correct one by another entry' USING ERRCODE = 'restrict_violation';
END
$$;
COMMENT ON FUNCTION payment.entry_stays() IS 'Refuses to change or delete a money move.';
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE ON payment.entry FOR EACH ROW EXECUTE FUNCTION payment.entry_stays();

CREATE TABLE payment.account (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	account_id uuid NOT NULL,
	provider text NOT NULL CHECK (provider IN ('stripe')),
	active boolean NOT NULL DEFAULT true,
	live boolean NOT NULL DEFAULT false,
	key_sealed bytea NOT NULL,
	webhook_sealed bytea NOT NULL,
	webhook_old_sealed bytea,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, account_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE payment.account IS 'A store''s account at a payment gateway.';
COMMENT ON COLUMN payment.account.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.account.store_id IS 'The storefront.';
COMMENT ON COLUMN payment.account.account_id IS 'The account; it stands in the address of its webhooks.';
COMMENT ON COLUMN payment.account.provider IS 'The gateway, a name of lib/pay.';
COMMENT ON COLUMN payment.account.active IS 'New payments go here.';
COMMENT ON COLUMN payment.account.live IS 'Real money; false: the gateway''s test mode.';
COMMENT ON COLUMN payment.account.key_sealed IS 'API key, AES-256-GCM under the key outside the database.';
COMMENT ON COLUMN payment.account.webhook_sealed IS 'Secret of webhook signatures, sealed likewise.';
COMMENT ON COLUMN payment.account.webhook_old_sealed IS 'The one before, while it is rolled.';
COMMENT ON COLUMN payment.account.created_at IS 'When the row was made.';
CREATE UNIQUE INDEX account_one_active ON payment.account (tenant_id, store_id, provider) WHERE active;

CREATE TABLE payment.intent (
	tenant_id uuid NOT NULL,
	intent_id uuid NOT NULL,
	payment_id uuid NOT NULL,
	order_id uuid NOT NULL,
	account_id uuid NOT NULL,
	amount bigint NOT NULL CHECK (amount > 0),
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'open', 'unknown', 'succeeded', 'failed', 'expired', 'review')),
	session_ref text NOT NULL DEFAULT '',
	payment_ref text NOT NULL DEFAULT '',
	url text NOT NULL DEFAULT '',
	code text NOT NULL DEFAULT '',
	captured bigint NOT NULL DEFAULT 0 CHECK (captured >= 0),
	excess boolean NOT NULL DEFAULT false,
	refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
	taken bigint NOT NULL DEFAULT 0 CHECK (taken >= 0),
	expires_at timestamptz,
	asked integer NOT NULL DEFAULT 0,
	ask_at timestamptz NOT NULL DEFAULT sutler.now() + interval '2 minutes',
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	changed_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, intent_id),
	CONSTRAINT intent_refunds CHECK (refunded <= captured),
	FOREIGN KEY (tenant_id, payment_id) REFERENCES payment.payment,
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order",
	FOREIGN KEY (tenant_id, account_id) REFERENCES payment.account
);
COMMENT ON TABLE payment.intent IS 'One attempt to pay at a gateway: written before the gateway is called, its id is the idempotency key.';
COMMENT ON COLUMN payment.intent.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.intent.intent_id IS 'The attempt; idempotency key of its calls and client_reference_id at the gateway.';
COMMENT ON COLUMN payment.intent.payment_id IS 'What is to be paid.';
COMMENT ON COLUMN payment.intent.order_id IS 'The order.';
COMMENT ON COLUMN payment.intent.account_id IS 'Where.';
COMMENT ON COLUMN payment.intent.amount IS 'Minor units of ISO 4217.';
COMMENT ON COLUMN payment.intent.currency IS 'ISO 4217.';
COMMENT ON COLUMN payment.intent.state IS 'new: not called yet; unknown: called, no answer; open: the buyer may pay; review: money that does not fit the order.';
COMMENT ON COLUMN payment.intent.session_ref IS 'The gateway''s name of the hosted page: cs_...';
COMMENT ON COLUMN payment.intent.payment_ref IS 'The gateway''s name of the payment: pi_...';
COMMENT ON COLUMN payment.intent.url IS 'The hosted page.';
COMMENT ON COLUMN payment.intent.code IS 'Why it failed, in the gateway''s code.';
COMMENT ON COLUMN payment.intent.captured IS 'What came in by it, minor units.';
COMMENT ON COLUMN payment.intent.excess IS 'The money pays nothing (the order was paid or cancelled) and goes back.';
COMMENT ON COLUMN payment.intent.refunded IS 'Refunds of ours that did not fail, asked or done.';
COMMENT ON COLUMN payment.intent.taken IS 'What the gateway took without our asking: disputes open or lost, refunds made there. May exceed the rest.';
COMMENT ON COLUMN payment.intent.expires_at IS 'When the hosted page ends.';
COMMENT ON COLUMN payment.intent.asked IS 'How often reconcile-payments took it to ask the gateway.';
COMMENT ON COLUMN payment.intent.ask_at IS 'When it does so next.';
COMMENT ON COLUMN payment.intent.created_at IS 'When the row was made.';
COMMENT ON COLUMN payment.intent.changed_at IS 'When its state last changed.';
CREATE INDEX intent_payment ON payment.intent (tenant_id, payment_id);
CREATE INDEX intent_order ON payment.intent (tenant_id, order_id);
CREATE INDEX intent_account ON payment.intent (tenant_id, account_id);
CREATE UNIQUE INDEX intent_session ON payment.intent (tenant_id, account_id, session_ref) WHERE session_ref <> '';
CREATE INDEX intent_unsettled ON payment.intent (tenant_id, ask_at) WHERE state IN ('new', 'open', 'unknown');
CREATE INDEX intent_paid_by ON payment.intent (tenant_id, account_id, payment_ref) WHERE payment_ref <> '';

CREATE TABLE payment.refund (
	tenant_id uuid NOT NULL,
	refund_id uuid NOT NULL,
	payment_id uuid NOT NULL,
	intent_id uuid,
	amount bigint NOT NULL CHECK (amount > 0),
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'unknown', 'pending', 'done', 'failed')),
	refund_ref text NOT NULL DEFAULT '',
	reason text NOT NULL DEFAULT '',
	actor text NOT NULL,
	code text NOT NULL DEFAULT '',
	attempts integer NOT NULL DEFAULT 0,
	ask_at timestamptz NOT NULL DEFAULT sutler.now(),
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	changed_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, refund_id),
	FOREIGN KEY (tenant_id, payment_id) REFERENCES payment.payment,
	FOREIGN KEY (tenant_id, intent_id) REFERENCES payment.intent
);
COMMENT ON TABLE payment.refund IS 'Money we ask a gateway to give back; the sum of all not failed never exceeds the capture.';
COMMENT ON COLUMN payment.refund.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.refund.refund_id IS 'The refund; idempotency key of its call.';
COMMENT ON COLUMN payment.refund.payment_id IS 'Of which payment.';
COMMENT ON COLUMN payment.refund.intent_id IS 'Of which attempt at the gateway; NULL: by hand.';
COMMENT ON COLUMN payment.refund.amount IS 'Minor units.';
COMMENT ON COLUMN payment.refund.currency IS 'ISO 4217.';
COMMENT ON COLUMN payment.refund.state IS 'asked: to be sent; unknown: sent, no answer; pending: the gateway works on it; done; failed.';
COMMENT ON COLUMN payment.refund.refund_ref IS 'The gateway''s name: re_...';
COMMENT ON COLUMN payment.refund.reason IS 'Why, in words or a code.';
COMMENT ON COLUMN payment.refund.actor IS 'Who asked: sutlerctl, house (by itself), gateway (made there, not asked by us).';
COMMENT ON COLUMN payment.refund.code IS 'Why it failed, in the gateway''s code.';
COMMENT ON COLUMN payment.refund.attempts IS 'Calls made.';
COMMENT ON COLUMN payment.refund.ask_at IS 'When reconcile-payments sends it or asks for it next.';
COMMENT ON COLUMN payment.refund.created_at IS 'When it was asked.';
COMMENT ON COLUMN payment.refund.changed_at IS 'When its state last changed.';
CREATE INDEX refund_payment ON payment.refund (tenant_id, payment_id);
CREATE INDEX refund_intent ON payment.refund (tenant_id, intent_id);
CREATE INDEX refund_unsettled ON payment.refund (tenant_id, ask_at) WHERE state IN ('asked', 'unknown', 'pending');
CREATE UNIQUE INDEX refund_ref ON payment.refund (tenant_id, intent_id, refund_ref) WHERE refund_ref <> '';

CREATE TABLE payment.event (
	tenant_id uuid NOT NULL,
	account_id uuid NOT NULL,
	event_ref text NOT NULL CHECK (event_ref <> ''),
	type text NOT NULL,
	body bytea NOT NULL,
	received_at timestamptz NOT NULL DEFAULT sutler.now(),
	applied_at timestamptz,
	outcome text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, account_id, event_ref),
	FOREIGN KEY (tenant_id, account_id) REFERENCES payment.account
);
COMMENT ON TABLE payment.event IS 'What a gateway told us, as it came, once.';
COMMENT ON COLUMN payment.event.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.event.account_id IS 'By which account.';
COMMENT ON COLUMN payment.event.event_ref IS 'The gateway''s name of the event: evt_...';
COMMENT ON COLUMN payment.event.type IS 'The gateway''s type.';
COMMENT ON COLUMN payment.event.body IS 'The raw bytes whose signature was verified; emptied after 35 days.';
COMMENT ON COLUMN payment.event.received_at IS 'When it came first.';
COMMENT ON COLUMN payment.event.applied_at IS 'When it was applied.';
COMMENT ON COLUMN payment.event.outcome IS 'What it did: a word of payment.apply().';

CREATE INDEX event_received ON payment.event (tenant_id, received_at) WHERE body <> '';

CREATE TABLE payment.dispute (
	tenant_id uuid NOT NULL,
	intent_id uuid NOT NULL,
	dispute_ref text NOT NULL CHECK (dispute_ref <> ''),
	amount bigint NOT NULL CHECK (amount > 0),
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	state text NOT NULL CHECK (state IN ('open', 'won', 'lost')),
	opened_at timestamptz NOT NULL DEFAULT sutler.now(),
	closed_at timestamptz,
	PRIMARY KEY (tenant_id, intent_id, dispute_ref),
	FOREIGN KEY (tenant_id, intent_id) REFERENCES payment.intent
);
COMMENT ON TABLE payment.dispute IS 'A buyer''s bank took money back, or tries to.';
COMMENT ON COLUMN payment.dispute.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.dispute.intent_id IS 'Of which attempt.';
COMMENT ON COLUMN payment.dispute.dispute_ref IS 'The gateway''s name of it.';
COMMENT ON COLUMN payment.dispute.amount IS 'Minor units.';
COMMENT ON COLUMN payment.dispute.currency IS 'ISO 4217.';
COMMENT ON COLUMN payment.dispute.state IS 'open: the gateway holds the money; won: we have it; lost.';
COMMENT ON COLUMN payment.dispute.opened_at IS 'When we heard of it.';
COMMENT ON COLUMN payment.dispute.closed_at IS 'When we heard how it ended.';

CREATE TABLE payment.work (
	tenant_id uuid NOT NULL,
	work_id uuid NOT NULL DEFAULT sutler.uuid7(),
	account_id uuid,
	order_id uuid,
	intent_id uuid,
	kind text NOT NULL CHECK (kind IN ('mismatch', 'unknown', 'second', 'late', 'dispute', 'negative', 'refund_failed', 'unsettled')),
	ref text NOT NULL DEFAULT '',
	detail text NOT NULL DEFAULT '',
	opened_at timestamptz NOT NULL DEFAULT sutler.now(),
	closed_at timestamptz,
	closed_by text NOT NULL DEFAULT '',
	answer text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, work_id),
	FOREIGN KEY (tenant_id, account_id) REFERENCES payment.account,
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order",
	FOREIGN KEY (tenant_id, intent_id) REFERENCES payment.intent
);
COMMENT ON TABLE payment.work IS 'Money matters that a person must look at; sutlerctl payment review lists those that are open.';
COMMENT ON COLUMN payment.work.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.work.work_id IS 'The matter.';
COMMENT ON COLUMN payment.work.account_id IS 'Account at the gateway, if known.';
COMMENT ON COLUMN payment.work.order_id IS 'Order, if known.';
COMMENT ON COLUMN payment.work.intent_id IS 'Attempt, if known.';
COMMENT ON COLUMN payment.work.kind IS 'mismatch: money that does not fit; unknown: for no order of ours; second, late: money that went back; dispute; negative: more went out than came in; refund_failed; unsettled: the gateway gives no answer.';
COMMENT ON COLUMN payment.work.ref IS 'Name of what it is about, so that it is written once.';
COMMENT ON COLUMN payment.work.detail IS 'In words.';
COMMENT ON COLUMN payment.work.opened_at IS 'Since when.';
COMMENT ON COLUMN payment.work.closed_at IS 'When somebody was done with it.';
COMMENT ON COLUMN payment.work.closed_by IS 'Who.';
COMMENT ON COLUMN payment.work.answer IS 'What was done.';
CREATE UNIQUE INDEX work_once ON payment.work (tenant_id, kind, ref) WHERE ref <> '';
CREATE INDEX work_open ON payment.work (tenant_id, opened_at) WHERE closed_at IS NULL;
CREATE INDEX work_account ON payment.work (tenant_id, account_id);
CREATE INDEX work_order ON payment.work (tenant_id, order_id);
CREATE INDEX work_intent ON payment.work (tenant_id, intent_id);

SELECT sutler.protect('payment.account', 'payment.intent', 'payment.refund', 'payment.event', 'payment.dispute', 'payment.work');
