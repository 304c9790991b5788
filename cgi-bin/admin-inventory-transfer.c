/* Transfers between warehouses: put together by scan, sent, received with what differs. */
#include "admin-inventory.h"

#include "base/id.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "db/query/stock_desk.h"

#include <string.h>

#define TRANSFERS_ON_A_PAGE 50
/* Drafts shown: people finish what they began. */
#define DRAFTS_SHOWN 50
/* Lines of one transfer in a form. */
#define LINES_MAX 500
#define PIECES_MOST 10000000

static const char *const states[] = { "sent", "received", NULL };

static const struct form_option state_options[] = {
	{ "", N_("All") },
	{ "sent", N_("On its way") },
	{ "received", N_("Received") },
};

const struct param transfers_params[] = {
	{ "state",  PARAM_CHOICE, .choices = states, .optional = "" },
	{ "before", PARAM_ID, .optional = "" },
	{ 0 }
};

const struct param transfer_make_params[] = {
	{ "from", PARAM_ID, .label = N_("From") },
	{ "to",   PARAM_ID, .label = N_("To") },
	{ "why",  PARAM_TEXT, .max = 200, .optional = "", .label = N_("Reason") },
	{ 0 }
};

const struct param transfer_scan_params[] = {
	{ "code",  PARAM_TEXT, .max = 64, .label = N_("SKU or barcode") },
	{ "count", PARAM_QUANTITY, .optional = "1", .label = N_("Pieces") },
	{ 0 }
};

#define NUMBERS \
	{ "variant", PARAM_LIST, .of = PARAM_ID, .max = LINES_MAX, .optional = "" }, \
	{ "pieces",  PARAM_LIST, .of = PARAM_TEXT, .max = LINES_MAX, .blanks = true, .optional = "", .label = N_("Pieces") }

const struct param transfer_write_params[] = { NUMBERS, { 0 } };

const struct param transfer_book_params[] = {
	NUMBERS,
	{ "why", PARAM_TEXT, .max = 200, .optional = "", .label = N_("Why the numbers differ") },
	{ 0 }
};

static const struct stock_no no[] = {
	{ "same", "to", N_("Please choose two different warehouses.") },
	{ "quantity", NULL, N_("Nothing is counted yet: scan the goods first.") },
	{ "reason", "why", N_("Other numbers came than were sent. Please say why.") },
	{ "uncounted", NULL, N_("Please enter a number for each line; 0 where nothing came.") },
	{ "state", NULL, N_("This transfer has gone on meanwhile. Please look at it once more.") },
};

static void add_places(struct req *r, struct view *v, struct rows *places)
{
	static const char *const lists[] = { "from", "to" };

	for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
		for (size_t i = 0; i < rows_count(places); i++) {
			const struct row_desk_places *p = row_desk_places_at(places, i);
			struct view *item = view_item(v, lists[k]);

			view_text(item, "value", p->warehouse);
			view_text(item, "label", p->name);
			view_bool(item, "selected", strcmp(form_typed(r, lists[k], ""), p->warehouse) == 0);
		}
	}
	view_bool(v, "has_two", rows_count(places) > 1);
}

