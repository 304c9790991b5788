/* watch -- how the house does, for machines: whether it lives, whether it may be sent visitors, and its
   figures for Prometheus.  Manual: sutler-watch(8). */
#include "watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/query/watch.h"

enum {
	DATABASE_MS = 2000,             /* it answers within that, or it is not there: who asks waits some seconds at most */
	PROBE_BYTES = 4096,             /* a block: a full disk takes none */
	TOKEN_LEAST = 16,               /* characters of a token: a shorter one can be guessed */
	TOKEN_MOST = 256
};

/* ---- what is looked at ------------------------------------------------------------------- */

static void ask_database(struct req *r, struct look *l, bool all)
{
	int64_t began = clock_steady_us();

	db_begin(r->db, r->mem, NULL, true, began + DATABASE_MS * INT64_C(1000));
	l->ready = q_watch_ready(r->db);
	if (all) {
		l->server = q_watch_server(r->db);
		l->jobs = q_watch_jobs(r->db);
		l->house = q_watch_house(r->db);
		l->certificates = q_watch_certificates(r->db);
	}
	l->database = db_commit(r->db) == DB_OK && rows_found(l->ready);
	l->ms = (clock_steady_us() - began) / 1000;
	if (!l->database)
		db_log_failure(r->db);
	db_end(r->db);
}

/* A file without a name, gone with its descriptor. */
static void try_disk(struct look *l)
{
	static const char block[PROBE_BYTES] = "sutler";
	int fd = open(config_text("watch.probe"), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	l->disk = fd >= 0 && write(fd, block, sizeof(block)) == (ssize_t)sizeof(block) && fsync(fd) == 0;
	if (!l->disk)
		log_error("the disk takes nothing", "directory", config_text("watch.probe"), "reason", strerror(errno), NULL);
	if (fd >= 0)
		close(fd);
	if (!room_at(config_text("watch.probe"), &l->room))
		l->room = (struct room){ 0, 0 };
}

/* The number of the newest migration that came with these programs; 0: nobody knows. */
static int64_t newest_migration(struct req *r)
{
	DIR *d = opendir(mem_printf(r->mem, "%s/migrations", config_text("paths.sql")));
	const struct dirent *e;
	int64_t newest = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		int64_t n = strtol(e->d_name, NULL, 10);

		if (n > newest)
			newest = n;
	}
	if (d != NULL)
		closedir(d);
	return newest;
}

/* ---- whether it lives, whether it is ready ----------------------------------------------- */

static void health(struct req *r)
{
	page_json(r, 200, "{\"status\":\"alive\"}\n");
}

static void look_ready(struct req *r, void *data)
{
	ask_database(r, data, false);
	try_disk(data);
}

static void reason(struct buf *b, const char *code)
{
	buf_printf(b, "%s\"%s\"", b->len > 0 ? "," : "", code);
}

static void say_ready(struct req *r, void *data)
{
	const struct look *l = data;
	struct buf *why = buf_new(r->mem);

	if (!l->database)
		reason(why, "database");
	else if (!row_watch_ready(l->ready)->receives)
		reason(why, "database-read-only");
	/* Programs of the release before may run on a newer schema; on an older one none does. */
	if (l->database && row_watch_ready(l->ready)->schema < newest_migration(r))
		reason(why, "schema");
	if (!l->disk)
		reason(why, "disk");
	if (why->len == 0) {
		page_json(r, 200, "{\"status\":\"ready\",\"reasons\":[]}\n");
		return;
	}
	page_header(r, "Retry-After", "5");
	page_json(r, 503, mem_printf(r->mem, "{\"status\":\"unready\",\"reasons\":[%s]}\n", why->data));
}

static void ready(struct req *r)
{
	page_apart(r, look_ready, say_ready, mem_new(r->mem, struct look));
}

/* ---- figures ------------------------------------------------------------------------------- */

/* The token that who asks must know, "" for none; NULL: it should be known here and is not. */
static const char *token(struct req *r)
{
	const char *path = config_text("watch.token_file");
	char line[TOKEN_MOST + 2] = "";
	FILE *f;

	if (*path == '\0')
		return "";
	f = fopen(path, "re");
	if (f != NULL) {
		if (fgets(line, sizeof(line), f) == NULL)
			line[0] = '\0';
		fclose(f);
	}
	line[strcspn(line, "\r\n")] = '\0';
	if (strlen(line) >= TOKEN_LEAST && strlen(line) <= TOKEN_MOST)
		return mem_strdup(r->mem, line);
	log_error("file of the token cannot be used", "file", path, NULL);
	return NULL;
}

static bool may_see(struct req *r)
{
	static const char bearer[] = "Bearer ";
	const char *wanted = token(r), *given = req_header(r, "Authorization");

	if (wanted != NULL && *wanted == '\0')
		return true;
	if (wanted == NULL || given == NULL || strncmp(given, bearer, sizeof(bearer) - 1) != 0)
		return false;
	given += sizeof(bearer) - 1;
	return strlen(given) == strlen(wanted) && CRYPTO_memcmp(given, wanted, strlen(wanted)) == 0;
}

static void look_all(struct req *r, void *data)
{
	ask_database(r, data, true);
	try_disk(data);
}

static void say_metrics(struct req *r, void *data)
{
	struct buf *out = buf_new(r->mem);

	metrics_write(r, data, out);
	page_bytes(r, "text/plain; version=0.0.4; charset=utf-8", out->data, out->len);
}

static void metrics(struct req *r)
{
	if (may_see(r)) {
		page_apart(r, look_all, say_metrics, mem_new(r->mem, struct look));
		return;
	}
	page_header(r, "WWW-Authenticate", "Bearer realm=\"sutler\"");
	page_json(r, 401, "{\"status\":\"unauthorized\"}\n");
}

static const struct route routes[] = {
	{ GET, "/healthz", health, .trips = 1, .needs = NEEDS_NO_DATABASE },
	{ GET, "/readyz", ready, .trips = 1, .needs = NEEDS_NO_DATABASE, .costly = true },
	{ GET, "/metrics", metrics, .trips = 1, .needs = NEEDS_NO_DATABASE, .costly = true },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program_hooks hooks = { 0 };
	/* One worker is always free to say that it lives. */
	static const struct program watch = {
		.name = "watch", .routes = routes, .hooks = &hooks, .hostless = true, .workers = 3, .turns = 2,
	};

	return program_run(&watch, argc, argv);
}
