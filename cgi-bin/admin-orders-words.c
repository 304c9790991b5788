/* The words of an order's states, of what happened to it, and of why something is declined. */
#include "admin-orders.h"

#include "base/mem.h"
#include "shop/order.h"

#include <string.h>

static const struct state { const char *axis, *state, *word, *tone; } states[] = {
	{ "order", "draft", N_("Draft"), "" }, { "order", "open", N_("Open"), "" }, { "order", "closed", N_("Closed"), "ok" },
	{ "order", "cancelled", N_("Cancelled"), "bad" },
	{ "payment", "pending", N_("Not paid yet"), "warn" }, { "payment", "authorised", N_("Authorised"), "warn" },
	{ "payment", "paid", N_("Paid"), "ok" }, { "payment", "partly_refunded", N_("Partly refunded"), "" },
	{ "payment", "refunded", N_("Refunded"), "" }, { "payment", "failed", N_("Payment failed"), "bad" },
	{ "fulfilment", "unfulfilled", N_("Not begun"), "warn" }, { "fulfilment", "in_production", N_("In Production"), "" },
	{ "fulfilment", "ready", N_("Ready to Ship"), "warn" }, { "fulfilment", "partly_shipped", N_("Partly shipped"), "warn" },
	{ "fulfilment", "shipped", N_("Shipped"), "ok" }, { "fulfilment", "delivered", N_("Delivered"), "ok" },
	{ "return", "none", N_("No return"), "" }, { "return", "requested", N_("Return asked for"), "warn" },
	{ "return", "approved", N_("Return approved"), "" }, { "return", "received", N_("Return received"), "warn" },
	{ "return", "returned", N_("Returned"), "" }, { "return", "refused", N_("Return refused"), "" },
	{ "return", "withdrawn", N_("Return withdrawn"), "" },
	{ "attempt", "new", N_("Begun"), "" }, { "attempt", "open", N_("The buyer may pay"), "" }, { "attempt", "unknown", N_("Not known yet"), "warn" },
	{ "attempt", "authorised", N_("Authorised"), "warn" }, { "attempt", "succeeded", N_("Paid"), "ok" }, { "attempt", "failed", N_("Failed"), "bad" }, { "attempt", "expired", N_("Expired"), "" },
	{ "attempt", "review", N_("Held for a person"), "bad" },
	{ "refund", "asked", N_("Asked of the payment service"), "warn" }, { "refund", "unknown", N_("Not known yet"), "warn" },
	{ "refund", "pending", N_("On its way"), "" }, { "refund", "done", N_("Given back"), "ok" }, { "refund", "failed", N_("Failed"), "bad" },
	{ "parcel", "packing", N_("Being packed"), "warn" }, { "parcel", "packed", N_("Packed"), "" }, { "parcel", "shipped", N_("On its way"), "ok" },
	{ "parcel", "dropped", N_("Taken apart"), "" },
	{ "word", "draft", N_("Draft"), "" }, { "word", "pending", N_("Pending Payment"), "warn" }, { "word", "paid", N_("Paid"), "warn" },
	{ "word", "in_production", N_("In Production"), "" }, { "word", "ready", N_("Ready to Ship"), "warn" },
	{ "word", "shipped", N_("Shipped"), "ok" }, { "word", "delivered", N_("Delivered"), "ok" }, { "word", "closed", N_("Closed"), "ok" },
	{ "word", "returned", N_("Returned"), "" }, { "word", "cancelled", N_("Cancelled"), "bad" },
};

const char *desk_state_word(const char *axis, const char *state)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(states[i].axis, axis) == 0 && strcmp(states[i].state, state) == 0)
			return states[i].word;
	return "";
}

void desk_state_tag(struct req *r, struct view *v, const char *name, const char *axis, const char *state)
{
	struct view *tag = view_sub(v, name);

	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (strcmp(states[i].axis, axis) != 0 || strcmp(states[i].state, state) != 0)
			continue;
		view_text(tag, "label", req_text(r, states[i].word));
		view_text(tag, "tone", states[i].tone);
	}
}

void desk_state_options(struct req *r, struct view *v, const char *name, const char *axis, const char *current)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		struct view *item;

		if (strcmp(states[i].axis, axis) != 0 || strcmp(states[i].state, "withdrawn") == 0)
			continue;
		item = view_item(v, name);
		view_text(item, "value", states[i].state);
		view_text(item, "label", req_text(r, states[i].word));
		view_bool(item, "selected", current != NULL && strcmp(current, states[i].state) == 0);
	}
}

