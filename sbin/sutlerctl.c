/* sutlerctl -- set up, look after and repair a sutler.  Manual: sutlerctl(8). */
#include "base/buf.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "sbin/ctl.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

static int ctl_config(int argc, char **argv);

static const struct ctl_command commands[] = {
	{ "setup", ctl_setup, "[--host HOST --owner-email EMAIL ...]",
	  "make database, store and owner, so that the shop can sell (options: sutlerctl(8))", .stays_root = true },
	{ "doctor", ctl_doctor, "[--only CHECK,...] [--quiet] [--json]", "say what is wrong with the installation, and how to mend it",
	  .stays_root = true },
	{ "database", ctl_database, "", "make the database and its roles on this host's server", .stays_root = true },
	{ "webserver", ctl_webserver, "[auto | nginx | apache2 | none]", "show the stores by the web server of this host", .stays_root = true },
	{ "demo", ctl_demo, "load", "bring the demo shops in (package sutler-demo)", .stays_root = true },
	{ "migrate", ctl_migrate, "", "bring the database to this release: tables, functions, rights" },
	{ "import", ctl_import, "store FILE | attributes|categories|products|listings FILE --store CODE",
	  "bring a store or its catalogue in from files (options: sutlerctl(8))" },
	{ "store", ctl_store, "list | hosts | origin HOST URL", "stores, and where their hosts are reached" },
	{ "catalog", ctl_catalog, "verify [--mend]", "make the read model again and say what that changes; --mend keeps it" },
	{ "order", ctl_order, "list | show|pay|produce|ready|ship|deliver|cancel|close NUMBER | note|tell|tag|untag NUMBER TEXT --store CODE",
	  "look at orders and move them on (--reason TEXT, --carrier, --tracking, --url, --reference)" },
	{ "pick", ctl_fulfil, "lists | show|drop LIST | make WAREHOUSE ORDER,... | scan LIST CODE | pack LIST ORDER CODE"
	  " | place WAREHOUSE SKU ZONE BIN --store CODE", "pick lists: fetch and pack what was ordered (--zone, --pieces, --reason)" },
	{ "parcel", ctl_fulfil, "list ORDER | close|pass|fail|unpack|send|arrived ORDER PARCEL --store CODE",
	  "parcels: quality, carrier, arrival (--weight GRAMS, --carrier, --tracking, --url, --reason)" },
	{ "return", ctl_fulfil, "list | show|approve|refuse|withdraw ORDER | open ORDER SKU=N,... REASON | receive ORDER WAREHOUSE"
	  " | restock|scrap|quarantine ORDER SKU | refund ORDER AMOUNT|all --store CODE",
	  "goods that come back (--answer TEXT, --pieces, --reason)" },
	{ "payment", ctl_payment, "account STORE GATEWAY | accounts STORE | show STORE ORDER | refund STORE ORDER AMOUNT|all --reason TEXT"
	  " | review | close MATTER --reason TEXT",
	  "accounts at gateways, refunds, and money matters for a person (--key-file, --webhook-secret-file, --account, --live)" },
	{ "stock", ctl_stock, "show SKU | adjust SKU WAREHOUSE N --reason TEXT", "look at stock and correct it" },
	{ "customer", ctl_customer, "add EMAIL --store CODE [--name NAME] [--password-stdin] [--keep] | show|export|erase EMAIL|ID --reason TEXT",
	  "make an account whose address counts as proven; look at a customer's data, print it, forget him" },
	{ "staff", ctl_staff, "owner EMAIL [--tenant SLUG] [--name NAME]",
	  "invite an owner to the console: the first, or one who lost password or second factor" },
	{ "backup", ctl_backup, "DIR [--tenant SLUG] [--keep DAYS] [--with-key FILE]",
	  "save the database and the files of the house, or of one merchant, below DIR", .stays_root = true },
	{ "restore", ctl_restore, "SET [--tenant SLUG] [--replace] [--key FILE] | SET --check",
	  "bring back what backup saved: SET is one of the directories that it made", .stays_root = true },
	{ "erase", ctl_erase, "replay", "forget again, after a restore, whom the register names" },
	{ "config", ctl_config, "", "print the settings of this host" },
	{ "distribute", ctl_distribute, "[--run]", "what Citus is to do with each table; --run does it" },
	{ "audit", ctl_audit, "verify [--anchor FILE]", "walk the audit log's chains and say what was changed" },
	{ "check", ctl_check, "", "say what is wrong with the installation" },
	{ 0 }
};

/* The role that owns every table; it logs in by peer authentication alone. */
#define OWNER "_sutler-owner"

void *ctl_mem;
static const char *owner_conninfo, *sql_dir;

