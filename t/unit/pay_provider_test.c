/* Promise: every gateway in the table keeps the rules of provider.h: its calls are made once,
   with our id as the key; what comes back wrong, late or not at all is never taken for money
   or for its absence; amounts are exact or refused; a webhook proves itself or is nothing.
   One suite over all of them; each brings recorded answers of its gateway. */
#include "pay/provider.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "tap.h"

#define TENANT "0190a000-0000-7000-8000-000000000001"
#define ORDER "0190a000-0000-7000-8000-000000000002"
#define INTENT "0190a000-0000-7000-8000-000000000003"
#define REFUND "0190a000-0000-7000-8000-000000000004"
#define OTHER "0190a000-0000-7000-8000-00000000000f"
#define ORIGIN "https://pages.test"

/* --- recorded answers ---------------------------------------------------------------------- */

struct recorded {
	const char *page;               /* of start: session S1, EUR 49.90, our intent, url ORIGIN/p/1 */
	const char *open, *paid, *expired;      /* of status */
	const char *authorised;                 /* of status: kept, not captured */
	const char *captured, *released;        /* of capture (EUR 30.00) and release */
	const char *done, *pending, *failed;    /* of refund R1: EUR 1.00, our refund */
	const char *list_with, *list_without;   /* refunds of a payment, with ours or not */
	const char *card_error;         /* 402 */
	const char *wrong_key;          /* 401 */
	const char *list;               /* what look() asks for */
	const char *test, *live, *public, *webhook;     /* secrets by their shape */
	const char *event;              /* of webhook_parse: money came */
	const char *(*sign)(const void *ctx, const char *secret, const char *body, int64_t now_s);
};

#define IDS "\"metadata\":{\"tenant\":\"" TENANT "\",\"order\":\"" ORDER "\",\"intent\":\"" INTENT "\"}"
#define CS "\"id\":\"S1\",\"object\":\"checkout.session\",\"currency\":\"eur\",\"amount_total\":4990,\"livemode\":false," IDS
#define PI "\"id\":\"P1\",\"object\":\"payment_intent\",\"currency\":\"eur\",\"amount\":4990,\"livemode\":false," IDS
#define RE "\"id\":\"R1\",\"object\":\"refund\",\"currency\":\"eur\",\"amount\":100,\"payment_intent\":\"P1\"," \
	"\"metadata\":{\"tenant\":\"" TENANT "\",\"refund\":\"" REFUND "\"}"

static const char *stripe_sign(const void *ctx, const char *secret, const char *body, int64_t now_s)
{
	const char *text = mem_printf(ctx, "%lld.%s", (long long)now_s, body);
	unsigned char mac[SHA256_LEN];
	char hex[SHA256_HEX];

	hmac_sha256(secret, strlen(secret), text, strlen(text), mac);
	hex_encode(mac, sizeof(mac), hex);
	return mem_printf(ctx, "t=%lld,v1=%s", (long long)now_s, hex);
}

