/* Writing: after the commit. */
#include "shop/letter.h"

#include "base/crypto.h"
#include "base/log.h"
#include "base/markdown.h"
#include "base/mem.h"
#include "base/mustache.h"
#include "shop/country.h"
#include "shop/letter_inside.h"
#include "shop/letter_sample.h"
#include "shop/link.h"
#include "shop/staff_language.h"

#include <stdio.h>
#include <string.h>

/* Names that the merchant's words may use; the views below have them all. */
#define STORE_NAMES { "store.name", N_("Name of the store") }, { NULL, NULL }
#define ORDER_NAMES \
	{ "person", N_("Name of the buyer") }, { "order.number", N_("Number of the order") }, { "totals.total", N_("Total of the order") }, \
	{ "delivery_name", N_("Way of delivery") }, { "promise_from", N_("First day of arrival") }, { "promise_to", N_("Last day of arrival") }
static const struct letter_name order_names[] = { ORDER_NAMES, STORE_NAMES };
static const struct letter_name invoice_names[] = { { "invoice.number", N_("Number of the invoice") }, ORDER_NAMES, STORE_NAMES };
static const struct letter_name credit_names[] = { { "credit.number", N_("Number of the credit note") }, { "invoice.number", N_("Number of the invoice") },
	ORDER_NAMES, STORE_NAMES };
static const struct letter_name purchase_names[] = { { "person", N_("Name of the supplier") }, { "purchase.number", N_("Number of the purchase order") }, STORE_NAMES };
static const struct letter_name code_names[] = { { "code", N_("The code") }, STORE_NAMES };
static const struct letter_name cart_names[] = { STORE_NAMES };
static const struct letter_name account_names[] = { { "person", N_("Name of the customer") }, STORE_NAMES };
static const struct letter_name email_names[] = { { "person", N_("Name of the customer") }, { "new_email", N_("The new mail address") }, STORE_NAMES };
static const struct letter_name joined_names[] = { { "person", N_("Name of the customer") }, { "kept", N_("The account that stays") }, STORE_NAMES };

