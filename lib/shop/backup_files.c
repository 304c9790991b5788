/* Files of backups: walking, copying, digests, and getting them to the disk. */
#include "shop/backup.h"

#include "base/lines.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (256 * 1024)
/* Directories within directories; ours have two. */
#define DEPTH_MAX 16

bool backup_fail(struct backup *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (b->error == NULL)
		b->error = mem_vprintf(b->mem, fmt, args);
	va_end(args);
	return false;
}

void backup_say(struct backup *b, const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	s = mem_vprintf(b->mem, fmt, args);
	va_end(args);
	b->say(s);
	mem_free(s);
}

/* What failed, with what helps. */
static bool fail_at(struct backup *b, const char *what, const char *path)
{
	switch (errno) {
	case ENOSPC:
	case EDQUOT:
		return backup_fail(b, "%s %s: the disk is full; nothing that looks like a backup was left", what, path);
	case EACCES:
	case EPERM:
		return backup_fail(b, "%s %s: not enough rights for the user with number %ld", what, path, (long)geteuid());
	default:
		return backup_fail(b, "%s %s: %s", what, path, strerror(errno));
	}
}

/* ---- walking ------------------------------------------------------------------------ */

int backup_order(const char *a, const char *z)
{
	for (; *a == *z && *a != '\0'; a++, z++)
		;
	/* Below a directory comes before what only begins with its name. */
	return (*a == '/' ? 1 : (unsigned char)*a) - (*z == '/' ? 1 : (unsigned char)*z);
}

static bool walk(struct backup *b, const char *top, const char *prefix, int depth, backup_visit *visit, void *arg)
{
	void *mem = mem_context(b->mem, "directory");
	const char *dir = *prefix != '\0' ? mem_printf(mem, "%s/%s", top, prefix) : top;
	size_t n;
	const char **names = dir_names(mem, dir, backup_order, &n);
	bool good = names != NULL || errno == ENOENT || fail_at(b, "cannot read", dir);

	if (depth > DEPTH_MAX)
		good = backup_fail(b, "%s lies deeper than %d directories", dir, DEPTH_MAX);
	for (size_t i = 0; good && i < n; i++) {
		const char *path = *prefix != '\0' ? mem_printf(names, "%s/%s", prefix, names[i]) : names[i];
		struct stat st;

		if (strpbrk(path, "\n\\") != NULL)
			good = backup_fail(b, "%s/%s has a name that no list of sums can hold", top, path);
		else if (lstat(mem_printf(names, "%s/%s", top, path), &st) != 0)
			good = errno == ENOENT || fail_at(b, "cannot look at", path);
		else if (S_ISDIR(st.st_mode))
			good = walk(b, top, path, depth + 1, visit, arg);
		else if (S_ISREG(st.st_mode))
			good = visit(b, path, &st, arg);
		else
			backup_say(b, "left out: %s/%s is neither file nor directory", top, path);
	}
	mem_free(mem);
	return good;
}

bool backup_walk(struct backup *b, const char *top, const char *prefix, backup_visit *visit, void *arg)
{
	return walk(b, top, prefix, 0, visit, arg);
}

/* ---- copying -------------------------------------------------------------------------- */

static void hex(const unsigned char *raw, char digest[65])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 32; i++) {
		digest[2 * i] = digits[raw[i] >> 4];
		digest[2 * i + 1] = digits[raw[i] & 15];
	}
	digest[64] = '\0';
}

static bool write_all(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t wrote = write(fd, data, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		data += wrote;
		n -= (size_t)wrote;
	}
	return true;
}

/* Reads IN to its end into the digest, and into OUT when it is a file. */
static bool pump(struct backup *b, int in, const char *from, int out, const char *to, char digest[65])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	char *chunk = mem_array(b->mem, char, CHUNK);
	unsigned char raw[32];
	unsigned len = sizeof(raw);
	bool good = md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;
	ssize_t got = 0;

	while (good && (got = read(in, chunk, CHUNK)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			good = fail_at(b, "cannot read", from);
		else if (EVP_DigestUpdate(md, chunk, (size_t)got) != 1)
			good = backup_fail(b, "no digest of %s", from);
		else if (out >= 0 && !write_all(out, chunk, (size_t)got))
			good = fail_at(b, "cannot write", to);
		else
			b->bytes += got;
	}
	good = good && EVP_DigestFinal_ex(md, raw, &len) == 1;
	EVP_MD_CTX_free(md);
	mem_free(chunk);
	if (good)
		hex(raw, digest);
	return good;
}

