/*
 * visitor.h -- who comes, without saying who.
 *
 * What is counted per visitor (pieces held, attempts to pay) is counted by a key that
 * tells visitors apart and says nothing a day later.
 */
#ifndef SHOP_VISITOR_H
#define SHOP_VISITOR_H

#include "base/crypto.h"

/* HMAC of the network address (IPv6: its /64) under tenant and day. */
void visitor_key(const char *tenant, const char *address, int64_t now_ms, char out[SHA256_HEX]);

#endif
