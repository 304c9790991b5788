/*
 * mustache_node.h -- a compiled template, shared by compiler and renderer only.
 *
 * A template is one array of 16-byte nodes in the order of the text; a node with
 * a body (section, parent, block, plural) says where the body ends, so rendering
 * is a walk with jumps.  Literal text and indentations lie in one pool.  Names
 * are split at their dots and carry small caches: which field of which shape the
 * name was found in last.
 *
 * Indentation.  A standalone partial's lines are indented by what stood before
 * its tag.  A literal flagged BOL begins a line, INDENT marks a line that begins
 * with a tag; both cost nothing while no indentation is in force.  The text of a
 * block is stored without the block's own indentation and gets the one of the
 * place where it is put (specification, module inheritance, "Block reindentation").
 */
#ifndef BASE_MUSTACHE_NODE_H
#define BASE_MUSTACHE_NODE_H

#include "base/mustache.h"
#include "base/value.h"

enum node_op {
	NODE_LITERAL,                   /* pool text at a, b bytes */
	NODE_INDENT,                    /* a line begins here */
	NODE_VALUE,                     /* name a */
	NODE_SECTION,                   /* name a, body to end */
	NODE_INVERTED,                  /* name a, body to end */
	NODE_PARTIAL,                   /* template a (DYNAMIC: name a), indentation b */
	NODE_PARENT,                    /* the same; body of blocks to end */
	NODE_BLOCK,                     /* name a, indentation b, body to end */
	NODE_PLURAL,                    /* count's name a, body of b forms to end */
	NODE_FORM,                      /* body to end */
};

enum node_flag {
	NODE_RAW = BIT(0),              /* VALUE: not escaped */
	NODE_BOL = BIT(1),              /* LITERAL: begins a line; BLOCK: its text does */
	NODE_DYNAMIC = BIT(2),          /* PARTIAL, PARENT: the name comes from the data */
	NODE_TRANSLATED = BIT(3),       /* PLURAL: the forms are the language's own */
	NODE_STANDALONE = BIT(4),       /* PARTIAL, PARENT: alone on its line */
};

struct node {
	uint8_t op, flags;
	uint32_t a, b;
	uint32_t end;                   /* index after the body */
};

#define NAME_CACHES 2                   /* a row inside a row asks for names of both */

struct name_part {
	const char *s;
	uint32_t n, hash;
	uint32_t next;                  /* cache to be replaced next */
	uint32_t place;                 /* in the view that had it last: most often in the next too */
	struct name_cache {
		const struct shape *shape;
		const struct field *field;      /* NULL: the shape has no such field */
		const struct field *currency;   /* the text field that money is printed with */
	} cache[NAME_CACHES];
};

struct name {
	uint32_t first, n;              /* parts; n is 0 for "." */
};

struct template {
	struct templates *set;
	const char *name;
	uint32_t hash;
	bool ready;                     /* compiled; else only named by others so far */
	void *memory;                   /* of what follows: a new compilation drops it */
	struct node *nodes;
	struct name *names;
	struct name_part *parts;
	struct template **refs;         /* partials and parents */
	unsigned *ref_lines;            /* where each is named, for messages */
	struct pool_text { uint32_t at, n; } *indents;
	const char *pool;
	uint32_t nnodes, nnames, nparts, nrefs, nindents;
};

#define TEMPLATES_RECENT 16             /* a page asks by name for itself and a few badges */

struct templates {
	const char *dir;                /* NULL: nothing is read, a missing partial is empty */
	const struct text *text;
	struct template **all;
	size_t n;
	struct template *recent[TEMPLATES_RECENT];      /* by hash: found without a search */
	char *error;                    /* the latest */
	bool bound_logged;
};

/* The template called NAME (N bytes) of the set, made (not ready) when it is new. */
struct template *templates_slot(struct templates *set, const char *name, size_t n);
/* A template named by data: compiled, read on first use, or NULL. */
const struct template *templates_dynamic(struct templates *set, const char *name);

/* Compiles SOURCE (N bytes) into T, whose set and name are given; on failure a
   sentence with file and line under CTX, else NULL. */
const char *template_parse(struct template *t, const char *source, size_t n, const void *ctx);
/* "DIR/NAME.mustache:LINE: ", the beginning of all messages about T. */
char *template_place(const struct template *t, unsigned line, const void *ctx);

/* Prints V to OUT; RAW: the machine's form and no escaping. */
void value_print(const struct value *v, const struct render *how, bool raw, struct buf *out);

#endif
