/* Any Cookie header and any Content-Type: what is taken are cookie octets, and a boundary
   within RFC 2046. */
/* fuzz: lib/web/form.c lib/base/mem.c lib/base/utf8.c lib/base/log.c lib/base/clock.c lib/base/buf.c */
#include "web/form.h"

#include <string.h>

#include "base/mem.h"
#include "web/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	void *ctx = mem_context(NULL, "fuzz");
	const char *header = mem_strndup(ctx, (const char *)data, n), *boundary;
	const char *value = form_cookie(ctx, header, "sid");

	if (value != NULL && (*value == '\0' || strpbrk(value, " \t\r\n\";,\\") != NULL))
		BUG("cookie value taken");
	if (form_type(ctx, header, &boundary) == FORM_MULTIPART &&
	    (*boundary == '\0' || strlen(boundary) > LIMIT_BOUNDARY_BYTES || strpbrk(boundary, "\r\n\"") != NULL))
		BUG("boundary taken");
	mem_free(ctx);
	return 0;
}
