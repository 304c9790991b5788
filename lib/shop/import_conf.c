#include "shop/import_conf.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "shop/pricing.h"

enum type {
	TEXT, BLOCK, BOOL, INT, RATE, MONEY, BANDS, COUNTRY, COUNTRIES, CURRENCIES, LOCALES, CHOICE, DATE, DATES,
	CLOCK, DAYS, COLOR, URL, ORIGIN, LINK, FILE_NAME, SLUG, WORDS, ITEMS, WEEKDAYS, PREFIX
};
enum suffix { PLAIN, BY_LOCALE, BY_CURRENCY };
enum need { MAY, MUST };                /* MUST with a suffix: for each language or currency of the store */

struct key {
	const char *section, *key;      /* key "*": any word, the networks of [social] */
	enum suffix suffix;
	enum type type;
	enum need need;
	int64_t min, max;               /* INT: bounds; TEXT, BLOCK: max characters */
	const char *choices;            /* CHOICE: words between spaces */
};

/* Characters: what fits its place on a page; pages hold terms of sale. */
#define LINE 200
#define LONG 500
#define PAGE 100000

static const struct key conf_keys[] = {
	{ "tenant", "slug", PLAIN, SLUG, MUST },
	{ "tenant", "name", PLAIN, TEXT, MUST, .max = LINE },

	{ "store", "code", PLAIN, SLUG, MUST },
	{ "store", "name", PLAIN, TEXT, MUST, .max = LINE },
	{ "store", "legal_name", PLAIN, TEXT, MAY, .max = LINE },
	{ "store", "tax_id", PLAIN, TEXT, MAY, .max = LINE },
	{ "store", "timezone", PLAIN, TEXT, MAY, .max = LINE },
	{ "store", "locales", PLAIN, LOCALES, MUST },
	{ "store", "currencies", PLAIN, CURRENCIES, MUST },
	{ "store", "smallest_amount", BY_CURRENCY, MONEY },
	{ "store", "prices_include_tax", PLAIN, BOOL },
	{ "store", "keep_gross", PLAIN, BOOL },
	{ "store", "tax_rounding", PLAIN, CHOICE, .choices = "line document" },
	{ "store", "shipping_tax_class", PLAIN, SLUG },
	{ "store", "shipping_tax", PLAIN, CHOICE, .choices = "class proportional" },
	{ "store", "guest_checkout", PLAIN, CHOICE, .choices = "plain verified" },
	{ "store", "low_stock", PLAIN, INT, .max = 10000 },
	{ "store", "hold_minutes", PLAIN, INT, .min = 1, .max = 60 },
	{ "store", "unpaid_minutes", PLAIN, INT, .min = 30, .max = 10080 },
	{ "store", "split_shipments", PLAIN, BOOL },
	{ "store", "cutoff", PLAIN, CLOCK },
	{ "store", "closed_weekdays", PLAIN, WEEKDAYS },
	{ "store", "holidays", PLAIN, DATES },
	{ "store", "status", PLAIN, CHOICE, .choices = "pending active inactive" },
	{ "store", "contact_email", PLAIN, TEXT, MAY, .max = LINE },
	{ "store", "contact_phone", PLAIN, TEXT, MAY, .max = 40 },
	{ "store", "street", PLAIN, TEXT, MAY, .max = LINE },
	{ "store", "postal_code", PLAIN, TEXT, MAY, .max = 20 },
	{ "store", "city", PLAIN, TEXT, MAY, .max = LINE },
	{ "store", "region", PLAIN, TEXT, MAY, .max = 20 },
	{ "store", "country", PLAIN, COUNTRY, MUST },
	{ "store", "color_primary", PLAIN, COLOR },
	{ "store", "color_accent", PLAIN, COLOR },
	{ "store", "logo", PLAIN, FILE_NAME },
	{ "store", "favicon", PLAIN, FILE_NAME },
	{ "store", "order_prefix", PLAIN, PREFIX },
	{ "store", "invoice_prefix", PLAIN, PREFIX },

	{ "host", "primary", PLAIN, BOOL },
	{ "host", "kind", PLAIN, CHOICE, .choices = "store admin" },
	{ "host", "origin", PLAIN, ORIGIN },

	{ "warehouse", "name", PLAIN, TEXT, MUST, .max = LINE },
	{ "warehouse", "country", PLAIN, COUNTRY, MUST },
	{ "warehouse", "priority", PLAIN, INT, .max = 1000 },

	{ "tax-class", "name", BY_LOCALE, TEXT, MUST, .max = LINE },

	{ "tax", "class", PLAIN, SLUG, MUST },
	{ "tax", "country", PLAIN, COUNTRY, MUST },
	{ "tax", "region", PLAIN, TEXT, MAY, .max = 20 },
	{ "tax", "postal", PLAIN, TEXT, MAY, .max = 12 },
	{ "tax", "rate", PLAIN, RATE, MUST },
	{ "tax", "name", PLAIN, TEXT, MUST, .max = LINE },
	{ "tax", "customer", PLAIN, CHOICE, .choices = "any consumer business" },
	{ "tax", "treatment", PLAIN, CHOICE, .choices = "taxed exempt reverse_charge" },
	{ "tax", "priority", PLAIN, INT, .min = 1, .max = 9 },
	{ "tax", "compound", PLAIN, BOOL },
	{ "tax", "shipping", PLAIN, BOOL },

	{ "delivery", "kind", PLAIN, CHOICE, MUST, .choices = "flat weight item" },
	{ "delivery", "active", PLAIN, BOOL },
	{ "delivery", "countries", PLAIN, COUNTRIES, MUST },
	{ "delivery", "price", BY_CURRENCY, MONEY },
	{ "delivery", "bands", BY_CURRENCY, BANDS },
	{ "delivery", "first", BY_CURRENCY, MONEY },
	{ "delivery", "each", BY_CURRENCY, MONEY },
	{ "delivery", "free_above", BY_CURRENCY, MONEY },
	{ "delivery", "days", PLAIN, DAYS },
	{ "delivery", "name", BY_LOCALE, TEXT, MUST, .max = LINE },
	{ "delivery", "description", BY_LOCALE, TEXT, MAY, .max = LONG },

	{ "payment", "active", PLAIN, BOOL },
	{ "payment", "countries", PLAIN, COUNTRIES },
	{ "payment", "name", BY_LOCALE, TEXT, MUST, .max = LINE },
	{ "payment", "instructions", BY_LOCALE, BLOCK, MAY, .max = 4000 },

	{ "coupon", "kind", PLAIN, CHOICE, MUST, .choices = "percent fixed free_shipping" },
	{ "coupon", "active", PLAIN, BOOL },
	{ "coupon", "percent", PLAIN, RATE },
	{ "coupon", "value", BY_CURRENCY, MONEY },
	{ "coupon", "minimum", BY_CURRENCY, MONEY },
	{ "coupon", "starts", PLAIN, DATE },
	{ "coupon", "ends", PLAIN, DATE },
	{ "coupon", "max_uses", PLAIN, INT, .min = 1, .max = 1000000000 },
	{ "coupon", "per_customer", PLAIN, INT, .min = 1, .max = 1000000 },
	{ "coupon", "include_categories", PLAIN, WORDS },
	{ "coupon", "exclude_categories", PLAIN, WORDS },
	{ "coupon", "include_products", PLAIN, WORDS },
	{ "coupon", "exclude_products", PLAIN, WORDS },

	{ "block", "kind", PLAIN, CHOICE, MUST,
	  .choices = "hero mission vision objectives values featured categories collections testimonials sustainability cta" },
	{ "block", "image", PLAIN, FILE_NAME },
	{ "block", "link", PLAIN, LINK },
	{ "block", "title", BY_LOCALE, TEXT, MUST, .max = LINE },
	{ "block", "body", BY_LOCALE, BLOCK, MAY, .max = 10000 },
	{ "block", "items", BY_LOCALE, ITEMS, MAY, .max = 2000 },
	{ "block", "link_text", BY_LOCALE, TEXT, MAY, .max = LINE },
	{ "block", "alt", BY_LOCALE, TEXT, MAY, .max = LONG },

	{ "page", "slug", BY_LOCALE, SLUG, MUST },
	{ "page", "title", BY_LOCALE, TEXT, MUST, .max = LINE },
	{ "page", "body", BY_LOCALE, BLOCK, MUST, .max = PAGE },

	{ "social", "*", PLAIN, URL },

	{ "mail", "from_name", PLAIN, TEXT, MAY, .max = LINE },
	{ "mail", "signature", BY_LOCALE, BLOCK, MAY, .max = 2000 },
};