static const struct recorded stripe = {
	.page = "{" CS ",\"status\":\"open\",\"payment_status\":\"unpaid\",\"url\":\"" ORIGIN "/p/1\",\"expires_at\":1700001920}",
	.open = "{" CS ",\"status\":\"open\",\"payment_status\":\"unpaid\",\"payment_intent\":null}",
	.paid = "{" CS ",\"status\":\"complete\",\"payment_status\":\"paid\",\"payment_intent\":{\"id\":\"P1\",\"object\":"
		"\"payment_intent\",\"status\":\"succeeded\",\"amount\":4990,\"amount_received\":4990,\"currency\":\"eur\"}}",
	.expired = "{" CS ",\"status\":\"expired\",\"payment_status\":\"unpaid\",\"payment_intent\":null}",
	.authorised = "{" CS ",\"status\":\"complete\",\"payment_status\":\"unpaid\",\"payment_intent\":{\"id\":\"P1\",\"object\":"
		"\"payment_intent\",\"status\":\"requires_capture\",\"amount\":4990,\"amount_capturable\":4990,\"currency\":\"eur\"}}",
	.captured = "{" PI ",\"status\":\"succeeded\",\"amount_received\":3000,\"amount_capturable\":0}",
	.released = "{" PI ",\"status\":\"canceled\",\"amount_received\":0,\"cancellation_reason\":\"requested_by_customer\"}",
	.done = "{" RE ",\"status\":\"succeeded\"}",
	.pending = "{" RE ",\"status\":\"pending\"}",
	.failed = "{" RE ",\"status\":\"failed\",\"failure_reason\":\"lost_or_stolen_card\"}",
	.list_with = "{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"R0\",\"object\":\"refund\",\"currency\":\"eur\","
		"\"amount\":5,\"status\":\"succeeded\",\"metadata\":{\"refund\":\"" OTHER "\"}},{" RE ",\"status\":\"succeeded\"}]}",
	.list_without = "{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"R0\",\"object\":\"refund\",\"currency\":\"eur\","
		"\"amount\":5,\"status\":\"succeeded\",\"metadata\":{\"refund\":\"" OTHER "\"}}]}",
	.card_error = "{\"error\":{\"type\":\"card_error\",\"code\":\"card_declined\",\"decline_code\":\"do_not_honor\"}}",
	.wrong_key = "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Invalid API Key provided\"}}",
	.event = "{\"id\":\"E1\",\"object\":\"event\",\"type\":\"checkout.session.completed\",\"created\":1700000000,\"livemode\":false,"
		"\"data\":{\"object\":{" CS ",\"status\":\"complete\",\"payment_status\":\"paid\",\"payment_intent\":\"P1\"}}}",
	.list = "{\"object\":\"list\",\"has_more\":false,\"url\":\"/v1/checkout/sessions\",\"data\":[]}",
	.test = "sk_test_4eC39HqLyjWDarjtT1zdp7dc", .live = "rk_live_4eC39HqLyjWDarjtT1zdp7dc", .public = "pk_test_TYooMQauvdEDq54NiTphI7jx",
	.webhook = "whsec_4eC39HqLyjWDarjtT1zdp7dc",
	.sign = stripe_sign,
};

/* A gateway without a row here is a failure of this test. */
static const struct { const char *name; const struct recorded *recorded; } all_recorded[] = {
	{ "stripe", &stripe },
};

/* --- a network that says what it is told --------------------------------------------------------- */

struct reply {
	enum http_verdict verdict;
	int status;
	const char *body;
	const char *should_retry;
	const char *replayed;
};

struct network {
	struct http http;               /* first */
	struct reply reply[4];          /* by the number of the request; the last again and again */
	size_t nreplies;
	size_t asked;
	struct http_request last;
	const char *key[8];             /* idempotency keys, by request */
	const char *bodies[8];
};

static const char *header(const struct http_request *q, const char *name)
{
	for (size_t i = 0; i < HTTP_HEADERS && q->header[i].name != NULL; i++)
		if (strcmp(q->header[i].name, name) == 0)
			return q->header[i].value;
	return "";
}

static enum http_verdict pretend(struct http *h, const void *ctx, const struct http_request *q, struct http_answer *out)
{
	struct network *n = (struct network *)h;
	const struct reply *r = &n->reply[n->asked < n->nreplies ? n->asked : n->nreplies - 1];

	if (n->asked < ARRAY_LEN(n->key)) {
		n->key[n->asked] = mem_strdup(ctx, header(q, "Idempotency-Key"));
		n->bodies[n->asked] = mem_strdup(ctx, q->body != NULL ? q->body : "");
	}
	n->asked++;
	n->last = *q;
	n->last.path = mem_strdup(ctx, q->path);
	*out = (struct http_answer)HTTP_NO_ANSWER;
	if (r->verdict == HTTP_ANSWERED) {
		out->status = r->status;
		out->body = r->body;
		out->size = strlen(r->body);
		out->should_retry = r->should_retry != NULL ? r->should_retry : "";
		out->replayed = r->replayed != NULL ? r->replayed : "";
	}
	return r->verdict;
}

static void *mem;

/* Too little time for a second try, unless told. */
static struct pay *at(struct network *n, const struct pay_account *a, bool time_enough)
{
	struct pay *p = mem_new(mem, struct pay);

	n->http.send = pretend;
	*p = (struct pay){
		.ctx = mem, .http = &n->http, .account = a, .version = "v1", .page_origin = ORIGIN,
		.deadline_us = clock_steady_us() + (time_enough ? 5000000 : 100000),
	};
	return p;
}

#define NETWORK(...) { .reply = { __VA_ARGS__ }, .nreplies = ARRAY_LEN(((struct reply[]){ __VA_ARGS__ })) }
#define SAYS(status_, body_) { HTTP_ANSWERED, status_, body_, NULL, NULL }

