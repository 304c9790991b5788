/*
 * pricing.h -- from a cart and the shop's rules to every figure of an order.
 *
 * One pure function: no database, no clock, no locale, no floating point.  The
 * same input gives the same totals on every machine and for ever, so the cart,
 * the checkout, the placing transaction and a test years later agree.  Dates,
 * use counts and per-customer limits of a coupon are the database's to judge;
 * which price rows a customer may see, too: what comes in here is already his.
 * t/unit/pricing-oracle.py computes the same from this text alone, in decimals.
 *
 * Amounts are int64 minor units of one currency and never negative.  Rates are
 * exact: 1 ppm is a ten-thousandth of a percent, 21 % is 210000.
 *
 * Some currencies are paid in steps larger than their minor unit: rupiah without sen,
 * Swiss francs in five Rappen.  settings.step_minor says how many minor units one step
 * is (0 reads as 1).  The whole calculation below is done in steps: amounts that come in
 * are rounded to steps first (half up; a shop's own amounts are whole steps already,
 * its importer sees to that), "unit" below means a step, and every figure that comes out
 * is turned back into minor units.  So no figure of a document is finer than a step,
 * and all that is said about sums holds as it stands.
 *
 * R(x)  rounds to a whole unit, half up (amounts are not negative, so this is also
 *       half away from zero): R(n/d) = floor((2n + d) / 2d).
 * S(W; w1..wk)  shares W out in proportion to weights w, exactly, by largest
 *       remainder: each gets floor(W * w / sum w); the units left over go one
 *       each to the largest remainders (W * w mod sum w); equal remainders: the
 *       larger weight first, then the smaller key (strcmp of the line's id; what
 *       follows lines is said below).  With W <= sum w nobody gets more than w.
 *
 * SHOWN AMOUNTS.  A shop shows prices with tax or without (prices_include_tax).
 * Prices, discounts, thresholds and delivery prices are all "shown amounts" of
 * that one kind; step 5 turns them into net, tax and gross.
 *
 * 1. Unit price.  The lowest of base_minor and every tier whose min_quantity is
 *    reached.  Counted is the quantity of all lines with the same variant_id, or,
 *    with tier_by_product, of all lines with the same product_id.  So a unit
 *    never gets dearer by buying more, and the order of tiers does not matter.
 *    Where prices include tax and other_place is PRICING_KEEP_NET, or the line is
 *    under reverse charge, the price is restated for the destination:
 *        unit = R(unit * (1 + Fd) / (1 + Fh))
 *    Fd, Fh: sum of the tax fractions (step 4) at the destination and at home (as
 *    a consumer).  PRICING_KEEP_GROSS leaves it: everyone pays the same shelf price.
 *    subtotal = unit * quantity;  goods = sum of subtotals.
 *
 * 2. Coupon.  Eligible: lines that are not no_discount, not excluded by product or
 *    any of their categories, and included by product or category if either
 *    include list has entries.  E = sum of their subtotals.
 *    No such line, or E = 0 for percent and fixed: COUPON_NOTHING_ELIGIBLE.
 *    E < minimum_minor: COUPON_MINIMUM, with missing_minor = minimum - E.
 *    percent: D = R(E * min(ppm, 1000000) / 1000000);  fixed: D = min(value, E).
 *    Line discounts = S(D; subtotals of the eligible lines).  Rounded once, so
 *    cutting a line in two earns nothing.  amount = subtotal - discount >= 0.
 *
 * 3. Delivery, over lines that are not intangible.  None, or no method: 0.
 *    flat: price.  by weight: the band with the smallest up_to_g >= weight; none:
 *    PRICING_NOT_DELIVERABLE.  by item: first + further * (items - 1).
 *    free_from_minor > 0 and sum of all line amounts (after discount) >= it: 0.
 *    A free delivery coupon: 0.
 *    Its parts: PRICING_SHIPPING_CLASS: one part of the method's tax_class.
 *    PRICING_SHIPPING_PROPORTIONAL: S(price; amounts per tax class of the lines
 *    delivered), key: the class; if those are all 0, by their subtotals; if 0 too,
 *    by their quantities.  Parts are restated like a unit price (step 1), with the
 *    rates that apply to shipping; shipping = sum of the restated parts.
 *
 *    Surcharge of the way of payment (cash on delivery), an ancillary cost of the whole
 *    cart and taxed as such: B = goods - discount + shipping; B = 0: none.  Otherwise
 *    its fixed part, and R(B * percent_ppm / 1000000).  Its parts:
 *    PRICING_SHIPPING_CLASS: one of the surcharge's tax_class.
 *    PRICING_SHIPPING_PROPORTIONAL: S(fixed; ..) and S(percent; ..) over the amounts per
 *    tax class of all lines, key: the class; if those are all 0, by their subtotals; if 0
 *    too, by their quantities.  Of each part the fixed share is restated like a delivery's;
 *    the percentage is of restated amounts already.  surcharge = sum of the parts.
 *
 * 4. Rates of a class.  See pricing_rates().  In order of priority, with r the
 *    rate of each as a fraction, its tax fraction of the net is
 *        f = r                       or, when compound,
 *        f = r * (1 + sum of the fractions of lower priority)
 *    and F is the sum of all f.  Exact: at most one rate truly compounds (a
 *    compound rate with nothing below it is an ordinary one).
 *
 * 5. Tax.  Items are the lines, the delivery's parts and the surcharge's; a set is the items that
 *    have the same rates (name, rate, priority, compound, treatment).
 *    PRICING_ROUND_LINE, for each item of shown amount A:
 *      without tax:  tax_i = R(A * f_i), tax = sum of tax_i, net = A
 *      with tax:     tax = R(A * F / (1 + F)), net = A - tax,
 *                    tax_i = S(tax; f_i), key: the order of the rates
 *    PRICING_ROUND_DOCUMENT: the same formulas once for each set, with A the sum of
 *      its items; then the set's tax goes to its items by S(tax; A of the items),
 *      key: lines by id, then delivery parts by tax class, then the surcharge's likewise.
 *    gross = net + tax.  With tax included gross is exactly the shown amount.
 *    Tax rows are summed over sets by equal rate (the five properties above):
 *    amount = sum of tax_i; base = sum of net, plus, for a truly compound one, the
 *    taxes it rests on.
 *
 * 6. net, tax, total = sums over all items; prepaid = min(prepaid_minor, total);
 *    payable = total - prepaid (gift card, store credit).
 *
 * Always true, and tested on random carts:
 *    sum of line gross + shipping gross + surcharge gross = total = net + tax;
 *    sum of tax rows = tax;
 *    0 <= discount <= E; total >= 0; line discounts sum to discount;
 *    with tax included total = goods - discount + shipping + surcharge, without it
 *    that and the tax;
 *    another order of lines changes nothing but the order of the results;
 *    without a coupon, splitting a line in two (same variant) changes no total and no
 *    tax row under PRICING_ROUND_DOCUMENT (a unit of a set's tax may move between its
 *    items), and under PRICING_ROUND_LINE each rate by at most a unit; with a coupon, a
 *    unit of the discount may also move to another line.  Splitting an
 *    order in two adds roundings (coupon, sets, rates), each worth less than a unit:
 *    that is all that can be farmed.
 *
 * Sources.  Directive 2006/112/EC art. 226 (8)-(10) wants the taxable amount per
 * rate and the VAT payable on the invoice but leaves rounding to the member states
 * (CJEU C-484/06 Ahold; C-302/07 Wetherspoon), which take either per-line or
 * per-document; hence the setting, stored on each document.  EN 16931 and Peppol
 * BIS Billing 3 want tax computed per category and rate (BR-CO-17: base * rate,
 * rounded) and sums: line = quantity * price - allowance; tax exclusive = sum of
 * lines + charges; tax inclusive = that + tax; payable = that - prepaid: this is
 * PRICING_ROUND_DOCUMENT without tax in prices.  Art. 78(b): what is charged besides,
 * delivery and the cost of payment, is part of the taxable amount.  Art. 194, 196 and 226 (11a): reverse charge.
 */
