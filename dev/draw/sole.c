/* sole -- soles from below and from the side, insoles, heels: the sole maker's goods. */
#include "draw.h"

#include <math.h>
#include <string.h>

/* A left sole seen from below, heel at 0, toe at 1000. */
static const struct pt outline[] = {
	P(0, 6), P(40, 82), P(130, 118), P(260, 104), P(400, 74), P(520, 84), P(640, 124), P(760,
		146),
	P(870, 118), P(955, 56), P(988, -18), P(965, -82), P(890, -138), P(770, -170), P(650, -164),
	P(520, -132), P(400, -112), P(260, -118), P(130, -122), P(40, -84),
};
enum { OUTLINE = sizeof outline / sizeof *outline };

static void outline_path(cairo_t *cr, double inset, double toe)
{
	struct pt p[OUTLINE];

	for (int i = 0; i < OUTLINE; i++) {
		double t = outline[i].x > 600 ? (outline[i].x - 600) / 400 : 0;
		double k = 1 - toe * t * t * .004;

		p[i] = (struct pt){ 490 + (outline[i].x + toe * t * t * .5 - 490) * (1 - inset / 500),
			(outline[i].y * 1.12 * k) * (1 - inset / 150) - (inset > 0 ? inset * .03 : 0), 0 };
	}
	shape_path(cr, p, OUTLINE, true, NULL);
}

static void tread_ribs(cairo_t *cr, double x0, double x1, double step, double bow)
{
	for (double x = x0; x <= x1; x += step) {
		cairo_move_to(cr, x, -190);
		cairo_curve_to(cr, x + bow, -60, x + bow, 60, x, 190);
	}
}

static void tread_zigzag(cairo_t *cr, double x0, double x1, double step, double tooth)
{
	for (double x = x0; x <= x1; x += step) {
		int side = 1;

		cairo_move_to(cr, x, -200);
		for (double y = -200 + tooth; y <= 200; y += tooth, side = -side)
			cairo_line_to(cr, x + (side > 0 ? tooth * .55 : 0), y);
	}
}

static void tread_hexes(cairo_t *cr, double x0, double x1, double r)
{
	int col = 0;

	for (double x = x0; x <= x1; x += r * 1.5, col++)
		for (double y = -200 + (col % 2) * r * .87; y <= 200; y += r * 1.74) {
			cairo_new_sub_path(cr);
			for (int k = 0; k < 6; k++)
				cairo_line_to(cr, x + r * .82 * cos(k * M_PI / 3),
					y + r * .82 * sin(k * M_PI / 3));
			cairo_close_path(cr);
		}
}

static void tread_lugs(cairo_t *cr, double x0, double x1)
{
	for (double x = x0; x <= x1; x += 62) {
		for (int side = -1; side <= 1; side += 2) {
			cairo_move_to(cr, x, side * 196);
			cairo_line_to(cr, x + 40, side * 196);
			cairo_line_to(cr, x + 30, side * 78);
			cairo_line_to(cr, x + 4, side * 70);
			cairo_close_path(cr);
		}
		if (x + 40 < x1) {
			cairo_move_to(cr, x + 46, 0);
			for (int k = 0; k < 4; k++)
				cairo_line_to(cr, x + 20 + (k % 2 ? 0 : 24) * (k < 2 ? 1 : -1),
					k % 2 ? (k == 1 ? 30 : -30) : 0);
			cairo_close_path(cr);
		}
	}
}

static void tread_dots(cairo_t *cr, double x0, double x1, double step, double r)
{
	int col = 0;

	for (double x = x0; x <= x1; x += step * .87, col++)
		for (double y = -190 + (col % 2) * step / 2; y <= 190; y += step)
			paint_ellipse(cr, x, y, r, r);
}

static void tread_pivot(cairo_t *cr, double cx, double most)
{
	for (double r = 18; r <= most; r += 22)
		paint_ellipse(cr, cx, -8, r, r);
}

static void tread_path(cairo_t *cr, const char *tread, double x0, double x1)
{
	if (strcmp(tread, "ribs") == 0)
		tread_ribs(cr, x0, x1, 26, 10);
	else if (strcmp(tread, "waves") == 0)
		tread_ribs(cr, x0 - 30, x1, 34, 62);
	else if (strcmp(tread, "zigzag") == 0)
		tread_zigzag(cr, x0, x1, 30, 30);
	else if (strcmp(tread, "chevron") == 0)
		tread_zigzag(cr, x0 - 70, x1, 40, 100);
	else if (strcmp(tread, "hex") == 0)
		tread_hexes(cr, x0, x1, 30);
	else if (strcmp(tread, "lugs") == 0)
		tread_lugs(cr, x0, x1);
	else if (strcmp(tread, "dots") == 0)
		tread_dots(cr, x0, x1, 34, 9);
}

