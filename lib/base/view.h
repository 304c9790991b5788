/*
 * view.h -- the data of a template.
 *
 * A view is a small map of names to values: texts, numbers, nested views,
 * lists, described rows (shape.h) and sources that are asked only when the
 * template is rendered.  Names are literals and are kept by reference; texts
 * are kept by reference too and must live as long as the view.  Setting a name
 * again replaces it.  Everything hangs under the context given to view_new().
 *
 * A name that was set to nothing is still set: it hides the same name further
 * out.  Money is printed in the text "currency" of the same view, if it holds
 * one.  The name "." is what {{.}} means inside this view.
 */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include "base/shape.h"

struct view;

struct view *view_new(const void *ctx);

void view_text(struct view *v, const char *name, const char *text);     /* NULL: absent */
void view_int(struct view *v, const char *name, int64_t n);
void view_bool(struct view *v, const char *name, bool yes);
void view_money(struct view *v, const char *name, int64_t minor);
void view_date(struct view *v, const char *name, const char *iso);
void view_time(struct view *v, const char *name, int64_t ms);
void view_html(struct view *v, const char *name, const char *html);     /* trusted markup */

/* A nested view under NAME, new or the one that is there. */
struct view *view_sub(struct view *v, const char *name);
/* Appends an item to the list NAME and returns it. */
struct view *view_item(struct view *v, const char *name);
/* Appends a text to the list NAME; it prints by {{.}}. */
void view_item_text(struct view *v, const char *name, const char *text);

/* One described row (NULL: absent), or N of them lying one after another. */
void view_described(struct view *v, const char *name, const struct shape *shape, const void *row);
void view_described_list(struct view *v, const char *name, const struct shape *shape,
			 const void *rows, size_t n);

/* Rows that are fetched when the template first looks at them.  resolve() says
   where they are; single: the name is one row (absent when n is 0), not a list. */
struct view_source {
	void (*resolve)(struct view_source *self, const struct shape **shape,
			const void **rows, size_t *n);
	bool single;
};
void view_lazy(struct view *v, const char *name, struct view_source *source);

/* All that BELOW holds is found when ABOVE does not have the name. */
void view_chain(struct view *above, struct view *below);

#endif
