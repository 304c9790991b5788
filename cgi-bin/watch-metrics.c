/* The figures of the house in Prometheus' text format, version 0.0.4. */
#include "watch.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/mem.h"
#include "base/roster.h"
#include "db/query/watch.h"
#include "web/counter.h"

struct page {
	struct buf *out;
	const struct counter_named *programs;
	size_t nprograms;
	int64_t now_ms;
};

/* ---- lines ---------------------------------------------------------------------------------- */

static void head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void value(struct buf *b, int64_t n)
{
	buf_addc(b, ' ');
	buf_int(b, n);
	buf_addc(b, '\n');
}

/* Seconds from us. */
static void seconds(struct buf *b, int64_t us)
{
	int64_t n = us < 0 ? 0 : us;

	buf_printf(b, " %" PRId64 ".%06" PRId64 "\n", n / 1000000, n % 1000000);
}

/* A metric without labels. */
static void single(struct buf *b, const char *name, const char *type, const char *help, int64_t n)
{
	head(b, name, type, help);
	buf_adds(b, name);
	value(b, n);
}

/* The text of a label: a program that was taken over must not make the whole page unreadable. */
static void label(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"' || s[i] == '\\')
			buf_addc(b, '\\');
		buf_addc(b, s[i] >= 0x20 && s[i] < 0x7f ? s[i] : '?');
	}
}

static void program_label(struct buf *b, const char *name, const char *program)
{
	buf_printf(b, "%s{program=\"", name);
	label(b, program, strlen(program));
	buf_addc(b, '"');
}

/* NAME{program, method, route, without the brace behind. */
static void route_labels(struct buf *b, const char *name, const char *program, const char *route)
{
	size_t method = strcspn(route, " ");

	program_label(b, name, program);
	buf_adds(b, ",method=\"");
	label(b, route, method);
	buf_adds(b, "\",route=\"");
	label(b, route[method] == '\0' ? "" : route + method + 1, route[method] == '\0' ? 0 : strlen(route + method + 1));
	buf_addc(b, '"');
}

/* ---- requests: by program and route ---------------------------------------------------------- */

static int64_t requests(const struct counter_row *row)
{
	int64_t n = 0;

	for (size_t i = 0; i < COUNTER_CLASSES; i++)
		n += row->status[i];
	return n;
}

/* Calls ONE for each row that was ever asked for: what never was would be most of the page. */
static void each_row(struct page *p, void (*one)(struct buf *b, const char *program, const struct counter_row *row))
{
	for (size_t i = 0; i < p->nprograms; i++)
		for (int64_t k = 0; k < p->programs[i].copy->head->nrows; k++)
			if (requests(&p->programs[i].copy->rows[k]) > 0)
				one(p->out, p->programs[i].program, &p->programs[i].copy->rows[k]);
}

static void statuses(struct buf *b, const char *program, const struct counter_row *row)
{
	for (int i = 0; i < COUNTER_CLASSES; i++) {
		if (row->status[i] == 0)
			continue;
		route_labels(b, "sutler_requests_total", program, row->route);
		buf_printf(b, ",status=\"%s\"}", i == 0 ? "none" : (const char *[]){ "1xx", "2xx", "3xx", "4xx", "5xx" }[i - 1]);
		value(b, row->status[i]);
	}
}

static void histogram(struct buf *b, const char *program, const struct counter_row *row)
{
	static const char name[] = "sutler_request_duration_seconds";
	int64_t sum = 0;

	for (int i = 0; i < COUNTER_BUCKETS; i++) {
		sum += row->bucket[i];
		route_labels(b, "sutler_request_duration_seconds_bucket", program, row->route);
		if (i < COUNTER_BOUNDS_COUNT)
			buf_printf(b, ",le=\"%g\"}", (double)counter_bounds[i].us / 1e6);
		else
			buf_adds(b, ",le=\"+Inf\"}");
		value(b, sum);
	}
	route_labels(b, mem_concat(b, name, "_sum"), program, row->route);
	buf_addc(b, '}');
	seconds(b, row->time_us);
	route_labels(b, mem_concat(b, name, "_count"), program, row->route);
	buf_addc(b, '}');
	value(b, sum);
}

