/* By which identity provider staff sign in: saved, and tried by courier at once. */
#include "admin-settings.h"

#include "base/config.h"
#include "base/mem.h"
#include "base/seal.h"
#include "web/call.h"

#include <ctype.h>
#include <string.h>

/* A business has a handful; more would be a list of customers. */
#define DOMAINS_MAX 20
/* Roles that are offered; merchants have a dozen. */
#define ROLES_MAX 100
#define DOMAIN_MAX 253                  /* bytes, RFC 1035 */

static const char *const seconds[] = { "always", "unless_said", "never", NULL };
static const struct form_option second_options[] = {
	{ "unless_said", N_("Unless the provider says that it asked for several factors") },
	{ "always", N_("Always") },
	{ "never", N_("Never: the provider alone decides") },
};

const struct param provider_params[] = {
	{ "revision",  PARAM_INT, .min = 0, .max = INT64_C(1) << 40 },
	{ "name",      PARAM_TEXT, .max = 60, .label = N_("Name on the button") },
	{ "issuer",    PARAM_TEXT, .max = 300, .label = N_("Address of the provider (issuer)") },
	{ "client",    PARAM_TEXT, .max = 300, .label = N_("Client ID") },
	{ "secret",    PARAM_SECRET, .optional = "", .label = N_("Client secret") },
	{ "domains",   PARAM_BLOCK, .max = 2000, .optional = "", .label = N_("Mail domains") },
	{ "passwords", PARAM_BOOL, .label = N_("Passwords count as well") },
	{ "role",      PARAM_ID, .optional = "", .label = N_("Who was not invited") },
	{ "second",    PARAM_CHOICE, .choices = seconds, .label = N_("Our own second factor") },
	{ "active",    PARAM_BOOL, .label = N_("Offered") },
	{ "reason",    PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

/* --- the page --------------------------------------------------------------------------------------- */

static void add_roles(struct req *r, struct settings_form *f, struct rows *roles, const char *role)
{
	struct form_option *options = mem_array(r->mem, struct form_option, ROLES_MAX);
	size_t n = 0;

	options[n++] = (struct form_option){ "", N_("They do not come in") };
	for (size_t i = 0; i < rows_count(roles) && n < ROLES_MAX; i++)
		if (!row_staff_roles_at(roles, i)->is_owner)
			options[n++] = (struct form_option){ row_staff_roles_at(roles, i)->role, row_staff_roles_at(roles, i)->name };
	settings_choice(f, "role", N_("Who was not invited"), options, n, role);
}

void provider_show(struct req *r)
{
	struct rows *rows = q_staff_provider(r->db, r->site->tenant), *roles = q_staff_roles(r->db),
		*owner = q_staff_is_owner(r->db, r->site->tenant, console_actor(r));
	const struct row_staff_provider *p = row_staff_provider(rows);
	bool exists = rows_found(rows);
	struct settings_form f;
	struct view *v = console_view(r, "admin-settings/provider", N_("How staff sign in"));

	view_text(v, "back", mem_printf(r->mem, "%s/admin/login/provider/back", r->site->origin));
	view_text(v, "left", mem_printf(r->mem, "%s/admin/login", r->site->origin));
	view_bool(v, "may_edit", row_staff_is_owner(owner)->owner && console_may_everywhere(r, "staff.manage"));
	view_bool(v, "exists", exists);
	view_bool(v, "answers", exists && p->answers);
	f = settings_form(r, v, exists ? p->revision : 0);
	if (!exists)
		view_text(v, "revision", "0");
	settings_group(&f, N_("The provider"), NULL);
	settings_text(&f, "name", N_("Name on the button"), exists ? p->name : "", 60);
	settings_text(&f, "issuer", N_("Address of the provider (issuer)"), exists ? p->issuer : "", 300);
	settings_hint(&f, N_("As it stands in its own description, for instance https://accounts.google.com."));
	settings_text(&f, "client", N_("Client ID"), exists ? p->client : "", 300);
	settings_bool(&f, "active", N_("Offered"), exists && p->active);
	settings_group(&f, N_("Who comes in"), NULL);
	settings_text(&f, "domains", N_("Mail domains"), exists ? p->domains : "", 2000);
	settings_hint(&f, N_("Parted by commas, like example.com. Empty: everybody who was invited."));
	add_roles(r, &f, roles, exists && p->role != NULL ? p->role : "");
	settings_hint(&f, N_("People of these domains can come in without an invitation, with this role in all stores."));
	settings_choice(&f, "second", N_("Our own second factor"), second_options, ARRAY_LEN(second_options), exists ? p->second : "unless_said");
	settings_bool(&f, "passwords", N_("Passwords count as well"), !exists || p->passwords);
	settings_hint(&f, N_("Owners can always use theirs, for the day when the provider is away."));
	page_html(r, v);
}

/* --- trying ------------------------------------------------------------------------------------------ */

static const struct { const char *fault, *sentence; } faults[] = {
	{ "address", N_("It is saved, but this address, or one that the provider names, may not be called. It must begin with https:// and be reachable from the Internet.") },
	{ "away", N_("It is saved, but nobody answers at this address.") },
	{ "late", N_("It is saved, but the provider is too slow.") },
	{ "answer", N_("It is saved, but there is no description of a provider at this address.") },
	{ "json", N_("It is saved, but there is no description of a provider at this address.") },
	{ "issuer", N_("It is saved, but the provider calls itself otherwise. Please enter its address exactly as its description has it.") },
	{ "flow", N_("It is saved, but the provider does not know the code flow with PKCE (S256).") },
	{ "key", N_("It is saved, but the provider shows no keys to check its signatures with.") },
	{ "gone", N_("There is no provider yet.") },
};

static void tried(struct req *r, const struct call_answer *a)
{
	const char *sentence = N_("It is saved, but it could not be tried right now. Please try it again in a minute.");

	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		if (strcmp(faults[i].fault, a->code) == 0)
			sentence = faults[i].sentence;
	if (a->outcome == CALL_OK)
		page_flash(r, "ok", N_("It is saved, and the provider answers as it should."));
	else
		page_flash(r, "warn", sentence);
	page_redirect(r, req_path(r, "/admin/staff/sign-in"));
}

void provider_try(struct req *r)
{
	page_call(r, "identity.try", r->site->tenant, tried);
}

/* --- saving ------------------------------------------------------------------------------------------- */

/* An address without anything behind '?' or '#'; courier looks closer. */
static bool is_issuer(const char *s)
{
	return strpbrk(s, "?# \t\"<>\\") == NULL &&
	       (strncmp(s, "https://", 8) == 0 || (config_bool("net.plain_loopback") && strncmp(s, "http://", 7) == 0));
}

static bool is_domain(const char *s)
{
	size_t n = strlen(s);

	return n > 2 && n <= DOMAIN_MAX && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n && strchr(s, '.') != NULL &&
	       s[0] != '.' && s[n - 1] != '.' && s[0] != '-' && strstr(s, "..") == NULL;
}

/* The domains that were typed, in small letters, with or without '@'; false: one is none. */
static bool take_domains(struct req *r, const char **out, size_t *n)
{
	char *text = mem_strdup(r->mem, settings_given(r, "domains")), *word;

	for (char *p = text; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	*n = 0;
	while ((word = strsep(&text, ", \n\t")) != NULL) {
		if (*word == '@')
			word++;
		if (*word == '\0')
			continue;
		if (!is_domain(word) || *n == DOMAINS_MAX)
			return false;
		out[(*n)++] = word;
	}
	return true;
}

/* The secret that was typed, sealed for its place.  false: it was said beside the field why it cannot be. */
static bool take_secret(struct req *r, const unsigned char **out, size_t *n)
{
	const char *secret = settings_given(r, "secret");
	const unsigned char *public;

	*n = 0;
	*out = NULL;
	if (*secret == '\0')
		return true;
	public = settings_seal_key(r);
	if (public != NULL)
		*out = seal_box(r->mem, public, mem_printf(r->mem, "staff.sso secret %s", r->site->tenant), secret, strlen(secret), n);
	if (*out == NULL)
		field_error(r, "secret", settings_no_seal_key);
	return *out != NULL;
}

static bool is_in_order(struct req *r, const char **domains, size_t *n)
{
	bool good = true;

	if (!is_issuer(param_text(r, "issuer"))) {
		field_error(r, "issuer", N_("Please enter an address that begins with https:// and has no ? or # in it."));
		good = false;
	}
	if (!take_domains(r, domains, n)) {
		field_error(r, "domains", N_("Please write domains like example.com, parted by commas; 20 at most."));
		good = false;
	} else if (param_id(r, "role") != NULL && *n == 0) {
		field_error(r, "domains", N_("Please say of which domains: else everybody with an account there could come in."));
		good = false;
	}
	if (!param_bool(r, "passwords") && !param_bool(r, "active")) {
		field_error(r, "passwords", N_("Without passwords the provider must be offered: there must be some way in."));
		good = false;
	}
	return good;
}

void provider_change(struct req *r)
{
	static const struct settings_outcome outcomes[] = {
		{ "not_allowed", NULL, N_("Only owners change this: whoever chooses the provider could come in as anybody.") },
		{ "secret", "secret", N_("Please enter the secret that the provider gave you.") },
		{ "no_way_in", "passwords", N_("No owner could sign in by password and app. Give one of them both first.") },
	};
	const char *domains[DOMAINS_MAX], *outcome;
	const unsigned char *secret;
	size_t n = 0, nsecret;

	if (!is_in_order(r, domains, &n) || !take_secret(r, &secret, &nsecret)) {
		page_again(r, provider_show);
		return;
	}
	outcome = row_staff_save_provider(q_staff_save_provider(r->db, r->site->tenant, console_actor(r), param_int(r, "revision"), param_text(r, "name"),
		param_text(r, "issuer"), param_text(r, "client"), secret, nsecret, domains, n, param_bool(r, "passwords"), param_id(r, "role"),
		param_text(r, "second"), param_bool(r, "active"), param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "ok") == 0)
		page_call(r, "identity.try", r->site->tenant, tried);
	else
		settings_decline(r, provider_show, outcome, outcomes, ARRAY_LEN(outcomes));
}
