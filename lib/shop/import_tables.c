#include "shop/import_tables.h"

#include <stdlib.h>

#include "base/locale.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "shop/layout_foreign.h"
#include "shop/layout_own.h"
#include "shop/media.h"

/* The column NAME:LOCALE for each language of the store. */
static void locale_columns(const struct import *im, const char *name, int *columns)
{
	for (size_t i = 0; i < im->nlocales; i++)
		columns[i] = csv_column(im->csv, mem_printf(im->ctx, "%s:%s", name, im->locales[i]));
}

static int needed(struct import *im, const char *name)
{
	int column = csv_column(im->csv, name);

	if (column < 0)
		report_error(im->report, 1, name, "the file needs this column");
	return column;
}

static void count_rows(struct import *im, struct import_counts *out)
{
	if (++out->rows > IMPORT_ROWS_MAX && out->rows == IMPORT_ROWS_MAX + 1)
		import_error(im, -1, "the file has more than %d rows: split it", IMPORT_ROWS_MAX);
}

static void take_counts(struct import *im, const PGresult *result, struct import_counts *out)
{
	int64_t *const fields[] = { &out->created, &out->updated, &out->unchanged, &out->skipped };

	for (int i = 0; result != NULL && i < PQnfields(result) && PQntuples(result) == 1; i++)
		*fields[i] = strtoll(PQgetvalue(result, 0, i), NULL, 10);
	stage_faults(im->stage);
}

/* ---- attributes --------------------------------------------------------------------- */

static const char *swatch_of(struct import *im, int column)
{
	const char *text = cell_text(im, column, 20);

	if (text == NULL || *text == '\0')
		return NULL;
	if (strlen(text) == 7 && *text == '#' && strspn(text + 1, "0123456789abcdef") == 6)
		return text;
	import_error(im, column, "%s is not a colour like #1f4e79 (small letters)", report_quote(im->report, text));
	return NULL;
}

void import_attributes(struct import *im, struct import_counts *out)
{
	int attribute = needed(im, "attribute"), value = needed(im, "value"), *labels = mem_array(im->ctx, int, im->nlocales);
	int swatch = csv_column(im->csv, "swatch"), position = csv_column(im->csv, "position"), filterable = csv_column(im->csv, "filterable");

	locale_columns(im, "label", labels);
	if (labels[0] < 0)
		report_error(im->report, 1, mem_printf(im->ctx, "label:%s", im->locales[0]), "the file needs this column");
	while (im->report->errors == 0 ? import_next(im) : labels[0] >= 0 && attribute >= 0 && value >= 0 && import_next(im)) {
		const char *a = cell_code(im, attribute), *v = cell_code(im, value), *sw = swatch_of(im, swatch);
		const char *p = cell_int(im, position, 0, 1000000, "0"), *f = cell_bool(im, filterable, NULL);

		count_rows(im, out);
		if (a != NULL && (*a == '\0' || strlen(a) > 32 || strchr(a, '.') != NULL))
			import_error(im, attribute, "an attribute needs a code of a-z, 0-9, - and _, at most 32");
		for (size_t i = 0; a != NULL && v != NULL && i < im->nlocales; i++) {
			const char *label = cell_text(im, labels[i], 100);

			if (i == 0 && label != NULL && *label == '\0')
				import_error(im, labels[i], "the label is empty");
			put_attribute(im, a, v, im->locales[i], label != NULL ? label : "", sw, p, f);
		}
	}
	stage_flush(im->stage);
	if (im->report->errors == 0)
		take_counts(im, stage_query(im->stage, "SELECT * FROM catalog.import_attributes($1)", &im->tenant, 1), out);
}

/* ---- pictures ------------------------------------------------------------------------ */

