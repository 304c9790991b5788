/* sutlerctl migrate -- bring the database to this release.
 *
 * sql/migrations/NNNN-name.sql are applied in order, each once, and only forward.
 * The first line says how:
 *	-- transactional   (the default) the file and its row in migration.applied are
 *	                   one transaction, so a kill leaves it undone
 *	-- online          statement by statement without a transaction, for CREATE
 *	                   INDEX CONCURRENTLY and batched backfills; every statement
 *	                   can run again (IF NOT EXISTS), and its row comes last
 * Then sql/functions/ and sql/roles.sql run, each as one transaction, every time:
 * they say all of what is to be there, not what changes.  A file that was applied
 * must never change: its digest is compared.  One run at a time, by an advisory lock.
 * At last the public half of the host's key goes to where programs seal with it, so
 * that a new key file is in force with the next run. */
#include "base/config.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/seal.h"
#include "sbin/ctl.h"

#include <dirent.h>
#include <errno.h>

/* The advisory lock: crc32 of "sutlerctl migrate". */
#define MIGRATE_LOCK "3486392410"
/* A lock that is not had by then is held by a running request or backup: better fail
   than queue every shopper behind us; the next try comes after they went on. */
#define LOCK_TIMEOUT "5s"
#define LOCK_TRIES 3

struct script {
	int version;                    /* of a migration, else 0 */
	char *path;                     /* as shown in sentences */
	char *name;                     /* NNNN-name.sql */
	char *text;
	char digest[SHA256_HEX];
	bool online;
};

struct scripts {
	struct script *list;
	size_t n;
};

