/* One customer: all that is known of him on one page, and the forms of what may be done. */
#include "admin-customers.h"

#include "base/mem.h"
#include "front/profile_form.h"

#include <string.h>

/* The newest of each list; the rest is found by its own pages. */
#define ORDERS_SHOWN 50
#define MAILS_SHOWN 50
#define NOTES_SHOWN 100
/* Tags are for sorting people: with more nobody reads them. */
#define TAGS_MOST 20

const struct param person_edit_params[] = { PROFILE_PARAMS, { 0 } };
const struct param person_note_params[] = { { "words", PARAM_BLOCK, .max = 2000, .label = N_("Note") }, { 0 } };
const struct param person_tag_params[] = { { "tag", PARAM_TEXT, .max = 32, .label = N_("Tag") }, { "off", PARAM_BOOL }, { 0 } };
const struct param person_export_params[] = { { "export_reason", PARAM_REASON, .label = N_("Reason") }, { 0 } };
const struct param person_erase_params[] = { { "erase_reason", PARAM_REASON, .label = N_("Reason") }, { 0 } };

/* The words of an order and of a mail, as they are called in the shop. */
static const char *word_of(const char *state)
{
	static const struct { const char *state, *label; } words[] = {
		{ "draft", N_("Draft") }, { "pending", N_("Pending") }, { "paid", N_("Paid") }, { "in_production", N_("In production") },
		{ "ready", N_("Ready") }, { "shipped", N_("Shipped") }, { "delivered", N_("Delivered") }, { "closed", N_("Closed") },
		{ "returned", N_("Returned") }, { "cancelled", N_("Cancelled") },
		{ "waiting", N_("Waiting") }, { "done", N_("Sent") }, { "failed", N_("Not sent") }, { "dropped", N_("No longer wanted") },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].state, state) == 0)
			return words[i].label;
	return NULL;
}

static const char *said(struct req *r, const char *state)
{
	const char *word = word_of(state);

	return word == NULL ? state : req_text(r, word);
}

static void add_person(struct req *r, struct view *v, const struct row_people_head *p)
{
	struct view *person = view_sub(v, "person");

	view_text(person, "id", p->customer);
	view_text(person, "email", p->email);
	view_text(person, "store", p->store);
	view_text(person, "locale", *p->locale == '\0' ? NULL : p->locale);
	view_time(person, "made", p->made);
	view_time(person, "verified", p->verified);
	view_bool(person, "is_verified", p->has_verified);
	view_int(person, "sessions", p->sessions);
	view_bool(person, "business", strcmp(p->type, "business") == 0);
	profile_form_fields(r, v, &(struct profile){ p->name, p->phone, p->type, p->company, p->tax_id });
	form_text(r, v, "words", "");
	form_text(r, v, "tag", "");
	form_text(r, v, "export_reason", "");
	form_text(r, v, "erase_reason", "");
}

static void add_orders(struct req *r, struct view *v, struct rows *orders, struct rows *spent)
{
	bool may = console_may(r, "orders.view");

	for (size_t i = 0; i < rows_count(orders); i++) {
		const struct row_people_orders *o = row_people_orders_at(orders, i);
		struct view *item = view_item(v, "orders");

		view_text(item, "url", may && o->here ? mem_printf(r->mem, "%s/admin/orders/%s", r->prefix, o->order_id) : NULL);
		view_text(item, "number", o->number);
		view_text(item, "store", o->store);
		view_text(item, "word", said(r, o->word));
		view_time(item, "placed", o->placed);
		view_text(item, "currency", o->currency);
		view_money(item, "total", o->total);
	}
	view_bool(v, "has_orders", rows_count(orders) > 0);
	view_rows(v, "spent", spent);
}

static void add_mails(struct req *r, struct view *v, struct rows *mails)
{
	for (size_t i = 0; i < rows_count(mails); i++) {
		const struct row_people_mails *m = row_people_mails_at(mails, i);
		struct view *item = view_item(v, "mails");

		view_text(item, "template", m->template);
		view_text(item, "state", said(r, m->state));
		view_bool(item, "failed", strcmp(m->state, "failed") == 0);
		view_time(item, "at", m->has_done ? m->done : m->made);
	}
	view_bool(v, "has_mails", rows_count(mails) > 0);
}

/* What is known of what may be mailed: reminders of carts, which are asked for in a cart and refused by a
   link of the mail. */
static void add_consent(struct view *v, const struct row_people_head *p, struct rows *carts)
{
	bool asked = false;

	for (size_t i = 0; i < rows_count(carts); i++)
		asked |= row_people_carts_at(carts, i)->reminders;
	view_bool(v, "asked_reminders", asked && !p->has_no_reminders);
	view_bool(v, "refused_reminders", p->has_no_reminders);
	if (p->has_no_reminders)
		view_time(v, "refused_at", p->no_reminders);
}