/* Files that staged rows name, each once, at the first place that names it. */
static void store_files(struct import *im, const struct import_pictures *pictures, const char *sql, struct import_counts *out)
{
	const PGresult *rows;
	struct media *list;
	int64_t *lines;
	const char **columns;
	size_t n;

	stage_flush(im->stage);
	rows = stage_query(im->stage, sql, NULL, 0);
	n = rows != NULL ? (size_t)PQntuples(rows) : 0;
	list = mem_array(im->ctx, struct media, n + 1);
	lines = mem_array(im->ctx, int64_t, n + 1);
	columns = mem_array(im->ctx, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		list[i].file = PQgetvalue(rows, (int)i, 0);
		list[i].document = PQgetvalue(rows, (int)i, 3)[0] == 'd';
		lines[i] = strtoll(PQgetvalue(rows, (int)i, 1), NULL, 10);
		columns[i] = PQgetvalue(rows, (int)i, 2);
	}
	import_media(im->ctx, im->stage, im->report, pictures, list, lines, columns, n);
	for (size_t i = 0; i < n; i++)
		out->pictures += list[i].made;
	stage_flush(im->stage);
}

/* ---- categories ---------------------------------------------------------------------- */

enum { SLUG, NAME, DESCRIPTION, META_TITLE, META_DESCRIPTION, TEXTS };

static void take_category(struct import *im, int (*texts)[TEXTS], int parent, int image, int position, int visible, int kind)
{
	const char *up = cell_slug(im, parent), *picture = cell_text(im, image, 255), *first = cell_slug(im, texts[0][SLUG]);
	const char *p = cell_int(im, position, 0, 1000000, "0"), *v = cell_bool(im, visible, "true");
	const char *k = cell_choice(im, kind, "category collection", "category");

	if (first == NULL)
		return;
	for (size_t i = 0; i < im->nlocales; i++) {
		const char *slug = cell_slug(im, texts[i][SLUG]), *name = cell_text(im, texts[i][NAME], 200);

		if (name == NULL || (i > 0 && *name == '\0'))
			continue;
		if (*name == '\0' || (slug != NULL && *slug == '\0' && i == 0)) {
			import_error(im, *name == '\0' ? texts[i][NAME] : texts[i][SLUG], "a category needs it in the store's first language");
			continue;
		}
		if (slug == NULL || *slug == '\0')
			slug = import_slugify(im->row, name, 100);
		stage_put(im->stage, "import_category", "line, reference, parent, locale, slug, name, description, meta_title, meta_description,"
			  " image, position, visible, kind",
			  (const char *const[]){ mem_printf(im->row, "%lld", (long long)im->line), first, up != NULL ? up : "", im->locales[i], slug,
				name, cell_block(im, texts[i][DESCRIPTION], 20000), cell_text(im, texts[i][META_TITLE], 200),
				cell_text(im, texts[i][META_DESCRIPTION], 500), image < 0 || im->no_pictures ? NULL : picture, p, v, k }, 13);
	}
}

/* As many as catalog.condition takes, and as long a word; days as the console takes them. */
#define CONDITIONS_MAX 10
#define WORD_MAX 100
#define DAYS_MAX 3650

struct condition {
	const char *kind, *word, *low, *high, *currency, *days;
};

/* "EUR:10..49.90", either end may be missing. */
static bool read_price(struct import *im, const char *text, struct condition *c)
{
	const char *dots = strlen(text) > 4 && text[3] == ':' ? strstr(text + 4, "..") : NULL;
	const char *currency = mem_strndup(im->row, text, 3), *low = dots == NULL ? "" : mem_strndup(im->row, text + 4, (size_t)(dots - text - 4));
	int exponent = dots == NULL ? -1 : currency_exponent(currency);
	int64_t least = 0, most = INT64_MAX;

	if (exponent < 0 || !import_has_currency(im, currency) || (*low == '\0' && dots[2] == '\0')
	    || (*low != '\0' && !parse_money(low, exponent, &least)) || (dots[2] != '\0' && !parse_money(dots + 2, exponent, &most)) || least > most)
		return false;
	c->currency = currency;
	c->low = *low == '\0' ? NULL : mem_printf(im->row, "%lld", (long long)least);
	c->high = dots[2] == '\0' ? NULL : mem_printf(im->row, "%lld", (long long)most);
	return true;
}

