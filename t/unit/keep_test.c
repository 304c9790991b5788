/* Promise: a worker never gives what belongs to another version, and never keeps more
   than it may. */
#include "base/mem.h"
#include "shop/keep.h"
#include "t/unit/tap.h"

#include <string.h>

static char *thing(const char *text, size_t bytes)
{
	char *s = mem_alloc(NULL, bytes, "thing");

	memcpy(s, text, strlen(text) + 1);
	return s;
}

int main(void)
{
	struct keep *k = keep_new(NULL, 3, 4000);
	const char *got;

	tap_ok(keep_find(k, "a", 1) == NULL, "nothing is found at first");
	keep_put(k, "a", 1, thing("one", 100));
	got = keep_find(k, "a", 1);
	tap_is_str(got, "one", "what was kept is found");
	tap_ok(keep_find(k, "a", 2) == NULL && keep_find(k, "b", 1) == NULL, "not at another version or key");
	keep_put(k, "a", 2, thing("two", 100));
	tap_is_int((int64_t)keep_count(k), 1, "the next version takes the place");
	tap_ok(keep_find(k, "a", 1) == NULL, "the older one is gone");
	keep_put(k, "b", 2, thing("b", 100));
	keep_put(k, "c", 2, thing("c", 100));
	keep_find(k, "a", 2);
	keep_put(k, "d", 2, thing("d", 100));
	tap_is_int((int64_t)keep_count(k), 3, "never more than slots");
	tap_ok(keep_find(k, "b", 2) == NULL && keep_find(k, "a", 2) != NULL, "what was used longest ago made room");
	keep_put(k, "e", 2, thing("e", 3800));
	tap_ok(keep_bytes(k) <= 4000 && keep_find(k, "e", 2) != NULL, "never more than bytes");
	keep_put(k, "f", 2, thing("f", 9000));
	tap_is_int((int64_t)keep_count(k), 1, "a thing larger than all may be stands alone");
	keep_put(k, "g", 2, thing("g", 10));
	tap_ok(keep_find(k, "f", 2) == NULL && keep_bytes(k) < 4000, "and goes first");
	mem_free(k);
	return tap_done();
}
