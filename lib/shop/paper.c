#include "shop/paper.h"

#include "base/log.h"
#include "base/mem.h"
#include "shop/pen.h"

#include <string.h>

#define FOOT_Y (PEN_PAGE_H - 40.0)
#define LAST_Y (PEN_PAGE_H - 70.0)      /* nothing of the body is drawn below */
#define BARCODE_H 34.0
#define BOX 10.0                        /* to be ticked by hand */

/* What each kind is called, and what its two addresses are. */
static const struct { const char *title, *from, *to, *way; } words[PAPER_KINDS] = {
	[PAPER_PICK] = { N_("Pick list"), "", "", N_("Warehouse") },
	[PAPER_SLIP] = { N_("Packing slip"), N_("From"), N_("Deliver to"), N_("Delivery") },
	[PAPER_RETURN] = { N_("Return slip"), N_("From"), N_("Send to"), "" },
	[PAPER_PURCHASE] = { N_("Purchase order"), N_("From"), N_("Supplier"), N_("Deliver to") },
};

struct sheet {
	const struct paper *p;
	void *mem;
	cairo_t *cr;
	PangoLayout *layout;
	double y;
	int page, pages;                /* pages: 0 while they are counted */
};

static const char *say(const struct sheet *s, const char *msgid)
{
	return *msgid == '\0' ? "" : text_get(s->p->text, msgid);
}

static double put(struct sheet *s, enum pen_style style, double left, double right, const char *text)
{
	return pen_put_black(s->cr, s->layout, style, left, right, s->y, PANGO_ALIGN_LEFT, text);
}

static void put_right(struct sheet *s, enum pen_style style, double left, double right, const char *text)
{
	pen_put_black(s->cr, s->layout, style, left, right, s->y, PANGO_ALIGN_RIGHT, text);
}

static void draw_head(struct sheet *s)
{
	bool pick = s->p->kind == PAPER_PICK;

	if (pick)
		put(s, PEN_HEAD, PEN_MARGIN + 18, 140, say(s, N_("Place")));
	put(s, PEN_HEAD, pick ? 145 : PEN_MARGIN + 18, 400, say(s, N_("Product")));
	if (pick)
		put(s, PEN_HEAD, 405, 490, say(s, N_("Order")));
	if (s->p->kind == PAPER_PURCHASE) {
		put_right(s, PEN_HEAD, 320, 375, say(s, N_("Pieces")));
		put_right(s, PEN_HEAD, 380, 460, say(s, N_("Price")));
		put_right(s, PEN_HEAD, 465, PEN_RIGHT, say(s, N_("Amount")));
	} else {
		put_right(s, PEN_HEAD, 480, PEN_RIGHT, say(s, N_("Pieces")));
	}
	s->y += 15;
	pen_rule(s->cr, s->y, PEN_MARGIN, 1.2);
	s->y += 7;
}

static void end_page(struct sheet *s)
{
	s->y = FOOT_Y;
	pen_rule(s->cr, FOOT_Y - 8, PEN_MARGIN, 0.6);
	put(s, PEN_SMALL, PEN_MARGIN, 400, s->p->store_name);
	put_right(s, PEN_SMALL, 400, PEN_RIGHT, mem_printf(s->mem, "%d / %d", s->page, s->pages));
	cairo_show_page(s->cr);
}

static void begin_page(struct sheet *s)
{
	s->page++;
	s->y = PEN_MARGIN;
	pen_color(s->cr, s->p->color);
	cairo_rectangle(s->cr, 0, 0, PEN_PAGE_W, 6);
	cairo_fill(s->cr);
}

static void need(struct sheet *s, double height)
{
	if (s->y + height <= LAST_Y)
		return;
	end_page(s);
	begin_page(s);
	put(s, PEN_SMALL, PEN_MARGIN, PEN_RIGHT, mem_printf(s->mem, "%s %s", say(s, words[s->p->kind].title), s->p->number));
	s->y += 24;
	draw_head(s);
}

static double draw_address(struct sheet *s, double left, double right, const char *label, const char *lines)
{
	double top = s->y, end;

	if (*lines == '\0')
		return top;
	s->y += put(s, PEN_HEAD, left, right, label) + 3;
	s->y += put(s, PEN_BODY, left, right, lines);
	end = s->y;
	s->y = top;
	return end;
}

static void draw_top(struct sheet *s)
{
	const struct paper *p = s->p;
	struct buf *date = buf_new(s->mem);
	double from, to;

	locale_date(p->locale, p->date, date);
	put(s, PEN_TITLE, PEN_MARGIN, 330, say(s, words[p->kind].title));
	pen_code128(s->cr, PEN_RIGHT, s->y, BARCODE_H, p->number);
	s->y += 32;
	put(s, PEN_STRONG, PEN_MARGIN, 330, mem_printf(s->mem, "%s  ·  %s", p->number, date->data));
	s->y += 8;
	put_right(s, PEN_SMALL, 330, PEN_RIGHT, p->number);
	s->y += 18;
	if (*p->way != '\0') {
		put(s, PEN_BODY, PEN_MARGIN, PEN_RIGHT, mem_printf(s->mem, "%s: %s", say(s, words[p->kind].way), p->way));
		s->y += 20;
	}
	from = draw_address(s, PEN_MARGIN, 290, say(s, words[p->kind].from), p->from);
	to = draw_address(s, 310, PEN_RIGHT, say(s, words[p->kind].to), p->to);
	s->y = (from > to ? from : to) + 18;
	draw_head(s);
}

