#include "base/http.h"

#include <arpa/inet.h>
#include <string.h>

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
