/*
 * The drawing of a plot, in one of two widths: letters keep their size, so a telephone and half a
 * sheet of paper have room for fewer of them. No two labels touch, and none leaves the drawing: what
 * has no room is left out, and the figures' table has it.
 */
#pragma once

#include "report/chart.h"

enum drawing_width { DRAWING_WIDE, DRAWING_NARROW };

/* Writes it; the style sheet shows one of the two. */
void drawing_write(struct html_page *page, const struct chart *chart, enum drawing_width width);
