/*
 * media.h -- pictures and documents of a merchant become files of the shop.
 *
 * What a file is, is seen from its first bytes, never from its name: JPEG, PNG
 * and WebP are pictures, PDF is a document, everything else (SVG too, which can
 * carry scripts) is refused.  A picture is decoded once and written anew as WebP
 * and AVIF in the widths the pages use, so nothing of the original's bytes, its metadata
 * (a camera's position) or a second format hidden in it goes on to visitors.
 * Its size is read from the header before anything is decoded.
 *
 * The name of a file is the first 128 bits of the SHA-256 of the original's
 * content, "ab/cdef..." : the same content is stored once, a name never means
 * other content later, and a picture that was converted is not converted again.
 * Files appear complete: written beside their place, then renamed.
 *
 * Conversion runs in child processes with limits on memory and time; a picture
 * that ends its child is refused, the others go on.  An upload's child is shut in
 * as well (media_box.h).
 *
 * A file that nobody names any more is removed by media_sweep(), a day at the
 * earliest after it was made or wanted last: who stores a picture that is there
 * already touches its files, and both hold the lock of the directory.
 */
#ifndef SHOP_MEDIA_H
#define SHOP_MEDIA_H

#include "base/base.h"

/* A print-size photo has 24 Mpx; decoded, 40 Mpx take 160 MB. */
#define MEDIA_PIXELS_MAX (40 * 1000 * 1000)
#define MEDIA_PICTURE_MAX (12 * 1024 * 1024)
#define MEDIA_DOCUMENT_MAX (10 * 1024 * 1024)
/* What is sold as a download: a book with pictures, an album.  It comes in one form of 64 MB (etc/programs.tab). */
#define MEDIA_GOODS_MAX (50 * 1024 * 1024)

/* Why a file was not taken. */
enum media_fault {
	MEDIA_FINE,
	MEDIA_UNSAFE_NAME, MEDIA_MISSING, MEDIA_OUTSIDE, MEDIA_UNREADABLE, MEDIA_EMPTY,
	MEDIA_LARGE_DOCUMENT, MEDIA_LARGE_PICTURE, MEDIA_LARGE_GOODS, MEDIA_NO_PDF, MEDIA_NO_PICTURE, MEDIA_IS_SVG,
	MEDIA_TOO_MANY_PIXELS, MEDIA_BROKEN, MEDIA_TOO_DETAILED,
	MEDIA_ENDED,                    /* it ended the process that decoded it */
	MEDIA_LATE,                     /* the time was over */
	MEDIA_NO_ROOM,                  /* no process, no memory */
	MEDIA_UNWRITABLE                /* the media directory */
};

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
	enum media_fault fault;
	char why[MEDIA_WHY_SIZE];       /* why it was refused: a sentence without full stop */
};

/* True for the name of a file that stays below its directory. */
bool media_name_safe(const char *file);

/* Brings N files of the directory FROM into the media directory TO, WORKERS at a time.
   Each entry gets its name or its reason. */
void media_store(const char *from, const char *to, struct media *list, size_t n, int workers);

/* Brings an upload, the open file FD with the digest SHA256, into the media directory TO; M->document says
   what is wanted.  Waits until UNTIL_US of clock_steady_us().  M gets its name or its fault. */
void media_take(int fd, const unsigned char sha256[32], const char *to, int64_t until_us, struct media *m);

/* Brings an upload of any kind, the open file FD with the SHA-256 DIGEST, into the directory TO, for OWNER alone: the
   same content of somebody else is another file.  M gets its name and size, or its fault; its kind nobody looked at. */
void media_take_goods(int fd, const unsigned char digest[32], const char *owner, const char *to, struct media *m);

/* How old a file is at least that media_sweep() removes: what was just made gets its row within seconds, and
   pages that were made before show it for minutes. */
#define MEDIA_KEEP_S (24 * 3600)

/* Removes from the directory TO files older than KEEP_S seconds that have none of the N names NAMED (sorted by
   strcmp), and what a killed writer left behind.  How many; -1 with errno when the directory cannot be read. */
int64_t media_sweep(const char *to, const char *const *named, size_t n, int keep_s);

#endif
