#include "shop/media.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vips/vips.h>

#include "base/crypto.h"
#include "base/mem.h"

/* What pages ask for: thumbnail, card, page; and a hero over the whole width. */
static const int widths[] = { 960, 480, 240 };
#define WIDE 1600
/* WebP quality: above 80 files grow and eyes see nothing. */
#define QUALITY 80
/* libwebp's 0 to 6; 2 takes half the time of 4 and 4 % more bytes. */
#define EFFORT 2
/* Address space of a child: a decoded picture of 40 Mpx and libvips' own. */
#define CHILD_BYTES (2048LL * 1024 * 1024)
/* One picture takes under a second; a child converts hundreds. */
#define CHILD_SECONDS 900

enum kind { UNKNOWN, JPEG, PNG, WEBP, PDF, SVG };

bool media_name_safe(const char *file)
{
	if (*file == '\0' || *file == '/' || *file == '.' || strlen(file) > 255 || strchr(file, '\\') != NULL)
		return false;
	for (const char *p = file; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (p[0] == '/' && (p[1] == '/' || p[1] == '.' || p[1] == '\0')))
			return false;
	return true;
}

static enum kind kind_of(const unsigned char *data, size_t n)
{
	if (n >= 4 && memcmp(data, "\xff\xd8\xff", 3) == 0)
		return JPEG;
	if (n >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0)
		return PNG;
	if (n >= 12 && memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0)
		return WEBP;
	if (n >= 5 && memcmp(data, "%PDF-", 5) == 0)
		return PDF;
	return n >= 4 && (memmem(data, n < 512 ? n : 512, "<svg", 4) != NULL) ? SVG : UNKNOWN;
}

static void refuse(struct media *m, const char *why)
{
	snprintf(m->why, sizeof(m->why), "%s", why);
	m->name[0] = '\0';
}

/* The whole file, below FROM even through links; NULL after a reason. */
static unsigned char *read_original(void *ctx, const char *from, struct media *m, size_t *n)
{
	char top[PATH_MAX], path[PATH_MAX];
	int64_t most = m->document ? MEDIA_DOCUMENT_MAX : MEDIA_PICTURE_MAX;
	unsigned char *data = NULL;
	struct stat st;
	int fd;

	if (!media_name_safe(m->file)) {
		refuse(m, "the file name leads out of the directory");
		return NULL;
	}
	if (realpath(from, top) == NULL || realpath(mem_printf(ctx, "%s/%s", from, m->file), path) == NULL) {
		refuse(m, "there is no such file");
		return NULL;
	}
	if (strncmp(path, top, strlen(top)) != 0 || path[strlen(top)] != '/') {
		refuse(m, "the file lies outside of the directory");
		return NULL;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		refuse(m, "the file cannot be read");
	} else if (st.st_size == 0 || st.st_size > most) {
		refuse(m, st.st_size == 0 ? "the file is empty" : m->document ? "the document is larger than 10 MiB"
		       : "the picture is larger than 12 MiB");
	} else {
		ssize_t got;

		*n = 0;
		data = mem_array(ctx, unsigned char, (size_t)st.st_size);
		while (*n < (size_t)st.st_size && (got = read(fd, data + *n, (size_t)st.st_size - *n)) > 0)
			*n += (size_t)got;
		if (*n != (size_t)st.st_size) {
			refuse(m, "the file cannot be read");
			data = NULL;
		}
	}
	if (fd >= 0)
		close(fd);
	return data;
}

/* Writes a file beside its place and renames it; false with errno. */
static bool write_file(void *ctx, const char *path, const void *data, size_t n)
{
	char *part = mem_printf(ctx, "%s.%d.part", path, (int)getpid());
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	bool ok = fd >= 0;

	for (size_t done = 0; ok && done < n; ) {
		ssize_t put = write(fd, (const char *)data + done, n - done);

		ok = put > 0;
		done += ok ? (size_t)put : 0;
	}
	if (fd >= 0)
		ok = (close(fd) == 0) && ok;
	ok = ok && rename(part, path) == 0;
	if (!ok)
		unlink(part);
	return ok;
}

static bool is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size > 0;
}

static char *path_of(void *ctx, const char *to, const struct media *m, int width)
{
	return mem_printf(ctx, "%s/%s-%d.webp", to, m->name, width);
}

static bool save(void *ctx, VipsImage *image, const char *path)
{
	void *data = NULL;
	size_t n = 0;
	bool ok = vips_webpsave_buffer(image, &data, &n, "Q", QUALITY, "effort", EFFORT, "strip", TRUE, NULL) == 0
		&& write_file(ctx, path, data, n);

	g_free(data);
	return ok;
}

