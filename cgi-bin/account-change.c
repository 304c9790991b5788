/* A customer changes an order that is not being processed yet. */
#include "account.h"

#include "base/mem.h"
#include "front/address_form.h"
#include "front/basket.h"
#include "front/front.h"
#include "front/receipt.h"
#include "shop/checkout.h"
#include "shop/order_change.h"

#include <string.h>

const struct param change_params[] = {
	{ "variant",  PARAM_LIST, .of = PARAM_ID, .max = PRICING_MAX_LINES, .label = N_("Products") },
	{ "quantity", PARAM_LIST, .of = PARAM_INT, .max = PRICING_MAX_LINES, .label = N_("Quantity") },
	ADDRESS_FORM_PARAMS(""),
	{ "note",     PARAM_BLOCK, .max = CHECKOUT_NOTE_MAX, .optional = "", .label = N_("Your note") },
	{ "total",    PARAM_INT, .optional = "" },
	{ 0 }
};

static const char *change_url(struct req *r, const char *what)
{
	return mem_printf(r->mem, "%s/account/orders/%s%s", r->prefix, path_text(r, "id"), what);
}

static struct order_key key_of(struct req *r)
{
	return (struct order_key){ .tenant = r->site->tenant, .store = r->site->store, .order = path_text(r, "id"),
				   .customer = account_customer(r) };
}

/* ---- the form ---------------------------------------------------------------------- */

/* The quantity that was typed for a variant; the lists stay beside each other. */
static int64_t typed_quantity(struct req *r, const char *variant, int64_t otherwise)
{
	size_t n, m;
	const char *const *ids;
	const int64_t *pieces;

	if (r->method == GET)
		return otherwise;
	ids = param_list(r, "variant", &n);
	pieces = param_list_int(r, "quantity", &m);
	for (size_t i = 0; i < n && i < m; i++)
		if (strcmp(ids[i], variant) == 0)
			return pieces[i];
	return otherwise;
}

void change_show(struct req *r)
{
	struct order_key key = key_of(r);
	struct receipt q = receipt_queue(r, &key);
	const struct row_order_head *o = row_order_head(q.head);
	struct address ship = { o->name, o->company, o->street, o->street2, o->postal_code, o->city, o->region, o->country };
	struct view *v;

	if (!rows_found(q.head)) {
		page_not_found(r);
		return;
	}
	if (!o->can_change) {
		page_flash(r, "warn", change_sentence(CHANGE_LATE));
		page_redirect(r, change_url(r, ""));
		return;
	}
	v = account_view(r, "account/change", SECTION_ORDERS, N_("Change the order"));
	view_text(v, "order_number", o->number);
	view_text(v, "order_url", change_url(r, ""));
	for (size_t i = 0; i < rows_count(q.lines); i++) {
		const struct row_order_lines *l = row_order_lines_at(q.lines, i);
		struct view *item;

		if (l->part)
			continue;
		item = view_item(v, "pieces");
		view_text(item, "variant", l->variant);
		view_text(item, "name", l->name);
		view_text(item, "options", l->options);
		view_int(item, "quantity", typed_quantity(r, l->variant, l->quantity));
	}
	address_form_fields(r, v, "fields", "", country_get(o->country), &ship, true);
	form_text(r, v, "note", o->note);
	page_html(r, v);
}

/* ---- what it would be --------------------------------------------------------------- */

static void hide(struct view *v, const char *name, const char *value)
{
	struct view *item = view_item(v, "hidden");

	view_text(item, "name", name);
	view_text(item, "value", value);
}

