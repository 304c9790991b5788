/*
 * import_html.h -- descriptions written in HTML by other shops, as Markdown.
 *
 * Paragraphs, line breaks, lists, headings, bold and italics become Markdown's;
 * links keep their text, and their address when it is http or https; every other
 * element is dropped, scripts, styles and the like with all they hold.  What is
 * left is text: base/markdown.h shows HTML in its source as text, so nothing of
 * the file can become an element of a page.  Broken HTML never fails.
 */
#ifndef SHOP_IMPORT_HTML_H
#define SHOP_IMPORT_HTML_H

#include "base/base.h"

char *import_markdown(const void *ctx, const char *html);
/* Words alone, in one line, cut at a word's end to MAX characters. */
char *import_plain(const void *ctx, const char *html, size_t max);

#endif
