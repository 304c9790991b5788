/* admin-inventory -- stock: what lies where, why it changed, corrections.  Manual: sutler-admin-inventory(8). */
#include "admin-inventory.h"

#include "base/buf.h"
#include "base/mem.h"
#include "db/query/lot.h"
#include "db/query/stock.h"

#include <string.h>

/* Rows of the list, and lines of the ledger, on a page: two screens full. */
#define ROWS_ON_A_PAGE 50
/* Orders and carts that hold a variant, the oldest first; the figure above them counts all. */
#define HOLDS_SHOWN 50
/* Pieces of one correction: as inventory.pieces_most(). */
#define PIECES_MOST 10000000

const char *stock_given(struct req *r, const char *name)
{
	const char *value = param_text(r, name);

	return value == NULL ? "" : value;
}

bool stock_may(struct req *r, const char *permission)
{
	if (console_may_everywhere(r, permission))
		return true;
	page_forbidden(r, N_("Stock belongs to all stores: a role in one of them is not enough to change it."));
	return false;
}

const char *stock_url(struct req *r, const char *what, const char *id, const char *more)
{
	return mem_printf(r->mem, "%s/admin/inventory/%s/%s%s", r->prefix, what, id, more);
}

void stock_scanned(struct req *r, const char *outcome, const char *sku, int64_t done, int64_t wanted, void (*form)(struct req *r), const char *url)
{
	static const struct { const char *outcome, *sentence; } no[] = {
		{ "code", N_("Nobody knows this code.") },
		{ "wrong", N_("This does not belong here.") },
		{ "state", N_("Too late: this is closed already.") },
	};

	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, done > wanted && wanted > 0 ? "warn" : "ok", wanted == 0 ? mem_printf(r->mem, "%s: %lld", sku, (long long)done) :
			   mem_printf(r->mem, "%s: %lld / %lld", sku, (long long)done, (long long)wanted));
		page_redirect(r, url);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		if (strcmp(no[i].outcome, outcome) == 0) {
			page_decline(r, form, "code", no[i].sentence);
			return;
		}
	}
	page_not_found(r);
}

void stock_tabs(struct req *r, struct view *v, const char *here)
{
#define AT "/admin/inventory"
	/* Looking is for who works in one store, too; all else concerns all of them. */
	static const struct console_tab tabs[] = {
		{ N_("On hand"), AT, N_("Stock"), "inventory.view", false },
		{ N_("On hand"), AT "/warehouses", N_("Warehouses"), "inventory.view", false },
		{ N_("On hand"), AT "/transfers", N_("Transfers"), "inventory.adjust", true },
		{ N_("On hand"), AT "/counts", N_("Stock counts"), "inventory.adjust", true },
		{ N_("Incoming"), AT "/low", N_("Low stock"), "inventory.purchase", true },
		{ N_("Incoming"), AT "/purchases", N_("Purchase orders"), "inventory.purchase", true },
		{ N_("Incoming"), AT "/suppliers", N_("Suppliers"), "inventory.purchase", true },
		{ N_("Incoming"), AT "/production", N_("Production"), "inventory.produce", true },
		{ N_("Quality"), AT "/inspections", N_("Inspection"), "inventory.inspect", true },
		{ N_("Quality"), AT "/lots", N_("Lots"), "inventory.view", true },
		{ N_("Insight"), AT "/insight", N_("What sells, what lies"), "inventory.view", true },
	};

	console_tabs(r, v, tabs, ARRAY_LEN(tabs), mem_printf(r->mem, AT "%s", here));
#undef AT
}

void stock_settle(struct req *r, const char *outcome, const char *url, const char *done, void (*form)(struct req *r),
		  const struct stock_no *no, size_t n)
{
	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", done);
		page_redirect(r, url);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (strcmp(no[i].outcome, outcome) == 0) {
			page_decline(r, form, no[i].field, no[i].sentence);
			return;
		}
	}
	page_not_found(r);
}

/* Stock belongs to no store.  Who sees it in some stores sees the warehouses these sell from. */
static bool sees_all(struct req *r)
{
	return console_may_everywhere(r, "inventory.view");
}

/* ---- the list ------------------------------------------------------------------------------- */

static const char *const states[] = { "short", "none", NULL };

