/* Variants that are sold as downloads: their files, and how often and how long a buyer may fetch them. */
#include "admin-media.h"

#include "base/config.h"
#include "base/mem.h"
#include "db/query/admin_media.h"
#include "db/rows.h"
#include "front/document.h"
#include "shop/media.h"
#include "web/apart.h"
#include "web/limits.h"
#include "web/upload.h"

#include <string.h>
#include <strings.h>

/* As catalog.download_most() allows. */
#define FILES_MAX 10

const struct upload_limits downloads_uploads = { .file_bytes = MEDIA_GOODS_MAX, .files = FILES_MAX };

const struct param downloads_add_params[] = {
	{ "variant", PARAM_ID, .label = N_("Variant") },
	{ "file",    PARAM_LIST, .of = PARAM_FILE, .max = FILES_MAX, .optional = "", .label = N_("Files") },
	{ 0 }
};

/* The numbers are bounded as in catalog.variant. */
const struct param downloads_save_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "variant",  PARAM_ID },
	{ "digital",  PARAM_BOOL },
	{ "counted",  PARAM_BOOL },
	{ "days",     PARAM_INT, .min = 1, .max = 3650, .optional = "", .label = N_("Days") },
	{ "times",    PARAM_INT, .min = 1, .max = 1000, .optional = "", .label = N_("Downloads of each file") },
	{ "gone",     PARAM_LIST, .of = PARAM_ID, .max = FILES_MAX, .optional = "" },
	{ 0 }
};

static const char *page_url(struct req *r)
{
	return mem_printf(r->mem, "%s/admin/media/%s/downloads", r->prefix, path_text(r, "id"));
}

/* ---- the page ------------------------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool gone_ticked(struct req *r, const char *file)
{
	const char *typed;

	for (size_t k = 0; (typed = form_item(r, "gone", k, NULL)) != NULL; k++)
		if (same(typed, file))
			return true;
	return false;
}

static void add_files(struct req *r, struct view *item, const char *variant, struct rows *files, bool typed)
{
	for (size_t i = 0; i < rows_count(files); i++) {
		const struct row_download_files *f = row_download_files_at(files, i);
		struct view *file;

		if (!same(f->variant, variant))
			continue;
		file = view_item(item, "files");
		view_text(file, "file", f->file);
		view_text(file, "file_name", f->file_name);
		view_text(file, "mime", f->mime);
		view_text(file, "size", front_size(r, f->bytes));
		view_time(file, "at", f->at);
		view_bool(file, "ticked", typed && gone_ticked(r, f->file));
	}
}

static const char *number_or_none(struct req *r, int64_t n)
{
	return n == 0 ? "" : mem_printf(r->mem, "%lld", (long long)n);
}

/* A panel for the variant; one without files stands only in the list to choose from. */
static void add_variant(struct req *r, struct view *v, const struct row_download_variants *w, struct rows *files, size_t at)
{
	/* Only the form that came back has what was typed, and its errors. */
	bool typed = same(form_typed(r, "variant", ""), w->variant) && form_typed(r, "revision", NULL) != NULL;
	struct view *option = view_item(v, "choices"), *item;
	const char *label = *w->options == '\0' ? w->sku : mem_printf(r->mem, "%s (%s)", w->options, w->sku);
	bool any = false;

	view_text(option, "value", w->variant);
	view_text(option, "label", label);
	view_bool(option, "selected", same(form_typed(r, "variant", ""), w->variant));
	for (size_t i = 0; i < rows_count(files) && !any; i++)
		any = same(row_download_files_at(files, i)->variant, w->variant);
	if (!any && !w->digital)
		return;
	item = view_item(v, "variants");
	view_text(item, "key", typed ? "f-" : mem_printf(r->mem, "v%zu-", at));
	view_text(item, "variant", w->variant);
	view_text(item, "label", label);
	add_files(r, item, w->variant, files, typed);
	view_bool(item, "is_digital", w->digital);
	view_bool(item, "digital", typed ? form_ticked(r, "digital", false) : w->digital);
	view_bool(item, "counted", typed ? form_ticked(r, "counted", false) : w->counted);
	view_text(item, "days", typed ? form_typed(r, "days", "") : number_or_none(r, w->days));
	view_text(item, "times", typed ? form_typed(r, "times", "") : number_or_none(r, w->times));
	view_text(item, "days_error", typed ? form_error(r, "days") : NULL);
	view_text(item, "times_error", typed ? form_error(r, "times") : NULL);
	view_text(item, "digital_error", typed ? form_error(r, "digital") : NULL);
	view_int(item, "fetched", w->fetched);
	view_bool(item, "was_fetched", w->fetched > 0);
}

