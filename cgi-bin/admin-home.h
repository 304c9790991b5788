/* admin-home.h -- what the files of the program admin-home share. */
#ifndef ADMIN_HOME_PROGRAM_H
#define ADMIN_HOME_PROGRAM_H

#include "db/query/admin_home.h"
#include "db/rows.h"
#include "front/console.h"

/* Figures and panels of the first page. */
#define WIDGETS 8
struct widget {
	const char *code;               /* its template: admin-home/CODE */
	const char *title;              /* N_() */
	bool panel;                     /* as wide as the page, below the figures */
};

struct arrangement {
	size_t n;
	struct placed { const struct widget *widget; bool shown; } at[WIDGETS];
};

/* admin-home-arrange.c */
extern const struct param arrange_params[];
/* All widgets as the person who asks has arranged them; a trip of its own. */
struct arrangement arrangement_read(struct req *r);
void arrange_show(struct req *r);
void arrange(struct req *r);
void arrange_reset(struct req *r);

/* admin-home-searches.c */
extern const struct param searches_params[], keep_params[], forget_params[];
void searches_show(struct req *r);
void search_keep(struct req *r);
void search_forget(struct req *r);

#endif
