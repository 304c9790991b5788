/* Promise: a token lets in whom the provider named, for us, now, in answer to this question, and
   signed by a key of the provider's own set; nothing else does (T45; OpenID Connect Core 3.1.3.7). */
#include "base/oidc.h"

#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/http.h"
#include "base/mem.h"
#include "tap.h"

static void *mem;

static const char KEYS[] =
	"{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"test-key-1\",\"n\":\"steDm7ldnrHrwH5VPX"
	"YCFvwpyPsX53GifZEDRvwnBL-x5PCRWk9wvh-Xjb4wH0-RwUZuyONXR8Ip5vqg3vA9xfGWq2nv4Pg_x7TiUuAJYfel"
	"hBVr6h37Kp4xpFIHEXtHLplmaj7jHpC--ef-f2ozd_jx3L2eceEoP8u7wEwE8Y-O59oucAb8ozNxSMd6cz64ji1uzQ"
	"O_gAUrLGPcFZcO6zIvMCTGYDQ-4DG-YXt2b13N4EjprY6uzIj0WA87j8Rd-7DmLLhjuY0sxp6EeHzDA6GZ5dDJifeJ"
	"bKAvgGPpQHd9-VjBZ4PY_8-cHRaHPlfpOmK-id2nLRa-w_IZesKj6Q\",\"e\":\"AQAB\"},{\"kty\":\"EC\",\"crv\":\"P-2"
	"56\",\"use\":\"sig\",\"alg\":\"ES256\",\"kid\":\"ec-1\",\"x\":\"jr88hGgdpFyi90csGIwbTZJOYlFF3I0c6W7hweMjW5"
	"I\",\"y\":\"IAkYU9UtwpqCFkT8bTc8P-pvNHoKwxRstyjaDzHVEvY\"}]}";
static const char RS256[] =
	"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InRlc3Qta2V5LTEifQ.eyJpc3MiOiJodHRwczovL2lkcC5"
	"leGFtcGxlLmNvbSIsImF1ZCI6InNob3AtY2xpZW50Iiwic3ViIjoiMjQ4Mjg5NzYxMDAxIiwiZXhwIjo0MTAyNDQ0O"
	"DAwLCJpYXQiOjE3MDAwMDAwMDAsIm5vbmNlIjoibi0wUzZfV3pBMk1qIiwiZW1haWwiOiJqYW5lQGV4YW1wbGUuY29"
	"tIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsIm5hbWUiOiJKYW5lIERvZSJ9.Z0g-A5hgWfMAvtd0_Iy24bCvsU2grKm5"
	"e7fipUtN90eY_Uqv6uTy0Fx34ew22uPudZoDxjKH6DaKDrBfcktbA37l7OuiLQXYtSp8dulA6E04ldQdBo3qck-eWd"
	"gLxzwDnpmhjOFv5Hegr15A7U8w1dHXsggNnfNerkazlQLL9zzd0N4JF2xjhSMGOXPYX6cV_mIl3orcEw5gvrTyz_-C"
	"2esC9ADKwjWFNTFuEkeiTbr3u69G0U0C3Y3lloVllIHKDQXQpwTJhtEDyI5h6vIMnT4rRtITjImbp2bvievg1hBQBe"
	"piDPl9-w9QWv6nwy3HPce3G9v6iLCg3ZFQ3DLsKw";
static const char ES256[] =
	"eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImVjLTEifQ.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGx"
	"lLmNvbSIsImF1ZCI6InNob3AtY2xpZW50Iiwic3ViIjoiMjQ4Mjg5NzYxMDAxIiwiZXhwIjo0MTAyNDQ0ODAwLCJpY"
	"XQiOjE3MDAwMDAwMDAsIm5vbmNlIjoibi0wUzZfV3pBMk1qIiwiZW1haWwiOiJqYW5lQGV4YW1wbGUuY29tIiwiZW1"
	"haWxfdmVyaWZpZWQiOnRydWUsIm5hbWUiOiJKYW5lIERvZSJ9.D4ucHacZUcLSftamrxsr0Evn23RObLrHNQNycNj-"
	"xkx3-TfmdWk0Zv1Zqk0n42DmdFPSz5cOgtCmJbK_AGT2Zg";
static const char HS256[] =
	"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InRlc3Qta2V5LTEifQ.eyJpc3MiOiJodHRwczovL2lkcC5"
	"leGFtcGxlLmNvbSIsImF1ZCI6InNob3AtY2xpZW50Iiwic3ViIjoiMjQ4Mjg5NzYxMDAxIiwiZXhwIjo0MTAyNDQ0O"
	"DAwLCJpYXQiOjE3MDAwMDAwMDAsIm5vbmNlIjoibi0wUzZfV3pBMk1qIiwiZW1haWwiOiJqYW5lQGV4YW1wbGUuY29"
	"tIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsIm5hbWUiOiJKYW5lIERvZSJ9.zkfIGzw8epntYEtQejNDBHedOUU37DoS"
	"al8yLxEbZaI";
