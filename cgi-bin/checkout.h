/* checkout.h -- what the files of the program checkout share. */
#ifndef CHECKOUT_PROGRAM_H
#define CHECKOUT_PROGRAM_H

#include "shop/checkout.h"
#include "web/program.h"

/* Loads and prices; one round trip. */
struct checkout *steps_look(struct req *r);
/* GET: whether STEP may be shown; else it redirects to what is to be done first. */
bool step_enter(struct req *r, const struct checkout *c, enum checkout_step step);
/* POST: whether STEP may be changed; else it answers 409. */
bool step_take(struct req *r, const struct checkout *c, enum checkout_step step);
/* The view of a step with its frame: steps, lines, totals. */
struct view *step_view(struct req *r, struct checkout *c, enum checkout_step now);
const char *step_path(struct req *r, enum checkout_step step);

/* The step of the addresses. */
extern const struct param address_params[];
void address_show(struct req *r);
void address_set(struct req *r);

#endif