/* All letters there are; sales.step names those of orders. */
const struct letter_kind letter_kinds[] = {
	{ "order-placed", ABOUT_ORDER, N_("Order placed"), order_names },
	{ "payment-received", ABOUT_ORDER, N_("Payment received"), order_names },
	{ "downloads", ABOUT_ORDER, N_("Downloads ready"), order_names, .downloads = true },
	{ "invoice", ABOUT_ORDER, N_("Invoice"), invoice_names, .invoice = true },
	{ "in-production", ABOUT_ORDER, N_("Order being made"), order_names },
	{ "ready", ABOUT_ORDER, N_("Order packed"), order_names },
	{ "shipped", ABOUT_ORDER, N_("Order shipped"), order_names },
	{ "delivered", ABOUT_ORDER, N_("Order delivered"), order_names },
	{ "cancelled", ABOUT_ORDER, N_("Order cancelled"), order_names },
	{ "order-changed", ABOUT_ORDER, N_("Order changed"), order_names },
	{ "payment-failed", ABOUT_ORDER, N_("Card payment not completed"), order_names, .when = WHILE_UNPAID },
	{ "payment-returned", ABOUT_ORDER, N_("Payment sent back"), order_names },
	{ "refund-made", ABOUT_ORDER, N_("Money given back"), order_names },
	{ "credit-note", ABOUT_ORDER, N_("Credit note"), credit_names, .credit = true },
	{ "order-note", ABOUT_ORDER, N_("Message about an order"), order_names, .note = true },
	{ "return-approved", ABOUT_ORDER, N_("Return approved"), order_names },
	{ "return-refused", ABOUT_ORDER, N_("Return refused"), order_names },
	{ "return-accepted", ABOUT_ORDER, N_("Return arrived"), order_names },
	{ "purchase-order", ABOUT_PURCHASE, N_("Purchase order to a supplier"), purchase_names },
	{ "stock-alert", ABOUT_STOCK, NULL, NULL },
	{ "verify-code", ABOUT_CODE, N_("Code for a guest"), code_names },
	{ "abandoned-cart", ABOUT_CART, N_("Reminder of a cart"), cart_names },
	{ "verify", ABOUT_ACCOUNT, N_("Confirm a new account"), account_names, .path = "/login/verify/", .purpose = "verify", .minutes = LETTER_PROOF_MINUTES },
	{ "reset", ABOUT_ACCOUNT, N_("Choose a new password"), account_names, .path = "/login/reset/", .purpose = "reset", .minutes = LETTER_RESET_MINUTES },
	{ "account-exists", ABOUT_ACCOUNT, N_("Account exists already"), account_names, .path = "/login" },
	{ "account-joined", ABOUT_ACCOUNT, N_("Accounts were joined"), joined_names, .path = "/login" },
	{ "password-changed", ABOUT_ACCOUNT, N_("Password was changed"), account_names, .path = "/login/reset" },
	{ "email-confirm", ABOUT_ACCOUNT, N_("Confirm a changed address"), email_names, .path = "/login/email/", .purpose = "email", .minutes = LETTER_PROOF_MINUTES },
	{ "export-ready", ABOUT_ACCOUNT, N_("Copy of the data is ready"), account_names, .path = "/account/privacy" },
	{ "erase-confirm", ABOUT_ACCOUNT, N_("Delete the account?"), account_names, .path = "/account/privacy/erase/", .purpose = "erase", .minutes = LETTER_PROOF_MINUTES },
	{ "erase-planned", ABOUT_ACCOUNT, N_("Account will be deleted"), account_names, .path = "/account/privacy" },
	{ "trial", ABOUT_TRIAL, NULL, NULL },
	{ "staff-invitation", ABOUT_STAFF, NULL, NULL, .path = "/admin/login/join/" },
	{ "email-changed", ABOUT_ACCOUNT, N_("Mail address was changed"), email_names, .path = "/login/undo/", .purpose = "undo", .minutes = LETTER_PROOF_MINUTES },
	{ 0 }
};

const struct letter_kind *letter_kind_named(const char *template)
{
	for (const struct letter_kind *k = letter_kinds; k->template != NULL; k++)
		if (k->title != NULL && strcmp(k->template, template) == 0)
			return k;
	return NULL;
}

static const char *const reasons[] = {
	[ABOUT_ORDER] = N_("You get this mail because you ordered in our shop."),
	[ABOUT_CODE] = N_("You get this mail because this address was entered in our checkout."),
	[ABOUT_CART] = N_("You get this mail because you asked us to remind you of your cart."),
	[ABOUT_ACCOUNT] = N_("You get this mail because this address was entered for an account in our shop."),
	[ABOUT_PURCHASE] = N_("You get this mail because we order goods from you."),
	[ABOUT_STOCK] = N_("You get this mail because stock of your shop is low."),
	[ABOUT_TRIAL] = N_("You get this mail because you asked for a trial of it. Nothing in it is real."),
	[ABOUT_STAFF] = N_("You get this mail because somebody of this shop invited you to its console."),
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
	if (o->surcharge > 0) {
		view_money(t, "fee", o->surcharge);
		view_text(t, "fee_name", text_get(w->text, N_("Cash on delivery fee")));
	}
	view_money(t, "total", o->total);
	view_bool(t, "tax_included", o->includes_tax);
	for (size_t i = 0; i < rows_count(taxes); i++) {
		const struct row_letter_taxes *row = row_letter_taxes_at(taxes, i);
		struct view *item = view_item(t, "tax");

		view_text(item, "name", tax_name(w, row));
		view_money(item, "amount", row->amount);
	}
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
	view_bool(v, "on_invoice", strcmp(o->payment_method, "invoice") == 0 && strcmp(o->payment, "pending") == 0);
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
	view_text(transfer, "instructions", letter_without_marks(w->ctx, p->instructions));
}

