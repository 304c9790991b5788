#include "base/mustache_node.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdarg.h>
#include <string.h>

#define DELIMITER_MAX 8                 /* bytes of one delimiter */
#define PLURAL_SOURCE_FORMS 2           /* English: one, other */

struct tag {
	char kind;                      /* # ^ / > < $ ! = & or 0 for {{name}} */
	bool dynamic;                   /* * before the name */
	const char *name;
	size_t n;
	size_t start, end;              /* in the source, delimiters included */
};

struct parser {
	struct template *t;
	const char *src;                /* lives as long as the template: names point into it */
	size_t len, pos;
	char open[DELIMITER_MAX + 1], close[DELIMITER_MAX + 1];
	bool bol;                       /* what comes next begins a line */
	size_t dedent;                  /* white space that the block around takes off each line */
	unsigned depth;
	uint32_t sealed;                /* nodes before this: text does not join them */
	const char *allowed;            /* a translation: its message, whose tags it may use */
	bool message;                   /* inside {{#_}}: no lines, no blocks */
	unsigned line;                  /* of line_pos; in a message, of the whole */
	size_t line_pos;
	struct buf *pool;
	const void *ctx;                /* of the error */
	const char *error;
};

static bool parse_body(struct parser *p, const struct tag *opener);

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool space(char c)
{
	return blank(c) || c == '\n' || c == '\r';
}

static unsigned line_at(struct parser *p, size_t pos)
{
	if (p->message)
		return p->line;
	if (pos < p->line_pos) {
		p->line = 1;
		p->line_pos = 0;
	}
	for (; p->line_pos < pos; p->line_pos++)
		p->line += p->src[p->line_pos] == '\n';
	return p->line;
}

PRINTF_LIKE(3, 4) static bool fail(struct parser *p, size_t pos, const char *fmt, ...)
{
	va_list args;

	if (p->error == NULL) {
		va_start(args, fmt);
		p->error = mem_printf(p->ctx, "%s%s", template_place(p->t, line_at(p, pos), p->ctx),
				      mem_vprintf(p->ctx, fmt, args));
		va_end(args);
	}
	return false;
}

/* Room for one more element: arrays grow by doubling, so only N is kept. */
static void *grow(const struct template *t, void *array, uint32_t n, size_t size)
{
	if (n == 0)
		return mem_resize_array(t->memory, array, 8, size, "template array");
	if (n >= 8 && (n & (n - 1)) == 0)
		return mem_resize_array(t->memory, array, (size_t)n * 2, size, "template array");
	return array;
}

static uint32_t add_node(struct parser *p, enum node_op op, unsigned flags, uint32_t a, uint32_t b)
{
	struct template *t = p->t;

	t->nodes = grow(t, t->nodes, t->nnodes, sizeof(*t->nodes));
	t->nodes[t->nnodes] = (struct node){
		.op = (uint8_t)op, .flags = (uint8_t)flags, .a = a, .b = b, .end = t->nnodes + 1,
	};
	return t->nnodes++;
}

static void end_body(struct parser *p, uint32_t node)
{
	p->t->nodes[node].end = p->t->nnodes;
	p->sealed = p->t->nnodes;
}

static uint32_t add_indent(struct parser *p, const char *s, size_t n)
{
	struct template *t = p->t;

	t->indents = grow(t, t->indents, t->nindents, sizeof(*t->indents));
	t->indents[t->nindents] = (struct pool_text){ (uint32_t)p->pool->len, (uint32_t)n };
	buf_add(p->pool, s, n);
	return t->nindents++;
}

static uint32_t add_ref(struct parser *p, const struct tag *tag)
{
	struct template *t = p->t;

	t->refs = grow(t, t->refs, t->nrefs, sizeof(*t->refs));
	t->ref_lines = grow(t, t->ref_lines, t->nrefs, sizeof(*t->ref_lines));
	t->refs[t->nrefs] = templates_slot(t->set, tag->name, tag->n);
	t->ref_lines[t->nrefs] = line_at(p, tag->start);
	return t->nrefs++;
}

static void add_part(struct parser *p, const char *s, size_t n)
{
	struct template *t = p->t;

	t->parts = grow(t, t->parts, t->nparts, sizeof(*t->parts));
	t->parts[t->nparts++] = (struct name_part){ .s = s, .n = (uint32_t)n,
						     .hash = name_hash(s, n) };
}

