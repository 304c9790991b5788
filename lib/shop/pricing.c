#include "shop/pricing.h"

#include "base/mem.h"

/* Fractions of the net are kept in units of 1e-12: a rate is a multiple of 1e-6,
   and one of them may be multiplied by the sum of others. */
#define SCALE (PRICING_PPM * PRICING_PPM)

__extension__ typedef unsigned __int128 wide;

/* The rates of one tax class, as fractions of the net. */
struct rates {
	int n;
	const struct pricing_tax_rule *rule[PRICING_MAX_RATES];
	int64_t fraction[PRICING_MAX_RATES];
	int64_t sum;
};

struct class {
	const char *name;
	bool shipping;
	struct rates here;              /* at the destination */
	int64_t home_sum;               /* what a consumer pays at home */
};

/* What tax is computed on: a line, or a part of the delivery. */
struct item {
	const struct class *class;
	size_t rank;                    /* place among equals when units are shared out */
	size_t set;
	bool surcharge;                 /* a part of it; else what follows the lines is delivery */
	int64_t shown, net, tax;
};

struct set {
	const struct rates *rates;
	int64_t shown;
};

struct tax {
	int64_t sum;
	int64_t part[PRICING_MAX_RATES];
};

struct run {
	const struct pricing_cart *cart;        /* in steps */
	struct pricing_totals *out;
	void *tmp;
	enum pricing_outcome failure;   /* PRICING_OK while none; the first one stays */
	struct class *classes;
	size_t nclasses;
	size_t *rank;                   /* of each line, by id */
	struct item *items;             /* lines first, then delivery parts by class */
	size_t nitems;
	struct set *sets;
	size_t nsets;
};

static void fail(struct run *r, enum pricing_outcome why)
{
	if (r->failure == PRICING_OK)
		r->failure = why;
}

static const char *text(const char *s)
{
	return s != NULL ? s : "";
}

static bool same(const char *a, const char *b)
{
	return strcmp(text(a), text(b)) == 0;
}

static int compare_int(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int64_t step(const struct pricing_cart *c)
{
	return c->settings.step_minor > 1 ? c->settings.step_minor : 1;
}

static int64_t add(struct run *r, int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum) || sum > PRICING_MAX_TOTAL) {
		fail(r, PRICING_TOO_LARGE);
		return 0;
	}
	return sum;
}

static int64_t mul(struct run *r, int64_t a, int64_t b)
{
	int64_t product;

	if (__builtin_mul_overflow(a, b, &product) || product > PRICING_MAX_TOTAL) {
		fail(r, PRICING_TOO_LARGE);
		return 0;
	}
	return product;
}

/* R(a * num / den) of the header, half up; exact, as 53 + 44 + 1 bits fit. */
static int64_t scale(struct run *r, int64_t a, int64_t num, int64_t den)
{
	wide n = (wide)a * (wide)num;
	wide q = (2 * n + (wide)den) / (2 * (wide)den);

	if (q > (wide)PRICING_MAX_TOTAL) {
		fail(r, PRICING_TOO_LARGE);
		return 0;
	}
	return (int64_t)q;
}

/* -- sharing out ------------------------------------------------------------- */

struct slot {
	size_t index, rank;
	int64_t weight;
	wide rest;
};

