/*
 * ctl_doctor.h -- the checks of sutlerctl doctor.
 *
 * A check looks at one thing and says what it saw in one plain sentence; what to do about it stands
 * beside it in the table checks[] of ctl_doctor.c, or comes from the check where it depends on what
 * was seen.  A check that cannot look (not root, no database) is skipped and says so: it is never
 * well for not having looked.
 */
#ifndef SBIN_CTL_DOCTOR_H
#define SBIN_CTL_DOCTOR_H

#include "sbin/ctl.h"

#include "base/buf.h"

enum health { WELL, WARN, BAD, SKIP };

struct doctor {
	const char *config_error;       /* NULL: the settings are read */
	PGconn *conn;                   /* as the owner; NULL: no database */
	const char *no_database;        /* why */
	struct buf *said;               /* by the check that runs */
	const char *mend;               /* what the check wants done; NULL: what the table says */
};

struct doctor_check {
	const char *name;
	enum health (*look)(struct doctor *d);
	const char *mend;               /* what to do when it is not well */
	bool needs_database;
};

/* Says a sentence and returns HEALTH; several sentences are parted by "; ". */
enum health doctor_says(struct doctor *d, enum health health, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The worse of the two. */
enum health doctor_worse(enum health a, enum health b);
/* The first value of the answer to SQL, "" when there is none; NULL after a sentence. */
const char *doctor_ask(struct doctor *d, const char *sql);

/* Logs in as ROLE, called by root as the Unix user of that name; NULL with the server's words in *ERROR. */
PGconn *doctor_connect(const char *role, const char **error);

/* ---- the host: ctl_doctor_host.c ---- */
enum health look_config(struct doctor *d);
enum health look_users(struct doctor *d);
enum health look_key(struct doctor *d);
enum health look_directories(struct doctor *d);
enum health look_disk(struct doctor *d);
enum health look_clock(struct doctor *d);
enum health look_sockets(struct doctor *d);
enum health look_schedule(struct doctor *d);
enum health look_mail(struct doctor *d);
enum health look_webserver(struct doctor *d);

/* ---- what the database says: ctl_doctor_db.c ---- */
enum health look_database(struct doctor *d);
enum health look_roles(struct doctor *d);
enum health look_encoding(struct doctor *d);
enum health look_schema(struct doctor *d);
enum health look_extensions(struct doctor *d);
enum health look_connections(struct doctor *d);
enum health look_stores(struct doctor *d);
enum health look_locales(struct doctor *d);
enum health look_hosts(struct doctor *d);
enum health look_certificates(struct doctor *d);
enum health look_shown(struct doctor *d);
enum health look_jobs(struct doctor *d);

#endif