/* DOTTED: "a.b" is b inside a; else (blocks) the name is one part as it stands. */
static bool add_name(struct parser *p, const struct tag *tag, const char *s, size_t n, bool dotted,
		     uint32_t *out)
{
	struct template *t = p->t;
	const char *end = s + n, *dot;

	t->names = grow(t, t->names, t->nnames, sizeof(*t->names));
	t->names[t->nnames] = (struct name){ .first = t->nparts };
	*out = t->nnames++;
	if (dotted && n == 1 && *s == '.')
		return true;
	for (;; s = dot + 1) {
		dot = dotted ? memchr(s, '.', (size_t)(end - s)) : NULL;
		if (s == end || dot == s)
			return fail(p, tag->start, "a name has an empty part");
		add_part(p, s, (size_t)((dot != NULL ? dot : end) - s));
		t->names[*out].n++;
		if (dot == NULL)
			return true;
	}
}

/* Text as it stands; the lines' common white space is taken off inside blocks. */
static void add_piece(struct parser *p, const char *s, size_t n)
{
	struct template *t = p->t;
	struct node *last = t->nnodes == p->sealed ? NULL : &t->nodes[t->nnodes - 1];
	uint32_t at = (uint32_t)p->pool->len;

	buf_add(p->pool, s, n);
	if (last != NULL && last->op == NODE_LITERAL && last->b > 0 && last->a + last->b == at)
		last->b += (uint32_t)n;
	else
		add_node(p, NODE_LITERAL, p->bol ? NODE_BOL : 0, at, (uint32_t)n);
	p->bol = s[n - 1] == '\n';
}

static void add_text(struct parser *p, const char *s, size_t n)
{
	const char *end = s + n;

	while (s < end) {
		const char *feed = memchr(s, '\n', (size_t)(end - s));
		const char *next = feed == NULL ? end : feed + 1;

		if (p->bol) {
			for (size_t off = p->dedent; off > 0 && s < next && blank(*s); off--)
				s++;
		}
		if (s < next)
			add_piece(p, s, (size_t)(next - s));
		s = next;
	}
}

/* Where the white space begins that alone stands before POS on its line, or POS + 1. */
static size_t lead(const struct parser *p, size_t pos)
{
	size_t at = pos;

	while (at > 0 && blank(p->src[at - 1]))
		at--;
	return !p->message && (at == 0 || p->src[at - 1] == '\n') ? at : pos + 1;
}

/* The beginning of the next line when nothing else stands between, else 0. */
static size_t line_end(const struct parser *p, size_t pos)
{
	if (p->message)
		return 0;
	while (pos < p->len && blank(p->src[pos]))
		pos++;
	if (pos == p->len)
		return pos;
	if (p->src[pos] == '\r' && pos + 1 < p->len)
		pos++;
	return p->src[pos] == '\n' ? pos + 1 : 0;
}

/* What of the white space [AT, POS) is left after the block's own is taken off. */
static uint32_t indent_between(struct parser *p, size_t at, size_t pos)
{
	size_t n = pos > at ? pos - at : 0;

	n = n > p->dedent ? n - p->dedent : 0;
	return add_indent(p, p->src + pos - n, n);
}

static bool name_good(struct parser *p, const struct tag *tag)
{
	if (tag->n == 0)
		return fail(p, tag->start, "a tag has no name");
	for (size_t i = 0; i < tag->n; i++) {
		if ((unsigned char)tag->name[i] <= ' ')
			return fail(p, tag->start, "the name \"%.*s\" has white space in it",
				    (int)(tag->n < 60 ? tag->n : 60), tag->name);
	}
	return true;
}

static bool is_message(const struct tag *tag)
{
	return (tag->kind == '#' || tag->kind == '/') && tag->n > 0 && tag->name[0] == '_' &&
	       (tag->n == 1 || space(tag->name[1]));
}

static void trim(const char **s, size_t *n)
{
	while (*n > 0 && space(**s)) {
		++*s;
		--*n;
	}
	while (*n > 0 && space((*s)[*n - 1]))
		--*n;
}

