#include "web/process.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/limits.h"
#include "web/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

static void print_params(const struct param *params)
{
	for (const struct param *p = params; p != NULL && p->name != NULL; p++)
		printf("%s%s%s", p == params ? "" : ",", p->name, p->optional != NULL || p->type == PARAM_BOOL ? "?" : "");
}

/* For tests and tools: method, path, round trips, seconds of caching, permission, what is
   needed, parameters; tabs between. */
static int print_routes(const struct route *routes)
{
	for (const struct route *r = routes; r->path != NULL; r++) {
		printf("%s\t%s\t%u\t%d\t%s\t%s%s%s%s%s%s%s%s\t", method_name(r->method), r->path, route_trips(r),
		       r->cache_s, r->permission != NULL ? r->permission : "-",
		       r->needs & NEEDS_SESSION ? "session " : "",
		       r->needs & NEEDS_CROSS_SITE ? "cross-site " : "", r->csrf_token ? "csrf " : "",
		       r->idempotent ? "idempotent " : "", r->repeatable ? "repeatable " : "", r->upload != NULL ? "upload " : "",
		       r->step_up ? "step-up " : "", r->costly ? "costly " : "");
		print_params(r->params);
		putchar('\n');
	}
	return 0;
}

static int print_limits(void)
{
	for (size_t i = 0; i < web_limits_count; i++)
		printf("%s\t%lld\t%s\n", web_limits[i].name, (long long)web_limits[i].value, web_limits[i].reason);
	return 0;
}

static int usage(const char *name)
{
	fprintf(stderr, "usage: %s [-w workers] [-i idle_seconds] [-r | -l | -V]\n", name);
	return EX_USAGE;
}

/* Fd 0 must be a listening socket, and must not block who loses the race for a connection. */
static bool take_socket(void)
{
	int listening = 0, flags = fcntl(STDIN_FILENO, F_GETFL);
	socklen_t n = sizeof(listening);

	return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listening, &n) == 0 && listening &&
	       flags >= 0 && fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK) == 0;
}

static int cap(long long n, int most)
{
	return n < 1 ? 1 : n > most ? most : (int)n;
}

static int workers(const struct service *s)
{
	if (config_int("web.workers") > 0)
		return cap(config_int("web.workers"), LIMIT_WORKERS);
	if (s->workers > 0)
		return cap(s->workers, LIMIT_WORKERS);
	return cap(2 * sysconf(_SC_NPROCESSORS_ONLN), LIMIT_WORKERS);
}

static enum log_level log_level_set(void)
{
	static const char *const names[] = {
		[LOG_LEVEL_DEBUG] = "debug", [LOG_LEVEL_INFO] = "info", [LOG_LEVEL_WARN] = "warn",
		[LOG_LEVEL_ERROR] = "error",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], config_text("log.level")) == 0)
			return (enum log_level)i;
	return LOG_LEVEL_INFO;
}

static int serve(struct service *s, int asked)
{
	void *mem = mem_context(NULL, "master");
	const char *error = NULL, *path;
	int status;

	log_open(s->name, LOG_LEVEL_INFO);
	if (!config_load(&error)) {
		fprintf(stderr, "%s: %s\n", s->name, error);
		return EX_CONFIG;
	}
	log_open(s->name, log_level_set());
	if (!take_socket()) {
		fprintf(stderr, "%s: standard input is not a listening socket; start it by systemd, "
				"spawn-fcgi or dev/run\n", s->name);
		return EX_USAGE;
	}
	s->workers = asked > 0 ? asked : workers(s);
	/* systemd gives each program a directory of its own. */
	path = getenv("RUNTIME_DIRECTORY") != NULL ? mem_printf(mem, "%s/counters", getenv("RUNTIME_DIRECTORY"))
		: mem_printf(mem, "%s/counters-%s", config_text("paths.run"), s->name);
	s->call_fd = slots_new("calls");
	s->turn_fd = slots_new("turns");
	s->counters = counters_open(mem, path, s->name, s->routes, s->workers, clock_ms());
	status = master_run(s);
	mem_free(mem);
	return status;
}

int service_run(struct service *s, int argc, char **argv)
{
	int option, asked = 0;

	s->argv = argv;
	while ((option = getopt(argc, argv, "w:i:rlV")) != -1) {
		switch (option) {
		case 'w':
			asked = cap(strtoll(optarg, NULL, 10), LIMIT_WORKERS);
			break;
		case 'i':
			s->idle_s = (int)strtol(optarg, NULL, 10);
			break;
		case 'r':
			return print_routes(s->routes);
		case 'l':
			return print_limits();
		case 'V':
			printf("%s (sutler) %s\n", s->name, SUTLER_VERSION);
			return 0;
		default:
			return usage(s->name);
		}
	}
	return optind < argc ? usage(s->name) : serve(s, asked);
}
