/*
 * ctl.h -- what the subcommands of sutlerctl share.  Manual: sutlerctl(8).
 *
 * Each subcommand is one function in its own file sbin/ctl_NAME.c and one row of
 * the table in sutlerctl.c.  It works as the schema's owner, prints what it did
 * on standard output, sentences about errors on standard error, and returns the
 * exit status: 0 done, 1 refused or failed, 64 wrong usage (sysexits.h).  Killed
 * anywhere and run again, each gives the result of one clean run.
 */
#ifndef SBIN_CTL_H
#define SBIN_CTL_H

#include "db/db.h"

#include <libpq-fe.h>

struct ctl_command {
	const char *name;
	int (*run)(int argc, char **argv);      /* argv[0] is the subcommand's name */
	const char *usage;                      /* arguments after the name */
	const char *meaning;                    /* one line */
	bool stays_root;                        /* called by root it does not become the owner: it asks as others too, or becomes who it must itself */
};

int ctl_migrate(int argc, char **argv);
int ctl_audit(int argc, char **argv);
int ctl_check(int argc, char **argv);
int ctl_import(int argc, char **argv);
int ctl_store(int argc, char **argv);
int ctl_catalog(int argc, char **argv);
int ctl_order(int argc, char **argv);
int ctl_stock(int argc, char **argv);
/* sutlerctl pick, parcel and return, and verbs of sutlerctl order that are in the same table. */
int ctl_fulfil(int argc, char **argv);
bool ctl_fulfil_knows(const char *noun, const char *name);
int ctl_payment(int argc, char **argv);
int ctl_customer(int argc, char **argv);
int ctl_staff(int argc, char **argv);
/* Invites EMAIL as an owner of the tenant SLUG (NULL: the only one) in the open transaction, commits and
   prints the link; the exit status. */
int ctl_make_owner(PGconn *conn, const char *slug, const char *name, const char *email);
int ctl_setup(int argc, char **argv);
int ctl_doctor(int argc, char **argv);
int ctl_database(int argc, char **argv);
int ctl_webserver(int argc, char **argv);
int ctl_demo(int argc, char **argv);
/* Its verbs that look at a customer's data or forget it; -1 when the verb is another. */
int ctl_customer_data(int argc, char **argv);
int ctl_erase(int argc, char **argv);
int ctl_backup(int argc, char **argv);
int ctl_restore(int argc, char **argv);
int ctl_distribute(int argc, char **argv);

/* Memory of the whole run. */
extern void *ctl_mem;

/* An option "--NAME VALUE", or a "--NAME" that is there or not. */
struct ctl_option {
	const char *name;
	const char **value;             /* or */
	bool *there;
};
/* Reads OPTIONS (closed by an empty row), which may stand anywhere; the words of ARGV that remain,
   and how many.  NULL when an option is unknown or lacks its value. */
char **ctl_options(int argc, char **argv, const struct ctl_option *options, int *nwords);

/* Prints "sutlerctl: SENTENCE" on standard error and returns 1. */
int ctl_fail(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Prints how the subcommand is called and returns 64. */
int ctl_usage(const char *name);

/* libpq's connection string of the schema's owner. */
const char *ctl_conninfo(void);
/* A pipeline connection as the owner, for generated queries (made on first use). */
struct db *ctl_db(void);
/* A plain connection as the owner, for scripts; NULL after a sentence. */
PGconn *ctl_connect(void);

/* The setting database.connection with KEY in place of what it says there. */
const char *ctl_conninfo_with(const char *key, const char *value, const char *user);
/* Becomes the Unix user NAME for good; false when he is not there or we may not. */
bool ctl_become(const char *name);
/* Says that there is a database of this release: units and cron start jobs from now on.  Only root says so. */
void ctl_ready(void);
/* Calls DO_IT(ARG) in a process of its own that is the user NAME (who we are where NULL, not root, or no such user); what it
   printed on stdout is put into *SAID (NULL: it is printed).  Its exit status. */
int ctl_as(const char *name, int (*do_it)(void *arg), void *arg, const char **said);
/* Runs a program of ours in libexec; its exit status. */
int ctl_run(const char *const *argv);

/* A row of programs.tab, as far as sutlerctl asks. */
struct ctl_program {
	const char *name, *kind, *workers, *writes, *reads;
};
/* All of them, closed by an empty row; NULL after a sentence. */
const struct ctl_program *ctl_programs(void);
/* Connections left for jobs run by hand, backups and a look with psql. */
#define CTL_SPARE_CONNECTIONS 10
/* All connections that programs.tab allows for at one time; -1 after a sentence. */
long ctl_planned_connections(void);
bool ctl_is_page(const struct ctl_program *p);  /* it listens on a socket */

/* What SQL with N parameters gives, for the caller to clear; NULL after a sentence. */
PGresult *ctl_result(PGconn *conn, const char *sql, const char *const *params, int n);
/* A result for the rest of this short run, kept under ctl_mem; NULL after a sentence. */
const PGresult *ctl_ask(PGconn *conn, const char *sql, const char *const *params, int n);
/* The first value of an answer; "" when there is none. */
const char *ctl_one(PGconn *conn, const char *sql, const char *const *params, int n);
/* Finds the only tenant (of SLUG, if it is not NULL) for whom SQL with $1 = KEY has an answer, in this
   transaction, and sets it.  The answer, or NULL after a sentence that says there is no WHAT. */
const char *ctl_find(PGconn *conn, const char *slug, const char *sql, const char *key, const char *what, const char **tenant);
/* ANSWER is the word of the function that was called: on "ok" the audit entry is written and the
   transaction committed, else the sentence is said.  Returns the exit status. */
int ctl_settle(PGconn *conn, const char *tenant, const char *answer, const char *action, const char *target, const char *reason);
/* "12.50" in minor units of CURRENCY; false when it is no such amount above nothing. */
bool ctl_read_amount(const char *text, const char *currency, int64_t *minor);
/* Prints an amount of minor units. */
void ctl_print_money(const char *currency, const char *minor);

/* PATH below the directory of the SQL files (paths.sql). */
const char *ctl_sql(const char *path);
/* A whole file, NUL-terminated; NULL after a sentence. */
char *ctl_read(const char *path, size_t *n);

/* The public half of the host's key in hexadecimal digits; NULL with a sentence in *ERROR: its file cannot be used. */
const char *ctl_seal_public(const char **error);

/* The migrations against the database: how many files wait to be applied, or -1
   after a sentence when a file was changed or is missing. */
int ctl_migrations_waiting(PGconn *conn);

#endif