static int compare_slots(const void *pa, const void *pb)
{
	const struct slot *a = pa, *b = pb;

	if (a->rest != b->rest)
		return a->rest > b->rest ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

/* S(whole; weights) into SHARES; RANK NULL: the index breaks ties. */
static void share(struct run *r, int64_t whole, const int64_t *weights, const size_t *rank,
	size_t n, int64_t *shares)
{
	struct slot *slots = mem_array(r->tmp, struct slot, n);
	int64_t sum = 0, left = whole;

	for (size_t i = 0; i < n; i++) {
		sum = add(r, sum, weights[i]);
		shares[i] = 0;
	}
	if (sum == 0 || r->failure != PRICING_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		wide product = (wide)whole * (wide)weights[i];

		shares[i] = (int64_t)(product / (wide)sum);
		left -= shares[i];
		slots[i] = (struct slot){ .index = i, .rank = rank != NULL ? rank[i] : i,
			.weight = weights[i], .rest = product % (wide)sum };
	}
	qsort(slots, n, sizeof(*slots), compare_slots);
	for (size_t i = 0; left > 0; i++, left--)
		shares[slots[i].index]++;
	mem_free(slots);
}

struct named {
	const char *name;
	size_t index;
};

static int compare_named(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;
	int c = strcmp(a->name, b->name);

	return c != 0 ? c : (a->index > b->index) - (a->index < b->index);
}

static void rank_lines(struct run *r)
{
	size_t n = r->cart->nlines;
	struct named *names = mem_array(r->tmp, struct named, n);

	r->rank = mem_array(r->tmp, size_t, n);
	for (size_t i = 0; i < n; i++)
		names[i] = (struct named){ text(r->cart->lines[i].id), i };
	qsort(names, n, sizeof(*names), compare_named);
	for (size_t i = 0; i < n; i++)
		r->rank[names[i].index] = i;
}

/* -- tax rules ---------------------------------------------------------------- */

static char postal_next(const char **s)
{
	while (**s == ' ' || **s == '-')
		(*s)++;
	if (**s == '\0')
		return '\0';
	char c = *(*s)++;
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Length of PREFIX when CODE starts with it, else -1. */
static int postal_match(const char *prefix, const char *code)
{
	for (int n = 0;; n++) {
		char want = postal_next(&prefix);

		if (want == '\0')
			return n;
		if (want != postal_next(&code))
			return -1;
	}
}

/* How specific the rule is for this place, as one number; -1: it does not match. */
static int rule_fit(const struct pricing_tax_rule *rule, const struct pricing_place *home,
	const struct pricing_place *place, enum pricing_customer customer, const char *class,
	bool shipping)
{
	bool business = customer == PRICING_BUSINESS;
	bool country = *text(rule->country) != '\0', region = *text(rule->region) != '\0';
	bool in_class = *text(rule->tax_class) != '\0';
	int postal = postal_match(text(rule->postal), text(place->postal));

	if (shipping && !rule->shipping)
		return -1;
	if (in_class && !same(rule->tax_class, class))
		return -1;
	if (!country && (region || postal != 0))
		return -1;
	if (country && !same(rule->country, place->country))
		return -1;
	if ((region && !same(rule->region, place->region)) || postal < 0)
		return -1;
	if (rule->who != PRICING_ANYONE && (rule->who == PRICING_ONLY_BUSINESS) != business)
		return -1;
	if (rule->treatment == PRICING_REVERSE_CHARGE
			&& (!business || same(home->country, place->country)))
		return -1;
	return postal * 16 + region * 8 + country * 4 + (rule->who != PRICING_ANYONE) * 2 + in_class;
}

/* Puts a rule where its priority belongs; false when there is no room. */
static bool rates_insert(const struct pricing_tax_rule *rule, int fit,
	const struct pricing_tax_rule **rates, int *fits, int *n)
{
	int at = 0;

	while (at < *n && rates[at]->priority < rule->priority)
		at++;
	if (at < *n && rates[at]->priority == rule->priority) {
		if (fit > fits[at]) {
			rates[at] = rule;
			fits[at] = fit;
		}
		return true;
	}
	if (*n == PRICING_MAX_RATES)
		return false;
	for (int i = *n; i > at; i--) {
		rates[i] = rates[i - 1];
		fits[i] = fits[i - 1];
	}
	rates[at] = rule;
	fits[at] = fit;
	(*n)++;
	return true;
}

int pricing_rates(const struct pricing_tax_rule *rules, size_t nrules,
	const struct pricing_place *home, const struct pricing_place *place,
	enum pricing_customer customer, const char *tax_class, bool shipping,
	const struct pricing_tax_rule *rates[PRICING_MAX_RATES])
{
	const struct pricing_tax_rule *reverse = NULL;
	int fits[PRICING_MAX_RATES], reverse_fit = -1, n = 0, compounds = 0;
	bool room = true;

	for (size_t i = 0; i < nrules; i++) {
		int fit = rule_fit(&rules[i], home, place, customer, tax_class, shipping);

		if (fit < 0)
			continue;
		if (rules[i].treatment != PRICING_REVERSE_CHARGE) {
			room = rates_insert(&rules[i], fit, rates, fits, &n) && room;
		} else if (fit > reverse_fit) {
			reverse = &rules[i];
			reverse_fit = fit;
		}
	}
	if (reverse != NULL) {
		rates[0] = reverse;
		return 1;
	}
	for (int i = 1; i < n; i++)
		compounds += rates[i]->compound;
	return room && compounds <= 1 ? n : -1;
}

/* Fills RATES; false when the table gives something that cannot be computed. */
static bool rates_load(struct run *r, const char *class, bool shipping, bool at_home,
	struct rates *rates)
{
	const struct pricing_cart *c = r->cart;
	const struct pricing_place *home = &c->settings.home;

	rates->sum = 0;
	rates->n = pricing_rates(c->rules, c->nrules, home, at_home ? home : &c->destination,
		at_home ? PRICING_CONSUMER : c->customer, class, shipping, rates->rule);
	for (int i = 0; i < rates->n; i++) {
		const struct pricing_tax_rule *rule = rates->rule[i];
		int64_t below = rule->compound && i > 0 ? rates->sum : 0;

		/* below is a multiple of 1e-6 here: only one rate compounds */
		rates->fraction[i] = rule->rate_ppm * ((SCALE + below) / PRICING_PPM);
		rates->sum += rates->fraction[i];
	}
	return rates->n >= 0;
}

static const struct class *class_find(struct run *r, const char *name, bool shipping)
{
	struct class *k;
	struct rates home;

	for (size_t i = 0; i < r->nclasses; i++) {
		k = &r->classes[i];
		if (k->shipping == shipping && same(k->name, name))
			return k;
	}
	k = &r->classes[r->nclasses++];
	k->name = text(name);
	k->shipping = shipping;
	if (!rates_load(r, name, shipping, false, &k->here)
			|| !rates_load(r, name, shipping, true, &home)) {
		fail(r, PRICING_INVALID);
		k->here.n = 0;
		k->here.sum = 0;
		home.sum = 0;
	}
	k->home_sum = home.sum;
	return k;
}

/* A price with the home's tax in it, as the destination sees it. */
static int64_t restate(struct run *r, int64_t price, const struct class *k)
{
	const struct pricing_settings *s = &r->cart->settings;
	bool reverse = k->here.n > 0 && k->here.rule[0]->treatment == PRICING_REVERSE_CHARGE;

	if (!s->prices_include_tax || (s->other_place == PRICING_KEEP_GROSS && !reverse))
		return price;
	return scale(r, price, SCALE + k->here.sum, SCALE + k->home_sum);
}

/* -- checks -------------------------------------------------------------------- */

static bool rule_valid(const struct pricing_tax_rule *rule)
{
	return rule->rate_ppm >= 0 && rule->rate_ppm <= PRICING_PPM
		&& (rule->rate_ppm == 0 || rule->treatment == PRICING_TAXED);
}

static bool line_valid(const struct pricing_line *line)
{
	for (size_t i = 0; i < line->ntiers; i++)
		if (line->tiers[i].min_quantity < 1 || line->tiers[i].unit_minor < 0)
			return false;
	return line->quantity >= 1 && line->base_minor >= 0 && line->weight_g >= 0;
}

static bool line_within(const struct pricing_line *line)
{
	for (size_t i = 0; i < line->ntiers; i++)
		if (line->tiers[i].unit_minor > PRICING_MAX_PRICE)
			return false;
	return line->quantity <= PRICING_MAX_QUANTITY && line->base_minor <= PRICING_MAX_PRICE
		&& line->weight_g <= PRICING_MAX_WEIGHT_G;
}

static bool delivery_valid(const struct pricing_delivery *d)
{
	for (size_t i = 0; i < d->nbands; i++)
		if (d->bands[i].up_to_g < 0 || d->bands[i].price_minor < 0)
			return false;
	return d->price_minor >= 0 && d->further_minor >= 0 && d->free_from_minor >= 0;
}

static bool delivery_within(const struct pricing_delivery *d)
{
	for (size_t i = 0; i < d->nbands; i++)
		if (d->bands[i].price_minor > PRICING_MAX_PRICE)
			return false;
	return d->price_minor <= PRICING_MAX_PRICE && d->further_minor <= PRICING_MAX_PRICE;
}

static void check(struct run *r)
{
	const struct pricing_cart *c = r->cart;
	const struct pricing_coupon *k = &c->coupon;
	bool valid = c->settings.exponent >= 0 && c->settings.exponent <= 4
		&& c->settings.step_minor >= 0 && c->settings.step_minor <= PRICING_MAX_STEP && c->prepaid_minor >= 0 && k->minimum_minor >= 0 && k->value_minor >= 0
		&& (k->kind != COUPON_PERCENT || k->percent_ppm > 0) && delivery_valid(&c->delivery);
	bool within = c->nlines <= PRICING_MAX_LINES && delivery_within(&c->delivery) && c->surcharge.fixed_minor <= PRICING_MAX_PRICE;

	valid = valid && c->surcharge.fixed_minor >= 0 && c->surcharge.percent_ppm >= 0 && c->surcharge.percent_ppm <= PRICING_PPM;

	for (size_t i = 0; i < c->nrules; i++)
		valid = valid && rule_valid(&c->rules[i]);
	for (size_t i = 0; i < c->nlines; i++) {
		valid = valid && line_valid(&c->lines[i]);
		within = within && line_within(&c->lines[i]);
	}
	if (!valid)
		fail(r, PRICING_INVALID);
	else if (!within)
		fail(r, PRICING_TOO_LARGE);
}

/* -- 1. prices ------------------------------------------------------------------ */

int64_t pricing_unit(int64_t base_minor, const struct pricing_tier *tiers, size_t ntiers,
	int64_t quantity)
{
	int64_t unit = base_minor;

	for (size_t i = 0; i < ntiers; i++)
		if (tiers[i].min_quantity <= quantity && tiers[i].unit_minor < unit)
			unit = tiers[i].unit_minor;
	return unit;
}

static int64_t counted(const struct pricing_cart *c, const struct pricing_line *line)
{
	int64_t quantity = 0;

	for (size_t i = 0; i < c->nlines; i++) {
		const struct pricing_line *other = &c->lines[i];

		if (line->tier_by_product ? same(line->product_id, other->product_id)
				: same(line->variant_id, other->variant_id))
			quantity += other->quantity;
	}
	return quantity;
}

static void price_lines(struct run *r)
{
	const struct pricing_cart *c = r->cart;

	for (size_t i = 0; i < c->nlines && r->failure == PRICING_OK; i++)
		r->items[i].class = class_find(r, c->lines[i].tax_class, false);
	for (size_t i = 0; i < c->nlines && r->failure == PRICING_OK; i++) {
		const struct pricing_line *line = &c->lines[i];
		struct pricing_line_total *t = &r->out->lines[i];
		const struct rates *rates = &r->items[i].class->here;

		t->unit_minor = pricing_unit(line->base_minor, line->tiers, line->ntiers,
			line->ntiers > 0 ? counted(c, line) : line->quantity);
		t->unit_minor = restate(r, t->unit_minor, r->items[i].class);
		if (t->unit_minor > PRICING_MAX_PRICE / step(c))
			fail(r, PRICING_TOO_LARGE);
		t->nrates = (unsigned)rates->n;
		memcpy(t->rates, rates->rule, (size_t)rates->n * sizeof(t->rates[0]));
		t->subtotal_minor = mul(r, t->unit_minor, line->quantity);
		r->out->goods_minor = add(r, r->out->goods_minor, t->subtotal_minor);
	}
}

/* -- 2. coupon ------------------------------------------------------------------ */

static bool listed(const char *const *list, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (same(list[i], id))
			return true;
	return false;
}

static bool any_listed(const char *const *list, size_t n, const struct pricing_line *line)
{
	for (size_t i = 0; i < line->ncategories; i++)
		if (listed(list, n, line->category_ids[i]))
			return true;
	return false;
}

static bool in_scope(const struct pricing_coupon *k, const struct pricing_line *line)
{
	if (line->no_discount || listed(k->exclude_products, k->nexclude_products, line->product_id)
			|| any_listed(k->exclude_categories, k->nexclude_categories, line))
		return false;
	if (k->ninclude_products == 0 && k->ninclude_categories == 0)
		return true;
	return listed(k->include_products, k->ninclude_products, line->product_id)
		|| any_listed(k->include_categories, k->ninclude_categories, line);
}

static int64_t discount_of(struct run *r, int64_t eligible)
{
	const struct pricing_coupon *k = &r->cart->coupon;

	switch (k->kind) {
	case COUPON_PERCENT:
		return scale(r, eligible, k->percent_ppm < PRICING_PPM ? k->percent_ppm : PRICING_PPM,
			PRICING_PPM);
	case COUPON_FIXED:
		return k->value_minor < eligible ? k->value_minor : eligible;
	case COUPON_NONE:
	case COUPON_FREE_SHIPPING:
		break;
	}
	return 0;
}

static void apply_coupon(struct run *r)
{
	const struct pricing_coupon *k = &r->cart->coupon;
	struct pricing_totals *t = r->out;
	size_t n = t->nlines, count = 0;
	int64_t *weights = mem_array(r->tmp, int64_t, n), *shares = mem_array(r->tmp, int64_t, n);
	int64_t eligible = 0;

	if (k->kind == COUPON_NONE)
		return;
	for (size_t i = 0; i < n; i++) {
		t->lines[i].eligible = in_scope(k, &r->cart->lines[i]);
		if (!t->lines[i].eligible)
			continue;
		count++;
		weights[i] = t->lines[i].subtotal_minor;
		eligible = add(r, eligible, weights[i]);
	}
	if (count == 0 || (eligible == 0 && k->kind != COUPON_FREE_SHIPPING)) {
		t->coupon = COUPON_NOTHING_ELIGIBLE;
		return;
	}
	if (eligible < k->minimum_minor) {
		t->coupon = COUPON_MINIMUM;
		t->missing_minor = k->minimum_minor - eligible;
		return;
	}
	t->coupon = COUPON_OK;
	t->discount_minor = discount_of(r, eligible);
	share(r, t->discount_minor, weights, r->rank, n, shares);
	for (size_t i = 0; i < n; i++)
		t->lines[i].discount_minor = shares[i];
}

/* -- 3. delivery ---------------------------------------------------------------- */

static int64_t band_price(struct run *r, const struct pricing_delivery *d, int64_t weight_g)
{
	const struct pricing_band *best = NULL;

	for (size_t i = 0; i < d->nbands; i++) {
		const struct pricing_band *b = &d->bands[i];

		if (b->up_to_g < weight_g)
			continue;
		if (best == NULL || b->up_to_g < best->up_to_g
				|| (b->up_to_g == best->up_to_g && b->price_minor < best->price_minor))
			best = b;
	}
	if (best == NULL) {
		r->out->outcome = PRICING_NOT_DELIVERABLE;
		return 0;
	}
	return best->price_minor;
}

/* The method's price before anything makes it free. */
static int64_t method_price(struct run *r)
{
	const struct pricing_delivery *d = &r->cart->delivery;
	const struct pricing_totals *t = r->out;

	if (t->items == 0)
		return 0;
	switch (d->kind) {
	case DELIVERY_FLAT:
		return d->price_minor;
	case DELIVERY_BY_WEIGHT:
		return band_price(r, d, t->weight_g);
	case DELIVERY_BY_ITEM:
		return add(r, d->price_minor, mul(r, d->further_minor, t->items - 1));
	case DELIVERY_NONE:
		break;
	}
	return 0;
}

/* What is charged besides the goods: delivery, and what the way of payment costs. */
struct ancillary {
	int64_t price;                  /* restated for the destination */
	int64_t extra;                  /* is so already */
	bool whole_cart;                /* intangible lines have a share too */
	bool surcharge;
};

static void add_part(struct run *r, const char *class, const struct ancillary *a, int64_t price, int64_t extra)
{
	struct item *item = &r->items[r->nitems];
	const struct class *k = class_find(r, class, true);
	int64_t *sum = a->surcharge ? &r->out->surcharge_minor : &r->out->shipping_minor;

	*item = (struct item){ .class = k, .rank = r->nitems, .shown = add(r, restate(r, price, k), extra), .surcharge = a->surcharge };
	*sum = add(r, *sum, item->shown);
	r->nitems++;
}

static bool has_share(const struct run *r, const struct ancillary *a, size_t i)
{
	return a->whole_cart || !r->cart->lines[i].intangible;
}

/* Weight of a line when an ancillary cost is shared among tax classes: BASIS 0 by amounts,
   1 before discount, 2 by quantity. */
static int64_t part_weight(const struct run *r, const struct ancillary *a, size_t i, int basis)
{
	const struct pricing_line_total *t = &r->out->lines[i];

	if (!has_share(r, a, i))
		return 0;
	switch (basis) {
	case 0:
		return t->subtotal_minor - t->discount_minor;
	case 1:
		return t->subtotal_minor;
	default:
		return r->cart->lines[i].quantity;
	}
}

static void share_parts(struct run *r, const struct ancillary *a)
{
	size_t n = r->cart->nlines, nclasses = 0;
	struct named *names = mem_array(r->tmp, struct named, n);
	int64_t *weights = mem_array(r->tmp, int64_t, n), *shares = mem_array(r->tmp, int64_t, n);
	int64_t *extras = mem_array(r->tmp, int64_t, n), sum = 0;

	for (size_t i = 0; i < n; i++)
		if (has_share(r, a, i))
			names[nclasses++] = (struct named){ text(r->cart->lines[i].tax_class), 0 };
	qsort(names, nclasses, sizeof(*names), compare_named);
	for (int basis = 0; sum == 0 && basis < 3; basis++) {
		for (size_t k = 0; k < nclasses; k++) {
			weights[k] = 0;
			if (k > 0 && same(names[k].name, names[k - 1].name))
				continue;
			for (size_t i = 0; i < n; i++)
				if (same(r->cart->lines[i].tax_class, names[k].name))
					weights[k] = add(r, weights[k], part_weight(r, a, i, basis));
			sum = add(r, sum, weights[k]);
		}
	}
	share(r, a->price, weights, NULL, nclasses, shares);
	share(r, a->extra, weights, NULL, nclasses, extras);
	for (size_t k = 0; k < nclasses; k++)
		class_find(r, names[k].name, true);
	for (size_t k = 0; k < nclasses; k++)
		if (k == 0 || !same(names[k].name, names[k - 1].name))
			add_part(r, names[k].name, a, shares[k], extras[k]);
}

static void add_parts(struct run *r, const char *class, const struct ancillary *a)
{
	if (a->price == 0 && a->extra == 0)
		return;
	if (r->cart->settings.shipping_tax == PRICING_SHIPPING_CLASS)
		add_part(r, class, a, a->price, a->extra);
	else
		share_parts(r, a);
}

static void price_delivery(struct run *r)
{
	const struct pricing_cart *c = r->cart;
	struct pricing_totals *t = r->out;
	bool free_above = c->delivery.free_from_minor > 0
		&& t->goods_minor - t->discount_minor >= c->delivery.free_from_minor;
	int64_t price;

	for (size_t i = 0; i < c->nlines; i++) {
		if (c->lines[i].intangible)
			continue;
		t->items = add(r, t->items, c->lines[i].quantity);
		t->weight_g = add(r, t->weight_g, mul(r, c->lines[i].weight_g, c->lines[i].quantity));
	}
	t->shipping_full_minor = price = method_price(r);
	if (free_above || (c->coupon.kind == COUPON_FREE_SHIPPING && t->coupon == COUPON_OK))
		price = 0;
	add_parts(r, c->delivery.tax_class, &(struct ancillary){ .price = price });
}

static void price_surcharge(struct run *r)
{
	const struct pricing_surcharge *s = &r->cart->surcharge;
	struct pricing_totals *t = r->out;
	int64_t base = add(r, t->goods_minor - t->discount_minor, t->shipping_minor);

	if (base == 0 || r->failure != PRICING_OK)
		return;
	add_parts(r, s->tax_class, &(struct ancillary){ .price = s->fixed_minor,
		.extra = scale(r, base, s->percent_ppm, PRICING_PPM), .whole_cart = true, .surcharge = true });
}

/* -- 4, 5. tax ------------------------------------------------------------------ */

static bool same_rate(const struct pricing_tax_rule *a, const struct pricing_tax_rule *b)
{
	return a->rate_ppm == b->rate_ppm && a->priority == b->priority && a->compound == b->compound
		&& a->treatment == b->treatment && same(a->name, b->name);
}

static bool same_rates(const struct rates *a, const struct rates *b)
{
	if (a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
		if (!same_rate(a->rule[i], b->rule[i]))
			return false;
	return true;
}

static void make_sets(struct run *r)
{
	for (size_t i = 0; i < r->nitems; i++) {
		struct item *item = &r->items[i];
		const struct rates *rates = &item->class->here;
		size_t s = 0;

		while (s < r->nsets && !same_rates(r->sets[s].rates, rates))
			s++;
		if (s == r->nsets)
			r->sets[r->nsets++].rates = rates;
		r->sets[s].shown = add(r, r->sets[s].shown, item->shown);
		item->set = s;
	}
}

static struct tax tax_of(struct run *r, const struct rates *rates, int64_t shown)
{
	struct tax tax = { 0 };

	if (r->cart->settings.prices_include_tax) {
		tax.sum = scale(r, shown, rates->sum, SCALE + rates->sum);
		share(r, tax.sum, rates->fraction, NULL, (size_t)rates->n, tax.part);
		return tax;
	}
	for (int i = 0; i < rates->n; i++) {
		tax.part[i] = scale(r, shown, rates->fraction[i], SCALE);
		tax.sum = add(r, tax.sum, tax.part[i]);
	}
	return tax;
}

static int64_t net_of(const struct run *r, int64_t shown, int64_t tax)
{
	return r->cart->settings.prices_include_tax ? shown - tax : shown;
}

static struct pricing_tax_row *row_find(struct run *r, const struct pricing_tax_rule *rule)
{
	struct pricing_totals *t = r->out;

	for (size_t i = 0; i < t->ntaxes; i++) {
		struct pricing_tax_row *row = &t->taxes[i];

		if (row->rate_ppm == rule->rate_ppm && row->priority == rule->priority
				&& row->compound == rule->compound && row->treatment == rule->treatment
				&& same(row->name, rule->name))
			return row;
	}
	t->taxes = mem_resize(t, t->taxes, struct pricing_tax_row, t->ntaxes + 1);
	t->taxes[t->ntaxes] = (struct pricing_tax_row){ .name = text(rule->name),
		.rate_ppm = rule->rate_ppm, .priority = rule->priority, .compound = rule->compound,
		.treatment = rule->treatment };
	return &t->taxes[t->ntaxes++];
}

static void add_rows(struct run *r, const struct rates *rates, int64_t net, const struct tax *tax)
{
	int64_t below = 0;

	for (int i = 0; i < rates->n; i++) {
		struct pricing_tax_row *row = row_find(r, rates->rule[i]);

		row->amount_minor = add(r, row->amount_minor, tax->part[i]);
		row->base_minor = add(r, row->base_minor, net);
		if (rates->rule[i]->compound)
			row->base_minor = add(r, row->base_minor, below);
		below = add(r, below, tax->part[i]);
	}
}

static void tax_by_line(struct run *r)
{
	for (size_t i = 0; i < r->nitems; i++) {
		struct item *item = &r->items[i];
		struct tax tax = tax_of(r, &item->class->here, item->shown);

		item->tax = tax.sum;
		add_rows(r, &item->class->here, net_of(r, item->shown, tax.sum), &tax);
	}
}

static void tax_by_document(struct run *r)
{
	int64_t *weights = mem_array(r->tmp, int64_t, r->nitems);
	int64_t *shares = mem_array(r->tmp, int64_t, r->nitems);
	size_t *rank = mem_array(r->tmp, size_t, r->nitems);

	for (size_t i = 0; i < r->nitems; i++)
		rank[i] = r->items[i].rank;
	for (size_t s = 0; s < r->nsets; s++) {
		const struct set *set = &r->sets[s];
		struct tax tax = tax_of(r, set->rates, set->shown);

		for (size_t i = 0; i < r->nitems; i++)
			weights[i] = r->items[i].set == s ? r->items[i].shown : 0;
		share(r, tax.sum, weights, rank, r->nitems, shares);
		for (size_t i = 0; i < r->nitems; i++)
			r->items[i].tax += shares[i];
		add_rows(r, set->rates, net_of(r, set->shown, tax.sum), &tax);
	}
}

static int compare_rows(const void *pa, const void *pb)
{
	const struct pricing_tax_row *a = pa, *b = pb;
	int c;

	if ((c = compare_int(a->priority, b->priority)) != 0)
		return c;
	if ((c = compare_int(b->rate_ppm, a->rate_ppm)) != 0)
		return c;
	if ((c = strcmp(a->name, b->name)) != 0)
		return c;
	if (a->compound != b->compound)
		return a->compound ? 1 : -1;
	return compare_int((int)a->treatment, (int)b->treatment);
}

/* -- 6. sums -------------------------------------------------------------------- */

static void sum_up(struct run *r)
{
	struct pricing_totals *t = r->out;

	for (size_t i = 0; i < r->nitems; i++) {
		const struct item *item = &r->items[i];
		int64_t net = net_of(r, item->shown, item->tax), gross = add(r, net, item->tax);

		if (i < t->nlines) {
			t->lines[i].net_minor = net;
			t->lines[i].tax_minor = item->tax;
			t->lines[i].gross_minor = gross;
		} else if (item->surcharge) {
			t->surcharge_net_minor = add(r, t->surcharge_net_minor, net);
			t->surcharge_tax_minor = add(r, t->surcharge_tax_minor, item->tax);
			t->surcharge_gross_minor = add(r, t->surcharge_gross_minor, gross);
		} else {
			t->shipping_net_minor = add(r, t->shipping_net_minor, net);
			t->shipping_tax_minor = add(r, t->shipping_tax_minor, item->tax);
			t->shipping_gross_minor = add(r, t->shipping_gross_minor, gross);
		}
		t->net_minor = add(r, t->net_minor, net);
		t->tax_minor = add(r, t->tax_minor, item->tax);
	}
	t->total_minor = add(r, t->net_minor, t->tax_minor);
	t->prepaid_minor = r->cart->prepaid_minor < t->total_minor ? r->cart->prepaid_minor
		: t->total_minor;
	t->payable_minor = t->total_minor - t->prepaid_minor;
	if (t->ntaxes > 0)
		qsort(t->taxes, t->ntaxes, sizeof(*t->taxes), compare_rows);
}

static void compute(struct run *r)
{
	size_t n = r->cart->nlines;

	/* each line may bring a class, and delivery and surcharge a part of each or of their own */
	r->out->nlines = n;
	r->out->lines = mem_array(r->out, struct pricing_line_total, n);
	r->classes = mem_array(r->tmp, struct class, 2 * n + 2);
	r->items = mem_array(r->tmp, struct item, 3 * n + 2);
	r->sets = mem_array(r->tmp, struct set, 3 * n + 2);
	r->nitems = n;
	rank_lines(r);
	price_lines(r);
	if (r->failure != PRICING_OK)
		return;
	apply_coupon(r);
	price_delivery(r);
	price_surcharge(r);
	if (r->failure != PRICING_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		r->items[i].rank = r->rank[i];
		r->items[i].shown = r->out->lines[i].subtotal_minor - r->out->lines[i].discount_minor;
	}
	make_sets(r);
	if (r->cart->settings.rounding == PRICING_ROUND_LINE)
		tax_by_line(r);
	else
		tax_by_document(r);
	sum_up(r);
}

/* -- steps ---------------------------------------------------------------------- */

/* Whole steps, half up. */
static int64_t steps(int64_t minor, int64_t step)
{
	return minor / step + (2 * (minor % step) >= step);
}

/* The cart with every amount in steps, under CTX; what is no amount is shared. */
static const struct pricing_cart *in_steps(void *ctx, const struct pricing_cart *cart, int64_t step)
{
	struct pricing_cart *c = mem_new(ctx, struct pricing_cart);
	struct pricing_line *lines = mem_array(ctx, struct pricing_line, cart->nlines);
	struct pricing_band *bands = mem_array(ctx, struct pricing_band, cart->delivery.nbands);

	*c = *cart;
	for (size_t i = 0; i < c->nlines; i++) {
		struct pricing_tier *tiers = mem_array(ctx, struct pricing_tier, cart->lines[i].ntiers);

		lines[i] = cart->lines[i];
		lines[i].base_minor = steps(lines[i].base_minor, step);
		for (size_t k = 0; k < lines[i].ntiers; k++)
			tiers[k] = (struct pricing_tier){ lines[i].tiers[k].min_quantity,
				steps(lines[i].tiers[k].unit_minor, step) };
		lines[i].tiers = tiers;
	}
	for (size_t i = 0; i < c->delivery.nbands; i++)
		bands[i] = (struct pricing_band){ cart->delivery.bands[i].up_to_g,
			steps(cart->delivery.bands[i].price_minor, step) };
	c->lines = lines;
	c->delivery.bands = bands;
	c->delivery.price_minor = steps(c->delivery.price_minor, step);
	c->delivery.further_minor = steps(c->delivery.further_minor, step);
	c->surcharge.fixed_minor = steps(c->surcharge.fixed_minor, step);
	c->delivery.free_from_minor = steps(c->delivery.free_from_minor, step);
	c->coupon.value_minor = steps(c->coupon.value_minor, step);
	c->coupon.minimum_minor = steps(c->coupon.minimum_minor, step);
	c->prepaid_minor /= step;       /* nobody pays with more than he has */
	return c;
}

static void in_minor_units(struct run *r, int64_t step)
{
	struct pricing_totals *t = r->out;
	int64_t *const figures[] = {
		&t->missing_minor, &t->goods_minor, &t->discount_minor, &t->shipping_full_minor, &t->shipping_minor,
		&t->shipping_net_minor, &t->shipping_tax_minor, &t->shipping_gross_minor, &t->surcharge_minor,
		&t->surcharge_net_minor, &t->surcharge_tax_minor, &t->surcharge_gross_minor, &t->net_minor, &t->tax_minor, &t->total_minor,
		&t->prepaid_minor, &t->payable_minor,
	};

	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		*figures[i] = mul(r, *figures[i], step);
	for (size_t i = 0; i < t->nlines; i++) {
		struct pricing_line_total *l = &t->lines[i];
		int64_t *const line[] = { &l->unit_minor, &l->subtotal_minor, &l->discount_minor, &l->net_minor,
			&l->tax_minor, &l->gross_minor };

		for (size_t k = 0; k < ARRAY_LEN(line); k++)
			*line[k] = mul(r, *line[k], step);
	}
	for (size_t i = 0; i < t->ntaxes; i++) {
		t->taxes[i].base_minor = mul(r, t->taxes[i].base_minor, step);
		t->taxes[i].amount_minor = mul(r, t->taxes[i].amount_minor, step);
	}
}

struct pricing_totals *pricing_total(const void *ctx, const struct pricing_cart *cart)
{
	struct pricing_totals *out = mem_new(ctx, struct pricing_totals);
	struct run r = { .cart = cart, .out = out, .tmp = mem_context(ctx, "pricing") };

	check(&r);
	if (r.failure == PRICING_OK && step(cart) > 1)
		r.cart = in_steps(r.tmp, cart, step(cart));
	if (r.failure == PRICING_OK)
		compute(&r);
	if (r.failure == PRICING_OK)
		in_minor_units(&r, step(cart));
	mem_free(r.tmp);
	if (r.failure != PRICING_OK) {
		mem_free(out->lines);
		mem_free(out->taxes);
		*out = (struct pricing_totals){ .outcome = r.failure };
	}
	return out;
}
