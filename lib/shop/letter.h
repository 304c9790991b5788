/*
 * letter.h -- what a mail of a shop says.
 *
 * The outbox holds ids alone; a letter is written when it is sent, from the order, cart
 * or account as it is then, in the language it was placed in, with the templates
 * tmpl/mail/NAME.{txt,html} and the merchant's own words for it (letter_words.h).  Words
 * that cannot be used are logged, and the house's stand in their place: no mail is lost
 * by them.  It comes in two halves, because links and codes must be
 * in the database before anybody can use them: letter_gather() in the tenant's
 * transaction makes and stores them (their hashes) and asks for everything else;
 * letter_write() after the commit renders.  Nothing of a letter is kept or logged.
 *
 * A letter that nobody wants any more is not written: the cart was ordered meanwhile,
 * its owner opted out, the code's time is over, the address was proven or erased, the
 * invitation was used or taken back.
 */
#ifndef SHOP_LETTER_H
#define SHOP_LETTER_H

#include "db/query/letter.h"
#include "db/rows.h"
#include "shop/letter_words.h"

#define LETTER_ORDER_LINK_DAYS 180      /* a warranty claim's usual time to come up */
#define LETTER_CODE_DIGITS 6            /* with 5 tries: one guess in 200 000 */
#define LETTER_RESET_MINUTES 30         /* opens an account: no longer than reading mail takes */
#define LETTER_PROOF_MINUTES (24 * 60)  /* proves an address, or takes a change of it back */

/* The outbox item. */
struct letter_item {
	const char *tenant, *store, *template;
	const char *order, *cart, *customer;    /* UUID or NULL */
	const char *change;                     /* of the customer's mail address, the credit note, purchase order, trial or invitation; or NULL */
	const char *locale, *currency;          /* of the order, cart, customer or member of staff */
};

struct letter {
	const char *host;                       /* of the store, for the Message-ID */
	const char *from_name;
	const char *reply_to;                   /* the store's own address, or "" */
	const char *to, *to_name;
	const char *subject, *text, *html;
	const char *stop_url;                   /* to get no more of this kind, or NULL */
	const char *file_name, *file_type;      /* NULL: nothing is attached */
	const void *file;
	size_t file_size;
};

enum letter_outcome { LETTER_WRITTEN, LETTER_UNWANTED, LETTER_UNKNOWN };

struct letter_desk;                             /* compiled templates by language */
struct letter_draft;                            /* promises of what a letter needs */

struct letter_desk *letter_desk_new(const void *ctx, const char *templates, const char *messages);

/* Queues all that ITEM's letter needs, in its tenant's transaction; under CTX. */
struct letter_draft *letter_gather(const void *ctx, struct db *db, const struct letter_item *item);
/* After the commit.  LETTER_UNKNOWN: no such template, or one that does not compile
   (logged). */
enum letter_outcome letter_write(struct letter_desk *desk, const void *ctx, struct letter_draft *draft,
				 struct letter *out);

/* ---- for who writes the words ---- */

/* All mails that people may write words for, I from 0; NULL behind the last. */
const char *letter_template(size_t i);
/* What it is, N_("..."), and the names its words may use, ended by a NULL name; NULL: no such mail. */
const char *letter_title(const char *template);
const struct letter_name *letter_names(const char *template);
/* The mail with an example in place of an order, as STORE (a language of a store) would send it with
   WORDS; PAGES as of letter_pages.  Parts that cannot be used are the house's. */
enum letter_outcome letter_sample(struct letter_desk *desk, const void *ctx, const struct row_letter_store *store, struct rows *pages,
				  const char *template, const struct letter_words *words, struct letter *out);
/* The house's own subject and opening in that language, as one would write them. */
bool letter_house_words(struct letter_desk *desk, const void *ctx, const struct row_letter_store *store, const char *template,
			struct letter_words *out);

#endif