static const char NONE[] =
	"eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsImF1ZCI6InNob3AtY2xpZW50Ii"
	"wic3ViIjoiMjQ4Mjg5NzYxMDAxIiwiZXhwIjo0MTAyNDQ0ODAwLCJpYXQiOjE3MDAwMDAwMDAsIm5vbmNlIjoibi0w"
	"UzZfV3pBMk1qIiwiZW1haWwiOiJqYW5lQGV4YW1wbGUuY29tIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsIm5hbWUiOi"
	"JKYW5lIERvZSJ9.";
static const char EXPIRED[] =
	"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InRlc3Qta2V5LTEifQ.eyJpc3MiOiJodHRwczovL2lkcC5"
	"leGFtcGxlLmNvbSIsImF1ZCI6InNob3AtY2xpZW50Iiwic3ViIjoiMjQ4Mjg5NzYxMDAxIiwiZXhwIjoxNjAwMDAwM"
	"DAwLCJpYXQiOjE3MDAwMDAwMDAsIm5vbmNlIjoibi0wUzZfV3pBMk1qIiwiZW1haWwiOiJqYW5lQGV4YW1wbGUuY29"
	"tIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsIm5hbWUiOiJKYW5lIERvZSJ9.SaHi-iGiws2iL6FnSKw7z9WcaaX4g-qq"
	"tGhBm-IuraiMU1GtKhhDTTa3ZxJTByhauwvgizYfZSHc7kNggaoRJSWepQEYtWIuFnwAsU7mz6Qndzqjxb2cBW32w9"
	"0oLAMhtMgyuXCRLO3VbSfKNwMuT-7oXnRG8dsJCLHZiiel_-mfDXMNly9Y2oe5odh3SmuvKYBLb0wDcchbC_PwR9_j"
	"nXuuBJvAMtT0K2lwN2y8aM2Btg-P7Vuld_1Q9-hS2qhEcJW6TG53KpeC-CnOteYWXJKbBB-W16jM_dG3k2E7jJEqXm"
	"-T2LYzvbpb7FYQ80fSNMX0J1AXCWLWulMCZcY6KA";

/* The vectors' questions. */
static struct oidc_check how = {
	.issuer = "https://idp.example.com", .client = "shop-client", .nonce = "n-0S6_WzA2Mj", .access_token = "", .now_s = 1700000100,
};

static const char *verdict_of(const char *token, struct oidc_check h)
{
	struct oidc_claims c;
	const char *fault = oidc_check(mem, token, KEYS, strlen(KEYS), &h, &c);

	return fault == NULL ? "fine" : fault;
}

static void tokens(void)
{
	struct oidc_check h = how;
	struct oidc_claims c = { 0 };
	char cut[sizeof(RS256)];

	tap_ok(oidc_check(mem, RS256, KEYS, strlen(KEYS), &how, &c) == NULL, "RS256 counts");
	tap_is_str(c.subject, "248289761001", "it names who it is");
	tap_is_str(c.email, "jane@example.com", "with an address");
	tap_ok(c.verified && !c.several, "that the provider vouches for, by one factor");
	tap_is_str(verdict_of(ES256, how), "fine", "ES256 counts");
	tap_is_str(verdict_of(HS256, how), "algorithm", "a key that both sides know does not, be it the public one");
	tap_is_str(verdict_of(NONE, how), "algorithm", "nor no signature at all");
	tap_is_str(verdict_of(EXPIRED, how), "expired", "nor one that is over");
	h.now_s = 1699999000;
	tap_is_str(verdict_of(RS256, h), "early", "nor one of the future");
	h = how;
	h.issuer = "https://idp.example.com/";
	tap_is_str(verdict_of(RS256, h), "issuer", "nor of an issuer that differs by a byte");
	h = how;
	h.client = "another";
	tap_is_str(verdict_of(RS256, h), "audience", "nor for somebody else");
	h = how;
	h.nonce = "n-0S6_WzA2Mk";
	tap_is_str(verdict_of(RS256, h), "nonce", "nor in answer to another question");
	h = how;
	h.since_s = 1700000000;
	tap_is_str(verdict_of(RS256, h), "stale", "nor, when people must be asked again, one that does not say when");
	snprintf(cut, sizeof(cut), "%s", RS256);
	cut[strlen(cut) - 10] = cut[strlen(cut) - 10] == 'A' ? 'B' : 'A';
	tap_is_str(verdict_of(cut, how), "signature", "a changed signature does not");
	snprintf(cut, sizeof(cut), "%s", RS256);
	cut[150] = cut[150] == 'A' ? 'B' : 'A';
	tap_ok(strcmp(verdict_of(cut, how), "fine") != 0, "nor a changed text");
	tap_is_str(verdict_of("", how), "token", "nothing is no token");
	tap_is_str(verdict_of("a.b", how), "token", "nor half of one");
}

static void sets(void)
{
	static const char *const none[] = { "", "{}", "[]", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"test-key-1\",\"k\":\"AAAA\"}]}" };
	struct oidc_claims c;

	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		const char *fault = oidc_check(mem, RS256, none[i], strlen(none[i]), &how, &c);

		tap_is_str(fault == NULL ? "fine" : fault, "key", "a set without the key: %zu", i);
	}
}

