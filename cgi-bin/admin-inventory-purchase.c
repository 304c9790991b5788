/* Purchase orders: the list, writing one, sending it, its paper, its end. */
#include "admin-inventory.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "db/query/purchase.h"
#include "front/basket.h"
#include "front/document.h"
#include "shop/paper.h"

#include <string.h>
#include <time.h>

#define ORDERS_ON_A_PAGE 50
/* Lines of one order: a longer one is made in two. */
#define LINES_MAX 100
/* Rows that wait for more lines. */
#define SPARE_LINES 5
/* Suppliers in a select. */
#define SUPPLIERS_MAX 500
#define PIECES_MOST 10000000
/* As inventory.purchase_draft(), minor units. */
#define PRICE_MAX INT64_C(100000000000)

static const char *const states[] = { "draft", "sent", "partly_received", "received", "cancelled", NULL };

static const struct form_option state_options[] = {
	{ "", N_("All") },
	{ "draft", N_("Draft") },
	{ "sent", N_("Sent") },
	{ "partly_received", N_("Partly received") },
	{ "received", N_("Received") },
	{ "cancelled", N_("Cancelled") },
};

const struct param purchases_params[] = {
	{ "q",        PARAM_TEXT, .max = 24, .optional = "", .fold = true },
	{ "supplier", PARAM_ID, .optional = "" },
	{ "state",    PARAM_CHOICE, .choices = states, .optional = "" },
	{ "before",   PARAM_ID, .optional = "" },
	{ 0 }
};

const struct param purchase_new_params[] = {
	{ "supplier", PARAM_ID, .optional = "" },
	{ 0 }
};

/* Read line by line, so that each mistake is said at its own field. */
#define COLUMN .of = PARAM_TEXT, .max = LINES_MAX, .blanks = true, .optional = ""

const struct param purchase_write_params[] = {
	{ "supplier",  PARAM_ID, .label = N_("Supplier") },
	{ "warehouse", PARAM_ID, .label = N_("Deliver to") },
	{ "sku",       PARAM_LIST, COLUMN, .label = N_("SKU or barcode") },
	{ "pieces",    PARAM_LIST, COLUMN, .label = N_("Pieces") },
	{ "price",     PARAM_LIST, COLUMN, .label = N_("Price without tax") },
	{ "paste",     PARAM_BLOCK, .max = 8000, .optional = "", .label = N_("Paste several") },
	{ 0 }
};

static const char *const ways[] = { "mail", "other", NULL };

const struct param purchase_send_params[] = {
	{ "way", PARAM_CHOICE, .choices = ways, .label = N_("How it is sent") },
	{ 0 }
};

