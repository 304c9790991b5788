/* checkout -- from the cart to the order, step by step.  Manual: sutler-checkout(8). */
#include "checkout.h"

#include "base/buf.h"
#include "base/locale.h"
#include "base/mem.h"
#include "front/basket.h"
#include "front/front.h"
#include "front/pay.h"
#include "shop/visitor.h"

#include <string.h>

/* ---- what every step does ---------------------------------------------------------- */

struct checkout *steps_look(struct req *r)
{
	struct cart_key key = basket_key(r);
	struct checkout *c = checkout_queue(r->mem, r->db, &key, front_store(r)->guest_verified, session_principal(r));

	checkout_look(c);
	return c;
}

const char *step_path(struct req *r, enum checkout_step step)
{
	return mem_printf(r->mem, "%s/checkout/%s", r->prefix, checkout_step_name(step));
}

bool step_enter(struct req *r, const struct checkout *c, enum checkout_step step)
{
	if (c->cart->nlines == 0 || (c->cart->blocked && step != STEP_REVIEW)) {
		page_redirect(r, req_path(r, "/cart"));
		return false;
	}
	if (!checkout_may(c, step)) {
		page_redirect(r, step_path(r, c->next));
		return false;
	}
	return true;
}

bool step_take(struct req *r, const struct checkout *c, enum checkout_step step)
{
	if (c->cart->nlines > 0 && checkout_may(c, step))
		return true;
	page_conflict(r, N_("Please go through the checkout in its order: something before this step is not done yet."));
	return false;
}

static const char *step_title(enum checkout_step step)
{
	static const char *const titles[CHECKOUT_STEPS] = {
		[STEP_CONTACT] = N_("Contact"), [STEP_VERIFY] = N_("Code"), [STEP_ADDRESS] = N_("Address"),
		[STEP_DELIVERY] = N_("Delivery"), [STEP_PAYMENT] = N_("Payment"), [STEP_REVIEW] = N_("Order"),
	};

	return titles[step];
}

struct view *step_view(struct req *r, struct checkout *c, enum checkout_step now)
{
	struct view *v = page_view(r, mem_printf(r->mem, "checkout/%s", checkout_step_name(now)));

	front_noindex(r);
	front_title(r, v, mem_printf(r->mem, "%s · %s", req_text(r, step_title(now)), req_text(r, N_("Checkout"))), NULL);
	basket_lines(r, v, c->cart);
	basket_totals(r, v, c->cart);
	view_bool(v, "has_steps", true);
	view_bool(v, "intangible", c->cart->intangible);
	for (int i = 0; i < CHECKOUT_STEPS; i++) {
		enum checkout_step step = (enum checkout_step)i;
		struct view *item;

		if (step == STEP_VERIFY && (!c->verify || (c->verified && now != STEP_VERIFY)))
			continue;
		if (step == STEP_DELIVERY && c->cart->intangible)
			continue;
		item = view_item(v, "steps");
		view_text(item, "name", req_text(r, step_title(step)));
		view_text(item, "url", step_path(r, step));
		view_bool(item, "now", step == now);
		view_bool(item, "done", step != now && step < c->next && step != STEP_VERIFY);
	}
	return v;
}

/* ---- start ------------------------------------------------------------------------- */

static void where(struct req *r)
{
	struct checkout *c = steps_look(r);

	page_redirect(r, c->cart->nlines == 0 ? req_path(r, "/cart") : step_path(r, c->next));
}

/* Holds the pieces.  Half an hour is what a person with a full cap needs to finish. */
#define HOARDING_WAIT_S 1800

