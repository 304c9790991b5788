/* Promise: what is sent to Stripe says exactly the amount that is owed, in every currency;
   its signatures are checked over the raw bytes, in both directions of time, with the old
   secret while it is rolled; and its events say in our words what happened, no more. */
#include "pay/stripe.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "base/locale.h"
#include "base/mem.h"
#include "tap.h"

static void *mem;

/* --- amounts -------------------------------------------------------------------------- */

static const struct { const char *currency; int64_t minor, amount; } amounts[] = {
	{ "USD", 1234, 1234 }, { "EUR", 1, 1 }, { "IDR", 14500000, 14500000 }, { "HUF", 12345, 12345 },
	{ "TWD", 100, 100 },
	/* Whole units at both. */
	{ "JPY", 500, 500 }, { "KRW", 1, 1 }, { "VND", 145000, 145000 }, { "CLP", 990, 990 }, { "XAF", 7, 7 },
	{ "BIF", 5, 5 }, { "DJF", 5, 5 }, { "GNF", 5, 5 }, { "KMF", 5, 5 }, { "PYG", 5, 5 }, { "RWF", 5, 5 },
	{ "VUV", 5, 5 }, { "XOF", 5, 5 }, { "XPF", 5, 5 },
	/* Two digits in ISO 4217, none at Stripe. */
	{ "MGA", 500, 5 },
	/* No digits in ISO 4217, two at Stripe. */
	{ "ISK", 5, 500 }, { "UGX", 5, 500 },
	/* Three digits, the last of them 0. */
	{ "KWD", 5120, 5120 }, { "BHD", 10, 10 }, { "JOD", 990, 990 }, { "OMR", 1000, 1000 }, { "TND", 20, 20 },
};

static const struct { const char *currency; int64_t minor; const char *why; } refused[] = {
	{ "USD", 0, "nothing" }, { "USD", -1, "less than nothing" }, { "MGA", 501, "a fifth of an ariary" },
	{ "KWD", 5124, "a third digit that is not 0" }, { "IQD", 1000, "a currency Stripe does not take" },
	{ "XXX", 100, "no currency" }, { "", 100, "no name" }, { "usd", 100, "our names are capitals" },
	{ "USD", INT64_C(1000000000000), "more than Stripe's digits" }, { "ISK", INT64_MAX, "more than fits" },
};

static void check_amounts(void)
{
	int64_t n;

	for (size_t i = 0; i < ARRAY_LEN(amounts); i++) {
		char lower[4] = "";

		for (int k = 0; k < 3; k++)
			lower[k] = (char)(amounts[i].currency[k] + 'a' - 'A');
		n = -1;
		tap_ok(stripe_amount(amounts[i].currency, amounts[i].minor, &n) && n == amounts[i].amount,
		       "%s %lld is sent as %lld", amounts[i].currency, (long long)amounts[i].minor,
		       (long long)amounts[i].amount);
		n = -1;
		tap_ok(stripe_minor(lower, amounts[i].amount, &n) && n == amounts[i].minor,
		       "%s %lld comes back as %lld", lower, (long long)amounts[i].amount, (long long)amounts[i].minor);
	}
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		tap_ok(!stripe_amount(refused[i].currency, refused[i].minor, &n), "refused: %s", refused[i].why);
	tap_ok(!stripe_minor("isk", 550, &n), "half a krona does not come back as anything");
	tap_ok(!stripe_minor("us", 1, &n) && !stripe_minor("usdx", 1, &n), "nor does a currency of another length");
}

/* --- forms ------------------------------------------------------------------------------ */

static void check_form(void)
{
	struct buf *form = buf_new(mem);

	stripe_form_text(form, "mode", "payment");
	stripe_form_int(form, "line_items[0][quantity]", 2);
	stripe_form_text(form, "line_items[0][price_data][currency]", "usd");
	stripe_form_int(form, "line_items[0][price_data][unit_amount]", 1999);
	stripe_form_text(form, "line_items[0][price_data][product_data][name]", "Blue & White Tee");
	stripe_form_text(form, "metadata[order_id]", "1001");
	tap_is_str(form->data, "mode=payment&line_items[0][quantity]=2&line_items[0][price_data][currency]=usd&"
		   "line_items[0][price_data][unit_amount]=1999&line_items[0][price_data][product_data][name]="
		   "Blue+%26+White+Tee&metadata[order_id]=1001", "a form is written as Stripe's own libraries do");
	buf_clear(form);
	stripe_form_text(form, "a", "\xc3\xb1 +=%[]/?\r\n");
	tap_is_str(form->data, "a=%C3%B1+%2B%3D%25%5B%5D%2F%3F%0D%0A", "no value can become another parameter");
}

