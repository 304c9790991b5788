#include "front/kept_page.h"

#include "base/config.h"
#include "base/mem.h"
#include "db/query/front.h"
#include "front/front.h"
#include "shop/keep.h"
#include "web/page.h"

#include <string.h>

/* More do not fit in what is usually given: a page of a list has some 25 kB. */
#define PAGES 256

static struct keep *pages;

struct kept_page {
	char *html;
	size_t n;
};

static bool may_keep(const struct req *r)
{
	static int64_t bytes = -1;

	if (bytes < 0)
		bytes = config_int("web.page_memory");
	if (bytes == 0 || req_personal(r))
		return false;
	if (pages == NULL)
		pages = keep_new(NULL, PAGES, (size_t)bytes);
	return true;
}

/* All that a page depends on beside the catalogue. */
static const char *key_of(struct req *r)
{
	return mem_printf(r->mem, "%s %lld %s %s %s%s?%s", r->site->origin, (long long)front_store(r)->mark, r->locale, r->currency,
		r->prefix, r->path, r->query);
}

bool kept_page_given(struct req *r)
{
	const struct kept_page *k;
	int64_t version = front_store(r)->version;
	struct rows *now;
	const char *key;

	if (!may_keep(r))
		return false;
	key = key_of(r);
	if (keep_find(pages, key, version) == NULL)
		return false;
	now = q_front_version(r->db, r->site->store);
	page_asked(r);
	if (req_failed(r))
		return true;
	k = rows_found(now) ? keep_find(pages, key, row_front_version(now)->version) : NULL;
	if (k == NULL) {
		page_ask_again(r);
		return false;
	}
	page_html_kept(r, k->html, k->n);
	return true;
}

void kept_page_put(struct req *r)
{
	struct kept_page *k;
	size_t n;
	const char *html = page_for_anybody(r, &n);

	if (html == NULL || !may_keep(r))
		return;
	k = mem_new(NULL, struct kept_page);
	k->html = mem_copy(k, html, n);
	k->n = n;
	/* The version was read before the page was: it may be older than what it shows, and is asked anew then. */
	keep_put(pages, key_of(r), front_store(r)->version, k);
}
