/* Draws a paper of the kind and number of rows given, to standard output; for paper.t. */
#include "base/mem.h"
#include "base/utf8.h"
#include "shop/label.h"
#include "shop/paper.h"

#include <stdio.h>
#include <string.h>

/* ROWS labels; every second one has a tracking number. */
static struct buf *labels(void *mem, int64_t n)
{
	struct label *label = mem_array(mem, struct label, 1000);
	struct labels l = { .locale = locale_get("es-ES"), .store_name = "Suelas Toty", .color = "#1f4e79", .date = "2026-11-22", .label = label, .n = (size_t)n };

	for (int i = 0; i < n; i++)
		label[i] = (struct label){ mem_printf(mem, "S-1001/%d", i + 1), "Suelas Toty\nCalle Mayor 1\n28013 Madrid",
			"Ana Núñez\nNúñez e Hijas, S.L.\nCalle del Sol, 2\n3.º izquierda\n08001 Barcelona\nEspaña", "Correos", i % 2 ? "PK43B0492847511080128001X" : "", 1250 * i };
	return label_pdf(mem, &l);
}

int main(int argc, char **argv)
{
	void *mem = mem_context(NULL, "driver");
	int64_t n = 1;
	struct paper_row *rows = mem_array(mem, struct paper_row, 1000);
	struct paper p = {
		.kind = argc > 1 && strcmp(argv[1], "pick") == 0 ? PAPER_PICK : argc > 1 && strcmp(argv[1], "return") == 0 ? PAPER_RETURN :
			argc > 1 && strcmp(argv[1], "purchase") == 0 ? PAPER_PURCHASE : PAPER_SLIP,
		.locale = locale_get("es-ES"), .text = NULL, .number = "S-1001", .store_name = "Suelas Toty", .color = "#1f4e79",
		.date = "2026-11-22", .from = "Suelas Toty\nCalle Mayor 1\n28013 Madrid", .to = "Ana Núñez\nCalle Sol 2\n08001 Barcelona",
		.total = "123,45 €", .note = "Ring twice", .way = "Post", .rows = rows,
	};
	struct buf *b;

	if (argc > 2 && !parse_int(argv[2], 0, 1000, &n))
		return 1;
	p.nrows = (size_t)n;
	for (int i = 0; i < n; i++)
		rows[i] = (struct paper_row){ mem_printf(mem, "A %02d", i), "S-1001", mem_printf(mem, "SKU-%d", i), mem_printf(mem, "Ante marrón %d", i), "42", i + 1, "8,50 €", mem_printf(mem, "%d,00 €", i) };
	b = argc > 1 && strcmp(argv[1], "label") == 0 ? labels(mem, n) : paper_pdf(mem, &p);
	if (b == NULL)
		return 1;
	fwrite(b->data, 1, b->len, stdout);
	mem_free(mem);
	return 0;
}
