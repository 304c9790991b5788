/*
 * Promise: nothing a person typed can begin a header of its own (reliability T51),
 * every header line is short and readable by any mail program, and the headers say
 * what RFC 5322 and RFC 8058 want.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "notify/mail.h"

#include <openssl/evp.h>
#include <string.h>

#include "tap.h"

static void *ctx;

/* What a reader sees: folding undone, encoded words decoded. */
static char *seen(const char *line)
{
	struct buf *b = buf_new(ctx);
	bool after_word = false;

	while (*line != '\0') {
		const char *end;

		if (strncmp(line, "\r\n ", 3) == 0) {
			line += after_word && strncmp(line + 3, "=?", 2) == 0 ? 3 : 2;
		} else if (strncmp(line, "=?UTF-8?B?", 10) == 0 && (end = strstr(line + 10, "?=")) != NULL) {
			unsigned char out[128];
			int n = EVP_DecodeBlock(out, (const unsigned char *)line + 10, (int)(end - line - 10));

			while (n > 0 && end[-1] == '=' && out[n - 1] == '\0')
				n--;
			buf_add(b, out, (size_t)n);
			line = end + 2;
			after_word = true;
		} else {
			buf_addc(b, *line++);
			after_word = false;
		}
	}
	buf_add(b, "", 0);
	return b->data;
}

static void check_lines(const char *line, const char *name)
{
	const char *s = line;
	bool ok = true;

	while (s != NULL && *s != '\0') {
		size_t n = strcspn(s, "\r");

		ok = ok && n <= MAIL_LINE;
		s = s[n] == '\0' ? s + n : s + n + 2;
		if (*s != '\0')
			ok = ok && *s == ' ';
	}
	for (s = line; *s != '\0'; s++)
		ok = ok && (unsigned char)*s < 0x80;
	tap_ok(ok, "%s: lines are short and ASCII", name);
}

