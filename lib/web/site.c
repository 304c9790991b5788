#include "web/site.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/db.h"
#include "web/limits.h"
#include "web/program.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *site_host(const void *ctx, const char *header)
{
	size_t n;
	char *host;

	if (header == NULL)
		return NULL;
	n = strcspn(header, ":");
	if (n == 0 || n > LIMIT_HOST_BYTES || header[n - 1] == '.')
		return NULL;
	if (header[n] == ':' && (strlen(header + n + 1) > 5 || header[n + 1] == '\0' ||
				 strspn(header + n + 1, "0123456789") != strlen(header + n + 1)))
		return NULL;
	host = mem_strndup(ctx, header, n);
	for (char *s = host; *s != '\0'; s++) {
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
		if (!((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') || *s == '-' || *s == '.'))
			return NULL;
	}
	return host;
}

/* All of it hangs under the entry.  Only hosts that exist are kept: strangers must not
   push them out. */
struct entry {
	const char *host;
	struct site site;
	int64_t loaded_us;
};

struct site_cache {
	struct entry *entry[LIMIT_SITES];
	size_t n;
	size_t next;                    /* whose place the next one takes when full */
};

struct site_cache *site_cache_new(const void *ctx)
{
	return mem_new(ctx, struct site_cache);
}

static struct entry **slot(struct site_cache *cache, const char *host)
{
	for (size_t i = 0; i < cache->n; i++)
		if (strcmp(cache->entry[i]->host, host) == 0)
			return &cache->entry[i];
	return NULL;
}

static void keep(struct site_cache *cache, struct entry **at, struct entry *e)
{
	if (at == NULL && cache->n < LIMIT_SITES) {
		at = &cache->entry[cache->n++];
	} else {
		if (at == NULL)
			at = &cache->entry[cache->next++ % LIMIT_SITES];
		mem_free(*at);
	}
	*at = e;
}

/* A developer build may keep sites for longer, or not at all, so that a test knows which
   calls of the database a request makes. */
static int64_t age_us(void)
{
#ifdef SUTLER_TEST_HOOKS
	const char *ms = getenv("SUTLER_TEST_SITE_AGE_MS");

	if (ms != NULL)
		return strtoll(ms, NULL, 10) * 1000;
#endif
	return LIMIT_SITE_AGE_MS * 1000LL;
}

enum site_answer site_find(struct site_cache *cache, const struct program *program, struct db *db,
			   const char *host, int64_t deadline_us, const struct site **out)
{
	struct entry **at = slot(cache, host);
	int64_t now_us = clock_steady_us();
	enum site_answer answer;
	struct entry *e;

	*out = NULL;
	if (at != NULL && now_us - (*at)->loaded_us < age_us()) {
		*out = &(*at)->site;
		return SITE_FOUND;
	}
	e = mem_new(cache, struct entry);
	e->host = mem_strdup(e, host);
	answer = program->hooks->site_load(db, e, host, deadline_us, &e->site);
	/* A connection that died since the last request is made anew by the second try; it only
	   reads, so it may. */
	if (answer == SITE_UNAVAILABLE && clock_steady_us() < deadline_us)
		answer = program->hooks->site_load(db, e, host, deadline_us, &e->site);
	if (answer == SITE_FOUND && (e->site.nlocales == 0 || e->site.ncurrencies == 0)) {
		log_error("store has no language or no currency", "store", e->site.store, NULL);
		answer = SITE_UNAVAILABLE;
	}
	if (answer != SITE_FOUND) {
		mem_free(e);
		if (answer == SITE_UNAVAILABLE && at != NULL)
			*out = &(*at)->site;
		return answer;
	}
	e->site.host = e->host;
	e->loaded_us = now_us;
	keep(cache, at, e);
	*out = &e->site;
	return SITE_FOUND;
}

static bool same_word(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(s, word, n) == 0;
}

static const struct site_locale *locale_of(const struct site *site, const char *s, size_t n)
{
	for (size_t i = 0; i < site->nlocales; i++)
		if (same_word(s, n, site->locales[i].prefix))
			return &site->locales[i];
	return NULL;
}

static const char *currency_of(const struct site *site, const char *s, size_t n)
{
	for (size_t i = 0; i < site->ncurrencies; i++)
		if (same_word(s, n, site->currencies[i]))
			return site->currencies[i];
	return NULL;
}

const char *site_prefix(const void *ctx, const struct site *site, const struct site_locale *locale,
			const char *currency)
{
	struct buf *b;

	if (currency == site->currencies[0])
		return locale == site->locales ? "" : mem_concat(ctx, "/", locale->prefix);
	b = buf_new(ctx);
	buf_addc(b, '/');
	buf_adds(b, locale->prefix);
	buf_addc(b, '-');
	for (const char *s = currency; *s != '\0'; s++)
		buf_addc(b, (char)tolower((unsigned char)*s));
	return b->data;
}

void site_path(const void *ctx, const struct site *site, const char *path, struct site_path *out)
{
	size_t n = strcspn(path + 1, "/");
	const char *segment = path + 1;
	const char *dash = memrchr(segment, '-', n);

	out->locale = locale_of(site, segment, n);
	out->currency = site->currencies[0];
	if (out->locale == NULL && dash != NULL) {
		size_t before = (size_t)(dash - segment);
		const char *currency = currency_of(site, dash + 1, n - before - 1);

		if (currency != NULL)
			out->locale = locale_of(site, segment, before);
		if (out->locale != NULL)
			out->currency = currency;
	}
	if (out->locale == NULL) {
		out->locale = site->locales;
		out->rest = path;
		out->prefix = "";
		out->canonical = true;
		return;
	}
	out->rest = segment[n] == '\0' ? "/" : segment + n;
	out->prefix = site_prefix(ctx, site, out->locale, out->currency);
	out->canonical = strlen(out->prefix) == n + 1 && strncmp(out->prefix, path, n + 1) == 0 &&
			 segment[n] == '/';
}