/* Two grip fields, heel and forepart, or one field along the whole sole. */
static void tread_field(cairo_t *cr, const struct spec *s, struct rgb base)
{
	const char *tread = spec_text(s, "tread", "ribs");
	bool lugs = strcmp(tread, "lugs") == 0, hex = strcmp(tread, "hex") == 0;

	if (strcmp(tread, "pivot") == 0) {
		cairo_new_path(cr);
		tread_ribs(cr, 20, 980, 24, 0);
		paint_emboss(cr, base, 6, 2.2);
		cairo_new_path(cr);
		tread_pivot(cr, 735, 118);
		cairo_save(cr);
		paint_ellipse(cr, 735, -8, 128, 128);
		paint_rgb(cr, base, 1);
		cairo_fill(cr);
		cairo_restore(cr);
		tread_pivot(cr, 735, 118);
		paint_emboss(cr, base, 7, 2.2);
		return;
	}
	cairo_new_path(cr);
	if (spec_is(s, "field", "full"))
		tread_path(cr, tread, 30, 975);
	else {
		tread_path(cr, tread, 40, 250);
		tread_path(cr, tread, 520, 950);
	}
	if (lugs || hex) {
		cairo_path_t *path = cairo_copy_path(cr);

		cairo_new_path(cr);
		cairo_save(cr);
		cairo_translate(cr, 3, -6);
		cairo_append_path(cr, path);
		cairo_restore(cr);
		paint_rgb(cr, rgb_shade(base, -.62), .8);
		cairo_fill(cr);
		cairo_append_path(cr, path);
		paint_rgb(cr, rgb_shade(base, .10), 1);
		cairo_fill_preserve(cr);
		cairo_set_line_width(cr, 2.4);
		paint_rgb(cr, rgb_shade(base, .34), .8);
		cairo_stroke(cr);
		cairo_path_destroy(path);
		return;
	}
	paint_emboss(cr, base, strcmp(tread, "dots") == 0 ? 6 : 8, 2.4);
}

