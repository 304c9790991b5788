/*
 * profile_form.h -- who somebody is, as a form: for the customer himself and for staff.
 *
 * A business has a company and may have a tax number, which must look as the country of its
 * invoices writes it; of a private person neither is kept.
 */
#ifndef FRONT_PROFILE_FORM_H
#define FRONT_PROFILE_FORM_H

#include "web/page.h"
#include "web/param.h"

/* "consumer" and "business", closed by NULL. */
extern const char *const profile_types[];

#define PROFILE_PARAMS \
	{ "name",       PARAM_TEXT, .max = 100, .label = N_("Full name") }, \
	{ "phone",      PARAM_TEXT, .max = 30, .optional = "", .label = N_("Phone") }, \
	{ "type",       PARAM_CHOICE, .choices = profile_types, .optional = "consumer" }, \
	{ "company",    PARAM_TEXT, .max = 100, .optional = "", .label = N_("Company") }, \
	{ "tax_number", PARAM_TEXT, .max = 20, .optional = "", .label = N_("Tax number") }

struct profile {
	const char *name, *phone, *type, *company, *tax_id;     /* never NULL */
};

/* The fields of the form, holding what was typed, else P; is_business. */
void profile_form_fields(struct req *r, struct view *v, const struct profile *p);

/* Reads what was posted, the tax number as COUNTRY writes it, and says at its fields what is
   wrong; false when something is. */
bool profile_form_read(struct req *r, const char *country, struct profile *out);

#endif
