/*
 * turn.h -- requests that are costly on purpose, as a password's hash is, and who waits for them.
 *
 * A row of the route table says .costly, its program how many of them work at the same
 * time (.turns): so much memory and so many processors they take, and no more, however
 * many come.  Who finds all at work waits, a worker each, but one worker of the
 * program always stays free: for pages that cost little, and to send away who comes when
 * all places are taken, at once, with 429 and Retry-After.  That is the program's own, so it
 * holds behind every web server (reliability T38); what the web server refuses by address
 * comes on top.  With no more workers than turns nobody is free to say so: all wait in the
 * socket's queue.
 *
 * The turn is taken when the request was found good and no transaction is open, and left when
 * its handler is through.
 */
#ifndef WEB_TURN_H
#define WEB_TURN_H

#include "base/base.h"

struct exchange;

/* A step of the exchange: true with a turn, or where the route needs none; false after a refusal. */
bool turn_take(struct exchange *x);
void turn_leave(struct exchange *x);

#endif
