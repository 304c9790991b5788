#include "front/attempt.h"

#include "base/mem.h"
#include "base/password.h"
#include "front/basket.h"

#include <string.h>

struct attempt attempt_judge(struct req *r, const char *outcome, int64_t wait_s, const char *person,
			     const char *stored, const char *password)
{
	struct attempt a = { .proof = PROOF_WRONG, .person = person, .hash = "" };
	bool old;

	if (req_failed(r))
		return a;
	if (strcmp(outcome, "ok") != 0) {
		a.proof = strcmp(outcome, "proof") == 0 ? PROOF_MORE : PROOF_WAIT;
		a.wait_s = wait_s;
		return a;
	}
	/* Without an account the same work is done against a hash that nothing fits. */
	if (!password_verify(password, stored, &old))
		return a;
	a.proof = PROOF_RIGHT;
	if (old)
		a.hash = attempt_hash(r, password);
	return a;
}

const char *attempt_sentence(struct req *r, const struct attempt *a, const char *more)
{
	switch (a->proof) {
	case PROOF_WAIT:
		return basket_say_number(r, N_("This was tried too often. Please wait some seconds: {n}"), a->wait_s);
	case PROOF_MORE:
		return req_text(r, more);
	case PROOF_RIGHT:
	case PROOF_WRONG:
		break;
	}
	return req_text(r, N_("The mail address and the password do not match."));
}

void attempt_declines(struct req *r, struct view *v, const struct attempt *a, const char *field, const char *sentence)
{
	struct view *item = view_item(v, "errors");
	bool waits = a != NULL && a->proof == PROOF_WAIT;

	view_bool(v, "has_errors", true);
	view_text(item, "field", field);
	view_text(item, "sentence", sentence);
	view_text(view_sub(v, "error"), field, sentence);
	if (waits)
		page_header(r, "Retry-After", mem_printf(r->mem, "%lld", (long long)a->wait_s));
	page_html_status(r, v, waits ? 429 : 422);
}

bool attempt_fit(struct req *r, const char *password, const char *own, void (*form)(struct req *r))
{
	const char *sentence = NULL;

	switch (password_check(password, own)) {
	case PASSWORD_FINE:
		return true;
	case PASSWORD_SHORT:
		sentence = N_("Please choose at least 8 characters. A sentence is easy to keep in mind.");
		break;
	case PASSWORD_LONG:
		sentence = N_("Please shorten this text.");
		break;
	case PASSWORD_COMMON:
		sentence = N_("This password is among the first that anybody would guess. Please choose another.");
		break;
	case PASSWORD_BROKEN:
		sentence = N_("Please remove characters that cannot be printed.");
		break;
	}
	page_decline(r, form, "password", sentence);
	return false;
}

const char *attempt_hash(struct req *r, const char *password)
{
	char *hash = mem_array(r->mem, char, PASSWORD_HASH_MAX);

	if (!password_hash(password, hash))
		req_fail(r, "a password could not be hashed");
	return hash;
}

const char *attempt_browser(struct req *r)
{
	static const char *const browsers[][2] = {
		{ "Edg/", "Edge" }, { "OPR/", "Opera" }, { "SamsungBrowser/", "Samsung Internet" }, { "Firefox/", "Firefox" },
		{ "FxiOS/", "Firefox" }, { "CriOS/", "Chrome" }, { "Chrome/", "Chrome" }, { "Safari/", "Safari" },
	};
	static const char *const systems[][2] = {
		{ "Android", "Android" }, { "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Windows", "Windows" },
		{ "Mac OS X", "macOS" }, { "CrOS", "ChromeOS" }, { "Linux", "Linux" },
	};
	const char *agent = req_header(r, "User-Agent"), *browser = NULL, *system = NULL;

	for (size_t i = 0; agent != NULL && browser == NULL && i < ARRAY_LEN(browsers); i++)
		if (strstr(agent, browsers[i][0]) != NULL)
			browser = browsers[i][1];
	for (size_t i = 0; agent != NULL && system == NULL && i < ARRAY_LEN(systems); i++)
		if (strstr(agent, systems[i][0]) != NULL)
			system = systems[i][1];
	if (browser == NULL || system == NULL)
		return browser != NULL ? browser : system != NULL ? system : "";
	return mem_printf(r->mem, "%s, %s", browser, system);
}
