/*
 * shoe -- shoes from the side.  An upper is a set of panels drawn on a flat last
 * (1000 units long, toe to the right); last_bend lifts them onto the heel.
 */
#include "draw.h"

#include <math.h>
#include <string.h>

struct shoe {
	const struct spec *spec;
	struct last last;
	struct finish upper, second;
	struct rgb sole, lining, thread;
	double heel;                    /* lift of the seat, units; 4 units are a millimetre */
};

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))
#define PANEL(cr, shoe, pts, finish) paint_panel((cr), (pts), COUNT(pts), &(shoe)->last, (finish))
#define SEAM(cr, shoe, pts) paint_seam((cr), (pts), COUNT(pts), &(shoe)->last, (shoe)->thread, 9)

static double toe_up(const struct last *l, double x)
{
	double t = x > 650 ? (x - 650) / 350 : 0;

	return l->spring * t * t;
}

static double toe_out(const struct last *l, double x)
{
	double t = x > 650 ? (x - 650) / 350 : 0;

	return x + l->toe * t * t;
}

/* A layer under the foot: from fraction a to b of the thickness; flat: stands on the ground. */
static void layer(cairo_t *cr, const struct shoe *s, double a, double b, bool flat, double out,
	struct finish f)
{
	struct pt p[SHAPE_POINTS];
	int n = 0;
	double x0 = 16 - out, x1 = 992 + out, inset = flat ? 16 : 0;

	for (int i = 0; i <= 14; i++) {
		double x = x0 + inset + (x1 - x0 - inset * 2.2) * i / 14;
		double y = (flat ? 0 : last_lift(&s->last, x)) + toe_up(&s->last,
			x) + a * s->last.thick;

		p[n++] = (struct pt){ toe_out(&s->last, x), y, !flat && i == 0 };
	}
	for (int i = 14; i >= 0; i--) {
		double x = x0 - 3 + (x1 - x0 + 6) * i / 14;
		double y = last_lift(&s->last, x) + toe_up(&s->last, x) + b * s->last.thick;

		p[n++] = (struct pt){ toe_out(&s->last, x), y, !flat && (i == 0 || i == 14) };
	}
	paint_panel(cr, p, n, NULL, f);
}

static void heel_block(cairo_t *cr, const struct shoe *s)
{
	const char *form = spec_text(s->spec, "form", "block");
	double h = s->heel + s->last.thick * .5, k = h > 100 ? 1 : h / 100;
	double tip0 = 26, tip1 = 216, waist0 = 16, waist1 = 222, top1 = 236;
	struct finish f = { spec_colour(s->spec, "heelcolour", spec_text(s->spec, "colour",
		"#222")),
		material_named(spec_text(s->spec, "heelmaterial", spec_text(s->spec, "material",
			"leather"))) };

	if (strcmp(form, "stiletto") == 0)
		tip0 = 60, tip1 = 86, waist0 = 36, waist1 = 104;
	else if (strcmp(form, "kitten") == 0)
		tip0 = 62, tip1 = 96, waist0 = 40, waist1 = 122;
	else if (strcmp(form, "cone") == 0)
		tip0 = 48, tip1 = 118, waist0 = 26, waist1 = 168;
	else if (strcmp(form, "cuban") == 0)
		tip0 = 54, tip1 = 212, waist0 = 28, waist1 = 218;
	else if (strcmp(form, "flare") == 0)
		tip0 = 4, tip1 = 246, waist0 = 26, waist1 = 214;
	const struct pt body[] = {
		C(12, h + 10), P(12 + (waist0 - 12) * .45, h * .80), P(waist0, h * .48), C(tip0,
		12 * k),
		C(tip1, 12 * k), P(waist1, h * .48), P(top1 - 12 * k, h * .78),
		C(top1 + 26 * k, last_lift(&s->last, top1 + 26 * k) + s->last.thick * .4),
	};
	const struct pt tap[] = { C(tip0, 0), C(tip1 + 1, 0), C(tip1 + 1, 13 * k), C(tip0,
		13 * k) };

	paint_panel(cr, body, COUNT(body), NULL, f);
	if (spec_is(s->spec, "stacked", "yes")) {
		cairo_save(cr);
		cairo_new_path(cr);
		shape_path(cr, body, COUNT(body), true, NULL);
		cairo_clip(cr);
		for (double y = 14; y < h; y += 17) {
			cairo_move_to(cr, 0, y);
			cairo_line_to(cr, 300, y);
			cairo_set_line_width(cr, 2);
			paint_rgb(cr, rgb_shade(f.colour, -.5), .5);
			cairo_stroke(cr);
		}
		cairo_restore(cr);
	}
	paint_panel(cr, tap, COUNT(tap), NULL, (struct finish){ rgb_parse("#272424"), M_RUBBER });
}

