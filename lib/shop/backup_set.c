/* Sets of backups: their manifest, their sums, which there are, and their end. */
#include "shop/backup.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/lines.h"
#include "base/mem.h"
#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

/* Some 250 lines, and five for each merchant: ten thousand of them. */
#define MANIFEST_MAX (8 * 1024 * 1024)
#define DAY_S (24 * 60 * 60)

/* ---- the manifest --------------------------------------------------------------------- */

static bool take_line(struct backup *b, struct backup_set *set, const char *line)
{
	const char *value = strchr(line, ' ');
	const struct {
		const char *name, **to;
	} words[] = {
		{ "made", &set->made }, { "release", &set->release }, { "kind", &set->kind }, { "tenant", &set->tenant },
		{ "slug", &set->slug }, { "migration", &set->migration }, { "key", &set->key },
	};
	size_t n;

	if (value == NULL)
		return backup_fail(b, "%s: its manifest has a line without value", set->path);
	n = (size_t)(value++ - line);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i].name) == n && strncmp(line, words[i].name, n) == 0)
			*words[i].to = value;
	if (strncmp(line, "server ", 7) == 0)
		set->server_major = (int)strtol(value, NULL, 10);
	else if (strncmp(line, "files ", 6) == 0)
		set->files = strtoll(value, NULL, 10);
	else if (strncmp(line, "bytes ", 6) == 0)
		set->bytes = strtoll(value, NULL, 10);
	else if (strncmp(line, "sums ", 5) == 0 && strlen(value) == SHA256_HEX - 1)
		memcpy(set->sums, value, SHA256_HEX);
	return true;
}

bool backup_open(struct backup *b, const char *path, struct backup_set *set)
{
	char sum[SHA256_HEX];
	size_t n;
	char *text, *end, *rest, *line;
	long format;

	*set = (struct backup_set){ .path = mem_strdup(b->mem, path), .key = "unknown" };
	/* What a killed run left is named as what it is. */
	text = backup_read_file(b, mem_printf(b->mem, "%s/" BACKUP_MANIFEST, path), MANIFEST_MAX, &n);
	if (text == NULL)
		return false;
	format = strncmp(text, "sutler-backup ", 14) == 0 ? strtol(text + 14, NULL, 10) : 0;
	if (format > BACKUP_FORMAT)
		return backup_fail(b, "%s: made by a newer release (format %ld, these programs know %d): install that release first", path, format, BACKUP_FORMAT);
	if (format != BACKUP_FORMAT || strlen(text) != n)
		return backup_fail(b, "%s: that is no backup of sutler", path);
	end = strstr(text, "\nend ");
	if (end == NULL || n - (size_t)(end + 5 - text) != SHA256_HEX || text[n - 1] != '\n')
		return backup_fail(b, "%s: its manifest was cut off", path);
	sha256_hex(text, (size_t)(end + 1 - text), sum);
	if (strncmp(end + 5, sum, SHA256_HEX - 1) != 0)
		return backup_fail(b, "%s: its manifest was changed", path);
	end[1] = '\0';
	rest = strchr(text, '\n') + 1;
	while (strncmp(rest, "proof\n", 6) != 0 && (line = strsep(&rest, "\n")) != NULL && rest != NULL)
		if (!take_line(b, set, line))
			return false;
	if (rest == NULL || set->made == NULL || set->kind == NULL || set->migration == NULL || set->release == NULL || set->sums[0] == '\0')
		return backup_fail(b, "%s: its manifest lacks a line", path);
	set->proof = rest + 6;
	return true;
}

/* ---- the sums --------------------------------------------------------------------------- */

struct check {
	const struct backup_set *set;
	struct lines *sums;
	int64_t files;
};

/* The next line of sums: its path, *WANT before it; NULL at the end. */
static const char *next_sum(struct check *c, const char **want)
{
	size_t n;
	char *line = lines_next(c->sums, &n);

	if (line == NULL || n < SHA256_HEX + 2 || line[n - 1] != '\n')
		return NULL;
	line[n - 1] = '\0';
	line[SHA256_HEX - 1] = '\0';
	*want = line;
	return line + SHA256_HEX + 1;
}

static bool check_file(struct backup *b, const char *path, const struct stat *st, void *arg)
{
	struct check *c = arg;
	const char *want = NULL, *next;
	char now[SHA256_HEX], *whole;
	bool good;

	(void)st;
	if (strcmp(path, BACKUP_SUMS) == 0 || strcmp(path, BACKUP_MANIFEST) == 0)
		return true;
	next = next_sum(c, &want);
	if (next == NULL || backup_order(next, path) > 0)
		return backup_fail(b, "%s: %s does not belong to the backup", c->set->path, path);
	if (strcmp(next, path) != 0)
		return backup_fail(b, "%s: %s is missing", c->set->path, next);
	whole = mem_printf(b->mem, "%s/%s", c->set->path, path);
	good = backup_digest(b, whole, now);
	mem_free(whole);
	if (good && strcmp(now, want) != 0)
		good = backup_fail(b, "%s: %s is not what was saved (its SHA-256 differs)", c->set->path, path);
	c->files++;
	return good;
}

