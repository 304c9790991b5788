/* paint -- colour, volume and surface: what makes a flat shape look like a thing. */
#include "draw.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TILE_PX = 192 };

static cairo_surface_t *tiles[M_MATERIALS];

static const char *const material_names[M_MATERIALS] = {
	[M_LEATHER] = "leather", [M_SUEDE] = "suede", [M_PATENT] = "patent", [M_KNIT] = "knit",
	[M_CANVAS] = "canvas", [M_RUBBER] = "rubber", [M_EVA] = "eva", [M_CORK] = "cork",
	[M_WOOD] = "wood", [M_METAL] = "metal", [M_CROCO] = "croco", [M_RAFFIA] = "raffia",
	[M_SATIN] = "satin", [M_GLITTER] = "glitter", [M_FLEECE] = "fleece", [M_JUTE] = "jute",
	[M_BATIK] = "batik",
};

/* How each surface takes light: strength of highlight and of edge shade, grain of its tile. */
static const struct { double shine, edge, grain, scale; } surfaces[M_MATERIALS] = {
	[M_LEATHER] = { .30, .050, .55, .70 }, [M_SUEDE] = { .13, .055, .95, .60 },
	[M_PATENT] = { .62, .060, .00, 1 }, [M_KNIT] = { .16, .050, .90, .62 },
	[M_CANVAS] = { .14, .045, .80, .42 }, [M_RUBBER] = { .20, .050, .45, .60 },
	[M_EVA] = { .18, .040, .60, .55 }, [M_CORK] = { .12, .045, 1.0, .80 },
	[M_WOOD] = { .22, .050, 1.0, .90 }, [M_METAL] = { .70, .060, .00, 1 },
	[M_CROCO] = { .34, .050, .95, .80 }, [M_RAFFIA] = { .14, .045, .95, .70 },
	[M_SATIN] = { .45, .045, .35, .50 }, [M_GLITTER] = { .30, .045, 1.0, .80 },
	[M_FLEECE] = { .10, .035, 1.0, .90 }, [M_JUTE] = { .12, .045, 1.0, .62 },
	[M_BATIK] = { .14, .045, 1.0, .90 },
};

enum material material_named(const char *name)
{
	for (int m = 0; m < M_MATERIALS; m++)
		if (strcmp(material_names[m], name) == 0)
			return (enum material)m;
	return M_LEATHER;
}

struct rgb rgb_parse(const char *hex)
{
	unsigned long v = strtoul(hex + (*hex == '#'), NULL, 16);

	return (struct rgb){ (double)(v >> 16 & 255) / 255, (double)(v >> 8 & 255) / 255,
		(double)(v & 255) / 255 };
}

struct rgb rgb_mix(struct rgb a, struct rgb b, double t)
{
	return (struct rgb){ a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t };
}

struct rgb rgb_shade(struct rgb c, double by)
{
	if (by >= 0)
		return rgb_mix(c, (struct rgb){ 1, .985, .96 }, by);
	return rgb_mix(c, (struct rgb){ .06, .04, .05 }, -by);
}

double rgb_light(struct rgb c)
{
	return .3 * c.r + .59 * c.g + .11 * c.b;
}

void paint_rgb(cairo_t *cr, struct rgb c, double alpha)
{
	cairo_set_source_rgba(cr, c.r, c.g, c.b, alpha);
}

/* A small generator with a fixed start, so that every run draws the same grain. */
static uint32_t noise_state = 2463534242u;
static double noise(void)
{
	noise_state ^= noise_state << 13;
	noise_state ^= noise_state >> 17;
	noise_state ^= noise_state << 5;
	return (double)(noise_state >> 8) / 16777216.0;
}

