#include "web/header.h"

#include "base/log.h"
#include "base/mem.h"
#include "web/site.h"

#include <stdarg.h>
#include <string.h>

struct headers *headers_new(const void *ctx)
{
	struct headers *h = mem_new(ctx, struct headers);

	h->text = buf_new(h);
	return h;
}

/* token of RFC 9110 section 5.6.2. */
static bool is_token(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (!((*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		      strchr("!#$%&'*+-.^_`|~", *s) != NULL))
			return false;
	return true;
}

static bool is_value(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s != '\t' && (*s < 0x20 || *s > 0x7e))
			return false;
	return true;
}

bool header_add(struct headers *h, const char *name, const char *value)
{
	if (value == NULL || !is_token(name) || !is_value(value)) {
		log_error("response header refused", "header", is_token(name) ? name : "?", NULL);
		h->refused = true;
		return false;
	}
	buf_adds(h->text, name);
	buf_adds(h->text, ": ");
	buf_adds(h->text, value);
	buf_adds(h->text, "\r\n");
	return true;
}

void header_number(struct headers *h, const char *name, int64_t n)
{
	buf_adds(h->text, name);
	buf_adds(h->text, ": ");
	buf_int(h->text, n);
	buf_adds(h->text, "\r\n");
}

bool header_addf(struct headers *h, const char *name, const char *fmt, ...)
{
	va_list args;
	char *value;
	bool added;

	va_start(args, fmt);
	value = mem_vprintf(h, fmt, args);
	va_end(args);
	added = header_add(h, name, value);
	mem_free(value);
	return added;
}

static bool is_cookie_value(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= 0x20 || *s >= 0x7f || *s == '"' || *s == ',' || *s == ';' || *s == '\\')
			return false;
	return true;
}

bool header_cookie(struct headers *h, const char *name, const char *value,
		   const struct cookie_options *how)
{
	struct buf *b = buf_new(h);

	if (!is_token(name) || !is_cookie_value(value))
		return header_add(h, "Set-Cookie", NULL);
	h->cookie = true;
	buf_printf(b, "%s%s=%s; Path=/; HttpOnly; SameSite=%s", how->secure ? "__Host-" : "", name,
		   how->ttl_s < 0 ? "" : value, how->strict ? "Strict" : "Lax");
	if (how->secure)
		buf_adds(b, "; Secure");
	if (how->ttl_s != 0)
		buf_printf(b, "; Max-Age=%lld", how->ttl_s < 0 ? 0LL : (long long)how->ttl_s);
	return header_add(h, "Set-Cookie", b->data);
}

