/*
 * crypto.h -- digests, random numbers and tokens, on OpenSSL's libcrypto.
 *
 * Tokens are 256 random bits as base64url (43 characters); only their SHA-256
 * is ever stored.  Comparisons of secrets take constant time.
 */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/base.h"

#define SHA256_LEN 32
#define SHA256_HEX 65                   /* with the NUL */
#define TOKEN_LEN 43
struct token { char text[TOKEN_LEN + 1]; };

void sha256(const void *data, size_t n, unsigned char out[SHA256_LEN]);
void sha256_hex(const void *data, size_t n, char out[SHA256_HEX]);
/* HMAC-SHA-256, RFC 2104. */
void hmac_sha256(const void *key, size_t key_len, const void *data, size_t n, unsigned char out[SHA256_LEN]);
void random_bytes(void *out, size_t n);                     /* getrandom(); aborts if it cannot */
uint32_t random_below(uint32_t limit);                      /* unbiased */
struct token token_new(void);
/* A token that follows from KEY (43 characters, a token) and FROM: who has both, and nobody
   else, gets the same again. */
struct token token_derived(const char *key, const char *from);
bool token_valid(const char *s);                            /* 43 characters of base64url */
bool same_secret(const void *a, const void *b, size_t n);   /* constant time */
/* Base64url without padding (RFC 4648 section 5); returns a string under CTX. */
char *base64url(const void *ctx, const void *data, size_t n);
void hex_encode(const void *data, size_t n, char *out);     /* 2n + 1 bytes */
/* The bytes of TEXT, *N_OUT of them under CTX; NULL when it is no whole number of hexadecimal pairs. */
unsigned char *hex_decode(const void *ctx, const char *text, size_t *n_out);

#endif
