#include "shop/invoice_pdf.h"

#include "base/log.h"
#include "base/mem.h"
#include "shop/pen.h"

#include <stdio.h>
#include <string.h>

#define PAGE_W PEN_PAGE_W
#define PAGE_H PEN_PAGE_H
#define MARGIN PEN_MARGIN
#define RIGHT PEN_RIGHT
#define FOOT_Y (PAGE_H - 40.0)
#define LAST_Y (PAGE_H - 70.0)          /* nothing of the body is drawn below */
#define PAGES_MAX 500                   /* 10 000 lines: more than a cart can hold */

/* The columns of the table: where their text begins and ends. */
static const struct {
	const char *head;
	double left, right;
	PangoAlignment align;
} columns[] = {
	{ N_("Description"), MARGIN, 320, PANGO_ALIGN_LEFT },
	{ N_("Quantity"), 325, 385, PANGO_ALIGN_RIGHT },
	{ N_("Unit price"), 390, 465, PANGO_ALIGN_RIGHT },
	{ N_("Amount"), 470, RIGHT, PANGO_ALIGN_RIGHT },
};

/* What each kind is called and ends with. */
static const struct {
	const char *title, *number, *date, *note;
} words[INVOICE_KINDS] = {
	[INVOICE_BILL] = { N_("Invoice"), N_("Invoice number"), N_("Invoice date"), N_("This invoice has been paid. Thank you.") },
	[INVOICE_CREDIT] = { N_("Credit note"), N_("Credit note number"), N_("Date"), N_("We have given this amount back to you.") },
	[INVOICE_TAKEN_BACK] = { N_("Credit note taken back"), N_("Credit note number"), N_("Date"),
				 N_("The money came back to us, so the credit note named above no longer holds.") },
};

struct sheet {
	const struct invoice *i;
	void *mem;
	cairo_t *cr;
	PangoLayout *layout;
	double y;
	int page, pages;                /* pages: 0 while they are counted */
};

static const char *say(const struct sheet *s, const char *msgid)
{
	return text_get(s->i->text, msgid);
}

static double put(struct sheet *s, enum pen_style style, double left, double right, double y,
		  PangoAlignment align, const char *text)
{
	return pen_put(s->cr, s->layout, style, left, right, y, align, text);
}

static double put_black(struct sheet *s, enum pen_style style, double left, double right, double y,
			PangoAlignment align, const char *text)
{
	return pen_put_black(s->cr, s->layout, style, left, right, y, align, text);
}

static void rule(struct sheet *s, double y, double left, double width)
{
	pen_rule(s->cr, y, left, width);
}

static const char *money(const struct sheet *s, int64_t minor)
{
	struct buf *b = buf_new(s->mem);

	locale_money(s->i->locale, s->i->currency, minor, b);
	return b->data;
}

static const char *date(const struct sheet *s, const char *iso)
{
	struct buf *b = buf_new(s->mem);

	locale_date(s->i->locale, iso, b);
	return b->data;
}

static const char *number(const struct sheet *s, int64_t n)
{
	struct buf *b = buf_new(s->mem);

	locale_int(s->i->locale, n, b);
	return b->data;
}

/* "21 %" */
static const char *rate(const struct sheet *s, int64_t ppm)
{
	struct buf *b = buf_new(s->mem);
	char text[32];
	int n = snprintf(text, sizeof(text), "%d.%04d", (int)(ppm / 10000), (int)(ppm % 10000));

	while (text[n - 1] == '0')
		text[--n] = '\0';
	if (text[n - 1] == '.')
		text[--n] = '\0';
	locale_decimal(s->i->locale, text, b);
	buf_adds(b, " %");
	return b->data;
}

static const char *page_number(const struct sheet *s)
{
	const char *form = say(s, N_("Page {page} of {pages}"));
	struct buf *b = buf_new(s->mem);

	for (const char *c = form; *c != '\0'; c++) {
		if (strncmp(c, "{page}", 6) == 0) {
			buf_adds(b, number(s, s->page));
			c += 5;
		} else if (strncmp(c, "{pages}", 7) == 0) {
			buf_adds(b, number(s, s->pages));
			c += 6;
		} else {
			buf_addc(b, *c);
		}
	}
	return b->data;
}

