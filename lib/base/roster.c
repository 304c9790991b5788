#include "base/roster.h"

#include <stdio.h>
#include <string.h>

int roster_interval_s(const char *schedule)
{
	int minutes;

	if (strncmp(schedule, "every-", 6) == 0 && sscanf(schedule, "every-%dm", &minutes) == 1 && minutes > 0)
		return minutes * 60;
	if (strcmp(schedule, "hourly") == 0)
		return 3600;
	if (strncmp(schedule, "weekly-", 7) == 0)
		return 7 * 86400;
	return strncmp(schedule, "daily-", 6) == 0 ? 86400 : 0;
}

/* Name, kind and schedule are the first, second and last of ten cells. */
static bool read_row(const char *line, struct roster_entry *out)
{
	char name[32], kind[16], schedule[32];

	if (line[0] == '#' || sscanf(line, "%31s %15s %*s %*s %*s %*s %*s %*s %*s %31s", name, kind, schedule) != 3)
		return false;
	memcpy(out->name, name, sizeof(name));
	out->job = strcmp(kind, "job") == 0 || strcmp(kind, "resident") == 0;
	out->interval_s = out->job ? roster_interval_s(schedule) : 0;
	return true;
}

size_t roster_read(const char *path, struct roster_entry out[static ROSTER_MOST])
{
	FILE *f = fopen(path, "re");
	char line[512];
	size_t n = 0;

	while (f != NULL && n < ROSTER_MOST && fgets(line, sizeof(line), f) != NULL)
		n += read_row(line, &out[n]);
	if (f != NULL)
		fclose(f);
	return n;
}
