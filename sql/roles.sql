-- roles.sql -- what each program may do, and nothing else.
--
-- sutlerctl migrate runs it every time, as the owner of the schema, in one
-- transaction: first everything is taken from everybody, then given exactly.  So
-- a line removed below is a right removed.  Row-level security stays above all of
-- it: a right reaches the rows of the request's tenant only.  The roles are made
-- by bootstrap.sql, one for each row of etc/programs.tab.

-- Take everything back.
DO $revoke$
DECLARE
	everybody text;
	schema name;
BEGIN
	SELECT pg_catalog.string_agg(pg_catalog.quote_ident(rolname), ', ' ORDER BY rolname) INTO STRICT everybody
		FROM pg_catalog.pg_roles
		WHERE (rolname LIKE '\_sutler-%' OR rolname IN ('sutler_search', 'sutler_backup'))
			AND rolname <> '_sutler-owner';
	everybody := 'PUBLIC, ' || everybody;
	FOR schema IN
		SELECT nspname FROM pg_catalog.pg_namespace
		WHERE pg_catalog.pg_get_userbyid(nspowner) = current_user
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %s', schema, everybody);
		EXECUTE pg_catalog.format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM %s', schema, everybody);
		EXECUTE pg_catalog.format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM %s', schema, everybody);
		EXECUTE pg_catalog.format('REVOKE ALL ON SCHEMA %I FROM %s', schema, everybody);
	END LOOP;
	EXECUTE pg_catalog.format('REVOKE ALL ON DATABASE %I FROM %s', pg_catalog.current_database(), everybody);
	EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO %s', pg_catalog.current_database(),
		pg_catalog.replace(everybody, 'PUBLIC, ', ''));
	-- Names can be seen by all programs: a schema alone opens nothing.  The operators of
	-- the extensions live in public.
	FOR schema IN
		SELECT nspname FROM pg_catalog.pg_namespace
		WHERE (pg_catalog.pg_get_userbyid(nspowner) = current_user AND nspname <> 'migration') OR nspname = 'public'
	LOOP
		EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO %s', schema,
			pg_catalog.replace(everybody, 'PUBLIC, ', ''));
	END LOOP;
END
$revoke$;

-- A function made later belongs to nobody either until it is given below.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- The months of tomorrow and the order numbers of a new store are saved as well.
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO sutler_backup;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON SEQUENCES TO sutler_backup;

-- The clock and the ids are for all; and who keeps the backups reads everything.
DO $common$
DECLARE
	programs text;
	schema name;
BEGIN
	SELECT pg_catalog.string_agg(pg_catalog.quote_ident(rolname), ', ' ORDER BY rolname) INTO STRICT programs
		FROM pg_catalog.pg_roles WHERE rolname LIKE '\_sutler-%' AND rolname <> '_sutler-owner';
	EXECUTE 'GRANT EXECUTE ON FUNCTION sutler.now(), sutler.uuid7() TO sutler_search, ' || programs;
	FOR schema IN
		SELECT nspname FROM pg_catalog.pg_namespace
		WHERE pg_catalog.pg_get_userbyid(nspowner) = current_user
	LOOP
		EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO sutler_backup', schema);
		EXECUTE pg_catalog.format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO sutler_backup', schema);
		EXECUTE pg_catalog.format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO sutler_backup', schema);
	END LOOP;
END
$common$;

-- ---- by program: what it reads, what it writes, what it calls ----

-- The frame around every page of a shop (sql/query/front.sql): the store, its menus, the cart's count.
GRANT SELECT ON tenancy.host, tenancy.store, tenancy.store_locale, tenancy.store_currency, tenancy.social,
	catalog.version, catalog.category, catalog.category_text, content.page, content.page_text,
	payment.method, payment.method_text
	TO "_sutler-home", "_sutler-catalog", "_sutler-cart", "_sutler-checkout", "_sutler-order", "_sutler-login", "_sutler-account";
GRANT SELECT (tenant_id, cart_id, state) ON sales.cart TO "_sutler-home", "_sutler-catalog", "_sutler-order", "_sutler-login";
GRANT SELECT (tenant_id, cart_id, token_sha256) ON sales.cart_token TO "_sutler-home", "_sutler-catalog", "_sutler-order", "_sutler-login";
GRANT SELECT (tenant_id, cart_id, quantity) ON sales.cart_line TO "_sutler-home", "_sutler-catalog", "_sutler-order", "_sutler-login";
-- Who is signed in, by his cookie and no other way.
GRANT EXECUTE ON FUNCTION customer.session_find(uuid, bytea), customer.session_touch(uuid, uuid) TO
	"_sutler-home", "_sutler-catalog", "_sutler-cart", "_sutler-checkout", "_sutler-order", "_sutler-login", "_sutler-account";
GRANT EXECUTE ON FUNCTION payment.has_gateway(uuid, uuid) TO
	"_sutler-home", "_sutler-catalog", "_sutler-cart", "_sutler-checkout", "_sutler-order", "_sutler-login", "_sutler-account";
-- What must be known although its request was rolled back (lib/web).
GRANT INSERT ON event.note TO "_sutler-home", "_sutler-catalog", "_sutler-cart", "_sutler-checkout", "_sutler-order", "_sutler-login", "_sutler-account";

-- home: the brand's blocks and pages, and cards of featured products.
GRANT SELECT ON content.block, content.block_text, content.block_item, catalog.listing, catalog.placement, catalog.category_count
	TO "_sutler-home";

-- cart, checkout, and account and admin-orders where an order is changed: a cart with everything its price depends on (sql/query/cart.sql).  They
-- change it through functions that ask for the cart's token.
GRANT SELECT ON sales.cart, sales.cart_token, sales.cart_line,
	catalog.product, catalog.product_text, catalog.product_option, catalog.product_media, catalog.product_media_text,
	catalog.media, catalog.variant, catalog.variant_value, catalog.attribute_value, catalog.attribute_value_text,
	catalog.store_product, catalog.store_product_text, catalog.store_product_media, catalog.price, catalog.category_product,
	inventory.stock, inventory.store_warehouse, inventory.hold,
	sales.coupon, sales.coupon_amount, sales.coupon_scope, accounting.tax_rate, tenancy.holiday,
	shipping.method, shipping.method_text, shipping.method_price, payment.method_amount
	TO "_sutler-cart", "_sutler-checkout", "_sutler-account", "_sutler-admin-orders";
GRANT EXECUTE ON FUNCTION shipping.ways_to(uuid, uuid, text, text), inventory.bundle_free(uuid, uuid, uuid, uuid), catalog.bundle_words(uuid, uuid, text, uuid), catalog.nothing_to_send(uuid, uuid[])
	TO "_sutler-cart", "_sutler-checkout", "_sutler-account", "_sutler-admin-orders";
-- The cart page needs the destination alone; and cards: when it is empty, and of what goes with what is in it.
GRANT SELECT (tenant_id, contact_id, country, region, postal_code) ON sales.contact TO "_sutler-cart";
GRANT SELECT ON catalog.listing TO "_sutler-cart";
GRANT SELECT (tenant_id, product_id, related_id, kind, position) ON catalog.related TO "_sutler-cart";
GRANT EXECUTE ON FUNCTION
	sales.cart_add(uuid, uuid, bytea, bytea, text, text, uuid, integer, integer),
	sales.cart_set(uuid, uuid, bytea, uuid, integer),
	sales.cart_coupon(uuid, uuid, bytea, text, text),
	sales.coupon_missed(uuid, bytea),
	sales.cart_note(uuid, uuid, bytea, text)
	TO "_sutler-cart";