/* What carries a dress shoe: thin sole, and under it a heel, a wedge or a platform. */
static void dress_bottom(cairo_t *cr, struct shoe *s)
{
	const char *form = spec_text(s->spec, "form", "block");
	bool platform = spec_number(s->spec, "platform", 0) > 0;
	struct finish f = { s->sole, M_LEATHER };

	paint_shadow(cr, 830, -2, 250, 26, .60);
	paint_shadow(cr, strcmp(form, "wedge") == 0 ? 400 : 120, -2, strcmp(form,
		"wedge") == 0 ? 480 : 170,
		24, .60);
	paint_shadow(cr, 480, -8, 560, 44, .28);
	if (strcmp(form, "wedge") == 0) {
		struct finish w = { spec_colour(s->spec, "heelcolour", "#c79d67"),
			material_named(spec_text(s->spec, "heelmaterial", "cork")) };

		layer(cr, s, 0, .86, true, 0, w);
		layer(cr, s, .84, 1, false, 2, f);
		return;
	}
	if (s->heel > 12)
		heel_block(cr, s);
	if (platform)
		f = (struct finish){ spec_colour(s->spec, "heelcolour", spec_text(s->spec,
			"colour", "#222")),
			s->upper.material };
	layer(cr, s, 0, 1, false, 2, f);
}

static void sport_bottom(cairo_t *cr, struct shoe *s)
{
	struct finish mid = { spec_colour(s->spec, "mid", "#f4f2ed"), M_EVA };
	struct finish out = { s->sole, M_RUBBER };
	bool cup = spec_is(s->spec, "bottom", "cup");

	paint_shadow(cr, 500, -4, 560, 34, .62);
	paint_shadow(cr, 500, -10, 620, 56, .26);
	layer(cr, s, 0, 1, true, 12, mid);
	if (cup) {
		struct pt line[12];

		for (int i = 0; i < 12; i++) {
			double x = 18 + i * 88.0;
			line[i] = (struct pt){ x, last_lift(&s->last, x) + toe_up(&s->last,
				x) + s->last.thick * .72, 0 };
		}
		paint_seam(cr, line, 12, NULL, rgb_shade(mid.colour, -.25), 10);
		layer(cr, s, 0, .22, true, 12, (struct finish){ out.colour, M_RUBBER });
		return;
	}
	layer(cr, s, 0, .26, true, 8, out);
	for (int i = 0; i < 3; i++) {
		const struct pt groove[] = {
			P(60, 26 + i * 15), P(200, 32 + i * 14), P(360, 22 + i * 11), P(560,
			26 + i * 6),
		};
		struct last l = { 0, s->last.thick * .22 + s->last.lift * .3, 0, 0 };

		cairo_new_path(cr);
		shape_path(cr, groove, 4, false, &l);
		paint_emboss(cr, rgb_shade(mid.colour, -.08), 4, 1.5);
	}
}

static void bow(cairo_t *cr, struct pt at, struct finish f)
{
	static const struct pt left[] = { C(0, 0), P(-40, 34), P(-66, 26), P(-62, -14), P(-38,
		-22) };
	static const struct pt right[] = { C(0, 0), P(38, 26), P(62, 16), P(58, -22), P(34, -26) };

	cairo_save(cr);
	cairo_translate(cr, at.x, at.y);
	paint_panel(cr, left, 5, NULL, f);
	paint_panel(cr, right, 5, NULL, f);
	paint_ellipse(cr, 0, 0, 13, 16);
	paint_body(cr, f);
	cairo_restore(cr);
}

