/* GET and POST /admin/arrange: which figures and panels one's first page shows, and in which order. */
#include "admin-home.h"

#include <string.h>

#include "base/mem.h"

/* The order of somebody who arranged nothing; what a later release adds stands behind. */
static const struct widget widgets[WIDGETS] = {
	{ "orders", N_("Orders today"), false },
	{ "revenue", N_("Revenue today"), false },
	{ "shipments", N_("To be shipped"), false },
	{ "stock", N_("Low stock"), false },
	{ "returns", N_("Returns"), false },
	{ "mail", N_("Mail that could not be sent"), false },
	{ "chart", N_("Revenue of the last 14 days"), true },
	{ "best", N_("Best sellers of the last 14 days"), true },
};

static const char *const codes[] = { "orders", "revenue", "shipments", "stock", "returns", "mail", "chart", "best", NULL };
static const char *const moves[] = { "up", "down", "hide", "show", NULL };

const struct param arrange_params[] = {
	{ "widget", PARAM_CHOICE, .choices = codes },
	{ "do",     PARAM_CHOICE, .choices = moves },
	{ 0 }
};

static const struct widget *widget_of(const char *code)
{
	for (size_t i = 0; i < WIDGETS; i++)
		if (strcmp(widgets[i].code, code) == 0)
			return &widgets[i];
	return NULL;
}

static bool placed(const struct arrangement *a, const struct widget *w)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->at[i].widget == w)
			return true;
	return false;
}

struct arrangement arrangement_read(struct req *r)
{
	struct rows *rows = q_admin_home_widgets(r->db, r->site->tenant, console_actor(r));
	struct arrangement a = { 0 };

	for (size_t i = 0; i < rows_count(rows); i++) {
		const char *code = row_admin_home_widgets_at(rows, i)->widget;
		bool hidden = *code == '-';
		const struct widget *w = widget_of(code + hidden);

		/* What an earlier release showed and this one does not. */
		if (w != NULL && !placed(&a, w))
			a.at[a.n++] = (struct placed){ w, !hidden };
	}
	for (size_t i = 0; i < WIDGETS; i++)
		if (!placed(&a, &widgets[i]))
			a.at[a.n++] = (struct placed){ &widgets[i], true };
	return a;
}

/* Nearest of the same kind before (STEP -1) or behind it, or where it stands. */
static size_t neighbour(const struct arrangement *a, size_t at, int step)
{
	for (size_t i = at + (size_t)step; i < a->n; i += (size_t)step)
		if (a->at[i].widget->panel == a->at[at].widget->panel)
			return i;
	return at;
}

static void add_kind(struct req *r, struct view *v, const struct arrangement *a, const char *list, bool panel)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct placed *p = &a->at[i];
		struct view *item;

		if (p->widget->panel != panel)
			continue;
		item = view_item(v, list);
		view_text(item, "widget", p->widget->code);
		view_text(item, "name", req_text(r, p->widget->title));
		view_bool(item, "shown", p->shown);
		view_bool(item, "can_rise", neighbour(a, i, -1) != i);
		view_bool(item, "can_sink", neighbour(a, i, 1) != i);
	}
}

void arrange_show(struct req *r)
{
	struct view *v = console_view(r, "admin-home/arrange", N_("Arrange this page"));
	struct arrangement a = arrangement_read(r);

	add_kind(r, v, &a, "figures", false);
	add_kind(r, v, &a, "panels", true);
	page_html(r, v);
}

static void move(struct arrangement *a, const char *code, const char *what)
{
	size_t at = 0, to;
	struct placed moved;

	while (strcmp(a->at[at].widget->code, code) != 0)
		at++;
	if (strcmp(what, "hide") == 0 || strcmp(what, "show") == 0) {
		a->at[at].shown = strcmp(what, "show") == 0;
		return;
	}
	to = neighbour(a, at, strcmp(what, "up") == 0 ? -1 : 1);
	moved = a->at[at];
	a->at[at] = a->at[to];
	a->at[to] = moved;
}

static void keep(struct req *r, const char *const *order, size_t n)
{
	if (row_admin_home_arrange(q_admin_home_arrange(r->db, r->site->tenant, console_actor(r), order, n))->done)
		page_redirect(r, req_path(r, "/admin/arrange"));
	else
		page_not_found(r);
}

void arrange(struct req *r)
{
	struct arrangement a = arrangement_read(r);
	const char *order[WIDGETS];

	move(&a, param_text(r, "widget"), param_text(r, "do"));
	for (size_t i = 0; i < a.n; i++)
		order[i] = a.at[i].shown ? a.at[i].widget->code : mem_concat(r->mem, "-", a.at[i].widget->code);
	keep(r, order, a.n);
}

void arrange_reset(struct req *r)
{
	page_flash(r, "ok", N_("The page is as it was at first."));
	keep(r, NULL, 0);
}
