/*
 * pricing_driver -- prices carts written as text, one per line, and prints every
 * figure, one line per cart.  pricing_oracle.t compares them with pricing-oracle.py.
 * Words are separated by one space, "-" is the empty text, a list is led by its
 * length.  The order of words is the order in which read_cart() asks for them.
 */
#include "base/mem.h"
#include "shop/pricing.h"

struct reader {
	void *ctx;
	char *rest;
};

static const char *word(struct reader *r)
{
	char *w = strsep(&r->rest, " \n");

	if (w == NULL || *w == '\0')
		BUG("the cart ends too early");
	return strcmp(w, "-") == 0 ? "" : w;
}

static int64_t number(struct reader *r)
{
	const char *w = word(r);
	char *end;
	long long n = strtoll(w, &end, 10);

	if (end == w || *end != '\0')
		BUG("not a number: %s", w);
	return n;
}

static const char *const *words(struct reader *r, size_t *n)
{
	*n = (size_t)number(r);

	const char **list = mem_array(r->ctx, const char *, *n);

	for (size_t i = 0; i < *n; i++)
		list[i] = word(r);
	return list;
}

static struct pricing_place read_place(struct reader *r)
{
	struct pricing_place p = { 0 };

	p.country = word(r);
	p.region = word(r);
	p.postal = word(r);
	return p;
}

static void read_rule(struct reader *r, struct pricing_tax_rule *rule)
{
	rule->name = word(r);
	rule->tax_class = word(r);
	rule->country = word(r);
	rule->region = word(r);
	rule->postal = word(r);
	rule->rate_ppm = number(r);
	rule->priority = (int)number(r);
	rule->who = (enum pricing_who)number(r);
	rule->treatment = (enum pricing_treatment)number(r);
	rule->compound = number(r) != 0;
	rule->shipping = number(r) != 0;
}

static void read_coupon(struct reader *r, struct pricing_coupon *k)
{
	k->kind = (enum pricing_coupon_kind)number(r);
	k->percent_ppm = number(r);
	k->value_minor = number(r);
	k->minimum_minor = number(r);
	k->include_products = words(r, &k->ninclude_products);
	k->exclude_products = words(r, &k->nexclude_products);
	k->include_categories = words(r, &k->ninclude_categories);
	k->exclude_categories = words(r, &k->nexclude_categories);
}

static void read_delivery(struct reader *r, struct pricing_delivery *d)
{
	struct pricing_band *bands;

	d->kind = (enum pricing_delivery_kind)number(r);
	d->price_minor = number(r);
	d->further_minor = number(r);
	d->free_from_minor = number(r);
	d->tax_class = word(r);
	d->nbands = (size_t)number(r);
	d->bands = bands = mem_array(r->ctx, struct pricing_band, d->nbands);
	for (size_t i = 0; i < d->nbands; i++) {
		bands[i].up_to_g = number(r);
		bands[i].price_minor = number(r);
	}
}

static void read_surcharge(struct reader *r, struct pricing_surcharge *s)
{
	s->fixed_minor = number(r);
	s->percent_ppm = number(r);
	s->tax_class = word(r);
}

static void read_line(struct reader *r, struct pricing_line *line)
{
	struct pricing_tier *tiers;

	line->id = word(r);
	line->variant_id = word(r);
	line->product_id = word(r);
	line->category_ids = words(r, &line->ncategories);
	line->tax_class = word(r);
	line->quantity = number(r);
	line->base_minor = number(r);
	line->ntiers = (size_t)number(r);
	line->tiers = tiers = mem_array(r->ctx, struct pricing_tier, line->ntiers);
	for (size_t i = 0; i < line->ntiers; i++) {
		tiers[i].min_quantity = number(r);
		tiers[i].unit_minor = number(r);
	}
	line->weight_g = number(r);
	line->tier_by_product = number(r) != 0;
	line->no_discount = number(r) != 0;
	line->intangible = number(r) != 0;
}

static struct pricing_cart *read_cart(struct reader *r)
{
	struct pricing_cart *c = mem_new(r->ctx, struct pricing_cart);
	struct pricing_tax_rule *rules;
	struct pricing_line *lines;

	c->settings.exponent = (int)number(r);
	c->settings.step_minor = number(r);
	c->settings.prices_include_tax = number(r) != 0;
	c->settings.rounding = (enum pricing_rounding)number(r);
	c->settings.other_place = (enum pricing_other_place)number(r);
	c->settings.shipping_tax = (enum pricing_shipping_tax)number(r);
	c->settings.home = read_place(r);
	c->destination = read_place(r);
	c->customer = (enum pricing_customer)number(r);
	c->prepaid_minor = number(r);
	c->nrules = (size_t)number(r);
	c->rules = rules = mem_array(r->ctx, struct pricing_tax_rule, c->nrules);
	for (size_t i = 0; i < c->nrules; i++)
		read_rule(r, &rules[i]);
	read_coupon(r, &c->coupon);
	read_delivery(r, &c->delivery);
	read_surcharge(r, &c->surcharge);
	c->nlines = (size_t)number(r);
	c->lines = lines = mem_array(r->ctx, struct pricing_line, c->nlines);
	for (size_t i = 0; i < c->nlines; i++)
		read_line(r, &lines[i]);
	return c;
}

static void out(int64_t n)
{
	printf(" %lld", (long long)n);
}

static void print_totals(const struct pricing_totals *t)
{
	printf("%d %d", (int)t->outcome, (int)t->coupon);
	out(t->missing_minor);
	out(t->goods_minor);
	out(t->discount_minor);
	out(t->shipping_full_minor);
	out(t->shipping_minor);
	out(t->shipping_net_minor);
	out(t->shipping_tax_minor);
	out(t->shipping_gross_minor);
	out(t->surcharge_minor);
	out(t->surcharge_net_minor);
	out(t->surcharge_tax_minor);
	out(t->surcharge_gross_minor);
	out(t->net_minor);
	out(t->tax_minor);
	out(t->total_minor);
	out(t->prepaid_minor);
	out(t->payable_minor);
	out(t->items);
	out(t->weight_g);
	for (size_t i = 0; i < t->nlines; i++) {
		const struct pricing_line_total *l = &t->lines[i];

		printf(" L");
		out(l->unit_minor);
		out(l->subtotal_minor);
		out(l->discount_minor);
		out(l->net_minor);
		out(l->tax_minor);
		out(l->gross_minor);
		out(l->eligible);
		for (unsigned k = 0; k < l->nrates; k++)
			printf(" %s", l->rates[k]->name);
	}
	for (size_t i = 0; i < t->ntaxes; i++) {
		const struct pricing_tax_row *x = &t->taxes[i];

		printf(" T %s", x->name);
		out(x->rate_ppm);
		out(x->base_minor);
		out(x->amount_minor);
		out(x->priority);
		out(x->compound);
		out((int64_t)x->treatment);
	}
	putchar('\n');
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		struct reader r = { .ctx = mem_context(NULL, "cart"), .rest = line };

		print_totals(pricing_total(r.ctx, read_cart(&r)));
		mem_free(r.ctx);
	}
	free(line);
	return fflush(stdout) == 0 ? 0 : 1;
}
