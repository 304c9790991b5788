/*
 * Promise: beyond the specification, templates tell file and line of what is
 * wrong, translate their messages, never run without bound, and read nothing
 * outside of their directory.
 */
#include "base/log.h"
#include "base/mem.h"
#include "base/mustache.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static char dir[] = "/tmp/mustache-test-XXXXXX";

static const struct { const char *name, *source, *want; } errors[] = {
	{ "tag not closed", "a\nb {{name", "e:2: a tag is not closed" },
	{ "section not closed", "\n\n{{#a}}\nx", "e:3: \"a\" is not closed" },
	{ "closed, not open", "x\n{{/a}}", "e:2: \"a\" is closed, but not open" },
	{ "closed in the wrong order", "{{#a}}\n{{#b}}\n{{/a}}{{/b}}",
	  "e:3: \"a\" is closed where \"b\" is open" },
	{ "no name", "{{}}", "e:1: a tag has no name" },
	{ "no name of a section", "{{# }}", "e:1: a tag has no name" },
	{ "space in a name", "{{a b}}", "e:1: the name \"a b\" has white space in it" },
	{ "empty part", "{{a..b}}", "e:1: a name has an empty part" },
	{ "part missing at the end", "{{a.}}", "e:1: a name has an empty part" },
	{ "delimiters", "{{=<%=}}", "e:1: these are no delimiters" },
	{ "long delimiters", "{{=<<<<<<<<< >=}}", "e:1: these are no delimiters" },
	{ "three delimiters", "{{=a b c=}}", "e:1: these are no delimiters" },
	{ "section in a parent", "{{<p}}{{#a}}{{/a}}{{/p}}",
		"e:1: only blocks may stand inside a parent" },
	{ "parent not closed", "{{<p}}{{$a}}{{/a}}", "e:1: \"p\" is not closed" },
	{ "message not closed", "\n{{#_}}text", "e:2: a message is not closed" },
	{ "message in a message", "{{#_}}a {{#_}}b{{/_}}{{/_}}",
		"e:1: a message stands inside a message" },
	{ "empty message", "{{#_}} {{/_}}", "e:1: a message has no text" },
	{ "one form of a plural", "{{#_ n}}one{{/_ n}}", "e:1: a message has no text" },
	{ "three forms of a plural", "{{#_ n}}a|b|c{{/_ n}}", "e:1: a plural has two forms" },
	{ "error in a message", "\n{{#_}}a {{#x}}b{{/_}}", "e:2: \"x\" is not closed" },
	{ "count with spaces", "{{#_ a b}}x|y{{/_}}",
		"e:1: the name \"a b\" has white space in it" },
	{ "a block in a message", "{{#_}}{{$a}}{{/a}}{{/_}}",
		"e:1: such a tag may not stand in a message" },
};

static const struct { const char *name, *source, *want; } messages[] = {
	{ "translated", "{{#_}}Your cart{{/_}}.", "Su carrito." },
	{ "white space folded", "{{#_}}\n\tYour\n   cart \n{{/_}}.", "Su carrito." },
	{ "without translation", "{{#_}}Hello {{name}}{{/_}}", "Hello A&amp;B" },
	{ "tags inside", "{{#_}}Dear {{name}}, <b>{{#yes}}thanks{{/yes}}</b>{{/_}}",
	  "<b>{thanks}</b>, A&amp;B" },
	{ "plural, 1", "{{#one}}{{#_ n}}one pair|{{n}} pairs{{/_ n}}{{/one}}", "un par" },
	{ "plural, 3", "{{#three}}{{#_ n}}one pair|{{n}} pairs{{/_ n}}{{/three}}", "3 pares" },
	{ "plural, closed short", "{{#three}}{{#_ n}} one pair |\n{{n}} pairs{{/_}}{{/three}}",
		"3 pares" },
	{ "plural, dotted", "{{#_ three.n}}dog|dogs{{/_}} {{#_ one.n}}dog|dogs{{/_}}", "dogs dog" },
	{ "plural, no number", "{{#_ missing}}dog|dogs{{/_}}", "dogs" },
	{ "a bar inside a tag", "{{=<| |>=}}<|#_ three.n|>dog|dogs<|/_|>", "dogs" },
	{ "a bar in a message", "{{#_}}a|b{{/_}}", "a|b" },
	{ "broken translation", "{{#_}}Broken {{#yes}}y{{/yes}}{{/_}}!", "Broken y!" },
	{ "translation with a foreign tag", "{{#_}}Spy{{/_}}!", "Spy!" },
	{ "broken plural translation", "{{#_ three.n}}bad|bads{{/_}}!", "bads!" },
	{ "other tags after a message", "{{#yes}}{{#_}}Your cart{{/_}}{{/yes}}x", "Su carritox" },
	{ "text after sections", "{{#no}}a{{/no}}b{{^no}}c{{/no}}d", "bcd" },
};

