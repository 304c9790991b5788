/* Making a set: the order of what is copied is what makes it consistent.
 *
 * First the written-down heads of the audit chain, which must not be ahead of the chain; then
 * the database, in one snapshot with its proof; then the files, of which the database names
 * none that came later; the register of erasures among them, which may be ahead: an erasure
 * that the dump has not is done again by the restore.  Files under the name of their content never
 * change, so those that the set before has are linked. */
#include "shop/backup.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/lines.h"
#include "base/mem.h"
#include "shop/erased.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ANCHORS "audit-anchor.log"
#define CONFIG "config/sutler.conf"
#define REGISTER "erased"
/* The newest server that is looked for beside the one that answers. */
#define NEWEST_MAJOR 30
/* Of a name of content: two hexadecimal digits, a slash, thirty more. */
#define STEM_LEN 33

extern char **environ;

/* The directories of a set and the settings that name them. */
static const struct {
	const char *name, *setting;
	bool named_by_content;
} trees[] = {
	{ "documents", "paths.documents", false },
	{ "downloads", "paths.downloads", true },
	{ "media", "paths.media", true },
	{ "private", "paths.private", false },
};

struct making {
	const struct backup_wish *w;
	const char *part;               /* the directory being written */
	const char *tree, *source;      /* the tree that is walked */
	bool link;
	FILE *sums;
	/* The set before, walked beside ours. */
	const char *before;
	struct lines *before_sums;
	const char *before_path, *before_sum;   /* of its line; NULL at the end */
	/* Of one merchant: what is his, sorted. */
	const char **names;
	size_t nnames;
	int64_t files;
};

const char *backup_program(struct backup *b, const char *name, int major)
{
	for (int m = major; m <= NEWEST_MAJOR; m++) {
		const char *path = mem_printf(b->mem, "/usr/lib/postgresql/%d/bin/%s", m, name);

		if (access(path, X_OK) == 0)
			return path;
	}
	return name;
}

/* ---- the database ------------------------------------------------------------------------- */

static bool run_dump(struct backup *b, const struct making *m, const char *snapshot, int major)
{
	const char *file = mem_printf(b->mem, "%s/" BACKUP_DUMP, m->part);
	const char *program = backup_program(b, "pg_dump", major);
	const char *argv[] = {
		program, "--format=custom", "--no-password", "--role=" BACKUP_ROLE, "--lock-wait-timeout=30s",
		mem_printf(b->mem, "--snapshot=%s", snapshot), mem_printf(b->mem, "--file=%s", file),
		mem_printf(b->mem, "--dbname=%s", m->w->conninfo), NULL,
	};
	pid_t pid;
	int status, why = posix_spawnp(&pid, program, NULL, NULL, (char *const *)(uintptr_t)argv, environ);

	if (why != 0)
		return backup_fail(b, "%s cannot be started: %s; it is in the package postgresql-client-%d", program, strerror(why), major);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return backup_fail(b, "pg_dump failed (its words are above)");
	return true;
}

static bool add_server(struct backup *b, PGconn *conn, struct buf *manifest, int *major)
{
	PGresult *r = backup_ask(b, conn, "SELECT name, sha256, (SELECT pg_catalog.count(*) FROM migration.applied) FROM migration.applied ORDER BY version DESC LIMIT 1", NULL, 0);
	bool good = r != NULL && (PQntuples(r) == 1 || backup_fail(b, "the database holds no sutler yet: sutlerctl migrate makes one"));

	*major = PQserverVersion(conn) / 10000;
	if (good)
		buf_printf(manifest, "server %d (%d)\nmigration %s\nmigrations %s %s\n", *major, PQserverVersion(conn),
			   PQgetvalue(r, 0, 0), PQgetvalue(r, 0, 2), PQgetvalue(r, 0, 1));
	PQclear(r);
	return good;
}

