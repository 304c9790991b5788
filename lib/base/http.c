#include "base/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

bool http_is_origin(const char *s)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";
	const char *host = strncmp(s, "https://", 8) == 0 ? s + 8 : strncmp(s, "http://", 7) == 0 ? s + 7 : "";

	return *host != '\0' && strspn(host, fine) == strlen(host);
}

bool http_is_loopback(const char *url)
{
	const char *host = url + strlen("http://"), *port;
	size_t n;

	if (strncmp(url, "http://", strlen("http://")) != 0)
		return false;
	n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	port = n <= strlen(host) ? host + n : "";
	if (*port != ':' || port[1] == '\0' || port[1 + strspn(port + 1, "0123456789")] != '\0')
		return false;
	if (n == strlen("[::1]") && memcmp(host, "[::1]", n) == 0)
		return true;
	/* Digits and nothing else: a name that begins like this could lead anywhere. */
	return n >= strlen("127.0.0.1") && n < INET_ADDRSTRLEN && memcmp(host, "127.", 4) == 0 &&
	       strspn(host, "0123456789.") == n;
}

/* --- addresses ---------------------------------------------------------------------------------- */

/* What IANA keeps out of the Internet (its special-purpose registry), and groups. */
static const struct { uint32_t net; int bits; } closed[] = {
	{ 0x00000000, 8 },      /* this network */
	{ 0x0a000000, 8 },      /* private */
	{ 0x64400000, 10 },     /* between providers and their customers */
	{ 0x7f000000, 8 },      /* this host */
	{ 0xa9fe0000, 16 },     /* this link; clouds give keys away there */
	{ 0xac100000, 12 },     /* private */
	{ 0xc0000000, 24 },     /* protocols */
	{ 0xc0000200, 24 },     /* examples */
	{ 0xc0586300, 24 },     /* 6to4 */
	{ 0xc0a80000, 16 },     /* private */
	{ 0xc6120000, 15 },     /* benchmarks */
	{ 0xc6336400, 24 },     /* examples */
	{ 0xcb007100, 24 },     /* examples */
	{ 0xe0000000, 3 },      /* groups, reserved, everybody */
};

static bool is_public4(uint32_t a)
{
	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		if ((a ^ closed[i].net) >> (32 - closed[i].bits) == 0)
			return false;
	return true;
}

/* Only 2000::/3 is given out; in it are tunnels that hold an address of the other kind, and examples. */
static bool is_public6(const unsigned char *a)
{
	if ((a[0] & 0xe0) != 0x20)
		return false;
	return !(a[0] == 0x20 && a[1] == 0x02) && !(a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02) &&
	       !(a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8) && !(a[0] == 0x3f && a[1] >= 0xf0);
}

bool http_is_public(const struct sockaddr *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof(in));
		return is_public4(ntohl(in.sin_addr.s_addr));
	}
	if (address->sa_family != AF_INET6)
		return false;
	memcpy(&in6, address, sizeof(in6));
	return is_public6(in6.sin6_addr.s6_addr);
}
