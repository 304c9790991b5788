/* courier-payment -- what courier does at payment gateways.  Manual: sutler-courier(8). */
#include "courier.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/query/courier.h"
#include "db/query/payment.h"
#include "pay/provider.h"
#include "pay/secret.h"
#include "shop/link.h"

#include <string.h>

enum {
	PAGE_S = 32 * 60,               /* life of a hosted page: the gateway wants 30 minutes by its own clock */
	KEY_S = 23 * 60 * 60,           /* how long a gateway surely knows an idempotency key: 24 h, less an hour */
	RECORD_MS = 700,                /* of the caller's time, kept for writing down what came of it */
	LEAST_MS = 500,                 /* of time a gateway needs at least; with less it is not asked */
	LINK_DAYS = 400                 /* of the link the buyer comes back by, as of other links to orders */
};

/* Where each gateway is, and how it is spoken to: names of settings. */
static const struct gateway {
	const char *provider;
	const char *url, *pages, *version;
} gateways[] = {
	{ "stripe", "pay.stripe_url", "pay.stripe_pages", "pay.stripe_version" },
};
_Static_assert(ARRAY_LEN(gateways) <= COURIER_GATEWAYS, "there is a connection for each gateway");

/* --- a gateway, ready to be asked ------------------------------------------------------------- */

struct job_at {
	const struct payment_provider *provider;
	struct pay pay;
	struct pay_account account;
};

static const struct gateway *gateway_of(const char *provider)
{
	for (size_t i = 0; i < ARRAY_LEN(gateways); i++)
		if (strcmp(gateways[i].provider, provider) == 0)
			return &gateways[i];
	return NULL;
}

/* The connection is the worker's: it is kept from call to call. */
static struct http *connection(struct courier *c, const struct gateway *g)
{
	struct http_settings s = {
		.base_url = config_text(g->url), .plain_loopback = config_bool("net.plain_loopback"),
		.ca_file = config_text("net.ca_file"),
	};
	struct http **http = &c->http[g - gateways];
	const char *error = NULL;

	if (*http == NULL)
		*http = http_open(c->mem, &s, &error);
	if (error != NULL)
		log_error("gateway cannot be spoken to", "gateway", g->provider, "reason", error, NULL);
	return *http;
}

/* Opens the account's key and makes everything ready; false: answered already. */
static bool prepare(struct errand *e, const char *provider, const char *account, bool live, const char *key_hex,
		    struct job_at *out)
{
	const struct gateway *g = gateway_of(provider);
	const struct seal_key *key = courier_key(e->courier);
	size_t n = 0;
	const unsigned char *sealed = hex_decode(e->mem, key_hex, &n);

	out->provider = pay_provider(provider);
	e->answer.code = "not_ready";
	if (g == NULL || out->provider == NULL || key == NULL)
		return false;
	out->account = (struct pay_account){
		.tenant = e->tenant, .provider = provider, .id = account, .live = live,
		.key = pay_secret_open(e->mem, key, e->tenant, account, PAY_SECRET_KEY, sealed, n),
		.webhook_secret = "", .webhook_secret_old = "",
	};
	if (out->account.key == NULL) {
		log_error("account's key cannot be opened: the key file is another, or the row was altered",
			  "tenant", e->tenant, "account", account, NULL);
		return false;
	}
	out->pay = (struct pay){
		.ctx = e->mem, .http = connection(e->courier, g), .account = &out->account,
		.version = config_text(g->version), .page_origin = config_text(g->pages),
		.deadline_us = e->until_us - RECORD_MS * INT64_C(1000),
	};
	if (out->pay.http == NULL)
		return false;
	/* Nobody is away because the question came late. */
	if (out->pay.deadline_us - clock_steady_us() < LEAST_MS * INT64_C(1000)) {
		e->answer.code = "too_late";
		return false;
	}
	if (!breaker_allows(e->courier->breaker, account, clock_steady_us())) {
		e->answer.code = "away";
		return false;
	}
	e->answer.code = "";
	return true;
}

