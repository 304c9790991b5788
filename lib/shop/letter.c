#include "shop/letter.h"

#include "base/crypto.h"
#include "base/log.h"
#include "base/markdown.h"
#include "base/mem.h"
#include "base/mustache.h"
#include "db/query/letter.h"
#include "shop/country.h"
#include "shop/link.h"

#include <stdio.h>
#include <string.h>

enum about { ABOUT_ORDER, ABOUT_CODE, ABOUT_CART, ABOUT_ACCOUNT, ABOUT_PURCHASE, ABOUT_STOCK };

/* All letters there are; sales.step names those of orders. */
static const struct kind {
	const char *template;
	enum about about;
	bool invoice, credit, note;     /* brings the file of the invoice, of a credit note; what staff wrote */
	enum { ALWAYS, WHILE_UNPAID } when;     /* unwanted when things have changed */
	const char *path;               /* ABOUT_ACCOUNT: where its link leads */
	const char *purpose;            /* of the token behind that, or NULL: there is none */
	int minutes;                    /* that the token counts */
} kinds[] = {
	{ "order-placed", ABOUT_ORDER },
	{ "payment-received", ABOUT_ORDER },
	{ "invoice", ABOUT_ORDER, .invoice = true },
	{ "in-production", ABOUT_ORDER },
	{ "ready", ABOUT_ORDER },
	{ "shipped", ABOUT_ORDER },
	{ "delivered", ABOUT_ORDER },
	{ "cancelled", ABOUT_ORDER },
	{ "order-changed", ABOUT_ORDER },
	{ "payment-failed", ABOUT_ORDER, .when = WHILE_UNPAID },
	{ "payment-returned", ABOUT_ORDER },
	{ "refund-made", ABOUT_ORDER },
	{ "credit-note", ABOUT_ORDER, .credit = true },
	{ "order-note", ABOUT_ORDER, .note = true },
	{ "return-approved", ABOUT_ORDER },
	{ "return-refused", ABOUT_ORDER },
	{ "return-accepted", ABOUT_ORDER },
	{ "purchase-order", ABOUT_PURCHASE },
	{ "stock-alert", ABOUT_STOCK },
	{ "verify-code", ABOUT_CODE },
	{ "abandoned-cart", ABOUT_CART },
	{ "verify", ABOUT_ACCOUNT, .path = "/login/verify/", .purpose = "verify", .minutes = LETTER_PROOF_MINUTES },
	{ "reset", ABOUT_ACCOUNT, .path = "/login/reset/", .purpose = "reset", .minutes = LETTER_RESET_MINUTES },
	{ "account-exists", ABOUT_ACCOUNT, .path = "/login" },
	{ "account-joined", ABOUT_ACCOUNT, .path = "/login" },
	{ "password-changed", ABOUT_ACCOUNT, .path = "/login/reset" },
	{ "email-confirm", ABOUT_ACCOUNT, .path = "/login/email/", .purpose = "email", .minutes = LETTER_PROOF_MINUTES },
	{ "export-ready", ABOUT_ACCOUNT, .path = "/account/privacy" },
	{ "erase-confirm", ABOUT_ACCOUNT, .path = "/account/privacy/erase/", .purpose = "erase", .minutes = LETTER_PROOF_MINUTES },
	{ "erase-planned", ABOUT_ACCOUNT, .path = "/account/privacy" },
	{ "email-changed", ABOUT_ACCOUNT, .path = "/login/undo/", .purpose = "undo", .minutes = LETTER_PROOF_MINUTES },
};

static const char *const reasons[] = {
	[ABOUT_ORDER] = N_("You get this mail because you ordered in our shop."),
	[ABOUT_CODE] = N_("You get this mail because this address was entered in our checkout."),
	[ABOUT_CART] = N_("You get this mail because you asked us to remind you of your cart."),
	[ABOUT_ACCOUNT] = N_("You get this mail because this address was entered for an account in our shop."),
	[ABOUT_PURCHASE] = N_("You get this mail because we order goods from you."),
	[ABOUT_STOCK] = N_("You get this mail because stock of your shop is low."),
};

struct letter_draft {
	const struct kind *kind;        /* NULL: no such letter */
	struct letter_item item;
	struct token token;             /* opens the order or the cart */
	char code[LETTER_CODE_DIGITS + 1];
	struct rows *store, *order, *lines, *taxes, *parcels, *payment, *refunds, *invoice, *credit, *note, *cart, *proof, *person, *purchase, *low;
};

