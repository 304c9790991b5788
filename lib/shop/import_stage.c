#include "shop/import_stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* Bytes of one COPY: large enough that its round trip does not count. */
#define COPY_BYTES (256 * 1024)
#define TABLES_MAX 24

struct table {
	const char *name, *columns;
	struct buf *rows;
};

struct stage {
	PGconn *conn;
	struct report *report;
	struct table tables[TABLES_MAX];
	size_t ntables;
	void *results;                  /* of a later transaction; those of the first live as long as the stage */
	char *why;                      /* the first failure */
	char state[6];                  /* its SQLSTATE; empty: none came */
	bool stopped;
};

static void fail(struct stage *s, const char *what, const PGresult *result)
{
	const char *message = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *detail = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : NULL;
	const char *where = result != NULL ? PQresultErrorField(result, PG_DIAG_CONTEXT) : NULL;

	if (s->why == NULL && result != NULL && PQresultErrorField(result, PG_DIAG_SQLSTATE) != NULL)
		snprintf(s->state, sizeof(s->state), "%s", PQresultErrorField(result, PG_DIAG_SQLSTATE));
	if (s->why == NULL)
		s->why = mem_printf(s, "%s: %s%s%s%s%s", what, message != NULL ? message : PQerrorMessage(s->conn),
				    detail != NULL ? "; " : "", detail != NULL ? detail : "",
				    where != NULL ? "; " : "", where != NULL ? where : "");
}

