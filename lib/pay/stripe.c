#include "pay/stripe.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"

#include <string.h>
#include <time.h>

#define TRIES 2                         /* of one call: a hiccup costs the buyer nothing */
#define TRY_AGAIN_US 2500000            /* of the deadline that must be left for another try */
#define PAUSE_MIN_MS 150                /* before it, with a random part on top */
#define PAUSE_SPREAD_MS 250
#define REFUND_LIST 100                 /* refunds of one payment that are looked through: Stripe's page */

/* --- one question and its answer ----------------------------------------------------------- */

struct ask {
	const char *what;               /* for the log */
	const char *method, *path;
	struct buf *form;               /* NULL: none */
	const char *key;                /* idempotency; NULL: GET, or harmless */
};

struct told {
	struct json_object *top;        /* when PAY_OK */
	const char *code;               /* else; never NULL */
	int status;                     /* HTTP's; 0: no answer */
};

/* Codes of a plain "no" that come with status 400: nobody here did wrong. */
static const char *const declines[] = {
	"amount_too_small", "amount_too_large", "charge_already_refunded", "charge_disputed", "balance_insufficient",
	"charge_not_refundable", "refund_disputed_payment",
};

static bool is_decline(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(declines); i++)
		if (strcmp(declines[i], code) == 0)
			return true;
	return false;
}

static bool is_get(const struct ask *a)
{
	return strcmp(a->method, "GET") == 0;
}

/* What an answer that is no success means for what was asked. */
static enum pay_outcome judge(const struct ask *a, const struct http_answer *got, struct json_object *error,
			      const char *code)
{
	/* A question changes nothing, whatever became of it. */
	enum pay_outcome nobody_knows = is_get(a) ? PAY_UNAVAILABLE : PAY_UNKNOWN;
	const char *type = json_text(json_member(error, "type")), *param = json_text(json_member(error, "param"));

	/* Our key was used with other values before: that call may have done its work. */
	if (type != NULL && strcmp(type, "idempotency_error") == 0)
		return nobody_knows;
	switch (got->status) {
	case 402:
		return PAY_DECLINE;
	case 400:
	case 404:
		/* An amount that is more than is left says so by the parameter alone. */
		return is_decline(code) || (param != NULL && strcmp(param, "amount") == 0) ? PAY_DECLINE : strcmp(got->should_retry, "true") == 0 ? PAY_UNAVAILABLE :
		       PAY_BROKEN;
	case 401:
	case 403:
		return PAY_BROKEN;
	case 429:
		return PAY_UNAVAILABLE;
	default:
		return nobody_knows;
	}
}

static enum pay_outcome read_answer(struct pay *p, const struct ask *a, const struct http_answer *got,
				    struct told *out)
{
	const char *fault = NULL;
	struct json_object *top = json_read(p->ctx, got->body, got->size, &fault);
	struct json_object *error = json_member(top, "error");

	if (got->status >= 200 && got->status < 300) {
		out->top = top;
		out->code = top == NULL ? "unreadable_answer" : "";
		return top != NULL ? PAY_OK : is_get(a) ? PAY_UNAVAILABLE : PAY_UNKNOWN;
	}
	out->code = stripe_code(error);
	if (*out->code == '\0')
		out->code = mem_printf(p->ctx, "http_%d", got->status);
	return judge(a, got, error, out->code);
}

static enum pay_outcome ask_once(struct pay *p, const struct ask *a, struct told *out, bool *again)
{
	struct http_request request = {
		.method = a->method, .path = a->path, .deadline_us = p->deadline_us,
		.header = {
			{ "Authorization", mem_printf(p->ctx, "Bearer %s", p->account->key) },
			{ "Stripe-Version", p->version },
			{ "Content-Type", "application/x-www-form-urlencoded" },
			{ a->key != NULL ? "Idempotency-Key" : NULL, a->key },
		},
		.body = a->form != NULL ? a->form->data : is_get(a) ? NULL : "",
		.size = a->form != NULL ? a->form->len : 0,
	};
	struct http_answer got = HTTP_NO_ANSWER;
	enum pay_outcome outcome;
	char status[16];

