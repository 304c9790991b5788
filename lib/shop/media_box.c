#include "shop/media_box.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

/* Address space: a decoded picture of 40 Mpx takes 160 MB, twice while it is turned; libvips' own the rest. */
#define BOX_ADDRESSES (2048LL * 1024 * 1024)
/* Of processor: the largest picture takes some two seconds. */
#define BOX_SECONDS 20

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the sandbox of pictures does not know this processor"
#endif

/* ---- what may be called ----------------------------------------------------------------- */

/* Memory, threads, time and the end. */
static const uint32_t allowed[] = {
	__NR_mmap, __NR_munmap, __NR_mremap, __NR_mprotect, __NR_madvise, __NR_brk,
	__NR_futex, __NR_set_robust_list, __NR_rseq, __NR_exit, __NR_exit_group, __NR_gettid, __NR_getpid,
	__NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_sigaltstack, __NR_sched_yield, __NR_sched_getaffinity,
	__NR_clock_gettime, __NR_clock_nanosleep, __NR_gettimeofday, __NR_getrandom, __NR_close, __NR_getrusage, __NR_sysinfo,
};

static void step(struct sock_filter *f, size_t *n, struct sock_filter one)
{
	f[(*n)++] = one;
}

#define LOAD(field) ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field)))
#define ANSWER(what) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (what)))
#define UNLESS(value, skip) ((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip)))

