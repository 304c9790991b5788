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
/* Whether who is signed in has a role in STORE, so that he may choose it. */
bool console_works_in(struct req *r, const char *store);
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

/* MINOR units of CURRENCY as an input field shows them: "19.90". */
const char *console_amount(struct req *r, int64_t minor, const char *currency);
/* What was TYPED in such a field, with a comma or a point; false when it is no amount of CURRENCY. */
bool console_read_amount(struct req *r, const char *typed, const char *currency, int64_t *out);

/* ---- an area with several pages -----------------------------------------------------
 *
 * Its pages are a table, those of one group side by side.  Where more are seen than fit on a
 * phone they are parted: a row of groups, below it the pages of the one that is open; a group
 * is left out when none of its pages may be seen.  For {{>admin/tabs}}.
 */
struct console_tab {
	const char *group, *path, *label;       /* group and label N_("...") */
	const char *permission;                 /* who sees it, in the chosen store; NULL: everybody */
	bool everywhere;                        /* only who may in all stores */
};

/* HERE is the path of the page that is shown. */
void console_tabs(struct req *r, struct view *v, const struct console_tab *tabs, size_t n, const char *here);

/* ---- lists ------------------------------------------------------------------------
 *
 * A list is searched by a GET form, pages by key in the parameter "before" or "after", and
 * what was searched for can be kept under a name:
 *
 *	struct rows *kept = console_searches(r, "/admin/orders");
 *	...
 *	view_text(v, "next_url", n > PAGE ? console_search_url(r, "/admin/orders", "before", last->order) : NULL);
 *	console_add_searches(r, v, "/admin/orders", kept);
 *
 * and {{>admin/searches}} below the heading.
 */

/* PATH with the search of this request, NAME=VALUE behind it; its place in the list and what was
   left empty are not repeated.  NULL for NAME: the beginning of the list. */
const char *console_search_url(struct req *r, const char *path, const char *name, const char *value);

/* Whether PATH is a place of the console that who is signed in may see. */
bool console_place(struct req *r, const char *path);

/* The searches of the list at PATH that who is signed in keeps; queued. */
struct rows *console_searches(struct req *r, const char *path);
/* Puts KEPT into V as {{>admin/searches}} wants them. */
void console_add_searches(struct req *r, struct view *v, const char *path, struct rows *kept);

/* QUERY, a query string, without what console_search_url() leaves out; "" when nothing is left
   or it is no query string.  Under r->mem. */
const char *console_search_query(struct req *r, const char *query);

#endif
