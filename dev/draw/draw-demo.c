/*
 * draw-demo -- draws the pictures and technical sheets of the demo shops.
 * Usage: draw-demo PICTURES.tsv DIRECTORY; see draw.h for the lines.
 */
#include "draw.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 1024, BACKDROPS = 16 };

static const struct palette palettes[] = {
	{ "suelas", { .975, .968, .955 }, { .885, .865, .835 }, { .93, .915, .89 },
		{ .18, .15, .13 }, { .72, .33, .14 }, { .90, .80, .68 },
		"Inter", "Suelas Toty", "Fabricantes de suelas desde 1987" },
	{ "velora", { .985, .97, .965 }, { .915, .87, .865 }, { .955, .925, .92 },
		{ .20, .11, .15 }, { .60, .20, .32 }, { .93, .80, .79 },
		"DejaVu Serif", "Velora", "Shoes for the way you walk" },
	{ "langkah", { .965, .98, .97 }, { .85, .885, .865 }, { .91, .935, .915 },
		{ .09, .20, .18 }, { .05, .42, .36 }, { .97, .82, .52 },
		"Inter", "Langkah Raya", "Sepatu nyaman untuk tiap langkah" },
};

const struct palette *palette_named(const char *name)
{
	for (size_t i = 0; i < sizeof palettes / sizeof *palettes; i++)
		if (strcmp(palettes[i].name, name) == 0)
			return &palettes[i];
	return &palettes[0];
}

const char *spec_text(const struct spec *s, const char *key, const char *otherwise)
{
	for (int i = 0; i < s->params; i++)
		if (strcmp(s->key[i], key) == 0)
			return s->value[i];
	return otherwise;
}

double spec_number(const struct spec *s, const char *key, double otherwise)
{
	const char *v = spec_text(s, key, NULL);

	return v ? strtod(v, NULL) : otherwise;
}

struct rgb spec_colour(const struct spec *s, const char *key, const char *otherwise)
{
	return rgb_parse(spec_text(s, key, otherwise));
}

bool spec_is(const struct spec *s, const char *key, const char *value)
{
	return strcmp(spec_text(s, key, ""), value) == 0;
}

void paint_backdrop(cairo_t *cr, const struct palette *p, double w, double h, double horizon)
{
	cairo_pattern_t *g = cairo_pattern_create_linear(0, 0, 0, h);

	cairo_pattern_add_color_stop_rgb(g, 0, p->top.r, p->top.g, p->top.b);
	cairo_pattern_add_color_stop_rgb(g, horizon - .10, p->floor.r, p->floor.g, p->floor.b);
	cairo_pattern_add_color_stop_rgb(g, horizon + .06, (p->top.r + p->floor.r) / 2,
		(p->top.g + p->floor.g) / 2, (p->top.b + p->floor.b) / 2);
	cairo_pattern_add_color_stop_rgb(g, 1, p->floor.r, p->floor.g, p->floor.b);
	cairo_set_source(cr, g);
	cairo_paint(cr);
	cairo_pattern_destroy(g);
	g = cairo_pattern_create_radial(w * .46, h * .44, h * .18, w * .5, h * .5, w * .80);
	cairo_pattern_add_color_stop_rgba(g, 0, 1, 1, 1, .55);
	cairo_pattern_add_color_stop_rgba(g, .55, 1, 1, 1, 0);
	cairo_pattern_add_color_stop_rgba(g, 1, p->bottom.r * .8, p->bottom.g * .8,
		p->bottom.b * .8, .42);
	cairo_set_source(cr, g);
	cairo_paint(cr);
	cairo_pattern_destroy(g);
}

/* The backdrop is the same for all pictures of a shop: painted once, then copied. */
static void backdrop(cairo_t *cr, const struct palette *p, double horizon)
{
	static cairo_surface_t *made[BACKDROPS];
	int at = (int)(p - palettes) * 2 + (horizon > .5);

	if (made[at] == NULL) {
		cairo_t *b;

		made[at] = cairo_image_surface_create(CAIRO_FORMAT_RGB24, PICTURE_PX, PICTURE_PX);
		b = cairo_create(made[at]);
		paint_backdrop(b, p, PICTURE_PX, PICTURE_PX, horizon);
		cairo_destroy(b);
	}
	cairo_set_source_surface(cr, made[at], 0, 0);
	cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
	cairo_paint(cr);
	cairo_set_operator(cr, CAIRO_OPERATOR_OVER);
}

/* Product units with y up, origin at (x, ground) of the picture. */
static void place(cairo_t *cr, drawing *draw, const struct spec *s, double x, double ground,
	double scale, double turn)
{
	cairo_save(cr);
	cairo_translate(cr, x, ground);
	cairo_rotate(cr, turn);
	cairo_scale(cr, scale < 0 ? -scale : scale, scale < 0 ? scale : -scale);
	if (scale < 0)
		cairo_scale(cr, -1, 1);
	draw(cr, s);
	cairo_restore(cr);
}