/* What the name of a section may be; NULL: it has none and stands once. */
static const struct section {
	const char *section;
	const char *what;               /* for messages; NULL: no name */
	const char *letters;            /* that the name is made of */
	size_t max;
	const char *choices;
	bool needed;
} sections[] = {
	{ "tenant", .needed = true }, { "store", .needed = true }, { "social" }, { "mail" },
	{ "host", "a host name", "abcdefghijklmnopqrstuvwxyz0123456789.-", 253, .needed = true },
	{ "warehouse", "a code of A-Z, 0-9, - and _", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", 16 },
	{ "tax-class", "a code of a-z, 0-9, - and _", "abcdefghijklmnopqrstuvwxyz0123456789_-", 32, .needed = true },
	{ "tax", "a code of a-z, 0-9, - and _", "abcdefghijklmnopqrstuvwxyz0123456789_-", 32 },
	{ "delivery", "a code of a-z, 0-9, - and _", "abcdefghijklmnopqrstuvwxyz0123456789_-", 32 },
	{ "payment", "bank_transfer, cod, card or invoice", "abcdefghijklmnopqrstuvwxyz_", 32, .choices = "bank_transfer cod card invoice" },
	{ "coupon", "a code of A-Z, 0-9, - and _", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", 32 },
	{ "block", "a code of a-z, 0-9, - and _", "abcdefghijklmnopqrstuvwxyz0123456789_-", 32 },
	{ "page", "a code of a-z, 0-9, - and _", "abcdefghijklmnopqrstuvwxyz0123456789_-", 32 },
};

/* An entry as it stands in the file. */
struct raw {
	int64_t line;
	int section;                    /* index of the section line in starts */
	const char *key, *suffix, *full;
	struct buf *value;
	const struct key *known;
};

struct start {
	int64_t line;
	const struct section *section;
	const char *name;
};

struct reader {
	struct conf *conf;
	struct report *report;
	struct raw *raws;
	size_t nraws;
	struct start *starts;
	size_t nstarts;
	bool skipping;                  /* inside a section that is not known */
	struct raw *open;               /* the setting that further lines belong to */
};

static bool one_of(const char *word, const char *choices)
{
	size_t n = strlen(word);

	for (const char *c = choices; n > 0 && (c = strstr(c, word)) != NULL; c += n)
		if ((c == choices || c[-1] == ' ') && (c[n] == ' ' || c[n] == '\0'))
			return true;
	return false;
}

/* ---- lines ---------------------------------------------------------------------- */

static void read_section(struct reader *r, int64_t line, char *text)
{
	char *end = strrchr(text, ']'), *name;
	const struct section *s = NULL;
	const char *names[ARRAY_LEN(sections)];

	r->skipping = true;
	r->open = NULL;
	if (end == NULL || end[1] != '\0') {
		report_error(r->report, line, "", "a section is written [kind] or [kind name]");
		return;
	}
	*end = '\0';
	text++;
	name = strchr(text, ' ');
	if (name != NULL)
		*name++ = '\0';
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		names[i] = sections[i].section;
		if (strcmp(names[i], text) == 0)
			s = &sections[i];
	}
	if (s == NULL) {
		const char *near = report_nearest(text, names, ARRAY_LEN(names));

		report_error(r->report, line, "", "there is no section [%s]%s%s%s", text,
			     near != NULL ? "; did you mean [" : "", near != NULL ? near : "", near != NULL ? "]?" : "");
		return;
	}
	if (s->what == NULL ? name != NULL : name == NULL || *name == '\0' || strlen(name) > s->max
	    || strspn(name, s->letters) != strlen(name) || !isalnum((unsigned char)*name)
	    || (s->choices != NULL && !one_of(name, s->choices))) {
		report_error(r->report, line, "", s->what == NULL ? "[%s] has no name" : "[%s NAME] needs %s as its name",
			     s->section, s->what);
		return;
	}
	for (size_t i = 0; i < r->nstarts; i++)
		if (r->starts[i].section == s && strcmp(r->starts[i].name, name != NULL ? name : "") == 0) {
			report_error(r->report, line, "", "this section stands in line %lld already", (long long)r->starts[i].line);
			return;
		}
	r->starts = mem_resize(r->conf, r->starts, struct start, r->nstarts + 1);
	r->starts[r->nstarts++] = (struct start){ line, s, mem_strdup(r->conf, name != NULL ? name : "") };
	r->skipping = false;
}

static const struct key *find_key(const char *section, const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(conf_keys); i++)
		if (strcmp(conf_keys[i].section, section) == 0
		    && (strcmp(conf_keys[i].key, key) == 0 || strcmp(conf_keys[i].key, "*") == 0))
			return &conf_keys[i];
	return NULL;
}

