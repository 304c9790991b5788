#include "web/exchange.h"

#include "base/log.h"
#include "base/mem.h"

#include <string.h>

/* What a status says when nobody had a better sentence. */
static const struct {
	int status;
	const char *title, *sentence;
} sayings[] = {
	{ 400, N_("This request cannot be understood"), N_("Something in it is not as it should be.") },
	{ 403, N_("Not allowed"), N_("You are not allowed to do this.") },
	{ 404, N_("Page not found"), N_("This page does not exist, or it has moved.") },
	{ 405, N_("Not possible here"), N_("This page cannot be asked for in this way.") },
	{ 409, N_("Not possible now"), N_("Something has changed meanwhile. Please look again.") },
	{ 410, N_("No longer here"), N_("This page has been taken away for good.") },
	{ 413, N_("Too large"), N_("This is more than we can take at once.") },
	{ 421, N_("No shop here"), N_("No shop answers under this name.") },
	{ 422, N_("Please check what you entered"), N_("Something in it is not as it should be.") },
	{ 429, N_("Please wait a little"), N_("This was tried too often in a short time.") },
	{ 500, N_("Something went wrong on our side"), N_("Nothing was changed. We have been told and look after it.") },
	{ 503, N_("Please come back in a moment"), N_("The shop cannot answer right now.") },
};

static void saying(int status, const char **title, const char **sentence)
{
	*title = *sentence = NULL;
	for (size_t i = 0; i < ARRAY_LEN(sayings); i++)
		if (sayings[i].status == status) {
			*title = sayings[i].title;
			*sentence = sayings[i].sentence;
		}
	if (*title == NULL)
		saying(status >= 500 ? 500 : 400, title, sentence);
}

static void words(const struct exchange *x, const char **title, const char **sentence)
{
	saying(x->refusal.status, title, sentence);
	if (x->refusal.sentence != NULL)
		*sentence = x->refusal.sentence;
	*title = req_text(&x->req, *title);
	*sentence = req_text(&x->req, *sentence);
}

/* The shop's own error page. */
static void show(struct req *r)
{
	struct view *v = page_view(r, r->program->hooks->error_template);
	const char *title, *sentence;
	int status = r->x->refusal.status;

	words(r->x, &title, &sentence);
	view_text(v, "status", mem_printf(r->mem, "%d", status));
	view_text(v, "page_title", title);
	view_text(v, "headline", title);
	view_text(v, "sentence", sentence);
	view_bool(v, "missing", status == 404 || status == 410);
	view_bool(v, "again", status == 503 || status == 429);
	view_bool(v, "retry", status == 503 && r->method == GET);
	page_html_status(r, v, status);
}

/* A page that needs nothing: no template, no shop, no database.  Nobody waits for its style sheet. */
static void show_plain(struct exchange *x)
{
	struct buf *b = buf_new(x->mem);
	const char *title, *sentence, *style = x->req.program->hooks->plain_style;

	words(x, &title, &sentence);
	buf_printf(b, "<!doctype html>\n<html lang=\"%s\">\n<meta charset=\"utf-8\">\n"
		      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
		   x->language->tag);
	buf_html(b, title, strlen(title));
	buf_adds(b, "</title>\n");
	if (style != NULL)
		buf_printf(b, "<link rel=\"stylesheet\" href=\"%s\">\n", style);
	buf_adds(b, "<main class=\"wrap\">\n<div class=\"empty\">\n<h1>");
	buf_html(b, title, strlen(title));
	buf_adds(b, "</h1>\n<p>");
	buf_html(b, sentence, strlen(sentence));
	buf_printf(b, "</p>\n<p class=\"muted small\">%s</p>\n</div>\n</main>\n</html>\n", x->req.id);
	x->headers = headers_new(x->mem);
	x->answer = (struct answer){
		.given = true, .status = x->refusal.status, .type = "text/html; charset=utf-8",
		.body = b->data, .size = b->len, .fd = -1,
	};
}

static void add_headers(struct exchange *x)
{
	if (x->refusal.header != NULL)
		header_add(x->headers, x->refusal.header, x->refusal.value);
	else if (x->refusal.status == 503)
		header_add(x->headers, "Retry-After", "5");
}

void error_page(struct exchange *x)
{
	bool broken = x->failure != DB_OK || x->refusal.status >= 500;

	if (x->refusal.status == 0)
		x->refusal.status = 500;
	if (x->req.site != NULL && x->req.program->hooks->error_template != NULL) {
		if (!broken)
			run_error(x, show, false);
		if (!x->answer.given)
			run_error(x, show, true);
	}
	if (!x->answer.given)
		show_plain(x);
	add_headers(x);
}
