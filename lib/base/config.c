#include "base/config.h"

#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/http.h"
#include "base/mem.h"
#include "base/utf8.h"

const struct config_setting config_settings[] = {
	{ .name = "database.connection", .type = CONFIG_TEXT, .fallback = "dbname=sutler",
	  .meaning = "Where the database is: a libpq connection string without user and password. "
		     "Each program logs in as its own role, by peer authentication." },

	{ .name = "paths.templates", .type = CONFIG_PATH, .fallback = SUTLER_DATADIR "/tmpl",
	  .meaning = "The Mustache templates." },
	{ .name = "paths.messages", .type = CONFIG_PATH, .fallback = SUTLER_DATADIR "/messages",
	  .meaning = "The compiled translations, one LANGUAGE.mo each." },
	{ .name = "paths.sql", .type = CONFIG_PATH, .fallback = SUTLER_DATADIR "/sql",
	  .meaning = "The migrations, functions and rights that sutlerctl migrate applies." },
	{ .name = "paths.htdocs", .type = CONFIG_PATH, .fallback = SUTLER_DATADIR "/htdocs",
	  .meaning = "The static files; pages name the version of their contents." },
	{ .name = "paths.media", .type = CONFIG_PATH, .fallback = "/var/lib/sutler/media",
	  .meaning = "Pictures and public documents, served by the web server." },
	{ .name = "paths.private", .type = CONFIG_PATH, .fallback = "/var/lib/sutler/private",
	  .meaning = "Files that only a program hands out: uploads, exports." },
	{ .name = "paths.downloads", .type = CONFIG_PATH, .fallback = "/var/lib/sutler/downloads",
	  .meaning = "What merchants sell as downloads, handed out by a program to who paid." },
	{ .name = "paths.documents", .type = CONFIG_PATH, .fallback = "/var/lib/sutler/documents",
	  .meaning = "Invoices and other documents made as PDF." },
	{ .name = "paths.backup", .type = CONFIG_PATH, .fallback = "",
	  .meaning = "Where the job backup keeps its sets, best on another disk; empty: it saves nothing." },
	{ .name = "paths.run", .type = CONFIG_PATH, .fallback = "/run/sutler",
	  .meaning = "Sockets and counters of the running programs." },

	{ .name = "paths.courier", .type = CONFIG_PATH, .fallback = "/run/sutler/courier.sock",
	  .meaning = "The socket of courier, which page programs ask to reach services outside." },

	{ .name = "watch.probe", .type = CONFIG_PATH, .fallback = "/var/lib/sutler/probe",
	  .meaning = "A directory beside pictures and private files: watch writes there to see whether their disk takes anything." },
	{ .name = "watch.token_file", .type = CONFIG_PATH, .fallback = "",
	  .meaning = "The file with the token that /metrics asks for, readable by watch; empty: none, the web server's rule alone keeps others away." },
	{ .name = "watch.tls_address", .type = CONFIG_TEXT, .fallback = "127.0.0.1",
	  .meaning = "Where the web server shows certificates: the job check-certificates asks it; IPv6 in brackets; empty: nobody is asked." },
	{ .name = "watch.tls_port", .type = CONFIG_INT, .fallback = "0", .min = 0, .max = 65535,
	  .meaning = "The port of that; 0: the one of each store's address, 443 mostly." },

	{ .name = "secrets.key_file", .type = CONFIG_PATH, .fallback = "/etc/sutler/secret.key",
	  .meaning = "The key that seals gateway keys in the database: 32 bytes, or 64 hexadecimal digits; "
		     "readable by the programs that open them and by nobody else. It is not in the backups." },

	{ .name = "net.ca_file", .type = CONFIG_PATH, .fallback = "",
	  .meaning = "Certificates to trust when other services are spoken to; empty: the system's." },
	{ .name = "net.plain_loopback", .type = CONFIG_BOOL, .fallback = "no",
	  .meaning = "Other services may be spoken to over plain http on this host's own addresses: for "
		     "development and tests." },

	{ .name = "pay.stripe_url", .type = CONFIG_ORIGIN, .fallback = "https://api.stripe.com",
	  .meaning = "Where Stripe answers." },
	{ .name = "pay.stripe_pages", .type = CONFIG_ORIGIN, .fallback = "https://checkout.stripe.com",
	  .meaning = "Origin of Stripe's hosted payment pages; buyers are sent nowhere else." },
	{ .name = "pay.stripe_version", .type = CONFIG_TEXT, .fallback = "2022-11-15",
	  .meaning = "Version of Stripe's interface that is asked for." },

	{ .name = "mail.smtp", .type = CONFIG_TEXT, .fallback = "smtp://localhost:25",
	  .meaning = "The mail server as a URL: smtp://HOST:PORT, or smtps:// for TLS from the start." },
	{ .name = "mail.user", .type = CONFIG_TEXT, .fallback = "",
	  .meaning = "User of the mail server; empty: no log-in." },
	{ .name = "mail.password_file", .type = CONFIG_PATH, .fallback = "",
	  .meaning = "The file with the mail user's password, readable by the job deliver alone." },
	{ .name = "mail.starttls", .type = CONFIG_TEXT, .fallback = "try", .choices = "try must",
	  .meaning = "On smtp://: try encrypts where the server offers it, must sends encrypted or not at all; "
		     "with a user it is always must." },
	{ .name = "mail.from_fallback", .type = CONFIG_TEXT, .fallback = "shop@localhost",
	  .meaning = "Sender of mail from stores that name none of their own." },
	{ .name = "mail.envelope", .type = CONFIG_TEXT, .fallback = "bounces@localhost",
	  .meaning = "Envelope sender: where mail that cannot be delivered comes back to." },

	{ .name = "mail.alarm", .type = CONFIG_TEXT, .fallback = "root@localhost",
	  .meaning = "Who is told when a program or task of the house fails." },
	{ .name = "backup.keep_days", .type = CONFIG_INT, .fallback = "35", .min = 1, .max = 35,
	  .meaning = "Days after which the job backup removes a set; customers who are forgotten are promised that no copy is older than 35." },

	{ .name = "log.level", .type = CONFIG_TEXT, .fallback = "info", .choices = "debug info warn error",
	  .meaning = "The least important kind of line that is logged." },

	{ .name = "web.workers", .type = CONFIG_INT, .fallback = "0", .min = 0, .max = 256,
	  .meaning = "Worker processes of each page program; 0: each program's own number." },
	{ .name = "web.request_limit", .type = CONFIG_INT, .fallback = "10000", .min = 1, .max = 1000000000,
	  .meaning = "Requests after which a worker makes room for a fresh one." },
	{ .name = "web.page_memory", .type = CONFIG_INT, .fallback = "2097152", .min = 0, .max = 268435456,
	  .meaning = "Bytes of whole pages of lists, of home pages and pages of text that a worker keeps while the catalogue stays as it is; 0: none." },
	{ .name = "web.deadline_ms", .type = CONFIG_INT, .fallback = "25000", .min = 100, .max = 600000,
	  .meaning = "The longest a request may take, in ms; keep it below the web server's own limit." },
	{ .name = "web.secure_cookies", .type = CONFIG_BOOL, .fallback = "yes",
	  .meaning = "Cookies travel over HTTPS only; no is for development over plain HTTP." },
	{ 0 }
};
#define SETTINGS (ARRAY_LEN(config_settings) - 1)

