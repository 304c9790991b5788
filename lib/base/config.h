/*
 * config.h -- settings of the host, read once at start from an INI file (inih).
 *
 * SUTLER_CONFIG names the file, else /etc/sutler/sutler.conf (sysconfdir of the
 * build).  Before it come the files NAME.conf of the directory beside it with .d
 * behind its name (/etc/sutler/sutler.conf.d), in the order of their names: the
 * package writes there, and what the administrator says in the file itself wins.
 * Every setting is a row of config_settings[] with type, default and meaning; an
 * unknown name, a value of the wrong type, a setting given twice in one file and a
 * missing file that was asked for by name are errors with file and line, and the
 * program ends with exit status 78 (EX_CONFIG).  To add a setting, add its row and
 * its lines in etc/sutler.conf; t/style/config.t compares the two.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/buf.h"

enum config_type {
	CONFIG_TEXT, CONFIG_INT, CONFIG_BOOL, CONFIG_PATH,
	CONFIG_ORIGIN                   /* https://HOST or http://HOST, perhaps with a port, nothing behind */
};

struct config_setting {
	const char *name;               /* "database.connection" is [database] connection = */
	enum config_type type;
	const char *fallback;
	int64_t min, max;               /* CONFIG_INT */
	const char *choices;            /* CONFIG_TEXT: the words allowed, between spaces; NULL: any text */
	const char *meaning;
};
extern const struct config_setting config_settings[];   /* ends with a NULL name */

/* Reads the files; false with a sentence in *error (static memory).  A second call
   forgets the first.  Before the first call every setting has its default. */
bool config_load(const char **error);
/* A name that is no row, or a row of another type, is a BUG.  Texts live until the
   next config_load(). */
const char *config_text(const char *name);
int64_t config_int(const char *name);
bool config_bool(const char *name);

/* Every setting with its meaning as a file that config_load() reads back; those that
   have their default stand behind a '#'. */
void config_print(struct buf *out);

#endif
