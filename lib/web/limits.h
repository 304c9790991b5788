/*
 * limits.h -- every limit of the web layer, once, with its reason.
 *
 * WEB_LIMITS is the table; the enum gives the numbers their names in C and
 * web_limits[] (limits.c) gives them to tools and tests: "PROGRAM -l" prints it.
 * The web server repeats the ones about size; the library does not rely on that,
 * because FastCGI parameters prove nothing.
 */
#ifndef WEB_LIMITS_H
#define WEB_LIMITS_H

#include "base/base.h"

#define WEB_LIMITS(L) \
	L(LIMIT_URI_BYTES, 4096, "bytes of a request target; the longest real one is a faceted search") \
	L(LIMIT_HOST_BYTES, 253, "bytes of a host name (RFC 1035)") \
	L(LIMIT_FRONT_ID_LEAST, 16, "characters of the web server's id of a request: fewer are none") \
	L(LIMIT_FRONT_ID_BYTES, 64, "characters of it: nginx writes 32, Apache 27") \
	L(LIMIT_HEADER_BYTES, 8192, "bytes of one request header we read: the web server's own bound") \
	L(LIMIT_COOKIES, 50, "cookies of one request; browsers keep about this many for a site") \
	L(LIMIT_INPUTS, 200, "parameters of a query: no list of ours has a tenth of them") \
	L(LIMIT_FORM_INPUTS, 1200, "inputs of a form: 200 variants with five fields each, a transfer of 500 lines") \
	L(LIMIT_NAME_BYTES, 64, "bytes of a parameter's name") \
	L(LIMIT_BODY_BYTES, 65536, "bytes of a form's body, and of all fields of an upload") \
	L(LIMIT_JSON_BYTES, 1048576, "bytes of a JSON body on routes that take one") \
	L(LIMIT_PARTS, 20, "parts of a multipart body that may be files") \
	L(LIMIT_PART_HEADER_BYTES, 2048, "bytes of the headers of one multipart part") \
	L(LIMIT_FILE_NAME_BYTES, 255, "bytes kept of an uploaded file's name: a file system's bound") \
	L(LIMIT_BOUNDARY_BYTES, 70, "characters of a multipart boundary (RFC 2046 section 5.1.1)") \
	L(LIMIT_DRAIN_BYTES, 1048576, "bytes of a refused body read and thrown away, so that the answer arrives") \
	L(LIMIT_STALL_S, 30, "seconds after which a peer that neither sends nor reads costs the worker its life") \
	L(LIMIT_RERUNS, 3, "times a handler is run again after a conflict; more would hide a design fault") \
	L(LIMIT_RERUN_PAUSE_MS, 20, "longest pause before the first re-run, doubled for each further one") \
	L(LIMIT_TURN_WAIT_MS, 5000, "wait for the turn of a costly request: five wait at log-in, two work, a second each on a busy host") \
	L(LIMIT_TURN_POLL_MS, 10, "between two looks whether it has come") \
	L(LIMIT_TURN_RETRY_S, 3, "seconds after which who was sent away may try again: those before him are through then") \
	L(LIMIT_SITE_AGE_MS, 1000, "age of a cached site: a change of settings shows within a second") \
	L(LIMIT_SITES, 256, "sites cached in one worker") \
	L(LIMIT_TRACES, 64, "trace rows kept before they are inserted") \
	L(LIMIT_TRACE_AGE_MS, 2000, "age of the oldest trace row before they are inserted") \
	L(LIMIT_NOTES, 16, "notes of one request that survive a rollback") \
	L(LIMIT_FLASH_BYTES, 400, "bytes of a flash sentence: it travels in a cookie") \
	L(LIMIT_PAGE_CACHE_S, 1, "seconds a shared cache may keep a page of the catalogue: with the second that stock takes to reach it, two") \
	L(LIMIT_FLASH_S, 60, "seconds a flash waits for the next page") \
	L(LIMIT_IDEMPOTENCY_S, 604800, "seconds an idempotency key is remembered: 7 days") \
	L(LIMIT_SESSION_TOUCH_S, 300, "seconds between two writes of a session's last use") \
	L(LIMIT_STEP_UP_S, 600, "seconds the second factor counts as just shown; a form sent gets twice as long to be filled in") \
	L(LIMIT_RESPONSE_BYTES, 8388608, "bytes of a buffered response; larger ones are files") \
	L(LIMIT_ROUTES, 128, "routes of one program: rows of the counters file") \
	L(LIMIT_WORKERS, 64, "workers of one program") \
	L(LIMIT_STOP_S, 30, "seconds workers get to finish their request after SIGTERM") \
	L(LIMIT_RESTART_MS, 200, "pause before a worker that crashed is started again, doubled to the next") \
	L(LIMIT_RESTART_MAX_MS, 5000, "longest pause between two starts of a crashing worker")

enum web_limit_value {
#define WEB_LIMIT_ENUM(name, value, reason) name = (value),
	WEB_LIMITS(WEB_LIMIT_ENUM)
#undef WEB_LIMIT_ENUM
};

struct web_limit {
	const char *name;
	int64_t value;
	const char *reason;
};
extern const struct web_limit web_limits[];
extern const size_t web_limits_count;

#endif
