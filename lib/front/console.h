/*
 * console.h -- what the pages of the admin console share.
 *
 * The console answers on hosts of kind "admin" and nowhere else; its programs say
 * .admin = true, .hooks = &console_hooks, .session = &session_staff.  Who is signed in
 * works in one store at a time, chosen in the head of the page; what a page shows and
 * changes is of that store, or of the whole merchant where the thing belongs to no store.
 *
 * Before a handler runs, lib/web has checked the permission of its route: in the chosen
 * store, or in all stores for what concerns none alone (staff, audit).  A handler that is
 * given the id of a thing asks the database for that thing *in this store*; of another
 * store or tenant it finds none and answers page_not_found().  doc/admin.md leads through
 * a page.
 */
#ifndef FRONT_CONSOLE_H
#define FRONT_CONSOLE_H

#include "web/program.h"

extern const struct program_hooks console_hooks;
/* Rows of staff.session; cookie "staff", SameSite=Strict. */
extern const struct session_kind session_staff;

/* Staff id of who is signed in: the actor of what he changes.  NULL for nobody. */
const char *console_actor(struct req *r);
/* The chosen store; NULL for who has no role in any. */
const char *console_store(struct req *r);
const char *console_store_name(struct req *r);
/* Its first currency, and its time zone. */
const char *console_currency(struct req *r);
const char *console_timezone(struct req *r);

/* Whether who is signed in may do PERMISSION ("orders.refund") in the chosen store, or in all. */
bool console_may(struct req *r, const char *permission);
bool console_may_everywhere(struct req *r, const char *permission);

/* Whether LIST, permissions with a blank before and behind each as the database gives them, has PERMISSION. */
bool console_listed(const char *list, const char *permission);

/* A view with the head of every page; TITLE is N_("...") or a name. */
struct view *console_view(struct req *r, const char *template, const char *title);

#endif
