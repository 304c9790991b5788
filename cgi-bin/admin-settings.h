/* admin-settings.h -- what the files of the program admin-settings share. */
#ifndef ADMIN_SETTINGS_PROGRAM_H
#define ADMIN_SETTINGS_PROGRAM_H

#include "db/query/settings.h"
#include "db/query/staff.h"
#include "db/rows.h"
#include "front/console.h"

/* The sentence for an outcome of the functions of sql/functions/staff.sql that is not ok. */
const char *settings_sentence(const char *outcome);

/* admin-settings-roles.c */
extern const struct param role_params[];
void roles_show(struct req *r);
void role_new(struct req *r);
void role_make(struct req *r);
void role_edit(struct req *r);
void role_change(struct req *r);

/* admin-settings-audit.c */
extern const struct param audit_params[];
void audit_show(struct req *r);

/*
 * admin-settings-form.c: forms of settings, field by field.
 *
 * A form is a list of groups of fields in the view, which {{>admin-settings/fields}} prints.
 * What was typed wins over what is stored; when somebody else has saved since the form was
 * filled in (its hidden field "revision" tells), what is stored now stands below each field
 * where the two differ.
 *
 *	struct settings_form f = settings_form(r, v, row->revision);
 *	settings_group(&f, N_("Seller"), NULL);
 *	settings_text(&f, "city", N_("Town or city"), row->city, 200);
 *	settings_hint(&f, N_("As it stands on invoices."));
 */
struct settings_form {
	struct req *r;
	struct view *v, *group, *field;
	bool changed;
};
/* REVISION 0: of something new. */
struct settings_form settings_form(struct req *r, struct view *v, int64_t revision);
/* TITLE is N_("...") or a name; LANG a BCP 47 tag, or NULL for the page's. */
void settings_group(struct settings_form *f, const char *title, const char *lang);
/* Fields; LABEL is N_("..."), VALUE what is stored, MAX code points. */
void settings_text(struct settings_form *f, const char *name, const char *label, const char *value, int max);
void settings_block(struct settings_form *f, const char *name, const char *label, const char *value, int max);
void settings_int(struct settings_form *f, const char *name, const char *label, int64_t value);
void settings_color(struct settings_form *f, const char *name, const char *label, const char *value);
void settings_bool(struct settings_form *f, const char *name, const char *label, bool value);
void settings_choice(struct settings_form *f, const char *name, const char *label, const struct form_option *options, size_t n,
		     const char *value);
void settings_country(struct settings_form *f, const char *name, const char *label, const char *value);
/* What goes along unseen. */
void settings_hidden(struct settings_form *f, const char *name, const char *value);
/* A sentence below the last field, N_("..."). */
void settings_hint(struct settings_form *f, const char *hint);
/* More below it: WORDS, N_("..."), and what they are about. */
void settings_note(struct settings_form *f, const char *words, const char *what);

/* The text of a parameter, "" when it was not given. */
const char *settings_given(struct req *r, const char *name);
/* MINOR units as a field shows them: "19.90". */
const char *settings_amount(struct req *r, int64_t minor, const char *currency);
/* What was typed, "19,90" or "19.90"; false: none, or more than a price may be. */
bool settings_take_amount(struct req *r, const char *text, const char *currency, int64_t *minor);
/* 210000 as "21", 52500 as "5.25", and back; false: none, or more than 100. */
const char *settings_percent(struct req *r, int64_t ppm);
bool settings_take_percent(struct req *r, const char *text, int64_t *ppm);
/* Every form of a store's settings says of which store: who has switched to another one in a second
   window must not change that one by it. */
#define SETTINGS_STORE { "store", PARAM_ID }
/* The chosen store; NULL, and the answer given: 403 without one, 409 when the form is
   of another store of his, 404 of any other. */
const char *settings_store(struct req *r);
/* A page of the settings with its tabs; HERE is one of their paths. */
struct view *settings_view(struct req *r, const char *template, const char *title, const char *here);
/* What a secret is sealed with by this program, which cannot open it again: SEAL_PUBLIC_LEN bytes, or NULL when the host has
   no key; then the sentence is to be said beside the field. */
const unsigned char *settings_seal_key(struct req *r);
extern const char *const settings_no_seal_key;
/* Says what was in the way: "gone" is 404; else the sentence of the table at its field. */
struct settings_outcome {
	const char *outcome, *field, *sentence;
};
void settings_decline(struct req *r, void (*show)(struct req *r), const char *outcome, const struct settings_outcome *table, size_t n);
/* On to PATH with DONE, or settings_decline(). */
void settings_settle(struct req *r, void (*show)(struct req *r), const char *outcome, const struct settings_outcome *table, size_t n,
		     const char *done, const char *path);

/* admin-settings-store.c */
extern const struct param store_params[], status_params[], languages_params[], host_params[], host_act_params[];
void stores_show(struct req *r);
void store_show(struct req *r);
void store_change(struct req *r);
void status_change(struct req *r);
void languages_show(struct req *r);
void languages_change(struct req *r);
void hosts_show(struct req *r);
void host_add(struct req *r);
void host_main(struct req *r);
void host_remove(struct req *r);

/* admin-settings-delivery.c */
extern const struct param delivery_params[], delivery_new_params[], delivery_try_params[];
void deliveries_show(struct req *r);
void delivery_show(struct req *r);
void delivery_change(struct req *r);
void delivery_new(struct req *r);
void delivery_make(struct req *r);

/* admin-settings-tax.c */
extern const struct param tax_try_params[], tax_new_params[], tax_follow_params[], tax_end_params[], tax_how_params[];
void taxes_show(struct req *r);
void tax_new(struct req *r);
void tax_make(struct req *r);
void tax_show(struct req *r);
void tax_follow(struct req *r);
void tax_end(struct req *r);
void tax_how(struct req *r);
void tax_how_change(struct req *r);

/* admin-settings-provider.c */
extern const struct param provider_params[];
void provider_show(struct req *r);
void provider_change(struct req *r);
void provider_try(struct req *r);

/* admin-settings-payment.c */
extern const struct param payment_params[];
void payments_show(struct req *r);
void payment_show(struct req *r);
void payment_change(struct req *r);

/* admin-settings-gateway.c */
extern const struct param gateway_new_params[], gateway_add_params[], gateway_params[], gateway_use_params[], gateway_remove_params[], gateway_try_params[];
/* The list of accounts in the page of ways of payment, of rows of settings_gateways. */
void gateway_list(struct req *r, struct view *v, struct rows *gateways);
void gateway_new(struct req *r);
void gateway_add(struct req *r);
void gateway_show(struct req *r);
void gateway_change(struct req *r);
void gateway_try(struct req *r);
void gateway_use(struct req *r);
void gateway_remove(struct req *r);

/* admin-settings-policy.c */
extern const struct param policy_params[], page_params[], page_new_params[];
void policies_show(struct req *r);
void policy_change(struct req *r);
void page_edit_show(struct req *r);
void page_change(struct req *r);
void page_new_show(struct req *r);
void page_make(struct req *r);

/* admin-settings-mail.c */
extern const struct param mail_params[], signature_params[];
void mails_show(struct req *r);
void signature_change(struct req *r);
void mail_show(struct req *r);
void mail_change(struct req *r);
void mail_look(struct req *r);
void mail_trial(struct req *r);

/* admin-settings-numbers.c */
extern const struct param numbers_params[];
void numbers_show(struct req *r);
void numbers_change(struct req *r);

#endif