/* An answer is an error, not the end: a library that looks for a processor's size goes on without. */
bool media_box_lock(void)
{
	struct sock_filter f[2 * ARRAY_LEN(allowed) + 24];
	struct sock_fprog program = { .filter = f };
	size_t n = 0;

	step(f, &n, LOAD(arch));
	step(f, &n, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
	step(f, &n, ANSWER(SECCOMP_RET_KILL_PROCESS));
	step(f, &n, LOAD(nr));
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++) {
		step(f, &n, UNLESS(allowed[i], 1));
		step(f, &n, ANSWER(SECCOMP_RET_ALLOW));
	}
	/* A thread's name; nothing else of a process changes any more. */
	step(f, &n, UNLESS(__NR_prctl, 4));
	step(f, &n, LOAD(args[0]));
	step(f, &n, UNLESS(PR_SET_NAME, 1));
	step(f, &n, ANSWER(SECCOMP_RET_ALLOW));
	step(f, &n, ANSWER(SECCOMP_RET_ERRNO | EPERM));
	/* The filter cannot see what clone3 asks for; without it glibc takes clone. */
	step(f, &n, UNLESS(__NR_clone3, 1));
	step(f, &n, ANSWER(SECCOMP_RET_ERRNO | ENOSYS));
	/* Threads, no processes. */
	step(f, &n, UNLESS(__NR_clone, 4));
	step(f, &n, LOAD(args[0]));
	step(f, &n, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
	step(f, &n, ANSWER(SECCOMP_RET_ALLOW));
	step(f, &n, ANSWER(SECCOMP_RET_ERRNO | EPERM));
	step(f, &n, ANSWER(SECCOMP_RET_ERRNO | EPERM));
	program.len = (unsigned short)n;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* ---- the child ---------------------------------------------------------------------------- */

struct shared {
	enum media_fault fault;
	int width, height;
	size_t n, used;
	struct { int width; enum media_format format; size_t at, n; } file[MEDIA_WIDTHS_MAX * MEDIA_FORMATS];
	unsigned char data[MEDIA_BOX_BYTES];
};

static bool put(void *arg, int width, enum media_format format, const void *data, size_t n)
{
	struct shared *s = arg;

	if (s->n == ARRAY_LEN(s->file) || n > sizeof(s->data) - s->used)
		return false;
	memcpy(s->data + s->used, data, n);
	s->file[s->n].width = width;
	s->file[s->n].format = format;
	s->file[s->n].at = s->used;
	s->file[s->n++].n = n;
	s->used += n;
	return true;
}

static void be_modest(void)
{
	struct rlimit addresses = { BOX_ADDRESSES, BOX_ADDRESSES }, seconds = { BOX_SECONDS, BOX_SECONDS }, none = { 0, 0 };

	/* AddressSanitizer reserves terabytes of addresses */
#ifndef __SANITIZE_ADDRESS__
	setrlimit(RLIMIT_AS, &addresses);
#endif
	(void)addresses;
	setrlimit(RLIMIT_CPU, &seconds);
	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_FSIZE, &none);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static unsigned char *read_all(int fd, size_t size)
{
	unsigned char *data = mem_array(mem_context(NULL, "picture"), unsigned char, size);
	size_t have = 0;
	ssize_t got;

	while (have < size && (got = pread(fd, data + have, size - have, (off_t)have)) > 0)
		have += (size_t)got;
	return have == size ? data : NULL;
}

NORETURN static void work(int fd, size_t size, bool encode, struct shared *s)
{
	unsigned char *data;
	enum media_fault fault;

	be_modest();
	/* Whatever else its parent held: sockets, the database, logs. */
	if (dup2(fd, STDIN_FILENO) < 0 || close_range(STDERR_FILENO + 1, ~0U, 0) != 0)
		_exit(1);
	data = read_all(STDIN_FILENO, size);
	if (data == NULL || !media_pixels_start() || !media_box_lock())
		_exit(1);
	fault = media_measure(data, size, &s->width, &s->height);
	if (fault == MEDIA_FINE && encode)
		fault = media_encode(data, size, s->width, false, put, s);
	/* More bytes than there is room for: no disk is full. */
	s->fault = fault == MEDIA_UNWRITABLE ? MEDIA_TOO_DETAILED : fault;
	_exit(0);
}

/* ---- the parent ----------------------------------------------------------------------------- */

/* True when it ended by itself and well. */
static bool wait_for(pid_t pid, int64_t until_us)
{
	int fd = pidfd_open(pid, 0), status = 0;
	bool late = fd < 0;

	while (!late) {
		int64_t left_us = until_us - clock_steady_us();
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int n = left_us <= 0 ? 0 : poll(&p, 1, (int)((left_us + 999) / 1000));

		if (n > 0)
			break;
		late = n == 0 || errno != EINTR;
	}
	if (late)
		kill(pid, SIGKILL);
	if (fd >= 0)
		close(fd);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return !late && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* A file that lies where it says, and is in turn: each width as WebP, the largest first, and behind it perhaps as AVIF. */
static bool in_turn(const struct shared *s, size_t i, size_t *webps)
{
	static const int widths[] = MEDIA_WIDTHS;
	size_t at = s->file[i].at, bytes = s->file[i].n;

	if (bytes > sizeof(s->data) || at > sizeof(s->data) - bytes || !media_plain(s->file[i].format, s->data + at, bytes))
		return false;
	if (s->file[i].format == MEDIA_AS_AVIF)
		return i > 0 && s->file[i - 1].format == MEDIA_AS_WEBP && s->file[i - 1].width == s->file[i].width;
	return s->file[i].format == MEDIA_AS_WEBP && *webps < ARRAY_LEN(widths) && s->file[i].width == widths[(*webps)++];
}

/* The child is not believed: what it wrote is what it says, or it is nothing. */
static void take_out(const struct shared *s, bool encode, struct media_box *out)
{
	static const int widths[] = MEDIA_WIDTHS;
	size_t webps = 0;

	out->fault = s->fault;
	out->width = s->width;
	out->height = s->height;
	if (out->fault != MEDIA_FINE)
		return;
	if (out->width < 1 || out->height < 1 || s->n > ARRAY_LEN(s->file))
		out->fault = MEDIA_BROKEN;
	for (size_t i = 0; encode && out->fault == MEDIA_FINE && i < s->n; i++) {
		if (!in_turn(s, i, &webps)) {
			out->fault = MEDIA_BROKEN;
			break;
		}
		out->file[i].width = s->file[i].width;
		out->file[i].format = s->file[i].format;
		out->file[i].data = s->data + s->file[i].at;
		out->file[i].n = s->file[i].n;
		out->n = i + 1;
	}
	if (encode && out->fault == MEDIA_FINE && webps != ARRAY_LEN(widths))
		out->fault = MEDIA_BROKEN;
}

void media_box_run(int fd, size_t size, bool encode, int64_t until_us, struct media_box *out)
{
	struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	*out = (struct media_box){ .fault = MEDIA_NO_ROOM };
	if (s == MAP_FAILED)
		return;
	out->shared = s;
	s->fault = MEDIA_BROKEN;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		work(fd, size, encode, s);
	if (pid < 0)
		return;
	if (wait_for(pid, until_us)) {
		take_out(s, encode, out);
		return;
	}
	out->fault = clock_steady_us() >= until_us ? MEDIA_LATE : MEDIA_ENDED;
	log_warn("a picture ended the process that decoded it", NULL);
}

void media_box_close(struct media_box *b)
{
	if (b->shared != NULL)
		munmap(b->shared, sizeof(struct shared));
	*b = (struct media_box){ .fault = MEDIA_NO_ROOM };
}