static const char *look_up(const char *const (*table)[2], size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i][0], key) == 0)
			return table[i][1];
	return NULL;
}

/* "axis event" of sales.step, and what sales.tell() writes beside it. */
static const char *const events[][2] = {
	{ "order place", N_("The order was placed") }, { "order cancel", N_("Cancelled") }, { "order close", N_("Closed") },
	{ "order reopen", N_("Opened again: the money came after all") },
	{ "payment authorise", N_("The payment is authorised") }, { "payment pay", N_("Paid") }, { "payment fail", N_("The payment failed") },
	{ "payment retry", N_("Another try to pay") }, { "payment refund", N_("All money was given back") },
	{ "payment refund_part", N_("A part of the money was given back") }, { "payment refund_undone", N_("A refund came back") },
	{ "payment set_off", N_("What came back is taken off what is due") }, { "payment refund_back", N_("A part of a refund came back") }, { "payment ask_refund", N_("A refund was asked for") },
	{ "payment ask_capture", N_("The money is to be captured") }, { "payment ask_release", N_("The authorisation is to be let go") },
	{ "payment capture_part", N_("A part was captured, the rest let go") },
	{ "fulfilment produce", N_("In Production") }, { "fulfilment make_ready", N_("Ready to Ship") },
	{ "fulfilment hand_over", N_("Downloads handed over") }, { "note downloads", N_("Downloads renewed") }, { "fulfilment ship", N_("Shipped") },
	{ "fulfilment ship_part", N_("A part was shipped") }, { "fulfilment deliver", N_("Delivered") },
	{ "return request", N_("A return was asked for") }, { "return approve", N_("The return was approved") }, { "return receive", N_("The return arrived") },
	{ "return accept", N_("The returned goods were looked at") }, { "return refuse", N_("The return was refused") }, { "return withdraw", N_("The return was withdrawn") },
	{ "note pick", N_("Put on a pick list") }, { "note pack", N_("A parcel was packed") }, { "note unpack", N_("A parcel was taken apart") },
	{ "note quality_passed", N_("Quality passed a parcel") }, { "note quality_failed", N_("Quality stopped a parcel") }, { "note arrive", N_("A parcel arrived") },
	{ "note inspect", N_("Returned pieces were looked at") }, { "note release", N_("Pieces set apart were decided on") },
	{ "note note", N_("A note for the house") }, { "note note_shown", N_("A message to the buyer") }, { "note tag", N_("A tag was added") },
	{ "payment owe", N_("More is to be paid than came in") }, { "payment switch", N_("Another way to pay") }, { "payment credit_note", N_("Credit note") },
	{ "note exchange", N_("An exchange was begun") },
	{ "note untag", N_("A tag was removed") }, { "note change", N_("The order was changed") }, { "note review", N_("A matter of money waits for a person") },
};

const char *desk_event_word(const char *axis, const char *event)
{
	char key[80];
	const char *word;

	snprintf(key, sizeof(key), "%s %s", axis, event);
	word = look_up(events, ARRAY_LEN(events), key);
	return word != NULL ? word : event;
}

static const char *const reasons[][2] = {
	{ "size", N_("Does not fit") }, { "unlike", N_("Not as described") }, { "faulty", N_("Faulty") }, { "wrong", N_("Wrong product") },
	{ "late", N_("Came too late") }, { "mind", N_("Changed their mind") }, { "other", N_("Something else") },
};

const char *desk_reason_word(const char *reason)
{
	const char *word = look_up(reasons, ARRAY_LEN(reasons), reason);

	return word != NULL ? word : reason;
}

void desk_reason_options(struct req *r, struct view *v, const char *name)
{
	const char *typed = form_typed(r, "return_reason", "other");

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		struct view *item = view_item(v, name);

		view_text(item, "value", reasons[i][0]);
		view_text(item, "label", req_text(r, reasons[i][1]));
		view_bool(item, "selected", strcmp(typed, reasons[i][0]) == 0);
	}
}

void desk_warehouse_options(struct view *v, const char *name, struct rows *warehouses)
{
	for (size_t i = 0; i < rows_count(warehouses); i++) {
		const struct row_desk_warehouses *w = row_desk_warehouses_at(warehouses, i);
		struct view *item = view_item(v, name);

		view_text(item, "value", w->warehouse);
		view_text(item, "label", w->name);
	}
}

