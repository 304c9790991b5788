/*
 * upload.h -- a file that came with a form.
 *
 * While the body is read the bytes go to a file without a name (O_TMPFILE) in
 * the private temporary directory, never into memory and never under a name the
 * sender chose; closing it, at the end of the request, removes it.  What type it
 * really is, the taker finds out from the bytes; .claimed_type and .name are what
 * the sender says, the name cleaned and without directories.
 */
#ifndef WEB_UPLOAD_H
#define WEB_UPLOAD_H

#include "base/base.h"

struct upload {
	const char *name;               /* last segment, at most LIMIT_FILE_NAME_BYTES; may be "" */
	const char *claimed_type;
	size_t size;
	int fd;                         /* at its start; dup() it to keep it longer than the request */
	unsigned char sha256[32];
};

#endif