static void database_time(struct buf *b, const char *program, const struct counter_row *row)
{
	route_labels(b, "sutler_request_database_seconds_total", program, row->route);
	buf_addc(b, '}');
	seconds(b, row->db_us);
}

static void trips(struct buf *b, const char *program, const struct counter_row *row)
{
	route_labels(b, "sutler_request_round_trips_total", program, row->route);
	buf_addc(b, '}');
	value(b, row->trips);
}

static void reruns(struct buf *b, const char *program, const struct counter_row *row)
{
	route_labels(b, "sutler_request_reruns_total", program, row->route);
	buf_addc(b, '}');
	value(b, row->reruns);
}

static void write_requests(struct page *p)
{
	head(p->out, "sutler_requests_total", "counter", "Answers, by program, route and class of status.");
	each_row(p, statuses);
	head(p->out, "sutler_request_duration_seconds", "histogram", "Time of answers, from the connection to the last byte.");
	each_row(p, histogram);
	head(p->out, "sutler_request_database_seconds_total", "counter", "Time of that spent waiting for the database.");
	each_row(p, database_time);
	head(p->out, "sutler_request_round_trips_total", "counter", "Round trips to the database.");
	each_row(p, trips);
	head(p->out, "sutler_request_reruns_total", "counter", "Runs of a handler beyond the first, after a conflict.");
	each_row(p, reruns);
}

/* ---- processes --------------------------------------------------------------------------------- */

static int64_t in_state(const struct counter_head *h, enum counter_state state)
{
	int64_t n = 0;

	for (size_t i = 0; i < LIMIT_WORKERS; i++)
		n += h->worker[i].state == state;
	return n;
}

static void write_pool(struct page *p)
{
	head(p->out, "sutler_workers", "gauge", "Worker processes by what they do; none: the program left, the next request starts it.");
	for (size_t i = 0; i < p->nprograms; i++) {
		program_label(p->out, "sutler_workers", p->programs[i].program);
		buf_adds(p->out, ",state=\"busy\"}");
		value(p->out, in_state(p->programs[i].copy->head, COUNTER_BUSY));
		program_label(p->out, "sutler_workers", p->programs[i].program);
		buf_adds(p->out, ",state=\"idle\"}");
		value(p->out, in_state(p->programs[i].copy->head, COUNTER_IDLE));
	}
}

static void write_processes(struct page *p)
{
	static const struct { const char *name, *type, *help; size_t offset; } figures[] = {
		{ "sutler_workers_wanted", "gauge", "Worker processes that there are to be.", offsetof(struct counter_head, workers) },
		{ "sutler_program_starts_total", "counter", "Starts of the program, also by reload.", offsetof(struct counter_head, starts) },
		{ "sutler_worker_crashes_total", "counter", "Worker processes that ended unasked.", offsetof(struct counter_head, crashes) },
		{ "sutler_worker_recycles_total", "counter", "Worker processes that had served enough.", offsetof(struct counter_head, recycles) },
	};

	write_pool(p);
	for (size_t k = 0; k < ARRAY_LEN(figures); k++) {
		head(p->out, figures[k].name, figures[k].type, figures[k].help);
		for (size_t i = 0; i < p->nprograms; i++) {
			program_label(p->out, figures[k].name, p->programs[i].program);
			buf_addc(p->out, '}');
			value(p->out, *(const int64_t *)((const char *)p->programs[i].copy->head + figures[k].offset));
		}
	}
}

/* ---- the database ------------------------------------------------------------------------------ */

static void age(struct page *p, const char *name, const char *help, bool has, int64_t since_ms)
{
	head(p->out, name, "gauge", help);
	buf_adds(p->out, name);
	seconds(p->out, has && since_ms < p->now_ms ? (p->now_ms - since_ms) * 1000 : 0);
}