static void unknown_key(struct reader *r, int64_t line, const char *section, const char *key)
{
	const char *names[ARRAY_LEN(conf_keys)], *near;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(conf_keys); i++)
		if (strcmp(conf_keys[i].section, section) == 0)
			names[n++] = conf_keys[i].key;
	near = report_nearest(key, names, n);
	report_error(r->report, line, key, "[%s] has no such setting%s%s%s", section,
		     near != NULL ? "; did you mean " : "", near != NULL ? near : "", near != NULL ? "?" : "");
}

static void read_setting(struct reader *r, int64_t line, char *text)
{
	char *equals = strchr(text, '='), *end, *dot;
	struct raw *raw;
	const char *section;

	r->open = NULL;
	if (equals == NULL) {
		report_error(r->report, line, "", "this is no [section], no setting = value and no comment");
		return;
	}
	if (r->nstarts == 0 && !r->skipping) {
		report_error(r->report, line, "", "a setting before the first [section]");
		return;
	}
	if (r->skipping)
		return;
	if (r->nraws == CONF_ENTRIES_MAX) {
		report_error(r->report, line, "", "the file has more than %d settings", CONF_ENTRIES_MAX);
		r->skipping = true;
		return;
	}
	for (end = equals; end > text && (end[-1] == ' ' || end[-1] == '\t'); end--)
		;
	*end = '\0';
	section = r->starts[r->nstarts - 1].section->section;
	r->raws = mem_resize(r->conf, r->raws, struct raw, r->nraws + 1);
	raw = &r->raws[r->nraws];
	*raw = (struct raw){ .line = line, .section = (int)r->nstarts - 1, .full = mem_strdup(r->conf, text), .suffix = "" };
	dot = strchr(text, '.');
	if (dot != NULL) {
		*dot = '\0';
		raw->suffix = mem_strdup(r->conf, dot + 1);
	}
	raw->key = mem_strdup(r->conf, text);
	raw->known = find_key(section, text);
	if (raw->known == NULL) {
		unknown_key(r, line, section, raw->key);
		raw->known = NULL;
	}
	raw->value = buf_new(r->conf);
	buf_adds(raw->value, equals + 1 + strspn(equals + 1, " \t"));
	r->nraws++;
	r->open = raw;
}

