#include "web/limits.h"

const struct web_limit web_limits[] = {
#define WEB_LIMIT_ROW(name, value, reason) { #name, value, reason },
	WEB_LIMITS(WEB_LIMIT_ROW)
#undef WEB_LIMIT_ROW
};
const size_t web_limits_count = ARRAY_LEN(web_limits);
