#include "shop/media_avif.h"

#define HEADER 8
/* Deeper than any box of an AVIF picture lies. */
#define DEEPEST 4

/* What may stand in what ("" is the file).  A box of boxes begins with SKIP bytes of its own; in one of another
   kind stands, at AT, what it must say. */
static const struct rule {
	char in[5], type[5];
	bool boxes;
	size_t skip, at;
	const char *says;
} rules[] = {
	{ "", "ftyp", false, 0, 0, "avif" },
	{ "", "meta", true, 4, 0, NULL },
	{ "", "mdat", false, 0, 0, NULL },
	{ "meta", "hdlr", false, 0, 8, "pict" },
	{ "meta", "pitm", false, 0, 0, NULL },
	{ "meta", "iloc", false, 0, 0, NULL },
	{ "meta", "iinf", true, 6, 0, NULL },
	{ "meta", "iref", false, 0, 0, NULL },          /* that a plane of transparency is one */
	{ "meta", "iprp", true, 0, 0, NULL },
	{ "iinf", "infe", false, 0, 8, "av01" },
	{ "iprp", "ipco", true, 0, 0, NULL },
	{ "iprp", "ipma", false, 0, 0, NULL },
	{ "ipco", "av1C", false, 0, 0, NULL },
	{ "ipco", "ispe", false, 0, 0, NULL },
	{ "ipco", "pixi", false, 0, 0, NULL },
	{ "ipco", "auxC", false, 0, 0, NULL },
	{ "ipco", "colr", false, 0, 0, "nclx" },        /* numbers; a profile could carry anything */
};

static size_t be32(const unsigned char *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | (size_t)p[3];
}

static const struct rule *rule_of(const char *in, const unsigned char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (strcmp(rules[i].in, in) == 0 && memcmp(rules[i].type, type, 4) == 0)
			return &rules[i];
	return NULL;
}

/* The boxes of N bytes, which lie in one named IN; their number, -1 when one must not be there. */
static int look_through(const unsigned char *data, size_t n, const char *in, int depth)
{
	int seen = 0;

	for (size_t size; n > 0; data += size, n -= size, seen++) {
		const struct rule *r;

		if (n < HEADER || (size = be32(data)) < HEADER || size > n)
			return -1;
		r = rule_of(in, data + 4);
		if (r == NULL || size - HEADER < r->skip)
			return -1;
		if (r->says != NULL && (size - HEADER < r->at + 4 || memcmp(data + HEADER + r->at, r->says, 4) != 0))
			return -1;
		if (r->boxes && (depth == 0 || look_through(data + HEADER + r->skip, size - HEADER - r->skip, r->type, depth - 1) < 1))
			return -1;
	}
	return seen;
}

bool media_avif_plain(const unsigned char *data, size_t n)
{
	return n >= HEADER && memcmp(data + 4, "ftyp", 4) == 0 && look_through(data, n, "", DEEPEST) == 3;
}