/* Specks of light and dark; wraps at the edges because specks are repeated there. */
static void specks(cairo_t *cr, int count, double least, double most, double alpha)
{
	for (int i = 0; i < count; i++) {
		double x = noise() * TILE_PX, y = noise() * TILE_PX;
		double r = least + (most - least) * noise();
		double v = noise() < .5 ? 0 : 1;

		cairo_set_source_rgba(cr, v, v, v, alpha * (.3 + .7 * noise()));
		for (int k = 0; k < 4; k++) {
			double wx = k & 1 ? (x < TILE_PX / 2 ? TILE_PX : -TILE_PX) : 0;
			double wy = k & 2 ? (y < TILE_PX / 2 ? TILE_PX : -TILE_PX) : 0;
			cairo_arc(cr, x + wx, y + wy, r, 0, 2 * M_PI);
			cairo_fill(cr);
		}
	}
}

/* Rows of short slanted strokes: knit, jute, weave. */
static void strokes(cairo_t *cr, double step_x, double step_y, double dx, double dy, double width,
	bool alternate)
{
	int row = 0;

	cairo_set_line_width(cr, width);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	for (double y = 0; y <= TILE_PX; y += step_y, row++)
		for (double x = 0; x <= TILE_PX; x += step_x) {
			double turn = alternate && (int)lround(x / step_x + row) % 2 ? -1 : 1;

			cairo_set_source_rgba(cr, 0, 0, 0, .17);
			cairo_move_to(cr, x + 1, y + 1.5);
			cairo_rel_line_to(cr, dx, dy * turn);
			cairo_stroke(cr);
			cairo_set_source_rgba(cr, 1, 1, 1, .16);
			cairo_move_to(cr, x, y);
			cairo_rel_line_to(cr, dx, dy * turn);
			cairo_stroke(cr);
		}
}

static void tile_batik(cairo_t *cr)
{
	/* kawung: four petals round a crossing, on a grid */
	for (int gx = 0; gx <= 4; gx++)
		for (int gy = 0; gy <= 4; gy++)
			for (int k = 0; k < 4; k++) {
				cairo_save(cr);
				cairo_translate(cr, gx * 48, gy * 48);
				cairo_rotate(cr, M_PI / 4 + k * M_PI / 2);
				cairo_scale(cr, 1, .52);
				cairo_arc(cr, 17, 0, 13, 0, 2 * M_PI);
				cairo_restore(cr);
				cairo_set_source_rgba(cr, 1, .93, .75, .55);
				cairo_fill_preserve(cr);
				cairo_set_source_rgba(cr, .1, .05, 0, .35);
				cairo_set_line_width(cr, 1.6);
				cairo_stroke(cr);
			}
}

static void tile_croco(cairo_t *cr)
{
	for (int row = 0; row < 6; row++)
		for (int col = -1; col < 5; col++) {
			double x = col * 48 + (row % 2 ? 24 : 0), y = row * 32;

			paint_rounded(cr, x + 3, y + 3, 42, 26, 10);
			cairo_set_source_rgba(cr, 1, 1, 1, .10);
			cairo_fill_preserve(cr);
			cairo_set_source_rgba(cr, 0, 0, 0, .30);
			cairo_set_line_width(cr, 3);
			cairo_stroke(cr);
		}
}

static void tile_wood(cairo_t *cr)
{
	for (int i = 0; i < 30; i++) {
		double y = i * TILE_PX / 30.0, a = 2 + 3 * noise();

		cairo_set_source_rgba(cr, .2, .1, 0, .10 + .14 * noise());
		cairo_set_line_width(cr, .8 + 2 * noise());
		cairo_move_to(cr, 0, y);
		cairo_curve_to(cr, 64, y + a, 128, y - a, TILE_PX, y);
		cairo_stroke(cr);
	}
}

