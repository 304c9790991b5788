/*
 * admin-media -- pictures and documents of products, and what is sold as a download.  Manual: sutler-admin-media(8).
 *
 * The one program that writes into the media directory.  It decodes nothing itself: each
 * upload goes into a box of its own (shop/media_box.h), with no transaction open.
 */
#include "admin-media.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/id.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "db/query/admin_media.h"
#include "db/rows.h"
#include "shop/media.h"
#include "web/limits.h"
#include "web/upload.h"

#include <string.h>

/* As catalog.media_most() allows: in six languages a form of so many stays within the fields of one request. */
#define FILES_MAX 18
#define LANGUAGES_MAX 6
/* At most 12 MiB each; the web server bounds them together. */
static const struct upload_limits uploads = { .file_bytes = MEDIA_PICTURE_MAX, .files = LIMIT_PARTS };

/* Items are read here, one by one, so that each mistake is said at its own field. */
#define COLUMN .of = PARAM_TEXT, .max = FILES_MAX, .blanks = true, .optional = ""
#define LANGUAGE(N) { "locale_" N, PARAM_TEXT, .max = 16, .optional = "" }, { "label_" N, PARAM_LIST, COLUMN, .label = N_("What it shows") }

static const struct param save_params[] = {
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "media",    PARAM_LIST, .of = PARAM_ID, .max = FILES_MAX },
	{ "place",    PARAM_LIST, COLUMN, .label = N_("Place") },
	{ "value",    PARAM_LIST, COLUMN, .label = N_("Shows") },
	{ "gone",     PARAM_LIST, .of = PARAM_ID, .max = FILES_MAX, .optional = "" },
	LANGUAGE("0"), LANGUAGE("1"), LANGUAGE("2"), LANGUAGE("3"), LANGUAGE("4"), LANGUAGE("5"),
	{ 0 }
};

static const struct param add_params[] = {
	{ "picture", PARAM_LIST, .of = PARAM_FILE, .max = LIMIT_PARTS, .optional = "", .label = N_("Pictures") },
	{ "sheet",   PARAM_LIST, .of = PARAM_FILE, .max = LIMIT_PARTS, .optional = "", .label = N_("Documents") },
	{ 0 }
};

/* ---- the page ------------------------------------------------------------------------------ */

/* All that it shows. */
struct shown {
	struct rows *product, *files, *labels, *locales, *values;
};

static struct shown look(struct req *r)
{
	const char *id = path_text(r, "id");
	struct shown s = {
		.product = q_media_product(r->db, id, console_store(r), r->language), .files = q_media_files(r->db, id), .labels = q_media_labels(r->db, id),
		.locales = q_media_locales(r->db), .values = q_media_values(r->db, id, r->language),
	};

	return s;
}

static size_t languages(const struct shown *s)
{
	size_t n = rows_count(s->locales);

	return n < LANGUAGES_MAX ? n : LANGUAGES_MAX;
}

static const char *label_of(const struct shown *s, const char *media, const char *locale)
{
	for (size_t i = 0; i < rows_count(s->labels); i++) {
		const struct row_media_labels *l = row_media_labels_at(s->labels, i);

		if (strcmp(l->media, media) == 0 && strcmp(l->locale, locale) == 0)
			return l->label;
	}
	return "";
}

/* Where MEDIA stands in the form that is shown again, or SIZE_MAX: it is not of that form. */
static size_t typed_at(struct req *r, const char *media)
{
	const char *typed;

	for (size_t k = 0; (typed = form_item(r, "media", k, NULL)) != NULL; k++)
		if (strcmp(typed, media) == 0)
			return k;
	return SIZE_MAX;
}

static bool ticked(struct req *r, const char *media)
{
	const char *typed;

	for (size_t k = 0; (typed = form_item(r, "gone", k, NULL)) != NULL; k++)
		if (strcmp(typed, media) == 0)
			return true;
	return false;
}

static void add_labels(struct req *r, struct view *item, const struct shown *s, const char *media, size_t n)
{
	for (size_t i = 0; i < languages(s); i++) {
		const char *locale = row_media_locales_at(s->locales, i)->locale, *stored = label_of(s, media, locale);
		struct view *field = view_item(item, "labels");

		view_text(field, "n", mem_printf(r->mem, "%zu", i));
		view_text(field, "locale", locale);
		view_text(field, "language", locale_own_name(locale_get(locale)));
		view_text(field, "label", n == SIZE_MAX ? stored : form_item(r, form_numbered(r, "label", i), n, stored));
	}
}