static const struct pay_start starting = {
	.tenant = TENANT, .order = ORDER, .intent = INTENT, .order_number = "1001", .store_name = "A & B", .email = "a@b.test",
	.locale = "es-ES", .amount_minor = 4990, .currency = "EUR", .success_url = "https://shop.test/ok",
	.cancel_url = "https://shop.test/no", .expires_s = 1700001920,
};
static const struct pay_refund giving = {
	.tenant = TENANT, .order = ORDER, .intent = INTENT, .refund = REFUND, .payment_ref = "P1", .amount_minor = 100, .currency = "EUR",
};

static const struct pay_hold holding = { .intent = INTENT, .payment_ref = "P1", .amount_minor = 3000, .currency = "EUR" };

/* --- what every gateway must ------------------------------------------------------------------- */

static void check_table(const struct payment_provider *g)
{
	tap_ok(g->shape != NULL && g->look != NULL && g->label != NULL && g->webhook_header != NULL && g->start != NULL && g->status != NULL && g->expire != NULL &&
	       g->capture != NULL && g->release != NULL && g->refund != NULL && g->refund_status != NULL && g->webhook_verify != NULL && g->webhook_parse != NULL,
	       "%s: nothing that a gateway must is missing", g->name);
	tap_ok(pay_provider(g->name) == g, "... and it is found by its name");
}

/* A secret that was typed into the wrong field, for the wrong account or only in part is seen before it is kept. */
static void check_shape(const struct payment_provider *g, const struct recorded *r)
{
	static const char *const none[] = { "", " ", "hello", "https://shop.test/", "sk_test_\n4eC39HqLyjWDarjtT1zdp7dc", "sk_test_", "sk_live_4eC39Hq\xc3\xa9yj", "SK_TEST_4eC39HqLyjWDarjtT1zdp7dc" };
	char *cut = mem_strndup(mem, r->test, strcspn(r->test, "4"));

	tap_is_int(g->shape(r->test), PAY_SHAPE_TEST, "shape: a key of test mode");
	tap_is_int(g->shape(r->live), PAY_SHAPE_LIVE, "shape: a key of real money");
	tap_is_int(g->shape(r->public), PAY_SHAPE_PUBLIC, "shape: a key for browsers");
	tap_is_int(g->shape(r->webhook), PAY_SHAPE_WEBHOOK, "shape: a secret of webhooks");
	tap_is_int(g->shape(cut), PAY_SHAPE_NONE, "shape: a key without its end is none");
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		tap_is_int(g->shape(none[i]), PAY_SHAPE_NONE, "shape: none of this gateway's, %zu", i);
}

static void check_look(const struct payment_provider *g, const struct recorded *r, const struct pay_account *a)
{
	static const char error[] = "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"api_version\"}}";
	const struct { const char *name; struct reply reply; enum pay_outcome outcome; const char *code; } cases[] = {
		{ "taken", SAYS(200, r->list), PAY_OK, "" },
		{ "a wrong key", SAYS(401, r->wrong_key), PAY_BROKEN, "key" },
		{ "a key without the right", SAYS(403, r->wrong_key), PAY_BROKEN, "rights" },
		{ "something else", SAYS(400, error), PAY_BROKEN, "api_version" },
		{ "away", SAYS(500, error), PAY_UNAVAILABLE, "api_version" },
		{ "no connection", { HTTP_NOT_SENT, 0, NULL, NULL }, PAY_UNAVAILABLE, "no_connection" },
		{ "no JSON", SAYS(200, "<html>"), PAY_UNAVAILABLE, "unreadable_answer" },
	};
	struct pay_account keyed = *a;
	struct network n = { .reply = { cases[0].reply }, .nreplies = 1 };
	const char *code;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct network one = { .reply = { cases[i].reply }, .nreplies = 1 };

		code = NULL;
		tap_is_int(g->look(at(&one, a, false), &code), cases[i].outcome, "look: %s", cases[i].name);
		tap_is_str(code, cases[i].code, "... says so");
		tap_is_str(one.last.method, "GET", "... and changes nothing");
	}
	keyed.key = r->test;
	keyed.live = true;
	tap_ok(g->look(at(&n, &keyed, true), &code) == PAY_BROKEN && strcmp(code, "mode") == 0 && n.asked == 0, "look: a test key is no key of real money, and is not tried as one");
	keyed.key = r->live;
	keyed.live = false;
	tap_ok(g->look(at(&n, &keyed, true), &code) == PAY_BROKEN && strcmp(code, "mode") == 0 && n.asked == 0, "look: nor the other way round");
}

