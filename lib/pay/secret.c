#include "pay/secret.h"

#include "base/mem.h"

#include <string.h>

static const char *const columns[] = {
	[PAY_SECRET_KEY] = "key_sealed",
	[PAY_SECRET_WEBHOOK] = "webhook_sealed",
	[PAY_SECRET_WEBHOOK_OLD] = "webhook_old_sealed",
};

static char *place(const void *ctx, const char *tenant, const char *account, enum pay_secret column)
{
	return mem_printf(ctx, "%s/%s/%s", tenant, account, columns[column]);
}

unsigned char *pay_secret_seal(const void *ctx, const struct seal_key *key, const char *tenant,
			       const char *account, enum pay_secret column, const char *text, size_t *size_out)
{
	return seal_make(ctx, key, place(ctx, tenant, account, column), text, strlen(text), size_out);
}

unsigned char *pay_secret_box(const void *ctx, const unsigned char public[SEAL_PUBLIC_LEN], const char *tenant,
			      const char *account, enum pay_secret column, const char *text, size_t *size_out)
{
	return seal_box(ctx, public, place(ctx, tenant, account, column), text, strlen(text), size_out);
}

const char *pay_secret_open(const void *ctx, const struct seal_key *key, const char *tenant,
			    const char *account, enum pay_secret column, const void *sealed, size_t n)
{
	size_t size;
	const char *text = seal_open(ctx, key, place(ctx, tenant, account, column), sealed, n, &size);

	if (text == NULL && column == PAY_SECRET_WEBHOOK_OLD)
		text = seal_open(ctx, key, place(ctx, tenant, account, PAY_SECRET_WEBHOOK), sealed, n, &size);

	/* It goes into a header as a string. */
	return text != NULL && strlen(text) == size ? text : NULL;
}
