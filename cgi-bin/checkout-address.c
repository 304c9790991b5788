/* The step of checkout that asks where it goes: fields follow the country. */
#include "base/locale.h"
#include "base/mem.h"
#include "checkout.h"
#include "front/front.h"

#include <stdlib.h>
#include <string.h>

static const char *const customers[] = { "private", "business", NULL };

/* Which of them must be filled says the country (lib/shop/country.h). */
const struct param address_params[] = {
	{ "country",          PARAM_TEXT, .max = 2, .label = N_("Country") },
	{ "name",             PARAM_TEXT, .max = 100, .optional = "", .label = N_("Full name") },
	{ "company",          PARAM_TEXT, .max = 100, .optional = "", .label = N_("Company") },
	{ "street",           PARAM_TEXT, .max = 120, .optional = "", .label = N_("Street and number") },
	{ "more",             PARAM_TEXT, .max = 120, .optional = "", .label = N_("Floor, door, building") },
	{ "postcode",         PARAM_TEXT, .max = 12, .optional = "", .label = N_("Postal code") },
	{ "city",             PARAM_TEXT, .max = 80, .optional = "", .label = N_("Town or city") },
	{ "region",           PARAM_TEXT, .max = 60, .optional = "", .label = N_("State or region") },
	{ "billing_differs",  PARAM_BOOL },
	{ "billing_country",  PARAM_TEXT, .max = 2, .optional = "", .label = N_("Country") },
	{ "billing_name",     PARAM_TEXT, .max = 100, .optional = "", .label = N_("Full name") },
	{ "billing_company",  PARAM_TEXT, .max = 100, .optional = "", .label = N_("Company") },
	{ "billing_street",   PARAM_TEXT, .max = 120, .optional = "", .label = N_("Street and number") },
	{ "billing_more",     PARAM_TEXT, .max = 120, .optional = "", .label = N_("Floor, door, building") },
	{ "billing_postcode", PARAM_TEXT, .max = 12, .optional = "", .label = N_("Postal code") },
	{ "billing_city",     PARAM_TEXT, .max = 80, .optional = "", .label = N_("Town or city") },
	{ "billing_region",   PARAM_TEXT, .max = 60, .optional = "", .label = N_("State or region") },
	{ "customer",         PARAM_CHOICE, .choices = customers, .optional = "private" },
	{ "tax_number",       PARAM_TEXT, .max = 20, .optional = "", .label = N_("Tax number") },
	{ "change_country",   PARAM_BOOL },
	{ 0 }
};

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

/* Names of CODES in the page's language, in its order; the first FIXED stay first. */
static void add_countries(struct req *r, struct view *v, const char *list, const char *const *codes, size_t n,
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

static void add_regions(struct req *r, struct view *item, const struct country *c, const char *current)
{
	struct view *o = view_item(item, "options");

	view_text(o, "value", "");
	view_text(o, "label", req_text(r, N_("Please choose")));
	view_bool(o, "selected", current[0] == '\0');
	for (const struct region *g = c->regions; g->code != NULL; g++) {
		o = view_item(item, "options");
		view_text(o, "value", g->code);
		view_text(o, "label", g->name);
		view_bool(o, "selected", strcmp(g->code, current) == 0);
	}
}

static struct view *add_field(struct req *r, struct view *v, const char *list, const char *name, const char *value)
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

static void add_fields(struct req *r, struct view *v, const char *list, const char *prefix, const struct country *c,
		       const struct address *a, bool region_list)
{
	const char *kind = prefix[0] == '\0' ? "shipping" : "billing";

	for (size_t i = 0; i < c->nfields; i++) {
		const struct country_field *f = &c->fields[i];
		const char *name = mem_printf(r->mem, "%s%s", prefix, address_field_name(f->field));
		const char *value = form_typed(r, name, saved(a, f->field));
		struct view *item = add_field(r, v, list, name, value);

		view_text(item, "label", req_text(r, f->label));
		view_text(item, "width", f->width);
		view_bool(item, "required", f->required);
		view_int(item, "maxlength", address_field_max(f->field));
		view_text(item, "autocomplete", mem_printf(r->mem, "%s %s", kind, address_field_token(f->field)));
		if (f->field == ADDRESS_REGION && c->regions != NULL && region_list) {
			view_bool(item, "select", true);
			add_regions(r, item, c, value);
		}
	}
}

static void add_billing(struct req *r, struct view *v, const struct checkout *c, const char *country)
{
	size_t n = strlen(country_codes) / 2;
	const char **codes = mem_array(r->mem, const char *, n);
	const char *current = form_typed(r, "billing_country", c->bill.country[0] != '\0' ? c->bill.country : country);
	struct view *item;

	for (size_t i = 0; i < n; i++)
		codes[i] = mem_strndup(r->mem, country_codes + 2 * i, 2);
	/* One form for all countries: a change of this one would need the page again. */
	add_fields(r, v, "billing_fields", "billing_", country_get(""), &c->bill, false);
	item = add_field(r, v, "billing_fields", "billing_country", "");
	view_text(item, "label", req_text(r, N_("Country")));
	view_text(item, "width", "");
	view_bool(item, "required", true);
	view_text(item, "autocomplete", "billing country");
	view_bool(item, "select", true);
	add_countries(r, item, "options", codes, n, 0, current);
}

static bool sells_to_companies(const struct cart *c)
{
	for (size_t i = 0; i < c->input.nrules; i++)
		if (c->input.rules[i].who != PRICING_ANYONE)
			return true;
	return false;
}

static bool among(const char *const *codes, size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(codes[i], code) == 0)
			return true;
	return false;
}

