/* What sutlerctl doctor sees of the host. */
#include "sbin/ctl_doctor.h"

#include "base/config.h"
#include "base/mem.h"
#include "base/room.h"
#include "base/seal.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <unistd.h>

#define MAIL_TIMEOUT_MS 5000L

enum health look_config(struct doctor *d)
{
	if (d->config_error != NULL)
		return doctor_says(d, BAD, "%s", d->config_error);
	return doctor_says(d, WELL, "the settings are understood");
}

/* Is USER of the group OWN a member of the group NAME? */
static enum health look_group(struct doctor *d, const char *user, gid_t own, const char *name)
{
	const struct group *group = getgrnam(name);
	gid_t list[64];
	int n = (int)ARRAY_LEN(list);

	if (group == NULL)
		return doctor_says(d, BAD, "there is no group %s", name);
	if (getgrouplist(user, own, list, &n) >= 0)
		for (int i = 0; i < n; i++)
			if (list[i] == group->gr_gid)
				return WELL;
	return doctor_says(d, BAD, "%s is not in the group %s", user, name);
}

/* The groups that a program's row asks for (dev/lib/Units.pm makes them): "media,downloads". */
static enum health look_groups(struct doctor *d, const char *user, gid_t own, const char *cells)
{
	enum health health = WELL;

	for (const char *p = cells; *p != '\0' && *p != '-'; p += strcspn(p, ","), p += *p == ',') {
		const char *files = mem_strndup(ctl_mem, p, strcspn(p, ","));

		/* The counters lie in the runtime directory of each program that serves. */
		if (strcmp(files, "counters") == 0) {
			for (const struct ctl_program *q = ctl_programs(); q != NULL && q->name != NULL; q++)
				if (ctl_is_page(q))
					health = doctor_worse(health, look_group(d, user, own, mem_concat(ctl_mem, "_sutler-", q->name)));
		} else {
			health = doctor_worse(health, look_group(d, user, own, strcmp(files, "backup") == 0 ? "_sutler-backups" : mem_concat(ctl_mem, "_sutler-", files)));
		}
	}
	return health;
}

enum health look_users(struct doctor *d)
{
	const struct ctl_program *p = ctl_programs();
	enum health health = WELL;
	int n = 0, missing = 0;

	if (geteuid() != 0)
		return doctor_says(d, SKIP, "only root asks this");
	if (p == NULL)
		return doctor_says(d, BAD, "programs.tab is not there");
	for (; p->name != NULL; p++, n++) {
		const char *name = mem_printf(ctl_mem, "_sutler-%s", p->name);
		const struct passwd *user = getpwnam(name);

		if (user == NULL && missing++ >= 3)
			continue;
		if (user == NULL)
			health = doctor_says(d, BAD, "there is no Unix user %s", name);
		else
			health = doctor_worse(doctor_worse(health, look_groups(d, name, user->pw_gid, p->writes)),
					      look_groups(d, name, user->pw_gid, p->reads));
	}
	if (missing > 3)
		doctor_says(d, BAD, "and %d more", missing - 3);
	return health == WELL ? doctor_says(d, WELL, "all %d programs have theirs", n) : health;
}

enum health look_key(struct doctor *d)
{
	const char *path = config_text("secrets.key_file"), *error;
	const struct group *group;
	struct stat st;

	if (stat(path, &st) != 0)
		return doctor_says(d, errno == EACCES ? SKIP : BAD, "%s: %s", path, strerror(errno));
	if ((st.st_mode & 0027) != 0)
		return doctor_says(d, BAD, "%s may be read or written by others (mode %04o)", path, (unsigned)st.st_mode & 07777);
	if (geteuid() != 0)
		return access(path, R_OK) != 0 ? doctor_says(d, SKIP, "only root looks into it")
			: seal_key_load(ctl_mem, path, &error) == NULL ? doctor_says(d, BAD, "%s", error) : doctor_says(d, WELL, "%s", path);
	if (seal_key_load(ctl_mem, path, &error) == NULL)
		return doctor_says(d, BAD, "%s", error);
	group = getgrgid(st.st_gid);
	if (st.st_uid != 0 || group == NULL || strcmp(group->gr_name, "_sutler-secrets") != 0 || (st.st_mode & 0040) == 0)
		return doctor_says(d, BAD, "%s is not root's with the group _sutler-secrets reading it: the programs cannot open what it seals", path);
	return doctor_says(d, WELL, "%s", path);
}

