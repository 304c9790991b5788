#include "web/exchange.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/limits.h"

#include <string.h>
#include <unistd.h>
#ifdef HAVE_XXH_X86DISPATCH_H
#include <xxh_x86dispatch.h>    /* the same sums by what this processor can do */
#else
#include <xxhash.h>
#endif

#define PIECE 65536

bool exchange_may_cache(const struct exchange *x)
{
	const struct req *r = &x->req;

	return r->route != NULL && r->route->cache_s > 0 && r->method == GET && x->answer.status == 200 &&
	       x->refusal.status == 0 && x->personal == NULL && !x->headers->cookie && x->answer.fd < 0;
}

/* 128 bits over the body.  It tells two versions of one page apart and guards nothing, so
   it need not withstand anybody: SHA-256 took a tenth of a page's time. */
static const char *etag_of(const struct exchange *x)
{
	XXH128_canonical_t sum;
	char hex[2 * sizeof(sum) + 1];

	XXH128_canonicalFromHash(&sum, XXH3_128bits(x->answer.body, x->answer.size));
	hex_encode(&sum, sizeof(sum), hex);
	return mem_concat(x->mem, "\"", hex, "\"");
}

static void say_cache(struct exchange *x, struct headers *h)
{
	const char *etag;

	if (!exchange_may_cache(x)) {
		header_add(h, "Cache-Control", "no-store");
		header_add(h, "X-Request-Id", x->req.id);
		return;
	}
	etag = etag_of(x);
	header_addf(h, "Cache-Control", "public, max-age=0, s-maxage=%d", x->req.route->cache_s);
	header_add(h, "ETag", etag);
	if (header_etag_matches(req_header(&x->req, "If-None-Match"), etag)) {
		x->answer.status = 304;
		x->answer.type = NULL;
		x->answer.size = 0;
	}
}

/* A header was refused: say that something broke rather than half of what was meant. */
static void replace_by_error(struct exchange *x)
{
	static const char body[] = "Something went wrong on our side.\n";

	if (x->answer.fd >= 0)
		close(x->answer.fd);
	x->headers = headers_new(x->mem);
	x->answer = (struct answer){
		.given = true, .status = 500, .type = "text/plain; charset=utf-8", .body = body,
		.size = sizeof(body) - 1, .fd = -1,
	};
}

static struct headers *head(struct exchange *x)
{
	const struct req *r = &x->req;
	struct headers *h = headers_new(x->mem);

	say_cache(x, h);
	if (x->sandbox)
		header_sandbox(h, r->program->admin);
	else
		header_security(h, r->site, r->program->admin,
				r->route != NULL && (r->route->needs & NEEDS_NO_REFERRER) != 0, x->form_action);
	if (x->answer.type != NULL)
		header_add(h, "Content-Type", x->answer.type);
	if (x->answer.status != 304 && x->answer.status != 204)
		header_number(h, "Content-Length", (int64_t)x->answer.size);
	return h;
}

static bool put(struct exchange *x, const char *data, size_t n, bool last)
{
	struct iovec part = { (void *)data, n };

	if (!x->peer->write(x->peer, &part, 1, last))
		return false;
	x->sent += n;
	return true;
}

/* Head and body leave together: one call of the kernel, one wake-up of the web server. */
static void put_all(struct exchange *x, const struct buf *head)
{
	struct iovec parts[] = { { head->data, head->len }, { (void *)x->answer.body, x->answer.size } };

	if (x->peer->write(x->peer, parts, ARRAY_LEN(parts), true))
		x->sent += head->len + x->answer.size;
}

static void send_file(struct exchange *x)
{
	char *piece = mem_alloc(x->mem, PIECE, "piece of a file");
	size_t left = x->answer.size;

	while (left > 0) {
		ssize_t n = pread(x->answer.fd, piece, left < PIECE ? left : PIECE,
				  (off_t)(x->answer.size - left));

		if (n <= 0) {
			log_error("file became shorter while it was sent", NULL);
			return;
		}
		left -= (size_t)n;
		if (!put(x, piece, (size_t)n, left == 0))
			return;
	}
}

void send_answer(struct exchange *x)
{
	struct buf *b = buf_new(x->mem);
	struct headers *h;

	if (x->headers->refused || x->answer.size > (x->answer.fd < 0 ? LIMIT_RESPONSE_BYTES : SIZE_MAX / 2))
		replace_by_error(x);
	h = head(x);
	if (h->refused) {
		replace_by_error(x);
		h = head(x);
	}
	buf_adds(b, "Status: ");
	buf_adds(b, header_status(x->answer.status));
	buf_adds(b, "\r\n");
	buf_add(b, x->headers->text->data, x->headers->text->len);
	buf_add(b, h->text->data, h->text->len);
	buf_adds(b, "\r\n");
	if (x->head || x->answer.size == 0)
		put(x, b->data, b->len, true);
	else if (x->answer.fd < 0)
		put_all(x, b);
	else if (put(x, b->data, b->len, false))
		send_file(x);
}
