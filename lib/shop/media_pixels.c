#include "shop/media_pixels.h"

#include <vips/vips.h>

#include "shop/media_avif.h"

static const int widths[] = MEDIA_WIDTHS;
/* WebP quality: above 80 files grow and eyes see nothing. */
#define QUALITY 80
/* libwebp's 0 to 6; 2 takes half the time of 4 and 4 % more bytes. */
#define EFFORT 2
/* AVIF: .5 to 1.2 decibels below that WebP in 8 to 29 % fewer bytes (a drawing and two photos, 240 to 960 pixels).  Effort 0 takes
   as long as the WebP does, or twice that; 2 takes five times as long and spares 1 to 22 % more. */
#define AVIF_QUALITY 60
#define AVIF_EFFORT 0
/* Pixels of height that WebP knows, with some room: 16383. */
#define HEIGHT_MAX 16000

enum media_kind media_kind(const unsigned char *data, size_t n)
{
	if (n >= 4 && memcmp(data, "\xff\xd8\xff", 3) == 0)
		return MEDIA_JPEG;
	if (n >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0)
		return MEDIA_PNG;
	if (n >= 12 && memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0)
		return MEDIA_WEBP;
	if (n >= 5 && memcmp(data, "%PDF-", 5) == 0)
		return MEDIA_PDF;
	return n >= 4 && (memmem(data, n < 512 ? n : 512, "<svg", 4) != NULL) ? MEDIA_SVG : MEDIA_UNKNOWN;
}

const char *media_mime(enum media_kind kind)
{
	static const char *const mimes[] = {
		[MEDIA_JPEG] = "image/jpeg", [MEDIA_PNG] = "image/png", [MEDIA_WEBP] = "image/webp", [MEDIA_PDF] = "application/pdf",
		[MEDIA_SVG] = NULL,
	};

	return mimes[kind];
}

static void silent(const char *domain, GLogLevelFlags level, const char *message, void *arg)
{
	(void)domain;
	(void)level;
	(void)message;
	(void)arg;
}

const char *media_ending(enum media_format format)
{
	return format == MEDIA_AS_AVIF ? "avif" : "webp";
}

bool media_pixels_start(void)
{
	g_log_set_default_handler(silent, NULL);        /* libvips' warnings name no file; the reason does */
	if (VIPS_INIT("sutler") != 0)
		return false;
	vips_concurrency_set(1);        /* the processes are the parallelism */
	vips_cache_set_max(0);
	vips_block_untrusted_set(TRUE);
	return true;
}

enum media_fault media_measure(const unsigned char *data, size_t n, int *width, int *height)
{
	VipsImage *header = vips_image_new_from_buffer(data, n, "", "access", VIPS_ACCESS_SEQUENTIAL, NULL);
	bool lies;

	if (header == NULL)
		return MEDIA_BROKEN;
	lies = vips_image_get_orientation_swap(header);
	*width = lies ? vips_image_get_height(header) : vips_image_get_width(header);
	*height = lies ? vips_image_get_width(header) : vips_image_get_height(header);
	g_object_unref(header);
	return (int64_t)*width * *height > MEDIA_PIXELS_MAX ? MEDIA_TOO_MANY_PIXELS : MEDIA_FINE;
}

/* ---- WebP's chunks ------------------------------------------------------------------------- */

#define RIFF_HEADER 12
#define CHUNK_HEADER 8

