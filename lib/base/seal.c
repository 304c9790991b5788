#include "base/seal.h"

#include "base/crypto.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION 1
#define VERSION_BOX 2
#define NONCE_LEN 12                    /* what GCM is made for (SP 800-38D section 8.2) */
#define TAG_LEN 16

struct seal_key { unsigned char bytes[SEAL_KEY_LEN]; };

static void wipe_key(void *ptr)
{
	OPENSSL_cleanse(ptr, sizeof(struct seal_key));
}

/* A text in the clear, with its own length in front, so that all of it can be wiped. */
struct clear { size_t size; char text[]; };

static void wipe_clear(void *ptr)
{
	struct clear *c = ptr;

	OPENSSL_cleanse(c->text, c->size);
}

/* --- the key -------------------------------------------------------------------------- */

/* DATA has a NUL behind it. */
static bool key_parse(const void *ctx, char *data, size_t n, struct seal_key *out)
{
	unsigned char *bytes;
	size_t size = 0;
	bool right;

	if (n == SEAL_KEY_LEN) {
		memcpy(out->bytes, data, n);
		return true;
	}
	if (n > 0 && data[n - 1] == '\n')
		data[--n] = '\0';
	if (n != 2 * SEAL_KEY_LEN)
		return false;
	bytes = hex_decode(ctx, data, &size);
	right = bytes != NULL && size == SEAL_KEY_LEN;
	if (right) {
		memcpy(out->bytes, bytes, size);
		OPENSSL_cleanse(bytes, size);
	}
	mem_free(bytes);
	return right;
}