static const struct param list_params[] = {
	{ "q",         PARAM_TEXT, .max = 64, .optional = "", .fold = true },
	{ "warehouse", PARAM_ID, .optional = "" },
	{ "state",     PARAM_CHOICE, .choices = states, .optional = "" },
	{ "after_sku", PARAM_TEXT, .max = 64, .optional = "" },
	{ "after",     PARAM_ID, .optional = "" },
	{ 0 }
};

char *stock_folded(struct req *r, const char *s)
{
	char *copy = mem_strdup(r->mem, s);

	for (char *c = copy; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
	return copy;
}

/* 8 to 14 digits: what a scanner reads from a package. */
static bool is_gtin(const char *s)
{
	size_t n = strlen(s);

	return n >= 8 && n <= 14 && strspn(s, "0123456789") == n;
}

/* The same search, behind a row. */
static const char *later_url(struct req *r, const struct row_stock_list *last)
{
	struct buf *b = buf_new(r->mem);

	buf_adds(b, console_search_url(r, "/admin/inventory", "after", last->warehouse));
	buf_adds(b, "&after_sku=");
	buf_url(b, last->sku_key);
	return b->data;
}

static void add_row(struct req *r, struct view *v, const struct row_stock_list *s)
{
	struct view *item = view_item(v, "rows");

	view_text(item, "url", mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, s->variant));
	view_text(item, "sku", s->sku);
	view_text(item, "product", s->product);
	view_bool(item, "archived", s->archived);
	view_text(item, "warehouse", s->warehouse_name);
	view_int(item, "on_hand", s->on_hand);
	view_int(item, "held", s->held);
	view_int(item, "available", s->available);
	view_int(item, "short", s->missing);
	view_bool(item, "is_short", s->missing > 0);
	view_bool(item, "is_none", s->available == 0);
	view_int(item, "incoming", s->incoming);
}

static void add_filter(struct req *r, struct view *v, struct rows *warehouses)
{
	for (size_t i = 0; i < rows_count(warehouses); i++) {
		const struct row_stock_warehouses *w = row_stock_warehouses_at(warehouses, i);
		struct view *item = view_item(v, "warehouses");

		view_text(item, "value", w->warehouse);
		view_text(item, "label", w->name);
		view_bool(item, "selected", strcmp(stock_given(r, "warehouse"), w->warehouse) == 0);
	}
	form_text(r, v, "q", stock_given(r, "q"));
	view_bool(v, "only_short", strcmp(stock_given(r, "state"), "short") == 0);
	view_bool(v, "only_none", strcmp(stock_given(r, "state"), "none") == 0);
}

/* Both give the same columns, and have the same fragments. */
_Static_assert(sizeof(struct row_stock_list) == sizeof(struct row_stock_none), "a row of what is sold out is a row of the list");

struct stock_rows {
	struct rows *rows;
	bool none;
};

static struct stock_rows ask(struct req *r, const char *after)
{
	const char *find = stock_folded(r, stock_given(r, "q")), *state = stock_given(r, "state"), *warehouse = param_id(r, "warehouse");
	/* Behind all that begin so: U+10FFFF comes after every other character. */
	const char *upto = mem_printf(r->mem, "%s\xf4\x8f\xbf\xbf", find), *place = warehouse == NULL ? r->id : warehouse, *from = after == NULL ? r->id : after;
	unsigned mine = !sees_all(r), lies = warehouse != NULL, later = after != NULL, scanned = is_gtin(find), begins = *find != '\0' && !scanned;

	if (strcmp(state, "none") == 0)
		return (struct stock_rows){ q_stock_none(r->db, mine * STOCK_NONE_MINE | lies * STOCK_NONE_LIES | scanned * STOCK_NONE_SCANNED |
			begins * STOCK_NONE_BEGINS | later * STOCK_NONE_LATER, console_store(r), r->locale, find, upto, place, stock_given(r, "after_sku"), from,
			ROWS_ON_A_PAGE + 1), true };
	return (struct stock_rows){ q_stock_list(r->db, mine * STOCK_LIST_MINE | lies * STOCK_LIST_LIES | scanned * STOCK_LIST_SCANNED |
		begins * STOCK_LIST_BEGINS | later * STOCK_LIST_LATER | (strcmp(state, "short") == 0 ? STOCK_LIST_OWED : 0), console_store(r), r->locale, find, upto,
		place, stock_given(r, "after_sku"), from, ROWS_ON_A_PAGE + 1), false };
}

