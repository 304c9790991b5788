#include "web/exchange.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/access.h"
#include "web/csrf.h"
#include "web/flash.h"
#include "web/limits.h"
#include "web/turn.h"

#include <string.h>
#include <unistd.h>

void exchange_refuse(struct exchange *x, int status, const char *sentence)
{
	if (x->refusal.status == 0)
		x->refusal = (struct refusal){ .status = status, .sentence = sentence };
}

static bool refuse(struct exchange *x, int status, const char *sentence)
{
	exchange_refuse(x, status, sentence);
	return false;
}

/* An answer that sends the browser elsewhere, made before there is a handler. */
static bool go_to(struct exchange *x, int status, const char *location)
{
	x->headers = headers_new(x->mem);
	header_add(x->headers, "Location", location);
	x->answer = (struct answer){ .given = true, .status = status, .fd = -1 };
	return false;
}

/* --- the steps, in order ----------------------------------------------------- */

static bool read_method(struct exchange *x)
{
	x->req.method = method_from(x->peer->param(x->peer, "REQUEST_METHOD"), &x->head);
	if (x->req.method == METHOD_NONE)
		return refuse(x, 501, N_("This kind of request is not known here."));
	return true;
}

static void speak(struct exchange *x, const struct site_locale *locale, const char *currency)
{
	struct req *r = &x->req;

	x->language = language_get(x->worker->languages, locale->tag);
	r->locale = locale->tag;
	r->language = locale->prefix;
	r->currency = currency;
	r->text = x->language->text;
	r->prefix = site_prefix(x->mem, r->site, locale, currency);
}

/* Where a hostless program answers: no merchant's, in English. */
static bool no_site(struct exchange *x)
{
	static const struct site_locale english = { "en", "en" };
	static const char *const currency = "EUR";
	static const struct site house = {
		.host = "", .origin = "", .name = "", .status = SITE_ACTIVE, .nlocales = 1, .locales = &english,
		.ncurrencies = 1, .currencies = &currency, .timezone = "UTC",
	};

	x->req.site = &house;
	speak(x, house.locales, house.currencies[0]);
	return true;
}

static bool find_site(struct exchange *x)
{
	const char *host = site_host(x->mem, x->peer->param(x->peer, "HTTP_HOST"));
	const struct worker *w = x->worker;
	enum site_answer answer = SITE_UNKNOWN;

	if (w->program->hostless)
		return no_site(x);
	if (host != NULL)
		answer = site_find(w->sites, w->program, w->db, host, x->req.deadline_us, &x->req.site);
	if (x->req.site != NULL)
		speak(x, x->req.site->locales, x->req.site->currencies[0]);
	if (answer == SITE_UNAVAILABLE && x->req.site == NULL) {
		x->failure = DB_UNAVAILABLE;
		return refuse(x, 503, NULL);
	}
	x->site_old = answer == SITE_UNAVAILABLE;
	if (answer == SITE_UNKNOWN)
		return refuse(x, 421, N_("No shop answers under this name."));
	if (x->req.site->admin != w->program->admin) {
		/* Who types the console's name alone means its first page. */
		if (x->req.site->admin && x->req.method == GET && strcmp(x->target.path, "/") == 0)
			return go_to(x, 302, "/admin");
		x->req.site = NULL;
		return refuse(x, 421, N_("No shop answers under this name."));
	}
	return true;
}

static bool read_target(struct exchange *x)
{
	const char *uri = x->peer->param(x->peer, "REQUEST_URI");

	switch (uri == NULL ? FORM_MALFORMED : form_target(x->mem, uri, &x->target)) {
	case FORM_OK:
		break;
	case FORM_TOO_LARGE:
		return refuse(x, 414, N_("This address is too long."));
	default:
		return refuse(x, 400, N_("This address is not one of ours."));
	}
	x->req.query = x->target.query;
	x->req.path = x->target.path;
	return true;
}