static void stamp(cairo_t *cr, const char *text, double x, double y, double size, struct rgb base)
{
	cairo_text_extents_t e;

	cairo_save(cr);
	cairo_translate(cr, x, y);
	cairo_scale(cr, 1, -1);
	cairo_select_font_face(cr, "Inter", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
	cairo_set_font_size(cr, size);
	cairo_text_extents(cr, text, &e);
	for (int k = 0; k < 2; k++) {
		cairo_move_to(cr, -e.width / 2, size * .35 + (k ? 0 : 1.8));
		paint_rgb(cr, rgb_shade(base, k ? -.45 : .4), .8);
		cairo_show_text(cr, text);
	}
	cairo_restore(cr);
}

void draw_sole_plan(cairo_t *cr, const struct spec *s)
{
	struct rgb base = spec_colour(s, "colour", "#333333");
	struct rgb second = spec_colour(s, "second", spec_text(s, "colour", "#333333"));
	enum material m = material_named(spec_text(s, "material", "rubber"));
	double toe = spec_number(s, "toe", 0);
	bool heeled = spec_number(s, "heel", 0) > 40 && !spec_is(s, "profile", "wedge")
		&& !spec_is(s, "profile", "runner");
	struct rgb groove = rgb_shade(base, rgb_light(base) < .25 ? .10 : -.08);

	for (int k = 0; k < 3; k++)
		paint_shadow(cr, 505, -22 - k * 8, 545 - k * 25, 205 - k * 16, .20);
	cairo_new_path(cr);
	outline_path(cr, -10, toe);
	paint_body(cr, (struct finish){ second, m });
	cairo_new_path(cr);
	outline_path(cr, 4, toe);
	paint_body(cr, (struct finish){ base, m });
	if (m == M_LEATHER && spec_is(s, "tread", "smooth")) {
		cairo_new_path(cr);
		outline_path(cr, 17, toe);
		paint_emboss(cr, rgb_shade(base, -.25), 2.5, 1.5);
	}
	cairo_save(cr);
	cairo_new_path(cr);
	outline_path(cr, 22, toe);
	cairo_clip(cr);
	if (!spec_is(s, "tread", "smooth"))
		tread_field(cr, s, groove);
	cairo_restore(cr);
	if (!spec_is(s, "tread", "smooth")) {
		cairo_new_path(cr);
		outline_path(cr, 19, toe);
		paint_emboss(cr, groove, 5, 2);
	}
	if (heeled) {
		static const struct pt lift[] = {
			P(2, 4), P(42, 80), P(130, 116), C(262, 100), P(274, 0), C(262, -114),
			P(130, -120),
			P(42, -80),
		};
		struct rgb top = spec_colour(s, "toplift", "#2a2726");

		paint_shadow(cr, 175, -30, 190, 150, .35);
		paint_panel(cr, lift, 8, NULL, (struct finish){ top, M_RUBBER });
	}
	if (spec_is(s, "field", "full"))
		return;
	if (!heeled)
		stamp(cr, "SUELAS TOTY", 400, -12, 24, groove);
	else
		stamp(cr, "SUELAS TOTY", 420, -12, 24, base);
}

/* The side of a sole from one end to the other; lower edge first, then back along the top. */
static int side_points(struct pt *p, const struct last *l, double heel, bool wedge, double from,
	double to)
{
	int n = 0;

	for (double x = 14; x <= 986; x += 81) {
		double toe = x > 690 ? (x - 690) / 300 : 0;
		double y = wedge || x > 690 || heel <= 0 ? 0 : last_lift(l, x);

		p[n++] = (struct pt){ x, y + l->spring * toe * toe + from * l->thick, x < 20 };
	}
	for (double x = 1000; x >= 0; x -= 83.3) {
		double toe = x > 690 ? (x - 690) / 300 : 0;

		p[n++] = (struct pt){ x, last_lift(l, x) + l->spring * toe * toe + to * l->thick,
			x > 999 || x < 1 };
	}
	return n;
}

static void side_teeth(cairo_t *cr, const struct last *l, struct rgb c, double depth)
{
	for (double x = 30; x < 950; x += 62) {
		double toe = x > 690 ? (x - 690) / 300 : 0;

		if (x > 225 && x < 640)
			continue;
		paint_rounded(cr, x, -depth + l->spring * toe * toe, 42, depth + 12, 5);
		paint_rgb(cr, rgb_shade(c, -.18), 1);
		cairo_fill(cr);
	}
}

static void side_heel(cairo_t *cr, const struct last *l, struct rgb c, enum material m,
	bool stacked,
	struct rgb toplift)
{
	double h = l->lift;
	const struct pt block[] = {
		C(10, h + l->thick * .3), P(12, h * .5), C(20, 16), C(262, 16), P(258, h * .5),
		C(268, last_lift(l, 268) + 3),
	};
	const struct pt tap[] = { C(20, 0), C(262, 0), C(262, 17), C(20, 17) };

	paint_panel(cr, block, 6, NULL, (struct finish){ c, m });
	if (stacked)
		for (double y = 40; y < h; y += 26) {
			cairo_new_path(cr);
			cairo_move_to(cr, 16, y);
			cairo_line_to(cr, 262, y);
			cairo_set_line_width(cr, 2.5);
			paint_rgb(cr, rgb_shade(c, -.45), .6);
			cairo_stroke(cr);
		}
	paint_panel(cr, tap, 4, NULL, (struct finish){ toplift, M_RUBBER });
}

void draw_sole_side(cairo_t *cr, const struct spec *s)
{
	struct rgb base = spec_colour(s, "colour", "#333333");
	struct rgb second = spec_colour(s, "second", spec_text(s, "colour", "#333333"));
	enum material m = material_named(spec_text(s, "material", "rubber"));
	bool wedge = spec_is(s, "profile", "wedge") || spec_is(s, "profile", "runner");
	double heel = spec_number(s, "heel", 0);
	struct last l = { heel, spec_number(s, "thick", 40), spec_number(s, "spring", 34), 0 };
	bool two = second.r != base.r || second.g != base.g || second.b != base.b;
	bool lugs = spec_is(s, "tread", "lugs");
	struct pt p[SHAPE_POINTS];
	double split = .42;
	int n;

	paint_shadow(cr, 500, -6 - (lugs ? 16 : 0), 540, 34, .50);
	paint_shadow(cr, 420, -4 - (lugs ? 16 : 0), 380, 16, .55);
	if (lugs)
		side_teeth(cr, &l, base, 20);
	if (heel > 40 && !wedge)
		side_heel(cr, &l, spec_colour(s, "block", spec_text(s, "colour", "#333")), m,
			spec_is(s, "stacked", "yes"), spec_colour(s, "toplift", "#2a2726"));
	n = side_points(p, &l, heel, wedge, 0, 1);
	paint_panel(cr, p, n, NULL, (struct finish){ two ? second : base, two ? M_EVA : m });
	if (two) {
		n = 0;
		for (double x = 14; x <= 986; x += 81) {
			double toe = x > 690 ? (x - 690) / 300 : 0;
			p[n++] = (struct pt){ x, (wedge || heel <= 0 ? 0 : last_lift(&l,
				x)) + l.spring * toe * toe,
				x < 20 };
		}
		for (double x = 992; x >= 6; x -= 82) {
			double toe = x > 690 ? (x - 690) / 300 : 0;
			p[n++] = (struct pt){ x, (wedge || heel <= 0 ? 0 : last_lift(&l,
				x)) + l.spring * toe * toe
				+ split * l.thick + (x > 900 ? (x - 900) * .12 : 0),
					x > 991 || x < 10 };
		}
		paint_panel(cr, p, n, NULL, (struct finish){ base, m });
	}
	/* the wall: ribs pressed into the side, or the stitched welt of a dress sole */
	if (spec_is(s, "wall", "ribs"))
		for (double x = 40; x < 950; x += 22) {
			double toe = x > 690 ? (x - 690) / 300 : 0;
			double y = last_lift(&l, x) + l.spring * toe * toe;

			cairo_new_path(cr);
			cairo_move_to(cr, x, y + l.thick * .55);
			cairo_line_to(cr, x + 3, y + l.thick * .85);
			paint_emboss(cr, rgb_shade(two ? second : base, -.1), 4, 1.5);
		}
	if (spec_is(s, "wall", "welt")) {
		struct pt seam[13];

		n = 0;
		for (double x = 20; x <= 985 && n < 13; x += 80) {
			double toe = x > 690 ? (x - 690) / 300 : 0;
			seam[n++] = (struct pt){ x, last_lift(&l,
				x) + l.spring * toe * toe + l.thick * .78, 0 };
		}
		paint_seam(cr, seam, n, NULL, spec_colour(s, "thread", "#e6d2a8"), 11);
	}
}

/* Loose heels, as a pair: one from the side, one turned a little behind it. */
static void one_heel(cairo_t *cr, const struct spec *s, double h)
{
	const char *form = spec_text(s, "form", "block");
	struct finish f = { spec_colour(s, "colour", "#222222"),
		material_named(spec_text(s, "material", "rubber")) };
	const double top = 250;
	double tip0 = 30, tip1 = 215, waist0 = 26, waist1 = 222;

	if (strcmp(form, "wedge") == 0) {
		const struct pt wedge[] = {
			C(0, h + 14), P(8, h * .5), C(20, 0), P(330, -4), C(640, 0), C(646, 16),
			P(470, 40), P(330, h * .42),
			P(200, h * .84), P(110, h + 4),
		};

		paint_shadow(cr, 320, 0, 400, 26, .55);
		paint_panel(cr, wedge, 10, NULL, f);
		return;
	}
	if (strcmp(form, "stiletto") == 0)
		tip0 = 78, tip1 = 108, waist0 = 58, waist1 = 128;
	else if (strcmp(form, "kitten") == 0)
		tip0 = 72, tip1 = 116, waist0 = 52, waist1 = 140;
	else if (strcmp(form, "cone") == 0)
		tip0 = 62, tip1 = 138, waist0 = 36, waist1 = 192;
	else if (strcmp(form, "cuban") == 0)
		tip0 = 56, tip1 = 222, waist0 = 30, waist1 = 228;
	else if (strcmp(form, "flare") == 0)
		tip0 = 0, tip1 = 240, waist0 = 36, waist1 = 212;
	{
		const struct pt body[] = {
			C(0, h + 14), P(10, h * .86), P(waist0, h * .52), C(tip0, 14), C(tip1, 14),
			P(waist1, h * .52), P(top - 26, h * .80), C(top, h - 8),
			P(top * .5, h - 14),
		};
		const struct pt tap[] = {
			C(tip0 - 1, 0), C(tip1 + 1, 0), C(tip1 + 1, 15), C(tip0 - 1, 15),
		};
		const struct pt seat[] = {
			C(0, h + 14), P(top * .5, h - 14), C(top, h - 8),
			P(top * .72, h + 26), P(top * .3, h + 44), P(20, h + 36),
		};

		paint_shadow(cr, (tip0 + tip1) / 2 + 10, 0, (tip1 - tip0) * .8 + 60, 24, .55);
		paint_panel(cr, seat, 6, NULL, (struct finish){ rgb_shade(f.colour,
			rgb_light(f.colour) < .2 ? .22 : -.25), M_SUEDE });
		paint_panel(cr, body, 9, NULL, f);
		if (spec_is(s, "stacked", "yes")) {
			cairo_save(cr);
			cairo_new_path(cr);
			shape_path(cr, body, 9, true, NULL);
			cairo_clip(cr);
			for (double y = 36; y < h + 14; y += 22) {
				cairo_move_to(cr, -20, y);
				cairo_line_to(cr, 700, y);
				cairo_set_line_width(cr, 2.2);
				paint_rgb(cr, rgb_shade(f.colour, -.5), .55);
				cairo_stroke(cr);
			}
			cairo_restore(cr);
		}
		paint_panel(cr, tap, 4, NULL, (struct finish){ spec_colour(s, "toplift",
			"#242222"), M_RUBBER });
	}
}

void draw_heel(cairo_t *cr, const struct spec *s)
{
	double h = spec_number(s, "heel", 200);
	bool wedge = spec_is(s, "form", "wedge");
	double k = wedge ? 1.25 : h > 260 ? 2.0 : 2.4;

	cairo_save(cr);
	cairo_translate(cr, wedge ? 230 : 470, 150);
	cairo_scale(cr, k * .9, k * .9);
	one_heel(cr, s, h);
	cairo_restore(cr);
	cairo_save(cr);
	cairo_translate(cr, wedge ? 20 : 60, 0);
	cairo_scale(cr, k, k);
	one_heel(cr, s, h);
	cairo_restore(cr);
}

/* A pair of insoles: the left from above, the right turned to show its underside. */
void draw_insole(cairo_t *cr, const struct spec *s)
{
	struct finish top = { spec_colour(s, "colour", "#8a6f52"),
		material_named(spec_text(s, "material", "leather")) };
	struct finish under = { spec_colour(s, "second", "#d9d2c5"),
		material_named(spec_text(s, "under", "eva")) };
	bool half = spec_is(s, "form", "half");

	for (int k = 0; k < 2; k++) {
		cairo_save(cr);
		cairo_translate(cr, k ? 0 : 10, k ? -175 : 185);
		cairo_scale(cr, 1, k ? -1 : 1);
		if (half) {
			cairo_rectangle(cr, -40, -260, 700, 520);
			cairo_clip(cr);
		}
		for (int j = 0; j < 3; j++)
			paint_shadow(cr, 500, (k ? 1 : -1) * (18 + j * 7), 530 - j * 20,
				195 - j * 14, .20);
		cairo_new_path(cr);
		outline_path(cr, -6, 0);
		paint_body(cr, k ? top : under);
		cairo_new_path(cr);
		outline_path(cr, 3, 0);
		paint_body(cr, k ? under : top);
		cairo_new_path(cr);
		outline_path(cr, 15, 0);
		cairo_set_line_width(cr, 3);
		paint_rgb(cr, rgb_shade(k ? under.colour : top.colour, -.3), .6);
		cairo_stroke(cr);
		if (spec_is(s, "pad", "yes")) {
			struct rgb pad = spec_colour(s, "padcolour", "#d8763a");

			paint_ellipse(cr, 150, -2, 92, 78);
			paint_body(cr, (struct finish){ pad, M_EVA });
			paint_ellipse(cr, 735, -14, 92, 82);
			paint_body(cr, (struct finish){ rgb_shade(pad, k ? 0 : .1), M_EVA });
		}
		if (spec_is(s, "holes", "yes")) {
			cairo_new_path(cr);
			for (double x = 560; x < 900; x += 34)
				for (double y = -90; y <= 80; y += 34)
					paint_ellipse(cr, x, y, 5, 5);
			paint_rgb(cr, rgb_shade(k ? under.colour : top.colour, -.55), .8);
			cairo_fill(cr);
		}
		if (k == 0 && !spec_is(s, "pad", "yes"))
			stamp(cr, "TOTY", 150, 0, 40, top.colour);
		cairo_restore(cr);
	}
}