/* What stands in the files: NULL where the default holds. */
static struct {
	void *ctx;
	const char *text[SETTINGS];
	int from[SETTINGS];             /* number of the file it was read from */
	int files;
	char error[512];
} config;

struct reading {
	const char *path;
	FILE *file;
	int line;
	bool failed;
};

static const struct config_setting *find(const char *name, size_t n)
{
	for (const struct config_setting *s = config_settings; s->name != NULL; s++)
		if (strlen(s->name) == n && memcmp(s->name, name, n) == 0)
			return s;
	return NULL;
}

static bool parse_bool(const char *text, bool *out)
{
	static const char *const words[][2] = {
		{ "no", "yes" }, { "false", "true" }, { "off", "on" }, { "0", "1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		for (int yes = 0; yes < 2; yes++) {
			if (strcmp(text, words[i][yes]) == 0) {
				*out = yes;
				return true;
			}
		}
	}
	return false;
}

PRINTF_LIKE(2, 3)
static int refuse(struct reading *r, const char *fmt, ...)
{
	va_list args;
	int n;

	if (r->failed)
		return 0;               /* the first error is the one to mend */
	r->failed = true;
	n = r->line > 0 ? snprintf(config.error, sizeof(config.error), "%s:%d: ", r->path, r->line)
			: snprintf(config.error, sizeof(config.error), "%s: ", r->path);
	if (n < 0 || (size_t)n >= sizeof(config.error))
		return 0;
	va_start(args, fmt);
	vsnprintf(config.error + n, sizeof(config.error) - (size_t)n, fmt, args);
	va_end(args);
	return 0;
}

static bool fits(struct reading *r, const struct config_setting *s, const char *value)
{
	int64_t n;
	bool yes;

	switch (s->type) {
	case CONFIG_TEXT:
		if (s->choices != NULL && !word_in(value, s->choices))
			return refuse(r, "The setting %s is one of: %s.", s->name, s->choices);
		return true;
	case CONFIG_INT:
		if (!parse_int(value, s->min, s->max, &n))
			return refuse(r, "The setting %s is a whole number from %lld to %lld.", s->name,
				      (long long)s->min, (long long)s->max);
		return true;
	case CONFIG_BOOL:
		if (!parse_bool(value, &yes))
			return refuse(r, "The setting %s is yes or no.", s->name);
		return true;
	case CONFIG_PATH:
		if (*value != '/' && *value != '\0')
			return refuse(r, "The setting %s is a path from the root (/...).", s->name);
		return true;
	case CONFIG_ORIGIN:
		if (!http_is_origin(value))
			return refuse(r, "The setting %s is https://HOST, perhaps with a port, and no slash at its end.", s->name);
		return true;
	}
	BUG("setting %s is of no type", s->name);
}