static void buckle(cairo_t *cr, double x, double y, double size, double turn)
{
	cairo_save(cr);
	cairo_translate(cr, x, y);
	cairo_rotate(cr, turn);
	cairo_new_path(cr);
	paint_rounded(cr, -size, -size * .9, size * 2, size * 1.8, size * .35);
	cairo_set_line_width(cr, size * .34);
	cairo_set_source_rgb(cr, .55, .43, .20);
	cairo_stroke_preserve(cr);
	cairo_set_line_width(cr, size * .18);
	cairo_set_source_rgb(cr, .93, .82, .56);
	cairo_stroke(cr);
	cairo_move_to(cr, -size, 0);
	cairo_line_to(cr, size * .9, 0);
	cairo_stroke(cr);
	cairo_restore(cr);
}

/* A band that closes round the ankle or the instep; the far side is seen behind the near. */
static void ring(cairo_t *cr, double cx, double cy, double rx, double ry, double turn, double width,
	struct finish f, bool near)
{
	cairo_save(cr);
	cairo_translate(cr, cx, cy);
	cairo_rotate(cr, turn);
	cairo_scale(cr, rx, ry);
	cairo_new_path(cr);
	if (near)
		cairo_arc(cr, 0, 0, 1, M_PI * .98, M_PI * 2.02);
	else
		cairo_arc(cr, 0, 0, 1, 0, M_PI);
	cairo_restore(cr);
	cairo_save(cr);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	for (int k = 0; k < 4; k++) {
		static const double w[] = { 1, .84, .56, .20 }, shade[] = { -.55, -.10, .08, .30 };

		cairo_set_line_width(cr, width * w[k]);
		paint_rgb(cr, rgb_shade(near ? f.colour : rgb_shade(f.colour, -.35), shade[k]),
			k == 3 ? .5 : 1);
		if (k < 3)
			cairo_stroke_preserve(cr);
		else
			cairo_stroke(cr);
	}
	cairo_restore(cr);
}

static struct finish lined(const struct shoe *s)
{
	return (struct finish){ s->lining, M_LEATHER };
}

/* Court shoes, ballet flats, mary janes and slingbacks. */
static void pump(cairo_t *cr, struct shoe *s)
{
	static const struct pt inside[] = {
		C(52, 238), P(130, 226), P(260, 178), P(420, 140), P(540, 136), C(640, 124),
		P(540, 92), P(380, 90),
		P(230, 120),
	};
	static const struct pt upper[] = {
		C(18, 0), P(4, 70), P(12, 150), P(34, 222), C(54, 240), P(110, 206), P(230, 148),
		P(370, 106),
		P(500, 92), P(580, 98), C(640, 126), P(730, 122), P(830, 106), P(918, 80), P(976,
		42), C(1002, 0),
	};
	static const struct pt sling[] = {
		C(330, 0), P(344, 60), C(372, 106), P(500, 92), P(580, 98), C(640, 126), P(730,
		122), P(830, 106),
		P(918, 80), P(976, 42), C(1002, 0),
	};
	static const struct pt topline[] = {
		P(64, 226), P(120, 192), P(235, 136), P(370, 95), P(500, 81), P(585, 90), P(632,
		113),
	};
	static const struct pt cap[] = {
		C(815, 0), P(800, 50), C(822, 107), P(918, 80), P(976, 42), C(1002, 0),
	};
	static const struct pt sling_far[] = {
		C(24, 236), P(90, 232), P(240, 190), C(420, 120), C(420, 96), P(240, 166), P(90,
		208), C(30, 214),
	};
	static const struct pt sling_near[] = {
		C(20, 232), P(90, 214), P(220, 150), C(360, 84), C(346, 56), P(210, 122), P(90,
		184), P(24, 204),
	};
	static const struct pt jane_far[] = {
		C(400, 120), P(424, 196), C(446, 226), C(486, 210), P(476, 160), C(462, 118),
	};
	struct pt clasp = last_bend(&s->last, (struct pt){ 250, 122, 0 });
	bool slingback = spec_is(s->spec, "strap", "sling");
	struct pt ankle = last_bend(&s->last, (struct pt){ 196, 254, 0 });
	struct pt throat = last_bend(&s->last, (struct pt){ 668, 124, 0 });

	if (spec_is(s->spec, "strap", "ankle"))
		ring(cr, ankle.x, ankle.y, 158, 34, -.10, 26, s->upper, false);
	if (slingback)
		PANEL(cr, s, sling_far, ((struct finish){ rgb_shade(s->upper.colour, -.3),
			s->upper.material }));
	if (spec_is(s->spec, "strap", "jane"))
		PANEL(cr, s, jane_far, ((struct finish){ rgb_shade(s->upper.colour, -.3),
			s->upper.material }));
	if (!slingback)
		PANEL(cr, s, inside, lined(s));
	dress_bottom(cr, s);
	if (slingback) {
		static const struct pt bed[] = {
			C(14, 0), P(16, 22), P(180, 16), C(420, 12), C(420, 0),
		};

		PANEL(cr, s, bed, lined(s));
		PANEL(cr, s, sling, s->upper);
		PANEL(cr, s, sling_near, s->upper);
		buckle(cr, clasp.x, clasp.y, 15, -.5);
	} else {
		PANEL(cr, s, upper, s->upper);
		SEAM(cr, s, topline);
	}
	if (spec_is(s->spec, "cap", "yes"))
		PANEL(cr, s, cap, s->second);
	if (spec_is(s->spec, "strap", "ankle")) {
		ring(cr, ankle.x, ankle.y, 158, 34, -.10, 26, s->upper, true);
		buckle(cr, ankle.x + 70, ankle.y - 36, 17, 0);
	}
	if (spec_is(s->spec, "strap", "jane")) {
		static const struct pt strap[] = {
			C(352, 88), P(368, 150), P(402, 208), C(424, 226), C(460, 216), P(430,
			150), C(408, 86),
		};
		struct pt b;

		PANEL(cr, s, strap, s->upper);
		b = last_bend(&s->last, (struct pt){ 384, 112, 0 });
		buckle(cr, b.x, b.y, 17, 1.2);
	}
	if (spec_is(s->spec, "trim", "bow"))
		bow(cr, throat, s->second);
	if (spec_is(s->spec, "trim", "buckle"))
		buckle(cr, throat.x + 30, throat.y - 26, 26, -.35);
}