/* Reads the tag that begins at START. */
static bool read_tag(struct parser *p, size_t start, struct tag *tag)
{
	const char *from = p->src + start + strlen(p->open), *stop;
	char closing[DELIMITER_MAX + 2] = "", kind = from < p->src + p->len ? *from : '\0';
	size_t n = 0;

	if (kind == '{' || kind == '=')
		closing[n++] = kind == '{' ? '}' : '=';
	memcpy(closing + n, p->close, strlen(p->close));
	n += strlen(p->close);
	if (kind != '\0' && strchr("#^/><$!=&{", kind) != NULL)
		from++;
	else
		kind = '\0';
	stop = memmem(from, (size_t)(p->src + p->len - from), closing, n);
	if (stop == NULL)
		return fail(p, start, "a tag is not closed");
	*tag = (struct tag){ .kind = kind == '{' ? '&' : kind,
			     .name = from, .n = (size_t)(stop - from),
			     .start = start, .end = (size_t)(stop - p->src) + n };
	trim(&tag->name, &tag->n);
	if (kind == '!' || kind == '=')
		return true;
	if (kind != '\0' && strchr("></", kind) != NULL && tag->n > 0 && tag->name[0] == '*') {
		tag->dynamic = true;
		tag->name++;
		tag->n--;
		trim(&tag->name, &tag->n);
	}
	if (p->allowed != NULL && strstr(p->allowed, mem_strndup(p->ctx, p->src + start,
								   tag->end - start)) == NULL)
		return fail(p, start, "the translation has a tag that its message has not");
	return is_message(tag) || name_good(p, tag);
}

/* The next tag; false at the end of the text or after an error. */
static bool next_tag(struct parser *p, struct tag *tag)
{
	const char *at = memmem(p->src + p->pos, p->len - p->pos, p->open, strlen(p->open));

	return at != NULL && read_tag(p, (size_t)(at - p->src), tag);
}

static bool set_delimiters(struct parser *p, const struct tag *tag)
{
	const char *s = tag->name, *end = s + tag->n, *gap = s, *second;
	size_t n, m;

	while (gap < end && !space(*gap))
		gap++;
	second = gap;
	while (second < end && space(*second))
		second++;
	n = (size_t)(gap - s);
	m = (size_t)(end - second);
	if (n == 0 || m == 0 || n > DELIMITER_MAX || m > DELIMITER_MAX ||
	    memchr(s, '=', tag->n) != NULL || memchr(second, ' ', m) != NULL)
		return fail(p, tag->start, "these are no delimiters");
	memcpy(p->open, s, n);
	p->open[n] = '\0';
	memcpy(p->close, second, m);
	p->close[m] = '\0';
	return true;
}

static bool closes(struct parser *p, const struct tag *opener, const struct tag *tag)
{
	if (opener == NULL)
		return fail(p, tag->start, "\"%.*s\" is closed, but not open", (int)tag->n,
			    tag->name);
	if (opener->dynamic != tag->dynamic || opener->n != tag->n ||
	    memcmp(opener->name, tag->name, tag->n) != 0)
		return fail(p, tag->start, "\"%.*s\" is closed where \"%.*s\" is open",
			    (int)tag->n, tag->name, (int)opener->n, opener->name);
	return true;
}

/* Where the first line of a block's text begins to say something; *OWN is the white
   space before it.  EMPTY: the block is closed there. */
static size_t first_line(const struct parser *p, size_t pos, size_t *own, bool *empty)
{
	size_t line = pos, open = strlen(p->open);

	while (pos < p->len && space(p->src[pos])) {
		if (p->src[pos++] == '\n')
			line = pos;
	}
	*own = pos - line;
	*empty = p->len - pos > open && memcmp(p->src + pos, p->open, open) == 0 &&
		 p->src[pos + open] == '/';
	return pos;
}

/* A block, where it may be overridden or (IN_PARENT) where it overrides. */
static bool parse_block(struct parser *p, const struct tag *tag, bool in_parent)
{
	size_t begin = lead(p, tag->start), next = line_end(p, tag->end), dedent = p->dedent;
	bool alone = begin <= tag->start, empty = true;
	bool standalone = next > 0 && (alone || in_parent);
	size_t own = 0, at = tag->start;        /* the block's indentation, ending at AT */
	uint32_t node, name;

	if (standalone)
		at = first_line(p, next, &own, &empty);
	if (empty) {
		at = tag->start;
		own = alone && !in_parent ? tag->start - begin : 0;
	}
	if (!add_name(p, tag, tag->name, tag->n, false, &name))
		return false;
	node = add_node(p, NODE_BLOCK, standalone ? NODE_BOL : 0, name,
			indent_between(p, at - own, at));
	p->pos = standalone ? next : tag->end;
	p->bol = standalone;
	if (standalone)
		p->dedent = own;
	if (++p->depth > MUSTACHE_DEPTH_MAX)
		return fail(p, tag->start, "tags stand too deep inside each other");
	if (!parse_body(p, tag))
		return false;
	p->depth--;
	p->dedent = dedent;
	end_body(p, node);
	return true;
}

