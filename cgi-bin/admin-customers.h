/* admin-customers.h -- what the files of the program admin-customers share. */
#ifndef ADMIN_CUSTOMERS_PROGRAM_H
#define ADMIN_CUSTOMERS_PROGRAM_H

#include "db/query/customer_desk.h"
#include "db/rows.h"
#include "front/console.h"

/* The store whose customers who is signed in may see and, with PERMISSION, change; NULL for
   those of all stores. */
const char *people_scope(struct req *r, const char *permission);

/* An outcome of the database that leads back to the form: at which field, and what is said there. */
struct hindrance {
	const char *outcome, *field, *sentence;
};
/* To PATH with the sentence DONE when the OUTCOME is "ok"; FORM again where one of the N hindrances
   is in the way; else 404. */
void people_settle(struct req *r, const char *outcome, const struct hindrance *all, size_t n, void (*form)(struct req *r),
		   const char *path, const char *done);

/* admin-customers-show.c */
extern const struct param person_edit_params[], person_note_params[], person_tag_params[], person_export_params[], person_erase_params[];
void person_show(struct req *r);
/* Back to the page with the sentence DONE; or 404; or the page again with what is in the way, beside FIELD. */
void person_settle(struct req *r, const char *outcome, const char *field, const char *done);
void person_edit(struct req *r);
void person_note(struct req *r);
void person_tag(struct req *r);
void person_export(struct req *r);
void person_erase(struct req *r);

/* admin-customers-merge.c */
extern const struct param merge_show_params[], merge_params[];
void merge_show(struct req *r);
void merge(struct req *r);
/* Who may be the same person, on the page of a customer, queued and then shown. */
struct rows *person_twins(struct req *r, const char *customer);
void person_add_twins(struct req *r, struct view *v, const char *customer, struct rows *twins);

/* admin-customers-fields.c */
extern const struct param field_make_params[], field_change_params[], field_drop_params[], person_fields_params[];
void fields_show(struct req *r);
void field_show(struct req *r);
void field_make(struct req *r);
void field_change(struct req *r);
void field_drop(struct req *r);
void person_fields(struct req *r);
/* Own fields on the page of a customer, queued and then shown. */
struct rows *person_fields_of(struct req *r, const char *customer);
void person_add_fields(struct req *r, struct view *v, struct rows *fields);

/* admin-customers-groups.c */
extern const struct param group_make_params[], group_rename_params[], group_drop_params[], person_group_params[];
void groups_show(struct req *r);
void group_show(struct req *r);
void group_make(struct req *r);
void group_rename(struct req *r);
void group_drop(struct req *r);
void person_group(struct req *r);
/* The choice of a group on the page of a customer, queued and then shown. */
struct rows *person_groups(struct req *r);
void person_add_groups(struct req *r, struct view *v, struct rows *groups, const char *current);

/* admin-customers-credit.c: payment on invoice of a customer and of a group, queued and then shown. */
extern const struct param credit_params[];
void person_credit(struct req *r);
void group_credit(struct req *r);
struct rows *person_credits(struct req *r, const char *customer);
void person_add_credits(struct req *r, struct view *v, const char *customer, struct rows *rows);
struct rows *group_credits(struct req *r, const char *code);
void group_add_credits(struct req *r, struct view *v, const char *code, struct rows *rows);

#endif