void person_show(struct req *r)
{
	const char *id = path_text(r, "id"), *scope = people_scope(r, "customers.view");
	struct rows *head = q_people_head(r->db, scope, id), *addresses = q_people_addresses(r->db, id);
	struct rows *orders = q_people_orders(r->db, console_store(r), scope, id, ORDERS_SHOWN), *spent = q_people_spent(r->db, scope, id);
	struct rows *carts = q_people_carts(r->db, scope, id), *mails = q_people_mails(r->db, scope, id, MAILS_SHOWN);
	struct rows *notes = q_people_notes(r->db, id, NOTES_SHOWN), *tags = q_people_tags(r->db, id);
	struct rows *groups = person_groups(r), *twins = person_twins(r, id), *fields = person_fields_of(r, id);
	struct rows *credits = person_credits(r, id);
	const struct row_people_head *p = row_people_head(head);
	struct view *v;

	if (!rows_found(head)) {
		page_not_found(r);
		return;
	}
	v = console_view(r, "admin-customers/show", p->merged != NULL ? N_("Joined account") : p->has_erased ? N_("Forgotten customer") : *p->name != '\0' ? p->name : p->email);
	add_person(r, v, p);
	add_orders(r, v, orders, spent);
	add_mails(r, v, mails);
	view_rows(v, "addresses", addresses);
	view_bool(v, "has_addresses", rows_count(addresses) > 0);
	view_rows(v, "carts", carts);
	view_bool(v, "has_carts", rows_count(carts) > 0);
	add_consent(v, p, carts);
	view_rows(v, "notes", notes);
	view_rows(v, "tags", tags);
	person_add_fields(r, v, fields);
	person_add_credits(r, v, p->customer, credits);
	if (!p->has_erased)
		person_add_twins(r, v, id, twins);
	view_text(v, "merged_url", p->merged == NULL ? NULL : mem_printf(r->mem, "%s/admin/customers/%s", r->prefix, p->merged));
	view_bool(v, "erased", p->has_erased);
	person_add_groups(r, v, groups, p->price_group == NULL ? "" : p->price_group);
	view_bool(v, "may_group", !p->has_erased && console_may(r, "customers.groups"));
	view_bool(v, "may_edit", !p->has_erased && console_may(r, "customers.edit"));
	view_bool(v, "may_export", !p->has_erased && console_may_everywhere(r, "customers.export"));
	view_bool(v, "may_erase", !p->has_erased && console_may_everywhere(r, "customers.erase"));
	page_html(r, v);
}

static const char *person_url(struct req *r)
{
	return mem_printf(r->mem, "%s/admin/customers/%s", r->prefix, path_text(r, "id"));
}

void person_settle(struct req *r, const char *outcome, const char *field, const char *done)
{
	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", done);
		page_redirect(r, person_url(r));
	} else if (strcmp(outcome, "full") == 0) {
		page_decline(r, person_show, field, N_("A customer has at most 20 tags. Take one off first."));
	} else if (strcmp(outcome, "erased") == 0) {
		page_decline(r, person_show, NULL, N_("This customer was forgotten meanwhile. Nothing can be changed any more."));
	} else {
		page_not_found(r);
	}
}

void person_edit(struct req *r)
{
	const char *scope = people_scope(r, "customers.edit");
	struct rows *head = q_people_head(r->db, scope, path_text(r, "id"));
	struct profile p;

	if (!rows_found(head)) {
		page_not_found(r);
		return;
	}
	if (!profile_form_read(r, row_people_head(head)->country, &p)) {
		page_again(r, person_show);
		return;
	}
	person_settle(r, row_people_edit(q_people_edit(r->db, r->site->tenant, console_actor(r), scope, path_text(r, "id"), p.name, p.phone,
		p.type, p.company, p.tax_id))->outcome, "name", N_("The contact data are saved."));
}

void person_note(struct req *r)
{
	person_settle(r, row_people_note(q_people_note(r->db, r->site->tenant, console_actor(r), people_scope(r, "customers.edit"), path_text(r, "id"),
		param_text(r, "words")))->outcome, "words", N_("The note is kept. Only the house reads it."));
}

void person_tag(struct req *r)
{
	bool off = param_bool(r, "off");

	person_settle(r, row_people_tag(q_people_tag(r->db, r->site->tenant, console_actor(r), people_scope(r, "customers.edit"), path_text(r, "id"),
		param_text(r, "tag"), !off, TAGS_MOST))->outcome, "tag", off ? N_("The tag is gone.") : N_("The tag is on it."));
}

/* Both concern what is known of somebody in every store of the merchant. */
static bool everywhere(struct req *r, const char *permission)
{
	if (console_may_everywhere(r, permission))
		return true;
	page_forbidden(r, N_("Your role must hold this in all stores: what is known of a customer belongs to the whole merchant."));
	return false;
}

void person_export(struct req *r)
{
	struct rows *rows;

	if (!everywhere(r, "customers.export"))
		return;
	rows = q_people_export(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_text(r, "export_reason"));
	if (row_people_export(rows)->data == NULL) {
		page_not_found(r);
		return;
	}
	page_header(r, "Content-Disposition", mem_printf(r->mem, "attachment; filename=\"customer-%s.json\"", path_text(r, "id")));
	page_text(r, "application/json", row_people_export(rows)->data);
}

void person_erase(struct req *r)
{
	if (!everywhere(r, "customers.erase"))
		return;
	person_settle(r, row_people_erase(q_people_erase(r->db, r->site->tenant, console_actor(r), path_text(r, "id"), param_text(r, "erase_reason")))->outcome,
	       "erase_reason", N_("The customer is forgotten."));
}