/* The body of a parent: blocks; text is ignored, as the specification has it. */
static bool parse_parent_body(struct parser *p, const struct tag *opener)
{
	struct tag tag;

	while (next_tag(p, &tag)) {
		p->pos = tag.end;
		switch (tag.kind) {
		case '!':
			break;
		case '=':
			if (!set_delimiters(p, &tag))
				return false;
			break;
		case '$':
			if (!parse_block(p, &tag, true))
				return false;
			break;
		case '/':
			return closes(p, opener, &tag);
		default:
			return fail(p, tag.start, "only blocks may stand inside a parent");
		}
	}
	return fail(p, opener->start, "\"%.*s\" is not closed", (int)opener->n, opener->name);
}

static bool add_target(struct parser *p, const struct tag *tag, enum node_op op, uint32_t indent,
		       bool standalone, uint32_t *node)
{
	unsigned flags = (standalone ? NODE_STANDALONE : 0) | (tag->dynamic ? NODE_DYNAMIC : 0);
	uint32_t target;

	if (!tag->dynamic)
		target = add_ref(p, tag);
	else if (!add_name(p, tag, tag->name, tag->n, true, &target))
		return false;
	*node = add_node(p, op, flags, target, indent);
	return true;
}

static bool parse_parent(struct parser *p, const struct tag *tag)
{
	size_t begin = lead(p, tag->start), next;
	bool alone = begin <= tag->start, bol;
	size_t text = alone ? begin : tag->start;
	uint32_t node, before;

	/* Whether the parent stands alone is known at its end only: a node kept
	   before it for the white space is emptied then. */
	add_text(p, p->src + p->pos, text - p->pos);
	before = add_node(p, NODE_INDENT, 0, 0, 0);
	bol = p->bol;
	if (!bol)
		p->t->nodes[before] = (struct node){ .op = NODE_LITERAL, .end = before + 1 };
	else if (tag->start - text > p->dedent)
		p->t->nodes[before] = (struct node){
			.op = NODE_LITERAL, .flags = NODE_BOL, .a = (uint32_t)p->pool->len,
			.b = (uint32_t)(tag->start - text - p->dedent), .end = before + 1 };
	if (!add_target(p, tag, NODE_PARENT, indent_between(p, text, tag->start), false, &node))
		return false;
	p->pos = tag->end;
	p->bol = false;
	if (++p->depth > MUSTACHE_DEPTH_MAX)
		return fail(p, tag->start, "tags stand too deep inside each other");
	if (!parse_parent_body(p, tag))
		return false;
	p->depth--;
	end_body(p, node);
	next = alone ? line_end(p, p->pos) : 0;
	p->bol = next > 0;
	if (next > 0) {
		p->pos = next;
		p->t->nodes[before] = (struct node){ .op = NODE_LITERAL, .end = before + 1 };
		p->t->nodes[node].flags |= NODE_STANDALONE;
	}
	return true;
}

struct mark {
	uint32_t nnodes, nnames, nparts, nrefs, nindents, sealed;
	size_t npool;
};

static struct mark mark_here(const struct parser *p)
{
	const struct template *t = p->t;

	return (struct mark){ t->nnodes, t->nnames, t->nparts, t->nrefs, t->nindents, p->sealed,
			      p->pool->len };
}

static void back_to(struct parser *p, const struct mark *m)
{
	struct template *t = p->t;

	t->nnodes = m->nnodes;
	t->nnames = m->nnames;
	t->nparts = m->nparts;
	t->nrefs = m->nrefs;
	t->nindents = m->nindents;
	p->sealed = m->sealed;
	p->pool->len = m->npool;
}

/* Compiles a message's text in place.  ALLOWED: TEXT is a translation of it. */
static bool parse_message_text(struct parser *p, const struct tag *tag, const char *text,
			       const char *allowed)
{
	struct parser inner = *p;
	bool ok;

	inner.src = mem_strdup(p->t->memory, text);
	inner.len = strlen(text);
	inner.pos = 0;
	inner.bol = false;
	inner.dedent = 0;
	inner.message = true;
	inner.allowed = allowed;
	inner.line = line_at(p, tag->start);
	ok = parse_body(&inner, NULL);
	p->error = inner.error;
	p->sealed = inner.sealed;
	return ok;
}