static void read_line(struct reader *r, int64_t line, char *text)
{
	size_t n = strlen(text);
	size_t blank = strspn(text, " \t");

	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r'))
		text[--n] = '\0';
	if (n == 0) {
		r->open = NULL;
	} else if (blank > 0) {
		if (r->open != NULL) {
			buf_addc(r->open->value, '\n');
			if (strcmp(text + blank, ".") != 0)
				buf_adds(r->open->value, text + blank);
		} else if (!r->skipping) {
			report_error(r->report, line, "", "a line that begins with a space goes on with a setting, but none is open");
		}
	} else if (*text == '[') {
		read_section(r, line, text);
	} else if (*text != ';' && *text != '#') {
		read_setting(r, line, text);
	}
}

/* ---- values ---------------------------------------------------------------------- */

static void put(struct reader *r, const struct raw *raw, int position, const char *value, const char *more)
{
	struct conf *c = r->conf;
	const struct start *s = &r->starts[raw->section];

	if ((c->n & (c->n - 1)) == 0)
		c->entries = mem_resize(c, c->entries, struct conf_entry, c->n == 0 ? 1 : 2 * c->n);
	c->entries[c->n++] = (struct conf_entry){ .line = raw->line, .section = s->section->section, .name = s->name,
		.key = raw->key, .suffix = raw->suffix, .position = position, .value = value, .more = more };
}

static bool is_date(const char *s)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t y, m, d;
	char part[3][5] = { { 0 } };

	if (strlen(s) != 10 || s[4] != '-' || s[7] != '-')
		return false;
	memcpy(part[0], s, 4);
	memcpy(part[1], s + 5, 2);
	memcpy(part[2], s + 8, 2);
	if (!parse_int(part[0], 1900, 9999, &y) && part[0][0] != '0')
		return false;
	m = (part[1][0] - '0') * 10 + part[1][1] - '0';
	d = (part[2][0] - '0') * 10 + part[2][1] - '0';
	return strspn(part[1], "0123456789") == 2 && strspn(part[2], "0123456789") == 2
		&& strspn(part[0], "0123456789") == 4 && m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1]
		&& !(m == 2 && d == 29 && (y % 4 != 0 || (y % 100 == 0 && y % 400 != 0)));
}

static bool is_country(const char *s)
{
	return strlen(s) == 2 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2;
}

static bool is_slug(const char *s)
{
	return *s != '\0' && *s != '-' && strlen(s) <= 121 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(s);
}

