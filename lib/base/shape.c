#include "base/shape.h"

#include <string.h>

const struct field *shape_field(const struct shape *shape, const char *name, size_t n)
{
	for (size_t i = 0; i < shape->nfields; i++) {
		const char *have = shape->fields[i].name;

		if (strncmp(have, name, n) == 0 && have[n] == '\0')
			return &shape->fields[i];
	}
	return NULL;
}
