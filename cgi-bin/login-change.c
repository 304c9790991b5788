/* What signed-in people change about their log-in: password, address, open sessions. */
#include "login.h"

#include <string.h>

/* Who is signed in, as stored. */
static const struct row_login_self *self(struct req *r)
{
	return row_login_self(q_login_self(r->db, r->site->tenant, session_principal(r)));
}

/* ---- password --------------------------------------------------------------------------- */

const struct param password_params[] = {
	{ "current",  PARAM_SECRET, .label = N_("Current password") },
	{ "password", PARAM_SECRET, .label = N_("New password") },
	{ 0 }
};

static struct view *password_form(struct req *r)
{
	return login_view(r, "login/password", N_("Change your password"));
}

void password_show(struct req *r)
{
	page_html(r, password_form(r));
}

/* The new one is looked at first: it costs no try. */
void password_post(struct req *r)
{
	const char *password = param_text(r, "password"), *customer = session_principal(r);
	const struct row_login_self *me = self(r);
	struct attempt a;

	if (!attempt_fit(r, password, me->email, password_show))
		return;
	a = login_attempt(r, me->email, param_text(r, "current"));
	if (a.proof != PROOF_RIGHT || strcmp(a.person, customer) != 0) {
		login_declines(r, password_form(r), &a, "current", a.proof == PROOF_WRONG ?
			       req_text(r, N_("This is not your current password.")) : login_sentence(r, &a));
		return;
	}
	q_login_set_password(r->db, r->site->tenant, r->site->store, customer, attempt_hash(r, password));
	if (!login_enter(r, customer, true, "")) {
		login_gone(r, "/login");
		return;
	}
	page_flash(r, "ok", N_("Your password is changed. You are signed out everywhere else."));
	page_redirect(r, req_path(r, "/login/sessions"));
}

/* ---- address ------------------------------------------------------------------------------ */

const struct param email_params[] = {
	{ "email",    PARAM_EMAIL, .label = N_("New mail address") },
	{ "password", PARAM_SECRET, .label = N_("Password") },
	{ 0 }
};

static struct view *email_form(struct req *r, const struct row_login_self *me)
{
	struct view *v = login_view(r, "login/email", N_("Change your mail address"));

	view_text(v, "email", me->email);
	return v;
}

void email_show(struct req *r)
{
	page_html(r, email_form(r, self(r)));
}

void email_post(struct req *r)
{
	const char *email = param_text(r, "email"), *customer = session_principal(r);
	const struct row_login_self *me = self(r);
	struct attempt a = login_attempt(r, me->email, param_text(r, "password"));
	struct view *v;

	if (a.proof == PROOF_RIGHT && strcmp(a.person, customer) == 0) {
		q_login_ask_email(r->db, r->site->tenant, r->site->store, customer, email);
		page_redirect(r, req_path(r, "/login/email/sent"));
		return;
	}
	v = email_form(r, me);
	form_text(r, v, "email", email);
	login_declines(r, v, &a, "password", a.proof == PROOF_WRONG ?
		       req_text(r, N_("This is not your current password.")) : login_sentence(r, &a));
}

void email_sent(struct req *r)
{
	struct view *v = login_view(r, "login/sent", N_("Check your mail"));

	view_bool(v, "registered", true);
	page_html(r, v);
}

/* ---- by mailed links ------------------------------------------------------------------------ */

static void ask(struct req *r, const char *purpose, const char *title)
{
	const struct row_login_token *t = login_look(r, purpose, "/login");
	struct view *v;

	if (t == NULL)
		return;
	v = login_view(r, "login/confirm", title);
	view_text(v, "email", t->new_email);
	view_bool(v, "undo", strcmp(purpose, "undo") == 0);
	page_html(r, v);
}

/* After it was done, or could not be. */
static void answer(struct req *r, const char *outcome, const char *to)
{
	if (strcmp(outcome, "ok") == 0)
		page_redirect(r, req_path(r, to));
	else if (strcmp(outcome, "taken") == 0)
		page_conflict(r, N_("Another account has proven this mail address meanwhile."));
	else
		login_gone(r, "/login");
}

void confirm_show(struct req *r)
{
	ask(r, "email", N_("Confirm your mail address"));
}

void confirm_post(struct req *r)
{
	const unsigned char *token = login_token(r);

	if (token == NULL) {
		page_not_found(r);
		return;
	}
	answer(r, row_login_confirm_email(q_login_confirm_email(r->db, r->site->tenant, r->site->store, token, SHA256_LEN))->outcome,
	       "/account");
}

void undo_show(struct req *r)
{
	ask(r, "undo", N_("Take the change back"));
}

void undo_post(struct req *r)
{
	const unsigned char *token = login_token(r);

	if (token == NULL) {
		page_not_found(r);
		return;
	}
	answer(r, row_login_undo_email(q_login_undo_email(r->db, r->site->tenant, r->site->store, token, SHA256_LEN))->outcome,
	       "/login/undo/done");
}

void undone_show(struct req *r)
{
	page_html(r, login_view(r, "login/undone", N_("The change is taken back")));
}

/* ---- sessions --------------------------------------------------------------------------------- */

const struct param session_params[] = {
	{ "session", PARAM_ID },
	{ 0 }
};

void sessions_show(struct req *r)
{
	struct view *v = login_view(r, "login/sessions", N_("Where you are signed in"));
	struct rows *rows = q_login_sessions(r->db, r->site->tenant, session_principal(r));
	const char *here = session_get(r)->id;

	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_login_sessions *s = row_login_sessions_at(rows, i);
		struct view *item = view_item(v, "sessions");

		view_text(item, "id", s->session);
		view_text(item, "label", s->label[0] == '\0' ? req_text(r, N_("Unknown browser")) : s->label);
		view_time(item, "created", s->created);
		view_time(item, "seen", s->seen);
		view_bool(item, "here", strcmp(s->session, here) == 0);
	}
	view_bool(v, "has_others", rows_count(rows) > 1);
	page_html(r, v);
}

static void end(struct req *r, const char *session)
{
	q_login_sessions_end(r->db, r->site->tenant, session_principal(r), session, session_get(r)->id, login_device(r), SHA256_LEN);
	page_flash(r, "ok", N_("Signed out there."));
	page_redirect(r, req_path(r, "/login/sessions"));
}

void sessions_end(struct req *r)
{
	end(r, param_id(r, "session"));
}

void sessions_end_others(struct req *r)
{
	end(r, NULL);
}