static void check_locales(void)
{
	static const char *const want[][2] = {
		{ "es-ES", "es" }, { "es-419", "es-419" }, { "id-ID", "id" }, { "en-GB", "en-GB" }, { "en-US", "en" },
		{ "pt-BR", "pt-BR" }, { "zh-Hant-TW", "zh" }, { "eu-ES", "auto" }, { "", "auto" }, { "e", "auto" },
	};

	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		tap_is_str(stripe_locale(want[i][0]), want[i][1], "locale %s", want[i][0]);
}

/* --- signatures ------------------------------------------------------------------------- */

#define SECRET "whsec_test_4f8b2c1d9e"
#define SIGNED_AT 1700000000
#define V1 "v1=babc2b47e6fdff0d076bef2c07acf5e47d9ec6396ac84c04d4612f9623568971"
#define ZEROES "v1=0000000000000000000000000000000000000000000000000000000000000000"

static const char payload[] =
	"{\"id\":\"evt_1A\",\"object\":\"event\",\"type\":\"checkout.session.completed\",\"data\":{\"object\":"
	"{\"id\":\"cs_test_1\",\"object\":\"checkout.session\",\"amount_total\":12345,\"currency\":\"usd\","
	"\"payment_status\":\"paid\",\"client_reference_id\":\"ORD-1001\"}}}";

static const struct {
	const char *name, *header, *secret, *old;
	int64_t now_s;
	enum pay_proof want;
} signatures[] = {
	{ "right", "t=1700000000," V1 ",v0=ignored", SECRET, "", SIGNED_AT, PAY_PROVEN },
	{ "one of two", "t=1700000000," ZEROES "," V1, SECRET, "", SIGNED_AT, PAY_PROVEN },
	{ "the other of two", "t=1700000000," V1 "," ZEROES, SECRET, "", SIGNED_AT, PAY_PROVEN },
	{ "by the old secret", "t=1700000000," V1, "whsec_new", SECRET, SIGNED_AT, PAY_PROVEN },
	{ "t at the end", V1 ",t=1700000000", SECRET, "", SIGNED_AT, PAY_PROVEN },
	{ "300 s later", "t=1700000000," V1, SECRET, "", SIGNED_AT + 300, PAY_PROVEN },
	{ "301 s later", "t=1700000000," V1, SECRET, "", SIGNED_AT + 301, PAY_TOO_OLD },
	{ "300 s before", "t=1700000000," V1, SECRET, "", SIGNED_AT - 300, PAY_PROVEN },
	{ "301 s before", "t=1700000000," V1, SECRET, "", SIGNED_AT - 301, PAY_TOO_OLD },
	{ "another secret", "t=1700000000," V1, "whsec_other", "", SIGNED_AT, PAY_FORGED },
	{ "no secret at all", "t=1700000000," V1, "", "", SIGNED_AT, PAY_FORGED },
	{ "another moment", "t=1700000001," V1, SECRET, "", SIGNED_AT, PAY_FORGED },
	{ "forged and old", "t=1600000000," V1, SECRET, "", SIGNED_AT, PAY_FORGED },
	{ "two moments", "t=1700000000,t=1700000000," V1, SECRET, "", SIGNED_AT, PAY_FORGED },
	{ "no moment", V1, SECRET, "", SIGNED_AT, PAY_FORGED },
	{ "an empty moment", "t=," V1, SECRET, "", SIGNED_AT, PAY_FORGED },
	{ "a moment with letters", "t=17e8," V1, SECRET, "", SIGNED_AT, PAY_FORGED },
	{ "only an old scheme", "t=1700000000,v0=babc2b47e6fdff0d076bef2c07acf5e47d9ec6396ac84c04d4612f9623568971",
	  SECRET, "", SIGNED_AT, PAY_FORGED },
	{ "a part of it", "t=1700000000,v1=babc2b47e6fdff0d", SECRET, "", SIGNED_AT, PAY_FORGED },
	{ "more than it", "t=1700000000," V1 "00", SECRET, "", SIGNED_AT, PAY_FORGED },
	{ "nothing", "", SECRET, "", SIGNED_AT, PAY_FORGED },
	{ "no header", NULL, SECRET, "", SIGNED_AT, PAY_FORGED },
	{ "commas", ",,,,", SECRET, "", SIGNED_AT, PAY_FORGED },
};

