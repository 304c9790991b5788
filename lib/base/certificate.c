#include "base/certificate.h"

#include "base/http.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <curl/curl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

static void no_answer(struct certificate *out, const char *fault)
{
	*out = (struct certificate){ .fault = fault, .issuer = "" };
}

/* ---- what is in it ---- */

/* A part of the issuer's name for people's eyes, or "". */
static const char *name_part(const void *ctx, X509_NAME *name, int nid)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1), n;
	unsigned char *utf8 = NULL;
	const char *text = NULL;

	if (at < 0)
		return "";
	n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (n > 0 && n < CERTIFICATE_ISSUER_MAX / 2)
		text = text_clean(ctx, (const char *)utf8, (size_t)n, TEXT_LINE);
	OPENSSL_free(utf8);
	return text == NULL ? "" : text;
}

static const char *issuer_of(const void *ctx, X509 *x)
{
	X509_NAME *name = X509_get_issuer_name(x);
	const char *organisation = name_part(ctx, name, NID_organizationName), *common = name_part(ctx, name, NID_commonName);

	if (*organisation == '\0' || strcmp(organisation, common) == 0)
		return common;
	return *common == '\0' ? organisation : mem_printf(ctx, "%s, %s", organisation, common);
}

static bool read_end(const X509 *x, int64_t *ends_ms)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1)
		return false;
	*ends_ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

static void read_certificate(const void *ctx, const char *pem, const char *host, struct certificate *out)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *x = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);

	if (x == NULL || !read_end(x, &out->ends_ms)) {
		no_answer(out, "its certificate cannot be read");
	} else {
		out->issuer = issuer_of(ctx, x);
		out->fits = X509_check_host(x, host, 0, 0, NULL) == 1;
	}
	X509_free(x);
	BIO_free(bio);
}

/* ---- the handshake ---- */

/* VERIFY: whether the chain must end at an authority that is trusted.  The name in it is looked at by ourselves. */
static CURLcode shake_hands(const void *ctx, CURL *c, const struct certificate_place *p, bool verify)
{
	struct curl_slist *here = curl_slist_append(NULL, mem_printf(ctx, "::%s:%d", p->address, p->port));
	CURLcode result;

	if (here == NULL)
		BUG("libcurl has no memory for an address");
	curl_easy_setopt(c, CURLOPT_URL, mem_printf(ctx, "https://%s:%d/", p->host, p->port));
	curl_easy_setopt(c, CURLOPT_CONNECT_TO, here);
	curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	if (p->ca_file != NULL && *p->ca_file != '\0') {
		curl_easy_setopt(c, CURLOPT_CAINFO, p->ca_file);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)HTTP_TOTAL_MS);
	result = curl_easy_perform(c);
	curl_slist_free_all(here);
	return result;
}

/* The first certificate of the chain as PEM, or NULL. */
static const char *shown(CURL *c)
{
	static const char label[] = "Cert:";
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(c, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL || info->num_of_certs < 1)
		return NULL;
	for (const struct curl_slist *s = info->certinfo[0]; s != NULL; s = s->next)
		if (strncmp(s->data, label, sizeof(label) - 1) == 0)
			return s->data + sizeof(label) - 1;
	return NULL;
}

static CURL *handle(void)
{
	CURL *c = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;

	if (c == NULL)
		BUG("libcurl cannot start");
	return c;
}

/* Without a judgement of the chain, so that whatever is wrong with it can be seen. */
static void look(const void *ctx, const struct certificate_place *place, struct certificate *out)
{
	CURL *c = handle();
	CURLcode result = shake_hands(ctx, c, place, false);
	const char *pem = result == CURLE_OK ? shown(c) : NULL;

	if (pem != NULL)
		read_certificate(ctx, pem, place->host, out);
	else
		no_answer(out, result == CURLE_OK ? "no certificate was shown" : curl_easy_strerror(result));
	curl_easy_cleanup(c);
}

/* Once more, with it: a library that was told not to judge need not know the authorities. */
static void judge(const void *ctx, const struct certificate_place *place, struct certificate *out)
{
	CURL *c = handle();
	CURLcode result = shake_hands(ctx, c, place, true);

	out->trusted = result == CURLE_OK;
	/* Where no authority is known none is trusted. */
	if (result != CURLE_OK && result != CURLE_PEER_FAILED_VERIFICATION && result != CURLE_SSL_CACERT_BADFILE)
		no_answer(out, curl_easy_strerror(result));
	curl_easy_cleanup(c);
}

void certificate_look(const void *ctx, const struct certificate_place *place, struct certificate *out)
{
	*out = (struct certificate){ .fault = "", .issuer = "" };
	look(ctx, place, out);
	if (*out->fault == '\0')
		judge(ctx, place, out);
}