/* Loafers, moccasins, oxfords and derbies: closed to the instep. */
static void loafer(cairo_t *cr, struct shoe *s)
{
	static const struct pt inside[] = {
		C(52, 236), P(150, 240), P(300, 236), C(452, 252), P(360, 166), P(200, 166),
	};
	static const struct pt upper[] = {
		C(16, 0), P(2, 70), P(14, 160), C(50, 238), P(140, 196), P(250, 168), P(350, 176),
		C(440, 236),
		C(474, 244), P(560, 192), P(680, 146), P(800, 132), P(896, 114), P(962, 78),
		P(996, 34), C(1004, 0),
	};
	static const struct pt apron[] = {
		P(545, 128), P(640, 108), P(760, 104), P(850, 104), P(912, 96),
	};
	static const struct pt saddle[] = {
		C(432, 0), P(428, 90), P(448, 180), C(500, 232), C(600, 176), P(566, 110), C(560,
		0),
	};
	static const struct pt slot[] = { C(474, 176), P(506, 168), C(548, 150), C(552, 162),
		P(512, 182), C(480, 190) };
	static const struct pt vamp[] = { P(440, 6), P(470, 90), P(552, 130), P(640, 160) };
	static const struct pt cap[] = { P(812, 4), P(790, 60), P(806, 118) };
	static const struct pt heel[] = { P(190, 4), P(196, 90), P(176, 182) };
	static const struct pt facing[] = {
		C(330, 60), P(340, 130), C(352, 178), C(440, 236), C(474, 244), P(560, 192),
		C(612, 168), P(520, 108),
		P(420, 62),
	};
	const char *trim = spec_text(s->spec, "trim", "penny");

	PANEL(cr, s, inside, lined(s));
	dress_bottom(cr, s);
	PANEL(cr, s, upper, s->upper);
	SEAM(cr, s, heel);
	if (strcmp(trim, "laces") == 0) {
		PANEL(cr, s, facing, s->second);
		SEAM(cr, s, vamp);
		SEAM(cr, s, cap);
		for (int i = 0; i < 4; i++) {
			struct pt a = last_bend(&s->last, (struct pt){ 400 + i * 48.0,
				172 - i * 10.0, 0 });
			struct pt b = last_bend(&s->last, (struct pt){ 456 + i * 42.0,
				246 - i * 18.0, 0 });

			cairo_move_to(cr, a.x, a.y);
			cairo_curve_to(cr, a.x + 8, a.y + 30, b.x - 20, b.y - 6, b.x, b.y);
			paint_emboss(cr, s->thread, 8, 2);
		}
		return;
	}
	SEAM(cr, s, apron);
	if (strcmp(trim, "plain") == 0) {
		SEAM(cr, s, vamp);
		return;
	}
	PANEL(cr, s, saddle, s->second);
	if (strcmp(trim, "penny") == 0)
		PANEL(cr, s, slot, ((struct finish){ rgb_shade(s->second.colour, -.6),
			M_LEATHER }));
	if (strcmp(trim, "bit") == 0) {
		struct pt a = last_bend(&s->last, (struct pt){ 470, 186, 0 });

		buckle(cr, a.x, a.y, 20, -.4);
		buckle(cr, a.x + 84, a.y - 32, 20, -.4);
		cairo_move_to(cr, a.x + 16, a.y - 6);
		cairo_line_to(cr, a.x + 68, a.y - 26);
		paint_emboss(cr, rgb_parse("#d9bd7e"), 10, 3);
	}
	if (strcmp(trim, "tassel") == 0) {
		struct pt a = last_bend(&s->last, (struct pt){ 560, 168, 0 });

		for (int k = 0; k < 2; k++) {
			const struct pt t[] = {
				C(a.x + k * 34, a.y + 8), P(a.x + 14 + k * 34, a.y - 10),
				C(a.x + 26 + k * 34, a.y - 62),
				C(a.x - 10 + k * 34, a.y - 58),
			};

			paint_panel(cr, t, 4, NULL, s->second);
		}
	}
}

