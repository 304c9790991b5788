/* login -- register, sign in and out, passwords and addresses.  Manual: sutler-login(8). */
#include "login.h"

#include "base/mem.h"
#include <string.h>
#include <unistd.h>

/* ---- what the pages share -------------------------------------------------------------- */

struct view *login_view(struct req *r, const char *template, const char *title)
{
	struct view *v = page_view(r, template);

	front_noindex(r);
	front_title(r, v, req_text(r, title), NULL);
	return v;
}

static const unsigned char *hash_of(struct req *r, const char *token)
{
	unsigned char *hash;

	if (token == NULL || !token_valid(token))
		return NULL;
	hash = mem_array(r->mem, unsigned char, SHA256_LEN);
	sha256(token, TOKEN_LEN, hash);
	return hash;
}

const unsigned char *login_device(struct req *r)
{
	return hash_of(r, req_cookie(r, DEVICE_COOKIE));
}

const unsigned char *login_token(struct req *r)
{
	return hash_of(r, path_text(r, "token"));
}

void login_gone(struct req *r, const char *again)
{
	struct view *v = login_view(r, "login/gone", N_("This link is no longer valid"));

	view_text(v, "again", req_path(r, again));
	page_html_status(r, v, 410);
}

const struct row_login_token *login_look(struct req *r, const char *purpose, const char *again)
{
	const unsigned char *token = login_token(r);
	struct rows *rows;

	if (token == NULL) {
		page_not_found(r);
		return NULL;
	}
	rows = q_login_token(r->db, r->site->tenant, token, SHA256_LEN, purpose);
	if (rows_found(rows))
		return row_login_token(rows);
	login_gone(r, again);
	return NULL;
}

const char *login_next(struct req *r)
{
	const char *next = page_local(param_text(r, "next"));

	return strcmp(next, "/") == 0 ? req_path(r, "/account") : next;
}

/* ---- proving who it is ------------------------------------------------------------------- */

struct attempt login_attempt(struct req *r, const char *email, const char *password)
{
	const unsigned char *device = login_device(r);
	struct rows *rows = q_login_admit(r->db, r->site->tenant, req_address(r), email, device, SHA256_LEN);
	const struct row_login_admit *row = row_login_admit(rows);
	struct attempt a;

	a = attempt_judge(r, row->outcome, row->wait_s, row->customer, row->hash, password);
	if (a.proof != PROOF_RIGHT)
		return a;
	a.verified = row->verified;
	q_login_right(r->db, r->site->tenant, req_address(r), email, device, SHA256_LEN);
	return a;
}

const char *login_sentence(struct req *r, const struct attempt *a)
{
	return attempt_sentence(r, a, N_("Somebody tried too many passwords for this account today. To get in at once, "
					 "choose a new password by the link that we mail you."));
}

void login_declines(struct req *r, struct view *v, const struct attempt *a, const char *field, const char *sentence)
{
	view_bool(v, "more", a != NULL && a->proof == PROOF_MORE);
	attempt_declines(r, v, a, field, sentence);
}

/* ---- signing in and out --------------------------------------------------------------------- */

bool login_enter(struct req *r, const char *customer, bool others, const char *hash)
{
	const struct session *before = session_get(r);
	struct token device = token_new(), cart = token_new();
	const unsigned char *session = session_start(r, SESSION_S);
	const struct row_login_enter *e;
	struct rows *rows;

	rows = q_login_enter(r->db, r->site->tenant, r->site->store, customer, session, SHA256_LEN, attempt_browser(r),
			     before->id, others, login_device(r), SHA256_LEN, hash_of(r, device.text), SHA256_LEN, hash,
			     front_cart(r), SHA256_LEN, hash_of(r, cart.text), SHA256_LEN, r->language, r->currency,
			     CART_MAX_LINES);
	if (!rows_found(rows))
		return false;
	e = row_login_enter(rows);
	if (!e->known)
		page_cookie_set(r, DEVICE_COOKIE, device.text, DEVICE_COOKIE_S);
	page_cookie_set(r, CART_COOKIE, cart.text, CART_COOKIE_S);
	if (strcmp(e->cart, "joined") == 0)
		page_flash(r, "info", N_("What you had saved in your cart before is in it again."));
	return true;
}

static const struct param show_params[] = {
	{ "next", PARAM_TEXT, .max = 500, .optional = "" },
	{ 0 }
};

static const struct param login_params[] = {
	{ "email",    PARAM_EMAIL, .label = N_("Mail address") },
	{ "password", PARAM_SECRET, .label = N_("Password") },
	{ "next",     PARAM_TEXT, .max = 500, .optional = "" },
	{ 0 }
};

static struct view *login_form(struct req *r)
{
	struct view *v = login_view(r, "login/index", N_("Sign in"));

	view_bool(v, "more", false);
	form_text(r, v, "next", param_text(r, "next"));
	return v;
}

static void show(struct req *r)
{
	if (session_principal(r) != NULL)
		page_redirect(r, login_next(r));
	else
		page_html(r, login_form(r));
}

