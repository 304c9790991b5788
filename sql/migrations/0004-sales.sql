-- transactional
-- Carts, orders, coupons, delivery and payment methods, taxes, invoices, home page and mails.

CREATE SCHEMA sales;
COMMENT ON SCHEMA sales IS 'Carts and orders.';
CREATE SCHEMA payment;
COMMENT ON SCHEMA payment IS 'How orders are paid, and money moves as double entries.';
CREATE SCHEMA shipping;
COMMENT ON SCHEMA shipping IS 'Delivery methods and shipments.';
CREATE SCHEMA marketing;
COMMENT ON SCHEMA marketing IS 'Reminders, and who does not want them.';
CREATE SCHEMA content;
COMMENT ON SCHEMA content IS 'Home page blocks and pages of a store.';

CREATE TABLE shipping.method (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	method_id uuid NOT NULL,
	code text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
	kind text NOT NULL CHECK (kind IN ('flat', 'weight', 'item')),
	active boolean NOT NULL DEFAULT true,
	position integer NOT NULL DEFAULT 0,
	days_min integer NOT NULL DEFAULT 1 CHECK (days_min BETWEEN 0 AND 90),
	days_max integer NOT NULL DEFAULT 5 CHECK (days_max BETWEEN 0 AND 120),
	PRIMARY KEY (tenant_id, store_id, method_id),
	UNIQUE (tenant_id, store_id, code),
	CHECK (days_min <= days_max),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE shipping.method IS 'A way of delivery a store offers.';
COMMENT ON COLUMN shipping.method.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.method.store_id IS 'The storefront.';
COMMENT ON COLUMN shipping.method.method_id IS 'The method.';
COMMENT ON COLUMN shipping.method.code IS 'Name in files.';
COMMENT ON COLUMN shipping.method.kind IS 'How it is priced.';
COMMENT ON COLUMN shipping.method.active IS 'Offered.';
COMMENT ON COLUMN shipping.method.position IS 'Order.';
COMMENT ON COLUMN shipping.method.days_min IS 'Business days on the way, at least.';
COMMENT ON COLUMN shipping.method.days_max IS 'Business days on the way, at most.';

CREATE TABLE shipping.method_text (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	method_id uuid NOT NULL,
	locale text NOT NULL,
	name text NOT NULL CHECK (name <> ''),
	description text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, store_id, method_id, locale),
	FOREIGN KEY (tenant_id, store_id, method_id) REFERENCES shipping.method ON DELETE CASCADE
);
COMMENT ON TABLE shipping.method_text IS 'A method in a language.';
COMMENT ON COLUMN shipping.method_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.method_text.store_id IS 'The storefront.';
COMMENT ON COLUMN shipping.method_text.method_id IS 'The method.';
COMMENT ON COLUMN shipping.method_text.locale IS 'Language.';
COMMENT ON COLUMN shipping.method_text.name IS 'Name.';
COMMENT ON COLUMN shipping.method_text.description IS 'One sentence.';

CREATE TABLE shipping.method_country (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	method_id uuid NOT NULL,
	country text NOT NULL CHECK (country ~ '^([A-Z]{2}|\*)$'),
	PRIMARY KEY (tenant_id, store_id, method_id, country),
	FOREIGN KEY (tenant_id, store_id, method_id) REFERENCES shipping.method ON DELETE CASCADE
);
COMMENT ON TABLE shipping.method_country IS 'Where a method delivers.';
COMMENT ON COLUMN shipping.method_country.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.method_country.store_id IS 'The storefront.';
COMMENT ON COLUMN shipping.method_country.method_id IS 'The method.';
COMMENT ON COLUMN shipping.method_country.country IS 'ISO 3166-1, or * for everywhere.';

CREATE TABLE shipping.method_price (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	method_id uuid NOT NULL,
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	up_to_g integer NOT NULL DEFAULT 0 CHECK (up_to_g >= 0),
	first bigint NOT NULL CHECK (first BETWEEN 0 AND 1000000000),
	further bigint NOT NULL DEFAULT 0 CHECK (further BETWEEN 0 AND 1000000000),
	free_above bigint CHECK (free_above >= 0),
	PRIMARY KEY (tenant_id, store_id, method_id, currency, up_to_g),
	FOREIGN KEY (tenant_id, store_id, method_id) REFERENCES shipping.method ON DELETE CASCADE
);
COMMENT ON TABLE shipping.method_price IS 'What a method costs in a currency. flat: first; item: first and further; weight: one row per band.';
COMMENT ON COLUMN shipping.method_price.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.method_price.store_id IS 'The storefront.';
COMMENT ON COLUMN shipping.method_price.method_id IS 'The method.';
COMMENT ON COLUMN shipping.method_price.currency IS 'ISO 4217.';
COMMENT ON COLUMN shipping.method_price.up_to_g IS 'Upper bound of a weight band, grams; 0 for other kinds.';
COMMENT ON COLUMN shipping.method_price.first IS 'The price, or that of the first item, minor units.';
COMMENT ON COLUMN shipping.method_price.further IS 'Each further item.';
COMMENT ON COLUMN shipping.method_price.free_above IS 'Goods after discount from which it is free, or NULL.';

CREATE TABLE payment.method (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	method text NOT NULL CHECK (method IN ('bank_transfer', 'cod')),
	active boolean NOT NULL DEFAULT true,
	position integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, store_id, method),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE payment.method IS 'A way of payment a store offers.';
COMMENT ON COLUMN payment.method.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.method.store_id IS 'The storefront.';
COMMENT ON COLUMN payment.method.method IS 'Which one.';
COMMENT ON COLUMN payment.method.active IS 'Offered.';
COMMENT ON COLUMN payment.method.position IS 'Order.';

CREATE TABLE payment.method_text (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	method text NOT NULL,
	locale text NOT NULL,
	name text NOT NULL CHECK (name <> ''),
	instructions text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, store_id, method, locale),
	FOREIGN KEY (tenant_id, store_id, method) REFERENCES payment.method ON DELETE CASCADE
);
COMMENT ON TABLE payment.method_text IS 'A payment method in a language.';
COMMENT ON COLUMN payment.method_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.method_text.store_id IS 'The storefront.';
COMMENT ON COLUMN payment.method_text.method IS 'Which one.';
COMMENT ON COLUMN payment.method_text.locale IS 'Language.';
COMMENT ON COLUMN payment.method_text.name IS 'Name.';
COMMENT ON COLUMN payment.method_text.instructions IS 'What the buyer must do: account number ...; lines are kept.';

