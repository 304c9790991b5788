/* Payment on invoice: how much a customer, or each member of a group, may owe and for how long. */
#include "admin-customers.h"

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <string.h>

/* As long as a year: the database asks for no less. */
#define DAYS_MOST 365
/* Largest limit, minor units: every sum of amounts stays exact in spreadsheets (shop/pricing.h). */
#define LIMIT_MOST ((INT64_C(1) << 53) - 1)

#define CREDIT \
	{ "credit_currency", PARAM_CODE, .label = N_("Currency") }, \
	{ "credit_limit", PARAM_TEXT, .max = 20, .optional = "", .label = N_("May owe up to") }, \
	{ "credit_days", PARAM_INT, .min = 1, .max = DAYS_MOST, .label = N_("Days to pay") }, \
	{ "credit_reason", PARAM_REASON, .label = N_("Reason") }

const struct param credit_params[] = { CREDIT, { 0 } };

/* An empty limit takes the terms away: -1. */
static bool take_limit(struct req *r, int64_t *limit)
{
	const char *text = param_text(r, "credit_limit");
	char *plain = mem_strdup(r->mem, text == NULL ? "" : text), *comma = strchr(plain, ',');
	int digits = currency_exponent(param_text(r, "credit_currency"));

	*limit = -1;
	if (*plain == '\0')
		return true;
	if (comma != NULL)
		*comma = '.';
	return digits >= 0 && parse_money(plain, digits, limit) && *limit <= LIMIT_MOST;
}

static const struct hindrance hindrances[] = {
	{ "currency", "credit_currency", N_("No store sells in this currency. Please write one like EUR.") },
	{ "erased", NULL, N_("This customer was forgotten.") },
};

static void save(struct req *r, const char *scope, const char *customer, const char *group, void (*form)(struct req *r), const char *path)
{
	int64_t limit;

	if (!take_limit(r, &limit)) {
		page_decline(r, form, "credit_limit", N_("Please give an amount like 500 or 19.90; empty: not on invoice."));
		return;
	}
	people_settle(r, row_people_credit_save(q_people_credit_save(r->db, r->site->tenant, console_actor(r), scope, customer, group,
		param_text(r, "credit_currency"), limit, (int32_t)param_int(r, "credit_days"), param_text(r, "credit_reason")))->outcome,
		hindrances, ARRAY_LEN(hindrances), form, path, N_("The terms are saved. They count for orders from now on."));
}

void person_credit(struct req *r)
{
	save(r, people_scope(r, "customers.credit"), path_text(r, "id"), NULL, person_show,
	     mem_printf(r->mem, "/admin/customers/%s", path_text(r, "id")));
}

void group_credit(struct req *r)
{
	/* A group is of the merchant as a whole. */
	if (!console_may_everywhere(r, "customers.credit")) {
		page_forbidden(r, N_("Groups are of all stores: that needs the permission in all of them."));
		return;
	}
	save(r, NULL, NULL, path_text(r, "code"), group_show, mem_printf(r->mem, "/admin/customers/groups/%s", path_text(r, "code")));
}

/* ---- on the pages ---------------------------------------------------------------------------------- */

static struct view *add_terms(struct view *v, const char *currency, int64_t limit, int64_t days)
{
	struct view *item = view_item(v, "credits");

	view_text(item, "currency", currency);
	view_money(item, "limit", limit);
	view_int(item, "days", days);
	return item;
}

static void add_form(struct req *r, struct view *v, size_t n, const char *url, bool may)
{
	view_bool(v, "has_credits", n > 0);
	view_bool(v, "may_credit", may);
	view_text(v, "credit_url", url);
	form_text(r, v, "credit_currency", console_currency(r));
	form_text(r, v, "credit_limit", "");
	form_text(r, v, "credit_days", "30");
	form_text(r, v, "credit_reason", "");
}

struct rows *person_credits(struct req *r, const char *customer)
{
	return q_people_credit(r->db, r->site->tenant, customer);
}

void person_add_credits(struct req *r, struct view *v, const char *customer, struct rows *rows)
{
	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_people_credit *c = row_people_credit_at(rows, i);
		struct view *item = add_terms(v, c->currency, c->credit_limit, c->days);

		view_bool(item, "of_group", !c->own);
		view_bool(item, "shows_owed", true);
		view_money(item, "owed", c->owed);
		view_bool(item, "over", c->owed > c->credit_limit);
	}
	add_form(r, v, rows_count(rows), mem_printf(r->mem, "%s/admin/customers/%s/credit", r->prefix, customer), console_may(r, "customers.credit"));
}

struct rows *group_credits(struct req *r, const char *code)
{
	return q_people_group_credit(r->db, code);
}

void group_add_credits(struct req *r, struct view *v, const char *code, struct rows *rows)
{
	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_people_group_credit *c = row_people_group_credit_at(rows, i);
		struct view *item = add_terms(v, c->currency, c->credit_limit, c->days);

		view_bool(item, "of_group", false);
		view_bool(item, "shows_owed", false);
		view_bool(item, "over", false);
	}
	add_form(r, v, rows_count(rows), mem_printf(r->mem, "%s/admin/customers/groups/%s/credit", r->prefix, code),
		 console_may_everywhere(r, "customers.credit"));
}
