/*
 * Plots as SVG inside the page. Colours come from the page's style, so that they follow light, dark
 * and paper. Each plot has a title, a sentence for those who cannot see it, and its figures as a
 * table.
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
    const double *values; /* one per point; below 0: none, a gap in a line */
};

/* Writes a value with its unit. */
typedef void chart_unit(struct str *to, double value);

/* A place on the axis below that has a name, wherever the points are. */
struct chart_tick {
    double at; /* in points: 0 is the first, 0.5 lies between it and the second */
    const char *name;
};

struct chart {
    enum chart_form form;
    const char *id; /* unique in the page */
    const char *title;
    const char *summary; /* a sentence that says what the plot shows */
    const char *x_name, *y_name;
    chart_unit *unit;
    const char *const *labels; /* one per point; borrowed */
    size_t point_count;
    const struct chart_tick *ticks; /* on the axis below; NULL: one for each point */
    size_t tick_count;
    const struct chart_series *series;
    size_t series_count;
    const size_t *lines; /* points at which something begins: lines across; may be NULL */
    const char *const *line_labels;
    size_t line_count;
};

/* Writes a value with its unit, or a dash where there is none. */
void chart_value_add(struct str *to, const struct chart *chart, double value);

/* A step of time in which people count: a span is at most `most` of them. In microseconds. */
int64_t chart_time_step(int64_t span_us, int most);

/* Units. */
void chart_unit_count(struct str *to, double value);
void chart_unit_rate(struct str *to, double value);     /* per second */
void chart_unit_duration(struct str *to, double value); /* of microseconds */
