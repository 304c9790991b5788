/*
 * seal.h -- secrets that lie in the database, readable only with a key outside of it.
 *
 * AES-256-GCM.  AAD binds a sealed text to its place: one sealed for one tenant,
 * account and column opens nowhere else, so a row copied to another place gives
 * nothing.  The key file belongs to the host (setting secrets.key_file); it is read
 * by the few programs that open secrets.
 *
 * There are two kinds, and seal_open() opens both:
 * - version 1, by who has the key: one byte version, 12 bytes nonce (random for each
 *   sealing), the ciphertext, 16 bytes tag;
 * - version 2, a box, by who has the public half of the key and cannot open what it
 *   put in: one byte version, the 32 bytes of a public key of X25519 made for this one
 *   box, the ciphertext, 16 bytes tag.  Key and nonce come by HKDF-SHA-256 (RFC 5869)
 *   from what the two keys agree on, with both public keys as the salt: a box whose
 *   key was altered in any bit opens no more.  The private half of the host follows
 *   from its key file by HKDF with a label of its own, so there is one file to keep.
 *
 * The public half lies in the database (tenancy.seal_key), put there by sutlerctl
 * migrate and written by no program.  It is no secret, but it must be the right one:
 * who can put his own in its place reads what is sealed from then on, nothing of
 * before.  That needs the rights of the schema's owner; a program that is broken into
 * has no right to write it, and one that seals sees what passes through it anyway.
 * It does not stay unseen: courier cannot open such a box, which the console says at
 * once, and sutlerctl check compares the two.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/base.h"

#define SEAL_KEY_LEN 32                 /* AES-256 */
#define SEAL_PUBLIC_LEN 32              /* X25519 */
#define SEAL_OVERHEAD (1 + 12 + 16)     /* bytes a sealed text is longer */
#define SEAL_BOX_OVERHEAD (1 + SEAL_PUBLIC_LEN + 16)    /* the same of a box */
#define SEAL_TEXT_MAX 4096              /* bytes of a secret: keys and tokens, no documents */

struct seal_key;

/* The key in the file PATH: 32 raw bytes, or 64 hexadecimal digits and a line end.  It lives
   under CTX and is wiped when freed.  NULL with a whole sentence in *ERROR (under CTX): no such
   file, another length, or one that everybody may read or write. */
const struct seal_key *seal_key_load(const void *ctx, const char *path, const char **error);

/* N bytes sealed for the place AAD; *SIZE_OUT bytes under CTX. */
unsigned char *seal_make(const void *ctx, const struct seal_key *key, const char *aad,
			 const void *data, size_t n, size_t *size_out);

/* The public half of KEY: always the same. */
void seal_public(const struct seal_key *key, unsigned char out[SEAL_PUBLIC_LEN]);
/* The same as seal_make() by who has the public half alone.  NULL: PUBLIC is no such half. */
unsigned char *seal_box(const void *ctx, const unsigned char public[SEAL_PUBLIC_LEN], const char *aad,
			const void *data, size_t n, size_t *size_out);

/* What was sealed in either way, with a NUL behind it, under CTX and wiped when freed; NULL: altered, of
   another key or another place, or nothing sealed at all. */
char *seal_open(const void *ctx, const struct seal_key *key, const char *aad,
		const void *sealed, size_t n, size_t *size_out);

/* 32 bytes made of the key and PURPOSE, always the same: for what must be made again without
   being stored.  They tell nothing of the key. */
void seal_derive(const struct seal_key *key, const char *purpose, unsigned char out[SEAL_KEY_LEN]);

#endif
