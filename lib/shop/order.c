#include "shop/order.h"

#include "base/mem.h"

#include <string.h>

const char *order_word(const char *word)
{
	static const struct { const char *word, *label; } words[] = {
		{ "draft", N_("Draft") }, { "pending", N_("Pending Payment") }, { "paid", N_("Paid") },
		{ "in_production", N_("In Production") }, { "ready", N_("Ready to Ship") }, { "shipped", N_("Shipped") },
		{ "delivered", N_("Delivered") }, { "closed", N_("Closed") }, { "returned", N_("Returned") },
		{ "cancelled", N_("Cancelled") },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].label;
	return "";
}

static const struct {
	const char *axis, *state, *label;
} milestones[MILESTONES] = {
	[MILESTONE_ORDERED] = { "order", "open", N_("Ordered") },
	[MILESTONE_PAID] = { "payment", "paid", N_("Paid") },
	[MILESTONE_PRODUCTION] = { "fulfilment", "in_production", N_("In Production") },
	[MILESTONE_READY] = { "fulfilment", "ready", N_("Ready to Ship") },
	[MILESTONE_SHIPPED] = { "fulfilment", "shipped", N_("Shipped") },
	[MILESTONE_DELIVERED] = { "fulfilment", "delivered", N_("Delivered") },
	[MILESTONE_CANCELLED] = { "order", "cancelled", N_("Cancelled") },
};

/* When the milestone was first reached, or 0.  A part of an order that left counts as shipped. */
static int64_t reached(struct rows *events, enum milestone m)
{
	for (size_t i = 0; i < rows_count(events); i++) {
		const struct row_order_events *e = row_order_events_at(events, i);

		if (strcmp(e->axis, milestones[m].axis) != 0)
			continue;
		if (strcmp(e->to_state, milestones[m].state) == 0 ||
		    (m == MILESTONE_SHIPPED && strcmp(e->to_state, "partly_shipped") == 0))
			return e->at;
	}
	return 0;
}

/* Money of a parcel paid at the door comes last. */
static const enum milestone in_advance[MILESTONES] = {
	MILESTONE_ORDERED, MILESTONE_PAID, MILESTONE_PRODUCTION, MILESTONE_READY, MILESTONE_SHIPPED, MILESTONE_DELIVERED,
	MILESTONE_CANCELLED,
};
static const enum milestone at_the_door[MILESTONES] = {
	MILESTONE_ORDERED, MILESTONE_PRODUCTION, MILESTONE_READY, MILESTONE_SHIPPED, MILESTONE_DELIVERED, MILESTONE_PAID,
	MILESTONE_CANCELLED,
};

size_t order_steps(struct rows *events, bool on_delivery, struct order_step steps[MILESTONES])
{
	const enum milestone *order = on_delivery ? at_the_door : in_advance;
	bool cancelled = reached(events, MILESTONE_CANCELLED) != 0, handed_over = reached(events, MILESTONE_DELIVERED) != 0;
	struct order_step *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < MILESTONES; i++) {
		enum milestone m = order[i];
		int64_t at_ms = reached(events, m);

		if (at_ms == 0 && (cancelled || m == MILESTONE_PRODUCTION || m == MILESTONE_CANCELLED))
			continue;
		/* What was a file was never packed. */
		if (at_ms == 0 && handed_over && (m == MILESTONE_READY || m == MILESTONE_SHIPPED))
			continue;
		steps[n] = (struct order_step){ milestones[m].label, at_ms, false, m == MILESTONE_CANCELLED };
		if (at_ms != 0)
			last = &steps[n];
		n++;
	}
	if (last != NULL)
		last->now = true;
	return n;
}