static void tile_draw(enum material m, cairo_t *cr)
{
	switch (m) {
	case M_LEATHER: specks(cr, 900, .8, 2.2, .10); break;
	case M_SUEDE: specks(cr, 5200, .6, 1.5, .17); break;
	case M_KNIT: strokes(cr, 8, 12, 5, 6, 4.4, true); break;
	case M_CANVAS: strokes(cr, 8, 8, 5, 0, 3.4, false); strokes(cr, 8, 8, 0, 5, 2,
		false); break;
	case M_RUBBER: specks(cr, 1800, .5, 1.2, .10); break;
	case M_EVA: specks(cr, 1500, .8, 2, .09); break;
	case M_CORK: specks(cr, 1100, 1, 4.4, .24); break;
	case M_WOOD: tile_wood(cr); break;
	case M_CROCO: tile_croco(cr); break;
	case M_RAFFIA: strokes(cr, 16, 12, 11, 8, 6.5, true); break;
	case M_SATIN: strokes(cr, 16, 6, 12, 0, 1.5, false); break;
	case M_GLITTER: specks(cr, 2600, .7, 2.4, .50); break;
	case M_FLEECE: specks(cr, 1500, 2, 6, .10); break;
	case M_JUTE: strokes(cr, 12, 16, 9, 9, 7.5, false); break;
	case M_BATIK: tile_batik(cr); break;
	default: break;
	}
}

void paint_start(void)
{
	for (int m = 0; m < M_MATERIALS; m++) {
		cairo_t *cr;

		if (surfaces[m].grain <= 0)
			continue;
		tiles[m] = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, TILE_PX, TILE_PX);
		cr = cairo_create(tiles[m]);
		tile_draw((enum material)m, cr);
		cairo_destroy(cr);
	}
}

double last_lift(const struct last *l, double x)
{
	double t = (700 - x) / 470;

	if (t < 0)
		t = 0;
	if (t > 1)
		t = 1;
	return l->lift * t * t * (3 - 2 * t);
}

struct pt last_bend(const struct last *l, struct pt p)
{
	double toe = p.x > 650 ? (p.x - 650) / 350 : 0;
	double up = p.y > 170 ? (p.y - 170) / 170 : 0;
	double lift = last_lift(l, p.x), high = last_lift(l, 210);

	if (up > 1)
		up = 1;
	/* above the ankle a shaft stands straight: it must not lean with the arch */
	if (lift < high)
		lift += (high - lift) * up * .92;
	return (struct pt){ p.x + l->toe * toe * toe, p.y + l->thick + lift + l->spring * toe * toe,
		p.corner };
}

/* Copies the points bent by the last; an edge that lies on the sole gets points of its own there,
   because a straight line would leave the arch open. */
static int bend_all(struct pt *q, const struct pt *p, int n, bool closed, const struct last *l)
{
	int count = 0;

	for (int i = 0; i < n && count < SHAPE_POINTS; i++) {
		struct pt a = p[i], b = p[(i + 1) % n];
		int steps = (int)(fabs(b.x - a.x) / 70);

		q[count++] = l ? last_bend(l, a) : a;
		if (l == NULL || a.y > 1 || b.y > 1 || (!closed && i == n - 1))
			continue;
		for (int k = 1; k < steps && count < SHAPE_POINTS; k++)
			q[count++] = last_bend(l, (struct pt){ a.x + (b.x - a.x) * k / steps, 0,
				0 });
	}
	return count;
}

/* Catmull-Rom through the points, written as Bezier pieces; a corner has no tangent. */
void shape_path(cairo_t *cr, const struct pt *p, int n, bool closed, const struct last *l)
{
	struct pt q[SHAPE_POINTS] = { { 0 } };

	n = bend_all(q, p, n, closed, l);
	cairo_move_to(cr, q[0].x, q[0].y);
	for (int i = 0; i < (closed ? n : n - 1); i++) {
		struct pt a = q[i], b = q[(i + 1) % n];
		struct pt before = q[(i + n - 1) % n], after = q[(i + 2) % n];
		double t = 1.0 / 6;
		bool free_a = a.corner || (!closed && i == 0);
		bool free_b = b.corner || (!closed && i == n - 2);
		double ax = free_a ? (b.x - a.x) / 3 : (b.x - before.x) * t;
		double ay = free_a ? (b.y - a.y) / 3 : (b.y - before.y) * t;
		double bx = free_b ? (b.x - a.x) / 3 : (after.x - a.x) * t;
		double by = free_b ? (b.y - a.y) / 3 : (after.y - a.y) * t;

		cairo_curve_to(cr, a.x + ax, a.y + ay, b.x - bx, b.y - by, b.x, b.y);
	}
	if (closed)
		cairo_close_path(cr);
}