static void check_start(const struct payment_provider *g, const struct recorded *r, const struct pay_account *a)
{
	struct network good = NETWORK(SAYS(200, r->page));
	struct pay_start odd = starting;
	struct pay_account live = *a;
	struct pay_page page;
	struct pay *p;

	tap_is_int(g->start(at(&good, a, true), &starting, &page), PAY_OK, "start: a page");
	tap_ok(strcmp(page.session_ref, "S1") == 0 && strcmp(page.url, ORIGIN "/p/1") == 0 && page.expires_s == 1700001920,
	       "... its name, address and end");
	tap_is_str(good.key[0], INTENT, "... the attempt is the key");
	tap_is_str(good.last.method, "POST", "... it is posted");
	tap_ok(strstr(header(&good.last, "Authorization"), a->key) != NULL, "... with the account's key");
	good.asked = 0;
	g->start(at(&good, a, true), &starting, &page);
	tap_is_str(good.bodies[0], good.bodies[1] != NULL ? good.bodies[1] : good.bodies[0], "... the same attempt is the same call");
	odd.amount_minor = 5121;
	odd.currency = "KWD";
	good.asked = 0;
	tap_ok(g->start(at(&good, a, true), &odd, &page) == PAY_BROKEN && good.asked == 0 && *page.code != '\0',
	       "start: an amount that cannot be said is not sent");
	odd = starting;
	odd.intent = OTHER;
	tap_is_int(g->start(at(&good, a, true), &odd, &page), PAY_BROKEN, "start: the page of another attempt is none");
	tap_is_str(page.url, "", "... and its address is told to nobody");
	odd = starting;
	odd.amount_minor = 1;
	tap_is_int(g->start(at(&good, a, true), &odd, &page), PAY_BROKEN, "start: nor is one for another amount");
	p = at(&good, a, true);
	p->page_origin = "https://pages.tes";
	tap_is_int(g->start(p, &starting, &page), PAY_BROKEN, "start: nor is one elsewhere");
	live.live = true;
	tap_is_int(g->start(at(&good, &live, true), &starting, &page), PAY_BROKEN, "start: nor is a test's page real money");
}

/* What an answer, or none, means: to what may have happened, and to what only was asked. */
static void check_outcomes(const struct payment_provider *g, const struct recorded *r, const struct pay_account *a)
{
	static const char error[] = "{\"error\":{\"type\":\"api_error\"}}";
	static const char busy[] = "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"idempotency_key_in_use\"}}";
	static const char other_values[] = "{\"error\":{\"type\":\"idempotency_error\"}}";
	const struct { const char *name; struct reply reply; enum pay_outcome start, status; } cases[] = {
		{ "no connection", { HTTP_NOT_SENT, 0, NULL, NULL }, PAY_UNAVAILABLE, PAY_UNAVAILABLE },
		{ "no answer", { HTTP_UNKNOWN, 0, NULL, NULL }, PAY_UNKNOWN, PAY_UNAVAILABLE },
		{ "500", SAYS(500, error), PAY_UNKNOWN, PAY_UNAVAILABLE },
		{ "503 of a proxy", SAYS(503, "<html>"), PAY_UNKNOWN, PAY_UNAVAILABLE },
		{ "500, do not repeat", { HTTP_ANSWERED, 500, error, "false" }, PAY_UNKNOWN, PAY_UNAVAILABLE },
		{ "409", SAYS(409, busy), PAY_UNKNOWN, PAY_UNAVAILABLE },
		{ "429", SAYS(429, error), PAY_UNAVAILABLE, PAY_UNAVAILABLE },
		{ "302", SAYS(302, ""), PAY_UNKNOWN, PAY_UNAVAILABLE },
		{ "the key with other values", SAYS(400, other_values), PAY_UNKNOWN, PAY_UNAVAILABLE },
		{ "a wrong key", SAYS(401, r->wrong_key), PAY_BROKEN, PAY_BROKEN },
		{ "not allowed", SAYS(403, r->wrong_key), PAY_BROKEN, PAY_BROKEN },
		{ "what is not there", SAYS(404, r->wrong_key), PAY_BROKEN, PAY_BROKEN },
		{ "a card refused", SAYS(402, r->card_error), PAY_DECLINE, PAY_DECLINE },
		{ "no JSON", SAYS(200, "OK"), PAY_UNKNOWN, PAY_UNAVAILABLE },
		{ "half of it", SAYS(200, "{\"id\":\"S1\""), PAY_UNKNOWN, PAY_UNAVAILABLE },
		{ "nothing", SAYS(200, ""), PAY_UNKNOWN, PAY_UNAVAILABLE },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct network n = { .reply = { cases[i].reply }, .nreplies = 1 };
		struct pay_page page;
		struct pay_event e;
		enum pay_outcome o = g->start(at(&n, a, false), &starting, &page);

		tap_ok(o == cases[i].start && *page.code != '\0' && *page.url == '\0', "start, %s: %s", cases[i].name,
		       pay_outcome_word(cases[i].start));
		o = g->refund(at(&n, a, false), &giving, &e);
		tap_ok(o == cases[i].start && *e.code != '\0', "refund, %s: the same", cases[i].name);
		o = g->status(at(&n, a, false), "S1", &e);
		tap_ok(o == cases[i].status && *e.code != '\0', "status, %s: %s", cases[i].name, pay_outcome_word(cases[i].status));
		o = g->capture(at(&n, a, false), &holding, &e);
		tap_ok(o == cases[i].start && *e.code != '\0', "capture, %s: the same", cases[i].name);
		tap_is_int((int64_t)n.asked, 4, "... with no time left each is asked once");
	}
}

