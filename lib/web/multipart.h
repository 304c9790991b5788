/*
 * multipart.h -- multipart/form-data (RFC 7578), read as it comes.
 *
 * A push parser: bytes go in by multipart_feed() in pieces of any size, fields
 * come out in struct inputs, files go to unnamed temporary files (upload.h).
 * Fields together are bounded by LIMIT_BODY_BYTES, files by the route's
 * upload_limits, headers and parts by limits.h.  Nested multiparts are refused.
 */
#ifndef WEB_MULTIPART_H
#define WEB_MULTIPART_H

#include "web/form.h"
#include "web/route.h"
#include "web/upload.h"

struct multipart;

/* DIR is where files go. */
struct multipart *multipart_new(const void *ctx, const char *boundary, struct inputs *in,
				const struct upload_limits *limits, const char *dir);
enum form_result multipart_feed(struct multipart *m, const char *data, size_t n);
/* At the end of the body: FORM_OK only after the closing boundary. */
enum form_result multipart_end(struct multipart *m);

#endif