static void start(struct req *r)
{
	struct checkout *c = steps_look(r);
	char address[SHA256_HEX];
	struct rows *rows;
	enum start_outcome o;

	if (!cart_ready(c->cart)) {
		page_redirect(r, req_path(r, "/cart"));
		return;
	}
	visitor_key(r->site->tenant, req_address(r), r->now_ms, address);
	q_checkout_lazy_commit(r->db);
	rows = q_checkout_start(r->db, r->site->tenant, r->site->store, c->cart->key.token, SHA256_LEN,
				r->language, r->currency, address, CHECKOUT_HOLD_CAP);
	o = start_outcome(row_checkout_start(rows)->outcome);
	switch (o) {
	case START_OK:
		page_redirect(r, step_path(r, c->next));
		break;
	case START_HOARDING:
		req_note(r, "hoarding", "cap on held pieces");
		page_too_many(r, HOARDING_WAIT_S);
		break;
	case START_SHORT:
		page_flash(r, "warn", N_("Somebody was faster: we have fewer than you want. Please look at your cart."));
		page_redirect(r, req_path(r, "/cart"));
		break;
	case START_GONE:
	case START_EMPTY:
		page_redirect(r, req_path(r, "/cart"));
		break;
	}
}

/* ---- contact ----------------------------------------------------------------------- */

static const struct param contact_params[] = {
	{ "email",     PARAM_EMAIL, .label = N_("Email") },
	{ "phone",     PARAM_TEXT, .max = 30, .optional = "", .label = N_("Phone") },
	{ "reminders", PARAM_BOOL },
	{ "turn",      PARAM_TOKEN },
	{ 0 }
};

static void contact(struct req *r)
{
	struct checkout *c = steps_look(r);
	struct view *v;

	if (!step_enter(r, c, STEP_CONTACT))
		return;
	v = step_view(r, c, STEP_CONTACT);
	form_text(r, v, "email", c->account != NULL ? c->account->email : c->person->email);
	form_text(r, v, "phone", c->account != NULL && c->person->phone[0] == '\0' ? c->account->phone : c->person->phone);
	view_bool(v, "is_account", c->account != NULL);
	form_bool(r, v, "reminders", c->cart->head->reminders);
	view_bool(v, "reminders", true);
	view_bool(v, "verify", c->verify && !c->verified);
	view_text(v, "turn", mem_strdup(r->mem, token_new().text));
	page_html(r, v);
}

/* The row of who is signed in with a mail address that was proven, or NULL. */
static const struct row_account_person *signed_in(struct req *r)
{
	const char *customer = session_principal(r);
	const struct row_account_person *p = customer == NULL ? NULL : row_account_person(q_account_person(r->db, customer));

	return p != NULL && p->verified ? p : NULL;
}

/* The cart's next token follows from the one at hand and from what only this browser's page
   holds: the form sent again, after its answer got lost, finds the cart and gets the same. */
static void set_contact(struct req *r)
{
	const struct row_account_person *account = signed_in(r);
	const unsigned char *token = front_cart(r);
	const char *phone = param_text(r, "phone"), *mine = req_cookie(r, CART_COOKIE);
	struct token fresh = token_derived(param_text(r, "turn"), mine != NULL ? mine : "");
	unsigned char sum[SHA256_LEN];
	const struct row_checkout_contact *a;

	if (phone == NULL)
		phone = "";
	if (!phone_good(phone)) {
		page_decline(r, contact, "phone", N_("Please enter a telephone number, with its country code if it is abroad."));
		return;
	}
	if (token == NULL) {
		page_redirect(r, req_path(r, "/cart"));
		return;
	}
	sha256(fresh.text, TOKEN_LEN, sum);
	a = row_checkout_contact(q_checkout_contact(r->db, r->site->tenant, r->site->store, token, SHA256_LEN,
		sum, SHA256_LEN, account != NULL ? account->email : param_text(r, "email"), phone, param_bool(r, "reminders"),
		front_store(r)->guest_verified && account == NULL));
	if (strcmp(a->outcome, "too_many") == 0) {
		page_decline(r, contact, "email", verify_sentence(a->outcome));
		return;
	}
	if (a->rotated)
		page_cookie_set(r, CART_COOKIE, fresh.text, CART_COOKIE_S);
	if (account != NULL)
		q_checkout_save_cart(r->db, r->site->tenant, r->site->store, a->rotated ? sum : token, SHA256_LEN, session_principal(r));
	if (strcmp(a->outcome, "verify") == 0)
		page_redirect(r, step_path(r, STEP_VERIFY));
	else if (strcmp(a->outcome, "ok") == 0)
		page_redirect(r, step_path(r, STEP_ADDRESS));
	else
		page_redirect(r, req_path(r, "/cart"));
}

