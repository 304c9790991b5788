/* Staff change an order that is not begun: a form, what it would cost, and the change. */
#include "admin-orders.h"

#include "base/mem.h"

#include <string.h>

static const char *const steps[] = { "look", "save", "country", NULL };

const struct param edit_params[] = {
	ORDER_FORM_PARAMS,
	{ "revision", PARAM_INT },
	{ "seen",     PARAM_INT, .optional = "" },
	{ "step",     PARAM_CHOICE, .choices = steps, .optional = "look" },
	{ "reason",   PARAM_REASON, .optional = "", .label = N_("Reason") },
	{ 0 }
};

/* The order as it is now, which the form shows beside what it shall be. */
struct edited {
	struct rows *head, *edit, *lines, *money;
	struct order_form form;
};

static struct edited edit_queue(struct req *r)
{
	const char *id = path_text(r, "id"), *store = console_store(r);

	return (struct edited){
		.head = q_desk_head(r->db, store, id), .edit = q_desk_edit(r->db, store, id), .lines = q_desk_lines(r->db, id),
		.money = q_desk_money(r->db, id), .form = order_form_queue(r),
	};
}

/* What the order is, as a wish. */
static struct change_wish as_it_is(const struct edited *e)
{
	const struct row_desk_head *o = row_desk_head(e->head);

	return (struct change_wish){
		.ship = { o->name, o->company, o->street, o->street2, o->postal_code, o->city, o->region, o->country },
		.method = row_desk_edit(e->edit)->method, .hand_minor = row_desk_edit(e->edit)->hand_discount, .note = o->note,
	};
}

static struct view *edit_view(struct req *r, const struct edited *e, const struct change_wish *w)
{
	const struct row_desk_head *o = row_desk_head(e->head);
	struct view *v = console_view(r, "admin-orders/edit", mem_printf(r->mem, "%s %s", req_text(r, N_("Edit order")), o->number));

	view_text(v, "order_url", desk_url(r, o->order_id, ""));
	view_text(v, "revision", mem_printf(r->mem, "%lld", (long long)row_desk_edit(e->edit)->revision));
	view_text(v, "coupon", *o->coupon_code == '\0' ? NULL : o->coupon_code);
	view_money(v, "old_total", o->total);
	for (size_t i = 0; i < rows_count(e->lines); i++) {
		const struct row_desk_lines *l = row_desk_lines_at(e->lines, i);

		if (!l->part)
			view_item_text(v, "now", mem_printf(r->mem, "%lld × %s", (long long)l->quantity, l->sku));
	}
	order_form_view(r, v, &e->form, w, o->currency);
	form_text(r, v, "reason", "");
	return v;
}

void edit_show(struct req *r)
{
	struct edited e = edit_queue(r);
	const struct row_desk_head *o = row_desk_head(e.head);
	struct change_wish w = as_it_is(&e);
	const char *may = row_desk_edit(e.edit)->may;
	struct view *v;

	if (!rows_found(e.head)) {
		page_not_found(r);
		return;
	}
	if (strcmp(may, "ok") != 0) {
		page_flash(r, "warn", desk_sentence(may));
		page_redirect(r, desk_url(r, o->order_id, ""));
		return;
	}
	v = edit_view(r, &e, &w);
	if (!order_form_typed(r, v, o->locale))
		for (size_t i = 0; i < rows_count(e.lines); i++) {
			const struct row_desk_lines *l = row_desk_lines_at(e.lines, i);

			if (!l->part)
				order_form_line(v, l->variant, l->sku, l->name, l->options, l->quantity, "");
		}
	page_html(r, v);
}

/* ---- what it would be ------------------------------------------------------------------------------- */

/* A line under the totals: what follows for the money. */
static void add_balance(struct view *p, const struct row_desk_money *m, int64_t total)
{
	if (m->captured > 0 && total > m->captured)
		view_money(p, "due", total - m->captured);
	if (m->captured > total)
		view_money(p, "over", m->captured - total);
}

