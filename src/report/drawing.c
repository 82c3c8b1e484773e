/* Draws in the units of the view box, which is as wide as its frame however wide the page is. */
#include "report/drawing.h"

#include "base/utf8.h"
#include "report/html.h"
#include "report/words.h"

#include <ctype.h>

enum {
    RIGHT = 12,
    BOTTOM = 44,
    TOP_PLAIN = 10,
    TOP_LINES = 24, /* room for the names of lines across */
    TICKS_MAX = 6,
    TICK_LENGTH = 4,
    ROW = 26,
    COLUMN_MAX = 60,
    GAP = 8, /* between one label and the next */
};

struct drawing_frame {
    const char *class;
    double width, height;
    double row_label; /* at most this much of it is for the names of lying bars */
};

static const struct drawing_frame frames[] = {
    [DRAWING_WIDE] = { "wide", 720, 260, 230 },
    [DRAWING_NARROW] = { "narrow", 360, 210, 150 },
};

struct scale {
    double top, step;
};

/* One drawing under way. */
struct drawing {
    struct html_page *page;
    const struct chart *chart;
    const struct drawing_frame *frame;
    struct scale scale;
    double left, top; /* of the field in which values are drawn */
};

/* --- labels --------------------------------------------------------------------------------- */

/* How wide a letter may be: browsers choose the font, and DejaVu Sans is the widest of them. */
static double letter_width(uint32_t code)
{
    char letter[] = { (char)code, '\0' };

    if (code >= 0x80)
        return 12.6;
    if (strchr("mwMW@%", (int)code))
        return 12.6;
    if (strchr("ijltfr.,:;'|!()[]/ -", (int)code))
        return 5.2;
    return isupper((unsigned char)letter[0]) ? 9.9 : 8;
}

static double text_width(struct span text)
{
    double width = 0;
    uint32_t code;

    while (text.size) {
        (void)utf8_next(&text, &code);
        width += letter_width(code);
    }
    return width;
}

/* As much of a text as there is room for. */
static struct span text_cut(struct span text, double room)
{
    struct span rest = text;
    double width = 0;
    uint32_t code;

    if (text_width(text) <= room)
        return text;
    while (rest.size) {
        struct span before = rest;

        (void)utf8_next(&rest, &code);
        width += letter_width(code);
        if (width + letter_width(0x2026) > room)
            return span_first(text, text.size - before.size);
    }
    return text;
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
static double step_for(const struct chart *c, double most)
{
    double step = c->unit == chart_unit_rate ? 0.01 : 1;
    int digit = 0;

    if (c->unit == chart_unit_duration && most > 20e6)
        return (double)chart_time_step((int64_t)most, TICKS_MAX);
    while (most / step > TICKS_MAX) {
        step *= digit == 1 ? 2.5 : 2; /* 1, 2, 5, 10 */
        digit = (digit + 1) % 3;
    }
    return step;
}

static struct scale scale_of(const struct chart *c)
{
    double most = highest_point(c), step = step_for(c, most);

