#include "web/page.h"

#include "base/buf.h"
#include "base/http.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/apart.h"
#include "web/call.h"
#include "web/exchange.h"
#include "web/flash.h"
#include "web/idempotency.h"
#include "web/limits.h"

#include <string.h>
#include <unistd.h>

/* Marks the handler's answer; false when there is nothing to be answered any more. */
static bool begin_answer(struct req *r)
{
	struct exchange *x = r->x;

	if (!x->under_latch && req_failed(r))
		return false;
	if (x->over)
		BUG("%s answers twice", r->route != NULL ? r->route->path : "error page");
	x->over = true;
	return true;
}

bool page_settle(struct req *r)
{
	if (r->x->under_latch)
		return true;
	return r->x->asked ? db_failure(r->db) == DB_OK : db_commit(r->db) == DB_OK;
}

void page_asked(struct req *r)
{
	if (r->method != GET)
		BUG("%s: only a page that reads may commit before it looks", r->route->path);
	if (r->x->under_latch || r->x->asked || req_failed(r))
		return;
	r->x->asked = true;
	db_commit(r->db);
}

void page_ask_again(struct req *r)
{
	if (!r->x->asked)
		BUG("%s: asks again and did not ask", r->route->path);
	if (r->x->under_latch || req_failed(r))
		return;
	exchange_end_transaction(r->x);
	r->x->asked = false;
	db_begin(r->db, r->mem, r->site->tenant, true, r->deadline_us);
}

void page_changed(struct req *r)
{
	if (r->method == GET || (r->route != NULL && r->route->idempotent))
		BUG("%s: only a form without a key commits before it looks", r->route->path);
	if (r->x->under_latch || r->x->again || r->x->asked || req_failed(r))
		return;
	r->x->asked = true;
	db_commit(r->db);
}

/* Success of an idempotent route is a redirect and nothing else. */
static bool must_redirect(struct req *r)
{
	return r->route != NULL && r->route->idempotent && !r->x->again && !r->x->called &&
	       r->x->refusal.status == 0;
}

void page_raw(struct req *r, int status, const char *type, const char *body, size_t n)
{
	if (must_redirect(r))
		req_fail(r, "an idempotent route answers by redirect");
	if (!begin_answer(r) || !page_settle(r))
		return;
	r->x->answer = (struct answer){
		.given = true, .status = status, .type = type, .body = body, .size = n, .fd = -1,
	};
}

/* --- HTML --------------------------------------------------------------------------- */

/* Most pages fit; a larger one grows the buffer. */
#define PAGE_BYTES (48u * 1024)

static bool render(struct req *r, struct view *v, const char *name, struct buf *out)
{
	const struct language *l = r->x->language;
	struct render how = { .locale = l->locale, .currency = r->currency, .timezone = r->site->timezone };
	const char *error = NULL;
	const struct template *t = template_get(l->templates, name, &error);

	if (t == NULL) {
		log_error("template cannot be used", "template", name, "reason", error, NULL);
		return false;
	}
	template_render(t, v, &how, out);
	return true;
}

const char *page_part(struct req *r, const void *ctx, struct view *v, const char *name)
{
	struct buf *b = buf_new(r->mem);

	return render(r, v, name, b) ? mem_strdup(ctx, b->data) : NULL;
}

static void html(struct req *r, struct view *v, int status, bool chrome)
{
	struct exchange *x = r->x;
	const char *name = page_template(r, v);
	struct buf *body;

	if (must_redirect(r))
		req_fail(r, "an idempotent route answers by redirect");
	if (!x->under_latch && req_failed(r))
		return;
	if (chrome && r->program->hooks->chrome != NULL)
		r->program->hooks->chrome(r, v);
	page_fill(r, v);
	if (!begin_answer(r) || !page_settle(r))
		return;
	body = buf_new(r->mem);
	buf_room(body, PAGE_BYTES);
	if (!render(r, v, name, body)) {
		x->failed = "template";
		return;
	}
	x->answer = (struct answer){
		.given = true, .status = status, .type = "text/html; charset=utf-8", .body = body->data,
		.size = body->len, .fd = -1,
	};
}

/* A form that is shown again is wrong, unless it was asked for. */
static bool refused(const struct req *r) { return r->x->again && !r->x->redraw; }

void page_html(struct req *r, struct view *v)
{
	html(r, v, refused(r) ? 422 : 200, true);
}

void page_html_status(struct req *r, struct view *v, int status)
{
	html(r, v, refused(r) ? 422 : status, true);
}

