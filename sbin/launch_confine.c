#include "sbin/launch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

/* As the units have them. */
#define FILES_MAX 256           /* connections and files of one process: a page holds a dozen */
#define PROCESSES_MAX 32        /* of one user: workers, and threads of libvips */

static bool failed(const char *what)
{
	fprintf(stderr, "sutler-launch: %s: %s\n", what, strerror(errno));
	return false;
}

/* ---- the user ---- */

static bool become(const struct launch_user *u)
{
	uid_t real, effective, saved;

	if (setgroups(u->group_count, u->groups) != 0)
		return failed("cannot leave the groups of root");
	if (setresgid(u->gid, u->gid, u->gid) != 0 || setresuid(u->uid, u->uid, u->uid) != 0)
		return failed("cannot become the program's user");
	/* A kernel that says yes and does not do it would leave us root. */
	if (getresuid(&real, &effective, &saved) != 0 || real != u->uid || effective != u->uid || saved != u->uid ||
	    setuid(0) == 0) {
		errno = EPERM;
		return failed("still root");
	}
	return true;
}

static bool limit(int what, rlim_t most)
{
	struct rlimit l;

	/* A host may have given less already, and more cannot be had then. */
	if (getrlimit((__rlimit_resource_t)what, &l) != 0)
		return false;
	if (l.rlim_max == RLIM_INFINITY || l.rlim_max > most)
		l.rlim_max = most;
	l.rlim_cur = l.rlim_max;
	return setrlimit((__rlimit_resource_t)what, &l) == 0;
}

/* ---- files, by Landlock ---- */

#define READ_ACCESS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FILE_ACCESS (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | \
	LANDLOCK_ACCESS_FS_TRUNCATE)
#define WRITE_ACCESS (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER)
/* All that it can refuse; what no rule gives back is refused. */
#define ALL_ACCESS (READ_ACCESS | WRITE_ACCESS | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

struct files {
	int ruleset;
	uint64_t handled;
	bool failed;
};

/* Below PATH, ACCESS is given; a path that is not there needs none. */
static void allow(struct files *f, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .parent_fd = open(path, O_PATH | O_CLOEXEC) };
	struct stat st;

	if (rule.parent_fd < 0) {
		if (errno != ENOENT && errno != EACCES)
			f->failed = true;
		return;
	}
	rule.allowed_access = access & f->handled;
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FILE_ACCESS;
	if (syscall(SYS_landlock_add_rule, f->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		f->failed = true;
	close(rule.parent_fd);
}

/* Everything in DIR but what is called EXCEPT: a rule gives, none takes away. */
static void allow_all_but(struct files *f, const char *dir, const char *except, uint64_t access)
{
	DIR *d = opendir(dir);
	char path[PATH_MAX];

	for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || strcmp(e->d_name, except) == 0)
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name) < sizeof(path))
			allow(f, path, access);
	}
	if (d != NULL)
		closedir(d);
}

static void allow_state(struct files *f, const struct launch_row *row, const char *state)
{
	static const char *const open_to_all[] = { "media", "documents" };
	static const char *const groups[] = { "media", "private", "downloads", "probe", "backup" };
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_LEN(open_to_all); i++) {
		snprintf(path, sizeof(path), "%s/%s", state, open_to_all[i]);
		allow(f, path, READ_ACCESS);
	}
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		snprintf(path, sizeof(path), "%s/%s", state, groups[i]);
		if (launch_cell_has(row->writes, groups[i]))
			allow(f, path, READ_ACCESS | WRITE_ACCESS);
		else if (launch_cell_has(row->reads, groups[i]))
			allow(f, path, READ_ACCESS);
	}
}