-- checkout: who orders and how it is paid; placing.
GRANT SELECT ON sales.contact, shipping.method_country, payment.method_country, payment.method_group TO "_sutler-checkout";
GRANT SELECT ON shipping.method_country TO "_sutler-admin-orders";
GRANT SELECT, INSERT, UPDATE ON event.idempotency TO "_sutler-checkout", "_sutler-admin-orders", "_sutler-admin-inventory";
GRANT EXECUTE ON FUNCTION
	sales.checkout_start(uuid, uuid, bytea, text, text, text, integer),
	sales.checkout_contact(uuid, uuid, bytea, bytea, text, text, boolean, boolean),
	sales.verify_send(uuid, uuid, bytea), sales.verify_check(uuid, uuid, bytea, text),
	sales.checkout_address(uuid, uuid, bytea, text, text, text, text, text, text, text, text, text, text,
		boolean, text, text, text, text, text, text, text, text),
	sales.checkout_delivery(uuid, uuid, bytea, uuid), sales.checkout_payment(uuid, uuid, bytea, text),
	sales.checkout_lock(uuid, uuid, bytea, text, text, text),
	sales.place_order(uuid, uuid, uuid, bytea, timestamptz, bigint, bigint, bigint, bigint, bigint, text, date, date, text,
		uuid[], integer[], bigint[], bigint[], bigint[], bigint[], text[], text[], text[], text[], text[], boolean[], integer[],
		text[], integer[], bigint[], bigint[])
	TO "_sutler-checkout";
-- checkout, for who is signed in: his address book, and the order becomes his.
GRANT SELECT ON customer.person, customer.address TO "_sutler-checkout";
GRANT EXECUTE ON FUNCTION sales.save_cart(uuid, uuid, bytea, uuid), sales.own_order(uuid, bytea, uuid), payment.credit_left(uuid, uuid, text),
	customer.keep_address(uuid, uuid, uuid, boolean, integer, text, text, text, text, text, text, text, text, text, boolean, boolean)
	TO "_sutler-checkout";
-- order: what the buyer sees of his order, and its invoice through a door of its own.
-- account shows the same to the customer.  Which order, sales.order_open() decides for both.
GRANT SELECT ON sales."order", sales.order_line, sales.order_tax, sales.order_event, sales.contact,
	shipping.shipment TO "_sutler-order", "_sutler-account";
GRANT EXECUTE ON FUNCTION accounting.has_invoice(uuid, uuid), accounting.invoice_open(uuid, uuid, bytea, uuid, uuid),
	accounting.credit_notes_open(uuid, uuid, bytea, uuid, uuid), accounting.credit_note_open(uuid, uuid, bytea, uuid, uuid, uuid),
	sales.word(text, text, text, text),
	sales.order_open(uuid, uuid, bytea, uuid, uuid), sales.can_cancel(uuid, uuid), sales.can_change(uuid, uuid),
	sales.cancel_own(uuid, uuid, bytea, uuid, uuid), payment.due(uuid, uuid)
	TO "_sutler-order", "_sutler-account";
-- What comes back, to both; the customer asks for it.
GRANT SELECT ON sales.return, sales.return_line TO "_sutler-order", "_sutler-account";
GRANT EXECUTE ON FUNCTION sales.notes_open(uuid, uuid, bytea, uuid, uuid) TO "_sutler-order", "_sutler-account";
-- What was bought as downloads, and the one door that counts a fetch; the files themselves both read from the disk.
GRANT EXECUTE ON FUNCTION sales.downloads_open(uuid, uuid, bytea, uuid, uuid), sales.download_take(uuid, uuid, bytea, uuid, uuid, uuid)
	TO "_sutler-order", "_sutler-account";
GRANT EXECUTE ON FUNCTION sales.can_return(uuid, uuid), sales.ask_return(uuid, uuid, uuid, uuid, uuid, text, text, text, integer[], integer[]) TO "_sutler-account";
-- account: a customer's own person and addresses; changes by functions that ask whose they are.
GRANT SELECT ON customer.person, customer.address TO "_sutler-account";
GRANT EXECUTE ON FUNCTION
	customer.set_profile(uuid, uuid, text, text, text, text, text, text),
	customer.keep_address(uuid, uuid, uuid, boolean, integer, text, text, text, text, text, text, text, text, text, boolean, boolean),
	customer.drop_address(uuid, uuid, uuid),
	sales.open_saved(uuid, uuid, uuid, uuid, bytea),
	sales.change_begin(uuid, uuid, uuid, uuid, bytea, uuid[], integer[], text, text, text, text, text, text, text, text),
	sales.change_drop(uuid, uuid, uuid, uuid, bytea),
	sales.change_order(uuid, uuid, uuid, uuid, bytea, bigint, bigint, bigint, bigint, bigint, date, date, boolean,
		uuid[], integer[], bigint[], bigint[], bigint[], bigint[], text[], text[], text[], text[], text[], boolean[], integer[],
		text[], integer[], bigint[], bigint[]),
	sales.reorder(uuid, uuid, uuid, uuid, uuid, bytea, bytea, text, text, integer)
	TO "_sutler-account";
-- Paying by card: checkout, order and account write down an attempt and read how it stands; what it comes
-- to is written by courier, webhooks and reconcile-payments alone.
GRANT EXECUTE ON FUNCTION payment.begin_intent(uuid, uuid, bytea, uuid, uuid, uuid, text) TO
	"_sutler-checkout", "_sutler-order", "_sutler-account";
GRANT EXECUTE ON FUNCTION payment.switch(uuid, uuid, bytea, uuid, uuid, text), payment.instead(uuid, sales."order", text) TO
	"_sutler-order", "_sutler-account";
GRANT SELECT (tenant_id, intent_id, order_id, state, code, amount, captured, currency, created_at) ON payment.intent TO "_sutler-order", "_sutler-account";
-- What goes back is shown to the customer too.
GRANT SELECT (tenant_id, payment_id, order_id) ON payment.payment TO "_sutler-order", "_sutler-account";
GRANT SELECT (tenant_id, refund_id, payment_id, state, amount, currency, changed_at, set_off) ON payment.refund TO "_sutler-order", "_sutler-account";
-- webhooks: the shop behind a host, the secrets that prove a report, and the two doors of reports.
GRANT SELECT ON tenancy.host, tenancy.store, tenancy.store_locale, tenancy.store_currency, catalog.version TO "_sutler-webhooks";
GRANT SELECT (tenant_id, account_id, provider, live, webhook_sealed, webhook_old_sealed, webhook_old_until) ON payment.account TO "_sutler-webhooks";
GRANT EXECUTE ON FUNCTION payment.keep_event(uuid, uuid, text, text, bytea),
	payment.apply(uuid, uuid, text, text, boolean, text, text, text, text, text, text, text, text, bigint, bigint, text) TO "_sutler-webhooks";
-- reconcile-payments: what is to be asked (courier asks), and the end of unpaid orders.
GRANT EXECUTE ON FUNCTION payment.take_due(uuid, integer), payment.expire(uuid, integer), payment.forget(uuid, integer) TO "_sutler-reconcile-payments";