static enum letter_outcome write_order(struct desk_work *w, struct view *v, struct letter *out)
{
	const struct row_letter_order *o = row_letter_order(w->draft->order);
	struct view *order = view_sub(v, "order");

	if (*o->email == '\0' || (w->draft->kind->when == WHILE_UNPAID && !awaits_card(o)) ||
	    (w->draft->kind->note && !rows_found(w->draft->note)) ||
	    (w->draft->kind->downloads && rows_count(w->draft->downloads) == 0))
		return LETTER_UNWANTED;
	out->to = o->email;
	out->to_name = o->name;
	view_text(v, "currency", o->currency);
	view_text(order, "number", o->number);
	view_text(order, "url", mem_printf(w->ctx, "%s/order/%s", w->base, w->draft->token.text));
	view_text(v, "person", o->name);
	if (w->draft->kind->note)
		view_text(v, "note", row_letter_note(w->draft->note)->words);
	if (w->draft->kind->downloads) {
		view_rows(v, "downloads", w->draft->downloads);
		view_text(v, "downloads_url", mem_printf(w->ctx, "%s/order/%s#downloads", w->base, w->draft->token.text));
	}
	view_rows(v, "lines", w->draft->lines);
	view_totals(v, w, o);
	view_payment(v, w, o);
	view_refunds(v, w, o);
	view_address(v, w, o);
	view_rows(v, "parcels", w->draft->parcels);
	/* Downloads alone: nothing is delivered. */
	view_text(v, "delivery_name", o->method_name[0] == '\0' ? NULL : o->method_name);
	view_date(v, "promise_from", o->promise_from);
	view_date(v, "promise_to", o->promise_to);
	view_money(v, "amount", o->due > 0 ? o->due : o->total);
	if (o->refund > 0)
		view_money(v, "refund", o->refund);
	view_bool(v, "unpaid", o->unpaid);
	view_text(v, "return_number", o->return_number);
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
	const struct letter_kind *kind = w->draft->kind;
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

/* In the console's language and at its host; the prefix is left out by a redirect where it is the first language. */
static enum letter_outcome write_invitation(struct desk_work *w, struct view *v, struct letter *out)
{
	const struct row_letter_invitation *i = row_letter_invitation(w->draft->invitation);
	const struct staff_language *l = staff_language(w->draft->item.locale, w->store->locale);

	if (!rows_found(w->draft->invitation))
		return LETTER_UNWANTED;
	out->to = i->email;
	out->to_name = i->name;
	view_text(v, "person", i->name);
	view_text(v, "email", i->email);
	view_bool(v, "known", i->known);
	view_time(v, "ends", i->ends);
	view_text(v, "link", mem_printf(w->ctx, "%s/%s%s%s", i->origin, l->prefix, w->draft->kind->path, w->draft->token.text));
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
	case ABOUT_STAFF:
		return write_invitation(w, v, out);
	case ABOUT_TRIAL:
		return LETTER_UNKNOWN;
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
	size_t n = w->draft->pages == NULL ? 0 : rows_count(w->draft->pages);

