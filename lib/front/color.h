/*
 * color.h -- a store's two colours, made safe to read.
 *
 * Text on a theme colour is black or white, whichever has the greater contrast
 * after WCAG 2.2 (relative luminance, success criterion 1.4.3); any colour has
 * at least 4.58 : 1 against one of them, so a merchant cannot choose wrong.
 */
#ifndef FRONT_COLOR_H
#define FRONT_COLOR_H

#include "base/base.h"

struct color { uint8_t r, g, b; };

/* "rrggbb", N must be 6. */
bool color_parse(const char *s, size_t n, struct color *out);
/* WCAG relative luminance, 0 to 1. */
double color_luminance(struct color c);
/* True when black reads better on it than white. */
bool color_wants_black(struct color c);

/* "1f4e79-c75b12.css" and "1f4e79.svg"; anything else is false. */
bool color_theme_name(const char *file, struct color *primary, struct color *accent);
bool color_swatch_name(const char *file, struct color *out);
/* The style sheet that sets the custom properties, under CTX. */
const char *color_theme_css(const void *ctx, struct color primary, struct color accent);

#endif