/* "tag=Gift", "brand=Sur", "category=boots", "value=color:red", "price=EUR:10..49.90", "reduced", "stock", "new=30". */
static bool read_condition(struct import *im, const char *text, struct condition *c)
{
	static const char *const plain[] = { "reduced", "stock" }, *const worded[] = { "tag", "brand", "category", "value" };
	const char *is = strchr(text, '=');
	int64_t days;

	*c = (struct condition){ .kind = is == NULL ? text : mem_strndup(im->row, text, (size_t)(is - text)), .word = "", .currency = "", .days = "0" };
	for (size_t i = 0; is == NULL && i < ARRAY_LEN(plain); i++)
		if (strcmp(text, plain[i]) == 0)
			return true;
	if (is == NULL || is[1] == '\0' || utf8_length(is + 1) > WORD_MAX)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(worded); i++)
		if (strcmp(c->kind, worded[i]) == 0) {
			c->word = is + 1;
			return true;
		}
	if (strcmp(c->kind, "new") == 0 && parse_int(is + 1, 1, DAYS_MAX, &days)) {
		c->days = is + 1;
		return true;
	}
	return strcmp(c->kind, "price") == 0 && read_price(im, is + 1, c);
}

/* What a collection chooses by; an empty cell: by hand. */
static void take_rule(struct import *im, int rule, int match, const char *reference)
{
	const char *parts[IMPORT_LIST_MAX], *m = cell_choice(im, match, "all any", "all");
	size_t n = cell_list(im, rule, '|', parts), taken = 0;
	struct condition c;

	for (size_t i = 0; i < n; i++) {
		if (*parts[i] == '\0')
			continue;
		if (++taken > CONDITIONS_MAX) {
			import_error(im, rule, "the list has more than %d items", CONDITIONS_MAX);
			return;
		}
		if (!read_condition(im, parts[i], &c)) {
			import_error(im, rule, "%s is not a condition: tag=, brand=, category=, value=color:red, price=EUR:10..50, reduced, stock, new=30",
				     report_quote(im->report, parts[i]));
			return;
		}
		stage_put(im->stage, "import_condition", "line, col, reference, match, n, kind, word, low, high, currency, days",
			  (const char *const[]){ mem_printf(im->row, "%lld", (long long)im->line), "rule", reference, m != NULL ? m : "all",
				mem_printf(im->row, "%zu", taken), c.kind, c.word, c.low, c.high, c.currency, c.days }, 11);
	}
}

void import_categories(struct import *im, const struct import_pictures *pictures, struct import_counts *out)
{
	static const char *const names[TEXTS] = {
		[SLUG] = "slug", [NAME] = "name", [DESCRIPTION] = "description", [META_TITLE] = "meta_title", [META_DESCRIPTION] = "meta_description"
	};
	int (*texts)[TEXTS] = (int (*)[TEXTS])mem_array(im->ctx, int, im->nlocales * TEXTS);
	int parent = csv_column(im->csv, "parent"), image = csv_column(im->csv, "image"), position = csv_column(im->csv, "position");
	int visible = csv_column(im->csv, "visible"), kind = csv_column(im->csv, "kind");
	int rule = csv_column(im->csv, "rule"), match = csv_column(im->csv, "match");
	const char *const params[] = { im->tenant, im->store };

	for (size_t i = 0; i < im->nlocales; i++)
		for (int j = 0; j < TEXTS; j++)
			texts[i][j] = csv_column(im->csv, mem_printf(im->ctx, "%s:%s", names[j], im->locales[i]));
	for (int j = SLUG; j <= NAME; j++)
		if (texts[0][j] < 0)
			report_error(im->report, 1, mem_printf(im->ctx, "%s:%s", names[j], im->locales[0]), "the file needs this column");
	im->no_pictures = pictures->from == NULL;
	if (rule >= 0)
		put_flag(im, "rule", "");
	while (texts[0][SLUG] >= 0 && texts[0][NAME] >= 0 && import_next(im)) {
		const char *reference = cell_slug(im, texts[0][SLUG]);

		count_rows(im, out);
		take_category(im, texts, parent, image, position, visible, kind);
		if (rule >= 0 && reference != NULL)
			take_rule(im, rule, match, reference);
	}
	store_files(im, pictures, "SELECT image, min(line), 'image', 'picture' FROM pg_temp.import_category WHERE image <> '' GROUP BY image ORDER BY 2", out);
	if (im->report->errors == 0)
		take_counts(im, stage_query(im->stage, "SELECT * FROM catalog.import_categories($1, $2)", params, 2), out);
}

