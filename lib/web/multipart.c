#include "web/multipart.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "web/limits.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* What the bytes at hand belong to. */
enum state { PREAMBLE, AFTER_BOUNDARY, HEADERS, CONTENT, DONE };

struct file {
	struct upload upload;           /* first: what is handed out */
	EVP_MD_CTX *digest;
};

struct multipart {
	struct inputs *in;
	const struct upload_limits *limits;
	const char *dir;
	const char *delimiter;          /* CR LF "--" boundary */
	size_t delimiter_len;
	enum state state;
	struct buf *held;               /* bytes not yet decided */
	size_t field_bytes;             /* of all fields so far */
	unsigned parts, files;
	/* The part being read. */
	const char *name;
	struct buf *value;              /* a field's */
	struct file *file;              /* or a file's */
};

struct multipart *multipart_new(const void *ctx, const char *boundary, struct inputs *in,
				const struct upload_limits *limits, const char *dir)
{
	struct multipart *m = mem_new(ctx, struct multipart);

	m->in = in;
	m->limits = limits;
	m->dir = dir;
	m->delimiter = mem_printf(m, "\r\n--%s", boundary);
	m->delimiter_len = strlen(m->delimiter);
	m->held = buf_new(m);
	/* The first delimiter may stand at the very start: as if a line had ended before. */
	buf_adds(m->held, "\r\n");
	return m;
}

static void close_file(void *ptr)
{
	struct file *f = ptr;

	if (f->upload.fd >= 0)
		close(f->upload.fd);
	EVP_MD_CTX_free(f->digest);
}

static enum form_result open_file(struct multipart *m, const char *name, const char *type)
{
	const char *last = name;
	struct file *f;

	if (m->limits == NULL || ++m->files > m->limits->files)
		return FORM_TOO_MANY;
	for (const char *s = name; *s != '\0'; s++)
		if (*s == '/' || *s == '\\')
			last = s + 1;
	f = mem_new(m->in, struct file);
	f->upload.name = text_clean(f, last, strnlen(last, LIMIT_FILE_NAME_BYTES), TEXT_LINE);
	if (f->upload.name == NULL)
		f->upload.name = "";
	f->upload.claimed_type = mem_strdup(f, type);
	f->upload.fd = open(m->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	f->digest = EVP_MD_CTX_new();
	mem_on_free(f, close_file);
	if (f->upload.fd < 0 || f->digest == NULL ||
	    EVP_DigestInit_ex(f->digest, EVP_sha256(), NULL) != 1) {
		log_error("upload cannot be kept", "directory", m->dir, NULL);
		return FORM_NO_ROOM;
	}
	m->file = f;
	return FORM_OK;
}

static enum form_result take_content(struct multipart *m, const char *data, size_t n)
{
	if (n == 0)
		return FORM_OK;
	if (m->file == NULL) {
		m->field_bytes += n;
		if (m->field_bytes > LIMIT_BODY_BYTES)
			return FORM_TOO_LARGE;
		buf_add(m->value, data, n);
		return FORM_OK;
	}
	if (m->file->upload.size + n > m->limits->file_bytes)
		return FORM_TOO_LARGE;
	m->file->upload.size += n;
	EVP_DigestUpdate(m->file->digest, data, n);
	while (n > 0) {
		ssize_t done = write(m->file->upload.fd, data, n);

		if (done <= 0) {
			log_error("upload cannot be written", "directory", m->dir, NULL);
			return FORM_NO_ROOM;
		}
		data += done;
		n -= (size_t)done;
	}
	return FORM_OK;
}

static enum form_result finish_part(struct multipart *m)
{
	const char *value = "";
	struct upload *file = NULL;

	if (m->file != NULL) {
		file = &m->file->upload;
		EVP_DigestFinal_ex(m->file->digest, file->sha256, NULL);
		if (lseek(file->fd, 0, SEEK_SET) != 0)
			return FORM_MALFORMED;
	} else {
		value = m->value->data;
		if (strlen(value) != m->value->len || !utf8_valid(value, m->value->len))
			return FORM_MALFORMED;
	}
	m->file = NULL;
	return inputs_add(m->in, m->name, value, file);
}

/* The parameter NAME of a header's value, unquoted; NULL when it is not there.  Browsers
   write %22, %0D and %0A for what cannot stand between the quotes (WHATWG). */
static const char *parameter(const void *ctx, const char *s, const char *name)
{
	size_t name_len = strlen(name);

	for (s += strcspn(s, ";"); *s == ';'; s += strcspn(s, ";")) {
		s++;
		s += strspn(s, " \t");
		if (strncasecmp(s, name, name_len) == 0 && s[name_len] == '=' && s[name_len + 1] == '"') {
			s += name_len + 2;
			return s[strcspn(s, "\"")] == '"' ? mem_strndup(ctx, s, strcspn(s, "\"")) : NULL;
		}
		/* Step over a quoted value: a ';' in it separates nothing. */
		s += strcspn(s, ";\"");
		if (*s == '"') {
			s++;
			s += strcspn(s, "\"");
			if (*s == '\0')
				return NULL;
			s++;
		}
	}
	return NULL;
}

static enum form_result begin_part(struct multipart *m, const char *disposition, const char *type)
{
	const char *file_name;

