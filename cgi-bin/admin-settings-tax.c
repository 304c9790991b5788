/* The taxes of a store: rates that begin and end, how tax is reckoned, and what a product would cost. */
#include "admin-settings.h"

#include "base/id.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "front/address_form.h"
#include "shop/country.h"
#include "shop/rules.h"

#include <string.h>

#define EVERYWHERE "*"

static const struct form_option customer_options[] = {
	{ "any", N_("Everybody") }, { "consumer", N_("Consumers") }, { "business", N_("Businesses with a tax number") },
};
static const char *const customers[] = { "any", "consumer", "business", NULL };
static const struct form_option treatment_options[] = {
	{ "taxed", N_("Taxed") }, { "exempt", N_("Exempt") }, { "reverse_charge", N_("Reverse charge") },
};
static const char *const treatments[] = { "taxed", "exempt", "reverse_charge", NULL };
static const struct form_option rounding_options[] = { { "document", N_("On the whole document") }, { "line", N_("On each line") } };
static const char *const roundings[] = { "document", "line", NULL };
static const struct form_option part_options[] = { { "class", N_("By the tax class of delivery") }, { "proportional", N_("As the goods in the parcel") } };
static const char *const parts[] = { "class", "proportional", NULL };

const struct param tax_try_params[] = {
	{ "country",   PARAM_CODE, .optional = "" },
	{ "region",    PARAM_CODE, .optional = "" },
	{ "tax_class", PARAM_TEXT, .max = 32, .optional = "standard" },
	{ "customer",  PARAM_CHOICE, .choices = customers, .optional = "consumer" },
	{ "amount",    PARAM_TEXT, .max = 20, .optional = "10.00" },
	{ 0 }
};

