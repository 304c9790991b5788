#include "shop/country.h"

#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

/* ---- the table ----------------------------------------------------------------- */

const char country_codes[] =
	"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCW"
	"CXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQ"
	"IRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANC"
	"NENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTD"
	"TFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

static const struct region es_regions[] = {
	{ "C", "A Coruña" }, { "VI", "Álava" }, { "AB", "Albacete" }, { "A", "Alicante" }, { "AL", "Almería" },
	{ "O", "Asturias" }, { "AV", "Ávila" }, { "BA", "Badajoz" }, { "B", "Barcelona" }, { "BI", "Bizkaia" },
	{ "BU", "Burgos" }, { "CC", "Cáceres" }, { "CA", "Cádiz" }, { "S", "Cantabria" }, { "CS", "Castellón" },
	{ "CE", "Ceuta" }, { "CR", "Ciudad Real" }, { "CO", "Córdoba" }, { "CU", "Cuenca" }, { "SS", "Gipuzkoa" },
	{ "GI", "Girona" }, { "GR", "Granada" }, { "GU", "Guadalajara" }, { "H", "Huelva" }, { "HU", "Huesca" },
	{ "PM", "Illes Balears" }, { "J", "Jaén" }, { "LO", "La Rioja" }, { "GC", "Las Palmas" }, { "LE", "León" },
	{ "L", "Lleida" }, { "LU", "Lugo" }, { "M", "Madrid" }, { "MA", "Málaga" }, { "ML", "Melilla" },
	{ "MU", "Murcia" }, { "NA", "Navarra" }, { "OR", "Ourense" }, { "P", "Palencia" }, { "PO", "Pontevedra" },
	{ "SA", "Salamanca" }, { "TF", "Santa Cruz de Tenerife" }, { "SG", "Segovia" }, { "SE", "Sevilla" },
	{ "SO", "Soria" }, { "T", "Tarragona" }, { "TE", "Teruel" }, { "TO", "Toledo" }, { "V", "Valencia" },
	{ "VA", "Valladolid" }, { "ZA", "Zamora" }, { "Z", "Zaragoza" }, { NULL, NULL }
};

static const struct region it_regions[] = {
	{ "AG", "Agrigento" }, { "AL", "Alessandria" }, { "AN", "Ancona" }, { "AO", "Aosta" }, { "AR", "Arezzo" },
	{ "AP", "Ascoli Piceno" }, { "AT", "Asti" }, { "AV", "Avellino" }, { "BA", "Bari" },
	{ "BT", "Barletta-Andria-Trani" }, { "BL", "Belluno" }, { "BN", "Benevento" }, { "BG", "Bergamo" },
	{ "BI", "Biella" }, { "BO", "Bologna" }, { "BZ", "Bolzano" }, { "BS", "Brescia" }, { "BR", "Brindisi" },
	{ "CA", "Cagliari" }, { "CL", "Caltanissetta" }, { "CB", "Campobasso" }, { "CE", "Caserta" },
	{ "CT", "Catania" }, { "CZ", "Catanzaro" }, { "CH", "Chieti" }, { "CO", "Como" }, { "CS", "Cosenza" },
	{ "CR", "Cremona" }, { "KR", "Crotone" }, { "CN", "Cuneo" }, { "EN", "Enna" }, { "FM", "Fermo" },
	{ "FE", "Ferrara" }, { "FI", "Firenze" }, { "FG", "Foggia" }, { "FC", "Forlì-Cesena" }, { "FR", "Frosinone" },
	{ "GE", "Genova" }, { "GO", "Gorizia" }, { "GR", "Grosseto" }, { "IM", "Imperia" }, { "IS", "Isernia" },
	{ "AQ", "L'Aquila" }, { "SP", "La Spezia" }, { "LT", "Latina" }, { "LE", "Lecce" }, { "LC", "Lecco" },
	{ "LI", "Livorno" }, { "LO", "Lodi" }, { "LU", "Lucca" }, { "MC", "Macerata" }, { "MN", "Mantova" },
	{ "MS", "Massa-Carrara" }, { "MT", "Matera" }, { "ME", "Messina" }, { "MI", "Milano" }, { "MO", "Modena" },
	{ "MB", "Monza e Brianza" }, { "NA", "Napoli" }, { "NO", "Novara" }, { "NU", "Nuoro" }, { "OR", "Oristano" },
	{ "PD", "Padova" }, { "PA", "Palermo" }, { "PR", "Parma" }, { "PV", "Pavia" }, { "PG", "Perugia" },
	{ "PU", "Pesaro e Urbino" }, { "PE", "Pescara" }, { "PC", "Piacenza" }, { "PI", "Pisa" }, { "PT", "Pistoia" },
	{ "PN", "Pordenone" }, { "PZ", "Potenza" }, { "PO", "Prato" }, { "RG", "Ragusa" }, { "RA", "Ravenna" },
	{ "RC", "Reggio Calabria" }, { "RE", "Reggio Emilia" }, { "RI", "Rieti" }, { "RN", "Rimini" }, { "RM", "Roma" },
	{ "RO", "Rovigo" }, { "SA", "Salerno" }, { "SS", "Sassari" }, { "SV", "Savona" }, { "SI", "Siena" },
	{ "SR", "Siracusa" }, { "SO", "Sondrio" }, { "SU", "Sud Sardegna" }, { "TA", "Taranto" }, { "TE", "Teramo" },
	{ "TR", "Terni" }, { "TO", "Torino" }, { "TP", "Trapani" }, { "TN", "Trento" }, { "TV", "Treviso" },
	{ "TS", "Trieste" }, { "UD", "Udine" }, { "VA", "Varese" }, { "VE", "Venezia" },
	{ "VB", "Verbano-Cusio-Ossola" }, { "VC", "Vercelli" }, { "VR", "Verona" }, { "VV", "Vibo Valentia" },
	{ "VI", "Vicenza" }, { "VT", "Viterbo" }, { NULL, NULL }
};

