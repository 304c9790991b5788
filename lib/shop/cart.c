#include "shop/cart.h"

#include "base/mem.h"
#include "shop/rules.h"

#include <string.h>

static struct rows *tiers_of(struct db *db, const struct cart_key *key, unsigned whose)
{
	return q_cart_tiers(db, whose, key->token, SHA256_LEN, key->tenant, key->store, key->currency, key->session,
			    key->session == NULL ? 0 : SHA256_LEN, key->order);
}

struct cart *cart_queue(void *ctx, struct db *db, const struct cart_key *key)
{
	struct cart *c = mem_new(ctx, struct cart);
	const unsigned char *t = key->token;

	c->ctx = ctx;
	c->key = *key;
	c->coupon_code = "";
	c->totals = mem_new(ctx, struct pricing_totals);
	if (t == NULL)
		return c;
	c->head_rows = q_cart_head(db, t, SHA256_LEN, key->store, key->currency);
	c->settings_rows = q_cart_settings(db, key->store, key->currency);
	c->line_rows = q_cart_lines(db, t, SHA256_LEN, key->store, key->locale, key->currency);
	c->tier_rows = tiers_of(db, key, CART_TIERS_EVERYBODY);
	/* Who is nobody asks nothing more. */
	if (key->order != NULL)
		c->member_rows = tiers_of(db, key, CART_TIERS_OF_ORDER);
	else if (key->session != NULL)
		c->member_rows = tiers_of(db, key, CART_TIERS_OF_SESSION);
	c->category_rows = q_cart_categories(db, t, SHA256_LEN, key->store);
	c->coupon_rows = q_cart_coupon(db, t, SHA256_LEN, key->store, key->currency);
	c->scope_rows = q_cart_coupon_scope(db, t, SHA256_LEN, key->store);
	c->rule_rows = q_cart_tax_rules(db, key->store);
	c->method_rows = q_cart_methods(db, t, SHA256_LEN, key->store, key->locale, key->currency);
	c->method_price_rows = q_cart_method_prices(db, key->store, key->currency);
	c->holiday_rows = q_cart_holidays(db, key->store);
	return c;
}

/* ---- lines ------------------------------------------------------------------- */

static enum cart_line_state line_state(const struct row_cart_lines *l, int64_t low_stock)
{
	if (!l->sold)
		return CART_LINE_GONE;
	if (!l->has_price)
		return CART_LINE_NO_PRICE;
	if (l->has_available) {
		if (l->available <= 0)
			return CART_LINE_OUT;
		if (l->available < l->quantity)
			return CART_LINE_SHORT;
		return l->available <= low_stock ? CART_LINE_FEW : CART_LINE_OK;
	}
	return l->made && !l->digital ? CART_LINE_MADE : CART_LINE_OK;
}

static bool line_blocks(enum cart_line_state s)
{
	return s == CART_LINE_SHORT || s == CART_LINE_OUT || s == CART_LINE_GONE || s == CART_LINE_NO_PRICE;
}

/* The prices of a group come as tiers, too; that of one piece is a tier from one on. */
static void read_tiers(struct cart *c, const struct row_cart_lines *l, struct pricing_line *p)
{
	size_t n = rows_count(c->tier_rows), m = c->member_rows == NULL ? 0 : rows_count(c->member_rows);
	struct pricing_tier *tiers = mem_array(c->ctx, struct pricing_tier, n + m);

	for (size_t i = 0; i < n + m; i++) {
		const struct row_cart_tiers *t = i < n ? row_cart_tiers_at(c->tier_rows, i) : row_cart_tiers_at(c->member_rows, i - n);

		if (strcmp(t->variant, l->variant) == 0)
			tiers[p->ntiers++] = (struct pricing_tier){ t->min_quantity, t->price };
	}
	p->tiers = tiers;
}

