#include "base/lines.h"

#include "base/mem.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

struct lines {
	FILE *file;
	char *line;                     /* getline's own */
	size_t room;
};

static void done(void *memory)
{
	struct lines *l = memory;

	fclose(l->file);
	free(l->line);
}

struct lines *lines_new(const void *ctx, FILE *file)
{
	struct lines *l = mem_new(ctx, struct lines);

	*l = (struct lines){ .file = file };
	mem_on_free(l, done);
	return l;
}

char *lines_next(struct lines *l, size_t *n)
{
	ssize_t got = getline(&l->line, &l->room, l->file);

	if (got <= 0)
		return NULL;
	if (n != NULL)
		*n = (size_t)got;
	return l->line;
}

void lines_end(struct lines *l)
{
	mem_free(l);
}

/* qsort gives its function nothing beside the two. */
static int by_order(const void *a, const void *z, void *order)
{
	int (*const *f)(const char *, const char *) = order;

	return (*f)(*(const char *const *)a, *(const char *const *)z);
}

const char **dir_names(const void *ctx, const char *path, int (*order)(const char *a, const char *z), size_t *n)
{
	const char **names = mem_array(ctx, const char *, 1);
	DIR *dir = opendir(path);
	const struct dirent *e;
	size_t room = 1;

	*n = 0;
	if (dir == NULL)
		return NULL;
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (*n == room) {
			room *= 2;
			names = mem_resize(ctx, names, const char *, room);
		}
		names[(*n)++] = mem_strdup(names, e->d_name);
	}
	closedir(dir);
	qsort_r(names, *n, sizeof(*names), by_order, &order);
	return names;
}
