#include "web/request.h"

#include "base/log.h"
#include "base/mem.h"
#include "web/exchange.h"
#include "web/limits.h"

#include <ctype.h>
#include <string.h>

#include "db/query/web.h"

const char *path_text(const struct req *r, const char *name)
{
	const struct route_match *m = &r->x->match;

	for (size_t i = 0; i < m->nparts; i++)
		if (strlen(name) == m->part[i].name_len && strncmp(name, m->part[i].name, m->part[i].name_len) == 0)
			return m->part[i].value;
	BUG("%s has no part {%s}", r->route->path, name);
}

const char *req_header(const struct req *r, const char *name)
{
	char param[64] = "HTTP_";
	size_t n = strlen(name);
	const char *value;

	if (n > sizeof(param) - 6)
		BUG("header %s is too long", name);
	for (size_t i = 0; i < n; i++)
		param[5 + i] = name[i] == '-' ? '_' : (char)toupper((unsigned char)name[i]);
	value = r->x->peer->param(r->x->peer, param);
	return value != NULL && strlen(value) <= LIMIT_HEADER_BYTES ? value : NULL;
}

const char *cookie_wire_name(const struct exchange *x, const char *name)
{
	return x->worker->secure_cookies ? mem_printf(x->mem, "__Host-%s", name) : name;
}

const char *req_cookie(const struct req *r, const char *name)
{
	return form_cookie(r->x->mem, req_header(r, "Cookie"), cookie_wire_name(r->x, name));
}

const char *req_address(const struct req *r)
{
	const char *address = r->x->peer->param(r->x->peer, "REMOTE_ADDR");

	return address == NULL || strlen(address) > 45 ? "" : address;
}

const char *req_body(const struct req *r, size_t *n)
{
	if ((r->route->needs & NEEDS_BODY) == 0)
		BUG("%s takes no body", r->route->path);
	*n = r->x->body_size;
	return r->x->body;
}

const char *req_text(const struct req *r, const char *msgid)
{
	return text_get(r->text, msgid);
}

const char *req_path(const struct req *r, const char *path)
{
	return mem_concat(r->mem, r->prefix, path);
}

const char *req_url(const struct req *r, const char *path)
{
	return mem_concat(r->mem, r->site->origin, r->prefix, path);
}

bool req_personal(const struct req *r)
{
	return r->x->personal != NULL || r->x->new_personal != NULL;
}

void req_fail(struct req *r, const char *why)
{
	if (r->x->failed == NULL) {
		r->x->failed = why;
		log_error("request failed", "reason", why, "route", r->route != NULL ? r->route->path : "", NULL);
	}
	db_refuse(r->db);
}

bool req_failed(const struct req *r)
{
	return r->x->failed != NULL || db_failure(r->db) != DB_OK;
}

struct note {
	const char *kind, *detail;
};

static void write_note(struct req *r, void *data)
{
	const struct note *n = data;

	q_web_note(r->db, n->kind, r->program->name, n->detail);
}

void req_note(struct req *r, const char *kind, const char *detail)
{
	struct note *n = mem_new(r->mem, struct note);

	n->kind = kind;
	n->detail = mem_strdup(n, detail);
	req_afterwards(r, write_note, n);
}

void req_afterwards(struct req *r, void (*write)(struct req *r, void *data), void *data)
{
	struct exchange *x = r->x;

	if (x->nafterwards == LIMIT_NOTES)
		BUG("more than %d notes in one request", LIMIT_NOTES);
	x->afterwards[x->nafterwards++] = (struct afterwards){ write, data };
}

void field_error(struct req *r, const char *field, const char *sentence)
{
	struct exchange *x = r->x;
	const struct param_value *v = field == NULL || x->params == NULL ? NULL : param_find(x->params, field);

	if (x->nerrors == ARRAY_LEN(x->errors))
		return;
	x->errors[x->nerrors++] = (struct field_error){
		.field = field == NULL ? "" : field,
		.label = v != NULL && v->param->label != NULL ? text_get(r->text, v->param->label) : NULL,
		.sentence = mem_strdup(x->mem, text_get(r->text, sentence)),
	};
}