bool backup_verify(struct backup *b, const struct backup_set *set)
{
	const char *path = mem_printf(b->mem, "%s/" BACKUP_SUMS, set->path), *want, *left;
	struct check c = { .set = set };
	char now[SHA256_HEX];
	FILE *file;
	bool good;

	if (!backup_digest(b, path, now))
		return false;
	if (strcmp(now, set->sums) != 0)
		return backup_fail(b, "%s: " BACKUP_SUMS " is not what was saved", set->path);
	file = fopen(path, "re");
	if (file == NULL)
		return backup_fail(b, "cannot read %s: %s", path, strerror(errno));
	c.sums = lines_new(b->mem, file);
	good = backup_walk(b, set->path, "", check_file, &c);
	if (good && (left = next_sum(&c, &want)) != NULL)
		good = backup_fail(b, "%s: %s is missing", set->path, left);
	if (good && c.files != set->files)
		good = backup_fail(b, "%s: %lld files are there, the manifest counts %lld", set->path, (long long)c.files, (long long)set->files);
	b->files = c.files;
	lines_end(c.sums);
	return good;
}

/* ---- which there are ----------------------------------------------------------------------- */

/* sutler-YYYYMMDDTHHMMSSZ, perhaps -SLUG behind it; *AT is its moment. */
static bool is_set(const char *name, time_t *at)
{
	struct tm t = { 0 };
	const char *s = name + strlen(BACKUP_NAME);

	if (strncmp(name, BACKUP_NAME, strlen(BACKUP_NAME)) != 0 || strlen(s) < 16)
		return false;
	if (sscanf(s, "%4d%2d%2dT%2d%2d%2dZ", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec) != 6 || s[15] != 'Z')
		return false;
	t.tm_year -= 1900;
	t.tm_mon--;
	*at = timegm(&t);
	return (s[16] == '\0' || s[16] == '-') && strchr(s, '.') == NULL;
}

const char *backup_newest(struct backup *b, const char *dir, const char *kind)
{
	bool want_whole = strcmp(kind, "whole") == 0;
	size_t n;
	const char **names = dir_names(b->mem, dir, strcmp, &n);
	time_t at;

	if (names == NULL && errno != ENOENT)
		backup_fail(b, "cannot read %s: %s", dir, strerror(errno));
	for (size_t i = n; i-- > 0;)
		if (is_set(names[i], &at) && (strlen(names[i]) == strlen(BACKUP_NAME) + 16) == want_whole)
			return mem_printf(b->mem, "%s/%s", dir, names[i]);
	return NULL;
}

/* Out of the way under a name that is no set's, then away. */
static bool remove_set(struct backup *b, const char *dir, const char *name)
{
	const char *path = mem_printf(b->mem, "%s/%s", dir, name);
	const char *gone = mem_printf(b->mem, "%s/%s.gone", dir, name);

	if (rename(path, gone) != 0)
		return backup_fail(b, "cannot remove %s: %s", path, strerror(errno));
	return backup_remove_tree(b, gone);
}

bool backup_prune(struct backup *b, const char *dir, int days, int *removed)
{
	const char *newest = backup_newest(b, dir, "whole");
	size_t n;
	const char **names = dir_names(b->mem, dir, strcmp, &n);
	time_t limit = (time_t)(clock_ms() / 1000) - (time_t)days * DAY_S, at = 0;
	bool good = names != NULL || backup_fail(b, "cannot read %s: %s", dir, strerror(errno));

	for (size_t i = 0; good && i < n; i++) {
		const char *name = names[i], *dot = strrchr(name, '.');
		const char *path = mem_printf(b->mem, "%s/%s", dir, name);

		if (strncmp(name, BACKUP_NAME, strlen(BACKUP_NAME)) == 0 && dot != NULL &&
		    (strcmp(dot, ".part") == 0 || strcmp(dot, ".gone") == 0)) {
			good = backup_remove_tree(b, path);
		} else if (days > 0 && is_set(name, &at) && at < limit && (newest == NULL || strcmp(path, newest) != 0)) {
			good = remove_set(b, dir, name);
			*removed += good;
		}
	}
	return good;
}

bool backup_lock(struct backup *b, const char *dir)
{
	const char *path = mem_printf(b->mem, "%s/.lock", dir);
	int fd;

	if (mkdir(dir, 0750) != 0 && errno != EEXIST)
		return backup_fail(b, "cannot make %s: %s", dir, strerror(errno));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
	if (fd < 0)
		return backup_fail(b, "cannot write into %s: %s; it must belong to the user with number %ld", dir, strerror(errno), (long)geteuid());
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return backup_fail(b, "another backup is writing into %s", dir);
	}
	return true;
}

const char *backup_key_digest(struct backup *b, const char *key_file)
{
	const char *error;
	const struct seal_key *key = seal_key_load(b->mem, key_file, &error);
	unsigned char derived[SEAL_KEY_LEN];
	char digest[SHA256_HEX];

	if (key == NULL)
		return "unknown";
	/* It tells the key from another and nothing of it. */
	seal_derive(key, "backup", derived);
	sha256_hex(derived, sizeof(derived), digest);
	return mem_strdup(b->mem, digest);
}
