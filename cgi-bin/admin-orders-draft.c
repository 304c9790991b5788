/* Staff put an order together, by telephone for instance: it is kept as a draft until it is placed. */
#include "admin-orders.h"

#include "base/crypto.h"
#include "base/id.h"
#include "base/mem.h"
#include "front/document.h"
#include "shop/checkout.h"
#include "shop/order_columns.h"

#include <string.h>

#define DRAFTS "/admin/orders/drafts"
#define DRAFTS_ON_A_PAGE 50
/* Days that an order by card which staff placed waits for its money: a mail is read within a week, and the pieces are held so long. */
#define DRAFT_PAY_DAYS 7

const struct param drafts_params[] = { { "before", PARAM_ID, .optional = "" }, { 0 } };

const struct param draft_new_params[] = {
	{ "locale",   PARAM_TEXT, .max = 35, .label = N_("Language") },
	{ "currency", PARAM_TEXT, .max = 3, .label = N_("Currency") },
	{ 0 }
};

const struct param draft_find_params[] = { { "find", PARAM_TEXT, .max = 100, .optional = "", .fold = true }, { 0 } };

static const char *const draft_steps[] = { "save", "place", "country", NULL };
static const char *const buys_as[] = { "consumer", "business", NULL };

const struct param draft_params[] = {
	ORDER_FORM_PARAMS,
	{ "revision",   PARAM_INT },
	{ "seen",       PARAM_INT, .optional = "" },
	{ "step",       PARAM_CHOICE, .choices = draft_steps, .optional = "save" },
	{ "email",      PARAM_EMAIL, .optional = "", .label = N_("Mail") },
	{ "phone",      PARAM_TEXT, .max = 40, .optional = "", .label = N_("Phone") },
	{ "customer",   PARAM_CHOICE, .choices = buys_as, .optional = "consumer", .label = N_("Buys as") },
	{ "tax_number", PARAM_TEXT, .max = 20, .optional = "", .label = N_("Tax number") },
	{ "payment",    PARAM_TEXT, .max = 20, .optional = "", .label = N_("Payment") },
	{ "note",       PARAM_BLOCK, .max = CHECKOUT_NOTE_MAX, .optional = "", .label = N_("Note") },
	{ "reason",     PARAM_REASON, .optional = "", .label = N_("Reason") },
	{ "paid",       PARAM_BOOL },
	{ "reference",  PARAM_TEXT, .max = 100, .optional = "", .label = N_("Reference") },
	{ 0 }
};

const struct param draft_customer_params[] = { { "revision", PARAM_INT }, { "person", PARAM_ID }, { 0 } };
const struct param draft_drop_params[] = { { "revision", PARAM_INT }, { 0 } };

static const char *draft_url(struct req *r, const char *draft)
{
	return mem_printf(r->mem, "%s%s/%s", r->prefix, DRAFTS, draft);
}

static const char *given(struct req *r, const char *name)
{
	const char *value = param_text(r, name);

	return value == NULL ? "" : value;
}

/* ---- the list ---------------------------------------------------------------------------------------- */

static void add_drafts(struct req *r, struct view *v, struct rows *drafts)
{
	size_t n = rows_count(drafts);

	for (size_t i = 0; i < n && i < DRAFTS_ON_A_PAGE; i++) {
		const struct row_draft_list *d = row_draft_list_at(drafts, i);
		struct view *item = view_item(v, "drafts");

		view_text(item, "url", draft_url(r, d->draft));
		view_text(item, "name", *d->name != '\0' ? d->name : *d->email != '\0' ? d->email : req_text(r, N_("Nobody yet")));
		view_int(item, "pieces", d->pieces);
		view_time(item, "changed", d->changed);
		view_text(item, "who", d->who);
	}
	view_bool(v, "has_drafts", n > 0);
	view_text(v, "next_url", n <= DRAFTS_ON_A_PAGE ? NULL :
		  console_search_url(r, DRAFTS, "before", row_draft_list_at(drafts, DRAFTS_ON_A_PAGE - 1)->draft));
}

void drafts_show(struct req *r)
{
	const char *before = r->route->params == drafts_params ? param_text(r, "before") : NULL;
	bool later = before != NULL && *before != '\0';
	struct rows *drafts = q_draft_list(r->db, later ? DRAFT_LIST_LATER : 0, console_store(r), later ? before : r->id, DRAFTS_ON_A_PAGE + 1);
	struct rows *locales = q_draft_locales(r->db, console_store(r)), *currencies = q_draft_currencies(r->db, console_store(r));
	struct view *v = console_view(r, "admin-orders/drafts", N_("Drafts"));

	add_drafts(r, v, drafts);
	view_text(v, "first_url", later ? console_search_url(r, DRAFTS, NULL, NULL) : NULL);
	view_rows(v, "locales", locales);
	view_rows(v, "currencies", currencies);
	page_html(r, v);
}

