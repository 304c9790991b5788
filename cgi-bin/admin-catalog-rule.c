/*
 * The rule of a collection: conditions that come and go in a form, the products that fit them now, and saving.
 * The form holds all conditions; a button that adds or removes one, or shows what fits, brings it back as typed.
 */
#include "admin-catalog.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "db/query/admin_category.h"

#include <string.h>

/* As many as catalog.condition takes. */
#define CONDITIONS_MAX 10
#define PRODUCTS_SHOWN 12
#define DAYS_MAX 3650
#define WORD_MAX 100
/* A rule over 100 000 products is looked at within this. */
#define PATIENCE_MS "20000"

static const char *const matches[] = { "hand", "all", "any", NULL };

#define COLUMN .of = PARAM_TEXT, .max = CONDITIONS_MAX, .blanks = true, .optional = ""

const struct param rule_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "match",    PARAM_CHOICE, .choices = matches, .label = N_("How its products are chosen") },
	{ "kind",     PARAM_LIST, COLUMN },
	{ "word",     PARAM_LIST, COLUMN, .label = N_("Conditions") },
	{ "pick",     PARAM_LIST, COLUMN, .label = N_("Conditions") },
	{ "low",      PARAM_LIST, COLUMN, .label = N_("Conditions") },
	{ "high",     PARAM_LIST, COLUMN, .label = N_("Conditions") },
	{ "currency", PARAM_LIST, COLUMN },
	{ "more",     PARAM_TEXT, .max = 20, .optional = "", .label = N_("Another condition") },
	{ "do",       PARAM_TEXT, .max = 20 },
	{ 0 }
};

static const struct form_option kinds[] = {
	{ "tag", N_("Has the tag") }, { "brand", N_("Is of the brand") }, { "category", N_("Stands in the category, or below it") },
	{ "value", N_("Has the property") }, { "price", N_("Costs") }, { "reduced", N_("Is reduced in price") }, { "stock", N_("Lies in stock") },
	{ "new", N_("Is new: came in within so many days") },
};

/* A rule as it was typed, or as it is kept; side by side as the door takes it. */
struct rule {
	const char *match;
	size_t n;
	const char *kind[CONDITIONS_MAX], *word[CONDITIONS_MAX], *pick[CONDITIONS_MAX], *low[CONDITIONS_MAX], *high[CONDITIONS_MAX], *currency[CONDITIONS_MAX];
	/* what check() made of it */
	const char *name[CONDITIONS_MAX], *under[CONDITIONS_MAX], *value[CONDITIONS_MAX];
	int64_t least[CONDITIONS_MAX], most[CONDITIONS_MAX], days[CONDITIONS_MAX];
};

static const struct form_option *kind_of(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].value, kind) == 0)
			return &kinds[i];
	return NULL;
}

static void add(struct rule *t, const char *kind, const char *word, const char *pick, const char *low, const char *high, const char *currency)
{
	if (t->n == CONDITIONS_MAX)
		return;
	t->kind[t->n] = kind;
	t->word[t->n] = word;
	t->pick[t->n] = pick;
	t->low[t->n] = low;
	t->high[t->n] = high;
	t->currency[t->n++] = currency;
}

/* What was typed; NULL after a 400. */
static struct rule *typed(struct req *r)
{
	static const char *const names[] = { "kind", "word", "pick", "low", "high", "currency" };
	const char *const *column[ARRAY_LEN(names)];
	struct rule *t = mem_new(r->mem, struct rule);
	size_t n = 0, each;

	t->match = param_text(r, "match");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		column[i] = param_list(r, names[i], &each);
		if (i > 0 && each != n) {
			page_bad_request(r);
			return NULL;
		}
		n = each;
	}
	for (size_t i = 0; i < n; i++) {
		if (kind_of(column[0][i]) == NULL) {
			page_bad_request(r);
			return NULL;
		}
		add(t, column[0][i], column[1][i], column[2][i], column[3][i], column[4][i], column[5][i]);
	}
	return t;
}

static struct rule *stored(struct req *r, const char *match, struct rows *conditions)
{
	struct rule *t = mem_new(r->mem, struct rule);

	t->match = match == NULL ? "hand" : match;
	for (size_t i = 0; i < rows_count(conditions); i++) {
		const struct row_rule_conditions *c = row_rule_conditions_at(conditions, i);
		const char *pick = strcmp(c->kind, "category") == 0 ? c->under : c->value;

		add(t, c->kind, c->days > 0 ? mem_printf(r->mem, "%lld", (long long)c->days) : c->word, pick == NULL ? "" : pick,
		    c->has_low ? catalog_amount(r, c->low, c->currency) : "", c->has_high ? catalog_amount(r, c->high, c->currency) : "", c->currency);
	}
	return t;
}