static void read_categories(struct cart *c, const struct row_cart_lines *l, struct pricing_line *p)
{
	size_t n = rows_count(c->category_rows);
	const char **ids = mem_array(c->ctx, const char *, n);

	for (size_t i = 0; i < n; i++) {
		const struct row_cart_categories *g = row_cart_categories_at(c->category_rows, i);

		if (strcmp(g->product, l->product) == 0)
			ids[p->ncategories++] = g->category;
	}
	p->category_ids = ids;
}

static struct pricing_line priced_line(struct cart *c, const struct row_cart_lines *l)
{
	struct pricing_line p = {
		.id = l->variant, .variant_id = l->variant, .product_id = l->product, .tax_class = l->tax_class,
		.quantity = l->quantity, .base_minor = l->price, .weight_g = l->weight_g,
		.tier_by_product = l->by_product, .intangible = l->digital,
	};

	read_tiers(c, l, &p);
	read_categories(c, l, &p);
	return p;
}

/* Lines that are not sold or have no price stay out of the engine's cart. */
static void read_lines(struct cart *c)
{
	size_t n = rows_count(c->line_rows);
	struct pricing_line *priced = mem_array(c->ctx, struct pricing_line, n);

	c->lines = mem_array(c->ctx, struct cart_line, n);
	c->nlines = n;
	c->intangible = n > 0;
	for (size_t i = 0; i < n; i++) {
		const struct row_cart_lines *row = row_cart_lines_at(c->line_rows, i);
		struct cart_line *l = &c->lines[i];

		l->row = row;
		l->state = line_state(row, c->settings->low_stock);
		l->max_quantity = row->has_available ? row->available : PRICING_MAX_QUANTITY;
		if (l->max_quantity > PRICING_MAX_QUANTITY)
			l->max_quantity = PRICING_MAX_QUANTITY;
		c->blocked = c->blocked || line_blocks(l->state);
		c->pieces += row->quantity;
		c->intangible = c->intangible && row->digital;
		if (row->made && !row->digital && row->lead_days > c->lead_days)
			c->lead_days = row->lead_days;
		if (l->state != CART_LINE_GONE && l->state != CART_LINE_NO_PRICE)
			priced[c->input.nlines++] = priced_line(c, row);
	}
	c->input.lines = priced;
}

/* ---- rules ------------------------------------------------------------------- */

static void read_settings(struct cart *c)
{
	bool known = c->head->country[0] != '\0';

	c->input.settings = rules_settings(c->settings);
	c->input.destination = known ?
		(struct pricing_place){ c->head->country, c->head->region, c->head->postal_code } :
		c->input.settings.home;
	c->input.surcharge = (struct pricing_surcharge){ c->head->surcharge, c->head->ppm, c->settings->shipping_tax_class };
	c->input.customer = strcmp(c->head->customer_type, "business") == 0 ? PRICING_BUSINESS : PRICING_CONSUMER;
}

/* ---- coupon ------------------------------------------------------------------ */

static const char *const *scope(struct cart *c, const char *kind, const char *target, size_t *n_out)
{
	size_t n = rows_count(c->scope_rows), m = 0;
	const char **ids = mem_array(c->ctx, const char *, n);

	for (size_t i = 0; i < n; i++) {
		const struct row_cart_coupon_scope *s = row_cart_coupon_scope_at(c->scope_rows, i);

		if (strcmp(s->kind, kind) == 0 && strcmp(s->target, target) == 0)
			ids[m++] = s->target_id;
	}
	*n_out = m;
	return ids;
}