-- courier: attempts and refunds with what a gateway must know of their orders and the sealed key of
-- the account; the link the buyer comes back by; and the doors by which it writes down what came.
GRANT SELECT ON payment.intent, payment.refund TO "_sutler-courier";
GRANT SELECT (tenant_id, account_id, provider, live, key_sealed, revision) ON payment.account TO "_sutler-courier";
GRANT UPDATE (attempts) ON payment.refund TO "_sutler-courier";
GRANT SELECT (tenant_id, order_id, store_id, number, locale, contact_id) ON sales."order" TO "_sutler-courier";
GRANT SELECT (tenant_id, contact_id, email) ON sales.contact TO "_sutler-courier";
GRANT SELECT (tenant_id, store_id, name) ON tenancy.store TO "_sutler-courier";
GRANT SELECT (tenant_id, store_id, locale, tag, position) ON tenancy.store_locale TO "_sutler-courier";
GRANT SELECT (tenant_id, store_id, currency, position) ON tenancy.store_currency TO "_sutler-courier";
GRANT SELECT (host, tenant_id, store_id, kind, origin, is_primary) ON tenancy.host TO "_sutler-courier";
GRANT INSERT ON sales.order_token TO "_sutler-courier";
GRANT EXECUTE ON FUNCTION payment.opened(uuid, uuid, text, text, timestamptz), payment.unanswered(uuid, uuid, text),
	payment.apply(uuid, uuid, text, text, boolean, text, text, text, text, text, text, text, text, bigint, bigint, text),
	payment.refund_answer(uuid, uuid, text, text, text), payment.capture_refused(uuid, uuid, text),
	payment.account_tried(uuid, uuid, bigint, text) TO "_sutler-courier";
-- Also identity providers of staff, by their doors: it alone sends their codes and secrets.
GRANT EXECUTE ON FUNCTION staff.sso_errand(uuid, uuid), staff.sso_provider(uuid), staff.sso_found(uuid, text, text, text), staff.sso_spend(uuid, uuid),
	staff.sso_prove(uuid, uuid, text, text, boolean, text, boolean) TO "_sutler-courier";
-- login: accounts by their doors alone; it is the one program that gets to see hashes.
GRANT EXECUTE ON FUNCTION
	customer.login_admit(uuid, text, text, bytea), customer.guess_right(uuid, text, text, bytea),
	customer.login_enter(uuid, uuid, uuid, bytea, text, uuid, boolean, bytea, bytea, text, bytea, bytea, text, text, integer),
	customer.logout(uuid, uuid), customer.register(uuid, uuid, text, text, text, text, text),
	customer.verify_again(uuid, uuid, uuid), customer.token_look(uuid, bytea, text), customer.verify(uuid, bytea),
	customer.ask_reset(uuid, uuid, text, text), customer.reset(uuid, uuid, bytea, text), customer.self(uuid, uuid),
	customer.set_password(uuid, uuid, uuid, text), customer.ask_email(uuid, uuid, uuid, text),
	customer.confirm_email(uuid, uuid, bytea), customer.undo_email(uuid, uuid, bytea),
	customer.sessions_of(uuid, uuid), customer.sessions_end(uuid, uuid, uuid, uuid, bytea)
	TO "_sutler-login";
-- The console: whose it is, and who is signed in with what he may, by his cookie and no other way.
DO $console$
DECLARE
	program text;
BEGIN
	FOREACH program IN ARRAY ARRAY['admin-login', 'admin-home', 'admin-settings', 'admin-catalog', 'admin-media', 'admin-inventory', 'admin-orders', 'admin-customers', 'admin-status'] LOOP
		EXECUTE pg_catalog.format('GRANT SELECT ON tenancy.host, tenancy.store, tenancy.store_locale, tenancy.store_currency, catalog.version TO %I',
			'_sutler-' || program);
		EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION staff.session_find(uuid, bytea), staff.session_stores(uuid, bytea),
			staff.session_touch(uuid, uuid) TO %I', '_sutler-' || program);
		EXECUTE pg_catalog.format('GRANT INSERT ON event.note TO %I', '_sutler-' || program);
	END LOOP;
	-- Those with lists: the searches that people keep of them.
	FOREACH program IN ARRAY ARRAY['admin-home', 'admin-settings', 'admin-catalog', 'admin-inventory', 'admin-orders', 'admin-customers'] LOOP
		EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION staff.searches(uuid, uuid, text) TO %I', '_sutler-' || program);
	END LOOP;
END
$console$;
-- admin-login: staff by their doors alone; it is the one program that gets to see their hashes and sealed seeds.
GRANT EXECUTE ON FUNCTION
	staff.login_admit(uuid, text, text, bytea), staff.login_right(uuid, text, text, bytea, uuid, text, bytea, bytea),
	staff.challenge_look(uuid, bytea), staff.code_admit(uuid, uuid, bytea),
	staff.enter(uuid, bytea, bigint, bytea, text[], bytea, text, uuid, bytea, bytea),
	staff.own_seed(uuid, uuid), staff.prove_again(uuid, uuid, bigint, bytea), staff.logout(uuid, uuid, boolean),
	staff.invitation_look(uuid, bytea), staff.accept(uuid, bytea, text, text, text, bytea, bytea),
	staff.password_allowed(uuid, uuid), staff.sso_offer(uuid), staff.sso_end(uuid, uuid), staff.sso_prefix(uuid, bytea), staff.sso_begin(uuid, uuid, text, bytea, bytea, text, text, text, uuid),
	staff.sso_return(uuid, bytea, bytea, bytea, text),
	staff.sso_enter(uuid, bytea, bytea, text, bytea, bytea, bytea, text, uuid, bytea, bytea)
	TO "_sutler-admin-login";
-- admin-home: the day at a glance, and the store one works in.
GRANT EXECUTE ON FUNCTION staff.choose_store(uuid, uuid, uuid), staff.keep_search(uuid, uuid, text, text, text), staff.drop_search(uuid, uuid, uuid), analytics.day_at_a_glance(uuid, uuid), analytics.days(uuid, uuid, integer),
	analytics.waiting_returns(uuid, uuid), analytics.best_sellers(uuid, uuid, integer, integer), staff.home(uuid, uuid), staff.arrange_home(uuid, uuid, text[])
	TO "_sutler-admin-home";
-- admin-settings: people and roles as they are shown, the audit log, and the doors by which people change.
GRANT SELECT ON staff.person, staff.role, staff.role_permission, staff.assignment, audit.entry TO "_sutler-admin-settings";
GRANT SELECT (tenant_id, staff_id, seen_at) ON staff.session TO "_sutler-admin-settings";
GRANT SELECT (tenant_id, entry_id) ON audit.sealed TO "_sutler-admin-settings";
GRANT EXECUTE ON FUNCTION sutler.uuid7_at(timestamptz),
	staff.invite(uuid, uuid, text, text, text, uuid, uuid, bytea, uuid, text), staff.renew(uuid, uuid, uuid, bytea, uuid, text),
	staff.withdraw(uuid, uuid, uuid, text), staff.open_invitations(uuid),
	staff.set_suspended(uuid, uuid, uuid, boolean, text), staff.set_role(uuid, uuid, uuid, uuid, uuid, text),
	staff.save_role(uuid, uuid, uuid, boolean, text, text[], text), staff.is_owner(uuid, uuid), staff.sso_settings(uuid),
	staff.sso_save(uuid, uuid, bigint, text, text, text, bytea, text[], boolean, uuid, text, boolean, text),
	staff.bound_since(uuid, uuid), staff.unbind(uuid, uuid, uuid, text) TO "_sutler-admin-settings";
