/* F16 T39 T40: a password opens its own hash and nothing opens a hash that is damaged, empty or
   absent; what attackers try first is refused; the same letters are the same password. */
#include "base/password.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/password_common.h"
#include "tap.h"

static void *mem;

static void round_trip(void)
{
	char hash[PASSWORD_HASH_MAX], again[PASSWORD_HASH_MAX];
	bool old = true;

	tap_ok(password_hash("correct horse battery", hash), "a hash is made");
	tap_ok(strncmp(hash, "$s1$0f0803$", 11) == 0 && strlen(hash) == 124, "with its cost in front: %s", hash);
	tap_ok(password_hash("correct horse battery", again) && strcmp(hash, again) != 0, "and a salt of its own");
	tap_ok(password_verify("correct horse battery", hash, &old) && !old, "the password fits");
	tap_ok(password_verify("correct horse battery", hash, NULL), "a second time too: the hash is not written to");
	tap_ok(!password_verify("correct horse batterY", hash, NULL), "another case does not");
	tap_ok(!password_verify("correct horse battery ", hash, NULL), "T40 a blank more does not");
	tap_ok(!password_verify("correct horse batter", hash, NULL), "a letter less does not");
	tap_ok(!password_verify("", hash, NULL), "nothing does not");
}

/* F16: each of these made a careless caller let anybody in. */
static void damaged(void)
{
	char hash[PASSWORD_HASH_MAX];
	const char *bad[] = { NULL, "", "*", "!", "x", "$s1$", "$s1$0f0803$", "$2b$12$abcdefghijklmnopqrstuv", "$s1$0f0803$$" };
	size_t n;

	if (!password_hash("correct horse battery", hash))
		tap_ok(false, "a hash is made");
	n = strlen(hash);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		tap_ok(!password_verify("correct horse battery", bad[i], NULL), "T39 not by the hash '%s'",
		       bad[i] == NULL ? "(none)" : bad[i]);
	for (size_t cut = 1; cut < n; cut += 9) {
		char *part = mem_strndup(mem, hash, n - cut);

		tap_ok(!password_verify("correct horse battery", part, NULL), "T39 not by a hash cut off at %zu", n - cut);
	}
	tap_ok(!password_verify("correct horse battery", mem_printf(mem, "%sA", hash), NULL), "T39 not by one grown longer");
	for (size_t at = 0; at < n; at += 13) {
		char *damage = mem_strdup(mem, hash);

		damage[at] = damage[at] == 'B' ? 'C' : 'B';
		tap_ok(!password_verify("correct horse battery", damage, NULL), "T39 not with letter %zu changed", at);
	}
	/* 2^30 would ask for a terabyte. */
	memcpy(hash + 4, "1e0803", 6);
	tap_ok(!password_verify("correct horse battery", hash, NULL), "a cost nobody chose is not paid");
}

/* Made by libscrypt itself with N=2^14, r=8, p=1 from "pleaseletmein". */
static void older_cost(void)
{
	static const char given[] = "$s1$0e0801$WEh0ORVjxK5e1EfvcK7oDg==$"
		"a2F0xJ8kBqJYlYzhX9ZVSAaQDz3qEo0e7Y1bZlBq0mR0cQxw7ZrjvYkz0m0o6mD8bX1m1l0qkq8g0m0Qm8Zb1g==";
	bool old = false;

	tap_ok(!password_verify("correct horse battery", given, &old), "a hash of another cost is reckoned with its own");
	tap_ok(old, "and said to be of another cost");
}

static void same_letters(void)
{
	char hash[PASSWORD_HASH_MAX];

	/* U+00E9, and e with U+0301. */
	tap_ok(password_hash("contrase\xc3\xb1" "a caf\xc3\xa9", hash), "a password beyond ASCII");
	tap_ok(password_verify("contrase\xc3\xb1" "a cafe\xcc\x81", hash, NULL), "T40 composed and decomposed are one");
	tap_ok(!password_verify("contrasena cafe", hash, NULL), "but accents count");
	tap_ok(!password_hash("\xff\xfe not text at all", hash), "bytes that are no text have no hash");
	tap_ok(!password_verify("\xff\xfe not text at all", hash, NULL), "and fit none");
}

