/* A customer's own data: a copy of it, and the wish to be forgotten. */
#include "account.h"

#include "base/config.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "db/query/privacy.h"
#include "front/front.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void back(struct req *r, const char *kind, const char *sentence)
{
	page_flash(r, kind, sentence);
	page_redirect(r, req_path(r, "/account/privacy"));
}

void privacy_show(struct req *r)
{
	struct rows *rows = q_privacy_requests(r->db, account_customer(r));
	struct view *v = account_view(r, "account/privacy", SECTION_PRIVACY, N_("Your data"));

	for (size_t i = 0; i < rows_count(rows); i++) {
		const struct row_privacy_requests *q = row_privacy_requests_at(rows, i);
		bool export = strcmp(q->kind, "export") == 0, done = strcmp(q->state, "done") == 0;
		struct view *item;

		if (export && done) {
			item = view_item(v, "files");
			view_text(item, "url", account_url(r, "/account/privacy/", q->request));
			view_time(item, "asked", q->asked);
			view_time(item, "until", q->expires);
			view_bool(v, "has_files", true);
		} else if (export) {
			view_bool(v, "export_under_way", true);
		} else if (!done) {
			view_bool(v, "erase_planned", true);
			view_bool(v, "erase_running", strcmp(q->state, "running") == 0);
			view_time(v, "erase_at", q->due);
		}
	}
	page_html(r, v);
}

/* ---- a copy ------------------------------------------------------------------------- */

void privacy_export(struct req *r)
{
	const char *o = row_privacy_ask_export(q_privacy_ask_export(r->db, r->site->tenant, r->site->store, account_customer(r)))->outcome;

	if (strcmp(o, "ok") == 0)
		back(r, "ok", N_("We put your data together. A mail tells you when it is ready, in some minutes."));
	else if (strcmp(o, "many") == 0)
		back(r, "warn", N_("Three copies in a day are enough. Please try again tomorrow."));
	else
		back(r, "info", N_("It is being put together already."));
}

void privacy_file(struct req *r)
{
	const struct row_privacy_file *f = row_privacy_file(q_privacy_file(r->db, account_customer(r), path_text(r, "id")));
	struct stat st;
	int fd = -1;

	if (f->file[0] != '\0')
		fd = open(mem_printf(r->mem, "%s/export/%s", config_text("paths.private"), f->file), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		page_not_found(r);
		return;
	}
	if (fstat(fd, &st) != 0) {
		close(fd);
		req_fail(r, "the size of an export cannot be read");
		return;
	}
	page_file(r, fd, (size_t)st.st_size, "application/json", "my-data.json");
}

/* ---- to be forgotten ------------------------------------------------------------------ */

void privacy_erase(struct req *r)
{
	const char *o = row_privacy_ask_erase(q_privacy_ask_erase(r->db, r->site->tenant, r->site->store, account_customer(r)))->outcome;

	if (strcmp(o, "ok") == 0)
		back(r, "ok", N_("We sent you a mail with a link. Your account is deleted once you confirm there."));
	else if (strcmp(o, "many") == 0)
		back(r, "warn", N_("Too many mails were asked for. Please try again in an hour."));
	else
		back(r, "info", N_("You confirmed it already."));
}

/* Behind the mailed link; it counts for who is signed in and whose it is. */
void privacy_confirm_show(struct req *r)
{
	struct view *v = account_view(r, "account/erase", SECTION_PRIVACY, N_("Delete your account"));

	view_text(v, "form_url", mem_printf(r->mem, "%s/account/privacy/erase/%s", r->prefix, path_text(r, "token")));
	page_html(r, v);
}

void privacy_confirm(struct req *r)
{
	const char *token = path_text(r, "token");
	unsigned char sum[SHA256_LEN];

	if (!token_valid(token)) {
		page_not_found(r);
		return;
	}
	sha256(token, TOKEN_LEN, sum);
	if (strcmp(row_privacy_confirm_erase(q_privacy_confirm_erase(r->db, r->site->tenant, r->site->store, account_customer(r),
								     sum, SHA256_LEN))->outcome, "ok") == 0)
		back(r, "ok", N_("Your account will be deleted. Until then you can take it back here."));
	else
		back(r, "warn", N_("This link is not valid any more. Please ask for a new one."));
}

void privacy_keep(struct req *r)
{
	if (row_privacy_keep(q_privacy_keep(r->db, r->site->tenant, account_customer(r)))->kept)
		back(r, "ok", N_("Your account stays."));
	else
		back(r, "warn", N_("It is too late to take it back."));
}
