#include "shop/media.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "shop/media_box.h"

static const int widths[] = MEDIA_WIDTHS;
/* Address space of a child: a decoded picture of 40 Mpx and libvips' own. */
#define CHILD_BYTES (2048LL * 1024 * 1024)
/* One picture takes under a second; a child converts hundreds. */
#define CHILD_SECONDS 900

static const char *const sentences[] = {
	[MEDIA_UNSAFE_NAME] = "the file name leads out of the directory", [MEDIA_MISSING] = "there is no such file",
	[MEDIA_OUTSIDE] = "the file lies outside of the directory", [MEDIA_UNREADABLE] = "the file cannot be read",
	[MEDIA_EMPTY] = "the file is empty", [MEDIA_LARGE_DOCUMENT] = "the document is larger than 10 MiB",
	[MEDIA_LARGE_PICTURE] = "the picture is larger than 12 MiB", [MEDIA_NO_PDF] = "the file is no PDF",
	[MEDIA_LARGE_GOODS] = "the file is larger than 50 MiB",
	[MEDIA_NO_PICTURE] = "the file is no JPEG, PNG or WebP picture", [MEDIA_IS_SVG] = "SVG is refused: it can carry scripts",
	[MEDIA_TOO_MANY_PIXELS] = "the picture has more than 40 million pixels", [MEDIA_BROKEN] = "the picture is broken",
	[MEDIA_TOO_DETAILED] = "the picture has too much detail", [MEDIA_ENDED] = "the picture cannot be decoded",
	[MEDIA_LATE] = "the picture took too long", [MEDIA_NO_ROOM] = "no process could be started for it",
	[MEDIA_UNWRITABLE] = "the media directory cannot be written",
};

bool media_name_safe(const char *file)
{
	if (*file == '\0' || *file == '/' || *file == '.' || strlen(file) > 255 || strchr(file, '\\') != NULL)
		return false;
	for (const char *p = file; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (p[0] == '/' && (p[1] == '/' || p[1] == '.' || p[1] == '\0')))
			return false;
	return true;
}

static void refuse(struct media *m, enum media_fault fault)
{
	m->fault = fault;
	snprintf(m->why, sizeof(m->why), "%s", sentences[fault]);
	m->name[0] = '\0';
}

/* ---- files ------------------------------------------------------------------------------ */

/* The whole file, below FROM even through links; NULL after a reason. */
static unsigned char *read_original(void *ctx, const char *from, struct media *m, size_t *n)
{
	char top[PATH_MAX], path[PATH_MAX];
	int64_t most = m->document ? MEDIA_DOCUMENT_MAX : MEDIA_PICTURE_MAX;
	unsigned char *data = NULL;
	struct stat st;
	int fd;

	if (!media_name_safe(m->file)) {
		refuse(m, MEDIA_UNSAFE_NAME);
		return NULL;
	}
	if (realpath(from, top) == NULL || realpath(mem_printf(ctx, "%s/%s", from, m->file), path) == NULL) {
		refuse(m, MEDIA_MISSING);
		return NULL;
	}
	if (strncmp(path, top, strlen(top)) != 0 || path[strlen(top)] != '/') {
		refuse(m, MEDIA_OUTSIDE);
		return NULL;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		refuse(m, MEDIA_UNREADABLE);
	} else if (st.st_size == 0 || st.st_size > most) {
		refuse(m, st.st_size == 0 ? MEDIA_EMPTY : m->document ? MEDIA_LARGE_DOCUMENT : MEDIA_LARGE_PICTURE);
	} else {
		ssize_t got;

		*n = 0;
		data = mem_array(ctx, unsigned char, (size_t)st.st_size);
		while (*n < (size_t)st.st_size && (got = read(fd, data + *n, (size_t)st.st_size - *n)) > 0)
			*n += (size_t)got;
		if (*n != (size_t)st.st_size) {
			refuse(m, MEDIA_UNREADABLE);
			data = NULL;
		}
	}
	if (fd >= 0)
		close(fd);
	return data;
}

