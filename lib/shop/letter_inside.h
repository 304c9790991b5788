/*
 * letter_inside.h -- what letter.c, which gathers, and letter_write.c, which writes, share.
 *
 * They are two so that a program which only shows an example of a mail is linked with no
 * query about orders and customers.
 */
#ifndef SHOP_LETTER_INSIDE_H
#define SHOP_LETTER_INSIDE_H

#include "base/crypto.h"
#include "shop/letter.h"

enum letter_about { ABOUT_ORDER, ABOUT_CODE, ABOUT_CART, ABOUT_ACCOUNT, ABOUT_PURCHASE, ABOUT_STOCK, ABOUT_TRIAL, ABOUT_STAFF };

/* A letter there is. */
struct letter_kind {
	const char *template;
	enum letter_about about;
	const char *title;              /* NULL: nobody writes words for it */
	const struct letter_name *names;
	bool invoice, credit, note, downloads;  /* brings the file of the invoice, of a credit note; what staff wrote; names of files */
	enum { ALWAYS, WHILE_UNPAID } when;     /* unwanted when things have changed */
	const char *path;               /* ABOUT_ACCOUNT: where its link leads */
	const char *purpose;            /* of the token behind that, or NULL: there is none */
	int minutes;                    /* that the token counts */
};

extern const struct letter_kind letter_kinds[];        /* ended by one without a template */
/* The letter of that name if people may write words for it, or NULL. */
const struct letter_kind *letter_kind_named(const char *template);

struct letter_draft {
	const struct letter_kind *kind;        /* NULL: no such letter */
	struct letter_item item;
	struct letter_words words;      /* that stand in place of the stored ones, while SAMPLE */
	bool sample;                    /* with an example in place of an order */
	struct token token;             /* opens the order, the cart or the console */
	char code[LETTER_CODE_DIGITS + 1];
	struct rows *store, *order, *lines, *taxes, *parcels, *payment, *refunds, *invoice, *credit, *note, *downloads, *cart, *proof, *person, *purchase, *low, *trial, *invitation, *pages;
};

#endif
