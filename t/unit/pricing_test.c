/*
 * The promise (reliability P4, T4, T5, T6, T7): a cart's figures are those of the rules in
 * shop/pricing.h.  First named carts computed by hand, then laws that hold for every
 * cart, on carts of a seeded generator.
 */
#include "base/mem.h"
#include "shop/pricing.h"
#include "tap.h"

#define LINES(...) .lines = (const struct pricing_line[]){ __VA_ARGS__ }, \
	.nlines = ARRAY_LEN(((const struct pricing_line[]){ __VA_ARGS__ }))
#define TIERS(...) .tiers = (const struct pricing_tier[]){ __VA_ARGS__ }, \
	.ntiers = ARRAY_LEN(((const struct pricing_tier[]){ __VA_ARGS__ }))
#define RULES(table) .rules = (table), .nrules = ARRAY_LEN(table)
#define ONE(price, n) { .id = "a", .variant_id = "v", .product_id = "p", .tax_class = "std", \
	.base_minor = (price), .quantity = (n), .weight_g = 250 }
#define LINE(name, price, n, class) { .id = name, .variant_id = name, .product_id = "p", \
	.tax_class = class, .base_minor = (price), .quantity = (n), .weight_g = 250 }
#define SPAIN .home = { "ES" }

static const struct pricing_tax_rule eu[] = {
	{ .name = "IVA", .tax_class = "std", .country = "ES", .rate_ppm = 210000, .shipping = true },
	{ .name = "IVA", .tax_class = "red", .country = "ES", .rate_ppm = 100000, .shipping = true },
	{ .name = "IGIC", .tax_class = "std", .country = "ES", .postal = "35", .rate_ppm = 70000,
	  .shipping = true },
	{ .name = "TVA", .tax_class = "std", .country = "FR", .rate_ppm = 200000, .shipping = true },
	{ .name = "Reverse charge", .country = "FR", .who = PRICING_ONLY_BUSINESS,
	  .treatment = PRICING_REVERSE_CHARGE, .shipping = true },
	{ .name = "tiny", .tax_class = "tiny", .country = "ES", .rate_ppm = 50000, .shipping = true },
};
static const struct pricing_tax_rule quebec[] = {
	{ .name = "QST", .country = "CA", .region = "QC", .rate_ppm = 95000, .priority = 2,
	  .compound = true },
	{ .name = "GST", .country = "CA", .rate_ppm = 50000, .priority = 1, .shipping = true },
};
static const struct pricing_tax_rule mwst[] = {
	{ .name = "MwSt", .country = "CH", .rate_ppm = 81000, .shipping = true },
};
static const struct pricing_tax_rule ppn[] = {
	{ .name = "PPN", .country = "ID", .rate_ppm = 110000, .shipping = true },
};
static const struct pricing_tax_rule heavy[] = {
	{ .name = "a", .rate_ppm = 1000000, .priority = 1 },
	{ .name = "b", .rate_ppm = 1000000, .priority = 2 },
	{ .name = "c", .rate_ppm = 1000000, .priority = 3 },
	{ .name = "d", .rate_ppm = 1000000, .priority = 4 },
};
static const struct pricing_tax_rule twice_compound[] = {
	{ .name = "a", .rate_ppm = 1000, .priority = 1 },
	{ .name = "b", .rate_ppm = 1000, .priority = 2, .compound = true },
	{ .name = "c", .rate_ppm = 1000, .priority = 3, .compound = true },
};
static const struct pricing_tax_rule above_all[] = { { .name = "a", .rate_ppm = 1000001 } };

static const char *const shoes[] = { "shoes" };
static const char *const soles[] = { "soles", "all" };
static const struct pricing_band bands[] = { { 2000, 900 }, { 500, 300 }, { 1000, 500 } };

#define BY_WEIGHT { .kind = DELIVERY_BY_WEIGHT, .bands = bands, .nbands = 3, .tax_class = "std" }
#define FLAT(price, from) { .kind = DELIVERY_FLAT, .price_minor = (price), \
	.free_from_minor = (from), .tax_class = "std" }
#define SHELF { .exponent = 2, .prices_include_tax = true, SPAIN }