    if (most <= 0)
        return (struct scale){ step, step };
    return (struct scale){ step * (double)(int64_t)(most / step + 0.999999), step };
}

/* --- frame ---------------------------------------------------------------------------------- */

static double bottom_of(const struct drawing *d)
{
    return d->frame->height - BOTTOM;
}

static double y_of(const struct drawing *d, double value)
{
    return bottom_of(d) - value / d->scale.top * (bottom_of(d) - d->top);
}

static double x_of(const struct drawing *d, double point)
{
    double room = d->frame->width - d->left - RIGHT, points = (double)d->chart->point_count;

    if (d->chart->form == CHART_COLUMNS)
        return d->left + (point + 0.5) * room / points;
    return d->left + (points > 1 ? point * room / (points - 1) : room / 2);
}

/* The widest of the values beside the axis decides where the field begins. */
static double values_width(const struct drawing *d)
{
    double widest = 0;

    for (double tick = 0; tick <= d->scale.top * 1.0001; tick += d->scale.step) {
        auto_str value = STR_MAX(128);

        chart_value_add(&value, d->chart, tick);
        if (text_width(str_span(&value)) > widest)
            widest = text_width(str_span(&value));
    }
    return widest;
}

static void y_axis(const struct drawing *d)
{
    for (double tick = 0; tick <= d->scale.top * 1.0001; tick += d->scale.step) {
        auto_str value = STR_MAX(128);

        chart_value_add(&value, d->chart, tick);
        page_fill(d->page, html_svg_tick, PAGE_TEXT("tone", tick > 0 ? "grid" : "axis"),
                  PAGE_LENGTH("left", d->left), PAGE_LENGTH("y", y_of(d, tick)),
                  PAGE_LENGTH("right", d->frame->width - RIGHT),
                  PAGE_LENGTH("label_x", d->left - GAP), PAGE_LENGTH("label_y", y_of(d, tick) + 4),
                  PAGE_SPAN("value", str_span(&value)));
    }
}

/* --- the axis below ------------------------------------------------------------------------- */

static size_t tick_count(const struct chart *c)
{
    return c->ticks ? c->tick_count : c->point_count;
}

static struct chart_tick tick_of(const struct chart *c, size_t i)
{
    return c->ticks ? c->ticks[i] : (struct chart_tick){ (double)i, c->labels[i] };
}

/* The left end of a label that stands below its tick, as far as the drawing is wide enough. */
static double label_left(const struct drawing *d, double x, double width)
{
    double left = x - width / 2;

    if (left + width > d->frame->width)
        left = d->frame->width - width;
    return left < 0 ? 0 : left;
}

/* Whether every `every`-th tick can be named without two names touching. */
static bool ticks_fit(const struct drawing *d, size_t every)
{
    double end = -GAP;

    for (size_t i = 0; i < tick_count(d->chart); i += every) {
        struct chart_tick tick = tick_of(d->chart, i);
        double width = text_width(span_of(tick.name));
        double left = label_left(d, x_of(d, tick.at), width);

        if (left < end + GAP)
            return false;
        end = left + width;
    }
    return true;
}

static void x_axis(const struct drawing *d)
{
    size_t every = 1;

    while (!ticks_fit(d, every))
        every++;
    for (size_t i = 0; i < tick_count(d->chart); i += every) {
        struct chart_tick tick = tick_of(d->chart, i);
        double width = text_width(span_of(tick.name)), x = x_of(d, tick.at);

        page_fill(d->page, html_svg_label, PAGE_LENGTH("at", x), PAGE_LENGTH("top", bottom_of(d)),
                  PAGE_LENGTH("end", bottom_of(d) + TICK_LENGTH),
                  PAGE_LENGTH("x", label_left(d, x, width) + width / 2),
                  PAGE_LENGTH("y", bottom_of(d) + 18), PAGE_TEXT("name", tick.name));
    }
    page_fill(d->page, html_svg_axis_name,
              PAGE_LENGTH("x", (d->left + d->frame->width - RIGHT) / 2),
              PAGE_LENGTH("y", d->frame->height - 6), PAGE_TEXT("name", d->chart->x_name));
}

/* All lines are drawn; those are named that have room for it. */
static void lines_across(const struct drawing *d)
{
    const struct chart *c = d->chart;
    double end = -GAP;

    for (size_t i = 0; i < c->line_count; i++) {
        double x = x_of(d, (double)c->lines[i]), width = text_width(span_of(c->line_labels[i]));
        double left = label_left(d, x + width / 2, width);

        page_fill(d->page, html_svg_begin, PAGE_LENGTH("x", x), PAGE_LENGTH("top", d->top),
                  PAGE_LENGTH("bottom", bottom_of(d)));
        if (left < end + GAP)
            continue;
        page_fill(d->page, html_svg_begin_name, PAGE_LENGTH("x", left),
                  PAGE_LENGTH("y", d->top - 6), PAGE_TEXT("name", c->line_labels[i]));
        end = left + width;
    }
}

/* --- forms ---------------------------------------------------------------------------------- */

static void rect_write(struct html_page *page, const char *tone, double x, double y, double width,
                       double height)
{
    page_fill(page, html_svg_rect, PAGE_TEXT("tone", tone), PAGE_LENGTH("x", x),
              PAGE_LENGTH("y", y), PAGE_LENGTH("width", width), PAGE_LENGTH("height", height));
}

static void columns_write(const struct drawing *d)
{
    const struct chart *c = d->chart;
    double width = (d->frame->width - d->left - RIGHT) / (double)c->point_count * 0.8;

    if (width > COLUMN_MAX)
        width = COLUMN_MAX;
    for (size_t i = 0; i < c->point_count; i++) {
        double below = 0;

        for (size_t s = 0; s < c->series_count; s++) {
            double value = c->series[s].values[i], top = y_of(d, below + value);

            if (value > 0)
                rect_write(d->page, c->series[s].tone, x_of(d, (double)i) - width / 2, top, width,
                           y_of(d, below) - top);
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
static void outline_add(struct str *to, const struct drawing *d, size_t series)
{
    const struct chart *c = d->chart;
    bool on = false;

    for (size_t i = 0; i < c->point_count; i++) {
        if (c->series[series].values[i] < 0) {
            on = false;
            continue;
        }
        str_printf(to, "%s%.1f %.1f", on ? "L" : "M", x_of(d, (double)i),
                   y_of(d, series_level(c, series, i)));
        on = true;
    }
}

static void areas_write(const struct drawing *d)
{
    const struct chart *c = d->chart;

    for (size_t s = c->series_count; s > 0; s--) { /* the highest first, the others before it */
        auto_str outline = STR_MAX(KIB(64));

        outline_add(&outline, d, s - 1);
        str_printf(&outline, "L%.1f %.1fL%.1f %.1fZ", x_of(d, (double)(c->point_count - 1)),
                   y_of(d, 0), x_of(d, 0), y_of(d, 0));
        page_fill(d->page, html_svg_area, PAGE_TEXT("tone", c->series[s - 1].tone),
                  PAGE_SPAN("outline", str_span(&outline)));
    }
}

static void lines_write(const struct drawing *d)
{
    for (size_t s = 0; s < d->chart->series_count; s++) {
        auto_str outline = STR_MAX(KIB(64));

        outline_add(&outline, d, s);
        page_fill(d->page, html_svg_line, PAGE_TEXT("tone", d->chart->series[s].tone),
                  PAGE_SPAN("outline", str_span(&outline)));
    }
}

static void upright_write(struct drawing *d)
{
    d->scale = scale_of(d->chart);
    d->left = values_width(d) + GAP + 4;
    d->top = d->chart->line_count ? TOP_LINES : TOP_PLAIN;
    y_axis(d);
    switch (d->chart->form) {
    case CHART_COLUMNS:
        columns_write(d);
        break;
    case CHART_AREAS:
        areas_write(d);
        break;
    case CHART_LINES:
    case CHART_ROWS:
        lines_write(d);
        break;
    }
    lines_across(d);
    x_axis(d);
}

/* --- lying bars ----------------------------------------------------------------------------- */

/* The room beside the bars: for their names, and for the longest value. */
static void lying_margins(const struct drawing *d, double *label_r, double *value_r)
{
    *label_r = *value_r = 0;
    for (size_t i = 0; i < d->chart->point_count; i++) {
        double label = text_width(span_of(d->chart->labels[i]));
        auto_str value = STR_MAX(128);

        chart_value_add(&value, d->chart, point_height(d->chart, i));
        if (label > *label_r)
            *label_r = label;
        if (text_width(str_span(&value)) > *value_r)
            *value_r = text_width(str_span(&value));
    }
    if (*label_r > d->frame->row_label)
        *label_r = d->frame->row_label;
}

static void lying_row(const struct drawing *d, size_t row, double label_room, double value_room)
{
    const struct chart *c = d->chart;
    struct span label = span_of(c->labels[row]), shown = text_cut(label, label_room);
    double most = highest_point(c), x = label_room + GAP;
    double room = d->frame->width - x - value_room - GAP, y = (double)row * ROW + 4;
    auto_str value = STR_MAX(128);

    page_fill(d->page, html_svg_bar_label, PAGE_LENGTH("x", label_room), PAGE_LENGTH("y", y + 14),
              PAGE_SPAN("name", shown), PAGE_WHEN("cut", shown.size < label.size, html_svg_cut));
    for (size_t s = 0; s < c->series_count; s++) {
        double width = most > 0 ? c->series[s].values[row] / most * room : 0;

        if (width > 0)
            rect_write(d->page, c->series[s].tone, x, y, width < 1 ? 1 : width, ROW - 8);
        x += width > 0 ? width : 0;
    }
    chart_value_add(&value, c, point_height(c, row));
    page_fill(d->page, html_svg_bar_value, PAGE_LENGTH("x", x + 6), PAGE_LENGTH("y", y + 14),
              PAGE_SPAN("value", str_span(&value)));
}

static void lying_write(const struct drawing *d)
{
    double label_room, value_room;

    lying_margins(d, &label_room, &value_room);
    for (size_t i = 0; i < d->chart->point_count; i++)
        lying_row(d, i, label_room, value_room);
}

/* --- the whole ------------------------------------------------------------------------------ */

void drawing_write(struct html_page *page, const struct chart *c, enum drawing_width width)
{
    struct drawing drawing = { .page = page, .chart = c, .frame = &frames[width] };
    bool lies = c->form == CHART_ROWS;
    double height = lies ? (double)c->point_count * ROW + 4 : drawing.frame->height;
    const char *rest = page_fill(page, html_drawing, PAGE_TEXT("class", drawing.frame->class),
                                 PAGE_LENGTH("width", drawing.frame->width),
                                 PAGE_LENGTH("height", height), PAGE_TEXT("id", c->id),
                                 PAGE_TEXT("title", c->title), PAGE_TEXT("summary", c->summary),
                                 PAGE_ROWS("drawing"));

    if (lies)
        lying_write(&drawing);
    else
        upright_write(&drawing);
    page_add(page, rest);
}