/* Up to ROOM bytes of an open file; -1: it cannot be read. */
static ssize_t read_all(int fd, char *out, size_t room)
{
	size_t n = 0;

	while (n < room) {
		ssize_t got = read(fd, out + n, room - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

const struct seal_key *seal_key_load(const void *ctx, const char *path, const char **error)
{
	char data[2 * SEAL_KEY_LEN + 3];        /* one byte more than the longest right one, and a NUL */
	struct seal_key *key;
	struct stat st;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		*error = mem_printf(ctx, "The key file %s cannot be read: %s.", path, strerror(errno));
		return NULL;
	}
	n = fstat(fd, &st) == 0 ? read_all(fd, data, sizeof(data) - 1) : -1;
	close(fd);
	if (n < 0) {
		*error = mem_printf(ctx, "The key file %s cannot be read.", path);
		return NULL;
	}
	if ((st.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
		OPENSSL_cleanse(data, sizeof(data));
		*error = mem_printf(ctx, "The key file %s is open to others: its mode must be 0640 or less.", path);
		return NULL;
	}
	data[n] = '\0';
	key = mem_new(ctx, struct seal_key);
	mem_on_free(key, wipe_key);
	if (!key_parse(ctx, data, (size_t)n, key)) {
		mem_free(key);
		key = NULL;
		*error = mem_printf(ctx, "The key file %s holds neither 32 bytes nor 64 hexadecimal digits.", path);
	}
	OPENSSL_cleanse(data, sizeof(data));
	return key;
}

/* --- sealing ---------------------------------------------------------------------------- */

static EVP_CIPHER_CTX *cipher_context(void)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

	if (c == NULL)
		BUG("libcrypto has no memory for a cipher");
	return c;
}

/* N bytes of DATA to OUT, with the tag behind them. */
static void encrypt(const unsigned char *key, const unsigned char *nonce, const char *aad, const void *data, size_t n,
		    unsigned char *out)
{
	EVP_CIPHER_CTX *c = cipher_context();
	int len = 0, rest = 0;

	if (EVP_EncryptInit_ex2(c, EVP_aes_256_gcm(), key, nonce, NULL) != 1 ||
	    EVP_EncryptUpdate(c, NULL, &len, (const unsigned char *)aad, (int)strlen(aad)) != 1 ||
	    EVP_EncryptUpdate(c, out, &len, data, (int)n) != 1 ||
	    EVP_EncryptFinal_ex(c, out + len, &rest) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_LEN, out + n) != 1 || (size_t)(len + rest) != n)
		BUG("AES-256-GCM fails");
	EVP_CIPHER_CTX_free(c);
}

/* The N bytes at TEXT, which have their tag behind them; NULL: they are not what was sealed. */
static char *decrypt(const void *ctx, const unsigned char *key, const unsigned char *nonce, const char *aad,
		     const unsigned char *text, size_t n)
{
	unsigned char tag[TAG_LEN];
	EVP_CIPHER_CTX *c = cipher_context();
	struct clear *clear = (struct clear *)mem_alloc(ctx, sizeof(*clear) + n + 1, "struct clear");
	int len = 0, rest = 0;
	bool right;

	clear->size = n;
	mem_on_free(clear, wipe_clear);
	memcpy(tag, text + n, TAG_LEN);
	right = EVP_DecryptInit_ex2(c, EVP_aes_256_gcm(), key, nonce, NULL) == 1 &&
		EVP_DecryptUpdate(c, NULL, &len, (const unsigned char *)aad, (int)strlen(aad)) == 1 &&
		EVP_DecryptUpdate(c, (unsigned char *)clear->text, &len, text, (int)n) == 1 &&
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1 &&
		EVP_DecryptFinal_ex(c, (unsigned char *)clear->text + len, &rest) == 1;
	EVP_CIPHER_CTX_free(c);
	if (right)
		return clear->text;
	mem_free(clear);
	return NULL;
}

unsigned char *seal_make(const void *ctx, const struct seal_key *key, const char *aad,
			 const void *data, size_t n, size_t *size_out)
{
	unsigned char *out = mem_array(ctx, unsigned char, n + SEAL_OVERHEAD);
	unsigned char *nonce = out + 1;

	if (n > SEAL_TEXT_MAX)
		BUG("a secret of %zu bytes", n);
	out[0] = VERSION;
	random_bytes(nonce, NONCE_LEN);
	encrypt(key->bytes, nonce, aad, data, n, nonce + NONCE_LEN);
	*size_out = n + SEAL_OVERHEAD;
	return out;
}

/* --- boxes ------------------------------------------------------------------------------- */

/* N bytes of OUT by HKDF-SHA-256. */
static void hkdf(const void *secret, size_t nsecret, const void *salt, size_t nsalt, const char *label,
		 unsigned char *out, size_t n)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL);
	EVP_KDF_CTX *c = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
	/* libcrypto takes them as they are and does not write to them. */
	union { const void *in; void *out; } s = { .in = secret }, t = { .in = salt }, u = { .in = label };
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char[]){ "SHA256" }, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, s.out, nsecret),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, u.out, strlen(label)),
		nsalt == 0 ? OSSL_PARAM_construct_end() : OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, t.out, nsalt),
		OSSL_PARAM_construct_end(),
	};

	if (c == NULL || EVP_KDF_derive(c, out, n, params) != 1)
		BUG("HKDF fails");
	EVP_KDF_CTX_free(c);
	EVP_KDF_free(kdf);
}

static EVP_PKEY *private_half(const struct seal_key *key)
{
	unsigned char bytes[SEAL_PUBLIC_LEN];
	EVP_PKEY *half;

	hkdf(key->bytes, sizeof(key->bytes), NULL, 0, "sutler seal 2: private key of X25519", bytes, sizeof(bytes));
	half = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, bytes, sizeof(bytes));
	OPENSSL_cleanse(bytes, sizeof(bytes));
	if (half == NULL)
		BUG("libcrypto makes no key of X25519");
	return half;
}

static void public_half(EVP_PKEY *half, unsigned char out[SEAL_PUBLIC_LEN])
{
	size_t n = SEAL_PUBLIC_LEN;

	if (EVP_PKEY_get_raw_public_key(half, out, &n) != 1 || n != SEAL_PUBLIC_LEN)
		BUG("libcrypto does not tell a public key");
}

/* What encrypts one box. */
struct box_key { unsigned char key[SEAL_KEY_LEN], nonce[NONCE_LEN]; };

/* What OURS and the public key THEIRS agree on; BOX is the public key that lies in the box, HOST that of the
   host.  false: THEIRS is none that anything can be agreed on with. */
