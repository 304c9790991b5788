/* goods -- bags and the small things of a shoe shop and a workshop; x = 0 is the middle. */
#include "draw.h"

#include <math.h>
#include <string.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static struct finish main_finish(const struct spec *s)
{
	return (struct finish){ spec_colour(s, "colour", "#6b4328"),
		material_named(spec_text(s, "material", "leather")) };
}

static struct finish second_finish(const struct spec *s)
{
	return (struct finish){ spec_colour(s, "second", spec_text(s, "colour", "#6b4328")),
		material_named(spec_text(s, "material2", spec_text(s, "material", "leather"))) };
}

static struct rgb thread_of(struct rgb c)
{
	return rgb_shade(c, rgb_light(c) > .55 ? -.32 : .34);
}

/* A strap or handle: a tube along a curve of three points. */
static void tube(cairo_t *cr, double x0, double y0, double xm, double ym, double x1, double y1,
	double width, struct rgb c)
{
	static const double w[] = { 1, .80, .48, .16 }, shade[] = { -.55, -.12, .10, .36 };

	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	for (int k = 0; k < 4; k++) {
		cairo_new_path(cr);
		cairo_move_to(cr, x0, y0 + k * .6);
		cairo_curve_to(cr, x0 + (xm - x0) * .12, ym, x1 + (xm - x1) * .12, ym, x1,
			y1 + k * .6);
		cairo_set_line_width(cr, width * w[k]);
		paint_rgb(cr, rgb_shade(c, shade[k]), 1);
		cairo_stroke(cr);
	}
}

static void clasp(cairo_t *cr, double x, double y, double w, double h)
{
	cairo_new_path(cr);
	paint_rounded(cr, x - w / 2, y - h / 2, w, h, h * .3);
	paint_body(cr, (struct finish){ rgb_parse("#d4b36a"), M_METAL });
}