-- Also settings of stores: they are read as they stand, and changed by their doors.
GRANT EXECUTE ON FUNCTION
	tenancy.desk_store(uuid, uuid, uuid, bigint, text[], text[], text),
	tenancy.desk_languages(uuid, uuid, uuid, bigint, text[], text[], bigint[], text),
	tenancy.desk_host_add(uuid, uuid, uuid, text, text, text), tenancy.desk_host_main(uuid, uuid, uuid, text, text),
	tenancy.desk_host_remove(uuid, uuid, uuid, text, text),
	shipping.ways_to(uuid, uuid, text, text),
	shipping.desk_method(uuid, uuid, uuid, uuid, boolean, bigint, text, text, boolean, integer, integer, integer,
		text[], text[], text[], text[], text[], text[], text[], bigint[], bigint[], bigint[], bigint[]),
	accounting.desk_rate(uuid, uuid, uuid, uuid, text, text, text, text, text, text, integer, text, integer, boolean, boolean, text, date, text),
	accounting.desk_follow_rate(uuid, uuid, uuid, uuid, uuid, integer, text, date, text),
	accounting.desk_end_rate(uuid, uuid, uuid, uuid, date, text),
	payment.desk_way(uuid, uuid, uuid, text, bigint, boolean, integer, integer, boolean, text[], text[], text[], text[], text[],
		text[], bigint[], bigint[], bigint[], text),
	shipping.set_policy(uuid, uuid, uuid, integer, boolean),
	tenancy.desk_mail(uuid, uuid, uuid, text, text, bigint, text, text, text), tenancy.desk_signature(uuid, uuid, uuid, text[], text[]),
	tenancy.desk_mail_trial(uuid, uuid, uuid, text, text, text, text, text),
	accounting.numbers_now(uuid, uuid), accounting.desk_numbers(uuid, uuid, uuid, bigint, text, bigint, text, bigint, bigint, text, bigint, text),
	content.desk_page(uuid, uuid, uuid, uuid, boolean, bigint, text, integer, text[], text[], text[], text[]) TO "_sutler-admin-settings";
GRANT SELECT ON shipping.method, shipping.method_text, shipping.method_country, shipping.method_price, accounting.tax_rate, accounting.tax_class,
	payment.method, payment.method_text, payment.method_country, payment.method_amount, payment.method_group, customer.price_group,
	shipping.policy, content.page, content.page_text, tenancy.store_text, tenancy.mail_text TO "_sutler-admin-settings";
-- Of accounts at gateways never the sealed keys: it seals what was typed with the public half of the host's key, which
-- it may read and not write, and could open nothing anyway.
GRANT SELECT (tenant_id, store_id, account_id, provider, name, revision, active, live, key_last, changed_at, changed_by, webhook_old_until, tried_at, tried)
	ON payment.account TO "_sutler-admin-settings";
GRANT SELECT (public) ON tenancy.seal_key TO "_sutler-admin-settings";
GRANT EXECUTE ON FUNCTION payment.desk_account_add(uuid, uuid, uuid, uuid, text, text, boolean, boolean, bytea, text, bytea, text),
	payment.desk_account_change(uuid, uuid, uuid, uuid, bigint, text, bytea, text, bytea, boolean, text),
	payment.desk_account_use(uuid, uuid, uuid, uuid, boolean, text), payment.desk_account_remove(uuid, uuid, uuid, uuid, text) TO "_sutler-admin-settings";
-- admin-orders: orders with their money, parcels and returns as they are shown, and the doors by which they move.  No file of
-- accounting is read but by the doors; no secret of a gateway; of staff only names.
GRANT SELECT ON sales."order", sales.order_line, sales.order_tax, sales.order_event, sales.order_note, sales.order_tag, sales.contact,
	sales.draft, sales.return, sales.return_line, payment.payment, payment.intent, payment.refund, payment.work, payment.method, payment.method_text,
	shipping.policy, shipping.shipment, shipping.shipment_line, shipping.parcel, shipping.parcel_line, shipping.wave, shipping.pick,
	shipping.method, shipping.method_text, inventory.hold, inventory.warehouse, inventory.place, catalog.variant, catalog.category TO "_sutler-admin-orders";
GRANT SELECT (tenant_id, staff_id, name, email) ON staff.person TO "_sutler-admin-orders";
GRANT EXECUTE ON FUNCTION sutler.uuid7_at(timestamptz), shipping.may_leave(sales."order"), sales.of_store(uuid, uuid, uuid),
	sales.return_of(uuid, uuid, uuid, uuid), shipping.parcel_of(uuid, uuid, uuid, uuid), shipping.wave_of(uuid, uuid, uuid),
	sales.note(uuid, uuid, uuid, boolean, text), sales.tag(uuid, uuid, uuid, text, boolean), sales.desk_pay(uuid, uuid, uuid, text, bigint),
	sales.staff_cancel(uuid, uuid, uuid, text), sales.desk_step(uuid, uuid, uuid, text), sales.close(uuid, uuid, uuid, text),
	sales.desk_ship(uuid, uuid, uuid, integer[], integer[], text, text, text),
	sales.desk_refund(uuid, uuid, uuid, bigint, integer[], integer[], text, uuid),
	payment.ask_capture(uuid, uuid, uuid, bigint), payment.ask_release(uuid, uuid, uuid, text), sales.desk_exported(uuid, uuid, uuid, bigint, text),
	sales.staff_return(uuid, uuid, uuid, uuid, text, text, text, integer[], integer[]), sales.decide_return(uuid, uuid, uuid, text, text),
	sales.receive_return(uuid, uuid, uuid, uuid, integer[], integer[]), sales.inspect_return(uuid, uuid, uuid, integer, text, integer, text),
	sales.release_quarantine(uuid, uuid, uuid, integer, text, integer, text), sales.return_worth(uuid, uuid),
	sales.refund_return(uuid, uuid, uuid, bigint, text, uuid),
	payment.has_gateway(uuid, uuid), sales.draft_new(uuid, uuid, uuid, uuid, text, text), sales.draft_find(uuid, text),
	sales.draft_put(uuid, uuid, uuid, uuid, integer, uuid[], integer[], uuid, text, bigint, text, text, text, text, text, text, text, text, text, text, text, text, text, text),
	sales.exchange_begin(uuid, uuid, uuid, uuid), sales.exchange_credit(uuid, uuid),
	sales.draft_customer(uuid, uuid, uuid, uuid, integer, uuid), sales.draft_drop(uuid, uuid, uuid, uuid, integer),
	sales.draft_place(uuid, uuid, uuid, uuid, integer, uuid, bytea, integer, integer, boolean, text, bigint, bigint, bigint, bigint, bigint, text, date, date,
		uuid[], integer[], bigint[], bigint[], bigint[], bigint[], text[], text[], text[], text[], text[], boolean[], integer[],
		text[], integer[], bigint[], bigint[]),
	sales.downloads(uuid, uuid), sales.downloads_renew(uuid, uuid, uuid, uuid, text),
	sales.can_edit(uuid, uuid), shipping.scanned(uuid, text), sales.edit_drop(uuid, uuid, uuid, bytea),
	sales.edit_begin(uuid, uuid, integer, bytea, uuid[], integer[], uuid, bigint, text, text, text, text, text, text, text, text, text),
	sales.edit_order(uuid, uuid, uuid, uuid, bytea, text, bigint, bigint, bigint, bigint, bigint, text, date, date, boolean,
		uuid[], integer[], bigint[], bigint[], bigint[], bigint[], text[], text[], text[], text[], text[], boolean[], integer[],
		text[], integer[], bigint[], bigint[]),
	accounting.desk_documents(uuid, uuid, uuid), accounting.desk_document(uuid, uuid, uuid, uuid),
	shipping.make_wave(uuid, uuid, uuid, text, uuid[]), shipping.pick(uuid, uuid, uuid, text, integer), shipping.pack(uuid, uuid, uuid, uuid, text, integer),
	shipping.drop_wave(uuid, uuid, uuid, text), shipping.close_parcel(uuid, uuid, uuid, integer), shipping.check_parcel(uuid, uuid, uuid, boolean, text),
	shipping.unpack(uuid, uuid, uuid, text), shipping.send(uuid, uuid, uuid, text, text, text), shipping.arrived(uuid, uuid, uuid)
	TO "_sutler-admin-orders";
