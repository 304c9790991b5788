/* courier-identity -- what courier does at identity providers of staff.  Manual: sutler-courier(8).

   Whoever signs in waits for at most three requests: the provider's description and its keys,
   which a worker keeps for a while, and the token.  Texts of a provider are kept, not trusted:
   each is read anew by base/oidc.h. */
#include "courier.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/http.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/oidc.h"
#include "base/utf8.h"
#include "db/query/courier.h"

#include <string.h>

enum {
	PROVIDERS = 16,                 /* that a worker keeps texts of; merchants who sign in at one moment are fewer */
	DESCRIBED_S = 60 * 60,          /* how long a description counts: addresses change within days, with notice */
	KEYS_S = 10 * 60,               /* how long keys count: one that was taken back goes within that time */
	KEYS_AGAIN_S = 1,               /* between two looks for a key that is not there: forged tokens cost no more */
	RECORD_MS = 700,                /* of the caller's time, kept for writing down what came of it */
	LEAST_MS = 500,                 /* of time a provider needs at least */
	EMAIL_MAX = 254,                /* bytes of a mail address */
	END_URL_MAX = 500               /* bytes, as staff.sso has it */
};

struct text { char *data; size_t n; int64_t at_us; };

struct identity_cache {
	struct known {
		char *issuer;           /* NULL: free */
		int64_t used_us;
		struct text description, keys;
	} known[PROVIDERS];
};

/* --- what is kept ------------------------------------------------------------------------------- */

/* The place of ISSUER, made in place of the one unused for the longest time. */
static struct known *known_of(struct courier *c, const char *issuer)
{
	struct known *old;

	if (c->identity == NULL)
		c->identity = mem_new(c->mem, struct identity_cache);
	old = &c->identity->known[0];
	for (size_t i = 0; i < PROVIDERS; i++) {
		struct known *k = &c->identity->known[i];

		if (k->issuer != NULL && strcmp(k->issuer, issuer) == 0) {
			k->used_us = clock_steady_us();
			return k;
		}
		if (k->used_us < old->used_us)
			old = k;
	}
	/* All its texts hang below the name. */
	mem_free(old->issuer);
	*old = (struct known){ .issuer = mem_strdup(c->identity, issuer), .used_us = clock_steady_us() };
	return old;
}

static void keep(struct known *k, struct text *t, const char *data, size_t n)
{
	mem_free(t->data);
	*t = (struct text){ .data = mem_strndup(k->issuer, data, n), .n = n, .at_us = clock_steady_us() };
}

static bool is_fresh(const struct text *t, int64_t s)
{
	return t->data != NULL && clock_steady_us() - t->at_us < s * INT64_C(1000000);
}

/* --- asking ----------------------------------------------------------------------------------------- */

/* One request to URL; NULL, or what was in the way: "address", "late", "away", "answer" (one with a
   status that is none of success; *OUT has it). */
static const char *ask(struct errand *e, const char *url, struct http_request *q, struct http_answer *out)
{
	const char *path = "", *origin = oidc_origin(e->mem, url, &path), *error = NULL;
	struct http_settings s = {
		.base_url = origin, .plain_loopback = config_bool("net.plain_loopback"), .public_only = true,
		.ca_file = config_text("net.ca_file"),
	};
	struct http *http = origin == NULL ? NULL : http_open(e->mem, &s, &error);
	bool answered;

	if (http == NULL)
		return "address";
	q->path = path;
	q->deadline_us = e->until_us - RECORD_MS * INT64_C(1000);
	if (q->deadline_us - clock_steady_us() < LEAST_MS * INT64_C(1000))
		return "late";
	if (!breaker_allows(e->courier->breaker, e->tenant, clock_steady_us()))
		return "away";
	answered = http->send(http, e->mem, q, out) == HTTP_ANSWERED;
	breaker_tell(e->courier->breaker, e->tenant, answered, clock_steady_us());
	if (!answered) {
		log_warn("identity provider does not answer", "tenant", e->tenant, "url", url, "reason", out->reason, NULL);
		return "away";
	}
	return out->status >= 200 && out->status < 300 ? NULL : "answer";
}

/* Fills T from URL unless it is fresh enough. */
static const char *fetch(struct errand *e, struct known *k, struct text *t, const char *url, int64_t fresh_s)
{
	struct http_request q = { .method = "GET", .header = { { "Accept", "application/json" } } };
	struct http_answer a = HTTP_NO_ANSWER;
	const char *fault;

	if (is_fresh(t, fresh_s))
		return NULL;
	fault = ask(e, url, &q, &a);
	if (fault == NULL)
		keep(k, t, a.body, a.size);
	return fault;
}

static const char *describe(struct errand *e, struct known *k, struct oidc_provider *p, bool anew)
{
	const char *fault = fetch(e, k, &k->description, oidc_discovery_url(e->mem, k->issuer), anew ? 0 : DESCRIBED_S);

	if (fault == NULL)
		fault = oidc_discover(e->mem, k->issuer, k->description.data, k->description.n, p);
	/* What is of no use is not kept: it may be put right in a minute. */
	if (fault != NULL)
		k->description.at_us = clock_steady_us() - DESCRIBED_S * INT64_C(1000000);
	return fault;
}