static void laces(cairo_t *cr, const struct shoe *s, double x0, double y0, double x1, double y1,
	int n)
{
	struct rgb c = spec_colour(s->spec, "laces", "#f5f3ee");

	for (int i = 0; i < n; i++) {
		double t = (double)i / (n - 1);
		struct pt a = last_bend(&s->last, (struct pt){ x0 + (x1 - x0) * t,
			y0 + (y1 - y0) * t, 0 });
		struct pt b = last_bend(&s->last, (struct pt){ x0 + (x1 - x0) * t + 40,
			y0 + (y1 - y0) * t + 54, 0 });

		paint_ellipse(cr, a.x, a.y, 9, 9);
		cairo_set_source_rgb(cr, .25, .23, .22);
		cairo_fill(cr);
		cairo_new_path(cr);
		cairo_move_to(cr, a.x, a.y);
		cairo_curve_to(cr, a.x + 2, a.y + 26, b.x - 26, b.y - 4, b.x, b.y);
		paint_emboss(cr, c, 12, 2.4);
	}
}

/* Trainers: low, high, slip-on and running shapes share the panels. */
static void sneaker(cairo_t *cr, struct shoe *s)
{
	static const struct pt inside[] = {
		C(58, 268), P(150, 262), P(250, 270), C(322, 318), P(280, 220), P(160, 206),
	};
	static const struct pt tongue[] = {
		C(268, 236), P(270, 300), P(296, 348), C(340, 352), P(420, 290), P(540, 216),
		C(650, 150), C(520, 150),
	};
	static const struct pt upper[] = {
		C(10, 0), P(-2, 90), P(10, 190), P(30, 258), C(62, 284), P(110, 238), P(180, 208),
		P(250, 220),
		C(312, 276), P(420, 226), P(530, 176), C(636, 136), P(740, 124), P(850, 112),
		P(934, 84), P(984, 40),
		C(1000, 0),
	};
	static const struct pt eyestay[] = {
		C(232, 150), P(256, 214), C(312, 276), P(420, 226), P(530, 176), C(636, 136),
		P(640, 106), P(590, 92),
		P(470, 116), P(350, 150),
	};
	static const struct pt toe[] = {
		C(720, 0), P(748, 60), C(806, 117), P(850, 112), P(934, 84), P(984, 40), C(1000, 0),
	};
	static const struct pt counter[] = {
		C(10, 0), P(-2, 90), P(10, 190), C(24, 244), P(120, 170), P(190, 90), C(236, 0),
	};
	static const struct pt tab[] = { C(8, 178), C(28, 254), C(62, 284), P(86, 250), P(80,
		196), P(50, 170) };
	static const struct pt stripe[] = { C(300, 0), P(360, 70), C(452, 132), C(500, 116),
		P(430, 60), C(392, 0) };
	static const struct pt toe_seam[] = { P(712, 6), P(740, 62), P(796, 116) };
	static const struct pt stay_seam[] = { P(246, 152), P(350, 162), P(470, 128), P(586, 104),
		P(630, 112) };
	bool slip = spec_is(s->spec, "trim", "slip");

	PANEL(cr, s, inside, lined(s));
	if (!slip)
		PANEL(cr, s, tongue, s->upper);
	PANEL(cr, s, upper, s->upper);
	if (spec_is(s->spec, "toecap", "yes"))
		PANEL(cr, s, toe, s->second);
	else
		SEAM(cr, s, toe_seam);
	PANEL(cr, s, counter, s->second);
	if (slip) {
		static const struct pt gore[] = { C(286, 240), P(330, 262), C(392, 238), P(420,
			160), C(404, 110), P(330, 130) };

		PANEL(cr, s, gore, ((struct finish){ rgb_shade(s->second.colour, -.3), M_KNIT }));
	} else {
		if (!spec_is(s->spec, "trim", "plain"))
			PANEL(cr, s, stripe, s->second);
		PANEL(cr, s, eyestay, s->upper);
		SEAM(cr, s, stay_seam);
		laces(cr, s, 322, 236, 600, 124, 6);
	}
	PANEL(cr, s, tab, s->second);
	sport_bottom(cr, s);
}

