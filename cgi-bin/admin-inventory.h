/*
 * admin-inventory.h -- what the files of the program admin-inventory share.
 *
 * Stock, warehouses and suppliers belong to the merchant: whoever changes them needs the
 * permission in all stores, which stock_may() asks beside the route's own.  Each change is one
 * function of sql/functions that writes the audit log and answers in one word.
 */
#ifndef ADMIN_INVENTORY_PROGRAM_H
#define ADMIN_INVENTORY_PROGRAM_H

#include "db/rows.h"
#include "front/console.h"

/* Warehouses a page lists, and offers in a select: more than any merchant of ours runs. */
#define WAREHOUSES_MAX 200

/* What was given, or "". */
const char *stock_given(struct req *r, const char *name);
/* Whether who is signed in may do PERMISSION in all stores; if not, the answer is 403 and given. */
bool stock_may(struct req *r, const char *permission);
/* The pages of the area, for admin-inventory/tabs; HERE is one of their paths ("" the stock). */
void stock_tabs(struct req *r, struct view *v, const char *here);
/* /admin/inventory/WHAT/ID and MORE. */
const char *stock_url(struct req *r, const char *what, const char *id, const char *more);

/* What a word of the database means, and the field it is about (NULL: the whole form). */
struct stock_no {
	const char *outcome, *field, *sentence;
};
/* Ends a change: to URL with the sentence DONE when OUTCOME is "ok", to FORM with what stands in
   the way, or 404 for a word that the N rows of NO do not know. */
void stock_settle(struct req *r, const char *outcome, const char *url, const char *done, void (*form)(struct req *r),
		  const struct stock_no *no, size_t n);

/* admin-inventory-warehouse.c */
extern const struct param warehouse_make_params[], warehouse_params[], warehouse_switch_params[];
void warehouses_show(struct req *r);
void warehouse_make(struct req *r);
void warehouse_show(struct req *r);
void warehouse_change(struct req *r);
void warehouse_off(struct req *r);
void warehouse_on(struct req *r);

/* admin-inventory-supplier.c */
extern const struct param suppliers_params[], supplier_params[], supplier_page_params[], supplier_item_params[], supplier_drop_params[];
void suppliers_show(struct req *r);
void supplier_make(struct req *r);
void supplier_show(struct req *r);
void supplier_change(struct req *r);
void supplier_item(struct req *r);
void supplier_drop(struct req *r);

/* admin-inventory-purchase.c: purchase orders; -arrival.c: what comes of them */
extern const struct param purchases_params[], purchase_new_params[], purchase_write_params[], purchase_send_params[], purchase_end_params[];
extern const struct param arrival_scan_params[], arrival_params[];
void purchases_show(struct req *r);
void purchase_new(struct req *r);
void purchase_make(struct req *r);
void purchase_show(struct req *r);
void purchase_edit(struct req *r);
void purchase_change(struct req *r);
void purchase_send(struct req *r);
void purchase_cancel(struct req *r);
void purchase_close(struct req *r);
void purchase_paper(struct req *r);
void arrival_show(struct req *r);
void arrival_scan(struct req *r);
void arrival_book(struct req *r);
/* "PO-12" */
const char *purchase_name(struct req *r, int64_t number);

/* admin-inventory-transfer.c */
extern const struct param transfers_params[], transfer_make_params[], transfer_scan_params[], transfer_write_params[], transfer_book_params[];
void transfers_show(struct req *r);
void transfer_make(struct req *r);
void transfer_show(struct req *r);
void transfer_scan(struct req *r);
void transfer_write(struct req *r);
void transfer_leave(struct req *r);
void transfer_drop(struct req *r);
void transfer_book(struct req *r);

/* admin-inventory-count.c */
extern const struct param counts_params[], count_make_params[], count_params[], count_scan_params[], count_review_params[], count_end_params[];
void counts_show(struct req *r);
void count_make(struct req *r);
void count_show(struct req *r);
void count_scan(struct req *r);
void count_review(struct req *r);
void count_book(struct req *r);
void count_cancel(struct req *r);

/* admin-inventory-lot.c: lots, and how a variant is looked after */
extern const struct param lots_params[], lot_params[], lot_adjust_params[], lot_block_params[], lot_scrap_params[], lot_recall_params[], care_params[];
void lots_show(struct req *r);
void lot_show(struct req *r);
void lot_again(struct req *r);
void lot_adjust(struct req *r);
void lot_block(struct req *r);
void lot_release(struct req *r);
void lot_scrap(struct req *r);
void lot_recall(struct req *r);
/* Puts CARE, rows of q_care_of(), into the page of a variant; keeps what its form says: a word of inventory.care_save(). */
void care_add(struct req *r, struct view *v, struct rows *care);
const char *care_save(struct req *r);

/* admin-inventory-inspect.c */
extern const struct param inspects_params[], verdict_params[];
void inspects_show(struct req *r);
void inspect_show(struct req *r);
void inspect_say(struct req *r);

/* admin-inventory-production.c */
extern const struct param productions_params[], production_cancel_params[], production_finish_params[];
void productions_show(struct req *r);
void production_show(struct req *r);
void production_start(struct req *r);
void production_cancel(struct req *r);
void production_finish(struct req *r);
/* "MO-12" */
const char *production_name(struct req *r, int64_t number);

/* Codes of reasons for corrections, closed by NULL, and their words as the list "codes" of a form. */
extern const char *const stock_codes[];
void stock_add_codes(struct req *r, struct view *v, const char *chosen);
/* What happened, and why ("damaged: by rain"), in words. */
const char *stock_kind(struct req *r, const char *kind);
const char *stock_reason(struct req *r, const char *reason);

/* admin-inventory-reorder.c */
extern const struct param low_params[], low_order_params[], reorder_params[];
void low_show(struct req *r);
void low_order(struct req *r);
void reorder_set(struct req *r);
/* The page of a variant, behind a form of it that came back. */
void variant_again(struct req *r);

/* admin-inventory-insight.c */
extern const struct param insight_params[], insight_export_params[], insight_take_params[];
void insight_show(struct req *r);
void insight_export(struct req *r);
void insight_take(struct req *r);
/* What the page of a variant shows of its demand: asked for, then put into V. */
struct insight { struct rows *forecast, *weeks, *study; };
struct insight insight_ask(struct req *r, const char *variant);
void insight_add(struct req *r, struct view *v, struct insight q, bool may_order);

/* S folded as catalog.variant.sku_key is: SKUs are ASCII but for a few, which are found as typed. */
char *stock_folded(struct req *r, const char *s);

/* What a scanner sent: back to URL with "SKU: 3 / 5", or to FORM with why it does not belong. */
void stock_scanned(struct req *r, const char *outcome, const char *sku, int64_t done, int64_t wanted, void (*form)(struct req *r), const char *url);

#endif