static void draw_row(struct sheet *s, const struct paper_row *row)
{
	bool pick = s->p->kind == PAPER_PICK;
	bool buy = s->p->kind == PAPER_PURCHASE;
	double left = pick ? 145 : PEN_MARGIN + 18, right = buy ? 318 : 400, height;
	struct buf *n = buf_new(s->mem);

	/* A name of 200 characters takes four lines. */
	need(s, strlen(row->name) > (buy ? 50 : 70) ? 76 : 34);
	locale_int(s->p->locale, row->quantity, n);
	cairo_set_source_rgb(s->cr, 0.35, 0.35, 0.35);
	cairo_set_line_width(s->cr, 0.8);
	cairo_rectangle(s->cr, PEN_MARGIN, s->y + 1, BOX, BOX);
	cairo_stroke(s->cr);
	if (pick) {
		put(s, PEN_STRONG, PEN_MARGIN + 18, 140, row->place);
		put(s, PEN_BODY, 405, 490, row->number);
	}
	if (buy) {
		put_right(s, PEN_BODY, 380, 460, row->price);
		put_right(s, PEN_BODY, 465, PEN_RIGHT, row->amount);
	}
	put_right(s, PEN_STRONG, buy ? 320 : 480, buy ? 375 : PEN_RIGHT, n->data);
	height = put(s, PEN_BODY, left, right, row->name);
	s->y += height;
	s->y += put(s, PEN_SMALL, left, right, mem_printf(s->mem, "%s%s%s", row->sku, *row->options != '\0' ? "  ·  " : "", row->options)) + 5;
	pen_rule(s->cr, s->y, PEN_MARGIN, 0.4);
	s->y += 5;
}

static void draw_end(struct sheet *s)
{
	const struct paper *p = s->p;
	int64_t pieces = 0;
	struct buf *n = buf_new(s->mem);

	for (size_t i = 0; i < p->nrows; i++)
		pieces += p->rows[i].quantity;
	locale_int(p->locale, pieces, n);
	need(s, 60);
	put_right(s, PEN_STRONG, PEN_MARGIN, PEN_RIGHT, mem_printf(s->mem, "%s: %s", say(s, N_("Pieces in all")), n->data));
	s->y += 20;
	if (p->kind == PAPER_PURCHASE) {
		put_right(s, PEN_STRONG, PEN_MARGIN, PEN_RIGHT, mem_printf(s->mem, "%s: %s", say(s, N_("Total without tax")), p->total));
		s->y += 20;
	}
	if (*p->note != '\0') {
		need(s, 60);
		s->y += put(s, PEN_HEAD, PEN_MARGIN, PEN_RIGHT, say(s, N_("The buyer's note"))) + 3;
		s->y += put(s, PEN_BODY, PEN_MARGIN, PEN_RIGHT, p->note);
	}
	if (p->kind == PAPER_RETURN) {
		need(s, 30);
		put(s, PEN_BODY, PEN_MARGIN, PEN_RIGHT, say(s, N_("Please lay this slip into the parcel, so that we know whose it is.")));
	}
}

static void describe(cairo_surface_t *pdf, const struct sheet *s)
{
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE, mem_printf(s->mem, "%s %s", say(s, words[s->p->kind].title), s->p->number));
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_AUTHOR, s->p->store_name);
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATOR, "sutler");
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, mem_printf(s->mem, "%sT00:00:00Z", s->p->date));
}

/* Draws all of it; returns the number of pages, or 0 after a log line. */
static int draw(void *mem, const struct paper *p, int pages, struct buf *out)
{
	struct sheet s = { .p = p, .mem = mem, .pages = pages };
	cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(pen_write, out, PEN_PAGE_W, PEN_PAGE_H);
	cairo_status_t status;

	s.cr = cairo_create(pdf);
	s.layout = pango_cairo_create_layout(s.cr);
	pango_context_set_language(pango_layout_get_context(s.layout), pango_language_from_string(locale_tag(p->locale)));
	describe(pdf, &s);
	begin_page(&s);
	draw_top(&s);
	for (size_t i = 0; i < p->nrows; i++)
		draw_row(&s, &p->rows[i]);
	draw_end(&s);
	end_page(&s);
	g_object_unref(s.layout);
	cairo_destroy(s.cr);
	cairo_surface_finish(pdf);
	status = cairo_surface_status(pdf);
	cairo_surface_destroy(pdf);
	if (status == CAIRO_STATUS_SUCCESS)
		return s.page;
	log_error("paper cannot be drawn", "number", p->number, "reason", cairo_status_to_string(status), NULL);
	return 0;
}

struct buf *paper_pdf(const void *ctx, const struct paper *p)
{
	void *mem = mem_context(ctx, "paper");
	struct buf *out = buf_new(ctx);
	int pages = draw(mem, p, 0, NULL);

	if (pages > 0)
		pages = draw(mem, p, pages, out);
	mem_free(mem);
	return pages > 0 ? out : NULL;
}