void draft_make(struct req *r)
{
	const char *draft = mem_strdup(r->mem, id_new().text);
	const char *outcome = row_draft_new(q_draft_new(r->db, DESK_WHO(r), draft, given(r, "locale"), given(r, "currency")))->outcome;

	if (strcmp(outcome, "ok") == 0)
		page_redirect(r, draft_url(r, draft));
	else
		page_decline(r, drafts_show, NULL, N_("The store has no such language or currency."));
}

/* ---- one of them -------------------------------------------------------------------------------------- */

struct drafted {
	struct rows *head, *payments;
	struct order_form form;
	const char *find;               /* words that a customer was looked for by, or NULL */
	struct rows *people;
};

/* Customers are found by who may see customers. */
static struct drafted draft_queue(struct req *r)
{
	const char *store = console_store(r), *words = r->route->params == draft_find_params ? given(r, "find") : "";
	bool find = *words != '\0' && console_may(r, "customers.view");

	return (struct drafted){
		.find = find ? words : NULL, .people = find ? q_draft_find(r->db, r->site->tenant, words) : NULL,
		.head = q_draft_head(r->db, store, path_text(r, "draft")), .payments = q_draft_payments(r->db, r->site->tenant, store, r->language),
		.form = order_form_queue(r),
	};
}

/* False after an answer: there is no such draft, or it is an order by now. */
static bool still_draft(struct req *r, const struct row_draft_head *d, bool found)
{
	if (found && d->placed && d->order_id != NULL)
		page_redirect(r, desk_url(r, d->order_id, ""));
	else if (!found || d->token_hex == NULL)
		page_not_found(r);
	else
		return true;
	return false;
}

/* Priced at what its customer pays, who may be in a price group. */
static struct cart *draft_cart(struct req *r, const struct row_draft_head *d)
{
	size_t n = 0;
	unsigned char *token = hex_decode(r->mem, d->token_hex, &n);
	struct cart_key key = { .tenant = r->site->tenant, .store = console_store(r), .token = n == SHA256_LEN ? token : NULL, .locale = d->locale, .currency = d->currency,
		.order = path_text(r, "draft") };
	struct cart *c = cart_queue(r->mem, r->db, &key);

	cart_price(c);
	return c;
}

static struct change_wish as_kept(const struct row_draft_head *d)
{
	return (struct change_wish){
		.ship = { d->name, d->company, d->street, d->street2, d->postal_code, d->city, d->region, d->country },
		.method = d->method, .hand_minor = d->hand_discount, .note = d->note,
	};
}

static void add_payments(struct req *r, struct view *v, struct rows *payments, const char *current)
{
	const char *chosen = form_typed(r, "payment", current);

	for (size_t i = 0; i < rows_count(payments); i++) {
		const struct row_draft_payments *p = row_draft_payments_at(payments, i);
		struct view *item = view_item(v, "payments");

		view_text(item, "value", p->method);
		view_text(item, "label", front_method(r, p->method, p->name));
		view_bool(item, "selected", chosen != NULL && strcmp(chosen, p->method) == 0);
	}
}

static void add_people(struct req *r, struct view *v, const struct drafted *q)
{
	view_bool(v, "may_find", console_may(r, "customers.view"));
	view_text(v, "find", q->find);
	view_bool(v, "found_none", q->find != NULL && rows_count(q->people) == 0);
	if (q->find != NULL)
		view_rows(v, "people", q->people);
}


/* What it costs as it is kept, and whether an order can be made of it. */
static void add_price(struct req *r, struct view *v, const struct row_draft_head *d, const struct cart *c)
{
	bool ready = cart_ready(c) && c->totals->outcome == PRICING_OK;
	struct view *p;

	if (c->nlines == 0)
		return;
	p = order_form_preview(r, v, c, d->currency);
	if (d->return_order != NULL) {
		int64_t part = d->credit < c->totals->total_minor ? d->credit : c->totals->total_minor;

		view_money(p, "credit", part);
		view_money(p, "due", c->totals->total_minor - part);
		if (d->credit > part)
			view_money(p, "left", d->credit - part);
	}
	view_text(p, "seen", mem_printf(r->mem, "%lld", (long long)c->totals->total_minor));
	view_bool(p, "blocked", !ready);
	view_bool(p, "no_delivery", ready && !cart_has_way(c));
	view_bool(p, "can_place", ready && cart_has_way(c));
}

