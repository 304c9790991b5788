/*
 * page.h -- the answer.
 *
 * A handler ends with exactly one page_*() call.  It sends COMMIT together with
 * all queries still queued, and when the transaction is safe it renders the
 * answer into memory; the loop sends it after the handler has returned.  After
 * page_*() the transaction is over: do nothing more with r->db.
 *
 * Under a latched failure page_*() does nothing and the loop answers 503 or 500,
 * so a handler never looks whether its queries worked.
 *
 * Every answer carries the security headers and, unless the route opted in to
 * caching, Cache-Control: no-store.
 *
 * Every view has, beside what the handler and lib/front put in: request_id, base
 * (path prefix of locale and currency, before every link), path, lang (BCP 47),
 * dir ("ltr"), currency, csrf and idempotency_key (not on cacheable pages), flash (a
 * list of at most one {kind, sentence}); and when a form is shown again: has_errors,
 * errors [{field, label, sentence}], error.FIELD (sentence), form.FIELD (what was
 * typed).  An input's id is "f-FIELD", so that errors can lead to it.
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "base/view.h"
#include "web/request.h"

/* A view for the template NAME, with the data above. */
struct view *page_view(struct req *r, const char *name);

/* All that this page (GET) needs is queued: COMMIT travels with it, and what the handler
   looks at afterwards costs no trip more.  No query may follow. */
void page_asked(struct req *r);
/* After page_asked(): what it found makes another look necessary.  Queries are queued again, for
   a transaction of their own that sees what changed meanwhile; the trip counts. */
void page_ask_again(struct req *r);
/* The same for a form whose whole change is the one SQL function that is queued and that
   changes nothing when it declines: COMMIT travels with it, the handler looks at the outcome
   afterwards and declines or redirects as ever.  Not for routes with an idempotency key. */
void page_changed(struct req *r);

/* HTML from the view's template, status 200 (422 when it is a form shown again). */
void page_html(struct req *r, struct view *v);
void page_html_status(struct req *r, struct view *v, int status);
/* HTML as page_html() printed it for this address before, of N bytes that live until it is sent. */
void page_html_kept(struct req *r, const char *html, size_t n);
/* What page_html() has just printed, of *N bytes, when anybody may have it (the 200 of a cacheable route to nobody
   in particular); else NULL.  It lives as long as the request. */
const char *page_for_anybody(const struct req *r, size_t *n);
/* A fragment: the template without anything of lib/front's chrome. */
void page_fragment(struct req *r, struct view *v);
/* The template NAME printed with V as a text under CTX, in the page's language and currency:
   for parts that are the same on many pages and kept.  NULL when it cannot be used. */
const char *page_part(struct req *r, const void *ctx, struct view *v, const char *name);

/* Sends the browser to a local PATH ("/..." with prefix): 303 after POST, else 302.
   A path that is not local goes to "/" (see page_local). */
void page_redirect(struct req *r, const char *path);
void page_moved(struct req *r, const char *path);               /* 301 */
/* To another site: a payment page.  ORIGIN is what it must start with, https (or, where
   net.plain_loopback is set, http to this host).  The page with the form that leads here must
   allow it by page_form_action(). */
void page_leave(struct req *r, const char *origin, const char *url);
/* PATH if it is a path of this site, else "/": '/' and then neither '/' nor '\'; no control. */
const char *page_local(const char *path);

/* The shop declines: nothing of this transaction stays, SHOW runs in a fresh one and
   its page comes with 422, SENTENCE at FIELD (NULL: at the form), what was typed kept. */
void page_decline(struct req *r, void (*show)(struct req *r), const char *field, const char *sentence);
/* Several fields: field_error() for each, then this. */
void page_again(struct req *r, void (*show)(struct req *r));
/* The form once more because the visitor asked for it (another country, other fields): 200. */
void page_redraw(struct req *r, void (*show)(struct req *r));

void page_bad_request(struct req *r);                           /* 400 */
void page_not_found(struct req *r);                             /* 404 */
void page_gone(struct req *r);                                  /* 410 */
void page_forbidden(struct req *r, const char *sentence);       /* 403 */
void page_conflict(struct req *r, const char *sentence);        /* 409 */
void page_too_many(struct req *r, int retry_after_s);           /* 429 */
/* Sends an anonymous visitor to the sign-in page, and back to where he was. */
void page_sign_in(struct req *r);
/* The same to any PATH (without prefix) that takes "next". */
void page_send_to(struct req *r, const char *path);

void page_text(struct req *r, const char *type, const char *body);
void page_bytes(struct req *r, const char *type, const void *data, size_t n);
void page_json(struct req *r, int status, const char *json);
void page_xml(struct req *r, const char *xml);
void page_nothing(struct req *r);                               /* 204 */
/* An open file, SIZE bytes from its start, sent in pieces; the library closes it.
   NAME is offered for saving; NULL shows it in place. */
void page_file(struct req *r, int fd, size_t size, const char *type, const char *name);

/* Additional to the answer, before the page_*() call that ends the handler. */
void page_header(struct req *r, const char *name, const char *value);
/* Forms on this page may end at ORIGIN: browsers hold the policy's form-action against the
   redirect that answers a form as well. */
void page_form_action(struct req *r, const char *origin);
/* The answer is shown as the page of somebody else: in a sandbox, without scripts (header_sandbox()). */
void page_sandbox(struct req *r);
/* HttpOnly, Path=/, SameSite=Lax (Strict on admin), Secure and with the prefix __Host- when
   the site is on https.  TTL_S 0: until the browser ends. */
void page_cookie_set(struct req *r, const char *name, const char *value, int64_t ttl_s);
void page_cookie_clear(struct req *r, const char *name);
/* Ends what browsers keep of the site: at log-out. */
void page_clear_site(struct req *r);

/* A sentence for the next page the visitor sees (flash.h); KIND "ok", "info", "warn" or "bad". */
void page_flash(struct req *r, const char *kind, const char *sentence);

/* Forms in views.  A value that was typed wins over the one given here. */
void form_text(struct req *r, struct view *v, const char *field, const char *value);
void form_bool(struct req *r, struct view *v, const char *field, bool value);
/* The list NAME of {value, label, selected} of a select or radio group named FIELD; a label is N_("...") or a name. */
struct form_option { const char *value; const char *label; };
void form_options(struct req *r, struct view *v, const char *name, const char *field,
		  const struct form_option *options, size_t n, const char *current);
/* What was typed in FIELD of the form that is shown again, or OTHERWISE. */
const char *form_typed(const struct req *r, const char *field, const char *otherwise);
/* The same for a checkbox. */
bool form_ticked(const struct req *r, const char *field, bool otherwise);
/* The same for item I of a list. */
const char *form_item(const struct req *r, const char *field, size_t i, const char *otherwise);
/* "price_2": what errors of item I of the list FIELD stand beside. */
const char *form_numbered(const struct req *r, const char *field, size_t i);
/* What is wrong with FIELD of the form that is shown again, or NULL: for forms whose fields
   are a list. */
const char *form_error(const struct req *r, const char *field);

#endif