/* The merchant SLUG, and what is his among the files of all. */
static bool find_tenant(struct backup *b, PGconn *conn, struct making *m, const char **tenant)
{
	PGresult *r = backup_ask(b, conn, "SELECT tenant_id FROM tenancy.tenant WHERE slug = $1", &m->w->slug, 1);
	bool good = r != NULL && (PQntuples(r) == 1 || backup_fail(b, "there is no merchant %s", m->w->slug));

	if (good)
		*tenant = mem_strdup(b->mem, PQgetvalue(r, 0, 0));
	PQclear(r);
	return good && backup_tenant_names(b, conn, *tenant,
		"SELECT n.name FROM (SELECT name FROM catalog.media WHERE tenant_id = $1"
		" UNION SELECT name FROM catalog.download_file WHERE tenant_id = $1"
		" UNION SELECT 'export/' || file FROM customer.request WHERE tenant_id = $1 AND file <> '') n (name) ORDER BY n.name COLLATE \"C\"",
		&m->names, &m->nnames);
}

/* His lines of the register of erasures. */
static bool keep_lines_of(struct backup *b, const struct making *m, const char *tenant)
{
	struct buf *text = buf_new(b->mem);
	size_t n;
	const struct erased *all = erased_read(b->mem, config_text("paths.private"), &n);

	if (all == NULL)
		return backup_fail(b, "the register of erasures cannot be read");
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].tenant, tenant) == 0)
			buf_printf(text, "%" PRId64 " %s %s\n", clock_ms(), all[i].tenant, all[i].customer);
	return text->len == 0 || (backup_mkdirs(b, m->part, "private/" REGISTER, 0750)
		&& backup_write_file(b, mem_printf(b->mem, "%s/private/" REGISTER, m->part), 0640, text->data, text->len));
}