bool backup_copy(struct backup *b, const char *from, const char *to, mode_t mode, char digest[65], bool *gone)
{
	int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), out;
	bool good;

	if (in < 0 && errno == ENOENT && gone != NULL) {
		*gone = true;
		return true;
	}
	if (in < 0)
		return fail_at(b, "cannot read", from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	good = out >= 0 || fail_at(b, "cannot make", to);
	good = good && pump(b, in, from, out, to, digest);
	/* Whatever our umask is. */
	good = good && (fchmod(out, mode) == 0 || fail_at(b, "cannot make", to));
	if (out >= 0 && close(out) != 0)
		good = good && fail_at(b, "cannot write", to);
	close(in);
	b->files += good;
	return good;
}

bool backup_digest(struct backup *b, const char *path, char digest[65])
{
	int in = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool good = in >= 0 || fail_at(b, "cannot read", path);

	good = good && pump(b, in, path, -1, NULL, digest);
	if (in >= 0)
		close(in);
	return good;
}

bool backup_mkdirs(struct backup *b, const char *top, const char *path, mode_t mode)
{
	char *whole = mem_printf(b->mem, "%s/%s", top, path);
	bool good = true;

	for (char *slash = whole + strlen(top) + 1; good && (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (mkdir(whole, mode & 0777) == 0)
			/* Below a directory of a group it is of the same by itself; the sandbox of a job may not set that bit. */
			good = (mode & S_ISGID) == 0 || chmod(whole, mode) == 0 || fail_at(b, "cannot make", whole);
		else
			good = errno == EEXIST || fail_at(b, "cannot make", whole);
		*slash = '/';
	}
	mem_free(whole);
	return good;
}

bool backup_remove_tree(struct backup *b, const char *path)
{
	void *mem = mem_context(b->mem, "directory");
	size_t n;
	const char **names = dir_names(mem, path, backup_order, &n);
	bool good = names != NULL || errno == ENOENT || fail_at(b, "cannot read", path);

	for (size_t i = 0; good && i < n; i++) {
		char *below = mem_printf(names, "%s/%s", path, names[i]);
		struct stat st;

		if (lstat(below, &st) == 0 && S_ISDIR(st.st_mode))
			good = backup_remove_tree(b, below);
		else
			good = unlink(below) == 0 || errno == ENOENT || fail_at(b, "cannot remove", below);
	}
	mem_free(mem);
	return good && (rmdir(path) == 0 || errno == ENOENT || fail_at(b, "cannot remove", path));
}

bool backup_sync(struct backup *b, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && syncfs(fd) == 0 && fsync(fd) == 0;

	if (!good)
		fail_at(b, "cannot bring to the disk", path);
	if (fd >= 0)
		close(fd);
	return good;
}

bool backup_write_file(struct backup *b, const char *path, mode_t mode, const void *data, size_t n)
{
	const char *part = mem_printf(b->mem, "%s.new", path);
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good = fd >= 0 && fchmod(fd, mode) == 0 && write_all(fd, data, n) && fsync(fd) == 0;

	if (fd >= 0)
		good = close(fd) == 0 && good;
	good = good && rename(part, path) == 0;
	return good || fail_at(b, "cannot write", path);
}

char *backup_read_file(struct backup *b, const char *path, size_t most, size_t *n)
{
	FILE *f = fopen(path, "re");
	struct buf *text = buf_new(b->mem);
	size_t got;

	if (f == NULL) {
		fail_at(b, "cannot read", path);
		return NULL;
	}
	buf_adds(text, "");
	while ((got = fread(buf_room(text, CHUNK), 1, CHUNK, f)) > 0 && text->len + got <= most)
		buf_grew(text, got);
	if (ferror(f) || got > 0) {
		if (got > 0)
			backup_fail(b, "%s is larger than %zu bytes", path, most);
		else
			fail_at(b, "cannot read", path);
		fclose(f);
		return NULL;
	}
	fclose(f);
	*n = text->len;
	return text->data;
}