/* Path and query behind PREFIX, encoded again for a Location. */
static const char *same_place(const struct exchange *x, const char *prefix, const char *path)
{
	struct buf *b = buf_new(x->mem);

	buf_adds(b, prefix);
	for (const char *s = path; *s != '\0';) {
		size_t n = strcspn(s + 1, "/");

		buf_addc(b, '/');
		buf_url(b, mem_strndup(x->mem, s + 1, n));
		s += n + 1;
	}
	if (*x->target.query != '\0')
		buf_printf(b, "?%s", x->target.query);
	return b->data;
}

static bool find_place(struct exchange *x)
{
	struct site_path place;

	site_path(x->mem, x->req.site, x->target.path, &place);
	speak(x, place.locale, place.currency);
	x->req.path = place.rest;
	if (!place.canonical && x->req.method == GET)
		return go_to(x, 301, same_place(x, place.prefix, place.rest));
	return true;
}

static bool find_open_shop(struct exchange *x)
{
	switch (x->req.site->status) {
	case SITE_ACTIVE:
		return true;
	case SITE_INACTIVE:
		return refuse(x, 410, N_("This shop has closed."));
	default:
		return refuse(x, 503, N_("This shop is not open yet."));
	}
}

static bool find_route(struct exchange *x)
{
	struct req *r = &x->req;
	size_t n = strlen(r->path);

	route_find(x->mem, x->worker->program->routes, r->method, r->path, &x->match);
	if (x->match.route == NULL && x->match.other_method) {
		struct buf *allow = buf_new(x->mem);

		for (enum method m = GET; m <= DELETE; m++)
			if ((x->match.methods & BIT(m)) != 0)
				buf_printf(allow, "%s%s%s", allow->len > 0 ? ", " : "", method_name(m),
					   m == GET ? ", HEAD" : "");
		refuse(x, 405, N_("This page cannot be asked for in this way."));
		x->refusal.header = "Allow";
		x->refusal.value = allow->data;
		return false;
	}
	if (x->match.route == NULL && r->method == GET && n > 1 && r->path[n - 1] == '/') {
		const char *bare = mem_strndup(x->mem, r->path, n - 1);
		struct route_match bare_match;

		route_find(x->mem, x->worker->program->routes, GET, bare, &bare_match);
		if (bare_match.route != NULL)
			return go_to(x, 301, same_place(x, r->prefix, bare));
	}
	if (x->match.route == NULL)
		return refuse(x, 404, NULL);
	r->route = x->match.route;
	if (r->route->deadline_ms > 0)
		r->deadline_us = x->started_us + r->route->deadline_ms * 1000LL;
	return true;
}

/* The database is away.  The site as it was last seen serves to say so, in the language of
   the path, and for what needs no more. */
static bool ask_no_more(struct exchange *x)
{
	if (!x->site_old || (x->req.route->needs & NEEDS_NO_DATABASE) != 0)
		return true;
	x->failure = DB_UNAVAILABLE;
	return refuse(x, 503, NULL);
}

static bool read_cookies(struct exchange *x)
{
	const struct program *p = x->worker->program;
	const char *const *names = p->hooks->personal_cookies;
	const char *flash;

	if ((x->req.route->needs & NEEDS_CROSS_SITE) != 0)
		return true;
	if (p->session != NULL)
		x->sid = req_cookie(&x->req, p->session->cookie);
	if (x->sid != NULL && !token_valid(x->sid))
		x->sid = NULL;
	x->personal = x->sid;
	for (size_t i = 0; x->personal == NULL && names != NULL && names[i] != NULL; i++)
		x->personal = req_cookie(&x->req, names[i]);
	flash = x->personal == NULL ? NULL : req_cookie(&x->req, "flash");
	if (flash != NULL) {
		struct flash *f = mem_new(x->mem, struct flash);

		if (flash_unpack(x->mem, x->personal, flash, f))
			x->flash = f;
	}
	return true;
}

