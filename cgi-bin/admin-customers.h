/* admin-customers.h -- what the files of the program admin-customers share. */
#ifndef ADMIN_CUSTOMERS_PROGRAM_H
#define ADMIN_CUSTOMERS_PROGRAM_H

#include "db/query/customer_desk.h"
#include "db/rows.h"
#include "front/console.h"

/* The store whose customers who is signed in may see and, with PERMISSION, change; NULL for
   those of all stores. */
const char *people_scope(struct req *r, const char *permission);

/* admin-customers-show.c */
extern const struct param person_edit_params[], person_note_params[], person_tag_params[], person_export_params[], person_erase_params[];
void person_show(struct req *r);
void person_edit(struct req *r);
void person_note(struct req *r);
void person_tag(struct req *r);
void person_export(struct req *r);
void person_erase(struct req *r);

#endif