static void add_values(struct req *r, struct view *item, const struct shown *s, const char *chosen)
{
	for (size_t i = 0; i < rows_count(s->values); i++) {
		const struct row_media_values *value = row_media_values_at(s->values, i);
		struct view *option = view_item(item, "values");

		view_text(option, "value", value->value);
		view_text(option, "label", value->label);
		view_bool(option, "selected", strcmp(value->value, chosen) == 0);
	}
	(void)r;
}

/* The file F, the PLACE-th of its kind. */
static void add_file(struct req *r, struct view *v, const struct shown *s, const struct row_media_files *f, size_t place)
{
	bool image = strcmp(f->kind, "image") == 0;
	struct view *item = view_item(v, image ? "pictures" : "sheets");
	const char *stands = mem_printf(r->mem, "%zu", place), *value = f->value == NULL ? "" : f->value;
	size_t n = typed_at(r, f->media);

	/* Where errors lead: by its place in the form that is shown again. */
	view_text(item, "at", n == SIZE_MAX ? f->media : mem_printf(r->mem, "%zu", n));
	view_text(item, "number", stands);
	view_text(item, "media", f->media);
	view_text(item, "url", mem_concat(r->mem, "/media/", f->name));
	view_text(item, "file_name", f->file_name);
	if (image && f->width > 0)
		view_text(item, "size", mem_printf(r->mem, "%lld \303\227 %lld", (long long)f->width, (long long)f->height));
	view_text(item, "bytes", mem_printf(r->mem, "%lld kB", (long long)(f->bytes + 1023) / 1024));
	view_bool(item, "main", image && place == 1);
	view_text(item, "place", n == SIZE_MAX ? stands : form_item(r, "place", n, stands));
	view_text(item, "place_error", n == SIZE_MAX ? NULL : form_error(r, form_numbered(r, "place", n)));
	view_bool(item, "ticked", ticked(r, f->media));
	add_labels(r, item, s, f->media, n);
	add_values(r, item, s, n == SIZE_MAX ? value : form_item(r, "value", n, value));
	view_bool(item, "has_values", image && rows_count(s->values) > 0);
}

/* NULL after an answer. */
static struct view *page(struct req *r, const struct shown *s)
{
	const struct row_media_product *p;
	struct view *v;
	size_t pictures = 0, sheets = 0;

	if (!rows_found(s->product)) {
		page_not_found(r);
		return NULL;
	}
	p = row_media_product(s->product);
	v = console_view(r, "admin-media/pictures", p->name);
	view_int(v, "revision", p->revision);
	view_text(v, "media_url", mem_printf(r->mem, "%s/admin/media/%s", r->prefix, p->product));
	view_text(v, "shop_url", p->shop_url);
	catalog_tabs(r, v, p->product, "media");
	for (size_t i = 0; i < rows_count(s->files); i++) {
		const struct row_media_files *f = row_media_files_at(s->files, i);
		size_t *n = strcmp(f->kind, "image") == 0 ? &pictures : &sheets;

		/* Imports may bring more than a form holds; those behind stay as they are. */
		if (++*n <= FILES_MAX)
			add_file(r, v, s, f, *n);
	}
	for (size_t i = 0; i < languages(s); i++) {
		struct view *item = view_item(v, "languages_of");

		view_text(item, "n", mem_printf(r->mem, "%zu", i));
		view_text(item, "locale", row_media_locales_at(s->locales, i)->locale);
	}
	view_bool(v, "has_pictures", pictures > 0);
	view_bool(v, "has_sheets", sheets > 0);
	view_bool(v, "too_many", pictures > FILES_MAX || sheets > FILES_MAX);
	view_bool(v, "may_edit", console_may_everywhere(r, "catalog.edit"));
	return v;
}

static void show(struct req *r)
{
	struct shown s;
	struct view *v;

	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	s = look(r);
	v = page(r, &s);
	if (v != NULL)
		page_html(r, v);
}

/* ---- order, texts, and what goes ----------------------------------------------------------------- */

struct typed {
	const char *const *media, *const *value;
	int64_t place[FILES_MAX];
	size_t n;
	const char *label_media[FILES_MAX * LANGUAGES_MAX], *label_locale[FILES_MAX * LANGUAGES_MAX], *label[FILES_MAX * LANGUAGES_MAX];
	size_t nlabels;
	bool wrong;                     /* something was said at a field */
};

static void take_labels(struct req *r, struct typed *t)
{
	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		const char *locale = param_text(r, form_numbered(r, "locale", i));
		size_t n;
		const char *const *labels = param_list(r, form_numbered(r, "label", i), &n);

		for (size_t k = 0; locale != NULL && k < n && k < t->n; k++) {
			t->label_media[t->nlabels] = t->media[k];
			t->label_locale[t->nlabels] = locale;
			t->label[t->nlabels++] = labels[k];
		}
	}
}

