/*
 * banned.h -- libc calls that have a better form here; using one does not compile.
 * Forced in by the build (-include).  The name of the error says what to use.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(fn, use) fn##_is_banned_use_##use

#undef strcpy
#define strcpy(x, y) BANNED(strcpy, mem_strdup)
#undef strcat
#define strcat(x, y) BANNED(strcat, buf_adds)
#undef strncpy
#define strncpy(x, y, n) BANNED(strncpy, mem_strndup)
#undef strncat
#define strncat(x, y, n) BANNED(strncat, buf_add)
#undef sprintf
#define sprintf(...) BANNED(sprintf, mem_printf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf, mem_vprintf)
#undef strtok
#define strtok(x, y) BANNED(strtok, strsep)
#undef atoi
#define atoi(x) BANNED(atoi, parse_int)
#undef atol
#define atol(x) BANNED(atol, parse_int)
#undef atof
#define atof(x) BANNED(atof, parse_money)
#undef gmtime
#define gmtime(t) BANNED(gmtime, gmtime_r)
#undef localtime
#define localtime(t) BANNED(localtime, localtime_r)
#undef rand
#define rand() BANNED(rand, random_below)
#undef system
#define system(c) BANNED(system, posix_spawn)
#undef popen
#define popen(c, m) BANNED(popen, posix_spawn)

#endif