static void read_coupon(struct cart *c)
{
	const struct row_cart_coupon *k = row_cart_coupon(c->coupon_rows);
	struct pricing_coupon *p = &c->input.coupon;

	c->coupon_code = c->head->coupon_code;
	if (c->head->hand_discount > 0) {
		p->kind = COUPON_FIXED;
		p->value_minor = c->head->hand_discount;
	}
	if (c->coupon_code[0] == '\0')
		return;
	if (!rows_found(c->coupon_rows) || strcmp(k->state, "ok") != 0) {
		c->coupon = CART_COUPON_DEAD;
		return;
	}
	p->kind = strcmp(k->kind, "percent") == 0 ? COUPON_PERCENT :
		strcmp(k->kind, "fixed") == 0 ? COUPON_FIXED : COUPON_FREE_SHIPPING;
	p->percent_ppm = k->percent_ppm;
	p->value_minor = k->fixed;
	p->minimum_minor = k->minimum;
	p->include_products = scope(c, "include", "product", &p->ninclude_products);
	p->exclude_products = scope(c, "exclude", "product", &p->nexclude_products);
	p->include_categories = scope(c, "include", "category", &p->ninclude_categories);
	p->exclude_categories = scope(c, "exclude", "category", &p->nexclude_categories);
}

static enum cart_coupon_state coupon_state(const struct cart *c)
{
	if (c->coupon == CART_COUPON_DEAD)
		return c->coupon;
	if (c->coupon_code[0] == '\0')
		return CART_COUPON_NONE;
	switch (c->totals->coupon) {
	case COUPON_OK:
		return CART_COUPON_OK;
	case COUPON_MINIMUM:
		return CART_COUPON_MINIMUM;
	case COUPON_NOTHING_ELIGIBLE:
		return CART_COUPON_NOT_FOR_THIS;
	case COUPON_NOT_GIVEN:
		break;
	}
	return CART_COUPON_NONE;
}

/* ---- delivery ------------------------------------------------------------------ */

static struct pricing_delivery delivery(struct cart *c, const struct row_cart_methods *m)
{
	return m == NULL ? (struct pricing_delivery){ .kind = DELIVERY_NONE } :
		rules_delivery(c->ctx, c->method_price_rows, m->method, m->kind, c->settings->shipping_tax_class);
}

size_t cart_nmethods(struct cart *c)
{
	return c->found ? rows_count(c->method_rows) : 0;
}

const struct row_cart_methods *cart_method(struct cart *c, size_t i)
{
	return row_cart_methods_at(c->method_rows, i);
}

const struct pricing_totals *cart_totals_with(struct cart *c, const struct row_cart_methods *method)
{
	struct pricing_cart input = c->input;

	input.delivery = delivery(c, method);
	return pricing_total(c->ctx, &input);
}

int64_t cart_surcharge_of(struct cart *c, int64_t fixed_minor, int64_t percent_ppm)
{
	struct pricing_cart input = c->input;

	if (fixed_minor == 0 && percent_ppm == 0)
		return 0;
	input.surcharge.fixed_minor = fixed_minor;
	input.surcharge.percent_ppm = percent_ppm;
	return pricing_total(c->ctx, &input)->surcharge_minor;
}

struct promise cart_promise(struct cart *c, const struct row_cart_methods *method)
{
	size_t n = rows_count(c->holiday_rows);
	const char **days = mem_array(c->ctx, const char *, n);
	struct promise_input in;

	if (method == NULL)
		return (struct promise){ .known = false };
	in = (struct promise_input){
		.today = c->settings->today, .minute = (int)c->settings->minute,
		.cutoff_minute = (int)c->settings->cutoff_minute, .lead_days = (int)c->lead_days,
		.transit_min_days = (int)method->days_min, .transit_max_days = (int)method->days_max,
		.closed_weekdays = (unsigned)c->settings->closed_weekdays, .holidays = days, .nholidays = n,
	};

	for (size_t i = 0; i < n; i++)
		days[i] = row_cart_holidays_at(c->holiday_rows, i)->day;
	return promise_delivery(&in);
}

int64_t cart_free_gap(struct cart *c)
{
	int64_t goods = c->totals->goods_minor - c->totals->discount_minor, least = 0;

	if (c->intangible || c->totals->outcome != PRICING_OK || c->totals->goods_minor == 0)
		return 0;
	for (size_t i = 0; i < cart_nmethods(c); i++) {
		struct pricing_delivery d = delivery(c, cart_method(c, i));

		if (d.free_from_minor == 0)
			continue;
		if (d.free_from_minor <= goods)
			return 0;
		if (least == 0 || d.free_from_minor - goods < least)
			least = d.free_from_minor - goods;
	}
	return least;
}