CREATE TABLE payment.method_country (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	method text NOT NULL,
	country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
	PRIMARY KEY (tenant_id, store_id, method, country),
	FOREIGN KEY (tenant_id, store_id, method) REFERENCES payment.method ON DELETE CASCADE
);
COMMENT ON TABLE payment.method_country IS 'Where a payment method is offered; no row: everywhere.';
COMMENT ON COLUMN payment.method_country.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.method_country.store_id IS 'The storefront.';
COMMENT ON COLUMN payment.method_country.method IS 'Which one.';
COMMENT ON COLUMN payment.method_country.country IS 'ISO 3166-1.';

CREATE TABLE accounting.tax_class_text (
	tenant_id uuid NOT NULL,
	tax_class text NOT NULL,
	locale text NOT NULL,
	label text NOT NULL,
	PRIMARY KEY (tenant_id, tax_class, locale),
	FOREIGN KEY (tenant_id, tax_class) REFERENCES accounting.tax_class ON DELETE CASCADE
);
COMMENT ON TABLE accounting.tax_class_text IS 'A tax class in a language.';
COMMENT ON COLUMN accounting.tax_class_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN accounting.tax_class_text.tax_class IS 'The class.';
COMMENT ON COLUMN accounting.tax_class_text.locale IS 'Language.';
COMMENT ON COLUMN accounting.tax_class_text.label IS 'The label.';

CREATE TABLE accounting.tax_rate (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	tax_rate_id uuid NOT NULL,
	code text NOT NULL,
	tax_class text NOT NULL,
	country text NOT NULL CHECK (country ~ '^([A-Z]{2}|\*)$'),
	region text NOT NULL DEFAULT '',
	postal_prefix text NOT NULL DEFAULT '',
	customer_type text NOT NULL DEFAULT 'any' CHECK (customer_type IN ('any', 'consumer', 'business')),
	rate_ppm integer NOT NULL CHECK (rate_ppm BETWEEN 0 AND 1000000),
	name text NOT NULL,
	priority integer NOT NULL DEFAULT 1 CHECK (priority BETWEEN 1 AND 9),
	compound boolean NOT NULL DEFAULT false,
	shipping boolean NOT NULL DEFAULT true,
	treatment text NOT NULL DEFAULT 'taxed' CHECK (treatment IN ('taxed', 'exempt', 'reverse_charge')),
	PRIMARY KEY (tenant_id, store_id, tax_rate_id),
	UNIQUE (tenant_id, store_id, code),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, tax_class) REFERENCES accounting.tax_class
);
COMMENT ON TABLE accounting.tax_rate IS 'A tax rule: goods of a class, sent to a region, for a kind of customer. The most specific rule of each priority applies.';
COMMENT ON COLUMN accounting.tax_rate.tenant_id IS 'The merchant.';
COMMENT ON COLUMN accounting.tax_rate.store_id IS 'The storefront.';
COMMENT ON COLUMN accounting.tax_rate.tax_rate_id IS 'The rule.';
COMMENT ON COLUMN accounting.tax_rate.code IS 'Name in files.';
COMMENT ON COLUMN accounting.tax_rate.tax_class IS 'Kind of goods.';
COMMENT ON COLUMN accounting.tax_rate.country IS 'Destination, or *.';
COMMENT ON COLUMN accounting.tax_rate.region IS 'Destination''s region code, or empty.';
COMMENT ON COLUMN accounting.tax_rate.postal_prefix IS 'Beginning of the destination''s postal code, or empty.';
COMMENT ON COLUMN accounting.tax_rate.customer_type IS 'business: with a tax number.';
COMMENT ON COLUMN accounting.tax_rate.rate_ppm IS 'Rate in millionths: 21 % is 210000.';
COMMENT ON COLUMN accounting.tax_rate.name IS 'Name on documents: "IVA".';
COMMENT ON COLUMN accounting.tax_rate.priority IS 'Rates of different priority add up.';
COMMENT ON COLUMN accounting.tax_rate.compound IS 'Reckoned on the net plus the taxes of lower priority.';
COMMENT ON COLUMN accounting.tax_rate.shipping IS 'Applies to delivery charges of its class too.';
COMMENT ON COLUMN accounting.tax_rate.treatment IS 'reverse_charge: a business in another country accounts for it.';
CREATE INDEX tax_rate_class ON accounting.tax_rate (tenant_id, tax_class);

CREATE TABLE sales.coupon (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	coupon_id uuid NOT NULL,
	code text NOT NULL CHECK (code ~ '^[A-Z0-9][A-Z0-9_-]{1,31}$'),
	active boolean NOT NULL DEFAULT true,
	kind text NOT NULL CHECK (kind IN ('percent', 'fixed', 'free_shipping')),
	percent_ppm integer NOT NULL DEFAULT 0 CHECK (percent_ppm BETWEEN 0 AND 1000000),
	starts_at timestamptz NOT NULL DEFAULT '-infinity',
	ends_at timestamptz NOT NULL DEFAULT 'infinity',
	max_uses integer CHECK (max_uses > 0),
	per_customer integer CHECK (per_customer > 0),
	used integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, store_id, coupon_id),
	UNIQUE (tenant_id, store_id, code),
	CHECK (used >= 0 AND (max_uses IS NULL OR used <= max_uses)),
	CHECK (starts_at < ends_at),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE sales.coupon IS 'A code that gives a discount.';
COMMENT ON COLUMN sales.coupon.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.coupon.store_id IS 'The storefront.';
COMMENT ON COLUMN sales.coupon.coupon_id IS 'The coupon.';
COMMENT ON COLUMN sales.coupon.code IS 'What the buyer types, upper case ASCII.';
COMMENT ON COLUMN sales.coupon.active IS 'Can be used.';
COMMENT ON COLUMN sales.coupon.kind IS 'What it gives.';
COMMENT ON COLUMN sales.coupon.percent_ppm IS 'Of eligible goods, millionths.';
COMMENT ON COLUMN sales.coupon.starts_at IS 'From.';
COMMENT ON COLUMN sales.coupon.ends_at IS 'Until, exclusive.';
COMMENT ON COLUMN sales.coupon.max_uses IS 'In all, or NULL.';
COMMENT ON COLUMN sales.coupon.per_customer IS 'By one mail address, or NULL.';
COMMENT ON COLUMN sales.coupon.used IS 'Orders that hold a use.';

CREATE TABLE sales.coupon_amount (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	coupon_id uuid NOT NULL,
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	fixed bigint NOT NULL DEFAULT 0 CHECK (fixed BETWEEN 0 AND 1000000000),
	minimum bigint NOT NULL DEFAULT 0 CHECK (minimum >= 0),
	PRIMARY KEY (tenant_id, store_id, coupon_id, currency),
	FOREIGN KEY (tenant_id, store_id, coupon_id) REFERENCES sales.coupon ON DELETE CASCADE
);
COMMENT ON TABLE sales.coupon_amount IS 'Amounts of a coupon in a currency.';
COMMENT ON COLUMN sales.coupon_amount.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.coupon_amount.store_id IS 'The storefront.';
COMMENT ON COLUMN sales.coupon_amount.coupon_id IS 'The coupon.';
COMMENT ON COLUMN sales.coupon_amount.currency IS 'ISO 4217.';
COMMENT ON COLUMN sales.coupon_amount.fixed IS 'What a fixed coupon takes off, minor units.';
COMMENT ON COLUMN sales.coupon_amount.minimum IS 'Eligible goods needed.';