static const char *money(const struct conf *c, const char *text, const char *currency)
{
	int64_t minor;

	/* the upper bound of every amount in the schema */
	return parse_money(text, currency_exponent(currency), &minor) && minor <= PRICING_MAX_PRICE
		? mem_printf(c->ctx, "%lld", (long long)minor) : NULL;
}

/* The next word of a list that blanks part. */
static char *next_word(char **rest)
{
	char *word;

	do
		word = strsep(rest, " \t\n,");
	while (word != NULL && *word == '\0');
	return word;
}

static void bad(struct reader *r, const struct raw *raw, const char *wanted)
{
	report_error(r->report, raw->line, raw->full, "%s is not %s", report_quote(r->report, raw->value->data), wanted);
}

static void take_bands(struct reader *r, const struct raw *raw, char *text)
{
	char *band;
	int64_t grams, before = 0;

	while ((band = strsep(&text, "|")) != NULL) {
		char *colon = strchr(band, ':');
		const char *minor;

		if (colon != NULL)
			*colon = '\0';
		minor = colon != NULL ? money(r->conf, colon + 1, raw->suffix) : NULL;
		if (minor == NULL || !parse_int(band, before + 1, 100000000, &grams)) {
			bad(r, raw, "a list of weights in grams and prices, rising: 2000:4.90|5000:6.90");
			return;
		}
		before = grams;
		put(r, raw, (int)grams, minor, NULL);
	}
}

static void take_items(struct reader *r, struct raw *raw, char *text)
{
	int position = 0;
	int64_t first = raw->line;
	char *item;

	for (int64_t line = first; (item = strsep(&text, "\n")) != NULL; line++) {
		char *more = strstr(item, " :: ");

		raw->line = line;
		if (strncmp(item, ":: ", 3) == 0)
			*item = '\0';
		else if (more != NULL)
			*more = '\0';
		if (*item == '\0' || utf8_length(item) > LINE || (more != NULL && utf8_length(more + 4) > 2000))
			report_error(r->report, line, raw->full, "an item is a line \"title :: text\", at most 200 and 2000 characters");
		else
			put(r, raw, position++, mem_strdup(r->conf, item), mem_strdup(r->conf, more != NULL ? more + 4 : ""));
	}
	raw->line = first;
}

static void take_words(struct reader *r, const struct raw *raw, char *text)
{
	enum type type = raw->known->type;
	int position = 0;
	char *word;

	while ((word = next_word(&text)) != NULL) {
		if (type == COUNTRIES ? !is_country(word) && strcmp(word, "*") != 0
		    : type == CURRENCIES ? currency_exponent(word) < 0
		    : type == DATES ? !is_date(word) : strlen(word) > 121) {
			report_error(r->report, raw->line, raw->full, "%s is not %s", report_quote(r->report, word),
				     type == COUNTRIES ? "a country of two letters (ISO 3166-1), or *"
				     : type == CURRENCIES ? "a currency of three letters (ISO 4217)"
				     : type == DATES ? "a date like 2027-12-25" : "a code");
			continue;
		}
		for (size_t i = 0; i < r->conf->n; i++)
			if (r->conf->entries[i].line == raw->line && strcmp(r->conf->entries[i].value, word) == 0)
				report_error(r->report, raw->line, raw->full, "%s stands twice", report_quote(r->report, word));
		put(r, raw, position++, mem_strdup(r->conf, word), NULL);
	}
	if (position == 0)
		report_error(r->report, raw->line, raw->full, "the list is empty");
}

static void take_weekdays(struct reader *r, const struct raw *raw, char *text)
{
	static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	unsigned mask = 0;
	char *word;

	while ((word = next_word(&text)) != NULL) {
		size_t i = 0;

		while (i < ARRAY_LEN(names) && strcmp(names[i], word) != 0)
			i++;
		if (i == ARRAY_LEN(names) && strcmp(word, "none") != 0) {
			bad(r, raw, "a list of mon tue wed thu fri sat sun, or none");
			return;
		}
		mask |= i < ARRAY_LEN(names) ? BIT(i) : 0;
	}
	if (mask == 127)
		bad(r, raw, "possible: one day must be open");
	else
		put(r, raw, 0, mem_printf(r->conf, "%u", mask), NULL);
}