/* The paths that a program sees; without Landlock in the kernel those that its user sees. */
static bool confine_files(const struct launch_row *row, const struct launch_options *o, const char *own_dir)
{
	static const char *const read[] = { "/usr", "/lib", "/lib64", "/bin", "/sbin", "/proc", "/sys/devices/system/cpu",
		"/dev/urandom", "/dev/random", "/run/systemd/resolve", "/var/cache/fontconfig" };
	static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/full" };
	/* tmpfile() knows no other places. */
	static const char *const scratch[] = { "/tmp", "/var/tmp" };
	/* The loader is run as well as the program. */
	static const char *const run[] = { "/usr/lib", "/usr/lib64", "/lib", "/lib64" };
	struct files f = { .handled = ALL_ACCESS };
	const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr attr;
	const char *config = getenv("SUTLER_CONFIG");

	if (abi < 1)
		return true;            /* the kernel has none; said once at the start */
	if (abi < 2)
		f.handled &= ~LANDLOCK_ACCESS_FS_REFER;
	if (abi < 3)
		f.handled &= ~LANDLOCK_ACCESS_FS_TRUNCATE;
	attr = (struct landlock_ruleset_attr){ .handled_access_fs = f.handled };
	f.ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (f.ruleset < 0)
		return failed("cannot confine files");
	for (size_t i = 0; i < ARRAY_LEN(read); i++)
		allow(&f, read[i], READ_ACCESS);
	for (size_t i = 0; i < ARRAY_LEN(devices); i++)
		allow(&f, devices[i], LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
	for (size_t i = 0; i < ARRAY_LEN(scratch); i++)
		allow(&f, scratch[i], READ_ACCESS | WRITE_ACCESS);
	for (size_t i = 0; i < ARRAY_LEN(run); i++)
		allow(&f, run[i], READ_ACCESS | LANDLOCK_ACCESS_FS_EXECUTE);
	for (size_t i = 0; o->reads[i] != NULL; i++)
		allow(&f, o->reads[i], READ_ACCESS);
	allow(&f, o->libexec, READ_ACCESS | LANDLOCK_ACCESS_FS_EXECUTE);
	/* Of the settings the key is for those whose row says so. */
	allow_all_but(&f, "/etc", "sutler", READ_ACCESS);
	allow_all_but(&f, "/etc/sutler", launch_cell_has(row->reads, "secrets") ? "" : "secret.key", READ_ACCESS);
	if (config != NULL)
		allow(&f, config, READ_ACCESS);
	allow_state(&f, row, o->state);
	allow(&f, own_dir, READ_ACCESS | WRITE_ACCESS);
	/* Those of the other programs by their groups. */
	if (launch_cell_has(row->reads, "counters"))
		allow(&f, o->run, READ_ACCESS);
	if (f.failed || syscall(SYS_landlock_restrict_self, f.ruleset, 0) != 0)
		return failed("cannot confine files");
	close(f.ruleset);
	return true;
}

/* ---- system calls, by seccomp ---- */

/* What programs call, and why; everything else is refused with EPERM.  Refused thereby, among others:
   ptrace, process_vm_*, mount, pivot_root, chroot, unshare, setns, bpf, perf_event_open, userfaultfd,
   keyctl, add_key, request_key, io_uring_*, kexec_load, *module, reboot, swapon, clock_set*, setuid and
   its kin, chown and its kin, mknod, shm*, msg*, mq_*, sched_set*, setpriority, name_to_handle_at. */
static const struct {
	const char *reason;
	const char *calls;
} allowed[] = {
	{ "every program starts, has memory, threads and a time, and ends",
	  "arch_prctl brk exit exit_group futex futex_waitv get_robust_list set_robust_list set_tid_address rseq membarrier "
	  "munmap mremap madvise mlock munlock mincore msync getrandom restart_syscall rt_sigreturn sigreturn gettid uname sysinfo "
	  "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getcpu set_thread_area" },
	{ "the master starts workers, and becomes the new release by running itself again",
	  "fork vfork execve wait4 waitid waitpid kill tgkill prctl getrusage getrlimit prlimit64 setsid setpgid" },
	{ "who we are: libpq and the log ask", "getpid getppid getpgid getpgrp getsid getuid geteuid getgid getegid getresuid getresgid getgroups "
	  "capget sched_getaffinity sched_yield sched_getparam sched_getscheduler sched_get_priority_min sched_get_priority_max getpriority" },
	{ "signals end workers and deadlines end requests",
	  "rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack signalfd4 alarm getitimer setitimer "
	  "timer_create timer_settime timer_delete timerfd_create timerfd_settime timerfd_gettime pause" },
	{ "files: templates, texts, pictures, exports, the counters",
	  "open openat openat2 creat close close_range read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek "
	  "stat lstat fstat fstatat64 newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat getcwd chdir fchdir "
	  "getdents getdents64 mkdir mkdirat rmdir rename renameat renameat2 unlink unlinkat link linkat umask "
	  "truncate ftruncate fallocate fsync fdatasync sync_file_range flock fcntl fcntl64 dup dup2 dup3 pipe pipe2 memfd_create "
	  "sendfile copy_file_range splice fadvise64 readahead utimensat ioctl getxattr lgetxattr fgetxattr" },
	{ "visitors and the database are sockets; which kinds, says family() below",
	  "accept accept4 bind connect listen getpeername getsockname getsockopt setsockopt recv recvfrom recvmsg recvmmsg send sendto "
	  "sendmsg sendmmsg shutdown" },
	{ "and waited for", "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 "
	  "eventfd eventfd2 inotify_init1 inotify_add_watch inotify_rm_watch" },
};

static int add_named(scmp_filter_ctx c, const char *calls)
{
	char names[1024], *rest = names, *name;
	int e = 0;

	if ((size_t)snprintf(names, sizeof(names), "%s", calls) >= sizeof(names))
		return -E2BIG;
	while (e == 0 && (name = strsep(&rest, " ")) != NULL) {
		int n = seccomp_syscall_resolve_name(name);

		/* Not every processor has every call. */
		if (n >= 0)
			e = seccomp_rule_add(c, SCMP_ACT_ALLOW, n, 0);
	}
	return e;
}

static int family(scmp_filter_ctx c, int call, int which)
{
	return seccomp_rule_add(c, SCMP_ACT_ALLOW, call, 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)which));
}

