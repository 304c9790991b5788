#include "base/call.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const words[] = {
	[CALL_OK] = "ok", [CALL_DECLINE] = "decline", [CALL_UNKNOWN] = "unknown", [CALL_UNAVAILABLE] = "unavailable",
};

const char *call_outcome_word(enum call_outcome outcome)
{
	if (outcome >= ARRAY_LEN(words))
		BUG("outcome %d of a call", (int)outcome);
	return words[outcome];
}

/* --- the line that is asked, and the one that answers ----------------------------------------- */

static struct buf *question(const void *ctx, const char *call, const char *tenant, const char *id, int64_t until_us)
{
	struct buf *b = buf_new(ctx);

	buf_adds(b, "{\"call\":");
	buf_json(b, call);
	buf_adds(b, ",\"tenant\":");
	buf_json(b, tenant);
	buf_adds(b, ",\"id\":");
	buf_json(b, id);
	/* The clock is the host's: courier does not begin what nobody waits for any more. */
	buf_printf(b, ",\"until_us\":%lld}\n", (long long)until_us);
	return b;
}

static const char *text_of(struct json_object *top, const char *name)
{
	const char *s = json_text(json_member(top, name));

	return s != NULL ? s : "";
}

/* False when LINE is none of courier's answers. */
static bool read_answer(const void *ctx, const char *line, size_t n, struct call_answer *out)
{
	const char *error;
	struct json_object *top = json_read(ctx, line, n, &error);
	const char *outcome = text_of(top, "outcome");

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(words[i], outcome) == 0) {
			*out = (struct call_answer){
				.outcome = (enum call_outcome)i, .url = text_of(top, "url"),
				.code = text_of(top, "code"), .state = text_of(top, "state"), .back = "",
			};
			return true;
		}
	}
	return false;
}

/* --- the socket --------------------------------------------------------------------------------- */

/* A connected socket, or -1: then nobody has heard of us. */
static int reach(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	/* Non-blocking: a full queue says so at once. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		int why = errno;

		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

/* True when something can be read before UNTIL_US. */
static bool await(int fd, int64_t until_us)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left_ms = (until_us - clock_steady_us() + 999) / 1000;
		int n = left_ms <= 0 ? 0 : poll(&p, 1, (int)left_ms);

		if (n >= 0 || errno != EINTR)
			return n > 0;
	}
}

/* One line without its end, or why there is none. */
static const char *listen_to(int fd, int64_t until_us, struct buf *line)
{
	while (line->len <= CALL_LINE_MAX) {
		char piece[1024];
		ssize_t n;
		const char *end;

		if (!await(fd, until_us))
			return "it was too slow";
		n = recv(fd, piece, sizeof(piece), 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return "it hung up";
		buf_add(line, piece, (size_t)n);
		end = memchr(line->data, '\n', line->len);
		if (end != NULL) {
			line->len = (size_t)(end - line->data);
			return NULL;
		}
	}
	return "its answer is too long";
}

void call_courier(const void *ctx, const char *socket, const char *call, const char *tenant,
		  const char *id, int64_t until_us, struct call_answer *out)
{
	int64_t last_us = clock_steady_us() + CALL_MS * INT64_C(1000);
	struct buf *line = buf_new(ctx), *ask;
	const char *fault;
	int fd;

	if (until_us > last_us)
		until_us = last_us;
	*out = (struct call_answer){ .outcome = CALL_UNAVAILABLE, .url = "", .code = "", .state = "", .back = "" };
	ask = question(ctx, call, tenant, id, until_us);
	fd = reach(socket);
	/* A line this short is taken whole or not at all. */
	if (fd < 0 || send(fd, ask->data, ask->len, MSG_NOSIGNAL) != (ssize_t)ask->len) {
		log_error("courier cannot be reached", "call", call, "reason", strerror(errno), NULL);
		if (fd >= 0)
			close(fd);
		return;
	}
	out->outcome = CALL_UNKNOWN;
	fault = listen_to(fd, until_us, line);
	close(fd);
	if (fault == NULL && !read_answer(ctx, line->data, line->len, out))
		fault = "its answer cannot be read";
	if (fault != NULL)
		log_error("courier did not answer", "call", call, "id", id, "reason", fault, NULL);
}
