/*
 * address_form.h -- an address as a form, for checkout and the address book.
 *
 * The country decides which fields there are, in which order and with which names
 * (shop/country.h), so the fields are a list of the template (layout/field) and not
 * markup.  A page may ask for two addresses; the fields of the second begin with a
 * PREFIX ("billing_").  Without scripts another country needs the page again: the form
 * then posts change_country, and the handler answers page_redraw().
 */
#ifndef FRONT_ADDRESS_FORM_H
#define FRONT_ADDRESS_FORM_H

#include "shop/country.h"
#include "web/page.h"

/* Entries of an address book: a family, its offices and a few friends; a page still shows them all. */
#define ADDRESS_BOOK_MAX 20

/* The parameters of one address but its country; which of them must be filled says the country. */
#define ADDRESS_FORM_PARAMS(prefix) \
	{ prefix "name",     PARAM_TEXT, .max = 100, .optional = "", .label = N_("Full name") }, \
	{ prefix "company",  PARAM_TEXT, .max = 100, .optional = "", .label = N_("Company") }, \
	{ prefix "street",   PARAM_TEXT, .max = 120, .optional = "", .label = N_("Street and number") }, \
	{ prefix "more",     PARAM_TEXT, .max = 120, .optional = "", .label = N_("Floor, door, building") }, \
	{ prefix "postcode", PARAM_TEXT, .max = 12, .optional = "", .label = N_("Postal code") }, \
	{ prefix "city",     PARAM_TEXT, .max = 80, .optional = "", .label = N_("Town or city") }, \
	{ prefix "region",   PARAM_TEXT, .max = 60, .optional = "", .label = N_("State or region") }

/* The list NAME of a select: names of CODES in the page's language, in its order; the
   first FIXED stay first. */
void address_form_countries(struct req *r, struct view *v, const char *list, const char *const *codes, size_t n,
			    size_t fixed, const char *current);
/* All countries there are. */
const char *const *address_form_everywhere(void *ctx, size_t *n);
bool address_form_among(const char *const *codes, size_t n, const char *code);

/* The list NAME of fields of C, holding what was typed, else A.  REGION_LIST: regions are
   chosen, not written; a country that can change on the page without a new one has none. */
void address_form_fields(struct req *r, struct view *v, const char *list, const char *prefix, const struct country *c,
			 const struct address *a, bool region_list);
/* One further field of that list; the caller sets its label, width, required, autocomplete. */
struct view *address_form_field(struct req *r, struct view *v, const char *list, const char *name, const char *value);

/* What was posted.  COUNTRY is its own parameter. */
struct address address_form_read(struct req *r, const char *prefix, const char *country);
/* Brings A into form and says at its fields what is wrong; how many are. */
size_t address_form_check(struct req *r, const char *prefix, struct address *a, bool region_list);

#endif
