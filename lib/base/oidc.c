#include "base/oidc.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/http.h"
#include "base/json.h"
#include "base/mem.h"

#include <cjose/cjose.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* --- addresses --------------------------------------------------------------------------------- */

const char *oidc_origin(const void *ctx, const char *url, const char **path)
{
	static const char host[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~:/?=&%+,;@!$()*'";
	size_t begin = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0, n;
	const char *origin;

	if (begin == 0 || strspn(url + begin, rest) + begin != strlen(url))
		return NULL;
	n = strcspn(url + begin, "/?");
	if (n == 0 || strspn(url + begin, host) < n || (url[begin + n] != '/' && url[begin + n] != '\0'))
		return NULL;
	origin = mem_strndup(ctx, url, begin + n);
	if (begin == 7 && !http_is_loopback(origin))
		return NULL;
	*path = url[begin + n] == '\0' ? "/" : mem_strdup(ctx, url + begin + n);
	return origin;
}

const char *oidc_discovery_url(const void *ctx, const char *issuer)
{
	size_t n = strlen(issuer);

	return mem_printf(ctx, "%.*s/.well-known/openid-configuration", (int)(n > 0 && issuer[n - 1] == '/' ? n - 1 : n), issuer);
}

/* Whether the list NAME of TOP has WORD; what a list means that is not there says ABSENT. */
static bool lists(struct json_object *top, const char *name, const char *word, bool absent)
{
	struct json_object *list = json_member(top, name);

	if (!json_is_array(list))
		return absent;
	for (size_t i = 0; i < json_count(list); i++) {
		const char *item = json_text(json_item(list, i));

		if (item != NULL && strcmp(item, word) == 0)
			return true;
	}
	return false;
}

/* The URL NAME of TOP under CTX, NULL: absent or none that may be called. */
static const char *address(const void *ctx, struct json_object *top, const char *name)
{
	const char *url = json_text(json_member(top, name)), *path;

	return url != NULL && oidc_origin(ctx, url, &path) != NULL ? mem_strdup(ctx, url) : NULL;
}

const char *oidc_discover(const void *ctx, const char *issuer, const char *text, size_t n, struct oidc_provider *out)
{
	const char *error, *said;
	struct json_object *top = json_read(ctx, text, n, &error);

	if (top == NULL || !json_is_object(top))
		return "json";
	said = json_text(json_member(top, "issuer"));
	/* Byte for byte: else one provider speaks for another (mix-up). */
	if (said == NULL || strcmp(said, issuer) != 0)
		return "issuer";
	if (!lists(top, "response_types_supported", "code", false) || !lists(top, "code_challenge_methods_supported", "S256", true))
		return "flow";
	*out = (struct oidc_provider){
		.issuer = mem_strdup(ctx, issuer), .authorize = address(ctx, top, "authorization_endpoint"),
		.token = address(ctx, top, "token_endpoint"), .keys = address(ctx, top, "jwks_uri"),
		.ends = address(ctx, top, "end_session_endpoint"),
		.post = !lists(top, "token_endpoint_auth_methods_supported", "client_secret_basic", true),
	};
	json_flag(json_member(top, "authorization_response_iss_parameter_supported"), &out->names_itself);
	return out->authorize == NULL || out->token == NULL || out->keys == NULL ? "address" : NULL;
}

/* --- questions ----------------------------------------------------------------------------------- */

static void pair(struct buf *b, const char *name, const char *value)
{
	if (b->len > 0 && b->data[b->len - 1] != '?')
		buf_addc(b, '&');
	buf_adds(b, name);
	buf_addc(b, '=');
	buf_url(b, value);
}

const char *oidc_authorize_url(const void *ctx, const struct oidc_provider *p, const struct oidc_question *q)
{
	struct buf *b = buf_new(ctx);
	unsigned char sum[SHA256_LEN];

	sha256(q->verifier, strlen(q->verifier), sum);
	buf_adds(b, p->authorize);
	if (strchr(p->authorize, '?') == NULL)
		buf_addc(b, '?');
	pair(b, "response_type", "code");
	pair(b, "client_id", q->client);
	pair(b, "redirect_uri", q->back);
	pair(b, "scope", "openid email profile");
	pair(b, "state", q->state);
	pair(b, "nonce", q->nonce);
	pair(b, "code_challenge", base64url(ctx, sum, sizeof(sum)));
	pair(b, "code_challenge_method", "S256");
	if (q->again) {
		pair(b, "prompt", "login");
		pair(b, "max_age", "0");
	}
	return b->data;
}

/* Name and secret go through the form's encoding first (RFC 6749 2.3.1). */
static const char *basic(const void *ctx, const char *client, const char *secret)
{
	struct buf *b = buf_new(ctx);
	char *encoded = NULL;
	size_t n = 0;
	const char *header;

	buf_url(b, client);
	buf_addc(b, ':');
	buf_url(b, secret);
	if (!cjose_base64_encode((const uint8_t *)b->data, b->len, &encoded, &n, NULL))
		BUG("libcjose has no memory");
	header = mem_printf(ctx, "Basic %.*s", (int)n, encoded);
	cjose_get_dealloc()(encoded);
	return header;
}

const char *oidc_token_form(const void *ctx, const struct oidc_provider *p, const struct oidc_question *q, const char *secret,
			    const char *code, const char **authorization)
{
	struct buf *b = buf_new(ctx);

	pair(b, "grant_type", "authorization_code");
	pair(b, "code", code);
	pair(b, "redirect_uri", q->back);
	pair(b, "code_verifier", q->verifier);
	*authorization = NULL;
	if (p->post) {
		pair(b, "client_id", q->client);
		pair(b, "client_secret", secret);
	} else {
		*authorization = basic(ctx, q->client, secret);
	}
	return b->data;
}

/* --- signatures ---------------------------------------------------------------------------------- */

static const struct algorithm { const char *name, *kind, *curve; } algorithms[] = {
	{ "RS256", "RSA", NULL },
	{ "ES256", "EC", "P-256" },
};

static bool is_text(struct json_object *v, const char *name, const char *want)
{
	const char *text = json_text(json_member(v, name));

	return text != NULL && strcmp(text, want) == 0;
}

/* Whether KEY may check what was signed by A under KID (NULL: the token names none). */
static bool fits(struct json_object *key, const struct algorithm *a, const char *kid)
{
	const char *modulus = json_text(json_member(key, "n"));

	if (!is_text(key, "kty", a->kind) || (a->curve != NULL && !is_text(key, "crv", a->curve)) ||
	    (kid != NULL && !is_text(key, "kid", kid)) ||
	    (json_member(key, "use") != NULL && !is_text(key, "use", "sig")) ||
	    (json_member(key, "alg") != NULL && !is_text(key, "alg", a->name)))
		return false;
	/* 4 characters are 3 bytes. */
	return a->curve != NULL || (modulus != NULL && strlen(modulus) * 3 / 4 >= OIDC_RSA_MIN);
}

static bool is_signed_by(cjose_jws_t *jws, struct json_object *key)
{
	const char *text = json_object_to_json_string(key);
	cjose_jwk_t *jwk = cjose_jwk_import(text, strlen(text), NULL);
	bool good = jwk != NULL && cjose_jws_verify(jws, jwk, NULL);

	if (jwk != NULL)
		cjose_jwk_release(jwk);
	return good;
}

/* NULL when JWS is signed by a key of the set, else a fault. */
static const char *check_signature(const void *ctx, cjose_jws_t *jws, const char *keys, size_t nkeys)
{
	cjose_header_t *header = cjose_jws_get_protected(jws);
	const char *name = cjose_header_get(header, CJOSE_HDR_ALG, NULL), *kid = cjose_header_get(header, CJOSE_HDR_KID, NULL), *error;
	struct json_object *set = json_member(json_read(ctx, keys, nkeys, &error), "keys");
	const struct algorithm *a = NULL;
	char *critical = cjose_header_get_raw(header, "crit", NULL);
	bool tried = false;

	for (size_t i = 0; name != NULL && i < ARRAY_LEN(algorithms); i++)
		if (strcmp(algorithms[i].name, name) == 0)
			a = &algorithms[i];
	/* What a header marks as critical must be understood; we understand nothing of the kind. */
	if (critical != NULL) {
		cjose_get_dealloc()(critical);
		return "algorithm";
	}
	if (a == NULL)
		return "algorithm";
	for (size_t i = 0; i < json_count(set); i++) {
		if (!fits(json_item(set, i), a, kid))
			continue;
		tried = true;
		if (is_signed_by(jws, json_item(set, i)))
			return NULL;
	}
	return tried ? "signature" : "key";
}

/* --- claims -------------------------------------------------------------------------------------- */

/* Among those a token is for must be we; are there others, it must have been given to us. */
static bool is_for(struct json_object *top, const char *client)
{
	struct json_object *party = json_member(top, "azp");

	if (party != NULL && !is_text(top, "azp", client))
		return false;
	if (!json_is_array(json_member(top, "aud")))
		return is_text(top, "aud", client);
	return lists(top, "aud", client, false) && (json_count(json_member(top, "aud")) == 1 || party != NULL);
}

/* Some count seconds with a fraction. */
static bool seconds(struct json_object *v, int64_t *out)
{
	double d;

	if (json_int(v, 0, INT64_C(1) << 40, out))
		return true;
	if (v == NULL || !json_object_is_type(v, json_type_double))
		return false;
	d = json_object_get_double(v);
	if (!(d >= 0 && d < 1e12))
		return false;
	*out = (int64_t)d;
	return true;
}

/* Both algorithms hash by SHA-256; half of it must be that of the access token. */
static bool belongs(const void *ctx, struct json_object *top, const char *access_token)
{
	const char *said = json_text(json_member(top, "at_hash"));
	unsigned char sum[SHA256_LEN];

	if (said == NULL)
		return json_member(top, "at_hash") == NULL;
	sha256(access_token, strlen(access_token), sum);
	return strcmp(said, base64url(ctx, sum, sizeof(sum) / 2)) == 0;
}

/* Methods that are several in one, and levels that want several: RFC 8176, OpenID's EAP and PAPE, REFEDS. */
static bool says_several(struct json_object *top)
{
	static const char *const levels[] = {
		"phr", "phrh", "http://schemas.openid.net/pape/policies/2007/06/multi-factor", "https://refeds.org/profile/mfa",
	};

	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (is_text(top, "acr", levels[i]))
			return true;
	return lists(top, "amr", "mfa", false);
}

static const char *or_empty(const void *ctx, struct json_object *v)
{
	return json_text(v) == NULL ? "" : mem_strdup(ctx, json_text(v));
}

static const char *read_claims(const void *ctx, struct json_object *top, const struct oidc_check *how, struct oidc_claims *out)
{
	int64_t until, made, from = 0, asked = 0;

	if (!is_text(top, "iss", how->issuer))
		return "issuer";
	if (!is_for(top, how->client))
		return "audience";
	if (!seconds(json_member(top, "exp"), &until) || !seconds(json_member(top, "iat"), &made) ||
	    (json_member(top, "nbf") != NULL && !seconds(json_member(top, "nbf"), &from)))
		return "token";
	if (until <= how->now_s - OIDC_SKEW_S)
		return "expired";
	if (made > how->now_s + OIDC_SKEW_S || from > how->now_s + OIDC_SKEW_S)
		return "early";
	if (!is_text(top, "nonce", how->nonce))
		return "nonce";
	if (!belongs(ctx, top, how->access_token))
		return "token";
	if (how->since_s > 0 && (!seconds(json_member(top, "auth_time"), &asked) || asked < how->since_s - OIDC_SKEW_S))
		return "stale";
	*out = (struct oidc_claims){
		.subject = or_empty(ctx, json_member(top, "sub")), .email = or_empty(ctx, json_member(top, "email")),
		.name = or_empty(ctx, json_member(top, "name")), .several = says_several(top),
	};
	/* Some write it as a text. */
	if (!json_flag(json_member(top, "email_verified"), &out->verified))
		out->verified = is_text(top, "email_verified", "true");
	return *out->subject == '\0' || strlen(out->subject) > 255 ? "token" : NULL;
}

const char *oidc_check(const void *ctx, const char *text, const char *keys, size_t nkeys, const struct oidc_check *how,
		       struct oidc_claims *out)
{
	size_t n = strlen(text), nplain = 0;
	cjose_jws_t *jws = n > OIDC_TOKEN_MAX ? NULL : cjose_jws_import(text, n, NULL);
	const char *fault, *error;
	uint8_t *plain = NULL;
	struct json_object *top;

	if (jws == NULL)
		return "token";
	fault = check_signature(ctx, jws, keys, nkeys);
	if (fault == NULL && !cjose_jws_get_plaintext(jws, &plain, &nplain, NULL))
		fault = "token";
	if (fault == NULL) {
		top = json_read(ctx, (const char *)plain, nplain, &error);
		fault = top == NULL || !json_is_object(top) ? "token" : read_claims(ctx, top, how, out);
	}
	cjose_jws_release(jws);
	return fault;
}
