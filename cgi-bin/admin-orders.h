/* admin-orders.h -- what the files of the program admin-orders share. */
#ifndef ADMIN_ORDERS_PROGRAM_H
#define ADMIN_ORDERS_PROGRAM_H

#include "db/query/desk.h"
#include "db/query/draft.h"
#include "db/query/fulfilment.h"
#include "db/rows.h"
#include "front/address_form.h"
#include "front/console.h"
#include "shop/order_change.h"

/* What every query and door of sql/query/desk.sql is told first. */
#define DESK_WHO(r) (r)->site->tenant, console_actor(r), console_store(r)

/* admin-orders-words.c: the words of states, events and outcomes, N_("..."); "" for what has none. */
const char *desk_state_word(const char *axis, const char *state);
const char *desk_event_word(const char *axis, const char *event);
const char *desk_reason_word(const char *reason);
/* NAME of V: { label, tone TEXT ("ok", "warn", "bad" or "": how urgent it looks) }. */
void desk_state_tag(struct req *r, struct view *v, const char *name, const char *axis, const char *state);
/* Why a door declined. */
const char *desk_sentence(const char *outcome);
/* Who acted: NAME of staff, or what stands for them that are none. */
const char *desk_actor(struct req *r, const char *actor, const char *name);
/* The list NAME of options of a select on AXIS, CURRENT chosen. */
void desk_state_options(struct req *r, struct view *v, const char *name, const char *axis, const char *current);
void desk_reason_options(struct req *r, struct view *v, const char *name);
void desk_warehouse_options(struct view *v, const char *name, struct rows *warehouses);

/* A decimal number with the currency's digits: "19.90". */
const char *desk_money_text(struct req *r, const char *currency, int64_t minor);

/* /admin/orders/ID, and what follows. */
const char *desk_url(struct req *r, const char *id, const char *more);

/* Ends a change of the order in the path: back to it with the sentence DONE; or 404; or its page
   again with what is in the way, beside FIELD. */
void desk_settle(struct req *r, const char *outcome, const char *field, const char *done);

/* admin-orders.c */
void queue_show(struct req *r);

/* admin-orders-show.c */
void desk_order(struct req *r);
void desk_file(struct req *r);

/* admin-orders-act.c: changes of an order, and what they are told */
extern const struct param note_params[], tag_params[], pay_params[], cancel_params[], step_params[], ship_params[], refund_params[], renew_params[];
extern const struct param capture_params[], release_params[];
extern const struct param goods_back_params[], decide_params[], receive_params[], inspect_params[], return_refund_params[];
void act_note(struct req *r);
void act_tag(struct req *r);
void act_pay(struct req *r);
void act_cancel(struct req *r);
void act_step(struct req *r);
void act_ship(struct req *r);
void act_refund(struct req *r);
void act_renew(struct req *r);
void act_capture(struct req *r);
void act_release(struct req *r);
void act_return(struct req *r);
void act_decide(struct req *r);
void act_receive(struct req *r);
void act_inspect(struct req *r);
void act_return_refund(struct req *r);
void act_exchange(struct req *r);

/* admin-orders-pick.c: pick lists, scanning, parcels */
extern const struct param wave_params[], scan_params[], drop_params[], close_params[], check_params[], unpack_params[], send_params[];
void waves_show(struct req *r);
void wave_make(struct req *r);
void wave_show(struct req *r);
void wave_scan(struct req *r);
void wave_drop(struct req *r);
void pack_show(struct req *r);
void pack_scan(struct req *r);
void parcel_close(struct req *r);
void parcel_check(struct req *r);
void parcel_unpack(struct req *r);
void parcel_send(struct req *r);
void parcel_arrived(struct req *r);

/* admin-orders-form.c: what an order shall be, as a form (admin-orders/composer): products, delivery, address, discount */
#define ORDER_FORM_PARAMS \
	{ "variant",  PARAM_LIST, .of = PARAM_ID, .max = PRICING_MAX_LINES, .optional = "", .label = N_("Products") }, \
	{ "quantity", PARAM_LIST, .of = PARAM_INT, .max = PRICING_MAX_LINES, .optional = "", .blanks = true, .label = N_("Quantity") }, \
	{ "sku",      PARAM_TEXT, .max = 64, .optional = "", .label = N_("SKU or bar code") }, \
	{ "pieces",   PARAM_QUANTITY, .optional = "1", .label = N_("Pieces") }, \
	ADDRESS_FORM_PARAMS(""), \
	{ "country",  PARAM_TEXT, .max = 2, .optional = "", .label = N_("Country") }, \
	{ "method",   PARAM_ID, .optional = "", .label = N_("Delivery") }, \
	{ "discount", PARAM_TEXT, .max = AMOUNT_TYPED_MAX, .optional = "", .label = N_("Discount") }

/* Characters of an amount as people type one.  Amounts of orders are texts: they are read by the order's currency, not by the page's. */
#define AMOUNT_TYPED_MAX 20
/* The amount typed in FIELD, in CURRENCY; 0 when there is none.  False, and said at the field: it is no amount. */
bool desk_read_amount(struct req *r, const char *field, const char *currency, int64_t *minor);

/* What was posted, in CURRENCY, HAND_MINOR being the discount where who posts may not change it.  False: what is wrong is said at the fields. */
bool order_form_read(struct req *r, struct change_wish *w, int64_t hand_minor, const char *currency);
/* Queued by order_form_queue(): what the form needs beside the order. */
struct order_form {
	struct rows *methods, *countries;
};
struct order_form order_form_queue(struct req *r);
/* A line of the form; STATE is what hinders it, or "". */
void order_form_line(struct view *v, const char *variant, const char *sku, const char *name, const char *options, int64_t quantity, const char *state);
/* The lines that were typed, of a form that is shown again; false: it is none. */
bool order_form_typed(struct req *r, struct view *v, const char *locale);
/* The lines as they were priced. */
void order_form_priced(struct req *r, struct view *v, const struct cart *c);
/* All but the lines: what was typed, else of W. */
void order_form_view(struct req *r, struct view *v, const struct order_form *f, const struct change_wish *w, const char *currency);
/* What it would cost: "preview" of V, with goods, discount, shipping, taxes and new_total. */
struct view *order_form_preview(struct req *r, struct view *v, const struct cart *c, const char *currency);

/* admin-orders-edit.c */
extern const struct param edit_params[];
void edit_show(struct req *r);
void edit_take(struct req *r);

/* admin-orders-draft.c: orders that staff put together */
extern const struct param drafts_params[], draft_new_params[], draft_find_params[], draft_params[], draft_customer_params[], draft_drop_params[];
void drafts_show(struct req *r);
void draft_make(struct req *r);
void draft_show(struct req *r);
void draft_take(struct req *r);
void draft_give(struct req *r);
void draft_throw(struct req *r);

/* admin-orders-paper.c */
void paper_wave(struct req *r);
void paper_parcel(struct req *r);
void paper_label(struct req *r);
void paper_wave_labels(struct req *r);
void paper_slip(struct req *r);
void paper_return(struct req *r);

#endif