/* NULL after an answer. */
static struct view *page(struct req *r)
{
	const char *id = path_text(r, "id");
	struct rows *product = q_media_product(r->db, id, console_store(r), r->language), *variants = q_download_variants(r->db, id, r->language),
		*files = q_download_files(r->db, id), *terms = q_download_terms(r->db);
	const struct row_media_product *p;
	const struct row_download_terms *t;
	struct view *v;

	if (!rows_found(product)) {
		page_not_found(r);
		return NULL;
	}
	p = row_media_product(product);
	t = row_download_terms(terms);
	v = console_view(r, "admin-media/downloads", p->name);
	view_int(v, "revision", p->revision);
	view_text(v, "downloads_url", page_url(r));
	view_text(v, "shop_url", p->shop_url);
	view_int(v, "house_days", t->days);
	view_int(v, "house_times", t->times);
	view_int(v, "most", t->most);
	catalog_tabs(r, v, p->product, "downloads");
	for (size_t i = 0; i < rows_count(variants); i++)
		add_variant(r, v, row_download_variants_at(variants, i), files, i);
	view_bool(v, "has_variants", rows_count(files) > 0);
	view_bool(v, "may_choose", rows_count(variants) > 1);
	view_bool(v, "may_edit", console_may_everywhere(r, "catalog.edit"));
	return v;
}

void downloads_show(struct req *r)
{
	struct view *v;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	v = page(r);
	if (v != NULL)
		page_html(r, v);
}

/* ---- how it is sold -------------------------------------------------------------------------- */

static const struct { const char *word, *field, *sentence; } refusals[] = {
	{ "files", "digital", N_("A download needs at least one file.") },
	{ "bundle", "digital", N_("A bundle cannot be a download itself; its parts can.") },
	{ "made", "digital", N_("This is made to order. Please take that off first.") },
	{ "held", "digital", N_("Pieces of it are promised to orders that wait. Please send these first, or cancel them.") },
	{ "changed", NULL, N_("Somebody else has changed this product meanwhile. What you typed is still here. Look at the product once more, then save again to keep yours.") },
};

void downloads_save(struct req *r)
{
	const char *const *gone;
	const char *outcome;
	size_t n;

	if (!catalog_may(r, "catalog.edit"))
		return;
	gone = param_list(r, "gone", &n);
	outcome = row_download_save(q_download_save(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_int(r, "revision"),
		param_id(r, "variant"), param_bool(r, "digital"), param_bool(r, "counted"), param_given(r, "days") ? param_int(r, "days") : 0,
		param_given(r, "times") ? param_int(r, "times") : 0, gone, n))->outcome;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (same(outcome, refusals[i].word)) {
			page_decline(r, downloads_show, refusals[i].field, refusals[i].sentence);
			return;
		}
	if (!same(outcome, "ok")) {
		page_not_found(r);
		return;
	}
	page_flash(r, "ok", N_("The downloads are saved."));
	page_redirect(r, page_url(r));
}

/* ---- what comes in ---------------------------------------------------------------------------- */

