/*
 * A few lines that are redrawn in place on a terminal's standard error; one line of the log every
 * minute where it is none.
 */
#include "cmd/progress.h"

#include "cmd/display.h"
#include "cmd/gauge.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/outage.h"
#include "report/words.h"

#define REDRAW_US (200 * TIME_MS)
#define LINE_US (60 * TIME_SECOND)

struct progress {
    struct display *display;
    struct run_view view;
    struct gauge_pace pace;
};

static int64_t settled_count(const struct run_view *view)
{
    return view->counts.successful + view->counts.failed;
}

static struct gauge gauge_of(const struct run_view *view)
{
    return (struct gauge){ .good = view->counts.successful,
                           .bad = view->counts.failed,
                           .total = view->to_do,
                           .grows = !view->census_closed };
}

static bool somebody_is_away(const struct run_view *view)
{
    for (size_t i = 0; i < lengthof(view->outages); i++)
        if (view->outages[i].silent_us > 0)
            return true;
    return false;
}

/* The time left, if the source has been counted, all answer, and the rate stays as it is. */
static const char *left_of(const struct progress *progress, char text[TIME_TEXT_SIZE])
{
    const struct run_view *view = &progress->view;
    bool can_say = view->census_closed && !somebody_is_away(view);

    return gauge_left(&progress->pace, can_say ? view->to_do - settled_count(view) : -1, text);
}

/* --- lines on a terminal -------------------------------------------------------------------- */

/* A figure with a number that words_number() groups. */
static void number_figure(struct gauge_figures *figures, int64_t n, const char *word)
{
    auto_str number = STR_MAX(64);

    words_number(&number, n);
    gauge_figure(figures, "%s %s", str_text(&number), word);
}

static void figures_make(const struct progress *progress, struct gauge_figures *figures)
{
    const struct run_view *view = &progress->view;
    auto_str bytes = STR_MAX(64);
    char text[TIME_TEXT_SIZE];

    number_figure(figures, view->counts.successful, "done");
    number_figure(figures, view->counts.failed, "failed");
    number_figure(figures, view->to_do - settled_count(view), "waiting");
    gauge_figure(figures, "left: %s", left_of(progress, text));
    gauge_figure(figures, "%.1f/s", progress->pace.per_second);
    words_bytes(&bytes, view->counts.bytes);
    gauge_figure(figures, "%s", str_text(&bytes));
    gauge_figure(figures, "%s", time_for_people(view->elapsed_us, text));
}

/* While a census goes on, for the last one too: nothing is over before it is. */
static void counting_add(const struct run_view *view, struct str *to)
{
    str_add_text(to, "counting the source: ");
    words_count(to, view->counted, "record", "records");
    str_add_text(to, " so far");
}

static void counting_draw(struct progress *progress)
{
    auto_str words = STR_MAX(256), line = STR_MAX(DISPLAY_LINE_BYTES);
    struct terminal terminal = display_line(progress->display, &line);

    if (progress->view.counted < 0)
        return;
    counting_add(&progress->view, &words);
    terminal_cell(&terminal, str_text(&words), terminal.columns);
    display_add(progress->display, &line);
}

static void outage_draw(struct progress *progress, const struct view_outage *outage)
{
    auto_str line = STR_MAX(DISPLAY_LINE_BYTES);
    struct terminal terminal = display_line(progress->display, &line);

    gauge_outage(&terminal, outage->who, outage->silent_us, OUTAGE_MAX_US);
    display_add(progress->display, &line);
}

static void progress_draw(struct progress *progress)
{
    const struct run_view *view = &progress->view;
    auto_str line = STR_MAX(DISPLAY_LINE_BYTES);
    struct terminal terminal = display_line(progress->display, &line);
    struct gauge_figures figures = { .count = 0 };
    struct gauge gauge = gauge_of(view);

    gauge_bar(&terminal, &gauge);
    display_add(progress->display, &line);
    figures_make(progress, &figures);
    gauge_figures_add(&terminal, &figures);
    display_add(progress->display, &line);
    counting_draw(progress);
    for (size_t i = 0; i < lengthof(view->outages); i++)
        if (view->outages[i].silent_us > 0)
            outage_draw(progress, &view->outages[i]);
    for (int i = 0; i < COUNTS_RECENT && *view->recent[i]; i++) {
        gauge_sentence(&terminal, "✘", view->recent[i]);
        display_add(progress->display, &line);
    }
    display_show(progress->display);
}

/* --- elsewhere ------------------------------------------------------------------------------ */

static void progress_say(const struct progress *progress)
{
    const struct run_view *view = &progress->view;
    struct gauge gauge = gauge_of(view);
    auto_str counts = STR_MAX(256);
    char left[TIME_TEXT_SIZE];

    gauge_counts(&counts, &gauge);
    if (view->counted >= 0) {
        str_add_text(&counts, ", ");
        counting_add(view, &counts);
    }
    log_info("%s: %jd done, %jd failed, %.1f/s, left: %s", str_text(&counts),
             (intmax_t)view->counts.successful, (intmax_t)view->counts.failed,
             progress->pace.per_second, left_of(progress, left));
}

static void progress_on_view(void *arg, const struct run_view *view)
{
    struct progress *progress = arg;

    gauge_pace_note(&progress->pace, view->elapsed_us, settled_count(view));
    progress->view = *view;
    if (display_is_on_terminal(progress->display))
        progress_draw(progress);
    else if (view->elapsed_us >= LINE_US)
        progress_say(progress);
}

struct progress *progress_new(void)
{
    struct progress *progress = mem_new(struct progress);

    progress->display = display_new();
    return progress;
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    display_free(progress->display);
    free(progress);
}

struct run_watcher progress_watcher(struct progress *progress)
{
    return (struct run_watcher){ progress_on_view, progress,
                                 display_is_on_terminal(progress->display) ? REDRAW_US : LINE_US };
}