static void words(cairo_t *cr, const char *text, double x, double y, double size, struct rgb c)
{
	cairo_text_extents_t e;

	cairo_save(cr);
	cairo_translate(cr, x, y);
	cairo_scale(cr, 1, -1);
	cairo_select_font_face(cr, "Inter", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
	cairo_set_font_size(cr, size);
	cairo_text_extents(cr, text, &e);
	cairo_move_to(cr, -e.width / 2 - e.x_bearing, size * .36);
	paint_rgb(cr, c, .9);
	cairo_show_text(cr, text);
	cairo_restore(cr);
}

static void tote(cairo_t *cr, const struct spec *s)
{
	static const struct pt back[] = { C(-290, 590), C(290, 590), C(276, 560), C(-276, 560) };
	static const struct pt body[] = {
		C(-274, 0), P(0, -8), C(274, 0), C(300, 572), P(0, 560), C(-300, 572),
	};
	static const struct pt base[] = { C(-274, 0), P(0, -8), C(274, 0), C(280, 130), P(0, 118),
		C(-280, 130) };
	static const struct pt seam[] = { P(-288, 548), P(0, 536), P(288, 548) };
	struct finish f = main_finish(s), g = second_finish(s);

	tube(cr, -130, 560, 0, 860, 130, 560, 26, rgb_shade(g.colour, -.25));
	paint_panel(cr, back, COUNT(back), NULL, (struct finish){ rgb_shade(f.colour, -.5),
		M_CANVAS });
	paint_panel(cr, body, COUNT(body), NULL, f);
	paint_panel(cr, base, COUNT(base), NULL, g);
	paint_seam(cr, seam, COUNT(seam), NULL, thread_of(f.colour), 9);
	tube(cr, -150, 470, 0, 800, 150, 470, 28, g.colour);
	clasp(cr, -150, 468, 40, 34);
	clasp(cr, 150, 468, 40, 34);
}

static void crossbody(cairo_t *cr, const struct spec *s)
{
	static const struct pt body[] = {
		C(-290, 70), P(-270, 14), P(0, 0), P(270, 14), C(290, 70), P(286, 300), C(270,
		400), C(-270, 400), P(-286, 300),
	};
	static const struct pt flap[] = {
		C(-276, 402), P(-292, 300), P(-250, 190), P(-110, 142), P(0, 134), P(110, 142),
		P(250, 190), P(292, 300), C(276, 402),
		P(0, 414),
	};
	static const struct pt seam[] = {
		P(-272, 310), P(-234, 208), P(-104, 160), P(0, 152), P(104, 160), P(234, 208),
		P(272, 310),
	};
	struct finish f = main_finish(s), g = second_finish(s);

	tube(cr, -262, 390, 0, 900, 262, 390, 20, g.colour);
	paint_panel(cr, body, COUNT(body), NULL, f);
	paint_panel(cr, flap, COUNT(flap), NULL, f);
	paint_seam(cr, seam, COUNT(seam), NULL, thread_of(f.colour), 9);
	clasp(cr, 0, 158, 84, 46);
	clasp(cr, -262, 384, 34, 34);
	clasp(cr, 262, 384, 34, 34);
}

static void clutch(cairo_t *cr, const struct spec *s)
{
	static const struct pt body[] = { C(-340, 20), P(0, 0), C(340, 20), P(346, 180), C(334,
		340), C(-334, 340), P(-346, 180) };
	static const struct pt flap[] = { C(-336, 342), P(0, 352), C(336, 342), C(330, 300), C(0,
		128), C(-330, 300) };
	static const struct pt seam[] = { P(-318, 296), C(0, 146), P(318, 296) };
	struct finish f = main_finish(s);

	tube(cr, 320, 300, 420, 120, 400, 150, 14, f.colour);
	paint_panel(cr, body, COUNT(body), NULL, f);
	paint_panel(cr, flap, COUNT(flap), NULL, second_finish(s));
	paint_seam(cr, seam, COUNT(seam), NULL, thread_of(f.colour), 8);
	clasp(cr, 0, 160, 44, 44);
}

static void backpack(cairo_t *cr, const struct spec *s)
{
	static const struct pt body[] = {
		C(-250, 20), P(0, 0), C(250, 20), P(280, 240), P(262, 500), P(170, 640), P(0,
		676), P(-170, 640), P(-262, 500),
		P(-280, 240),
	};
	static const struct pt pocket[] = { C(-190, 50), P(0, 36), C(190, 50), P(204, 180), C(184,
		300), C(-184, 300), P(-204, 180) };
	static const struct pt zip[] = { P(-252, 440), P(-200, 560), P(0, 616), P(200, 560),
		P(252, 440) };
	struct finish f = main_finish(s);

	tube(cr, -60, 660, 0, 780, 60, 660, 26, f.colour);
	paint_panel(cr, body, COUNT(body), NULL, f);
	cairo_new_path(cr);
	shape_path(cr, zip, COUNT(zip), false, NULL);
	paint_emboss(cr, rgb_parse("#c4a464"), 8, 2.5);
	paint_panel(cr, pocket, COUNT(pocket), NULL, second_finish(s));
	cairo_new_path(cr);
	cairo_move_to(cr, -170, 270);
	cairo_line_to(cr, 170, 270);
	paint_emboss(cr, rgb_parse("#c4a464"), 7, 2.5);
}

void draw_bag(cairo_t *cr, const struct spec *s)
{
	paint_shadow(cr, 0, 0, 400, 40, .60);
	paint_shadow(cr, 0, -14, 470, 70, .26);
	if (spec_is(s, "form", "crossbody"))
		crossbody(cr, s);
	else if (spec_is(s, "form", "clutch"))
		clutch(cr, s);
	else if (spec_is(s, "form", "backpack"))
		backpack(cr, s);
	else
		tote(cr, s);
}

static void sheets(cairo_t *cr, const struct spec *s)
{
	struct finish f = main_finish(s);

	paint_shadow(cr, 0, 30, 470, 130, .5);
	for (int i = 0; i < 4; i++) {
		double y = i * 44, d = i % 2 ? 12 : -8;
		const struct pt side[] = { C(-400 + d, y), C(250 + d, y - 60), C(250 + d, y - 26),
			C(-400 + d, y + 34) };
		const struct pt end[] = { C(250 + d, y - 60), C(420 + d, y + 120), C(420 + d,
			y + 154), C(250 + d, y - 26) };
		const struct pt top[] = { C(-400 + d, y + 34), C(250 + d, y - 26), C(420 + d,
			y + 154), C(-220 + d, y + 210) };

		paint_panel(cr, side, 4, NULL, (struct finish){ rgb_shade(f.colour, -.18),
			f.material });
		paint_panel(cr, end, 4, NULL, (struct finish){ rgb_shade(f.colour, -.32),
			f.material });
		paint_panel(cr, top, 4, NULL, f);
	}
	for (int k = 1; k < 26; k++) {
		double t = k / 26.0;

		cairo_new_path(cr);
		cairo_move_to(cr, -388 + 180 * t, 166 + 176 * t);
		cairo_line_to(cr, 262 + 170 * t, 106 + 180 * t);
		paint_emboss(cr, rgb_shade(f.colour, .05), 3, 1.2);
	}
}

static void lifts(cairo_t *cr, const struct spec *s)
{
	static const struct pt one[] = {
		C(-60, -50), P(-70, 10), P(-50, 62), P(0, 82), P(50, 62), P(70, 10), C(60, -50),
	};
	struct finish f = main_finish(s);

	for (int row = 2; row >= 0; row--)
		for (int col = 0; col < 4; col++) {
			double k = .72 + (2 - row) * .12;

			cairo_save(cr);
			cairo_translate(cr, (col - 1.5) * 215 * (k + .1), 60 + row * 175);
			cairo_scale(cr, k * 1.15, k);
			paint_shadow(cr, 6, -6, 110, 104, .5);
			paint_panel(cr, one, COUNT(one), NULL,
				(struct finish){ rgb_shade(f.colour, -.35), M_RUBBER });
			cairo_translate(cr, 0, 12);
			paint_panel(cr, one, COUNT(one), NULL, f);
			paint_ellipse(cr, 0, 14, 11, 11);
			paint_body(cr, (struct finish){ rgb_parse("#b9bcc2"), M_METAL });
			cairo_restore(cr);
		}
}

static void coil(cairo_t *cr, const struct spec *s)
{
	struct finish f = main_finish(s);

	paint_shadow(cr, 0, 60, 470, 170, .55);
	for (int i = 0; i < 5; i++) {
		double y = 90 + i * 34;

		cairo_new_path(cr);
		paint_ellipse(cr, 0, y, 380, 190);
		cairo_new_sub_path(cr);
		cairo_save(cr);
		cairo_translate(cr, 0, y + 6);
		cairo_scale(cr, 190, 92);
		cairo_arc_negative(cr, 0, 0, 1, 2 * M_PI, 0);
		cairo_restore(cr);
		paint_body(cr, (struct finish){ rgb_shade(f.colour, i == 4 ? 0 : -.14),
			f.material });
	}
	for (int k = 0; k < 7; k++) {
		cairo_new_path(cr);
		paint_ellipse(cr, 0, 228, 214 + k * 24, 104 + k * 12.2);
		cairo_set_line_width(cr, 3);
		paint_rgb(cr, rgb_shade(f.colour, -.5), .55);
		cairo_stroke(cr);
	}
	tube(cr, 300, 120, 420, 10, 480, 30, 30, f.colour);
}

static void shanks(cairo_t *cr, const struct spec *s)
{
	static const struct pt one[] = {
		C(-300, 0), P(-120, 16), P(60, 60), C(300, 86), C(304, 124), P(60, 98), P(-120,
		54), C(-304, 38),
	};
	struct finish f = main_finish(s);

	for (int i = 0; i < 6; i++) {
		cairo_save(cr);
		cairo_translate(cr, (i % 2 ? 40 : -50), 460 - i * 82);
		paint_shadow(cr, 0, 20, 330, 60, .35);
		paint_panel(cr, one, COUNT(one), NULL, f);
		paint_ellipse(cr, -230, 26, 9, 9);
		paint_ellipse(cr, 230, 92, 9, 9);
		cairo_set_source_rgb(cr, .2, .2, .22);
		cairo_fill(cr);
		cairo_restore(cr);
	}
}

static void lace_bundle(cairo_t *cr, const struct spec *s)
{
	struct rgb c = spec_colour(s, "colour", "#333333");

	paint_shadow(cr, 0, 50, 330, 60, .5);
	for (int i = 0; i < 9; i++) {
		double x = (i - 4) * 27;

		tube(cr, x * .8, 330, x * 2.0 - 20, 640, x * .8 + 8, 330, 19, rgb_shade(c,
			i % 2 ? .06 : -.06));
		tube(cr, x * .8, 330, x * 2.0 + 10, 10, x * .8 - 6, 330, 19, rgb_shade(c,
			i % 2 ? -.04 : .08));
	}
	cairo_new_path(cr);
	paint_rounded(cr, -150, 262, 300, 136, 14);
	paint_body(cr, (struct finish){ rgb_parse("#efe6d4"), M_CANVAS });
	words(cr, spec_text(s, "label", "12 × 75 cm"), 0, 330, 40, rgb_parse("#4a3a2c"));
	for (int k = 0; k < 2; k++) {
		tube(cr, k ? 110 : -90, 180, k ? 250 : -220, 40, k ? 300 : -290, 30, 17, c);
		clasp(cr, k ? 312 : -302, 28, 44, 17);
	}
}

static void tin(cairo_t *cr, const struct spec *s, double w, double h, struct rgb metal)
{
	struct rgb c = spec_colour(s, "colour", "#c77f2a");

	paint_shadow(cr, 0, 0, w * .86, 56, .6);
	cairo_new_path(cr);
	cairo_move_to(cr, -w / 2, h);
	cairo_line_to(cr, -w / 2, 30);
	cairo_curve_to(cr, -w / 2, -22, w / 2, -22, w / 2, 30);
	cairo_line_to(cr, w / 2, h);
	cairo_close_path(cr);
	paint_body(cr, (struct finish){ metal, M_METAL });
	cairo_new_path(cr);
	cairo_move_to(cr, -w / 2, h * .82);
	cairo_line_to(cr, -w / 2, h * .20);
	cairo_curve_to(cr, -w / 2, h * .20 - 52, w / 2, h * .20 - 52, w / 2, h * .20);
	cairo_line_to(cr, w / 2, h * .82);
	cairo_curve_to(cr, w / 2, h * .82 - 52, -w / 2, h * .82 - 52, -w / 2, h * .82);
	cairo_close_path(cr);
	paint_body(cr, (struct finish){ c, M_SATIN });
	cairo_new_path(cr);
	paint_ellipse(cr, 0, h, w / 2, 44);
	paint_body(cr, (struct finish){ rgb_shade(metal, .1), M_METAL });
	cairo_new_path(cr);
	paint_ellipse(cr, 0, h + 10, w * .40, 32);
	paint_body(cr, (struct finish){ rgb_shade(metal, -.06), M_METAL });
	words(cr, spec_text(s, "label", ""), 0, h * .44, w * .125,
		rgb_light(c) > .6 ? rgb_parse("#3a2c20") : rgb_parse("#f6efe2"));
}

static void belt(cairo_t *cr, const struct spec *s)
{
	struct finish f = main_finish(s);

	paint_shadow(cr, 0, 40, 420, 110, .5);
	for (int i = 0; i < 3; i++) {
		double r = 330 - i * 56;

		cairo_new_path(cr);
		paint_ellipse(cr, 0, 230 + i * 6, r, r * .62);
		for (int k = 0; k < 3; k++) {
			static const double w[] = { 52, 44, 18 }, shade[] = { -.5, 0, .12 };

			cairo_set_line_width(cr, w[k]);
			paint_rgb(cr, rgb_shade(f.colour, shade[k] - i * .06), 1);
			cairo_stroke_preserve(cr);
		}
		cairo_new_path(cr);
	}
	tube(cr, 200, 70, 330, 10, 430, 40, 52, f.colour);
	cairo_new_path(cr);
	paint_rounded(cr, 396, -14, 96, 108, 16);
	cairo_set_line_width(cr, 16);
	cairo_set_source_rgb(cr, .50, .40, .20);
	cairo_stroke_preserve(cr);
	cairo_set_line_width(cr, 9);
	cairo_set_source_rgb(cr, .90, .80, .55);
	cairo_stroke(cr);
}

static void socks(cairo_t *cr, const struct spec *s)
{
	static const struct pt one[] = {
		C(-150, 620), C(70, 620), P(76, 420), P(84, 300), P(170, 210), P(300, 140), P(330,
		60), P(260, 6), P(120, 10),
		P(-40, 80), P(-140, 190), P(-156, 330),
	};
	static const struct pt cuff[] = { C(-154, 640), C(74, 640), C(76, 540), C(-154, 540) };
	static const struct pt toe[] = { C(206, 188), P(300, 140), P(330, 60), P(260, 6), C(180,
		6), P(230, 80) };
	static const struct pt heel[] = { C(-60, 96), P(-130, 176), C(-152, 250), P(-60, 220),
		C(20, 120) };
	struct finish f = main_finish(s), g = second_finish(s);

	for (int k = 0; k < 2; k++) {
		cairo_save(cr);
		cairo_translate(cr, k ? -130 : 90, k ? 0 : 90);
		paint_shadow(cr, 60, 40, 300, 70, .4);
		paint_panel(cr, one, COUNT(one), NULL, f);
		paint_panel(cr, toe, COUNT(toe), NULL, g);
		paint_panel(cr, heel, COUNT(heel), NULL, g);
		paint_panel(cr, cuff, COUNT(cuff), NULL, g);
		cairo_restore(cr);
	}
}

static void brush(cairo_t *cr, const struct spec *s)
{
	static const struct pt wood[] = {
		P(-340, 210), P(-330, 270), P(-160, 312), P(0, 318), P(160, 312), P(330, 270),
		P(340, 210), C(310, 180), C(-310, 180),
	};
	struct rgb hair = spec_colour(s, "second", "#3b2c22");

	paint_shadow(cr, 0, 10, 420, 46, .6);
	for (int row = 0; row < 3; row++)
		for (int i = 0; i < 150; i++) {
			double x = -300 + i * 4.02 + row;

			cairo_new_path(cr);
			cairo_move_to(cr, x, 190);
			cairo_line_to(cr, x + (i * 7 % 11 - 5) + (x / 28),
				14 + (i * 13 % 9) + row * 6);
			cairo_set_line_width(cr, 2.6);
			paint_rgb(cr, rgb_shade(hair, (i * 5 % 7) * .05 - .1), .95);
			cairo_stroke(cr);
		}
	paint_panel(cr, wood, COUNT(wood), NULL, (struct finish){ spec_colour(s, "colour",
		"#b07a45"), M_WOOD });
	words(cr, spec_text(s, "label", ""), 0, 246, 34, rgb_parse("#4a2f1a"));
}

void draw_goods(cairo_t *cr, const struct spec *s)
{
	static const struct { const char *form; void (*draw)(cairo_t *,
		const struct spec *); } forms[] = {
		{ "sheets", sheets }, { "lifts", lifts }, { "coil", coil }, { "shanks", shanks },
		{ "laces", lace_bundle }, { "belt", belt }, { "socks", socks }, { "brush", brush },
	};

	cairo_save(cr);
	cairo_translate(cr, 0, 60);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (spec_is(s, "form", forms[i].form))
			forms[i].draw(cr, s);
	if (spec_is(s, "form", "tin"))
		tin(cr, s, 440, 520, rgb_parse("#c9ccd0"));
	else if (spec_is(s, "form", "jar"))
		tin(cr, s, 480, 260, rgb_parse("#34302d"));
	else if (spec_is(s, "form", "spray"))
		tin(cr, s, 220, 600, rgb_parse("#d9dadc"));
	cairo_restore(cr);
}
