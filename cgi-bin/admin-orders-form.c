/* What an order shall be, as a form: products with their pieces, one more by its SKU, delivery, address, discount. */
#include "admin-orders.h"

#include "base/locale.h"
#include "base/mem.h"
#include "front/basket.h"
#include "shop/checkout.h"

#include <string.h>

struct order_form order_form_queue(struct req *r)
{
	return (struct order_form){
		.methods = q_desk_methods(r->db, console_store(r), r->language), .countries = q_checkout_countries(r->db, console_store(r)),
	};
}

/* ---- taking it --------------------------------------------------------------------------------------- */

/* Lines with 0 pieces are left out; one place is kept for what is added. */
static bool read_lines(struct req *r, struct change_wish *w)
{
	size_t n, m;
	const char *const *ids = param_list(r, "variant", &n);
	const int64_t *pieces = param_list_int(r, "quantity", &m);
	const char **variants = mem_array(r->mem, const char *, n + 1);
	int64_t *quantities = mem_array(r->mem, int64_t, n + 1);

	w->variants = variants;
	w->quantities = quantities;
	for (size_t i = 0; i < n; i++) {
		if (n != m || pieces[i] < 0 || pieces[i] > PRICING_MAX_QUANTITY) {
			field_error(r, "quantity", N_("Please enter quantities from 0 to 10 000."));
			return false;
		}
		if (pieces[i] == 0)
			continue;
		variants[w->n] = ids[i];
		quantities[w->n++] = pieces[i];
	}
	return true;
}

/* What is there already becomes more. */
static bool read_added(struct req *r, struct change_wish *w)
{
	const char *code = param_text(r, "sku"), *variant;
	int64_t pieces = param_int(r, "pieces");

	if (code == NULL || *code == '\0')
		return true;
	variant = row_desk_code(q_desk_code(r->db, r->site->tenant, code))->variant;
	if (variant == NULL) {
		field_error(r, "sku", N_("No product has this SKU or bar code."));
		return false;
	}
	for (size_t i = 0; i < w->n; i++) {
		if (strcmp(w->variants[i], variant) != 0)
			continue;
		((int64_t *)w->quantities)[i] += pieces;
		return true;
	}
	if (w->n == PRICING_MAX_LINES) {
		field_error(r, "sku", N_("An order has 200 different products at most."));
		return false;
	}
	w->variants[w->n] = variant;
	((int64_t *)w->quantities)[w->n++] = pieces;
	return true;
}

bool desk_read_amount(struct req *r, const char *field, const char *currency, int64_t *minor)
{
	const char *typed = param_given(r, field) ? param_text(r, field) : "";

	*minor = 0;
	if (*typed == '\0' || console_read_amount(r, typed, currency, minor))
		return true;
	field_error(r, field, currency_exponent(currency) == 0 ? N_("Please enter an amount without decimals: this currency has none.") :
		    N_("Please enter an amount like 19.90."));
	return false;
}

bool order_form_read(struct req *r, struct change_wish *w, int64_t hand_minor, const char *currency)
{
	const char *country = param_text(r, "country");
	bool good = read_lines(r, w);

	good = read_added(r, w) && good;
	if (country == NULL || !country_known(country)) {
		field_error(r, "country", N_("Please choose a country."));
		good = false;
	}
	w->ship = address_form_read(r, "", country == NULL ? "" : country);
	w->method = param_given(r, "method") ? param_id(r, "method") : NULL;
	w->hand_minor = hand_minor;
	return console_may(r, "orders.discount") ? desk_read_amount(r, "discount", currency, &w->hand_minor) && good : good;
}

/* ---- the form ---------------------------------------------------------------------------------------- */

void order_form_line(struct view *v, const char *variant, const char *sku, const char *name, const char *options, int64_t quantity, const char *state)
{
	struct view *item = view_item(v, "pieces");

	view_text(item, "variant", variant);
	view_text(item, "sku", sku);
	view_text(item, "name", name);
	view_text(item, "options", options == NULL || *options == '\0' ? NULL : options);
	view_int(item, "quantity", quantity);
	view_text(item, "state", *state == '\0' ? NULL : state);
}

