#include "web/param.h"

#include "base/id.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "web/exchange.h"
#include "web/form.h"
#include "web/limits.h"
#include "web/upload.h"

#include <string.h>
#include <strings.h>

#define INT_MAX_EXACT 9007199254740991          /* 2^53 - 1: exact in every client language */
#define QUANTITY_MAX 10000
#define EMAIL_MAX 254                           /* RFC 5321 section 4.5.3.1.3, less the brackets */
#define SLUG_MAX 100
#define CODE_MAX 40
#define SECRET_MAX 1024
#define LIST_MAX 50                             /* items of a list that names no bound */
#define REASON_MIN 3                            /* an empty excuse explains nothing */
#define FILTERS_MAX 30                          /* nobody ticks more boxes; each costs an index probe */
#define FILTER_NAME_MAX 32                      /* of an attribute's code */
#define FILTER_VALUE_MAX 48                     /* of a value's code */

/* Names that advertisers and mailers append to links; they mean nothing to us. */
static const char *const tags[] = {
	"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "gclid",
	"gbraid", "wbraid", "dclid", "gad_source", "gad_campaignid", "fbclid", "msclkid", "ttclid",
	"twclid", "li_fat_id", "mc_cid", "mc_eid", "igshid", "epik", "srsltid", "yclid",
};

static bool is_tag(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		if (strcmp(tags[i], name) == 0)
			return true;
	return false;
}

/* --- one scalar -------------------------------------------------------------- */

struct scalar {
	const char *text;
	int64_t number;
	const char *error;
};

struct how {
	const void *ctx;
	const struct param *param;
	int exponent;
};

static bool all_of(const char *s, const char *allowed)
{
	return *s != '\0' && s[strspn(s, allowed)] == '\0';
}

static void read_integer(const struct how *how, const char *s, struct scalar *out)
{
	int64_t min = how->param->min, max = how->param->max;

	if (min == 0 && max == 0) {
		min = -INT_MAX_EXACT;
		max = INT_MAX_EXACT;
	}
	if (!parse_int(s, min, max, &out->number))
		out->error = N_("Please enter a whole number in the range shown.");
}

static void read_quantity(const struct how *how, const char *s, struct scalar *out)
{
	int64_t max = how->param->max > 0 ? how->param->max : QUANTITY_MAX;

	if (!parse_int(s, 1, max, &out->number))
		out->error = N_("Please enter a quantity of 1 or more, as a whole number.");
}

static void read_lines(const struct how *how, const char *s, struct scalar *out)
{
	bool block = how->param->type == PARAM_BLOCK;
	int64_t max = how->param->max > 0 ? how->param->max : block ? 2000 : 200;
	char *clean = text_clean(how->ctx, s, strlen(s), block ? TEXT_BLOCK : TEXT_LINE);

	if (clean == NULL) {
		out->error = N_("Please remove characters that cannot be printed.");
		return;
	}
	if ((int64_t)utf8_length(clean) > max) {
		if (!how->param->fold) {
			out->error = N_("Please shorten this text.");
			return;
		}
		for (char *end = clean;; end++)
			if (((unsigned char)*end & 0xc0) != 0x80 && max-- == 0) {
				*end = '\0';
				break;
			}
	}
	if (*clean == '\0')
		out->error = N_("Please fill in this field.");
	out->text = clean;
}

static void read_reason(const struct how *how, const char *s, struct scalar *out)
{
	read_lines(how, s, out);
	if (out->error == NULL && utf8_length(out->text) < REASON_MIN)
		out->error = N_("Please say why, so that others can understand it later.");
}

/* One '@'; a local part without spaces and quotes; a domain with a dot inside.  Whether mail
   arrives there, only mail can tell. */
static bool email_right(const char *s)
{
	const char *at = strrchr(s, '@');
	const char *dot;

	if (at == NULL || at == s || strlen(s) > EMAIL_MAX || at - s > 64 || strchr(s, '@') != at)
		return false;
	if (strpbrk(s, " \t\n\"(),:;<>[\\]") != NULL || s[0] == '.' || at[-1] == '.' || strstr(s, "..") != NULL)
		return false;
	dot = strrchr(at, '.');
	return dot != NULL && dot > at + 1 && dot[1] != '\0' && dot[2] != '\0' && at[1] != '-' &&
	       strchr(at, '_') == NULL;
}

