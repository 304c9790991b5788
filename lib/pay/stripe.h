/*
 * stripe.h -- Stripe Checkout, between the files that speak it; programs use provider.h.
 *
 * stripe.c makes the calls, stripe_event.c reads Stripe's objects and proves its
 * webhooks, stripe_form.c writes numbers and forms as Stripe wants them.
 */
#ifndef PAY_STRIPE_H
#define PAY_STRIPE_H

#include "base/buf.h"
#include "pay/provider.h"

struct json_object;

extern const struct payment_provider pay_stripe;

/* Between minor units of ISO 4217 and Stripe's.  False when the amount cannot be said
   exactly, is not positive, or Stripe does not take the currency. */
bool stripe_amount(const char *currency, int64_t minor, int64_t *out);
/* CURRENCY as Stripe writes it ("usd"); what comes back is 0 or more. */
bool stripe_minor(const char *currency, int64_t amount, int64_t *out);

/* Adds NAME=VALUE to an application/x-www-form-urlencoded body; NAME with its brackets,
   "line_items[0][quantity]". */
void stripe_form_text(struct buf *form, const char *name, const char *value);
void stripe_form_int(struct buf *form, const char *name, int64_t value);

enum pay_shape stripe_shape(const char *text);

/* "es", "pt-BR" ...: the locale of the hosted page, or "auto". */
const char *stripe_locale(const char *tag);

enum pay_proof stripe_verify(const struct pay_account *a, const char *header, const void *body, size_t n,
			     int64_t now_s);
bool stripe_parse(const void *ctx, const char *body, size_t n, struct pay_event *out, const char **error);

/* Objects of answers.  False when V is no such object, or says an amount we cannot read. */
bool stripe_read_session(const void *ctx, struct json_object *v, struct pay_event *out);
bool stripe_read_payment(const void *ctx, struct json_object *v, struct pay_event *out);
bool stripe_read_refund(const void *ctx, struct json_object *v, struct pay_event *out);
/* The decline code of an error or a payment, else its code, else "". */
const char *stripe_code(struct json_object *error);

#endif
