/* admin-login -- how staff come into the console and leave it.  Manual: sutler-admin-login(8). */
#include "admin-login.h"

#include "base/buf.h"
#include "base/mem.h"

#include <string.h>
#include <unistd.h>

const unsigned char *step_hash_of(struct req *r, const char *token)
{
	unsigned char *hash;

	if (token == NULL || !token_valid(token))
		return NULL;
	hash = mem_array(r->mem, unsigned char, SHA256_LEN);
	sha256(token, TOKEN_LEN, hash);
	return hash;
}

const char *step_next(struct req *r)
{
	const char *next = page_local(param_text(r, "next"));

	return strcmp(next, "/") == 0 ? req_path(r, "/admin") : next;
}

/* ---- the password ------------------------------------------------------------------------ */

const struct param next_params[] = {
	{ "next", PARAM_TEXT, .max = 500, .optional = "" },
	{ 0 }
};

static const struct param enter_params[] = {
	{ "email",    PARAM_EMAIL, .label = N_("Mail address") },
	{ "password", PARAM_SECRET, .label = N_("Password") },
	{ "next",     PARAM_TEXT, .max = 500, .optional = "" },
	{ 0 }
};

struct view *sign_in_page(struct req *r, const char *next)
{
	struct view *v = console_view(r, "admin-login/index", N_("Sign in to the console"));

	form_text(r, v, "next", next);
	away_offer(r, v);
	return v;
}

static struct view *enter_form(struct req *r)
{
	return sign_in_page(r, param_text(r, "next"));
}

static const struct param enter_show_params[] = {
	{ "next", PARAM_TEXT, .max = 500, .optional = "" },
	{ "left", PARAM_BOOL },
	{ 0 }
};

static void enter_show(struct req *r)
{
	struct view *v;

	if (session_principal(r) != NULL) {
		page_redirect(r, step_next(r));
		return;
	}
	v = enter_form(r);
	/* Also the form of posts, which have no such parameter. */
	if (r->method == GET && param_bool(r, "left"))
		away_end(r, v);
	page_html(r, v);
}

const char *factor_path(struct req *r, const char *prefix, const char *path, const char *next)
{
	struct buf *b = buf_new(r->mem);

	buf_adds(b, prefix);
	buf_adds(b, path);
	if (next != NULL && *next != '\0') {
		buf_adds(b, "?next=");
		buf_url(b, next);
	}
	return b->data;
}

static void enter(struct req *r)
{
	const char *email = param_text(r, "email"), *tenant = r->site->tenant;
	const unsigned char *device = step_hash_of(r, req_cookie(r, DEVICE_COOKIE)), *challenge, *seed;
	struct rows *rows = q_admin_login_admit(r->db, tenant, req_address(r), email, device, SHA256_LEN);
	const struct row_admin_login_admit *row = row_admin_login_admit(rows);
	struct attempt a = attempt_judge(r, row->outcome, row->wait_s, row->staff, row->hash, param_text(r, "password"));
	struct view *v;
	size_t n;

	if (a.proof == PROOF_RIGHT) {
		challenge = step_begin(r, &seed, &n);
		q_admin_login_right(r->db, tenant, req_address(r), email, device, SHA256_LEN, a.person, a.hash, challenge, SHA256_LEN, seed, n);
		page_redirect(r, factor_path(r, r->prefix, row->second ? "/admin/login/code" : "/admin/login/setup", param_text(r, "next")));
		return;
	}
	v = enter_form(r);
	form_text(r, v, "email", email);
	attempt_declines(r, v, &a, "email", attempt_sentence(r, &a, N_("Somebody tried too many passwords for this account today. "
		"A browser that you signed in with before still gets in; else ask an owner for a new link.")));
}

/* ---- an invitation ------------------------------------------------------------------------- */

static const struct param join_params[] = {
	{ "name",     PARAM_TEXT, .max = 100, .label = N_("Full name") },
	{ "password", PARAM_SECRET, .label = N_("Password") },
	{ 0 }
};

/* Who is invited by the link in the path, unused yet; NULL after an answer. */
static const struct row_admin_login_invitation *look(struct req *r)
{
	const unsigned char *token = step_hash_of(r, path_text(r, "token"));
	struct rows *rows;

	if (token == NULL) {
		page_not_found(r);
		return NULL;
	}
	rows = q_admin_login_invitation(r->db, r->site->tenant, token, SHA256_LEN);
	if (rows_found(rows))
		return row_admin_login_invitation(rows);
	page_html_status(r, console_view(r, "admin-login/gone", N_("This link is no longer valid")), 410);
	return NULL;
}

static void join_show(struct req *r)
{
	const struct row_admin_login_invitation *i = look(r);
	struct rows *allowed;
	struct view *v;

	if (i == NULL)
		return;
	v = console_view(r, "admin-login/join", N_("Welcome to the console"));
	view_text(v, "email", i->email);
	allowed = q_admin_login_password_allowed(r->db, r->site->tenant, i->staff);
	away_offer(r, v);
	view_bool(v, "may_password", row_admin_login_password_allowed(allowed)->allowed);
	form_text(r, v, "name", i->name);
	page_html(r, v);
}