/* ---- templates by language ---------------------------------------------------------- */

#define LANGUAGES_MAX 32                /* of all stores of one house */

struct desk_language {
	char name[8];
	const struct text *text;
	struct templates *templates;
};

struct letter_desk {
	const char *templates, *messages;
	struct desk_language languages[LANGUAGES_MAX];
	size_t nlanguages;
};

struct letter_desk *letter_desk_new(const void *ctx, const char *templates, const char *messages)
{
	struct letter_desk *desk = mem_new(ctx, struct letter_desk);

	desk->templates = mem_strdup(desk, templates);
	desk->messages = mem_strdup(desk, messages);
	return desk;
}

static const struct desk_language *desk_language(struct letter_desk *desk, const char *name)
{
	struct desk_language *l;

	for (size_t i = 0; i < desk->nlanguages; i++)
		if (strcmp(desk->languages[i].name, name) == 0)
			return &desk->languages[i];
	if (desk->nlanguages == LANGUAGES_MAX)
		return &desk->languages[0];
	l = &desk->languages[desk->nlanguages++];
	snprintf(l->name, sizeof(l->name), "%s", name);
	l->text = text_open(desk, desk->messages, name);
	l->templates = templates_new(desk, desk->templates, l->text);
	return l;
}

/* ---- gathering: in the transaction --------------------------------------------------- */

static const struct kind *find_kind(const struct letter_item *item)
{
	const char *const of[] = {
		[ABOUT_ORDER] = item->order, [ABOUT_CODE] = item->cart, [ABOUT_CART] = item->cart, [ABOUT_ACCOUNT] = item->customer,
		[ABOUT_PURCHASE] = item->change, [ABOUT_STOCK] = item->change,
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].template, item->template) == 0 && of[kinds[i].about] != NULL)
			return &kinds[i];
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

struct letter_draft *letter_gather(const void *ctx, struct db *db, const struct letter_item *item)
{
	struct letter_draft *d = mem_new(ctx, struct letter_draft);

	d->item = *item;
	d->kind = find_kind(item);
	if (d->kind == NULL)
		return d;
	d->store = q_letter_store(db, item->store, item->locale);
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
	}
	return d;
}

/* ---- writing: after the commit -------------------------------------------------------- */

struct desk_work {
	const void *ctx;
	struct letter_draft *draft;
	const struct row_letter_store *store;
	const struct locale *locale;
	const struct text *text;
	const char *base;               /* "https://shop.example/en" */
};

static const char *base_url(const void *ctx, const struct row_letter_store *s, const char *currency)
{
	const struct link_store place = { s->origin, s->locale, s->position == 0, s->currency };

	return link_base(ctx, &place, currency);
}

static void view_lines(struct view *v, const struct desk_work *w, const char *name, const char *text)
{
	char *rest = mem_strdup(w->ctx, text), *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		view_item_text(v, name, line);
}

/* In one piece for plain text, line by line for HTML. */
static void view_address(struct view *v, const struct desk_work *w, const struct row_letter_order *o)
{
	const struct address a = { o->name, o->company, o->street, o->street2, o->postal_code, o->city,
				   o->region, o->country };
	const char *all = address_lines(w->ctx, &a, locale_country(w->locale, o->country));

	view_text(v, "ship_to", all);
	view_lines(v, w, "ship_to_lines", all);
}

/* "IVA" and 21 % are one name; a name that says its rate already stays. */
static const char *tax_name(const struct desk_work *w, const struct row_letter_taxes *t)
{
	struct buf *b = buf_new(w->ctx);
	char rate[24];
	int n;

	if (strchr(t->name, '%') != NULL)
		return t->name;
	n = snprintf(rate, sizeof(rate), "%d.%04d", (int)(t->rate_ppm / 10000), (int)(t->rate_ppm % 10000));
	while (rate[n - 1] == '0')
		rate[--n] = '\0';
	if (rate[n - 1] == '.')
		rate[--n] = '\0';
	buf_printf(b, "%s (", t->name);
	locale_decimal(w->locale, rate, b);
	buf_adds(b, " %)");
	return b->data;
}

