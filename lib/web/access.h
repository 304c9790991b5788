/*
 * access.h -- one JSON line per request, and its figures in the counters file.
 *
 * No address, no query string, no cookie, no name of a person: the route's
 * pattern instead of the path, ids instead of names.
 */
#ifndef WEB_ACCESS_H
#define WEB_ACCESS_H

#include "base/base.h"

struct access {
	const char *program, *id, *tenant, *method, *route;     /* route: its pattern, or "" */
	const char *front;                                      /* the web server's own id of the request, or NULL */
	int status;
	size_t bytes;
	int64_t time_us, db_us;
	int64_t call_us;                                        /* spent waiting for courier; 0: not asked */
	unsigned trips, calls, runs;
	const char *failure;                                    /* or NULL */
};

void access_log(const struct access *a);

#endif