static void surface_tile(cairo_t *cr, enum material m)
{
	cairo_pattern_t *pattern;
	cairo_matrix_t matrix;

	if (tiles[m] == NULL)
		return;
	pattern = cairo_pattern_create_for_surface(tiles[m]);
	cairo_pattern_set_extend(pattern, CAIRO_EXTEND_REPEAT);
	cairo_pattern_set_filter(pattern, CAIRO_FILTER_BILINEAR);
	cairo_matrix_init_scale(&matrix, 1 / surfaces[m].scale, 1 / surfaces[m].scale);
	cairo_pattern_set_matrix(pattern, &matrix);
	cairo_set_source(cr, pattern);
	cairo_paint_with_alpha(cr, surfaces[m].grain);
	cairo_pattern_destroy(pattern);
}

static void body_light(cairo_t *cr, struct finish f, double x0, double y0, double x1, double y1)
{
	double w = x1 - x0, h = y1 - y0, shine = surfaces[f.material].shine;
	struct rgb c = f.colour;
	cairo_pattern_t *g = cairo_pattern_create_linear(x0 + w * .45, y1, x0 + w * .55, y0);
	struct rgb top = rgb_shade(c, .10 + shine * .22), low = rgb_shade(c, -.30);

	cairo_pattern_add_color_stop_rgb(g, 0, top.r, top.g, top.b);
	cairo_pattern_add_color_stop_rgb(g, .45, c.r, c.g, c.b);
	cairo_pattern_add_color_stop_rgb(g, 1, low.r, low.g, low.b);
	cairo_set_source(cr, g);
	cairo_paint(cr);
	cairo_pattern_destroy(g);

	/* the lamp: a wide soft spot, and for shiny surfaces a narrow one in it */
	for (int k = 0; k < 2; k++) {
		double r = (k ? .22 : .62) * (w > h ? w : h);
		double a = (k ? shine * shine * .9 : shine * .62);

		cairo_save(cr);
		cairo_translate(cr, x0 + w * .66, y0 + h * .74);
		cairo_scale(cr, 1, k ? .35 : .6);
		g = cairo_pattern_create_radial(0, 0, 0, 0, 0, r);
		cairo_pattern_add_color_stop_rgba(g, 0, 1, .99, .97, a);
		cairo_pattern_add_color_stop_rgba(g, .5, 1, .99, .97, a * .35);
		cairo_pattern_add_color_stop_rgba(g, 1, 1, .99, .97, 0);
		cairo_set_source(cr, g);
		cairo_paint(cr);
		cairo_pattern_destroy(g);
		cairo_restore(cr);
	}
}

void paint_body(cairo_t *cr, struct finish f)
{
	static const double widths[] = { 92, 64, 42, 26, 14, 7 };
	cairo_path_t *path = cairo_copy_path(cr);
	double x0, y0, x1, y1, small;
	double edge = surfaces[f.material].edge * (1.25 - .5 * (1 - rgb_light(f.colour)));

	cairo_path_extents(cr, &x0, &y0, &x1, &y1);
	small = (x1 - x0 < y1 - y0 ? x1 - x0 : y1 - y0) / 110;
	if (small > 1)
		small = 1;
	cairo_save(cr);
	cairo_clip(cr);
	body_light(cr, f, x0, y0, x1, y1);
	surface_tile(cr, f.material);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	for (unsigned i = 0; i < sizeof widths / sizeof *widths; i++) {
		cairo_append_path(cr, path);
		cairo_set_line_width(cr, widths[i] * small);
		cairo_set_source_rgba(cr, .05, .02, .04, edge);
		cairo_stroke(cr);
	}
	/* light catches the upper edge only: the line is moved down, the clip hides the rest */
	cairo_translate(cr, 0, -3.4);
	cairo_append_path(cr, path);
	cairo_set_line_width(cr, 4);
	cairo_set_source_rgba(cr, 1, 1, 1, .10 + surfaces[f.material].shine * .5);
	cairo_stroke(cr);
	cairo_restore(cr);
	cairo_append_path(cr, path);
	cairo_set_line_width(cr, 1.6);
	paint_rgb(cr, rgb_shade(f.colour, -.62), .55);
	cairo_stroke(cr);
	cairo_path_destroy(path);
}