static void view_totals(struct view *v, const struct desk_work *w, const struct row_letter_order *o)
{
	struct view *t = view_sub(v, "totals");
	struct rows *taxes = w->draft->taxes;

	view_money(t, "subtotal", o->goods);
	if (o->discount > 0) {
		view_money(t, "discount", o->discount);
		view_text(t, "discount_name", o->coupon_code);
	}
	view_money(t, "shipping", o->shipping);
	view_bool(t, "shipping_free", o->shipping == 0);
	view_money(t, "total", o->total);
	view_bool(t, "tax_included", o->includes_tax);
	for (size_t i = 0; i < rows_count(taxes); i++) {
		const struct row_letter_taxes *row = row_letter_taxes_at(taxes, i);
		struct view *item = view_item(t, "tax");

		view_text(item, "name", tax_name(w, row));
		view_money(item, "amount", row->amount);
	}
}

/* Merchants write instructions with **emphasis**; plain text does without. */
static const char *without_stars(const void *ctx, const char *s)
{
	struct buf *b = buf_new(ctx);

	for (; *s != '\0'; s++) {
		if (s[0] == '*' && s[1] == '*')
			s++;
		else
			buf_addc(b, *s);
	}
	return b->len > 0 ? b->data : "";
}

static bool awaits_card(const struct row_letter_order *o)
{
	return strcmp(o->state, "open") == 0 && strcmp(o->payment_method, "card") == 0 && (strcmp(o->payment, "pending") == 0 || strcmp(o->payment, "failed") == 0);
}

/* Money that was given back, and what came although nothing was to be paid. */
static void view_refunds(struct view *v, const struct desk_work *w, const struct row_letter_order *o)
{
	struct rows *rows = w->draft->refunds;

	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_letter_refunds *r = row_letter_refunds_at(rows, i);
		struct view *item;

		if (r->done) {
			item = view_item(v, "refunds");
			view_money(item, "amount", r->amount);
			view_date(item, "on_day", r->on_day);
		}
		if (r->extra) {
			item = view_item(v, "returned");
			view_money(item, "amount", r->amount);
		}
	}
	view_bool(v, "order_cancelled", strcmp(o->state, "cancelled") == 0);
}

static void view_payment(struct view *v, const struct desk_work *w, const struct row_letter_order *o)
{
	const struct row_letter_payment *p = row_letter_payment(w->draft->payment);
	struct view *transfer;

	view_bool(v, "cash_on_delivery", strcmp(o->payment_method, "cod") == 0);
	view_bool(v, "awaiting_card", awaits_card(o));
	view_money(v, "due", o->due);
	if (o->due > 0 && o->due < o->total)
		view_money(v, "came", o->total - o->due);
	if (strcmp(o->payment_method, "bank_transfer") != 0 || strcmp(o->payment, "pending") != 0)
		return;
	view_bool(v, "awaiting_transfer", true);
	transfer = view_sub(v, "transfer");
	view_money(transfer, "amount", o->due);
	view_text(transfer, "reference", o->number);
	view_html(transfer, "instructions_html", markdown_html(w->ctx, p->instructions, 3));
	view_text(transfer, "instructions", without_stars(w->ctx, p->instructions));
}

static enum letter_outcome write_order(struct desk_work *w, struct view *v, struct letter *out)
{
	const struct row_letter_order *o = row_letter_order(w->draft->order);
	struct view *order = view_sub(v, "order");

	if (*o->email == '\0' || (w->draft->kind->when == WHILE_UNPAID && !awaits_card(o)) ||
	    (w->draft->kind->note && !rows_found(w->draft->note)))
		return LETTER_UNWANTED;
	out->to = o->email;
	out->to_name = o->name;
	view_text(v, "currency", o->currency);
	view_text(order, "number", o->number);
	view_text(order, "url", mem_printf(w->ctx, "%s/order/%s", w->base, w->draft->token.text));
	view_text(v, "person", o->name);
	if (w->draft->kind->note)
		view_text(v, "note", row_letter_note(w->draft->note)->words);
	view_rows(v, "lines", w->draft->lines);
	view_totals(v, w, o);
	view_payment(v, w, o);
	view_refunds(v, w, o);
	view_address(v, w, o);
	view_rows(v, "parcels", w->draft->parcels);
	view_text(v, "delivery_name", o->method_name);
	view_date(v, "promise_from", o->promise_from);
	view_date(v, "promise_to", o->promise_to);
	view_money(v, "amount", o->due > 0 ? o->due : o->total);
	if (o->refund > 0)
		view_money(v, "refund", o->refund);
	view_bool(v, "unpaid", o->unpaid);
	return LETTER_WRITTEN;
}

static enum letter_outcome attach_pdf(struct desk_work *w, const char *name, const char *pdf_hex, struct letter *out)
{
	size_t n = 0;
	unsigned char *pdf = hex_decode(w->ctx, pdf_hex, &n);

