/* The address book. */
#include "account.h"

#include "base/id.h"
#include "base/mem.h"
#include "front/address_form.h"
#include "front/basket.h"
#include "front/front.h"

#include <string.h>

const struct param book_params[] = {
	{ "country",        PARAM_TEXT, .max = 2, .label = N_("Country") },
	ADDRESS_FORM_PARAMS(""),
	{ "phone",          PARAM_TEXT, .max = 30, .optional = "", .label = N_("Phone") },
	{ "for_delivery",   PARAM_BOOL },
	{ "for_invoice",    PARAM_BOOL },
	{ "change_country", PARAM_BOOL },
	{ 0 }
};

/* ---- the list ---------------------------------------------------------------------- */

static struct address of_row(const struct row_account_addresses *a)
{
	return (struct address){ a->name, a->company, a->street, a->street2, a->postal_code, a->city, a->region, a->country };
}

void address_item(struct req *r, struct view *item, const struct row_account_addresses *row)
{
	struct address a = of_row(row);

	view_text(item, "label", basket_address(r, &a));
	view_text(item, "phone", row->phone[0] == '\0' ? NULL : row->phone);
	view_bool(item, "is_shipping", row->is_shipping);
	view_bool(item, "is_billing", row->is_billing);
	view_text(item, "edit_url", account_url(r, "/account/addresses/", row->address));
}

void addresses_show(struct req *r)
{
	struct rows *rows = q_account_addresses(r->db, account_customer(r));
	struct view *v = account_view(r, "account/addresses", SECTION_ADDRESSES, N_("Addresses"));

	view_bool(v, "has_entries", rows_count(rows) > 0);
	view_bool(v, "is_full", rows_count(rows) >= ADDRESS_BOOK_MAX);
	for (size_t i = 0; i < rows_count(rows); i++)
		address_item(r, view_item(v, "entries"), row_account_addresses_at(rows, i));
	page_html(r, v);
}

/* ---- the form ---------------------------------------------------------------------- */

static const struct row_account_addresses *find(struct rows *rows, const char *id)
{
	for (size_t i = 0; i < rows_count(rows); i++)
		if (strcmp(row_account_addresses_at(rows, i)->address, id) == 0)
			return row_account_addresses_at(rows, i);
	return NULL;
}

/* An empty form is that of the store's country. */
static void form(struct req *r, const struct row_account_addresses *row, const char *name)
{
	struct address a = { .name = name, .company = "", .street = "", .street2 = "", .postal_code = "", .city = "", .region = "",
			     .country = front_store(r)->country };
	struct view *v = account_view(r, "account/address", SECTION_ADDRESSES, row == NULL ? N_("New address") : N_("Change an address"));
	const char *const *codes, *country;
	size_t n;

	if (row != NULL)
		a = of_row(row);
	codes = address_form_everywhere(r->mem, &n);
	country = form_typed(r, "country", a.country);
	if (!country_known(country))
		country = codes[0];
	view_bool(v, "is_new", row == NULL);
	view_text(v, "form_url", row == NULL ? req_path(r, "/account/addresses/new") : account_url(r, "/account/addresses/", row->address));
	address_form_countries(r, v, "countries", codes, n, 0, country);
	address_form_fields(r, v, "fields", "", country_get(country), &a, true);
	form_text(r, v, "phone", row == NULL ? "" : row->phone);
	form_bool(r, v, "for_delivery", row != NULL && row->is_shipping);
	form_bool(r, v, "for_invoice", row != NULL && row->is_billing);
	page_html(r, v);
}

void address_new(struct req *r)
{
	form(r, NULL, row_account_person(q_account_person(r->db, account_customer(r)))->name);
}

void address_edit(struct req *r)
{
	const struct row_account_addresses *row = find(q_account_addresses(r->db, account_customer(r)), path_text(r, "id"));

	if (row == NULL)
		page_not_found(r);
	else
		form(r, row, "");
}

/* ---- taking it --------------------------------------------------------------------- */

static void keep(struct req *r, const char *id, bool make, void (*show)(struct req *r))
{
	const char *country = param_text(r, "country"), *phone = param_text(r, "phone"), *outcome;
	struct address a = address_form_read(r, "", country);
	size_t errors = 0;

	if (param_bool(r, "change_country")) {
		page_redraw(r, show);
		return;
	}
	if (phone == NULL)
		phone = "";
	if (!country_known(country)) {
		page_decline(r, show, "country", N_("Please choose the country."));
		return;
	}
	errors = address_form_check(r, "", &a, true);
	if (!phone_good(phone)) {
		field_error(r, "phone", N_("Please enter a telephone number, with its country code if it is abroad."));
		errors++;
	}
	if (errors > 0) {
		page_again(r, show);
		return;
	}
	outcome = row_account_keep_address(q_account_keep_address(r->db, r->site->tenant, account_customer(r), id, make, ADDRESS_BOOK_MAX,
		a.name, a.company, a.street, a.street2, a.postal_code, a.city, a.region, a.country, phone,
		param_bool(r, "for_delivery"), param_bool(r, "for_invoice")))->outcome;
	if (strcmp(outcome, "full") == 0) {
		page_decline(r, show, NULL, N_("The address book is full. Please remove an address first."));
	} else if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", N_("The address is saved."));
		page_redirect(r, req_path(r, "/account/addresses"));
	} else {
		page_not_found(r);
	}
}

void address_make(struct req *r)
{
	keep(r, mem_strdup(r->mem, id_new().text), true, address_new);
}

void address_change(struct req *r)
{
	keep(r, path_text(r, "id"), false, address_edit);
}

void address_remove(struct req *r)
{
	if (!row_account_drop_address(q_account_drop_address(r->db, r->site->tenant, account_customer(r), path_text(r, "id")))->dropped) {
		page_not_found(r);
		return;
	}
	page_flash(r, "ok", N_("The address is removed."));
	page_redirect(r, req_path(r, "/account/addresses"));
}