static void check_signatures(void)
{
	unsigned char mac[SHA256_LEN];
	char hex[SHA256_HEX];
	struct pay_account empty = { .webhook_secret = "", .webhook_secret_old = "" };
	unsigned taken = 0;

	for (size_t i = 0; i < ARRAY_LEN(signatures); i++) {
		struct pay_account a = {
			.webhook_secret = signatures[i].secret, .webhook_secret_old = signatures[i].old,
		};

		tap_is_int(stripe_verify(&a, signatures[i].header, payload, strlen(payload), signatures[i].now_s),
			   signatures[i].want, "signature: %s", signatures[i].name);
	}
	/* An account without a secret is not one with the empty secret. */
	hmac_sha256("", 0, "1700000000.x", 12, mac);
	hex_encode(mac, sizeof(mac), hex);
	tap_is_int(stripe_verify(&empty, mem_printf(mem, "t=1700000000,v1=%s", hex), "x", 1, SIGNED_AT), PAY_FORGED,
		   "signature: by the empty secret");
	for (size_t i = 0; i < strlen(payload); i++) {
		struct pay_account a = { .webhook_secret = SECRET, .webhook_secret_old = "" };
		char *changed = mem_strdup(mem, payload);

		changed[i] ^= 1;
		taken += stripe_verify(&a, "t=1700000000," V1, changed, strlen(payload), SIGNED_AT) != PAY_FORGED;
		mem_free(changed);
	}
	tap_is_int(taken, 0, "one changed bit of the body, anywhere, and it is forged");
}

/* --- events ------------------------------------------------------------------------------- */

#define TENANT "0190a000-0000-7000-8000-000000000001"
#define ORDER "0190a000-0000-7000-8000-000000000002"
#define INTENT "0190a000-0000-7000-8000-000000000003"
#define REFUND "0190a000-0000-7000-8000-000000000004"
#define IDS "\"metadata\":{\"tenant\":\"" TENANT "\",\"order\":\"" ORDER "\",\"intent\":\"" INTENT "\"}"
#define REFUND_IDS "\"metadata\":{\"tenant\":\"" TENANT "\",\"intent\":\"" INTENT "\",\"refund\":\"" REFUND "\"}"
#define SESSION "\"object\":\"checkout.session\",\"id\":\"cs_1\",\"currency\":\"eur\",\"amount_total\":4990," IDS
#define PAYMENT "\"object\":\"payment_intent\",\"id\":\"pi_1\",\"currency\":\"jpy\",\"amount\":700," IDS
#define MONEY_BACK "\"object\":\"refund\",\"id\":\"re_1\",\"payment_intent\":\"pi_1\",\"currency\":\"eur\"," \
	"\"amount\":100," REFUND_IDS

