/*
 * Plots as SVG that stands inside the page: colours come from the page's style, so that they follow
 * light, dark and paper; each has a title, a sentence for those who do not see it, and its figures
 * as a table.
 */
#pragma once

#include "base/base.h"
#include "report/page.h"

enum chart_form {
    CHART_COLUMNS, /* upright, stacked           */
    CHART_ROWS,    /* lying, stacked             */
    CHART_LINES,   /* one line per series        */
    CHART_AREAS,   /* stacked, the lines filled  */
};

struct chart_series {
    const char *name;
    const char *tone;     /* a class of the style: "good", "bad", "wait", "plain", "tone-1" ... */
    const double *values; /* one per point; below 0: there is none, and a line has a gap */
};

/* Writes a value with its unit: an axis asks for round ones, the table for all. */
typedef void chart_unit(struct str *to, double value);

struct chart {
    enum chart_form form;
    const char *id; /* unique in the page */
    const char *title;
    const char *summary; /* what is to be seen, in a sentence */
    const char *x_name, *y_name;
    chart_unit *unit;
    const char *const *labels; /* one per point; borrowed */
    size_t point_count;
    size_t label_width; /* room that a label on the axis needs, of 720; 0: little */
    const struct chart_series *series;
    size_t series_count;
    const size_t *lines; /* points at which something begins: a line across; may be NULL */
    const char *const *line_labels;
    size_t line_count;
};

void chart_write(struct html_page *page, const struct chart *chart);

/* Units. */
void chart_unit_count(struct str *to, double value);
void chart_unit_rate(struct str *to, double value);     /* per second */
void chart_unit_duration(struct str *to, double value); /* of microseconds */
