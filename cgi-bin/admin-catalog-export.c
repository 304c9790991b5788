/* A file of products that goes out: asked for with a reason, made by the job transfer, fetched. */
#include "admin-catalog.h"

#include "base/crypto.h"
#include "base/id.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LIST "/admin/catalog/export"

static const char *const layouts[] = { "own", "shopify", "woocommerce", NULL };
static const struct form_option layout_words[] = { { "own", N_("sutler's own") }, { "shopify", "Shopify" }, { "woocommerce", "WooCommerce" } };
static const char *const formats[] = { "csv", "xlsx", NULL };
static const struct form_option format_words[] = { { "csv", "CSV" }, { "xlsx", N_("Excel workbook") } };

const struct param export_list_params[] = { { "before", PARAM_ID, .optional = "" }, { 0 } };
const struct param catalog_export_params[] = {
	{ "layout", PARAM_CHOICE, .choices = layouts, .optional = "own", .label = N_("Columns") },
	{ "format", PARAM_CHOICE, .choices = formats, .label = N_("Format") },
	{ "stock",  PARAM_BOOL },
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

void export_list(struct req *r)
{
	struct view *v = console_view(r, "admin-catalog/exports", N_("Export products"));
	struct rows *found;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = transfer_list(r, "export");
	transfer_add_list(r, v, LIST, found);
	form_options(r, v, "layouts", "layout", layout_words, ARRAY_LEN(layout_words), "own");
	form_options(r, v, "formats", "format", format_words, ARRAY_LEN(format_words), "csv");
	form_bool(r, v, "stock", false);
	form_text(r, v, "reason", "");
	view_text(v, "store_name", console_store_name(r));
	view_bool(v, "may", console_may_everywhere(r, "catalog.export"));
	page_html(r, v);
}

static const char *file_name(struct req *r, const char *layout, const char *format)
{
	time_t s = (time_t)(r->now_ms / 1000);
	struct tm tm;
	char day[32];

	strftime(day, sizeof(day), "%Y-%m-%d", gmtime_r(&s, &tm));
	return strcmp(layout, "own") == 0 ? mem_printf(r->mem, "products-%s.%s", day, format)
		: mem_printf(r->mem, "products-%s-%s.%s", layout, day, format);
}

void export_ask(struct req *r)
{
	struct id id = id_new();
	const char *outcome, *layout = param_text(r, "layout"), *format = param_text(r, "format");

	if (console_store(r) == NULL || !catalog_may(r, "catalog.export"))
		return;
	if (strcmp(layout, "own") != 0 && strcmp(format, "csv") != 0) {
		page_decline(r, export_list, "format", N_("The other shop systems read CSV files alone."));
		return;
	}
	outcome = row_transfer_export(q_transfer_export(r->db, r->site->tenant, console_actor(r), console_store(r), id.text, file_name(r, layout, format), layout, format,
		param_bool(r, "stock"), param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "ok") == 0)
		page_redirect(r, mem_printf(r->mem, "%s%s/%s", r->prefix, LIST, id.text));
	else
		page_decline(r, export_list, NULL, N_("Another export is under way. Wait until it has ended, or cancel it below."));
}

void export_show(struct req *r)
{
	struct rows *found;
	const struct row_transfer *t;
	struct view *v;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	found = q_transfer(r->db, path_text(r, "id"), console_store(r), "export");
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	t = row_transfer(found);
	v = console_view(r, "admin-catalog/export", N_("Export products"));
	transfer_add(r, v, t);
	view_text(v, "id", path_text(r, "id"));
	view_bool(v, "done", strcmp(t->state, "done") == 0);
	view_bool(v, "has_file", t->has_file && strcmp(t->state, "done") == 0);
	view_text(v, "size", t->bytes < 1024 * 1024 ? mem_printf(r->mem, "%lld kB", (long long)(t->bytes + 1023) / 1024)
		: mem_printf(r->mem, "%.1f MB", (double)t->bytes / (1024 * 1024)));
	view_bool(v, "may", console_may_everywhere(r, "catalog.export"));
	page_html(r, v);
}

void export_cancel(struct req *r)
{
	transfer_cancel(r, "catalog.export", LIST);
}

/* Whoever may not export may not fetch either. */
void export_file(struct req *r)
{
	const char *id = path_text(r, "id");
	struct rows *found;
	const struct row_transfer *t;
	FILE *f;
	int64_t done = 0;
	int fd;

	if (console_store(r) == NULL || !catalog_may(r, "catalog.export"))
		return;
	found = q_transfer(r->db, id, console_store(r), "export");
	t = row_transfer(found);
	if (!rows_found(found) || !t->has_file || strcmp(t->state, "done") != 0) {
		page_not_found(r);
		return;
	}
	f = tmpfile();
	for (int part = 0; f != NULL && done < t->bytes; part++) {
		struct rows *row = q_transfer_part(r->db, id, part);
		size_t n = 0;
		unsigned char *piece = rows_found(row) ? hex_decode(r->mem, row_transfer_part(row)->data, &n) : NULL;

		if (piece == NULL || fwrite(piece, 1, n, f) != n)
			break;
		done += (int64_t)n;
	}
	fd = f != NULL && fflush(f) == 0 && done == t->bytes ? dup(fileno(f)) : -1;
	if (f != NULL)
		fclose(f);
	if (fd < 0) {
		/* A database that went away has been noted already, as what it is. */
		if (!req_failed(r))
			req_fail(r, "an export cannot be handed out");
		return;
	}
	page_file(r, fd, (size_t)done, strstr(t->file_name, ".xlsx") != NULL ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		: "text/csv; charset=utf-8", t->file_name);
}