static const struct {
	const char *name, *type, *object;
	enum pay_kind kind;
	const char *session, *payment, *refund_ref, *currency;
	int64_t amount, refunded;
	const char *code;
} events[] = {
	{ "paid", "checkout.session.completed",
	  SESSION ",\"status\":\"complete\",\"payment_status\":\"paid\",\"payment_intent\":\"pi_1\"",
	  PAY_CAPTURED, "cs_1", "pi_1", "", "EUR", 4990, 0, "" },
	{ "done, money later", "checkout.session.completed",
	  SESSION ",\"status\":\"complete\",\"payment_status\":\"unpaid\",\"payment_intent\":\"pi_1\"",
	  PAY_OPEN, "cs_1", "pi_1", "", "EUR", 4990, 0, "" },
	{ "money came later", "checkout.session.async_payment_succeeded",
	  SESSION ",\"payment_status\":\"paid\",\"payment_intent\":\"pi_1\"",
	  PAY_CAPTURED, "cs_1", "pi_1", "", "EUR", 4990, 0, "" },
	{ "money never came", "checkout.session.async_payment_failed",
	  SESSION ",\"status\":\"complete\",\"payment_status\":\"unpaid\",\"payment_intent\":\"pi_1\"",
	  PAY_FAILED, "cs_1", "pi_1", "", "EUR", 4990, 0, "" },
	{ "time is over", "checkout.session.expired",
	  SESSION ",\"status\":\"expired\",\"payment_status\":\"unpaid\",\"payment_intent\":null",
	  PAY_EXPIRED, "cs_1", "", "", "EUR", 4990, 0, "" },
	{ "payment made", "payment_intent.succeeded", PAYMENT ",\"amount_received\":700,\"status\":\"succeeded\"",
	  PAY_CAPTURED, "", "pi_1", "", "JPY", 700, 0, "" },
	{ "card refused", "payment_intent.payment_failed",
	  PAYMENT ",\"status\":\"requires_payment_method\",\"last_payment_error\":{\"type\":\"card_error\","
	  "\"code\":\"card_declined\",\"decline_code\":\"insufficient_funds\"}",
	  PAY_DECLINED, "", "pi_1", "", "JPY", 700, 0, "insufficient_funds" },
	{ "payment given up", "payment_intent.canceled",
	  PAYMENT ",\"status\":\"canceled\",\"cancellation_reason\":\"abandoned\"",
	  PAY_FAILED, "", "pi_1", "", "JPY", 700, 0, "abandoned" },
	{ "money set aside", "payment_intent.amount_capturable_updated",
	  PAYMENT ",\"status\":\"requires_capture\",\"amount_capturable\":700",
	  PAY_AUTHORISED, "", "pi_1", "", "JPY", 700, 0, "" },
	{ "given back, in all", "charge.refunded",
	  "\"object\":\"charge\",\"id\":\"ch_1\",\"payment_intent\":\"pi_1\",\"currency\":\"kwd\",\"amount\":9000,"
	  "\"amount_refunded\":5120," IDS, PAY_REFUNDED, "", "pi_1", "", "KWD", 0, 5120, "" },
	{ "refund made", "refund.created", MONEY_BACK ",\"status\":\"pending\"",
	  PAY_REFUND_PENDING, "", "pi_1", "re_1", "EUR", 100, 0, "" },
	{ "refund done", "charge.refund.updated", MONEY_BACK ",\"status\":\"succeeded\"",
	  PAY_REFUNDED, "", "pi_1", "re_1", "EUR", 100, 0, "" },
	{ "refund wants the buyer", "refund.updated", MONEY_BACK ",\"status\":\"requires_action\"",
	  PAY_REFUND_PENDING, "", "pi_1", "re_1", "EUR", 100, 0, "" },
	{ "refund failed", "refund.failed", MONEY_BACK ",\"status\":\"failed\",\"failure_reason\":\"lost_or_stolen_card\"",
	  PAY_REFUND_FAILED, "", "pi_1", "re_1", "EUR", 100, 0, "lost_or_stolen_card" },
	{ "disputed", "charge.dispute.created",
	  "\"object\":\"dispute\",\"id\":\"dp_1\",\"payment_intent\":\"pi_1\",\"currency\":\"eur\",\"amount\":4990,"
	  "\"reason\":\"fraudulent\",\"status\":\"needs_response\"",
	  PAY_DISPUTED, "", "pi_1", "dp_1", "EUR", 4990, 0, "fraudulent" },
	{ "dispute won", "charge.dispute.closed",
	  "\"object\":\"dispute\",\"id\":\"dp_1\",\"payment_intent\":\"pi_1\",\"currency\":\"eur\",\"amount\":4990,"
	  "\"reason\":\"fraudulent\",\"status\":\"won\"",
	  PAY_DISPUTE_WON, "", "pi_1", "dp_1", "EUR", 4990, 0, "fraudulent" },
	{ "dispute lost", "charge.dispute.closed",
	  "\"object\":\"dispute\",\"id\":\"dp_1\",\"payment_intent\":{\"id\":\"pi_1\"},\"currency\":\"eur\","
	  "\"amount\":4990,\"status\":\"lost\"", PAY_DISPUTE_LOST, "", "pi_1", "dp_1", "EUR", 4990, 0, "" },
	{ "of no consequence", "charge.succeeded", "\"object\":\"charge\",\"id\":\"ch_1\"",
	  PAY_NOTHING, "", "", "", "", 0, 0, "" },
	{ "a word of next year", "checkout.session.dreamt", SESSION, PAY_UNKNOWN_TYPE, "", "", "", "", 0, 0, "" },
	{ "an order of nobody", "checkout.session.completed",
	  "\"object\":\"checkout.session\",\"id\":\"cs_1\",\"mode\":\"setup\",\"currency\":null,\"amount_total\":null,"
	  "\"payment_status\":\"no_payment_required\"", PAY_CAPTURED, "cs_1", "", "", "", 0, 0, "" },
};

