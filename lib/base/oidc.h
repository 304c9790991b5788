/*
 * oidc.h -- what a site must know to let people in by an identity provider.
 *
 * OpenID Connect Core 1.0, the code flow with PKCE (RFC 7636), as the relying side.
 * Nothing here reaches the network, reads a clock or keeps anything: bytes of answers
 * go in, a verdict comes out.  Signatures are checked by libcjose; which of them may
 * count is said here: RS256 and ES256 by a key of the provider's own set that is for
 * signing and of that kind.  "none" and keys that both sides know (HS256) never are.
 * (liboidc.a, which only courier links)
 *
 * A fault is a word for the log and for a table of sentences:
 *	json		an answer is no JSON, or lacks what it must have
 *	issuer		it is of somebody else
 *	flow		the provider knows no code flow, or no S256
 *	address		an address of his is none that may be called
 *	key		no key of the set fits: ask for the set anew
 *	algorithm	the token is signed in a way that does not count
 *	signature	it is signed by somebody else, or not at all
 *	audience	the token is for somebody else
 *	expired, early	not valid any more, not valid yet
 *	nonce		the answer to another question
 *	token		it is no token, or not the one that belongs to this access token
 *	stale		people were asked too long ago
 */
#ifndef BASE_OIDC_H
#define BASE_OIDC_H

#include "base/base.h"

#define OIDC_SKEW_S 60                  /* s that clocks may differ */
#define OIDC_TOKEN_MAX 16384            /* bytes of a token; those with many groups have 6 000 */
#define OIDC_RSA_MIN 256                /* bytes of a modulus: 2 048 bits, as RFC 7518 wants */

struct oidc_provider {
	const char *issuer;
	const char *authorize, *token, *keys;   /* URLs: people go, codes go, keys come */
	const char *ends;               /* URL where people sign out; NULL: there is none */
	bool names_itself;              /* its answers carry iss (RFC 9207) */
	bool post;                      /* our secret goes into the form, not into a header */
};

/* Scheme, host and port of URL under CTX, and what stands behind them in *PATH ("/" at least); NULL:
   no URL that we may call.  http is one of this host alone. */
const char *oidc_origin(const void *ctx, const char *url, const char **path);

/* Where ISSUER describes itself. */
const char *oidc_discovery_url(const void *ctx, const char *issuer);
/* That description, N bytes of it; NULL or a fault.  Texts of OUT live under CTX. */
const char *oidc_discover(const void *ctx, const char *issuer, const char *text, size_t n, struct oidc_provider *out);

/* What a question is made of; all but the verifier travel through the browser. */
struct oidc_question {
	const char *client, *back;
	const char *state, *nonce, *verifier;   /* 43 characters of base64url each */
	bool again;                     /* whoever is signed in there proves it once more */
};
/* Where the browser goes. */
const char *oidc_authorize_url(const void *ctx, const struct oidc_provider *p, const struct oidc_question *q);
/* The form by which CODE becomes a token; *AUTHORIZATION is the header's value, or NULL when the
   secret is in the form. */
const char *oidc_token_form(const void *ctx, const struct oidc_provider *p, const struct oidc_question *q, const char *secret,
			    const char *code, const char **authorization);

struct oidc_check {
	const char *issuer, *client, *nonce;
	const char *access_token;       /* "": none came */
	int64_t now_s;
	int64_t since_s;                /* people must have been asked after this; 0: at any time */
};
/* Texts are never NULL. */
struct oidc_claims {
	const char *subject, *email, *name;
	bool verified;                  /* the provider vouches for the address */
	bool several;                   /* it says that it asked for several factors */
};
/* The token TEXT with the provider's set of keys; NULL or a fault.  Texts of OUT live under CTX. */
const char *oidc_check(const void *ctx, const char *text, const char *keys, size_t nkeys, const struct oidc_check *how,
		       struct oidc_claims *out);

#endif
