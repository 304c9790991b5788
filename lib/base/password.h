/*
 * password.h -- passwords and their hashes, on libscrypt.
 *
 * A hash is libscrypt's own notation: "$s1$NNrrpp$salt$hash", cost first, so that it
 * can be raised later: password_verify() says when a hash was made with another cost
 * than today's, and log-in stores a new one.
 *
 * libscrypt answers -1 for a hash it cannot read, which is true in C, and writes into
 * the hash it is given: both stay in here.  What is not exactly of the form above (empty,
 * "*", cut off, a cost nobody would choose) is refused before libscrypt sees it, after the
 * same work as a hash that does not fit, so that time tells nothing.
 *
 * A password is what was typed, blanks and all, as UTF-8 in NFC: "é" is the same from
 * every keyboard (Unicode TR 15).  Nothing else is folded.  Copies are wiped.
 */
#ifndef BASE_PASSWORD_H
#define BASE_PASSWORD_H

#include "base/base.h"

#define PASSWORD_MIN 8                  /* bytes, NIST SP 800-63B: no rules about kinds of characters */
#define PASSWORD_MAX 1024               /* bytes: a sentence of any language, and no work for floods */

/* scrypt: 32 MB and about 0.15 s of one core for each try (OWASP's and ASVS' bounds). */
#define PASSWORD_LOG_N 15
#define PASSWORD_R 8
#define PASSWORD_P 3
#define PASSWORD_HASH_MAX 128           /* with the NUL */

enum password_fault {
	PASSWORD_FINE,
	PASSWORD_SHORT,
	PASSWORD_LONG,
	PASSWORD_COMMON,                /* among those that attackers try first, or the owner's own name */
	PASSWORD_BROKEN                 /* not UTF-8 */
};

/* Whether TYPED may be chosen by the owner of OWN ("ana@example.org"; "" for nobody). */
enum password_fault password_check(const char *typed, const char *own);

/* The hash of a password that was checked; false when libscrypt fails (memory). */
bool password_hash(const char *typed, char out[PASSWORD_HASH_MAX]);

/* True when TYPED is the password of HASH.  HASH may be NULL: the same work for nothing.
   *OLD (may be NULL) is set when it fits, but was made with another cost. */
bool password_verify(const char *typed, const char *hash, bool *old);

#endif