bool order_form_typed(struct req *r, struct view *v, const char *locale)
{
	const char **ids = mem_array(r->mem, const char *, PRICING_MAX_LINES);
	struct rows *names;
	size_t n = 0;

	while (n < PRICING_MAX_LINES && form_item(r, "variant", n, NULL) != NULL) {
		ids[n] = form_item(r, "variant", n, NULL);
		n++;
	}
	if (n == 0)
		return false;
	names = q_desk_variants(r->db, ids, n, locale);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < rows_count(names); k++) {
			const struct row_desk_variants *x = row_desk_variants_at(names, k);

			if (strcmp(x->variant, ids[i]) == 0)
				order_form_line(v, ids[i], x->sku, x->name, NULL, strtoll(form_item(r, "quantity", i, "0"), NULL, 10), "");
		}
	return true;
}

/* What hinders a line, in a few words. */
static const char *line_words(struct req *r, const struct cart_line *l)
{
	switch (l->state) {
	case CART_LINE_OK:
	case CART_LINE_FEW:
	case CART_LINE_MADE:
		break;
	case CART_LINE_SHORT:
		return mem_printf(r->mem, "%s %lld", req_text(r, N_("To be had:")), (long long)l->max_quantity);
	case CART_LINE_OUT:
		return req_text(r, N_("Sold out"));
	case CART_LINE_GONE:
		return req_text(r, N_("Not sold in this store"));
	case CART_LINE_NO_PRICE:
		return req_text(r, N_("No price in this currency"));
	}
	return "";
}

void order_form_priced(struct req *r, struct view *v, const struct cart *c)
{
	for (size_t i = 0; i < c->nlines; i++) {
		const struct cart_line *l = &c->lines[i];

		order_form_line(v, l->row->variant, l->row->sku, l->row->name, l->row->options, l->row->quantity, line_words(r, l));
	}
}

static void add_methods(struct req *r, struct view *v, struct rows *methods, const char *current)
{
	const char *chosen = form_typed(r, "method", current);

	for (size_t i = 0; i < rows_count(methods); i++) {
		const struct row_desk_methods *m = row_desk_methods_at(methods, i);
		struct view *item = view_item(v, "methods");

		view_text(item, "value", m->method);
		view_text(item, "label", m->name);
		view_bool(item, "selected", chosen != NULL && strcmp(chosen, m->method) == 0);
	}
}

void order_form_view(struct req *r, struct view *v, const struct order_form *f, const struct change_wish *w, const char *currency)
{
	const char *country = form_typed(r, "country", w->ship.country);
	const char *const *codes;
	size_t n;

	codes = checkout_countries(r->mem, f->countries, w->ship.country, &n);
	if (!address_form_among(codes, n, country) && n > 0)
		country = codes[0];
	add_methods(r, v, f->methods, w->method);
	address_form_countries(r, v, "countries", codes, n, 0, country);
	address_form_fields(r, v, "fields", "", country_get(country), &w->ship, true);
	form_text(r, v, "sku", "");
	form_text(r, v, "pieces", "1");
	form_text(r, v, "discount", w->hand_minor > 0 ? desk_money_text(r, currency, w->hand_minor) : "");
	view_text(v, "currency", currency);
	view_bool(v, "may_discount", console_may(r, "orders.discount"));
}

struct view *order_form_preview(struct req *r, struct view *v, const struct cart *c, const char *currency)
{
	const struct pricing_totals *t = c->totals;
	struct view *p = view_sub(v, "preview");

	view_text(p, "currency", currency);
	view_money(p, "goods", t->goods_minor);
	if (t->discount_minor > 0)
		view_money(p, "discount", t->discount_minor);
	view_money(p, "shipping", t->shipping_minor);
	if (t->surcharge_minor > 0)
		view_money(p, "surcharge", t->surcharge_minor);
	view_money(p, "new_total", t->total_minor);
	/* Under a failure the cart is not found. */
	view_bool(p, "tax_included", c->found && c->settings->prices_include_tax);
	for (size_t i = 0; i < t->ntaxes; i++) {
		struct view *item = view_item(p, "taxes");

		view_text(item, "name", basket_tax_name(r, t->taxes[i].name, t->taxes[i].rate_ppm));
		view_text(item, "currency", currency);
		view_money(item, "amount", t->taxes[i].amount_minor);
	}
	return p;
}
