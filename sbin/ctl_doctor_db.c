/* What sutlerctl doctor asks the database, and what the stores in it need of the host. */
#include "sbin/ctl_doctor.h"

#include "base/config.h"
#include "base/locale.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <time.h>
#include <unistd.h>

/* A host on this machine answers at once. */
#define ANSWER_TIMEOUT_MS 5000L
/* ACME clients renew a month before the end: two weeks before it, nobody did. */
#define CERTIFICATE_DAYS 14
/* Work that waits longer than this waits for a job that does not run; the slowest of these runs every 5 minutes. */
#define JOB_LATE "15 minutes"

enum health look_database(struct doctor *d)
{
	const char *name;

	if (d->conn == NULL)
		return doctor_says(d, BAD, "%s", d->no_database);
	name = doctor_ask(d, "SELECT pg_catalog.current_database() || ' of PostgreSQL ' || pg_catalog.current_setting('server_version')");
	return name == NULL ? BAD : doctor_says(d, WELL, "%s", name);
}

/* Each program logs in as itself: peer authentication, or the certificate of that role. */
enum health look_roles(struct doctor *d)
{
	const struct ctl_program *p = ctl_programs();
	int n = 0, failed = 0;

	for (; p != NULL && p->name != NULL; p++, n++) {
		const char *error = "";
		PGconn *conn = doctor_connect(mem_printf(ctl_mem, "_sutler-%s", p->name), &error);

		if (conn == NULL && failed++ < 3)
			doctor_says(d, BAD, "%s cannot log in: %s", p->name, error);
		PQfinish(conn);
	}
	if (failed > 3)
		doctor_says(d, BAD, "and %d more", failed - 3);
	return p == NULL ? doctor_says(d, BAD, "programs.tab is not there") : failed > 0 ? BAD
		: doctor_says(d, WELL, "all %d programs log in as themselves", n);
}

enum health look_encoding(struct doctor *d)
{
	const char *encoding = doctor_ask(d, "SELECT pg_catalog.pg_encoding_to_char(encoding) FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()");

	if (encoding == NULL)
		return BAD;
	return strcmp(encoding, "UTF8") == 0 ? doctor_says(d, WELL, "UTF8") : doctor_says(d, BAD, "the database's encoding is %s, not UTF8", encoding);
}

/* What of ctl_migrations_waiting() goes to stderr, caught. */
static int count_waiting(void *conn)
{
	int n = ctl_migrations_waiting(conn);

	if (n >= 0)
		printf("%d", n);
	return n < 0 ? 1 : 0;
}

enum health look_schema(struct doctor *d)
{
	const char *said;

	if (ctl_as(NULL, count_waiting, d->conn, &said) != 0) {
		d->mend = "install the release that the database is of, or a newer one";
		return doctor_says(d, BAD, "%s", mem_strndup(ctl_mem, said, strcspn(said, "\n")));
	}
	if (strcmp(said, "0") != 0)
		return doctor_says(d, BAD, "%s migrations of this release are not applied", said);
	return doctor_says(d, WELL, "the database is of this release");
}

enum health look_extensions(struct doctor *d)
{
	static const char *const needed[] = { "btree_gin", "pg_trgm", "unaccent" };
	enum health health = WELL;

	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		const char *there = doctor_ask(d, mem_printf(ctl_mem, "SELECT extname FROM pg_catalog.pg_extension WHERE extname = '%s'", needed[i]));

		if (there == NULL || *there == '\0')
			health = doctor_says(d, BAD, "the extension %s is missing", needed[i]);
	}
	return health == WELL ? doctor_says(d, WELL, "btree_gin, pg_trgm and unaccent are there") : health;
}

enum health look_connections(struct doctor *d)
{
	const char *most = doctor_ask(d, "SELECT pg_catalog.current_setting('max_connections')");
	long planned = ctl_planned_connections();

	if (most == NULL || planned < 0)
		return doctor_says(d, BAD, "programs.tab is not there");
	if (planned + CTL_SPARE_CONNECTIONS > strtol(most, NULL, 10)) {
		d->mend = mem_printf(ctl_mem, "set max_connections = %ld in postgresql.conf and restart PostgreSQL", (planned + CTL_SPARE_CONNECTIONS + 49) / 50 * 50);
		return doctor_says(d, BAD, "the programs use up to %ld connections and %d are to be spare, but max_connections is %s", planned,
				   CTL_SPARE_CONNECTIONS, most);
	}
	return doctor_says(d, WELL, "up to %ld of %s", planned, most);
}

