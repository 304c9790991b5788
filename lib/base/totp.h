/*
 * totp.h -- one-time codes by time (RFC 6238), on liboath.
 *
 * Six digits of SHA-1 every 30 seconds: what every authenticator can do.  A code fits
 * now, or one step before or after, because clocks differ.  Which step it was comes
 * back: who calls keeps it, so that no code counts twice.
 */
#ifndef BASE_TOTP_H
#define BASE_TOTP_H

#include "base/base.h"

#define TOTP_SEED_LEN 20                /* bytes: the length of the hash (RFC 4226, R6) */
#define TOTP_STEP_S 30
#define TOTP_DIGITS 6

/* Whether CODE (blanks in it do not count) fits SEED at NOW_S, seconds since 1970; *STEP is
   the step that it belongs to. */
bool totp_check(const unsigned char *seed, size_t n, const char *code, int64_t now_s, int64_t *step);

/* The seed as people type it: base32 in groups of four letters; under CTX. */
char *totp_secret(const void *ctx, const unsigned char *seed, size_t n);
/* The address that authenticators read from a QR code. */
const char *totp_url(const void *ctx, const unsigned char *seed, size_t n, const char *issuer, const char *account);

#endif
