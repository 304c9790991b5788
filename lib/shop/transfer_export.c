/* A file that goes out: the store's products in one of the layouts, in pieces of some hundred products, from one
   snapshot of the database; first into a file without a name, then into the database for whoever asked. */
#include "shop/transfer.h"

#include "base/locale.h"
#include "base/markdown.h"
#include "base/mem.h"
#include "base/sheet.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Products of one query: some thousand cells. */
#define PRODUCTS_AT_ONCE "500"
/* What somebody fetches in one piece, and what waits for him in the database. */
#define EXPORT_BYTES_MAX (64 * 1024 * 1024)
/* The highest heading of a description: a page has its own h1, here as elsewhere. */
#define HEADING_FROM 2

/* What a column holds: HTML is made of Markdown, PLAIN of a text. */
enum kind { TEXT, NUMBER, HTML, PLAIN };

struct out {
	struct job_run *j;
	PGconn *conn;
	const struct row_transfer_take *t;
	const char *why;                /* the first failure */
	FILE *file;
	struct sheet_writer *sheet;     /* NULL: CSV */
	struct buf *buf;
	const char **names, **row;      /* of the columns; cells of the row that is put together */
	bool *number;
	enum kind *kinds;
	const char *origin;             /* of the store's pages: what stands here only by its path is elsewhere by its address */
	size_t ncolumns;
	int64_t rows;
};

struct held {
	PGresult *result;
};

static void release(void *p)
{
	PQclear(((struct held *)p)->result);
}

/* Under CTX; NULL after a failure. */
static const PGresult *ask(struct out *o, void *ctx, const char *sql, const char *const *params, size_t n)
{
	struct held *held;

	if (o->why != NULL)
		return NULL;
	held = mem_new(ctx, struct held);
	mem_on_free(held, release);
	held->result = PQexecParams(o->conn, sql, (int)n, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(held->result) == PGRES_TUPLES_OK || PQresultStatus(held->result) == PGRES_COMMAND_OK)
		return held->result;
	o->why = mem_printf(o->j->mem, "the database refuses: %s", PQerrorMessage(o->conn));
	return NULL;
}

/* ---- the file ----------------------------------------------------------------------------- */

static bool open_file(struct out *o)
{
	o->file = tmpfile();
	if (o->file == NULL) {
		o->why = "there is no room for the file";
		return false;
	}
	if (strcmp(o->t->format, "xlsx") == 0)
		o->sheet = sheet_create(o->j->mem, mem_printf(o->j->mem, "/proc/self/fd/%d", fileno(o->file)), "Products");
	o->buf = buf_new(o->j->mem);
	return true;
}

static void put_row(struct out *o, const char *const *fields, const bool *number)
{
	for (size_t i = 0; o->sheet != NULL && i < o->ncolumns; i++)
		if (fields[i] != NULL && strlen(fields[i]) > SHEET_CELL_MAX && utf8_length(fields[i]) > SHEET_CELL_MAX)
			o->why = "cell";
	if (o->sheet != NULL) {
		sheet_put(o->sheet, fields, o->ncolumns, number);
		return;
	}
	csv_put(o->buf, fields, o->ncolumns, true);
	if (o->buf->len < TRANSFER_PART_BYTES)
		return;
	if (fwrite(o->buf->data, 1, o->buf->len, o->file) != o->buf->len)
		o->why = "there is no room for the file";
	buf_clear(o->buf);
}

static bool close_file(struct out *o)
{
	bool fine = true;

	if (o->sheet != NULL)
		fine = sheet_close(o->sheet);
	else if (o->buf != NULL && o->buf->len > 0)
		fine = fwrite(o->buf->data, 1, o->buf->len, o->file) == o->buf->len;
	o->sheet = NULL;
	if (!fine && o->why == NULL)
		o->why = "there is no room for the file";
	return fine && fflush(o->file) == 0;
}

/* ---- rows --------------------------------------------------------------------------------- */

static enum kind kind_of(const char *word)
{
	static const char *const words[] = { [TEXT] = "text", [NUMBER] = "number", [HTML] = "html", [PLAIN] = "plain" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], word) == 0)
			return (enum kind)i;
	BUG("a column holds %s", word);
}

