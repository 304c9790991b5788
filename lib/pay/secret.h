/*
 * secret.h -- the sealed columns of payment.account.
 *
 * One place that knows how a secret is bound to its row: the AAD is
 * "TENANT/ACCOUNT/COLUMN".
 */
#ifndef PAY_SECRET_H
#define PAY_SECRET_H

#include "base/seal.h"

enum pay_secret { PAY_SECRET_KEY, PAY_SECRET_WEBHOOK, PAY_SECRET_WEBHOOK_OLD };

/* TEXT as that column of the account's row is to hold it; *SIZE_OUT bytes under CTX. */
unsigned char *pay_secret_seal(const void *ctx, const struct seal_key *key, const char *tenant,
			       const char *account, enum pay_secret column, const char *text, size_t *size_out);
/* The text in the clear under CTX, or NULL: the row was altered or the key is another. */
const char *pay_secret_open(const void *ctx, const struct seal_key *key, const char *tenant,
			    const char *account, enum pay_secret column, const void *sealed, size_t n);

#endif
