#include "shop/erased.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *path_in(const void *ctx, const char *dir)
{
	return mem_printf(ctx, "%s/erased", dir);
}

bool erased_append(const void *ctx, const char *dir, const char *tenant, const char *customer)
{
	const char *path = path_in(ctx, dir);
	char *line = mem_printf(ctx, "%" PRId64 " %s %s\n", clock_ms(), tenant, customer);
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	size_t n = strlen(line);
	bool done = fd >= 0;
	char last = '\n';
	off_t size;

	/* What a full disk cut is ended first, so that it does not spoil this line. */
	if (done && (size = lseek(fd, 0, SEEK_END)) > 0)
		done = pread(fd, &last, 1, size - 1) == 1 && (last == '\n' || write(fd, "\n", 1) == 1);
	done = done && write(fd, line, n) == (ssize_t)n && fsync(fd) == 0;
	if (!done)
		log_error("register of erasures cannot be written", "file", path, "reason", strerror(errno), NULL);
	if (fd >= 0)
		close(fd);
	return done;
}

/* "MS TENANT CUSTOMER", else false. */
static bool parse(char *line, struct erased *out)
{
	char *tenant = strchr(line, ' '), *customer = tenant == NULL ? NULL : strchr(tenant + 1, ' ');

	if (customer == NULL)
		return false;
	*tenant++ = '\0';
	*customer++ = '\0';
	*out = (struct erased){ tenant, customer };
	return id_valid(tenant) && id_valid(customer);
}

static bool read_all(const char *path, struct buf *text)
{
	FILE *file = fopen(path, "re");
	bool done = file != NULL;
	size_t n;

	if (file == NULL)
		return errno == ENOENT;
	while ((n = fread(buf_room(text, 65536), 1, 65536, file)) > 0)
		buf_grew(text, n);
	done = !ferror(file);
	fclose(file);
	return done;
}

const struct erased *erased_read(const void *ctx, const char *dir, size_t *n)
{
	const char *path = path_in(ctx, dir);
	struct buf *text = buf_new(ctx);
	struct erased *list;
	size_t lines = 1;
	char *rest, *line;

	*n = 0;
	buf_adds(text, "");
	if (!read_all(path, text)) {
		log_error("register of erasures cannot be read", "file", path, "reason", strerror(errno), NULL);
		return NULL;
	}
	for (const char *s = text->data; *s != '\0'; s++)
		lines += *s == '\n';
	list = mem_array(ctx, struct erased, lines);
	rest = mem_strdup(ctx, text->data);
	while ((line = strsep(&rest, "\n")) != NULL)
		*n += parse(line, &list[*n]);
	return list;
}
