/*
 * admin-catalog-tabs.h -- what the programs share that show pages of one product: admin-catalog
 * and admin-media.
 */
#ifndef ADMIN_CATALOG_TABS_H
#define ADMIN_CATALOG_TABS_H

#include "front/console.h"

/* Whether who is signed in may do PERMISSION in all stores; if not, the answer is 403 and given. */
bool catalog_may(struct req *r, const char *permission);
/* The places of a product's pages, for admin-catalog/tabs; HERE is the last part of one's path
   ("" the product, "media" its pictures; NULL: none of these). */
void catalog_tabs(struct req *r, struct view *v, const char *product, const char *here);

#endif
