/*
 * launch.h -- the inside of sutler-launch, which runs the programs of programs.tab where there is no
 * systemd: containers, other inits, tests.  Manual: sutler-launch(8).
 *
 * launch.c supervises, launch_rows.c reads the table, launch_confine.c takes from a process, before it
 * becomes the program, all that its row does not give.
 */
#ifndef SBIN_LAUNCH_H
#define SBIN_LAUNCH_H

#include "base/base.h"

#include <stdio.h>
#include <sys/types.h>

/* Rows of a table; more are a mistake in it. */
#define LAUNCH_ROWS_MAX 128
/* Directories that somebody may add to what programs read. */
#define LAUNCH_READS_MAX 16

enum launch_kind { LAUNCH_PAGE, LAUNCH_SERVICE, LAUNCH_JOB, LAUNCH_RESIDENT };

struct launch_row {
	const char *name;
	enum launch_kind kind;
	int workers;                    /* 0: the program's own number */
	long memory_mb;
	bool out;                       /* may reach the network */
	const char *writes, *reads;     /* names, separated by commas; "" for none */
	const char *schedule;           /* "" for pages */
};

struct launch_options {
	const char *table, *libexec, *state, *run, *web_group;
	int idle_s;
	bool now, jobs, one_user;
	const char *reads[LAUNCH_READS_MAX + 1];        /* more that all may read, closed by NULL */
};

/* Does a cell like "media,downloads" hold NAME? */
bool launch_cell_has(const char *cell, const char *name);
/* Is a job of SCHEDULE due in this minute since 1970? */
bool launch_due(const char *schedule, long long minute);

/* Reads the table under MEM; the number of rows, or -1 after a sentence on standard error. */
int launch_rows_read(void *mem, const char *path, struct launch_row *rows, size_t most);

/* The user of a row; false after a sentence. */
struct launch_user {
	uid_t uid;
	gid_t gid;
	gid_t groups[64];               /* who reads the counters is in those of all programs */
	size_t group_count;
};
bool launch_user_find(void *mem, const struct launch_row *row, struct launch_user *out);

/* In the child that becomes the program: user, limits, files, system calls.  False after a sentence;
   then it must not become anything.  USER is NULL where users are not changed. */
bool launch_confine(const struct launch_row *row, const struct launch_options *o, const struct launch_user *user,
		    const char *own_dir);

#endif
