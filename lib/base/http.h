/*
 * http.h -- a client for the JSON services we call: one request, one answer, one verdict.
 *
 * An adapter (lib/pay, lib/ship ...) writes requests and reads answers; it does not
 * reach the network itself but through a struct http that it is given.  So adapters
 * link no libcurl, and tests answer from a table.  The real one is http_open()
 * (http_curl.c), in an archive of its own, libhttp.a, which only programs with
 * "out" in etc/programs.tab link.
 *
 * The base URL comes from the configuration alone and a request adds its path to it.
 * https only; http to loopback addresses where the configuration says so.  No
 * redirects, no proxy, no cookies, certificates checked, 3 s to connect, 5 s in all,
 * 1 MiB of answer counted as it arrives.
 *
 * The verdict tells what may be concluded.  HTTP_NOT_SENT: the other side saw
 * nothing of it, so it did not happen.  HTTP_UNKNOWN: it may have happened.
 */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include "base/base.h"

#define HTTP_CONNECT_MS 3000            /* a gateway next to the backbone answers in 200 */
#define HTTP_TOTAL_MS 5000              /* a buyer waits: more and he is gone (P15) */
#define HTTP_ANSWER_MAX (1024 * 1024)   /* bytes of an answer's body */
#define HTTP_HEADERS 8                  /* a request's own headers */

struct http_header { const char *name, *value; };

struct http_request {
	const char *method;             /* "GET", "POST" */
	const char *path;               /* "/v1/refunds?limit=100", added to the base URL */
	struct http_header header[HTTP_HEADERS];        /* until an empty name */
	const char *body;               /* NULL: none */
	size_t size;
	int64_t deadline_us;            /* of clock_steady_us(); 0: HTTP_TOTAL_MS from now */
};

enum http_verdict {
	HTTP_ANSWERED,          /* status, headers and body came whole */
	HTTP_NOT_SENT,          /* no address, no connection, no handshake: surely not seen */
	HTTP_UNKNOWN            /* sent, perhaps; no answer, half an answer, too large an answer */
};

/* No text is NULL, whatever the verdict, when it began as HTTP_NO_ANSWER. */
struct http_answer {
	int status;                     /* 0 unless HTTP_ANSWERED */
	const char *body;               /* with a NUL behind it; "" when there is none */
	size_t size;
	const char *reason;             /* of what failed, for the log: no secret, no body */
	/* Headers adapters ask for, or "". */
	const char *request_id;         /* Request-Id */
	const char *should_retry;       /* Stripe-Should-Retry */
	const char *replayed;           /* Idempotent-Replayed */
};
#define HTTP_NO_ANSWER { .body = "", .reason = "", .request_id = "", .should_retry = "", .replayed = "" }

struct http {
	/* Sends once: what is no GET goes over a connection of its own, so that not even the library
	   below repeats it.  Everything in OUT lives under CTX. */
	enum http_verdict (*send)(struct http *h, const void *ctx, const struct http_request *request,
				  struct http_answer *out);
};

/* "https://HOST" or "http://HOST", perhaps with a port, and nothing behind it. */
bool http_is_origin(const char *s);
/* "http://127.0.0.1:8080", "http://[::1]:8080": this host by its address, with a port and
   nothing behind it. */
bool http_is_loopback(const char *url);

struct sockaddr;
/* Whether ADDRESS is one of the open Internet: not of this host, its network, a cloud's own service,
   a tunnel to those, a group. */
bool http_is_public(const struct sockaddr *address);

struct http_settings {
	const char *base_url;           /* "https://api.stripe.com", no slash at its end */
	bool plain_loopback;            /* http://127.0.0.1:PORT and http://[::1]:PORT are fine too */
	bool public_only;               /* a merchant chose the address: none of this host or its network, unless
	                                   plain_loopback lets it */
	const char *ca_file;            /* certificates to trust in place of the system's; NULL or "": those */
};

/* NULL with a whole sentence in *ERROR when the base URL is none we may call.  Keeps its
   connection for the next request; closed with CTX.  (libhttp.a) */
struct http *http_open(const void *ctx, const struct http_settings *settings, const char **error);

#endif