static bool check_origin(struct exchange *x)
{
	const struct req *r = &x->req;
	const char *why;

	if (r->method == GET || (r->route->needs & NEEDS_CROSS_SITE) != 0)
		return true;
	why = csrf_headers(req_header(r, "Sec-Fetch-Site"), req_header(r, "Origin"), r->site->origin);
	if (why == NULL)
		return true;
	log_warn("change refused", "reason", why, "route", r->route->path, NULL);
	return refuse(x, 403, N_("This was asked for by another site. Please use our own page."));
}

/* csrf and idempotency_key leave the list: they are no parameters of the handler. */
static void take_own_fields(struct exchange *x)
{
	struct inputs *in = x->inputs;
	size_t kept = 0;

	for (size_t i = 0; i < in->n; i++) {
		const struct input *f = &in->item[i];
		const char **own = NULL;

		if (x->req.route->csrf_token && strcmp(f->name, "csrf") == 0)
			own = &x->csrf;
		else if (x->req.route->idempotent && strcmp(f->name, "idempotency_key") == 0)
			own = &x->idempotency_key;
		if (own != NULL && *own == NULL && f->file == NULL)
			*own = f->value;
		else
			in->item[kept++] = *f;
	}
	in->n = kept;
}

static bool check_token(struct exchange *x)
{
	const struct route *route = x->req.route;

	if (x->req.method == GET)
		return true;
	take_own_fields(x);
	if (route->csrf_token && !csrf_token_right(x->personal, x->csrf))
		return refuse(x, 403, N_("This form is too old. Please go back, load the page again and repeat."));
	if (route->idempotent && (x->idempotency_key == NULL || !token_valid(x->idempotency_key)))
		return refuse(x, 400, N_("This form is not complete. Please go back and load the page again."));
	return true;
}

static bool read_inputs(struct exchange *x)
{
	enum form_result result;

	x->inputs = inputs_new(x->mem);
	if (x->req.method != GET) {
		if (*x->target.query != '\0')
			return refuse(x, 400, N_("This form was sent to a wrong address."));
		return body_read(x);
	}
	result = form_urlencoded(x->inputs, x->target.query, strlen(x->target.query));
	if (result != FORM_OK)
		return refuse(x, 400, N_("The last part of this address cannot be read."));
	return true;
}

static bool read_params(struct exchange *x)
{
	struct req *r = &x->req;
	int exponent = currency_exponent(r->currency);

	if ((r->route->needs & NEEDS_BODY) != 0)
		return true;
	x->params = param_read(x->mem, r->route->params, x->inputs, exponent < 0 ? 2 : exponent,
			       r->method == GET);
	if (x->params->refused != NULL) {
		log_info("request refused", "reason", x->params->refused, "route", r->route->path, NULL);
		return refuse(x, 400, N_("This page was asked for with something it does not know."));
	}
	if (x->params->errors > 0 && r->route->form == NULL)
		return refuse(x, 400, N_("This page was asked for with a value that cannot be."));
	for (size_t i = 0; i < x->params->n; i++) {
		const struct param_value *v = &x->params->value[i];

		if (v->error != NULL)
			field_error(r, v->param->name, v->error);
	}
	return true;
}

/* --- a request's life --------------------------------------------------------- */

static void prepare(struct exchange *x, struct worker *w, struct peer *p)
{
	struct id id = id_new();

	x->worker = w;
	x->peer = p;
	x->started_us = clock_steady_us();
	x->answer.fd = -1;
	x->req = (struct req){
		.mem = x->mem, .db = w->db, .program = w->program, .x = x,
		.id = mem_strdup(x->mem, id.text), .path = "/", .prefix = "", .query = "",
		.locale = "en", .language = "en", .currency = "EUR", .now_ms = clock_ms(),
		.deadline_us = x->started_us + w->deadline_ms * 1000,
	};
	x->language = language_get(w->languages, "en");
	log_request(x->req.id);
}

