/*
 * failure-mail UNIT -- tells by mail that a unit of sutler failed, with the last it said.
 *
 * OnFailure= of every unit starts it.  It speaks to the mail server of the settings itself, as the
 * job deliver does: a sendmail of the host would need rights that its sandbox gives away.  That
 * the mail server is away is said in the journal and costs nothing else.
 * Manual: sutler(7), section WATCHING.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/id.h"
#include "base/log.h"
#include "base/mem.h"
#include "notify/notifier.h"

#define NAME "failure-mail"

enum {
	UNIT_BYTES = 128,               /* of a unit's name: ours have fewer */
	SAID_LINES = 30,                /* of the journal: the end is what tells why */
	SAID_BYTES = 64 * 1024          /* of them: a mail that people read */
};

extern char **environ;

/* sutler-NAME.service, and nothing that a mail or a command could take for something else. */
static bool is_unit(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= UNIT_BYTES && s[0] != '-' && s[0] != '.' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@:._-\\") == n;
}

static void read_all(int fd, struct buf *out)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && out->len + (size_t)n <= SAID_BYTES)
			buf_add(out, piece, (size_t)n);
}

/* What ARGV prints, on either way, behind what is in OUT; a line where it cannot be run. */
static void ask(struct buf *out, const char *const argv[])
{
	posix_spawn_file_actions_t to;
	int way[2], status;
	pid_t pid;

	if (pipe(way) != 0)
		return;
	posix_spawn_file_actions_init(&to);
	posix_spawn_file_actions_adddup2(&to, way[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&to, way[1], STDERR_FILENO);
	posix_spawn_file_actions_addclose(&to, way[0]);
	posix_spawn_file_actions_addclose(&to, way[1]);
	if (posix_spawnp(&pid, argv[0], &to, NULL, (char *const *)(uintptr_t)argv, environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&to);
	close(way[1]);
	if (pid < 0)
		buf_printf(out, "(%s cannot be run)\n", argv[0]);
	else
		read_all(way[0], out);
	close(way[0]);
	if (pid > 0)
		waitpid(pid, &status, 0);
}

static const char *text_of(void *mem, const char *unit, const char *host)
{
	const char *lines = mem_printf(mem, "%d", SAID_LINES);
	struct buf *b = buf_new(mem);

	buf_printf(b, "%s failed on %s.\n\nIt said last:\n\n", unit, host);
	ask(b, (const char *const[]){ "journalctl", "--no-pager", "--quiet", "--output=short-iso", "-n", lines, "-u", unit, NULL });
	buf_printf(b, "\nWhat to do: \"sutlerctl check\" says what is wrong with the installation,\n"
		   "\"systemctl status %s\" how the unit is now, and the guides in\n"
		   "/usr/share/doc/sutler-doc what helps.\n", unit);
	return b->data;
}

static int tell(void *mem, const char *unit)
{
	struct notify_settings settings;
	char host[256] = "localhost";
	struct id id = id_new();
	const char *reason = "";
	struct notice n = {
		.id = id.text, .host = "localhost", .date_ms = clock_ms(), .from = config_text("mail.from_fallback"),
		.to = config_text("mail.alarm"),
	};

	if (!notify_configured(mem, &settings))
		return EX_CONFIG;
	if (gethostname(host, sizeof(host) - 1) == 0 && *host != '\0')
		n.host = host;
	n.subject = mem_printf(mem, "[sutler] %s failed on %s", unit, host);
	n.text = text_of(mem, unit, host);
	if (notifier_smtp.send(notifier_smtp.open(mem, &settings), &n, &reason) == NOTIFY_SENT)
		return 0;
	log_error("mail about a failure cannot be sent", "unit", unit, "reason", reason, NULL);
	return EX_TEMPFAIL;
}

int main(int argc, char **argv)
{
	const char *error = NULL;
	void *mem = mem_context(NULL, NAME);
	int status;

	if (argc != 2 || !is_unit(argv[1])) {
		fputs("usage: " NAME " unit\n", stderr);
		return EX_USAGE;
	}
	log_open(NAME, LOG_LEVEL_INFO);
	if (!config_load(&error)) {
		fprintf(stderr, "%s: %s\n", NAME, error);
		return EX_CONFIG;
	}
	status = tell(mem, argv[1]);
	mem_free(mem);
	return status;
}