static const char po[] =
	"msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n"
	"\"Plural-Forms: nplurals=2; plural=n != 1;\\n\"\n"
	"msgid \"Your cart\"\nmsgstr \"Su carrito\"\n"
	"msgid \"Dear {{name}}, <b>{{#yes}}thanks{{/yes}}</b>\"\n"
	"msgstr \"<b>{{#yes}}{thanks}{{/yes}}</b>, {{name}}\"\n"
	"msgid \"one pair\"\nmsgid_plural \"{{n}} pairs\"\n"
	"msgstr[0] \"un par\"\nmsgstr[1] \"{{n}} pares\"\n"
	"msgid \"Broken {{#yes}}y{{/yes}}\"\nmsgstr \"Roto {{#yes}}\"\n"
	"msgid \"Spy\"\nmsgstr \"{{{secret}}}\"\n"
	"msgid \"bad\"\nmsgid_plural \"bads\"\nmsgstr[0] \"uno\"\nmsgstr[1] \"{{x\"\n";

/* Partials in a directory, and what a template made of them prints or says. */
static const struct { const char *name, *source; } files[] = {
	{ "page", "{{>part/head}}body {{name}}\n" },
	{ "part/head", "head\n" },
	{ "lost", "x\n{{>part/none}}" },
	{ "wrong", "x\n\n{{#a}}" },
	{ "outer", "{{>part/head}}{{>wrong}}" },
	{ "tree", "{{name}}{{#kids}}({{>tree}}){{/kids}}" },
	{ "endless", "{{name}}{{>endless}}{{>endless}}" },
	{ "up", "{{>../up}}" },
	{ "dynamic", "[{{>*which}}]" },
};

static const struct { const char *name, *which, *want; } dynamic[] = {
	{ "a name of the data", "part/head", "[head\n]" },
	{ "a missing one", "part/none", "[]" },
	{ "a wrong one", "wrong", "[]" },
	{ "out of the directory", "../../etc/passwd", "[]" },
	{ "absolute", "/etc/passwd", "[]" },
	{ "hidden", ".page", "[]" },
	{ "empty", "", "[]" },
};

