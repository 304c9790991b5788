/* An order at the desk: all that is known of it on one page, with the forms of what may be done. */
#include "admin-orders.h"

#include "base/buf.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "front/basket.h"
#include "front/document.h"

#include <string.h>

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* A text that is shown only when there is one. */
static const char *or_not(const char *text)
{
	return text == NULL || *text == '\0' ? NULL : text;
}

static void add_head(struct req *r, struct view *v, const struct row_desk_head *o)
{
	struct view *order = view_sub(v, "order");
	struct address ship = { o->name, o->company, o->street, o->street2, o->postal_code, o->city, o->region, o->country };
	struct address bill = { o->billing_name, o->billing_company, o->billing_street, o->billing_street2,
		o->billing_postal_code, o->billing_city, o->billing_region, o->billing_country };

	view_text(order, "id", o->order_id);
	view_text(order, "number", o->number);
	view_time(order, "placed", o->placed);
	view_text(order, "email", or_not(o->email));
	view_text(order, "phone", or_not(o->phone));
	view_text(order, "tax_id", or_not(o->tax_id));
	view_text(order, "note", or_not(o->note));
	view_text(order, "locale", o->locale);
	view_text(order, "delivery", or_not(o->method_name));
	view_text(order, "promise", basket_dates(r, o->promise_from, o->promise_to));
	view_text(order, "pays_by", front_method(r, o->payment_method, ""));
	view_text(order, "ship_to", basket_address(r, &ship));
	view_text(order, "bill_to", o->has_billing ? basket_address(r, &bill) : NULL);
	desk_state_tag(r, v, "word", "word", o->word);
	desk_state_tag(r, v, "state", "order", o->state);
	desk_state_tag(r, v, "payment", "payment", o->payment);
	desk_state_tag(r, v, "fulfilment", "fulfilment", o->fulfilment);
	desk_state_tag(r, v, "back", "return", o->return_state);
}

/* The stock of a line in one sentence's tag. */
static void add_stock(struct req *r, struct view *item, const struct row_desk_lines *l)
{
	int64_t open = l->quantity - l->shipped;
	const char *label = N_("Held for it"), *tone = "ok";

	if (l->digital)
		label = N_("Download"), tone = "";
	else if (!l->ships)
		label = N_("A bundle: see its parts"), tone = "";
	else if (open == 0)
		label = N_("Shipped");
	else if (l->made)
		label = N_("Made to order"), tone = "";
	else if (!l->tracked)
		label = N_("Stock is not counted"), tone = "";
	else if (l->held < open)
		label = N_("Not held: too few"), tone = "bad";
	view_text(item, "stock", req_text(r, label));
	view_text(item, "stock_tone", tone);
}

static void add_lines(struct req *r, struct view *v, const struct row_desk_head *o, struct rows *lines)
{
	bool left = false, out = false;

	for (size_t i = 0; i < rows_count(lines); i++) {
		const struct row_desk_lines *l = row_desk_lines_at(lines, i);
		struct view *item = view_item(v, "lines");

		view_int(item, "line_no", l->line_no);
		view_text(item, "sku", l->sku);
		view_text(item, "name", l->name);
		view_text(item, "options", l->options);
		view_int(item, "quantity", l->quantity);
		view_bool(item, "part", l->part);
		view_int(item, "free", l->quantity - l->shipped - l->allotted);
		view_bool(item, "is_free", l->ships && l->quantity > l->shipped + l->allotted);
		view_int(item, "shipped", l->shipped);
		view_int(item, "returnable", l->shipped - l->returned);
		view_bool(item, "is_returnable", l->shipped > l->returned);
		view_text(item, "currency", o->currency);
		view_money(item, "unit_price", l->unit_price);
		view_money(item, "line_total", l->unit_price * l->quantity);
		add_stock(r, item, l);
		left |= l->ships && l->quantity > l->shipped + l->allotted;
		out |= l->shipped > l->returned;
	}
	view_bool(v, "something_left", left);
	view_bool(v, "something_out", out);
}