static const char *take_number(struct reader *r, const struct raw *raw, const char *text, const char **wanted)
{
	const struct key *k = raw->known;
	int64_t n;

	switch (k->type) {
	case INT:
		*wanted = mem_printf(r->conf, "a whole number from %lld to %lld", (long long)k->min, (long long)k->max);
		return parse_int(text, k->min, k->max, &n) ? text : NULL;
	case RATE:
		*wanted = "a percentage from 0 to 100 with at most four digits after the point";
		return parse_money(text, 4, &n) && n <= 1000000 ? mem_printf(r->conf, "%lld", (long long)n) : NULL;
	case MONEY:
		*wanted = mem_printf(r->conf, "an amount in %s like 19.90, at most %lld of its smallest units", raw->suffix,
				     (long long)PRICING_MAX_PRICE);
		return money(r->conf, text, raw->suffix);
	default: {
		int64_t h, m;
		char *colon = strchr(text, ':');

		*wanted = "a time of day like 14:00";
		return colon != NULL && parse_int(mem_strndup(r->conf, text, (size_t)(colon - text)), 0, 24, &h)
			&& strlen(colon) == 3 && parse_int(colon[1] == '0' ? colon + 2 : colon + 1, 0, 59, &m) && h * 60 + m <= 1440
			? mem_printf(r->conf, "%lld", (long long)(h * 60 + m)) : NULL;
	}
	}
}

static const char *take_bool(const char *text)
{
	return one_of(text, "yes true on 1") ? "true" : one_of(text, "no false off 0") ? "false" : NULL;
}

static bool is_color(const char *s)
{
	return strlen(s) == 7 && *s == '#' && strspn(s + 1, "0123456789abcdef") == 6;
}

/* A file below the directory of pictures: no way out of it. */
static bool is_file_name(const char *s)
{
	return *s != '\0' && *s != '/' && *s != '.' && strlen(s) <= 255 && strstr(s, "..") == NULL && strchr(s, '\\') == NULL;
}

static bool is_origin(const char *s)
{
	const char *host = strncmp(s, "https://", 8) == 0 ? s + 8 : strncmp(s, "http://", 7) == 0 ? s + 7 : "";

	return *host != '\0' && strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-:") == strlen(host);
}

/* A value of one line; NULL after a fault. */
static const char *take_line(struct reader *r, const struct raw *raw, const char *text)
{
	const struct key *k = raw->known;
	const char *wanted = "", *value = text;
	bool ok = true;

	switch (k->type) {
	case INT: case RATE: case MONEY: case CLOCK:
		value = take_number(r, raw, text, &wanted);
		ok = value != NULL;
		break;
	case BOOL:
		value = take_bool(text);
		ok = value != NULL;
		wanted = "yes or no";
		break;
	case CHOICE:
		ok = one_of(text, k->choices);
		wanted = mem_printf(r->conf, "one of: %s", k->choices);
		break;
	case COUNTRY:
		ok = is_country(text) || (strcmp(k->section, "tax") == 0 && strcmp(text, "*") == 0);
		wanted = "a country of two letters (ISO 3166-1)";
		break;
	case DATE:
		ok = is_date(text);
		wanted = "a date like 2027-12-25";
		break;
	case COLOR:
		ok = is_color(text);
		wanted = "a colour like #1f4e79 (small letters)";
		break;
	case URL:
		ok = strncmp(text, "https://", 8) == 0 && text[8] != '\0' && strpbrk(text, " \"<>\\") == NULL;
		wanted = "an address that begins with https://";
		break;
	case ORIGIN:
		ok = is_origin(text);
		wanted = "an origin like https://shop.example";
		break;
	case LINK:
		ok = *text == '/' && text[1] != '/' && strpbrk(text, " \"<>\\") == NULL;
		wanted = "a path of this shop like /c/soles";
		break;
	case FILE_NAME:
		ok = is_file_name(text);
		wanted = "the name of a file below the directory of pictures";
		break;
	case SLUG:
		ok = is_slug(text);
		wanted = "a name of a-z, 0-9 and -";
		break;
	case PREFIX:
		ok = strlen(text) <= 8 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
		wanted = "at most 8 letters, digits and -";
		break;
	default:
		break;
	}
	if (!ok)
		bad(r, raw, wanted);
	return ok ? value : NULL;
}

static void take_days(struct reader *r, const struct raw *raw, char *text)
{
	int64_t from, to;
	char *dash = strchr(text, '-');

	if (dash != NULL)
		*dash = '\0';
	if (dash == NULL || !parse_int(text, 0, 90, &from) || !parse_int(dash + 1, from, 120, &to))
		bad(r, raw, "a span of days like 2-4");
	else
		put(r, raw, 0, mem_strdup(r->conf, text), mem_strdup(r->conf, dash + 1));
}

