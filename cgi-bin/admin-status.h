/* admin-status.h -- what the files of the program admin-status share. */
#ifndef ADMIN_STATUS_PROGRAM_H
#define ADMIN_STATUS_PROGRAM_H

#include "base/room.h"
#include "db/query/status.h"
#include "db/rows.h"
#include "front/console.h"

/* What the page is made of.  Figures are the merchant's own; of the host there are none that tell
   how much anybody sells: parts of a hundred, and how its tasks do. */
struct status {
	const struct row_status_figures *figures;
	struct rows *jobs;              /* status_jobs() of the database */
	struct rows *certificates;      /* status_certificates(), worst first */
	int64_t now_ms;
	int64_t errors_permille;        /* of the last hour's answers; -1: nobody asked for anything */
	int64_t slow_permille;
	bool has_disk;                  /* else nobody knows */
	struct room disk;
};

/* Tenths as people of the page's language read them: "0.3"; NULL for less than none. */
const char *status_tenths(struct req *r, int64_t tenths);

/* admin-status-jobs.c: adds the list "jobs" to V; how many of them are late or go wrong. */
size_t status_jobs(struct req *r, struct view *v, const struct status *s);

/* admin-status-certificates.c: adds the list "certificates" to V, of hosts that were looked at. */
void status_certificates(struct req *r, struct view *v, const struct status *s);
/* How many hosts have a certificate that browsers refuse, or none; and one that ends soon. */
int64_t status_certificates_bad(const struct status *s);
int64_t status_certificates_end(const struct status *s);

/* admin-status-findings.c: adds what needs somebody to V, worst first; how many. */
size_t status_findings(struct req *r, struct view *v, const struct status *s, size_t bad_jobs);

#endif