void transfers_show(struct req *r)
{
	const char *state = r->method == GET ? stock_given(r, "state") : "", *before = r->method == GET ? param_id(r, "before") : NULL, *last = NULL;
	struct rows *rows, *drafts, *places;
	struct view *v;
	size_t n;

	if (!stock_may(r, "inventory.adjust"))
		return;
	rows = q_transfer_list(r->db, (*state == '\0' ? 0 : TRANSFER_LIST_IN_STATE) | (before == NULL ? 0 : TRANSFER_LIST_LATER), state,
		before == NULL ? r->id : before, TRANSFERS_ON_A_PAGE + 1);
	drafts = q_transfer_drafts(r->db, DRAFTS_SHOWN);
	places = q_desk_places(r->db, WAREHOUSES_MAX);
	n = rows_count(rows);
	v = console_view(r, "admin-inventory/transfers", N_("Transfers"));
	stock_tabs(r, v, "/transfers");
	for (size_t i = 0; i < rows_count(drafts); i++) {
		const struct row_transfer_drafts *d = row_transfer_drafts_at(drafts, i);
		struct view *item = view_item(v, "drafts");

		view_text(item, "url", stock_url(r, "transfers", d->transfer, ""));
		view_text(item, "source", d->source);
		view_text(item, "target", d->target);
		view_text(item, "reason", d->reason);
		view_time(item, "at", d->made);
		view_int(item, "pieces", d->pieces);
	}
	for (size_t i = 0; i < n && i < TRANSFERS_ON_A_PAGE; i++) {
		const struct row_transfer_list *t = row_transfer_list_at(rows, i);
		struct view *item = view_item(v, "transfers");

		view_text(item, "url", stock_url(r, "transfers", t->transfer, ""));
		view_text(item, "source", t->source);
		view_text(item, "target", t->target);
		view_bool(item, "on_its_way", strcmp(t->state, "sent") == 0);
		view_time(item, "at", t->sent_at);
		view_int(item, "pieces", t->pieces);
		if (t->has_came)
			view_int(item, "came", t->came);
		view_bool(item, "differs", t->has_came && t->came != t->pieces);
		last = t->transfer;
	}
	add_places(r, v, places);
	form_options(r, v, "states", "state", state_options, ARRAY_LEN(state_options), state);
	form_text(r, v, "why", "");
	view_bool(v, "has_drafts", rows_count(drafts) > 0);
	view_bool(v, "has_transfers", n > 0);
	view_bool(v, "making", r->method == POST);
	view_text(v, "first_url", before == NULL ? NULL : console_search_url(r, "/admin/inventory/transfers", NULL, NULL));
	view_text(v, "next_url", n <= TRANSFERS_ON_A_PAGE ? NULL : console_search_url(r, "/admin/inventory/transfers", "before", last));
	page_html(r, v);
}

void transfer_make(struct req *r)
{
	struct id id = id_new();
	const char *transfer = mem_strdup(r->mem, id.text);

	if (!stock_may(r, "inventory.adjust"))
		return;
	stock_settle(r, row_transfer_begin(q_transfer_begin(r->db, r->site->tenant, console_actor(r), transfer, param_id(r, "from"), param_id(r, "to"),
		stock_given(r, "why")))->outcome, stock_url(r, "transfers", transfer, ""), N_("Scan what goes along."), transfers_show, no, ARRAY_LEN(no));
}

static void add_line(struct req *r, struct view *v, const struct row_transfer_lines *l, bool draft, size_t i)
{
	struct view *item = view_item(v, "lines");

	view_text(item, "n", mem_printf(r->mem, "%zu", i));
	view_text(item, "variant", l->variant);
	view_text(item, "sku", l->sku);
	view_text(item, "name", l->name);
	view_int(item, "sent_n", l->sent);
	view_int(item, "there", l->there);
	view_bool(item, "lacks", draft && l->counted > l->there);
	if (l->has_received) {
		view_int(item, "came", l->received);
		view_bool(item, "differs", l->received != l->sent);
	}
	view_text(item, "pieces", form_item(r, "pieces", i, draft || l->counted > 0 ? mem_printf(r->mem, "%lld", (long long)l->counted) : ""));
	view_text(item, "pieces_error", form_error(r, form_numbered(r, "pieces", i)));
}

void transfer_show(struct req *r)
{
	const char *id = path_text(r, "transfer");
	struct rows *found, *lines;
	const struct row_transfer_one *t;
	int64_t counted = 0, sent = 0;
	bool draft, way;
	struct view *v;

	if (!stock_may(r, "inventory.adjust"))
		return;
	found = q_transfer_one(r->db, id);
	lines = q_transfer_lines(r->db, id, r->locale);
	t = row_transfer_one(found);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	draft = strcmp(t->state, "draft") == 0;
	way = strcmp(t->state, "sent") == 0;
	v = console_view(r, "admin-inventory/transfer", N_("Transfer"));
	stock_tabs(r, v, "/transfers");
	view_text(v, "url", stock_url(r, "transfers", id, ""));
	view_text(v, "source", t->source);
	view_text(v, "target", t->target);
	view_text(v, "reason", *t->reason == '\0' ? NULL : t->reason);
	view_text(v, "difference", *t->difference == '\0' ? NULL : t->difference);
	view_time(v, "made", t->made);
	view_text(v, "who", t->who);
	if (t->has_came)
		view_time(v, "came_at", t->came);
	view_text(v, "receiver", t->receiver);
	view_bool(v, "draft", draft);
	view_bool(v, "on_its_way", way);
	view_bool(v, "over", !draft && !way);
	form_text(r, v, "why", "");
	for (size_t i = 0; i < rows_count(lines); i++) {
		const struct row_transfer_lines *l = row_transfer_lines_at(lines, i);

		add_line(r, v, l, draft, i);
		counted += l->counted;
		sent += l->sent;
	}
	view_bool(v, "has_lines", rows_count(lines) > 0);
	view_int(v, "counted", counted);
	view_int(v, "lack", sent > counted ? sent - counted : 0);
	page_html(r, v);
}