static void lengths(void)
{
	char *text = mem_array(mem, char, PASSWORD_MAX + 2), hash[PASSWORD_HASH_MAX];

	for (size_t i = 0; i <= PASSWORD_MAX; i++)
		text[i] = (char)('a' + (i * i + i / 7) % 26);
	text[300] = '\0';
	tap_is_int(password_check(text, ""), PASSWORD_FINE, "T40 300 bytes are fine");
	tap_ok(password_hash(text, hash) && password_verify(text, hash, NULL), "and all of them count:");
	text[299] ^= 1;
	tap_ok(!password_verify(text, hash, NULL), "the last one too");
	text[300] = 'x';
	text[PASSWORD_MAX] = '\0';
	tap_is_int(password_check(text, ""), PASSWORD_FINE, "as are %d", PASSWORD_MAX);
	text[PASSWORD_MAX] = 'q';
	tap_is_int(password_check(text, ""), PASSWORD_LONG, "one more is too long");
	tap_ok(!password_verify(text, hash, NULL), "and fits nothing");
	tap_is_int(password_check("z7Kq-2v", ""), PASSWORD_SHORT, "seven are too short");
	tap_is_int(password_check("z7Kq-2vW", ""), PASSWORD_FINE, "eight are enough");
	tap_is_int(password_check("\xc3", ""), PASSWORD_BROKEN, "half a letter is none");
}

static void first_guesses(void)
{
	/* Of the lists that are published of the most used ones, eight bytes and longer. */
	static const char *const bad[] = {
		"password", "12345678", "123456789", "1234567890", "qwertyuiop", "11111111", "iloveyou", "password1",
		"password123", "P@ssw0rd", "Passw0rd!", "qwerty123", "1q2w3e4r", "00000000", "12341234", "88888888",
		"abcd1234", "asdfghjkl", "football1", "baseball", "sunshine", "princess", "superman", "1qaz2wsx",
		"letmein123", "welcome1", "Welcome2026!", "qwertyqwerty", "abcabcabc", "87654321", "abcdefgh", "trustno1",
		"contrase\xc3\xb1" "a", "teamo123", "realmadrid", "barcelona1", "sayangku", "bismillah", "indonesia45", "sayang123",
		"!!password!!", "2024password", "zapato123", "monkey12", "dragon99", "michael1", "12qwaszx", "passpass",
		"123qwe123", "aaaaaaaa", "1234567a", "alejandro1", "minecraft", "chocolate", "liverpool1", "starwars",
	};
	static const char *const good[] = {
		"correct horse battery", "mi gato come a las 7", "z7Kq-2vW", "kopi susu tanpa gula", "Tr0ub4dor&3x", "passwordless future",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		tap_is_int(password_check(bad[i], ""), PASSWORD_COMMON, "T35 %s is refused", bad[i]);
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		tap_is_int(password_check(good[i], "ana.ruiz@example.org"), PASSWORD_FINE, "%s is fine", good[i]);
	tap_is_int(password_check("ana.ruiz@example.org", "ana.ruiz@example.org"), PASSWORD_COMMON, "one's own address is not");
	tap_is_int(password_check("Ana.Ruiz2026", "ana.ruiz@example.org"), PASSWORD_COMMON, "nor its first half with a year");
	for (size_t i = 1; i < password_common_count; i++)
		if (strcmp(password_common[i - 1], password_common[i]) >= 0)
			tap_ok(false, "%s stands before %s", password_common[i - 1], password_common[i]);
	tap_ok(password_common_count > 500, "the list has %zu entries in order", password_common_count);
}

int main(void)
{
	/* The cost of production is meant here. */
	unsetenv("SUTLER_TEST_SCRYPT_LOG_N");
	mem = mem_context(NULL, "test");
	round_trip();
	damaged();
	older_cost();
	same_letters();
	lengths();
	first_guesses();
	mem_free(mem);
	return tap_done();
}
