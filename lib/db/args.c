#include "db/args.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "db/internal.h"

#include <inttypes.h>

#define MS_PER_DAY INT64_C(86400000)

const char *arg_int(char buf[static ARG_SIZE], int64_t n)
{
	snprintf(buf, ARG_SIZE, "%" PRId64, n);
	return buf;
}

const char *arg_int_or_null(char buf[static ARG_SIZE], const int64_t *n)
{
	return n == NULL ? NULL : arg_int(buf, *n);
}

/* Years from days since 1970-01-01 in the proleptic Gregorian calendar: Howard
   Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
const char *arg_time(char buf[static ARG_SIZE], int64_t ms)
{
	int64_t days = ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
	int64_t rest = ms - days * MS_PER_DAY;
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t day = doy - (153 * mp + 2) / 5 + 1;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;
	int64_t year = yoe + era * 400 + (month <= 2);

	if (year < 1 || year > 9999)
		BUG("time %" PRId64 " ms is outside the years 1 to 9999", ms);
	snprintf(buf, ARG_SIZE, "%04d-%02d-%02d %02d:%02d:%02d.%03d+00",
		 (int)year, (int)month, (int)day, (int)(rest / 3600000), (int)(rest / 60000 % 60),
		 (int)(rest / 1000 % 60), (int)(rest % 1000));
	return buf;
}

const char *arg_time_or_null(char buf[static ARG_SIZE], const int64_t *ms)
{
	return ms == NULL ? NULL : arg_time(buf, *ms);
}

const char *arg_bool(bool yes)
{
	return yes ? "t" : "f";
}

const char *arg_bool_or_null(const bool *yes)
{
	return yes == NULL ? NULL : arg_bool(*yes);
}

const char *arg_bytes(struct db *db, const void *data, size_t n)
{
	char *hex = mem_array(db_context(db), char, 2 * n + 3);

	hex[0] = '\\';
	hex[1] = 'x';
	hex_encode(data, n, hex + 2);
	return hex;
}

const char *arg_bytes_or_null(struct db *db, const void *data, size_t n)
{
	return data == NULL ? NULL : arg_bytes(db, data, n);
}

/* Every element quoted, so that empty texts, "NULL", commas and braces are texts. */
static void add_element(struct buf *b, const char *s)
{
	buf_addc(b, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *s);
	}
	buf_addc(b, '"');
}

const char *arg_texts(struct db *db, const char *const *items, size_t n)
{
	struct buf *b = buf_new(db_context(db));

	buf_addc(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		if (items[i] == NULL)
			buf_adds(b, "NULL");
		else
			add_element(b, items[i]);
	}
	buf_addc(b, '}');
	return b->data;
}

const char *arg_texts_or_null(struct db *db, const char *const *items, size_t n)
{
	return items == NULL ? NULL : arg_texts(db, items, n);
}

const char *arg_ints(struct db *db, const int64_t *items, size_t n)
{
	struct buf *b = buf_new(db_context(db));

	buf_addc(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		buf_int(b, items[i]);
	}
	buf_addc(b, '}');
	return b->data;
}

const char *arg_ints_or_null(struct db *db, const int64_t *items, size_t n)
{
	return items == NULL ? NULL : arg_ints(db, items, n);
}

const char *arg_bools(struct db *db, const bool *items, size_t n)
{
	struct buf *b = buf_new(db_context(db));

	buf_addc(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		buf_adds(b, arg_bool(items[i]));
	}
	buf_addc(b, '}');
	return b->data;
}

const char *arg_bools_or_null(struct db *db, const bool *items, size_t n)
{
	return items == NULL ? NULL : arg_bools(db, items, n);
}
