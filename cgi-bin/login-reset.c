/* A new password by a mailed link, for who forgot the old one. */
#include "login.h"

const struct param reset_params[] = {
	{ "email", PARAM_EMAIL, .label = N_("Mail address") },
	{ 0 }
};

void reset_show(struct req *r)
{
	page_html(r, login_view(r, "login/reset", N_("Choose a new password")));
}

void reset_post(struct req *r)
{
	q_login_ask_reset(r->db, r->site->tenant, r->site->store, req_address(r), param_text(r, "email"));
	page_redirect(r, req_path(r, "/login/reset/sent"));
}

void reset_sent(struct req *r)
{
	struct view *v = login_view(r, "login/sent", N_("Check your mail"));

	view_bool(v, "registered", false);
	page_html(r, v);
}

const struct param choose_params[] = {
	{ "password", PARAM_SECRET, .label = N_("New password") },
	{ 0 }
};

void choose_show(struct req *r)
{
	const struct row_login_token *t = login_look(r, "reset", "/login/reset");
	struct view *v;

	if (t == NULL)
		return;
	v = login_view(r, "login/choose", N_("Choose a new password"));
	view_text(v, "email", t->email);
	page_html(r, v);
}

void choose_post(struct req *r)
{
	const struct row_login_token *t = login_look(r, "reset", "/login/reset");
	const char *password = param_text(r, "password"), *hash;
	struct rows *rows;

	if (t == NULL || !attempt_fit(r, password, t->email, choose_show))
		return;
	hash = attempt_hash(r, password);
	rows = q_login_reset(r->db, r->site->tenant, r->site->store, login_token(r), SHA256_LEN, hash);
	if (rows_found(rows) && login_enter(r, row_login_reset(rows)->customer, true, "")) {
		page_flash(r, "ok", N_("Your password is changed. You are signed out everywhere else."));
		page_redirect(r, req_path(r, "/account"));
	} else {
		login_gone(r, "/login/reset");
	}
}
