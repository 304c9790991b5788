/* admin-inventory-insight -- how fast goods sell, how long they have lain, and what the coming weeks
   will ask for, as the job study-stock found it last night. */
#include "admin-inventory.h"

#include "base/buf.h"
#include "base/csv.h"
#include "base/locale.h"
#include "base/mem.h"
#include "db/query/insight.h"

#include <string.h>

#define INSIGHT "/admin/inventory/insight"
#define ROWS_ON_A_PAGE 50
/* SKUs of one export: some MB of text, made in memory within a request's time. */
#define SKUS_EXPORTED_MAX 20000
#define THOUSANDTHS 1000
/* The drawing, in its own units: a bar for each week. */
#define CHART_HEIGHT 100
#define BAR_STEP 10
#define BAR_WIDTH 7

static const char *const shows[] = { "best", "soon", "slow", "aged", NULL };

const struct param insight_params[] = {
	{ "q",     PARAM_TEXT, .max = 64, .optional = "", .fold = true },
	{ "show",  PARAM_CHOICE, .choices = shows, .optional = "" },
	{ "after", PARAM_ID, .optional = "" },
	{ 0 }
};

const struct param insight_export_params[] = {
	{ "q",    PARAM_TEXT, .max = 64, .optional = "", .fold = true },
	{ "show", PARAM_CHOICE, .choices = shows, .optional = "" },
	{ 0 }
};

const struct param insight_take_params[] = {
	{ "warehouse", PARAM_ID, .label = N_("Warehouse") },
	{ "point",     PARAM_INT, .min = 1, .max = 10000000 },
	{ "up_to",     PARAM_INT, .min = 1, .max = 10000000 },
	{ 0 }
};

/* N / OF with DIGITS behind the point, as the page's language writes it. */
static const char *decimal(struct req *r, int64_t n, int64_t of, int digits)
{
	struct buf *b = buf_new(r->mem);

	locale_decimal(locale_get(r->locale), mem_printf(r->mem, "%.*f", digits, (double)n / (double)of), b);
	return b->data;
}

/* ---- the list ------------------------------------------------------------------------------- */

static struct rows *ask(struct req *r, const char *after, int most)
{
	static const struct { const char *show; unsigned here, later; } orders[] = {
		{ "", 0, INSIGHT_LIST_AFTER_SKU },
		{ "best", INSIGHT_LIST_BEST, INSIGHT_LIST_AFTER_BEST },
		{ "soon", INSIGHT_LIST_SOON, INSIGHT_LIST_AFTER_SOON },
		{ "slow", INSIGHT_LIST_SLOW, INSIGHT_LIST_AFTER_SLOW },
		{ "aged", INSIGHT_LIST_AGED, INSIGHT_LIST_AFTER_AGED },
	};
	const char *find = stock_folded(r, stock_given(r, "q"));
	unsigned mask = *find == '\0' ? 0 : INSIGHT_LIST_BEGINS;

	for (size_t i = 0; i < ARRAY_LEN(orders); i++)
		if (strcmp(orders[i].show, stock_given(r, "show")) == 0)
			mask |= orders[i].here | (after == NULL ? 0 : orders[i].later);
	/* Behind all that begin so: U+10FFFF comes after every other character. */
	return q_insight_list(r->db, mask, r->locale, find, mem_printf(r->mem, "%s\xf4\x8f\xbf\xbf", find), after == NULL ? r->id : after, most);
}

static void add_row(struct req *r, struct view *v, const struct row_insight_list *s, bool costs)
{
	struct view *item = view_item(v, "rows");

	view_text(item, "url", mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, s->variant));
	view_text(item, "sku", s->sku);
	view_text(item, "name", s->name);
	view_bool(item, "archived", s->archived);
	view_int(item, "sold_7", s->sold_7);
	view_int(item, "sold_30", s->sold_30);
	view_int(item, "sold_90", s->sold_90);
	view_int(item, "on_hand", s->on_hand);
	if (s->has_cover)
		view_int(item, "cover", s->cover);
	view_int(item, "age_30", s->age_30);
	view_int(item, "age_90", s->age_90);
	view_int(item, "age_180", s->age_180);
	view_int(item, "age_365", s->age_365);
	view_int(item, "age_more", s->age_more);
	if (costs && s->has_worth) {
		view_text(item, "currency", s->currency);
		view_money(item, "worth", s->worth);
		view_money(item, "old_worth", s->old_worth);
	}
}

