/* What a stranger uploads cannot harm: a picture is told by its bytes, decoded in a box that can
   do nothing else, and written anew without anything of the original; what is broken, too large
   or no picture is refused in words and leaves no file (P29, T59, T60). */
#include "shop/media_avif.h"
#include "shop/media_box.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vips/vips.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "tap.h"

#define ENOUGH_US (INT64_C(30) * 1000 * 1000)

static void *ctx;
static char top[] = "/tmp/sutler-media.XXXXXX";

/* ---- pictures, made in a child so that this process has no threads of libvips ---------------- */

enum made { A_PNG, A_JPEG, A_WEBP, A_NOISE, A_CLEAR };

static int make(enum made what, const char *path)
{
	VipsImage *plain = NULL, *image = NULL;

	if (VIPS_INIT("test") != 0)
		return 1;
	if (what == A_NOISE || what == A_JPEG)
		vips_gaussnoise(&plain, what == A_NOISE ? 5000 : 640, what == A_NOISE ? 4000 : 480, NULL);
	else
		vips_black(&plain, 640, 480, "bands", what == A_CLEAR ? 4 : 3, NULL);
	vips_cast(plain, &image, VIPS_FORMAT_UCHAR, NULL);
	vips_image_set_int(image, VIPS_META_ORIENTATION, 6);
	vips_image_set_string(image, "exif-ifd0-ImageDescription", "a secret place (a secret place, ASCII, 14 components, 14 bytes)");
	return (what == A_JPEG ? vips_jpegsave(image, path, NULL) : what == A_WEBP ? vips_webpsave(image, path, NULL)
		: vips_pngsave(image, path, "compression", what == A_NOISE ? 0 : 6, NULL)) != 0;
}

struct bytes {
	unsigned char *data;
	size_t n;
};

static struct bytes read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st = { 0 };
	struct bytes b = { NULL, 0 };

	if (fd < 0 || fstat(fd, &st) != 0)
		return b;
	b.data = mem_array(ctx, unsigned char, (size_t)st.st_size + 1);
	b.n = (size_t)read(fd, b.data, (size_t)st.st_size);
	close(fd);
	return b;
}

static struct bytes picture(enum made what)
{
	char *path = mem_printf(ctx, "%s/original", top);
	pid_t pid = fork();

	if (pid == 0)
		_exit(make(what, path));
	waitpid(pid, NULL, 0);
	return read_file(path);
}

static uint32_t crc(const unsigned char *data, size_t n)
{
	uint32_t c = ~0u;

	for (size_t i = 0; i < n; i++) {
		c ^= data[i];
		for (int k = 0; k < 8; k++)
			c = (c >> 1) ^ (0xedb88320u & (0u - (c & 1)));
	}
	return ~c;
}

static void be32(unsigned char *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (unsigned char)(v >> (24 - 8 * i));
}

/* P with another size in its header, which is all that a bomb needs. */
static struct bytes sized(struct bytes p, uint32_t width, uint32_t height)
{
	struct bytes b = { mem_array(ctx, unsigned char, p.n), p.n };

	memcpy(b.data, p.data, p.n);
	be32(b.data + 16, width);
	be32(b.data + 20, height);
	be32(b.data + 29, crc(b.data + 12, 17));
	return b;
}

static struct bytes joined(struct bytes p, const char *tail)
{
	struct bytes b = { mem_array(ctx, unsigned char, p.n + strlen(tail)), p.n + strlen(tail) };

	memcpy(b.data, p.data, p.n);
	memcpy(b.data + p.n, tail, strlen(tail));
	return b;
}

/* ---- storing ------------------------------------------------------------------------------------ */

static char *dir_new(void)
{
	static int n;
	char *dir = mem_printf(ctx, "%s/m%d", top, n++);

	mkdir(dir, 0700);
	return dir;
}

/* An upload of these bytes; -1 when there is no room. */
static int upload_of(struct bytes b, unsigned char digest[SHA256_LEN])
{
	int fd = memfd_create("upload", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, b.data, b.n) != (ssize_t)b.n) {
		close(fd);
		fd = -1;
	}
	sha256(b.data, b.n, digest);
	return fd;
}

static struct media taken(struct bytes b, const char *to, bool document, int64_t within_us)
{
	struct media m = { .document = document };
	unsigned char digest[SHA256_LEN];
	int fd = upload_of(b, digest);