void paint_panel(cairo_t *cr, const struct pt *p, int n, const struct last *l, struct finish f)
{
	cairo_new_path(cr);
	shape_path(cr, p, n, true, l);
	paint_body(cr, f);
}

void paint_seam(cairo_t *cr, const struct pt *p, int n, const struct last *l, struct rgb thread,
	double dash)
{
	const double dashes[] = { dash, dash * .62 };

	cairo_save(cr);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	cairo_new_path(cr);
	shape_path(cr, p, n, false, l);
	cairo_set_line_width(cr, 4.5);
	cairo_set_source_rgba(cr, 0, 0, 0, .20);
	cairo_stroke(cr);
	cairo_translate(cr, 0, 1.5);
	shape_path(cr, p, n, false, l);
	if (dash > 0)
		cairo_set_dash(cr, dashes, 2, 0);
	cairo_set_line_width(cr, 2.6);
	paint_rgb(cr, thread, .92);
	cairo_stroke(cr);
	cairo_restore(cr);
}

void paint_emboss(cairo_t *cr, struct rgb base, double width, double depth)
{
	cairo_path_t *path = cairo_copy_path(cr);

	cairo_save(cr);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	cairo_new_path(cr);
	for (int k = 0; k < 3; k++) {
		double off = k == 0 ? -depth : k == 1 ? depth : 0;

		cairo_save(cr);
		cairo_translate(cr, -off * .5, off);
		cairo_append_path(cr, path);
		cairo_restore(cr);
		cairo_set_line_width(cr, width);
		if (k == 0)
			paint_rgb(cr, rgb_shade(base, -.6), .75);
		else if (k == 1)
			paint_rgb(cr, rgb_shade(base, .42), .75);
		else
			paint_rgb(cr, base, 1);
		cairo_stroke(cr);
	}
	cairo_restore(cr);
	cairo_path_destroy(path);
}

void paint_ellipse(cairo_t *cr, double cx, double cy, double rx, double ry)
{
	cairo_save(cr);
	cairo_translate(cr, cx, cy);
	cairo_scale(cr, rx, ry);
	cairo_new_sub_path(cr);
	cairo_arc(cr, 0, 0, 1, 0, 2 * M_PI);
	cairo_restore(cr);
}

void paint_rounded(cairo_t *cr, double x, double y, double w, double h, double r)
{
	cairo_new_sub_path(cr);
	cairo_arc(cr, x + w - r, y + r, r, -M_PI / 2, 0);
	cairo_arc(cr, x + w - r, y + h - r, r, 0, M_PI / 2);
	cairo_arc(cr, x + r, y + h - r, r, M_PI / 2, M_PI);
	cairo_arc(cr, x + r, y + r, r, M_PI, 1.5 * M_PI);
	cairo_close_path(cr);
}

void paint_shadow(cairo_t *cr, double cx, double cy, double rx, double ry, double alpha)
{
	cairo_pattern_t *g = cairo_pattern_create_radial(0, 0, 0, 0, 0, 1);

	cairo_pattern_add_color_stop_rgba(g, 0, .12, .09, .09, alpha);
	cairo_pattern_add_color_stop_rgba(g, .45, .12, .09, .09, alpha * .55);
	cairo_pattern_add_color_stop_rgba(g, .78, .12, .09, .09, alpha * .13);
	cairo_pattern_add_color_stop_rgba(g, 1, .12, .09, .09, 0);
	cairo_save(cr);
	cairo_translate(cr, cx, cy);
	cairo_scale(cr, rx, ry);
	cairo_set_source(cr, g);
	cairo_arc(cr, 0, 0, 1, 0, 2 * M_PI);
	cairo_fill(cr);
	cairo_restore(cr);
	cairo_pattern_destroy(g);
}