static void read_email(const struct how *how, const char *s, struct scalar *out)
{
	out->text = text_clean(how->ctx, s, strlen(s), TEXT_LINE);
	if (out->text == NULL || !email_right(out->text))
		out->error = N_("Please enter an e-mail address like name@example.com.");
}

static void read_slug(const struct how *how, const char *s, struct scalar *out)
{
	(void)how;
	out->text = s;
	if (!all_of(s, "abcdefghijklmnopqrstuvwxyz0123456789-") || strlen(s) > SLUG_MAX || s[0] == '-' ||
	    s[strlen(s) - 1] == '-' || strstr(s, "--") != NULL)
		out->error = N_("Please choose one of the offered values.");
}

static void read_choice(const struct how *how, const char *s, struct scalar *out)
{
	for (const char *const *c = how->param->choices; *c != NULL; c++)
		if (strcmp(*c, s) == 0)
			out->text = *c;
	if (out->text == NULL)
		out->error = N_("Please choose one of the offered values.");
}

static void read_money(const struct how *how, const char *s, struct scalar *out)
{
	char *plain = mem_strdup(how->ctx, s);

	/* A comma is a decimal point for most of our shoppers; grouping is refused. */
	for (char *c = plain; strchr(s, '.') == NULL && *c != '\0'; c++)
		if (*c == ',')
			*c = '.';
	if (!parse_money(plain, how->exponent, &out->number))
		out->error = N_("Please enter an amount like 19.90.");
}

static bool two_digits(const char *s, int *out)
{
	*out = (s[0] - '0') * 10 + s[1] - '0';
	return s[0] >= '0' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9';
}

bool param_date_right(const char *s)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int high, low, month, day, year;

	if (strlen(s) != 10 || s[4] != '-' || s[7] != '-' || !two_digits(s, &high) ||
	    !two_digits(s + 2, &low) || !two_digits(s + 5, &month) || !two_digits(s + 8, &day))
		return false;
	year = high * 100 + low;
	if (year < 1900 || month < 1 || month > 12 || day < 1)
		return false;
	if (month == 2 && day == 29)
		return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= days[month - 1];
}

static void read_date(const struct how *how, const char *s, struct scalar *out)
{
	(void)how;
	out->text = s;
	if (!param_date_right(s))
		out->error = N_("Please enter a date that exists.");
}

static void read_id(const struct how *how, const char *s, struct scalar *out)
{
	(void)how;
	out->text = s;
	if (!id_valid(s))
		out->error = N_("Please choose one of the offered values.");
}

static void read_token(const struct how *how, const char *s, struct scalar *out)
{
	(void)how;
	out->text = s;
	if (!token_valid(s))
		out->error = N_("This link or form is not complete.");
}

