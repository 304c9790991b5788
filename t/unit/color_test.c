/*
 * Promise: whatever colours a merchant chooses, the words on them can be read: at
 * least 4.5 : 1 (WCAG 2.2, success criterion 1.4.3), and only colours get into a style.
 */
#include "front/color.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "tap.h"

/* The formulas of WCAG 2.2 once more, in the words of the standard. */
static double channel(unsigned c8)
{
	double c = c8 / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double contrast(struct color c, bool black)
{
	double l = 0.2126 * channel(c.r) + 0.7152 * channel(c.g) + 0.0722 * channel(c.b);

	return black ? (l + 0.05) / 0.05 : 1.05 / (l + 0.05);
}

/* Numerical Recipes' generator: the same colours in every run. */
static struct color next_color(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (struct color){ (uint8_t)(*seed >> 24), (uint8_t)(*seed >> 16), (uint8_t)(*seed >> 8) };
}

#define COLORS 10000

/* The words of a style sheet: "--on-NAME:#000". */
static bool says_black(const char *css, const char *name)
{
	const char *at = strstr(css, name);

	return at != NULL && strncmp(at + strlen(name), "#000", 4) == 0;
}

static void check_contrast(void *ctx)
{
	uint32_t seed = 20261122;
	double worst = 21.0;
	struct color worst_color = { 0 };
	int wrong_css = 0;

	for (int i = 0; i < COLORS; i++) {
		struct color c = next_color(&seed), d = next_color(&seed);
		const char *css = color_theme_css(ctx, c, d);
		double got = contrast(c, color_wants_black(c));

		if (got < worst) {
			worst = got;
			worst_color = c;
		}
		wrong_css += says_black(css, "--on-primary:") != color_wants_black(c) ||
			     says_black(css, "--on-accent:") != color_wants_black(d);
	}
	tap_ok(worst >= 4.5, "%d colours: the worst contrast is %.2f, of #%02x%02x%02x", COLORS, worst,
	       worst_color.r, worst_color.g, worst_color.b);
	tap_is_int(wrong_css, 0, "the style sheet says the same");
	for (unsigned grey = 0; grey < 256; grey++) {
		struct color c = { (uint8_t)grey, (uint8_t)grey, (uint8_t)grey };

		if (contrast(c, color_wants_black(c)) < 4.5)
			tap_ok(false, "grey %u", grey);
	}
	tap_ok(true, "every grey was tried");
}

static const struct { const char *file; bool theme, swatch; } names[] = {
	{ "1f4e79-c75b12.css", true, false }, { "000000-ffffff.css", true, false },
	{ "1f4e79.svg", false, true },
	{ "1F4E79-c75b12.css", false, false }, { "1f4e79c75b12.css", false, false }, { "1f4e7-c75b123.css", false, false },
	{ "1f4e79-c75b12.cssx", false, false }, { "1f4e79-c75b12", false, false }, { "1f4e79-c75b1g.css", false, false },
	{ "#1f4e79.svg", false, false }, { "1f4e79.css", false, false }, { "red.svg", false, false },
	{ "", false, false }, { "-.css", false, false }, { "1f4e79-c75b12.css.css", false, false },
	{ "1f4e7;-c75b12.css", false, false }, { "1f4e7}.svg", false, false }, { "1f4e79.SVG", false, false },
};

int main(void)
{
	void *ctx = mem_context(NULL, "color");
	struct color a = { 1, 2, 3 }, b;

	check_contrast(ctx);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		tap_is_int(color_theme_name(names[i].file, &a, &b), names[i].theme, "theme \"%s\"", names[i].file);
		tap_is_int(color_swatch_name(names[i].file, &a), names[i].swatch, "swatch \"%s\"", names[i].file);
	}
	tap_ok(color_parse("c75b12", 6, &a) && a.r == 0xc7 && a.g == 0x5b && a.b == 0x12, "the parts of a colour");
	tap_is_str(color_theme_css(ctx, (struct color){ 0x1f, 0x4e, 0x79 }, (struct color){ 0xff, 0xee, 0 }),
		   ":root{--primary:#1f4e79;--on-primary:#fff;--accent:#ffee00;--on-accent:#000}\n", "a style sheet");
	tap_ok(fabs(color_luminance((struct color){ 255, 255, 255 }) - 1.0) < 1e-9, "white has luminance 1");
	tap_ok(color_luminance((struct color){ 0, 0, 0 }) < 1e-9, "black has none");
	mem_free(ctx);
	return tap_done();
}
