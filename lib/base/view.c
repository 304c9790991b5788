#include "base/view.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/value.h"

#include <string.h>

#define ENTRIES_INSIDE 4                /* items of lists hold as few names */
#define ENTRIES_FIRST 16                /* of a view that holds more */
#define ITEMS_FIRST 8                   /* of a list */

struct entry {
	const char *name;
	uint32_t hash;
	uint32_t len;
	struct value value;
};

struct view {
	struct entry *entries;          /* inside[], until that is full */
	size_t n, size;
	uint64_t may_hold[4];           /* a bit of each name's hash: most absent names are known so */
	struct view *below;
	struct entry inside[ENTRIES_INSIDE];
};

uint32_t name_hash(const char *name, size_t n)
{
	uint32_t hash = NAME_HASH_SEED;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619u;
	return hash;
}

struct view *view_new(const void *ctx)
{
	struct view *v = mem_new(ctx, struct view);

	v->entries = v->inside;
	v->size = ENTRIES_INSIDE;
	return v;
}

static void grow(struct view *v)
{
	struct entry *old = v->entries;

	v->size = v->size == ENTRIES_INSIDE ? ENTRIES_FIRST : v->size * 2;
	v->entries = mem_resize(v, old == v->inside ? NULL : old, struct entry, v->size);
	if (old == v->inside)
		memcpy(v->entries, old, sizeof(v->inside));
}

static bool is_entry(const struct entry *e, const char *name, size_t n, uint32_t hash)
{
	return e->hash == hash && e->len == n && memcmp(e->name, name, n) == 0;
}

static bool may_hold(const struct view *v, uint32_t hash)
{
	return (v->may_hold[hash >> 30] >> (hash >> 24 & 63) & 1) != 0;
}

static struct entry *own_entry(struct view *v, const char *name, size_t n, uint32_t hash)
{
	if (!may_hold(v, hash))
		return NULL;
	for (size_t i = 0; i < v->n; i++) {
		if (is_entry(&v->entries[i], name, n, hash))
			return &v->entries[i];
	}
	return NULL;
}

/* The value under NAME, made (absent) when it is new. */
static struct value *slot(struct view *v, const char *name)
{
	size_t n = strlen(name);
	uint32_t hash = name_hash(name, n);
	struct entry *e = own_entry(v, name, n, hash);

	if (e != NULL)
		return &e->value;
	if (v->n == v->size)
		grow(v);
	e = &v->entries[v->n++];
	*e = (struct entry){ .name = name, .hash = hash, .len = (uint32_t)n };
	v->may_hold[hash >> 30] |= UINT64_C(1) << (hash >> 24 & 63);
	return &e->value;
}

static void set_text(struct view *v, const char *name, enum value_kind kind, const char *text)
{
	struct value *to = slot(v, name);

	if (text == NULL)
		*to = (struct value){ .kind = VALUE_NONE };
	else
		*to = (struct value){ .kind = kind, .text = text };
}

void view_text(struct view *v, const char *name, const char *text)
{
	set_text(v, name, VALUE_TEXT, text);
}

void view_date(struct view *v, const char *name, const char *iso)
{
	set_text(v, name, VALUE_DATE, iso);
}

void view_html(struct view *v, const char *name, const char *html)
{
	set_text(v, name, VALUE_HTML, html);
}

void view_int(struct view *v, const char *name, int64_t n)
{
	*slot(v, name) = (struct value){ .kind = VALUE_INT, .number = n };
}

void view_bool(struct view *v, const char *name, bool yes)
{
	*slot(v, name) = (struct value){ .kind = VALUE_BOOL, .yes = yes };
}

void view_money(struct view *v, const char *name, int64_t minor)
{
	*slot(v, name) = (struct value){ .kind = VALUE_MONEY, .number = minor };
}

void view_time(struct view *v, const char *name, int64_t ms)
{
	*slot(v, name) = (struct value){ .kind = VALUE_TIME, .number = ms };
}

struct view *view_sub(struct view *v, const char *name)
{
	struct value *to = slot(v, name);

	if (to->kind != VALUE_VIEW)
		*to = (struct value){ .kind = VALUE_VIEW, .view = view_new(v) };
	return to->view;
}

static struct value *append(struct view *v, const char *name)
{
	struct value *to = slot(v, name);
	struct value_list *list;

	if (to->kind != VALUE_LIST)
		*to = (struct value){ .kind = VALUE_LIST, .list = mem_new(v, struct value_list) };
	list = to->list;
	if (list->n == list->size) {
		list->size = list->size == 0 ? ITEMS_FIRST : list->size * 2;
		list->items = mem_resize(list, list->items, struct value, list->size);
	}
	return &list->items[list->n++];
}