/* A translation; a defect of it is logged and leaves no trace. */
static bool parse_translation(struct parser *p, const struct tag *tag, const char *text,
			      const char *msgid)
{
	struct mark m = mark_here(p);

	if (parse_message_text(p, tag, text, msgid))
		return true;
	log_warn("translation cannot be used", "reason", p->error, "message", msgid, NULL);
	p->error = NULL;
	back_to(p, &m);
	return false;
}

/* The forms of a plural; TEXTS NULL: those of the language, which may be missing. */
static bool parse_forms(struct parser *p, const struct tag *tag, uint32_t count,
			const char *const *source, bool translated)
{
	const struct text *text = p->t->set->text;
	unsigned nforms = translated ? text_plural_count(text) : PLURAL_SOURCE_FORMS;
	const char *all = mem_printf(p->ctx, "%s|%s", source[0], source[1]);
	uint32_t plural = add_node(p, NODE_PLURAL, translated ? NODE_TRANSLATED : 0, count, nforms);

	for (unsigned i = 0; i < nforms; i++) {
		uint32_t form = add_node(p, NODE_FORM, 0, 0, 0);

		if (!translated) {
			if (!parse_message_text(p, tag, source[i], NULL))
				return false;
		} else {
			const char *found = text_plural_get(text, source[0], source[1], i);

			if (found == NULL || !parse_translation(p, tag, found, all))
				return false;
		}
		end_body(p, form);
	}
	end_body(p, plural);
	return true;
}

/* One form of a message as it is kept in catalogues: white space folded, none at the ends. */
static const char *fold(struct parser *p, const char *s, size_t n)
{
	struct buf *b = buf_new(p->t->memory);

	trim(&s, &n);
	for (size_t i = 0; i < n; i++) {
		if (!space(s[i]))
			buf_addc(b, s[i]);
		else if (!space(s[i - 1]))
			buf_addc(b, ' ');
	}
	return b->data;
}

/* Finds the end of the message that TAG opens and its source forms: the bars between
   them are those outside of tags.  A message without a count has one form. */
static bool scan_message(struct parser *p, const struct tag *tag, bool counted,
			 const char **forms, size_t *nforms)
{
	size_t from = tag->end;
	struct tag inner;

	p->pos = tag->end;
	*nforms = 0;
	for (;;) {
		bool more = next_tag(p, &inner);
		size_t text_end = more ? inner.start : p->len;
		bool last = more && inner.kind == '/' && is_message(&inner);

		for (size_t at = p->pos; counted && at < text_end; at++) {
			if (p->src[at] != '|')
				continue;
			if (*nforms == PLURAL_SOURCE_FORMS - 1)
				return fail(p, at, "a plural has two forms");
			forms[(*nforms)++] = fold(p, p->src + from, at - from);
			from = at + 1;
		}
		if (!more)
			return fail(p, tag->start, "a message is not closed");
		p->pos = inner.end;
		if (last) {
			forms[(*nforms)++] = fold(p, p->src + from, inner.start - from);
			return inner.n == 1 || closes(p, tag, &inner);
		}
		if (strchr("=<$", inner.kind) != NULL && inner.kind != '\0')
			return fail(p, inner.start, "such a tag may not stand in a message");
		if (is_message(&inner))
			return fail(p, inner.start, "a message stands inside a message");
	}
}

/* {{#_}}text{{/_}} and {{#_ count}}one|other{{/_ count}}. */
static bool parse_message(struct parser *p, const struct tag *tag)
{
	const char *forms[PLURAL_SOURCE_FORMS] = { NULL }, *count = tag->name + 1, *translation;
	size_t ncount = tag->n - 1, nforms;
	bool counted = tag->n > 1;
	uint32_t name = 0;
	struct mark m;

	if (p->message)
		return fail(p, tag->start, "a message stands inside a message");
	if (!scan_message(p, tag, counted, forms, &nforms))
		return false;
	for (size_t i = 0; i < (counted ? PLURAL_SOURCE_FORMS : 1); i++) {
		if (i >= nforms || forms[i][0] == '\0')
			return fail(p, tag->start, "a message has no text");
	}
	if (!counted) {
		translation = text_get(p->t->set->text, forms[0]);
		if (translation != forms[0] && parse_translation(p, tag, translation, forms[0]))
			return true;
		return parse_message_text(p, tag, forms[0], NULL);
	}
	trim(&count, &ncount);
	if (!name_good(p, &(struct tag){ .name = count, .n = ncount, .start = tag->start }) ||
	    !add_name(p, tag, count, ncount, true, &name))
		return false;
	m = mark_here(p);
	if (parse_forms(p, tag, name, forms, true))
		return true;
	back_to(p, &m);
	return parse_forms(p, tag, name, forms, false);
}

