/* A file of products that comes in: sent, tried by the job transfer, looked at, and only then done. */
#include "admin-catalog.h"

#include "base/csv.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "web/upload.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define LIST "/admin/catalog/import"
/* Faults and changes that the page shows; all faults that were kept are in the file of them. */
#define NOTES_SHOWN 50
#define FAULTS_IN_FILE 5000

static const char *const layouts[] = { "auto", "own", "shopify", "woocommerce", NULL };

const struct upload_limits import_limits = { .file_bytes = CATALOG_FILE_BYTES, .files = 1 };

const struct param import_list_params[] = { { "before", PARAM_ID, .optional = "" }, { 0 } };
const struct param import_params[] = {
	{ "file",   PARAM_FILE, .label = N_("File") },
	{ "layout", PARAM_CHOICE, .choices = layouts, .label = N_("Columns") },
	{ "known",  PARAM_BOOL },
	{ 0 }
};
/* The page of a transfer, without coming again by itself. */
const struct param transfer_params[] = { { "still", PARAM_BOOL }, { 0 } };
const struct param import_apply_params[] = { { "reason", PARAM_REASON, .label = N_("Reason") }, { 0 } };

static const struct form_option layout_words[] = {
	{ "auto", N_("Find out by the columns") }, { "own", N_("sutler's own") }, { "shopify", "Shopify" }, { "woocommerce", "WooCommerce" },
};

/* ---- shared with the export ------------------------------------------------------------------------ */

const char *transfer_state_word(const char *state)
{
	static const struct { const char *state, *word; } words[] = {
		{ "waiting", N_("Waiting") }, { "checking", N_("Being checked") }, { "checked", N_("Ready to apply") }, { "queued", N_("Waiting") },
		{ "applying", N_("Under way") }, { "done", N_("Done") }, { "failed", N_("Failed") }, { "cancelled", N_("Cancelled") },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].state, state) == 0)
			return words[i].word;
	BUG("no word for %s", state);
}

bool transfer_under_way(const char *state)
{
	return strcmp(state, "waiting") == 0 || strcmp(state, "checking") == 0 || strcmp(state, "queued") == 0 || strcmp(state, "applying") == 0;
}

/* Why it ended early: a word of the job's, or what the database said. */
static const char *why_words(struct req *r, const char *why)
{
	static const struct { const char *why, *words; } known[] = {
		{ "faults", N_("The file has errors, so nothing came in. Mend them in the file and send it again.") },
		{ "interrupted", N_("It was interrupted several times and given up. Please try again.") },
		{ "expired", N_("Nobody came back to it for a week, so the file was thrown away.") },
		{ "cell", N_("A text is longer than a cell of Excel can hold. Please choose CSV.") },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(known[i].why, why) == 0)
			return req_text(r, known[i].words);
	return why;
}

void transfer_add_list(struct req *r, struct view *v, const char *path, struct rows *found)
{
	const char *last = NULL;

	for (size_t i = 0; i < rows_count(found) && i < TRANSFERS_ON_A_PAGE; i++) {
		const struct row_transfers *t = row_transfers_at(found, i);
		struct view *item = view_item(v, "transfers");

		view_text(item, "url", mem_printf(r->mem, "%s%s/%s", r->prefix, path, t->transfer));
		view_text(item, "name", t->file_name);
		view_text(item, "state", req_text(r, transfer_state_word(t->state)));
		view_text(item, "who", t->who);
		view_time(item, "at", t->at);
		view_int(item, "rows", t->rows_done);
		view_int(item, "made", t->made);
		view_int(item, "changed", t->changed);
		view_int(item, "errors", t->errors);
		last = t->transfer;
	}
	view_bool(v, "has_transfers", rows_count(found) > 0);
	view_text(v, "next_url", rows_count(found) <= TRANSFERS_ON_A_PAGE ? NULL : console_search_url(r, path, "before", last));
}

struct rows *transfer_list(struct req *r, const char *direction)
{
	const char *before = r->method == GET ? param_id(r, "before") : NULL;

	return q_transfers(r->db, before == NULL ? 0 : TRANSFERS_LATER, console_store(r), direction, before == NULL ? r->id : before, TRANSFERS_ON_A_PAGE + 1);
}

void transfer_add(struct req *r, struct view *v, const struct row_transfer *t)
{
	bool running = transfer_under_way(t->state), still = r->route->params == transfer_params && param_bool(r, "still");

	view_text(v, "file_name", t->file_name);
	view_text(v, "state", req_text(r, transfer_state_word(t->state)));
	view_bool(v, "running", running);
	view_int(v, "thousandths", t->thousandths);
	view_text(v, "percent", mem_printf(r->mem, "%" PRId64, t->thousandths / 10));
	view_int(v, "rows", t->rows_done);
	view_bool(v, "stopping", running && t->stop);
	/* Looked at again without scripts; one that only waits is begun within a second or two. */
	if (running && !still)
		view_int(v, "refresh_s", TRANSFER_REFRESH_S);
	view_bool(v, "comes_again", !still);
	view_text(v, "who", t->who);
	view_time(v, "at", t->at);
	view_time(v, "changed_at", t->changed_at);
	view_text(v, "why", *t->why == '\0' ? NULL : why_words(r, t->why));
	view_bool(v, "cancelled", strcmp(t->state, "cancelled") == 0);
	view_text(v, "here", mem_printf(r->mem, "%s%s", r->prefix, r->path));
}

