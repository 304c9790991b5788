/* admin-settings -- stores and how they work, staff, their roles, and the audit log.  Manual: sutler-admin-settings(8). */
#include "admin-settings.h"

#include "base/crypto.h"
#include "base/locale.h"
#include "base/mem.h"
#include "shop/staff_language.h"

#include <string.h>

const char *settings_sentence(const char *outcome)
{
	static const struct { const char *outcome, *sentence; } sentences[] = {
		{ "taken", N_("This is taken already. Please choose another.") },
		{ "not_allowed", N_("You cannot give or change more than you may do yourself.") },
		{ "last_owner", N_("This is the last owner who can sign in. Make somebody else an owner first.") },
	};

	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (strcmp(sentences[i].outcome, outcome) == 0)
			return sentences[i].sentence;
	return N_("Something has changed meanwhile. Please look again.");
}

/* ---- people --------------------------------------------------------------------------------- */

/* The lists roles and stores of a form, with what is chosen. */
static void add_choices(struct req *r, struct view *v, struct rows *roles, struct rows *stores, const char *role, const char *store)
{
	const char *chosen_role = form_typed(r, "role", role), *chosen_store = form_typed(r, "store", store);

	for (size_t i = 0; i < rows_count(roles); i++) {
		const struct row_staff_roles *o = row_staff_roles_at(roles, i);
		struct view *item = view_item(v, "roles");

		view_text(item, "value", o->role);
		view_text(item, "label", o->is_owner ? req_text(r, N_("Owner")) : o->name);
		view_bool(item, "selected", chosen_role != NULL && strcmp(chosen_role, o->role) == 0);
	}
	for (size_t i = 0; i < rows_count(stores); i++) {
		const struct row_staff_stores *o = row_staff_stores_at(stores, i);
		struct view *item = view_item(v, "in_stores");

		view_text(item, "value", o->store);
		view_text(item, "label", o->name);
		view_bool(item, "selected", chosen_store != NULL && strcmp(chosen_store, o->store) == 0);
	}
}

static const char *state_word(const char *state)
{
	return strcmp(state, "active") == 0 ? N_("Active") : strcmp(state, "invited") == 0 ? N_("Invited") : N_("Suspended");
}

static const char *mail_word(const char *mail)
{
	static const struct { const char *mail, *word; } words[] = {
		{ "waiting", N_("The mail is on its way.") },
		{ "again", N_("The mail could not be sent yet; it is tried again.") },
		{ "sent", N_("The mail was sent.") },
		{ "failed", N_("The mail could not be sent.") },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].mail, mail) == 0)
			return words[i].word;
	return N_("No mail was sent.");
}

/* Of somebody with an open link: until when, and what became of the mail; nothing else. */
static void add_invitation(struct req *r, struct view *v, const int64_t *ends, const char *mail, const int64_t *mail_at)
{
	struct view *i;

	if (ends == NULL)
		return;
	i = view_sub(v, "invitation");
	view_time(i, "ends", *ends);
	view_text(i, "mail", req_text(r, mail_word(mail)));
	view_bool(i, "failed", strcmp(mail, "failed") == 0);
	if (mail_at != NULL)
		view_time(i, "mail_at", *mail_at);
}

