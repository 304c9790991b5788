/* Mails of a store: its own words for each, in each language, looked at with an example before customers see them. */
#include "admin-settings.h"

#include "base/config.h"
#include "base/locale.h"
#include "base/mem.h"
#include "shop/letter.h"

#include <string.h>

/* A store has as many languages at most (admin-settings-store.c). */
#define LANGUAGES_MAX 6
/* Code points of the last lines of a mail: an address and a greeting. */
#define SIGNATURE_MAX 500

#define LANGUAGE(N) \
	{ "locale_" N, PARAM_TEXT, .max = 16, .optional = "" }, \
	{ "words_" N, PARAM_BLOCK, .max = SIGNATURE_MAX, .optional = "", .label = N_("Signature") }

const struct param signature_params[] = {
	SETTINGS_STORE,
	LANGUAGE("0"), LANGUAGE("1"), LANGUAGE("2"), LANGUAGE("3"), LANGUAGE("4"), LANGUAGE("5"),
	{ 0 }
};

const struct param mail_params[] = {
	SETTINGS_STORE,
	{ "over",    PARAM_INT, .min = 0, .max = INT64_C(1) << 40 },
	{ "subject", PARAM_TEXT, .max = LETTER_SUBJECT_MAX, .optional = "", .label = N_("Subject") },
	{ "opening", PARAM_BLOCK, .max = LETTER_WORDS_MAX, .optional = "", .label = N_("Opening (Markdown)") },
	{ "closing", PARAM_BLOCK, .max = LETTER_WORDS_MAX, .optional = "", .label = N_("Closing (Markdown)") },
	{ "house",   PARAM_BOOL },
	{ "look",    PARAM_BOOL },
	{ 0 }
};

/* ---- all mails, and what stands below each ------------------------------------------------- */

static bool has_words(struct rows *own, const char *template, const char *locale)
{
	for (size_t i = 0; i < rows_count(own); i++)
		if (strcmp(row_settings_mails_at(own, i)->template, template) == 0 && strcmp(row_settings_mails_at(own, i)->locale, locale) == 0)
			return true;
	return false;
}

void mails_show(struct req *r)
{
	const char *store = settings_store(r), *template;
	struct rows *own, *signatures;
	struct settings_form f;
	struct view *v;

	if (store == NULL)
		return;
	own = q_settings_mails(r->db, store);
	signatures = q_settings_signatures(r->db, store);
	v = settings_view(r, "admin-settings/mails", N_("Mails"), "/admin/settings/mails");
	for (size_t i = 0; (template = letter_template(i)) != NULL; i++) {
		struct view *item = view_item(v, "mails");

		view_text(item, "title", req_text(r, letter_title(template)));
		for (size_t k = 0; k < rows_count(signatures); k++) {
			const struct row_settings_signatures *s = row_settings_signatures_at(signatures, k);
			struct view *language = view_item(item, "languages");

			view_text(language, "url", mem_printf(r->mem, "%s/admin/settings/mails/%s/%s", r->prefix, template, s->locale));
			view_text(language, "name", locale_own_name(locale_get(s->tag)));
			view_text(language, "lang", s->tag);
			view_bool(language, "own", has_words(own, template, s->locale));
		}
	}
	f = settings_form(r, v, 0);
	for (size_t i = 0; i < rows_count(signatures) && i < LANGUAGES_MAX; i++) {
		const struct row_settings_signatures *s = row_settings_signatures_at(signatures, i);

		settings_group(&f, locale_own_name(locale_get(s->tag)), s->tag);
		settings_hidden(&f, form_numbered(r, "locale", i), s->locale);
		settings_block(&f, form_numbered(r, "words", i), N_("Signature"), s->signature, SIGNATURE_MAX);
	}
	page_html(r, v);
}

void signature_change(struct req *r)
{
	const char *store = settings_store(r), *locales[LANGUAGES_MAX], *words[LANGUAGES_MAX];
	size_t n = 0;

	if (store == NULL)
		return;
	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		const char *locale = param_text(r, form_numbered(r, "locale", i));

		if (locale == NULL || *locale == '\0')
			continue;
		locales[n] = locale;
		words[n++] = settings_given(r, form_numbered(r, "words", i));
	}
	settings_settle(r, mails_show, row_settings_save_signature(q_settings_save_signature(r->db, r->site->tenant, console_actor(r), store,
		locales, n, words, n))->outcome, NULL, 0, N_("The signature is saved."), "/admin/settings/mails");
}