/* ---- what is typed, read ---------------------------------------------------------------------- */

static bool wrong(struct req *r, const char *field, size_t i, const char *sentence)
{
	field_error(r, form_numbered(r, field, i), sentence);
	return false;
}

static bool check_price(struct req *r, struct rule *t, size_t i)
{
	if (!console_read_amount(r, *t->low[i] == '\0' ? "0" : t->low[i], t->currency[i], &t->least[i]))
		return wrong(r, "low", i, N_("Please enter an amount like 19.90."));
	if (!console_read_amount(r, *t->high[i] == '\0' ? "0" : t->high[i], t->currency[i], &t->most[i]))
		return wrong(r, "high", i, N_("Please enter an amount like 19.90."));
	t->least[i] = *t->low[i] == '\0' ? -1 : t->least[i];
	t->most[i] = *t->high[i] == '\0' ? -1 : t->most[i];
	if (t->least[i] < 0 && t->most[i] < 0)
		return wrong(r, "low", i, N_("Please enter the lowest price, the highest, or both."));
	if (t->most[i] >= 0 && t->most[i] < t->least[i])
		return wrong(r, "high", i, N_("The highest price is lower than the lowest."));
	return true;
}

static bool check(struct req *r, struct rule *t, size_t i)
{
	const char *kind = t->kind[i];
	bool word = strcmp(kind, "tag") == 0 || strcmp(kind, "brand") == 0, category = strcmp(kind, "category") == 0, value = strcmp(kind, "value") == 0;

	t->name[i] = word ? t->word[i] : "";
	t->under[i] = category ? t->pick[i] : NULL;
	t->value[i] = value ? t->pick[i] : NULL;
	t->least[i] = t->most[i] = -1;
	t->days[i] = 0;
	if (word && *t->word[i] == '\0')
		return wrong(r, "word", i, N_("Please fill in this field."));
	if (word && utf8_length(t->word[i]) > WORD_MAX)
		return wrong(r, "word", i, N_("Please shorten this: it may have 100 characters."));
	if (category && !id_valid(t->pick[i]))
		return wrong(r, "pick", i, N_("Please choose a category."));
	if (value && !id_valid(t->pick[i]))
		return wrong(r, "pick", i, N_("Please choose a value."));
	if (strcmp(kind, "new") == 0 && !parse_int(t->word[i], 1, DAYS_MAX, &t->days[i]))
		return wrong(r, "word", i, N_("Please enter a whole number of days, 1 to 3650."));
	if (strcmp(kind, "price") == 0)
		return check_price(r, t, i);
	t->currency[i] = "";
	return true;
}

static bool check_all(struct req *r, struct rule *t)
{
	bool good = true;

	for (size_t i = 0; i < t->n; i++)
		good &= check(r, t, i);
	return good;
}

/* ---- the page ---------------------------------------------------------------------------------- */

static void add_pick(struct view *item, const char *value, const char *label, const char *chosen)
{
	struct view *pick = view_item(item, "picks");

	view_text(pick, "value", value);
	view_text(pick, "label", label);
	view_bool(pick, "selected", strcmp(value, chosen) == 0);
}

static void add_categories(struct req *r, struct view *item, struct rows *tree, const char *chosen)
{
	for (size_t i = 0; i < rows_count(tree); i++) {
		const struct row_category_tree *c = row_category_tree_at(tree, i);
		struct buf *label = buf_new(r->mem);

		if (strcmp(c->kind, "category") != 0)
			continue;
		for (int64_t k = 0; k < c->depth; k++)
			buf_adds(label, "\342\200\223 ");
		buf_adds(label, c->name);
		add_pick(item, c->category, label->data, chosen);
	}
}

/* What the choices of a condition are made of. */
struct choices {
	struct rows *tree, *values, *currencies;
};

/* A kept condition of a category or value that was deleted since: it fits nothing. */
static bool deleted(const struct rule *t, size_t i)
{
	return (strcmp(t->kind[i], "category") == 0 || strcmp(t->kind[i], "value") == 0) && *t->pick[i] == '\0';
}

