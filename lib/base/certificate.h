/*
 * certificate.h -- the certificate that a web server shows for a host.
 *
 *	struct certificate c;
 *	struct certificate_place p = { .host = "shop.example.org", .address = "127.0.0.1", .port = 443 };
 *	certificate_look(mem, &p, &c);
 *	if (*c.fault == '\0' && c.ends_ms < now_ms)
 *		...
 *
 * It is a TLS handshake with the host's name in it (SNI) and nothing behind: no request is
 * sent.  Whatever is shown is read, also what a browser would refuse; a second handshake tells
 * whether it would be.  In libhttp.a, which only programs with "out" in
 * etc/programs.tab link.
 */
#ifndef BASE_CERTIFICATE_H
#define BASE_CERTIFICATE_H

#include "base/base.h"

#define CERTIFICATE_ISSUER_MAX 200      /* bytes of an issuer that are kept: it is for people's eyes */

struct certificate_place {
	const char *host;               /* whose certificate */
	const char *address;            /* where the web server listens: a name or an address, IPv6 in brackets */
	int port;
	const char *ca_file;            /* certificates to trust in place of the system's; NULL or "": those */
};

struct certificate {
	const char *fault;              /* why none was shown, in a few words; "": one was, and what follows is known */
	int64_t ends_ms;                /* its last moment */
	const char *issuer;             /* who signed it: organisation and name; "" when it does not say */
	bool fits;                      /* it is for that host */
	bool trusted;                   /* now, its chain ends at an authority that is trusted */
};

/* Looks at the certificate of a place, for some seconds at most.  Texts live under CTX and are never NULL. */
void certificate_look(const void *ctx, const struct certificate_place *place, struct certificate *out);

#endif