/* Checks the text of one setting and puts its rows. */
static void take(struct reader *r, struct raw *raw)
{
	const struct key *k = raw->known;
	bool block = k->type == BLOCK || k->type == ITEMS;
	char *text = text_clean(r->conf, raw->value->data, raw->value->len,
				block || k->type == WORDS || k->type == COUNTRIES || k->type == DATES || k->type == TEXT
				? TEXT_BLOCK : TEXT_LINE);
	const char *value;

	if (text == NULL) {
		report_error(r->report, raw->line, raw->full, "the text holds control characters or more lines than one");
		return;
	}
	if (*text == '\0') {
		report_error(r->report, raw->line, raw->full, "the value is empty; leave the line out instead");
		return;
	}
	switch (k->type) {
	case BANDS: take_bands(r, raw, text); return;
	case ITEMS: take_items(r, raw, text); return;
	case DAYS: take_days(r, raw, text); return;
	case WEEKDAYS: take_weekdays(r, raw, text); return;
	case COUNTRIES: case CURRENCIES: case DATES: case WORDS: take_words(r, raw, text); return;
	case LOCALES: return;           /* read before, see read_languages() */
	case TEXT:
		for (char *p = text; *p != '\0'; p++)   /* a long line may go on in the next */
			if (*p == '\n')
				*p = ' ';
		/* fall through */
	case BLOCK:
		if (utf8_length(text) > (size_t)k->max)
			report_error(r->report, raw->line, raw->full, "the text is longer than %lld characters", (long long)k->max);
		else
			put(r, raw, 0, text, NULL);
		return;
	default:
		break;
	}
	value = take_line(r, raw, text);
	if (value != NULL)
		put(r, raw, 0, value, NULL);
}

/* ---- languages and currencies --------------------------------------------------- */

static bool has(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

static void read_languages(struct reader *r, struct raw *raw)
{
	struct conf *c = r->conf;
	char *text = mem_strdup(c, raw->value->data), *word;

	while ((word = next_word(&text)) != NULL) {
		size_t n = strlen(word);
		char *language = mem_strdup(c, word);

		if ((n != 5 && n != 6) || word[n - 3] != '-' || strspn(word, "abcdefghijklmnopqrstuvwxyz") != n - 3
		    || !is_country(word + n - 2)) {
			report_error(r->report, raw->line, raw->full, "%s is not a language and country like es-ES",
				     report_quote(r->report, word));
			continue;
		}
		language[n - 3] = '\0';
		if (has(c->locales, c->nlocales, language)) {   /* a second country of a language: "es-mx" */
			language[n - 3] = '-';
			for (char *p = language + n - 2; *p != '\0'; p++)
				*p = (char)tolower((unsigned char)*p);
		}
		if (has(c->locales, c->nlocales, language)) {
			report_error(r->report, raw->line, raw->full, "%s stands twice", word);
			continue;
		}
		c->locales = mem_resize(c, c->locales, const char *, c->nlocales + 1);
		c->tags = mem_resize(c, c->tags, const char *, c->nlocales + 1);
		c->tags[c->nlocales] = word;
		put(r, raw, (int)c->nlocales, language, word);
		c->locales[c->nlocales++] = language;
	}
}

static void read_currencies(struct reader *r, const struct raw *raw)
{
	struct conf *c = r->conf;
	char *text = mem_strdup(c, raw->value->data), *word;

	while ((word = next_word(&text)) != NULL) {
		c->currencies = mem_resize(c, c->currencies, const char *, c->ncurrencies + 1);
		c->currencies[c->ncurrencies++] = word;
	}
}

static bool suffix_fits(struct reader *r, const struct raw *raw)
{
	const struct conf *c = r->conf;
	const struct key *k = raw->known;

	if (k->suffix == PLAIN && *raw->suffix != '\0') {
		report_error(r->report, raw->line, raw->full, "%s is written without .%s", raw->key, raw->suffix);
		return false;
	}
	/* Tax classes are shared by the tenant's stores, so other stores' languages may stand there. */
	if (k->suffix == BY_LOCALE && !has(c->locales, c->nlocales, raw->suffix)
	    && (strcmp(k->section, "tax-class") != 0 || strlen(raw->suffix) < 2)) {
		report_error(r->report, raw->line, raw->full, "%s needs a language of the store: %s.%s = ...", raw->key, raw->key,
			     c->nlocales > 0 ? c->locales[0] : "en");
		return false;
	}
	if (k->suffix == BY_CURRENCY && (!has(c->currencies, c->ncurrencies, raw->suffix) || currency_exponent(raw->suffix) < 0)) {
		report_error(r->report, raw->line, raw->full, "%s needs a currency of the store: %s.%s = ...", raw->key, raw->key,
			     c->ncurrencies > 0 ? c->currencies[0] : "EUR");
		return false;
	}
	return true;
}

/* ---- the whole file -------------------------------------------------------------- */

static bool given(const struct reader *r, size_t start, const char *key, const char *suffix)
{
	for (size_t i = 0; i < r->nraws; i++)
		if (r->raws[i].section == (int)start && strcmp(r->raws[i].key, key) == 0
		    && strcmp(r->raws[i].suffix, suffix) == 0)
			return true;
	return false;
}

static void check_needed(struct reader *r, size_t start, const struct key *k)
{
	const struct conf *c = r->conf;
	const struct start *s = &r->starts[start];

	if (k->suffix == PLAIN && !given(r, start, k->key, ""))
		report_error(r->report, s->line, k->key, "[%s] needs this setting", s->section->section);
	for (size_t i = 0; k->suffix == BY_LOCALE && i < c->nlocales; i++)
		if (!given(r, start, k->key, c->locales[i]))
			report_error(r->report, s->line, mem_printf(c, "%s.%s", k->key, c->locales[i]),
				     "[%s] needs this setting in each language of the store", s->section->section);
}

static void check_whole(struct reader *r)
{
	for (size_t i = 0; i < r->nstarts; i++)
		for (size_t j = 0; j < ARRAY_LEN(conf_keys); j++)
			if (conf_keys[j].need == MUST && strcmp(conf_keys[j].section, r->starts[i].section->section) == 0)
				check_needed(r, i, &conf_keys[j]);
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		bool found = !sections[i].needed;

		for (size_t j = 0; j < r->nstarts; j++)
			found = found || r->starts[j].section == &sections[i];
		if (!found)
			report_error(r->report, 0, "", "the file needs a section [%s]", sections[i].section);
	}
}

