/* admin-status -- how the shop runs, in plain words, and mails tried again.  Manual: sutler-admin-status(8). */
#include "admin-status.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/locale.h"
#include "base/mem.h"
#include "shop/letter.h"
#include "web/counter.h"

/* Mails that are shown: more of them have one cause. */
#define MAILS_SHOWN 20
/* Hosts whose certificate is shown, the worst first. */
#define CERTIFICATES_SHOWN 100

/* ---- the host ---------------------------------------------------------------------------- */

static int64_t permille(int64_t part, int64_t whole)
{
	return whole == 0 ? -1 : (part * 1000 + whole / 2) / whole;
}

/* All programs together: one alone would show what one merchant's visitors do. */
static void look_at_hour(struct req *r, struct status *s)
{
	struct counter_named *programs = mem_array(r->mem, struct counter_named, COUNTER_PROGRAMS);
	size_t n = counters_read_all(r->mem, config_text("paths.run"), programs);
	struct counter_minute sum = { 0 };

	for (size_t i = 0; i < n; i++)
		counter_hour(programs[i].copy, s->now_ms, &sum);
	s->errors_permille = permille(sum.errors, sum.requests);
	s->slow_permille = permille(sum.slow, sum.requests);
}

/* ---- the page ------------------------------------------------------------------------------ */

static void add_mails(struct req *r, struct view *v, struct rows *mails)
{
	bool may_mend = console_may_everywhere(r, "status.mend");

	for (size_t i = 0; i < rows_count(mails); i++) {
		const struct row_status_failed_mails *m = row_status_failed_mails_at(mails, i);
		const char *title = letter_title(m->template);
		struct view *item = view_item(v, "mails");

		/* One that nobody writes words for, or of a release to come. */
		view_text(item, "title", title == NULL ? m->template : req_text(r, title));
		view_text(item, "about", *m->order_number == '\0' ? NULL : m->order_number);
		view_text(item, "store", m->store);
		view_time(item, "failed", m->failed);
		view_text(item, "why", *m->why == '\0' ? NULL : m->why);
		view_text(item, "again_url", !may_mend ? NULL : req_path(r, mem_printf(r->mem, "/admin/status/mails/%s/again", m->mail)));
	}
	view_bool(v, "has_mails", rows_count(mails) > 0);
	view_bool(v, "may_mend", may_mend);
}

const char *status_tenths(struct req *r, int64_t tenths)
{
	struct buf *b = buf_new(r->mem);

	if (tenths < 0)
		return NULL;
	locale_decimal(locale_get(r->locale), mem_printf(r->mem, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10)), b);
	return b->data;
}

static void add_figures(struct req *r, struct view *v, const struct status *s)
{
	const struct row_status_figures *f = s->figures;

	view_int(v, "waiting", f->waiting);
	view_int(v, "failed", f->failed);
	view_int(v, "unsealed", f->unsealed);
	view_int(v, "holds", f->holds);
	view_text(v, "errors", status_tenths(r, s->errors_permille));
	view_text(v, "slow", status_tenths(r, s->slow_permille));
	view_bool(v, "has_disk", s->has_disk);
	view_int(v, "disk", s->has_disk ? (int64_t)room_percent(&s->disk) : 0);
	view_text(v, "product", "sutler");
	view_text(v, "release", SUTLER_VERSION);
}

static void show(struct req *r)
{
	struct view *v = console_view(r, "admin-status/index", N_("Status"));
	struct rows *figures = q_status_figures(r->db, r->site->tenant), *jobs = q_status_jobs(r->db);
	struct rows *mails = q_status_failed_mails(r->db, r->site->tenant, MAILS_SHOWN), *versions = q_status_versions(r->db);
	struct rows *certificates = q_status_certificates(r->db, r->site->tenant, CERTIFICATES_SHOWN);
	struct status s = { .jobs = jobs, .certificates = certificates, .now_ms = r->now_ms };
	size_t findings;

	page_asked(r);
	s.figures = row_status_figures(figures);
	look_at_hour(r, &s);
	s.has_disk = room_at(config_text("paths.media"), &s.disk);
	add_figures(r, v, &s);
	add_mails(r, v, mails);
	status_certificates(r, v, &s);
	view_row(v, "versions", versions);
	findings = status_findings(r, v, &s, status_jobs(r, v, &s));
	view_bool(v, "well", findings == 0);
	view_time(v, "now", r->now_ms);
	page_html(r, v);
}

static void send_again(struct req *r)
{
	const struct row_status_send_again *again = row_status_send_again(q_status_send_again(r->db, r->site->tenant, console_actor(r), path_text(r, "mail")));

	if (!again->has_done) {
		page_not_found(r);
		return;
	}
	if (again->done)
		page_flash(r, "ok", N_("The mail is on its way once more."));
	else
		page_flash(r, "info", N_("This mail is not among those that failed any more."));
	page_redirect(r, req_path(r, "/admin/status"));
}

static const struct route routes[] = {
	{ GET,  "/admin/status", show, .permission = "status.view", .trips = 2 },
	{ POST, "/admin/status/mails/{mail:id}/again", send_again, .permission = "status.mend", .csrf_token = true, .trips = 4 },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program admin_status = {
		.name = "admin-status", .routes = routes, .hooks = &console_hooks, .session = &session_staff, .admin = true, .workers = 2,
	};

	return program_run(&admin_status, argc, argv);
}
