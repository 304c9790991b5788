/*
 * log.h -- one JSON line per event on standard error (the journal's input).
 *
 * Five verbs.  Messages are lower case, without full stop, naming the object's
 * kind, its id and the reason; never a token, card number, address or mail.
 * Extra fields go in pairs of name and value, closed by NULL:
 *	log_warn("mail was refused", "delivery", id, "code", "550", NULL);
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/base.h"

/* Bytes of a line; a longer one is cut inside its last text and says "truncated":true. */
#define LOG_LINE_MAX 8192

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR, LOG_LEVEL_FATAL };

/* PROGRAM stands in each line; lines below LEVEL are dropped. */
void log_open(const char *program, enum log_level level);
/* The request every following line belongs to (NULL: none); kept by reference. */
void log_request(const char *request_id);

/* The level called "debug", "info", "warn", "error" or "fatal"; false for anything else. */
bool log_level_parse(const char *name, enum log_level *out);
/* WHY tells the failure a request has latched, or NULL: a BUG() that follows from it
   names it, so the first cause is not lost. */
void log_latch(const char *(*why)(void));

void log_debug(const char *message, ...) __attribute__((sentinel));
void log_info(const char *message, ...) __attribute__((sentinel));
void log_warn(const char *message, ...) __attribute__((sentinel));
void log_error(const char *message, ...) __attribute__((sentinel));
/* Logs and ends the process with exit status 70 (EX_SOFTWARE).  For mains only. */
NORETURN void log_fatal(const char *message, ...) __attribute__((sentinel));

/* A whole line made elsewhere (the access log), without its line feed and with a NUL
   behind it: written by one system call. */
void log_line(const char *json, size_t n);

#endif
