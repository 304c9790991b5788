#include "shop/pen.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>
#include <zint.h>

#define FONT "Inter, DejaVu Sans, Noto Sans, sans-serif"
/* Points of a barcode's narrowest bar: 0.35 mm, which a cheap scanner reads from a laser print. */
#define BAR 1.0
#define BAR_LEAST 0.71                  /* 0.25 mm */

static const struct {
	double size;
	bool bold;
	double grey;                    /* 0: black */
} styles[] = {
	[PEN_BODY]   = { 9.5, false, 0.13 },
	[PEN_SMALL]  = { 8.0, false, 0.40 },
	[PEN_STRONG] = { 9.5, true,  0.13 },
	[PEN_HEAD]   = { 8.0, true,  0.35 },
	[PEN_TITLE]  = { 22.0, true, 0.13 },
	[PEN_ADDRESS] = { 14.0, false, 0 },
};

double pen_put(cairo_t *cr, PangoLayout *layout, enum pen_style style, double left, double right, double y,
	       PangoAlignment align, const char *text)
{
	PangoFontDescription *font = pango_font_description_from_string(FONT);
	int height;

	pango_font_description_set_absolute_size(font, styles[style].size * PANGO_SCALE);
	pango_font_description_set_weight(font, styles[style].bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_width(layout, (int)((right - left) * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(layout, align);
	pango_layout_set_text(layout, text, -1);
	cairo_move_to(cr, left, y);
	pango_cairo_show_layout(cr, layout);
	pango_layout_get_pixel_size(layout, NULL, &height);
	pango_font_description_free(font);
	return height;
}

double pen_put_black(cairo_t *cr, PangoLayout *layout, enum pen_style style, double left, double right, double y,
		     PangoAlignment align, const char *text)
{
	cairo_set_source_rgb(cr, styles[style].grey, styles[style].grey, styles[style].grey);
	return pen_put(cr, layout, style, left, right, y, align, text);
}

void pen_color(cairo_t *cr, const char *rgb)
{
	unsigned long c = strtoul(rgb != NULL && *rgb == '#' ? rgb + 1 : "222222", NULL, 16);

	cairo_set_source_rgb(cr, (double)(c >> 16 & 255) / 255, (double)(c >> 8 & 255) / 255, (double)(c & 255) / 255);
}

void pen_rule(cairo_t *cr, double y, double left, double width)
{
	cairo_set_source_rgb(cr, 0.85, 0.86, 0.88);
	cairo_set_line_width(cr, width);
	cairo_move_to(cr, left, y);
	cairo_line_to(cr, PEN_RIGHT, y);
	cairo_stroke(cr);
}

cairo_status_t pen_write(void *arg, const unsigned char *data, unsigned n)
{
	if (arg != NULL)
		buf_add(arg, data, n);
	return CAIRO_STATUS_SUCCESS;
}

/* The middle or the right end of the bars stands at X: narrower than BAR where WIDTH asks for it. */
static bool code128(cairo_t *cr, double x, bool middle, double width, double y, double height, const char *text)
{
	struct zint_symbol *s = ZBarcode_Create();
	bool good = false;

	if (s == NULL)
		return false;
	s->symbology = BARCODE_CODE128;
	s->input_mode = UNICODE_MODE;
	if (ZBarcode_Encode(s, (const unsigned char *)text, (int)strlen(text)) < ZINT_ERROR) {
		double bar = s->width * BAR <= width ? BAR : width / s->width;
		double left = x - s->width * bar / (middle ? 2 : 1);

		good = bar >= BAR_LEAST;
		cairo_set_source_rgb(cr, 0, 0, 0);
		for (int i = 0; good && i < s->width; i++)
			if (s->encoded_data[0][i >> 3] >> (i & 7) & 1)
				cairo_rectangle(cr, left + i * bar, y, bar, height);
		cairo_fill(cr);
	}
	ZBarcode_Delete(s);
	return good;
}

bool pen_code128(cairo_t *cr, double right, double y, double height, const char *text)
{
	return code128(cr, right, false, PEN_PAGE_W, y, height, text);
}

bool pen_code128_between(cairo_t *cr, double left, double right, double y, double height, const char *text)
{
	return code128(cr, (left + right) / 2, true, right - left, y, height, text);
}
