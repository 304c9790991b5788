#include "sbin/launch.h"

#include "base/mem.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The columns, in their order; the table names them in its own head. */
enum { NAME, KIND, PREFIXES, WORKERS, BODY, MEMORY, NETWORK, WRITES, READS, SCHEDULE, COLUMNS };
static const char columns[] = "name kind prefixes workers body memory network writes reads schedule";

/* What a group of files is called after it. */
static const struct {
	const char *files, *group;
} file_groups[] = {
	{ "media", "_sutler-media" },
	{ "private", "_sutler-private" },
	{ "downloads", "_sutler-downloads" },
	{ "secrets", "_sutler-secrets" },
	{ "probe", "_sutler-probe" },
	{ "backup", "_sutler-backups" },
	{ "counters", NULL },           /* the groups of all programs that serve: sysusers.d made the user a member */
};

bool launch_cell_has(const char *cell, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = cell; *at != '\0'; at += *at == ',') {
		size_t length = strcspn(at, ",");

		if (length == n && memcmp(at, name, n) == 0)
			return true;
		at += length;
	}
	return false;
}

/* Is every name of a cell one of file_groups? */
static bool cell_is_known(const char *cell)
{
	for (const char *at = cell; *at != '\0'; at += *at == ',') {
		size_t length = strcspn(at, ","), i = 0;

		while (i < ARRAY_LEN(file_groups) &&
		       (strlen(file_groups[i].files) != length || memcmp(at, file_groups[i].files, length) != 0))
			i++;
		if (i == ARRAY_LEN(file_groups))
			return false;
		at += length;
	}
	return true;
}

static bool number(const char *text, long least, long most, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && *out >= least && *out <= most;
}

/* The kinds of schedule, taken apart; every = 0: once a day, or on Sundays. */
struct schedule {
	long every_m, hour, minute;
	bool weekly;
};

static bool at_hour(const char *text, const char *kind, struct schedule *out)
{
	size_t length = strlen(kind);
	int n = 0, hour, minute;

	if (strncmp(text, kind, length) != 0 || sscanf(text + length, "%2d:%2d%n", &hour, &minute, &n) != 2 || text[length + (size_t)n] != '\0' || n != 5 ||
	    hour >= 24 || minute >= 60)
		return false;
	out->hour = hour;
	out->minute = minute;
	return true;
}

static bool schedule_parse(const char *text, struct schedule *out)
{
	int n = 0, every;

	*out = (struct schedule){ .every_m = 0 };
	if (sscanf(text, "every-%2dm%n", &every, &n) == 1 && text[n] == '\0' && n > 0 && every >= 1) {
		out->every_m = every;
		return true;
	}
	if (strcmp(text, "hourly") == 0) {
		out->every_m = 60;
		out->minute = 17;       /* as the units and the cron table have it */
		return true;
	}
	out->weekly = at_hour(text, "weekly-", out);
	return out->weekly || at_hour(text, "daily-", out);
}

bool launch_due(const char *schedule, long long minute)
{
	struct schedule s;

	if (!schedule_parse(schedule, &s))
		return false;
	if (s.every_m > 0)
		return minute % s.every_m == s.minute % s.every_m;
	/* The first day of 1970 was a Thursday. */
	if (s.weekly && minute / 1440 % 7 != 3)
		return false;
	return minute % 1440 == s.hour * 60 + s.minute;
}

static bool kind_parse(const char *text, enum launch_kind *out)
{
	static const char *const names[] = { "page", "service", "job", "resident" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(text, names[i]) == 0) {
			*out = (enum launch_kind)i;
			return true;
		}
	return false;
}

static const char *cell(void *mem, const char *text)
{
	return strcmp(text, "-") == 0 ? "" : mem_strdup(mem, text);
}

/* A name becomes part of paths and users. */
static bool name_is_plain(const char *name)
{
	return *name != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz-")] == '\0';
}