	view_text(v, "lang", locale_tag(w->locale));
	view_text(v, "dir", locale_rtl(w->locale) ? "rtl" : "ltr");
	view_text(store, "name", s->name);
	view_text(store, "url", mem_printf(w->ctx, "%s/", w->base));
	view_text(store, "email", s->email);
	view_text(store, "phone", s->phone);
	if (placed)
		view_text(store, "address", mem_printf(w->ctx, "%s, %s %s", s->street, s->postal_code, s->city));
	if (*s->legal_name != '\0' || *s->tax_id != '\0')
		view_text(store, "legal", mem_printf(w->ctx, "%s%s%s", s->legal_name, *s->legal_name != '\0' && *s->tax_id != '\0' ? ", " : "", s->tax_id));
	if (*s->signature != '\0') {
		view_text(v, "signature", s->signature);
		view_lines(v, w, "signature_lines", s->signature);
	}
	for (size_t i = 0; i < n; i++) {
		const struct row_letter_pages *p = row_letter_pages_at(w->draft->pages, i);
		struct view *item = view_item(v, "pages");

		view_text(item, "title", p->title);
		view_text(item, "url", mem_printf(w->ctx, "%s/page/%s", w->base, p->slug));
	}
	view_bool(v, "has_pages", n > 0);
	view_text(v, "reason", text_get(w->text, reasons[w->draft->trial != NULL ? ABOUT_TRIAL : w->draft->kind->about]));
}

static struct render render_how(const struct desk_work *w, bool plain)
{
	const char *currency = w->draft->item.currency;