void draft_show(struct req *r)
{
	static const struct form_option kinds[] = { { "consumer", N_("Private person") }, { "business", N_("Business") } };
	struct drafted q = draft_queue(r);
	const struct row_draft_head *d = row_draft_head(q.head);
	struct change_wish w = as_kept(d);
	struct cart *c;
	struct view *v;

	if (!still_draft(r, d, rows_found(q.head)))
		return;
	c = draft_cart(r, d);
	v = console_view(r, "admin-orders/draft", *d->name != '\0' ? mem_printf(r->mem, "%s: %s", req_text(r, N_("Draft")), d->name) : N_("Draft of an order"));
	view_text(v, "draft_url", draft_url(r, path_text(r, "draft")));
	view_text(v, "drafts_url", mem_printf(r->mem, "%s%s", r->prefix, DRAFTS));
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)d->revision));
	view_bool(v, "has_account", d->customer != NULL);
	view_bool(v, "may_pay", console_may(r, "orders.pay"));
	view_text(v, "kept_locale", d->locale);
	view_text(v, "first_url", d->return_order == NULL ? NULL : desk_url(r, d->return_order, ""));
	view_text(v, "first_number", d->return_number);
	add_people(r, v, &q);
	order_form_view(r, v, &q.form, &w, d->currency);
	if (!order_form_typed(r, v, d->locale))
		order_form_priced(r, v, c);
	form_text(r, v, "email", d->email);
	form_text(r, v, "phone", d->phone);
	form_text(r, v, "tax_number", d->tax_id);
	form_text(r, v, "note", d->note);
	form_text(r, v, "reason", "");
	form_text(r, v, "reference", "");
	form_bool(r, v, "paid", false);
	form_options(r, v, "kinds", "customer", kinds, ARRAY_LEN(kinds), d->customer_type);
	add_payments(r, v, q.payments, d->payment);
	add_price(r, v, d, c);
	page_html(r, v);
}

/* ---- changing it ---------------------------------------------------------------------------------------- */

/* Why it is declined, beside the field that it is about. */
static void draft_declined(struct req *r, const char *word)
{
	static const char *const fields[][2] = { { "reason", "reason" }, { "way", "payment" }, { "payment", "payment" }, { "credit", "payment" }, { "mail", "email" }, { "lines", "quantity" } };
	const char *field = NULL;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strcmp(fields[i][0], word) == 0)
			field = fields[i][1];
	if (strcmp(word, "unknown") == 0 || *word == '\0')
		page_not_found(r);
	else
		page_decline(r, draft_show, field, desk_sentence(word));
}

/* What must be there before an order can be made of it; false: said at the fields. */
static bool complete(struct req *r, struct change_wish *w)
{
	bool good = address_form_check(r, "", &w->ship, true) == 0;

	if (w->n == 0) {
		field_error(r, "quantity", N_("An order needs at least one product."));
		good = false;
	}
	if (*given(r, "payment") == '\0') {
		field_error(r, "payment", N_("Please choose a way of payment."));
		good = false;
	}
	if (*given(r, "email") == '\0' && *given(r, "phone") == '\0') {
		field_error(r, "email", N_("Please enter a mail address or a telephone number."));
		good = false;
	}
	if (param_bool(r, "paid") && (*given(r, "reference") == '\0' || !console_may(r, "orders.pay"))) {
		field_error(r, "reference", N_("Please say by what the money came: a statement, a receipt."));
		good = false;
	}
	return good;
}

/* A business is taxed as one only by its number, in the form of its country; NULL: said at the field. */
static const char *tax_number_of(struct req *r, const char *country)
{
	const char *text = given(r, "tax_number"), *good;

	if (strcmp(given(r, "customer"), "business") != 0)
		return "";
	good = *text == '\0' ? NULL : tax_id_check(r->mem, country, text);
	if (good == NULL)
		field_error(r, "tax_number", N_("Please enter the company's tax number as its country writes it."));
	return good;
}

static const char *keep(struct req *r, const struct change_wish *w, const char *tax_id)
{
	return row_draft_put(q_draft_put(r->db, DESK_WHO(r), path_text(r, "draft"), param_int(r, "revision"), w->variants, w->n, w->quantities, w->n,
		w->method, *given(r, "payment") == '\0' ? NULL : given(r, "payment"), w->hand_minor, given(r, "reason"), given(r, "note"), given(r, "email"),
		given(r, "phone"), given(r, "customer"), tax_id, w->ship.name, w->ship.company, w->ship.street, w->ship.street2,
		w->ship.postal_code, w->ship.city, w->ship.region, w->ship.country))->outcome;
}

