#include "base/totp.h"

#include "base/buf.h"
#include "base/mem.h"

#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

/* The digits of CODE without its blanks; false when it is not six digits. */
static bool read_code(const char *code, char out[TOTP_DIGITS + 1])
{
	size_t n = 0;

	for (; *code != '\0'; code++) {
		if (*code == ' ')
			continue;
		if (*code < '0' || *code > '9' || n == TOTP_DIGITS)
			return false;
		out[n++] = *code;
	}
	out[n] = '\0';
	return n == TOTP_DIGITS;
}

bool totp_check(const unsigned char *seed, size_t n, const char *code, int64_t now_s, int64_t *step)
{
	char digits[TOTP_DIGITS + 1];
	int at = 0;

	if (n == 0 || !read_code(code, digits) || oath_init() != OATH_OK)
		return false;
	if (oath_totp_validate2((const char *)seed, n, (time_t)now_s, TOTP_STEP_S, 0, 1, &at, digits) < 0)
		return false;
	*step = now_s / TOTP_STEP_S + at;
	return true;
}

/* Base32 without padding (RFC 4648): 20 bytes are 32 letters. */
static const char *base32(const void *ctx, const unsigned char *seed, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct buf *b = buf_new(ctx);
	unsigned bits = 0, held = 0;

	for (size_t i = 0; i < n; i++) {
		bits = (bits << 8 | seed[i]) & 0xffff;
		for (held += 8; held >= 5; held -= 5)
			buf_addc(b, letters[bits >> (held - 5) & 31]);
	}
	if (held > 0)
		buf_addc(b, letters[bits << (5 - held) & 31]);
	return b->data;
}

char *totp_secret(const void *ctx, const unsigned char *seed, size_t n)
{
	const char *plain = base32(ctx, seed, n);
	struct buf *b = buf_new(ctx);

	for (size_t i = 0; plain[i] != '\0'; i++) {
		if (i > 0 && i % 4 == 0)
			buf_addc(b, ' ');
		buf_addc(b, plain[i]);
	}
	return b->data;
}

const char *totp_url(const void *ctx, const unsigned char *seed, size_t n, const char *issuer, const char *account)
{
	struct buf *b = buf_new(ctx);

	buf_adds(b, "otpauth://totp/");
	buf_url(b, issuer);
	buf_addc(b, ':');
	buf_url(b, account);
	buf_printf(b, "?secret=%s&issuer=", base32(ctx, seed, n));
	buf_url(b, issuer);
	return b->data;
}
