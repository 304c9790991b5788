/* Who somebody is: name, telephone, company, language of his mails. */
#include "account.h"

#include "base/locale.h"
#include "base/mem.h"
#include "front/front.h"
#include "front/profile_form.h"

#include <string.h>

const struct param profile_params[] = {
	PROFILE_PARAMS,
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
	profile_form_fields(r, v, &(struct profile){ p->name, p->phone, p->customer_type, p->company, p->tax_id });
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

void profile_set(struct req *r)
{
	const char *customer = account_customer(r);
	struct rows *addresses = q_account_addresses(r->db, customer);
	struct profile p;

	if (!spoken(r, param_text(r, "language"))) {
		page_bad_request(r);
		return;
	}
	if (!profile_form_read(r, home(r, addresses), &p)) {
		page_again(r, profile_show);
		return;
	}
	q_account_set_profile(r->db, r->site->tenant, customer, p.name, p.phone, p.type, p.company, p.tax_id, param_text(r, "language"));
	page_flash(r, "ok", N_("Your profile is saved."));
	page_redirect(r, req_path(r, "/account/profile"));
}