static void add_errors(struct req *r, struct view *v, int64_t missed, int64_t asked, int64_t mase, int64_t scaled)
{
	view_text(v, "wape", asked <= 0 ? NULL : decimal(r, missed * 100, asked, 0));
	view_text(v, "mase", scaled <= 0 ? NULL : decimal(r, mase, scaled * THOUSANDTHS, 2));
}

/* How new it is, and over all how good the forecast was. */
static void add_study(struct req *r, struct view *v, struct rows *study)
{
	const struct row_insight_study *s = row_insight_study(study);
	struct view *item;

	if (!rows_found(study))
		return;
	item = view_sub(v, "study");
	view_time(item, "at", s->started);
	view_bool(item, "goes_on", !s->has_ended);
	view_int(item, "tested", s->tested);
	add_errors(r, item, s->missed, s->asked, s->mase, s->scaled);
}

static bool sees_costs(struct req *r)
{
	return console_may_everywhere(r, "inventory.purchase");
}

void insight_show(struct req *r)
{
	static const struct form_option show[] = {
		{ "", N_("All SKUs") }, { "best", N_("Sold most in 30 days") }, { "soon", N_("Sold out first") },
		{ "slow", N_("Nothing sold in 90 days") }, { "aged", N_("Lain for more than 180 days") },
	};
	const char *after = r->method == GET ? param_id(r, "after") : NULL, *last = NULL, *shown = stock_given(r, "show");
	struct rows *kept, *study, *rows;
	struct view *v;
	size_t n;

	if (!stock_may(r, "inventory.view"))
		return;
	kept = console_searches(r, INSIGHT);
	study = q_insight_study(r->db);
	rows = ask(r, after, ROWS_ON_A_PAGE + 1);
	n = rows_count(rows);
	v = console_view(r, "admin-inventory/insight", N_("What sells, what lies"));
	stock_tabs(r, v, "/insight");
	console_add_searches(r, v, INSIGHT, kept);
	add_study(r, v, study);
	for (size_t i = 0; i < n && i < ROWS_ON_A_PAGE; i++) {
		last = row_insight_list_at(rows, i)->variant;
		add_row(r, v, row_insight_list_at(rows, i), sees_costs(r));
	}
	form_text(r, v, "q", stock_given(r, "q"));
	form_options(r, v, "shows", "show", show, ARRAY_LEN(show), shown);
	view_text(v, "show", shown);
	view_bool(v, "ages", strcmp(shown, "slow") == 0 || strcmp(shown, "aged") == 0);
	view_bool(v, "costs", sees_costs(r));
	view_bool(v, "has_rows", n > 0);
	view_bool(v, "filtered", *stock_given(r, "q") != '\0' || *shown != '\0');
	view_text(v, "first_url", after == NULL ? NULL : console_search_url(r, INSIGHT, NULL, NULL));
	view_text(v, "next_url", n <= ROWS_ON_A_PAGE ? NULL : console_search_url(r, INSIGHT, "after", last));
	page_html(r, v);
}

static const char *number(struct req *r, int64_t n)
{
	return mem_printf(r->mem, "%lld", (long long)n);
}

void insight_export(struct req *r)
{
	static const char *const head[] = { "sku", "product", "archived", "sold_7", "sold_30", "sold_90", "on_hand", "cover_days",
		"age_0_30", "age_31_90", "age_91_180", "age_181_365", "age_over_365", "currency", "worth", "worth_over_180" };
	struct buf *b = buf_new(r->mem);
	struct rows *rows;
	size_t n;

	if (!stock_may(r, "inventory.view"))
		return;
	rows = ask(r, NULL, SKUS_EXPORTED_MAX);
	n = rows_count(rows);
	csv_put(b, head, ARRAY_LEN(head), true);
	for (size_t i = 0; i < n; i++) {
		const struct row_insight_list *s = row_insight_list_at(rows, i);
		bool worth = sees_costs(r) && s->has_worth;
		const char *fields[] = { s->sku, s->name, s->archived ? "yes" : "no", number(r, s->sold_7), number(r, s->sold_30), number(r, s->sold_90),
			number(r, s->on_hand), s->has_cover ? number(r, s->cover) : "", number(r, s->age_30), number(r, s->age_90), number(r, s->age_180),
			number(r, s->age_365), number(r, s->age_more), worth ? s->currency : "",
			worth ? console_amount(r, s->worth, s->currency) : "", worth ? console_amount(r, s->old_worth, s->currency) : "" };

		csv_put(b, fields, ARRAY_LEN(fields), true);
	}
	q_insight_exported(r->db, r->site->tenant, console_actor(r), (int64_t)n, stock_given(r, "show"));
	page_header(r, "Content-Disposition", "attachment; filename=\"stock.csv\"");
	page_text(r, "text/csv; charset=utf-8", b->data);
}