static void read_columns(struct out *o)
{
	const char *const params[] = { o->j->tenant, o->t->store, o->t->layout, o->t->stock ? "true" : "false" };
	const PGresult *r = ask(o, o->j->mem, "SELECT c.name, c.kind FROM catalog.export_header($1, $2, $3, $4) c", params, ARRAY_LEN(params));
	const PGresult *origin = ask(o, o->j->mem, "SELECT catalog.export_origin($1, $2)", params, 2);

	o->origin = origin != NULL ? PQgetvalue(origin, 0, 0) : "";
	o->ncolumns = r != NULL ? (size_t)PQntuples(r) : 0;
	if (o->ncolumns > CSV_COLUMNS_MAX)
		o->why = "the file would have too many columns";
	o->names = mem_array(o->j->mem, const char *, o->ncolumns + 1);
	o->row = mem_array(o->j->mem, const char *, o->ncolumns + 1);
	o->number = mem_array(o->j->mem, bool, o->ncolumns + 1);
	o->kinds = mem_array(o->j->mem, enum kind, o->ncolumns + 1);
	for (size_t i = 0; i < o->ncolumns; i++) {
		o->names[i] = PQgetvalue(r, (int)i, 0);
		o->kinds[i] = kind_of(PQgetvalue(r, (int)i, 1));
		o->number[i] = o->kinds[i] == NUMBER;
	}
}

/* HTML whose links and pictures lead to a path of the store, for pages that are elsewhere. */
static const char *with_origin(struct out *o, void *mem, const char *html)
{
	struct buf *b = buf_new(mem);

	for (const char *p = html; *p != '\0'; ) {
		size_t name = strncmp(p, "href=\"/", 7) == 0 ? 6 : strncmp(p, "src=\"/", 6) == 0 ? 5 : 0;

		if (name > 0) {
			buf_add(b, p, name);
			buf_adds(b, o->origin);
			p += name;
		}
		buf_addc(b, *p++);
	}
	return b->data;
}

static const char *written(struct out *o, void *mem, enum kind kind, const char *value)
{
	struct buf *b;

	switch (kind) {
	case HTML:
		return with_origin(o, mem, markdown_html(mem, value, HEADING_FROM));
	case PLAIN:
		b = buf_new(mem);
		buf_html(b, value, strlen(value));
		return b->data;
	case TEXT:
	case NUMBER:
		break;
	}
	return value;
}

/* {"a","b"}: codes of columns hold neither quotes nor backslashes, but for suffixes that people chose. */
static const char *array_of(void *ctx, const char *const *items, size_t n)
{
	struct buf *b = buf_new(ctx);

	buf_addc(b, '{');
	for (size_t i = 0; i < n; i++) {
		buf_adds(b, i == 0 ? "\"" : ",\"");
		for (const char *s = items[i]; *s != '\0'; s++) {
			if (*s == '"' || *s == '\\')
				buf_addc(b, '\\');
			buf_addc(b, *s);
		}
		buf_addc(b, '"');
	}
	buf_addc(b, '}');
	return b->data;
}

/* The store's currencies and their exponents, as two arrays. */
static void currencies(struct out *o, const char **codes, const char **exponents)
{
	const PGresult *r = ask(o, o->j->mem, "SELECT c.currency FROM tenancy.store_currency c WHERE c.store_id = $1 ORDER BY c.position",
				(const char *const[]){ o->t->store }, 1);
	size_t n = r != NULL ? (size_t)PQntuples(r) : 0;
	const char **code = mem_array(o->j->mem, const char *, n + 1), **exponent = mem_array(o->j->mem, const char *, n + 1);

	for (size_t i = 0; i < n; i++) {
		code[i] = PQgetvalue(r, (int)i, 0);
		exponent[i] = mem_printf(o->j->mem, "%d", currency_exponent(code[i]));
	}
	*codes = array_of(o->j->mem, code, n);
	*exponents = array_of(o->j->mem, exponent, n);
}