static const struct {
	const char *name;
	struct pricing_cart cart;
	struct pricing_totals want;
} cases[] = {
	{ "an empty cart is zeros", { .settings = { SPAIN } }, { .outcome = PRICING_OK } },
	{ "net price, 21 %", { .settings = { SPAIN }, .destination = { "ES" }, RULES(eu),
		LINES(ONE(1000, 2)) },
	  { .goods_minor = 2000, .net_minor = 2000, .tax_minor = 420, .total_minor = 2420 } },
	{ "half a cent goes up: 0.50 * 21 % = 0.105", { .settings = { SPAIN },
		.destination = { "ES" }, RULES(eu), LINES(ONE(50, 1)) },
	  { .goods_minor = 50, .net_minor = 50, .tax_minor = 11, .total_minor = 61 } },
	{ "shelf price 12.10 has 2.10 in it", { .settings = SHELF, .destination = { "ES" },
		RULES(eu), LINES(ONE(1210, 1)) },
	  { .goods_minor = 1210, .net_minor = 1000, .tax_minor = 210, .total_minor = 1210 } },
	{ "shelf price 9.99: 999 * 21 / 121 = 173.38", { .settings = SHELF,
		.destination = { "ES" }, RULES(eu), LINES(ONE(999, 1)) },
	  { .goods_minor = 999, .net_minor = 826, .tax_minor = 173, .total_minor = 999 } },
	{ "three lines of 0.10 at 5 %, per line: 3 * R(0.5) = 3", { .settings = { SPAIN },
		.destination = { "ES" }, RULES(eu),
		LINES(LINE("a", 10, 1, "tiny"), LINE("b", 10, 1, "tiny"), LINE("c", 10, 1, "tiny")) },
	  { .goods_minor = 30, .net_minor = 30, .tax_minor = 3, .total_minor = 33 } },
	{ "the same per document: R(1.5) = 2", { .settings = { SPAIN,
		.rounding = PRICING_ROUND_DOCUMENT }, .destination = { "ES" }, RULES(eu),
		LINES(LINE("a", 10, 1, "tiny"), LINE("b", 10, 1, "tiny"), LINE("c", 10, 1, "tiny")) },
	  { .goods_minor = 30, .net_minor = 30, .tax_minor = 2, .total_minor = 32 } },
	{ "rupiah has no decimals: 11 % of 15005 = 1650.55", { .settings = { .home = { "ID" } },
		.destination = { "ID" }, RULES(ppn), LINES(ONE(15005, 1)) },
	  { .goods_minor = 15005, .net_minor = 15005, .tax_minor = 1651, .total_minor = 16656 } },
	{ "rupiah without sen: 11 % in 12 900 000 sen is 1 278 378.38, whole rupiah 1 278 400",
	  { .settings = { .exponent = 2, .step_minor = 100, .prices_include_tax = true,
		.rounding = PRICING_ROUND_DOCUMENT, .home = { "ID" } },
		.destination = { "ID" }, RULES(ppn), LINES(ONE(12900000, 1)) },
	  { .goods_minor = 12900000, .net_minor = 11621600, .tax_minor = 1278400, .total_minor = 12900000 } },
	{ "five Rappen: 10.07 is 10.05, 8.1 % of it 0.80", { .settings = { .exponent = 2, .step_minor = 5,
		.home = { "CH" } }, .destination = { "CH" }, RULES(mwst), LINES(ONE(1007, 1)) },
	  { .goods_minor = 1005, .net_minor = 1005, .tax_minor = 80, .total_minor = 1085 } },
	{ "a step that is none", { .settings = { .step_minor = -1 }, LINES(ONE(100, 1)) },
	  { .outcome = PRICING_INVALID } },
	{ "dinar has three: 1.005 and 11 %", { .settings = { .exponent = 3, .home = { "ID" } },
		.destination = { "ID" }, RULES(ppn), LINES(ONE(1005, 1)) },
	  { .goods_minor = 1005, .net_minor = 1005, .tax_minor = 111, .total_minor = 1116 } },
	{ "the Canaries by postal prefix: 7 %", { .settings = { SPAIN },
		.destination = { "ES", "", "3 5001" }, RULES(eu), LINES(ONE(1000, 1)) },
	  { .goods_minor = 1000, .net_minor = 1000, .tax_minor = 70, .total_minor = 1070 } },
	{ "no rule for the place: untaxed", { .settings = SHELF, .destination = { "JP" },
		RULES(eu), LINES(ONE(1210, 1)) },
	  { .goods_minor = 1210, .net_minor = 1210, .total_minor = 1210 } },
	{ "keep gross: 12.10 in France holds 20 %: 201.67", { .settings = SHELF,
		.destination = { "FR" }, RULES(eu), LINES(ONE(1210, 1)) },
	  { .goods_minor = 1210, .net_minor = 1008, .tax_minor = 202, .total_minor = 1210 } },
	{ "keep net: 12.10 becomes 12.00 in France", { .settings = { .prices_include_tax = true,
		.other_place = PRICING_KEEP_NET, SPAIN }, .destination = { "FR" }, RULES(eu),
		LINES(ONE(1210, 1)) },
	  { .goods_minor = 1200, .net_minor = 1000, .tax_minor = 200, .total_minor = 1200 } },
	{ "reverse charge keeps the net, even with keep gross", { .settings = SHELF,
		.destination = { "FR" }, .customer = PRICING_BUSINESS, RULES(eu), LINES(ONE(1210, 3)) },
	  { .goods_minor = 3000, .net_minor = 3000, .total_minor = 3000 } },
	{ "a business at home pays tax", { .settings = SHELF, .destination = { "ES" },
		.customer = PRICING_BUSINESS, RULES(eu), LINES(ONE(1210, 1)) },
	  { .goods_minor = 1210, .net_minor = 1000, .tax_minor = 210, .total_minor = 1210 } },
	{ "compound: QST on GST, 10000 * 0.095 * 1.05 = 997.5", { .destination = { "CA", "QC" },
		.settings = { .home = { "CA" } }, RULES(quebec), LINES(ONE(10000, 1)) },
	  { .goods_minor = 10000, .net_minor = 10000, .tax_minor = 1498, .total_minor = 11498 } },
	{ "33.3333 % of 10.01 = 333.67", { .coupon = { COUPON_PERCENT, .percent_ppm = 333333 },
		LINES(ONE(1001, 1)) },
	  { .coupon = COUPON_OK, .goods_minor = 1001, .discount_minor = 334, .net_minor = 667,
		.total_minor = 667 } },
	{ "500 % takes all and no more", { .coupon = { COUPON_PERCENT, .percent_ppm = 5000000 },
		LINES(ONE(1001, 1)) },
	  { .coupon = COUPON_OK, .goods_minor = 1001, .discount_minor = 1001 } },
	{ "a fixed 50.00 on 10.01 takes 10.01; delivery is still paid", { .settings = SHELF,
		.destination = { "ES" }, RULES(eu), .delivery = FLAT(121, 0),
		.coupon = { COUPON_FIXED, .value_minor = 5000 }, LINES(ONE(1001, 1)) },
	  { .coupon = COUPON_OK, .goods_minor = 1001, .discount_minor = 1001, .shipping_minor = 121,
		.net_minor = 100, .tax_minor = 21, .total_minor = 121 } },
	{ "minimum 20.00, 10.01 there: 9.99 missing", { .coupon = { COUPON_FIXED, .value_minor = 100,
		.minimum_minor = 2000 }, LINES(ONE(1001, 1)) },
	  { .coupon = COUPON_MINIMUM, .missing_minor = 999, .goods_minor = 1001, .net_minor = 1001,
		.total_minor = 1001 } },
	{ "minimum reached exactly", { .coupon = { COUPON_FIXED, .value_minor = 100,
		.minimum_minor = 1001 }, LINES(ONE(1001, 1)) },
	  { .coupon = COUPON_OK, .goods_minor = 1001, .discount_minor = 100, .net_minor = 901,
		.total_minor = 901 } },
	{ "excluded category: nothing eligible", { .coupon = { COUPON_PERCENT, .percent_ppm = 100000,
		.exclude_categories = shoes, .nexclude_categories = 1 },
		LINES({ .id = "a", .quantity = 1, .base_minor = 500, .category_ids = shoes,
			.ncategories = 1 }) },
	  { .coupon = COUPON_NOTHING_ELIGIBLE, .goods_minor = 500, .net_minor = 500,
		.total_minor = 500 } },
	{ "included category: its line only", { .coupon = { COUPON_PERCENT, .percent_ppm = 100000,
		.include_categories = shoes, .ninclude_categories = 1 },
		LINES({ .id = "a", .quantity = 1, .base_minor = 500, .category_ids = shoes,
			.ncategories = 1 }, { .id = "b", .quantity = 1, .base_minor = 700,
			.category_ids = soles, .ncategories = 2 }) },
	  { .coupon = COUPON_OK, .goods_minor = 1200, .discount_minor = 50, .net_minor = 1150,
		.total_minor = 1150 } },
	{ "a line free of discounts", { .coupon = { COUPON_FIXED, .value_minor = 10000 },
		LINES({ .id = "a", .quantity = 1, .base_minor = 500, .no_discount = true },
			{ .id = "b", .quantity = 1, .base_minor = 700 }) },
	  { .coupon = COUPON_OK, .goods_minor = 1200, .discount_minor = 700, .net_minor = 500,
		.total_minor = 500 } },
	{ "free delivery by coupon", { .coupon = { COUPON_FREE_SHIPPING },
		.delivery = FLAT(490, 0), LINES(ONE(1000, 1)) },
	  { .coupon = COUPON_OK, .goods_minor = 1000, .net_minor = 1000, .total_minor = 1000 } },
	{ "1000 g in the band up to 1000 g", { .delivery = BY_WEIGHT, LINES(ONE(100, 4)) },
	  { .goods_minor = 400, .shipping_minor = 500, .net_minor = 900, .total_minor = 900 } },
	{ "1250 g in the next", { .delivery = BY_WEIGHT, LINES(ONE(100, 5)) },
	  { .goods_minor = 500, .shipping_minor = 900, .net_minor = 1400, .total_minor = 1400 } },
	{ "2250 g in none", { .delivery = BY_WEIGHT, LINES(ONE(100, 9)) },
	  { .outcome = PRICING_NOT_DELIVERABLE, .goods_minor = 900, .net_minor = 900,
		.total_minor = 900 } },
	{ "by item: 3.00 and 4 times 0.50", { .delivery = { DELIVERY_BY_ITEM, .price_minor = 300,
		.further_minor = 50 }, LINES(ONE(100, 5)) },
	  { .goods_minor = 500, .shipping_minor = 500, .net_minor = 1000, .total_minor = 1000 } },
	{ "free from 10.00 after discount: 9.99 is short", { .delivery = FLAT(490, 1000),
		.coupon = { COUPON_FIXED, .value_minor = 1 }, LINES(ONE(1000, 1)) },
	  { .coupon = COUPON_OK, .goods_minor = 1000, .discount_minor = 1, .shipping_minor = 490,
		.net_minor = 1489, .total_minor = 1489 } },
	{ "free from 10.00: 10.00 is enough", { .delivery = FLAT(490, 1000), LINES(ONE(1000, 1)) },
	  { .goods_minor = 1000, .net_minor = 1000, .total_minor = 1000 } },
	{ "nothing to deliver", { .delivery = FLAT(490, 0),
		LINES({ .id = "a", .quantity = 1, .base_minor = 500, .intangible = true }) },
	  { .goods_minor = 500, .net_minor = 500, .total_minor = 500 } },
	{ "delivery taxed as its class: 4.00 at 21 %", { .settings = { SPAIN },
		.destination = { "ES" }, RULES(eu), .delivery = FLAT(400, 0),
		LINES(LINE("a", 1000, 1, "red")) },
	  { .goods_minor = 1000, .shipping_minor = 400, .net_minor = 1400, .tax_minor = 184,
		.total_minor = 1584 } },
	{ "in proportion to 30.00 at 21 % and 10.00 at 10 %: 3.00 and 1.00", {
		.settings = { SPAIN, .shipping_tax = PRICING_SHIPPING_PROPORTIONAL },
		.destination = { "ES" }, RULES(eu), .delivery = FLAT(400, 0),
		LINES(LINE("a", 3000, 1, "std"), LINE("b", 1000, 1, "red")) },
	  { .goods_minor = 4000, .shipping_minor = 400, .net_minor = 4400, .tax_minor = 803,
		.total_minor = 5203 } },
	{ "a rate that spares delivery", { .destination = { "CA", "QC" },
		.settings = { .home = { "CA" } }, RULES(quebec), .delivery = FLAT(1000, 0),
		LINES(ONE(10000, 1)) },
	  { .goods_minor = 10000, .shipping_minor = 1000, .net_minor = 11000, .tax_minor = 1548,
		.total_minor = 12548 } },
	{ "cash on delivery: 3.00 and 2 % of 1000.00 + 4.90, taxed as delivery", { .settings = { SPAIN },
		.destination = { "ES" }, RULES(eu), .delivery = FLAT(490, 0),
		.surcharge = { .fixed_minor = 300, .percent_ppm = 20000, .tax_class = "std" }, LINES(LINE("a", 100000, 1, "red")) },
	  { .goods_minor = 100000, .shipping_minor = 490, .surcharge_minor = 2310, .net_minor = 102800, .tax_minor = 10588,
		.total_minor = 113388 } },
	{ "the same in proportion to 30.00 at 21 % and 10.00 at 10 %: 3.00 and 1.00", {
		.settings = { SPAIN, .shipping_tax = PRICING_SHIPPING_PROPORTIONAL }, .destination = { "ES" }, RULES(eu),
		.surcharge = { .fixed_minor = 400 }, LINES(LINE("a", 3000, 1, "std"), LINE("b", 1000, 1, "red")) },
	  { .goods_minor = 4000, .surcharge_minor = 400, .net_minor = 4400, .tax_minor = 803, .total_minor = 5203 } },
	{ "keep net: 3.63 is 3.60 in France, and 1 % of what is paid there", { .settings = { .prices_include_tax = true,
		.other_place = PRICING_KEEP_NET, SPAIN }, .destination = { "FR" }, RULES(eu),
		.surcharge = { .fixed_minor = 363, .percent_ppm = 10000, .tax_class = "std" }, LINES(ONE(12100, 1)) },
	  { .goods_minor = 12000, .surcharge_minor = 480, .net_minor = 10400, .tax_minor = 2080, .total_minor = 12480 } },
	{ "nothing to pay costs nothing", { .settings = SHELF, .destination = { "ES" }, RULES(eu), .coupon = { COUPON_PERCENT, .percent_ppm = 1000000 },
		.surcharge = { .fixed_minor = 300, .tax_class = "std" }, LINES(ONE(1000, 1)) },
	  { .coupon = COUPON_OK, .goods_minor = 1000, .discount_minor = 1000 } },
	{ "a surcharge above 100 %", { .surcharge = { .percent_ppm = 1000001 }, LINES(ONE(1, 1)) }, { .outcome = PRICING_INVALID } },
	{ "the largest unit: 10^10 rupiah", { LINES(ONE(1000000000000, 1)) },
	  { .goods_minor = 1000000000000, .net_minor = 1000000000000,
		.total_minor = 1000000000000 } },
	{ "the same in whole rupiah, without sen", { .settings = { .step_minor = 100 }, LINES(ONE(1000000000000, 9007)) },
	  { .goods_minor = 9007000000000000, .net_minor = 9007000000000000,
		.total_minor = 9007000000000000 } },
	{ "as many of them as a total can be", { LINES(ONE(1000000000000, 9007)) },
	  { .goods_minor = 9007000000000000, .net_minor = 9007000000000000,
		.total_minor = 9007000000000000 } },
	{ "one more", { LINES(ONE(1000000000000, 9008)) }, { .outcome = PRICING_TOO_LARGE } },
	{ "the same in two lines", { LINES(ONE(1000000000000, 9007), ONE(1000000000000, 1)) }, { .outcome = PRICING_TOO_LARGE } },
	{ "a quantity of 10001", { LINES(ONE(1, 10001)) }, { .outcome = PRICING_TOO_LARGE } },
	{ "a quantity of 2^63 - 1", { LINES(ONE(1, INT64_MAX)) }, { .outcome = PRICING_TOO_LARGE } },
	{ "a price above the largest", { LINES(ONE(1000000000001, 1)) },
	  { .outcome = PRICING_TOO_LARGE } },
	{ "quantity 0", { LINES(ONE(1, 0)) }, { .outcome = PRICING_INVALID } },
	{ "a negative line beside a positive one", { LINES(ONE(1000, 1), ONE(1000, -1)) },
	  { .outcome = PRICING_INVALID } },
	{ "a negative price", { LINES(ONE(-1, 1)) }, { .outcome = PRICING_INVALID } },
	{ "a negative discount", { .coupon = { COUPON_FIXED, .value_minor = -1 }, LINES(ONE(1, 1)) },
	  { .outcome = PRICING_INVALID } },
	{ "a rate above 100 %", { RULES(above_all), LINES(ONE(1, 1)) },
	  { .outcome = PRICING_INVALID } },
	{ "two rates that compound", { RULES(twice_compound), LINES(ONE(1, 1)) },
	  { .outcome = PRICING_INVALID } },
};

