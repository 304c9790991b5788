#include "shop/label.h"

#include "base/log.h"
#include "base/mem.h"
#include "shop/pen.h"

/* ISO 216 A6 in points. */
#define LABEL_W 297.64
#define LABEL_H 419.53
#define MARGIN 20.0
#define RIGHT (LABEL_W - MARGIN)
#define FOOT_Y 262.0                    /* below the address: how it goes, and the bars */
#define BARS_H 44.0

struct drawing {
	const struct labels *of;
	void *mem;
	cairo_t *cr;
	PangoLayout *layout;
};

static double put(struct drawing *d, enum pen_style style, double y, const char *text)
{
	return pen_put_black(d->cr, d->layout, style, MARGIN, RIGHT, y, PANGO_ALIGN_LEFT, text);
}

static void line(struct drawing *d, double y)
{
	cairo_set_source_rgb(d->cr, 0.35, 0.35, 0.35);
	cairo_set_line_width(d->cr, 0.8);
	cairo_move_to(d->cr, MARGIN, y);
	cairo_line_to(d->cr, RIGHT, y);
	cairo_stroke(d->cr);
}

static void bars(struct drawing *d, double y, const char *what, const char *text)
{
	if (pen_code128_between(d->cr, MARGIN, RIGHT, y, BARS_H, text))
		y += BARS_H + 3;
	pen_put_black(d->cr, d->layout, PEN_SMALL, MARGIN, RIGHT, y, PANGO_ALIGN_CENTER, mem_printf(d->mem, "%s %s", what, text));
}

static void draw(struct drawing *d, const struct label *l)
{
	const struct labels *of = d->of;
	double y = MARGIN;

	pen_color(d->cr, of->color);
	cairo_rectangle(d->cr, 0, 0, LABEL_W, 5);
	cairo_fill(d->cr);
	y += put(d, PEN_HEAD, y, text_get(of->text, N_("From"))) + 2;
	put(d, PEN_SMALL, y, l->from);
	y = 92;
	line(d, y);
	y += 8;
	y += put(d, PEN_HEAD, y, text_get(of->text, N_("Deliver to"))) + 4;
	/* Eight lines fit: name, company, two of the street, town, region, country. */
	put(d, PEN_ADDRESS, y, l->to);
	line(d, FOOT_Y);
	y = FOOT_Y + 6;
	put(d, PEN_STRONG, y, l->way);
	if (l->weight_g > 0) {
		struct buf *grams = buf_new(d->mem);

		locale_int(of->locale, l->weight_g, grams);
		pen_put_black(d->cr, d->layout, PEN_STRONG, MARGIN, RIGHT, y, PANGO_ALIGN_RIGHT, mem_printf(d->mem, "%s g", grams->data));
	}
	y += 18;
	bars(d, y, text_get(of->text, N_("Parcel")), l->number);
	if (*l->tracking != '\0')
		bars(d, y + BARS_H + 20, text_get(of->text, N_("Tracking number")), l->tracking);
	cairo_show_page(d->cr);
}

struct buf *label_pdf(const void *ctx, const struct labels *l)
{
	struct buf *out = buf_new(ctx);
	struct drawing d = { .of = l, .mem = mem_context(ctx, "labels") };
	cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(pen_write, out, LABEL_W, LABEL_H);
	cairo_status_t status;

	d.cr = cairo_create(pdf);
	d.layout = pango_cairo_create_layout(d.cr);
	pango_context_set_language(pango_layout_get_context(d.layout), pango_language_from_string(locale_tag(l->locale)));
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE, text_get(l->text, N_("Labels")));
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_AUTHOR, l->store_name);
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATOR, "sutler");
	cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, mem_printf(d.mem, "%sT00:00:00Z", l->date));
	for (size_t i = 0; i < l->n; i++)
		draw(&d, &l->label[i]);
	g_object_unref(d.layout);
	cairo_destroy(d.cr);
	cairo_surface_finish(pdf);
	status = cairo_surface_status(pdf);
	cairo_surface_destroy(pdf);
	mem_free(d.mem);
	if (status == CAIRO_STATUS_SUCCESS)
		return out;
	log_error("labels cannot be drawn", "reason", cairo_status_to_string(status), NULL);
	return NULL;
}
