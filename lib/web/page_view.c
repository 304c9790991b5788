#include "web/exchange.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "web/csrf.h"
#include "web/flash.h"

#include <string.h>

struct view *page_view(struct req *r, const char *name)
{
	struct exchange *x = r->x;
	struct view *v = view_new(r->mem);

	if (x->nviews == ARRAY_LEN(x->views))
		BUG("more than %zu views in one answer", ARRAY_LEN(x->views));
	x->views[x->nviews++] = (struct view_name){ v, name };
	view_text(v, "request_id", r->id);
	view_text(v, "base", r->prefix);
	view_text(v, "path", r->path);
	view_text(v, "lang", r->locale);
	view_text(v, "dir", locale_rtl(x->language->locale) ? "rtl" : "ltr");
	view_text(v, "currency", r->currency);
	return v;
}

const char *page_template(struct req *r, struct view *v)
{
	for (size_t i = 0; i < r->x->nviews; i++)
		if (r->x->views[i].view == v)
			return r->x->views[i].name;
	BUG("view was not made by page_view()");
}

static void fill_errors(struct exchange *x, struct view *v)
{
	struct view *by_field = view_sub(v, "error");

	view_bool(v, "has_errors", x->nerrors > 0);
	for (size_t i = 0; i < x->nerrors; i++) {
		const struct field_error *e = &x->errors[i];
		struct view *item = view_item(v, "errors");

		view_text(item, "field", e->field);
		view_text(item, "label", e->label);
		view_text(item, "sentence", e->sentence);
		if (*e->field != '\0')
			view_text(by_field, e->field, e->sentence);
	}
}

static void fill_typed(struct exchange *x, struct view *v)
{
	struct view *form = view_sub(v, "form");

	for (size_t i = 0; x->params != NULL && i < x->params->n; i++) {
		const struct param_value *p = &x->params->value[i];

		if (p->param->type == PARAM_BOOL)
			view_bool(form, p->param->name, p->number != 0);
		else if (p->typed != NULL)
			view_text(form, p->param->name, p->typed);
	}
}

/* What makes the page personal; a page that caches may keep has none of it. */
static void fill_secrets(struct req *r, struct view *v)
{
	struct exchange *x = r->x;
	const char *key = x->new_personal != NULL ? x->new_personal : x->personal;
	struct token token;

	if (r->route == NULL || r->route->cache_s > 0)
		return;
	if (key != NULL)
		view_text(v, "csrf", csrf_token(r->mem, key));
	if (x->again && x->idempotency_key != NULL) {
		view_text(v, "idempotency_key", x->idempotency_key);
		return;
	}
	token = token_new();
	view_text(v, "idempotency_key", mem_strdup(r->mem, token.text));
}

static void fill_flash(struct req *r, struct view *v)
{
	struct view *flash;

	if (r->x->flash == NULL)
		return;
	flash = view_item(v, "flash");
	view_text(flash, "kind", r->x->flash->kind);
	view_text(flash, "sentence", r->x->flash->text);
	page_cookie_clear(r, "flash");
}

void page_fill(struct req *r, struct view *v)
{
	if (r->x->again) {
		fill_errors(r->x, v);
		fill_typed(r->x, v);
	}
	fill_secrets(r, v);
	if (r->x->refusal.status == 0)
		fill_flash(r, v);
}

const char *form_typed(const struct req *r, const char *field, const char *otherwise)
{
	const struct param_value *p = NULL;

	if (r->x->again && r->x->params != NULL)
		p = param_find(r->x->params, field);
	return p != NULL && p->typed != NULL ? p->typed : otherwise;
}

const char *form_item(const struct req *r, const char *field, size_t i, const char *otherwise)
{
	const struct param_value *p = r->x->again && r->x->params != NULL ? param_find(r->x->params, field) : NULL;

	return p != NULL && i < p->n && p->list[i] != NULL ? p->list[i] : otherwise;
}

const char *form_numbered(const struct req *r, const char *field, size_t i)
{
	return mem_printf(r->mem, "%s_%zu", field, i);
}

const char *form_error(const struct req *r, const char *field)
{
	for (size_t i = 0; r->x->again && i < r->x->nerrors; i++)
		if (strcmp(r->x->errors[i].field, field) == 0)
			return r->x->errors[i].sentence;
	return NULL;
}

void form_text(struct req *r, struct view *v, const char *field, const char *value)
{
	view_text(view_sub(v, "form"), field, form_typed(r, field, value));
}

bool form_ticked(const struct req *r, const char *field, bool otherwise)
{
	const struct param_value *p = NULL;

	if (r->x->again && r->x->params != NULL)
		p = param_find(r->x->params, field);
	return p != NULL ? p->number != 0 : otherwise;
}

void form_bool(struct req *r, struct view *v, const char *field, bool value)
{
	view_bool(view_sub(v, "form"), field, form_ticked(r, field, value));
}

void form_options(struct req *r, struct view *v, const char *name, const char *field,
		  const struct form_option *options, size_t n, const char *current)
{
	const char *chosen = form_typed(r, field, current);

	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(v, name);

		view_text(item, "value", options[i].value);
		view_text(item, "label", req_text(r, options[i].label));
		view_bool(item, "selected", chosen != NULL && strcmp(chosen, options[i].value) == 0);
	}
}
