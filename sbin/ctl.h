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
};

int ctl_migrate(int argc, char **argv);
int ctl_audit(int argc, char **argv);
int ctl_check(int argc, char **argv);
int ctl_import(int argc, char **argv);
int ctl_store(int argc, char **argv);
int ctl_order(int argc, char **argv);
int ctl_stock(int argc, char **argv);
/* sutlerctl pick, parcel and return, and verbs of sutlerctl order that are in the same table. */
int ctl_fulfil(int argc, char **argv);
bool ctl_fulfil_knows(const char *noun, const char *name);
int ctl_payment(int argc, char **argv);
int ctl_customer(int argc, char **argv);
int ctl_staff(int argc, char **argv);
/* Its verbs that look at a customer's data or forget it; -1 when the verb is another. */
int ctl_customer_data(int argc, char **argv);
int ctl_erase(int argc, char **argv);

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

/* The migrations against the database: how many files wait to be applied, or -1
   after a sentence when a file was changed or is missing. */
int ctl_migrations_waiting(PGconn *conn);

#endif
