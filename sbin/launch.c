/* sutler-launch -- runs the programs of programs.tab where there is no systemd.  Manual: sutler-launch(8). */
#include "sbin/launch.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* As the units have them. */
#define BACKLOG 4096            /* visitors who wait while a program starts */
#define IDLE_S 900              /* a program that nobody asked anything leaves */
#define STOP_S 35               /* a program's own deadline for its requests is shorter */
#define JOB_S 7200              /* a job that has not ended by then hangs */
/* After a crash the next start waits, twice as long each time. */
#define PAUSE_MS 1000
#define PAUSE_MAX_MS 60000
/* Who ran for that long does not crash in a loop. */
#define WELL_MS 60000

struct child {
	const struct launch_row *row;
	struct launch_user user;
	const char *socket_path;        /* NULL: a job */
	const char *own_dir, *program;
	int socket;
	pid_t pid;                      /* 0: not running */
	int64_t started_ms, not_before_ms, pause_ms;
	int64_t killed_ms;              /* when a job that hangs was told to end; 0: not */
};

struct launch {
	struct launch_options o;
	void *mem;
	struct child child[LAUNCH_ROWS_MAX];
	size_t count;
	long long minute;               /* the last whose jobs were started */
	sigset_t signals, before;
};

static volatile sig_atomic_t stopping, reloading;

static void take_signal(int sig)
{
	if (sig == SIGHUP)
		reloading = 1;
	else if (sig != SIGCHLD)
		stopping = 1;
}

static int64_t now_ms(void)
{
	return clock_steady_us() / 1000;
}

static bool sorry(const char *what, const char *which)
{
	fprintf(stderr, "sutler-launch: %s %s: %s\n", what, which, strerror(errno));
	return false;
}

static bool is_job(const struct child *c)
{
	return c->socket_path == NULL;
}

/* ---- directories and sockets ---- */

static bool make_dir(const char *path, mode_t mode, const struct launch_user *u)
{
	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return sorry("cannot make", path);
	if (chmod(path, mode) != 0 || (u != NULL && chown(path, u->uid, u->gid) != 0))
		return sorry("cannot give away", path);
	return true;
}

/* One launcher for each directory, whose pid is in launch.pid; the lock goes with the process, however that ends. */
static bool lock_dir(struct launch *l)
{
	const char *path = mem_printf(l->mem, "%s/launch.pid", l->o.run);
	const char *pid = mem_printf(l->mem, "%ld\n", (long)getpid());
	int fd;

	if (!make_dir(l->o.run, 0755, NULL))
		return false;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return sorry("cannot open", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		/* Open as long as we live. */
		if (ftruncate(fd, 0) != 0 || write(fd, pid, strlen(pid)) != (ssize_t)strlen(pid))
			return sorry("cannot write", path);
		return true;
	}
	fprintf(stderr, "sutler-launch: another one runs the programs in %s already\n", l->o.run);
	return false;
}

/* Listens beside the path and moves it there: what a crash left is replaced in one step, and nobody ever
   meets a socket with another owner or mode. */
static bool listen_at(struct launch *l, struct child *c)
{
	const char *beside = mem_printf(l->mem, "%s.new", c->socket_path);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const struct group *g;

	if ((size_t)snprintf(at.sun_path, sizeof(at.sun_path), "%s", beside) >= sizeof(at.sun_path)) {
		fprintf(stderr, "sutler-launch: the path %s is too long for a socket\n", beside);
		return false;
	}
	if (unlink(beside) != 0 && errno != ENOENT)
		return sorry("cannot take away", beside);
	c->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->socket < 0 || bind(c->socket, (struct sockaddr *)&at, sizeof(at)) != 0 || chmod(beside, 0660) != 0)
		return sorry("cannot listen on", beside);
	if (!l->o.one_user) {
		/* A service is for programs of the house alone. */
		const char *name = c->row->kind == LAUNCH_SERVICE ? "_sutler" : l->o.web_group;

		g = getgrnam(name);
		if (g == NULL) {
			fprintf(stderr, "sutler-launch: there is no group %s; -g names the web server's\n", name);
			return false;
		}
		if (chown(beside, 0, g->gr_gid) != 0)
			return sorry("cannot give away", beside);
	}
	if (listen(c->socket, BACKLOG) != 0 || rename(beside, c->socket_path) != 0)
		return sorry("cannot listen on", c->socket_path);
	return true;
}