CREATE TABLE sales.coupon_scope (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	coupon_id uuid NOT NULL,
	kind text NOT NULL CHECK (kind IN ('include', 'exclude')),
	target text NOT NULL CHECK (target IN ('product', 'category')),
	target_id uuid NOT NULL,
	PRIMARY KEY (tenant_id, store_id, coupon_id, kind, target, target_id),
	FOREIGN KEY (tenant_id, store_id, coupon_id) REFERENCES sales.coupon ON DELETE CASCADE
);
COMMENT ON TABLE sales.coupon_scope IS 'Products and categories a coupon is for, or not for. No include row: all.';
COMMENT ON COLUMN sales.coupon_scope.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.coupon_scope.store_id IS 'The storefront.';
COMMENT ON COLUMN sales.coupon_scope.coupon_id IS 'The coupon.';
COMMENT ON COLUMN sales.coupon_scope.kind IS 'For, or not for.';
COMMENT ON COLUMN sales.coupon_scope.target IS 'What target_id names.';
COMMENT ON COLUMN sales.coupon_scope.target_id IS 'The product or category.';

CREATE TABLE sales.contact (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	contact_id uuid NOT NULL,
	email text NOT NULL DEFAULT '',
	email_key text NOT NULL GENERATED ALWAYS AS (lower(email)) STORED,
	phone text NOT NULL DEFAULT '',
	name text NOT NULL DEFAULT '',
	company text NOT NULL DEFAULT '',
	tax_id text NOT NULL DEFAULT '',
	street text NOT NULL DEFAULT '',
	street2 text NOT NULL DEFAULT '',
	postal_code text NOT NULL DEFAULT '',
	city text NOT NULL DEFAULT '',
	region text NOT NULL DEFAULT '',
	country text NOT NULL DEFAULT '' CHECK (country ~ '^([A-Z]{2})?$'),
	erased_at timestamptz,
	PRIMARY KEY (tenant_id, contact_id)
);
COMMENT ON TABLE sales.contact IS 'A person''s address as given for a cart or order: a snapshot, with customer.person the only place of personal data in the clear.';
COMMENT ON COLUMN sales.contact.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.contact.contact_id IS 'The snapshot.';
COMMENT ON COLUMN sales.contact.email IS 'Mail address as typed.';
COMMENT ON COLUMN sales.contact.email_key IS 'Folded, for limits per customer.';
COMMENT ON COLUMN sales.contact.phone IS 'Telephone.';
COMMENT ON COLUMN sales.contact.name IS 'Person.';
COMMENT ON COLUMN sales.contact.company IS 'Firm.';
COMMENT ON COLUMN sales.contact.tax_id IS 'VAT or tax number of a firm.';
COMMENT ON COLUMN sales.contact.street IS 'Street and number.';
COMMENT ON COLUMN sales.contact.street2 IS 'Further line.';
COMMENT ON COLUMN sales.contact.postal_code IS 'Postal code.';
COMMENT ON COLUMN sales.contact.city IS 'City.';
COMMENT ON COLUMN sales.contact.region IS 'Region, state or province code.';
COMMENT ON COLUMN sales.contact.country IS 'ISO 3166-1.';
COMMENT ON COLUMN sales.contact.erased_at IS 'When it was overwritten at the person''s wish.';
CREATE INDEX contact_email ON sales.contact (tenant_id, email_key);

CREATE TABLE sales.cart (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	cart_id uuid NOT NULL,
	state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'ordered')),
	locale text NOT NULL,
	currency text NOT NULL,
	customer_type text NOT NULL DEFAULT 'consumer' CHECK (customer_type IN ('consumer', 'business')),
	coupon_code text NOT NULL DEFAULT '',
	note text NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
	contact_id uuid,
	billing_id uuid,
	verified_email text NOT NULL DEFAULT '',
	reminders boolean NOT NULL DEFAULT false,
	method_id uuid,
	payment_method text CHECK (payment_method IN ('bank_transfer', 'cod')),
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	touched_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, cart_id),
	UNIQUE (tenant_id, store_id, cart_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, contact_id) REFERENCES sales.contact,
	FOREIGN KEY (tenant_id, billing_id) REFERENCES sales.contact
);
COMMENT ON TABLE sales.cart IS 'What a shopper is about to buy. Made by the first POST; frozen when its order is placed.';
COMMENT ON COLUMN sales.cart.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.cart.store_id IS 'The storefront.';
COMMENT ON COLUMN sales.cart.cart_id IS 'The cart.';
COMMENT ON COLUMN sales.cart.state IS 'ordered: frozen.';
COMMENT ON COLUMN sales.cart.locale IS 'Language it is kept in.';
COMMENT ON COLUMN sales.cart.currency IS 'Currency it is kept in.';
COMMENT ON COLUMN sales.cart.customer_type IS 'For taxes.';
COMMENT ON COLUMN sales.cart.coupon_code IS 'Coupon asked for, or empty.';
COMMENT ON COLUMN sales.cart.note IS 'The buyer''s words.';
COMMENT ON COLUMN sales.cart.contact_id IS 'Who, with the delivery address.';
COMMENT ON COLUMN sales.cart.billing_id IS 'Billing address where it differs.';
COMMENT ON COLUMN sales.cart.verified_email IS 'SHA-256 in hex of the folded mail address that was proven by a code, or empty.';
COMMENT ON COLUMN sales.cart.reminders IS 'The shopper asked to be reminded of it by mail; never ticked for him.';
COMMENT ON COLUMN sales.cart.method_id IS 'Delivery method.';
COMMENT ON COLUMN sales.cart.payment_method IS 'Payment method.';
COMMENT ON COLUMN sales.cart.created_at IS 'When the row was made.';
COMMENT ON COLUMN sales.cart.touched_at IS 'Last change by the shopper.';
CREATE INDEX cart_contact ON sales.cart (tenant_id, contact_id);
CREATE INDEX cart_billing ON sales.cart (tenant_id, billing_id);
CREATE INDEX cart_touched ON sales.cart (tenant_id, touched_at) WHERE state = 'open';

CREATE TABLE sales.cart_token (
	tenant_id uuid NOT NULL,
	token_sha256 bytea NOT NULL CHECK (length(token_sha256) = 32),
	cart_id uuid NOT NULL,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, token_sha256),
	FOREIGN KEY (tenant_id, cart_id) REFERENCES sales.cart ON DELETE CASCADE
);
COMMENT ON TABLE sales.cart_token IS 'Cookies and mailed links that open a cart; only their hashes.';
COMMENT ON COLUMN sales.cart_token.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.cart_token.token_sha256 IS 'Hash of the token.';
COMMENT ON COLUMN sales.cart_token.cart_id IS 'The cart.';
COMMENT ON COLUMN sales.cart_token.created_at IS 'When the row was made.';
CREATE INDEX cart_token_cart ON sales.cart_token (tenant_id, cart_id);

