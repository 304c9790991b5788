/* Stock counts: opened for a warehouse, counted blind by scan while orders go on, looked at, booked. */
#include "admin-inventory.h"

#include "base/id.h"
#include "base/mem.h"
#include "db/query/stock_desk.h"

#include <string.h>

#define COUNTS_ON_A_PAGE 50
#define LINES_ON_A_PAGE 100
/* SKUs that are named one by one. */
#define CODES_MAX 500
#define PIECES_MOST 10000000

static const char *const states[] = { "counting", "recount", "agreed", "booked", "cancelled", NULL };

static const struct form_option state_options[] = {
	{ "", N_("All") },
	{ "counting", N_("Being counted") },
	{ "recount", N_("Counted again") },
	{ "agreed", N_("Ready to book") },
	{ "booked", N_("Booked") },
	{ "cancelled", N_("Cancelled") },
};

static const char *const shows[] = { "all", "todo", NULL };

const struct param counts_params[] = {
	{ "state",  PARAM_CHOICE, .choices = states, .optional = "" },
	{ "before", PARAM_ID, .optional = "" },
	{ 0 }
};

const struct param count_make_params[] = {
	{ "warehouse", PARAM_ID, .label = N_("Warehouse") },
	{ "zone",      PARAM_TEXT, .max = 16, .optional = "", .label = N_("Zone") },
	{ "skus",      PARAM_BLOCK, .max = 20000, .optional = "", .label = N_("Only these SKUs") },
	{ "why",       PARAM_TEXT, .max = 200, .optional = "", .label = N_("Reason") },
	{ 0 }
};

const struct param count_params[] = {
	{ "show",  PARAM_CHOICE, .choices = shows, .optional = "" },
	{ "after", PARAM_ID, .optional = "" },
	{ 0 }
};

const struct param count_scan_params[] = {
	{ "code",  PARAM_TEXT, .max = 64, .label = N_("SKU or barcode") },
	{ "count", PARAM_INT, .min = 0, .max = PIECES_MOST, .optional = "1", .label = N_("Pieces") },
	{ "whole", PARAM_BOOL },
	{ 0 }
};

const struct param count_review_params[] = {
	{ "leave", PARAM_BOOL },
	{ 0 }
};