/* ---- one SKU --------------------------------------------------------------------------------- */

struct insight insight_ask(struct req *r, const char *variant)
{
	return (struct insight){ q_insight_forecast(r->db, r->site->tenant, variant), q_insight_weeks(r->db, variant), q_insight_study(r->db) };
}

/* Bars as high as the week's pieces; the tallest fills the drawing.  The table beside it has the same
   rows. */
static void draw_weeks(struct req *r, struct view *v, struct rows *rows)
{
	size_t n = rows_count(rows);
	int64_t most = 1;

	for (size_t i = 0; i < n; i++)
		if (row_insight_weeks_at(rows, i)->pieces > most)
			most = row_insight_weeks_at(rows, i)->pieces;
	for (size_t i = 0; i < n; i++) {
		const struct row_insight_weeks *w = row_insight_weeks_at(rows, i);
		struct view *item = view_item(v, "bars"), *week = view_item(v, "weeks");
		int64_t height = (int64_t)((double)w->pieces / (double)most * (CHART_HEIGHT - 2) + 0.5);

		view_int(item, "x", (int64_t)i * BAR_STEP + (BAR_STEP - BAR_WIDTH) / 2);
		view_int(item, "y", CHART_HEIGHT - height);
		view_int(item, "height", height);
		view_bool(item, "ahead", w->ahead);
		view_date(week, "day", w->day);
		view_bool(week, "ahead", w->ahead);
		view_text(week, "pieces", decimal(r, w->pieces, THOUSANDTHS, w->ahead ? 1 : 0));
	}
	view_int(v, "width", (int64_t)n * BAR_STEP);
}

static const char *method_words(const char *method)
{
	if (strcmp(method, "sba") == 0)
		return N_("For seldom orders (Croston, Syntetos and Boylan)");
	return strcmp(method, "damped") == 0 ? N_("Damped trend (Holt, Gardner and McKenzie)") : N_("Simple exponential smoothing (Brown)");
}

void insight_add(struct req *r, struct view *v, struct insight q, bool may_order)
{
	const struct row_insight_forecast *f = row_insight_forecast(q.forecast);
	struct view *item;

	if (!rows_found(q.forecast))
		return;
	item = view_sub(v, "demand");
	add_study(r, item, q.study);
	draw_weeks(r, item, q.weeks);
	view_bool(item, "has_weeks", rows_count(q.weeks) > 0);
	view_bool(item, "foretold", strcmp(f->method, "none") != 0);
	view_text(item, "method", req_text(r, method_words(f->method)));
	view_bool(item, "tested", f->has_missed);
	add_errors(r, item, f->missed, f->has_missed ? f->asked : 0, f->mase, f->has_mase);
	if (!f->has_point)
		return;
	item = view_sub(item, "suggested");
	view_int(item, "point", f->point);
	view_int(item, "up_to", f->up_to);
	view_int(item, "days", f->days);
	view_text(item, "supplier", f->supplier);
	view_int(item, "needed", f->demand);
	view_int(item, "reserve", f->reserve);
	view_bool(item, "may_take", may_order);
}

void insight_take(struct req *r)
{
	static const struct stock_no no[] = {
		{ "again", NULL, N_("The suggestion is another now. Please look at it once more.") },
	};
	const char *id = path_text(r, "id");

	if (!stock_may(r, "inventory.purchase"))
		return;
	stock_settle(r, row_insight_take(q_insight_take(r->db, r->site->tenant, console_actor(r), id, param_id(r, "warehouse"), param_int(r, "point"),
							param_int(r, "up_to")))->outcome,
		mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, id), N_("The reorder point is kept."), variant_again, no, ARRAY_LEN(no));
}
