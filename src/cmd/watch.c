/*
 * Each look opens the ledger anew: nothing of it is held while we wait, and a database that was
 * away for a while simply answers again.
 */
#include "cmd/watch.h"

#include "base/cli.h"
#include "base/fs.h"
#include "base/time.h"
#include "ledger/ledger.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum { TEXT_MAX = 16 * 1024 * 1024, ROWS_DEFAULT = 24 };

struct watch {
    const struct status_settings *settings;
    const struct cancel *cancel;
    bool on_terminal;
    int every_s;
};

/* Whether standard output is a terminal whose cursor can be moved. */
static bool watch_on_terminal(void)
{
    const char *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

static struct winsize window_size(void)
{
    struct winsize size = { 0 };

    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
        return (struct winsize){ 0 };
    return size;
}

/* The width of the terminal; 0 if standard output is none. */
static int watch_columns(void)
{
    return window_size().ws_col;
}

struct status_form watch_form(void)
{
    return (struct status_form){ .colour = watch_on_terminal() && !getenv("NO_COLOR"),
                                 .columns = watch_columns() };
}

/* --- one look ------------------------------------------------------------------------------- */

static bool frame_read(const struct watch *w, struct str *text, struct err *err)
{
    auto_ledger *ledger = NULL;
    auto_status *status = NULL;

    if (!ledger_open_reader(w->settings->ledger_url, w->settings->name, w->cancel, &ledger, err)
        || !status_read(ledger, w->settings, &status, err))
        return false;
    if (w->on_terminal)
        status_text(
            status,
            (struct status_form){ .colour = !getenv("NO_COLOR"), .columns = watch_columns() },
            text);
    else
        status_line(status, text);
    return true;
}

/* Adds lines from the top, as many as fit above the last one, and wipes what stood there. */
static void frame_add(struct str *to, struct span text, int rows)
{
    int left = 0, room = (rows > 0 ? rows : ROWS_DEFAULT) - 1;

    str_add_text(to, "\033[H");
    while (text.size) {
        struct span line = span_cut(&text, '\n');

        if (room-- > 0) {
            str_add_span(to, line);
            str_add_text(to, "\033[K\n");
        } else {
            left++;
        }
    }
    str_add_text(to, "\033[J\033[90m");
    if (left)
        str_printf(to, "%d more lines below; ", left);
    str_add_text(to, "Ctrl-C ends\033[0m");
}

static bool frame_show(const struct watch *w, struct span text, struct err *err)
{
    auto_str frame = STR_MAX(TEXT_MAX);

    if (w->on_terminal)
        frame_add(&frame, text, window_size().ws_row);
    else
        str_add_span(&frame, text);
    return fs_write_all(STDOUT_FILENO, str_span(&frame), "the terminal", err);
}

/* A ledger that cannot be read is looked at again: people may watch before a run begins. */
static bool frame_read_and_show(const struct watch *w, struct err *err)
{
    auto_str text = STR_MAX(TEXT_MAX), sentence = STR_MAX(KIB(4));
    struct err why = { 0 };

    if (!frame_read(w, &text, &why)) {
        if (why.kind == ERR_CANCELED)
            return true;
        str_reset(&text);
        str_printf(&sentence, "%s; looking again in %d s", why.msg, w->every_s);
        status_sentence(str_text(&sentence),
                        (struct status_form){ .columns = w->on_terminal ? watch_columns() : 0 },
                        &text);
    }
    return frame_show(w, str_span(&text), err);
}

/* --- the loop ------------------------------------------------------------------------------- */

static bool screen_write(const struct watch *w, const char *sequence, struct err *err)
{
    return !w->on_terminal || fs_write_all(STDOUT_FILENO, span_of(sequence), "the terminal", err);
}

static bool watch_until_stopped(const struct watch *w, struct err *err)
{
    struct err stopped;

    do {
        if (!frame_read_and_show(w, err))
            return false;
    } while (cancel_sleep(w->cancel, w->every_s * TIME_SECOND, &stopped));
    return true;
}

int watch_status(const struct status_settings *settings, int every_s, const struct cancel *cancel,
                 struct err *err)
{
    struct watch w = { settings, cancel, watch_on_terminal(), every_s };
    bool good = screen_write(&w, "\033[?25l\033[2J", err) && watch_until_stopped(&w, err);
    struct err ignored;

    /* The cursor comes back, whatever went wrong. */
    good = screen_write(&w, "\033[?25h\n", good ? err : &ignored) && good;
    return good ? EXIT_CANCELED : -1;
}