/* ---- processes ---- */

static void set_environment(const struct child *c)
{
	const char *config = getenv("SUTLER_CONFIG");
	char *kept = config != NULL ? mem_strdup(NULL, config) : NULL;

	if (clearenv() != 0 || setenv("PATH", "/usr/bin:/bin", 1) != 0 || setenv("LC_ALL", "C.UTF-8", 1) != 0 ||
	    setenv("HOME", "/nonexistent", 1) != 0 || setenv("RUNTIME_DIRECTORY", c->own_dir, 1) != 0 ||
	    (kept != NULL && setenv("SUTLER_CONFIG", kept, 1) != 0))
		_exit(EX_OSERR);
}

/* In the child: becomes the program, or ends. */
NORETURN static void become_program(struct launch *l, struct child *c, pid_t parent)
{
	char number[2][16], *argv[6];
	int n = 0, null = is_job(c) ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	size_t numbers = 0;

	/* A group of its own: its workers end with it. */
	setsid();
	/* dup2() leaves the new one open over exec; it blocks again, the program unblocks it itself. */
	if (dup2(is_job(c) ? null : c->socket, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		_exit(EX_OSERR);
	syscall(SYS_close_range, 3u, ~0u, 0u);
	set_environment(c);
	argv[n++] = (char *)c->program;
	if (!is_job(c)) {
		if (c->row->workers > 0) {
			snprintf(number[numbers], sizeof(number[0]), "%d", c->row->workers);
			argv[n++] = (char *)"-w";
			argv[n++] = number[numbers++];
		}
		snprintf(number[numbers], sizeof(number[0]), "%d", l->o.idle_s);
		argv[n++] = (char *)"-i";
		argv[n++] = number[numbers];
	}
	argv[n] = NULL;
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigprocmask(SIG_SETMASK, &l->before, NULL);
	if (!launch_confine(c->row, &l->o, l->o.one_user ? NULL : &c->user, c->own_dir))
		_exit(EX_OSERR);
	/* The launcher may have gone before the kernel was asked to tell. */
	if (getppid() != parent)
		_exit(0);
	execv(c->program, argv);
	fprintf(stderr, "sutler-launch: cannot run %s: %s\n", c->program, strerror(errno));
	_exit(EX_UNAVAILABLE);
}

static void start(struct launch *l, struct child *c)
{
	const pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		become_program(l, c, parent);
	c->started_ms = now_ms();
	c->killed_ms = 0;
	if (pid < 0) {
		log_error("cannot start a program", "program", c->row->name, "reason", strerror(errno), NULL);
		c->not_before_ms = c->started_ms + PAUSE_MAX_MS;
		return;
	}
	c->pid = pid;
	log_info("started", "program", c->row->name, NULL);
}

static void ended(struct child *c, int status)
{
	const int64_t now = now_ms();
	char how[32];

	c->pid = 0;
	c->not_before_ms = now;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		c->pause_ms = 0;
		log_info("ended", "program", c->row->name, NULL);
		return;
	}
	snprintf(how, sizeof(how), WIFSIGNALED(status) ? "signal %d" : "status %d",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	log_error("failed", "program", c->row->name, "how", how, NULL);
	/* A job has its schedule; a page is for whoever asks next. */
	if (is_job(c))
		return;
	if (c->pause_ms == 0 || now - c->started_ms > WELL_MS)
		c->pause_ms = PAUSE_MS;
	else if (c->pause_ms < PAUSE_MAX_MS)
		c->pause_ms = c->pause_ms * 2 < PAUSE_MAX_MS ? c->pause_ms * 2 : PAUSE_MAX_MS;
	c->not_before_ms = now + c->pause_ms;
}

static void reap(struct launch *l)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < l->count; i++)
			if (l->child[i].pid == pid) {
				/* Whatever of it is left has nobody any more. */
				kill(-pid, SIGKILL);
				ended(&l->child[i], status);
			}
}

