#include "base/mustache_node.h"

#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_BYTES 128              /* of a template's name: a path of a few words */

struct templates *templates_new(const void *ctx, const char *dir, const struct text *text)
{
	struct templates *set = mem_new(ctx, struct templates);

	set->dir = mem_strdup(set, dir);
	set->text = text;
	return set;
}

static bool is_called(const struct template *t, const char *name, size_t n, uint32_t hash)
{
	return t->hash == hash && strncmp(t->name, name, n) == 0 && t->name[n] == '\0';
}

static struct template *find(struct templates *set, const char *name, size_t n)
{
	uint32_t hash = name_hash(name, n);
	struct template **recent = &set->recent[hash % TEMPLATES_RECENT];

	if (*recent != NULL && is_called(*recent, name, n, hash))
		return *recent;
	for (size_t i = 0; i < set->n; i++) {
		if (is_called(set->all[i], name, n, hash))
			return *recent = set->all[i];
	}
	return NULL;
}

struct template *templates_slot(struct templates *set, const char *name, size_t n)
{
	struct template *t = find(set, name, n);

	if (t != NULL)
		return t;
	t = mem_new(set, struct template);
	t->set = set;
	t->name = mem_strndup(t, name, n);
	t->hash = name_hash(name, n);
	set->all = mem_resize(set, set->all, struct template *, set->n + 1);
	set->all[set->n++] = t;
	return t;
}

char *template_place(const struct template *t, unsigned line, const void *ctx)
{
	if (t->set->dir == NULL)
		return mem_printf(ctx, "%s:%u: ", t->name, line);
	return mem_printf(ctx, "%s/%s.mustache:%u: ", t->set->dir, t->name, line);
}

/* Names come from data too: no way out of the directory. */
static bool good_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-./";
	size_t n = strspn(name, allowed);

	return n > 0 && n <= NAME_MAX_BYTES && name[n] == '\0' &&
	       name[0] != '.' && name[0] != '/' && strstr(name, "..") == NULL &&
	       strstr(name, "/.") == NULL && strstr(name, "//") == NULL;
}

/* The source of template NAME under CTX, or NULL with the reason in *WHY. */
static const char *read_source(const struct templates *set, const char *name, const void *ctx,
			       size_t *n_out, const char **why)
{
	const char *path = mem_printf(ctx, "%s/%s.mustache", set->dir, name);
	char *source;
	size_t n = 0;
	ssize_t got = 0;
	int fd;

	*why = "is no name of a template";
	if (!good_name(name))
		return NULL;
	*why = "is missing";
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	source = mem_array(ctx, char, MUSTACHE_SOURCE_MAX + 1);
	while (n <= MUSTACHE_SOURCE_MAX &&
	       (got = read(fd, source + n, MUSTACHE_SOURCE_MAX + 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	*why = got < 0 ? "cannot be read" : "is too long";
	if (got < 0 || n > MUSTACHE_SOURCE_MAX)
		return NULL;
	*n_out = n;
	return source;
}

/* Templates compiled together: all become ready or none does. */
struct batch {
	struct templates *set;
	void *ctx;                      /* of the work, dropped at the end */
	struct { struct template *t; struct template old; } *done;
	size_t n;
	const char *error;
};

static void compile(struct batch *b, struct template *t, const char *source, size_t n)
{
	struct template fresh = { .set = t->set, .name = t->name, .hash = t->hash, .ready = true };

	fresh.memory = mem_context(t, "template");
	b->error = template_parse(&fresh, source, n, b->ctx);
	if (b->error != NULL) {
		mem_free(fresh.memory);
		return;
	}
	b->done = mem_resize_array(b->ctx, b->done, b->n + 1, sizeof(*b->done), "batch");
	b->done[b->n].t = t;
	b->done[b->n++].old = *t;
	*t = fresh;
}

/* Compiles what the templates of the batch name, until all is there. */
static void compile_refs(struct batch *b)
{
	size_t n;

	for (size_t i = 0; i < b->n && b->error == NULL && b->set->dir != NULL; i++) {
		const struct template *t = b->done[i].t;

		for (uint32_t r = 0; r < t->nrefs && b->error == NULL; r++) {
			const char *why, *source;

			if (t->refs[r]->ready)
				continue;
			source = read_source(b->set, t->refs[r]->name, b->ctx, &n, &why);
			if (source != NULL)
				compile(b, t->refs[r], source, n);
			else
				b->error = mem_printf(b->ctx, "%spartial \"%s\" %s",
						      template_place(t, t->ref_lines[r], b->ctx),
						      t->refs[r]->name, why);
		}
	}
}

static const struct template *finish(struct batch *b, const struct template *t, const char **error)
{
	struct templates *set = b->set;

	compile_refs(b);
	for (size_t i = 0; i < b->n; i++) {
		mem_free(b->error == NULL ? b->done[i].old.memory : b->done[i].t->memory);
		if (b->error != NULL)
			*b->done[i].t = b->done[i].old;
	}
	mem_free(set->error);
	set->error = mem_strdup(set, b->error);
	mem_free(b->ctx);
	if (error != NULL)
		*error = set->error;
	return set->error == NULL ? t : NULL;
}

const struct template *template_compile(struct templates *set, const char *name,
					const char *source, const char **error)
{
	struct template *t = templates_slot(set, name, strlen(name));
	struct batch b = { .set = set, .ctx = mem_context(NULL, "templates") };
	size_t n = strlen(source);

	if (n > MUSTACHE_SOURCE_MAX)
		b.error = mem_printf(b.ctx, "%sthe template is too long",
				     template_place(t, 1, b.ctx));
	else
		compile(&b, t, source, n);
	return finish(&b, t, error);
}

const struct template *template_get(struct templates *set, const char *name, const char **error)
{
	struct template *t = find(set, name, strlen(name));
	struct batch b = { .set = set };
	const char *source = NULL, *why = "is missing";
	size_t n = 0;

	if (t != NULL && t->ready) {
		if (error != NULL)
			*error = NULL;
		return t;
	}
	b.ctx = mem_context(NULL, "templates");
	if (set->dir != NULL)
		source = read_source(set, name, b.ctx, &n, &why);
	if (source == NULL) {
		b.error = mem_printf(b.ctx, "template \"%s\" %s", name, why);
		return finish(&b, NULL, error);
	}
	t = templates_slot(set, name, strlen(name));
	compile(&b, t, source, n);
	return finish(&b, t, error);
}

const struct template *templates_dynamic(struct templates *set, const char *name)
{
	const struct template *t = find(set, name, strlen(name));
	const char *error;

	if (t != NULL && t->ready)
		return t;
	if (set->dir == NULL)
		return NULL;
	t = template_get(set, name, &error);
	if (t == NULL)
		log_warn("dynamic partial cannot be used", "reason", error, NULL);
	return t;
}
