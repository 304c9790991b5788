#include "shop/checkout.h"

#include "base/id.h"
#include "base/mem.h"
#include "shop/order_columns.h"

#include <string.h>

struct checkout *checkout_queue(void *ctx, struct db *db, const struct cart_key *key, bool verify, const char *customer)
{
	struct checkout *c = mem_new(ctx, struct checkout);

	c->cart = cart_queue(ctx, db, key);
	c->verify = verify;
	if (key->token == NULL)
		return c;
	c->person_rows = q_checkout_person(db, key->token, SHA256_LEN, key->store);
	c->country_rows = q_checkout_countries(db, key->store);
	c->payment_rows = q_checkout_payments(db, key->token, SHA256_LEN, key->store, key->locale, key->currency, customer);
	c->terms_rows = q_checkout_terms(db, key->store, key->locale);
	if (customer != NULL) {
		c->account_rows = q_account_person(db, customer);
		c->book_rows = q_account_addresses(db, customer);
	}
	return c;
}

static void read_person(struct checkout *c)
{
	const struct row_checkout_person *p = row_checkout_person(c->person_rows);

	c->person = p;
	c->ship = (struct address){ p->name, p->company, p->street, p->street2, p->postal_code, p->city, p->region,
		p->country };
	c->bill = (struct address){ p->billing_name, p->billing_company, p->billing_street, p->billing_street2,
		p->billing_postal_code, p->billing_city, p->billing_region, p->billing_country };
	c->verified = !c->verify || (p->email[0] != '\0' && strcmp(c->cart->head->verified_email, p->email_sha256) == 0);
	if (c->account_rows == NULL || !row_account_person(c->account_rows)->verified)
		return;
	c->account = row_account_person(c->account_rows);
	c->verified = c->verified || strcmp(c->account->email, p->email) == 0;
}

bool checkout_may_pay(const struct checkout *c, const struct row_checkout_payments *p)
{
	const struct pricing_totals *t = c->cart->totals;
	int64_t amount = t->goods_minor - t->discount_minor + t->shipping_minor;

	if (strcmp(p->method, "invoice") == 0 && (!p->has_credit || t->total_minor - t->surcharge_gross_minor > p->credit))
		return false;
	return amount >= p->least && (!p->has_most || amount <= p->most);
}

static bool chosen_payment(struct checkout *c)
{
	for (size_t i = 0; c->cart->head->payment != NULL && i < rows_count(c->payment_rows); i++) {
		const struct row_checkout_payments *p = row_checkout_payments_at(c->payment_rows, i);

		if (strcmp(p->method, c->cart->head->payment) == 0 && checkout_may_pay(c, p))
			c->payment = p;
	}
	return c->payment != NULL;
}

/* A store that stopped delivering to the country asks for the address again. */
static bool address_good(const struct checkout *c)
{
	struct address copy = c->ship;
	struct address_error errors[ADDRESS_FIELDS];

	if (c->ship.country[0] == '\0' || c->ship.name[0] == '\0')
		return false;
	return address_check(c->cart->ctx, &copy, errors) == 0;
}

static enum checkout_step first_unfinished(struct checkout *c)
{
	if (c->person->email[0] == '\0')
		return STEP_CONTACT;
	if (!c->verified)
		return STEP_VERIFY;
	if (!address_good(c))
		return STEP_ADDRESS;
	if (!cart_has_way(c->cart))
		return STEP_DELIVERY;
	return chosen_payment(c) ? STEP_REVIEW : STEP_PAYMENT;
}

void checkout_look(struct checkout *c)
{
	cart_price(c->cart);
	if (!c->cart->found)
		return;
	read_person(c);
	if (rows_found(c->terms_rows))
		c->terms = row_checkout_terms(c->terms_rows)->slug;
	c->next = first_unfinished(c);
}

bool checkout_may(const struct checkout *c, enum checkout_step step)
{
	if ((step == STEP_VERIFY && !c->verify) || (step == STEP_DELIVERY && c->cart->intangible))
		return false;
	return step <= c->next;
}

const char *checkout_step_name(enum checkout_step step)
{
	static const char *const names[CHECKOUT_STEPS] = {
		[STEP_CONTACT] = "contact", [STEP_VERIFY] = "verify", [STEP_ADDRESS] = "address",
		[STEP_DELIVERY] = "delivery", [STEP_PAYMENT] = "payment", [STEP_REVIEW] = "review",
	};

	return names[step];
}

/* ---- start --------------------------------------------------------------------- */

