/*
 * probe.c -- tries what a program must not be able to do, and what its row lets it do; prints one line for
 * each: NAME and "yes", or NAME and why not.  Takes the place of a program (t/package/boot.t), so it
 * minds no options.  Built for tests, not installed.
 */
#include "base/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATE "/var/lib/sutler"
/* What a copy of us that was run ends with. */
#define RAN 42

static const char *own_dir;

/* Each answers 0 when it could, else errno. */
static int got(long result)
{
	return result < 0 ? (errno != 0 ? errno : EINVAL) : 0;
}

static int family(int which, int type)
{
	int fd = socket(which, type | SOCK_CLOEXEC, 0), e = got(fd);

	if (fd >= 0)
		close(fd);
	return e;
}

static int inet(void) { return family(AF_INET, SOCK_STREAM); }
static int inet6(void) { return family(AF_INET6, SOCK_STREAM); }
static int udp(void) { return family(AF_INET, SOCK_DGRAM); }
static int netlink(void) { return family(AF_NETLINK, SOCK_RAW); }
static int packet(void) { return family(AF_PACKET, SOCK_RAW); }
static int local(void) { return family(AF_UNIX, SOCK_STREAM); }

static int reads(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY | O_CLOEXEC), e = got(fd);

	if (e == 0)
		e = got(read(fd, &byte, 1));
	if (fd >= 0)
		close(fd);
	return e;
}

static int secret(void) { return reads("/etc/sutler/secret.key"); }
static int settings(void) { return reads("/etc/sutler/sutler.conf"); }
static int read_media(void) { return reads(STATE "/media/canary"); }
static int read_private(void) { return reads(STATE "/private/canary"); }
static int read_downloads(void) { return reads(STATE "/downloads/canary"); }
static int read_process_1(void) { return reads("/proc/1/environ"); }
static int read_shadow(void) { return reads("/etc/shadow"); }
static int read_kernel_log(void) { return reads("/dev/kmsg"); }

static int writes(const char *dir)
{
	char path[256];
	int fd, e;

	snprintf(path, sizeof(path), "%s/probe-%d", dir, (int)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	e = got(fd);
	if (e == 0)
		e = got(write(fd, "x", 1));
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	return e;
}

static int write_media(void) { return writes(STATE "/media"); }
static int write_private(void) { return writes(STATE "/private"); }
static int write_downloads(void) { return writes(STATE "/downloads"); }
static int write_state(void) { return writes(STATE); }
static int write_settings(void) { return writes("/etc/sutler"); }
static int write_programs(void) { return writes("/usr/libexec/sutler/cgi-bin"); }
static int write_sockets(void) { return writes("/run/sutler"); }
static int write_logs(void) { return writes("/var/log"); }
static int write_spool(void) { return writes("/var/spool/cron/crontabs"); }
static int write_own(void) { return writes(own_dir); }
static int write_scratch(void) { return writes("/tmp"); }

static int write_kernel(void)
{
	int fd = open("/proc/sys/kernel/core_pattern", O_WRONLY | O_CLOEXEC), e = got(fd);

	if (fd >= 0)
		close(fd);
	return e;
}

/* Runs PATH in a child; 0 when it ran. */
static int runs(const char *path)
{
	int fds[2], status = 0, e = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return errno;
	pid = fork();
	if (pid == 0) {
		execl(path, path, "-c", "exit 42", (char *)NULL);
		e = errno;
		_exit(write(fds[1], &e, sizeof(e)) == (ssize_t)sizeof(e) ? 1 : 2);
	}
	close(fds[1]);
	if (pid < 0 || read(fds[0], &e, sizeof(e)) < 0)
		e = errno;
	close(fds[0]);
	if (pid > 0)
		waitpid(pid, &status, 0);
	return e != 0 ? e : WIFEXITED(status) && WEXITSTATUS(status) == RAN ? 0 : ENOEXEC;
}

static int run_copy(const char *dir)
{
	char path[256], block[65536];
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), out, e = got(in);
	ssize_t n = 0;

	if (e != 0)
		return e;
	snprintf(path, sizeof(path), "%s/probe-copy-%d", dir, (int)getpid());
	out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	e = got(out);
	while (e == 0 && (n = read(in, block, sizeof(block))) > 0)
		e = got(write(out, block, (size_t)n));
	close(in);
	if (out >= 0)
		close(out);
	if (e == 0)
		e = runs(path);
	unlink(path);
	return e;
}

static int run_own(void) { return run_copy(own_dir); }
static int run_scratch(void) { return run_copy("/tmp"); }
static int run_media(void) { return run_copy(STATE "/media"); }
static int run_private(void) { return run_copy(STATE "/private"); }
static int run_downloads(void) { return run_copy(STATE "/downloads"); }
static int run_shell(void) { return runs("/bin/sh"); }

/* In a child, so that what it gets ends with it. */
static int in_child(int (*fn)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn());
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static int trace_me(void) { return got(ptrace(PTRACE_TRACEME, 0, NULL, NULL)); }
static int trace(void) { return in_child(trace_me); }
static int user_space(void) { return got(unshare(CLONE_NEWUSER)); }
static int new_user_space(void) { return in_child(user_space); }
static int mount_space(void) { return got(unshare(CLONE_NEWNS)); }
static int new_mount_space(void) { return in_child(mount_space); }

static int peek(void)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { &byte, 1 };

	int e = got(process_vm_readv(getppid(), &here, 1, &there, 1, 0));

	/* It was allowed to look, and nothing is there. */
	return e == EFAULT ? 0 : e;
}