const struct param tax_new_params[] = {
	SETTINGS_STORE,
	{ "code",      PARAM_SLUG, .label = N_("Name in files") },
	{ "name",      PARAM_TEXT, .max = 200, .label = N_("Name on documents") },
	{ "rate",      PARAM_TEXT, .max = 8, .label = N_("Per cent") },
	{ "treatment", PARAM_CHOICE, .choices = treatments, .label = N_("Treatment") },
	{ "tax_class", PARAM_TEXT, .max = 32, .label = N_("Tax class") },
	{ "country",   PARAM_TEXT, .max = 2, .label = N_("Country") },
	{ "region",    PARAM_CODE, .optional = "", .label = N_("State or region") },
	{ "postal",    PARAM_CODE, .optional = "", .label = N_("Postal codes that begin with") },
	{ "customer",  PARAM_CHOICE, .choices = customers, .label = N_("Who pays it") },
	{ "shipping",  PARAM_BOOL, .label = N_("Delivery too") },
	{ "priority",  PARAM_INT, .min = 1, .max = 9, .label = N_("Rank") },
	{ "compound",  PARAM_BOOL, .label = N_("On top of the taxes of lower rank") },
	{ "day",       PARAM_DATE, .label = N_("From") },
	{ "reason",    PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

const struct param tax_follow_params[] = {
	SETTINGS_STORE,
	{ "name",   PARAM_TEXT, .max = 200, .label = N_("Name on documents") },
	{ "rate",   PARAM_TEXT, .max = 8, .label = N_("Per cent") },
	{ "day",    PARAM_DATE, .label = N_("From") },
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

const struct param tax_end_params[] = {
	SETTINGS_STORE,
	{ "until",      PARAM_DATE, .label = N_("First day without it") },
	{ "end_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

const struct param tax_how_params[] = {
	SETTINGS_STORE,
	{ "revision",           PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "prices_include_tax", PARAM_BOOL, .label = N_("Prices are written with tax") },
	{ "keep_gross",         PARAM_BOOL, .label = N_("The price stays where another rate counts") },
	{ "tax_rounding",       PARAM_CHOICE, .choices = roundings, .label = N_("Rounded") },
	{ "shipping_tax",       PARAM_CHOICE, .choices = parts, .label = N_("Delivery is taxed") },
	{ "shipping_tax_class", PARAM_TEXT, .max = 32, .label = N_("Tax class of delivery") },
	{ "reason",             PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const struct form_option *class_options(struct req *r, struct rows *classes)
{
	struct form_option *o = mem_array(r->mem, struct form_option, rows_count(classes));

	for (size_t i = 0; i < rows_count(classes); i++)
		o[i].value = o[i].label = row_settings_tax_classes_at(classes, i)->tax_class;
	return o;
}

static const char *word_of(const struct form_option *options, size_t n, const char *value)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(options[i].value, value) == 0)
			return options[i].label;
	return "";
}

/* ---- the list ------------------------------------------------------------------------------------------ */

static void add_rate(struct req *r, struct view *v, const struct row_settings_rates *t)
{
	struct view *item = view_item(v, "rates");

	view_text(item, "url", mem_printf(r->mem, "%s/admin/settings/taxes/%s", r->prefix, t->rate));
	view_text(item, "name", t->name);
	view_text(item, "code", t->code);
	view_text(item, "rate", settings_percent(r, t->rate_ppm));
	view_text(item, "treatment", strcmp(t->treatment, "taxed") == 0 ? NULL :
		  req_text(r, word_of(treatment_options, ARRAY_LEN(treatment_options), t->treatment)));
	view_text(item, "tax_class", t->tax_class);
	view_text(item, "place", strcmp(t->country, EVERYWHERE) == 0 ? req_text(r, N_("Everywhere")) :
		  mem_printf(r->mem, "%s%s%s%s%s", t->country, *t->region == '\0' ? "" : "-", t->region, *t->postal == '\0' ? "" : " ", t->postal));
	view_text(item, "who", req_text(r, word_of(customer_options, ARRAY_LEN(customer_options), t->customer)));
	view_date(item, "from", t->valid_from);
	view_date(item, "until", t->valid_to);
	view_bool(item, "now", strcmp(t->state, "now") == 0);
	view_bool(item, "later", strcmp(t->state, "later") == 0);
	view_bool(item, "over", strcmp(t->state, "over") == 0);
}

/* One piece at the asked price, to the asked place, by the rates of today. */
static void add_trial(struct req *r, struct view *v, const struct row_cart_settings *s, struct rows *rules, const char *country, const char *region,
		      const char *currency)
{
	const char *amount = param_text(r, "amount");
	char *plain = mem_strdup(r->mem, amount), *comma = strchr(plain, ',');
	struct pricing_line line = { .id = "1", .variant_id = "1", .product_id = "1", .tax_class = param_text(r, "tax_class"), .quantity = 1 };
	struct pricing_cart cart = { .settings = rules_settings(s), .destination = { country, region, "" }, .lines = &line, .nlines = 1,
		.customer = strcmp(param_text(r, "customer"), "business") == 0 ? PRICING_BUSINESS : PRICING_CONSUMER };
	const struct pricing_totals *t;
	bool good;

	if (comma != NULL)
		*comma = '.';
	good = parse_money(plain, currency_exponent(currency), &line.base_minor) && line.base_minor <= PRICING_MAX_PRICE;
	view_text(v, "amount", amount);
	view_text(v, "try_wrong", good ? NULL : req_text(r, N_("Please give an amount like 19.90.")));
	view_bool(v, "tried", good);
	if (!good)
		return;
	cart.rules = rules_tax(r->mem, rules, &cart.nrules);
	t = pricing_total(r->mem, &cart);
	view_text(v, "currency", currency);
	view_money(v, "net", t->net_minor);
	view_money(v, "total", t->total_minor);
	for (size_t i = 0; i < t->ntaxes; i++) {
		struct view *item = view_item(v, "taxes");

		view_text(item, "currency", currency);
		view_text(item, "name", t->taxes[i].name);
		view_text(item, "rate", settings_percent(r, t->taxes[i].rate_ppm));
		view_money(item, "amount", t->taxes[i].amount_minor);
	}
}

void taxes_show(struct req *r)
{
	const char *store = settings_store(r), *currency, *country = settings_given(r, "country"), *region = settings_given(r, "region");
	struct rows *one, *rates, *classes, *rules, *settings;
	size_t n;
	const char *const *codes = address_form_everywhere(r->mem, &n);
	struct view *v;

	if (store == NULL)
		return;
	currency = console_currency(r);
	one = q_settings_store(r->db, store);
	rates = q_settings_rates(r->db, store);
	classes = q_settings_tax_classes(r->db);
	rules = q_cart_tax_rules(r->db, store);
	settings = q_cart_settings(r->db, store, currency);
	v = settings_view(r, "admin-settings/taxes", N_("Taxes"), "/admin/settings/taxes");
	for (size_t i = 0; i < rows_count(rates); i++)
		add_rate(r, v, row_settings_rates_at(rates, i));
	view_bool(v, "has_rates", rows_count(rates) > 0);
	if (*country == '\0') {
		country = row_settings_store(one)->country;
		region = *region == '\0' ? row_settings_store(one)->region : region;
	}
	address_form_countries(r, v, "countries", codes, n, 0, country);
	view_text(v, "region", region);
	form_options(r, v, "classes", "tax_class", class_options(r, classes), rows_count(classes), param_text(r, "tax_class"));
	form_options(r, v, "customers", "customer", customer_options + 1, ARRAY_LEN(customer_options) - 1, param_text(r, "customer"));
	add_trial(r, v, row_cart_settings(settings), rules, country, region, currency);
	view_bool(v, "with_tax", row_settings_store(one)->prices_include_tax);
	page_html(r, v);
}

/* ---- a new rate ------------------------------------------------------------------------------------------ */

static const struct settings_outcome outcomes[] = {
	{ "class", "tax_class", N_("Please choose one of the offered values.") },
	{ "past", "day", N_("What is taxed already stays as it is: please choose today or a later day, after this rate began.") },
	{ "many", NULL, N_("A store has 500 tax rates at most.") },
	{ "code", "code", N_("Another tax rate has this name.") },
	{ "overlap", "day", N_("There is a rate for the same class, place and people at that time. Please let it end, or another follow it.") },
	{ "ended", NULL, N_("This rate ends already.") },
	{ "treatment", "rate", N_("What is not taxed has a rate of 0.") },
};

void tax_new(struct req *r)
{
	const char *store = settings_store(r);
	struct rows *one, *classes, *today;
	struct form_option *places;
	struct settings_form f;
	struct view *v;
	size_t n;
	const char *const *codes = address_form_everywhere(r->mem, &n);

	if (store == NULL)
		return;
	one = q_settings_store(r->db, store);
	classes = q_settings_tax_classes(r->db);
	today = q_settings_today(r->db, store);
	places = mem_array(r->mem, struct form_option, n + 1);
	places[0] = (struct form_option){ EVERYWHERE, N_("Everywhere") };
	for (size_t i = 0; i < n; i++)
		places[i + 1] = (struct form_option){ codes[i], locale_country(locale_get(r->locale), codes[i]) };
	v = settings_view(r, "admin-settings/form", N_("New tax rate"), "/admin/settings/taxes");
	view_text(v, "action", req_path(r, "/admin/settings/taxes/new"));
	view_text(v, "back_url", req_path(r, "/admin/settings/taxes"));
	view_text(v, "back_label", req_text(r, N_("All taxes")));
	view_bool(v, "wants_reason", true);
	f = settings_form(r, v, 0);
	settings_group(&f, N_("The rate"), NULL);
	settings_text(&f, "name", N_("Name on documents"), "", 200);
	settings_text(&f, "rate", N_("Per cent"), "", 8);
	settings_choice(&f, "treatment", N_("Treatment"), treatment_options, ARRAY_LEN(treatment_options), "taxed");
	settings_text(&f, "day", N_("From"), row_settings_today(today)->today, 10);
	settings_hint(&f, N_("A day like 2027-01-01, today or later."));
	settings_text(&f, "code", N_("Name in files"), "", 32);
	settings_hint(&f, N_("Small letters, digits and -; it stays."));
	settings_group(&f, N_("For whom and what"), NULL);
	settings_choice(&f, "tax_class", N_("Tax class"), class_options(r, classes), rows_count(classes), "standard");
	settings_choice(&f, "country", N_("Country"), places, n + 1, row_settings_store(one)->country);
	settings_text(&f, "region", N_("State or region"), "", 3);
	settings_text(&f, "postal", N_("Postal codes that begin with"), "", 12);
	settings_choice(&f, "customer", N_("Who pays it"), customer_options, ARRAY_LEN(customer_options), "any");
	settings_group(&f, N_("Beside other taxes"), NULL);
	settings_bool(&f, "shipping", N_("Delivery too"), true);
	settings_int(&f, "priority", N_("Rank"), 1);
	settings_hint(&f, N_("Of each rank the rate that fits best counts; the ranks add up."));
	settings_bool(&f, "compound", N_("On top of the taxes of lower rank"), false);
	page_html(r, v);
}

void tax_make(struct req *r)
{
	const char *store = settings_store(r), *country = param_text(r, "country");
	struct id id = id_new();
	int64_t ppm = 0;
	bool wrong = false;

	if (store == NULL)
		return;
	if (strcmp(country, EVERYWHERE) != 0 && !country_known(country)) {
		field_error(r, "country", N_("Please choose one of the offered values."));
		wrong = true;
	}
	if (strcmp(country, EVERYWHERE) == 0 && (*settings_given(r, "region") != '\0' || *settings_given(r, "postal") != '\0')) {
		field_error(r, "region", N_("A region or postal code needs a country."));
		wrong = true;
	}
	if (!settings_take_percent(r, param_text(r, "rate"), &ppm)) {
		field_error(r, "rate", N_("Please give a percentage like 21 or 5.25."));
		wrong = true;
	} else if (ppm > 0 && strcmp(param_text(r, "treatment"), "taxed") != 0) {
		field_error(r, "rate", N_("What is not taxed has a rate of 0."));
		wrong = true;
	}
	if (wrong) {
		page_again(r, tax_new);
		return;
	}
	settings_settle(r, tax_new, row_settings_add_rate(q_settings_add_rate(r->db, r->site->tenant, console_actor(r), store, mem_strdup(r->mem, id.text),
		param_text(r, "code"), param_text(r, "tax_class"), country, settings_given(r, "region"), settings_given(r, "postal"),
		param_text(r, "customer"), (int32_t)ppm, param_text(r, "name"), (int32_t)param_int(r, "priority"), param_bool(r, "compound"),
		param_bool(r, "shipping"), param_text(r, "treatment"), param_text(r, "day"), param_text(r, "reason")))->outcome,
		outcomes, ARRAY_LEN(outcomes), N_("The tax rate is saved."), "/admin/settings/taxes");
}

/* ---- one that is there --------------------------------------------------------------------------------------- */

void tax_show(struct req *r)
{
	const char *store = settings_store(r);
	const struct row_settings_rates *t = NULL;
	struct rows *rates, *today;
	struct view *v;

	if (store == NULL)
		return;
	rates = q_settings_rates(r->db, store);
	today = q_settings_today(r->db, store);
	for (size_t i = 0; i < rows_count(rates); i++)
		if (strcmp(row_settings_rates_at(rates, i)->rate, path_text(r, "id")) == 0)
			t = row_settings_rates_at(rates, i);
	if (t == NULL) {
		page_not_found(r);
		return;
	}
	v = settings_view(r, "admin-settings/tax", t->name, "/admin/settings/taxes");
	add_rate(r, v, t);
	view_text(v, "tax_url", mem_printf(r->mem, "%s/admin/settings/taxes/%s", r->prefix, t->rate));
	view_bool(v, "lasts", t->valid_to == NULL);
	form_text(r, v, "name", t->name);
	form_text(r, v, "rate", settings_percent(r, t->rate_ppm));
	form_text(r, v, "day", "");
	form_text(r, v, "until", "");
	view_text(v, "today", row_settings_today(today)->today);
	page_html(r, v);
}

void tax_follow(struct req *r)
{
	const char *store = settings_store(r);
	struct id id = id_new();
	int64_t ppm;

	if (store == NULL)
		return;
	if (!settings_take_percent(r, param_text(r, "rate"), &ppm)) {
		page_decline(r, tax_show, "rate", N_("Please give a percentage like 21 or 5.25."));
		return;
	}
	settings_settle(r, tax_show, row_settings_follow_rate(q_settings_follow_rate(r->db, r->site->tenant, console_actor(r), store, path_text(r, "id"),
		mem_strdup(r->mem, id.text), (int32_t)ppm, param_text(r, "name"), param_text(r, "day"), param_text(r, "reason")))->outcome,
		outcomes, ARRAY_LEN(outcomes), N_("The tax rate is saved."), "/admin/settings/taxes");
}

void tax_end(struct req *r)
{
	static const struct settings_outcome here[] = {
		{ "past", "until", N_("What is taxed already stays as it is: please choose today or a later day, after this rate began.") },
		{ "ended", NULL, N_("This rate ends already.") },
	};
	const char *store = settings_store(r);

	if (store == NULL)
		return;
	settings_settle(r, tax_show, row_settings_end_rate(q_settings_end_rate(r->db, r->site->tenant, console_actor(r), store, path_text(r, "id"),
		param_text(r, "until"), param_text(r, "end_reason")))->outcome, here, ARRAY_LEN(here),
		N_("The tax rate ends that day."), "/admin/settings/taxes");
}

/* ---- how tax is reckoned ---------------------------------------------------------------------------------------- */

void tax_how(struct req *r)
{
	const char *store = settings_store(r);
	const struct row_settings_store *s;
	struct rows *one, *classes;
	struct settings_form f;
	struct view *v;

	if (store == NULL)
		return;
	one = q_settings_store(r->db, store);
	classes = q_settings_tax_classes(r->db);
	s = row_settings_store(one);
	v = settings_view(r, "admin-settings/form", N_("How tax is reckoned"), "/admin/settings/taxes");
	view_text(v, "action", req_path(r, "/admin/settings/taxes/how"));
	view_text(v, "back_url", req_path(r, "/admin/settings/taxes"));
	view_text(v, "back_label", req_text(r, N_("All taxes")));
	view_text(v, "lead", req_text(r, N_("Counts for carts from now on. Orders that are placed keep what they were placed with.")));
	view_bool(v, "wants_reason", true);
	f = settings_form(r, v, s->revision);
	settings_group(&f, N_("Prices"), NULL);
	settings_bool(&f, "prices_include_tax", N_("Prices are written with tax"), s->prices_include_tax);
	settings_hint(&f, N_("The amounts of all price lists are read so; they are not converted."));
	settings_bool(&f, "keep_gross", N_("The price stays where another rate counts"), s->keep_gross);
	settings_hint(&f, N_("Otherwise the price without tax stays, and shoppers elsewhere see another price."));
	settings_choice(&f, "tax_rounding", N_("Rounded"), rounding_options, ARRAY_LEN(rounding_options), s->tax_rounding);
	settings_group(&f, N_("Delivery"), NULL);
	settings_choice(&f, "shipping_tax", N_("Delivery is taxed"), part_options, ARRAY_LEN(part_options), s->shipping_tax);
	settings_choice(&f, "shipping_tax_class", N_("Tax class of delivery"), class_options(r, classes), rows_count(classes), s->shipping_tax_class);
	page_html(r, v);
}

void tax_how_change(struct req *r)
{
	static const char *const keys[] = { "prices_include_tax", "keep_gross", "tax_rounding", "shipping_tax", "shipping_tax_class" };
	static const struct settings_outcome here[] = { { "shipping_tax_class", "shipping_tax_class", N_("Please choose one of the offered values.") } };
	const char *store = settings_store(r);
	const char *values[] = { param_bool(r, "prices_include_tax") ? "true" : "false", param_bool(r, "keep_gross") ? "true" : "false",
		param_text(r, "tax_rounding"), param_text(r, "shipping_tax"), param_text(r, "shipping_tax_class") };

	if (store == NULL)
		return;
	settings_settle(r, tax_how, row_settings_save_store(q_settings_save_store(r->db, r->site->tenant, console_actor(r), store,
		param_int(r, "revision"), keys, ARRAY_LEN(keys), values, ARRAY_LEN(values), param_text(r, "reason")))->outcome,
		here, ARRAY_LEN(here), N_("It counts from now on."), "/admin/settings/taxes");
}