static void draw_foot(struct sheet *s)
{
	const struct invoice *i = s->i;

	rule(s, FOOT_Y - 8, MARGIN, 0.6);
	put_black(s, PEN_SMALL, MARGIN, 400, FOOT_Y, PANGO_ALIGN_LEFT, mem_printf(s->mem, "%s%s%s", i->store_name,
		  *i->contact_email != '\0' ? "  ·  " : "", i->contact_email));
	put_black(s, PEN_SMALL, 400, RIGHT, FOOT_Y, PANGO_ALIGN_RIGHT, page_number(s));
}

static void draw_table_head(struct sheet *s)
{
	for (size_t k = 0; k < ARRAY_LEN(columns); k++)
		put_black(s, PEN_HEAD, columns[k].left, columns[k].right, s->y, columns[k].align, say(s, columns[k].head));
	s->y += 15;
	rule(s, s->y, MARGIN, 1.2);
	s->y += 7;
}

static void begin_page(struct sheet *s)
{
	s->page++;
	s->y = MARGIN;
	pen_color(s->cr, s->i->color_accent);
	cairo_rectangle(s->cr, 0, 0, PAGE_W, 6);
	cairo_fill(s->cr);
}

static void end_page(struct sheet *s)
{
	draw_foot(s);
	cairo_show_page(s->cr);
}

/* Room for HEIGHT more, on a new page if need be; TABLE repeats the table's head there. */
static void need(struct sheet *s, double height, bool table)
{
	if (s->y + height <= LAST_Y || s->page >= PAGES_MAX)
		return;
	end_page(s);
	begin_page(s);
	put_black(s, PEN_SMALL, MARGIN, RIGHT, s->y, PANGO_ALIGN_LEFT, mem_printf(s->mem, "%s %s",
		  say(s, words[s->i->kind].title), s->i->number));
	s->y += 24;
	if (table)
		draw_table_head(s);
}

static void draw_fact(struct sheet *s, const char *label, const char *value)
{
	put_black(s, PEN_SMALL, 220, 440, s->y, PANGO_ALIGN_RIGHT, label);
	put_black(s, PEN_STRONG, 448, RIGHT, s->y - 1, PANGO_ALIGN_RIGHT, value);
	s->y += 15;
}

/* The first line of a party stands out: its name. */
static double draw_party(struct sheet *s, double left, double right, double y, const char *label, const char *lines)
{
	char *rest = mem_strdup(s->mem, lines), *line;
	bool first = true;

	y += put_black(s, PEN_HEAD, left, right, y, PANGO_ALIGN_LEFT, label) + 3;
	while ((line = strsep(&rest, "\n")) != NULL) {
		y += put_black(s, first ? PEN_STRONG : PEN_BODY, left, right, y, PANGO_ALIGN_LEFT, line) + 1;
		first = false;
	}
	return y;
}

static void draw_top(struct sheet *s)
{
	const struct invoice *i = s->i;
	double left, right;

	pen_color(s->cr, i->color_primary);
	left = put(s, PEN_TITLE, MARGIN, 290, s->y, PANGO_ALIGN_LEFT, i->store_name);
	right = put_black(s, PEN_TITLE, 290, RIGHT, s->y, PANGO_ALIGN_RIGHT, say(s, words[i->kind].title));
	s->y += (left > right ? left : right) + 12;
	draw_fact(s, say(s, words[i->kind].number), i->number);
	draw_fact(s, say(s, words[i->kind].date), date(s, i->issued_on));
	if (i->due_on != NULL)
		draw_fact(s, say(s, N_("Due on")), date(s, i->due_on));
	if (i->takes_back != NULL)
		draw_fact(s, say(s, N_("Takes back credit note")), i->takes_back);
	if (i->kind != INVOICE_BILL) {
		draw_fact(s, say(s, N_("Corrects invoice")), i->corrects);
		draw_fact(s, say(s, N_("Invoice date")), date(s, i->corrected_on));
	}
	draw_fact(s, say(s, N_("Order number")), i->order_number);
	draw_fact(s, say(s, N_("Order date")), date(s, i->ordered_on));
	s->y += 14;
	left = draw_party(s, MARGIN, 290, s->y, say(s, N_("Seller")), i->seller);
	right = draw_party(s, 310, RIGHT, s->y, say(s, N_("Buyer")), i->buyer);
	s->y = (left > right ? left : right) + 24;
	draw_table_head(s);
}

