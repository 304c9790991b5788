#include "shop/link.h"

#include "base/buf.h"

#include <ctype.h>
#include <string.h>

char *link_base(const void *ctx, const struct link_store *s, const char *currency)
{
	struct buf *b = buf_new(ctx);
	bool other = *currency != '\0' && strcmp(currency, s->currency) != 0;

	buf_adds(b, s->origin);
	if (!s->default_locale || other)
		buf_printf(b, "/%s", s->locale);
	if (other)
		buf_addc(b, '-');
	for (const char *c = other ? currency : ""; *c != '\0'; c++)
		buf_addc(b, (char)tolower((unsigned char)*c));
	return b->data;
}