#ifndef SHOP_PRICING_H
#define SHOP_PRICING_H

#include "base/base.h"

/* Limits.  No figure passes 2^53 - 1, so every one is exact in JSON readers and spreadsheets
   too (reliability T5).  A price may be 1e12 minor units: ten thousand million rupiah, which
   have two decimals, or as many euros as nothing in a shop costs.  200 lines of 10000 at that
   price are 2e18 and still fit 63 bits, so that a sum which somebody forgets to check is
   wrong in no column of the database; here it is past PRICING_MAX_TOTAL.  Past a limit the
   outcome is PRICING_TOO_LARGE. */
#define PRICING_MAX_LINES     200
#define PRICING_MAX_QUANTITY  10000
#define PRICING_MAX_PRICE     INT64_C(1000000000000)    /* of a unit, a delivery step */
#define PRICING_MAX_WEIGHT_G  INT64_C(100000000)        /* of a unit: 100 t */
#define PRICING_MAX_TOTAL     ((INT64_C(1) << 53) - 1)
#define PRICING_MAX_STEP      100000                    /* one unit of the coarsest notes in use: 1 000 dong */
/* Rates on one item: country, state, county, city and two to spare.  Of these at
   most one compounds, each is at most 100 %: keeps fractions exact in 1e-12. */
#define PRICING_MAX_RATES     6
#define PRICING_PPM           INT64_C(1000000)          /* 100 % */