static const char *discover(const char *issuer, const char *more, struct oidc_provider *p)
{
	const char *text = mem_printf(mem, "{\"issuer\":\"https://a.test\",\"authorization_endpoint\":\"https://a.test/auth?x=1\","
		"\"token_endpoint\":\"https://b.test/token\",\"jwks_uri\":\"https://a.test/jwks\",\"response_types_supported\":[\"code\"]%s}", more);
	const char *fault = oidc_discover(mem, issuer, text, strlen(text), p);

	return fault == NULL ? "fine" : fault;
}

static void descriptions(void)
{
	struct oidc_question q = { .client = "a&b", .back = "https://shop.test/back", .state = "S", .nonce = "N",
				   .verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" };
	const char *header, *form;
	struct oidc_provider p;

	tap_is_str(oidc_discovery_url(mem, "https://a.test/x/"), "https://a.test/x/.well-known/openid-configuration", "where an issuer describes itself");
	tap_is_str(discover("https://a.test", "", &p), "fine", "a description");
	tap_ok(!p.names_itself && !p.post, "with what it does not say");
	tap_is_str(oidc_authorize_url(mem, &p, &q), "https://a.test/auth?x=1&response_type=code&client_id=a%26b&redirect_uri=https%3A%2F%2Fshop.test%2Fback"
	       "&scope=openid%20email%20profile&state=S&nonce=N&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
	       "where people go, with the challenge of RFC 7636");
	tap_ok(p.ends == NULL, "and no page where people sign out");
	tap_is_str(discover("https://a.test", ",\"end_session_endpoint\":\"https://a.test/end?x=1\"", &p), "fine", "one that has such a page");
	tap_is_str(p.ends, "https://a.test/end?x=1", "tells where");
	tap_is_str(discover("https://a.test", ",\"end_session_endpoint\":\"javascript:alert(1)\"", &p), "fine", "one whose page is none");
	tap_ok(p.ends == NULL, "is as one without");
	discover("https://a.test", "", &p);
	form = oidc_token_form(mem, &p, &q, "p:w", "c", &header);
	tap_is_str(header, "Basic YSUyNmI6cCUzQXc=", "our secret in a header, encoded first");
	tap_ok(strstr(form, "secret") == NULL && strstr(form, "code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") != NULL, "and not in the form");
	tap_is_str(discover("https://a.test", ",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"]", &p), "fine", "a provider that wants it there");
	form = oidc_token_form(mem, &p, &q, "p:w", "c", &header);
	tap_ok(header == NULL && strstr(form, "client_secret=p%3Aw") != NULL, "gets it there");
	tap_is_str(discover("https://a.test/", "", &p), "issuer", "not one of somebody else");
	tap_is_str(discover("https://a.test", ",\"code_challenge_methods_supported\":[\"plain\"]", &p), "flow", "nor without S256");
	tap_is_str(oidc_discover(mem, "https://a.test", "<html>", 6, &p), "json", "nor a page");
}

static void addresses(void)
{
	static const char *const bad[] = {
		"http://a.test/", "ftp://a.test/", "https://", "https://user@a.test/", "https://a.test\\@b.test/", "https://a.test /", "http://127.0.0.1.test:80/", "https://A.test/",
	};
	static const struct { const char *address; bool open; } nets[] = {
		{ "8.8.8.8", true }, { "10.1.2.3", false }, { "127.0.0.1", false }, { "169.254.169.254", false }, { "172.31.0.1", false },
		{ "172.32.0.1", true }, { "192.168.1.1", false }, { "100.64.0.1", false }, { "0.0.0.0", false }, { "224.0.0.1", false },
		{ "255.255.255.255", false }, { "2600::1", true }, { "::1", false }, { "::", false }, { "fe80::1", false }, { "fd00::1", false },
		{ "::ffff:127.0.0.1", false }, { "2002:7f00:1::", false }, { "64:ff9b::7f00:1", false }, { "ff02::1", false },
	};
	const char *path = "";

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		tap_ok(oidc_origin(mem, bad[i], &path) == NULL, "%s is called by nobody", bad[i]);
	tap_is_str(oidc_origin(mem, "https://a.test:8443/x?y=1", &path), "https://a.test:8443", "an address");
	tap_is_str(path, "/x?y=1", "and what stands behind it");
	for (size_t i = 0; i < ARRAY_LEN(nets); i++) {
		struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
		struct sockaddr_in four = { .sin_family = AF_INET };
		bool is_six = inet_pton(AF_INET6, nets[i].address, &six.sin6_addr) == 1;

		if (!is_six)
			inet_pton(AF_INET, nets[i].address, &four.sin_addr);
		tap_ok(http_is_public(is_six ? (const struct sockaddr *)&six : (const struct sockaddr *)&four) == nets[i].open,
		       "T46 %s is %s", nets[i].address, nets[i].open ? "in the Internet" : "not called");
	}
}

int main(void)
{
	mem = mem_context(NULL, "oidc");
	tokens();
	sets();
	descriptions();
	addresses();
	mem_free(mem);
	return tap_done();
}
