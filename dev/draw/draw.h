/*
 * draw.h -- the painter of the demo shops' pictures.
 *
 * dev/gen-demo writes one line per picture (pictures.tsv): file, kind, view,
 * palette and key=value parameters.  draw-demo reads the lines and draws each
 * with cairo; nothing is photographed and nothing is fetched.  Objects are
 * drawn in their own units, y up, light from the upper left: a shoe is 1000
 * units long and stands on y = 0.  A shape is a list of points through which a
 * smooth curve runs, with corners where marked.  Shoes are all authored flat;
 * a "last" then bends the points to the heel height, so that one drawing of an
 * upper serves every heel.
 *
 * Everything lives in fixed arrays or belongs to cairo: a picture is small, and
 * the limits are named below.
 */
#ifndef DRAW_DRAW_H
#define DRAW_DRAW_H

#include <cairo.h>
#include <stdbool.h>

enum {
	PICTURE_PX = 1200,  /* product pictures are square: the largest size a page asks for */
	HERO_W_PX = 1600, HERO_H_PX = 900,
	SPEC_PARAMS = 40,   /* key=value pairs of a line; a technical sheet has about 25 */
	SPEC_LINE = 8192,
	SHAPE_POINTS = 64,
};

struct rgb { double r, g, b; };

/* One line of pictures.tsv; the strings point into the line's own buffer. */
struct spec {
	const char *file, *kind, *view, *palette;
	const char *key[SPEC_PARAMS], *value[SPEC_PARAMS];
	int params;
};

const char *spec_text(const struct spec *s, const char *key, const char *otherwise);
double spec_number(const struct spec *s, const char *key, double otherwise);
struct rgb spec_colour(const struct spec *s, const char *key, const char *otherwise);
bool spec_is(const struct spec *s, const char *key, const char *value);

/* A point of a shape; corner: the curve may break here. */
struct pt { double x, y; int corner; };
#define P(x, y) { (x), (y), 0 }
#define C(x, y) { (x), (y), 1 }

/* How a flat shoe is bent: heel lift and sole thickness, in units. */
struct last {
	double lift;        /* height of the heel seat above the ball */
	double thick;       /* what the upper stands on */
	double spring;      /* how far the toe tip leaves the ground */
	double toe;         /* how much longer than round: pointed toes are > 0 */
};
struct pt last_bend(const struct last *l, struct pt p);
double last_lift(const struct last *l, double x);

enum material {
	M_LEATHER, M_SUEDE, M_PATENT, M_KNIT, M_CANVAS, M_RUBBER, M_EVA, M_CORK, M_WOOD,
	M_METAL, M_CROCO, M_RAFFIA, M_SATIN, M_GLITTER, M_FLEECE, M_JUTE, M_BATIK, M_MATERIALS
};
enum material material_named(const char *name);

struct finish { struct rgb colour; enum material material; };

struct rgb rgb_parse(const char *hex);
struct rgb rgb_mix(struct rgb a, struct rgb b, double t);
struct rgb rgb_shade(struct rgb c, double by);   /* -1 black ... 0 same ... 1 white */
double rgb_light(struct rgb c);                  /* 0 black ... 1 white */
void paint_rgb(cairo_t *cr, struct rgb c, double alpha);

/* Puts the closed or open curve through the points into the current path. */
void shape_path(cairo_t *cr, const struct pt *p, int n, bool closed, const struct last *l);

/* Fills the current path as a body with volume: light, edge shade, surface. */
void paint_body(cairo_t *cr, struct finish f);
/* shape_path + paint_body. */
void paint_panel(cairo_t *cr, const struct pt *p, int n, const struct last *l, struct finish f);
/* A row of stitches, or a plain seam when dash is 0. */
void paint_seam(cairo_t *cr, const struct pt *p, int n, const struct last *l, struct rgb thread,
	double dash);
/* Raised or cut lines on a surface: the current path, stroked with light and shade. */
void paint_emboss(cairo_t *cr, struct rgb base, double width, double depth);
void paint_shadow(cairo_t *cr, double cx, double cy, double rx, double ry, double alpha);
void paint_ellipse(cairo_t *cr, double cx, double cy, double rx, double ry);
void paint_rounded(cairo_t *cr, double x, double y, double w, double h, double r);
void paint_start(void);                          /* makes the surface tiles once */

/* Backgrounds and colours of each shop. */
struct palette {
	const char *name;
	struct rgb top, bottom, floor;               /* backdrop */
	struct rgb ink, accent, soft;                /* wordmark and banners */
	const char *font, *brand, *line;
};
const struct palette *palette_named(const char *name);
void paint_backdrop(cairo_t *cr, const struct palette *p, double w, double h, double horizon);

/* Each draws in product units with y up; the caller has set the transform. */
typedef void drawing(cairo_t *cr, const struct spec *s);
drawing draw_shoe, draw_sole_side, draw_sole_plan, draw_heel, draw_insole, draw_bag, draw_goods;

bool png_write(cairo_surface_t *surface, const char *path);
bool sheet_write(const struct spec *s, const char *path);   /* technical sheet, PDF */
void scene_draw(cairo_t *cr, const struct spec *s, double w, double h);
void logo_draw(cairo_t *cr, const struct spec *s, double w, double h);

#endif