-- admin-inventory: stock, ledger and who waits for it, to look at; it changes through doors that write the audit log.
GRANT SELECT ON inventory.stock, inventory.movement, inventory.hold, inventory.warehouse, inventory.store_warehouse, inventory.place,
	inventory.transfer, inventory.stocktake, catalog.variant,
	inventory.supplier, inventory.supplier_item, inventory.purchase, inventory.purchase_line, inventory.purchase_file, inventory.receipt,
	inventory.tally, inventory.sold_out, inventory.reorder, inventory.study, inventory.insight, inventory.forecast, inventory.transfer_draft, inventory.transfer_line, inventory.stocktake_line TO "_sutler-admin-inventory";
GRANT SELECT (tenant_id, product_id, locale, name) ON catalog.product_text TO "_sutler-admin-inventory";
GRANT SELECT (tenant_id, order_id, number) ON sales."order" TO "_sutler-admin-inventory";
GRANT SELECT (tenant_id, staff_id, name, email) ON staff.person TO "_sutler-admin-inventory";
GRANT EXECUTE ON FUNCTION inventory.incoming(uuid, uuid, uuid), inventory.adjust_by_hand(uuid, uuid, text, uuid, uuid, integer, text, uuid),
	inventory.place_by_hand(uuid, uuid, uuid, uuid, text, text),
	inventory.warehouse_save(uuid, uuid, uuid, boolean, text, text, text, uuid[], integer[]),
	inventory.warehouse_switch(uuid, uuid, uuid, boolean, text),
	inventory.supplier_save(uuid, uuid, uuid, boolean, text, text, text, text, text, integer, integer, boolean, text, boolean),
	inventory.supplier_item_save(uuid, uuid, uuid, text, text, bigint, integer, integer), inventory.supplier_item_drop(uuid, uuid, uuid, uuid),
	inventory.purchase_write(uuid, uuid, uuid, boolean, uuid, uuid, text[], integer[], bigint[]), inventory.purchase_send(uuid, uuid, uuid, uuid),
	inventory.purchase_keep(uuid, uuid, bytea), inventory.purchase_step(uuid, uuid, text, uuid, text, text),
	inventory.purchase_scan(uuid, uuid, text, integer),
	inventory.purchase_book(uuid, uuid, uuid, uuid, uuid[], integer[], integer[], bigint, text, text[], date[], date[]),
	inventory.transfer_begin(uuid, uuid, uuid, uuid, uuid, text), inventory.transfer_scan(uuid, uuid, text, integer),
	inventory.transfer_write(uuid, uuid, uuid[], integer[]), inventory.transfer_leave(uuid, uuid, uuid), inventory.transfer_drop(uuid, uuid, uuid),
	inventory.transfer_book(uuid, uuid, uuid, uuid[], integer[], text),
	inventory.count_open(uuid, uuid, uuid, uuid, text, text[], text), inventory.stocktake_scan(uuid, uuid, uuid, text, integer, boolean),
	inventory.stocktake_review(uuid, uuid, boolean), inventory.stocktake_book(uuid, uuid, text, uuid, text),
	inventory.stocktake_cancel(uuid, uuid, text, uuid, text), inventory.level(uuid, uuid, uuid), inventory.cheapest(uuid, uuid),
	inventory.reorder_set(uuid, uuid, uuid, uuid, integer, integer), inventory.reorder_order(uuid, uuid, uuid, uuid, uuid),
	inventory.reorder_suggest(uuid, uuid), inventory.reorder_take(uuid, uuid, uuid, uuid, bigint, bigint), inventory.insight_exported(uuid, uuid, bigint, text) TO "_sutler-admin-inventory";
-- Lots, what waits to be looked at, and what is made.
GRANT SELECT ON inventory.care, inventory.lot, shipping.shipment_lot, inventory.inspection, inventory.production, inventory.production_line TO "_sutler-admin-inventory";
GRANT SELECT (tenant_id, shipment_id, shipped_at) ON shipping.shipment TO "_sutler-admin-inventory";
GRANT EXECUTE ON FUNCTION inventory.today(), inventory.lot_adjust(uuid, uuid, uuid, integer, text), inventory.lot_block(uuid, uuid, uuid, boolean, text),
	inventory.lot_scrap(uuid, uuid, uuid, integer, text), inventory.recall(uuid, uuid, uuid, text, integer),
	inventory.care_save(uuid, uuid, uuid, boolean, text, boolean), inventory.inspect(uuid, uuid, uuid, text, integer, text),
	inventory.production_start(uuid, uuid, uuid), inventory.production_cancel(uuid, uuid, uuid, text),
	inventory.production_finish(uuid, uuid, uuid, uuid, integer, text, date, text) TO "_sutler-admin-inventory";
GRANT SELECT ON shipping.pick_lot TO "_sutler-admin-orders";
GRANT SELECT (tenant_id, lot_id, number, expires_on) ON inventory.lot TO "_sutler-admin-orders";
-- admin-catalog: products as they are, to look at; they change through doors that write the audit log.
GRANT SELECT ON catalog.desk, catalog.desk_lack, catalog.product, catalog.product_media, catalog.media, catalog.variant, catalog.price,
	catalog.store_product, catalog.category, catalog.category_text, catalog.category_product,
	catalog.bundle_part, inventory.stock, inventory.store_warehouse TO "_sutler-admin-catalog";
GRANT SELECT ON catalog.product_option, catalog.variant_value, catalog.attribute, catalog.attribute_text, catalog.attribute_value,
	catalog.attribute_value_text, catalog.product_text, catalog.product_tag, accounting.tax_class, catalog.listing TO "_sutler-admin-catalog";
