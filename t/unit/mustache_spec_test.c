/*
 * Promise: templates behave as the Mustache specification says, its optional
 * modules on inheritance and dynamic names included.  The cases are the
 * specification's own files (t/unit/mustache-spec); their JSON data become views.
 */
#include "base/mem.h"
#include "base/mustache.h"

#include <json-c/json.h>
#include <string.h>

#include "tap.h"

/* Each file with the number of its cases, so that a file cut short shows. */
static const struct {
	const char *name;
	size_t cases;
} modules[] = {
	{ "comments", 12 },
	{ "delimiters", 14 },
	{ "interpolation", 42 },
	{ "inverted", 22 },
	{ "partials", 12 },
	{ "sections", 34 },
	{ "inheritance", 27 },
	{ "dynamic-names", 21 },
};

static const struct shape nothing = { .name = "nothing", .size = 1 };

static void set(struct view *v, const char *name, struct json_object *data);

static void set_members(struct view *v, struct json_object *object)
{
	json_object_object_foreach(object, key, value)
		set(v, key, value);
}

static void set_items(struct view *v, const char *name, struct json_object *list)
{
	size_t n = json_object_array_length(list);

	if (n == 0)
		view_described_list(v, name, &nothing, NULL, 0);
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (json_object_is_type(item, json_type_object))
			set_members(view_item(v, name), item);
		else if (json_object_is_type(item, json_type_string))
			view_item_text(v, name, json_object_get_string(item));
		else
			set(view_item(v, name), ".", item);
	}
}

static void set(struct view *v, const char *name, struct json_object *data)
{
	switch (json_object_get_type(data)) {
	case json_type_null: view_text(v, name, NULL); break;
	case json_type_boolean: view_bool(v, name, json_object_get_boolean(data)); break;
	case json_type_int: view_int(v, name, json_object_get_int64(data)); break;
	case json_type_object: set_members(view_sub(v, name), data); break;
	case json_type_array: set_items(v, name, data); break;
	case json_type_double:
	case json_type_string: view_text(v, name, json_object_get_string(data)); break;
	}
}

static const char *member(struct json_object *object, const char *name)
{
	return json_object_get_string(json_object_object_get(object, name));
}

static void run_case(const char *module, struct json_object *test)
{
	void *ctx = mem_context(NULL, "case");
	struct templates *templates = templates_new(ctx, NULL, NULL);
	struct json_object *data = json_object_object_get(test, "data");
	struct json_object *partials = json_object_object_get(test, "partials");
	struct view *v = view_new(ctx);
	struct buf *out = buf_new(ctx);
	const struct template *t;
	const char *error = NULL;

	if (partials != NULL) {
		json_object_object_foreach(partials, key, source) {
			template_compile(templates, key, json_object_get_string(source), &error);
			if (error != NULL)
				tap_note("partial %s: %s", key, error);
		}
	}
	if (json_object_is_type(data, json_type_object))
		set_members(v, data);
	else
		set(v, ".", data);
	t = template_compile(templates, "the test", member(test, "template"), &error);
	if (t != NULL)
		template_render(t, v, NULL, out);
	tap_is_str(t != NULL ? out->data : error, member(test, "expected"), "%s: %s", module,
		   member(test, "name"));
	mem_free(ctx);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(modules); i++) {
		char *path = mem_printf(NULL, SRCDIR "/t/unit/mustache-spec/%s.json",
			modules[i].name);
		struct json_object *file = json_object_from_file(path), *tests;

		if (!tap_ok(file != NULL, "%s is there and is JSON", path))
			continue;
		tests = json_object_object_get(file, "tests");
		for (size_t at = 0; at < json_object_array_length(tests); at++)
			run_case(modules[i].name, json_object_array_get_idx(tests, at));
		tap_is_int((int64_t)json_object_array_length(tests), (int64_t)modules[i].cases,
			   "%s has all its cases", modules[i].name);
		json_object_put(file);
		mem_free(path);
	}
	return tap_done();
}
