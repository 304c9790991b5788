/* The step of checkout that asks where it goes: fields follow the country. */
#include "base/id.h"
#include "base/mem.h"
#include "checkout.h"
#include "front/address_form.h"
#include "front/basket.h"
#include "front/front.h"

#include <string.h>

static const char *const customers[] = { "private", "business", NULL };

/* Which of them must be filled says the country (lib/shop/country.h). */
const struct param address_params[] = {
	{ "country",          PARAM_TEXT, .max = 2, .label = N_("Country") },
	ADDRESS_FORM_PARAMS(""),
	{ "billing_differs",  PARAM_BOOL },
	{ "billing_country",  PARAM_TEXT, .max = 2, .optional = "", .label = N_("Country") },
	ADDRESS_FORM_PARAMS("billing_"),
	{ "customer",         PARAM_CHOICE, .choices = customers, .optional = "private" },
	{ "tax_number",       PARAM_TEXT, .max = 20, .optional = "", .label = N_("Tax number") },
	{ "change_country",   PARAM_BOOL },
	{ "book",             PARAM_TEXT, .max = 36, .optional = "", .label = N_("Address") },
	{ "keep_address",     PARAM_BOOL },
	{ 0 }
};

/* ---- the form ---------------------------------------------------------------------- */

static void add_billing(struct req *r, struct view *v, const struct checkout *c, const char *country)
{
	size_t n;
	const char *const *codes = address_form_everywhere(r->mem, &n);
	const char *current = form_typed(r, "billing_country", c->bill.country[0] != '\0' ? c->bill.country : country);
	struct view *item;

	/* One form for all countries: a change of this one would need the page again. */
	address_form_fields(r, v, "billing_fields", "billing_", country_get(""), &c->bill, false);
	item = address_form_field(r, v, "billing_fields", "billing_country", "");
	view_text(item, "label", req_text(r, N_("Country")));
	view_text(item, "width", "");
	view_bool(item, "required", true);
	view_text(item, "autocomplete", "billing country");
	view_bool(item, "select", true);
	address_form_countries(r, item, "options", codes, n, 0, current);
}

/* Nothing was saved yet, and the account knows. */
static bool unsaved(const struct checkout *c)
{
	return c->account != NULL && c->ship.country[0] == '\0';
}

static const char *buys_as(const struct checkout *c)
{
	bool business = unsaved(c) ? strcmp(c->account->customer_type, "business") == 0 : c->cart->input.customer == PRICING_BUSINESS;

	return business ? "business" : "private";
}

static bool sells_to_companies(const struct cart *c)
{
	for (size_t i = 0; i < c->input.nrules; i++)
		if (c->input.rules[i].who != PRICING_ANYONE)
			return true;
	return false;
}

/* ---- the address book of who is signed in ------------------------------------------- */

static struct address of_entry(const struct row_account_addresses *a)
{
	return (struct address){ a->name, a->company, a->street, a->street2, a->postal_code, a->city, a->region, a->country };
}

static bool same(const struct address *a, const struct address *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->company, b->company) == 0 && strcmp(a->street, b->street) == 0 &&
		strcmp(a->street2, b->street2) == 0 && strcmp(a->postal_code, b->postal_code) == 0 &&
		strcmp(a->city, b->city) == 0 && strcmp(a->region, b->region) == 0 && strcmp(a->country, b->country) == 0;
}

static size_t book_size(const struct checkout *c)
{
	return c->book_rows == NULL ? 0 : rows_count(c->book_rows);
}

/* The entry that ID names, or NULL. */
static const struct row_account_addresses *book_entry(const struct checkout *c, const char *id)
{
	for (size_t i = 0; id != NULL && i < book_size(c); i++)
		if (strcmp(row_account_addresses_at(c->book_rows, i)->address, id) == 0)
			return row_account_addresses_at(c->book_rows, i);
	return NULL;
}

/* Entries that can be delivered to.  The one that the cart has is chosen, at first the default. */
static void add_book(struct req *r, struct view *v, const struct checkout *c, const char *const *codes, size_t n)
{
	const char *typed = form_typed(r, "country", NULL) == NULL ? NULL : form_typed(r, "book", "");
	bool any = false, first = c->ship.country[0] == '\0', chosen = false;

	for (size_t i = 0; i < book_size(c); i++) {
		const struct row_account_addresses *row = row_account_addresses_at(c->book_rows, i);
		struct address a = of_entry(row);
		bool this = typed != NULL ? strcmp(typed, row->address) == 0 : !chosen && (first || same(&a, &c->ship));
		struct view *item;

		if (!address_form_among(codes, n, a.country))
			continue;
		item = view_item(v, "book");
		view_text(item, "value", row->address);
		view_text(item, "label", basket_address(r, &a));
		view_bool(item, "checked", this);
		chosen = chosen || this;
		any = true;
	}
	view_bool(v, "has_book", any);
	view_bool(v, "book_other", !chosen);
	view_bool(v, "may_keep", c->book_rows != NULL);
}