/* ---- one mail in one language --------------------------------------------------------------- */

struct mail_page {
	const char *store, *template, *locale;
	const struct row_letter_store *row;     /* NULL: there is no such mail or language, and the answer is given */
	struct rows *revision, *pages;
	struct letter_desk *desk;
	struct letter_words house;
};

static struct mail_page open_mail(struct req *r)
{
	struct mail_page m = { .store = settings_store(r), .template = path_text(r, "template"), .locale = path_text(r, "locale") };
	struct rows *rows;

	if (m.store == NULL)
		return m;
	rows = q_letter_store(r->db, m.store, m.locale, m.template);
	m.pages = q_letter_pages(r->db, m.store, m.locale);
	m.revision = q_settings_mail_revision(r->db, m.store, m.template, m.locale);
	/* A store without an address of its own sends no mails. */
	if (letter_title(m.template) == NULL || !rows_found(rows) || strcmp(row_letter_store(rows)->locale, m.locale) != 0) {
		page_not_found(r);
		return m;
	}
	m.row = row_letter_store(rows);
	m.desk = letter_desk_new(r->mem, config_text("paths.templates"), config_text("paths.messages"));
	letter_house_words(m.desk, r->mem, m.row, m.template, &m.house);
	return m;
}

/* What stays as the house has it is not kept: it follows the house. */
static const char *own_part(const char *typed, const char *house)
{
	return strcmp(typed, house) == 0 ? "" : typed;
}

static struct letter_words typed_words(struct req *r, const struct mail_page *m)
{
	return (struct letter_words){ own_part(settings_given(r, "subject"), m->house.subject), own_part(settings_given(r, "opening"), m->house.opening),
				      settings_given(r, "closing") };
}

static const char *mail_path(struct req *r, const struct mail_page *m)
{
	return mem_printf(r->mem, "/admin/settings/mails/%s/%s", m->template, m->locale);
}

static void add_names(struct req *r, struct view *v, const char *template)
{
	for (const struct letter_name *n = letter_names(template); n->name != NULL; n++) {
		struct view *item = view_item(v, "names");

		view_text(item, "name", mem_printf(r->mem, "{{%s}}", n->name));
		view_text(item, "meaning", req_text(r, n->meaning));
	}
}

/* The form with FULL words in it, the house's where there are no others, or what was typed when it comes back. */
static void show_form(struct req *r, const struct mail_page *m, const struct letter_words *full, bool sent)
{
	const char *revision = mem_printf(r->mem, "%lld", (long long)row_settings_mail_revision(m->revision)->revision);
	struct view *v = settings_view(r, "admin-settings/mail", letter_title(m->template), "/admin/settings/mails");
	struct settings_form f = settings_form(r, v, 0);
	struct letter letter;
	const struct letter_words words = { own_part(form_typed(r, "subject", full->subject), m->house.subject),
		own_part(form_typed(r, "opening", full->opening), m->house.opening), form_typed(r, "closing", full->closing) };

	view_text(v, "action", req_path(r, mail_path(r, m)));
	view_bool(v, "own", rows_found(m->revision));
	view_bool(v, "sent", sent);
	add_names(r, v, m->template);
	f.changed = strcmp(form_typed(r, "over", revision), revision) != 0;
	settings_group(&f, locale_own_name(locale_get(m->row->tag)), m->row->tag);
	settings_hidden(&f, "over", revision);
	settings_text(&f, "subject", N_("Subject"), full->subject, LETTER_SUBJECT_MAX);
	settings_block(&f, "opening", N_("Opening (Markdown)"), full->opening, LETTER_WORDS_MAX);
	settings_hint(&f, N_("Heading, greeting and introduction. What the mail is for (sums, codes, links) follows by itself."));
	settings_block(&f, "closing", N_("Closing (Markdown)"), full->closing, LETTER_WORDS_MAX);
	settings_hint(&f, N_("Stands before the signature; may be empty."));
	if (letter_sample(m->desk, r->mem, m->row, m->pages, m->template, &words, &letter) == LETTER_WRITTEN) {
		view_text(v, "look_lang", m->row->tag);
		view_text(v, "look_subject", letter.subject);
		view_text(v, "look_text", letter.text);
	}
	page_html(r, v);
}

