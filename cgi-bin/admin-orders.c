/* admin-orders -- the queue of orders, an order with all that is done to it, pick and pack.
   Manual: sutler-admin-orders(8). */
#include "admin-orders.h"

#include "base/buf.h"
#include "base/csv.h"
#include "base/locale.h"
#include "base/mem.h"

#include <string.h>
#include <time.h>

#define QUEUE "/admin/orders"
#define ORDERS_ON_A_PAGE 50
/* Orders of one export: some MB of text, made in memory within a request's time. */
#define ORDERS_EXPORTED_MAX 5000

static const char *const words[] = { "draft", "pending", "paid", "in_production", "ready", "shipped", "delivered", "closed", "returned", "cancelled", NULL };
static const char *const order_states[] = { "draft", "open", "closed", "cancelled", NULL };
static const char *const payment_states[] = { "pending", "authorised", "paid", "partly_refunded", "refunded", "failed", NULL };
static const char *const fulfilment_states[] = { "unfulfilled", "in_production", "ready", "partly_shipped", "shipped", "delivered", NULL };
static const char *const owings[] = { "owed", "overdue", NULL };
static const char *const return_states[] = { "none", "requested", "approved", "received", "returned", "refused", NULL };

/* The search of the queue; `before` pages on. */
#define SEARCH \
	{ "q",          PARAM_TEXT, .max = 100, .optional = "", .fold = true }, \
	{ "word",       PARAM_CHOICE, .choices = words, .optional = "" }, \
	{ "state",      PARAM_CHOICE, .choices = order_states, .optional = "" }, \
	{ "payment",    PARAM_CHOICE, .choices = payment_states, .optional = "" }, \
	{ "fulfilment", PARAM_CHOICE, .choices = fulfilment_states, .optional = "" }, \
	{ "return",     PARAM_CHOICE, .choices = return_states, .optional = "" }, \
	{ "method",     PARAM_ID, .optional = "" }, \
	{ "invoice",    PARAM_CHOICE, .choices = owings, .optional = "" }, \
	{ "tag",        PARAM_TEXT, .max = 32, .optional = "" }, \
	{ "from",       PARAM_DATE, .optional = "" }, \
	{ "to",         PARAM_DATE, .optional = "" }, \
	{ "before",     PARAM_ID, .optional = "" }

static const struct param queue_params[] = { SEARCH, { 0 } };
static const struct param export_params[] = { SEARCH, { "reason", PARAM_REASON, .label = N_("Reason") }, { 0 } };

static const struct { const char *name; unsigned fragment; } filters[] = {
	{ "word", QUEUE_ORDERS_OF_WORD }, { "state", QUEUE_ORDERS_OF_STATE }, { "payment", QUEUE_ORDERS_OF_PAYMENT },
	{ "fulfilment", QUEUE_ORDERS_OF_FULFILMENT }, { "return", QUEUE_ORDERS_OF_RETURN }, { "method", QUEUE_ORDERS_BY_METHOD },
	{ "tag", QUEUE_ORDERS_TAGGED }, { "from", QUEUE_ORDERS_SINCE }, { "to", QUEUE_ORDERS_UNTIL },
};

/* NULL when the parameter is not given; the queue's form that is shown again has none. */
static const char *given(struct req *r, const char *name)
{
	return r->route->params == queue_params || r->route->params == export_params ? param_text(r, name) : NULL;
}

static const char *some(const char *text, const char *otherwise)
{
	return text == NULL || *text == '\0' ? otherwise : text;
}

static struct rows *ask(struct req *r, int64_t most)
{
	const char *q = given(r, "q"), *before = given(r, "before");
	unsigned mask = some(before, NULL) != NULL ? QUEUE_ORDERS_LATER : 0;

	if (some(q, NULL) != NULL)
		return q_queue_search(r->db, QUEUE_SEARCH_IN_STORE | (mask != 0 ? QUEUE_SEARCH_LATER | QUEUE_SEARCH_PAGE : 0), q,
				      console_store(r), some(before, r->id), most);
	for (size_t i = 0; i < ARRAY_LEN(filters); i++)
		mask |= some(given(r, filters[i].name), NULL) != NULL ? filters[i].fragment : 0;
	if (some(given(r, "invoice"), NULL) != NULL)
		mask |= strcmp(given(r, "invoice"), "overdue") == 0 ? QUEUE_ORDERS_OVERDUE : QUEUE_ORDERS_OWED;
	return q_queue_orders(r->db, mask, console_store(r), some(given(r, "word"), ""), some(given(r, "state"), ""), some(given(r, "payment"), ""),
		some(given(r, "fulfilment"), ""), some(given(r, "return"), ""), some(given(r, "method"), console_store(r)), some(given(r, "tag"), ""),
		console_timezone(r), some(given(r, "from"), "2000-01-01"), some(given(r, "to"), "2000-01-01"), some(before, r->id), most);
}

