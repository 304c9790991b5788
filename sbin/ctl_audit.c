/* sutlerctl audit verify -- walk the audit chains and say whether anything was changed.
 *
 * Everything is reckoned here from the rows alone (sql/functions/audit.sql says what is
 * hashed), so a changed function of the database hides nothing.  Whoever owns the
 * database could reckon a whole new chain: that and a cut tail show against the heads that
 * seal-audit wrote down; keep that file on another machine. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/mem.h"
#include "db/query/audit.h"
#include "sbin/ctl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SEALS_AT_ONCE 200
#define STATEMENT_MS (10 * 60 * 1000)

/* A head written down by seal-audit. */
struct anchor {
	char tenant[ID_LEN + 1];
	int64_t seal_no;
	char hash[SHA256_HEX];
};

struct walk {
	struct db *db;
	void *mem;                      /* of one transaction */
	const char *tenant, *slug;
	const struct anchor *anchors;
	size_t nanchors;
	int64_t seals, entries;
	char head[SHA256_HEX];          /* hash of the last seal seen */
	char first_id[ID_LEN + 1], last_id[ID_LEN + 1];
	int wrong;
};

PRINTF_LIKE(2, 3)
static void say_wrong(struct walk *w, const char *fmt, ...)
{
	va_list args;

	w->wrong++;
	printf("%s: ", w->slug);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

static void begin(struct walk *w)
{
	w->mem = mem_context(ctl_mem, "walk");
	db_begin_timeout(w->db, STATEMENT_MS);
	db_begin(w->db, w->mem, w->tenant, true, clock_steady_us() + STATEMENT_MS * INT64_C(1000));
}

static bool end(struct walk *w)
{
	bool done = db_commit(w->db) == DB_OK;

	if (!done)
		db_log_failure(w->db);
	db_end(w->db);
	return done;
}

static void add_text(struct buf *b, const char *s)
{
	buf_printf(b, "%zu:", strlen(s));
	buf_adds(b, s);
	buf_addc(b, ',');
}

static void add_number(struct buf *b, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, n);
	add_text(b, text);
}

