/* deliver -- send the mails that wait in the outbox.  Manual: sutler-deliver(8). */
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/job.h"
#include "db/query/letter.h"
#include "shop/letter.h"

#include "notify/notifier.h"

#include <inttypes.h>
#include <string.h>

enum {
	MAILS_IN_A_ROUND = 50,          /* then look at the queue again: new orders go first by time */
	FIRST_WAIT_S = 60,              /* after the first failed try, doubled with each further one */
	MOST_WAIT_S = 4 * 60 * 60,
	TRIES = 12,                     /* with these waits a mail is given up after about a day */
	DOWN_WAIT_S = 60,               /* a mail whose server was away: this try does not count */
	DOWN_PAUSE_S = 10               /* the server is left in peace */
};

struct delivery {
	struct notify_session *session;
	struct letter_desk *desk;
	int64_t down_until_us;          /* of clock_steady_us() */
};

static bool start(struct job_run *j)
{
	struct delivery *d = mem_new(j->all, struct delivery);
	struct notify_settings s;

	if (!notify_configured(j->all, &s))
		return false;
	d->session = notifier_smtp.open(j->all, &s);
	d->desk = letter_desk_new(j->all, config_text("paths.templates"), config_text("paths.messages"));
	j->data = d;
	return true;
}

static void finish(struct job_run *j, const struct row_mail_due *due, const char *state, const char *error)
{
	job_begin(j, due->tenant);
	q_mail_finish(j->db, due->tenant, due->outbox, state, error, DOWN_WAIT_S);
	/* Not booked: the mail goes out once more, with the same Message-ID. */
	if (!job_commit(j))
		job_wrong(j);
}

static void say(const char *message, const struct row_mail_due *due, const struct letter_item *item, const char *reason)
{
	log_warn(message, "tenant", due->tenant, "outbox", due->outbox, "template", item->template,
		 "reason", reason, NULL);
}

static enum notify_outcome send_letter(struct job_run *j, const struct row_mail_due *due,
				       const struct letter *l, const char **reason)
{
	struct delivery *d = j->data;
	struct notice_file file = { l->file_name, l->file_type, l->file, l->file_size };
	struct notice n = {
		.id = due->outbox, .host = l->host, .date_ms = clock_ms(),
		.from = *l->reply_to != '\0' ? l->reply_to : config_text("mail.from_fallback"),
		.from_name = l->from_name, .reply_to = l->reply_to, .to = l->to, .to_name = l->to_name,
		.subject = l->subject, .text = l->text, .html = l->html, .stop_url = l->stop_url,
		.files = &file, .nfiles = l->file != NULL,
	};

	return notifier_smtp.send(d->session, &n, reason);
}

/* Books what became of a try; true when a mail went out. */
static bool book(struct job_run *j, const struct row_mail_due *due, const struct letter_item *item,
		 int64_t attempt, enum notify_outcome outcome, const char *reason)
{
	struct delivery *d = j->data;

	switch (outcome) {
	case NOTIFY_SENT:
		finish(j, due, "done", "");
		return true;
	case NOTIFY_DOWN:
		say("mail server is away", due, item, reason);
		finish(j, due, "again", reason);
		d->down_until_us = clock_steady_us() + DOWN_PAUSE_S * INT64_C(1000000);
		return false;
	case NOTIFY_LATER:
		say(attempt >= TRIES ? "mail was given up" : "mail could not be sent", due, item, reason);
		finish(j, due, attempt >= TRIES ? "failed" : "waiting", reason);
		return false;
	case NOTIFY_REFUSED:
		break;
	}
	say("mail was refused", due, item, reason);
	finish(j, due, "failed", reason);
	return false;
}

/* Tokens and try are committed before anything leaves the house. */
static struct letter_draft *take(struct job_run *j, const struct row_mail_due *due,
				 struct letter_item *item, int64_t *attempt)
{
	struct letter_draft *draft = NULL;
	struct rows *taken;

	job_begin(j, due->tenant);
	taken = q_mail_take(j->db, due->tenant, due->outbox, FIRST_WAIT_S, MOST_WAIT_S);
	if (rows_found(taken)) {
		const struct row_mail_take *row = row_mail_take(taken);

		*item = (struct letter_item){ .tenant = due->tenant, .store = row->store, .template = row->template,
			.order = row->order, .cart = row->cart, .customer = row->customer, .change = row->change, .locale = row->locale, .currency = row->currency };
		*attempt = row->attempt;
		draft = letter_gather(j->mem, j->db, item);
	}
	if (job_commit(j))
		return draft;
	job_wrong(j);
	return NULL;
}

static bool deliver_one(struct job_run *j, const struct row_mail_due *due)
{
	struct delivery *d = j->data;
	struct letter_item item;
	struct letter letter;
	enum notify_outcome outcome;
	int64_t attempt = 0;
	const char *reason = "";
	struct letter_draft *draft = take(j, due, &item, &attempt);

	if (draft == NULL)
		return false;
	switch (letter_write(d->desk, j->mem, draft, &letter)) {
	case LETTER_UNWANTED:
		finish(j, due, "dropped", "");
		return false;
	case LETTER_UNKNOWN:
		say("mail cannot be written", due, &item, "");
		finish(j, due, "failed", "cannot be written");
		job_wrong(j);
		return false;
	case LETTER_WRITTEN:
		break;
	}
	outcome = send_letter(j, due, &letter, &reason);
	return book(j, due, &item, attempt, outcome, reason);
}

static int64_t round_of_mails(struct job_run *j)
{
	struct delivery *d = j->data;
	void *mem = j->mem;
	struct rows *due;
	int64_t sent = 0;

	if (clock_steady_us() < d->down_until_us)
		return 0;
	job_begin(j, NULL);
	due = q_mail_due(j->db, MAILS_IN_A_ROUND);
	if (!job_commit(j))
		return 0;
	for (size_t i = 0; i < rows_count(due) && !job_stopping(j) && clock_steady_us() >= d->down_until_us; i++) {
		j->mem = mem_context(mem, "mail");
		sent += deliver_one(j, row_mail_due_at(due, i));
		mem_free(j->mem);
	}
	j->mem = mem;
	return sent;
}

int main(int argc, char **argv)
{
	static const struct job job = {
		.name = "deliver", .resident = true, .start = start, .round = round_of_mails,
	};

	return job_run(&job, argc, argv);
}
