/* A file that comes in: tried, then, when somebody has seen what it would change, done. */
#include "shop/transfer.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/sheet.h"
#include "base/utf8.h"
#include "shop/import_tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct run {
	struct job_run *j;
	const struct row_transfer_take *t;
	const PGresult *sample;
	bool stopped;
};

static bool progress(struct import *im, int thousandths, int64_t rows)
{
	struct run *run = im->user;

	run->stopped |= !transfer_tell(run->j, run->t, thousandths, rows);
	return !run->stopped;
}

static void answer_for(struct run *run, struct stage *s)
{
	stage_query(s, "SELECT pg_catalog.set_config('sutler.actor', $1, true)", &run->t->actor, 1);
}

/* What came in stands with where it came to: a job that is killed goes on behind it. */
static bool parted(struct import *im, int64_t place, bool last, const struct import_counts *part)
{
	struct run *run = im->user;
	const char *const params[] = { im->tenant, run->t->transfer, mem_printf(im->row, "%" PRId64, place), mem_printf(im->row, "%" PRId64, part->created),
		mem_printf(im->row, "%" PRId64, part->updated), mem_printf(im->row, "%" PRId64, part->skipped) };

	if (last)
		return true;
	stage_query(im->stage, "SELECT catalog.transfer_parted($1, $2, $3, $4, $5, $6)", params, ARRAY_LEN(params));
	if (!stage_commit(im->stage))
		return false;
	import_again(im);
	answer_for(run, im->stage);
	return true;
}

static void preview(struct import *im, const PGresult *sample)
{
	struct run *run = im->user;

	run->sample = sample;
}

static void close_file(void *p)
{
	fclose(*(FILE **)p);
}

/* The file as it was sent, in a file without a name: its size costs no memory.  NULL: the reason stands in *WHY. */
static const char *fetch(struct job_run *j, PGconn *conn, const struct row_transfer_take *t, const char **why)
{
	FILE **held = mem_new(j->mem, FILE *);
	int64_t n = 0;

	*why = "there is no room for the file";
	*held = tmpfile();
	if (*held == NULL)
		return NULL;
	mem_on_free(held, close_file);
	for (int part = 0; n < t->bytes; part++) {
		const char *const params[] = { t->transfer, mem_printf(j->mem, "%d", part) };
		PGresult *r = PQexecParams(conn, "SELECT p.data FROM catalog.transfer_part p WHERE p.transfer_id = $1 AND p.part = $2", 2, NULL, params,
					   NULL, NULL, 1);
		size_t size = PQntuples(r) == 1 ? (size_t)PQgetlength(r, 0, 0) : 0;
		bool kept = size > 0 && fwrite(PQgetvalue(r, 0, 0), 1, size, *held) == size;

		PQclear(r);
		n += (int64_t)size;
		if (size == 0 || n > t->bytes) {
			*why = "the file is not whole";
			return NULL;
		}
		if (!kept)
			return NULL;
	}
	return fflush(*held) == 0 ? mem_printf(j->mem, "/proc/self/fd/%d", fileno(*held)) : NULL;
}

static const char *value_or_null(const PGresult *r, int row, int column)
{
	return PQgetisnull(r, row, column) ? NULL : PQgetvalue(r, row, column);
}

