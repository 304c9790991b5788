/* The store behind a host. */
#include "front/frame.h"

#include <string.h>

#include "base/mem.h"
#include "db/query/front.h"

/* The host is in a table without row policy: it tells the tenant, nothing else. */
static enum db_failure find_host(struct db *db, void *ctx, const char *host, int64_t deadline_us,
				 struct site *out)
{
	enum db_failure failure;
	struct rows *found;
	const struct row_site_host *h;

	db_begin(db, ctx, NULL, true, deadline_us);
	found = q_site_host(db, host);
	if (rows_found(found)) {
		h = row_site_host(found);
		out->host = host;
		out->tenant = h->tenant;
		out->store = h->store;
		out->origin = h->origin;
		out->admin = strcmp(h->kind, "admin") == 0;
	}
	failure = db_commit(db);
	db_end(db);
	return failure;
}

static enum site_status status(const char *word)
{
	if (strcmp(word, "active") == 0)
		return SITE_ACTIVE;
	return strcmp(word, "pending") == 0 ? SITE_PENDING : SITE_INACTIVE;
}

static void read_store(void *ctx, const struct row_site_store *row, struct site *out)
{
	static uint64_t serial;
	struct store *s = mem_new(ctx, struct store);

	s->serial = ++serial;
	s->name = row->name;
	s->logo = row->logo;
	s->favicon = row->favicon;
	s->color_primary = row->color_primary;
	s->color_accent = row->color_accent;
	s->contact_email = row->contact_email;
	s->contact_phone = row->contact_phone;
	s->street = row->street;
	s->postal_code = row->postal_code;
	s->city = row->city;
	s->country = row->country;
	s->prices_include_tax = row->prices_include_tax;
	s->guest_verified = strcmp(row->guest_checkout, "verified") == 0;
	s->low_stock = row->low_stock;
	s->version = row->version;
	s->many_brands = row->many_brands;
	s->mark = row->mark;
	out->store_data = s;
	out->name = row->name;
	out->status = status(row->status);
	out->timezone = row->timezone;
}

static void read_lists(void *ctx, struct rows *locales, struct rows *currencies, struct site *out)
{
	struct site_locale *l = mem_array(ctx, struct site_locale, rows_count(locales));
	const char **c = mem_array(ctx, const char *, rows_count(currencies));

	for (size_t i = 0; i < rows_count(locales); i++) {
		l[i].tag = row_site_locales_at(locales, i)->tag;
		l[i].prefix = row_site_locales_at(locales, i)->locale;
	}
	for (size_t i = 0; i < rows_count(currencies); i++)
		c[i] = row_site_currencies_at(currencies, i)->currency;
	out->locales = l;
	out->nlocales = rows_count(locales);
	out->currencies = c;
	out->ncurrencies = rows_count(currencies);
}

enum site_answer front_site_load(struct db *db, void *ctx, const char *host, int64_t deadline_us, struct site *out)
{
	struct rows *store, *locales, *currencies;
	enum db_failure failure;

	if (find_host(db, ctx, host, deadline_us, out) != DB_OK)
		return SITE_UNAVAILABLE;
	if (out->tenant == NULL)
		return SITE_UNKNOWN;
	db_begin(db, ctx, out->tenant, true, deadline_us);
	store = q_site_store(db, out->store);
	locales = q_site_locales(db, out->store);
	currencies = q_site_currencies(db, out->store);
	if (rows_found(store)) {
		read_store(ctx, row_site_store(store), out);
		read_lists(ctx, locales, currencies, out);
	}
	failure = db_commit(db);
	db_end(db);
	if (failure != DB_OK)
		return SITE_UNAVAILABLE;
	/* A store without a language or currency is not ready to be shown. */
	return out->nlocales > 0 && out->ncurrencies > 0 ? SITE_FOUND : SITE_UNKNOWN;
}