static void add_condition(struct req *r, struct view *v, const struct rule *t, size_t i, const struct choices *c)
{
	static const char *const fields[] = { "word", "pick", "low", "high" };
	const char *typed_in[] = { t->word[i], t->pick[i], t->low[i], t->high[i] };
	struct view *item = view_item(v, "conditions");

	view_int(item, "n", (int64_t)i);
	view_int(item, "no", (int64_t)i + 1);
	view_text(item, "kind", t->kind[i]);
	view_text(item, "label", req_text(r, kind_of(t->kind[i])->label));
	view_bool(item, mem_concat(r->mem, "is_", t->kind[i]), true);
	for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
		view_text(item, fields[k], typed_in[k]);
		view_text(item, mem_concat(r->mem, fields[k], "_error"), form_error(r, form_numbered(r, fields[k], i)));
	}
	if (r->method == GET && deleted(t, i))
		view_text(item, "pick_error", req_text(r, N_("What was chosen here was deleted: no product fits. Please choose another, or remove the condition.")));
	if (strcmp(t->kind[i], "category") == 0)
		add_categories(r, item, c->tree, t->pick[i]);
	for (size_t k = 0; strcmp(t->kind[i], "value") == 0 && k < rows_count(c->values); k++) {
		const struct row_rule_values *x = row_rule_values_at(c->values, k);

		add_pick(item, x->value, mem_printf(r->mem, "%s: %s", x->title, x->label), t->pick[i]);
	}
	for (size_t k = 0; k < rows_count(c->currencies); k++) {
		const char *currency = row_admin_currencies_at(c->currencies, k)->currency;
		struct view *one = view_item(item, "currencies");

		view_text(one, "value", currency);
		view_text(one, "label", currency);
		view_bool(one, "selected", strcmp(currency, t->currency[i]) == 0);
	}
}

/* Whether what a kept rule speaks of is still there. */
static bool whole(const struct rule *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (deleted(t, i))
			return false;
	return true;
}

static struct rows *preview(struct req *r, struct rule *t)
{
	return q_rule_preview(r->db, r->site->tenant, console_store(r), t->match, t->kind, t->n, t->name, t->n, t->under, t->n, t->value, t->n,
			      t->least, t->n, t->most, t->n, t->currency, t->n, t->days, t->n, PRODUCTS_SHOWN);
}

static void add_preview(struct req *r, struct view *v, struct rows *found)
{
	size_t n = rows_count(found);

	view_bool(v, "has_preview", true);
	view_bool(v, "has_products", n > 0);
	view_int(v, "total", n == 0 ? 0 : row_rule_preview_at(found, 0)->total);
	for (size_t i = 0; i < n; i++) {
		const struct row_rule_preview *p = row_rule_preview_at(found, i);
		struct view *item = view_item(v, "products");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, p->product));
		view_text(item, "name", p->name);
		view_text(item, "reference", p->reference);
		view_text(item, "image", p->image == NULL ? NULL : mem_concat(r->mem, "/media/", p->image));
	}
}

/* T NULL: the rule that is kept.  What fits is shown where ASKED, and of the kept one. */
static void page(struct req *r, struct rule *t, bool asked)
{
	static const struct form_option ways[] = {
		{ "hand", N_("By hand") }, { "all", N_("By rule: every product that fits all conditions") }, { "any", N_("By rule: every product that fits one condition at least") },
	};
	const char *id = path_text(r, "id"), *url;
	struct rows *found, *brands, *conditions, *fits = NULL;
	struct choices c;
	struct view *v;
	bool kept = t == NULL;

	q_category_patience(r->db, PATIENCE_MS);
	found = q_category_one(r->db, console_store(r), id, r->language);
	c.tree = q_category_tree(r->db, console_store(r), r->language);
	c.values = q_rule_values(r->db, r->language, id);
	c.currencies = q_admin_currencies(r->db, console_store(r));
	brands = q_rule_brands(r->db);
	conditions = q_rule_conditions(r->db, id);
	if (!rows_found(found) || strcmp(row_category_one(found)->kind, "collection") != 0) {
		page_not_found(r);
		return;
	}
	if (kept)
		t = stored(r, row_category_one(found)->match, conditions);
	if (t->n > 0 && (asked || (kept && whole(t) && check_all(r, t))))
		fits = preview(r, t);
	if (r->method == GET)
		page_asked(r);
	url = mem_printf(r->mem, "%s/admin/catalog/categories/%s", r->prefix, id);
	v = console_view(r, "admin-catalog/rule", N_("How its products are chosen"));
	view_text(v, "name", row_category_one(found)->name);
	view_text(v, "category_url", url);
	view_text(v, "rule_url", mem_concat(r->mem, url, "/rule"));
	view_text(v, "store_name", console_store_name(r));
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)(r->method == GET ? row_category_one(found)->revision : param_int(r, "revision"))));
	view_bool(v, "may_edit", console_may(r, "catalog.edit"));
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct view *item = view_item(v, "matches");

		view_text(item, "value", ways[i].value);
		view_text(item, "label", req_text(r, ways[i].label));
		view_bool(item, "selected", t->match != NULL && strcmp(ways[i].value, t->match) == 0);
	}
	form_options(r, v, "mores", "more", kinds, ARRAY_LEN(kinds), "");
	for (size_t i = 0; i < rows_count(brands); i++)
		view_text(view_item(v, "brands"), "brand", row_rule_brands_at(brands, i)->brand);
	for (size_t i = 0; i < t->n; i++)
		add_condition(r, v, t, i, &c);
	view_bool(v, "has_conditions", t->n > 0);
	view_bool(v, "too_many", t->n == CONDITIONS_MAX);
	if (fits != NULL)
		add_preview(r, v, fits);
	page_html(r, v);
}