static int clone_user_space(void)
{
	long pid = syscall(SYS_clone, (unsigned long)CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	return got(pid);
}

static int mounts(void)
{
	int e = got(mount("none", own_dir, "tmpfs", 0, NULL));

	if (e == 0)
		umount2(own_dir, MNT_DETACH);
	return e;
}

static int root_elsewhere(void) { return got(chroot("/tmp")); }
static int change_root(void) { return in_child(root_elsewhere); }

static int write_and_run_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}

static int written_memory_run(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : got(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int keys(void) { return got(syscall(SYS_add_key, "user", "probe", "x", 1L, -3)); }

static int kernel_programs(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = attr.value_size = 4;
	attr.max_entries = 1;
	return got(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static int performance(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_CPU_CLOCK,
		.exclude_kernel = 1 };

	return got(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0L));
}

static int page_faults(void) { return got(syscall(SYS_userfaultfd, 1)); }

static int rings(void)
{
	char params[120] = { 0 };

	return got(syscall(SYS_io_uring_setup, 1, params));
}

static int real_time(void)
{
	struct sched_param p = { .sched_priority = 1 };

	return got(sched_setscheduler(0, SCHED_FIFO, &p));
}

static int become_root(void) { return got(setuid(0)); }
static int host_name(void) { return got(sethostname("probe", 5)); }

static int own_file(int (*fn)(const char *))
{
	char path[256];
	int fd, e;

	snprintf(path, sizeof(path), "%s/probe-file-%d", own_dir, (int)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	close(fd);
	e = fn(path);
	unlink(path);
	return e;
}

static int set_user_bit(const char *path) { return got(chmod(path, 04755)); }
static int set_user_id(void) { return own_file(set_user_bit); }
static int give_away_file(const char *path) { return got(chown(path, getuid(), getgid())); }
static int give_away(void) { return own_file(give_away_file); }

static int device(void)
{
	char path[256];
	int e;

	snprintf(path, sizeof(path), "%s/probe-device-%d", own_dir, (int)getpid());
	e = got(mknod(path, S_IFCHR | 0600, 0x103));
	unlink(path);
	return e;
}

/* Processes of others: none may be seen. */
static int see_others(void)
{
	DIR *d = opendir("/proc");
	int e = ENOENT;

	for (const struct dirent *f; d != NULL && (f = readdir(d)) != NULL;) {
		char path[300];
		struct stat st;

		snprintf(path, sizeof(path), "/proc/%s", f->d_name);
		if (strspn(f->d_name, "0123456789") == strlen(f->d_name) && stat(path, &st) == 0 && st.st_uid != getuid())
			e = 0;
	}
	if (d != NULL)
		closedir(d);
	return e;
}

static int at_most(int what, rlim_t most)
{
	struct rlimit l;

	if (getrlimit((__rlimit_resource_t)what, &l) != 0)
		return errno;
	return l.rlim_cur <= most && l.rlim_max <= most ? E2BIG : 0;
}

static int many_files(void) { return at_most(RLIMIT_NOFILE, 256); }
static int core_files(void) { return at_most(RLIMIT_CORE, 0); }

static const struct {
	const char *name;
	int (*fn)(void);
} probes[] = {
	{ "inet", inet }, { "inet6", inet6 }, { "udp", udp }, { "netlink", netlink }, { "packet", packet }, { "unix", local },
	{ "secret", secret }, { "settings", settings }, { "read-media", read_media }, { "read-private", read_private },
	{ "read-downloads", read_downloads }, { "read-process-1", read_process_1 }, { "read-shadow", read_shadow },
	{ "read-kernel-log", read_kernel_log }, { "write-media", write_media }, { "write-private", write_private },
	{ "write-downloads", write_downloads }, { "write-state", write_state }, { "write-settings", write_settings },
	{ "write-programs", write_programs }, { "write-sockets", write_sockets }, { "write-logs", write_logs },
	{ "write-spool", write_spool }, { "write-own", write_own }, { "write-scratch", write_scratch }, { "write-kernel", write_kernel },
	{ "run-own", run_own }, { "run-scratch", run_scratch }, { "run-media", run_media }, { "run-private", run_private },
	{ "run-downloads", run_downloads }, { "run-shell", run_shell }, { "trace", trace }, { "peek", peek },
	{ "user-space", new_user_space }, { "user-space-by-clone", clone_user_space }, { "mount-space", new_mount_space },
	{ "mount", mounts }, { "chroot", change_root }, { "write-and-run-memory", write_and_run_memory },
	{ "written-memory-run", written_memory_run }, { "keys", keys }, { "kernel-programs", kernel_programs },
	{ "performance", performance }, { "page-faults", page_faults }, { "rings", rings }, { "real-time", real_time },
	{ "become-root", become_root }, { "host-name", host_name }, { "set-user-id", set_user_id }, { "give-away", give_away },
	{ "device", device }, { "see-others", see_others }, { "many-files", many_files }, { "core-files", core_files },
};

int main(int argc, char **argv)
{
	/* A copy of us, or what stands in place of one. */
	if (argc > 1 && strcmp(argv[1], "-c") == 0)
		return RAN;
	own_dir = getenv("RUNTIME_DIRECTORY") != NULL ? getenv("RUNTIME_DIRECTORY") : "/nonexistent";
	for (size_t i = 0; i < ARRAY_LEN(probes); i++) {
		int e;

		errno = 0;
		e = probes[i].fn();
		printf("%s %s\n", probes[i].name, e == 0 ? "yes" : strerrorname_np(e));
	}
	return 0;
}
