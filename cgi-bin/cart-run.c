/* GET, POST /cart/run/{product}: a size run, each variant of a product with its own quantity. */
#include "cart.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "db/query/cart.h"
#include "front/basket.h"
#include "front/front.h"

#include <stdlib.h>
#include <string.h>

/* Two fields each: so many fit into the parameters of one request (LIMIT_INPUTS). */
#define RUN_CELLS 99

/* The quantities are read here and not by the library, so that each mistake stands at its cell. */
const struct param run_params[] = {
	{ "variant",  PARAM_LIST, .of = PARAM_ID, .max = RUN_CELLS, .optional = "" },
	{ "quantity", PARAM_LIST, .of = PARAM_TEXT, .max = RUN_CELLS, .optional = "", .blanks = true, .label = N_("Quantity") },
	{ 0 }
};

static const char *cell_field(struct req *r, const char *variant)
{
	return mem_printf(r->mem, "quantity-%s", variant);
}

/* What was typed for VARIANT when the form is shown again, or "". */
static const char *typed(struct req *r, const char *variant)
{
	size_t n, m;
	const char *const *variants, *const *quantities;

	if (r->method != POST)
		return "";
	variants = param_list(r, "variant", &n);
	quantities = param_list(r, "quantity", &m);
	for (size_t i = 0; i < n && i < m; i++)
		if (strcmp(variants[i], variant) == 0)
			return quantities[i];
	return "";
}

/* What one piece costs who asks: a member of a group never more than everybody. */
static int64_t own_price(const struct row_cart_run *v, struct rows *member)
{
	for (size_t i = 0; member != NULL && i < rows_count(member); i++) {
		const struct row_cart_run_member *m = row_cart_run_member_at(member, i);

		if (strcmp(m->variant, v->variant) == 0 && m->price < v->price)
			return m->price;
	}
	return v->price;
}

static void add_cell(struct req *r, struct view *row, const struct row_cart_run *v, struct rows *member)
{
	struct view *cell = view_item(row, "cells");
	const char *label = v->label2 != NULL ? v->label2 : v->label != NULL ? v->label : v->sku;
	bool out = v->has_available && v->available <= 0;

	view_text(cell, "variant", v->variant);
	view_text(cell, "label", label);
	view_text(cell, "said", v->label2 == NULL ? label : mem_printf(r->mem, "%s, %s", v->label, v->label2));
	view_money(cell, "price", own_price(v, member));
	view_bool(cell, "out", out);
	view_text(cell, "left", out ? req_text(r, N_("Sold out")) : v->has_available && v->available <= front_store(r)->low_stock ?
		  basket_say_number(r, N_("Few left: {n}"), v->available) : NULL);
	view_text(cell, "typed", typed(r, v->variant));
	view_text(cell, "error", form_error(r, cell_field(r, v->variant)));
}

static void add_rows(struct req *r, struct view *v, struct rows *rows, struct rows *member)
{
	const struct row_cart_run *before = NULL;
	struct view *row = NULL;

	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_cart_run *one = row_cart_run_at(rows, i);

		/* Without a second option all variants stand in one row. */
		if (before == NULL || (one->label2 != NULL && strcmp(before->label, one->label) != 0)) {
			row = view_item(v, "rows");
			view_text(row, "name", one->label2 != NULL ? one->label : NULL);
		}
		add_cell(r, row, one, member);
		before = one;
	}
}

void run_show(struct req *r)
{
	struct rows *rows = q_cart_run(r->db, r->site->store, r->language, r->currency, path_text(r, "product"));
	const unsigned char *session = session_hash(r);
	struct rows *member = session == NULL ? NULL :
		q_cart_run_member(r->db, r->site->tenant, r->site->store, r->currency, path_text(r, "product"), session, SHA256_LEN);
	const struct row_cart_run *first;
	struct view *v;

	if (!rows_found(rows)) {
		page_not_found(r);
		return;
	}
	first = row_cart_run(rows);
	v = page_view(r, "cart/run");
	front_noindex(r);
	front_title(r, v, mem_printf(r->mem, "%s · %s", first->name, req_text(r, N_("Several at once"))), NULL);
	front_crumb(v, req_text(r, N_("Home")), req_path(r, "/"));
	front_crumb(v, first->name, url_to(r, "/p/", first->slug));
	front_crumb(v, req_text(r, N_("Several at once")), NULL);
	view_text(v, "name", first->name);
	view_text(v, "url", url_to(r, "/p/", first->slug));
	view_text(v, "action", req_path(r, r->path));
	add_rows(r, v, rows, member);
	page_html(r, v);
}

/* The number of a cell: 0 when blank, -1 when it is none that a cart takes. */
static int64_t number(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	long n;

	if (text[digits] != '\0' || digits > 5)
		return -1;
	n = strtol(text, NULL, 10);
	return n <= PRICING_MAX_QUANTITY ? n : -1;
}

struct asked {
	const char *variant;
	struct rows *answer;
};

/* All cells travel together.  The first that makes a cart opens it by the fresh token, the
   others find it there. */
static size_t ask(struct req *r, const char *const *variants, const char *const *quantities, size_t n,
		  const struct token *fresh, struct asked *asked)
{
	const unsigned char *mine = front_cart(r);
	unsigned char sum[SHA256_LEN];
	size_t wanted = 0;

	sha256(fresh->text, TOKEN_LEN, sum);
	for (size_t i = 0; i < n; i++) {
		int64_t quantity = number(quantities[i]);

		if (quantity < 0)
			field_error(r, cell_field(r, variants[i]), N_("Please enter a whole number, at most 10,000."));
		if (quantity > 0)
			asked[wanted++] = (struct asked){ variants[i], q_cart_add(r->db, r->site->tenant, r->site->store,
				mine != NULL ? mine : sum, SHA256_LEN, sum, SHA256_LEN, r->language, r->currency,
				variants[i], quantity, CART_MAX_LINES) };
	}
	return wanted;
}

void run_add(struct req *r)
{
	size_t n, m, wanted;
	const char *const *variants = param_list(r, "variant", &n);
	const char *const *quantities = param_list(r, "quantity", &m);
	struct asked *asked = mem_array(r->mem, struct asked, n);
	struct token fresh = token_new();
	bool made = false, declined = false;

	if (n != m) {
		page_bad_request(r);
		return;
	}
	wanted = ask(r, variants, quantities, n, &fresh, asked);
	for (size_t i = 0; i < n; i++)
		declined = declined || number(quantities[i]) < 0;
	for (size_t i = 0; i < wanted; i++) {
		const struct row_cart_add *a = row_cart_add(asked[i].answer);
		enum cart_outcome o = cart_outcome(a->outcome);

		made = made || a->made;
		if (o == CART_OK)
			continue;
		declined = true;
		field_error(r, cell_field(r, asked[i].variant), decline_sentence(r, o, a->available));
	}
	if (declined) {
		page_again(r, run_show);
	} else if (wanted == 0) {
		page_decline(r, run_show, NULL, N_("Please enter how many you want of at least one."));
	} else {
		if (made)
			page_cookie_set(r, CART_COOKIE, fresh.text, CART_COOKIE_S);
		page_flash(r, "ok", N_("Added to your cart."));
		page_redirect(r, req_path(r, "/cart"));
	}
}