CREATE TABLE sales.cart_line (
	tenant_id uuid NOT NULL,
	cart_id uuid NOT NULL,
	variant_id uuid NOT NULL,
	quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 10000),
	added_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, cart_id, variant_id),
	FOREIGN KEY (tenant_id, cart_id) REFERENCES sales.cart ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, variant_id) REFERENCES catalog.variant ON DELETE CASCADE
);
COMMENT ON TABLE sales.cart_line IS 'A variant in a cart.';
COMMENT ON COLUMN sales.cart_line.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.cart_line.cart_id IS 'The cart.';
COMMENT ON COLUMN sales.cart_line.variant_id IS 'The variant.';
COMMENT ON COLUMN sales.cart_line.quantity IS 'Pieces.';
COMMENT ON COLUMN sales.cart_line.added_at IS 'For the order of the lines.';
CREATE INDEX cart_line_variant ON sales.cart_line (tenant_id, variant_id);

CREATE TABLE sales.verification (
	tenant_id uuid NOT NULL,
	cart_id uuid NOT NULL,
	email text NOT NULL,
	code_sha256 bytea,
	tries integer NOT NULL DEFAULT 0 CHECK (tries <= 10),
	expires_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, cart_id),
	FOREIGN KEY (tenant_id, cart_id) REFERENCES sales.cart ON DELETE CASCADE
);
COMMENT ON TABLE sales.verification IS 'A code mailed to prove a guest''s mail address. The code is made when the mail is sent; only its hash is kept.';
COMMENT ON COLUMN sales.verification.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.verification.cart_id IS 'The cart.';
COMMENT ON COLUMN sales.verification.email IS 'The address to prove.';
COMMENT ON COLUMN sales.verification.code_sha256 IS 'SHA-256 of the text of cart_id (36 characters) and the six digits; NULL until the mail was made.';
COMMENT ON COLUMN sales.verification.tries IS 'Codes typed.';
COMMENT ON COLUMN sales.verification.expires_at IS 'When the code ends.';

CREATE TABLE sales.step (
	axis text NOT NULL CHECK (axis IN ('order', 'payment', 'fulfilment', 'return')),
	from_state text NOT NULL,
	event text NOT NULL,
	to_state text NOT NULL,
	mail text NOT NULL DEFAULT '',
	PRIMARY KEY (axis, from_state, event)
);
COMMENT ON TABLE sales.step IS 'The states: which event leads from which state to which, on each of the four axes, and which mail tells the buyer. Reference table.';
COMMENT ON COLUMN sales.step.axis IS 'Which column of sales.order.';
COMMENT ON COLUMN sales.step.from_state IS 'State before.';
COMMENT ON COLUMN sales.step.event IS 'What happens.';
COMMENT ON COLUMN sales.step.to_state IS 'State after.';
COMMENT ON COLUMN sales.step.mail IS 'Mail template for the buyer, or empty.';

CREATE TABLE sales."order" (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	order_id uuid NOT NULL,
	number text NOT NULL,
	cart_id uuid NOT NULL,
	state text NOT NULL DEFAULT 'open' CHECK (state IN ('draft', 'open', 'closed', 'cancelled')),
	payment text NOT NULL DEFAULT 'pending' CHECK (payment IN ('pending', 'authorised', 'paid', 'partly_refunded', 'refunded', 'failed')),
	fulfilment text NOT NULL DEFAULT 'unfulfilled' CHECK (fulfilment IN ('unfulfilled', 'in_production', 'ready', 'partly_shipped', 'shipped', 'delivered')),
	return_state text NOT NULL DEFAULT 'none' CHECK (return_state IN ('none', 'requested', 'approved', 'received', 'returned', 'refused')),
	locale text NOT NULL,
	currency text NOT NULL,
	customer_type text NOT NULL,
	prices_include_tax boolean NOT NULL,
	tax_rounding text NOT NULL CHECK (tax_rounding IN ('line', 'document')),
	goods bigint NOT NULL CHECK (goods >= 0),
	discount bigint NOT NULL CHECK (discount >= 0),
	shipping bigint NOT NULL CHECK (shipping >= 0),
	tax bigint NOT NULL CHECK (tax >= 0),
	total bigint NOT NULL CHECK (total >= 0),
	coupon_code text NOT NULL DEFAULT '',
	contact_id uuid NOT NULL,
	billing_id uuid,
	method_id uuid NOT NULL,
	method_name text NOT NULL,
	payment_method text NOT NULL,
	note text NOT NULL DEFAULT '',
	promise_from date,
	promise_to date,
	placed_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, order_id),
	UNIQUE (tenant_id, cart_id),
	UNIQUE (tenant_id, store_id, number),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, cart_id) REFERENCES sales.cart,
	FOREIGN KEY (tenant_id, contact_id) REFERENCES sales.contact,
	FOREIGN KEY (tenant_id, billing_id) REFERENCES sales.contact
);
COMMENT ON TABLE sales."order" IS 'An order: totals and addresses as agreed. Its four states change through sales.fire() alone.';
COMMENT ON COLUMN sales."order".tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales."order".store_id IS 'The storefront.';
COMMENT ON COLUMN sales."order".order_id IS 'The order.';
COMMENT ON COLUMN sales."order".number IS 'Number people see.';
COMMENT ON COLUMN sales."order".cart_id IS 'The cart it came from: one cart is one order.';
COMMENT ON COLUMN sales."order".state IS 'Axis order.';
COMMENT ON COLUMN sales."order".payment IS 'Axis payment.';
COMMENT ON COLUMN sales."order".fulfilment IS 'Axis fulfilment.';
COMMENT ON COLUMN sales."order".return_state IS 'Axis return.';
COMMENT ON COLUMN sales."order".locale IS 'Language of its mails.';
COMMENT ON COLUMN sales."order".currency IS 'ISO 4217.';
COMMENT ON COLUMN sales."order".customer_type IS 'consumer or business.';
COMMENT ON COLUMN sales."order".prices_include_tax IS 'How its prices are meant.';
COMMENT ON COLUMN sales."order".tax_rounding IS 'The rounding rule of this document.';
COMMENT ON COLUMN sales."order".goods IS 'Goods before discount as priced, minor units.';
COMMENT ON COLUMN sales."order".discount IS 'Taken off the goods.';
COMMENT ON COLUMN sales."order".shipping IS 'Delivery as priced.';
COMMENT ON COLUMN sales."order".tax IS 'All taxes.';
COMMENT ON COLUMN sales."order".total IS 'What the buyer pays.';
COMMENT ON COLUMN sales."order".coupon_code IS 'Coupon used.';
COMMENT ON COLUMN sales."order".contact_id IS 'Who, with the delivery address.';
COMMENT ON COLUMN sales."order".billing_id IS 'Billing address where it differs.';
COMMENT ON COLUMN sales."order".method_id IS 'Delivery method.';
COMMENT ON COLUMN sales."order".method_name IS 'Its name as it was shown.';
COMMENT ON COLUMN sales."order".payment_method IS 'Payment method.';
COMMENT ON COLUMN sales."order".note IS 'The buyer''s words.';
COMMENT ON COLUMN sales."order".promise_from IS 'Estimated delivery, earliest.';
COMMENT ON COLUMN sales."order".promise_to IS 'Estimated delivery, latest.';
COMMENT ON COLUMN sales."order".placed_at IS 'When.';
CREATE INDEX order_placed ON sales."order" (tenant_id, store_id, placed_at);
CREATE INDEX order_contact ON sales."order" (tenant_id, contact_id);
CREATE INDEX order_billing ON sales."order" (tenant_id, billing_id);
CREATE INDEX order_open ON sales."order" (tenant_id, payment, placed_at) WHERE state = 'open';

