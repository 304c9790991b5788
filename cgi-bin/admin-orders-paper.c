/* Paper: pick lists, packing slips, return slips and labels, drawn when they are asked for. */
#include "admin-orders.h"

#include "base/mem.h"
#include "front/basket.h"
#include "shop/label.h"
#include "shop/paper.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *day(struct req *r, int64_t ms)
{
	time_t s = (time_t)(ms / 1000);
	char text[16];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%d", gmtime_r(&s, &tm));
	return mem_strdup(r->mem, text);
}

/* A sheet with the store's head, in the language of who prints it. */
static struct paper sheet(struct req *r, enum paper_kind kind, struct rows *house)
{
	const struct row_desk_house *h = row_desk_house(house);

	return (struct paper){
		.kind = kind, .locale = locale_get(r->locale), .text = r->text, .store_name = h->name, .color = h->color,
		.date = day(r, r->now_ms), .from = "", .to = "", .note = "", .way = "", .number = "",
	};
}

static const char *house_address(struct req *r, struct rows *house)
{
	const struct row_desk_house *h = row_desk_house(house);
	struct address a = { h->name, "", h->street, "", h->postal_code, h->city, "", h->country };

	return basket_address(r, &a);
}

static void answer(struct req *r, const struct paper *p)
{
	struct buf *pdf = req_failed(r) ? NULL : paper_pdf(r->mem, p);

	if (pdf == NULL) {
		req_fail(r, "paper cannot be drawn");
		return;
	}
	page_header(r, "Content-Disposition", "inline");
	page_bytes(r, "application/pdf", pdf->data, pdf->len);
}

static struct paper_row *rows_for(struct req *r, struct paper *p, size_t n)
{
	struct paper_row *rows = mem_array(r->mem, struct paper_row, n + 1);

	p->rows = rows;
	return rows;
}

void paper_wave(struct req *r)
{
	const char *id = path_text(r, "wave");
	struct rows *wave = q_desk_wave(r->db, r->site->tenant, console_store(r), id), *picks = q_fulfil_picks(r->db, id);
	struct rows *house = q_desk_house(r->db, console_store(r));
	const struct row_desk_wave *w = row_desk_wave(wave);
	struct paper_row *rows;
	struct paper p;

	if (!rows_found(wave)) {
		page_not_found(r);
		return;
	}
	p = sheet(r, PAPER_PICK, house);
	p.number = w->name;
	p.way = *w->zone == '\0' ? w->warehouse : mem_printf(r->mem, "%s, %s", w->warehouse, w->zone);
	rows = rows_for(r, &p, rows_count(picks));
	for (size_t i = 0; i < rows_count(picks); i++) {
		const struct row_fulfil_picks *k = row_fulfil_picks_at(picks, i);

		rows[p.nrows++] = (struct paper_row){ mem_printf(r->mem, "%s %s", k->zone, k->bin), k->number, k->sku, k->name,
			k->lots == NULL ? k->options : mem_printf(r->mem, "%s%s%s", k->options, *k->options == '\0' ? "" : " · ", k->lots), k->quantity };
	}
	answer(r, &p);
}

/* The order's head on a slip; false after a 404. */
static bool slip(struct req *r, struct rows *head, struct rows *house, struct paper *p)
{
	const struct row_desk_head *o = row_desk_head(head);
	struct address a = { o->name, o->company, o->street, o->street2, o->postal_code, o->city, o->region, o->country };

	if (!rows_found(head)) {
		page_not_found(r);
		return false;
	}
	*p = sheet(r, PAPER_SLIP, house);
	p->number = o->number;
	p->from = house_address(r, house);
	p->to = basket_address(r, &a);
	p->note = o->note;
	p->way = o->method_name;
	return true;
}

void paper_slip(struct req *r)
{
	const char *id = path_text(r, "id");
	struct rows *head = q_desk_head(r->db, console_store(r), id), *lines = q_desk_lines(r->db, id), *house = q_desk_house(r->db, console_store(r));
	struct paper_row *rows;
	struct paper p;

	if (!slip(r, head, house, &p))
		return;
	rows = rows_for(r, &p, rows_count(lines));
	for (size_t i = 0; i < rows_count(lines); i++) {
		const struct row_desk_lines *l = row_desk_lines_at(lines, i);

		/* What is in a bundle stands below it. */
		rows[p.nrows++] = (struct paper_row){ "", "", l->sku, l->part ? mem_concat(r->mem, "– ", l->name) : l->name, l->options == NULL ? "" : l->options, l->quantity };
	}
	answer(r, &p);
}

