/*
 * buf.h -- a growing string.
 *
 * data is always terminated by a NUL that len does not count, so it prints as
 * a C string; it may hold NULs of its own when bytes were added.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/base.h"

#include <string.h>

struct buf {
	char *data;
	size_t len;
	size_t size;
};

struct buf *buf_new(const void *ctx);
static inline void buf_add(struct buf *b, const void *data, size_t n);
static inline void buf_adds(struct buf *b, const char *s);   /* NULL adds nothing */
static inline void buf_addc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_clear(struct buf *b);                               /* keeps the memory */

/* Room for N more bytes at the end; write there, then buf_grew(). */
static inline char *buf_room(struct buf *b, size_t n);
void buf_grew(struct buf *b, size_t n);

/* Text for HTML content and double-quoted attributes: & < > " ' are escaped. */
void buf_html(struct buf *b, const char *s, size_t n);
/* One component of a URL path or query: RFC 3986 unreserved stay, the rest as %XX. */
void buf_url(struct buf *b, const char *s);
/* A JSON string with its quotes; invalid UTF-8 becomes U+FFFD, '<' becomes \u003c
   so that it may stand inside a script element. */
void buf_json(struct buf *b, const char *s);
/* Signed decimal. */
void buf_int(struct buf *b, int64_t n);

/* A page adds some 1500 pieces, nearly all of them to room that is there: that way is
   short enough to stand where it is used. */

/* Makes room for N more bytes and the NUL. */
void buf_grow(struct buf *b, size_t n);

static inline char *buf_room(struct buf *b, size_t n)
{
	if (n >= b->size - b->len)
		buf_grow(b, n);
	return b->data + b->len;
}

static inline void buf_add(struct buf *b, const void *data, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_room(b, n), data, n);
	b->len += n;
	b->data[b->len] = '\0';
}

static inline void buf_adds(struct buf *b, const char *s)
{
	if (s != NULL)
		buf_add(b, s, strlen(s));
}

static inline void buf_addc(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	b->data[++b->len] = '\0';
}

#endif
