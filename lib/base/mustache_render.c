#include "base/mustache_node.h"

#include "base/log.h"

#include <string.h>

/* A data context: what names are looked for in, innermost first. */
struct frame {
	struct value value;
	struct frame *outer;
};

/* The blocks a parent tag brings; they see only the overrides of the place where
   they were written, so a block cannot call itself. */
struct overrides {
	const struct template *t;
	uint32_t first, end;            /* its blocks */
	const struct overrides *outer;
};

struct indent {
	const char *s;
	size_t n;
	const struct indent *outer;
};

struct run {
	const struct render *how;
	struct buf *out;
	size_t out_max;
	uint64_t steps;
	unsigned depth;
	bool stopped;
	bool skip_indent;               /* the next line's beginning stands already */
};

/* What is in force at a place; passed by value down the templates. */
struct place {
	const struct template *t;
	struct frame *frame;
	const struct overrides *overrides;
	const struct indent *indent;
};

static void render_range(struct run *r, const struct place *p, uint32_t i, uint32_t end);

/* Past a bound, which only a defect or an attack reaches, nothing more is rendered. */
RARE static void stop(struct run *r, const struct template *t, const char *reason)
{
	r->stopped = true;
	r->steps = MUSTACHE_STEPS_MAX;
	if (!t->set->bound_logged)
		log_error("template goes beyond a bound and is cut", "template", t->name,
			  "reason", reason, NULL);
	t->set->bound_logged = true;
}

/* Counts a step; false when there shall be no more. */
static inline bool within_bounds(struct run *r, const struct template *t)
{
	if (r->steps < MUSTACHE_STEPS_MAX && r->out->len <= r->out_max) {
		r->steps++;
		return true;
	}
	if (!r->stopped)
		stop(r, t, r->steps < MUSTACHE_STEPS_MAX ? "size" : "steps");
	return false;
}

RARE static const struct name_cache *learn(struct name_part *part, const struct shape *shape)
{
	struct name_cache *c = &part->cache[part->next++ % NAME_CACHES];

	c->shape = shape;
	c->field = shape_field(shape, part->s, part->n);
	c->currency = shape_field(shape, "currency", 8);
	if (c->currency != NULL && c->currency->type != FIELD_TEXT)
		c->currency = NULL;
	return c;
}

static inline bool row_find(const struct value *row, struct name_part *part, struct value *out)
{
	const struct name_cache *c = &part->cache[0];

	if (c->shape != row->shape)
		c = &part->cache[1];
	if (c->shape != row->shape)
		c = learn(part, row->shape);
	if (c->field == NULL)
		return false;
	value_of_field(row->rows, c->field, c->currency, out);
	return true;
}

static inline bool value_find(const struct value *v, struct name_part *part, struct value *out)
{
	if (v->kind == VALUE_ROW)
		return row_find(v, part, out);
	if (v->kind == VALUE_VIEW)
		return view_find(v->view, part->s, part->n, part->hash, &part->place, out);
	return false;
}

/* {{.}} of a view: what it says to be by the name ".", else the view. */
RARE static void view_itself(struct view *view, struct value *out)
{
	static const char dot[] = ".";
	uint32_t place = 0;

	if (!view_find(view, dot, 1, name_hash(dot, 1), &place, out))
		*out = (struct value){ .kind = VALUE_VIEW, .view = view };
}

static void this_value(const struct value *v, struct value *out)
{
	if (v->kind == VALUE_VIEW)
		view_itself(v->view, out);
	else
		*out = *v;
}

/* The rest of a dotted name, from part I on, inside of *V. */
RARE static void inside(const struct template *t, const struct name *n, uint32_t i, struct value *v)
{
	struct value outer;

	for (; i < n->n; i++) {
		outer = *v;
		if (!value_find(&outer, &t->parts[n->first + i], v))
			v->kind = VALUE_NONE;
	}
}

/* The value of name NAME; absent when it is not found.  Only the first part is
   looked for outwards (specification, "Dotted Names - Context Precedence"). */
static void lookup(const struct place *p, uint32_t name, struct value *out)
{
	const struct name *n = &p->t->names[name];
	struct frame *f = p->frame;

	if (n->n == 0) {
		this_value(&f->value, out);
		return;
	}
	while (f != NULL && !value_find(&f->value, &p->t->parts[n->first], out))
		f = f->outer;
	if (f == NULL)
		out->kind = VALUE_NONE;
	else if (n->n > 1)
		inside(p->t, n, 1, out);
}