/* What is wrong with the cells of a row, or NULL. */
static const char *row_parse(void *mem, char **cells, struct launch_row *row)
{
	struct schedule s;
	long n;

	row->name = mem_strdup(mem, cells[NAME]);
	row->writes = cell(mem, cells[WRITES]);
	row->reads = cell(mem, cells[READS]);
	row->schedule = cell(mem, cells[SCHEDULE]);
	row->out = strcmp(cells[NETWORK], "out") == 0;
	if (!name_is_plain(row->name))
		return "its name is not of small letters and hyphens";
	if (!kind_parse(cells[KIND], &row->kind))
		return "its kind is none of page, service, job, resident";
	if (number(cells[WORKERS], 1, 256, &n))
		row->workers = (int)n;
	else if (strcmp(cells[WORKERS], "-") != 0 && strcmp(cells[WORKERS], "2c") != 0)
		return "its workers are no number, and not 2c";
	if (!number(cells[MEMORY], 1, 1 << 20, &row->memory_mb))
		return "its memory is no number of megabytes";
	if (!row->out && strcmp(cells[NETWORK], "-") != 0)
		return "its network is neither out nor -";
	if (!cell_is_known(row->writes) || !cell_is_known(row->reads))
		return "it names files that nobody knows";
	if ((row->kind == LAUNCH_JOB || row->kind == LAUNCH_RESIDENT) != (*row->schedule != '\0'))
		return "a job has a schedule, and nothing else has one";
	if (*row->schedule != '\0' && !schedule_parse(row->schedule, &s))
		return "its schedule is not understood";
	return NULL;
}

int launch_rows_read(void *mem, const char *path, struct launch_row *rows, size_t most)
{
	FILE *f = fopen(path, "re");
	char line[1024];
	int count = 0, at = 0;

	if (f == NULL) {
		fprintf(stderr, "sutler-launch: cannot read %s: %s\n", path, strerror(errno));
		return -1;
	}
	while (count >= 0 && fgets(line, sizeof(line), f) != NULL) {
		char *rest = line, *cells[COLUMNS], *word;
		const char *wrong = NULL;
		size_t n = 0;

		at++;
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "# columns: ", 11) == 0 && strcmp(line + 11, columns) != 0)
			wrong = "the columns are not those that this program knows";
		if (wrong == NULL && (line[0] == '#' || line[strspn(line, " \t")] == '\0'))
			continue;
		while (wrong == NULL && (word = strsep(&rest, " \t")) != NULL) {
			if (*word == '\0')
				continue;
			if (n == COLUMNS)
				wrong = "a row has too many cells";
			else
				cells[n++] = word;
		}
		if (wrong == NULL && n < COLUMNS)
			wrong = "a row has too few cells";
		if (wrong == NULL && (size_t)count == most)
			wrong = "there are too many rows";
		if (wrong == NULL)
			wrong = row_parse(mem, cells, &rows[count]);
		if (wrong != NULL) {
			fprintf(stderr, "sutler-launch: %s:%d: %s\n", path, at, wrong);
			count = -1;
			break;
		}
		count++;
	}
	fclose(f);
	if (count == 0) {
		fprintf(stderr, "sutler-launch: %s has no row\n", path);
		return -1;
	}
	return count;
}

static bool has_group(const struct launch_user *u, gid_t gid)
{
	for (size_t i = 0; i < u->group_count; i++)
		if (u->groups[i] == gid)
			return true;
	return gid == u->gid;
}

static bool add_group(struct launch_user *u, const char *name)
{
	const struct group *g = getgrnam(name);

	if (g == NULL) {
		fprintf(stderr, "sutler-launch: there is no group %s; systemd-sysusers makes it from sysusers.d/sutler.conf\n", name);
		return false;
	}
	if (!has_group(u, g->gr_gid))
		u->groups[u->group_count++] = g->gr_gid;
	return true;
}

/* All that /etc/group says of the user, beside his own and those that he has. */
static bool add_own_groups(struct launch_user *u, const char *name)
{
	gid_t found[ARRAY_LEN(u->groups)];
	int n = (int)(ARRAY_LEN(found) - u->group_count);

	if (getgrouplist(name, u->gid, found, &n) < 0) {
		fprintf(stderr, "sutler-launch: %s is in more than %zu groups\n", name, ARRAY_LEN(u->groups));
		return false;
	}
	for (int i = 0; i < n; i++)
		if (!has_group(u, found[i]))
			u->groups[u->group_count++] = found[i];
	return true;
}

bool launch_user_find(void *mem, const struct launch_row *row, struct launch_user *out)
{
	const char *name = mem_printf(mem, "_sutler-%s", row->name);
	const struct passwd *p = getpwnam(name);

	*out = (struct launch_user){ .uid = 0 };
	if (p == NULL || p->pw_uid == 0) {
		fprintf(stderr, "sutler-launch: there is no user %s; systemd-sysusers makes it from sysusers.d/sutler.conf\n", name);
		return false;
	}
	out->uid = p->pw_uid;
	out->gid = p->pw_gid;
	if (!add_group(out, "_sutler"))
		return false;
	if (launch_cell_has(row->reads, "counters") && !add_own_groups(out, name))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(file_groups); i++)
		if (file_groups[i].group != NULL && (launch_cell_has(row->writes, file_groups[i].files) || launch_cell_has(row->reads, file_groups[i].files)) &&
		    !add_group(out, file_groups[i].group))
			return false;
	return true;
}
