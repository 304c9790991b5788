#include "shop/visitor.h"

#include <arpa/inet.h>
#include <string.h>

void visitor_key(const char *tenant, const char *address, int64_t now_ms, char out[SHA256_HEX])
{
	unsigned char mac[SHA256_LEN], six[16];
	char salt[64];
	size_t n = 0;

	for (const char *s = tenant; *s != '\0' && n < 40; s++)
		salt[n++] = *s;
	for (int64_t day = now_ms / 86400000; day > 0 && n < sizeof(salt); day /= 10)
		salt[n++] = (char)('0' + day % 10);
	if (inet_pton(AF_INET6, address, six) == 1)
		hmac_sha256(salt, n, six, 8, mac);
	else
		hmac_sha256(salt, n, address, strlen(address), mac);
	hex_encode(mac, sizeof(mac), out);
}