/* ---- the code ------------------------------------------------------------------------ */

static const struct param verify_params[] = {
	{ "code", PARAM_TEXT, .max = 20, .label = N_("Code") },
	{ 0 }
};

static void verify(struct req *r)
{
	struct checkout *c = steps_look(r);
	struct view *v;

	if (!step_enter(r, c, STEP_VERIFY))
		return;
	if (c->verified) {
		page_redirect(r, step_path(r, c->next));
		return;
	}
	v = step_view(r, c, STEP_VERIFY);
	view_text(v, "email", c->person->email);
	form_text(r, v, "code", "");
	page_html(r, v);
}

/* Blanks that a mail program or a person puts between digits are no mistake. */
static const char *six_digits(struct req *r, const char *typed)
{
	struct buf *b = buf_new(r->mem);

	for (const char *s = typed; *s != '\0'; s++) {
		if (*s >= '0' && *s <= '9')
			buf_addc(b, *s);
		else if (*s != ' ' && *s != '-')
			return NULL;
	}
	return b->len == 6 ? b->data : NULL;
}

/* A wrong code redirects, so that the try is committed and counts. */
static void set_verify(struct req *r)
{
	const unsigned char *token = front_cart(r);
	const char *code = six_digits(r, param_text(r, "code")), *wrong;

	if (code == NULL) {
		page_decline(r, verify, "code", N_("The code has six digits."));
		return;
	}
	if (token == NULL) {
		page_redirect(r, req_path(r, "/cart"));
		return;
	}
	wrong = verify_sentence(row_checkout_verify(q_checkout_verify(r->db, r->site->tenant, r->site->store, token,
				SHA256_LEN, code))->outcome);
	if (wrong != NULL) {
		page_flash(r, "bad", wrong);
		page_redirect(r, step_path(r, STEP_VERIFY));
		return;
	}
	page_redirect(r, step_path(r, STEP_ADDRESS));
}

static void verify_again(struct req *r)
{
	const unsigned char *token = front_cart(r);
	const char *word;

	if (token == NULL) {
		page_redirect(r, req_path(r, "/cart"));
		return;
	}
	word = row_checkout_verify_send(q_checkout_verify_send(r->db, r->site->tenant, r->site->store, token,
				SHA256_LEN))->outcome;
	if (strcmp(word, "ok") == 0)
		page_flash(r, "ok", N_("A new code is on its way."));
	else
		page_flash(r, "bad", verify_sentence(word));
	page_redirect(r, step_path(r, STEP_VERIFY));
}

/* ---- delivery ------------------------------------------------------------------------ */

static const struct param delivery_params[] = {
	{ "method", PARAM_ID, .label = N_("Way of delivery") },
	{ 0 }
};

static void delivery(struct req *r)
{
	struct checkout *c = steps_look(r);
	struct view *v;
	size_t offered = 0;
	const char *chosen;

	if (!step_enter(r, c, STEP_DELIVERY))
		return;
	v = step_view(r, c, STEP_DELIVERY);
	chosen = form_typed(r, "method", c->cart->method != NULL ? c->cart->method->method : NULL);
	for (size_t i = 0; i < cart_nmethods(c->cart); i++) {
		const struct row_cart_methods *m = cart_method(c->cart, i);
		const struct pricing_totals *t = cart_totals_with(c->cart, m);
		struct promise p = cart_promise(c->cart, m);
		struct view *item;

		if (t->outcome != PRICING_OK)
			continue;
		item = view_item(v, "methods");
		view_text(item, "id", m->method);
		view_text(item, "name", m->name);
		view_text(item, "text", m->about);
		view_text(item, "date", p.known ? basket_dates(r, mem_strdup(r->mem, p.earliest),
							       mem_strdup(r->mem, p.latest)) : NULL);
		view_money(item, "price", t->shipping_minor);
		view_bool(item, "free", t->shipping_minor == 0);
		view_bool(item, "checked", chosen == NULL ? offered == 0 : strcmp(chosen, m->method) == 0);
		offered++;
	}
	view_bool(v, "has_methods", offered > 0);
	page_html(r, v);
}

