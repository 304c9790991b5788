#include "base/text.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/plural.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file: GNU gettext manual, "The Format of GNU MO Files".  Seven words, then
   two tables of (length, offset), one of ids sorted by byte order, one of texts. */
#define MO_MAGIC 0x950412deu
#define MO_HEADER 28
#define MO_SIZE_MAX (16u << 20)         /* the largest catalogues in use have 2 MiB */

struct text {
	const unsigned char *map;
	size_t size;
	bool swap;                      /* written on a machine of the other byte order */
	uint32_t n;                     /* messages; 0: empty catalogue */
	uint32_t ids, texts;            /* offsets of the tables */
	struct plural *rule;            /* NULL: one form for 1, another for the rest */
	unsigned forms;
};

static uint32_t word(const struct text *t, size_t offset)
{
	uint32_t w;

	memcpy(&w, t->map + offset, sizeof(w));
	return t->swap ? __builtin_bswap32(w) : w;
}

static const char *string(const struct text *t, uint32_t table, uint32_t i, uint32_t *len)
{
	size_t entry = (size_t)table + 8 * (size_t)i;

	*len = word(t, entry);
	return (const char *)t->map + word(t, entry + 4);
}

static bool table_fits(const struct text *t, uint32_t table)
{
	return table >= MO_HEADER && table % 4 == 0 && table <= t->size &&
	       t->n <= (t->size - table) / 8;
}

static bool string_fits(const struct text *t, uint32_t table, uint32_t i)
{
	uint32_t len = word(t, (size_t)table + 8 * (size_t)i);
	uint32_t at = word(t, (size_t)table + 8 * (size_t)i + 4);

	return at < t->size && len < t->size - at && t->map[at + len] == '\0';
}

/* What is wrong with the mapped file, or NULL. */
static const char *check(struct text *t)
{
	uint32_t len;

	if (t->size < MO_HEADER)
		return "is shorter than its header";
	if (word(t, 0) != MO_MAGIC)
		t->swap = true;
	if (word(t, 0) != MO_MAGIC)
		return "is no .mo file";
	if (word(t, 4) >> 16 > 1)
		return "has an unknown revision";
	t->n = word(t, 8);
	t->ids = word(t, 12);
	t->texts = word(t, 16);
	if (!table_fits(t, t->ids) || !table_fits(t, t->texts))
		return "has a table beyond its end";
	for (uint32_t i = 0; i < t->n; i++) {
		if (!string_fits(t, t->ids, i) || !string_fits(t, t->texts, i))
			return "has a string beyond its end";
		if (i > 0 && strcmp(string(t, t->ids, i - 1, &len),
				    string(t, t->ids, i, &len)) >= 0)
			return "is not sorted";
	}
	return NULL;
}

static bool find(const struct text *t, const char *msgid, uint32_t *at)
{
	uint32_t low = 0, high = t == NULL ? 0 : t->n, len;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(msgid, string(t, t->ids, middle, &len));

		if (order == 0) {
			*at = middle;
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* The id of a message with a plural is both source forms, a NUL between them. */
static bool has_plural(const struct text *t, uint32_t i, const char *plural)
{
	uint32_t len;
	const char *id = string(t, t->ids, i, &len);
	size_t n = strlen(id);

	return n < len && strcmp(id + n + 1, plural) == 0;
}

/* What is wrong with the header entry (message id ""), or NULL. */
static const char *read_header(struct text *t)
{
	static const char forms[] = "nplurals=", rule[] = "plural=";
	uint32_t len, i;
	const char *header, *at;

	if (!find(t, "", &i))
		return "has no header entry";
	header = string(t, t->texts, i, &len);
	if (strcasestr(header, "charset=utf-8") == NULL)
		return "is not declared as UTF-8";
	at = strstr(header, "Plural-Forms:");
	if (at == NULL)
		return NULL;
	at = strstr(at, forms);
	if (at == NULL)
		return "has no number of plural forms";
	at += sizeof(forms) - 1;
	if (at[0] < '1' || at[0] > '0' + PLURAL_FORMS_MAX || at[1] != ';')
		return "has a bad number of plural forms";
	t->forms = (unsigned)(at[0] - '0');
	at = strstr(at, rule);
	t->rule = at == NULL ? NULL : plural_parse(t, at + sizeof(rule) - 1);
	return t->rule == NULL ? "has a bad plural rule" : NULL;
}

static void unmap(void *ptr)
{
	struct text *t = ptr;

	if (t->map != NULL)
		munmap((void *)(uintptr_t)t->map, t->size);
}

static void map_file(struct text *t, int fd)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < MO_HEADER ||
	    st.st_size > (off_t)MO_SIZE_MAX)
		return;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return;
	t->map = map;
	t->size = (size_t)st.st_size;
}

static bool language_name(const char *lang)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_@-";
	size_t n = strspn(lang, allowed);

	return n >= 2 && n <= 32 && lang[n] == '\0';
}

const struct text *text_open(const void *ctx, const char *dir, const char *lang)
{
	struct text *t = mem_new(ctx, struct text);
	const char *path = mem_printf(t, "%s/%s.mo", dir, lang), *wrong = NULL;
	int fd;

	t->forms = 2;
	if (!language_name(lang))
		return t;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno != ENOENT)
			log_warn("catalogue cannot be read", "file", path, "error",
				 strerror(errno), NULL);
		return t;
	}
	mem_on_free(t, unmap);
	map_file(t, fd);
	close(fd);
	wrong = check(t);
	if (wrong == NULL)
		wrong = read_header(t);
	if (wrong != NULL) {
		log_warn("catalogue is damaged and not used", "file", path, "reason", wrong, NULL);
		t->n = 0;
		t->rule = NULL;
		t->forms = 2;
	}
	return t;
}

const char *text_get(const struct text *t, const char *msgid)
{
	const char *found;
	uint32_t len, i;

	if (msgid[0] == '\0' || !find(t, msgid, &i))
		return msgid;
	found = string(t, t->texts, i, &len);
	return found[0] == '\0' ? msgid : found;
}

unsigned text_plural_count(const struct text *t)
{
	return t == NULL ? 2 : t->forms;
}

unsigned text_plural_form(const struct text *t, uint64_t n)
{
	uint64_t form;

	if (t == NULL || t->rule == NULL)
		return n == 1 ? 0 : 1;
	form = plural_eval(t->rule, n);
	return form < t->forms ? (unsigned)form : 0;
}

const char *text_plural_get(const struct text *t, const char *msgid, const char *plural,
			    unsigned form)
{
	const char *found;
	uint32_t left, i;

	if (msgid[0] == '\0' || !find(t, msgid, &i) || !has_plural(t, i, plural))
		return NULL;
	found = string(t, t->texts, i, &left);
	for (; form > 0; form--) {
		uint32_t n = (uint32_t)strlen(found);

		if (n >= left)
			return NULL;
		found += n + 1;
		left -= n + 1;
	}
	return found[0] == '\0' ? NULL : found;
}

const char *text_plural(const struct text *t, const char *msgid, const char *plural, uint64_t n)
{
	const char *found = text_plural_get(t, msgid, plural, text_plural_form(t, n));

	if (found != NULL)
		return found;
	return n == 1 ? msgid : plural;
}