static void command(struct stage *s, const char *sql)
{
	PGresult *result;

	if (s->why != NULL)
		return;
	result = PQexec(s->conn, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		fail(s, sql, result);
	PQclear(result);
}

static void begin(struct stage *s)
{
	command(s, "BEGIN");
	/* A lock that is not had by then is held by another import or a migration. */
	command(s, "SET LOCAL lock_timeout = '10s'");
	/* When this process is killed the server stops too, not after the statement's end. */
	command(s, "SET LOCAL client_connection_check_interval = '2s'");
}

struct stage *stage_begin(const void *ctx, PGconn *conn, struct report *report)
{
	struct stage *s = mem_new(ctx, struct stage);

	s->conn = conn;
	s->report = report;
	begin(s);
	return s;
}

void stage_again(struct stage *s)
{
	mem_free(s->results);
	s->results = mem_context(s, "results");
	begin(s);
}

void stage_tenant(struct stage *s, const char *tenant)
{
	stage_value(s, "SELECT pg_catalog.set_config('sutler.tenant', $1, true)", tenant);
}

/* ---- rows ---------------------------------------------------------------------- */

/* COPY's text format: PostgreSQL 15 manual, "COPY", File Formats. */
static void copy_value(struct buf *out, const char *v)
{
	if (v == NULL) {
		buf_adds(out, "\\N");
		return;
	}
	for (;;) {
		size_t plain = strcspn(v, "\\\t\n\r");

		buf_add(out, v, plain);
		v += plain;
		if (*v == '\0')
			return;
		buf_addc(out, '\\');
		buf_addc(out, *v == '\t' ? 't' : *v == '\n' ? 'n' : *v == '\r' ? 'r' : '\\');
		v++;
	}
}

static void send_rows(struct stage *s, struct table *t)
{
	PGresult *result;

	if (t->rows->len == 0 || s->why != NULL) {
		buf_clear(t->rows);
		return;
	}
	result = PQexec(s->conn, mem_printf(t->rows, "COPY pg_temp.%s (%s) FROM STDIN", t->name, t->columns));
	if (PQresultStatus(result) != PGRES_COPY_IN) {
		fail(s, t->name, result);
	} else {
		PQclear(result);
		if (PQputCopyData(s->conn, t->rows->data, (int)t->rows->len) != 1 || PQputCopyEnd(s->conn, NULL) != 1)
			fail(s, t->name, NULL);
		while ((result = PQgetResult(s->conn)) != NULL) {
			if (PQresultStatus(result) != PGRES_COMMAND_OK)
				fail(s, t->name, result);
			PQclear(result);
		}
	}
	PQclear(result);
	mem_free(t->rows);
	t->rows = buf_new(s);
}

void stage_put(struct stage *s, const char *table, const char *columns, const char *const *values, size_t n)
{
	struct table *t = s->tables;

	while (t < s->tables + s->ntables && strcmp(t->name, table) != 0)
		t++;
	if (t == s->tables + s->ntables) {
		if (s->ntables == TABLES_MAX)
			BUG("more than %d staging tables", TABLES_MAX);
		s->ntables++;
		*t = (struct table){ .name = table, .columns = columns, .rows = buf_new(s) };
	}
	for (size_t i = 0; i < n; i++) {
		copy_value(t->rows, values[i]);
		buf_addc(t->rows, i + 1 < n ? '\t' : '\n');
	}
	if (t->rows->len >= COPY_BYTES)
		send_rows(s, t);
}

void stage_flush(struct stage *s)
{
	for (size_t i = 0; i < s->ntables; i++)
		send_rows(s, &s->tables[i]);
}

/* ---- statements ------------------------------------------------------------------ */

struct held {
	PGresult *result;
};

static void release(void *ptr)
{
	PQclear(((struct held *)ptr)->result);
}

const PGresult *stage_query(struct stage *s, const char *sql, const char *const *params, size_t n)
{
	struct held *held;

	if (s->why != NULL)
		return NULL;
	held = mem_new(s->results != NULL ? s->results : s, struct held);
	mem_on_free(held, release);
	held->result = PQexecParams(s->conn, sql, (int)n, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(held->result) == PGRES_COMMAND_OK || PQresultStatus(held->result) == PGRES_TUPLES_OK)
		return held->result;
	fail(s, "the database refuses", held->result);
	return NULL;
}

const char *stage_value(struct stage *s, const char *sql, const char *param)
{
	const PGresult *result = stage_query(s, sql, &param, param != NULL);

	return result != NULL && PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
}

void stage_faults(struct stage *s)
{
	const PGresult *all;

	all = stage_query(s, "SELECT count(*) FILTER (WHERE NOT warning), count(*) FILTER (WHERE warning) FROM pg_temp.import_fault", NULL, 0);
	if (all == NULL)
		return;
	int64_t errors = strtoll(PQgetvalue(all, 0, 0), NULL, 10), warnings = strtoll(PQgetvalue(all, 0, 1), NULL, 10);
	const PGresult *rows = stage_query(s, mem_printf(s, "SELECT line, col, message, warning FROM pg_temp.import_fault"
					   " ORDER BY warning, line, col LIMIT %zu", s->report->most), NULL, 0);

	for (int i = 0; rows != NULL && i < PQntuples(rows); i++) {
		int64_t line = strtoll(PQgetvalue(rows, i, 0), NULL, 10);
		bool warning = PQgetvalue(rows, i, 3)[0] == 't';

		(warning ? report_warn : report_error)(s->report, line, PQgetvalue(rows, i, 1), "%s", PQgetvalue(rows, i, 2));
		*(warning ? &warnings : &errors) -= 1;
	}
	s->report->errors += errors;
	s->report->warnings += warnings;
	command(s, "TRUNCATE pg_temp.import_fault");
}

void stage_stop(struct stage *s, const char *why)
{
	if (s->why != NULL)
		return;
	s->why = mem_strdup(s, why);
	s->stopped = true;
}

/* PostgreSQL 15 manual, appendix A: 40 rollbacks, 55P03 a lock not had, 57 the server ends, 08 the connection. */
bool stage_may_retry(const struct stage *s)
{
	return s->why != NULL && !s->stopped && (*s->state == '\0' || strncmp(s->state, "40", 2) == 0 || strcmp(s->state, "55P03") == 0
		|| strncmp(s->state, "57P", 3) == 0 || strncmp(s->state, "08", 2) == 0);
}

bool stage_failed(const struct stage *s, const char **why)
{
	*why = s->why;
	return s->why != NULL;
}

bool stage_commit(struct stage *s)
{
	command(s, "COMMIT");
	if (s->why != NULL)
		stage_rollback(s);
	return s->why == NULL;
}

void stage_rollback(struct stage *s)
{
	PQclear(PQexec(s->conn, "ROLLBACK"));
}
