/*
 * media_pixels.h -- what a picture's bytes are, and the same picture written anew.
 *
 * media_kind() compares bytes and nothing else; any process may call it.  The others
 * decode, by libvips: only child processes call them, which have limits and may end at
 * any byte (media.c, media_box.h).  vips_init() and the settings are media_pixels_start()'s.
 */
#ifndef SHOP_MEDIA_PIXELS_H
#define SHOP_MEDIA_PIXELS_H

#include "shop/media.h"

/* Each width is there in both: pages name the WebP, and the web server hands the AVIF to who knows it (dev/lib/Webserver.pm). */
enum media_format { MEDIA_AS_WEBP, MEDIA_AS_AVIF, MEDIA_FORMATS };
/* "webp": how its files end. */
const char *media_ending(enum media_format format);

/* What pages ask for: thumbnail, card, page; and a hero over the whole width.  The largest first. */
#define MEDIA_WIDE 1600
#define MEDIA_WIDTHS { 960, 480, 240 }
#define MEDIA_WIDTHS_MAX 4

enum media_kind { MEDIA_UNKNOWN, MEDIA_JPEG, MEDIA_PNG, MEDIA_WEBP, MEDIA_PDF, MEDIA_SVG };

/* By its first bytes, of which N are given; 512 are enough. */
enum media_kind media_kind(const unsigned char *data, size_t n);
/* "image/jpeg"; NULL for what is not taken. */
const char *media_mime(enum media_kind kind);

/* Whether the file is one of that format and of pixels alone: no part of it carries anything else, nothing hangs behind. */
bool media_plain(enum media_format format, const unsigned char *data, size_t n);
/* Makes it so, in place: libvips 8.14 writes Exif whatever it is told.  False when it is no WebP file. */
bool media_strip(unsigned char *data, size_t *n);

/* Readies this child process; false when libvips does not start. */
bool media_pixels_start(void);
/* Size as it is shown: a camera held upright writes a picture that lies, with a note.  Refuses what is
   broken or has too many pixels. */
enum media_fault media_measure(const unsigned char *data, size_t n, int *width, int *height);
typedef bool media_put(void *arg, int width, enum media_format format, const void *data, size_t n);
/* Hands the picture in each width and format to PUT, which says false when it cannot take it (MEDIA_UNWRITABLE).
   AVIF is left out where it cannot be made: libvips without an encoder, a picture higher than AVIF can be. */
enum media_fault media_encode(const unsigned char *data, size_t n, int width, bool wide, media_put *put, void *arg);

#endif
