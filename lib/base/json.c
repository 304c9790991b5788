#include "base/json.h"

#include <json-c/json.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

/* Longer numbers are no amounts and no ids; also bounds what strtod() must read. */
#define NUMBER_BYTES_MAX 64

/* Walks the text once; the first fault stops it. */
struct scan {
	const char *s, *end;
	unsigned nodes;
	const char *fault;
};

static bool fail(struct scan *c, const char *fault)
{
	if (c->fault == NULL)
		c->fault = fault;
	return false;
}

static void space(struct scan *c)
{
	while (c->s < c->end && (*c->s == ' ' || *c->s == '\t' || *c->s == '\n' || *c->s == '\r'))
		c->s++;
}

static bool accept(struct scan *c, char want)
{
	if (c->s == c->end || *c->s != want)
		return false;
	c->s++;
	return true;
}

static bool is_digit(const struct scan *c)
{
	return c->s < c->end && *c->s >= '0' && *c->s <= '9';
}

/* Four hexadecimal digits, or -1. */
static int32_t hex4(struct scan *c)
{
	int32_t v = 0;

	for (int i = 0; i < 4; i++, c->s++) {
		char d = c->s < c->end ? *c->s : '\0';

		if (d >= '0' && d <= '9')
			v = v * 16 + d - '0';
		else if ((d | 32) >= 'a' && (d | 32) <= 'f')
			v = v * 16 + (d | 32) - 'a' + 10;
		else
			return -1;
	}
	return v;
}

static bool unicode_escape(struct scan *c)
{
	int32_t v = hex4(c);

	if (v < 0)
		return fail(c, "\\u needs four hexadecimal digits");
	if (v == 0)
		return fail(c, "the character \\u0000 is not allowed");
	if (v >= 0xdc00 && v <= 0xdfff)
		return fail(c, "half of a surrogate pair stands alone");
	if (v < 0xd800 || v > 0xdbff)
		return true;
	if (!accept(c, '\\') || !accept(c, 'u') || (v = hex4(c)) < 0xdc00 || v > 0xdfff)
		return fail(c, "half of a surrogate pair stands alone");
	return true;
}

static bool string(struct scan *c)
{
	if (!accept(c, '"'))
		return fail(c, "a string in double quotes is missing");
	while (c->s < c->end) {
		unsigned char ch = (unsigned char)*c->s;

		if (ch < 0x20)
			return fail(c, "a control character stands in a string");
		c->s++;
		if (ch == '"')
			return true;
		if (ch != '\\')
			continue;
		if (accept(c, 'u')) {
			if (!unicode_escape(c))
				return false;
		} else if (c->s == c->end || memchr("\"\\/bfnrt", *c->s, 8) == NULL) {
			return fail(c, "there is no such escape");
		} else {
			c->s++;
		}
	}
	return fail(c, "a string has no end");
}

static bool digits(struct scan *c)
{
	if (!is_digit(c))
		return fail(c, "a digit is missing");
	while (is_digit(c))
		c->s++;
	return true;
}

static bool number(struct scan *c)
{
	const char *start = c->s;
	char text[NUMBER_BYTES_MAX + 1];
	bool whole = true;
	int64_t v;

	accept(c, '-');
	if (accept(c, '0')) {
		if (is_digit(c))
			return fail(c, "a number begins with 0");
	} else if (!digits(c)) {
		return false;
	}
	if (accept(c, '.')) {
		whole = false;
		if (!digits(c))
			return false;
	}
	if (accept(c, 'e') || accept(c, 'E')) {
		whole = false;
		if (!accept(c, '+'))
			accept(c, '-');
		if (!digits(c))
			return false;
	}
	if (c->s - start > NUMBER_BYTES_MAX)
		return fail(c, "a number is too long");
	memcpy(text, start, (size_t)(c->s - start));
	text[c->s - start] = '\0';
	if (whole && !parse_int(text, INT64_MIN, INT64_MAX, &v))
		return fail(c, "a number is out of range");
	return true;
}

static bool word(struct scan *c, const char *want)
{
	size_t n = strlen(want);

	if ((size_t)(c->end - c->s) < n || memcmp(c->s, want, n) != 0)
		return fail(c, "a value is missing");
	c->s += n;
	return true;
}

static bool value(struct scan *c, int depth);

/* Members or items up to CLOSE; the opening bracket is read. */
static bool container(struct scan *c, char close, int depth)
{
	if (depth > JSON_DEPTH_MAX)
		return fail(c, "it is nested too deeply");
	space(c);
	if (accept(c, close))
		return true;
	do {
		space(c);
		if (close == '}') {
			if (!string(c))
				return false;
			space(c);
			if (!accept(c, ':'))
				return fail(c, "a colon is missing");
		}
		if (!value(c, depth))
			return false;
		space(c);
	} while (accept(c, ','));
	return accept(c, close) || fail(c, "a comma or closing bracket is missing");
}