static void enter(struct req *r)
{
	const char *email = param_text(r, "email");
	struct attempt a = login_attempt(r, email, param_text(r, "password"));

	if (a.proof == PROOF_RIGHT && !a.verified) {
		/* Who knows the password may know that the address is still to be proven. */
		q_login_verify_again(r->db, r->site->tenant, r->site->store, a.person);
		page_redirect(r, req_path(r, "/login/register/sent"));
	} else if (a.proof == PROOF_RIGHT && login_enter(r, a.person, false, a.hash)) {
		page_redirect(r, login_next(r));
	} else {
		struct view *v = login_form(r);

		form_text(r, v, "email", email);
		login_declines(r, v, &a, "email", login_sentence(r, &a));
	}
}

/* The cart stays with the account; its cookie ended with the session. */
static void leave(struct req *r)
{
	const struct session *s = session_get(r);

	if (s->id != NULL) {
		q_login_out(r->db, r->site->tenant, s->id);
		page_cookie_clear(r, CART_COOKIE);
	}
	session_end(r);
	page_clear_site(r);
	page_redirect(r, req_path(r, "/"));
}

static const struct route routes[] = {
	{ GET,  "/login", show, .params = show_params, .trips = 2 },
	{ POST, "/login", enter, .params = login_params, .form = show, .trips = 4, .costly = true },
	{ POST, "/login/out", leave, .csrf_token = true, .trips = 3 },
	{ GET,  "/login/register", register_show, .trips = 2 },
	{ POST, "/login/register", register_post, .params = register_params, .form = register_show, .trips = 3, .costly = true },
	{ GET,  "/login/register/sent", register_sent, .trips = 2 },
	{ GET,  "/login/verify/{token}", verify_show, .trips = 2, .needs = NEEDS_NO_REFERRER },
	{ POST, "/login/verify/{token}", verify_post, .params = verify_params, .form = verify_show, .trips = 5, .needs = NEEDS_NO_REFERRER,
	  .costly = true },
	{ GET,  "/login/reset", reset_show, .trips = 2 },
	{ POST, "/login/reset", reset_post, .params = reset_params, .form = reset_show, .trips = 3 },
	{ GET,  "/login/reset/sent", reset_sent, .trips = 2 },
	{ GET,  "/login/reset/{token}", choose_show, .trips = 2, .needs = NEEDS_NO_REFERRER },
	{ POST, "/login/reset/{token}", choose_post, .params = choose_params, .form = choose_show, .trips = 5, .needs = NEEDS_NO_REFERRER,
	  .costly = true },
	{ GET,  "/login/password", password_show, .trips = 2, .needs = NEEDS_SESSION, .csrf_token = true },
	{ POST, "/login/password", password_post, .params = password_params, .form = password_show, .trips = 6,
	  .needs = NEEDS_SESSION, .csrf_token = true, .costly = true },
	{ GET,  "/login/email", email_show, .trips = 3, .needs = NEEDS_SESSION, .csrf_token = true },
	{ POST, "/login/email", email_post, .params = email_params, .form = email_show, .trips = 5,
	  .needs = NEEDS_SESSION, .csrf_token = true, .costly = true },
	{ GET,  "/login/email/sent", email_sent, .trips = 2, .needs = NEEDS_SESSION, .csrf_token = true },
	{ GET,  "/login/email/{token}", confirm_show, .trips = 2, .needs = NEEDS_NO_REFERRER },
	{ POST, "/login/email/{token}", confirm_post, .trips = 3, .needs = NEEDS_NO_REFERRER },
	{ GET,  "/login/undo/done", undone_show, .trips = 2 },
	{ GET,  "/login/undo/{token}", undo_show, .trips = 2, .needs = NEEDS_NO_REFERRER },
	{ POST, "/login/undo/{token}", undo_post, .trips = 3, .needs = NEEDS_NO_REFERRER },
	{ GET,  "/login/sessions", sessions_show, .trips = 3, .needs = NEEDS_SESSION, .csrf_token = true },
	{ POST, "/login/sessions/end", sessions_end, .params = session_params, .trips = 3, .needs = NEEDS_SESSION, .csrf_token = true },
	{ POST, "/login/sessions/end-others", sessions_end_others, .trips = 3, .needs = NEEDS_SESSION, .csrf_token = true },
	{ 0 }
};

/* A flood of log-ins is all work of the processor: who shops goes first. */
#define NICE_STEP 10

/* Hashes at the same time: 32 MB and a processor each.  Five more wait, five seconds at most by
   turn.h, and one worker is free. */
#define TURNS 2
#define WORKERS 8

int main(int argc, char **argv)
{
	static const struct program login = {
		.name = "login", .routes = routes, .hooks = &front_hooks, .session = &session_customers,
		.turns = TURNS, .workers = WORKERS,
	};

	/* A sandbox refuses it; its unit has Nice= instead. */
	(void)!nice(NICE_STEP);
	return program_run(&login, argc, argv);
}
