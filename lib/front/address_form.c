/* An address as a form. */
#include "front/address_form.h"

#include "base/locale.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* ---- the form ---------------------------------------------------------------------- */

struct choice {
	const char *code, *name;
	const struct locale *locale;
};

static int by_name(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;

	return locale_compare(x->locale, x->name, y->name);
}

void address_form_countries(struct req *r, struct view *v, const char *list, const char *const *codes, size_t n,
			    size_t fixed, const char *current)
{
	struct choice *c = mem_array(r->mem, struct choice, n);
	const struct locale *locale = locale_get(r->locale);

	for (size_t i = 0; i < n; i++)
		c[i] = (struct choice){ codes[i], locale_country(locale, codes[i]), locale };
	if (n > fixed)
		qsort(c + fixed, n - fixed, sizeof(*c), by_name);
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(v, list);

		view_text(item, "value", c[i].code);
		view_text(item, "label", c[i].name);
		view_bool(item, "selected", strcmp(c[i].code, current) == 0);
	}
}

/* "Please choose" is the template's own. */
static void add_regions(struct view *item, const struct country *c, const char *current)
{
	for (const struct region *g = c->regions; g->code != NULL; g++) {
		struct view *o = view_item(item, "options");

		view_text(o, "value", g->code);
		view_text(o, "label", g->name);
		view_bool(o, "selected", strcmp(g->code, current) == 0);
	}
}

struct view *address_form_field(struct req *r, struct view *v, const char *list, const char *name, const char *value)
{
	struct view *item = view_item(v, list);

	view_text(item, "name", name);
	view_text(item, "type", "text");
	view_text(item, "value", value);
	view_text(item, "hint", "");
	view_text(item, "wrong", form_error(r, name));
	view_bool(item, "select", false);
	return item;
}

static const char *saved(const struct address *a, enum address_field f)
{
	const char *const values[ADDRESS_FIELDS] = {
		[ADDRESS_NAME] = a->name, [ADDRESS_COMPANY] = a->company, [ADDRESS_STREET] = a->street,
		[ADDRESS_STREET2] = a->street2, [ADDRESS_POSTCODE] = a->postal_code, [ADDRESS_CITY] = a->city,
		[ADDRESS_REGION] = a->region,
	};

	return values[f];
}

void address_form_fields(struct req *r, struct view *v, const char *list, const char *prefix, const struct country *c,
			 const struct address *a, bool region_list)
{
	const char *kind = prefix[0] == '\0' ? "shipping" : "billing";

	for (size_t i = 0; i < c->nfields; i++) {
		const struct country_field *f = &c->fields[i];
		const char *name = mem_printf(r->mem, "%s%s", prefix, address_field_name(f->field));
		const char *value = form_typed(r, name, saved(a, f->field));
		struct view *item = address_form_field(r, v, list, name, value);

		view_text(item, "label", req_text(r, f->label));
		view_text(item, "width", f->width);
		view_bool(item, "required", f->required);
		view_int(item, "maxlength", address_field_max(f->field));
		view_text(item, "autocomplete", mem_printf(r->mem, "%s %s", kind, address_field_token(f->field)));
		if (f->field == ADDRESS_REGION && c->regions != NULL && region_list) {
			view_bool(item, "select", true);
			add_regions(item, c, value);
		}
	}
}

const char *const *address_form_everywhere(void *ctx, size_t *n)
{
	const char **codes;

	*n = strlen(country_codes) / 2;
	codes = mem_array(ctx, const char *, *n);
	for (size_t i = 0; i < *n; i++)
		codes[i] = mem_strndup(ctx, country_codes + 2 * i, 2);
	return codes;
}

bool address_form_among(const char *const *codes, size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(codes[i], code) == 0)
			return true;
	return false;
}

/* ---- taking it ----------------------------------------------------------------------- */

static const char *typed(struct req *r, const char *prefix, enum address_field f)
{
	const char *value = param_text(r, mem_printf(r->mem, "%s%s", prefix, address_field_name(f)));

	return value == NULL ? "" : value;
}

struct address address_form_read(struct req *r, const char *prefix, const char *country)
{
	return (struct address){
		.name = typed(r, prefix, ADDRESS_NAME), .company = typed(r, prefix, ADDRESS_COMPANY),
		.street = typed(r, prefix, ADDRESS_STREET), .street2 = typed(r, prefix, ADDRESS_STREET2),
		.postal_code = typed(r, prefix, ADDRESS_POSTCODE), .city = typed(r, prefix, ADDRESS_CITY),
		.region = typed(r, prefix, ADDRESS_REGION), .country = country,
	};
}

size_t address_form_check(struct req *r, const char *prefix, struct address *a, bool region_list)
{
	struct address_error errors[ADDRESS_FIELDS];
	size_t n = address_check(r->mem, a, errors), counted = 0;

	for (size_t i = 0; i < n; i++) {
		/* The form without a list of regions takes the name of one. */
		if (errors[i].field == ADDRESS_REGION && !region_list)
			continue;
		/* In the list on top the two addresses must be told apart. */
		field_error(r, mem_printf(r->mem, "%s%s", prefix, address_field_name(errors[i].field)),
			    region_list ? errors[i].sentence : mem_printf(r->mem, "%s: %s",
			    req_text(r, N_("Invoice address")), req_text(r, errors[i].sentence)));
		counted++;
	}
	return counted;
}