static void add_totals(struct req *r, struct view *v, const struct row_desk_head *o, struct rows *taxes)
{
	struct view *t = view_sub(v, "totals");

	view_text(t, "currency", o->currency);
	view_money(t, "goods", o->goods);
	if (o->discount > 0)
		view_money(t, "discount", o->discount);
	view_text(t, "coupon", or_not(o->coupon_code));
	view_money(t, "shipping", o->shipping);
	if (o->surcharge > 0)
		view_money(t, "surcharge", o->surcharge);
	view_money(t, "total", o->total);
	for (size_t i = 0; i < rows_count(taxes); i++) {
		const struct row_desk_taxes *x = row_desk_taxes_at(taxes, i);
		struct view *item = view_item(t, "taxes");

		view_text(item, "name", basket_tax_name(r, x->name, x->rate_ppm));
		view_text(item, "currency", o->currency);
		view_money(item, "amount", x->amount);
	}
	view_bool(t, "tax_included", o->prices_include_tax);
}

/* What a bank keeps for us, and what was asked for of it. */
static void add_hold(struct req *r, struct view *v, const struct row_desk_attempts *a)
{
	struct view *hold = view_sub(v, "hold");

	view_text(hold, "currency", a->currency);
	view_money(hold, "amount", a->amount);
	view_time(hold, "until", a->until);
	if (a->has_to_capture)
		view_money(hold, "asked", a->to_capture);
	view_bool(hold, "releasing", a->to_release);
	view_bool(hold, "open", !a->has_to_capture && !a->to_release);
	form_text(r, v, "capture_amount", desk_money_text(r, a->currency, a->amount));
}

static void add_money(struct req *r, struct view *v, const struct row_desk_head *o, struct rows *money, struct rows *attempts, struct rows *refunds)
{
	const struct row_desk_money *m = row_desk_money(money);
	struct view *sum = view_sub(v, "money");

	/* Changed after it was paid, it costs less. */
	int64_t over = is(o->state, "open") && !is(o->payment, "pending") ? m->captured - m->refunded - m->amount : 0;

	view_text(sum, "currency", o->currency);
	form_text(r, v, "amount", over > 0 ? desk_money_text(r, o->currency, over) : "");
	view_money(sum, "due", m->amount - m->captured);
	view_bool(sum, "is_due", m->amount > m->captured && is(o->state, "open") && !is(o->payment, "authorised"));
	view_money(sum, "captured", m->captured - m->set_off);
	view_money(sum, "refunded", m->refunded - m->set_off);
	if (m->set_off > 0)
		view_money(sum, "set_off", m->set_off);
	view_money(sum, "left", m->captured - m->refunded);
	view_bool(sum, "is_left", m->captured > m->refunded);
	view_text(sum, "due_minor", mem_printf(r->mem, "%lld", (long long)(m->amount - m->captured)));
	if (over > 0)
		view_money(sum, "over", over);
	view_text(sum, "reference", or_not(m->reference));
	if (o->due_on != NULL)
		view_date(sum, "due_on", o->due_on);
	view_bool(sum, "overdue", o->overdue);
	for (size_t i = 0; i < rows_count(attempts); i++) {
		const struct row_desk_attempts *a = row_desk_attempts_at(attempts, i);
		struct view *item = view_item(v, "attempts");

		view_text(item, "currency", a->currency);
		view_money(item, "amount", a->amount);
		view_time(item, "at", a->at);
		view_text(item, "code", or_not(a->code));
		desk_state_tag(r, item, "state", "attempt", a->state);
		if (is(a->state, "authorised"))
			add_hold(r, v, a);
	}
	for (size_t i = 0; i < rows_count(refunds); i++) {
		const struct row_desk_refunds *a = row_desk_refunds_at(refunds, i);
		struct view *item = view_item(v, "refunds");

		view_text(item, "currency", a->currency);
		view_money(item, "amount", a->amount);
		view_time(item, "at", a->at);
		view_text(item, "reason", or_not(a->reason));
		view_text(item, "code", or_not(a->code));
		view_bool(item, "by_hand", a->by_hand);
		view_bool(item, "set_off", a->set_off);
		desk_state_tag(r, item, "state", "refund", a->state);
	}
}

