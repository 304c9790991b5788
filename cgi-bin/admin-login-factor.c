/* The second factor: asked for, set up, asked for again; and the codes in its place. */
#include "admin-login.h"

#include "base/buf.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/qr.h"
#include "base/seal.h"
#include "front/basket.h"

#include <string.h>

#define RECOVERY_CODES 10
#define RECOVERY_BYTES 10               /* 80 random bits: nobody guesses one */
#define CODE_PARAM { "code", PARAM_TEXT, .max = 40, .label = N_("Code") }
#define NEXT_PARAM { "next", PARAM_TEXT, .max = 500, .optional = "" }

const struct param code_params[] = { CODE_PARAM, NEXT_PARAM, { 0 } };
const struct param recovery_params[] = { CODE_PARAM, NEXT_PARAM, { 0 } };
const struct param again_params[] = { CODE_PARAM, NEXT_PARAM, { 0 } };
const struct param setup_params[] = { CODE_PARAM, NEXT_PARAM, { 0 } };

/* ---- seeds -------------------------------------------------------------------------------- */

const struct seal_key *step_key(void)
{
	static const struct seal_key *key;
	const char *error;

	if (key == NULL && (key = seal_key_load(NULL, config_text("secrets.key_file"), &error)) == NULL)
		log_error("key of sealed secrets cannot be used", "reason", error, NULL);
	return key;
}

/* A seed opens for its tenant alone; whose it is, the row says. */
static const char *place_of(struct req *r)
{
	return mem_printf(r->mem, "staff.totp %s", r->site->tenant);
}

const unsigned char *step_begin(struct req *r, const unsigned char **seed, size_t *n)
{
	unsigned char fresh[TOTP_SEED_LEN];
	struct token token = token_new();

	*seed = NULL;
	*n = 0;
	if (step_key() == NULL) {
		req_fail(r, "seeds cannot be sealed");
	} else {
		random_bytes(fresh, sizeof(fresh));
		*seed = seal_make(r->mem, step_key(), place_of(r), fresh, sizeof(fresh), n);
	}
	page_cookie_set(r, STEP_COOKIE, token.text, STEP_COOKIE_S);
	return step_hash_of(r, token.text);
}

/* The seed in the clear, or NULL after the request was failed. */
static const unsigned char *open_seed(struct req *r, const char *hex, size_t *n)
{
	size_t sealed_n;
	const unsigned char *sealed = hex_decode(r->mem, hex, &sealed_n), *seed = NULL;

	if (sealed != NULL && step_key() != NULL)
		seed = (const unsigned char *)seal_open(r->mem, step_key(), place_of(r), sealed, sealed_n, n);
	if (seed == NULL)
		req_fail(r, "the seed of a second factor cannot be opened");
	return seed;
}

/* ---- codes ---------------------------------------------------------------------------------- */

/* Whose challenge the cookie opens; NULL after an answer: back to the password. */
static const struct row_admin_login_challenge *challenge(struct req *r, const char *purpose)
{
	const unsigned char *token = step_hash_of(r, req_cookie(r, STEP_COOKIE));
	struct rows *rows = token == NULL ? NULL : q_admin_login_challenge(r->db, r->site->tenant, token, SHA256_LEN);

	if (rows != NULL && rows_found(rows) && strcmp(row_admin_login_challenge(rows)->purpose, purpose) == 0)
		return row_admin_login_challenge(rows);
	if (session_principal(r) != NULL)
		page_redirect(r, req_path(r, "/admin"));
	else
		page_redirect(r, req_path(r, "/admin/login"));
	return NULL;
}

/* Shows the form again in this transaction, so that the try stays counted. */
static void decline(struct req *r, struct view *v, int64_t wait_s, const char *sentence)
{
	struct attempt a = { .proof = wait_s > 0 ? PROOF_WAIT : PROOF_WRONG, .wait_s = wait_s };

	form_text(r, v, "next", param_text(r, "next"));
	attempt_declines(r, v, &a, "code", wait_s > 0 ? attempt_sentence(r, &a, "") : req_text(r, sentence));
}

/* Counts a try of STAFF; seconds to wait, 0: go on. */
static int64_t admit(struct req *r, const char *staff)
{
	const unsigned char *device = step_hash_of(r, req_cookie(r, DEVICE_COOKIE));

	return row_admin_login_code(q_admin_login_code(r->db, r->site->tenant, staff, device, SHA256_LEN))->wait_s;
}

