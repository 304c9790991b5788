/*
 * json.h -- JSON from outside, read strictly, over json-c.
 *
 * json-c on its own takes NaN, single quotes, raw line feeds, doubled members,
 * overlong UTF-8 and text after the end, cuts strings at \u0000 and bends what
 * does not fit (2^63, "12abc", true) into an integer.  Here the text is first
 * checked against RFC 8259 with these limits: UTF-8 valid, nesting and number of
 * values bounded, integers within int64_t, no member twice, no \u0000, no lone
 * surrogate, all of the input used.  Only then json-c builds the tree.
 *
 * The top is an object or an array.  Values are asked for by type; what is
 * absent, null or of another type gives NULL or false, so a chain such as
 * json_text(json_member(json_member(top, "buyer"), "name")) needs one check.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/base.h"

#define JSON_BYTES_MAX (1024 * 1024)    /* the largest request body and answer we read */
#define JSON_DEPTH_MAX 16               /* objects and arrays inside each other */
#define JSON_NODES_MAX 10000            /* values in all; time and memory stay bounded */

struct json_object;

/* The tree, living as long as CTX; NULL with a whole sentence in *ERROR (under CTX). */
struct json_object *json_read(const void *ctx, const char *text, size_t n, const char **error);

/* NULL when V is no object or array, or has no such member or item, or it is null. */
struct json_object *json_member(struct json_object *v, const char *name);
struct json_object *json_item(struct json_object *v, size_t i);
size_t json_count(struct json_object *v);                    /* items of an array, else 0 */
bool json_is_object(struct json_object *v);
bool json_is_array(struct json_object *v);

const char *json_text(struct json_object *v);                /* a string, else NULL; owned by the tree */
bool json_flag(struct json_object *v, bool *out);
/* An integer written as one (no fraction, no exponent, no quotes), within bounds. */
bool json_int(struct json_object *v, int64_t min, int64_t max, int64_t *out);
/* A plain decimal, as number or string ("145000.00"), to minor units; as parse_money(). */
bool json_money(struct json_object *v, int exponent, int64_t *minor_out);

/* The first member that is not in NAMES (closed by NULL), or NULL when all are. */
const char *json_unknown(struct json_object *v, const char *const *names);

#endif