const struct param count_end_params[] = {
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const struct stock_no no[] = {
	{ "empty", NULL, N_("There is nothing to count: the warehouse or zone is empty.") },
	{ "twice", NULL, N_("Some of this is being counted already. Finish or cancel that count first.") },
	{ "uncounted", NULL, N_("Not everything has a number yet. Count the rest, or say that it stays as it is.") },
	{ "recount", NULL, N_("Some numbers differ and are counted once more.") },
	{ "state", NULL, N_("This count has gone on meanwhile. Please look at it once more.") },
	{ "reason", "reason", N_("Please say in a few words why.") },
};

static const char *word(const char *state)
{
	for (size_t i = 0; i < ARRAY_LEN(state_options); i++)
		if (strcmp(state_options[i].value, state) == 0)
			return state_options[i].label;
	return "";
}

static const char *tone(const char *state)
{
	return strcmp(state, "booked") == 0 ? "ok" : strcmp(state, "recount") == 0 ? "warn" : strcmp(state, "cancelled") == 0 ? "bad" : "";
}

void counts_show(struct req *r)
{
	const char *state = r->method == GET ? stock_given(r, "state") : "", *before = r->method == GET ? param_id(r, "before") : NULL, *last = NULL;
	struct rows *rows, *places;
	struct view *v;
	size_t n;

	if (!stock_may(r, "inventory.adjust"))
		return;
	rows = q_count_list(r->db, (*state == '\0' ? 0 : COUNT_LIST_IN_STATE) | (before == NULL ? 0 : COUNT_LIST_LATER), state,
		before == NULL ? r->id : before, COUNTS_ON_A_PAGE + 1);
	places = q_desk_places(r->db, WAREHOUSES_MAX);
	n = rows_count(rows);
	v = console_view(r, "admin-inventory/counts", N_("Stock counts"));
	stock_tabs(r, v, "/counts");
	for (size_t i = 0; i < n && i < COUNTS_ON_A_PAGE; i++) {
		const struct row_count_list *k = row_count_list_at(rows, i);
		struct view *item = view_item(v, "counts");

		view_text(item, "url", stock_url(r, "counts", k->stocktake, ""));
		view_time(item, "opened", k->opened);
		view_text(item, "warehouse", k->warehouse);
		view_text(item, "state", req_text(r, word(k->state)));
		view_text(item, "tone", tone(k->state));
		view_text(item, "reason", k->reason);
		last = k->stocktake;
	}
	for (size_t i = 0; i < rows_count(places); i++) {
		const struct row_desk_places *p = row_desk_places_at(places, i);
		struct view *item = view_item(v, "warehouses");

		view_text(item, "value", p->warehouse);
		view_text(item, "label", p->name);
		view_bool(item, "selected", strcmp(form_typed(r, "warehouse", ""), p->warehouse) == 0);
	}
	form_options(r, v, "states", "state", state_options, ARRAY_LEN(state_options), state);
	form_text(r, v, "zone", "");
	form_text(r, v, "skus", "");
	form_text(r, v, "why", "");
	view_bool(v, "has_counts", n > 0);
	view_bool(v, "making", r->method == POST);
	view_text(v, "first_url", before == NULL ? NULL : console_search_url(r, "/admin/inventory/counts", NULL, NULL));
	view_text(v, "next_url", n <= COUNTS_ON_A_PAGE ? NULL : console_search_url(r, "/admin/inventory/counts", "before", last));
	page_html(r, v);
}

/* The SKUs that were typed, one a line; how many, or CODES_MAX + 1. */
static size_t split(struct req *r, const char *typed, const char **codes)
{
	char *rest = mem_strdup(r->mem, typed), *line;
	size_t n = 0;

	while ((line = strsep(&rest, "\n\r;\t")) != NULL) {
		line += strspn(line, " ");
		if (*line == '\0')
			continue;
		if (n == CODES_MAX)
			return n + 1;
		codes[n++] = line;
	}
	return n;
}

void count_make(struct req *r)
{
	struct id id = id_new();
	const char *count = mem_strdup(r->mem, id.text), *codes[CODES_MAX], *outcome;
	size_t n = split(r, stock_given(r, "skus"), codes);

	if (!stock_may(r, "inventory.adjust"))
		return;
	if (n > CODES_MAX) {
		page_decline(r, counts_show, "skus", N_("These are more than 500 SKUs. Please count them in parts."));
		return;
	}
	outcome = row_count_open(q_count_open(r->db, r->site->tenant, console_actor(r), count, param_id(r, "warehouse"), stock_given(r, "zone"), codes, n,
		stock_given(r, "why")))->outcome;
	if (strncmp(outcome, "sku ", 4) == 0) {
		page_decline(r, counts_show, "skus", mem_printf(r->mem, "%s: %s", outcome + 4, req_text(r, N_("No product of ours has this SKU or barcode."))));
		return;
	}
	stock_settle(r, outcome, stock_url(r, "counts", count, ""), N_("The count is open. Scan what is there."), counts_show, no, ARRAY_LEN(no));
}

/* What is expected is shown when the counting is over, not before. */
static void add_lines(struct req *r, struct view *v, struct rows *lines, bool open, size_t most)
{
	for (size_t i = 0; i < rows_count(lines) && i < most; i++) {
		const struct row_count_lines *l = row_count_lines_at(lines, i);
		struct view *item = view_item(v, "lines");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, l->variant));
		view_text(item, "sku", l->sku);
		view_text(item, "name", l->name);
		view_text(item, "place", mem_printf(r->mem, "%s %s", l->zone, l->bin));
		view_bool(item, "again", l->again);
		if (l->has_counted && !l->again)
			view_int(item, "counted", l->counted);
		if (l->has_expected && !open) {
			view_int(item, "expected", l->expected);
			view_text(item, "change", mem_printf(r->mem, "%+lld", (long long)(l->counted - l->expected)));
		}
	}
}