	*out = (struct told){ .code = "" };
	switch (p->http->send(p->http, p->ctx, &request, &got)) {
	case HTTP_ANSWERED:
		outcome = read_answer(p, a, &got, out);
		out->status = got.status;
		break;
	case HTTP_NOT_SENT:
		outcome = PAY_UNAVAILABLE;
		out->code = "no_connection";
		break;
	default:
		outcome = is_get(a) ? PAY_UNAVAILABLE : PAY_UNKNOWN;
		out->code = "no_answer";
	}
	p->alive = got.status > 0 && (strcmp(got.replayed, "true") == 0 || outcome == PAY_OK ||
				      (got.status < 500 && got.status >= 400 && got.status != 429));
	/* The gateway knows better than we whether another try is of use. */
	*again = (outcome == PAY_UNAVAILABLE || outcome == PAY_UNKNOWN) && strcmp(got.should_retry, "false") != 0;
	if (outcome == PAY_OK)
		return outcome;
	snprintf(status, sizeof(status), "%d", got.status);
	log_warn("gateway did not do it", "gateway", "stripe", "call", a->what, "account", p->account->id,
		 "outcome", pay_outcome_word(outcome), "status", status, "code", out->code,
		 "reason", got.reason, "gateway_request", got.request_id, NULL);
	return outcome;
}

static bool time_for_another(const struct pay *p)
{
	return p->deadline_us - clock_steady_us() >= TRY_AGAIN_US;
}

static enum pay_outcome ask(struct pay *p, const struct ask *a, struct told *out)
{
	enum pay_outcome outcome;
	bool again;

	for (int tries = 1;; tries++) {
		struct timespec pause = {
			.tv_nsec = (PAUSE_MIN_MS + (long)random_below(PAUSE_SPREAD_MS)) * 1000000,
		};

		outcome = ask_once(p, a, out, &again);
		if (!again || tries == TRIES || !time_for_another(p))
			return outcome;
		nanosleep(&pause, NULL);
	}
}

/* --- hosted pages ----------------------------------------------------------------------------- */

static void put_ids(struct buf *form, const char *prefix, const struct pay_start *s, const void *ctx)
{
	const char *const ids[][2] = {
		{ "tenant", s->tenant }, { "order", s->order }, { "intent", s->intent },
		{ "order_number", s->order_number },
	};

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		stripe_form_text(form, mem_printf(ctx, "%s[%s]", prefix, ids[i][0]), ids[i][1]);
}

/* One line for the whole order: prices, discounts and taxes are the shop's business, and
   Stripe takes no negative lines. */
static struct buf *session_form(struct pay *p, const struct pay_start *s, int64_t amount)
{
	struct buf *form = buf_new(p->ctx);
	char *currency = mem_strdup(p->ctx, s->currency);

	for (char *c = currency; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
	stripe_form_text(form, "mode", "payment");
	stripe_form_text(form, "client_reference_id", s->intent);
	stripe_form_text(form, "success_url", s->success_url);
	stripe_form_text(form, "cancel_url", s->cancel_url);
	stripe_form_int(form, "expires_at", s->expires_s);
	stripe_form_text(form, "locale", stripe_locale(s->locale));
	if (*s->email != '\0')
		stripe_form_text(form, "customer_email", s->email);
	stripe_form_int(form, "line_items[0][quantity]", 1);
	stripe_form_text(form, "line_items[0][price_data][currency]", currency);
	stripe_form_int(form, "line_items[0][price_data][unit_amount]", amount);
	stripe_form_text(form, "line_items[0][price_data][product_data][name]",
			 mem_printf(p->ctx, "%s, %s", s->store_name, s->order_number));
	put_ids(form, "metadata", s, p->ctx);
	put_ids(form, "payment_intent_data[metadata]", s, p->ctx);
	if (s->later)
		stripe_form_text(form, "payment_intent_data[capture_method]", "manual");
	stripe_form_text(form, "payment_intent_data[description]",
			 mem_printf(p->ctx, "%s, %s", s->store_name, s->order_number));
	return form;
}

/* The page must be the one we asked for, and at the gateway. */
static const char *page_fault(const struct pay *p, const struct pay_start *s, const struct pay_event *e,
			      const char *url, int64_t wanted)
{
	size_t n = strlen(p->page_origin);

	if (url == NULL || strncmp(url, p->page_origin, n) != 0 || url[n] != '/')
		return "page_elsewhere";
	if (strcmp(e->intent, s->intent) != 0 || e->amount_minor != wanted || strcmp(e->currency, s->currency) != 0)
		return "page_of_another";
	return e->live != p->account->live ? "wrong_mode" : NULL;
}

static enum pay_outcome start(struct pay *p, const struct pay_start *s, struct pay_page *out)
{
	struct ask a = { .what = "start", .method = "POST", .path = "/v1/checkout/sessions", .key = s->intent };
	struct pay_event e = { 0 };
	struct told told;
	enum pay_outcome outcome;
	const char *url, *fault;
	int64_t amount;