static void write_server(struct page *p, const struct look *l)
{
	const struct row_watch_server *s;

	single(p->out, "sutler_database_up", "gauge", "1: the database answers.", l->database);
	if (!l->database)
		return;
	s = row_watch_server(l->server);
	single(p->out, "sutler_database_writable", "gauge", "1: it takes changes; 0: a replica.", row_watch_ready(l->ready)->receives);
	single(p->out, "sutler_database_schema", "gauge", "Number of its newest migration.", row_watch_ready(l->ready)->schema);
	single(p->out, "sutler_database_connections", "gauge", "Connections to it.", s->connections);
	single(p->out, "sutler_database_connections_most", "gauge", "Connections that the server allows.", s->most);
	single(p->out, "sutler_database_bytes", "gauge", "What it takes on its disk.", s->bytes);
	single(p->out, "sutler_database_deadlocks_total", "counter", "Transactions that it ended because they waited for each other.", s->deadlocks);
	single(p->out, "sutler_database_rollbacks_total", "counter", "Transactions that were rolled back.", s->rollbacks);
}

static void write_house(struct page *p, struct rows *rows)
{
	const struct row_watch_house *h = row_watch_house(rows);
	struct buf *b = p->out;

	if (!rows_found(rows))
		return;
	age(p, "sutler_figures_age_seconds", "How old the figures below are: the job observe takes them each minute.", true, h->taken);
	single(b, "sutler_tenants", "gauge", "Merchants.", h->tenants);
	single(b, "sutler_outbox_waiting", "gauge", "Mails that have not left.", h->waiting);
	single(b, "sutler_outbox_troubled", "gauge", "Those of which a try went wrong.", h->troubled);
	age(p, "sutler_outbox_oldest_seconds", "How long the oldest waits that should have left.", h->has_oldest, h->oldest);
	single(b, "sutler_outbox_failed", "gauge", "Mails given up in the last seven days.", h->failed);
	single(b, "sutler_audit_unsealed", "gauge", "Entries of the audit log that no seal covers.", h->unsealed);
	age(p, "sutler_audit_unsealed_oldest_seconds", "Age of the oldest of them.", h->has_unsealed_since, h->unsealed_since);
	single(b, "sutler_stock_low", "gauge", "Stock at or below its reorder point.", h->low);
	single(b, "sutler_stock_short", "gauge", "Stock of which more is promised than there is.", h->lacking);
	single(b, "sutler_holds", "gauge", "Holds of carts at checkout.", h->holds);
	single(b, "sutler_holds_stale", "gauge", "Holds that should have been given back minutes ago.", h->stale_holds);
	single(b, "sutler_payments_unknown", "gauge", "Payments and refunds of which nobody knows what became of them.", h->unknown);
	age(p, "sutler_payments_unknown_oldest_seconds", "Since when the oldest.", h->has_unknown_since, h->unknown_since);
	single(b, "sutler_payments_open_work", "gauge", "Payments that people must look at.", h->open_work);
}

static void write_certificates(struct page *p, struct rows *rows)
{
	static const struct { const char *state; size_t offset; } states[] = {
		{ "good", offsetof(struct row_watch_certificates, good) }, { "ends", offsetof(struct row_watch_certificates, ends) },
		{ "ended", offsetof(struct row_watch_certificates, ended) }, { "misnamed", offsetof(struct row_watch_certificates, misnamed) },
		{ "untrusted", offsetof(struct row_watch_certificates, untrusted) }, { "unreached", offsetof(struct row_watch_certificates, unreached) },
	};
	static const char name[] = "sutler_certificate_earliest_expiry_timestamp_seconds";
	const struct row_watch_certificates *c = row_watch_certificates(rows);

	if (!rows_found(rows))
		return;
	head(p->out, "sutler_certificates", "gauge", "Hosts by how the certificate is that the web server shows for them.");
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		buf_printf(p->out, "sutler_certificates{state=\"%s\"}", states[i].state);
		value(p->out, *(const int64_t *)((const char *)c + states[i].offset));
	}
	if (!c->has_earliest)
		return;
	head(p->out, name, "gauge", "When the first of them ends.");
	buf_adds(p->out, name);
	seconds(p->out, c->earliest * 1000);
}

