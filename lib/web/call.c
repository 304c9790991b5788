#include "web/call.h"

#include "base/log.h"
#include "web/exchange.h"
#include "web/slot.h"

int call_slot_take(const struct worker *w)
{
	int slot = slot_take(w->call_fd, 0, w->call_slots);

	if (slot < 0)
		log_warn("too many workers wait for courier already", NULL);
	return slot;
}