int ctl_fail(const char *fmt, ...)
{
	va_list args;

	fputs("sutlerctl: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return 1;
}

static const struct ctl_command *find(const char *name)
{
	for (const struct ctl_command *c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

int ctl_usage(const char *name)
{
	const struct ctl_command *c = find(name);

	fprintf(stderr, "usage: sutlerctl %s %s\n", c->name, c->usage);
	return EX_USAGE;
}

static void help(FILE *out)
{
	fputs("usage: sutlerctl [--db CONNINFO] [--sql DIR] COMMAND [ARGUMENT...]\n\n", out);
	for (const struct ctl_command *c = commands; c->name != NULL; c++)
		fprintf(out, "  %-8s %s\n           %s\n", c->name, c->usage, c->meaning);
}

const char *ctl_conninfo(void)
{
	return owner_conninfo;
}

struct db *ctl_db(void)
{
	static struct db *db;

	if (db == NULL)
		db = db_open(ctl_mem, owner_conninfo, "sutlerctl");
	return db;
}

/* Warnings of the server are for the operator; notices say what IF NOT EXISTS skipped. */
static void notice(void *arg, const PGresult *result)
{
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	(void)arg;
	if (severity != NULL && strcmp(severity, "WARNING") == 0)
		fprintf(stderr, "sutlerctl: %s", PQresultErrorMessage(result));
}

PGconn *ctl_connect(void)
{
	const char *keys[] = { "dbname", "application_name", "client_encoding", "options", NULL };
	const char *values[] = {
		owner_conninfo, "sutlerctl", "UTF8",
		"-c search_path= -c datestyle=ISO -c timezone=UTC -c standard_conforming_strings=on", NULL
	};
	PGconn *conn = PQconnectdbParams(keys, values, 1);

	if (PQstatus(conn) == CONNECTION_OK) {
		PQsetNoticeReceiver(conn, notice, NULL);
		return conn;
	}
	ctl_fail("no connection to the database: %s", PQerrorMessage(conn));
	PQfinish(conn);
	return NULL;
}

const char *ctl_sql(const char *path)
{
	return mem_printf(ctl_mem, "%s/%s", sql_dir, path);
}

char *ctl_read(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	*n = 0;
	if (f == NULL) {
		ctl_fail("cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	do {
		size += 65536;
		text = mem_resize(ctl_mem, text, char, size + 1);
		*n += fread(text + *n, 1, size - *n, f);
	} while (*n == size);
	text[*n] = '\0';
	if (ferror(f)) {
		ctl_fail("cannot read %s: %s", path, strerror(errno));
		text = NULL;
	}
	fclose(f);
	return text;
}

/* sutlerctl config -- the settings that hold, as a file that can be read back. */
static int ctl_config(int argc, char **argv)
{
	struct buf *out = buf_new(ctl_mem);

	if (argc != 1)
		return ctl_usage(argv[0]);
	config_print(out);
	fputs(out->data, stdout);
	return 0;
}

bool ctl_become(const char *name)
{
	const struct passwd *user = getpwnam(name);

	return user != NULL && initgroups(name, user->pw_gid) == 0 &&
	       setresgid(user->pw_gid, user->pw_gid, user->pw_gid) == 0 &&
	       setresuid(user->pw_uid, user->pw_uid, user->pw_uid) == 0;
}

/* Root acts as the owner: the database knows people by their Unix user, and nobody reads files and
   pictures from elsewhere with all rights.  Where that user is not (a checkout), nothing changes. */
static bool become_owner(void)
{
	return geteuid() != 0 || getpwnam(OWNER) == NULL || ctl_become(OWNER);
}

int ctl_as(const char *name, int (*do_it)(void *arg), void *arg, const char **said)
{
	struct buf *out = buf_new(ctl_mem);
	int ends[2] = { -1, -1 }, status = 0;
	char piece[4096];
	ssize_t n;
	pid_t pid;

	fflush(NULL);
	if ((said != NULL && pipe(ends) != 0) || (pid = fork()) < 0)
		return ctl_fail("no process can be started: %s", strerror(errno));
	if (pid == 0) {
		if (said != NULL && (dup2(ends[1], STDOUT_FILENO) < 0 || dup2(ends[1], STDERR_FILENO) < 0))
			_exit(EX_OSERR);
		/* Where that user is not (a checkout), nothing changes. */
		if (name != NULL && geteuid() == 0 && getpwnam(name) != NULL && !ctl_become(name))
			_exit(ctl_fail("cannot become the user %s: %s", name, strerror(errno)));
		status = do_it(arg);
		fflush(NULL);
		_exit(status);
	}
	if (said != NULL) {
		close(ends[1]);
		while ((n = read(ends[0], piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR))
			buf_add(out, piece, n > 0 ? (size_t)n : 0);
		close(ends[0]);
		*said = out->data;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
}

int ctl_run(const char *const *argv)
{
	union { const char *const *given; char *const *taken; } args = { argv };
	pid_t pid;
	int status = 0;

	fflush(NULL);
	if ((pid = fork()) < 0)
		return ctl_fail("no process can be started: %s", strerror(errno));
	if (pid == 0) {
		execv(argv[0], args.taken);
		ctl_fail("cannot run %s: %s", argv[0], strerror(errno));
		_exit(EX_OSERR);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
}

int main(int argc, char **argv)
{
	const char *error, *db = NULL, *given_sql = NULL;
	const struct ctl_command *command;
	int i, status;

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			help(stdout);
			return 0;
		}
		if (strcmp(argv[i], "--db") == 0 && i + 1 < argc)
			db = argv[++i];
		else if (strcmp(argv[i], "--sql") == 0 && i + 1 < argc)
			given_sql = argv[++i];
		else
			break;
	}
	if (i == argc || (command = find(argv[i])) == NULL) {
		help(stderr);
		return EX_USAGE;
	}
	if (!command->stays_root && !become_owner()) {
		ctl_fail("cannot become the user " OWNER ": %s", strerror(errno));
		return EX_OSERR;
	}
	/* The doctor says that himself. */
	if (!config_load(&error) && command->run != ctl_doctor) {
		ctl_fail("%s", error);
		return EX_CONFIG;
	}
	log_open("sutlerctl", LOG_LEVEL_WARN);
	ctl_mem = mem_context(NULL, "sutlerctl");
	owner_conninfo = db != NULL ? db : db_conninfo(ctl_mem, OWNER);
	sql_dir = given_sql != NULL ? given_sql : config_text("paths.sql");
	status = command->run(argc - i, argv + i);
	mem_free(ctl_mem);
	return status;
}