static void named_carts(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *ctx = mem_context(NULL, "case");
		const struct pricing_totals *got = pricing_total(ctx, &cases[i].cart);
		const struct pricing_totals *want = &cases[i].want;

		tap_ok(got->outcome == want->outcome && got->coupon == want->coupon
			&& got->missing_minor == want->missing_minor
			&& got->goods_minor == want->goods_minor
			&& got->discount_minor == want->discount_minor
			&& got->shipping_minor == want->shipping_minor && got->surcharge_minor == want->surcharge_minor
			&& got->net_minor == want->net_minor && got->tax_minor == want->tax_minor
			&& got->total_minor == want->total_minor, "%s", cases[i].name);
		if (got->total_minor != want->total_minor || got->tax_minor != want->tax_minor)
			tap_note("outcome %d, total %lld, tax %lld", (int)got->outcome,
				(long long)got->total_minor, (long long)got->tax_minor);
		mem_free(ctx);
	}
}

static void tiers(void)
{
	static const struct pricing_tier table[] = { { 100, 400 }, { 10, 450 }, { 5, 999 } };
	static const struct {
		int64_t quantity, unit;
	} steps[] = { { 1, 500 }, { 5, 500 }, { 9, 500 }, { 10, 450 }, { 99, 450 }, { 100, 400 } };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		tap_is_int(pricing_unit(500, table, 3, steps[i].quantity), steps[i].unit,
			"tiers: the price of one when buying %d", (int)steps[i].quantity);

	struct pricing_line lines[] = {
		{ .id = "a", .variant_id = "red", .product_id = "p", .quantity = 6, .base_minor = 500,
		  .tiers = table, .ntiers = 3, .tier_by_product = true },
		{ .id = "b", .variant_id = "blue", .product_id = "p", .quantity = 4, .base_minor = 500,
		  .tiers = table, .ntiers = 3 },
	};
	struct pricing_cart cart = { .lines = lines, .nlines = 2 };
	void *ctx = mem_context(NULL, "tiers");
	const struct pricing_totals *t = pricing_total(ctx, &cart);

	tap_is_int(t->lines[0].unit_minor, 450, "tiers by product count both colours");
	tap_is_int(t->lines[1].unit_minor, 500, "tiers by variant count their own");
	lines[1].variant_id = "red";
	t = pricing_total(ctx, &cart);
	tap_is_int(t->lines[1].unit_minor, 450, "two lines of one variant count together");
	mem_free(ctx);
}

