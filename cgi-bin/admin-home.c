/* admin-home -- the day at a glance, and the store one works in.  Manual: sutler-admin-home(8). */
#include "admin-home.h"

/* Days of the chart: two weeks, so that a day is seen beside its like. */
#define DAYS 14
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

static void show(struct req *r)
{
	const char *store = console_store(r);
	struct view *v = console_view(r, "admin-home/index", N_("The day at a glance"));
	struct rows *day = q_admin_home_day(r->db, r->site->tenant, store);
	struct rows *days = q_admin_home_days(r->db, r->site->tenant, store, DAYS);

	page_asked(r);
	view_text(v, "currency", console_currency(r));
	view_row(v, "day", day);
	view_bool(v, "has_cancelled", row_admin_home_day(day)->cancelled > 0);
	view_bool(v, "has_elsewhere", row_admin_home_day(day)->elsewhere > 0);
	view_bool(v, "has_failed", row_admin_home_day(day)->failed > 0);
	draw_days(v, days);
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
	{ GET,  "/admin", show, .permission = "home.view", .trips = 3 },
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
