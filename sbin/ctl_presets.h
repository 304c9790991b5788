/*
 * ctl_presets.h -- what a new store in a country usually wants: currency, language, time zone, and the
 * standard rate of its value added tax.
 *
 * They are a start that the merchant looks at, not tax advice: reduced rates, thresholds and other
 * countries are his to add.  Those of the European Union, Switzerland, Norway and Britain were compared on
 * 2026-11-26 with tables for 2025 of two tax advisers (calculariva.app, easytax.co: both have Estonia at 24
 * or announced, Romania at 21, Slovakia at 23, Finland at 25.5); the other continents' were not compared.  What counts
 * is what the country's revenue office publishes.
 */
#ifndef SBIN_CTL_PRESETS_H
#define SBIN_CTL_PRESETS_H

struct ctl_preset {
	const char *country, *currency, *locale, *timezone;
	const char *tax_rate;           /* percent; "": no tax that is the same in the whole country */
	const char *tax_name;
};

/* NULL when nothing is known of the country (NULL: nobody said one). */
const struct ctl_preset *ctl_preset(const char *country);

#endif