/* A tag that has a body of its own or none; the text before it is added already. */
static bool parse_tag(struct parser *p, const struct tag *tag, uint32_t indent, bool standalone)
{
	uint32_t name, node;

	switch (tag->kind) {
	case '!':
		return true;
	case '=':
		return set_delimiters(p, tag);
	case '>':
		return add_target(p, tag, NODE_PARTIAL, indent, standalone, &node);
	case '#':
	case '^':
		if (!add_name(p, tag, tag->name, tag->n, true, &name))
			return false;
		node = add_node(p, tag->kind == '#' ? NODE_SECTION : NODE_INVERTED, 0, name, 0);
		if (++p->depth > MUSTACHE_DEPTH_MAX)
			return fail(p, tag->start, "tags stand too deep inside each other");
		if (!parse_body(p, tag))
			return false;
		p->depth--;
		end_body(p, node);
		return true;
	default:
		if (!add_name(p, tag, tag->name, tag->n, true, &name))
			return false;
		add_node(p, NODE_VALUE, tag->kind == '&' ? NODE_RAW : 0, name, 0);
		return true;
	}
}

/* The text before TAG, without what belongs to a line that TAG has alone. */
static bool text_before(struct parser *p, const struct tag *tag, bool blocks_close, size_t *next,
			uint32_t *indent)
{
	size_t begin = lead(p, tag->start);
	bool alone = begin <= tag->start && begin >= p->pos;
	bool can = tag->kind != '\0' && tag->kind != '&' && !is_message(tag);

	*next = alone && can ? line_end(p, tag->end) : 0;
	if (*next == 0 && !(blocks_close && alone)) {
		add_text(p, p->src + p->pos, tag->start - p->pos);
		if (p->bol)
			add_node(p, NODE_INDENT, 0, 0, 0);
		p->bol = false;
		*indent = tag->kind == '>' ? add_indent(p, "", 0) : 0;
		return false;
	}
	add_text(p, p->src + p->pos, begin - p->pos);
	*indent = tag->kind == '>' ? indent_between(p, begin, tag->start) : 0;
	return *next > 0;
}

/* Text and tags up to the one that closes OPENER (NULL: to the end). */
static bool parse_body(struct parser *p, const struct tag *opener)
{
	bool block = opener != NULL && opener->kind == '$';
	struct tag tag;

	while (next_tag(p, &tag)) {
		size_t next = 0;
		uint32_t indent = 0;
		bool standalone;

		if (tag.kind == '$' && p->message)
			return fail(p, tag.start, "such a tag may not stand in a message");
		if (tag.kind == '<') {
			if (!parse_parent(p, &tag))
				return false;
			continue;
		}
		if (tag.kind == '$') {
			size_t begin = lead(p, tag.start);

			standalone = begin <= tag.start && line_end(p, tag.end) > 0;
			add_text(p, p->src + p->pos, (standalone ? begin : tag.start) - p->pos);
			if (p->bol && !standalone)
				add_node(p, NODE_INDENT, 0, 0, 0);
			if (!parse_block(p, &tag, false))
				return false;
			continue;
		}
		standalone = text_before(p, &tag, block && tag.kind == '/', &next, &indent);
		p->pos = standalone ? next : tag.end;
		p->bol = standalone;
		if (tag.kind == '/')
			return closes(p, opener, &tag);
		if (!(is_message(&tag) ? parse_message(p, &tag) :
		      parse_tag(p, &tag, indent, standalone)))
			return false;
	}
	if (p->error != NULL)
		return false;
	if (opener != NULL)
		return fail(p, opener->start, "\"%.*s\" is not closed", (int)opener->n,
			    opener->name);
	add_text(p, p->src + p->pos, p->len - p->pos);
	p->pos = p->len;
	return true;
}

const char *template_parse(struct template *t, const char *source, size_t n, const void *ctx)
{
	struct parser p = { .t = t, .len = n, .open = "{{", .close = "}}", .bol = true, .line = 1,
			    .ctx = ctx };

	p.src = mem_strndup(t->memory, source, n);
	p.pool = buf_new(t->memory);
	if (memchr(source, '\0', n) != NULL)
		return mem_printf(ctx, "%sthe template has a NUL byte", template_place(t, 1, ctx));
	parse_body(&p, NULL);
	t->pool = p.pool->data;
	return p.error;
}