static void add_parcels(struct req *r, struct view *v, struct rows *parcels, bool may)
{
	for (size_t i = 0; i < rows_count(parcels); i++) {
		const struct row_desk_parcels *k = row_desk_parcels_at(parcels, i);
		struct view *item = view_item(v, "parcels");
		bool packed = is(k->state, "packed"), held = is(k->quality, "wanted") || is(k->quality, "failed");

		view_text(item, "parcel", k->parcel);
		view_int(item, "no", (int64_t)i + 1);
		view_text(item, "items", k->items);
		view_text(item, "carrier", or_not(k->carrier));
		view_text(item, "tracking", or_not(k->tracking));
		view_text(item, "url", k->url);
		if (k->weight_g > 0)
			view_int(item, "weight_g", k->weight_g);
		desk_state_tag(r, item, "state", "parcel", k->state);
		view_bool(item, "arrived", k->has_arrived);
		view_bool(item, "failed", is(k->quality, "failed"));
		view_bool(item, "can_close", may && is(k->state, "packing"));
		view_bool(item, "can_check", may && packed && is(k->quality, "wanted"));
		view_bool(item, "can_send", may && packed && !held);
		view_bool(item, "can_unpack", may && (packed || is(k->state, "packing")));
		view_text(item, "arrive", may && k->shipment != NULL && !k->has_arrived ? k->shipment : NULL);
	}
}

/* Rows are lines, the returns' own columns repeated. */
static void add_returns(struct req *r, struct view *v, const struct row_desk_head *o, struct rows *rows)
{
	bool may = console_may(r, "orders.returns"), refund = console_may(r, "orders.refund");
	struct view *one = NULL;
	const char *last = "";

	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_desk_returns *b = row_desk_returns_at(rows, i);
		int64_t waiting = b->received - b->restocked - b->scrapped - b->quarantined;
		struct view *line;

		if (!is(last, b->return_id)) {
			one = view_item(v, "returns");
			view_text(one, "return_id", b->return_id);
			view_int(one, "return_no", b->return_no);
			view_text(one, "number", b->number);
			view_time(one, "at", b->at);
			view_text(one, "reason", req_text(r, desk_reason_word(b->reason)));
			view_bool(one, "exchange", is(b->wish, "exchange"));
			view_text(one, "words", b->words);
			view_text(one, "answer", b->answer);
			view_text(one, "currency", o->currency);
			view_money(one, "worth", b->worth);
			view_money(one, "refunded", b->refunded);
			desk_state_tag(r, one, "state", "return", b->state);
			view_bool(one, "can_decide", may && is(b->state, "requested"));
			view_bool(one, "can_withdraw", may && (is(b->state, "requested") || is(b->state, "approved")));
			view_bool(one, "can_receive", may && is(b->state, "approved"));
			view_bool(one, "owed", is(o->payment, "pending") && is(o->payment_method, "invoice"));
			view_bool(one, "can_refund", refund && (is(b->state, "received") || is(b->state, "returned")) && b->worth > b->refunded);
			view_bool(one, "can_exchange", may && (is(b->state, "received") || is(b->state, "returned")) && b->exchange_draft == NULL && b->exchange_order == NULL);
			view_text(one, "exchange_draft", console_may(r, "orders.edit") ? b->exchange_draft : NULL);
			view_text(one, "exchange_order", b->exchange_order);
			view_text(one, "exchange_number", b->exchange_number);
			view_bool(one, "has_slip", is(b->state, "approved") || is(b->state, "received"));
			last = b->return_id;
		}
		line = view_item(one, "lines");
		view_int(line, "line_no", b->line_no);
		view_text(line, "sku", b->sku);
		view_text(line, "name", b->name);
		view_int(line, "quantity", b->quantity);
		view_int(line, "received", b->received);
		view_int(line, "restocked", b->restocked);
		view_int(line, "scrapped", b->scrapped);
		view_int(line, "quarantined", b->quarantined);
		view_int(line, "waiting", is(b->state, "received") ? waiting : b->quarantined);
		view_bool(line, "can_inspect", may && is(b->state, "received") && waiting > 0);
		view_bool(line, "can_release", may && !(is(b->state, "received") && waiting > 0) && b->quarantined > 0);
	}
}

/* Bytes of an amount in minor units at the beginning of TEXT, "5000 EUR", which is put into OUT as people
   write it; 0: there is none. */
static size_t amount_at(struct req *r, const char *text, struct buf *out)
{
	size_t digits = strspn(text, "0123456789");
	const char *currency = text + digits + 1;
	int64_t minor;

	if (digits == 0 || text[digits] != ' ' || strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3 ||
	    !parse_int(mem_strndup(r->mem, text, digits), 0, INT64_MAX, &minor))
		return 0;
	locale_money(locale_get(r->locale), mem_strndup(r->mem, currency, 3), minor, out);
	return digits + 4;
}

