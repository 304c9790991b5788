/*
 * flash.h -- one sentence for the next page, after a redirect.
 *
 * It travels in a cookie "flash" of LIMIT_FLASH_S seconds: kind, sentence, and an
 * HMAC under the visitor's own session or cart cookie.  So nobody else can put
 * words on our pages, nothing is stored, addresses stay clean, and only pages that
 * are personal anyway show a flash: cacheable pages stay cacheable.  A visitor
 * with neither cookie gets none.
 */
#ifndef WEB_FLASH_H
#define WEB_FLASH_H

#include "base/base.h"

struct flash {
	const char *kind;               /* "ok", "info", "warn", "bad" */
	const char *text;
};

/* The cookie's value under CTX. */
const char *flash_pack(const void *ctx, const char *key, const struct flash *flash);
/* False when it was not made by flash_pack() under KEY. */
bool flash_unpack(const void *ctx, const char *key, const char *value, struct flash *out);

#endif
