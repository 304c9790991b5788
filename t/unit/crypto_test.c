/* Digests and HMACs equal published vectors, tokens are well formed, and random numbers
   are spread over their range. */
#include "base/crypto.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tap.h"

static const struct { const char *name, *text, *hex; } digests[] = {
	/* FIPS 180-2, appendix B */
	{ "empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "an address, normalised for ads", "jane.doe@example.com",
	  "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d" },
};

static const struct { const char *name, *key, *text, *hex; } macs[] = {
	/* RFC 4231, case 2 */
	{ "RFC 4231", "Jefe", "what do ya want for nothing?",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "empty key and text", "", "",
	  "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
	{ "a payment gateway's webhook", "whsec_test_4f8b2c1d9e",
	  "1700000000.{\"id\":\"evt_1A\",\"object\":\"event\",\"type\":\"checkout.session.completed\","
	  "\"data\":{\"object\":{\"id\":\"cs_test_1\",\"object\":\"checkout.session\","
	  "\"amount_total\":12345,\"currency\":\"usd\",\"payment_status\":\"paid\","
	  "\"client_reference_id\":\"ORD-1001\"}}}",
	  "babc2b47e6fdff0d076bef2c07acf5e47d9ec6396ac84c04d4612f9623568971" },
	{ "a marketplace's request", "shopee-partner-key-example",
	  "2001887/api/v2/auth/token/get1655714431",
	  "be6109e25a3dd276b040ce2cb15af546e06911c5eb259387bdd27b73209cfa43" },
	{ "a parcel of messages", "meta-app-secret", "EAAtoken",
	  "e2a1d81d1297cc27ef899063c396018fcebf35297396d5da7009a921f9c18726" },
};

static void vectors(void)
{
	unsigned char out[SHA256_LEN];
	char hex[SHA256_HEX];

	/* Twice: the contexts are kept between calls. */
	for (int round = 1; round <= 2; round++) {
		for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
			sha256_hex(digests[i].text, strlen(digests[i].text), hex);
			tap_is_str(hex, digests[i].hex, "sha256, %s, round %d", digests[i].name, round);
		}
		for (size_t i = 0; i < ARRAY_LEN(macs); i++) {
			hmac_sha256(macs[i].key, strlen(macs[i].key), macs[i].text, strlen(macs[i].text), out);
			hex_encode(out, sizeof(out), hex);
			tap_is_str(hex, macs[i].hex, "hmac, %s, round %d", macs[i].name, round);
		}
	}
	hmac_sha256(NULL, 0, "", 0, out);
	hex_encode(out, sizeof(out), hex);
	tap_is_str(hex, macs[1].hex, "no key is the empty key, not the key of the call before");
}

static void base64(void *ctx)
{
	/* RFC 4648, section 10, without padding */
	static const struct { const char *text, *want; } cases[] = {
		{ "", "" }, { "f", "Zg" }, { "fo", "Zm8" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" }, { "foobar", "Zm9vYmFy" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tap_is_str(base64url(ctx, cases[i].text, strlen(cases[i].text)), cases[i].want,
			   "base64url of \"%s\"", cases[i].text);
	tap_is_str(base64url(ctx, "\xfb\xef\xff", 3), "--__",
		   "base64url has - and _ where base64 has + and /");
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct token *)a)->text, ((const struct token *)b)->text);
}

/* Who has the key and the other half gets the token; a change of either gives another. */
static void derived(const struct token *t)
{
	struct token a = token_derived(t[0].text, t[1].text);

	tap_ok(token_valid(a.text), "a derived token has its form");
	tap_ok(strcmp(a.text, token_derived(t[0].text, t[1].text).text) == 0, "the same again");
	tap_ok(strcmp(a.text, token_derived(t[2].text, t[1].text).text) != 0, "another key, another token");
	tap_ok(strcmp(a.text, token_derived(t[0].text, t[2].text).text) != 0, "another half, another token");
	tap_ok(strcmp(a.text, token_derived(t[1].text, t[0].text).text) != 0, "the two are not alike");
}

static void tokens(void *ctx)
{
	static const struct { const char *name, *text; } bad[] = {
		{ "nothing", NULL },
		{ "empty", "" },
		{ "42 characters", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
		{ "44 characters", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
		{ "a plus", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa+" },
		{ "a space", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa " },
		{ "a line feed", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" },
	};
	enum { COUNT = 10000 };
	struct token *t = mem_array(ctx, struct token, COUNT);
	bool valid = true, twice = false;

	for (int i = 0; i < COUNT; i++) {
		t[i] = token_new();
		valid &= token_valid(t[i].text);
	}
	tap_ok(valid, "%d tokens have their form", COUNT);
	qsort(t, COUNT, sizeof(*t), compare);
	for (int i = 1; i < COUNT; i++)
		twice |= strcmp(t[i - 1].text, t[i].text) == 0;
	tap_ok(!twice, "no token comes twice");
	derived(t);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		tap_ok(!token_valid(bad[i].text), "no token: %s", bad[i].name);
}

static void hexadecimal(void)
{
	void *ctx = mem_context(NULL, "hex");
	size_t n = 0;
	unsigned char *bytes = hex_decode(ctx, "00ff7F", &n);

	tap_ok(bytes != NULL && n == 3 && bytes[0] == 0 && bytes[1] == 0xff && bytes[2] == 0x7f, "hexadecimal is read");
	tap_ok(hex_decode(ctx, "", &n) != NULL && n == 0, "nothing is no bytes");
	tap_ok(hex_decode(ctx, "0g", &n) == NULL && hex_decode(ctx, "abc", &n) == NULL, "what is none is not");
	mem_free(ctx);
}

int main(void)
{
	void *ctx = mem_context(NULL, "test");
	unsigned seen[7] = { 0 };
	bool even = true;

	vectors();
	hexadecimal();
	base64(ctx);
	tokens(ctx);
	tap_ok(same_secret("abcd", "abcd", 4), "same secret");
	tap_ok(!same_secret("abcd", "abce", 4), "another secret");
	for (int i = 0; i < 70000; i++)
		seen[random_below(7)]++;
	for (int i = 0; i < 7; i++)
		even &= seen[i] > 9000 && seen[i] < 11000;      /* 10 standard deviations */
	tap_ok(even, "random_below(7) gives each of 0 to 6 as often");
	tap_is_int(random_below(1), 0, "random_below(1) is 0");
	mem_free(ctx);
	return tap_done();
}
