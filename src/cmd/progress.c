/*
 * A few lines that are redrawn in place on a terminal's standard error, and step aside for log
 * lines; one log line every ten seconds where standard error is no terminal.
 */
#include "cmd/progress.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/outage.h"
#include "report/terminal.h"
#include "report/words.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum {
    BAR_WIDTH = 30,
    BAR_LEAST = 5,
    COLUMNS_USUAL = 80,
    LINES_MAX = 2 + VIEW_OUTAGES + COUNTS_RECENT
};

#define REDRAW_US (200 * TIME_MS)
#define LINE_US (10 * TIME_SECOND)
#define RATE_US (10 * TIME_SECOND)

struct progress {
    bool on_terminal, has_colour;
    int lines; /* shown now */
    size_t widths[LINES_MAX];
    struct run_view view;
    int64_t rate_from_us, rate_from_count; /* the rate is that of the last ten seconds */
    double rate;
};

static int64_t settled_count(const struct run_view *view)
{
    return view->counts.successful + view->counts.failed;
}

static void rate_update(struct progress *progress, const struct run_view *view)
{
    int64_t elapsed_us = view->elapsed_us - progress->rate_from_us;
    int64_t more = settled_count(view) - progress->rate_from_count;

    /* A document edited after its move waits again: the count may have fallen. */
    if (elapsed_us > 0)
        progress->rate = more > 0 ? (double)more * 1e6 / (double)elapsed_us : 0;
    if (elapsed_us < RATE_US)
        return;
    progress->rate_from_us = view->elapsed_us;
    progress->rate_from_count = settled_count(view);
}

static bool somebody_is_away(const struct run_view *view)
{
    for (size_t i = 0; i < lengthof(view->outages); i++)
        if (view->outages[i].silent_us > 0)
            return true;
    return false;
}

/* The time left, if the source has been counted, all answer, and the rate stays as it is. */
static void eta_write(const struct progress *progress, char *text)
{
    const struct run_view *view = &progress->view;
    int64_t left = view->to_do - settled_count(view);

    if (!view->census_closed || progress->rate < 0.01 || left < 0 || somebody_is_away(view))
        (void)snprintf(text, TIME_TEXT_SIZE, "…");
    else
        (void)time_for_people((int64_t)((double)left / progress->rate * 1e6), text);
}

/* --- lines on a terminal -------------------------------------------------------------------- */

static size_t columns_of_terminal(void)
{
    struct winsize size = { 0 };

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return COLUMNS_USUAL;
    return size.ws_col;
}

static void colour_add(const struct progress *progress, struct str *to, const char *code)
{
    if (progress->has_colour)
        str_printf(to, "\033[%sm", code);
}

static void cells_add(struct str *to, const char *cell, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        str_add_text(to, cell);
}

static void bar_add(const struct progress *progress, struct str *to, int64_t width)
{
    const struct run_view *view = &progress->view;
    int64_t total = view->to_do > 0 ? view->to_do : 1;
    int64_t good = view->counts.successful * width / total;
    int64_t bad = (view->counts.failed * width + total - 1) / total; /* a single one shows */

    if (good + bad > width)
        good = width - bad;
    colour_add(progress, to, "32");
    cells_add(to, "█", good);
    colour_add(progress, to, "31");
    cells_add(to, progress->has_colour ? "█" : "x", bad);
    colour_add(progress, to, "90");
    cells_add(to, "░", width - good - bad);
    colour_add(progress, to, "0");
}

/* The bar takes what the counts leave it; where that is too little, there is none. */
static void line_of_bar(const struct progress *progress, size_t columns, struct str *to)
{
    const struct run_view *view = &progress->view;
    auto_str counts = STR_MAX(128);
    int64_t width;

    str_printf(&counts, "%jd of %jd%s", (intmax_t)settled_count(view), (intmax_t)view->to_do,
               view->census_closed ? "" : " so far");
    width = (int64_t)columns - (int64_t)counts.size - 1;
    if (width >= BAR_LEAST) {
        bar_add(progress, to, width < BAR_WIDTH ? width : BAR_WIDTH);
        str_add_char(to, ' ');
    }
    str_add_span(to, str_span(&counts));
}

/* As many of the figures as fit, the most wanted first. */
static void line_of_figures(const struct progress *progress, size_t columns, struct str *to)
{
    const struct run_view *view = &progress->view;
    char figures[7][TIME_TEXT_SIZE + 32], left[TIME_TEXT_SIZE], spent[TIME_TEXT_SIZE];
    size_t at = to->size, used = 0;

    eta_write(progress, left);
    (void)snprintf(figures[0], sizeof *figures, "%jd done", (intmax_t)view->counts.successful);
    (void)snprintf(figures[1], sizeof *figures, "%jd failed", (intmax_t)view->counts.failed);
    (void)snprintf(figures[2], sizeof *figures, "%jd waiting",
                   (intmax_t)(view->to_do - settled_count(view)));
    (void)snprintf(figures[3], sizeof *figures, "left: %s", left);
    (void)snprintf(figures[4], sizeof *figures, "%.1f/s", progress->rate);
    (void)snprintf(figures[5], sizeof *figures, "%.1f MB", (double)view->counts.bytes / 1e6);
    (void)snprintf(figures[6], sizeof *figures, "%s", time_for_people(view->elapsed_us, spent));
    for (size_t i = 0; i < lengthof(figures); i++) {
        size_t gap = to->size > at ? 2 : 0, width = words_columns(span_of(figures[i]));

        if (used + gap + width > columns)
            return;
        str_printf(to, "%s%s", gap ? "  " : "", figures[i]);
        used += gap + width;
    }
}

