#include "base/mem.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

/* Out of memory: say so without allocating and end; nothing is half done. */
NORETURN static void out_of_memory(void)
{
	static const char say[] = "{\"level\":\"fatal\",\"message\":\"out of memory\"}\n";

	(void)!write(STDERR_FILENO, say, sizeof(say) - 1);
	abort();
}

static void *sure(void *ptr)
{
	if (ptr == NULL)
		out_of_memory();
	return ptr;
}

void *mem_context(const void *parent, const char *name)
{
	/* One byte: the address of an empty chunk is its end, where a leak checker sees no owner. */
	return sure(talloc_named_const(parent, 1, name));
}

void *mem_pool(const void *parent, size_t size, const char *name)
{
	void *pool = sure(talloc_pool(parent, size));

	talloc_set_name_const(pool, name);
	return pool;
}

void *mem_alloc(const void *ctx, size_t size, const char *name)
{
	void *ptr = sure(talloc_named_const(ctx, size, name));

	memset(ptr, 0, size);
	return ptr;
}

void *mem_alloc_array(const void *ctx, size_t count, size_t size, const char *name)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > INT_MAX)
		BUG("array of %zu x %zu bytes", count, size);
	return mem_alloc(ctx, bytes, name);
}

void *mem_resize_array(const void *ctx, void *array, size_t count, size_t size, const char *name)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > INT_MAX)
		BUG("array of %zu x %zu bytes", count, size);
	return sure(_talloc_realloc(ctx, array, bytes, name));
}

char *mem_strdup(const void *ctx, const char *s)
{
	return s == NULL ? NULL : sure(talloc_strdup(ctx, s));
}

char *mem_strndup(const void *ctx, const char *s, size_t n)
{
	return sure(talloc_strndup(ctx, s, n));
}

/* Longer texts are formatted twice: to know their length, and into their memory. */
#define PRINTF_SHORT 512

char *mem_vprintf(const void *ctx, const char *fmt, va_list args)
{
	char text[PRINTF_SHORT];
	va_list again;
	char *s;
	int n;

	va_copy(again, args);
	n = vsnprintf(text, sizeof(text), fmt, args);
	if (n < 0)
		BUG("cannot format \"%s\"", fmt);
	if ((size_t)n < sizeof(text))
		s = talloc_strndup(ctx, text, (size_t)n);
	else
		s = talloc_vasprintf(ctx, fmt, again);
	va_end(again);
	return sure(s);
}

char *mem_concat_n(const void *ctx, const char *const *parts, size_t n)
{
	size_t len[MEM_CONCAT_MAX], total = 1;
	char *s, *to;

	if (n > MEM_CONCAT_MAX)
		BUG("%zu texts to be joined", n);
	for (size_t i = 0; i < n; i++)
		total += len[i] = strlen(parts[i]);
	s = to = sure(talloc_size(ctx, total));
	for (size_t i = 0; i < n; i++) {
		memcpy(to, parts[i], len[i]);
		to += len[i];
	}
	*to = '\0';
	return s;
}

char *mem_printf(const void *ctx, const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	s = mem_vprintf(ctx, fmt, args);
	va_end(args);
	return s;
}

void *mem_copy(const void *ctx, const void *data, size_t size)
{
	return sure(talloc_memdup(ctx, data, size));
}

void *mem_steal(const void *new_ctx, void *ptr)
{
	return talloc_steal(new_ctx, ptr);
}

/* talloc keeps one destructor per chunk; ours takes the function from a child
   chunk, so that any "void f(void *)" serves without a cast between function types. */
struct on_free {
	void (*done)(void *);
	void *ptr;
};

static int run_on_free(struct on_free *f)
{
	f->done(f->ptr);
	return 0;
}

void mem_on_free_fn(void *ptr, void (*done)(void *))
{
	struct on_free *f = mem_new(ptr, struct on_free);

	f->done = done;
	f->ptr = ptr;
	talloc_set_destructor(f, run_on_free);
}

void mem_free(void *ptr)
{
	if (ptr != NULL)
		talloc_free(ptr);
}

size_t mem_total(const void *ptr)
{
	return talloc_total_size(ptr);
}