/* Every call tells: only an answer, whatever it says, counts as one.  Else one attempt that the
   gateway has failed at for good could close the way for all. */
static void tell(struct errand *e, const struct job_at *j, enum pay_outcome outcome)
{
	bool good = j->pay.alive || (outcome != PAY_UNKNOWN && outcome != PAY_UNAVAILABLE);

	if (!breaker_tell(e->courier->breaker, j->account.id, good, clock_steady_us()))
		return;
	if (good)
		log_info("gateway answers again", "gateway", j->provider->name, "account", j->account.id, NULL);
	else
		log_error("gateway is away: it is left in peace", "gateway", j->provider->name,
			  "account", j->account.id, NULL);
}

/* --- reading and recording ----------------------------------------------------------------------- */

struct attempt {
	struct rows *rows;
	const struct row_courier_intent *i;
	const char *token;              /* of the link the buyer comes back by */
};

static void ask_attempt(struct errand *e, void *data)
{
	((struct attempt *)data)->rows = q_courier_intent(e->courier->db, e->id);
}

static void ask_state(struct errand *e, void *data)
{
	*(struct rows **)data = q_courier_state(e->courier->db, e->id);
}

/* What the database says now is the answer's state. */
static void answer_state(struct errand *e)
{
	struct rows *rows = NULL;

	if (errand_transaction(e, true, ask_state, &rows) && rows_found(rows)) {
		e->answer.state = row_courier_state(rows)->state;
		if (*e->answer.code == '\0')
			e->answer.code = row_courier_state(rows)->code;
	}
}

static bool look_up(struct errand *e, struct attempt *a)
{
	if (!errand_transaction(e, true, ask_attempt, a))
		return false;
	a->i = row_courier_intent(a->rows);
	e->answer.state = a->i->state;
	if (rows_found(a->rows))
		return true;
	e->answer.code = "no_such_attempt";
	log_warn("no such attempt", "tenant", e->tenant, "id", e->id, NULL);
	return false;
}

static void ask_link(struct errand *e, void *data)
{
	const struct attempt *a = data;
	unsigned char sum[SHA256_LEN];

	sha256(a->token, strlen(a->token), sum);
	q_courier_link(e->courier->db, e->tenant, sum, sizeof(sum), a->i->order_id, LINK_DAYS);
}

struct heard {
	const struct row_courier_intent *i;
	const struct pay_event *event;
	struct rows *outcome;
};

static void ask_apply(struct errand *e, void *data)
{
	struct heard *h = data;
	const struct pay_event *v = h->event;

	h->outcome = q_payment_apply(e->courier->db, e->tenant, h->i->account, v->event_ref, pay_kind_word(v->kind),
		v->live, v->tenant, v->intent, v->order, v->session_ref, v->payment_ref, v->refund, v->refund_ref,
		v->currency, v->amount_minor, v->refunded_minor, v->code);
}

/* Applies what the gateway said to the attempt it was asked about, and no other. */
static bool apply(struct errand *e, const struct row_courier_intent *i, struct pay_event *v)
{
	struct heard h = { .i = i, .event = v };

	v->intent = e->id;
	return errand_transaction(e, false, ask_apply, &h);
}

struct recorded {
	const struct pay_page *page;
	struct rows *outcome;
};

static void ask_opened(struct errand *e, void *data)
{
	struct recorded *r = data;

	r->outcome = q_payment_opened(e->courier->db, e->tenant, e->id, r->page->session_ref, r->page->url,
				      r->page->expires_s * 1000);
}

static void ask_unanswered(struct errand *e, void *data)
{
	q_payment_unanswered(e->courier->db, e->tenant, e->id, ((const struct pay_page *)data)->code);
}

/* --- payment.start --------------------------------------------------------------------------------- */

