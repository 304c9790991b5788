#include "notify/mail.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <openssl/evp.h>
#include <string.h>
#include <time.h>

#define WORD_START "=?UTF-8?B?"
#define WORD_END "?="
#define WORD_MAX 75             /* RFC 2047 section 2 */
#define ADDRESS_MAX 254
#define LOCAL_MAX 64            /* before the @: RFC 5321 section 4.5.3.1.1 */

static bool is_empty(const char *s)
{
	return s == NULL || *s == '\0';
}

/* Text that may stand in a header at all. */
static bool may_stand(const char *s)
{
	size_t n = strlen(s);

	if (n > MAIL_HEADER_MAX || !utf8_valid(s, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	return true;
}

static bool is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* How many bytes of S fit in MOST, cut between characters. */
static size_t whole_characters(const char *s, size_t n, size_t most)
{
	size_t used = 0;

	while (used < n) {
		uint32_t code;
		size_t len = utf8_decode(s + used, n - used, &code);

		if (used + len > most)
			break;
		used += len;
	}
	return used;
}

/* Adds TEXT as encoded words; COLUMN bytes stand on the line already. */
static void add_encoded(struct buf *b, const char *text, size_t column)
{
	size_t n = strlen(text);

	while (n > 0) {
		size_t frame = strlen(WORD_START) + strlen(WORD_END);
		size_t room = column < MAIL_LINE ? MAIL_LINE - column : 0, part;

		if (room > WORD_MAX)
			room = WORD_MAX;
		part = room > frame ? whole_characters(text, n, (room - frame) / 4 * 3) : 0;
		if (part > 0) {
			unsigned char coded[WORD_MAX + 1];

			EVP_EncodeBlock(coded, (const unsigned char *)text, (int)part);
			buf_adds(b, WORD_START);
			buf_adds(b, (const char *)coded);
			buf_adds(b, WORD_END);
			text += part;
			n -= part;
		}
		if (n > 0)
			buf_adds(b, "\r\n ");
		column = 1;
	}
}

/* Folds ASCII at its blanks; false when a word is longer than a line. */
static bool add_folded(struct buf *b, const char *text, size_t column)
{
	while (*text != '\0') {
		size_t blanks = strspn(text, " "), word = strcspn(text + blanks, " ");

		if (blanks > 0 && column + blanks + word > MAIL_LINE) {
			buf_adds(b, "\r\n ");
			column = 1;
			text += blanks;
			blanks = 0;
		}
		if (column + blanks + word > MAIL_LINE)
			return false;
		buf_add(b, text, blanks + word);
		column += blanks + word;
		text += blanks + word;
	}
	return true;
}

char *mail_header(const void *ctx, const char *name, const char *value)
{
	struct buf *b = buf_new(ctx);
	size_t column = strlen(name) + 2;

	if (!may_stand(value))
		return NULL;
	buf_printf(b, "%s: ", name);
	/* "=?" in plain text would be read as an encoded word. */
	if (is_ascii(value) && strstr(value, "=?") == NULL && value[strspn(value, " ")] != '\0' &&
	    value[0] != ' ') {
		if (add_folded(b, value, column))
			return b->data;
		buf_clear(b);
		buf_printf(b, "%s: ", name);
	}
	add_encoded(b, value, column);
	return b->data;
}

bool mail_address_ok(const char *address)
{
	const char *at = strchr(address, '@');

	return at != NULL && at > address && at - address <= LOCAL_MAX && at[1] != '\0' &&
	       strchr(at + 1, '@') == NULL && strlen(address) <= ADDRESS_MAX && may_stand(address) &&
	       strpbrk(address, " ,;:<>()[]\\\"") == NULL;
}

/* Characters of a display name that need no quotes (RFC 5322 "atom", and blanks). */
static bool is_plain_name(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !#$%&'*+-/=?^_`{|}~";

	return s[strspn(s, plain)] == '\0' && strstr(s, "=?") == NULL;
}

char *mail_mailbox_header(const void *ctx, const char *name, const char *display, const char *address)
{
	struct buf *b = buf_new(ctx);
	size_t n;

	if (!mail_address_ok(address) || (display != NULL && !may_stand(display)))
		return NULL;
	buf_printf(b, "%s: ", name);
	n = b->len;
	if (is_empty(display)) {
		/* Nothing in front of the address. */
	} else if (!is_ascii(display) || strlen(display) > MAIL_LINE / 2 || strstr(display, "=?") != NULL) {
		add_encoded(b, display, n);
	} else if (is_plain_name(display)) {
		buf_adds(b, display);
	} else {
		buf_addc(b, '"');
		for (const char *s = display; *s != '\0'; s++) {
			if (*s == '"' || *s == '\\')
				buf_addc(b, '\\');
			buf_addc(b, *s);
		}
		buf_addc(b, '"');
	}
	if (!is_empty(display))
		buf_adds(b, b->len + strlen(address) + 3 > MAIL_LINE ? "\r\n " : " ");
	buf_printf(b, "<%s>", address);
	return b->data;
}

/* Always English: strftime() without setlocale() would say so too, but not promise it. */
char *mail_date(const void *ctx, int64_t ms)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t s = (time_t)(ms / 1000);
	struct tm t;

	gmtime_r(&s, &t);
	return mem_printf(ctx, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday,
			  months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

char *mail_lines(const void *ctx, const char *text)
{
	struct buf *b = buf_new(ctx);

	for (const char *s = text == NULL ? "" : text; *s != '\0'; s++) {
		if (*s == '\r')
			continue;
		if (*s == '\n')
			buf_addc(b, '\r');
		buf_addc(b, *s);
	}
	buf_add(b, "", 0);
	return b->data;
}

/* One of the headers below; remembers the first that cannot be written. */
static void put(char *out[MAIL_HEADERS], size_t *n, char *line, const char *name, const char **refused)
{
	if (line == NULL && *refused == NULL)
		*refused = name;
	if (line != NULL)
		out[(*n)++] = line;
}

/* A URL between angle brackets is never encoded: it must be ASCII without blanks. */
static char *stop_header(const void *ctx, const char *url)
{
	if (!may_stand(url) || !is_ascii(url) || strpbrk(url, " <>,") != NULL ||
	    (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0))
		return NULL;
	return mem_printf(ctx, "List-Unsubscribe:\r\n <%s>", url);
}

/* The id is ours, the host comes from a table that people fill. */
static char *id_header(const void *ctx, const struct notice *n)
{
	char *address = mem_printf(ctx, "%s@%s", n->id, n->host);

	return mail_address_ok(address) ? mem_printf(ctx, "Message-ID: <%s>", address) : NULL;
}

size_t mail_headers(const void *ctx, const struct notice *n, char *out[MAIL_HEADERS], const char **refused)
{
	size_t count = 0;

	*refused = NULL;
	put(out, &count, mem_printf(ctx, "Date: %s", mail_date(ctx, n->date_ms)), "Date", refused);
	put(out, &count, mail_mailbox_header(ctx, "From", n->from_name, n->from), "From", refused);
	put(out, &count, mail_mailbox_header(ctx, "To", n->to_name, n->to), "To", refused);
	if (!is_empty(n->reply_to))
		put(out, &count, mail_mailbox_header(ctx, "Reply-To", n->from_name, n->reply_to), "Reply-To", refused);
	put(out, &count, mail_header(ctx, "Subject", n->subject), "Subject", refused);
	put(out, &count, id_header(ctx, n), "Message-ID", refused);
	put(out, &count, mem_strdup(ctx, "Auto-Submitted: auto-generated"), "Auto-Submitted", refused);
	if (!is_empty(n->stop_url)) {
		put(out, &count, stop_header(ctx, n->stop_url), "List-Unsubscribe", refused);
		put(out, &count, mem_strdup(ctx, "List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
		    "List-Unsubscribe-Post", refused);
	}
	return *refused != NULL ? 0 : count;
}