CREATE TABLE sales.order_line (
	tenant_id uuid NOT NULL,
	order_id uuid NOT NULL,
	line_no integer NOT NULL CHECK (line_no > 0),
	variant_id uuid NOT NULL,
	sku text NOT NULL,
	name text NOT NULL,
	options text NOT NULL DEFAULT '',
	image text NOT NULL DEFAULT '',
	quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 10000),
	unit_price bigint NOT NULL CHECK (unit_price >= 0),
	discount bigint NOT NULL CHECK (discount >= 0),
	tax bigint NOT NULL CHECK (tax >= 0),
	total bigint NOT NULL CHECK (total >= 0),
	tax_label text NOT NULL DEFAULT '',
	made_to_order boolean NOT NULL DEFAULT false,
	weight_g integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, order_id, line_no),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE sales.order_line IS 'A line of an order, as agreed.';
COMMENT ON COLUMN sales.order_line.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.order_line.order_id IS 'The order.';
COMMENT ON COLUMN sales.order_line.line_no IS '1, 2, 3 ...';
COMMENT ON COLUMN sales.order_line.variant_id IS 'The variant.';
COMMENT ON COLUMN sales.order_line.sku IS 'SKU as it was.';
COMMENT ON COLUMN sales.order_line.name IS 'Name as it was shown.';
COMMENT ON COLUMN sales.order_line.options IS 'Options as they were shown: "Black, 42".';
COMMENT ON COLUMN sales.order_line.image IS 'Media name of the picture, or empty.';
COMMENT ON COLUMN sales.order_line.quantity IS 'Pieces.';
COMMENT ON COLUMN sales.order_line.unit_price IS 'As priced, minor units.';
COMMENT ON COLUMN sales.order_line.discount IS 'This line''s share of the discount.';
COMMENT ON COLUMN sales.order_line.tax IS 'This line''s taxes (0 when rounded on the document and informative only).';
COMMENT ON COLUMN sales.order_line.total IS 'After discount, as priced.';
COMMENT ON COLUMN sales.order_line.tax_label IS 'Names and rates of its taxes as on the invoice.';
COMMENT ON COLUMN sales.order_line.made_to_order IS 'Made after the order.';
COMMENT ON COLUMN sales.order_line.weight_g IS 'Weight of a piece, grams.';
CREATE INDEX order_line_variant ON sales.order_line (tenant_id, variant_id);