static void add_indent(struct run *r, const struct indent *indent)
{
	if (indent == NULL)
		return;
	add_indent(r, indent->outer);
	buf_add(r->out, indent->s, indent->n);
}

static void begin_line(struct run *r, const struct indent *indent)
{
	if (!r->skip_indent)
		add_indent(r, indent);
	r->skip_indent = false;
}

RARE static void indented_literal(struct run *r, const struct place *p, const struct node *node)
{
	const char *s = p->t->pool + node->a, *end = s + node->b;

	if (node->flags & NODE_BOL)
		begin_line(r, p->indent);
	while (s < end) {
		const char *feed = memchr(s, '\n', (size_t)(end - s));
		const char *next = feed == NULL ? end : feed + 1;

		buf_add(r->out, s, (size_t)(next - s));
		s = next;
		if (s < end)
			begin_line(r, p->indent);
	}
}

/* The body of a section with V as the innermost context. */
static void render_with(struct run *r, const struct place *p, const struct value *v,
			uint32_t i, uint32_t end)
{
	struct frame frame = { .value = *v, .outer = p->frame };
	struct place inner = *p;

	inner.frame = &frame;
	render_range(r, &inner, i, end);
}

static void section(struct run *r, const struct place *p, uint32_t i)
{
	const struct node *node = &p->t->nodes[i];
	struct value v, item;

	lookup(p, node->a, &v);
	if ((node->op == NODE_INVERTED) == value_true(&v))
		return;
	if (node->op == NODE_INVERTED) {
		render_range(r, p, i + 1, node->end);
		return;
	}
	switch (v.kind) {
	case VALUE_LIST:
		for (size_t at = 0; at < v.list->n && !r->stopped; at++)
			render_with(r, p, &v.list->items[at], i + 1, node->end);
		return;
	case VALUE_ROWS:
		item = (struct value){ .kind = VALUE_ROW, .shape = v.shape, .nrows = 1 };
		for (size_t at = 0; at < v.nrows && !r->stopped; at++) {
			item.rows = (const char *)v.rows + at * v.shape->size;
			render_with(r, p, &item, i + 1, node->end);
		}
		return;
	default:
		render_with(r, p, &v, i + 1, node->end);
	}
}

/* The template a partial or parent tag means, NULL when there is none. */
static const struct template *target(const struct place *p, const struct node *node)
{
	struct value v;

	if (!(node->flags & NODE_DYNAMIC))
		return p->t->refs[node->a]->ready ? p->t->refs[node->a] : NULL;
	lookup(p, node->a, &v);
	return v.kind == VALUE_TEXT ? templates_dynamic(p->t->set, v.text) : NULL;
}

static void partial(struct run *r, const struct place *p, uint32_t i)
{
	const struct node *node = &p->t->nodes[i];
	const struct pool_text *own = &p->t->indents[node->b];
	struct indent indent = { p->t->pool + own->at, own->n, p->indent };
	struct overrides overrides = { p->t, i + 1, node->end, p->overrides };
	struct place inner = *p;

	inner.t = target(p, node);
	if (inner.t == NULL)
		return;
	/* What is put into the middle of a line is not indented. */
	if (!(node->flags & NODE_STANDALONE))
		inner.indent = NULL;
	else if (own->n > 0)
		inner.indent = &indent;
	if (node->op == NODE_PARENT)
		inner.overrides = &overrides;
	render_range(r, &inner, 0, inner.t->nnodes);
}

static bool same_name(const struct template *a, uint32_t na, const struct template *b, uint32_t nb)
{
	const struct name_part *x = &a->parts[a->names[na].first];
	const struct name_part *y = &b->parts[b->names[nb].first];

	return x->hash == y->hash && x->n == y->n && memcmp(x->s, y->s, x->n) == 0;
}

/* The outermost override of the block at NODE: the youngest template wins. */
static const struct node *override_of(const struct place *p, const struct node *node,
				      const struct overrides **from)
{
	const struct node *found = NULL;

	for (const struct overrides *o = p->overrides; o != NULL; o = o->outer) {
		for (uint32_t i = o->first; i < o->end; i = o->t->nodes[i].end) {
			const struct node *block = &o->t->nodes[i];

			if (same_name(o->t, block->a, p->t, node->a)) {
				found = block;
				*from = o;
				break;
			}
		}
	}
	return found;
}