static const struct region ie_regions[] = {
	{ "CW", "Carlow" }, { "CN", "Cavan" }, { "CE", "Clare" }, { "CO", "Cork" }, { "DL", "Donegal" },
	{ "D", "Dublin" }, { "G", "Galway" }, { "KY", "Kerry" }, { "KE", "Kildare" }, { "KK", "Kilkenny" },
	{ "LS", "Laois" }, { "LM", "Leitrim" }, { "LK", "Limerick" }, { "LD", "Longford" }, { "LH", "Louth" },
	{ "MO", "Mayo" }, { "MH", "Meath" }, { "MN", "Monaghan" }, { "OY", "Offaly" }, { "RN", "Roscommon" },
	{ "SO", "Sligo" }, { "TA", "Tipperary" }, { "WD", "Waterford" }, { "WH", "Westmeath" }, { "WX", "Wexford" },
	{ "WW", "Wicklow" }, { NULL, NULL }
};

static const struct region us_regions[] = {
	{ "AL", "Alabama" }, { "AK", "Alaska" }, { "AZ", "Arizona" }, { "AR", "Arkansas" }, { "CA", "California" },
	{ "CO", "Colorado" }, { "CT", "Connecticut" }, { "DE", "Delaware" }, { "DC", "District of Columbia" },
	{ "FL", "Florida" }, { "GA", "Georgia" }, { "GU", "Guam" }, { "HI", "Hawaii" }, { "ID", "Idaho" },
	{ "IL", "Illinois" }, { "IN", "Indiana" }, { "IA", "Iowa" }, { "KS", "Kansas" }, { "KY", "Kentucky" },
	{ "LA", "Louisiana" }, { "ME", "Maine" }, { "MD", "Maryland" }, { "MA", "Massachusetts" }, { "MI", "Michigan" },
	{ "MN", "Minnesota" }, { "MS", "Mississippi" }, { "MO", "Missouri" }, { "MT", "Montana" }, { "NE", "Nebraska" },
	{ "NV", "Nevada" }, { "NH", "New Hampshire" }, { "NJ", "New Jersey" }, { "NM", "New Mexico" },
	{ "NY", "New York" }, { "NC", "North Carolina" }, { "ND", "North Dakota" }, { "OH", "Ohio" },
	{ "OK", "Oklahoma" }, { "OR", "Oregon" }, { "PA", "Pennsylvania" }, { "PR", "Puerto Rico" },
	{ "RI", "Rhode Island" }, { "SC", "South Carolina" }, { "SD", "South Dakota" }, { "TN", "Tennessee" },
	{ "TX", "Texas" }, { "UT", "Utah" }, { "VT", "Vermont" }, { "VI", "Virgin Islands" }, { "VA", "Virginia" },
	{ "WA", "Washington" }, { "WV", "West Virginia" }, { "WI", "Wisconsin" }, { "WY", "Wyoming" }, { NULL, NULL }
};