CREATE TABLE sales.order_tax (
	tenant_id uuid NOT NULL,
	order_id uuid NOT NULL,
	row_no integer NOT NULL,
	name text NOT NULL,
	rate_ppm integer NOT NULL,
	base bigint NOT NULL,
	amount bigint NOT NULL,
	PRIMARY KEY (tenant_id, order_id, row_no),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE sales.order_tax IS 'Taxes of an order by name and rate.';
COMMENT ON COLUMN sales.order_tax.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.order_tax.order_id IS 'The order.';
COMMENT ON COLUMN sales.order_tax.row_no IS '1, 2, 3 ...';
COMMENT ON COLUMN sales.order_tax.name IS 'Name on documents.';
COMMENT ON COLUMN sales.order_tax.rate_ppm IS 'Rate, millionths.';
COMMENT ON COLUMN sales.order_tax.base IS 'What it is reckoned on, minor units.';
COMMENT ON COLUMN sales.order_tax.amount IS 'The tax.';

CREATE TABLE sales.order_event (
	tenant_id uuid NOT NULL,
	event_id uuid NOT NULL DEFAULT sutler.uuid7(),
	order_id uuid NOT NULL,
	axis text NOT NULL,
	event text NOT NULL,
	from_state text NOT NULL,
	to_state text NOT NULL,
	actor text NOT NULL,
	detail text NOT NULL DEFAULT '',
	at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, event_id),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE sales.order_event IS 'History of an order. Append-only.';
COMMENT ON COLUMN sales.order_event.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.order_event.event_id IS 'The event.';
COMMENT ON COLUMN sales.order_event.order_id IS 'The order.';
COMMENT ON COLUMN sales.order_event.axis IS 'Which state changed, or "note".';
COMMENT ON COLUMN sales.order_event.event IS 'What happened.';
COMMENT ON COLUMN sales.order_event.from_state IS 'State before.';
COMMENT ON COLUMN sales.order_event.to_state IS 'State after.';
COMMENT ON COLUMN sales.order_event.actor IS 'buyer, a job, a staff id.';
COMMENT ON COLUMN sales.order_event.detail IS 'More, without personal data.';
COMMENT ON COLUMN sales.order_event.at IS 'When.';
CREATE INDEX order_event_order ON sales.order_event (tenant_id, order_id, event_id);

CREATE TABLE sales.order_token (
	tenant_id uuid NOT NULL,
	token_sha256 bytea NOT NULL CHECK (length(token_sha256) = 32),
	order_id uuid NOT NULL,
	expires_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, token_sha256),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE sales.order_token IS 'Links that open an order''s page without an account; only their hashes.';
COMMENT ON COLUMN sales.order_token.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.order_token.token_sha256 IS 'Hash of the token.';
COMMENT ON COLUMN sales.order_token.order_id IS 'The order.';
COMMENT ON COLUMN sales.order_token.expires_at IS 'When the link ends.';
CREATE INDEX order_token_order ON sales.order_token (tenant_id, order_id);

CREATE TABLE sales.coupon_use (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	coupon_id uuid NOT NULL,
	order_id uuid NOT NULL,
	email_key text NOT NULL,
	PRIMARY KEY (tenant_id, order_id),
	FOREIGN KEY (tenant_id, store_id, coupon_id) REFERENCES sales.coupon,
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE sales.coupon_use IS 'A coupon used by an order; gone when the order is cancelled.';
COMMENT ON COLUMN sales.coupon_use.tenant_id IS 'The merchant.';
COMMENT ON COLUMN sales.coupon_use.store_id IS 'The storefront.';
COMMENT ON COLUMN sales.coupon_use.coupon_id IS 'The coupon.';
COMMENT ON COLUMN sales.coupon_use.order_id IS 'The order.';
COMMENT ON COLUMN sales.coupon_use.email_key IS 'The folded mail address, hashed by SHA-256 as hex.';
CREATE INDEX coupon_use_customer ON sales.coupon_use (tenant_id, store_id, coupon_id, email_key);

CREATE TABLE payment.payment (
	tenant_id uuid NOT NULL,
	payment_id uuid NOT NULL,
	order_id uuid NOT NULL,
	method text NOT NULL,
	currency text NOT NULL,
	amount bigint NOT NULL CHECK (amount >= 0),
	captured bigint NOT NULL DEFAULT 0 CHECK (captured >= 0),
	refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
	reference text NOT NULL DEFAULT '',
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, payment_id),
	CHECK (refunded <= captured),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE payment.payment IS 'One way an order is to be paid, with its state.';
COMMENT ON COLUMN payment.payment.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.payment.payment_id IS 'The payment.';
COMMENT ON COLUMN payment.payment.order_id IS 'The order.';
COMMENT ON COLUMN payment.payment.method IS 'bank_transfer, cod, later gateways.';
COMMENT ON COLUMN payment.payment.currency IS 'ISO 4217.';
COMMENT ON COLUMN payment.payment.amount IS 'To be paid, minor units.';
COMMENT ON COLUMN payment.payment.captured IS 'Came in.';
COMMENT ON COLUMN payment.payment.refunded IS 'Asked back or given back by us.';
COMMENT ON COLUMN payment.payment.reference IS 'What the other side calls it.';
COMMENT ON COLUMN payment.payment.created_at IS 'When the row was made.';
CREATE INDEX payment_order ON payment.payment (tenant_id, order_id);

CREATE TABLE payment.entry (
	tenant_id uuid NOT NULL,
	entry_id uuid NOT NULL DEFAULT sutler.uuid7(),
	payment_id uuid NOT NULL,
	debit text NOT NULL,
	credit text NOT NULL,
	amount bigint NOT NULL CHECK (amount > 0),
	currency text NOT NULL,
	reason text NOT NULL,
	at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, entry_id),
	CHECK (debit <> credit),
	FOREIGN KEY (tenant_id, payment_id) REFERENCES payment.payment
);
COMMENT ON TABLE payment.entry IS 'A money move between two accounts: double entry, append-only.';
COMMENT ON COLUMN payment.entry.tenant_id IS 'The merchant.';
COMMENT ON COLUMN payment.entry.entry_id IS 'The move.';
COMMENT ON COLUMN payment.entry.payment_id IS 'Its payment.';
COMMENT ON COLUMN payment.entry.debit IS 'Account that receives: bank, cash, receivable ...';
COMMENT ON COLUMN payment.entry.credit IS 'Account that gives.';
COMMENT ON COLUMN payment.entry.amount IS 'Minor units.';
COMMENT ON COLUMN payment.entry.currency IS 'ISO 4217.';
COMMENT ON COLUMN payment.entry.reason IS 'capture, refund ...';
COMMENT ON COLUMN payment.entry.at IS 'When.';
CREATE INDEX entry_payment ON payment.entry (tenant_id, payment_id);

CREATE TABLE shipping.shipment (
	tenant_id uuid NOT NULL,
	shipment_id uuid NOT NULL,
	order_id uuid NOT NULL,
	carrier text NOT NULL DEFAULT '',
	tracking_number text NOT NULL DEFAULT '',
	tracking_url text NOT NULL DEFAULT '' CHECK (tracking_url ~ '^(https?://.*)?$'),
	shipped_at timestamptz NOT NULL DEFAULT sutler.now(),
	delivered_at timestamptz,
	PRIMARY KEY (tenant_id, shipment_id),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE shipping.shipment IS 'A parcel of an order.';
COMMENT ON COLUMN shipping.shipment.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.shipment.shipment_id IS 'The parcel.';
COMMENT ON COLUMN shipping.shipment.order_id IS 'The order.';
COMMENT ON COLUMN shipping.shipment.carrier IS 'Who carries it.';
COMMENT ON COLUMN shipping.shipment.tracking_number IS 'Tracking number.';
COMMENT ON COLUMN shipping.shipment.tracking_url IS 'Where to follow it.';
COMMENT ON COLUMN shipping.shipment.shipped_at IS 'When it left.';
COMMENT ON COLUMN shipping.shipment.delivered_at IS 'When it arrived.';
CREATE INDEX shipment_order ON shipping.shipment (tenant_id, order_id);

CREATE TABLE shipping.shipment_line (
	tenant_id uuid NOT NULL,
	shipment_id uuid NOT NULL,
	order_id uuid NOT NULL,
	line_no integer NOT NULL,
	quantity integer NOT NULL CHECK (quantity > 0),
	PRIMARY KEY (tenant_id, shipment_id, line_no),
	FOREIGN KEY (tenant_id, shipment_id) REFERENCES shipping.shipment,
	FOREIGN KEY (tenant_id, order_id, line_no) REFERENCES sales.order_line
);
COMMENT ON TABLE shipping.shipment_line IS 'What is in a parcel.';
COMMENT ON COLUMN shipping.shipment_line.tenant_id IS 'The merchant.';
COMMENT ON COLUMN shipping.shipment_line.shipment_id IS 'The parcel.';
COMMENT ON COLUMN shipping.shipment_line.order_id IS 'The order.';
COMMENT ON COLUMN shipping.shipment_line.line_no IS 'Line of the order.';
COMMENT ON COLUMN shipping.shipment_line.quantity IS 'Pieces.';
CREATE INDEX shipment_line_order ON shipping.shipment_line (tenant_id, order_id, line_no);

CREATE TABLE accounting.series (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	series text NOT NULL,
	next_number bigint NOT NULL DEFAULT 1 CHECK (next_number > 0),
	PRIMARY KEY (tenant_id, store_id, series),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE accounting.series IS 'A series of gapless invoice numbers; the row is locked only while a number is given.';
COMMENT ON COLUMN accounting.series.tenant_id IS 'The merchant.';
COMMENT ON COLUMN accounting.series.store_id IS 'The storefront.';
COMMENT ON COLUMN accounting.series.series IS 'Prefix with year: "F2026-".';
COMMENT ON COLUMN accounting.series.next_number IS 'The next number.';

CREATE TABLE accounting.invoice (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	invoice_id uuid NOT NULL,
	order_id uuid NOT NULL,
	series text NOT NULL,
	number bigint NOT NULL,
	issued_on date NOT NULL,
	locale text NOT NULL,
	currency text NOT NULL,
	seller text NOT NULL,
	buyer text NOT NULL,
	prices_include_tax boolean NOT NULL,
	goods bigint NOT NULL,
	discount bigint NOT NULL,
	shipping bigint NOT NULL,
	tax bigint NOT NULL,
	total bigint NOT NULL,
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, invoice_id),
	UNIQUE (tenant_id, order_id),
	UNIQUE (tenant_id, store_id, series, number),
	FOREIGN KEY (tenant_id, store_id, series) REFERENCES accounting.series,
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE accounting.invoice IS 'An invoice as issued: kept unchanged for its legal term, readable by accounting alone.';
COMMENT ON COLUMN accounting.invoice.tenant_id IS 'The merchant.';
COMMENT ON COLUMN accounting.invoice.store_id IS 'The storefront.';
COMMENT ON COLUMN accounting.invoice.invoice_id IS 'The invoice.';
COMMENT ON COLUMN accounting.invoice.order_id IS 'The order it bills.';
COMMENT ON COLUMN accounting.invoice.series IS 'Its series.';
COMMENT ON COLUMN accounting.invoice.number IS 'Its number in the series, without gaps.';
COMMENT ON COLUMN accounting.invoice.issued_on IS 'Local day of issue.';
COMMENT ON COLUMN accounting.invoice.locale IS 'Language it is written in.';
COMMENT ON COLUMN accounting.invoice.currency IS 'ISO 4217.';
COMMENT ON COLUMN accounting.invoice.seller IS 'Seller: name, address, tax number, as lines.';
COMMENT ON COLUMN accounting.invoice.buyer IS 'Buyer: name, address, tax number, as lines.';
COMMENT ON COLUMN accounting.invoice.prices_include_tax IS 'How line prices are meant.';
COMMENT ON COLUMN accounting.invoice.goods IS 'As on the order.';
COMMENT ON COLUMN accounting.invoice.discount IS 'As on the order.';
COMMENT ON COLUMN accounting.invoice.shipping IS 'As on the order.';
COMMENT ON COLUMN accounting.invoice.tax IS 'As on the order.';
COMMENT ON COLUMN accounting.invoice.total IS 'As on the order.';
COMMENT ON COLUMN accounting.invoice.created_at IS 'When the row was made.';

CREATE TABLE accounting.document (
	tenant_id uuid NOT NULL,
	invoice_id uuid NOT NULL,
	pdf bytea NOT NULL,
	sha256 bytea NOT NULL CHECK (length(sha256) = 32),
	made_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, invoice_id),
	FOREIGN KEY (tenant_id, invoice_id) REFERENCES accounting.invoice
);
COMMENT ON TABLE accounting.document IS 'The PDF of an invoice, made once.';
COMMENT ON COLUMN accounting.document.tenant_id IS 'The merchant.';
COMMENT ON COLUMN accounting.document.invoice_id IS 'The invoice.';
COMMENT ON COLUMN accounting.document.pdf IS 'The file.';
COMMENT ON COLUMN accounting.document.sha256 IS 'Its hash.';
COMMENT ON COLUMN accounting.document.made_at IS 'When it was made.';

CREATE TABLE accounting.unbilled (
	tenant_id uuid NOT NULL,
	order_id uuid NOT NULL,
	since timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, order_id),
	FOREIGN KEY (tenant_id, order_id) REFERENCES sales."order"
);
COMMENT ON TABLE accounting.unbilled IS 'Paid orders whose invoice is not finished: written by the payment step, gone when the PDF is stored.';
COMMENT ON COLUMN accounting.unbilled.tenant_id IS 'The merchant.';
COMMENT ON COLUMN accounting.unbilled.order_id IS 'The order.';
COMMENT ON COLUMN accounting.unbilled.since IS 'When it was paid.';

CREATE TABLE marketing.reminder (
	tenant_id uuid NOT NULL,
	cart_id uuid NOT NULL,
	step integer NOT NULL CHECK (step BETWEEN 1 AND 3),
	queued_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, cart_id, step),
	FOREIGN KEY (tenant_id, cart_id) REFERENCES sales.cart ON DELETE CASCADE
);
COMMENT ON TABLE marketing.reminder IS 'A reminder mailed for an abandoned cart: at most one per cart and step.';
COMMENT ON COLUMN marketing.reminder.tenant_id IS 'The merchant.';
COMMENT ON COLUMN marketing.reminder.cart_id IS 'The cart.';
COMMENT ON COLUMN marketing.reminder.step IS 'First, second ...';
COMMENT ON COLUMN marketing.reminder.queued_at IS 'When it was queued.';

