/*
 * frame.h -- the inside of lib/front: the hooks and what they keep of a request.
 */
#ifndef FRONT_FRAME_H
#define FRONT_FRAME_H

#include "front/front.h"

/* Languages of one store that a page can name another path for. */
#define FRAME_LANGUAGES 16

/* Frames a worker keeps: stores x languages x currencies that it serves at a time.
   The one used longest ago makes room; each is about 10 kB. */
#define FRAMES_KEPT 64

struct frame;                           /* navigation and footer, kept in the worker */

/* r->front: made by the begin hook for each run of a handler. */
struct front {
	bool queued;                    /* the frame was looked for, or must not be */
	struct frame *frame;            /* NULL: being loaded with the page's own queries */
	struct rows *categories, *pages, *social, *payments;
	struct rows *pieces;            /* in the cart, when there is a cookie */
	unsigned char cart_sha256[SHA256_LEN];
	bool has_cart;
	bool noindex;
	bool own_paths;
	const char *canonical;
	size_t npaths;
	struct { const char *language, *path; } path[FRAME_LANGUAGES];
};

enum site_answer front_site_load(struct db *db, void *ctx, const char *host, int64_t deadline_us,
				 struct site *out);

#endif
