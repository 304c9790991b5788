/* caller -- a page program with routes in three steps, for t/http/040-three-steps.t.  Each
   step leaves a note, so that the test can count what was done. */
#include "base/config.h"
#include "base/id.h"
#include "base/mem.h"
#include "web/program.h"

#include "db/query/template.h"
#include "template-hooks.h"

#include <string.h>

static const struct param ask_params[] = {
	{ "id", PARAM_ID },
	{ 0 }
};

static void write_note(struct req *r, const char *kind, const char *detail)
{
	struct id id = id_new();

	q_template_note_add(r->db, id.text, kind, r->program->name, detail);
}

static void form(struct req *r)
{
	page_form_action(r, "https://gateway.test");
	page_text(r, "text/plain", "the form\n");
}

static void show(struct req *r, const struct call_answer *a)
{
	write_note(r, "answer", call_outcome_word(a->outcome));
	page_text(r, "text/plain", mem_printf(r->mem, "%s url=%s code=%s state=%s\n", call_outcome_word(a->outcome), a->url,
					      a->code, a->state));
}

static void ask(struct req *r)
{
	write_note(r, "wish", param_id(r, "id"));
	req_note(r, "noted", "in step 1");
	page_cookie_set(r, "lost", "x", 60);
	page_call(r, "payment.start", param_id(r, "id"), show);
}

static void look(struct req *r, const struct call_answer *a)
{
	page_text(r, "text/plain", mem_printf(r->mem, "%s back=%s\n", call_outcome_word(a->outcome), a->back));
}

/* Both transactions only read. */
static void read_only(struct req *r)
{
	page_call_repeated(r, "/caller");
	page_call(r, "payment.status", param_id(r, "id"), look);
}

static void leave(struct req *r, const struct call_answer *a)
{
	write_note(r, "answer", call_outcome_word(a->outcome));
	req_note(r, "noted", "in step 3");
	if (a->outcome == CALL_OK)
		page_leave(r, "https://gateway.test", a->url);
	else
		page_decline(r, form, "id", a->code);
}

static void go(struct req *r)
{
	write_note(r, "wish", param_id(r, "id"));
	page_call_repeated(r, "/caller/later");
	page_call(r, "payment.start", param_id(r, "id"), leave);
}

static void wrong_answer(struct req *r, const struct call_answer *a)
{
	page_call(r, "payment.start", a->url, wrong_answer);
}

static void twice(struct req *r)
{
	page_call(r, "payment.start", param_id(r, "id"), wrong_answer);
}

/* ---- work of the program's own; whoever listens at courier's socket counts it and looks on ---- */

struct work {
	const char *id;
	struct call_answer seen;
};

static void work(struct req *r, void *data)
{
	struct work *w = data;

	call_courier(r->mem, config_text("paths.courier"), "payment.status", r->site->tenant, w->id, r->deadline_us, &w->seen);
}

static void worked(struct req *r, void *data)
{
	const struct work *w = data;

	write_note(r, "answer", call_outcome_word(w->seen.outcome));
	if (w->seen.outcome == CALL_DECLINE)
		page_decline(r, form, "id", w->seen.code);
	else
		page_text(r, "text/plain", mem_printf(r->mem, "%s state=%s\n", call_outcome_word(w->seen.outcome), w->seen.state));
}

static void apart(struct req *r)
{
	struct work *w = mem_new(r->mem, struct work);

	w->id = param_id(r, "id");
	write_note(r, "wish", w->id);
	req_note(r, "noted", "in step 1");
	page_cookie_set(r, "lost", "x", 60);
	page_apart(r, work, worked, w);
}

/* One trip for the notes' transaction, and one for the answer's. */
static const struct route routes[] = {
	{ GET,  "/caller", form, .trips = 1 },
	{ GET,  "/caller/state", read_only, .params = ask_params, .trips = 2 },
	{ POST, "/caller", ask, .params = ask_params, .trips = 2 },
	{ POST, "/caller/dear", ask, .params = ask_params, .trips = 1 },
	{ POST, "/caller/go", go, .params = ask_params, .form = form, .idempotent = true, .trips = 4 },
	{ POST, "/caller/apart", apart, .params = ask_params, .form = form, .costly = true, .trips = 2 },
	{ POST, "/caller/twice", twice, .params = ask_params, .trips = 2 },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program caller = {
		.name = "caller", .routes = routes, .hooks = &template_hooks, .calls = true, .turns = 1,
	};

	return program_run(&caller, argc, argv);
}