/* A sentence after a sign, cut where the terminal ends. */
static void line_of_words(const struct progress *progress, const char *sign, const char *words,
                          size_t columns, struct str *to)
{
    struct terminal terminal = { to, progress->has_colour, columns };

    colour_add(progress, to, "31");
    str_add_text(to, sign);
    colour_add(progress, to, "0");
    str_add_char(to, ' ');
    if (columns > 2)
        terminal_cell(&terminal, words, columns - 2);
}

static void line_of_outage(const struct progress *progress, const struct view_outage *outage,
                           size_t columns, struct str *to)
{
    int64_t more_us = OUTAGE_MAX_US - outage->silent_us;
    char since[TIME_TEXT_SIZE], more[TIME_TEXT_SIZE];
    auto_str words = STR_MAX(256);

    str_printf(&words, "%s is away for %s; waiting for it for %s more", outage->who,
               time_for_people(outage->silent_us, since),
               time_for_people(more_us > 0 ? more_us : 0, more));
    line_of_words(progress, "!", str_text(&words), columns, to);
}

static void to_terminal(struct span text)
{
    if (write(STDERR_FILENO, text.at, text.size) < 0)
        return; /* the terminal is gone; the run goes on */
}

/* A terminal that was made narrower has folded the lines that stand there. */
static int rows_shown(const struct progress *progress)
{
    size_t columns = columns_of_terminal();
    int rows = 0;

    for (int i = 0; i < progress->lines; i++)
        rows += (int)((progress->widths[i] + columns - 1) / columns);
    return rows;
}

static void progress_erase(struct progress *progress)
{
    auto_str text = STR_MAX(KIB(4));

    for (int rows = rows_shown(progress); rows > 0; rows--)
        str_add_text(&text, "\033[1A\033[2K");
    progress->lines = 0;
    to_terminal(str_span(&text));
}

/* Each character that stands in a line takes one column, or is followed by a blank for its second. */
static size_t width_of(struct span line)
{
    size_t width = 0;

    for (size_t i = 0; i < line.size; i++)
        if (line.at[i] == '\033')
            while (i + 1 < line.size && line.at[i] != 'm')
                i++;
        else if (((unsigned char)line.at[i] & 0xC0) != 0x80)
            width++;
    return width;
}

/* Moves a line to what will be written, and remembers how wide it is. */
static void line_move(struct progress *progress, struct str *line, struct str *to)
{
    size_t width = width_of(str_span(line));

    progress->widths[progress->lines++] = width ? width : 1;
    str_add_span(to, str_span(line));
    str_add_char(to, '\n');
    str_reset(line);
}

static void progress_draw(struct progress *progress)
{
    const struct run_view *view = &progress->view;
    size_t columns = columns_of_terminal() - 1; /* a full line may be folded */
    auto_str text = STR_MAX(KIB(16));
    auto_str line = STR_MAX(KIB(4));

    line_of_bar(progress, columns, &line);
    line_move(progress, &line, &text);
    line_of_figures(progress, columns, &line);
    line_move(progress, &line, &text);
    for (size_t i = 0; i < lengthof(view->outages); i++) {
        if (view->outages[i].silent_us == 0)
            continue;
        line_of_outage(progress, &view->outages[i], columns, &line);
        line_move(progress, &line, &text);
    }
    for (int i = 0; i < COUNTS_RECENT && *view->recent[i]; i++) {
        line_of_words(progress, "✘", view->recent[i], columns, &line);
        line_move(progress, &line, &text);
    }
    to_terminal(str_span(&text));
}

static void step_aside(void *arg, bool before)
{
    struct progress *progress = arg;

    if (before)
        progress_erase(progress);
}

static void progress_on_view(void *arg, const struct run_view *view)
{
    struct progress *progress = arg;
    char left[TIME_TEXT_SIZE];

    rate_update(progress, view);
    progress->view = *view;
    if (progress->on_terminal) {
        log_line_lock();
        progress_erase(progress);
        progress_draw(progress);
        log_line_unlock();
        return;
    }
    if (view->elapsed_us < LINE_US)
        return;
    eta_write(progress, left);
    log_info("%jd of %jd%s: %jd done, %jd failed, %.1f/s, left: %s", (intmax_t)settled_count(view),
             (intmax_t)view->to_do, view->census_closed ? "" : " so far",
             (intmax_t)view->counts.successful, (intmax_t)view->counts.failed, progress->rate,
             left);
}

struct progress *progress_new(void)
{
    struct progress *progress = mem_new(struct progress);
    const char *term = getenv("TERM");

    progress->on_terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    progress->has_colour = progress->on_terminal && !getenv("NO_COLOR");
    if (progress->on_terminal)
        log_around_lines(step_aside, progress);
    return progress;
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    log_around_lines(NULL, NULL);
    progress_erase(progress);
    free(progress);
}

struct run_watcher progress_watcher(struct progress *progress)
{
    return (struct run_watcher){ progress_on_view, progress,
                                 progress->on_terminal ? REDRAW_US : LINE_US };
}