static void join_post(struct req *r)
{
	const struct row_admin_login_invitation *i = look(r);
	const char *password = param_text(r, "password");
	const unsigned char *challenge, *seed;
	struct rows *joined;
	size_t n;

	if (i == NULL || !attempt_fit(r, password, i->email, join_show))
		return;
	challenge = step_begin(r, &seed, &n);
	joined = q_admin_login_join(r->db, r->site->tenant, step_hash_of(r, path_text(r, "token")), SHA256_LEN, param_text(r, "name"),
				    r->language, attempt_hash(r, password), challenge, SHA256_LEN, seed, n);
	if (row_admin_login_join(joined)->staff == NULL)
		page_html_status(r, console_view(r, "admin-login/gone", N_("This link is no longer valid")), 410);
	else
		page_redirect(r, req_path(r, "/admin/login/setup"));
}

/* ---- leaving --------------------------------------------------------------------------------- */

/* Whose account at the provider lives on is told so on the next page. */
static void leave_by(struct req *r, bool everywhere)
{
	struct rows *ends = q_admin_login_sso_end(r->db, r->site->tenant, console_actor(r));

	q_admin_login_out(r->db, r->site->tenant, session_get(r)->id, everywhere);
	session_end(r);
	page_clear_site(r);
	page_redirect(r, req_path(r, rows_found(ends) ? "/admin/login?left=1" : "/admin/login"));
}

static void leave(struct req *r)
{
	leave_by(r, false);
}

static void leave_everywhere(struct req *r)
{
	leave_by(r, true);
}

static const struct route routes[] = {
	{ GET,  "/admin/login", enter_show, .params = enter_show_params, .permission = PUBLIC, .trips = 3 },
	{ POST, "/admin/login", enter, .params = enter_params, .form = enter_show, .permission = PUBLIC, .trips = 5,
	  .costly = true },
	{ GET,  "/admin/login/code", code_show, .params = next_params, .permission = PUBLIC, .trips = 3 },
	{ POST, "/admin/login/code", code_post, .params = code_params, .form = code_show, .permission = PUBLIC, .csrf_token = true, .trips = 5 },
	{ GET,  "/admin/login/recovery", recovery_show, .params = next_params, .permission = PUBLIC, .trips = 3 },
	{ POST, "/admin/login/recovery", recovery_post, .params = recovery_params, .form = recovery_show, .permission = PUBLIC, .csrf_token = true, .trips = 5 },
	{ GET,  "/admin/login/setup", setup_show, .params = next_params, .permission = PUBLIC, .trips = 3 },
	{ POST, "/admin/login/setup", setup_post, .params = setup_params, .form = setup_show, .permission = PUBLIC, .csrf_token = true, .trips = 5 },
	{ GET,  "/admin/login/join/{token}", join_show, .permission = PUBLIC, .needs = NEEDS_NO_REFERRER, .trips = 4 },
	{ POST, "/admin/login/join/{token}", join_post, .params = join_params, .form = join_show, .permission = PUBLIC, .needs = NEEDS_NO_REFERRER, .trips = 7,
	  .costly = true },
	{ POST, "/admin/login/provider", away_start, .params = away_params, .form = enter_show, .permission = PUBLIC, .trips = 6 },
	{ GET,  "/admin/login/provider/back", away_back, .params = away_back_params, .permission = PUBLIC, .needs = NEEDS_NO_REFERRER, .trips = 2 },
	{ POST, "/admin/login/provider/back", away_enter, .params = away_back_params, .form = away_wrong, .permission = PUBLIC, .needs = NEEDS_NO_REFERRER, .trips = 8 },
	{ POST, "/admin/login/provider/again", away_again, .params = away_params, .form = again_show, .permission = SELF, .csrf_token = true, .trips = 7 },
	{ GET,  "/admin/login/again", again_show, .params = next_params, .permission = SELF, .csrf_token = true, .trips = 4 },
	{ POST, "/admin/login/again", again_post, .params = again_params, .form = again_show, .permission = SELF, .csrf_token = true, .trips = 7 },
	{ POST, "/admin/login/out", leave, .permission = SELF, .csrf_token = true, .trips = 3 },
	{ POST, "/admin/login/out-everywhere", leave_everywhere, .permission = SELF, .csrf_token = true, .trips = 3 },
	{ 0 }
};

/* A flood of log-ins is all work of the processor: who shops goes first. */
#define NICE_STEP 10

/* Hashes at the same time, as in login: 32 MB and a processor each.  Staff are few: three more wait,
   and one worker is free for the second factor and the way out. */
#define TURNS 2
#define WORKERS 6

int main(int argc, char **argv)
{
	static const struct program admin_login = {
		.name = "admin-login", .routes = routes, .hooks = &console_hooks, .session = &session_staff, .admin = true,
		.turns = TURNS, .workers = WORKERS, .calls = true,
	};

	/* A sandbox refuses it; its unit has Nice= instead. */
	(void)!nice(NICE_STEP);
	return program_run(&admin_login, argc, argv);
}
