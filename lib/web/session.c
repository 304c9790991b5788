#include "web/session.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "db/rows.h"
#include "web/exchange.h"
#include "web/limits.h"

#include "db/query/web.h"

#include <string.h>

static const unsigned char *hash_of(const void *ctx, const char *token)
{
	unsigned char *hash = mem_array(ctx, unsigned char, SHA256_LEN);

	sha256(token, strlen(token), hash);
	return hash;
}

void session_queue(struct req *r)
{
	const struct session_kind *kind = r->program->session;

	if (kind != NULL && r->x->sid != NULL)
		r->x->session_rows = kind->find(r, hash_of(r->mem, r->x->sid));
}

static void touch(struct db *db, const struct trace *const *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct session *s = rows[i]->row;
		const struct session_kind *kind = s->more;

		kind->touch(db, s->id);
	}
}

static const struct trace_kind touch_trace = { "session", touch };

static void keep_last_use(struct req *r, const struct session *s)
{
	struct session *row;

	if (r->now_ms - s->seen_ms < LIMIT_SESSION_TOUCH_S * 1000LL || r->program->session->touch == NULL)
		return;
	row = mem_new(r->mem, struct session);
	row->id = mem_strdup(row, s->id);
	row->more = r->program->session;
	trace_add(r, &touch_trace, row);
}

const struct session *session_get(struct req *r)
{
	struct exchange *x = r->x;

	if (x->session_known)
		return &x->session;
	x->session_known = true;
	if (x->session_rows != NULL && rows_found(x->session_rows)) {
		r->program->session->read(r, x->session_rows, &x->session);
		keep_last_use(r, &x->session);
	}
	return &x->session;
}

const char *session_principal(struct req *r)
{
	return session_get(r)->principal;
}

const char *session_name(struct req *r)
{
	return session_get(r)->name;
}

const unsigned char *session_hash(const struct req *r)
{
	return r->program->session == NULL || r->x->sid == NULL ? NULL : hash_of(r->mem, r->x->sid);
}

const unsigned char *session_start(struct req *r, int64_t ttl_s)
{
	struct token token = token_new();

	session_open(r, token.text, ttl_s);
	return hash_of(r->mem, token.text);
}

void session_open(struct req *r, const char *token, int64_t ttl_s)
{
	if (r->program->session == NULL)
		BUG("%s has no sessions", r->program->name);
	if (req_failed(r))
		return;
	page_cookie_set(r, r->program->session->cookie, token, ttl_s);
	r->x->new_personal = mem_strdup(r->mem, token);
}

void session_end(struct req *r)
{
	page_cookie_clear(r, r->program->session->cookie);
}

/* --- customers ----------------------------------------------------------------- */

static struct rows *customers_find(struct req *r, const unsigned char *hash)
{
	return q_web_session(r->db, hash, SHA256_LEN);
}

static void customers_read(struct req *r, struct rows *found, struct session *out)
{
	const struct row_web_session *s = row_web_session(found);

	(void)r;
	out->id = s->session_id;
	out->principal = s->customer_id;
	out->name = s->name;
	out->created_ms = s->created_at;
	out->seen_ms = s->seen_at;
	out->more = s;
}

static void customers_touch(struct db *db, const char *session_id)
{
	q_web_session_touch(db, session_id);
}

const struct session_kind session_customers = {
	.cookie = "sid", .find = customers_find, .read = customers_read, .touch = customers_touch,
};
