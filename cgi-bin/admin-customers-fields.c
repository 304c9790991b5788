/* Fields of the merchant's own: which there are, and what stands in them for a customer. */
#include "admin-customers.h"

#include "base/mem.h"

#include <string.h>

/* The bound of customer.field.position. */
#define FIELDS_MOST 20
#define CHOICES_MOST 50
#define CHOICE_LEN 100

static const char *const kinds[] = { "text", "number", "date", "choice", NULL };
static const struct form_option kind_options[] = {
	{ "text", N_("Text") }, { "number", N_("Number") }, { "date", N_("Date") }, { "choice", N_("Choice of a list") },
};

#define CHOICES { "choices", PARAM_BLOCK, .max = CHOICES_MOST * (CHOICE_LEN + 1), .optional = "", .label = N_("Choices") }

const struct param field_make_params[] = {
	{ "code",  PARAM_CODE, .label = N_("Code") },
	{ "label", PARAM_TEXT, .max = 60, .label = N_("Name") },
	{ "kind",  PARAM_CHOICE, .choices = kinds, .optional = "text", .label = N_("Kind") },
	CHOICES,
	{ 0 }
};
const struct param field_change_params[] = { { "label", PARAM_TEXT, .max = 60, .label = N_("Name") }, CHOICES, { 0 } };
const struct param field_drop_params[] = { { "reason", PARAM_REASON, .label = N_("Reason") }, { 0 } };
const struct param person_fields_params[] = {
	{ "field", PARAM_LIST, .of = PARAM_CODE, .max = FIELDS_MOST },
	{ "value", PARAM_LIST, .of = PARAM_TEXT, .max = FIELDS_MOST, .blanks = true, .optional = "" },
	{ 0 }
};

/* ---- which there are ------------------------------------------------------------------ */

/* Fields belong to no store. */
static bool may(struct req *r)
{
	if (console_may_everywhere(r, "customers.edit"))
		return true;
	page_forbidden(r, N_("Your role must hold this in all stores: own fields belong to the whole merchant."));
	return false;
}

static const char *kind_word(struct req *r, const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_options); i++)
		if (strcmp(kind_options[i].value, kind) == 0)
			return req_text(r, kind_options[i].label);
	return kind;
}

void fields_show(struct req *r)
{
	struct rows *fields = q_people_fields(r->db);
	struct view *v = console_view(r, "admin-customers/fields", N_("Own fields"));

	for (size_t i = 0; i < rows_count(fields); i++) {
		const struct row_people_fields *f = row_people_fields_at(fields, i);
		struct view *item = view_item(v, "fields");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/customers/fields/%s", r->prefix, f->code));
		view_text(item, "code", f->code);
		view_text(item, "label", f->label);
		view_text(item, "kind", kind_word(r, f->kind));
	}
	view_bool(v, "has_fields", rows_count(fields) > 0);
	view_bool(v, "may_change", console_may_everywhere(r, "customers.edit"));
	form_text(r, v, "code", "");
	form_text(r, v, "label", "");
	form_text(r, v, "choices", "");
	form_options(r, v, "kinds", "kind", kind_options, ARRAY_LEN(kind_options), "text");
	page_html(r, v);
}

void field_show(struct req *r)
{
	struct rows *fields = q_people_fields(r->db);
	const struct row_people_fields *f = NULL;
	struct view *v;

	for (size_t i = 0; i < rows_count(fields); i++)
		if (strcmp(row_people_fields_at(fields, i)->code, path_text(r, "code")) == 0)
			f = row_people_fields_at(fields, i);
	if (f == NULL) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-customers/field", f->label);
	view_text(v, "code", f->code);
	view_text(v, "kind", kind_word(r, f->kind));
	view_bool(v, "is_choice", strcmp(f->kind, "choice") == 0);
	view_text(v, "url", mem_printf(r->mem, "%s/admin/customers/fields/%s", r->prefix, f->code));
	view_bool(v, "may_change", console_may_everywhere(r, "customers.edit"));
	form_text(r, v, "label", f->label);
	form_text(r, v, "choices", f->choices);
	form_text(r, v, "reason", "");
	page_html(r, v);
}

static const struct hindrance hindrances[] = {
	{ "code", "code", N_("Another field has this code. Please choose another one.") },
	{ "label", "label", N_("Another field has this name. Please choose another one.") },
	{ "choices", "choices", N_("Please enter what can be chosen, each on a line of its own.") },
	{ "full", "label", N_("There are 20 own fields already. Please take one away first.") },
};

static void settle(struct req *r, const char *outcome, void (*form)(struct req *r), const char *done)
{
	people_settle(r, outcome, hindrances, ARRAY_LEN(hindrances), form, "/admin/customers/fields", done);
}

