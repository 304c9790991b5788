#include "base/id.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"

#define COUNTER_MAX 0x0fff              /* 12 bits */
#define COUNTER_START_MASK 0x07ff       /* starts below half, so there is room to rise */

/* Random bytes are fetched for some 500 ids at a time: a system call for each
   would cost more than all the rest. */
static struct {
	unsigned char bytes[4096];
	size_t left;
	pid_t pid;
} pool;

static int64_t last_ms;
static unsigned counter;

static void take_random(void *out, size_t n)
{
	if (pool.left < n) {
		random_bytes(pool.bytes, sizeof(pool.bytes));
		pool.left = sizeof(pool.bytes);
	}
	pool.left -= n;
	memcpy(out, pool.bytes + pool.left, n);
}

static void counter_restart(int64_t ms)
{
	uint16_t r;

	take_random(&r, sizeof(r));
	last_ms = ms;
	counter = r & COUNTER_START_MASK;
}

/* A child begins with a copy of its parent's pool and counter; it must use
   neither, and its ids still sort after those made before the fork. */
static void notice_fork(void)
{
	pid_t pid = getpid();

	if (pid == pool.pid)
		return;
	pool.pid = pid;
	pool.left = 0;
	if (last_ms != 0)
		counter_restart(last_ms + 1);
}

struct id id_new(void)
{
	int64_t now = clock_ms();
	struct id_packed id;
	unsigned char *b = id.bytes;

	notice_fork();
	if (now > last_ms)
		counter_restart(now);
	else if (counter == COUNTER_MAX)
		counter_restart(last_ms + 1);   /* borrowed from the next millisecond */
	else
		counter++;

	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(last_ms >> (40 - 8 * i));
	b[6] = (unsigned char)(0x70 | counter >> 8);
	b[7] = (unsigned char)counter;
	take_random(b + 8, 8);
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));

	return id_unpack(&id);
}

struct id id_unpack(const struct id_packed *packed)
{
	char hex[33];
	struct id id;

	hex_encode(packed->bytes, sizeof(packed->bytes), hex);
	memcpy(id.text, hex, 8);
	memcpy(id.text + 9, hex + 8, 4);
	memcpy(id.text + 14, hex + 12, 4);
	memcpy(id.text + 19, hex + 16, 4);
	memcpy(id.text + 24, hex + 20, 12);
	id.text[8] = id.text[13] = id.text[18] = id.text[23] = '-';
	id.text[ID_LEN] = '\0';
	return id;
}

static unsigned char nibble(char c)
{
	return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10);
}

struct id_packed id_pack(const char *id)
{
	struct id_packed packed;

	for (size_t i = 0, at = 0; i < sizeof(packed.bytes); i++, at += 2) {
		if (id[at] == '-')
			at++;
		packed.bytes[i] = (unsigned char)(nibble(id[at]) << 4 | nibble(id[at + 1]));
	}
	return packed;
}

bool id_valid(const char *s)
{
	if (s == NULL)
		return false;
	for (int i = 0; i < ID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	}
	return s[ID_LEN] == '\0';
}
