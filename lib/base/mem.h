/*
 * mem.h -- memory owned by contexts.
 *
 * Everything allocated hangs under a context given first; freeing the context
 * frees it all and runs the destructors of what is not memory (results, files,
 * handles).  A request has one context, the process has one; shop code never
 * frees.  Allocation does not fail: when memory is gone the process ends and
 * its supervisor starts a fresh one.  Built on talloc.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/base.h"

#include <stdarg.h>

/* Makes a context under PARENT (NULL: on its own).  NAME shows in reports. */
void *mem_context(const void *parent, const char *name);

/* Makes a context with a block of SIZE bytes from which contexts made under it, and all below
   them, take their memory first; the block is empty again when they are gone.  Children of the
   pool itself should be contexts that are freed as a whole. */
void *mem_pool(const void *parent, size_t size, const char *name);

/* SIZE zeroed bytes under CTX; NAME is the type's name for reports. */
void *mem_alloc(const void *ctx, size_t size, const char *name);
#define mem_new(ctx, type) ((type *)mem_alloc((ctx), sizeof(type), #type))

/* COUNT zeroed elements; a product that overflows is a BUG. */
void *mem_alloc_array(const void *ctx, size_t count, size_t size, const char *name);
#define mem_array(ctx, type, count) ((type *)mem_alloc_array((ctx), (count), sizeof(type), #type))

/* Resizes an array made by mem_array (NULL: makes it); new elements are not zeroed. */
void *mem_resize_array(const void *ctx, void *array, size_t count, size_t size, const char *name);
#define mem_resize(ctx, array, type, count) \
	((type *)mem_resize_array((ctx), (array), (count), sizeof(type), #type))

char *mem_strdup(const void *ctx, const char *s);            /* NULL stays NULL */
char *mem_strndup(const void *ctx, const char *s, size_t n);
char *mem_printf(const void *ctx, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *mem_vprintf(const void *ctx, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
/* The texts given (none NULL, at most MEM_CONCAT_MAX) one after another: what "%s%s%s" would
   print at a tenth of the price, for addresses and other small texts of every page. */
#define MEM_CONCAT_MAX 8
#define mem_concat(ctx, ...) \
	mem_concat_n((ctx), (const char *const[]){ __VA_ARGS__ }, \
		     ARRAY_LEN(((const char *const[]){ __VA_ARGS__ })))
char *mem_concat_n(const void *ctx, const char *const *parts, size_t n);
void *mem_copy(const void *ctx, const void *data, size_t size);

/* Hands PTR and all below it to NEW_CTX; returns PTR. */
void *mem_steal(const void *new_ctx, void *ptr);

/* Calls DONE(PTR) when PTR is freed; one per allocation. */
void mem_on_free_fn(void *ptr, void (*done)(void *));
#define mem_on_free(ptr, done) mem_on_free_fn((ptr), (done))

void mem_free(void *ptr);                                    /* NULL is fine */

/* Bytes held by PTR and everything below it: for tests of growth. */
size_t mem_total(const void *ptr);

#endif