/* Ends the challenge in a session; the outcome. */
static const char *enter(struct req *r, int64_t step, const unsigned char *recovery, const char *const *codes, size_t ncodes)
{
	struct token device = token_new(), session = token_new();
	struct rows *rows = q_admin_login_enter(r->db, r->site->tenant, step_hash_of(r, req_cookie(r, STEP_COOKIE)), SHA256_LEN, step,
						recovery, SHA256_LEN, codes, ncodes, step_hash_of(r, session.text), SHA256_LEN, attempt_browser(r), session_get(r)->id,
						step_hash_of(r, req_cookie(r, DEVICE_COOKIE)), SHA256_LEN,
						step_hash_of(r, device.text), SHA256_LEN);
	const struct row_admin_login_enter *e = row_admin_login_enter(rows);

	if (strcmp(e->outcome, "ok") != 0)
		return e->outcome;
	session_open(r, session.text, SESSION_S);
	page_cookie_clear(r, STEP_COOKIE);
	if (!e->known)
		page_cookie_set(r, DEVICE_COOKIE, device.text, DEVICE_COOKIE_S);
	return e->outcome;
}

#define WRONG_CODE N_("This code does not fit, or it was used before. Please wait for the next one that your app shows.")

static struct view *code_form(struct req *r)
{
	struct view *v = console_view(r, "admin-login/code", N_("Enter the code of your app"));

	view_bool(v, "again", false);
	form_text(r, v, "next", param_text(r, "next"));
	return v;
}

void code_show(struct req *r)
{
	if (challenge(r, "code") != NULL)
		page_html(r, code_form(r));
}

void code_post(struct req *r)
{
	const struct row_admin_login_challenge *c = challenge(r, "code");
	const unsigned char *seed;
	int64_t wait_s, step = 0;
	size_t n;

	if (c == NULL || (seed = open_seed(r, c->seed_hex, &n)) == NULL)
		return;
	wait_s = admit(r, c->staff);
	if (wait_s > 0 || !totp_check(seed, n, param_text(r, "code"), r->now_ms / 1000, &step) || strcmp(enter(r, step, NULL, NULL, 0), "ok") != 0)
		decline(r, code_form(r), wait_s, WRONG_CODE);
	else
		page_redirect(r, step_next(r));
}

/* ---- in place of it -------------------------------------------------------------------------- */

