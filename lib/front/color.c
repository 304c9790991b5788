#include "front/color.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool color_parse(const char *s, size_t n, struct color *out)
{
	uint8_t part[3];

	if (n != 6)
		return false;
	for (int i = 0; i < 3; i++) {
		int high = hex(s[2 * i]), low = hex(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		part[i] = (uint8_t)(high * 16 + low);
	}
	*out = (struct color){ part[0], part[1], part[2] };
	return true;
}

static double linear(uint8_t channel)
{
	double c = channel / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

double color_luminance(struct color c)
{
	return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

bool color_wants_black(struct color c)
{
	double l = color_luminance(c);

	return (l + 0.05) / 0.05 > 1.05 / (l + 0.05);
}

bool color_theme_name(const char *file, struct color *primary, struct color *accent)
{
	return strlen(file) == strlen("rrggbb-rrggbb.css") && color_parse(file, 6, primary) && file[6] == '-' &&
	       color_parse(file + 7, 6, accent) && strcmp(file + 13, ".css") == 0;
}

bool color_swatch_name(const char *file, struct color *out)
{
	return strlen(file) == strlen("rrggbb.svg") && color_parse(file, 6, out) && strcmp(file + 6, ".svg") == 0;
}

const char *color_theme_css(const void *ctx, struct color primary, struct color accent)
{
	return mem_printf(ctx, ":root{--primary:#%02x%02x%02x;--on-primary:%s;--accent:#%02x%02x%02x;--on-accent:%s}\n",
			  primary.r, primary.g, primary.b, color_wants_black(primary) ? "#000" : "#fff",
			  accent.r, accent.g, accent.b, color_wants_black(accent) ? "#000" : "#fff");
}