/* Boots: shaft height in units, with zip, gore, laces or plain. */
static void boot(cairo_t *cr, struct shoe *s)
{
	double top = spec_number(s->spec, "shaft", 480), w = top > 700 ? 30 : 0;
	const char *trim = spec_text(s->spec, "trim", "zip");
	const struct pt inside[] = {
		C(34 - w, top - 4), P(160, top + 26), C(306 + w, top + 12), P(160, top - 26),
	};
	const struct pt upper[] = {
		C(14, 0), P(0, 70), P(14, 160), P(32, 260), P(34 - w * .6, top * .6 + 60),
		C(30 - w, top),
		P(160, top - 16), C(308 + w, top + 8), P(306 + w * .8, top * .6 + 90), P(316,
		330), P(352, 254), P(440, 204),
		P(560, 170), P(690, 146), P(810, 132), P(905, 108), P(966, 72), P(996, 32),
		C(1004, 0),
	};
	const struct pt side[] = { P(184, 6), P(176, 120), P(150, 240), P(150, top - 26) };
	const struct pt vamp[] = { P(300, 6), P(330, 90), P(400, 160), P(452, 196) };
	const struct pt gore[] = {
		C(108, top - 16), P(170, top - 20), C(236, top - 6), P(228, 300), C(196, 190),
		C(150, 190), P(116, 300),
	};
	const struct pt stay[] = {
		C(236, 190), P(222, 300), C(232, top - 6), C(308 + w, top + 8), P(306,
		top * .6 + 90), P(316, 330), P(352, 254),
		C(470, 194), P(400, 150), P(310, 150),
	};
	const struct pt band[] = {
		C(30 - w, top), P(160, top - 16), C(308 + w, top + 8), C(308 + w, top - 40),
		P(160, top - 62), C(31 - w, top - 48),
	};

	PANEL(cr, s, inside, lined(s));
	if (strcmp(trim, "laces") == 0) {
		const struct pt tongue[] = {
			C(230, top - 30), P(250, top + 34), C(318 + w, top + 48), P(330,
			top - 40), C(330, 320), C(250, 300),
		};
		PANEL(cr, s, tongue, s->upper);
	}
	if (spec_text(s->spec, "bottom", NULL) == NULL)
		dress_bottom(cr, s);
	PANEL(cr, s, upper, s->upper);
	if (strcmp(trim, "gore") == 0) {
		PANEL(cr, s, gore, ((struct finish){ rgb_shade(s->upper.colour, -.35), M_KNIT }));
		SEAM(cr, s, vamp);
	} else if (strcmp(trim, "laces") == 0) {
		int n = top > 600 ? 9 : 6;
		struct rgb c = spec_colour(s->spec, "laces", "#2b2622");

		PANEL(cr, s, stay, s->second);
		SEAM(cr, s, vamp);
		for (int i = 0; i < n; i++) {
			double t = (double)i / (n - 1), y = 226 + (top - 250) * t;
			double x = t < .35 ? 372 - t * 240 : 290 - t * 6;
			struct pt a = last_bend(&s->last, (struct pt){ x - 46, y - 16, 0 });
			struct pt b = last_bend(&s->last, (struct pt){ x + (t < .35 ? 14 : 18),
				y + 12, 0 });

			paint_ellipse(cr, a.x, a.y, 9, 9);
			cairo_set_source_rgb(cr, .72, .60, .36);
			cairo_fill(cr);
			cairo_new_path(cr);
			cairo_move_to(cr, a.x, a.y);
			cairo_line_to(cr, b.x, b.y);
			paint_emboss(cr, c, 10, 2);
		}
	} else if (strcmp(trim, "zip") == 0) {
		cairo_new_path(cr);
		shape_path(cr, side, COUNT(side), false, &s->last);
		paint_emboss(cr, rgb_parse("#c9a96a"), 7, 2);
		SEAM(cr, s, vamp);
	} else {
		SEAM(cr, s, side);
	}
	if (spec_is(s->spec, "band", "yes"))
		PANEL(cr, s, band, s->second);
	if (spec_is(s->spec, "strap", "buckle")) {
		struct pt a = last_bend(&s->last, (struct pt){ 180, 236, 0 });
		ring(cr, a.x - 10, a.y + 6, 170, 26, -.08, 34, s->second, true);
		buckle(cr, a.x + 40, a.y - 22, 24, 0);
	}
	if (spec_text(s->spec, "bottom", NULL) != NULL)
		sport_bottom(cr, s);
}

