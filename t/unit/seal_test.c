/* What was sealed opens with its key at its place and nowhere else; one changed bit, a cut
   or foreign bytes open to nothing; no two sealings are alike; a key file that others may
   read is refused. */
#include "base/seal.h"
#include "pay/secret.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "tap.h"

static char dir[] = "/tmp/seal-test-XXXXXX";

static void clean_up(void *mem)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		unlink(mem_printf(mem, "%s/%s", dir, e->d_name));
	if (d != NULL)
		closedir(d);
	rmdir(dir);
}

static const char *write_key(void *mem, const char *name, const char *data, size_t n, mode_t mode)
{
	const char *path = mem_printf(mem, "%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, n) != (ssize_t)n || fchmod(fd, mode) != 0)
		tap_ok(false, "%s is written", path);
	close(fd);
	return path;
}

static size_t unhex(const char *hex, unsigned char *out)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		out[i] = (unsigned char)strtoul(two, NULL, 16);
	}
	return n;
}

/* McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test case 16. */
static void published_vector(void *mem)
{
	static const char key[] = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308\n";
	static const char sealed_hex[] = "01" "cafebabefacedbaddecaf888"
		"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
		"8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
		"76fc6ece0f4e1768cddf8853bb2d551b";
	static const char text_hex[] = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
		"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
	unsigned char sealed[128], text[64];
	char aad[32] = "";
	const char *error = "";
	const struct seal_key *k = seal_key_load(mem, write_key(mem, "vector", key, strlen(key), 0640), &error);
	size_t n = unhex(sealed_hex, sealed), size = 0, want = unhex(text_hex, text);
	char *got;

	unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2", (unsigned char *)aad);
	if (!tap_ok(k != NULL, "a key of 64 digits is read"))
		return;
	got = seal_open(mem, k, aad, sealed, n, &size);
	tap_ok(got != NULL && size == want && memcmp(got, text, want) == 0, "the published vector opens");
}

static void there_and_back(void *mem, const struct seal_key *key, const struct seal_key *other)
{
	static const char text[] = "sk_test_a_key_of_some_length";
	size_t n = 0, again_n = 0, size = 0;
	unsigned char *sealed = seal_make(mem, key, "t/a/key", text, strlen(text), &n);
	unsigned char *again = seal_make(mem, key, "t/a/key", text, strlen(text), &again_n);
	unsigned opened = 0;
	char *clear;

	tap_is_int((int64_t)n, (int64_t)strlen(text) + SEAL_OVERHEAD, "the size is as told");
	tap_ok(memmem(sealed, n, "sk_test", 7) == NULL, "nothing of the text is to be seen");
	tap_ok(memcmp(sealed, again, n) != 0, "the same text never looks the same");
	clear = seal_open(mem, key, "t/a/key", sealed, n, &size);
	tap_is_str(clear, text, "it opens at its place");
	tap_is_int((int64_t)size, (int64_t)strlen(text), "with its size");
	tap_ok(seal_open(mem, key, "t/b/key", sealed, n, &size) == NULL, "not at another place");
	tap_ok(seal_open(mem, key, "", sealed, n, &size) == NULL, "nor at none");
	tap_ok(seal_open(mem, other, "t/a/key", sealed, n, &size) == NULL, "nor with another key");
	for (size_t i = 0; i < 8 * n; i++) {
		sealed[i / 8] ^= (unsigned char)(1u << i % 8);
		opened += seal_open(mem, key, "t/a/key", sealed, n, &size) != NULL;
		sealed[i / 8] ^= (unsigned char)(1u << i % 8);
	}
	tap_is_int(opened, 0, "one changed bit, anywhere, and it stays shut");
	for (size_t i = 0; i < n; i++)
		opened += seal_open(mem, key, "t/a/key", sealed, i, &size) != NULL;
	tap_is_int(opened, 0, "cut anywhere, and it stays shut");
	tap_ok(seal_open(mem, key, "t/a/key", NULL, 0, &size) == NULL, "nothing opens to nothing");
	sealed = seal_make(mem, key, "t/a/key", "", 0, &n);
	clear = seal_open(mem, key, "t/a/key", sealed, n, &size);
	tap_ok(clear != NULL && size == 0 && *clear == '\0', "an empty text is a text");
}