static const struct place {
	const char *setting, *group;
	bool open;                      /* the web server reads it */
} places[] = {
	{ "paths.media", "_sutler-media", true },
	{ "paths.private", "_sutler-private", false },
	{ "paths.downloads", "_sutler-downloads", false },
};

static enum health look_directory(struct doctor *d, const struct place *p)
{
	const char *path = config_text(p->setting);
	const struct group *group;
	struct stat st;

	if (stat(path, &st) != 0)
		return doctor_says(d, BAD, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return doctor_says(d, BAD, "%s is no directory", path);
	if ((st.st_mode & 0002) != 0)
		return doctor_says(d, BAD, "%s can be written by everybody", path);
	if (!p->open && (st.st_mode & 0007) != 0)
		return doctor_says(d, BAD, "%s can be looked into by everybody", path);
	if (geteuid() != 0)
		return WELL;
	if (p->open && (st.st_mode & 0005) != 0005)
		return doctor_says(d, BAD, "the web server cannot read %s", path);
	group = getgrgid(st.st_gid);
	if (group == NULL || strcmp(group->gr_name, p->group) != 0 || (st.st_mode & 0070) != 0070)
		return doctor_says(d, BAD, "the group %s cannot write into %s", p->group, path);
	return WELL;
}

enum health look_directories(struct doctor *d)
{
	enum health health = WELL;

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		health = doctor_worse(health, look_directory(d, &places[i]));
	return health == WELL ? doctor_says(d, WELL, "they are whose they must be") : health;
}

static enum health look_room(struct doctor *d, const char *path)
{
	struct room room;
	enum room_state state;

	if (!room_at(path, &room))
		return WELL;            /* another check says that it is not there */
	state = room_state(&room);
	if (state == ROOM_ENOUGH)
		return WELL;
	return doctor_says(d, state == ROOM_SHORT ? BAD : WARN, "%s: %llu MB are free, %u %%", path,
			   (unsigned long long)(room.free >> 20), room_percent(&room));
}

enum health look_disk(struct doctor *d)
{
	enum health health = look_room(d, config_text("paths.media"));

	health = doctor_worse(health, look_room(d, config_text("paths.private")));
	health = doctor_worse(health, look_room(d, "/var/lib/postgresql"));
	health = doctor_worse(health, look_room(d, "/tmp"));
	return health == WELL ? doctor_says(d, WELL, "there is room") : health;
}

enum health look_clock(struct doctor *d)
{
	struct timex t = { 0 };
	const char *off = d->conn == NULL ? NULL
		: doctor_ask(d, "SELECT pg_catalog.round(extract(epoch FROM pg_catalog.clock_timestamp()))::bigint");
	long long away = off == NULL || *off == '\0' ? 0 : strtoll(off, NULL, 10) - (long long)time(NULL);

	if (away > 2 || away < -2)
		return doctor_says(d, BAD, "this host and the database's are %lld seconds apart", away < 0 ? -away : away);
	if (adjtimex(&t) == TIME_ERROR || (t.status & STA_UNSYNC) != 0)
		return doctor_says(d, WARN, "nobody sets this host's clock");
	return doctor_says(d, WELL, "it is set");
}

static bool listens(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path)) {
		close(fd);
		return false;
	}
	memcpy(address.sun_path, path, strlen(path));
	ok = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return ok;
}

enum health look_sockets(struct doctor *d)
{
	const struct ctl_program *p = ctl_programs();
	/* All sockets lie where courier's does. */
	const char *courier = config_text("paths.courier"), *slash = strrchr(courier, '/');
	const struct group *web = getgrnam("www-data");
	enum health health = WELL;
	int n = 0, missing = 0;

	for (; p != NULL && p->name != NULL; p++) {
		const char *path = mem_printf(ctl_mem, "%.*s/%s.sock", (int)(slash - courier), courier, p->name);
		struct stat st;

		if (!ctl_is_page(p))
			continue;
		n++;
		if (stat(path, &st) != 0 || !listens(path)) {
			if (missing++ < 3)
				health = doctor_says(d, BAD, "nobody listens for %s (%s)", p->name, path);
		} else if (geteuid() == 0 && strcmp(p->kind, "page") == 0 && web != NULL && (st.st_gid != web->gr_gid || (st.st_mode & 0060) != 0060)) {
			d->mend = "let the group www-data use the sockets: systemctl restart sutler.target";
			health = doctor_says(d, BAD, "the web server may not ask %s (%s)", p->name, path);
		}
	}
	if (missing > 3)
		doctor_says(d, BAD, "and %d more", missing - 3);
	return health == WELL ? doctor_says(d, WELL, "%d are open", n) : health;
}