void page_html_kept(struct req *r, const char *html, size_t n)
{
	page_raw(r, 200, "text/html; charset=utf-8", html, n);
}

const char *page_for_anybody(const struct req *r, size_t *n)
{
	if (!r->x->answer.given || !exchange_may_cache(r->x))
		return NULL;
	*n = r->x->answer.size;
	return r->x->answer.body;
}

void page_fragment(struct req *r, struct view *v)
{
	html(r, v, refused(r) ? 422 : 200, false);
}

/* --- elsewhere ------------------------------------------------------------------------ */

const char *page_local(const char *path)
{
	if (path == NULL || path[0] != '/' || path[1] == '/' || path[1] == '\\')
		return "/";
	for (const char *s = path; *s != '\0'; s++)
		if (*s <= 0x20 || *s == 0x7f || *s == '\\')
			return "/";
	return path;
}

static void go(struct req *r, int status, const char *location)
{
	struct exchange *x = r->x;

	if (!begin_answer(r))
		return;
	if (r->route->idempotent && x->claim != NULL)
		idempotency_keep(r, status, location);
	if (!page_settle(r))
		return;
	header_add(x->headers, "Location", location);
	x->answer = (struct answer){ .given = true, .status = status, .fd = -1 };
}

void page_redirect(struct req *r, const char *path)
{
	go(r, r->method == GET ? 302 : 303, page_local(path));
}

void page_moved(struct req *r, const char *path)
{
	go(r, 301, page_local(path));
}

static bool may_leave_to(const struct req *r, const char *origin)
{
	return http_is_origin(origin) && (strncmp(origin, "https://", 8) == 0 ||
					    (r->x->worker->plain_loopback && http_is_loopback(origin)));
}

void page_leave(struct req *r, const char *origin, const char *url)
{
	size_t n = strlen(origin);

	if (!may_leave_to(r, origin) || strncmp(url, origin, n) != 0 ||
	    (url[n] != '/' && url[n] != '\0' && url[n] != '?')) {
		req_fail(r, "address of another site is not the one expected");
		return;
	}
	go(r, r->method == GET ? 302 : 303, url);
}

/* --- no ------------------------------------------------------------------------------- */

/* Everything of this transaction is rolled back; the error page has its own. */
static void refuse(struct req *r, int status, const char *sentence)
{
	if (begin_answer(r))
		exchange_refuse(r->x, status, sentence == NULL ? NULL : mem_strdup(r->x->mem, sentence));
}

void page_bad_request(struct req *r)
{
	refuse(r, 400, NULL);
}

void page_not_found(struct req *r)
{
	refuse(r, 404, NULL);
}

void page_gone(struct req *r)
{
	refuse(r, 410, NULL);
}

void page_forbidden(struct req *r, const char *sentence)
{
	refuse(r, 403, sentence);
}

void page_conflict(struct req *r, const char *sentence)
{
	refuse(r, 409, sentence);
}

void page_too_many(struct req *r, int retry_after_s)
{
	refuse(r, 429, NULL);
	if (r->x->refusal.status == 429) {
		r->x->refusal.header = "Retry-After";
		r->x->refusal.value = mem_printf(r->x->mem, "%d", retry_after_s);
	}
}

void page_sign_in(struct req *r)
{
	const char *sign_in = r->program->hooks->sign_in;

	if (sign_in == NULL || r->method != GET)
		page_forbidden(r, N_("Please sign in first."));
	else
		page_send_to(r, sign_in);
}

void page_send_to(struct req *r, const char *path)
{
	struct buf *b = buf_new(r->mem);

	buf_printf(b, "%s%s?next=", r->prefix, path);
	buf_url(b, mem_printf(r->mem, "%s%s%s%s", r->prefix, r->path, *r->query != '\0' ? "?" : "", r->query));
	page_redirect(r, b->data);
}

void page_decline(struct req *r, void (*show)(struct req *r), const char *field, const char *sentence)
{
	if (!req_failed(r))
		field_error(r, field, sentence);
	page_again(r, show);
}

void page_again(struct req *r, void (*show)(struct req *r))
{
	if (r->x->again && !req_failed(r))
		BUG("%s: a form that is shown again declines", r->route->path);
	r->x->redraw = false;
	if (begin_answer(r))
		r->x->declined = show;
}

void page_redraw(struct req *r, void (*show)(struct req *r))
{
	page_again(r, show);
	r->x->redraw = true;
}

/* --- not yet: a call first ------------------------------------------------------------ */