static bool deliverable(struct cart *c, const char *method)
{
	for (size_t i = 0; i < cart_nmethods(c); i++)
		if (strcmp(cart_method(c, i)->method, method) == 0)
			return cart_totals_with(c, cart_method(c, i))->outcome == PRICING_OK;
	return false;
}

static void set_delivery(struct req *r)
{
	struct checkout *c = steps_look(r);
	const char *method = param_id(r, "method");

	if (!step_take(r, c, STEP_DELIVERY))
		return;
	if (!deliverable(c->cart, method)) {
		page_decline(r, delivery, "method", N_("This way of delivery does not reach your address. Please choose another."));
		return;
	}
	q_checkout_delivery(r->db, r->site->tenant, r->site->store, c->cart->key.token, SHA256_LEN, method);
	page_redirect(r, step_path(r, STEP_PAYMENT));
}

/* ---- payment ------------------------------------------------------------------------- */

static const struct { const char *method, *name, *text, *icon; } payments[] = {
	{ "bank_transfer", N_("Bank transfer"),
	  N_("You see our account with your order. We send as soon as the money has come."), "bank" },
	{ "cod", N_("Cash on delivery"), N_("You pay when the parcel is handed over."), "cash" },
	{ "invoice", N_("On invoice"), N_("The invoice comes with the goods; you transfer the amount until the day that it names."), "bank" },
	{ "card", N_("Card"), N_("You pay on a secure page of our payment partner, also by Apple Pay or Google Pay where your device has it."), "card" },
};

static const struct param payment_params[] = {
	{ "method", PARAM_TEXT, .max = 32, .label = N_("Way to pay") },
	{ 0 }
};

static const char *payment_name(struct req *r, const struct row_checkout_payments *p)
{
	for (size_t i = 0; p->name[0] == '\0' && i < ARRAY_LEN(payments); i++)
		if (strcmp(payments[i].method, p->method) == 0)
			return req_text(r, payments[i].name);
	return p->name;
}

static void payment(struct req *r)
{
	struct checkout *c = steps_look(r);
	struct view *v;
	const char *chosen;
	size_t n = 0;

	if (!step_enter(r, c, STEP_PAYMENT))
		return;
	v = step_view(r, c, STEP_PAYMENT);
	chosen = form_typed(r, "method", c->cart->head->payment);
	for (size_t i = 0; i < rows_count(c->payment_rows); i++) {
		const struct row_checkout_payments *p = row_checkout_payments_at(c->payment_rows, i);
		int64_t fee = cart_surcharge_of(c->cart, p->surcharge, p->ppm);
		struct view *item;

		if (!checkout_may_pay(c, p))
			continue;
		item = view_item(v, "methods");
		view_text(item, "id", p->method);
		view_text(item, "name", payment_name(r, p));
		for (size_t k = 0; k < ARRAY_LEN(payments); k++)
			if (strcmp(payments[k].method, p->method) == 0) {
				view_text(item, "text", req_text(r, payments[k].text));
				view_text(item, "icon", payments[k].icon);
			}
		if (fee > 0)
			view_money(item, "fee", fee);
		else
			view_text(item, "fee", NULL);
		view_bool(item, "checked", chosen == NULL ? n == 0 : strcmp(chosen, p->method) == 0);
		n++;
	}
	view_bool(v, "has_methods", n > 0);
	page_html(r, v);
}