GRANT SELECT ON analytics.search TO "_sutler-admin-catalog";
GRANT EXECUTE ON FUNCTION catalog.synonym_text(uuid, uuid, text), catalog.desk_synonyms(uuid, uuid, uuid, text, text, text),
	catalog.desk_find(uuid, text, integer), catalog.desk_walk(uuid, text, text, uuid, text, text, uuid, text, uuid, text, bigint),
	catalog.desk_save(uuid, uuid, uuid, boolean, uuid, text, bigint, text, text, text, text, integer, boolean, text[], text[], text[],
		text[], text[], text[], text[], text[], text[]),
	catalog.desk_variants(uuid, uuid, uuid, bigint, uuid[], text[], text[], integer[], text[]),
	catalog.desk_combine(uuid, uuid, uuid, bigint, uuid[]),
	catalog.desk_bundle(uuid, uuid, uuid, bigint, uuid, text[], integer[]),
	catalog.desk_prices(uuid, uuid, uuid, bigint, uuid, text, text, uuid[], bigint[], bigint[], text),
	catalog.desk_listing(uuid, uuid, uuid, uuid, bigint, boolean, boolean, bigint, text[], text[], text[], text[]),
	catalog.desk_listing_pictures(uuid, uuid, uuid, uuid, bigint, uuid[], bigint[]),
	catalog.desk_markup(uuid, uuid, uuid, text, uuid, bigint, text, uuid, text, text, bigint, bigint, bigint, bigint, boolean, text),
	catalog.markup_preview(uuid, uuid, text, uuid, text, uuid, text, text, bigint, bigint, bigint, bigint, boolean, integer),
	catalog.desk_related(uuid, uuid, uuid, bigint, uuid[], bigint[], text[], uuid[], text[], text),
	catalog.desk_special(uuid, uuid, uuid, bigint, uuid, text, text[], text[], bigint[], text[], text[], bigint[], bigint[], text),
	catalog.home_tax(uuid, uuid, text), catalog.price_round(numeric, bigint, bigint, bigint, boolean),
	catalog.desk_cost(uuid, uuid, uuid, text, uuid[], bigint[], bigint[], text),
	catalog.desk_reprice(uuid, uuid, text, uuid[], bigint, bigint, bigint, bigint, bigint),
	catalog.desk_bulk(uuid, uuid, uuid, uuid[], text, text, uuid, text, bigint, bigint, bigint, bigint, bigint, text),
	catalog.desk_category(uuid, uuid, uuid, uuid, boolean, bigint, text, uuid, bigint, boolean, text[], text[], text[], text[], text[], text[]),
	catalog.desk_category_drop(uuid, uuid, uuid, uuid, bigint, text),
	catalog.desk_category_products(uuid, uuid, uuid, uuid, uuid[], bigint[], uuid[], text[]),
	catalog.fitting(uuid, uuid, text, text[], text[], uuid[], uuid[], bigint[], bigint[], text[], bigint[], uuid[]),
	catalog.desk_category_picture(uuid, uuid, uuid, uuid, bigint, uuid, text[], text[]),
	catalog.desk_rule(uuid, uuid, uuid, uuid, bigint, text, text[], text[], uuid[], uuid[], bigint[], bigint[], text[], bigint[]) TO "_sutler-admin-catalog";
GRANT SELECT ON catalog.rule, catalog.condition TO "_sutler-admin-catalog";
GRANT SELECT (tenant_id, variant_id, currency, average) ON inventory.cost TO "_sutler-admin-catalog";
GRANT SELECT ON catalog.category_count, catalog.store_product_text, catalog.store_product_media, catalog.product_media_text, catalog.related, catalog.recommendation,
	catalog.markup, catalog.markup_walk TO "_sutler-admin-catalog";
-- The link of a preview: whether there is one, never its hash.
GRANT SELECT (tenant_id, store_id, product_id, expires_at) ON catalog.preview TO "_sutler-admin-catalog";
GRANT EXECUTE ON FUNCTION catalog.preview_hours(), catalog.preview_make(uuid, uuid, uuid, uuid, bytea), catalog.preview_end(uuid, uuid, uuid, uuid) TO "_sutler-admin-catalog";
GRANT EXECUTE ON FUNCTION catalog.preview_page(uuid, uuid, text, text, bytea) TO "_sutler-catalog";
-- admin-media: pictures, documents and downloads of products, and the doors by which they change.
GRANT SELECT ON catalog.media, catalog.product_media, catalog.product_media_text, catalog.product_option, catalog.variant, catalog.variant_value,
	catalog.attribute_value, catalog.attribute_value_text, catalog.listing TO "_sutler-admin-media";
GRANT SELECT (tenant_id, product_id, revision) ON catalog.product TO "_sutler-admin-media";
GRANT SELECT (tenant_id, product_id, name) ON catalog.desk TO "_sutler-admin-media";
-- What is sold as a download, and how often it was fetched.
GRANT SELECT ON catalog.download_file TO "_sutler-admin-media";
GRANT SELECT (tenant_id, file_id, used) ON sales.download_use TO "_sutler-admin-media";
GRANT EXECUTE ON FUNCTION catalog.desk_download_add(uuid, uuid, uuid, uuid, text[], text[], bigint[], text[]),
	catalog.desk_download_save(uuid, uuid, uuid, bigint, uuid, boolean, boolean, integer, integer, uuid[]),
	catalog.download_days(), catalog.download_times(), catalog.download_most() TO "_sutler-admin-media";
GRANT EXECUTE ON FUNCTION catalog.desk_media_add(uuid, uuid, uuid, text[], text[], bigint[], bigint[], bigint[], text[]),
	catalog.desk_media_save(uuid, uuid, uuid, bigint, uuid[], bigint[], text[], uuid[], uuid[], text[], text[]) TO "_sutler-admin-media";
-- What comes in and goes out as a file: admin-catalog takes it, shows what was found and hands it out.
GRANT SELECT ON catalog.transfer, catalog.transfer_part, catalog.transfer_note TO "_sutler-admin-catalog";
GRANT SELECT (tenant_id, staff_id, name, email) ON staff.person TO "_sutler-admin-catalog";
GRANT EXECUTE ON FUNCTION catalog.transfer_open(uuid, uuid, uuid, uuid, text, bigint, text, boolean), catalog.transfer_put(uuid, uuid, integer, bytea),
	catalog.transfer_apply(uuid, uuid, uuid, uuid, text), catalog.transfer_cancel(uuid, uuid, uuid, uuid),
	catalog.transfer_export(uuid, uuid, uuid, uuid, text, text, text, boolean, text) TO "_sutler-admin-catalog";
-- admin-customers: people with what they ordered and were sent, as it is shown, and the doors by which they change.  Nothing
-- that proves them: no credential, no token, of their sessions only how many live.
GRANT SELECT ON customer.person, customer.address, customer.person_note, customer.person_tag, customer.field, customer.field_value TO "_sutler-admin-customers";
GRANT SELECT (tenant_id, order_id, store_id, customer_id, number, word, state, placed_at, currency, total) ON sales."order" TO "_sutler-admin-customers";
GRANT SELECT (tenant_id, cart_id, store_id, customer_id, state, currency, touched_at, reminders) ON sales.cart TO "_sutler-admin-customers";
GRANT SELECT (tenant_id, cart_id, quantity) ON sales.cart_line TO "_sutler-admin-customers";
GRANT SELECT (tenant_id, outbox_id, store_id, order_id, customer_id, template, state, created_at, done_at) ON event.outbox TO "_sutler-admin-customers";
GRANT SELECT (tenant_id, staff_id, name, email) ON staff.person TO "_sutler-admin-customers";
GRANT EXECUTE ON FUNCTION customer.sessions_living(uuid, uuid),
	customer.desk_edit(uuid, uuid, uuid, uuid, text, text, text, text, text), customer.desk_note(uuid, uuid, uuid, uuid, text),
	customer.desk_tag(uuid, uuid, uuid, uuid, text, boolean, integer), customer.desk_export(uuid, uuid, uuid, text),
	customer.desk_erase(uuid, uuid, uuid, text), customer.desk_group(uuid, uuid, uuid, uuid, text, text),
	customer.save_group(uuid, uuid, boolean, text, text), customer.drop_group(uuid, uuid, text, text),
	customer.merge(uuid, uuid, uuid, uuid, integer, text), customer.save_field(uuid, uuid, boolean, text, text, text, text[]),
	customer.drop_field(uuid, uuid, text, text), customer.desk_fields(uuid, uuid, uuid, uuid, text[], text[]), marketing.opted_out(uuid, text), marketing.opted_out_at(uuid, text) TO "_sutler-admin-customers";
