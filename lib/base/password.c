#include "base/password.h"

#include <ctype.h>
#include <libscrypt.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/password_common.h"
#include "base/utf8.h"

/* Wiped when its context goes. */
static void wipe(void *text)
{
	explicit_bzero(text, strlen(text));
}

/* TYPED in NFC under CTX, or NULL when it is no text or longer than any password. */
static char *normal(const void *ctx, const char *typed)
{
	size_t n = strlen(typed);
	char *text;

	if (n > PASSWORD_MAX || !utf8_valid(typed, n))
		return NULL;
	text = text_nfc(ctx, typed, n);
	mem_on_free(text, wipe);
	return text;
}

/* ---- what is tried first ---------------------------------------------------------------- */

/* A digit or sign that stands for a letter: p4$$w0rd. */
static char letter(char c)
{
	static const struct { char sign, letter; } pairs[] = {
		{ '0', 'o' }, { '1', 'i' }, { '3', 'e' }, { '4', 'a' }, { '5', 's' }, { '7', 't' },
		{ '@', 'a' }, { '$', 's' }, { '!', 'i' }, { '|', 'l' },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (pairs[i].sign == c)
			return pairs[i].letter;
	return c;
}

static int by_name(const void *key, const void *row)
{
	return strcmp(key, *(const char *const *)row);
}

static bool listed(const char *word)
{
	return bsearch(word, password_common, password_common_count, sizeof(*password_common), by_name) != NULL;
}

/* "abcabcabc", "11111111": a piece of at most four characters, again and again. */
static bool repeats(const char *s, size_t n)
{
	for (size_t piece = 1; piece <= 4 && piece * 2 <= n; piece++) {
		size_t i = piece;

		while (i < n && s[i] == s[i - piece])
			i++;
		if (i == n)
			return true;
	}
	return false;
}

/* "12345678", "hgfedcba": each character the next one, or each the one before; 0 goes on after 9. */
static bool counts(const char *s, size_t n)
{
	for (int step = -1; step <= 1; step += 2) {
		size_t i = 1;

		while (i < n && (s[i] == s[i - 1] + step || (step > 0 && s[i] == '0' && s[i - 1] == '9') ||
				 (step < 0 && s[i] == '9' && s[i - 1] == '0')))
			i++;
		if (i == n)
			return true;
	}
	return false;
}

/* The word without the digits and signs around it: "2024password!" and "password99". */
static bool known_inside(const void *ctx, const char *s, size_t n)
{
	size_t from = 0, to = n;
	char *word;

	while (from < to && !isalpha((unsigned char)s[from]) && (signed char)s[from] >= 0)
		from++;
	while (to > from && !isalpha((unsigned char)s[to - 1]) && (signed char)s[to - 1] >= 0)
		to--;
	word = mem_strndup(ctx, s + from, to - from);
	if (listed(word))
		return true;
	/* Twice the same word is the word. */
	if ((to - from) % 2 == 0 && strncmp(word, word + (to - from) / 2, (to - from) / 2) == 0) {
		word[(to - from) / 2] = '\0';
		return listed(word);
	}
	return false;
}

static bool common(const void *ctx, const char *text)
{
	size_t n = strlen(text);
	char *folded = mem_strdup(ctx, text), *spoken = mem_strdup(ctx, text);

	for (size_t i = 0; i < n; i++) {
		folded[i] = (char)tolower((unsigned char)text[i]);
		spoken[i] = letter(folded[i]);
	}
	/* One letter before or behind a row makes no difference. */
	return repeats(folded, n) || counts(folded, n - 1) || counts(folded + 1, n - 1) || listed(folded) || listed(spoken) ||
	       known_inside(ctx, folded, n) || known_inside(ctx, spoken, n);
}

/* The address, what stands before its @, or that with digits behind. */
static bool of_owner(const char *text, const char *own)
{
	size_t n = strcspn(own, "@");

	if (n < 4 || strncasecmp(text, own, n) != 0)
		return false;
	text += n;
	return strcasecmp(text, own + n) == 0 || text[strspn(text, "0123456789!.")] == '\0';
}

enum password_fault password_check(const char *typed, const char *own)
{
	void *ctx = mem_context(NULL, "password");
	enum password_fault fault = PASSWORD_FINE;
	const char *text;

	if (strlen(typed) > PASSWORD_MAX)
		fault = PASSWORD_LONG;
	else if ((text = normal(ctx, typed)) == NULL)
		fault = PASSWORD_BROKEN;
	else if (strlen(text) < PASSWORD_MIN)
		fault = PASSWORD_SHORT;
	else if (common(ctx, text) || of_owner(text, own))
		fault = PASSWORD_COMMON;
	mem_free(ctx);
	return fault;
}

/* ---- hashes ------------------------------------------------------------------------------ */

/* A developer build may hash for less, so that tests about anything else do not wait for it. */
static int log_n(void)
{
#ifdef SUTLER_TEST_HOOKS
	const char *given = secure_getenv("SUTLER_TEST_SCRYPT_LOG_N");

	if (given != NULL)
		return (int)strtol(given, NULL, 10);
#endif
	return PASSWORD_LOG_N;
}

bool password_hash(const char *typed, char out[PASSWORD_HASH_MAX])
{
	void *ctx = mem_context(NULL, "password");
	const char *text = normal(ctx, typed);
	bool done = text != NULL && libscrypt_hash(out, text, 1u << log_n(), PASSWORD_R, PASSWORD_P) > 0;

	mem_free(ctx);
	return done;
}

/* Two hexadecimal digits, or -1. */
static int hex_pair(const char *s)
{
	static const char digits[] = "0123456789abcdef";
	const char *high = s[0] == '\0' ? NULL : strchr(digits, s[0]), *low = high == NULL || s[1] == '\0' ? NULL : strchr(digits, s[1]);

	return low == NULL ? -1 : (int)(high - digits) * 16 + (int)(low - digits);
}

/* N characters of base64 with its padding. */
static bool base64(const char *s, size_t n)
{
	size_t letters = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

	return letters <= n && letters + 2 >= n && strspn(s + letters, "=") >= n - letters && strlen(s) >= n;
}

/* "$s1$" cost "$" salt of 16 bytes "$" hash of 64 bytes, and nothing else. */
static bool well_formed(const char *hash, bool *old)
{
	enum { SALT = 24, HASH = 88, LEN = 4 + 6 + 1 + SALT + 1 + HASH };
	int n, r, p;

	if (hash == NULL || strlen(hash) != LEN || strncmp(hash, "$s1$", 4) != 0 || hash[10] != '$' || hash[11 + SALT] != '$' ||
	    !base64(hash + 11, SALT) || !base64(hash + 12 + SALT, HASH))
		return false;
	n = hex_pair(hash + 4);
	r = hex_pair(hash + 6);
	p = hex_pair(hash + 8);
	if (old != NULL)
		*old = n != log_n() || r != PASSWORD_R || p != PASSWORD_P;
	/* A damaged cost must not take the machine's memory: 128 MB at most. */
	return n >= 10 && n <= 17 && r >= 1 && r <= 8 && p >= 1 && p <= 16;
}

/* Today's cost, random bytes: fits no password that anybody knows. */
static const char nobody[] = "$s1$0f0803$97Z01tfZLEhF07BWDxnvsg==$"
	"l0kaqBtE/EAqFMgox34GE4nvY+CC1+kp472sSkQ6PgYzJrhyEFKS8MTvXu1wcRzBW19JPoe72KC8D2iLRXS4dg==";

bool password_verify(const char *typed, const char *hash, bool *old)
{
	void *ctx = mem_context(NULL, "password");
	const char *text = normal(ctx, typed);
	bool whole, fits;
	char *copy, cost[3];

	if (old != NULL)
		*old = false;
	whole = well_formed(hash, old);
	/* libscrypt writes into what it is given. */
	copy = mem_strdup(ctx, whole ? hash : nobody);
	if (!whole && log_n() != PASSWORD_LOG_N) {
		snprintf(cost, sizeof(cost), "%02x", (unsigned)log_n() & 0xff);
		memcpy(copy + 4, cost, 2);
	}
	/* 0: another password; -1: it could not be reckoned. */
	fits = libscrypt_check(copy, text == NULL ? "" : text) == 1;
	mem_free(ctx);
	return fits && whole && text != NULL;
}