static void store_product_files(struct import *im, const struct import_pictures *pictures, struct import_counts *out)
{
	if (!im->no_pictures)
		store_files(im, pictures, "SELECT DISTINCT ON (value) value, line, col, kind FROM pg_temp.import_item"
			    " WHERE kind IN ('image', 'document') ORDER BY value, line", out);
}

/* ---- products ------------------------------------------------------------------------ */

static const struct layout {
	const char *name;
	bool (*fits)(const struct csv *csv);
	void (*read)(struct import *im, int64_t *rows);
	const char *finish;             /* SQL after reading, or NULL */
} layouts[] = {
	{ "own", layout_own_fits, layout_own_read, NULL },
	{ "woocommerce", layout_woo_fits, layout_woo_read, LAYOUT_FOREIGN_FINISH },
	{ "shopify", layout_shopify_fits, layout_shopify_read, LAYOUT_FOREIGN_FINISH },
};

static const struct layout *choose(struct import *im, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(layouts); i++)
		if (strcmp(name, "auto") == 0 ? layouts[i].fits(im->csv) : strcmp(name, layouts[i].name) == 0)
			return &layouts[i];
	report_error(im->report, 1, "", strcmp(name, "auto") == 0
		     ? "the header is that of no known layout (own, shopify, woocommerce)" : "%.0sthere is no layout %s", "", name);
	return NULL;
}

/* What merges staged products, in this order, and how far it is then, in thousandths: measured with 100 000 rows. */
static const struct part {
	const char *name;
	int thousandths;
} parts[] = {
	{ "bodies", 400 }, { "items", 450 }, { "files", 460 }, { "variants", 530 }, { "prices", 560 }, { "stock", 600 },
};

#define BEFORE_PARTS 340
/* Products listed in one statement. */
#define RELIST_SOME 500
#define NO_PRODUCT "00000000-0000-0000-0000-000000000000"

/* Chooses what is merged next; false: there is nothing more, or it failed.  *PLACE: where that comes to. */
static bool slice(struct import *im, const char *update, int round, const char *limit, int64_t *place)
{
	const char *after = mem_printf(im->row, "%lld", (long long)(*place >= IMPORT_ROUND ? *place - IMPORT_ROUND : *place));
	const char *const params[] = { im->tenant, update, round == 2 ? "2" : "1", after, limit };
	const PGresult *r = stage_query(im->stage, "SELECT catalog.import_slice($1, $2, $3, $4, $5)", params, ARRAY_LEN(params));

	if (r == NULL || (limit != NULL && PQgetisnull(r, 0, 0)))
		return false;
	*place = limit == NULL ? 0 : strtoll(PQgetvalue(r, 0, 0), NULL, 10) + (round == 2 ? IMPORT_ROUND : 0);
	return true;
}

static void merge_part(struct import *im, const struct part *p)
{
	const char *const params[] = { im->tenant, im->store, p->name, im->trial ? "true" : "false" };

	stage_query(im->stage, "SELECT catalog.import_part($1, $2, $3, $4)", params, ARRAY_LEN(params));
}

/* What was touched, in the read model; TOUCHED products, or 0: nobody is told how far it is. */
static void relist(struct import *im, int64_t touched)
{
	const char *after = NO_PRODUCT;

	for (int64_t done = 0, batch = 1; after != NULL; batch++) {
		const PGresult *r = stage_query(im->stage, "SELECT catalog.import_relist_some($1, $2, $3, $4)",
			(const char *const[]){ im->tenant, after, mem_printf(im->row, "%d", RELIST_SOME), (batch & (batch - 1)) == 0 ? "true" : "false" }, 4);

		after = r == NULL || PQgetisnull(r, 0, 0) ? NULL : PQgetvalue(r, 0, 0);
		done += RELIST_SOME;
		if (touched > 0)
			import_progress(im, 600 + (int)((done < touched ? done : touched) * 390 / touched));
	}
}

static void merge_whole(struct import *im, const char *update, struct import_counts *out)
{
	int64_t place = IMPORT_FRESH;

	if (!slice(im, update, 1, NULL, &place))
		return;
	import_progress(im, BEFORE_PARTS);
	if (im->preview != NULL)
		im->preview(im, stage_query(im->stage, "SELECT * FROM catalog.import_preview($1, $2, $3)",
						 (const char *const[]){ im->tenant, im->store, IMPORT_SAMPLE }, 3));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		merge_part(im, &parts[i]);
		import_progress(im, parts[i].thousandths);
	}
	take_counts(im, stage_query(im->stage, "SELECT * FROM catalog.import_counted($1)", &im->tenant, 1), out);
	if (!im->trial)
		relist(im, out->created + out->updated + 1);
}

