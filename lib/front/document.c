#include "front/document.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/locale.h"
#include "base/mem.h"

#include <string.h>

const char *front_method(struct req *r, const char *method, const char *name)
{
	static const struct { const char *method, *name; } names[] = {
		{ "bank_transfer", N_("Bank transfer") }, { "cod", N_("Cash on delivery") }, { "card", N_("Card") },
		{ "invoice", N_("On invoice") },
	};

	for (size_t i = 0; *name == '\0' && i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].method, method) == 0)
			return req_text(r, names[i].name);
	return name;
}

const char *front_size(struct req *r, int64_t bytes)
{
	int64_t tenths = (bytes * 10 + 500000) / 1000000;
	struct buf *b = buf_new(r->mem);

	if (tenths < 10)
		return mem_printf(r->mem, "%lld kB", (long long)(bytes + 999) / 1000);
	locale_decimal(locale_get(r->locale), mem_printf(r->mem, "%lld.%lld", (long long)tenths / 10, (long long)tenths % 10), b);
	buf_adds(b, " MB");
	return b->data;
}

/* Letters, digits and dashes of an invoice's number; whatever else a prefix has becomes a dash. */
static const char *file_name(void *ctx, const char *number)
{
	char *name = mem_strdup(ctx, number);

	for (char *s = name; *s != '\0'; s++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-", *s) == NULL)
			*s = '-';
	return name;
}

void front_pdf(struct req *r, const char *what, bool found, const char *name, const char *pdf_hex)
{
	const unsigned char *pdf = NULL;
	size_t n = 0;

	if (found)
		pdf = hex_decode(r->mem, pdf_hex, &n);
	if (pdf == NULL) {
		page_not_found(r);
		return;
	}
	page_header(r, "Content-Disposition", mem_printf(r->mem, "inline; filename=\"%s-%s.pdf\"", what, file_name(r->mem, name)));
	page_bytes(r, "application/pdf", pdf, n);
}

