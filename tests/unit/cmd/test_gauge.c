/* Bars, counts and figures, at every width of a terminal. */
#include "cmd/gauge.h"

#include "report/words.h"
#include "tap.h"

/* What is drawn without colours. */
static char *bar_of(const struct gauge *gauge, size_t columns)
{
    auto_str text = STR_MAX(KIB(4));
    struct terminal t = { &text, false, columns };

    gauge_bar(&t, gauge);
    return str_take(&text);
}

static size_t count_of(const char *text, const char *cell)
{
    size_t count = 0;

    for (const char *at = strstr(text, cell); at; at = strstr(at + strlen(cell), cell))
        count++;
    return count;
}

TEST(cells_stand_for_shares)
{
    static const struct {
        int64_t count, total;
        size_t width, want;
    } cases[] = {
        { 0, 10, 10, 0 },
        { 1, 10, 10, 1 },
        { 1, 1000000, 10, 1 },
        { 5, 10, 10, 5 },
        { 999999, 1000000, 10, 9 },
        { INT64_MAX - 1, INT64_MAX, 10, 9 }, /* as doubles they are the same */
        { 10, 10, 10, 10 },
        { 12, 10, 10, 10 },
        { 0, 0, 10, 0 },
        { 3, 0, 10, 0 },
        { 1, 2, 0, 0 },
        { 1, 2, 1, 1 },
        { INT64_MAX - 1024, INT64_MAX, 30, 29 },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i,
                 terminal_cells(cases[i].count, cases[i].total, cases[i].width) == cases[i].want);
}

TEST(counts_say_what_is_known)
{
    static const struct {
        struct gauge gauge;
        const char *want;
    } cases[] = {
        { { .good = 12300, .total = 40000 }, "12,300 of 40,000 (30.8%)" },
        { { .good = 1, .bad = 1, .total = 2, .unit = "objects" }, "2 of 2 objects (100.0%)" },
        { { .good = 39999, .total = 40000 }, "39,999 of 40,000 (99.9%)" },
        { { .good = 5, .total = 8, .grows = true }, "5 of 8 so far" },
        { { .good = 1200, .total = -1, .unit = "records" }, "1,200 records so far" },
        { { .total = 0 }, "0 of 0" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str text = STR_MAX(KIB(1));

        gauge_counts(&text, &cases[i].gauge);
        CHECK_STR(str_text(&text), cases[i].want);
    }
}

TEST(a_bar_is_full_when_everything_is)
{
    static const struct {
        struct gauge gauge;
        size_t good, bad, rest;
    } cases[] = {
        { { .good = 100, .total = 100 }, 30, 0, 0 },
        { { .good = 99, .total = 100 }, 29, 0, 1 },
        { { .good = 99999, .bad = 0, .total = 100000 }, 29, 0, 1 },
        { { .good = 99999, .bad = 1, .total = 100000 }, 29, 1, 0 },
        { { .good = 98, .bad = 1, .total = 100 }, 28, 1, 1 },
        { { .good = 100, .total = 100, .grows = true }, 29, 0, 1 },
        { { .bad = 100, .total = 100 }, 0, 30, 0 },
        { { .total = 100 }, 0, 0, 30 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *bar = bar_of(&cases[i].gauge, 120);

        CHECK_AT(i, count_of(bar, "█") == cases[i].good);
        CHECK_AT(i, count_of(bar, "x") == cases[i].bad);
        CHECK_AT(i, count_of(bar, "░") == cases[i].rest);
    }
}

TEST(what_is_unknown_has_no_bar)
{
    struct gauge gauge = { .good = 7, .total = -1, .unit = "records" };
    auto_free char *bar = bar_of(&gauge, 80);

    CHECK_STR(bar, "7 records so far");
}

static void long_figures(struct gauge_figures *figures)
{
    gauge_figure(figures, "%s", "reading the application's tables");
    gauge_figure(figures, "left: %s", "2 min 10 s");
    gauge_figure(figures, "%.1f/s", 1234.5);
    gauge_figure(figures, "%s", "384.0 kB");
}

TEST(every_line_fits_every_width)
{
    struct gauge gauge = { .good = 1234567, .bad = 89, .total = 98765432, .unit = "documents" };
    struct gauge_figures figures = { .count = 0 };

    long_figures(&figures);
    for (size_t columns = 1; columns <= 300; columns++) {
        auto_free char *bar = bar_of(&gauge, columns);
        auto_str row = STR_MAX(KIB(4)), said = STR_MAX(KIB(4));
        struct terminal to_row = { &row, false, columns }, to_said = { &said, false, columns };

        gauge_figures_add(&to_row, &figures);
        gauge_sentence(&to_said, "!", "nothing new for 12 s");
        CHECK_AT(columns, words_columns(span_of(bar)) <= columns);
        CHECK_AT(columns, words_columns(str_span(&row)) <= columns);
        CHECK_AT(columns, columns < 2 || words_columns(str_span(&said)) <= columns);
    }
}

TEST(a_pace_tells_the_time_left)
{
    struct gauge_pace pace = { 0 };
    char text[TIME_TEXT_SIZE];

    CHECK_STR(gauge_left(&pace, 100, text), "…");
    gauge_pace_note(&pace, 10 * TIME_SECOND, 100);
    CHECK_STR(gauge_left(&pace, 100, text), "10 s");
    CHECK_STR(gauge_left(&pace, -1, text), "…");
    gauge_pace_note(&pace, 15 * TIME_SECOND, 200);
    CHECK_STR(gauge_left(&pace, 100, text), "5 s");
    gauge_pace_note(&pace, 26 * TIME_SECOND, 90); /* fewer than before */
    CHECK_STR(gauge_left(&pace, 100, text), "…");
}