static void read_code(const struct how *how, const char *s, struct scalar *out)
{
	char *code = mem_strdup(how->ctx, s);

	for (char *c = code; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	out->text = code;
	if (!all_of(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") || strlen(code) > CODE_MAX)
		out->error = N_("Codes are made of letters, digits and hyphens.");
}

static void read_secret(const struct how *how, const char *s, struct scalar *out)
{
	(void)how;
	out->text = s;
	if (strlen(s) > SECRET_MAX)
		out->error = N_("Please shorten this text.");
}

static void (*const readers[])(const struct how *, const char *, struct scalar *) = {
	[PARAM_ID] = read_id, [PARAM_INT] = read_integer, [PARAM_QUANTITY] = read_quantity,
	[PARAM_TEXT] = read_lines, [PARAM_BLOCK] = read_lines, [PARAM_REASON] = read_reason, [PARAM_EMAIL] = read_email,
	[PARAM_SLUG] = read_slug, [PARAM_CHOICE] = read_choice, [PARAM_MONEY] = read_money,
	[PARAM_DATE] = read_date, [PARAM_TOKEN] = read_token, [PARAM_CODE] = read_code,
	[PARAM_SECRET] = read_secret, [PARAM_FILE] = NULL, [PARAM_FILTERS] = NULL,
};

/* What was typed, less the blanks around it; secrets are taken as they are. */
static const char *trimmed(const struct how *how, enum param_type type, const char *s)
{
	size_t n;

	if (type == PARAM_SECRET)
		return s;
	s += strspn(s, " \t\r\n");
	n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL)
		n--;
	return mem_strndup(how->ctx, s, n);
}

/* --- a set ------------------------------------------------------------------- */

static void set_error(struct param_set *set, struct param_value *v, const char *error)
{
	if (v->error == NULL && error != NULL) {
		v->error = error;
		set->errors++;
	}
}

static void take_scalar(struct param_set *set, struct param_value *v, const struct how *how,
			const char *value)
{
	struct scalar s = { 0 };

	if (v->typed != NULL || v->given) {
		set->refused = "a parameter came twice";
		return;
	}
	v->typed = value;
	value = trimmed(how, v->param->type, value);
	if (*value == '\0')
		return;
	readers[v->param->type](how, value, &s);
	v->given = true;
	v->text = s.text;
	v->number = s.number;
	set_error(set, v, s.error);
}

static void take_bool(struct param_set *set, struct param_value *v, const char *value)
{
	static const char *const yes[] = { "1", "on", "true", "yes" };

	if (v->given)
		set->refused = "a parameter came twice";
	v->given = true;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (strcmp(value, yes[i]) == 0)
			v->number = 1;
	v->typed = v->number ? "1" : "";
	if (v->number == 0 && *value != '\0' && strcmp(value, "0") != 0 && strcmp(value, "false") != 0)
		set_error(set, v, N_("Please choose one of the offered values."));
}

static void take_item(struct param_set *set, struct param_value *v, const struct how *how,
		      const char *value)
{
	int64_t max = v->param->max > 0 ? v->param->max : LIST_MAX;
	struct param of = { .name = v->param->name, .type = v->param->of, .choices = v->param->choices };
	struct how each = { how->ctx, &of, how->exponent };
	struct scalar s = { 0 };

	value = trimmed(how, of.type, value);
	if (*value == '\0' && !v->param->blanks)
		return;
	if ((int64_t)v->n == max) {
		set->refused = "a list is too long";
		return;
	}
	if (*value == '\0')
		s.text = "";
	else
		readers[of.type](&each, value, &s);
	v->list = mem_resize(set, v->list, const char *, v->n + 1);
	v->list_int = mem_resize(set, v->list_int, int64_t, v->n + 1);
	/* A number is kept as it was typed, too: for the form that is shown again. */
	v->list[v->n] = s.text != NULL ? s.text : value;
	v->list_int[v->n] = s.number;
	v->n++;
	v->given = true;
	set_error(set, v, s.error);
}

static bool code_right(const char *s, const char *allowed, size_t max)
{
	return all_of(s, allowed) && s[0] != '-' && s[0] != '_' && s[0] != '.' && strlen(s) <= max;
}

/* A name no row declares: one of the merchant's, where a row takes them. */
static void take_filter(struct param_set *set, const struct input *in)
{
	struct param_value *v = NULL;
	int64_t max;

	for (size_t i = 0; i < set->n; i++)
		if (set->value[i].param->type == PARAM_FILTERS)
			v = &set->value[i];
	if (v == NULL || in->file != NULL ||
	    !code_right(in->name, "abcdefghijklmnopqrstuvwxyz0123456789-_", FILTER_NAME_MAX)) {
		set->refused = "a parameter is not known here";
		return;
	}
	if (*in->value == '\0')
		return;
	if (!code_right(in->value, "abcdefghijklmnopqrstuvwxyz0123456789-_.", FILTER_VALUE_MAX)) {
		set->refused = "a filter's value is no code";
		return;
	}
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->names[i], in->name) == 0 && strcmp(v->list[i], in->value) == 0)
			set->refused = "a filter came twice";
	max = v->param->max > 0 ? v->param->max : FILTERS_MAX;
	if ((int64_t)v->n == max)
		set->refused = "too many filters";
	if (set->refused != NULL)
		return;
	v->names = mem_resize(set, v->names, const char *, v->n + 1);
	v->list = mem_resize(set, v->list, const char *, v->n + 1);
	v->names[v->n] = in->name;
	v->list[v->n++] = in->value;
	v->given = true;
}

static bool of_files(const struct param *p)
{
	return p->type == PARAM_FILE || (p->type == PARAM_LIST && p->of == PARAM_FILE);
}

