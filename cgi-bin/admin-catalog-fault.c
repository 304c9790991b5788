/* What is wrong with a file that came in, in the language of who reads it.  Imports are told in English, to the
   command line as well as to the database; here their sentences are known again, with what stands in them. */
#include "admin-catalog.h"

#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

/* {1} and so on: what the import put there; more of them than this in none. */
#define PIECES_MAX 3
/* A piece may be such a sentence itself ("... is not yes or no"), but not one in that. */
#define DEEPEST 1

/* The first that fits is it: what is said more closely stands before what is said of much. */
static const char *const sentences[] = {
	/* cells */
	N_("{1} is not a whole number from {2} to {3}"),
	N_("{1} is not an amount in {2} like 19.90, with at most {3} digits after the point"),
	N_("{1} is not a colour like #1f4e79 (small letters)"),
	N_("{1} is not a tier: quantities rise from 2 to 10000, like 10:18.50|50:16.90"),
	N_("{1} is not a price of some days, like 16.90@2026-11-20..2026-11-30"),
	N_("{1} is not a rule of prices, like store suelas +10% .95, cost +80% or hand"),
	N_("{1} is not a condition: tag=, brand=, category=, value=color:red, price=EUR:10..50, reduced, stock, new=30"),
	N_("{1} is not a part: an SKU and 1 to 100 pieces, like SOLE-40:2"),
	N_("{1} is not a GTIN of 8 to 14 digits"),
	N_("{1} is not a number"),
	N_("{1} is not yes or no"),
	N_("{1} is not one of: {2}"),
	N_("{1} is not a slug of a-z, 0-9 and -"),
	N_("{1} is not a code of a-z, 0-9, -, _ and ."),
	N_("{1} is no GTIN and is left out"),
	N_("{1} is not a day like 2026-11-20"),
	N_("a price of some days ends before it begins"),
	N_("two prices of some days begin at the same moment"),
	N_("a bundle does not contain itself"),
	N_("a bundle has no stock of its own"),
	N_("\"{1}\" is a bundle: no bundle contains another"),
	N_("\"{1}\" stands twice in the bundle"),
	N_("\"{1}\" is in a bundle and cannot be one"),
	N_("\"{1}\" has stock and cannot be a bundle"),
	N_("there is no SKU \"{1}\""),
	N_("{1} is longer than {2} characters"),
	N_("the text is longer than {1} characters"),
	N_("the text holds control characters or more lines than one"),
	N_("the text holds control characters or too many marks on one letter"),
	N_("the list has more than {1} items"),
	N_("the label is empty"),
	N_("the name is empty"),
	N_("the SKU is empty"),
	N_("the handle is empty"),
	N_("a handle has no spaces"),
	N_("the handle \"{1}\" is longer than 64 characters and no product has it"),
	N_("stock below zero counts as none"),
	N_("the weight is not between 0 and 1000 kg"),
	N_("the unit of weight {1} is not known (g, kg, lb, oz)"),
	/* columns and files */
	N_("the file needs this column"),
	N_("the file has more than {1} rows: split it"),
	N_("the header is that of no known layout (own, shopify, woocommerce)"),
	N_("there is no layout {1}"),
	N_("the column is not known and not read; did you mean {1}?"),
	N_("the column is not known and not read"),
	N_("the store has no language \"{1}\""),
	N_("the store has no currency \"{1}\""),
	N_("the store has no warehouse \"{1}\""),
	N_("more than {1} such columns"),
	N_("an attribute needs a code of a-z, 0-9, - and _, at most 32"),
	N_("a category needs it in the store's first language"),
	/* rows */
	N_("the first row needs a product"),
	N_("the first row of a product needs a title"),
	N_("the product's first row names no such option"),
	N_("the row has neither SKU nor ID"),
	N_("a price needs the SKU of a variant"),
	N_("a variant has at most 3 options"),
	N_("a variation needs a parent"),
	N_("a variation that is not published is left out"),
	N_("a grouped product is left out; its parts come in themselves"),
	N_("an external product is left out: it is sold elsewhere"),
	N_("a product of this type is not known here and left out"),
	N_("the product is not taxed there; here its tax class is {1} until you change it"),
	N_("the former price must be higher than the price"),
	N_("there are more option values than pictures"),
	N_("there are more texts than files"),
	N_("picture {1} is left out: no file \"{2}\" among the pictures"),
	/* rows together */
	N_("product \"{1}\" stands in line {2} already; its rows must follow each other"),
	N_("SKU \"{1}\" stands in line {2} already"),
	N_("slug \"{1}\" stands in line {2} already"),
	N_("a variant with the options \"{1}\" stands in line {2} already"),
	N_("{1} stands in line {2} already"),
	N_("SKU \"{1}\" belongs to product \"{2}\""),
	N_("product \"{1}\" has the slug \"{2}\""),
	N_("this variant has the options \"{1}\", the first one \"{2}\""),
	N_("attribute \"{1}\" needs a row of its own with an empty value"),
	N_("attribute \"{1}\" has no value \"{2}\""),
	N_("no variant of the product has the option value \"{1}\""),
	N_("there is no category \"{1}\" in the store"),
	N_("there is no category \"{1}\""),
	N_("there is no tax class \"{1}\""),
	N_("there is no product \"{1}\"; the reference is left out"),
	N_("there is no product \"{1}\" in the file"),
	N_("there is no product \"{1}\""),
	N_("a product is not related to itself"),
	N_("\"{1}\" stands in more than one of related, accessories and alternatives"),
	N_("there is no store \"{1}\""),
	N_("these prices would follow themselves"),
	N_("a new product needs a name in the store's first language"),
	N_("a new product needs a variant"),
	N_("a new variant needs a price in the store's first currency"),
	N_("prices in {1} are multiples of the store's smallest_amount.{2}"),
	N_("a category cannot stand under itself"),
	N_("a rule chooses the products of a collection, not of a category"),
	N_("a collection stands beside the tree: it has no parent"),
	N_("\"{1}\" is a collection: nothing stands under it"),
	N_("the category \"{1}\" stands under it: a collection has nothing below it"),
	N_("another category of the store has the slug \"{1}\""),
	/* reading */
	N_("The file is empty; it needs a header with the names of the columns."),
	N_("The header on line {1} has the column \"{2}\" twice."),
	N_("The header cannot be used. {1}"),
	N_("The record on line {1} cannot be used: {2}."),
	N_("Row {1} cannot be used: {2}."),
	N_("The file has more than {1} records; the rest, from line {2} on, is not read."),
	N_("The file cannot be read after line {1}."),
	N_("it has more fields than the header has columns"),
	N_("a field is longer than 1 MiB"),
	N_("it is longer than 4 MiB, so a closing quote is missing"),
	N_("it is not UTF-8 text"),
	N_("it holds a zero byte"),
	N_("its quotes are wrong"),
	N_("it names a text that the workbook does not have"),
	N_("it has more cells than a table may have"),
	N_("it is longer than 4 MiB"),
	N_("The file is no Excel workbook (.xlsx)."),
	N_("The workbook is larger than 400 MB unpacked; please split it, or send it as CSV."),
	N_("The workbook holds too many files."),
	N_("The workbook is locked by a password; please save it without one."),
	N_("The workbook is packed far denser than a table can be."),
	N_("The workbook declares a document type, which no workbook needs."),
	N_("A cell of the workbook is longer than 1 MiB."),
	N_("The workbook is damaged: one of its parts is no well-formed XML."),
	N_("The workbook is damaged: its rows are out of order."),
	N_("The workbook is damaged: its cells are out of order."),
	N_("The workbook is damaged."),
	N_("The workbook has more than two million different texts; please split it, or send it as CSV."),
	N_("There is no room to read the workbook."),
};