	if (n == 0)
		return LETTER_UNWANTED;
	out->file = pdf;
	out->file_size = n;
	out->file_type = "application/pdf";
	out->file_name = mem_printf(w->ctx, "%s.pdf", name);
	return LETTER_WRITTEN;
}

static enum letter_outcome attach_invoice(struct desk_work *w, struct view *v, struct letter *out)
{
	const struct row_letter_invoice *i = row_letter_invoice(w->draft->invoice);

	view_text(view_sub(v, "invoice"), "number", i->name);
	return attach_pdf(w, i->name, i->pdf_hex, out);
}

static enum letter_outcome attach_credit(struct desk_work *w, struct view *v, struct letter *out)
{
	const struct row_letter_credit *c = row_letter_credit(w->draft->credit);
	struct view *credit = view_sub(v, "credit");

	view_text(credit, "number", c->name);
	view_money(credit, "amount", c->taken_back ? -c->amount : c->amount);
	view_bool(credit, "taken_back", c->taken_back);
	view_text(view_sub(v, "invoice"), "number", c->invoice);
	return attach_pdf(w, c->name, c->pdf_hex, out);
}

static enum letter_outcome write_cart(struct desk_work *w, struct view *v, struct letter *out)
{
	const struct row_letter_cart *c = row_letter_cart(w->draft->cart);

	if (!rows_found(w->draft->cart) || !c->reminders || *c->email == '\0' || rows_count(w->draft->lines) == 0)
		return LETTER_UNWANTED;
	out->to = c->email;
	out->to_name = c->name;
	out->stop_url = mem_printf(w->ctx, "%s/cart/no-reminders/%s", w->base, w->draft->token.text);
	view_text(v, "stop_url", out->stop_url);
	view_text(v, "cart_url", mem_printf(w->ctx, "%s/cart/restore/%s", w->base, w->draft->token.text));
	view_rows(v, "lines", w->draft->lines);
	return LETTER_WRITTEN;
}

static enum letter_outcome write_code(struct desk_work *w, struct view *v, struct letter *out)
{
	if (!rows_found(w->draft->proof))
		return LETTER_UNWANTED;
	out->to = row_letter_code(w->draft->proof)->email;
	view_text(v, "code", w->draft->code);
	return LETTER_WRITTEN;
}

/* A link that proves nothing new is not sent; a notice of a change goes to the address that
   was before it, the question for it to the one that shall be. */
static enum letter_outcome write_account(struct desk_work *w, struct view *v, struct letter *out)
{
	const struct row_letter_customer *p = row_letter_customer(w->draft->person);
	const struct kind *kind = w->draft->kind;
	const char *purpose = kind->purpose == NULL ? "" : kind->purpose;

	if (!rows_found(w->draft->person) || (strcmp(purpose, "verify") == 0 && p->verified) ||
	    (strcmp(purpose, "email") == 0 && p->done))
		return LETTER_UNWANTED;
	out->to = strcmp(purpose, "undo") == 0 ? p->old_email : strcmp(purpose, "email") == 0 ? p->new_email : p->email;
	if (*out->to == '\0')
		return LETTER_UNWANTED;
	out->to_name = p->name;
	view_text(v, "person", p->name);
	view_text(v, "new_email", p->new_email);
	view_text(v, "kept", p->kept);
	view_text(v, "link", mem_printf(w->ctx, "%s%s%s", w->base, kind->path, kind->purpose == NULL ? "" : w->draft->token.text));
	view_text(v, "reset_url", mem_printf(w->ctx, "%s/login/reset", w->base));
	return LETTER_WRITTEN;
}

/* Not sent when it was cancelled meanwhile, or when the supplier's address is gone. */
static enum letter_outcome write_purchase(struct desk_work *w, struct view *v, struct letter *out)
{
	const struct row_letter_purchase *p = row_letter_purchase(w->draft->purchase);

	if (!rows_found(w->draft->purchase) || *p->email == '\0')
		return LETTER_UNWANTED;
	out->to = p->email;
	out->to_name = p->supplier;
	view_text(view_sub(v, "purchase"), "number", p->name);
	view_text(v, "person", p->supplier);
	return attach_pdf(w, p->name, p->pdf_hex, out);
}

/* To the shop itself; not when all of it is there again. */
static enum letter_outcome write_low(struct desk_work *w, struct view *v, struct letter *out)
{
	if (rows_count(w->draft->low) == 0 || *w->store->email == '\0')
		return LETTER_UNWANTED;
	out->to = w->store->email;
	out->to_name = w->store->name;
	view_rows(v, "goods", w->draft->low);
	return LETTER_WRITTEN;
}

