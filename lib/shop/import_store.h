/*
 * import_store.h -- a store with its taxes, methods, coupons and texts from one file.
 *
 * The file says all of what the store is: what is no longer in it goes, or is put
 * out of use where orders hang on it; the same file twice changes nothing.  All of
 * it comes in in one transaction, or nothing with all faults by line.  The format
 * is sutler-import(5).
 */
#ifndef SHOP_IMPORT_STORE_H
#define SHOP_IMPORT_STORE_H

#include "shop/import_stage.h"

struct import_pictures {
	const char *from;               /* directory of the originals; NULL: leave pictures as they are */
	const char *to;                 /* the media directory */
	int workers;                    /* processes that convert */
};

/* What is staged in the transaction S; N bytes of the file.  The number of rows that changed;
   faults are in the report and then nothing may be committed. */
int64_t import_store(const void *ctx, struct stage *s, struct report *report, const char *text, size_t n,
	const struct import_pictures *pictures);

/* Brings files into the media directory and the staging table import_media; WHERE and COLUMNS of each
   fault are given by LINES and COLUMNS. */
struct media;
void import_media(const void *ctx, struct stage *s, struct report *report, const struct import_pictures *pictures,
	struct media *list, const int64_t *lines, const char *const *columns, size_t n);

#endif
