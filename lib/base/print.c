#include "base/mustache_node.h"

#include "base/mem.h"

#include <string.h>
#include <time.h>

/* The machine's form of money: a decimal number with the currency's digits. */
static void plain_money(int64_t minor, const char *currency, struct buf *out)
{
	int digits = currency == NULL ? -1 : currency_exponent(currency);
	uint64_t rest = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor, unit = 1;

	if (digits <= 0) {
		buf_int(out, minor);
		return;
	}
	for (int i = 0; i < digits; i++)
		unit *= 10;
	buf_printf(out, "%s%llu.%0*llu", minor < 0 ? "-" : "", (unsigned long long)(rest / unit),
		   digits, (unsigned long long)(rest % unit));
}

/* The machine's form of a moment, ISO 8601 in UTC. */
static void plain_time(int64_t ms, struct buf *out)
{
	time_t s = (time_t)(ms / 1000 - (ms % 1000 < 0));
	char text[40];
	struct tm tm;

	if (gmtime_r(&s, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
		buf_adds(out, text);
}

static void print_plain(const struct value *v, const struct render *how, struct buf *out)
{
	switch (v->kind) {
	case VALUE_INT: buf_int(out, v->number); break;
	case VALUE_MONEY:
		plain_money(v->number, v->currency != NULL ? v->currency : how->currency, out);
		break;
	case VALUE_TIME: plain_time(v->number, out); break;
	case VALUE_TEXT:
	case VALUE_DATE:
	case VALUE_HTML: buf_adds(out, v->text); break;
	case VALUE_BOOL: buf_adds(out, v->yes ? "true" : "false"); break;
	default: break;                 /* absent, a list, a row or a view: nothing */
	}
}

/* As people write it; false when the value has no such form. */
static bool print_local(const struct value *v, const struct render *how, struct buf *out)
{
	const char *zone = how->timezone != NULL ? how->timezone : "UTC";
	const char *currency = how->currency;

	switch (v->kind) {
	case VALUE_INT: locale_int(how->locale, v->number, out); return true;
	case VALUE_DATE: locale_date(how->locale, v->text, out); return true;
	case VALUE_TIME:
		locale_time(how->locale, v->number, zone, out);
		return true;
	case VALUE_MONEY:
		if (v->currency != NULL)
			currency = v->currency;
		if (currency == NULL)
			return false;
		locale_money(how->locale, currency, v->number, out);
		return true;
	default: return false;
	}
}

/* Escapes what was printed from FROM on; most values hold nothing to escape. */
static void escape_tail(struct buf *out, size_t from)
{
	char *copy;
	size_t n;

	if (strpbrk(out->data + from, "&<>\"'") == NULL)
		return;
	n = out->len - from;
	copy = mem_strndup(out, out->data + from, n);
	out->len = from;
	buf_html(out, copy, n);
	mem_free(copy);
}

static void print_other(const struct value *v, const struct render *how, bool raw, bool escape,
			struct buf *out)
{
	size_t from = out->len;

	if (raw || how->locale == NULL || !print_local(v, how, out))
		print_plain(v, how, out);
	if (escape)
		escape_tail(out, from);
}

void value_print(const struct value *v, const struct render *how, bool raw, struct buf *out)
{
	bool escape = !raw && !how->plain;

	if (escape && (v->kind == VALUE_TEXT || v->kind == VALUE_HTML))
		buf_html(out, v->text, strlen(v->text));
	else
		print_other(v, how, raw, escape, out);
}
