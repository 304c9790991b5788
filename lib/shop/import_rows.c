#include "shop/import_rows.h"

#include <ctype.h>
#include <stdarg.h>
#include <unicode/utrans.h>

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "shop/pricing.h"

/* ---- for whom --------------------------------------------------------------------- */

static const char **list_of(const struct import *im, const char *sql, size_t *n)
{
	const PGresult *rows = stage_query(im->stage, sql, &im->store, 1);
	const char **list = NULL;

	*n = rows != NULL ? (size_t)PQntuples(rows) : 0;
	list = mem_array(im->ctx, const char *, *n + 1);
	for (size_t i = 0; i < *n; i++)
		list[i] = PQgetvalue(rows, (int)i, 0);
	return list;
}

/* The tenant that has a store of this code: row policies show one tenant at a time. */
static void find_store(struct import *im, const char *tenant, const char *store)
{
	const PGresult *tenants = stage_query(im->stage, "SELECT tenant_id, slug FROM tenancy.tenant ORDER BY slug", NULL, 0);
	const char *found = NULL;

	for (int i = 0; tenants != NULL && i < PQntuples(tenants); i++) {
		const char *id;

		if (tenant != NULL && strcmp(PQgetvalue(tenants, i, 1), tenant) != 0)
			continue;
		stage_tenant(im->stage, PQgetvalue(tenants, i, 0));
		id = stage_value(im->stage, "SELECT store_id FROM tenancy.store WHERE code = $1", store);
		if (*id == '\0')
			continue;
		if (found != NULL) {
			report_error(im->report, 0, "", "tenants %s and %s both have a store %s: choose by --tenant", found,
				     PQgetvalue(tenants, i, 1), store);
			return;
		}
		found = PQgetvalue(tenants, i, 1);
		im->tenant = PQgetvalue(tenants, i, 0);
		im->store = id;
	}
	if (found == NULL && tenants != NULL)
		report_error(im->report, 0, "", tenant != NULL ? "tenant %s has no store %s" : "%.0sthere is no store %s",
			     tenant != NULL ? tenant : "", store);
}

/* One import of a merchant at a time, whoever runs it: what a second one would find half done it would take for changed.
   One by parts holds the lock from part to part, until its connection ends. */
#define ONE_AT_A_TIME "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('import ' || $1, 0))"
#define ONE_BY_PARTS "SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended('import ' || $1, 0))," \
	" pg_catalog.set_config('sutler.import', 'parts', false)"

static bool prepare(struct import *im)
{
	stage_tenant(im->stage, im->tenant);
	stage_query(im->stage, im->parted != NULL ? ONE_BY_PARTS : ONE_AT_A_TIME, &im->tenant, 1);
	stage_query(im->stage, "SELECT catalog.import_begin($1)", &im->tenant, 1);
	im->locales = list_of(im, "SELECT locale FROM tenancy.store_locale WHERE store_id = $1 ORDER BY position", &im->nlocales);
	im->currencies = list_of(im, "SELECT currency FROM tenancy.store_currency WHERE store_id = $1 ORDER BY position", &im->ncurrencies);
	im->warehouses = list_of(im, "SELECT w.code FROM inventory.warehouse w LEFT JOIN inventory.store_warehouse s"
				 " ON s.store_id = $1 AND s.warehouse_id = w.warehouse_id WHERE w.active ORDER BY s.priority NULLS LAST, w.code", &im->nwarehouses);
	im->row = mem_context(im->ctx, "row");
	return im->nlocales > 0 && im->ncurrencies > 0;
}

bool import_open(struct import *im, const void *ctx, struct stage *stage, struct report *report, const char *tenant,
		 const char *store)
{
	*im = (struct import){ .ctx = ctx, .stage = stage, .report = report };
	find_store(im, tenant, store);
	return im->store != NULL && report->errors == 0 && prepare(im);
}

bool import_open_for(struct import *im, const void *ctx, struct stage *stage, struct report *report, const char *tenant_id,
		     const char *store_id)
{
	im->ctx = ctx;
	im->stage = stage;
	im->report = report;
	im->tenant = tenant_id;
	im->store = store_id;
	return prepare(im);
}

void import_again(struct import *im)
{
	stage_again(im->stage);
	stage_tenant(im->stage, im->tenant);
}