static void shares(void)
{
	static const struct pricing_line lines[] = { LINE("c", 500, 1, ""), LINE("a", 500, 1, ""),
		LINE("b", 500, 1, ""), LINE("d", 0, 1, "") };
	struct pricing_cart cart = { .lines = lines, .nlines = 4,
		.coupon = { COUPON_FIXED, .value_minor = 101 } };
	void *ctx = mem_context(NULL, "shares");
	const struct pricing_totals *t = pricing_total(ctx, &cart);
	static const int64_t want[] = { 33, 34, 34, 0 };        /* 33.67 each: a and b first */

	for (size_t i = 0; i < 4; i++)
		tap_is_int(t->lines[i].discount_minor, want[i], "1.01 over three lines: line %s",
			lines[i].id);
	mem_free(ctx);
}

static void documents(void)
{
	struct pricing_cart cart = { .settings = { .home = { "CA" } }, .destination = { "CA", "QC" },
		RULES(quebec), LINES(ONE(10000, 1)), .prepaid_minor = 12000 };
	void *ctx = mem_context(NULL, "documents");
	const struct pricing_totals *t = pricing_total(ctx, &cart);

	tap_is_int((int64_t)t->ntaxes, 2, "two tax rows");
	tap_is_str(t->taxes[0].name, "GST", "low priority first");
	tap_is_int(t->taxes[0].base_minor, 10000, "GST rests on the net");
	tap_is_int(t->taxes[0].amount_minor, 500, "GST");
	tap_is_int(t->taxes[1].base_minor, 10500, "QST rests on net and GST");
	tap_is_int(t->taxes[1].amount_minor, 998, "QST");
	tap_is_int(t->prepaid_minor, 11498, "a gift card pays the total and no more");
	tap_is_int(t->payable_minor, 0, "nothing is left to pay");

	cart.settings.prices_include_tax = true;
	t = pricing_total(ctx, &cart);
	/* 10000 * 0.14975 / 1.14975 = 1302.46; 1302 shared 50000 to 99750: 434.72, 867.28 */
	tap_is_int(t->tax_minor, 1302, "tax included: both taxes together");
	tap_is_int(t->taxes[0].amount_minor, 435, "tax included: GST's share");
	tap_is_int(t->taxes[1].amount_minor, 867, "tax included: QST's share");
	mem_free(ctx);
}