const char *desk_sentence(const char *outcome)
{
	static const char *const sentences[][2] = {
		{ "warehouse", N_("Please choose a warehouse.") },
		{ "empty", N_("Nothing of these orders is to be fetched there: not paid, not held there, or on a list already.") },
		{ "over", N_("It is closed, gone or cancelled already.") },
		{ "code", N_("Nobody knows this code.") },
		{ "wrong", N_("Wrong piece: it does not belong here. Put it back.") },
		{ "surplus", N_("That is more than is wanted. Put it back.") },
		{ "quality", N_("Quality has to look at it first.") },
		{ "not_allowed", N_("The order is not in a state that allows it.") },
		{ "short", N_("Its pieces are not held in that warehouse.") },
		{ "lot", N_("A lot in this parcel has expired or is blocked. Take the parcel apart and fetch other pieces.") },
		{ "url", N_("The link must begin with http:// or https://.") },
		{ "reason", N_("Please say why.") },
		{ "open", N_("Something of it is still under way.") },
		{ "lines", N_("Not these lines, or not so many pieces.") },
		{ "late", N_("It cannot be returned any more.") },
		{ "amount", N_("Nothing is left to be paid or given back.") },
		{ "again", N_("Somebody changed it while you were here. Please look at it again before you save.") },
		{ "begun", N_("The order is being worked on already: its products are made, on a pick list or on their way.") },
		{ "invoiced", N_("The order has its invoice, and an invoice is never changed. Give money back for what is taken out; make a further order of what is added.") },
		{ "given_back", N_("Money was given back for it already. Make a further order of what is added.") },
		{ "paying", N_("The buyer has a payment page open for the old amount, or its money is being looked at. Please try again later.") },
		{ "exchanged", N_("This return has its exchange already.") },
		{ "placed", N_("Its order is placed already.") },
		{ "mail", N_("Who shall pay by card needs a mail address: the link to pay goes there.") },
		{ "way", N_("This way of payment is not offered there.") },
		{ "customer", N_("This customer is gone.") },
		{ "product", N_("One of the products is gone.") },
		{ "hold_again", N_("It is being captured or let go already. Please look at the order again.") },
		{ "hold_none", N_("No bank keeps money for this order any more. Please look at it again.") },
		{ "hold_too_much", N_("That is not an amount of what the bank keeps for us.") },
		{ "payment", N_("This way of payment is not for this order. Please choose another one.") },
		{ "credit", N_("With this more would be owed on invoice than the customer may. Nothing was changed: give him a higher limit, or choose another way of payment.") },
		{ "sold_out", N_("One of the products cannot be had in this quantity any more. Nothing was changed.") },
		{ "parts", N_("It came in several payments, and none of them was so much. Please give it back in parts.") },
		{ "too_much", N_("That is more than came in and was not given back yet.") },
		{ "none", N_("Nothing came in for this order.") },
		{ "words", N_("Please write 1 to 2,000 characters.") },
		{ "tag", N_("A tag has 1 to 32 characters.") },
	};
	const char *sentence = look_up(sentences, ARRAY_LEN(sentences), outcome);

	return sentence != NULL ? sentence : N_("Something has changed meanwhile. Please look again.");
}

const char *desk_actor(struct req *r, const char *actor, const char *name)
{
	static const char *const actors[][2] = {
		{ "buyer", N_("The buyer") }, { "house", N_("The shop itself") }, { "gateway", N_("The payment service") }, { "sutlerctl", N_("Command line") },
	};
	const char *word = look_up(actors, ARRAY_LEN(actors), actor);

	if (name != NULL)
		return name;
	return word != NULL ? req_text(r, word) : req_text(r, N_("Somebody who is gone"));
}

const char *desk_url(struct req *r, const char *id, const char *more)
{
	return mem_printf(r->mem, "%s/admin/orders/%s%s", r->prefix, id, more);
}

void desk_settle(struct req *r, const char *outcome, const char *field, const char *done)
{
	if (strcmp(outcome, "unknown") == 0 || *outcome == '\0') {
		page_not_found(r);
	} else if (strcmp(outcome, "ok") != 0) {
		page_decline(r, desk_order, field, desk_sentence(outcome));
	} else {
		page_flash(r, "ok", done);
		page_redirect(r, desk_url(r, path_text(r, "id"), ""));
	}
}
