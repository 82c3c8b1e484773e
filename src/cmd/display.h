/*
 * A few lines on a terminal's standard error that are drawn again in place, and step aside for lines of
 * the log and for print(). Nothing is left of them at the end, and a terminal that is made narrower is
 * wiped clean, too. Elsewhere (no terminal, or a dumb one) nothing is drawn.
 *
 * A drawing is made of lines: display_add() each, then display_show(). One thread draws.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "report/terminal.h"

enum { DISPLAY_LINES_MAX = 12, DISPLAY_LINE_BYTES = 4096 };

struct display;

/* One at a time; from now on the log steps aside for it. */
struct display *display_new(void);
/* Takes it away. NULL is allowed. */
void display_free(struct display *display);

/* Whether anything is drawn. */
bool display_is_on_terminal(const struct display *display);

/* A line to write: `to` is empty, and `columns` what fits now. */
struct terminal display_line(const struct display *display, struct str *to);

/* Adds a line to the drawing, and empties it. */
void display_add(struct display *display, struct str *line);

/* Shows the drawing in place of the last one; an empty one takes it away. */
void display_show(struct display *display);
