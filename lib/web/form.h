/*
 * form.h -- names and values out of what browsers send.
 *
 * Three encodings give the same list of inputs: query strings and urlencoded
 * bodies (WHATWG URL, section 5.1: '+' is a space, %XX a byte), and multipart
 * bodies (multipart.h).  The parsers bound everything and decide strictly: a bad
 * escape, a NUL, bytes that are not UTF-8 or too many parameters refuse the whole.
 * They know no declarations; param.h reads the list.
 */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include "base/base.h"

struct upload;

struct input {
	const char *name;
	const char *value;              /* terminated; holds no NUL */
	const struct upload *file;      /* multipart only; then value is "" */
};

struct inputs {
	size_t n, most;                 /* LIMIT_INPUTS, or LIMIT_FORM_INPUTS once a body is read */
	struct input *item;
};

/* FORM_NO_ROOM: nothing is wrong with it, but no disk takes it now. */
enum form_result { FORM_OK, FORM_MALFORMED, FORM_TOO_MANY, FORM_TOO_LARGE, FORM_NO_ROOM };

struct inputs *inputs_new(const void *ctx);
/* NAME and VALUE are kept by reference. */
enum form_result inputs_add(struct inputs *in, const char *name, const char *value,
			    const struct upload *file);

/* Adds the N bytes of S to IN. */
enum form_result form_urlencoded(struct inputs *in, const char *s, size_t n);

/* The first cookie called NAME in a Cookie header, under CTX; NULL when there is none or
   its value is no cookie value.  More than LIMIT_COOKIES are not looked at. */
const char *form_cookie(const void *ctx, const char *header, const char *name);

/* A request target (origin form, RFC 9112 section 3.2.1) decoded once. */
struct target {
	const char *path;               /* starts with '/', UTF-8, no control, no '.' or '..' segment */
	const char *query;              /* as sent, without '?'; "" when there is none */
};
/* Refuses: other forms, %2F and %5C and '\' in the path, NUL and controls, bad escapes,
   bytes that are not UTF-8, '//' and dot segments. */
enum form_result form_target(const void *ctx, const char *uri, struct target *out);

/* How a body is encoded, from its Content-Type. */
enum form_type { FORM_NONE, FORM_URLENCODED, FORM_MULTIPART, FORM_OTHER };
/* For FORM_MULTIPART *BOUNDARY is set under CTX. */
enum form_type form_type(const void *ctx, const char *content_type, const char **boundary);

#endif