/* ---- all of it ----------------------------------------------------------------- */

static void choose_method(struct cart *c)
{
	for (size_t i = 0; !c->intangible && c->head->method != NULL && i < rows_count(c->method_rows); i++)
		if (strcmp(row_cart_methods_at(c->method_rows, i)->method, c->head->method) == 0)
			c->method = row_cart_methods_at(c->method_rows, i);
}

void cart_price(struct cart *c)
{
	size_t at = 0;

	if (c->key.token == NULL || !rows_found(c->head_rows) || !rows_found(c->settings_rows))
		return;
	c->found = true;
	c->head = row_cart_head(c->head_rows);
	c->settings = row_cart_settings(c->settings_rows);
	read_settings(c);
	read_lines(c);
	c->input.rules = rules_tax(c->ctx, c->rule_rows, &c->input.nrules);
	read_coupon(c);
	choose_method(c);
	c->totals = cart_totals_with(c, c->method);
	if (c->totals->outcome == PRICING_NOT_DELIVERABLE)
		c->method = NULL;
	else
		c->input.delivery = delivery(c, c->method);
	c->coupon = coupon_state(c);
	/* The engine refuses a cart it cannot reckon: then nothing can be ordered either. */
	if (c->totals->outcome == PRICING_TOO_LARGE || c->totals->outcome == PRICING_INVALID)
		c->blocked = true;
	for (size_t i = 0; i < c->nlines && at < c->totals->nlines; i++)
		if (c->lines[i].state != CART_LINE_GONE && c->lines[i].state != CART_LINE_NO_PRICE)
			c->lines[i].price = &c->totals->lines[at++];
}

bool cart_has_way(const struct cart *c)
{
	return c->intangible || c->method != NULL;
}

const char *cart_way_name(const struct cart *c)
{
	return c->method == NULL ? "" : c->method->name;
}

bool cart_ready(const struct cart *c)
{
	return c->found && c->nlines > 0 && !c->blocked;
}

/* ---- outcomes -------------------------------------------------------------------- */

static const struct { const char *word, *sentence; } outcomes[CART_OUTCOMES] = {
	[CART_OK] = { "ok", NULL },
	[CART_UNAVAILABLE] = { "unavailable", N_("This product cannot be ordered here at the moment.") },
	[CART_SHORT] = { "short", N_("We do not have that many. Please choose fewer.") },
	[CART_FULL] = { "full", N_("The cart holds 200 different products at most. Please order these first.") },
	[CART_TOO_MANY] = { "too_many", N_("For more than 10,000 pieces please ask us for an offer.") },
	[CART_GONE] = { "gone", N_("This is no longer in your cart.") },
	[CART_COUPON_UNKNOWN] = { "unknown", N_("We do not know this code. Please check the spelling.") },
	[CART_COUPON_EARLY] = { "early", N_("This code is not valid yet.") },
	[CART_COUPON_OVER] = { "over", N_("This code is no longer valid.") },
	[CART_COUPON_USED_UP] = { "used_up", N_("This code has been used up.") },
	[CART_COUPON_CURRENCY] = { "currency", N_("This code is not for this currency.") },
	[CART_COUPON_TOO_MANY_TRIES] = { "tries", N_("Too many codes were tried. Please try again in an hour.") },
};

enum cart_outcome cart_outcome(const char *word)
{
	if (word[0] == '\0')            /* the absent row of a failed request */
		return CART_GONE;
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
		if (strcmp(outcomes[i].word, word) == 0)
			return (enum cart_outcome)i;
	BUG("unknown outcome of a cart: %s", word);
}

const char *cart_sentence(enum cart_outcome outcome)
{
	return outcomes[outcome].sentence;
}