enum pricing_outcome {
	PRICING_OK,
	PRICING_NOT_DELIVERABLE,        /* no weight band reaches: priced without delivery */
	PRICING_TOO_LARGE,              /* a limit or an overflow: no figures */
	PRICING_INVALID                 /* negative, zero quantity, bad rates: no figures */
};

enum pricing_rounding { PRICING_ROUND_LINE, PRICING_ROUND_DOCUMENT };
enum pricing_other_place { PRICING_KEEP_GROSS, PRICING_KEEP_NET };
enum pricing_shipping_tax { PRICING_SHIPPING_CLASS, PRICING_SHIPPING_PROPORTIONAL };
enum pricing_customer { PRICING_CONSUMER, PRICING_BUSINESS };   /* with a valid tax id */

/* Where the goods go, and where the shop is.  Country: ISO 3166-1 alpha-2, region:
   the subdivision as the rules write it, postal: as typed.  NULL reads as "". */
struct pricing_place {
	const char *country;
	const char *region;
	const char *postal;
};

enum pricing_treatment {
	PRICING_TAXED,                  /* rate may be 0: zero-rated */
	PRICING_EXEMPT,                 /* named on the invoice, rate 0 */
	PRICING_REVERSE_CHARGE          /* the buyer accounts for it, rate 0 */
};
enum pricing_who { PRICING_ANYONE, PRICING_ONLY_CONSUMER, PRICING_ONLY_BUSINESS };

/* One row of the shop's tax table. */
struct pricing_tax_rule {
	const char *name;               /* "IVA 21 %": printed on documents */
	const char *tax_class;          /* "" any */
	const char *country;            /* "" any */
	const char *region;             /* "" any; needs a country */
	const char *postal;             /* prefix, "" any; needs a country */
	int64_t rate_ppm;               /* 0 to PRICING_PPM; 0 unless PRICING_TAXED */
	int priority;                   /* one rate per priority; they add up, low first */
	enum pricing_who who;
	enum pricing_treatment treatment;
	bool compound;                  /* on top of the taxes of lower priority */
	bool shipping;                  /* applies to delivery too */
};

struct pricing_tier {
	int64_t min_quantity;           /* >= 1 */
	int64_t unit_minor;
};

struct pricing_line {
	const char *id;                 /* unique in the cart: breaks ties of shares */
	const char *variant_id;
	const char *product_id;
	const char *const *category_ids;        /* its categories and their ancestors */
	size_t ncategories;
	const char *tax_class;
	int64_t quantity;               /* 1 to PRICING_MAX_QUANTITY */
	int64_t base_minor;             /* shown price of one */
	const struct pricing_tier *tiers;       /* tiers and customer-group prices, any order */
	size_t ntiers;
	int64_t weight_g;               /* of one */
	bool tier_by_product;           /* tiers count the product, not the variant */
	bool no_discount;               /* no coupon touches it */
	bool intangible;                /* nothing to deliver */
};

enum pricing_coupon_kind { COUPON_NONE, COUPON_PERCENT, COUPON_FIXED, COUPON_FREE_SHIPPING };

struct pricing_coupon {
	enum pricing_coupon_kind kind;
	int64_t percent_ppm;            /* > 0; above 100 % counts as 100 % */
	int64_t value_minor;            /* >= 0, shown amount */
	int64_t minimum_minor;          /* of eligible goods, 0 none */
	const char *const *include_products, *const *exclude_products;
	const char *const *include_categories, *const *exclude_categories;
	size_t ninclude_products, nexclude_products;
	size_t ninclude_categories, nexclude_categories;
};

enum pricing_coupon_outcome {
	COUPON_NOT_GIVEN,
	COUPON_OK,
	COUPON_MINIMUM,                 /* eligible goods miss missing_minor */
	COUPON_NOTHING_ELIGIBLE
};

enum pricing_delivery_kind { DELIVERY_NONE, DELIVERY_FLAT, DELIVERY_BY_WEIGHT, DELIVERY_BY_ITEM };

struct pricing_band {
	int64_t up_to_g;
	int64_t price_minor;
};

struct pricing_delivery {
	enum pricing_delivery_kind kind;
	int64_t price_minor;            /* flat; the first item */
	int64_t further_minor;          /* each further item */
	const struct pricing_band *bands;       /* any order */
	size_t nbands;
	int64_t free_from_minor;        /* goods after discount; 0 never */
	const char *tax_class;          /* with PRICING_SHIPPING_CLASS */
};

/* What a way of payment costs: both parts, on a cart that costs anything. */
struct pricing_surcharge {
	int64_t fixed_minor;            /* >= 0, shown amount */
	int64_t percent_ppm;            /* 0 to PRICING_PPM, of goods and delivery */
	const char *tax_class;          /* with PRICING_SHIPPING_CLASS */
};

