/*
 * roster.h -- the programs of the house, as etc/programs.tab lists them: for who watches
 * whether each does what its row says.
 */
#ifndef BASE_ROSTER_H
#define BASE_ROSTER_H

#include "base/base.h"

#define ROSTER_MOST 128

struct roster_entry {
	char name[32];
	bool job;                       /* job or resident; else it listens */
	int interval_s;                 /* between two runs of a job */
};

/* The rows of the table in PATH; how many went to OUT.  0: it cannot be read. */
size_t roster_read(const char *path, struct roster_entry out[static ROSTER_MOST]);

/* Seconds between two runs of a SCHEDULE; 0 when nobody understands it. */
int roster_interval_s(const char *schedule);

#endif
