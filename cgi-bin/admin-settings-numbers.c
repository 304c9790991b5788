/* Numbers of a store's papers: what they begin with, and with which they go on. */
#include "admin-settings.h"

#include "base/mem.h"

#include <string.h>

/* A number that long is a slip of the finger. */
#define NUMBER_MAX INT64_C(999999999999)
#define PREFIX_MAX 8                    /* as tenancy.store has it */

const struct param numbers_params[] = {
	SETTINGS_STORE,
	{ "revision",       PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "order_prefix",   PARAM_TEXT, .max = PREFIX_MAX, .optional = "", .label = N_("Prefix of orders") },
	{ "order_next",     PARAM_INT, .min = 1, .max = NUMBER_MAX, .label = N_("Next order") },
	{ "invoice_prefix", PARAM_TEXT, .max = PREFIX_MAX, .optional = "", .label = N_("Prefix of invoices") },
	{ "invoice_next",   PARAM_INT, .min = 1, .max = NUMBER_MAX, .label = N_("Next invoice of this year") },
	{ "credit_next",    PARAM_INT, .min = 1, .max = NUMBER_MAX, .label = N_("Next credit note of this year") },
	{ "return_prefix",  PARAM_TEXT, .max = PREFIX_MAX, .optional = "", .label = N_("Prefix of returns") },
	{ "return_next",    PARAM_INT, .min = 1, .max = NUMBER_MAX, .label = N_("Next return") },
	{ "look",           PARAM_BOOL },
	{ "reason",         PARAM_REASON, .optional = "", .label = N_("Reason") },
	{ 0 }
};

static const char *number_text(struct req *r, int64_t n)
{
	return mem_printf(r->mem, "%lld", (long long)n);
}

static void add_next(struct req *r, struct view *v, const char *label, const char *prefix, const char *middle, const char *number)
{
	struct view *item = view_item(v, "next");

	view_text(item, "label", req_text(r, label));
	view_text(item, "number", mem_printf(r->mem, "%s%s%s", prefix, middle, number));
}

/* What was typed under another prefix than the stored one begins its own series, with 1 unless another number was typed. */
static const char *begins_with(struct req *r, const char *field, bool moved, int64_t now)
{
	const char *typed = form_typed(r, field, number_text(r, now));

	return moved && strcmp(typed, number_text(r, now)) == 0 ? "1" : typed;
}

void numbers_show(struct req *r)
{
	const char *store = settings_store(r), *prefix;
	const struct row_settings_numbers *n;
	const struct row_settings_store *s;
	struct rows *one, *numbers;
	struct settings_form f;
	struct view *v;
	bool moved;

	if (store == NULL)
		return;
	one = q_settings_store(r->db, store);
	numbers = q_settings_numbers(r->db, r->site->tenant, store);
	s = row_settings_store(one);
	n = row_settings_numbers(numbers);
	prefix = form_typed(r, "invoice_prefix", s->invoice_prefix);
	moved = strcmp(prefix, s->invoice_prefix) != 0;
	v = settings_view(r, "admin-settings/numbers", N_("Numbers"), "/admin/settings/numbers");
	view_text(v, "other", *n->other == '\0' ? NULL : n->other);
	add_next(r, v, N_("Order"), form_typed(r, "order_prefix", s->order_prefix), "", form_typed(r, "order_next", number_text(r, n->order_next)));
	/* The part behind the prefix: the year. */
	add_next(r, v, N_("Invoice"), prefix, n->invoice_series + strlen(s->invoice_prefix), begins_with(r, "invoice_next", moved, n->invoice_next));
	add_next(r, v, N_("Credit note"), prefix, n->credit_series + strlen(s->invoice_prefix), begins_with(r, "credit_next", moved, n->credit_next));
	add_next(r, v, N_("Return"), form_typed(r, "return_prefix", s->return_prefix), "", form_typed(r, "return_next", number_text(r, n->return_next)));
	f = settings_form(r, v, s->revision);
	settings_group(&f, N_("Orders"), NULL);
	settings_text(&f, "order_prefix", N_("Prefix of orders"), s->order_prefix, PREFIX_MAX);
	settings_hint(&f, N_("Up to 8 letters, digits and -, the last no digit."));
	settings_int(&f, "order_next", N_("Next order"), n->order_next);
	settings_hint(&f, N_("May only grow: no number is given twice."));
	settings_group(&f, N_("Invoices and credit notes"), NULL);
	settings_text(&f, "invoice_prefix", N_("Prefix of invoices"), s->invoice_prefix, PREFIX_MAX);
	settings_hint(&f, N_("The year follows it; each year begins with 1. Another prefix begins another series."));
	settings_int(&f, "invoice_next", N_("Next invoice of this year"), n->invoice_next);
	settings_hint(&f, n->invoice_begun ? N_("The series has begun and goes on without gaps.") : N_("May be set until the first one is issued."));
	settings_int(&f, "credit_next", N_("Next credit note of this year"), n->credit_next);
	settings_hint(&f, n->credit_begun ? N_("The series has begun and goes on without gaps.") : N_("May be set until the first one is issued."));
	settings_group(&f, N_("Returns"), NULL);
	settings_text(&f, "return_prefix", N_("Prefix of returns"), s->return_prefix, PREFIX_MAX);
	settings_hint(&f, *n->return_other == '\0' ? N_("1 to 8 letters, digits and -, the last no digit. Stores with the same prefix share one series.") :
		      mem_printf(r->mem, "%s %s", req_text(r, N_("One series, so that no number is given twice, with:")), n->return_other));
	settings_int(&f, "return_next", N_("Next return"), n->return_next);
	settings_hint(&f, N_("May only grow: no number is given twice."));
	page_html(r, v);
}

