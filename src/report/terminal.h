/* Lines for a terminal, in colours if it has them, and no wider than it. */
#pragma once

#include "base/base.h"
#include "base/str.h"

struct terminal {
    struct str *to;
    bool has_colour;
    size_t columns; /* SIZE_MAX: no limit */
};

/* Begins a colour by its code ("31"); "0" ends it. */
void terminal_colour(const struct terminal *t, const char *code);
void terminal_heading(const struct terminal *t, const char *text);
void terminal_blanks(const struct terminal *t, size_t count);

/*
 * How many cells of a bar stand for some of all: none for none, at least one for a single one, and all of
 * them only for all.
 */
size_t terminal_cells(int64_t count, int64_t total, size_t width);

/* A number at the right end of nine columns: "   11,259". */
void terminal_number(const struct terminal *t, int64_t n);

/*
 * A sentence after what already stands on the line, folded at blanks and ended by a newline.
 *   at       columns that are taken
 *   indent   of the lines that follow
 */
void terminal_sentence(const struct terminal *t, size_t at, size_t indent, const char *text);

/* A text by others, cut or filled to a width. */
void terminal_cell(const struct terminal *t, const char *text, size_t columns);
