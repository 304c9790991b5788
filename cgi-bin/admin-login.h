/* admin-login.h -- what the files of the program admin-login share. */
#ifndef ADMIN_LOGIN_PROGRAM_H
#define ADMIN_LOGIN_PROGRAM_H

#include "base/crypto.h"
#include "base/seal.h"
#include "base/totp.h"
#include "db/query/admin_login.h"
#include "front/attempt.h"
#include "front/console.h"

/* A browser that its owner signed in with: strangers' guesses do not slow it down. */
#define DEVICE_COOKIE "staff-device"
#define DEVICE_COOKIE_S (365 * 86400)
/* Between the password and the code. */
#define STEP_COOKIE "staff-step"
#define STEP_COOKIE_S 600
#define SESSION_S (12 * 3600)

/* SHA-256 of a cookie that holds a token, or NULL. */
const unsigned char *step_hash_of(struct req *r, const char *cookie);

/* Where to go after signing in: the parameter next, else the console's first page. */
const char *step_next(struct req *r);

/* Between the two factors: sets a new cookie and gives its SHA-256 for the challenge's row, and
   a new seed, sealed, for who has no second factor yet. */
const unsigned char *step_begin(struct req *r, const unsigned char **seed, size_t *n);

/* The key of the host, read once for each worker; NULL after a log line. */
const struct seal_key *step_key(void);

/* The page where people sign in, that goes on to NEXT. */
struct view *sign_in_page(struct req *r, const char *next);

/* Where who just left signs out of the provider too: the view's "end"; nothing when there is no such place. */
void away_end(struct req *r, struct view *v);

/* The view's "provider" is the name of the identity provider that is offered, absent without; "passwords"
   whether others than owners may use theirs.  Forms of the page may lead there. */
void away_offer(struct req *r, struct view *v);
/* PATH with the parameter next behind it, for a redirect. */
const char *factor_path(struct req *r, const char *prefix, const char *path, const char *next);

/* admin-login-provider.c */
extern const struct param away_back_params[], away_params[];
void away_start(struct req *r);
void away_again(struct req *r);
void away_back(struct req *r);
void away_enter(struct req *r);
void away_wrong(struct req *r);

/* admin-login-factor.c */
extern const struct param code_params[], recovery_params[], again_params[], setup_params[], next_params[];
void code_show(struct req *r);
void code_post(struct req *r);
void recovery_show(struct req *r);
void recovery_post(struct req *r);
void setup_show(struct req *r);
void setup_post(struct req *r);
void again_show(struct req *r);
void again_post(struct req *r);

#endif
