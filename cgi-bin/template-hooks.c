#include "template-hooks.h"

#include "base/mem.h"

#include "db/query/template.h"

#include <string.h>

/* The store behind a host that was found: one more transaction, now with its tenant. */
static bool read_store(struct db *db, void *ctx, int64_t deadline_us, struct site *out)
{
	struct rows *store, *locales, *currencies;
	struct site_locale *l;
	const char **c;
	const char *status;

	db_begin(db, ctx, out->tenant, true, deadline_us);
	store = q_template_store(db, out->store);
	locales = q_template_locales(db, out->store);
	currencies = q_template_currencies(db, out->store);
	if (db_commit(db) != DB_OK)
		return false;
	status = row_template_store(store)->status;
	out->status = strcmp(status, "active") == 0 ? SITE_ACTIVE :
		      strcmp(status, "inactive") == 0 ? SITE_INACTIVE : SITE_PENDING;
	out->name = row_template_store(store)->name;
	out->timezone = row_template_store(store)->timezone;
	out->nlocales = rows_count(locales);
	out->locales = l = mem_array(ctx, struct site_locale, out->nlocales);
	for (size_t i = 0; i < out->nlocales; i++) {
		l[i].tag = row_template_locales_at(locales, i)->tag;
		l[i].prefix = row_template_locales_at(locales, i)->locale;
	}
	out->ncurrencies = rows_count(currencies);
	out->currencies = c = mem_array(ctx, const char *, out->ncurrencies);
	for (size_t i = 0; i < out->ncurrencies; i++)
		c[i] = row_template_currencies_at(currencies, i)->currency;
	return true;
}

static enum site_answer site_load(struct db *db, void *ctx, const char *host, int64_t deadline_us,
				  struct site *out)
{
	enum site_answer answer = SITE_UNAVAILABLE;
	struct rows *found;

	db_begin(db, ctx, NULL, true, deadline_us);
	found = q_template_host(db, host);
	if (db_commit(db) == DB_OK) {
		const struct row_template_host *h = row_template_host(found);

		answer = rows_found(found) ? SITE_FOUND : SITE_UNKNOWN;
		out->tenant = h->tenant_id;
		out->store = h->store_id;
		out->origin = h->origin;
		out->admin = strcmp(h->kind, "admin") == 0;
	}
	db_end(db);
	if (answer == SITE_FOUND && !read_store(db, ctx, deadline_us, out))
		answer = SITE_UNAVAILABLE;
	if (answer == SITE_UNAVAILABLE)
		db_log_failure(db);
	db_end(db);
	return answer;
}

static const char *const personal_cookies[] = { "cart", NULL };

const struct program_hooks template_hooks = {
	.site_load = site_load,
	.sign_in = "/login",
	.error_template = "template/error",
	.personal_cookies = personal_cookies,
};
