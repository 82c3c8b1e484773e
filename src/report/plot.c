/* Writes what stands around the drawings of a plot. */
#include "report/plot.h"

#include "report/drawing.h"
#include "report/html.h"

/* --- the figures ---------------------------------------------------------------------------- */

static void figures_row(struct html_page *page, const struct chart *c, size_t point)
{
    const char *rest =
        page_fill(page, html_chart_row, PAGE_TEXT("label", c->labels[point]), PAGE_ROWS("cell"));

    for (size_t s = 0; s < c->series_count; s++) {
        auto_str value = STR_MAX(128);

        chart_value_add(&value, c, c->series[s].values[point]);
        page_fill(page, html_chart_cell, PAGE_SPAN("value", str_span(&value)));
    }
    page_add(page, rest);
}

/* --- the whole ------------------------------------------------------------------------------ */

static void legend_write(struct html_page *page, const struct chart *c)
{
    const char *rest = page_fill(page, html_chart_legend, PAGE_ROWS("entry"));

    for (size_t s = 0; s < c->series_count; s++)
        page_fill(page, html_chart_entry, PAGE_TEXT("tone", c->series[s].tone),
                  PAGE_TEXT("name", c->series[s].name));
    page_add(page, rest);
}

void plot_write(struct html_page *page, const struct chart *c)
{
    const char *rest = page_fill(page, html_chart, PAGE_TEXT("id", c->id),
                                 PAGE_TEXT("title", c->title), PAGE_TEXT("summary", c->summary),
                                 PAGE_ROWS("legend"));

    if (c->series_count > 1)
        legend_write(page, c);
    rest = page_fill(page, rest, PAGE_ROWS("drawings"));
    drawing_write(page, c, DRAWING_WIDE);
    drawing_write(page, c, DRAWING_NARROW);
    rest = page_fill(page, rest, PAGE_TEXT("title", c->title), PAGE_TEXT("x_name", c->x_name),
                     PAGE_ROWS("column"));
    for (size_t s = 0; s < c->series_count; s++)
        page_fill(page, html_chart_column, PAGE_TEXT("name", c->series[s].name));
    rest = page_fill(page, rest, PAGE_ROWS("row"));
    for (size_t i = 0; i < c->point_count; i++)
        figures_row(page, c, i);
    page_add(page, rest);
}
