/* admin-orders.h -- what the files of the program admin-orders share. */
#ifndef ADMIN_ORDERS_PROGRAM_H
#define ADMIN_ORDERS_PROGRAM_H

#include "db/query/desk.h"
#include "db/query/fulfilment.h"
#include "db/rows.h"
#include "front/console.h"

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
extern const struct param note_params[], tag_params[], pay_params[], cancel_params[], step_params[], ship_params[], refund_params[];
extern const struct param goods_back_params[], decide_params[], receive_params[], inspect_params[], return_refund_params[];
void act_note(struct req *r);
void act_tag(struct req *r);
void act_pay(struct req *r);
void act_cancel(struct req *r);
void act_step(struct req *r);
void act_ship(struct req *r);
void act_refund(struct req *r);
void act_return(struct req *r);
void act_decide(struct req *r);
void act_receive(struct req *r);
void act_inspect(struct req *r);
void act_return_refund(struct req *r);

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

/* admin-orders-paper.c */
void paper_wave(struct req *r);
void paper_parcel(struct req *r);
void paper_slip(struct req *r);
void paper_return(struct req *r);

#endif