	*out = (struct pay_page){ .session_ref = "", .url = "", .code = "" };
	if (!stripe_amount(s->currency, s->amount_minor, &amount)) {
		out->code = "amount_not_expressible";
		return PAY_BROKEN;
	}
	a.form = session_form(p, s, amount);
	outcome = ask(p, &a, &told);
	out->code = told.code;
	if (outcome != PAY_OK)
		return outcome;
	url = json_text(json_member(told.top, "url"));
	fault = !stripe_read_session(p->ctx, told.top, &e) ? "unreadable_answer" :
		page_fault(p, s, &e, url, s->amount_minor);
	if (fault != NULL) {
		out->code = fault;
		log_error("gateway made another page than asked", "gateway", "stripe", "intent", s->intent,
			  "fault", fault, NULL);
		return PAY_BROKEN;
	}
	out->session_ref = e.session_ref;
	out->url = url;
	out->expires_s = s->expires_s;
	json_int(json_member(told.top, "expires_at"), 0, INT64_MAX, &out->expires_s);
	return PAY_OK;
}

static const char *path_of(const struct pay *p, const char *collection, const char *ref, const char *rest)
{
	struct buf *b = buf_new(p->ctx);

	buf_printf(b, "/v1/%s/", collection);
	buf_url(b, ref);
	buf_adds(b, rest);
	return b->data;
}

/* Asks and reads the answer as an event without a name. */
static enum pay_outcome ask_state(struct pay *p, const struct ask *a, struct pay_event *out,
				  bool (*read)(const void *ctx, struct json_object *v, struct pay_event *out))
{
	struct told told;
	enum pay_outcome outcome = ask(p, a, &told);

	*out = (struct pay_event){
		.event_ref = "", .type = "", .tenant = "", .order = "", .intent = "", .refund = "", .session_ref = "",
		.payment_ref = "", .refund_ref = "", .currency = "", .code = told.code,
	};
	if (outcome == PAY_OK && !read(p->ctx, told.top, out)) {
		out->code = "unreadable_answer";
		outcome = is_get(a) ? PAY_UNAVAILABLE : PAY_UNKNOWN;
	}
	return outcome;
}

static enum pay_outcome status(struct pay *p, const char *session_ref, struct pay_event *out)
{
	struct ask a = {
		.what = "status", .method = "GET",
		.path = path_of(p, "checkout/sessions", session_ref, "?expand%5B0%5D=payment_intent"),
	};

	return ask_state(p, &a, out, stripe_read_session);
}

static enum pay_outcome expire(struct pay *p, const char *session_ref, struct pay_event *out)
{
	struct ask a = {
		.what = "expire", .method = "POST",
		.path = path_of(p, "checkout/sessions", session_ref, "/expire"),
	};
	enum pay_outcome outcome = ask_state(p, &a, out, stripe_read_session);

	/* A page that is not open cannot be closed (400): then how it stands is the answer. */
	return outcome == PAY_BROKEN ? status(p, session_ref, out) : outcome;
}

/* --- authorisations -------------------------------------------------------------------------- */

static enum pay_outcome capture(struct pay *p, const struct pay_hold *h, struct pay_event *out)
{
	struct ask a = {
		.what = "capture", .method = "POST", .path = path_of(p, "payment_intents", h->payment_ref, "/capture"),
		.key = mem_printf(p->ctx, "%s-capture-%lld", h->intent, (long long)h->amount_minor),
		.form = buf_new(p->ctx),
	};
	int64_t amount;

	*out = (struct pay_event){ .code = "amount_not_expressible" };
	if (!stripe_amount(h->currency, h->amount_minor, &amount))
		return PAY_BROKEN;
	stripe_form_int(a.form, "amount_to_capture", amount);
	return ask_state(p, &a, out, stripe_read_payment);
}

static enum pay_outcome release(struct pay *p, const struct pay_hold *h, struct pay_event *out)
{
	struct ask a = {
		.what = "release", .method = "POST", .path = path_of(p, "payment_intents", h->payment_ref, "/cancel"),
		.key = mem_printf(p->ctx, "%s-release", h->intent), .form = buf_new(p->ctx),
	};