static void block(struct run *r, const struct place *p, uint32_t i)
{
	const struct node *site = &p->t->nodes[i];
	const struct pool_text *own = &p->t->indents[site->b];
	struct indent indent = { p->t->pool + own->at, own->n, p->indent };
	const struct overrides *from = NULL;
	const struct node *over = override_of(p, site, &from);
	struct place inner = *p;

	if (own->n > 0)
		inner.indent = &indent;
	if (over == NULL) {
		/* Text that begins in the middle of a line was stored as it stands. */
		if (!(site->flags & NODE_BOL))
			inner.indent = p->indent;
		render_range(r, &inner, i + 1, site->end);
		return;
	}
	if ((site->flags & NODE_BOL) && !(over->flags & NODE_BOL))
		begin_line(r, inner.indent);
	else if (!(site->flags & NODE_BOL) && (over->flags & NODE_BOL))
		r->skip_indent = true;
	inner.t = from->t;
	inner.overrides = from->outer;
	render_range(r, &inner, (uint32_t)(over - from->t->nodes) + 1, over->end);
	if (!(site->flags & NODE_BOL))
		r->skip_indent = false;
}

static void plural(struct run *r, const struct place *p, uint32_t i)
{
	const struct node *node = &p->t->nodes[i];
	uint32_t at = i + 1, form;
	struct value v;
	uint64_t n;

	lookup(p, node->a, &v);
	n = v.kind != VALUE_INT ? 0 : v.number < 0 ? 0 - (uint64_t)v.number : (uint64_t)v.number;
	if (node->flags & NODE_TRANSLATED)
		form = text_plural_form(p->t->set->text, n);
	else
		form = n == 1 ? 0 : 1;
	for (; form > 0 && p->t->nodes[at].end < node->end; form--)
		at = p->t->nodes[at].end;
	render_range(r, p, at + 1, p->t->nodes[at].end);
}

static void print_value(struct run *r, const struct place *p, const struct node *node)
{
	struct value v;

	lookup(p, node->a, &v);
	if (v.kind == VALUE_VIEW)
		view_itself(v.view, &v);
	value_print(&v, r->how, node->flags & NODE_RAW, r->out);
}

static void render_node(struct run *r, const struct place *p, const struct node *node)
{
	switch ((enum node_op)node->op) {
	case NODE_LITERAL:
		if (p->indent == NULL && !r->skip_indent)
			buf_add(r->out, p->t->pool + node->a, node->b);
		else
			indented_literal(r, p, node);
		break;
	case NODE_INDENT:
		begin_line(r, p->indent);
		break;
	case NODE_VALUE:
		print_value(r, p, node);
		break;
	case NODE_SECTION:
	case NODE_INVERTED:
		section(r, p, (uint32_t)(node - p->t->nodes));
		break;
	case NODE_PARTIAL:
	case NODE_PARENT:
		partial(r, p, (uint32_t)(node - p->t->nodes));
		break;
	case NODE_BLOCK:
		block(r, p, (uint32_t)(node - p->t->nodes));
		break;
	case NODE_PLURAL:
		plural(r, p, (uint32_t)(node - p->t->nodes));
		break;
	case NODE_FORM:
		BUG("form outside of a plural in %s", p->t->name);
	}
}

static void render_range(struct run *r, const struct place *p, uint32_t i, uint32_t end)
{
	const struct node *nodes = p->t->nodes;

	if (++r->depth > MUSTACHE_DEPTH_MAX && !r->stopped)
		stop(r, p->t, "depth");
	if (within_bounds(r, p->t)) {
		for (; i < end && within_bounds(r, p->t); i = nodes[i].end)
			render_node(r, p, &nodes[i]);
	}
	r->depth--;
}

void template_render(const struct template *t, struct view *v, const struct render *how,
		     struct buf *out)
{
	static const struct render plain;
	struct run run = { .how = how != NULL ? how : &plain, .out = out };
	struct frame root = { .value = { .kind = VALUE_VIEW, .view = v } };
	struct place place = { .t = t, .frame = &root };

	run.out_max = out->len + MUSTACHE_OUTPUT_MAX;
	render_range(&run, &place, 0, t->nnodes);
}
