/*
 * empty.c -- the FastCGI program that does nothing: the limit beside each page of dev/bench.
 *
 * It answers /empty/NAME with the bytes of the file NAME in BENCH_ANSWERS: status, headers
 * and body as a page of the house sent them.  So the same bytes travel the same way, through
 * as many preforked workers (BENCH_WORKERS), and what is missing is the work alone.  A file
 * is read once per worker.
 *
 * /floor/NAME is the same behind one change of one row, committed to disk (BENCH_DATABASE): the
 * least that a request can do which keeps anything.  Not installed.
 */
#include "base/base.h"

#include <fcgiapp.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* dev/bench measures 9 pages. */
#define ANSWERS 16
#define NAME_BYTES 64

static struct answer {
	char name[NAME_BYTES];
	char *data;
	size_t n;
} answers[ANSWERS];

static bool read_answer(struct answer *a, const char *name)
{
	char path[4096];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", getenv("BENCH_ANSWERS"), name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return false;
	a->data = malloc((size_t)st.st_size + 1);
	if (a->data == NULL || read(fd, a->data, (size_t)st.st_size) != st.st_size)
		exit(1);
	close(fd);
	a->n = (size_t)st.st_size;
	snprintf(a->name, sizeof(a->name), "%s", name);
	return true;
}

static const struct answer *find(const char *name)
{
	if (strlen(name) >= NAME_BYTES || strchr(name, '/') != NULL)
		return NULL;
	for (size_t i = 0; i < ANSWERS; i++) {
		if (answers[i].data == NULL)
			return read_answer(&answers[i], name) ? &answers[i] : NULL;
		if (strcmp(answers[i].name, name) == 0)
			return &answers[i];
	}
	return NULL;
}

/* Rows that requests take turns in changing: of t/bench/carts.sql, as many as there are carts. */
#define FLOOR_ROWS 2000

static bool change_a_row(void)
{
	static PGconn *conn;
	char row[16];
	const char *value = row;
	PGresult *res;
	bool ok;

	if (conn == NULL) {
		conn = PQconnectdb(getenv("BENCH_DATABASE"));
		srandom((unsigned int)getpid());
		PQclear(PQprepare(conn, "floor", "UPDATE bench.floor SET n = n + 1 WHERE row_no = $1", 1, NULL));
	}
	snprintf(row, sizeof(row), "%ld", 1 + random() % FLOOR_ROWS);
	res = PQexecPrepared(conn, "floor", 1, &value, NULL, NULL, 0);
	ok = PQresultStatus(res) == PGRES_COMMAND_OK && strcmp(PQcmdTuples(res), "1") == 0;
	PQclear(res);
	return ok;
}

static void serve(void)
{
	static const char empty[] = "/empty/", floor[] = "/floor/";
	FCGX_Request r;
	char skipped[4096];

	if (FCGX_Init() != 0 || FCGX_InitRequest(&r, 0, 0) != 0)
		exit(1);
	while (FCGX_Accept_r(&r) == 0) {
		const char *uri = FCGX_GetParam("REQUEST_URI", r.envp);
		const struct answer *a = NULL;

		while (FCGX_GetStr(skipped, sizeof(skipped), r.in) > 0)
			;
		if (uri != NULL && strncmp(uri, empty, strlen(empty)) == 0)
			a = find(uri + strlen(empty));
		else if (uri != NULL && strncmp(uri, floor, strlen(floor)) == 0 && change_a_row())
			a = find(uri + strlen(floor));
		if (a != NULL)
			FCGX_PutStr(a->data, (int)a->n, r.out);
		else
			FCGX_PutS("Status: 404 Not Found\r\n\r\n", r.out);
		FCGX_Finish_r(&r);
	}
	exit(0);
}

int main(void)
{
	const char *workers = getenv("BENCH_WORKERS");
	long n = workers != NULL ? strtol(workers, NULL, 10) : 1;

	for (long i = 0; i < n; i++) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			serve();
		}
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