static void write_file(const void *ctx, const char *name, const char *text)
{
	FILE *f = fopen(mem_printf(ctx, "%s/%s", dir, name), "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		BUG("cannot write %s", name);
}

static const char *render(struct templates *set, const char *source, struct view *v,
			  const struct render *how, struct buf *out)
{
	const char *error = NULL;
	const struct template *t = template_compile(set, "e", source, &error);

	buf_clear(out);
	if (t == NULL)
		return error;
	template_render(t, v, how, out);
	return out->data;
}

static struct view *data(const void *ctx)
{
	struct view *v = view_new(ctx);

	view_text(v, "name", "A&B");
	view_bool(v, "yes", true);
	view_bool(v, "no", false);
	view_text(v, "secret", "<secret>");
	view_int(view_sub(v, "one"), "n", 1);
	view_int(view_sub(v, "three"), "n", 3);
	return v;
}

static const struct text *spanish(const void *ctx)
{
	pid_t child;
	int status = -1;

	write_file(ctx, "es.po", po);
	child = fork();
	if (child == 0) {
		execlp("msgfmt", "msgfmt", "-o", mem_printf(ctx, "%s/es.mo", dir),
		       mem_printf(ctx, "%s/es.po", dir), (char *)NULL);
		_exit(127);
	}
	tap_ok(child > 0 && waitpid(child, &status, 0) == child && status == 0,
		"msgfmt makes a catalogue");
	return text_open(ctx, dir, "es");
}

static void compiling(const void *ctx, struct buf *out)
{
	struct templates *set = templates_new(ctx, NULL, NULL);
	const struct render plain = { .plain = true };
	char *deep = mem_array(ctx, char, 7 * 100 + 1);
	const char *error = NULL;
	const struct template *t;

	for (size_t i = 0; i < ARRAY_LEN(errors); i++)
		tap_is_str(render(set, errors[i].source, view_new(ctx), NULL, out), errors[i].want,
			   "error: %s", errors[i].name);
	for (size_t i = 0; i < 100; i++)
		memcpy(deep + 6 * i, "{{#a}}", 6);
	deep[600] = '\0';
	tap_is_str(render(set, deep, view_new(ctx), NULL, out),
		   "e:1: tags stand too deep inside each other", "error: nested too deep");
	tap_is_str(render(set, "{{name}} {{{name}}}", data(ctx), &plain, out), "A&B A&B",
		   "plain text is not escaped");

	t = template_compile(set, "kept", "old", NULL);
	template_compile(set, "kept", "{{#x}}", &error);
	buf_clear(out);
	template_render(t, view_new(ctx), NULL, out);
	tap_is_str(out->data, "old", "a wrong source does not replace a template");
	template_compile(set, "kept", "new", &error);
	buf_clear(out);
	template_render(t, view_new(ctx), NULL, out);
	tap_is_str(out->data, "new", "a right one does");
}

static void reading(const void *ctx, struct buf *out)
{
	struct templates *set = templates_new(ctx, dir, NULL);
	struct view *v = data(ctx);
	const char *error = NULL;
	const struct template *t;

	t = template_get(set, "page", &error);
	tap_ok(t != NULL && error == NULL && t == template_get(set, "page", NULL),
		"a template is read once");
	buf_clear(out);
	template_render(t, v, NULL, out);
	tap_is_str(out->data, "head\nbody A&amp;B\n", "with its partial");
	tap_ok(template_get(set, "lost", &error) == NULL, "a missing partial is an error");
	tap_is_str(error, mem_printf(ctx, "%s/lost.mustache:2: partial \"part/none\" is missing",
				     dir),
		   "and says where");
	tap_ok(template_get(set, "outer", &error) == NULL, "an error in a partial is an error");
	tap_is_str(error, mem_printf(ctx, "%s/wrong.mustache:3: \"a\" is not closed", dir),
		"and says where");
	tap_ok(template_get(set, "outer", &error) == NULL && error != NULL, "the second time too");
	tap_ok(template_get(set, "up", &error) == NULL, "no partial outside of the directory");
	tap_ok(template_get(set, "../page", &error) == NULL,
		"no template outside of the directory");
	tap_ok(template_get(set, "none", &error) == NULL, "a missing template is an error");
	tap_is_str(error, "template \"none\" is missing", "and says so");
	t = template_get(set, "dynamic", &error);
	for (size_t i = 0; t != NULL && i < ARRAY_LEN(dynamic); i++) {
		view_text(v, "which", dynamic[i].which);
		buf_clear(out);
		template_render(t, v, NULL, out);
		tap_is_str(out->data, dynamic[i].want, "dynamic partial: %s", dynamic[i].name);
	}
}

static void bounds(const void *ctx, struct buf *out)
{
	struct templates *set = templates_new(ctx, dir, NULL);
	struct view *v = data(ctx), *kid = v, *wide = view_new(ctx);
	const char *error = NULL;
	const struct template *t = template_get(set, "endless", &error);
	struct buf *loops = buf_new(ctx);

	buf_clear(out);
	template_render(t, v, NULL, out);
	tap_is_int((int64_t)out->len, 7 * MUSTACHE_DEPTH_MAX,
		"an endless partial stops at the depth bound");
	for (int i = 0; i < 200; i++) {
		kid = view_item(kid, "kids");
		view_text(kid, "name", "k");
	}
	t = template_get(set, "tree", &error);
	buf_clear(out);
	template_render(t, v, NULL, out);
	tap_ok(out->len > 20 && out->len < 7 * MUSTACHE_DEPTH_MAX, "so does deep data");
	for (int i = 0; i < 100; i++)
		view_item_text(wide, "l", "x");
	for (int i = 0; i < 30; i++)
		buf_adds(loops, "{{#l}}");
	for (int i = 0; i < 30; i++)
		buf_adds(loops, "{{/l}}");
	t = template_compile(set, "loops", loops->data, &error);
	buf_clear(out);
	template_render(t, wide, NULL, out);
	tap_is_str(out->data, "", "100^30 empty rounds end");
	template_compile(set, "self",
		"{{<self}}{{$a}}{{<self}}{{/self}}{{/a}}{{/self}}{{$a}}x{{/a}}", &error);
	t = template_get(set, "self", &error);
	buf_clear(out);
	template_render(t, wide, NULL, out);
	tap_ok(out->len < 10000, "a parent of itself ends");
}

int main(void)
{
	void *ctx = mem_context(NULL, "test");
	struct buf *out = buf_new(ctx);
	struct templates *set;
	size_t held;

	log_open("mustache_test", LOG_LEVEL_FATAL);
	if (mkdtemp(dir) == NULL || mkdir(mem_printf(ctx, "%s/part", dir), 0700) != 0)
		BUG("cannot make %s", dir);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		write_file(ctx, mem_printf(ctx, "%s.mustache", files[i].name), files[i].source);
	compiling(ctx, out);
	set = templates_new(ctx, NULL, spanish(ctx));
	for (size_t i = 0; i < ARRAY_LEN(messages); i++)
		tap_is_str(render(set, messages[i].source, data(ctx), NULL, out), messages[i].want,
			   "message: %s", messages[i].name);
	render(set, errors[0].source, data(ctx), NULL, out);
	held = mem_total(set);
	for (int i = 0; i < 100; i++) {
		template_compile(set, "e", messages[3].source, NULL);
		template_compile(set, "e", errors[0].source, NULL);
	}
	tap_ok(mem_total(set) <= held + 4096, "compiling again and again holds no more memory");
	reading(ctx, out);
	bounds(ctx, out);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		unlink(mem_printf(ctx, "%s/%s.mustache", dir, files[i].name));
	rmdir(mem_printf(ctx, "%s/part", dir));
	unlink(mem_printf(ctx, "%s/es.po", dir));
	unlink(mem_printf(ctx, "%s/es.mo", dir));
	tap_ok(rmdir(dir) == 0, "nothing else was written");
	mem_free(ctx);
	return tap_done();
}
