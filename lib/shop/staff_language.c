#include "shop/staff_language.h"

#include <string.h>

const struct staff_language staff_languages[STAFF_LANGUAGES] = { { "en-GB", "en" }, { "es-ES", "es" }, { "id-ID", "id" } };

static const struct staff_language *find(const char *prefix)
{
	for (size_t i = 0; i < STAFF_LANGUAGES; i++)
		if (strcmp(staff_languages[i].prefix, prefix) == 0)
			return &staff_languages[i];
	return NULL;
}

const struct staff_language *staff_language(const char *prefix, const char *otherwise)
{
	const struct staff_language *l = find(prefix);

	if (l == NULL)
		l = find(otherwise);
	return l == NULL ? &staff_languages[0] : l;
}
