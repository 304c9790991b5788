#include "front/basket.h"

#include "base/buf.h"
#include "base/locale.h"
#include "base/mem.h"
#include "front/front.h"

#include <string.h>

struct cart_key basket_key(const struct req *r)
{
	return (struct cart_key){
		.tenant = r->site->tenant, .store = r->site->store, .token = front_cart(r),
		.locale = r->language, .currency = r->currency, .session = session_hash(r),
	};
}

/* ---- words --------------------------------------------------------------------- */

static const char *replace(struct req *r, const char *text, const char *mark, const char *with)
{
	const char *at = strstr(text, mark);

	if (at == NULL)
		return text;
	return mem_printf(r->mem, "%.*s%s%s", (int)(at - text), text, with, at + strlen(mark));
}

const char *basket_say(struct req *r, const char *msgid, const char *text)
{
	return replace(r, req_text(r, msgid), "{text}", text);
}

const char *basket_say_number(struct req *r, const char *msgid, int64_t n)
{
	struct buf *b = buf_new(r->mem);

	locale_int(locale_get(r->locale), n, b);
	return replace(r, req_text(r, msgid), "{n}", b->data);
}

const char *basket_money(struct req *r, int64_t minor)
{
	struct buf *b = buf_new(r->mem);

	locale_money(locale_get(r->locale), r->currency, minor, b);
	return b->data;
}

const char *basket_dates(struct req *r, const char *earliest, const char *latest)
{
	struct buf *from = buf_new(r->mem), *to = buf_new(r->mem);
	const char *text;

	if (earliest == NULL || latest == NULL || earliest[0] == '\0' || latest[0] == '\0')
		return NULL;
	locale_date(locale_get(r->locale), earliest, from);
	locale_date(locale_get(r->locale), latest, to);
	if (strcmp(earliest, latest) == 0)
		return basket_say(r, N_("Arrives on {text}"), to->data);
	text = replace(r, req_text(r, N_("Arrives between {from} and {to}")), "{from}", from->data);
	return replace(r, text, "{to}", to->data);
}

/* 21 % as a ratio of whole numbers: 210000 ppm is "21", 52500 "5.25". */
static const char *percent(struct req *r, int64_t ppm)
{
	struct buf *b = buf_new(r->mem);
	char *text = mem_printf(r->mem, "%lld.%04lld", (long long)(ppm / 10000), (long long)(ppm % 10000));
	size_t n = strlen(text);

	while (text[n - 1] == '0')
		text[--n] = '\0';
	if (text[n - 1] == '.')
		text[--n] = '\0';
	locale_decimal(locale_get(r->locale), text, b);
	return b->data;
}

const char *basket_tax_name(struct req *r, const char *name, int64_t rate_ppm)
{
	if (strchr(name, '%') != NULL)
		return name;
	return mem_printf(r->mem, "%s (%s %%)", name, percent(r, rate_ppm));
}

const char *basket_address(struct req *r, const struct address *a)
{
	bool abroad = strcmp(a->country, front_store(r)->country) != 0;

	return address_lines(r->mem, a, abroad ? locale_country(locale_get(r->locale), a->country) : "");
}

/* ---- lines ------------------------------------------------------------------- */

const char *basket_line_message(struct req *r, const struct cart_line *line)
{
	const struct row_cart_lines *l = line->row;

	switch (line->state) {
	case CART_LINE_OK:
		return l->digital ? req_text(r, N_("A download: you get it by mail as soon as it is paid")) : NULL;
	case CART_LINE_FEW:
		return basket_say_number(r, N_("Few left: {n}"), l->available);
	case CART_LINE_MADE:
		return l->lead_days == 0 ? req_text(r, N_("Made to order")) :
			basket_say_number(r, N_("Made to order, working days until it leaves us: {n}"), l->lead_days);
	case CART_LINE_SHORT:
		return basket_say_number(r, N_("We have fewer than you want: {n}. Please choose fewer."), l->available);
	case CART_LINE_OUT:
		return req_text(r, N_("Sold out. Please remove it."));
	case CART_LINE_GONE:
		return req_text(r, N_("No longer sold here. Please remove it."));
	case CART_LINE_NO_PRICE:
		return basket_say(r, N_("Not sold in {text}. Please remove it or choose another currency."), r->currency);
	}
	return NULL;
}

void basket_lines(struct req *r, struct view *v, const struct cart *c)
{
	view_bool(v, "has_lines", c->nlines > 0);
	view_int(v, "line_count", (int64_t)c->nlines);
	for (size_t i = 0; i < c->nlines; i++) {
		const struct cart_line *l = &c->lines[i];
		struct view *item = view_item(v, "lines");

		view_text(item, "name", l->row->name);
		view_text(item, "options", l->row->options[0] == '\0' ? NULL : l->row->options);
		view_text(item, "parts", l->row->parts);
		view_text(item, "image", url_media(r->mem, l->row->image));
		view_text(item, "alt", l->row->alt);
		view_int(item, "quantity", l->row->quantity);
		if (l->price != NULL)
			view_money(item, "line_total", l->price->subtotal_minor);
		else
			view_text(item, "line_total", NULL);
	}
}

static void money_or_not(struct view *v, const char *name, bool there, int64_t minor)
{
	if (there)
		view_money(v, name, minor);
	else
		view_text(v, name, NULL);
}

void basket_totals(struct req *r, struct view *v, const struct cart *c)
{
	const struct pricing_totals *t = c->totals;
	struct view *totals = view_sub(v, "totals");
	bool intangible = t->nlines > 0 && t->items == 0;

	view_money(totals, "subtotal", t->goods_minor);
	money_or_not(totals, "discount", t->discount_minor > 0, t->discount_minor);
	view_text(totals, "discount_name", c->coupon == CART_COUPON_OK ? c->coupon_code : NULL);
	money_or_not(totals, "shipping", c->method != NULL && t->shipping_minor > 0, t->shipping_minor);
	view_bool(totals, "shipping_free", intangible || (c->method != NULL && t->shipping_minor == 0));
	money_or_not(totals, "fee", t->surcharge_minor > 0, t->surcharge_minor);
	view_text(totals, "fee_name", req_text(r, N_("Cash on delivery fee")));
	for (size_t i = 0; i < t->ntaxes; i++) {
		struct view *item = view_item(totals, "tax");

		view_text(item, "name", basket_tax_name(r, t->taxes[i].name, t->taxes[i].rate_ppm));
		view_money(item, "amount", t->taxes[i].amount_minor);
	}
	view_money(totals, "total", t->total_minor);
	view_bool(totals, "tax_included", c->settings == NULL || c->settings->prices_include_tax);
}