struct view *view_item(struct view *v, const char *name)
{
	struct view *item = view_new(v);

	*append(v, name) = (struct value){ .kind = VALUE_VIEW, .view = item };
	return item;
}

void view_item_text(struct view *v, const char *name, const char *text)
{
	*append(v, name) = (struct value){ .kind = VALUE_TEXT, .text = text != NULL ? text : "" };
}

void view_described(struct view *v, const char *name, const struct shape *shape, const void *row)
{
	struct value *to = slot(v, name);

	if (row == NULL)
		*to = (struct value){ .kind = VALUE_NONE };
	else
		*to = (struct value){ .kind = VALUE_ROW, .shape = shape, .rows = row, .nrows = 1 };
}

void view_described_list(struct view *v, const char *name, const struct shape *shape,
			 const void *rows, size_t n)
{
	*slot(v, name) = (struct value){ .kind = VALUE_ROWS, .shape = shape,
					 .rows = rows, .nrows = n };
}

void view_lazy(struct view *v, const char *name, struct view_source *source)
{
	*slot(v, name) = (struct value){ .kind = VALUE_LAZY, .source = source };
}

void view_chain(struct view *above, struct view *below)
{
	struct view *last = above;

	for (struct view *v = below; v != NULL; v = v->below) {
		if (v == above)
			BUG("a view is chained below itself");
	}
	while (last->below != NULL && last->below != below)
		last = last->below;
	last->below = below;
}

static void resolve(struct value *v)
{
	struct view_source *source = v->source;
	const struct shape *shape = NULL;
	const void *rows = NULL;
	size_t n = 0;

	source->resolve(source, &shape, &rows, &n);
	if (source->single && n == 0)
		*v = (struct value){ .kind = VALUE_NONE };
	else
		*v = (struct value){ .kind = source->single ? VALUE_ROW : VALUE_ROWS,
				     .shape = shape, .rows = rows, .nrows = n };
}

bool view_find(struct view *v, const char *name, size_t n, uint32_t hash, uint32_t *place,
	       struct value *out)
{
	for (; v != NULL; v = v->below) {
		struct entry *e, *currency;

		if (*place < v->n && is_entry(&v->entries[*place], name, n, hash))
			e = &v->entries[*place];
		else
			e = own_entry(v, name, n, hash);
		if (e == NULL)
			continue;
		*place = (uint32_t)(e - v->entries);
		if (e->value.kind == VALUE_LAZY)
			resolve(&e->value);
		*out = e->value;
		if (out->kind == VALUE_MONEY) {
			currency = own_entry(v, "currency", 8, name_hash("currency", 8));
			if (currency != NULL && currency->value.kind == VALUE_TEXT)
				out->currency = currency->value.text;
		}
		return true;
	}
	return false;
}

static const enum value_kind kind_of_field[] = {
	[FIELD_TEXT] = VALUE_TEXT, [FIELD_ID] = VALUE_TEXT, [FIELD_INT] = VALUE_INT,
	[FIELD_BOOL] = VALUE_BOOL, [FIELD_MONEY] = VALUE_MONEY, [FIELD_DATE] = VALUE_DATE,
	[FIELD_TIME] = VALUE_TIME, [FIELD_HTML] = VALUE_HTML,
};

static const void *field_at(const void *row, size_t offset)
{
	return (const char *)row + offset;
}

static const char *text_at(const void *row, const struct field *field)
{
	return *(const char *const *)field_at(row, field->offset);
}

void value_of_field(const void *row, const struct field *field, const struct field *currency,
		    struct value *out)
{
	enum value_kind kind = kind_of_field[field->type];

	out->kind = kind;
	if (field->has_offset != FIELD_ALWAYS && !*(const bool *)field_at(row, field->has_offset)) {
		out->kind = VALUE_NONE;
		return;
	}
	switch (kind) {
	case VALUE_BOOL:
		out->yes = *(const bool *)field_at(row, field->offset);
		return;
	case VALUE_INT:
	case VALUE_MONEY:
	case VALUE_TIME:
		out->number = *(const int64_t *)field_at(row, field->offset);
		out->currency = currency == NULL ? NULL : text_at(row, currency);
		return;
	default:
		out->text = text_at(row, field);
		if (out->text == NULL)
			out->kind = VALUE_NONE;
	}
}

bool value_true(const struct value *v)
{
	switch (v->kind) {
	case VALUE_NONE: return false;
	case VALUE_BOOL: return v->yes;
	case VALUE_TEXT:
	case VALUE_DATE:
	case VALUE_HTML: return v->text[0] != '\0';
	case VALUE_LIST: return v->list->n > 0;
	case VALUE_ROWS: return v->nrows > 0;
	default: return true;
	}
}