/* Asks whether that total is all right; everything typed goes along. */
static void ask(struct req *r, struct order_change *c, const struct change_wish *w, bool again)
{
	const struct pricing_totals *t = c->cart->totals;
	struct view *v = account_view(r, "account/change-confirm", SECTION_ORDERS, N_("Change the order"));
	const char *more = w->ship.street2;

	view_text(v, "currency", c->currency);
	view_bool(v, "changed_again", again);
	view_text(v, "order_url", change_url(r, ""));
	view_money(v, "old_total", c->old_minor);
	view_money(v, "new_total", t->total_minor);
	view_money(v, "goods", t->goods_minor);
	view_bool(v, "has_discount", t->discount_minor > 0);
	view_money(v, "discount", t->discount_minor);
	view_money(v, "shipping", t->shipping_minor);
	if (t->surcharge_minor > 0)
		view_money(v, "surcharge", t->surcharge_minor);
	view_text(v, "ship_to", basket_address(r, &w->ship));
	for (size_t i = 0; i < c->cart->nlines; i++) {
		const struct cart_line *l = &c->cart->lines[i];
		struct view *item = view_item(v, "lines");

		view_text(item, "currency", c->currency);
		view_text(item, "name", l->row->name);
		view_text(item, "options", l->row->options[0] == '\0' ? NULL : l->row->options);
		view_text(item, "image", url_media(r->mem, l->row->image));
		view_text(item, "alt", "");
		view_int(item, "quantity", l->row->quantity);
		view_money(item, "line_total", l->price->subtotal_minor);
		hide(v, "variant", l->row->variant);
		hide(v, "quantity", mem_printf(r->mem, "%lld", (long long)l->row->quantity));
	}
	hide(v, "name", w->ship.name);
	hide(v, "company", w->ship.company);
	hide(v, "street", w->ship.street);
	hide(v, "more", more);
	hide(v, "postcode", w->ship.postal_code);
	hide(v, "city", w->ship.city);
	hide(v, "region", w->ship.region);
	hide(v, "total", mem_printf(r->mem, "%lld", (long long)t->total_minor));
	view_text(v, "kept_note", w->note);
	change_drop(c);
	page_html(r, v);
}

/* ---- taking it ---------------------------------------------------------------------- */

/* The lines that stay; false when the lists do not fit together. */
static bool read_lines(struct req *r, struct change_wish *w)
{
	size_t n, m;
	const char *const *ids = param_list(r, "variant", &n);
	const int64_t *pieces = param_list_int(r, "quantity", &m);
	const char **variants = mem_array(r->mem, const char *, n);
	int64_t *quantities = mem_array(r->mem, int64_t, n);

	if (n != m)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (pieces[i] < 0 || pieces[i] > PRICING_MAX_QUANTITY)
			return false;
		if (pieces[i] == 0)
			continue;
		variants[w->n] = ids[i];
		quantities[w->n++] = pieces[i];
	}
	w->variants = variants;
	w->quantities = quantities;
	return true;
}

/* Its country, for what an address there needs. */
static const char *country_of(struct req *r, const struct order_key *k)
{
	return row_order_head(q_order_head(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer))->country;
}

static void finish(struct req *r, struct order_change *c, const struct change_wish *w)
{
	bool given = param_given(r, "total"), same = given && param_int(r, "total") == c->cart->totals->total_minor;
	enum change_outcome o;

	/* What costs the same needs no second look. */
	if (!same && (given || c->cart->totals->total_minor != c->old_minor)) {
		ask(r, c, w, given);
		return;
	}
	o = change_make(c);
	if (o != CHANGE_OK) {
		page_decline(r, change_show, NULL, change_sentence(o));
		return;
	}
	page_flash(r, "ok", N_("The order is changed. A mail with all of it is on its way."));
	page_redirect(r, change_url(r, ""));
}

void change_take(struct req *r)
{
	struct order_key key = key_of(r);
	const char *note = param_text(r, "note"), *country = country_of(r, &key);
	struct change_wish w = { .note = note == NULL ? "" : note, .ship = address_form_read(r, "", country) };
	struct order_change *c;

	if (country[0] == '\0') {
		page_not_found(r);
		return;
	}
	if (!read_lines(r, &w)) {
		page_decline(r, change_show, NULL, N_("Please enter quantities from 0 to 10 000."));
		return;
	}
	if (address_form_check(r, "", &w.ship, true) > 0) {
		page_again(r, change_show);
		return;
	}
	c = change_begin(r->mem, r->db, &key, &w);
	if (c->outcome == CHANGE_OK)
		finish(r, c, &w);
	else if (c->outcome == CHANGE_UNKNOWN)
		page_not_found(r);
	else
		page_decline(r, change_show, NULL, change_sentence(c->outcome));
}