void page_call_repeated(struct req *r, const char *path)
{
	r->x->call.repeat = mem_strdup(r->x->mem, page_local(path));
}

void page_call(struct req *r, const char *call, const char *id,
	       void (*then)(struct req *r, const struct call_answer *a))
{
	struct exchange *x = r->x;

	if (!r->program->calls || x->again || x->called)
		BUG("%s calls %s, and may not", r->route->path, call);
	if (!begin_answer(r))
		return;
	if (x->claim != NULL) {
		if (x->call.repeat == NULL)
			BUG("%s does not say where a repeated form leads", r->route->path);
		idempotency_keep(r, 303, x->call.repeat);
	}
	if (!page_settle(r))
		return;
	x->call.name = mem_strdup(x->mem, call);
	x->call.id = mem_strdup(x->mem, id);
	x->call.then = then;
}

void page_apart(struct req *r, void (*work)(struct req *r, void *data), void (*then)(struct req *r, void *data), void *data)
{
	struct exchange *x = r->x;

	if (!r->route->costly || r->route->idempotent || x->again || x->called)
		BUG("%s works apart, and may not", r->route->path);
	if (begin_answer(r) && page_settle(r))
		x->apart = (struct wanted_work){ .work = work, .then = then, .data = data };
}

/* --- other answers ---------------------------------------------------------------------- */

void page_text(struct req *r, const char *type, const char *body)
{
	page_raw(r, 200, type, body, strlen(body));
}

void page_bytes(struct req *r, const char *type, const void *data, size_t n)
{
	page_raw(r, 200, type, data, n);
}

void page_json(struct req *r, int status, const char *json)
{
	page_raw(r, status, "application/json", json, strlen(json));
}

void page_xml(struct req *r, const char *xml)
{
	page_raw(r, 200, "application/xml; charset=utf-8", xml, strlen(xml));
}

void page_nothing(struct req *r)
{
	page_raw(r, 204, NULL, NULL, 0);
}

void page_file(struct req *r, int fd, size_t size, const char *type, const char *name)
{
	if (name != NULL)
		header_attachment(r->x->headers, name);
	page_raw(r, 200, type, NULL, 0);
	if (!r->x->answer.given) {
		close(fd);
		return;
	}
	r->x->answer.fd = fd;
	r->x->answer.size = size;
}

/* --- beside the body ---------------------------------------------------------------------- */

void page_header(struct req *r, const char *name, const char *value)
{
	header_add(r->x->headers, name, value);
}

void page_sandbox(struct req *r)
{
	r->x->sandbox = true;
}

void page_form_action(struct req *r, const char *origin)
{
	if (!may_leave_to(r, origin))
		req_fail(r, "forms may not lead to this origin");
	else
		r->x->form_action = mem_strdup(r->mem, origin);
}

static bool is_personal(const struct req *r, const char *name)
{
	const char *const *names = r->program->hooks->personal_cookies;

	for (size_t i = 0; names != NULL && names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void cookie(struct req *r, const char *name, const char *value, int64_t ttl_s)
{
	struct exchange *x = r->x;
	const struct session_kind *session = r->program->session;
	struct cookie_options how = {
		.ttl_s = ttl_s, .secure = x->worker->secure_cookies,
		.strict = r->program->admin || (session != NULL && session->strict),
	};

	/* A page that a shared cache may keep hands no cookie to strangers. */
	if (r->route != NULL && r->route->cache_s > 0 && x->personal == NULL) {
		req_fail(r, "a cacheable page sets a cookie");
		return;
	}
	header_cookie(x->headers, name, value, &how);
}

void page_cookie_set(struct req *r, const char *name, const char *value, int64_t ttl_s)
{
	if (req_failed(r))
		return;
	cookie(r, name, value, ttl_s);
	if (is_personal(r, name) && r->x->new_personal == NULL && r->x->sid == NULL)
		r->x->new_personal = mem_strdup(r->mem, value);
}

void page_cookie_clear(struct req *r, const char *name)
{
	if (!req_failed(r))
		cookie(r, name, "", -1);
}

void page_clear_site(struct req *r)
{
	page_header(r, "Clear-Site-Data", "\"cache\", \"storage\"");
}

void page_flash(struct req *r, const char *kind, const char *sentence)
{
	struct exchange *x = r->x;
	const char *key = x->new_personal != NULL ? x->new_personal : x->personal;
	struct flash f = { kind, req_text(r, sentence) };

	if (key != NULL && !req_failed(r))
		cookie(r, "flash", flash_pack(r->mem, key, &f), LIMIT_FLASH_S);
}
