#include "notify/notifier.h"

#include "base/mem.h"
#include "notify/mail.h"

#include <curl/curl.h>
#include <string.h>

/* RFC 5321 section 4.5.3.2 allows minutes; a relay next door answers in less, and the
   mails behind this one wait. */
#define CONNECT_TIMEOUT_MS 5000L
#define TOTAL_TIMEOUT_MS 30000L

struct notify_session {
	struct notify_settings settings;
	CURL *curl;                     /* keeps its connection from mail to mail */
	char verb[8];                   /* the command that was sent last: "RCPT" */
	char reason[160];
};

/* Replies that speak of us, not of the mail: sign in first, wrong password. */
static const long our_fault[] = { 421, 454, 530, 534, 535, 538 };

static void done_with(void *ptr)
{
	curl_easy_cleanup(((struct notify_session *)ptr)->curl);
}

static struct notify_session *smtp_open(const void *ctx, const struct notify_settings *settings)
{
	struct notify_session *s;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		BUG("libcurl cannot start");
	s = mem_new(ctx, struct notify_session);
	s->settings = *settings;
	s->curl = curl_easy_init();
	if (s->curl == NULL)
		BUG("libcurl has no memory for a session");
	mem_on_free(s, done_with);
	return s;
}

/* Remembers which command an answer belongs to; what is said is not kept or logged. */
static int listen_in(CURL *curl, curl_infotype type, char *data, size_t n, void *arg)
{
	struct notify_session *s = arg;
	size_t len = 0;

	(void)curl;
	if (type == CURLINFO_DATA_OUT) {
		memcpy(s->verb, "DATA", sizeof("DATA"));
	} else if (type == CURLINFO_HEADER_OUT) {
		while (len < n && len + 1 < sizeof(s->verb) && data[len] >= 'A' && data[len] <= 'Z')
			len++;
		/* libcurl says QUIT after a refusal, before it tells us. */
		if (len == 4 && memcmp(data, "QUIT", 4) == 0)
			return 0;
		memcpy(s->verb, data, len);
		s->verb[len] = '\0';
	}
	return 0;
}

static void set_up(struct notify_session *s, struct curl_slist *to)
{
	CURL *c = s->curl;

	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_URL, s->settings.url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, s->settings.envelope);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, TOTAL_TIMEOUT_MS);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(s->settings.must_encrypt ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	if (s->settings.user != NULL) {
		curl_easy_setopt(c, CURLOPT_USERNAME, s->settings.user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, s->settings.password);
	}
	curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, listen_in);
	curl_easy_setopt(c, CURLOPT_DEBUGDATA, s);
}

static void add_text(curl_mime *mime, const void *mem, const char *text, const char *type)
{
	curl_mimepart *part = curl_mime_addpart(mime);

	curl_mime_data(part, mail_lines(mem, text), CURL_ZERO_TERMINATED);
	curl_mime_type(part, type);
	curl_mime_encoder(part, "quoted-printable");
}

/* multipart/mixed of multipart/alternative (text first) and the files. */
static curl_mime *build(struct notify_session *s, const void *mem, const struct notice *n)
{
	curl_mime *all = curl_mime_init(s->curl), *texts = curl_mime_init(s->curl);
	curl_mimepart *part = curl_mime_addpart(all);
	/* libcurl wants something to be said about a part that is no attachment. */
	struct curl_slist *inline_part = curl_slist_append(NULL, "Content-Disposition: inline");

	add_text(texts, mem, n->text, "text/plain; charset=utf-8");
	add_text(texts, mem, n->html, "text/html; charset=utf-8");
	curl_mime_subparts(part, texts);
	curl_mime_type(part, "multipart/alternative");
	curl_mime_headers(part, inline_part, 1);
	for (size_t i = 0; i < n->nfiles; i++) {
		part = curl_mime_addpart(all);
		curl_mime_data(part, n->files[i].data, n->files[i].size);
		curl_mime_type(part, n->files[i].type);
		curl_mime_filename(part, n->files[i].name);
		curl_mime_encoder(part, "base64");
	}
	return all;
}

static bool speaks_of_us(long code)
{
	for (size_t i = 0; i < ARRAY_LEN(our_fault); i++)
		if (our_fault[i] == code)
			return true;
	return false;
}

/* What libcurl's result and the last reply mean for the mail. */
static enum notify_outcome judge(struct notify_session *s, CURLcode result)
{
	bool of_mail = strcmp(s->verb, "RCPT") == 0 || strcmp(s->verb, "DATA") == 0;
	long code = 0;

	if (result == CURLE_OK)
		return NOTIFY_SENT;
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &code);
	snprintf(s->reason, sizeof(s->reason), "%s %ld: %s", s->verb, code, curl_easy_strerror(result));
	if (result == CURLE_LOGIN_DENIED || speaks_of_us(code) || s->verb[0] == '\0')
		return NOTIFY_DOWN;
	if (!of_mail && strcmp(s->verb, "MAIL") != 0)
		return NOTIFY_DOWN;
	/* A broken connection may leave an older reply behind: only a refusal counts. */
	return of_mail && code >= 500 && code <= 599 ? NOTIFY_REFUSED : NOTIFY_LATER;
}

static enum notify_outcome smtp_send(struct notify_session *s, const struct notice *n, const char **reason)
{
	void *mem = mem_context(s, "mail");
	struct curl_slist *to = NULL, *lines = NULL;
	char *headers[MAIL_HEADERS];
	const char *refused;
	size_t count = mail_headers(mem, n, headers, &refused);
	enum notify_outcome outcome;
	curl_mime *mime;

	*reason = s->reason;
	s->reason[0] = s->verb[0] = '\0';
	if (count == 0) {
		snprintf(s->reason, sizeof(s->reason), "header %s cannot be written", refused);
		mem_free(mem);
		return NOTIFY_REFUSED;
	}
	to = curl_slist_append(NULL, n->to);
	for (size_t i = 0; i < count; i++)
		lines = curl_slist_append(lines, headers[i]);
	set_up(s, to);
	mime = build(s, mem, n);
	curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, lines);
	curl_easy_setopt(s->curl, CURLOPT_MIMEPOST, mime);
	outcome = judge(s, curl_easy_perform(s->curl));
	curl_easy_reset(s->curl);
	curl_mime_free(mime);
	curl_slist_free_all(lines);
	curl_slist_free_all(to);
	mem_free(mem);
	return outcome;
}

const struct notifier notifier_smtp = { .name = "smtp", .open = smtp_open, .send = smtp_send };