CREATE TABLE marketing.opt_out (
	tenant_id uuid NOT NULL REFERENCES tenancy.tenant,
	email_sha256 bytea NOT NULL CHECK (length(email_sha256) = 32),
	at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, email_sha256)
);
COMMENT ON TABLE marketing.opt_out IS 'Who wants no reminders: hash of the folded mail address.';
COMMENT ON COLUMN marketing.opt_out.tenant_id IS 'The merchant.';
COMMENT ON COLUMN marketing.opt_out.email_sha256 IS 'Hash.';
COMMENT ON COLUMN marketing.opt_out.at IS 'Since when.';

CREATE TABLE content.block (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	block_id uuid NOT NULL,
	code text NOT NULL,
	kind text NOT NULL CHECK (kind IN ('hero', 'mission', 'vision', 'objectives', 'values', 'featured', 'categories', 'testimonials', 'sustainability', 'cta')),
	position integer NOT NULL,
	image text NOT NULL DEFAULT '',
	link text NOT NULL DEFAULT '' CHECK (link ~ '^(/([^/\\].*)?)?$'),
	PRIMARY KEY (tenant_id, store_id, block_id),
	UNIQUE (tenant_id, store_id, code),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE content.block IS 'A block of the home page.';
COMMENT ON COLUMN content.block.tenant_id IS 'The merchant.';
COMMENT ON COLUMN content.block.store_id IS 'The storefront.';
COMMENT ON COLUMN content.block.block_id IS 'The block.';
COMMENT ON COLUMN content.block.code IS 'Name in files.';
COMMENT ON COLUMN content.block.kind IS 'How it is shown.';
COMMENT ON COLUMN content.block.position IS 'Order.';
COMMENT ON COLUMN content.block.image IS 'Media name, or empty.';
COMMENT ON COLUMN content.block.link IS 'Local path the button leads to, or empty.';

CREATE TABLE content.block_text (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	block_id uuid NOT NULL,
	locale text NOT NULL,
	title text NOT NULL DEFAULT '',
	body text NOT NULL DEFAULT '',
	link_text text NOT NULL DEFAULT '',
	alt text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, store_id, block_id, locale),
	FOREIGN KEY (tenant_id, store_id, block_id) REFERENCES content.block ON DELETE CASCADE
);
COMMENT ON TABLE content.block_text IS 'A block in a language.';
COMMENT ON COLUMN content.block_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN content.block_text.store_id IS 'The storefront.';
COMMENT ON COLUMN content.block_text.block_id IS 'The block.';
COMMENT ON COLUMN content.block_text.locale IS 'Language.';
COMMENT ON COLUMN content.block_text.title IS 'Heading.';
COMMENT ON COLUMN content.block_text.body IS 'Plain text; a blank line parts paragraphs.';
COMMENT ON COLUMN content.block_text.link_text IS 'Words on the button.';
COMMENT ON COLUMN content.block_text.alt IS 'Alternative text of the image.';