	return (struct render){ .locale = w->locale, .currency = *currency != '\0' ? currency : w->store->currency,
				.timezone = w->store->timezone, .plain = plain };
}

/* NULL after a log line. */
static char *render(struct desk_work *w, struct templates *set, struct view *v, bool plain)
{
	const struct render how = render_how(w, plain);
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

/* One part of the merchant's words in V; what cannot be used, or is empty in this mail, leaves the house's. */
static void view_words(struct desk_work *w, struct view *v, const char *name, const char *words, bool subject)
{
	const struct letter_name *names = w->draft->kind->names;
	struct view *plain = view_sub(v, "own_text"), *html = view_sub(v, "own");
	const struct render how = render_how(w, true);
	const char *text, *markup = "";

	if (*words == '\0')
		return;
	text = letter_words_print(w->ctx, words, names, v, &how, subject ? LETTER_SUBJECT : LETTER_PLAIN, w->store->origin);
	if (text != NULL && !subject)
		markup = letter_words_print(w->ctx, words, names, v, &how, LETTER_HTML, w->store->origin);
	if (text == NULL || markup == NULL) {
		log_warn("mail goes out in the words of the house", "template", w->draft->kind->template, "locale", w->store->locale, "part", name, NULL);
		return;
	}
	/* Absent when empty: the house's. */
	view_text(plain, name, *text == '\0' ? NULL : text);
	view_html(html, name, *text == '\0' ? NULL : markup);
}

static const struct desk_language *begin(struct desk_work *w, struct letter_desk *desk, const struct row_letter_store *store)
{
	const struct desk_language *language;

	w->store = store;
	/* Staff read the console's languages, which the store need not speak. */
	w->locale = locale_get(w->draft->kind->about == ABOUT_STAFF ? staff_language(w->draft->item.locale, store->locale)->tag : store->tag);
	w->base = base_url(w->ctx, store, w->draft->item.currency);
	language = desk_language(desk, locale_language(w->locale));
	w->text = language->text;
	return language;
}

static void sample(const struct desk_work *w, struct view *v)
{
	const struct letter_sample_place place = { .ctx = w->ctx, .text = w->text, .url = mem_printf(w->ctx, "%s/", w->base) };

	letter_sample_fill(v, &place);
}

static enum letter_outcome write_with(struct desk_work *w, const struct desk_language *language, struct letter *out)
{
	const struct letter_draft *d = w->draft;
	const struct row_letter_store *s = w->store;
	const struct letter_words stored = { s->subject, s->opening, s->closing }, *words = d->sample ? &d->words : &stored;
	enum letter_outcome outcome = LETTER_WRITTEN;
	struct view *v = view_new(w->ctx);
	char *text, *html;

	out->host = s->host;
	out->from_name = s->from_name;
	out->reply_to = s->email;
	view_frame(v, w);
	if (d->sample)
		sample(w, v);
	else
		outcome = fill(w, v, out);
	if (outcome != LETTER_WRITTEN)
		return outcome;
	view_words(w, v, "subject", words->subject, true);
	view_words(w, v, "opening", words->opening, false);
	view_words(w, v, "closing", words->closing, false);
	text = render(w, language->templates, v, true);
	html = render(w, language->templates, v, false);
	if (text == NULL || html == NULL || !take_subject(out, text))
		return LETTER_UNKNOWN;
	out->html = html;
	return LETTER_WRITTEN;
}

enum letter_outcome letter_write(struct letter_desk *desk, const void *ctx, struct letter_draft *d, struct letter *out)
{
	struct desk_work w = { .ctx = ctx, .draft = d };
	const struct row_letter_trial *t;

	*out = (struct letter){ 0 };
	if (d->kind == NULL)
		return LETTER_UNKNOWN;
	if (d->store == NULL || !rows_found(d->store))
		return LETTER_UNWANTED;
	if (d->trial != NULL) {
		t = row_letter_trial(d->trial);
		d->kind = letter_kind_named(t->template);
		out->to = t->email;
		out->to_name = t->name;
	}
	return write_with(&w, begin(&w, desk, row_letter_store(d->store)), out);
}

/* ---- for who writes the words -------------------------------------------------------------- */

const char *letter_template(size_t i)
{
	for (const struct letter_kind *k = letter_kinds; k->template != NULL; k++)
		if (k->title != NULL && i-- == 0)
			return k->template;
	return NULL;
}

const char *letter_title(const char *template)
{
	return letter_kind_named(template) == NULL ? NULL : letter_kind_named(template)->title;
}

const struct letter_name *letter_names(const char *template)
{
	return letter_kind_named(template) == NULL ? NULL : letter_kind_named(template)->names;
}

static struct letter_draft *sample_draft(const void *ctx, const struct row_letter_store *store, const char *template, struct rows *pages,
					 const struct letter_words *words)
{
	struct letter_draft *d = mem_new(ctx, struct letter_draft);

	d->kind = letter_kind_named(template);
	d->item = (struct letter_item){ .template = template, .locale = store->locale, .currency = store->currency };
	d->sample = true;
	d->words = *words;
	d->pages = pages;
	return d;
}

enum letter_outcome letter_sample(struct letter_desk *desk, const void *ctx, const struct row_letter_store *store, struct rows *pages,
				  const char *template, const struct letter_words *words, struct letter *out)
{
	struct desk_work w = { .ctx = ctx, .draft = sample_draft(ctx, store, template, pages, words) };

	*out = (struct letter){ 0 };
	return w.draft->kind == NULL ? LETTER_UNKNOWN : write_with(&w, begin(&w, desk, store), out);
}

bool letter_house_words(struct letter_desk *desk, const void *ctx, const struct row_letter_store *store, const char *template,
			struct letter_words *out)
{
	const struct letter_words none = { "", "", "" };
	struct desk_work w = { .ctx = ctx, .draft = sample_draft(ctx, store, template, NULL, &none) };
	const struct desk_language *language;
	struct letter letter = { 0 };
	struct view *v = view_new(ctx);
	char *text;

	*out = none;
	if (w.draft->kind == NULL)
		return false;
	language = begin(&w, desk, store);
	/* Each name stands for itself. */
	for (const struct letter_name *n = w.draft->kind->names; n->name != NULL; n++) {
		const char *dot = strchr(n->name, '.'), *self = mem_printf(ctx, "{{%s}}", n->name);

		view_text(dot == NULL ? v : view_sub(v, mem_strndup(ctx, n->name, (size_t)(dot - n->name))), dot == NULL ? n->name : dot + 1, self);
	}
	view_bool(v, "source", true);
	text = render(&w, language->templates, v, true);
	if (text == NULL || !take_subject(&letter, text))
		return false;
	text = mem_strdup(ctx, letter.text);
	for (size_t n = strlen(text); n > 0 && text[n - 1] == '\n'; n--)
		text[n - 1] = '\0';
	out->subject = letter.subject;
	out->opening = text;
	return true;
}