/* Whatever the umask of the unit: the web server reads what is public; what is not, programs of the directory's group. */
#define PUBLIC_MODE 0644
#define GOODS_MODE 0640

/* Writes a file beside its place and renames it; false with errno.  LASTING: it is on the disk before. */
static bool write_file(void *ctx, const char *path, const void *data, size_t n, bool lasting, mode_t mode)
{
	char *part = mem_printf(ctx, "%s.%d.part", path, (int)getpid());
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	bool ok = fd >= 0 && fchmod(fd, mode) == 0;

	for (size_t done = 0; ok && done < n; ) {
		ssize_t put = write(fd, (const char *)data + done, n - done);

		ok = put > 0;
		done += ok ? (size_t)put : 0;
	}
	ok = ok && (!lasting || fsync(fd) == 0);
	if (fd >= 0)
		ok = (close(fd) == 0) && ok;
	ok = ok && rename(part, path) == 0;
	if (!ok)
		unlink(part);
	return ok;
}

/* True when it is there; it counts as made now, so that nobody sweeps it away. */
static bool keep(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size > 0 && (utimensat(AT_FDCWD, path, NULL, 0) == 0 || errno == EACCES || errno == EPERM);
}

static char *path_of(void *ctx, const char *to, const struct media *m, int width, enum media_format format)
{
	return mem_printf(ctx, "%s/%s-%d.%s", to, m->name, width, media_ending(format));
}

static bool is_converted(void *ctx, const char *to, const struct media *m)
{
	bool there = true;

	for (enum media_format f = 0; f < MEDIA_FORMATS; f++) {
		for (size_t i = 0; i < ARRAY_LEN(widths); i++)
			there = keep(path_of(ctx, to, m, widths[i], f)) && there;
		there = (!m->wide || keep(path_of(ctx, to, m, MEDIA_WIDE, f))) && there;
	}
	return there;
}

/* Of the directory TO: shared by who stores, alone for who sweeps.  -1 where it cannot be written. */
static int lock(void *ctx, const char *to, int how)
{
	int fd = open(mem_printf(ctx, "%s/.lock", to), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0664);

	if (fd >= 0)
		(void)!fchmod(fd, 0664);        /* not ours: as it is */
	while (fd >= 0 && flock(fd, how) != 0)
		if (errno != EINTR) {
			close(fd);
			fd = -1;
		}
	return fd;
}

/* What a file is becomes its name: M's, made of DIGEST; its directory is there then. */
static bool name_it(void *ctx, const char *to, struct media *m, const char *digest, enum media_kind kind, int64_t bytes)
{
	char *dir = mem_printf(ctx, "%s/%.2s", to, digest);

	snprintf(m->name, sizeof(m->name), "%.2s/%.30s%s", digest, digest + 2, m->document ? ".pdf" : "");
	snprintf(m->mime, sizeof(m->mime), "%s", media_mime(kind));
	m->bytes = bytes;
	/* Of the directory's group, so that all who store may write in it. */
	if (mkdir(dir, 0775) == 0 && chmod(dir, 0775) != 0)
		return false;
	return access(dir, W_OK) == 0;
}

static enum media_fault fault_of(enum media_kind kind, bool document)
{
	if (document)
		return kind == MEDIA_PDF ? MEDIA_FINE : MEDIA_NO_PDF;
	return kind == MEDIA_JPEG || kind == MEDIA_PNG || kind == MEDIA_WEBP ? MEDIA_FINE : kind == MEDIA_SVG ? MEDIA_IS_SVG : MEDIA_NO_PICTURE;
}

static enum media_fault store_document(void *ctx, const char *to, struct media *m, const unsigned char *data, size_t n, bool lasting)
{
	char *path = mem_printf(ctx, "%s/%s", to, m->name);

	m->width = m->height = 0;
	if (keep(path))
		return MEDIA_FINE;
	m->made = write_file(ctx, path, data, n, lasting, PUBLIC_MODE);
	return m->made ? MEDIA_FINE : MEDIA_UNWRITABLE;
}