static void foot_bed(cairo_t *cr, struct shoe *s)
{
	static const struct pt bed[] = {
		C(10, 0), P(6, 26), P(60, 34), P(220, 18), P(420, 22), P(560, 14), P(760, 12),
		P(920, 14), P(996, 22),
		C(1004, 0),
	};

	PANEL(cr, s, bed, ((struct finish){ spec_colour(s->spec, "bed", "#c99d6b"),
		material_named(spec_text(s->spec, "bedmaterial", "leather")) }));
}

/* A strap over the foot from x0 to x1 at the sole, t the height of its arch. */
static void strap_over(cairo_t *cr, struct shoe *s, double x0, double x1, double t, struct finish f)
{
	const struct pt far_side[] = {
		C(x0 + 36, 8), P(x0 + 20, t * .72), P(x0 + 34, t * 1.02), P((x0 + x1) / 2 + 10,
		t * .96), P(x1 + 6, t * .5), C(x1 + 14, 8),
		C(x1 - 40, 8),
	};
	const struct pt near_side[] = {
		C(x0, 0), P(x0 - 10, t * .46), P(x0 - 4, t * .84), C(x0 + 26, t * 1.04),
		P((x0 + x1) / 2 - 6, t * .93), C(x1 - 34, t * .66),
		P(x1 - 8, t * .36), C(x1, 0),
	};
	const struct pt seam[] = { P(x0 + 14, 6), P(x0 + 6, t * .46), P(x0 + 14, t * .82),
		P(x0 + 34, t * .94) };

	PANEL(cr, s, far_side, ((struct finish){ rgb_shade(s->lining, -.25), M_LEATHER }));
	PANEL(cr, s, near_side, f);
	SEAM(cr, s, seam);
}

