/* webhooks -- what gateways report, proven before it is read.  Manual: sutler-webhooks(8). */
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/query/payment.h"
#include "front/frame.h"
#include "pay/provider.h"
#include "pay/secret.h"

#include <string.h>

/* Bytes of a report: the largest that gateways send is some 30 kB. */
#define REPORT_BYTES 262144

/* The key of the host, read once for each worker; NULL after a log line. */
static const struct seal_key *seal_key(void)
{
	static const struct seal_key *key;
	const char *error;

	if (key == NULL && (key = seal_key_load(NULL, config_text("secrets.key_file"), &error)) == NULL)
		log_error("key of sealed secrets cannot be used", "reason", error, NULL);
	return key;
}

/* A sealed column in the clear; "" for an empty one, NULL when it does not open. */
static const char *secret(struct req *r, const struct seal_key *key, const char *account, enum pay_secret column, const char *hex)
{
	size_t n;
	const unsigned char *sealed = hex_decode(r->mem, hex, &n);

	if (*hex == '\0')
		return "";
	return sealed == NULL ? NULL : pay_secret_open(r->mem, key, r->site->tenant, account, column, sealed, n);
}

/* The account that the address names, with its secrets; false when the request was answered. */
static bool find_account(struct req *r, const struct payment_provider *provider, struct pay_account *out)
{
	const char *id = path_text(r, "account");
	struct rows *rows = q_payment_webhook_account(r->db, id, provider->name);
	const struct row_payment_webhook_account *row = row_payment_webhook_account(rows);
	const struct seal_key *key;

	if (!rows_found(rows)) {
		page_not_found(r);
		return false;
	}
	key = seal_key();
	*out = (struct pay_account){ .tenant = r->site->tenant, .provider = provider->name, .id = id, .key = "", .live = row->live };
	if (key != NULL) {
		out->webhook_secret = secret(r, key, id, PAY_SECRET_WEBHOOK, row->webhook_hex);
		out->webhook_secret_old = secret(r, key, id, PAY_SECRET_WEBHOOK_OLD, row->webhook_old_hex);
	}
	if (out->webhook_secret != NULL && out->webhook_secret_old != NULL)
		return true;
	req_fail(r, "the secrets of a gateway account cannot be opened");
	return false;
}

/* Stored, applied and committed before the gateway reads that we have it (T19). */
static void take(struct req *r, const struct pay_account *account, const struct pay_event *e, const char *body, size_t n)
{
	const char *tenant = r->site->tenant;

	q_payment_keep_event(r->db, tenant, account->id, e->event_ref, e->type, body, n);
	q_payment_apply(r->db, tenant, account->id, e->event_ref, pay_kind_word(e->kind), e->live, e->tenant, e->intent, e->order,
			e->session_ref, e->payment_ref, e->refund, e->refund_ref, e->currency, e->amount_minor,
			e->refunded_minor, e->code);
	page_text(r, "text/plain; charset=utf-8", "taken\n");
}

static void report(struct req *r)
{
	const struct payment_provider *provider = pay_provider(path_text(r, "provider"));
	struct pay_account account;
	struct pay_event event;
	const char *error = "", *body;
	enum pay_proof proof;
	size_t n;

	if (provider == NULL) {
		page_not_found(r);
		return;
	}
	if (!find_account(r, provider, &account))
		return;
	body = req_body(r, &n);
	proof = n > REPORT_BYTES ? PAY_FORGED
		: provider->webhook_verify(&account, req_header(r, provider->webhook_header), body, n, r->now_ms / 1000);
	if (proof != PAY_PROVEN || !provider->webhook_parse(r->mem, body, n, &event, &error) || *event.event_ref == '\0') {
		log_warn("report of a gateway refused", "account", account.id, "reason",
			 proof == PAY_TOO_OLD ? "too old" : proof == PAY_FORGED ? "not proven" : error, NULL);
		page_bad_request(r);
		return;
	}
	take(r, &account, &event, body, n);
}

static const struct route routes[] = {
	{ POST, "/webhooks/{provider}/{account:id}", report, .trips = 2, .needs = NEEDS_CROSS_SITE | NEEDS_BODY },
	{ 0 }
};

/* A shop that is closed still gives money back and loses disputes: its gateway is heard. */
static enum site_answer load(struct db *db, void *ctx, const char *host, int64_t deadline_us, struct site *out)
{
	enum site_answer answer = front_site_load(db, ctx, host, deadline_us, out);

	out->status = SITE_ACTIVE;
	return answer;
}

int main(int argc, char **argv)
{
	static const struct program_hooks hooks = { .site_load = load };
	static const struct program webhooks = { .name = "webhooks", .routes = routes, .hooks = &hooks };

	return program_run(&webhooks, argc, argv);
}