/* Answers with a fault and logs it. */
static void fail(struct errand *e, enum call_outcome outcome, const char *fault)
{
	e->answer.outcome = outcome;
	e->answer.code = fault;
	log_warn("identity provider is of no use", "tenant", e->tenant, "id", e->id, "fault", fault, NULL);
}

/* --- the provider itself ------------------------------------------------------------------------------ */

struct place {
	struct rows *rows;
	const char *issuer, *origin, *ends;
};

static void ask_provider(struct errand *e, void *data)
{
	((struct place *)data)->rows = q_courier_sso_provider(e->courier->db, e->tenant);
}

static void ask_found(struct errand *e, void *data)
{
	const struct place *p = data;

	q_courier_sso_found(e->courier->db, e->tenant, p->issuer, p->origin, p->ends);
}

/* Forms of the log-in page may lead there: the page must know before it is asked. */
static bool note_place(struct errand *e, const struct oidc_provider *p)
{
	/* One too long to be kept is none. */
	struct place place = { .issuer = p->issuer, .ends = p->ends != NULL && strlen(p->ends) <= END_URL_MAX ? p->ends : "" };
	const char *path;

	place.origin = oidc_origin(e->mem, p->authorize, &path);
	return errand_transaction(e, false, ask_found, &place);
}

void identity_try(struct errand *e)
{
	struct place place = { 0 };
	struct oidc_provider p;
	struct known *k;
	const char *fault, *error;

	if (!errand_transaction(e, true, ask_provider, &place))
		return;
	place.issuer = row_courier_sso_provider(place.rows)->issuer;
	if (place.issuer == NULL) {
		fail(e, CALL_DECLINE, "gone");
		return;
	}
	k = known_of(e->courier, place.issuer);
	fault = describe(e, k, &p, true);
	if (fault == NULL)
		fault = fetch(e, k, &k->keys, p.keys, 0);
	if (fault == NULL && json_count(json_member(json_read(e->mem, k->keys.data, k->keys.n, &error), "keys")) == 0)
		fault = "key";
	if (fault != NULL) {
		fail(e, CALL_DECLINE, fault);
		return;
	}
	if (note_place(e, &p))
		e->answer.outcome = CALL_OK;
}

/* --- people --------------------------------------------------------------------------------------------- */

struct way {
	struct rows *rows, *done;
	const struct row_courier_sso *w;
	const struct seal_key *key;
	struct oidc_question q;
	const struct oidc_claims *claims;
};

static void ask_way(struct errand *e, void *data)
{
	((struct way *)data)->rows = q_courier_sso(e->courier->db, e->tenant, e->id);
}

static void ask_spend(struct errand *e, void *data)
{
	((struct way *)data)->done = q_courier_sso_spend(e->courier->db, e->tenant, e->id);
}

static void ask_prove(struct errand *e, void *data)
{
	struct way *y = data;
	const struct oidc_claims *c = y->claims;

	y->done = q_courier_sso_prove(e->courier->db, e->tenant, e->id, c->subject, c->email, c->verified, c->name, c->several);
}

/* Made of the key of the host and the attempt's id: the same when it comes back, and stored nowhere. */
static const char *secret_of(struct errand *e, const struct seal_key *key, const char *what)
{
	unsigned char out[SEAL_KEY_LEN];

	seal_derive(key, mem_printf(e->mem, "staff.sso_attempt %s %s %s", what, e->tenant, e->id), out);
	return base64url(e->mem, out, sizeof(out));
}

/* Reads the attempt and makes the question of it; false: answered already. */
static bool prepare(struct errand *e, struct way *y, const char *state)
{
	e->answer.code = "not_ready";
	if ((y->key = courier_key(e->courier)) == NULL || !errand_transaction(e, true, ask_way, y))
		return false;
	y->w = row_courier_sso(y->rows);
	if (!rows_found(y->rows) || strcmp(y->w->state, state) != 0) {
		fail(e, CALL_DECLINE, "gone");
		return false;
	}
	e->answer.code = "";
	y->q = (struct oidc_question){
		.client = y->w->client, .back = y->w->back, .again = y->w->again,
		.state = secret_of(e, y->key, "state"), .nonce = secret_of(e, y->key, "nonce"), .verifier = secret_of(e, y->key, "verifier"),
	};
	return true;
}

void identity_start(struct errand *e)
{
	struct way y = { 0 };
	struct oidc_provider p;
	const char *fault;

	if (!prepare(e, &y, "begun"))
		return;
	fault = describe(e, known_of(e->courier, y.w->issuer), &p, false);
	if (fault != NULL) {
		fail(e, CALL_UNAVAILABLE, fault);
		return;
	}
	if (!note_place(e, &p))
		return;
	e->answer.outcome = CALL_OK;
	e->answer.url = oidc_authorize_url(e->mem, &p, &y.q);
}

