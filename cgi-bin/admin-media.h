/* admin-media.h -- what the files of the program admin-media share. */
#ifndef ADMIN_MEDIA_H
#define ADMIN_MEDIA_H

#include "admin-catalog-tabs.h"

/* What a product is sold as, where that are files. */
extern const struct upload_limits downloads_uploads;
extern const struct param downloads_add_params[], downloads_save_params[];
void downloads_show(struct req *r);
void downloads_add(struct req *r);
void downloads_save(struct req *r);

#endif
