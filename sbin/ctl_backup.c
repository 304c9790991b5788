/* sutlerctl backup, sutlerctl restore -- a copy of the house or of one merchant, and the way back.
 *
 * Saving is done by the user _sutler-backup, who reads everything and changes nothing; the
 * way back by root for the files, which belong to several, and by the owner of the tables for the
 * database.  Where those users are not (a checkout), whoever calls it does both.  The sets and what is in
 * them: shop/backup.h. */
#include "base/clock.h"
#include "base/config.h"
#include "base/mem.h"
#include "sbin/ctl.h"
#include "shop/backup.h"
#include "shop/erased.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define SAVER "_sutler-backup"
#define OWNER "_sutler-owner"
#define KEY_GROUP "_sutler-secrets"
/* A key is 32 bytes or 64 digits and a line end. */
#define KEY_FILE_MAX 80
/* Longer than this no copy of anybody's data is kept by mistake: ten years of the law. */
#define KEEP_MAX 3660

static void say(const char *sentence)
{
	puts(sentence);
	fflush(stdout);
}

static void begin(struct backup *b)
{
	*b = (struct backup){ .mem = ctl_mem, .say = say };
}

static int failed(const struct backup *b)
{
	return ctl_fail("%s", b->error != NULL ? b->error : "it failed");
}

/* For good: the rest of this run is USER's. */
static bool become(const char *user)
{
	const struct passwd *p;

	if (geteuid() != 0 || (p = getpwnam(user)) == NULL)
		return true;
	if (initgroups(user, p->pw_gid) == 0 && setresgid(p->pw_gid, p->pw_gid, p->pw_gid) == 0 && setresuid(p->pw_uid, p->pw_uid, p->pw_uid) == 0)
		return true;
	ctl_fail("cannot become the user %s: %s", user, strerror(errno));
	return false;
}

/* A connection that the database takes for the owner's, while files stay root's. */
static PGconn *connect_as_owner(struct backup *b)
{
	const struct passwd *p = geteuid() == 0 ? getpwnam(OWNER) : NULL;
	PGconn *conn;

	if (p != NULL && seteuid(p->pw_uid) != 0) {
		backup_fail(b, "cannot act as the user " OWNER ": %s", strerror(errno));
		return NULL;
	}
	conn = backup_connect(b, ctl_conninfo(), NULL);
	if (p != NULL && seteuid(0) != 0)
		_exit(EX_OSERR);
	return conn;
}

/* ---- the key -------------------------------------------------------------------------------- */

static bool is_below(const char *file, const char *dir)
{
	char *slash, *above = mem_strdup(ctl_mem, file), *a, *d;
	bool below;

	slash = strrchr(above, '/');
	if (slash != NULL)
		*slash = '\0';
	a = realpath(slash == NULL ? "." : slash == above ? "/" : above, NULL);
	d = realpath(dir, NULL);
	below = a != NULL && d != NULL && strncmp(a, d, strlen(d)) == 0 && (a[strlen(d)] == '/' || a[strlen(d)] == '\0');
	free(a);
	free(d);
	return below;
}

static bool write_key(struct backup *b, const char *from, const char *to, mode_t mode)
{
	char digest[65];

	return backup_copy(b, from, to, mode, digest, NULL) && (b->files = b->bytes = 0, true);
}

static bool save_key(struct backup *b, const char *file, const char *dir)
{
	if (is_below(file, dir))
		return backup_fail(b, "the key must not lie with what it opens: choose a place outside of %s, best on another machine", dir);
	return write_key(b, config_text("secrets.key_file"), file, 0600);
}