static void set_payment(struct req *r)
{
	struct checkout *c = steps_look(r);
	const char *method = param_text(r, "method");
	bool offered = false;

	if (!step_take(r, c, STEP_PAYMENT))
		return;
	for (size_t i = 0; i < rows_count(c->payment_rows); i++)
		offered = offered || (strcmp(row_checkout_payments_at(c->payment_rows, i)->method, method) == 0
			&& checkout_may_pay(c, row_checkout_payments_at(c->payment_rows, i)));
	if (!offered) {
		page_decline(r, payment, "method", N_("This way to pay is not offered for this order. Please choose another."));
		return;
	}
	q_checkout_payment(r->db, r->site->tenant, r->site->store, c->cart->key.token, SHA256_LEN, method);
	page_redirect(r, step_path(r, STEP_REVIEW));
}

/* ---- review and order ------------------------------------------------------------------ */

/* The total comes along as a number of minor units: it is compared, never used. */
static const struct param order_params[] = {
	{ "total", PARAM_INT, .min = 0, .max = PRICING_MAX_TOTAL },
	{ "note",  PARAM_BLOCK, .max = CHECKOUT_NOTE_MAX, .optional = "", .label = N_("Note") },
	{ "terms", PARAM_BOOL },
	{ 0 }
};

static bool paid_by_card(const struct checkout *c) { return strcmp(c->payment->method, "card") == 0; }

static bool has_downloads(const struct cart *c)
{
	for (size_t i = 0; i < c->nlines; i++)
		if (c->lines[i].row->digital)
			return true;
	return false;
}

static void review(struct req *r)
{
	struct checkout *c = steps_look(r);
	struct promise p;
	struct view *v;

	if (!step_enter(r, c, STEP_REVIEW))
		return;
	v = step_view(r, c, STEP_REVIEW);
	p = cart_promise(c->cart, c->cart->method);
	view_text(v, "total_seen", mem_printf(r->mem, "%lld", (long long)c->cart->totals->total_minor));
	view_text(v, "email", c->person->email);
	view_text(v, "phone", c->person->phone);
	view_text(v, "ship_to", basket_address(r, &c->ship));
	view_text(v, "bill_to", basket_address(r, c->person->has_billing ? &c->bill : &c->ship));
	view_text(v, "tax_id", c->person->tax_id[0] == '\0' ? NULL : c->person->tax_id);
	view_text(v, "delivery_name", cart_way_name(c->cart));
	view_text(v, "delivery_date", p.known ? basket_dates(r, p.earliest, p.latest) : NULL);
	view_text(v, "payment_name", payment_name(r, c->payment));
	view_bool(v, "blocked", c->cart->blocked);
	view_bool(v, "has_downloads", has_downloads(c->cart));
	view_text(v, "terms_url", c->terms == NULL ? NULL : url_to(r, "/page/", c->terms));
	form_text(r, v, "note", c->cart->head->note);
	form_bool(r, v, "terms", false);
	if (paid_by_card(c))
		front_may_pay(r);
	page_html(r, v);
}

/* ---- paying by card: on the gateway's page ------------------------------------------------- */

/* The order stands, whatever came of the call: its page says how to go on. */
static void begun(struct req *r, const struct call_answer *a)
{
	if (!front_go_pay(r, a))
		page_redirect(r, a->back);
}

/* An attempt to pay, in the order's own transaction; false: the order's page says why not. */
static bool begin_payment(struct req *r, const unsigned char *link, const char *order_path)
{
	struct order_key key = { .tenant = r->site->tenant, .store = r->site->store, .link = link };
	const struct row_payment_begin *b = front_begin_payment(r, &key);

	if (strcmp(b->outcome, "ok") != 0)
		return false;
	page_call_repeated(r, order_path);
	page_call(r, "payment.start", b->intent, begun);
	return true;
}

/* Places the order or says why not. */
static enum place_outcome place(struct req *r, struct checkout *c, struct rows *lock, const unsigned char *link)
{
	const struct row_checkout_lock *l = row_checkout_lock(lock);

