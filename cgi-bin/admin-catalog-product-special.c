/*
 * Special prices of a product in the chosen store and one of its currencies: of many pieces, of a group of
 * customers, of some days.  One form holds them all, and what it says replaces what was there.
 */
#include "admin-catalog.h"

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <string.h>

/* Rows of one form: a product with more is priced by a file. */
#define SPECIAL_MAX 100
/* Empty rows below those that are there. */
#define SPECIAL_NEW 4
/* PRICING_MAX_TIER of lib/shop/pricing.h is as many. */
#define PIECES_MAX 10000
#define CELL .of = PARAM_TEXT, .max = SPECIAL_MAX + SPECIAL_NEW, .blanks = true, .optional = ""

const struct param special_params[] = {
	{ "currency", PARAM_CODE, .optional = "" },
	{ 0 }
};

const struct param special_change_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "currency", PARAM_CODE },
	{ "sku",      PARAM_LIST, CELL, .label = N_("SKU") },
	{ "group",    PARAM_LIST, CELL, .label = N_("Customer group") },
	{ "least",    PARAM_LIST, CELL, .label = N_("From pieces") },
	{ "starts",   PARAM_LIST, CELL, .label = N_("Valid from") },
	{ "ends",     PARAM_LIST, CELL, .label = N_("Valid until") },
	{ "price",    PARAM_LIST, CELL, .label = N_("Price") },
	{ "was",      PARAM_LIST, CELL, .label = N_("Before the reduction") },
	{ "drop",     PARAM_LIST, .of = PARAM_INT, .min = 0, .max = SPECIAL_MAX + SPECIAL_NEW, .optional = "" },
	{ "reason",   PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

/* What a form holds, side by side, as catalog.desk_special() takes it. */
struct special {
	size_t n;
	size_t at[SPECIAL_MAX + SPECIAL_NEW];           /* the row of the form */
	const char *sku[SPECIAL_MAX + SPECIAL_NEW], *group[SPECIAL_MAX + SPECIAL_NEW];
	const char *starts[SPECIAL_MAX + SPECIAL_NEW], *ends[SPECIAL_MAX + SPECIAL_NEW];
	int64_t least[SPECIAL_MAX + SPECIAL_NEW], amount[SPECIAL_MAX + SPECIAL_NEW], was[SPECIAL_MAX + SPECIAL_NEW];
};

static const char *page_url(struct req *r, const char *currency)
{
	return mem_printf(r->mem, "%s/admin/catalog/%s/special?currency=%s", r->prefix, path_text(r, "id"), currency);
}

/* ---- the page ------------------------------------------------------------------------------ */

/* Ticked in the form that is shown again. */
static bool dropped(struct req *r, size_t n)
{
	const char *number = mem_printf(r->mem, "%zu", n), *one;

	for (size_t i = 0; (one = form_item(r, "drop", i, NULL)) != NULL; i++)
		if (strcmp(one, number) == 0)
			return true;
	return false;
}

static void add_group(struct req *r, struct view *row, const char *code, const char *label, const char *chosen)
{
	struct view *item = view_item(row, "groups");

	view_text(item, "value", code);
	view_text(item, "label", *code == '\0' ? req_text(r, N_("Everybody")) : label);
	view_bool(item, "selected", strcmp(code, chosen) == 0);
}

static const char *when_word(const char *when)
{
	return strcmp(when, "later") == 0 ? N_("Begins later") : strcmp(when, "over") == 0 ? N_("Over") : N_("Holds now");
}

/* Row N: S is what is there, NULL for an empty one; what was typed wins. */
static void add_row(struct req *r, struct view *v, struct rows *groups, const struct row_admin_special *s, const char *currency, size_t n)
{
	static const char *const fields[] = { "sku", "least", "starts", "ends", "price", "was" };
	const char *there[] = { s == NULL ? "" : s->sku, s == NULL ? "1" : mem_printf(r->mem, "%lld", (long long)s->min_quantity), s == NULL ? "" : s->starts,
		s == NULL ? "" : s->ends, s == NULL ? "" : catalog_amount(r, s->amount, currency),
		s == NULL || !s->has_was ? "" : catalog_amount(r, s->was, currency) };
	struct view *item = view_item(v, "rows");
	const char *chosen = form_item(r, "group", n, s == NULL ? "" : s->customer_group);

	view_int(item, "n", (int64_t)n);
	view_int(item, "number", (int64_t)n + 1);
	view_text(item, "when", s == NULL || r->method != GET ? NULL : req_text(r, when_word(s->state)));
	view_bool(item, "drop", dropped(r, n));
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		view_text(item, fields[i], form_item(r, fields[i], n, there[i]));
		view_text(item, mem_concat(r->mem, fields[i], "_error"), form_error(r, form_numbered(r, fields[i], n)));
	}
	view_text(item, "group_error", form_error(r, form_numbered(r, "group", n)));
	add_group(r, item, "", NULL, chosen);
	for (size_t i = 0; i < rows_count(groups); i++)
		add_group(r, item, row_admin_price_groups_at(groups, i)->code, row_admin_price_groups_at(groups, i)->name, chosen);
}

