/*
 * value.h -- what stands behind a name of a view: for the renderer only.
 *
 * A value is copied by value and never owns anything.  Looking at an entry of a
 * view resolves a lazy source in place, so that it is asked once.  A described
 * field becomes a value of the same kind, with the row's currency beside money.
 * Names carry a hash (FNV-1a) so that a look into a view compares numbers.
 */
#ifndef BASE_VALUE_H
#define BASE_VALUE_H

#include "base/view.h"

enum value_kind {
	VALUE_NONE, VALUE_TEXT, VALUE_INT, VALUE_BOOL, VALUE_MONEY, VALUE_DATE, VALUE_TIME,
	VALUE_HTML, VALUE_VIEW, VALUE_LIST, VALUE_ROW, VALUE_ROWS, VALUE_LAZY
};

struct value_list;

struct value {
	enum value_kind kind;
	union {
		const char *text;                       /* TEXT DATE HTML: never NULL */
		bool yes;
		struct {
			int64_t number;                 /* INT MONEY (minor units) TIME (ms) */
			const char *currency;           /* MONEY: its own, or NULL */
		};
		struct view *view;
		struct value_list *list;
		struct {
			const struct shape *shape;      /* ROW ROWS */
			const void *rows;
			size_t nrows;
		};
		struct view_source *source;             /* LAZY */
	};
};

struct value_list {
	struct value *items;
	size_t n, size;
};

#define NAME_HASH_SEED 2166136261u

/* The hash of a name of N bytes. */
uint32_t name_hash(const char *name, size_t n);

/* What V, or a view chained below it, holds under the name; false when none does.  *PLACE is
   where it stood the last time and is looked at first: views of one kind are filled in one
   order.  A wrong one costs time only. */
bool view_find(struct view *v, const char *name, size_t n, uint32_t hash, uint32_t *place,
	       struct value *out);

/* Field FIELD of ROW; CURRENCY is the row's field of that name, or NULL. */
void value_of_field(const void *row, const struct field *field, const struct field *currency,
		    struct value *out);

/* Does a section stand?  Absent, false, an empty text and an empty list do not. */
bool value_true(const struct value *v);

#endif
