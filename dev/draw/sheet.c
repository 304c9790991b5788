/* sheet -- the technical sheet of a sole as a one-page PDF, A4, in two languages. */
#include "draw.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>

/* A4 in points, and the margins of a page that is filed in a ring binder. */
static const double page_w = 595.28, page_h = 841.89, left = 56, right = 40;

static double text(cairo_t *cr, double x, double y, double width, double size, bool bold,
	const char *words, PangoAlignment align)
{
	PangoLayout *layout = pango_cairo_create_layout(cr);
	PangoFontDescription *font = pango_font_description_from_string("Inter");
	int h;

	pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD);
	pango_layout_set_alignment(layout, align);
	pango_layout_set_text(layout, words, -1);
	cairo_move_to(cr, x, y);
	pango_cairo_show_layout(cr, layout);
	pango_layout_get_pixel_size(layout, NULL, &h);
	pango_font_description_free(font);
	g_object_unref(layout);
	return h;
}

static void rule(cairo_t *cr, double y, double width)
{
	cairo_move_to(cr, left, y);
	cairo_line_to(cr, page_w - right, y);
	cairo_set_line_width(cr, width);
	cairo_stroke(cr);
}

static double head(cairo_t *cr, const struct spec *s, const struct palette *p)
{
	paint_rgb(cr, p->accent, 1);
	cairo_rectangle(cr, 0, 0, page_w, 10);
	cairo_fill(cr);
	paint_rgb(cr, p->ink, 1);
	text(cr, left, 36, 300, 13, true, p->brand, PANGO_ALIGN_LEFT);
	text(cr, page_w - right - 250, 36, 250, 10, false, "Ficha técnica · Technical sheet",
		PANGO_ALIGN_RIGHT);
	text(cr, left, 66, 380, 22, true, spec_text(s, "title_es", ""), PANGO_ALIGN_LEFT);
	text(cr, left, 94, 380, 12, false, spec_text(s, "title_en", ""), PANGO_ALIGN_LEFT);
	text(cr, page_w - right - 140, 72, 140, 13, true, spec_text(s, "reference", ""),
		PANGO_ALIGN_RIGHT);
	rule(cr, 122, .8);
	return 136;
}

/* The drawings stay vectors, so the sheet prints sharp; only the surface grain is a picture. */
static double drawings(cairo_t *cr, const struct spec *s, double y)
{
	double side = spec_number(s, "heel", 0) + spec_number(s, "thick", 40);

	cairo_save(cr);
	cairo_translate(cr, left + 40, y + 82);
	cairo_scale(cr, .40, -.40);
	draw_sole_plan(cr, s);
	cairo_restore(cr);
	cairo_save(cr);
	cairo_translate(cr, left + 40, y + 190 + side * .40);
	cairo_scale(cr, .40, -.40);
	draw_sole_side(cr, s);
	cairo_restore(cr);
	return y + 214 + side * .40;
}

static double facts(cairo_t *cr, const struct spec *s, double y)
{
	static const struct { const char *label, *key, *unit; } rows[] = {
		{ "Material", "material_es", "" }, { "Material (en)", "material_en", "" },
		{ "Dureza · Hardness (Shore)", "hardness", "" },
		{ "Altura talón · Heel height", "heel_mm", " mm" },
		{ "Altura planta · Forepart height", "ball_mm", " mm" },
		{ "Montaje", "use_es", "" }, { "Assembly", "use_en", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char value[512];
		double h;

		snprintf(value, sizeof value, "%s%s", spec_text(s, rows[i].key, "—"), rows[i].unit);
		text(cr, left, y, 170, 9, true, rows[i].label, PANGO_ALIGN_LEFT);
		h = text(cr, left + 180, y, page_w - right - left - 180, 9, false, value,
			PANGO_ALIGN_LEFT);
		y += (h > 12 ? h : 12) + 5;
	}
	return y + 8;
}

static double sizes(cairo_t *cr, const struct spec *s, double y)
{
	static const char *const heads[] = {
		"Talla · Size (EU)", "Largo · Length, mm", "Planta · Ball, mm",
			"Talón · Seat, mm", "Peso par · Pair, g",
	};
	const double w = (page_w - left - right) / 5;

	for (int i = 0; i < 5; i++)
		text(cr, left + i * w, y, w - 4, 8.5, true, heads[i],
			i ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
	y += 15;
	rule(cr, y, .8);
	for (int k = 0; k < s->params; k++) {
		char row[128], *at = row, *cell;

		if (strcmp(s->key[k], "row") != 0)
			continue;
		snprintf(row, sizeof row, "%s", s->value[k]);
		for (int i = 0; i < 5 && (cell = strsep(&at, "|")) != NULL; i++)
			text(cr, left + i * w, y + 4, w - 4, 9.5, i == 0, cell,
				i ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
		y += 17;
		rule(cr, y + 1, .25);
	}
	return y + 14;
}

bool sheet_write(const struct spec *s, const char *path)
{
	const struct palette *p = palette_named(s->palette);
	cairo_surface_t *surface = cairo_pdf_surface_create(path, page_w, page_h);
	cairo_t *cr = cairo_create(surface);
	bool ok;
	double y;

	/* no clock in the file: the same line gives the same sheet */
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, spec_text(s, "title_es",
		""));
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE,
		"2025-01-15T09:00:00+01:00");
	y = head(cr, s, p);
	y = drawings(cr, s, y);
	paint_rgb(cr, p->ink, 1);
	y = facts(cr, s, y);
	y = sizes(cr, s, y);
	text(cr, left, y, page_w - left - right, 8, false,
		"Tolerancias: largo ±1,5 mm, alturas ±1 mm, peso ±5 %. Medidas tomadas a 23 °C.\n"
		"Tolerances: length ±1.5 mm, heights ±1 mm, weight ±5 %. Measured at 23 °C.",
			PANGO_ALIGN_LEFT);
	text(cr, left, page_h - 40, page_w - left - right, 8, false,
		"Suelas Toty, S.L. · Calle Alemania, 48 · 03203 Elche · hola@suelastoty.example",
			PANGO_ALIGN_LEFT);
	cairo_show_page(cr);
	cairo_destroy(cr);
	cairo_surface_finish(surface);
	ok = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
	cairo_surface_destroy(surface);
	return ok;
}
