/* A plot in the page: its title, its legend, its drawings, and its figures as a table. */
#pragma once

#include "report/chart.h"

/* Writes it. */
void plot_write(struct html_page *page, const struct chart *chart);