static const struct region mx_regions[] = {
	{ "AGU", "Aguascalientes" }, { "BCN", "Baja California" }, { "BCS", "Baja California Sur" },
	{ "CAM", "Campeche" }, { "CHP", "Chiapas" }, { "CHH", "Chihuahua" }, { "CMX", "Ciudad de México" },
	{ "COA", "Coahuila" }, { "COL", "Colima" }, { "DUR", "Durango" }, { "GUA", "Guanajuato" },
	{ "GRO", "Guerrero" }, { "HID", "Hidalgo" }, { "JAL", "Jalisco" }, { "MEX", "México" },
	{ "MIC", "Michoacán" }, { "MOR", "Morelos" }, { "NAY", "Nayarit" }, { "NLE", "Nuevo León" },
	{ "OAX", "Oaxaca" }, { "PUE", "Puebla" }, { "QUE", "Querétaro" }, { "ROO", "Quintana Roo" },
	{ "SLP", "San Luis Potosí" }, { "SIN", "Sinaloa" }, { "SON", "Sonora" }, { "TAB", "Tabasco" },
	{ "TAM", "Tamaulipas" }, { "TLA", "Tlaxcala" }, { "VER", "Veracruz" }, { "YUC", "Yucatán" },
	{ "ZAC", "Zacatecas" }, { NULL, NULL }
};

static const struct region id_regions[] = {
	{ "AC", "Aceh" }, { "BA", "Bali" }, { "BT", "Banten" }, { "BE", "Bengkulu" }, { "YO", "DI Yogyakarta" },
	{ "JK", "DKI Jakarta" }, { "GO", "Gorontalo" }, { "JA", "Jambi" }, { "JB", "Jawa Barat" },
	{ "JT", "Jawa Tengah" }, { "JI", "Jawa Timur" }, { "KB", "Kalimantan Barat" }, { "KS", "Kalimantan Selatan" },
	{ "KT", "Kalimantan Tengah" }, { "KI", "Kalimantan Timur" }, { "KU", "Kalimantan Utara" },
	{ "BB", "Kepulauan Bangka Belitung" }, { "KR", "Kepulauan Riau" }, { "LA", "Lampung" }, { "MA", "Maluku" },
	{ "MU", "Maluku Utara" }, { "NB", "Nusa Tenggara Barat" }, { "NT", "Nusa Tenggara Timur" }, { "PA", "Papua" },
	{ "PB", "Papua Barat" }, { "PD", "Papua Barat Daya" }, { "PE", "Papua Pegunungan" }, { "PS", "Papua Selatan" },
	{ "PT", "Papua Tengah" }, { "RI", "Riau" }, { "SR", "Sulawesi Barat" }, { "SN", "Sulawesi Selatan" },
	{ "ST", "Sulawesi Tengah" }, { "SG", "Sulawesi Tenggara" }, { "SA", "Sulawesi Utara" },
	{ "SB", "Sumatera Barat" }, { "SS", "Sumatera Selatan" }, { "SU", "Sumatera Utara" }, { NULL, NULL }
};

/* The top of every form; what follows differs. */
#define FORM_TOP \
	{ ADDRESS_NAME, N_("Full name"), "", true }, \
	{ ADDRESS_COMPANY, N_("Company"), "", false }, \
	{ ADDRESS_STREET, N_("Street and number"), "", true }, \
	{ ADDRESS_STREET2, N_("Floor, door, building"), "", false }

