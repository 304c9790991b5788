#include "shop/order_columns.h"

#include "base/buf.h"
#include "base/mem.h"

/* Names of the taxes on a line: "IVA" or "PST + GST". */
static const char *tax_label(void *ctx, const struct pricing_line_total *line)
{
	struct buf *b = buf_new(ctx);

	buf_adds(b, "");
	for (unsigned i = 0; i < line->nrates; i++) {
		buf_adds(b, i > 0 ? " + " : "");
		buf_adds(b, line->rates[i]->name);
	}
	return b->data;
}

struct order_columns order_columns(struct cart *c)
{
	size_t n = c->nlines, t = c->totals->ntaxes;
	struct order_columns k = {
		.n = n, .ntaxes = t,
		.variant = mem_array(c->ctx, const char *, n), .sku = mem_array(c->ctx, const char *, n),
		.name = mem_array(c->ctx, const char *, n), .options = mem_array(c->ctx, const char *, n),
		.image = mem_array(c->ctx, const char *, n), .label = mem_array(c->ctx, const char *, n),
		.quantity = mem_array(c->ctx, int64_t, n), .unit = mem_array(c->ctx, int64_t, n),
		.discount = mem_array(c->ctx, int64_t, n), .tax = mem_array(c->ctx, int64_t, n),
		.total = mem_array(c->ctx, int64_t, n), .weight = mem_array(c->ctx, int64_t, n),
		.made = mem_array(c->ctx, bool, n), .tax_name = mem_array(c->ctx, const char *, t),
		.tax_rate = mem_array(c->ctx, int64_t, t), .tax_base = mem_array(c->ctx, int64_t, t),
		.tax_amount = mem_array(c->ctx, int64_t, t),
	};

	for (size_t i = 0; i < n; i++) {
		const struct row_cart_lines *r = c->lines[i].row;
		const struct pricing_line_total *p = c->lines[i].price;

		k.variant[i] = r->variant;
		k.sku[i] = r->sku;
		k.name[i] = r->name;
		k.options[i] = r->options;
		k.image[i] = r->image;
		k.label[i] = tax_label(c->ctx, p);
		k.quantity[i] = r->quantity;
		k.unit[i] = p->unit_minor;
		k.discount[i] = p->discount_minor;
		k.tax[i] = p->tax_minor;
		k.total[i] = p->gross_minor;
		k.weight[i] = r->weight_g;
		k.made[i] = r->made;
	}
	for (size_t i = 0; i < t; i++) {
		k.tax_name[i] = c->totals->taxes[i].name;
		k.tax_rate[i] = c->totals->taxes[i].rate_ppm;
		k.tax_base[i] = c->totals->taxes[i].base_minor;
		k.tax_amount[i] = c->totals->taxes[i].amount_minor;
	}
	return k;
}
