#include "web/idempotency.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "db/rows.h"
#include "web/exchange.h"
#include "web/limits.h"
#include "web/upload.h"

#include "db/query/web.h"

#include <string.h>

/* Parts are closed by NUL, which none of them can hold: two lists never read the same. */
static void add(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s) + 1);
}

static void key_hash(const struct req *r, char out[SHA256_HEX])
{
	struct buf *b = buf_new(r->mem);

	add(b, r->x->personal != NULL ? r->x->personal : "");
	add(b, r->program->name);
	add(b, r->route->path);
	add(b, r->x->idempotency_key);
	sha256_hex(b->data, b->len, out);
}

static void request_hash(const struct req *r, char out[SHA256_HEX])
{
	const struct inputs *in = r->x->inputs;
	struct buf *b = buf_new(r->mem);

	add(b, r->path);
	for (size_t i = 0; i < in->n; i++) {
		add(b, in->item[i].name);
		add(b, in->item[i].value);
		if (in->item[i].file != NULL)
			buf_add(b, in->item[i].file->sha256, sizeof(in->item[i].file->sha256));
	}
	sha256_hex(b->data, b->len, out);
}

void idempotency_queue(struct req *r)
{
	char key[SHA256_HEX], request[SHA256_HEX];

	key_hash(r, key);
	request_hash(r, request);
	r->x->claim = q_web_idempotency_claim(r->db, key, request, LIMIT_IDEMPOTENCY_S);
	r->x->earlier = q_web_idempotency(r->db, key);
}

enum idempotency idempotency_read(struct req *r, const char **location)
{
	const struct row_web_idempotency *row;
	char request[SHA256_HEX];

	*location = "/";
	if (rows_affected(r->x->claim) == 1 || !rows_found(r->x->earlier))
		return IDEMPOTENCY_FIRST;
	row = row_web_idempotency(r->x->earlier);
	request_hash(r, request);
	if (strcmp(row->request, request) != 0)
		return IDEMPOTENCY_OTHER;
	*location = row->location;
	return IDEMPOTENCY_REPLAY;
}

void idempotency_keep(struct req *r, int status, const char *location)
{
	char key[SHA256_HEX];

	key_hash(r, key);
	q_web_idempotency_keep(r->db, key, status, location);
}
