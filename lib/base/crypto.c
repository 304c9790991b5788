#include "base/crypto.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

/* The digest is fetched once: EVP_sha256() looks it up again at each use and
   takes 2.5 times as long for a cookie. */
static EVP_MD_CTX *digest_context(const EVP_MD **md_out)
{
	static EVP_MD_CTX *ctx;
	static EVP_MD *md;

	if (ctx == NULL) {
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
		ctx = EVP_MD_CTX_new();
		if (md == NULL || ctx == NULL)
			BUG("libcrypto has no SHA-256");
	}
	*md_out = md;
	return ctx;
}

void sha256(const void *data, size_t n, unsigned char out[SHA256_LEN])
{
	const EVP_MD *md;
	EVP_MD_CTX *ctx = digest_context(&md);
	unsigned len = 0;

	if (EVP_DigestInit_ex2(ctx, md, NULL) != 1 || EVP_DigestUpdate(ctx, data, n) != 1 ||
	    EVP_DigestFinal_ex(ctx, out, &len) != 1 || len != SHA256_LEN)
		BUG("SHA-256 fails");
}

void sha256_hex(const void *data, size_t n, char out[SHA256_HEX])
{
	unsigned char digest[SHA256_LEN];

	sha256(data, n, digest);
	hex_encode(digest, sizeof(digest), out);
}

static EVP_MAC_CTX *hmac_context(void)
{
	static EVP_MAC_CTX *ctx;
	char name[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end()
	};
	EVP_MAC *mac;

	if (ctx != NULL)
		return ctx;
	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	ctx = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (ctx == NULL || EVP_MAC_CTX_set_params(ctx, params) != 1)
		BUG("libcrypto has no HMAC-SHA-256");
	return ctx;
}

void hmac_sha256(const void *key, size_t key_len, const void *data, size_t n, unsigned char out[SHA256_LEN])
{
	EVP_MAC_CTX *ctx = hmac_context();
	size_t len = 0;

	/* A NULL key would mean "the key of the call before". */
	if (key == NULL || key_len == 0) {
		key = "";
		key_len = 0;
	}
	if (EVP_MAC_init(ctx, key, key_len, NULL) != 1 || EVP_MAC_update(ctx, data, n) != 1 ||
	    EVP_MAC_final(ctx, out, &len, SHA256_LEN) != 1 || len != SHA256_LEN)
		BUG("HMAC-SHA-256 fails");
}

void random_bytes(void *out, size_t n)
{
	unsigned char *p = out;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			BUG("the kernel gives no random bytes: %s", strerror(errno));
		p += got;
		n -= (size_t)got;
	}
}

uint32_t random_below(uint32_t limit)
{
	uint32_t r, floor;

	if (limit == 0)
		BUG("random number below 0");
	/* 2^32 mod limit values at the bottom would come once too often: draw again. */
	floor = -limit % limit;
	do
		random_bytes(&r, sizeof(r));
	while (r < floor);
	return r % limit;
}

static const char base64url_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Writes the encoding of N bytes with its NUL: (4n + 2) / 3 + 1 characters. */
static void base64url_into(const unsigned char *p, size_t n, char *out)
{
	while (n > 0) {
		size_t take = n < 3 ? n : 3;
		uint32_t v = (uint32_t)p[0] << 16;

		if (take > 1)
			v |= (uint32_t)p[1] << 8;
		if (take > 2)
			v |= p[2];
		for (size_t i = 0; i <= take; i++)
			*out++ = base64url_alphabet[v >> (18 - 6 * i) & 63];
		p += take;
		n -= take;
	}
	*out = '\0';
}

char *base64url(const void *ctx, const void *data, size_t n)
{
	char *out = mem_array(ctx, char, n / 3 * 4 + 5);

	base64url_into(data, n, out);
	return out;
}

struct token token_new(void)
{
	unsigned char secret[32];
	struct token t;

	random_bytes(secret, sizeof(secret));
	base64url_into(secret, sizeof(secret), t.text);
	OPENSSL_cleanse(secret, sizeof(secret));
	return t;
}

struct token token_derived(const char *key, const char *from)
{
	unsigned char secret[SHA256_LEN];
	struct token t;

	hmac_sha256(key, strlen(key), from, strlen(from), secret);
	base64url_into(secret, sizeof(secret), t.text);
	OPENSSL_cleanse(secret, sizeof(secret));
	return t;
}

bool token_valid(const char *s)
{
	return s != NULL && strlen(s) == TOKEN_LEN && strspn(s, base64url_alphabet) == TOKEN_LEN;
}

bool same_secret(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void hex_encode(const void *data, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = data;

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	       c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

unsigned char *hex_decode(const void *ctx, const char *text, size_t *n_out)
{
	size_t n = strlen(text) / 2;
	unsigned char *bytes = mem_array(ctx, unsigned char, n + 1);

	for (size_t i = 0; i < n; i++) {
		int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return NULL;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	*n_out = n;
	return text[2 * n] == '\0' ? bytes : NULL;
}
