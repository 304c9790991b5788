/* Two accounts of one person: finding them, side by side, and making one of them. */
#include "admin-customers.h"

#include "base/mem.h"
#include "shop/cart.h"

#include <string.h>

const struct param merge_show_params[] = {
	{ "other", PARAM_ID, .optional = "" },
	{ "mail",  PARAM_TEXT, .max = 254, .optional = "", .label = N_("Mail address of the other account") },
	{ 0 }
};
const struct param merge_params[] = {
	{ "other",  PARAM_ID },
	{ "keep",   PARAM_ID, .label = N_("Which one stays") },
	{ "reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static bool may(struct req *r)
{
	return console_may_everywhere(r, "customers.merge");
}

static const char *merge_url(struct req *r, const char *customer, const char *other)
{
	return mem_printf(r->mem, "%s/admin/customers/%s/merge%s%s", r->prefix, customer, other == NULL ? "" : "?other=", other == NULL ? "" : other);
}

/* ---- who may be the same ---------------------------------------------------------------- */

static const char *why(struct req *r, const char *words)
{
	static const struct { const char *word, *sentence; } reasons[] = {
		{ "phone", N_("same telephone number") }, { "tax", N_("same tax number") }, { "name", N_("same name and postal code") },
	};
	const char *said = "";

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (strstr(words, reasons[i].word) != NULL)
			said = mem_concat(r->mem, said, *said == '\0' ? "" : ", ", req_text(r, reasons[i].sentence));
	return said;
}

struct rows *person_twins(struct req *r, const char *customer)
{
	return may(r) ? q_people_twins(r->db, customer) : NULL;
}

void person_add_twins(struct req *r, struct view *v, const char *customer, struct rows *twins)
{
	size_t n = twins == NULL ? 0 : rows_count(twins);

	for (size_t i = 0; i < n; i++) {
		const struct row_people_twins *t = row_people_twins_at(twins, i);
		struct view *item = view_item(v, "twins");

		view_text(item, "url", merge_url(r, customer, t->customer));
		view_text(item, "name", *t->name != '\0' ? t->name : t->email);
		view_text(item, "email", t->email);
		view_text(item, "store", t->store);
		view_text(item, "why", why(r, t->why));
	}
	view_bool(v, "has_twins", n > 0);
	view_bool(v, "may_merge", twins != NULL);
	view_text(v, "merge_url", merge_url(r, customer, NULL));
}

/* ---- side by side ------------------------------------------------------------------------- */

static const char *number(struct req *r, int64_t n)
{
	return mem_printf(r->mem, "%lld", (long long)n);
}

static void add_line(struct req *r, struct view *v, const char *label, const char *left, const char *right)
{
	struct view *item = view_item(v, "lines");

	view_text(item, "label", req_text(r, label));
	view_text(item, "left", left);
	view_text(item, "right", right);
	view_bool(item, "same", strcmp(left, right) == 0);
}

static const char *kind_of(struct req *r, const struct row_people_pair *p)
{
	return req_text(r, strcmp(p->type, "business") == 0 ? N_("Business") : N_("Private"));
}

static const char *yes(struct req *r, bool is)
{
	return req_text(r, is ? N_("Yes") : N_("No"));
}

static void add_pair(struct req *r, struct view *v, const struct row_people_pair *a, const struct row_people_pair *b)
{
	static const struct form_option none = { 0 };
	struct form_option keep[2] = { none, none };
	struct view *times = view_sub(v, "pair");

	keep[0] = (struct form_option){ a->customer, a->email };
	keep[1] = (struct form_option){ b->customer, b->email };
	form_options(r, v, "keeps", "keep", keep, 2, a->customer);
	view_text(times, "left", a->email);
	view_text(times, "right", b->email);
	view_text(times, "left_url", mem_printf(r->mem, "%s/admin/customers/%s", r->prefix, a->customer));
	view_text(times, "right_url", mem_printf(r->mem, "%s/admin/customers/%s", r->prefix, b->customer));
	view_time(times, "left_made", a->made);
	view_time(times, "right_made", b->made);
	add_line(r, v, N_("Name"), a->name, b->name);
	add_line(r, v, N_("Address proven"), yes(r, a->verified), yes(r, b->verified));
	add_line(r, v, N_("Phone"), a->phone, b->phone);
	add_line(r, v, N_("Kind"), kind_of(r, a), kind_of(r, b));
	add_line(r, v, N_("Company"), a->company, b->company);
	add_line(r, v, N_("Tax number"), a->tax_id, b->tax_id);
	add_line(r, v, N_("Price group"), a->price_group == NULL ? "" : a->price_group, b->price_group == NULL ? "" : b->price_group);
	add_line(r, v, N_("Store"), a->store, b->store);
	add_line(r, v, N_("Orders"), number(r, a->orders), number(r, b->orders));
	add_line(r, v, N_("Addresses"), number(r, a->addresses), number(r, b->addresses));
	add_line(r, v, N_("Notes"), number(r, a->notes), number(r, b->notes));
	add_line(r, v, N_("Tags"), a->tags, b->tags);
	add_line(r, v, N_("Pieces in carts"), number(r, a->pieces), number(r, b->pieces));
	add_line(r, v, N_("Wants no reminders"), yes(r, a->no_reminders), yes(r, b->no_reminders));
}

/* The other account: by its id, or by the mail address that was typed; NULL for none yet, "" for none there. */
static const char *other_of(struct req *r)
{
	const char *mail = r->method == GET ? param_text(r, "mail") : NULL;
	struct rows *found;

	if (param_id(r, "other") != NULL)
		return param_id(r, "other");
	if (mail == NULL || *mail == '\0')
		return NULL;
	found = q_people_by_mail(r->db, mail);
	return rows_found(found) ? row_people_by_mail(found)->customer : "";
}

void merge_show(struct req *r)
{
	const char *id = path_text(r, "id"), *other;
	struct rows *pair, *twins;
	struct view *v;
	bool two;

	if (!may(r)) {
		page_forbidden(r, N_("Your role must hold this in all stores: what is known of a customer belongs to the whole merchant."));
		return;
	}
	other = other_of(r);
	pair = q_people_pair(r->db, id, other == NULL || *other == '\0' ? id : other);
	twins = q_people_twins(r->db, id);
	if (!rows_found(pair) || strcmp(row_people_pair_at(pair, 0)->customer, id) != 0) {
		page_not_found(r);
		return;
	}
	two = rows_count(pair) == 2;
	v = console_view(r, "admin-customers/merge", N_("Join two accounts"));
	view_text(v, "email", row_people_pair_at(pair, 0)->email);
	view_text(v, "person_url", mem_printf(r->mem, "%s/admin/customers/%s", r->prefix, id));
	view_text(v, "other", two ? other : NULL);
	view_bool(v, "no_other", other != NULL && !two);
	view_bool(v, "two", two);
	person_add_twins(r, v, id, twins);
	form_text(r, v, "mail", r->method == GET && param_text(r, "mail") != NULL ? param_text(r, "mail") : "");
	form_text(r, v, "reason", "");
	if (two)
		add_pair(r, v, row_people_pair_at(pair, 0), row_people_pair_at(pair, 1));
	page_html(r, v);
}

/* ---- one of two ------------------------------------------------------------------------------ */

void merge(struct req *r)
{
	const char *id = path_text(r, "id"), *other = param_id(r, "other"), *keep = param_id(r, "keep"), *outcome;

	if (!may(r)) {
		page_forbidden(r, N_("Your role must hold this in all stores: what is known of a customer belongs to the whole merchant."));
		return;
	}
	if (strcmp(keep, id) != 0 && strcmp(keep, other) != 0) {
		page_bad_request(r);
		return;
	}
	outcome = row_people_merge(q_people_merge(r->db, r->site->tenant, console_actor(r), keep, strcmp(keep, id) == 0 ? other : id,
		CART_MAX_LINES, param_text(r, "reason")))->outcome;
	if (strcmp(outcome, "ok") == 0) {
		page_flash(r, "ok", N_("The two accounts are one now. Proven addresses are told by mail."));
		page_redirect(r, mem_printf(r->mem, "%s/admin/customers/%s", r->prefix, keep));
	} else if (strcmp(outcome, "leaving") == 0) {
		page_decline(r, merge_show, "keep", N_("One of the two has asked to be forgotten: that comes first."));
	} else if (strcmp(outcome, "same") == 0) {
		page_bad_request(r);
	} else {
		/* One was joined or forgotten meanwhile, or never was. */
		page_not_found(r);
	}
}