static bool agree(EVP_PKEY *ours, const unsigned char *theirs, const unsigned char *box, const unsigned char *host,
		  struct box_key *out)
{
	EVP_PKEY *other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, theirs, SEAL_PUBLIC_LEN);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(ours, NULL);
	unsigned char shared[SEAL_PUBLIC_LEN], salt[2 * SEAL_PUBLIC_LEN];
	size_t n = sizeof(shared);
	/* Points of small order agree on nothing but zeros, which libcrypto refuses (RFC 7748 section 6.1). */
	bool agreed = other != NULL && c != NULL && EVP_PKEY_derive_init(c) == 1 && EVP_PKEY_derive_set_peer(c, other) == 1 &&
		      EVP_PKEY_derive(c, shared, &n) == 1 && n == sizeof(shared);

	if (agreed) {
		memcpy(salt, box, SEAL_PUBLIC_LEN);
		memcpy(salt + SEAL_PUBLIC_LEN, host, SEAL_PUBLIC_LEN);
		hkdf(shared, sizeof(shared), salt, sizeof(salt), "sutler seal 2: key and nonce of a box",
		     out->key, sizeof(out->key) + sizeof(out->nonce));
		OPENSSL_cleanse(shared, sizeof(shared));
	}
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(other);
	return agreed;
}
_Static_assert(sizeof(struct box_key) == SEAL_KEY_LEN + NONCE_LEN, "key and nonce are made as one text");

void seal_public(const struct seal_key *key, unsigned char out[SEAL_PUBLIC_LEN])
{
	EVP_PKEY *half = private_half(key);

	public_half(half, out);
	EVP_PKEY_free(half);
}

unsigned char *seal_box(const void *ctx, const unsigned char public[SEAL_PUBLIC_LEN], const char *aad,
			const void *data, size_t n, size_t *size_out)
{
	unsigned char *out = mem_array(ctx, unsigned char, n + SEAL_BOX_OVERHEAD);
	EVP_PKEY *once = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	struct box_key k;
	bool agreed;

	if (once == NULL)
		BUG("libcrypto makes no key of X25519");
	if (n > SEAL_TEXT_MAX)
		BUG("a secret of %zu bytes", n);
	out[0] = VERSION_BOX;
	public_half(once, out + 1);
	agreed = agree(once, public, out + 1, public, &k);
	EVP_PKEY_free(once);
	if (!agreed)
		return NULL;
	encrypt(k.key, k.nonce, aad, data, n, out + 1 + SEAL_PUBLIC_LEN);
	OPENSSL_cleanse(&k, sizeof(k));
	*size_out = n + SEAL_BOX_OVERHEAD;
	return out;
}

/* --- opening ------------------------------------------------------------------------------ */

static char *open_box(const void *ctx, const struct seal_key *key, const char *aad, const unsigned char *in, size_t n)
{
	EVP_PKEY *half = private_half(key);
	unsigned char host[SEAL_PUBLIC_LEN];
	struct box_key k;
	char *text = NULL;

	public_half(half, host);
	if (agree(half, in + 1, in + 1, host, &k)) {
		text = decrypt(ctx, k.key, k.nonce, aad, in + 1 + SEAL_PUBLIC_LEN, n);
		OPENSSL_cleanse(&k, sizeof(k));
	}
	EVP_PKEY_free(half);
	return text;
}

char *seal_open(const void *ctx, const struct seal_key *key, const char *aad,
		const void *sealed, size_t n, size_t *size_out)
{
	const unsigned char *in = sealed;
	size_t more = in == NULL || n == 0 ? 0 : in[0] == VERSION ? SEAL_OVERHEAD : in[0] == VERSION_BOX ? SEAL_BOX_OVERHEAD : 0;
	char *text;

	if (more == 0 || n < more || n > more + SEAL_TEXT_MAX)
		return NULL;
	n -= more;
	text = in[0] == VERSION_BOX ? open_box(ctx, key, aad, in, n)
		: decrypt(ctx, key->bytes, in + 1, aad, in + 1 + NONCE_LEN, n);
	if (text != NULL)
		*size_out = n;
	return text;
}

void seal_derive(const struct seal_key *key, const char *purpose, unsigned char out[SEAL_KEY_LEN])
{
	hmac_sha256(key->bytes, sizeof(key->bytes), purpose, strlen(purpose), out);
}
