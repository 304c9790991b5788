/* What is done to an order: each handler is the call of one SQL function, whose word decides. */
#include "admin-orders.h"

#include "base/id.h"
#include "base/mem.h"

#include <string.h>

/* Lines are numbered from 1; no order has more than the pricing engine takes. */
#define LINES_MAX 200
#define PIECES_MAX 10000

/* Two lists that run side by side: a line, and how many pieces of it; an empty or 0 count leaves the line out. */
#define LINE_LISTS \
	{ "line",   PARAM_LIST, .of = PARAM_INT, .min = 1, .max = LINES_MAX, .optional = "" }, \
	{ "pieces", PARAM_LIST, .of = PARAM_INT, .min = 0, .max = LINES_MAX, .optional = "", .blanks = true }

struct pieces {
	int64_t *lines, *counts;
	size_t n;
};

static struct pieces given_pieces(struct req *r)
{
	size_t nlines = 0, ncounts = 0;
	const int64_t *lines = param_list_int(r, "line", &nlines), *counts = param_list_int(r, "pieces", &ncounts);
	struct pieces p = { mem_array(r->mem, int64_t, LINES_MAX), mem_array(r->mem, int64_t, LINES_MAX), 0 };

	for (size_t i = 0; i < nlines && i < ncounts && i < LINES_MAX; i++) {
		if (counts[i] < 1)
			continue;
		p.lines[p.n] = lines[i];
		p.counts[p.n++] = counts[i] < PIECES_MAX ? counts[i] : PIECES_MAX;
	}
	return p;
}

static const char *text(struct req *r, const char *name)
{
	const char *value = param_text(r, name);

	return value == NULL ? "" : value;
}

/* ---- notes, tags, money in, calling off -------------------------------------------------------------- */

const struct param note_params[] = {
	{ "words", PARAM_BLOCK, .max = 2000, .label = N_("Note") },
	{ "shown", PARAM_BOOL },
	{ 0 }
};

void act_note(struct req *r)
{
	bool shown = param_bool(r, "shown");

	desk_settle(r, row_desk_note(q_desk_note(r->db, DESK_WHO(r), path_text(r, "id"), shown, text(r, "words")))->outcome, "words",
		    shown ? N_("The buyer gets it by mail and reads it on the page of the order.") : N_("The note is kept. Only the house reads it."));
}

const struct param tag_params[] = {
	{ "tag", PARAM_TEXT, .max = 32, .label = N_("Tag") },
	{ "off", PARAM_BOOL },
	{ 0 }
};

void act_tag(struct req *r)
{
	bool off = param_bool(r, "off");

	desk_settle(r, row_desk_tag(q_desk_tag(r->db, DESK_WHO(r), path_text(r, "id"), text(r, "tag"), !off))->outcome, "tag",
		    off ? N_("The tag is gone.") : N_("The tag is on it."));
}

const struct param pay_params[] = {
	{ "reference", PARAM_TEXT, .max = 100, .label = N_("Reference") },
	{ "due",       PARAM_INT, .optional = "" },
	{ 0 }
};

void act_pay(struct req *r)
{
	int64_t due = param_int(r, "due");

	desk_settle(r, row_desk_pay(q_desk_pay(r->db, DESK_WHO(r), path_text(r, "id"), text(r, "reference"), param_given(r, "due") ? &due : NULL))->outcome, "reference",
		    N_("The order is paid."));
}

