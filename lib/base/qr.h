/*
 * qr.h -- a QR code as the path of an SVG, made by zint.
 */
#ifndef BASE_QR_H
#define BASE_QR_H

#include "base/base.h"

/* The dark squares of the QR code of TEXT as SVG path data ("M4 4h7v1h-7z..."), one unit a
   square, in a drawing of *SIZE units with the quiet zone around it; under CTX.  NULL when the
   text does not fit. */
const char *qr_path(const void *ctx, const char *text, int *size);

#endif
