#include "shop/layout_foreign.h"

#include <math.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "shop/media.h"

const char *foreign_value(struct import *im, const char *attribute, const char *value, const char **attribute_code)
{
	const char *a = import_slugify(im->row, attribute, 32), *v = import_slugify(im->row, value, 48);

	*attribute_code = *a != '\0' ? a : "option";
	if (*v == '\0')
		v = "value";
	stage_put(im->stage, "import_made_value", "attribute, attribute_label, value, value_label",
		  (const char *const[]){ *attribute_code, attribute, v, value }, 4);
	return v;
}

const char *foreign_category(struct import *im, const char *const *names, size_t n, bool anywhere)
{
	const char *parent = "", *slug = "";

	for (size_t i = 0; i < n; i++) {
		const char *own = import_slugify(im->row, names[i], 60);

		if (*own == '\0')
			own = "category";
		slug = i == 0 ? own : mem_printf(im->row, "%.60s-%s", parent, own);
		stage_put(im->stage, "import_made_category", "slug, name, parent, depth",
			  (const char *const[]){ slug, names[i], anywhere ? NULL : parent, mem_printf(im->row, "%zu", i) }, 4);
		parent = slug;
	}
	return slug;
}

void foreign_picture(struct import *im, int column, const char *reference, const char *address, int position)
{
	const char *name = address, *slash;
	struct stat st;

	if (*address == '\0' || im->no_pictures)
		return;
	if (strstr(address, "://") != NULL) {
		slash = strrchr(address, '/');
		name = mem_strndup(im->row, slash + 1, strcspn(slash + 1, "?#"));
		if (!media_name_safe(name) || stat(mem_printf(im->row, "%s/%s", im->pictures, name), &st) != 0) {
			import_warn(im, column, "picture %s is left out: no file \"%s\" among the pictures", report_quote(im->report, address), name);
			return;
		}
	}
	put_item(im, column, reference, "image", NULL, name, position, NULL);
}

size_t foreign_list(struct import *im, int column, const char *parts[static IMPORT_LIST_MAX])
{
	const char *text = cell_text(im, column, 16000);
	char *to, *start;
	size_t n = 0;

	if (text == NULL || *text == '\0')
		return 0;
	start = to = mem_strdup(im->row, text);
	for (const char *from = start; ; from++) {
		bool end = *from == '\0';

		if (*from == '\\' && from[1] == ',') {
			*to++ = *++from;
			continue;
		}
		if (!end && *from != ',') {
			*to++ = *from;
			continue;
		}
		while (to > start && to[-1] == ' ')
			to--;
		*to = '\0';
		if (n == IMPORT_LIST_MAX) {
			import_error(im, column, "the list has more than %d items", IMPORT_LIST_MAX);
			return 0;
		}
		parts[n++] = mem_strdup(im->row, start + strspn(start, " "));
		if (end)
			return n;
		to = start;
	}
}

void foreign_tags(struct import *im, int column, const char *reference)
{
	const char *parts[IMPORT_LIST_MAX];
	size_t n = foreign_list(im, column, parts);

	for (size_t i = 0; i < n; i++)
		if (*parts[i] != '\0' && utf8_length(parts[i]) <= 60)
			put_item(im, column, reference, "tag", NULL, parts[i], (int)i, NULL);
}

/* A decimal number; false after a fault.  The integer part fits easily. */
static bool decimal(struct import *im, int column, const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	if (*end == '\0' && end != text && strspn(text, "-0123456789.") == strlen(text) && fabs(*out) < 1e9)
		return true;
	import_error(im, column, "%s is not a number", report_quote(im->report, text));
	return false;
}

const char *foreign_weight(struct import *im, int column, const char *unit)
{
	static const struct {
		const char *unit;
		double grams;
	} units[] = {            /* pound and ounce: international avoirdupois */
		{ "g", 1 }, { "kg", 1000 }, { "lb", 453.59237 }, { "lbs", 453.59237 }, { "oz", 28.349523125 },
	};
	const char *text = cell_text(im, column, 30);
	double n;

	if (text == NULL || *text == '\0' || !decimal(im, column, text, &n))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strcasecmp(units[i].unit, unit) == 0) {
			n = round(n * units[i].grams);
			if (n >= 0 && n <= 1000000)
				return mem_printf(im->row, "%.0f", n);
			import_error(im, column, "the weight is not between 0 and 1000 kg");
			return NULL;
		}
	import_error(im, column, "the unit of weight %s is not known (g, kg, lb, oz)", report_quote(im->report, unit));
	return NULL;
}

const char *foreign_gtin(struct import *im, int column)
{
	const char *text = cell_text(im, column, 200);

	if (text == NULL || *text == '\0')
		return text;
	if (*text == '\'')              /* spreadsheets keep digits as text this way */
		text++;
	if (strlen(text) >= 8 && strlen(text) <= 14 && strspn(text, "0123456789") == strlen(text))
		return text;
	import_warn(im, column, "%s is no GTIN and is left out", report_quote(im->report, text));
	return "";
}

const char *foreign_stock(struct import *im, int column)
{
	const char *text = cell_text(im, column, 30);
	double n;

	if (text == NULL || *text == '\0' || !decimal(im, column, text, &n))
		return NULL;
	if (n < 0)
		import_warn(im, column, "stock below zero counts as none");
	return mem_printf(im->row, "%.0f", n < 0 ? 0 : floor(n > 10000000 ? 10000000 : n));
}
