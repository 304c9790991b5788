/*
 * media_avif.h -- what an AVIF file is made of.
 *
 * AVIF is a picture of AV1 in boxes (ISO/IEC 14496-12 and 23008-12): each begins with
 * its size and four letters.  Who writes one in a box for strangers' pictures
 * (media_box.h) is not believed, so its file is looked through before visitors get it.
 */
#ifndef SHOP_MEDIA_AVIF_H
#define SHOP_MEDIA_AVIF_H

#include "base/base.h"

/* Whether the N bytes are an AVIF file of pixels alone: no Exif, no colour profile, no box that it does not need,
   nothing behind.  Reads nothing beyond them. */
bool media_avif_plain(const unsigned char *data, size_t n);

#endif