static void limits(void)
{
	void *ctx = mem_context(NULL, "limits");
	struct pricing_line *lines = mem_array(ctx, struct pricing_line, PRICING_MAX_LINES + 1);
	struct pricing_cart cart = { .lines = lines, .nlines = PRICING_MAX_LINES };
	const struct pricing_totals *t;

	for (size_t i = 0; i <= PRICING_MAX_LINES; i++)
		lines[i] = (struct pricing_line)ONE(4503599627, PRICING_MAX_QUANTITY);
	t = pricing_total(ctx, &cart);
	tap_is_int(t->total_minor, INT64_C(9007199254000000), "the largest cart, exact");
	cart.nlines++;
	tap_is_int(pricing_total(ctx, &cart)->outcome, PRICING_TOO_LARGE, "a line too many");
	cart.nlines--;
	cart.rules = heavy;
	cart.nrules = ARRAY_LEN(heavy);
	t = pricing_total(ctx, &cart);
	tap_is_int(t->outcome, PRICING_TOO_LARGE, "a total above 2^53 by its tax");
	for (size_t i = 0; i < PRICING_MAX_LINES; i++)
		lines[i] = (struct pricing_line)ONE(PRICING_MAX_PRICE, PRICING_MAX_QUANTITY);
	cart.nrules = 0;
	t = pricing_total(ctx, &cart);
	tap_is_int(t->outcome, PRICING_TOO_LARGE, "all limits at once: 2e18");
	tap_ok(t->total_minor == 0 && t->lines == NULL && t->taxes == NULL, "and no figures");
	mem_free(ctx);
}