void paper_parcel(struct req *r)
{
	const char *id = path_text(r, "id"), *store = console_store(r);
	struct rows *head = q_desk_head(r->db, store, id), *lines = q_desk_parcel(r->db, r->site->tenant, store, id, path_text(r, "parcel"));
	struct rows *house = q_desk_house(r->db, store);
	struct paper_row *rows;
	struct paper p;

	if (rows_found(head) && rows_count(lines) == 0) {
		page_not_found(r);
		return;
	}
	if (!slip(r, head, house, &p))
		return;
	rows = rows_for(r, &p, rows_count(lines));
	for (size_t i = 0; i < rows_count(lines); i++) {
		const struct row_desk_parcel *l = row_desk_parcel_at(lines, i);

		rows[p.nrows++] = (struct paper_row){ "", "", l->sku, l->name, l->options, l->quantity };
		p.number = mem_printf(r->mem, "%s/%lld", row_desk_head(head)->number, (long long)l->parcel_no);
	}
	answer(r, &p);
}

void paper_return(struct req *r)
{
	const char *id = path_text(r, "id"), *back = path_text(r, "return");
	struct rows *head = q_desk_head(r->db, console_store(r), id), *returns = q_desk_returns(r->db, id), *house = q_desk_house(r->db, console_store(r));
	struct paper_row *rows;
	struct paper p;

	if (!slip(r, head, house, &p))
		return;
	p.kind = PAPER_RETURN;
	p.way = p.note = "";
	p.from = p.to;
	p.to = house_address(r, house);
	rows = rows_for(r, &p, rows_count(returns));
	for (size_t i = 0; i < rows_count(returns); i++) {
		const struct row_desk_returns *b = row_desk_returns_at(returns, i);

		if (strcmp(b->return_id, back) != 0)
			continue;
		rows[p.nrows++] = (struct paper_row){ "", "", b->sku, b->name, "", b->quantity };
		p.number = b->number;
		/* The scanner opens the return; people look for the order too. */
		p.note = mem_printf(r->mem, "%s %s", req_text(r, N_("Order")), row_desk_head(head)->number);
	}
	if (p.nrows == 0)
		page_not_found(r);
	else
		answer(r, &p);
}

/* ---- labels ---------------------------------------------------------------------------------------- */

static void labels(struct req *r, const char *const *parcels, size_t n, const char *order)
{
	struct rows *rows = q_desk_labels(r->db, console_store(r), parcels, n), *house = q_desk_house(r->db, console_store(r));
	struct label *label = mem_array(r->mem, struct label, n + 1);
	const struct row_desk_house *h = row_desk_house(house);
	struct labels of = { .locale = locale_get(r->locale), .text = r->text, .store_name = h->name, .color = h->color, .date = day(r, r->now_ms), .label = label };
	struct buf *pdf;

	for (size_t i = 0; i < rows_count(rows) && i < n; i++) {
		const struct row_desk_labels *k = row_desk_labels_at(rows, i);
		struct address a = { k->name, k->company, k->street, k->street2, k->postal_code, k->city, k->region, k->country };

		if (order != NULL && strcmp(order, k->order_id) != 0)
			continue;
		label[of.n++] = (struct label){ mem_printf(r->mem, "%s/%lld", k->order_number, (long long)k->parcel_no), house_address(r, house), basket_address(r, &a), k->way,
			k->tracking, k->weight_g };
	}
	if (of.n == 0) {
		page_not_found(r);
		return;
	}
	pdf = req_failed(r) ? NULL : label_pdf(r->mem, &of);
	if (pdf == NULL) {
		req_fail(r, "labels cannot be drawn");
		return;
	}
	page_header(r, "Content-Disposition", "inline");
	page_bytes(r, "application/pdf", pdf->data, pdf->len);
}

void paper_label(struct req *r)
{
	const char *parcel = path_text(r, "parcel");

	labels(r, &parcel, 1, path_text(r, "id"));
}

void paper_wave_labels(struct req *r)
{
	struct rows *rows = q_desk_wave_parcels(r->db, r->site->tenant, console_store(r), path_text(r, "wave"));
	const char **parcels = mem_array(r->mem, const char *, rows_count(rows) + 1);

	for (size_t i = 0; i < rows_count(rows); i++)
		parcels[i] = row_desk_wave_parcels_at(rows, i)->parcel;
	labels(r, parcels, rows_count(rows), NULL);
}
