/*
 * config.h -- settings of the host, read once at start from an INI file (inih).
 *
 * SUTLER_CONFIG names the file, else /etc/sutler/sutler.conf.  Every setting is
 * a row of config_settings[] with type, default and meaning; an unknown name, a
 * value of the wrong type and a missing file that was asked for by name are
 * errors with file and line, and the program ends with exit status 78 (EX_CONFIG).
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/base.h"

enum config_type { CONFIG_TEXT, CONFIG_INT, CONFIG_BOOL, CONFIG_PATH };

struct config_setting {
	const char *name;               /* "database.connection" is [database] connection = */
	enum config_type type;
	const char *fallback;
	int64_t min, max;               /* CONFIG_INT */
	const char *meaning;
};
extern const struct config_setting config_settings[];

/* Reads the file; false with a sentence in *error (static memory). */
bool config_load(const char **error);
const char *config_text(const char *name);
int64_t config_int(const char *name);
bool config_bool(const char *name);

#endif