/* ---- many files of a directory --------------------------------------------------------------- */

struct place {
	void *ctx;
	const char *to;
	const struct media *m;
};

static bool put(void *arg, int width, enum media_format format, const void *data, size_t n)
{
	const struct place *p = arg;

	return write_file(p->ctx, path_of(p->ctx, p->to, p->m, width, format), data, n, false, PUBLIC_MODE);
}

static enum media_fault store_picture(void *ctx, const char *to, struct media *m, const unsigned char *data, size_t n)
{
	struct place place = { ctx, to, m };
	enum media_fault fault = media_measure(data, n, &m->width, &m->height);

	if (fault != MEDIA_FINE || is_converted(ctx, to, m))
		return fault;
	fault = media_encode(data, n, m->width, m->wide, put, &place);
	m->made = fault == MEDIA_FINE;
	return fault;
}

static void take(const char *from, const char *to, struct media *m)
{
	void *ctx = mem_context(NULL, "media");
	char hex[SHA256_HEX];
	size_t n;
	unsigned char *data = read_original(ctx, from, m, &n);
	enum media_kind kind;
	enum media_fault fault;
	int held = -1;

	if (data != NULL) {
		kind = media_kind(data, n);
		fault = fault_of(kind, m->document);
		if (fault == MEDIA_FINE) {
			held = lock(ctx, to, LOCK_SH);
			sha256_hex(data, n, hex);
			fault = !name_it(ctx, to, m, hex, kind, (int64_t)n) ? MEDIA_UNWRITABLE
				: m->document ? store_document(ctx, to, m, data, n, false) : store_picture(ctx, to, m, data, n);
		}
		if (fault != MEDIA_FINE)
			refuse(m, fault);
		if (fault == MEDIA_TOO_MANY_PIXELS)
			snprintf(m->why, sizeof(m->why), "the picture has %d x %d pixels, more than 40 million", m->width, m->height);
	}
	if (held >= 0)
		close(held);
	mem_free(ctx);
}

/* ---- children ------------------------------------------------------------------- */

/* Seen by all children: what is next, and the results. */
struct shared {
	atomic_size_t next;
	struct media list[];
};