static const struct country general = {
	.code = "", .region_printed = true, .nfields = 7,
	.fields = { FORM_TOP,
		{ ADDRESS_CITY, N_("Town or city"), "half", true },
		{ ADDRESS_REGION, N_("State or region"), "half", false },
		{ ADDRESS_POSTCODE, N_("Postal code"), "half", false } },
};

static const struct country countries[] = {
	{ .code = "ES", .postcode = "99999", .example = "28013", .tax_id = "*9999999*", .regions = es_regions,
	  .postcode_first = true, .region_printed = true, .nfields = 7,
	  .fields = { FORM_TOP,
		{ ADDRESS_POSTCODE, N_("Postal code"), "third", true },
		{ ADDRESS_CITY, N_("Town or city"), "half", true },
		{ ADDRESS_REGION, N_("Province"), "", true } } },
	{ .code = "PT", .postcode = "9999-999", .example = "1100-053", .tax_id = "999999999",
	  .postcode_first = true, .nfields = 6,
	  .fields = { FORM_TOP,
		{ ADDRESS_POSTCODE, N_("Postal code"), "third", true },
		{ ADDRESS_CITY, N_("Town or city"), "half", true } } },
	{ .code = "FR", .postcode = "99999", .example = "75004", .tax_id = "**999999999",
	  .postcode_first = true, .nfields = 6,
	  .fields = { FORM_TOP,
		{ ADDRESS_POSTCODE, N_("Postal code"), "third", true },
		{ ADDRESS_CITY, N_("Town or city"), "half", true } } },
	{ .code = "DE", .postcode = "99999", .example = "10115", .tax_id = "999999999",
	  .postcode_first = true, .nfields = 6,
	  .fields = { FORM_TOP,
		{ ADDRESS_POSTCODE, N_("Postal code"), "third", true },
		{ ADDRESS_CITY, N_("Town or city"), "half", true } } },
	{ .code = "IT", .postcode = "99999", .example = "00184", .tax_id = "99999999999", .regions = it_regions,
	  .postcode_first = true, .region_printed = true, .nfields = 7,
	  .fields = { FORM_TOP,
		{ ADDRESS_POSTCODE, N_("Postal code"), "third", true },
		{ ADDRESS_CITY, N_("Town or city"), "half", true },
		{ ADDRESS_REGION, N_("Province"), "", true } } },
	{ .code = "GB", .postcode = "A9 9AA|A99 9AA|A9A 9AA|AA9 9AA|AA99 9AA|AA9A 9AA", .example = "SW1A 1AA",
	  .tax_id = "999999999|999999999999", .nfields = 6,
	  .fields = { FORM_TOP,
		{ ADDRESS_CITY, N_("Town or city"), "half", true },
		{ ADDRESS_POSTCODE, N_("Postcode"), "third", true } } },
	{ .code = "IE", .postcode = "A99 ****|A9A ****", .example = "D02 X285", .tax_id = "9999999A|9999999AA|9*99999A",
	  .regions = ie_regions, .region_printed = true, .nfields = 7,
	  .fields = { FORM_TOP,
		{ ADDRESS_CITY, N_("Town or city"), "half", true },
		{ ADDRESS_REGION, N_("County"), "half", true },
		{ ADDRESS_POSTCODE, N_("Eircode"), "third", true } } },
	{ .code = "US", .postcode = "99999|99999-9999", .example = "94103", .tax_id = "999999999",
	  .regions = us_regions, .region_printed = true, .nfields = 7,
	  .fields = { FORM_TOP,
		{ ADDRESS_CITY, N_("Town or city"), "half", true },
		{ ADDRESS_REGION, N_("State"), "half", true },
		{ ADDRESS_POSTCODE, N_("ZIP code"), "third", true } } },
	{ .code = "MX", .postcode = "99999", .example = "06000", .tax_id = "AAA999999***|AAAA999999***",
	  .regions = mx_regions, .postcode_first = true, .region_printed = true, .nfields = 7,
	  .fields = { FORM_TOP,
		{ ADDRESS_POSTCODE, N_("Postal code"), "third", true },
		{ ADDRESS_CITY, N_("Town or city"), "half", true },
		{ ADDRESS_REGION, N_("State"), "", true } } },
	{ .code = "ID", .postcode = "99999", .example = "40115", .tax_id = "999999999999999|9999999999999999",
	  .regions = id_regions, .region_printed = true, .nfields = 7,
	  .fields = { { ADDRESS_NAME, N_("Full name"), "", true },
		{ ADDRESS_COMPANY, N_("Company"), "", false },
		{ ADDRESS_STREET, N_("Street and number"), "", true },
		{ ADDRESS_STREET2, N_("RT/RW, village, district"), "", true },
		{ ADDRESS_CITY, N_("City or regency"), "half", true },
		{ ADDRESS_REGION, N_("Province"), "half", true },
		{ ADDRESS_POSTCODE, N_("Postal code"), "third", true } } },
};

