/* A thread that looks at the meter five times a second. It alone draws. */
#include "cmd/meter_shown.h"

#include "cmd/display.h"
#include "cmd/gauge.h"

#include "base/cancel.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "report/words.h"

#include <pthread.h>

#define LOOK_US (200 * TIME_MS)
#define PATIENCE_US (2 * TIME_SECOND)
#define LINE_US (60 * TIME_SECOND)
#define SILENCE_US (10 * TIME_SECOND)

struct meter_shown {
    struct meter *meter;
    struct display *display;
    struct cancel *over;
    pthread_t thread;
    int64_t begun_us, line_us; /* monotonic: when we began, and when a line was logged last */
    int64_t piece_us;          /* when the piece of work began that `pace` is of            */
    struct gauge_pace pace;
};

/* Somebody should have answered, and has not: counts stand still. */
static int64_t silent_us(const struct meter_view *view)
{
    int64_t silent = time_mono_us() - view->moved_us;

    return view->unit && silent >= SILENCE_US ? silent : 0;
}

/* Nobody guesses what is left while somebody is away. */
static bool stands_still(const struct meter_view *view)
{
    return view->away || silent_us(view) > 0;
}

static struct gauge gauge_of(const struct meter_view *view)
{
    return (struct gauge){ .good = view->done, .total = view->total, .unit = view->unit };
}

static const char *left_of(const struct meter_shown *shown, const struct meter_view *view,
                           char text[TIME_TEXT_SIZE])
{
    return gauge_left(&shown->pace, stands_still(view) ? -1 : view->total - view->done, text);
}

static void pace_update(struct meter_shown *shown, const struct meter_view *view)
{
    if (shown->piece_us != view->begun_us)
        shown->pace = (struct gauge_pace){ 0 };
    shown->piece_us = view->begun_us;
    gauge_pace_note(&shown->pace, time_mono_us() - view->begun_us, view->done);
}

static void figures_make(const struct meter_shown *shown, const struct meter_view *view,
                         struct gauge_figures *figures)
{
    auto_str bytes = STR_MAX(64);
    char text[TIME_TEXT_SIZE];

    gauge_figure(figures, "%s", view->doing);
    if (view->unit && view->total >= 0)
        gauge_figure(figures, "left: %s", left_of(shown, view, text));
    if (view->unit)
        gauge_figure(figures, "%.1f/s", shown->pace.per_second);
    if (view->bytes > 0) {
        words_bytes(&bytes, (int64_t)view->bytes);
        gauge_figure(figures, "%s", str_text(&bytes));
    }
    gauge_figure(figures, "%s", time_for_people(time_mono_us() - shown->begun_us, text));
}

static void silence_draw(const struct meter_shown *shown, const struct meter_view *view)
{
    auto_str line = STR_MAX(DISPLAY_LINE_BYTES);
    struct terminal terminal = display_line(shown->display, &line);
    char since[TIME_TEXT_SIZE], words[128];

    if (!stands_still(view))
        return;
    (void)snprintf(words, sizeof words, "nothing new for %s",
                   time_for_people(silent_us(view), since));
    if (view->away)
        gauge_outage(&terminal, view->away, time_mono_us() - view->away_since_us,
                     view->away_until_us - view->away_since_us);
    else
        gauge_sentence(&terminal, "!", words);
    display_add(shown->display, &line);
}

static void view_draw(const struct meter_shown *shown, const struct meter_view *view)
{
    auto_str line = STR_MAX(DISPLAY_LINE_BYTES);
    struct terminal terminal = display_line(shown->display, &line);
    struct gauge_figures figures = { .count = 0 };
    struct gauge gauge = gauge_of(view);

    if (view->unit) {
        gauge_bar(&terminal, &gauge);
        display_add(shown->display, &line);
    }
    figures_make(shown, view, &figures);
    gauge_figures_add(&terminal, &figures);
    display_add(shown->display, &line);
    silence_draw(shown, view);
}

/* For the log, and no more than one line a minute. */
static void view_say(struct meter_shown *shown, const struct meter_view *view)
{
    auto_str counts = STR_MAX(256);
    struct gauge gauge = gauge_of(view);
    char text[TIME_TEXT_SIZE];

    if (time_mono_us() - shown->line_us < LINE_US)
        return;
    shown->line_us = time_mono_us();
    if (view->unit)
        gauge_counts(&counts, &gauge);
    log_info("%s%s%s, after %s", view->doing, view->unit ? ": " : "", str_text(&counts),
             time_for_people(shown->line_us - shown->begun_us, text));
}

static void view_show(struct meter_shown *shown)
{
    struct meter_view view = meter_look(shown->meter);

    if (time_mono_us() - shown->begun_us < PATIENCE_US)
        return;
    if (view.doing)
        pace_update(shown, &view);
    if (display_is_on_terminal(shown->display)) {
        if (view.doing)
            view_draw(shown, &view);
        display_show(shown->display);
    } else if (view.doing) {
        view_say(shown, &view);
    }
}

static void *meter_watch(void *arg)
{
    struct meter_shown *shown = arg;
    struct err over = { 0 };

    while (cancel_sleep(shown->over, LOOK_US, &over))
        view_show(shown);
    return NULL;
}

struct meter_shown *meter_shown_new(struct meter *meter)
{
    struct meter_shown *shown = mem_new(struct meter_shown);

    shown->meter = meter;
    shown->display = display_new();
    shown->over = cancel_new();
    shown->begun_us = shown->line_us = time_mono_us();
    if (pthread_create(&shown->thread, NULL, meter_watch, shown) != 0)
        abort();
    return shown;
}

void meter_shown_free(struct meter_shown *shown)
{
    if (!shown)
        return;
    cancel_set(shown->over);
    (void)pthread_join(shown->thread, NULL);
    display_free(shown->display);
    cancel_free(shown->over);
    free(shown);
}
