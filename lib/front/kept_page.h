/*
 * kept_page.h -- whole pages of lists, home pages and pages of text that a worker keeps.
 *
 * A page that is the same for everybody changes only with its store's catalogue and content
 * (catalog.version, bumped by freshen and by content.changed()) and the store's own row.  A worker keeps such pages as they were
 * printed; before it gives one again it asks for the version, in one look by key: an older page is never
 * given.  Nothing is kept for, or given to, who has a session or a cart, nor where the setting
 * web.page_memory is 0.
 *
 *	if (kept_page_given(r))
 *		return;
 *	... page_html(r, v);
 *	kept_page_put(r);
 */
#ifndef FRONT_KEPT_PAGE_H
#define FRONT_KEPT_PAGE_H

#include "web/program.h"

/* Answers with the page of this address when it is kept and still right; the first thing that a handler does. */
bool kept_page_given(struct req *r);
/* Keeps what page_html() has just answered, if anybody may have it. */
void kept_page_put(struct req *r);

#endif
