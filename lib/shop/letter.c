/* Gathering: in the transaction. */
#include "shop/letter.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "shop/letter_inside.h"

#include <stdio.h>
#include <string.h>

static const struct letter_kind *find_kind(const struct letter_item *item)
{
	const char *const of[] = {
		[ABOUT_ORDER] = item->order, [ABOUT_CODE] = item->cart, [ABOUT_CART] = item->cart, [ABOUT_ACCOUNT] = item->customer,
		[ABOUT_PURCHASE] = item->change, [ABOUT_STOCK] = item->change, [ABOUT_TRIAL] = item->change,
		[ABOUT_STAFF] = item->change,
	};

	for (const struct letter_kind *k = letter_kinds; k->template != NULL; k++)
		if (strcmp(k->template, item->template) == 0 && of[k->about] != NULL)
			return k;
	return NULL;
}

static void gather_order(struct db *db, struct letter_draft *d)
{
	const char *order = d->item.order;
	unsigned char hash[SHA256_LEN];

	d->token = token_new();
	sha256(d->token.text, TOKEN_LEN, hash);
	q_letter_order_link(db, d->item.tenant, hash, sizeof(hash), order, LETTER_ORDER_LINK_DAYS);
	d->order = q_letter_order(db, order);
	d->lines = q_letter_lines(db, order);
	d->taxes = q_letter_taxes(db, order);
	d->parcels = q_letter_parcels(db, order);
	d->payment = q_letter_payment(db, order, d->item.locale);
	d->refunds = q_letter_refunds(db, order);
	if (d->kind->invoice)
		d->invoice = q_letter_invoice(db, d->item.tenant, order);
	if (d->kind->credit)
		d->credit = q_letter_credit(db, d->item.tenant, d->item.change);
	if (d->kind->downloads)
		d->downloads = q_letter_downloads(db, d->item.tenant, order);
	if (d->kind->note)
		d->note = q_letter_note(db, d->item.change);
}

static void gather_cart(struct db *db, struct letter_draft *d)
{
	unsigned char hash[SHA256_LEN];

	d->token = token_new();
	sha256(d->token.text, TOKEN_LEN, hash);
	q_letter_cart_link(db, d->item.tenant, hash, sizeof(hash), d->item.cart);
	d->cart = q_letter_cart(db, d->item.cart);
	d->lines = q_letter_cart_lines(db, d->item.cart, d->item.locale);
}

static void gather_account(struct db *db, struct letter_draft *d)
{
	unsigned char hash[SHA256_LEN];

	d->person = q_letter_customer(db, d->item.customer, d->item.change);
	if (d->kind->purpose == NULL)
		return;
	d->token = token_new();
	sha256(d->token.text, TOKEN_LEN, hash);
	q_letter_customer_link(db, d->item.tenant, hash, sizeof(hash), d->item.customer, d->kind->purpose, d->item.change,
			       d->kind->minutes);
}

/* Stored as SHA-256 of cart id and code: sales.verify_check() compares. */
static void gather_code(const void *ctx, struct db *db, struct letter_draft *d)
{
	unsigned char hash[SHA256_LEN];
	const char *secret;

	snprintf(d->code, sizeof(d->code), "%06u", random_below(1000000));
	secret = mem_printf(ctx, "%s%s", d->item.cart, d->code);
	sha256(secret, strlen(secret), hash);
	d->proof = q_letter_code(db, d->item.cart, hash, sizeof(hash));
}

static void gather_invitation(struct db *db, struct letter_draft *d)
{
	unsigned char hash[SHA256_LEN];

	d->token = token_new();
	sha256(d->token.text, TOKEN_LEN, hash);
	d->invitation = q_letter_invitation(db, d->item.tenant, d->item.change, hash, sizeof(hash));
}

/* Which mail it is a trial of is known only by its row. */
static void gather_trial(struct db *db, struct letter_draft *d)
{
	const struct row_letter_trial *t;

	d->trial = q_letter_trial(db, d->item.tenant, d->item.change);
	t = row_letter_trial(d->trial);
	d->sample = true;
	d->item.template = t->template;
	d->item.locale = t->locale;
	d->words = (struct letter_words){ t->subject, t->opening, t->closing };
	/* Gone, or of a release that had other mails: nobody wants it any more. */
	if (rows_found(d->trial) && letter_kind_named(t->template) != NULL)
		d->store = q_letter_store(db, d->item.store, t->locale, t->template);
	else
		d->store = NULL;
	d->pages = q_letter_pages(db, d->item.store, t->locale);
}

struct letter_draft *letter_gather(const void *ctx, struct db *db, const struct letter_item *item)
{
	struct letter_draft *d = mem_new(ctx, struct letter_draft);

	d->item = *item;
	d->kind = find_kind(item);
	if (d->kind == NULL)
		return d;
	if (d->kind->about == ABOUT_TRIAL) {
		gather_trial(db, d);
		return d;
	}
	d->store = q_letter_store(db, item->store, item->locale, item->template);
	d->pages = q_letter_pages(db, item->store, item->locale);
	switch (d->kind->about) {
	case ABOUT_ORDER:
		gather_order(db, d);
		break;
	case ABOUT_CART:
		gather_cart(db, d);
		break;
	case ABOUT_CODE:
		gather_code(ctx, db, d);
		break;
	case ABOUT_ACCOUNT:
		gather_account(db, d);
		break;
	case ABOUT_PURCHASE:
		d->purchase = q_letter_purchase(db, item->tenant, item->change);
		break;
	case ABOUT_STOCK:
		d->low = q_letter_low(db, item->tenant, item->change);
		break;
	case ABOUT_STAFF:
		gather_invitation(db, d);
		break;
	case ABOUT_TRIAL:
		break;
	}
	return d;
}
