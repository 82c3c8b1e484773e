/* Geometry in the units of the view box, which is 720 wide whatever the page's width. */
#include "report/chart.h"

#include "base/time.h"
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

static void value_text(struct html_page *page, const struct chart *c, double value)
{
    auto_str text = STR_MAX(128);

    if (value < 0)
        str_add_text(&text, "–");
    else
        c->unit(&text, value);
    page_text(page, str_text(&text));
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

static void legend_write(struct html_page *page, const struct chart *c)
{
    if (c->series_count < 2)
        return;
    page_add(page, "<ul class=\"legend\">");
    for (size_t s = 0; s < c->series_count; s++) {
        page_printf(page, "<li><span class=\"swatch %s\"></span>", c->series[s].tone);
        page_text(page, c->series[s].name);
        page_add(page, "</li>");
    }
    page_add(page, "</ul>\n");
}

static void svg_open(struct html_page *page, const struct chart *c, int height)
{
    page_printf(page,
                "<svg%s viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-title %s-text\">"
                "<title id=\"%s-title\">",
                c->form == CHART_ROWS ? "" : " class=\"upright\"", WIDTH, height, c->id, c->id,
                c->id);
    page_text(page, c->title);
    page_printf(page, "</title><desc id=\"%s-text\">", c->id);
    page_text(page, c->summary);
    page_add(page, "</desc>\n");
}

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

        page_printf(page,
                    "<path class=\"%s\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
                    "class=\"end\">",
                    tick > 0 ? "grid" : "axis", LEFT, y, WIDTH - RIGHT, LEFT - 8, y + 4);
        value_text(page, c, tick);
        page_add(page, "</text>\n");
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

    for (size_t i = 0; i < c->point_count; i += every) {
        page_printf(page, "<text x=\"%.1f\" y=\"%d\" class=\"middle\">", x_of(c, (double)i),
                    HEIGHT - BOTTOM + 18);
        page_text(page, c->labels[i]);
        page_add(page, "</text>");
    }
    page_printf(page, "\n<text x=\"%d\" y=\"%d\" class=\"middle name\">",
                (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6);
    page_text(page, c->x_name);
    page_add(page, "</text>\n");
}

static void lines_across(struct html_page *page, const struct chart *c)
{
    for (size_t i = 0; i < c->line_count; i++) {
        double x = x_of(c, (double)c->lines[i]);
        bool at_end = x > WIDTH - RIGHT - LINE_LABEL;

        page_printf(page, "<path class=\"begin\" d=\"M%.1f %dV%d\"/>", x, TOP, HEIGHT - BOTTOM);
        page_printf(page, "<text x=\"%.1f\" y=\"%d\" class=\"small%s\">", at_end ? x - 4 : x + 4,
                    TOP + 10, at_end ? " end" : "");
        page_text(page, c->line_labels[i]);
        page_add(page, "</text>\n");
    }
}

/* --- forms ---------------------------------------------------------------------------------- */

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
                page_printf(page,
                            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                            "height=\"%.1f\"/>",
                            c->series[s].tone, x_of(c, (double)i) - width / 2, top, width,
                            y_of(scale, below) - top);
            below += value;
        }
    }
    page_add(page, "\n");
}

/* The height of a series at a point: upon those before it where they are stacked. */
static double series_level(const struct chart *c, size_t series, size_t point)
{
    double height = c->series[series].values[point];

    for (size_t s = 0; is_stacked(c) && s < series; s++)
        height += c->series[s].values[point];
    return height;
}

static void outline_write(struct html_page *page, const struct chart *c, const struct scale *scale,
                          size_t series)
{
    bool on = false;

    for (size_t i = 0; i < c->point_count; i++) {
        if (c->series[series].values[i] < 0) {
            on = false;
            continue;
        }
        page_printf(page, "%s%.1f %.1f", on ? "L" : "M", x_of(c, (double)i),
                    y_of(scale, series_level(c, series, i)));
        on = true;
    }
}

static void areas_write(struct html_page *page, const struct chart *c, const struct scale *scale)
{
    for (size_t s = c->series_count; s > 0; s--) { /* the highest first, the others before it */
        page_printf(page, "<path class=\"%s\" d=\"", c->series[s - 1].tone);
        outline_write(page, c, scale, s - 1);
        page_printf(page, "L%.1f %.1fL%.1f %.1fZ\"/>\n", x_of(c, (double)(c->point_count - 1)),
                    y_of(scale, 0), x_of(c, 0), y_of(scale, 0));
    }
}

