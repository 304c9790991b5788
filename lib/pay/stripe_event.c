#include "pay/stripe.h"

#include "base/crypto.h"
#include "base/id.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <string.h>

#define WORD_MAX_BYTES 100              /* types and codes: the longest known one has 60 */
#define REF_MAX_BYTES 255               /* ids; Stripe reserves as much */
#define HEADER_MAX 4096                 /* bytes of a signature header: 50 signatures */

/* --- reading with suspicion ------------------------------------------------------------- */

static const char *plain(const char *s, size_t most, const char *also)
{
	static const char alnum[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t n = 0;

	if (s == NULL)
		return "";
	while (s[n] != '\0' && (strchr(alnum, s[n]) != NULL || strchr(also, s[n]) != NULL))
		n++;
	return s[n] == '\0' && n <= most ? s : "";
}

/* Texts are copied: the tree may go before the event. */
static const char *word(const void *ctx, struct json_object *v)
{
	return mem_strdup(ctx, plain(json_text(v), WORD_MAX_BYTES, ".-"));
}

/* An id, or an object that was put in its place and has one. */
static const char *ref(const void *ctx, struct json_object *v)
{
	return mem_strdup(ctx, plain(json_text(json_is_object(v) ? json_member(v, "id") : v), REF_MAX_BYTES, "-"));
}

static const char *our_id(const void *ctx, struct json_object *v)
{
	const char *s = json_text(v);

	return mem_strdup(ctx, s != NULL && id_valid(s) ? s : "");
}

static bool is(struct json_object *v, const char *want)
{
	const char *s = json_text(v);

	return s != NULL && strcmp(s, want) == 0;
}

static void read_ids(const void *ctx, struct json_object *v, struct pay_event *out)
{
	struct json_object *m = json_member(v, "metadata");

	out->tenant = our_id(ctx, json_member(m, "tenant"));
	out->order = our_id(ctx, json_member(m, "order"));
	out->intent = our_id(ctx, json_member(m, "intent"));
	out->refund = our_id(ctx, json_member(m, "refund"));
	out->event_ref = out->type = out->session_ref = out->payment_ref = out->refund_ref = "";
	out->currency = out->code = "";
	json_flag(json_member(v, "livemode"), &out->live);
}

/* An amount that is absent is 0; one that is there must be one we can say. */
static bool read_minor(struct json_object *v, const char *name, const char *currency, int64_t *out)
{
	struct json_object *member = json_member(v, name);
	int64_t n;

	*out = 0;
	if (member == NULL)
		return true;
	return json_int(member, 0, INT64_MAX, &n) && (n == 0 || stripe_minor(currency, n, out));
}

static bool read_money(const void *ctx, struct json_object *v, const char *name, struct pay_event *out)
{
	const char *currency = json_text(json_member(v, "currency"));
	char *upper;

	if (currency == NULL)
		return true;
	if (strlen(currency) != 3)
		return false;
	upper = mem_strdup(ctx, currency);
	for (char *s = upper; *s != '\0'; s++)
		if (*s >= 'a' && *s <= 'z')
			*s = (char)(*s - 'a' + 'A');
		else if (*s < 'A' || *s > 'Z')
			return false;
	out->currency = upper;
	return read_minor(v, name, upper, &out->amount_minor);
}

const char *stripe_code(struct json_object *error)
{
	const char *decline = plain(json_text(json_member(error, "decline_code")), WORD_MAX_BYTES, "");
	const char *code = plain(json_text(json_member(error, "code")), WORD_MAX_BYTES, "");

	return *decline != '\0' ? decline : *code != '\0' ? code :
	       plain(json_text(json_member(error, "type")), WORD_MAX_BYTES, "");
}

/* --- objects ------------------------------------------------------------------------------ */

bool stripe_read_payment(const void *ctx, struct json_object *v, struct pay_event *out)
{
	struct json_object *status = json_member(v, "status");
	const char *amount = "amount";

	read_ids(ctx, v, out);
	out->payment_ref = ref(ctx, json_member(v, "id"));
	out->code = mem_strdup(ctx, stripe_code(json_member(v, "last_payment_error")));
	out->kind = PAY_OPEN;
	if (is(status, "succeeded")) {
		out->kind = PAY_CAPTURED;
		out->code = "";
		amount = "amount_received";
	} else if (is(status, "requires_capture")) {
		out->kind = PAY_AUTHORISED;
		amount = "amount_capturable";
	} else if (is(status, "canceled")) {
		out->kind = PAY_FAILED;
		out->code = word(ctx, json_member(v, "cancellation_reason"));
	}
	return *out->payment_ref != '\0' && read_money(ctx, v, amount, out);
}

/* A page that is done and not paid: a slow method is under way, or has failed. */
static void read_slow(const void *ctx, struct json_object *payment, struct pay_event *out)
{
	struct pay_event p = { 0 };

	if (!json_is_object(payment) || !stripe_read_payment(ctx, payment, &p))
		return;
	out->kind = is(json_member(payment, "status"), "requires_payment_method") ? PAY_FAILED : p.kind;
	out->code = p.code;
}

bool stripe_read_session(const void *ctx, struct json_object *v, struct pay_event *out)
{
	struct json_object *status = json_member(v, "status"), *paid = json_member(v, "payment_status");
	struct json_object *payment = json_member(v, "payment_intent");

	read_ids(ctx, v, out);
	if (*out->intent == '\0')
		out->intent = our_id(ctx, json_member(v, "client_reference_id"));
	out->session_ref = ref(ctx, json_member(v, "id"));
	out->payment_ref = ref(ctx, payment);
	if (is(paid, "paid") || is(paid, "no_payment_required")) {
		out->kind = PAY_CAPTURED;
	} else if (is(status, "expired")) {
		out->kind = PAY_EXPIRED;
	} else {
		out->kind = PAY_OPEN;
		if (is(status, "complete"))
			read_slow(ctx, payment, out);
		else
			out->code = mem_strdup(ctx, stripe_code(json_member(payment, "last_payment_error")));
	}
	if (*out->session_ref == '\0' || !read_money(ctx, v, "amount_total", out))
		return false;
	/* Of an authorisation a part may have been captured: the payment knows, the page does not. */
	return out->kind != PAY_CAPTURED || !json_is_object(payment) || read_money(ctx, payment, "amount_received", out);
}

bool stripe_read_refund(const void *ctx, struct json_object *v, struct pay_event *out)
{
	struct json_object *status = json_member(v, "status");

	read_ids(ctx, v, out);
	out->refund_ref = ref(ctx, json_member(v, "id"));
	out->payment_ref = ref(ctx, json_member(v, "payment_intent"));
	out->code = word(ctx, json_member(v, "failure_reason"));
	if (is(status, "succeeded"))
		out->kind = PAY_REFUNDED;
	else if (is(status, "failed") || is(status, "canceled"))
		out->kind = PAY_REFUND_FAILED;
	else
		out->kind = PAY_REFUND_PENDING;
	return *out->refund_ref != '\0' && read_money(ctx, v, "amount", out);
}

/* Of a charge only what was given back in all is of interest: by us, or at the gateway's own desk. */
static bool read_charge(const void *ctx, struct json_object *v, struct pay_event *out)
{
	int64_t all, captured;

	read_ids(ctx, v, out);
	out->kind = PAY_REFUNDED;
	out->payment_ref = ref(ctx, json_member(v, "payment_intent"));
	if (!read_money(ctx, v, "amount_refunded", out))
		return false;
	out->refunded_minor = out->amount_minor;
	out->amount_minor = 0;
	/* What was authorised and never captured is no money that was given back. */
	if (read_minor(v, "amount", out->currency, &all) && read_minor(v, "amount_captured", out->currency, &captured) && captured > 0 && captured < all)
		out->kind = PAY_NOTHING;
	return true;
}

static bool read_dispute(const void *ctx, struct json_object *v, struct pay_event *out)
{
	struct json_object *status = json_member(v, "status");

	read_ids(ctx, v, out);
	out->payment_ref = ref(ctx, json_member(v, "payment_intent"));
	out->refund_ref = ref(ctx, json_member(v, "id"));
	out->code = word(ctx, json_member(v, "reason"));
	out->kind = is(status, "won") || is(status, "warning_closed") ? PAY_DISPUTE_WON :
		    is(status, "lost") ? PAY_DISPUTE_LOST : PAY_DISPUTED;
	return read_money(ctx, v, "amount", out);
}

/* --- events ------------------------------------------------------------------------------- */

#define AS_IT_STANDS PAY_KINDS          /* the object itself says it */

static const struct event_type {
	const char *type, *object;
	bool (*read)(const void *ctx, struct json_object *v, struct pay_event *out);
	enum pay_kind kind;
} event_types[] = {
	{ "checkout.session.completed", "checkout.session", stripe_read_session, AS_IT_STANDS },
	{ "checkout.session.async_payment_succeeded", "checkout.session", stripe_read_session, PAY_CAPTURED },
	{ "checkout.session.async_payment_failed", "checkout.session", stripe_read_session, PAY_FAILED },
	{ "checkout.session.expired", "checkout.session", stripe_read_session, PAY_EXPIRED },
	{ "payment_intent.succeeded", "payment_intent", stripe_read_payment, PAY_CAPTURED },
	{ "payment_intent.payment_failed", "payment_intent", stripe_read_payment, PAY_DECLINED },
	{ "payment_intent.canceled", "payment_intent", stripe_read_payment, PAY_FAILED },
	{ "payment_intent.amount_capturable_updated", "payment_intent", stripe_read_payment, PAY_AUTHORISED },
	{ "payment_intent.processing", "payment_intent", stripe_read_payment, PAY_OPEN },
	{ "charge.refunded", "charge", read_charge, AS_IT_STANDS },
	{ "refund.created", "refund", stripe_read_refund, AS_IT_STANDS },
	{ "refund.updated", "refund", stripe_read_refund, AS_IT_STANDS },
	{ "refund.failed", "refund", stripe_read_refund, PAY_REFUND_FAILED },
	{ "charge.refund.updated", "refund", stripe_read_refund, AS_IT_STANDS },
	{ "charge.dispute.created", "dispute", read_dispute, PAY_DISPUTED },
	{ "charge.dispute.closed", "dispute", read_dispute, AS_IT_STANDS },
	/* Told, and moving nothing: what they speak of comes as one of the above. */
	{ "payment_intent.created", NULL, NULL, PAY_NOTHING },
	{ "payment_intent.requires_action", NULL, NULL, PAY_NOTHING },
	{ "charge.succeeded", NULL, NULL, PAY_NOTHING },
	{ "charge.pending", NULL, NULL, PAY_NOTHING },
	{ "charge.captured", NULL, NULL, PAY_NOTHING },
	{ "charge.failed", NULL, NULL, PAY_NOTHING },
	{ "charge.expired", NULL, NULL, PAY_NOTHING },
	{ "charge.updated", NULL, NULL, PAY_NOTHING },
	{ "charge.dispute.updated", NULL, NULL, PAY_NOTHING },
	{ "charge.dispute.funds_withdrawn", NULL, NULL, PAY_NOTHING },
	{ "charge.dispute.funds_reinstated", NULL, NULL, PAY_NOTHING },
	{ "payment_method.attached", NULL, NULL, PAY_NOTHING },
	{ "payment_method.detached", NULL, NULL, PAY_NOTHING },
	{ "setup_intent.succeeded", NULL, NULL, PAY_NOTHING },
	{ "customer.created", NULL, NULL, PAY_NOTHING },
	{ "customer.updated", NULL, NULL, PAY_NOTHING },
};

static const struct event_type *type_of(struct json_object *v)
{
	for (size_t i = 0; i < ARRAY_LEN(event_types); i++)
		if (is(v, event_types[i].type))
			return &event_types[i];
	return NULL;
}

bool stripe_parse(const void *ctx, const char *body, size_t n, struct pay_event *out, const char **error)
{
	struct json_object *top = json_read(ctx, body, n, error), *object;
	const struct event_type *t;

	*out = (struct pay_event){ 0 };
	if (top == NULL)
		return false;
	t = type_of(json_member(top, "type"));
	object = json_member(json_member(top, "data"), "object");
	*error = "This is no event of Stripe.";
	if (!is(json_member(top, "object"), "event") || json_text(json_member(top, "type")) == NULL ||
	    *ref(ctx, json_member(top, "id")) == '\0' || !json_is_object(object))
		return false;
	read_ids(ctx, object, out);
	out->kind = t == NULL ? PAY_UNKNOWN_TYPE : t->kind;
	if (t != NULL && t->read != NULL) {
		*error = "The event's object is not the one its type promises, or its amount cannot be read.";
		if (!is(json_member(object, "object"), t->object) || !t->read(ctx, object, out))
			return false;
		if (t->kind != AS_IT_STANDS)
			out->kind = t->kind;
	}
	out->event_ref = ref(ctx, json_member(top, "id"));
	out->type = word(ctx, json_member(top, "type"));
	out->live = false;
	json_flag(json_member(top, "livemode"), &out->live);
	json_int(json_member(top, "created"), 0, INT64_MAX, &out->created_s);
	*error = NULL;
	return true;
}

/* --- signatures ------------------------------------------------------------------------------ */

/* The digits of "t=" in HEADER, or NULL when there is not exactly one. */
static const char *timestamp(const void *ctx, const char *header, int64_t *out)
{
	const char *found = NULL;

	for (const char *s = header; *s != '\0';) {
		size_t n = strcspn(s, ",");

		if (n > 2 && s[0] == 't' && s[1] == '=') {
			if (found != NULL)
				return NULL;
			found = mem_strndup(ctx, s + 2, n - 2);
		}
		s += n + (s[n] == ',');
	}
	return found != NULL && parse_int(found, 0, INT64_MAX, out) ? found : NULL;
}

/* Whether one of the v1 in HEADER is SECRET's; all are compared, each in constant time. */
static bool signed_by(const char *secret, const char *header, const void *text, size_t n)
{
	unsigned char mac[SHA256_LEN];
	char hex[SHA256_HEX];
	bool right = false;

	if (secret == NULL || *secret == '\0')
		return false;
	hmac_sha256(secret, strlen(secret), text, n, mac);
	hex_encode(mac, sizeof(mac), hex);
	for (const char *s = header; *s != '\0';) {
		size_t len = strcspn(s, ",");

		if (len == 3 + SHA256_HEX - 1 && memcmp(s, "v1=", 3) == 0)
			right |= same_secret(s + 3, hex, SHA256_HEX - 1);
		s += len + (s[len] == ',');
	}
	return right;
}

enum pay_proof stripe_verify(const struct pay_account *a, const char *header, const void *body, size_t n,
			     int64_t now_s)
{
	enum pay_proof proof = PAY_FORGED;
	void *mem;
	const char *t;
	int64_t t_s;

	if (header == NULL || strlen(header) > HEADER_MAX)
		return PAY_FORGED;
	mem = mem_context(NULL, "signature");
	t = timestamp(mem, header, &t_s);
	if (t != NULL) {
		struct buf *text = buf_new(mem);
		bool now, before;

		buf_printf(text, "%s.", t);
		buf_add(text, body, n);
		now = signed_by(a->webhook_secret, header, text->data, text->len);
		before = signed_by(a->webhook_secret_old, header, text->data, text->len);
		if (now || before)
			proof = t_s < now_s - PAY_WEBHOOK_AGE_S || t_s > now_s + PAY_WEBHOOK_AGE_S ?
				PAY_TOO_OLD : PAY_PROVEN;
	}
	mem_free(mem);
	return proof;
}
