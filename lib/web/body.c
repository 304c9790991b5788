#include "web/exchange.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "web/limits.h"
#include "web/multipart.h"

#include <string.h>

#define PIECE 16384

/* What the peer still wants to say is thrown away, or it would never read the answer. */
static bool refuse_rest(struct exchange *x, int status, const char *sentence)
{
	char *piece = mem_alloc(x->mem, PIECE, "drained body");
	size_t drained = 0;
	ssize_t n;

	while (drained < LIMIT_DRAIN_BYTES && (n = x->peer->read(x->peer, piece, PIECE)) > 0)
		drained += (size_t)n;
	exchange_refuse(x, status, sentence);
	return false;
}

static bool too_large(struct exchange *x)
{
	return refuse_rest(x, 413, N_("This is more than we can take at once."));
}

static bool malformed(struct exchange *x)
{
	exchange_refuse(x, 400, N_("What was sent cannot be read."));
	return false;
}

/* The bytes that came count, whatever Content-Length promised. */
static bool read_whole(struct exchange *x, size_t limit, struct buf *b)
{
	ssize_t n;

	while ((n = x->peer->read(x->peer, buf_room(b, PIECE), PIECE)) > 0) {
		buf_grew(b, (size_t)n);
		if (b->len > limit)
			return too_large(x);
	}
	return n == 0 || malformed(x);
}

static bool read_urlencoded(struct exchange *x)
{
	struct buf *b = buf_new(x->mem);

	if (!read_whole(x, LIMIT_BODY_BYTES, b))
		return false;
	return form_urlencoded(x->inputs, b->data, b->len) == FORM_OK || malformed(x);
}

static bool read_multipart(struct exchange *x, const char *boundary)
{
	struct multipart *m = multipart_new(x->mem, boundary, x->inputs, x->req.route->upload,
					    x->worker->upload_dir);
	const struct upload_limits *limits = x->req.route->upload;
	size_t most = limits->file_bytes * limits->files + LIMIT_BODY_BYTES + LIMIT_FORM_INPUTS * LIMIT_PART_HEADER_BYTES;
	char *piece = mem_alloc(x->mem, PIECE, "piece of a body");
	enum form_result result = FORM_OK;
	size_t total = 0;
	ssize_t n = 0;

	while (result == FORM_OK && (n = x->peer->read(x->peer, piece, PIECE)) > 0) {
		total += (size_t)n;
		result = total > most ? FORM_TOO_LARGE : multipart_feed(m, piece, (size_t)n);
	}
	if (result == FORM_OK && n == 0)
		result = multipart_end(m);
	if (result == FORM_TOO_LARGE)
		return too_large(x);
	if (result == FORM_NO_ROOM)
		return refuse_rest(x, 503, NULL);
	return (result == FORM_OK && n == 0) || malformed(x);
}

bool body_read(struct exchange *x)
{
	const struct route *route = x->req.route;
	const char *boundary;
	enum form_type type = form_type(x->mem, x->peer->param(x->peer, "CONTENT_TYPE"), &boundary);

	if ((route->needs & NEEDS_BODY) != 0) {
		struct buf *b = buf_new(x->mem);

		if (!read_whole(x, LIMIT_JSON_BYTES, b))
			return false;
		x->body = b->data;
		x->body_size = b->len;
		return true;
	}
	x->inputs->most = LIMIT_FORM_INPUTS;
	if (type == FORM_URLENCODED || type == FORM_NONE)
		return read_urlencoded(x);
	if (type == FORM_MULTIPART && route->upload != NULL)
		return read_multipart(x, boundary);
	too_large(x);
	x->refusal = (struct refusal){ 415, N_("A form of this kind is not taken here."), NULL, NULL };
	return false;
}