static void tell_all(struct launch *l, int sig, bool whole_groups)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->child[i].pid > 0)
			kill(whole_groups ? -l->child[i].pid : l->child[i].pid, sig);
}

static bool any_left(const struct launch *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->child[i].pid > 0)
			return true;
	return false;
}

static void start_jobs(struct launch *l)
{
	const long long minute = time(NULL) / 60;

	if (!l->o.jobs)
		return;
	for (size_t i = 0; i < l->count; i++) {
		struct child *c = &l->child[i];

		if (!is_job(c))
			continue;
		if (c->pid > 0 && now_ms() - c->started_ms > JOB_S * 1000LL) {
			/* Asked once, and then not asked. */
			kill(-c->pid, c->killed_ms == 0 ? SIGTERM : SIGKILL);
			c->killed_ms = now_ms();
		} else if (c->pid == 0 && minute != l->minute && launch_due(c->row->schedule, minute)) {
			start(l, c);
		}
	}
	l->minute = minute;
}

/* Waits for visitors, signals and the next moment that something is due. */
static void wait_for_work(struct launch *l)
{
	struct pollfd fds[LAUNCH_ROWS_MAX];
	struct child *of[LAUNCH_ROWS_MAX];
	struct timespec wait;
	nfds_t n = 0;
	int64_t now = now_ms(), until = now + 60000;

	if (l->o.jobs)
		until = now + 60000 - (int64_t)(time(NULL) % 60) * 1000;
	for (size_t i = 0; i < l->count; i++) {
		struct child *c = &l->child[i];

		if (is_job(c) || c->pid > 0)
			continue;
		if (c->not_before_ms > now) {
			until = c->not_before_ms < until ? c->not_before_ms : until;
			continue;
		}
		if (l->o.now) {
			start(l, c);
			continue;
		}
		of[n] = c;
		fds[n++] = (struct pollfd){ .fd = c->socket, .events = POLLIN };
	}
	wait.tv_sec = (until - now) / 1000;
	wait.tv_nsec = (until - now) % 1000 * 1000000;
	if (ppoll(fds, n, &wait, &l->before) <= 0)
		return;
	for (nfds_t i = 0; i < n; i++)
		if (fds[i].revents != 0)
			start(l, of[i]);
}

static int run(struct launch *l)
{
	int64_t until;

	while (!stopping) {
		if (reloading) {
			reloading = 0;
			for (size_t i = 0; i < l->count; i++)
				if (l->child[i].pid > 0 && !is_job(&l->child[i]))
					kill(l->child[i].pid, SIGHUP);
		}
		reap(l);
		start_jobs(l);
		wait_for_work(l);
	}
	log_info("stopping", NULL);
	until = now_ms() + STOP_S * 1000LL;
	tell_all(l, SIGTERM, false);
	for (reap(l); any_left(l) && now_ms() < until; reap(l)) {
		struct timespec t = { 0, 200000000 };

		ppoll(NULL, 0, &t, &l->before);
	}
	tell_all(l, SIGKILL, true);
	for (size_t i = 0; i < l->count; i++)
		if (!is_job(&l->child[i]))
			unlink(l->child[i].socket_path);
	return 0;
}

/* ---- the beginning ---- */

