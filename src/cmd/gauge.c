/* One scale for all: the same bar, the same figures and the same rounding as `status`. */
#include "cmd/gauge.h"

#include "report/words.h"

#include <stdarg.h>

enum { BAR_WIDTH = 30, BAR_LEAST = 5 };

#define PACE_US (10 * TIME_SECOND)

/* --- pace ----------------------------------------------------------------------------------- */

void gauge_pace_note(struct gauge_pace *pace, int64_t at_us, int64_t count)
{
    int64_t elapsed_us = at_us - pace->from_us;
    int64_t more = count - pace->from_count;

    /* A document edited after its move waits again: the count may have fallen. */
    if (elapsed_us > 0)
        pace->per_second = more > 0 ? (double)more * 1e6 / (double)elapsed_us : 0;
    if (elapsed_us < PACE_US)
        return;
    pace->from_us = at_us;
    pace->from_count = count;
}

const char *gauge_left(const struct gauge_pace *pace, int64_t more, char text[TIME_TEXT_SIZE])
{
    if (pace->per_second < 0.01 || more < 0) {
        (void)snprintf(text, TIME_TEXT_SIZE, "…");
        return text;
    }
    return time_for_people((int64_t)((double)more / pace->per_second * 1e6), text);
}

/* --- lines ---------------------------------------------------------------------------------- */

static int64_t settled_count(const struct gauge *gauge)
{
    return gauge->good + gauge->bad;
}

void gauge_counts(struct str *to, const struct gauge *gauge)
{
    words_number(to, settled_count(gauge));
    if (gauge->total >= 0) {
        str_add_text(to, " of ");
        words_number(to, gauge->total);
    }
    if (gauge->unit)
        str_printf(to, " %s", gauge->unit);
    if (gauge->grows || gauge->total < 0) {
        str_add_text(to, " so far");
    } else if (gauge->total > 0) {
        str_add_text(to, " (");
        words_share(to, settled_count(gauge), gauge->total);
        str_add_char(to, ')');
    }
}

static void cells_add(const struct terminal *t, const char *code, const char *cell, size_t count)
{
    terminal_colour(t, code);
    for (size_t i = 0; i < count; i++)
        str_add_text(t->to, cell);
}

static void bar_add(const struct terminal *t, const struct gauge *gauge, size_t width)
{
    bool is_all = !gauge->grows && settled_count(gauge) >= gauge->total;
    size_t full = is_all ? width : width - 1; /* for good and bad ones together */
    size_t bad = terminal_cells(gauge->bad, gauge->total, width);
    size_t good = terminal_cells(gauge->good, gauge->total, width);

    if (bad > full)
        bad = full;
    if (good > full - bad)
        good = full - bad;
    cells_add(t, "32", "█", good);
    cells_add(t, "31", t->has_colour ? "█" : "x", bad);
    cells_add(t, "90", "░", width - good - bad);
    terminal_colour(t, "0");
}

void gauge_bar(const struct terminal *t, const struct gauge *gauge)
{
    auto_str counts = STR_MAX(256);
    size_t used;

    gauge_counts(&counts, gauge);
    used = counts.size + 1;
    if (gauge->total > 0 && t->columns >= used + BAR_LEAST) {
        size_t room = t->columns - used;

        bar_add(t, gauge, room < BAR_WIDTH ? room : BAR_WIDTH);
        str_add_char(t->to, ' ');
    }
    if (counts.size <= t->columns)
        str_add_span(t->to, str_span(&counts));
    else
        terminal_cell(t, str_text(&counts), t->columns);
}

void gauge_figure(struct gauge_figures *figures, const char *format, ...)
{
    va_list args;

    if (figures->count == GAUGE_FIGURES_MAX)
        return;
    va_start(args, format);
    (void)vsnprintf(figures->texts[figures->count++], GAUGE_FIGURE_SIZE, format, args);
    va_end(args);
}

void gauge_figures_add(const struct terminal *t, const struct gauge_figures *figures)
{
    size_t used = 0;

    for (size_t i = 0; i < figures->count; i++) {
        size_t gap = i > 0 ? 2 : 0, width = words_columns(span_of(figures->texts[i]));

        if (used + gap + width > t->columns && i == 0)
            terminal_cell(t, figures->texts[i], t->columns);
        if (used + gap + width > t->columns)
            return;
        str_printf(t->to, "%s%s", gap ? "  " : "", figures->texts[i]);
        used += gap + width;
    }
}

void gauge_outage(const struct terminal *t, const char *who, int64_t silent_us, int64_t most_us)
{
    int64_t more_us = most_us > silent_us ? most_us - silent_us : 0;
    char since[TIME_TEXT_SIZE], more[TIME_TEXT_SIZE], words[GAUGE_FIGURE_SIZE + 2 * TIME_TEXT_SIZE];

    (void)snprintf(words, sizeof words, "%s is away for %s; waiting for it for %s more", who,
                   time_for_people(silent_us, since), time_for_people(more_us, more));
    gauge_sentence(t, "!", words);
}

void gauge_sentence(const struct terminal *t, const char *sign, const char *words)
{
    terminal_colour(t, "31");
    str_add_text(t->to, sign);
    terminal_colour(t, "0");
    str_add_char(t->to, ' ');
    if (t->columns > 2)
        terminal_cell(t, words, t->columns - 2);
}
