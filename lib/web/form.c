#include "web/form.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "web/limits.h"

#include <string.h>
#include <strings.h>
#include <sys/types.h>

struct list {
	struct inputs in;               /* first: what is handed out */
	size_t room;
};

struct inputs *inputs_new(const void *ctx)
{
	struct list *l = mem_new(ctx, struct list);

	l->in.most = LIMIT_INPUTS;
	return &l->in;
}

enum form_result inputs_add(struct inputs *in, const char *name, const char *value,
			    const struct upload *file)
{
	struct list *l = (struct list *)in;

	if (in->n >= in->most)
		return FORM_TOO_MANY;
	if (in->n == l->room) {
		l->room = l->room == 0 ? 16 : l->room * 2;
		in->item = mem_resize(l, in->item, struct input, l->room);
	}
	in->item[in->n++] = (struct input){ name, value, file };
	return FORM_OK;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes N bytes into OUT (N + 1 bytes of room); the length, or -1 for a bad escape or a NUL. */
static ssize_t unescape(const char *s, size_t n, bool plus, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (c == '%') {
			if (n - i < 3 || hex_digit(s[i + 1]) < 0 || hex_digit(s[i + 2]) < 0)
				return -1;
			c = (char)(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2]));
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c == '\0')
			return -1;
		out[len++] = c;
	}
	out[len] = '\0';
	return (ssize_t)len;
}

static char *unescape_new(const void *ctx, const char *s, size_t n, bool plus)
{
	char *out = mem_alloc(ctx, n + 1, "form value");
	ssize_t len = unescape(s, n, plus, out);

	if (len < 0 || !utf8_valid(out, (size_t)len))
		return NULL;
	return out;
}

static enum form_result add_pair(struct inputs *in, const char *s, size_t n)
{
	const char *eq = memchr(s, '=', n);
	size_t name_len = eq == NULL ? n : (size_t)(eq - s);
	size_t value_len = eq == NULL ? 0 : n - name_len - 1;
	const char *name = unescape_new(in, s, name_len, true);
	const char *value = unescape_new(in, eq == NULL ? "" : eq + 1, value_len, true);

	if (name == NULL || value == NULL || *name == '\0' || strlen(name) > LIMIT_NAME_BYTES)
		return FORM_MALFORMED;
	return inputs_add(in, name, value, NULL);
}

enum form_result form_urlencoded(struct inputs *in, const char *s, size_t n)
{
	while (n > 0) {
		const char *amp = memchr(s, '&', n);
		size_t len = amp == NULL ? n : (size_t)(amp - s);
		enum form_result result = len == 0 ? FORM_OK : add_pair(in, s, len);

		if (result != FORM_OK)
			return result;
		if (amp == NULL)
			break;
		s += len + 1;
		n -= len + 1;
	}
	return FORM_OK;
}

/* cookie-octet of RFC 6265 section 4.1.1. */
static bool cookie_octets(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c <= 0x20 || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\')
			return false;
	}
	return true;
}

const char *form_cookie(const void *ctx, const char *header, const char *name)
{
	size_t name_len = strlen(name);

	for (int i = 0; header != NULL && i < LIMIT_COOKIES; i++) {
		size_t len;

		header += strspn(header, " \t");
		len = strcspn(header, ";");
		if (len > name_len && header[name_len] == '=' && strncmp(header, name, name_len) == 0) {
			const char *value = header + name_len + 1;
			size_t n = len - name_len - 1;

			while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'))
				n--;
			return n > 0 && cookie_octets(value, n) ? mem_strndup(ctx, value, n) : NULL;
		}
		header = header[len] == '\0' ? NULL : header + len + 1;
	}
	return NULL;
}

/* Empty segments but for a last one, "." and "..". */
static bool has_odd_segment(const char *path)
{
	for (const char *s = path + 1;;) {
		size_t len = strcspn(s, "/");
		bool last = s[len] == '\0';

		if (len == 0 && !last)
			return true;
		if ((len == 1 || len == 2) && strncmp(s, "..", len) == 0)
			return true;
		if (last)
			return false;
		s += len + 1;
	}
}

enum form_result form_target(const void *ctx, const char *uri, struct target *out)
{
	size_t n = strcspn(uri, "?");
	const char *query = uri[n] == '?' ? uri + n + 1 : "";
	char *path;

	if (strlen(uri) > LIMIT_URI_BYTES)
		return FORM_TOO_LARGE;
	if (uri[0] != '/')
		return FORM_MALFORMED;
	/* An escaped separator would make two readings of one path: refuse it. */
	for (size_t i = 0; i + 2 < n; i++)
		if (strncasecmp(uri + i, "%2f", 3) == 0 || strncasecmp(uri + i, "%5c", 3) == 0)
			return FORM_MALFORMED;
	path = unescape_new(ctx, uri, n, false);
	if (path == NULL || has_odd_segment(path))
		return FORM_MALFORMED;
	for (const char *s = path; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '\\')
			return FORM_MALFORMED;
	out->path = path;
	out->query = mem_strdup(ctx, query);
	return FORM_OK;
}

/* bchars of RFC 2046; a last space is refused with the rest. */
static bool boundary_right(const char *s, size_t n)
{
	if (n == 0 || n > LIMIT_BOUNDARY_BYTES || s[n - 1] == ' ')
		return false;
	for (size_t i = 0; i < n; i++)
		if (strchr("'()+_,-./:=? ", s[i]) == NULL && !((s[i] >= '0' && s[i] <= '9') ||
		    (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z')))
			return false;
	return true;
}

/* The boundary parameter after "multipart/form-data". */
static const char *boundary(const void *ctx, const char *s)
{
	size_t n;

	while (*s == ';' || *s == ' ' || *s == '\t') {
		s += strspn(s, "; \t");
		if (strncasecmp(s, "boundary=", 9) == 0) {
			s += 9;
			if (*s == '"') {
				s++;
				n = strcspn(s, "\"");
				if (s[n] != '"')
					return NULL;
			} else {
				n = strcspn(s, "; \t");
			}
			return boundary_right(s, n) ? mem_strndup(ctx, s, n) : NULL;
		}
		s += strcspn(s, ";");
	}
	return NULL;
}

enum form_type form_type(const void *ctx, const char *content_type, const char **boundary_out)
{
	size_t n;

	*boundary_out = NULL;
	if (content_type == NULL || *content_type == '\0')
		return FORM_NONE;
	n = strcspn(content_type, "; \t");
	if (n == 33 && strncasecmp(content_type, "application/x-www-form-urlencoded", n) == 0)
		return FORM_URLENCODED;
	if (n == 19 && strncasecmp(content_type, "multipart/form-data", n) == 0) {
		*boundary_out = boundary(ctx, content_type + n);
		return *boundary_out == NULL ? FORM_OTHER : FORM_MULTIPART;
	}
	return FORM_OTHER;
}