struct pricing_settings {
	int exponent;                   /* of the currency, 0 to 4; only checked */
	int64_t step_minor;             /* amounts are multiples of it; 0: 1.  At most PRICING_MAX_STEP */
	bool prices_include_tax;
	enum pricing_rounding rounding;
	enum pricing_other_place other_place;
	enum pricing_shipping_tax shipping_tax;
	struct pricing_place home;
};

/* All texts and arrays are borrowed; NULL texts read as "". */
struct pricing_cart {
	struct pricing_settings settings;
	struct pricing_place destination;
	enum pricing_customer customer;
	const struct pricing_line *lines;
	size_t nlines;
	const struct pricing_tax_rule *rules;
	size_t nrules;
	struct pricing_coupon coupon;
	struct pricing_delivery delivery;
	struct pricing_surcharge surcharge;
	int64_t prepaid_minor;          /* gift cards at hand, >= 0 */
};

/* Same index as the cart's line. */
struct pricing_line_total {
	int64_t unit_minor;             /* shown price of one, tier and destination in */
	int64_t subtotal_minor;         /* shown, before discount */
	int64_t discount_minor;         /* shown */
	int64_t net_minor, tax_minor, gross_minor;      /* after discount */
	bool eligible;                  /* the coupon's scope has it */
	unsigned nrates;                /* 0: no rule reaches it, untaxed */
	const struct pricing_tax_rule *rates[PRICING_MAX_RATES];        /* the cart's rows */
};

/* Sorted by priority, rate (high first), name, compound, treatment. */
struct pricing_tax_row {
	const char *name;               /* borrowed from the rule */
	int64_t rate_ppm;
	int64_t base_minor;
	int64_t amount_minor;
	int priority;
	bool compound;
	enum pricing_treatment treatment;
};

struct pricing_totals {
	enum pricing_outcome outcome;
	enum pricing_coupon_outcome coupon;
	int64_t missing_minor;          /* with COUPON_MINIMUM */
	int64_t goods_minor;            /* shown, before discount */
	int64_t discount_minor;         /* shown */
	int64_t shipping_full_minor;    /* the method's price had nothing made it free */
	int64_t shipping_minor;         /* shown */
	int64_t shipping_net_minor, shipping_tax_minor, shipping_gross_minor;
	int64_t surcharge_minor;        /* shown */
	int64_t surcharge_net_minor, surcharge_tax_minor, surcharge_gross_minor;
	int64_t net_minor, tax_minor, total_minor;
	int64_t prepaid_minor, payable_minor;
	int64_t items, weight_g;        /* of what is delivered */
	struct pricing_line_total *lines;       /* as many as the cart's */
	size_t nlines;
	struct pricing_tax_row *taxes;
	size_t ntaxes;
};

/* Prices the cart.  Never NULL; lives under CTX, borrows names from the cart.  An
   empty cart is PRICING_OK with zeros.  With PRICING_TOO_LARGE and PRICING_INVALID
   every figure is 0 and there are no lines and tax rows; the first found is said, in
   this order: a value that is invalid by itself (any tax rule's rate included), a
   limit passed, a line's class with invalid rates, a restated unit above
   PRICING_MAX_PRICE, a delivery's or surcharge's class with invalid rates, a sum above
   PRICING_MAX_TOTAL. */
struct pricing_totals *pricing_total(const void *ctx, const struct pricing_cart *cart);

/* Step 1 without restating: the lowest price that QUANTITY earns. */
int64_t pricing_unit(int64_t base_minor, const struct pricing_tier *tiers, size_t ntiers,
	int64_t quantity);

/* Picks the rules that tax TAX_CLASS (SHIPPING: only rules that apply to delivery)
 * sent to PLACE for CUSTOMER by a shop at HOME; returns how many, low priority first.
 *
 * A rule matches when its class, country and region are "" or equal, its postal is a
 * prefix of the place's (spaces, dashes and ASCII case ignored), and its WHO fits.  A
 * rule with a region or postal and no country matches nothing.  A rule of reverse
 * charge matches only a business in a country other than HOME's.
 * If any reverse charge rule matches, the most specific of them is the one rate.
 * Otherwise each priority gives its most specific rule: longest postal prefix, then
 * with region, then with country, then with who, then with class; of equals the one
 * first in the table.  Nothing matches: untaxed, 0.
 * More than PRICING_MAX_RATES priorities, or two that truly compound: -1
 * (PRICING_INVALID). */
int pricing_rates(const struct pricing_tax_rule *rules, size_t nrules,
	const struct pricing_place *home, const struct pricing_place *place,
	enum pricing_customer customer, const char *tax_class, bool shipping,
	const struct pricing_tax_rule *rates[PRICING_MAX_RATES]);

#endif