/* Which answers say that the gateway is there. */
static void check_alive(const struct payment_provider *g, const struct recorded *r, const struct pay_account *a)
{
	const struct { const char *name; struct reply reply; bool alive; } cases[] = {
		{ "a page", SAYS(200, r->page), true }, { "a refusal", SAYS(402, r->card_error), true },
		{ "a wrong key", SAYS(401, r->wrong_key), true }, { "a call under way", SAYS(409, "{}"), true },
		{ "a failure", SAYS(500, "{}"), false }, { "a failure of before", { HTTP_ANSWERED, 500, "{}", NULL, "true" }, true },
		{ "no answer", { HTTP_UNKNOWN, 0, NULL, NULL, NULL }, false }, { "no connection", { HTTP_NOT_SENT, 0, NULL, NULL, NULL }, false },
		{ "too many of us", SAYS(429, "{}"), false }, { "a page of a proxy", SAYS(200, "<html>"), false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct network n = { .reply = { cases[i].reply }, .nreplies = 1 };
		struct pay *p = at(&n, a, false);
		struct pay_page page;

		p->alive = !cases[i].alive;
		g->start(p, &starting, &page);
		tap_ok(p->alive == cases[i].alive, "%s: the gateway is %s", cases[i].name, cases[i].alive ? "there" : "away");
	}
}

static void check_tries(const struct payment_provider *g, const struct recorded *r, const struct pay_account *a)
{
	struct network hiccup = NETWORK({ HTTP_UNKNOWN, 0, NULL, NULL }, SAYS(200, r->page));
	struct network never = NETWORK({ HTTP_ANSWERED, 500, "{}", "false" }, SAYS(200, r->page));
	struct network dead = NETWORK({ HTTP_NOT_SENT, 0, NULL, NULL });
	struct pay_page page;

	tap_is_int(g->start(at(&hiccup, a, true), &starting, &page), PAY_OK, "a hiccup is tried again while there is time");
	tap_ok(hiccup.asked == 2 && strcmp(hiccup.key[0], hiccup.key[1]) == 0 && strcmp(hiccup.bodies[0], hiccup.bodies[1]) == 0,
	       "... as the same call");
	tap_ok(g->start(at(&never, a, true), &starting, &page) == PAY_UNKNOWN && never.asked == 1, "not when the gateway says it is of no use");
	tap_ok(g->start(at(&dead, a, true), &starting, &page) == PAY_UNAVAILABLE && dead.asked == 2, "and not for ever");
}

static void check_status(const struct payment_provider *g, const struct recorded *r, const struct pay_account *a)
{
	const struct { const char *name, *body; enum pay_kind kind; } cases[] = {
		{ "open", r->open, PAY_OPEN }, { "paid", r->paid, PAY_CAPTURED }, { "expired", r->expired, PAY_EXPIRED },
	};
	struct network shut = NETWORK(SAYS(400, "{\"error\":{\"type\":\"invalid_request_error\"}}"), SAYS(200, r->paid));
	struct pay_event e;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct network n = NETWORK(SAYS(200, cases[i].body));

		tap_ok(g->status(at(&n, a, true), "S1", &e) == PAY_OK && e.kind == cases[i].kind, "status: %s", cases[i].name);
		tap_is_str(n.last.method, "GET", "... changes nothing");
		tap_ok(strcmp(e.session_ref, "S1") == 0 && strcmp(e.intent, INTENT) == 0 && e.amount_minor == 4990 &&
		       strcmp(e.currency, "EUR") == 0 && !e.live, "... of which session, attempt and amount");
	}
	g->status(at(&shut, a, true), "S1/../../refunds?x=", &e);
	tap_ok(strstr(shut.last.path, "S1/..") == NULL && strstr(shut.last.path, "?x=") == NULL, "a name cannot leave its place in the address");
	shut.asked = 0;
	tap_ok(g->expire(at(&shut, a, true), "S1", &e) == PAY_OK && e.kind == PAY_CAPTURED,
	       "expire: a page that cannot be closed says how it stands");
}

