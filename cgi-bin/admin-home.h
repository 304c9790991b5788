/* admin-home.h -- what the files of the program admin-home share. */
#ifndef ADMIN_HOME_PROGRAM_H
#define ADMIN_HOME_PROGRAM_H

#include "db/query/admin_home.h"
#include "db/rows.h"
#include "front/console.h"

/* admin-home-searches.c */
extern const struct param searches_params[], keep_params[], forget_params[];
void searches_show(struct req *r);
void search_keep(struct req *r);
void search_forget(struct req *r);

#endif
