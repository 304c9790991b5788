/* Who somebody is: name, telephone, company, language of his mails. */
#include "account.h"

#include "base/locale.h"
#include "base/mem.h"
#include "front/front.h"
#include "shop/country.h"

#include <string.h>

static const char *const types[] = { "consumer", "business", NULL };

const struct param profile_params[] = {
	{ "name",       PARAM_TEXT, .max = 100, .label = N_("Full name") },
	{ "phone",      PARAM_TEXT, .max = 30, .optional = "", .label = N_("Phone") },
	{ "type",       PARAM_CHOICE, .choices = types, .optional = "consumer" },
	{ "company",    PARAM_TEXT, .max = 100, .optional = "", .label = N_("Company") },
	{ "tax_number", PARAM_TEXT, .max = 20, .optional = "", .label = N_("Tax number") },
	{ "language",   PARAM_TEXT, .max = 8, .label = N_("Language") },
	{ 0 }
};

static void add_languages(struct req *r, struct view *v, const char *current)
{
	const struct site *s = r->site;
	struct form_option *options = mem_array(r->mem, struct form_option, s->nlocales);

	for (size_t i = 0; i < s->nlocales; i++)
		options[i] = (struct form_option){ s->locales[i].prefix, locale_own_name(locale_get(s->locales[i].tag)) };
	form_options(r, v, "tongues", "language", options, s->nlocales, current[0] == '\0' ? r->language : current);
}

void profile_show(struct req *r)
{
	const struct row_account_person *p = row_account_person(q_account_person(r->db, account_customer(r)));
	struct view *v = account_view(r, "account/profile", SECTION_PROFILE, N_("Profile"));

	view_text(v, "person_email", p->email);
	form_text(r, v, "name", p->name);
	form_text(r, v, "phone", p->phone);
	form_text(r, v, "company", p->company);
	form_text(r, v, "tax_number", p->tax_id);
	view_bool(v, "is_business", strcmp(form_typed(r, "type", p->customer_type), "business") == 0);
	add_languages(r, v, p->locale);
	page_html(r, v);
}

/* Where the business is: its invoices' address says it, else it is of the store's country. */
static const char *home(struct req *r, struct rows *addresses)
{
	for (size_t i = 0; i < rows_count(addresses); i++)
		if (row_account_addresses_at(addresses, i)->is_billing)
			return row_account_addresses_at(addresses, i)->country;
	return front_store(r)->country;
}

static bool spoken(const struct req *r, const char *language)
{
	for (size_t i = 0; i < r->site->nlocales; i++)
		if (strcmp(r->site->locales[i].prefix, language) == 0)
			return true;
	return false;
}

static const char *or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

void profile_set(struct req *r)
{
	bool business = strcmp(param_text(r, "type"), "business") == 0;
	const char *customer = account_customer(r), *phone = or_empty(param_text(r, "phone"));
	const char *company = business ? or_empty(param_text(r, "company")) : "";
	const char *tax_id = business ? or_empty(param_text(r, "tax_number")) : "";
	struct rows *addresses = q_account_addresses(r->db, customer);
	bool good = true;

	if (!spoken(r, param_text(r, "language"))) {
		page_bad_request(r);
		return;
	}
	if (!phone_good(phone)) {
		field_error(r, "phone", N_("Please enter a telephone number, with its country code if it is abroad."));
		good = false;
	}
	if (business && company[0] == '\0') {
		field_error(r, "company", N_("Please enter the company's name."));
		good = false;
	}
	if (tax_id[0] != '\0') {
		tax_id = tax_id_check(r->mem, home(r, addresses), tax_id);
		if (tax_id == NULL) {
			field_error(r, "tax_number", N_("Please enter the company's tax number as its country writes it."));
			good = false;
		}
	}
	if (!good) {
		page_again(r, profile_show);
		return;
	}
	q_account_set_profile(r->db, r->site->tenant, customer, param_text(r, "name"), phone, business ? "business" : "consumer",
			      company, tax_id, param_text(r, "language"));
	page_flash(r, "ok", N_("Your profile is saved."));
	page_redirect(r, req_path(r, "/account/profile"));
}