static void place(struct req *r, struct cart *c)
{
	const struct pricing_totals *t = c->totals;
	struct order_columns k = order_columns(c);
	struct promise p = cart_promise(c, c->method);
	const char *order = mem_strdup(r->mem, id_new().text), *word;
	struct token link = token_new();
	unsigned char hash[SHA256_LEN];

	sha256(link.text, TOKEN_LEN, hash);
	word = row_draft_place(q_draft_place(r->db, DESK_WHO(r), path_text(r, "draft"), param_int(r, "revision") + 1, order, hash, SHA256_LEN,
		CHECKOUT_LINK_DAYS, DRAFT_PAY_DAYS, param_bool(r, "paid"), given(r, "reference"),
		t->goods_minor, t->discount_minor, t->shipping_minor, t->tax_minor, t->total_minor, cart_way_name(c), p.known ? p.earliest : NULL, p.known ? p.latest : NULL,
		ORDER_COLUMNS(k)))->outcome;
	if (strcmp(word, "ok") != 0) {
		draft_declined(r, word);
		return;
	}
	page_flash(r, "ok", N_("The order is placed; the buyer gets a mail with it and with the way to pay."));
	page_redirect(r, desk_url(r, order, ""));
}

/* Only what was seen is placed; what costs something else is kept and shown. */
static void place_seen(struct req *r, const struct row_draft_head *d, const struct change_wish *w)
{
	struct cart *c = draft_cart(r, d);

	if (!cart_ready(c) || c->totals->outcome != PRICING_OK) {
		page_decline(r, draft_show, "quantity", N_("It cannot be had like this: look at the products that are marked."));
	} else if (!cart_has_way(c)) {
		page_decline(r, draft_show, "method", w->method == NULL ? N_("Please choose a way of delivery.")
			: N_("The chosen way of delivery does not take this there. Please choose another."));
	} else if (w->hand_minor > c->totals->goods_minor) {
		page_decline(r, draft_show, "discount", N_("The discount is more than the products cost."));
	} else if (!param_given(r, "seen") || param_int(r, "seen") != c->totals->total_minor) {
		page_flash(r, "warn", N_("Kept. This is not the total that you saw before: please look at it before you place the order."));
		page_redirect(r, draft_url(r, path_text(r, "draft")));
	} else {
		place(r, c);
	}
}

void draft_take(struct req *r)
{
	struct drafted q = draft_queue(r);
	const struct row_draft_head *d = row_draft_head(q.head);
	struct change_wish w = as_kept(d);
	const char *step = param_text(r, "step"), *word, *tax_id;
	bool placing = strcmp(step, "place") == 0, good;

	if (!still_draft(r, d, rows_found(q.head)))
		return;
	if (strcmp(step, "country") == 0) {
		page_redraw(r, draft_show);
		return;
	}
	good = order_form_read(r, &w, d->hand_discount, d->currency);
	tax_id = good ? tax_number_of(r, w.ship.country) : NULL;
	good = tax_id != NULL;
	if (placing && good)
		good = complete(r, &w);
	if (!good) {
		page_again(r, draft_show);
		return;
	}
	word = keep(r, &w, tax_id);
	if (strcmp(word, "ok") != 0) {
		draft_declined(r, word);
	} else if (placing) {
		place_seen(r, d, &w);
	} else {
		page_flash(r, "ok", N_("The draft is kept."));
		page_redirect(r, draft_url(r, path_text(r, "draft")));
	}
}

/* ---- whose it is, and its end --------------------------------------------------------------------------- */

void draft_give(struct req *r)
{
	const char *word;

	if (!console_may(r, "customers.view")) {
		page_decline(r, draft_show, NULL, N_("You may not see customers."));
		return;
	}
	word = row_draft_customer(q_draft_customer(r->db, DESK_WHO(r), path_text(r, "draft"), param_int(r, "revision"), param_id(r, "person")))->outcome;
	if (strcmp(word, "ok") == 0)
		page_redirect(r, draft_url(r, path_text(r, "draft")));
	else
		draft_declined(r, word);
}

void draft_throw(struct req *r)
{
	const char *word = row_draft_drop(q_draft_drop(r->db, DESK_WHO(r), path_text(r, "draft"), param_int(r, "revision")))->outcome;

	if (strcmp(word, "ok") != 0) {
		draft_declined(r, word);
		return;
	}
	page_flash(r, "ok", N_("The draft is gone."));
	page_redirect(r, mem_printf(r->mem, "%s%s", r->prefix, DRAFTS));
}