static const struct {
	const char *name, *value;
} readable[] = {
	{ "plain", "Your order 1001" },
	{ "Spanish", "Su pedido 1001: ¡ya está en camino, señora Núñez!" },
	{ "long ASCII", "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen" },
	{ "long word", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiii" },
	{ "long Spanish", "Pañuelo señorial de algodón ñandú, talla única, edición limitada de otoño e invierno; añádelo hoy" },
	{ "four-byte characters", "👟👟👟👟👟👟👟👟👟👟👟👟👟👟👟👟👟👟👟👟" },
	{ "looks like an encoded word", "=?UTF-8?B?SGVsbG8=?=" },
	{ "blank in front", " indented" },
};

static const struct {
	const char *name, *value;
} refused[] = {
	{ "line feed", "Hello\nBcc: all@example.org" },
	{ "carriage return", "Hello\rBcc: all@example.org" },
	{ "both", "Hello\r\nBcc: all@example.org" },
	{ "both at the end", "Hello\r\n" },
	{ "tab", "a\tb" },
	{ "escape", "a\033[2J" },
	{ "delete", "a\177" },
	{ "not UTF-8", "a\xff" },
	{ "cut UTF-8", "a\xc3" },
};

static const struct {
	const char *address;
	bool ok;
} addresses[] = {
	{ "ana@example.org", true },
	{ "ana+shoes.38@sub.example.org", true },
	{ "añá@ejemplo.es", true },
	{ "", false }, { "ana", false }, { "@example.org", false }, { "ana@", false }, { "a@b@c", false },
	{ "ana@example.org\r\nRCPT TO:<b@example.org>", false },
	{ "ana@example.org,b@example.org", false },
	{ "<ana@example.org>", false }, { "ana @example.org", false }, { "\"ana\"@example.org", false },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org", false },
};

static const struct {
	const char *display, *want;
} mailboxes[] = {
	{ "Ana", "To: Ana <ana@example.org>" },
	{ "", "To: <ana@example.org>" },
	{ NULL, "To: <ana@example.org>" },
	{ "Toty, S.L.", "To: \"Toty, S.L.\" <ana@example.org>" },
	{ "The \"best\" \\ shop", "To: \"The \\\"best\\\" \\\\ shop\" <ana@example.org>" },
};

static struct notice notice(void)
{
	return (struct notice){
		.id = "0198c1a0-0000-7000-8000-000000000001", .host = "suelas.example.org", .date_ms = INT64_C(1795313467000),
		.from = "hola@suelas.example.org", .from_name = "Suelas Toty", .reply_to = "hola@suelas.example.org",
		.to = "ana@example.org", .to_name = "Ana Núñez", .subject = "Su pedido", .text = "a", .html = "b",
	};
}

static void test_headers(void)
{
	struct notice n = notice();
	char *out[MAIL_HEADERS];
	const char *bad;

	tap_is_int((int64_t)mail_headers(ctx, &n, out, &bad), 7, "headers of a mail");
	tap_is_str(out[0], "Date: Sun, 22 Nov 2026 02:11:07 +0000", "date");
	tap_is_str(out[1], "From: Suelas Toty <hola@suelas.example.org>", "sender");
	tap_is_str(seen(out[2]), "To: Ana Núñez <ana@example.org>", "recipient");
	tap_is_str(out[5], "Message-ID: <0198c1a0-0000-7000-8000-000000000001@suelas.example.org>", "id");
	n.stop_url = "https://suelas.example.org/cart/no-reminders/abc";
	tap_is_int((int64_t)mail_headers(ctx, &n, out, &bad), 9, "with opt-out");
	tap_is_str(out[7], "List-Unsubscribe:\r\n <https://suelas.example.org/cart/no-reminders/abc>", "opt-out");
	tap_is_str(out[8], "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "in one click");
	n.stop_url = "https://x/>\r\nBcc: b@example.org";
	tap_is_int((int64_t)mail_headers(ctx, &n, out, &bad), 0, "an opt-out with a line break is refused");
	tap_is_str(bad, "List-Unsubscribe", "and named");
	n = notice();
	n.to_name = "Ana\r\nBcc: b@example.org";
	tap_is_int((int64_t)mail_headers(ctx, &n, out, &bad), 0, "a name with a line break is refused");
	tap_is_str(bad, "To", "and named");
	n = notice();
	n.host = "a.org>\r\nBcc: <b@example.org";
	tap_is_int((int64_t)mail_headers(ctx, &n, out, &bad), 0, "a host with a line break is refused");
}

int main(void)
{
	ctx = mem_context(NULL, "test");
	for (size_t i = 0; i < ARRAY_LEN(readable); i++) {
		char *line = mail_header(ctx, "Subject", readable[i].value);
		char *want = mem_printf(ctx, "Subject: %s", readable[i].value);

		if (!tap_ok(line != NULL, "%s is written", readable[i].name))
			continue;
		tap_is_str(seen(line), want, "%s is read as it was", readable[i].name);
		check_lines(line, readable[i].name);
	}
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		tap_ok(mail_header(ctx, "Subject", refused[i].value) == NULL, "%s is refused", refused[i].name);
		tap_ok(mail_mailbox_header(ctx, "To", refused[i].value, "a@example.org") == NULL,
		       "%s is refused in a name", refused[i].name);
	}
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		tap_ok(mail_address_ok(addresses[i].address) == addresses[i].ok, "address %zu is %s", i,
		       addresses[i].ok ? "taken" : "refused");
	for (size_t i = 0; i < ARRAY_LEN(mailboxes); i++)
		tap_is_str(mail_mailbox_header(ctx, "To", mailboxes[i].display, "ana@example.org"), mailboxes[i].want,
			   "mailbox %zu", i);
	test_headers();
	tap_is_str(mail_lines(ctx, "a\nb\r\nc"), "a\r\nb\r\nc", "lines end as in mail");
	mem_free(ctx);
	return tap_done();
}