static void lines_write(struct html_page *page, const struct chart *c, const struct scale *scale)
{
    for (size_t s = 0; s < c->series_count; s++) {
        page_printf(page, "<path class=\"line %s\" d=\"", c->series[s].tone);
        outline_write(page, c, scale, s);
        page_add(page, "\"/>\n");
    }
}

static void upright_write(struct html_page *page, const struct chart *c)
{
    struct scale scale = scale_of(c);

    svg_open(page, c, HEIGHT);
    y_axis(page, c, &scale);
    if (c->form == CHART_COLUMNS)
        columns_write(page, c, &scale);
    else if (c->form == CHART_AREAS)
        areas_write(page, c, &scale);
    else
        lines_write(page, c, &scale);
    lines_across(page, c);
    x_axis(page, c);
    page_add(page, "</svg>\n");
}

/* Cut to the room beside the bars. */
static void row_label(struct html_page *page, const char *label)
{
    struct span text = span_of(label);
    struct span shown = text;

    while (words_columns(shown) > LABEL_CHARACTERS)
        shown.size--;
    while (shown.size < text.size && shown.size && ((uint8_t)text.at[shown.size] & 0xC0) == 0x80)
        shown.size--;
    page_span(page, shown);
    if (shown.size < text.size)
        page_add(page, "…");
}

static void lying_write(struct html_page *page, const struct chart *c)
{
    double most = highest_point(c), room = WIDTH - ROW_LABEL - ROW_VALUE;

    svg_open(page, c, (int)c->point_count * ROW + 4);
    for (size_t i = 0; i < c->point_count; i++) {
        double x = ROW_LABEL;
        int y = (int)i * ROW + 4;

        page_printf(page, "<text x=\"%d\" y=\"%d\" class=\"end\">", ROW_LABEL - 10, y + 14);
        row_label(page, c->labels[i]);
        page_add(page, "</text>");
        for (size_t s = 0; s < c->series_count; s++) {
            double width = most > 0 ? c->series[s].values[i] / most * room : 0;

            if (width > 0)
                page_printf(page,
                            "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                            c->series[s].tone, x, y, width < 1 ? 1 : width, ROW - 8);
            x += width;
        }
        page_printf(page, "<text x=\"%.1f\" y=\"%d\">", x + 6, y + 14);
        value_text(page, c, point_height(c, i));
        page_add(page, "</text>\n");
    }
    page_add(page, "</svg>\n");
}

/* --- the figures ---------------------------------------------------------------------------- */

static void figures_table(struct html_page *page, const struct chart *c)
{
    page_add(page, "<details class=\"figures\"><summary>The figures</summary><table><caption>");
    page_text(page, c->title);
    page_add(page, "</caption><thead><tr><th scope=\"col\">");
    page_text(page, c->x_name);
    page_add(page, "</th>");
    for (size_t s = 0; s < c->series_count; s++) {
        page_add(page, "<th scope=\"col\" class=\"n\">");
        page_text(page, c->series[s].name);
        page_add(page, "</th>");
    }
    page_add(page, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < c->point_count; i++) {
        page_add(page, "<tr><th scope=\"row\">");
        page_text(page, c->labels[i]);
        page_add(page, "</th>");
        for (size_t s = 0; s < c->series_count; s++) {
            page_add(page, "<td class=\"n\">");
            value_text(page, c, c->series[s].values[i]);
            page_add(page, "</td>");
        }
        page_add(page, "</tr>\n");
    }
    page_add(page, "</tbody></table></details>\n");
}

void chart_write(struct html_page *page, const struct chart *c)
{
    page_printf(page, "<figure id=\"%s\">\n<figcaption><strong>", c->id);
    page_text(page, c->title);
    page_add(page, "</strong> ");
    page_text(page, c->summary);
    page_add(page, "</figcaption>\n");
    legend_write(page, c);
    if (c->form == CHART_ROWS)
        lying_write(page, c);
    else
        upright_write(page, c);
    figures_table(page, c);
    page_add(page, "</figure>\n");
}