/* What a store needs to sell; the word of each row is what it lacks. */
static const char stores_sql[] =
	"SELECT s.code, CASE"
	" WHEN NOT EXISTS (SELECT FROM tenancy.host h WHERE h.tenant_id = s.tenant_id AND h.store_id = s.store_id AND h.kind = 'store') THEN 'has no host'"
	" WHEN NOT EXISTS (SELECT FROM tenancy.host h WHERE h.tenant_id = s.tenant_id AND h.kind = 'admin') THEN 'has no console: no host of kind admin'"
	" WHEN NOT EXISTS (SELECT FROM shipping.method m WHERE m.tenant_id = s.tenant_id AND m.store_id = s.store_id AND m.active) THEN 'delivers nothing: no way of delivery'"
	" WHEN NOT EXISTS (SELECT FROM payment.method m WHERE m.tenant_id = s.tenant_id AND m.store_id = s.store_id AND m.active) THEN 'takes no money: no way of payment'"
	" WHEN NOT EXISTS (SELECT FROM inventory.store_warehouse w WHERE w.tenant_id = s.tenant_id AND w.store_id = s.store_id) THEN 'has no warehouse'"
	" WHEN NOT EXISTS (SELECT FROM staff.assignment a JOIN staff.role r USING (tenant_id, role_id) WHERE a.tenant_id = s.tenant_id AND r.is_owner) THEN 'has no owner: sutlerctl staff owner EMAIL'"
	" ELSE '' END FROM tenancy.store s WHERE s.status = 'active' ORDER BY s.code";

/* Calls LOOK for each row of SQL, asked in each tenant. */
static enum health each_tenant(struct doctor *d, const char *sql, enum health (*look)(struct doctor *d, const PGresult *rows, int row), int *count)
{
	PGresult *tenants = PQexec(d->conn, "SELECT tenant_id FROM tenancy.tenant ORDER BY slug");
	enum health health = WELL;

	*count = 0;
	for (int i = 0; i < PQntuples(tenants); i++) {
		const char *tenant = PQgetvalue(tenants, i, 0);
		PGresult *set = PQexecParams(d->conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, false)", 1, NULL, &tenant, NULL, NULL, 0);
		PGresult *rows = PQexec(d->conn, sql);

		if (PQresultStatus(rows) != PGRES_TUPLES_OK)
			health = doctor_says(d, BAD, "the database does not answer: %s",
					     mem_strndup(ctl_mem, PQresultErrorMessage(rows), strcspn(PQresultErrorMessage(rows), "\n")));
		for (int j = 0; j < PQntuples(rows); j++, ++*count)
			health = doctor_worse(health, look(d, rows, j));
		PQclear(rows);
		PQclear(set);
	}
	if (PQresultStatus(tenants) != PGRES_TUPLES_OK) {
		d->mend = "run sutlerctl migrate";
		health = doctor_says(d, BAD, "the database has no tables");
	}
	PQclear(tenants);
	return health;
}

static enum health store_row(struct doctor *d, const PGresult *rows, int row)
{
	const char *lacks = PQgetvalue(rows, row, 1);

	if (*lacks == '\0')
		return WELL;
	d->mend = "open the console of that store, or sutlerctl import store (sutler-import(5))";
	return doctor_says(d, BAD, "%s %s", PQgetvalue(rows, row, 0), lacks);
}

enum health look_stores(struct doctor *d)
{
	int n;
	enum health health = each_tenant(d, stores_sql, store_row, &n);

	if (health == WELL && n == 0)
		return doctor_says(d, BAD, "there is no store that is open");
	return health == WELL ? doctor_says(d, WELL, "%d open, each can sell", n) : health;
}

static enum health locale_row(struct doctor *d, const PGresult *rows, int row)
{
	const char *tag = PQgetvalue(rows, row, 1);
	const char *language = mem_strndup(ctl_mem, tag, strcspn(tag, "-"));
	const char *file = mem_printf(ctl_mem, "%s/%s.mo", config_text("paths.messages"), language);

	if (strcmp(locale_tag(locale_get(tag)), tag) != 0) {
		d->mend = "install libicu's data for it, or choose another language in the console";
		return doctor_says(d, BAD, "%s: ICU does not know %s", PQgetvalue(rows, row, 0), tag);
	}
	if (strcmp(language, "en") != 0 && access(file, R_OK) != 0)
		return doctor_says(d, WARN, "%s: there are no sentences in %s (%s)", PQgetvalue(rows, row, 0), language, file);
	return WELL;
}