static const struct row_stock_list *row_at(struct stock_rows l, size_t i)
{
	return l.none ? (const void *)row_stock_none_at(l.rows, i) : row_stock_list_at(l.rows, i);
}

static void list(struct req *r)
{
	struct view *v = console_view(r, "admin-inventory/index", N_("Stock"));
	const char *after = param_id(r, "after");
	struct rows *kept = console_searches(r, "/admin/inventory");
	struct rows *warehouses = q_stock_warehouses(r->db, sees_all(r) ? 0 : STOCK_WAREHOUSES_MINE, console_store(r));
	struct stock_rows rows = ask(r, after);
	size_t n = rows_count(rows.rows);

	for (size_t i = 0; i < n && i < ROWS_ON_A_PAGE; i++)
		add_row(r, v, row_at(rows, i));
	add_filter(r, v, warehouses);
	stock_tabs(r, v, "");
	console_add_searches(r, v, "/admin/inventory", kept);
	view_bool(v, "has_rows", n > 0);
	view_bool(v, "filtered", *stock_given(r, "q") != '\0' || param_id(r, "warehouse") != NULL || *stock_given(r, "state") != '\0');
	view_text(v, "first_url", after == NULL ? NULL : console_search_url(r, "/admin/inventory", NULL, NULL));
	view_text(v, "next_url", n <= ROWS_ON_A_PAGE ? NULL : later_url(r, row_at(rows, ROWS_ON_A_PAGE - 1)));
	page_html(r, v);
}

/* ---- one variant ---------------------------------------------------------------------------- */

/* Why people correct; as inventory.reason_known(). */
const char *const stock_codes[] = { "damaged", "lost", "stolen", "found", "expired", "sample", "gift", "own_use", "mistake", "other", NULL };

static const struct form_option code_options[] = {
	{ "damaged", N_("Damaged") },
	{ "lost", N_("Lost") },
	{ "stolen", N_("Stolen") },
	{ "found", N_("Found") },
	{ "expired", N_("Expired") },
	{ "sample", N_("Sample") },
	{ "gift", N_("Gift") },
	{ "own_use", N_("Own use") },
	{ "mistake", N_("Booked by mistake") },
	{ "other", N_("Other") },
};

static const struct param variant_params[] = {
	{ "before", PARAM_ID, .optional = "" },
	{ 0 }
};

static const struct param adjust_params[] = {
	{ "warehouse", PARAM_ID, .label = N_("Warehouse") },
	{ "quantity",  PARAM_INT, .min = -PIECES_MOST, .max = PIECES_MOST, .label = N_("Pieces more or less") },
	{ "code",      PARAM_CHOICE, .choices = stock_codes, .label = N_("Why") },
	{ "reason",    PARAM_TEXT, .max = 200, .optional = "", .label = N_("In words") },
	{ 0 }
};

static const struct param place_params[] = {
	{ "warehouse", PARAM_ID, .label = N_("Warehouse") },
	{ "zone",      PARAM_TEXT, .max = 16, .optional = "", .label = N_("Zone") },
	{ "bin",       PARAM_TEXT, .max = 32, .optional = "", .label = N_("Bin") },
	{ 0 }
};

const char *stock_kind(struct req *r, const char *kind)
{
	static const struct { const char *kind, *word; } words[] = {
		{ "receipt", N_("Goods in") },
		{ "sale", N_("Sold") },
		{ "return", N_("Returned") },
		{ "adjustment", N_("Corrected") },
		{ "count", N_("Counted") },
		{ "transfer", N_("Moved") },
		{ "production", N_("Production") },
		{ "quarantine", N_("Set apart") },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].kind, kind) == 0)
			return req_text(r, words[i].word);
	return req_text(r, N_("Scrapped"));
}

/* "damaged: by rain" in words: what the code means, and what was written behind it. */
const char *stock_reason(struct req *r, const char *reason)
{
	size_t n = strcspn(reason, ":");

	for (size_t i = 0; i < ARRAY_LEN(code_options); i++)
		if (strlen(code_options[i].value) == n && strncmp(code_options[i].value, reason, n) == 0)
			return mem_printf(r->mem, "%s%s", req_text(r, code_options[i].label), reason + n);
	return strcmp(reason, "inspection") == 0 ? req_text(r, N_("Inspection")) : reason;
}