/* NULL when the lists do not run side by side, which no form of ours sends. */
static struct typed *take(struct req *r)
{
	struct typed *t = mem_new(r->mem, struct typed);
	size_t nplaces, nvalues;
	const char *const *places = param_list(r, "place", &nplaces);

	t->media = param_list(r, "media", &t->n);
	t->value = param_list(r, "value", &nvalues);
	if (nplaces != t->n || nvalues != t->n)
		return NULL;
	for (size_t k = 0; k < t->n; k++)
		if (!parse_int(places[k], 1, 999, &t->place[k])) {
			field_error(r, form_numbered(r, "place", k), N_("Please enter a number from 1 on: 1 is the first."));
			t->wrong = true;
		}
	take_labels(r, t);
	return t;
}

static void save(struct req *r)
{
	const struct typed *t;
	const char *const *gone;
	const char *outcome;
	size_t ngone;

	if (!catalog_may(r, "catalog.edit"))
		return;
	t = take(r);
	gone = param_list(r, "gone", &ngone);
	if (t == NULL) {
		page_bad_request(r);
		return;
	}
	if (t->wrong) {
		page_again(r, show);
		return;
	}
	outcome = row_media_save(q_media_save(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_int(r, "revision"), t->media, t->n,
		t->place, t->n, t->value, t->n, gone, ngone, t->label_media, t->nlabels, t->label_locale, t->nlabels, t->label, t->nlabels))->outcome;
	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", N_("The pictures and documents are saved."));
		page_redirect(r, mem_printf(r->mem, "%s/admin/media/%s", r->prefix, path_text(r, "id")));
	} else if (strcmp(outcome, "changed") == 0) {
		page_decline(r, show, NULL, N_("Somebody else has changed this product meanwhile. What you typed is still here. Look at the product once more, then save again to keep yours."));
	} else if (strcmp(outcome, "value") == 0) {
		page_decline(r, show, NULL, N_("A picture can show only what variants of this product differ in. Please choose again."));
	} else {
		page_not_found(r);
	}
}

/* ---- what comes in ---------------------------------------------------------------------------------- */

struct arrival {
	const struct upload *file;
	struct media media;
};

struct work {
	size_t n, nfine;
	struct arrival *arrival;
};

static const struct { enum media_fault fault; const char *sentence; } sentences[] = {
	{ MEDIA_EMPTY, N_("This file is empty.") },
	{ MEDIA_LARGE_PICTURE, N_("This picture is larger than 12 MB. Please make it smaller first.") },
	{ MEDIA_LARGE_DOCUMENT, N_("This document is larger than 10 MB. Please make it smaller first.") },
	{ MEDIA_NO_PICTURE, N_("This is no JPEG, PNG or WebP picture, whatever its name says.") },
	{ MEDIA_NO_PDF, N_("This is no PDF document, whatever its name says.") },
	{ MEDIA_IS_SVG, N_("SVG is not taken, because it can carry programs. Please save it as PNG.") },
	{ MEDIA_TOO_MANY_PIXELS, N_("This picture has more than 40 million pixels. Please make it smaller first.") },
	{ MEDIA_TOO_DETAILED, N_("This picture has too much detail to be shown on a page. Please choose another.") },
	{ MEDIA_BROKEN, N_("This picture is broken or not complete. Please save it anew and try again.") },
	{ MEDIA_ENDED, N_("This picture could not be read. Please save it anew and try again.") },
	{ MEDIA_LATE, N_("There was no time left for this one. Please send it again, with fewer others.") },
	{ MEDIA_NO_ROOM, N_("The house is too busy for this one right now. Please try again in a moment.") },
	{ MEDIA_UNWRITABLE, N_("Pictures cannot be kept right now. Nothing was changed; please tell who runs this house.") },
};

static const char *sentence_of(enum media_fault fault)
{
	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (sentences[i].fault == fault)
			return sentences[i].sentence;
	return N_("This file cannot be read. Please try again.");
}

/* Step 2: with no transaction open.  The same file again gives the same names, so nobody minds a repetition. */
static void store(struct req *r, void *data)
{
	struct work *w = data;
	int64_t until_us = r->deadline_us - APART_RESERVE_MS * INT64_C(1000);

	for (size_t i = 0; i < w->n; i++) {
		struct arrival *a = &w->arrival[i];

		media_take(a->file->fd, a->file->sha256, config_text("paths.media"), until_us, &a->media);
		w->nfine += a->media.fault == MEDIA_FINE;
	}
}

