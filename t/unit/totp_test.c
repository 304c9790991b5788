/*
 * Promise: a code fits in its own half minute and the ones beside it, as RFC 6238 reckons it,
 * and nothing else does; what an authenticator reads is the same seed.
 */
#include "base/mem.h"
#include "base/qr.h"
#include "base/totp.h"

#include <string.h>

#include "tap.h"

/* RFC 6238, appendix B, SHA-1; the last six of its eight digits. */
static const unsigned char seed[] = "12345678901234567890";
static const struct { int64_t at; const char *code; } vectors[] = {
	{ 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" }, { 1234567890, "005924" }, { 2000000000, "279037" },
};

static void codes(void)
{
	static const char *const wrong[] = { "", "28708", "2870820", "94287082", "28708a", "-87082", "+87082", "287082\n", "287\xc2\xa0" "082" };
	int64_t step = 0;

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		tap_ok(totp_check(seed, TOTP_SEED_LEN, vectors[i].code, vectors[i].at, &step), "%s fits", vectors[i].code);
		tap_is_int(step, vectors[i].at / TOTP_STEP_S, "in its step");
	}
	tap_ok(totp_check(seed, TOTP_SEED_LEN, "287 082", 59, &step), "blanks do not count");
	tap_ok(totp_check(seed, TOTP_SEED_LEN, "287082", 59 + 30, &step) && step == 1, "P25 a step later it fits, and is the same step");
	tap_ok(totp_check(seed, TOTP_SEED_LEN, "287082", 0, &step) && step == 1, "and a step before");
	tap_ok(!totp_check(seed, TOTP_SEED_LEN, "287082", 59 + 60, &step), "T43 two steps later it does not");
	tap_ok(!totp_check(seed, TOTP_SEED_LEN, "081804", 1111111109 - 60, &step), "T43 nor two before");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		tap_ok(!totp_check(seed, TOTP_SEED_LEN, wrong[i], 59, &step), "'%s' is no code", wrong[i]);
	tap_ok(!totp_check(seed, 0, "287082", 59, &step), "no seed, no code");
}

int main(void)
{
	void *ctx = mem_context(NULL, "test");
	const char *path;
	int size = 0;

	codes();
	tap_is_str(totp_secret(ctx, seed, TOTP_SEED_LEN), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", "the seed in letters");
	tap_is_str(totp_url(ctx, seed, TOTP_SEED_LEN, "Suelas & Co", "ana@example.test"),
	       "otpauth://totp/Suelas%20%26%20Co:ana%40example.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Suelas%20%26%20Co", "and as an address");
	path = qr_path(ctx, "otpauth://totp/x", &size);
	tap_ok(path != NULL && strncmp(path, "M4 4h7v1h-7z", 12) == 0, "a QR code begins with its first corner");
	tap_is_int(size, 21 + 8, "with the quiet zone around it");
	mem_free(ctx);
	return tap_done();
}
