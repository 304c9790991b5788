/*
 * param.h -- the parameters a route takes, declared in a table.
 *
 * Nothing reaches a handler that its route has not declared.  A name that is
 * not declared, a scalar given twice, bytes that are not UTF-8 and a name that
 * is malformed are 400 at once: no browser sends them from our forms, so a
 * hand-made request is refused whole (price=1, tenant_id=..., is_admin=1).
 * Names of advertising tags (utm_source, gclid ...; the list is in param.c) are
 * dropped silently from GET, because they come with honest visitors.
 *
 * A declared parameter with a bad VALUE is the visitor's mistake: a route with
 * .form shows its form again, 422, what was typed still in it and a sentence at
 * each field; a route without .form answers 400.
 *
 * Values come from the query string for GET, from the body for POST, never from
 * both.  A value that is empty or white is not given: then .optional is the
 * value if there is one ("" means absent), else it is an error.
 *
 *	static const struct param register_params[] = {
 *		{ "email",    PARAM_EMAIL, .label = N_("E-mail address") },
 *		{ "company",  PARAM_TEXT, .max = 80, .optional = "" },
 *		{ "news",     PARAM_BOOL },
 *		{ "material", PARAM_LIST, .of = PARAM_SLUG, .max = 20, .optional = "" },
 *		{ 0 }
 *	};
 *
 * The filters of a list are named by the merchant's data (color=black&color=red&
 * size=42), so no table can declare them.  One row of type PARAM_FILTERS takes every
 * name left over that could be such a code, at most .max (0: 30) pairs; a pair sent
 * twice, or bytes that are no code, are 400.  Its own name is never sent.  The
 * handler knows which names exist and answers page_bad_request() for the others.
 */
#ifndef WEB_PARAM_H
#define WEB_PARAM_H

#include "base/base.h"

struct req;

enum param_type {
	PARAM_NONE,
	PARAM_ID,               /* a UUID, lower case */
	PARAM_INT,              /* decimal integer, .min .. .max (0, 0: any that fits 53 bits) */
	PARAM_QUANTITY,         /* 1 .. 10 000; .max lowers it */
	PARAM_TEXT,             /* one line, at most .max code points (0: 200), cleaned (utf8.h) */
	PARAM_BLOCK,            /* several lines, at most .max code points (0: 2 000) */
	PARAM_EMAIL,            /* local@domain, at most 254 bytes, as typed; no quoted forms */
	PARAM_SLUG,             /* a-z 0-9 and single '-', at most 100 */
	PARAM_BOOL,             /* a checkbox: absent is false */
	PARAM_CHOICE,           /* one of .choices */
	PARAM_MONEY,            /* "19.90" or "19,90" in the page's currency, >= 0, minor units */
	PARAM_DATE,             /* yyyy-mm-dd, a day that exists */
	PARAM_TOKEN,            /* 43 characters of base64url (crypto.h) */
	PARAM_CODE,             /* A-Z 0-9 '-' '_', folded to upper case, at most 40: coupons, SKUs */
	PARAM_REASON,           /* why staff do what hurts: one line of 3 to 200 code points, for the audit log */
	PARAM_SECRET,           /* a password: bytes as sent, at most 1 024, never shown again */
	PARAM_LIST,             /* repeatable, at most .max (0: 50) values of type .of, files too */
	PARAM_FILE,             /* an uploaded file; see upload.h */
	PARAM_FILTERS           /* takes every name that no other row has: see below */
};

struct param {
	const char *name;               /* a-z 0-9 '_'; "csrf" and "idempotency_key" belong to the library */
	enum param_type type;
	enum param_type of;             /* PARAM_LIST: of what (any scalar type, or FILE) */
	int64_t min, max;               /* see the types */
	const char *optional;           /* value when not given; NULL: must be given */
	const char *label;              /* N_("..."): the field's name in the summary of errors */
	const char *const *choices;     /* PARAM_CHOICE: closed by NULL */
	bool blanks;                    /* PARAM_LIST: an empty item keeps its place, as "" and 0, so that
	                                   two lists of one form run side by side */
	bool fold;                      /* PARAM_TEXT: an over-long value is cut, not refused (searches) */
};

/* Values.  NAME must be declared with a fitting type: else it is a BUG.  An
   absent value reads as NULL, 0 or false; param_given() tells. */
bool param_given(const struct req *r, const char *name);
const char *param_id(const struct req *r, const char *name);
const char *param_text(const struct req *r, const char *name);         /* every textual type */
int64_t param_int(const struct req *r, const char *name);              /* INT, QUANTITY */
int64_t param_money(const struct req *r, const char *name);            /* minor units */
bool param_bool(const struct req *r, const char *name);
const char *const *param_list(const struct req *r, const char *name, size_t *n);
const int64_t *param_list_int(const struct req *r, const char *name, size_t *n);
const struct upload *param_file(const struct req *r, const char *name);        /* NULL: none */
/* PARAM_LIST of PARAM_FILE: those that were chosen, in the order sent. */
const struct upload *const *param_files(const struct req *r, const char *name, size_t *n);
/* yyyy-mm-dd, a day that exists: for dates inside other texts. */
bool param_date_right(const char *s);
/* PARAM_FILTERS: pair I is NAMES[I] = VALUES[I], in the order sent; how many. */
size_t param_filters(const struct req *r, const char *name, const char *const **names,
		     const char *const **values);

/* --- for the library and its tests ------------------------------------------ */

struct inputs;
struct param_value {
	const struct param *param;
	bool given;
	const char *typed;              /* for the form that is shown again; NULL for secrets */
	const char *text;
	int64_t number;
	const struct upload *file;
	const struct upload **files;    /* PARAM_LIST of PARAM_FILE */
	size_t n;                       /* PARAM_LIST, PARAM_FILTERS */
	const char **names;             /* PARAM_FILTERS */
	const char **list;
	int64_t *list_int;
	const char *error;              /* N_("...") sentence, or NULL */
};

struct param_set {
	size_t n;
	struct param_value *value;      /* one for each declared parameter, in order */
	size_t errors;                  /* values that are bad */
	const char *refused;            /* why the whole request is 400, or NULL */
};

/* Reads INPUTS by the table PARAMS (may be NULL).  EXPONENT is the page
   currency's.  IGNORE_TAGS drops advertising names (GET). */
struct param_set *param_read(const void *ctx, const struct param *params, const struct inputs *inputs,
			     int exponent, bool ignore_tags);
struct param_value *param_find(const struct param_set *set, const char *name);

/* A sentence about what is wrong with the table, or NULL. */
const char *param_check(const struct param *params);

#endif