const struct country *country_get(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(countries); i++)
		if (strcmp(countries[i].code, code) == 0)
			return &countries[i];
	return &general;
}

bool country_known(const char *code)
{
	if (strlen(code) != 2)
		return false;
	for (const char *s = country_codes; *s != '\0'; s += 2)
		if (memcmp(s, code, 2) == 0)
			return true;
	return false;
}

const char *country_region(const struct country *c, const char *code)
{
	for (const struct region *r = c->regions; r != NULL && r->code != NULL; r++)
		if (strcmp(r->code, code) == 0)
			return r->name;
	return code;
}

/* ---- fields -------------------------------------------------------------------- */

static const struct { const char *name, *token; int max; const char *missing; } fields[ADDRESS_FIELDS] = {
	[ADDRESS_NAME] = { "name", "name", 100, N_("Please enter the name of who receives it.") },
	[ADDRESS_COMPANY] = { "company", "organization", 100, N_("Please enter the company's name.") },
	[ADDRESS_STREET] = { "street", "address-line1", 120, N_("Please enter street and number.") },
	[ADDRESS_STREET2] = { "more", "address-line2", 120, N_("Please complete the address.") },
	[ADDRESS_POSTCODE] = { "postcode", "postal-code", 12, N_("Please enter the postal code.") },
	[ADDRESS_CITY] = { "city", "address-level2", 80, N_("Please enter the town or city.") },
	[ADDRESS_REGION] = { "region", "address-level1", 60, N_("Please choose the region.") },
};

const char *address_field_name(enum address_field f)
{
	return fields[f].name;
}

const char *address_field_token(enum address_field f)
{
	return fields[f].token;
}

int address_field_max(enum address_field f)
{
	return fields[f].max;
}

/* ---- patterns ------------------------------------------------------------------ */

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool fits(char p, char c)
{
	switch (p) {
	case '9':
		return digit(c);
	case 'A':
		return letter(c);
	case '*':
		return digit(c) || letter(c);
	default:
		return p == c;
	}
}

/* TEXT holds no blanks and dashes; those of the pattern are written to OUT. */
static bool fit_one(const char *pattern, size_t n, const char *text, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < n; i++) {
		if (pattern[i] == ' ' || pattern[i] == '-') {
			buf_addc(out, pattern[i]);
			continue;
		}
		if (!fits(pattern[i], *text))
			return false;
		buf_addc(out, *text++);
	}
	return *text == '\0';
}

static char *bare(const void *ctx, const char *text)
{
	struct buf *b = buf_new(ctx);

	buf_adds(b, "");
	for (; *text != '\0'; text++)
		if (*text != ' ' && *text != '-' && *text != '.' && *text != '/')
			buf_addc(b, upper(*text));
	return b->data;
}

const char *pattern_fit(const void *ctx, const char *patterns, const char *text)
{
	const char *plain = bare(ctx, text);
	struct buf *out = buf_new(ctx);

	while (*patterns != '\0') {
		size_t n = strcspn(patterns, "|");

		if (fit_one(patterns, n, plain, out))
			return out->data;
		patterns += n + (patterns[n] == '|');
	}
	return NULL;
}

