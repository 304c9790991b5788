/*
 * secret.h -- the sealed columns of payment.account.
 *
 * One place that knows how a secret is bound to its row: the AAD is
 * "TENANT/ACCOUNT/COLUMN".  A webhook secret that was moved to the column of the old
 * one stays bound to where it was: who replaces it need not be able to open it.
 */
#ifndef PAY_SECRET_H
#define PAY_SECRET_H

#include "base/seal.h"

enum pay_secret { PAY_SECRET_KEY, PAY_SECRET_WEBHOOK, PAY_SECRET_WEBHOOK_OLD };

/* TEXT as that column of the account's row is to hold it; *SIZE_OUT bytes under CTX. */
unsigned char *pay_secret_seal(const void *ctx, const struct seal_key *key, const char *tenant,
			       const char *account, enum pay_secret column, const char *text, size_t *size_out);
/* The same by who has the public half of the key alone, and can never open it again; NULL: PUBLIC is
   no such half. */
unsigned char *pay_secret_box(const void *ctx, const unsigned char public[SEAL_PUBLIC_LEN], const char *tenant,
			      const char *account, enum pay_secret column, const char *text, size_t *size_out);
/* The text in the clear under CTX, or NULL: the row was altered or the key is another. */
const char *pay_secret_open(const void *ctx, const struct seal_key *key, const char *tenant,
			    const char *account, enum pay_secret column, const void *sealed, size_t n);

#endif
