/*
 * mail.h -- a notice as the headers of a mail (RFC 5322, 2045, 2047, 8058).
 *
 * mail_header() is the one writer of header lines: whatever holds a line break or
 * another control character, or is not UTF-8, is refused, so that nothing a person
 * typed can begin a header of its own.  What is not ASCII becomes encoded words;
 * lines are folded at 76 characters.  The body's parts are libcurl's business
 * (smtp.c).
 */
#ifndef NOTIFY_MAIL_H
#define NOTIFY_MAIL_H

#include "notify/notifier.h"

#define MAIL_LINE 76            /* RFC 2047 section 2: lines with encoded words */
#define MAIL_HEADER_MAX 2000    /* bytes of a value: no honest subject or name is longer */

/* "Name: value" under CTX, folded, without its last line break; NULL: refused. */
char *mail_header(const void *ctx, const char *name, const char *value);
/* "Name: display name <address>", the same; DISPLAY may be empty. */
char *mail_mailbox_header(const void *ctx, const char *name, const char *display, const char *address);

/* Whether ADDRESS can stand in a header and an envelope: one @, no blanks, brackets,
   commas, quotes or controls, at most 254 bytes (RFC 5321 section 4.5.3.1.3). */
bool mail_address_ok(const char *address);

/* "Sun, 22 Nov 2026 02:11:07 +0000" under CTX. */
char *mail_date(const void *ctx, int64_t ms);

#define MAIL_HEADERS 10
/* All headers of N but those of MIME; returns how many, or 0 with the header's name in
   *REFUSED when one cannot be written. */
size_t mail_headers(const void *ctx, const struct notice *n, char *out[MAIL_HEADERS], const char **refused);

/* TEXT with CR LF at the end of each line, as mail wants it; under CTX. */
char *mail_lines(const void *ctx, const char *text);

#endif
