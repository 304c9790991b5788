/*
 * describe -- what PostgreSQL makes of a statement, for t/sql/queries.t.
 *
 * Reads lines "NAME TAB OID,OID.. TAB SQL" (no line ends inside) and prints for each
 * "NAME TAB ok TAB COLUMN ..." with COLUMN as "type-oid:table-oid:attribute-number",
 * or "NAME TAB error TAB sentence".  Nothing is executed.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS_MOST 64

static void describe(PGconn *conn, const char *name, char *oids, const char *sql)
{
	Oid types[PARAMS_MOST];
	int n = 0;
	PGresult *r;

	for (char *oid; (oid = strsep(&oids, ",")) != NULL && n < PARAMS_MOST; )
		if (*oid != '\0')
			types[n++] = (Oid)strtoul(oid, NULL, 10);
	r = PQprepare(conn, "", sql, n, types);
	if (PQresultStatus(r) == PGRES_COMMAND_OK) {
		PQclear(r);
		r = PQdescribePrepared(conn, "");
	}
	if (PQresultStatus(r) != PGRES_COMMAND_OK) {
		printf("%s\terror\t%s\n", name, PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
	} else {
		printf("%s\tok", name);
		for (int i = 0; i < PQnfields(r); i++)
			printf("\t%u:%u:%d", PQftype(r, i), PQftable(r, i), PQftablecol(r, i));
		putchar('\n');
	}
	PQclear(r);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	PGconn *conn = PQconnectdb(argc == 2 ? argv[1] : "");
	char *line = NULL;
	size_t size = 0;

	if (PQstatus(conn) != CONNECTION_OK) {
		fprintf(stderr, "describe: %s", PQerrorMessage(conn));
		return 1;
	}
	while (getline(&line, &size, stdin) > 0) {
		char *rest = line, *name, *oids;

		line[strcspn(line, "\n")] = '\0';
		name = strsep(&rest, "\t");
		oids = strsep(&rest, "\t");
		if (rest != NULL)
			describe(conn, name, oids, rest);
	}
	free(line);
	PQfinish(conn);
	return 0;
}
