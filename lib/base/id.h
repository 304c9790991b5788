/*
 * id.h -- UUID version 7 (RFC 9562), made in C.
 *
 * 48 bits of milliseconds, 12 bits of a counter that starts at random below
 * half and rises inside the millisecond, 62 random bits: ids of one process
 * sort in the order they were made, also when the clock steps back.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/base.h"

#define ID_LEN 36
struct id { char text[ID_LEN + 1]; };

struct id id_new(void);
/* True for the canonical lower-case form of any UUID, and nothing else. */
bool id_valid(const char *s);

/* A valid id in less than half the room, and back. */
struct id_packed { unsigned char bytes[16]; };
struct id_packed id_pack(const char *id);
struct id id_unpack(const struct id_packed *packed);

#endif
