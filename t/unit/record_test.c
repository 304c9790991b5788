/* Promise: a list of records reads as it was written, and one of another release does no harm. */
#include "base/mem.h"
#include "base/record.h"
#include "t/unit/tap.h"

int main(void)
{
	void *ctx = mem_context(NULL, "test");
	struct records r = records_read(ctx, "", 3);

	tap_is_int((int64_t)r.n, 0, "an empty text holds no record");
	r = records_read(ctx, "a\x1f" "b\x1f" "c\x1f\x1e" "\x1f\x1f" "f\x1f\x1e", 3);
	tap_is_int((int64_t)r.n, 2, "two records");
	tap_is_str(record_at(&r, 0)[0], "a", "first field");
	tap_is_str(record_at(&r, 0)[2], "c", "last field");
	tap_is_str(record_at(&r, 1)[0], "", "an empty field is empty");
	tap_is_str(record_at(&r, 1)[2], "f", "and those behind it keep their place");
	r = records_read(ctx, "a\x1f" "b\x1f\x1e" "c\x1f\x1e", 3);
	tap_is_str(record_at(&r, 0)[1], "b", "of a shorter record what is there");
	tap_is_str(record_at(&r, 0)[2], "", "and nothing for the rest");
	tap_is_str(record_at(&r, 1)[0], "c", "the next record is not touched by it");
	r = records_read(ctx, "a\x1f" "b\x1f" "c\x1f\x1e" "d\x1f" "e\x1f" "f\x1f\x1e", 2);
	tap_is_str(record_at(&r, 0)[1], "b", "of a longer record what was asked for");
	tap_is_str(record_at(&r, 1)[0], "d", "and the next begins at its beginning");
	r = records_read(ctx, "a\x1f\x1e" "not ended\x1f", 1);
	tap_is_int((int64_t)r.n, 1, "what is not ended is no record");
	mem_free(ctx);
	return tap_done();
}