static size_t le32(const unsigned char *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

/* The whole length of the chunk at AT, or 0: it does not lie within N bytes. */
static size_t chunk_at(const unsigned char *data, size_t at, size_t n)
{
	size_t size;

	if (n - at < CHUNK_HEADER)
		return 0;
	size = le32(data + at + 4);
	return size > n - at - CHUNK_HEADER || size + (size & 1) > n - at - CHUNK_HEADER ? 0 : CHUNK_HEADER + size + (size & 1);
}

static bool is_chunk(const unsigned char *data, size_t at, const char *names)
{
	for (; *names != '\0'; names += 4)
		if (memcmp(data + at, names, 4) == 0)
			return true;
	return false;
}

static bool webp_plain(const unsigned char *data, size_t n)
{
	size_t at = RIFF_HEADER, step = 0;

	if (n < RIFF_HEADER + CHUNK_HEADER || media_kind(data, n) != MEDIA_WEBP || le32(data + 4) != n - CHUNK_HEADER)
		return false;
	for (; at < n; at += step) {
		step = chunk_at(data, at, n);
		if (step == 0 || !is_chunk(data, at, "VP8 VP8LVP8XALPH"))
			return false;
	}
	return true;
}

bool media_plain(enum media_format format, const unsigned char *data, size_t n)
{
	return format == MEDIA_AS_AVIF ? media_avif_plain(data, n) : webp_plain(data, n);
}

bool media_strip(unsigned char *data, size_t *n)
{
	size_t to = RIFF_HEADER, step = 0;
	bool alpha = false;

	if (*n < RIFF_HEADER + CHUNK_HEADER || media_kind(data, *n) != MEDIA_WEBP)
		return false;
	for (size_t at = RIFF_HEADER; at < *n; at += step) {
		step = chunk_at(data, at, *n);
		if (step == 0)
			return false;
		alpha = alpha || is_chunk(data, at, "ALPH");
	}
	for (size_t at = RIFF_HEADER; at < *n; at += step) {
		step = chunk_at(data, at, *n);
		/* The head of an extended file says that there is more: only transparency needs it, which is its bit 4. */
		if (!is_chunk(data, at, alpha ? "VP8 VP8LVP8XALPH" : "VP8 VP8L"))
			continue;
		memmove(data + to, data + at, step);
		if (is_chunk(data, to, "VP8X"))
			data[to + CHUNK_HEADER] &= 0x10;
		to += step;
	}
	*n = to;
	for (int i = 0; i < 4; i++)
		data[4 + i] = (unsigned char)((to - CHUNK_HEADER) >> (8 * i));
	return true;
}

/* ---- decoding -------------------------------------------------------------------------------- */

struct sink {
	media_put *put;
	void *arg;
};

static enum media_fault save(const struct sink *sink, VipsImage *image, int width)
{
	void *data = NULL;
	size_t n = 0;
	enum media_fault fault = MEDIA_BROKEN;

	if (vips_webpsave_buffer(image, &data, &n, "Q", QUALITY, "effort", EFFORT, "strip", TRUE, NULL) == 0 && media_strip(data, &n))
		fault = sink->put(sink->arg, width, MEDIA_AS_WEBP, data, n) ? MEDIA_FINE : MEDIA_UNWRITABLE;
	g_free(data);
	data = NULL;
	if (fault == MEDIA_FINE && vips_heifsave_buffer(image, &data, &n, "Q", AVIF_QUALITY, "effort", AVIF_EFFORT,
			"compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1, "strip", TRUE, NULL) == 0)
		fault = sink->put(sink->arg, width, MEDIA_AS_AVIF, data, n) ? MEDIA_FINE : MEDIA_UNWRITABLE;
	g_free(data);
	return fault;
}

/* Decoded once in its largest width, the smaller ones made of that. */
enum media_fault media_encode(const unsigned char *data, size_t n, int width, bool wide, media_put *put, void *arg)
{
	struct sink sink = { put, arg };
	VipsImage *thumb = NULL, *image = NULL;
	enum media_fault fault = MEDIA_BROKEN;

	/* "size" down: nothing is enlarged; "fail_on" error: a broken file is refused, not half shown.  It turns
	   as the camera says, and its colours become those of the web, as the profile leaves with the rest. */
	if (vips_thumbnail_buffer((void *)(uintptr_t)data, n, &thumb, wide && width > widths[0] ? MEDIA_WIDE : widths[0], "height", HEIGHT_MAX,
				  "size", VIPS_SIZE_DOWN, "export_profile", "srgb", "option_string", "[fail_on=error]", NULL) == 0 &&
	    (image = vips_image_copy_memory(thumb)) != NULL)
		fault = MEDIA_FINE;
	if (fault == MEDIA_FINE && wide)
		fault = save(&sink, image, MEDIA_WIDE);
	for (size_t i = 0; fault == MEDIA_FINE && i < ARRAY_LEN(widths); i++) {
		VipsImage *small = NULL;

		if (vips_thumbnail_image(image, &small, widths[i], "height", HEIGHT_MAX, "size", VIPS_SIZE_DOWN, NULL) != 0)
			fault = MEDIA_BROKEN;
		else
			fault = save(&sink, small, widths[i]);
		g_clear_object(&small);
	}
	g_clear_object(&thumb);
	g_clear_object(&image);
	vips_error_clear();
	return fault;
}
