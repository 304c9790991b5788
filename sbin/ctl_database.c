/* sutlerctl database -- the database and its roles, on this host's own server.
 *
 * What only a superuser of PostgreSQL can do, once: the database in UTF-8, and bootstrap.sql with a
 * role for each program.  Called by root it asks as the Unix user of the server (postgres), else as
 * whoever calls.  Another machine's administrator does it there. */
#include "base/buf.h"
#include "base/mem.h"
#include "sbin/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whom Debian's PostgreSQL lets do everything, by peer authentication. */
#define SUPERUSER "postgres"
#define OWNER "_sutler-owner"
/* Where the demo's pictures are drawn; loading again draws nothing again. */
#define DEMO_DIRECTORY "/var/lib/sutler/demo"

static bool is_key(const char *key, const char *name)
{
	return strcmp(key, name) == 0;
}

const char *ctl_conninfo_with(const char *key, const char *value, const char *user)
{
	struct buf *out = buf_new(ctl_mem);
	char *error = NULL;
	PQconninfoOption *options = PQconninfoParse(ctl_conninfo(), &error);

	if (options == NULL) {
		ctl_fail("the setting database.connection is not understood: %s", error != NULL ? error : "");
		PQfreemem(error);
		return NULL;
	}
	for (const PQconninfoOption *o = options; o->keyword != NULL; o++) {
		if (o->val == NULL || is_key(o->keyword, "user") || is_key(o->keyword, key))
			continue;
		buf_printf(out, "%s='", o->keyword);
		for (const char *c = o->val; *c != '\0'; c++)
			buf_printf(out, "%s%c", *c == '\'' || *c == '\\' ? "\\" : "", *c);
		buf_adds(out, "' ");
	}
	PQconninfoFree(options);
	if (value != NULL)
		buf_printf(out, "%s='%s' ", key, value);
	if (user != NULL)
		buf_printf(out, "user='%s'", user);
	return out->data;
}

/* A value of the connection string, "" when it says nothing. */
static const char *connection_value(const char *key)
{
	PQconninfoOption *options = PQconninfoParse(ctl_conninfo(), NULL);
	const char *value = "";

	for (const PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++)
		if (is_key(o->keyword, key) && o->val != NULL)
			value = mem_strdup(ctl_mem, o->val);
	PQconninfoFree(options);
	return value;
}

static bool do_sql(PGconn *conn, const char *sql, const char *what)
{
	PGresult *result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

	if (!ok)
		ctl_fail("%s: %s", what, PQresultErrorMessage(result));
	PQclear(result);
	return ok;
}

static PGconn *connect_as_superuser(const char *dbname)
{
	const char *conninfo = ctl_conninfo_with("dbname", dbname, NULL);
	PGconn *conn = conninfo == NULL ? NULL : PQconnectdb(conninfo);

	if (conn != NULL && PQstatus(conn) == CONNECTION_OK)
		return conn;
	if (conn != NULL)
		ctl_fail("PostgreSQL does not let its administrator in: %s", PQerrorMessage(conn));
	PQfinish(conn);
	return NULL;
}

static bool make(const char *dbname)
{
	PGconn *conn = connect_as_superuser("postgres");
	char *name = conn == NULL ? NULL : PQescapeIdentifier(conn, dbname, strlen(dbname));
	PGresult *there = conn == NULL ? NULL : PQexecParams(conn, "SELECT FROM pg_catalog.pg_database WHERE datname = $1", 1, NULL, &dbname, NULL, NULL, 0);
	bool ok = PQresultStatus(there) == PGRES_TUPLES_OK;

	if (ok && PQntuples(there) == 0) {
		ok = do_sql(conn, mem_printf(ctl_mem, "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'", name), "the database cannot be made");
		if (ok)
			printf("made the database %s\n", dbname);
	}
	PQclear(there);
	PQfreemem(name);
	PQfinish(conn);
	return ok;
}

/* In the process that is the superuser. */
static int work(void *arg)
{
	const char *dbname = connection_value("dbname");
	size_t n;
	const char *text = ctl_read(ctl_sql("bootstrap.sql"), &n);
	PGconn *conn;
	bool ok;

	(void)arg;
	if (text == NULL || !make(dbname) || (conn = connect_as_superuser(dbname)) == NULL)
		return 1;
	ok = do_sql(conn, text, "bootstrap.sql");
	PQfinish(conn);
	if (ok)
		printf("the roles of %s are there\n", dbname);
	return ok ? 0 : 1;
}

void ctl_ready(void)
{
	/* Without the package there is no such directory, and nobody who looks for it. */
	int fd = geteuid() == 0 ? open("/var/lib/sutler/ready", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644) : -1;

	if (fd >= 0)
		close(fd);
}


int ctl_database(int argc, char **argv)
{
	const char *host = connection_value("host");

	if (argc != 1)
		return ctl_usage(argv[0]);
	if (*connection_value("dbname") == '\0')
		return ctl_fail("the setting database.connection names no dbname");
	if (*host != '\0' && *host != '/')
		return ctl_fail("the database is on %s: its administrator makes it there (createdb -T template0 -E UTF8 %s) and runs %s in it",
				host, connection_value("dbname"), ctl_sql("bootstrap.sql"));
	return ctl_as(SUPERUSER, work, NULL, NULL);
}

int ctl_webserver(int argc, char **argv)
{
	const char *command[] = { SUTLER_LIBEXECDIR "/webserver", argc > 1 ? argv[1] : "auto", NULL };

	if (argc > 2)
		return ctl_usage(argv[0]);
	if (geteuid() != 0)
		return ctl_fail("only root changes the web server");
	return ctl_run(command);
}

/* As the owner: pictures are drawn into a directory of his, and come in by the imports a merchant uses. */
static int load_demo(void *arg)
{
	(void)arg;
	setenv("DEMO_FILES", SUTLER_DATADIR "/demo", 1);
	setenv("DRAW_DEMO", SUTLER_LIBEXECDIR "/draw-demo", 1);
	setenv("SUTLERCTL", SUTLER_SBINDIR "/sutlerctl", 1);
	return ctl_run((const char *[]){ SUTLER_LIBEXECDIR "/load-demo", DEMO_DIRECTORY, NULL });
}

int ctl_demo(int argc, char **argv)
{
	const struct passwd *owner = getpwnam(OWNER);
	int status;

	if (argc != 2 || strcmp(argv[1], "load") != 0)
		return ctl_usage(argv[0]);
	if (access(SUTLER_LIBEXECDIR "/load-demo", X_OK) != 0)
		return ctl_fail("the demo shops are not installed: apt install sutler-demo");
	if (geteuid() != 0 || owner == NULL)
		return ctl_fail("only root loads the demo shops");
	if ((mkdir(DEMO_DIRECTORY, 0755) != 0 && errno != EEXIST) || chown(DEMO_DIRECTORY, owner->pw_uid, owner->pw_gid) != 0)
		return ctl_fail("cannot make %s: %s", DEMO_DIRECTORY, strerror(errno));
	status = ctl_as(OWNER, load_demo, NULL, NULL);
	if (status != 0)
		return status;
	if (access("/etc/nginx/sites-enabled/sutler", F_OK) == 0 || access("/etc/apache2/sites-enabled/sutler.conf", F_OK) == 0)
		status = ctl_run((const char *[]){ SUTLER_LIBEXECDIR "/webserver", "auto", NULL });
	else
		puts("sutlerctl webserver shows them");
	return status;
}