enum health look_locales(struct doctor *d)
{
	int n;
	enum health health = each_tenant(d, "SELECT s.code, l.tag FROM tenancy.store s JOIN tenancy.store_locale l USING (tenant_id, store_id) ORDER BY 1, 2",
					 locale_row, &n);

	return health == WELL ? doctor_says(d, WELL, "%d languages of stores are spoken", n) : health;
}

/* ---- hosts ---- */

static size_t drop_body(char *data, size_t size, size_t n, void *arg)
{
	(void)data;
	(void)arg;
	return size * n;
}

/* Asks this machine for the page at PATH of ORIGIN, without asking names where it is; the certificate is another check's. */
static enum health ask_host(struct doctor *d, const char *host, const char *origin, const char *path)
{
	bool tls = strncmp(origin, "https:", 6) == 0;
	const char *port = strchr(origin + 8, ':');
	struct curl_slist *here = NULL;
	CURL *curl = curl_easy_init();
	char error[CURL_ERROR_SIZE] = "";
	CURLcode code;
	long status = 0;

	if (curl == NULL)
		return doctor_says(d, BAD, "%s cannot be asked", host);
	here = curl_slist_append(here, mem_printf(ctl_mem, "%s:%s:127.0.0.1", host, port != NULL ? port + 1 : tls ? "443" : "80"));
	curl_easy_setopt(curl, CURLOPT_URL, mem_concat(ctl_mem, origin, path));
	curl_easy_setopt(curl, CURLOPT_RESOLVE, here);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ANSWER_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_body);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	curl_slist_free_all(here);
	if (code != CURLE_OK)
		return doctor_says(d, BAD, "%s does not answer here: %s", host, error[0] != '\0' ? error : curl_easy_strerror(code));
	if (status == 421 || status == 404)
		return doctor_says(d, BAD, "%s answers %ld: the web server does not show this store", host, status);
	if (status >= 500) {
		d->mend = "see the checks above; then the programs' words: journalctl -u 'sutler-*'";
		return doctor_says(d, BAD, "%s answers %ld: its program does not work", host, status);
	}
	return WELL;
}

enum health look_hosts(struct doctor *d)
{
	PGresult *hosts = PQexec(d->conn, "SELECT host, origin, CASE kind WHEN 'admin' THEN '/admin' ELSE '/' END FROM tenancy.host ORDER BY kind DESC, host");
	enum health health = PQresultStatus(hosts) == PGRES_TUPLES_OK ? WELL : doctor_says(d, BAD, "the database has no tables");
	int n = PQntuples(hosts);

	for (int i = 0; i < n; i++)
		health = doctor_worse(health, ask_host(d, PQgetvalue(hosts, i, 0), PQgetvalue(hosts, i, 1), PQgetvalue(hosts, i, 2)));
	PQclear(hosts);
	if (health == WELL && n == 0)
		return doctor_says(d, SKIP, "there is no store yet");
	return health == WELL ? doctor_says(d, WELL, "%d answer", n) : health;
}

/* ---- certificates: the same files, in the same order, as libexec's webserver takes ---- */

static enum health look_certificate(struct doctor *d, const char *host)
{
	const char *places[] = {
		mem_printf(ctl_mem, SUTLER_SYSCONFDIR "/tls/%s.pem", host), mem_printf(ctl_mem, "/etc/letsencrypt/live/%s/fullchain.pem", host),
		mem_printf(ctl_mem, SUTLER_SYSCONFDIR "/tls/self-signed/%s.pem", host)
	};
	enum health health = WELL;
	X509 *cert = NULL;
	int days = 0, seconds = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(places) && cert == NULL; i++) {
		FILE *f = fopen(places[i], "re");

		if (f == NULL)
			continue;
		cert = PEM_read_X509(f, NULL, NULL, NULL);
		fclose(f);
		if (cert == NULL)
			return doctor_says(d, BAD, "%s is no certificate", places[i]);
	}
	if (cert == NULL)
		return doctor_says(d, BAD, "%s has no certificate", host);
	if (X509_check_host(cert, host, 0, 0, NULL) != 1)
		health = doctor_says(d, BAD, "%s is for another host than %s", places[i - 1], host);
	if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)) != 1 || days < 0 || seconds < 0)
		health = doctor_says(d, BAD, "the certificate of %s is no longer good", host);
	else if (days < CERTIFICATE_DAYS)
		health = doctor_worse(health, doctor_says(d, WARN, "the certificate of %s ends in %d days and nobody renewed it", host, days));
	if (i == ARRAY_LEN(places) && health == WELL)
		health = doctor_says(d, WARN, "%s has a certificate that it signed itself: browsers warn of it", host);
	X509_free(cert);
	return health;
}

