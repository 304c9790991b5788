/* The tasks of the host, as somebody who has a shop understands them. */
#include "admin-status.h"

#include <string.h>

#include "base/config.h"
#include "base/mem.h"
#include "base/roster.h"

/* Every job of programs.tab, with what it does for the shop. */
static const struct { const char *job, *label; } tasks[] = {
	{ "deliver", N_("Send mails") },
	{ "freshen", N_("Show stock and new goods in lists") },
	{ "release-holds", N_("Give back what carts reserved too long") },
	{ "tend-stock", N_("Look after lots and arrivals") },
	{ "reconcile-payments", N_("Ask payment services what became of payments") },
	{ "issue-invoices", N_("Write invoices") },
	{ "abandoned-carts", N_("Remind of carts that were left") },
	{ "transfer", N_("Import and export files") },
	{ "seal-audit", N_("Seal the audit log") },
	{ "privacy", N_("Copy or erase data that customers asked for") },
	{ "forget", N_("Forget what is no longer needed") },
	{ "observe", N_("Take the figures of the host") },
	{ "reconcile-stock", N_("Prove stock from its movements") },
	{ "study-stock", N_("Study what sells when") },
	{ "sweep-media", N_("Delete pictures that nothing shows") },
	{ "recommend", N_("Find what is bought and looked at together") },
	{ "check-certificates", N_("Look at the certificates of your addresses") },
	{ "backup", N_("Back up the whole house") },
	{ "drill", N_("Try the newest backup") },
};

/* Beyond its own interval a task may be this late before anybody is told. */
#define LATE_LEAST_S 600

static const struct row_status_jobs *run_of(struct rows *jobs, const char *name)
{
	for (size_t i = 0; i < rows_count(jobs); i++)
		if (strcmp(row_status_jobs_at(jobs, i)->job, name) == 0)
			return row_status_jobs_at(jobs, i);
	return NULL;
}

static const char *label_of(struct req *r, const char *job)
{
	for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
		if (strcmp(tasks[i].job, job) == 0)
			return req_text(r, tasks[i].label);
	return mem_strdup(r->mem, job);
}

/* One that runs once a day need not have run since the house was set up; others must. */
static bool is_late(const struct roster_entry *e, const struct row_status_jobs *run, int64_t now_ms)
{
	int64_t allowed_s = e->interval_s + (e->interval_s / 4 > LATE_LEAST_S ? e->interval_s / 4 : LATE_LEAST_S);

	if (run == NULL)
		return e->interval_s < 86400;
	return run->has_succeeded ? now_ms - run->succeeded > allowed_s * 1000 : run->failing > 0;
}

size_t status_jobs(struct req *r, struct view *v, const struct status *s)
{
	struct roster_entry roster[ROSTER_MOST];
	size_t n = roster_read(mem_printf(r->mem, "%s/../etc/programs.tab", config_text("paths.sql")), roster), bad = 0;

	for (size_t i = 0; i < n; i++) {
		const struct row_status_jobs *run = run_of(s->jobs, roster[i].name);
		struct view *item;
		bool late;

		if (!roster[i].job)
			continue;
		late = is_late(&roster[i], run, s->now_ms);
		bad += late;
		item = view_item(v, "jobs");
		view_text(item, "label", label_of(r, roster[i].name));
		view_text(item, "name", mem_strdup(r->mem, roster[i].name));
		view_bool(item, "late", late);
		view_bool(item, "has_succeeded", run != NULL && run->has_succeeded);
		if (run != NULL && run->has_succeeded)
			view_time(item, "succeeded", run->succeeded);
		view_text(item, "took", run == NULL ? NULL : status_tenths(r, run->ms / 100));
	}
	return bad;
}
