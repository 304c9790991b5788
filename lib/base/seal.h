/*
 * seal.h -- secrets that lie in the database, readable only with a key outside of it.
 *
 * AES-256-GCM.  A sealed text is: one byte version (1), 12 bytes nonce (random for
 * each sealing), the ciphertext, 16 bytes tag.  AAD binds it to its place: a text
 * sealed for one tenant, account and column opens nowhere else, so a row copied to
 * another place gives nothing.  The key file belongs to the host (setting
 * secrets.key_file); it is read by the few programs that open secrets.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/base.h"

#define SEAL_KEY_LEN 32                 /* AES-256 */
#define SEAL_OVERHEAD (1 + 12 + 16)     /* bytes a sealed text is longer */
#define SEAL_TEXT_MAX 4096              /* bytes of a secret: keys and tokens, no documents */

struct seal_key;

/* The key in the file PATH: 32 raw bytes, or 64 hexadecimal digits and a line end.  It lives
   under CTX and is wiped when freed.  NULL with a whole sentence in *ERROR (under CTX): no such
   file, another length, or one that everybody may read or write. */
const struct seal_key *seal_key_load(const void *ctx, const char *path, const char **error);

/* N bytes sealed for the place AAD; *SIZE_OUT bytes under CTX. */
unsigned char *seal_make(const void *ctx, const struct seal_key *key, const char *aad,
			 const void *data, size_t n, size_t *size_out);
/* What was sealed, with a NUL behind it, under CTX and wiped when freed; NULL: altered, of
   another key or another place, or nothing sealed at all. */
char *seal_open(const void *ctx, const struct seal_key *key, const char *aad,
		const void *sealed, size_t n, size_t *size_out);

/* 32 bytes made of the key and PURPOSE, always the same: for what must be made again without
   being stored.  They tell nothing of the key. */
void seal_derive(const struct seal_key *key, const char *purpose, unsigned char out[SEAL_KEY_LEN]);

#endif