const struct param cancel_params[] = {
	{ "cancel_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

void act_cancel(struct req *r)
{
	desk_settle(r, row_desk_cancel(q_desk_cancel(r->db, DESK_WHO(r), path_text(r, "id"), text(r, "cancel_reason")))->outcome, "cancel_reason",
		    N_("The order is cancelled: its stock is free, money of a card goes back."));
}

static const char *const steps[] = { "produce", "make_ready", "deliver", "close", NULL };

const struct param step_params[] = {
	{ "event", PARAM_CHOICE, .choices = steps, .label = N_("Step") },
	{ 0 }
};

void act_step(struct req *r)
{
	const char *event = text(r, "event"), *id = path_text(r, "id"), *outcome;

	if (strcmp(event, "close") == 0)
		outcome = row_desk_close(q_desk_close(r->db, DESK_WHO(r), id))->outcome;
	else
		outcome = row_desk_step(q_desk_step(r->db, DESK_WHO(r), id, event))->outcome;
	desk_settle(r, outcome, NULL, N_("Done."));
}

/* ---- a parcel without list and scan ----------------------------------------------------------------- */

const struct param ship_params[] = {
	LINE_LISTS,
	{ "carrier",  PARAM_TEXT, .max = 60, .label = N_("Carrier") },
	{ "tracking", PARAM_TEXT, .max = 60, .optional = "", .label = N_("Tracking number") },
	{ "url",      PARAM_TEXT, .max = 300, .optional = "", .label = N_("Tracking link") },
	{ 0 }
};

void act_ship(struct req *r)
{
	struct pieces p = given_pieces(r);
	const char *outcome = row_desk_ship(q_desk_ship(r->db, DESK_WHO(r), path_text(r, "id"), p.lines, p.n, p.counts, p.n,
		text(r, "carrier"), text(r, "tracking"), text(r, "url")))->outcome;

	desk_settle(r, outcome, strcmp(outcome, "url") == 0 ? "url" : NULL, N_("The parcel is on its way; the buyer is told."));
}

/* ---- money back -------------------------------------------------------------------------------------- */

const struct param refund_params[] = {
	LINE_LISTS,
	{ "amount",        PARAM_TEXT, .max = AMOUNT_TYPED_MAX, .optional = "", .label = N_("Amount") },
	{ "refund_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

static void refunded(struct req *r, const struct call_answer *a)
{
	if (a->outcome == CALL_OK && strcmp(a->state, "done") == 0)
		page_flash(r, "ok", N_("The money is given back."));
	else if (a->outcome == CALL_DECLINE)
		page_flash(r, "bad", N_("The payment service refuses to give it back. It stands below, with what it said."));
	else
		page_flash(r, "info", N_("The refund is asked for. Its answer is not known yet: it will stand below."));
	page_redirect(r, desk_url(r, path_text(r, "id"), ""));
}

static const char *const by_hand = N_("The refund is booked as given back by hand.");

/* The refund is written down; one that goes by a gateway is sent there behind the COMMIT. */
static void send_refund(struct req *r, const char *outcome, const char *refund, bool gateway, const char *field, const char *done)
{
	if (strcmp(outcome, "ok") != 0 || !gateway) {
		desk_settle(r, outcome, field, done);
		return;
	}
	page_call_repeated(r, desk_url(r, path_text(r, "id"), ""));
	page_call(r, "payment.refund", refund, refunded);
}

/* The amount of money back in the order's own currency; *ASKED is NULL when none was typed: what is due.  False after an answer. */
static bool amount_back(struct req *r, const char *field, int64_t *minor, const int64_t **asked)
{
	struct rows *found = q_desk_order_currency(r->db, console_store(r), path_text(r, "id"));

	*asked = NULL;
	if (*text(r, field) == '\0')
		return true;
	if (!rows_found(found)) {
		page_not_found(r);
		return false;
	}
	if (!desk_read_amount(r, field, row_desk_order_currency(found)->currency, minor)) {
		page_again(r, desk_order);
		return false;
	}
	*asked = minor;
	return true;
}

void act_refund(struct req *r)
{
	struct pieces p = given_pieces(r);
	const char *refund = mem_strdup(r->mem, id_new().text);
	const struct row_desk_refund *f;
	const int64_t *asked;
	int64_t amount;

	if (!amount_back(r, "amount", &amount, &asked))
		return;
	f = row_desk_refund(q_desk_refund(r->db, DESK_WHO(r), path_text(r, "id"), asked, p.lines, p.n, p.counts, p.n, text(r, "refund_reason"), refund));
	send_refund(r, f->outcome, refund, f->gateway, "amount", by_hand);
}

/* ---- what a bank keeps for us -------------------------------------------------------------------------- */

const struct param capture_params[] = {
	{ "capture_amount", PARAM_TEXT, .max = AMOUNT_TYPED_MAX, .label = N_("Amount") },
	{ 0 }
};
const struct param release_params[] = { { "release_reason", PARAM_REASON, .label = N_("Reason") }, { 0 } };

static void hold_ended(struct req *r, const struct call_answer *a, const char *done, const char *refused)
{
	if (a->outcome == CALL_OK)
		page_flash(r, "ok", done);
	else if (a->outcome == CALL_DECLINE)
		page_flash(r, "bad", refused);
	else
		page_flash(r, "info", N_("It is asked for. The payment service has not answered yet: it is asked again by itself."));
	page_redirect(r, desk_url(r, path_text(r, "id"), ""));
}

static void capture_told(struct req *r, const struct call_answer *a)
{
	hold_ended(r, a, N_("The money is captured."), N_("The payment service refuses to capture it. Nothing was taken; it stands below, with what it said."));
}

static void release_told(struct req *r, const struct call_answer *a)
{
	hold_ended(r, a, N_("The authorisation is let go; nothing was taken."), N_("The payment service refuses to let it go. It stands below, with what it said."));
}

static void end_hold(struct req *r, const char *outcome, const char *intent, const char *call, const char *field,
		     void (*told)(struct req *r, const struct call_answer *a))
{
	if (strcmp(outcome, "unknown") == 0 || *outcome == '\0') {
		page_not_found(r);
		return;
	}
	if (strcmp(outcome, "ok") != 0) {
		page_decline(r, desk_order, field, desk_sentence(mem_printf(r->mem, "hold_%s", outcome)));
		return;
	}
	page_call_repeated(r, desk_url(r, path_text(r, "id"), ""));
	page_call(r, call, intent, told);
}

void act_capture(struct req *r)
{
	const struct row_desk_capture *c;
	const int64_t *asked;
	int64_t amount = 0;

	if (!amount_back(r, "capture_amount", &amount, &asked))
		return;
	c = row_desk_capture(q_desk_capture(r->db, DESK_WHO(r), path_text(r, "id"), amount));
	end_hold(r, c->outcome, c->intent, "payment.capture", "capture_amount", capture_told);
}

void act_release(struct req *r)
{
	const struct row_desk_release *c = row_desk_release(q_desk_release(r->db, DESK_WHO(r), path_text(r, "id"), text(r, "release_reason")));

	end_hold(r, c->outcome, c->intent, "payment.release", NULL, release_told);
}

const struct param return_refund_params[] = {
	{ "back_amount", PARAM_TEXT, .max = AMOUNT_TYPED_MAX, .optional = "", .label = N_("Amount") },
	{ "back_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

void act_return_refund(struct req *r)
{
	const char *refund = mem_strdup(r->mem, id_new().text);
	struct rows *done, *goes;
	const int64_t *asked;
	int64_t amount;

	if (!amount_back(r, "back_amount", &amount, &asked))
		return;
	done = q_desk_return_refund(r->db, DESK_WHO(r), path_text(r, "id"), path_text(r, "return"), asked, text(r, "back_reason"), refund);
	goes = q_desk_refund_goes(r->db, refund);
	send_refund(r, row_desk_return_refund(done)->outcome, refund, row_desk_refund_goes(goes)->gateway, "back_amount",
		row_desk_refund_goes(goes)->set_off ? N_("It is taken off what is due.") : by_hand);
}

/* ---- goods back --------------------------------------------------------------------------------------- */

static const char *const wishes[] = { "refund", "exchange", NULL };
static const char *const why[] = { "size", "unlike", "faulty", "wrong", "late", "mind", "other", NULL };

const struct param goods_back_params[] = {
	LINE_LISTS,
	{ "wish",          PARAM_CHOICE, .choices = wishes, .label = N_("Wish") },
	{ "return_reason", PARAM_CHOICE, .choices = why, .label = N_("Reason") },
	{ "return_words",  PARAM_BLOCK, .max = 2000, .optional = "", .label = N_("Words") },
	{ 0 }
};

void act_return(struct req *r)
{
	struct pieces p = given_pieces(r);

	desk_settle(r, row_desk_return(q_desk_return(r->db, DESK_WHO(r), path_text(r, "id"), mem_strdup(r->mem, id_new().text), text(r, "wish"),
		text(r, "return_reason"), text(r, "return_words"), p.lines, p.n, p.counts, p.n))->outcome, NULL, N_("The return is open."));
}

static const char *const decisions[] = { "approve", "refuse", "withdraw", NULL };

const struct param decide_params[] = {
	{ "event",  PARAM_CHOICE, .choices = decisions, .label = N_("Decision") },
	{ "answer", PARAM_BLOCK, .max = 2000, .optional = "", .label = N_("Answer to the buyer") },
	{ 0 }
};

void act_decide(struct req *r)
{
	desk_settle(r, row_desk_return_decide(q_desk_return_decide(r->db, DESK_WHO(r), path_text(r, "id"), path_text(r, "return"), text(r, "event"),
		text(r, "answer")))->outcome, "answer", N_("It is decided; the buyer is told."));
}

const struct param receive_params[] = {
	LINE_LISTS,
	{ "warehouse", PARAM_ID, .label = N_("Warehouse") },
	{ 0 }
};

/* A line with 0 pieces did not come: it is told as well, for a line not named came whole. */
void act_receive(struct req *r)
{
	size_t nlines = 0, ncounts = 0, n;
	const int64_t *lines = param_list_int(r, "line", &nlines), *counts = param_list_int(r, "pieces", &ncounts);

	n = nlines < ncounts ? nlines : ncounts;
	desk_settle(r, row_desk_return_receive(q_desk_return_receive(r->db, DESK_WHO(r), path_text(r, "id"), path_text(r, "return"),
		param_id(r, "warehouse"), lines, n, counts, n))->outcome, NULL, N_("The goods are here. Please look at each piece."));
}

static const char *const verdict_words[] = { "restock", "scrap", "quarantine", "release_restock", "release_scrap", NULL };

const struct param inspect_params[] = {
	{ "line",    PARAM_INT, .min = 1, .max = LINES_MAX, .label = N_("Line") },
	{ "pieces",  PARAM_QUANTITY, .label = N_("Pieces") },
	{ "verdict", PARAM_CHOICE, .choices = verdict_words, .label = N_("What becomes of it") },
	{ "inspect_reason", PARAM_TEXT, .max = 200, .optional = "", .label = N_("Reason") },
	{ 0 }
};

void act_inspect(struct req *r)
{
	const char *verdict = text(r, "verdict"), *outcome, *id = path_text(r, "id"), *back = path_text(r, "return");
	int64_t line = param_int(r, "line"), pieces = param_int(r, "pieces");

	if (strncmp(verdict, "release_", 8) == 0)
		outcome = row_desk_return_release(q_desk_return_release(r->db, DESK_WHO(r), id, back, line, verdict + 8, pieces,
			text(r, "inspect_reason")))->outcome;
	else
		outcome = row_desk_return_inspect(q_desk_return_inspect(r->db, DESK_WHO(r), id, back, line, verdict, pieces,
			text(r, "inspect_reason")))->outcome;
	desk_settle(r, outcome, strcmp(outcome, "reason") == 0 ? "inspect_reason" : NULL, N_("It is noted."));
}

/* Other goods for them: an order that staff put together, which they pay. */
void act_exchange(struct req *r)
{
	const char *draft = mem_strdup(r->mem, id_new().text);
	const char *outcome = row_desk_exchange(q_desk_exchange(r->db, DESK_WHO(r), path_text(r, "id"), path_text(r, "return"), draft))->outcome;

	if (strcmp(outcome, "ok") == 0)
		page_redirect(r, mem_printf(r->mem, "%s/admin/orders/drafts/%s", r->prefix, draft));
	else
		desk_settle(r, outcome, NULL, "");
}

/* ---- downloads ---------------------------------------------------------------------------------------------- */

const struct param renew_params[] = {
	{ "renew_reason", PARAM_REASON, .label = N_("Reason") },
	{ 0 }
};

void act_renew(struct req *r)
{
	const char *outcome = row_desk_downloads_renew(q_desk_downloads_renew(r->db, DESK_WHO(r), path_text(r, "id"), text(r, "renew_reason")))->outcome;

	desk_settle(r, strcmp(outcome, "none") == 0 ? "over" : outcome, "renew_reason", N_("Time and number begin anew; the buyer gets a mail with a fresh link."));
}
