/*
 * media_box.h -- a box to decode a stranger's picture in.
 *
 * Libraries that decode pictures have had faults that let a file run code.  So each
 * upload is decoded in a process of its own that can do nothing else: it holds the file
 * and shared memory for the result, no socket, no database, no other file; its memory,
 * its time and the system calls it may make are bounded (seccomp), and it cannot open,
 * connect, start or end anything.  Whatever ends it, the caller has a sentence to say.
 */
#ifndef SHOP_MEDIA_BOX_H
#define SHOP_MEDIA_BOX_H

#include "shop/media_pixels.h"

/* All widths of one picture together: a page's picture has some 100 kB, one of nothing but noise 20 times as much. */
#define MEDIA_BOX_BYTES (24 * 1024 * 1024)

struct media_box {
	enum media_fault fault;
	int width, height;              /* of the original, as it is shown */
	size_t n;                       /* how many files came out */
	struct { int width; enum media_format format; const unsigned char *data; size_t n; } file[MEDIA_WIDTHS_MAX * MEDIA_FORMATS];
	void *shared;                   /* the box's own */
};

/* Decodes the file FD (of SIZE bytes, from its start) in a child, which is ended at UNTIL_US of clock_steady_us();
   without ENCODE only its size is read.  Files of OUT are WebP and AVIF and live until media_box_close(). */
void media_box_run(int fd, size_t size, bool encode, int64_t until_us, struct media_box *out);
void media_box_close(struct media_box *b);

/* Shuts this process in, for ever: what it may still do is to compute, to start threads and to end.  False when the
   system does not know how. */
bool media_box_lock(void);

#endif
