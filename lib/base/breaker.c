#include "base/breaker.h"

#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

struct circuit {
	char key[BREAKER_KEY_LEN + 1];  /* "": free */
	unsigned failures;              /* in a row */
	int64_t probe_us;               /* while open: not before */
	int64_t used_us;
};

struct shared {
	pthread_mutex_t lock;
	struct circuit circuit[BREAKER_KEYS];
};

struct breaker { struct shared *shared; };

static void unmap(void *ptr)
{
	munmap(((struct breaker *)ptr)->shared, sizeof(struct shared));
}

struct breaker *breaker_new(const void *ctx)
{
	struct breaker *b = mem_new(ctx, struct breaker);
	pthread_mutexattr_t how;

	b->shared = mmap(NULL, sizeof(*b->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (b->shared == MAP_FAILED)
		BUG("no memory for circuits");
	pthread_mutexattr_init(&how);
	pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
	if (pthread_mutex_init(&b->shared->lock, &how) != 0)
		BUG("no lock for circuits");
	pthread_mutexattr_destroy(&how);
	mem_on_free(b, unmap);
	return b;
}

static void lock(struct shared *s)
{
	/* Whoever died inside left numbers, not pointers: they are good enough. */
	if (pthread_mutex_lock(&s->lock) == EOWNERDEAD)
		pthread_mutex_consistent(&s->lock);
}

/* The circuit of KEY; a new one takes the place unused for longest. */
static struct circuit *find(struct shared *s, const char *key, int64_t now_us)
{
	struct circuit *oldest = &s->circuit[0];

	if (*key == '\0' || strlen(key) > BREAKER_KEY_LEN)
		BUG("circuit of a key of %zu bytes", strlen(key));
	for (size_t i = 0; i < BREAKER_KEYS; i++) {
		struct circuit *c = &s->circuit[i];

		if (strcmp(c->key, key) == 0) {
			c->used_us = now_us;
			return c;
		}
		if (c->used_us < oldest->used_us)
			oldest = c;
	}
	*oldest = (struct circuit){ .used_us = now_us };
	memcpy(oldest->key, key, strlen(key) + 1);
	return oldest;
}

bool breaker_allows(struct breaker *b, const char *key, int64_t now_us)
{
	struct circuit *c;
	bool yes;

	lock(b->shared);
	c = find(b->shared, key, now_us);
	yes = c->failures < BREAKER_FAILURES || now_us >= c->probe_us;
	/* The probe is one caller's; the others wait for the next. */
	if (yes && c->failures >= BREAKER_FAILURES)
		c->probe_us = now_us + BREAKER_PROBE_S * INT64_C(1000000);
	pthread_mutex_unlock(&b->shared->lock);
	return yes;
}

bool breaker_tell(struct breaker *b, const char *key, bool good, int64_t now_us)
{
	struct circuit *c;
	bool was_open, is_open;

	lock(b->shared);
	c = find(b->shared, key, now_us);
	was_open = c->failures >= BREAKER_FAILURES;
	c->failures = good ? 0 : was_open ? c->failures : c->failures + 1;
	is_open = c->failures >= BREAKER_FAILURES;
	if (is_open && !was_open)
		c->probe_us = now_us + BREAKER_PROBE_S * INT64_C(1000000);
	pthread_mutex_unlock(&b->shared->lock);
	return was_open != is_open;
}