/* What was found goes into the job's own transaction, after the import's is over. */
static void write_down(struct run *run, struct report *report, const struct import_counts *n)
{
	struct job_run *j = run->j;
	size_t changes = run->sample != NULL ? (size_t)PQntuples(run->sample) : 0, total = report->kept + changes, k = 0;
	const char **texts = mem_array(j->mem, const char *, 6 * total + 1), **kinds = texts, **cols = kinds + total, **messages = cols + total;
	const char **references = messages + total, **befores = references + total, **afters = befores + total;
	int64_t *lines = mem_array(j->mem, int64_t, total + 1);

	report_sort(report);
	for (; k < report->kept; k++) {
		const struct report_fault *f = &report->faults[k];

		kinds[k] = f->warning ? "warning" : "error";
		lines[k] = f->line;
		cols[k] = f->column;
		messages[k] = f->message;
	}
	for (int i = 0; k < total; i++, k++) {
		kinds[k] = "change";
		parse_int(PQgetvalue(run->sample, i, 0), 0, INT64_MAX, &lines[k]);
		references[k] = PQgetvalue(run->sample, i, 1);
		messages[k] = PQgetvalue(run->sample, i, 2);
		cols[k] = PQgetvalue(run->sample, i, 3);
		befores[k] = value_or_null(run->sample, i, 4);
		afters[k] = value_or_null(run->sample, i, 5);
	}
	job_begin(j, j->tenant);
	q_transfer_checked(j->db, j->tenant, run->t->transfer, n->layout != NULL ? n->layout : "", n->rows, n->created, n->updated, n->unchanged, n->skipped,
			   report->errors, report->warnings, kinds, total, lines, total, cols, total, messages, total, references, total, befores, total,
			   afters, total);
	if (!job_commit(j))
		job_wrong(j);
}

/* Reads and merges all; false when the machinery failed or somebody stopped it. */
static void bring_in(struct run *run, struct stage *s, struct report *report, PGconn *conn, struct import_counts *n)
{
	const struct row_transfer_take *t = run->t;
	struct import_pictures none = { 0 };
	struct import im = { .trial = t->trial, .progress = progress, .preview = t->trial ? preview : NULL, .parted = t->trial ? NULL : parted,
		.place = t->place, .user = run };
	struct csv *csv;
	const char *error = "", *path;

	stage_tenant(s, run->j->tenant);
	answer_for(run, s);
	path = fetch(run->j, conn, t, &error);
	if (path == NULL) {
		stage_stop(s, error);
		return;
	}
	csv = sheet_open_any(run->j->mem, path, &error);
	if (csv == NULL) {
		report_error(report, 0, "", "%s", error);
		return;
	}
	if (!import_open_for(&im, run->j->mem, s, report, run->j->tenant, t->store))
		return;
	im.csv = csv;
	import_products(&im, t->layout, t->known, &none, n);
}

/* In the transaction of the last products: both stand, or neither does.  Counted with what came in before a kill. */
static bool finish(struct run *run, struct stage *s, const struct import_counts *n)
{
	void *mem = run->j->mem;
	int64_t created = run->t->created + n->created, updated = run->t->updated + n->updated, skipped = run->t->skipped + n->skipped;
	const char *const params[] = { run->j->tenant, run->t->transfer, mem_printf(mem, "%" PRId64, n->rows), mem_printf(mem, "%" PRId64, created),
		mem_printf(mem, "%" PRId64, updated), mem_printf(mem, "%" PRId64, n->products - created - updated - skipped),
		mem_printf(mem, "%" PRId64, skipped) };

	stage_query(s, "SELECT catalog.transfer_done($1, $2, $3, $4, $5, $6, $7)", params, ARRAY_LEN(params));
	return stage_commit(s);
}

void transfer_import(struct job_run *j, PGconn *conn, const struct row_transfer_take *t)
{
	struct run run = { .j = j, .t = t };
	struct import_counts n = { 0 };
	struct report report;
	struct stage *s;
	const char *why;
	bool done = false;

	report_init(&report, j->mem, t->file_name);
	report_keep(&report, REPORT_FILE_MOST);
	s = stage_begin(j->mem, conn, &report);
	bring_in(&run, s, &report, conn, &n);
	if (!t->trial && report.errors == 0)
		done = finish(&run, s, &n);
	else
		stage_rollback(s);
	if (run.stopped && !done) {
		transfer_give_up(j, t, "cancelled", "");
	} else if (stage_failed(s, &why)) {
		/* Left as it is it begins anew with the next look, up to the number of tries. */
		if (stage_may_retry(s))
			log_warn("transfer will be tried again", "tenant", j->tenant, "transfer", t->transfer, "why", why, NULL);
		else
			transfer_give_up(j, t, "failed", why);
	} else if (!done) {
		write_down(&run, &report, &n);
	}
}