/* Some hundred products in each transaction; the second round only when there was more than one. */
static void merge_parted(struct import *im, const char *update, struct import_counts *out)
{
	static const struct part related = { "related", 0 };
	int64_t total = strtoll(stage_value(im->stage, "SELECT count(*) FROM pg_temp.import_product", NULL), NULL, 10), done = 0, products;
	const char *limit = mem_printf(im->ctx, "%d", IMPORT_PART_PRODUCTS), *why;
	bool whole = total <= IMPORT_PART_PRODUCTS && im->place == IMPORT_FRESH;
	int round = im->place >= IMPORT_ROUND ? 2 : 1;

	out->products = total;
	while (!stage_failed(im->stage, &why)) {
		struct import_counts part = { 0 };

		if (!slice(im, update, round, whole ? NULL : limit, &im->place)) {
			if (round == 2 || stage_failed(im->stage, &why))
				break;
			/* The names that the merging used are free again with its transaction. */
			round = 2;
			im->place = IMPORT_ROUND;
			if (!im->parted(im, im->place, false, &part))
				return;
			continue;
		}
		for (size_t i = 0; round == 1 && i < ARRAY_LEN(parts); i++)
			merge_part(im, &parts[i]);
		if (round == 2)
			merge_part(im, &related);
		take_counts(im, stage_query(im->stage, "SELECT * FROM catalog.import_counted($1)", &im->tenant, 1), &part);
		products = part.created + part.updated + part.unchanged + part.skipped;
		/* Related only: they are counted already. */
		if (round == 2)
			part = (struct import_counts){ 0 };
		out->created += part.created;
		out->updated += part.updated;
		out->unchanged += part.unchanged;
		out->skipped += part.skipped;
		relist(im, 0);
		done += products;
		import_progress(im, BEFORE_PARTS + (int)((done < total ? done : total) * 650 / (total + 1)));
		if (whole || !im->parted(im, im->place, false, &part))
			break;
	}
	if (!stage_failed(im->stage, &why))
		im->parted(im, im->place, true, out);
}

static void merge(struct import *im, const char *update, struct import_counts *out)
{
	const char *const ready[] = { im->tenant, im->store, update };
	const PGresult *result = stage_query(im->stage, "SELECT catalog.import_ready($1, $2, $3)", ready, ARRAY_LEN(ready));

	if (result == NULL || PQgetvalue(result, 0, 0)[0] != 't')
		stage_faults(im->stage);
	else
		(im->parted != NULL ? merge_parted : merge_whole)(im, update, out);
}

void import_products(struct import *im, const char *name, bool update, const struct import_pictures *pictures, struct import_counts *out)
{
	const struct layout *layout = choose(im, name);
	const char *const params[] = { im->tenant, im->store, update ? "true" : "false" };

	if (layout == NULL)
		return;
	out->layout = layout->name;
	im->no_pictures = pictures->from == NULL;
	im->pictures = pictures->from;
	layout->read(im, &out->rows);
	if (layout->finish != NULL) {
		stage_flush(im->stage);
		stage_query(im->stage, layout->finish, params, 2);
		stage_faults(im->stage);
	}
	store_product_files(im, pictures, out);
	stage_flush(im->stage);
	if (im->report->errors == 0)
		merge(im, params[2], out);
}

/* ---- listings ------------------------------------------------------------------------ */

void import_listings(struct import *im, const struct import_pictures *pictures, struct import_counts *out)
{
	const char *const params[] = { im->tenant, im->store };

	im->no_pictures = pictures->from == NULL;
	im->pictures = pictures->from;
	layout_own_listings(im, &out->rows);
	store_product_files(im, pictures, out);
	stage_flush(im->stage);
	if (im->report->errors == 0)
		take_counts(im, stage_query(im->stage, "SELECT * FROM catalog.import_listings($1, $2)", params, 2), out);
}
