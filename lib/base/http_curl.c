#include "base/http.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>

struct http_curl {
	struct http http;               /* first */
	CURL *curl;
	const char *base_url, *ca_file;
	bool plain, public_only;
};

/* The body as it arrives. */
struct body {
	struct buf *buf;
	bool too_large;
};

/* --- where we may go ---------------------------------------------------------------------- */

/* A host with perhaps a port and a path, and nothing that libcurl would read otherwise. */
static bool is_plain_place(const char *s)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:/[]";
	size_t n = strlen(s);

	return n > 0 && strspn(s, fine) == n && *s != '/' && s[n - 1] != '/';
}

static const char *url_fault(const struct http_settings *s)
{
	if (strncmp(s->base_url, "https://", 8) == 0)
		return is_plain_place(s->base_url + 8) ? NULL : "is no https://HOST without a slash at its end";
	if (http_is_loopback(s->base_url))
		return s->plain_loopback ? NULL : "is not https, and plain http to this host is not allowed";
	return "does not begin with https://";
}

/* --- one request ---------------------------------------------------------------------------- */

static size_t take(char *data, size_t size, size_t n, void *user)
{
	struct body *b = user;

	n *= size;
	if (b->buf->len + n > HTTP_ANSWER_MAX) {
		b->too_large = true;
		return 0;               /* libcurl ends the transfer */
	}
	buf_add(b->buf, data, n);
	return n;
}

static bool is_clean(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

/* The request's headers for libcurl, or NULL when one could begin a second. */
static struct curl_slist *headers_of(const void *ctx, const struct http_request *q)
{
	/* Not "Expect": it costs a round trip and some servers never answer it. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (size_t i = 0; i < HTTP_HEADERS && q->header[i].name != NULL; i++) {
		if (!is_clean(q->header[i].value)) {
			curl_slist_free_all(list);
			return NULL;
		}
		list = curl_slist_append(list, mem_printf(ctx, "%s: %s", q->header[i].name, q->header[i].value));
	}
	if (list == NULL)
		BUG("libcurl has no memory for headers");
	return list;
}

/* Here the name is an address already: whatever it was at a look-up before counts for nothing. */
static curl_socket_t open_public(void *user, curlsocktype purpose, struct curl_sockaddr *a)
{
	(void)user;
	(void)purpose;
	return http_is_public(&a->addr) ? socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol) : CURL_SOCKET_BAD;
}

static long time_left_ms(const struct http_request *q)
{
	int64_t left = q->deadline_us == 0 ? HTTP_TOTAL_MS : (q->deadline_us - clock_steady_us()) / 1000;

	return left > HTTP_TOTAL_MS ? HTTP_TOTAL_MS : (long)left;
}

static void set_up(struct http_curl *h, const struct http_request *q, const char *url, long ms,
		   struct curl_slist *headers, struct body *body)
{
	bool get = strcmp(q->method, "GET") == 0;
	CURL *c = h->curl;

	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, h->plain ? "http" : "https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	if (h->public_only)
		curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_public);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "sutler/" SUTLER_VERSION);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (h->ca_file != NULL) {
		curl_easy_setopt(c, CURLOPT_CAINFO, h->ca_file);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, ms < HTTP_CONNECT_MS ? ms : (long)HTTP_CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, body);
	if (get)
		return;
	/* libcurl repeats by itself what it sent over a kept connection that turns out dead. */
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body != NULL ? q->body : "");
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->size);
}

/* Whether the other side can have seen anything of the request. */
static enum http_verdict judge(CURL *c, CURLcode result)
{
	curl_off_t ready_us = 0;

	switch (result) {
	case CURLE_OK:
		return HTTP_ANSWERED;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
		return HTTP_NOT_SENT;
	default:
		/* The moment before the first byte of the request; 0 when it never came. */
		curl_easy_getinfo(c, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
		return ready_us == 0 ? HTTP_NOT_SENT : HTTP_UNKNOWN;
	}
}

static const char *header_text(const void *ctx, CURL *c, const char *name)
{
	struct curl_header *h;

	if (curl_easy_header(c, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK || !is_clean(h->value))
		return "";
	return mem_strndup(ctx, h->value, 200);
}

static void read_answer(const void *ctx, CURL *c, const struct buf *body, struct http_answer *out)
{
	long status = 0;

	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	out->status = (int)status;
	out->body = body->data;
	out->size = body->len;
	out->request_id = header_text(ctx, c, "Request-Id");
	out->should_retry = header_text(ctx, c, "Stripe-Should-Retry");
	out->replayed = header_text(ctx, c, "Idempotent-Replayed");
}

static enum http_verdict send_request(struct http *http, const void *ctx, const struct http_request *q,
				      struct http_answer *out)
{
	struct http_curl *h = (struct http_curl *)http;
	const char *url = mem_printf(ctx, "%s%s", h->base_url, q->path);
	struct body body = { .buf = buf_new(ctx) };
	long ms = time_left_ms(q);
	struct curl_slist *headers;
	enum http_verdict verdict;
	CURLcode result;

	*out = (struct http_answer)HTTP_NO_ANSWER;
	buf_add(body.buf, "", 0);
	headers = headers_of(ctx, q);
	if (headers == NULL || *q->path != '/' || ms <= 0) {
		out->reason = headers == NULL ? "a header holds a control character" :
			      ms <= 0 ? "no time is left" : "the path does not begin with a slash";
		curl_slist_free_all(headers);
		return HTTP_NOT_SENT;
	}
	set_up(h, q, url, ms, headers, &body);
	result = curl_easy_perform(h->curl);
	verdict = judge(h->curl, result);
	if (verdict == HTTP_ANSWERED)
		read_answer(ctx, h->curl, body.buf, out);
	else
		out->reason = body.too_large ? "the answer is too large" : curl_easy_strerror(result);
	curl_easy_reset(h->curl);
	curl_slist_free_all(headers);
	return verdict;
}

static void done_with(void *ptr)
{
	curl_easy_cleanup(((struct http_curl *)ptr)->curl);
}

struct http *http_open(const void *ctx, const struct http_settings *settings, const char **error)
{
	const char *fault = url_fault(settings);
	struct http_curl *h;

	if (fault != NULL) {
		*error = mem_printf(ctx, "The address %s %s.", settings->base_url, fault);
		return NULL;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		BUG("libcurl cannot start");
	h = mem_new(ctx, struct http_curl);
	h->http.send = send_request;
	h->base_url = mem_strdup(h, settings->base_url);
	h->plain = strncmp(h->base_url, "http://", 7) == 0;
	h->public_only = settings->public_only && !settings->plain_loopback;
	if (settings->ca_file != NULL && *settings->ca_file != '\0')
		h->ca_file = mem_strdup(h, settings->ca_file);
	h->curl = curl_easy_init();
	if (h->curl == NULL)
		BUG("libcurl has no memory for a connection");
	mem_on_free(h, done_with);
	return &h->http;
}