static bool is_repeated(struct reader *r, const struct raw *raw)
{
	for (const struct raw *other = r->raws; other < raw; other++)
		if (other->section == raw->section && strcmp(other->full, raw->full) == 0) {
			report_error(r->report, raw->line, raw->full, "this setting stands in line %lld already", (long long)other->line);
			return true;
		}
	return false;
}

/* A whole-coupon percentage is written "value = 10". */
static void settle_value(struct reader *r, struct raw *raw)
{
	if (strcmp(r->starts[raw->section].section->section, "coupon") == 0 && strcmp(raw->full, "value") == 0) {
		raw->key = "percent";
		raw->known = find_key("coupon", "percent");
	}
}

static void read_text(struct reader *r, char *text, size_t n)
{
	int64_t line = 1;
	char *row;

	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	for (; (row = strsep(&text, "\n")) != NULL; line++)
		read_line(r, line, row);
}

struct conf *conf_read(const void *ctx, const char *text, size_t n, struct report *report)
{
	struct reader r = { .conf = mem_new(ctx, struct conf), .report = report };

	r.conf->ctx = r.conf;
	if (n > CONF_BYTES_MAX || memchr(text, '\0', n) != NULL || !utf8_valid(text, n)) {
		report_error(report, 0, "", n > CONF_BYTES_MAX ? "the file is larger than 2 MiB" : "the file is not UTF-8 text");
		return r.conf;
	}
	read_text(&r, mem_strndup(r.conf, text, n), n);
	for (size_t i = 0; i < r.nraws; i++) {
		if (r.raws[i].known != NULL && r.raws[i].known->type == LOCALES && r.conf->nlocales == 0)
			read_languages(&r, &r.raws[i]);
		if (r.raws[i].known != NULL && r.raws[i].known->type == CURRENCIES && r.conf->ncurrencies == 0)
			read_currencies(&r, &r.raws[i]);
	}
	for (size_t i = 0; i < r.nraws; i++)
		settle_value(&r, &r.raws[i]);
	for (size_t i = 0; i < r.nraws; i++)
		if (r.raws[i].known != NULL && !is_repeated(&r, &r.raws[i]) && suffix_fits(&r, &r.raws[i]))
			take(&r, &r.raws[i]);
	for (size_t i = 0; i < r.nstarts; i++) {        /* sections without settings count too */
		struct raw mark = { .line = r.starts[i].line, .section = (int)i, .key = "", .suffix = "" };

		put(&r, &mark, (int)i, "", NULL);
	}
	check_whole(&r);
	return r.conf;
}

const char *conf_value(const struct conf *c, const char *section, const char *name, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->entries[i].section, section) == 0 && strcmp(c->entries[i].name, name) == 0
		    && strcmp(c->entries[i].key, key) == 0)
			return c->entries[i].value;
	return NULL;
}
