/* check-certificates -- every day: what certificate the web server shows for each host.
   Manual: sutler-check-certificates(8). */
#include "base/certificate.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/job.h"
#include "db/query/certificate.h"
#include "db/query/job.h"

#include <string.h>

#define BUDGET_S (30 * 60)      /* a web server that hangs takes some seconds for each host */

/* The states of watch.certificates() that a host which was asked can have. */
enum state { GOOD, ENDS, ENDED, MISNAMED, UNTRUSTED, UNREACHED, STATES };
static const char *const state_names[STATES] = { "good", "ends", "ended", "misnamed", "untrusted", "unreached" };

/* Of all merchants so far. */
struct sum {
	int64_t hosts[STATES];
	int64_t earliest_ms;            /* 0: none was shown */
};

static bool asks_nobody(void) { return *config_text("watch.tls_address") == '\0'; }

static void look(struct job_run *j, const struct row_certificate_hosts *h, struct certificate *out)
{
	int64_t port = config_int("watch.tls_port");
	const struct certificate_place place = {
		.host = h->host, .address = config_text("watch.tls_address"), .port = (int)(port > 0 ? port : h->port),
		.ca_file = config_text("net.ca_file"),
	};

	certificate_look(j->mem, &place, out);
}

/* Counts, and says what somebody must do something about.  A host that nobody asked has no state of these. */
static void judge(struct job_run *j, const struct row_certificate_states *c, struct sum *sum)
{
	size_t state = 0;

	while (state < STATES && strcmp(c->state, state_names[state]) != 0)
		state++;
	if (state == STATES)
		return;
	sum->hosts[state]++;
	if (c->has_ends && (sum->earliest_ms == 0 || c->ends < sum->earliest_ms))
		sum->earliest_ms = c->ends;
	if (state == GOOD)
		return;
	log_warn("certificate wants a look", "host", c->host, "state", c->state, "ends", c->has_ends ? c->day : "", "reason", c->fault, NULL);
	job_found(j);
}

/* The hosts of a merchant, none of them in a transaction; false when there was no time for all. */
static bool look_at_all(struct job_run *j, struct rows *hosts, struct certificate *certificates)
{
	for (size_t i = 0; i < rows_count(hosts); i++) {
		if (job_stopping(j))
			return false;
		look(j, row_certificate_hosts_at(hosts, i), &certificates[i]);
	}
	return true;
}

static bool keep_all(struct job_run *j, const char *tenant, struct rows *hosts, const struct certificate *certificates, struct sum *sum)
{
	size_t n = asks_nobody() ? 0 : rows_count(hosts);
	struct rows *states;

	job_begin(j, tenant);
	for (size_t i = 0; i < n; i++) {
		const struct certificate *c = &certificates[i];

		q_certificate_keep(j->db, tenant, row_certificate_hosts_at(hosts, i)->host, *c->fault == '\0' ? &c->ends_ms : NULL, c->issuer,
				   c->fits, c->trusted, c->fault);
	}
	q_certificate_forget(j->db);
	states = q_certificate_states(j->db, tenant);
	if (!job_commit(j))
		return false;
	for (size_t i = 0; i < rows_count(states); i++)
		judge(j, row_certificate_states_at(states, i), sum);
	j->done += (int64_t)n;
	return true;
}

static bool look_at_tenant(struct job_run *j, const char *tenant, struct sum *sum)
{
	void *before = j->mem;
	struct certificate *certificates;
	struct rows *hosts;
	bool done;

	j->mem = mem_context(j->all, "tenant");
	job_begin(j, tenant);
	hosts = q_certificate_hosts(j->db, tenant);
	done = job_commit(j);
	certificates = mem_array(j->mem, struct certificate, rows_count(hosts) + 1);
	done = done && (asks_nobody() || look_at_all(j, hosts, certificates)) && keep_all(j, tenant, hosts, certificates, sum);
	mem_free(j->mem);
	j->mem = before;
	return done;
}

static bool keep_sum(struct job_run *j, const struct sum *s)
{
	job_begin(j, NULL);
	q_certificate_sum(j->db, s->hosts[GOOD], s->hosts[ENDS], s->hosts[ENDED], s->hosts[MISNAMED], s->hosts[UNTRUSTED], s->hosts[UNREACHED],
			  s->earliest_ms == 0 ? NULL : &s->earliest_ms);
	return job_commit(j);
}

/* One merchant that fails does not keep the others waiting; but sums over some of them would tell too little. */
static int64_t check(struct job_run *j)
{
	struct sum sum = { .earliest_ms = 0 };
	struct rows *tenants;
	bool all;

	job_begin(j, NULL);
	tenants = q_job_tenants(j->db);
	all = job_commit(j);
	for (size_t i = 0; i < rows_count(tenants) && !job_stopping(j); i++)
		all = look_at_tenant(j, row_job_tenants_at(tenants, i)->tenant, &sum) && all;
	if (job_stopping(j)) {
		log_warn("time is over before all hosts were asked", NULL);
		all = false;
	}
	if (!all || !keep_sum(j, &sum))
		job_wrong(j);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct job job = { .name = "check-certificates", .round = check, .budget_s = BUDGET_S };

	return job_run(&job, argc, argv);
}
