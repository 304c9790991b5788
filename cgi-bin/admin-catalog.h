/*
 * admin-catalog.h -- what the files of the program admin-catalog share.
 *
 * Products belong to the merchant: whoever changes them needs the permission in all stores,
 * which catalog_may() asks beside the route's own.  Listings, prices and categories are of
 * the chosen store.
 */
#ifndef ADMIN_CATALOG_PROGRAM_H
#define ADMIN_CATALOG_PROGRAM_H

#include "admin-catalog-tabs.h"
#include "db/query/admin_catalog.h"
#include "db/query/transfer.h"
#include "db/rows.h"
#include "front/console.h"

/* The word of a product's state, as N_("..."). */
const char *catalog_state_word(const char *state);
/* MINOR units as an input field shows them: "19.90". */
const char *catalog_amount(struct req *r, int64_t minor, const char *currency);
/* The other way: "" is -1, none; a comma is a decimal point.  False: no amount a price can have. */
bool catalog_read_amount(struct req *r, const char *typed, int exponent, int64_t *out);

/* admin-catalog-product-list.c: all products, by search, filter and order. */
extern const struct param product_list_params[];
void product_list(struct req *r);

/* admin-catalog-product.c: one product and its texts; a new one. */
extern const struct param product_params[], product_new_params[];
void product_show(struct req *r);
void product_change(struct req *r);
void product_new(struct req *r);
void product_make(struct req *r);

/* admin-catalog-product-variants.c: the matrix. */
extern const struct param variants_params[], combine_params[];
void variants_show(struct req *r);
void variants_change(struct req *r);
void variants_combine(struct req *r);

/* admin-catalog-preview.c: the link that shows a product before the store does. */
void preview_show(struct req *r);
void preview_make(struct req *r);
void preview_end(struct req *r);

/* admin-catalog-parts.c: what a variant contains that is a bundle. */
extern const struct param parts_params[];
void parts_show(struct req *r);
void parts_change(struct req *r);

/* admin-catalog-product-prices.c: the price list of a product in the chosen store. */
extern const struct param prices_params[], prices_change_params[];
void prices_show(struct req *r);
void prices_change(struct req *r);

/* What prices that are reckoned end in: "none", "00", "90", "95", "99"; of currencies with cents. */
extern const char *const catalog_endings[];
/* The list "endings" of a form, CHOSEN selected. */
void catalog_add_endings(struct req *r, struct view *v, const char *chosen);
/* The parameter "ending" as catalog.price_round() takes it, minor units, below 0 for none; and the unit it is of. */
int64_t catalog_ending(struct req *r);
int64_t catalog_unit(const char *currency);
/* "42.5" as hundredths of a percent, at most 100 times the cost. */
bool catalog_read_markup(struct req *r, const char *typed, int64_t *out);

/* admin-catalog-product-listing.c: how the chosen store shows a product; what goes with it. */
extern const struct param listing_params[], listing_picture_params[], related_params[];
void listing_show(struct req *r);
void listing_change(struct req *r);
void listing_pictures(struct req *r);
void related_show(struct req *r);
void related_change(struct req *r);

/* admin-catalog-markup.c: what the prices of the chosen store follow, all or those of one product. */
extern const struct param markup_params[], markup_change_params[];
void markup_show(struct req *r);
void markup_change(struct req *r);

/* admin-catalog-product-special.c: prices of many pieces, of groups, of some days. */
extern const struct param special_params[], special_change_params[];
void special_show(struct req *r);
void special_change(struct req *r);

/* admin-catalog-product-bulk.c: one change to many products, shown before it is made. */
extern const struct param bulk_params[], bulk_do_params[];
void bulk_look(struct req *r);
void bulk_do(struct req *r);
/* The list "whats" of the form that begins it. */
void bulk_add_choices(struct req *r, struct view *v);

/* admin-catalog-category.c: the tree of the chosen store, one category, and the products in it. */
extern const struct param category_params[], category_new_params[], category_add_params[], category_show_params[], category_products_params[], category_drop_params[];
void category_tree(struct req *r);
void category_new(struct req *r);
void category_make(struct req *r);
void category_show(struct req *r);
void category_change(struct req *r);
void category_drop(struct req *r);
void category_put(struct req *r);

/* admin-catalog-picture.c: the picture at the head of a category, out of the merchant's. */
extern const struct param picture_list_params[], picture_params[];
void picture_show(struct req *r);
void picture_change(struct req *r);

/* admin-catalog-search.c: what shoppers search for, and words that mean the same to them. */
extern const struct param sought_show_params[], sought_params[];
void sought_show(struct req *r);
void sought_change(struct req *r);

/* admin-catalog-rule.c: which products a collection chooses by itself. */
extern const struct param rule_params[];
void rule_show(struct req *r);
void rule_change(struct req *r);

/* admin-catalog-fault.c: a sentence of an import about its file, translated; one that is not known as it is. */
const char *fault_words(struct req *r, const char *message);

/* Files of products.  The largest that is taken: 200 000 rows of 150 bytes; kept in pieces of so many bytes. */
#define CATALOG_FILE_BYTES (32 * 1024 * 1024)
#define CATALOG_PART_BYTES (1024 * 1024)
/* Pieces that an export may have (lib/shop/transfer_export.c): each costs a trip when it is fetched. */
#define CATALOG_EXPORT_PARTS 64
/* Seconds until a page that waits for the job looks again. */
#define TRANSFER_REFRESH_S 2
#define TRANSFERS_ON_A_PAGE 20

/* admin-catalog-import.c: files that come in. */
extern const struct upload_limits import_limits;
extern const struct param import_list_params[], import_params[], import_apply_params[], transfer_params[];
void import_list(struct req *r);
void import_take(struct req *r);
void import_show(struct req *r);
void import_apply(struct req *r);
void import_cancel(struct req *r);
void import_faults(struct req *r);
/* What the export shows likewise. */
const char *transfer_state_word(const char *state);
bool transfer_under_way(const char *state);
struct rows *transfer_list(struct req *r, const char *direction);
void transfer_add_list(struct req *r, struct view *v, const char *path, struct rows *found);
void transfer_add(struct req *r, struct view *v, const struct row_transfer *t);
void transfer_cancel(struct req *r, const char *permission, const char *path);

/* admin-catalog-export.c: files that go out. */
extern const struct param export_list_params[], catalog_export_params[];
void export_list(struct req *r);
void export_ask(struct req *r);
void export_show(struct req *r);
void export_cancel(struct req *r);
void export_file(struct req *r);

/* How a form of variants is read: the place of VARIANT in the list that was typed, or I. */
size_t catalog_typed_at(struct req *r, const char *variant, size_t i);
/* Where ID stands in the list FIELD of the form that is shown again, or SIZE_MAX. */
size_t catalog_typed_in(struct req *r, const char *field, const char *id);
/* A list of products as its form sends it: each with the place that was typed (product, order), those that leave
   (gone), and in the line "codes" those that come: references, SKUs, names in addresses, parted by blanks or commas. */
#define CATALOG_CODES_MAX 20
struct catalog_order {
	const char *const *products, *const *gone;
	int64_t *place;
	size_t n, ngone, ncodes;
	const char *codes[CATALOG_CODES_MAX];
};
/* False: answered already, a mistake by SHOW with a sentence beside its field. */
bool catalog_take_order(struct req *r, void (*show)(struct req *r), struct catalog_order *out);
/* Says why a door of sql/functions/catalog_desk.sql did not open. */
void catalog_decline(struct req *r, void (*show)(struct req *r), const char *outcome);

#endif
