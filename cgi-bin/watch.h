/* watch.h -- what the files of the program watch share. */
#ifndef WATCH_PROGRAM_H
#define WATCH_PROGRAM_H

#include "base/buf.h"
#include "base/room.h"
#include "db/rows.h"
#include "web/program.h"

/* What was found out with no transaction open: so that a database that is away is an answer, and
   not the end of the page. */
struct look {
	bool database;                  /* it answered */
	struct rows *ready, *server, *jobs, *house, *certificates;
	int64_t ms;                     /* the database took */
	bool disk;                      /* it takes what is written */
	struct room room;               /* on it; 0 of 0: nobody knows */
};

/* watch-metrics.c: all of /metrics. */
void metrics_write(struct req *r, const struct look *l, struct buf *out);

#endif
