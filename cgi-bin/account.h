/* account.h -- what the files of the program account share. */
#ifndef ACCOUNT_PROGRAM_H
#define ACCOUNT_PROGRAM_H

#include "db/query/account.h"
#include "web/program.h"

/* Orders on one page of the history. */
#define ORDERS_ON_A_PAGE 20
/* Of them on the first page of the account. */
#define ORDERS_ON_OVERVIEW 3

/* Parts of the account, as its menu shows them. */
enum section { SECTION_OVERVIEW, SECTION_ORDERS, SECTION_ADDRESSES, SECTION_PROFILE, SECTION_PRIVACY, SECTIONS };

/* Whose account: NEEDS_SESSION on every route has seen to it that somebody is signed in. */
const char *account_customer(struct req *r);
/* A view in the account's frame. */
struct view *account_view(struct req *r, const char *name, enum section section, const char *title);
/* prefix + PATH, and with ID behind it. */
const char *account_url(struct req *r, const char *path, const char *id);

void profile_show(struct req *r);
void profile_set(struct req *r);
extern const struct param profile_params[];

void addresses_show(struct req *r);
void address_new(struct req *r);
void address_make(struct req *r);
void address_edit(struct req *r);
void address_change(struct req *r);
void address_remove(struct req *r);
extern const struct param book_params[];
/* One address as rows print it: lines TEXT, phone TEXT or null, is_shipping, is_billing BOOL. */
void address_item(struct req *r, struct view *item, const struct row_account_addresses *a);

void orders_show(struct req *r);
void order_show(struct req *r);
void order_invoice(struct req *r);
void order_credit_note(struct req *r);
void order_download(struct req *r);
void order_again(struct req *r);
void order_cancel(struct req *r);
void order_pay(struct req *r);
void order_method(struct req *r);
extern const struct param orders_params[];
/* The list "orders" of ROWS, at most MOST. */
void orders_list(struct req *r, struct view *v, struct rows *rows, size_t most);

void privacy_show(struct req *r);
void privacy_export(struct req *r);
void privacy_file(struct req *r);
void privacy_erase(struct req *r);
void privacy_confirm_show(struct req *r);
void privacy_confirm(struct req *r);
void privacy_keep(struct req *r);

void return_show(struct req *r);
void return_take(struct req *r);
extern const struct param return_params[];

void change_show(struct req *r);
void change_take(struct req *r);
extern const struct param change_params[];

#endif