static void add_rows(struct req *r, struct view *v, struct rows *special, struct rows *groups, const char *currency)
{
	size_t typed = 0, there = rows_count(special) > SPECIAL_MAX ? SPECIAL_MAX : rows_count(special);

	while (typed < SPECIAL_MAX + SPECIAL_NEW && form_item(r, "price", typed, NULL) != NULL)
		typed++;
	for (size_t i = 0; i < (typed > 0 ? typed : there + SPECIAL_NEW); i++)
		add_row(r, v, groups, i < there && typed == 0 ? row_admin_special_at(special, i) : NULL, currency, i);
}

static const char *add_currencies(struct req *r, struct view *v, struct rows *currencies)
{
	const char *asked = param_text(r, "currency"), *here = NULL;

	for (size_t i = 0; i < rows_count(currencies); i++) {
		const char *one = row_admin_currencies_at(currencies, i)->currency;
		struct view *item = view_item(v, "currencies");
		bool current = asked == NULL ? i == 0 : strcmp(one, asked) == 0;

		view_text(item, "label", one);
		view_text(item, "url", page_url(r, one));
		view_bool(item, "current", current);
		here = current ? one : here;
	}
	view_bool(v, "has_currencies", rows_count(currencies) > 1);
	view_text(v, "currency", here);
	return here;
}

void special_show(struct req *r)
{
	const char *product = path_text(r, "id"), *store = console_store(r), *currency = param_text(r, "currency");
	struct rows *found, *variants, *currencies, *groups, *special;
	struct view *v;

	if (store == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = q_admin_product(r->db, product, store, r->language);
	variants = q_admin_variants(r->db, product, r->language);
	currencies = q_admin_currencies(r->db, store);
	groups = q_admin_price_groups(r->db);
	special = q_admin_special(r->db, product, store, currency == NULL ? "" : currency, console_timezone(r), SPECIAL_MAX + 1);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	if (r->method == GET)
		page_asked(r);
	v = console_view(r, "admin-catalog/special", row_admin_product(found)->name);
	currency = add_currencies(r, v, currencies);
	if (currency == NULL) {
		page_not_found(r);
		return;
	}
	catalog_tabs(r, v, product, "special");
	view_text(v, "store_name", console_store_name(r));
	view_text(v, "timezone", console_timezone(r));
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)row_admin_product(found)->revision));
	view_text(v, "product_url", mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, product));
	view_bool(v, "too_many", rows_count(special) > SPECIAL_MAX);
	view_bool(v, "may_price", console_may(r, "catalog.price") && rows_count(special) <= SPECIAL_MAX);
	form_text(r, v, "reason", "");
	for (size_t i = 0; i < rows_count(variants); i++) {
		struct view *item = view_item(v, "skus");

		view_text(item, "sku", row_admin_variants_at(variants, i)->sku);
		view_text(item, "options", row_admin_variants_at(variants, i)->options);
	}
	add_rows(r, v, special, groups, currency);
	page_html(r, v);
}

/* ---- saving -------------------------------------------------------------------------------- */

/* "2026-11-27T09:00", seconds or not, and with a blank instead of T. */
static bool is_moment(struct req *r, const char *s)
{
	static const char shape[] = "dd:dd:dd";
	size_t n = strlen(s);

	if ((n != 16 && n != 19) || (s[10] != 'T' && s[10] != ' ') || !param_date_right(mem_strndup(r->mem, s, 10)))
		return false;
	for (size_t i = 11; i < n; i++)
		if (shape[i - 11] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != ':')
			return false;
	return memcmp(s + 11, "24", 2) < 0 && s[14] <= '5' && (n == 16 || s[17] <= '5');
}

static bool wrong(struct req *r, const char *field, size_t n, const char *sentence)
{
	field_error(r, form_numbered(r, field, n), sentence);
	return false;
}

