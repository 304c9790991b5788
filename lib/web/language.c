#include "web/language.h"

#include "base/mem.h"

#include <string.h>

struct languages {
	const char *template_dir, *message_dir;
	size_t n;
	struct language **item;
};

struct languages *languages_new(const void *ctx, const char *template_dir, const char *message_dir)
{
	struct languages *l = mem_new(ctx, struct languages);

	l->template_dir = mem_strdup(l, template_dir);
	l->message_dir = mem_strdup(l, message_dir);
	return l;
}

const struct language *language_get(struct languages *l, const char *tag)
{
	struct language *new;

	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->item[i]->tag, tag) == 0)
			return l->item[i];
	new = mem_new(l, struct language);
	new->tag = mem_strdup(new, tag);
	new->locale = locale_get(tag);
	new->text = text_open(new, l->message_dir, locale_language(new->locale));
	new->templates = templates_new(new, l->template_dir, new->text);
	l->item = mem_resize(l, l->item, struct language *, l->n + 1);
	l->item[l->n++] = new;
	return new;
}