static void people_show(struct req *r)
{
	struct view *v = console_view(r, "admin-settings/staff", N_("Staff"));
	const char *spoken = form_typed(r, "locale", r->language);
	struct rows *people = q_staff_people(r->db, r->site->tenant, req_text(r, N_("Owner"))), *roles = q_staff_roles(r->db), *stores = q_staff_stores(r->db);

	for (size_t i = 0; i < rows_count(people); i++) {
		const struct row_staff_people *p = row_staff_people_at(people, i);
		struct view *item = view_item(v, "people");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/staff/%s", r->prefix, p->staff));
		view_text(item, "name", *p->name != '\0' ? p->name : p->email);
		view_text(item, "email", p->email);
		view_text(item, "roles", p->roles);
		view_text(item, "state", req_text(r, state_word(p->state)));
		if (p->has_seen)
			view_time(item, "seen", p->seen);
		add_invitation(r, item, p->has_ends ? &p->ends : NULL, p->mail, p->has_mail_at ? &p->mail_at : NULL);
	}
	for (size_t i = 0; i < STAFF_LANGUAGES; i++) {
		struct view *item = view_item(v, "tongues");

		view_text(item, "value", staff_languages[i].prefix);
		view_text(item, "label", locale_own_name(locale_get(staff_languages[i].tag)));
		view_bool(item, "selected", strcmp(spoken, staff_languages[i].prefix) == 0);
	}
	view_bool(v, "mail", *form_typed(r, "email", "") == '\0' || *form_typed(r, "mail", "") != '\0');
	view_bool(v, "may_manage", console_may_everywhere(r, "staff.manage"));
	add_choices(r, v, roles, stores, NULL, NULL);
	page_html(r, v);
}

/* The prefixes of staff_languages. */
static const char *const tongues[] = { "en", "es", "id", NULL };
_Static_assert(ARRAY_LEN(tongues) == STAFF_LANGUAGES + 1, "each language of the console can be chosen");

