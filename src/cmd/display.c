/*
 * What is drawn is remembered by the width of its lines: a terminal that was made narrower has folded
 * them, and all their rows are wiped.
 */
#include "cmd/display.h"

#include "base/mem.h"
#include "base/screen.h"
#include "base/time.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_USUAL = 80 };

/* For so long nothing is drawn after others wrote: they may be in the middle of a line. */
#define ASIDE_US (150 * TIME_MS)

struct display {
    bool on_terminal, has_colour;
    struct str draft;
    size_t draft_widths[DISPLAY_LINES_MAX];
    int draft_lines;
    size_t widths[DISPLAY_LINES_MAX]; /* of the lines that are shown now */
    int lines;
    int64_t aside_us; /* when others wrote last, monotonic */
};

static size_t columns_of_terminal(void)
{
    struct winsize size = { 0 };

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return COLUMNS_USUAL;
    return size.ws_col;
}

static void to_terminal(struct span text)
{
    if (write(STDERR_FILENO, text.at, text.size) < 0)
        return; /* the terminal is gone; the work goes on */
}

static int rows_shown(const struct display *display)
{
    size_t columns = columns_of_terminal();
    int rows = 0;

    for (int i = 0; i < display->lines; i++)
        rows += (int)((display->widths[i] + columns - 1) / columns);
    return rows;
}

/* From the last line up; and what stands below, such as the terminal's own "^C". */
static void erase_add(struct display *display, struct str *to)
{
    if (display->lines == 0)
        return;
    for (int rows = rows_shown(display); rows > 0; rows--)
        str_add_text(to, "\033[1A\033[2K");
    str_add_text(to, "\r\033[J");
    display->lines = 0;
}

/* The screen is locked. */
static void step_aside(void *arg, bool before)
{
    struct display *display = arg;
    auto_str text = STR_MAX(KIB(4));

    display->aside_us = time_mono_us();
    if (!before)
        return;
    erase_add(display, &text);
    to_terminal(str_span(&text));
}

struct display *display_new(void)
{
    struct display *display = mem_new(struct display);
    const char *term = getenv("TERM");

    display->on_terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    display->has_colour = display->on_terminal && !getenv("NO_COLOR");
    display->draft = (struct str)STR_MAX(DISPLAY_LINES_MAX * (DISPLAY_LINE_BYTES + 1));
    if (display->on_terminal)
        screen_display(step_aside, display);
    return display;
}

void display_free(struct display *display)
{
    if (!display)
        return;
    screen_lock();
    step_aside(display, true);
    screen_unlock();
    screen_display(NULL, NULL);
    str_clear(&display->draft);
    free(display);
}

bool display_is_on_terminal(const struct display *display)
{
    return display->on_terminal;
}

struct terminal display_line(const struct display *display, struct str *to)
{
    return (struct terminal){ to, display->has_colour,
                              columns_of_terminal() - 1 }; /* a full line may be folded */
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

void display_add(struct display *display, struct str *line)
{
    size_t width = width_of(str_span(line));

    if (display->draft_lines < DISPLAY_LINES_MAX) {
        display->draft_widths[display->draft_lines++] = width ? width : 1;
        str_add_span(&display->draft, str_span(line));
        str_add_char(&display->draft, '\n');
    }
    str_reset(line);
}

void display_show(struct display *display)
{
    auto_str text = STR_MAX(KIB(64));

    screen_lock();
    if (time_mono_us() - display->aside_us >= ASIDE_US) {
        erase_add(display, &text);
        str_add_span(&text, str_span(&display->draft));
        memcpy(display->widths, display->draft_widths, sizeof display->widths);
        display->lines = display->draft_lines;
        to_terminal(str_span(&text));
    }
    screen_unlock();
    display->draft_lines = 0;
    str_reset(&display->draft);
}