	if (disposition == NULL || strncasecmp(disposition, "form-data;", 10) != 0)
		return FORM_MALFORMED;
	if (type != NULL && strncasecmp(type, "multipart/", 10) == 0)
		return FORM_MALFORMED;
	m->name = parameter(m->in, disposition, "name");
	if (m->name == NULL || *m->name == '\0' || strlen(m->name) > LIMIT_NAME_BYTES ||
	    !utf8_valid(m->name, strlen(m->name)))
		return FORM_MALFORMED;
	file_name = parameter(m->in, disposition, "filename");
	m->state = CONTENT;
	if (file_name != NULL)
		return open_file(m, file_name, type == NULL ? "" : type);
	m->value = buf_new(m->in);
	return FORM_OK;
}

/* TEXT holds the part's header lines, each closed by CR LF. */
static enum form_result read_headers(struct multipart *m, char *text)
{
	const char *disposition = NULL, *type = NULL;

	for (char *line = text; *line != '\0';) {
		char *end = strstr(line, "\r\n");

		if (end == NULL)
			return FORM_MALFORMED;
		*end = '\0';
		if (strncasecmp(line, "Content-Disposition:", 20) == 0)
			disposition = line + 20 + strspn(line + 20, " \t");
		else if (strncasecmp(line, "Content-Type:", 13) == 0)
			type = line + 13 + strspn(line + 13, " \t");
		line = end + 2;
	}
	return begin_part(m, disposition, type);
}

/* Drops the first N held bytes. */
static void drop(struct multipart *m, size_t n)
{
	memmove(m->held->data, m->held->data + n, m->held->len - n + 1);
	m->held->len -= n;
}

/* PREAMBLE and CONTENT: everything up to the next delimiter.  The last bytes that could begin
   one stay held. */
static enum form_result step_content(struct multipart *m, bool *more)
{
	struct buf *b = m->held;
	char *at = memmem(b->data, b->len, m->delimiter, m->delimiter_len);
	size_t sure = at != NULL ? (size_t)(at - b->data) :
		      b->len >= m->delimiter_len ? b->len - m->delimiter_len + 1 : 0;
	enum form_result result = FORM_OK;

	if (m->state == CONTENT)
		result = take_content(m, b->data, sure);
	*more = at != NULL;
	if (at != NULL) {
		if (result == FORM_OK && m->state == CONTENT)
			result = finish_part(m);
		m->state = AFTER_BOUNDARY;
		sure += m->delimiter_len;
	}
	drop(m, sure);
	return result;
}

static enum form_result step_after_boundary(struct multipart *m, bool *more)
{
	struct buf *b = m->held;
	size_t blank = 0;

	*more = false;
	if (b->len >= 2 && memcmp(b->data, "--", 2) == 0) {
		m->state = DONE;
		return FORM_OK;
	}
	/* Transport padding (RFC 2046) may stand before the line's end. */
	while (blank < b->len && (b->data[blank] == ' ' || b->data[blank] == '\t'))
		blank++;
	if (blank > LIMIT_PART_HEADER_BYTES)
		return FORM_TOO_LARGE;
	if (b->len - blank < 2)
		return FORM_OK;
	if (memcmp(b->data + blank, "\r\n", 2) != 0)
		return FORM_MALFORMED;
	if (++m->parts > LIMIT_FORM_INPUTS)
		return FORM_TOO_MANY;
	drop(m, blank + 2);
	m->state = HEADERS;
	*more = true;
	return FORM_OK;
}

static enum form_result step_headers(struct multipart *m, bool *more)
{
	struct buf *b = m->held;
	char *end = memmem(b->data, b->len, "\r\n\r\n", 4);
	size_t n;
	char *text;

	*more = end != NULL;
	if (end == NULL)
		return b->len > LIMIT_PART_HEADER_BYTES ? FORM_TOO_LARGE : FORM_OK;
	n = (size_t)(end - b->data) + 2;
	if (n > LIMIT_PART_HEADER_BYTES)
		return FORM_TOO_LARGE;
	if (memchr(b->data, '\0', n) != NULL)
		return FORM_MALFORMED;
	text = mem_strndup(m->in, b->data, n);
	drop(m, n + 2);
	return read_headers(m, text);
}

enum form_result multipart_feed(struct multipart *m, const char *data, size_t n)
{
	bool more = true;
	enum form_result result = FORM_OK;

	if (m->state == DONE)
		return FORM_OK;         /* the epilogue is nothing to us */
	buf_add(m->held, data, n);
	while (more && result == FORM_OK) {
		switch (m->state) {
		case PREAMBLE:
		case CONTENT:
			result = step_content(m, &more);
			break;
		case AFTER_BOUNDARY:
			result = step_after_boundary(m, &more);
			break;
		case HEADERS:
			result = step_headers(m, &more);
			break;
		case DONE:
			return FORM_OK;
		}
	}
	return result;
}

enum form_result multipart_end(struct multipart *m)
{
	return m->state == DONE ? FORM_OK : FORM_MALFORMED;
}