void count_show(struct req *r)
{
	const char *id = path_text(r, "count"), *show = r->method == GET ? stock_given(r, "show") : "", *after = r->method == GET ? param_id(r, "after") : NULL;
	struct rows *found, *lines;
	const struct row_count_one *k;
	bool open, todo;
	struct view *v;
	size_t n;

	if (!stock_may(r, "inventory.adjust"))
		return;
	found = q_count_one(r->db, id);
	k = row_count_one(found);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	open = strcmp(k->state, "counting") == 0 || strcmp(k->state, "recount") == 0;
	todo = open && strcmp(show, "all") != 0;
	lines = q_count_lines(r->db, (todo ? COUNT_LINES_TODO : open ? 0 : COUNT_LINES_DIFFERS) | (after == NULL ? 0 : COUNT_LINES_LATER), id, r->locale,
		after == NULL ? r->id : after, LINES_ON_A_PAGE + 1);
	n = rows_count(lines);
	v = console_view(r, "admin-inventory/count", mem_printf(r->mem, "%s · %s", req_text(r, N_("Stock count")), k->warehouse));
	stock_tabs(r, v, "/counts");
	view_text(v, "url", stock_url(r, "counts", id, ""));
	view_text(v, "state", req_text(r, word(k->state)));
	view_text(v, "tone", tone(k->state));
	view_text(v, "why", *k->reason == '\0' ? NULL : k->reason);
	view_time(v, "opened", k->opened);
	view_text(v, "who", k->who);
	view_int(v, "of", k->lines);
	view_int(v, "done", k->counted - k->again);
	view_bool(v, "open", open);
	view_bool(v, "todo", todo);
	view_bool(v, "recount", strcmp(k->state, "recount") == 0);
	view_bool(v, "agreed", strcmp(k->state, "agreed") == 0);
	view_bool(v, "ends", !k->has_closed);
	view_bool(v, "rest", k->counted < k->lines);
	view_int(v, "differences", k->differences);
	view_text(v, "net", mem_printf(r->mem, "%+lld", (long long)k->net));
	form_text(r, v, "reason", "");
	add_lines(r, v, lines, open, LINES_ON_A_PAGE);
	view_bool(v, "has_lines", n > 0);
	view_text(v, "next_url", n <= LINES_ON_A_PAGE ? NULL :
		stock_url(r, "counts", id, mem_printf(r->mem, "?after=%s%s", row_count_lines_at(lines, LINES_ON_A_PAGE - 1)->variant, open && !todo ? "&show=all" : "")));
	page_html(r, v);
}

void count_scan(struct req *r)
{
	const char *id = path_text(r, "count");
	const struct row_count_scan *s;

	if (!stock_may(r, "inventory.adjust"))
		return;
	s = row_count_scan(q_count_scan(r->db, r->site->tenant, console_actor(r), id, param_text(r, "code"), param_int(r, "count"), param_bool(r, "whole")));
	if (strcmp(s->outcome, "agreed") == 0)
		page_decline(r, count_show, "code", N_("This was right the first time: it is not counted again."));
	else
		stock_scanned(r, s->outcome, s->sku, s->done, 0, count_show, stock_url(r, "counts", id, ""));
}

/* To be counted again is an outcome that stays: back to the count, with that sentence. */
static void go_on(struct req *r, const char *outcome, const char *done)
{
	const char *url = stock_url(r, "counts", path_text(r, "count"), "");

	if (strcmp(outcome, "recount") == 0) {
		page_flash(r, "warn", N_("Some numbers differ and are counted once more."));
		page_redirect(r, url);
	} else {
		stock_settle(r, outcome, url, done, count_show, no, ARRAY_LEN(no));
	}
}

void count_review(struct req *r)
{
	if (stock_may(r, "inventory.adjust"))
		go_on(r, row_count_review(q_count_review(r->db, r->site->tenant, path_text(r, "count"), param_bool(r, "leave")))->outcome,
			N_("Counting is over. Look at the differences, then book them."));
}

void count_book(struct req *r)
{
	if (stock_may(r, "inventory.adjust"))
		go_on(r, row_count_book(q_count_book(r->db, r->site->tenant, console_actor(r), path_text(r, "count"), param_text(r, "reason")))->outcome,
			N_("The differences are booked."));
}

void count_cancel(struct req *r)
{
	if (stock_may(r, "inventory.adjust"))
		go_on(r, row_count_cancel(q_count_cancel(r->db, r->site->tenant, console_actor(r), path_text(r, "count"), param_text(r, "reason")))->outcome,
			N_("The count is cancelled; nothing was booked."));
}