/* One row, the last of S; false: something is wrong in it. */
static bool check(struct req *r, struct special *s, const char *price, const char *was, const char *least, int exponent)
{
	size_t i = s->n, n = s->at[i];
	int64_t *amount = &s->amount[i], *before = &s->was[i], *pieces = &s->least[i];

	if (!parse_int(*least == '\0' ? "1" : least, 1, PIECES_MAX, pieces))
		return wrong(r, "least", n, N_("Please enter a quantity of 1 or more, as a whole number."));
	if (*s->starts[i] != '\0' && !is_moment(r, s->starts[i]))
		return wrong(r, "starts", n, N_("Please enter a day and a time."));
	if (*s->ends[i] != '\0' && !is_moment(r, s->ends[i]))
		return wrong(r, "ends", n, N_("Please enter a day and a time."));
	if (*s->starts[i] != '\0' && *s->ends[i] != '\0' && strcmp(s->ends[i], s->starts[i]) <= 0)
		return wrong(r, "ends", n, N_("A price ends after it has begun."));
	if (*s->group[i] == '\0' && *pieces == 1 && *s->starts[i] == '\0')
		return wrong(r, "starts", n, N_("For everybody, from one piece on, this is the plain price of the page of prices: please say when it begins."));
	if (*price == '\0' || !catalog_read_amount(r, price, exponent, amount))
		return wrong(r, "price", n, N_("Please enter an amount like 19.90."));
	if (!catalog_read_amount(r, was, exponent, before))
		return wrong(r, "was", n, N_("Please enter an amount like 19.90."));
	if (*before >= 0 && *before <= *amount)
		return wrong(r, "was", n, N_("The price before the reduction must be higher than the price."));
	return true;
}

/* "twice 3", "sku 0" ...: the row of the form it speaks of, and the sentence at its field. */
static void decline(struct req *r, const struct special *s, const char *outcome)
{
	static const struct { const char *outcome, *field, *sentence; } sentences[] = {
		{ "twice ", "starts", N_("Another row has a price for the same variant, group and pieces that begins at the same time. Please choose another time, or remove one of them.") },
		{ "sku ", "sku", N_("This product has no such SKU for sale.") },
		{ "group ", "group", N_("This group is not there any more.") },
		{ "step ", "price", N_("Prices of this store are rounder than this: please leave out the small change.") },
		{ "ends ", "ends", N_("A price ends after it has begun.") },
	};

	for (size_t i = 0; i < ARRAY_LEN(sentences); i++) {
		size_t length = strlen(sentences[i].outcome);
		int64_t n;

		if (strncmp(outcome, sentences[i].outcome, length) == 0 && parse_int(outcome + length, 0, (int64_t)s->n - 1, &n)) {
			field_error(r, form_numbered(r, sentences[i].field, s->at[n]), sentences[i].sentence);
			page_again(r, special_show);
			return;
		}
	}
	catalog_decline(r, special_show, outcome);
}

void special_change(struct req *r)
{
	static const char *const names[] = { "sku", "group", "least", "starts", "ends", "price", "was" };
	const char *const *typed[ARRAY_LEN(names)];
	const char *currency = param_text(r, "currency"), *outcome;
	struct special *s = mem_new(r->mem, struct special);
	size_t n = 0, each, ndrop;
	const int64_t *drop = param_list_int(r, "drop", &ndrop);
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		typed[i] = param_list(r, names[i], &each);
		if (i > 0 && each != n) {
			page_bad_request(r);
			return;
		}
		n = each;
	}
	if (console_store(r) == NULL || currency_exponent(currency) < 0) {
		page_bad_request(r);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		bool empty = *typed[0][i] == '\0' && *typed[3][i] == '\0' && *typed[4][i] == '\0' && *typed[5][i] == '\0' && *typed[6][i] == '\0';

		for (size_t k = 0; k < ndrop; k++)
			empty |= drop[k] == (int64_t)i;
		if (empty)
			continue;
		s->at[s->n] = i;
		s->sku[s->n] = typed[0][i];
		s->group[s->n] = typed[1][i];
		s->starts[s->n] = typed[3][i];
		s->ends[s->n] = typed[4][i];
		good &= check(r, s, typed[5][i], typed[6][i], typed[2][i], currency_exponent(currency));
		s->n++;
	}
	if (!good) {
		page_again(r, special_show);
		return;
	}
	outcome = row_admin_save_special(q_admin_save_special(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_int(r, "revision"),
		console_store(r), currency, s->sku, s->n, s->group, s->n, s->least, s->n, s->starts, s->n, s->ends, s->n, s->amount, s->n, s->was, s->n,
		param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		decline(r, s, outcome);
		return;
	}
	page_flash(r, "ok", N_("The prices are saved."));
	page_redirect(r, page_url(r, currency));
}