/* The attempt ended without the gateway's page. */
static void give_up(struct errand *e, const struct row_courier_intent *i, enum pay_kind kind, const char *code)
{
	struct pay_event v = {
		.kind = kind, .event_ref = "", .type = "", .tenant = "", .order = "", .refund = "", .session_ref = "",
		.payment_ref = "", .refund_ref = "", .currency = "", .code = code, .live = i->live,
	};

	if (apply(e, i, &v)) {
		e->answer.outcome = CALL_DECLINE;
		e->answer.code = code;
	}
	answer_state(e);
}

/* A page that came too late for its attempt is closed again: nobody may pay there. */
static void record_page(struct errand *e, struct job_at *j, const struct pay_page *page)
{
	struct recorded r = { .page = page };
	struct pay_event v;

	/* Not recorded: the gateway's page stands, and the next call finds it. */
	e->answer.outcome = CALL_UNKNOWN;
	if (!errand_transaction(e, false, ask_opened, &r))
		return;
	if (strcmp(row_payment_opened(r.outcome)->outcome, "ok") == 0) {
		e->answer.outcome = CALL_OK;
		e->answer.url = page->url;
		e->answer.state = "open";
		return;
	}
	log_warn("attempt ended while its page was made", "tenant", e->tenant, "id", e->id, NULL);
	j->provider->expire(&j->pay, page->session_ref, &v);
	e->answer.outcome = CALL_DECLINE;
	e->answer.code = "over";
	answer_state(e);
}

/* The same at each call, so that a repeated call is the same call: from the key and the attempt. */
static const char *link_token(struct errand *e)
{
	unsigned char secret[SEAL_KEY_LEN];

	seal_derive(e->courier->key, mem_printf(e->mem, "order link %s", e->id), secret);
	return base64url(e->mem, secret, sizeof(secret));
}

static const char *way_back(const struct errand *e, const struct attempt *a, const char *how)
{
	const struct row_courier_intent *i = a->i;
	const struct link_store store = { i->origin, i->locale, i->position == 0, i->store_currency };

	return mem_printf(e->mem, "%s/order/%s/%s", link_base(e->mem, &store, i->currency), a->token, how);
}

static void open_page(struct errand *e, struct attempt *a)
{
	const struct row_courier_intent *i = a->i;
	struct pay_start s = {
		.tenant = e->tenant, .order = i->order_id, .intent = e->id, .order_number = i->number,
		.store_name = i->store, .email = i->email, .locale = i->tag, .amount_minor = i->amount,
		.currency = i->currency, .expires_s = i->created / 1000 + PAGE_S, .later = i->later,
	};
	struct pay_page page = { 0 };
	struct job_at j;
	enum pay_outcome outcome;

	/* The key is forgotten by now: the call would make a second page. */
	if (clock_ms() > i->created + KEY_S * INT64_C(1000)) {
		give_up(e, i, PAY_EXPIRED, "never_opened");
		return;
	}
	if (!prepare(e, i->provider, i->account, i->live, i->key_hex, &j))
		return;
	a->token = link_token(e);
	if (!errand_transaction(e, false, ask_link, a))
		return;
	s.success_url = way_back(e, a, "paid");
	s.cancel_url = way_back(e, a, "unpaid");
	outcome = j.provider->start(&j.pay, &s, &page);
	tell(e, &j, outcome);
	e->answer.code = page.code;
	switch (outcome) {
	case PAY_OK:
		record_page(e, &j, &page);
		break;
	case PAY_UNKNOWN:
		e->answer.outcome = CALL_UNKNOWN;
		errand_transaction(e, false, ask_unanswered, &page);
		answer_state(e);
		break;
	case PAY_UNAVAILABLE:
		break;
	case PAY_BROKEN:
		log_error("gateway refuses to be asked like this: look at the account", "tenant", e->tenant,
			  "account", i->account, "code", page.code, NULL);
		give_up(e, i, PAY_FAILED, page.code);
		break;
	case PAY_DECLINE:
		give_up(e, i, PAY_FAILED, page.code);
		break;
	}
}