static bool asked_for(char **names, const char *name)
{
	if (*names == NULL)
		return true;
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static bool add_child(struct launch *l, const struct launch_row *row)
{
	struct child *c = &l->child[l->count];
	const bool job = row->kind == LAUNCH_JOB || row->kind == LAUNCH_RESIDENT;

	if (job && !l->o.jobs)
		return true;
	*c = (struct child){ .row = row, .socket = -1 };
	c->program = mem_printf(l->mem, "%s/%s/%s", l->o.libexec, job ? "jobs" : "cgi-bin", row->name);
	c->own_dir = mem_printf(l->mem, "%s/%s", l->o.run, row->name);
	if (access(c->program, X_OK) != 0)
		return sorry("cannot run", c->program);
	if (!l->o.one_user && !launch_user_find(l->mem, row, &c->user))
		return false;
	if (!make_dir(c->own_dir, 0750, l->o.one_user ? NULL : &c->user))
		return false;
	if (!job) {
		c->socket_path = mem_printf(l->mem, "%s/%s.sock", l->o.run, row->name);
		if (!listen_at(l, c))
			return false;
	}
	l->count++;
	return true;
}

static bool prepare(struct launch *l, char **names)
{
	static struct launch_row rows[LAUNCH_ROWS_MAX];
	const int count = launch_rows_read(l->mem, l->o.table, rows, LAUNCH_ROWS_MAX);

	if (count < 0)
		return false;
	for (char **n = names; *n != NULL; n++) {
		int i = 0;

		while (i < count && strcmp(rows[i].name, *n) != 0)
			i++;
		if (i == count) {
			fprintf(stderr, "sutler-launch: %s has no row %s\n", l->o.table, *n);
			return false;
		}
	}
	if (!lock_dir(l))
		return false;
	for (int i = 0; i < count; i++)
		if (asked_for(names, rows[i].name) && !add_child(l, &rows[i]))
			return false;
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 1)
		log_warn("this kernel has no Landlock: programs see the files that their users see", NULL);
	return true;
}

static int usage(void)
{
	fprintf(stderr, "usage: sutler-launch [-jnoV] [-g group] [-i idle_seconds] [-R directory] [-r run_directory]\n"
		"                     [-s state_directory] [-t table] [-x libexec_directory] [program ...]\n");
	return EX_USAGE;
}

static bool options(struct launch_options *o, int argc, char **argv)
{
	size_t reads = 0;
	int option;
	long n;
	char *end;

	while ((option = getopt(argc, argv, "jnoVg:i:R:r:s:t:x:")) != -1) {
		switch (option) {
		case 'j': o->jobs = true; break;
		case 'n': o->now = true; break;
		case 'o': o->one_user = true; break;
		case 'g': o->web_group = optarg; break;
		case 'r': o->run = optarg; break;
		case 's': o->state = optarg; break;
		case 't': o->table = optarg; break;
		case 'x': o->libexec = optarg; break;
		case 'R':
			if (reads == LAUNCH_READS_MAX)
				return false;
			o->reads[reads++] = optarg;
			break;
		case 'i':
			n = strtol(optarg, &end, 10);
			if (end == optarg || *end != '\0' || n < 0 || n > 86400)
				return false;
			o->idle_s = (int)n;
			break;
		case 'V':
			printf("sutler-launch (sutler) %s\n", SUTLER_VERSION);
			exit(0);
		default:
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	static struct launch l;
	struct sigaction act = { .sa_handler = take_signal };
	static const int taken[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };

	l.o = (struct launch_options){ .table = SUTLER_DATADIR "/etc/programs.tab", .libexec = SUTLER_LIBEXECDIR,
		.state = "/var/lib/sutler", .run = "/run/sutler", .web_group = "www-data", .idle_s = IDLE_S };
	if (!options(&l.o, argc, argv))
		return usage();
	log_open("sutler-launch", LOG_LEVEL_INFO);
	l.mem = mem_context(NULL, "launch");
	l.minute = time(NULL) / 60;
	/* Only root has other users to give. */
	l.o.one_user |= geteuid() != 0;
	if (geteuid() == 0 && l.o.one_user) {
		fprintf(stderr, "sutler-launch: as root each program has its own user; -o is for who is not root\n");
		return EX_USAGE;
	}
	sigemptyset(&l.signals);
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		sigaddset(&l.signals, taken[i]);
	/* Signals are taken while it waits, and nowhere else. */
	sigprocmask(SIG_BLOCK, &l.signals, &l.before);
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		sigdelset(&l.before, taken[i]);
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		sigaction(taken[i], &act, NULL);
	if (!prepare(&l, argv + optind))
		return EX_CONFIG;
	return run(&l);
}