	stripe_form_text(a.form, "cancellation_reason", "requested_by_customer");
	return ask_state(p, &a, out, stripe_read_payment);
}

/* --- refunds --------------------------------------------------------------------------------- */

/* The refund that carries our id, among those of the payment. */
static enum pay_outcome find_refund(struct pay *p, const struct pay_refund *r, struct pay_event *out, bool *found)
{
	struct ask a = {
		.what = "find refund", .method = "GET",
		.path = mem_printf(p->ctx, "/v1/refunds?payment_intent=%s&limit=%d", r->payment_ref, REFUND_LIST),
	};
	struct json_object *data;
	struct told told;
	enum pay_outcome outcome = ask(p, &a, &told);
	bool more = false;

	*found = false;
	out->code = told.code;
	if (outcome != PAY_OK)
		return outcome;
	data = json_member(told.top, "data");
	for (size_t i = 0; i < json_count(data) && !*found; i++)
		*found = stripe_read_refund(p->ctx, json_item(data, i), out) && strcmp(out->refund, r->refund) == 0;
	json_flag(json_member(told.top, "has_more"), &more);
	if (*found || (json_is_array(data) && !more))
		return PAY_OK;
	out->code = json_is_array(data) ? "too_many_refunds" : "unreadable_answer";
	return PAY_UNAVAILABLE;
}

static struct buf *refund_form(struct pay *p, const struct pay_refund *r, int64_t amount)
{
	struct buf *form = buf_new(p->ctx);

	stripe_form_text(form, "payment_intent", r->payment_ref);
	stripe_form_int(form, "amount", amount);
	stripe_form_text(form, "metadata[tenant]", r->tenant);
	stripe_form_text(form, "metadata[order]", r->order);
	stripe_form_text(form, "metadata[intent]", r->intent);
	stripe_form_text(form, "metadata[refund]", r->refund);
	return form;
}

static enum pay_outcome refund(struct pay *p, const struct pay_refund *r, struct pay_event *out)
{
	struct ask a = { .what = "refund", .method = "POST", .path = "/v1/refunds", .key = r->refund };
	enum pay_outcome outcome;
	int64_t amount;
	bool found;

	*out = (struct pay_event){ .code = "amount_not_expressible" };
	if (!stripe_amount(r->currency, r->amount_minor, &amount))
		return PAY_BROKEN;
	if (r->again) {
		outcome = find_refund(p, r, out, &found);
		/* What is not known is not made worse by a guess. */
		if (outcome != PAY_OK)
			return outcome == PAY_UNAVAILABLE ? PAY_UNKNOWN : outcome;
		if (found)
			return PAY_OK;
	}
	a.form = refund_form(p, r, amount);
	return ask_state(p, &a, out, stripe_read_refund);
}

static enum pay_outcome refund_status(struct pay *p, const char *refund_ref, struct pay_event *out)
{
	struct ask a = { .what = "refund status", .method = "GET", .path = path_of(p, "refunds", refund_ref, "") };

	return ask_state(p, &a, out, stripe_read_refund);
}

/* --- the account itself ------------------------------------------------------------------------ */

/* Of the sessions, which is what payments are made of: a restricted key may be let in elsewhere and not here. */
static enum pay_outcome look(struct pay *p, const char **code)
{
	struct ask a = { .what = "look", .method = "GET", .path = "/v1/checkout/sessions?limit=1" };
	enum pay_shape wrong = p->account->live ? PAY_SHAPE_TEST : PAY_SHAPE_LIVE;
	struct told told;
	enum pay_outcome outcome;

	*code = "mode";
	if (stripe_shape(p->account->key) == wrong)
		return PAY_BROKEN;
	outcome = ask(p, &a, &told);
	*code = told.status == 401 ? "key" : told.status == 403 ? "rights" : told.code;
	return outcome;
}

const struct payment_provider pay_stripe = {
	.name = "stripe",
	.label = "Stripe",
	.webhook_header = "Stripe-Signature",
	.shape = stripe_shape,
	.look = look,
	.start = start,
	.status = status,
	.expire = expire,
	.capture = capture,
	.release = release,
	.refund = refund,
	.refund_status = refund_status,
	.webhook_verify = stripe_verify,
	.webhook_parse = stripe_parse,
};