static bool is_migration_name(const char *s)
{
	size_t n = strlen(s);

	return n > 9 && strspn(s, "0123456789") == 4 && s[4] == '-' && strcmp(s + n - 4, ".sql") == 0
		&& strspn(s + 5, "abcdefghijklmnopqrstuvwxyz0123456789-") == n - 9;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_sql(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 4 && strcmp(e->d_name + n - 4, ".sql") == 0;
}

static bool load_script(struct script *s, const char *path, const char *name)
{
	size_t n;

	s->path = mem_printf(ctl_mem, "sql/%s", path);
	s->name = mem_strdup(ctl_mem, name);
	s->text = ctl_read(ctl_sql(path), &n);
	if (s->text == NULL)
		return false;
	if (memchr(s->text, '\0', n) != NULL) {
		ctl_fail("%s holds a NUL", path);
		return false;
	}
	sha256_hex(s->text, n, s->digest);
	s->online = strncmp(s->text, "-- online\n", 10) == 0;
	return true;
}

/* All scripts of DIR in the order of their names. */
static bool load_scripts(struct scripts *out, const char *dir, bool migrations)
{
	struct dirent **entries;
	int n = scandir(ctl_sql(dir), &entries, is_sql, by_name);
	bool ok = n >= 0;

	if (n < 0)
		ctl_fail("cannot read %s: %s", ctl_sql(dir), strerror(errno));
	out->n = ok ? (size_t)n : 0;
	out->list = mem_array(ctl_mem, struct script, out->n);
	for (size_t i = 0; i < out->n; i++) {
		const char *name = entries[i]->d_name;
		struct script *s = &out->list[i];

		ok = ok && load_script(s, mem_printf(ctl_mem, "%s/%s", dir, name), name);
		if (ok && migrations && !is_migration_name(name)) {
			ctl_fail("%s: a migration is named NNNN-words.sql", s->path);
			ok = false;
		}
		if (ok && migrations)
			s->version = (int)strtol(name, NULL, 10);
		if (ok && migrations && i > 0 && s->version == s[-1].version) {
			ctl_fail("%s and %s have the same number", s[-1].path, s->path);
			ok = false;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return ok;
}

/* ---- running SQL ------------------------------------------------------------- */

/* The line of TEXT that holds character POSITION (from 1). */
static int line_of(const char *text, const char *position)
{
	long left = position != NULL ? strtol(position, NULL, 10) - 1 : 0;
	int line = 1;

	for (; *text != '\0' && left > 0; text++) {
		line += *text == '\n';
		left -= (*text & 0xc0) != 0x80; /* characters, not bytes of UTF-8 */
	}
	return line;
}

static void say_error(const PGresult *result, const char *path, const char *text, int first_line)
{
	const char *where = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);

	ctl_fail("%s:%d: %s%s%s%s%s", path, first_line + line_of(text, where) - 1,
		 message != NULL ? message : PQresultErrorMessage(result),
		 detail != NULL ? "; " : "", detail != NULL ? detail : "",
		 context != NULL ? "; " : "", context != NULL ? context : "");
}

/* Runs TEXT; false after a sentence with the line of PATH.  *BUSY (may be NULL) is
   set instead of a sentence when a lock was not to be had. */
static bool run(PGconn *conn, const char *text, const char *path, int first_line, bool *busy)
{
	PGresult *result = PQexec(conn, text);
	ExecStatusType status = PQresultStatus(result);
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;

	if (!ok && busy != NULL && sqlstate != NULL && strcmp(sqlstate, "55P03") == 0)
		*busy = true;
	else if (!ok)
		say_error(result, path, text, first_line);
	PQclear(result);
	return ok;
}

static bool command(PGconn *conn, const char *sql)
{
	return run(conn, sql, "sutlerctl", 1, NULL);
}

/* One transaction around TEXT and then RECORD (may be NULL). */
static bool run_transaction(PGconn *conn, const struct script *s, bool (*record)(PGconn *, const struct script *))
{
	for (int try = 1; ; try++) {
		bool busy = false;

		if (!command(conn, "BEGIN") || !command(conn, "SET LOCAL lock_timeout = '" LOCK_TIMEOUT "'"))
			return false;
		if (run(conn, s->text, s->path, 1, try < LOCK_TRIES ? &busy : NULL)) {
			if (PQtransactionStatus(conn) != PQTRANS_INTRANS) {
				ctl_fail("%s ends the transaction itself", s->path);
				return false;
			}
			if (record == NULL || record(conn, s))
				return command(conn, "COMMIT");
		}
		if (!command(conn, "ROLLBACK") || !busy)
			return false;
		printf("%s waits for a lock\n", s->path);
	}
}

/* The end of the statement at SQL: past its ";" outside of texts, quoted names,
   dollar quotes and comments, or the end. */
static const char *statement_end(const char *s)
{
	while (*s != '\0') {
		if (*s == ';')
			return s + 1;
		if (strncmp(s, "--", 2) == 0) {
			s += strcspn(s, "\n");
		} else if (strncmp(s, "/*", 2) == 0) {
			const char *end = strstr(s, "*/");

			s = end != NULL ? end + 2 : s + strlen(s);
		} else if (*s == '\'' || *s == '"') {
			const char *end = strchr(s + 1, *s);

			s = end != NULL ? end + 1 : s + strlen(s);
		} else if (*s == '$') {
			size_t tag = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
			const char *end = s + 1;

			if (s[tag + 1] == '$') {
				char *quote = mem_strndup(ctl_mem, s, tag + 2);

				end = strstr(s + tag + 2, quote);
				end = end != NULL ? end + tag + 2 : s + strlen(s);
			}
			s = end;
		} else {
			s++;
		}
	}
	return s;
}

/* What a killed CREATE INDEX CONCURRENTLY left behind: IF NOT EXISTS would keep it. */
static bool drop_invalid_indexes(PGconn *conn)
{
	PGresult *result = PQexec(conn,
		"SELECT pg_catalog.format('DROP INDEX CONCURRENTLY IF EXISTS %I.%I', n.nspname, c.relname)"
		" FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
		" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
		" WHERE NOT i.indisvalid AND c.relkind = 'i' AND pg_catalog.pg_has_role(c.relowner, 'USAGE')");
	bool ok = PQresultStatus(result) == PGRES_TUPLES_OK;

	if (!ok)
		say_error(result, "sutlerctl", "", 1);
	for (int i = 0; ok && i < PQntuples(result); i++)
		ok = command(conn, PQgetvalue(result, i, 0));
	PQclear(result);
	return ok;
}

static bool run_online(PGconn *conn, const struct script *s)
{
	int line = 1;

	if (!drop_invalid_indexes(conn))
		return false;
	for (const char *from = s->text; *from != '\0'; ) {
		const char *to = statement_end(from);

		if (!run(conn, mem_strndup(ctl_mem, from, (size_t)(to - from)), s->path, line, NULL))
			return false;
		for (; from < to; from++)
			line += *from == '\n';
	}
	return true;
}

/* ---- what was applied ---------------------------------------------------------- */

static const char applied_table[] =
	"CREATE SCHEMA IF NOT EXISTS migration;"
	"COMMENT ON SCHEMA migration IS 'Which migrations this database has had.';"
	"CREATE TABLE IF NOT EXISTS migration.applied ("
	"  version integer PRIMARY KEY,"
	"  name text NOT NULL,"
	"  sha256 text NOT NULL,"
	"  applied_at timestamptz NOT NULL DEFAULT pg_catalog.now());"
	"COMMENT ON TABLE migration.applied IS 'One row for each file of sql/migrations that was applied. Table of the host.';"
	"COMMENT ON COLUMN migration.applied.version IS 'The number the file name starts with.';"
	"COMMENT ON COLUMN migration.applied.name IS 'The file name.';"
	"COMMENT ON COLUMN migration.applied.sha256 IS 'Digest of the file: an applied file never changes.';"
	"COMMENT ON COLUMN migration.applied.applied_at IS 'When it was applied.';";

static bool record(PGconn *conn, const struct script *s)
{
	char *version = mem_printf(ctl_mem, "%d", s->version);
	const char *values[] = { version, s->name, s->digest };
	PGresult *result = PQexecParams(conn,
		"INSERT INTO migration.applied (version, name, sha256) VALUES ($1, $2, $3)",
		3, NULL, values, NULL, NULL, 0);
	bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;

	if (!ok)
		say_error(result, s->path, "", 1);
	PQclear(result);
	return ok;
}

/* The first of FILES still to be applied, or -1 after a sentence when the database
   was not made from these files.  Without the table nothing was applied. */
static int first_waiting(PGconn *conn, const struct scripts *files)
{
	PGresult *table = PQexec(conn, "SELECT pg_catalog.to_regclass('migration.applied')");
	PGresult *result;
	int n = 0;

	if (PQresultStatus(table) != PGRES_TUPLES_OK || PQgetisnull(table, 0, 0)) {
		PQclear(table);
		return 0;
	}
	PQclear(table);
	result = PQexec(conn, "SELECT version, name, sha256 FROM migration.applied ORDER BY version");
	if (PQresultStatus(result) != PGRES_TUPLES_OK) {
		say_error(result, "migration.applied", "", 1);
		n = -1;
	}
	for (int i = 0; n >= 0 && i < PQntuples(result); i++) {
		const char *name = PQgetvalue(result, i, 1);
		const struct script *s = (size_t)i < files->n ? &files->list[i] : NULL;

		if (s == NULL || strcmp(s->name, name) != 0) {
			ctl_fail("migration %s was applied, but this release has %s in its place: "
				 "the database is of another release", name, s == NULL ? "none" : s->name);
			n = -1;
		} else if (strcmp(s->digest, PQgetvalue(result, i, 2)) != 0) {
			ctl_fail("%s was changed after it was applied: make a new migration instead", s->path);
			n = -1;
		} else {
			n = i + 1;
		}
	}
	PQclear(result);
	return n;
}

int ctl_migrations_waiting(PGconn *conn)
{
	struct scripts files;
	int first;

	if (!load_scripts(&files, "migrations", true))
		return -1;
	first = first_waiting(conn, &files);
	return first < 0 ? -1 : (int)files.n - first;
}

static bool take_lock(PGconn *conn)
{
	PGresult *result = PQexec(conn, "SELECT pg_catalog.pg_try_advisory_lock(" MIGRATE_LOCK ")");
	bool ok = PQresultStatus(result) == PGRES_TUPLES_OK && PQgetvalue(result, 0, 0)[0] == 't';

	PQclear(result);
	if (!ok)
		ctl_fail("another migration is running");
	return ok;
}

static bool apply_migrations(PGconn *conn)
{
	struct scripts files;
	int first;

	if (!load_scripts(&files, "migrations", true) || (first = first_waiting(conn, &files)) < 0)
		return false;
	for (size_t i = (size_t)first; i < files.n; i++) {
		const struct script *s = &files.list[i];

		if (s->online ? !run_online(conn, s) || !record(conn, s) : !run_transaction(conn, s, record))
			return false;
		printf("applied %s\n", s->path);
		fflush(stdout);
	}
	return true;
}

/* The functions are one text, so that they may call each other in any order of files:
   the first pass makes them unchecked, the second with every body checked. */
static bool replace_functions(PGconn *conn)
{
	struct scripts files;

	if (!load_scripts(&files, "functions", false) || !command(conn, "BEGIN")
	    || !command(conn, "SET LOCAL lock_timeout = '" LOCK_TIMEOUT "'"))
		return false;
	for (int pass = 1; pass <= 2; pass++) {
		if (!command(conn, pass == 1 ? "SET LOCAL check_function_bodies = off"
					     : "SET LOCAL check_function_bodies = on"))
			return false;
		for (size_t i = 0; i < files.n; i++)
			if (!run(conn, files.list[i].text, files.list[i].path, 1, NULL))
				return false;
	}
	return command(conn, "COMMIT");
}

static bool apply_rights(PGconn *conn)
{
	struct script roles = { 0 };

	return load_script(&roles, "roles.sql", "roles.sql") && run_transaction(conn, &roles, NULL);
}

/* ---- the key of the host --------------------------------------------------------- */

const char *ctl_seal_public(const char **error)
{
	const struct seal_key *key = seal_key_load(ctl_mem, config_text("secrets.key_file"), error);
	unsigned char public[SEAL_PUBLIC_LEN];
	char *hex;

	if (key == NULL)
		return NULL;
	seal_public(key, public);
	hex = (char *)mem_array(ctl_mem, unsigned char, 2 * sizeof(public) + 1);
	hex_encode(public, sizeof(public), hex);
	return hex;
}

/* A host without its key serves all the same; only secrets cannot be entered. */
static bool announce_key(PGconn *conn)
{
	const char *error = NULL, *public = ctl_seal_public(&error);

	if (public == NULL) {
		printf("no key, so the console takes no secrets: %s\n", error);
		return true;
	}
	return ctl_ask(conn, "INSERT INTO tenancy.seal_key AS k (public) VALUES (pg_catalog.decode($1, 'hex'))"
		       " ON CONFLICT (one) DO UPDATE SET public = excluded.public, made_at = sutler.now() WHERE k.public <> excluded.public",
		       &public, 1) != NULL;
}

int ctl_migrate(int argc, char **argv)
{
	PGconn *conn;
	bool ok;

	if (argc != 1)
		return ctl_usage(argv[0]);
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	ok = take_lock(conn) && command(conn, applied_table) && apply_migrations(conn)
		&& replace_functions(conn) && apply_rights(conn) && announce_key(conn);
	PQfinish(conn);
	return ok ? 0 : 1;
}