const struct param purchase_end_params[] = {
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static const struct stock_no no[] = {
	{ "quantity", NULL, N_("An order needs at least one line.") },
	{ "state", NULL, N_("This order has gone on meanwhile. Please look at it once more.") },
	{ "mail", "way", N_("The supplier has no e-mail address.") },
	{ "store", "way", N_("You work in no store whose letter this could be.") },
	{ "reason", "reason", N_("Please say in a few words why.") },
};

const char *purchase_name(struct req *r, int64_t number)
{
	return mem_printf(r->mem, "PO-%lld", (long long)number);
}

static void add_state(struct req *r, struct view *v, const char *state)
{
	const char *label = "";

	for (size_t i = 0; i < ARRAY_LEN(state_options); i++)
		if (strcmp(state_options[i].value, state) == 0)
			label = state_options[i].label;
	view_text(v, "state", req_text(r, label));
	view_text(v, "tone", strcmp(state, "received") == 0 ? "ok" : strcmp(state, "partly_received") == 0 ? "warn" : strcmp(state, "cancelled") == 0 ? "bad" : "");
}

static void add_suppliers(struct req *r, struct view *v, struct rows *suppliers, const char *current)
{
	for (size_t i = 0; i < rows_count(suppliers); i++) {
		const struct row_suppliers_active *s = row_suppliers_active_at(suppliers, i);
		struct view *item = view_item(v, "suppliers");

		view_text(item, "value", s->supplier);
		view_text(item, "label", s->name);
		view_bool(item, "selected", strcmp(form_typed(r, "supplier", current), s->supplier) == 0);
	}
}

/* ---- the list ------------------------------------------------------------------------------- */

/* "PO-12", "po12" or "12"; -1: nothing, or nothing that could be a number. */
static int64_t number_of(const char *typed)
{
	int64_t n;

	if (strncasecmp(typed, "po", 2) == 0)
		typed += 2;
	if (*typed == '-')
		typed++;
	return parse_int(typed, 1, INT64_C(1) << 40, &n) ? n : -1;
}

void purchases_show(struct req *r)
{
	const char *supplier = param_id(r, "supplier"), *state = stock_given(r, "state"), *before = param_id(r, "before"), *last = NULL, *q = stock_given(r, "q");
	unsigned mask = (supplier == NULL ? 0 : PURCHASE_LIST_OF_SUPPLIER) | (*state == '\0' ? 0 : PURCHASE_LIST_IN_STATE) |
			(*q == '\0' ? 0 : PURCHASE_LIST_NUMBERED) | (before == NULL ? 0 : PURCHASE_LIST_LATER);
	struct rows *rows, *suppliers;
	struct view *v;
	size_t n;

	if (!stock_may(r, "inventory.purchase"))
		return;
	rows = q_purchase_list(r->db, mask, supplier == NULL ? r->id : supplier, state, number_of(q), before == NULL ? r->id : before, ORDERS_ON_A_PAGE + 1);
	suppliers = q_suppliers_active(r->db, SUPPLIERS_MAX);
	n = rows_count(rows);
	v = console_view(r, "admin-inventory/purchases", N_("Purchase orders"));
	stock_tabs(r, v, "/purchases");
	for (size_t i = 0; i < n && i < ORDERS_ON_A_PAGE; i++) {
		const struct row_purchase_list *p = row_purchase_list_at(rows, i);
		struct view *item = view_item(v, "orders");

		view_text(item, "url", stock_url(r, "purchases", p->purchase, ""));
		view_text(item, "name", purchase_name(r, p->number));
		view_text(item, "supplier", p->supplier);
		view_text(item, "warehouse", p->warehouse);
		add_state(r, item, p->state);
		view_time(item, "made", p->made);
		view_int(item, "ordered", p->ordered);
		view_int(item, "received", p->received);
		view_text(item, "currency", p->currency);
		view_money(item, "total", p->total);
		last = p->purchase;
	}
	add_suppliers(r, v, suppliers, supplier == NULL ? "" : supplier);
	form_options(r, v, "states", "state", state_options, ARRAY_LEN(state_options), state);
	form_text(r, v, "q", q);
	view_bool(v, "has_orders", n > 0);
	view_bool(v, "filtered", supplier != NULL || *state != '\0' || *q != '\0');
	view_text(v, "first_url", before == NULL ? NULL : console_search_url(r, "/admin/inventory/purchases", NULL, NULL));
	view_text(v, "next_url", n <= ORDERS_ON_A_PAGE ? NULL : console_search_url(r, "/admin/inventory/purchases", "before", last));
	page_html(r, v);
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Lines as they were typed, empty ones left out: the form shows them again in this order, so the
   numbers of lines agree between a check and the page that says what is wrong. */
struct typed_line {
	const char *sku, *pieces, *price;
};

struct typed {
	struct typed_line line[LINES_MAX];
	size_t n;
	bool too_many;
};

static void take(struct typed *t, const char *sku, const char *pieces, const char *price)
{
	if (*sku == '\0' && *pieces == '\0' && *price == '\0')
		return;
	if (t->n == LINES_MAX)
		t->too_many = true;
	else
		t->line[t->n++] = (struct typed_line){ sku, pieces, price };
}

static char *trimmed(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	for (n = strlen(s); n > 0 && strchr(" \t\r", s[n - 1]) != NULL; n--)
		;
	s[n] = '\0';
	return s;
}

/* "SKU <tab or ;> pieces <tab or ;> price", or "SKU pieces": an SKU may hold blanks. */
static void take_pasted(struct typed *t, char *line)
{
	const char *parts[3] = { "", "", "" };
	char *rest = trimmed(line), *part, *blank;
	size_t n = 0;

	if (strpbrk(rest, "\t;") != NULL) {
		while (n < 3 && (part = strsep(&rest, "\t;")) != NULL)
			parts[n++] = trimmed(part);
	} else {
		blank = strrchr(rest, ' ');
		if (blank != NULL && blank[1] != '\0' && blank[1 + strspn(blank + 1, "0123456789")] == '\0') {
			*blank = '\0';
			parts[1] = blank + 1;
		}
		parts[0] = trimmed(rest);
	}
	take(t, parts[0], *parts[0] != '\0' && *parts[1] == '\0' ? "1" : parts[1], parts[2]);
}

static void take_paste(struct req *r, struct typed *t, const char *paste)
{
	char *rest = mem_strdup(r->mem, paste), *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		take_pasted(t, line);
}

static struct typed *typed_again(struct req *r)
{
	struct typed *t = mem_new(r->mem, struct typed);
	const char *sku;

	for (size_t i = 0; (sku = form_item(r, "sku", i, NULL)) != NULL; i++)
		take(t, sku, form_item(r, "pieces", i, ""), form_item(r, "price", i, ""));
	take_paste(r, t, form_typed(r, "paste", ""));
	return t;
}

/* NULL after a 400: the three columns are of one form. */
static struct typed *typed_now(struct req *r)
{
	struct typed *t = mem_new(r->mem, struct typed);
	size_t n, npieces, nprices;
	const char *const *sku = param_list(r, "sku", &n), *const *pieces = param_list(r, "pieces", &npieces), *const *price = param_list(r, "price", &nprices);

	if (n != npieces || n != nprices) {
		page_bad_request(r);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		take(t, sku[i], pieces[i], price[i]);
	take_paste(r, t, stock_given(r, "paste"));
	return t;
}

static void add_line(struct req *r, struct view *v, size_t i, const char *sku, const char *pieces, const char *price)
{
	struct view *item = view_item(v, "lines");

	view_text(item, "n", mem_printf(r->mem, "%zu", i));
	view_text(item, "no", mem_printf(r->mem, "%zu", i + 1));
	view_text(item, "sku", sku);
	view_text(item, "pieces", pieces);
	view_text(item, "price", price);
	view_text(item, "sku_error", form_error(r, form_numbered(r, "sku", i)));
	view_text(item, "pieces_error", form_error(r, form_numbered(r, "pieces", i)));
	view_text(item, "price_error", form_error(r, form_numbered(r, "price", i)));
}

/* SUPPLIERS is NULL where the supplier stands fast. */
static void writing_page(struct req *r, const char *title, const char *url, struct rows *suppliers, struct rows *places, const char *supplier,
			 const char *supplier_name, const char *warehouse, const char *currency, struct rows *lines)
{
	struct view *v = console_view(r, "admin-inventory/purchase-write", title);
	size_t n = 0;

	stock_tabs(r, v, "/purchases");
	view_text(v, "url", url);
	view_text(v, "supplier_name", supplier_name);
	view_text(v, "supplier_id", supplier);
	if (suppliers != NULL)
		add_suppliers(r, v, suppliers, supplier);
	for (size_t i = 0; i < rows_count(places); i++) {
		const struct row_purchase_places *p = row_purchase_places_at(places, i);
		struct view *item = view_item(v, "warehouses");

		view_text(item, "value", p->warehouse);
		view_text(item, "label", p->name);
		view_bool(item, "selected", strcmp(form_typed(r, "warehouse", warehouse), p->warehouse) == 0);
	}
	view_bool(v, "has_suppliers", supplier_name != NULL || rows_count(suppliers) > 0);
	if (r->method == POST) {
		const struct typed *t = typed_again(r);

		for (; n < t->n; n++)
			add_line(r, v, n, t->line[n].sku, t->line[n].pieces, t->line[n].price);
	} else if (lines != NULL) {
		for (; n < rows_count(lines); n++) {
			const struct row_purchase_lines *l = row_purchase_lines_at(lines, n);

			add_line(r, v, n, l->sku, mem_printf(r->mem, "%lld", (long long)l->ordered), console_amount(r, l->price, currency));
		}
	}
	for (size_t i = 0; i < SPARE_LINES && n < LINES_MAX; i++, n++)
		add_line(r, v, n, "", "", "");
	page_html(r, v);
}

void purchase_new(struct req *r)
{
	const char *supplier = r->method == GET ? param_id(r, "supplier") : NULL;
	struct rows *suppliers, *places;

	if (!stock_may(r, "inventory.purchase"))
		return;
	suppliers = q_suppliers_active(r->db, SUPPLIERS_MAX);
	places = q_purchase_places(r->db, WAREHOUSES_MAX);
	writing_page(r, N_("New purchase order"), req_path(r, "/admin/inventory/purchases/new"), suppliers, places, supplier == NULL ? "" : supplier, NULL, "", "", NULL);
}

void purchase_edit(struct req *r)
{
	const char *id = path_text(r, "purchase");
	struct rows *found, *places, *lines;
	const struct row_purchase_head *p;

	if (!stock_may(r, "inventory.purchase"))
		return;
	found = q_purchase_head(r->db, id);
	places = q_purchase_places(r->db, WAREHOUSES_MAX);
	lines = q_purchase_lines(r->db, id, r->locale);
	p = row_purchase_head(found);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	if (strcmp(p->state, "draft") != 0 && r->method == GET) {
		page_redirect(r, stock_url(r, "purchases", id, ""));
		return;
	}
	writing_page(r, mem_printf(r->mem, "%s %s", req_text(r, N_("Change")), purchase_name(r, p->number)), stock_url(r, "purchases", id, "/edit"), NULL, places,
		     p->supplier, p->supplier_name, p->warehouse, p->currency, lines);
}

/* Words about one line, and the column each is said at. */
static const struct stock_no line_no[] = {
	{ "sku", "sku", N_("No product of ours has this SKU or barcode.") },
	{ "twice", "sku", N_("This stands in another line already.") },
	{ "price", "price", N_("We know no price of this supplier: please enter it.") },
	{ "pieces", "pieces", N_("Please enter how many pieces, from 1 on.") },
	{ "least", "pieces", N_("The supplier sells only more at once. See their list.") },
};

static void write_settle(struct req *r, const char *outcome, const char *url, const char *done, void (*form)(struct req *r))
{
	const char *digits = strchr(outcome, ' ');
	int64_t i;

	if (digits != NULL && parse_int(digits + 1, 0, LINES_MAX, &i)) {
		for (size_t k = 0; k < ARRAY_LEN(line_no); k++) {
			if (strncmp(outcome, line_no[k].outcome, (size_t)(digits - outcome)) == 0) {
				page_decline(r, form, form_numbered(r, line_no[k].field, (size_t)i), line_no[k].sentence);
				return;
			}
		}
	}
	stock_settle(r, outcome, url, done, form, no, ARRAY_LEN(no));
}

/* Says what is no number at all, at its field. */
static bool check_lines(struct req *r, const struct typed *t, const char *currency, const char **codes, int64_t *pieces, int64_t *prices)
{
	bool good = true;

	for (size_t i = 0; i < t->n; i++) {
		codes[i] = t->line[i].sku;
		prices[i] = -1;
		if (*codes[i] == '\0') {
			field_error(r, form_numbered(r, "sku", i), N_("Please fill in this field."));
			good = false;
		}
		if (!parse_int(t->line[i].pieces, 1, PIECES_MOST, &pieces[i])) {
			field_error(r, form_numbered(r, "pieces", i), N_("Please enter how many pieces, from 1 on."));
			good = false;
		}
		if (*t->line[i].price != '\0' && (!console_read_amount(r, t->line[i].price, currency, &prices[i]) || prices[i] > PRICE_MAX)) {
			field_error(r, form_numbered(r, "price", i), N_("Please enter an amount like 19.90."));
			good = false;
		}
	}
	if (t->too_many) {
		field_error(r, "paste", N_("An order has at most 100 lines. The rest was left out."));
		good = false;
	}
	return good;
}

static void write_order(struct req *r, const char *purchase, bool again, void (*form)(struct req *r))
{
	const char *supplier = param_id(r, "supplier"), *codes[LINES_MAX];
	int64_t pieces[LINES_MAX], prices[LINES_MAX];
	struct rows *found = q_supplier_one(r->db, supplier);
	const struct typed *t = typed_now(r);

	if (t == NULL)
		return;
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	if (!check_lines(r, t, row_supplier_one(found)->currency, codes, pieces, prices)) {
		page_again(r, form);
		return;
	}
	write_settle(r, row_purchase_write(q_purchase_write(r->db, r->site->tenant, console_actor(r), purchase, again, supplier, param_id(r, "warehouse"),
		codes, t->n, pieces, t->n, prices, t->n))->outcome, stock_url(r, "purchases", purchase, ""), N_("The draft is saved."), form);
}

void purchase_make(struct req *r)
{
	struct id id = id_new();

	if (stock_may(r, "inventory.purchase"))
		write_order(r, mem_strdup(r->mem, id.text), false, purchase_new);
}

void purchase_change(struct req *r)
{
	if (stock_may(r, "inventory.purchase"))
		write_order(r, path_text(r, "purchase"), true, purchase_edit);
}

/* ---- one order ------------------------------------------------------------------------------- */

static void add_lines(struct req *r, struct view *v, struct rows *lines, const char *currency)
{
	int64_t total = 0;

	for (size_t i = 0; i < rows_count(lines); i++) {
		const struct row_purchase_lines *l = row_purchase_lines_at(lines, i);
		struct view *item = view_item(v, "lines");

		view_text(item, "url", mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, l->variant));
		view_text(item, "sku", l->sku);
		view_text(item, "article", l->article);
		view_text(item, "name", l->name);
		view_int(item, "ordered", l->ordered);
		view_int(item, "received", l->received);
		view_bool(item, "over", l->received > l->ordered);
		view_text(item, "currency", currency);
		view_money(item, "price", l->price);
		view_money(item, "amount", l->price * l->ordered);
		total += l->price * l->ordered;
	}
	view_text(v, "currency", currency);
	view_money(v, "total", total);
}

void purchase_show(struct req *r)
{
	const char *id = path_text(r, "purchase");
	struct rows *found, *lines, *receipts;
	const struct row_purchase_head *p;
	bool draft, open;
	struct view *v;

	if (!stock_may(r, "inventory.purchase"))
		return;
	found = q_purchase_head(r->db, id);
	receipts = q_purchase_receipts(r->db, id);
	lines = q_purchase_lines(r->db, id, r->locale);
	p = row_purchase_head(found);
	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	draft = strcmp(p->state, "draft") == 0;
	open = strcmp(p->state, "sent") == 0 || strcmp(p->state, "partly_received") == 0;
	v = console_view(r, "admin-inventory/purchase", mem_printf(r->mem, "%s %s", req_text(r, N_("Purchase order")), purchase_name(r, p->number)));
	stock_tabs(r, v, "/purchases");
	view_text(v, "url", stock_url(r, "purchases", id, ""));
	view_text(v, "supplier", p->supplier_name);
	view_text(v, "supplier_url", stock_url(r, "suppliers", p->supplier, ""));
	view_text(v, "warehouse", p->warehouse_name);
	view_text(v, "who", p->who);
	add_state(r, v, p->state);
	view_time(v, "made", p->made);
	if (p->has_sent)
		view_time(v, "sent", p->sent);
	if (p->has_closed)
		view_time(v, "closed", p->closed);
	view_bool(v, "draft", draft);
	view_bool(v, "open", open);
	view_bool(v, "partly", strcmp(p->state, "partly_received") == 0);
	view_bool(v, "ends", draft || open);
	view_text(v, "email", *p->email == '\0' || console_store(r) == NULL ? NULL : p->email);
	form_text(r, v, "reason", "");
	add_lines(r, v, lines, p->currency);
	for (size_t i = 0; i < rows_count(receipts); i++) {
		const struct row_purchase_receipts *x = row_purchase_receipts_at(receipts, i);
		struct view *item = view_item(v, "receipts");

		view_time(item, "at", x->at);
		view_text(item, "who", x->who);
		view_int(item, "pieces", x->pieces);
		view_text(item, "currency", p->currency);
		view_money(item, "landed", x->landed);
		view_text(item, "reason", x->reason);
	}
	view_bool(v, "has_receipts", rows_count(receipts) > 0);
	page_html(r, v);
}

/* ---- paper ------------------------------------------------------------------------------------ */

static const char *money(struct req *r, const char *currency, int64_t minor)
{
	struct buf *b = buf_new(r->mem);

	locale_money(locale_get(r->locale), currency, minor, b);
	return b->data;
}

static const char *day(struct req *r, int64_t ms)
{
	time_t s = (time_t)(ms / 1000);
	char text[16];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%d", gmtime_r(&s, &tm));
	return mem_strdup(r->mem, text);
}

/* The order as it is printed; NULL after a failure was latched, or when there is no such order. */
static struct buf *draw(struct req *r, const char *id)
{
	struct rows *found = q_purchase_head(r->db, id), *house = q_purchase_house(r->db, console_store(r)), *lines = q_purchase_lines(r->db, id, r->locale);
	const struct row_purchase_head *p = row_purchase_head(found);
	const struct row_purchase_house *h = row_purchase_house(house);
	struct address from = { h->name, "", h->street, "", h->postal_code, h->city, "", h->country };
	struct paper_row *rows;
	struct paper paper;
	struct buf *pdf;
	int64_t total = 0;

	if (!rows_found(found))
		return NULL;
	rows = mem_array(r->mem, struct paper_row, rows_count(lines) + 1);
	for (size_t i = 0; i < rows_count(lines); i++) {
		const struct row_purchase_lines *l = row_purchase_lines_at(lines, i);

		rows[i] = (struct paper_row){ .place = "", .number = "", .sku = *l->article != '\0' ? l->article : l->sku, .name = l->name == NULL ? l->sku : l->name,
			.options = *l->article != '\0' ? l->sku : "", .quantity = l->ordered, .price = money(r, p->currency, l->price),
			.amount = money(r, p->currency, l->price * l->ordered) };
		total += l->price * l->ordered;
	}
	paper = (struct paper){
		.kind = PAPER_PURCHASE, .locale = locale_get(r->locale), .text = r->text, .store_name = h->name, .color = *h->color == '\0' ? "#22303f" : h->color,
		.number = purchase_name(r, p->number), .date = day(r, p->has_sent ? p->sent : r->now_ms), .from = basket_address(r, &from), .to = p->supplier_name,
		.note = "", .way = mem_printf(r->mem, "%s, %s", p->warehouse_name, locale_country(locale_get(r->locale), p->country)),
		.rows = rows, .nrows = rows_count(lines), .total = money(r, p->currency, total),
	};
	pdf = req_failed(r) ? NULL : paper_pdf(r->mem, &paper);
	if (pdf == NULL)
		req_fail(r, "a purchase order cannot be drawn");
	return pdf;
}

/* What was sent stays as it was; a draft is drawn as it is now. */
void purchase_paper(struct req *r)
{
	const char *id = path_text(r, "purchase");
	struct rows *file;
	struct buf *pdf;

	if (!stock_may(r, "inventory.purchase"))
		return;
	file = q_purchase_file(r->db, id);
	if (rows_found(file)) {
		front_pdf(r, "order", true, purchase_name(r, row_purchase_file(file)->number), row_purchase_file(file)->pdf_hex);
		return;
	}
	if (console_store(r) == NULL) {
		page_forbidden(r, N_("You have no role in any store yet."));
		return;
	}
	pdf = draw(r, id);
	if (pdf == NULL) {
		page_not_found(r);
		return;
	}
	page_header(r, "Content-Disposition", "inline");
	page_bytes(r, "application/pdf", pdf->data, pdf->len);
}

/* ---- steps -------------------------------------------------------------------------------------- */

void purchase_send(struct req *r)
{
	const char *id = path_text(r, "purchase"), *outcome;
	bool mail = strcmp(param_text(r, "way"), "mail") == 0;
	struct buf *pdf;

	if (!stock_may(r, "inventory.purchase"))
		return;
	outcome = console_store(r) == NULL ? "store" :
		row_purchase_send(q_purchase_send(r->db, r->site->tenant, console_actor(r), id, mail ? console_store(r) : NULL))->outcome;
	/* From here on nobody changes its lines: the file is what was sent. */
	pdf = strcmp(outcome, "ok") == 0 ? draw(r, id) : NULL;
	if (pdf != NULL)
		q_purchase_keep(r->db, r->site->tenant, id, (const unsigned char *)pdf->data, pdf->len);
	stock_settle(r, outcome, stock_url(r, "purchases", id, ""), mail ? N_("The order is sent; the mail goes out in a moment.") :
		N_("The order counts as sent. Its paper is ready to print."), purchase_show, no, ARRAY_LEN(no));
}

static void end(struct req *r, const char *step, const char *done)
{
	const char *id = path_text(r, "purchase");

	if (!stock_may(r, "inventory.purchase"))
		return;
	stock_settle(r, row_purchase_step(q_purchase_step(r->db, r->site->tenant, console_actor(r), id, step, param_text(r, "reason")))->outcome,
		stock_url(r, "purchases", id, ""), done, purchase_show, no, ARRAY_LEN(no));
}

void purchase_cancel(struct req *r)
{
	end(r, "cancel", N_("The order is cancelled."));
}

void purchase_close(struct req *r)
{
	end(r, "close", N_("The order is closed; the rest will not come."));
}
