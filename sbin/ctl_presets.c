#include "sbin/ctl_presets.h"

#include "base/base.h"

#include <string.h>

static const struct ctl_preset presets[] = {
	{ "AT", "EUR", "de-AT", "Europe/Vienna", "20", "USt" },
	{ "AU", "AUD", "en-AU", "Australia/Sydney", "10", "GST" },
	{ "BE", "EUR", "nl-BE", "Europe/Brussels", "21", "BTW" },
	{ "BG", "EUR", "bg-BG", "Europe/Sofia", "20", "ДДС" },
	{ "CA", "CAD", "en-CA", "America/Toronto", "5", "GST" },
	{ "CH", "CHF", "de-CH", "Europe/Zurich", "8.1", "MWST" },
	{ "CY", "EUR", "el-CY", "Asia/Nicosia", "19", "ΦΠΑ" },
	{ "CZ", "CZK", "cs-CZ", "Europe/Prague", "21", "DPH" },
	{ "DE", "EUR", "de-DE", "Europe/Berlin", "19", "MwSt." },
	{ "DK", "DKK", "da-DK", "Europe/Copenhagen", "25", "Moms" },
	{ "EE", "EUR", "et-EE", "Europe/Tallinn", "24", "KM" },
	{ "ES", "EUR", "es-ES", "Europe/Madrid", "21", "IVA" },
	{ "FI", "EUR", "fi-FI", "Europe/Helsinki", "25.5", "ALV" },
	{ "FR", "EUR", "fr-FR", "Europe/Paris", "20", "TVA" },
	{ "GB", "GBP", "en-GB", "Europe/London", "20", "VAT" },
	{ "GR", "EUR", "el-GR", "Europe/Athens", "24", "ΦΠΑ" },
	{ "HR", "EUR", "hr-HR", "Europe/Zagreb", "25", "PDV" },
	{ "HU", "HUF", "hu-HU", "Europe/Budapest", "27", "ÁFA" },
	/* 12 in the law, on eleven twelfths of the price of all that is no luxury */
	{ "ID", "IDR", "id-ID", "Asia/Jakarta", "11", "PPN" },
	{ "IE", "EUR", "en-IE", "Europe/Dublin", "23", "VAT" },
	{ "IT", "EUR", "it-IT", "Europe/Rome", "22", "IVA" },
	{ "JP", "JPY", "ja-JP", "Asia/Tokyo", "10", "消費税" },
	{ "LT", "EUR", "lt-LT", "Europe/Vilnius", "21", "PVM" },
	{ "LU", "EUR", "fr-LU", "Europe/Luxembourg", "17", "TVA" },
	{ "LV", "EUR", "lv-LV", "Europe/Riga", "21", "PVN" },
	{ "MT", "EUR", "en-MT", "Europe/Malta", "18", "VAT" },
	{ "MX", "MXN", "es-MX", "America/Mexico_City", "16", "IVA" },
	{ "NL", "EUR", "nl-NL", "Europe/Amsterdam", "21", "BTW" },
	{ "NO", "NOK", "nb-NO", "Europe/Oslo", "25", "MVA" },
	{ "NZ", "NZD", "en-NZ", "Pacific/Auckland", "15", "GST" },
	{ "PL", "PLN", "pl-PL", "Europe/Warsaw", "23", "VAT" },
	{ "PT", "EUR", "pt-PT", "Europe/Lisbon", "23", "IVA" },
	{ "RO", "RON", "ro-RO", "Europe/Bucharest", "21", "TVA" },
	{ "SE", "SEK", "sv-SE", "Europe/Stockholm", "25", "Moms" },
	{ "SG", "SGD", "en-SG", "Asia/Singapore", "9", "GST" },
	{ "SI", "EUR", "sl-SI", "Europe/Ljubljana", "22", "DDV" },
	{ "SK", "EUR", "sk-SK", "Europe/Bratislava", "23", "DPH" },
	{ "US", "USD", "en-US", "America/New_York", "", "Sales tax" },
	{ "ZA", "ZAR", "en-ZA", "Africa/Johannesburg", "15", "VAT" },
};

const struct ctl_preset *ctl_preset(const char *country)
{
	for (size_t i = 0; country != NULL && i < ARRAY_LEN(presets); i++)
		if (strcmp(presets[i].country, country) == 0)
			return &presets[i];
	return NULL;
}