/* What was put into a box by who has the public half. */
static void boxes(void *mem, const struct seal_key *key, const struct seal_key *other)
{
	static const char text[] = "sk_test_a_key_of_some_length";
	static const unsigned char zero[SEAL_PUBLIC_LEN];
	static const struct { const char *name; size_t from, to; } regions[] = {
		{ "the version", 0, 1 }, { "the box's public key", 1, 1 + SEAL_PUBLIC_LEN },
		{ "the text", 1 + SEAL_PUBLIC_LEN, 1 + SEAL_PUBLIC_LEN + sizeof(text) - 1 },
		{ "the tag", 1 + SEAL_PUBLIC_LEN + sizeof(text) - 1, sizeof(text) - 1 + SEAL_BOX_OVERHEAD },
	};
	unsigned char public[SEAL_PUBLIC_LEN], again_public[SEAL_PUBLIC_LEN], derived_bytes[SEAL_KEY_LEN];
	size_t n = 0, again_n = 0, size = 0;
	unsigned char *box, *again, *old;
	char *clear;
	unsigned opened = 0;

	seal_public(key, public);
	seal_public(key, again_public);
	tap_ok(memcmp(public, again_public, sizeof(public)) == 0, "a key has one public half");
	seal_public(other, again_public);
	tap_ok(memcmp(public, again_public, sizeof(public)) != 0, "another key has another");
	seal_derive(key, "one", derived_bytes);
	tap_ok(memcmp(public, derived_bytes, sizeof(public)) != 0, "and it is nothing else that is derived of the key");
	box = seal_box(mem, public, "t/a/key", text, strlen(text), &n);
	again = seal_box(mem, public, "t/a/key", text, strlen(text), &again_n);
	if (!tap_ok(box != NULL && again != NULL, "who has the public half can seal"))
		return;
	tap_is_int((int64_t)n, (int64_t)strlen(text) + SEAL_BOX_OVERHEAD, "the size is as told");
	tap_is_int(box[0], 2, "it says that it is of version 2");
	tap_ok(memmem(box, n, "sk_test", 7) == NULL, "nothing of the text is to be seen");
	tap_ok(memcmp(box + 1, again + 1, SEAL_PUBLIC_LEN) != 0 && memcmp(box, again, n) != 0, "the same text never looks the same");
	clear = seal_open(mem, key, "t/a/key", box, n, &size);
	tap_is_str(clear, text, "who has the key can open");
	tap_is_int((int64_t)size, (int64_t)strlen(text), "with its size");
	old = seal_make(mem, key, "t/a/key", text, strlen(text), &again_n);
	tap_is_int(old[0], 1, "what has the key seals as before");
	tap_is_str(seal_open(mem, key, "t/a/key", old, again_n, &size), text, "and that opens beside it");
	tap_ok(seal_open(mem, key, "t/b/key", box, n, &size) == NULL, "a box does not open at another place");
	tap_ok(seal_open(mem, key, "", box, n, &size) == NULL, "nor at none");
	tap_ok(seal_open(mem, other, "t/a/key", box, n, &size) == NULL, "nor with another key");
	tap_ok(seal_open(mem, seal_key_load(mem, write_key(mem, "public", (char *)public, sizeof(public), 0600), &(const char *){ NULL }), "t/a/key", box, n, &size) == NULL,
	       "nor with the public half as the key");
	for (size_t j = 0; j < ARRAY_LEN(regions); j++) {
		opened = 0;
		for (size_t i = 8 * regions[j].from; i < 8 * regions[j].to; i++) {
			box[i / 8] ^= (unsigned char)(1u << i % 8);
			opened += seal_open(mem, key, "t/a/key", box, n, &size) != NULL;
			box[i / 8] ^= (unsigned char)(1u << i % 8);
		}
		tap_is_int(opened, 0, "one changed bit in %s, and it stays shut", regions[j].name);
	}
	tap_is_int((int64_t)regions[3].to, (int64_t)n, "that was all of it");
	for (size_t i = 0; i < n; i++)
		opened += seal_open(mem, key, "t/a/key", box, i, &size) != NULL;
	tap_is_int(opened, 0, "cut anywhere, and it stays shut");
	memset(box + 1, 0, SEAL_PUBLIC_LEN);
	tap_ok(seal_open(mem, key, "t/a/key", box, n, &size) == NULL, "a point that agrees on nothing opens nothing");
	tap_ok(seal_box(mem, zero, "t/a/key", text, strlen(text), &n) == NULL, "nor is anything sealed for one");
	box = seal_box(mem, public, "t/a/key", "", 0, &n);
	clear = seal_open(mem, key, "t/a/key", box, n, &size);
	tap_ok(clear != NULL && size == 0 && *clear == '\0', "an empty text is a text");
}

/* Made once by another program and library, after RFC 5869 and RFC 7748: what an older release sealed must
   open for ever. */
