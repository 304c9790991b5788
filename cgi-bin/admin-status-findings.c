/* What needs somebody: a table of judgements over the figures, worst first. */
#include "admin-status.h"

#include "base/mem.h"

enum {
	MAIL_LATE_S = 30 * 60,          /* a mail server that greets slowly lets it through by then */
	SEAL_LATE_S = 10 * 60,          /* the job seals every few seconds */
	MONEY_LATE_S = 60 * 60,         /* reconcile-payments asks several times in that */
	ERRORS_PERMILLE = 10,           /* one answer in a hundred */
	SLOW_PERMILLE = 50              /* one page in twenty took above 2 s */
};

struct finding {
	bool (*found)(const struct status *s);
	int64_t (*count)(const struct status *s);       /* NULL: nothing is counted */
	bool bad;                       /* something is broken; else people should look */
	const char *what, *advice;      /* N_() */
	const char *path, *link;        /* where it is mended, and what leads there; may */
	const char *permission;         /* of that place */
};

static bool older(const struct status *s, bool has, int64_t since_ms, int64_t seconds)
{
	return has && s->now_ms - since_ms > seconds * 1000;
}

static bool mails_late(const struct status *s) { return older(s, s->figures->has_oldest, s->figures->oldest, MAIL_LATE_S); }
static int64_t mails(const struct status *s) { return s->figures->waiting; }
static bool mails_failed(const struct status *s) { return s->figures->failed > 0; }
static int64_t failed(const struct status *s) { return s->figures->failed; }
static bool seal_late(const struct status *s) { return older(s, s->figures->has_unsealed_since, s->figures->unsealed_since, SEAL_LATE_S); }
static int64_t unsealed(const struct status *s) { return s->figures->unsealed; }
static bool money_unknown(const struct status *s) { return older(s, s->figures->has_unknown_since, s->figures->unknown_since, MONEY_LATE_S); }
static int64_t unknown(const struct status *s) { return s->figures->unknown; }
static bool money_work(const struct status *s) { return s->figures->open_work > 0; }
static int64_t work(const struct status *s) { return s->figures->open_work; }
static bool stock_short(const struct status *s) { return s->figures->lacking > 0; }
static int64_t lacking(const struct status *s) { return s->figures->lacking; }
static bool stock_low(const struct status *s) { return s->figures->low > 0; }
static int64_t low(const struct status *s) { return s->figures->low; }
static bool holds_stale(const struct status *s) { return s->figures->stale_holds > 0; }
static int64_t stale(const struct status *s) { return s->figures->stale_holds; }
static bool certificates_bad(const struct status *s) { return status_certificates_bad(s) > 0; }
static bool certificates_end(const struct status *s) { return status_certificates_end(s) > 0; }
static bool disk_full(const struct status *s) { return s->has_disk && room_state(&s->disk) == ROOM_SHORT; }
static bool disk_low(const struct status *s) { return s->has_disk && room_state(&s->disk) == ROOM_LOW; }
static bool errors(const struct status *s) { return s->errors_permille >= ERRORS_PERMILLE; }
static bool slow(const struct status *s) { return s->slow_permille >= SLOW_PERMILLE; }

static const struct finding table[] = {
	{ disk_full, NULL, true, N_("The disk is almost full."),
	  N_("Ask whoever runs the server to make room today: a full disk stops the shop."), NULL, NULL, NULL },
	{ errors, NULL, true, N_("More than one page in a hundred failed in the last hour."),
	  N_("Visitors were shown an error. Tell whoever runs the server; its log names each of them."), NULL, NULL, NULL },
	{ certificates_bad, status_certificates_bad, true, N_("Addresses of which browsers warn, or which do not answer:"),
	  N_("They are marked below. Visitors see a warning, or nothing, in place of the shop. Tell whoever runs the server."), NULL, NULL, NULL },
	{ money_unknown, unknown, true, N_("Payments whose outcome is unknown for more than an hour:"),
	  N_("The payment service does not answer. We go on asking; look into your account there before you ship."), "/admin/orders", N_("Orders"), "orders.view" },
	{ mails_late, mails, true, N_("Mails wait longer than they should:"),
	  N_("They are tried again by themselves. If this stays, ask whoever runs the server whether the mail server answers."), NULL, NULL, NULL },
	{ holds_stale, stale, true, N_("Goods that carts no longer need are not given back:"),
	  N_("Visitors may be told that goods are sold out which are not. Tell whoever runs the server that release-holds does not run."), NULL, NULL, NULL },
	{ seal_late, unsealed, true, N_("Entries of the audit log are not sealed:"),
	  N_("Nothing is lost. Tell whoever runs the server that seal-audit does not run."), NULL, NULL, NULL },
	{ certificates_end, status_certificates_end, false, N_("Certificates that end within 14 days:"),
	  N_("They should have been renewed by themselves. Tell whoever runs the server before they end: then browsers warn of the shop."), NULL, NULL, NULL },
	{ mails_failed, failed, false, N_("Mails that could not be delivered:"),
	  N_("See below why. Correct the address or what the store says, then send them again."), NULL, NULL, NULL },
	{ money_work, work, false, N_("Payments that somebody must look at:"),
	  N_("Each order says what is wrong and what can be done."), "/admin/orders", N_("Orders"), "orders.view" },
	{ stock_short, lacking, false, N_("More is promised than there is, of so many goods:"),
	  N_("Order more, or tell the buyers."), "/admin/inventory", N_("Stock"), "inventory.view" },
	{ stock_low, low, false, N_("Stock at or below its reorder point:"),
	  N_("Order what is low."), "/admin/inventory/low", N_("Order what is low"), "inventory.purchase" },
	{ disk_low, NULL, false, N_("The disk is getting full."),
	  N_("Ask whoever runs the server to make room."), NULL, NULL, NULL },
	{ slow, NULL, false, N_("More than one page in twenty was slow in the last hour."),
	  N_("If this stays, ask whoever runs the server to look into it."), NULL, NULL, NULL },
};

static void add(struct req *r, struct view *v, bool bad, const char *what, const char *advice, bool counted, int64_t n, const struct finding *f)
{
	struct view *item = view_item(v, "findings");
	bool leads = f != NULL && f->path != NULL && console_may(r, f->permission);

	view_text(item, "kind", bad ? "bad" : "warn");
	view_text(item, "what", req_text(r, what));
	view_text(item, "advice", req_text(r, advice));
	view_bool(item, "counted", counted);
	view_int(item, "count", n);
	view_text(item, "url", leads ? req_path(r, f->path) : NULL);
	view_text(item, "link", leads ? req_text(r, f->link) : NULL);
}

size_t status_findings(struct req *r, struct view *v, const struct status *s, size_t bad_jobs)
{
	size_t n = 0;

	if (bad_jobs > 0) {
		add(r, v, true, N_("Tasks that do not run as they should:"),
		    N_("They are marked below. Tell whoever runs the server: its log says why."), true, (int64_t)bad_jobs, NULL);
		n++;
	}
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct finding *f = &table[i];

		if (!f->found(s))
			continue;
		add(r, v, f->bad, f->what, f->advice, f->count != NULL, f->count != NULL ? f->count(s) : 0, f);
		n++;
	}
	return n;
}
