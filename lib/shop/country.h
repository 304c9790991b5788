/*
 * country.h -- how an address is written in a country.
 *
 * A table of countries says which fields an address form shows, in which order and
 * how wide, what they are called there, which must be filled, how a postal code
 * looks and which regions there are; every other country gets a form that takes
 * almost anything, because a wrong guess about a far country loses an order.  Sources:
 * Universal Postal Union, "Postal addressing systems in member countries"; region
 * codes are the part after the hyphen of ISO 3166-2, so that tax rules can name them.
 *
 * Postal codes are compared with patterns of one character each: '9' a digit, 'A' a
 * letter, '*' a letter or digit, ' ' a blank that may be missing when typed and is
 * put there when kept; anything else stands for itself.  Several patterns are
 * parted by '|'.  The same small language describes tax numbers.
 *
 * address_check() is the one door for an address: it brings the postal code and tax
 * number into the form of the country and says what is wrong field by field, as
 * sentences in the source language (N_).
 */
#ifndef SHOP_COUNTRY_H
#define SHOP_COUNTRY_H

#include "base/base.h"

enum address_field {
	ADDRESS_NAME, ADDRESS_COMPANY, ADDRESS_STREET, ADDRESS_STREET2, ADDRESS_POSTCODE, ADDRESS_CITY, ADDRESS_REGION,
	ADDRESS_FIELDS
};

struct region {
	const char *code, *name;
};

/* A field as a country shows it. */
struct country_field {
	enum address_field field;
	const char *label;              /* N_("...") */
	const char *width;              /* "", "half", "third" of the form */
	bool required;
};

struct country {
	const char *code;               /* ISO 3166-1 alpha-2; "" is the form of all others */
	const char *postcode;           /* patterns; NULL: anything */
	const char *example;            /* of a postal code, for the sentence */
	const char *tax_id;             /* patterns without the country's prefix; NULL: anything */
	const struct region *regions;   /* closed by an empty row; NULL: no list */
	bool postcode_first;            /* "28001 Madrid" when printed */
	bool region_printed;            /* the region stands in the last line */
	struct country_field fields[ADDRESS_FIELDS];    /* in the order of the form */
	size_t nfields;
};

/* Never NULL: countries without a row of their own get the general form. */
const struct country *country_get(const char *code);
/* True for two capitals that ISO 3166-1 has given to a country. */
bool country_known(const char *code);
/* All codes one after another, two letters each: "ADAEAF...". */
extern const char country_codes[];
/* The region's name, or CODE itself where the country has no list. */
const char *country_region(const struct country *c, const char *code);

/* The text brought into the form of one of PATTERNS, under CTX; NULL when none fits. */
const char *pattern_fit(const void *ctx, const char *patterns, const char *text);

struct address {
	const char *name, *company, *street, *street2, *postal_code, *city, *region, *country;
};

/* One wrong field; CITY of an address, say, or the tax number (ADDRESS_FIELDS). */
struct address_error {
	enum address_field field;
	const char *sentence;
};

/* Checks A and brings it into form (in place; new texts under CTX).  Returns how many
   errors stand in ERRORS, at most ADDRESS_FIELDS. */
size_t address_check(const void *ctx, struct address *a, struct address_error errors[ADDRESS_FIELDS]);

/* The tax number of a business in COUNTRY in its form, without blanks, dots and dashes, or
   NULL.  Its look only: whether it was given to somebody a tax office would have to say. */
const char *tax_id_check(const void *ctx, const char *country, const char *text);

/* Whether it looks like a telephone number, or is empty: 6 to 15 digits (ITU-T E.164). */
bool phone_good(const char *phone);

/* The address as it is written on a parcel, lines parted by '\n'; COUNTRY_NAME is its last. */
const char *address_lines(const void *ctx, const struct address *a, const char *country_name);

/* Name of the form field of F: "postcode"; and its autocomplete token: "postal-code". */
const char *address_field_name(enum address_field f);
const char *address_field_token(enum address_field f);
/* Longest text it takes, code points. */
int address_field_max(enum address_field f);

#endif