static bool value(struct scan *c, int depth)
{
	space(c);
	if (++c->nodes > JSON_NODES_MAX)
		return fail(c, "it holds too many values");
	if (c->s == c->end)
		return fail(c, "a value is missing");
	switch (*c->s) {
	case '{':
		c->s++;
		return container(c, '}', depth + 1);
	case '[':
		c->s++;
		return container(c, ']', depth + 1);
	case '"':
		return string(c);
	case 't':
		return word(c, "true");
	case 'f':
		return word(c, "false");
	case 'n':
		return word(c, "null");
	default:
		return number(c);
	}
}

/* Values of the tree; 0 when a number is not finite. */
static unsigned count(struct json_object *v, bool *finite)
{
	unsigned n = 1;

	if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach(v, name, member) {
			(void)name;
			n += count(member, finite);
		}
	} else if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++)
			n += count(json_object_array_get_idx(v, i), finite);
	} else if (json_object_is_type(v, json_type_double)) {
		*finite &= isfinite(json_object_get_double(v)) != 0;
	}
	return n;
}

static struct json_object *refuse(const void *ctx, const char *text, const char *at, const char *fault,
				  const char **error)
{
	int line = 1, column = 1;

	for (; text < at; text++) {
		column++;
		if (*text == '\n') {
			line++;
			column = 1;
		}
	}
	*error = mem_printf(ctx, "The JSON text cannot be read at line %d, column %d: %s.", line, column, fault);
	return NULL;
}

struct tree {
	struct json_object *top;
};

static void put_tree(void *p)
{
	json_object_put(((struct tree *)p)->top);
}

static struct json_object *build(const char *text, size_t n)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	struct json_object *top;

	if (tok == NULL)
		BUG("json-c gives no parser");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	top = json_tokener_parse_ex(tok, text, (int)n);
	if (json_tokener_get_error(tok) != json_tokener_success) {
		json_object_put(top);
		top = NULL;
	}
	json_tokener_free(tok);
	return top;
}

struct json_object *json_read(const void *ctx, const char *text, size_t n, const char **error)
{
	struct scan c = { .s = text, .end = text + n };
	bool finite = true;
	struct tree *tree;
	unsigned nodes;

	if (n > JSON_BYTES_MAX)
		return refuse(ctx, text, text, "it is too long", error);
	if (!utf8_valid(text, n))
		return refuse(ctx, text, text, "it is not UTF-8", error);
	space(&c);
	if (c.s == c.end || (*c.s != '{' && *c.s != '['))
		return refuse(ctx, text, c.s, "it is neither an object nor an array", error);
	if (!value(&c, 0))
		return refuse(ctx, text, c.s, c.fault, error);
	n = (size_t)(c.s - text);       /* white space behind it is not json-c's concern */
	space(&c);
	if (c.s != c.end)
		return refuse(ctx, text, c.s, "something follows the end", error);

	tree = mem_new(ctx, struct tree);
	tree->top = build(text, n);
	if (tree->top == NULL)
		return refuse(ctx, text, text, "it is not valid", error);
	mem_on_free(tree, put_tree);
	/* json-c keeps the last of two members of the same name: then values are missing. */
	nodes = count(tree->top, &finite);
	if (!finite)
		return refuse(ctx, text, text, "a number is out of range", error);
	if (nodes != c.nodes)
		return refuse(ctx, text, text, "an object has the same member twice", error);
	return tree->top;
}

struct json_object *json_member(struct json_object *v, const char *name)
{
	struct json_object *member = NULL;

	if (json_object_is_type(v, json_type_object))
		json_object_object_get_ex(v, name, &member);
	return member;
}

struct json_object *json_item(struct json_object *v, size_t i)
{
	return json_object_is_type(v, json_type_array) ? json_object_array_get_idx(v, i) : NULL;
}

size_t json_count(struct json_object *v)
{
	return json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;
}

bool json_is_object(struct json_object *v)
{
	return json_object_is_type(v, json_type_object);
}

bool json_is_array(struct json_object *v)
{
	return json_object_is_type(v, json_type_array);
}

const char *json_text(struct json_object *v)
{
	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

bool json_flag(struct json_object *v, bool *out)
{
	if (!json_object_is_type(v, json_type_boolean))
		return false;
	*out = json_object_get_boolean(v);
	return true;
}

bool json_int(struct json_object *v, int64_t min, int64_t max, int64_t *out)
{
	int64_t n;

	if (!json_object_is_type(v, json_type_int))
		return false;
	n = json_object_get_int64(v);
	if (n < min || n > max)
		return false;
	*out = n;
	return true;
}

bool json_money(struct json_object *v, int exponent, int64_t *minor_out)
{
	/* json-c keeps a number with a fraction as it was written. */
	return (json_object_is_type(v, json_type_string) || json_object_is_type(v, json_type_int) ||
		json_object_is_type(v, json_type_double)) &&
	       parse_money(json_object_get_string(v), exponent, minor_out);
}

const char *json_unknown(struct json_object *v, const char *const *names)
{
	if (!json_object_is_type(v, json_type_object))
		return NULL;
	json_object_object_foreach(v, name, member) {
		const char *const *known = names;

		(void)member;
		while (*known != NULL && strcmp(*known, name) != 0)
			known++;
		if (*known == NULL)
			return name;
	}
	return NULL;
}