/* What the key of this host is to a set, in a sentence. */
static bool check_key(struct backup *b, const struct backup_set *set, const char *given, bool replace)
{
	const char *place = config_text("secrets.key_file");
	const char *now = backup_key_digest(b, place);
	const struct group *g;

	if (given != NULL && strcmp(set->key, "unknown") != 0 && strcmp(backup_key_digest(b, given), set->key) != 0)
		return backup_fail(b, "%s is not the key that the secrets of this backup were sealed with", given);
	if (given != NULL && strcmp(backup_key_digest(b, given), now) != 0) {
		if (access(place, F_OK) == 0 && !replace)
			return backup_fail(b, "%s holds another key: --replace puts the given one in its place", place);
		unlink(mem_printf(b->mem, "%s.part", place));
		if (!write_key(b, given, mem_printf(b->mem, "%s.part", place), 0640))
			return false;
		g = getgrnam(KEY_GROUP);
		if ((g != NULL && geteuid() == 0 && chown(mem_printf(b->mem, "%s.part", place), 0, g->gr_gid) != 0) ||
		    rename(mem_printf(b->mem, "%s.part", place), place) != 0)
			return backup_fail(b, "cannot write %s: %s", place, strerror(errno));
		backup_say(b, "the key is in its place, %s", place);
		now = backup_key_digest(b, place);
	}
	if (strcmp(set->key, "unknown") == 0)
		backup_say(b, "whether %s is the key of this backup is not known: the saver could not read it", place);
	else if (strcmp(set->key, now) != 0)
		backup_say(b, "%s is not the key of this backup: keys of gateways, second factors of staff and secrets of"
			   " identity providers must be entered again, unless --key brings it", place);
	return true;
}

/* ---- backup ------------------------------------------------------------------------------------ */

/* "35", "35d": 1 and more; 0 after a sentence. */
static int read_days(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (n < 1 || n > KEEP_MAX || (strcmp(end, "") != 0 && strcmp(end, "d") != 0)) {
		ctl_fail("--keep is a number of days, 1d to %dd", KEEP_MAX);
		return 0;
	}
	return (int)n;
}

/* Root makes the directory for who saves. */
static bool make_dir(struct backup *b, const char *dir)
{
	const struct passwd *p = geteuid() == 0 ? getpwnam(SAVER) : NULL;

	if (p == NULL || mkdir(dir, 0750) != 0)
		return true;            /* who saves says what is wrong with it */
	return chown(dir, p->pw_uid, p->pw_gid) == 0 || backup_fail(b, "cannot give %s to " SAVER ": %s", dir, strerror(errno));
}

int ctl_backup(int argc, char **argv)
{
	const char *keep = NULL, *slug = NULL, *key = NULL, *set;
	const struct ctl_option options[] = { { "keep", &keep }, { "tenant", &slug }, { "with-key", &key }, { 0 } };
	struct backup_wish w = { 0 };
	struct backup b;
	int n, days = 0, removed = 0;
	char **words = ctl_options(argc, argv, options, &n);

	if (words == NULL || n != 1 || (keep != NULL && (days = read_days(keep)) == 0))
		return ctl_usage("backup");
	begin(&b);
	w = (struct backup_wish){
		.dir = words[0], .slug = slug, .key_digest = backup_key_digest(&b, config_text("secrets.key_file")),
		.conninfo = mem_printf(ctl_mem, "%s user='" SAVER "'", ctl_conninfo()),
	};
	if (!make_dir(&b, w.dir) || (key != NULL && !save_key(&b, key, w.dir)) || !become(SAVER))
		return failed(&b);
	set = backup_make(&b, &w);
	if (set == NULL)
		return failed(&b);
	printf("%s: %" PRId64 " files copied, %" PRId64 " linked from the set before, %" PRId64 " bytes read\n", set, b.files, b.linked, b.bytes);
	if (key != NULL)
		printf("%s holds the key that opens the secrets in it: keep them apart\n", key);
	else if (slug == NULL)
		puts("the key that seals secrets is not in it (secrets.key_file): keep it elsewhere, --with-key FILE writes a copy; without it keys of"
		     " gateways, second factors and secrets of identity providers must be entered again");
	if (days > 0 && !backup_prune(&b, w.dir, days, &removed))
		return failed(&b);
	if (removed > 0)
		printf("%d sets older than %d days are gone\n", removed, days);
	return 0;
}

/* ---- restore ------------------------------------------------------------------------------------- */

struct wish {
	const char *slug, *key;
	bool replace, check;
	const char *stamp;
};

static int only_migrations(const struct dirent *e)
{
	return strspn(e->d_name, "0123456789") == 4 && e->d_name[4] == '-';
}

