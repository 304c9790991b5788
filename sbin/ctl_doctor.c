/* sutlerctl doctor -- what is wrong with an installation, in plain words, and how to mend it. */
#include "sbin/ctl_doctor.h"

#include "base/config.h"
#include "base/mem.h"

#include <pwd.h>
#include <stdarg.h>
#include <sysexits.h>
#include <unistd.h>

#define OWNER "_sutler-owner"

/* In this order: what others rest on comes first. */
static const struct doctor_check checks[] = {
	{ "config", look_config, "mend that line; sutler.conf(5) says what each setting takes" },
	{ "users", look_users, "run systemd-sysusers sutler.conf" },
	{ "key", look_key, "chgrp _sutler-secrets and chmod 0640 the key file; a lost one is made by dpkg-reconfigure sutler, and gateways' keys are entered again" },
	{ "directories", look_directories, "run systemd-tmpfiles --create sutler.conf" },
	{ "disk", look_disk, "make room: a full disk stops orders; doc/runbooks say what can go" },
	{ "clock", look_clock, "switch time synchronisation on: apt install systemd-timesyncd or chrony" },
	{ "database", look_database, "start PostgreSQL, or run sutlerctl setup, which makes the database" },
	{ "roles", look_roles, "run sutlerctl database, and let pg_hba.conf have Debian's line: local all all peer", true },
	{ "encoding", look_encoding, "make the database anew: createdb -T template0 -E UTF8", true },
	{ "schema", look_schema, "run sutlerctl migrate", true },
	{ "extensions", look_extensions, "apt install postgresql-contrib on the database's machine, then sutlerctl migrate", true },
	{ "connections", look_connections, "raise max_connections in postgresql.conf and restart PostgreSQL", true },
	{ "stores", look_stores, "run sutlerctl setup", true },
	{ "locales", look_locales, "write the translation (po/ of the sources); until then these sentences are English", true },
	{ "sockets", look_sockets, "run systemctl enable --now sutler.target, or sutler-launch where there is no systemd" },
	{ "schedule", look_schedule, "let either the timers of sutler.target or /etc/cron.d/sutler start the jobs, never both" },
	{ "jobs", look_jobs, "look at the journal of that job: journalctl -u sutler-JOB", true },
	{ "mail", look_mail, "install a mail server (apt install postfix), or say where one is: mail.smtp in sutler.conf" },
	{ "webserver", look_webserver, "apt install nginx, then run sutlerctl webserver" },
	{ "hosts", look_hosts, "start the web server and run sutlerctl webserver; the web server's error log says more", true },
	{ "certificates", look_certificates, "get one: certbot certonly --webroot -w /var/lib/sutler/acme -d HOST, then sutlerctl webserver", true },
	{ "shown", look_shown, "mend what the check certificates says, run sutlerctl webserver, then look again: systemctl start sutler-check-certificates", true },
};

enum health doctor_says(struct doctor *d, enum health health, const char *fmt, ...)
{
	va_list args;

	if (d->said->len > 0)
		buf_adds(d->said, "; ");
	va_start(args, fmt);
	buf_adds(d->said, mem_vprintf(ctl_mem, fmt, args));
	va_end(args);
	return health;
}

enum health doctor_worse(enum health a, enum health b)
{
	static const int rank[] = { [WELL] = 0, [SKIP] = 1, [WARN] = 2, [BAD] = 3 };

	return rank[a] >= rank[b] ? a : b;
}

const char *doctor_ask(struct doctor *d, const char *sql)
{
	PGresult *result = PQexec(d->conn, sql);
	const char *value = NULL;

	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		value = PQntuples(result) > 0 ? mem_strdup(ctl_mem, PQgetvalue(result, 0, 0)) : "";
	else
		doctor_says(d, BAD, "the database does not answer: %s", mem_strndup(ctl_mem, PQresultErrorMessage(result), strcspn(PQresultErrorMessage(result), "\n")));
	PQclear(result);
	return value;
}

static bool chosen(const char *only, const char *name)
{
	size_t n = strlen(name);

	if (only == NULL)
		return true;
	for (const char *p = only; *p != '\0'; p += strcspn(p, ","), p += *p == ',')
		if (strcspn(p, ",") == n && strncmp(p, name, n) == 0)
			return true;
	return false;
}

