#include "shop/letter_sample.h"

#include "base/clock.h"
#include "base/mem.h"

#include <time.h>

/* Minor units: a plausible sum where there are cents and where there are none. */
#define PIECE_MINOR INT64_C(4500)
#define DELIVERY_MINOR INT64_C(500)
#define TOTAL_MINOR (2 * PIECE_MINOR + DELIVERY_MINOR)

/* As catalog.download_times() and download_days() have it. */
#define DOWNLOADS_LEFT 5
#define DOWNLOAD_DAYS 30

static const char *day(const struct letter_sample_place *p, int days)
{
	time_t at = (time_t)(clock_ms() / 1000) + days * 24 * 60 * 60;
	char *out = mem_array(p->ctx, char, sizeof("2026-01-01"));
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(out, sizeof("2026-01-01"), "%Y-%m-%d", &tm);
	return out;
}

static const char *say(const struct letter_sample_place *p, const char *words)
{
	return text_get(p->text, words);
}

static void fill_order(struct view *v, const struct letter_sample_place *p)
{
	struct view *order = view_sub(v, "order"), *line = view_item(v, "lines"), *totals = view_sub(v, "totals"), *item;

	view_text(order, "number", "1001");
	view_text(order, "url", p->url);
	view_text(line, "name", say(p, N_("An example")));
	view_text(line, "options", NULL);
	view_bool(line, "part", false);
	view_int(line, "quantity", 2);
	view_money(line, "line_total", 2 * PIECE_MINOR);
	view_money(totals, "subtotal", 2 * PIECE_MINOR);
	view_money(totals, "shipping", DELIVERY_MINOR);
	view_bool(totals, "shipping_free", false);
	view_money(totals, "total", TOTAL_MINOR);
	view_bool(totals, "tax_included", true);
	view_text(v, "delivery_name", say(p, N_("Standard delivery")));
	view_date(v, "promise_from", day(p, 2));
	view_date(v, "promise_to", day(p, 4));
	view_money(v, "amount", TOTAL_MINOR);
	view_money(v, "due", TOTAL_MINOR);
	view_text(v, "ship_to", say(p, N_("Maria Example")));
	view_item_text(v, "ship_to_lines", say(p, N_("Maria Example")));
	item = view_item(v, "parcels");
	view_text(item, "carrier", say(p, N_("Parcel service")));
	view_text(item, "tracking", "AB123456789");
	view_text(item, "url", p->url);
	item = view_item(v, "refunds");
	view_money(item, "amount", PIECE_MINOR);
	view_date(item, "on_day", day(p, 0));
	view_money(view_item(v, "returned"), "amount", PIECE_MINOR);
	view_text(v, "downloads_url", p->url);
	item = view_item(v, "downloads");
	view_text(item, "name", say(p, N_("An example")));
	view_text(item, "options", NULL);
	view_text(item, "file_name", "example.pdf");
	view_int(item, "rest", DOWNLOADS_LEFT);
	view_date(item, "until", day(p, DOWNLOAD_DAYS));
	view_text(v, "note", say(p, N_("This is what you write to the buyer.")));
}

void letter_sample_fill(struct view *v, const struct letter_sample_place *p)
{
	struct view *credit = view_sub(v, "credit");

	fill_order(v, p);
	view_text(v, "person", say(p, N_("Maria Example")));
	view_text(view_sub(v, "invoice"), "number", "F-17");
	view_text(credit, "number", "R-3");
	view_money(credit, "amount", PIECE_MINOR);
	view_text(view_sub(v, "purchase"), "number", "PO-5");
	view_text(v, "code", "123456");
	view_text(v, "link", p->url);
	view_text(v, "reset_url", p->url);
	view_text(v, "cart_url", p->url);
	view_text(v, "new_email", "maria@example.com");
	view_text(v, "kept", "m…@example.com");
}