/* ---- checking ------------------------------------------------------------------ */

static const char **value_of(struct address *a, enum address_field f)
{
	switch (f) {
	case ADDRESS_NAME:
		return &a->name;
	case ADDRESS_COMPANY:
		return &a->company;
	case ADDRESS_STREET:
		return &a->street;
	case ADDRESS_STREET2:
		return &a->street2;
	case ADDRESS_POSTCODE:
		return &a->postal_code;
	case ADDRESS_CITY:
		return &a->city;
	case ADDRESS_REGION:
		return &a->region;
	case ADDRESS_FIELDS:
		break;
	}
	BUG("no such field of an address: %d", (int)f);
}

static bool in_list(const struct country *c, const char *region)
{
	return c->regions == NULL || strcmp(country_region(c, region), region) != 0;
}

static const char *wrong(const void *ctx, const struct country *c, const struct country_field *f, const char **value)
{
	if (**value == '\0')
		return f->required ? fields[f->field].missing : NULL;
	if (f->field == ADDRESS_POSTCODE && c->postcode != NULL) {
		const char *good = pattern_fit(ctx, c->postcode, *value);

		if (good == NULL)
			return N_("This postal code does not look right for the country.");
		*value = good;
	}
	if (f->field == ADDRESS_REGION && !in_list(c, *value))
		return fields[ADDRESS_REGION].missing;
	return NULL;
}

size_t address_check(const void *ctx, struct address *a, struct address_error errors[ADDRESS_FIELDS])
{
	const struct country *c = country_get(a->country);
	bool shown[ADDRESS_FIELDS] = { false };
	size_t n = 0;

	for (size_t i = 0; i < c->nfields; i++) {
		const struct country_field *f = &c->fields[i];
		const char *sentence = wrong(ctx, c, f, value_of(a, f->field));

		shown[f->field] = true;
		if (sentence != NULL)
			errors[n++] = (struct address_error){ f->field, sentence };
	}
	/* What the form does not show came from the form of another country. */
	for (int f = 0; f < ADDRESS_FIELDS; f++)
		if (!shown[f])
			*value_of(a, (enum address_field)f) = "";
	return n;
}

const char *tax_id_check(const void *ctx, const char *country, const char *text)
{
	const struct country *c = country_get(country);
	const char *plain = bare(ctx, text);

	if (c->tax_id == NULL) {
		size_t n = strspn(plain, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

		return n >= 4 && n <= 20 && plain[n] == '\0' ? plain : NULL;
	}
	if (pattern_fit(ctx, c->tax_id, plain) != NULL)
		return plain;
	if (strncmp(plain, country, 2) == 0 && pattern_fit(ctx, c->tax_id, plain + 2) != NULL)
		return plain;
	return NULL;
}

static void add_line(struct buf *b, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	if (b->len > 0)
		buf_addc(b, '\n');
	buf_adds(b, text);
}

const char *address_lines(const void *ctx, const struct address *a, const char *country_name)
{
	const struct country *c = country_get(a->country);
	const char *region = c->region_printed ? country_region(c, a->region) : "";
	struct buf *b = buf_new(ctx);

	buf_adds(b, "");
	add_line(b, a->name);
	add_line(b, a->company);
	add_line(b, a->street);
	add_line(b, a->street2);
	if (c->postcode_first) {
		add_line(b, mem_printf(ctx, "%s %s", a->postal_code, a->city));
		add_line(b, strcmp(region, a->city) == 0 ? "" : region);
	} else {
		add_line(b, *region == '\0' ? a->city : mem_printf(ctx, "%s, %s", a->city, region));
		add_line(b, a->postal_code);
	}
	add_line(b, country_name);
	return b->data;
}

/* Digits enough for a call, and nothing but what is written around them. */
bool phone_good(const char *phone)
{
	size_t digits = 0;

	for (const char *s = phone; *s != '\0'; s++) {
		if (*s >= '0' && *s <= '9')
			digits++;
		else if (strchr("+ -./()", *s) == NULL)
			return false;
	}
	return phone[0] == '\0' || (digits >= 6 && digits <= 15);
}