enum start_outcome start_outcome(const char *word)
{
	static const char *const words[] = {
		[START_OK] = "ok", [START_GONE] = "gone", [START_EMPTY] = "empty", [START_SHORT] = "short",
		[START_HOARDING] = "hoarding",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], word) == 0)
			return (enum start_outcome)i;
	return START_GONE;              /* the absent row of a failed request */
}

/* ---- placing ------------------------------------------------------------------- */

static const struct { const char *word, *sentence; } places[PLACE_OUTCOMES] = {
	[PLACE_OK] = { "ok", "" },
	[PLACE_AGAIN] = { "again", "" },
	[PLACE_CHANGED] = { "changed",
		N_("Something changed while you were here. Please look at the new total before you order.") },
	[PLACE_SOLD_OUT] = { "sold_out",
		N_("Somebody was faster: one of the products is sold out. Nothing was ordered; please change your cart.") },
	[PLACE_COUPON_GONE] = { "coupon_gone",
		N_("The coupon is no longer valid. Nothing was ordered; please take it off in the cart.") },
	[PLACE_COUPON_USED_UP] = { "coupon_used_up",
		N_("The coupon has just been used up. Nothing was ordered; please take it off in the cart.") },
	[PLACE_COUPON_CUSTOMER] = { "coupon_customer",
		N_("You have used this coupon before. Nothing was ordered; please take it off in the cart.") },
	[PLACE_PAYMENT] = { "payment",
		N_("This order cannot be paid in the chosen way. Nothing was ordered; please choose another way to pay.") },
	[PLACE_CREDIT] = { "credit",
		N_("With this order more would be open than was agreed for payment on invoice. Nothing was ordered; please choose another way to pay.") },
	[PLACE_GONE] = { "gone", N_("This cart is no longer there. Please look into your mail whether it was ordered.") },
};

static enum place_outcome place_outcome(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (strcmp(places[i].word, word) == 0)
			return (enum place_outcome)i;
	return PLACE_GONE;              /* the absent row of a failed request */
}

const char *place_sentence(enum place_outcome o)
{
	return places[o].sentence;
}

enum place_outcome checkout_place(struct checkout *c, struct db *db, const unsigned char link[SHA256_LEN])
{
	struct cart *cart = c->cart;
	const struct pricing_totals *t = cart->totals;
	struct order_columns k = order_columns(cart);
	struct promise p = cart_promise(cart, cart->method);
	struct id order = id_new();
	struct rows *r;

	r = q_checkout_place(db, cart->key.tenant, cart->head->cart, order.text, link, SHA256_LEN, CHECKOUT_LINK_DAYS,
		t->goods_minor, t->discount_minor, t->shipping_minor, t->tax_minor, t->total_minor,
		cart_way_name(cart), p.known ? p.earliest : NULL, p.known ? p.latest : NULL,
		cart->coupon == CART_COUPON_OK ? c->person->email_sha256 : NULL,
		ORDER_COLUMNS(k));
	return place_outcome(row_checkout_place(r)->outcome);
}

enum place_outcome checkout_place_again(void *ctx, struct db *db, const char *tenant, const char *cart,
					const unsigned char link[SHA256_LEN])
{
	struct id order = id_new();
	const char *const *no = mem_array(ctx, const char *, 1);
	const int64_t *none = mem_array(ctx, int64_t, 1);
	const bool *never = mem_array(ctx, bool, 1);
	struct rows *r = q_checkout_place(db, tenant, cart, order.text, link, SHA256_LEN, CHECKOUT_LINK_DAYS,
		0, 0, 0, 0, 0, "", NULL, NULL, NULL, no, 0, none, 0, none, 0, none, 0, none, 0, none, 0,
		no, 0, no, 0, no, 0, no, 0, no, 0, never, 0, none, 0, no, 0, none, 0, none, 0, none, 0);

	return place_outcome(row_checkout_place(r)->outcome);
}

/* ---- the code ------------------------------------------------------------------ */

const char *verify_sentence(const char *word)
{
	static const struct { const char *word, *sentence; } answers[] = {
		{ "ok", NULL },
		{ "wrong", N_("This is not the code we sent. Please look again.") },
		{ "over", N_("This code has ended. Please ask for a new one.") },
		{ "too_many", N_("Too many tries. Please ask for a new code, or try again in an hour.") },
	};

	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		if (strcmp(answers[i].word, word) == 0)
			return answers[i].sentence;
	return N_("Please enter your mail address again.");
}
