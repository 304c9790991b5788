#include "web/csrf.h"

#include "base/crypto.h"
#include "base/mem.h"

#include <string.h>

const char *csrf_headers(const char *sec_fetch_site, const char *origin, const char *site_origin)
{
	if (sec_fetch_site != NULL && *sec_fetch_site != '\0')
		return strcmp(sec_fetch_site, "same-origin") == 0 ? NULL : "asked for by another site";
	if (origin == NULL || *origin == '\0')
		return "neither Sec-Fetch-Site nor Origin was sent";
	return strcmp(origin, site_origin) == 0 ? NULL : "asked for by another origin";
}

const char *csrf_token(const void *ctx, const char *key)
{
	unsigned char mac[SHA256_LEN];

	hmac_sha256(key, strlen(key), "csrf", 4, mac);
	return base64url(ctx, mac, sizeof(mac));
}

bool csrf_token_right(const char *key, const char *token)
{
	void *right;
	bool same;

	if (key == NULL || token == NULL || strlen(token) != TOKEN_LEN)
		return false;
	right = mem_context(NULL, "csrf");
	same = same_secret(csrf_token(right, key), token, TOKEN_LEN);
	mem_free(right);
	return same;
}