/* A file field left alone comes without name and bytes. */
static void take_file(struct param_set *set, struct param_value *v, const struct upload *file)
{
	bool chosen = file->size > 0 || *file->name != '\0';

	if (v->param->type == PARAM_FILE) {
		if (v->file != NULL)
			set->refused = "a parameter came twice";
		v->given = chosen;
		v->file = chosen ? file : NULL;
		return;
	}
	if (!chosen)
		return;
	if ((int64_t)v->n == (v->param->max > 0 ? v->param->max : LIST_MAX)) {
		set->refused = "a list is too long";
		return;
	}
	v->files = mem_resize(set, v->files, const struct upload *, v->n + 1);
	v->files[v->n++] = file;
	v->given = true;
}

static void take(struct param_set *set, const struct input *in, int exponent)
{
	struct param_value *v = param_find(set, in->name);
	struct how how;

	if (v == NULL || v->param->type == PARAM_FILTERS) {
		take_filter(set, in);
		return;
	}
	how = (struct how){ set, v->param, exponent };
	if ((in->file != NULL) != of_files(v->param)) {
		set->refused = "a file and a field are mixed up";
	} else if (in->file != NULL) {
		take_file(set, v, in->file);
	} else if (v->param->type == PARAM_BOOL) {
		take_bool(set, v, in->value);
	} else if (v->param->type == PARAM_LIST) {
		take_item(set, v, &how, in->value);
	} else {
		take_scalar(set, v, &how, in->value);
	}
}

static void fill_absent(struct param_set *set, struct param_value *v, int exponent)
{
	const struct param *p = v->param;
	struct how how = { set, p, exponent };
	struct scalar s = { 0 };

	if (v->given || p->type == PARAM_BOOL || p->type == PARAM_FILTERS)
		return;
	if (p->optional == NULL) {
		set_error(set, v, of_files(p) ? N_("Please choose a file.") :
				  N_("Please fill in this field."));
	} else if (*p->optional != '\0') {
		readers[p->type](&how, p->optional, &s);
		v->text = s.text;
		v->number = s.number;
	}
}

struct param_set *param_read(const void *ctx, const struct param *params, const struct inputs *inputs,
			     int exponent, bool ignore_tags)
{
	struct param_set *set = mem_new(ctx, struct param_set);

	while (params != NULL && params[set->n].name != NULL)
		set->n++;
	set->value = mem_array(set, struct param_value, set->n);
	for (size_t i = 0; i < set->n; i++)
		set->value[i].param = &params[i];
	for (size_t i = 0; i < inputs->n && set->refused == NULL; i++)
		if (!(ignore_tags && is_tag(inputs->item[i].name)))
			take(set, &inputs->item[i], exponent);
	for (size_t i = 0; i < set->n && set->refused == NULL; i++)
		fill_absent(set, &set->value[i], exponent);
	for (size_t i = 0; i < set->n; i++)
		if (set->value[i].param->type == PARAM_SECRET)
			set->value[i].typed = NULL;
	return set;
}

struct param_value *param_find(const struct param_set *set, const char *name)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->value[i].param->name, name) == 0)
			return &set->value[i];
	return NULL;
}

/* Whether the default is a value of its own type. */
static bool default_right(const struct param *p)
{
	void *ctx = mem_context(NULL, "param check");
	struct how how = { ctx, p, 2 };
	struct scalar s = { 0 };

	readers[p->type](&how, p->optional, &s);
	mem_free(ctx);
	return s.error == NULL;
}

static const char *check_one(const struct param *p)
{
	const unsigned no_default = BIT(PARAM_LIST) | BIT(PARAM_BOOL) | BIT(PARAM_FILE) | BIT(PARAM_SECRET) |
				    BIT(PARAM_FILTERS);
	const unsigned no_item = BIT(PARAM_NONE) | BIT(PARAM_LIST) | BIT(PARAM_BOOL) |
				 BIT(PARAM_SECRET) | BIT(PARAM_FILTERS);
	bool list = p->type == PARAM_LIST;

	if (!all_of(p->name, "abcdefghijklmnopqrstuvwxyz0123456789_") || strlen(p->name) > LIMIT_NAME_BYTES)
		return "a parameter's name is not a-z 0-9 _";
	if (strcmp(p->name, "csrf") == 0 || strcmp(p->name, "idempotency_key") == 0)
		return "a parameter with a name of the library's";
	if (p->type == PARAM_NONE || (list && (no_item & BIT(p->of)) != 0))
		return "a parameter without a usable type";
	if ((list ? p->of : p->type) == PARAM_CHOICE && p->choices == NULL)
		return "a choice without choices";
	if (p->optional == NULL || *p->optional == '\0')
		return NULL;
	if ((no_default & BIT(p->type)) != 0)
		return "a default where none can be";
	return default_right(p) ? NULL : "a default that is no value";
}

