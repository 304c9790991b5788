/* scene -- the wide pictures of a shop's home page, its wordmark and its icon. */
#include "draw.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEM_TEXT = 1024 };

/* Soft shapes in the shop's own colour behind the goods, so that a banner is not a bare wall. */
static void stage(cairo_t *cr, const struct palette *p, double w, double h)
{
	cairo_pattern_t *g = cairo_pattern_create_linear(0, 0, w, h);

	cairo_pattern_add_color_stop_rgb(g, 0, p->soft.r, p->soft.g, p->soft.b);
	cairo_pattern_add_color_stop_rgb(g, 1, (p->soft.r + p->top.r) / 2,
		(p->soft.g + p->top.g) / 2,
		(p->soft.b + p->top.b) / 2);
	cairo_set_source(cr, g);
	cairo_paint(cr);
	cairo_pattern_destroy(g);
	for (int k = 0; k < 3; k++) {
		static const double x[] = { .70, .92, .30 }, y[] = { .40, .05, 1.12 }, r[] = {
			.34, .22, .34 };

		cairo_arc(cr, w * x[k], h * y[k], w * r[k], 0, 2 * M_PI);
		paint_rgb(cr, k == 1 ? p->accent : rgb_shade(p->soft, .45), k == 1 ? .12 : .55);
		cairo_fill(cr);
	}
	g = cairo_pattern_create_linear(0, h * .57, 0, h);
	cairo_pattern_add_color_stop_rgba(g, 0, p->accent.r, p->accent.g, p->accent.b, .0);
	cairo_pattern_add_color_stop_rgba(g, .02, p->accent.r, p->accent.g, p->accent.b, .12);
	cairo_pattern_add_color_stop_rgba(g, 1, p->accent.r, p->accent.g, p->accent.b, .26);
	cairo_set_source(cr, g);
	cairo_paint(cr);
	cairo_pattern_destroy(g);
}

/* kind|view|scale|x|y|turn|key:value;key:value;... */
static void item(cairo_t *cr, const char *text)
{
	static char copy[ITEM_TEXT];
	struct spec s = { .file = "item" };
	char *at = copy, *pair, *part[6];
	double scale;
	drawing *draw = draw_goods;

	snprintf(copy, sizeof copy, "%s", text);
	for (int i = 0; i < 6; i++)
		part[i] = strsep(&at, "|");
	while (at != NULL && (pair = strsep(&at, ";")) != NULL && s.params < SPEC_PARAMS) {
		char *colon = strchr(pair, ':');

		if (colon == NULL)
			continue;
		*colon = '\0';
		s.key[s.params] = pair;
		s.value[s.params++] = colon + 1;
	}
	if (part[5] == NULL)
		return;
	s.kind = part[0];
	s.view = part[1];
	if (strcmp(s.kind, "shoe") == 0)
		draw = draw_shoe;
	else if (strcmp(s.kind, "sole") == 0)
		draw = strcmp(s.view, "plan") == 0 ? draw_sole_plan : draw_sole_side;
	else if (strcmp(s.kind, "heel") == 0)
		draw = draw_heel;
	else if (strcmp(s.kind, "insole") == 0)
		draw = draw_insole;
	else if (strcmp(s.kind, "bag") == 0)
		draw = draw_bag;
	scale = strtod(part[2], NULL);
	cairo_save(cr);
	cairo_translate(cr, strtod(part[3], NULL), strtod(part[4], NULL));
	cairo_rotate(cr, strtod(part[5], NULL));
	cairo_scale(cr, scale, scale < 0 ? scale : -scale);
	draw(cr, &s);
	cairo_restore(cr);
}

void scene_draw(cairo_t *cr, const struct spec *s, double w, double h)
{
	const struct palette *p = palette_named(s->palette);

	stage(cr, p, w, h);
	for (int i = 1; i <= (int)spec_number(s, "items", 0); i++) {
		char key[16];

		snprintf(key, sizeof key, "item%d", i);
		item(cr, spec_text(s, key, ""));
	}
}

/* The mark: a stride of three strokes, in the shop's accent. */
static void mark(cairo_t *cr, const struct palette *p, double size, struct rgb ground, bool plate)
{
	cairo_new_path(cr);
	if (plate) {
		paint_rounded(cr, 0, 0, size, size, size * .22);
		paint_rgb(cr, ground, 1);
		cairo_fill(cr);
	}
	cairo_save(cr);
	cairo_scale(cr, size / 100, size / 100);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_width(cr, 8);
	paint_rgb(cr, plate ? rgb_shade(p->soft, .7) : p->accent, 1);
	if (strcmp(p->name, "suelas") == 0) {
		/* a sole: outline and three ribs */
		cairo_move_to(cr, 50, 12);
		cairo_curve_to(cr, 76, 12, 76, 44, 64, 58);
		cairo_curve_to(cr, 62, 66, 68, 88, 50, 88);
		cairo_curve_to(cr, 32, 88, 38, 66, 36, 58);
		cairo_curve_to(cr, 24, 44, 24, 12, 50, 12);
		cairo_stroke(cr);
		for (int i = 0; i < 3; i++) {
			cairo_move_to(cr, 43, 28 + i * 12);
			cairo_line_to(cr, 57, 28 + i * 12);
		}
		cairo_set_line_width(cr, 6);
		cairo_stroke(cr);
	} else if (strcmp(p->name, "velora") == 0) {
		/* a court shoe in one line */
		cairo_move_to(cr, 18, 26);
		cairo_curve_to(cr, 34, 60, 56, 66, 86, 74);
		cairo_line_to(cr, 62, 74);
		cairo_curve_to(cr, 46, 74, 36, 60, 28, 50);
		cairo_line_to(cr, 24, 76);
		cairo_stroke(cr);
	} else {
		/* two steps and a rising sun */
		cairo_arc(cr, 50, 50, 20, M_PI, 2 * M_PI);
		cairo_stroke(cr);
		cairo_move_to(cr, 16, 64);
		cairo_curve_to(cr, 34, 56, 46, 72, 62, 64);
		cairo_curve_to(cr, 70, 60, 78, 60, 84, 64);
		cairo_move_to(cr, 26, 80);
		cairo_curve_to(cr, 42, 72, 56, 88, 74, 80);
		cairo_stroke(cr);
	}
	cairo_restore(cr);
}

void logo_draw(cairo_t *cr, const struct spec *s, double w, double h)
{
	const struct palette *p = palette_named(s->palette);
	PangoLayout *layout;
	PangoFontDescription *font;
	int text_w, text_h;

	if (strcmp(s->kind, "favicon") == 0) {
		mark(cr, p, w, p->accent, true);
		return;
	}
	cairo_save(cr);
	cairo_translate(cr, 8, h * .1);
	mark(cr, p, h * .8, p->accent, true);
	cairo_restore(cr);
	layout = pango_cairo_create_layout(cr);
	font = pango_font_description_from_string(p->font);
	pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
	pango_font_description_set_absolute_size(font, h * .46 * PANGO_SCALE);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_text(layout, p->brand, -1);
	pango_layout_get_pixel_size(layout, &text_w, &text_h);
	cairo_move_to(cr, h * .8 + 36, (h - text_h) / 2);
	paint_rgb(cr, p->ink, 1);
	pango_cairo_show_layout(cr, layout);
	pango_font_description_free(font);
	g_object_unref(layout);
}