/* Called by inih for each NAME = VALUE. */
static int take(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;
	const struct config_setting *s;
	char full[128];
	int n = snprintf(full, sizeof(full), "%s.%s", section, name);

	s = n < 0 || (size_t)n >= sizeof(full) ? NULL : find(full, (size_t)n);
	if (s == NULL)
		return refuse(r, "There is no setting %.120s.", full);
	if (config.from[s - config_settings] == config.files)
		return refuse(r, "The setting %s is given twice.", s->name);
	if (!utf8_valid(value, strlen(value)))
		return refuse(r, "The value of %s is not UTF-8.", s->name);
	if (!fits(r, s, value))
		return 0;
	config.text[s - config_settings] = mem_strdup(config.ctx, value);
	config.from[s - config_settings] = config.files;
	return 1;
}

/* inih cuts what is longer than its buffer, and does not tell a handler the line. */
static char *read_line(char *line, int size, void *stream)
{
	struct reading *r = stream;
	size_t n;

	if (fgets(line, size, r->file) == NULL)
		return NULL;
	r->line++;
	n = strlen(line);
	if ((n == 0 || line[n - 1] != '\n') && !feof(r->file)) {
		refuse(r, "The line is longer than %d bytes, or holds a NUL.", size - 2);
		return NULL;
	}
	return line;
}

/* Reads one file over those before it; one that is not there is no error unless it MUST. */
static bool read_settings(const char *path, bool must)
{
	struct reading r = { .path = path };
	int line;

	r.file = fopen(path, "re");
	if (r.file == NULL) {
		if (errno == ENOENT && !must)
			return true;
		refuse(&r, "The file cannot be read: %s.", strerror(errno));
		return false;
	}
	config.files++;
	line = ini_parse_stream(read_line, &r, take, &r);
	if (ferror(r.file)) {
		r.line = 0;
		refuse(&r, "The file cannot be read: %s.", strerror(errno));
	} else if (line > 0) {
		r.line = line;
		refuse(&r, "This is no [section], no name = value and no comment.");
	} else if (line < 0) {
		refuse(&r, "The file cannot be read.");
	}
	fclose(r.file);
	return !r.failed;
}

static int is_conf(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".conf") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The files NAME.conf of a directory, in the order of their names. */
static bool read_directory(const char *path)
{
	struct dirent **entries;
	struct reading r = { .path = path };
	int n = scandir(path, &entries, is_conf, by_bytes);
	bool ok = n >= 0 || errno == ENOENT;

	if (!ok)
		refuse(&r, "The directory cannot be read: %s.", strerror(errno));
	for (int i = 0; i < n; i++) {
		ok = ok && read_settings(mem_printf(config.ctx, "%s/%s", path, entries[i]->d_name), false);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return ok;
}

bool config_load(const char **error)
{
	const char *asked = getenv("SUTLER_CONFIG");
	const char *path = asked != NULL ? asked : SUTLER_SYSCONFDIR "/sutler.conf";

	mem_free(config.ctx);
	memset(&config, 0, sizeof(config));
	config.ctx = mem_context(NULL, "config");
	*error = config.error;
	return read_directory(mem_printf(config.ctx, "%s.d", path)) && read_settings(path, asked != NULL);
}

/* TYPES: BIT(enum config_type) of those that will do. */
static const char *value_of(const char *name, unsigned types)
{
	const struct config_setting *s = find(name, strlen(name));

	if (s == NULL || (BIT(s->type) & types) == 0)
		BUG("no setting %s of the type it is asked for", name);
	return config.text[s - config_settings] != NULL ? config.text[s - config_settings] : s->fallback;
}

const char *config_text(const char *name)
{
	return value_of(name, BIT(CONFIG_TEXT) | BIT(CONFIG_PATH) | BIT(CONFIG_ORIGIN));
}

int64_t config_int(const char *name)
{
	int64_t n;

	if (!parse_int(value_of(name, BIT(CONFIG_INT)), INT64_MIN, INT64_MAX, &n))
		BUG("the default of %s is no number", name);
	return n;
}

bool config_bool(const char *name)
{
	bool yes;

	if (!parse_bool(value_of(name, BIT(CONFIG_BOOL)), &yes))
		BUG("the default of %s is neither yes nor no", name);
	return yes;
}

void config_print(struct buf *out)
{
	const char *section = "";

	for (size_t i = 0; i < SETTINGS; i++) {
		const struct config_setting *s = &config_settings[i];
		int n = (int)(strchr(s->name, '.') - s->name);
		const char *value;

		if (strncmp(section, s->name, (size_t)n + 1) != 0)
			buf_printf(out, "%s[%.*s]\n", i == 0 ? "" : "\n", n, s->name);
		section = s->name;
		buf_printf(out, "# %s\n", s->meaning);
		value = config.text[i] == NULL ? s->fallback : config.text[i];
		buf_printf(out, "%s%s =%s%s\n", config.text[i] == NULL ? "#" : "", s->name + n + 1,
			   *value == '\0' ? "" : " ", value);
	}
}