bool header_attachment(struct headers *h, const char *name)
{
	struct buf *b = buf_new(h);

	buf_adds(b, "attachment; filename=\"");
	for (const char *s = name; *s != '\0'; s++) {
		bool plain = (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') ||
			     (*s >= 'A' && *s <= 'Z') || strchr("-_. ()", *s) != NULL;

		/* One '_' for each character that is not ASCII: lead bytes only. */
		if (plain)
			buf_addc(b, *s);
		else if (((unsigned char)*s & 0xc0) != 0x80)
			buf_addc(b, '_');
	}
	buf_adds(b, "\"; filename*=UTF-8''");
	buf_url(b, name);
	return header_add(h, "Content-Disposition", b->data);
}

static bool other_origin_ok(const char *origin)
{
	return origin == NULL || is_value(origin);
}

static void security_policy(struct headers *h, const struct site *site, bool admin, const char *form_action)
{
	bool https = site != NULL && strncmp(site->origin, "https:", 6) == 0;
	const char *images = site == NULL ? NULL : site->image_origin;
	struct buf *b = h->text;

	if (!other_origin_ok(images) || !other_origin_ok(form_action)) {
		header_add(h, "Content-Security-Policy", NULL);
		return;
	}
	buf_adds(b, "Content-Security-Policy: "
		 "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'");
	buf_adds(b, admin ? NULL : " data:");
	buf_adds(b, images == NULL ? NULL : " ");
	buf_adds(b, images);
	buf_adds(b, "; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'");
	buf_adds(b, form_action == NULL ? NULL : " ");
	buf_adds(b, form_action);
	buf_adds(b, "; base-uri 'none'; object-src 'none'; frame-ancestors 'none'");
	if (admin)
		buf_adds(b, "; require-trusted-types-for 'script'");
	if (https)
		buf_adds(b, "; upgrade-insecure-requests\r\nStrict-Transport-Security: max-age=63072000");
	buf_adds(b, "\r\n");
}

static void always_there(struct headers *h, bool admin, bool no_referrer)
{
	/* Literals: nothing in them is to be checked. */
	static const char always[] =
		"X-Content-Type-Options: nosniff\r\n"
		"X-Frame-Options: DENY\r\n"
		"Cross-Origin-Opener-Policy: same-origin\r\n"
		"Cross-Origin-Resource-Policy: same-origin\r\n"
		"Permissions-Policy: camera=(), microphone=(), geolocation=(), payment=(self)\r\n";

	buf_add(h->text, always, sizeof(always) - 1);
	buf_adds(h->text, no_referrer ? "Referrer-Policy: no-referrer\r\n" : admin ? "Referrer-Policy: same-origin\r\n" :
		 "Referrer-Policy: strict-origin-when-cross-origin\r\n");
	if (admin)
		buf_adds(h->text, "X-Robots-Tag: noindex, nofollow\r\n");
}

void header_security(struct headers *h, const struct site *site, bool admin, bool no_referrer,
		     const char *form_action)
{
	always_there(h, admin, no_referrer);
	security_policy(h, site, admin, form_action);
}

void header_sandbox(struct headers *h, bool admin)
{
	always_there(h, admin, true);
	buf_adds(h->text, "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src https:; "
		 "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox\r\n");
}

/* The opaque part of an entity tag: without W/. */
static const char *opaque(const char *etag)
{
	return strncmp(etag, "W/", 2) == 0 ? etag + 2 : etag;
}

bool header_etag_matches(const char *if_none_match, const char *etag)
{
	const char *want = opaque(etag);
	size_t want_len = strlen(want);

	if (if_none_match == NULL)
		return false;
	for (const char *s = if_none_match; *s != '\0';) {
		s += strspn(s, " \t,");
		if (*s == '*')
			return true;
		s = opaque(s);
		if (*s != '"')
			return false;
		if (strncmp(s, want, want_len) == 0 && strchr(" \t,", s[want_len]) != NULL)
			return true;
		s += 1 + strcspn(s + 1, "\"");
		if (*s == '"')
			s++;
	}
	return false;
}

const char *header_status(int status)
{
	static const struct { int status; const char *line; } lines[] = {
		{ 200, "200 OK" }, { 204, "204 No Content" },
		{ 301, "301 Moved Permanently" }, { 302, "302 Found" }, { 303, "303 See Other" },
		{ 304, "304 Not Modified" },
		{ 400, "400 Bad Request" }, { 401, "401 Unauthorized" }, { 403, "403 Forbidden" },
		{ 404, "404 Not Found" }, { 405, "405 Method Not Allowed" }, { 409, "409 Conflict" },
		{ 410, "410 Gone" }, { 413, "413 Content Too Large" }, { 414, "414 URI Too Long" },
		{ 415, "415 Unsupported Media Type" }, { 421, "421 Misdirected Request" },
		{ 422, "422 Unprocessable Content" }, { 429, "429 Too Many Requests" },
		{ 500, "500 Internal Server Error" }, { 501, "501 Not Implemented" },
		{ 503, "503 Service Unavailable" },
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (lines[i].status == status)
			return lines[i].line;
	return status >= 500 ? "500 Internal Server Error" : status >= 400 ? "400 Bad Request" : "200 OK";
}
