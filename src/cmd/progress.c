/*
 * A few lines that are redrawn in place on a terminal's standard error, and step aside for log
 * lines; one log line every ten seconds where standard error is no terminal.
 */
#include "cmd/progress.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_WIDTH = 30 };

#define REDRAW_US (200 * TIME_MS)
#define LINE_US (10 * TIME_SECOND)
#define RATE_US (10 * TIME_SECOND)

struct progress {
    bool on_terminal;
    int lines; /* shown now */
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

/* The time left, if the source has been counted and the rate stays as it is. */
static void eta_write(const struct progress *progress, char *text)
{
    const struct run_view *view = &progress->view;
    int64_t left = view->to_do - settled_count(view);

    if (!view->census_closed || progress->rate < 0.01 || left < 0)
        (void)snprintf(text, TIME_TEXT_SIZE, "…");
    else
        (void)time_for_people((int64_t)((double)left / progress->rate * 1e6), text);
}

static void bar_write(const struct run_view *view, struct str *to)
{
    int64_t total = view->to_do > 0 ? view->to_do : 1;
    int64_t good = view->counts.successful * BAR_WIDTH / total;
    int64_t bad = (view->counts.failed * BAR_WIDTH + total - 1) / total; /* a single one shows */

    str_add_text(to, "\033[32m");
    for (int64_t i = 0; i < good; i++)
        str_add_text(to, "█");
    str_add_text(to, "\033[31m");
    for (int64_t i = 0; i < bad; i++)
        str_add_text(to, "█");
    str_add_text(to, "\033[90m");
    for (int64_t i = good + bad; i < BAR_WIDTH; i++)
        str_add_text(to, "░");
    str_add_text(to, "\033[0m");
}

static void to_terminal(struct span text)
{
    if (write(STDERR_FILENO, text.at, text.size) < 0)
        return; /* the terminal is gone; the run goes on */
}

static void progress_erase(struct progress *progress)
{
    auto_str text = STR_MAX(256);

    for (; progress->lines > 0; progress->lines--)
        str_add_text(&text, "\033[1A\033[2K");
    to_terminal(str_span(&text));
}

static void progress_draw(struct progress *progress)
{
    const struct run_view *view = &progress->view;
    char left[TIME_TEXT_SIZE], spent[TIME_TEXT_SIZE];
    auto_str text = STR_MAX(KIB(4));

    eta_write(progress, left);
    bar_write(view, &text);
    str_printf(&text, " %jd of %jd%s\n", (intmax_t)settled_count(view), (intmax_t)view->to_do,
               view->census_closed ? "" : " so far");
    str_printf(&text, "%jd done  %jd failed  %jd waiting  %.1f/s  %.1f MB  %s  left: %s\n",
               (intmax_t)view->counts.successful, (intmax_t)view->counts.failed,
               (intmax_t)(view->to_do - settled_count(view)), progress->rate,
               (double)view->counts.bytes / 1e6, time_for_people(view->elapsed_us, spent), left);
    progress->lines = 2;
    for (int i = 0; i < COUNTS_RECENT && *view->recent[i]; i++, progress->lines++)
        str_printf(&text, "\033[31m✘\033[0m %s\n", view->recent[i]);
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