static void draw_line(struct sheet *s, const struct invoice_line *l)
{
	const char *cells[ARRAY_LEN(columns)] = {
		l->part ? mem_concat(s->mem, "– ", l->name) : l->name, number(s, l->quantity),
		l->part ? "" : money(s, l->unit_minor), l->part ? "" : money(s, l->amount_minor),
	};
	const char *more = mem_printf(s->mem, "%s%s%s", l->options, *l->options != '\0' ? "  ·  " : "", l->sku);
	double height = 0;

	/* A name of 200 characters takes five lines. */
	need(s, strlen(l->name) > 100 ? 90 : 34, true);
	for (size_t k = 0; k < ARRAY_LEN(columns); k++) {
		double h = put_black(s, PEN_BODY, columns[k].left, columns[k].right, s->y, columns[k].align, cells[k]);

		if (h > height)
			height = h;
	}
	s->y += height;
	s->y += put_black(s, PEN_SMALL, columns[0].left, columns[0].right, s->y, PANGO_ALIGN_LEFT, more) + 5;
	rule(s, s->y, MARGIN, 0.4);
	s->y += 5;
}

static void draw_sum(struct sheet *s, enum pen_style style, const char *label, const char *value)
{
	double h = put_black(s, style, 270, 450, s->y, PANGO_ALIGN_RIGHT, label), v;

	v = put_black(s, style, 455, RIGHT, s->y, PANGO_ALIGN_RIGHT, value);
	s->y += (h > v ? h : v) + 4;
}

/* Of a credit note: one amount, shared out. */
static void draw_credit(struct sheet *s)
{
	const struct invoice *i = s->i;

	need(s, 70 + 18.0 * (double)i->ntaxes, false);
	s->y += 6;
	draw_sum(s, PEN_BODY, say(s, N_("Without tax")), money(s, i->net_minor));
	for (size_t k = 0; k < i->ntaxes; k++)
		draw_sum(s, PEN_BODY, mem_printf(s->mem, "%s (%s)", i->taxes[k].name, rate(s, i->taxes[k].rate_ppm)),
			 money(s, i->taxes[k].amount_minor));
	rule(s, s->y + 1, 330, 1.2);
	s->y += 7;
	draw_sum(s, PEN_STRONG, say(s, N_("Total")), money(s, i->total_minor));
	s->y += 12;
}

static void draw_sums(struct sheet *s)
{
	const struct invoice *i = s->i;
	const char *discount = *i->coupon_code != '\0'
		? mem_printf(s->mem, "%s (%s)", say(s, N_("Discount")), i->coupon_code) : say(s, N_("Discount"));
	const char *delivery = *i->delivery_name != '\0'
		? mem_printf(s->mem, "%s (%s)", say(s, N_("Delivery")), i->delivery_name) : say(s, N_("Delivery"));

	need(s, 90 + 18.0 * (double)i->ntaxes, false);
	s->y += 6;
	draw_sum(s, PEN_BODY, say(s, N_("Products")), money(s, i->goods_minor));
	if (i->discount_minor > 0)
		draw_sum(s, PEN_BODY, discount, money(s, -i->discount_minor));
	draw_sum(s, PEN_BODY, delivery, money(s, i->shipping_minor));
	if (i->surcharge_minor > 0)
		draw_sum(s, PEN_BODY, say(s, N_("Cash on delivery fee")), money(s, i->surcharge_minor));
	for (size_t k = 0; k < i->ntaxes && !i->includes_tax; k++)
		draw_sum(s, PEN_BODY, mem_printf(s->mem, "%s (%s)", i->taxes[k].name, rate(s, i->taxes[k].rate_ppm)),
			 money(s, i->taxes[k].amount_minor));
	rule(s, s->y + 1, 330, 1.2);
	s->y += 7;
	draw_sum(s, PEN_STRONG, say(s, N_("Total")), money(s, i->total_minor));
	if (i->includes_tax && i->ntaxes > 0)
		draw_sum(s, PEN_SMALL, "", say(s, N_("tax included")));
	s->y += 12;
}