void transfer_scan(struct req *r)
{
	const char *id = path_text(r, "transfer");
	const struct row_transfer_scan *s;

	if (!stock_may(r, "inventory.adjust"))
		return;
	s = row_transfer_scan(q_transfer_scan(r->db, r->site->tenant, id, param_text(r, "code"), param_int(r, "count")));
	stock_scanned(r, s->outcome, s->sku, s->done, s->wanted, transfer_show, stock_url(r, "transfers", id, ""));
}

/* The numbers of the form.  EMPTY: an empty one is 0.  False when the answer is given. */
static bool read_numbers(struct req *r, bool empty, const char *const **variants, int64_t *pieces, size_t *n)
{
	size_t npieces;
	const char *const *typed = param_list(r, "pieces", &npieces);
	bool good = true;

	*variants = param_list(r, "variant", n);
	if (*n != npieces) {
		page_bad_request(r);
		return false;
	}
	for (size_t i = 0; i < *n; i++) {
		pieces[i] = 0;
		if ((*typed[i] == '\0' && empty) || parse_int(typed[i], 0, PIECES_MOST, &pieces[i]))
			continue;
		field_error(r, form_numbered(r, "pieces", i), N_("Please enter how many pieces."));
		good = false;
	}
	if (!good)
		page_again(r, transfer_show);
	return good;
}

void transfer_write(struct req *r)
{
	const char *id = path_text(r, "transfer"), *const *variants;
	int64_t pieces[LINES_MAX];
	size_t n;

	if (!stock_may(r, "inventory.adjust") || !read_numbers(r, true, &variants, pieces, &n))
		return;
	stock_settle(r, row_transfer_write(q_transfer_write(r->db, r->site->tenant, id, variants, n, pieces, n))->outcome, stock_url(r, "transfers", id, ""),
		N_("The numbers are kept."), transfer_show, no, ARRAY_LEN(no));
}

void transfer_leave(struct req *r)
{
	const char *id = path_text(r, "transfer"), *outcome, *sku;

	if (!stock_may(r, "inventory.adjust"))
		return;
	outcome = row_transfer_leave(q_transfer_leave(r->db, r->site->tenant, console_actor(r), id))->outcome;
	sku = strchr(outcome, ' ');
	if (strncmp(outcome, "negative", 8) == 0 || strncmp(outcome, "promised", 8) == 0) {
		page_decline(r, transfer_show, NULL, mem_printf(r->mem, "%s: %s", sku == NULL ? "" : sku + 1, req_text(r, *outcome == 'n' ?
			N_("fewer lie there than are counted here.") : N_("so many cannot leave: orders and carts hold some of them."))));
		return;
	}
	stock_settle(r, outcome, stock_url(r, "transfers", id, ""), N_("It is on its way."), transfer_show, no, ARRAY_LEN(no));
}

void transfer_drop(struct req *r)
{
	if (!stock_may(r, "inventory.adjust"))
		return;
	stock_settle(r, row_transfer_drop(q_transfer_drop(r->db, r->site->tenant, console_actor(r), path_text(r, "transfer")))->outcome,
		req_path(r, "/admin/inventory/transfers"), N_("The draft is thrown away."), transfer_show, no, ARRAY_LEN(no));
}

void transfer_book(struct req *r)
{
	const char *id = path_text(r, "transfer"), *const *variants;
	int64_t pieces[LINES_MAX];
	size_t n;

	if (!stock_may(r, "inventory.adjust") || !read_numbers(r, false, &variants, pieces, &n))
		return;
	stock_settle(r, row_transfer_book(q_transfer_book(r->db, r->site->tenant, console_actor(r), id, variants, n, pieces, n, stock_given(r, "why")))->outcome,
		stock_url(r, "transfers", id, ""), N_("What came is booked."), transfer_show, no, ARRAY_LEN(no));
}