/* Letters and digits alone, in capitals: people copy codes with and without their dashes. */
static const unsigned char *recovery_hash(struct req *r, const char *typed)
{
	char *plain = mem_strdup(r->mem, typed), *to = plain;
	unsigned char *hash = mem_array(r->mem, unsigned char, SHA256_LEN);

	for (const char *s = typed; *s != '\0'; s++)
		if (*s >= 'a' && *s <= 'z')
			*to++ = (char)(*s - 'a' + 'A');
		else if ((*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9'))
			*to++ = *s;
	*to = '\0';
	sha256(plain, strlen(plain), hash);
	return hash;
}

static struct view *recovery_form(struct req *r)
{
	struct view *v = console_view(r, "admin-login/recovery", N_("Enter a recovery code"));

	form_text(r, v, "next", param_text(r, "next"));
	return v;
}

void recovery_show(struct req *r)
{
	if (challenge(r, "code") != NULL)
		page_html(r, recovery_form(r));
}

void recovery_post(struct req *r)
{
	const struct row_admin_login_challenge *c = challenge(r, "code");
	int64_t wait_s;

	if (c == NULL)
		return;
	wait_s = admit(r, c->staff);
	if (wait_s > 0 || strcmp(enter(r, 0, recovery_hash(r, param_text(r, "code")), NULL, 0), "ok") != 0) {
		decline(r, recovery_form(r), wait_s, N_("There is no such recovery code, or it was used before."));
		return;
	}
	page_flash(r, "warn", N_("This recovery code is used up. If your app is lost, ask an owner for a new link soon."));
	page_redirect(r, step_next(r));
}

/* ---- setting it up ------------------------------------------------------------------------------ */

static struct view *setup_form(struct req *r, const struct row_admin_login_challenge *c, const unsigned char *seed, size_t n)
{
	struct view *v = console_view(r, "admin-login/setup", N_("Set up your second factor"));
	const char *url = totp_url(r->mem, seed, n, r->site->name, c->email);
	int size = 0;
	const char *path = qr_path(r->mem, url, &size);

	view_text(v, "qr", path);
	view_int(v, "width", size);
	view_text(v, "secret", totp_secret(r->mem, seed, n));
	view_text(v, "url", url);
	form_text(r, v, "next", param_text(r, "next"));
	return v;
}

void setup_show(struct req *r)
{
	const struct row_admin_login_challenge *c = challenge(r, "setup");
	const unsigned char *seed;
	size_t n;

	if (c != NULL && (seed = open_seed(r, c->seed_hex, &n)) != NULL)
		page_html(r, setup_form(r, c, seed, n));
}

/* "ABCD-EFGH-IJKL-MNOP": letters and digits that are not taken for each other. */
static char *recovery_code(struct req *r)
{
	static const char letters[] = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";
	struct buf *b = buf_new(r->mem);

	for (size_t i = 0; i < RECOVERY_BYTES * 8 / 5; i++) {
		if (i > 0 && i % 4 == 0)
			buf_addc(b, '-');
		buf_addc(b, letters[random_below(32)]);
	}
	return b->data;
}

void setup_post(struct req *r)
{
	const struct row_admin_login_challenge *c = challenge(r, "setup");
	const char *codes[RECOVERY_CODES], *hashes[RECOVERY_CODES];
	const unsigned char *seed;
	int64_t wait_s, step = 0;
	struct view *v;
	size_t n;

	if (c == NULL || (seed = open_seed(r, c->seed_hex, &n)) == NULL)
		return;
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		char *hex = mem_array(r->mem, char, 2 * SHA256_LEN + 1);

		codes[i] = recovery_code(r);
		hex_encode(recovery_hash(r, codes[i]), SHA256_LEN, hex);
		hashes[i] = hex;
	}
	wait_s = admit(r, c->staff);
	if (wait_s > 0 || !totp_check(seed, n, param_text(r, "code"), r->now_ms / 1000, &step) ||
	    strcmp(enter(r, step, NULL, hashes, RECOVERY_CODES), "ok") != 0) {
		decline(r, setup_form(r, c, seed, n), wait_s, N_("This code does not fit. Please check the clock of your device, and enter the code that the app shows now."));
		return;
	}
	v = console_view(r, "admin-login/codes", N_("Your recovery codes"));
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		view_item_text(v, "codes", codes[i]);
	view_text(v, "go", step_next(r));
	page_html(r, v);
}

/* ---- asking for it again --------------------------------------------------------------------------- */

static struct view *again_form(struct req *r)
{
	struct view *v = console_view(r, "admin-login/code", N_("Confirm that it is you"));

	view_bool(v, "again", true);
	form_text(r, v, "next", param_text(r, "next"));
	away_offer(r, v);
	return v;
}

/* Who has no second factor here shows it at the provider that said so before. */
void again_show(struct req *r)
{
	struct rows *rows = q_admin_login_seed(r->db, r->site->tenant, console_actor(r));
	struct view *v = again_form(r);

	view_bool(v, "by_provider", row_admin_login_seed(rows)->seed_hex == NULL);
	page_html(r, v);
}

void again_post(struct req *r)
{
	const char *staff = console_actor(r), *tenant = r->site->tenant;
	const struct row_admin_login_seed *row = row_admin_login_seed(q_admin_login_seed(r->db, tenant, staff));
	struct token session = token_new();
	const unsigned char *seed;
	int64_t wait_s, step = 0;
	size_t n;

	if (req_failed(r))
		return;
	if (row->seed_hex == NULL) {
		page_decline(r, again_show, "code", N_("You have no app here. Please show at your provider that it is you."));
		return;
	}
	if ((seed = open_seed(r, row->seed_hex, &n)) == NULL)
		return;
	wait_s = admit(r, staff);
	if (wait_s > 0 || !totp_check(seed, n, param_text(r, "code"), r->now_ms / 1000, &step) ||
	    !row_admin_login_again(q_admin_login_again(r->db, tenant, session_get(r)->id, step, step_hash_of(r, session.text), SHA256_LEN))->done) {
		decline(r, again_form(r), wait_s, WRONG_CODE);
		return;
	}
	session_open(r, session.text, SESSION_S);
	page_redirect(r, step_next(r));
}
