/* sutlerctl check -- say what is wrong with the installation. */
#include "base/mem.h"
#include "sbin/ctl.h"

#include <inttypes.h>
#include <unistd.h>

/* Rows of programs.tab: some times what there is. */
#define PROGRAMS_MAX 200

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

const struct ctl_program *ctl_programs(void)
{
	static struct ctl_program *list;
	size_t bytes, n = 0;
	char *rest, *line;

	if (list != NULL)
		return list;
	rest = ctl_read(ctl_sql("../etc/programs.tab"), &bytes);
	if (rest == NULL)
		return NULL;
	list = mem_array(ctl_mem, struct ctl_program, PROGRAMS_MAX + 1);
	while ((line = strsep(&rest, "\n")) != NULL) {
		const char *cells[10] = { 0 };
		char *cell;
		size_t column = 0;

		if (line[0] == '#' || line[0] == '\0')
			continue;
		while (column < ARRAY_LEN(cells) && (cell = strsep(&line, " \t")) != NULL)
			if (*cell != '\0')
				cells[column++] = cell;
		if (column < ARRAY_LEN(cells) || n == PROGRAMS_MAX) {
			list = NULL;
			ctl_fail("programs.tab: a row of %s is not understood", cells[0]);
			return NULL;
		}
		list[n++] = (struct ctl_program){ cells[0], cells[1], cells[3], cells[7], cells[8] };
	}
	return list;
}

bool ctl_is_page(const struct ctl_program *p)
{
	return strcmp(p->kind, "page") == 0 || strcmp(p->kind, "service") == 0;
}

long ctl_planned_connections(void)
{
	const struct ctl_program *p = ctl_programs();
	long sum = 0;

	if (p == NULL)
		return -1;
	for (; p->name != NULL; p++)
		sum += workers(p->workers);
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
	long planned = ctl_planned_connections();

	if (planned < 0)
		return 1;
	if (planned + CTL_SPARE_CONNECTIONS > most)
		return ctl_fail("the programs use up to %ld connections and %d are to be spare, but "
				"max_connections is %" PRId64, planned, CTL_SPARE_CONNECTIONS, most);
	return 0;
}

static int check_encoding(PGconn *conn)
{
	if (ask_number(conn, "SELECT count(*) FROM pg_catalog.pg_database WHERE datname ="
		       " pg_catalog.current_database() AND pg_catalog.pg_encoding_to_char(encoding) = 'UTF8'") == 1)
		return 0;
	return ctl_fail("the database's encoding is not UTF8");
}

/* What the console seals must be what courier can open. */
static int check_key(PGconn *conn)
{
	const char *error = NULL, *public = ctl_seal_public(&error);
	const char *known = ctl_one(conn, "SELECT pg_catalog.encode(public, 'hex') FROM tenancy.seal_key", NULL, 0);

	/* Where nothing can be sealed there is nothing to be opened. */
	if (public == NULL && *known == '\0')
		return 0;
	if (public == NULL)
		return ctl_fail("%s", error);
	if (strcmp(public, known) != 0)
		return ctl_fail("secrets are sealed for another key than that of the host: run sutlerctl migrate, "
				"and enter those again that were entered since the key was changed");
	return 0;
}

int ctl_check(int argc, char **argv)
{
	static int (*const checks[])(PGconn *) = { check_migrations, check_connections, check_encoding, check_key };
	PGconn *conn;
	int bad = 0;

	if (argc != 1)
		return ctl_usage(argv[0]);
	conn = ctl_connect();
	if (conn == NULL)
		return 1;
	/* Without the migrations the tables that others look at may not be there. */
	for (size_t i = 0; i < ARRAY_LEN(checks) && (i == 0 || bad == 0 || checks[i] != check_key); i++)
		bad += checks[i](conn);
	PQfinish(conn);
	if (bad == 0)
		puts("all is well");
	return bad != 0;
}
