/* login.h -- what the files of the program login share. */
#ifndef LOGIN_PROGRAM_H
#define LOGIN_PROGRAM_H

#include "base/password.h"
#include "db/query/login.h"
#include "front/attempt.h"
#include "front/front.h"
#include "shop/cart.h"

/* A browser that its owner signed in with: strangers' guesses do not slow it down. */
#define DEVICE_COOKIE "device"
#define DEVICE_COOKIE_S (365 * 86400)
/* A session ends here at the latest; 30 days unused end it sooner (sql/functions/customer_session.sql). */
#define SESSION_S (90 * 86400)

/* Counts a try and compares PASSWORD with that of the account EMAIL.  What was counted stays
   only when this transaction commits: answer by page_redirect() or login_declines(). */
struct attempt login_attempt(struct req *r, const char *email, const char *password);

/* What to say about an attempt that was not right. */
const char *login_sentence(struct req *r, const struct attempt *a);

/* Shows the form V again in this same transaction, 422 or 429, with SENTENCE at FIELD. */
void login_declines(struct req *r, struct view *v, const struct attempt *a, const char *field, const char *sentence);

/* Signs CUSTOMER in with a new session; OTHERS ends all others.  False when there is no such
   account any more.  HASH as in struct attempt. */
bool login_enter(struct req *r, const char *customer, bool others, const char *hash);

/* Where to go after signing in: the parameter next, else the account. */
const char *login_next(struct req *r);

/* SHA-256 of the device cookie, or NULL. */
const unsigned char *login_device(struct req *r);

/* SHA-256 of the token in the path, or NULL when it cannot be one. */
const unsigned char *login_token(struct req *r);

/* A view with the head of every page of this program. */
struct view *login_view(struct req *r, const char *template, const char *title);

/* The page of a link that opens nothing (any more); AGAIN leads to a new one. */
void login_gone(struct req *r, const char *again);

/* What the mailed link in the path opens, unused yet; NULL after an answer.  Only looks: programs
   that look through mails follow links. */
const struct row_login_token *login_look(struct req *r, const char *purpose, const char *again);

/* login-register.c */
extern const struct param register_params[], verify_params[];
void register_show(struct req *r);
void register_post(struct req *r);
void register_sent(struct req *r);
void verify_show(struct req *r);
void verify_post(struct req *r);

/* login-reset.c */
extern const struct param reset_params[], choose_params[];
void reset_show(struct req *r);
void reset_post(struct req *r);
void reset_sent(struct req *r);
void choose_show(struct req *r);
void choose_post(struct req *r);

/* login-change.c */
extern const struct param password_params[], email_params[], session_params[];
void password_show(struct req *r);
void password_post(struct req *r);
void email_show(struct req *r);
void email_post(struct req *r);
void email_sent(struct req *r);
void confirm_show(struct req *r);
void confirm_post(struct req *r);
void undo_show(struct req *r);
void undo_post(struct req *r);
void undone_show(struct req *r);
void sessions_show(struct req *r);
void sessions_end(struct req *r);
void sessions_end_others(struct req *r);

#endif
