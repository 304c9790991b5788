#include "shop/keep.h"

#include <string.h>
#include <xxhash.h>

#include "base/mem.h"

struct kept {
	uint64_t hash;                  /* of the key: the keys of a store all begin alike */
	const char *key;                /* NULL: empty */
	int64_t version;
	void *thing;
	size_t bytes;
	uint64_t used;                  /* tick of the last use */
};

struct keep {
	size_t slots, bytes_max, bytes, count;
	uint64_t tick;
	struct kept *kept;
};

struct keep *keep_new(const void *ctx, size_t slots, size_t bytes)
{
	struct keep *k = mem_new(ctx, struct keep);

	k->slots = slots;
	k->bytes_max = bytes;
	k->kept = mem_array(k, struct kept, slots);
	return k;
}

static uint64_t hash_of(const char *key)
{
	return XXH3_64bits(key, strlen(key));
}

static bool is(const struct kept *e, uint64_t hash, const char *key)
{
	return e->hash == hash && e->key != NULL && strcmp(e->key, key) == 0;
}

const void *keep_find(struct keep *k, const char *key, int64_t version)
{
	uint64_t hash = hash_of(key);

	for (size_t i = 0; i < k->slots; i++) {
		struct kept *e = &k->kept[i];

		if (!is(e, hash, key) || e->version != version)
			continue;
		e->used = ++k->tick;
		return e->thing;
	}
	return NULL;
}

static void drop(struct keep *k, struct kept *e)
{
	k->bytes -= e->bytes;
	k->count--;
	mem_free(e->thing);
	*e = (struct kept){ 0 };
}

/* The place for KEY: its own, an empty one, or NULL. */
static struct kept *place(struct keep *k, uint64_t hash, const char *key)
{
	struct kept *empty = NULL;

	for (size_t i = 0; i < k->slots; i++) {
		if (k->kept[i].key == NULL)
			empty = &k->kept[i];
		else if (is(&k->kept[i], hash, key))
			return &k->kept[i];
	}
	return empty;
}

static struct kept *oldest(struct keep *k)
{
	struct kept *best = NULL;

	for (size_t i = 0; i < k->slots; i++)
		if (k->kept[i].key != NULL && (best == NULL || k->kept[i].used < best->used))
			best = &k->kept[i];
	return best;
}

void keep_put(struct keep *k, const char *key, int64_t version, void *thing)
{
	uint64_t hash = hash_of(key);
	struct kept *e = place(k, hash, key);
	size_t bytes;

	mem_steal(k, thing);
	key = mem_strdup(thing, key);
	bytes = mem_total(thing);
	if (e != NULL && e->key != NULL)
		drop(k, e);
	/* The thing itself stays even when it alone is larger than all may be. */
	while (k->count > 0 && (k->count == k->slots || k->bytes + bytes > k->bytes_max))
		drop(k, oldest(k));
	e = place(k, hash, key);
	*e = (struct kept){ hash, key, version, thing, bytes, ++k->tick };
	k->bytes += bytes;
	k->count++;
}

size_t keep_count(const struct keep *k)
{
	return k->count;
}

size_t keep_bytes(const struct keep *k)
{
	return k->bytes;
}
