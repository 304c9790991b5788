/* account -- a customer's own pages: profile, addresses, orders.  Manual: sutler-account(8). */
#include "account.h"

#include "base/mem.h"
#include "front/front.h"
#include "front/pay_page.h"
#include "front/receipt.h"
#include "shop/cart.h"

#include <string.h>

const char *account_customer(struct req *r)
{
	return session_principal(r);
}

const char *account_url(struct req *r, const char *path, const char *id)
{
	return mem_printf(r->mem, "%s%s%s", r->prefix, path, id);
}

struct view *account_view(struct req *r, const char *name, enum section now, const char *title)
{
	static const struct { const char *path, *label; } sections[SECTIONS] = {
		[SECTION_OVERVIEW] = { "/account", N_("Overview") },
		[SECTION_ORDERS] = { "/account/orders", N_("Orders") },
		[SECTION_ADDRESSES] = { "/account/addresses", N_("Addresses") },
		[SECTION_PROFILE] = { "/account/profile", N_("Profile") },
		[SECTION_PRIVACY] = { "/account/privacy", N_("Your data") },
	};
	struct view *v = page_view(r, name);

	front_noindex(r);
	front_title(r, v, req_text(r, title), NULL);
	for (size_t i = 0; i < SECTIONS; i++) {
		struct view *item = view_item(v, "sections");

		view_text(item, "label", req_text(r, sections[i].label));
		view_text(item, "url", account_url(r, sections[i].path, ""));
		view_bool(item, "now", i == now);
	}
	return v;
}

/* ---- overview ---------------------------------------------------------------------- */

static void add_cart(struct view *v, struct rows *cart)
{
	int64_t pieces = 0;

	for (size_t i = 0; i < rows_count(cart); i++)
		pieces += row_account_cart_at(cart, i)->quantity;
	view_bool(v, "has_saved", pieces > 0);
	view_rows(v, "saved", cart);
	view_int(v, "saved_pieces", pieces);
	view_bool(v, "saved_elsewhere", pieces > 0 && !row_account_cart_at(cart, 0)->mine);
}

static void overview(struct req *r)
{
	const char *customer = account_customer(r);
	struct rows *person = q_account_person(r->db, customer);
	struct rows *addresses = q_account_addresses(r->db, customer);
	struct rows *orders = q_account_orders(r->db, 0, customer, r->site->store, NULL, ORDERS_ON_OVERVIEW + 1);
	struct rows *cart = q_account_cart(r->db, customer, r->site->store, front_cart(r), SHA256_LEN);
	const struct row_account_person *p = row_account_person(person);
	struct view *v = account_view(r, "account/overview", SECTION_OVERVIEW, N_("Your account"));

	view_text(v, "person_name", p->name[0] == '\0' ? NULL : p->name);
	view_text(v, "person_email", p->email);
	orders_list(r, v, orders, ORDERS_ON_OVERVIEW);
	add_cart(v, cart);
	view_bool(v, "has_address", rows_count(addresses) > 0);
	if (rows_count(addresses) > 0)
		address_item(r, view_sub(v, "address"), row_account_addresses_at(addresses, 0));
	page_html(r, v);
}

/* The cart that was saved on another device opens on this one too. */
static void open_saved(struct req *r)
{
	struct token token = token_new();
	unsigned char sum[SHA256_LEN];

	sha256(token.text, TOKEN_LEN, sum);
	if (row_account_open_saved(q_account_open_saved(r->db, r->site->tenant, r->site->store, account_customer(r),
							session_get(r)->id, sum, SHA256_LEN))->opened)
		page_cookie_set(r, CART_COOKIE, token.text, CART_COOKIE_S);
	page_redirect(r, req_path(r, "/cart"));
}

#define MINE .needs = NEEDS_SESSION, .csrf_token = true

static const struct route routes[] = {
	{ GET,  "/account", overview, .trips = 3, MINE },
	{ POST, "/account/cart", open_saved, .trips = 4, MINE },
	{ GET,  "/account/profile", profile_show, .trips = 3, MINE },
	{ POST, "/account/profile", profile_set, .params = profile_params, .form = profile_show, .trips = 4, MINE },
	{ GET,  "/account/addresses", addresses_show, .trips = 3, MINE },
	{ GET,  "/account/addresses/new", address_new, .trips = 3, MINE },
	{ POST, "/account/addresses/new", address_make, .params = book_params, .form = address_new, .trips = 4, MINE },
	{ GET,  "/account/addresses/{id:id}", address_edit, .trips = 3, MINE },
	{ POST, "/account/addresses/{id:id}", address_change, .params = book_params, .form = address_edit, .trips = 4, MINE },
	{ POST, "/account/addresses/{id:id}/remove", address_remove, .trips = 4, MINE },
	{ GET,  "/account/orders", orders_show, .params = orders_params, .trips = 3, MINE },
	{ GET,  "/account/orders/{id:id}", order_show, .trips = 3, MINE },
	{ GET,  "/account/orders/{id:id}/invoice.pdf", order_invoice, .trips = 3, MINE },
	{ GET,  "/account/orders/{id:id}/credit-note/{note:id}", order_credit_note, .trips = 3, MINE },
	{ POST, "/account/orders/{id:id}/download", order_download, .params = receipt_download_params, .trips = 4, MINE },
	{ POST, "/account/orders/{id:id}/again", order_again, .trips = 4, MINE },
	{ POST, "/account/orders/{id:id}/cancel", order_cancel, .trips = 4, MINE },
	{ POST, "/account/orders/{id:id}/pay", order_pay, .trips = 5, MINE },
	{ POST, "/account/orders/{id:id}/method", order_method, .params = pay_method_params, .trips = 6, MINE },
	{ GET,  "/account/orders/{id:id}/change", change_show, .trips = 3, MINE },
	{ POST, "/account/orders/{id:id}/change", change_take, .params = change_params, .form = change_show, .trips = 6, MINE },
	{ GET,  "/account/orders/{id:id}/return", return_show, .trips = 3, MINE },
	{ POST, "/account/orders/{id:id}/return", return_take, .params = return_params, .form = return_show, .trips = 4, MINE },
	{ GET,  "/account/privacy", privacy_show, .trips = 3, MINE },
	{ POST, "/account/privacy/export", privacy_export, .trips = 4, MINE },
	{ GET,  "/account/privacy/{id:id}", privacy_file, .trips = 3, MINE },
	{ POST, "/account/privacy/erase", privacy_erase, .trips = 4, MINE },
	{ GET,  "/account/privacy/erase/{token}", privacy_confirm_show, .trips = 3, .needs = NEEDS_SESSION | NEEDS_NO_REFERRER, .csrf_token = true },
	{ POST, "/account/privacy/erase/{token}", privacy_confirm, .trips = 4, .needs = NEEDS_SESSION | NEEDS_NO_REFERRER, .csrf_token = true },
	{ POST, "/account/privacy/keep", privacy_keep, .trips = 4, MINE },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program account = { .name = "account", .routes = routes, .hooks = &front_hooks,
						.session = &session_customers, .calls = true };

	return program_run(&account, argc, argv);
}
