#include "db/rows.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/internal.h"

/* ---- reading values -------------------------------------------------------- */

/* What PostgreSQL prints of an integer: digits, perhaps after a minus. */
static bool read_int(const char *s, int64_t *out)
{
	bool negative = *s == '-';
	int64_t n = 0;

	s += negative;
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		int digit = *s - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(n, 10, &n))
			return false;
		if (negative ? __builtin_sub_overflow(n, digit, &n) : __builtin_add_overflow(n, digit, &n))
			return false;
	}
	*out = n;
	return true;
}

/* N digits at *S, which moves past them. */
static bool read_digits(const char **s, int n, int64_t *out)
{
	*out = 0;
	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		*out = *out * 10 + (**s - '0');
	}
	return true;
}

static bool skip(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar: Howard Hinnant,
   "chrono-Compatible Low-Level Date Algorithms", days_from_civil; year >= 1. */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* "2024-05-06 07:08:09.123456+00": datestyle ISO, timezone UTC; parts of a
   millisecond are cut off.  "infinity" and years before 1 or past 9999 are refused. */
static bool read_time(const char *s, int64_t *ms)
{
	int64_t year, month, day, hour, minute, second, fraction = 0;
	int digits = 0;

	if (!read_digits(&s, 4, &year) || !skip(&s, '-') || !read_digits(&s, 2, &month) || !skip(&s, '-')
	    || !read_digits(&s, 2, &day) || !skip(&s, ' ') || !read_digits(&s, 2, &hour) || !skip(&s, ':')
	    || !read_digits(&s, 2, &minute) || !skip(&s, ':') || !read_digits(&s, 2, &second))
		return false;
	if (skip(&s, '.'))
		for (; *s >= '0' && *s <= '9'; s++)
			if (digits < 3) {
				fraction = fraction * 10 + (*s - '0');
				digits++;
			}
	for (; digits < 3; digits++)
		fraction *= 10;
	*ms = (((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000 + fraction;
	return strcmp(s, "+00") == 0;
}

/* Writes one value to its place in the struct at ROW. */
static bool read_field(char *row, const struct field *f, const char *s)
{
	char *place = row + f->offset;

	if (f->has_offset != FIELD_ALWAYS)
		*(bool *)(row + f->has_offset) = true;
	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_ID:
	case FIELD_DATE:
	case FIELD_HTML:
		*(const char **)place = s;
		return true;
	case FIELD_INT:
	case FIELD_MONEY:
		return read_int(s, (int64_t *)place);
	case FIELD_TIME:
		return read_time(s, (int64_t *)place);
	case FIELD_BOOL:
		*(bool *)place = s[0] == 't';
		return (s[0] == 't' || s[0] == 'f') && s[1] == '\0';
	}
	return false;
}

static bool misfit(const struct query *q, const char *column, const char *why)
{
	log_error("query does not answer as its header says", "query", q->name, "column", column,
		  "reason", why, NULL);
	return false;
}

static bool read_row(struct rows *r, size_t i)
{
	const struct query *q = r->query;
	char *row = r->structs + i * q->shape->size;

	for (size_t c = 0; c < q->shape->nfields; c++) {
		const struct field *f = &q->shape->fields[c];
		const char *value = PQgetvalue(r->result, (int)i, (int)c);

		/* NULL reads as an empty text: only of one need it be asked. */
		if (*value == '\0' && PQgetisnull(r->result, (int)i, (int)c)) {
			if (!(q->may_be_null >> c & 1))
				return misfit(q, f->name, "is null");
		} else if (!read_field(row, f, value)) {
			return misfit(q, f->name, "has a value of another type");
		}
	}
	return true;
}

bool rows_take(struct rows *r, PGresult *result)
{
	const struct query *q = r->query;
	const char *affected = PQcmdTuples(result);

	PQclear(r->result);
	r->result = result;
	if (*affected != '\0' && !read_int(affected, &r->affected))
		return misfit(q, "", "has an unreadable row count");
	if (q->shape == NULL)
		return true;
	if ((size_t)PQnfields(result) != q->shape->nfields)
		BUG("query %s answers with %d columns, its header has %zu", q->name, PQnfields(result),
		    q->shape->nfields);
	r->n = (size_t)PQntuples(result);
	if (q->kind == QUERY_ONE && r->n > 1)
		return misfit(q, "", "answers with more than one row");
	r->structs = mem_alloc_array(r, r->n, q->shape->size, q->name);
	for (size_t i = 0; i < r->n; i++)
		if (!read_row(r, i))
			return false;
	return true;
}

/* ---- looking at them --------------------------------------------------------- */

/* How many there are to see: none after a failure. */
static size_t seen(struct rows *r)
{
	rows_answer(r);
	return r->failed ? 0 : r->n;
}

size_t rows_count(struct rows *r)
{
	return seen(r);
}

bool rows_found(struct rows *r)
{
	return seen(r) > 0;
}

int64_t rows_affected(struct rows *r)
{
	rows_answer(r);
	return r->failed ? 0 : r->affected;
}

/* The absent row: zeros, empty texts; what may be null is null. */
static const void *zero_row(struct rows *r)
{
	const struct shape *shape = r->query->shape;
	char *row;

	if (r->zero != NULL)
		return r->zero;
	row = mem_alloc(r, shape->size, shape->name);
	for (size_t c = 0; c < shape->nfields; c++) {
		const struct field *f = &shape->fields[c];
		bool pointer = f->type == FIELD_TEXT || f->type == FIELD_ID || f->type == FIELD_DATE
			|| f->type == FIELD_HTML;

		if (pointer && !(r->query->may_be_null >> c & 1))
			*(const char **)(row + f->offset) = "";
	}
	return r->zero = row;
}

const void *rows_get(struct rows *r, size_t i, const struct shape *shape)
{
	size_t n = seen(r);

	if (r->query->shape != shape)
		BUG("rows of query %s read as %s", r->query->name, shape->name);
	if (i < n)
		return r->structs + i * shape->size;
	if (i > 0 && !r->failed)
		BUG("row %zu of %zu of query %s", i, n, r->query->name);
	return zero_row(r);
}

/* ---- as template data ---------------------------------------------------------- */

struct rows_source {
	struct view_source source;      /* first: view.h hands back its address */
	struct rows *rows;
};

static void resolve(struct view_source *self, const struct shape **shape, const void **rows, size_t *n)
{
	struct rows_source *s = (struct rows_source *)self;

	*n = seen(s->rows);
	*shape = s->rows->query->shape;
	*rows = s->rows->structs;
}

static void view_promise(struct view *v, const char *name, struct rows *r, bool single)
{
	struct rows_source *s = mem_new(r, struct rows_source);

	if (r->query->shape == NULL)
		BUG("query %s has no columns to show", r->query->name);
	s->source.resolve = resolve;
	s->source.single = single;
	s->rows = r;
	view_lazy(v, name, &s->source);
}

void view_rows(struct view *v, const char *name, struct rows *r)
{
	view_promise(v, name, r, false);
}

void view_row(struct view *v, const char *name, struct rows *r)
{
	view_promise(v, name, r, true);
}

/* ---- fragments ------------------------------------------------------------------- */

/* Combinations in use, by query and mask; few for each query, kept for the process. */
#define VARIANT_BUCKETS 256

/* Parameters of one query. */
#define PARAMS_MAX 63

struct variant {
	struct query query;             /* of the combination */
	const struct query *of;
	unsigned fragments;
	struct variant *next;
};

static struct variant *variants[VARIANT_BUCKETS];
static void *variants_ctx;

/* Numbers the parameters anew so that those the combination does not use are neither sent nor read. */
static void drop_unused(struct variant *v, const char *sql)
{
	unsigned char number[PARAMS_MAX + 1] = { 0 }, *picks = mem_array(v, unsigned char, v->of->nparams + 1);
	unsigned *types = mem_array(v, unsigned, v->of->nparams + 1), n = 0;
	struct buf *out = buf_new(v);

	while (*sql != '\0') {
		size_t plain = strcspn(sql, "$");
		char *end;
		unsigned long was;

		buf_add(out, sql, plain);
		sql += plain;
		if (*sql == '\0')
			break;
		if (sql[1] < '0' || sql[1] > '9') {
			buf_addc(out, *sql++);
			continue;
		}
		was = strtoul(sql + 1, &end, 10);
		if (was == 0 || was > v->of->nparams)
			BUG("query %s has no parameter %lu", v->of->name, was);
		if (number[was] == 0) {
			picks[n] = (unsigned char)(was - 1);
			types[n] = v->of->types[was - 1];
			number[was] = (unsigned char)++n;
		}
		buf_printf(out, "$%u", number[was]);
		sql = end;
	}
	v->query.sql = out->data;
	v->query.nparams = n;
	v->query.types = types;
	v->query.picks = picks;
}

static struct variant *variant_new(const struct query *q, unsigned fragments)
{
	struct variant *v;
	struct buf *sql;

	if (variants_ctx == NULL)
		variants_ctx = mem_context(NULL, "query variants");
	v = mem_new(variants_ctx, struct variant);
	sql = buf_new(v);
	for (size_t i = 0; i < q->npieces; i++) {
		if ((q->pieces[i].with != 0 && !(q->pieces[i].with & fragments)) || (q->pieces[i].without & fragments) != 0)
			continue;
		buf_adds(sql, q->pieces[i].sql);
		buf_addc(sql, ' ');
	}
	v->query = *q;
	v->query.name = mem_printf(v, "%s:%u", q->name, fragments);
	v->of = q;
	v->fragments = fragments;
	drop_unused(v, sql->data);
	return v;
}

const struct query *query_variant(const struct query *q, unsigned fragments)
{
	size_t bucket = (((uintptr_t)q >> 4) + fragments) % VARIANT_BUCKETS;
	struct variant *v;

	if (q->nfragments < 32 && fragments >> q->nfragments != 0)
		BUG("query %s has no fragments %#x", q->name, fragments);
	for (v = variants[bucket]; v != NULL; v = v->next)
		if (v->of == q && v->fragments == fragments)
			return &v->query;
	v = variant_new(q, fragments);
	v->next = variants[bucket];
	variants[bucket] = v;
	return &v->query;
}
