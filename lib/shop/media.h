/*
 * media.h -- pictures and documents of a merchant become files of the shop.
 *
 * What a file is, is seen from its first bytes, never from its name: JPEG, PNG
 * and WebP are pictures, PDF is a document, everything else (SVG too, which can
 * carry scripts) is refused.  A picture is decoded once and written anew as WebP
 * in the widths the pages use, so nothing of the original's bytes, its metadata
 * (a camera's position) or a second format hidden in it goes on to visitors.
 * Its size is read from the header before anything is decoded.
 *
 * The name of a file is the first 128 bits of the SHA-256 of the original's
 * content, "ab/cdef..." : the same content is stored once, a name never means
 * other content later, and a picture that was converted is not converted again.
 * Files appear complete: written beside their place, then renamed.
 *
 * Conversion runs in child processes with limits on memory and time; a picture
 * that ends its child is refused, the others go on.
 */
#ifndef SHOP_MEDIA_H
#define SHOP_MEDIA_H

#include "base/base.h"

/* A print-size photo has 24 Mpx; decoded, 40 Mpx take 160 MB. */
#define MEDIA_PIXELS_MAX (40 * 1000 * 1000)
#define MEDIA_PICTURE_MAX (12 * 1024 * 1024)
#define MEDIA_DOCUMENT_MAX (10 * 1024 * 1024)

#define MEDIA_NAME_SIZE 40              /* "ab/" and 30 hex digits, ".pdf", NUL */
#define MEDIA_WHY_SIZE 160

struct media {
	const char *file;               /* name below the directory of originals */
	bool document;                  /* a PDF is wanted, else a picture */
	bool wide;                      /* also 1600 pixels, for heroes */
	/* results */
	char name[MEDIA_NAME_SIZE];     /* as in catalog.media; "" when refused */
	char mime[32];
	int64_t bytes;
	int width, height;              /* of the original; 0 for documents */
	bool made;                      /* converted now, not before */
	char why[MEDIA_WHY_SIZE];       /* why it was refused: a sentence without full stop */
};

/* True for the name of a file that stays below its directory. */
bool media_name_safe(const char *file);

/* Brings N files of the directory FROM into the media directory TO, WORKERS at a time.
   Each entry gets its name or its reason. */
void media_store(const char *from, const char *to, struct media *list, size_t n, int workers);

#endif
