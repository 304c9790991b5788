/*
 * letter_sample.h -- the example that stands in a mail's place of an order, a cart or an account
 * while somebody writes its words: nobody's data, and every name that mails know.
 */
#ifndef SHOP_LETTER_SAMPLE_H
#define SHOP_LETTER_SAMPLE_H

#include "base/text.h"
#include "base/view.h"

struct letter_sample_place {
	const void *ctx;
	const struct text *text;        /* the language */
	const char *url;                /* where all its links lead */
};

void letter_sample_fill(struct view *v, const struct letter_sample_place *place);

#endif