-- Payment on invoice.
GRANT SELECT ON payment.terms TO "_sutler-admin-customers";
GRANT EXECUTE ON FUNCTION payment.owed(uuid, uuid, text), payment.desk_terms(uuid, uuid, uuid, uuid, text, text, bigint, integer, text) TO "_sutler-admin-customers";
-- Which prices are of which group: no customer is named there.
GRANT SELECT ON customer.price_group TO "_sutler-admin-customers", "_sutler-admin-catalog";
GRANT SELECT (tenant_id, group_code) ON catalog.price TO "_sutler-admin-customers";
-- The prices of who is signed in, and of whose order changes.
GRANT EXECUTE ON FUNCTION customer.session_group(uuid, bytea), catalog.own_card_prices(uuid, uuid, text, uuid[], bytea)
	TO "_sutler-catalog", "_sutler-home", "_sutler-cart";
GRANT EXECUTE ON FUNCTION customer.session_group(uuid, bytea), sales.order_group(uuid, uuid) TO "_sutler-cart", "_sutler-checkout", "_sutler-account";
-- Staff change an order by the prices of its customer's group.
GRANT EXECUTE ON FUNCTION customer.session_group(uuid, bytea), sales.order_group(uuid, uuid) TO "_sutler-admin-orders";
-- transfer: the file, and the steps of an import; the staging tables are not its own.  It reads no product but by the door of the export.
GRANT SELECT ON catalog.transfer, catalog.transfer_part TO "_sutler-transfer";
GRANT SELECT (tenant_id, store_id, locale, position) ON tenancy.store_locale TO "_sutler-transfer";
GRANT SELECT (tenant_id, store_id, currency, position) ON tenancy.store_currency TO "_sutler-transfer";
GRANT SELECT (tenant_id, warehouse_id, code, active) ON inventory.warehouse TO "_sutler-transfer";
GRANT SELECT (tenant_id, store_id, warehouse_id, priority) ON inventory.store_warehouse TO "_sutler-transfer";
GRANT SELECT (tenant_id, store_id) ON catalog.store_product TO "_sutler-transfer";
GRANT EXECUTE ON FUNCTION catalog.transfer_take(uuid, integer), catalog.transfer_progress(uuid, uuid, integer, bigint),
	catalog.transfer_over(uuid, uuid, text, text),
	catalog.transfer_checked(uuid, uuid, text, bigint, bigint, bigint, bigint, bigint, bigint, bigint, text[], bigint[], text[], text[], text[], text[], text[]),
	catalog.transfer_done(uuid, uuid, bigint, bigint, bigint, bigint, bigint), catalog.transfer_sized(uuid, uuid, bigint),
	catalog.transfer_put(uuid, uuid, integer, bytea), catalog.transfer_sweep(uuid, integer, integer),
	catalog.import_begin(uuid), catalog.import_make(uuid, uuid), catalog.import_ready(uuid, uuid, boolean), catalog.import_preview(uuid, uuid, integer),
	catalog.import_slice(uuid, boolean, integer, bigint, integer), catalog.transfer_parted(uuid, uuid, bigint, bigint, bigint, bigint),
	catalog.import_part(uuid, uuid, text, boolean), catalog.import_relist_some(uuid, uuid, integer, boolean), catalog.import_counted(uuid),
	catalog.export_header(uuid, uuid, text, boolean), catalog.export_origin(uuid, uuid),
	catalog.export_page(uuid, uuid, text, text[], text[], integer[], boolean, uuid, integer) TO "_sutler-transfer";
-- Jobs go tenant by tenant; each calls its one function.
GRANT SELECT (tenant_id) ON tenancy.tenant TO "_sutler-transfer", "_sutler-freshen", "_sutler-release-holds", "_sutler-tend-stock",
	"_sutler-issue-invoices", "_sutler-seal-audit", "_sutler-abandoned-carts", "_sutler-reconcile-stock", "_sutler-study-stock", "_sutler-recommend",
	"_sutler-forget", "_sutler-privacy", "_sutler-reconcile-payments", "_sutler-sweep-media", "_sutler-observe",
	"_sutler-check-certificates";
-- Each says how its run went; the function knows who calls.
GRANT EXECUTE ON FUNCTION watch.job_ran(bigint, bigint, boolean) TO "_sutler-transfer", "_sutler-deliver", "_sutler-freshen", "_sutler-release-holds",
	"_sutler-tend-stock", "_sutler-issue-invoices", "_sutler-seal-audit", "_sutler-abandoned-carts", "_sutler-reconcile-stock",
	"_sutler-study-stock", "_sutler-recommend", "_sutler-forget", "_sutler-privacy", "_sutler-reconcile-payments", "_sutler-sweep-media", "_sutler-observe", "_sutler-backup", "_sutler-drill",
	"_sutler-check-certificates";
GRANT EXECUTE ON FUNCTION catalog.forget_media(uuid, integer), catalog.media_names(uuid), catalog.download_names(uuid) TO "_sutler-sweep-media";
GRANT EXECUTE ON FUNCTION inventory.release_expired(uuid, integer) TO "_sutler-release-holds";
GRANT EXECUTE ON FUNCTION inventory.tend(uuid, integer, integer) TO "_sutler-tend-stock";
GRANT EXECUTE ON FUNCTION customer.forget(uuid, integer) TO "_sutler-forget";

-- privacy: a customer's data leaves by one function and is forgotten by another; it reads no table.
GRANT EXECUTE ON FUNCTION customer.take_request(uuid), customer.export_data(uuid, uuid), customer.export_done(uuid, uuid),
	customer.old_exports(uuid), customer.export_gone(uuid, uuid), customer.erase(uuid, uuid, text, text), customer.erase_orders(uuid, uuid)
	TO "_sutler-privacy";
-- account asks for both, and hands out the copy.
GRANT SELECT ON customer.request TO "_sutler-account";
GRANT EXECUTE ON FUNCTION customer.ask_export(uuid, uuid, uuid), customer.ask_erase(uuid, uuid, uuid),
	customer.confirm_erase(uuid, uuid, uuid, bytea), customer.keep_account(uuid, uuid) TO "_sutler-account";

-- deliver: what mails say, links of its own making, and the outbox by its two doors.
GRANT EXECUTE ON FUNCTION event.take_mail(uuid, uuid, integer, integer), event.finish_mail(uuid, uuid, text, text, integer),
	accounting.invoice_for_mail(uuid, uuid), accounting.credit_for_mail(uuid, uuid), marketing.opted_out(uuid, text),
	inventory.purchase_for_mail(uuid, uuid), inventory.reorder_for_mail(uuid, uuid), payment.due(uuid, uuid), tenancy.trial_for_mail(uuid, uuid),
	staff.invitation_for_mail(uuid, uuid, bytea) TO "_sutler-deliver";
GRANT EXECUTE ON FUNCTION sales.downloads(uuid, uuid) TO "_sutler-deliver";
GRANT SELECT ON event.ready, tenancy.store, tenancy.store_text, tenancy.mail_text, tenancy.store_locale, tenancy.store_currency, tenancy.host,
	content.page, content.page_text,
	sales."order", sales.order_line, sales.order_tax, sales.contact, sales.cart, sales.cart_line,
	payment.payment, payment.method_text, shipping.shipment,
	catalog.variant, catalog.variant_value, catalog.product, catalog.product_text, catalog.product_option,
	catalog.attribute_value, catalog.attribute_value_text, catalog.store_product_text TO "_sutler-deliver";
