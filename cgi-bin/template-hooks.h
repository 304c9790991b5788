/*
 * template-hooks.h -- what the library asks, answered for cgi-bin/template.c alone.
 *
 * Programs of the shop share lib/front's hooks; this is the least that works, so
 * that the library can be tested without a shop.
 */
#ifndef CGI_BIN_TEMPLATE_HOOKS_H
#define CGI_BIN_TEMPLATE_HOOKS_H

#include "web/program.h"

extern const struct program_hooks template_hooks;

#endif