static void check_hold(const struct payment_provider *g, const struct recorded *r, const struct pay_account *a)
{
	struct network part = NETWORK(SAYS(200, r->captured)), gone = NETWORK(SAYS(200, r->released)), kept = NETWORK(SAYS(200, r->authorised));
	struct pay_start start = starting;
	struct network page = NETWORK(SAYS(200, r->page));
	struct pay_hold odd = holding;
	struct pay_page made;
	struct pay_event e;
	const char *at_once;

	g->start(at(&page, a, true), &starting, &made);
	at_once = mem_strdup(mem, page.bodies[0]);
	start.later = true;
	page.asked = 0;
	tap_ok(g->start(at(&page, a, true), &start, &made) == PAY_OK && strcmp(page.bodies[0], at_once) != 0, "an authorisation is asked for otherwise");
	tap_ok(g->status(at(&kept, a, true), "S1", &e) == PAY_OK && e.kind == PAY_AUTHORISED, "status: authorised");
	tap_ok(g->capture(at(&part, a, true), &holding, &e) == PAY_OK && e.kind == PAY_CAPTURED && e.amount_minor == 3000, "capture: a part comes in");
	tap_ok(strstr(part.key[0], INTENT) == part.key[0] && strcmp(part.key[0], INTENT) != 0, "... by a key of its own");
	tap_is_str(part.last.method, "POST", "... it is posted");
	odd.amount_minor = 2000;
	part.asked = 1;
	g->capture(at(&part, a, true), &odd, &e);
	tap_ok(strcmp(part.key[0], part.key[1]) != 0, "... another amount is another call");
	odd.currency = "XXX";
	part.asked = 0;
	tap_ok(g->capture(at(&part, a, true), &odd, &e) == PAY_BROKEN && part.asked == 0, "... one that cannot be said is not sent");
	tap_ok(g->release(at(&gone, a, true), &holding, &e) == PAY_OK && e.kind == PAY_FAILED && *e.code != '\0', "release: it is gone, and why");
	tap_ok(strcmp(gone.key[0], part.key[1]) != 0 && strstr(gone.key[0], INTENT) == gone.key[0], "... by a key of its own");
}