/* ---- the list and the form ------------------------------------------------------------------------- */

void import_list(struct req *r)
{
	struct view *v = console_view(r, "admin-catalog/imports", N_("Import products"));
	struct rows *found;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = transfer_list(r, "import");
	transfer_add_list(r, v, LIST, found);
	view_bool(v, "imports", true);
	form_options(r, v, "layouts", "layout", layout_words, ARRAY_LEN(layout_words), "auto");
	form_bool(r, v, "known", true);
	view_text(v, "store_name", console_store_name(r));
	view_int(v, "most_mb", CATALOG_FILE_BYTES / (1024 * 1024));
	view_bool(v, "may", console_may_everywhere(r, "catalog.import"));
	page_html(r, v);
}

/* Sends a piece at a time: a pipeline of them all would hold the file in memory twice more. */
static bool keep_file(struct req *r, const char *transfer, const struct upload *u)
{
	char *piece = mem_array(r->mem, char, CATALOG_PART_BYTES);
	size_t done = 0;

	for (int part = 0; done < u->size; part++) {
		ssize_t n = pread(u->fd, piece, CATALOG_PART_BYTES, (off_t)done);

		if (n <= 0) {
			req_fail(r, "an upload cannot be read");
			return false;
		}
		q_transfer_put(r->db, r->site->tenant, transfer, part, piece, (size_t)n);
		db_flush(r->db);
		done += (size_t)n;
	}
	return true;
}

void import_take(struct req *r)
{
	const struct upload *u = param_file(r, "file");
	struct id id = id_new();
	const char *outcome;

	if (console_store(r) == NULL || !catalog_may(r, "catalog.import"))
		return;
	if (u->size == 0) {
		page_decline(r, import_list, "file", N_("This file is empty."));
		return;
	}
	outcome = row_transfer_open(q_transfer_open(r->db, r->site->tenant, console_actor(r), console_store(r), id.text,
		*u->name == '\0' ? "products" : u->name, (int64_t)u->size, param_text(r, "layout"), param_bool(r, "known")))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		page_decline(r, import_list, "file", N_("Another import is under way. Wait until it has ended, or cancel it below."));
		return;
	}
	if (keep_file(r, id.text, u))
		page_redirect(r, mem_printf(r->mem, "%s%s/%s", r->prefix, LIST, id.text));
}

/* ---- one import --------------------------------------------------------------------------------- */

static void add_fault(struct req *r, struct view *v, const struct row_transfer_notes *n)
{
	struct view *item = view_item(v, "faults");

	if (n->line > 0)
		view_int(item, "line", n->line);
	view_text(item, "col", n->col);
	view_text(item, "message", fault_words(r, n->message));
	view_bool(item, "warning", strcmp(n->kind, "warning") == 0);
}

/* VALUE as people read it: amounts came as minor units of the currency in the column's name. */
static const char *readable(struct req *r, const char *col, const char *value)
{
	const char *colon = strchr(col, ':');
	int64_t minor;

	if (value != NULL && colon != NULL && (strncmp(col, "price:", 6) == 0 || strncmp(col, "tiers:", 6) == 0)
	    && parse_int(value, 0, INT64_MAX, &minor))
		return catalog_amount(r, minor, colon + 1);
	return value;
}

static void add_change(struct req *r, struct view *v, const struct row_transfer_notes *n)
{
	struct view *item = view_item(v, "changes");
	bool product = strcmp(n->col, "product") == 0, sku = strcmp(n->col, "sku") == 0;
	const char *what = product ? N_("New product") : sku && n->before == NULL ? N_("New variant") : sku ? N_("Variant no longer for sale") : NULL;

	view_int(item, "line", n->line);
	view_text(item, "reference", n->reference);
	view_text(item, "name", n->message);
	view_text(item, "col", what != NULL ? req_text(r, what) : n->col);
	view_bool(item, "own_name", what == NULL);
	view_text(item, "before", readable(r, n->col, n->before));
	view_text(item, "after", readable(r, n->col, n->after));
}

