/* Signing in by the merchant's identity provider: away to it, back, and in.  Nobody's word counts
   here but courier's, which asks the provider itself. */
#include "admin-login.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/mem.h"
#include "front/basket.h"
#include "web/call.h"

#include <string.h>

/* Holds an attempt to the browser that left; until it is over. */
#define AWAY_COOKIE "staff-away"
#define AWAY_COOKIE_S 600
/* Bytes of a provider's code; those that are tokens themselves have 2 000. */
#define CODE_MAX 3000

const struct param away_params[] = {
	{ "next", PARAM_TEXT, .max = 500, .optional = "" },
	{ 0 }
};

/* What a provider hands back; others add words of their own. */
const struct param away_back_params[] = {
	{ "state", PARAM_TEXT, .max = 100, .optional = "" },
	{ "code",  PARAM_TEXT, .max = CODE_MAX, .optional = "" },
	{ "iss",   PARAM_TEXT, .max = 300, .optional = "" },
	{ "error", PARAM_TEXT, .max = 100, .optional = "" },
	{ "more",  PARAM_FILTERS, .optional = "" },
	{ 0 }
};

static const char *given(struct req *r, const char *name)
{
	const char *text = param_text(r, name);

	return text == NULL ? "" : text;
}

void away_offer(struct req *r, struct view *v)
{
	struct rows *rows = q_admin_login_offer(r->db, r->site->tenant);
	const struct row_admin_login_offer *o = row_admin_login_offer(rows);

	view_text(v, "provider", rows_found(rows) ? o->name : NULL);
	view_bool(v, "passwords", !rows_found(rows) || o->passwords);
	if (rows_found(rows))
		page_form_action(r, o->origin);
}

/* By OpenID Connect RP-Initiated Logout 1.0.  Who asks is told by the client's name alone: no token is kept for it, so most
   providers ask people whether they mean it. */
static const char *end_url(struct req *r, const char *url, const char *client)
{
	struct buf *b = buf_new(r->mem);

	buf_adds(b, url);
	buf_adds(b, strchr(url, '?') == NULL ? "?client_id=" : "&client_id=");
	buf_url(b, client);
	buf_adds(b, "&post_logout_redirect_uri=");
	buf_url(b, mem_printf(r->mem, "%s/admin/login", r->site->origin));
	return b->data;
}

void away_end(struct req *r, struct view *v)
{
	struct rows *rows = q_admin_login_sso_end(r->db, r->site->tenant, NULL);
	const struct row_admin_login_sso_end *e = row_admin_login_sso_end(rows);
	struct view *end;

	if (!rows_found(rows))
		return;
	end = view_sub(v, "end");
	view_text(end, "name", e->name);
	view_text(end, "url", end_url(r, e->url, e->client));
}

/* The attempt is the request that begins it: what belongs to it follows from that and the key of
   the host, so that the steps of one request agree and nothing of it is stored. */
static const char *secret_of(struct req *r, const char *what, const char *attempt)
{
	unsigned char out[SEAL_KEY_LEN];

	/* As courier makes its own (courier-identity.c). */
	seal_derive(step_key(), mem_printf(r->mem, "staff.sso_attempt %s %s %s", what, r->site->tenant, attempt), out);
	return base64url(r->mem, out, sizeof(out));
}

/* The log-in page in this transaction, with what was in the way: a flash would need a session. */
static void give_up(struct req *r, const char *next, const char *sentence)
{
	struct view *v = sign_in_page(r, next), *item = view_item(v, "errors");

	view_bool(v, "has_errors", true);
	view_text(item, "field", NULL);
	view_text(item, "sentence", req_text(r, sentence));
	page_html_status(r, v, 422);
}

/* --- away ----------------------------------------------------------------------------------------- */

#define NO_ANSWER N_("The provider does not answer as it should right now. Please try again in a minute, or tell an owner.")

static void leave(struct req *r, const struct call_answer *a)
{
	struct rows *rows = q_admin_login_offer(r->db, r->site->tenant);

	if (a->outcome != CALL_OK || !rows_found(rows)) {
		give_up(r, param_text(r, "next"), NO_ANSWER);
		return;
	}
	page_cookie_set(r, AWAY_COOKIE, secret_of(r, "browser", r->id), AWAY_COOKIE_S);
	page_leave(r, row_admin_login_offer(rows)->origin, a->url);
}

static void begin(struct req *r, const char *again)
{
	const char *outcome;

	if (step_key() == NULL) {
		req_fail(r, "attempts cannot be made");
		return;
	}
	outcome = row_admin_login_sso_begin(q_admin_login_sso_begin(r->db, r->site->tenant, r->id, req_address(r),
		step_hash_of(r, secret_of(r, "state", r->id)), SHA256_LEN, step_hash_of(r, secret_of(r, "browser", r->id)), SHA256_LEN,
		mem_printf(r->mem, "%s/admin/login/provider/back", r->site->origin), r->prefix, step_next(r), again))->outcome;
	if (strcmp(outcome, "ok") == 0)
		page_call(r, "identity.start", r->id, leave);
	else
		give_up(r, param_text(r, "next"), strcmp(outcome, "wait") == 0 ? N_("That was often. Please wait five minutes.") :
			N_("Signing in by a provider is switched off."));
}