/* What the handler noted must survive: its own short transaction, also after a rollback. */
static void write_afterwards(struct exchange *x)
{
	struct req *r = &x->req;

	if (x->nafterwards + x->nkept_notes == 0 || r->site == NULL)
		return;
	db_begin(r->db, r->mem, r->site->tenant, false, clock_steady_us() + 2000000);
	for (size_t i = 0; i < x->nkept_notes; i++)
		x->kept_notes[i].write(r, x->kept_notes[i].data);
	for (size_t i = 0; i < x->nafterwards; i++)
		x->afterwards[i].write(r, x->afterwards[i].data);
	if (db_commit(r->db) != DB_OK)
		db_log_failure(r->db);
	db_end(r->db);
}

static void leave_traces(struct exchange *x)
{
	for (size_t i = 0; i < x->ntraces && x->answer.status < 400; i++)
		trace_take(x->worker->traces, x->traces[i].kind, x->req.site->tenant, x->req.now_ms,
			   x->traces[i].row);
}

static int route_index(const struct exchange *x)
{
	return x->req.route == NULL ? -1 : (int)(x->req.route - x->worker->program->routes);
}

/* What the web server calls the request in its own log, where it says so; anybody of its group
   could say something else, so it only stands beside ours. */
static const char *front_id(const struct exchange *x)
{
	const char *id = x->peer->param(x->peer, "REQUEST_ID");
	size_t n = id == NULL ? 0 : strlen(id);

	return n < LIMIT_FRONT_ID_LEAST || n > LIMIT_FRONT_ID_BYTES ||
	       strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_-") != n ? NULL : id;
}

static void account(struct exchange *x)
{
	static const char *const failures[] = {
		[DB_OK] = NULL, [DB_UNAVAILABLE] = "unavailable", [DB_RETRY] = "conflict",
		[DB_UNKNOWN] = "unknown", [DB_DEADLINE] = "deadline", [DB_REFUSED] = "refused",
		[DB_ERROR] = "error",
	};
	const struct req *r = &x->req;
	int64_t time_us = clock_steady_us() - x->started_us;
	struct access a = {
		.program = r->program->name, .id = r->id, .front = front_id(x),
		.tenant = r->site != NULL ? r->site->tenant : NULL,
		.method = x->head ? "HEAD" : method_name(r->method),
		.route = r->route != NULL ? r->route->path : "", .status = x->answer.status,
		.bytes = x->sent, .time_us = time_us, .db_us = x->db_us, .trips = x->trips,
		.calls = x->calls, .runs = x->runs, .call_us = x->call_us, .failure = failures[x->failure],
	};

	access_log(&a);
	counter_add(x->worker->counters, route_index(x), x->answer.status, time_us, x->db_us, x->trips,
		    x->runs > x->called ? x->runs - 1 - x->called : 0, r->now_ms);
}

void exchange_serve(struct worker *w, struct peer *p)
{
	static bool (*const steps[])(struct exchange *x) = {
		read_method, read_target, find_site, find_place, find_open_shop, find_route,
		ask_no_more, read_cookies, check_origin, read_inputs, check_token, read_params,
		turn_take,
	};
	void *mem = mem_context(w->pool, "request");
	struct exchange *x = mem_new(mem, struct exchange);
	size_t done = 0;

	x->mem = mem;
	prepare(x, w, p);
	while (done < ARRAY_LEN(steps) && steps[done](x))
		done++;
	if (done == ARRAY_LEN(steps)) {
		run_handler(x);
		turn_leave(x);
	}
	if (!x->answer.given)
		error_page(x);
	write_afterwards(x);
	send_answer(x);
	leave_traces(x);
	account(x);
	log_request(NULL);
	if (x->answer.fd >= 0)
		close(x->answer.fd);
	mem_free(mem);
}
