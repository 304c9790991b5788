/*
 * markdown.h -- CommonMark written by merchants, as HTML (md4c).
 *
 * Raw HTML in the source is shown as text, never passed on; links and pictures
 * lead to http, https, mailto, tel or a path of this site, else they become
 * "#".  The highest heading used becomes LEVEL and the others follow, so
 * that a page keeps its own h1 and no level is left out above them.
 */
#ifndef BASE_MARKDOWN_H
#define BASE_MARKDOWN_H

#include "base/base.h"

/* Longest source that is rendered, bytes: a long page of terms has 40 kB. */
#define MARKDOWN_MAX (256 * 1024)

/* HTML of SOURCE under CTX; "" for NULL, an empty source, one longer than MARKDOWN_MAX and
   one of which md4c makes what is not its HTML. */
char *markdown_html(const void *ctx, const char *source, int level);

#endif