static bool prefix_fine(struct req *r, const char *field)
{
	const char *prefix = settings_given(r, field);

	if (strspn(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == strlen(prefix))
		return true;
	field_error(r, field, N_("Please use letters, digits and - alone."));
	return false;
}

void numbers_change(struct req *r)
{
	static const struct settings_outcome outcomes[] = {
		{ "order_next", "order_next", N_("This number was given already. Please choose a higher one.") },
		{ "order_prefix", "order_prefix", N_("Please let it end in a letter or -: a digit would be read as part of the number, and numbers could repeat.") },
		{ "invoice_digit", "invoice_prefix", N_("Please let it end in a letter or -: a digit would be read as part of the number, and numbers could repeat.") },
		{ "order_taken", "order_prefix", N_("Orders with such numbers are there already. Please choose another prefix or a higher number.") },
		{ "invoice_prefix", "invoice_prefix", N_("Another of your stores has this prefix, or had it: numbers of invoices would repeat.") },
		{ "invoice_next", "invoice_next", N_("This series has begun. The law wants it without gaps, so it goes on as it is; another prefix begins another one.") },
		{ "return_prefix", "return_prefix", N_("Please let it end in a letter or -: a digit would be read as part of the number, and numbers could repeat.") },
		{ "return_next", "return_next", N_("This number was given already. Please choose a higher one.") },
		{ "credit_next", "credit_next", N_("This series has begun. The law wants it without gaps, so it goes on as it is; another prefix begins another one.") },
	};
	const char *store = settings_store(r);
	bool orders, invoices, returns;

	if (store == NULL)
		return;
	orders = prefix_fine(r, "order_prefix");
	invoices = prefix_fine(r, "invoice_prefix");
	returns = prefix_fine(r, "return_prefix");
	if (!param_bool(r, "look") && *settings_given(r, "reason") == '\0') {
		field_error(r, "reason", N_("Please say why."));
		orders = false;
	}
	if (!orders || !invoices || !returns) {
		page_again(r, numbers_show);
		return;
	}
	if (param_bool(r, "look")) {
		page_redraw(r, numbers_show);
		return;
	}
	settings_settle(r, numbers_show, row_settings_save_numbers(q_settings_save_numbers(r->db, r->site->tenant, console_actor(r), store,
		param_int(r, "revision"), settings_given(r, "order_prefix"), param_int(r, "order_next"), settings_given(r, "invoice_prefix"),
		param_int(r, "invoice_next"), param_int(r, "credit_next"), settings_given(r, "return_prefix"), param_int(r, "return_next"), settings_given(r, "reason")))->outcome, outcomes, ARRAY_LEN(outcomes),
		N_("The numbers are set."), "/admin/settings/numbers");
}
