/* Draws in the units of the view box, which is 720 wide however wide the page is. */
#include "report/chart.h"

#include "base/time.h"
#include "report/html.h"
#include "report/words.h"

enum {
    WIDTH = 720,
    HEIGHT = 260,
    LEFT = 64,
    RIGHT = 12,
    TOP = 14,
    BOTTOM = 44,
    TICKS_MAX = 6,
    LABEL_WIDTH = 46, /* room that a label under a column needs */
    ROW = 26,
    ROW_LABEL = 210,
    ROW_VALUE = 76,
    LABEL_CHARACTERS = 30,
    COLUMN_MAX = 60,
    LINE_LABEL = 56, /* room that a label beside a line across needs */
};

struct scale {
    double top, step;
};

/* --- units ---------------------------------------------------------------------------------- */

void chart_unit_count(struct str *to, double value)
{
    words_number(to, (int64_t)(value + 0.5));
}

void chart_unit_rate(struct str *to, double value)
{
    if (value <= 0)
        str_add_char(to, '0');
    else
        str_printf(to, value >= 100 ? "%.0f/s" : value >= 10 ? "%.1f/s" : "%.2f/s", value);
}

void chart_unit_duration(struct str *to, double value)
{
    char text[TIME_TEXT_SIZE];

    if (value <= 0)
        str_add_char(to, '0');
    else if (value >= 1e6 && value < 60e6)
        str_printf(to, "%.1f s", value / 1e6); /* ticks lie closer than a second */
    else
        str_add_text(to, time_for_people((int64_t)value, text));
}

/* A value with its unit, or a dash where there is none. */
static void value_add(struct str *to, const struct chart *c, double value)
{
    if (value < 0)
        str_add_text(to, "–");
    else
        c->unit(to, value);
}

/* --- scale ---------------------------------------------------------------------------------- */

static bool is_stacked(const struct chart *c)
{
    return c->form != CHART_LINES;
}

/* The sum of a point's series, or the largest where they are not stacked. */
static double point_height(const struct chart *c, size_t point)
{
    double height = 0;

    for (size_t s = 0; s < c->series_count; s++) {
        double value = c->series[s].values[point];

        if (is_stacked(c))
            height += value;
        else if (value > height)
            height = value;
    }
    return height;
}

static double highest_point(const struct chart *c)
{
    double most = 0;

    for (size_t i = 0; i < c->point_count; i++)
        if (point_height(c, i) > most)
            most = point_height(c, i);
    return most;
}

/* Steps of 1, 2 or 5 times a power of ten, at most TICKS_MAX of them. */
static struct scale scale_of(const struct chart *c)
{
    double most = highest_point(c), step = c->unit == chart_unit_rate ? 0.01 : 1;
    int digit = 0;

    while (most / step > TICKS_MAX) {
        step *= digit == 1 ? 2.5 : 2; /* 1, 2, 5, 10 */
        digit = (digit + 1) % 3;
    }
    if (most <= 0)
        return (struct scale){ step, step };
    return (struct scale){ step * (double)(int64_t)(most / step + 0.999999), step };
}

/* --- frame ---------------------------------------------------------------------------------- */

static double y_of(const struct scale *scale, double value)
{
    return HEIGHT - BOTTOM - value / scale->top * (HEIGHT - TOP - BOTTOM);
}

static double x_of(const struct chart *c, double point)
{
    double room = WIDTH - LEFT - RIGHT;

    if (c->form == CHART_COLUMNS)
        return LEFT + (point + 0.5) * room / (double)c->point_count;
    return LEFT + (c->point_count > 1 ? point * room / (double)(c->point_count - 1) : room / 2);
}

static void y_axis(struct html_page *page, const struct chart *c, const struct scale *scale)
{
    for (double tick = 0; tick <= scale->top * 1.0001; tick += scale->step) {
        double y = y_of(scale, tick);
        auto_str value = STR_MAX(128);

        value_add(&value, c, tick);
        page_fill(page, html_svg_tick, PAGE_TEXT("tone", tick > 0 ? "grid" : "axis"),
                  PAGE_ID("left", LEFT), PAGE_LENGTH("y", y), PAGE_ID("right", WIDTH - RIGHT),
                  PAGE_ID("label_x", LEFT - 8), PAGE_LENGTH("label_y", y + 4),
                  PAGE_SPAN("value", str_span(&value)));
    }
}