/* "5000 EUR: why", "4010 EUR → 4840 EUR", as functions in SQL write it: minor units are for machines.
   What people wrote stays as it is. */
static const char *event_detail(struct req *r, const char *detail)
{
	static const char arrow[] = " → ";
	struct buf *b = buf_new(r->mem);
	const char *rest = detail == NULL ? "" : detail;
	size_t n = amount_at(r, rest, b);

	if (n > 0 && strncmp(rest + n, arrow, sizeof(arrow) - 1) == 0) {
		buf_adds(b, arrow);
		rest += n + sizeof(arrow) - 1;
		n = amount_at(r, rest, b);
	} else if (rest[n] != ':' && rest[n] != '\0') {
		return detail;
	}
	buf_adds(b, rest + n);
	return b->data;
}

static void add_story(struct req *r, struct view *v, struct rows *events, struct rows *notes)
{
	for (size_t i = 0; i < rows_count(events); i++) {
		const struct row_desk_events *e = row_desk_events_at(events, i);
		struct view *item = view_item(v, "events");

		view_text(item, "label", req_text(r, desk_event_word(e->axis, e->event)));
		view_text(item, "detail", event_detail(r, e->detail));
		view_text(item, "who", desk_actor(r, e->actor, e->who));
		view_time(item, "at", e->at);
	}
	for (size_t i = 0; i < rows_count(notes); i++) {
		const struct row_desk_notes *n = row_desk_notes_at(notes, i);
		struct view *item = view_item(v, "notes");

		view_text(item, "words", n->words);
		view_bool(item, "shown", n->shown);
		view_text(item, "who", desk_actor(r, n->actor, n->who));
		view_time(item, "at", n->at);
	}
}

static const struct { const char *state, *label, *tone; } rights[] = {
	{ "ok", N_("can be fetched"), "ok" }, { "expired", N_("time is over"), "warn" }, { "used_up", N_("used up"), "warn" }, { "ended", N_("ended"), "" },
};

static void add_downloads(struct req *r, struct view *v, struct rows *downloads)
{
	bool renewable = false;

	view_bool(v, "has_downloads", rows_count(downloads) > 0);
	for (size_t i = 0; i < rows_count(downloads); i++) {
		const struct row_desk_downloads *d = row_desk_downloads_at(downloads, i);
		struct view *item = view_item(v, "downloads");

		view_text(item, "sku", d->sku);
		view_text(item, "name", d->name);
		view_text(item, "file_name", d->file_name);
		view_int(item, "rest", d->rest);
		view_time(item, "until", d->expires);
		for (size_t k = 0; k < ARRAY_LEN(rights); k++)
			if (is(rights[k].state, d->state)) {
				view_text(item, "label", req_text(r, rights[k].label));
				view_text(item, "tone", rights[k].tone);
			}
		renewable = renewable || !is(d->state, "ended");
	}
	view_bool(v, "can_renew", renewable && console_may(r, "orders.fulfil"));
}

/* What may be done now, by the states and by the permissions of who looks. */
static void add_doors(struct req *r, struct view *v, const struct row_desk_head *o, const char *editable)
{
	bool open = is(o->state, "open"), fulfil = open && console_may(r, "orders.fulfil");
	bool still_here = is(o->fulfilment, "unfulfilled") || is(o->fulfilment, "in_production") || is(o->fulfilment, "ready");
	bool settled = is(o->payment, "paid") || is(o->payment, "partly_refunded") || is(o->payment, "refunded");
	bool back = is(o->return_state, "requested") || is(o->return_state, "approved") || is(o->return_state, "received");

	view_bool(v, "may_edit", console_may(r, "orders.edit"));
	view_bool(v, "can_edit", is(editable, "ok") && console_may(r, "orders.edit"));
	/* What somebody would look for and not find is said. */
	if (still_here && console_may(r, "orders.edit") && (is(editable, "invoiced") || is(editable, "given_back") || is(editable, "paying")))
		view_text(v, "no_edit", req_text(r, desk_sentence(editable)));
	view_bool(v, "may_pay", console_may(r, "orders.pay"));
	view_bool(v, "may_refund", console_may(r, "orders.refund"));
	view_bool(v, "may_fulfil", fulfil);
	view_bool(v, "can_cancel", (open || is(o->state, "draft")) && still_here && console_may(r, "orders.cancel"));
	view_bool(v, "can_produce", fulfil && is(o->fulfilment, "unfulfilled"));
	view_bool(v, "can_make_ready", fulfil && (is(o->fulfilment, "unfulfilled") || is(o->fulfilment, "in_production")));
	view_bool(v, "can_ship", fulfil && o->leaves && !o->quality);
	view_bool(v, "can_pick", fulfil && o->leaves);
	view_bool(v, "can_deliver", fulfil && is(o->fulfilment, "shipped"));
	view_bool(v, "can_close", fulfil && is(o->fulfilment, "delivered") && settled && !back);
	view_bool(v, "can_return", !back && (open || is(o->state, "closed")) && console_may(r, "orders.returns"));
}