	if (l->ordered)
		return checkout_place_again(r->mem, r->db, r->site->tenant, l->cart, link);
	if (c->cart->blocked)
		return PLACE_SOLD_OUT;
	if (c->cart->totals->total_minor != param_int(r, "total"))
		return PLACE_CHANGED;
	return checkout_place(c, r->db, link);
}

static void order(struct req *r)
{
	const unsigned char *token = front_cart(r);
	const char *note = param_text(r, "note"), *order_path;
	struct token link = token_new();
	unsigned char sum[SHA256_LEN];
	struct checkout *c;
	struct rows *lock;
	enum place_outcome o;

	if (token == NULL) {
		page_conflict(r, place_sentence(PLACE_GONE));
		return;
	}
	lock = q_checkout_lock(r->db, r->site->tenant, r->site->store, token, SHA256_LEN, r->language, r->currency,
			       note == NULL ? "" : note);
	c = steps_look(r);
	if (!rows_found(lock)) {
		page_conflict(r, place_sentence(PLACE_GONE));
		return;
	}
	if (!row_checkout_lock(lock)->ordered) {
		if (!step_take(r, c, STEP_REVIEW))
			return;
		if (c->terms != NULL && !param_bool(r, "terms")) {
			page_decline(r, review, "terms", N_("Please accept the terms of sale."));
			return;
		}
	}
	sha256(link.text, TOKEN_LEN, sum);
	o = place(r, c, lock, sum);
	order_path = mem_printf(r->mem, "%s/order/%s", r->prefix, link.text);
	if (o == PLACE_OK && session_principal(r) != NULL)
		q_checkout_own(r->db, r->site->tenant, sum, SHA256_LEN, session_principal(r));
	if (o != PLACE_OK && o != PLACE_AGAIN)
		page_decline(r, review, NULL, place_sentence(o));
	else if (o == PLACE_AGAIN || !paid_by_card(c) || !begin_payment(r, sum, order_path))
		page_redirect(r, order_path);
}

static const struct route routes[] = {
	{ GET,  "/checkout", where, .trips = 3, .csrf_token = true },
	{ POST, "/checkout", start, .trips = 4, .csrf_token = true, .repeatable = true },
	{ GET,  "/checkout/contact", contact, .trips = 3, .csrf_token = true },
	{ POST, "/checkout/contact", set_contact, .params = contact_params, .form = contact, .trips = 4, .csrf_token = true, .repeatable = true },
	{ GET,  "/checkout/verify", verify, .trips = 3, .csrf_token = true },
	{ POST, "/checkout/verify", set_verify, .params = verify_params, .form = verify, .trips = 4, .csrf_token = true },
	{ POST, "/checkout/verify/again", verify_again, .trips = 4, .csrf_token = true },
	{ GET,  "/checkout/address", address_show, .trips = 3, .csrf_token = true },
	{ POST, "/checkout/address", address_set, .params = address_params, .form = address_show, .trips = 4, .csrf_token = true, .repeatable = true },
	{ GET,  "/checkout/delivery", delivery, .trips = 3, .csrf_token = true },
	{ POST, "/checkout/delivery", set_delivery, .params = delivery_params, .form = delivery, .trips = 4, .csrf_token = true, .repeatable = true },
	{ GET,  "/checkout/payment", payment, .trips = 3, .csrf_token = true },
	{ POST, "/checkout/payment", set_payment, .params = payment_params, .form = payment, .trips = 4, .csrf_token = true, .repeatable = true },
	{ GET,  "/checkout/review", review, .trips = 3, .csrf_token = true },
	{ POST, "/checkout/order", order, .params = order_params, .form = review, .trips = 7, .csrf_token = true,
	  .idempotent = true },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program checkout = {
		.name = "checkout", .routes = routes, .hooks = &front_hooks, .session = &session_customers, .calls = true,
	};

	return program_run(&checkout, argc, argv);
}