/* A mode without the bits that give a file's user or group to whoever runs it. */
static int plain_mode(scmp_filter_ctx c, int call, unsigned argument)
{
	return seccomp_rule_add(c, SCMP_ACT_ALLOW, call, 1, SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, S_ISUID | S_ISGID, 0));
}

/* Sockets by their family; memory that is written or run, never both; processes without new namespaces. */
static int add_checked(scmp_filter_ctx c, bool out)
{
	const scmp_datum_t both = PROT_WRITE | PROT_EXEC;
	const scmp_datum_t spaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
	int e = family(c, SCMP_SYS(socket), AF_UNIX);

	if (e == 0)
		e = family(c, SCMP_SYS(socketpair), AF_UNIX);
	if (e == 0 && out)
		e = family(c, SCMP_SYS(socket), AF_INET);
	if (e == 0 && out)
		e = family(c, SCMP_SYS(socket), AF_INET6);
	for (scmp_datum_t prot = 0; e == 0 && prot <= both; prot += PROT_WRITE)
		if (prot != both)
			e = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, both, prot));
	if (e == 0)
		e = plain_mode(c, SCMP_SYS(chmod), 1);
	if (e == 0)
		e = plain_mode(c, SCMP_SYS(fchmod), 1);
	if (e == 0)
		e = plain_mode(c, SCMP_SYS(fchmodat), 2);
	/* What was written is never made to run. */
	if (e == 0)
		e = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (e == 0)
		e = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, spaces, 0));
	/* Its arguments stand in memory, where no filter looks: the C library takes clone() then. */
	return e != 0 ? e : seccomp_rule_add(c, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static bool confine_calls(bool out)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int e = c == NULL ? -ENOMEM : 0;

	/* Found by halving: every system call of the program passes the list. */
	if (e == 0)
		e = seccomp_attr_set(c, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; e == 0 && i < ARRAY_LEN(allowed); i++)
		e = add_named(c, allowed[i].calls);
	if (e == 0)
		e = add_checked(c, out);
	if (e == 0)
		e = seccomp_load(c);
	if (c != NULL)
		seccomp_release(c);
	errno = -e;
	return e == 0 || failed("cannot confine system calls");
}

bool launch_confine(const struct launch_row *row, const struct launch_options *o, const struct launch_user *user,
		    const char *own_dir)
{
	umask(launch_cell_has(row->writes, "media") ? 0022 : 0027);
	if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_NOFILE, FILES_MAX) || !limit(RLIMIT_DATA, (rlim_t)row->memory_mb << 20) ||
	    (user != NULL && !limit(RLIMIT_NPROC, PROCESSES_MAX)))
		return failed("cannot set limits");
	if (user != NULL) {
		for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
			if (prctl(PR_CAPBSET_DROP, cap) != 0 && errno != EPERM)
				return failed("cannot drop capabilities");
		if (!become(user))
			return false;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return failed("cannot refuse new privileges");
	/* Not outlive who supervises; after the change of users, which would forget it. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		return failed("cannot follow the launcher");
	return confine_files(row, o, own_dir) && confine_calls(row->out);
}