void import_show(struct req *r)
{
	const char *id = path_text(r, "id");
	struct rows *found, *faults, *changes;
	const struct row_transfer *t;
	struct view *v;
	bool checked;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = q_transfer(r->db, id, console_store(r), "import");
	faults = q_transfer_notes(r->db, TRANSFER_NOTES_FAULTS, id, NOTES_SHOWN + 1);
	changes = q_transfer_notes(r->db, TRANSFER_NOTES_CHANGES, id, NOTES_SHOWN * 2);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	t = row_transfer(found);
	checked = strcmp(t->state, "checked") == 0;
	v = console_view(r, "admin-catalog/import", N_("Import products"));
	transfer_add(r, v, t);
	view_text(v, "id", id);
	for (size_t i = 0; i < ARRAY_LEN(layout_words); i++)
		if (strcmp(layout_words[i].value, t->layout) == 0 && i > 0)
			view_text(v, "layout", req_text(r, layout_words[i].label));
	view_bool(v, "trying", transfer_under_way(t->state) && strcmp(t->state, "queued") != 0 && strcmp(t->state, "applying") != 0);
	view_bool(v, "checked", checked);
	view_bool(v, "nothing", checked && t->made + t->changed == 0);
	view_bool(v, "done", strcmp(t->state, "done") == 0);
	view_bool(v, "counted", checked || strcmp(t->state, "done") == 0);
	view_bool(v, "part_in", t->place > -1 && (strcmp(t->state, "failed") == 0 || strcmp(t->state, "cancelled") == 0));
	view_int(v, "made", t->made);
	view_int(v, "changed", t->changed);
	view_int(v, "same", t->same);
	if (t->skipped > 0)
		view_int(v, "skipped", t->skipped);
	view_int(v, "errors", t->errors);
	view_int(v, "warnings", t->warnings);
	view_bool(v, "may", console_may_everywhere(r, "catalog.import"));
	for (size_t i = 0; i < rows_count(faults) && i < NOTES_SHOWN; i++)
		add_fault(r, v, row_transfer_notes_at(faults, i));
	for (size_t i = 0; checked && i < rows_count(changes); i++)
		add_change(r, v, row_transfer_notes_at(changes, i));
	view_bool(v, "has_faults", rows_count(faults) > 0);
	view_bool(v, "more_faults", rows_count(faults) > NOTES_SHOWN);
	view_bool(v, "has_changes", checked && rows_count(changes) > 0);
	form_text(r, v, "reason", "");
	page_html(r, v);
}

void import_apply(struct req *r)
{
	const char *outcome;

	if (console_store(r) == NULL || !catalog_may(r, "catalog.import"))
		return;
	outcome = row_transfer_apply(q_transfer_apply(r->db, r->site->tenant, console_actor(r), console_store(r), path_text(r, "id"), param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "busy") == 0)
		page_decline(r, import_show, NULL, N_("Another import is under way. Wait until it has ended, then apply this one."));
	else if (strcmp(outcome, "state") == 0)
		page_decline(r, import_show, NULL, N_("This import cannot be applied any more."));
	else if (strcmp(outcome, "ok") == 0)
		page_redirect(r, mem_printf(r->mem, "%s%s/%s", r->prefix, LIST, path_text(r, "id")));
	else
		page_not_found(r);
}

void transfer_cancel(struct req *r, const char *permission, const char *path)
{
	const char *outcome;

	if (console_store(r) == NULL || !catalog_may(r, permission))
		return;
	outcome = row_transfer_cancel(q_transfer_cancel(r->db, r->site->tenant, console_actor(r), console_store(r), path_text(r, "id")))->outcome;
	if (strcmp(outcome, "gone") == 0) {
		page_not_found(r);
		return;
	}
	if (strcmp(outcome, "over") == 0)
		page_flash(r, "info", N_("It had ended already."));
	page_redirect(r, mem_printf(r->mem, "%s%s/%s", r->prefix, path, path_text(r, "id")));
}

void import_cancel(struct req *r)
{
	transfer_cancel(r, "catalog.import", LIST);
}

/* All faults that were kept, as a file to work through. */
void import_faults(struct req *r)
{
	static const char *const head[] = { "line", "column", "kind", "message" };
	const char *id = path_text(r, "id");
	struct rows *found = q_transfer(r->db, id, console_store(r), "import");
	struct rows *faults = q_transfer_notes(r->db, TRANSFER_NOTES_FAULTS, id, FAULTS_IN_FILE);
	struct buf *b = buf_new(r->mem);

	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	csv_put(b, head, ARRAY_LEN(head), true);
	for (size_t i = 0; i < rows_count(faults); i++) {
		const struct row_transfer_notes *n = row_transfer_notes_at(faults, i);
		const char *fields[] = { n->line > 0 ? mem_printf(r->mem, "%" PRId64, n->line) : "", n->col, n->kind, fault_words(r, n->message) };

		csv_put(b, fields, ARRAY_LEN(fields), true);
	}
	page_header(r, "Content-Disposition", "attachment; filename=\"errors.csv\"");
	page_text(r, "text/csv; charset=utf-8", b->data);
}