static bool is_open(const struct row_courier_intent *i)
{
	return strcmp(i->state, "new") == 0 || strcmp(i->state, "unknown") == 0 || strcmp(i->state, "open") == 0;
}

static bool is_kept(const struct row_courier_intent *i)
{
	return strcmp(i->state, "authorised") == 0;
}

/* --- payment.status, payment.expire ---------------------------------------------------------------- */

/* Asks about the hosted page by STATUS or EXPIRE of the table, and applies what comes. */
static bool ask_page(struct errand *e, const struct row_courier_intent *i, bool close)
{
	struct pay_event v = { 0 };
	struct job_at j;
	enum pay_outcome outcome;

	if (!prepare(e, i->provider, i->account, i->live, i->key_hex, &j))
		return false;
	outcome = (close ? j.provider->expire : j.provider->status)(&j.pay, i->session_ref, &v);
	tell(e, &j, outcome);
	e->answer.code = v.code;
	if (outcome != PAY_OK) {
		e->answer.outcome = outcome == PAY_UNAVAILABLE ? CALL_UNAVAILABLE :
				    outcome == PAY_UNKNOWN ? CALL_UNKNOWN : CALL_DECLINE;
		return false;
	}
	/* A page that says it is another's is not believed. */
	if (*v.intent != '\0' && strcmp(v.intent, e->id) != 0) {
		log_error("gateway answers for another attempt", "tenant", e->tenant, "id", e->id, "said", v.intent, NULL);
		e->answer.code = "page_of_another";
		e->answer.outcome = CALL_DECLINE;
		return false;
	}
	return apply(e, i, &v);
}

static void ask_about(struct errand *e, bool close)
{
	struct attempt a = { 0 };

	if (!look_up(e, &a))
		return;
	if (!is_open(a.i) && (close || !is_kept(a.i))) {
		e->answer.outcome = CALL_OK;
		e->answer.code = a.i->code;
		return;
	}
	/* Perhaps called, and perhaps not: the same call again finds the page or makes it. */
	if (*a.i->session_ref == '\0') {
		open_page(e, &a);
		return;
	}
	if (ask_page(e, a.i, close)) {
		e->answer.outcome = CALL_OK;
		answer_state(e);
	}
}

void payment_status(struct errand *e)
{
	ask_about(e, false);
}

void payment_expire(struct errand *e)
{
	ask_about(e, true);
}

void payment_start(struct errand *e)
{
	struct attempt a = { 0 };

	if (!look_up(e, &a))
		return;
	if (!is_open(a.i)) {
		e->answer.outcome = CALL_DECLINE;
		e->answer.code = a.i->code;
	} else if (*a.i->session_ref == '\0') {
		open_page(e, &a);
	} else if (clock_ms() < a.i->expires) {
		e->answer.outcome = CALL_OK;
		e->answer.url = a.i->url;
	} else if (ask_page(e, a.i, true)) {
		/* Over, paid or expired: the page's answer says which, and the buyer does not go there. */
		e->answer.outcome = CALL_DECLINE;
		answer_state(e);
	}
}

/* --- payment.capture, payment.release ------------------------------------------------------------------ */

static void ask_capture_refused(struct errand *e, void *data)
{
	q_payment_capture_refused(e->courier->db, e->tenant, e->id, data);
}

/* It said no: perhaps because it is captured or gone already, which its page tells. */
static void look_again(struct errand *e, const struct row_courier_intent *i, bool capturing, const char *code)
{
	union { const char *text; void *data; } why = { .text = code };

	if (!ask_page(e, i, false))
		return;
	answer_state(e);
	e->answer.code = code;
	e->answer.outcome = strcmp(e->answer.state, "authorised") == 0 ? CALL_DECLINE : CALL_OK;
	if (e->answer.outcome == CALL_DECLINE && capturing)
		errand_transaction(e, false, ask_capture_refused, why.data);
}