/* "yes" of a file that holds the pid of a process that is there. */
static bool runs(const char *pidfile)
{
	FILE *f = fopen(pidfile, "re");
	char line[32] = "", path[64];

	if (f == NULL)
		return false;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	snprintf(path, sizeof(path), "/proc/%ld", strtol(line, NULL, 10));
	return strtol(line, NULL, 10) > 0 && access(path, F_OK) == 0;
}

/* A crontab that starts our jobs, whether or not systemd's timers do. */
static const char *blind_crontab(void)
{
	static const char *const files[] = { "/etc/crontab", "/etc/cron.d/sutler", "/var/spool/cron/crontabs/root" };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		FILE *f = fopen(files[i], "re");
		char line[1024];
		bool blind = false;

		while (f != NULL && fgets(line, sizeof(line), f) != NULL)
			blind |= line[strspn(line, " \t")] != '#' && strstr(line, SUTLER_LIBEXECDIR "/jobs/") != NULL && strstr(line, "/run/systemd/system") == NULL;
		if (f != NULL)
			fclose(f);
		if (blind)
			return files[i];
	}
	return NULL;
}

enum health look_schedule(struct doctor *d)
{
	bool systemd = access("/run/systemd/system", F_OK) == 0;
	bool timers = systemd && access("/etc/systemd/system/multi-user.target.wants/sutler.target", F_OK) == 0;
	bool cron = access("/etc/cron.d/sutler", R_OK) == 0 && (runs("/run/crond.pid") || runs("/var/run/crond.pid"));
	const char *blind = blind_crontab();

	if (timers && blind != NULL)
		return doctor_says(d, BAD, "timers start the jobs, and %s starts them too", blind);
	if (timers)
		return doctor_says(d, WELL, "systemd's timers start the jobs");
	if (systemd) {
		d->mend = "systemctl enable --now sutler.target";
		return doctor_says(d, BAD, "nobody starts the jobs: sutler.target is not enabled");
	}
	if (runs(mem_printf(ctl_mem, "%s/launch.pid", config_text("paths.run"))))
		return doctor_says(d, WELL, "sutler-launch starts the jobs");
	if (cron)
		return doctor_says(d, WELL, "cron starts the jobs");
	d->mend = "apt install cron, or run sutler-launch";
	return doctor_says(d, BAD, "nobody starts the jobs: there is neither systemd nor cron");
}

enum health look_mail(struct doctor *d)
{
	const char *url = config_text("mail.smtp");
	CURL *curl = curl_easy_init();
	char error[CURL_ERROR_SIZE] = "";
	CURLcode code;

	if (curl == NULL)
		return doctor_says(d, BAD, "the mail server cannot be asked");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	/* The same as deliver: is it the server that it says it is, and does it speak SMTP. */
	if (*config_text("net.ca_file") != '\0')
		curl_easy_setopt(curl, CURLOPT_CAINFO, config_text("net.ca_file"));
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, MAIL_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
	code = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	if (code != CURLE_OK)
		return doctor_says(d, BAD, "%s does not take mail: %s", url, error[0] != '\0' ? error : curl_easy_strerror(code));
	return doctor_says(d, WELL, "%s answers", url);
}

enum health look_webserver(struct doctor *d)
{
	bool nginx = access("/etc/nginx/sites-enabled/sutler", F_OK) == 0, apache = access("/etc/apache2/sites-enabled/sutler.conf", F_OK) == 0;
	bool nginx_runs = runs("/run/nginx.pid"), apache_runs = runs("/run/apache2/apache2.pid");

	if (!nginx && !apache) {
		if (access("/usr/sbin/nginx", X_OK) == 0 || access("/usr/sbin/apache2", X_OK) == 0)
			d->mend = "run sutlerctl webserver, or take the pieces in /usr/share/sutler/webserver into your own settings";
		return doctor_says(d, BAD, "no web server of this host is told of the stores");
	}
	if (nginx && !nginx_runs) {
		d->mend = "systemctl start nginx";
		return doctor_says(d, BAD, "nginx is to show the stores, but does not run");
	}
	if (apache && !nginx && !apache_runs) {
		d->mend = "systemctl start apache2";
		return doctor_says(d, BAD, "Apache is to show the stores, but does not run");
	}
	return doctor_says(d, WELL, "%s shows the stores", nginx ? "nginx" : "Apache");
}
