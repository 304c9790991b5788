/*
 * language.h -- what a page is rendered with, opened once per process and locale.
 */
#ifndef WEB_LANGUAGE_H
#define WEB_LANGUAGE_H

#include "base/locale.h"
#include "base/mustache.h"
#include "base/text.h"

struct language {
	const char *tag;
	const struct locale *locale;
	const struct text *text;
	struct templates *templates;
};

struct languages;

/* Templates below TEMPLATE_DIR, translations in MESSAGE_DIR/LANG.mo. */
struct languages *languages_new(const void *ctx, const char *template_dir, const char *message_dir);

/* The language of a BCP 47 tag; never NULL. */
const struct language *language_get(struct languages *l, const char *tag);

#endif