/* The programs of this release must know the newest migration of the set. */
static bool is_known(struct backup *b, const struct backup_set *set)
{
	struct dirent **entries;
	int n = scandir(ctl_sql("migrations"), &entries, only_migrations, alphasort);
	bool known = n > 0 && strncmp(set->migration, entries[n - 1]->d_name, 4) <= 0;

	if (n < 0)
		return backup_fail(b, "cannot read %s: %s", ctl_sql("migrations"), strerror(errno));
	if (!known)
		backup_fail(b, "the backup was made by release %s, which is newer than these programs (" SUTLER_VERSION "): it has the migration %s;"
			    " install that release first", set->release, set->migration);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	return known;
}

/* A program that is running would serve what is half there. */
static bool nobody_else(struct backup *b, PGconn *conn)
{
	PGresult *r = backup_ask(b, conn, "SELECT pg_catalog.string_agg(DISTINCT usename, ', ') FROM pg_catalog.pg_stat_activity"
				 " WHERE datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid() AND usename LIKE '\\_sutler-%'", NULL, 0);
	bool good = r != NULL;

	if (good && !PQgetisnull(r, 0, 0))
		good = backup_fail(b, "programs are running (%s): stop them first, systemctl stop sutler.target", PQgetvalue(r, 0, 0));
	PQclear(r);
	return good;
}

/* Each merchant's log tells that his rows are of another day. */
static bool audit_restore(struct backup *b, PGconn *conn, const struct backup_set *set, const char *tenant)
{
	const char *name = strrchr(set->path, '/') != NULL ? strrchr(set->path, '/') + 1 : set->path;
	const char *only[] = { tenant };
	PGresult *all = backup_ask(b, conn, "SELECT tenant_id FROM tenancy.tenant WHERE $1::uuid IS NULL OR tenant_id = $1 ORDER BY 1", only, 1);
	bool good = all != NULL;

	for (int i = 0; good && i < PQntuples(all); i++) {
		const char *entry[] = { PQgetvalue(all, i, 0), name, mem_printf(ctl_mem, "saved %s; the chain goes on from the seal that was the last then", set->made) };
		PGresult *r = backup_ask(b, conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, true)", entry, 1);

		good = r != NULL;
		PQclear(r);
		r = good ? backup_ask(b, conn, "INSERT INTO audit.entry (tenant_id, actor, action, target, reason)"
				      " VALUES ($1, 'sutlerctl', 'restore', $2, $3)", entry, 3) : NULL;
		good = r != NULL;
		PQclear(r);
	}
	PQclear(all);
	return good;
}