static void sandal(cairo_t *cr, struct shoe *s)
{
	const char *trim = spec_text(s->spec, "trim", "two");
	struct pt ankle = last_bend(&s->last, (struct pt){ 176, 248, 0 });
	bool ankle_strap = spec_is(s->spec, "strap", "ankle");
	bool sport = spec_text(s->spec, "bottom", NULL) != NULL;

	if (ankle_strap)
		ring(cr, ankle.x, ankle.y, 150, 36, -.08, 28, s->upper, false);
	if (sport)
		sport_bottom(cr, s);
	else
		dress_bottom(cr, s);
	foot_bed(cr, s);
	if (ankle_strap) {
		static const struct pt counter[] = {
			C(12, 6), P(4, 120), P(18, 220), C(26, 268), C(66, 262), P(92, 190),
			P(130, 110), C(190, 8),
		};

		PANEL(cr, s, counter, s->upper);
		ring(cr, ankle.x, ankle.y, 150, 36, -.08, 28, s->upper, true);
		buckle(cr, ankle.x + 60, ankle.y - 38, 18, 0);
	}
	if (strcmp(trim, "thong") == 0) {
		static const struct pt near_strap[] = {
			C(330, 8), P(420, 84), P(600, 118), C(776, 106), C(790, 84), P(610, 86),
			P(470, 58), C(400, 6),
		};
		static const struct pt post[] = { C(762, 100), C(788, 100), P(806, 50), C(812, 8),
			C(790, 8), P(778, 60) };
		static const struct pt far_strap[] = {
			C(440, 14), P(540, 110), C(760, 116), C(770, 96), P(560, 90), C(490, 14),
		};

		PANEL(cr, s, far_strap, ((struct finish){ rgb_shade(s->upper.colour, -.3),
			s->upper.material }));
		PANEL(cr, s, post, s->upper);
		PANEL(cr, s, near_strap, s->upper);
	} else if (strcmp(trim, "slide") == 0) {
		strap_over(cr, s, 410, 800, 190, s->upper);
	} else if (strcmp(trim, "cross") == 0) {
		strap_over(cr, s, 420, 620, 176, s->second);
		strap_over(cr, s, 560, 800, 150, s->upper);
	} else if (strcmp(trim, "toe") == 0) {
		strap_over(cr, s, 640, 808, 128, s->upper);
	} else if (strcmp(trim, "closed") == 0) {
		static const struct pt vamp[] = {
			C(420, 0), P(440, 110), C(480, 196), P(600, 172), P(740, 138), P(860,
			112), P(950, 70), P(994, 28), C(1004, 0),
		};
		static const struct pt seam[] = { P(436, 8), P(454, 106), P(490, 180) };

		PANEL(cr, s, vamp, s->upper);
		SEAM(cr, s, seam);
	} else {
		strap_over(cr, s, 380, 530, 190, s->upper);
		strap_over(cr, s, 650, 810, 128, s->upper);
		if (spec_is(s->spec, "buckles", "yes")) {
			struct pt a = last_bend(&s->last, (struct pt){ 402, 96, 0 });
			struct pt b = last_bend(&s->last, (struct pt){ 676, 66, 0 });

			buckle(cr, a.x, a.y, 20, 1.3);
			buckle(cr, b.x, b.y, 20, 1.3);
		}
	}
	if (spec_is(s->spec, "bow", "yes")) {
		struct pt at = last_bend(&s->last, (struct pt){ 700, 112, 0 });
		bow(cr, at, s->second);
	}
}

void draw_shoe(cairo_t *cr, const struct spec *spec)
{
	static const struct { const char *style; void (*draw)(cairo_t *,
		struct shoe *); } styles[] = {
		{ "pump", pump }, { "loafer", loafer }, { "sneaker", sneaker }, { "boot", boot },
		{ "sandal", sandal },
	};
	struct rgb colour = spec_colour(spec, "colour", "#333333");
	enum material m = material_named(spec_text(spec, "material", "leather"));
	struct shoe s = {
		.spec = spec,
		.heel = spec_number(spec, "heel", 0),
		.upper = { colour, m },
		.second = { spec_colour(spec, "second", spec_text(spec, "colour", "#333333")),
			material_named(spec_text(spec, "material2", spec_text(spec, "material",
				"leather"))) },
		.sole = spec_colour(spec, "sole", "#3a2f2a"),
		.lining = spec_colour(spec, "lining", "#c9ab88"),
		.thread = rgb_shade(colour, rgb_light(colour) > .55 ? -.30 : .32),
	};

	s.last = (struct last){ s.heel, spec_number(spec, "thick", 16) + spec_number(spec,
		"platform", 0),
		spec_number(spec, "spring", 26), spec_number(spec, "toe", 0) };
	for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
		if (spec_is(spec, "style", styles[i].style))
			styles[i].draw(cr, &s);
}