enum health look_certificates(struct doctor *d)
{
	PGresult *hosts = PQexec(d->conn, "SELECT host FROM tenancy.host WHERE origin LIKE 'https:%' ORDER BY kind DESC, host");
	enum health health = PQresultStatus(hosts) == PGRES_TUPLES_OK ? WELL : doctor_says(d, BAD, "the database has no tables");
	int n = PQntuples(hosts);

	if (n > 0 && geteuid() != 0)
		health = doctor_says(d, SKIP, "only root reads them");
	else
		for (int i = 0; i < n; i++)
			health = doctor_worse(health, look_certificate(d, PQgetvalue(hosts, i, 0)));
	PQclear(hosts);
	return health == WELL ? doctor_says(d, WELL, "%d are good", n) : health;
}

/* ---- what the job check-certificates was shown: files that the web server never took into use tell nothing ---- */

static const char shown_sql[] =
	"SELECT c.host, c.state, c.fault, ceil(extract(epoch FROM c.ends_at - sutler.now()) / 86400)::integer FROM watch.certificates("
	"nullif(pg_catalog.current_setting('sutler.tenant', true), '')::uuid) c WHERE c.state <> 'unseen'";

static enum health shown_row(struct doctor *d, const PGresult *rows, int row)
{
	const char *host = PQgetvalue(rows, row, 0), *state = PQgetvalue(rows, row, 1);

	if (strcmp(state, "good") == 0)
		return WELL;
	if (strcmp(state, "ends") == 0)
		return doctor_says(d, WARN, "for %s a certificate is shown that ends in %s days", host, PQgetvalue(rows, row, 3));
	if (strcmp(state, "ended") == 0)
		return doctor_says(d, BAD, "for %s a certificate is shown that has ended", host);
	if (strcmp(state, "misnamed") == 0)
		return doctor_says(d, BAD, "for %s a certificate of another name is shown", host);
	if (strcmp(state, "untrusted") == 0)
		return doctor_says(d, WARN, "for %s a certificate is shown of which browsers warn", host);
	return doctor_says(d, BAD, "for %s no certificate is shown: %s", host, PQgetvalue(rows, row, 2));
}

enum health look_shown(struct doctor *d)
{
	int n;
	enum health health = each_tenant(d, shown_sql, shown_row, &n);

	if (health == WELL && n == 0)
		return doctor_says(d, SKIP, "nobody has looked yet: check-certificates does, each day");
	return health == WELL ? doctor_says(d, WELL, "%d are good", n) : health;
}

/* ---- jobs: what waits for them ---- */

static const struct waiting {
	const char *job, *sql;          /* how many things wait too long */
	const char *what;
} waiting[] = {
	{ "deliver", "SELECT count(*) FROM event.ready WHERE tenant_id = nullif(pg_catalog.current_setting('sutler.tenant', true), '')::uuid"
	  " AND due_at < sutler.now() - interval '" JOB_LATE "'", "mails are due" },
	{ "seal-audit", "SELECT count(*) FROM audit.entry e WHERE e.at < sutler.now() - interval '" JOB_LATE "'"
	  " AND NOT EXISTS (SELECT FROM audit.sealed s WHERE s.tenant_id = e.tenant_id AND s.entry_id = e.entry_id)", "entries of the audit log are not sealed" },
	{ "release-holds", "SELECT count(*) FROM inventory.hold WHERE expires_at < sutler.now() - interval '" JOB_LATE "'", "holds ended and bind stock still" },
};

static const struct waiting *asked;

static enum health waiting_row(struct doctor *d, const PGresult *rows, int row)
{
	const char *n = PQgetvalue(rows, row, 0);

	if (strcmp(n, "0") == 0)
		return WELL;
	return doctor_says(d, BAD, "%s does not do its work: %s %s since more than " JOB_LATE, asked->job, n, asked->what);
}

enum health look_jobs(struct doctor *d)
{
	enum health health = WELL;
	int n;

	for (size_t i = 0; i < ARRAY_LEN(waiting); i++) {
		asked = &waiting[i];
		health = doctor_worse(health, each_tenant(d, asked->sql, waiting_row, &n));
	}
	return health == WELL ? doctor_says(d, WELL, "nothing waits for one longer than " JOB_LATE) : health;
}
