/*
 * header.h -- the one writer of response headers.
 *
 * Everything that goes into a response's head passes header_add(): it takes
 * visible ASCII, space and tab in a value and a token in a name, and refuses the
 * rest, CR, LF and NUL first.  A refused header fails the whole answer, because a
 * response with half its head is not what the handler meant.
 */
#ifndef WEB_HEADER_H
#define WEB_HEADER_H

#include "base/buf.h"

struct site;

struct headers {
	struct buf *text;               /* "Name: value\r\n"... */
	bool refused;                   /* one could not be written */
	bool cookie;                    /* a Set-Cookie stands in it */
};

struct headers *headers_new(const void *ctx);
bool header_add(struct headers *h, const char *name, const char *value);
void header_number(struct headers *h, const char *name, int64_t n);     /* NAME is a literal */
bool header_addf(struct headers *h, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

struct cookie_options {
	int64_t ttl_s;                  /* 0: session cookie; < 0: clear */
	bool secure;                    /* Secure and the prefix __Host- */
	bool strict;                    /* SameSite=Strict instead of Lax */
};
/* NAME without prefix; VALUE of cookie octets (RFC 6265 section 4.1.1) only. */
bool header_cookie(struct headers *h, const char *name, const char *value,
		   const struct cookie_options *how);

/* Content-Disposition: attachment with NAME in both spellings (RFC 6266). */
bool header_attachment(struct headers *h, const char *name);

/* The headers every answer has (reliability notes, section 3): CSP and its relatives.
   SITE may be NULL.  ADMIN adds trusted types and keeps addresses to the site itself; NO_REFERRER for addresses with secrets;
   FORM_ACTION is another origin that forms may lead to, or NULL. */
void header_security(struct headers *h, const struct site *site, bool admin, bool no_referrer,
		     const char *form_action);

/* The same for an answer that is somebody else's page: no script, form or frame; styles of its own, pictures from https. */
void header_sandbox(struct headers *h, bool admin);

/* True when the If-None-Match value names ETAG, compared weakly (RFC 9110 section 8.8.3.2). */
bool header_etag_matches(const char *if_none_match, const char *etag);

/* "200 OK": status code with its phrase. */
const char *header_status(int status);

#endif