static struct letter_words full_words(const struct mail_page *m, const char *subject, const char *opening, const char *closing)
{
	return (struct letter_words){ *subject != '\0' ? subject : m->house.subject, *opening != '\0' ? opening : m->house.opening, closing };
}

void mail_show(struct req *r)
{
	struct mail_page m = open_mail(r);
	struct letter_words full;

	if (m.row == NULL)
		return;
	full = full_words(&m, m.row->subject, m.row->opening, m.row->closing);
	show_form(r, &m, &full, false);
}

static const char *fault_sentence(struct req *r, const struct letter_fault *fault)
{
	const char *sentence;

	if (fault->kind == LETTER_NAME_IN_ADDRESS)
		return req_text(r, N_("A name in double braces cannot stand in the address of a link."));
	sentence = fault->kind == LETTER_UNKNOWN_NAME ? N_("This mail does not know such a name; those that it knows stand below:") :
		N_("Only a name of those that stand below may be put in double braces, and nothing else:");
	return mem_printf(r->mem, "%s %s (%s %d)", req_text(r, sentence), fault->name, req_text(r, N_("line")), fault->line);
}

static bool part_fine(struct req *r, const struct mail_page *m, const char *field, const char *words)
{
	struct letter_fault fault;

	if (letter_words_check(r->mem, words, letter_names(m->template), &fault))
		return true;
	field_error(r, field, fault_sentence(r, &fault));
	return false;
}

/* True when all that was typed can be used; else the form comes back. */
static bool words_fine(struct req *r, const struct mail_page *m, const struct letter_words *w)
{
	bool subject = part_fine(r, m, "subject", w->subject), opening = part_fine(r, m, "opening", w->opening), closing = part_fine(r, m, "closing", w->closing);

	if (subject && opening && closing)
		return true;
	page_again(r, mail_show);
	return false;
}

void mail_change(struct req *r)
{
	struct mail_page m = open_mail(r);
	struct letter_words w;

	if (m.row == NULL)
		return;
	w = param_bool(r, "house") ? (struct letter_words){ "", "", "" } : typed_words(r, &m);
	if (!words_fine(r, &m, &w))
		return;
	if (param_bool(r, "look")) {
		page_redraw(r, mail_show);
		return;
	}
	settings_settle(r, mail_show, row_settings_save_mail(q_settings_save_mail(r->db, r->site->tenant, console_actor(r), m.store, m.template, m.locale,
		param_int(r, "over"), w.subject, w.opening, w.closing))->outcome, NULL, 0,
		param_bool(r, "house") ? N_("The mail is as the house has it again.") : N_("The mail is saved."), mail_path(r, &m));
}

/* The HTML part as mail programs get it: in a sandbox of its own. */
void mail_look(struct req *r)
{
	struct mail_page m = open_mail(r);
	struct letter letter;
	struct letter_words w;

	if (m.row == NULL)
		return;
	w = typed_words(r, &m);
	if (!words_fine(r, &m, &w))
		return;
	if (letter_sample(m.desk, r->mem, m.row, m.pages, m.template, &w, &letter) != LETTER_WRITTEN) {
		page_not_found(r);
		return;
	}
	page_sandbox(r);
	page_text(r, "text/html; charset=utf-8", letter.html);
}

void mail_trial(struct req *r)
{
	static const struct settings_outcome outcomes[] = {
		{ "many", NULL, N_("You have sent yourself 30 trials within an hour. Please wait a little.") },
	};
	struct mail_page m = open_mail(r);
	struct letter_words w;
	const char *outcome;

	if (m.row == NULL)
		return;
	w = typed_words(r, &m);
	if (!words_fine(r, &m, &w))
		return;
	outcome = row_settings_try_mail(q_settings_try_mail(r->db, r->site->tenant, console_actor(r), m.store, m.template, m.locale,
		w.subject, w.opening, w.closing))->outcome;
	if (strcmp(outcome, "ok") != 0) {
		settings_decline(r, mail_show, outcome, outcomes, ARRAY_LEN(outcomes));
		return;
	}
	w = full_words(&m, w.subject, w.opening, w.closing);
	show_form(r, &m, &w, true);
}