struct piece {
	const char *text;
	size_t len;
};

static bool is_place(const char *s)
{
	return s[0] == '{' && s[1] >= '1' && s[1] < '1' + PIECES_MAX && s[2] == '}';
}

/* Whether MESSAGE is SENTENCE with something in its places.  The last piece reaches as far as it can, as what people
   wrote stands there most often. */
static bool fits(const char *sentence, const char *message, struct piece pieces[static PIECES_MAX])
{
	size_t plain = 0, rest;

	while (sentence[plain] != '\0' && !is_place(sentence + plain))
		plain++;
	if (strncmp(sentence, message, plain) != 0)
		return false;
	sentence += plain;
	message += plain;
	if (*sentence == '\0')
		return *message == '\0';
	rest = strlen(message);
	for (size_t len = rest; len > 0; len--) {
		pieces[sentence[1] - '1'] = (struct piece){ message, len };
		if (fits(sentence + 3, message + len, pieces))
			return true;
	}
	return false;
}

static const char *words(struct req *r, const char *message, int depth)
{
	struct piece pieces[PIECES_MAX] = { { 0 } };
	struct buf *out;

	for (size_t i = 0; i < ARRAY_LEN(sentences); i++) {
		if (!fits(sentences[i], message, pieces))
			continue;
		out = buf_new(r->mem);
		for (const char *s = req_text(r, sentences[i]); *s != '\0'; s++) {
			if (!is_place(s)) {
				buf_addc(out, *s);
				continue;
			}
			if (pieces[s[1] - '1'].text != NULL) {
				const char *piece = mem_strndup(r->mem, pieces[s[1] - '1'].text, pieces[s[1] - '1'].len);

				buf_adds(out, depth < DEEPEST ? words(r, piece, depth + 1) : piece);
			}
			s += 2;
		}
		return out->data;
	}
	return message;
}

const char *fault_words(struct req *r, const char *message)
{
	return words(r, message, 0);
}
