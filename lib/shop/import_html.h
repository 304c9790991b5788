/*
 * import_html.h -- descriptions written in HTML by other shops, as Markdown.
 *
 * Paragraphs, line breaks, lists, quotes, headings, tables with a heading, code, bold,
 * italics and struck words become Markdown's; links keep their text, and their
 * address when it is http, https, mailto or tel; every other element is dropped,
 * scripts, styles and the like with all they hold.  What is left is text, and what of
 * it Markdown would take for a mark is held back by a backslash: base/markdown.h shows
 * it, HTML in it too, as the text it was, so nothing of the file can become an element
 * of a page.  What markdown_html() made comes back as the same page.  Broken HTML never
 * fails.
 */
#ifndef SHOP_IMPORT_HTML_H
#define SHOP_IMPORT_HTML_H

#include "base/base.h"

char *import_markdown(const void *ctx, const char *html);
/* Words alone, in one line, cut at a word's end to MAX characters. */
char *import_plain(const void *ctx, const char *html, size_t max);

#endif
