/* invoice_driver KIND LINES -- prints the PDF of a made-up invoice; t/unit/invoice.t reads it back. */
#include "base/mem.h"
#include "shop/invoice_pdf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct invoice_tax taxes[] = { { "IVA", 210000, 1000, 210 }, { "IVA", 52000, 500, 26 } };

static struct invoice sample(const void *ctx, size_t nlines)
{
	struct invoice_line *lines = mem_array(ctx, struct invoice_line, nlines);

	for (size_t k = 0; k < nlines; k++)
		lines[k] = (struct invoice_line){ mem_printf(ctx, "SU-%03zu", k), "Suela de tacón señorial", "Negro, 38", 2,
						  1000 + (int64_t)k, 2 * (1000 + (int64_t)k) };
	return (struct invoice){
		.locale = locale_get("es-ES"), .text = NULL, .number = "F2026-17", .issued_on = "2026-11-22",
		.order_number = "S-1001", .ordered_on = "2026-11-20", .currency = "EUR",
		.seller = "Suelas Toty, S.L.\nCalle Mayor 1\n03600 Elda", .buyer = "Ana Núñez\nCalle Sol 2\n28001 Madrid",
		.store_name = "Suelas Toty", .contact_email = "hola@example.org", .color_primary = "#1f4e79",
		.color_accent = "#c75b12", .coupon_code = "HOLA10", .delivery_name = "Mensajero", .payment_name = "Transferencia",
		.includes_tax = true, .goods_minor = 123456, .discount_minor = 1234, .shipping_minor = 605, .total_minor = 122827,
		.lines = lines, .nlines = nlines, .taxes = taxes, .ntaxes = ARRAY_LEN(taxes),
	};
}

int main(int argc, char **argv)
{
	static const struct invoice_line strange = { "X", "<b>& \xf0\x9f\x91\x9f 鞋底 حذاء", "", 10000, 99999999999, 999999999990000 };
	void *ctx = mem_context(NULL, "driver");
	struct invoice i;
	struct buf *pdf;
	bool ok;

	if (argc != 3)
		return 64;
	i = sample(ctx, strtoul(argv[2], NULL, 10));
	if (strcmp(argv[1], "strange") == 0) {
		i.lines = &strange;
		i.nlines = 1;
		i.includes_tax = false;
		i.currency = "IDR";
		i.locale = locale_get("id-ID");
		i.color_primary = "";
	}
	if (strcmp(argv[1], "credit") == 0) {
		i.kind = INVOICE_TAKEN_BACK;
		i.takes_back = "F2026-R3";
		i.corrects = "F2026-17";
		i.corrected_on = "2026-11-21";
		i.number = "F2026-R4";
		i.net_minor = -1500;
		i.total_minor = -1736;
		i.payment_name = "";
	}
	pdf = invoice_pdf(ctx, &i);
	ok = pdf != NULL && fwrite(pdf->data, 1, pdf->len, stdout) == pdf->len && fflush(stdout) == 0;
	mem_free(ctx);
	return ok ? 0 : 1;
}