void address_show(struct req *r)
{
	struct checkout *c = steps_look(r);
	const char *const *codes, *country;
	struct view *v;
	size_t n;

	if (!step_enter(r, c, STEP_ADDRESS))
		return;
	v = step_view(r, c, STEP_ADDRESS);
	codes = checkout_countries(r->mem, c->country_rows, c->cart->settings->country, &n);
	country = form_typed(r, "country", c->ship.country);
	if (!among(codes, n, country))
		country = n > 0 ? codes[0] : "";
	add_countries(r, v, "countries", codes, n, 1, country);
	add_fields(r, v, "fields", "", country_get(country), &c->ship, true);
	add_billing(r, v, c, country);
	view_bool(v, "billing_differs", form_typed(r, "country", NULL) == NULL ? c->person->has_billing :
		  form_typed(r, "billing_differs", NULL) != NULL);
	view_bool(v, "business", sells_to_companies(c->cart));
	view_bool(view_sub(v, "form"), "customer_business",
		  strcmp(form_typed(r, "customer", c->cart->input.customer == PRICING_BUSINESS ? "business" : "private"),
			 "business") == 0);
	form_text(r, v, "tax_number", c->person->tax_id);
	page_html(r, v);
}

/* ---- taking it ----------------------------------------------------------------------- */

static const char *typed(struct req *r, const char *prefix, enum address_field f)
{
	const char *value = param_text(r, mem_printf(r->mem, "%s%s", prefix, address_field_name(f)));

	return value == NULL ? "" : value;
}

static struct address read_address(struct req *r, const char *prefix, const char *country)
{
	return (struct address){
		.name = typed(r, prefix, ADDRESS_NAME), .company = typed(r, prefix, ADDRESS_COMPANY),
		.street = typed(r, prefix, ADDRESS_STREET), .street2 = typed(r, prefix, ADDRESS_STREET2),
		.postal_code = typed(r, prefix, ADDRESS_POSTCODE), .city = typed(r, prefix, ADDRESS_CITY),
		.region = typed(r, prefix, ADDRESS_REGION), .country = country,
	};
}

static size_t check(struct req *r, const char *prefix, struct address *a, bool region_list)
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

/* The number of a business in its form, "" for others; NULL when it does not look like one. */
static const char *tax_number(struct req *r, bool business, const char *country)
{
	const char *text = param_text(r, "tax_number"), *good;

	if (!business)
		return "";
	good = text == NULL || *text == '\0' ? NULL : tax_id_check(r->mem, country, text);
	if (good == NULL)
		field_error(r, "tax_number", N_("Please enter the company's tax number as its country writes it."));
	return good;
}

void address_set(struct req *r)
{
	struct checkout *c = steps_look(r);
	bool differs = param_bool(r, "billing_differs"), business = strcmp(param_text(r, "customer"), "business") == 0;
	const char *country = param_text(r, "country"), *payer = param_text(r, "billing_country"), *tax_id;
	struct address ship = read_address(r, "", country), bill = read_address(r, "billing_", payer == NULL ? "" : payer);
	const char *const *codes;
	size_t n, errors = 0;

	if (!step_take(r, c, STEP_ADDRESS))
		return;
	if (param_bool(r, "change_country")) {
		page_redraw(r, address_show);
		return;
	}
	codes = checkout_countries(r->mem, c->country_rows, c->cart->settings->country, &n);
	if (!among(codes, n, country)) {
		page_decline(r, address_show, "country", N_("We do not deliver to this country. Please choose another."));
		return;
	}
	errors += check(r, "", &ship, true);
	if (differs && !country_known(bill.country)) {
		field_error(r, "billing_country", N_("Please choose the country."));
		errors++;
	}
	errors += differs ? check(r, "billing_", &bill, false) : 0;
	tax_id = tax_number(r, business, differs ? bill.country : country);
	if (errors > 0 || tax_id == NULL) {
		page_again(r, address_show);
		return;
	}
	q_checkout_address(r->db, r->site->tenant, r->site->store, c->cart->key.token, SHA256_LEN,
		business ? "business" : "consumer", tax_id,
		ship.name, ship.company, ship.street, ship.street2, ship.postal_code, ship.city, ship.region, ship.country,
		differs, bill.name, bill.company, bill.street, bill.street2, bill.postal_code, bill.city, bill.region, bill.country);
	page_redirect(r, step_path(r, STEP_DELIVERY));
}
