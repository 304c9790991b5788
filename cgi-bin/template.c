/*
 * template -- a whole page program to copy: a list, a page, a form, an upload.
 *
 * It keeps notes in event.note and is built and tested but not installed.
 * CONTRIBUTING.md says in six steps how a copy of it becomes a page.  A program of
 * the shop uses lib/front's hooks (front_hooks) instead of template_hooks.
 */
#include "base/crypto.h"
#include "base/id.h"
#include "base/mem.h"
#include "web/limits.h"
#include "web/program.h"
#include "web/trace.h"
#include "web/upload.h"

#include "db/query/template.h"
#include "template-hooks.h"

#include <ctype.h>
#include <unistd.h>

#define NOTES_PER_PAGE 20               /* template_notes() reads one more, to know of a next page */
#define CART_DAYS 30

/* ---- the list: GET /template ------------------------------------------------ */

static const struct param list_params[] = {
	{ "before", PARAM_ID, .optional = "" },
	{ 0 }
};

static void list(struct req *r)
{
	struct view *v = page_view(r, "template/list");
	const char *before = param_id(r, "before");
	struct rows *notes = q_template_notes(r->db, before != NULL ? TEMPLATE_NOTES_BEFORE : 0,
					      r->program->name, before);

	view_text(v, "page_title", req_text(r, N_("Notes")));
	view_rows(v, "notes", notes);
	if (rows_count(notes) > NOTES_PER_PAGE)
		view_text(v, "next_url", mem_printf(r->mem, "%s/template?before=%s", r->prefix,
			  row_template_notes_at(notes, NOTES_PER_PAGE - 1)->note_id));
	page_html(r, v);
}

/* ---- one note: GET /template/{note} ------------------------------------------ */

static void note(struct req *r)
{
	struct view *v = page_view(r, "template/note");
	struct rows *row = q_template_note(r->db, path_text(r, "note"));

	if (!rows_found(row)) {
		page_not_found(r);
		return;
	}
	view_text(v, "page_title", req_text(r, N_("Note")));
	view_row(v, "note", row);
	page_html(r, v);
}

/* ---- the form: GET /template/new, POST /template ------------------------------- */

static const char *const kinds[] = { "idea", "worry", NULL };

static const struct param add_params[] = {
	{ "kind",   PARAM_CHOICE, .choices = kinds, .label = N_("Kind") },
	{ "detail", PARAM_TEXT, .max = 80, .label = N_("Note") },
	{ "loud",   PARAM_BOOL },
	{ 0 }
};

static void form(struct req *r)
{
	const struct form_option options[] = {
		{ "idea", req_text(r, N_("Idea")) },
		{ "worry", req_text(r, N_("Worry")) },
	};
	struct view *v = page_view(r, "template/new");

	/* The form's token hangs on a cookie of the visitor's own. */
	if (!req_personal(r))
		page_cookie_set(r, "cart", token_new().text, CART_DAYS * 86400);
	view_text(v, "page_title", req_text(r, N_("Write a note")));
	form_options(r, v, "kinds", "kind", options, ARRAY_LEN(options), "idea");
	page_html(r, v);
}

static void add(struct req *r)
{
	char *detail = mem_strdup(r->mem, param_text(r, "detail"));
	struct id id = id_new();

	if (rows_found(q_template_note_like(r->db, r->program->name, detail))) {
		page_decline(r, form, "detail", N_("This was noted before."));
		return;
	}
	for (char *c = detail; param_bool(r, "loud") && *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	q_template_note_add(r->db, id.text, param_text(r, "kind"), r->program->name, detail);
	page_flash(r, "ok", N_("Your note was saved."));
	page_redirect(r, req_path(r, "/template"));
}

/* ---- an upload that comes back: POST /template/file ------------------------------ */

static const struct upload_limits file_limits = { .file_bytes = 1 << 20, .files = 1 };

static const struct param file_params[] = {
	{ "file",  PARAM_FILE },
	{ "title", PARAM_TEXT, .optional = "" },
	{ 0 }
};

static void file(struct req *r)
{
	const struct upload *u = param_file(r, "file");

	page_file(r, dup(u->fd), u->size, "application/octet-stream", u->name);
}

/* ---- who is signed in: GET /template/me ------------------------------------------- */

static void me(struct req *r)
{
	page_text(r, "text/plain; charset=utf-8", mem_printf(r->mem, "%s\n", session_principal(r)));
}

/* The paths with a fixed last segment stand before "{note:id}". */
static const struct route routes[] = {
	{ GET,  "/template",           list, .params = list_params, .cache_s = LIMIT_PAGE_CACHE_S },
	{ GET,  "/template/new",       form, .trips = 1 },
	{ POST, "/template",           add, .params = add_params, .form = form, .csrf_token = true,
	  .idempotent = true, .trips = 3 },
	{ POST, "/template/file",      file, .params = file_params, .upload = &file_limits, .trips = 1 },
	{ GET,  "/template/me",        me, .needs = NEEDS_SESSION },
	{ GET,  "/template/{note:id}", note },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program template = {
		.name = "template", .routes = routes, .hooks = &template_hooks,
		.session = &session_customers,
	};

	return program_run(&template, argc, argv);
}
