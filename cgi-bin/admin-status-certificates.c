/* The certificates of the merchant's hosts: a table of states in the words of somebody who has a shop. */
#include "admin-status.h"

#include <string.h>

static const struct { const char *state, *label, *kind; bool bad; } states[] = {
	{ "unreached", N_("not reached"), "bad", true },
	{ "misnamed", N_("for another name"), "bad", true },
	{ "ended", N_("has ended"), "bad", true },
	{ "untrusted", N_("browsers warn of it"), "bad", true },
	{ "ends", N_("ends within 14 days"), "warn", false },
	{ "unseen", N_("not yet looked at"), "", false },
	{ "good", N_("good"), "ok", false },
};

static size_t state_of(const struct row_status_certificates *c)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(states[i].state, c->state) == 0)
			return i;
	BUG("a certificate is %s", c->state);
}

int64_t status_certificates_bad(const struct status *s)
{
	int64_t n = 0;

	for (size_t i = 0; i < rows_count(s->certificates); i++)
		n += states[state_of(row_status_certificates_at(s->certificates, i))].bad;
	return n;
}

int64_t status_certificates_end(const struct status *s)
{
	int64_t n = 0;

	for (size_t i = 0; i < rows_count(s->certificates); i++)
		n += strcmp(row_status_certificates_at(s->certificates, i)->state, "ends") == 0;
	return n;
}

void status_certificates(struct req *r, struct view *v, const struct status *s)
{
	bool any = false;

	for (size_t i = 0; i < rows_count(s->certificates); i++) {
		const struct row_status_certificates *c = row_status_certificates_at(s->certificates, i);
		struct view *item = view_item(v, "certificates");
		size_t state = state_of(c);

		any |= c->has_looked;
		view_text(item, "host", c->host);
		view_text(item, "state", req_text(r, states[state].label));
		view_text(item, "kind", states[state].kind);
		view_bool(item, "has_ends", c->has_ends);
		if (c->has_ends)
			view_time(item, "ends", c->ends);
		view_text(item, "issuer", c->issuer);
		view_bool(item, "has_looked", c->has_looked);
		if (c->has_looked)
			view_time(item, "looked", c->looked);
	}
	/* Where nobody asks, as behind a proxy that has the certificates, there is nothing to tell. */
	view_bool(v, "has_certificates", any);
}