/* The names of ONLY that are no checks. */
static bool known(const char *only)
{
	bool ok = true;

	for (const char *p = only; p != NULL && *p != '\0'; p += strcspn(p, ","), p += *p == ',') {
		const char *name = mem_strndup(ctl_mem, p, strcspn(p, ","));
		bool found = false;

		for (size_t i = 0; i < ARRAY_LEN(checks); i++)
			found |= strcmp(checks[i].name, name) == 0;
		if (!found)
			ctl_fail("doctor has no check %s", name);
		ok &= found;
	}
	return ok;
}

static void print_line(const struct doctor_check *c, const struct doctor *d, enum health health)
{
	static const char *const words[] = { [WELL] = "well", [WARN] = "WARN", [BAD] = "BAD", [SKIP] = "skip" };

	printf("%-5s %-13s %s\n", words[health], c->name, d->said->data);
	if (health == BAD || health == WARN)
		printf("%19s -> %s\n", "", d->mend != NULL ? d->mend : c->mend);
}

static void print_json(const struct doctor_check *c, const struct doctor *d, enum health health, bool first)
{
	static const char *const words[] = { [WELL] = "well", [WARN] = "warning", [BAD] = "bad", [SKIP] = "skipped" };
	struct buf *out = buf_new(ctl_mem);

	buf_printf(out, "%s\n  {\"check\": \"%s\", \"state\": \"%s\", \"said\": ", first ? "" : ",", c->name, words[health]);
	buf_json(out, d->said->data);
	if (health == BAD || health == WARN) {
		buf_adds(out, ", \"mend\": ");
		buf_json(out, d->mend != NULL ? d->mend : c->mend);
	}
	buf_addc(out, '}');
	fputs(out->data, stdout);
}

PGconn *doctor_connect(const char *role, const char **error)
{
	const struct passwd *user = geteuid() == 0 ? getpwnam(role) : NULL;
	PGconn *conn;

	/* The server looks at who opens the socket. */
	if (user != NULL && seteuid(user->pw_uid) != 0)
		user = NULL;
	conn = PQconnectdb(db_conninfo(ctl_mem, role));
	if (user != NULL && seteuid(0) != 0)
		BUG("root cannot be root again");
	if (PQstatus(conn) == CONNECTION_OK)
		return conn;
	*error = mem_strndup(ctl_mem, PQerrorMessage(conn), strcspn(PQerrorMessage(conn), "\n"));
	PQfinish(conn);
	return NULL;
}

int ctl_doctor(int argc, char **argv)
{
	const char *only = NULL;
	bool quiet = false, json = false, first = true;
	const struct ctl_option options[] = { { "only", &only, NULL }, { "quiet", NULL, &quiet }, { "json", NULL, &json }, { 0 } };
	int nwords, bad = 0, warnings = 0;
	struct doctor d = { .said = buf_new(ctl_mem) };

	if (ctl_options(argc, argv, options, &nwords) == NULL || nwords != 0)
		return ctl_usage(argv[0]);
	if (!known(only))
		return EX_USAGE;
	if (config_load(&d.config_error))
		d.config_error = NULL;
	d.conn = doctor_connect(OWNER, &d.no_database);
	if (json)
		putchar('[');
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		const struct doctor_check *c = &checks[i];
		enum health health;

		if (!chosen(only, c->name))
			continue;
		d.mend = NULL;
		buf_clear(d.said);
		health = c->needs_database && d.conn == NULL ? doctor_says(&d, SKIP, "needs the database") : c->look(&d);
		bad += health == BAD || (only != NULL && health == SKIP);
		warnings += health == WARN;
		if (json)
			print_json(c, &d, health, first);
		else if (!quiet || health == BAD || health == WARN)
			print_line(c, &d, health);
		first = false;
	}
	if (json)
		puts("\n]");
	else if (!quiet && bad + warnings > 0)
		printf("%d wrong, %d to look at\n", bad, warnings);
	else if (!quiet)
		puts("all is well");
	PQfinish(d.conn);
	return bad > 0 ? 1 : 0;
}