/* -- which rules ------------------------------------------------------------------ */

static const struct pricing_tax_rule maze[] = {
	{ .name = "any" },
	{ .name = "class", .tax_class = "std" },
	{ .name = "us", .country = "US" },
	{ .name = "us business", .country = "US", .who = PRICING_ONLY_BUSINESS },
	{ .name = "california", .country = "US", .region = "CA" },
	{ .name = "90", .country = "US", .postal = "90" },
	{ .name = "90 again", .country = "US", .postal = "9-0" },
	{ .name = "902", .country = "US", .postal = "902" },
	{ .name = "adrift", .postal = "902" },
	{ .name = "adrift", .region = "CA" },
	{ .name = "delivery", .country = "GB", .shipping = true },
	{ .name = "london", .country = "GB", .postal = "sw1" },
	{ .name = "reverse", .country = "FR", .treatment = PRICING_REVERSE_CHARGE },
	{ .name = "corsica", .country = "FR", .region = "COR" },
};

static void picks(void)
{
	static const struct {
		const char *name;
		struct pricing_place place;
		enum pricing_customer customer;
		const char *class;
		bool shipping;
		const char *want;
	} table[] = {
		{ "a class beats any", { "JP" }, PRICING_CONSUMER, "std", false, "class" },
		{ "another class", { "JP" }, PRICING_CONSUMER, "red", false, "any" },
		{ "a country beats a class", { "US" }, PRICING_CONSUMER, "std", false, "us" },
		{ "a business", { "US" }, PRICING_BUSINESS, "std", false, "us business" },
		{ "a region beats a business", { "US", "CA" }, PRICING_BUSINESS, "", false, "california" },
		{ "a postal code beats a region, the first of equals", { "US", "CA", "90001" },
		  PRICING_CONSUMER, "std", false, "90" },
		{ "the longest prefix", { "US", "CA", "90-210" }, PRICING_CONSUMER, "", false, "902" },
		{ "no country, no region and no postal", { "MX", "CA", "90210" }, PRICING_CONSUMER, "",
		  false, "any" },
		{ "case and spaces do not count", { "GB", "", "S W1A" }, PRICING_CONSUMER, "", false,
		  "london" },
		{ "delivery takes what applies to it", { "GB", "", "SW1A" }, PRICING_CONSUMER, "", true,
		  "delivery" },
		{ "reverse charge comes before place", { "FR", "COR" }, PRICING_BUSINESS, "", false,
		  "reverse" },
		{ "a consumer has none", { "FR", "COR" }, PRICING_CONSUMER, "", false, "corsica" },
	};
	static const struct pricing_place home = { "ES" }, france = { "FR" };
	const struct pricing_tax_rule *rates[PRICING_MAX_RATES];

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		int n = pricing_rates(maze, ARRAY_LEN(maze), &home, &table[i].place, table[i].customer,
			table[i].class, table[i].shipping, rates);

		tap_is_str(n == 1 ? rates[0]->name : "none", table[i].want, "rates: %s", table[i].name);
	}
	pricing_rates(maze, ARRAY_LEN(maze), &france, &france, PRICING_BUSINESS, "", false, rates);
	tap_is_str(rates[0]->name, "any", "rates: no reverse charge inside the country");
	tap_is_int(pricing_rates(maze, 0, &home, &france, PRICING_CONSUMER, "", false, rates), 0,
		"rates: an empty table taxes nothing");
}