static void kept_box(void *mem)
{
	static const char key[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
	static const char public_hex[] = "a4978055404a7395566b899c7a005ac42a887ec9d8b9bdeead6dd4d626975422";
	static const char box_hex[] = "026732a02e531a98cc176f33a48ef4eb57f4fc5cfe4ccc5555e8b298fac7ed6203cdd50a43f6e6d7"
		"689fe74c2527138cd27a467e0dab4711f6df63c2972e403cf74413ee9239";
	unsigned char want[SEAL_PUBLIC_LEN], public[SEAL_PUBLIC_LEN], box[128];
	const char *error = "";
	const struct seal_key *k = seal_key_load(mem, write_key(mem, "kept", key, strlen(key), 0640), &error);
	size_t n = unhex(box_hex, box), size = 0;

	unhex(public_hex, want);
	seal_public(k, public);
	tap_ok(memcmp(public, want, sizeof(want)) == 0, "the public half is the one another program finds");
	tap_is_str(seal_open(mem, k, "t/a/key_sealed", box, n, &size), "sk_test_kept_for_ever", "its box opens");
}

static void derived(const struct seal_key *key, const struct seal_key *other)
{
	unsigned char a[SEAL_KEY_LEN], b[SEAL_KEY_LEN];

	seal_derive(key, "one", a);
	seal_derive(key, "one", b);
	tap_ok(memcmp(a, b, sizeof(a)) == 0, "what is derived can be derived again");
	seal_derive(key, "two", b);
	tap_ok(memcmp(a, b, sizeof(a)) != 0, "another purpose gives others");
	seal_derive(other, "one", b);
	tap_ok(memcmp(a, b, sizeof(a)) != 0, "another key too");
}

static void key_files(void *mem)
{
	static const char hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eFF";
	static const struct { const char *name; size_t n; mode_t mode; bool right; } files[] = {
		{ "digits", 64, 0600, true },
		{ "group", 64, 0640, true },
		{ "short", 63, 0600, false },
		{ "raw", 32, 0400, true },
		{ "empty", 0, 0600, false },
		{ "world", 64, 0644, false },
		{ "written", 64, 0660, false },
	};
	const char *error = "";

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const char *path = write_key(mem, files[i].name, hex, files[i].n, files[i].mode);
		bool read = seal_key_load(mem, path, &error) != NULL;

		tap_ok(read == files[i].right, "key file: %s", files[i].name);
	}
	tap_ok(seal_key_load(mem, write_key(mem, "words", "zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff",
					    64, 0600), &error) == NULL, "key file: no digits");
	tap_ok(seal_key_load(mem, mem_printf(mem, "%s/none", dir), &error) == NULL && strstr(error, "/none") != NULL,
	       "a missing file is named");
}

static void secrets(void *mem, const struct seal_key *key)
{
	static const char tenant[] = "0190a000-0000-7000-8000-000000000001";
	static const char account[] = "0190a000-0000-7000-8000-000000000002";
	size_t n = 0;
	unsigned char public[SEAL_PUBLIC_LEN];
	unsigned char *sealed = pay_secret_seal(mem, key, tenant, account, PAY_SECRET_WEBHOOK, "whsec_1", &n);

	tap_is_str(pay_secret_open(mem, key, tenant, account, PAY_SECRET_WEBHOOK, sealed, n), "whsec_1",
		   "a secret of an account opens");
	tap_ok(pay_secret_open(mem, key, tenant, account, PAY_SECRET_KEY, sealed, n) == NULL, "not in another column");
	tap_ok(pay_secret_open(mem, key, account, tenant, PAY_SECRET_WEBHOOK, sealed, n) == NULL, "not of another tenant");
	sealed = seal_make(mem, key, "t/a/webhook_sealed", "a\0b", 3, &n);
	tap_ok(pay_secret_open(mem, key, "t", "a", PAY_SECRET_WEBHOOK, sealed, n) == NULL, "a secret with a NUL is none");
	seal_public(key, public);
	sealed = pay_secret_box(mem, public, tenant, account, PAY_SECRET_WEBHOOK, "whsec_2", &n);
	tap_is_str(pay_secret_open(mem, key, tenant, account, PAY_SECRET_WEBHOOK, sealed, n), "whsec_2", "a boxed one opens too");
	tap_is_str(pay_secret_open(mem, key, tenant, account, PAY_SECRET_WEBHOOK_OLD, sealed, n), "whsec_2", "also when it was moved to be the old one");
	tap_ok(pay_secret_open(mem, key, tenant, account, PAY_SECRET_KEY, sealed, n) == NULL, "but not as the key");
	sealed = pay_secret_box(mem, public, tenant, account, PAY_SECRET_KEY, "sk_test_2", &n);
	tap_ok(pay_secret_open(mem, key, tenant, account, PAY_SECRET_WEBHOOK_OLD, sealed, n) == NULL, "nor a key as an old secret");
}

int main(void)
{
	void *mem = mem_context(NULL, "test");
	unsigned char bytes[SEAL_KEY_LEN];
	const struct seal_key *key, *other;
	const char *error = "";

	if (mkdtemp(dir) == NULL)
		return 1;
	random_bytes(bytes, sizeof(bytes));
	key = seal_key_load(mem, write_key(mem, "one", (char *)bytes, sizeof(bytes), 0600), &error);
	bytes[31] ^= 1;
	other = seal_key_load(mem, write_key(mem, "two", (char *)bytes, sizeof(bytes), 0600), &error);
	if (tap_ok(key != NULL && other != NULL, "raw keys are read")) {
		there_and_back(mem, key, other);
		boxes(mem, key, other);
		secrets(mem, key);
		derived(key, other);
	}
	published_vector(mem);
	kept_box(mem);
	key_files(mem);
	clean_up(mem);
	mem_free(mem);
	return tap_done();
}