GRANT SELECT (tenant_id, refund_id, payment_id, amount, state, actor, reason, changed_at, set_off) ON payment.refund TO "_sutler-deliver";
GRANT SELECT (tenant_id, note_id, shown, words) ON sales.order_note TO "_sutler-deliver";
GRANT SELECT (tenant_id, order_id, return_no, number) ON sales.return TO "_sutler-deliver";
GRANT SELECT (tenant_id, order_id, axis, event, actor, detail) ON sales.order_event TO "_sutler-deliver";
GRANT SELECT (tenant_id, customer_id, email, name, verified_at, erased_at, merged_into) ON customer.person TO "_sutler-deliver";
GRANT SELECT (tenant_id, customer_id, change_id, old_email, new_email, done_at) ON customer.email_change TO "_sutler-deliver";
GRANT EXECUTE ON FUNCTION customer.make_token(uuid, bytea, uuid, text, uuid, integer) TO "_sutler-deliver";
GRANT INSERT ON sales.order_token, sales.cart_token TO "_sutler-deliver";
GRANT SELECT (tenant_id, cart_id, email_sha256, tries, expires_at), UPDATE (code_sha256) ON sales.verification TO "_sutler-deliver";

GRANT EXECUTE ON FUNCTION marketing.remind(uuid, integer, integer, integer, integer, integer) TO "_sutler-abandoned-carts";
GRANT EXECUTE ON FUNCTION marketing.opt_out(uuid, bytea) TO "_sutler-cart";

-- catalog: lists, search and product pages; it reads, and leaves traces.
GRANT SELECT ON catalog.listing, catalog.placement, catalog.placement_price, catalog.placement_name, catalog.category_count, catalog.facet, catalog.facet_count, catalog.attribute,
	catalog.attribute_text, catalog.attribute_value, catalog.attribute_value_text, catalog.product_page, catalog.product_tag,
	catalog.slug_history, catalog.price, analytics.view
	TO "_sutler-catalog";
GRANT EXECUTE ON FUNCTION catalog.bundle_page(uuid, uuid, text, text, uuid[]), catalog.filter_counts(uuid, uuid, uuid, text, text[], text[], text[], bigint, bigint, text, text),
	catalog.filter_bits(uuid, uuid, uuid, text, text[], text[], text[], bigint, bigint, text, text),
	catalog.filter_found(uuid, uuid, uuid, text, text[], text[], text[], bigint, bigint, text, text) TO "_sutler-catalog";
GRANT INSERT ON analytics.view, analytics.search TO "_sutler-catalog";

-- freshen: the function does it all.
GRANT EXECUTE ON FUNCTION catalog.freshen(uuid, integer) TO "_sutler-freshen";

GRANT EXECUTE ON FUNCTION inventory.reconcile(uuid), sutler.make_months(integer) TO "_sutler-reconcile-stock";
GRANT SELECT ON inventory.difference TO "_sutler-reconcile-stock";
GRANT SELECT (tenant_id) ON inventory.stock TO "_sutler-reconcile-stock";

-- study-stock: reads and writes by three doors.
GRANT EXECUTE ON FUNCTION inventory.study_begin(uuid), inventory.study_demand(uuid, uuid, date, integer),
	inventory.study_keep(uuid, uuid, uuid[], text[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[]) TO "_sutler-study-stock";

-- recommend: the function does it all.
GRANT EXECUTE ON FUNCTION catalog.recommend(uuid, integer) TO "_sutler-recommend";

-- issue-invoices: orders to be billed and refunds to be credited, what stands on an invoice and on a
-- credit note, and accounting's doors.
GRANT SELECT ON accounting.unbilled, accounting.invoice, tenancy.store, tenancy.store_locale, sales."order", sales.order_line,
	sales.order_tax, sales.contact, payment.method_text TO "_sutler-issue-invoices";
GRANT UPDATE (since) ON accounting.unbilled TO "_sutler-issue-invoices";
GRANT SELECT ON accounting.uncredited, accounting.credit_note, accounting.credit_note_tax TO "_sutler-issue-invoices";
GRANT UPDATE (since) ON accounting.uncredited TO "_sutler-issue-invoices";
GRANT SELECT (tenant_id, payment_id, order_id) ON payment.payment TO "_sutler-issue-invoices";
GRANT SELECT (tenant_id, refund_id, payment_id) ON payment.refund TO "_sutler-issue-invoices";
GRANT EXECUTE ON FUNCTION accounting.issue_invoice(uuid, uuid, text, text), accounting.store_document(uuid, uuid, bytea),
	accounting.issue_credit_note(uuid, uuid, boolean), accounting.store_credit_document(uuid, uuid, bytea)
	TO "_sutler-issue-invoices";

-- Search: the functions' owner reads four tables, and may run what it owns (else the next
-- migrate may not replace it); catalog calls the functions.
GRANT SELECT ON catalog.search, catalog.search_code, catalog.word, catalog.synonym TO sutler_search;
GRANT EXECUTE ON FUNCTION catalog.fold(text), catalog.text_config(text), catalog.word_key(uuid, text),
	catalog.keyed_words(uuid, text, tsvector), catalog.keyed_query(uuid, text, tsquery),
	catalog.matches(uuid, text, tsquery), catalog.candidates(uuid, text, tsquery),
	catalog.similar_words(uuid, text, text, integer), catalog.correct(uuid, text, text),
	catalog.search_for(uuid, text, text, boolean), catalog.find_begun(uuid, text, text), catalog.widen(uuid, text, tsquery) TO sutler_search;
GRANT SELECT ON catalog.word TO "_sutler-catalog";
GRANT EXECUTE ON FUNCTION catalog.fold(text), catalog.search_for(uuid, text, text, boolean),
	catalog.similar_words(uuid, text, text, integer), catalog.find_begun(uuid, text, text) TO "_sutler-catalog";

GRANT EXECUTE ON FUNCTION audit.seal_some(uuid, integer) TO "_sutler-seal-audit";

-- observe: counts of one merchant after the other, and the row of all together.
GRANT EXECUTE ON FUNCTION watch.figures(uuid) TO "_sutler-observe";
GRANT SELECT, INSERT, UPDATE ON watch.house TO "_sutler-observe";
-- check-certificates: the hosts of one merchant after the other, what is shown for each, and the row of all together.
GRANT SELECT (host, tenant_id, origin) ON tenancy.host TO "_sutler-check-certificates";
GRANT SELECT, INSERT, UPDATE, DELETE ON tenancy.certificate TO "_sutler-check-certificates";
GRANT EXECUTE ON FUNCTION watch.certificates(uuid) TO "_sutler-check-certificates", "_sutler-admin-status";
GRANT SELECT, INSERT, UPDATE ON watch.certificate TO "_sutler-check-certificates";
-- watch: what observe and the jobs left; no merchant's rows.
GRANT SELECT ON watch.house, watch.job, watch.certificate TO "_sutler-watch";
GRANT EXECUTE ON FUNCTION watch.schema_version() TO "_sutler-watch";
-- admin-status: its merchant's counts, how the tasks do, and mails that are tried again.
GRANT SELECT ON watch.job TO "_sutler-admin-status";
GRANT EXECUTE ON FUNCTION watch.figures(uuid), watch.failed_mails(uuid, integer), watch.send_again(uuid, uuid, uuid), watch.schema_version()
	TO "_sutler-admin-status";
-- drill: writes what it found, and reads nothing of the house; backup reads as sutler_backup, not as itself.
GRANT INSERT ON sutler.drill TO "_sutler-drill";
