/*
 * backup.h -- copies of a whole house, or of one merchant, and the way back.
 *
 * A backup is a directory, a "set", below the directory of backups.  Its format is
 * sutler-backup(5): the database as pg_dump wrote it, the files of the state directory,
 * SHA256SUMS over all of them, and a manifest with versions, counts and the proof.  A set is
 * written under another name, brought to the disk and renamed: what has the name of a set is whole.
 *
 * The proof is text: for each table its rows and one number made of all of them, for each
 * merchant the stock and whether movements prove it, the balances of the money accounts, and the head of
 * the audit chain after walking it.  It is made in the snapshot that is dumped, and again in
 * the transaction that restores, before it commits: a database that is not the one that was
 * saved never comes to be.
 *
 * Nothing here prints: what is to be told goes to say(), and the first failure is kept as a
 * whole sentence in error.  Functions return false after one.
 */
#ifndef SHOP_BACKUP_H
#define SHOP_BACKUP_H

#include "base/buf.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <sys/stat.h>

#define BACKUP_FORMAT 1
/* What forgetting a customer promises: no copy of his data is older (design: backups end). */
#define BACKUP_KEEP_DAYS 35
/* What a set's name begins with; the moment follows. */
#define BACKUP_NAME "sutler-"
#define BACKUP_SUMS "SHA256SUMS"
#define BACKUP_MANIFEST "manifest"
#define BACKUP_DUMP "database.dump"
/* The role that sees all merchants; who saves logs in as himself and becomes it. */
#define BACKUP_ROLE "sutler_backup"

struct backup {
	void *mem;                      /* of the whole run */
	void (*say)(const char *sentence);
	const char *error;              /* the first failure */
	int64_t files, bytes, linked;   /* copied or checked so far; linked: found in the set before */
};

PRINTF_LIKE(2, 3)
bool backup_fail(struct backup *b, const char *fmt, ...);
PRINTF_LIKE(2, 3)
void backup_say(struct backup *b, const char *fmt, ...);

/* ---- files (backup_files.c) ------------------------------------------------------- */

/* What a walk calls for each regular file, in the order of sums: PATH below the top. */
typedef bool backup_visit(struct backup *b, const char *path, const struct stat *st, void *arg);

/* Visits all regular files below TOP/PREFIX (PREFIX "" : TOP), in byte order with '/' first. What is
   neither file nor directory is told and left out.  A directory that is not there has none. */
bool backup_walk(struct backup *b, const char *top, const char *prefix, backup_visit *visit, void *arg);
/* The order of a walk. */
int backup_order(const char *a, const char *z);

/* Copies FROM to TO (which must not be there), and the digest on the way; *GONE (may be NULL) is set
   instead of a failure when FROM is not there any more. */
bool backup_copy(struct backup *b, const char *from, const char *to, mode_t mode, char digest[65], bool *gone);
bool backup_digest(struct backup *b, const char *path, char digest[65]);
/* Directories above TOP/PATH, each with MODE (of which the umask may take, unless it holds S_ISGID). */
bool backup_mkdirs(struct backup *b, const char *top, const char *path, mode_t mode);
bool backup_remove_tree(struct backup *b, const char *path);
/* Brings everything below PATH to the disk. */
bool backup_sync(struct backup *b, const char *path);
/* Writes a small file under another name, brings it to the disk and renames it. */
bool backup_write_file(struct backup *b, const char *path, mode_t mode, const void *data, size_t n);
/* A small file, at most MOST bytes, NUL-terminated; NULL after a failure. */
char *backup_read_file(struct backup *b, const char *path, size_t most, size_t *n);

/* ---- the proof (backup_proof.c) --------------------------------------------------- */

/* A plain connection with the settings that a proof needs; CONNINFO with its user. ROLE
   (may be NULL) is taken on. */
