/*
 * shape.h -- what a C struct holds, as data.
 *
 * A shape lists the fields of a row struct by name, type and place.  The query
 * generator makes one for each named query; the Mustache renderer prints any
 * described row, so no glue stands between a query and its template.
 *
 * How each type is stored in the struct, and how the renderer prints it:
 *   TEXT   const char *   as it is, escaped; NULL is absent, an empty one false in sections
 *   ID     const char *   36 characters of a UUID; NULL is absent
 *   INT    int64_t        by the locale's grouping (raw: {{&name}}); 0 is a value, not false
 *   BOOL   bool           "true" or "false"; false is false in sections
 *   MONEY  int64_t        minor units, printed with the currency of the row's
 *                         own field "currency" if it has one, else the page's
 *   DATE   const char *   ISO 8601 yyyy-mm-dd, printed in the locale's medium form
 *   TIME   int64_t        ms since 1970 UTC, printed in the locale and the store's time zone
 *   HTML   const char *   trusted markup made by us; {{{name}}} only
 * A nullable INT, BOOL, MONEY or TIME has a companion "bool has_NAME" whose
 * place is has_offset; an absent value is false in sections and prints nothing.
 *
 * A shape is a static table: the renderer remembers where it found a field by
 * the shape's address, so a shape never changes and never goes away.
 */
#ifndef BASE_SHAPE_H
#define BASE_SHAPE_H

#include "base/base.h"

enum field_type {
	FIELD_TEXT, FIELD_ID, FIELD_INT, FIELD_BOOL, FIELD_MONEY, FIELD_DATE, FIELD_TIME, FIELD_HTML
};

#define FIELD_ALWAYS ((size_t)-1)       /* has_offset of a field that is never null */

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	size_t has_offset;              /* FIELD_ALWAYS, or the place of has_NAME (not for pointers) */
};

struct shape {
	const char *name;
	size_t size;                    /* of the struct, bytes */
	size_t nfields;
	const struct field *fields;
};

/* The field called NAME (N bytes), or NULL. */
const struct field *shape_field(const struct shape *shape, const char *name, size_t n);

#endif