/* What is in the database, and the lines of the manifest that tell of it. */
static bool save_database(struct backup *b, struct making *m, struct buf *manifest, struct buf *proof)
{
	PGconn *conn = backup_connect(b, m->w->conninfo, BACKUP_ROLE);
	PGresult *snapshot = NULL;
	const char *tenant = NULL;
	int major = 0;
	bool good = conn != NULL && backup_do(b, conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
		&& (snapshot = backup_ask(b, conn, "SELECT pg_catalog.pg_export_snapshot()", NULL, 0)) != NULL
		&& add_server(b, conn, manifest, &major);

	good = good && (m->w->slug == NULL || find_tenant(b, conn, m, &tenant));
	if (good && tenant != NULL)
		buf_printf(manifest, "tenant %s\nslug %s\n", tenant, m->w->slug);
	good = good && (tenant == NULL || keep_lines_of(b, m, tenant));
	good = good && (tenant != NULL ? backup_tenant_rows(b, conn, tenant, m->part) : run_dump(b, m, PQgetvalue(snapshot, 0, 0), major));
	good = good && backup_proof(b, conn, tenant, proof);
	PQclear(snapshot);
	PQfinish(conn);
	return good;
}

/* ---- files ------------------------------------------------------------------------------------ */

static bool add_sum(struct backup *b, struct making *m, const char *digest, const char *path)
{
	m->files++;
	return fprintf(m->sums, "%s  %s\n", digest, path) > 0 || backup_fail(b, "cannot write " BACKUP_SUMS ": %s", strerror(errno));
}

static void next_before(struct making *m)
{
	size_t n;
	char *line = lines_next(m->before_sums, &n);

	m->before_path = NULL;
	if (line == NULL || n < SHA256_HEX + 2 || line[n - 1] != '\n')
		return;
	line[n - 1] = '\0';
	line[SHA256_HEX - 1] = '\0';
	m->before_sum = line;
	m->before_path = line + SHA256_HEX + 1;
}

/* The same file of the set before, linked; false when there is none. */
static bool link_before(struct making *m, void *mem, const char *path, const struct stat *st, char digest[65])
{
	const char *old = mem_printf(mem, "%s/%s", m->before, path);
	struct stat was;

	while (m->before_path != NULL && backup_order(m->before_path, path) < 0)
		next_before(m);
	if (m->before_path == NULL || strcmp(m->before_path, path) != 0 || lstat(old, &was) != 0 || !S_ISREG(was.st_mode) || was.st_size != st->st_size)
		return false;
	if (link(old, mem_printf(mem, "%s/%s", m->part, path)) != 0)
		return false;
	memcpy(digest, m->before_sum, SHA256_HEX);
	return true;
}

static int by_text(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

static bool is_named(const struct making *m, const char *name)
{
	return m->nnames > 0 && bsearch(name, m->names, m->nnames, sizeof(*m->names), by_text) != NULL;
}

/* Whether a file is of the merchant: "ab/30 digits", perhaps with what it ends in, and of pictures "-240.webp" or "-240.avif" behind. */
static bool is_his(const struct making *m, void *mem, const char *path)
{
	if (m->w->slug == NULL || is_named(m, path))
		return true;
	return strlen(path) > STEM_LEN && path[STEM_LEN] == '-' && is_named(m, mem_strndup(mem, path, STEM_LEN));
}

static bool ends_in(const char *s, const char *end)
{
	return strlen(s) > strlen(end) && strcmp(s + strlen(s) - strlen(end), end) == 0;
}

static bool save_file(struct backup *b, const char *path, const struct stat *st, void *arg)
{
	struct making *m = arg;
	void *mem = mem_context(b->mem, "file");
	const char *ours = mem_printf(mem, "%s/%s", m->tree, path);
	const char *to = mem_printf(mem, "%s/%s", m->part, ours);
	char digest[SHA256_HEX];
	bool good = true, gone = false;

	if (access(to, F_OK) == 0)              /* the anchors, and the register of one merchant */
		good = backup_digest(b, to, digest);
	else if (ends_in(path, ".part") || ends_in(path, ".new") || !is_his(m, mem, path))
		gone = true;                    /* half written elsewhere, or of another */
	else if (!backup_mkdirs(b, m->part, ours, 0750))
		good = false;
	else if (m->link && link_before(m, mem, ours, st, digest))
		b->linked++;
	else
		good = backup_copy(b, mem_printf(mem, "%s/%s", m->source, path), to, 0640, digest, &gone);
	good = good && (gone || add_sum(b, m, digest, ours));
	mem_free(mem);
	return good;
}

/* One file from anywhere, which may be missing. */
static bool save_one(struct backup *b, struct making *m, const char *from, const char *path, char digest[65], bool *gone)
{
	*gone = false;
	return backup_mkdirs(b, m->part, path, 0750) && backup_copy(b, from, mem_printf(b->mem, "%s/%s", m->part, path), 0640, digest, gone);
}

/* What was made here: rows of a merchant. */
static bool sum_file(struct backup *b, const char *path, const struct stat *st, void *arg)
{
	struct making *m = arg;
	char digest[SHA256_HEX];

	(void)st;
	return backup_digest(b, mem_printf(b->mem, "%s/%s", m->part, path), digest) && add_sum(b, m, digest, path);
}

static bool save_config(struct backup *b, struct making *m)
{
	const char *from = getenv("SUTLER_CONFIG") != NULL ? getenv("SUTLER_CONFIG") : SUTLER_SYSCONFDIR "/sutler.conf";
	char digest[SHA256_HEX];
	bool gone;

	return save_one(b, m, from, CONFIG, digest, &gone) && (gone || add_sum(b, m, digest, CONFIG));
}

/* In the order of a walk over the set. */
static bool save_files(struct backup *b, struct making *m)
{
	bool all = m->w->slug == NULL, good = true;
	char digest[SHA256_HEX];

	if (all)
		good = save_config(b, m) && backup_digest(b, mem_printf(b->mem, "%s/" BACKUP_DUMP, m->part), digest)
			&& add_sum(b, m, digest, BACKUP_DUMP);
	for (size_t i = 0; good && i < ARRAY_LEN(trees); i++) {
		m->tree = trees[i].name;
		m->source = config_text(trees[i].setting);
		m->link = trees[i].named_by_content && m->before_sums != NULL;
		good = backup_walk(b, m->source, "", save_file, m);
	}
	return good && (all || backup_walk(b, m->part, "rows", sum_file, m));
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static bool begin_sums(struct backup *b, struct making *m)
{
	const char *path = mem_printf(b->mem, "%s/" BACKUP_SUMS, m->part);
	FILE *before;

	m->sums = fopen(path, "wxe");
	if (m->sums == NULL)
		return backup_fail(b, "cannot make %s: %s", path, strerror(errno));
	before = m->before == NULL ? NULL : fopen(mem_printf(b->mem, "%s/" BACKUP_SUMS, m->before), "re");
	if (before != NULL) {
		m->before_sums = lines_new(b->mem, before);
		next_before(m);
	}
	return true;
}

static bool end_sums(struct backup *b, struct making *m, char digest[65])
{
	bool good = true;

	lines_end(m->before_sums);
	if (m->sums != NULL)
		good = fclose(m->sums) == 0 || backup_fail(b, "cannot write " BACKUP_SUMS ": %s", strerror(errno));
	m->sums = NULL;
	return good && backup_digest(b, mem_printf(b->mem, "%s/" BACKUP_SUMS, m->part), digest);
}

static bool write_manifest(struct backup *b, struct making *m, struct buf *text, const char *sums, const struct buf *proof)
{
	const char *path = mem_printf(b->mem, "%s/" BACKUP_MANIFEST, m->part);
	char digest[SHA256_HEX];

	buf_printf(text, "key %s\nfiles %" PRId64 "\nbytes %" PRId64 "\nsums %s\nproof\n", m->w->key_digest, m->files, b->bytes, sums);
	buf_add(text, proof->data, proof->len);
	sha256_hex(text->data, text->len, digest);
	buf_printf(text, "end %s\n", digest);
	return backup_write_file(b, path, 0640, text->data, text->len);
}

/* The register beside the sets is all of them: older sets are restored with it. */
static bool keep_register(struct backup *b, const struct making *m)
{
	const char *from = mem_printf(b->mem, "%s/" REGISTER, config_text("paths.private"));
	const char *to = mem_printf(b->mem, "%s/" REGISTER, m->w->dir);
	size_t n;
	const struct erased *now = erased_read(b->mem, config_text("paths.private"), &n);
	char *text;

	if (now == NULL)
		return backup_fail(b, "the register of erasures cannot be read");
	if (n == 0 || m->w->slug != NULL)
		return true;
	text = backup_read_file(b, from, SIZE_MAX / 2, &n);
	return text != NULL && backup_write_file(b, to, 0640, text, n);
}

static const char *stamp(struct backup *b)
{
	time_t now = (time_t)(clock_ms() / 1000);
	struct tm t;
	char text[32];

	gmtime_r(&now, &t);
	strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &t);
	return mem_strdup(b->mem, text);
}

static bool fill(struct backup *b, struct making *m, const char *at)
{
	struct buf *manifest = buf_new(b->mem), *proof = buf_new(b->mem);
	char sums[SHA256_HEX];
	const char *wrong;
	bool gone;

	buf_printf(manifest, "sutler-backup %d\nmade %s\nrelease " SUTLER_VERSION "\nkind %s\n", BACKUP_FORMAT, at, m->w->slug != NULL ? "tenant" : "whole");
	buf_adds(proof, "");
	if (mkdir(m->part, 0750) != 0)
		return backup_fail(b, "cannot make %s: %s", m->part, strerror(errno));
	if (m->w->slug == NULL && !save_one(b, m, mem_printf(b->mem, "%s/" ANCHORS, config_text("paths.private")), "private/" ANCHORS, sums, &gone))
		return false;
	if (!save_database(b, m, manifest, proof) || !begin_sums(b, m) || !save_files(b, m))
		return false;
	if (!end_sums(b, m, sums) || !backup_sync(b, m->part) || !write_manifest(b, m, manifest, sums, proof) || !backup_sync(b, m->part))
		return false;
	wrong = backup_proof_wrong(b, proof->data);
	if (*wrong != '\0')
		backup_say(b, "saved as it is, but not right: %s", wrong);
	return true;
}

const char *backup_make(struct backup *b, const struct backup_wish *w)
{
	struct making m = { .w = w };
	const char *at = stamp(b), *set;
	int removed = 0;
	bool good;

	if (!backup_lock(b, w->dir) || !backup_prune(b, w->dir, 0, &removed))
		return NULL;
	set = mem_printf(b->mem, "%s/" BACKUP_NAME "%s%s%s", w->dir, at, w->slug != NULL ? "-" : "", w->slug != NULL ? w->slug : "");
	m.part = mem_printf(b->mem, "%s.part", set);
	m.before = w->slug != NULL ? NULL : backup_newest(b, w->dir, "whole");
	good = fill(b, &m, at);
	if (good && rename(m.part, set) != 0)
		good = backup_fail(b, "cannot rename %s: %s", m.part, strerror(errno));
	good = good && backup_sync(b, w->dir) && keep_register(b, &m);
	if (m.sums != NULL)
		fclose(m.sums);
	/* A set that came to be stays, although what is around it failed. */
	if (!good && access(m.part, F_OK) == 0) {
		const char *why = b->error;

		backup_remove_tree(b, m.part);
		b->error = why;
	}
	return good ? set : NULL;
}