static enum letter_outcome fill(struct desk_work *w, struct view *v, struct letter *out)
{
	enum letter_outcome outcome;

	switch (w->draft->kind->about) {
	case ABOUT_CART:
		return write_cart(w, v, out);
	case ABOUT_CODE:
		return write_code(w, v, out);
	case ABOUT_ACCOUNT:
		return write_account(w, v, out);
	case ABOUT_PURCHASE:
		return write_purchase(w, v, out);
	case ABOUT_STOCK:
		return write_low(w, v, out);
	case ABOUT_ORDER:
		break;
	}
	outcome = write_order(w, v, out);
	if (outcome == LETTER_WRITTEN && w->draft->kind->invoice)
		return attach_invoice(w, v, out);
	return outcome == LETTER_WRITTEN && w->draft->kind->credit ? attach_credit(w, v, out) : outcome;
}

/* What layout/mail wants. */
static void view_frame(struct view *v, const struct desk_work *w)
{
	const struct row_letter_store *s = w->store;
	struct view *store = view_sub(v, "store");
	bool placed = *s->street != '\0' && *s->city != '\0';

	view_text(v, "lang", locale_tag(w->locale));
	view_text(v, "dir", locale_rtl(w->locale) ? "rtl" : "ltr");
	view_text(store, "name", s->name);
	view_text(store, "url", mem_printf(w->ctx, "%s/", w->base));
	view_text(store, "email", s->email);
	view_text(store, "phone", s->phone);
	if (placed)
		view_text(store, "address", mem_printf(w->ctx, "%s, %s %s", s->street, s->postal_code, s->city));
	if (*s->signature != '\0') {
		view_text(v, "signature", s->signature);
		view_lines(v, w, "signature_lines", s->signature);
	}
	view_text(v, "reason", text_get(w->text, reasons[w->draft->kind->about]));
}

/* NULL after a log line. */
static char *render(struct desk_work *w, struct templates *set, struct view *v, bool plain)
{
	const struct render how = { .locale = w->locale, .currency = w->draft->item.currency,
				    .timezone = w->store->timezone, .plain = plain };
	const char *name = mem_printf(w->ctx, "mail/%s.%s", w->draft->kind->template, plain ? "txt" : "html");
	const char *error;
	const struct template *t = template_get(set, name, &error);
	struct buf *b = buf_new(w->ctx);

	if (t == NULL) {
		log_error("mail template does not compile", "template", name, "reason", error, NULL);
		return NULL;
	}
	template_render(t, v, &how, b);
	return b->len > 0 ? b->data : NULL;
}

/* The text part begins with "Subject: ..." and an empty line. */
static bool take_subject(struct letter *out, char *text)
{
	static const char head[] = "Subject: ";
	char *end;

	while (*text == '\n')
		text++;
	end = strchr(text, '\n');
	if (strncmp(text, head, sizeof(head) - 1) != 0 || end == NULL)
		return false;
	*end = '\0';
	out->subject = text + sizeof(head) - 1;
	for (text = end + 1; *text == '\n'; text++)
		;
	out->text = text;
	return true;
}

enum letter_outcome letter_write(struct letter_desk *desk, const void *ctx, struct letter_draft *d, struct letter *out)
{
	struct desk_work w = { .ctx = ctx, .draft = d };
	const struct desk_language *language;
	enum letter_outcome outcome;
	struct view *v = view_new(ctx);
	char *text, *html;

	*out = (struct letter){ 0 };
	if (d->kind == NULL)
		return LETTER_UNKNOWN;
	if (!rows_found(d->store))
		return LETTER_UNWANTED;
	w.store = row_letter_store(d->store);
	w.locale = locale_get(w.store->tag);
	w.base = base_url(ctx, w.store, d->item.currency);
	language = desk_language(desk, locale_language(w.locale));
	w.text = language->text;
	out->host = w.store->host;
	out->from_name = w.store->from_name;
	out->reply_to = w.store->email;
	view_frame(v, &w);
	outcome = fill(&w, v, out);
	if (outcome != LETTER_WRITTEN)
		return outcome;
	text = render(&w, language->templates, v, true);
	html = render(&w, language->templates, v, false);
	if (text == NULL || html == NULL || !take_subject(out, text))
		return LETTER_UNKNOWN;
	out->html = html;
	return LETTER_WRITTEN;
}
