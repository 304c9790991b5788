/* home.h -- what the sources of home share. */
#ifndef HOME_H
#define HOME_H

#include "db/rows.h"
#include "web/program.h"

/* One part of the home page in the merchant's order: printed, or the head of cards (html NULL) that each
   request reads. */
struct home_part {
	const char *html;
	const char *title, *url, *link;         /* url and link NULL: none */
};

/* What a home page is made of beside its cards. */
struct home_blocks {
	const char *description;                /* for search engines, or NULL */
	bool hero, featured;                    /* there is such a part */
	size_t n;
	struct home_part *parts;
};

/* The blocks of the store's home page in the request's language and currency, kept by the worker under the version
   of the catalogue that came with the site: what changes content counts it on (migration 0055).  They live as long
   as the request; the first one that asks has a trip more.  Nothing else may be asked for behind it, for COMMIT travels with it
   (page_asked()).  CARDS: q_home_featured(), q_home_first() where there are
   no blocks, or NULL. */
const struct home_blocks *home_blocks(struct req *r, struct rows **cards);
/* Their parts as the template's blocks; V has the cards, if there are any. */
void home_blocks_add(struct req *r, struct view *v, const struct home_blocks *b);

#endif