/* What is known of who is signed in stands in the form before anything was saved. */
static void fill_in(struct checkout *c)
{
	const struct row_account_addresses *bill = NULL;

	for (size_t i = 0; i < book_size(c); i++)
		if (row_account_addresses_at(c->book_rows, i)->is_billing)
			bill = row_account_addresses_at(c->book_rows, i);
	if (c->ship.country[0] == '\0' && bill != NULL && !bill->is_shipping)
		c->bill = of_entry(bill);
	if (c->account != NULL && c->ship.country[0] == '\0' && book_size(c) == 0) {
		c->ship.name = c->account->name;
		c->ship.company = c->account->company;
	}
}

void address_show(struct req *r)
{
	struct checkout *c = steps_look(r);
	const char *const *codes, *country;
	struct view *v;
	size_t n;

	if (!step_enter(r, c, STEP_ADDRESS))
		return;
	fill_in(c);
	v = step_view(r, c, STEP_ADDRESS);
	codes = checkout_reach(r->mem, c, &n);
	country = form_typed(r, "country", c->ship.country);
	if (!address_form_among(codes, n, country))
		country = n > 0 ? codes[0] : "";
	add_book(r, v, c, codes, n);
	address_form_countries(r, v, "countries", codes, n, 1, country);
	address_form_fields(r, v, "fields", "", country_get(country), &c->ship, true);
	add_billing(r, v, c, country);
	view_bool(v, "billing_differs", form_typed(r, "country", NULL) == NULL ? c->bill.country[0] != '\0' :
		  form_typed(r, "billing_differs", NULL) != NULL);
	view_bool(v, "business", sells_to_companies(c->cart));
	view_bool(view_sub(v, "form"), "customer_business",
		  strcmp(form_typed(r, "customer", buys_as(c)), "business") == 0);
	form_text(r, v, "tax_number", unsaved(c) ? c->account->tax_id : c->person->tax_id);
	page_html(r, v);
}

/* ---- taking it ----------------------------------------------------------------------- */

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
	bool differs = !c->cart->intangible && param_bool(r, "billing_differs"), business = strcmp(param_text(r, "customer"), "business") == 0;
	const char *country = param_text(r, "country"), *payer = param_text(r, "billing_country"), *tax_id;
	struct address ship = address_form_read(r, "", country), bill = address_form_read(r, "billing_", payer == NULL ? "" : payer);
	const struct row_account_addresses *entry = book_entry(c, param_text(r, "book"));
	const char *const *codes;
	size_t n, errors = 0;

	if (!step_take(r, c, STEP_ADDRESS))
		return;
	if (entry != NULL) {
		ship = of_entry(entry);
		country = ship.country;
	}
	if (param_bool(r, "change_country")) {
		page_redraw(r, address_show);
		return;
	}
	codes = checkout_reach(r->mem, c, &n);
	if (!address_form_among(codes, n, country)) {
		page_decline(r, address_show, "country", N_("We do not deliver to this country. Please choose another."));
		return;
	}
	if (entry != NULL && address_check(r->mem, &ship, (struct address_error[ADDRESS_FIELDS]){ 0 }) > 0) {
		page_decline(r, address_show, "book", N_("Something is missing in this address. Please choose another, or enter it again."));
		return;
	}
	errors += address_form_check(r, "", &ship, true);
	if (differs && !country_known(bill.country)) {
		field_error(r, "billing_country", N_("Please choose the country."));
		errors++;
	}
	errors += differs ? address_form_check(r, "billing_", &bill, false) : 0;
	tax_id = tax_number(r, business, differs ? bill.country : country);
	if (errors > 0 || tax_id == NULL) {
		page_again(r, address_show);
		return;
	}
	q_checkout_address(r->db, r->site->tenant, r->site->store, c->cart->key.token, SHA256_LEN,
		business ? "business" : "consumer", tax_id,
		ship.name, ship.company, ship.street, ship.street2, ship.postal_code, ship.city, ship.region, ship.country,
		differs, bill.name, bill.company, bill.street, bill.street2, bill.postal_code, bill.city, bill.region, bill.country);
	if (param_bool(r, "keep_address") && entry == NULL && c->book_rows != NULL)
		q_account_keep_address(r->db, r->site->tenant, session_principal(r), mem_strdup(r->mem, id_new().text), true, ADDRESS_BOOK_MAX,
			ship.name, ship.company, ship.street, ship.street2, ship.postal_code, ship.city, ship.region, ship.country,
			c->person->phone, false, false);
	page_redirect(r, step_path(r, c->cart->intangible ? STEP_PAYMENT : STEP_DELIVERY));
}
