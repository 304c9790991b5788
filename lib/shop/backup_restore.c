/* The way back: one transaction makes the database, proves it, and forgets whom the register
 * names; a kill anywhere leaves the database that was there before.
 *
 * pg_restore writes the dump as SQL, in three parts: what stands before the rows, the rows, and
 * indexes, keys, triggers and policies.  It is sent from here, so that the proof is made
 * between the rows and row-level security, in the same transaction. */
#include "shop/backup.h"

#include "base/config.h"
#include "base/lines.h"
#include "base/mem.h"
#include "shop/erased.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANCHORS "private/audit-anchor.log"
#define REGISTER "private/erased"
/* Files that only programs read: their group may write, as those that programs made. */
#define PRIVATE_MODE 0660
#define PUBLIC_MODE 0644
/* Where a backup is tried. */
#define SCRATCH "sutler_drill"

extern char **environ;

/* ---- the dump as SQL -------------------------------------------------------------------- */

struct script {
	pid_t pid;
	struct lines *out;
	char *line;
};

static bool start_script(struct backup *b, struct script *s, const struct backup_set *set, const char *section, int major)
{
	const char *program = backup_program(b, "pg_restore", major);
	const char *argv[] = {
		program, "--no-owner", "--no-privileges", "--file=-", mem_printf(b->mem, "--section=%s", section),
		mem_printf(b->mem, "%s/" BACKUP_DUMP, set->path), NULL,
	};
	posix_spawn_file_actions_t actions;
	int ends[2], why;

	*s = (struct script){ 0 };
	if (pipe2(ends, O_CLOEXEC) != 0)
		return backup_fail(b, "no pipe: %s", strerror(errno));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	why = posix_spawnp(&s->pid, program, &actions, NULL, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (why != 0) {
		close(ends[0]);
		return backup_fail(b, "%s cannot be started: %s; it is in the package postgresql-client-%d", program, strerror(why), major);
	}
	s->out = lines_new(b->mem, fdopen(ends[0], "r"));
	return true;
}

/* A script that was left in the middle ends by its broken pipe. */
static bool end_script(struct backup *b, struct script *s, bool good)
{
	int status = 0;

	if (s->out == NULL)
		return false;
	lines_end(s->out);
	while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (good && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		return backup_fail(b, "pg_restore failed (its words are above)");
	return good;
}

static bool starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* Words for psql, and comments on extensions, which belong to whoever made them. */
static bool is_for_others(const char *line)
{
	return line[0] == '\\' || starts(line, "COMMENT ON EXTENSION ");
}

/* A section without rows: all of it is one message. */
static bool send_section(struct backup *b, PGconn *conn, const struct backup_set *set, const char *section)
{
	struct buf *sql = buf_new(b->mem);
	struct script s;
	bool good = start_script(b, &s, set, section, PQserverVersion(conn) / 10000);

	buf_adds(sql, "");
	while (good && (s.line = lines_next(s.out, NULL)) != NULL)
		if (!is_for_others(s.line))
			buf_adds(sql, s.line);
	good = end_script(b, &s, good) && backup_do(b, conn, sql->data);
	mem_free(sql);
	return good;
}

/* Rows of one table, until the line "\.". */
static bool send_rows(struct backup *b, PGconn *conn, struct script *s)
{
	PGresult *result = PQexec(conn, s->line);
	bool good = PQresultStatus(result) == PGRES_COPY_IN;
	size_t n = 0;

	if (!good)
		backup_fail(b, "the database says: %s", PQresultErrorMessage(result));
	PQclear(result);
	while (good && (s->line = lines_next(s->out, &n)) != NULL && strcmp(s->line, "\\.\n") != 0)
		good = PQputCopyData(conn, s->line, (int)n) == 1 || backup_fail(b, "the database takes no more rows: %s", PQerrorMessage(conn));
	if (!good)
		return false;
	if (s->line == NULL)
		return backup_fail(b, "the dump ends in the middle of a table");
	if (PQputCopyEnd(conn, NULL) != 1)
		return backup_fail(b, "the database takes no more rows: %s", PQerrorMessage(conn));
	while ((result = PQgetResult(conn)) != NULL) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			good = backup_fail(b, "the database says: %s", PQresultErrorMessage(result));
		PQclear(result);
	}
	return good;
}

static bool send_data(struct backup *b, PGconn *conn, const struct backup_set *set)
{
	struct buf *sql = buf_new(b->mem);
	struct script s;
	bool good = start_script(b, &s, set, "data", PQserverVersion(conn) / 10000);

	buf_adds(sql, "");
	while (good && (s.line = lines_next(s.out, NULL)) != NULL) {
		if (starts(s.line, "COPY ")) {
			good = backup_do(b, conn, sql->data) && send_rows(b, conn, &s);
			buf_clear(sql);
		} else if (!is_for_others(s.line)) {
			buf_adds(sql, s.line);
		}
	}
	good = end_script(b, &s, good) && backup_do(b, conn, sql->data);
	mem_free(sql);
	return good;
}

bool backup_load(struct backup *b, PGconn *conn, const struct backup_set *set)
{
	struct buf *proof = buf_new(b->mem);

	if (PQserverVersion(conn) / 10000 < set->server_major)
		return backup_fail(b, "the backup comes from PostgreSQL %d, this server is older (%d)", set->server_major, PQserverVersion(conn) / 10000);
	buf_adds(proof, "");
	return send_section(b, conn, set, "pre-data") && send_data(b, conn, set)
		&& backup_proof(b, conn, NULL, proof) && backup_proof_same(b, set->proof, proof->data)
		&& send_section(b, conn, set, "post-data") && backup_do(b, conn, "SET row_security = on");
}

/* ---- what is there ------------------------------------------------------------------------ */

#define OWN_SCHEMAS \
	"FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')"

int backup_database_used(struct backup *b, PGconn *conn)
{
	PGresult *r = backup_ask(b, conn, "SELECT pg_catalog.count(*) " OWN_SCHEMAS, NULL, 0);
	int used = r == NULL ? -1 : strcmp(PQgetvalue(r, 0, 0), "0") != 0;

	PQclear(r);
	return used;
}

bool backup_drop_all(struct backup *b, PGconn *conn)
{
	static const char sql[] =
		"SELECT pg_catalog.string_agg('DROP SCHEMA ' || pg_catalog.quote_ident(nspname) || ' CASCADE', '; ') " OWN_SCHEMAS
		" AND pg_catalog.pg_get_userbyid(nspowner) = current_user";
	PGresult *r = backup_ask(b, conn, sql, NULL, 0);
	bool good = r != NULL && backup_do(b, conn, PQgetvalue(r, 0, 0));

	PQclear(r);
	return good;
}

/* ---- forgetting again ------------------------------------------------------------------------ */

struct replay {
	PGconn *conn;
	const char *tenant;             /* his lines alone, or NULL */
	struct buf *merged;
	int64_t *forgotten;
};

static bool forget_one(struct backup *b, const struct replay *r, const struct erased *e)
{
	const char *params[] = { e->tenant, e->customer };
	char *line = mem_printf(b->mem, " %s %s\n", e->tenant, e->customer);
	PGresult *before = NULL, *done = NULL;
	bool good;

	if ((r->tenant != NULL && strcmp(r->tenant, e->tenant) != 0) || strstr(r->merged->data, line) != NULL)
		return true;
	buf_printf(r->merged, "0%s", line);
	good = (before = backup_ask(b, r->conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, true)", params, 1)) != NULL;
	PQclear(before);
	before = good ? backup_ask(b, r->conn, "SELECT erased_at FROM customer.person WHERE tenant_id = $1 AND customer_id = $2", params, 2) : NULL;
	done = before != NULL ? backup_ask(b, r->conn, "SELECT customer.erase($1, $2, 'sutlerctl', 'replayed after a restore')", params, 2) : NULL;
	good = done != NULL;
	if (good && PQntuples(before) == 1 && PQgetisnull(before, 0, 0))
		++*r->forgotten;
	PQclear(before);
	PQclear(done);
	return good;
}

static bool replay_dir(struct backup *b, const struct replay *r, const char *dir)
{
	size_t n;
	const struct erased *all = erased_read(b->mem, dir, &n);

	if (all == NULL)
		return backup_fail(b, "the register of erasures in %s cannot be read", dir);
	for (size_t i = 0; i < n; i++)
		if (!forget_one(b, r, &all[i]))
			return false;
	return true;
}

bool backup_replay(struct backup *b, PGconn *conn, const struct backup_set *set, const char *tenant, struct buf *merged, int64_t *forgotten)
{
	const struct replay r = { conn, tenant, merged, forgotten };
	const char *slash = strrchr(set->path, '/');
	const char *beside = slash == NULL ? "." : slash == set->path ? "/" : mem_strndup(b->mem, set->path, (size_t)(slash - set->path));

	*forgotten = 0;
	buf_adds(merged, "");
	return replay_dir(b, &r, mem_printf(b->mem, "%s/private", set->path)) && replay_dir(b, &r, beside)
		&& replay_dir(b, &r, config_text("paths.private"));
}

/* ---- files ---------------------------------------------------------------------------------------- */

static const struct {
	const char *prefix, *setting;
	mode_t mode;
} places[] = {
	{ "documents/", "paths.documents", PRIVATE_MODE },
	{ "downloads/", "paths.downloads", PRIVATE_MODE },
	{ "media/", "paths.media", PUBLIC_MODE },
	{ "private/", "paths.private", PRIVATE_MODE },
};

struct putting {
	const struct backup_set *set;
	const char *stamp;
};

/* What the host has under the name of a register of ours is kept beside it. */
static bool put_aside(struct backup *b, const struct putting *p, const char *path, const char *to)
{
	const char *aside = mem_printf(b->mem, "%s.before-%s", to, p->stamp);

	if (strcmp(path, ANCHORS) != 0 || access(to, F_OK) != 0)
		return true;
	backup_say(b, "%s of this host is kept as %s", to, aside);
	return rename(to, aside) == 0 || backup_fail(b, "cannot rename %s: %s", to, strerror(errno));
}

static bool put_file(struct backup *b, const char *path, const struct stat *st, void *arg)
{
	const struct putting *p = arg;
	void *mem = mem_context(b->mem, "file");
	char digest[65];
	bool good = true;

	(void)st;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const char *top, *to, *half;
		struct stat dir;

		if (!starts(path, places[i].prefix))
			continue;
		top = config_text(places[i].setting);
		to = mem_printf(mem, "%s/%s", top, path + strlen(places[i].prefix));
		/* What a register lacks that is here already is added to it later. */
		if (strcmp(path, REGISTER) == 0 && access(to, F_OK) == 0)
			continue;
		half = mem_printf(mem, "%s.part", to);
		if (mkdir(top, 0750) != 0 && errno != EEXIST) {
			good = backup_fail(b, "cannot make %s: %s", top, strerror(errno));
			break;
		}
		good = stat(top, &dir) == 0 && backup_mkdirs(b, top, path + strlen(places[i].prefix), dir.st_mode & 07777);
		unlink(half);
		good = good && backup_copy(b, mem_printf(mem, "%s/%s", p->set->path, path), half, places[i].mode, digest, NULL)
			&& put_aside(b, p, path, to);
		if (good && rename(half, to) != 0)
			good = backup_fail(b, "cannot write %s: %s", to, strerror(errno));
		if (!good)
			backup_fail(b, "cannot write into %s: %s", top, strerror(errno));
	}
	mem_free(mem);
	return good;
}

bool backup_restore_files(struct backup *b, const struct backup_set *set, const char *stamp)
{
	struct putting p = { set, stamp };

	b->files = b->bytes = 0;
	if (!backup_walk(b, set->path, "", put_file, &p))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (access(config_text(places[i].setting), F_OK) == 0 && !backup_sync(b, config_text(places[i].setting)))
			return false;
	return true;
}

/* ---- a trial ------------------------------------------------------------------------------------ */

/* Not in a transaction, and not while somebody looks at it. */
static bool drop_scratch(struct backup *b, PGconn *conn)
{
	return backup_do(b, conn, "DROP DATABASE IF EXISTS " SCRATCH " WITH (FORCE)");
}

static bool make_scratch(struct backup *b, PGconn *conn)
{
	PGresult *r = backup_ask(b, conn, "SELECT rolcreatedb OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user", NULL, 0);
	bool may = r != NULL && PQntuples(r) == 1 && strcmp(PQgetvalue(r, 0, 0), "t") == 0;

	PQclear(r);
	if (!may)
		return backup_fail(b, "the role _sutler-drill may not make databases: as a superuser run ALTER ROLE \"_sutler-drill\" CREATEDB,"
				   " or sql/bootstrap.sql of this release again");
	return drop_scratch(b, conn) && backup_do(b, conn, "CREATE DATABASE " SCRATCH " TEMPLATE template0 ENCODING 'UTF8'")
		/* It holds everything of everybody. */
		&& backup_do(b, conn, "REVOKE ALL ON DATABASE " SCRATCH " FROM PUBLIC");
}

bool backup_try(struct backup *b, const struct backup_set *set, const char *conninfo)
{
	PGconn *house = backup_connect(b, conninfo, NULL), *scratch = NULL;
	const char *why;
	bool good = house != NULL && make_scratch(b, house);

	if (good)
		scratch = backup_connect(b, mem_printf(b->mem, "%s dbname=" SCRATCH, conninfo), NULL);
	good = scratch != NULL && backup_do(b, scratch, "BEGIN") && backup_load(b, scratch, set) && backup_do(b, scratch, "COMMIT");
	PQfinish(scratch);
	why = b->error;
	if (house != NULL && !drop_scratch(b, house))
		good = false;
	PQfinish(house);
	if (why != NULL)
		b->error = why;
	return good;
}
