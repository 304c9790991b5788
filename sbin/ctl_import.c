/* sutlerctl import -- bring stores and catalogues in from files. */
#include "base/config.h"
#include "base/mem.h"
#include "base/sheet.h"
#include "sbin/ctl.h"
#include "shop/import_store.h"
#include "shop/import_tables.h"

#include <inttypes.h>
#include <sysexits.h>
#include <unistd.h>

struct options {
	const char *store, *tenant, *layout, *images;
	bool dry_run, update, no_images;
};

static char **read_options(int argc, char **argv, struct options *o, int *nwords)
{
	const struct ctl_option options[] = {
		{ "store", &o->store }, { "tenant", &o->tenant }, { "images", &o->images }, { "layout", &o->layout },
		{ "no-images", .there = &o->no_images }, { "dry-run", .there = &o->dry_run }, { "update", .there = &o->update }, { 0 }
	};

	*o = (struct options){ .layout = "auto" };
	return ctl_options(argc, argv, options, nwords);
}

/* Prints the faults, warnings too, on standard error. */
static void print_report(struct report *r)
{
	report_sort(r);
	for (size_t i = 0; i < r->kept; i++) {
		const struct report_fault *f = &r->faults[i];

		fprintf(stderr, "%s:", r->path);
		if (f->line > 0)
			fprintf(stderr, "%" PRId64 ":", f->line);
		fprintf(stderr, " %s%s%s%s\n", f->warning ? "warning: " : "", f->column, *f->column != '\0' ? ": " : "", f->message);
	}
	if (r->errors + r->warnings > (int64_t)r->kept)
		fprintf(stderr, "%s: and %" PRId64 " more\n", r->path, r->errors + r->warnings - (int64_t)r->kept);
}

/* Ends the transaction as the report and --dry-run say; the exit status. */
static int finish(struct stage *s, struct report *report, const struct options *o)
{
	const char *why;

	print_report(report);
	if (stage_failed(s, &why)) {
		stage_rollback(s);
		return ctl_fail("%s: nothing came in: %s", report->path, why);
	}
	if (report->errors > 0) {
		stage_rollback(s);
		return ctl_fail("%s: nothing came in: %" PRId64 " error%s", report->path, report->errors, report->errors == 1 ? "" : "s");
	}
	if (o->dry_run) {
		stage_rollback(s);
		puts("dry run: nothing was written");
		return 0;
	}
	if (!stage_commit(s)) {
		stage_failed(s, &why);
		return ctl_fail("%s: nothing came in: %s", report->path, why);
	}
	return 0;
}

/* Pictures are looked for beside the file unless --images names a directory. */
static struct import_pictures pictures_of(const struct options *o, const char *path)
{
	const char *slash = strrchr(path, '/');
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct import_pictures p = { .to = config_text("paths.media"), .workers = cores < 2 ? 1 : cores > 4 ? 4 : (int)cores };

	if (!o->no_images)
		p.from = o->images != NULL ? o->images
			: slash == NULL ? "." : mem_strndup(ctl_mem, path, (size_t)(slash - path) + (slash == path));
	return p;
}

static int run_store(PGconn *conn, const char *path, const struct options *o)
{
	struct import_pictures pictures = pictures_of(o, path);
	struct report report;
	struct stage *s;
	size_t n;
	char *text = ctl_read(path, &n);
	int64_t changed;
	int status;

	if (text == NULL)
		return 1;
	report_init(&report, ctl_mem, path);
	s = stage_begin(ctl_mem, conn, &report);
	changed = import_store(ctl_mem, s, &report, text, n, &pictures);
	status = finish(s, &report, o);
	if (status == 0 && changed == 0)
		printf("%s: unchanged\n", path);
	else if (status == 0)
		printf("%s: %" PRId64 " rows changed\n", path, changed);
	return status;
}

static void print_counts(const char *path, const struct import_counts *n)
{
	printf("%s: %" PRId64 " rows: %" PRId64 " created, %" PRId64 " updated, %" PRId64 " unchanged", path, n->rows, n->created,
	       n->updated, n->unchanged);
	if (n->skipped > 0)
		printf(", %" PRId64 " left as they are (--update changes them)", n->skipped);
	if (n->pictures > 0)
		printf("; %" PRId64 " files converted", n->pictures);
	putchar('\n');
}

/* An audit entry for what changed: who, which file, how much. */
static void audit(struct stage *s, const struct import *im, const char *what, const struct import_counts *n)
{
	const char *const params[] = { im->tenant, mem_printf(ctl_mem, "import %s", what), im->store,
		mem_printf(ctl_mem, "%" PRId64 " created, %" PRId64 " updated", n->created, n->updated) };

	if (n->created + n->updated > 0)
		stage_query(s, "INSERT INTO audit.entry (tenant_id, actor, action, target, detail) VALUES ($1, 'sutlerctl', $2, $3, $4)",
			    params, ARRAY_LEN(params));
}

static int run_table(PGconn *conn, const char *what, const char *path, const struct options *o)
{
	struct import_pictures pictures = pictures_of(o, path);
	struct import_counts n = { 0 };
	struct report report;
	struct import im;
	struct stage *s;
	const char *error;
	struct csv *csv = sheet_open_any(ctl_mem, path, &error);
	int status;

	if (csv == NULL)
		return ctl_fail("%s: %s", path, error);
	report_init(&report, ctl_mem, path);
	s = stage_begin(ctl_mem, conn, &report);
	if (import_open(&im, ctl_mem, s, &report, o->tenant, o->store)) {
		im.csv = csv;
		im.trial = o->dry_run;
		if (strcmp(what, "attributes") == 0)
			import_attributes(&im, &n);
		else if (strcmp(what, "categories") == 0)
			import_categories(&im, &pictures, &n);
		else if (strcmp(what, "listings") == 0)
			import_listings(&im, &pictures, &n);
		else
			import_products(&im, o->layout, o->update, &pictures, &n);
		if (report.errors == 0)
			audit(s, &im, what, &n);
	}
	status = finish(s, &report, o);
	if (status == 0)
		print_counts(path, &n);
	return status;
}

static int run_attributes(PGconn *conn, const char *path, const struct options *o)
{
	return run_table(conn, "attributes", path, o);
}

static int run_categories(PGconn *conn, const char *path, const struct options *o)
{
	return run_table(conn, "categories", path, o);
}

static int run_products(PGconn *conn, const char *path, const struct options *o)
{
	return run_table(conn, "products", path, o);
}

static int run_listings(PGconn *conn, const char *path, const struct options *o)
{
	return run_table(conn, "listings", path, o);
}

static const struct what {
	const char *name;
	int (*run)(PGconn *conn, const char *path, const struct options *o);
	bool needs_store;
} whats[] = {
	{ "store", run_store, false },
	{ "attributes", run_attributes, true },
	{ "categories", run_categories, true },
	{ "products", run_products, true },
	{ "listings", run_listings, true },
};

int ctl_import(int argc, char **argv)
{
	struct options o;
	const struct what *w = NULL;
	PGconn *conn;
	int status, n;
	char **words = read_options(argc, argv, &o, &n);

	if (words == NULL || n != 2)
		return ctl_usage("import");
	for (size_t i = 0; i < ARRAY_LEN(whats); i++)
		if (strcmp(whats[i].name, words[0]) == 0)
			w = &whats[i];
	if (w == NULL)
		return ctl_usage("import");
	if (w->needs_store && o.store == NULL) {
		ctl_fail("import %s needs --store CODE", w->name);
		return EX_USAGE;
	}
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	status = w->run(conn, words[1], &o);
	PQfinish(conn);
	return status;
}
