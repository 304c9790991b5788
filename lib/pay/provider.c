#include "pay/provider.h"

#include <string.h>

#include "pay/stripe.h"

const struct payment_provider *const pay_providers[] = { &pay_stripe, NULL };

const struct payment_provider *pay_provider(const char *name)
{
	for (const struct payment_provider *const *p = pay_providers; *p != NULL; p++)
		if (strcmp((*p)->name, name) == 0)
			return *p;
	return NULL;
}

const char *pay_kind_word(enum pay_kind kind)
{
	static const char *const words[PAY_KINDS] = {
		[PAY_NOTHING] = "nothing", [PAY_UNKNOWN_TYPE] = "unknown_type", [PAY_OPEN] = "open",
		[PAY_AUTHORISED] = "authorised", [PAY_CAPTURED] = "captured", [PAY_DECLINED] = "declined",
		[PAY_FAILED] = "failed", [PAY_EXPIRED] = "expired", [PAY_REFUND_PENDING] = "refund_pending",
		[PAY_REFUNDED] = "refunded", [PAY_REFUND_FAILED] = "refund_failed", [PAY_DISPUTED] = "disputed",
		[PAY_DISPUTE_WON] = "dispute_won", [PAY_DISPUTE_LOST] = "dispute_lost",
	};

	if (kind >= PAY_KINDS)
		BUG("event of kind %d", (int)kind);
	return words[kind];
}

const char *pay_outcome_word(enum pay_outcome outcome)
{
	static const char *const words[] = {
		[PAY_OK] = "ok", [PAY_DECLINE] = "decline", [PAY_UNKNOWN] = "unknown",
		[PAY_UNAVAILABLE] = "unavailable", [PAY_BROKEN] = "broken",
	};

	if (outcome > PAY_BROKEN)
		BUG("outcome %d of a gateway", (int)outcome);
	return words[outcome];
}