/* The lines of the block that are not empty, each once; how many there are. */
static size_t read_choices(struct req *r, const char **out)
{
	char *text = param_text(r, "choices") == NULL ? mem_strdup(r->mem, "") : mem_strdup(r->mem, param_text(r, "choices")), *rest = NULL;
	size_t n = 0;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		size_t len = strlen(line), k = 0;

		while (len > 0 && strchr(" \t\r", line[len - 1]) != NULL)
			line[--len] = '\0';
		line += strspn(line, " \t");
		while (k < n && strcmp(out[k], line) != 0)
			k++;
		if (*line == '\0' || k < n)
			continue;
		if (n == CHOICES_MOST)
			return n + 1;
		out[n++] = line;
	}
	return n;
}

static void save(struct req *r, bool fresh, const char *code, const char *kind, void (*form)(struct req *r), const char *done)
{
	const char *choices[CHOICES_MOST];
	size_t n;

	if (!may(r))
		return;
	n = read_choices(r, choices);
	if (n > CHOICES_MOST) {
		page_decline(r, form, "choices", N_("A list has at most 50 choices. Please leave some out."));
		return;
	}
	settle(r, row_people_field_save(q_people_field_save(r->db, r->site->tenant, console_actor(r), fresh, code, param_text(r, "label"), kind,
		choices, n))->outcome, form, done);
}

void field_make(struct req *r)
{
	save(r, true, param_text(r, "code"), param_text(r, "kind"), fields_show, N_("The field stands on the page of every customer now."));
}

void field_change(struct req *r)
{
	save(r, false, path_text(r, "code"), "", field_show, N_("The field is changed."));
}

void field_drop(struct req *r)
{
	if (may(r))
		settle(r, row_people_field_drop(q_people_field_drop(r->db, r->site->tenant, console_actor(r), path_text(r, "code"),
			param_text(r, "reason")))->outcome, field_show, N_("The field is gone, and what stood in it."));
}

/* ---- of a customer ----------------------------------------------------------------------- */

static const char *at(struct req *r, size_t n)
{
	return mem_printf(r->mem, "value_%zu", n);
}

/* Where CODE stood in the form that is shown again; else I. */
static size_t typed_at(struct req *r, const char *code, size_t i)
{
	const char *typed;

	for (size_t k = 0; (typed = form_item(r, "field", k, NULL)) != NULL; k++)
		if (strcmp(typed, code) == 0)
			return k;
	return i;
}

/* What can be chosen, and what stands there although it can no more. */
static void add_choices(struct req *r, struct view *item, const char *choices, const char *value)
{
	char *text = mem_strdup(r->mem, choices), *rest = NULL;
	bool there = *value == '\0';

	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		struct view *choice = view_item(item, "choices");

		view_text(choice, "label", line);
		view_bool(choice, "selected", strcmp(line, value) == 0);
		there |= strcmp(line, value) == 0;
	}
	if (!there) {
		struct view *choice = view_item(item, "choices");

		view_text(choice, "label", value);
		view_bool(choice, "selected", true);
	}
}

struct rows *person_fields_of(struct req *r, const char *customer)
{
	return q_people_field_values(r->db, customer);
}

void person_add_fields(struct req *r, struct view *v, struct rows *fields)
{
	for (size_t i = 0; i < rows_count(fields); i++) {
		const struct row_people_field_values *f = row_people_field_values_at(fields, i);
		struct view *item = view_item(v, "fields");
		size_t n = typed_at(r, f->code, i);
		const char *value = form_item(r, "value", n, f->value);

		view_text(item, "n", mem_printf(r->mem, "%zu", n));
		view_text(item, "code", f->code);
		view_text(item, "label", f->label);
		view_text(item, "value", value);
		view_text(item, "error", form_error(r, at(r, n)));
		view_bool(item, "is_choice", strcmp(f->kind, "choice") == 0);
		view_bool(item, "is_date", strcmp(f->kind, "date") == 0);
		view_bool(item, "is_number", strcmp(f->kind, "number") == 0);
		view_bool(item, "is_text", strcmp(f->kind, "text") == 0);
		add_choices(r, item, f->choices, value);
	}
	view_bool(v, "has_fields", rows_count(fields) > 0);
}

/* Whether LIST, words with blanks between, has WORD. */
static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

void person_fields(struct req *r)
{
	size_t n, m;
	const char *const *codes = param_list(r, "field", &n), *const *values = param_list(r, "value", &m);
	const struct row_people_fields_set *o;

	if (n != m) {
		page_bad_request(r);
		return;
	}
	o = row_people_fields_set(q_people_fields_set(r->db, r->site->tenant, console_actor(r), people_scope(r, "customers.edit"), path_text(r, "id"),
		(const char **)codes, n, (const char **)values, n));
	if (strcmp(o->outcome, "wrong") != 0) {
		if (strcmp(o->outcome, "gone") == 0)
			page_decline(r, person_show, NULL, N_("A field was taken away meanwhile. Please look again."));
		else
			person_settle(r, o->outcome, NULL, N_("The own fields are saved."));
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (has_word(o->wrong, codes[i]))
			field_error(r, at(r, i), N_("Please enter what fits: a number like 12.5, a day like 2026-11-25, or one of the choices."));
	page_again(r, person_show);
}