void away_start(struct req *r)
{
	begin(r, NULL);
}

void away_again(struct req *r)
{
	begin(r, console_actor(r));
}

/* --- back ------------------------------------------------------------------------------------------ */

/* The browser comes from another site, so our cookies are not with it: a form brings it here once
   more from our own page, and takes the code out of the address. */
void away_back(struct req *r)
{
	struct rows *rows = q_admin_login_sso_prefix(r->db, r->site->tenant, step_hash_of(r, given(r, "state")), SHA256_LEN);
	struct view *v = console_view(r, "admin-login/back", N_("One moment"));

	view_text(v, "action", mem_printf(r->mem, "%s/admin/login/provider/back", row_admin_login_sso_prefix(rows)->prefix));
	view_text(v, "state", given(r, "state"));
	view_text(v, "code", given(r, "code"));
	view_text(v, "iss", given(r, "iss"));
	view_text(v, "fault", given(r, "error"));
	page_html(r, v);
}

static const struct { const char *word, *sentence; } sentences[] = {
	{ "gone", N_("This took too long, or was begun in another browser. Please sign in once more.") },
	{ "unknown", N_("Nobody here is known by this account. Please ask an owner to invite you.") },
	{ "domain", N_("Accounts of this mail domain do not sign in here.") },
	{ "unverified", N_("Your provider does not vouch for your mail address yet. Please confirm it there first.") },
	{ "bound", N_("Another account of your provider is bound to this address. Please ask an owner.") },
	{ "suspended", N_("You are suspended here. Please ask an owner.") },
	{ "other", N_("That is the account of somebody else. Please use your own.") },
	{ "stale", N_("Your provider did not ask you again. Please sign in there once more.") },
	{ "client", N_("The provider does not take this shop's key. An owner must enter a new one in the settings.") },
	{ "away", NO_ANSWER }, { "late", NO_ANSWER }, { "answer", NO_ANSWER },
};

static const char *sentence_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (strcmp(sentences[i].word, word) == 0)
			return sentences[i].sentence;
	return N_("The answer of the provider does not fit what was asked. Nobody is signed in.");
}

static void enter(struct req *r)
{
	struct token session = token_new(), device = token_new();
	const unsigned char *seed, *challenge;
	const struct row_admin_login_sso_enter *e;
	const char *word;
	size_t n;

	challenge = step_begin(r, &seed, &n);
	e = row_admin_login_sso_enter(q_admin_login_sso_enter(r->db, r->site->tenant, step_hash_of(r, given(r, "state")), SHA256_LEN,
		step_hash_of(r, req_cookie(r, AWAY_COOKIE)), SHA256_LEN, r->language, challenge, SHA256_LEN, seed, n, step_hash_of(r, session.text), SHA256_LEN, attempt_browser(r), session_get(r)->id,
		step_hash_of(r, req_cookie(r, DEVICE_COOKIE)), SHA256_LEN, step_hash_of(r, device.text), SHA256_LEN));
	word = e->outcome;
	page_cookie_clear(r, AWAY_COOKIE);
	if (strcmp(word, "code") == 0 || strcmp(word, "setup") == 0) {
		page_redirect(r, factor_path(r, e->prefix, mem_printf(r->mem, "/admin/login/%s", word), e->next));
		return;
	}
	page_cookie_clear(r, STEP_COOKIE);
	if (strcmp(word, "ok") != 0) {
		give_up(r, e->next, sentence_of(word));
		return;
	}
	session_open(r, session.text, SESSION_S);
	if (!e->known)
		page_cookie_set(r, DEVICE_COOKIE, device.text, DEVICE_COOKIE_S);
	page_redirect(r, page_local(e->next));
}

static void answered(struct req *r, const struct call_answer *a)
{
	if (a->outcome == CALL_OK)
		enter(r);
	else
		give_up(r, "", a->outcome == CALL_DECLINE ? sentence_of(a->code) : NO_ANSWER);
}

/* An answer that is longer than any provider's. */
void away_wrong(struct req *r)
{
	give_up(r, "", sentence_of("token"));
}

void away_enter(struct req *r)
{
	const unsigned char *state = step_hash_of(r, given(r, "state")), *browser = step_hash_of(r, req_cookie(r, AWAY_COOKIE));
	const char *code = given(r, "code"), *attempt = NULL;
	unsigned char *sealed;
	size_t n;

	if (*given(r, "error") != '\0') {
		give_up(r, "", strcmp(given(r, "error"), "access_denied") == 0 ? N_("The provider did not let you through, or you stopped there.") : NO_ANSWER);
		return;
	}
	if (step_key() == NULL) {
		req_fail(r, "codes cannot be sealed");
		return;
	}
	if (state != NULL && browser != NULL && *code != '\0') {
		sealed = seal_make(r->mem, step_key(), mem_printf(r->mem, "staff.sso_attempt code %s", r->site->tenant), code, strlen(code), &n);
		attempt = row_admin_login_sso_return(q_admin_login_sso_return(r->db, r->site->tenant, state, SHA256_LEN, browser, SHA256_LEN, sealed, n,
			given(r, "iss")))->attempt;
	}
	if (attempt == NULL)
		give_up(r, "", sentence_of("gone"));
	else
		page_call(r, "identity.token", attempt, answered);
}
