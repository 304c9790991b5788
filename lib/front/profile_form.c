#include "front/profile_form.h"

#include "shop/country.h"

#include <string.h>

const char *const profile_types[] = { "consumer", "business", NULL };

static const char *typed(struct req *r, const char *name)
{
	const char *text = param_text(r, name);

	return text == NULL ? "" : text;
}

void profile_form_fields(struct req *r, struct view *v, const struct profile *p)
{
	form_text(r, v, "name", p->name);
	form_text(r, v, "phone", p->phone);
	form_text(r, v, "company", p->company);
	form_text(r, v, "tax_number", p->tax_id);
	view_bool(v, "is_business", strcmp(form_typed(r, "type", p->type), "business") == 0);
}

bool profile_form_read(struct req *r, const char *country, struct profile *out)
{
	bool business = strcmp(typed(r, "type"), "business") == 0, good = true;

	*out = (struct profile){
		.name = typed(r, "name"), .phone = typed(r, "phone"), .type = business ? "business" : "consumer",
		.company = business ? typed(r, "company") : "", .tax_id = business ? typed(r, "tax_number") : "",
	};
	if (!phone_good(out->phone)) {
		field_error(r, "phone", N_("Please enter a telephone number, with its country code if it is abroad."));
		good = false;
	}
	if (business && out->company[0] == '\0') {
		field_error(r, "company", N_("Please enter the company's name."));
		good = false;
	}
	if (out->tax_id[0] != '\0') {
		out->tax_id = tax_id_check(r->mem, country, out->tax_id);
		if (out->tax_id == NULL) {
			field_error(r, "tax_number", N_("Please enter the company's tax number as its country writes it."));
			out->tax_id = "";
			good = false;
		}
	}
	return good;
}