/* ---- jobs --------------------------------------------------------------------------------------- */

static void job_line(struct buf *b, const char *name, const char *job)
{
	buf_printf(b, "%s{job_name=\"", name);
	label(b, job, strlen(job));
	buf_adds(b, "\"}");
}

static void job_figure(struct page *p, struct rows *jobs, const char *name, const char *type, const char *help, size_t offset, int64_t unit_us)
{
	head(p->out, name, type, help);
	for (size_t i = 0; i < rows_count(jobs); i++) {
		const struct row_watch_jobs *j = row_watch_jobs_at(jobs, i);
		int64_t n = *(const int64_t *)((const char *)j + offset);

		if (offset == offsetof(struct row_watch_jobs, succeeded) && !j->has_succeeded)
			n = 0;
		job_line(p->out, name, j->job);
		if (unit_us > 0)
			seconds(p->out, n * unit_us);
		else
			value(p->out, n);
	}
}

/* What the table of programs wants, so that a job that never ran is seen too. */
static void write_intervals(struct page *p)
{
	struct roster_entry roster[ROSTER_MOST];
	size_t n = roster_read(mem_printf(p->out, "%s/../etc/programs.tab", config_text("paths.sql")), roster);

	head(p->out, "sutler_job_interval_seconds", "gauge", "Seconds between two runs of a job.");
	for (size_t i = 0; i < n; i++) {
		if (!roster[i].job)
			continue;
		job_line(p->out, "sutler_job_interval_seconds", roster[i].name);
		value(p->out, roster[i].interval_s);
	}
}

static void write_jobs(struct page *p, struct rows *jobs)
{
	job_figure(p, jobs, "sutler_job_last_success_timestamp_seconds", "gauge", "When a run last ended without anything wrong; 0: never.",
		   offsetof(struct row_watch_jobs, succeeded), 1000);
	job_figure(p, jobs, "sutler_job_last_start_timestamp_seconds", "gauge", "When its last run began.", offsetof(struct row_watch_jobs, started), 1000);
	job_figure(p, jobs, "sutler_job_duration_seconds", "gauge", "How long its last run took.", offsetof(struct row_watch_jobs, ms), 1000);
	job_figure(p, jobs, "sutler_job_runs_total", "counter", "Runs.", offsetof(struct row_watch_jobs, runs), 0);
	job_figure(p, jobs, "sutler_job_failures_total", "counter", "Runs in which something was wrong.", offsetof(struct row_watch_jobs, failures), 0);
	job_figure(p, jobs, "sutler_job_failing", "gauge", "How many of them in a row, up to now.", offsetof(struct row_watch_jobs, failing), 0);
}

void metrics_write(struct req *r, const struct look *l, struct buf *out)
{
	struct counter_named *programs = mem_array(r->mem, struct counter_named, COUNTER_PROGRAMS);
	struct page p = {
		.out = out, .programs = programs, .now_ms = clock_ms(),
		.nprograms = counters_read_all(r->mem, config_text("paths.run"), programs),
	};

	head(out, "sutler_build_info", "gauge", "The release, always 1.");
	buf_adds(out, "sutler_build_info{version=\"" SUTLER_VERSION "\"} 1\n");
	write_requests(&p);
	write_processes(&p);
	single(out, "sutler_disk_writable", "gauge", "1: the disk of pictures and private files takes what is written.", l->disk);
	single(out, "sutler_disk_free_bytes", "gauge", "Room on that disk.", (int64_t)l->room.free);
	single(out, "sutler_disk_bytes", "gauge", "Its size, without what only root may fill.", (int64_t)l->room.size);
	write_intervals(&p);
	write_server(&p, l);
	if (!l->database)
		return;
	write_house(&p, l->house);
	write_certificates(&p, l->certificates);
	write_jobs(&p, l->jobs);
}