/* A text that was sealed for this tenant under WHAT, or NULL after a log line. */
static const char *open_text(struct errand *e, const struct seal_key *key, const char *what, const char *hex)
{
	size_t n = 0, size = 0;
	const unsigned char *sealed = hex_decode(e->mem, hex, &n);
	const char *text = sealed == NULL ? NULL : seal_open(e->mem, key, mem_printf(e->mem, "%s %s", what, e->tenant), sealed, n, &size);

	if (text != NULL && strlen(text) == size)
		return text;
	log_error("a sealed text of single sign-on cannot be opened: the key file is another, or the row was altered", "tenant", e->tenant, NULL);
	return NULL;
}

/* The token's own text; *ACCESS is what came with it. */
static const char *exchange(struct errand *e, const struct way *y, const struct oidc_provider *p, const char *secret, const char *code,
			    const char **token, const char **access)
{
	const char *authorization, *form = oidc_token_form(e->mem, p, &y->q, secret, code, &authorization), *fault, *error;
	struct http_request q = {
		.method = "POST", .body = form, .size = strlen(form),
		.header = { { "Content-Type", "application/x-www-form-urlencoded" }, { "Accept", "application/json" },
			    { authorization == NULL ? NULL : "Authorization", authorization } },
	};
	struct http_answer a = HTTP_NO_ANSWER;
	struct json_object *top;

	fault = ask(e, p->token, &q, &a);
	top = fault == NULL || strcmp(fault, "answer") == 0 ? json_read(e->mem, a.body, a.size, &error) : NULL;
	if (fault != NULL && json_text(json_member(top, "error")) != NULL)
		/* Its word, of a list that is public; no more of what it says. */
		return strcmp(json_text(json_member(top, "error")), "invalid_client") == 0 ? "client" : "code";
	if (fault != NULL)
		return fault;
	*token = json_text(json_member(top, "id_token"));
	*access = json_text(json_member(top, "access_token"));
	if (*access == NULL)
		*access = "";
	return *token == NULL ? "token" : NULL;
}

/* NULL and the claims, when the token is for us, of now and of him.  A key that is not in the set may be new: one more look. */
static const char *check(struct errand *e, const struct way *y, struct known *k, const struct oidc_provider *p, const char *token,
			 const char *access, struct oidc_claims *out)
{
	struct oidc_check how = {
		.issuer = y->w->issuer, .client = y->w->client, .nonce = y->q.nonce, .access_token = access,
		.now_s = clock_ms() / 1000, .since_s = y->w->again ? y->w->begun / 1000 : 0,
	};
	const char *fault = fetch(e, k, &k->keys, p->keys, KEYS_S);

	if (fault == NULL)
		fault = oidc_check(e->mem, token, k->keys.data, k->keys.n, &how, out);
	if (fault == NULL || strcmp(fault, "key") != 0 || is_fresh(&k->keys, KEYS_AGAIN_S))
		return fault;
	fault = fetch(e, k, &k->keys, p->keys, 0);
	return fault != NULL ? fault : oidc_check(e->mem, token, k->keys.data, k->keys.n, &how, out);
}

/* One '@' with something on both sides, and no longer than ours are. */
static bool is_address(const char *s)
{
	const char *at = strchr(s, '@');

	return at != NULL && at != s && at[1] != '\0' && strchr(at + 1, '@') == NULL && strlen(s) <= EMAIL_MAX && strpbrk(s, " \t\r\n<>,;\"") == NULL;
}

void identity_token(struct errand *e)
{
	struct way y = { 0 };
	struct oidc_provider p;
	struct oidc_claims claims;
	struct known *k;
	const char *fault, *secret, *code, *token, *access;

	if (!prepare(e, &y, "returned"))
		return;
	secret = open_text(e, y.key, "staff.sso secret", y.w->secret_hex);
	code = open_text(e, y.key, "staff.sso_attempt code", y.w->code_hex);
	if (secret == NULL || code == NULL)
		return;
	k = known_of(e->courier, y.w->issuer);
	fault = describe(e, k, &p, false);
	/* Whoever says who he is must be the one that was asked; who always says it must (RFC 9207). */
	if (fault == NULL && *y.w->said_issuer == '\0' ? p.names_itself : fault == NULL && strcmp(y.w->said_issuer, p.issuer) != 0)
		fault = "issuer";
	if (fault != NULL) {
		fail(e, CALL_DECLINE, fault);
		return;
	}
	if (!errand_transaction(e, false, ask_spend, &y))
		return;
	if (!row_courier_sso_spend(y.done)->done) {
		fail(e, CALL_DECLINE, "gone");
		return;
	}
	fault = exchange(e, &y, &p, secret, code, &token, &access);
	if (fault == NULL)
		fault = check(e, &y, k, &p, token, access, &claims);
	if (fault != NULL) {
		fail(e, CALL_DECLINE, fault);
		return;
	}
	if (!is_address(claims.email)) {
		claims.email = "";
		claims.verified = false;
	}
	y.claims = &claims;
	if (errand_transaction(e, false, ask_prove, &y) && row_courier_sso_prove(y.done)->done)
		e->answer.outcome = CALL_OK;
}