/* Both queries give the same columns. */
_Static_assert(sizeof(struct row_queue_orders) == sizeof(struct row_queue_search), "a row of the queue is a row of the search");

static const struct row_queue_orders *row_at(struct req *r, struct rows *rows, size_t i)
{
	if (some(given(r, "q"), NULL) != NULL)
		return (const void *)row_queue_search_at(rows, i);
	return row_queue_orders_at(rows, i);
}

static void add_order(struct req *r, struct view *v, const struct row_queue_orders *o)
{
	struct view *item = view_item(v, "orders");

	view_text(item, "id", o->order_id);
	view_text(item, "url", desk_url(r, o->order_id, ""));
	view_text(item, "number", o->number);
	view_time(item, "placed", o->placed);
	view_text(item, "name", *o->name != '\0' ? o->name : o->email);
	view_text(item, "currency", o->currency);
	view_money(item, "total", o->total);
	desk_state_tag(r, item, "word", "word", o->word);
	desk_state_tag(r, item, "payment", "payment", o->payment);
	desk_state_tag(r, item, "fulfilment", "fulfilment", o->fulfilment);
	if (strcmp(o->return_state, "none") != 0)
		desk_state_tag(r, item, "back", "return", o->return_state);
}

static const struct form_option owing_options[] = {
	{ "", N_("Any") }, { "owed", N_("Billed and not paid yet") }, { "overdue", N_("Overdue") },
};

static void add_choices(struct req *r, struct view *v, struct rows *methods)
{
	const char *method = given(r, "method");

	desk_state_options(r, v, "words", "word", given(r, "word"));
	desk_state_options(r, v, "payments", "payment", given(r, "payment"));
	desk_state_options(r, v, "fulfilments", "fulfilment", given(r, "fulfilment"));
	desk_state_options(r, v, "returns", "return", given(r, "return"));
	desk_state_options(r, v, "states", "order", given(r, "state"));
	form_options(r, v, "owings", "invoice", owing_options, ARRAY_LEN(owing_options), some(given(r, "invoice"), ""));
	for (size_t i = 0; i < rows_count(methods); i++) {
		const struct row_desk_methods *m = row_desk_methods_at(methods, i);
		struct view *item = view_item(v, "methods");

		view_text(item, "value", m->method);
		view_text(item, "label", m->name);
		view_bool(item, "selected", method != NULL && strcmp(method, m->method) == 0);
	}
}

void queue_show(struct req *r)
{
	struct view *v = console_view(r, "admin-orders/queue", N_("Orders")), *search;
	struct rows *rows = ask(r, ORDERS_ON_A_PAGE + 1), *methods = q_desk_methods(r->db, console_store(r), r->language);
	struct rows *warehouses = q_desk_warehouses(r->db), *zones = q_desk_zones(r->db), *kept = console_searches(r, QUEUE);
	size_t n = rows_count(rows);
	bool narrowed = false;

	for (size_t i = 0; i < n && i < ORDERS_ON_A_PAGE; i++)
		add_order(r, v, row_at(r, rows, i));
	add_choices(r, v, methods);
	desk_warehouse_options(v, "warehouses", warehouses);
	view_rows(v, "zones", zones);
	search = view_sub(v, "search");
	for (const struct param *p = queue_params; p->name != NULL; p++) {
		view_text(search, p->name, some(given(r, p->name), NULL));
		narrowed |= some(given(r, p->name), NULL) != NULL;
	}
	view_bool(v, "narrowed", narrowed);
	view_bool(v, "has_orders", n > 0);
	view_bool(v, "may_fulfil", console_may(r, "orders.fulfil"));
	view_text(v, "next_url", n <= ORDERS_ON_A_PAGE ? NULL :
		  console_search_url(r, QUEUE, "before", row_at(r, rows, ORDERS_ON_A_PAGE - 1)->order_id));
	view_text(v, "first_url", some(given(r, "before"), NULL) == NULL ? NULL : console_search_url(r, QUEUE, NULL, NULL));
	console_add_searches(r, v, QUEUE, kept);
	view_bool(v, "may_export", console_may(r, "orders.export"));
	view_bool(v, "may_draft", console_may(r, "orders.edit"));
	page_html(r, v);
}

/* ---- the same as a file -------------------------------------------------------------------------- */

