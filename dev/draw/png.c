/*
 * png -- a small PNG writer for opaque and transparent pictures.
 *
 * cairo's own writer spends most of the time in the best compression; pictures
 * of a demo are read once and made again at any time, so the fast level with
 * one fixed filter (Up, which suits gradients) is the better bargain.
 */
#include "draw.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { WIDEST_PX = 2048, HIGHEST_PX = 2048, LEVEL = 1 };

static unsigned char raw[(size_t)HIGHEST_PX * (WIDEST_PX * 4 + 1)];
static unsigned char packed[sizeof raw + sizeof raw / 1000 + 64];

static void put32(unsigned char *at, uint32_t v)
{
	at[0] = (unsigned char)(v >> 24);
	at[1] = (unsigned char)(v >> 16);
	at[2] = (unsigned char)(v >> 8);
	at[3] = (unsigned char)v;
}

static bool chunk(FILE *f, const char *type, const unsigned char *data, size_t n)
{
	unsigned char head[8], tail[4];
	uLong crc = crc32(0, (const unsigned char *)type, 4);

	put32(head, (uint32_t)n);
	memcpy(head + 4, type, 4);
	if (n > 0)
		crc = crc32(crc, data, (uInt)n);
	put32(tail, (uint32_t)crc);
	return fwrite(head, 1, 8, f) == 8 && fwrite(data, 1, n, f) == n && fwrite(tail, 1, 4,
		f) == 4;
}

/* One row of cairo's premultiplied native words as plain RGB or RGBA bytes. */
static void row_bytes(unsigned char *to, const uint32_t *from, int w, bool alpha)
{
	for (int x = 0; x < w; x++) {
		uint32_t v = from[x], a = v >> 24;
		uint32_t c[3] = { v >> 16 & 255, v >> 8 & 255, v & 255 };

		for (int k = 0; k < 3; k++)
			*to++ = (unsigned char)(!alpha || a == 255 ? c[k] : a == 0 ? 0 : c[k] * 255 / a);
		if (alpha)
			*to++ = (unsigned char)a;
	}
}

bool png_write(cairo_surface_t *surface, const char *path)
{
	static unsigned char rows[2][WIDEST_PX * 4];
	static const unsigned char magic[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	bool alpha = cairo_image_surface_get_format(surface) == CAIRO_FORMAT_ARGB32, ok;
	int w = cairo_image_surface_get_width(surface), h = cairo_image_surface_get_height(surface);
	int stride = cairo_image_surface_get_stride(surface);
	size_t line = (size_t)w * (alpha ? 4 : 3);
	const unsigned char *data;
	unsigned char head[13] = { 0 }, *to = raw;
	uLongf size = sizeof packed;
	FILE *f;

	if (w > WIDEST_PX || h > HIGHEST_PX)
		return false;
	cairo_surface_flush(surface);
	data = cairo_image_surface_get_data(surface);
	memset(rows, 0, sizeof rows);
	for (int y = 0; y < h; y++) {
		unsigned char *now = rows[y & 1], *above = rows[!(y & 1)];

		row_bytes(now,
			(const uint32_t *)(const void *)(data + (size_t)y * (size_t)stride), w,
			alpha);
		*to++ = 2;
		for (size_t i = 0; i < line; i++)
			*to++ = (unsigned char)(now[i] - above[i]);
	}
	if (compress2(packed, &size, raw, (uLong)(to - raw), LEVEL) != Z_OK)
		return false;
	put32(head, (uint32_t)w);
	put32(head + 4, (uint32_t)h);
	head[8] = 8;
	head[9] = alpha ? 6 : 2;
	f = fopen(path, "wb");
	if (f == NULL)
		return false;
	ok = fwrite(magic, 1, 8, f) == 8 && chunk(f, "IHDR", head, 13) && chunk(f, "IDAT", packed,
		size)
		&& chunk(f, "IEND", packed, 0);
	return fclose(f) == 0 && ok;
}