/* Cells of one answer as rows; how many products it had, the last of them in AFTER.  What is made of them lies below MEM. */
static int64_t put_cells(struct out *o, void *mem, const PGresult *r, char after[static 37])
{
	int64_t products = 0;
	const char *line = "";

	for (int i = 0; r != NULL && i < PQntuples(r); i++) {
		int64_t place = 0;

		if (strcmp(PQgetvalue(r, i, 1), line) != 0) {
			if (*line != '\0')
				put_row(o, o->row, o->number);
			memset(o->row, 0, o->ncolumns * sizeof(*o->row));
			line = PQgetvalue(r, i, 1);
			o->rows++;
			products += strcmp(PQgetvalue(r, i, 0), after) != 0;
			snprintf(after, 37, "%s", PQgetvalue(r, i, 0));
		}
		if (parse_int(PQgetvalue(r, i, 2), 1, (int64_t)o->ncolumns, &place))
			o->row[place - 1] = written(o, mem, o->kinds[place - 1], PQgetvalue(r, i, 3));
	}
	if (*line != '\0')
		put_row(o, o->row, o->number);
	return products;
}

/* False: somebody stopped it. */
static bool put_products(struct out *o)
{
	const char *codes, *exponents, *columns = array_of(o->j->mem, o->names, o->ncolumns), *stock = o->t->stock ? "true" : "false";
	const PGresult *r = ask(o, o->j->mem, "SELECT count(*) FROM catalog.store_product s WHERE s.store_id = $1", (const char *const[]){ o->t->store }, 1);
	int64_t total = r != NULL ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : 0, done = 0, products = 1;
	char after[37] = "00000000-0000-0000-0000-000000000000";

	currencies(o, &codes, &exponents);
	while (o->why == NULL && products > 0) {
		void *mem = mem_context(o->j->mem, "products");
		const char *const params[] = { o->j->tenant, o->t->store, o->t->layout, columns, codes, exponents, stock, after, PRODUCTS_AT_ONCE };

		products = put_cells(o, mem, ask(o, mem, "SELECT * FROM catalog.export_page($1, $2, $3, $4, $5, $6, $7, $8, $9)", params, ARRAY_LEN(params)), after);
		mem_free(mem);
		done += products;
		if (!transfer_tell(o->j, o->t, total == 0 ? 0 : (int)(done < total ? done * 900 / total : 900), o->rows))
			return false;
	}
	return true;
}

/* ---- into the database ---------------------------------------------------------------------- */

static void keep(struct out *o)
{
	char *piece = mem_array(o->j->mem, char, TRANSFER_PART_BYTES);
	void *mem = o->j->mem;
	int64_t bytes = 0;
	size_t n;
	int part = 0;
	bool fine = true;

	rewind(o->file);
	while (fine && (n = fread(piece, 1, TRANSFER_PART_BYTES, o->file)) > 0 && (bytes += (int64_t)n) <= EXPORT_BYTES_MAX) {
		o->j->mem = mem_context(mem, "part");
		job_begin(o->j, o->j->tenant);
		q_transfer_put(o->j->db, o->j->tenant, o->t->transfer, part++, piece, n);
		fine = job_commit(o->j);
		mem_free(o->j->mem);
		o->j->mem = mem;
	}
	if (bytes > EXPORT_BYTES_MAX) {
		o->why = "the file would be larger than 64 MB";
		return;
	}
	job_begin(o->j, o->j->tenant);
	if (fine)
		q_transfer_exported(o->j->db, o->j->tenant, o->t->transfer, o->rows, bytes);
	/* Left as it is it begins anew with the next look. */
	if (!job_commit(o->j) || !fine)
		job_wrong(o->j);
}

void transfer_export(struct job_run *j, PGconn *conn, const struct row_transfer_take *t)
{
	struct out o = { .j = j, .conn = conn, .t = t };
	bool stopped = false;

	ask(&o, j->mem, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, 0);
	ask(&o, j->mem, "SELECT pg_catalog.set_config('sutler.tenant', $1, true)", (const char *const[]){ j->tenant }, 1);
	read_columns(&o);
	if (o.why == NULL && open_file(&o)) {
		put_row(&o, o.names, NULL);
		stopped = !put_products(&o);
	}
	ask(&o, j->mem, "COMMIT", NULL, 0);
	if (o.file != NULL && close_file(&o) && o.why == NULL && !stopped)
		keep(&o);
	if (stopped || o.why != NULL)
		transfer_give_up(j, t, stopped ? "cancelled" : "failed", stopped ? "" : o.why);
	if (o.file != NULL)
		fclose(o.file);
}