static void end_hold(struct errand *e, bool capturing)
{
	struct attempt a = { 0 };
	struct pay_event v = { 0 };
	struct pay_hold hold;
	struct job_at j;
	enum pay_outcome outcome;

	if (!look_up(e, &a))
		return;
	e->answer.code = a.i->code;
	if (!is_kept(a.i)) {
		e->answer.outcome = CALL_OK;
		return;
	}
	if (!(capturing ? a.i->has_to_capture : a.i->to_release)) {
		e->answer.outcome = CALL_DECLINE;
		e->answer.code = "not_asked";
		return;
	}
	if (!prepare(e, a.i->provider, a.i->account, a.i->live, a.i->key_hex, &j))
		return;
	hold = (struct pay_hold){ e->id, a.i->payment_ref, a.i->to_capture, a.i->currency };
	outcome = (capturing ? j.provider->capture : j.provider->release)(&j.pay, &hold, &v);
	tell(e, &j, outcome);
	e->answer.code = v.code;
	switch (outcome) {
	case PAY_OK:
		e->answer.outcome = CALL_UNKNOWN;
		if (!apply(e, a.i, &v))
			break;
		e->answer.outcome = CALL_OK;
		answer_state(e);
		break;
	case PAY_DECLINE:
	case PAY_BROKEN:
		look_again(e, a.i, capturing, v.code);
		break;
	case PAY_UNKNOWN:
		e->answer.outcome = CALL_UNKNOWN;
		break;
	case PAY_UNAVAILABLE:
		break;
	}
}

void payment_capture(struct errand *e)
{
	end_hold(e, true);
}

void payment_release(struct errand *e)
{
	end_hold(e, false);
}

/* --- payment.refund ---------------------------------------------------------------------------------- */

struct giving {
	struct rows *rows;
	const struct row_courier_refund *r;
	const char *state, *ref, *code;
};

static void ask_refund(struct errand *e, void *data)
{
	((struct giving *)data)->rows = q_courier_refund(e->courier->db, e->id);
}

static void ask_count(struct errand *e, void *data)
{
	(void)data;
	q_courier_refund_count(e->courier->db, e->id);
}

static void ask_answer(struct errand *e, void *data)
{
	const struct giving *g = data;

	q_payment_refund_answer(e->courier->db, e->tenant, e->id, g->state, g->ref, g->code);
}

static void record_refund(struct errand *e, struct giving *g, enum call_outcome outcome, const char *state,
			  const char *ref, const char *code)
{
	g->state = state;
	g->ref = ref;
	g->code = code;
	e->answer.code = code;
	e->answer.outcome = CALL_UNKNOWN;
	if (!errand_transaction(e, false, ask_answer, g))
		return;
	e->answer.outcome = outcome;
	e->answer.state = state;
}

/* The gateway's refund must be the one that was asked. */
static bool is_ours(struct errand *e, const struct giving *g, const struct pay_event *v)
{
	const struct row_courier_refund *r = g->r;

	if (v->amount_minor == r->amount && strcmp(v->currency, r->currency) == 0 &&
	    (*v->payment_ref == '\0' || strcmp(v->payment_ref, r->payment_ref) == 0) &&
	    (*v->refund == '\0' || strcmp(v->refund, e->id) == 0))
		return true;
	log_error("gateway's refund is not the one that was asked", "tenant", e->tenant, "id", e->id,
		  "ref", v->refund_ref, NULL);
	return false;
}