static bool has(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

bool import_has_locale(const struct import *im, const char *locale)
{
	return has(im->locales, im->nlocales, locale);
}

bool import_has_currency(const struct import *im, const char *currency)
{
	return has(im->currencies, im->ncurrencies, currency);
}

bool import_has_warehouse(const struct import *im, const char *code)
{
	return has(im->warehouses, im->nwarehouses, code);
}

void import_progress(struct import *im, int thousandths)
{
	if (im->progress != NULL && !im->progress(im, thousandths, im->rows_read))
		stage_stop(im->stage, "it was stopped");
}

bool import_next(struct import *im)
{
	const char *why;

	mem_free(im->row);
	im->row = mem_context(im->ctx, "row");
	if (++im->rows_read % IMPORT_TELL_ROWS == 0)
		import_progress(im, csv_progress(im->csv) * IMPORT_READING / 1000);
	/* Not read to its end for nothing. */
	if (stage_failed(im->stage, &why))
		return false;
	for (;;)
		switch (csv_next(im->csv)) {
		case CSV_RECORD:
			im->line = csv_line(im->csv);
			return true;
		case CSV_BAD:
			report_error(im->report, csv_line(im->csv), "", "%s", csv_why(im->csv));
			break;
		case CSV_END:
			return false;
		}
}

/* ---- cells ------------------------------------------------------------------------ */

void import_error(struct import *im, int column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report_error(im->report, im->line, column < 0 ? "" : csv_name(im->csv, (size_t)column), "%s", mem_vprintf(im->row, fmt, args));
	va_end(args);
}

void import_warn(struct import *im, int column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report_warn(im->report, im->line, column < 0 ? "" : csv_name(im->csv, (size_t)column), "%s", mem_vprintf(im->row, fmt, args));
	va_end(args);
}

static void bad(struct import *im, int column, const char *text, const char *wanted)
{
	import_error(im, column, "%s is not %s", report_quote(im->report, text), wanted);
}

static const char *clean(struct import *im, int column, size_t max, enum text_kind kind)
{
	const char *raw, *text;

	if (column < 0)
		return NULL;
	raw = csv_cell(im->csv, (size_t)column);
	if (*raw == '\0')
		return "";
	text = text_clean(im->row, raw, strlen(raw), kind);
	if (text == NULL)
		import_error(im, column, kind == TEXT_LINE ? "the text holds control characters or more lines than one"
			     : "the text holds control characters or too many marks on one letter");
	else if (utf8_length(text) > max)
		import_error(im, column, "the text is longer than %zu characters", max);
	else
		return text;
	return NULL;
}

const char *cell_text(struct import *im, int column, size_t max)
{
	return clean(im, column, max, TEXT_LINE);
}

const char *cell_block(struct import *im, int column, size_t max)
{
	return clean(im, column, max, TEXT_BLOCK);
}

static const char *letters(struct import *im, int column, size_t max, const char *allowed, const char *wanted)
{
	const char *text = clean(im, column, max, TEXT_LINE);

	if (text == NULL || *text == '\0')
		return text;
	if (strspn(text, allowed) == strlen(text) && isalnum((unsigned char)*text))
		return text;
	bad(im, column, text, wanted);
	return NULL;
}

#define SMALL "abcdefghijklmnopqrstuvwxyz0123456789"

const char *cell_slug(struct import *im, int column)
{
	return letters(im, column, 121, SMALL "-", "a slug of a-z, 0-9 and -");
}

const char *cell_code(struct import *im, int column)
{
	return letters(im, column, 48, SMALL "_.-", "a code of a-z, 0-9, -, _ and .");
}

const char *cell_sku(struct import *im, int column, size_t max)
{
	return clean(im, column, max, TEXT_LINE);
}

static bool is_word(const char *text, const char *choices)
{
	size_t n = strlen(text);

	for (const char *c = choices; (c = strstr(c, text)) != NULL; c += n)
		if ((c == choices || c[-1] == ' ') && (c[n] == ' ' || c[n] == '\0'))
			return true;
	return false;
}

static const char *small(struct import *im, const char *text)
{
	char *copy = mem_strdup(im->row, text);

	for (char *p = copy; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

const char *cell_bool(struct import *im, int column, const char *empty)
{
	const char *text = cell_text(im, column, 20), *word;

	if (text == NULL || *text == '\0')
		return text == NULL ? NULL : empty;
	word = small(im, text);
	if (is_word(word, "yes true 1 y t"))
		return "true";
	if (is_word(word, "no false 0 n f"))
		return "false";
	bad(im, column, text, "yes or no");
	return NULL;
}

const char *cell_choice(struct import *im, int column, const char *choices, const char *empty)
{
	const char *text = cell_text(im, column, 60);

	if (text == NULL || *text == '\0')
		return text == NULL ? NULL : empty;
	text = small(im, text);
	if (is_word(text, choices))
		return text;
	bad(im, column, text, mem_printf(im->row, "one of: %s", choices));
	return NULL;
}

const char *cell_int(struct import *im, int column, int64_t min, int64_t max, const char *empty)
{
	const char *text = cell_text(im, column, 20);
	int64_t n;

	if (text == NULL || *text == '\0')
		return text == NULL ? NULL : empty;
	if (parse_int(text, min, max, &n))
		return text;
	bad(im, column, text, mem_printf(im->row, "a whole number from %lld to %lld", (long long)min, (long long)max));
	return NULL;
}

const char *cell_money(struct import *im, int column, const char *currency)
{
	const char *text = cell_text(im, column, 40);
	int64_t minor;

	if (text == NULL || *text == '\0')
		return NULL;
	/* the upper bound of every price in the schema */
	if (parse_money(text, currency_exponent(currency), &minor) && minor <= PRICING_MAX_PRICE)
		return mem_printf(im->row, "%lld", (long long)minor);
	bad(im, column, text, mem_printf(im->row, "an amount in %s like 19.90, with at most %d digits after the point", currency,
					 currency_exponent(currency)));
	return NULL;
}

const char *import_moment(const void *ctx, const char *text, bool last)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%d", &tm);
	char out[40];
	int year = tm.tm_year, month = tm.tm_mon, day = tm.tm_mday;

	if (rest == NULL)
		return NULL;
	if (*rest != '\0') {
		rest = strptime(rest, *rest == 'T' ? "T%H:%M" : " %H:%M", &tm);
		if (rest == NULL || *rest != '\0')
			return NULL;
		last = false;
	}
	/* 31 February is no day: what is reckoned in UTC comes back as it was. */
	if (timegm(&tm) == -1 || tm.tm_year != year || tm.tm_mon != month || tm.tm_mday != day || year < 70 || year > 200)
		return NULL;
	if (last) {
		tm.tm_mday++;
		timegm(&tm);
	}
	strftime(out, sizeof(out), "%Y-%m-%d %H:%M", &tm);
	return mem_strdup(ctx, out);
}

size_t cell_list(struct import *im, int column, char separator, const char *parts[static IMPORT_LIST_MAX])
{
	const char *text = clean(im, column, 16000, TEXT_LINE);
	char *rest, *part, between[2] = { separator, '\0' };
	size_t n = 0;

	if (text == NULL || *text == '\0')
		return 0;
	rest = mem_strdup(im->row, text);
	while ((part = strsep(&rest, between)) != NULL) {
		size_t len;

		part += strspn(part, " ");
		for (len = strlen(part); len > 0 && part[len - 1] == ' '; len--)
			part[len - 1] = '\0';
		if (n == IMPORT_LIST_MAX) {
			import_error(im, column, "the list has more than %d items", IMPORT_LIST_MAX);
			return 0;
		}
		parts[n++] = part;
	}
	return n;
}

/* ---- slugs ------------------------------------------------------------------------ */

static UTransliterator *to_ascii(void)
{
	static UTransliterator *t;

	if (t == NULL) {
		static const UChar id[] = u"Any-Latin; Latin-ASCII; Lower";
		UErrorCode e = U_ZERO_ERROR;

		t = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &e);
		if (U_FAILURE(e))
			BUG("ICU has no %s: %s", "Any-Latin; Latin-ASCII; Lower", u_errorName(e));
	}
	return t;
}

const char *import_slugify(const void *ctx, const char *name, size_t max)
{
	UChar wide[1024];
	char plain[4096];
	int32_t n = 0, limit;
	UErrorCode e = U_ZERO_ERROR;
	struct buf *out = buf_new(ctx);

	u_strFromUTF8WithSub(wide, 512, &n, name, -1, ' ', NULL, &e);
	if (e == U_BUFFER_OVERFLOW_ERROR)
		n = 512;
	e = U_ZERO_ERROR;
	limit = n;
	utrans_transUChars(to_ascii(), wide, &n, ARRAY_LEN(wide), 0, &limit, &e);
	if (U_FAILURE(e))
		return "";
	u_strToUTF8WithSub(plain, sizeof(plain) - 1, NULL, wide, n, ' ', NULL, &e);
	plain[sizeof(plain) - 1] = '\0';
	for (const char *p = plain; *p != '\0' && out->len < max; p++) {
		if (isalnum((unsigned char)*p))
			buf_addc(out, (char)tolower((unsigned char)*p));
		else if (*p != '\'' && out->len > 0 && out->data[out->len - 1] != '-')
			buf_addc(out, '-');
	}
	while (out->len > 0 && out->data[out->len - 1] == '-')
		out->data[--out->len] = '\0';
	return out->data;
}

/* ---- staging ---------------------------------------------------------------------- */

static const char *number(struct import *im, int64_t n)
{
	return mem_printf(im->row, "%lld", (long long)n);
}

static const char *column_name(const struct import *im, int column)
{
	return column < 0 ? "" : csv_name(im->csv, (size_t)column);
}

/* Empty texts of a code become NULL where the table wants one or none. */
static const char *some(const char *text)
{
	return text != NULL && *text != '\0' ? text : NULL;
}

#define PUT(im, table, columns, ...) \
	stage_put((im)->stage, table, columns, (const char *const[]){ __VA_ARGS__ }, \
		  ARRAY_LEN(((const char *const[]){ __VA_ARGS__ })))

void put_flag(struct import *im, const char *kind, const char *name)
{
	PUT(im, "import_flag", "kind, name", kind, name);
}

void put_attribute(struct import *im, const char *attribute, const char *value, const char *locale, const char *label,
		   const char *swatch, const char *position, const char *filterable)
{
	PUT(im, "import_attribute", "line, attribute, value, locale, label, swatch, position, filterable", number(im, im->line), attribute,
	    value, locale, label, some(swatch), some(position), some(filterable));
}

void put_product(struct import *im, const struct product_row *p)
{
	PUT(im, "import_product", "line, reference, status, brand, tax_class, lead_time_days, made_to_order, featured, visible, tiers_by,"
	    " position",
	    number(im, im->line), p->reference, p->status, p->brand, p->tax_class, p->lead_time_days, p->made_to_order, p->featured,
	    p->visible, p->tiers_by, p->position);
}

void put_text(struct import *im, const struct text_row *t)
{
	bool made = some(t->slug) == NULL;
	const char *slug = made ? import_slugify(im->row, t->name, 100) : t->slug;

	if (*slug == '\0')
		slug = import_slugify(im->row, t->reference, 100);
	if (*slug == '\0')
		slug = "product";
	PUT(im, "import_text", "line, reference, locale, slug, slug_made, name, summary, description, meta_title, meta_description",
	    number(im, im->line), t->reference, t->locale, slug, made ? "true" : "false", t->name, t->summary, t->description, t->meta_title,
	    t->meta_description);
}

void put_own_text(struct import *im, const struct text_row *t)
{
	PUT(im, "import_own_text", "line, reference, locale, name, summary, description", number(im, im->line), t->reference, t->locale, t->name,
	    t->summary, t->description);
}

void put_item(struct import *im, int column, const char *reference, const char *kind, const char *name, const char *value, int position,
	      const char *option_value)
{
	PUT(im, "import_item", "line, col, reference, kind, name, value, position, option_value", number(im, im->line),
	    column_name(im, column), reference, kind, name, value, number(im, position), some(option_value));
}

void put_label(struct import *im, const char *reference, const char *kind, int position, const char *locale, const char *label)
{
	PUT(im, "import_label", "reference, kind, position, locale, label", reference, kind, number(im, position), locale, label);
}

void put_variant(struct import *im, const struct variant_row *v)
{
	PUT(im, "import_variant", "line, reference, sku, gtin, made_to_order, track_stock, weight_g, position", number(im, im->line), v->reference,
	    v->sku, v->gtin, v->made_to_order, v->track_stock, v->weight_g, number(im, v->position));
}

void put_option(struct import *im, int column, const char *sku, const char *attribute, const char *value, int position)
{
	PUT(im, "import_option", "line, col, sku, attribute, value, position", number(im, im->line), column_name(im, column), sku, attribute, value,
	    number(im, position));
}

void put_price(struct import *im, int column, const char *sku, const char *currency, int64_t min_quantity, const char *amount, const char *was)
{
	PUT(im, "import_price", "line, col, sku, currency, min_quantity, amount, was", number(im, im->line), column_name(im, column), sku, currency,
	    number(im, min_quantity), amount, was);
}

void put_special(struct import *im, int column, const char *sku, const char *currency, const char *amount, const char *was, const char *starts,
		 const char *ends)
{
	PUT(im, "import_special", "line, col, sku, currency, amount, was, starts, ends", number(im, im->line), column_name(im, column), sku, currency, amount,
	    was, starts, ends);
}

void put_part(struct import *im, int column, const char *sku, const char *part, const char *quantity, int position)
{
	PUT(im, "import_part", "line, col, sku, part, quantity, position", number(im, im->line), column_name(im, column), sku, part, quantity,
	    number(im, position));
}

void put_stock(struct import *im, int column, const char *sku, const char *warehouse, const char *quantity)
{
	PUT(im, "import_stock", "line, col, sku, warehouse, quantity", number(im, im->line), column_name(im, column), sku, warehouse, quantity);
}

/* What stands before END in S, or NULL when END does not. */
static const char *until(const void *ctx, const char *s, char end)
{
	const char *at = strchr(s, end);

	return at == NULL ? NULL : mem_strndup(ctx, s, (size_t)(at - s));
}

/* "+12.5%": hundredths of a percent. */
static bool read_percent(const void *ctx, const char *text, int64_t *out)
{
	size_t n = strlen(text);

	if (n < 3 || (*text != '+' && *text != '-') || text[n - 1] != '%' || !parse_money(mem_strndup(ctx, text + 1, n - 2), 2, out))
		return false;
	if (*text == '-')
		*out = -*out;
	return *out >= MARKUP_LEAST && *out <= MARKUP_MOST;
}

/* "suelas", "suelas:USD*0.92" or, of costs, ":USD*0.92". */
static bool read_base(const void *ctx, const char *text, struct markup_row *m)
{
	const char *colon = strchr(text, ':'), *currency = colon == NULL ? NULL : until(ctx, colon + 1, '*');
	bool store = strcmp(m->base, "store") == 0;

	m->base_store = colon == NULL ? text : until(ctx, text, ':');
	if ((*m->base_store != '\0') != store || (colon == NULL && !store))
		return false;
	if (colon == NULL)
		return true;
	if (currency == NULL || strlen(currency) != 3 || strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		return false;
	m->base_currency = currency;
	m->rate = strchr(colon, '*') + 1;
	return is_rate(m->rate);
}

static bool read_ending(const char *text, int64_t *out)
{
	static const struct {
		const char *text;
		int64_t ending;
	} endings[] = { { ".00", 0 }, { ".90", 90 }, { ".95", 95 }, { ".99", 99 } };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (strcmp(text, endings[i].text) == 0) {
			*out = endings[i].ending;
			return true;
		}
	return false;
}

bool import_markup(const void *ctx, const char *text, struct markup_row *m)
{
	char *words[4], *rest = mem_strdup(ctx, text), *save = NULL;
	size_t n = 0, at = 1;

	for (char *w = strtok_r(rest, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		if (n == ARRAY_LEN(words))
			return false;
		words[n++] = w;
	}
	if (n == 0)
		return false;
	m->base = words[0];
	m->base_store = m->rate = "";
	m->base_currency = m->currency;
	m->ending = -1;
	if (strcmp(m->base, "hand") == 0)
		return n == 1;
	if (strcmp(m->base, "store") != 0 && strcmp(m->base, "cost") != 0)
		return false;
	if (n > at && *words[at] != '+' && *words[at] != '-' && !read_base(ctx, words[at++], m))
		return false;
	if ((strcmp(m->base, "store") == 0 && *m->base_store == '\0') || n <= at || !read_percent(ctx, words[at++], &m->percent))
		return false;
	if (n > at && !read_ending(words[at++], &m->ending))
		return false;
	return n == at;
}

void put_markup(struct import *im, int column, const struct markup_row *m)
{
	PUT(im, "import_markup", "line, col, reference, currency, base, base_store, base_currency, rate, percent, ending, exponent, base_exponent",
	    number(im, im->line), column_name(im, column), m->reference, m->currency, m->base, m->base_store, m->base_currency, m->rate,
	    mem_printf(im->row, "%lld", (long long)m->percent), mem_printf(im->row, "%lld", (long long)m->ending),
	    number(im, currency_exponent(m->currency)), number(im, currency_exponent(m->base_currency)));
}