static const struct param invite_params[] = {
	{ "email",  PARAM_EMAIL, .label = N_("Mail address") },
	{ "name",   PARAM_TEXT, .max = 100, .label = N_("Full name") },
	{ "locale", PARAM_CHOICE, .choices = tongues, .label = N_("Language") },
	{ "mail",   PARAM_BOOL, .label = N_("Send the invitation by mail") },
	{ "role",   PARAM_ID, .label = N_("Role") },
	{ "store",  PARAM_ID, .optional = "", .label = N_("Store") },
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const unsigned char *hash_of(struct req *r, const struct token *token)
{
	unsigned char *hash = mem_array(r->mem, unsigned char, SHA256_LEN);

	sha256(token->text, TOKEN_LEN, hash);
	return hash;
}

/* The store that writes to whom the mail goes, or NULL when none was asked for: that of this host, else where one works. */
static const char *mail_store(struct req *r)
{
	if (!param_bool(r, "mail"))
		return NULL;
	return r->site->store != NULL ? r->site->store : console_store(r);
}

/* The link, shown this once: whoever gave it hands it over, when no mail reaches the person. */
static void show_link(struct req *r, const struct token *token, const char *who)
{
	struct view *v = console_view(r, "admin-settings/link", N_("The link is ready"));

	view_text(v, "who", who);
	view_text(v, "link", req_url(r, mem_printf(r->mem, "/admin/login/join/%s", token->text)));
	view_bool(v, "mailed", mail_store(r) != NULL);
	page_html(r, v);
}

static void invite(struct req *r)
{
	const char *email = param_text(r, "email");
	struct token token = token_new();
	const char *outcome = row_staff_invite(q_staff_invite(r->db, r->site->tenant, console_actor(r), email, param_text(r, "name"),
		param_text(r, "locale"), param_id(r, "role"), param_id(r, "store"), hash_of(r, &token), SHA256_LEN, mail_store(r), param_text(r, "reason")))->outcome;

	if (strcmp(outcome, "ok") == 0)
		show_link(r, &token, email);
	else if (strcmp(outcome, "gone") == 0)
		page_not_found(r);
	else
		page_decline(r, people_show, strcmp(outcome, "taken") == 0 ? "email" : "role", settings_sentence(outcome));
}

static void person_show(struct req *r)
{
	struct rows *rows = q_staff_person(r->db, r->site->tenant, path_text(r, "id")), *roles = q_staff_roles(r->db), *stores = q_staff_stores(r->db),
		*bound = q_staff_bound(r->db, r->site->tenant, path_text(r, "id"));
	const struct row_staff_person *p = row_staff_person(rows);
	struct view *v;

	if (!rows_found(rows)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-settings/person", *p->name != '\0' ? p->name : p->email);
	view_text(v, "id", p->staff);
	view_text(v, "email", p->email);
	view_text(v, "state", req_text(r, state_word(p->state)));
	view_bool(v, "suspended", strcmp(p->state, "suspended") == 0);
	view_bool(v, "may_manage", console_may_everywhere(r, "staff.manage"));
	view_bool(v, "may_audit", console_may_everywhere(r, "audit.view"));
	if (row_staff_bound(bound)->has_since)
		view_time(v, "bound", row_staff_bound(bound)->since);
	view_bool(v, "joined", strcmp(p->state, "active") == 0);
	add_invitation(r, v, p->has_ends ? &p->ends : NULL, p->mail, p->has_mail_at ? &p->mail_at : NULL);
	add_choices(r, v, roles, stores, p->role, p->store);
	page_html(r, v);
}

static const struct param reason_params[] = {
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const struct param link_params[] = {
	{ "mail",   PARAM_BOOL, .label = N_("Send the link by mail") },
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const struct param person_params[] = {
	{ "role",   PARAM_ID, .label = N_("Role") },
	{ "store",  PARAM_ID, .optional = "", .label = N_("Store") },
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

/* Back to the person, or his page again with what is in the way. */
static void settle(struct req *r, const char *outcome, const char *done)
{
	if (strcmp(outcome, "gone") == 0) {
		page_not_found(r);
	} else if (strcmp(outcome, "ok") != 0) {
		page_decline(r, person_show, NULL, settings_sentence(outcome));
	} else {
		page_flash(r, "ok", done);
		page_redirect(r, mem_printf(r->mem, "%s/admin/staff/%s", r->prefix, path_text(r, "id")));
	}
}

static void person_role(struct req *r)
{
	settle(r, row_staff_set_role(q_staff_set_role(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_id(r, "role"),
						      param_id(r, "store"), param_text(r, "reason")))->outcome, N_("The role is changed."));
}

static void suspend_by(struct req *r, bool suspended, const char *done)
{
	settle(r, row_staff_suspend(q_staff_suspend(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), suspended,
						    param_text(r, "reason")))->outcome, done);
}

static void person_suspend(struct req *r)
{
	suspend_by(r, true, N_("This person is suspended and signed out."));
}

static void person_restore(struct req *r)
{
	suspend_by(r, false, N_("This person may sign in again."));
}

static void person_unbind(struct req *r)
{
	settle(r, row_staff_unbind(q_staff_unbind(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_text(r, "reason")))->outcome,
	       N_("The account is forgotten, and this person is signed out."));
}

static void person_link(struct req *r)
{
	struct token token = token_new();
	const char *outcome = row_staff_renew(q_staff_renew(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), hash_of(r, &token), SHA256_LEN,
							    mail_store(r), param_text(r, "reason")))->outcome;

	if (strcmp(outcome, "ok") != 0)
		settle(r, outcome, NULL);
	else
		show_link(r, &token, row_staff_person(q_staff_person(r->db, r->site->tenant, path_text(r, "id")))->email);
}

static void person_withdraw(struct req *r)
{
	settle(r, row_staff_withdraw(q_staff_withdraw(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_text(r, "reason")))->outcome,
	       N_("The link is withdrawn: it opens nothing any more."));
}

/* People and roles are changed by who showed a code a short time ago. */
#define MANAGE_BY(TRIPS) .permission = "staff.manage", .csrf_token = true, .step_up = true, .trips = (TRIPS)
#define MANAGE MANAGE_BY(5)
#define MANAGE_AND_CALL MANAGE_BY(7)

/* Settings are of the chosen store.  What decides where money goes (also what mails say of it), or whether the shop is there at all, wants a code too. */
#define SEE .permission = "settings.view", .trips = 3
#define EDIT_BY(TRIPS) .permission = "settings.edit", .csrf_token = true, .trips = (TRIPS)
#define EDIT EDIT_BY(5)
#define EDIT_AND_CALL EDIT_BY(8)
#define EDIT_PROVEN EDIT, .step_up = true

static const struct route routes[] = {
	{ GET,  "/admin/settings", stores_show, SEE },
	{ POST, "/admin/settings/status", status_change, .params = status_params, .form = stores_show, EDIT_PROVEN },
	{ GET,  "/admin/settings/store", store_show, SEE },
	{ POST, "/admin/settings/store", store_change, .params = store_params, .form = store_show, EDIT },
	{ GET,  "/admin/settings/languages", languages_show, SEE },
	{ POST, "/admin/settings/languages", languages_change, .params = languages_params, .form = languages_show, EDIT },
	{ GET,  "/admin/settings/hosts", hosts_show, SEE },
	{ POST, "/admin/settings/hosts", host_add, .params = host_params, .form = hosts_show, EDIT_PROVEN },
	{ POST, "/admin/settings/hosts/main", host_main, .params = host_act_params, .form = hosts_show, EDIT_PROVEN },
	{ POST, "/admin/settings/hosts/remove", host_remove, .params = host_act_params, .form = hosts_show, EDIT_PROVEN },
	{ GET,  "/admin/settings/delivery", deliveries_show, .params = delivery_try_params, .permission = "settings.view", .trips = 4 },
	{ GET,  "/admin/settings/delivery/new", delivery_new, .permission = "settings.edit", .trips = 3 },
	{ POST, "/admin/settings/delivery/new", delivery_make, .params = delivery_new_params, .form = delivery_new, EDIT },
	{ GET,  "/admin/settings/delivery/{id:id}", delivery_show, SEE },
	{ POST, "/admin/settings/delivery/{id:id}", delivery_change, .params = delivery_params, .form = delivery_show, EDIT },
	{ GET,  "/admin/settings/taxes", taxes_show, .params = tax_try_params, SEE },
	{ GET,  "/admin/settings/taxes/new", tax_new, .permission = "settings.edit", .trips = 3 },
	{ POST, "/admin/settings/taxes/new", tax_make, .params = tax_new_params, .form = tax_new, EDIT },
	{ GET,  "/admin/settings/taxes/how", tax_how, SEE },
	{ POST, "/admin/settings/taxes/how", tax_how_change, .params = tax_how_params, .form = tax_how, EDIT_PROVEN },
	{ GET,  "/admin/settings/taxes/{id:id}", tax_show, SEE },
	{ POST, "/admin/settings/taxes/{id:id}", tax_follow, .params = tax_follow_params, .form = tax_show, EDIT },
	{ POST, "/admin/settings/taxes/{id:id}/end", tax_end, .params = tax_end_params, .form = tax_show, EDIT },
	{ GET,  "/admin/settings/payment", payments_show, SEE },
	{ GET,  "/admin/settings/payment/{method}", payment_show, SEE },
	{ POST, "/admin/settings/payment/{method}", payment_change, .params = payment_params, .form = payment_show, EDIT_PROVEN },
	{ GET,  "/admin/settings/payment/accounts/new", gateway_new, .params = gateway_new_params, .permission = "settings.edit", .trips = 3 },
	{ POST, "/admin/settings/payment/accounts/new", gateway_add, .params = gateway_add_params, .form = gateway_new, EDIT_AND_CALL, .step_up = true },
	{ GET,  "/admin/settings/payment/accounts/{id:id}", gateway_show, SEE },
	{ POST, "/admin/settings/payment/accounts/{id:id}", gateway_change, .params = gateway_params, .form = gateway_show, EDIT_AND_CALL, .step_up = true },
	{ POST, "/admin/settings/payment/accounts/{id:id}/try", gateway_try, .params = gateway_try_params, .form = gateway_show, EDIT_AND_CALL },
	{ POST, "/admin/settings/payment/accounts/{id:id}/use", gateway_use, .params = gateway_use_params, .form = gateway_show, EDIT_PROVEN },
	{ POST, "/admin/settings/payment/accounts/{id:id}/remove", gateway_remove, .params = gateway_remove_params, .form = gateway_show, EDIT_PROVEN },
	{ GET,  "/admin/settings/policies", policies_show, SEE },
	{ POST, "/admin/settings/policies", policy_change, .params = policy_params, .form = policies_show, EDIT },
	{ GET,  "/admin/settings/policies/new", page_new_show, .permission = "settings.edit", .trips = 3 },
	{ POST, "/admin/settings/policies/new", page_make, .params = page_new_params, .form = page_new_show, EDIT },
	{ GET,  "/admin/settings/policies/{id:id}", page_edit_show, SEE },
	{ POST, "/admin/settings/policies/{id:id}", page_change, .params = page_params, .form = page_edit_show, EDIT },
	{ GET,  "/admin/settings/numbers", numbers_show, SEE },
	{ POST, "/admin/settings/numbers", numbers_change, .params = numbers_params, .form = numbers_show, EDIT_PROVEN },
	{ GET,  "/admin/settings/mails", mails_show, SEE },
	{ POST, "/admin/settings/mails", signature_change, .params = signature_params, .form = mails_show, EDIT },
	{ GET,  "/admin/settings/mails/{template}/{locale}", mail_show, SEE },
	{ POST, "/admin/settings/mails/{template}/{locale}", mail_change, .params = mail_params, .form = mail_show, EDIT_PROVEN },
	{ POST, "/admin/settings/mails/{template}/{locale}/look", mail_look, .params = mail_params, .form = mail_show, EDIT },
	{ POST, "/admin/settings/mails/{template}/{locale}/trial", mail_trial, .params = mail_params, .form = mail_show, EDIT },
	{ GET,  "/admin/staff", people_show, .permission = "staff.view", .trips = 3 },
	{ POST, "/admin/staff", invite, .params = invite_params, .form = people_show, MANAGE },
	{ GET,  "/admin/staff/sign-in", provider_show, .permission = "staff.view", .trips = 3 },
	{ POST, "/admin/staff/sign-in", provider_change, .params = provider_params, .form = provider_show, MANAGE_AND_CALL },
	{ POST, "/admin/staff/sign-in/try", provider_try, .form = provider_show, MANAGE_AND_CALL },
	{ GET,  "/admin/staff/{id:id}", person_show, .permission = "staff.view", .trips = 3 },
	{ POST, "/admin/staff/{id:id}/role", person_role, .params = person_params, .form = person_show, MANAGE },
	{ POST, "/admin/staff/{id:id}/suspend", person_suspend, .params = reason_params, .form = person_show, MANAGE },
	{ POST, "/admin/staff/{id:id}/restore", person_restore, .params = reason_params, .form = person_show, MANAGE },
	{ POST, "/admin/staff/{id:id}/unbind", person_unbind, .params = reason_params, .form = person_show, MANAGE },
	{ POST, "/admin/staff/{id:id}/link", person_link, .params = link_params, .form = person_show, MANAGE },
	{ POST, "/admin/staff/{id:id}/withdraw", person_withdraw, .params = link_params, .form = person_show, MANAGE },
	{ GET,  "/admin/roles", roles_show, .permission = "staff.view", .trips = 3 },
	{ GET,  "/admin/roles/new", role_new, .permission = "staff.manage", .step_up = true, .trips = 3 },
	{ POST, "/admin/roles/new", role_make, .params = role_params, .form = role_new, MANAGE },
	{ GET,  "/admin/roles/{id:id}", role_edit, .permission = "staff.view", .trips = 3 },
	{ POST, "/admin/roles/{id:id}", role_change, .params = role_params, .form = role_edit, MANAGE },
	{ GET,  "/admin/audit", audit_show, .params = audit_params, .permission = "audit.view", .trips = 3 },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program admin_settings = {
		.name = "admin-settings", .routes = routes, .hooks = &console_hooks, .session = &session_staff, .admin = true, .calls = true,
	};

	return program_run(&admin_settings, argc, argv);
}