PGconn *backup_connect(struct backup *b, const char *conninfo, const char *role);
/* Runs one or more statements; the answer of the last is dropped. */
bool backup_do(struct backup *b, PGconn *conn, const char *sql);
/* An answer with parameters, for the caller to PQclear(); NULL after a failure. */
PGresult *backup_ask(struct backup *b, PGconn *conn, const char *sql, const char *const *params, int n);
/* Adds the proof of what CONN sees in its transaction. TENANT (may be NULL): of that merchant alone. */
bool backup_proof(struct backup *b, PGconn *conn, const char *tenant, struct buf *out);
/* The lines that say a ledger or a chain is not right, "" when all are; of what backup_proof() made. */
const char *backup_proof_wrong(struct backup *b, const char *proof);
/* False with a sentence that names the first lines which differ. */
bool backup_proof_same(struct backup *b, const char *saved, const char *now);

/* ---- sets (backup_set.c) ------------------------------------------------------------ */

struct backup_set {
	const char *path;
	const char *made, *release, *kind;      /* kind: whole, or tenant */
	const char *tenant, *slug;              /* of kind tenant */
	const char *migration;                  /* name of the last one applied */
	const char *key;                        /* digest of the key in use then, or unknown */
	const char *proof;
	char sums[65];
	int server_major;
	int64_t files, bytes;
};

/* Reads the manifest of a set; its own digest must be right. */
bool backup_open(struct backup *b, const char *path, struct backup_set *set);
/* Reads every byte of the set against its sums. */
bool backup_verify(struct backup *b, const struct backup_set *set);
/* The newest whole set of KIND below DIR, NULL when there is none. */
const char *backup_newest(struct backup *b, const char *dir, const char *kind);
/* Removes sets that are older than DAYS, but never the newest, and what a killed run left. */
bool backup_prune(struct backup *b, const char *dir, int days, int *removed);
/* The lock of DIR, held until the process ends: one run at a time. */
bool backup_lock(struct backup *b, const char *dir);
/* A digest that tells whether KEY_FILE is the key of a backup; "unknown" when it cannot be read. */
const char *backup_key_digest(struct backup *b, const char *key_file);

/* ---- making (backup_make.c) ------------------------------------------------------------ */

struct backup_wish {
	const char *dir;
	const char *conninfo;           /* with its user */
	const char *slug;               /* one merchant, or NULL: the whole house */
	const char *key_digest;
};
/* Makes a set; its path, or NULL after a failure, which leaves nothing that looks like one. */
const char *backup_make(struct backup *b, const struct backup_wish *w);

/* ---- the way back (backup_restore.c, backup_tenant.c) ---------------------------------- */

/* Inside a transaction of CONN, whose user will own the tables: makes the database of the set, and its
   proof before row-level security is there. */
bool backup_load(struct backup *b, PGconn *conn, const struct backup_set *set);
/* Makes a database beside the house's, brings the set back into it, and drops it. CONNINFO with its
   user, who may make databases. */
bool backup_try(struct backup *b, const struct backup_set *set, const char *conninfo);
/* Whether anything of ours is in the database: 1, 0, or -1 after a failure. */
int backup_database_used(struct backup *b, PGconn *conn);
/* Inside a transaction: drops all schemas that belong to the caller. */
bool backup_drop_all(struct backup *b, PGconn *conn);
/* Forgets again whom the registers name: those of the set, of this host and of newer sets beside
   it; inside a transaction.  All lines of them are added to MERGED. */
bool backup_replay(struct backup *b, PGconn *conn, const struct backup_set *set, const char *tenant, struct buf *merged, int64_t *forgotten);
/* Puts the files of a set where the settings say, beside what is there. */
bool backup_restore_files(struct backup *b, const struct backup_set *set, const char *stamp);

/* The rows of one merchant, a file for each table, and which files are his. */
bool backup_tenant_rows(struct backup *b, PGconn *conn, const char *tenant, const char *dir);
/* The way back, inside a transaction of CONN as the owner of the tables. REPLACE: his rows go first. */
bool backup_tenant_load(struct backup *b, PGconn *conn, const struct backup_set *set, bool replace);
/* Names of the files of a merchant, sorted; see sweep-media. */
bool backup_tenant_names(struct backup *b, PGconn *conn, const char *tenant, const char *sql, const char ***names, size_t *n);

/* The programs of PostgreSQL: PATH of NAME that can speak with a server of MAJOR. */
const char *backup_program(struct backup *b, const char *name, int major);

#endif