static const char *put_in(struct req *r, const struct work *w)
{
	const char **name = mem_array(r->mem, const char *, w->nfine), **mime = mem_array(r->mem, const char *, w->nfine),
		**file = mem_array(r->mem, const char *, w->nfine);
	int64_t *bytes = mem_array(r->mem, int64_t, w->nfine), *width = mem_array(r->mem, int64_t, w->nfine), *height = mem_array(r->mem, int64_t, w->nfine);
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		const struct arrival *a = &w->arrival[i];

		if (a->media.fault != MEDIA_FINE)
			continue;
		name[n] = a->media.name;
		mime[n] = a->media.mime;
		file[n] = a->file->name;
		bytes[n] = a->media.bytes;
		width[n] = a->media.width;
		height[n++] = a->media.height;
	}
	return row_media_add(q_media_add(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), name, n, mime, n, bytes, n, width, n, height, n,
		file, n))->outcome;
}

/* Some were not taken: the page says which and why; the others are on it. */
static void tell(struct req *r, const struct work *w)
{
	struct shown s = look(r);
	struct view *v = page(r, &s);

	if (v == NULL)
		return;
	for (size_t i = 0; i < w->n; i++) {
		const struct arrival *a = &w->arrival[i];
		struct view *item;

		if (a->media.fault == MEDIA_FINE)
			continue;
		item = view_item(v, "refused");
		view_text(item, "file_name", *a->file->name == '\0' ? "?" : a->file->name);
		view_text(item, "why", req_text(r, sentence_of(a->media.fault)));
	}
	view_bool(v, "has_refused", true);
	view_bool(v, "some_taken", w->nfine > 0);
	page_html_status(r, v, 422);
}

/* Step 3. */
static void stored(struct req *r, void *data)
{
	const struct work *w = data;
	const char *outcome = w->nfine == 0 ? "ok" : put_in(r, w);

	if (strcmp(outcome, "many") == 0) {
		page_decline(r, show, NULL, N_("A product has at most 18 pictures and 18 documents. Please remove some first."));
	} else if (strcmp(outcome, "ok") != 0) {
		page_not_found(r);
	} else if (w->nfine < w->n) {
		tell(r, w);
	} else {
		page_flash(r, "ok", N_("What you sent is added."));
		page_redirect(r, mem_printf(r->mem, "%s/admin/media/%s", r->prefix, path_text(r, "id")));
	}
}

/* Step 1: who may not, or whose product is not there, makes nobody decode anything. */
static void add(struct req *r)
{
	struct work *w = mem_new(r->mem, struct work);
	size_t npictures, nsheets;
	const struct upload *const *pictures = param_files(r, "picture", &npictures), *const *sheets = param_files(r, "sheet", &nsheets);

	if (!catalog_may(r, "catalog.edit"))
		return;
	if (!rows_found(q_media_product(r->db, path_text(r, "id"), console_store(r), r->language))) {
		page_not_found(r);
		return;
	}
	w->n = npictures + nsheets;
	if (w->n == 0) {
		page_decline(r, show, "picture", N_("Please choose a file."));
		return;
	}
	w->arrival = mem_array(r->mem, struct arrival, w->n);
	for (size_t i = 0; i < w->n; i++) {
		w->arrival[i].file = i < npictures ? pictures[i] : sheets[i - npictures];
		w->arrival[i].media.document = i >= npictures;
	}
	page_apart(r, store, stored, w);
}

static const struct route routes[] = {
	{ GET,  "/admin/media/{id:id}", show, .permission = "catalog.view", .trips = 3 },
	{ POST, "/admin/media/{id:id}", add, .params = add_params, .form = show, .upload = &uploads, .permission = "catalog.edit", .csrf_token = true,
	  .costly = true, .repeatable = true, .trips = 7 },
	{ POST, "/admin/media/{id:id}/save", save, .params = save_params, .form = show, .permission = "catalog.edit", .csrf_token = true, .trips = 6 },
	{ GET,  "/admin/media/{id:id}/downloads", downloads_show, .permission = "catalog.view", .trips = 3 },
	{ POST, "/admin/media/{id:id}/downloads", downloads_add, .params = downloads_add_params, .form = downloads_show, .upload = &downloads_uploads,
	  .permission = "catalog.edit", .csrf_token = true, .costly = true, .repeatable = true, .trips = 7 },
	{ POST, "/admin/media/{id:id}/downloads/save", downloads_save, .params = downloads_save_params, .form = downloads_show, .permission = "catalog.edit",
	  .csrf_token = true, .trips = 6 },
	{ 0 }
};

/* Two decode at a time: a picture may take 400 MB and a processor for a second.  Two more serve pages. */
#define TURNS 2
#define WORKERS 4

int main(int argc, char **argv)
{
	static const struct program admin_media = {
		.name = "admin-media", .routes = routes, .hooks = &console_hooks, .session = &session_staff, .admin = true, .turns = TURNS, .workers = WORKERS,
	};

	return program_run(&admin_media, argc, argv);
}