/* -- laws --------------------------------------------------------------------------- */

/* Marsaglia's xorshift64: the same carts on every run. */
static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

static int64_t below(int64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (int64_t)(state % (uint64_t)n);
}

static const char *const letters[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
static const char *const classes[] = { "std", "red", "tiny", "none" };
static const struct pricing_place places[] = { { "ES" }, { "FR" }, { "ES", "", "35" }, { "JP" } };

static void random_cart(struct pricing_cart *c, struct pricing_line *lines)
{
	*c = (struct pricing_cart){ .lines = lines, .nlines = (size_t)below(7), RULES(eu) };
	c->settings = (struct pricing_settings){ .home = { "ES" },
		.prices_include_tax = below(2) != 0, .rounding = (enum pricing_rounding)below(2),
		.other_place = (enum pricing_other_place)below(2),
		.shipping_tax = (enum pricing_shipping_tax)below(2) };
	c->destination = places[below(4)];
	c->customer = (enum pricing_customer)below(2);
	c->coupon = (struct pricing_coupon){ .kind = (enum pricing_coupon_kind)below(4),
		.percent_ppm = 1 + below(1200000), .value_minor = below(3000) };
	c->delivery = (struct pricing_delivery){ .kind = (enum pricing_delivery_kind)below(4),
		.price_minor = below(900), .further_minor = below(90), .bands = bands, .nbands = 3,
		.tax_class = classes[below(4)], .free_from_minor = below(3) ? 0 : below(5000) };
	if (below(3) == 0)
		c->surcharge = (struct pricing_surcharge){ below(500), below(50000), classes[below(4)] };
	for (size_t i = 0; i < c->nlines; i++)
		lines[i] = (struct pricing_line){ .id = letters[i], .variant_id = letters[i],
			.product_id = letters[below(3)], .tax_class = classes[below(4)],
			.quantity = 1 + below(below(10) ? 5 : 10000), .base_minor = below(below(3) ? 30 : 50000),
			.weight_g = below(400), .no_discount = below(8) == 0, .intangible = below(8) == 0 };
}

/* The first law that T breaks, or NULL. */
static const char *broken(const struct pricing_cart *c, const struct pricing_totals *t)
{
	int64_t gross = t->shipping_gross_minor + t->surcharge_gross_minor, discount = 0, taxes = 0, eligible = 0;

	for (size_t i = 0; i < t->nlines; i++) {
		const struct pricing_line_total *l = &t->lines[i];

		gross += l->gross_minor;
		discount += l->discount_minor;
		eligible += l->eligible ? l->subtotal_minor : 0;
		if (l->gross_minor != l->net_minor + l->tax_minor || l->net_minor < 0 || l->tax_minor < 0)
			return "gross = net + tax, none negative";
		if (l->discount_minor < 0 || l->discount_minor > l->subtotal_minor)
			return "0 <= a line's discount <= its subtotal";
		if (!l->eligible && l->discount_minor != 0)
			return "no discount outside the scope";
		if (c->settings.prices_include_tax
				&& l->gross_minor != l->subtotal_minor - l->discount_minor)
			return "gross is the shown amount";
	}
	for (size_t i = 0; i < t->ntaxes; i++)
		taxes += t->taxes[i].amount_minor;
	if (gross != t->total_minor || t->total_minor != t->net_minor + t->tax_minor)
		return "sum of lines and delivery = total = net + tax";
	if (taxes != t->tax_minor)
		return "sum of tax rows = tax";
	if (discount != t->discount_minor || discount > eligible || t->total_minor < 0)
		return "discounts sum up, within the eligible goods; total >= 0";
	if (t->total_minor != t->goods_minor - t->discount_minor + t->shipping_minor + t->surcharge_minor
			+ (c->settings.prices_include_tax ? 0 : t->tax_minor))
		return "total = goods - discount + delivery + surcharge, and the tax unless included";
	return NULL;
}

static bool same_totals(const struct pricing_totals *a, const struct pricing_totals *b)
{
	bool same = a->outcome == b->outcome && a->total_minor == b->total_minor
		&& a->tax_minor == b->tax_minor && a->discount_minor == b->discount_minor
		&& a->shipping_minor == b->shipping_minor && a->surcharge_minor == b->surcharge_minor && a->ntaxes == b->ntaxes;

	for (size_t i = 0; same && i < a->ntaxes; i++)
		same = a->taxes[i].amount_minor == b->taxes[i].amount_minor
			&& a->taxes[i].base_minor == b->taxes[i].base_minor
			&& strcmp(a->taxes[i].name, b->taxes[i].name) == 0;
	return same;
}

static bool turned_is_same(void *ctx, struct pricing_cart c, const struct pricing_totals *t)
{
	struct pricing_line turned[8];
	const struct pricing_totals *u;
	bool same;

	for (size_t i = 0; i < c.nlines; i++)
		turned[i] = c.lines[c.nlines - 1 - i];
	c.lines = turned;
	u = pricing_total(ctx, &c);
	same = same_totals(t, u) && t->shipping_net_minor == u->shipping_net_minor && t->surcharge_net_minor == u->surcharge_net_minor;
	for (size_t i = 0; same && i < c.nlines; i++) {
		const struct pricing_line_total *a = &t->lines[i], *b = &u->lines[c.nlines - 1 - i];

		same = a->discount_minor == b->discount_minor && a->tax_minor == b->tax_minor
			&& a->net_minor == b->net_minor && a->unit_minor == b->unit_minor;
	}
	return same;
}

/* Without a coupon, a line of n as one of 1 and one of n - 1: what may change. */
static bool split_is_same(void *ctx, struct pricing_cart c)
{
	struct pricing_line split[8];
	const struct pricing_totals *t, *u;

	if (c.nlines == 0 || c.lines[0].quantity < 2)
		return true;
	c.coupon.kind = COUPON_NONE;
	t = pricing_total(ctx, &c);
	memcpy(split, c.lines, c.nlines * sizeof(split[0]));
	split[c.nlines] = split[0];
	split[c.nlines].id = "z";
	split[c.nlines].quantity--;
	split[0].quantity = 1;
	c.lines = split;
	c.nlines++;
	u = pricing_total(ctx, &c);
	if (c.settings.rounding == PRICING_ROUND_DOCUMENT)
		return same_totals(t, u);
	return llabs(t->tax_minor - u->tax_minor) <= 1;         /* one rate per line here */
}

static void laws(void)
{
	enum { CARTS = 20000 };
	unsigned wrong = 0, discounted = 0, taxed = 0;

	for (int i = 0; i < CARTS; i++) {
		void *ctx = mem_context(NULL, "law");
		struct pricing_line lines[8];
		struct pricing_cart cart;
		const struct pricing_totals *t;
		const char *law;

		random_cart(&cart, lines);
		t = pricing_total(ctx, &cart);
		law = broken(&cart, t);
		if (law == NULL && !turned_is_same(ctx, cart, t))
			law = "another order changes nothing";
		if (law == NULL && !split_is_same(ctx, cart))
			law = "splitting a line";
		if (law != NULL && wrong++ < 3)
			tap_note("cart %d breaks: %s", i, law);
		discounted += t->discount_minor > 0;
		taxed += t->tax_minor > 0;
		mem_free(ctx);
	}
	tap_is_int(wrong, 0, "laws: %d carts keep every one", CARTS);
	tap_ok(discounted > CARTS / 5 && taxed > CARTS / 3, "laws: many carts had discount and tax");
}

int main(void)
{
	named_carts();
	tiers();
	shares();
	documents();
	limits();
	picks();
	laws();
	return tap_done();
}
