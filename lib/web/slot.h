/*
 * slot.h -- places that the workers of a program share: as many may be taken as there are.
 *
 * A place is a byte's lock of a file without name.  The kernel frees it with the process,
 * whatever ends it, so nobody keeps a place by dying (reliability T79).
 */
#ifndef WEB_SLOT_H
#define WEB_SLOT_H

/* The file; in the master, before the workers.  NAME is for who looks at the process. */
int slots_new(const char *name);
/* Takes one of the places FIRST to FIRST + N - 1; -1: all are taken. */
int slot_take(int fd, int first, int n);
void slot_leave(int fd, int slot);

#endif
