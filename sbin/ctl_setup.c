/* sutlerctl setup -- one command from an installed package to a shop that can sell.
 *
 * Every answer is a row of questions[]: an option, what is asked at a terminal, the default, what is
 * a good one.  All of them are checked before anything is done.  Then the database is made and brought
 * to this release where that is needed, a store file (sutler-import(5)) is made of the answers and comes
 * in like any other, the owner is invited, and the web server is told.  What is there already stays. */
#include "base/locale.h"
#include "base/mem.h"
#include "base/config.h"
#include "base/text.h"
#include "base/utf8.h"
#include "sbin/ctl.h"
#include "sbin/ctl_presets.h"
#include "shop/country.h"
#include "shop/import_store.h"
#include "shop/pricing.h"

#include <ctype.h>
#include <sysexits.h>
#include <unistd.h>

#define OWNER "_sutler-owner"
/* Characters of a name, as an import takes it. */
#define LINE_MAX_CHARS 200

enum {
	HOST, ADMIN_HOST, STORE, NAME, TENANT, COUNTRY, LOCALE, CURRENCY, TIMEZONE, TAX_RATE, DELIVERY_PRICE, PAYMENT, BANK_ACCOUNT,
	OWNER_EMAIL, OWNER_NAME, EMAIL, LEGAL_NAME, TAX_ID, STREET, POSTAL_CODE, CITY, PHONE, ORIGIN, ADMIN_ORIGIN, QUESTIONS
};

static const char *answer[QUESTIONS];
static char why[256];

static const char *sentence(const char *fmt, ...) PRINTF_LIKE(1, 2);
static const char *sentence(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	return why;
}

/* ---- what is a good answer: NULL, or a sentence --------------------------------- */

static const char *good_host(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > 253 || strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") != n || !isalnum((unsigned char)s[0])
	    || !isalnum((unsigned char)s[n - 1]) || strstr(s, "..") != NULL)
		return sentence("a host name in small letters, without scheme and port, such as shop.example.org");
	return NULL;
}

static const char *good_code(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > 32 || !isalnum((unsigned char)s[0]) || strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != n)
		return sentence("a short name of a-z, 0-9 and -, at most 32 characters");
	return NULL;
}

static const char *good_line(const char *s)
{
	if (text_clean(ctl_mem, s, strlen(s), TEXT_LINE) == NULL || strlen(s) > LINE_MAX_CHARS)
		return sentence("one line of text, at most %d bytes", LINE_MAX_CHARS);
	return NULL;
}

static const char *good_name(const char *s)
{
	return *s == '\0' ? sentence("a name that people read") : good_line(s);
}

static const char *good_country(const char *s)
{
	return strlen(s) == 2 && country_known(s) ? NULL : sentence("a country's two capitals (ISO 3166), such as DE");
}

static const char *good_locale(const char *s)
{
	bool ok = strlen(s) >= 5 && strlen(s) <= 6 && strchr(s, '-') != NULL;
	size_t n = ok ? strcspn(s, "-") : 0;

	ok = ok && n >= 2 && n <= 3 && strlen(s + n) == 3 && isupper((unsigned char)s[n + 1]) && isupper((unsigned char)s[n + 2]);
	for (size_t i = 0; ok && i < n; i++)
		ok = islower((unsigned char)s[i]);
	if (!ok || strcmp(locale_tag(locale_get(s)), s) != 0)
		return sentence("a language and a country, such as en-GB or es-ES");
	return NULL;
}

static const char *good_currency(const char *s)
{
	return strlen(s) == 3 && isupper((unsigned char)s[0]) && currency_exponent(s) >= 0 ? NULL
		: sentence("a currency of three capitals (ISO 4217), such as EUR");
}

