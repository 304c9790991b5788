#include "web/flash.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "web/limits.h"

#include <openssl/evp.h>
#include <string.h>

static const char *const kinds[] = { "ok", "info", "warn", "bad" };

static const char *known_kind(const char *kind, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strlen(kinds[i]) == n && strncmp(kinds[i], kind, n) == 0)
			return kinds[i];
	return NULL;
}

static const char *mac_of(const void *ctx, const char *key, const char *body, size_t n)
{
	unsigned char mac[SHA256_LEN];
	struct buf *b = buf_new(ctx);

	/* The word keeps this HMAC apart from the CSRF token of the same key. */
	buf_adds(b, "flash.");
	buf_add(b, body, n);
	hmac_sha256(key, strlen(key), b->data, b->len, mac);
	return base64url(ctx, mac, sizeof(mac));
}

/* The longest part of TEXT within the limit that ends between two characters. */
static size_t cut(const char *text)
{
	size_t n = strlen(text);

	if (n <= LIMIT_FLASH_BYTES)
		return n;
	n = LIMIT_FLASH_BYTES;
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

const char *flash_pack(const void *ctx, const char *key, const struct flash *flash)
{
	const char *kind = known_kind(flash->kind, strlen(flash->kind));
	const char *body;

	if (kind == NULL)
		BUG("flash of kind %s", flash->kind);
	body = mem_printf(ctx, "%s.%s", kind, base64url(ctx, flash->text, cut(flash->text)));
	return mem_printf(ctx, "%s.%s", body, mac_of(ctx, key, body, strlen(body)));
}

/* Decodes base64url without padding by way of OpenSSL's base64 with padding. */
static const char *decode(const void *ctx, const char *s, size_t n)
{
	size_t padded = (n + 3) / 4 * 4;
	char *in = mem_alloc(ctx, padded + 1, "base64");
	unsigned char *out = mem_alloc(ctx, padded + 1, "base64 decoded");
	int len;

	for (size_t i = 0; i < padded; i++)
		in[i] = i >= n ? '=' : s[i] == '-' ? '+' : s[i] == '_' ? '/' : s[i];
	len = EVP_DecodeBlock(out, (unsigned char *)in, (int)padded);
	if (len < 0 || n % 4 == 1)
		return NULL;
	out[(size_t)len - (padded - n)] = '\0';
	return (const char *)out;
}

bool flash_unpack(const void *ctx, const char *key, const char *value, struct flash *out)
{
	const char *text = strchr(value, '.');
	const char *mac = strrchr(value, '.');
	const char *right;

	if (key == NULL || text == NULL || mac == text || strlen(mac + 1) != TOKEN_LEN ||
	    mac - text > 2 * LIMIT_FLASH_BYTES)
		return false;
	right = mac_of(ctx, key, value, (size_t)(mac - value));
	if (!same_secret(right, mac + 1, TOKEN_LEN))
		return false;
	out->kind = known_kind(value, (size_t)(text - value));
	out->text = decode(ctx, text + 1, (size_t)(mac - text - 1));
	return out->kind != NULL && out->text != NULL && utf8_valid(out->text, strlen(out->text));
}
