#include "front/pay.h"

#include "base/config.h"
#include "base/id.h"
#include "base/log.h"
#include "shop/visitor.h"

#include <string.h>

const struct row_payment_begin *front_begin_payment(struct req *r, const struct order_key *k)
{
	struct id intent = id_new();
	char address[SHA256_HEX];
	const struct row_payment_begin *b;

	visitor_key(r->site->tenant, req_address(r), r->now_ms, address);
	b = row_payment_begin(q_payment_begin(r->db, k->tenant, k->store, k->link, SHA256_LEN, k->order, k->customer, intent.text, address));
	if (strcmp(b->outcome, "too_many") == 0) {
		req_note(r, "card testing", "cap on attempts to pay");
		log_warn("card testing: attempts to pay are refused", "visitor", address, NULL);
	}
	return b;
}

/* Browsers hold the redirect behind a form to the same rule as the form. */
void front_may_pay(struct req *r)
{
	page_form_action(r, config_text("pay.stripe_pages"));
}

bool front_go_pay(struct req *r, const struct call_answer *a)
{
	if (a->outcome != CALL_OK || *a->url == '\0')
		return false;
	page_leave(r, config_text("pay.stripe_pages"), a->url);
	return true;
}
