/* cart.h -- what the files of the program cart share. */
#ifndef CGI_CART_H
#define CGI_CART_H

#include "shop/cart.h"
#include "web/page.h"

/* What to say when the cart does not take so many; AVAILABLE goes with CART_SHORT. */
const char *decline_sentence(struct req *r, enum cart_outcome o, int64_t available);

/* cart-run.c: several variants of a product at once. */
extern const struct param run_params[];
void run_show(struct req *r);
void run_add(struct req *r);

#endif