/* The picture in all widths: decoded once in its largest, the smaller ones made of that. */
static bool convert(void *ctx, const char *to, const struct media *m, const unsigned char *data, size_t n)
{
	int largest = m->wide && m->width > widths[0] ? WIDE : widths[0];
	VipsImage *thumb = NULL, *image = NULL;
	/* "size" down: nothing is enlarged; "fail_on" error: a broken file is refused, not half shown */
	bool ok = vips_thumbnail_buffer((void *)(uintptr_t)data, n, &thumb, largest, "height", 20000, "size", VIPS_SIZE_DOWN,
					"option_string", "[fail_on=error]", NULL) == 0;

	if (ok)
		ok = (image = vips_image_copy_memory(thumb)) != NULL;
	if (ok && m->wide)
		ok = save(ctx, image, path_of(ctx, to, m, WIDE));
	for (size_t i = 0; ok && i < ARRAY_LEN(widths); i++) {
		VipsImage *small = NULL;

		ok = vips_thumbnail_image(image, &small, widths[i], "height", 20000, "size", VIPS_SIZE_DOWN, NULL) == 0
			&& save(ctx, small, path_of(ctx, to, m, widths[i]));
		g_clear_object(&small);
	}
	g_clear_object(&thumb);
	g_clear_object(&image);
	return ok;
}

static bool is_converted(void *ctx, const char *to, const struct media *m)
{
	for (size_t i = 0; i < ARRAY_LEN(widths); i++)
		if (!is_there(path_of(ctx, to, m, widths[i])))
			return false;
	return !m->wide || is_there(path_of(ctx, to, m, WIDE));
}

static void take_picture(void *ctx, const char *to, struct media *m, const unsigned char *data, size_t n)
{
	VipsImage *header = vips_image_new_from_buffer(data, n, "", "access", VIPS_ACCESS_SEQUENTIAL, NULL);

	if (header == NULL) {
		refuse(m, "the picture is broken");
		return;
	}
	m->width = vips_image_get_width(header);
	m->height = vips_image_get_height(header);
	g_object_unref(header);
	if ((int64_t)m->width * m->height > MEDIA_PIXELS_MAX) {
		snprintf(m->why, sizeof(m->why), "the picture has %d x %d pixels, more than 40 million", m->width, m->height);
		m->name[0] = '\0';
		return;
	}
	if (is_converted(ctx, to, m))
		return;
	if (convert(ctx, to, m, data, n))
		m->made = true;
	else
		refuse(m, errno == ENOSPC || errno == EACCES ? "the media directory cannot be written" : "the picture is broken");
	vips_error_clear();
}

static void take_document(void *ctx, const char *to, struct media *m, const unsigned char *data, size_t n)
{
	char *path;

	memcpy(m->name + 33, ".pdf", 5);
	path = mem_printf(ctx, "%s/%s", to, m->name);
	m->width = m->height = 0;
	if (is_there(path))
		return;
	if (write_file(ctx, path, data, n))
		m->made = true;
	else
		refuse(m, "the media directory cannot be written");
}

static void take(const char *from, const char *to, struct media *m)
{
	static const char *const mimes[] = {
		[JPEG] = "image/jpeg", [PNG] = "image/png", [WEBP] = "image/webp", [PDF] = "application/pdf"
	};
	void *ctx = mem_context(NULL, "media");
	char hex[SHA256_HEX];
	size_t n;
	unsigned char *data = read_original(ctx, from, m, &n);
	enum kind kind = data != NULL ? kind_of(data, n) : UNKNOWN;

	if (data == NULL) {
		/* the reason stands */
	} else if (m->document ? kind != PDF : kind != JPEG && kind != PNG && kind != WEBP) {
		refuse(m, m->document ? "the file is no PDF" : kind == SVG ? "SVG is refused: it can carry scripts"
		       : "the file is no JPEG, PNG or WebP picture");
	} else {
		sha256_hex(data, n, hex);
		snprintf(m->name, sizeof(m->name), "%.2s/%.30s", hex, hex + 2);
		snprintf(m->mime, sizeof(m->mime), "%s", mimes[kind]);
		m->bytes = (int64_t)n;
		if (mkdir(mem_printf(ctx, "%s/%.2s", to, hex), 0755) != 0 && errno != EEXIST)
			refuse(m, "the media directory cannot be written");
		else if (m->document)
			take_document(ctx, to, m, data, n);
		else
			take_picture(ctx, to, m, data, n);
	}
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

static void silent(const char *domain, GLogLevelFlags level, const char *message, void *arg)
{
	(void)domain;
	(void)level;
	(void)message;
	(void)arg;
}

NORETURN static void work(const char *from, const char *to, struct shared *shared, size_t n)
{
	be_modest();
	if (VIPS_INIT("sutler") != 0)
		_exit(1);
	g_log_set_default_handler(silent, NULL);        /* libvips' warnings name no file; the reason does */
	vips_concurrency_set(1);        /* the processes are the parallelism */
	vips_cache_set_max(0);
	vips_block_untrusted_set(TRUE);
	for (size_t i; (i = atomic_fetch_add(&shared->next, 1)) < n; ) {
		/* what stays when this picture ends the process */
		snprintf(shared->list[i].why, MEDIA_WHY_SIZE, "the picture cannot be decoded");
		shared->list[i].name[0] = '\0';
		struct media m = shared->list[i];

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
			refuse(&list[i], "there is no memory for it");
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
		refuse(&list[i], "no process could be started for it");
	munmap(shared, size);
}