static void add_hash(struct buf *b, const char *hex)
{
	for (size_t i = 0; i < SHA256_LEN; i++) {
		const char pair[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		buf_addc(b, (char)strtoul(pair, NULL, 16));
	}
}

static void reckon(struct walk *w, const struct row_audit_seals *s, struct rows *entries, char out[SHA256_HEX])
{
	struct buf *b = buf_new(w->mem);

	add_hash(b, w->head);
	add_text(b, w->tenant);
	add_number(b, s->seal_no);
	add_text(b, s->first_id);
	add_text(b, s->last_id);
	add_number(b, s->entries);
	add_number(b, s->at_us);
	for (size_t i = 0; i < rows_count(entries); i++) {
		const struct row_audit_entries *e = row_audit_entries_at(entries, i);

		add_text(b, e->entry);
		add_number(b, e->at_us);
		add_text(b, e->actor);
		add_text(b, e->action);
		add_text(b, e->target);
		add_text(b, e->reason);
		add_text(b, e->detail);
	}
	sha256_hex(b->data, b->len, out);
}

/* One link against what the walk has seen so far. */
static void check_seal(struct walk *w, const struct row_audit_seals *s, struct rows *entries)
{
	size_t n = rows_count(entries);
	char hash[SHA256_HEX];

	if (s->seal_no != w->seals + 1)
		say_wrong(w, "seal %" PRId64 " is missing", w->seals + 1);
	if (strcmp(s->previous, w->head) != 0)
		say_wrong(w, "seal %" PRId64 " does not follow the one before it", s->seal_no);
	if ((int64_t)n != s->entries)
		say_wrong(w, "seal %" PRId64 " covers %" PRId64 " entries, %zu are there", s->seal_no, s->entries, n);
	else if (n > 0 && (strcmp(row_audit_entries_at(entries, 0)->entry, s->first_id) != 0 ||
			   strcmp(row_audit_entries_at(entries, n - 1)->entry, s->last_id) != 0))
		say_wrong(w, "seal %" PRId64 " covers other entries", s->seal_no);
	reckon(w, s, entries, hash);
	if (strcmp(hash, s->hash) != 0)
		say_wrong(w, "entries %s to %s (seal %" PRId64 ") are not what was sealed", s->first_id, s->last_id, s->seal_no);
	for (size_t i = 0; i < w->nanchors; i++)
		if (strcmp(w->anchors[i].tenant, w->tenant) == 0 && w->anchors[i].seal_no == s->seal_no &&
		    strcmp(w->anchors[i].hash, s->hash) != 0)
			say_wrong(w, "seal %" PRId64 " is not the one that was written down", s->seal_no);
	if (w->entries == 0)
		snprintf(w->first_id, sizeof(w->first_id), "%s", s->first_id);
	snprintf(w->last_id, sizeof(w->last_id), "%s", s->last_id);
	snprintf(w->head, sizeof(w->head), "%s", s->hash);
	w->seals = s->seal_no;
	w->entries += (int64_t)n;
}

/* The next links; false at the end of the chain, or of the connection (-1 wrong). */
static bool walk_on(struct walk *w, bool *failed)
{
	struct rows *seals, **entries;
	size_t n;

	begin(w);
	seals = q_audit_seals(w->db, w->seals, SEALS_AT_ONCE);
	n = rows_count(seals);
	entries = mem_array(w->mem, struct rows *, n + 1);
	for (size_t i = 0; i < n; i++)
		entries[i] = q_audit_entries(w->db, row_audit_seals_at(seals, i)->seal_no);
	*failed = !end(w);
	for (size_t i = 0; i < n && !*failed; i++)
		check_seal(w, row_audit_seals_at(seals, i), entries[i]);
	mem_free(w->mem);
	return n > 0 && !*failed;
}

/* Heads that were written down and are no more. */
static void check_tail(struct walk *w)
{
	int64_t last = 0;

	for (size_t i = 0; i < w->nanchors; i++)
		if (strcmp(w->anchors[i].tenant, w->tenant) == 0 && w->anchors[i].seal_no > last)
			last = w->anchors[i].seal_no;
	if (last > w->seals)
		say_wrong(w, "the chain ends at seal %" PRId64 ", seal %" PRId64 " was written down", w->seals, last);
}

static bool check_rest(struct walk *w)
{
	const struct row_audit_unsealed *u;
	struct rows *rows;
	bool done;

	begin(w);
	rows = q_audit_unsealed(w->db);
	done = end(w);
	u = row_audit_unsealed(rows);
	if (done && u->stale > 0)
		say_wrong(w, "%" PRId64 " old entries are in no seal", u->stale);
	if (done && u->lost > 0)
		say_wrong(w, "%" PRId64 " sealed entries are gone", u->lost);
	if (done && w->seals > 0)
		printf("%s: %" PRId64 " seals over %" PRId64 " entries, %s to %s; %" PRId64 " unsealed\n", w->slug,
		       w->seals, w->entries, w->first_id, w->last_id, u->waiting);
	else if (done)
		printf("%s: nothing sealed; %" PRId64 " unsealed\n", w->slug, u->waiting);
	mem_free(w->mem);
	return done;
}

static bool verify_tenant(struct walk *w)
{
	bool failed = false;

	memset(w->head, '0', SHA256_HEX - 1);
	while (walk_on(w, &failed))
		;
	if (failed)
		return false;
	check_tail(w);
	return check_rest(w);
}

/* All heads of the file; false after a sentence.  A line that is none is ignored but the
   last: a crash may have cut it. */
static bool read_anchors(const char *path, struct anchor **out, size_t *n)
{
	char line[256];
	FILE *f = fopen(path, "re");

	*out = NULL;
	*n = 0;
	if (f == NULL) {
		ctl_fail("cannot read the anchors %s: %s", path, strerror(errno));
		return false;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		struct anchor a;
		char *end_of_time;

		strtoll(line, &end_of_time, 10);
		if (sscanf(end_of_time, " %36s %" SCNd64 " %64s", a.tenant, &a.seal_no, a.hash) != 3 || !id_valid(a.tenant))
			continue;
		*out = mem_resize(ctl_mem, *out, struct anchor, *n + 1);
		(*out)[(*n)++] = a;
	}
	fclose(f);
	return true;
}

static int verify(const char *path)
{
	struct anchor *anchors = NULL;
	struct rows *tenants;
	size_t nanchors = 0;
	struct walk all = { .db = ctl_db() };
	int wrong = 0;

	if (path != NULL && !read_anchors(path, &anchors, &nanchors))
		return 1;
	begin(&all);
	tenants = q_audit_tenants(all.db);
	if (!end(&all))
		return ctl_fail("the database does not answer");
	for (size_t i = 0; i < rows_count(tenants); i++) {
		const struct row_audit_tenants *t = row_audit_tenants_at(tenants, i);
		struct walk w = { .db = all.db, .tenant = t->tenant, .slug = t->slug, .anchors = anchors, .nanchors = nanchors };

		if (!verify_tenant(&w))
			return ctl_fail("the database does not answer");
		wrong += w.wrong;
	}
	if (path == NULL)
		puts("no anchors given: a chain cut short at its end would not show");
	return wrong > 0 ? ctl_fail("%d things are wrong with the audit log", wrong) : 0;
}

int ctl_audit(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "verify") == 0)
		return verify(NULL);
	if (argc == 4 && strcmp(argv[1], "verify") == 0 && strcmp(argv[2], "--anchor") == 0)
		return verify(argv[3]);
	return ctl_usage(argv[0]);
}