void stock_add_codes(struct req *r, struct view *v, const char *chosen)
{
	form_options(r, v, "codes", "code", code_options, ARRAY_LEN(code_options), chosen);
}

static void add_movement(struct req *r, struct view *v, const struct row_stock_ledger *m)
{
	struct view *item = view_item(v, "movements");

	view_time(item, "at", m->at);
	view_text(item, "warehouse", m->warehouse);
	view_text(item, "quantity", mem_printf(r->mem, "%+lld", (long long)m->quantity));
	view_text(item, "kind", stock_kind(r, m->kind));
	view_text(item, "reason", *m->reason == '\0' ? NULL : stock_reason(r, m->reason));
	view_text(item, "who", m->who == NULL ? m->source : m->who);
	view_text(item, "number", m->number);
}

static void add_warehouse(struct req *r, struct view *v, const struct row_stock_of *s)
{
	struct view *item = view_item(v, "warehouses");
	const char *chosen = form_typed(r, "warehouse", "");

	view_text(item, "value", s->warehouse);
	view_text(item, "label", s->name);
	view_bool(item, "selected", strcmp(chosen, s->warehouse) == 0);
	view_int(item, "on_hand", s->on_hand);
	view_int(item, "held", s->held);
	view_int(item, "available", s->available);
	view_int(item, "short", s->missing);
	view_bool(item, "is_short", s->missing > 0);
	view_int(item, "incoming", s->incoming);
	if (s->has_point) {
		view_int(item, "point", s->point);
		view_int(item, "up_to", s->up_to);
	}
	view_text(item, "place", *s->zone == '\0' && *s->bin == '\0' ? NULL : mem_printf(r->mem, "%s %s", s->zone, s->bin));
}

static void add_hold(struct view *v, const struct row_stock_holds *h)
{
	struct view *item = view_item(v, "holds");

	view_text(item, "number", h->number);
	view_text(item, "warehouse", h->warehouse);
	view_int(item, "quantity", h->quantity);
	view_time(item, "since", h->since);
}