const char *desk_money_text(struct req *r, const char *currency, int64_t minor)
{
	int digits = currency_exponent(currency);
	int64_t unit = 1;

	for (int i = 0; i < digits; i++)
		unit *= 10;
	return digits == 0 ? mem_printf(r->mem, "%lld", (long long)minor)
		: mem_printf(r->mem, "%lld.%0*lld", (long long)(minor / unit), digits, (long long)(minor % unit));
}

/* UTC: "2026-11-25T16:00:00Z". */
static const char *time_text(struct req *r, int64_t ms)
{
	time_t s = (time_t)(ms / 1000);
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&s, &tm));
	return mem_strdup(r->mem, text);
}

static void export(struct req *r)
{
	static const char *const head[] = { "number", "placed", "status", "order", "payment", "fulfilment", "return", "currency", "total", "name", "email" };
	struct rows *rows = ask(r, ORDERS_EXPORTED_MAX);
	struct buf *b = buf_new(r->mem);
	size_t n = rows_count(rows);

	csv_put(b, head, ARRAY_LEN(head), true);
	for (size_t i = 0; i < n; i++) {
		const struct row_queue_orders *o = row_at(r, rows, i);
		const char *fields[] = { o->number, time_text(r, o->placed), o->word, o->state, o->payment, o->fulfilment, o->return_state,
			o->currency, desk_money_text(r, o->currency, o->total), o->name, o->email };

		csv_put(b, fields, ARRAY_LEN(fields), true);
	}
	q_desk_exported(r->db, DESK_WHO(r), (int64_t)n, param_text(r, "reason"));
	page_header(r, "Content-Disposition", "attachment; filename=\"orders.csv\"");
	page_text(r, "text/csv; charset=utf-8", b->data);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

#define CHANGE(may) .form = desk_order, .permission = "orders." may, .csrf_token = true, .trips = 5

static const struct route routes[] = {
	{ GET,  "/admin/orders", queue_show, .params = queue_params, .permission = "orders.view", .trips = 3 },
	{ POST, "/admin/orders/export.csv", export, .params = export_params, .form = queue_show, .permission = "orders.export", .csrf_token = true, .trips = 5 },
	{ GET,  "/admin/orders/picks", waves_show, .permission = "orders.view", .trips = 3 },
	{ POST, "/admin/orders/picks", wave_make, .params = wave_params, .form = queue_show, .permission = "orders.fulfil", .csrf_token = true, .trips = 5 },
	{ GET,  "/admin/orders/picks/{wave:id}", wave_show, .permission = "orders.view", .trips = 3 },
	{ GET,  "/admin/orders/picks/{wave:id}/list.pdf", paper_wave, .permission = "orders.view", .trips = 3 },
	{ GET,  "/admin/orders/picks/{wave:id}/labels.pdf", paper_wave_labels, .permission = "orders.view", .trips = 4 },
	{ POST, "/admin/orders/picks/{wave:id}/scan", wave_scan, .params = scan_params, .form = wave_show, .permission = "orders.fulfil", .csrf_token = true, .trips = 5 },
	{ POST, "/admin/orders/picks/{wave:id}/drop", wave_drop, .params = drop_params, .form = wave_show, .permission = "orders.fulfil", .csrf_token = true, .trips = 5 },
	{ GET,  "/admin/orders/picks/{wave:id}/orders/{id:id}", pack_show, .permission = "orders.view", .trips = 3 },
	{ POST, "/admin/orders/picks/{wave:id}/orders/{id:id}", pack_scan, .params = scan_params, .form = pack_show, .permission = "orders.fulfil", .csrf_token = true, .trips = 5 },
	{ GET,  "/admin/orders/drafts", drafts_show, .params = drafts_params, .permission = "orders.edit", .trips = 3 },
	{ POST, "/admin/orders/drafts", draft_make, .params = draft_new_params, .form = drafts_show, .permission = "orders.edit", .csrf_token = true, .trips = 4 },
	{ GET,  "/admin/orders/drafts/{draft:id}", draft_show, .params = draft_find_params, .permission = "orders.edit", .trips = 4 },
	{ POST, "/admin/orders/drafts/{draft:id}", draft_take, .params = draft_params, .form = draft_show, .permission = "orders.edit", .csrf_token = true, .trips = 9 },
	{ POST, "/admin/orders/drafts/{draft:id}/customer", draft_give, .params = draft_customer_params, .form = draft_show, .permission = "orders.edit", .csrf_token = true, .trips = 5 },
	{ POST, "/admin/orders/drafts/{draft:id}/drop", draft_throw, .params = draft_drop_params, .form = draft_show, .permission = "orders.edit", .csrf_token = true, .trips = 5 },
	{ GET,  "/admin/orders/{id:id}", desk_order, .permission = "orders.view", .trips = 3 },
	{ GET,  "/admin/orders/{id:id}/edit", edit_show, .permission = "orders.edit", .trips = 4 },
	{ POST, "/admin/orders/{id:id}/edit", edit_take, .params = edit_params, .form = edit_show, .permission = "orders.edit", .csrf_token = true, .trips = 8 },
	{ GET,  "/admin/orders/{id:id}/documents/{document:id}", desk_file, .permission = "orders.view", .trips = 3 },
	{ GET,  "/admin/orders/{id:id}/slip.pdf", paper_slip, .permission = "orders.view", .trips = 3 },
	{ POST, "/admin/orders/{id:id}/note", act_note, .params = note_params, CHANGE("edit") },
	{ POST, "/admin/orders/{id:id}/tag", act_tag, .params = tag_params, CHANGE("edit") },
	{ POST, "/admin/orders/{id:id}/pay", act_pay, .params = pay_params, CHANGE("pay") },
	{ POST, "/admin/orders/{id:id}/cancel", act_cancel, .params = cancel_params, CHANGE("cancel") },
	{ POST, "/admin/orders/{id:id}/step", act_step, .params = step_params, CHANGE("fulfil") },
	{ POST, "/admin/orders/{id:id}/ship", act_ship, .params = ship_params, CHANGE("fulfil") },
	{ POST, "/admin/orders/{id:id}/downloads", act_renew, .params = renew_params, .form = desk_order, .permission = "orders.fulfil", .csrf_token = true, .trips = 5 },
	{ POST, "/admin/orders/{id:id}/refund", act_refund, .params = refund_params, .step_up = true, .idempotent = true, .form = desk_order, .permission = "orders.refund",
	  .csrf_token = true, .trips = 8 },
	{ POST, "/admin/orders/{id:id}/capture", act_capture, .params = capture_params, .step_up = true, .idempotent = true, .form = desk_order, .permission = "orders.pay",
	  .csrf_token = true, .trips = 8 },
	{ POST, "/admin/orders/{id:id}/release", act_release, .params = release_params, .step_up = true, .idempotent = true, .form = desk_order, .permission = "orders.pay",
	  .csrf_token = true, .trips = 8 },
	{ POST, "/admin/orders/{id:id}/returns", act_return, .params = goods_back_params, CHANGE("returns") },
	{ GET,  "/admin/orders/{id:id}/returns/{return:id}/slip.pdf", paper_return, .permission = "orders.view", .trips = 3 },
	{ POST, "/admin/orders/{id:id}/returns/{return:id}/decide", act_decide, .params = decide_params, CHANGE("returns") },
	{ POST, "/admin/orders/{id:id}/returns/{return:id}/receive", act_receive, .params = receive_params, CHANGE("returns") },
	{ POST, "/admin/orders/{id:id}/returns/{return:id}/inspect", act_inspect, .params = inspect_params, CHANGE("returns") },
	{ POST, "/admin/orders/{id:id}/returns/{return:id}/exchange", act_exchange, CHANGE("returns") },
	{ POST, "/admin/orders/{id:id}/returns/{return:id}/refund", act_return_refund, .params = return_refund_params, .step_up = true, .idempotent = true, .form = desk_order,
	  .permission = "orders.refund", .csrf_token = true, .trips = 8 },
	{ GET,  "/admin/orders/{id:id}/parcels/{parcel:id}/slip.pdf", paper_parcel, .permission = "orders.view", .trips = 3 },
	{ GET,  "/admin/orders/{id:id}/parcels/{parcel:id}/label.pdf", paper_label, .permission = "orders.view", .trips = 3 },
	{ POST, "/admin/orders/{id:id}/parcels/{parcel:id}/close", parcel_close, .params = close_params, CHANGE("fulfil") },
	{ POST, "/admin/orders/{id:id}/parcels/{parcel:id}/check", parcel_check, .params = check_params, CHANGE("fulfil") },
	{ POST, "/admin/orders/{id:id}/parcels/{parcel:id}/unpack", parcel_unpack, .params = unpack_params, CHANGE("fulfil") },
	{ POST, "/admin/orders/{id:id}/parcels/{parcel:id}/send", parcel_send, .params = send_params, CHANGE("fulfil") },
	{ POST, "/admin/orders/{id:id}/parcels/{parcel:id}/arrived", parcel_arrived, CHANGE("fulfil") },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program admin_orders = {
		.name = "admin-orders", .routes = routes, .hooks = &console_hooks, .session = &session_staff, .admin = true, .calls = true,
	};

	return program_run(&admin_orders, argc, argv);
}
