/* Accounts of a store at payment gateways: their keys are taken, sealed and never seen again.  Manual: sutler-admin-settings(8). */
#include "admin-settings.h"

#include "base/id.h"
#include "base/mem.h"
#include "pay/provider.h"
#include "pay/secret.h"
#include "web/call.h"

#include <string.h>

/* Letters of a key that are kept in the clear, to tell one from another. */
#define LAST 4

static const char *const modes[] = { "test", "live", NULL };
static const struct form_option mode_options[] = {
	{ "test", N_("Test: no money moves") },
	{ "live", N_("Real money") },
};

#define SECRETS \
	{ "key",     PARAM_SECRET, .optional = "", .label = N_("Secret key") }, \
	{ "webhook", PARAM_SECRET, .optional = "", .label = N_("Signing secret of its reports") }

/* The new account's number comes with the form: the gateway is told its address before the account is saved. */
const struct param gateway_new_params[] = {
	{ "account", PARAM_ID, .optional = "" },
	{ 0 }
};

const struct param gateway_add_params[] = {
	SETTINGS_STORE,
	{ "account", PARAM_ID },
	{ "name",    PARAM_TEXT, .max = 60, .optional = "", .label = N_("Name") },
	{ "mode",    PARAM_CHOICE, .choices = modes, .label = N_("Money") },
	{ "active",  PARAM_BOOL, .label = N_("New payments go here") },
	SECRETS,
	{ "reason",  PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

const struct param gateway_params[] = {
	SETTINGS_STORE,
	{ "revision", PARAM_INT, .min = 1, .max = INT64_C(1) << 40 },
	{ "name",     PARAM_TEXT, .max = 60, .optional = "", .label = N_("Name") },
	SECRETS,
	{ "at_once",  PARAM_BOOL, .label = N_("The old signing secret ends at once") },
	{ "reason",   PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

const struct param gateway_use_params[] = {
	SETTINGS_STORE,
	{ "active",     PARAM_BOOL },
	{ "use_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

const struct param gateway_remove_params[] = {
	SETTINGS_STORE,
	{ "remove_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

const struct param gateway_try_params[] = {
	SETTINGS_STORE,
	{ 0 }
};

/* What a gateway says of its keys, for each of pay_providers[]. */
static const struct words {
	const char *provider;
	const char *key, *webhook;              /* where they are found */
	const char *no_key, *public_key, *swapped, *no_webhook;
} all_words[] = {
	{ "stripe",
	  N_("In Stripe's dashboard below Developers, API keys. It begins with sk_, or with rk_ when it is a restricted one."),
	  N_("Stripe shows it when the address above is entered there. It begins with whsec_."),
	  N_("This is no secret key of Stripe: it begins with sk_ or rk_. Perhaps a part was lost in copying."),
	  N_("This is the publishable key, which is for browsers. Please enter the secret one: it begins with sk_ or rk_."),
	  N_("This is a signing secret; it belongs in the field below. The secret key begins with sk_ or rk_."),
	  N_("This is no signing secret of Stripe: it begins with whsec_. Perhaps a part was lost in copying.") },
};

static const struct words *words_of(const char *provider)
{
	for (size_t i = 0; i < ARRAY_LEN(all_words); i++)
		if (strcmp(all_words[i].provider, provider) == 0)
			return &all_words[i];
	return NULL;
}

/* One gateway so far: with a second one the form gets a choice. */
static const struct payment_provider *the_gateway(void)
{
	return pay_providers[0];
}

/* --- what the gateway said ------------------------------------------------------------------------------ */

static const struct { const char *answer, *sentence; } answers[] = {
	{ "", N_("Not tried since the key was entered.") },
	{ "ok", N_("The gateway answers and takes the key.") },
	{ "key", N_("The gateway does not know this key. Perhaps it was deleted or replaced there: please copy it again, or make a new one.") },
	{ "rights", N_("The gateway knows the key, but does not let it make payment pages. A restricted key needs the right to write Checkout Sessions, Payment Intents and Refunds.") },
	{ "mode", N_("The key is of the other mode: test keys move no money, and the gateway was not asked. Please enter one that fits the account.") },
	{ "away", N_("The gateway gave no answer of use. Please try again in some minutes; the key is kept.") },
	{ "sealed", N_("The server cannot open this key: it was sealed for another key than it has now. Whoever runs the server runs sutlerctl migrate; then please enter both secrets again.") },
};

static const char *answer_sentence(struct req *r, const char *answer)
{
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		if (strcmp(answers[i].answer, answer) == 0)
			return req_text(r, answers[i].sentence);
	return mem_printf(r->mem, "%s %s", req_text(r, N_("The gateway said no, with this word:")), answer);
}

/* Keys that nobody entered here were entered on the server. */
static const char *who_of(const char *name)
{
	return *name == '\0' ? "sutlerctl" : name;
}

void gateway_list(struct req *r, struct view *v, struct rows *gateways)
{
	for (size_t i = 0; i < rows_count(gateways); i++) {
		const struct row_settings_gateways *g = row_settings_gateways_at(gateways, i);
		const struct payment_provider *provider = pay_provider(g->provider);
		const char *label = provider == NULL ? g->provider : provider->label;
		struct view *item = view_item(v, "gateways");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/settings/payment/accounts/%s", r->prefix, g->account));
		view_text(item, "name", *g->name == '\0' ? label : g->name);
		view_text(item, "provider", label);
		view_bool(item, "active", g->active);
		view_bool(item, "live", g->live);
		view_text(item, "key_last", *g->key_last == '\0' ? NULL : g->key_last);
		view_text(item, "by", who_of(g->changed_by));
		if (g->has_changed)
			view_time(item, "changed", g->changed);
		view_bool(item, "works", strcmp(g->answer, "ok") == 0);
		view_bool(item, "fails", *g->answer != '\0' && strcmp(g->answer, "ok") != 0);
	}
	view_bool(v, "has_gateways", rows_count(gateways) > 0);
}

/* --- the pages -------------------------------------------------------------------------------------------- */

/* Where a secret is to be typed: nothing that was typed is ever shown again, also not after an error. */
static void add_secrets(struct req *r, struct view *v, const struct words *w, bool kept)
{
	view_text(v, "key_hint", w == NULL ? "" : req_text(r, w->key));
	view_text(v, "webhook_hint", w == NULL ? "" : req_text(r, w->webhook));
	view_bool(v, "kept", kept);
	view_bool(v, "again", form_typed(r, "reason", NULL) != NULL);
}

static const char *reports_at(struct req *r, const char *origin, const char *provider, const char *account)
{
	return mem_printf(r->mem, "%s/webhooks/%s/%s", origin, provider, account);
}

/* A fresh number stands in the page's own address: who loads it again finds the one the gateway was told. */
void gateway_new(struct req *r)
{
	const struct payment_provider *g = the_gateway();
	const char *store = settings_store(r), *account = param_id(r, "account");
	struct settings_form f;
	struct rows *rows;
	struct id fresh;
	struct view *v;

	if (store == NULL)
		return;
	if (account == NULL) {
		fresh = id_new();
		page_redirect(r, mem_printf(r->mem, "%s?account=%s", req_path(r, "/admin/settings/payment/accounts/new"), fresh.text));
		return;
	}
	rows = q_settings_store_origin(r->db, store);
	v = settings_view(r, "admin-settings/gateway", N_("New account at a gateway"), "/admin/settings/payment");
	view_bool(v, "is_new", true);
	view_text(v, "account", account);
	view_text(v, "action", req_path(r, "/admin/settings/payment/accounts/new"));
	view_text(v, "provider", g->label);
	view_text(v, "reports", reports_at(r, row_settings_store_origin(rows)->origin, g->name, account));
	add_secrets(r, v, words_of(g->name), false);
	f = settings_form(r, v, 0);
	settings_group(&f, g->label, NULL);
	settings_text(&f, "name", N_("Name"), "", 60);
	settings_hint(&f, N_("For yourself, when there are several. Empty: the gateway's name."));
	settings_choice(&f, "mode", N_("Money"), mode_options, ARRAY_LEN(mode_options), "test");
	settings_hint(&f, N_("It stays so: for the other one add another account."));
	settings_bool(&f, "active", N_("New payments go here"), true);
	settings_hint(&f, N_("Another account at this gateway is then switched off; what was paid by it is given back by it."));
	page_html(r, v);
}

static void add_facts(struct req *r, struct view *v, const struct row_settings_gateway *g)
{
	view_bool(v, "active", g->active);
	view_bool(v, "live", g->live);
	view_text(v, "key_last", *g->key_last == '\0' ? NULL : g->key_last);
	view_text(v, "by", who_of(g->changed_by));
	if (g->has_changed)
		view_time(v, "changed", g->changed);
	if (g->has_old_until)
		view_time(v, "old_until", g->old_until);
	if (g->has_tried)
		view_time(v, "tried", g->tried);
	view_bool(v, "works", strcmp(g->answer, "ok") == 0);
	view_bool(v, "fails", *g->answer != '\0' && strcmp(g->answer, "ok") != 0);
	view_text(v, "answer", answer_sentence(r, g->answer));
}

void gateway_show(struct req *r)
{
	const char *store = settings_store(r), *id = path_text(r, "id");
	const struct row_settings_gateway *g;
	const struct payment_provider *provider;
	struct settings_form f;
	struct rows *rows;
	struct view *v;

	if (store == NULL)
		return;
	rows = q_settings_gateway(r->db, store, id);
	g = row_settings_gateway(rows);
	if (!rows_found(rows)) {
		page_not_found(r);
		return;
	}
	provider = pay_provider(g->provider);
	v = settings_view(r, "admin-settings/gateway", *g->name != '\0' ? g->name : provider == NULL ? g->provider : provider->label, "/admin/settings/payment");
	view_bool(v, "is_new", false);
	view_text(v, "action", mem_printf(r->mem, "%s/admin/settings/payment/accounts/%s", r->prefix, id));
	view_text(v, "provider", provider == NULL ? g->provider : provider->label);
	view_text(v, "reports", reports_at(r, g->origin, g->provider, id));
	add_facts(r, v, g);
	add_secrets(r, v, words_of(g->provider), true);
	f = settings_form(r, v, g->revision);
	settings_group(&f, N_("Name and keys"), NULL);
	settings_text(&f, "name", N_("Name"), g->name, 60);
	page_html(r, v);
}

/* --- what was typed --------------------------------------------------------------------------------------- */

struct secrets {
	const char *key, *webhook;              /* "": not given */
	const unsigned char *key_box, *webhook_box;
	size_t nkey, nwebhook;
};

/* Without the spaces that come along when something is copied. */
static const char *typed(struct req *r, const char *name)
{
	const char *s = settings_given(r, name);
	size_t n;

	s += strspn(s, " \t\r\n");
	for (n = strlen(s); n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL; n--)
		;
	return mem_strndup(r->mem, s, n);
}

/* What is wrong with the key of an account that moves real money or none; NULL: nothing. */
static const char *key_fault(const struct payment_provider *g, const struct words *w, const char *key, bool live)
{
	switch (g->shape(key)) {
	case PAY_SHAPE_TEST:
		return live ? N_("This is a test key: no money would move. An account for real money needs a live key.") : NULL;
	case PAY_SHAPE_LIVE:
		return live ? NULL : N_("This key moves real money, and the account is for tests. Please enter a test key, or add an account for real money.");
	case PAY_SHAPE_PUBLIC:
		return w->public_key;
	case PAY_SHAPE_WEBHOOK:
		return w->swapped;
	case PAY_SHAPE_NONE:
		break;
	}
	return w->no_key;
}

/* Reads and checks what was typed; NEEDED: both must be there.  false: something was said at a field. */
static bool take_secrets(struct req *r, const struct payment_provider *g, bool live, bool needed, struct secrets *s)
{
	const struct words *w = words_of(g->name);
	const char *fault = NULL;
	bool good = true;

	*s = (struct secrets){ .key = typed(r, "key"), .webhook = typed(r, "webhook") };
	if (*s->key == '\0' && needed)
		fault = N_("Please enter the secret key that the gateway shows you.");
	else if (*s->key != '\0')
		fault = key_fault(g, w, s->key, live);
	if (fault != NULL) {
		field_error(r, "key", fault);
		good = false;
	}
	fault = NULL;
	if (*s->webhook == '\0' && needed)
		fault = N_("Please enter the signing secret: without it nobody could believe what the gateway reports.");
	else if (*s->webhook != '\0' && g->shape(s->webhook) != PAY_SHAPE_WEBHOOK)
		fault = w->no_webhook;
	if (fault != NULL) {
		field_error(r, "webhook", fault);
		good = false;
	}
	return good;
}

/* Seals what was typed for its place.  false: it was said why not. */
static bool seal_secrets(struct req *r, const char *account, struct secrets *s)
{
	const unsigned char *public;

	if (*s->key == '\0' && *s->webhook == '\0')
		return true;
	public = settings_seal_key(r);
	if (public != NULL && *s->key != '\0')
		s->key_box = pay_secret_box(r->mem, public, r->site->tenant, account, PAY_SECRET_KEY, s->key, &s->nkey);
	if (public != NULL && *s->webhook != '\0')
		s->webhook_box = pay_secret_box(r->mem, public, r->site->tenant, account, PAY_SECRET_WEBHOOK, s->webhook, &s->nwebhook);
	if ((*s->key == '\0' || s->key_box != NULL) && (*s->webhook == '\0' || s->webhook_box != NULL))
		return true;
	field_error(r, *s->key != '\0' ? "key" : "webhook", settings_no_seal_key);
	return false;
}

static const char *last_of(const char *key)
{
	size_t n = strlen(key);

	return n > LAST ? key + n - LAST : "";
}

/* --- saving ------------------------------------------------------------------------------------------------ */

static void back_to(struct req *r, const char *account)
{
	page_redirect(r, mem_printf(r->mem, "%s/admin/settings/payment/accounts/%s", r->prefix, account));
}

static void say_tried(struct req *r, const struct call_answer *a, const char *account, const char *good, const char *bad)
{
	bool works = a->outcome == CALL_OK;

	page_flash(r, works ? "ok" : "warn", works ? good : strcmp(a->code, "not_ready") == 0 || strcmp(a->code, "busy") == 0 ?
		   N_("It could not be tried right now. Please try it in a minute.") : bad);
	back_to(r, account);
}

static void tried_new(struct req *r, const struct call_answer *a)
{
	say_tried(r, a, param_id(r, "account"), N_("The account is saved, and the gateway takes its key."),
		  N_("The account is saved, but its key does not work yet: what the gateway says stands below."));
}

static void tried_changed(struct req *r, const struct call_answer *a)
{
	say_tried(r, a, path_text(r, "id"), N_("The new key is saved, and the gateway takes it."),
		  N_("The new key is saved, but it does not work yet: what the gateway says stands below."));
}

static void tried_again(struct req *r, const struct call_answer *a)
{
	say_tried(r, a, path_text(r, "id"), N_("The gateway answers and takes the key."), N_("It does not work: what the gateway says stands below."));
}

void gateway_add(struct req *r)
{
	static const struct settings_outcome outcomes[] = {
		{ "many", NULL, N_("A store has 20 accounts at gateways at most.") },
	};
	const struct payment_provider *g = the_gateway();
	const char *store = settings_store(r), *account = param_id(r, "account"), *outcome;
	bool live = strcmp(param_text(r, "mode"), "live") == 0;
	struct secrets s;

	if (store == NULL)
		return;
	if (!take_secrets(r, g, live, true, &s) || !seal_secrets(r, account, &s)) {
		page_again(r, gateway_new);
		return;
	}
	outcome = row_settings_add_gateway(q_settings_add_gateway(r->db, r->site->tenant, console_actor(r), store, account, g->name, settings_given(r, "name"),
		live, param_bool(r, "active"), s.key_box, s.nkey, last_of(s.key), s.webhook_box, s.nwebhook, param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "ok") == 0)
		page_call(r, "payment.try", account, tried_new);
	else
		settings_decline(r, gateway_new, outcome, outcomes, ARRAY_LEN(outcomes));
}

/* The account of the path, when it is one of the store; NULL: answered. */
static const struct row_settings_gateway *find(struct req *r, const char *store)
{
	struct rows *rows = store == NULL ? NULL : q_settings_gateway(r->db, store, path_text(r, "id"));

	if (store == NULL)
		return NULL;
	if (rows_found(rows))
		return row_settings_gateway(rows);
	page_not_found(r);
	return NULL;
}

void gateway_change(struct req *r)
{
	const char *store = settings_store(r), *id = path_text(r, "id"), *outcome;
	const struct row_settings_gateway *g = find(r, store);
	const struct payment_provider *provider = g == NULL ? NULL : pay_provider(g->provider);
	struct secrets s;

	if (provider == NULL)
		return;
	if (!take_secrets(r, provider, g->live, false, &s) || !seal_secrets(r, id, &s)) {
		page_again(r, gateway_show);
		return;
	}
	outcome = row_settings_change_gateway(q_settings_change_gateway(r->db, r->site->tenant, console_actor(r), store, id, param_int(r, "revision"),
		settings_given(r, "name"), s.key_box, s.nkey, last_of(s.key), s.webhook_box, s.nwebhook, param_bool(r, "at_once"), param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		settings_decline(r, gateway_show, outcome, NULL, 0);
	} else if (s.key_box != NULL) {
		page_call(r, "payment.try", id, tried_changed);
	} else {
		page_flash(r, "ok", N_("The account is saved."));
		back_to(r, id);
	}
}

void gateway_try(struct req *r)
{
	if (find(r, settings_store(r)) != NULL)
		page_call(r, "payment.try", path_text(r, "id"), tried_again);
}

void gateway_use(struct req *r)
{
	const char *store = settings_store(r), *id = path_text(r, "id"), *outcome;
	bool active = param_bool(r, "active");

	if (store == NULL)
		return;
	outcome = row_settings_use_gateway(q_settings_use_gateway(r->db, r->site->tenant, console_actor(r), store, id, active, param_text(r, "use_reason")))->outcome;
	settings_settle(r, gateway_show, outcome, NULL, 0, active ? N_("New payments go by this account.") : N_("No new payment goes by this account any more."),
			mem_printf(r->mem, "/admin/settings/payment/accounts/%s", id));
}

void gateway_remove(struct req *r)
{
	static const struct settings_outcome outcomes[] = {
		{ "active", NULL, N_("New payments go by this account. Please switch it off first.") },
		{ "used", NULL, N_("Payments were made by this account, and only by it can they be given back: it stays. Switched off, it takes no new ones.") },
	};
	const char *store = settings_store(r), *outcome;

	if (store == NULL)
		return;
	outcome = row_settings_remove_gateway(q_settings_remove_gateway(r->db, r->site->tenant, console_actor(r), store, path_text(r, "id"), param_text(r, "remove_reason")))->outcome;
	settings_settle(r, gateway_show, outcome, outcomes, ARRAY_LEN(outcomes), N_("The account is removed."), "/admin/settings/payment");
}