/* What a file is sent as; whatever else it is, a browser only saves it. */
static const struct { const char *ending, *mime; } types[] = {
	{ ".pdf", "application/pdf" }, { ".epub", "application/epub+zip" }, { ".zip", "application/zip" },
	{ ".txt", "text/plain" }, { ".csv", "text/csv" },
	{ ".jpg", "image/jpeg" }, { ".jpeg", "image/jpeg" }, { ".png", "image/png" }, { ".webp", "image/webp" }, { ".dxf", "image/vnd.dxf" },
	{ ".mp3", "audio/mpeg" }, { ".m4a", "audio/mp4" }, { ".flac", "audio/flac" }, { ".wav", "audio/wav" }, { ".mp4", "video/mp4" },
	{ ".stl", "model/stl" }, { ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
};

static const char *type_of(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		size_t n = strlen(types[i].ending);

		if (len > n && strcasecmp(name + len - n, types[i].ending) == 0)
			return types[i].mime;
	}
	return "application/octet-stream";
}

struct goods {
	size_t n;
	const struct upload *const *file;
	struct media media[FILES_MAX];
};

static const struct { enum media_fault fault; const char *sentence; } sentences[] = {
	{ MEDIA_EMPTY, N_("One of these files is empty. Nothing was added.") },
	{ MEDIA_LARGE_GOODS, N_("One of these files is larger than 50 MB. Nothing was added.") },
	{ MEDIA_UNWRITABLE, N_("Files cannot be kept right now. Nothing was changed; please tell who runs this house.") },
};

static const char *sentence_of(enum media_fault fault)
{
	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (sentences[i].fault == fault)
			return sentences[i].sentence;
	return N_("This file cannot be read. Please try again.");
}

/* Step 2: with no transaction open.  The same file again gives the same name. */
static void store(struct req *r, void *data)
{
	struct goods *g = data;

	for (size_t i = 0; i < g->n; i++)
		media_take_goods(g->file[i]->fd, g->file[i]->sha256, r->site->tenant, config_text("paths.downloads"), &g->media[i]);
}

static const char *put_in(struct req *r, const struct goods *g)
{
	const char *name[FILES_MAX], *mime[FILES_MAX], *file[FILES_MAX];
	int64_t bytes[FILES_MAX];

	for (size_t i = 0; i < g->n; i++) {
		name[i] = g->media[i].name;
		bytes[i] = g->media[i].bytes;
		file[i] = *g->file[i]->name == '\0' ? "file" : g->file[i]->name;
		mime[i] = type_of(file[i]);
	}
	return row_download_add(q_download_add(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_id(r, "variant"),
		name, g->n, mime, g->n, bytes, g->n, file, g->n))->outcome;
}

/* Step 3: all of them or none. */
static void stored(struct req *r, void *data)
{
	const struct goods *g = data;
	const char *outcome;

	for (size_t i = 0; i < g->n; i++)
		if (g->media[i].fault != MEDIA_FINE) {
			page_decline(r, downloads_show, "file", sentence_of(g->media[i].fault));
			return;
		}
	outcome = put_in(r, g);
	if (same(outcome, "many")) {
		page_decline(r, downloads_show, "file", N_("A variant has at most 10 files. Please remove some first, or put them into one archive."));
	} else if (!same(outcome, "ok")) {
		page_not_found(r);
	} else {
		page_flash(r, "ok", N_("What you sent is added."));
		page_redirect(r, page_url(r));
	}
}

/* Step 1: who may not, or whose product is not there, makes nobody copy anything. */
void downloads_add(struct req *r)
{
	struct goods *g = mem_new(r->mem, struct goods);

	if (!catalog_may(r, "catalog.edit"))
		return;
	if (!rows_found(q_media_product(r->db, path_text(r, "id"), console_store(r), r->language))) {
		page_not_found(r);
		return;
	}
	g->file = param_files(r, "file", &g->n);
	if (g->n == 0) {
		page_decline(r, downloads_show, "file", N_("Please choose a file."));
		return;
	}
	page_apart(r, store, stored, g);
}