static size_t label_every(const struct chart *c)
{
    size_t width = c->label_width ? c->label_width : LABEL_WIDTH;
    size_t room = (WIDTH - LEFT - RIGHT) / width;

    return c->point_count > room ? (c->point_count + room - 1) / room : 1;
}

static void x_axis(struct html_page *page, const struct chart *c)
{
    size_t every = label_every(c);

    for (size_t i = 0; i < c->point_count; i += every)
        page_fill(page, html_svg_label, PAGE_LENGTH("x", x_of(c, (double)i)),
                  PAGE_ID("y", HEIGHT - BOTTOM + 18), PAGE_TEXT("name", c->labels[i]));
    page_fill(page, html_svg_axis_name, PAGE_ID("x", (LEFT + WIDTH - RIGHT) / 2),
              PAGE_ID("y", HEIGHT - 6), PAGE_TEXT("name", c->x_name));
}

static void lines_across(struct html_page *page, const struct chart *c)
{
    for (size_t i = 0; i < c->line_count; i++) {
        double x = x_of(c, (double)c->lines[i]);
        bool at_end = x > WIDTH - RIGHT - LINE_LABEL;

        page_fill(page, html_svg_begin, PAGE_LENGTH("x", x), PAGE_ID("top", TOP),
                  PAGE_ID("bottom", HEIGHT - BOTTOM),
                  PAGE_LENGTH("label_x", at_end ? x - 4 : x + 4), PAGE_ID("label_y", TOP + 10),
                  PAGE_WHEN("end", at_end, html_svg_end), PAGE_TEXT("name", c->line_labels[i]));
    }
}

/* --- forms ---------------------------------------------------------------------------------- */

static void rect_write(struct html_page *page, const char *tone, double x, double y, double width,
                       double height)
{
    page_fill(page, html_svg_rect, PAGE_TEXT("tone", tone), PAGE_LENGTH("x", x),
              PAGE_LENGTH("y", y), PAGE_LENGTH("width", width), PAGE_LENGTH("height", height));
}

static void columns_write(struct html_page *page, const struct chart *c, const struct scale *scale)
{
    double width = (double)(WIDTH - LEFT - RIGHT) / (double)c->point_count * 0.8;

    if (width > COLUMN_MAX)
        width = COLUMN_MAX;
    for (size_t i = 0; i < c->point_count; i++) {
        double below = 0;

        for (size_t s = 0; s < c->series_count; s++) {
            double value = c->series[s].values[i];
            double top = y_of(scale, below + value);

            if (value > 0)
                rect_write(page, c->series[s].tone, x_of(c, (double)i) - width / 2, top, width,
                           y_of(scale, below) - top);
            below += value;
        }
    }
}

/* The height of a series at a point: upon those before it where they are stacked. */
static double series_level(const struct chart *c, size_t series, size_t point)
{
    double height = c->series[series].values[point];

    for (size_t s = 0; is_stacked(c) && s < series; s++)
        height += c->series[s].values[point];
    return height;
}

/* Adds the path of a series; after a gap it begins anew. */
static void outline_add(struct str *to, const struct chart *c, const struct scale *scale,
                        size_t series)
{
    bool on = false;

    for (size_t i = 0; i < c->point_count; i++) {
        if (c->series[series].values[i] < 0) {
            on = false;
            continue;
        }
        str_printf(to, "%s%.1f %.1f", on ? "L" : "M", x_of(c, (double)i),
                   y_of(scale, series_level(c, series, i)));
        on = true;
    }
}

static void areas_write(struct html_page *page, const struct chart *c, const struct scale *scale)
{
    for (size_t s = c->series_count; s > 0; s--) { /* the highest first, the others before it */
        auto_str outline = STR_MAX(KIB(64));

        outline_add(&outline, c, scale, s - 1);
        str_printf(&outline, "L%.1f %.1fL%.1f %.1fZ", x_of(c, (double)(c->point_count - 1)),
                   y_of(scale, 0), x_of(c, 0), y_of(scale, 0));
        page_fill(page, html_svg_area, PAGE_TEXT("tone", c->series[s - 1].tone),
                  PAGE_SPAN("outline", str_span(&outline)));
    }
}