static void check_events(void)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		const char *body = mem_printf(mem, "{\"id\":\"evt_%zu\",\"object\":\"event\",\"created\":1700000001,"
			"\"livemode\":true,\"type\":\"%s\",\"data\":{\"object\":{%s}}}", i, events[i].type,
			events[i].object);
		const char *error = NULL, *want_id = mem_printf(mem, "evt_%zu", i);
		struct pay_event e;

		if (!tap_ok(stripe_parse(mem, body, strlen(body), &e, &error), "event: %s", events[i].name))
			continue;
		tap_is_str(pay_kind_word(e.kind), pay_kind_word(events[i].kind), "its kind");
		tap_ok(strcmp(e.event_ref, want_id) == 0 && strcmp(e.type, events[i].type) == 0 && e.live &&
		       e.created_s == 1700000001, "its name, type, mode and date");
		tap_is_str(mem_printf(mem, "%s %s %s", e.session_ref, e.payment_ref, e.refund_ref),
			   mem_printf(mem, "%s %s %s", events[i].session, events[i].payment, events[i].refund_ref),
			   "its references");
		tap_is_str(mem_printf(mem, "%s %lld %lld %s", e.currency, (long long)e.amount_minor,
				      (long long)e.refunded_minor, e.code),
			   mem_printf(mem, "%s %lld %lld %s", events[i].currency, (long long)events[i].amount,
				      (long long)events[i].refunded, events[i].code), "its money and code");
		tap_is_str(e.intent, strstr(events[i].object, INTENT) != NULL ? INTENT : "", "its intent");
		tap_is_str(e.refund, strstr(events[i].object, REFUND) != NULL ? REFUND : "", "its refund");
	}
}

static const struct { const char *name, *body; } no_events[] = {
	{ "nothing", "" },
	{ "no object", "[]" },
	{ "no event", "{\"id\":\"evt_1\",\"object\":\"charge\",\"type\":\"x\",\"data\":{\"object\":{}}}" },
	{ "no id", "{\"object\":\"event\",\"type\":\"x\",\"data\":{\"object\":{}}}" },
	{ "an id with a quote", "{\"id\":\"evt'1\",\"object\":\"event\",\"type\":\"x\",\"data\":{\"object\":{}}}" },
	{ "no type", "{\"id\":\"evt_1\",\"object\":\"event\",\"data\":{\"object\":{}}}" },
	{ "no data", "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"x\"}" },
	{ "another object than promised", "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"payment_intent.succeeded\","
	  "\"data\":{\"object\":{" SESSION "}}}" },
	{ "half a yen", "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":"
	  "{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"succeeded\",\"currency\":\"jpy\","
	  "\"amount_received\":0.5}}}" },
	{ "money of nowhere", "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"payment_intent.succeeded\",\"data\":"
	  "{\"object\":{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"succeeded\",\"currency\":\"xxx\","
	  "\"amount_received\":5}}}" },
	{ "less than nothing", "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"payment_intent.succeeded\",\"data\":"
	  "{\"object\":{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"succeeded\",\"currency\":\"eur\","
	  "\"amount_received\":-5}}}" },
	{ "a session without a name", "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"checkout.session.completed\","
	  "\"data\":{\"object\":{\"object\":\"checkout.session\"}}}" },
};

static void check_no_events(void)
{
	struct pay_event e;
	const char *error;

	for (size_t i = 0; i < ARRAY_LEN(no_events); i++) {
		error = NULL;
		tap_ok(!stripe_parse(mem, no_events[i].body, strlen(no_events[i].body), &e, &error) && error != NULL &&
		       error[strlen(error) - 1] == '.', "no event: %s", no_events[i].name);
	}
	/* The published body has neither a date nor ids of ours. */
	tap_ok(stripe_parse(mem, payload, strlen(payload), &e, &error) && e.kind == PAY_CAPTURED &&
	       e.amount_minor == 12345 && strcmp(e.currency, "USD") == 0 && strcmp(e.session_ref, "cs_test_1") == 0 &&
	       *e.intent == '\0' && e.created_s == 0 && !e.live, "the published event is read");
}

int main(void)
{
	mem = mem_context(NULL, "test");
	check_amounts();
	check_form();
	check_locales();
	check_signatures();
	check_events();
	check_no_events();
	mem_free(mem);
	return tap_done();
}