/* What the host's register lacks is added before the rows are there. */
static bool add_to_register(struct backup *b, const struct buf *merged)
{
	const char *dir = config_text("paths.private");
	size_t n;
	const struct erased *own = erased_read(ctl_mem, dir, &n);
	char *rest = mem_strdup(ctl_mem, merged->data), *line;
	bool good = own != NULL;

	while (good && (line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		const char *tenant, *customer;
		bool known = false;

		strsep(&line, " ");
		tenant = strsep(&line, " ");
		customer = line;
		for (size_t i = 0; i < n && !known; i++)
			known = strcmp(own[i].tenant, tenant) == 0 && strcmp(own[i].customer, customer) == 0;
		good = known || erased_append(ctl_mem, dir, tenant, customer);
	}
	/* Whoever makes it: the group of private files goes on writing it. */
	if (good && merged->len > 0)
		chmod(mem_printf(ctl_mem, "%s/erased", dir), 0660);
	return good || backup_fail(b, "the register of erasures in %s cannot be written", dir);
}

static bool restore_rows(struct backup *b, PGconn *conn, const struct backup_set *set, const struct wish *w)
{
	struct buf *merged = buf_new(ctl_mem);
	const char *tenant = w->slug != NULL ? set->tenant : NULL;
	int64_t forgotten = 0;

	if (!backup_do(b, conn, "BEGIN"))
		return false;
	if (tenant != NULL ? !backup_tenant_load(b, conn, set, w->replace) : (w->replace && !backup_drop_all(b, conn)) || !backup_load(b, conn, set))
		return false;
	backup_say(b, "rows are back: counts, ledgers and audit chains are those of the backup");
	if (!backup_replay(b, conn, set, tenant, merged, &forgotten) || !add_to_register(b, merged))
		return false;
	backup_say(b, "%" PRId64 " customers of the register of erasures were in it and are forgotten again", forgotten);
	return audit_restore(b, conn, set, tenant) && backup_do(b, conn, "COMMIT");
}

static bool prepare(struct backup *b, const struct backup_set *set, const struct wish *w)
{
	if (w->slug != NULL && (strcmp(set->kind, "tenant") != 0 || set->slug == NULL || strcmp(set->slug, w->slug) != 0))
		return backup_fail(b, "%s is no backup of the merchant %s alone", set->path, w->slug);
	if (w->slug == NULL && !w->check && strcmp(set->kind, "whole") != 0)
		return backup_fail(b, "%s is a backup of the merchant %s: say --tenant %s", set->path, set->slug, set->slug);
	if (!is_known(b, set) || !backup_verify(b, set))
		return false;
	backup_say(b, "%s: made %s by release %s, %" PRId64 " files, %" PRId64 " bytes, all as they were written", set->path, set->made, set->release,
		   b->files > 0 ? b->files : set->files, b->bytes);
	return true;
}

static bool restore(struct backup *b, const struct backup_set *set, const struct wish *w)
{
	PGconn *conn;
	int used;
	bool good;

	if (w->slug == NULL && !check_key(b, set, w->key, w->replace))
		return false;
	conn = connect_as_owner(b);
	if (conn == NULL)
		return false;
	used = backup_database_used(b, conn);
	good = used >= 0;
	if (good && w->slug == NULL && used > 0 && !w->replace)
		good = backup_fail(b, "the database is not empty: --replace takes away what is in it");
	if (good && w->slug != NULL && used == 0)
		good = backup_fail(b, "the database is empty: sutlerctl migrate makes the tables");
	good = good && (w->slug != NULL || nobody_else(b, conn));
	/* Files under names of content harm nobody; without the rows nobody asks for them. */
	good = good && backup_restore_files(b, set, w->stamp);
	if (good)
		backup_say(b, "%" PRId64 " files are in their places", b->files);
	good = good && restore_rows(b, conn, set, w);
	PQfinish(conn);
	return good;
}

/* Statistics, what came after the backup, and the rights of the programs. */
static int finish(struct backup *b)
{
	char *argv[] = { mem_strdup(ctl_mem, "migrate"), NULL };
	PGconn *conn;
	bool good;

	ctl_ready();
	if (!become(OWNER))
		return EX_OSERR;
	conn = backup_connect(b, ctl_conninfo(), NULL);
	good = conn != NULL && backup_do(b, conn, "ANALYZE");
	PQfinish(conn);
	if (!good)
		return failed(b);
	if (ctl_migrate(1, argv) != 0)
		return ctl_fail("the rows are back, but not the rights of the programs: run sutlerctl migrate");
	puts("the house is back: start it, systemctl start sutler.target");
	return 0;
}

int ctl_restore(int argc, char **argv)
{
	struct wish w = { 0 };
	const struct ctl_option options[] = {
		{ "tenant", &w.slug }, { "key", &w.key }, { "replace", .there = &w.replace }, { "check", .there = &w.check }, { 0 }
	};
	struct backup_set set;
	struct backup b;
	struct tm t;
	time_t now = (time_t)(clock_ms() / 1000);
	char stamp[32], *slash;
	int n;
	char **words = ctl_options(argc, argv, options, &n);

	if (words == NULL || n != 1)
		return ctl_usage("restore");
	/* A directory may be named with its last slash. */
	while (strlen(words[0]) > 1 && *(slash = words[0] + strlen(words[0]) - 1) == '/')
		*slash = '\0';
	gmtime_r(&now, &t);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &t);
	w.stamp = stamp;
	begin(&b);
	if (!backup_open(&b, words[0], &set) || !prepare(&b, &set, &w))
		return failed(&b);
	if (w.check)
		return 0;
	if (!restore(&b, &set, &w))
		return failed(&b);
	return w.slug == NULL ? finish(&b) : 0;
}
