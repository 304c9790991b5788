#include "notify/notifier.h"

#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"

#define PASSWORD_MAX 256

/* The first line of the file; NULL after a log line. */
static const char *read_password(const void *ctx, const char *path)
{
	char line[PASSWORD_MAX + 2] = "";
	FILE *f = fopen(path, "re");
	bool got = f != NULL && fgets(line, sizeof(line), f) != NULL;

	if (f != NULL)
		fclose(f);
	line[strcspn(line, "\r\n")] = '\0';
	if (!got || *line == '\0' || strlen(line) > PASSWORD_MAX) {
		log_error("file of the mail password cannot be read", NULL);
		return NULL;
	}
	return mem_strdup(ctx, line);
}

bool notify_configured(const void *ctx, struct notify_settings *out)
{
	*out = (struct notify_settings){
		.url = config_text("mail.smtp"), .envelope = config_text("mail.envelope"),
		.must_encrypt = strcmp(config_text("mail.starttls"), "must") == 0,
	};
	if (*config_text("mail.user") == '\0')
		return true;
	out->user = config_text("mail.user");
	out->password = read_password(ctx, config_text("mail.password_file"));
	/* A password never travels in the clear. */
	out->must_encrypt = true;
	return out->password != NULL;
}