static void shoe_views(cairo_t *cr, const struct spec *s)
{
	double tall = spec_number(s, "tall", 380) + spec_number(s, "heel", 0) * .6;
	double k = tall > 940 ? 930 / (tall + 60) : .93;
	double left = (PICTURE_PX - 1000 * k) / 2, ground = 600 + tall * k / 2;

	if (ground > 1060)
		ground = 1060;
	if (ground < 790)
		ground = 790;
	if (strcmp(s->view, "pair") == 0) {
		k *= .84;
		cairo_save(cr);
		cairo_translate(cr, PICTURE_PX, 0);
		cairo_scale(cr, -1, 1);
		place(cr, draw_shoe, s, PICTURE_PX - 1000 * k - 60 + (tall > 760 ? -90 : 0),
			ground - 120, k * .9, 0);
		cairo_restore(cr);
		place(cr, draw_shoe, s, PICTURE_PX - 1000 * k - 70 - (tall > 760 ? 40 : 0),
			ground + 55, k, 0);
	} else if (strcmp(s->view, "detail") == 0) {
		place(cr, draw_shoe, s, -560, 980, 1.62, -.06);
	} else {
		place(cr, draw_shoe, s, left, ground, k, 0);
	}
}

static void sole_views(cairo_t *cr, const struct spec *s)
{
	if (strcmp(s->view, "tread") == 0) {
		place(cr, draw_sole_plan, s, -690, 980, 1.85, -.34);
	} else if (strcmp(s->view, "side") == 0) {
		place(cr, draw_sole_side, s, 90, 720, 1.02, 0);
	} else {
		double side = spec_number(s, "heel", 0) + spec_number(s, "thick", 40);

		place(cr, draw_sole_plan, s, 130, 400 - side * .22, .96, 0);
		place(cr, draw_sole_side, s, 120, 870 + side * .30, .96, 0);
	}
}

static void product(cairo_t *cr, const struct spec *s)
{
	bool flat = strcmp(s->kind, "insole") == 0;

	backdrop(cr, palette_named(s->palette), flat ? .3 : .66);
	if (strcmp(s->kind, "shoe") == 0)
		shoe_views(cr, s);
	else if (strcmp(s->kind, "sole") == 0)
		sole_views(cr, s);
	else if (strcmp(s->kind, "heel") == 0)
		place(cr, draw_heel, s, 180, 560 + spec_number(s, "heel", 200) * 1.25, .84, 0);
	else if (strcmp(s->kind, "insole") == 0)
		place(cr, draw_insole, s, 110, 600, .98, 0);
	else if (strcmp(s->kind, "bag") == 0)
		place(cr, draw_bag, s, 600, 980, 1, 0);
	else
		place(cr, draw_goods, s, 600, 930, 1, 0);
}

static void fail(const char *what, const char *path)
{
	fprintf(stderr, "draw-demo: %s %s: %s\n", what, path, strerror(errno));
	exit(1);
}

static void draw_line(const struct spec *s, const char *dir)
{
	bool hero = strcmp(s->kind, "hero") == 0, logo = strcmp(s->kind, "logo") == 0;
	bool icon = strcmp(s->kind, "favicon") == 0;
	int w = hero ? HERO_W_PX : logo ? 720 : icon ? 256 : PICTURE_PX;
	int h = hero ? HERO_H_PX : logo ? 160 : icon ? 256 : PICTURE_PX;
	char path[PATH_BYTES];
	cairo_surface_t *surface;
	cairo_t *cr;

	snprintf(path, sizeof path, "%s/%s", dir, s->file);
	if (strcmp(s->kind, "sheet") == 0) {
		if (!sheet_write(s, path))
			fail("cannot write", path);
		return;
	}
	surface = cairo_image_surface_create(logo || icon ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, w, h);
	cr = cairo_create(surface);
	if (hero)
		scene_draw(cr, s, w, h);
	else if (logo || icon)
		logo_draw(cr, s, w, h);
	else
		product(cr, s);
	if (cairo_status(cr) != CAIRO_STATUS_SUCCESS) {
		fprintf(stderr, "draw-demo: %s: %s\n", s->file,
			cairo_status_to_string(cairo_status(cr)));
		exit(1);
	}
	cairo_destroy(cr);
	if (!png_write(surface, path))
		fail("cannot write", path);
	cairo_surface_destroy(surface);
}

/* file TAB kind TAB view TAB palette TAB key=value TAB ... */
static bool parse_line(char *line, struct spec *s)
{
	char *fields = line, *field;
	int n = 0;

	memset(s, 0, sizeof *s);
	line[strcspn(line, "\r\n")] = '\0';
	while ((field = strsep(&fields, "\t")) != NULL) {
		const char **head[] = { &s->file, &s->kind, &s->view, &s->palette };

		if (n < 4) {
			*head[n++] = field;
		} else if (*field != '\0') {
			char *eq = strchr(field, '=');

			if (eq == NULL || s->params == SPEC_PARAMS)
				return false;
			*eq = '\0';
			s->key[s->params] = field;
			s->value[s->params++] = eq + 1;
		}
	}
	return n == 4;
}

int main(int argc, char **argv)
{
	static char line[SPEC_LINE];
	struct spec s;
	FILE *f;
	int number = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: draw-demo PICTURES.tsv DIRECTORY\n");
		return 2;
	}
	f = fopen(argv[1], "r");
	if (f == NULL)
		fail("cannot read", argv[1]);
	paint_start();
	while (fgets(line, sizeof line, f) != NULL) {
		number++;
		if (*line == '#' || *line == '\n')
			continue;
		if (!parse_line(line, &s)) {
			fprintf(stderr, "draw-demo: %s:%d: not a picture line\n", argv[1], number);
			return 1;
		}
		draw_line(&s, argv[2]);
	}
	fclose(f);
	return 0;
}