static const struct form_option verdicts[] = {
	{ "restock", N_("Back on the shelf") }, { "scrap", N_("Thrown away") }, { "quarantine", N_("Set apart") },
};

static void add_forms(struct req *r, struct view *v, struct rows *warehouses)
{
	static const char *const fields[] = { "words", "tag", "reference", "cancel_reason", "carrier", "tracking", "url", "refund_reason",
		"answer", "return_words", "back_amount", "back_reason", "release_reason", "renew_reason" };

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		form_text(r, v, fields[i], "");
	desk_reason_options(r, v, "reasons");
	desk_warehouse_options(v, "warehouses", warehouses);
	form_options(r, v, "verdicts", "verdict", verdicts, ARRAY_LEN(verdicts), "restock");
}

void desk_order(struct req *r)
{
	const char *id = path_text(r, "id"), *store = console_store(r);
	struct rows *head = q_desk_head(r->db, store, id), *lines = q_desk_lines(r->db, id), *taxes = q_desk_taxes(r->db, id);
	struct rows *money = q_desk_money(r->db, id), *attempts = q_desk_attempts(r->db, id), *refunds = q_desk_refunds(r->db, id);
	struct rows *parcels = q_desk_parcels(r->db, id), *waves = q_desk_waves(r->db, id), *returns = q_desk_returns(r->db, id);
	struct rows *documents = q_desk_documents(r->db, r->site->tenant, store, id), *events = q_desk_events(r->db, id);
	struct rows *notes = q_desk_notes(r->db, id), *tags = q_desk_tags(r->db, id), *work = q_desk_work(r->db, id);
	struct rows *warehouses = q_desk_warehouses(r->db), *edit = q_desk_edit(r->db, store, id);
	struct rows *downloads = q_desk_downloads(r->db, r->site->tenant, id);
	const struct row_desk_head *o = row_desk_head(head);
	struct view *v;

	if (!rows_found(head)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-orders/show", mem_printf(r->mem, "%s %s", req_text(r, N_("Order")), o->number));
	add_head(r, v, o);
	add_lines(r, v, o, lines);
	add_totals(r, v, o, taxes);
	add_money(r, v, o, money, attempts, refunds);
	add_parcels(r, v, parcels, console_may(r, "orders.fulfil"));
	add_returns(r, v, o, returns);
	add_downloads(r, v, downloads);
	add_story(r, v, events, notes);
	add_doors(r, v, o, row_desk_edit(edit)->may);
	view_text(v, "first_order", row_desk_edit(edit)->exchange_order);
	view_text(v, "first_number", row_desk_edit(edit)->exchange_number);
	add_forms(r, v, warehouses);
	view_rows(v, "waves", waves);
	view_rows(v, "documents", documents);
	view_rows(v, "tags", tags);
	view_rows(v, "work", work);
	view_bool(v, "has_refunds", rows_count(refunds) > 0);
	view_bool(v, "has_attempts", rows_count(attempts) > 0);
	view_bool(v, "has_parcels", rows_count(parcels) > 0);
	view_bool(v, "has_documents", rows_count(documents) > 0);
	page_html(r, v);
}

void desk_file(struct req *r)
{
	struct rows *rows = q_desk_document(r->db, r->site->tenant, console_store(r), path_text(r, "id"), path_text(r, "document"));
	const struct row_desk_document *d = row_desk_document(rows);

	front_pdf(r, "document", rows_found(rows), d->name, d->pdf_hex);
}
