#include "base/seal.h"

#include "base/crypto.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION 1
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

unsigned char *seal_make(const void *ctx, const struct seal_key *key, const char *aad,
			 const void *data, size_t n, size_t *size_out)
{
	unsigned char *out = mem_array(ctx, unsigned char, n + SEAL_OVERHEAD);
	unsigned char *nonce = out + 1, *text = nonce + NONCE_LEN;
	EVP_CIPHER_CTX *c = cipher_context();
	int len = 0, rest = 0;

	if (n > SEAL_TEXT_MAX)
		BUG("a secret of %zu bytes", n);
	out[0] = VERSION;
	random_bytes(nonce, NONCE_LEN);
	if (EVP_EncryptInit_ex2(c, EVP_aes_256_gcm(), key->bytes, nonce, NULL) != 1 ||
	    EVP_EncryptUpdate(c, NULL, &len, (const unsigned char *)aad, (int)strlen(aad)) != 1 ||
	    EVP_EncryptUpdate(c, text, &len, data, (int)n) != 1 ||
	    EVP_EncryptFinal_ex(c, text + len, &rest) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_LEN, text + n) != 1 || (size_t)(len + rest) != n)
		BUG("AES-256-GCM fails");
	EVP_CIPHER_CTX_free(c);
	*size_out = n + SEAL_OVERHEAD;
	return out;
}

char *seal_open(const void *ctx, const struct seal_key *key, const char *aad,
		const void *sealed, size_t n, size_t *size_out)
{
	const unsigned char *in = sealed, *nonce = in + 1, *text = nonce + NONCE_LEN;
	unsigned char tag[TAG_LEN];
	EVP_CIPHER_CTX *c;
	struct clear *clear;
	int len = 0, rest = 0;
	bool right;

	if (in == NULL || n < SEAL_OVERHEAD || n > SEAL_OVERHEAD + SEAL_TEXT_MAX || in[0] != VERSION)
		return NULL;
	n -= SEAL_OVERHEAD;
	memcpy(tag, text + n, TAG_LEN);
	clear = (struct clear *)mem_alloc(ctx, sizeof(*clear) + n + 1, "struct clear");
	clear->size = n;
	mem_on_free(clear, wipe_clear);
	c = cipher_context();
	right = EVP_DecryptInit_ex2(c, EVP_aes_256_gcm(), key->bytes, nonce, NULL) == 1 &&
		EVP_DecryptUpdate(c, NULL, &len, (const unsigned char *)aad, (int)strlen(aad)) == 1 &&
		EVP_DecryptUpdate(c, (unsigned char *)clear->text, &len, text, (int)n) == 1 &&
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1 &&
		EVP_DecryptFinal_ex(c, (unsigned char *)clear->text + len, &rest) == 1;
	EVP_CIPHER_CTX_free(c);
	if (!right) {
		mem_free(clear);
		return NULL;
	}
	*size_out = n;
	return clear->text;
}

void seal_derive(const struct seal_key *key, const char *purpose, unsigned char out[SEAL_KEY_LEN])
{
	hmac_sha256(key->bytes, sizeof(key->bytes), purpose, strlen(purpose), out);
}
