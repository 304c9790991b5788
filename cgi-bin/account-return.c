/* A customer asks to send something of an order back. */
#include "account.h"

#include "base/id.h"
#include "base/mem.h"
#include "db/query/order.h"
#include "db/query/returns.h"
#include "front/front.h"
#include "shop/pricing.h"

#include <string.h>

/* As sales.return keeps them. */
#define RETURN_WORDS_MAX 2000

/* As sales.return names them. */
static const char *const codes[] = { "size", "unlike", "faulty", "wrong", "late", "mind", "other", NULL };
static const char *const labels[] = {
	N_("It does not fit"), N_("It is not as shown or described"), N_("It is damaged or does not work"),
	N_("I got something else"), N_("It came too late"), N_("I changed my mind"), N_("Something else"),
};

const struct param return_params[] = {
	{ "line",     PARAM_LIST, .of = PARAM_INT, .max = PRICING_MAX_LINES, .label = N_("Products") },
	{ "quantity", PARAM_LIST, .of = PARAM_INT, .max = PRICING_MAX_LINES, .label = N_("Quantity") },
	{ "reason",   PARAM_CHOICE, .choices = codes, .label = N_("Why do you send it back?") },
	{ "words",    PARAM_BLOCK, .max = RETURN_WORDS_MAX, .optional = "", .label = N_("Tell us more") },
	{ 0 }
};

static const char *back_url(struct req *r)
{
	return account_url(r, "/account/orders/", path_text(r, "id"));
}

static struct rows *choice(struct req *r)
{
	return q_return_choice(r->db, r->site->tenant, r->site->store, path_text(r, "id"), account_customer(r));
}

/* The pieces that were typed for a line. */
static int64_t typed(struct req *r, int64_t line)
{
	size_t n, m;
	const int64_t *lines, *pieces;

	if (r->method == GET)
		return 0;
	lines = param_list_int(r, "line", &n);
	pieces = param_list_int(r, "quantity", &m);
	for (size_t i = 0; i < n && i < m; i++)
		if (lines[i] == line)
			return pieces[i];
	return 0;
}

/* Nothing can be sent back: why is said on the order's page. */
static void too_late(struct req *r)
{
	page_flash(r, "warn", N_("This order cannot be returned here any more, or a return of it is under way. Please write to us: we will see what can be done."));
	page_redirect(r, back_url(r));
}

void return_show(struct req *r)
{
	struct rows *head = q_order_head(r->db, r->site->tenant, r->site->store, NULL, 0, path_text(r, "id"), account_customer(r));
	struct rows *rows = choice(r);
	struct view *v;

	if (!rows_found(head)) {
		page_not_found(r);
		return;
	}
	if (rows_count(rows) == 0 || !row_return_choice_at(rows, 0)->allowed) {
		too_late(r);
		return;
	}
	v = account_view(r, "account/return", SECTION_ORDERS, N_("Return items"));
	view_text(v, "order_url", back_url(r));
	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_return_choice *l = row_return_choice_at(rows, i);
		struct view *item = view_item(v, "pieces");

		view_int(item, "position", l->line_no);
		view_text(item, "name", l->name);
		view_text(item, "options", l->options[0] == '\0' ? NULL : l->options);
		view_int(item, "most", l->most);
		view_int(item, "max_quantity", l->most);
		view_int(item, "quantity", typed(r, l->line_no));
	}
	for (size_t i = 0; codes[i] != NULL; i++) {
		struct view *item = view_item(v, "reasons");

		view_text(item, "value", codes[i]);
		view_text(item, "label", req_text(r, labels[i]));
		view_bool(item, "selected", strcmp(form_typed(r, "reason", ""), codes[i]) == 0);
	}
	form_text(r, v, "words", "");
	page_html(r, v);
}

/* The lines of which something comes back; false when the lists do not fit together. */
static bool read_lines(struct req *r, int64_t *lines, int64_t *pieces, size_t *kept)
{
	size_t n, m;
	const int64_t *given = param_list_int(r, "line", &n), *count = param_list_int(r, "quantity", &m);

	*kept = 0;
	if (n != m)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (count[i] < 0 || count[i] > PRICING_MAX_QUANTITY || given[i] < 1 || given[i] > PRICING_MAX_LINES)
			return false;
		if (count[i] > 0) {
			lines[*kept] = given[i];
			pieces[(*kept)++] = count[i];
		}
	}
	return true;
}

void return_take(struct req *r)
{
	int64_t lines[PRICING_MAX_LINES], pieces[PRICING_MAX_LINES];
	const char *words = param_text(r, "words"), *outcome;
	size_t n;

	if (!read_lines(r, lines, pieces, &n)) {
		page_decline(r, return_show, NULL, N_("Please enter quantities from 0 to 10 000."));
		return;
	}
	if (n == 0) {
		page_decline(r, return_show, NULL, N_("Please say how many pieces of which product you send back."));
		return;
	}
	outcome = row_return_ask(q_return_ask(r->db, r->site->tenant, r->site->store, path_text(r, "id"), account_customer(r),
					      mem_strdup(r->mem, id_new().text), "refund", param_text(r, "reason"), words == NULL ? "" : words,
					      lines, n, pieces, n))->outcome;
	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", N_("We have got your request. We answer by mail; please keep the goods until then."));
		page_redirect(r, back_url(r));
	} else if (strcmp(outcome, "lines") == 0) {
		page_decline(r, return_show, NULL, N_("You cannot send back more pieces than you got."));
	} else if (strcmp(outcome, "unknown") == 0) {
		page_not_found(r);
	} else {
		too_late(r);
	}
}
