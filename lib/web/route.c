#include "web/route.h"

#include "base/id.h"
#include "base/mem.h"
#include "web/limits.h"

#include <stdio.h>
#include <string.h>

static const char *const method_names[] = {
	[GET] = "GET", [POST] = "POST", [PUT] = "PUT", [PATCH] = "PATCH", [DELETE] = "DELETE",
};

enum method method_from(const char *name, bool *head)
{
	*head = name != NULL && strcmp(name, "HEAD") == 0;
	if (*head)
		return GET;
	for (size_t m = GET; name != NULL && m < ARRAY_LEN(method_names); m++)
		if (strcmp(method_names[m], name) == 0)
			return (enum method)m;
	return METHOD_NONE;
}

const char *method_name(enum method method)
{
	return method == METHOD_NONE ? "" : method_names[method];
}

/* One piece of a pattern, between two slashes. */
struct piece {
	const char *text;               /* literal, or the part's name */
	size_t len;
	enum { LITERAL, SEGMENT, UUID, REST } kind;
};

static struct piece read_piece(const char *s, size_t n)
{
	struct piece p = { s, n, LITERAL };
	const char *colon;

	if (n < 3 || s[0] != '{' || s[n - 1] != '}')
		return p;
	p = (struct piece){ s + 1, n - 2, SEGMENT };
	colon = memchr(p.text, ':', p.len);
	if (colon != NULL) {
		size_t kind_len = p.len - (size_t)(colon - p.text) - 1;

		p.kind = kind_len == 2 && strncmp(colon + 1, "id", 2) == 0 ? UUID : REST;
		p.len = (size_t)(colon - p.text);
	}
	return p;
}

static bool take_part(const void *ctx, struct piece p, const char *value, size_t n, struct route_match *out)
{
	struct path_part *part = &out->part[out->nparts];

	if (n == 0)
		return false;
	part->value = mem_strndup(ctx, value, n);
	if (p.kind == UUID && !id_valid(part->value))
		return false;
	part->name = p.text;
	part->name_len = p.len;
	out->nparts++;
	return true;
}

static bool matches(const void *ctx, const char *pattern, const char *path, struct route_match *out)
{
	out->nparts = 0;
	for (;;) {
		size_t want_len, len;
		struct piece p;

		if (*pattern == '\0' || *path == '\0')
			return *pattern == *path;
		pattern++;
		path++;
		want_len = strcspn(pattern, "/");
		len = strcspn(path, "/");
		p = read_piece(pattern, want_len);
		if (p.kind == REST)
			return take_part(ctx, p, path, strlen(path), out);
		if (p.kind == LITERAL) {
			if (len != want_len || strncmp(pattern, path, len) != 0)
				return false;
		} else if (!take_part(ctx, p, path, len, out)) {
			return false;
		}
		pattern += want_len;
		path += len;
	}
}

void route_find(const void *ctx, const struct route *routes, enum method method,
		const char *path, struct route_match *out)
{
	memset(out, 0, sizeof(*out));
	for (const struct route *r = routes; r->path != NULL; r++) {
		if (!matches(ctx, r->path, path, out))
			continue;
		if (r->method == method) {
			out->route = r;
			return;
		}
		out->other_method = true;
		out->methods |= BIT(r->method);
	}
	out->nparts = 0;
}

unsigned route_trips(const struct route *route)
{
	if (route->trips > 0)
		return route->trips;
	/* A page with a session looks at it first; a form also claims its key or reads first. */
	return route->method == GET ? 2 : 3;
}

static const char *check_pattern(const char *path)
{
	unsigned parts = 0;

	if (path[0] != '/')
		return "path does not start with '/'";
	for (const char *s = path; *s != '\0';) {
		size_t n = strcspn(s + 1, "/");
		struct piece p = read_piece(s + 1, n);

		if (n == 0 && path[1] != '\0')
			return "path has an empty segment";
		if (p.kind == LITERAL && strcspn(s + 1, "{}") < n)
			return "path has a brace out of place";
		if (p.kind == REST && s[1 + n] != '\0')
			return "{..:rest} is not last";
		if (p.kind == REST && strncmp(p.text + p.len, ":rest}", 6) != 0)
			return "part of an unknown kind";
		if (p.kind != LITERAL && ++parts > PATH_PARTS_MAX)
			return "too many parts";
		s += 1 + n;
	}
	return NULL;
}

/* Inputs that the table takes when all of its lists are full. */
static size_t most_inputs(const struct param *params)
{
	size_t n = 0;

	for (const struct param *p = params; p != NULL && p->name != NULL; p++)
		n += p->type == PARAM_LIST ? (size_t)p->max : 1;
	return n;
}

static const char *check_route(const struct route *r, bool admin)
{
	const char *wrong = check_pattern(r->path);

	if (wrong != NULL)
		return wrong;
	if (r->handler == NULL || r->method == METHOD_NONE)
		return "no handler or no method";
	if (admin && r->permission == NULL)
		return "an admin row without permission";
	if (!admin && r->permission != NULL)
		return "a permission outside an admin program";
	if (admin && *r->permission != '\0' && r->method != GET && !r->csrf_token)
		return "a change by staff without its token";
	if (r->step_up && (!admin || *r->permission == '\0' || (r->method != GET && r->form == NULL)))
		return "step-up of a stranger, or of a change without form";
	if (r->cache_s > 0 && (r->method != GET || r->csrf_token || admin ||
			       (r->needs & NEEDS_SESSION) != 0))
		return "cacheable, and yet personal or no GET";
	if (r->method == GET && (r->idempotent || r->repeatable || r->form != NULL || r->upload != NULL))
		return "GET with what only a change has";
	if ((r->needs & NEEDS_NO_DATABASE) != 0 && (r->method != GET || (r->needs & NEEDS_SESSION) != 0 || r->csrf_token))
		return "a form or session without database";
	if ((r->needs & NEEDS_CROSS_SITE) != 0 &&
	    (r->csrf_token || r->idempotent || (r->needs & NEEDS_SESSION) != 0))
		return "cross-site, and yet tied to a visitor";
	if (r->upload != NULL && (r->upload->files == 0 || r->upload->files > LIMIT_PARTS ||
				  r->upload->file_bytes == 0))
		return "upload without sensible limits";
	if (most_inputs(r->params) > (r->method == GET ? LIMIT_INPUTS : LIMIT_FORM_INPUTS))
		return "lists of more inputs than a request may have";
	return param_check(r->params);
}

const char *route_check(const struct route *routes, bool admin)
{
	static char sentence[256];
	unsigned n = 0;

	for (const struct route *r = routes; r->path != NULL; r++) {
		const char *wrong = ++n > LIMIT_ROUTES ? "too many routes" : check_route(r, admin);

		for (const struct route *q = routes; wrong == NULL && q != r; q++)
			if (q->method == r->method && strcmp(q->path, r->path) == 0)
				wrong = "the same row twice";
		if (wrong != NULL) {
			snprintf(sentence, sizeof(sentence), "%s %s: %s", method_name(r->method),
				 r->path, wrong);
			return sentence;
		}
	}
	return n == 0 ? "no routes" : NULL;
}