static void draw_tax_row(struct sheet *s, enum pen_style style, const char *const cells[4])
{
	static const double edges[] = { MARGIN, 200, 270, 370, 470 };

	for (size_t k = 0; k < 4; k++)
		put_black(s, style, edges[k], edges[k + 1], s->y, k == 0 ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT, cells[k]);
	s->y += 15;
}

static void draw_taxes(struct sheet *s)
{
	const struct invoice *i = s->i;

	if (i->ntaxes == 0)
		return;
	need(s, 40 + 15.0 * (double)i->ntaxes, false);
	draw_tax_row(s, PEN_HEAD, (const char *[]){ say(s, N_("Tax")), say(s, N_("Rate")), say(s, N_("Taxable amount")),
		     say(s, N_("Tax amount")) });
	for (size_t k = 0; k < i->ntaxes; k++)
		draw_tax_row(s, PEN_BODY, (const char *[]){ i->taxes[k].name, rate(s, i->taxes[k].rate_ppm),
			     money(s, i->taxes[k].base_minor), money(s, i->taxes[k].amount_minor) });
	s->y += 12;
}

static void draw_note(struct sheet *s)
{
	const struct invoice *i = s->i;

	need(s, 40, false);
	put_black(s, PEN_BODY, MARGIN, RIGHT, s->y, PANGO_ALIGN_LEFT, *i->payment_name == '\0'
		  ? say(s, words[i->kind].note)
		  : mem_printf(s->mem, "%s  %s: %s", say(s, words[i->kind].note), say(s, N_("Payment method")), i->payment_name));
}

static void describe(cairo_surface_t *pdf, const struct sheet *s)
{
	const struct invoice *i = s->i;

	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE,
				       mem_printf(s->mem, "%s %s", say(s, words[i->kind].title), i->number));
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_AUTHOR, i->store_name);
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATOR, "sutler");
	/* Not the moment of drawing: the same invoice is the same file. */
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, mem_printf(s->mem, "%sT00:00:00Z", i->issued_on));
}

/* Draws all of it; returns the number of pages, or 0 after a log line. */
static int draw(void *mem, const struct invoice *i, int pages, struct buf *out)
{
	struct sheet s = { .i = i, .mem = mem, .pages = pages };
	cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(pen_write, out, PAGE_W, PAGE_H);
	cairo_status_t status;

	s.cr = cairo_create(pdf);
	s.layout = pango_cairo_create_layout(s.cr);
	pango_context_set_language(pango_layout_get_context(s.layout), pango_language_from_string(locale_tag(i->locale)));
	describe(pdf, &s);
	begin_page(&s);
	draw_top(&s);
	for (size_t k = 0; k < i->nlines; k++)
		draw_line(&s, &i->lines[k]);
	if (i->kind == INVOICE_BILL)
		draw_sums(&s);
	else
		draw_credit(&s);
	draw_taxes(&s);
	draw_note(&s);
	end_page(&s);
	g_object_unref(s.layout);
	cairo_destroy(s.cr);
	cairo_surface_finish(pdf);
	status = cairo_surface_status(pdf);
	cairo_surface_destroy(pdf);
	if (status == CAIRO_STATUS_SUCCESS)
		return s.page;
	log_error("invoice cannot be drawn", "invoice", i->number, "reason", cairo_status_to_string(status), NULL);
	return 0;
}

struct buf *invoice_pdf(const void *ctx, const struct invoice *i)
{
	void *mem = mem_context(ctx, "invoice");
	struct buf *out = buf_new(ctx);
	int pages = draw(mem, i, 0, NULL);

	if (pages > 0)
		pages = draw(mem, i, pages, out);
	mem_free(mem);
	return pages > 0 ? out : NULL;
}
