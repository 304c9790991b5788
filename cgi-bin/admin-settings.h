/* admin-settings.h -- what the files of the program admin-settings share. */
#ifndef ADMIN_SETTINGS_PROGRAM_H
#define ADMIN_SETTINGS_PROGRAM_H

#include "db/query/staff.h"
#include "db/rows.h"
#include "front/console.h"

/* The sentence for an outcome of the functions of sql/functions/staff.sql that is not ok. */
const char *settings_sentence(const char *outcome);

/* admin-settings-roles.c */
extern const struct param role_params[];
void roles_show(struct req *r);
void role_new(struct req *r);
void role_make(struct req *r);
void role_edit(struct req *r);
void role_change(struct req *r);

/* admin-settings-audit.c */
extern const struct param audit_params[];
void audit_show(struct req *r);

#endif