	if (fd < 0)
		return (struct media){ .fault = MEDIA_UNREADABLE };
	media_take(fd, digest, to, clock_steady_us() + within_us, &m);
	close(fd);
	return m;
}

static struct media sold(struct bytes b, const char *owner, const char *to)
{
	struct media m = { .document = false };
	unsigned char digest[SHA256_LEN];
	int fd = upload_of(b, digest);

	if (fd < 0)
		return (struct media){ .fault = MEDIA_UNREADABLE };
	media_take_goods(fd, digest, owner, to, &m);
	close(fd);
	return m;
}

/* What lies below DIR: names of files but the lock, "ab/cd.. "; their number in *N. */
static char *files_of(const char *dir, int *n)
{
	FILE *p = NULL;
	char *list = mem_strdup(ctx, ""), line[512];
	char *out = mem_printf(ctx, "%s/list", top);
	pid_t pid = fork();

	*n = 0;
	if (pid == 0) {
		if (freopen(out, "w", stdout) != NULL && chdir(dir) == 0)
			execlp("find", "find", ".", "-type", "f", "!", "-name", ".lock", (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	p = fopen(out, "r");
	while (p != NULL && fgets(line, sizeof(line), p) != NULL) {
		list = mem_concat(ctx, list, line);
		++*n;
	}
	if (p != NULL)
		fclose(p);
	return list;
}

static bool holds(struct bytes b, const char *words)
{
	return b.data != NULL && memmem(b.data, b.n, words, strlen(words)) != NULL;
}

static void good(void)
{
	static const struct { enum made made; const char *mime; bool turned; } cases[] = {
		{ A_JPEG, "image/jpeg", true }, { A_PNG, "image/png", false }, { A_WEBP, "image/webp", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bytes original = joined(picture(cases[i].made), "<script>alert(1)</script>");
		char *to = dir_new();
		struct media m = taken(original, to, false, ENOUGH_US), again;
		struct bytes out, small;
		int n;

		tap_is_int(m.fault, MEDIA_FINE, "%s is taken, whatever hangs behind it", cases[i].mime);
		tap_is_str(m.mime, cases[i].mime, "by its bytes");
		tap_is_int(m.width, cases[i].turned ? 480 : 640, "upright, as the camera says where it can (%d x %d)", m.width, m.height);
		files_of(to, &n);
		tap_is_int(n, 6, "three files of WebP and three of AVIF are made, and no other is left");
		out = read_file(mem_printf(ctx, "%s/%s-960.webp", to, m.name));
		tap_ok(out.n > 0 && media_kind(out.data, out.n) == MEDIA_WEBP, "WebP");
		tap_ok(out.n > 30 && ((out.data[26] | out.data[27] << 8) & 0x3fff) == m.width, "turned and not enlarged");
		tap_ok(!holds(out, "script") && !holds(out, "secret") && !holds(out, "EXIF") && !holds(out, "ICCP"), "with nothing of what came along");
		small = read_file(mem_printf(ctx, "%s/%s-960.avif", to, m.name));
		tap_ok(small.n > 0 && media_plain(MEDIA_AS_AVIF, small.data, small.n), "AVIF, of pixels alone");
		tap_ok(!holds(small, "script") && !holds(small, "secret") && !holds(small, "Exif") && !holds(small, "prof"), "with nothing of what came along either");
		again = taken(original, to, false, ENOUGH_US);
		tap_ok(m.made && !again.made && strcmp(m.name, again.name) == 0 && again.width == m.width, "the same picture is made once");
	}
}

static void refused(void)
{
	struct bytes png = picture(A_PNG), jpeg = picture(A_JPEG), huge = { mem_array(ctx, unsigned char, MEDIA_PICTURE_MAX + 1), MEDIA_PICTURE_MAX + 1 };
	struct { const char *what; struct bytes b; bool document; enum media_fault fault; } cases[] = {
		{ "a PNG of 30 000 x 30 000 pixels", sized(png, 30000, 30000), false, MEDIA_TOO_MANY_PIXELS },
		{ "one of 50 million", sized(png, 10000, 5000), false, MEDIA_TOO_MANY_PIXELS },
		{ "one whose rows are missing", sized(png, 5000, 5000), false, MEDIA_BROKEN },
		{ "half a PNG", { png.data, png.n / 2 }, false, MEDIA_BROKEN },
		{ "half a JPEG", { jpeg.data, jpeg.n / 2 }, false, MEDIA_BROKEN },
		{ "a JPEG's first bytes", { jpeg.data, 8 }, false, MEDIA_BROKEN },
		{ "an SVG", { (unsigned char *)(uintptr_t)"<?xml version=\"1.0\"?><svg onload=\"x()\"/>", 41 }, false, MEDIA_IS_SVG },
		{ "a GIF with a script in it", { (unsigned char *)(uintptr_t)"GIF89a/*xxxxxxx*/=1;alert(1)", 28 }, false, MEDIA_NO_PICTURE },
		{ "a page", { (unsigned char *)(uintptr_t)"<!doctype html><script>", 23 }, false, MEDIA_NO_PICTURE },
		{ "a PDF for a picture", { (unsigned char *)(uintptr_t)"%PDF-1.7\n", 9 }, false, MEDIA_NO_PICTURE },
		{ "a picture for a PDF", png, true, MEDIA_NO_PDF },
		{ "nothing", { (unsigned char *)(uintptr_t)"", 0 }, false, MEDIA_EMPTY },
		{ "more than 12 MiB", huge, false, MEDIA_LARGE_PICTURE },
	};
	char *to = dir_new();
	int n;

	memcpy(huge.data, "\xff\xd8\xff", 3);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct media m = taken(cases[i].b, to, cases[i].document, ENOUGH_US);

		tap_is_int(m.fault, cases[i].fault, "%s is refused: %s", cases[i].what, m.why);
		tap_ok(m.name[0] == '\0' && m.why[0] != '\0', "in words");
	}
	tap_is_str(files_of(to, &n), "", "and none left a file");
	tap_is_int(taken(png, mem_printf(ctx, "%s/none", top), false, ENOUGH_US).fault, MEDIA_UNWRITABLE, "without a directory nothing is taken");
	tap_is_int(taken(png, to, false, 0).fault, MEDIA_LATE, "without time neither");
	tap_is_str(files_of(to, &n), "", "which leaves nothing");
	tap_is_int(taken(cases[9].b, to, true, ENOUGH_US).fault, MEDIA_FINE, "a PDF as a document is taken");
}

/* Each byte of a picture may be the last one that came. */
static void cut(void)
{
	struct bytes jpeg = picture(A_JPEG);
	char *to = dir_new();
	int n, broken = 0, tried = 0;

	for (size_t len = 4; len + 16 < jpeg.n; len += jpeg.n / 12, tried++)
		broken += taken((struct bytes){ jpeg.data, len }, to, false, ENOUGH_US).fault == MEDIA_BROKEN;
	tap_is_int(broken, tried, "a JPEG cut anywhere is broken (%d cuts)", tried);
	tap_is_str(files_of(to, &n), "", "and half shown nowhere");
}

/* ---- a child that dies ---------------------------------------------------------------------------- */

static pid_t victim_of;

/* Ends the first child of this process's main thread, as the kernel does when memory is short. */
static void *kill_child(void *arg)
{
	char *path = mem_printf(ctx, "/proc/self/task/%d/children", (int)victim_of), line[64];
	int64_t until_us = clock_steady_us() + ENOUGH_US;
	long child = 0;

	(void)arg;
	while (child == 0 && clock_steady_us() < until_us) {
		FILE *f = fopen(path, "r");

		if (f != NULL && fgets(line, sizeof(line), f) != NULL)
			child = strtol(line, NULL, 10);
		if (f != NULL)
			fclose(f);
	}
	if (child > 0)
		kill((pid_t)child, SIGKILL);
	return NULL;
}

static void killed(void)
{
	struct bytes big = picture(A_NOISE);
	char *to = dir_new();
	struct media m;
	pthread_t killer;
	int n;

	big.n = big.n > MEDIA_PICTURE_MAX ? MEDIA_PICTURE_MAX : big.n;
	victim_of = getpid();
	if (pthread_create(&killer, NULL, kill_child, NULL) != 0)
		return;
	m = taken(big, to, false, ENOUGH_US);
	pthread_join(killer, NULL);
	tap_is_int(m.fault, MEDIA_ENDED, "who decodes is killed: %s", m.why);
	tap_is_str(files_of(to, &n), "", "and nothing of it is left");
}

static void at_once(void)
{
	struct bytes jpeg = picture(A_JPEG);
	char *to = dir_new();
	int n, fine = 0;

	for (int i = 0; i < 4; i++)
		if (fork() == 0)
			_exit(taken(jpeg, to, false, ENOUGH_US).fault == MEDIA_FINE ? 0 : 1);
	for (int i = 0, status; i < 4; i++)
		fine += wait(&status) > 0 && status == 0;
	tap_is_int(fine, 4, "four bring the same picture at once, and all may");
	files_of(to, &n);
	tap_is_int(n, 6, "it is there once");
}

/* ---- the box ----------------------------------------------------------------------------------------- */

static void *count(void *arg)
{
	++*(int *)arg;
	return NULL;
}

/* One bit for each thing that could be done; made in a child that is shut in. */
static int done_inside(void)
{
	struct flock whole = { .l_type = F_WRLCK };
	char *args[] = { mem_strdup(ctx, "true"), NULL };
	pthread_t thread;
	int counted = 0, done = 0;
	void *memory;

	if (!media_box_lock())
		return 255;
	memory = malloc(64 << 20);
	done |= memory == NULL ? 128 : 0;
	done |= pthread_create(&thread, NULL, count, &counted) != 0 || pthread_join(thread, NULL) != 0 || counted != 1 ? 64 : 0;
	done |= open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? 1 : 0;
	done |= socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 2 : 0;
	done |= kill(getppid(), 0) == 0 ? 4 : 0;
	done |= fork() >= 0 ? 8 : 0;
	execv("/bin/true", args);
	done |= fcntl(1, F_SETLK, &whole) == 0 ? 16 : 0;
	done |= write(2, "", 0) == 0 ? 32 : 0;
	return done;
}

static void box(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(done_inside());
	waitpid(pid, &status, 0);
	tap_ok(WIFEXITED(status), "who is shut in goes on");
	tap_is_int(WEXITSTATUS(status), 0, "has memory and threads, and opens, connects, kills, starts, writes nothing (status %x)", (unsigned)status);
}

/* Chunks of any length and number: none is read beyond its end. */
static void chunks(void)
{
	static const struct { const char *what; const char *bytes; size_t n; bool strips; size_t left; } cases[] = {
		{ "a picture alone", "RIFF\x10\0\0\0WEBPVP8 \4\0\0\0abcd", 24, true, 24 },
		{ "with Exif", "RIFF\x30\0\0\0WEBPVP8X\2\0\0\0\x08 VP8L\3\0\0\0abc\0EXIF\2\0\0\0ab", 44, true, 24 },
		{ "with transparency and Exif", "RIFF\x30\0\0\0WEBPVP8X\2\0\0\0\x18 ALPH\2\0\0\0abVP8 \2\0\0\0abEXIF\2\0\0\0ab", 52, true, 42 },
		{ "a chunk longer than the file", "RIFF\x10\0\0\0WEBPVP8 \xff\xff\xff\xff" "abcd", 24, false, 0 },
		{ "one byte of a chunk", "RIFF\x11\0\0\0WEBPVP8 \4\0\0\0abcdV", 25, false, 0 },
		{ "a head alone", "RIFF\4\0\0\0WEBP", 12, false, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		/* Of exactly this size: a sanitizer sees what lies behind. */
		unsigned char *data = malloc(cases[i].n);
		size_t n = cases[i].n;

		if (data == NULL)
			return;
		memcpy(data, cases[i].bytes, n);
		tap_ok(media_strip(data, &n) == cases[i].strips, "%s: %s", cases[i].what, cases[i].strips ? "stripped" : "refused");
		if (cases[i].strips)
			tap_ok(n == cases[i].left && media_plain(MEDIA_AS_WEBP, data, n), "to %zu bytes", n);
		free(data);
	}
}

/* The same for the boxes of AVIF: of a real file each byte of a head may be another, and each length one that is cut. */
static void boxes(void)
{
	char *to = dir_new();
	struct media m = taken(picture(A_CLEAR), to, false, ENOUGH_US);
	struct bytes avif = read_file(mem_printf(ctx, "%s/%s-240.avif", to, m.name));
	unsigned char *brand = memmem(avif.data, avif.n, "av01", 4), *colours = memmem(avif.data, avif.n, "colrnclx", 8);
	int longer = 0, shorter = 0;

	tap_ok(media_avif_plain(avif.data, avif.n), "a transparent picture is AVIF of pixels alone");
	tap_ok(holds(avif, "auxC"), "with its transparency");
	for (size_t n = 0; n < avif.n; n++) {
		/* Of exactly this size: a sanitizer sees what lies behind. */
		unsigned char *part = malloc(n + 1);

		if (part == NULL)
			return;
		memcpy(part, avif.data, n);
		shorter += media_avif_plain(part, n);
		free(part);
	}
	tap_is_int(shorter, 0, "cut anywhere it is none");
	longer += media_avif_plain(joined(avif, "x").data, avif.n + 1);
	longer += media_avif_plain(joined(avif, "abcdefgh").data, avif.n + 8);
	tap_is_int(longer, 0, "nor with anything behind");
	if (brand == NULL || colours == NULL)
		return;
	memcpy(brand, "Exif", 4);
	tap_ok(!media_avif_plain(avif.data, avif.n), "nor with an item that is no picture");
	memcpy(brand, "av01", 4);
	memcpy(colours + 4, "prof", 4);
	tap_ok(!media_avif_plain(avif.data, avif.n), "nor with a colour profile");
	memcpy(colours + 4, "nclx", 4);
	avif.data[11] = 'x';
	tap_ok(!media_avif_plain(avif.data, avif.n), "nor of another brand");
	avif.data[11] = 'f';
	for (size_t at = 0; at < avif.n && at < 600; at++) {
		unsigned char was = avif.data[at];

		for (int other = 0; other < 256; other += 17) {
			avif.data[at] = (unsigned char)(was ^ other);
			media_avif_plain(avif.data, avif.n);
		}
		avif.data[at] = was;
	}
	tap_ok(media_avif_plain(avif.data, avif.n), "whatever stands in its heads, none is read beyond its end");
}

static void sweep(void)
{
	char *to = dir_new(), *dir = mem_printf(ctx, "%s/ab", to);
	const char *named[] = { "ab/1111", "ab/3333.pdf" };
	static const char *const files[] = { "1111-960.webp", "1111-960.avif", "2222-960.webp", "2222-960.avif", "2222-240.webp", "3333.pdf", "4444.pdf", "1111-960.webp.77.part" };
	int n;

	mkdir(dir, 0700);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		close(open(mem_printf(ctx, "%s/%s", dir, files[i]), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	tap_is_int(media_sweep(to, named, 2, 3600), 0, "what was just made is left");
	tap_is_int(media_sweep(to, named, 2, -1), 5, "then what has no name goes, and what a dead writer left");
	files_of(to, &n);
	tap_is_int(n, 3, "what is named stays");
	tap_is_int(media_sweep("/nonexistent", named, 2, -1), -1, "a directory that is not there is no empty one");
}

/* What is sold is kept as it came, for each merchant, and read by nobody else. */
static void goods(void)
{
	char *to = dir_new();
	struct bytes b = { (unsigned char *)mem_strdup(ctx, "<svg>a pattern, whatever it is</svg>"), 35 }, empty = { b.data, 0 }, out;
	struct media m = sold(b, "acme", to), again = sold(b, "acme", to), other = sold(b, "bahari", to);
	const char *path = mem_printf(ctx, "%s/%s", to, m.name);
	struct stat st;
	int n, fd;

	tap_is_int(m.fault, MEDIA_FINE, "any kind of file is taken");
	out = read_file(path);
	tap_ok(out.n == b.n && memcmp(out.data, b.data, b.n) == 0, "and kept as it is");
	tap_ok(m.made && !again.made && strcmp(m.name, again.name) == 0, "the same again is the same file");
	tap_ok(other.made && strcmp(m.name, other.name) != 0, "the same of another merchant is another");
	tap_ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640, "others of the host cannot read it");
	tap_is_int(sold(empty, "acme", to).fault, MEDIA_EMPTY, "an empty one is refused");
	fd = memfd_create("upload", MFD_CLOEXEC);
	tap_ok(fd >= 0 && ftruncate(fd, MEDIA_GOODS_MAX + 1) == 0, "one that is too large");
	media_take_goods(fd, (const unsigned char *)"the digest of nothing that is looked at", "acme", to, &m);
	close(fd);
	tap_is_int(m.fault, MEDIA_LARGE_GOODS, "is refused");
	tap_is_int(sold(b, "acme", "/nonexistent").fault, MEDIA_UNWRITABLE, "as is all where nothing can be kept");
	files_of(to, &n);
	tap_is_int(n, 2, "and no other file is left");
}

int main(void)
{
	pid_t pid;

	ctx = mem_context(NULL, "test");
	if (mkdtemp(top) == NULL)
		return 1;
	box();
	chunks();
	boxes();
	good();
	refused();
	cut();
	killed();
	at_once();
	sweep();
	goods();
	pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", "--", top, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	mem_free(ctx);
	return tap_done();
}