static void variant_page(struct req *r, const char *before)
{
	const char *id = path_text(r, "id"), *store = console_store(r);
	bool all = sees_all(r);
	struct rows *found = q_stock_variant(r->db, id, r->locale);
	struct rows *stock = q_stock_of(r->db, all ? 0 : STOCK_OF_MINE, r->site->tenant, store, id);
	struct rows *holds = q_stock_holds(r->db, all ? 0 : STOCK_HOLDS_MINE, store, id, HOLDS_SHOWN);
	struct rows *ledger = q_stock_ledger(r->db, (all ? 0 : STOCK_LEDGER_MINE) | (before == NULL ? 0 : STOCK_LEDGER_LATER), store, id,
					     before == NULL ? r->id : before, ROWS_ON_A_PAGE + 1);
	struct rows *care = q_care_of(r->db, id);
	struct insight demand = all ? insight_ask(r, id) : (struct insight){ 0 };
	const struct row_stock_variant *g = row_stock_variant(found);
	size_t n = rows_count(ledger);
	struct view *v;

	if (!rows_found(found)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-inventory/variant", g->sku);
	view_text(v, "id", id);
	view_text(v, "product", g->product);
	view_text(v, "gtin", g->gtin);
	view_bool(v, "archived", g->archived);
	view_bool(v, "untracked", !g->tracked);
	for (size_t i = 0; i < rows_count(stock); i++)
		add_warehouse(r, v, row_stock_of_at(stock, i));
	for (size_t i = 0; i < rows_count(holds); i++)
		add_hold(v, row_stock_holds_at(holds, i));
	for (size_t i = 0; i < n && i < ROWS_ON_A_PAGE; i++)
		add_movement(r, v, row_stock_ledger_at(ledger, i));
	view_bool(v, "has_holds", rows_count(holds) > 0);
	view_bool(v, "has_movements", n > 0);
	view_text(v, "next_url", n <= ROWS_ON_A_PAGE ? NULL : mem_printf(r->mem, "%s/admin/inventory/%s?before=%s", r->prefix, id,
									  row_stock_ledger_at(ledger, ROWS_ON_A_PAGE - 1)->movement));
	view_bool(v, "may_correct", console_may_everywhere(r, "inventory.adjust") && g->tracked);
	stock_add_codes(r, v, "damaged");
	care_add(r, v, care);
	view_text(v, "lots_url", sees_all(r) ? mem_printf(r->mem, "%s/admin/inventory/lots?variant=%s", r->prefix, id) : NULL);
	form_text(r, v, "quantity", "");
	form_text(r, v, "reason", "");
	view_bool(v, "may_order", console_may_everywhere(r, "inventory.purchase") && g->tracked);
	if (all)
		insight_add(r, v, demand, console_may_everywhere(r, "inventory.purchase") && g->tracked);
	form_text(r, v, "point", "");
	form_text(r, v, "up_to", "");
	form_text(r, v, "zone", "");
	form_text(r, v, "bin", "");
	page_html(r, v);
}

static void variant(struct req *r)
{
	variant_page(r, param_id(r, "before"));
}

/* Behind a form that came back: its parameters are others. */
void variant_again(struct req *r)
{
	variant_page(r, NULL);
}

static void settle(struct req *r, const char *outcome, const char *done)
{
	static const struct stock_no no[] = {
		{ "reason", "reason", N_("Please say in a few words why.") },
		{ "quantity", "quantity", N_("Please enter how many pieces more (5) or less (-5) there are.") },
		{ "negative", "quantity", N_("Fewer than none would be left in this warehouse.") },
		{ "long", "bin", N_("This is too long.") },
		{ "apart", "lots", N_("Pieces of a lot are set apart. Decide about them first.") },
	};

	stock_settle(r, outcome, mem_printf(r->mem, "%s/admin/inventory/%s", r->prefix, path_text(r, "id")), done, variant_again, no, ARRAY_LEN(no));
}

static void adjust(struct req *r)
{
	const char *words = stock_given(r, "reason"), *code = param_text(r, "code");

	if (!stock_may(r, "inventory.adjust"))
		return;
	settle(r, row_stock_adjust(q_stock_adjust(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_id(r, "warehouse"),
						  param_int(r, "quantity"), *words == '\0' ? code : mem_printf(r->mem, "%s: %s", code, words)))->outcome,
	       N_("The stock is corrected."));
}

static void place(struct req *r)
{
	if (!stock_may(r, "inventory.adjust"))
		return;
	settle(r, row_stock_place(q_stock_place(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_id(r, "warehouse"),
						stock_given(r, "zone"), stock_given(r, "bin")))->outcome, N_("The place is kept."));
}

static void care(struct req *r)
{
	if (stock_may(r, "inventory.adjust"))
		settle(r, care_save(r), N_("How it is looked after is saved."));
}

#define BUYS .permission = "inventory.purchase"
#define BUYING BUYS, .csrf_token = true, .trips = 6
#define LOOKS .permission = "inventory.adjust"
#define MOVES LOOKS, .csrf_token = true, .trips = 6
#define SEES .permission = "inventory.view"
#define INSPECTS .permission = "inventory.inspect"
#define PRODUCES .permission = "inventory.produce"

static const struct route routes[] = {
	{ GET,  "/admin/inventory", list, .params = list_params, .permission = "inventory.view", .trips = 3 },
	{ GET,  "/admin/inventory/{id:id}", variant, .params = variant_params, .permission = "inventory.view", .trips = 3 },
	{ POST, "/admin/inventory/{id:id}/adjust", adjust, .params = adjust_params, .form = variant_again, .permission = "inventory.adjust",
	  .csrf_token = true, .idempotent = true, .trips = 5 },
	{ POST, "/admin/inventory/{id:id}/place", place, .params = place_params, .form = variant_again, .permission = "inventory.adjust",
	  .csrf_token = true, .repeatable = true, .trips = 5 },
	{ POST, "/admin/inventory/{id:id}/care", care, .params = care_params, .form = variant_again, MOVES, .repeatable = true },
	{ GET,  "/admin/inventory/lots", lots_show, .params = lots_params, SEES, .trips = 4 },
	{ GET,  "/admin/inventory/lots/{lot:id}", lot_show, .params = lot_params, SEES, .trips = 3 },
	{ POST, "/admin/inventory/lots/{lot:id}/adjust", lot_adjust, .params = lot_adjust_params, .form = lot_again, LOOKS, .csrf_token = true, .idempotent = true,
	  .trips = 6 },
	{ POST, "/admin/inventory/lots/{lot:id}/block", lot_block, .params = lot_block_params, .form = lot_again, MOVES },
	{ POST, "/admin/inventory/lots/{lot:id}/release", lot_release, .params = lot_block_params, .form = lot_again, MOVES },
	{ POST, "/admin/inventory/lots/{lot:id}/scrap", lot_scrap, .params = lot_scrap_params, .form = lot_again, LOOKS, .csrf_token = true, .idempotent = true,
	  .trips = 6 },
	{ POST, "/admin/inventory/lots/{lot:id}/recall.csv", lot_recall, .params = lot_recall_params, .form = lot_again, .permission = "orders.export",
	  .csrf_token = true, .trips = 5 },
	{ GET,  "/admin/inventory/inspections", inspects_show, .params = inspects_params, INSPECTS, .trips = 3 },
	{ GET,  "/admin/inventory/inspections/{inspection:id}", inspect_show, INSPECTS, .trips = 3 },
	{ POST, "/admin/inventory/inspections/{inspection:id}", inspect_say, .params = verdict_params, .form = inspect_show, INSPECTS, .csrf_token = true,
	  .idempotent = true, .trips = 6 },
	{ GET,  "/admin/inventory/production", productions_show, .params = productions_params, PRODUCES, .trips = 3 },
	{ GET,  "/admin/inventory/production/{production:id}", production_show, PRODUCES, .trips = 3 },
	{ POST, "/admin/inventory/production/{production:id}/start", production_start, .form = production_show, PRODUCES, .csrf_token = true, .trips = 6 },
	{ POST, "/admin/inventory/production/{production:id}/cancel", production_cancel, .params = production_cancel_params, .form = production_show, PRODUCES,
	  .csrf_token = true, .trips = 6 },
	{ POST, "/admin/inventory/production/{production:id}/finish", production_finish, .params = production_finish_params, .form = production_show, PRODUCES,
	  .csrf_token = true, .trips = 6 },
	{ GET,  "/admin/inventory/warehouses", warehouses_show, .permission = "inventory.view", .trips = 3 },
	{ POST, "/admin/inventory/warehouses", warehouse_make, .params = warehouse_make_params, .form = warehouses_show, MOVES },
	{ GET,  "/admin/inventory/warehouses/{warehouse:id}", warehouse_show, .permission = "inventory.view", .trips = 3 },
	{ POST, "/admin/inventory/warehouses/{warehouse:id}", warehouse_change, .params = warehouse_params, .form = warehouse_show, MOVES,
	  .repeatable = true },
	{ POST, "/admin/inventory/warehouses/{warehouse:id}/off", warehouse_off, .params = warehouse_switch_params, .form = warehouse_show, MOVES },
	{ POST, "/admin/inventory/warehouses/{warehouse:id}/on", warehouse_on, .params = warehouse_switch_params, .form = warehouse_show, MOVES },
	{ POST, "/admin/inventory/{id:id}/reorder", reorder_set, .params = reorder_params, .form = variant_again, BUYING, .repeatable = true },
	{ POST, "/admin/inventory/{id:id}/suggested", insight_take, .params = insight_take_params, .form = variant_again, BUYING, .repeatable = true },
	{ GET,  "/admin/inventory/insight", insight_show, .params = insight_params, .permission = "inventory.view", .trips = 3 },
	{ POST, "/admin/inventory/insight/export.csv", insight_export, .params = insight_export_params, .form = insight_show,
	  .permission = "inventory.view", .csrf_token = true, .trips = 5 },
	{ GET,  "/admin/inventory/low", low_show, .params = low_params, BUYS, .trips = 3 },
	{ POST, "/admin/inventory/low/order", low_order, .params = low_order_params, .form = low_show, BUYING },
	{ GET,  "/admin/inventory/suppliers", suppliers_show, .params = suppliers_params, BUYS, .trips = 3 },
	{ POST, "/admin/inventory/suppliers", supplier_make, .params = supplier_params, .form = suppliers_show, BUYING },
	{ GET,  "/admin/inventory/suppliers/{supplier:id}", supplier_show, .params = supplier_page_params, BUYS, .trips = 3 },
	{ POST, "/admin/inventory/suppliers/{supplier:id}", supplier_change, .params = supplier_params, .form = supplier_show, BUYING, .repeatable = true },
	{ POST, "/admin/inventory/suppliers/{supplier:id}/items", supplier_item, .params = supplier_item_params, .form = supplier_show, BUYING, .repeatable = true },
	{ POST, "/admin/inventory/suppliers/{supplier:id}/items/drop", supplier_drop, .params = supplier_drop_params, .form = supplier_show, BUYING },
	{ GET,  "/admin/inventory/purchases", purchases_show, .params = purchases_params, BUYS, .trips = 3 },
	{ GET,  "/admin/inventory/purchases/new", purchase_new, .params = purchase_new_params, BUYS, .trips = 3 },
	{ POST, "/admin/inventory/purchases/new", purchase_make, .params = purchase_write_params, .form = purchase_new, BUYING },
	{ GET,  "/admin/inventory/purchases/{purchase:id}", purchase_show, BUYS, .trips = 3 },
	{ GET,  "/admin/inventory/purchases/{purchase:id}/edit", purchase_edit, BUYS, .trips = 3 },
	{ POST, "/admin/inventory/purchases/{purchase:id}/edit", purchase_change, .params = purchase_write_params, .form = purchase_edit, BUYING, .repeatable = true },
	{ POST, "/admin/inventory/purchases/{purchase:id}/send", purchase_send, .params = purchase_send_params, .form = purchase_show, BUYING },
	{ POST, "/admin/inventory/purchases/{purchase:id}/cancel", purchase_cancel, .params = purchase_end_params, .form = purchase_show, BUYING },
	{ POST, "/admin/inventory/purchases/{purchase:id}/close", purchase_close, .params = purchase_end_params, .form = purchase_show, BUYING },
	{ GET,  "/admin/inventory/purchases/{purchase:id}/order.pdf", purchase_paper, BUYS, .trips = 4 },
	{ GET,  "/admin/inventory/purchases/{purchase:id}/receive", arrival_show, BUYS, .trips = 3 },
	{ POST, "/admin/inventory/purchases/{purchase:id}/receive", arrival_book, .params = arrival_params, .form = arrival_show, BUYING, .repeatable = true },
	{ POST, "/admin/inventory/purchases/{purchase:id}/receive/scan", arrival_scan, .params = arrival_scan_params, .form = arrival_show, BUYING },
	{ GET,  "/admin/inventory/transfers", transfers_show, .params = transfers_params, LOOKS, .trips = 3 },
	{ POST, "/admin/inventory/transfers", transfer_make, .params = transfer_make_params, .form = transfers_show, MOVES },
	{ GET,  "/admin/inventory/transfers/{transfer:id}", transfer_show, LOOKS, .trips = 3 },
	{ POST, "/admin/inventory/transfers/{transfer:id}", transfer_write, .params = transfer_write_params, .form = transfer_show, MOVES, .repeatable = true },
	{ POST, "/admin/inventory/transfers/{transfer:id}/scan", transfer_scan, .params = transfer_scan_params, .form = transfer_show, MOVES },
	{ POST, "/admin/inventory/transfers/{transfer:id}/send", transfer_leave, .form = transfer_show, MOVES },
	{ POST, "/admin/inventory/transfers/{transfer:id}/drop", transfer_drop, .form = transfer_show, MOVES },
	{ POST, "/admin/inventory/transfers/{transfer:id}/receive", transfer_book, .params = transfer_book_params, .form = transfer_show, MOVES },
	{ GET,  "/admin/inventory/counts", counts_show, .params = counts_params, LOOKS, .trips = 3 },
	{ POST, "/admin/inventory/counts", count_make, .params = count_make_params, .form = counts_show, MOVES },
	{ GET,  "/admin/inventory/counts/{count:id}", count_show, .params = count_params, LOOKS, .trips = 4 },
	{ POST, "/admin/inventory/counts/{count:id}/scan", count_scan, .params = count_scan_params, .form = count_show, MOVES },
	{ POST, "/admin/inventory/counts/{count:id}/review", count_review, .params = count_review_params, .form = count_show, MOVES },
	{ POST, "/admin/inventory/counts/{count:id}/book", count_book, .params = count_end_params, .form = count_show, MOVES },
	{ POST, "/admin/inventory/counts/{count:id}/cancel", count_cancel, .params = count_end_params, .form = count_show, MOVES },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program admin_inventory = {
		.name = "admin-inventory", .routes = routes, .hooks = &console_hooks, .session = &session_staff, .admin = true,
	};

	return program_run(&admin_inventory, argc, argv);
}