static void record_outcome(struct errand *e, struct giving *g, enum pay_outcome outcome, const struct pay_event *v)
{
	e->answer.code = v->code;
	switch (outcome) {
	case PAY_OK:
		if (is_ours(e, g, v))
			record_refund(e, g, CALL_OK, v->kind == PAY_REFUNDED ? "done" :
				      v->kind == PAY_REFUND_FAILED ? "failed" : "pending", v->refund_ref, v->code);
		break;
	case PAY_DECLINE:
		record_refund(e, g, CALL_DECLINE, "failed", "", v->code);
		break;
	case PAY_UNKNOWN:
		record_refund(e, g, CALL_UNKNOWN, "unknown", "", v->code);
		break;
	case PAY_BROKEN:
		/* It waits until the account is put right: money owed is not forgotten for a wrong key. */
		log_error("gateway refuses to be asked like this: look at the account", "tenant", e->tenant,
			  "account", g->r->account, "code", v->code, NULL);
		break;
	case PAY_UNAVAILABLE:
		break;
	}
}

void payment_refund(struct errand *e)
{
	struct giving g = { 0 };
	struct pay_event v = { 0 };
	struct pay_refund ask;
	struct job_at j;
	enum pay_outcome outcome;

	if (!errand_transaction(e, true, ask_refund, &g))
		return;
	g.r = row_courier_refund(g.rows);
	e->answer.state = g.r->state;
	if (!rows_found(g.rows)) {
		e->answer.code = "no_such_refund";
		return;
	}
	if (strcmp(g.r->state, "done") == 0 || strcmp(g.r->state, "failed") == 0) {
		e->answer.outcome = CALL_OK;
		e->answer.code = g.r->code;
		return;
	}
	if (!prepare(e, g.r->provider, g.r->account, g.r->live, g.r->key_hex, &j) ||
	    !errand_transaction(e, false, ask_count, NULL))
		return;
	ask = (struct pay_refund){
		.tenant = e->tenant, .order = g.r->order_id, .intent = g.r->intent, .refund = e->id,
		.payment_ref = g.r->payment_ref, .amount_minor = g.r->amount, .currency = g.r->currency,
		.again = g.r->attempts > 0,
	};
	outcome = *g.r->refund_ref != '\0' ? j.provider->refund_status(&j.pay, g.r->refund_ref, &v) :
		  j.provider->refund(&j.pay, &ask, &v);
	tell(e, &j, outcome);
	record_outcome(e, &g, outcome, &v);
}

/* --- payment.try -------------------------------------------------------------------------------------- */

struct trial {
	struct rows *rows;
	const struct row_courier_account *a;
	const char *answer;
};

static void ask_account(struct errand *e, void *data)
{
	((struct trial *)data)->rows = q_courier_account(e->courier->db, e->id);
}

static void ask_tried(struct errand *e, void *data)
{
	const struct trial *t = data;

	q_courier_tried(e->courier->db, e->tenant, e->id, t->a->revision, t->answer);
}

/* Whether an account's gateway takes its key; what it said is written down. */
void payment_try(struct errand *e)
{
	struct trial t = { 0 };
	struct job_at j;
	enum pay_outcome outcome;

	if (!errand_transaction(e, true, ask_account, &t))
		return;
	t.a = row_courier_account(t.rows);
	if (!rows_found(t.rows)) {
		e->answer.outcome = CALL_DECLINE;
		e->answer.code = "gone";
		return;
	}
	if (prepare(e, t.a->provider, e->id, t.a->live, t.a->key_hex, &j)) {
		outcome = j.provider->look(&j.pay, &e->answer.code);
		tell(e, &j, outcome);
		e->answer.outcome = outcome == PAY_OK ? CALL_OK : outcome == PAY_UNAVAILABLE || outcome == PAY_UNKNOWN ? CALL_UNAVAILABLE : CALL_DECLINE;
	} else if (strcmp(e->answer.code, "not_ready") == 0 && e->courier->key != NULL) {
		/* It was sealed for another key than ours. */
		e->answer.outcome = CALL_DECLINE;
		e->answer.code = "sealed";
	}
	t.answer = e->answer.outcome == CALL_OK ? "ok" : e->answer.outcome == CALL_UNAVAILABLE ? "away" : e->answer.code;
	if (strcmp(e->answer.code, "not_ready") != 0)
		errand_transaction(e, false, ask_tried, &t);
}
