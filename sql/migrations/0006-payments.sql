-- transactional
-- Gateways: accounts with their keys, payment intents, refunds, and what gateways told us.

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
	expires_at timestamptz,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	changed_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, intent_id),
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
COMMENT ON COLUMN payment.intent.expires_at IS 'When the hosted page ends.';
COMMENT ON COLUMN payment.intent.created_at IS 'When the row was made.';
COMMENT ON COLUMN payment.intent.changed_at IS 'When its state last changed.';
CREATE INDEX intent_payment ON payment.intent (tenant_id, payment_id);
CREATE INDEX intent_order ON payment.intent (tenant_id, order_id);
CREATE INDEX intent_account ON payment.intent (tenant_id, account_id);
CREATE UNIQUE INDEX intent_session ON payment.intent (tenant_id, account_id, session_ref) WHERE session_ref <> '';
CREATE INDEX intent_unsettled ON payment.intent (tenant_id, changed_at) WHERE state IN ('new', 'open', 'unknown');

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
COMMENT ON COLUMN payment.refund.actor IS 'Who asked: staff, house.';
COMMENT ON COLUMN payment.refund.code IS 'Why it failed, in the gateway''s code.';
COMMENT ON COLUMN payment.refund.attempts IS 'Calls made.';
COMMENT ON COLUMN payment.refund.created_at IS 'When it was asked.';
COMMENT ON COLUMN payment.refund.changed_at IS 'When its state last changed.';
CREATE INDEX refund_payment ON payment.refund (tenant_id, payment_id);
CREATE INDEX refund_intent ON payment.refund (tenant_id, intent_id);
CREATE INDEX refund_unsettled ON payment.refund (tenant_id, changed_at) WHERE state IN ('asked', 'unknown', 'pending');

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
COMMENT ON COLUMN payment.event.body IS 'The raw bytes whose signature was verified.';
COMMENT ON COLUMN payment.event.received_at IS 'When it came first.';
COMMENT ON COLUMN payment.event.applied_at IS 'When it was applied.';
COMMENT ON COLUMN payment.event.outcome IS 'What it did: a word of payment.apply().';

SELECT sutler.protect('payment.account', 'payment.intent', 'payment.refund', 'payment.event');