CREATE TABLE content.block_item (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	block_id uuid NOT NULL,
	locale text NOT NULL,
	position integer NOT NULL,
	title text NOT NULL,
	body text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, store_id, block_id, locale, position),
	FOREIGN KEY (tenant_id, store_id, block_id) REFERENCES content.block ON DELETE CASCADE
);
COMMENT ON TABLE content.block_item IS 'A point of a block: one value, one objective, one testimonial.';
COMMENT ON COLUMN content.block_item.tenant_id IS 'The merchant.';
COMMENT ON COLUMN content.block_item.store_id IS 'The storefront.';
COMMENT ON COLUMN content.block_item.block_id IS 'The block.';
COMMENT ON COLUMN content.block_item.locale IS 'Language.';
COMMENT ON COLUMN content.block_item.position IS 'Order.';
COMMENT ON COLUMN content.block_item.title IS 'Heading or name.';
COMMENT ON COLUMN content.block_item.body IS 'Text.';

CREATE TABLE content.page (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	page_id uuid NOT NULL,
	code text NOT NULL,
	position integer NOT NULL DEFAULT 0,
	updated_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, store_id, page_id),
	UNIQUE (tenant_id, store_id, code),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE
);
COMMENT ON TABLE content.page IS 'A page of a store: terms, privacy, delivery ...';
COMMENT ON COLUMN content.page.tenant_id IS 'The merchant.';
COMMENT ON COLUMN content.page.store_id IS 'The storefront.';
COMMENT ON COLUMN content.page.page_id IS 'The page.';
COMMENT ON COLUMN content.page.code IS 'Name in files.';
COMMENT ON COLUMN content.page.position IS 'Order in the footer.';
COMMENT ON COLUMN content.page.updated_at IS 'Last change.';

CREATE TABLE content.page_text (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	page_id uuid NOT NULL,
	locale text NOT NULL,
	slug text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,120}$'),
	title text NOT NULL CHECK (title <> ''),
	body text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, store_id, page_id, locale),
	UNIQUE (tenant_id, store_id, locale, slug),
	FOREIGN KEY (tenant_id, store_id, page_id) REFERENCES content.page ON DELETE CASCADE
);
COMMENT ON TABLE content.page_text IS 'A page in a language.';
COMMENT ON COLUMN content.page_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN content.page_text.store_id IS 'The storefront.';
COMMENT ON COLUMN content.page_text.page_id IS 'The page.';
COMMENT ON COLUMN content.page_text.locale IS 'Language.';
COMMENT ON COLUMN content.page_text.slug IS 'Name in the URL: /page/SLUG.';
COMMENT ON COLUMN content.page_text.title IS 'Title.';
COMMENT ON COLUMN content.page_text.body IS 'Markdown.';

SELECT sutler.protect('shipping.method',
	'shipping.method_text',
	'shipping.method_country',
	'shipping.method_price',
	'payment.method',
	'payment.method_text',
	'payment.method_country',
	'accounting.tax_class_text',
	'accounting.tax_rate',
	'sales.coupon',
	'sales.coupon_amount',
	'sales.coupon_scope',
	'sales.contact',
	'sales.cart',
	'sales.cart_token',
	'sales.cart_line',
	'sales.verification',
	'sales."order"',
	'sales.order_line',
	'sales.order_tax',
	'sales.order_event',
	'sales.order_token',
	'sales.coupon_use',
	'payment.payment',
	'payment.entry',
	'shipping.shipment',
	'shipping.shipment_line',
	'accounting.series',
	'accounting.invoice',
	'accounting.document',
	'accounting.unbilled',
	'marketing.reminder',
	'marketing.opt_out',
	'content.block',
	'content.block_text',
	'content.block_item',
	'content.page',
	'content.page_text');

INSERT INTO sales.step (axis, from_state, event, to_state, mail) VALUES
	('order',      'draft',           'place',     'open',            'order-placed'),
	('order',      'open',            'close',     'closed',          ''),
	('order',      'open',            'cancel',    'cancelled',       'cancelled'),
	('order',      'draft',           'cancel',    'cancelled',       ''),
	('payment',    'pending',         'authorise', 'authorised',      ''),
	('payment',    'pending',         'pay',       'paid',            'payment-received'),
	('payment',    'authorised',      'pay',       'paid',            'payment-received'),
	('payment',    'failed',          'pay',       'paid',            'payment-received'),
	('payment',    'pending',         'fail',      'failed',          ''),
	('payment',    'authorised',      'fail',      'failed',          ''),
	('payment',    'failed',          'retry',     'pending',         ''),
	('payment',    'paid',            'refund_part', 'partly_refunded', ''),
	('payment',    'partly_refunded', 'refund_part', 'partly_refunded', ''),
	('payment',    'paid',            'refund',    'refunded',        ''),
	('payment',    'partly_refunded', 'refund',    'refunded',        ''),
	('fulfilment', 'unfulfilled',     'produce',   'in_production',   'in-production'),
	('fulfilment', 'unfulfilled',     'make_ready', 'ready',          'ready'),
	('fulfilment', 'in_production',   'make_ready', 'ready',          'ready'),
	('fulfilment', 'ready',           'ship_part', 'partly_shipped',  'shipped'),
	('fulfilment', 'partly_shipped',  'ship_part', 'partly_shipped',  'shipped'),
	('fulfilment', 'ready',           'ship',      'shipped',         'shipped'),
	('fulfilment', 'partly_shipped',  'ship',      'shipped',         'shipped'),
	('fulfilment', 'shipped',         'deliver',   'delivered',       'delivered'),
	('return',     'none',            'request',   'requested',       ''),
	('return',     'requested',       'approve',   'approved',        ''),
	('return',     'requested',       'refuse',    'refused',         ''),
	('return',     'approved',        'receive',   'received',        ''),
	('return',     'received',        'accept',    'returned',        ''),
	('return',     'received',        'refuse',    'refused',         '');
