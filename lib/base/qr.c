#include "base/qr.h"

#include "base/buf.h"

#include <string.h>
#include <zint.h>

#define QUIET 4                         /* squares around it that ISO 18004 wants empty */

static bool dark(const struct zint_symbol *s, int row, int column)
{
	return (s->encoded_data[row][column >> 3] >> (column & 7) & 1) != 0;
}

static void draw_row(struct buf *b, const struct zint_symbol *s, int row)
{
	for (int from = 0, to; from < s->width; from = to) {
		to = from + 1;
		if (!dark(s, row, from))
			continue;
		while (to < s->width && dark(s, row, to))
			to++;
		buf_printf(b, "M%d %dh%dv1h-%dz", from + QUIET, row + QUIET, to - from, to - from);
	}
}

const char *qr_path(const void *ctx, const char *text, int *size)
{
	struct zint_symbol *s = ZBarcode_Create();
	struct buf *b = buf_new(ctx);

	if (s == NULL)
		return NULL;
	s->symbology = BARCODE_QRCODE;
	s->input_mode = UNICODE_MODE;
	if (ZBarcode_Encode(s, (const unsigned char *)text, (int)strlen(text)) >= ZINT_ERROR) {
		ZBarcode_Delete(s);
		return NULL;
	}
	for (int row = 0; row < s->rows; row++)
		draw_row(b, s, row);
	*size = s->width + 2 * QUIET;
	ZBarcode_Delete(s);
	return b->data;
}
