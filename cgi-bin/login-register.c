/* Registering, and proving the address by the mailed link.
 *
 * The link alone does not open the account: it asks for the password that was chosen with
 * it.  Else who registers with a stranger's address would get an account that the stranger
 * proves for him, guest orders and all. */
#include "login.h"

const struct param register_params[] = {
	{ "name",     PARAM_TEXT, .max = 100, .label = N_("Full name") },
	{ "email",    PARAM_EMAIL, .label = N_("Mail address") },
	{ "password", PARAM_SECRET, .label = N_("Password") },
	{ 0 }
};

void register_show(struct req *r)
{
	if (session_principal(r) != NULL)
		page_redirect(r, req_path(r, "/account"));
	else
		page_html(r, login_view(r, "login/register", N_("Create an account")));
}

/* The same way whether the address is known or not: the mail tells. */
void register_post(struct req *r)
{
	const char *email = param_text(r, "email"), *password = param_text(r, "password"), *hash;
	struct rows *rows;

	if (!attempt_fit(r, password, email, register_show))
		return;
	hash = attempt_hash(r, password);
	rows = q_login_register(r->db, r->site->tenant, r->site->store, req_address(r), email, param_text(r, "name"), hash, r->language);
	if (row_login_register(rows)->outcome[0] == 't')
		page_too_many(r, 3600);
	else
		page_redirect(r, req_path(r, "/login/register/sent"));
}

void register_sent(struct req *r)
{
	struct view *v = login_view(r, "login/sent", N_("Check your mail"));

	view_bool(v, "registered", true);
	page_html(r, v);
}

const struct param verify_params[] = {
	{ "password", PARAM_SECRET, .label = N_("Password") },
	{ 0 }
};

static struct view *verify_form(struct req *r, const struct row_login_token *t)
{
	struct view *v = login_view(r, "login/verify", N_("Confirm your mail address"));

	view_text(v, "email", t->email);
	view_bool(v, "more", false);
	return v;
}

void verify_show(struct req *r)
{
	const struct row_login_token *t = login_look(r, "verify", "/login");

	if (t != NULL)
		page_html(r, verify_form(r, t));
}

void verify_post(struct req *r)
{
	const struct row_login_token *t = login_look(r, "verify", "/login");
	struct attempt a;

	if (t == NULL)
		return;
	a = login_attempt(r, t->email, param_text(r, "password"));
	if (a.proof != PROOF_RIGHT) {
		login_declines(r, verify_form(r, t), &a, "password", a.proof == PROOF_WRONG ?
			       req_text(r, N_("This is not the password that was chosen for this account.")) : login_sentence(r, &a));
		return;
	}
	q_login_verify(r->db, r->site->tenant, login_token(r), SHA256_LEN);
	if (login_enter(r, a.person, false, a.hash)) {
		page_flash(r, "ok", N_("Welcome! Your mail address is confirmed."));
		page_redirect(r, req_path(r, "/account"));
	} else {
		login_gone(r, "/login");
	}
}