static const char *good_timezone(const char *s)
{
	if (*s == '\0' || *s == '/' || strstr(s, "..") != NULL
	    || strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/+-") != strlen(s))
		return sentence("a time zone such as Europe/Berlin");
	return NULL;
}

static const char *good_rate(const char *s)
{
	int64_t n;

	if (*s == '\0')
		return NULL;
	if (!parse_money(s, 4, &n) || n < 0 || n > INT64_C(1000000))
		return sentence("a rate in percent from 0 to 100, such as 19 or 5.5");
	return NULL;
}

static const char *good_price(const char *s)
{
	int64_t minor;
	const char *currency = answer[CURRENCY];

	if (currency == NULL || currency_exponent(currency) < 0)
		return NULL;            /* that is said already */
	if (!parse_money(s, currency_exponent(currency), &minor) || minor < 0 || minor > PRICING_MAX_PRICE)
		return sentence("an amount in %s, such as 4.90; 0 is free", currency);
	return NULL;
}

static const char *good_payment(const char *s)
{
	return word_in(s, "bank_transfer cod none") ? NULL : sentence("one of bank_transfer, cod (cash on delivery), none");
}

static const char *good_email(const char *s)
{
	const char *at = strchr(s, '@');

	if (at == NULL || at == s || at[1] == '\0' || strchr(at + 1, '@') != NULL || strpbrk(s, " \t<>,;\"") != NULL)
		return sentence("a mail address");
	return good_line(s);
}

static const char *good_origin(const char *s)
{
	const char *host = strncmp(s, "https://", 8) == 0 ? s + 8 : strncmp(s, "http://", 7) == 0 ? s + 7 : NULL;

	if (*s != '\0' && (host == NULL || *host == '\0' || strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-:") != strlen(host)))
		return sentence("https://HOST, perhaps with a port, and no slash at its end");
	return NULL;
}

/* ---- what is meant when nobody says ---------------------------------------------- */

static const struct ctl_preset *preset(void)
{
	return ctl_preset(answer[COUNTRY]);
}

/* "de_DE.UTF-8" of the environment as "de-DE", or NULL. */
static const char *system_locale(void)
{
	const char *said = getenv("LC_ALL");
	char *tag;

	if (said == NULL || *said == '\0')
		said = getenv("LANG");
	if (said == NULL || strcspn(said, "_") != 2 || strlen(said) < 5)
		return NULL;
	tag = mem_strndup(ctl_mem, said, 5);
	tag[2] = '-';
	return good_locale(tag) == NULL ? tag : NULL;
}

static const char *default_admin_host(void)
{
	return answer[HOST] == NULL ? NULL : mem_printf(ctl_mem, "admin.%s", strncmp(answer[HOST], "www.", 4) == 0 ? answer[HOST] + 4 : answer[HOST]);
}

/* The first word of the host that is not everybody's: acme of www.acme.example and of shop.acme.example. */
static const char *default_store(void)
{
	const char *s = answer[HOST];

	while (s != NULL && strchr(s, '.') != NULL && (strncmp(s, "www.", 4) == 0 || strncmp(s, "shop.", 5) == 0 || strncmp(s, "store.", 6) == 0))
		s = strchr(s, '.') + 1;
	return s == NULL || *s == '\0' ? NULL : mem_strndup(ctl_mem, s, strcspn(s, ".") < 32 ? strcspn(s, ".") : 32);
}

static const char *default_name(void)
{
	char *name = answer[STORE] == NULL ? NULL : mem_strdup(ctl_mem, answer[STORE]);

	if (name != NULL)
		name[0] = (char)toupper((unsigned char)name[0]);
	return name;
}

static const char *default_tenant(void)
{
	return answer[STORE];
}

static const char *default_country(void)
{
	const char *tag = system_locale();

	return tag == NULL ? NULL : tag + 3;
}

static const char *default_locale(void)
{
	const char *system = system_locale();

	if (system != NULL && answer[COUNTRY] != NULL && strcmp(system + 3, answer[COUNTRY]) == 0)
		return system;
	return preset() != NULL ? preset()->locale : system;
}

static const char *default_currency(void)
{
	return preset() != NULL ? preset()->currency : NULL;
}

static const char *default_timezone(void)
{
	FILE *f = fopen("/etc/timezone", "re");
	char line[100] = "";

	if (f != NULL) {
		if (fgets(line, sizeof(line), f) == NULL)
			line[0] = '\0';
		fclose(f);
	}
	line[strcspn(line, "\n")] = '\0';
	if (line[0] != '\0' && strcmp(line, "Etc/UTC") != 0 && good_timezone(line) == NULL)
		return mem_strdup(ctl_mem, line);
	return preset() != NULL ? preset()->timezone : "UTC";
}

static const char *default_rate(void)
{
	return preset() != NULL ? preset()->tax_rate : "";
}

static const char *default_free(void)
{
	return "0";
}

static const char *default_payment(void)
{
	return "bank_transfer";
}

static const char *default_email(void)
{
	return answer[OWNER_EMAIL];
}

static const char *default_nothing(void)
{
	return "";
}

/* A default of NULL must be answered. */
static const struct question {
	const char *option, *asks;      /* asks NULL: it is an option alone */
	const char *(*fallback)(void);
	const char *(*wrong)(const char *value);
	int from;                       /* its default follows from that answer (+ 1), which is missed first */
} questions[QUESTIONS] = {
	[HOST] = { "host", "Host name of the store", NULL, good_host },
	[ADMIN_HOST] = { "admin-host", "Host name of the console for staff", default_admin_host, good_host, HOST + 1 },
	[STORE] = { "store", "Short name of the store, for commands", default_store, good_code, HOST + 1 },
	[NAME] = { "name", "Name of the store", default_name, good_name, HOST + 1 },
	[TENANT] = { "tenant", NULL, default_tenant, good_code, HOST + 1 },
	[COUNTRY] = { "country", "Country (two letters)", default_country, good_country },
	[LOCALE] = { "locale", "Language", default_locale, good_locale, COUNTRY + 1 },
	[CURRENCY] = { "currency", "Currency", default_currency, good_currency, COUNTRY + 1 },
	[TIMEZONE] = { "timezone", "Time zone", default_timezone, good_timezone },
	[TAX_RATE] = { "tax-rate", "Rate of value added tax in percent (empty: none)", default_rate, good_rate },
	[DELIVERY_PRICE] = { "delivery-price", "Price of delivery within the country (0 is free)", default_free, good_price },
	[PAYMENT] = { "payment", "How buyers pay: bank_transfer, cod or none", default_payment, good_payment },
	[BANK_ACCOUNT] = { "bank-account", "Account that they pay to, as they read it", default_nothing, good_line },
	[OWNER_EMAIL] = { "owner-email", "Mail address of the owner", NULL, good_email },
	[OWNER_NAME] = { "owner-name", "Name of the owner", default_nothing, good_line },
	[EMAIL] = { "email", "Mail address that buyers write to", default_email, good_email, OWNER_EMAIL + 1 },
	[LEGAL_NAME] = { "legal-name", NULL, default_nothing, good_line },
	[TAX_ID] = { "tax-id", NULL, default_nothing, good_line },
	[STREET] = { "street", NULL, default_nothing, good_line },
	[POSTAL_CODE] = { "postal-code", NULL, default_nothing, good_line },
	[CITY] = { "city", NULL, default_nothing, good_line },
	[PHONE] = { "phone", NULL, default_nothing, good_line },
	[ORIGIN] = { "origin", NULL, default_nothing, good_origin },
	[ADMIN_ORIGIN] = { "admin-origin", NULL, default_nothing, good_origin },
};

struct how {
	bool no_questions, no_webserver, print, help;
};

/* ---- asking ---------------------------------------------------------------------- */

/* Asks for answer I until it is a good one; false at the end of input. */
static bool ask(size_t i)
{
	const struct question *q = &questions[i];
	const char *fallback = q->fallback != NULL ? q->fallback() : NULL;

	for (;;) {
		static char line[1024];
		const char *value, *wrong;

		printf("%s%s%s%s: ", q->asks, fallback != NULL && *fallback != '\0' ? " [" : "", fallback != NULL ? fallback : "",
		       fallback != NULL && *fallback != '\0' ? "]" : "");
		fflush(stdout);
		if (fgets(line, sizeof(line), stdin) == NULL)
			return false;
		line[strcspn(line, "\n")] = '\0';
		value = line[0] != '\0' ? line : fallback != NULL ? fallback : "";
		wrong = q->wrong(value);
		if (wrong == NULL) {
			answer[i] = mem_strdup(ctl_mem, value);
			return true;
		}
		printf("  Please give %s.\n", wrong);
	}
}

/* Fills in what was not said, and says of every option what is wrong with it. */
static bool complete(const struct how *how)
{
	bool terminal = !how->no_questions && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO), ok = true;

	for (size_t i = 0; i < QUESTIONS; i++) {
		const struct question *q = &questions[i];
		bool said = answer[i] != NULL;
		const char *wrong;

		if (answer[i] == NULL && terminal && q->asks != NULL && (i != BANK_ACCOUNT || strcmp(answer[PAYMENT], "bank_transfer") == 0)) {
			if (!ask(i)) {
				putchar('\n');
				ctl_fail("the answers ended: nothing was done");
				return false;
			}
			continue;
		}
		if (answer[i] == NULL && q->fallback != NULL)
			answer[i] = q->fallback();
		if (answer[i] == NULL) {
			if (q->from == 0 || answer[q->from - 1] != NULL)
				ctl_fail("--%s is missing", q->option);
			ok = false;
		} else if ((wrong = q->wrong(answer[i])) != NULL) {
			/* What follows from a wrong answer is not somebody's mistake. */
			if (said || q->from == 0)
				ctl_fail("--%s %s: please give %s", q->option, answer[i], wrong);
			ok = false;
		}
	}
	if (ok && strcmp(answer[HOST], answer[ADMIN_HOST]) == 0) {
		ctl_fail("--admin-host %s: store and console need hosts of their own", answer[ADMIN_HOST]);
		ok = false;
	}
	return ok;
}

/* ---- the store file -------------------------------------------------------------- */

static const char *translated(const char *words)
{
	const char *language = mem_strndup(ctl_mem, answer[LOCALE], strcspn(answer[LOCALE], "-"));

	return text_get(text_open(ctl_mem, config_text("paths.messages"), language), words);
}

static void setting(struct buf *out, const char *key, const char *value)
{
	if (*value != '\0')
		buf_printf(out, "%s = %s\n", key, value);
}

static void section_host(struct buf *out, const char *host, const char *kind, const char *origin)
{
	buf_printf(out, "\n[host %s]\nkind = %s\nprimary = yes\norigin = ", host, kind);
	if (*origin != '\0')
		buf_adds(out, origin);
	else
		buf_printf(out, "https://%s", host);
	buf_addc(out, '\n');
}

static void section_payment(struct buf *out, const char *language)
{
	const char *way = answer[PAYMENT];

	if (strcmp(way, "bank_transfer") == 0) {
		buf_printf(out, "\n[payment bank_transfer]\nname.%s = %s\ninstructions.%s = ", language, translated(N_("Bank transfer")), language);
		if (*answer[BANK_ACCOUNT] != '\0')
			buf_printf(out, "%s\n\t%s\n", translated(N_("Please transfer the total with your order number as the reference:")), answer[BANK_ACCOUNT]);
		else
			buf_printf(out, "%s\n", translated(N_("We send you our bank details by mail. Please transfer the total with your order number as the reference.")));
	} else if (strcmp(way, "cod") == 0) {
		buf_printf(out, "\n[payment cod]\nname.%s = %s\ncountries = %s\n", language, translated(N_("Cash on delivery")), answer[COUNTRY]);
	}
}

/* TENANT_NAME: of a tenant that is there already, else NULL; WAREHOUSES: its own, as sections. */
static const char *store_file(const char *tenant_name, const char *warehouses)
{
	struct buf *out = buf_new(ctl_mem);
	const char *language = mem_strndup(ctl_mem, answer[LOCALE], strcspn(answer[LOCALE], "-"));
	int64_t price = 0;

	buf_printf(out, "; Made by sutlerctl setup.\n[tenant]\nslug = %s\nname = %s\n", answer[TENANT], tenant_name != NULL ? tenant_name : answer[NAME]);
	buf_printf(out, "\n[store]\ncode = %s\nname = %s\nlocales = %s\ncurrencies = %s\ncountry = %s\ntimezone = %s\nstatus = active\n",
		   answer[STORE], answer[NAME], answer[LOCALE], answer[CURRENCY], answer[COUNTRY], answer[TIMEZONE]);
	setting(out, "contact_email", answer[EMAIL]);
	setting(out, "legal_name", answer[LEGAL_NAME]);
	setting(out, "tax_id", answer[TAX_ID]);
	setting(out, "street", answer[STREET]);
	setting(out, "postal_code", answer[POSTAL_CODE]);
	setting(out, "city", answer[CITY]);
	setting(out, "contact_phone", answer[PHONE]);
	section_host(out, answer[HOST], "store", answer[ORIGIN]);
	section_host(out, answer[ADMIN_HOST], "admin", answer[ADMIN_ORIGIN]);
	if (*warehouses != '\0')
		buf_adds(out, warehouses);
	else
		buf_printf(out, "\n[warehouse MAIN]\nname = %s\ncountry = %s\npriority = 1\n", answer[NAME], answer[COUNTRY]);
	buf_printf(out, "\n[tax-class standard]\nname.%s = %s\n", language, translated(N_("Standard rate")));
	if (*answer[TAX_RATE] != '\0')
		buf_printf(out, "\n[tax standard]\nclass = standard\ncountry = %s\nrate = %s\nname = %s %s%%\ncustomer = any\n", answer[COUNTRY],
			   answer[TAX_RATE], preset() != NULL ? preset()->tax_name : "VAT", answer[TAX_RATE]);
	parse_money(answer[DELIVERY_PRICE], currency_exponent(answer[CURRENCY]), &price);
	buf_printf(out, "\n[delivery standard]\nkind = flat\ncountries = %s\nprice.%s = %s\nname.%s = %s\n", answer[COUNTRY], answer[CURRENCY],
		   answer[DELIVERY_PRICE], language, price == 0 ? translated(N_("Free delivery")) : translated(N_("Standard delivery")));
	section_payment(out, language);
	buf_printf(out, "\n[block featured]\nkind = featured\ntitle.%s = %s\n\n[block categories]\nkind = categories\ntitle.%s = %s\n", language,
		   translated(N_("Featured")), language, translated(N_("Categories")));
	return out->data;
}

/* ---- doing it, as the owner of the schema ----------------------------------------- */

/* Prints the faults of a store file that was made of the answers. */
static int refuse(struct stage *s, struct report *report)
{
	const char *reason;

	for (size_t i = 0; i < report->kept; i++)
		ctl_fail("%s: %s", report->faults[i].column, report->faults[i].message);
	if (stage_failed(s, &reason))
		ctl_fail("%s", reason);
	stage_rollback(s);
	return ctl_fail("the store was not made");
}

static int import(PGconn *conn, const char *text)
{
	const struct import_pictures none = { .workers = 1 };
	struct report report;
	struct stage *s;
	const char *reason;

	report_init(&report, ctl_mem, "setup");
	s = stage_begin(ctl_mem, conn, &report);
	import_store(ctl_mem, s, &report, text, strlen(text), &none);
	if (report.errors > 0 || stage_failed(s, &reason) || !stage_commit(s))
		return refuse(s, &report);
	printf("made the store %s at %s\n", answer[STORE], answer[HOST]);
	return 0;
}

/* The warehouses that this merchant has, as sections of a store file: a second store shares them. */
static const char *warehouses_of(PGconn *conn, const char *tenant)
{
	struct buf *out = buf_new(ctl_mem);
	const PGresult *list;

	ctl_ask(conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, false)", &tenant, 1);
	list = ctl_ask(conn, "SELECT code, name, country FROM inventory.warehouse WHERE tenant_id = $1::uuid ORDER BY code", &tenant, 1);
	for (int i = 0; list != NULL && i < PQntuples(list); i++)
		buf_printf(out, "\n[warehouse %s]\nname = %s\ncountry = %s\npriority = %d\n", PQgetvalue(list, i, 0), PQgetvalue(list, i, 1),
			   PQgetvalue(list, i, 2), i + 1);
	return out->data;
}

/* Whether the store is to be made: 1 yes, 0 it is there, -1 after a sentence. */
static int wanted(PGconn *conn, const char **tenant)
{
	const char *slug = answer[TENANT];
	const PGresult *host = ctl_ask(conn, "SELECT tenant_id, store_id FROM tenancy.host WHERE host = $1", &answer[HOST], 1);
	const PGresult *admin = ctl_ask(conn, "SELECT tenant_id, kind FROM tenancy.host WHERE host = $1", &answer[ADMIN_HOST], 1);
	const char *params[2], *store;

	*tenant = ctl_one(conn, "SELECT tenant_id FROM tenancy.tenant WHERE slug = $1", &slug, 1);
	if (host == NULL || admin == NULL)
		return -1;
	params[0] = *tenant;
	params[1] = answer[STORE];
	if (**tenant != '\0')
		ctl_ask(conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, false)", params, 1);
	store = **tenant == '\0' ? "" : ctl_one(conn, "SELECT store_id FROM tenancy.store WHERE tenant_id = $1::uuid AND code = $2", params, 2);
	if (PQntuples(host) == 1 && (*store == '\0' || strcmp(PQgetvalue(host, 0, 1), store) != 0)) {
		ctl_fail("--host %s: another store answers there", answer[HOST]);
		return -1;
	}
	if (*store != '\0' && PQntuples(host) == 0) {
		ctl_fail("--store %s: this store is there already, at another host: the console or sutlerctl import store changes it", answer[STORE]);
		return -1;
	}
	if (PQntuples(admin) == 1 && (**tenant == '\0' || strcmp(PQgetvalue(admin, 0, 0), *tenant) != 0 || strcmp(PQgetvalue(admin, 0, 1), "admin") != 0)) {
		ctl_fail("--admin-host %s: something else answers there", answer[ADMIN_HOST]);
		return -1;
	}
	return *store == '\0';
}

static int invite(PGconn *conn, const char *tenant)
{
	const char *params[] = { tenant, answer[OWNER_EMAIL] };
	const PGresult *there;

	if (ctl_ask(conn, "BEGIN", NULL, 0) == NULL || ctl_ask(conn, "SELECT pg_catalog.set_config('sutler.tenant', $1, true)", params, 1) == NULL)
		return 1;
	there = ctl_ask(conn, "SELECT p.state FROM staff.person p JOIN staff.assignment a USING (tenant_id, staff_id) JOIN staff.role r USING (tenant_id, role_id)"
			" WHERE p.tenant_id = $1::uuid AND p.email_key = pg_catalog.lower($2) AND r.is_owner", params, 2);
	if (there == NULL)
		return 1;
	if (PQntuples(there) > 0) {
		ctl_ask(conn, "ROLLBACK", NULL, 0);
		if (strcmp(PQgetvalue(there, 0, 0), "invited") == 0)
			printf("%s is invited as owner already: sutlerctl staff owner %s --tenant %s makes a new link\n", answer[OWNER_EMAIL], answer[OWNER_EMAIL], answer[TENANT]);
		else
			printf("%s is an owner already\n", answer[OWNER_EMAIL]);
		return 0;
	}
	printf("the owner %s comes in by this link, once, within a day:\n  ", answer[OWNER_EMAIL]);
	return ctl_make_owner(conn, answer[TENANT], answer[OWNER_NAME], answer[OWNER_EMAIL]);
}

static int work(void *arg)
{
	const char *tenant, *name, *warehouses = "";
	PGconn *conn = ctl_connect();
	int make, status = 0;

	(void)arg;
	if (conn == NULL)
		return 1;
	if (ctl_ask(conn, "SET client_min_messages = warning", NULL, 0) == NULL || (make = wanted(conn, &tenant)) < 0)
		status = 1;
	else if (make == 0)
		printf("the store %s is there already and stays as it is\n", answer[STORE]);
	else {
		name = *tenant == '\0' ? NULL : ctl_one(conn, "SELECT name FROM tenancy.tenant WHERE tenant_id = $1::uuid", &tenant, 1);
		if (name != NULL)
			warehouses = warehouses_of(conn, tenant);
		status = import(conn, store_file(name, warehouses));
		tenant = ctl_one(conn, "SELECT tenant_id FROM tenancy.tenant WHERE slug = $1", &answer[TENANT], 1);
	}
	if (status == 0)
		status = invite(conn, tenant);
	PQfinish(conn);
	return status;
}

/* ---- the database ----------------------------------------------------------------- */

static int knock(void *arg)
{
	PGconn *conn = PQconnectdb(ctl_conninfo());
	bool ok = PQstatus(conn) == CONNECTION_OK;

	(void)arg;
	if (!ok)
		fputs(PQerrorMessage(conn), stdout);
	PQfinish(conn);
	return ok ? 0 : 1;
}

static int migrate(void *arg)
{
	char *argv[] = { arg, NULL };
	PGconn *conn = ctl_connect();
	int waiting = conn == NULL ? -1 : ctl_migrations_waiting(conn);

	PQfinish(conn);
	return waiting < 0 ? 1 : waiting == 0 ? 0 : ctl_migrate(1, argv);
}

/* A database of this release, made where there is none. */
static bool database(void)
{
	char *argv[] = { (char[]){ "database" }, NULL };
	const char *said;

	if (ctl_as(OWNER, knock, NULL, &said) != 0) {
		if (geteuid() != 0) {
			ctl_fail("no database: %s", said);
			ctl_fail("root makes it with sutlerctl setup or sutlerctl database");
			return false;
		}
		if (ctl_database(1, argv) != 0) {
			ctl_fail("there is no database. On this host: apt install postgresql, and then sutlerctl setup again. On another machine: "
				 "see \"A database elsewhere\" in the guide (sutler-doc), and say where it is in /etc/sutler/sutler.conf");
			return false;
		}
	}
	if (ctl_as(OWNER, migrate, (char[]){ "migrate" }, NULL) != 0)
		return false;
	ctl_ready();
	return true;
}

static void print_help(void)
{
	puts("usage: sutlerctl setup [--OPTION VALUE ...] [--no-questions] [--no-webserver] [--print]\n\n"
	     "At a terminal it asks what is not said. The options, and what they are without being said:");
	for (size_t i = 0; i < QUESTIONS; i++)
		printf("  --%-15s %s%s\n", questions[i].option, questions[i].asks != NULL ? questions[i].asks : "", questions[i].fallback == NULL ? " (needed)" : "");
}

static bool read_options(int argc, char **argv, struct how *how)
{
	struct ctl_option options[QUESTIONS + 5] = { { 0 } };
	int nwords;

	for (size_t i = 0; i < QUESTIONS; i++)
		options[i] = (struct ctl_option){ questions[i].option, &answer[i], NULL };
	options[QUESTIONS] = (struct ctl_option){ "no-questions", NULL, &how->no_questions };
	options[QUESTIONS + 1] = (struct ctl_option){ "no-webserver", NULL, &how->no_webserver };
	options[QUESTIONS + 2] = (struct ctl_option){ "print", NULL, &how->print };
	options[QUESTIONS + 3] = (struct ctl_option){ "help", NULL, &how->help };
	return ctl_options(argc, argv, options, &nwords) != NULL && nwords == 0;
}

int ctl_setup(int argc, char **argv)
{
	struct how how = { 0 };
	int status;

	if (!read_options(argc, argv, &how)) {
		print_help();
		return EX_USAGE;
	}
	if (how.help) {
		print_help();
		return 0;
	}
	if (!complete(&how))
		return EX_USAGE;
	if (how.print) {
		fputs(store_file(NULL, ""), stdout);
		return 0;
	}
	if (!database())
		return 1;
	status = ctl_as(OWNER, work, NULL, NULL);
	/* A checkout has none of its own. */
	if (status == 0 && !how.no_webserver && geteuid() == 0 && access(SUTLER_LIBEXECDIR "/webserver", X_OK) == 0)
		status = ctl_run((const char *[]){ SUTLER_LIBEXECDIR "/webserver", "auto", NULL });
	if (status == 0 && strcmp(answer[PAYMENT], "bank_transfer") == 0 && *answer[BANK_ACCOUNT] == '\0')
		puts("buyers read that you mail them your bank account: say it to them in the console, Settings, Payment");
	if (status == 0)
		puts("sutlerctl doctor says whether all is well");
	return status;
}