void rule_show(struct req *r)
{
	struct rule *t = NULL;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	if (r->method == POST && (t = typed(r)) == NULL)
		return;
	page(r, t, false);
}

/* ---- saving ------------------------------------------------------------------------------------ */

static void drop(struct rule *t, size_t i)
{
	const char **const columns[] = { t->kind, t->word, t->pick, t->low, t->high, t->currency };

	for (size_t k = 0; k < ARRAY_LEN(columns); k++)
		memmove(columns[k] + i, columns[k] + i + 1, (t->n - i - 1) * sizeof(columns[k][0]));
	t->n--;
}

/* "category 2": the condition it speaks of. */
static void decline(struct req *r, const char *outcome)
{
	static const struct { const char *outcome, *field, *sentence; } sentences[] = {
		{ "category ", "pick", N_("This category is not there any more. Please choose another, or remove the condition.") },
		{ "value ", "pick", N_("This value is not there any more. Please choose another, or remove the condition.") },
		{ "price ", "low", N_("The store does not sell in this currency any more. Please choose another.") },
	};

	for (size_t i = 0; i < ARRAY_LEN(sentences); i++) {
		size_t length = strlen(sentences[i].outcome);

		if (strncmp(outcome, sentences[i].outcome, length) == 0) {
			page_decline(r, rule_show, mem_printf(r->mem, "%s_%s", sentences[i].field, outcome + length), sentences[i].sentence);
			return;
		}
	}
	if (strcmp(outcome, "none") == 0)
		page_decline(r, rule_show, "more", N_("A rule needs a condition. Please add one, or fill the collection by hand."));
	else if (strcmp(outcome, "changed") == 0)
		page_decline(r, rule_show, NULL, N_("Somebody else has changed this category meanwhile. What you typed is still here. Look at it in another window, then save again to keep yours."));
	else
		page_not_found(r);
}

static void save(struct req *r, struct rule *t)
{
	const char *outcome;
	bool hand = strcmp(t->match, "hand") == 0;
	size_t n = hand ? 0 : t->n;

	q_category_patience(r->db, PATIENCE_MS);
	outcome = row_rule_save(q_rule_save(r->db, r->site->tenant, console_actor(r), console_store(r), path_text(r, "id"), param_int(r, "revision"),
		hand ? "" : t->match, t->kind, n, t->name, n, t->under, n, t->value, n, t->least, n, t->most, n, t->currency, n, t->days, n))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		decline(r, outcome);
		return;
	}
	page_flash(r, "ok", hand ? N_("The products of this collection are chosen by hand now.") : N_("The rule is saved. The shop follows within seconds."));
	page_redirect(r, mem_printf(r->mem, "%s/admin/catalog/categories/%s", r->prefix, path_text(r, "id")));
}

void rule_change(struct req *r)
{
	const char *what = param_text(r, "do"), *more = param_text(r, "more");
	struct rule *t;
	int64_t n;

	if (console_store(r) == NULL) {
		page_bad_request(r);
		return;
	}
	if ((t = typed(r)) == NULL)
		return;
	if (strcmp(what, "add") == 0 && more != NULL && kind_of(more) != NULL) {
		add(t, more, "", "", "", "", console_currency(r));
		/* Who adds a condition wants a rule. */
		if (strcmp(t->match, "hand") == 0)
			t->match = "all";
		page(r, t, false);
	} else if (strncmp(what, "drop_", 5) == 0 && parse_int(what + 5, 0, (int64_t)t->n - 1, &n)) {
		drop(t, (size_t)n);
		page(r, t, false);
	} else if (strcmp(what, "preview") != 0 && strcmp(what, "save") != 0) {
		page_bad_request(r);
	} else if (!(strcmp(what, "save") == 0 && strcmp(t->match, "hand") == 0) && !check_all(r, t)) {
		page_again(r, rule_show);
	} else if (strcmp(what, "preview") == 0) {
		page(r, t, true);
	} else {
		save(r, t);
	}
}