static void lines_write(struct html_page *page, const struct chart *c, const struct scale *scale)
{
    for (size_t s = 0; s < c->series_count; s++) {
        auto_str outline = STR_MAX(KIB(64));

        outline_add(&outline, c, scale, s);
        page_fill(page, html_svg_line, PAGE_TEXT("tone", c->series[s].tone),
                  PAGE_SPAN("outline", str_span(&outline)));
    }
}

static void upright_write(struct html_page *page, const struct chart *c)
{
    struct scale scale = scale_of(c);

    y_axis(page, c, &scale);
    if (c->form == CHART_COLUMNS)
        columns_write(page, c, &scale);
    else if (c->form == CHART_AREAS)
        areas_write(page, c, &scale);
    else
        lines_write(page, c, &scale);
    lines_across(page, c);
    x_axis(page, c);
}

/* As much of a label as there is room for beside the bars. */
static struct span label_shown(struct span text)
{
    struct span shown = text;

    while (words_columns(shown) > LABEL_CHARACTERS)
        shown.size--;
    while (shown.size < text.size && shown.size && ((uint8_t)text.at[shown.size] & 0xC0) == 0x80)
        shown.size--;
    return shown;
}

static void lying_row(struct html_page *page, const struct chart *c, size_t row)
{
    struct span label = span_of(c->labels[row]), shown = label_shown(label);
    double most = highest_point(c), room = WIDTH - ROW_LABEL - ROW_VALUE, x = ROW_LABEL;
    int y = (int)row * ROW + 4;
    auto_str value = STR_MAX(128);

    page_fill(page, html_svg_bar_label, PAGE_ID("x", ROW_LABEL - 10), PAGE_ID("y", y + 14),
              PAGE_SPAN("name", shown), PAGE_WHEN("cut", shown.size < label.size, html_svg_cut));
    for (size_t s = 0; s < c->series_count; s++) {
        double width = most > 0 ? c->series[s].values[row] / most * room : 0;

        if (width > 0)
            rect_write(page, c->series[s].tone, x, y, width < 1 ? 1 : width, ROW - 8);
        x += width;
    }
    value_add(&value, c, point_height(c, row));
    page_fill(page, html_svg_bar_value, PAGE_LENGTH("x", x + 6), PAGE_ID("y", y + 14),
              PAGE_SPAN("value", str_span(&value)));
}

/* --- the figures ---------------------------------------------------------------------------- */

static void figures_row(struct html_page *page, const struct chart *c, size_t point)
{
    const char *rest =
        page_fill(page, html_chart_row, PAGE_TEXT("label", c->labels[point]), PAGE_ROWS("cell"));

    for (size_t s = 0; s < c->series_count; s++) {
        auto_str value = STR_MAX(128);

        value_add(&value, c, c->series[s].values[point]);
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

/* The drawing after its head; returns what is left of the template. */
static const char *drawing_write(struct html_page *page, const struct chart *c, const char *rest)
{
    bool lies = c->form == CHART_ROWS;
    int height = lies ? (int)c->point_count * ROW + 4 : HEIGHT;

    rest = page_fill(page, rest, PAGE_WHEN("upright", !lies, html_chart_upright),
                     PAGE_ID("width", WIDTH), PAGE_ID("height", height), PAGE_TEXT("id", c->id),
                     PAGE_TEXT("title", c->title), PAGE_TEXT("summary", c->summary),
                     PAGE_ROWS("drawing"));
    if (!lies)
        upright_write(page, c);
    for (size_t i = 0; lies && i < c->point_count; i++)
        lying_row(page, c, i);
    return rest;
}

void chart_write(struct html_page *page, const struct chart *c)
{
    const char *rest = page_fill(page, html_chart, PAGE_TEXT("id", c->id),
                                 PAGE_TEXT("title", c->title), PAGE_TEXT("summary", c->summary),
                                 PAGE_ROWS("legend"));

    if (c->series_count > 1)
        legend_write(page, c);
    rest = drawing_write(page, c, rest);
    rest = page_fill(page, rest, PAGE_TEXT("title", c->title), PAGE_TEXT("x_name", c->x_name),
                     PAGE_ROWS("column"));
    for (size_t s = 0; s < c->series_count; s++)
        page_fill(page, html_chart_column, PAGE_TEXT("name", c->series[s].name));
    rest = page_fill(page, rest, PAGE_ROWS("row"));
    for (size_t i = 0; i < c->point_count; i++)
        figures_row(page, c, i);
    page_add(page, rest);
}
