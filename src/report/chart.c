/* Words the values of plots, and chooses steps of time. */
#include "report/chart.h"

#include "base/time.h"
#include "report/words.h"

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

int64_t chart_time_step(int64_t span_us, int most)
{
    static const int seconds[] = { 1,   2,   5,    10,   15,   30,   60,    120,
                                   300, 600, 1200, 1800, 3600, 7200, 21600, 43200 };
    int64_t step = 0;

    for (size_t i = 0; i < lengthof(seconds); i++)
        if ((step = seconds[i] * TIME_SECOND) * most >= span_us)
            return step;
    while (step * most < span_us)
        step *= 2; /* days */
    return step;
}

/* "2 min 0 s" is "2 min". */
static size_t nothing_size(struct span words)
{
    static const char *const nothings[] = { " 0 s", " 0 min" };

    for (size_t i = 0; i < lengthof(nothings); i++)
        if (span_ends(words, nothings[i]))
            return strlen(nothings[i]);
    return 0;
}

void chart_unit_duration(struct str *to, double value)
{
    char text[TIME_TEXT_SIZE];
    struct span words;

    if (value <= 0) {
        str_add_char(to, '0');
    } else if (value >= 1e6 && value < 10e6) {
        str_printf(to, "%.1f s", value / 1e6); /* ticks lie closer than a second */
    } else {
        words = span_of(time_for_people((int64_t)value, text));
        str_add_span(to, span_first(words, words.size - nothing_size(words)));
    }
}

void chart_value_add(struct str *to, const struct chart *c, double value)
{
    if (value < 0)
        str_add_text(to, "–");
    else
        c->unit(to, value);
}
