/* Any bytes as a webhook's signature header and body: nothing is proven without the secret, and
   what a body says is refused with a sentence or is an event of plain words, our kinds and
   amounts that are not negative.  The header ends at the first line feed. */
/* fuzz: lib/pay/provider.c lib/pay/stripe.c lib/pay/stripe_event.c lib/pay/stripe_form.c lib/base/json.c lib/base/utf8.c lib/base/buf.c lib/base/crypto.c lib/base/id.c lib/base/currency.c lib/base/mem.c lib/base/log.c lib/base/clock.c */
#include "pay/stripe.h"

#include <string.h>

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void plain(const char *s)
{
	if (s == NULL)
		BUG("a text that is NULL");
	for (; *s != '\0'; s++)
		if (*s <= 0x20 || *s >= 0x7f || strchr("\"'<>\\/", *s) != NULL)
			BUG("a reference that is no plain word");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct pay_account account = { .webhook_secret = "whsec_nobody_knows", .webhook_secret_old = "whsec_old" };
	void *ctx = mem_context(NULL, "fuzz");
	const uint8_t *end = memchr(data, '\n', n);
	size_t head = end != NULL ? (size_t)(end - data) : n;
	const char *header = mem_strndup(ctx, (const char *)data, head), *error = NULL;
	const char *body = end != NULL ? (const char *)end + 1 : "";
	size_t size = end != NULL ? n - head - 1 : 0;
	struct pay_event e;

	if (stripe_verify(&account, header, body, size, 1700000000) != PAY_FORGED)
		BUG("a signature without the secret");
	if (!stripe_parse(ctx, body, size, &e, &error)) {
		if (error == NULL || error[strlen(error) - 1] != '.')
			BUG("refused without a sentence");
	} else {
		const char *const words[] = { e.event_ref, e.type, e.tenant, e.order, e.intent, e.refund, e.session_ref,
			e.payment_ref, e.refund_ref, e.currency, e.code, pay_kind_word(e.kind) };

		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			plain(words[i]);
		if (e.amount_minor < 0 || e.refunded_minor < 0 || e.created_s < 0 || *e.event_ref == '\0')
			BUG("an event that cannot be");
	}
	mem_free(ctx);
	return 0;
}