const char *param_check(const struct param *params)
{
	for (const struct param *p = params; p != NULL && p->name != NULL; p++) {
		const char *wrong = check_one(p);

		for (const struct param *q = params; wrong == NULL && q != p; q++)
			if (strcmp(p->name, q->name) == 0)
				wrong = "a parameter twice";
			else if (p->type == PARAM_FILTERS && q->type == PARAM_FILTERS)
				wrong = "two rows take the names left over";
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

/* --- in handlers ------------------------------------------------------------- */

/* The value, or NULL in a form that another route shows again: there a parameter of the
   form's own route reads as absent. */
static const struct param_value *get(const struct req *r, const char *name, unsigned types)
{
	const struct param_value *v = r->x->params == NULL ? NULL : param_find(r->x->params, name);

	if (v == NULL && r->x->again)
		return NULL;
	if (v == NULL)
		BUG("%s: parameter %s is not declared", r->route->path, name);
	if ((types & BIT(v->param->type)) == 0)
		BUG("%s: parameter %s is of another type", r->route->path, name);
	return v->error == NULL ? v : NULL;
}

#define TEXTUAL (BIT(PARAM_ID) | BIT(PARAM_TEXT) | BIT(PARAM_BLOCK) | BIT(PARAM_EMAIL) | \
		 BIT(PARAM_SLUG) | BIT(PARAM_CHOICE) | BIT(PARAM_DATE) | BIT(PARAM_TOKEN) | \
		 BIT(PARAM_CODE) | BIT(PARAM_REASON) | BIT(PARAM_SECRET))

bool param_given(const struct req *r, const char *name)
{
	const struct param_value *v = get(r, name, ~0u);

	return v != NULL && v->given;
}

const char *param_id(const struct req *r, const char *name)
{
	const struct param_value *v = get(r, name, BIT(PARAM_ID));

	return v == NULL ? NULL : v->text;
}

const char *param_text(const struct req *r, const char *name)
{
	const struct param_value *v = get(r, name, TEXTUAL);

	return v == NULL ? NULL : v->text;
}

int64_t param_int(const struct req *r, const char *name)
{
	const struct param_value *v = get(r, name, BIT(PARAM_INT) | BIT(PARAM_QUANTITY));

	return v == NULL ? 0 : v->number;
}

int64_t param_money(const struct req *r, const char *name)
{
	const struct param_value *v = get(r, name, BIT(PARAM_MONEY));

	return v == NULL ? 0 : v->number;
}

bool param_bool(const struct req *r, const char *name)
{
	const struct param_value *v = get(r, name, BIT(PARAM_BOOL));

	return v != NULL && v->number != 0;
}

const char *const *param_list(const struct req *r, const char *name, size_t *n)
{
	const struct param_value *v = get(r, name, BIT(PARAM_LIST));

	*n = v == NULL ? 0 : v->n;
	return v == NULL ? NULL : v->list;
}

const int64_t *param_list_int(const struct req *r, const char *name, size_t *n)
{
	const struct param_value *v = get(r, name, BIT(PARAM_LIST));

	*n = v == NULL ? 0 : v->n;
	return v == NULL ? NULL : v->list_int;
}

const struct upload *param_file(const struct req *r, const char *name)
{
	const struct param_value *v = get(r, name, BIT(PARAM_FILE));

	return v == NULL ? NULL : v->file;
}

const struct upload *const *param_files(const struct req *r, const char *name, size_t *n)
{
	const struct param_value *v = get(r, name, BIT(PARAM_LIST));

	*n = v == NULL || v->files == NULL ? 0 : v->n;
	return v == NULL ? NULL : v->files;
}

size_t param_filters(const struct req *r, const char *name, const char *const **names,
		     const char *const **values)
{
	const struct param_value *v = get(r, name, BIT(PARAM_FILTERS));

	*names = v == NULL ? NULL : v->names;
	*values = v == NULL ? NULL : v->list;
	return v == NULL ? 0 : v->n;
}
