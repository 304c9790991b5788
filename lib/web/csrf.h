/*
 * csrf.h -- whether a change was asked for by our own page.
 *
 * Every request that is not GET: Sec-Fetch-Site, when present, must be
 * "same-origin"; when it is absent, Origin must equal the site's; both absent,
 * or Origin "null", is refused.  All browsers that can be served send one of
 * them with POST.  Personal pages carry a token as well: HMAC-SHA-256 under the
 * visitor's own cookie (session, else cart) of the word "csrf", so nothing is
 * stored and a log-in changes it.  Cacheable pages carry none.
 */
#ifndef WEB_CSRF_H
#define WEB_CSRF_H

#include "web/request.h"

/* NULL when the headers allow the request, else why not. */
const char *csrf_headers(const char *sec_fetch_site, const char *origin, const char *site_origin);
/* The token of KEY (the cookie's value) under CTX. */
const char *csrf_token(const void *ctx, const char *key);
bool csrf_token_right(const char *key, const char *token);

#endif