static void check_refund(const struct payment_provider *g, const struct recorded *r, const struct pay_account *a)
{
	const struct { const char *name, *body; enum pay_kind kind; } cases[] = {
		{ "done", r->done, PAY_REFUNDED }, { "pending", r->pending, PAY_REFUND_PENDING }, { "failed", r->failed, PAY_REFUND_FAILED },
	};
	struct network found = NETWORK(SAYS(200, r->list_with)), lost = NETWORK(SAYS(200, r->list_without), SAYS(200, r->done));
	struct network blind = NETWORK({ HTTP_UNKNOWN, 0, NULL, NULL });
	struct pay_refund again = giving, odd = giving;
	struct pay_event e;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct network n = NETWORK(SAYS(200, cases[i].body));

		tap_ok(g->refund(at(&n, a, true), &giving, &e) == PAY_OK && e.kind == cases[i].kind, "refund: %s", cases[i].name);
		tap_is_str(n.key[0], REFUND, "... the refund is the key");
		tap_ok(strcmp(e.refund_ref, "R1") == 0 && strcmp(e.refund, REFUND) == 0 && e.amount_minor == 100 &&
		       strcmp(e.payment_ref, "P1") == 0, "... its name, id, payment and amount");
		n.asked = 0;
		tap_ok(g->refund_status(at(&n, a, true), "R1", &e) == PAY_OK && e.kind == cases[i].kind &&
		       strcmp(n.last.method, "GET") == 0, "... and asked about, the same");
	}
	again.again = true;
	tap_ok(g->refund(at(&found, a, true), &again, &e) == PAY_OK && e.kind == PAY_REFUNDED && found.asked == 1 &&
	       strcmp(found.last.method, "GET") == 0 && strcmp(e.refund, REFUND) == 0, "again: one that is there is found and not sent");
	tap_ok(g->refund(at(&lost, a, true), &again, &e) == PAY_OK && lost.asked == 2 && strcmp(lost.key[1], REFUND) == 0,
	       "again: one that is not is sent, by the same key");
	tap_ok(g->refund(at(&blind, a, false), &again, &e) == PAY_UNKNOWN && strcmp(blind.last.method, "GET") == 0,
	       "again: without a look nothing is sent");
	odd.currency = "XXX";
	tap_ok(g->refund(at(&blind, a, true), &odd, &e) == PAY_BROKEN, "refund: an amount that cannot be said is not sent");
}

static void check_webhook(const struct payment_provider *g, const struct recorded *r, const struct pay_account *a)
{
	const int64_t now = 1700000000;
	const char *header_now = r->sign(mem, a->webhook_secret, r->event, now);
	const char *error = NULL;
	struct pay_account other = *a, rolled = *a;
	struct pay_event e;
	size_t n = strlen(r->event);

	tap_is_int(g->webhook_verify(a, header_now, r->event, n, now), PAY_PROVEN, "webhook: the gateway's own");
	tap_is_int(g->webhook_verify(a, header_now, r->event, n - 1, now), PAY_FORGED, "... cut");
	tap_is_int(g->webhook_verify(a, header_now, r->event, n, now + PAY_WEBHOOK_AGE_S + 1), PAY_TOO_OLD, "... repeated later");
	tap_is_int(g->webhook_verify(a, NULL, r->event, n, now), PAY_FORGED, "... without proof");
	other.webhook_secret = "another";
	tap_is_int(g->webhook_verify(&other, header_now, r->event, n, now), PAY_FORGED, "... of another account");
	rolled.webhook_secret = "new";
	rolled.webhook_secret_old = a->webhook_secret;
	tap_is_int(g->webhook_verify(&rolled, header_now, r->event, n, now), PAY_PROVEN, "... while the secret is rolled");
	tap_ok(g->webhook_parse(mem, r->event, n, &e, &error) && e.kind == PAY_CAPTURED && e.amount_minor == 4990 &&
	       strcmp(e.intent, INTENT) == 0 && strcmp(e.event_ref, "E1") == 0, "... says that money came, for which attempt");
	tap_ok(!g->webhook_parse(mem, "{}", 2, &e, &error) && error != NULL, "... and {} says nothing");
}

int main(void)
{
	const struct pay_account account = {
		.tenant = TENANT, .provider = "", .id = OTHER, .key = "key_1", .webhook_secret = "whsec_1", .webhook_secret_old = "",
	};
	size_t n = 0;

	mem = mem_context(NULL, "test");
	log_open("pay_provider", LOG_LEVEL_FATAL);
	for (const struct payment_provider *const *g = pay_providers; *g != NULL; g++) {
		const struct recorded *r = NULL;

		for (size_t i = 0; i < ARRAY_LEN(all_recorded); i++)
			if (strcmp(all_recorded[i].name, (*g)->name) == 0)
				r = all_recorded[i].recorded;
		if (!tap_ok(r != NULL, "%s has recorded answers", (*g)->name))
			continue;
		check_table(*g);
		check_shape(*g, r);
		check_look(*g, r, &account);
		check_start(*g, r, &account);
		check_outcomes(*g, r, &account);
		check_alive(*g, r, &account);
		check_tries(*g, r, &account);
		check_status(*g, r, &account);
		check_hold(*g, r, &account);
		check_refund(*g, r, &account);
		check_webhook(*g, r, &account);
		n++;
	}
	tap_ok(n == ARRAY_LEN(all_recorded), "no answers are recorded of a gateway that is gone");
	tap_ok(pay_provider("nobody") == NULL, "a gateway that is not there is not found");
	mem_free(mem);
	return tap_done();
}