static void be_modest(void)
{
	struct rlimit bytes = { CHILD_BYTES, CHILD_BYTES }, seconds = { CHILD_SECONDS, CHILD_SECONDS }, none = { 0, 0 };

	/* AddressSanitizer reserves terabytes of addresses */
#ifndef __SANITIZE_ADDRESS__
	setrlimit(RLIMIT_AS, &bytes);
#endif
	(void)bytes;
	setrlimit(RLIMIT_CPU, &seconds);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

NORETURN static void work(const char *from, const char *to, struct shared *shared, size_t n)
{
	be_modest();
	if (!media_pixels_start())
		_exit(1);
	for (size_t i; (i = atomic_fetch_add(&shared->next, 1)) < n; ) {
		/* what stays when this picture ends the process */
		refuse(&shared->list[i], MEDIA_ENDED);
		struct media m = shared->list[i];

		m.fault = MEDIA_FINE;
		m.why[0] = '\0';
		take(from, to, &m);
		shared->list[i] = m;
	}
	_exit(0);
}

void media_store(const char *from, const char *to, struct media *list, size_t n, int workers)
{
	size_t size = sizeof(struct shared) + n * sizeof(*list);
	struct shared *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int running = 0;

	if (n == 0 || shared == MAP_FAILED) {
		for (size_t i = 0; i < n; i++)
			refuse(&list[i], MEDIA_NO_ROOM);
		return;
	}
	memcpy(shared->list, list, n * sizeof(*list));
	fflush(NULL);
	/* A child that a picture ended is replaced while pictures are left. */
	while (running > 0 || atomic_load(&shared->next) < n) {
		while (running < workers && atomic_load(&shared->next) < n) {
			pid_t pid = fork();

			if (pid == 0)
				work(from, to, shared, n);
			if (pid < 0)
				break;
			running++;
		}
		if (running == 0)
			break;
		if (wait(NULL) > 0)
			running--;
	}
	memcpy(list, shared->list, n * sizeof(*list));
	for (size_t i = atomic_load(&shared->next); i < n; i++)
		refuse(&list[i], MEDIA_NO_ROOM);
	munmap(shared, size);
}

/* ---- one upload ------------------------------------------------------------------------------- */

static enum media_fault take_picture(void *ctx, int fd, const char *to, int64_t until_us, struct media *m)
{
	struct media_box box;
	bool there = is_converted(ctx, to, m);
	enum media_fault fault;

	media_box_run(fd, (size_t)m->bytes, !there, until_us, &box);
	fault = box.fault;
	m->width = box.width;
	m->height = box.height;
	for (size_t i = 0; fault == MEDIA_FINE && i < box.n; i++)
		if (!write_file(ctx, path_of(ctx, to, m, box.file[i].width, box.file[i].format), box.file[i].data, box.file[i].n, true, PUBLIC_MODE))
			fault = MEDIA_UNWRITABLE;
	m->made = fault == MEDIA_FINE && !there;
	media_box_close(&box);
	return fault;
}

static enum media_fault take_document(void *ctx, int fd, const char *to, struct media *m)
{
	unsigned char *data = mmap(NULL, (size_t)m->bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	enum media_fault fault;

	if (data == MAP_FAILED)
		return MEDIA_NO_ROOM;
	fault = store_document(ctx, to, m, data, (size_t)m->bytes, true);
	munmap(data, (size_t)m->bytes);
	return fault;
}

static void hex_of(const unsigned char digest[SHA256_LEN], char hex[SHA256_HEX])
{
	for (size_t i = 0; i < SHA256_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void media_take(int fd, const unsigned char sha256[SHA256_LEN], const char *to, int64_t until_us, struct media *m)
{
	void *ctx = mem_context(NULL, "upload");
	unsigned char first[512];
	ssize_t nfirst = pread(fd, first, sizeof(first), 0);
	enum media_kind kind = nfirst > 0 ? media_kind(first, (size_t)nfirst) : MEDIA_UNKNOWN;
	enum media_fault fault = fault_of(kind, m->document);
	char hex[SHA256_HEX];
	struct stat st;
	int held = -1;

	if (nfirst < 0 || fstat(fd, &st) != 0)
		fault = MEDIA_UNREADABLE;
	else if (st.st_size == 0)
		fault = MEDIA_EMPTY;
	else if (st.st_size > (m->document ? MEDIA_DOCUMENT_MAX : MEDIA_PICTURE_MAX))
		fault = m->document ? MEDIA_LARGE_DOCUMENT : MEDIA_LARGE_PICTURE;
	if (fault == MEDIA_FINE) {
		hex_of(sha256, hex);
		held = lock(ctx, to, LOCK_SH);
		if (held < 0 || !name_it(ctx, to, m, hex, kind, st.st_size))
			fault = MEDIA_UNWRITABLE;
		else
			fault = m->document ? take_document(ctx, fd, to, m) : take_picture(ctx, fd, to, until_us, m);
	}
	if (fault != MEDIA_FINE)
		refuse(m, fault);
	if (held >= 0)
		close(held);
	mem_free(ctx);
}

/* The name of goods says whose they are: merchants that sell the same file have one each.  Their directory keeps
   the group of the one above it, and gives it to them: chmod() would take that away. */
static bool name_goods(void *ctx, const unsigned char digest[SHA256_LEN], const char *owner, const char *to, struct media *m)
{
	char hex[SHA256_HEX], both[SHA256_HEX];
	const char *whose, *dir;
	mode_t mask;

	hex_of(digest, hex);
	whose = mem_printf(ctx, "%s %s", owner, hex);
	sha256_hex(whose, strlen(whose), both);
	snprintf(m->name, sizeof(m->name), "%.2s/%.30s", both, both + 2);
	dir = mem_printf(ctx, "%s/%.2s", to, both);
	mask = umask(0007);
	(void)!mkdir(dir, 0770);
	umask(mask);
	return access(dir, W_OK) == 0;
}

static enum media_fault take_goods(void *ctx, int fd, const unsigned char digest[SHA256_LEN], const char *owner, const char *to, struct media *m)
{
	unsigned char *data;
	const char *path;

	if (!name_goods(ctx, digest, owner, to, m))
		return MEDIA_UNWRITABLE;
	path = mem_printf(ctx, "%s/%s", to, m->name);
	if (keep(path))
		return MEDIA_FINE;
	data = mmap(NULL, (size_t)m->bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return MEDIA_NO_ROOM;
	m->made = write_file(ctx, path, data, (size_t)m->bytes, true, GOODS_MODE);
	munmap(data, (size_t)m->bytes);
	return m->made ? MEDIA_FINE : MEDIA_UNWRITABLE;
}

void media_take_goods(int fd, const unsigned char digest[SHA256_LEN], const char *owner, const char *to, struct media *m)
{
	void *ctx = mem_context(NULL, "goods");
	enum media_fault fault = MEDIA_FINE;
	struct stat st;
	int held = -1;

	if (fstat(fd, &st) != 0)
		fault = MEDIA_UNREADABLE;
	else if (st.st_size == 0 || st.st_size > MEDIA_GOODS_MAX)
		fault = st.st_size == 0 ? MEDIA_EMPTY : MEDIA_LARGE_GOODS;
	if (fault == MEDIA_FINE) {
		m->bytes = st.st_size;
		held = lock(ctx, to, LOCK_SH);
		fault = held < 0 ? MEDIA_UNWRITABLE : take_goods(ctx, fd, digest, owner, to, m);
	}
	if (fault != MEDIA_FINE)
		refuse(m, fault);
	if (held >= 0)
		close(held);
	mem_free(ctx);
}

/* ---- what nobody names ------------------------------------------------------------------------- */

static int compare(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

/* FILE of directory DIR, "ab": "cdef...-960.webp" and "cdef....pdf" have a name; a part of a file has none. */
static bool is_named(void *ctx, const char *dir, const char *file, const char *const *named, size_t n)
{
	const char *dash = strrchr(file, '-');
	size_t len = dash != NULL ? (size_t)(dash - file) : strlen(file);
	char *name = mem_printf(ctx, "%s/%.*s", dir, (int)len, file);
	size_t all = strlen(file);

	if (all > 5 && strcmp(file + all - 5, ".part") == 0)
		return false;
	return n > 0 && bsearch(name, named, n, sizeof(*named), compare) != NULL;
}

static int64_t sweep_one(void *ctx, const char *to, const char *dir, const char *const *named, size_t n, int keep_s)
{
	DIR *d = opendir(mem_printf(ctx, "%s/%s", to, dir));
	time_t before = time(NULL) - keep_s;
	int64_t gone = 0;
	struct dirent *e;
	struct stat st;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && !is_named(ctx, dir, e->d_name, named, n) &&
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && st.st_mtime < before)
			gone += unlinkat(dirfd(d), e->d_name, 0) == 0;
	if (d != NULL)
		closedir(d);
	return gone;
}

int64_t media_sweep(const char *to, const char *const *named, size_t n, int keep_s)
{
	void *ctx = mem_context(NULL, "sweep");
	DIR *d = opendir(to);
	int64_t gone = d == NULL ? -1 : 0;
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		void *one = mem_context(ctx, "directory");
		/* For one directory at a time: who stores waits some milliseconds. */
		int held = strlen(e->d_name) == 2 && e->d_name[0] != '.' ? lock(one, to, LOCK_EX) : -1;

		if (held >= 0) {
			gone += sweep_one(one, to, e->d_name, named, n, keep_s);
			close(held);
		}
		mem_free(one);
	}
	if (d != NULL)
		closedir(d);
	mem_free(ctx);
	return gone;
}
