/* admin-home -- the day at a glance, and the store one works in.  Manual: sutler-admin-home(8). */
#include "admin-home.h"

#include <string.h>

#include "base/mem.h"

/* Days of the chart: two weeks, so that a day is seen beside its like. */
#define DAYS 14
/* Rows of the best sellers: one glance. */
#define BEST 5
/* The drawing, in its own units. */
#define CHART_HEIGHT 100
#define BAR_STEP 20
#define BAR_WIDTH 14

/* Bars as high as the day's revenue; the tallest fills the drawing.  The table beside it has the
   same rows. */
static void draw_days(struct view *v, struct rows *rows)
{
	size_t n = rows_count(rows);
	int64_t most = 0;

	for (size_t i = 0; i < n; i++)
		if (row_admin_home_days_at(rows, i)->revenue > most)
			most = row_admin_home_days_at(rows, i)->revenue;
	for (size_t i = 0; i < n; i++) {
		const struct row_admin_home_days *d = row_admin_home_days_at(rows, i);
		struct view *item = view_item(v, "bars");
		int64_t height = most == 0 ? 0 : (int64_t)((double)d->revenue / (double)most * (CHART_HEIGHT - 2) + 0.5);

		view_int(item, "x", (int64_t)i * BAR_STEP + (BAR_STEP - BAR_WIDTH) / 2);
		view_int(item, "y", CHART_HEIGHT - height);
		view_int(item, "height", height);
	}
	view_int(v, "width", (int64_t)n * BAR_STEP);
	view_rows(v, "days", rows);
	view_bool(v, "sold", most > 0);
}

/* What is asked for only when its panel is shown. */
struct asked { struct rows *days, *best, *returns; };

static struct asked ask(struct req *r, const struct arrangement *a)
{
	const char *store = console_store(r);
	struct asked q = { 0 };

	for (size_t i = 0; i < a->n; i++) {
		const char *code = a->at[i].widget->code;

		if (!a->at[i].shown)
			continue;
		if (strcmp(code, "chart") == 0)
			q.days = q_admin_home_days(r->db, r->site->tenant, store, DAYS);
		else if (strcmp(code, "best") == 0)
			q.best = q_admin_home_best(r->db, r->site->tenant, store, DAYS, BEST);
		else if (strcmp(code, "returns") == 0)
			q.returns = q_admin_home_returns(r->db, r->site->tenant, store);
	}
	return q;
}

static void add_best(struct req *r, struct view *v, struct rows *best)
{
	bool links = console_may(r, "catalog.view");

	for (size_t i = 0; i < rows_count(best); i++) {
		const struct row_admin_home_best *b = row_admin_home_best_at(best, i);
		struct view *item = view_item(v, "best");

		view_text(item, "name", b->name);
		view_text(item, "url", links ? mem_printf(r->mem, "%s/admin/catalog/%s", r->prefix, b->product) : NULL);
		view_int(item, "pieces", b->pieces);
		view_money(item, "revenue", b->revenue);
		view_text(item, "currency", console_currency(r));
	}
	view_bool(v, "has_best", rows_count(best) > 0);
}

static void show(struct req *r)
{
	struct arrangement a = arrangement_read(r);
	struct view *v = console_view(r, "admin-home/index", N_("The day at a glance"));
	struct rows *day = q_admin_home_day(r->db, r->site->tenant, console_store(r));
	struct asked q = ask(r, &a);

	page_asked(r);
	view_text(v, "currency", console_currency(r));
	view_row(v, "day", day);
	view_text(v, "low_url", console_may_everywhere(r, "inventory.purchase") ? req_path(r, "/admin/inventory/low") : NULL);
	view_bool(v, "has_cancelled", row_admin_home_day(day)->cancelled > 0);
	view_bool(v, "has_elsewhere", row_admin_home_day(day)->elsewhere > 0);
	view_bool(v, "has_failed", row_admin_home_day(day)->failed > 0);
	if (q.days != NULL)
		draw_days(v, q.days);
	if (q.returns != NULL)
		view_row(v, "returns", q.returns);
	if (q.best != NULL)
		add_best(r, v, q.best);
	for (size_t i = 0; i < a.n; i++)
		if (a.at[i].shown)
			view_text(view_item(v, a.at[i].widget->panel ? "panels" : "figures"), "part", mem_concat(r->mem, "admin-home/", a.at[i].widget->code));
	page_html(r, v);
}

static const struct param choose_params[] = {
	{ "store", PARAM_ID },
	{ 0 }
};

static void choose(struct req *r)
{
	if (row_admin_home_choose(q_admin_home_choose(r->db, r->site->tenant, session_get(r)->id, param_id(r, "store")))->done)
		page_redirect(r, req_path(r, "/admin"));
	else
		page_not_found(r);
}

static const struct route routes[] = {
	{ GET,  "/admin", show, .permission = "home.view", .trips = 4 },
	{ GET,  "/admin/arrange", arrange_show, .permission = "home.view", .trips = 3 },
	{ POST, "/admin/arrange", arrange, .params = arrange_params, .permission = "home.view", .csrf_token = true, .trips = 5 },
	{ POST, "/admin/arrange/reset", arrange_reset, .permission = "home.view", .csrf_token = true, .trips = 4 },
	{ POST, "/admin/store", choose, .params = choose_params, .permission = SELF, .csrf_token = true, .trips = 4 },
	{ GET,  "/admin/searches", searches_show, .params = searches_params, .permission = SELF, .trips = 3 },
	{ POST, "/admin/searches", search_keep, .params = keep_params, .form = searches_show, .permission = SELF, .csrf_token = true, .trips = 5 },
	{ POST, "/admin/searches/{id:id}/forget", search_forget, .params = forget_params, .permission = SELF, .csrf_token = true, .trips = 4 },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program admin_home = {
		.name = "admin-home", .routes = routes, .hooks = &console_hooks, .session = &session_staff, .admin = true,
	};

	return program_run(&admin_home, argc, argv);
}