static void preview(struct req *r, const struct edited *e, const struct change_wish *w, struct order_change *c)
{
	struct view *v = edit_view(r, e, w), *p = order_form_preview(r, v, c->cart, c->currency);
	int64_t total = c->cart->totals->total_minor, more = total - c->old_minor;
	const char *reason = param_text(r, "reason");

	view_money(p, "old_total", c->old_minor);
	if (more > 0)
		view_money(p, "more", more);
	if (more < 0)
		view_money(p, "less", -more);
	add_balance(p, row_desk_money(e->money), total);
	view_bool(p, "moved", param_given(r, "seen") && param_int(r, "seen") != total);
	view_bool(p, "can_save", c->outcome == CHANGE_OK);
	view_bool(p, "no_delivery", c->outcome == CHANGE_DELIVERY);
	view_text(p, "seen", mem_printf(r->mem, "%lld", (long long)total));
	order_form_priced(r, v, c->cart);
	view_text(view_sub(v, "form"), "reason", reason == NULL ? "" : reason);
	change_drop_at_desk(c);
	page_html(r, v);
}

/* ---- taking it --------------------------------------------------------------------------------------- */

/* What declines a change once it is begun; the order itself is in the way, or a field. */
static void decline(struct req *r, const struct order_change *c)
{
	if (c->outcome == CHANGE_UNKNOWN)
		page_not_found(r);
	else if (c->outcome == CHANGE_LATE)
		page_decline(r, desk_order, NULL, desk_sentence(c->word));
	else
		page_decline(r, edit_show, NULL, desk_sentence(c->word));
}

static void save(struct req *r, struct order_change *c, const struct change_desk *desk)
{
	c->outcome = change_make_at_desk(c, desk);
	if (c->outcome != CHANGE_OK) {
		decline(r, c);
		return;
	}
	page_flash(r, "ok", N_("The order is changed; the buyer gets a mail with all of it."));
	page_redirect(r, desk_url(r, path_text(r, "id"), ""));
}

void edit_take(struct req *r)
{
	struct edited e = edit_queue(r);
	struct change_wish w = as_it_is(&e);
	const char *step = param_text(r, "step");
	bool saving = strcmp(step, "save") == 0, good;
	struct change_desk desk = { console_actor(r), param_int(r, "revision"), param_given(r, "reason") ? param_text(r, "reason") : "" };
	struct order_key key = { .tenant = r->site->tenant, .store = console_store(r), .order = path_text(r, "id") };
	struct order_change *c;

	if (!rows_found(e.head)) {
		page_not_found(r);
		return;
	}
	if (strcmp(step, "country") == 0) {
		page_redraw(r, edit_show);
		return;
	}
	good = order_form_read(r, &w, w.hand_minor, row_desk_head(e.head)->currency);
	if (good && w.n == 0) {
		field_error(r, "quantity", N_("An order needs at least one product. To call it off, please cancel it."));
		good = false;
	}
	good = address_form_check(r, "", &w.ship, true) == 0 && good;
	if (w.method == NULL)
		w.method = row_desk_edit(e.edit)->method;
	if (saving && *desk.reason == '\0') {
		field_error(r, "reason", N_("Please say why."));
		good = false;
	}
	if (!good) {
		page_again(r, edit_show);
		return;
	}
	c = change_begin_at_desk(r->mem, r->db, &key, &desk, &w);
	if (c->cart == NULL)
		decline(r, c);
	else if (c->outcome == CHANGE_OK && w.hand_minor > c->cart->totals->goods_minor)
		page_decline(r, edit_show, "discount", N_("The discount is more than the products cost."));
	else if (c->outcome == CHANGE_OK && saving && param_given(r, "seen") && param_int(r, "seen") == c->cart->totals->total_minor)
		save(r, c, &desk);
	else
		preview(r, &e, &w, c);
}
