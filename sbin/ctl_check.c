/* sutlerctl check -- say what is wrong with the installation. */
#include "base/mem.h"
#include "sbin/ctl.h"

#include <inttypes.h>
#include <unistd.h>

/* Connections left for jobs run by hand, backups and a look with psql. */
#define SPARE_CONNECTIONS 10

static int64_t ask_number(PGconn *conn, const char *sql)
{
	PGresult *result = PQexec(conn, sql);
	int64_t n = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1
		? strtoll(PQgetvalue(result, 0, 0), NULL, 10) : -1;

	PQclear(result);
	return n;
}

/* "3", or "2c": twice the number of cores; jobs ("-") count one. */
static long workers(const char *cell)
{
	char *end;
	long n = strtol(cell, &end, 10);

	if (strcmp(cell, "-") == 0)
		return 1;
	return strcmp(end, "c") == 0 ? n * sysconf(_SC_NPROCESSORS_ONLN) : n;
}

/* All connections that etc/programs.tab allows for at one time; -1 after a sentence. */
static long planned_connections(void)
{
	const char *path = ctl_sql("../etc/programs.tab");
	size_t n;
	char *rest = ctl_read(path, &n), *line;
	long sum = 0;

	if (rest == NULL)
		return -1;
	while ((line = strsep(&rest, "\n")) != NULL) {
		char *cell = NULL, *next = line;
		int column = 0;

		if (line[0] == '#')
			continue;
		while (column < 4 && (cell = strsep(&next, " \t")) != NULL)
			column += *cell != '\0';
		if (column == 4)
			sum += workers(cell);
	}
	return sum;
}

static int check_migrations(PGconn *conn)
{
	int waiting = ctl_migrations_waiting(conn);

	if (waiting > 0)
		ctl_fail("%d migrations are not applied: run sutlerctl migrate", waiting);
	return waiting != 0;
}

static int check_connections(PGconn *conn)
{
	int64_t most = ask_number(conn, "SHOW max_connections");
	long planned = planned_connections();

	if (planned < 0)
		return 1;
	if (planned + SPARE_CONNECTIONS > most)
		return ctl_fail("the programs use up to %ld connections and %d are to be spare, but "
				"max_connections is %" PRId64, planned, SPARE_CONNECTIONS, most);
	return 0;
}

static int check_encoding(PGconn *conn)
{
	if (ask_number(conn, "SELECT count(*) FROM pg_catalog.pg_database WHERE datname ="
		       " pg_catalog.current_database() AND pg_catalog.pg_encoding_to_char(encoding) = 'UTF8'") == 1)
		return 0;
	return ctl_fail("the database's encoding is not UTF8");
}

int ctl_check(int argc, char **argv)
{
	static int (*const checks[])(PGconn *) = { check_migrations, check_connections, check_encoding };
	PGconn *conn;
	int bad = 0;

	if (argc != 1)
		return ctl_usage(argv[0]);
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		bad += checks[i](conn);
	PQfinish(conn);
	if (bad == 0)
		puts("all is well");
	return bad != 0;
}
