/*
 * pen.h -- what all drawn documents share: letters, rules, barcodes on a sheet of A4.
 *
 * Points from the upper left corner; A4 is 595 x 842.
 */
#ifndef SHOP_PEN_H
#define SHOP_PEN_H

#include "base/base.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#define PEN_PAGE_W 595.28
#define PEN_PAGE_H 841.89
#define PEN_MARGIN 48.0
#define PEN_RIGHT (PEN_PAGE_W - PEN_MARGIN)

enum pen_style { PEN_BODY, PEN_SMALL, PEN_STRONG, PEN_HEAD, PEN_TITLE, PEN_ADDRESS };

/* Draws TEXT between LEFT and RIGHT at Y in the colour that is set; returns its height. */
double pen_put(cairo_t *cr, PangoLayout *layout, enum pen_style style, double left, double right, double y,
	       PangoAlignment align, const char *text);
/* The same in the style's own black or grey. */
double pen_put_black(cairo_t *cr, PangoLayout *layout, enum pen_style style, double left, double right, double y,
		     PangoAlignment align, const char *text);
/* "#rrggbb" */
void pen_color(cairo_t *cr, const char *rgb);
void pen_rule(cairo_t *cr, double y, double left, double width);
/* For cairo_pdf_surface_create_for_stream(): ARG is a struct buf, or NULL to count pages alone. */
cairo_status_t pen_write(void *arg, const unsigned char *data, unsigned n);

/* TEXT as Code 128, RIGHT-aligned at X, so high; false when it cannot be said in it. */
bool pen_code128(cairo_t *cr, double right, double y, double height, const char *text);
/* The same in the middle between LEFT and RIGHT, with bars as wide as fit; false, too, when they would be narrower than
   scanners read (0.25 mm). */
bool pen_code128_between(cairo_t *cr, double left, double right, double y, double height, const char *text);

#endif
